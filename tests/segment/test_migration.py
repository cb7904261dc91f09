"""Migration between groups against hand counts, its laws, and bad input."""

from __future__ import annotations

import datetime as dt
import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crmkit as crm
from conftest import KINDS, as_columns, examples, small_table, table_of
from crmkit import growth, rfm, segment
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


@settings(max_examples=examples(25), deadline=None)
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
    with pytest.raises(DataError, match="the tables have no rows"):
        segment.migration(make_table(empty), make_table(empty), column="tier")


def test_lists_that_cannot_be_matched_are_refused(make_table):
    twice = {**JUNE, "customer_id": ["f", "e", "c", "e", "a"]}
    with pytest.raises(DataError, match="table `after` has more than one row for customer_id 'e'"):
        segment.migration(make_table(JANUARY), make_table(twice), column="tier")
    numbered = {**JUNE, "customer_id": [1, 2, 3, 4, 5]}
    with pytest.raises(DataError, match="customer ids are text and numbers, which cannot be matched: 'a', 1"):
        segment.migration(make_table(JANUARY), make_table(numbered), column="tier")
    named = {**JUNE, "tier": ["absent", "mid", "top", "low", "top"]}
    with pytest.raises(DataError, match='a group called "absent"'):
        segment.migration(make_table(JANUARY), make_table(named), column="tier")
    with pytest.raises(ColumnError, match="no column 'segment'"):
        segment.migration(make_table(JANUARY), make_table(JUNE))
    for order in (["top", "mid"], ["top", "mid", "low", "top"]):
        with pytest.raises(ArgumentError, match="every group once"):
            segment.migration(JANUARY, JUNE, column="tier", order=order)


# --- customers by name ----------------------------------------------------------------------------------------------


def test_everyone_is_listed_with_what_became_of_him(make_table):
    found = segment.migration(make_table(JANUARY), make_table(JUNE), column="tier", order=ORDER)
    assert as_columns(found.by_customer, sort="customer_id") == {
        "customer_id": ["a", "b", "c", "d", "e", "f"],
        "before": ["top", "top", "mid", "low", "low", "absent"],
        "after": ["top", "low", "top", "absent", "mid", "mid"],
        "direction": ["same", "down", "up", "left", "up", "joined"],
        "value_before": [90.0, 80.0, 40.0, 5.0, 4.0, 0.0],
        "value_after": [95.0, 3.0, 70.0, 0.0, 35.0, 30.0],
        "change": [5.0, -77.0, 30.0, -5.0, 31.0, 30.0],
    }
    up = as_columns(found.who("up"))
    assert up["customer_id"] == ["e", "c"]  # the largest change first
    assert up["change"] == [31.0, 30.0]
    assert as_columns(found.who("moved"))["customer_id"] == []
    assert type(found.who("left")) is type(found.by_customer)
    with pytest.raises(ArgumentError, match=r"direction='upgraded' is not known. Choose one of 'up', 'down'"):
        found.who("upgraded")


def test_integers_of_any_width_are_matched_exactly():
    """As floats, the odd neighbours of 2**53 and 2**60 would be one customer."""
    large = [2**60 + 1, 2**60 + 2, 2**53 + 1]
    before = {"customer_id": np.array(large, dtype=np.int64), "segment": ["x"] * 3}
    after = {"customer_id": np.array([*large[1:], 2**53], dtype=np.uint64), "segment": ["y"] * 3}
    found = as_columns(segment.migration(small_table(before), small_table(after)).by_customer)
    assert found["customer_id"] == [2**53, 2**53 + 1, 2**60 + 1, 2**60 + 2]
    assert found["direction"] == ["joined", "moved", "left", "moved"]
    floats = {"customer_id": np.array([2.0**53, 3.0]), "segment": ["y"] * 2}
    found = as_columns(segment.migration(small_table(before), small_table(floats)).by_customer)
    assert found["customer_id"] == [3, 2**53, 2**53 + 1, 2**60 + 1, 2**60 + 2]


@pytest.mark.parametrize(
    ("others", "said"),
    [([dt.date(2024, 1, 1)], "numbers and date"), ([("a", 1)], "numbers and tuple"), (["1", 2], "numbers and text")],
)
def test_ids_that_cannot_be_compared_are_refused(others, said):
    ids = np.empty(len(others), dtype=object)
    ids[:] = others
    after = {"customer_id": ids, "segment": ["y"] * len(others)}
    with pytest.raises(DataError, match=f"customer ids are {said}, which cannot be matched"):
        segment.migration({"customer_id": [1], "segment": ["x"]}, after)


def test_groups_that_are_numbers_come_by_size_below_0_and_with_decimals_too():
    ids = list(range(6))
    lists = [{"customer_id": ids, "segment": names} for names in (["-1", "0", "10"] * 2, ["0.5", "-2", "9"] * 2)]
    assert segment.migration(*lists).groups == ("-2", "-1", "0", "0.5", "9", "10")


def test_groups_may_be_numbers_and_come_by_size():
    clusters = {"who": [1, 2, 3, 4], "cluster": [10, 2, 0, 2], "spend": [1, 2, 3, 4]}
    later = {"who": [1.0, 2.0, 3.0], "cluster": [10.0, 0.0, 0.0], "spend": [1.5, 2.0, 3.0]}
    found = segment.migration(clusters, later, column="cluster", value="spend", customer="who")
    assert found.groups == ("0", "2", "10")
    assert as_columns(found.customers)["0"] == [1, 1, 0, 0]
    assert as_columns(found.customers)["absent"] == [0, 1, 0, 0]
    ordered = segment.migration(clusters, later, column="cluster", value="spend", customer="who", order=[0, 2, 10])
    assert as_columns(ordered.by_customer)["direction"] == ["same", "up", "same", "left"]


# --- to the cent ----------------------------------------------------------------------------------------------------

# Amounts so near 0 that a unit of them would be beyond the range of floats keep fewer digits; they are no money.
FLOATS = st.floats(-1e6, 1e9).filter(lambda money: money == 0 or abs(money) > 1e-250)
AMOUNTS = st.one_of(st.integers(-500, 99_999).map(lambda cents: cents / 100), FLOATS)
PRICED = st.dictionaries(st.integers(0, 60), st.tuples(st.sampled_from("xyz"), AMOUNTS), min_size=1, max_size=40)


@settings(max_examples=examples(40), deadline=None)
@given(before=PRICED, after=PRICED, shuffled=st.randoms(use_true_random=False))
def test_money_does_not_depend_on_the_order_of_rows(before, after, shuffled):
    rows = list(before.items())
    shuffled.shuffle(rows)
    one, other = (segment.migration(listed(people), listed(after)) for people in (before, dict(rows)))
    for part in ("value", "moves", "summary", "by_customer"):
        assert as_columns(getattr(one, part)) == as_columns(getattr(other, part))
    exact = sum(Fraction(money) for _, money in before.values())
    for part in (one.moves, one.summary, one.by_customer):
        total = sum(map(Fraction, as_columns(part)["value_before"]))
        assert abs(total - exact) <= 1e-15 * sum(
            abs(money) for people in (before, after) for _, money in people.values()
        )


@settings(max_examples=examples(25), deadline=None)
@given(cents=st.lists(st.integers(-10_000, 10_000_000), min_size=1, max_size=60))
def test_cents_add_up_to_the_cent(cents):
    people = {who: ("x", n / 100) for who, n in enumerate(cents)}
    found = segment.migration(listed(people), listed(people))
    assert as_columns(found.summary)["value_before"] == [sum(cents) / 100]  # 0.1 + 0.2 would be 0.30000000000000004
    assert as_columns(found.by_customer)["value_after"] == [n / 100 for n in cents]


# --- CDNOW ----------------------------------------------------------------------------------------------------------

BEST_FIRST = ["champions", "loyal", "potential_loyalist", "new", "promising", "needs_attention", "about_to_sleep",
              "at_risk", "cannot_lose", "hibernating", "lost"]  # fmt: skip


@pytest.fixture(scope="module")
def eleven():
    """The eleven segments of CDNOW at three dates, each by its own cuts."""
    tx = crm.Transactions(crm.datasets.load_cdnow())
    dates = ("1997-09-30", "1997-12-31", "1998-03-31")
    return {date: rfm.segment(rfm.score(crm.summarize(tx.until(date))), scheme="eleven") for date in dates}


def test_moves_on_cdnow_are_those_of_a_plain_crosstab(eleven):
    import pandas as pd

    before, after = eleven["1997-09-30"], eleven["1998-03-31"]
    found = segment.migration(before, after, order=BEST_FIRST)
    both = before.merge(after, on="customer_id", suffixes=("_before", "_after"))
    assert len(both) == 23_570  # everybody bought in the first quarter of 1997
    counted = pd.crosstab(both["segment_before"], both["segment_after"])
    matrix = found.customers.set_index("before")
    for start in BEST_FIRST:
        for end in BEST_FIRST:
            expected = counted.loc[start, end] if start in counted.index and end in counted.columns else 0
            assert matrix.loc[start, end] == expected
    cents = (both["monetary_before"] * 100).round().astype("int64")
    spent = cents.groupby([both["segment_before"], both["segment_after"]]).sum()
    moves = found.moves.set_index(["before", "after"])["value_before"]
    assert {move: round(100 * money) for move, money in moves.items()} == spent.to_dict()
    assert as_columns(found.summary)["direction"] == ["up", "down", "same"]
    assert as_columns(found.summary)["customers"] == [3036, 5703, 14_831]
    for part in (found.moves, found.summary, found.by_customer):
        assert sum(round(100 * money) for money in part["value_before"]) == cents.sum()
    assert sum(len(found.who(way)) for way in ("up", "down", "same")) == 23_570


# --- several dates --------------------------------------------------------------------------------------------------

JULY = {
    "customer_id": ["a", "c", "f", "d", "g"],
    "tier": ["top", "mid", "mid", "low", "mid"],
    "monetary": [99.0, 20.0, 31.0, 6.5, 12.0],
}
DATED = {"2025-06-30": JUNE, "2025-01-31": JANUARY, "2025-07-31": JULY}


def test_sizes_and_moves_of_three_dates_by_hand(make_table):
    tables = {date: make_table(columns) for date, columns in DATED.items()}
    found = segment.migration_series(tables, column="tier", order=ORDER)
    assert found.groups == tuple(ORDER)
    assert [str(date) for date in found.dates] == ["2025-01-31", "2025-06-30", "2025-07-31"]
    assert type(found.sizes) is type(tables["2025-01-31"])
    sizes = as_columns(found.sizes)
    assert [str(day)[:10] for day in sizes["date"]] == sorted(list(DATED) * 3)
    assert sizes["group"] == ORDER * 3
    assert sizes["customers"] == [2, 1, 2, 2, 2, 1, 1, 3, 1]
    assert sizes["customer_share"] == pytest.approx([0.4, 0.2, 0.4, 0.4, 0.4, 0.2, 0.2, 0.6, 0.2])
    assert sizes["value"] == [170.0, 40.0, 9.0, 165.0, 65.0, 3.0, 99.0, 63.0, 6.5]
    assert sizes["value_share"][:3] == pytest.approx([170 / 219, 40 / 219, 9 / 219])
    summary = as_columns(found.summary)
    assert [str(day)[:10] for day in summary["to_date"]] == ["2025-06-30"] * 5 + ["2025-07-31"] * 4
    assert summary["direction"] == ["up", "down", "same", "joined", "left", "down", "same", "joined", "left"]
    assert summary["customers"] == [2, 1, 1, 1, 1, 1, 2, 2, 2]  # July: c falls; a, f stay; d is back, g new; e, b leave


def test_a_series_is_the_migrations_of_its_neighbouring_dates(eleven):
    series = segment.migration_series(list(eleven.items()), order=BEST_FIRST)
    for earlier, later in itertools.pairwise(eleven):
        pair = segment.migration(eleven[earlier], eleven[later], order=BEST_FIRST)
        here = series.moves[series.moves["to_date"].astype(str).str[:10] == later]
        own = here.drop(columns=["from_date", "to_date"]).reset_index(drop=True)
        assert own.to_dict("list") == pair.moves.to_dict("list")
    sizes = series.sizes.groupby("date")[["customers", "customer_share", "value_share"]].sum()
    assert sizes["customers"].tolist() == [23_570] * 3
    assert sizes["value_share"].tolist() == pytest.approx([1] * 3)


def test_dates_that_make_no_series_are_refused():
    with pytest.raises(ArgumentError, match=r"tables has 1 date. Give at least two, such as"):
        segment.migration_series({"2025-01-31": JANUARY}, column="tier")
    with pytest.raises(ArgumentError, match="more than one list for '2025-01-31'"):
        segment.migration_series([("2025-01-31", JANUARY), (dt.date(2025, 1, 31), JUNE)], column="tier")
    with pytest.raises(ArgumentError, match="date='January' is not a date"):
        segment.migration_series({"January": JANUARY, "June": JUNE}, column="tier")
    twice = {**JUNE, "customer_id": ["f", "e", "c", "e", "a"]}
    with pytest.raises(DataError, match="table `2025-06-30` has more than one row for customer_id 'e'"):
        segment.migration_series({"2025-01-31": JANUARY, "2025-06-30": twice}, column="tier")


# --- customers who moved and cuts that moved --------------------------------------------------------------------------

SPEND = {"a": (90, 90), "b": (60, 30), "c": (40, 70), "d": (10, 45), "e": (80, None), "f": (None, 55)}


def labelled(which, cut):
    spend = {who: pair[which] for who, pair in SPEND.items() if pair[which] is not None}
    return {
        "customer_id": list(spend),
        "segment": ["top" if money >= cut else "small" for money in spend.values()],
        "monetary": [money / 4 for money in spend.values()],  # parts of 1, so that units are not currency
    }


def test_a_change_of_size_by_hand(make_table):
    # The cut rises from 50 to 60: f joins above the old cut and falls below the new one.
    before, after, old = (make_table(labelled(*how)) for how in ((0, 50), (1, 60), (1, 50)))
    found = growth.size_change(before, after, after_by_old_rule=old, order=["top", "small"])
    assert as_columns(found.customers, sort="group") == {
        "group": ["small", "top"],
        "before": [2, 3],
        "joined": [0, 1],
        "moved_in": [1, 1],
        "moved_out": [-1, -1],
        "left": [0, -1],
        "cuts_in": [1, 0],
        "cuts_out": [0, -1],
        "after": [3, 2],
        "change": [1, -1],
        "by_customers": [0, 0],
        "by_cuts": [1, -1],
    }
    value = as_columns(found.value, sort="group")
    assert value.pop("group") == ["small", "top"]
    assert {name: [4 * money for money in column] for name, column in value.items()} == {
        "before": [50.0, 230.0],
        "joined": [0.0, 55.0],
        "moved_in": [60.0, 40.0],  # b and c, what they were worth before
        "moved_out": [-40.0, -60.0],
        "left": [0.0, -80.0],
        "own_change": [5.0, 30.0],  # b less 30 and d 35 more; c 30 more
        "cuts_in": [55.0, 0.0],
        "cuts_out": [0.0, -55.0],
        "after": [130.0, 160.0],
        "change": [80.0, -70.0],
        "by_customers": [25.0, -15.0],
        "by_cuts": [55.0, -55.0],
    }
    everyone = as_columns(found.by_customer, sort="customer_id")
    assert everyone["by_old_rule"] == ["top", "small", "top", "small", "absent", "top"]
    assert everyone["after"] == ["top", "small", "top", "small", "absent", "small"]
    assert everyone["value_after"] == [22.5, 7.5, 17.5, 11.25, 0.0, 13.75]


def test_a_matrix_of_money_with_cents_is_in_currency():
    found = segment.migration(labelled(0, 50), labelled(1, 50), order=["top", "small"])
    assert as_columns(found.value) == {
        "before": ["top", "small", "absent"],
        "top": [90 / 4, 40 / 4, 55 / 4],
        "small": [60 / 4, 10 / 4, 0],
        "absent": [80 / 4, 0, 0],
    }


@settings(max_examples=examples(25), deadline=None)
@given(before=PEOPLE.filter(bool), after=PEOPLE.filter(bool), data=st.data())
def test_a_change_of_size_adds_up_and_moves_cancel(before, after, data):
    old = {who: (data.draw(st.sampled_from("xyz")), money) for who, (_, money) in after.items()}
    found = growth.size_change(listed(before), listed(after), after_by_old_rule=listed(old))
    for table, sizes in ((found.customers, (len(before), len(after))), (found.value, None)):
        rows = as_columns(table)
        parts = [name for name in rows if name not in ("group", "after", "change", "by_customers", "by_cuts")]
        for at in range(len(rows["group"])):
            assert sum(rows[name][at] for name in parts) == rows["after"][at]
            assert rows["by_customers"][at] + rows["by_cuts"][at] == rows["change"][at]
        assert sum(rows["moved_in"]) + sum(rows["moved_out"]) == 0
        assert sum(rows["by_cuts"]) == 0
        if sizes:
            assert (sum(rows["before"]), sum(rows["after"])) == sizes
    by_group = {group: at for at, group in enumerate(as_columns(found.customers)["group"])}
    for group, at in by_group.items():
        counted = as_columns(found.customers)
        assert counted["moved_in"][at] == sum(
            old.get(who, ("",))[0] == group != was for who, (was, _) in before.items()
        )
        assert counted["cuts_in"][at] == sum(now == group != old[who][0] for who, (now, _) in after.items())


def test_with_one_rule_no_cuts_move():
    found = growth.size_change(JANUARY, JUNE, after_by_old_rule=JUNE, column="tier", order=ORDER)
    assert as_columns(found.customers)["by_cuts"] == [0, 0, 0]
    assert as_columns(found.customers)["change"] == as_columns(found.customers)["by_customers"] == [0, 1, -1]


def test_the_split_with_a_kept_scorer_on_cdnow(cdnow_sample):
    tx = crm.Transactions(cdnow_sample)
    january, june = (crm.summarize(tx.until(date)) for date in ("1998-01-31", "1998-06-30"))
    scorer = rfm.Scorer().fit(january)
    before, old = (rfm.segment(scorer.score(customers), scheme="eight") for customers in (january, june))
    new = rfm.segment(rfm.score(june), scheme="eight")
    found = growth.size_change(before, new, after_by_old_rule=old)
    rows = found.customers.set_index("group")
    sizes = [table["segment"].value_counts().reindex(rows.index, fill_value=0) for table in (before, old, new)]
    assert rows["by_customers"].tolist() == (sizes[1] - sizes[0]).tolist()
    assert rows["by_cuts"].tolist() == (sizes[2] - sizes[1]).tolist()
    both = before.merge(old, on="customer_id")
    moved = both.loc[both["segment_x"] != both["segment_y"], "segment_x"].value_counts()
    assert (-rows["moved_out"]).tolist() == moved.reindex(rows.index, fill_value=0).tolist()


def test_two_different_later_lists_are_refused():
    without = {name: values[1:] for name, values in JUNE.items()}
    with pytest.raises(DataError, match=r"not the same customers: only one of them has 'f'. Label one list twice"):
        growth.size_change(JANUARY, JUNE, after_by_old_rule=without, column="tier")
    richer = {**JUNE, "monetary": [31.0, 35.0, 70.0, 3.0, 95.0]}
    with pytest.raises(DataError, match=r"disagree about the money of customer 'f'. Label one list twice"):
        growth.size_change(JANUARY, JUNE, after_by_old_rule=richer, column="tier")


# --- groups whose order is known ------------------------------------------------------------------------------------


def test_the_order_of_a_scheme_of_crmkit_is_known(eleven):
    before, after = eleven["1997-12-31"], eleven["1998-03-31"]
    known, given = segment.migration(before, after), segment.migration(before, after, order=BEST_FIRST)
    assert list(known.groups) == [group for group in BEST_FIRST if group in known.groups]
    assert as_columns(known.summary) == as_columns(given.summary)
    assert as_columns(known.summary)["direction"] == ["up", "down", "same"]
    assert as_columns(known.by_customer) == as_columns(given.by_customer)
    series = segment.migration_series(eleven)
    assert series.groups == tuple(group for group in BEST_FIRST if group in series.groups)
    assert set(as_columns(series.summary)["direction"]) == {"up", "down", "same"}


@pytest.mark.parametrize(
    ("groups", "best_first"),
    [
        (["small", "ordinary", "important"], ["important", "ordinary", "small"]),
        (["C", "A", "B"], ["A", "B", "C"]),
        (["value_lead", "value_gold", "value_iron"], ["value_gold", "value_iron", "value_lead"]),
        (["decline", "exploration", "stability", "formation"], ["stability", "formation", "exploration", "decline"]),
        (["general_value", "important_win_back"], ["important_win_back", "general_value"]),
    ],
)
def test_groups_of_one_scheme_come_best_first(groups, best_first):
    before = {"customer_id": range(len(groups)), "segment": groups}
    after = {"customer_id": range(len(groups)), "segment": [best_first[0]] * len(groups)}
    found = segment.migration(before, after)
    assert list(found.groups) == best_first
    assert as_columns(found.summary) == {"direction": ["up", "same"], "customers": [len(groups) - 1, 1]}
    back = segment.migration(after, before)
    assert as_columns(back.summary) == {"direction": ["down", "same"], "customers": [len(groups) - 1, 1]}
    split = growth.size_change(before, after, after_by_old_rule=after)
    assert as_columns(split.customers)["group"] == best_first


def test_a_group_of_the_caller_s_own_leaves_the_order_open():
    before = {"customer_id": [1, 2, 3], "segment": ["champions", "lost", "my own"]}
    after = {"customer_id": [1, 2, 3], "segment": ["lost", "lost", "my own"]}
    found = segment.migration(before, after)
    assert found.groups == ("champions", "lost", "my own")
    assert as_columns(found.summary)["direction"] == ["same", "moved"]
    reversed_order = segment.migration(before, after, order=["my own", "lost", "champions"])
    assert as_columns(reversed_order.summary)["direction"] == ["up", "same"]


# --- lists without money --------------------------------------------------------------------------------------------


def without_money(columns):
    return {name: values for name, values in columns.items() if name != "monetary"}


def test_who_moved_with_as_much_money_stands_in_order_of_id():
    ids = ["c", "a", "d", "b"]
    before, after = ({"customer_id": ids, "segment": [name] * 4, "monetary": money} for name, money in
                     (("small", [5.0, 6.0, 7.0, 8.0]), ("top", [15.0, 16.0, 57.0, 18.0])))  # fmt: skip
    found = segment.migration(before, after, order=["top", "small"])
    assert as_columns(found.who("up"))["customer_id"] == ["d", "a", "b", "c"]


def test_lists_without_money_count_customers(make_table):
    january, june, july = (make_table(without_money(columns)) for columns in (JANUARY, JUNE, JULY))
    found = segment.migration(january, june, column="tier", order=ORDER)
    with_money = segment.migration(JANUARY, JUNE, column="tier", order=ORDER)
    assert found.value is found.value_shares is None
    for part in ("customers", "shares", "moves", "summary", "by_customer"):
        whole = as_columns(getattr(with_money, part))
        names = [name for name in whole if name not in ("value_before", "value_after", "change")]
        counted = as_columns(getattr(found, part), sort=names[0] if part == "by_customer" else None)
        assert counted == {name: whole[name] for name in names}
    assert as_columns(found.who("up"))["customer_id"] == ["c", "e"]  # by id
    dated = {"2025-01-31": january, "2025-06-30": june, "2025-07-31": july}
    series = segment.migration_series(dated, column="tier", order=ORDER)
    assert list(as_columns(series.sizes)) == ["date", "group", "customers", "customer_share"]
    assert as_columns(series.sizes)["customers"] == [2, 1, 2, 2, 2, 1, 1, 3, 1]
    split = growth.size_change(january, june, after_by_old_rule=june, column="tier", order=ORDER)
    assert split.value is None
    assert as_columns(split.customers)["change"] == [0, 1, -1]
    assert "value_after" not in as_columns(split.by_customer)


def test_stages_of_two_dates_need_nothing_but_their_column(cdnow_sample):
    tx = crm.Transactions(cdnow_sample)
    before, after = (crm.lifecycle.stages(tx.until(date)) for date in ("1997-12-31", "1998-06-30"))
    found = segment.migration(before, after, column="stage")
    assert found.groups == ("stability", "formation", "exploration", "decline")
    both = before.merge(after, on="customer_id")
    rank = {stage: at for at, stage in enumerate(found.groups)}
    step = both["stage_y"].map(rank) - both["stage_x"].map(rank)
    expected = {"up": int((step < 0).sum()), "down": int((step > 0).sum()), "same": int((step == 0).sum())}
    summary = as_columns(found.summary)
    assert dict(zip(summary["direction"], summary["customers"], strict=True)) == expected
    assert expected["up"] > 0


def test_money_in_some_of_the_tables_only_is_no_choice(make_table):
    january, june = make_table(JANUARY), make_table(without_money(JUNE))
    with pytest.raises(ColumnError, match=r"no column 'monetary' in `after`, which the other tables have.*value="):
        segment.migration(january, june, column="tier")
    dated = {"2025-01-31": JANUARY, "2025-06-30": without_money(JUNE), "2025-07-31": JULY}
    with pytest.raises(ColumnError, match="no column 'monetary' in `2025-06-30`"):
        segment.migration_series(dated, column="tier")
    with pytest.raises(
        ColumnError, match=r"no column 'spend'[\s\S]*`before`\. Name its column of money.*leave value out"
    ):
        segment.migration(january, june, column="tier", value="spend")


# --- wrong calls ----------------------------------------------------------------------------------------------------


def test_an_error_says_which_table_it_is_about_and_what_would_work(make_table):
    unsure = {**JUNE, "tier": ["mid", None, "top", "low", "top"]}
    with pytest.raises(ColumnError, match=r"'tier' is missing[\s\S]* in 1 row[\s\S]*That is the table `after`\."):
        segment.migration(make_table(JANUARY), make_table(unsure), column="tier")
    with pytest.raises(ColumnError, match=r"'tier' is missing[\s\S]*the table `before`\."):
        segment.migration(make_table(unsure), make_table(JANUARY), column="tier")
    with pytest.raises(ColumnError, match=r"no column 'segment'[\s\S]*`before`\. Name its column.*: column='tier'"):
        segment.migration(make_table(JANUARY), make_table(JUNE))
    ungrouped = make_table({"customer_id": ["a"], "monetary": [1.0]})
    with pytest.raises(ColumnError, match=r"`before`\. Make groups first: crmkit\.rfm\.segment\(crmkit\.rfm\.score"):
        segment.migration(ungrouped, make_table(JUNE))
    with pytest.raises(ColumnError, match=r"no column \'who\'[\s\S]*`before`\. Name its column of ids: customer="):
        segment.migration(make_table(JANUARY), make_table(JUNE), column="tier", customer="who")


def test_transactions_are_to_be_scored_first():
    tx = crm.Transactions(crm.datasets.load_ten_customers())
    for call in (
        lambda: segment.migration(tx, tx),
        lambda: segment.migration_series({"2025-01-31": tx, "2025-02-28": tx}),
        lambda: growth.size_change(tx, tx, after_by_old_rule=tx),
    ):
        with pytest.raises(DataError, match=r"these are transactions.*first: crmkit\.rfm\.segment\(crmkit\.rfm\.score"):
            call()


CALLS = {
    "migration": lambda **wrong: segment.migration(JANUARY, JUNE, **{"column": "tier", **wrong}),
    "series": lambda **wrong: segment.migration_series(DATED, **{"column": "tier", **wrong}),
    "size_change": lambda **wrong: growth.size_change(
        JANUARY, JUNE, after_by_old_rule=JUNE, **{"column": "tier", **wrong}
    ),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"column": ["tier"]}, r"column=\['tier'\] is not the name of a column\..* such as column='tier'"),
        ({"column": None}, "column=None is not the name of a column.*column='segment'"),
        ({"value": ["monetary"]}, r"value=\['monetary'\] is not the name.*value='monetary'"),
        ({"value": 5}, "value=5 is not the name.*value='monetary'"),
        ({"customer": ["customer_id", "tier"]}, "is not the name of a column.*customer='customer_id'"),
        ({"column": "customer_id"}, "column='customer_id', .* must be different columns"),
        ({"order": 5}, r'order=5 is not a list of groups.*order=\["gold", "iron", "lead"\]'),
        ({"order": "top"}, "order='top' is not a list of groups"),
        ({"order": []}, r"order=\[\] is not a list of groups"),
    ],
)
def test_an_argument_of_the_wrong_kind_is_named(call, wrong, message):
    with pytest.raises(ArgumentError, match=message):
        call(**wrong)


def test_a_column_given_whole_is_called_by_its_name():
    import pandas as pd

    january = pd.DataFrame(JANUARY)
    with pytest.raises(ArgumentError, match=r"value=<Series> is not the name of a column.*value='monetary'"):
        segment.migration(january, JUNE, column="tier", value=january["monetary"])
    with pytest.raises(ArgumentError, match=r"column=<Series> is not the name of a column.*column='tier'"):
        segment.migration(january, JUNE, column=january["tier"])
    ordered = pd.Series(ORDER)
    assert segment.migration(january, JUNE, column="tier", order=ordered).groups == tuple(ORDER)


def test_tables_without_dates_make_no_series(make_table):
    january, june = make_table(JANUARY), make_table(JUNE)
    pair_of_columns = make_table({"customer_id": ["a"], "tier": ["top"]})
    for tables in ([january, june], [pair_of_columns, pair_of_columns], january, None, "january", 5, ["ab", "cd"]):
        with pytest.raises(ArgumentError, match=r'does not give a table for each date.*\{"2025-01-31": january'):
            segment.migration_series(tables, column="tier")
