"""Time in steps: occasions to buy, or contract periods, counted one by one.

Models in discrete time have no days in their tables: they count steps, and one step lasts a `period`. A
horizon is a number of steps, or a duration that is one; a discount rate stays annual.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from crmkit import _checks
from crmkit._types import Duration, Floats
from crmkit.errors import ArgumentError
from crmkit.models._base import DAYS_IN

# Terms of a discounted sum that are added one by one; the rest is an integral (see discounted_sum).
TERMS = 512
# exp(-45) of a term is below the last digit of the first.
NEGLIGIBLE = 45.0


def steps_of(horizon: Duration, period: str) -> int:
    """Return the whole number of steps in a horizon: a bare number counts steps, a duration is converted.

    >>> steps_of(5, "year"), steps_of("10Y", "year"), steps_of("1Y", "month")
    (5, 10, 12)
    """
    if isinstance(horizon, int | np.integer) and not isinstance(horizon, bool):
        return _checks.count("horizon", int(horizon), least=0)
    steps = _checks.days_of(horizon) / (1.0 if isinstance(horizon, float) else DAYS_IN[period])
    if abs(steps - round(steps)) > 1e-9:
        raise ArgumentError(
            "horizon", horizon, "models_steps_whole_number_them", steps=steps, period=period, max=max(round(steps), 1)
        )
    return round(steps)


def rate_per_step(discount_rate: Any, period: str) -> float:
    """Return the discount rate per step of an annual effective one, above 0.

    >>> rate_per_step(0.1, "year"), round(rate_per_step(0.1, "month"), 6)
    (0.1, 0.007974)
    """
    annual = _checks.finite("discount_rate", discount_rate)
    if annual <= 0:
        raise ArgumentError("discount_rate", discount_rate, "models_above_annual_rate_without_2")
    if period == "year":
        return annual
    return float(np.expm1(np.log1p(annual) * DAYS_IN[period] / _checks.DAYS_PER_YEAR))


def discounted_sum(log_share: Callable[[Floats], Floats], rate: float) -> Floats:
    """Sum over k = 0, 1, 2 ... of exp(log_share(k)) / (1 + rate)^k, for rate > 0.

    The first terms are added one by one; the smooth rest is, by the midpoint form of the Euler-Maclaurin
    formula, an integral from half a step before, done in ln k by Gauss-Legendre panels.

    Parameters
    ----------
    log_share : function of an array k of shape (n_terms, 1)
        Log of a share that falls with k: shape (n_terms, n); also defined between whole k.
    rate : float
        Discount rate per step, above 0.

    Examples
    --------
    A share that never falls: 1 + 1/1.1 + 1/1.21 + ... = 11.

    >>> discounted_sum(lambda k: 0 * k, 0.1).round(12)
    array([11.])
    """
    log_discount = np.log1p(rate)

    def terms(k: Floats) -> Floats:
        logs: Floats = log_share(k[:, None]) - log_discount * k[:, None]
        return np.exp(logs)

    first = terms(np.arange(TERMS + 1.0))
    far = NEGLIGIBLE / log_discount
    if far <= TERMS:
        return np.asarray(first.sum(axis=0))
    edge = TERMS - 0.5
    panels = int(np.ceil(np.log2(far / edge))) + 1
    nodes, weights = _nodes_of_panel()
    k = edge * 2.0 ** (np.arange(panels)[:, None] + nodes)  # each panel doubles k
    integral = terms(k.ravel()) * (np.log(2.0) * k * weights).ravel()[:, None]
    correction = (first[TERMS] - first[TERMS - 1]) / 24.0
    total: Floats = first[:TERMS].sum(axis=0) + integral.sum(axis=0) + correction
    return total


@cache
def _nodes_of_panel() -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes and weights on [0, 1]; numpy's are exact enough at this order."""
    nodes, weights = np.polynomial.legendre.leggauss(20)
    return (nodes + 1) / 2, weights / 2
