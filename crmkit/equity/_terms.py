"""What turns switching into money, and where it leads in the long run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import numpy as np

from crmkit import _checks
from crmkit._types import Duration, Floats
from crmkit.equity._matrix import Matrix
from crmkit.errors import ArgumentError, DataError, shown

Timing: TypeAlias = Literal["start", "end"]
TIMINGS = ("start", "end")
_TOL = 1e-12


class Terms:
    """What turns switching into money: the discount per purchase, margins by brand, how many purchases count."""

    def __init__(self, per_purchase: float, margins: Floats, last: int | None, *, at_once: bool) -> None:
        self.per_purchase, self.margins, self.last, self.at_once = per_purchase, margins, last, at_once

    @classmethod
    def of(
        cls,
        matrix: Matrix,
        purchases_per_year: float,
        margin: Any,
        discount_rate: float,
        horizon: Duration | None,
        timing: str,
    ) -> Terms:
        """The terms, checked."""
        often = _checks.finite("purchases_per_year", purchases_per_year)
        if often <= 0:
            raise ArgumentError("purchases_per_year", purchases_per_year, "above_zero", example=2)
        rate = _checks.finite("discount_rate", discount_rate)
        if rate < 0 or (rate == 0 and horizon is None):
            raise ArgumentError("discount_rate", discount_rate, "discount_without_end", example=0.1)
        _checks.choice("timing", timing, TIMINGS)
        last = None
        if horizon is not None:
            last = int(np.floor(_checks.days_of(horizon) / _checks.DAYS_PER_YEAR * often + 1e-9))
        margins = _margins(margin, matrix.brands)
        return cls((1 + rate) ** (-1 / often), margins, last, at_once=timing == "start")

    def values(self, p: Floats) -> Floats:
        """Value of a customer (rows: the brand bought last) to each brand."""
        g, n = self.per_purchase, len(p)
        if self.last is None:
            visits = np.linalg.solve(np.eye(n) - g * p, g * p)
        else:
            visits, step = np.zeros((n, n)), np.eye(n)
            for _ in range(self.last):
                step = g * (step @ p)
                visits += step
        if self.at_once:
            visits = visits + np.eye(n)
        return np.asarray(visits * self.margins[None, :])


def _margins(margin: Any, brands: list[str]) -> Floats:
    if not isinstance(margin, Mapping):
        return np.full(len(brands), _checks.finite("margin", margin))
    missing = [brand for brand in brands if brand not in margin]
    if missing:
        raise DataError("margins_missing", brands=shown(missing))
    return np.array([_checks.finite("margin", margin[brand]) for brand in brands])


def shares_of(matrix: Matrix) -> Floats:
    """The stationary distribution."""
    n = len(matrix.p)
    balance = np.vstack([matrix.p.T - np.eye(n), np.ones(n)])
    if np.linalg.matrix_rank(balance[:-1], tol=1e-10) < n - 1:
        raise DataError("matrix_parts")
    found = np.linalg.lstsq(balance, np.append(np.zeros(n), 1.0), rcond=None)[0]
    shares = np.where(np.abs(found) < _TOL, 0.0, found)
    # exact digits for round matrices
    return np.asarray(np.round(shares / shares.sum(), 15))
