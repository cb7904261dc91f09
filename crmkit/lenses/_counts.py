"""What the exhibits are made of, counted in the engine: customers by period, with their orders, money and cost.

Money and cost are whole units, so that sums do not depend on the order of rows. Profit is (money - cost) x rate: where
every cost is known the rate is 1, otherwise the cost is 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks
from crmkit._frame import engines
from crmkit._frame.engines import LazyFrame
from crmkit._intake import as_money
from crmkit._periods import Calendar, Period, Periods, calendar_of, periods_between
from crmkit._types import Floats, Ints
from crmkit.errors import DataError
from crmkit.transactions import Transactions

LENGTHS: tuple[Period, ...] = ("year", "quarter", "month")


@dataclass(frozen=True, slots=True)
class Terms:
    """How units become money, and what of it is profit."""

    scale: int
    guard: int
    has_cost: bool
    rate: float

    def money(self, units: Any) -> Floats:
        """Units in the data's currency."""
        return as_money(units, self.scale, self.guard)

    def profit(self, units: Any, cost: Any) -> Floats:
        """Profit of money and cost in units."""
        return self.money(np.asarray(units) - np.asarray(cost)) * self.rate


def terms_of(tx: Transactions, margin_rate: float | None) -> Terms:
    """Revenue less cost where every row has one, unless a margin rate is given."""
    if margin_rate is not None:
        return Terms(
            tx.scale, tx.guard, has_cost=False, rate=_checks.share("margin_rate", margin_rate, above_zero=True)
        )
    return Terms(tx.scale, tx.guard, has_cost=_all_costs_known(tx), rate=1.0)


def _all_costs_known(tx: Transactions) -> bool:
    if "cost" not in tx.roles:
        return False
    missing = tx.rows().filter(nw.col("cost").is_null()).select(n=nw.len())
    return int(engines.collect(missing)["n"][0]) == 0


def periods_of(tx: Transactions, period: Period | Calendar | None) -> Periods:
    """Periods of this length, or of the longest of which two are complete."""
    if period is not None:
        _checks.choice("period", calendar_of(period).period, LENGTHS)
    first, as_of = tx.first_day, _checks.day_number(tx.as_of)
    tried: Sequence[Period | Calendar] = LENGTHS if period is None else (period,)
    for length in tried:
        found = periods_between(first, as_of, length)
        # a first period of which the data have only the end is no whole one
        if found.complete.sum() - int(found.starts[0] < first and period is None) >= 2:
            return found
    if found.complete.sum() >= 2:
        return found
    raise DataError("lens_too_short", first=_checks.date_of_day(first), as_of=tx.as_of)


def customer_periods(tx: Transactions, periods: Periods, terms: Terms) -> LazyFrame:
    """Customers by period: customer_id, cohort, period, bought (0 or 1), orders, money, cost; buyers only.

    `cohort` is the period of the first purchase. An order counts in each period in which it has a purchase.
    """
    rows = periods.join(tx.rows())
    cost = nw.col("cost") if terms.has_cost else nw.col("money") * 0
    sums = (
        rows.with_columns(cost=cost)
        .group_by("customer_id", "period")
        .agg(
            bought=nw.col("bought").max(),
            money=nw.col("money").sum().cast(nw.Int64),
            cost=nw.col("cost").sum().cast(nw.Int64),
        )
    )
    purchases = rows.filter(nw.col("bought") == 1)
    each = purchases.group_by("customer_id", "period", "order_id" if "order" in tx.roles else "day").agg(n=nw.len())
    orders = each.group_by("customer_id", "period").agg(orders=nw.len().cast(nw.Int64))
    first = purchases.group_by("customer_id").agg(cohort=nw.col("period").min())
    found = sums.join(orders, on=["customer_id", "period"], how="left").join(first, on="customer_id", how="inner")
    return found.with_columns(orders=nw.col("orders").fill_null(0))


SUMS = ("n", "orders", "money", "cost")


def cells(rows: LazyFrame, n_periods: int) -> dict[str, Ints]:
    """Sums by buyer or not, cohort and period: arrays of shape (2, n_periods, n_periods)."""
    sums = {name: nw.col(name).sum().cast(nw.Int64) for name in SUMS[1:]}
    found = engines.collect(rows.group_by("bought", "cohort", "period").agg(n=nw.len().cast(nw.Int64), **sums))
    at = tuple(found[name].astype(np.int64) for name in ("bought", "cohort", "period"))
    out = {name: np.zeros((2, n_periods, n_periods), dtype=np.int64) for name in SUMS}
    for name, values in out.items():
        values[at] = found[name].astype(np.int64)
    return out


def by_gain(rows: LazyFrame) -> dict[str, Ints]:
    """Customers of one period by what they brought: gain (units, ascending), n, orders, money, cost."""
    sums = {name: nw.col(name).sum().cast(nw.Int64) for name in SUMS[1:]}
    marked = rows.with_columns(gain=nw.col("money") - nw.col("cost"))
    found = engines.collect(marked.group_by("gain").agg(n=nw.len().cast(nw.Int64), **sums))
    order = np.argsort(found["gain"])
    return {name: values[order].astype(np.int64) for name, values in found.items()}


def by_orders(rows: LazyFrame, most: int) -> dict[str, Ints]:
    """Customers of one period by number of orders: n, money, cost, shape (most,)."""
    number = nw.when(nw.col("orders") > most).then(nw.lit(most)).otherwise(nw.col("orders"))
    sums = {name: nw.col(name).sum().cast(nw.Int64) for name in ("money", "cost")}
    found = engines.collect(rows.with_columns(number=number).group_by("number").agg(n=nw.len().cast(nw.Int64), **sums))
    out = {name: np.zeros(most, dtype=np.int64) for name in ("n", "money", "cost")}
    for name, values in out.items():
        values[found["number"].astype(np.int64) - 1] = found[name].astype(np.int64)
    return out


def moves(rows: LazyFrame, before: int, now: int) -> dict[str, Ints]:
    """Customers with a purchase in one of two periods: in_before, in_now, old (came before), n, and sums of each."""
    columns: dict[str, nw.Expr] = {}
    for name, place in (("before", before), ("now", now)):
        here = (nw.col("period") == place) & (nw.col("bought") == 1)
        columns[f"in_{name}"] = nw.when(here).then(1).otherwise(0)
        for sum_of in ("money", "cost"):
            columns[f"{sum_of}_{name}"] = nw.when(here).then(nw.col(sum_of)).otherwise(0)
    marked = rows.with_columns(old=nw.when(nw.col("cohort") < now).then(1).otherwise(0), **columns)
    each = marked.group_by("customer_id").agg(
        *(nw.col(name).max() for name in ("in_before", "in_now", "old")),
        *(nw.col(name).sum().cast(nw.Int64) for name in columns if not name.startswith("in_")),
    )
    each = each.filter((nw.col("in_before") == 1) | (nw.col("in_now") == 1))
    sums = {name: nw.col(name).sum().cast(nw.Int64) for name in columns if not name.startswith("in_")}
    found = engines.collect(each.group_by("in_before", "in_now", "old").agg(n=nw.len().cast(nw.Int64), **sums))
    return {name: values.astype(np.int64) for name, values in found.items()}


def depths(tx: Transactions, periods: Periods, last: int) -> tuple[dict[str, Ints], Ints]:
    """Purchases by period and number of the purchase (up to `last`, in arrays of shape (n_periods, last)), and reach.

    Purchases are purchase days. `reach` has the customers who made at least 1, 2, 3 ... purchases.
    """
    days = (
        tx.rows()
        .group_by("customer_id", "day")
        .agg(bought=nw.col("bought").max(), money=nw.col("money").sum().cast(nw.Int64))
    )
    number = nw.col("bought").cum_sum().over("customer_id", order_by="day").cast(nw.Int64)
    numbered = days.with_columns(number=number).filter(nw.col("bought") == 1)
    found = engines.collect(numbered.group_by("number").agg(n=nw.len().cast(nw.Int64)))
    reach = found["n"][np.argsort(found["number"])].astype(np.int64)
    cut = nw.when(nw.col("number") > last).then(nw.lit(last)).otherwise(nw.col("number"))
    cells = periods.join(numbered.with_columns(number=cut))
    each = cells.group_by("customer_id", "period", "number").agg(n=nw.len(), money=nw.col("money").sum())
    counted = engines.collect(
        each.group_by("period", "number").agg(
            customers=nw.len().cast(nw.Int64), purchases=nw.col("n").sum().cast(nw.Int64), money=nw.col("money").sum()
        )
    )
    out = {name: np.zeros((len(periods), last), dtype=np.int64) for name in ("customers", "purchases", "money")}
    for name, values in out.items():
        values[counted["period"].astype(np.int64), counted["number"].astype(np.int64) - 1] = counted[name].astype(
            np.int64
        )
    return out, reach
