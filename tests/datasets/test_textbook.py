"""The two hand-sized tables against figures worked out on paper (typed here apart from the tables)."""

import datetime as dt

import pandas as pd
import pytest

from crmkit.datasets import load_tea_shop, load_ten_customers

# Worked by hand. orders, last date, recency, monetary, x, t_x, T at 2024-06-30
TEA_SHOP_BY_HAND = {
    "C01": (5, "2024-06-30", 0, 110, 4, 177, 177),
    "C02": (3, "2024-06-20", 10, 110, 2, 162, 172),
    "C03": (3, "2024-04-15", 76, 80, 1, 91, 167),
    "C04": (2, "2024-06-01", 29, 50, 1, 112, 141),
    "C05": (2, "2024-04-02", 89, 25, 1, 21, 110),
    "C06": (2, "2024-05-20", 41, 20, 1, 19, 60),
    "C07": (1, "2024-05-10", 51, 25, 0, 0, 51),
    "C08": (1, "2024-06-15", 15, 70, 0, 0, 15),
}
TEA_SHOP_HIGH_BY_MEANS = {
    "C01": "HHH",
    "C02": "HHH",
    "C03": "LHH",
    "C04": "HLL",
    "C05": "LLL",
    "C06": "LLL",
    "C07": "LLL",
    "C08": "HLH",
}

# recency, frequency, monetary at 2024-12-31; fifths; high or low against the medians
TEN_BY_HAND = {
    "C01": (10, 6, 5000, "555", "HHH"),
    "C02": (80, 6, 3000, "155", "LHH"),
    "C03": (0, 5, 500, "544", "HHH"),
    "C04": (20, 1, 400, "414", "HLH"),
    "C05": (60, 3, 300, "233", "LLH"),
    "C06": (30, 5, 250, "443", "HHL"),
    "C07": (50, 4, 200, "332", "LHL"),
    "C08": (40, 2, 150, "322", "HLL"),
    "C09": (90, 2, 120, "121", "LLL"),
    "C10": (70, 1, 80, "211", "LLL"),
}


def _high(values, cut):
    """H above the cut, L below; a value on the cut would make the lesson ambiguous."""
    assert cut not in values
    return ["H" if value > cut else "L" for value in values]


def test_tea_shop_gives_the_figures_worked_by_hand():
    rows = load_tea_shop()
    as_of = dt.date(2024, 6, 30)
    for customer, by_hand in TEA_SHOP_BY_HAND.items():
        own = [
            (row.order_id, row.date.date(), row.amount)
            for row in rows.itertuples()
            if row.customer_id == customer and row.date.date() <= as_of
        ]
        visits = [(order, day) for order, day, amount in own if amount >= 0]
        days = sorted({day for _, day in visits})
        last = max(days)
        assert by_hand == (
            len({order for order, _ in visits}),
            last.isoformat(),
            (as_of - last).days,
            sum(amount for _, _, amount in own),
            len(days) - 1,
            (last - days[0]).days,
            (as_of - days[0]).days,
        )


def test_tea_shop_has_one_of_each_trouble():
    rows = load_tea_shop()
    assert rows.shape == (23, 5)
    assert rows["amount"].sum() == 530
    assert rows.loc[rows["amount"] < 0, "amount"].tolist() == [-60]
    assert (rows["amount"] == 0).sum() == 1
    assert rows.loc[rows["customer_id"].isna(), "amount"].tolist() == [20]
    assert rows.loc[rows["date"] > "2024-06-30", "amount"].tolist() == [20]
    assert sum(figures[3] for figures in TEA_SHOP_BY_HAND.values()) == 490
    assert not rows.duplicated().any()
    # A return and a line share their order id with the purchase they belong to.
    assert rows.loc[rows["order_id"].duplicated(keep=False), "order_id"].tolist() == ["T06", "T06", "T08", "T08"]


def test_tea_shop_is_high_or_low_as_worked_by_hand():
    figures = TEA_SHOP_BY_HAND.values()
    recency, orders, spend = ([row[i] for row in figures] for i in (2, 0, 3))
    assert (sum(recency) / 8, sum(orders) / 8, sum(spend) / 8) == (38.875, 2.375, 61.25)
    groups = zip(_high([-r for r in recency], -38.875), _high(orders, 2.375), _high(spend, 61.25), strict=True)
    assert dict(zip(TEA_SHOP_BY_HAND, map("".join, groups), strict=True)) == TEA_SHOP_HIGH_BY_MEANS


def test_ten_customers_give_the_figures_worked_by_hand():
    rows = load_ten_customers()
    assert rows.shape == (35, 4)
    assert rows["date"].max() == pd.Timestamp("2024-12-31")
    assert rows["order_id"].is_unique
    for customer, by_hand in TEN_BY_HAND.items():
        own = rows[rows["customer_id"] == customer]
        recency = (pd.Timestamp("2024-12-31") - own["date"].max()).days
        assert by_hand[:3] == (recency, len(own), own["amount"].sum())
        assert own["date"].is_unique


@pytest.mark.parametrize(("measure", "sign"), [(0, -1), (1, 1), (2, 1)])
def test_ten_customers_fall_into_fifths_of_two_that_no_tie_cuts(measure, sign):
    values = {customer: sign * figures[measure] for customer, figures in TEN_BY_HAND.items()}
    fifths = {customer: int(figures[3][measure]) for customer, figures in TEN_BY_HAND.items()}
    assert sorted(fifths.values()) == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    for a in values:
        for b in values:
            assert values[a] <= values[b] or fifths[a] >= fifths[b]
            assert values[a] != values[b] or fifths[a] == fifths[b]


def test_ten_customers_show_all_eight_groups_by_medians():
    recency, frequency, monetary = ([row[i] for row in TEN_BY_HAND.values()] for i in range(3))
    groups = zip(_high([-r for r in recency], -45), _high(frequency, 3.5), _high(monetary, 275), strict=True)
    assert ["".join(group) for group in groups] == [row[4] for row in TEN_BY_HAND.values()]
    assert len({row[4] for row in TEN_BY_HAND.values()}) == 8
    for values, mean in ((recency, 45), (frequency, 3.5), (monetary, 1000)):
        assert sum(values) / 10 == mean
        assert mean not in values


def test_ten_customers_are_an_exact_80_20():
    spend = sorted((row[2] for row in TEN_BY_HAND.values()), reverse=True)
    assert sum(spend) == 10_000
    assert (sum(spend[:1]), sum(spend[:2]), sum(spend[2:5]), sum(spend[5:])) == (5000, 8000, 1200, 800)
    # Gini as the mean difference of all pairs over twice the mean, another formula than the docstring's.
    assert sum(abs(a - b) for a in spend for b in spend) / (2 * 10 * 10_000) == pytest.approx(0.6684, abs=1e-12)


def test_the_tables_are_fresh_each_time():
    spoilt = load_ten_customers()
    spoilt["amount"] *= 2
    assert load_ten_customers()["amount"].sum() == 10_000
