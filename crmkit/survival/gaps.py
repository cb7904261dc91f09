"""Gaps between purchases: how long is too long, with those who have not come back yet counted.

The 80th percentile of the gaps that ended is called "80 % come back" elsewhere. On CDNOW that is 119 days, or 174 by
the customers' means, within which 59 % of the purchases are followed by another one: gaps that are still open have been
left out. Here they count for as long as they have been seen.

Source: Kaplan & Meier (1958), JASA 53, 457-481.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _frame
from crmkit._frame import engines, outputs
from crmkit._results import Result
from crmkit._types import Array, Duration, Table
from crmkit.definitions import Definition
from crmkit.errors import DataError
from crmkit.survival._km import ROUNDING, Curve, curve
from crmkit.survival._spells import of_customers, spells
from crmkit.transactions import open_transactions


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Gaps(Result):
    """How soon a purchase is followed by another one; given by `inactivity_threshold`.

    Attributes
    ----------
    table : table
        One row per gap length that occurs: `days`, `at_risk` (purchases that had been waiting so long), `returned`
        (followed by another one on that day), `returned_share` (of all purchases, followed within so many days) with
        its interval `returned_low`, `returned_high`, which hold until the next row; `closed_share` (the same among
        gaps that ended, which is what a percentile of gaps says); `still_to_come` (chance that a customer quiet for so
        long comes back at all).
    limit : int
        Days within which the share asked for of those who come back has come back.
    plateau : float
        Share of purchases that are followed by another one at all, as far as the data see.
    definition : Definition
        What was counted.
    """

    drawn: ClassVar[str] = "gap_curve"

    table: Table
    limit: int
    plateau: float
    definition: Definition

    def returned_within(self, days: Duration) -> float:
        """Share of purchases that are followed by another one within a duration.

        Not a number beyond the longest gap seen, unless all have come back by then.

        Examples
        --------
        >>> from crmkit import datasets
        >>> round(inactivity_threshold(datasets.load_cdnow()).returned_within("174D"), 2)
        0.59
        """
        beyond = 1.0 if self.plateau == 1 else np.nan
        return self._at("returned_share", days, beyond=beyond)

    def chance_of_return(self, days: Duration) -> float:
        """Chance that a customer who has been quiet for a duration buys again, as far as the data see.

        Not a number beyond the longest gap seen.

        Examples
        --------
        >>> from crmkit import datasets
        >>> round(inactivity_threshold(datasets.load_cdnow()).chance_of_return("174D"), 2)
        0.26
        """
        return self._at("still_to_come", days, beyond=np.nan)

    def _at(self, column: str, days: Duration, *, beyond: float) -> float:
        """A column at a duration, which is 0 at least, as the curve begins; and `beyond` the last of its lengths."""
        table = _frame.open_table(self.table)
        found = table.collect(table.frame)
        asked = _checks.days_of(days, "days")
        if asked > found["days"][-1]:
            return beyond
        return float(found[column][int(np.searchsorted(found["days"], asked, side="right")) - 1])


def inactivity_threshold(transactions: Table, *, returning: float = 0.9, level: float = 0.95) -> Gaps:
    """How many days of quiet are too many: the quantile of a gap curve in which open gaps count.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Nothing after its `as_of` is seen. Purchases are purchase days.
    returning : float, default 0.9
        Of the purchases that are followed by another one at all (the plateau of the curve), the share that is to be
        followed within `limit`. Not of all purchases, for then the limit would be beyond every curve where many
        customers buy once.
    level : float, default 0.95
        Confidence level of the interval, which counts customers and not their purchases.

    Returns
    -------
    Gaps

    Raises
    ------
    ArgumentError
        `returning` is not a share above 0.
    DataError
        No customer bought on two days.

    Examples
    --------
    >>> from crmkit import datasets
    >>> found = inactivity_threshold(datasets.load_cdnow())
    >>> found.limit, round(found.plateau, 2)
    (232, 0.7)
    """
    share, confidence = _checks.share("returning", returning, above_zero=True), _checks.level_of(level)
    tx = open_transactions(transactions)
    with outputs.kept(spells(tx)) as each:
        found = gap_curve(engines.collect(each.group_by("gap", "closed").agg(n=nw.len())), level=confidence)
        found = of_customers(each, [], {(): found})[()]
    came, limit = 1 - found.survival, _limit(found, share)
    said = {"limit": limit, "share": f"{100 * share:g}", "level": f"{100 * confidence:g}"}
    return Gaps(
        table=engines.build(_columns(found), tx.like),
        limit=limit,
        plateau=float(came[-1]),
        definition=Definition("returned_share", tx.as_of, said),
    )


def limit_of(cells: dict[str, Array], returning: float) -> int:
    """The days of `inactivity_threshold` alone, which need no interval, from spells that are counted.

    >>> import crmkit as crm
    >>> from crmkit.survival import _spells
    >>> limit_of(_spells.counted(crm.Transactions(crm.datasets.load_ten_customers())), 0.9)
    183
    """
    return _limit(gap_curve(cells), _checks.share("returning", returning, above_zero=True))


def _limit(found: Curve, share: float) -> int:
    """Days within which a share of those who come back has come back."""
    came = 1 - found.survival
    return int(found.time[int(np.argmax(came >= share * came[-1] - ROUNDING))])


def gap_curve(cells: dict[str, Array], *, level: float = 0.95) -> Curve:
    """The Kaplan-Meier curve of gaps: of those of one length, closed ones before open ones."""
    if not cells["n"][cells["closed"] == 1].sum():
        raise DataError("survival_customer_bought_two_days")
    return curve(cells["gap"], cells["closed"], cells["n"], level=level)


def _columns(found: Curve) -> dict[str, Array]:
    """The curve from its first gap on; time 0 says nothing of gaps between days."""
    came = 1 - found.survival
    closed = np.cumsum(found.events) / found.events.sum()
    with np.errstate(invalid="ignore"):
        to_come = (came[-1] - came) / found.survival
    return {
        "days": found.time.astype(np.int64),
        "at_risk": found.at_risk.astype(np.int64),
        "returned": found.events.astype(np.int64),
        "returned_share": came,
        "returned_low": 1 - found.high,
        "returned_high": 1 - found.low,
        "closed_share": closed,
        "still_to_come": np.where(found.survival > 0, to_come, 0.0),
    }
