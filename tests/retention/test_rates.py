"""Rates against the textbook, CDNOW, scipy's intervals and a count customer by customer; laws; bad input."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from movements_by_hand import columns_of, movements_of
from scipy import stats

import crmkit as crm
from conftest import as_columns, examples, small_table, table_of
from crmkit._statistics import wilson
from crmkit.errors import ArgumentError, ColumnError, DataError

retention = crm.retention
law = settings(deadline=None, max_examples=examples(25))
DATES = [str(dt.date(2024, 1, 1) + dt.timedelta(days=day)) for day in range(150)]

# (customer, date, cents) in five months; below 0 is a refund
histories = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from(DATES), st.integers(-500, 1000)), min_size=1, max_size=40
).filter(lambda rows: any(cents >= 0 for _, _, cents in rows))


def rates_of(rows, **options):
    return as_columns(retention.rates(small_table(columns_of(rows)), **options).table)


def by_hand(rows, names):
    return movements_of([(who, date[:7], cents) for who, date, cents in rows], names)


# --- published ------------------------------------------------------------------------------------------------------


def test_the_textbook_s_year():
    """200 customers at the start, 45 acquired, 215 at the end: 30 lost."""
    assert retention.retention_rate(start=200, new=45, end=215) == 0.85
    assert retention.churn_rate(start=200, new=45, end=215) == 0.15


def test_the_textbook_s_year_counted_from_purchases():
    """The same customers as rows: 200 in the first year, 170 of them in the second, and 45 others."""
    first = [(f"c{who}", "2023-05-05", 100) for who in range(200)]
    second = [(f"c{who}", "2024-05-05", 100) for who in range(30, 245)]
    tx = crm.Transactions(small_table(columns_of(first + second)), as_of="2024-12-31")
    found = as_columns(retention.rates(tx, period="year").table)
    at = {name: values[1] for name, values in found.items()}
    assert [at[name] for name in ("start", "new", "lost", "reactivated", "end")] == [200, 45, 30, 0, 215]
    assert (at["retention_rate"], at["churn_rate"]) == (0.85, 0.15)


@pytest.mark.parametrize(
    ("start", "new", "end", "kept"), [(10, 0, 10, 1.0), (10, 3, 3, 0.0), (10, 3, 13, 1.0), (8, 2, 4, 0.25)]
)
def test_rates_at_their_ends_and_between(start, new, end, kept):
    assert retention.retention_rate(start=start, new=new, end=end) == kept
    assert retention.churn_rate(start=start, new=new, end=end) == 1 - kept


@pytest.mark.parametrize(("start", "new", "end"), [(0, 0, 0), (10, -1, 5), (10, 3, 2), (10, 0, 11), (-5, 0, -5)])
def test_counts_that_cannot_be_have_no_rate(start, new, end):
    with pytest.raises(ArgumentError, match="start"):
        retention.retention_rate(start=start, new=new, end=end)


def test_the_two_bases_of_three_customers_by_hand():
    """a buys in January and March, b in January, c in February."""
    sales = {"customer_id": ["a", "b", "c", "a"], "amount": [5.0] * 4,
             "date": ["2025-01-05", "2025-01-06", "2025-02-07", "2025-03-08"]}  # fmt: skip
    tx = crm.Transactions(small_table(sales), as_of="2025-03-31")
    names = ("start", "new", "lost", "reactivated", "end", "retention_rate")
    active, ever = (as_columns(retention.rates(tx, base=base).table) for base in ("active", "ever"))
    # of those of January nobody buys in February; in March a is back, and c, the only one of February, is not there
    assert {name: active[name] for name in names} == {
        "start": [None, 2, 1], "new": [2, 1, 0], "lost": [None, 2, 1], "reactivated": [0, 0, 1], "end": [2, 1, 1],
        "retention_rate": [None, 0, 0],
    }  # fmt: skip
    # of the two and then three who ever bought, a alone buys in March: nobody can come back who never counts as gone
    assert {name: ever[name] for name in names} == {
        "start": [None, 2, 3], "new": [2, 1, 0], "lost": [None, 2, 2], "reactivated": [0, 0, 0], "end": [2, 1, 1],
        "retention_rate": [None, 0, pytest.approx(1 / 3)],
    }  # fmt: skip


@pytest.mark.parametrize(("base", "churn"), [("active", 0.52), ("ever", 0.82)])
def test_the_churn_of_cdnow_s_last_quarter_of_1997(cdnow, base, churn):
    found = as_columns(retention.rates(small_table(cdnow), period="quarter", base=base).table)
    at = found["period"].index("1997-Q4")
    assert found["churn_rate"][at] == pytest.approx(churn, abs=0.005)


@pytest.mark.parametrize(("k", "n"), [(0, 1), (0, 40), (1, 2), (7, 40), (40, 40), (4221, 23570)])
def test_intervals_are_those_of_scipy(k, n):
    low, high = wilson(k, n)
    theirs = stats.binomtest(k, n).proportion_ci(0.95, method="wilson")
    assert (float(low), float(high)) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_rates_carry_the_intervals_of_their_counts(cdnow_sample):
    found = as_columns(retention.rates(small_table(cdnow_sample), period="quarter").table)
    for start, lost, low, high, churn_low, churn_high in zip(
        *(found[n] for n in ("start", "lost", "retention_low", "retention_high", "churn_low", "churn_high")),
        strict=True,
    ):
        if start is not None:
            kept = stats.binomtest(int(start - lost), int(start)).proportion_ci(0.95, method="wilson")
            gone = stats.binomtest(int(lost), int(start)).proportion_ci(0.95, method="wilson")
            assert (low, high) == pytest.approx((kept.low, kept.high), abs=1e-12)
            assert (churn_low, churn_high) == pytest.approx((gone.low, gone.high), abs=1e-12)


# --- laws -----------------------------------------------------------------------------------------------------------


@given(rows=histories)
@law
def test_counts_are_those_of_a_count_customer_by_customer(rows):
    tx = crm.Transactions(small_table(columns_of(rows)), as_of="2024-06-05")
    active, ever = (as_columns(retention.rates(tx, base=base).table) for base in ("active", "ever"))
    hand = by_hand(rows, active["period"])
    for at, name in enumerate(active["period"]):
        people = hand[name]["customers"]
        assert active["new"][at] == ever["new"][at] == people["new"]
        assert active["reactivated"][at] == people["reactivated"]
        assert active["end"][at] == ever["end"][at] == people["end"]
        if at and active["complete"][at]:
            assert active["start"][at] == people["start"]
            assert active["lost"][at] == people["churned"]
            before, again = hand[name]["ever"]
            assert (ever["start"][at], ever["lost"][at]) == (before, before - again)
            assert ever["churn_rate"][at] == (pytest.approx((before - again) / before) if before else None)
            assert active["churn_rate"][at] == (people["churned"] / people["start"] if people["start"] else None)


@given(rows=histories, base=st.sampled_from(("active", "ever")),
       period=st.sampled_from(("day", "week", "month", "quarter")), rolling=st.booleans())  # fmt: skip
@law
def test_customers_add_up_in_every_kind_of_period(rows, base, period, rolling):
    found = rates_of(rows, base=base, period=crm.Calendar(period, rolling=rolling))
    columns = (found[name] for name in ("start", "new", "lost", "reactivated", "end", "retention_rate", "churn_rate"))
    for start, new, lost, back, end, kept, gone in zip(*columns, strict=True):
        if lost is not None:
            assert end == start + new - lost + back
            assert kept is None if start == 0 else kept + gone == pytest.approx(1)
    assert found["start"][0] is found["lost"][0] is found["retention_rate"][0] is None
    if base == "active":
        assert found["start"][1:] == found["end"][:-1]


@given(rows=histories, day=st.sampled_from(DATES))
@law
def test_later_rows_change_no_complete_period(rows, day):
    early = [row for row in rows if row[1] <= day]
    if not any(cents >= 0 for _, _, cents in early):
        return
    cut = crm.Transactions(small_table(columns_of(early)), as_of=day)
    whole = crm.Transactions(small_table(columns_of(rows)), as_of="2024-06-30")
    before, after = (as_columns(retention.rates(tx).table) for tx in (cut, whole))
    n = sum(before["complete"])
    assert {name: values[:n] for name, values in before.items()} == {name: values[:n] for name, values in after.items()}


@given(rows=histories, order=st.randoms(use_true_random=False))
@law
def test_groups_add_up_to_all_customers(rows, order):
    everyone = rates_of(rows)
    shuffled = list(rows)
    order.shuffle(shuffled)
    clubs = small_table({"customer_id": list("abcd"), "club": ["x", "y", "x", None]})
    found = rates_of(shuffled, by=clubs) if {"a", "b", "c"} & {r[0] for r in rows if r[2] >= 0} else None
    if found is None:
        return
    for name in ("new", "reactivated", "end"):
        sums = [0] * len(everyone["period"])
        for period, value in zip(found["period"], found[name], strict=True):
            sums[everyone["period"].index(period)] += value
        assert sums == everyone[name]


def test_a_cut_in_the_middle_of_a_month_marks_it_and_leaves_the_others(cdnow):
    """On the 10th, 5 of 6 customers of the month before have not come back yet; that is no churn."""
    whole = as_columns(retention.rates(small_table(cdnow)).table)
    cut = as_columns(retention.rates(crm.Transactions(small_table(cdnow), as_of="1998-05-10")).table)
    assert cut["complete"] == [True] * 16 + [False]
    assert [cut[name][-1] for name in ("lost", "retention_rate", "churn_rate", "churn_low")] == [None] * 4
    assert {name: values[:16] for name, values in cut.items()} == {name: values[:16] for name, values in whole.items()}


def test_a_rolling_period_is_always_complete(cdnow_sample):
    tx = crm.Transactions(small_table(cdnow_sample), as_of="1998-05-10")
    found = as_columns(retention.rates(tx, period=crm.Calendar("quarter", rolling=True)).table)
    assert all(found["complete"])
    assert found["period"][-1] == "1998-02-11/1998-05-10"
    assert found["churn_rate"][-1] is not None


def test_periods_in_which_nobody_buys_are_there():
    found = rates_of([("a", "2024-01-05", 100), ("a", "2024-04-30", 100)])
    assert found["period"] == ["2024-01", "2024-02", "2024-03", "2024-04"]
    assert found["start"] == [None, 1, 0, 0]
    assert found["lost"] == [None, 1, 0, 0]
    assert found["churn_rate"] == [None, 1.0, None, None]
    assert found["reactivated"] == [0, 0, 0, 1]


def test_a_refund_is_never_a_visit():
    found = rates_of([("a", "2024-01-05", 100), ("a", "2024-02-05", -100), ("b", "2024-02-29", 50)])
    assert (found["lost"][1], found["end"][1]) == (1, 1)


@pytest.mark.parametrize("refunds", ["net", "drop", "ignore"])
def test_customers_do_not_depend_on_how_refunds_are_read(refunds):
    rows = [("a", "2024-01-05", 100), ("a", "2024-02-05", -100), ("b", "2024-01-09", 50), ("b", "2024-02-29", 50)]
    tx = crm.Transactions(small_table(columns_of(rows)), refunds=refunds)
    assert as_columns(retention.rates(tx).table)["churn_rate"] == [None, 0.5]


# --- kinds of table -------------------------------------------------------------------------------------------------

SALES = {
    "customer_id": ["a", "a", "b", "b", "c", "a", "c", "d"],
    "date": ["2024-01-05", "2024-02-05", "2024-01-20", "2024-02-11", "2024-01-31", "2024-03-02", "2024-03-30",
             "2024-02-29"],
    "amount": [10.0, 5.0, 7.5, -7.5, 3.0, 2.0, 1.0, 4.0],
    "channel": ["web", "shop", "shop", "shop", "web", "web", "shop", None],
}  # fmt: skip


def test_every_kind_of_table_gives_the_same_in_its_own_kind(make_table):
    sales = make_table(SALES)
    found = retention.rates(crm.Transactions(sales, as_of="2024-03-31"))
    assert isinstance(found.table, type(sales))
    columns = as_columns(found.table, sort="period")
    assert columns["period"] == ["2024-01", "2024-02", "2024-03"]
    assert columns["start"] == [None, 3, 2]
    assert columns["new"] == [3, 1, 0]
    assert columns["lost"] == [None, 2, 1]
    assert columns["reactivated"] == [0, 0, 1]
    assert columns["end"] == [3, 2, 2]
    assert columns["complete"] == [True, True, True]


def test_groups_of_a_role_are_those_of_the_first_purchase(make_table):
    found = retention.rates(crm.Transactions(make_table(SALES), as_of="2024-03-31"), by="channel")
    columns = as_columns(found.table, sort=["group", "period"])
    assert columns["group"] == [name for name in ("shop", "ungrouped", "web") for _ in range(3)]
    assert columns["end"] == [1, 0, 0, 0, 1, 0, 2, 1, 2]
    assert columns["lost"] == [None, 1, 0, None, 0, 1, None, 1, 0]


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_groups_may_come_in_a_table_of_another_kind(make_table, kind):
    clubs = table_of(kind, {"customer_id": ["a", "c"], "club": ["gold", "gold"]})
    columns = as_columns(retention.rates(make_table(SALES), by=clubs).table, sort=["group", "period"])
    assert columns["group"] == ["gold"] * 3 + ["ungrouped"] * 3
    assert columns["end"] == [2, 1, 2, 1, 1, 0]


# --- bad input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"base": "all"}, ArgumentError, r"base='all' is not known. Choose one of 'active', 'ever'"),
        ({"period": "decade"}, ArgumentError, r"period='decade' is not known"),
        ({"by": "region"}, ArgumentError, r"by='region' is not a role"),
        ({"by": {"customer_id": ["x"], "club": ["gold"]}}, DataError, r"no customer of these transactions a group"),
    ],
)
def test_what_cannot_be_asked_for_is_said(options, error, message):
    with pytest.raises(error, match=message):
        retention.rates(small_table(SALES), **options)


def test_a_missing_column_is_named():
    with pytest.raises(ColumnError, match="customer_id"):
        retention.rates(small_table({"who": ["a"], "date": ["2024-01-01"], "amount": [1.0]}))


@pytest.mark.parametrize("numbers", [(0, 0, 0), (200, 45, 260), (200, 45, 40), (200, -1, 100)])
def test_numbers_that_contradict_each_other_are_refused(numbers):
    start, new, end = numbers
    with pytest.raises(ArgumentError, match="do not fit together"):
        retention.retention_rate(start=start, new=new, end=end)


def test_numbers_that_are_none_are_refused():
    with pytest.raises(ArgumentError, match="end='many'"):
        retention.churn_rate(start=200, new=45, end="many")


def test_all_rates_are_between_zero_and_one(cdnow_sample):
    found = as_columns(retention.rates(small_table(cdnow_sample), period="week").table)
    for name in ("retention_rate", "retention_low", "retention_high", "churn_rate", "churn_low", "churn_high"):
        values = np.array([value for value in found[name] if value is not None])
        assert ((values >= 0) & (values <= 1)).all()


@pytest.mark.parametrize("level", [0.8, 0.99])
def test_the_intervals_are_wilson_s_at_the_level_that_is_asked_for(make_table, level):
    found = retention.rates(make_table(SALES), level=level)
    columns = as_columns(found.table, sort="period")
    kept = [start - lost for start, lost in zip(columns["start"][1:2], columns["lost"][1:2], strict=True)]
    low, high = wilson(kept, columns["start"][1:2], level)
    assert (columns["retention_low"][1], columns["retention_high"][1]) == (float(low[0]), float(high[0]))
    assert f"{100 * level:g} % intervals after Wilson" in found.definition.text()
