"""Value matrix against hand counts, numpy and pandas; its sums; and bad input."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import as_columns, examples, small_table
from crmkit import Transactions, growth, score_customers, segment
from crmkit.clv import Valuation
from crmkit.customers import recent_value
from crmkit.datasets import load_cdnow, load_ten_customers, make_transactions
from crmkit.errors import ArgumentError, ColumnError, DataError, NoLifetimeValueWarning
from crmkit.pyramid import SCHEMES

LISTED = {
    "customer_id": ["a", "b", "c", "d", "e", "f"],
    "monetary": [900.0, 0.0, 50.0, 700.0, 0.0, 20.0],
    "residual_clv": [40.0, 30.0, 1.0, 2.0, 0.0, 35.0],
}


def test_quadrants_of_six_customers_by_hand(make_table):
    table = make_table(LISTED)
    found = segment.value_matrix(table)  # medians 35 and 16
    assert type(found.customers) is type(table)
    assert type(found.table) is type(table)
    assert as_columns(found.customers, sort="customer_id") == {
        **LISTED,
        "quadrant": [
            "value_platinum", "value_iron", "value_gold", "value_gold", "value_lead", "value_iron",
        ],
        "quadrant_label": ["Platinum", "Iron", "Gold", "Gold", "Lead", "Iron"],
    }  # fmt: skip
    assert as_columns(found.table) == {
        "quadrant": ["value_platinum", "value_gold", "value_iron", "value_lead"],
        "quadrant_label": ["Platinum", "Gold", "Iron", "Lead"],
        "current": ["high", "high", "low", "low"],
        "potential": ["high", "low", "high", "low"],
        "strategy": [
            "spare no effort to keep and grow them",
            "keep them at a high level",
            "rebuild the relation, invest for growth",
            "do not invest; let them go",
        ],
        "customers": [1, 2, 2, 1],
        "customer_share": [1 / 6, 1 / 3, 1 / 3, 1 / 6],
        "current_value": [900.0, 750.0, 20.0, 0.0],
        "current_value_share": [900 / 1670, 750 / 1670, 20 / 1670, 0.0],
        "potential_value": [40.0, 3.0, 65.0, 0.0],
        "potential_value_share": [40 / 108, 3 / 108, 65 / 108, 0.0],
    }
    assert (found.current.column, found.current.rule, found.current.threshold) == ("monetary", "median", 35.0)
    assert (found.potential.column, found.potential.threshold) == ("residual_clv", 16.0)
    assert as_columns(table, sort="customer_id") == LISTED


def test_the_course_s_names_and_strategies_in_chinese():
    found = segment.value_matrix(pd.DataFrame(LISTED), language="zh").table
    assert dict(zip(found["quadrant_label"], found["strategy"], strict=True)) == {
        "白金客户": "不遗余力保持和发展",
        "黄金客户": "高水平保持",
        "铁质客户": "再造客户关系，投入以求增长",
        "铅质客户": "不再投入，解除关系",
    }
    # platinum is also a tier of the pyramid, 铂金
    assert not {tier for scheme in SCHEMES.values() for tier in scheme} & set(found["quadrant"])


def test_rows_stay_in_the_caller_s_order():
    for kind in (pd.DataFrame, small_table):
        found = segment.value_matrix(kind(LISTED)).customers
        assert as_columns(found)["customer_id"] == LISTED["customer_id"]
    again = segment.value_matrix(segment.value_matrix(pd.DataFrame(LISTED), language="zh").customers)
    assert again.customers["quadrant_label"].tolist() == ["Platinum", "Iron", "Gold", "Gold", "Lead", "Iron"]


def test_equal_values_fall_on_the_side_that_is_said(make_table):
    listed = make_table({"monetary": [0, 0, 0, 0, 5, 9], "residual_clv": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]})
    low = segment.value_matrix(listed)
    assert low.current.threshold == 0
    assert sorted(as_columns(low.customers, sort="residual_clv")["quadrant"][:4]) == [
        "value_iron", "value_lead", "value_lead", "value_lead",
    ]  # fmt: skip
    high = segment.value_matrix(listed, cut={"current": 5, "potential": 6}, equal="high")
    assert as_columns(high.customers, sort="residual_clv")["quadrant"] == [
        *["value_lead"] * 4, "value_gold", "value_platinum",
    ]  # fmt: skip
    assert as_columns(high.table)["customers"] == [1, 1, 0, 4]  # four rows, whoever is there


VALUES = st.lists(st.integers(-3, 8).map(lambda n: n / 10), min_size=1, max_size=30)


@settings(max_examples=examples(40), deadline=None)
@given(
    values=VALUES,
    share=st.sampled_from([0.1, 0.25, 0.3, 0.5, 0.8, 1.0]),
    equal=st.sampled_from(["low", "high"]),
    seed=st.integers(0, 99),
)
def test_cuts_are_those_of_numpy_and_everybody_is_counted_once(values, share, equal, seed):
    current = np.array(values)
    potential = np.random.default_rng(seed).permutation(current) + 1
    table = small_table({"monetary": current, "residual_clv": potential})
    for cut, more, expected in (
        ("median", {}, np.median),
        ("mean", {}, np.mean),
        ("quantile", {"share": share}, lambda some: np.quantile(some, share, method="inverted_cdf")),
    ):
        found = segment.value_matrix(table, cut=cut, equal=equal, **more)
        assert found.current.threshold == pytest.approx(expected(current), abs=1e-12)
        assert found.potential.threshold == pytest.approx(expected(potential), abs=1e-12)
        quadrant = np.array(as_columns(found.customers)["quadrant"])
        for values_of, cut_of, names in (
            (current, found.current, ("value_platinum", "value_gold")),
            (potential, found.potential, ("value_platinum", "value_iron")),
        ):
            at = cut_of.threshold
            is_high = values_of > at if equal == "low" else values_of >= at
            assert (np.isin(quadrant, names) == is_high).all()
            assert equal == "high" or not is_high.all()
        rows = as_columns(found.table)
        for row, name in enumerate(rows["quadrant"]):
            assert rows["customers"][row] == (quadrant == name).sum()
            assert rows["current_value"][row] == pytest.approx(current[quadrant == name].sum(), abs=1e-12)
            assert rows["potential_value"][row] == pytest.approx(potential[quadrant == name].sum(), abs=1e-12)
        assert sum(rows["customer_share"]) == pytest.approx(1)


def test_the_mean_of_equal_values_puts_nobody_above_it():
    listed = small_table({"monetary": [0.1] * 3, "residual_clv": [0.7] * 3})  # 0.1 + 0.1 + 0.1 is above 0.3
    assert as_columns(segment.value_matrix(listed, cut="mean").table)["customers"] == [0, 0, 0, 3]
    assert as_columns(segment.value_matrix(listed, cut="mean", equal="high").table)["customers"] == [3, 0, 0, 0]


def test_a_quantile_leaves_the_best_share_high():
    listed = small_table({"monetary": np.arange(1000.0), "residual_clv": np.arange(1000.0)})
    found = segment.value_matrix(listed, cut="quantile", share=0.8)
    assert as_columns(found.table)["customers"] == [200, 0, 0, 800]
    assert "the 80% quantile" in found.describe_cuts()


@pytest.mark.parametrize(("share", "low"), [(0.07, 7), (0.28, 28), (0.55, 55), (0.56, 56), (0.58, 58)])
def test_a_share_of_a_hundred_is_as_many_customers(share, low):
    """0.07 * 100 is a hair above 7, and 0.58 * 100 a hair below 58: neither makes it a customer more or less."""
    listed = small_table({"monetary": np.arange(100.0), "residual_clv": np.arange(100.0)})
    found = segment.value_matrix(listed, cut="quantile", share=share)
    assert (found.current.threshold, found.potential.threshold) == (low - 1, low - 1)


def test_each_axis_may_have_a_cut_of_its_own(make_table):
    found = segment.value_matrix(make_table(LISTED), cut={"current": 700, "potential": "mean"})
    assert (found.current.rule, found.current.threshold) == ("given", 700)
    assert (found.potential.rule, found.potential.threshold) == ("mean", 18)
    assert as_columns(found.customers, sort="customer_id")["quadrant"] == [
        "value_platinum", "value_iron", "value_lead", "value_lead", "value_lead", "value_iron",
    ]  # fmt: skip
    assert found.describe_cuts("zh").splitlines() == [
        "当前价值：消费金额", "高：大于 700（给定值）", "增值潜力：剩余客户终身价值", "高：大于 18（平均值）",
    ]  # fmt: skip


def test_a_current_value_of_the_table_s_own_is_taken_first():
    listed = {**LISTED, "current_value": [1, 2, 3, 4, 5, 6]}
    assert segment.value_matrix(listed).current.column == "current_value"
    assert segment.value_matrix(listed, current="monetary").current.column == "monetary"


# --- from transactions --------------------------------------------------------------------------------------------


def test_from_cdnow_the_current_value_is_the_revenue_of_the_last_year():
    rows = load_cdnow(sample=True)
    tx = Transactions(rows)
    found = segment.value_matrix(tx)
    rows = rows.assign(date=pd.to_datetime(rows["date"]))
    recent = rows[rows["date"] > "1997-06-30"].groupby("customer_id")["amount"].sum()
    expected = recent.reindex(found.customers["customer_id"]).fillna(0)
    assert found.customers["current_value"].tolist() == pytest.approx(expected.tolist(), abs=1e-9)
    scored = score_customers(tx).set_index("customer_id")["residual_clv"]
    assert found.customers["residual_clv"].tolist() == scored.loc[found.customers["customer_id"]].tolist()
    assert found.table["customers"].sum() == 2357
    assert found.table["current_value"].sum() == pytest.approx(recent.sum())
    assert found.current.measured == {"measure": "revenue", "first": "1997-07-01", "last": "1998-06-30"}
    assert found.describe_cuts().startswith("current value: revenue from 1997-07-01 to 1998-06-30\nhigh: above 0")


YEARS = {
    "customer_id": ["a", "b", "b", "c", "a"],
    "date": ["2022-01-01", "2024-01-01", "2024-02-01", "2023-12-31", "2024-12-31"],
    "amount": [500.0, 30.0, 5.0, 40.0, 10.0],
}


def test_twelve_months_are_those_of_the_calendar_as_in_the_revenue_bridge(make_table):
    tx = Transactions(make_table(YEARS))
    bridge = growth.revenue_bridge(tx)
    for more in ({}, {"window": "12M"}, {"window": "1Y"}):  # 366 days
        found = segment.value_matrix(tx, potential="frequency", **more)
        assert found.current.measured == {"measure": "revenue", "first": "2024-01-01", "last": "2024-12-31"}
        assert tuple(map(str, bridge.current)) == (found.current.measured["first"], found.current.measured["last"])
        value = as_columns(found.customers, sort="customer_id")["current_value"]
        assert value == [10.0, 35.0, 0.0]
        assert sum(value) == as_columns(bridge.steps)["amount"][-1]
    in_days = segment.value_matrix(tx, potential="frequency", window="365D")
    assert in_days.current.measured["first"] == "2024-01-02"
    assert as_columns(in_days.customers, sort="customer_id")["current_value"] == [10.0, 5.0, 0.0]


@settings(max_examples=examples(60), deadline=None)
@given(
    day=st.dates(dt.date(1999, 1, 1), dt.date(2025, 12, 31)),
    months=st.one_of(st.integers(1, 40), st.just(300)),
    unit=st.sampled_from(["M", "m", "Y"]),
)
def test_a_window_of_months_begins_where_pandas_counts_back_to(day, months, unit):
    window = f" {months} {unit} "
    sales = small_table({"customer_id": ["a"], "date": [str(day)], "amount": [1.0]})
    recent = recent_value(sales, window=window)
    back = pd.DateOffset(years=months) if unit == "Y" else pd.DateOffset(months=months)
    assert recent.first_date == (pd.Timestamp(day) - back + pd.Timedelta(days=1)).date()
    assert recent.last_date == day


@pytest.mark.parametrize(
    ("as_of", "window", "first"),
    [
        ("2025-02-28", "1M", "2025-01-29"),
        ("2025-03-31", "1M", "2025-03-01"),
        ("2024-02-29", "1Y", "2023-03-01"),
        ("2025-02-28", "1Y", "2024-02-29"),
        ("2024-12-31", "1.5Y", "2023-07-01"),  # 18 months
        ("2025-01-31", "23M", "2023-03-01"),  # 703 days, three more than 23 months have on average
        ("2024-12-31", "0.5M", "2024-12-17"),  # 15 days
        ("2024-12-31", "52W", "2024-01-03"),
        ("2024-12-31", 366, "2024-01-01"),
        ("2024-12-31", dt.timedelta(days=31), "2024-12-01"),
    ],
)
def test_where_windows_begin_by_hand(as_of, window, first):
    sales = {"customer_id": ["a"], "date": [as_of], "amount": [1.0]}
    assert str(recent_value(sales, window=window).first_date) == first


def test_with_costs_the_current_value_is_the_margin_of_the_window(make_table):
    made = make_transactions(150, seed=1).transactions
    table = make_table({name: made[name].to_numpy() for name in ("customer_id", "date", "amount", "cost")})
    found = segment.value_matrix(Transactions(table), potential="frequency", window="180D")
    assert type(found.customers) is type(table)
    recent = made[made["date"] > made["date"].max() - pd.Timedelta(days=180)]
    margin = (recent["amount"] - recent["cost"]).groupby(recent["customer_id"]).sum()
    customers = as_columns(found.customers, sort="customer_id")
    expected = margin.reindex(customers["customer_id"]).fillna(0).tolist()
    assert customers["current_value"] == pytest.approx(expected, abs=1e-9)
    assert found.current.measured["measure"] == "margin"
    assert sum(as_columns(found.table)["customers"]) == 150


def test_with_costs_the_lifetime_value_is_margin_too_at_the_rate_of_the_window():
    made = make_transactions(150, seed=1).transactions[["customer_id", "date", "amount", "cost"]]
    recent = made[made["date"] > made["date"].max() - pd.DateOffset(years=1)]
    rate = 1 - recent["cost"].sum() / recent["amount"].sum()
    tx = Transactions(made)
    found, whole = segment.value_matrix(tx), segment.value_matrix(tx, valuation=Valuation(margin_rate=1.0))
    expected = rate * whole.customers["residual_clv"]
    assert found.customers["residual_clv"].tolist() == pytest.approx(expected.tolist())
    assert found.customers["quadrant"].tolist() == whole.customers["quadrant"].tolist()


def test_where_a_cost_is_missing_in_the_window_the_measure_is_revenue_and_says_so():
    made = make_transactions(100, seed=1).transactions[["customer_id", "date", "amount", "cost"]]
    made.loc[made.index[-1], "cost"] = None
    found = segment.value_matrix(Transactions(made))
    assert found.current.measured["measure"] == "revenue"
    recent = made[made["date"] > made["date"].max() - pd.DateOffset(years=1)]
    assert found.table["current_value"].sum() == pytest.approx(recent["amount"].sum())


def test_other_columns_of_the_summary_need_no_model():
    tx = Transactions(load_ten_customers())
    found = segment.value_matrix(tx, potential="frequency", cut="mean")
    assert "p_alive" not in found.customers.columns
    mean = found.customers["frequency"].mean()
    high = found.customers["quadrant"].isin(["value_platinum", "value_iron"])
    assert (high == (found.customers["frequency"] > mean)).all()


# --- bad input ----------------------------------------------------------------------------------------------------


def test_no_lifetime_value_is_an_error_that_names_the_alternative(make_table):
    once = make_table({"customer_id": ["a", "b"], "date": ["2024-01-01", "2024-05-01"], "amount": [5.0, 6.0]})
    with pytest.raises(DataError, match=r'no lifetime value:[\s\S]*potential="mean_order"'):
        segment.value_matrix(Transactions(once))
    found = segment.value_matrix(Transactions(once), potential="mean_order")
    assert as_columns(found.table)["customers"] == [1, 0, 0, 1]


def test_one_mean_spend_for_all_is_still_a_warning():
    # everybody always pays the same, so there is nothing for a model of spend to go by
    alike = {"customer_id": ["a", "a", "b", "b", "c"], "amount": [5.0] * 5,
             "date": ["2025-01-01", "2025-02-01", "2025-01-09", "2025-03-01", "2025-01-02"]}  # fmt: skip
    with pytest.warns(NoLifetimeValueWarning, match="one mean spend for all"):
        found = segment.value_matrix(Transactions(alike))
    assert found.customers["expected_spend"].tolist() == [5.0] * 3


def test_missing_columns_and_values_are_named_with_the_way_out(make_table):
    with pytest.raises(
        ColumnError, match=r"no column 'monetary', 'residual_clv'[\s\S]*score_customers[\s\S]*potential="
    ):
        segment.value_matrix(make_table({"customer_id": ["a"], "amount": [1.0]}))
    with pytest.raises(ColumnError, match="column 'residual_clv' is missing or not finite in 1 row"):
        segment.value_matrix(make_table({**LISTED, "residual_clv": [1.0, float("nan"), 1.0, 1.0, 1.0, 1.0]}))
    with pytest.raises(ColumnError, match="column 'customer_id' is not numeric"):
        segment.value_matrix(make_table(LISTED), current="customer_id")
    with pytest.raises(DataError, match="no rows, so there is nobody to sort"):
        segment.value_matrix(make_table({name: np.zeros(0) for name in ("monetary", "residual_clv")}))


def test_cuts_that_are_none_are_refused():
    for cut in ("best", 500, None, {"current": "best", "potential": 1}):
        with pytest.raises(ArgumentError, match=r"cut=.* is not known.*'median', 'mean', 'quantile'"):
            segment.value_matrix(LISTED, cut=cut)
    for cut in ({"current": 5}, {"current": 5, "monetary": 6}, {}):
        with pytest.raises(ArgumentError, match=r"must name both axes, such as cut=\{\"current\": 500"):
            segment.value_matrix(LISTED, cut=cut)
    with pytest.raises(ArgumentError, match="cut=nan is not a finite number"):
        segment.value_matrix(LISTED, cut={"current": float("nan"), "potential": 1})
    with pytest.raises(ArgumentError, match=r'do not go together.*cut="quantile", share=0.8'):
        segment.value_matrix(LISTED, cut="quantile")
    with pytest.raises(ArgumentError, match="do not go together"):
        segment.value_matrix(LISTED, share=0.8)
    with pytest.raises(ArgumentError, match="share=80 is not a share"):
        segment.value_matrix(LISTED, cut="quantile", share=80)
    with pytest.raises(ArgumentError, match=r"equal='up' is not known.*'low', 'high'"):
        segment.value_matrix(LISTED, equal="up")
    with pytest.raises(ArgumentError, match="language='fr' is not known"):
        segment.value_matrix(LISTED, language="fr")


def test_a_margin_that_no_lifetime_value_can_be_built_on_is_refused():
    rows = load_cdnow(sample=True).assign(cost=lambda frame: 2 * frame["amount"])
    with pytest.raises(
        DataError, match=r"the margin of 1997-07-01 to 1998-06-30 is -1 of the revenue.*margin_rate=0\.3\)"
    ):
        segment.value_matrix(Transactions(rows))


def test_a_column_that_is_not_named_is_refused(make_table):
    listed = pd.DataFrame(LISTED)
    for wrong, message in (
        ({"current": listed["monetary"]}, r"current=<Series> is not the name of a column.*current='monetary'"),
        ({"potential": ["tenure", "monetary"]}, r"potential=\['tenure', 'monetary'\] is not the name.*='tenure'"),
        ({"potential": None}, "potential=None is not the name of a column.*potential='residual_clv'"),
        ({"current": 5}, "current=5 is not the name of a column.*current='monetary'"),
    ):
        with pytest.raises(ArgumentError, match=message):
            segment.value_matrix(make_table(LISTED), **wrong)


def test_settings_of_what_is_not_computed_are_refused():
    for name, value in (("window", "3M"), ("window", "12M"), ("valuation", Valuation()),
                        ("valuation", Valuation(horizon=dt.timedelta(days=90), margin_rate=0.3))):  # fmt: skip
        with pytest.raises(ArgumentError, match=rf"{name}=.* would change nothing: a table has its values already"):
            segment.value_matrix(LISTED, **{name: value})
    tx = Transactions(load_ten_customers())
    with pytest.raises(ArgumentError, match=r"valuation=.*no lifetime value is asked for.*\"residual_clv\""):
        segment.value_matrix(tx, potential="frequency", valuation=Valuation(horizon="12M"))


def test_the_lifetime_value_is_that_of_the_valuation():
    tx = Transactions(load_cdnow(sample=True))
    given = Valuation(horizon="26W", discount_rate=0.2, margin_rate=0.5)
    found = segment.value_matrix(tx, valuation=given).customers
    listed = score_customers(tx, horizon="26W", discount_rate=0.2, margin_rate=0.5)
    assert found["residual_clv"].tolist() == listed["residual_clv"].tolist()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"horizon": "soon"}, "horizon='soon' is not a duration"),
        ({"horizon": None}, "horizon=None is not a duration"),
        ({"margin_rate": 30}, "margin_rate=30 is not a share"),
    ],
)
def test_a_valuation_that_cannot_be_is_refused_at_once(wrong, message):
    with pytest.raises(ArgumentError, match=message):
        Valuation(**wrong)


def test_a_value_given_for_both_axes_is_shown_as_one_for_each():
    message = r'cut=500 is not known.*give each axis.*cut=\{"current": 500, "potential": "median"\}'
    with pytest.raises(ArgumentError, match=message):
        segment.value_matrix(LISTED, cut=500)
    segment.value_matrix(LISTED, cut={"current": 500, "potential": "median"})
    with pytest.raises(ArgumentError, match=r"cut='best' is not known.*'quantile'"):
        segment.value_matrix(LISTED, cut={"current": "best", "potential": 3})
    with pytest.raises(ArgumentError, match=r"is not a finite number"):
        segment.value_matrix(LISTED, cut={"current": pd.Series([1.0, 2.0]), "potential": 3})


def test_a_window_that_dates_do_not_reach_is_refused():
    with pytest.raises(ArgumentError, match=r"window='99999M' is longer than a thousand years.*window=\"12M\""):
        segment.value_matrix(Transactions(load_ten_customers()), potential="frequency", window="99999M")
