"""The scored list as one plan: one pass over the transactions, kept once, and everything else from it.

What depends on a customer's own sums is an expression in the engine; cuts and models are learnt from counted values
and cells; only what has no expression (P(alive), intervals) passes through Python, in batches, and is joined back by
the number of the row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import _checks, customers, downgrades, pyramid, rfm
from crmkit._frame import Table, batches, engines
from crmkit._frame.engines import LazyFrame
from crmkit.labels import Language
from crmkit.lifecycle._facts import stage_sums
from crmkit.lifecycle._rhythm import learnt as learnt_rhythm
from crmkit.lifecycle._rhythm import rhythm_sums
from crmkit.lifecycle._rules import StageRules
from crmkit.lifecycle.stages import staged
from crmkit.transactions import Transactions

STAGE = ("stage", "stage_label", "pattern", "pattern_label", "expected_gap", "overdue", "ended")
SCORES = ("r_score", "f_score", "m_score", "rfm", "rfm_sum")
SEGMENT = ("segment", "segment_label", "downgrade_date", "next_segment", "next_segment_label", "days_left")
WORDS = (
    "rfm", "segment", "segment_label", "next_segment", "next_segment_label", "tier", "tier_label", "stage",
    "stage_label", "pattern", "pattern_label", "purchase_model", "quadrant", "quadrant_label",
)  # fmt: skip
SETTINGS = ("horizon", "discount_rate", "margin_rate", "level", "purchases", "calendar")
SUMMARY = ("orders", "first_date", "last_date", "recency", "frequency", "monetary", "mean_order", "tenure", "margin",
           "x", "t_x", "T", "m_x", "current_value")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Forecast:
    """How far the forecast looks, and in what money."""

    horizon: Any
    discount_rate: float
    margin_rate: float
    level: float | None
    purchases: Any = None
    calendar: Any = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is asked to hold."""

    bins: int
    scheme: str | rfm.Rules
    tiers: str | Mapping[str, float]
    forecast: Forecast | None
    language: Language


def scored(tx: Transactions, asked: Asked) -> Any:
    """One row per customer, in the kind of the transactions."""
    facts, learnt = _facts(tx, asked.forecast)
    # What is cut comes first, while the plan is short: every cut runs all that stands before it.
    listed = Table(_summary(tx, facts), sound=True)
    scorer = rfm.Scorer(bins=asked.bins).fit(listed)
    listed = pyramid.add_tiers(listed, asked.tiers, asked.language)
    forecast: Sequence[str] = ()
    if asked.forecast is not None:
        listed, forecast = _with_value(tx, listed, learnt, asked.forecast, asked.language)
    staging = staged(tx, listed, StageRules(), learnt_rhythm(tx, learnt), asked.language)
    listed = downgrades.downgrade_dates(
        Table(staging, sound=True), scorer=scorer, scheme=asked.scheme, as_of=tx.as_of, language=asked.language
    )
    return _given_back(tx, engines.wrap(listed).lazy(), forecast)


def _facts(tx: Transactions, forecast: Forecast | None) -> tuple[LazyFrame, LazyFrame]:
    """All sums of each customer that the list needs, and those from which is learnt, by one pass, kept."""
    sums = customers.customer_sums(tx) | customers.Recent.of(tx).sums(tx) | stage_sums(tx)
    learning = rhythm_sums(tx)
    if forecast is not None:
        from crmkit.models import _default, spend_mean  # when they are asked for: models take a while to load

        sums, learning = sums | spend_mean.money_sums(tx), learning | _default.learning_sums(tx, forecast.horizon)
    span = _checks.day_number(tx.as_of) - tx.first_day + 1
    with customers.days_and_orders(tx) as (days, orders):
        facts = sums.packed(days, "customer_id", most=span)
        if orders is not None:
            facts = facts.join(orders, on="customer_id", how="left")
        kept = batches.numbered(facts, beside=tx.source)
        asked = customers.learnt_from(days, kept.filter(nw.col("n_days") > 0) if tx.has_refunds else kept)
        learnt = batches.numbered(learning.packed(asked, "customer_id", most=span), beside=tx.source)
    return sums.opened(kept, most=span), learning.opened(learnt, most=span)


def _summary(tx: Transactions, facts: LazyFrame) -> LazyFrame:
    """The facts of those who bought, with the columns of the summary but its dates."""
    current = customers.Recent.of(tx).value(facts, tx).units
    bought = facts.filter(nw.col("n_days") > 0) if tx.has_refunds else facts
    made = bought.with_columns(*customers.summary_columns(tx), current_value=customers.money_of(current, tx))
    return made.drop("first_date", "last_date")


def _with_value(
    tx: Transactions, listed: Any, learnt: LazyFrame, asked: Forecast, language: Language
) -> tuple[Any, Sequence[str]]:
    """Add what the customers are still worth and the quadrant of the value matrix, and say which columns these are."""
    from crmkit._segment.value_matrix import add_quadrant
    from crmkit.models import _default

    settings = {name: getattr(asked, name) for name in SETTINGS}
    valued, known = _default.valued(listed, tx, sums=(listed.frame, learnt), **settings)
    quadrants = ("quadrant", "quadrant_label")
    if known:
        frame = add_quadrant(valued, listed, language)
    else:
        frame = valued.frame.with_columns(**{name: nw.lit(None).cast(nw.String) for name in quadrants})
    return Table(frame, sound=True), (*_default.columns_of(asked.level), "purchase_model", *quadrants)


def _given_back(tx: Transactions, frame: LazyFrame, forecast: Sequence[str]) -> Any:
    """The columns of the list in their order, in the caller's kind."""
    summary = [name for name in SUMMARY if name != "margin" or "cost" in tx.roles]
    listed = frame.with_columns(first_date=nw.col("first_day"), last_date=nw.col("last_day"))
    columns = ["customer_id", *summary, *SCORES, *SEGMENT, "tier", "tier_label", *STAGE, *forecast]
    dates, words = ("first_date", "last_date"), [name for name in WORDS if name in columns]
    return engines.give_back(listed.select(*columns), tx.like, dates=dates, order="customer_id", words=words)
