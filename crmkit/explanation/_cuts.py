"""Cuts of the scores in whole steps, and the changes that reach them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from crmkit import _checks, labels, pyramid, rfm
from crmkit._rfm.measures import MEASURES
from crmkit._types import Ints, Table
from crmkit.downgrades import FrozenScheme
from crmkit.errors import ArgumentError
from crmkit.labels import Language
from crmkit.transactions import Transactions

TOMORROW = 1  # the next day on which anything can be done; what ends then comes too late
ANY = 0  # level of a way that asks for no particular spend
MEASURED = {"recency": ("recency",), "frequency": ("frequency", "orders"), "monetary": ("monetary",)}


def refuse_settings(bins: int, scheme: Any, tiers: Table, scorer: rfm.Scorer | None, language: Language) -> None:
    """A wrong setting comes to light before any work."""
    _checks.count("bins", bins, least=2)
    labels.resolve(language)
    pyramid.assign_tiers({"monetary": [1.0]}, scheme=tiers)
    if scorer is None:
        measures = {name: [1.0] for name in MEASURES}
        FrozenScheme.of(rfm.Scorer(bins=bins).fit(measures), scheme)
        return
    FrozenScheme.of(scorer, scheme)
    for measure, known in MEASURED.items():
        scorer.points(measure, [])
        if scorer.columns[measure] not in known:
            raise ArgumentError(
                "explanation_scorer_reads_purchase_does",
                measure=measure,
                value=scorer.columns[measure],
                value_0=known[0],
            )
    if bins not in (5, scorer.bins):
        raise ArgumentError("bins", bins, "explanation_scorer_given_bins_contradict", bins=scorer.bins)


def frozen_scheme_of(listed: Any, bins: int, scheme: str | rfm.Rules, scorer: rfm.Scorer | None) -> FrozenScheme:
    return FrozenScheme.of(scorer or rfm.Scorer(bins=bins).fit(listed), scheme)


def units_per_money(tx: Transactions) -> int:
    """Units per 1 of currency in which spend is whole."""
    return tx.scale // tx.guard


def edge(scorer: rfm.Scorer, measure: str, level: int, per: int) -> int | None:
    """The worst whole number of steps (days, orders, 1 / per of money) that earns a score; None if nothing does."""
    cut = scorer.cutpoints_[measure][()].cuts[level - 2]
    if not np.isfinite(cut):
        return None
    near = int(np.floor(cut * per)) + np.arange(-2, 4)
    earned = near[scorer.points(measure, near / per) >= level].tolist()
    return int(max(earned) if measure == "recency" else min(earned))


def points_of(scorer: rfm.Scorer, measure: str, steps: int | None, per: int) -> int | None:
    return None if steps is None else int(scorer.points(measure, [steps / per])[0])


def spends_of(scorer: rfm.Scorer, per: int) -> list[int | None]:
    """The least units of money that earn score 2, 3, ... of M."""
    return [edge(scorer, "monetary", level, per) for level in range(2, len(scorer.cutpoints_["monetary"][()].cuts) + 2)]


def spend_levels(scorer: rfm.Scorer, m: Ints, spends: Sequence[int | None], per: int) -> Iterator[tuple[Ints, Ints]]:
    """Levels of spend to aim at, the least first, and the score of M that each gives."""
    yield np.full(len(m), ANY), m
    for level, units in enumerate(spends, start=2):
        if units is not None:
            above = level > m
            (earned,) = scorer.points("monetary", [units / per])
            yield np.where(above, level, ANY), np.where(above, earned, m)


def order_ways(frozen: FrozenScheme, orders: Ints, m: Ints, spends: Sequence[int | None], per: int) -> Iterator[Any]:
    """All changes by further orders that can matter: orders, level of spend (or ANY), segment reached; arrays.

    Scores are steps, so the least change is at the foot of one: the orders that reach a level of F and the spend that
    reaches a level of M. They come by fewest orders, then by least spend, for each customer alike.
    """
    scorer = frozen.scorer
    (fresh,) = scorer.points("recency", [0.0])
    feet = [edge(scorer, "frequency", level, 1) for level in range(2, len(scorer.cutpoints_["frequency"][()].cuts) + 2)]
    for foot in [0, *(foot for foot in feet if foot is not None)]:
        more = np.maximum(foot - orders, 1)
        f = scorer.points("frequency", orders + more)
        for level, after in spend_levels(scorer, m, spends, per):
            yield more, level, frozen.code(fresh, f, after)
