"""The rhythm of a customer base: the gap to expect between two purchases, and how much it says about one customer.

Stages of a lifecycle, rules for who is lost and the watch-list all ask how long a silence is by a customer's own clock.

Source: Batislam, Denizel & Filiztekin (2007), International Journal of Research in Marketing 24(3), 201-209 (the
MBG/NBD model, whose distribution of purchase rates is the prior).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crmkit import _checks, _frame
from crmkit._types import Array, Table
from crmkit.customers import summarize
from crmkit.errors import ArgumentError, DataError
from crmkit.transactions import open_transactions

__all__ = [
    "Interpurchase",
    "fit_interpurchase",
]

# Customers who buy at regular intervals look alike to a model of random moments, which would then leave no room for
# anybody's own rhythm. With four gaps, those of a stable relation, it shall weigh at least as much as everybody's.
MOST_WEIGHT = 4.0


@dataclass(frozen=True, slots=True)
class Interpurchase:
    """How often the customers of a base buy while they are active; `fit_interpurchase` gives it.

    Attributes
    ----------
    expected_gap : float
        Days to be expected between two purchase days of a customer of whom nothing is known: 1 / mean rate.
    weight : float
        How many gaps of a customer's own it counts as: few where the customers differ, at most 4 where they are alike.

    Examples
    --------
    A customer whose 4 gaps took 40 days together:

    >>> round(Interpurchase(expected_gap=60, weight=0.5).of(gaps=4, days=40), 2)
    15.56
    """

    expected_gap: float
    weight: float

    def __post_init__(self) -> None:
        for name in ("expected_gap", "weight"):
            if _checks.finite(name, getattr(self, name)) <= 0:
                raise ArgumentError(name, getattr(self, name), "interpurchase_above")

    def of(self, *, gaps: Any, days: Any) -> Any:
        """Expected gap in days of customers with so many gaps of their own, which took so many days together.

        >>> Interpurchase(expected_gap=60, weight=0.5).of(gaps=0, days=0)
        60.0
        """
        return (days + self.weight * self.expected_gap) / (gaps + self.weight)


def fit_interpurchase(transactions: Table) -> Interpurchase:
    """Learn the rhythm of all customers together, gaps that are still open included.

    `stages` does so by itself. Fitted apart, it holds the frozen scheme still while the base changes.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Nothing after its `as_of` is seen.

    Returns
    -------
    Interpurchase

    Raises
    ------
    ColumnError, DataError
        As `Transactions` raises them for a plain table; or nobody bought on a second day.

    Examples
    --------
    CDNOW by September 1997. The gaps that have closed take 46 days on average; the long ones are still open:

    >>> import crmkit as crm
    >>> fitted = fit_interpurchase(crm.Transactions(crm.datasets.load_cdnow(), as_of="1997-09-30"))
    >>> round(fitted.expected_gap), round(fitted.weight, 2)
    (80, 0.64)
    """
    tx = open_transactions(transactions)
    table = _frame.open_table(summarize(tx))
    found = fitted_to(table.cells(["x", "t_x", "T"]))
    if found is None:
        raise DataError("interpurchase_customer_bought_second_day", as_of=tx.as_of)
    return found


def fitted_to(cells: Mapping[str, Array]) -> Interpurchase | None:
    """The rhythm of n customers of each (x, t_x, T), in days; None if nobody has bought on a second day."""
    from crmkit.models.mbg_nbd import MBGNBD

    if not (cells["x"] > 0).any():
        return None
    found = MBGNBD(period="day").forecasting().fit(_frame.ArrayTable(cells), weight="n").params_
    return Interpurchase(expected_gap=found.alpha / found.r, weight=min(found.r, MOST_WEIGHT))


def check_interpurchase(interpurchase: Any) -> None:
    """Refuse what is neither a rhythm nor None."""
    if interpurchase is not None and not isinstance(interpurchase, Interpurchase):
        raise ArgumentError("interpurchase", interpurchase, "interpurchase_not_one")
