"""Markov value: published figures, simulation of the chain, and what is refused."""

import numpy as np
import pytest

import crmkit as crm
from conftest import as_columns
from crmkit.errors import ArgumentError, DataError

MOVES = [[0.7, 0.2, 0.05, 0.05], [0.25, 0.5, 0.15, 0.1], [0.05, 0.15, 0.5, 0.3], [0, 0, 0, 1]]
MARGINS = [120, 40, 5, 0]


def test_values_and_the_worth_of_a_base():
    valued = as_columns(
        crm.segment.markov_value(MOVES, margins=MARGINS, discount_rate=0.1, customers=[100, 300, 600, 0])
    )
    assert valued["value"] == pytest.approx([504.269663, 315.992509, 130.187266, 0], abs=5e-7)
    assert sum(valued["total_value"]) == pytest.approx(223_337.0787, abs=5e-5)


def test_values_are_the_sum_of_the_steps():
    value, share = np.zeros(4), np.eye(4)
    for step in range(2000):
        value += share @ MARGINS / 1.1**step
        share = share @ np.array(MOVES)
    got = as_columns(crm.segment.markov_value(MOVES, margins=MARGINS, discount_rate=0.1))["value"]
    assert got == pytest.approx(list(value), rel=1e-12)


def test_pfeifer_and_carraway():
    valued = crm.segment.recency_value([0.3, 0.2, 0.15, 0.05], margin=40, contact_cost=4, discount_rate=0.2)
    assert as_columns(valued)["value"] == pytest.approx([52.31961, 5.55378, 1.25077, -1.82002, 0], abs=5e-6)


def test_a_migration_gives_the_shares_and_the_customers(make_table):
    before = {"customer_id": list(range(10)), "tier": ["top"] * 4 + ["small"] * 6}
    after = {"customer_id": [*range(8), 20], "tier": ["top"] * 3 + ["small"] * 5 + ["top"]}
    moved = crm.segment.migration(make_table(before), make_table(after), column="tier", order=["top", "small"])
    shares = [[3 / 4, 1 / 4], [0, 4 / 6]]
    want = as_columns(crm.segment.markov_value(shares, margins=[50, 10], discount_rate=0.1))["value"]
    got = as_columns(crm.segment.markov_value(moved, margins={"small": 10, "top": 50}, discount_rate=0.1))
    assert got["group"] == ["top", "small"]
    assert got["value"] == pytest.approx(want, rel=1e-12)
    assert got["customers"] == [4, 5]
    by_table = crm.segment.markov_value(moved.shares, margins=[50, 10], discount_rate=0.1)
    assert as_columns(by_table)["value"] == got["value"]
    assert type(by_table) is type(moved.shares)


def test_shares_that_add_up_to_a_hair_more_than_1_are_shares():
    rows = [[0.3, 0.6, 0.1], [0.1, 0.2, 0.7], [0.7, 0.2, 0.1 + 1e-15]]
    assert sum(rows[2]) > 1 or sum(rows[1]) > 1
    assert len(crm.segment.markov_value(rows, margins=[1, 1, 1], discount_rate=0.1)) == 3


def test_what_is_refused():
    def value(matrix, margins=(1, 2), discount_rate=0.1):
        return crm.segment.markov_value(matrix, margins=margins, discount_rate=discount_rate)

    with pytest.raises(ArgumentError, match="A repeat-buying rate is not a retention rate"):
        value(0.6)
    with pytest.raises(DataError, match=r"Migration\.shares rather than counts"):
        value([[3, 1], [0, 2]])
    with pytest.raises(ArgumentError, match=r"margins must give one number for each of the groups 1, 2"):
        value([[0.5, 0.1], [0.1, 0.5]], margins=[1, 2, 3])
    for margins in ({1: 5}, {1: 5, 2: 6, 3: 7}):
        with pytest.raises(ArgumentError, match=r"margins must give one number for each of the groups 1, 2"):
            value([[0.5, 0.1], [0.1, 0.5]], margins=margins)
    with pytest.raises(ArgumentError, match="must be square"):
        value([[0.5, 0.1]])
    with pytest.raises(ArgumentError, match="no limit"):
        value([[1.0, 0.0], [0.5, 0.5]], discount_rate=0)
    moved = crm.segment.migration(
        {"customer_id": [1], "tier": ["top"]}, {"customer_id": [1], "tier": ["small"]}, column="tier"
    )
    with pytest.raises(DataError, match="nobody was in 'small' before"):
        crm.segment.markov_value(moved, margins={"top": 1, "small": 1}, discount_rate=0.1)
