"""The rules: from the facts of customers to measures, stage and pattern, in expressions that any engine computes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks
from crmkit._frame.engines import LazyFrame
from crmkit.errors import ArgumentError
from crmkit.lifecycle._rhythm import Rhythm

Case: TypeAlias = tuple[nw.Expr, Any]

STAGES = ("exploration", "formation", "stability", "decline")
RULES = ("silent", "rate_falls", "spend_falls", "few_orders", "some_orders", "rate_grows", "spend_grows", "steady")
PATTERNS = ("failed_start", "lost_in_formation", "early_exit", "long_lasting", "ongoing")

# Two gaps are the fewest that can show a rhythm; with four it has been confirmed.
FORMATION_ORDERS, STABILITY_ORDERS = 3, 5
# At most one in twenty customers without a trend of the purchase rate gets there by chance, however many purchases.
TREND = 0.6
# By the MBG/NBD model, P(alive) is above a half at a silence of 2 expected gaps and below it at 4 (four data sets).
DECLINE_AT, ENDED_AT = 2.0, 4.0
# Twice as many gaps as it takes to get there.
LONG_STABILITY = 8.0

# Purchases in the middle of the relation, where they show no trend: with five, one order alone cannot show one, however
# large, for 3 / (1 + 5) is below TREND.
ADDED = 5
# A fitted rhythm is right to some seven digits: a silence of exactly two gaps must not hang on the eighth.
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class StageRules:
    """Where the stages of a relation begin and end; for `stages`, `history` and `explain`.

    Parameters
    ----------
    formation_orders, stability_orders : int, default 3 and 5
        Purchase days with which formation and stability begin. Two purchases are still a trial, for one gap is no
        rhythm; with five, four gaps have confirmed it.
    growing, falling : float, default 0.6 and -0.6
        Trends (`crmkit.lifecycle` says how they are measured) from which the purchase rate or spend grow or fall. Of
        customers who buy at a steady rate at most 1 in 20 gets there by chance, by spend 1 in 10 where orders differ
        much. Of the regular customers of CDNOW at the end of 1997, those whose rate fell made 0.36 of their usual
        purchases in the next half year, those without a trend 0.63, those whose rate grew 0.89.
    decline_at, ended_at : float, default 2 and 4
        Days since the last purchase over the expected gap. By the MBG/NBD model, a customer is still more likely to be
        active than not at 2 and no longer so at 4; at 4, of purchases at random moments, 1 gap in 55 is longer.
    long_stability : float, default 8
        For how many expected gaps stability is kept to be long-lasting: twice what it takes to get there.

    Raises
    ------
    ArgumentError
        A limit cannot be, or contradicts another one.

    Examples
    --------
    >>> StageRules(ended_at=6).ended_at
    6.0
    """

    formation_orders: int = FORMATION_ORDERS
    stability_orders: int = STABILITY_ORDERS
    growing: float = TREND
    falling: float = -TREND
    decline_at: float = DECLINE_AT
    ended_at: float = ENDED_AT
    long_stability: float = LONG_STABILITY

    def __post_init__(self) -> None:
        for name, usual in _USUAL_LIMITS.items():
            object.__setattr__(self, name, _limit(name, getattr(self, name), usual))
        for name, least in (("formation_orders", 2), ("stability_orders", 3)):
            object.__setattr__(self, name, _checks.count(name, getattr(self, name), least=least))
        formation = self.formation_orders
        if self.stability_orders <= formation:
            raise ArgumentError(
                "stability_orders",
                self.stability_orders,
                "lifecycle_above_formation_orders_formation",
                formation=formation,
                value=formation + 2,
            )
        if not self.falling < 0 < self.growing:
            raise ArgumentError(
                "lifecycle_falling_below_growing_above",
                falling=self.falling,
                growing=self.growing,
                value=-TREND,
                trend=TREND,
            )
        if not 0 < self.decline_at <= self.ended_at:
            raise ArgumentError(
                "lifecycle_decline_above_most_ended",
                decline_at=self.decline_at,
                ended_at=self.ended_at,
                decline_at_2=DECLINE_AT,
                ended_at_2=ENDED_AT,
            )
        if self.long_stability <= 0:
            raise ArgumentError(
                "lifecycle_long_stability_above_expected",
                long_stability=self.long_stability,
                long_stability_2=LONG_STABILITY,
            )


_USUAL_LIMITS = {
    "growing": TREND,
    "falling": -TREND,
    "decline_at": DECLINE_AT,
    "ended_at": ENDED_AT,
    "long_stability": LONG_STABILITY,
}


def checked_rules(rules: Any) -> StageRules:
    """The rules given, or the usual ones."""
    if rules is None:
        return StageRules()
    if not isinstance(rules, StageRules):
        raise ArgumentError("rules", rules, "lifecycle_stage_rules")
    return rules


def _limit(name: str, value: Any, usual: float) -> float:
    """A limit as a plain number; True would be taken for 1 by some engines and refused by others."""
    try:
        number = math.nan if isinstance(value, bool | np.bool_ | str) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ArgumentError(name, value, "lifecycle_finite_number", usual=usual)
    return number


def judged(
    facts: LazyFrame,
    rules: StageRules,
    rhythm: Rhythm | None,
    *,
    origin: int,
    as_of: int | nw.Expr,
    coded: bool = False,
) -> LazyFrame:
    """The facts with measures, rule, stage and pattern; the data begin on the day `origin`.

    They are those of the day `as_of`, or of a day in each row. If they are `coded` a rule, stage or pattern is its
    place in RULES, STAGES or PATTERNS.
    """
    rule, stage, pattern = (_namer(words if coded else None) for words in (RULES, STAGES, PATTERNS))
    measured = facts.with_columns(**_measures(rhythm, origin, as_of))
    compared = measured.with_columns(
        overdue=nw.col("recency") / nw.col("expected_gap"),
        stage_reached=first_that_fits([(fits, stage(to)) for _, to, fits in _upward(rules)], stage("stability")),
        reached_by=first_that_fits([(fits, rule(name)) for name, _, fits in _upward(rules)], rule("steady")),
    )
    stable_days = (nw.col("n_days") - rules.stability_orders) * nw.col("own_gap")
    staged = compared.with_columns(
        stable_days=nw.when(nw.col("stage_reached") == stage("stability")).then(stable_days),
        stage=first_that_fits([(fits, stage("decline")) for _, fits in _downward(rules)], nw.col("stage_reached")),
        rule=first_that_fits([(fits, rule(name)) for name, fits in _downward(rules)], nw.col("reached_by")),
        ended=first_that_fits([(_at_least("overdue", rules.ended_at), True)], False),
    )
    patterns = [(fits, pattern(name)) for fits, name in _patterns(rules, stage)]
    return staged.with_columns(pattern=first_that_fits(patterns, pattern("ongoing")))


def _namer(words: Sequence[str] | None) -> Callable[[str], Any]:
    """How a word stands in a column: as its place among the words, or as it is."""
    return str if words is None else words.index


def _measures(rhythm: Rhythm | None, origin: int, as_of: int | nw.Expr) -> dict[str, nw.Expr]:
    """The measures that need no other one; `crmkit.lifecycle` says how trends are measured."""
    n, spend = nw.col("n_days"), nw.col("spend")
    gaps, days = n - 1, nw.col("last_day") - nw.col("first_day")
    # of the relation, in days since the data begin
    middle = (nw.col("first_day") + nw.col("last_day")) * 0.5 - origin
    rate = 6 * (nw.col("place") - n * middle) / (days * (n + ADDED))
    # as many days as would weigh alike: spend^2 / squares
    shrunk = spend / (spend * spend + ADDED * nw.col("spend_squares"))
    spent = 6 * (nw.col("spend_place") - spend * middle) / days * shrunk
    none = nw.lit(None).cast(nw.Float64)
    return {
        "own_gap": nw.when(gaps > 0).then(days / gaps),
        "expected_gap": none if rhythm is None else rhythm.expected_gap(),
        "recency": as_of - nw.col("last_day"),
        "rate_trend": nw.when(gaps > 0).then(rate).otherwise(nw.lit(0.0)),
        "spend_trend": nw.when((gaps > 0) & (spend > 0)).then(spent).otherwise(nw.lit(0.0)),
    }


def _downward(rules: StageRules) -> list[tuple[str, nw.Expr]]:
    """StageRules of decline in the order in which they are tried, and whether they fit."""
    return [
        ("silent", _at_least("overdue", rules.decline_at)),
        ("rate_falls", nw.col("rate_trend") <= rules.falling + ROUNDING),
        ("spend_falls", nw.col("spend_trend") <= rules.falling + ROUNDING),
    ]


def _upward(rules: StageRules) -> list[tuple[str, str, nw.Expr]]:
    """StageRules of the stage that was reached, and whether they fit; who fits none is stable."""
    return [
        ("few_orders", "exploration", nw.col("n_days") < rules.formation_orders),
        ("some_orders", "formation", nw.col("n_days") < rules.stability_orders),
        ("rate_grows", "formation", _at_least("rate_trend", rules.growing)),
        ("spend_grows", "formation", _at_least("spend_trend", rules.growing)),
    ]


def _patterns(rules: StageRules, stage: Callable[[str], Any]) -> list[Case]:
    kept_long = nw.col("stable_days") >= rules.long_stability * nw.col("expected_gap") * (1 - ROUNDING)
    return [
        (kept_long, "long_lasting"),
        (~nw.col("ended"), "ongoing"),
        (nw.col("stage_reached") == stage("exploration"), "failed_start"),
        (nw.col("stage_reached") == stage("formation"), "lost_in_formation"),
        (nw.col("stage_reached") == stage("stability"), "early_exit"),
    ]


def _at_least(measure: str, limit: float) -> nw.Expr:
    return nw.col(measure) >= limit - ROUNDING


def first_that_fits(cases: Sequence[Case], otherwise: Any) -> nw.Expr:
    """The value of the first case that fits; a measure that is missing fits no case."""
    chosen = otherwise if isinstance(otherwise, nw.Expr) else nw.lit(otherwise)
    for fits, value in reversed(cases):
        chosen = nw.when(fits).then(nw.lit(value)).otherwise(chosen)
    return chosen
