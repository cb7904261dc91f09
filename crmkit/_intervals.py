"""Intervals for shares: how far a rate that was counted may be from the one behind it.

Sources: Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22, 209-212; Newcombe
(1998), Interval estimation for the difference between independent proportions, Statistics in Medicine 17, 873-890.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

Z = 1.959963984540054  # the normal distribution has 95 % within +- Z


def wilson(successes: Any, n: Any) -> tuple[Floats, Floats]:
    """Ends of the interval that covers a share with probability 0.95; not a number where n is 0 or missing.

    It stays within 0 and 1, and has a width where all or none succeeded, which the textbook's p +- 1.96 se lacks.

    >>> low, high = wilson([0, 5], [0, 10])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([nan, 0.237], [nan, 0.763])
    """
    k, n = np.asarray(successes, dtype=float), np.asarray(n, dtype=float)
    n = np.where(n > 0, n, np.nan)
    centre = (k + Z**2 / 2) / (n + Z**2)
    half = Z * np.sqrt(k * (n - k) / n + Z**2 / 4) / (n + Z**2)
    # Rounding may carry the ends of 0 of n and n of n a hair across.
    low, high = np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)
    return np.where(k == 0, 0 * n, low), np.where(k == n, 0 * n + 1, high)


def newcombe(successes: Any, n: Any, other_successes: Any, other_n: Any) -> tuple[Floats, Floats]:
    """Ends of the interval that covers the difference of two shares with probability 0.95 (his method 10).

    >>> low, high = newcombe(56, 70, 48, 80)
    >>> low.round(4).tolist(), high.round(4).tolist()
    (0.0524, 0.3339)
    """
    k, n, j, m = (np.asarray(counts, dtype=float) for counts in (successes, n, other_successes, other_n))
    low, high = wilson(k, n)
    other_low, other_high = wilson(j, m)
    with np.errstate(divide="ignore", invalid="ignore"):
        p, q = k / n, j / m
    return (
        p - q - np.sqrt((p - low) ** 2 + (other_high - q) ** 2),
        p - q + np.sqrt((high - p) ** 2 + (q - other_low) ** 2),
    )
