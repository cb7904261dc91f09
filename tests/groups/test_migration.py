"""Migration between groups against hand counts, its laws, and bad input."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import KINDS, as_columns, small_table, table_of
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit import segment
from crmkit.errors import ArgumentError, ColumnError, DataError

JANUARY = {
    "customer_id": ["a", "b", "c", "d", "e"],
    "tier": ["top", "top", "mid", "low", "low"],
    "monetary": [90.0, 80.0, 40.0, 5.0, 4.0],
}
JUNE = {
    "customer_id": ["f", "e", "c", "b", "a"],
    "tier": ["mid", "mid", "top", "low", "top"],
    "monetary": [30.0, 35.0, 70.0, 3.0, 95.0],
}
ORDER = ["top", "mid", "low"]


def test_moves_of_six_customers_by_hand(make_table):
    table = make_table(JANUARY)
    found = segment.migration(table, make_table(JUNE), column="tier", order=ORDER)
    assert type(found.customers) is type(table)
    assert as_columns(found.customers, sort="before") == {
        "before": ["absent", "low", "mid", "top"],
        "top": [0, 0, 1, 1],
        "mid": [1, 1, 0, 0],
        "low": [0, 0, 0, 1],
        "absent": [0, 1, 0, 0],
    }
    assert as_columns(found.shares, sort="before") == {
        "before": ["absent", "low", "mid", "top"],
        "top": [0.0, 0.0, 1.0, 0.5],
        "mid": [1.0, 0.5, 0.0, 0.0],
        "low": [0.0, 0.0, 0.0, 0.5],
        "absent": [0.0, 0.5, 0.0, 0.0],
    }
    assert as_columns(found.value, sort="before") == {
        "before": ["absent", "low", "mid", "top"],
        "top": [0.0, 0.0, 40.0, 90.0],
        "mid": [30.0, 4.0, 0.0, 0.0],
        "low": [0.0, 0.0, 0.0, 80.0],
        "absent": [0.0, 5.0, 0.0, 0.0],
    }
    assert as_columns(found.summary, sort="direction") == {
        "direction": ["down", "joined", "left", "same", "up"],
        "customers": [1, 1, 1, 1, 2],
        "value_before": [80.0, 0.0, 5.0, 90.0, 44.0],
        "value_after": [3.0, 30.0, 0.0, 95.0, 105.0],
        "change": [-77.0, 30.0, -5.0, 5.0, 61.0],
    }
    moves = as_columns(found.moves, sort=["before", "after"])
    assert list(zip(moves["before"], moves["after"], moves["direction"], strict=True)) == [
        ("absent", "mid", "joined"),
        ("low", "absent", "left"),
        ("low", "mid", "up"),
        ("mid", "top", "up"),
        ("top", "low", "down"),
        ("top", "top", "same"),
    ]
    assert moves["change"] == [30.0, -5.0, 31.0, 30.0, -77.0, 5.0]


def test_rows_and_columns_come_in_the_order_given():
    found = segment.migration(JANUARY, JUNE, column="tier", order=ORDER)
    assert list(found.customers.columns) == ["before", *ORDER, "absent"]
    assert found.customers["before"].tolist() == [*ORDER, "absent"]
    without = segment.migration(JANUARY, JUNE, column="tier")
    assert without.customers["before"].tolist() == ["low", "mid", "top", "absent"]
    assert without.summary["direction"].tolist() == ["same", "moved", "joined", "left"]


def test_the_two_tables_may_be_of_different_kinds(make_table):
    expected = as_columns(segment.migration(JANUARY, JUNE, column="tier").moves, sort=["before", "after"])
    for kind in KINDS:
        if kind != "duckdb":
            found = segment.migration(table_of(kind, JANUARY), make_table(JUNE), column="tier")
            assert as_columns(found.moves, sort=["before", "after"]) == expected


PEOPLE = st.dictionaries(
    st.integers(0, 30), st.tuples(st.sampled_from("xyz"), st.integers(-4, 9).map(lambda n: n / 4)), max_size=20
)


def listed(people):
    rows = list(people.items())
    return small_table(
        {
            "customer_id": np.array([who for who, _ in rows], dtype=int),
            "segment": [group for _, (group, _) in rows],
            "monetary": np.array([money for _, (_, money) in rows], dtype=float),
        }
    )


@settings(max_examples=25, deadline=None)
@given(before=PEOPLE.filter(bool), after=PEOPLE.filter(bool))
def test_every_customer_and_all_money_is_in_one_move(before, after):
    found = segment.migration(listed(before), listed(after))
    moves = as_columns(found.moves)
    assert sum(moves["customers"]) == len({*before, *after})
    assert sum(moves["value_before"]) == sum(money for _, money in before.values())
    assert sum(moves["value_after"]) == sum(money for _, money in after.values())
    for start, end, n in zip(moves["before"], moves["after"], moves["customers"], strict=True):
        here = {who for who in {*before, *after} if before.get(who, ("absent",))[0] == start}
        assert n == sum(after.get(who, ("absent",))[0] == end for who in here)
    assert sum(as_columns(found.summary)["customers"]) == sum(moves["customers"])
    shares = as_columns(found.shares)
    rows = zip(*(shares[name] for name in shares if name != "before"), strict=True)
    assert all(sum(row) == pytest.approx(1) or sum(row) == 0 for row in rows)
    back = as_columns(segment.migration(listed(after), listed(before)).moves)
    there_and_back = [list(zip(m[a], m[b], m["customers"], strict=True)) for m, a, b in
                      ((moves, "before", "after"), (back, "after", "before"))]  # fmt: skip
    assert sorted(there_and_back[0]) == sorted(there_and_back[1])


def test_one_list_may_be_empty(make_table):
    empty = {
        "customer_id": np.array([], dtype=str),
        "tier": np.array([], dtype=str),
        "monetary": np.array([], dtype=float),
    }
    found = segment.migration(make_table(JANUARY), make_table(empty), column="tier")
    assert as_columns(found.summary)["direction"] == ["left"]
    with pytest.raises(DataError, match="both tables have no rows"):
        segment.migration(make_table(empty), make_table(empty), column="tier")


def test_lists_that_cannot_be_matched_are_refused(make_table):
    twice = {**JUNE, "customer_id": ["f", "e", "c", "e", "a"]}
    with pytest.raises(DataError, match="table `after` has more than one row for customer_id 'e'"):
        segment.migration(make_table(JANUARY), make_table(twice), column="tier")
    numbered = {**JUNE, "customer_id": [1, 2, 3, 4, 5]}
    with pytest.raises(DataError, match="text in one table and numbers in the other: 'a', "):
        segment.migration(make_table(JANUARY), make_table(numbered), column="tier")
    named = {**JUNE, "tier": ["absent", "mid", "top", "low", "top"]}
    with pytest.raises(DataError, match='a group called "absent"'):
        segment.migration(make_table(JANUARY), make_table(named), column="tier")
    with pytest.raises(ColumnError, match="no column 'segment'"):
        segment.migration(make_table(JANUARY), make_table(JUNE))
    for order in (["top", "mid"], ["top", "mid", "low", "top"]):
        with pytest.raises(ArgumentError, match="every group once"):
            segment.migration(JANUARY, JUNE, column="tier", order=order)
