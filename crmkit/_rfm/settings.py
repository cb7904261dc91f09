"""RFM: what `score` is told, checked: methods, columns, fixed cuts and weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from crmkit import _checks
from crmkit._rfm.measures import MEASURES
from crmkit.errors import ArgumentError

METHODS = ("quantile", "rank", "nested", "bands", "mean", "median")


def methods_of(method: str | Mapping[str, str], cuts: Mapping[str, Any]) -> dict[str, str]:
    """The method of each measure."""
    if isinstance(method, str):
        _checks.choice("method", method, METHODS)
        if method == "nested" and cuts:
            raise ArgumentError("rfm_method_nested_learns_every")
        chosen = dict.fromkeys(MEASURES, "quantile" if method == "bands" else method)
        chosen["frequency"] = method
    else:
        _refuse_unknown_measures("method", method)
        chosen = dict.fromkeys(MEASURES, "quantile") | dict(method)
        for name in chosen.values():
            _checks.choice("method", name, [known for known in METHODS if known != "nested"])
        if "bands" in (chosen["recency"], chosen["monetary"]):
            raise ArgumentError("rfm_bands_counts_orders_frequency")
    return chosen | dict.fromkeys(cuts, "cuts")


def columns_of(measures: Mapping[str, str] | None) -> dict[str, str]:
    """The column of each measure."""
    named = {} if measures is None else measures
    _refuse_unknown_measures("measures", named)
    return {name: named.get(name, name) for name in MEASURES}


def fixed_cuts(cuts: Mapping[str, Sequence[float]] | None) -> dict[str, tuple[float, ...]]:
    """The caller's cuts, ordered from score 2 upwards: of recency the most days first."""
    if cuts is None:
        return {}
    _refuse_unknown_measures("cuts", cuts)
    return {measure: _fixed(measure, listed) for measure, listed in cuts.items()}


def _fixed(measure: str, listed: Sequence[float]) -> tuple[float, ...]:
    try:
        numbers = sorted((float(cut) for cut in listed), reverse=measure == "recency")
    except (TypeError, ValueError):
        numbers = []
    if not numbers or any(np.isnan(numbers)):
        raise ArgumentError("rfm_cuts_cuts_least_number", measure=measure, listed=listed)
    return tuple(numbers)


def _refuse_unknown_measures(name: str, mapping: Any) -> None:
    if not isinstance(mapping, Mapping) or set(mapping) - set(MEASURES):
        raise ArgumentError(name, mapping, "rfm_known_mapping_recency_frequency")


def weights_of(weights: Mapping[str, float] | Sequence[float] | None) -> tuple[float, ...] | None:
    if weights is None:
        return None
    if isinstance(weights, Mapping):
        _refuse_unknown_measures("weights", weights)
        weights = [weights.get(measure, 0) for measure in MEASURES]
    numbers = tuple(_checks.finite("weights", weight) for weight in weights)
    if len(numbers) != len(MEASURES) or min(numbers) < 0 or sum(numbers) == 0:
        raise ArgumentError("weights", weights, "rfm_do_weigh_r_f")
    return numbers
