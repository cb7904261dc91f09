"""Spells: from each purchase of a customer to the next one, or, still open, to the day on which the past ends.

Purchases are purchase days: several orders of one day are one purchase. An open spell is no return, but no loss
either; leaving it out is what makes customers look more faithful than they are.

Spells of one customer resemble each other: who came back soon will again. `of_customers` gives curves of spells the
wider intervals that this calls for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks
from crmkit._frame import engines
from crmkit._frame.engines import LazyFrame
from crmkit._types import Array, Floats
from crmkit.survival._km import Curve, in_sight
from crmkit.transactions import Transactions


def spells(tx: Transactions) -> LazyFrame:
    """One row per customer and purchase day: customer_id, number (1, 2 ...), day, gap (days), closed (1 or 0)."""
    rows = tx.rows()
    bought = tx.purchases(rows)
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


def counted(tx: Transactions) -> dict[str, Array]:
    """How many spells there are of each number, gap and kind: number, gap, closed, n."""
    return engines.collect(spells(tx).group_by("number", "gap", "closed").agg(n=nw.len()))


def of_customers(spells: LazyFrame, by: Sequence[str], curves: Mapping[tuple[Any, ...], Curve]) -> dict[Any, Curve]:
    """The curves with intervals in which customers count, not their spells; arguments as of `design_effects`."""
    designs = design_effects(spells, by, curves)
    whole = spells.group_by("customer_id", *by).agg(longest=nw.col("gap").max(), back=nw.col("closed").max())
    found = engines.collect(whole.group_by(*by, "longest", "back").agg(n=nw.len()))
    return {
        name: curve.of_customers(_customers(found, _rows_of(found, by, name), curve), designs[name])
        for name, curve in curves.items()
    }


def _customers(found: dict[str, Array], rows: Array, curve: Curve) -> Floats:
    """How many customers tell of each time of a curve: they came back, or one of their spells was seen for so long."""
    n, open_ = found["n"][rows].astype(float), found["back"][rows] == 0
    at = np.searchsorted(curve.time, found["longest"][rows][open_])
    return in_sight(float(n.sum()), np.bincount(at, n[open_], len(curve.time)).astype(float))


def design_effects(spells: LazyFrame, by: Sequence[str], curves: Mapping[tuple[Any, ...], Curve]) -> dict[Any, Floats]:
    """How many times Greenwood's the variance of each curve is, at each of its times, because spells share customers.

    `spells` have customer_id, day, gap, closed and the columns `by`, whose values name the curves. 1 where every spell
    of a curve is of another customer.
    """
    keys, own = [*by, "gap"], ["customer_id", *by]
    worth = engines.upload(_worth(by, curves), spells).lazy()
    weighed = spells.join(worth, on=[*keys, "closed"], how="inner").with_columns(one=nw.col("closed") * 0 + 1)
    # Within a customer by length: `told` is what the spells that have ended do together, `left` have not.
    told = weighed.with_columns(
        told=nw.col("worth").cum_sum().over(*own, order_by=["gap", "day"]),
        left=nw.col("one").sum().over(*own) - nw.col("one").cum_sum().over(*own, order_by=["gap", "day"]),
    )
    # A customer's sum is told - left x H, H the variance so far. Its square has three parts; this is how each changes.
    changes = told.select(
        *keys,
        told_told=nw.col("worth") * (nw.col("told") * 2 - nw.col("worth")),
        told_left=nw.col("worth") * (nw.col("left") + 1) - nw.col("told"),
        left_left=nw.col("left") * -2 - 1,
    )
    sums = [nw.col(name).sum() for name in ("told_told", "told_left", "left_left")]
    found = engines.collect(changes.group_by(*keys).agg(*sums))
    return {name: _ratio(curve, _of_curve(found, by, name, curve)) for name, curve in curves.items()}


def _worth(by: Sequence[str], curves: Mapping[tuple[Any, ...], Curve]) -> dict[str, Array]:
    """What a spell of each length does to its curve, closed or open."""
    parts: dict[str, list[Any]] = {name: [] for name in (*by, "gap", "closed", "worth")}
    for name, curve in curves.items():
        for closed, worth in zip((1, 0), curve.influence, strict=True):
            known = np.isfinite(worth)  # not where the curve has come to its end
            n = len(worth)
            for column, value in zip(by, name, strict=True):
                parts[column].append(np.full(n, value))
            parts["gap"].append(curve.time.astype(np.int64))
            parts["closed"].append(np.full(n, closed))
            parts["worth"].append(np.where(known, worth, 0.0))
    return {name: np.concatenate(columns) for name, columns in parts.items()}


def _of_curve(found: dict[str, Array], by: Sequence[str], name: tuple[Any, ...], curve: Curve) -> dict[str, Floats]:
    """The changes of one curve, at each of its times."""
    rows = _rows_of(found, by, name)
    at = np.searchsorted(curve.time, found["gap"][rows])
    return {part: np.bincount(at, found[part][rows].astype(float), len(curve.time)).astype(float)
            for part in ("told_told", "told_left", "left_left")}  # fmt: skip


def _rows_of(found: dict[str, Array], by: Sequence[str], name: tuple[Any, ...]) -> Array:
    """The rows in which the columns `by` have the values of a curve's name."""
    here = np.ones(len(next(iter(found.values()))), dtype=np.bool_)
    for column, value in zip(by, name, strict=True):
        here &= found[column] == value
    return np.flatnonzero(here)


def _ratio(curve: Curve, changes: dict[str, Floats]) -> Floats:
    """Variance with customers counted over that with spells counted."""
    told_told, told_left, left_left = (np.cumsum(changes[part]) for part in ("told_told", "told_left", "left_left"))
    left_left = left_left - left_left[-1]  # it ends at 0, when no spell is left
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (told_told - 2 * curve.variance * told_left + curve.variance**2 * left_left) / curve.variance
    # An engine adds up in any order: the last digits are noise. Where the variance is 0, this is no number.
    return np.asarray(np.round(ratio, 6))
