"""What a query holds fixed: cutpoints, rules of segments, tiers and parameters, read from whatever was fitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _frame, rfm
from crmkit._rfm.measures import MEASURES, SCORES
from crmkit._rfm.rules import plain_scheme, rules_of
from crmkit._types import Duration
from crmkit.errors import ArgumentError, DataError, NotFittedError, Words
from crmkit.models._base import DAYS_IN
from crmkit.models._beta_geometric import BetaGeometricParams
from crmkit.models._value import tells_dropout
from crmkit.models.bg_nbd import BGNBD
from crmkit.models.gamma_gamma import GammaGamma
from crmkit.models.mbg_nbd import MBGNBD
from crmkit.models.spend_mean import SpendMean
from crmkit.sql._nodes import Nodes, nodes_of

Ranges: TypeAlias = Mapping[str, tuple[int, int]]

MODELS = {BGNBD: 0, MBGNBD: 1}  # and the chances to leave that a customer had with the first purchase
SCORED_HINT = Words("hint_scored")


@dataclass(frozen=True, slots=True)
class Scores:
    """Frozen RFM scores.

    Attributes
    ----------
    columns : mapping of measure to column
        Where the measures are found.
    cutpoints : mapping of measure to mapping of cell to Cutpoints
        As a `Scorer` keeps them.
    levels : int
        The most levels of a measure.
    weights : three floats, or None
        Of the column `rfm_weighted`.
    """

    columns: Mapping[str, str]
    cutpoints: Mapping[str, Mapping[tuple[int, ...], rfm.Cutpoints]]
    levels: int
    weights: Sequence[float] | None = None


class Tier(NamedTuple):
    """A tier, and the least value that belongs to it."""

    name: str
    least: float


@dataclass(frozen=True, slots=True)
class Purchases:
    """A model of purchases with all times in days, a horizon, and the quadrature that serves both."""

    name: str
    params: BetaGeometricParams
    first_chance: int
    tells_dropout: bool
    horizon: str
    nodes: Nodes


class Spend(NamedTuple):
    """Parameters of expected spend, whether the first purchase counts, and the power of it that money goes with."""

    p: float
    q: float
    v: float
    counts_first: bool
    power: float
    level: float


@dataclass(frozen=True, slots=True)
class Frozen:
    """Everything that one query holds fixed; what was not given is None or empty."""

    scores: Scores | None = None
    segments: Sequence[tuple[str, Ranges]] = ()
    labels: Mapping[str, tuple[str, str]] | None = None
    tiers: Sequence[Tier] = ()
    purchases: Purchases | None = None
    spend: Spend | None = None


def frozen_of(fitted: Any, scheme: Any, horizon: Duration, discount_rate: float) -> Frozen:
    """What a scorer, a scored list, a model, or several of them hold fixed."""
    parts = list(fitted) if isinstance(fitted, list | tuple) else [fitted]
    scores, purchases, spend, table = None, None, None, None
    tiers: Sequence[Tier] = ()
    for part in parts:
        if isinstance(part, rfm.Scorer):
            scores = _once(scores, _of_scorer(part), fitted)
        elif type(part) in MODELS:
            purchases = _once(purchases, _of_purchases(part, horizon, discount_rate), fitted)
        elif isinstance(part, GammaGamma):
            spend = _once(spend, _of_spend(part), fitted)
        elif _frame.engines.is_table(part):
            table = _once(table, _frame.open_table(part), fitted)
        else:
            raise ArgumentError("fitted", part, "sql_fitted")
    if table is not None:
        _refuse_no_scores(table)
        if "r_score" in table.columns:
            scores = _once(scores, _of_scored(table), fitted)
        tiers = _of_tiers(table) if "tier" in table.columns else ()
    segments, words = ((), None) if scores is None or scheme is None else _of_scheme(scheme, scores.levels)
    if table is not None and segments and "segment" in table.columns:
        _refuse_other_segments(table, scheme, scores.levels if scores else 0)
    if spend is not None and purchases is None:
        raise ArgumentError("fitted", fitted, "sql_spend_alone")
    return Frozen(scores, segments, words, tiers, purchases, spend)


def _once(before: Any, found: Any, fitted: Any) -> Any:
    if before is not None:
        raise ArgumentError("fitted", fitted, "sql_twice")
    return found


# --- scores, segments, tiers ----------------------------------------------------------------------------------------


def _of_scorer(scorer: rfm.Scorer) -> Scores:
    if not hasattr(scorer, "cutpoints_"):
        raise NotFittedError("rfm_scorer_cuts_yet_call")
    if any(cutpoints.ids for by_cell in scorer.cutpoints_.values() for cutpoints in by_cell.values()):
        raise ArgumentError("sql_ids")
    levels = max(len(cutpoints.cuts) + 1 for found in scorer.cutpoints_.values() for cutpoints in found.values())
    return Scores(scorer.columns, scorer.cutpoints_, levels, scorer.weights)


def _of_scored(table: _frame.Table) -> Scores:
    """Cuts that give the scores of a list: the worst value with each score. It must be the value alone that decides."""
    cutpoints: dict[str, dict[tuple[int, ...], rfm.Cutpoints]] = {}
    columns = {measure: measure for measure in MEASURES}
    _frame.open_table(table.give_back(table.frame), numbers=[*columns, *SCORES.values()], hint=SCORED_HINT)
    levels = 0
    for measure, score in SCORES.items():
        low, high, found = _spans(table, score, measure)
        best, worst = (-high, -low) if measure == "recency" else (low, high)
        if (best[1:] <= worst[:-1]).any():
            raise DataError("sql_scores", column=score, value=measure)
        top = int(found[-1])
        at = np.searchsorted(found, np.arange(2, top + 1))
        cuts = tuple((high if measure == "recency" else low)[at].tolist())
        cutpoints[measure] = {(): rfm.Cutpoints(cuts)}
        levels = max(levels, top)
    return Scores(columns, cutpoints, levels)


def _spans(table: _frame.Table, group: str, value: str) -> tuple[Any, Any, Any]:
    """Lowest and highest value of each group, and the groups in order."""
    bare = table.frame.select(nw.col(group).alias("group"), nw.col(value).cast(nw.Float64).alias("value"))
    found = table.collect(bare.group_by("group").agg(low=nw.col("value").min(), high=nw.col("value").max()))
    order = np.argsort(found["group"], kind="stable")
    low, high, groups = (np.asarray(found[name])[order] for name in ("low", "high", "group"))
    return low, high, groups


def _of_tiers(table: _frame.Table) -> tuple[Tier, ...]:
    """Tiers, the best first, with the least value of each; the last one takes whatever is below."""
    _frame.open_table(table.give_back(table.frame), numbers=["monetary"], keys=["tier"], hint=SCORED_HINT)
    low, high, names = _spans(table, "tier", "monetary")
    order = np.argsort(-low, kind="stable")
    if (high[order][1:] >= low[order][:-1]).any():
        raise DataError("sql_scores", column="tier", value="monetary")
    return tuple(Tier(str(names[at]), float(low[at])) for at in order)


def _of_scheme(scheme: Any, levels: int) -> tuple[Sequence[tuple[str, Ranges]], Mapping[str, tuple[str, str]]]:
    """The rules of a scheme on this scale, and what people call its segments in both languages."""
    if scheme == "eleven" and levels != 5:
        raise ArgumentError("downgrades_scheme_eleven_made_levels", bins=levels)
    scheme = plain_scheme(scheme)
    tables = [rfm.segment_rules(scheme, language=language) for language in ("en", "zh")]
    english, chinese = (dict(zip(rules["segment"], rules["label"], strict=True)) for rules in tables)
    return rules_of(scheme, bins=levels), {name: (english[name], chinese[name]) for name in english}


def _refuse_other_segments(table: _frame.Table, scheme: Any, levels: int) -> None:
    """The segments of the list must be those of the scheme that is written."""
    cells = table.cells([*SCORES.values(), "segment"])
    named = rfm.segment({name: cells[name] for name in SCORES.values()}, scheme=scheme, bins=levels)
    if named["segment"].tolist() != cells["segment"].tolist():
        raise ArgumentError("scheme", scheme, "sql_scheme")


def _refuse_no_scores(table: _frame.Table) -> None:
    if not {"r_score", "tier"} & set(table.columns):
        raise ArgumentError("sql_no_scores")


# --- models ---------------------------------------------------------------------------------------------------------


def _of_purchases(model: Any, horizon: Duration, discount_rate: float) -> Purchases:
    params = model.parameters
    if model.covariates or model.one_time:
        raise ArgumentError("sql_covariates", name=type(model).__name__)
    days = _checks.days_of(horizon)
    rate = _checks.finite("discount_rate", discount_rate)
    if rate < 0:
        raise ArgumentError("discount_rate", discount_rate, "sql_discount_rate")
    delta = float(np.log1p(rate)) / _checks.DAYS_PER_YEAR
    daily = BetaGeometricParams(r=params.r, alpha=params.alpha * DAYS_IN[model.period], a=params.a, b=params.b)
    chances = MODELS[type(model)]
    nodes = nodes_of(daily, chances, days, delta)
    return Purchases(type(model).__name__, daily, chances, tells_dropout(model), str(horizon), nodes)


def _of_spend(model: GammaGamma) -> Spend:
    params = model.parameters
    first = isinstance(model, SpendMean)
    if params.q <= 1 and not first:
        raise DataError("sql_no_mean", q=params.q)
    power, level = (model.parameters.power, model.parameters.level) if isinstance(model, SpendMean) else (1.0, 1.0)
    return Spend(params.p, params.q, params.v, first, power, level)
