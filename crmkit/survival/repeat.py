"""Repeat purchase by period: who bought on several days of it, and who of its customers came back in the next.

Chinese practice tells two rates apart: 复购率, customers with more than one purchase within the period, and 回购率,
customers of the period who buy again in the one after it. Both are of the customers who bought in the period.

Sources: counted by hand on CDNOW (Fader & Hardie 2001, Interfaces 31(3)), whose first three months are the usual
example.
"""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _customer_periods
from crmkit._frame import engines
from crmkit._periods import Calendar, Period
from crmkit._statistics import wilson
from crmkit._types import Table
from crmkit.customers import customer_days
from crmkit.transactions import open_transactions


def repeat_rates(transactions: Table, *, period: Period | Calendar = "month", level: float = 0.95) -> Table:
    """Count by period who bought on more than one day of it (复购率), and who came back in the next one (回购率).

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Nothing after its `as_of` is seen. Purchases are purchase days; refunds are none.
    period : {"day", "week", "week_sunday", "month", "quarter", "year"} or Calendar, default "month"
        Length of the periods; weeks begin on Monday, or on Sunday. A `crmkit.Calendar` has fiscal years, or periods
        that roll back from `as_of`.
    level : float, default 0.95
        Confidence of the intervals (Wilson).

    Returns
    -------
    table, one row per period
        `period`; `customers` who bought in it; `repeated`, those of them who bought on two or more days of it;
        `repeat_rate` with `repeat_low`, `repeat_high`; `came_back`, those who bought in the next period; `next_rate`
        with `next_low`, `next_high`; `complete`. What a period that is not over could still change is missing.

    Raises
    ------
    ArgumentError
        `period` is not known, or `level` is no share.

    Examples
    --------
    >>> from crmkit import datasets
    >>> found = repeat_rates(datasets.load_cdnow())
    >>> found[["period", "customers", "repeat_rate", "next_rate"]].round(4).head(3)
        period  customers  repeat_rate  next_rate
    0  1997-01       7846       0.0960     0.1475
    1  1997-02       9633       0.1102     0.1745
    2  1997-03       9524       0.1438     0.1862
    """
    confidence = _checks.level_of(level)
    tx = open_transactions(transactions)
    periods = _customer_periods.periods_of(tx, period)
    days = customer_days(tx)
    days = tx.purchases(days)
    each = periods.join(days).group_by("customer_id", "period").agg(days=nw.len())
    next_one = each.select("customer_id", period=nw.col("period") - 1, came=nw.lit(1))
    both = each.join(next_one, on=["customer_id", "period"], how="left")
    marked = both.select("period", n=nw.lit(1), again=nw.when(nw.col("days") > 1).then(1).otherwise(0),
                         came=nw.col("came").fill_null(0))  # fmt: skip
    found = engines.collect(marked.group_by("period").agg(nw.col("n", "again", "came").sum()))
    counts = {name: np.zeros(len(periods), dtype=np.int64) for name in ("n", "again", "came")}
    for name, values in counts.items():
        values[found["period"].astype(int)] = found[name].astype(np.int64)
    over = periods.complete
    followed = np.r_[over[1:], False]
    return engines.build(
        {
            "period": np.array(periods.names, dtype=object),
            "customers": counts["n"],
            **_rate(("repeated", "repeat_rate", "repeat_low", "repeat_high"), counts["again"], counts["n"], over,
                    confidence),
            **_rate(("came_back", "next_rate", "next_low", "next_high"), counts["came"], counts["n"], followed,
                    confidence),
            "complete": over,
        },
        tx.like,
    )  # fmt: skip


def _rate(names: tuple[str, str, str, str], k: Any, n: Any, known: Any, level: float) -> dict[str, Any]:
    """How many, their share and its interval; missing where the time is not over."""
    counted = np.where(known, k, np.nan)
    low, high = wilson(counted, np.where(known, n, 0), level)
    share = np.where(known & (n > 0), k / np.maximum(n, 1), np.nan)
    return dict(zip(names, (counted, share, low, high), strict=True))
