"""Beta-discrete-Weibull: how long contract customers stay, if a customer's own loyalty changes with time too.

As in the shifted-beta-geometric model customers differ by theta ~ Beta(gamma, delta), but the probability of
having stayed t periods is (1 - theta)^(t^c). With c = 1 a customer's churn rate is constant (that is the
shifted-beta-geometric model), with c > 1 it rises the longer they stay, with c < 1 it falls.

Source: Fader, Hardie, Liu, Davin & Steenburgh (2018), "How to project customer retention" revisited: the role
of duration dependence, Journal of Interactive Marketing 43, 1-16.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from crmkit._types import Floats
from crmkit.models._contracts import ContractModel, Renewals
from crmkit.models._diagnosis import FAR, Limit
from crmkit.models._fit import BOX, Objective
from crmkit.models._stirling import log_beta_ratio, log_rise


@dataclass(frozen=True, slots=True)
class BDWParams:
    """Staying t periods has probability (1 - theta)^(t^c), theta ~ Beta(gamma, delta)."""

    gamma: float
    delta: float
    c: float


def log_survival(params: BDWParams, age: Floats, since: Floats | float = 0.0) -> Floats:
    """Log-probability of staying for `age` more renewals after having renewed `since` times."""
    start = np.asarray(since, dtype=np.float64)
    done = _power(start, params.c)
    return log_beta_ratio(params.gamma, params.delta + done, _power(start + age, params.c) - done)


def log_likelihood(params: BDWParams, age: Floats, at_risk: Floats, lost: Floats) -> Floats:
    """Log-likelihood of the renewals at each age 1, 2 ...: of `at_risk` customers `lost` did not renew."""
    renews = log_survival(params, np.ones_like(age), age - 1)
    return np.asarray(lost * np.log(-np.expm1(renews)) + (at_risk - lost) * renews)


def objective(theta: Floats, age: Floats, at_risk: Floats, lost: Floats) -> tuple[float, Floats, Floats]:
    """Log-likelihood, gradient and Hessian in theta = ln (gamma, delta, c)."""
    params = BDWParams(*np.exp(theta))
    renews = log_survival(params, np.ones_like(age), age - 1)
    churn = -np.expm1(renews)
    start, end = _in_logs(params, age - 1), _in_logs(params, age)
    slope = (at_risk - lost) - lost * (1 - churn) / churn
    curvature = -lost * (1 - churn) / churn**2
    change = end.gradient - start.gradient
    gradient = change @ slope
    hessian = (end.hessian - start.hessian) @ slope + (change * curvature) @ change.T
    return float(log_likelihood(params, age, at_risk, lost).sum()), gradient, hessian


class _Derivatives(NamedTuple):
    gradient: Floats  # (3, n_ages)
    hessian: Floats  # (3, 3, n_ages)


def _in_logs(params: BDWParams, age: Floats) -> _Derivatives:
    """Derivatives of ln S(age) in ln (gamma, delta, c), apart from what is the same at every age."""
    gamma, delta, c = params.gamma, params.delta, params.c
    power = _power(age, c)
    rise = log_rise(delta + power, gamma)  # ln S = ln S(0) + ... - rise
    log_power = c * np.log(np.maximum(age, 1.0))
    by_c = power * log_power  # of delta + age^c, in ln c
    g, d, s = gamma * rise.d2, delta * rise.d1, by_c * rise.d1
    gg, gd, gs = g + gamma**2 * rise.d22, gamma * delta * rise.d12, gamma * by_c * rise.d12
    dd, ds = d + delta**2 * rise.d11, delta * by_c * rise.d11
    ss = s * (1 + log_power) + by_c**2 * rise.d11
    return _Derivatives(-np.stack([g, d, s]), -np.array([[gg, gd, gs], [gd, dd, ds], [gs, ds, ss]]))


def _power(age: Floats, c: float) -> Floats:
    return np.where(age > 0, np.maximum(age, 1e-300) ** c, 0.0)


class BDW(ContractModel):
    """Beta-discrete-Weibull model of contract customers (Fader and others 2018).

    Parameters
    ----------
    period : {"day", "week", "month", "year"}, default "year"
        Length of a contract period: what an annual discount rate or a horizon such as "5Y" means.

    Attributes
    ----------
    params_ : BDWParams
        gamma and delta of the probability to leave, and c, how it changes with a customer's age: rising above 1.
    log_likelihood_, covariance_, diagnosis_, standard_errors_, aic_, bic_
        The fit. `likelihood_ratio(SBG().fit(...))` tests whether c differs from 1.

    Examples
    --------
    >>> model = BDW().fit([1000, 869, 743, 653, 593])
    >>> model.params_
    BDWParams(gamma=0.259..., delta=1.722..., c=1.584...)
    >>> model.survival([8, 12]).round(4)
    array([0.4567, 0.3889])
    """

    Params = BDWParams
    # Nobody's churn rate moves; it falls, customers alike; they split at once, the rest leave late.
    _starts = ((1.0, 1.0, 1.0), (5.0, 50.0, 0.7), (0.05, 0.05, 2.0))
    # Beyond these, c only says that all leave at one age, or that age does not matter after the first renewal.
    _box = ((-BOX, -BOX, np.log(0.05)), (BOX, BOX, np.log(20.0)))
    _limits = (
        Limit(
            "a customer's churn rate does not change with age (shifted-beta-geometric)",
            "客户的流失率不随年龄变化（移位贝塔-几何模型）",
            params=("alpha", "beta"),
            read=((1, 0, 0), (0, 1, 0)),
            powers=(0, 0),
            far=(0, 0, 0),
        ),
        Limit(
            "all customers are alike: theta to leave at first, c for age (discrete Weibull)",
            "全体客户完全相同：首期流失概率 theta，年龄效应 c（离散威布尔分布）",
            params=("theta", "c"),
            read=((1, -1, 0), (0, 0, 1)),
            powers=(0, 0),
            odds=frozenset({"theta"}),
            far=(FAR, FAR, 0),
        ),
        Limit(
            "all customers leave with the same probability at any age (geometric)",
            "全体客户在任何年龄的流失概率相同（几何分布）",
            params=("churn_rate",),
            read=((1, -1, 0),),
            powers=(0,),
            odds=frozenset({"churn_rate"}),
            far=(FAR, FAR, 0),
        ),
        Limit(
            "a share of the customers leaves at the first renewal, the rest never",
            "一部分客户在首次续约时流失，其余永不流失",
            params=("share_leaving",),
            read=((1, -1, 0),),
            powers=(0,),
            odds=frozenset({"share_leaving"}),
            far=(-FAR, -FAR, 0),
        ),
    )

    def _objective(self, renewals: Renewals) -> Objective:
        return lambda theta: objective(theta, renewals.age, renewals.at_risk, renewals.lost)

    def _log_survival(self, params: BDWParams, age: Floats, since: Floats | float) -> Floats:
        return log_survival(params, age, since)
