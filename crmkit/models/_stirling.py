"""What Stirling's formula leaves over: gamma functions without lost digits.

Differences such as ln Gamma(y + g) - ln Gamma(y) lose every digit when y is large. Here the large parts
of Stirling's formula are subtracted on paper, and only its small remainder is computed: by its series
where the argument is at least 10, from scipy's functions below.

Source: Abramowitz & Stegun (1964), Handbook of Mathematical Functions, 6.1.40, 6.3.18 and 6.4.12.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln, psi, zeta

from crmkit._types import Floats

# Bernoulli numbers B2, B4 ... B16: at x = 10 the next term is below 1e-16.
BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)
SERIES_FROM = 10.0
HALF_LOG_TWO_PI = 0.5 * np.log(2 * np.pi)


class Jet(NamedTuple):
    """A function of two arguments with its first and second derivatives, arrays of one shape."""

    value: Floats
    d1: Floats
    d2: Floats
    d11: Floats
    d12: Floats
    d22: Floats


def remainder(x: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return three remainders at x > 0, each of the shape of x.

    ln Gamma(x) - [(x - 1/2) ln x - x + ln(2 pi) / 2], then digamma(x) - ln x, then trigamma(x) - 1 / x.
    """
    x = np.asarray(x, dtype=np.float64)
    near = x < SERIES_FROM
    series = _series(np.maximum(x, SERIES_FROM))
    if not near.any():
        return series
    direct = _direct(np.minimum(x, SERIES_FROM))
    logs, first, second = (np.where(near, close, far) for close, far in zip(direct, series, strict=True))
    return logs, first, second


def _series(x: Floats) -> tuple[Floats, Floats, Floats]:
    inverse = 1.0 / x
    square = inverse * inverse
    logs, first, second = np.zeros_like(x), np.zeros_like(x), np.zeros_like(x)
    for k in range(len(BERNOULLI), 0, -1):  # Horner's rule, smallest terms first
        bernoulli = BERNOULLI[k - 1]
        logs = logs * square + bernoulli / (2 * k * (2 * k - 1))
        first = first * square + bernoulli / (2 * k)
        second = second * square + bernoulli
    return logs * inverse, -0.5 * inverse - first * square, square * (0.5 + second * inverse)


def _direct(x: Floats) -> tuple[Floats, Floats, Floats]:
    log_x = np.log(x)
    logs = gammaln(x) - ((x - 0.5) * log_x - x + HALF_LOG_TWO_PI)
    return logs, psi(x) - log_x, zeta(2.0, x) - 1.0 / x


def log_beta(a: ArrayLike, b: ArrayLike) -> Jet:
    """Return ln B(a, b) with its derivatives in a and b; all terms are of the size of the smaller argument."""
    a, b = np.broadcast_arrays(np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64))
    rest_a, psi_a, tri_a = remainder(a)
    rest_b, psi_b, tri_b = remainder(b)
    rest_c, psi_c, tri_c = remainder(a + b)
    share_a, share_b = np.log1p(b / a), np.log1p(a / b)  # -ln of a / (a + b) and of b / (a + b)
    value = HALF_LOG_TWO_PI - 0.5 * (np.log(b) - share_a) - a * share_a - b * share_b + rest_a + rest_b - rest_c
    return Jet(
        value=value,
        d1=psi_a - psi_c - share_a,
        d2=psi_b - psi_c - share_b,
        d11=b / (a * (a + b)) + tri_a - tri_c,
        d12=-1.0 / (a + b) - tri_c,
        d22=a / (b * (a + b)) + tri_b - tri_c,
    )


def log_rise(y: ArrayLike, g: ArrayLike) -> Jet:
    """Return ln [Gamma(y + g) / Gamma(y)] with its derivatives in y and g."""
    y, g = np.broadcast_arrays(np.asarray(y, dtype=np.float64), np.asarray(g, dtype=np.float64))
    rest, psi_y, tri_y = remainder(y)
    rest_end, psi_end, tri_end = remainder(y + g)
    log_y, growth = np.log(y), np.log1p(g / y)
    return Jet(
        value=g * log_y + ((y + g - 0.5) * growth - g) + rest_end - rest,
        d1=growth + psi_end - psi_y,
        d2=log_y + growth + psi_end,
        d11=-g / (y * (y + g)) + tri_end - tri_y,
        d12=1.0 / (y + g) + tri_end,
        d22=1.0 / (y + g) + tri_end,
    )


def log_beta_ratio(a: ArrayLike, b: ArrayLike, t: ArrayLike) -> Floats:
    """Return ln [B(a, b + t) / B(a, b)] for t >= 0: how the mean of (1 - share)^t falls, share ~ Beta(a, b).

    The expression is symmetric in a and t. Written as below every term is a small multiple of the smaller of
    the two, and vanishes with it.
    """
    a, b, t = np.asarray(a, np.float64), np.asarray(b, np.float64), np.asarray(t, np.float64)
    small, large = np.minimum(a, t), np.maximum(a, t)
    near, far = small / b, small / (b + large)
    ratio: Floats = (
        small * (_excess(near) - _excess(far) - np.log1p(large / b))
        - 0.5 * np.log1p(near * (large / (b + large + small)))
        + (_remainder_step(b, small) - _remainder_step(b + large, small))
    )
    return ratio


def _excess(x: Floats) -> Floats:
    """Return (1 + 1 / x) ln(1 + x) - 1 for x >= 0; by its series x / 2 - x^2 / 6 + x^3 / 12 ... where x is small."""
    close = np.minimum(x, 0.05)
    series = np.zeros_like(close)
    for k in range(12, 0, -1):
        series = close * (1.0 / (k * (k + 1)) - series)
    apart = np.maximum(x, 0.05)
    return np.where(x < 0.05, series, (1 + 1 / apart) * np.log1p(apart) - 1)


def _remainder_step(x: Floats, step: Floats) -> Floats:
    """Change of the first remainder from x to x + step; by its slope in the middle where the step is tiny."""
    middle = x + 0.5 * step
    slope = remainder(middle)[1] + 0.5 / middle
    return np.where(step < 1e-5 * x, step * slope, remainder(x + step)[0] - remainder(x)[0])
