"""Cross-selling: what is bought together, what is bought next, and what to offer to whom.

`pairs` and `rules` count baskets, `next_purchase` and `sequences` count what follows what, `recommend` lists items for
every customer, `cross_sell_rate` says how many buy more than one thing. All of it is counted in the table's own engine.
"""

from __future__ import annotations

from crmkit.basket.crossing import CrossSelling, cross_sell_rate
from crmkit.basket.following import NextPurchase, Sequences, next_purchase, sequences
from crmkit.basket.recommending import Recommendations, recommend
from crmkit.basket.rules import Rules, pairs, rules

__all__ = [
    "CrossSelling",
    "NextPurchase",
    "Recommendations",
    "Rules",
    "Sequences",
    "cross_sell_rate",
    "next_purchase",
    "pairs",
    "recommend",
    "rules",
    "sequences",
]
