"""MBG/NBD: repeat purchases of customers who may leave after any purchase, the first included.

It mends what surprises in the BG/NBD: a customer without a repeat purchase may have left, so P(alive) < 1
for x = 0. The formulas are in `_beta_geometric`.

Source: Batislam, Denizel & Filiztekin (2007), Empirical validation and comparison of models for
customer base analysis, International Journal of Research in Marketing 24(3), 201-209.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from scipy.special import expit

from crmkit._types import Floats
from crmkit.models import _beta_geometric as shared
from crmkit.models import nbd
from crmkit.models._covariates import RowTerms
from crmkit.models._diagnosis import Limit
from crmkit.models._fit import Objective
from crmkit.models._learning import Moved
from crmkit.models._living import Drawn, draw_rates
from crmkit.models._purchases import PurchaseModel
from crmkit.models._repeats import Cells


class MBGNBDParams(shared.BetaGeometricParams):
    """Purchase rate ~ Gamma(r, alpha), chance to leave ~ Beta(a, b); alpha in periods, the rest unitless."""

    __slots__ = ()


def log_likelihood(params: MBGNBDParams, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """Log-likelihood of each customer, shape (n,); times in the unit of alpha."""
    return shared.log_likelihood(params, x + 1, x, t_x, T)


def p_alive(params: MBGNBDParams, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """Probability that a customer is alive at T, shape (n,)."""
    return np.asarray(expit(-shared.log_odds_left(params, x + 1, x, t_x, T)))


# With a and b near 0 a customer leaves after the first purchase, or never.
AT_ONCE_OR_NEVER = Limit(
    "the zero-inflated NBD: a share of the customers leaves after the first purchase, the others never",
    "零膨胀 NBD：一部分客户在首次购买后流失，其余永不流失",
    ("r", "alpha", "share"),
    read=[[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, -1]],
    powers=[0, 1, 0],
    odds=frozenset({"share"}),
    objective=nbd.objective_with_leavers,
)


class MBGNBD(PurchaseModel):
    """MBG/NBD: customers may leave after any purchase (Batislam, Denizel & Filiztekin 2007).

    Parameters
    ----------
    period : "day", "week", "month" or "year", default "week"
        Unit in which `params_` and `log_likelihood_` are reported.

    Examples
    --------
    >>> model = MBGNBD.from_params(r=0.525, alpha=6.183, a=0.891, b=1.614, period="week")
    >>> history = {"x": [2], "t_x": [213], "T": [272]}
    >>> model.p_alive(history).round(3), model.predict(history, horizon="39W").round(3)
    (array([0.706]), array([1.263]))
    """

    Params = MBGNBDParams
    _durations = ("alpha",)
    _moved: ClassVar[Moved] = {"purchase": ("alpha", -1.0), "dropout": ("a", 1.0)}
    _limits = (*shared.LIMITS, AT_ONCE_OR_NEVER)

    def _starts(self, rate: float) -> Sequence[Sequence[float]]:
        return [[0.5, 0.25 / rate, 0.5, 2.0], [5.0, 1.7 / rate, 0.05, 0.2]]

    def _objective(self, cells: Cells) -> Objective:
        return shared.objective(cells, 1)

    def _log_likelihood(self, params: MBGNBDParams, x: Floats, t_x: Floats, T: Floats) -> Floats:
        return log_likelihood(params, x, t_x, T)

    def _p_alive(self, params: MBGNBDParams, x: Floats, t_x: Floats, T: Floats) -> Floats:
        return p_alive(params, x, t_x, T)

    def _row_terms(self, params: Sequence[Any], x: Floats, t_x: Floats, T: Floats) -> RowTerms:
        return shared.row_terms(params, 1, x, t_x, T)

    def _living(self, params: MBGNBDParams, x: Floats, t_x: Floats, T: Floats) -> shared.LivingBG:  # noqa: ARG002
        return shared.LivingBG(params.r + x, params.alpha + T, params.a, params.b + x + 1)

    def _draw(self, params: MBGNBDParams, n: int, rng: np.random.Generator) -> Drawn:
        rate = draw_rates(params.r, params.alpha, n, rng)
        chance = rng.beta(params.a, params.b, size=n)
        return Drawn(rate, np.full(n, np.inf), chance, rng.random(n) < chance)
