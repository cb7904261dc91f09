"""What each customer did up to a day, and what came within a time after it: counts, money, recent purchases.

The same for any earlier day of the same transactions, which are read once. Nothing after the day enters the past, and
customers acquired later are not in it. Counts are distinct customer-days, as in `crmkit.summarize`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from crmkit import _checks
from crmkit._frame import engines, outputs
from crmkit._frame.engines import LazyFrame
from crmkit._types import Floats
from crmkit.customers import customer_days, customer_facts, first_money
from crmkit.models._holdout import Holdout
from crmkit.transactions import Transactions

# Days before the end of the past within which purchases and money are counted apart, for boosting.
WINDOWS = (28, 91, 182, 364)
# Sums of a customer's days, and what sorts the customers: their histories, so that sums do not depend on the engine.
_SUMS = ("square", "log_gaps", "recent", "recent_money", "future", "later")
_LOGS = ("counted", "log_money", "log_squares")
_MONEY = ("money", "first", "recent_money", "later")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Customers known at the end of the day `end`, one row each: arrays of shape (n_customers,), in days and money."""

    end: int
    days: int  # length of the time after it
    ids: NDArray[Any]
    x: Floats
    t_x: Floats
    T: Floats
    money: Floats
    first: Floats  # money of the first day
    square: Floats  # sum of squared money of a day
    logs: Floats  # days with money, the sum of its logarithms and of their squares; shape (n_customers, 3)
    log_gaps: Floats  # sum of ln(days between purchases)
    recent: Floats  # repeat purchase days in the last `days`
    recent_money: Floats
    future: Floats  # purchase days in the time after
    later: Floats  # money in the time after
    windows: Floats  # purchase days, then money, within the windows; shape (n_customers, 2 * n_windows)

    @property
    def m_x(self) -> Floats:
        """Mean spend of the repeat purchases."""
        return np.asarray(np.where(self.x > 0, (self.money - self.first) / np.maximum(self.x, 1), 0.0))

    @property
    def past(self) -> dict[str, Floats]:
        """The past as a table of customers."""
        return {"x": self.x, "t_x": self.t_x, "T": self.T, "log_gaps": self.log_gaps}

    @property
    def origin(self) -> dt.date:
        """The last day of the past."""
        return _checks.date_of_day(self.end)

    def holdout(self) -> Holdout:
        """The same as a holdout of one customer a row."""
        one = np.ones_like(self.x)
        return Holdout(self.origin, self.days, self.x, self.t_x, self.T, self.recent, self.future, one)


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Transactions by customer and day, read once, and the snapshots taken of them.

    Each purchase day has the logarithm of the gap that ended on it, each day with money that of the money.
    """

    tx: Transactions
    days: LazyFrame
    windows: Sequence[int] = ()  # days of the windows that a snapshot tells apart
    taken: dict[tuple[int, int], Snapshot] = field(default_factory=dict)

    @classmethod
    def of(cls, tx: Transactions, windows: Sequence[int] = ()) -> Snapshots:
        """Days of customers."""
        days = customer_days(tx)
        if not tx.has_refunds:
            days = days.with_columns(bought=nw.lit(1))
        bought = days.filter(nw.col("bought") == 1)
        gap = nw.col("day") - nw.col("day").shift(1).over("customer_id", order_by="day")
        found = bought.select("customer_id", "day", gap=gap)
        logs = nw.when(~nw.col("gap").is_null()).then(nw.col("gap")).otherwise(1).cast(nw.Float64).log()
        found = found.select("customer_id", "day", log_gap=logs)
        money = nw.col("money").cast(nw.Float64) / float(tx.scale)
        log = nw.when(money > 0).then(money).otherwise(1.0).log()
        return cls(
            tx, kept(days.join(found, on=["customer_id", "day"], how="left").with_columns(log_money=log)), windows
        )

    @property
    def bought(self) -> LazyFrame:
        """Days of customers with a purchase."""
        return self.days.filter(nw.col("bought") == 1).select("customer_id", "day")

    def at(self, end: int, length: int) -> Snapshot:
        """The customers known on the day `end`, and what came in the `length` days after it."""
        if (end, length) not in self.taken:
            self.taken[end, length] = self._take(end, length)
        return self.taken[end, length]

    def _take(self, end: int, length: int) -> Snapshot:
        day, money, bought = nw.col("day"), nw.col("money"), nw.col("bought")
        facts = customer_facts(self.tx, self.days.filter(day <= end))
        past, after = day <= end, day > end

        def within(last: int, value: nw.Expr) -> nw.Expr:
            return nw.when(past & (day > end - last)).then(value).otherwise(0).sum().cast(nw.Float64)

        sums = self.days.filter(day <= end + length).group_by("customer_id").agg(
            square=nw.when(past).then(money.cast(nw.Float64) ** 2).otherwise(0.0).sum(),
            counted=nw.when(past & (money > 0)).then(1).otherwise(0).sum().cast(nw.Float64),
            log_money=nw.when(past).then(nw.col("log_money")).otherwise(0.0).sum(),
            log_squares=nw.when(past).then(nw.col("log_money") * nw.col("log_money")).otherwise(0.0).sum(),
            log_gaps=nw.when(past & (bought == 1)).then(nw.col("log_gap")).otherwise(0.0).sum(),
            recent=within(length, bought),
            recent_money=within(length, money),
            future=nw.when(after).then(bought).otherwise(0).sum().cast(nw.Float64),
            later=nw.when(after).then(money).otherwise(0).sum().cast(nw.Float64),
            **{f"n{last}": within(last, bought) for last in self.windows},
            **{f"m{last}": within(last, money) for last in self.windows},
        )  # fmt: skip
        x, first = nw.col("n_days") - 1, nw.col("first_day")
        history = {"x": x, "t_x": nw.col("last_day") - first, "T": end - first, "money": money}
        names = [*_SUMS, *_LOGS, *(f"{kind}{last}" for kind in "nm" for last in self.windows)]
        found = engines.collect(
            facts.join(sums, on="customer_id", how="inner").select(
                "customer_id", **history, first=first_money(self.tx), **{name: nw.col(name) for name in names}
            )
        )
        scale = float(self.tx.scale)
        columns = {name: np.asarray(found[name], dtype=float) for name in found if name != "customer_id"}
        # Log sums may differ in their last digit between engines, so they do not sort.
        order = np.lexsort([columns[name] for name in ("later", "future", "square", "first", "money", "T", "t_x", "x")])
        columns = {name: column[order] for name, column in columns.items()}
        for name in _MONEY:
            columns[name] = columns[name] / scale
        # The purchase that acquired a customer is no repeat purchase.
        columns["recent"] = columns["recent"] - (columns["T"] < length)
        windows = [columns.pop(f"n{last}") for last in self.windows]
        windows += [columns.pop(f"m{last}") / scale for last in self.windows]
        columns["square"] = columns["square"] / scale**2
        columns["logs"] = np.column_stack([columns.pop(name) for name in _LOGS])
        return Snapshot(
            end=end, days=length, ids=np.asarray(found["customer_id"])[order], **columns,
            windows=np.column_stack(windows) if windows else np.empty((len(order), 0)),
        )  # fmt: skip


def kept(frame: LazyFrame) -> LazyFrame:
    """A lazy table computed once, since every origin reads it."""
    return engines.wrap(outputs.keep(frame.to_native())).lazy()
