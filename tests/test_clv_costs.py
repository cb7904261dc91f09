"""Costs of attracting, selling and serving; the three timings of the textbooks; residual value of contracts."""

import numpy as np
import pytest

import crmkit as crm
from conftest import as_columns
from crmkit import clv
from crmkit.errors import ArgumentError, ColumnError, DataError

SALES = {
    "customer_id": ["a", "a", "b"],
    "order_id": [1, 2, 3],
    "date": ["2024-01-01", "2024-03-01", "2024-02-01"],
    "amount": [100.0, 60.0, 50.0],
}


def test_the_three_formulas_of_the_textbooks():
    got = [clv.constant_retention(100, 0.8, 0.1, timing=timing) for timing in ("start", "end", "arrears")]
    assert got == pytest.approx([100 * 1.1 / 0.3, 100 * 0.8 / 0.3, 100 / 0.3])
    for timing, value in zip(("start", "end", "arrears"), got, strict=True):
        flows = clv.cash_flows(100, 0.8, 0.1, n_periods=400, timing=timing)
        assert flows["cumulative"].iloc[-1] == pytest.approx(value)
        at = clv.payback(100, 0.8, 0.1, acquisition_cost=150, timing=timing)
        covered = flows["time"][flows["cumulative"] >= 150].iloc[0]
        assert at == covered


def test_slopes_of_the_formula_in_arrears():
    table = clv.elasticities(100, 0.8, 0.1, timing="arrears").set_index("lever")
    for lever, step in (("retention_rate", 1e-6), ("discount_rate", 1e-6)):
        at = {"retention_rate": 0.8, "discount_rate": 0.1}
        up, down = ({**at, lever: at[lever] + sign * step} for sign in (1, -1))
        slope = (
            clv.constant_retention(100, **up, timing="arrears") - clv.constant_retention(100, **down, timing="arrears")
        ) / (2 * step)
        value = clv.constant_retention(100, **at, timing="arrears")
        assert table.loc[lever, "elasticity"] == pytest.approx(slope * at[lever] / value, rel=1e-6)


def test_berger_and_nasr_case_1():
    assert clv.with_costs(260, 0.75, 0.2, n_periods=10, selling=50) == pytest.approx(568.78, abs=0.005)
    by_hand = sum(260 * 0.75**t / 1.2**t for t in range(11)) - sum(
        50 * 0.75 ** (t - 1) / 1.2 ** (t - 0.5) for t in range(1, 11)
    )
    assert clv.with_costs(260, 0.75, 0.2, n_periods=10, selling=50) == pytest.approx(by_hand)
    less = clv.with_costs(260, 0.75, 0.2, n_periods=10, selling=50, attracting=100, serving=10)
    assert less == pytest.approx(by_hand - 100 - sum(10 * 0.75**t / 1.2**t for t in range(11)))
    assert clv.with_costs(260, 0.75, 0.2, n_periods=10, selling=50, selling_at=1) > by_hand
    with pytest.raises(ArgumentError, match="selling=-1"):
        clv.with_costs(260, 0.75, 0.2, n_periods=10, selling=-1)


def test_residual_value_of_contracts_grows_with_the_periods_survived():
    model = clv.SBG.from_params(alpha=0.764, beta=1.296)
    got = 100 * model.discounted_residual_lifetime({"n": [1, 2, 5]}, discount_rate=0.1)
    assert got == pytest.approx([288.22, 393.94, 568.25], abs=0.005)
    # with a constant retention rate it never grows
    assert 0.833 * clv.constant_retention(100, 0.833, 0.1) == pytest.approx(343.18, abs=0.005)


# --- by customer and by order -------------------------------------------------------------------------------------


def test_costs_come_off_values(make_table):
    valued = {"customer_id": ["a", "b"], "residual_clv": [90.0, 8.0], "discounted_purchases": [4.0, 1.0],
              "visits": [5.0, 12.0], "won_for": [30.0, 10.0]}  # fmt: skip
    got = as_columns(clv.take_off_costs(make_table(valued), attracting="won_for", selling=2.5, serving="visits"),
                     sort="customer_id")  # fmt: skip
    assert got["cost_of_attracting"] == [30, 10]
    assert got["cost_of_selling"] == [10, 2.5]
    assert got["cost_of_serving"] == [20, 12]
    assert got["net_clv"] == [30, -16.5]
    once = as_columns(clv.take_off_costs(make_table(valued), attracting=10, value="residual_clv"), sort="customer_id")
    assert once["net_clv"] == [80, -2]


def test_a_cost_may_be_nothing():
    valued = {"residual_clv": [90.0, 8.0], "discounted_purchases": [4.0, 1.0], "visits": [0.0, 12.0]}
    got = as_columns(clv.take_off_costs(valued, attracting=0, selling=0.0, serving="visits"))
    assert (got["cost_of_attracting"], got["cost_of_selling"], got["cost_of_serving"]) == ([0, 0], [0, 0], [0, 12])
    assert got["net_clv"] == [90, -4]
    assert clv.with_costs(260, 0.75, 0.2, n_periods=3, selling=0) == clv.with_costs(260, 0.75, 0.2, n_periods=3)


def test_costs_of_a_model_s_values():
    customers = crm.summarize(crm.datasets.load_cdnow(sample=True))
    model = clv.NBD.from_params(r=0.4, alpha=12, period="week")
    valued = clv.lifetime_value(customers, purchases=model, spend=30.0, horizon="52W")
    net = clv.take_off_costs(valued, selling=2.0, serving=1.0)
    assert np.allclose(net["net_clv"], net["residual_clv"] - 3.0 * net["discounted_purchases"])


def test_historical_value_after_costs(make_table):
    by_customer = make_table({"customer_id": ["a", "b"], "attracting": [20.0, 5.0], "serving": [1.0, 0.0]})
    got = as_columns(clv.historical(make_table(SALES), margin_rate=0.5, costs=by_customer), sort="customer_id")
    assert got["margin"] == [80, 25]
    assert (got["cost_of_attracting"], got["cost_of_serving"]) == ([20, 5], [1, 0])
    assert got["historical_clv"] == [59, 20]
    by_order = make_table({"order_id": [1, 2, 3], "selling": [3.0, 4.0, 5.0]})
    got = as_columns(clv.historical(make_table(SALES), margin_rate=0.5, costs=by_order), sort="customer_id")
    assert got["historical_clv"] == [73, 20]
    assert got["cost_of_selling"] == [7, 5]


def test_costs_that_are_none(make_table):
    with pytest.raises(DataError, match="no row in the table of costs"):
        clv.historical(SALES, margin_rate=0.5, costs={"customer_id": ["a"], "selling": [1.0]})
    with pytest.raises(DataError, match="some of attracting"):
        clv.historical(SALES, margin_rate=0.5, costs={"customer_id": ["a", "b"], "cost": [1.0, 2.0]})
    with pytest.raises(DataError, match="below 0"):
        clv.historical(SALES, margin_rate=0.5, costs={"customer_id": ["a", "b"], "selling": [1.0, -2.0]})
    with pytest.raises(DataError, match="two kinds"):
        clv.historical(SALES, margin_rate=0.5, costs={"customer_id": [1, 2], "selling": [1.0, 2.0]})
    valued = make_table({"residual_clv": [1.0], "discounted_purchases": [1.0]})
    with pytest.raises(ArgumentError, match="no cost"):
        clv.take_off_costs(valued)
    with pytest.raises(ArgumentError, match="selling=-1"):
        clv.take_off_costs(valued, selling=-1)
    with pytest.raises(ColumnError, match="visits"):
        clv.take_off_costs(valued, serving="visits")
