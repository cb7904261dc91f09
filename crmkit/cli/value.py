"""Commands about what customers are worth: their scores, and what is still to come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit.cli import text
from crmkit.cli.command import Answer, Call, command, picture
from crmkit.cli.options import Bins, DiscountRate, Duration, MarginRate, Scheme

if TYPE_CHECKING:
    from crmkit._frame.engines import Array

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
    from crmkit.scoring import score_customers

    worth: dict[str, Any] = {"horizon": horizon, "discount_rate": discount_rate, "margin_rate": margin_rate}
    scored = score_customers(call.tx, **worth, language=call.language)
    names = ("p_alive", "expected_purchases", "expected_spend", "residual_clv")
    found = text.columns(scored, "purchase_model", *names)
    tenths, money = _tenths(found, names), text.money(call.tx)
    facts = call.facts(
        customers=text.count(len(found["residual_clv"])),
        purchase_model=str(found["purchase_model"][0]),
        residual_clv=money(float(np.nansum(found["residual_clv"]))),
        as_of=str(call.tx.as_of),
    )
    formats: text.Formats = {
        "tenth": text.count, "customers": text.count, "p_alive": text.percent, "expected_purchases": text.decimal,
        "expected_spend": money, "residual_clv": money, "value_share": text.percent,
    }  # fmt: skip
    lines = [*facts, "", *call.table(tenths, formats)]
    return Answer({"customers": scored, "tenths": tenths}, lines, order=["customer_id"])


def _tenths(found: dict[str, Any], names: tuple[str, ...]) -> dict[str, Array]:
    """Means of each tenth of customers by lifetime value, the best first, and its share of the whole."""
    value = np.nan_to_num(np.asarray(found["residual_clv"], dtype=float))
    parts = np.array_split(np.argsort(-value, kind="stable"), min(10, len(value)))
    columns = {name: np.asarray(found[name], dtype=float) for name in names}
    means = {name: np.array([np.mean(column[part]) for part in parts]) for name, column in columns.items()}
    share = np.array([value[part].sum() for part in parts]) / (value.sum() or 1)
    return {
        "tenth": np.arange(1, len(parts) + 1),
        "customers": np.array([len(part) for part in parts]),
        **means,
        "value_share": share,
    }
