"""Alerts of a watch-list over past weeks: when they were raised, the threshold that follows, and what came after.

Every week is judged from what was seen by its end. An account is in an episode while it has a signal; within one, its
score counts at its highest so far, so that it crosses a threshold once and not every week. Who bought less and now does
not buy at all begins a new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from crmkit._types import Bools, Floats, Ints
from crmkit.outreach._watch_clocks import Clocks, History, Rules, clocks


@dataclass(frozen=True, slots=True)
class Past:
    """What the weeks of a back-test saw. `low` to `high` are the thresholds that a rise of the score crossed."""

    days: Ints  # last day of each week, shape (n_weeks,)
    judged: Bools  # weeks whose horizon has passed, shape (n_weeks,)
    week: Ints  # of each rise, shape (n_rises,)
    account: Ints
    low: Floats
    high: Floats
    overdue: Bools  # whether the account is overdue, otherwise it only buys less
    returned: Bools  # back at least half of the way to the usual spend within the horizon
    bought: Bools  # bought at all within the horizon
    begun: Ints  # week in which each account's present episode began; shape (n_accounts,)
    calm: Sequence[tuple[Floats, Bools]]  # of each judged week, accounts without a signal, not lost: money, returned
    now: Clocks

    def raised(self, threshold: float) -> Bools:
        """Which rises are alerts."""
        return (self.high >= threshold) & (self.low < threshold)

    def n_alerts(self, thresholds: Floats) -> Ints:
        """Alerts at each threshold: rises that end there or above, less those that also begin there."""
        high, low = np.sort(self.high), np.sort(self.low)
        return np.searchsorted(low, thresholds, side="left") - np.searchsorted(high, thresholds, side="left")

    def threshold_for(self, per_week: float) -> float:
        """The highest score that would have given so many alerts a week; the lowest of all if none would."""
        if not len(self.high):
            return 0.0
        scores = np.unique(self.high)[::-1]
        enough = np.flatnonzero(self.n_alerts(scores) >= per_week * len(self.days))
        return float(scores[enough[0]] if len(enough) else scores[-1])

    def calm_returned(self, least: float) -> tuple[int, int]:
        """Calm accounts and weeks, of at least so much money a year, and how many were back within the horizon."""
        kept = [returned[yearly >= least] for yearly, returned in self.calm]
        return sum(len(returned) for returned in kept), int(sum(returned.sum() for returned in kept))


def back_test(history: History, as_of: int, *, weeks: int, rules: Rules) -> Past:
    """Go through the past week by week; the week before the first only says who was in an episode already."""
    days = as_of - 7 * np.arange(weeks, -1, -1)
    peak, was_overdue = np.zeros(len(history.ids)), np.ones(len(history.ids), dtype=np.bool_)
    begun = np.zeros(len(history.ids), dtype=np.int64)
    rises, calm = [], []
    for week, day in enumerate(days.tolist(), start=-1):
        at = clocks(history, day, rules)
        is_overdue = at.overdue_risk > 0
        peak = np.where(is_overdue & ~was_overdue, 0.0, peak)
        higher = np.where(at.risk > 0, np.maximum(peak, at.risk), 0.0)
        begun = np.where((peak > 0) & (higher > 0), begun, week)  # an episode is over in the week in which it ends
        if week >= 0:
            returned, bought = _after(history, at, day, rules.horizon)
            rose = np.flatnonzero(higher > peak)
            rises.append({
                "week": np.full(len(rose), week), "account": rose, "low": peak[rose], "high": higher[rose],
                "overdue": is_overdue[rose], "returned": returned[rose], "bought": bought[rose],
            })  # fmt: skip
            if day + rules.horizon <= as_of:
                without = at.watched & ~at.lost & (at.risk == 0)
                calm.append((at.yearly[without], returned[without]))
        peak, was_overdue = higher, is_overdue
    joined: dict[str, Any] = {name: np.concatenate([part[name] for part in rises]) for name in rises[0]}
    return Past(days=days[1:], judged=days[1:] + rules.horizon <= as_of, begun=begun, calm=calm, now=at, **joined)


def _after(history: History, at: Clocks, day: int, horizon: int) -> tuple[Bools, Bools]:
    """Of each account, whether the days after came half of the way back to the usual spend, and whether it bought."""
    enough = at.usual * horizon * (1 - at.missing / 2)
    later = (history.day > day) & (history.day <= day + horizon) & history.visit
    return history.spent(day, day + horizon) >= enough, history.total(later) > 0
