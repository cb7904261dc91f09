"""Facts of each customer, from which the rhythm and the stages follow: sums over purchase days."""

from __future__ import annotations

from typing import TypeAlias

import narwhals.stable.v2 as nw

from crmkit._frame.engines import LazyFrame
from crmkit._types import Array
from crmkit.customers import Sums, visit_day
from crmkit.transactions import Transactions

Facts: TypeAlias = dict[str, Array]

SUMS = ("n_days", "place", "money", "spend", "spend_place", "spend_squares")


def facts_by(tx: Transactions, days: LazyFrame, *by: str) -> LazyFrame:
    """What the measures need, by one aggregation of customer-days."""
    return stage_sums(tx).of(days, *by)


def stage_sums(tx: Transactions) -> Sums:
    """What the measures need of customer-days.

    n_days, first_day and last_day are those of purchases, place is the sum of their days since the data begin; money
    is all of it; spend is what the purchase days brought, at least 0 each, with the sums of spend times place and of
    its squares. All are sums, a minimum and a maximum: the facts of a past are those of its periods put together.
    """
    visit, money = visit_day(tx), nw.col("money")
    # money times days may pass 64 bits; whole floats are exact up to 2^53
    spend = (money if tx.only_spent else nw.when(money > 0).then(money).otherwise(0)).cast(nw.Float64)
    if tx.has_refunds:
        spend = nw.when(nw.col("bought") == 1).then(spend)
    place = visit - tx.first_day
    made = {"visit": visit, "place": place, "spend_place": spend * place, "spend_squares": spend * spend}
    sums = {
        "n_days": nw.col("visit").count().cast(nw.Int64),
        "first_day": nw.col("visit").min(),
        "last_day": nw.col("visit").max(),
        "place": nw.col("place").sum().cast(nw.Int64),
        "money": money.sum().cast(nw.Int64),
        "spend_place": nw.col("spend_place").sum(),
        "spend_squares": nw.col("spend_squares").sum(),
    }
    if tx.only_spent:
        return Sums(made, sums, derived={"spend": money.cast(nw.Float64)})
    return Sums({**made, "spend": spend}, {**sums, "spend": nw.col("spend").sum()})
