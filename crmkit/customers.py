"""Customers: one row each, from which everything else follows.

`summarize` gives what RFM, the pyramid and the lifetime models read. Two meanings of "recency" live in this
field and never share a name here: `recency` is days since the last purchase (RFM), `t_x` is days from the first
purchase to the last (lifetime models).

Sources: Hughes (1994), Strategic Database Marketing, for recency, frequency and monetary value; Fader, Hardie & Lee
(2005), Marketing Science 24(2), for x, t_x and T, counted in distinct purchase days.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import _checks
from crmkit._frame import engines, outputs
from crmkit._frame.engines import LazyFrame
from crmkit._periods import first_day_of
from crmkit._types import Duration, Table
from crmkit.transactions import Transactions, open_transactions

__all__ = [
    "RecentValue",
    "recent_value",
    "summarize",
]

SUMMARY = (
    "customer_id", "orders", "first_date", "last_date", "recency", "frequency", "monetary", "mean_order", "tenure",
    "margin", "x", "t_x", "T", "m_x",
)  # fmt: skip


def summarize(transactions: Table, *, log_gaps: bool = False) -> Table:
    """One row per customer with a purchase: orders, dates, spend, and the statistics of the lifetime models.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount (and order_id, cost ...)
        Nothing after its `as_of` is seen.
    log_gaps : bool, default False
        Add `log_gaps`, the sum of ln(days from one purchase day to the next), which models of regular gaps
        (`crmkit.clv.BGCNBD`, `MBGCNBD`) read. It takes another pass.

    Returns
    -------
    table, n_customers rows
        In the kind that came in (pandas for files), sorted by customer_id where the kind has an order:
        `customer_id`;
        `orders`: distinct orders with a purchase (without order ids: days with a purchase);
        `first_date`, `last_date`: of a purchase; a refund is never a visit;
        `recency`: days from the last purchase to `as_of`; `frequency`: the same as `orders`;
        `monetary`: spend, refunds treated as the transactions say; `mean_order`: monetary / orders;
        `tenure`: days from the first purchase to `as_of`;
        `margin`: spend minus cost, where `cost` is known for all of the customer's rows (only if there is a cost);
        `x`: repeat purchase days; `t_x`: days from the first purchase to the last; `T`: days from the first purchase
        to `as_of`; `m_x`: mean spend of the repeat days: all spend outside the first day / x (0 if x = 0).

    Raises
    ------
    ColumnError, DataError
        As `Transactions` raises them for a plain table.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as crm
    >>> sales = pd.DataFrame({"customer_id": ["a", "a", "a", "b"], "amount": [20, 5, 5, 9],
    ...                       "date": ["2025-01-05", "2025-02-04", "2025-02-04", "2025-01-31"]})
    >>> crm.summarize(sales)[["customer_id", "orders", "recency", "monetary", "x", "t_x", "T", "m_x"]]
      customer_id  orders  recency  monetary  x  t_x   T   m_x
    0           a       2        0      30.0  1   30  30  10.0
    1           b       1        4       9.0  0    0   4   0.0
    """
    tx = open_transactions(transactions)
    summary = _summary(tx)
    if log_gaps:
        summary = summary.join(_log_gaps(tx), on="customer_id", how="inner")
    return engines.give_back(summary, tx.like, dates=("first_date", "last_date"), order="customer_id")


def _summary(tx: Transactions) -> LazyFrame:
    """The summary as a lazy frame; dates are still day numbers."""
    facts = customer_facts(tx, customer_days(tx))
    if "order" in tx.roles:
        facts = facts.join(_orders(tx), on="customer_id", how="inner")
    return facts.select(*summary_columns(tx))


def customer_days(tx: Transactions) -> LazyFrame:
    """Customer-days: customer_id, day, money in units; `bought` (0 or 1) if there are refunds, `cost` if known."""
    rows = _with_gaps(tx)
    if not tx.added_up or "order" in tx.roles:
        return _added_up(tx, rows, "customer_id", "day")
    more = [*(["cost", "no_cost"] if "cost" in tx.roles else []), *(["bought"] if tx.has_refunds else [])]
    return rows.select("customer_id", "day", "money", *more)


def _with_gaps(tx: Transactions) -> LazyFrame:
    """The rows that are used, with `no_cost`, whether the cost is not known, if there are costs."""
    no_cost = nw.when(nw.col("cost").is_null()).then(1).otherwise(0) if "cost" in tx.roles else None
    return tx.rows() if no_cost is None else tx.rows().with_columns(no_cost=no_cost)


def _added_up(tx: Transactions, rows: LazyFrame, *by: str) -> LazyFrame:
    """Rows, or rows that were added up more finely before, by these keys."""
    sums = {"money": engines.whole_sum("money", rows, most=tx.most_units)}
    if "cost" in tx.roles:
        sums["cost"] = engines.whole_sum("cost", rows, most=tx.most_units)
        sums["no_cost"] = nw.col("no_cost").max()
    if tx.has_refunds:
        sums["bought"] = nw.col("bought").max()
    return rows.group_by(*by).agg(**sums)


def day_sums(tx: Transactions) -> LazyFrame:
    """Sums by customer and day, and by order where there are ids of orders: customer_id, day, money, bought, cost.

    `bought` is always there, and `cost` is missing where that of a row is. Whatever rows are summed up from gives the
    same when it is summed up from these.
    """
    keys = ["customer_id", "day", *(["order_id"] if "order" in tx.roles else [])]
    sums = _added_up(tx, _with_gaps(tx), *keys)
    more: dict[str, nw.Expr] = {} if tx.has_refunds else {"bought": nw.lit(1)}
    if "cost" in tx.roles:
        more["cost"] = nw.when(nw.col("no_cost") == 0).then(nw.col("cost"))
    return sums.with_columns(**more) if more else sums


@contextmanager
def days_and_orders(tx: Transactions) -> Iterator[tuple[LazyFrame, LazyFrame | None]]:
    """Customer-days, and each customer's `orders` where there are ids of orders, by one pass; within the block."""
    if "order" not in tx.roles:
        with kept_days(tx) as days:
            yield days, None
        return
    if tx.added_up:
        fine = _with_gaps(tx)
        yield _added_up(tx, fine, "customer_id", "day"), _orders_of(tx, fine)
        return
    with outputs.kept(_added_up(tx, _with_gaps(tx), "customer_id", "day", "order_id")) as fine:
        yield _added_up(tx, fine, "customer_id", "day"), _orders_of(tx, fine)


@contextmanager
def kept_days(tx: Transactions) -> Iterator[LazyFrame]:
    """Customer-days, to be read several times within the block."""
    if tx.added_up:
        yield customer_days(tx)
        return
    with outputs.kept(customer_days(tx)) as days:
        yield days


# Of more customers than this, what holds for all of them is learnt from about so many. Of a simulated million that
# moves the typical value by .4 %, the total by .005 % and .09 % of the stages; docs/en/limits.md has smaller samples.
MANY, ASKED = 200_000, 100_000


def learnt_from(days: LazyFrame, bought: LazyFrame) -> LazyFrame:
    """The customer-days from which is learnt what holds for all customers; of very many, those of a sample.

    `bought` holds the `customer_id` of everybody who has bought. Their ids alone decide who is in the sample: neither
    the order of the rows, nor the engine, the currency or what anybody does.
    """
    n = engines.n_rows(bought)
    if n <= MANY:
        return days
    asked = engines.with_digest(bought.select("customer_id"), "customer_id", into="digest")
    share = nw.lit(f"{int(ASKED / n * 16**8):08x}")
    return days.join(asked.filter(nw.col("digest") < share).select("customer_id"), on="customer_id", how="semi")


@dataclass(frozen=True, slots=True)
class Sums:
    """What one pass over customer-days finds of each customer: columns made of a customer-day, and their aggregates.

    `counts` are conditions on a customer-day, of which is counted how often they hold; `derived` are columns made of
    what is found. Several `Sums` are found by the same pass: equal names mean the same.
    """

    made: Mapping[str, nw.Expr]
    aggregates: Mapping[str, nw.Expr]
    counts: Mapping[str, nw.Expr] = field(default_factory=dict)
    derived: Mapping[str, nw.Expr] = field(default_factory=dict)

    def __or__(self, other: Sums) -> Sums:
        """Both."""
        return Sums(
            {**self.made, **other.made},
            {**self.aggregates, **other.aggregates},
            {**self.counts, **other.counts},
            {**self.derived, **other.derived},
        )

    def of(self, days: LazyFrame, *by: str) -> LazyFrame:
        """Find them."""
        ones = {name: nw.when(holds).then(1).otherwise(0) for name, holds in self.counts.items()}
        numbers = {name: nw.col(name).sum().cast(nw.Int64) for name in self.counts}
        found = _aggregated(days, by, {**self.made, **ones}, {**self.aggregates, **numbers})
        return found.with_columns(**self.derived) if self.derived else found

    def packed(self, days: LazyFrame, *by: str, most: int) -> LazyFrame:
        """Find them, with several counts in one number: `opened` gives the rest. No count is above `most`."""
        packs = {
            pack: nw.sum_horizontal(
                *(nw.when(self.counts[name]).then(nw.lit(2**at, nw.Int64)).otherwise(0) for name, at in places.items())
            )
            for pack, places in self._packs(most).items()
        }
        numbers = {pack: nw.col(pack).sum().cast(nw.Int64) for pack in packs}
        return _aggregated(days, by, {**self.made, **packs}, {**self.aggregates, **numbers})

    def opened(self, packed: LazyFrame, *, most: int) -> LazyFrame:
        """All of them, of what `packed` found."""
        bits, found = most.bit_length(), dict(self.derived)
        for pack, places in self._packs(most).items():
            for name, at in places.items():  # a float holds all bits of a pack, and halves of it are exact
                above = (nw.col(pack) / 2 ** (at + bits)).floor() * 2**bits
                found[name] = ((nw.col(pack) / 2**at).floor() - above).cast(nw.Int64)
        return packed.with_columns(**found) if found else packed

    def _packs(self, most: int) -> dict[str, dict[str, int]]:
        """The place of each count in its pack, as an exponent of 2."""
        bits, names = most.bit_length(), list(self.counts)
        each = max(_BITS // bits, 1)
        packs = [names[start : start + each] for start in range(0, len(names), each)]
        return {f"pack_{k}": {name: bits * at for at, name in enumerate(pack)} for k, pack in enumerate(packs)}


_BITS = 53  # of whole numbers that floats hold


def _aggregated(
    days: LazyFrame, by: Sequence[str], made: Mapping[str, nw.Expr], aggregates: Mapping[str, nw.Expr]
) -> LazyFrame:
    return (days.with_columns(**made) if made else days).group_by(*by).agg(**aggregates)


def visit_day(tx: Transactions) -> nw.Expr:
    """The day of a customer-day with a purchase; missing on days of refunds only."""
    return nw.when(nw.col("bought") == 1).then(nw.col("day")) if tx.has_refunds else nw.col("day")


def customer_sums(tx: Transactions) -> Sums:
    """Customers' days and money: n_days, first_day, last_day, money, cost, and the money of the first day, packed."""
    visit, money = nw.col("visit"), nw.col("money")
    limb, halved = _limb(tx)
    since = (visit_day(tx) - tx.first_day) * (4 * limb) + 2 * limb
    first = {"first_low": since + money}
    if halved:
        # Two aggregates find the money of the first day: the smallest day with the upper, and with the lower half of
        # it. However the division rounds, the halves make the whole.
        high = (money / limb).floor().cast(nw.Int64)
        first = {"first_high": since + high, "first_low": since + (money - high * limb)}
    more = {}
    if "cost" in tx.roles:
        more = {"cost": nw.col("cost").sum().cast(nw.Int64), "no_cost": nw.col("no_cost").max()}
    return Sums(
        {"visit": visit_day(tx), **first},
        {
            "n_days": visit.count().cast(nw.Int64),
            "first_day": visit.min(),
            "last_day": visit.max(),
            "money": money.sum().cast(nw.Int64),
            **{name: nw.col(name).min() for name in first},
            **more,
        },
    )


def known_by(visit: nw.Expr, day: int) -> Sums:
    """Of purchase days, missing where nothing was bought: how many had been by the day, and the last of them."""
    past = f"past_{day}"
    return Sums(
        {past: nw.when(visit <= day).then(visit)}, {f"last_{day}": nw.col(past).max()}, {f"n_{past}": visit <= day}
    )


def customer_facts(tx: Transactions, days: LazyFrame) -> LazyFrame:
    """The `customer_sums` of everybody who has bought."""
    facts = customer_sums(tx).of(days, "customer_id")
    return facts.filter(nw.col("n_days") > 0) if tx.has_refunds else facts


# Half of the bits of money; two halves and the days fit side by side into 64 bits. Of less money than the other number,
# within 2,800 years, the whole does.
_LIMB, _ONE_LIMB = 2**31, 2**41


def _limb(tx: Transactions) -> tuple[int, bool]:
    """How much money stands beside a day, and whether it takes two halves."""
    days = _checks.day_number(tx.as_of) - tx.first_day
    return (_ONE_LIMB, False) if tx.most_units < _ONE_LIMB and days < 2**20 else (_LIMB, True)


def first_money(tx: Transactions) -> nw.Expr:
    """The money of the first day, from its halves or the whole."""
    limb, halved = _limb(tx)
    since = (nw.col("first_day") - tx.first_day) * (4 * limb) + 2 * limb
    low = nw.col("first_low") - since
    return (nw.col("first_high") - since) * limb + low if halved else low


def _orders(tx: Transactions) -> LazyFrame:
    """Distinct orders per customer."""
    return _orders_of(tx, tx.rows())


def _orders_of(tx: Transactions, rows: LazyFrame) -> LazyFrame:
    """Distinct orders per customer; two plain group-bys are far cheaper than one COUNT DISTINCT."""
    bought = tx.purchases(rows)
    each = bought.group_by("customer_id", "order_id").agg(n=nw.len())
    return each.group_by("customer_id").agg(orders=nw.len().cast(nw.Int64))


def _log_gaps(tx: Transactions) -> LazyFrame:
    """Sum of ln(days from one purchase day to the next) of each customer; 0 without a repeat."""
    days = customer_days(tx)
    bought = tx.purchases(days)
    before = nw.col("day").shift(1).over("customer_id", order_by="day")
    gaps = bought.select("customer_id", gap=nw.col("day") - before)
    logs = nw.when(~nw.col("gap").is_null()).then(nw.col("gap")).otherwise(1).cast(nw.Float64).log()
    return gaps.with_columns(gap=logs).group_by("customer_id").agg(log_gaps=nw.col("gap").sum())


def summary_columns(tx: Transactions) -> list[nw.Expr]:
    """The public columns, from the facts."""
    as_of = _checks.day_number(tx.as_of)
    first, last, x = nw.col("first_day"), nw.col("last_day"), nw.col("n_days") - 1
    orders = nw.col("orders" if "order" in tx.roles else "n_days")
    monetary = money_of(nw.col("money"), tx)
    repeat_spend = money_of(nw.col("money") - first_money(tx), tx)
    if not tx.has_money:  # none, which is not the same as 0
        monetary, repeat_spend = (nw.when(x < 0).then(money) for money in (monetary, repeat_spend))
    margin = [nw.when(nw.col("no_cost") == 0).then(money_of(nw.col("money") - nw.col("cost"), tx)).alias("margin")]
    return [
        nw.col("customer_id"),
        orders.alias("orders"),
        first.alias("first_date"),
        last.alias("last_date"),
        (as_of - last).alias("recency"),
        orders.alias("frequency"),
        monetary.alias("monetary"),
        (monetary / orders).alias("mean_order"),
        (as_of - first).alias("tenure"),
        *(margin if "cost" in tx.roles else []),
        x.alias("x"),
        (last - first).alias("t_x"),
        (as_of - first).alias("T"),
        nw.when(x > 0).then(repeat_spend / x).otherwise(monetary * 0).alias("m_x"),
    ]


def money_of(units: nw.Expr, tx: Transactions) -> nw.Expr:
    """Units as money in the data's currency, rounded to the guard where amounts have no exact decimal form."""
    # By a column, not by a number: polars multiplies by 1/number instead, and 1437 / 100 is no longer 14.37.
    return whole_of(units, tx) / (units * 0 + tx.scale // tx.guard)


def whole_of(units: nw.Expr, tx: Transactions) -> nw.Expr:
    """Units rounded to the guard, as a whole number of which `tx.scale // tx.guard` make 1 of the currency."""
    return units if tx.guard == 1 else (units / tx.guard + 0.5).floor().cast(nw.Int64)


@dataclass(frozen=True, slots=True)
class RecentValue:
    """What customers brought lately; given by `recent_value`.

    Attributes
    ----------
    customers : table, n_customers rows, in the kind of the transactions
        The columns of `summarize`, and `current_value`: money of the window, 0 for who bought nothing in it.
    measure : {"margin", "revenue"}
        What that money is.
    margin_rate : float
        Margin / revenue of the window, not a number without revenue; 1 where the measure is revenue.
    first_date, last_date : datetime.date
        The window, both days inside.
    """

    customers: Table
    measure: str
    margin_rate: float
    first_date: dt.date
    last_date: dt.date


def recent_value(transactions: Table, *, window: Duration = "12M") -> RecentValue:
    """One row per customer with a purchase, and what each brought within a window that ends with the past.

    It is margin where the cost of every row of the window is known, so that customers can be compared by it, and
    revenue otherwise.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount (and cost)
        Nothing after its `as_of` is seen.
    window : duration, default "12M"
        How far it goes back from `as_of`, its last day. Whole months and years are those of the calendar, as in
        `crmkit.growth.revenue_bridge`: up to 2024-12-31, "12M" and "1Y" begin on 2024-01-01; up to 2025-02-28, "1M"
        begins on 2025-01-29, the day after the same day a month before (after the last day of a month too short to
        have it: up to 2025-03-31, "1M" begins on 2025-03-01). All else is rounded to whole days.

    Returns
    -------
    RecentValue

    Raises
    ------
    ArgumentError
        `window` is not a duration, or shorter than a day or longer than a thousand years.
    ColumnError, DataError
        As `Transactions` raises them for a plain table.

    Examples
    --------
    >>> import crmkit as crm
    >>> sales = {"customer_id": ["a", "a", "b"], "date": ["2023-05-01", "2024-12-01", "2024-12-31"],
    ...          "amount": [50.0, 20.0, 9.0], "cost": [None, 12.0, 4.0]}
    >>> recent = crm.customers.recent_value(sales)
    >>> recent.customers[["customer_id", "monetary", "current_value"]]
      customer_id  monetary  current_value
    0           a      70.0            8.0
    1           b       9.0            5.0
    >>> recent.measure, str(recent.first_date), round(recent.margin_rate, 3)
    ('margin', '2024-01-01', 0.448)
    """
    tx = open_transactions(transactions)
    since = Recent.of(tx, window)
    everybody = (customer_sums(tx) | since.sums(tx)).of(customer_days(tx), "customer_id")
    value = since.value(everybody, tx)
    found = everybody.filter(nw.col("n_days") > 0)
    if "order" in tx.roles:
        found = found.join(_orders(tx), on="customer_id", how="inner")
    summary = found.select(*summary_columns(tx), current_value=money_of(value.units, tx))
    return RecentValue(
        customers=engines.give_back(summary, tx.like, dates=("first_date", "last_date"), order="customer_id"),
        measure=value.measure,
        margin_rate=value.margin_rate,
        first_date=_checks.date_of_day(since.first_day),
        last_date=tx.as_of,
    )


RECENT = ("recent_money", "recent_cost", "recent_no_cost")


@dataclass(frozen=True, slots=True)
class Recent:
    """The window of `recent_value`, and its sums of each customer."""

    first_day: int

    @classmethod
    def of(cls, tx: Transactions, window: Any = "12M") -> Recent:
        """The window that ends with the past of these transactions."""
        return cls(first_day_of(window, _checks.day_number(tx.as_of)))

    def sums(self, tx: Transactions) -> Sums:
        """Money and cost of the window, and whether a row of it has no cost; units."""
        inside = nw.col("day") >= self.first_day
        names = RECENT if "cost" in tx.roles else RECENT[:1]
        made = {name: nw.when(inside).then(nw.col(name.removeprefix("recent_"))).otherwise(0) for name in names}
        return Sums(made, {name: nw.col(name).sum().cast(nw.Int64) for name in made})

    def value(self, facts: LazyFrame, tx: Transactions) -> Measured:
        """What the money of the window is, from the sums of everybody."""
        revenue = Measured("revenue", 1.0, nw.col("recent_money"))
        if "cost" not in tx.roles:
            return revenue
        totals = engines.collect(facts.select(nw.col(*RECENT).sum()))
        money, cost, no_cost = (int(totals[name][0] or 0) for name in RECENT)
        if no_cost:
            return revenue
        rate = (money - cost) / money if money else math.nan
        return Measured("margin", rate, nw.col("recent_money") - nw.col("recent_cost"))


@dataclass(frozen=True, slots=True)
class Measured:
    """What current value is, its margin / revenue over all customers, and the expression of it in units."""

    measure: str
    margin_rate: float
    units: nw.Expr
