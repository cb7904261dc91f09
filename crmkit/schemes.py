"""Schemes: the groups that crmkit names, as data; a new one goes here, and its words into `crmkit/labels/`.

`crmkit.rfm`, `crmkit.pyramid` and `crmkit.segment` put customers into these groups and show the schemes as their own.
All of them name the best group first, so that a move from one group to another is one up or down.

Sources: the eight groups (重要价值客户 ...) and the map of R against the mean of F and M are common property of Chinese
and English textbooks and tools; Curry & Curry (2000), The Customer Marketing Method; Zeithaml, Rust & Lemon (2001), The
Customer Pyramid, California Management Review 43(4), 118-142.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import TypeAlias

Range: TypeAlias = int | tuple[int, int] | str

# --- segments by R, F and M ---------------------------------------------------------------------------------------

# High or low on R, F and M; "high" R means recent.
EIGHT: Mapping[str, tuple[bool, bool, bool]] = {
    "important_value": (True, True, True),
    "important_keep": (False, True, True),
    "important_develop": (True, False, True),
    "important_win_back": (False, False, True),
    "general_value": (True, True, False),
    "general_keep": (False, True, False),
    "general_develop": (True, False, False),
    "general_win_back": (False, False, False),
}

# "fm" is the mean of F and M, halves rounded down; each of the 25 cells of R and FM is in one segment.
ELEVEN: Mapping[str, Mapping[str, Range]] = {
    "champions": {"r": 5, "fm": (4, 5)},
    "loyal": {"r": (3, 4), "fm": (4, 5)},
    "potential_loyalist": {"r": (4, 5), "fm": (2, 3)},
    "new": {"r": 5, "fm": 1},
    "promising": {"r": 4, "fm": 1},
    "needs_attention": {"r": 3, "fm": 3},
    "about_to_sleep": {"r": 3, "fm": (1, 2)},
    "at_risk": {"r": (1, 2), "fm": (3, 4)},
    "cannot_lose": {"r": (1, 2), "fm": 5},
    "hibernating": {"r": 2, "fm": (1, 2)},
    "lost": {"r": 1, "fm": (1, 2)},
}

# What `scheme=` calls them: each segment by its ranges of scores, or by the half of them, "high" or "low". A scheme
# that stands here is known wherever schemes are: by name, as rules, in its order.
SEGMENTS: Mapping[str, Mapping[str, Mapping[str, Range]]] = {
    "eight": {name: {axis: "high" if up else "low" for axis, up in zip("rfm", halves, strict=True)}
              for name, halves in EIGHT.items()},
    "eleven": ELEVEN,
}  # fmt: skip

# --- tiers by value -----------------------------------------------------------------------------------------------

# Tier and share of customers, best tier first.
TEXTBOOK: Mapping[str, float] = {"important": 0.01, "secondary": 0.19, "ordinary": 0.30, "small": 0.50}
CURRY: Mapping[str, float] = {"top": 0.01, "large": 0.04, "medium": 0.15, "small": 0.80}
ZEITHAML: Mapping[str, float] = {"platinum": 0.20, "gold": 0.30, "iron": 0.30, "lead": 0.20}
ABC: Mapping[str, float] = {"A": 0.80, "B": 0.15, "C": 0.05}  # of value, the others of customers
TIERS: Mapping[str, Mapping[str, float]] = {"textbook": TEXTBOOK, "curry": CURRY, "zeithaml": ZEITHAML, "abc": ABC}

# --- quadrants and stages -----------------------------------------------------------------------------------------

# Quadrant -> whether its current value and its potential are high. Platinum, gold, iron and lead are also tiers of the
# customer pyramid, which these are not: so they have names of their own.
QUADRANTS: Mapping[str, tuple[str, str]] = {
    "value_platinum": ("high", "high"),
    "value_gold": ("high", "low"),
    "value_iron": ("low", "high"),
    "value_lead": ("low", "low"),
}

# Stages of life do not stand in their own order: a relation is worth most in stability, and formation is on the way
# there; it may decline from any of the others.
STAGES_BY_WORTH = ("stability", "formation", "exploration", "decline")

# --- up and down ---------------------------------------------------------------------------------------------------

LADDERS: tuple[tuple[str, ...], ...] = (
    *(tuple(scheme) for scheme in (*SEGMENTS.values(), *TIERS.values(), QUADRANTS)),
    STAGES_BY_WORTH,
)


def ladder_of(groups: Set[str]) -> tuple[str, ...] | None:
    """The groups of the scheme to which all of these belong, the best first, if there is one.

    >>> ladder_of({"stability", "decline"})
    ('stability', 'formation', 'exploration', 'decline')
    >>> ladder_of({"gold", "my own group"}) is None
    True
    """
    return next((ladder for ladder in LADDERS if groups <= set(ladder)), None)
