"""Integrals that the purchase models share, accurate to about 1e-13 wherever their parameters lie.

Every integrand here is positive, and log-concave after a change of variable, so nothing cancels
and a fixed rule with few nodes is exact to rounding.

Sources: Gauss-Legendre rules, Abramowitz & Stegun (1964), 25.4.29; the trapezoidal rule with
doubly exponential ends, Takahasi & Mori (1974), Publ. RIMS 9, 721-741.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, roots_legendre

from crmkit._types import Floats

# An integrand that has fallen by e^-38 from its maximum adds nothing to double precision.
NEGLIGIBLE = 38.0
# Longest stretch of a logarithmic variable that one 32-point rule covers.
PANEL = 6.0
# Step of the trapezoidal rule: its error is e^(-2 pi w / h), w the half-width of the strip
# around the real axis in which the integrand does not grow, about pi / 2.
STEP = 0.27
# The smallest chance p that is told apart from 0; its square is still a number.
LEAST_P = 1e-140
# Rows are worked on so many at a time, which keeps all intermediate results in the cache.
CHUNK = 4096


class LogOfChance(Protocol):
    """Logarithm of a function of a chance p, shape (n_nodes, n_rows), for a slice of rows."""

    def __call__(self, p: Floats, rows: slice) -> Floats:
        """Values of the shape of p."""


@cache
def legendre(n: int) -> tuple[Floats, Floats]:
    """Nodes and weights, shape (n,), of the n-point Gauss-Legendre rule on [0, 1]."""
    # numpy's leggauss loses two digits at 48 nodes; scipy's rule does not.
    nodes, weights = roots_legendre(n)
    return (nodes + 1) / 2, weights / 2


@cache
def panelled(panels: int, n: int) -> tuple[Floats, Floats]:
    """Nodes and weights of `panels` n-point rules side by side on [0, 1]."""
    nodes, weights = legendre(n)
    return (np.arange(panels)[:, None] + nodes).ravel() / panels, np.tile(weights, panels) / panels


def chunks(n: int, size: int = CHUNK) -> Iterator[slice]:
    """Slices that cover n rows."""
    return (slice(start, start + size) for start in range(0, n, size))


def growth(exponent: ArrayLike, length: ArrayLike) -> Floats:
    """Integral of e^(-exponent y) over y from 0 to `length`: (1 - e^(-e l)) / e, and l where e = 0.

    >>> growth([0.0, 1.0], 2.0).round(6)
    array([2.      , 0.864665])
    """
    e, y = np.broadcast_arrays(np.asarray(exponent, dtype=float), np.asarray(length, dtype=float))
    flat = np.abs(e) < 1e-290
    with np.errstate(over="ignore"):
        return np.where(flat, y, -np.expm1(-e * y) / np.where(flat, 1.0, e))


def discounted_power(nu: ArrayLike, kappa: ArrayLike, length: ArrayLike = np.inf) -> Floats:
    """Integral of e^(-kappa u) (1 + u)^(-nu) over u from 0 to `length`.

    With nu > 0, kappa >= 0; where kappa = 0 the length must be finite or nu > 1. For an
    infinite length it is e^kappa E_nu(kappa), with the exponential integral E.
    """
    nu, kappa, length = np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in (nu, kappa, length)))
    shape = nu.shape
    nu, kappa, length = nu.ravel(), kappa.ravel(), length.ravel()
    total = np.empty(nu.size)
    for part in chunks(nu.size):
        total[part] = _discounted_power(nu[part], kappa[part], length[part])
    return total.reshape(shape)


def _discounted_power(nu: Floats, kappa: Floats, length: Floats) -> Floats:
    # u = e^y - 1: the integrand becomes exp((1 - nu) y - kappa (e^y - 1)), entire and log-concave.
    end = np.log1p(length)
    plain = kappa == 0
    rate = np.where(plain, 1.0, kappa)
    fall = np.log1p(NEGLIGIBLE / rate)
    # Below nu = 1 the power grows first, and the exponential has that growth to undo as well.
    fall = np.log1p((NEGLIGIBLE + np.maximum(1 - nu, 0) * (fall + 3)) / rate)
    fall = np.where(nu > 1, np.minimum(fall, NEGLIGIBLE / np.where(nu > 1, nu - 1, 1)), fall)
    stretch = np.minimum(end, fall)
    panels = max(1, int(np.ceil(np.max(stretch[~plain], initial=0.0) / PANEL)))
    nodes, weights = legendre(32)
    total = np.zeros_like(nu)
    for panel in range(panels):
        y = (nodes[:, None] + panel) * (stretch / panels)
        total += np.einsum("i,ij->j", weights, np.exp((1 - nu) * y - rate * np.expm1(y)))
    closed = growth(np.where(plain, nu - 1, 1.0), np.where(plain, end, 0.0))
    return np.where(plain, closed, total * stretch / panels)


def beta_mean(a: float | Floats, b: Floats, log_g: LogOfChance, bend: Floats) -> Floats:
    """Mean of g(p) over p ~ Beta(a, b) for each b (and a, if there are several), shape (n,).

    `log_g(p, rows)` is ln g at p, shape (n_nodes, n_rows); g is positive and log-concave in ln p,
    falls no faster than 1 / p^2, and is constant for p far below 1 / `bend`.
    """
    total = np.empty(b.size)
    for part in chunks(b.size, 256):
        own = a[part] if isinstance(a, np.ndarray) else a
        total[part] = _beta_mean(own, b[part], partial(log_g, rows=part), bend[part])
    return total


def _beta_mean(a: float | Floats, b: Floats, log_g: Callable[..., Floats], bend: Floats) -> Floats:
    # In y = logit p the density is a smooth hill around `top`, with tails as slow as e^(a y) and e^(-b y).
    # Beyond left and right nothing else changes, and w stretches y exponentially: any tail ends soon.
    top = np.log(a / b)
    left, right = -np.log(1 + b + bend) - 3, np.log1p(a) + 3
    summit = log_g(np.clip(expit(top), LEAST_P, 1.0)[None])[0]
    highest = log_g(np.full((1, b.size), LEAST_P))[0]
    below = top - _reach(a, a + b, NEGLIGIBLE + 4 + highest - summit)
    above = top + _reach(b, a + b, NEGLIGIBLE + 4 + np.zeros_like(b))
    low = np.where(below > left, below, left - np.log1p(np.maximum(left - below, 0)))
    high = np.where(above < right, above, right + np.log1p(np.maximum(above - right, 0)))
    width = np.sqrt((a + b) / a / b)
    steps = int(np.ceil(np.max((high - low) / np.minimum(STEP, 0.6 * width)))) + 1
    w = low + np.linspace(0, 1, steps)[:, None] * (high - low)
    rise, fall = np.exp(left - w), np.exp(w - right)
    y = w - rise + fall
    away = y - top
    # The density relative to its top, without the large terms that cancel there, and times dy / dw.
    log_density = _hill(np.where(away < 0, a, b), a + b, np.abs(away))
    density = np.exp(log_density) * (1 + rise + fall)
    values = log_g(np.clip(expit(y), LEAST_P, 1.0)) - summit
    # Dividing by the same sum without g takes the place of the beta function, and its rounding.
    return np.asarray(np.exp(summit) * (density * np.exp(values)).sum(axis=0) / density.sum(axis=0))


def _hill(c: float | Floats, total: Floats, away: Floats) -> Floats:
    """Logarithm of a beta density in logit p, relative to its top, `away` from it on the side of c = a or b."""
    return np.asarray(-c * away - total * np.log1p(c / total * np.expm1(-away)))


def _reach(c: float | Floats, total: Floats, depth: Floats) -> Floats:
    """How far from the top the density has fallen by e^-depth, a little generously."""
    far = (depth - total * np.log((total - c) / total)) / c
    near = far * 1e-8
    for _ in range(12):
        middle = np.sqrt(near * far)
        deep = -_hill(c, total, middle) > depth
        near, far = np.where(deep, near, middle), np.where(deep, middle, far)
    return far
