"""RFM: the three measures, and the columns in which their scores stand."""

from __future__ import annotations

import narwhals.stable.v2 as nw

from crmkit.errors import Words

MEASURES = ("recency", "frequency", "monetary")
SCORES = {"recency": "r_score", "frequency": "f_score", "monetary": "m_score"}
HINT = Words("hint_customers")
SCORE_HINT = Words("hint_scores")


def number(column: str) -> nw.Expr:
    """A column as a number, in any engine."""
    return nw.col(column).cast(nw.Float64)
