"""The loyalty matrix and its flags, by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import as_columns, examples, small_table
from crmkit import loyalty
from crmkit.errors import ArgumentError, ColumnError, DataError

LISTED = {
    "customer_id": list("abcdefgh"),
    "frequency": [9, 8, 7, 6, 1, 2, 9, 1],
    "attitude": [9.0, 3.0, 2.0, 1.0, 10.0, 2.0, None, 10.0],
    "on_discount": [0.0, 0.9, 0.1, 0.2, 0.9, 0.0, 0.9, 0.0],
    "no_choice": [0, 0, 1, 0, 1, 0, 0, 0],
    "tells": [1, 0, 0, 0, 1, 0, 1, 0],
}
CUT = {"behaviour": 5, "attitude": 8}
COLUMNS = {"discount_share": "on_discount", "locked_in": "no_choice", "recommends": "tells"}


def test_types_and_flags_of_any_kind_of_table(make_table):
    found = loyalty.matrix(make_table(LISTED), cut=CUT, **COLUMNS)
    got = as_columns(found.customers, sort="customer_id")
    assert got["loyalty_type"] == [
        "true_loyalty", "spurious_loyalty", "spurious_loyalty", "spurious_loyalty", "latent_loyalty", "no_loyalty",
        "not_asked", "latent_loyalty",
    ]  # fmt: skip
    assert got["loyalty_label"][1] == "spurious loyalty"
    assert got["price_bought"] == [False, True, False, False, False, False, True, False]
    assert got["locked_in"] == [False, False, True, False, False, False, False, False]
    assert got["inertia"] == [False, False, False, True, False, False, False, False]
    assert got["trust"] == [True] + [False] * 7
    table = as_columns(found.table)
    assert table["loyalty_type"] == ["true_loyalty", "spurious_loyalty", "latent_loyalty", "no_loyalty", "not_asked"]
    assert table["customers"] == [1, 3, 2, 1, 1]
    assert table["customer_share"] == [0.125, 0.375, 0.25, 0.125, 0.125]
    assert table["inertia"] == [0, 1, 0, 0, 0]
    assert (table["behaviour"][:4], table["attitude"][:4]) == (
        ["high", "high", "low", "low"],
        ["high", "low", "high", "low"],
    )
    assert found.cuts == CUT


def test_without_their_columns_there_are_no_flags_but_inertia():
    got = as_columns(loyalty.matrix(LISTED, cut=CUT).customers)
    assert got["inertia"] == [False, True, True, True, False, False, False, False]
    assert {"price_bought", "locked_in", "trust"}.isdisjoint(got)


def test_median_and_mean_of_those_who_answered():
    found = loyalty.matrix(LISTED, cut="median")
    assert found.cuts == {"behaviour": 6.5, "attitude": 3.0}
    assert loyalty.matrix(LISTED, cut="mean").cuts["attitude"] == pytest.approx(37 / 7)
    mixed = loyalty.matrix(LISTED, cut={"behaviour": "median", "attitude": 3})
    assert as_columns(mixed.customers)["loyalty_type"][1] == "true_loyalty"
    assert as_columns(found.customers)["loyalty_type"][1] == "spurious_loyalty"


def test_share_of_wallet_is_behaviour_too():
    listed = {"wallet": [0.9, 0.1], "attitude": [9, 9]}
    got = as_columns(loyalty.matrix(listed, behaviour="wallet", cut={"behaviour": 0.5, "attitude": 8}).table)
    assert got["customers"] == [1, 0, 1, 0]


def test_labels_in_chinese():
    found = loyalty.matrix(LISTED, cut=CUT, language="zh")
    assert as_columns(found.table)["loyalty_label"] == ["忠诚", "伪忠诚", "潜在忠诚", "不忠诚", "未询问"]
    assert "潜在忠诚" in found.definition.text("zh")


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.one_of(st.none(), st.integers(0, 10))), min_size=1, max_size=30))
def test_everybody_is_of_one_type(rows):
    listed = small_table({"frequency": [often for often, _ in rows],
                          "attitude": [None if liked is None else float(liked) for _, liked in rows]})  # fmt: skip
    if all(liked is None for _, liked in rows):
        with pytest.raises((DataError, ColumnError)):
            loyalty.matrix(listed)
        return
    table = as_columns(loyalty.matrix(listed).table)
    assert sum(table["customers"]) == len(rows)
    assert sum(table["customer_share"]) == pytest.approx(1)
    silent = sum(liked is None for _, liked in rows)
    assert dict(zip(table["loyalty_type"], table["customers"], strict=True)).get("not_asked", 0) == silent


def test_what_is_refused(make_table):
    with pytest.raises(ColumnError, match="'liking'"):
        loyalty.matrix(make_table(LISTED), attitude="liking")
    with pytest.raises(ArgumentError, match="cut="):
        loyalty.matrix(LISTED, cut="best")
    with pytest.raises(ArgumentError, match="cut="):
        loyalty.matrix(LISTED, cut={"behaviour": 5})
    with pytest.raises(DataError, match=r"1\.5"):
        loyalty.matrix({**LISTED, "on_discount": [1.5] * 8}, discount_share="on_discount")
    with pytest.raises(DataError, match=r"-0\.5"):
        loyalty.matrix({**LISTED, "on_discount": [-0.5] * 8}, discount_share="on_discount")
    with pytest.raises(ColumnError, match="text"):
        loyalty.matrix({**LISTED, "attitude": ["good"] * 8})


def test_a_share_may_be_0_and_1_and_loyalty_is_bought_above_a_half():
    discount = [0.0, 1.0, 0.5, 0.51]
    listed = {"orders": [9] * 4, "attitude": [1] * 4, "on_discount": discount}
    found = loyalty.matrix(
        listed, behaviour="orders", cut={"behaviour": 9, "attitude": 8}, discount_share="on_discount"
    )
    assert as_columns(found.customers)["price_bought"] == [False, True, False, True]
    assert set(as_columns(found.customers)["loyalty_type"]) == {"spurious_loyalty"}  # a cut that is given is reached
