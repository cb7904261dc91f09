"""Ladders: the groups that crmkit itself names, the best first, so that moves between them are moves up or down.

The schemes live in rooms above this one, which follow nobody over time; here is what they leave open: which of two
groups is the better one. Segments and tiers go by the order of their schemes. Stages do not: a relation is worth most
in stability, and formation is on the way there; it may decline from any of the others.
"""

from __future__ import annotations

from collections.abc import Set

from crmkit._segment.value_matrix import QUADRANTS

EIGHT = (
    "important_value", "important_keep", "important_develop", "important_win_back",
    "general_value", "general_keep", "general_develop", "general_win_back",
)  # fmt: skip
ELEVEN = (
    "champions", "loyal", "potential_loyalist", "new", "promising", "needs_attention", "about_to_sleep", "at_risk",
    "cannot_lose", "hibernating", "lost",
)  # fmt: skip
TEXTBOOK = ("important", "secondary", "ordinary", "small")
CURRY = ("top", "large", "medium", "small")
ZEITHAML = ("platinum", "gold", "iron", "lead")
ABC = ("A", "B", "C")
STAGES = ("stability", "formation", "exploration", "decline")

LADDERS = (EIGHT, ELEVEN, TEXTBOOK, CURRY, ZEITHAML, ABC, tuple(QUADRANTS), STAGES)


def ladder_of(groups: Set[str]) -> tuple[str, ...] | None:
    """The ladder on which all these groups stand, if there is one.

    >>> ladder_of({"stability", "decline"})
    ('stability', 'formation', 'exploration', 'decline')
    >>> ladder_of({"gold", "my own group"}) is None
    True
    """
    return next((ladder for ladder in LADDERS if groups <= set(ladder)), None)
