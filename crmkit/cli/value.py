"""Commands about what customers are worth: their scores, and what is still to come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit.cli import text
from crmkit.cli.command import Answer, Call, command, picture
from crmkit.cli.options import Bins, DiscountRate, Duration, MarginRate, Scheme

if TYPE_CHECKING:
    from crmkit._types import Array

SCORES = {"recency": "r_score", "frequency": "f_score", "monetary": "m_score"}


@command()
def rfm(call: Call, bins: Bins = 5, scheme: Scheme = "eleven") -> Answer:
    """Print recency, frequency and spend by segment."""
    from crmkit import rfm as scoring
    from crmkit import summarize

    scored = scoring.segment(scoring.score(summarize(call.tx), bins=bins), bins=bins, scheme=scheme)
    table, levels = scoring.describe_segments(scored), _levels(scored, bins)
    lines = [
        *call.table(levels, {"rfm_level": text.count, **dict.fromkeys(SCORES, text.count)}), "",
        *call.table(table, {**text.SEGMENTS, "value": text.money(call.tx)}),
    ]  # fmt: skip
    parts = {"customers": scored, "segments": table, "levels": levels}
    return Answer(parts, lines, order=["customer_id"], draw=picture("plot_rfm_grid", scored))


def _levels(scored: Any, bins: int) -> dict[str, Array]:
    """How many customers have each score, the best first."""
    found = text.columns(scored, *SCORES.values())
    best_first = np.arange(bins, 0, -1)
    counts = {name: np.array([(found[score] == level).sum() for level in best_first]) for name, score in SCORES.items()}
    return {"rfm_level": best_first, **counts}


@command()
def clv(
    call: Call, horizon: Duration = "52W", discount_rate: DiscountRate = 0.1, margin_rate: MarginRate = 1.0
) -> Answer:
    """Print lifetime values."""
    from crmkit.clv import value_by_decile
    from crmkit.scoring import score_customers

    worth: dict[str, Any] = {"horizon": horizon, "discount_rate": discount_rate, "margin_rate": margin_rate}
    scored = score_customers(call.tx, **worth, language=call.language)
    tenths, money = value_by_decile(scored), text.money(call.tx)
    found = text.columns(tenths, "customers", "value")
    facts = call.facts(
        customers=text.count(found["customers"].sum()),
        purchase_model=str(text.columns(scored, "purchase_model")["purchase_model"][0]),
        residual_clv=money(found["value"].sum()),
        as_of=str(call.tx.as_of),
    )
    formats: text.Formats = {
        "decile": text.count, "customers": text.count, "mean_value": money, "value": money, "value_share": text.percent,
    }  # fmt: skip
    lines, draw = [*facts, "", *call.table(tenths, formats)], picture("plot_value_deciles", tenths)
    return Answer({"customers": scored, "tenths": tenths}, lines, order=["customer_id"], draw=draw)
