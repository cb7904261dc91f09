"""Intervals of a net promoter score: a difference of two shares of the same respondents.

Sources: Tango (1998), Equivalence test and confidence interval for the difference in proportions for the paired-sample
design, Statistics in Medicine 17, 891-908 (score interval); Rocks (2016), Interval estimation for the "net promoter
score", The American Statistician 70(4), 365-372 (which shows that the score interval covers, and adds to the counts
3/4, 3/2 and 3/4 for the adjusted Wald interval).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from crmkit._statistics import z_of
from crmkit._types import Bools, Floats

METHODS = ("score", "adjusted", "wald")
ADDED = 3.0  # answers that the adjusted Wald interval adds: a quarter promoters, half passives, a quarter detractors
_STEPS = 60  # of a bisection


def nps_ends(
    promoters: Any, passives: Any, detractors: Any, *, level: float = 0.95, method: str = "score"
) -> tuple[Floats, Floats]:
    """Ends of the interval that covers a net promoter score; not a number without respondents.

    >>> low, high = nps_ends(50, 30, 20)
    >>> round(float(low), 5), round(float(high), 5)
    (0.13955, 0.44339)
    """
    b, p, c = (np.asarray(counts, dtype=float) for counts in (promoters, passives, detractors))
    z = z_of(level)
    if method == "score":
        return _score(b, c, b + p + c, z)
    nps, se = moments(b, p, c, added=ADDED if method == "adjusted" else 0.0)
    return nps - z * se, nps + z * se


def moments(promoters: Any, passives: Any, detractors: Any, *, added: float = 0.0) -> tuple[Floats, Floats]:
    """The net promoter score and its standard error, with so many `added` answers without an opinion.

    >>> [round(float(figure), 5) for figure in moments(50, 30, 20)]
    [0.3, 0.0781]
    """
    b, p, c = (np.asarray(counts, dtype=float) for counts in (promoters, passives, detractors))
    n = b + p + c + added
    n = np.where(n > 0, n, np.nan)
    up, down = (b + added / 4) / n, (c + added / 4) / n
    nps = up - down
    return nps, np.sqrt(np.maximum(up + down - nps**2, 0) / n)


def _score(b: Floats, c: Floats, n: Floats, z: float) -> tuple[Floats, Floats]:
    """The differences that a score test at z does not reject."""
    n = np.where(n > 0, n, np.nan)
    centre = (b - c) / n

    def rejects(delta: Floats) -> Bools:
        # The share of detractors that is likeliest if the true difference is delta.
        second = -b - c + (2 * n - b + c) * delta
        root = np.sqrt(np.maximum(second**2 + 8 * n * c * delta * (1 - delta), 0))
        down = np.clip((root - second) / (4 * n), 0, 1)
        variance = n * np.maximum(2 * down + delta * (1 - delta), 0)
        return (b - c - n * delta) ** 2 > z**2 * variance

    return _edge(rejects, centre, np.full_like(centre, -1.0)), _edge(rejects, centre, np.full_like(centre, 1.0))


def _edge(rejects: Any, inside: Floats, outside: Floats) -> Floats:
    """Where the test begins to reject, from the estimate outwards; the end of the range where it never does."""
    limit = outside
    for _ in range(_STEPS):
        middle = (inside + outside) / 2
        out = rejects(middle)
        inside, outside = np.where(out, inside, middle), np.where(out, middle, outside)
    end = np.where(np.abs(inside - limit) < 1e-12, limit, (inside + outside) / 2)
    return np.where(np.isnan(inside), np.nan, end)
