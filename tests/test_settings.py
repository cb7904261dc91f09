"""Settings that figures hang on: each is what was measured, printed or agreed, and does not change by accident.

Whoever means to change one changes it here too, and says why in the CHANGELOG: it changes what users get.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping

import numpy as np
import pytest
from scipy import special, stats

from crmkit import _checks, _periods, _statistics
from crmkit.models import _base, _stirling, _value, spend_mean
from crmkit.outreach import _watch_clocks

# fmt: off
SETTINGS = {
    "_checks": {"DAYS_PER_YEAR": 365.25, "LONGEST": 2_900_000},
    "_periods": {"_DAYS": {"day": 1, "week": 7, "week_sunday": 7},
        "_MONTHS": {"month": 1, "quarter": 3, "year": 12}, "_LONGEST": 365_250,
        "_WEEKS": {"week": 4, "week_sunday": 3}},
    "customers": {"MANY": 200_000, "ASKED": 100_000},
    "_rfm.cutpoints": {"BANDS": (2.0, 3.0, 5.0)},
    "_rfm.segments": {"SHARED_TOP": 0.4},
    "_segment.clusters": {"SAMPLES": {"kmeans": 50000, "gaussian_mixture": 20000, "agglomerative": 5000},
        "SEARCHED": {"kmeans": 3000, "gaussian_mixture": 2000, "agglomerative": 2000}, "RESTARTS": 10},
    "_segment.clusters_choice": {"HALVINGS": 8, "CLOUDS": 8, "RESTARTS": 3,
        "BOUNDS": {"silhouette": (0.25, 0.5), "stability": (0.6, 0.85)}, "MARGIN": 0.02, "CLOUD_ROWS": 1000,
        "TOLERANCE": 0.02},
    "_segment.clusters_fit": {"LEAST_VARIANCE": 0.01},
    "_segment.clusters_profiles": {"LEVELS": (0.5, 1.5), "MOST_WORDS": 3},
    "_segment.clusters_scales": {"SKEWED": 1.0},
    "_segment.markov": {"ROUNDING": 1e-09},
    "_statistics": {"ROUNDING": 1e-12, "MANY": 300.0},
    "basket.recommending": {"NEIGHBOURS": 20, "_FINE": 1_048_576},
    "basket.rules": {"BUNDLE": 0.8},
    "churn._features": {"_SPANS": (30, 90, 365)},
    "churn._judged": {"BINS": 10},
    "churn._predictors": {"MOST_ROWS": 200_000, "_EDGE": 1e-06},
    "equity._matrix": {"_CLOSE": 1e-06},
    "equity._terms": {"_TOL": 1e-12},
    "equity.choice": {"_STEPS": 100, "_CLOSE": 1e-10, "_FAR": 12.0},
    "equity.moves": {"_COUNTED": 1e-09},
    "growth.matrix": {"GRACE": 7, "_TWO_YEARS": 740},
    "interpurchase": {"MOST_WEIGHT": 4.0},
    "lenses._exhibits": {"TENTHS": 10},
    "lenses.audit": {"_MOST_ORDERS": 10, "_MOST_REACHED": 20},
    "lifecycle._rhythm": {"FIRST": 90},
    "lifecycle._rules": {"FORMATION_ORDERS": 3, "STABILITY_ORDERS": 5, "TREND": 0.6, "DECLINE_AT": 2.0,
        "ENDED_AT": 4.0, "LONG_STABILITY": 8.0, "ADDED": 5, "ROUNDING": 1e-06,
        "_USUAL_LIMITS": {"growing": 0.6, "falling": -0.6, "decline_at": 2.0, "ended_at": 4.0, "long_stability": 8.0}},
    "loyalty._intervals": {"ADDED": 3.0, "_STEPS": 60},
    "loyalty._recovery": {"NUMBERS": 4, "GAPS": (30, 90)},
    "loyalty._surveys": {"_UNDATED": -10000000},
    "loyalty.complaining": {"_DAY": 86_400_000_000},
    "loyalty.importance": {"MOST": 15},
    "loyalty.matrix": {"MOSTLY": 0.5},
    "loyalty.promoters": {"SCALES": ((0, 10), (1, 10)), "PROMOTER": 9, "DETRACTOR": 6, "_SUSPECT": 0.001},
    "models._beta_geometric": {"TERMS": 64, "CANCELS": 1000.0},
    "models._boosted": {"PARTS": (1.0, 0.5, 0.25, 0.1), "MOST_ROWS": 200_000},
    "models._calendar": {"TWO_YEARS": 730, "ROUNDS": 2, "MOST_CELLS": 20000, "USUAL_EVENT": 0.7, "KNOTS": 48,
        "FINE": 20001, "_YEARS_AHEAD": 12},
    "models._compare": {"TOP": 0.1, "SAME": 0.001, "MOST_HOLDOUTS": 3, "FAR_OFF": 0.25},
    "models._default": {"JUDGED_AT": 3, "ENOUGH": 50, "ROUNDING": 1e-05, "SAMPLED": 30000,
        "LEARNT": {"boosted": 1.0, "mean": 0.5}},
    "models._diagnosis": {"LEVEL": 0.05, "NOTICED": 0.0001, "SHAKY": 1.0, "FAR": 25.0, "VANISHED": -300.0},
    "models._erlang": {"LEFT": 1e-17, "BLOCK": 64, "SUMMED": 8.0, "LEAST_Q": 1e-08},
    "models._fit": {"GAIN_ON_A_RIDGE": 1e-08, "GAIN_AT_A_MAXIMUM": 1e-12,
        "LONG_STEP": 0.1, "MOST_STEPS": 200, "FLAT": 0.1111111111111111},
    "models._learning": {"SAMPLE": 3000, "SURE": 0.5, "WEIGHED": 5000},
    "models._origins": {"MOST_ORIGINS": 6, "LEAST_ORIGINS": 2, "PARTS": (1.0, 0.75, 0.5, 0.35, 0.25),
        "STEP": 0.3333333333333333, "LEAST_STEP": 7, "LEAST_HORIZON": 28, "LEAST_PAST": 56, "LEAST_SHARE": 0.4,
        "USUAL_SPREAD": 0.045, "USUAL_BIAS": 0.06, "USUAL_SEASON": 0.1, "YEAR": 365},
    "models._posterior": {"PRIOR_SD": 2.0, "FREEDOM": 6, "WIDER": 1.2, "PER_DRAW": 4, "PROPOSALS": 300,
        "EFFECTIVE": 0.25, "START": 5.0},
    "models._purchases": {"GRID": 129, "SAMPLED_TOTAL": 5000},
    "models._quadrature": {"NEGLIGIBLE": 38.0, "PANEL": 6.0, "STEP": 0.27, "LEAST_P": 1e-140, "CHUNK": 4096},
    "models._regularity": {"REGULAR": 1.2, "STEPS": 60},
    "models._snapshots": {"WINDOWS": (28, 91, 182, 364)},
    "models._spend_power": {"USUAL": 0.5, "LEAST": 0.25, "MOST": 2.5, "ENOUGH": 50, "ORIGINS": 3, "ROUNDS": 60,
        "STEP": 0.3, "CLOSE": 1e-09},
    "models._steps": {"TERMS": 512, "NEGLIGIBLE": 45.0},
    "models._stirling": {"SERIES_FROM": 10.0},
    "models._totals": {"DRAWS": 30, "SAMPLE": 1000},
    "models._valuation": {"DISCOUNT_RATE": 0.1},
    "models._value": {"PAIRS": 4096, "BLOCK": 0.3333333333333333, "STEP": 0.041666666666666664, "ENOUGH": 50,
        "TOGETHER": 8, "LEFT_OVER": 0.02},
    "models.bg_bb": {
        "STARTS": ((1.0, 1.0, 0.5, 3.0), (1.0, 1.0, 0.01, 0.1), (3.0, 3.0, 3.0, 20.0), (200.0, 100.0, 1.0, 3.0)),
        "_TAKES": ((1, 0, 0, 0), (0, 1, 0, 0)), "_LEAVES": ((0, 0, 1, 0), (0, 0, 0, 1)),
        "_TAKE_ODDS": (1, -1, 0, 0), "_LEAVE_ODDS": (0, 0, 1, -1)},
    "models.cnbd": {"MOST_STAGES": 12, "PATIENCE": 2},
    "models.gamma_gamma": {"STARTS": ((1.5, 2.5, 1.5), (20.0, 5.0, 0.2), (0.5, 20.0, 40.0))},
    "models.nbd_otb": {"ONCE": (0, 1)},
    "models.pareto_nbd": {
        "RULES": ((3.0, 1.2, 1, 8), (16.0, 4.2, 1, 16), (39.0, 10.0, 1, 32), (math.inf, 30.0, 4, 32),
            (math.inf, math.inf, 32, 32)),
        "GRID": 65536, "MOST_NODES": 512, "MOST_POWERS": 800},
    "models.spend_mean": {"LEAST": 1e-06, "LEAST_BOTH": 10, "PARTS": (1.0, 0.5, 0.25)},
    "outreach._returns": {"CLASSES": (1, 2, 3, 5), "DAYS": 7, "UNIT": 100.0, "LEVEL": 1.0, "SLOPE": 0.3,
        "CURVATURE": 0.3, "_WEAK": 0.001, "_STEPS": 100, "_CLOSE": 1e-10},
    "outreach._watch_clocks": {"CHANGED_BEFORE": 0.05, "LEAST_SPREAD": 0.25, "LEAST_NOISE": 0.05, "MOST_GAPS": 4.0,
        "LEAST_VARIETY": 0.05, "ROUNDS": 2, "FEWEST_PEERS": 10, "BASE_GAPS": 3, "DAYS_PER_YEAR": 365.25},
    "outreach.campaign": {"STEPS": 100},
    "outreach.watch": {"CHOICES": (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)},
    "outreach.win_back": {"DEFAULT_RULE": {"returning": 0.9}, "RATE_SHARE": 0.6666666666666666,
        "LEAST_RETURNS": 30},
    "pyramid": {"ROUNDING": 1e-09, "LEAST_WINDOWS": 3, "TOP": (0.01, 0.05, 0.1, 0.2, 0.5),
        "REACH": (0.5, 0.8, 0.9, 0.95)},
    "retention._cohort_counts": {"MOST_CELLS": 5_000_000},
    "retention._cohort_pages": {"MOST_ROWS": 24, "WIDE": 120},
    "retention.cohorts": {"DAYS": (1, 3, 7, 14, 30, 60, 90),
        "BRACKETS": ((1, 30), (31, 60), (61, 90), (91, 180), (181, 365))},
    "retention.contracts": {"OPEN": 2_147_483_647},
    "retention.revenue": {"_HALF": 0.5},
    "schemes": {"TEXTBOOK": {"important": 0.01, "secondary": 0.19, "ordinary": 0.3, "small": 0.5},
        "CURRY": {"top": 0.01, "large": 0.04, "medium": 0.15, "small": 0.8},
        "ZEITHAML": {"platinum": 0.2, "gold": 0.3, "iron": 0.3, "lead": 0.2},
        "ABC": {"A": 0.8, "B": 0.15, "C": 0.05}},
    "scoring": {"TOP": 0.2, "REACH": 0.8},
    "survival._km": {"ROUNDING": 1e-12},
    "validation.backtesting": {"SHARES": (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
        "MOST_ORIGINS": 4, "TOP": 0.2},
    "validation.reruns": {"GRADES": {"A": 0.95, "B": 0.85, "C": 0.7, "D": 0.5, "E": 0.0}, "N_SHAKIEST": 10},
    "wallet._nbd": {"_TAIL": 1e-13, "_LONGEST": 2_000_000},
    "wallet.dirichlet": {"_LEAST": 0.0001, "_MOST": 10000.0, "_NOTCH": 1.58},
}
# fmt: on


@pytest.mark.parametrize("module", SETTINGS)
def test_settings_are_what_they_were(module):
    found = importlib.import_module(f"crmkit.{module}")
    now = {name: getattr(found, name) for name in SETTINGS[module]}
    assert {name: dict(value) if isinstance(value, Mapping) else value for name, value in now.items()} == (
        SETTINGS[module]
    )


def test_grids_reach_as_far_as_they_did():
    from crmkit.models import _origins

    for grid, ends in (
        (_origins.SPREADS, (0.003, 1.5, 32)),
        (_origins.BIASES, (0.01, 0.8, 12)),
        (spend_mean.PULLS, (0.02, 100_000.0, 200)),
    ):
        assert (grid[0], grid[-1], grid.size) == pytest.approx(ends)
        assert np.diff(np.log(grid)) == pytest.approx(np.log(ends[1] / ends[0]) / (ends[2] - 1))
    assert _watch_clocks.SPREADS.ravel() == pytest.approx([3.0**power for power in range(-1, 8)])
    assert pytest.approx(np.exp(-2 / _watch_clocks.SPREADS) / _watch_clocks.SPREADS**2) == _watch_clocks.CHANCES


def test_constants_of_mathematics_and_of_the_calendar():
    assert _statistics.Z == _base.Z_95 == pytest.approx(stats.norm.ppf(0.975), rel=1e-15)
    assert pytest.approx(2 * stats.norm.ppf(0.75), rel=1e-7) == _value.NORMAL_QUARTILES
    assert pytest.approx(stats.norm.ppf(0.95), rel=1e-7) == spend_mean.ONE_SIDED
    assert pytest.approx(stats.chi2.ppf(0.5, 1), abs=5e-5) == _watch_clocks.MEDIAN_SQUARE
    assert list(_stirling.BERNOULLI) == pytest.approx(list(special.bernoulli(16)[2::2]), rel=1e-10)
    assert pytest.approx(math.log(2 * math.pi) / 2, rel=1e-15) == _stirling.HALF_LOG_TWO_PI
    assert _checks.DAYS == {"D": 1, "W": 7, "M": 30.4375, "Y": 365.25}
    assert _base.DAYS_IN == {"day": 1, "week": 7, "month": 30.4375, "year": 365.25}
    assert _periods._MONTHS["year"] == 4 * _periods._MONTHS["quarter"] == 12 * _periods._MONTHS["month"]
