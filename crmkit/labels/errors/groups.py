"""Sentences of errors about groups."""

from __future__ import annotations

WORDS = {
    "groups_role_transactions_they_name": (
        "{name_given} is not a role that these transactions have; they have {either}. Name the column, such as Transactions(..., channel=...), or pass a table with customer_id and a group.",
        "{name_given} 不是这份交易数据具有的角色；它具有的是 {either}。请指明列，例如 Transactions(..., channel=...)，或传入含 customer_id 和一个分组列的表。",
    ),
    "command_groups_role_transactions_they_name": (
        "{name_given} is not a role that these transactions have; they have {either}. Name the column, such as channel=....",
        "{name_given} 不是这份交易数据具有的角色；它具有的是 {either}。请指明列，例如 channel=...。",
    ),
    "groups_columns_customer_id_column": (
        'by= has the columns {columns}. Give customer_id and one column of groups, such as frame[["customer_id", "club"]].',
        'by= 的列是 {columns}。请给出 customer_id 和一个分组列，例如 frame[["customer_id", "club"]]。',
    ),
    "groups_more_row_customer_id": (
        "by= has more than one row for customer_id {tolist}. Keep one per customer.",
        "by= 中 customer_id {tolist} 有多行。每位客户只保留一行。",
    ),
    "groups_customer_ids_transactions_both": (
        "customer ids are {value_0} in the transactions and {value_1} in by=: {tolist}. Give both the same type.",
        "客户编号在交易数据中是 {value_0}，在 by= 中是 {value_1}：{tolist}。请使两者类型相同。",
    ),
}
