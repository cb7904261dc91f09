"""Cross-selling rate: counted by hand and with pandas, by group, to the cent."""

import pytest

import crmkit as crm
from conftest import as_columns
from crmkit import basket
from crmkit._statistics import wilson


def test_three_customers_by_hand(make_table):
    sales = {
        "customer_id": [1, 1, 1, 2, 3, 3], "order_id": [1, 1, 2, 3, 4, 4],
        "category": ["tea", "cup", "tea", "tea", "tea", None],
        "date": ["2025-01-01"] * 6, "amount": [5.0, 8.0, 1.0, 5.5, 3.0, 100.0],
    }  # fmt: skip
    found = basket.cross_sell_rate(make_table(sales))
    (row,) = [
        dict(zip(rows, values, strict=True))
        for rows in [as_columns(found.table)]
        for values in zip(*rows.values(), strict=True)
    ]
    low, high = wilson([1], [3])
    assert row == {
        "group": "all", "customers": 3, "cross_buyers": 1, "rate": 1 / 3, "rate_low": low[0], "rate_high": high[0],
        "mean_items": 4 / 3, "baskets": 4, "mixed_baskets": 1, "basket_rate": 1 / 4,
    }  # fmt: skip
    rows = as_columns(found.by_items)
    assert (rows["items"], rows["customers"], rows["value"]) == ([1, 2], [2, 1], [8.5, 14.0])
    assert rows["value_per_customer"] == [4.25, 14.0]


def test_groups_add_up_to_what_pandas_counts():
    made = crm.datasets.make_transactions(400).transactions
    bought = made[made["amount"] >= 0]
    found = basket.cross_sell_rate(made, by="channel", most=3)
    n_items = bought.groupby("customer_id")["category"].nunique()
    assert found.table["customers"].sum() == len(n_items)
    assert found.table["cross_buyers"].sum() == (n_items > 1).sum()
    by_items = found.by_items.groupby("items")["customers"].sum()
    assert by_items.to_dict() == n_items.clip(upper=3).value_counts().to_dict()
    assert found.by_items["value"].sum() == pytest.approx(bought["amount"].sum(), abs=0.005)
    assert found.by_items.groupby("group")["share"].sum().to_numpy() == pytest.approx(1)
