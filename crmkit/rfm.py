"""RFM: score customers by recency, frequency and monetary value, and name the groups that result.

`score` gives each customer 1 to k points per measure, higher is always better; `Scorer` keeps the cuts,
so that next month's list is scored by the same cuts; `segment` names the groups, by the eight
Chinese groups, the eleven-segment map or rules of your own; `describe_segments` gives one row per
group; `break_even` reads a test mailing.

Sources: Hughes (1994), Strategic Database Marketing (scores, nested scores, break-even index);
Miglautsch (2000), Thoughts on RFM scoring, Journal of Database Marketing 8(1), 67-72 (why equal values
must get equal scores); the eight groups (重要价值客户 ...) and the map of R against the mean of F and M are
common property of Chinese and English textbooks and tools.
"""

from __future__ import annotations

from crmkit._rfm.cutpoints import BANDS, Cutpoints
from crmkit._rfm.describing import describe_segments
from crmkit._rfm.mailings import break_even, break_even_rate
from crmkit._rfm.rules import Rules
from crmkit._rfm.rules import rule_of as rule_of
from crmkit._rfm.scoring import Scorer, score
from crmkit._rfm.segments import check_rules as check_rules
from crmkit._rfm.segments import segment, segment_rules
from crmkit._rfm.settings import METHODS
from crmkit.schemes import EIGHT, ELEVEN

__all__ = [
    "BANDS",
    "EIGHT",
    "ELEVEN",
    "METHODS",
    "Cutpoints",
    "Rules",
    "Scorer",
    "break_even",
    "break_even_rate",
    "describe_segments",
    "score",
    "segment",
    "segment_rules",
]
