"""Periods against the calendar of the standard library, and their laws."""

from __future__ import annotations

import calendar
import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import crmkit as crm
from conftest import as_columns
from crmkit._checks import day_number
from crmkit._periods import PERIODS, periods_between
from crmkit.errors import ArgumentError

dates = st.dates(dt.date(1990, 1, 1), dt.date(2040, 12, 31))


def name_of(day: dt.date, period: str) -> str:
    """The name of a day's period, by the standard library."""
    if period == "week":
        return str(day - dt.timedelta(days=day.weekday()))
    if period == "week_sunday":
        return str(day - dt.timedelta(days=(day.weekday() + 1) % 7))
    quarter = f"{day.year}-Q{(day.month + 2) // 3}"
    return {"day": str(day), "month": day.isoformat()[:7], "quarter": quarter, "year": str(day.year)}[period]


@given(first=dates, days=st.integers(0, 900), period=st.sampled_from(PERIODS), at=st.floats(0, 1))
def test_a_day_falls_into_the_calendar_period_of_its_name(first, days, period, at):
    begin = day_number(first)
    found = periods_between(begin, begin + days, period)
    day = begin + round(at * days)
    assert found.names[found.of(np.array([day]))[0]] == name_of(dt.date(1970, 1, 1) + dt.timedelta(days=day), period)
    assert found.starts[0] <= begin <= found.ends[0]
    assert found.starts[-1] <= begin + days <= found.ends[-1]
    assert (found.starts[1:] == found.ends[:-1] + 1).all()
    assert found.complete[:-1].all()


@given(first=dates, days=st.integers(0, 900), period=st.sampled_from(PERIODS))
def test_rolling_periods_end_on_the_last_day_and_have_no_gaps(first, days, period):
    begin = day_number(first)
    found = periods_between(begin, begin + days, crm.Calendar(period, rolling=True))
    assert found.complete.all()
    assert found.ends[-1] == begin + days
    assert found.starts[0] <= begin <= found.ends[0]
    assert (found.starts[1:] == found.ends[:-1] + 1).all()


def test_a_rolling_month_ends_on_the_same_day_or_the_last_one():
    months = crm.Calendar("month", rolling=True)
    found = periods_between(day_number(dt.date(2024, 1, 15)), day_number(dt.date(2024, 3, 31)), months)
    ends = [dt.date(1970, 1, 1) + dt.timedelta(days=int(end)) for end in found.ends]
    assert ends == [dt.date(2024, 1, 31), dt.date(2024, 2, calendar.monthrange(2024, 2)[1]), dt.date(2024, 3, 31)]


def test_a_fiscal_year_begins_in_its_month():
    years, quarters = (crm.Calendar(period, fiscal_start=4) for period in ("year", "quarter"))
    found = periods_between(day_number(dt.date(2024, 3, 31)), day_number(dt.date(2024, 4, 1)), years)
    assert found.names == ["2023/24", "2024/25"]
    found = periods_between(day_number(dt.date(2024, 3, 31)), day_number(dt.date(2024, 7, 1)), quarters)
    assert found.names == ["2023/24-Q4", "2024/25-Q1", "2024/25-Q2"]


def test_rows_find_their_period_in_every_engine(make_table):
    sales = make_table({"customer_id": ["a", "a", "b"], "date": ["2024-01-31", "2024-02-01", "2024-02-29"],
                        "amount": [1.0, 2.0, 3.0]})  # fmt: skip
    tx = crm.Transactions(sales)
    months = periods_between(tx.first_day, day_number(tx.as_of), "month")
    found = as_columns(months.join(tx.rows()).select("customer_id", "money", "period").to_native(), sort="money")
    assert found["period"] == [0, 1, 1]


@pytest.mark.parametrize("wrong", [{"period": "decade"}, {"period": "year", "fiscal_start": 13}])
def test_what_is_no_period_is_refused(wrong):
    with pytest.raises(ArgumentError, match=r"decade|fiscal_start=13"):
        crm.Calendar(**wrong)
    with pytest.raises(ArgumentError, match="period='decade'"):
        periods_between(0, 1, "decade")
