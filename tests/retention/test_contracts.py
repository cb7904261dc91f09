"""Contracts against a day-by-day count in plain Python, a worked example, their laws, and bad input."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crmkit as crm
from conftest import as_columns, examples, small_table
from crmkit.errors import ArgumentError, ColumnError, DataError

contract_rates = crm.retention.contract_rates
law = settings(deadline=None, max_examples=examples(25))
FIRST = dt.date(2024, 1, 1)
COUNTS = ("start", "new", "lost", "reactivated", "end", "came_and_left")

# (customer, first day, length in days or None, cents a month)
listed = st.lists(
    st.tuples(st.sampled_from("abcd"), st.integers(0, 160), st.none() | st.integers(0, 90), st.integers(0, 999)),
    min_size=1, max_size=12,
)  # fmt: skip


def table_of(rows):
    return small_table(columns_of(rows))


def columns_of(rows):
    begin = [FIRST + dt.timedelta(days=day) for _, day, _, _ in rows]
    return {
        "customer_id": [who for who, _, _, _ in rows],
        "start_date": [str(day) for day in begin],
        "end_date": [None if n is None else str(day + dt.timedelta(days=n)) for day, (_, _, n, _) in
                     zip(begin, rows, strict=True)],
        "fee": [cents / 100 for _, _, _, cents in rows],
    }  # fmt: skip


def by_hand(rows, as_of):
    """Counts of each month, from the customers and the money of each day."""
    begun = [(who, day, 10**6 if n is None else day + n, cents) for who, day, n, cents in rows]
    begun = [row for row in begun if row[1] <= (as_of - FIRST).days]
    earliest = FIRST + dt.timedelta(days=min(day for _, day, _, _ in begun))
    days = [earliest + dt.timedelta(days=n) for n in range((as_of - earliest).days + 1)]
    there = {day: defaultdict(int) for day in days}
    for who, first, last, cents in begun:
        for day in days:
            if first <= (day - FIRST).days <= last:
                there[day][who] += cents
    months, found, ever = sorted({str(day)[:7] for day in days}), [], set()
    before = {}
    for month in months:
        own = [day for day in days if str(day)[:7] == month]
        now, seen = there[own[-1]], set().union(*(there[day] for day in own))
        ended = defaultdict(list)
        for who, _, last, _ in begun:
            day = FIRST + dt.timedelta(days=min(last, 10**5))
            if day in own and day < as_of:
                ended[who].append(day)
        both = set(before) & set(now)
        found.append({
            "start": len(before), "new": len(set(now) - ever - set(before)), "lost": len(set(before) - set(now)),
            "reactivated": len((set(now) & ever) - set(before)), "end": len(now),
            "came_and_left": len(seen - set(now) - set(before)),
            "due": len(ended),
            "renewed": sum(who in there[max(ends) + dt.timedelta(days=1)] for who, ends in ended.items()),
            "expansion": sum(max(now[who] - before[who], 0) for who in both),
            "contraction": sum(max(before[who] - now[who], 0) for who in both),
            "churned": sum(before[who] for who in set(before) - set(now)), "money": sum(now.values()),
        })  # fmt: skip
        ever |= set(now)
        before = dict(now)
    return months, found


@given(rows=listed, days=st.integers(0, 200))
@law
def test_counts_are_those_of_a_count_day_by_day(rows, days):
    agree(rows, FIRST + dt.timedelta(days=max(days, min(day for _, day, _, _ in rows))))


def agree(rows, as_of):
    found = contract_rates(table_of(rows), as_of=as_of, amount="fee")
    people, renewals, money = (as_columns(part) for part in (found.table, found.renewals, found.movements.table))
    counted = as_columns(found.movements.customers)
    months, hand = by_hand(rows, as_of)
    assert people["period"] == months
    for at, row in enumerate(hand):
        known = [name for name in COUNTS if people[name][at] is not None]
        assert {name: people[name][at] for name in known} == {name: row[name] for name in known}
        assert len(known) == 6 or at == 0 or not people["complete"][at]
        assert (renewals["due"][at], renewals["renewed"][at]) == (row["due"], row["renewed"])
        assert round(100 * money["end"][at]) == row["money"]
        if at and people["complete"][at]:
            moved = {name: round(100 * money[name][at]) for name in ("expansion", "contraction", "churned")}
            assert moved == {name: row[name] for name in moved}
            assert counted["churned"][at] == people["lost"][at]
            kept = sum(counted[name][at] for name in ("expanded", "unchanged", "contracted"))
            assert kept == people["start"][at] - people["lost"][at]
    return renewals


def test_counts_at_the_edges_of_months_contracts_and_the_data():
    # Day 59 is 29 February, day 90 is 31 March, the last day that is seen.
    rows = [
        ("a", 0, 59, 100), ("a", 60, None, 100),  # renewed on the day after
        ("b", 0, 20, 200), ("b", 22, None, 200),  # a day too late
        ("c", 0, 90, 300),  # the day after its end is not seen yet
        ("d", 0, 89, 400), ("d", 90, None, 500),  # renewed on the last day seen
        ("e", 10, 40, 600), ("e", 50, 1, 600),  # from day 50 to day 51
        ("f", 31, 9, 700), ("f", 40, 30, 650),  # begins on the day on which the other one ends
        ("g", 60, 30, 800),  # the whole of March
        ("h", 30, 30, 900), ("h", 89, None, 900),  # back within the month
        ("i", 5, 54, 150), ("i", 60, 0, 150),  # renewed, for one day
    ]  # fmt: skip
    renewals = agree(rows, FIRST + dt.timedelta(days=90))
    assert (renewals["due"], renewals["renewed"]) == ([1, 4, 4], [0, 3, 1])
    assert renewals["renewal_rate"] == [0.0, 0.75, None]  # who renews an end on 31 March is not known on that day
    assert renewals["complete"] == [True, True, False]
    assert agree(rows, FIRST + dt.timedelta(days=91))["complete"] == [True, True, True, False]


@given(rows=listed, period=st.sampled_from(("day", "week", "month", "quarter")), rolling=st.booleans())
@law
def test_customers_and_money_add_up_in_every_kind_of_period(rows, period, rolling):
    found = contract_rates(
        table_of(rows), as_of="2024-09-10", amount="fee", period=crm.Calendar(period, rolling=rolling)
    )
    people, money = as_columns(found.table), as_columns(found.movements.table)
    for at, lost in enumerate(people["lost"]):
        p, m = ({name: values[at] for name, values in part.items()} for part in (people, money))
        if lost is not None:
            assert p["end"] == p["start"] + p["new"] - p["lost"] + p["reactivated"]
            gained = [round(100 * m[name]) for name in ("start", "new", "reactivated", "expansion")]
            assert round(100 * m["end"]) == sum(gained) - round(100 * m["contraction"]) - round(100 * m["churned"])
    assert people["start"][1:] == people["end"][:-1]
    assert money["start"][1:] == money["end"][:-1]


@given(rows=listed, days=st.integers(0, 200))
@law
def test_what_comes_later_changes_no_complete_period(rows, days):
    cut = FIRST + dt.timedelta(days=max(days, min(day for _, day, _, _ in rows)))
    known = [(who, day, n if n is not None and FIRST + dt.timedelta(days=day + n) <= cut else None, cents)
             for who, day, n, cents in rows if FIRST + dt.timedelta(days=day) <= cut]  # fmt: skip
    before = as_columns(contract_rates(table_of(known), as_of=cut).table)
    after = as_columns(contract_rates(table_of(rows), as_of="2024-12-31").table)
    n = sum(before["complete"])
    assert {name: values[:n] for name, values in before.items()} == {name: values[:n] for name, values in after.items()}


# --- a worked example -----------------------------------------------------------------------------------------------

CONTRACTS = {
    "customer_id": ["a", "b", "b", "c", "d", "d", "e"],
    "start_date": ["2024-01-01", "2024-01-10", "2024-02-10", "2024-01-15", "2024-01-20", "2024-03-05", "2024-02-03"],
    # a runs on; b renews on the day after; c leaves; d comes back after a pause; e comes and leaves in February
    "end_date": [None, "2024-02-09", None, "2024-02-14", "2024-02-19", None, "2024-02-20"],
    "fee": [10.0, 20.0, 25.0, 5.0, 8.0, 4.0, 99.0],
    "plan": ["basic", "plus", "basic", "plus", "plus", "basic", "basic"],
}


def test_the_example_by_hand(make_table):
    contracts = make_table(CONTRACTS)
    found = contract_rates(contracts, as_of="2024-03-31", amount="fee")
    assert isinstance(found.table, type(contracts))
    people, renewals, money = (
        as_columns(part, sort="period") for part in (found.table, found.renewals, found.movements.table)
    )
    assert people["period"] == ["2024-01", "2024-02", "2024-03"]
    assert people["start"] == [None, 4, 2]
    assert people["new"] == [4, 0, 0]
    assert people["lost"] == [None, 2, 0]
    assert people["reactivated"] == [0, 0, 1]
    assert people["end"] == [4, 2, 3]
    assert people["came_and_left"] == [0, 1, 0]
    assert people["retention_rate"] == [None, 0.5, 1.0]
    assert (renewals["due"], renewals["renewed"]) == ([0, 4, 0], [0, 1, 0])
    assert renewals["renewal_rate"] == [None, 0.25, None]
    assert [money[name][1] for name in ("start", "expansion", "contraction", "churned", "end")] == [43, 5, 0, 13, 35]
    assert (money["grr"][1], money["nrr"][1]) == (30 / 43, 35 / 43)
    assert money["reactivated"][2] == 4.0
    assert str(found).endswith(str(found.definition))
    assert found.renewal_definition.lines()[0] == ("measure", "renewal of contracts")


def test_dates_may_be_dates_and_columns_have_names_of_their_own(make_table):
    dates = {name: [None if day is None else dt.datetime.fromisoformat(day) for day in CONTRACTS[name]]
             for name in ("start_date", "end_date")}  # fmt: skip
    own = {"who": CONTRACTS["customer_id"], "from": dates["start_date"], "to": dates["end_date"]}
    found = contract_rates(make_table(own), as_of="2024-03-31", customer="who", start="from", end="to")
    assert found.movements is None
    assert as_columns(found.table, sort="period")["end"] == [4, 2, 3]


def test_contracts_of_which_none_has_ended(make_table):
    own = {"customer_id": ["a", "b"], "start_date": ["2024-01-01", "2024-02-01"], "end_date": [None, None]}
    assert as_columns(contract_rates(make_table(own), as_of="2024-02-29").table, sort="period")["end"] == [1, 2]


def test_groups_are_those_of_the_first_contract(make_table):
    plans = {**CONTRACTS, "plan": ["basic", "plus", "basic", "plus", "plus", "basic", None]}
    found = as_columns(contract_rates(make_table(plans), as_of="2024-03-31", by="plan").table,
                       sort=["group", "period"])  # fmt: skip
    assert found["group"] == ["basic"] * 3 + ["plus"] * 3 + ["ungrouped"] * 3
    assert found["end"] == [1, 1, 1, 3, 1, 2, 0, 0, 0]
    assert found["came_and_left"] == [0, 0, 0, 0, 0, 0, 0, 1, 0]


def test_contracts_side_by_side_are_one_customer():
    rows = [("a", 0, None, 100), ("a", 5, 60, 300)]
    found = contract_rates(table_of(rows), as_of="2024-04-30", amount="fee")
    assert as_columns(found.table)["end"] == [1, 1, 1, 1]
    assert as_columns(found.movements.table)["end"] == [4.0, 4.0, 1.0, 1.0]
    assert as_columns(found.movements.table)["contraction"] == [None, 0.0, 3.0, 0.0]


def test_who_was_there_at_the_start_and_then_for_some_days_is_lost_and_no_passer_by():
    rows = [("a", 0, 40, 100), ("a", 45, 5, 100), ("b", 0, None, 100)]
    found = as_columns(contract_rates(table_of(rows), as_of="2024-02-29").table)
    assert (found["lost"], found["came_and_left"]) == ([None, 1], [0, 0])


def test_an_end_after_the_as_of_date_is_not_known_yet():
    rows = [("a", 0, 200, 100)]
    found = contract_rates(table_of(rows), as_of="2024-03-31")
    assert (as_columns(found.table)["end"], as_columns(found.renewals)["due"]) == ([1, 1, 1], [0, 0, 0])


def test_amounts_are_counted_in_the_unit_they_need():
    own = {**columns_of([("a", 0, None, 0), ("b", 0, None, 0)]), "fee": [0.0005, 1 / 3]}
    found = contract_rates(small_table(own), as_of="2024-01-31", amount="fee")
    assert as_columns(found.movements.table)["end"] == [0.333833]


# --- bad input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"end_date": ["2023-12-31", "x"]}, DataError, r"column 'end_date' has dates that cannot be read: 'x'"),
        ({"end_date": ["2023-12-31", "2024-02-01"]}, DataError, r"in 1 row: 'a: 2024-01-01 to 2023-12-31'"),
        ({"start_date": [None, "2024-01-01"]}, ColumnError, r"column 'start_date' is missing or not finite in 1 row"),
        ({"customer_id": ["a", None]}, ColumnError, r"column 'customer_id' is missing"),
        ({"start_date": [20240101, 20240105]}, ColumnError, r"column 'start_date' holds no dates but Int64: 20240101"),
        ({"fee": ["ten", "nine"]}, ColumnError, r"column 'fee' is not numeric"),
        ({"fee": [1.0, float("nan")]}, ColumnError, r"column 'fee' is missing or not finite in 1 row"),
    ],
)  # fmt: skip
def test_flawed_contracts_are_named(make_table, changes, error, message):
    own = {"customer_id": ["a", "b"], "start_date": ["2024-01-01", "2024-01-05"], "end_date": [None, "2024-02-01"],
           "fee": [1.0, 2.0]}  # fmt: skip
    with pytest.raises(error, match=message):
        contract_rates(make_table({**own, **changes}), as_of="2024-03-31", amount="fee")


def test_a_missing_column_is_named_with_the_way_out():
    with pytest.raises(ColumnError, match=r"no column 'end_date'; the table has[\s\S]*contract_rates\(contracts"):
        contract_rates(small_table({"customer_id": ["a"], "start_date": ["2024-01-01"]}), as_of="2024-03-31")


def test_nothing_before_the_as_of_date_is_said():
    with pytest.raises(DataError, match="no contract begins by as_of='2023-12-31'; the first begins on 2024-01-01"):
        contract_rates(small_table(CONTRACTS), as_of="2023-12-31")


def test_what_is_no_period_is_refused():
    with pytest.raises(ArgumentError, match="period='decade'"):
        contract_rates(small_table(CONTRACTS), as_of="2024-03-31", period="decade")


def test_no_rows_are_refused_in_words_for_contracts():
    empty = {"customer_id": [], "start_date": [], "end_date": []}
    pl = pytest.importorskip("polars")
    dated = {"customer_id": pl.String, "start_date": pl.String, "end_date": pl.Date}
    for table in (empty, pl.DataFrame(empty), pl.LazyFrame(empty, schema=dated)):
        with pytest.raises(DataError, match=r"no rows\. Pass one with at least one contract"):
            contract_rates(table, as_of="2024-03-31")


def test_an_empty_relation_is_refused():
    duckdb = pytest.importorskip("duckdb")
    text = "select 'a' as customer_id, '2024-01-01' as start_date, '2024-02-01' as end_date"
    with duckdb.connect() as connection, pytest.raises(DataError, match="at least one contract"):
        contract_rates(connection.sql(f"{text} where false"), as_of="2024-03-31")


def test_the_card_of_renewals_says_the_same_in_chinese():
    definition = contract_rates(small_table(CONTRACTS), as_of="2024-03-31").renewal_definition
    assert "分子：其中在本期内最后一次到期的次日仍有合同的客户" in definition.text("zh")


@settings(deadline=None, max_examples=examples(30))
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 200), st.one_of(st.none(), st.integers(0, 120))),
        min_size=1, max_size=12,
    )
)  # fmt: skip
def test_cohorts_of_contracts_are_those_counted_one_by_one(rows):
    from crmkit.retention import contract_cohorts

    begins = [FIRST + dt.timedelta(days=begin) for _, begin, _ in rows]
    ends = [None if n is None else day + dt.timedelta(days=n) for day, (_, _, n) in zip(begins, rows, strict=True)]
    table = {"customer_id": [who for who, _, _ in rows], "start_date": [str(day) for day in begins],
             "end_date": [None if day is None else str(day) for day in ends]}  # fmt: skip
    as_of = FIRST + dt.timedelta(days=200)
    first = {who: min(day for day, (one, _, _) in zip(begins, rows, strict=True) if one == who) for who, _, _ in rows}
    months = sorted({(FIRST + dt.timedelta(days=k)).strftime("%Y-%m") for k in range(201)})
    got = contract_cohorts(small_table(table), as_of=as_of)
    for cohort, age, size, n in zip(*(as_columns(got)[name] for name in ("cohort", "cohort_age", "size", "customers")),
                                    strict=True):  # fmt: skip
        own = [who for who, day in first.items() if day.strftime("%Y-%m") == cohort]
        month = months[months.index(cohort) + age]
        last = max(d for k in range(201) if (d := FIRST + dt.timedelta(days=k)).strftime("%Y-%m") == month)
        there = {who for day, end, (who, _, _) in zip(begins, ends, rows, strict=True)
                 if day <= last and (end is None or end >= last)}  # fmt: skip
        assert (size, n) == (len(own), len(there & set(own)))
    listed = as_columns(got)  # every age up to now of every cohort with somebody in it, be it one
    wanted = [(month, age) for at, month in enumerate(months) if any(f"{day:%Y-%m}" == month for day in first.values())
              for age in range(len(months) - at)]  # fmt: skip
    assert list(zip(listed["cohort"], listed["cohort_age"], strict=True)) == wanted


def test_who_renews_for_more_for_the_same_and_for_less_is_told_apart():
    contracts = {
        "customer_id": ["a", "a", "b", "b", "c", "c", "d"],
        "start_date": [*["2025-01-01", "2025-02-01"] * 3, "2025-02-01"],
        "end_date": [*["2025-01-31", "2025-02-28"] * 3, "2025-02-28"],
        "fee": [10.0, 10.0, 10.0, 12.0, 10.0, 7.0, 5.0],
    }
    people = as_columns(contract_rates(contracts, as_of="2025-02-28", amount="fee").movements.customers)
    assert [people[name][1] for name in ("expanded", "unchanged", "contracted")] == [1, 1, 1]
