"""Checks of single values: choices, shares, counts, durations, dates.

Each takes a value as the caller wrote it and gives back the one form that the rest of the package
works with, or raises an `ArgumentError` that shows the value and a call that would work.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Collection
from typing import Any

from crmkit.errors import ArgumentError, shown

EPOCH = dt.date(1970, 1, 1)
DAYS_PER_YEAR = 365.25
LONGEST = 2_900_000  # days of a duration: from our days to the last year of the calendar, 9999
# Days in one unit of a duration; a month and a year are the calendar's averages.
DAYS = {"D": 1.0, "W": 7.0, "M": DAYS_PER_YEAR / 12, "Y": DAYS_PER_YEAR}


def choice(name: str, value: Any, options: Collection[str]) -> str:
    """`value`, if it is one of `options`.

    >>> choice("refunds", "net", ["net", "drop"])
    'net'
    """
    if isinstance(value, str) and value in options:
        return value
    raise ArgumentError(name, value, "choice", options=shown(options, most=len(options)))


def share(name: str, value: Any, *, above_zero: bool = False) -> float:
    """A fraction between 0 and 1.

    >>> share("top", 0.2)
    0.2
    """
    number = finite(name, value)
    if 0 <= number <= 1 and not (above_zero and number == 0):
        return number
    raise ArgumentError(name, value, "share", example=0.2)


def level_of(value: Any) -> float:
    """A confidence level: a share above 0 and below 1.

    >>> level_of(0.9)
    0.9
    """
    level = share("level", value, above_zero=True)
    if level == 1:
        raise ArgumentError("level", value, "level_below_1", example=0.95)
    return level


def finite(name: str, value: Any) -> float:
    """A finite number.

    >>> finite("margin", 3)
    3.0
    """
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if isinstance(value, str) or not math.isfinite(number):
        raise ArgumentError(name, value, "finite", example=0.1)
    return number


def count(name: str, value: Any, *, least: int = 1) -> int:
    """A whole number of at least `least`.

    >>> count("bins", 5, least=2)
    5
    """
    if not isinstance(value, bool) and isinstance(value, int) and value >= least:
        return value
    number = getattr(value, "item", lambda: None)()  # a numpy integer
    if not isinstance(number, bool) and isinstance(number, int) and number >= least:
        return number
    raise ArgumentError(name, value, "count", example=max(least, 5), least=least)


def days_of(duration: Any, name: str = "horizon", *, most: float = LONGEST) -> float:
    """A duration in days: "39W", "12M", "2Y", "90D", a timedelta, or a number of days; `most` of them.

    >>> days_of("2W"), days_of("1Y"), days_of(10)
    (14.0, 365.25, 10.0)
    """
    days = _days(duration)
    if days is None or not math.isfinite(days) or days < 0:
        raise ArgumentError(name, duration, "duration", example="52W")
    if days > most:
        raise ArgumentError(name, duration, "duration_too_long", example="52W")
    return days


def within_past(days: float, past: float, given: Any, name: str = "horizon") -> float:
    """A horizon that is no longer than the past from which it is told, in days.

    >>> within_past(180, 365, "180D")
    180
    """
    if days > past:
        raise ArgumentError(name, given, "beyond_the_past", example=f"{max(int(past), 1)}D", past=f"{int(past):,}")
    return days


def _days(duration: Any) -> float | None:
    if isinstance(duration, bool):
        return None
    if isinstance(duration, str):
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([DWMY])\s*", duration.upper())
        return float(match[1]) * DAYS[match[2]] if match else None
    if hasattr(duration, "total_seconds"):  # datetime.timedelta, pandas.Timedelta
        return float(duration.total_seconds()) / 86_400
    if type(duration).__name__ == "timedelta64":
        return float(duration / type(duration)(1, "s")) / 86_400
    try:
        return float(duration)
    except (TypeError, ValueError, OverflowError):
        return None


def date_of(value: Any, name: str = "as_of") -> dt.date:
    """A calendar date: an ISO text, a date, a datetime or anything with a `date()` method.

    >>> date_of("1997-09-30")
    datetime.date(1997, 9, 30)
    """
    if type(value).__name__ == "datetime64":
        value = str(value)
    if isinstance(value, str):
        try:
            return dt.datetime.fromisoformat(value.strip()).date()
        except ValueError:
            value = value.strip() or "''"
    elif isinstance(value, dt.datetime):
        return value.date()
    elif isinstance(value, dt.date):
        return value
    raise ArgumentError(name, value, "date", example="2025-12-31")


def day_number(date: dt.date) -> int:
    """Days since 1970-01-01.

    >>> day_number(dt.date(1970, 1, 11))
    10
    """
    return (date - EPOCH).days


def date_of_day(day: int) -> dt.date:
    """The date of a day number.

    >>> date_of_day(10)
    datetime.date(1970, 1, 11)
    """
    return EPOCH + dt.timedelta(days=int(day))
