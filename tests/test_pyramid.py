"""The pyramid against the shares of its schemes, hand calculation and known facts of CDNOW, and its laws."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import as_columns, examples, small_table, table_of
from crmkit import Transactions, pyramid
from crmkit.errors import ArgumentError, ColumnError, DataError


def tiers(table, **options):
    return as_columns(pyramid.assign_tiers(table, **options), sort="customer_id")["tier"]


def people(values):
    return {"customer_id": list(range(len(values))), "monetary": values}


# --- tiers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scheme", "sizes"),
    [
        ("textbook", {"important": 10, "secondary": 190, "ordinary": 300, "small": 500}),
        ("curry", {"top": 10, "large": 40, "medium": 150, "small": 800}),
        ("zeithaml", {"platinum": 200, "gold": 300, "iron": 300, "lead": 200}),
        ({"a": 0.1, "b": 0.2, "c": 0.3, "d": 0.4}, {"a": 100, "b": 200, "c": 300, "d": 400}),
    ],
)
def test_a_thousand_different_customers_fill_the_shares_exactly(make_table, scheme, sizes):
    values = np.random.default_rng(5).permutation(1000) + 0.25
    got = tiers(make_table(people(values)), scheme=scheme)
    assert Counter(got) == sizes
    lowest = {tier: min(v for v, t in zip(values, got, strict=True) if t == tier) for tier in sizes}
    assert list(lowest.values()) == sorted(lowest.values(), reverse=True)


def test_abc_takes_the_fewest_customers_who_bring_80_and_95_percent(make_table):
    # Cumulative: 50, 80, 90, 95, 98, 100 of 100.
    got = tiers(make_table(people([10.0, 50.0, 3.0, 30.0, 2.0, 5.0])), scheme="abc")
    assert got == ["B", "A", "C", "A", "C", "B"]
    # One customer beyond 80 % alone is the A customer, not nobody.
    assert tiers(make_table(people([90.0, 6.0, 4.0])), scheme="abc") == ["A", "B", "C"]


def test_own_shares_of_value(make_table):
    got = tiers(make_table(people([1.0, 5.0, 4.0])), scheme={"half": 0.5, "rest": 0.5}, of="value")
    assert got == ["rest", "half", "rest"]


def test_equals_share_the_better_or_the_worse_tier(make_table):
    table = make_table(people([4, 4, 9, 1]))
    halves = {"gold": 0.5, "iron": 0.5}
    assert tiers(table, scheme=halves) == ["gold", "gold", "gold", "iron"]
    assert tiers(table, scheme=halves, ties="worse") == ["iron", "iron", "gold", "iron"]
    # Of value: 9 of 18 is half; the first 4 has 9 ahead, the second 13.
    assert tiers(table, scheme={"a": 0.6, "b": 0.4}, of="value") == ["a", "a", "a", "b"]
    assert tiers(table, scheme={"a": 0.6, "b": 0.4}, of="value", ties="worse") == ["b", "b", "a", "b"]


def test_rounding_lets_nobody_slip_in():
    # 0.1 + 0.2 is a hair above 0.3, and 0.7 + 0.1 a hair below 0.8.
    thirty = {"a": 0.1, "b": 0.2, "c": 0.7}
    assert Counter(tiers(people(list(range(10))), scheme=thirty)) == {"a": 1, "b": 2, "c": 7}
    assert Counter(tiers(people(list(range(1000))), scheme={"a": 0.7, "b": 0.1, "c": 0.2})) == {
        "a": 700,
        "b": 100,
        "c": 200,
    }
    assert tiers(people([0.7, 0.1, 0.1, 0.1]), scheme={"a": 0.8, "b": 0.2}, of="value") == ["a", "a", "a", "a"]


def test_whoever_costs_money_is_lead(make_table):
    values = [100.0, 90.0, 80.0, 70.0, 60.0, 50.0, 40.0, -30.0, -40.0, -50.0]
    got = tiers(make_table(people(values)), scheme="zeithaml")
    assert got == ["platinum"] * 2 + ["gold"] * 3 + ["iron"] * 2 + ["lead"] * 3
    table = make_table({**people(values), "margin": [-1.0, *[5.0] * 9]})
    by_margin = tiers(table, scheme="zeithaml", profit="margin")
    assert by_margin == ["lead", "platinum", *["gold"] * 3, *["iron"] * 3, *["lead"] * 2]
    assert tiers(table, scheme={"good": 0.5, "bad": 0.5}, profit="margin") == ["bad", *["good"] * 4, *["bad"] * 5]


VALUES = st.lists(st.integers(-4, 12).map(lambda n: n / 4), min_size=1, max_size=50)
SCHEME = st.sampled_from(["textbook", "curry", "zeithaml", {"a": 1.0}, {"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}])


@settings(max_examples=examples(40), deadline=None)
@given(values=VALUES, scheme=SCHEME, ties=st.sampled_from(["better", "worse"]))
def test_tiers_follow_value_alone(values, scheme, ties):
    got = tiers(small_table(people(values)), scheme=scheme, ties=ties)
    shares = pyramid.SCHEMES[scheme] if isinstance(scheme, str) else scheme
    names = list(shares)
    assert len(got) == len(values)
    by_value = {}
    for value, tier in zip(values, got, strict=True):
        assert by_value.setdefault(value, tier) == tier
    rank = [names.index(by_value[value]) for value in sorted(by_value, reverse=True)]
    assert rank == sorted(rank)
    if ties == "better":  # the rule as it is written, customer by customer
        ends = np.ceil(len(values) * np.cumsum(list(shares.values())) - 1e-6)
        for value, tier in by_value.items():
            ahead = sum(other > value for other in values)
            lead = scheme == "zeithaml" and value < 0
            assert tier == ("lead" if lead else names[int(np.flatnonzero(ahead < ends)[0])])
    order = np.random.default_rng(len(values)).permutation(len(values))
    shuffled = {"customer_id": [f"x{at}" for at in range(len(order))], "monetary": [values[at] for at in order]}
    again = as_columns(pyramid.assign_tiers(small_table(shuffled), scheme=scheme, ties=ties))["tier"]
    assert again == [got[at] for at in order]
    doubled = small_table(people([2 * value for value in values]))
    assert tiers(doubled, scheme=scheme, ties=ties) == got


def test_kind_rows_and_order_are_the_callers(make_table):
    table = make_table({"customer_id": ["b", "c", "a"], "monetary": [1.0, 3.0, 2.0]})
    got = pyramid.assign_tiers(table, scheme={"top": 0.4, "low": 0.6}, into="level")
    assert type(got) is type(table)
    assert list(as_columns(table)) == ["customer_id", "monetary"]
    if make_table.kind != "duckdb":
        assert as_columns(got) == {
            "customer_id": ["b", "c", "a"],
            "monetary": [1.0, 3.0, 2.0],
            "level": ["low", "top", "top"],
        }


def test_the_index_of_a_pandas_table_is_kept():
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame({"monetary": [1.0, 3.0]}, index=[7, 7])
    got = pyramid.assign_tiers(table, scheme={"top": 0.5, "low": 0.5})
    assert got.index.tolist() == [7, 7]
    assert got["tier"].tolist() == ["low", "top"]


# --- the table of tiers -----------------------------------------------------------------------------------------


def test_tiers_are_described_best_first(make_table):
    table = make_table(
        {
            **people([70.0, 5.0, 10.0, 15.0]),
            "orders": [7, 1, 2, 1],
            "margin": [30.0, 1.0, 2.0, 3.0],
        }
    )
    labelled = pyramid.assign_tiers(table, scheme={"small": 0.25, "big": 0.75})
    got = as_columns(pyramid.describe_tiers(labelled))
    assert got == {
        "tier": ["small", "big"],
        "customers": [1, 3],
        "customer_share": [0.25, 0.75],
        "value": [70.0, 30.0],
        "value_share": [0.7, 0.3],
        "mean_value": [70.0, 10.0],
        "mean_margin": [30.0, 2.0],
        "orders": [7, 4],
    }


def test_tiers_of_a_scheme_keep_its_order(make_table):
    # The customer with the most revenue costs money, so that "lead" has the highest mean.
    table = make_table({**people([1000.0, 4.0, 3.0, 2.0, 1.0]), "margin": [-1.0, 1.0, 1.0, 1.0, 1.0]})
    got = as_columns(pyramid.describe_tiers(pyramid.assign_tiers(table, scheme="zeithaml", profit="margin")))
    assert got["tier"] == ["gold", "iron", "lead"]
    assert got["customers"] == [2, 1, 2]


# --- concentration ----------------------------------------------------------------------------------------------


def test_concentration_of_ten_customers_by_hand(make_table):
    # 50, 20, 10, 5, 5, 3, 3, 2, 1, 1: the best two of ten hold 70 %, and it takes three for 80 %.
    found = pyramid.concentration(make_table(people([1.0, 50.0, 3.0, 20.0, 2.0, 10.0, 5.0, 1.0, 3.0, 5.0])))
    assert (found.customers, found.value) == (10, 100.0)
    assert found.top_share(0.2) == pytest.approx(0.7)
    assert found.customers_for(0.8) == 3
    assert found.customers_for(0.81) == 4
    top = as_columns(found.top)
    assert top["customer_share"] == [0.01, 0.05, 0.1, 0.2, 0.5]
    assert top["customers"] == [1, 1, 1, 2, 5]
    assert top["value_share"] == pytest.approx([0.5, 0.5, 0.5, 0.7, 0.9])
    reach = as_columns(found.reach)
    assert reach["customers"] == [1, 3, 5, 7]
    assert reach["customer_share"] == pytest.approx([0.1, 0.3, 0.5, 0.7])
    curve = as_columns(found.curve)
    assert curve["customer_share"] == pytest.approx([0, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 1])
    assert curve["value_share"] == pytest.approx([0, 0.02, 0.04, 0.1, 0.2, 0.3, 0.5, 1])


@settings(max_examples=examples(40), deadline=None)
@given(values=VALUES.filter(lambda values: sum(values) > 0))
def test_gini_is_half_the_relative_mean_difference(values):
    found = pyramid.concentration(small_table(people(values)))
    x = np.array(values)
    assert found.gini == pytest.approx(np.abs(np.subtract.outer(x, x)).mean() / (2 * x.mean()), abs=1e-12)
    assert (found.negative_customers, found.negative_value) == ((x < 0).sum(), x[x < 0].sum())
    best = np.sort(x)[::-1]
    for share in (0.2, 0.5, 1.0):
        k = int(np.ceil(share * len(x) - 1e-9))
        assert found.top_share(share) == pytest.approx(best[:k].sum() / x.sum(), rel=1e-12)
        enough = [k for k in range(len(x) + 1) if best[:k].sum() >= share * x.sum() - 1e-7]
        assert found.customers_for(share) == enough[0]


def test_equals_have_no_inequality(make_table):
    found = pyramid.concentration(make_table(people([0.1] * 7)))
    assert found.gini == pytest.approx(0, abs=1e-15)
    assert found.customers_for(0.5) == 4
    assert pyramid.concentration(people([5.0])).top_share(0.2) == 1


def test_cdnow_is_68_20_not_80_20(cdnow_customers):
    customers = cdnow_customers
    found = pyramid.concentration(customers)
    assert found.customers == 23_570
    assert round(found.top_share(0.2), 2) == 0.68
    assert round(found.customers_for(0.8) / found.customers, 2) == 0.33
    sizes = pyramid.assign_tiers(customers, scheme="abc")["tier"].value_counts()
    assert sizes["A"] >= found.customers_for(0.8) > sizes["A"] - (customers["monetary"] == found_edge(customers)).sum()
    assert sizes.sum() == 23_570


def found_edge(customers):
    """The value of the last customer who is needed for 80 %."""
    best = customers["monetary"].sort_values(ascending=False).to_numpy()
    return best[np.argmax(best.cumsum() >= 0.8 * best.sum())]


# --- key accounts -----------------------------------------------------------------------------------------------


def monthly(spend, *, customer, start=(2023, 1)):
    """One purchase in the middle of each month."""
    dates = [
        dt.date(start[0] + (start[1] - 1 + at) // 12, (start[1] - 1 + at) % 12 + 1, 15) for at in range(len(spend))
    ]
    return [(customer, date, amount) for date, amount in zip(dates, spend, strict=True)]


def sales(*customers):
    rows = [row for rows in customers for row in rows]
    return {
        "customer_id": [row[0] for row in rows],
        "date": [dt.datetime(row[1].year, row[1].month, row[1].day) for row in rows],
        "amount": [float(row[2]) for row in rows],
    }


def test_the_account_worth_40_percent_that_buys_15_percent_less(make_table):
    table = make_table(
        sales(
            monthly([400.0] * 21 + [340.0] * 3, customer="big"),
            monthly([590.0] * 24, customer="rest"),
            monthly([10.0] * 21 + [1.0] * 3, customer="tiny"),
        )
    )
    got = as_columns(pyramid.watch_accounts(with_as_of(table), window="92D", baseline="1Y", share=0.05, drop=0.1))
    # October to December 2024 against those of 2023: 1,020 instead of 1,200 of 3,000.
    assert got["customer_id"] == ["big"]
    assert got["base"] == [1200.0]
    assert got["current"] == [1020.0]
    assert got["base_share"] == pytest.approx([0.4])
    assert got["drop"] == pytest.approx([0.15])
    assert got["at_stake"] == [180.0]
    assert got["verdict"] == ["beyond_noise"]
    assert as_columns(pyramid.watch_accounts(with_as_of(table), window="92D", drop=0.15, share=0.05))["base"] == []
    both = as_columns(pyramid.watch_accounts(with_as_of(table), window="92D", drop=0.1, share=0.01))
    assert both["customer_id"] == ["big", "tiny"]


def with_as_of(table, as_of="2024-12-31"):
    from crmkit.transactions import Transactions

    return Transactions(table, as_of=as_of)


def test_a_drop_within_the_accounts_own_noise_says_so():
    restless = [100.0, 900.0, 300.0, 700.0, 200.0, 1000.0, 400.0, 600.0] * 3
    table = sales(monthly(restless, customer="restless"), monthly([100.0] * 24, customer="steady"))
    got = as_columns(pyramid.watch_accounts(with_as_of(table), window="31D", baseline="61D", drop=0.1))
    # The last 31 days hold 600 (December), the 31 days that end 61 days before hold 1,000 (October).
    assert (got["customer_id"], got["base"], got["current"]) == (["restless"], [1000.0], [600.0])
    # Windows of 31 days back from the end of 2024, all but the current one and the oldest.
    last = dt.date(2024, 12, 31)
    spend = Counter()
    for _, date, amount in monthly(restless, customer="restless"):
        spend[(last - date).days // 31] += amount
    whole = [spend[age] for age in range(1, max(spend))]
    assert got["windows"] == [len(whole)]
    assert got["noise"] == pytest.approx([np.std(whole, ddof=1)])
    assert got["verdict"] == ["within_noise"]


def test_windows_begin_and_end_on_the_days_they_say_and_empty_ones_count():
    last = dt.date(2024, 12, 31)
    spend = {0: 1.0, 9: 2.0, 10: 4.0, 19: 8.0, 20: 16.0, 29: 32.0, 30: 64.0, 39: 128.0, 40: 512.0, 75: 256.0, 120: 7.0}
    rows = [("a", last - dt.timedelta(days=age), amount) for age, amount in spend.items()]
    got = as_columns(pyramid.watch_accounts(with_as_of(sales(rows)), window="10D", baseline="30D"))
    # Ten days up to the last one, and those that are 30 to 39 days old.
    assert (got["current"], got["base"]) == ([3.0], [192.0])
    # Windows 1 to 11 lie whole between the first purchase (in window 12) and the current one.
    assert got["windows"] == [11]
    assert got["noise"] == pytest.approx([np.std([12, 48, 192, 512, 0, 0, 256, 0, 0, 0, 0], ddof=1)])


def test_a_young_account_has_too_short_a_past():
    table = sales(
        monthly([100.0] * 24, customer="old"),
        monthly([0.0] * 20 + [500.0, 500.0, 500.0, 100.0], customer="young")[20:],
    )
    got = as_columns(pyramid.watch_accounts(with_as_of(table), window="31D", baseline="31D"))
    assert got["customer_id"] == ["young"]
    assert got["verdict"] == ["too_short"]
    assert got["noise"] == [None]


# --- bad input --------------------------------------------------------------------------------------------------


def test_an_empty_table_says_what_to_build(make_table):
    empty = {"customer_id": np.array([], dtype=int), "monetary": np.array([], dtype=float)}
    for call in (pyramid.assign_tiers, pyramid.concentration):
        with pytest.raises(DataError, match=r"no rows.*summarize"):
            call(make_table(empty))
    with pytest.raises(DataError, match=r"no rows.*assign_tiers"):
        pyramid.describe_tiers({"tier": [], "monetary": np.array([], dtype=float)})


def test_missing_columns_are_named(make_table):
    with pytest.raises(ColumnError, match=r"no column 'profit'[\s\S]*summarize"):
        pyramid.assign_tiers(make_table(people([1.0])), value="profit")
    with pytest.raises(ColumnError, match=r"no column 'tier'[\s\S]*assign_tiers"):
        pyramid.describe_tiers(make_table(people([1.0])))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scheme": "pareto"}, "'textbook', 'curry', 'zeithaml', 'abc'"),
        ({"scheme": {"a": 0.5, "b": 0.6}}, "add up to 1.1"),
        ({"scheme": {"a": 0.0, "b": 1.0}}, "share"),
        ({"scheme": {}}, "mapping"),
        ({"scheme": "abc", "of": "customers"}, "shares of value"),
        ({"scheme": {"a": 1.0}, "of": "orders"}, "'customers', 'value'"),
        ({"ties": "middle"}, "'better', 'worse'"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(options, message):
    with pytest.raises(ArgumentError, match=message):
        pyramid.assign_tiers(people([1.0, 2.0]), **options)


def test_shares_of_nothing_are_refused():
    for values in ([0.0, 0.0], [1.0, -2.0]):
        with pytest.raises(DataError, match="has no shares"):
            pyramid.assign_tiers(people(values), scheme="abc")
        with pytest.raises(DataError, match="has no shares"):
            pyramid.concentration(people(values))


def test_windows_outside_the_data_are_refused():
    tx = with_as_of(sales(monthly([10.0] * 5, customer="a", start=(2024, 8))))
    with pytest.raises(DataError, match=r"begins on .*, but the data begin on 2024-08-15[\s\S]*baseline=30"):
        pyramid.watch_accounts(tx, window="30D")
    with pytest.raises(ArgumentError, match="overlap"):
        pyramid.watch_accounts(tx, window="30D", baseline="20D")
    with pytest.raises(ArgumentError, match="window"):
        pyramid.watch_accounts(tx, window="soon")


# --- where one side of an edge ends ---------------------------------------------------------------------------------


def test_who_costs_nothing_is_not_lead_and_who_costs_a_cent_is():
    columns = {"monetary": [9.0, 8.0, 7.0, 6.0], "margin": [0.0, -0.01, 5.0, 5.0]}
    for customers in (columns, table_of("polars_lazy", columns)):  # in memory, and by an engine
        found = pyramid.assign_tiers(customers, scheme={"gold": 0.5, "iron": 0.3, "lead": 0.2}, profit="margin")
        assert as_columns(found, sort="monetary")["tier"] == ["iron", "iron", "lead", "gold"]


def test_nothing_and_everything_are_shares_too():
    found = pyramid.concentration({"monetary": [6.0, 3.0, 1.0, 0.0, 0.0, -2.0]})
    assert (found.negative_customers, found.negative_value, found.value) == (1, -2.0, 8.0)
    assert (found.top_share(0), found.top_share(1)) == (0, 1)
    assert found.top_share(1 / 6) == 0.75  # 6 of 8
    assert (found.customers_for(0), found.customers_for(0.75), found.customers_for(0.76)) == (0, 1, 2)
    assert found.customers_for(1) == 2  # 6 and 3 bring more than all together are


def dropped(first="2025-03-12", **options):
    """Of 1,000 in the ten days up to 2025-03-21 k and l had 200 each; then 170.00 and 169.99, in the next ten days."""
    sales = {
        "customer_id": ["k", "l", "m", "k", "l", "m"],
        "date": [first, "2025-03-21", "2025-03-15", "2025-03-22", "2025-03-31", "2025-03-31"],
        "amount": [200.0, 200.0, 600.0, 170.0, 169.99, 600.0],
    }
    tx = Transactions(sales, as_of="2025-03-31")
    return as_columns(pyramid.watch_accounts(tx, window="10D", baseline="10D", **options))


def test_an_account_is_watched_from_its_share_on_and_beyond_its_drop():
    assert dropped(share=0.2, drop=0.15)["customer_id"] == ["l"]
    both = dropped(share=0.2, drop=0.149)
    assert both["customer_id"] == ["l", "k"]
    assert both["base_share"] == [0.2, 0.2]
    assert both["at_stake"] == pytest.approx([30.01, 30.0])
    assert both["drop"] == pytest.approx([0.15005, 0.15])
    assert dropped(share=0.201, drop=0)["customer_id"] == []


def test_three_whole_windows_before_the_current_one_are_a_past_and_two_are_not():
    last = dt.date(2024, 12, 31)

    def watched(oldest):
        rows = [("a", last - dt.timedelta(days=age), 100.0) for age in (oldest, 25, 15)]
        return as_columns(pyramid.watch_accounts(with_as_of(sales(rows)), window="10D", baseline="10D"))

    # Whole windows of 10 days lie between that of the first purchase and the current one.
    three, two = watched(45), watched(35)
    assert (three["windows"], two["windows"]) == ([3], [2])
    assert three["noise"] == pytest.approx([np.std([100, 100, 0], ddof=1)])
    assert three["verdict"] == ["within_noise"]
    assert (two["noise"], two["verdict"]) == ([None], ["too_short"])


def test_a_window_may_be_a_day_and_a_base_window_without_spend_has_no_key_accounts():
    days = {"a": ("2025-03-29", 10.0), "b": ("2025-03-30", 30.0), "c": ("2025-03-31", -5.0)}
    table = {
        "customer_id": list(days), "date": [day for day, _ in days.values()], "amount": [it for _, it in days.values()],
    }  # fmt: skip
    tx = Transactions(table, as_of="2025-03-31")
    # c had nothing to lose on 2025-03-30
    got = as_columns(pyramid.watch_accounts(tx, window="1D", baseline="1D", share=0, drop=0))
    assert (got["customer_id"], got["base"], got["base_share"]) == (["b"], [30.0], [1.0])
    with pytest.raises(DataError, match="base window"):
        pyramid.watch_accounts(Transactions(table, as_of="2025-04-02"), window="1D", baseline="1D")


def test_shares_of_value_need_no_whole_numbers():
    tiers = as_columns(pyramid.assign_tiers({"monetary": [0.5, 0.3, 0.15, 0.05]}, scheme="abc"))["tier"]
    assert tiers == ["A", "A", "B", "C"]


def test_a_whole_scheme_keeps_its_order_whatever_its_means_and_half_margins_stay():
    given = {"tier": [*"CBA"], "monetary": [9.0, 5.0, 1.0], "margin": [0.5, 0.25, 0.75], "orders": [1, 2, 3]}
    got = as_columns(pyramid.describe_tiers(given))
    assert (got["tier"], got["mean_margin"], got["orders"]) == (["A", "B", "C"], [0.75, 0.25, 0.5], [3, 2, 1])
    assert all(type(orders) is int for orders in got["orders"])


def test_the_data_may_begin_on_the_first_day_of_the_base_window_and_no_later():
    with pytest.raises(DataError, match="2025-03-12"):
        dropped(first="2025-03-13", share=0.2, drop=0.1)
