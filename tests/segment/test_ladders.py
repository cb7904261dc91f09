"""The order of crmkit's own groups against the schemes that name them."""

from __future__ import annotations

import itertools

import pytest

import crmkit as crm
from crmkit import labels, lifecycle, pyramid, rfm, schemes


def test_the_rooms_show_the_schemes_as_their_own():
    assert (rfm.EIGHT, rfm.ELEVEN) == (schemes.EIGHT, schemes.ELEVEN)
    assert pyramid.SCHEMES == schemes.TIERS
    assert (pyramid.TEXTBOOK, pyramid.ABC) == (schemes.TEXTBOOK, schemes.ABC)


def test_every_scheme_and_every_stage_has_its_ladder():
    for scheme in (rfm.EIGHT, rfm.ELEVEN, *pyramid.SCHEMES.values()):
        assert tuple(scheme) in schemes.LADDERS
    assert sorted(schemes.STAGES_BY_WORTH) == sorted(lifecycle.STAGES)


@pytest.mark.parametrize("group", sorted({group for ladder in schemes.LADDERS for group in ladder}))
def test_every_group_has_words_in_both_languages(group):
    assert labels.segment(group, "en") != group or group in "ABC"
    assert labels.segment(group, "zh") != group or group in "ABC"


def test_two_groups_never_stand_in_different_orders_on_two_ladders():
    """A few groups of one scheme may be found on another, so it must not matter on which."""
    above = {}
    for ladder in schemes.LADDERS:
        for better, worse in itertools.combinations(ladder, 2):
            above.setdefault(frozenset((better, worse)), set()).add((better, worse))
    assert all(len(orders) == 1 for orders in above.values())


def test_a_scheme_of_segments_is_data_and_nothing_else(monkeypatch):
    four = {"star": {"r": "high", "m": "high"}, "rising": {"r": "high", "m": "low"},
            "sleeping_star": {"r": "low", "m": "high"}, "gone": {"r": "low", "m": "low"}}  # fmt: skip
    monkeypatch.setitem(schemes.SEGMENTS, "four", four)
    tx = crm.Transactions(crm.datasets.load_ten_customers())
    named = rfm.segment(rfm.score(tx), scheme="four")
    assert named["segment"].tolist() == rfm.segment(rfm.score(tx), scheme=four)["segment"].tolist()
    assert rfm.describe_segments(named)["segment"].tolist() == [name for name in four if name in set(named["segment"])]
    assert rfm.segment_rules("four")["segment"].tolist() == list(four)
    assert "segment" in crm.score_customers(tx, scheme="four").columns
    with pytest.raises(crm.errors.ArgumentError, match="'eight', 'eleven', 'four'"):
        rfm.segment(rfm.score(tx), scheme="five")
