"""Periods: days, weeks, months, quarters and years of the calendar, of a fiscal year, or rolling back from a date.

Whatever counts by period looks a day up in one list of first days, so that every kind of period is the same to it:
on arrays by `Periods.of`, in a table engine by `Periods.join`, which joins the rows with a small table of days.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from crmkit import _checks
from crmkit._frame import engines
from crmkit._frame.engines import LazyFrame
from crmkit._types import Array, Bools, Ints
from crmkit.errors import ArgumentError

Period: TypeAlias = Literal["day", "week", "week_sunday", "month", "quarter", "year"]

PERIODS = ("day", "week", "week_sunday", "month", "quarter", "year")
_DAYS = {"day": 1, "week": 7, "week_sunday": 7}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_LONGEST = 365_250  # days of a window; dates do not go back for ever
# 1970-01-01 was a Thursday, so the first Sunday of the count is day 3 and the first Monday day 4.
_WEEKS = {"week": 4, "week_sunday": 3}


@dataclass(frozen=True, slots=True)
class Calendar:
    """How time is cut into periods: their length, and where they begin and end.

    Wherever a `period` is asked for by name, such as "quarter", a calendar says more: ``Calendar("quarter",
    fiscal_start=4)``. By name alone, periods are those of the calendar year.

    Parameters
    ----------
    period : {"day", "week", "week_sunday", "month", "quarter", "year"}, default "month"
        Length of the periods; weeks begin on Monday, or on Sunday.
    rolling : bool, default False
        Periods that end on `as_of`, and on the same day before, in place of those of the calendar. The last one is
        then always complete.
    fiscal_start : int, default 1
        Month in which the year, and its first quarter, begins.

    Raises
    ------
    ArgumentError
        The period is unknown, or `fiscal_start` is no month.

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_cdnow(), as_of="1997-12-31")
    >>> fiscal = crm.retention.rates(tx, period=crm.Calendar("quarter", fiscal_start=2))
    >>> fiscal.table["period"].tolist()
    ['1996/97-Q4', '1997/98-Q1', '1997/98-Q2', '1997/98-Q3', '1997/98-Q4']
    """

    period: Period = "month"
    rolling: bool = False
    fiscal_start: int = 1

    def __post_init__(self) -> None:
        """Refuse what is no period, before any row is read."""
        _checks.choice("period", self.period, PERIODS)
        if not 1 <= _checks.count("fiscal_start", self.fiscal_start) <= 12:
            raise ArgumentError("fiscal_start", self.fiscal_start, "periods_month_fiscal_start")


def calendar_of(period: Period | Calendar) -> Calendar:
    """The calendar that is meant by the name of a period, or the one that is given."""
    return period if isinstance(period, Calendar) else Calendar(period)


@dataclass(frozen=True, slots=True)
class Periods:
    """Periods without gaps, in order of time; days are numbers since 1970."""

    starts: Ints  # first day of each, shape (n_periods,)
    ends: Ints  # last day of each
    names: Sequence[str]  # 2024-01-31, a week's first day, 2024-01, 2024-Q1, 2024; of a fiscal year 2024/25
    first_day: int  # of the data
    as_of: int  # last day that is seen

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def complete(self) -> Bools:
        """Which periods the data cover to their last day."""
        return self.ends <= self.as_of

    def of(self, day: Array) -> Ints:
        """Position of the period of each day; -1 before the first period."""
        return np.searchsorted(self.starts, day, side="right").astype(np.int64) - 1

    def join(self, frame: LazyFrame, *, day: str = "day", into: str = "period") -> LazyFrame:
        """Rows of a lazy frame with the position of the period of their `day`; days outside all periods leave."""
        days = np.arange(self.starts[0], min(int(self.ends[-1]), self.as_of) + 1, dtype=np.int64)
        looked_up = engines.upload({day: days, into: self.of(days)}, frame)
        return frame.join(looked_up.lazy(), on=day, how="inner")


def periods_between(first_day: int, as_of: int, period: Period | Calendar) -> Periods:
    """The periods from that of `first_day` to that of `as_of`.

    Rolling periods end on `as_of` and on the same day of each month (or 7 days, or 1 day) before.

    >>> found = periods_between(_checks.day_number(_checks.date_of("2024-01-20")), 19800, "month")
    >>> found.names, found.complete.tolist()
    (['2024-01', '2024-02', '2024-03'], [True, True, False])
    """
    meant = calendar_of(period)
    length, fiscal_start = meant.period, meant.fiscal_start
    if meant.rolling:
        bounds = _rolling(first_day, as_of, length)
    else:
        bounds = _calendar(first_day, as_of, length, fiscal_start)
    starts, ends = bounds[:-1], bounds[1:] - 1
    if meant.rolling:
        names = [
            f"{_checks.date_of_day(start)}/{_checks.date_of_day(end)}" for start, end in zip(starts, ends, strict=True)
        ]
    else:
        names = [_name(int(start), length, fiscal_start) for start in starts]
    return Periods(starts, ends, names, first_day, as_of)


def first_day_of(window: Any, as_of: int) -> int:
    """First day of a window that ends on `as_of`; day numbers. Whole months and years are those of the calendar.

    >>> _checks.date_of_day(first_day_of("24M", _checks.day_number(_checks.date_of("2024-12-31"))))
    datetime.date(2023, 1, 1)
    """
    days = _checks.days_of(window, "window", most=math.inf)  # a window has a limit of its own
    if not 1 <= round(days) <= _LONGEST:
        raise ArgumentError(
            "window", window, "window_too_short" if days < _LONGEST else "window_too_long", example="12M"
        )
    months = days / _checks.DAYS["M"]
    in_months = isinstance(window, str) and window.strip().upper().endswith(("M", "Y"))
    if not in_months or abs(months - round(months)) > 1e-9:
        return as_of - round(days) + 1
    # A month more than enough: calendar months differ from their average by up to three days.
    calendar = periods_between(as_of - round(days) - 31, as_of, Calendar("month", rolling=True))
    return int(calendar.starts[-round(months)])


def _calendar(first_day: int, as_of: int, period: str, fiscal_start: int) -> Ints:
    """First days of the periods, and of the one after the last."""
    if period in _DAYS:
        length, shift = _DAYS[period], _WEEKS.get(period, 0)
        first, last = ((day - shift) // length for day in (first_day, as_of))
        return np.arange(first, last + 2) * length + shift
    length, shift = _MONTHS[period], fiscal_start - 1
    first, last = ((_month(day) - shift) // length for day in (first_day, as_of))
    return _first_days(np.arange(first, last + 2) * length + shift)


def _rolling(first_day: int, as_of: int, period: str) -> Ints:
    """The same, counted back from the day after `as_of`; a month that is too short ends on its last day."""
    if period in _DAYS:
        n = -(-(as_of - first_day + 1) // _DAYS[period])
        return as_of + 1 - np.arange(n, -1, -1) * _DAYS[period]
    length, last = _MONTHS[period], _checks.date_of_day(as_of)
    n = (_month(as_of) - _month(first_day)) // length + 2
    months = _month(as_of) - np.arange(n, -1, -1) * length
    ends = np.minimum(_first_days(months) + last.day, _first_days(months + 1)) - 1
    bounds = ends + 1
    return bounds[max(int(np.searchsorted(bounds, first_day, side="right")) - 1, 0) :]


def _month(day: int) -> int:
    """Months since 1970-01."""
    date = _checks.date_of_day(day)
    return 12 * (date.year - 1970) + date.month - 1


def _first_days(months: Array) -> Ints:
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _name(start: int, period: str, fiscal_start: int) -> str:
    date = _checks.date_of_day(start)
    if period in _DAYS:
        return str(date)
    if period == "month":
        return f"{date:%Y-%m}"
    begun = date.year - (date.month < fiscal_start)
    year = str(begun) if fiscal_start == 1 else f"{begun}/{(begun + 1) % 100:02d}"
    return year if period == "year" else f"{year}-Q{(date.month - fiscal_start) % 12 // 3 + 1}"
