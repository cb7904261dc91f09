"""Lifetime value by the default models, for lists that want its columns whatever the data are like.

Pareto/NBD and Gamma-Gamma are fitted to the customers themselves. Where these have nothing to go by, the columns are
missing, or hold one mean spend for all, and a `NoLifetimeValueWarning` says why.
"""

from __future__ import annotations

import warnings
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import _frame
from crmkit.errors import DataError, NoLifetimeValueWarning
from crmkit.models._value import lifetime_value
from crmkit.models.gamma_gamma import GammaGamma
from crmkit.models.pareto_nbd import ParetoNBD

COLUMNS = (
    "p_alive", "expected_purchases", "p_purchase", "discounted_purchases", "expected_spend", "residual_clv",
    "residual_clv_low", "residual_clv_high",
)  # fmt: skip


def add_lifetime_value(customers: Any, *, horizon: Any, discount_rate: float, margin_rate: float) -> Any:
    """Add what the customers are still worth, as `lifetime_value` does by models fitted to these customers.

    >>> add_lifetime_value({"x": [0], "t_x": [0], "T": [9], "m_x": [0.0]}, horizon=7, discount_rate=0, margin_rate=1)
    Traceback (most recent call last):
    crmkit.errors.NoLifetimeValueWarning: no lifetime value: ...
    """
    try:
        purchases = ParetoNBD().fit(customers)
        return lifetime_value(
            customers,
            purchases=purchases,
            spend=_spend_model(customers),
            horizon=horizon,
            discount_rate=discount_rate,
            margin_rate=margin_rate,
        )
    except DataError as reason:
        warnings.warn(NoLifetimeValueWarning(f"no lifetime value: {reason}"), stacklevel=4)
    table = _frame.open_table(customers)
    missing = {name: nw.lit(None).cast(nw.Float64) for name in COLUMNS}
    return table.give_back(table.frame.with_columns(**missing))


def _spend_model(customers: Any) -> GammaGamma | None:
    """The Gamma-Gamma model of spend, or None (one mean for all) where it has nothing to go by or no mean."""
    try:
        spend = GammaGamma().fit(customers)
    except DataError as reason:
        warnings.warn(NoLifetimeValueWarning(f"one mean spend for all customers: {reason}"), stacklevel=5)
        return None
    if spend.params_.q > 1:
        return spend
    warnings.warn(NoLifetimeValueWarning("one mean spend for all customers: the mean of the Gamma-Gamma model "
                                         f"does not exist (q = {spend.params_.q:.3f})"), stacklevel=5)  # fmt: skip
    return None
