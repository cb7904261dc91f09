"""Cross-selling rate: how many customers buy more than one thing, and what they are worth beside the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _compared_groups
from crmkit._frame import engines
from crmkit._frame.engines import LazyFrame
from crmkit._results import Result
from crmkit._statistics import wilson
from crmkit._types import Array, Groups, Table
from crmkit.basket._baskets import bought, distinct_lines, keys_of, role_of
from crmkit.definitions import Definition
from crmkit.errors import DataError
from crmkit.transactions import Transactions, open_transactions


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class CrossSelling(Result):
    """How many things customers buy; given by `cross_sell_rate`.

    Attributes
    ----------
    table : table
        One row per group of customers.
    by_items : table
        One row per group and number of different items.
    definition : Definition
        What was counted.
    """

    drawn: ClassVar[str] = "cross_sell_rate"

    table: Table
    by_items: Table
    definition: Definition


def cross_sell_rate(
    transactions: Table, *, items: str = "category", by: Groups | None = None, most: int = 5, level: float = 0.95
) -> CrossSelling:
    """The share of customers who bought at least two different items, and of baskets that hold as many.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount and category (or product)
        Nothing after its `as_of` is seen.
    items : {"category", "product", "channel"}, default "category"
        Role of the items.
    by : role of the transactions, or table with customer_id and group, optional
        Rates of each group: the channel, category or product of the first purchase, or groups of your own.
    most : int, default 5
        The last number of items of its own in `by_items`; it stands for that one and all above.
    level : float, default 0.95
        Of the interval.

    Returns
    -------
    CrossSelling
        `table`, in the kind of the transactions: `group`, `customers`, `cross_buyers` (of at least two items), `rate`
        with Wilson's interval, `mean_items` per customer, `baskets`, `mixed_baskets` (of at least two items),
        `basket_rate`. `by_items`: `group`, `items` (1 to `most`), `customers`, `share`, `value` (money of these
        customers' purchases with an item), `value_per_customer`.

    Raises
    ------
    ArgumentError
        An argument has a value that is not known, or the transactions lack the role.
    DataError
        No purchase has an item.

    Examples
    --------
    >>> from crmkit import basket
    >>> sales = {"customer_id": [1, 1, 2, 3], "category": ["tea", "cup", "tea", "tea"],
    ...          "date": ["2025-01-01"] * 4, "amount": [5.0, 8.0, 5.0, 3.0]}
    >>> found = basket.cross_sell_rate(sales)
    >>> found.table[["group", "customers", "cross_buyers", "rate", "mean_items"]].round(2)
      group  customers  cross_buyers  rate  mean_items
    0   all          3             1  0.33        1.33
    >>> found.by_items[["items", "customers", "value_per_customer"]]
       items  customers  value_per_customer
    0      1          2                 4.0
    1      2          1                13.0
    """
    share, last = _checks.share("level", level, above_zero=True), _checks.count("most", most, least=2)
    tx = open_transactions(transactions)
    lines, _ = distinct_lines(tx, items, keys_of(tx, "order"))
    baskets = lines.group_by(*keys_of(tx, "order")).agg(n=nw.len().cast(nw.Int64))
    mixed = baskets.with_columns(mixed=nw.when(nw.col("n") > 1).then(1).otherwise(0))
    orders = mixed.group_by("customer_id").agg(baskets=nw.len().cast(nw.Int64), mixed=nw.col("mixed").sum())
    own, _ = distinct_lines(tx, items, ("customer_id",))
    customers = (
        own.group_by("customer_id").agg(n_items=nw.len().cast(nw.Int64)).join(orders, on="customer_id", how="inner")
    )
    customers = customers.join(_money(tx, items), on="customer_id", how="inner")
    if by is not None:
        customers = customers.join(_compared_groups.groups_of(tx, by), on="customer_id", how="inner")
    cells = _cells(customers, grouped=by is not None)
    definition = Definition("cross_sell_rate", tx.as_of, {"items": items, "level": f"{share:.0%}"})
    table, by_items = _table(cells, share), _by_items(cells, last, tx)
    return CrossSelling(engines.build(table, tx.like), engines.build(by_items, tx.like), definition)


def _money(tx: Transactions, items: str) -> LazyFrame:
    """Money of each customer's purchases with an item, in units."""
    rows = bought(tx).select("customer_id", "money", item=nw.col(role_of(tx, items)).cast(nw.String))
    named = rows.filter(~nw.col("item").is_null() & (nw.col("item") != ""))
    return named.group_by("customer_id").agg(money=nw.col("money").sum().cast(nw.Int64))


def _cells(customers: LazyFrame, *, grouped: bool) -> dict[str, Array]:
    """Customers and their sums by group and number of items."""
    keys = ["n_items", *(["group"] if grouped else [])]
    sums = {name: nw.col(name).sum().cast(nw.Int64) for name in ("baskets", "mixed", "money")}
    cells = engines.collect(customers.group_by(*keys).agg(n=nw.len().cast(nw.Int64), **sums))
    if not len(cells["n"]):
        raise DataError("basket_no_items")
    cells.setdefault("group", np.full(len(cells["n"]), _compared_groups.ALL, dtype=object))
    return {name: values if name == "group" else values.astype(np.int64) for name, values in cells.items()}


def _table(cells: Mapping[str, Array], level: float) -> dict[str, Array]:
    groups, code = np.unique(cells["group"].astype(str), return_inverse=True)

    def total(values: Array) -> Array:
        return np.bincount(code, values, len(groups)).astype(np.int64)

    customers, several = total(cells["n"]), total(cells["n"] * (cells["n_items"] > 1))
    baskets, mixed = total(cells["baskets"]), total(cells["mixed"])
    low, high = wilson(several, customers, level)
    return {
        "group": groups.astype(object), "customers": customers, "cross_buyers": several, "rate": several / customers,
        "rate_low": low, "rate_high": high, "mean_items": total(cells["n"] * cells["n_items"]) / customers,
        "baskets": baskets, "mixed_baskets": mixed, "basket_rate": mixed / baskets,
    }  # fmt: skip


def _by_items(cells: Mapping[str, Array], last: int, tx: Transactions) -> dict[str, Array]:
    """Customers and money by group and number of items."""
    groups, code = np.unique(cells["group"].astype(str), return_inverse=True)
    place = code * last + np.minimum(cells["n_items"], last) - 1
    customers, units = np.zeros(len(groups) * last, np.int64), np.zeros(len(groups) * last, np.int64)
    np.add.at(customers, place, cells["n"])
    np.add.at(units, place, cells["money"])
    there = customers > 0
    value = tx.money(units)[there]
    whole = np.bincount(code, cells["n"], len(groups))
    return {
        "group": np.repeat(groups, last).astype(object)[there],
        "items": np.tile(np.arange(1, last + 1), len(groups))[there],
        "customers": customers[there],
        "share": customers[there] / np.repeat(whole, last)[there],
        "value": value,
        "value_per_customer": value / customers[there],
    }
