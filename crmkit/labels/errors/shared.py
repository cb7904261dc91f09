"""Sentences of errors about comparisons of groups."""

from __future__ import annotations

WORDS = {
    "shared_gives_customer_transactions_group": (
        "by= gives no customer of these transactions a group. Check that the column is filled and that customer_id means the same in both tables.",
        "by= 没有给这份交易数据中的任何客户分组。请检查该列是否有值，以及两张表的 customer_id 含义是否相同。",
    ),
}
