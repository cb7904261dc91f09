"""The rhythm that each customer is judged by: that of the base at their last purchase, which no silence can change.

A rhythm fitted anew at each date lets a customer who buys nothing get better: as the base ages its long gaps close, the
expected gap grows, and who had been silent for two gaps has been silent for one and a half. So the rhythm is learnt at
fixed days, when the data cover 90, 180, 360, 720 ... days, and a customer is judged by the latest of them that is not
after the last purchase (by the first, if all are). Later rows change it for nobody who does not buy again.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import _checks
from crmkit._frame import engines, outputs
from crmkit._frame.engines import LazyFrame
from crmkit.customers import Sums, kept_days, known_by, learnt_from, visit_day
from crmkit.interpurchase import Interpurchase, fitted_to
from crmkit.transactions import Transactions

FIRST = 90  # days that the data must cover before any silence is called long; doubled from one to the next


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The rhythms learnt on some days (day numbers, in order), each for those who bought last from that day on."""

    days: tuple[int, ...]
    learnt: tuple[Interpurchase, ...]

    def at(self, last_day: int) -> Interpurchase:
        """The rhythm of a customer by the day of the last purchase.

        >>> early, late = Interpurchase(20, 1), Interpurchase(30, 1)
        >>> found = Rhythm((90, 180), (early, late))
        >>> [found.at(day).expected_gap for day in (10, 179, 180)]
        [20, 20, 30]
        """
        return self.learnt[max(bisect_right(self.days, last_day) - 1, 0)]

    def expected_gap(self) -> nw.Expr:
        """The expected gap of customers with n_days, first_day and last_day."""
        gaps, days = nw.col("n_days") - 1, nw.col("last_day") - nw.col("first_day")
        found: nw.Expr = self.learnt[0].of(gaps=gaps, days=days)
        for day, learnt in zip(self.days[1:], self.learnt[1:], strict=True):
            found = nw.when(nw.col("last_day") >= day).then(learnt.of(gaps=gaps, days=days)).otherwise(found)
        return found

    def until(self, day: int) -> Rhythm | None:
        """What had been learnt by a day; None before the first."""
        n = bisect_right(self.days, day)
        return Rhythm(self.days[:n], self.learnt[:n]) if n else None


def given(interpurchase: Interpurchase) -> Rhythm:
    """One rhythm for all customers and dates."""
    return Rhythm((0,), (interpurchase,))


def learn(tx: Transactions) -> Rhythm | None:
    """The rhythms of these transactions; None where they cover less than 90 days, or nobody came back in time."""
    with kept_days(tx) as days:
        return learn_from(tx, days, tx.purchases(days).group_by("customer_id").agg(n=nw.len()))


def learn_from(tx: Transactions, days: LazyFrame, bought: LazyFrame) -> Rhythm | None:
    """The same from customer-days and the customers who have bought; of very many, from a sample of them."""
    with outputs.kept(rhythm_sums(tx).of(learnt_from(days, bought), "customer_id")) as facts:
        return learnt(tx, facts)


def learnt(tx: Transactions, facts: LazyFrame) -> Rhythm | None:
    """The same from the `rhythm_sums` of each customer."""
    found = {day: fitted_to(_cells(facts, day)) for day in _days(tx)}
    known = {day: fitted for day, fitted in found.items() if fitted is not None}
    return Rhythm(tuple(known), tuple(known.values())) if known else None


def rhythm_sums(tx: Transactions) -> Sums:
    """Of customer-days: the first purchase day, and by each day of learning, purchase days so far and the last one."""
    visit = visit_day(tx)
    sums = Sums({"visit": visit}, {"first_day": nw.col("visit").min()})
    for day in _days(tx):
        sums = sums | known_by(visit, day)
    return sums


def _days(tx: Transactions) -> list[int]:
    """The days on which a rhythm is learnt: the last of the first 90, 180, 360 ... days."""
    covered, found = FIRST, []
    while tx.first_day + covered - 1 <= _checks.day_number(tx.as_of):
        found.append(tx.first_day + covered - 1)
        covered *= 2
    return found


def _cells(facts: LazyFrame, day: int) -> dict[str, Any]:
    """Customers of each x, t_x and T as they stood on one of the days, as `crmkit.interpurchase` takes them."""
    n, first, last = nw.col(f"n_past_{day}"), nw.col("first_day"), nw.col(f"last_{day}")
    cells = facts.filter(n > 0).select(x=n - 1, t_x=last - first, T=day - first)
    return engines.collect(cells.group_by("x", "t_x", "T").agg(n=nw.len().cast(nw.Int64)))
