"""Who comes back after a complaint, against customers who did not complain, after purchases alike.

Each complaint belongs to the customer's last purchase on or before its day. Alike are the purchases of customers who
never complained, of the same number (1, 2, 3, 4 and more), after a gap of the same length class, in the same quarter,
that had not been followed by another one after as many days. Both are followed for the same time, open spells
censored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from crmkit import _checks
from crmkit._frame import engines
from crmkit._periods import periods_between
from crmkit._statistics import newcombe
from crmkit._types import Array, Floats
from crmkit.errors import DataError, shown
from crmkit.survival._km import Curve, curve
from crmkit.survival._spells import spells
from crmkit.transactions import Transactions

NUMBERS = 4  # purchases from this one on are one class
GAPS = (30, 90)  # days: classes of the gap before, besides none
CELL = ("quarter", "number", "before")


def compared(
    tx: Transactions, desk: Mapping[str, Any], within: float, *, with_promise: bool
) -> tuple[dict[str, Any], int]:
    """The rows of `recovery`, and how many who complained could not be compared."""
    first = _first_complaints(desk)
    treated, others = _spells(tx, first)
    curves = {cell: curve(*(others[name][rows] for name in ("gap", "closed", "n")))
              for cell, rows in _cells(others).items()}  # fmt: skip
    alike, weight = _alike(treated, curves, within)
    usable = ~np.isnan(alike)
    groups = {"all": usable}
    if with_promise:
        groups |= {"in_time": usable & (treated["late"] == 0), "late": usable & (treated["late"] == 1)}
    rows = [_difference(name, {key: values[own] for key, values in treated.items()}, alike[own], weight[own], within)
            for name, own in groups.items()]  # fmt: skip
    columns = {
        name: np.array([row[name] for row in rows], dtype=object if name == "group" else None) for name in rows[0]
    }
    return columns, len(first["customer_id"]) - int(usable.sum())


def _first_complaints(desk: Mapping[str, Any]) -> dict[str, Array]:
    """The first complaint of each customer; the day it was opened, and whether the promise was broken."""
    order = np.lexsort([desk["opened"], desk["customer_id"]])
    ids = desk["customer_id"][order]
    first = np.append(True, ids[1:] != ids[:-1])
    return {
        "customer_id": ids[first],
        "complained": np.floor(desk["opened"][order][first]).astype(np.int64),
        "late": desk["late"][order][first],
    }


def _spells(tx: Transactions, first: Mapping[str, Array]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Spells that a complaint fell into, one row each; and those of everybody else, counted by cell, gap and closed."""
    rows = spells(tx)
    _refuse_kinds(rows, first["customer_id"])
    before = nw.col("gap").shift(1).over("customer_id", order_by="day")
    classed = rows.with_columns(before=nw.when(nw.col("number") == 1).then(nw.lit(0)).otherwise(
        nw.when(before <= GAPS[0]).then(nw.lit(1)).otherwise(
            nw.when(before <= GAPS[1]).then(nw.lit(2)).otherwise(nw.lit(3)))),
        number=nw.when(nw.col("number") > NUMBERS).then(nw.lit(NUMBERS)).otherwise(nw.col("number")))  # fmt: skip
    quarters = periods_between(tx.first_day, _checks.day_number(tx.as_of), "quarter")
    placed = quarters.join(classed, into="quarter")
    listed = engines.upload({"customer_id": first["customer_id"], "complained": first["complained"]}, rows).lazy()
    marked = placed.join(listed, on="customer_id", how="left")
    last = (nw.col("day") <= nw.col("complained")) & (
        (nw.col("day") + nw.col("gap") > nw.col("complained")) | (nw.col("closed") == 0)
    )
    names = ["customer_id", "day", "gap", "closed", "complained", *CELL]
    hit = engines.collect(marked.filter(~nw.col("complained").is_null() & last).select(*names))
    # Those who complained later are alike until then: without them, only customers who soon left would be.
    done = nw.col("day") + nw.col("gap") <= nw.col("complained")
    rest = marked.filter(nw.col("complained").is_null() | (done & (nw.col("closed") == 1)))
    counted = engines.collect(rest.group_by(*CELL, "gap", "closed").agg(n=nw.len()))
    until = {**{name: hit[name] for name in CELL}, "gap": hit["complained"] - hit["day"],
             "closed": np.zeros(len(hit["day"])), "n": np.ones(len(hit["day"]))}  # fmt: skip
    others = {name: np.concatenate([counted[name], until[name]]) for name in counted}
    late = dict(zip(first["customer_id"].tolist(), first["late"].tolist(), strict=True))
    hit["late"] = np.array([late[one] for one in hit["customer_id"].tolist()], dtype=float)
    order = np.argsort(hit["customer_id"])
    return {name: values[order] for name, values in hit.items()}, others


def _refuse_kinds(rows: Any, ids: Array) -> None:
    numeric = rows.collect_schema()["customer_id"].is_numeric()
    if ids.size and numeric != (ids.dtype.kind in "iuf"):
        known = engines.collect(rows.select("customer_id").head(3))["customer_id"].tolist()
        raise DataError("ids_of_two_kinds", own=shown(ids[:2].tolist()), listed=shown(known))


def _cells(others: Mapping[str, Array]) -> dict[tuple[int, ...], NDArray[np.intp]]:
    keys = np.stack([np.asarray(others[name], dtype=np.int64) for name in CELL], axis=1)
    cells, code = np.unique(keys, axis=0, return_inverse=True)
    return {tuple(cell.tolist()): np.flatnonzero(code.ravel() == at) for at, cell in enumerate(cells)}


def _alike(treated: Mapping[str, Any], curves: Mapping[tuple[int, ...], Curve], within: float) -> tuple[Floats, Floats]:
    """For each who complained, the share of those alike who then bought, and how many it was learnt from."""
    n = len(treated["gap"])
    share, known = np.full(n, np.nan), np.zeros(n)
    for at in range(n):
        found = curves.get(tuple(int(treated[name][at]) for name in CELL))
        if found is None:
            continue
        waited = float(treated["complained"][at] - treated["day"][at])
        start, end = (int(np.searchsorted(found.time, waited + add, side="right")) - 1 for add in (0.0, within))
        # Those still without a purchase after as many days, and followed for long enough.
        left = float(found.at_risk[start + 1]) if start + 1 < len(found.time) else 0.0
        if left < 1 or found.survival[start] <= 0 or found.time[-1] < waited + within:
            continue
        share[at] = 1 - found.survival[end] / found.survival[start]
        known[at] = left
    return share, known


def _difference(name: str, treated: Mapping[str, Any], alike: Floats, known: Floats, within: float) -> dict[str, Any]:
    """A group of those who complained against those alike."""
    n = int(alike.size)
    row = {"group": name, "customers": n, "repurchase_rate": np.nan, "alike_rate": np.nan, "difference": np.nan,
           "difference_low": np.nan, "difference_high": np.nan}  # fmt: skip
    if not n:
        return row
    since = (treated["day"] + treated["gap"] - treated["complained"]).astype(float)
    own = curve(since, treated["closed"].astype(float), np.ones(n))
    if own.time[-1] < within and own.survival[-1] > 0:
        return row  # nobody was followed for so long
    at = int(np.searchsorted(own.time, within, side="right")) - 1
    p = float(1 - own.survival[at])
    followed = _worth(p, float(own.variance[at]) * (1 - p) ** 2, n)
    mean = float(alike.mean())
    # Each of those alike may stand beside several: what they are worth together is less than their number.
    spread = float((alike * (1 - alike) / known).sum()) / n
    others = _worth(mean, spread / n * _repeats(treated), float(known.sum()))
    low, high = newcombe(p * followed, followed, mean * others, others)
    return {**row, "repurchase_rate": p, "alike_rate": mean, "difference": p - mean,
            "difference_low": float(low), "difference_high": float(high)}  # fmt: skip


def _repeats(treated: Mapping[str, Any]) -> float:
    """How many of those who complained share a cell, on average over them: their comparisons are the same people."""
    keys = np.stack([np.asarray(treated[name], dtype=np.int64) for name in CELL], axis=1)
    _, counts = np.unique(keys, axis=0, return_counts=True)
    return float((counts**2).sum() / counts.sum())


def _worth(p: float, variance: float, at_most: float) -> float:
    """How many independent cases have so small a variance; never more than there are."""
    if not 0 < p < 1 or not variance > 0 or not np.isfinite(variance):
        return at_most
    return float(min(p * (1 - p) / variance, at_most))
