"""The summary and the ledger by plain loops: slow, obvious, and written without looking at crmkit's code.

A transaction is (customer or None, day as a date or None, amount in whole cents or None).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

Row = tuple[Any, dt.date | None, int | None]


def used_rows(rows: Iterable[Row], as_of: dt.date) -> list[tuple[Any, dt.date, int]]:
    kept = [(who, day, cents) for who, day, cents in rows if None not in (who, day, cents) and day <= as_of]
    buyers = {who for who, _, cents in kept if cents >= 0}
    return [row for row in kept if row[0] in buyers]


def last_day(rows: Iterable[Row]) -> dt.date:
    return max(day for _, day, _ in rows if day is not None)


def summary(rows: Iterable[Row], as_of: dt.date) -> dict[Any, dict[str, Any]]:
    """Customer -> its figures, refunds netted; money in exact currency units."""
    of = defaultdict(list)
    for who, day, cents in used_rows(rows, as_of):
        of[who].append((day, cents))
    return {who: _figures(history, as_of) for who, history in of.items()}


def _figures(history: list[tuple[dt.date, int]], as_of: dt.date) -> dict[str, Any]:
    days = sorted({day for day, cents in history if cents >= 0})
    total = sum(cents for _, cents in history)
    first_day_money = sum(cents for day, cents in history if day == days[0])
    x = len(days) - 1
    return {
        "orders": len(days),
        "first_date": days[0],
        "last_date": days[-1],
        "recency": (as_of - days[-1]).days,
        "frequency": len(days),
        "monetary": Fraction(total, 100),
        "mean_order": Fraction(total, 100) / len(days),
        "tenure": (as_of - days[0]).days,
        "x": x,
        "t_x": (days[-1] - days[0]).days,
        "T": (as_of - days[0]).days,
        "m_x": Fraction(total - first_day_money, 100) / x if x else Fraction(0),
    }
