"""Customer lifetime value: the textbook formulas, and the door to the probability models.

Lifetime value is the money that a customer brings over the whole relation, minus what attracting and
serving them costs, discounted to today. The formulas here take averages as given: one margin, one
retention rate. They are right where their assumptions hold, which each docstring states. The
probability models (`BGNBD`, `ParetoNBD`, `GammaGamma`, `SBG` ...) learn from each customer's own purchases
instead; they live in `crmkit.models` and are reached from here.

Rates are per period of the margin: a yearly margin goes with a yearly retention and discount rate.

Sources: Berger & Nasr (1998), Customer lifetime value: marketing models and applications, Journal of
Interactive Marketing 12(1), 17-30; Gupta, Lehmann & Stuart (2004), Valuing customers, Journal of
Marketing Research 41(1), 7-18 (elasticities, customers still to be acquired); Fader & Hardie (2012),
Reconciling and clarifying CLV formulas, brucehardie.com/notes/024 (when the first margin comes).
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from crmkit._clv.averages import (
    average,
    cash_flows,
    clv_to_cac,
    constant_retention,
    elasticities,
    max_acquisition_cost,
    payback,
    with_costs,
)
from crmkit._clv.equity import CustomerEquity, customer_equity
from crmkit._clv.realised import cohort_value, historical

if TYPE_CHECKING:
    from crmkit.models._base import Model

# Model -> the module of crmkit.models that has it; loaded on first use, because scipy takes its time.
MODELS: Mapping[str, str] = {
    "NBD": "nbd",
    "NBDOTB": "nbd_otb",
    "ParetoNBD": "pareto_nbd",
    "BGNBD": "bg_nbd",
    "MBGNBD": "mbg_nbd",
    "BGCNBD": "cnbd",
    "MBGCNBD": "cnbd",
    "BGBB": "bg_bb",
    "SBG": "sbg",
    "BDW": "bdw",
    "GammaGamma": "gamma_gamma",
    "SpendMean": "spend_mean",
}

# What is done with models -> the module of crmkit.models that does it.
TOOLS: Mapping[str, str] = {
    "total_interval": "_totals",
    "Total": "_totals",
    "PurchaseCalendar": "_calendar",
    "Covariates": "_covariates",
    "choose_model": "_default",
    "Boosted": "_boosted",
    "ModelChoice": "_default",
    "regularity": "_regularity",
    "Regularity": "_regularity",
    "lifetime_value": "_value",
    "Valuation": "_valuation",
    "take_off_costs": "_costs",
    "portfolio_value": "_portfolio",
    "value_by_decile": "_deciles",
    "compare": "_compare",
    "Comparison": "_compare",
    "tracking": "_tracking",
    "holdout_by_frequency": "_tracking",
    "distribution_fit": "_tracking",
    "recency_frequency_grid": "_tracking",
    "alive_history": "_tracking",
    "from_lifetimes": "_interop",
}


__all__ = [
    *MODELS,
    *TOOLS,
    "CustomerEquity",
    "average",
    "cash_flows",
    "clv_to_cac",
    "cohort_value",
    "constant_retention",
    "customer_equity",
    "elasticities",
    "historical",
    "load",
    "max_acquisition_cost",
    "payback",
    "with_costs",
]


def __getattr__(name: str) -> Any:
    """Give the models of `crmkit.models`, and what is done with them, as names of this module."""
    module = MODELS.get(name) or TOOLS.get(name)
    if module is None:
        raise AttributeError(f"module 'crmkit.clv' has no attribute {name!r}")
    return getattr(importlib.import_module(f"crmkit.models.{module}"), name)


def load(text: str) -> Model:
    """Read a model that `to_json` of any model wrote.

    Raises
    ------
    ArgumentError
        The text is not a stored model, or names a model that this version does not know.

    Examples
    --------
    >>> from crmkit import clv
    >>> spend = clv.GammaGamma.from_params(p=6.25, q=3.74, v=15.44)
    >>> clv.load(spend.to_json()).params_
    GammaGammaParams(p=6.25, q=3.74, v=15.44)
    """
    for module in MODELS.values():  # a model is known once its module is imported
        importlib.import_module(f"crmkit.models.{module}")
    from crmkit.models import _base

    return _base.load(text)
