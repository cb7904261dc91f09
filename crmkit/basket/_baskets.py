"""Baskets: the distinct items of each order, day or customer, counted in the engine.

A row that is in twice, or a quantity of two, is one item. Refunds are no baskets. A basket of very many items makes the
square of their number of pairs and says little about any of them, so it can be left out, and results say how many were.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks
from crmkit._frame import engines, outputs
from crmkit._frame.engines import LazyFrame
from crmkit._intake import NAMES
from crmkit._types import Array, Ints
from crmkit.errors import ArgumentError, DataError
from crmkit.transactions import Transactions

ITEMS = ("product", "category", "channel")
WITHIN = ("order", "day", "customer")


@dataclass(frozen=True, slots=True)
class Baskets:
    """Baskets of items, coded by whole numbers in the order of the items' names.

    Attributes
    ----------
    lines : LazyFrame
        One row per basket and item: the columns `keys` and `item` (the code). Rarer items are not in it.
    keys : names of columns
        What tells baskets apart.
    names, counts : arrays, shape (n_items,)
        Names of the items, and the baskets that hold each.
    n : int
        Baskets counted.
    giant : int
        Baskets left out because they hold too many items.
    unnamed : int
        Rows without an item, which are left out.
    """

    lines: LazyFrame
    keys: tuple[str, ...]
    names: Array
    counts: Ints
    n: int
    giant: int
    unnamed: int
    least: int


def bought(tx: Transactions) -> LazyFrame:
    """The rows of purchases."""
    rows = tx.rows()
    return tx.purchases(rows)


def keys_of(tx: Transactions, within: str) -> tuple[str, ...]:
    """The columns that tell baskets apart; without order ids, all that a customer buys on a day is one order."""
    _checks.choice("within", within, WITHIN)
    if within == "customer":
        return ("customer_id",)
    return ("customer_id", "order_id" if within == "order" and "order" in tx.roles else "day")


def role_of(tx: Transactions, items: str) -> str:
    """The column of the items."""
    _checks.choice("items", items, ITEMS)
    if items not in tx.roles:
        raise ArgumentError("basket_no_role", role=items)
    return NAMES[items]


def distinct_lines(tx: Transactions, items: str, keys: Sequence[str]) -> tuple[LazyFrame, LazyFrame]:
    """Baskets and items as they are named, each pair once; and the rows that have no item."""
    rows = bought(tx).select(*keys, item=nw.col(role_of(tx, items)).cast(nw.String))
    missing = nw.col("item").is_null() | (nw.col("item") == "")
    named = rows.filter(~missing).group_by(*keys, "item").agg(n_rows=nw.len()).select(*keys, "item")
    return named, rows.filter(missing)


@contextmanager
def baskets(
    tx: Transactions, *, items: str, within: str, min_orders: float, max_items: int, least: int = 1
) -> Iterator[Baskets]:
    """The baskets of transactions for as long as the block lasts.

    `min_orders` is the number of baskets, or the share of them, that an item must be in; never below `least`.
    """
    limit = _checks.count("max_items", max_items, least=2)
    wanted = _support(min_orders)
    keys = keys_of(tx, within)
    named, unnamed = distinct_lines(tx, items, keys)
    with outputs.kept(named) as all_lines:
        lines, n, giant = _without_giants(all_lines, keys, limit)
        enough = max(wanted if wanted >= 1 else math.ceil(n * wanted - 1e-9), least)
        names, counts = _items(lines, enough)
        coded = engines.upload({"item": names, "code": np.arange(len(names), dtype=np.int64)}, lines).lazy()
        chosen = lines.join(coded, on="item", how="inner").select(*keys, nw.col("code").alias("item"))
        missing = int(engines.collect(unnamed.select(n=nw.len()))["n"][0])
        with outputs.kept(chosen) as frequent:
            yield Baskets(frequent, keys, names, counts, n, giant, missing, int(enough))


def _support(min_orders: Any) -> float:
    """A number of baskets, or a share of them below 1."""
    number = _checks.finite("min_orders", min_orders)
    if 0 < number < 1 or (number >= 1 and number == int(number)):
        return number
    raise ArgumentError("min_orders", min_orders, "basket_support", example=0.01)


def _without_giants(lines: LazyFrame, keys: Sequence[str], limit: int) -> tuple[LazyFrame, int, int]:
    """Lines of the baskets that are not too large, how many these are, and how many are too large."""
    sizes = lines.group_by(*keys).agg(size=nw.len().cast(nw.Int64))
    large = nw.when(nw.col("size") > limit).then(1).otherwise(0)
    found = engines.collect(sizes.select(one=nw.lit(1), large=large).select(nw.col("one", "large").sum()))
    n, giant = (int(found[name][0] or 0) if len(found[name]) else 0 for name in ("one", "large"))
    if n == 0:
        raise DataError("basket_no_items")
    if not giant:
        return lines, n, 0
    small = sizes.filter(nw.col("size") <= limit).select(*keys)
    return lines.join(small, on=list(keys), how="inner"), n - giant, giant


def _items(lines: LazyFrame, enough: float) -> tuple[Array, Ints]:
    """Names of the items in enough baskets, in order, and in how many each is."""
    counted = lines.group_by("item").agg(n=nw.len().cast(nw.Int64)).filter(nw.col("n") >= enough)
    found = engines.collect(counted)
    order = np.argsort(found["item"].astype(str), kind="stable")
    return found["item"][order], found["n"][order].astype(np.int64)


def pair_counts(lines: LazyFrame, keys: Sequence[str], enough: int) -> dict[str, Ints]:
    """Codes `a` < `b` of the items that are together in enough baskets, in order, and in how many (`n`)."""
    a = lines.select(*keys, nw.col("item").alias("a"))
    b = lines.select(*keys, nw.col("item").alias("b"))
    pairs = a.join(b, on=list(keys), how="inner").filter(nw.col("a") < nw.col("b"))
    counted = engines.collect(pairs.group_by("a", "b").agg(n=nw.len().cast(nw.Int64)).filter(nw.col("n") >= enough))
    order = np.lexsort([counted["b"], counted["a"]])
    return {name: values[order].astype(np.int64) for name, values in counted.items()}
