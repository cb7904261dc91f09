"""Purchases to come: the distribution that a model gives of them, counts that callers ask about, and its quantiles.

A model of repeat purchases brings a `Living`, which is about customers known to be alive; everything that a forecast
says (`crmkit.models._purchases`) is made from that and from P(alive).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from crmkit._types import Floats, Numbers
from crmkit.errors import ArgumentError

Index = NDArray[np.intp]
# A number of purchases, or one of each customer.
Count = np.int64 | NDArray[np.int64]


class Living(Protocol):
    """Purchases to come of customers who are alive now, each result of shape (n,); t in the unit of the parameters."""

    def expected(self, t: float) -> Floats:
        """Expected purchases within t."""

    def expected_pairs(self, t: float) -> Floats:
        """Expected Y (Y - 1), with Y the purchases within t."""

    def discounted(self, delta: float, t: float = np.inf) -> Floats:
        """Expected purchases within t, each counted as e^(-delta * its time)."""

    def more_than(self, n: Count, t: float) -> Floats:
        """Probability of more than n purchases within t, n of shape (n,)."""

    def pmf(self, n: int, t: float) -> Floats:
        """Probability of exactly n purchases within t."""


def living_at(living: Any, rows: Index | slice) -> Any:
    """The distribution of some of the customers that a `Living` (or parameters with a value per customer) is about."""
    held = {field.name: getattr(living, field.name) for field in fields(living)}
    return replace(living, **{name: value[rows] for name, value in held.items() if isinstance(value, np.ndarray)})


class Drawn(NamedTuple):
    """Customers drawn from a model, each of shape (n,): what decides their purchases."""

    rate: Floats  # purchases per unit of time while alive
    lifetime: Floats  # time until they leave; infinite where only `chance` ends it
    chance: Floats  # of leaving right after a purchase
    starts_gone: NDArray[np.bool_]  # left right after the first purchase
    stages: int = 1  # of a gap, each exponential with that rate


def draw_rates(shape: float, scale: float, n: int, rng: np.random.Generator) -> Floats:
    """Rates of n customers, Gamma(shape, 1 / scale); never 0, which a small shape would underflow to."""
    return np.maximum(rng.gamma(shape, 1 / scale, size=n), 1e-280)


def counts_of(n: Numbers) -> NDArray[np.int64]:
    """Numbers of purchases that a caller asks about, checked."""
    counts = np.asarray(n)
    if counts.dtype.kind not in "iu" or (counts < 0).any():
        raise ArgumentError("n", n, "models_whole_numbers_purchases_more")
    return counts.astype(np.int64)


def shaped(found: Floats, counts: NDArray[np.int64], *, alone: bool) -> Any:
    """Results (n_customers, n_counts) without the axes that the caller did not ask for."""
    one = found[0] if alone else found
    if counts.ndim:
        return one
    return float(one[..., 0]) if alone else one[..., 0]


def quantile_of(exceed: Callable[[Index, Count], Floats], n_customers: int, tail: float) -> NDArray[np.int64]:
    """Smallest n of each customer that is exceeded with a probability of at most `tail`.

    `exceed(rows, n)` is the probability that the customers in `rows` buy more than n times. Only those whose n is
    not yet known are asked about.
    """
    low, high = np.full(n_customers, -1, dtype=np.int64), np.zeros(n_customers, dtype=np.int64)
    rows = np.arange(n_customers)
    while rows.size:
        rows = rows[exceed(rows, high[rows]) > tail]
        low[rows], high[rows] = high[rows], 2 * high[rows] + 1
    rows = np.flatnonzero(high - low > 1)
    while rows.size:
        middle = (low[rows] + high[rows]) // 2
        over = exceed(rows, middle) > tail
        low[rows[over]], high[rows[~over]] = middle[over], middle[~over]
        rows = rows[high[rows] - low[rows] > 1]
    return high
