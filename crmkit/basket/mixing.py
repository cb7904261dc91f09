"""What each group of customers buys: the share of its money by item, beside that of all customers."""

from __future__ import annotations

from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _compared_groups
from crmkit._frame import engines
from crmkit._results import Result
from crmkit._types import Groups, Table
from crmkit.basket._baskets import bought, role_of
from crmkit.definitions import Definition
from crmkit.errors import DataError
from crmkit.transactions import open_transactions


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ItemsByGroup(Result):
    """What each group buys; given by `items_by_group`.

    Attributes
    ----------
    table : table
        One row per group and item: `group`, `item`, `value` (money), `share` of the group's money, `share_of_all`, the
        item's share of everybody's, and `lift` = share / share_of_all: above 1 the group buys more of it than all do.
    definition : Definition
        What is counted.
    """

    table: Table
    definition: Definition


def items_by_group(transactions: Table, by: Groups, *, items: str = "category") -> ItemsByGroup:
    """What each group of customers spends its money on, such as categories by segment.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount and category (or product)
        Nothing after its `as_of` is seen. Purchases without an item, and refunds, are not counted.
    by : role of the transactions, or table with customer_id and group
        The channel, category or product of the first purchase; or groups of your own, such as segments. Customers
        without a group are one of their own, "ungrouped".
    items : {"category", "product", "channel"}, default "category"
        Role of the items.

    Returns
    -------
    ItemsByGroup
        `table`, in the kind of the transactions.

    Raises
    ------
    ArgumentError
        The transactions lack the role.
    DataError
        No purchase has an item, or brings money.

    Examples
    --------
    >>> from crmkit import basket
    >>> sales = {"customer_id": [1, 1, 2], "category": ["tea", "cup", "tea"], "date": ["2025-01-01"] * 3,
    ...          "amount": [5.0, 15.0, 20.0]}
    >>> found = basket.items_by_group(sales, {"customer_id": [1, 2], "group": ["gold", "iron"]})
    >>> found.table[["group", "item", "share", "share_of_all", "lift"]].round(2)
      group item  share  share_of_all  lift
    0  gold  cup   0.75          0.38   2.0
    1  gold  tea   0.25          0.62   0.4
    2  iron  cup   0.00          0.38   0.0
    3  iron  tea   1.00          0.62   1.6
    """
    tx = open_transactions(transactions)
    rows = bought(tx).select("customer_id", "money", item=nw.col(role_of(tx, items)).cast(nw.String))
    rows = rows.filter(~nw.col("item").is_null() & (nw.col("item") != ""))
    rows = rows.join(_compared_groups.groups_of(tx, by), on="customer_id", how="inner")
    found = engines.collect(rows.group_by("group", "item").agg(money=nw.col("money").sum().cast(nw.Int64)))
    if not len(found["money"]) or found["money"].sum() <= 0:
        raise DataError("basket_no_items")
    (groups, row), (names, column) = (
        np.unique(found[name].astype(str), return_inverse=True) for name in ("group", "item")
    )
    units = np.zeros((len(groups), len(names)))
    units[row, column] = found["money"]
    own, whole = units.sum(axis=1, keepdims=True), units.sum(axis=0) / units.sum()
    share = np.divide(units, own, out=np.zeros_like(units), where=own > 0)
    everyone = np.tile(whole, (len(groups), 1))
    columns = {
        "group": np.repeat(groups, len(names)).astype(object), "item": np.tile(names, len(groups)).astype(object),
        "value": (units / tx.scale).ravel(), "share": share.ravel(), "share_of_all": everyone.ravel(),
        "lift": np.divide(share, everyone, out=np.ones_like(share), where=everyone > 0).ravel(),
    }  # fmt: skip
    return ItemsByGroup(engines.build(columns, tx.like), Definition("items_by_group", tx.as_of, {"items": items}))
