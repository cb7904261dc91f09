"""BG/NBD: repeat purchases of customers who may leave, unseen, after a repeat purchase.

A customer who never came back had no moment to leave at, so P(alive) = 1 for x = 0: that is the model
speaking, not an error. MBG/NBD and Pareto/NBD let such customers leave too. The formulas are in
`_beta_geometric`.

Source: Fader, Hardie & Lee (2005), "Counting your customers" the easy way: an alternative to the
Pareto/NBD model, Marketing Science 24(2), 275-284.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from scipy.special import expit

from crmkit._types import Floats
from crmkit.models import _beta_geometric as shared
from crmkit.models._covariates import RowTerms
from crmkit.models._diagnosis import VANISHED, Limit
from crmkit.models._fit import Objective
from crmkit.models._learning import Moved
from crmkit.models._living import Drawn, draw_rates
from crmkit.models._purchases import PurchaseModel
from crmkit.models._repeats import Cells


class BGNBDParams(shared.BetaGeometricParams):
    """Purchase rate ~ Gamma(r, alpha), chance to leave ~ Beta(a, b); alpha in periods, the rest unitless."""

    __slots__ = ()


def log_likelihood(params: BGNBDParams, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """Log-likelihood of each customer, shape (n,); times in the unit of alpha."""
    return shared.log_likelihood(params, x, x, t_x, T)


def p_alive(params: BGNBDParams, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """Probability that a customer is alive at T, shape (n,); 1 where x = 0."""
    return np.asarray(expit(-shared.log_odds_left(params, x, x, t_x, T)))


# With a and b near 0 a customer leaves after the first repeat purchase, or never.
AT_ONCE_OR_NEVER = Limit(
    "a share of the customers leaves after the first repeat purchase, the others never",
    "一部分客户在首次复购后流失，其余永不流失",
    ("r", "alpha", "share"),
    read=[[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, -1]],
    powers=[0, 1, 0],
    odds=frozenset({"share"}),
    far=[0, 0, VANISHED, VANISHED],
)


class BGNBD(PurchaseModel):
    """BG/NBD: customers may leave after any repeat purchase (Fader, Hardie & Lee 2005).

    Parameters
    ----------
    period : "day", "week", "month" or "year", default "week"
        Unit in which `params_` and `log_likelihood_` are reported.

    Examples
    --------
    >>> model = BGNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426, period="week")
    >>> history = {"x": [2], "t_x": [213], "T": [272]}
    >>> model.p_alive(history).round(3), model.predict(history, horizon="39W").round(3)
    (array([0.727]), array([1.226]))
    """

    Params = BGNBDParams
    _durations = ("alpha",)
    _moved: ClassVar[Moved] = {"purchase": ("alpha", -1.0), "dropout": ("a", 1.0)}
    _limits = (*shared.LIMITS, AT_ONCE_OR_NEVER)

    def _starts(self, rate: float) -> Sequence[Sequence[float]]:
        return [[0.5, 0.25 / rate, 0.5, 2.0], [5.0, 1.7 / rate, 0.05, 0.2]]

    def _objective(self, cells: Cells) -> Objective:
        return shared.objective(cells, 0)

    def _log_likelihood(self, params: BGNBDParams, x: Floats, t_x: Floats, T: Floats) -> Floats:
        return log_likelihood(params, x, t_x, T)

    def _p_alive(self, params: BGNBDParams, x: Floats, t_x: Floats, T: Floats) -> Floats:
        return p_alive(params, x, t_x, T)

    def _row_terms(self, params: Sequence[Any], x: Floats, t_x: Floats, T: Floats) -> RowTerms:
        return shared.row_terms(params, 0, x, t_x, T)

    def _living(self, params: BGNBDParams, x: Floats, t_x: Floats, T: Floats) -> shared.LivingBG:  # noqa: ARG002
        return shared.LivingBG(params.r + x, params.alpha + T, params.a, params.b + x)

    def _draw(self, params: BGNBDParams, n: int, rng: np.random.Generator) -> Drawn:
        rate = draw_rates(params.r, params.alpha, n, rng)
        chance = rng.beta(params.a, params.b, size=n)
        return Drawn(rate, np.full(n, np.inf), chance, np.zeros(n, dtype=bool))
