"""Repurchase: of those who bought n times, how many bought once more, and how soon; groups and years compared.

Who bought yesterday has not failed to return. `repurchase` therefore states two rates: the share that has returned so
far, which grows with time, and the share within a number of days, estimated from all purchases for as long as each was
seen.
`compare_repurchase` compares groups, and a period with the same one a year before, among purchases that had the same
time to be followed.

Sources: Kaplan & Meier (1958), JASA 53, 457-481; Newcombe (1998), Interval estimation for the difference between
independent proportions, Statistics in Medicine 17, 873-890 (method 10).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from crmkit import _checks
from crmkit._frame import engines
from crmkit._frame.engines import LazyFrame
from crmkit._intervals import newcombe, wilson
from crmkit._results import Result
from crmkit.cards import Card
from crmkit.errors import ArgumentError, DataError
from crmkit.retention import _groups
from crmkit.retention._km import curve
from crmkit.retention._spells import spells
from crmkit.transactions import Transactions, open_transactions

Array: TypeAlias = NDArray[Any]
Date: TypeAlias = "str | dt.date"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Repurchase(Result):
    """Repurchase rates; given by `repurchase` and `compare_repurchase`.

    Attributes
    ----------
    table : table
        The rates, one per row.
    card : Card
        What was counted.
    """

    table: Any
    card: Card


def repurchase(transactions: Any, *, within: Any = "90D", by: Any = None, most: int = 10) -> Repurchase:
    """Repurchase rate by order number: first to second purchase, second to third, and so on.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Nothing after its `as_of` is seen. Purchases are purchase days.
    within : duration, default "90D"
        Time for `rate_within`.
    by : role of the transactions, or table with customer_id and group, optional
        Rates of each group: the channel, category or product of the first purchase, or groups of your own.
    most : int, default 10
        The last order number of its own; it stands for that one and all later ones.

    Returns
    -------
    Repurchase
        `table`, one row per group and order number, in the kind of the transactions: `group`, `order_number`,
        `purchases`, `returned` (followed by another one so far), `rate` (returned / purchases), `rate_within`
        (Kaplan-Meier estimate of the share that returns within so many days; missing where nobody was seen for so long)
        with its 95 % interval `within_low`, `within_high`, and `median_days` to the next purchase among all purchases
        (missing while less than half have returned).

    Raises
    ------
    ArgumentError
        `within`, `by` or `most` cannot be used.

    Examples
    --------
    >>> from crmkit import datasets
    >>> rates = repurchase(datasets.load_cdnow(), within="90D").table
    >>> rates[["order_number", "purchases", "rate", "rate_within"]].round(2).head(3)
       order_number  purchases  rate  rate_within
    0             1      23570  0.49         0.29
    1             2      11516  0.65         0.42
    2             3       7476  0.71         0.51
    """
    days, last = _checks.days_of(within, "within"), _checks.count("most", most)
    tx = open_transactions(transactions)
    number = nw.when(nw.col("number") > last).then(nw.lit(last)).otherwise(nw.col("number"))
    found = spells(tx).select("customer_id", "gap", "closed", number=number)
    cells, groups = _groups.counted(tx, found, by, ["number", "gap", "closed"])
    rows = []
    for group in groups:
        here = cells["group"] == group
        for which in sorted(set(cells["number"][here].tolist())):
            own = here & (cells["number"] == which)
            rows.append({"group": group, "order_number": which, **_rates(cells["gap"][own], cells["closed"][own],
                                                                         cells["n"][own], days)})  # fmt: skip
    card = Card("rate_within", tx.as_of, {"days": f"{days:g}", "most": last})
    return Repurchase(engines.build({name: np.array([row[name] for row in rows]) for name in rows[0]}, tx.like), card)


def _rates(gap: Array, closed: Array, n: Array, days: float) -> dict[str, float]:
    """The rates of purchases with their gaps, closed or open."""
    found = curve(gap, closed, n)
    purchases, returned = int(n.sum()), int(n[closed == 1].sum())
    at = int(np.searchsorted(found.time, days, side="right")) - 1
    half = np.flatnonzero(found.survival <= 0.5)
    seen = days <= found.time[-1]
    return {
        "purchases": purchases,
        "returned": returned,
        "rate": returned / purchases,
        "rate_within": float(1 - found.survival[at]) if seen else np.nan,
        "within_low": float(1 - found.high[at]) if seen else np.nan,
        "within_high": float(1 - found.low[at]) if seen else np.nan,
        "median_days": float(found.time[half[0]]) if len(half) else np.nan,
    }


def compare_repurchase(
    transactions: Any,
    *,
    within: Any = "90D",
    by: Any = None,
    against: str | None = None,
    window: tuple[Date, Date] | None = None,
) -> Repurchase:
    """Compare repurchase rates: of groups with each other, or of a period with the same one a year before.

    Only purchases that had all of `within` to be followed are counted, so that nobody is compared with less time.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Nothing after its `as_of` is seen. Purchases are purchase days.
    within : duration, default "90D"
        Time in which a purchase must be followed by another one of the same customer.
    by : role of the transactions, or table with customer_id and group, optional
        Compare groups of customers: the channel, category or product of the first purchase, or groups of your own.
    against : str, optional
        The group that the others are compared with. Default: the largest.
    window : (first day, last day), optional
        Count the purchases of these days only. Without `by`, they are compared with those of the same days a year
        before. Default: with `by` all purchases; without, the last year in which purchases had time to be followed.

    Returns
    -------
    Repurchase
        `table`, one row per group (or period), the one compared with first: `group`, `purchases`, `returned`,
        `rate` with its 95 % interval `rate_low`, `rate_high` (Wilson), `difference` (rate less that of the first row)
        with its 95 % interval `difference_low`, `difference_high` (Newcombe; missing in the first row), and `relative`
        (difference / rate of the first).

    Raises
    ------
    ArgumentError
        `against` is no group, or the window is no pair of dates in order.
    DataError
        The data do not cover a period to compare.

    Examples
    --------
    >>> sales = {"customer_id": list("aabbccdd"), "amount": [5.0] * 8, "channel": ["web"] * 4 + ["shop"] * 4,
    ...          "date": ["2024-01-01", "2024-01-20", "2024-01-01", "2024-02-02", "2024-01-01", "2024-06-01",
    ...                   "2024-01-01", "2024-06-02"]}
    >>> compare_repurchase(sales, within="60D", by="channel", against="shop").table[["group", "rate", "difference"]]
      group  rate  difference
    0  shop   0.0         0.0
    1   web   0.5         0.5
    """
    days = int(_checks.days_of(within, "within"))
    tx = open_transactions(transactions)
    last = _checks.day_number(tx.as_of) - days
    found = spells(tx)
    returned = nw.when((nw.col("closed") == 1) & (nw.col("gap") <= days)).then(nw.lit(1)).otherwise(nw.lit(0))
    if by is None:
        spans = _years(tx, window, last)
        parts = [_in_span(found, span, returned, name) for name, span in spans.items()]
        cells = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        groups, first = list(spans), "year_before"
    else:
        begin, end = _span(window) if window else (tx.first_day, last)
        _refuse_unseen(end, last, days, tx)
        inside = found.filter((nw.col("day") >= begin) & (nw.col("day") <= end)).select(
            "customer_id", returned=returned
        )
        cells, groups = _groups.counted(tx, inside, by, ["returned"])
        first = _first(cells, groups, against)
    order = [first, *(group for group in groups if group != first)]
    card = Card("rate_compared", tx.as_of, {"days": days})
    return Repurchase(engines.build(_compared(cells, order), tx.like), card)


def _span(window: tuple[Date, Date]) -> tuple[int, int]:
    try:
        begin, end = (_checks.day_number(_checks.date_of(day, "window")) for day in window)
    except (TypeError, ValueError):
        raise ArgumentError(
            f'window={window!r} is not a pair of dates, such as ("2025-01-01", "2025-03-31").'
        ) from None
    if begin > end:
        raise ArgumentError(f"window={window!r} ends before it begins. Give the first day first.")
    return begin, end


def _years(tx: Transactions, window: tuple[Date, Date] | None, last: int) -> dict[str, tuple[int, int]]:
    """The same days a year before, and the days of the window."""
    if window is None:
        begin, end = _a_year_before(last) + 1, last
    else:
        begin, end = _span(window)
        _refuse_unseen(end, last, _checks.day_number(tx.as_of) - last, tx)
    before = (_a_year_before(begin), _a_year_before(end))
    if before[0] < tx.first_day:
        raise DataError(
            f"the same days a year before begin on {_checks.date_of_day(before[0])}, but the data begin on "
            f"{_checks.date_of_day(tx.first_day)}. Give a later or shorter window=, or compare groups with by=."
        )
    return {"year_before": before, "this_period": (begin, end)}


def _a_year_before(day: int) -> int:
    """The same date a year before; of 29 February, the day before March."""
    date = _checks.date_of_day(day)
    leap = (date.month, date.day) == (2, 29)
    return _checks.day_number(date.replace(year=date.year - 1, day=28 if leap else date.day))


def _refuse_unseen(end: int, last: int, days: int, tx: Transactions) -> None:
    if end > last:
        raise ArgumentError(
            f"purchases up to {_checks.date_of_day(end)} have not had {days} days to be followed: the past ends "
            f"{tx.as_of}. End the window on {_checks.date_of_day(last)} or before, or shorten within=."
        )


def _in_span(found: LazyFrame, span: tuple[int, int], returned: nw.Expr, name: str) -> dict[str, Array]:
    inside = found.filter((nw.col("day") >= span[0]) & (nw.col("day") <= span[1])).select(returned=returned)
    cells = engines.collect(inside.group_by("returned").agg(n=nw.len()))
    return {**cells, "group": np.full(len(cells["n"]), name, dtype=object)}


def _first(cells: dict[str, Array], groups: list[str], against: str | None) -> str:
    """The group to compare with."""
    if against is None:
        sizes = {group: int(cells["n"][cells["group"] == group].sum()) for group in groups}
        return max(groups, key=lambda group: sizes[group])
    return _checks.choice("against", against, groups)


def _compared(cells: dict[str, Array], order: list[str]) -> dict[str, Array]:
    """Rates and their differences from the first one."""
    own = [cells["group"] == group for group in order]
    purchases = np.array([int(cells["n"][mine].sum()) for mine in own])
    returned = np.array([int(cells["n"][mine & (cells["returned"] == 1)].sum()) for mine in own])
    if not purchases[0]:
        raise DataError(f"there is no purchase of {order[0]!r} to compare with. Give another window= or against=.")
    with np.errstate(invalid="ignore"):
        rate = returned / purchases
    low, high = wilson(returned, purchases)
    difference_low, difference_high = newcombe(returned, purchases, returned[0], purchases[0])
    same = np.arange(len(order)) == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = (rate - rate[0]) / rate[0]
    return {
        "group": np.array(order, dtype=object),
        "purchases": purchases,
        "returned": returned,
        "rate": rate,
        "rate_low": low,
        "rate_high": high,
        "difference": rate - rate[0],
        "difference_low": np.where(same, np.nan, difference_low),
        "difference_high": np.where(same, np.nan, difference_high),
        "relative": np.where(np.isfinite(relative), relative, np.nan),
    }
