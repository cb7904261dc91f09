"""What is bought after what: the next purchase, and longer sequences.

Purchases are a customer's purchase days in their order; what is bought on one day is bought together. A share is of
those who came back: who never did has no next purchase, and `retention.repurchase` says how many those are.

Sources: Agrawal & Srikant (1995), Mining sequential patterns, ICDE 11, 3-14; Zaki (2001), SPADE: an efficient algorithm
for mining frequent sequences, Machine Learning 42, 31-60 (patterns grown from where their last step can stand); the toy
sequences of the tests are those of Pei et al. (2001), PrefixSpan, ICDE 17, 215-224.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks
from crmkit._frame import engines, outputs
from crmkit._frame.engines import LazyFrame
from crmkit._results import Result
from crmkit._statistics import wilson
from crmkit._types import Array, Table
from crmkit.basket._baskets import Baskets, baskets
from crmkit.definitions import Definition
from crmkit.transactions import Transactions, open_transactions

# A pattern: its steps in order, each the codes of the items bought in it, ascending.
Pattern: TypeAlias = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class NextPurchase(Result):
    """What the next purchase holds; given by `next_purchase`.

    Attributes
    ----------
    table : table
        One row per item and next item.
    definition : Definition
        What was counted.
    """

    table: Table
    definition: Definition


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Sequences(Result):
    """Sequences of items that many customers bought in this order; given by `sequences`.

    Attributes
    ----------
    table : table
        One row per sequence.
    customers : int
        Customers counted.
    definition : Definition
        What was counted.
    """

    table: Table
    customers: int
    definition: Definition


def next_purchase(
    transactions: Table,
    *,
    items: str = "product",
    min_customers: float = 0.01,
    level: float = 0.95,
    max_items: int = 1000,
) -> NextPurchase:
    """What is bought on the next purchase day after an item, how often, and after how many days.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount and product
        Nothing after its `as_of` is seen.
    items : {"product", "category", "channel"}, default "product"
        Role of the items.
    min_customers : number of customers, or share of them below 1, default 0.01
        Customers who must have made a step for it to be listed.
    level : float, default 0.95
        Of the intervals.
    max_items : int, default 1000
        Purchase days of more different items are passed over: what comes after one is not known.

    Returns
    -------
    NextPurchase
        `table`, in the kind of the transactions, the surest lift first: `item`, `next_item`; `times`, purchase days
        with the item whose next one holds the next item, and `customers` who did so; `followed`, purchase days with the
        item that have a next one, and `share` = times / followed with its interval (Wilson's, in which the customers
        count and not their purchase days, which resemble each other); `base_share` of all next purchases that hold the
        next item; `lift` = share / base_share; `median_days` between the two.

    Raises
    ------
    ArgumentError, DataError
        As `pairs`.

    Examples
    --------
    >>> from crmkit import basket
    >>> sales = {"customer_id": [1, 1, 2, 2, 3, 3], "amount": [1.0] * 6,
    ...          "product": ["printer", "ink", "printer", "ink", "printer", "paper"],
    ...          "date": ["2025-01-01", "2025-01-31", "2025-02-01", "2025-02-21", "2025-03-01", "2025-03-02"]}
    >>> found = basket.next_purchase(sales, min_customers=2).table
    >>> found[["item", "next_item", "times", "followed", "share", "median_days"]].round(2)
          item next_item  times  followed  share  median_days
    0  printer       ink      2         3   0.67         25.0
    """
    share = _checks.share("level", level, above_zero=True)
    tx = open_transactions(transactions)
    with _days(tx, items, max_items) as found, outputs.kept(_steps(found)) as steps:
        n, sizes = _customers_of(found)
        least = _least(min_customers, n)
        with outputs.kept(_frequent(found.lines, sizes, least)) as lines:
            columns = _transitions(steps, lines, found.names, least, share)
    said = {**_said(items, least, found), "level": f"{share:.0%}"}
    return NextPurchase(engines.build(columns, tx.like), Definition("basket_next", tx.as_of, said))


def _said(items: str, least: int, found: Baskets) -> dict[str, str]:
    """What definitions say of the purchase days."""
    return {"items": items, "least": f"{least:,}", "giant": f"{found.giant:,}", "unnamed": f"{found.unnamed:,}"}


def _customers_of(found: Baskets) -> tuple[int, dict[int, int]]:
    """All customers, and how many bought each item, by code."""
    own = found.lines.group_by("customer_id", "item").agg(n=nw.len())
    counted = engines.collect(own.group_by("item").agg(n=nw.len().cast(nw.Int64)))
    n = int(engines.collect(own.group_by("customer_id").agg(n=nw.len()).select(n=nw.len()))["n"][0])
    return n, dict(zip(counted["item"].astype(int).tolist(), counted["n"].astype(int).tolist(), strict=True))


def _frequent(lines: LazyFrame, sizes: Mapping[int, int], least: int) -> LazyFrame:
    """The lines of the items that enough customers bought."""
    codes = np.array(sorted(item for item, size in sizes.items() if size >= least), dtype=np.int64)
    return lines.join(engines.upload({"item": codes}, lines).lazy(), on="item", how="inner")


def _days(tx: Transactions, items: str, max_items: int) -> Any:
    return baskets(tx, items=items, within="day", min_orders=1, max_items=max_items)


def _least(min_customers: float, n: int) -> int:
    """So many customers, given as a number or as a share."""
    number = _checks.finite("min_customers", min_customers)
    if number < 1:
        return max(int(np.ceil(n * _checks.share("min_customers", min_customers, above_zero=True) - 1e-9)), 1)
    return _checks.count("min_customers", int(number) if number == int(number) else min_customers)


def _steps(found: Baskets) -> LazyFrame:
    """Purchase days that have a next one: customer_id, day, next_day."""
    days = found.lines.group_by("customer_id", "day").agg(n=nw.len()).select("customer_id", "day")
    ordered = days.with_columns(next_day=nw.col("day").shift(-1).over("customer_id", order_by="day"))
    return ordered.filter(~nw.col("next_day").is_null())


def _transitions(steps: LazyFrame, lines: LazyFrame, names: Array, least: int, level: float) -> dict[str, Array]:
    """Columns of the listed steps from one item to the next."""
    before = lines.select("customer_id", "day", nw.col("item").alias("a"))
    after = lines.select("customer_id", nw.col("day").alias("next_day"), nw.col("item").alias("b"))
    left = steps.join(before, on=["customer_id", "day"], how="inner")
    right = steps.join(after, on=["customer_id", "next_day"], how="inner")
    both = left.join(after, on=["customer_id", "next_day"], how="inner")
    of_customers = both.group_by("a", "b", "customer_id").agg(times=nw.len().cast(nw.Int64))
    counted = of_customers.group_by("a", "b").agg(
        customers=nw.len().cast(nw.Int64), times=nw.col("times").sum().cast(nw.Int64)
    )
    kept = engines.collect(counted.filter(nw.col("customers") >= least))
    n_steps = int(engines.collect(steps.select(n=nw.len()))["n"][0])
    followed, people = _of_items(left, "a", len(names))
    bought_next, _ = _of_items(right, "b", len(names))
    a, b = kept["a"].astype(np.int64), kept["b"].astype(np.int64)
    share, base = kept["times"] / followed[a], bought_next[b] / max(n_steps, 1)
    low, high = wilson(share * people[a], people[a], level)
    columns = {
        "item": names[a], "next_item": names[b], "times": kept["times"], "customers": kept["customers"],
        "followed": followed[a], "share": share, "share_low": low, "share_high": high, "base_share": base,
        "lift": share / base, "median_days": _median_days(both, a, b),
    }  # fmt: skip
    order = np.lexsort([b, a, -columns["share_low"] / columns["base_share"]])
    return {name: values[order] for name, values in columns.items()}


def _of_items(rows: LazyFrame, item: str, n_items: int) -> tuple[Array, Array]:
    """Rows of each item, and the customers they are of; by code."""
    own = rows.group_by(item, "customer_id").agg(n=nw.len().cast(nw.Int64))
    counted = own.group_by(item).agg(n=nw.col("n").sum().cast(nw.Int64), people=nw.len().cast(nw.Int64))
    found = engines.collect(counted)
    out = np.zeros((2, n_items), dtype=np.int64)
    out[:, found[item].astype(np.int64)] = found["n"], found["people"]
    return out[0], out[1]


def _median_days(both: LazyFrame, a: Array, b: Array) -> Array:
    """Median days from one item to the next of each listed step, counted by days in the engine."""
    if not len(a):
        return np.zeros(0)
    place = np.arange(len(a), dtype=np.int64)
    wanted = engines.upload({"a": a, "b": b, "place": place}, both).lazy()
    gaps = both.join(wanted, on=["a", "b"], how="inner").with_columns(gap=nw.col("next_day") - nw.col("day"))
    counted = engines.collect(gaps.group_by("place", "gap").agg(n=nw.len()))
    order = np.lexsort([counted["gap"], counted["place"]])
    gap, n = (np.repeat(counted[name][order], counted["n"][order].astype(np.int64)) for name in ("gap", "place"))
    starts = np.searchsorted(n, np.arange(len(a) + 1))
    middle = (starts[:-1] + starts[1:] - 1) / 2
    ends = (gap[np.floor(middle).astype(np.int64)], gap[np.ceil(middle).astype(np.int64)])
    return np.asarray((ends[0] + ends[1]) / 2)


# --- sequences --------------------------------------------------------------------------------------------------


def sequences(
    transactions: Table,
    *,
    items: str = "product",
    min_customers: float = 0.05,
    longest: int = 4,
    max_items: int = 1000,
) -> Sequences:
    """Items that many customers bought in the same order, on one day or on later days.

    A customer counts once for a sequence, if the items of its steps are among those of purchase days in this order;
    what was bought in between does not matter.

    Parameters
    ----------
    transactions, items, max_items
        As for `next_purchase`.
    min_customers : number of customers, or share of them below 1, default 0.05
        Customers that a sequence must have. Where it is low, the number of sequences grows beyond measure.
    longest : int, default 4
        Most items in a sequence, over all of its steps.

    Returns
    -------
    Sequences
        `table`, in the kind of the transactions, the shortest first and of these those with most customers: `sequence`
        ("a > b + c": first a, on a later day b and c), `items` in it, `steps`, `customers`, `support` (share of all
        customers).

    Raises
    ------
    ArgumentError, DataError
        As `pairs`.

    Examples
    --------
    >>> from crmkit import basket
    >>> sales = {"customer_id": [1, 1, 1, 2, 2], "product": ["bed", "lamp", "desk", "bed", "desk"],
    ...          "date": ["2025-01-01", "2025-02-01", "2025-03-01", "2025-01-05", "2025-01-09"], "amount": [1.0] * 5}
    >>> basket.sequences(sales, min_customers=2).table
         sequence  items  steps  customers  support
    0         bed      1      1          2      1.0
    1        desk      1      1          2      1.0
    2  bed > desk      2      2          2      1.0
    """
    most = _checks.count("longest", longest)
    tx = open_transactions(transactions)
    with _days(tx, items, max_items) as found:
        n, sizes = _customers_of(found)
        least = _least(min_customers, n)
        patterns = _grow(_frequent(found.lines, sizes, least), sizes, least, most)
    ordered = sorted(patterns, key=lambda each: (sum(map(len, each)), -patterns[each], each))
    customers = np.array([patterns[each] for each in ordered], dtype=np.int64)
    columns = {
        "sequence": np.array([_written(each, found.names) for each in ordered], dtype=object),
        "items": np.array([sum(map(len, each)) for each in ordered], dtype=np.int64),
        "steps": np.array([len(each) for each in ordered], dtype=np.int64),
        "customers": customers,
        "support": customers / n,
    }
    definition = Definition("basket_sequences", tx.as_of, {**_said(items, least, found), "n": f"{n:,}"})
    return Sequences(engines.build(columns, tx.like), n, definition)


def _written(pattern: Pattern, names: Array) -> str:
    return " > ".join(" + ".join(names[list(step)]) for step in pattern)


def _grow(lines: LazyFrame, sizes: Mapping[int, int], least: int, most: int) -> dict[Pattern, int]:
    """All patterns of at most so many items that enough customers have, and how many have them."""
    found: dict[Pattern, int] = {((item,),): size for item, size in sizes.items() if size >= least}
    codes = np.array(sorted(item for ((item,),) in found), dtype=np.int64)
    with ExitStack() as held:
        frequent = held.enter_context(outputs.kept(lines))
        level: list[Pattern] = [((int(code),),) for code in codes]
        # Where the last step of each pattern can stand; `pattern` is the place in `level`.
        places = engines.upload({"item": codes, "pattern": np.arange(len(codes), dtype=np.int64)}, lines).lazy()
        stands = frequent.join(places, on="item", how="inner").select("customer_id", "day", "pattern", "item")
        for size in range(2, most + 1):
            longer = _longer(stands, frequent)
            each = longer.group_by("pattern", "item", "later", "customer_id").agg(n=nw.len())
            counted = each.group_by("pattern", "item", "later").agg(n=nw.len().cast(nw.Int64))
            grown = engines.collect(counted.filter(nw.col("n") >= least))
            if not len(grown["n"]):
                break
            keys = {name: grown[name].astype(np.int64) for name in ("pattern", "item", "later")}
            grown_from = zip(*(values.tolist() for values in keys.values()), strict=True)
            level = [_with(level[place], item, bool(later)) for place, item, later in grown_from]
            found |= dict(zip(level, grown["n"].astype(int).tolist(), strict=True))
            if size < most:
                renamed = {**keys, "new": np.arange(len(level), dtype=np.int64)}
                chosen = longer.join(engines.upload(renamed, lines).lazy(), on=list(keys), how="inner")
                stands = chosen.select("customer_id", "day", nw.col("new").alias("pattern"), "item")
                stands = held.enter_context(outputs.kept(stands))
    return found


def _longer(stands: LazyFrame, lines: LazyFrame) -> LazyFrame:
    """Where the last step of every pattern can stand that has one more item, on a later day or on the same one."""
    first = stands.group_by("customer_id", "pattern").agg(first=nw.col("day").min())
    later = first.join(lines, on="customer_id", how="inner").filter(nw.col("day") > nw.col("first"))
    same = stands.select("customer_id", "day", "pattern", nw.col("item").alias("last"))
    same = same.join(lines, on=["customer_id", "day"], how="inner").filter(nw.col("item") > nw.col("last"))
    columns = ["customer_id", "day", "pattern", "item"]
    return nw.concat(
        [
            later.select(*columns, later=nw.lit(1).cast(nw.Int64)),
            same.select(*columns, later=nw.lit(0).cast(nw.Int64)),
        ],
        how="vertical",
    )


def _with(pattern: Pattern, item: int, later: bool) -> Pattern:
    return (*pattern, (item,)) if later else (*pattern[:-1], (*pattern[-1], item))
