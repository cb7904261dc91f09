"""The campaign's cut-off by hand, its optimality, and bad input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crmkit as crm
from conftest import as_columns, examples, small_table
from crmkit.errors import ArgumentError, ColumnError, DataError

SCORES = {"customer_id": ["a", "b", "c", "d"], "p_churn": [0.9, 0.5, 0.1, 0.4], "clv": [10.0, 100.0, 1000.0, 5.0]}


def test_profit_by_hand(make_table):
    """Contact 2, value 50, one in ten is kept: 0.9 x 5 - 2 = 2.5, 0.5 x 5 - 2 = 0.5, the rest at a loss or 0."""
    found = crm.outreach.campaign(make_table(SCORES), contact_cost=2, value=50, save_rate=0.1)
    customers = as_columns(found.customers, sort="customer_id")
    assert customers["expected_profit"] == pytest.approx([2.5, 0.5, -1.5, 0.0], abs=1e-12)
    assert customers["contact"][:3] == [True, True, False]
    assert found.profit == pytest.approx(3.0)
    assert found.cut_off == pytest.approx(0.4)


def test_who_would_have_stayed_takes_the_incentive_too():
    """An incentive of 5: at p = 0.5 and save_rate 0.2, 0.5 x 0.2 x (100 - 5) - 0.5 x 5 - 1 = 6."""
    scores = {"customer_id": ["a"], "p_churn": [0.5]}
    found = crm.outreach.campaign(scores, contact_cost=1, value=100, save_rate=0.2, incentive=5)
    assert found.profit == pytest.approx(6.0)
    assert found.cut_off == pytest.approx(6 / (0.2 * 95 + 5))


def test_values_of_their_own_have_no_common_cut_off(make_table):
    found = crm.outreach.campaign(make_table(SCORES), contact_cost=2, value="clv", save_rate=0.1)
    assert found.cut_off is None
    assert as_columns(found.customers, sort="customer_id")["contact"] == [False, True, True, False]


@settings(deadline=None, max_examples=examples(30))
@given(
    p=st.lists(st.floats(0, 1), min_size=1, max_size=30),
    cost=st.floats(0, 5),
    value=st.floats(0, 100),
    gift=st.floats(0, 10),
)
def test_no_other_list_brings_more(p, cost, value, gift):
    scores = small_table({"customer_id": list(range(len(p))), "p_churn": p})
    found = crm.outreach.campaign(scores, contact_cost=cost, value=value, save_rate=0.3, incentive=gift)
    curve = as_columns(found.curve)
    assert max([0.0, *curve["profit"]]) <= found.profit + 1e-9
    assert found.contacted == 0 or found.profit > 0
    assert curve["contacted"][-1] == len(p)
    if found.cut_off is not None:
        above = np.array(p)[np.array(as_columns(found.customers)["contact"])]
        assert (above >= found.cut_off - 1e-9).all()


@pytest.mark.parametrize(
    ("scores", "settings", "error", "message"),
    [
        (SCORES, {"contact_cost": -1}, ArgumentError, r"contact_cost=-1 is below 0"),
        (SCORES, {"save_rate": 0}, ArgumentError, r"save_rate=0 is not a share"),
        (SCORES, {"value": "worth"}, ColumnError, r"no column 'worth'"),
        ({"p_churn": [1.5]}, {}, DataError, r"not between 0 and 1: \[1\.5\]"),
    ],
)
def test_what_makes_no_campaign_is_refused(scores, settings, error, message):
    with pytest.raises(error, match=message):
        crm.outreach.campaign(scores, **{"contact_cost": 1, "value": 50, "save_rate": 0.1, **settings})


def test_who_brings_nothing_is_left_alone_and_chances_may_be_0_and_1():
    """Of 0.5 x 0.5 x 8 a contact costs all: exactly nothing is left, and nobody is written to for that."""
    scores = {"customer_id": ["a", "b", "c"], "p_churn": [0.5, 1.0, 0.0]}
    found = crm.outreach.campaign(scores, contact_cost=2, value=8, save_rate=0.5)
    customers = as_columns(found.customers)
    assert customers["expected_profit"] == [0, 2, -2]
    assert customers["contact"] == [False, True, False]
    assert (found.contacted, found.profit, found.cut_off) == (1, 2, 0.5)
    curve = as_columns(found.curve)
    assert curve["contacted"] == [1, 2, 3]
    assert curve["lowest_p_churn"] == [1, 0.5, 0]
    assert curve["profit"] == [2, 2, 0]
    for p in (-0.01, 1.01):
        with pytest.raises(DataError, match="p_churn"):
            crm.outreach.campaign({"customer_id": ["a"], "p_churn": [p]}, contact_cost=2, value=8, save_rate=0.5)


@pytest.mark.parametrize(
    ("cost", "value", "cut_off"), [(4.0, 8, 1.0), (4.1, 8, None), (0.0, 8, 0.0), (1.0, 0, None), (1.0, -5, None)]
)
def test_a_contact_that_no_chance_pays_for_has_no_cut_off(cost, value, cut_off):
    scores = {"customer_id": ["a"], "p_churn": [0.5]}
    assert crm.outreach.campaign(scores, contact_cost=cost, value=value, save_rate=0.5).cut_off == cut_off


def test_of_equal_profits_the_likelier_to_leave_comes_first():
    scores = {"customer_id": ["a", "b", "c"], "p_churn": [0.25, 0.5, 0.5], "clv": [40.0, 20.0, 10.0]}
    curve = as_columns(crm.outreach.campaign(scores, contact_cost=1, value="clv", save_rate=0.5).curve)
    assert curve["contacted"] == [1, 2, 3]
    assert curve["profit"] == pytest.approx([4.0, 8.0, 9.5])
    assert curve["lowest_p_churn"] == [0.5, 0.25, 0.25]
