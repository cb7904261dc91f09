"""The centre of values that are counted, and intervals for shares: how far a rate may be from the one behind it.

Sources: Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22, 209-212; Newcombe
(1998), Interval estimation for the difference between independent proportions, Statistics in Medicine 17, 873-890; Zou
& Donner (2008), Construction of confidence limits about effect measures, Statistics in Medicine 27, 1693-1702 (shares
that are correlated); Lancaster (1961), Significance tests in discrete distributions, JASA 56, 223-234 (the mid-p
value); Korn & Graubard (1998), Confidence intervals for proportions with small expected number of positive counts,
Survey Methodology 24, 193-201 (how many independent cases clustered ones are worth).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from crmkit._types import Array, Floats, Table

ROUNDING = 1e-12  # of the largest value
Z = 1.959963984540054  # the normal distribution has 95 % within +- Z


def shares_of(parts: Any, *, axis: int | None = None) -> Floats:
    """Each part's share of all; not a number where all together are not above 0.

    A share of nothing, or of a loss, says nothing: the only one who brings a profit would have a negative one.

    >>> shares_of([3, 1]).tolist(), shares_of([60, -200]).tolist()
    ([0.75, 0.25], [nan, nan])
    """
    values = np.asarray(parts, dtype=float)
    total = values.sum(axis=axis, keepdims=True)
    return np.where(total > 0, values / np.where(total > 0, total, 1), np.nan)


def dot(one: Array, other: Array) -> float:
    """Sum of products; of long columns that of `@` starts threads, which wait at full speed for the next one.

    >>> dot(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    11.0
    """
    return float(np.einsum("i,i", one, other))


def z_of(level: float) -> float:
    """How many standard deviations on both sides hold this share of the normal distribution.

    >>> round(z_of(0.9), 4)
    1.6449
    """
    from scipy.special import ndtri

    return Z if level == 0.95 else float(ndtri((1 + level) / 2))


def centre(values: Any, n: Any, which: str) -> float:
    """The "mean" or "median" of ascending distinct values with n customers each.

    >>> centre(np.array([1.0, 2.0, 10.0]), np.array([2, 1, 1]), "median")
    1.5
    """
    total = int(n.sum())
    if which == "median":
        low, high = np.searchsorted(np.cumsum(n), [(total - 1) // 2, total // 2], side="right")
        return float(values[low] + values[high]) / 2
    mean = float((values * n).sum() / total)
    nearest = float(values[np.argmin(np.abs(values - mean))])
    # A mean of equal values may come out a hair beside them, and would then put all of them above itself.
    return nearest if abs(mean - nearest) <= ROUNDING * np.abs(values).max() else mean


def wilson(successes: Any, n: Any, level: float = 0.95) -> tuple[Floats, Floats]:
    """Ends of the interval that covers a share with probability `level`; not a number where n is 0 or missing.

    It stays within 0 and 1, and has a width where all or none succeeded, which the textbook's p +- 1.96 se lacks.

    >>> low, high = wilson([0, 5], [0, 10])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([nan, 0.237], [nan, 0.763])
    """
    k, n = np.asarray(successes, dtype=float), np.asarray(n, dtype=float)
    n = np.where(n > 0, n, np.nan)
    z = z_of(level)
    middle = (k + z**2 / 2) / (n + z**2)
    half = z * np.sqrt(k * (n - k) / n + z**2 / 4) / (n + z**2)
    # Rounding may carry the ends of 0 of n and n of n a hair across.
    low, high = np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)
    return np.where(k == 0, 0 * n, low), np.where(k == n, 0 * n + 1, high)


MANY = 300.0  # successes and failures from which on Wilson's ends and those of the mid-p value are the same to 1e-4


def mid_p(least: tuple[Floats, Floats], most: tuple[Floats, Floats], level: float = 0.95) -> tuple[Floats, Floats]:
    """Ends of the interval between two Beta distributions, one that says the least of a share and one the most.

    For k successes of n they are Beta(k, n - k + 1) and Beta(k + 1, n - k), and the ends those of Clopper & Pearson's
    interval at the mid-p value: it has a width where all or none succeeded, and is no wider than it need be. A second
    parameter of 0 puts a distribution on 1, a first one of 0 on 0.

    >>> low, high = mid_p((np.array([0.0, 5.0]), np.array([11.0, 6.0])), (np.array([1.0, 6.0]), np.array([10.0, 5.0])))
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 0.212], [0.259, 0.788])
    """
    first, second = ((one + other) / 2 for one, other in zip(least, most, strict=True))
    low, high = wilson(np.maximum(first - 0.5, 0), np.maximum(first + second - 1, 1e-9), level)
    few = np.minimum(first, second) < MANY
    a, b, c, d = (np.asarray(values, dtype=float)[few] for values in (*least, *most))
    for ends, tail in ((low, (1 - level) / 2), (high, (1 + level) / 2)):
        ends[few] = _quantile_between(a, b, c, d, tail)
    return low, high


def _quantile_between(a: Floats, b: Floats, c: Floats, d: Floats, tail: float) -> Floats:
    """Quantile of half Beta(a, b) and half Beta(c, d), by bisection."""
    from scipy.special import betainc

    def below(shape: Floats, other: Floats, at: Floats) -> Floats:
        inside = betainc(np.maximum(shape, 1e-300), np.maximum(other, 1e-300), at)
        return np.where(shape <= 0, 1.0, np.where(other <= 0, 0.0, inside))

    low, high = np.zeros_like(a), np.ones_like(a)
    for _ in range(50):
        middle = (low + high) / 2
        rises = (below(a, b, middle) + below(c, d, middle)) / 2 < tail
        low, high = np.where(rises, middle, low), np.where(rises, high, middle)
    # An end of exactly 0 or 1 stays a hair inside by halving.
    return np.where(high < 1e-14, 0.0, np.where(low > 1 - 1e-14, 1.0, (low + high) / 2))


def newcombe(
    successes: Any, n: Any, other_successes: Any, other_n: Any, correlation: Any = 0.0, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Ends of the interval that covers the difference of two shares with probability `level` (his method 10).

    `correlation` is that of the two shares as estimates: 0 where they are of different customers.

    >>> low, high = newcombe(56, 70, 48, 80)
    >>> low.round(4).tolist(), high.round(4).tolist()
    (0.0524, 0.3339)
    """
    k, n, j, m = (np.asarray(counts, dtype=float) for counts in (successes, n, other_successes, other_n))
    low, high = wilson(k, n, level)
    other_low, other_high = wilson(j, m, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        p, q = k / n, j / m
    return p - q - _joint(p - low, other_high - q, correlation), p - q + _joint(high - p, q - other_low, correlation)


def _joint(one: Floats, other: Floats, correlation: Any) -> Floats:
    return np.sqrt(np.maximum(one**2 + other**2 - 2 * np.asarray(correlation) * one * other, 0.0))


def effective_size(n: Any, successes: Any, customers: Table) -> float:
    """How many independent cases are worth as much as these, which come several from each customer.

    `n` cases of a customer, `successes` among them, and how many `customers` are like that. Cases of one customer
    resemble each other; where they do, they tell less than their number. They are never taken to tell more.

    >>> effective_size(np.array([1, 1]), np.array([0, 1]), np.array([50, 50]))
    100.0
    >>> round(effective_size(np.array([10, 10]), np.array([0, 10]), np.array([50, 50])), 1)  # 1,000 cases
    96.8
    """
    from scipy.special import stdtrit

    cases, people = float((n * customers).sum()), float(np.sum(customers))
    if people < 2 or cases == people:
        return min(people, 1.0) if people < 2 else cases
    share = float((successes * customers).sum()) / cases
    if share in (0.0, 1.0):  # nothing tells how much they resemble each other
        return people
    # The jackknife: how the share moves when one customer is left out, be it the one who has most of the cases.
    moved = (successes - share * n) / (cases - n)
    between = float((customers * moved**2).sum()) * (people - 1) / people
    alone = share * (1 - share) / cases
    few = (stdtrit(cases - 1, 0.975) / stdtrit(people - 1, 0.975)) ** 2  # the spread is known from so many customers
    return float(cases * min(few * alone / between, 1.0)) if between > 0 else people
