"""Numbers as the formulas of lifetime value take them, and when in a period a margin comes."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from crmkit import _checks
from crmkit._types import Floats
from crmkit.errors import ArgumentError, Words, shown

Timing: TypeAlias = Literal["start", "end", "arrears"]
TIMINGS = ("start", "end", "arrears")

_RANGES = (("between 0 and 1", "0 到 1"), ("of at least 0", "不小于 0"), ("that are finite", "有限的数"))


def at_least_zero(name: str, value: float) -> float:
    """A finite number that is not below 0."""
    number = _checks.finite(name, value)
    if number < 0:
        raise ArgumentError(name, value, "clv_negative_more")
    return number


def numbers_of(name: str, values: ArrayLike, *, least: float = -math.inf, most: float = math.inf) -> Floats:
    """One number or a sequence of them, checked, as an array of at least one dimension."""
    try:
        numbers = np.atleast_1d(np.asarray(values, dtype=np.float64))
    except (TypeError, ValueError):
        raise ArgumentError(name, values, "clv_numeric_numbers") from None
    bad = numbers[~(np.isfinite(numbers) & (numbers >= least) & (numbers <= most))]
    if bad.size:
        range_ = Words(_RANGES[0 if most == 1 else 1 if least == 0 else 2])
        raise ArgumentError("clv_needs_numbers", name=name, range=range_, tolist=shown(bad.tolist()))
    return numbers


def rates_of(retention_rate: float, discount_rate: float, *, with_limit: bool = True) -> tuple[float, float]:
    """The two rates, checked; `with_limit`: a sum over all periods must have one."""
    r, d = _checks.share("retention_rate", retention_rate), at_least_zero("discount_rate", discount_rate)
    if with_limit and 1 + d - r <= 0:
        raise ArgumentError(
            "retention_rate", retention_rate, "clv_discount_rate_customers_who", discount_rate=discount_rate
        )
    return r, d
