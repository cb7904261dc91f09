"""The optimiser that all probability models share, and what it says about where it stopped.

A model hands over a function that returns the log-likelihood with its exact gradient and
Hessian in the logarithms of the parameters, and a few starting points. `maximise` climbs from
each with a trust-region Newton method inside a box and returns the best point. It always ends:
in a maximum, at the edge of the box, or on a ridge where climbing further gains nothing
that matters; `flat_directions` tells the last case from the first.

Sources: Nocedal & Wright (2006), Numerical Optimization, chapters 4 (trust regions) and 16.7
(projected steps on a box).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crmkit._types import Floats

Objective = Callable[[Floats], tuple[float, Floats, Floats]]

# A factor of a million either way of 1, in whatever unit the model has scaled its data to.
BOX = np.log(1e6)
# Climbing ends when the next step promises less than this, in log-likelihood units: on a ridge,
# where steps stay long, a looser promise is enough than at a maximum, where a step costs nothing.
GAIN_ON_A_RIDGE, GAIN_AT_A_MAXIMUM = 1e-8, 1e-12
LONG_STEP = 0.1
MOST_STEPS = 200
# A direction in which a twentyfold change of parameters costs less than half a log-likelihood
# unit: its standard error, in logarithms, is above 3.
FLAT = 1 / 3.0**2


@dataclass(frozen=True, slots=True)
class Optimum:
    """Where the climb ended: k parameters, all derivatives in their logarithms.

    `at_bound` marks parameters held at the edge of the box. `newton_decrement` is the gain
    that one more step promised, in log-likelihood units.
    """

    theta: Floats
    log_likelihood: float
    gradient: Floats
    hessian: Floats
    at_bound: NDArray[np.bool_]
    evaluations: int
    newton_decrement: float


def maximise(
    objective: Objective,
    starts: Iterable[ArrayLike],
    *,
    lower: ArrayLike | None = None,
    upper: ArrayLike | None = None,
) -> Optimum:
    """Highest point of `objective` that a climb from any of `starts` reaches.

    Parameters
    ----------
    objective : function of theta, shape (k,)
        Returns the total log-likelihood, its gradient (k,) and Hessian (k, k), all with
        respect to theta, the logarithms of the parameters.
    starts : points, each of shape (k,)
        Likelihoods of lifetime models have several optima; one start is not enough.
    lower, upper : arrays (k,), optional
        The box in theta; by default a factor of a million either way of 1, so scale the data.

    Examples
    --------
    >>> def bell(theta):
    ...     return float(-((theta - 2) ** 2).sum()), -2 * (theta - 2), -2 * np.eye(theta.size)
    >>> maximise(bell, [[0.0]]).theta.round(6)
    array([2.])
    """
    best: Optimum | None = None
    spent = 0
    for start in starts:
        theta = np.asarray(start, dtype=float)
        floor = np.broadcast_to(np.asarray(-BOX if lower is None else lower, dtype=float), theta.shape)
        ceiling = np.broadcast_to(np.asarray(BOX if upper is None else upper, dtype=float), theta.shape)
        found = _climb(objective, np.clip(theta, floor, ceiling), floor, ceiling, best)
        spent += found.evaluations
        if best is None or found.log_likelihood > best.log_likelihood:
            best = found
    if best is None:
        raise ValueError("maximise needs at least one start")
    return replace(best, evaluations=spent)


def flat_directions(optimum: Optimum) -> Floats:
    """Directions among the free parameters that the data do not determine, shape (k, n_flat).

    Columns are unit vectors in the logarithms of the parameters.
    """
    free = ~optimum.at_bound
    curvature, axes = np.linalg.eigh(-optimum.hessian[np.ix_(free, free)])
    flat = np.zeros((free.size, int((curvature < FLAT).sum())))
    flat[free] = axes[:, curvature < FLAT]
    return flat


def covariance(optimum: Optimum) -> Floats:
    """Covariance of theta, shape (k, k): the inverse of minus the Hessian of what is free.

    Rows and columns are NaN for parameters at the edge of the box and for those that
    take part in a flat direction: for them no number would be true.
    """
    k = optimum.theta.size
    found = np.full((k, k), np.nan)
    flat = flat_directions(optimum)
    # A share of a tenth in a direction without limits leaves a parameter undetermined.
    known = ~optimum.at_bound & ~(np.abs(flat) > 0.1).any(axis=1)
    free = ~optimum.at_bound
    if known.any():
        curvature, axes = np.linalg.eigh(-optimum.hessian[np.ix_(free, free)])
        steep = curvature >= FLAT
        half = axes[:, steep] / np.sqrt(curvature[steep])
        inverse = half @ half.T
        inside = known[free]
        found[np.ix_(known, known)] = inverse[np.ix_(inside, inside)]
    return found


def _climb(objective: Objective, theta: Floats, lower: Floats, upper: Floats, rival: Optimum | None) -> Optimum:
    """Trust-region Newton from one start; gives up where it joins the path to `rival`."""
    value, gradient, hessian = objective(theta)
    evaluations, radius = 1, 1.0
    while True:
        held = ((theta <= lower) & (gradient <= 0)) | ((theta >= upper) & (gradient >= 0))
        step, inside = _step_in_box(theta, gradient, hessian, held, (lower, upper), radius)
        promised = float(gradient @ step + step @ hessian @ step / 2)
        length = float(np.linalg.norm(step))
        noise = 8 * np.finfo(float).eps * abs(value)
        enough = (GAIN_ON_A_RIDGE if length > LONG_STEP else GAIN_AT_A_MAXIMUM) + noise
        # A short promise counts only if the step was not cut short by the trust region.
        arrived = abs(promised) <= enough and (inside or radius < 1e-6 or length == 0)
        if arrived or evaluations >= MOST_STEPS or _joins(theta, value, rival):
            return Optimum(theta, value, gradient, hessian, held, evaluations, max(promised, 0.0))
        there = theta + step
        new_value, new_gradient, new_hessian = objective(there)
        evaluations += 1
        gained = new_value - value
        kept_its_word = np.isfinite(new_value) and gained >= 0.1 * promised - noise
        if kept_its_word and promised > 0:
            theta, value, gradient, hessian = there, new_value, new_gradient, new_hessian
        if not kept_its_word or promised <= 0:
            radius = min(radius, length) / 4
        elif gained >= 0.7 * promised:
            radius = max(radius, 2.5 * length)


def _step_in_box(
    theta: Floats, gradient: Floats, hessian: Floats, held: NDArray[np.bool_], box: tuple[Floats, Floats], radius: float
) -> tuple[Floats, bool]:
    """Step of the quadratic model: what would leave the box goes to its edge, the rest adapts."""
    lower, upper = box
    step, free = np.zeros_like(theta), ~held
    while True:
        rest, inside = _newton_step(gradient + hessian @ np.where(free, 0.0, step), hessian, free, radius)
        step = np.where(free, rest, step)
        outside = free & ((theta + step < lower) | (theta + step > upper))
        if not outside.any():
            return step, inside
        step = np.where(outside, np.clip(theta + step, lower, upper) - theta, step)
        free = free & ~outside


def _newton_step(gradient: Floats, hessian: Floats, free: NDArray[np.bool_], radius: float) -> tuple[Floats, bool]:
    """Best step of the quadratic model within `radius`, and whether the radius did not matter."""
    step = np.zeros_like(gradient)
    if not free.any():
        return step, True
    curvature, axes = np.linalg.eigh(-hessian[np.ix_(free, free)])
    slope = axes.T @ gradient[free]
    tiny = 1e-14 * max(float(np.abs(curvature).max()), 1e-300)
    if curvature[0] > tiny and np.linalg.norm(slope / curvature) <= radius:
        step[free] = axes @ (slope / curvature)
        return step, True
    # Bisection, in logarithms, for the shift that makes the step exactly as long as allowed.
    least = max(0.0, -float(curvature[0]))
    low, high = math.log(tiny), math.log(float(np.linalg.norm(slope)) / radius + tiny * 2)
    parts = list(zip(slope.tolist(), (curvature + least).tolist(), strict=True))  # faster than arrays of four
    for _ in range(40):
        middle = (low + high) / 2
        shift = math.exp(middle)
        if math.hypot(*(rise / (bend + shift) for rise, bend in parts)) > radius:
            low = middle
        else:
            high = middle
    step[free] = axes @ (slope / (curvature + least + math.exp(high)))
    return step, False


def _joins(theta: Floats, value: float, rival: Optimum | None) -> bool:
    """Whether a climb has entered the bowl around an earlier optimum, where it can only end there too.

    It has if the value is what the quadratic model of that optimum says it should be.
    """
    if rival is None or value >= rival.log_likelihood:
        return False
    away = theta - rival.theta
    if float(np.abs(away).max()) > 1:
        return False
    below = -float(rival.gradient @ away + away @ rival.hessian @ away / 2)
    return abs(rival.log_likelihood - value - below) <= 0.1 * abs(below)
