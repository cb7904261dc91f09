"""The order of crmkit's own groups against the schemes that name them."""

from __future__ import annotations

import itertools

import pytest

from crmkit import lifecycle, pyramid, rfm
from crmkit._segment import _ladders
from crmkit._segment.value_matrix import QUADRANTS


@pytest.mark.parametrize(
    ("ladder", "scheme"),
    [
        (_ladders.EIGHT, rfm.EIGHT),
        (_ladders.ELEVEN, rfm.ELEVEN),
        (_ladders.TEXTBOOK, pyramid.TEXTBOOK),
        (_ladders.CURRY, pyramid.CURRY),
        (_ladders.ZEITHAML, pyramid.ZEITHAML),
        (_ladders.ABC, pyramid.ABC),
    ],
)
def test_segments_and_tiers_stand_in_the_order_of_their_scheme(ladder, scheme):
    assert list(ladder) == list(scheme)


def test_every_scheme_of_tiers_and_every_stage_has_its_ladder():
    for scheme in pyramid.SCHEMES.values():
        assert tuple(scheme) in _ladders.LADDERS
    assert sorted(_ladders.STAGES) == sorted(lifecycle.STAGES)
    assert tuple(QUADRANTS) in _ladders.LADDERS


def test_two_groups_never_stand_in_different_orders_on_two_ladders():
    """A few groups of one scheme may be found on another, so it must not matter on which."""
    above = {}
    for ladder in _ladders.LADDERS:
        for better, worse in itertools.combinations(ladder, 2):
            above.setdefault(frozenset((better, worse)), set()).add((better, worse))
    assert all(len(orders) == 1 for orders in above.values())
