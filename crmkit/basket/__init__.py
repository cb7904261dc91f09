"""Cross-selling: what is bought together, what is bought next, and what to offer to whom.

`pairs` and `rules` count baskets, `next_purchase` and `sequences` count what follows what, `recommend` lists items for
every customer, `cross_sell_rate` says how many buy more than one thing, `items_by_group` what each
segment buys. All of it is counted in the table's own engine.
"""

from __future__ import annotations

from crmkit.basket.crossing import CrossSelling, cross_sell_rate
from crmkit.basket.following import NextPurchase, Sequences, next_purchase, sequences
from crmkit.basket.mixing import ItemsByGroup, items_by_group
from crmkit.basket.recommending import Recommendations, recommend
from crmkit.basket.rules import Rules, pairs, rules

__all__ = [
    "CrossSelling",
    "ItemsByGroup",
    "NextPurchase",
    "Recommendations",
    "Rules",
    "Sequences",
    "cross_sell_rate",
    "items_by_group",
    "next_purchase",
    "pairs",
    "recommend",
    "rules",
    "sequences",
]
