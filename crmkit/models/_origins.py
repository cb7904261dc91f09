"""A model's own past: what it would have said at earlier origins, and how far off that was.

A model is fitted to the past up to an origin and says a total for a horizon that is over by now; ln(actual / said) is
its error. Errors of neighbouring origins share part of their horizon, so together they count for as many as there are
whole horizons in the time that they cover. From them comes what the next total may be off by: errors are taken to be

    e_i = b + u_i + (chance and parameters of that origin, whose variance s_i^2 the model states itself),

with b one bias of this shop, normal around 0, and u_i ~ N(0, tau^2) what is new at each origin. Neither scale is known
from a handful of origins. Both are averaged over, with weights from the errors and from what forecasts of totals are
usually off by: half-Cauchy priors of scale `USUAL_SPREAD` and `USUAL_BIAS`. Few origins, or origins that contradict
each other, so give wide intervals; many good ones narrow ones, shifted by the bias. (Half-t priors with three degrees
of freedom and wider scales did worse on all sides: steady shops got wider intervals, unsteady ones narrower.)

The horizon of the origins is that of the forecast where the past is long enough, otherwise a part of it; what is new
at an origin is then taken to grow with the root of the horizon.

A past of less than a year holds no day of the season to come, and its origins cannot show it either. Quarters are
taken to lie 10 % from the mean of their year (`USUAL_SEASON`; six years of an apparel shop show 15 %). A forecast
carries the season of the past into another one, so it may be off by the root of two times that, less over a longer
horizon, and not at all over a year: `unseen_season` joins the uncertainty until a year has passed.

Source: Gelman (2006), Prior distributions for variance parameters in hierarchical models, Bayesian Analysis 1(3),
515-534 (half-Cauchy priors where groups are few).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from crmkit._types import Floats

# Most origins that a forecast goes back to: older errors mislead more than they tell.
MOST_ORIGINS = 6
# Fewest, below which a forecast is not called back-tested.
LEAST_ORIGINS = 2
# Parts of the horizon that are tried, longest first, until the past holds enough origins.
PARTS = (1.0, 0.75, 0.5, 0.35, 0.25)
# Origins lie this part of the horizon apart, in days at least.
STEP, LEAST_STEP = 1 / 3, 7
# Days of horizon, and days of past before an origin, below which an error says little.
LEAST_HORIZON, LEAST_PAST = 28, 56
# Part of today's past that an origin must have had: who knew far less forecast far worse.
LEAST_SHARE = 0.4

USUAL_SPREAD, USUAL_BIAS = 0.045, 0.06
# Deviation of the logarithm of a quarter's purchases from those of its year; days of the year that shows it.
USUAL_SEASON, YEAR = 0.10, 365
# Grids of tau and of the scale of b, evenly in their logarithms, with the whole range that matters.
SPREADS = np.geomspace(0.003, 1.5, 32)
BIASES = np.geomspace(0.01, 0.8, 12)


@dataclass(frozen=True, slots=True)
class Plan:
    """Earlier origins whose whole horizon lies in the past, the latest first; day numbers."""

    origins: tuple[int, ...]
    days: int  # horizon at each
    step: int  # from one to the next

    @property
    def weight(self) -> float:
        """What each error counts for: the time that all horizons cover, in horizons, over the number of origins."""
        n = len(self.origins)
        return min(1.0, (1 + (n - 1) * self.step / self.days) / n)


def plan(first_day: int, last_day: int, days: int, *, least_past: int = 0) -> Plan | None:
    """Where to look back from `last_day` for a horizon of `days`; None where the past is too short.

    No origin has less than `least_past` days of past.

    >>> plan(0, 1000, 90)
    Plan(origins=(910, 880, 850, 820, 790, 760), days=90, step=30)
    >>> plan(0, 200, 182)
    Plan(origins=(136, 115, 94), days=64, step=21)
    >>> plan(0, 80, 91) is None
    True
    """
    for part in PARTS:
        horizon = round(part * days)
        if horizon < min(LEAST_HORIZON, days):
            continue
        step = max(LEAST_STEP, round(STEP * horizon))
        least = max(min(LEAST_PAST, 2 * horizon), least_past, round(LEAST_SHARE * (last_day - first_day)))
        origins = range(last_day - horizon, first_day + least - 1, -step)[:MOST_ORIGINS]
        if len(origins) >= LEAST_ORIGINS:
            return Plan(tuple(origins), horizon, step)
    return None


@dataclass(frozen=True, slots=True)
class Errors:
    """Errors of totals, ln(actual / said), with the deviation that the model states, and what each counts for."""

    error: Floats
    deviation: Floats
    weight: float
    days: int  # horizon of each


@dataclass(frozen=True, slots=True)
class Factor:
    """What a total may be off by: a mixture of normal distributions of its logarithm, fields of shape (n,)."""

    weight: Floats
    mean: Floats
    deviation: Floats

    def points(self, n: int = 400) -> tuple[Floats, Floats]:
        """Factors, and the probability of each, that stand for the distribution."""
        reach = 8 * self.deviation
        ends = np.linspace(float((self.mean - reach).min()), float((self.mean + reach).max()), 8 * n)
        below = np.array([float(self.weight @ ndtr((end - self.mean) / self.deviation)) for end in ends])
        share = (np.arange(n) + 0.5) / n
        return np.exp(np.interp(share, below, ends)), np.full(n, 1 / n)


def unseen_season(days: float, span: float | None) -> float:
    """What a season that the past of `span` days has not seen may do to a horizon, a deviation in logarithms.

    >>> [round(unseen_season(days, 200), 3) for days in (30, 91, 182, 365, 900)]
    [0.155, 0.142, 0.1, 0.0, 0.0]
    >>> unseen_season(91, 365), unseen_season(91, None)
    (0.0, 0.0)
    """
    if span is None or span >= YEAR or days >= YEAR:
        return 0.0
    quarter, horizon = (float(np.sinc(length / YEAR)) for length in (YEAR / 4, days))
    return USUAL_SEASON * 2**0.5 * horizon / quarter


def factor_of(errors: Errors | None, days: float, own: float, *, unseen: float = 0.0) -> Factor:
    """What the next total may be off by, with `own` the uncertainty of its parameters, in logarithms.

    Without errors of the past only the latter is known; with them, `unseen` joins what they could not show.

    >>> steady = Errors(np.full(4, -0.2), np.full(4, 0.02), 1 / 3, 90)
    >>> found = factor_of(steady, 90, 0.02)
    >>> round(float(found.weight @ found.mean), 2)
    -0.14
    """
    if errors is None:
        return Factor(np.ones(1), np.zeros(1), np.full(1, max(own, 1e-6)))
    tau, scale = (grid.ravel() for grid in np.meshgrid(SPREADS, BIASES, indexing="ij"))
    variance = errors.deviation**2 + tau[:, None] ** 2
    w = errors.weight
    known, pull = (w / variance).sum(axis=1), (w * errors.error / variance).sum(axis=1)
    log_weight = _half_cauchy(tau, USUAL_SPREAD) + _half_cauchy(scale, USUAL_BIAS)
    # The bias is integrated out exactly.
    log_weight -= w / 2 * (np.log(variance) + errors.error**2 / variance).sum(axis=1)
    log_weight += pull**2 / (known + scale**-2) / 2 - np.log1p(scale**2 * known) / 2
    weight = np.exp(log_weight - log_weight.max())
    longer = max(days / errors.days, 1.0)
    left = 1 / (known + scale**-2)
    return Factor(weight / weight.sum(), pull * left, np.sqrt(own**2 + unseen**2 + longer * tau**2 + left))


def _half_cauchy(value: Floats, scale: float) -> Floats:
    """Log density of a half-Cauchy distribution, of the logarithm of the value."""
    return np.asarray(np.log(value) - np.log1p((value / scale) ** 2))


def error_of(actual: float, said: float) -> float:
    """How far a total was off, in logarithms; half a purchase keeps it finite.

    >>> round(error_of(120, 100), 3), round(error_of(0, 3), 3)
    (0.181, -1.946)
    """
    return float(np.log((actual + 0.5) / (said + 0.5)))


def gathered(errors: Sequence[tuple[float, float]], found: Plan) -> Errors | None:
    """The errors and deviations of the origins that could be judged; None if too few could."""
    if len(errors) < LEAST_ORIGINS:
        return None
    error, deviation = (np.array(column) for column in zip(*errors, strict=True))
    return Errors(error, deviation, found.weight, found.days)
