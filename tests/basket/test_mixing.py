"""What groups buy: shares and lift by hand, and what must not change them."""

import numpy as np
import pytest

import crmkit as crm
from conftest import as_columns, small_table
from crmkit import basket
from crmkit.errors import ArgumentError, DataError

# Gold spends 15 of 20 on cups, iron nothing of 20, the customer without a group 40 of 40; all spend 55 of 80 on them.
# The refund and the row without a category do not count.
SALES = {
    "customer_id": [1, 1, 2, 2, 3, 1],
    "date": ["2025-01-01", "2025-01-02", "2025-01-03", "2025-01-04", "2025-01-05", "2025-01-06"],
    "category": ["tea", "cup", "tea", "cup", "cup", None],
    "amount": [5.0, 15.0, 20.0, -3.0, 40.0, 7.0],
}
GROUPS = {"customer_id": [1, 2], "group": ["gold", "iron"]}


def found(make=small_table, sales=SALES, groups=GROUPS):
    return as_columns(basket.items_by_group(make(sales), make(groups)).table, sort=["group", "item"])


def test_two_groups_by_hand(make_table):
    got = found(make_table)
    assert list(zip(got["group"], got["item"], strict=True)) == [
        ("gold", "cup"), ("gold", "tea"), ("iron", "cup"), ("iron", "tea"), ("ungrouped", "cup"), ("ungrouped", "tea"),
    ]  # fmt: skip
    assert got["value"] == [15.0, 5.0, 0.0, 20.0, 40.0, 0.0]
    assert got["share"] == [0.75, 0.25, 0.0, 1.0, 1.0, 0.0]
    assert got["share_of_all"] == [0.6875, 0.3125] * 3
    assert got["lift"] == pytest.approx([12 / 11, 0.8, 0.0, 3.2, 16 / 11, 0.0], abs=1e-12)


def test_order_currency_and_later_rows_change_nothing():
    shuffled = {name: [column[at] for at in (4, 2, 0, 5, 1, 3)] for name, column in SALES.items()}
    later = {
        name: [*column, last]
        for (name, column), last in zip(SALES.items(), (1, "2025-02-01", "tea", 50.0), strict=True)
    }
    pence = SALES | {"amount": [100 * amount for amount in SALES["amount"]]}
    whole = found()
    assert found(sales=shuffled) == whole
    assert found(lambda columns: crm.Transactions(small_table(columns), as_of="2025-01-06") if "amount" in columns
                 else small_table(columns), later) == whole  # fmt: skip
    np.testing.assert_allclose(found(sales=pence)["lift"], whole["lift"], rtol=1e-12)


def test_what_cannot_be_told_is_refused():
    without = {name: column for name, column in SALES.items() if name != "category"}
    with pytest.raises(ArgumentError, match="category"):
        found(sales=without)
    with pytest.raises(DataError):
        found(sales=SALES | {"category": [None] * 6})
