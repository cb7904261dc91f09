"""What is known of each customer on a day, and who bought after it; nothing of the one comes from the other's time.

Features are taken from the transactions as they stood at the end of a day (`Transactions.until`), labels from the days
after it, so that a feature cannot know what the label asks.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from crmkit import _checks
from crmkit._frame import engines
from crmkit._types import Floats
from crmkit.customers import customer_days
from crmkit.transactions import Transactions

# What a feature is about: features of one subject say much the same, so reasons are given by subject.
SUBJECTS = {
    "quiet": ("recency", "quiet_gaps"),
    "interpurchase": ("x", "mean_gap", "days_30", "days_90", "days_365"),
    "spend": ("mean_spend", "spend_90", "spend_365"),
    "tenure": ("tenure",),
}
FEATURES = tuple(name for names in SUBJECTS.values() for name in names)
_SPANS = (30, 90, 365)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Customers as they stood at the end of a day, in the order of their ids."""

    day: int
    customer_id: NDArray[Any]
    features: Floats  # shape (n_customers, n_features), missing where a customer has no gap yet

    def column(self, name: str) -> Floats:
        """One feature of all customers."""
        return np.asarray(self.features[:, FEATURES.index(name)])


def snapshot(tx: Transactions, date: dt.date) -> Snapshot:
    """The features of every customer with a purchase by the end of `date`."""
    past = tx.until(date) if date < tx.as_of else tx
    day = _checks.day_number(date)
    found = engines.pulled(_facts(past, day))
    order = np.argsort(found["customer_id"], kind="stable")
    facts = {name: column[order] for name, column in found.items()}
    ids = facts.pop("customer_id")
    return Snapshot(day, ids, _features({name: np.asarray(column, float) for name, column in facts.items()}, day, tx))


def _facts(past: Transactions, today: int) -> Any:
    """Counts and money of each customer, all and of the latest days, in one pass."""
    day, money = nw.col("day"), nw.col("money")
    bought = nw.col("bought") if past.has_refunds else nw.lit(1)
    visit = nw.when(bought == 1)
    masked = {"n": visit.then(nw.lit(1)).otherwise(nw.lit(0)), "visited": visit.then(day)}
    for span in _SPANS:
        recent = day > today - span
        masked[f"n_{span}"] = nw.when(recent & (bought == 1)).then(nw.lit(1)).otherwise(nw.lit(0))
        masked[f"money_{span}"] = nw.when(recent).then(money).otherwise(nw.lit(0))
    days = customer_days(past).with_columns(**masked)
    sums = [name for name in masked if name != "visited"]
    facts = days.group_by("customer_id").agg(
        money=money.sum().cast(nw.Int64),
        first=nw.col("visited").min(),
        last=nw.col("visited").max(),
        **{name: nw.col(name).sum().cast(nw.Int64) for name in sums},
    )
    return facts.filter(nw.col("n") > 0)


def _features(facts: dict[str, Floats], today: int, tx: Transactions) -> Floats:
    x = facts["n"] - 1
    recency = today - facts["last"]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_gap = np.where(x > 0, (facts["last"] - facts["first"]) / x, np.nan)
        columns = {
            "recency": recency,
            "quiet_gaps": recency / mean_gap,
            "x": x,
            "mean_gap": mean_gap,
            **{f"days_{span}": facts[f"n_{span}"] for span in _SPANS},
            "mean_spend": facts["money"] / tx.scale / facts["n"],
            "spend_90": facts["money_90"] / tx.scale,
            "spend_365": facts["money_365"] / tx.scale,
            "tenure": today - facts["first"],
        }
    return np.column_stack([columns[name] for name in FEATURES])


def stayed_away(tx: Transactions, seen: Snapshot, days: int) -> NDArray[np.bool_]:
    """Which customers of a snapshot bought nothing in the `days` after it."""
    rows = tx.rows()
    after = (nw.col("day") > seen.day) & (nw.col("day") <= seen.day + days) & (nw.col("bought") == 1)
    buyers = engines.pulled(rows.filter(after).group_by("customer_id").agg(n=nw.len()))["customer_id"]
    return ~np.isin(seen.customer_id, buyers)
