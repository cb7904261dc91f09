"""What two things that may be bought together tell of each other, from four counts of baskets.

Sources: Agrawal & Srikant (1994), Fast algorithms for mining association rules, VLDB 20, 487-499 (support, confidence);
Brin, Motwani, Ullman & Tsur (1997), SIGMOD 26, 255-264 (lift, conviction); Piatetsky-Shapiro (1991), Knowledge
Discovery in Databases, 229-248 (leverage); Zhang (2000), Association rules, PAKDD 4, 245-249; Benjamini & Hochberg
(1995), Controlling the false discovery rate, JRSS B 57, 289-300.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from crmkit._statistics import wilson, z_of
from crmkit._types import Floats


def measures(together: Any, left: Any, right: Any, n: int, level: float) -> dict[str, Floats]:
    """Measures of rules "left, therefore right": baskets with both, with the left side, with the right one, and all.

    >>> found = measures([60], [100], [200], 1000, 0.95)
    >>> {name: round(float(found[name][0]), 4) for name in ("support", "confidence", "lift", "leverage", "conviction")}
    {'support': 0.06, 'confidence': 0.6, 'lift': 3.0, 'leverage': 0.04, 'conviction': 2.0}
    """
    both, a, b = (np.asarray(count, dtype=float) for count in (together, left, right))
    support, p_a, p_b, confidence = both / n, a / n, b / n, both / a
    leverage = (n * both - a * b) / n**2
    with np.errstate(divide="ignore", invalid="ignore"):
        conviction = np.where(both == a, np.where(b == n, 1.0, np.inf), a * (n - b) / (n * (a - both)))
        largest = np.maximum(support * (1 - p_a), p_a * (p_b - support))
        zhang = np.where(largest > 0, leverage / largest, 0.0)
        odds = both * (n - a - b + both) / ((a - both) * (b - both))
    low, high = wilson(both, a, level)
    lift, lift_low, lift_high = lift_of(both, a, b, n, level)
    return {
        "support": support, "confidence": confidence, "confidence_low": low, "confidence_high": high,
        "lift": lift, "lift_low": lift_low, "lift_high": lift_high, "leverage": leverage, "conviction": conviction,
        "zhang": zhang, "jaccard": both / (a + b - both), "kulczynski": (both / a + both / b) / 2, "odds_ratio": odds,
    }  # fmt: skip


def lift_of(both: Floats, a: Floats, b: Floats, n: int, level: float) -> tuple[Floats, Floats, Floats]:
    """Lift and its interval: the delta method on its logarithm, under multinomial counts of the four cells."""
    lift = n * both / (a * b)
    variance = np.maximum(1 / both - 1 / a - 1 / b - 1 / n + 2 * lift / n, 0.0)
    factor = np.exp(z_of(level) * np.sqrt(variance))
    return lift, lift / factor, lift * factor


def p_values(together: Any, left: Any, right: Any, n: int) -> Floats:
    """Fisher's exact test that the two sides are independent: twice the smaller tail, at most 1.

    >>> p_values([8], [10], [12], 24).round(5).tolist()
    [0.03607]
    """
    both, a, b = (np.asarray(count, dtype=float) for count in (together, left, right))
    here = np.exp(_log_probability(both, a, b, n))
    tail = np.minimum(here * _away_from_the_mean(both, a, b, n), 1.0)
    return np.asarray(np.minimum(2 * np.minimum(tail, 1 - tail + here), 1.0))


def _away_from_the_mean(both: Floats, a: Floats, b: Floats, n: int) -> Floats:
    """Probability of what was seen or anything further from the mean, in units of that of what was seen."""
    up = both * n >= a * b
    total, term, x, open_ = np.ones_like(both), np.ones_like(both), both.copy(), np.arange(len(both))
    while len(open_):
        x_, a_, b_, rest = x[open_], a[open_], b[open_], n - a[open_] - b[open_]
        more = (a_ - x_) * (b_ - x_) / np.maximum((x_ + 1) * (rest + x_ + 1), 1)
        fewer = x_ * (rest + x_) / ((a_ - x_ + 1) * (b_ - x_ + 1))
        term[open_] *= np.where(up[open_], more, fewer)
        total[open_] += term[open_]
        x[open_] += np.where(up[open_], 1, -1)
        open_ = open_[term[open_] > 1e-18 * total[open_]]
    return total


def _log_probability(both: Floats, a: Floats, b: Floats, n: int) -> Floats:
    from scipy.special import betaln

    def choose(total: Any, part: Any) -> Floats:
        return np.asarray(-betaln(1 + total - part, 1 + part) - np.log(total + 1), dtype=float)

    return choose(b, both) + choose(n - b, a - both) - choose(n, a)


def adjusted(p: Floats, tests: int) -> Floats:
    """P values adjusted for so many tests, of which these are the listed ones (Benjamini & Hochberg).

    >>> adjusted(np.array([0.01, 0.02, 0.5]), 3).round(3).tolist()
    [0.03, 0.03, 0.5]
    """
    order = np.argsort(p, kind="stable")[::-1]
    scaled = p[order] * tests / np.arange(len(p), 0, -1)
    out = np.empty_like(p)
    out[order] = np.minimum.accumulate(np.minimum(scaled, 1.0)) if len(p) else scaled
    return out
