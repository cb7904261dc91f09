"""The NBD of a whole population, buyers and others: from its penetration, and its zeros and sums.

Source: Ehrenberg (1988), Repeat-Buying, 2nd ed., chapters 4 and 7 (fitting by "mean and zeros").
"""

from __future__ import annotations

import numpy as np

from crmkit import _checks
from crmkit._types import Floats
from crmkit.errors import ArgumentError

_TAIL = 1e-13  # of the purchases may lie beyond the last count that is summed
_LONGEST = 2_000_000


def k_of(penetration: float, mean: float) -> float:
    """The k of an NBD with this share of buyers and this mean: (1 + mean / k)^-k = 1 - penetration.

    >>> round(k_of(0.11, 0.11 * 1.9), 5)
    0.10858
    """
    from scipy.optimize import brentq

    silent = np.log1p(-penetration)

    def excess(log_k: float) -> float:
        k = np.exp(log_k)
        return float(-k * np.log1p(mean / k) - silent)

    return float(np.exp(brentq(excess, -60.0, 60.0, xtol=1e-14, rtol=8.9e-16)))


def check(penetration: float, purchases_per_buyer: float) -> tuple[float, float]:
    """Penetration strictly between 0 and 1, and more purchases per buyer than chance alone would make."""
    b = _checks.share("penetration", penetration, above_zero=True)
    if b == 1:
        raise ArgumentError("penetration", penetration, "penetration_below_one", example=0.2)
    w = _checks.finite("purchases_per_buyer", purchases_per_buyer)
    poisson = -np.log1p(-b) / b  # all customers alike: k without limit
    if w <= poisson * (1 + 1e-9):
        raise ArgumentError(
            "purchases_per_buyer", purchases_per_buyer, "purchases_above_poisson", least=f"{poisson:.4g}", penetration=b
        )
    return b, w


def pmf(k: float, mean: float) -> Floats:
    """Probability of 0, 1, 2 ... purchases, as far as there is something to add up.

    >>> round(float(pmf(0.5, 2.0) @ np.arange(pmf(0.5, 2.0).size)), 9)
    2.0
    """
    from scipy.special import gammaln
    from scipy.stats import nbinom

    most = int(min(nbinom.isf(_TAIL, k, k / (k + mean)) * 1.5 + 50, _LONGEST))
    n = np.arange(most + 1, dtype=float)
    log = gammaln(k + n) - gammaln(k) - gammaln(n + 1) - k * np.log1p(mean / k) + n * np.log(mean / (mean + k))
    return np.asarray(np.exp(log))
