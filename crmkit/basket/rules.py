"""Which items are bought together: pairs, and rules with several items on the left.

A rule "left, therefore right" is read off four counts of baskets. Rare items make huge lifts by chance, and thousands
of pairs are looked at: so every confidence and lift has an interval, and every p value is adjusted for the number of
rules that could have been listed. Items that nearly always come together are one thing in the shop, a bundle or a set,
and not a discovery; they are named as such.

Sources: Agrawal & Srikant (1994), Fast algorithms for mining association rules, VLDB 20, 487-499 (candidates from
frequent sets of one item less); Bayardo, Agrawal & Gunopulos (1999), Constraint-based rule mining, ICDE 15, 188-197
(improvement); those of the measures in `_measures`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks
from crmkit._frame import engines, outputs
from crmkit._frame.engines import LazyFrame
from crmkit._results import Result
from crmkit._types import Array, Table
from crmkit.basket._baskets import Baskets, baskets, pair_counts
from crmkit.basket._measures import adjusted, measures, p_values
from crmkit.definitions import Definition
from crmkit.transactions import Transactions, open_transactions

Itemset: TypeAlias = tuple[int, ...]

BUNDLE = 0.8  # confidence both ways from which two items are called a bundle


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Rules(Result):
    """Rules between items that are bought together; given by `pairs` and `rules`.

    Attributes
    ----------
    table : table
        One row per rule, the surest lift first.
    itemsets : table
        The sets of items that are in enough baskets: `itemset`, `items`, `baskets`, `support`.
    baskets : int
        Baskets counted.
    giant_baskets : int
        Baskets left out because they hold more items than `max_items`.
    definition : Definition
        What was counted.
    """

    table: Table
    itemsets: Table
    baskets: int
    giant_baskets: int
    definition: Definition


def pairs(
    transactions: Table,
    *,
    items: str = "product",
    within: str = "order",
    min_orders: float = 0.01,
    level: float = 0.95,
    max_items: int = 1000,
) -> Rules:
    """Pairs of items that are bought together, one row each, from the rarer item to the more frequent one.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount and product
        Nothing after its `as_of` is seen. An item counts once per basket; refunds are no baskets.
    items : {"product", "category", "channel"}, default "product"
        Role of the items. Rows without one are left out, and told.
    within : {"order", "day", "customer"}, default "order"
        What a basket is: an order (a day, where there are no order ids), a customer's day, or all that a customer ever
        bought.
    min_orders : number of baskets, or share of them below 1, default 0.01
        Baskets that an item, and a pair, must be in to be listed.
    level : float, default 0.95
        Of the intervals.
    max_items : int, default 1000
        Baskets of more different items are left out and counted in `giant_baskets`: one of 5,000 makes 12.5 million
        pairs and says little about any of them.

    Returns
    -------
    Rules
        `table`, in the kind of the transactions: `antecedent`, `consequent`, `baskets` (with both),
        `antecedent_baskets`, `consequent_baskets`; `support` = P(both); `confidence` = P(consequent | antecedent) with
        Wilson's interval; `lift` = confidence / P(consequent) with its interval; `leverage` = P(both) - P(a) P(c);
        `conviction` (infinite where the antecedent never comes alone); `zhang` in [-1, 1]; `jaccard`; `kulczynski`
        (mean confidence of both directions); `odds_ratio`; `p_value` of independence (Fisher's exact test),
        `p_adjusted` for
        all pairs of items that are frequent enough (Benjamini-Hochberg); and `relation`: "bundle" (confidence of at
        least 0.8 both ways), "together" or "apart" (lift above or below 1 for certain), else "unclear".

    Raises
    ------
    ArgumentError
        An argument has a value that is not known, or the transactions lack the role.
    DataError
        There is no basket with an item.

    Notes
    -----
    Intervals and p values take baskets for independent. Where few customers place many orders, `within="customer"`
    counts each of them once.

    Examples
    --------
    >>> from crmkit import basket
    >>> sales = {"customer_id": [1, 1, 2, 2, 3, 3, 4, 5], "order_id": [1, 1, 2, 2, 3, 3, 4, 5],
    ...          "product": ["onion", "eggs", "onion", "eggs", "onion", "eggs", "eggs", "milk"],
    ...          "date": ["2025-01-05"] * 8, "amount": [1.0] * 8}
    >>> found = basket.pairs(sales, min_orders=2).table
    >>> found[["antecedent", "consequent", "support", "confidence", "lift", "leverage", "zhang"]].round(2)
      antecedent consequent  support  confidence  lift  leverage  zhang
    0      onion       eggs      0.6         1.0  1.25      0.12    0.5
    """
    share = _checks.level_of(level)
    tx = open_transactions(transactions)
    with baskets(tx, items=items, within=within, min_orders=min_orders, max_items=max_items) as found:
        together = pair_counts(found.lines, found.keys, found.least)
    sizes: dict[Itemset, int] = {(code,): int(n) for code, n in enumerate(found.counts)}
    sets: dict[Itemset, int] = {
        (int(a), int(b)): int(n) for a, b, n in zip(*(together[name] for name in ("a", "b", "n")), strict=True)
    }
    listed = [_rarer_first(each, sizes) for each in sets]
    tests = len(sizes) * (len(sizes) - 1) // 2
    return _results(tx, found, listed, {**sizes, **sets}, tests, share, _said("basket_pairs", items, within))


def _rarer_first(pair: Itemset, sizes: Mapping[Itemset, int]) -> tuple[Itemset, int]:
    """The rule of a pair: from the item in fewer baskets, of equal ones from the first by name."""
    a, b = pair
    return ((b,), a) if sizes[b,] < sizes[a,] else ((a,), b)


def rules(
    transactions: Table,
    *,
    items: str = "product",
    within: str = "order",
    min_orders: float = 0.01,
    min_confidence: float = 0.5,
    left: int = 3,
    level: float = 0.95,
    max_items: int = 1000,
) -> Rules:
    """Rules with one item on the right and up to `left` items on the left, in both directions.

    Parameters
    ----------
    transactions, items, within, min_orders, level, max_items
        As for `pairs`.
    min_confidence : float, default 0.5
        Least confidence of a rule that is listed.
    left : int, default 3
        Most items on the left.

    Returns
    -------
    Rules
        `table` as that of `pairs`, with `antecedent` as text ("a + b"), its items in `antecedent_1`, `antecedent_2` ...
        (missing where there are fewer), their number `items`, and `improvement`: by how much the confidence is above
        that of the best rule with fewer of the same items on the left (of a rule with one item: above P(consequent)).
        At or below 0 the longer rule says nothing new. `itemsets` has all sets of items that are frequent enough.

    Raises
    ------
    ArgumentError, DataError
        As `pairs`.

    Examples
    --------
    >>> from crmkit import basket
    >>> sales = {"customer_id": [1, 1, 1, 2, 2, 2, 3, 3, 4], "order_id": [1, 1, 1, 2, 2, 2, 3, 3, 4],
    ...          "product": ["tea", "cup", "milk", "tea", "cup", "milk", "tea", "cup", "milk"],
    ...          "date": ["2025-01-05"] * 9, "amount": [1.0] * 9}
    >>> found = basket.rules(sales, min_orders=2, min_confidence=1)
    >>> found.table[["antecedent", "consequent", "baskets", "confidence", "lift", "improvement"]].round(2)
       antecedent consequent  baskets  confidence  lift  improvement
    0         cup        tea        3         1.0  1.33         0.25
    1  cup + milk        tea        2         1.0  1.33         0.00
    2  milk + tea        cup        2         1.0  1.33         0.00
    3         tea        cup        3         1.0  1.33         0.25
    >>> len(found.itemsets)
    7
    """
    share, least_confidence = _checks.level_of(level), _checks.share("min_confidence", min_confidence)
    most = _checks.count("left", left) + 1
    tx = open_transactions(transactions)
    with baskets(tx, items=items, within=within, min_orders=min_orders, max_items=max_items) as found:
        sets = _frequent(found, most)
    listed = [
        (tuple(item for item in each if item != right), right) for each in sets if len(each) > 1 for right in each
    ]
    sure = [(a, right) for a, right in listed if sets[tuple(sorted((*a, right)))] >= least_confidence * sets[a] - 1e-9]
    tests = sum(len(found.names) - len(each) for each in sets if len(each) < most)
    words = _said("basket_rules", items, within)
    return _results(tx, found, sure, sets, tests, share, words, most=most)


# --- counting ---------------------------------------------------------------------------------------------------


def _frequent(found: Baskets, most: int) -> dict[Itemset, int]:
    """The sets of up to `most` items that are in enough baskets, and in how many."""
    sets: dict[Itemset, int] = {(code,): int(n) for code, n in enumerate(found.counts)}
    with ExitStack() as held:
        rows = found.lines.select(*found.keys, nw.col("item").alias("i1"))
        for size in range(2, most + 1):
            longer = _one_more(rows, found.keys, size)
            codes = [f"i{place}" for place in range(1, size + 1)]
            counted = longer.group_by(*codes).agg(n=nw.len().cast(nw.Int64)).filter(nw.col("n") >= found.least)
            kept = engines.collect(counted)
            if not len(kept["n"]):
                break
            order = np.lexsort([kept[name] for name in reversed(codes)])
            listed = zip(*(kept[name][order].tolist() for name in codes), kept["n"][order].tolist(), strict=True)
            sets |= {tuple(map(int, row[:-1])): int(row[-1]) for row in listed}
            if size < most:
                wanted = engines.upload({name: kept[name].astype(np.int64) for name in codes}, longer).lazy()
                rows = held.enter_context(outputs.kept(longer.join(wanted, on=codes, how="inner")))
    return sets


def _one_more(rows: LazyFrame, keys: tuple[str, ...], size: int) -> LazyFrame:
    """Baskets with sets of `size` items, of those of one item less that share all but their last one."""
    shared = [f"i{place}" for place in range(1, size - 1)]
    last, new = f"i{size - 1}", f"i{size}"
    other = rows.select(*keys, *shared, nw.col(last).alias(new))
    return rows.join(other, on=[*keys, *shared], how="inner").filter(nw.col(last) < nw.col(new))


# --- telling ----------------------------------------------------------------------------------------------------


def _said(measure: str, items: str, within: str) -> dict[str, str]:
    return {"measure": measure, "items": items, "within": f"basket_within_{within}"}


def _results(
    tx: Transactions,
    found: Baskets,
    listed: list[tuple[Itemset, int]],
    sets: Mapping[Itemset, int],
    tests: int,
    level: float,
    said: dict[str, str],
    *,
    most: int = 2,
) -> Rules:
    """The result of rules (left side, right side), from how many baskets hold each set of items."""
    sides = [(a, right, sets[tuple(sorted((*a, right)))], sets[a], sets[right,]) for a, right in listed]
    together, left, right = (np.array([side[place] for side in sides], dtype=np.int64) for place in (2, 3, 4))
    columns: dict[str, Array] = {
        "antecedent": _text([" + ".join(found.names[list(side[0])]) for side in sides]),
        "consequent": _text([found.names[side[1]] for side in sides]),
        "baskets": together,
        "antecedent_baskets": left,
        "consequent_baskets": right,
        **measures(together, left, right, found.n, level),
    }
    columns["p_value"] = p_values(together, left, right, found.n)
    columns["p_adjusted"] = adjusted(columns["p_value"], tests)
    columns["relation"] = _relation(columns, 1 - level)
    if said["measure"] == "basket_rules":
        columns |= _of_long_rules(sides, sets, found, most)
    order = np.lexsort([columns["consequent"].astype(str), columns["antecedent"].astype(str), -columns["lift_low"]])
    definition = Definition(
        said.pop("measure"), tx.as_of, {**said, **_counted(found), "level": f"{level:.0%}", "tests": f"{tests:,}"}
    )
    table = {name: values[order] for name, values in columns.items()}
    itemsets = engines.build(_itemsets(sets, found), tx.like)
    return Rules(engines.build(table, tx.like), itemsets, found.n, found.giant, definition)


def _counted(found: Baskets) -> dict[str, str]:
    """What definitions say of the baskets."""
    return {
        "n": f"{found.n:,}", "least": f"{found.least:,}", "giant": f"{found.giant:,}", "unnamed": f"{found.unnamed:,}",
    }  # fmt: skip


def _text(words: Sequence[str | None]) -> Array:
    return np.array(words, dtype=object)


def _relation(columns: Mapping[str, Array], alpha: float) -> Array:
    """What the two sides are to each other."""
    back = columns["baskets"] / columns["consequent_baskets"]
    sure = columns["p_adjusted"] <= alpha
    bundle = (columns["confidence"] >= BUNDLE) & (back >= BUNDLE) & (columns["lift"] > 1)
    named = np.select(
        [bundle, sure & (columns["lift_low"] > 1), sure & (columns["lift_high"] < 1)],
        ["bundle", "together", "apart"],
        "unclear",
    )
    return named.astype(object)


def _of_long_rules(sides: list[Any], sets: Mapping[Itemset, int], found: Baskets, most: int) -> dict[str, Array]:
    """Columns that only rules with several items on the left need."""
    improvement = [n / of - _best_of_shorter(a, right, sets, found.n) for a, right, n, of, _ in sides]
    names = {
        f"antecedent_{place + 1}": _text([found.names[a[place]] if place < len(a) else None for a, *_ in sides])
        for place in range(max((len(side[0]) for side in sides), default=most - 1))
    }
    return {
        "improvement": np.array(improvement, dtype=float),
        "items": np.array([len(side[0]) for side in sides], dtype=np.int64),
        **names,
    }


def _best_of_shorter(a: Itemset, right: int, sets: Mapping[Itemset, int], n: int) -> float:
    """The highest confidence of a rule with the same right side and fewer of the same items on the left."""
    best = sets[right,] / n
    for shorter in _parts(a):
        best = max(best, sets[tuple(sorted((*shorter, right)))] / sets[shorter])
    return best


def _parts(a: Itemset) -> Iterator[Itemset]:
    """The sets of some, but not all, of the items."""
    for chosen in range(1, 2 ** len(a) - 1):
        yield tuple(item for place, item in enumerate(a) if chosen >> place & 1)


def _itemsets(sets: Mapping[Itemset, int], found: Baskets) -> dict[str, Array]:
    ordered = sorted(sets, key=lambda each: (len(each), -sets[each], each))
    counts = np.array([sets[each] for each in ordered], dtype=np.int64)
    return {
        "itemset": _text([" + ".join(found.names[list(each)]) for each in ordered]),
        "items": np.array([len(each) for each in ordered], dtype=np.int64),
        "baskets": counts,
        "support": counts / found.n,
    }
