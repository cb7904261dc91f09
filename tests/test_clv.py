"""Lifetime value from averages against hand calculation and its own laws, and what is said about bad input."""

import datetime as dt
import math

import mpmath
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import as_columns
from crmkit import clv
from crmkit.errors import ArgumentError, DataError
from crmkit.transactions import Transactions

rates = st.floats(0.01, 0.99)
discounts = st.floats(0.01, 0.9)
timings = st.sampled_from(["start", "end", "arrears"])


# --- published and hand-worked figures --------------------------------------------------------------------------


def test_constant_retention_gives_the_textbook_figures():
    assert clv.constant_retention(100, 0.8, 0.1) == pytest.approx(366.67, abs=0.005)
    assert clv.constant_retention(100, 0.8, 0.1, timing="end") == pytest.approx(266.67, abs=0.005)


def test_average_is_the_plain_product():
    assert clv.average(order_value=20, orders_per_period=12, lifetime=2.5, margin_rate=0.25) == pytest.approx(150)


def test_cash_flows_worked_by_hand():
    # 100, then 110 if retained (80 %), then 121 if retained again (90 %); 10 % discount; 150 to acquire
    flows = clv.cash_flows([100, 110, 121], [0.8, 0.9], 0.1, acquisition_cost=150)
    assert flows["period"].tolist() == [1, 2, 3]
    assert flows["time"].tolist() == [0, 1, 2]
    assert flows["survival"].tolist() == pytest.approx([1, 0.8, 0.72])
    assert flows["margin"].tolist() == [100, 110, 121]
    assert flows["discount_factor"].tolist() == pytest.approx([1, 1 / 1.1, 1 / 1.21])
    assert flows["present_value"].tolist() == pytest.approx([100, 80, 72])
    assert flows["cumulative"].tolist() == pytest.approx([-50, 30, 102])


def test_cash_flows_at_the_end_of_periods_worked_by_hand():
    flows = clv.cash_flows(100, 0.8, 0.25, n_periods=2, growth=0.5, timing="end")
    assert flows["time"].tolist() == [1, 2]
    assert flows["survival"].tolist() == pytest.approx([0.8, 0.64])
    assert flows["present_value"].tolist() == pytest.approx([0.8 * 100 / 1.25, 0.64 * 150 / 1.5625])


def test_elasticities_worked_by_hand():
    table = clv.elasticities(100, 0.8, 0.1).set_index("lever")
    assert table.loc["retention_rate", "clv"] == pytest.approx(100 * 1.1 / 0.29)
    assert table.loc["margin", "change"] == pytest.approx(1.1 / 0.3)
    assert table.loc["discount_rate", "clv"] == pytest.approx(100 * 1.09 / 0.29)
    # d ln V / d ln r = r / (1 + d - r)
    assert table.loc["retention_rate", "elasticity"] == pytest.approx(0.8 / 0.3)
    assert table.loc["margin", "elasticity"] == pytest.approx(1)


def test_what_cannot_improve_by_a_point_improves_to_its_end():
    table = clv.elasticities(100, 0.995, 0.005, acquisition_cost=50).set_index("lever")
    assert table["improved"].tolist() == [1.0, 101.0, 0.0, 49.5]
    assert table.loc["retention_rate", "clv"] == pytest.approx(100 * 1.005 / 0.005 - 50)
    assert table.loc["discount_rate", "clv"] == pytest.approx(100 / 0.005 - 50)


def test_payback_worked_by_hand():
    # payments 100, 72.73, 52.89, 38.47: 100, 172.73, 225.62, 264.09 so far
    assert clv.payback(100, 0.8, 0.1, acquisition_cost=100) == 0
    assert clv.payback(100, 0.8, 0.1, acquisition_cost=101) == 1
    assert clv.payback(100, 0.8, 0.1, acquisition_cost=225.6) == 2
    assert clv.payback(100, 0.8, 0.1, acquisition_cost=72, timing="end") == 1
    assert clv.payback(100, 0.8, 0.1, acquisition_cost=366) < math.inf
    assert clv.payback(100, 0.8, 0.1, acquisition_cost=366.67) == math.inf
    assert clv.payback(100, 1.0, 0.0, acquisition_cost=300) == 2
    assert clv.payback(0, 0.8, 0.1, acquisition_cost=1) == math.inf
    # 100, 50, 25 ... come near 200 and never reach it
    assert clv.payback(100, 0.5, 0, acquisition_cost=200) == math.inf
    assert clv.payback(0.1, 1.0, 0.0, acquisition_cost=0.1 + 0.1 + 0.1) == 2  # a hair above three payments is three
    assert clv.payback(100, 0, 0.1, acquisition_cost=100) == 0  # nobody pays twice, and once is enough
    assert clv.payback(100, 0, 0.1, acquisition_cost=100.01) == math.inf
    assert clv.payback(100, 0.5, 0, acquisition_cost=175) == 2


def test_one_payment_is_a_cash_flow_and_none_is_not():
    flows = clv.cash_flows(100, 0.8, 0.1, n_periods=1)
    assert len(flows) == 1
    with pytest.raises(ArgumentError, match="n_periods=0"):
        clv.cash_flows(100, 0.8, 0.1, n_periods=0)
    with pytest.raises(ArgumentError, match="n_periods=0"):
        clv.cash_flows([], 0.8, 0.1)


def test_acquisition_cost_against_lifetime_value():
    assert clv.max_acquisition_cost(300, ratio=3) == 100
    assert clv.max_acquisition_cost(-5) == 0
    assert clv.clv_to_cac(300, 100) == 3


def test_customer_equity_keeps_customers_to_come_apart():
    equity = clv.customer_equity(
        np.array([100.0, 50.0]), acquired=[10, 20], clv=60, acquisition_cost=38, discount_rate=0.1
    )
    assert equity.current == 150
    assert equity.n_current == 2
    assert equity.n_future == 30
    assert equity.present_value.tolist() == pytest.approx([200, 440 / 1.21])
    assert equity.total == pytest.approx(150 + 200 + 440 / 1.21)
    assert clv.customer_equity([100.0]).future == 0


# --- laws -------------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(r=rates, d=discounts, timing=timings)
def test_constant_retention_is_the_sum_of_its_payments(r, d, timing):
    first = 1 if timing == "end" else 0
    total = mpmath.nsum(lambda k: (mpmath.mpf(r) / (1 + mpmath.mpf(d))) ** k, [first, mpmath.inf])
    total /= 1 + mpmath.mpf(d) if timing == "arrears" else 1
    assert clv.constant_retention(100, r, d, timing=timing) == pytest.approx(100 * float(total), rel=1e-12)


@settings(deadline=None)
@given(r=rates, d=discounts, timing=timings)
def test_a_long_cash_flow_table_ends_at_the_constant_retention_value(r, d, timing):
    flows = clv.cash_flows(100, r, d, n_periods=3000, timing=timing)
    assert flows["cumulative"].iloc[-1] == pytest.approx(clv.constant_retention(100, r, d, timing=timing), rel=1e-9)


@settings(deadline=None)
@given(r=rates, d=discounts, share=st.floats(0.01, 0.999), timing=timings)
def test_payback_is_where_the_cash_flow_table_turns(r, d, share, timing):
    cost = share * clv.constant_retention(100, r, d, timing=timing)
    time = clv.payback(100, r, d, acquisition_cost=cost, timing=timing)
    flows = clv.cash_flows(100, r, d, n_periods=int(time) + 2, acquisition_cost=cost, timing=timing)
    covered = flows.loc[flows["cumulative"] >= -1e-7 * cost, "time"]
    assert covered.iloc[0] == time


@settings(deadline=None)
@given(r=st.floats(0.05, 0.9), d=discounts, cost=st.floats(0, 50), timing=timings)
def test_elasticities_are_the_slopes_of_the_formula(r, d, cost, timing):
    at = {"retention_rate": r, "margin": 100.0, "discount_rate": d, "acquisition_cost": cost}

    def net(retention_rate, margin, discount_rate, acquisition_cost):
        gross = clv.constant_retention(margin, retention_rate, discount_rate, timing=timing)
        return gross - acquisition_cost

    value = net(**at)
    if abs(value) < 1:
        return
    table = clv.elasticities(100, r, d, acquisition_cost=cost, timing=timing).set_index("lever")
    for lever, x in at.items():
        step = 1e-6 * max(x, 1e-3)
        slope = (net(**{**at, lever: x + step}) - net(**{**at, lever: x - step})) / (2 * step)
        assert table.loc[lever, "elasticity"] == pytest.approx(x * slope / value, rel=1e-4, abs=1e-9)
        improved = net(**{**at, lever: table.loc[lever, "improved"]})
        assert table.loc[lever, "change"] == pytest.approx(improved - value, rel=1e-9, abs=1e-9)
        assert table.loc[lever, "change"] >= 0


# --- from transactions ------------------------------------------------------------------------------------------


def sales(n=400, seed=7):
    rng = np.random.default_rng(seed)
    days = np.datetime64("2023-01-10") + rng.integers(0, 500, n)
    amount = np.round(rng.gamma(2, 20, n), 2)
    refund = rng.random(n) < 0.1
    return pd.DataFrame(
        {
            "customer_id": rng.integers(0, 60, n),
            "date": days.astype("datetime64[ns]"),
            "amount": np.where(refund, -amount, amount),
            "cost": np.round(0.6 * amount, 2),
        }
    )


def by_hand(frame, margin_of_row):
    bought = set(frame.loc[frame["amount"] >= 0, "customer_id"])
    found = {}
    for row in frame.itertuples():
        if row.customer_id in bought:
            found[row.customer_id] = found.get(row.customer_id, 0.0) + margin_of_row(row)
    return found


def as_dict(table):
    return dict(zip(table["customer_id"].tolist(), table["historical_clv"].tolist(), strict=True))


def test_historical_is_the_sum_of_margins():
    frame = sales()
    assert as_dict(clv.historical(frame, margin_rate=0.3)) == pytest.approx(
        by_hand(frame, lambda row: 0.3 * row.amount)
    )
    assert as_dict(clv.historical(frame)) == pytest.approx(by_hand(frame, lambda row: row.amount - row.cost))


def test_historical_compounds_to_as_of():
    frame = sales()
    last = frame["date"].max()
    want = by_hand(frame, lambda row: row.amount * 1.1 ** ((last - row.date).days / 365.25))
    assert as_dict(clv.historical(frame, margin_rate=1, discount_rate=0.1)) == pytest.approx(want, rel=1e-12)


def test_historical_sees_nothing_after_as_of():
    frame = sales()
    past = frame[frame["date"] <= "2023-12-31"]
    tx = Transactions(frame, as_of="2023-12-31")
    assert as_dict(clv.historical(tx, margin_rate=1)) == pytest.approx(by_hand(past, lambda row: row.amount))


def test_historical_and_cohorts_come_back_in_the_kind_that_came_in(make_table):
    frame = sales()
    table = make_table({name: frame[name].to_numpy() for name in frame.columns})
    found = clv.historical(table, margin_rate=1, discount_rate=0.1)
    assert type(found) is type(table)
    want = as_columns(clv.historical(frame, margin_rate=1, discount_rate=0.1))
    assert as_columns(found, sort="customer_id") == {name: pytest.approx(values) for name, values in want.items()}
    cohorts = clv.cohort_value(table, margin_rate=1)
    assert type(cohorts) is type(table)
    want = as_columns(clv.cohort_value(frame, margin_rate=1))
    got = as_columns(cohorts, sort=["cohort", "cohort_age"])
    assert {name: got[name] for name in ("cohort", "customers", "complete")} == {
        name: want[name] for name in ("cohort", "customers", "complete")
    }
    assert got["value_per_customer"] == pytest.approx(want["value_per_customer"])


def calendar(day, period):
    """Number of a date's calendar period, worked out the slow way."""
    day = dt.date(day.year, day.month, day.day)
    if period == "week":
        return (day - dt.timedelta(days=day.weekday()) - dt.date(1969, 12, 29)).days // 7
    return {
        "month": day.year * 12 + day.month,
        "quarter": day.year * 4 + (day.month - 1) // 3,
        "year": day.year,
    }[period]


@pytest.mark.parametrize("period", ["week", "month", "quarter", "year"])
def test_cohort_value_by_brute_force(period):
    frame = sales()
    first = frame[frame["amount"] >= 0].groupby("customer_id")["date"].min()
    margin, size = {}, {}
    for day in first:
        born = calendar(day, period)
        size[born] = size.get(born, 0) + 1
    for row in frame.itertuples():
        if row.customer_id in first.index:
            born = calendar(first[row.customer_id], period)
            cell = born, max(calendar(row.date, period) - born, 0)
            margin[cell] = margin.get(cell, 0.0) + 0.3 * row.amount
    last = calendar(frame["date"].max(), period)
    found = clv.cohort_value(frame, margin_rate=0.3, period=period)
    cells = [(born, age) for born in sorted(size) for age in range(last - born + 1)]
    assert len(found) == len(cells)
    assert found["customers"].tolist() == [size[born] for born, _ in cells]
    assert found["cohort_age"].tolist() == [age for _, age in cells]
    assert found["margin"].tolist() == pytest.approx([margin.get(cell, 0.0) for cell in cells], abs=1e-9)
    so_far = [sum(margin.get((born, a), 0.0) for a in range(age + 1)) / size[born] for born, age in cells]
    assert found["value_per_customer"].tolist() == pytest.approx(so_far, abs=1e-9)


def test_cohort_periods_are_named_and_the_running_one_is_marked():
    frame = {"customer_id": ["a", "b"], "date": ["2024-02-28", "2024-03-31"], "amount": [1.0, 2.0]}
    done = clv.cohort_value(frame, margin_rate=1)
    assert done["cohort"].tolist() == ["2024-02", "2024-02", "2024-03"]
    assert done["complete"].tolist() == [True, True, True]
    quarters = clv.cohort_value({**frame, "date": ["2024-02-28", "2024-06-29"]}, margin_rate=1, period="quarter")
    assert quarters["cohort"].tolist() == ["2024-Q1", "2024-Q1", "2024-Q2"]
    assert quarters["complete"].tolist() == [True, False, False]
    weeks = clv.cohort_value(frame, margin_rate=1, period="week")
    assert weeks["cohort"].iloc[0] == "2024-02-26"  # a Monday
    assert clv.cohort_value(frame, margin_rate=1, period="year")["cohort"].tolist() == ["2024"]


# --- bad input --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: clv.constant_retention(100, 1.2, 0.1), r"retention_rate=1.2 is not a share[\s\S]*retention_rate=0.2"),
        (lambda: clv.constant_retention(100, 80, 0.1), "retention_rate=80"),
        (lambda: clv.constant_retention(100, 0.8, -0.1), "discount_rate=-0.1 is negative"),
        (lambda: clv.constant_retention(100, 1.0, 0.0), "infinitely much"),
        (lambda: clv.constant_retention(100, 0.8, 0.1, timing="middle"), "timing='middle'[\\s\\S]*'start', 'end'"),
        (lambda: clv.constant_retention("much", 0.8, 0.1), "margin='much'"),
        (lambda: clv.average(order_value=1, orders_per_period=-1, lifetime=1, margin_rate=1), "orders_per_period=-1"),
        (lambda: clv.Valuation(margin_rate=1.5), "margin_rate=1.5"),
        (lambda: clv.Valuation(horizon="soon"), "horizon='soon'"),
        (lambda: clv.cash_flows(100, 0.8, 0.1), "n_periods is missing"),
        (lambda: clv.cash_flows(100, [0.8, 0.7], 0.1, n_periods=5), "suffice for 3"),
        (lambda: clv.cash_flows(100, [0.8, 1.7], 0.1), "1.7"),
        (lambda: clv.cash_flows(100, "high", 0.1), "retention='high'"),
        (lambda: clv.clv_to_cac(100, 0), "acquisition_cost=0 is not above 0"),
        (lambda: clv.max_acquisition_cost(100, ratio=0), "ratio=0"),
        (lambda: clv.payback(100, 0.8, 0.1, acquisition_cost=-1), "acquisition_cost=-1"),
        (lambda: clv.elasticities(0, 0.8, 0.1), "is 0"),
        (lambda: clv.customer_equity([1.0, float("nan")]), "residual_clv"),
        (lambda: clv.customer_equity([1.0], acquired=[-1]), "acquired"),
        (lambda: clv.historical({"customer_id": [1], "date": ["2024-01-01"], "amount": [1.0]}), "margin_rate=0.3"),
        (lambda: clv.cohort_value(sales(), margin_rate=1, period="moon"), "period='moon'"),
    ],
)
def test_a_bad_argument_is_shown_with_the_way_out(call, message):
    with pytest.raises(ArgumentError, match=message):
        call()


def test_unknown_costs_are_not_guessed():
    frame = sales()
    frame.loc[3, "cost"] = None
    with pytest.raises(DataError, match=r"'cost' is missing in 1 row[\s\S]*margin_rate=0.3"):
        clv.historical(frame)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="NoSuchModel"):
        _ = clv.NoSuchModel


def test_models_and_storage_are_reached_from_here():
    model = clv.SBG.from_params(alpha=0.7, beta=2.0)
    assert clv.load(model.to_json()).params_ == model.params_
    with pytest.raises(ArgumentError, match="not a stored model"):
        clv.load("{}")
