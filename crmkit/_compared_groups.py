"""Groups of customers to compare: by what they bought first, or by a table of the caller's.

A group is fixed at the first purchase, or in the caller's table, so that nobody changes groups when later rows come in.
"""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _frame
from crmkit._frame import engines
from crmkit._frame.engines import LazyFrame
from crmkit._intake import NAMES
from crmkit._types import Array, Groups
from crmkit.errors import ArgumentError, DataError, Words, shown
from crmkit.transactions import Transactions

ALL = "all"
UNGROUPED = "ungrouped"
ROLES = ("channel", "category", "product")


def groups_of(tx: Transactions, by: Groups) -> LazyFrame:
    """The group of every customer with a purchase, as text: customer_id, group.

    `by` is a role (the value of the first purchase; of several on the first day, the first by name) or a table with
    customer_id and one more column. Who has no value is in "ungrouped".
    """
    if isinstance(by, str):
        return _by_role(tx, by)
    return _by_table(tx, by)


def counted(
    tx: Transactions, customers: LazyFrame, by: Groups, columns: Sequence[str]
) -> tuple[dict[str, Array], list[str]]:
    """Distinct rows of `columns` of a frame of customers, with `group` and how many there are (`n`); and all groups."""
    keys = list(columns)
    if by is not None:
        customers = customers.join(groups_of(tx, by), on="customer_id", how="inner")
        keys.append("group")
    cells = engines.collect(customers.group_by(*keys).agg(n=nw.len()))
    cells.setdefault("group", np.full(len(cells["n"]), ALL, dtype=object))
    return cells, sorted(set(cells["group"].tolist()))


def _by_role(tx: Transactions, role: str) -> LazyFrame:
    if role not in ROLES or role not in tx.roles:
        have = [name for name in ROLES if name in tx.roles]
        raise ArgumentError(
            "by", role, "groups_role_transactions_they_name", either=shown(have) if have else Words("none_of_them")
        )
    rows = tx.rows()
    bought = tx.purchases(rows)
    first = bought.group_by("customer_id").agg(day=nw.col("day").min())
    named = bought.select("customer_id", "day", group=nw.col(NAMES[role]).cast(nw.String))
    found = named.join(first, on=["customer_id", "day"], how="inner")
    return _named(found.group_by("customer_id").agg(group=nw.col("group").min()))


def _by_table(tx: Transactions, by: Groups) -> LazyFrame:
    table = _frame.open_table(by, keys=["customer_id"], hint=Words("hint_groups"))
    names = [name for name in table.columns if name != "customer_id"]
    if len(names) != 1:
        raise ArgumentError("groups_columns_customer_id_column", columns=shown(table.columns))
    found = table.collect(table.frame.select("customer_id", group=nw.col(names[0]).cast(nw.String)))
    ids, n = np.unique(found["customer_id"], return_counts=True)
    if (n > 1).any():
        raise DataError("groups_more_row_customer_id", tolist=shown(ids[n > 1].tolist()))
    rows = tx.rows()
    numeric = rows.collect_schema()["customer_id"].is_numeric()
    if len(ids) and numeric != (ids.dtype.kind in "iuf"):
        kinds = ("numbers", "text") if numeric else ("text", "numbers")
        raise DataError(
            "groups_customer_ids_transactions_both", value_0=kinds[0], value_1=kinds[1], tolist=shown(ids[:3].tolist())
        )
    bought = tx.purchases(rows)
    everyone = bought.group_by("customer_id").agg(one=nw.len()).select("customer_id")
    uploaded = engines.upload(found, everyone).lazy()
    return _named(everyone.join(uploaded, on="customer_id", how="left"))


def _named(frame: LazyFrame) -> LazyFrame:
    group = nw.col("group")
    missing = group.is_null() | (group == "")
    return frame.select("customer_id", group=nw.when(missing).then(nw.lit(UNGROUPED)).otherwise(group))
