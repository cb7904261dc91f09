"""Rates: who of the customers at a period's start was still there at its end, period by period.

The retention rate is retained customers / customers at the start, the churn rate 1 minus it. New customers never enter
the numerator. Without a contract somebody must say who is a customer: whoever bought in the period before ("active"),
or whoever ever bought ("ever").

Sources: the textbook formula (客户保持率); Wilson (1927), JASA 22, 209-212, for the intervals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from crmkit import _checks, _customer_periods
from crmkit._customer_periods import NEW, REACTIVATED, RETAINED
from crmkit._frame import engines
from crmkit._periods import Calendar, Period
from crmkit._results import Result
from crmkit._types import Groups, Table
from crmkit.definitions import Definition
from crmkit.errors import ArgumentError
from crmkit.transactions import open_transactions

BASES = ("active", "ever")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Rates(Result):
    """Retention and churn of customers by period; given by `rates`. Prints as its table with the definition beneath.

    Attributes
    ----------
    table : table
        One row per period, and per `group` if there are groups: `period`; customers at the `start`, `new`, `lost`,
        `reactivated` and at the `end`, where end = start + new - lost + reactivated; `retention_rate` and `churn_rate`
        with intervals (`retention_low` ...); `complete`: whether the period is over.
    definition : Definition
        What the rates count.
    """

    drawn: ClassVar[str] = "retention"

    table: Table
    definition: Definition


def rates(
    transactions: Table,
    *,
    period: Period | Calendar = "month",
    base: Literal["active", "ever"] = "active",
    by: Groups | None = None,
    level: float = 0.95,
) -> Rates:
    """Customers at the start, new, lost, reactivated and at the end of each period; retention and churn rates.

    A customer is active in a period with at least one purchase; a refund is never a visit.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Nothing after its `as_of` is seen.
    period : {"day", "week", "week_sunday", "month", "quarter", "year"} or Calendar, default "month"
        Length of the periods, one in which a customer who is still there can be expected to buy. A `crmkit.Calendar`
        has fiscal years, or periods that roll back from `as_of`.
    base : {"active", "ever"}, default "active"
        Who is a customer at the start. "active": who bought in the period before; "reactivated" are those who bought
        earlier, but not then. "ever": everyone who bought before; nobody leaves this base, so that nobody is
        reactivated, and the rate of an ageing base can only look worse and worse.
    by : role of the transactions, or table with customer_id and group, optional
        The channel, category or product of the customer's first purchase, or groups of your own. Customers without
        one are "ungrouped".
    level : float, default 0.95
        Confidence of the intervals (Wilson).

    Returns
    -------
    Rates
        `table`, in the kind of the transactions, and `definition`. The first period has no start: what came before
        the data is not known. In a period that is not over, `new`, `reactivated` and `end` are those so far; who is
        lost, and the rates, are missing until it is. Whoever bought before the data begin counts as new at the first
        purchase in them, so take the "new" of the first periods with care.

    Raises
    ------
    ArgumentError
        An argument has a value that is not known, or the transactions lack the role.
    DataError
        `by` has a customer twice, or gives nobody a group.

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_cdnow(), as_of="1997-12-31")
    >>> crm.retention.rates(tx, period="quarter").table.iloc[:, :7].round(4)
        period   start      new     lost  reactivated    end  retention_rate
    0  1997-Q1      NaN  23570      NaN            0  23570             NaN
    1  1997-Q2  23570.0      0  18194.0            0   5376          0.2281
    2  1997-Q3   5376.0      0   3087.0         1974   4263          0.4258
    3  1997-Q4   4263.0      0   2200.0         2158   4221          0.4839
    """
    tx = open_transactions(transactions)
    _checks.choice("base", base, BASES)
    confidence = _checks.level_of(level)
    periods = _customer_periods.periods_of(tx, period)
    rows = _customer_periods.customer_periods(tx, periods)
    grid = _customer_periods.summed(tx, periods, rows, by, {})
    n = grid.sums["n"]
    end = n[NEW] + n[RETAINED] + n[REACTIVATED]
    if base == "active":
        start, kept, back = _customer_periods.before(end), n[RETAINED], n[REACTIVATED]
    else:
        start, kept, back = _customer_periods.before(np.cumsum(n[NEW], axis=1)), n[RETAINED] + n[REACTIVATED], 0 * end
    table = {
        **grid.columns(),
        **_customer_periods.customer_columns(
            start, n[NEW], start - kept, back, end, grid.periods.complete, level=confidence
        ),
        "complete": grid.complete(),
    }
    values = _customer_periods.window(periods, period, level=confidence)
    definition = Definition("customer_rates", tx.as_of, {**values, "base": f"definition_base_{base}"})
    return Rates(engines.build(table, tx.like), definition)


def retention_rate(*, start: float, new: float, end: float) -> float:
    """The retention rate from three numbers: customers at the start, acquired, and at the end.

    Retained are all at the end who are not new; 1 minus the rate is the churn rate.

    Parameters
    ----------
    start, new, end : float
        Customers at the start of a period, acquired in it, and at its end. New customers who left again before the
        end belong to none of the three.

    Returns
    -------
    float
        (end - new) / start.

    Raises
    ------
    ArgumentError
        Numbers below 0, nobody at the start, or an end that these customers cannot have led to.

    Examples
    --------
    The textbook's year: 200 customers at the start, 45 acquired, 215 at the end, so that 30 were lost.

    >>> retention_rate(start=200, new=45, end=215), churn_rate(start=200, new=45, end=215)
    (0.85, 0.15)
    """
    before, kept = _kept(start, new, end)
    return kept / before


def churn_rate(*, start: float, new: float, end: float) -> float:
    """The churn rate from three numbers: customers at the start, acquired, and at the end.

    Parameters
    ----------
    start, new, end : float
        As for `retention_rate`.

    Returns
    -------
    float
        (start + new - end) / start: the lost customers' share of those at the start.

    Raises
    ------
    ArgumentError
        As for `retention_rate`.

    Examples
    --------
    >>> churn_rate(start=200, new=45, end=215)
    0.15
    """
    before, kept = _kept(start, new, end)
    return (before - kept) / before


def _kept(start: float, new: float, end: float) -> tuple[float, float]:
    """Customers at the start, and those of them who are still there."""
    before, came, after = (_checks.finite(*pair) for pair in (("start", start), ("new", new), ("end", end)))
    if before <= 0 or came < 0 or not 0 <= after - came <= before:
        raise ArgumentError("start", start, "retention_new_end_do_fit", new=new, end=end, value=after - came)
    return before, after - came
