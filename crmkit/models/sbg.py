"""Shifted-beta-geometric: how long contract customers stay, if some are simply more loyal than others.

At the end of each period a customer leaves with probability theta, always the same for one customer;
theta varies between customers as Beta(alpha, beta). Nobody becomes more loyal, yet the retention rate of a
cohort rises with its age, because those who leave easily have left. With few parameters the model
projects a survival curve far beyond the data.

Sources: Fader & Hardie (2007), How to project customer retention, Journal of Interactive Marketing
21(1), 76-90; Fader & Hardie (2010), Customer-base valuation in a contractual
setting, Marketing Science 29(1), 85-93.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crmkit._types import Floats
from crmkit.models._contracts import ContractModel, Renewals
from crmkit.models._diagnosis import FAR, Limit
from crmkit.models._fit import Objective
from crmkit.models._stirling import log_beta_ratio


@dataclass(frozen=True, slots=True)
class SBGParams:
    """Probability of leaving at the end of a period ~ Beta(alpha, beta)."""

    alpha: float
    beta: float


def log_survival(params: SBGParams, age: Floats, since: Floats | float = 0.0) -> Floats:
    """Log-probability of staying for `age` more renewals after having renewed `since` times."""
    return log_beta_ratio(params.alpha, params.beta + since, age)


def log_likelihood(params: SBGParams, age: Floats, at_risk: Floats, lost: Floats) -> Floats:
    """Log-likelihood of the renewals at each age 1, 2 ...: of `at_risk` customers `lost` did not renew."""
    alpha, stays = params.alpha, params.beta + age - 1
    leaves = -np.log1p(stays / alpha)
    renews = -np.log1p(alpha / stays)
    return np.asarray(lost * leaves + (at_risk - lost) * renews)


def objective(theta: Floats, age: Floats, at_risk: Floats, lost: Floats) -> tuple[float, Floats, Floats]:
    """Log-likelihood, gradient and Hessian in theta = ln (alpha, beta).

    The logit of the churn rate at age t is ln alpha - ln (beta + t - 1): a logistic regression, bent in beta.
    """
    params = SBGParams(*np.exp(theta))
    stays = params.beta + age - 1
    churn = params.alpha / (params.alpha + stays)
    share = params.beta / stays
    residual = lost - at_risk * churn
    weight = at_risk * churn * (1 - churn)
    gradient = np.array([residual.sum(), -(residual @ share)])
    mixed = weight @ share
    bent = weight @ share**2 + residual @ (share * (1 - share))
    hessian = np.array([[-weight.sum(), mixed], [mixed, -bent]])
    return float(log_likelihood(params, age, at_risk, lost).sum()), gradient, hessian


class SBG(ContractModel):
    """Shifted-beta-geometric model of contract customers (Fader & Hardie 2007).

    Parameters
    ----------
    period : {"day", "week", "month", "year"}, default "year"
        Length of a contract period: what an annual discount rate or a horizon such as "5Y" means.

    Attributes
    ----------
    params_ : SBGParams
        alpha and beta of the probability to leave at the end of a period.
    log_likelihood_, covariance_, diagnosis_, standard_errors_, aic_, bic_
        The fit.

    Examples
    --------
    Survivors of 1,000 customers over seven years, projected to twelve:

    >>> model = SBG().fit([1000, 869, 743, 653, 593, 551, 517, 491])
    >>> model.params_
    SBGParams(alpha=0.668..., beta=3.806...)
    >>> model.survival([8, 12]).round(4)
    array([0.4604, 0.378 ])
    >>> model.predict({"n": [1, 8]}, horizon="5Y").round(2)
    array([3.44, 4.26])
    """

    Params = SBGParams
    _starts = ((1.0, 1.0), (0.1, 2.0), (5.0, 50.0))
    _limits = (
        Limit(
            "all customers leave with the same probability (geometric)",
            "全体客户的流失概率相同（几何分布）",
            params=("churn_rate",),
            read=((1, -1),),
            powers=(0,),
            odds=frozenset({"churn_rate"}),
            far=(FAR, FAR),
        ),
        Limit(
            "a share of the customers leaves at the first renewal, the rest never",
            "一部分客户在首次续约时流失，其余永不流失",
            params=("share_leaving",),
            read=((1, -1),),
            powers=(0,),
            odds=frozenset({"share_leaving"}),
            far=(-FAR, -FAR),
        ),
    )

    def _objective(self, renewals: Renewals) -> Objective:
        return lambda theta: objective(theta, renewals.age, renewals.at_risk, renewals.lost)

    def _log_survival(self, params: SBGParams, age: Floats, since: Floats | float) -> Floats:
        return log_survival(params, age, since)
