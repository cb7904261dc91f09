"""Valuation: how far a forecast looks and what its money is worth today, where value is only one part of a result."""

from __future__ import annotations

from dataclasses import dataclass

from crmkit import _checks
from crmkit._types import Duration

HORIZON, DISCOUNT_RATE = "52W", 0.1


@dataclass(frozen=True, slots=True)
class Valuation:
    """How lifetime value is computed by a function that needs it on the way, as settings that travel together.

    `crmkit.clv.lifetime_value`, whose subject they are, takes them one by one.

    Parameters
    ----------
    horizon : duration, default "52W"
        How far the forecast looks.
    discount_rate : float, default 0.1
        Annual and effective.
    margin_rate : float, optional
        Share of the spend that is margin. By default that of the data where their money is margin, and 1, which gives
        the value in revenue, where it is not.

    Raises
    ------
    ArgumentError
        The horizon is no duration, or `margin_rate` no share.

    Examples
    --------
    >>> from crmkit import clv, datasets, segment, transactions
    >>> tx = transactions.Transactions(datasets.load_cdnow(sample=True))
    >>> two_years = clv.Valuation(horizon="104W", margin_rate=0.3)
    >>> round(segment.value_matrix(tx, valuation=two_years).potential.threshold, 2)  # half the customers bring less
    1.86
    """

    horizon: Duration = HORIZON
    discount_rate: float = DISCOUNT_RATE
    margin_rate: float | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be, before any row is read."""
        _checks.days_of(self.horizon)
        if self.margin_rate is not None:
            _checks.share("margin_rate", self.margin_rate)
