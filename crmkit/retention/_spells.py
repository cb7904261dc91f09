"""Spells: from each purchase of a customer to the next one, or, still open, to the day on which the past ends.

Purchases are purchase days: several orders of one day are one purchase. An open spell is no return, but no loss
either; leaving it out is what makes customers look more faithful than they are.
"""

from __future__ import annotations

import narwhals.stable.v2 as nw

from crmkit import _checks
from crmkit._frame.engines import LazyFrame
from crmkit.transactions import Transactions


def spells(tx: Transactions) -> LazyFrame:
    """One row per customer and purchase day: customer_id, number (1, 2 ...), day, gap (days), closed (1 or 0)."""
    rows = tx.rows()
    bought = rows.filter(nw.col("bought") == 1) if tx.has_refunds else rows
    days = bought.group_by("customer_id", "day").agg(one=nw.len().cast(nw.Int64) * 0 + 1)
    own = {"order_by": "day"}
    ordered = days.with_columns(
        following=nw.col("day").shift(-1).over("customer_id", **own),
        number=nw.col("one").cum_sum().over("customer_id", **own),
    )
    open_ = nw.col("following").is_null()
    return ordered.select(
        "customer_id",
        nw.col("number").cast(nw.Int64).alias("number"),
        "day",
        (
            nw.when(open_).then(nw.lit(_checks.day_number(tx.as_of))).otherwise(nw.col("following")) - nw.col("day")
        ).alias("gap"),
        nw.when(open_).then(nw.lit(0)).otherwise(nw.lit(1)).alias("closed"),
    )
