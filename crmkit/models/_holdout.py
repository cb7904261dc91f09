"""A past and what came after it: what customers did up to an origin, and what they bought in a holdout then.

Nothing after the origin enters the past, and customers acquired later are not judged. Counts are distinct
customer-days, as in `crmkit.summarize`.

Source: Fader & Hardie (2001), Forecasting repeat sales at CDNOW, Interfaces 31(3), S94-S107, for the design.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks
from crmkit._frame import ArrayTable, engines
from crmkit._frame.engines import LazyFrame
from crmkit._types import Duration, Floats, Table
from crmkit.customers import Sums, customer_days, known_by
from crmkit.errors import ArgumentError
from crmkit.transactions import Transactions, open_transactions


@dataclass(frozen=True, slots=True)
class Holdout:
    """Distinct customers of a past that ended at `origin`, with n customers each; times in days, shape (n_cells,)."""

    origin: dt.date
    days: int  # length of the holdout
    x: Floats
    t_x: Floats
    T: Floats
    recent: Floats  # repeat purchase days in the last `days` before the origin
    future: Floats  # purchase days in the holdout
    n: Floats

    @property
    def table(self) -> ArrayTable:
        """The past as a table for models, which need no engine for it."""
        return ArrayTable(self.past)

    @property
    def past(self) -> dict[str, Floats]:
        """The past as a table of cells, counted in `n`."""
        return {"x": self.x, "t_x": self.t_x, "T": self.T, "n": self.n}


def holdouts(transactions: Table, holdout: Duration, origins: int) -> list[Holdout]:
    """The last holdouts that the data hold, one behind the other, the latest first."""
    tx = open_transactions(transactions)
    days, starts = spans(tx, holdout, origins)
    bought = purchase_days(tx)
    return [holdout_at(bought, start, days) for start in starts]


def spans(tx: Transactions, holdout: Duration, origins: int) -> tuple[int, list[int]]:
    """Length of the last holdouts, one behind the other, and the days on which the pasts before them end."""
    days = round(_checks.days_of(holdout, "holdout"))
    if days < 1:
        raise ArgumentError("holdout", holdout, "models_shorter_day_duration_holdout")
    end = _checks.day_number(tx.as_of)
    span = end - tx.first_day
    if days * origins >= span:
        raise ArgumentError(
            "holdout",
            holdout,
            "models_origins_needs_more_days",
            origins=origins,
            value=days * origins,
            span=span,
            max=max(span // (3 * origins), 1),
        )
    return days, [end - days * back for back in range(1, origins + 1)]


def holdout_at(bought: LazyFrame, end: int, days: int) -> Holdout:
    """The customers known on the day `end`, and what they bought in the `days` after it.

    `bought` holds customers' purchase days (`purchase_days`); what lies after the holdout is not seen.
    """
    day = nw.col("day")
    sums = past_sums(day, end, days) | Sums({}, {"first_day": day.min()})
    return holdout_of(sums.of(bought.filter(day <= end + days), "customer_id"), end, days)


def past_sums(day: nw.Expr, end: int, days: int) -> Sums:
    """What `holdout_of` reads beside `first_day`; of a day that is missing where nothing was bought."""
    fits = {f"recent_{end}": (day <= end) & (day > end - days), f"all_{end}": day <= end + days}
    return known_by(day, end) | Sums({}, {}, {f"n_{name}": here for name, here in fits.items()})


def holdout_of(facts: LazyFrame, end: int, days: int) -> Holdout:
    """The customers known on the day `end`, from their `first_day` and `past_sums`."""
    first, last, n_past, n_recent, n_all = (
        nw.col(name) for name in ("first_day", *(f"{name}_{end}" for name in ("last", "n_past", "n_recent", "n_all")))
    )
    # The purchase that acquired a customer is no repeat purchase.
    new = nw.when(first > end - days).then(1).otherwise(0)
    histories = facts.filter(first <= end).select(
        x=n_past - 1, t_x=last - first, T=end - first, recent=n_recent - new, future=n_all - n_past
    )
    names = ("x", "t_x", "T", "recent", "future")
    counted = engines.collect(histories.group_by(*names).agg(n=nw.len()))
    order = np.lexsort([counted[name] for name in reversed(names)])
    return Holdout(
        _checks.date_of_day(end), days, *(np.asarray(counted[name], dtype=float)[order] for name in (*names, "n"))
    )


def purchase_days(tx: Transactions) -> LazyFrame:
    """The distinct days on which customers bought: customer_id, day."""
    days = customer_days(tx)
    bought = tx.purchases(days)
    return bought.select("customer_id", "day")
