"""Customers by period, and the rates that follow: counted in the engine, put together on arrays.

One ordered pass per customer finds the purchase period before each one; everything else is sums over its rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _compared_groups
from crmkit._frame import engines
from crmkit._frame.engines import LazyFrame
from crmkit._periods import Calendar, Period, Periods, calendar_of, periods_between
from crmkit._statistics import wilson
from crmkit._types import Array, Floats, Groups, Ints
from crmkit.errors import DataError
from crmkit.transactions import Transactions

# What a customer's row in a period is: the first purchase ever, one after a purchase in the period before, one after
# a pause, or money without a purchase.
NEW, RETAINED, REACTIVATED, NOT_ACTIVE = range(4)


@dataclass(frozen=True, slots=True)
class Grid:
    """Sums by group and period: arrays of shape (n_groups, n_periods), or (4, n_groups, n_periods) by kind of row."""

    periods: Periods
    groups: list[str] | None
    sums: Mapping[str, Ints]

    def columns(self) -> dict[str, Array]:
        """The first columns of a result: `group` if there are groups, and `period`, group after group."""
        n_groups = 1 if self.groups is None else len(self.groups)
        period = {"period": np.tile(np.array(self.periods.names, dtype=object), n_groups)}
        if self.groups is None:
            return period
        return {"group": np.repeat(np.array(self.groups, dtype=object), len(self.periods)), **period}

    def complete(self) -> Array:
        """Whether the period is over, for each row of a result."""
        return np.tile(self.periods.complete, 1 if self.groups is None else len(self.groups))


def periods_of(tx: Transactions, period: Period | Calendar) -> Periods:
    """The periods from the first day of the data to `as_of`."""
    return periods_between(tx.first_day, _checks.day_number(tx.as_of), period)


def customer_periods(tx: Transactions, periods: Periods) -> LazyFrame:
    """Customers by period: customer_id, period, money (units), `bought` (0 or 1), `kind`, `before`.

    `before` is the money of the customer's active period before, wherever that lies. Periods with money but without a
    purchase (refunds) are rows of kind NOT_ACTIVE, and nobody's period before.
    """
    sums = {"money": nw.col("money").sum().cast(nw.Int64)}
    keys = ["customer_id"]
    if tx.has_refunds:
        sums["bought"] = nw.col("bought").max()
        keys.append("bought")
    rows = periods.join(tx.rows()).group_by("customer_id", "period").agg(**sums)
    rows = rows.with_columns(
        last=nw.col("period").shift(1).over(*keys, order_by="period"),
        before=nw.col("money").shift(1).over(*keys, order_by="period"),
    )
    since = nw.col("period") - nw.col("last")
    kind = nw.when(since == 1).then(nw.lit(RETAINED)).otherwise(nw.lit(REACTIVATED))
    kind = nw.when(nw.col("last").is_null()).then(nw.lit(NEW)).otherwise(kind)
    if tx.has_refunds:
        kind = nw.when(nw.col("bought") == 0).then(nw.lit(NOT_ACTIVE)).otherwise(kind)
    return rows.with_columns(kind=kind)


def summed(tx: Transactions, periods: Periods, rows: LazyFrame, by: Groups, sums: Mapping[str, nw.Expr]) -> Grid:
    """Sums of customers' rows by period, kind and group, and their number `n`."""
    keys = ["period", "kind"]
    if by is not None:
        # who only ever returned things has no group, but his money counts
        rows = rows.join(_compared_groups.groups_of(tx, by), on="customer_id", how="left")
        missing = nw.col("group").is_null()
        rows = rows.with_columns(
            group=nw.when(missing).then(nw.lit(_compared_groups.UNGROUPED)).otherwise(nw.col("group"))
        )
        keys.append("group")
    found = engines.collect(rows.group_by(*keys).agg(n=nw.len().cast(nw.Int64), **sums))
    groups = None if by is None else _group_names(found["group"])
    code = np.zeros(len(found["n"]), dtype=np.int64) if groups is None else np.searchsorted(groups, found["group"])
    shape = (4, 1 if groups is None else len(groups), len(periods))
    at = (found["kind"].astype(np.int64), code, found["period"].astype(np.int64))
    arrays = {}
    for name in ("n", *sums):
        arrays[name] = np.zeros(shape, dtype=float if found[name].dtype.kind == "f" else np.int64)
        arrays[name][at] = found[name].astype(arrays[name].dtype)
    return Grid(periods, groups, arrays)


def _group_names(names: Array) -> list[str]:
    groups = sorted(set(names.tolist()))
    if groups == [_compared_groups.UNGROUPED]:
        raise DataError("shared_gives_customer_transactions_group")
    return groups


# --- on arrays --------------------------------------------------------------------------------------------------


def before(values: Ints) -> Floats:
    """The period before, in each group; missing in the first, because nothing is known of what came before it."""
    moved = np.full(values.shape, np.nan)
    moved[:, 1:] = values[:, :-1]
    return moved


def share(part: Any, of: Any) -> Floats:
    """A part of something; missing where `of` is missing or not above 0."""
    whole = np.asarray(of, dtype=float)
    return np.asarray(part / np.where(whole > 0, whole, np.nan), dtype=float)


def rates_of(start: Any, lost: Any, level: float) -> dict[str, Array]:
    """Retention and churn rates of customers with their intervals; missing where `start` is 0 or one is missing."""
    kept = np.asarray(start, dtype=float) - lost
    low, high = wilson(kept, start, level)
    return {
        "retention_rate": share(kept, start), "retention_low": low, "retention_high": high,
        "churn_rate": share(lost, start), "churn_low": 1 - high, "churn_high": 1 - low,
    }  # fmt: skip


def customer_columns(
    start: Any, new: Ints, lost: Any, back: Ints, end: Ints, complete: Array, *, level: float = 0.95
) -> dict[str, Array]:
    """The columns of customers and their rates, of arrays of shape (n_groups, n_periods).

    While a period is not over nobody is lost in it yet, so both are missing and no rate looks like a collapse; nor is
    anything known of those who were there before the first period.
    """
    lost = np.where(complete & ~np.isnan(start), lost, np.nan)
    counts = {"start": start, "new": new, "lost": lost, "reactivated": back, "end": end}
    return {name: np.ravel(values) for name, values in {**counts, **rates_of(start, lost, level)}.items()}


def window(periods: Periods, period: Period | Calendar, *, level: float = 0.95) -> dict[str, Any]:
    """What the definitions of rates by period say of their window, and of the confidence of their intervals."""
    meant = calendar_of(period)
    fiscal = meant.fiscal_start > 1 and meant.period in ("quarter", "year") and not meant.rolling
    return {
        "each": "definition_rolling" if meant.rolling else "definition_fiscal" if fiscal else "definition_calendar",
        "period": meant.period,
        "month": meant.fiscal_start,
        "level": f"{100 * level:g}",
        "first": _checks.date_of_day(periods.first_day),
    }
