"""What to offer each customer: what they buy again and again, and what goes with it that they do not have yet.

Most of the next basket was bought before, so a list that mixes both looks better than it is; repeat and new items
are told apart. Repeat items are ranked by how many of the customer's baskets held them, new ones by how often the
customer's items and they were bought by the same customers (cosine). A margin, where it is given, multiplies the score:
what sells easily and earns nothing is a poor offer.

Sources: Sarwar, Karypis, Konstan & Riedl (2001), Item-based collaborative filtering, WWW 10, 285-295 (cosine, nearest
items); Hu, He, Wang & Chen (2020), Modeling personalized item frequency information for next-basket recommendation,
SIGIR 43, 1071-1080 (the customer's own frequency is hard to beat).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks
from crmkit._frame import engines, outputs
from crmkit._frame.engines import LazyFrame
from crmkit._results import Result
from crmkit._types import Array, Table
from crmkit.basket._baskets import bought, keys_of, pair_counts, role_of
from crmkit.definitions import Definition
from crmkit.errors import ArgumentError, DataError
from crmkit.transactions import Transactions, open_transactions

KINDS = ("repeat", "new", "popular")
NEIGHBOURS = 20  # nearest items of each item; more of them add noise
_FINE = 2**20  # scores are whole multiples of 1 / _FINE, so that their sums do not depend on the order of rows


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Recommendations(Result):
    """Items to offer; given by `recommend`.

    Attributes
    ----------
    table : table
        One row per customer and item.
    definition : Definition
        How the items were chosen.
    """

    table: Table
    definition: Definition


def next_products(transactions: Table) -> dict[Any, tuple[Any, str]]:
    """The first item of `recommend` for each customer, and its kind, by id; for lists that carry one item each.

    Examples
    --------
    >>> sales = {"customer_id": ["a", "a", "b"], "amount": [1.0, 1.0, 1.0], "product": ["tea", "tea", "pot"],
    ...          "date": ["2025-01-01", "2025-02-01", "2025-01-05"]}
    >>> next_products(sales)["a"]
    ('tea', 'repeat')
    """
    found = engines.collect(engines.wrap(recommend(transactions, n=1).table).select("customer_id", "item", "kind"))
    rows = zip(*(found[name].tolist() for name in ("customer_id", "item", "kind")), strict=True)
    return {customer: (item, str(kind)) for customer, item, kind in rows}


def recommend(
    transactions: Table,
    *,
    n: int = 10,
    items: str = "product",
    margin: Mapping[str, float] | str | None = None,
    new_only: bool = False,
    min_customers: int = 2,
    max_items: int = 1000,
) -> Recommendations:
    """The best next items of every customer: those they buy again, and those they have not bought yet.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount and product
        Nothing after its `as_of` is seen, neither in the customer's own past nor in what goes with what.
    n : int, default 10
        Items per customer.
    items : {"product", "category", "channel"}, default "product"
        Role of the items.
    margin : mapping of item to margin, or "cost", optional
        Scores are multiplied by the margin of one purchase of the item: yours, or with "cost" the mean of amount less
        cost of its rows. An item whose margin is not above 0, or not in the mapping, is not offered.
    new_only : bool, default False
        Only items that the customer never bought.
    min_customers : int, default 2
        Customers that two items must share to count as near to each other.
    max_items : int, default 1000
        Customers with more different items than this do not tell what goes with what, and get no list of new items.

    Returns
    -------
    Recommendations
        `table`, in the kind of the transactions: `customer_id`; `rank` from 1; `item`; `kind`: "repeat" (bought before;
        score: share of the customer's baskets that held it), "new" (score: sum of its cosines with what the customer
        bought) or "popular" (new too, but nothing near to what the customer bought; score: share of all customers);
        `score`; and `expected_margin`, score x margin, where a margin is given. Repeat items come before new ones, and
        these before popular ones, because their scores are of three kinds and do not compare.

    Raises
    ------
    ArgumentError
        An argument has a value that is not known, the transactions lack the role, or have no cost.
    DataError
        No purchase has an item.

    Examples
    --------
    >>> from crmkit import basket
    >>> sales = {"customer_id": [1, 1, 2, 2, 3, 3, 4], "product": ["tea", "cup", "tea", "cup", "tea", "pot", "cup"],
    ...          "date": ["2025-01-01"] * 7, "amount": [5.0] * 7}
    >>> found = basket.recommend(sales, n=2, new_only=True).table
    >>> found[found["customer_id"] == 4].round(2)
       customer_id  rank item     kind  score
    3            4     1  tea      new   0.67
    4            4     2  pot  popular   0.25
    """
    wanted, shared = _checks.count("n", n), _checks.count("min_customers", min_customers)
    tx = open_transactions(transactions)
    with outputs.kept(_own(tx, items)) as named:
        offers = _offers(named, _margins(tx, items, margin))
        with outputs.kept(_coded(named, offers)) as own:
            near = _nearest(own, offers, shared, _checks.count("max_items", max_items, least=2))
            with outputs.kept(_candidates(own, offers, near, new_only=new_only)) as candidates:
                filled = nw.concat([candidates, *_popular(own, candidates, offers, wanted)], how="vertical")
                columns = engines.collect(_best(filled, wanted))
    table = _table(columns, offers, own_margin=margin is not None)
    said = {
        "items": items, "n": f"{wanted:,}", "neighbours": f"{NEIGHBOURS:,}", "least": f"{shared:,}",
        "max_items": f"{max_items:,}", "worth": "basket_no_margin" if margin is None else "basket_margin",
        "which": "basket_new_only" if new_only else "basket_repeat_and_new",
    }  # fmt: skip
    return Recommendations(engines.build(table, tx.like), Definition("basket_recommend", tx.as_of, said))


@dataclass(frozen=True, slots=True)
class _Offers:
    """All items, the most bought first, with the customers who bought each and the margin of one (0: not offered)."""

    names: Array
    customers: Array
    margin: Array
    n_customers: int

    def codes(self, like: LazyFrame) -> LazyFrame:
        """Code and margin of each item, on the engine."""
        columns = {"item": self.names, "code": np.arange(len(self.names), dtype=np.int64), "margin": self.margin}
        return engines.upload(columns, like).lazy()


def _own(tx: Transactions, items: str) -> LazyFrame:
    """What each customer bought: customer_id, item, times (baskets with it), late (minus the last day), orders."""
    keys = keys_of(tx, "order")
    rows = bought(tx).select(
        "customer_id", *keys[1:], date=nw.col("day"), item=nw.col(role_of(tx, items)).cast(nw.String)
    )
    named = rows.filter(~nw.col("item").is_null() & (nw.col("item") != ""))
    each = named.group_by(*keys, "item").agg(date=nw.col("date").max())
    own = each.group_by("customer_id", "item").agg(times=nw.len().cast(nw.Int64), late=0 - nw.col("date").max())
    orders = each.group_by(*keys).agg(n=nw.len()).group_by("customer_id").agg(orders=nw.len().cast(nw.Int64))
    return own.join(orders, on="customer_id", how="inner")


def _offers(own: LazyFrame, margins: Mapping[str, float] | None) -> _Offers:
    counted = engines.collect(own.group_by("item").agg(n=nw.len().cast(nw.Int64)))
    if not len(counted["n"]):
        raise DataError("basket_no_items")
    people = engines.collect(own.group_by("customer_id").agg(n=nw.len()).select(n=nw.len()))
    order = np.lexsort([counted["item"].astype(str), -counted["n"].astype(np.int64)])
    names = counted["item"][order]
    worth = np.ones(len(names)) if margins is None else np.array([margins.get(str(name), 0.0) for name in names])
    return _Offers(names, counted["n"][order].astype(np.int64), np.maximum(worth, 0.0), int(people["n"][0]))


def _margins(tx: Transactions, items: str, margin: Mapping[str, float] | str | None) -> dict[str, float] | None:
    """Margin of one purchase of each item."""
    if margin is None:
        return None
    if isinstance(margin, Mapping):
        return {str(name): _checks.finite("margin", value) for name, value in margin.items()}
    if margin != "cost":
        raise ArgumentError("margin", margin, "basket_margin_given", example="cost")
    if "cost" not in tx.roles:
        raise ArgumentError("basket_no_cost")
    rows = bought(tx).filter(~nw.col("cost").is_null())
    rows = rows.select(item=nw.col(role_of(tx, items)).cast(nw.String), gain=nw.col("money") - nw.col("cost"))
    sums = engines.collect(rows.group_by("item").agg(gain=nw.col("gain").sum().cast(nw.Int64), n=nw.len()))
    means = sums["gain"] / sums["n"] / tx.scale
    return {str(name): float(mean) for name, mean in zip(sums["item"], means, strict=True)}


def _coded(named: LazyFrame, offers: _Offers) -> LazyFrame:
    coded = named.join(offers.codes(named), on="item", how="inner")
    return coded.select("customer_id", "times", "late", "orders", "margin", nw.col("code").alias("item"))


def _nearest(own: LazyFrame, offers: _Offers, shared: int, max_items: int) -> LazyFrame:
    """For each item `a` its nearest ones: `b`, and `weight`, the cosine of the two over customers, in fine steps."""
    sizes = own.group_by("customer_id").agg(size=nw.len())
    small = sizes.filter(nw.col("size") <= max_items).select("customer_id")
    lines = own.select("customer_id", "item").join(small, on="customer_id", how="inner")
    found = pair_counts(lines, ("customer_id",), shared)
    cosine = found["n"] / np.sqrt(offers.customers[found["a"]] * offers.customers[found["b"]].astype(float))
    weight = np.rint(cosine * _FINE).astype(np.int64)
    a, b = np.concatenate([found["a"], found["b"]]), np.concatenate([found["b"], found["a"]])
    weight = np.concatenate([weight, weight])
    order = np.lexsort([b, -weight, a])
    a, b, weight = a[order], b[order], weight[order]
    first = np.searchsorted(a, a)  # where the neighbours of the same item begin
    close = np.arange(len(a)) - first < NEIGHBOURS
    return engines.upload({"a": a[close], "b": b[close], "weight": weight[close]}, own).lazy()


_COLUMNS = ("customer_id", "item", "kind", "score", "value", "late")


def _candidates(own: LazyFrame, offers: _Offers, near: LazyFrame, *, new_only: bool) -> LazyFrame:
    """Items that each customer bought, and those near to them: `_COLUMNS`, of which kind is 0 or 1."""
    margins = offers.codes(own).select("margin", nw.col("code").alias("item"))
    pairs = own.select("customer_id", nw.col("item").alias("a")).join(near, on="a", how="inner")
    summed = pairs.group_by("customer_id", "b").agg(weight=nw.col("weight").sum().cast(nw.Int64))
    summed = summed.select("customer_id", "weight", nw.col("b").alias("item"))
    new = summed.join(own.select("customer_id", "item"), on=["customer_id", "item"], how="anti")
    new = new.join(margins, on="item", how="inner").with_columns(
        kind=nw.lit(1).cast(nw.Int64), score=nw.col("weight") / _FINE, late=nw.lit(0).cast(nw.Int64)
    )
    new = new.with_columns(value=nw.col("score") * nw.col("margin"))
    if new_only:
        return new.filter(nw.col("margin") > 0).select(*_COLUMNS)
    repeat = own.with_columns(kind=nw.lit(0).cast(nw.Int64), score=nw.col("times") / nw.col("orders"))
    repeat = repeat.with_columns(value=nw.col("score") * nw.col("margin"), late=nw.col("late").cast(nw.Int64))
    both = nw.concat([repeat.select("margin", *_COLUMNS), new.select("margin", *_COLUMNS)], how="vertical")
    return both.filter(nw.col("margin") > 0).select(*_COLUMNS)


def _popular(own: LazyFrame, candidates: LazyFrame, offers: _Offers, wanted: int) -> list[LazyFrame]:
    """What most customers buy, for those who have too few candidates: `_COLUMNS`, of kind 2."""
    have = candidates.group_by("customer_id").agg(have=nw.len().cast(nw.Int64))
    each = own.group_by("customer_id").agg(owned=nw.len().cast(nw.Int64)).join(have, on="customer_id", how="left")
    short = each.with_columns(have=nw.col("have").fill_null(0)).filter(nw.col("have") < wanted)
    found = engines.collect(short.select(most=nw.col("owned") + nw.col("have")).select(nw.col("most").max()))
    if not len(found["most"]) or found["most"][0] is None or found["most"][0] != found["most"][0]:
        return []
    places = np.flatnonzero(offers.margin > 0)[: wanted + int(found["most"][0])]
    share = offers.customers[places] / offers.n_customers
    best = {"item": places, "score": share, "value": share * offers.margin[places]}
    listed = short.select("customer_id").join(engines.upload(best, own).lazy(), how="cross")
    for known in (own, candidates):
        listed = listed.join(known.select("customer_id", "item"), on=["customer_id", "item"], how="anti")
    return [listed.with_columns(kind=nw.lit(2).cast(nw.Int64), late=nw.lit(0).cast(nw.Int64)).select(*_COLUMNS)]


def _best(candidates: LazyFrame, wanted: int) -> LazyFrame:
    """The first so many candidates of each customer, with their rank."""
    marked = candidates.with_columns(down=0 - nw.col("value"), one=nw.lit(1).cast(nw.Int64))
    ranked = marked.with_columns(
        rank=nw.col("one").cum_sum().over("customer_id", order_by=["kind", "down", "late", "item"])
    )
    return ranked.filter(nw.col("rank") <= wanted).select("customer_id", "rank", "item", "kind", "score", "value")


def _table(found: Mapping[str, Array], offers: _Offers, *, own_margin: bool) -> dict[str, Array]:
    """Columns of the result, by customer and rank."""
    ids = found["customer_id"]
    order = np.lexsort([found["rank"], ids.astype(str) if ids.dtype == object else ids])
    columns = {
        "customer_id": ids,
        "rank": found["rank"].astype(np.int64),
        "item": offers.names[found["item"].astype(np.int64)],
        "kind": np.array(KINDS, dtype=object)[found["kind"].astype(np.int64)],
        "score": found["score"],
        **({"expected_margin": found["value"]} if own_margin else {}),
    }
    return {name: values[order] for name, values in columns.items()}
