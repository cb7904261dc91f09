"""BG/CNBD-k and MBG/CNBD-k: repeat purchases of customers who buy regularly and may leave unseen.

As BG/NBD and MBG/NBD, but the gaps between purchases are Erlang-k: the larger k, the more even. k is found by the
likelihood, from 1 (chance alone, the NBD family) to 12. Where purchases are regular, a silence of two usual gaps says
more, and so does one that has just begun. The formulas are in `_erlang` and `_beta_geometric`.

Sources: Reutterer, Platzer & Schroeder (2021), Leveraging purchase regularity for predicting customer behavior the easy
way, International Journal of Research in Marketing 38(1), 194-215; Batislam, Denizel & Filiztekin (2007), IJRM 24(3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields, replace
from typing import Any, ClassVar, Self

import numpy as np
from scipy.special import expit

from crmkit import _checks, _frame
from crmkit._types import Array, Floats, Table
from crmkit.errors import ArgumentError
from crmkit.models import _beta_geometric as shared
from crmkit.models._base import Period
from crmkit.models._diagnosis import FAR, Diagnosis, Limit
from crmkit.models._erlang import LivingErlang, gap_terms
from crmkit.models._fit import Objective
from crmkit.models._learning import SURE
from crmkit.models._living import Drawn, draw_rates
from crmkit.models._purchases import PurchaseModel
from crmkit.models._repeats import GAPS, Cells, dot, read_rows
from crmkit.models.mbg_nbd import AT_ONCE_OR_NEVER

# The largest k that is tried, and how often in a row a larger k may fit worse before the search ends.
MOST_STAGES, PATIENCE = 12, 2


@dataclass(frozen=True, slots=True)
class CNBDParams:
    """Gaps ~ Erlang-k of rate ~ Gamma(r, alpha), chance to leave ~ Beta(a, b); alpha in periods, the rest unitless."""

    k: int
    r: float
    alpha: float
    a: float
    b: float


# The edges of the family, for any k: pushed out to, because the simpler models have k stages as well.
_NO_DROPOUT = replace(
    shared.NO_DROPOUT,
    name="no dropout, regular gaps",
    name_zh="无流失，购买间隔规律",
    objective=None,
    far=[0, 0, -FAR, 0],
)
_ONE_RATE_NO_DROPOUT = replace(
    shared.POISSON,
    name="one purchase rate for all customers and no dropout",
    name_zh="全体客户购买率相同且无流失",
    objective=None,
    far=[FAR, FAR, -FAR, 0],
)
_AT_ONCE_OR_NEVER = replace(AT_ONCE_OR_NEVER, objective=None, far=[0, 0, -FAR, -FAR])
_LIMITS = (_NO_DROPOUT, shared.ONE_CHANCE, shared.ONE_RATE, shared.ONE_RATE_ONE_CHANCE, _ONE_RATE_NO_DROPOUT)


class _CNBD(PurchaseModel):
    """What BG/CNBD-k and MBG/CNBD-k share: k chances to leave before the first repeat purchase, 0 or 1."""

    Params = CNBDParams
    _durations = ("alpha",)
    _gap_matters = True
    _first_chance: ClassVar[int]
    settings = ("period", "k")

    k_log_likelihoods_: dict[int, float]

    def __init__(self, *, period: Period = "week", k: int | None = None) -> None:
        super().__init__(period=period)
        self.k = None if k is None else _checks.count("k", k)
        self._stages = self.k or 1

    @classmethod
    def from_params(cls, *, period: str | None = None, **values: float) -> Self:
        """A model with given parameters k (a whole number), r, alpha, a, b, ready to predict."""
        model = super().from_params(period=period, **values)
        k = float(model.params_.k)
        if k != int(k):
            raise ArgumentError("k", values["k"], "count_of_stages", example=2)
        model.params_ = replace(model.params_, k=int(k))
        return model

    @property
    def n_parameters(self) -> int:
        """Number of parameters that a fit estimates; k is one unless it was given."""
        return len(fields(CNBDParams)) - (self.k is not None)

    def _learn(self, cells: Cells) -> Self:
        """Fit with each k that is worth a try, and keep the best."""
        tried = range(1, MOST_STAGES + 1) if self.k is None else [self.k]
        found: dict[int, Self] = {}
        for k in tried:
            one = type(self)(period=self.period, k=k)
            one._unjudged, one._near = self._unjudged, self._near
            found[k] = super(_CNBD, one)._learn(cells)
            best = max(found, key=lambda k: found[k].log_likelihood_)
            if k >= best + PATIENCE:
                break
        one = found[best]
        self.k_log_likelihoods_ = {k: each.log_likelihood_ for k, each in found.items()}
        self.params_, self.log_likelihood_, self.covariance_ = one.params_, one.log_likelihood_, one.covariance_
        self.diagnosis_, self.n_customers_, self._posterior = one.diagnosis_, one.n_customers_, one._posterior
        return self

    def _values(self, params: Floats) -> Floats:
        return np.concatenate([[float(self._stages)], params])

    def _drawn(self, values: Array) -> Any:
        return replace(super()._drawn(values), k=round(float(values[0])))

    def _is_sure(self) -> bool:
        errors = np.sqrt(np.diag(self.covariance_))[1:] / np.array(astuple(self.params_)[1:])
        return self.diagnosis_ == "optimum" and bool((errors < SURE).all())

    def _adopt(
        self,
        params: Sequence[float],
        log_likelihood: float,
        covariance_: Floats,
        diagnosis: Diagnosis,
        n_customers: float,
    ) -> Self:
        full = np.full((5, 5), np.nan)
        full[1:, 1:] = covariance_
        super()._adopt([self._stages, *params], log_likelihood, full, diagnosis, n_customers)
        self.params_ = replace(self.params_, k=self._stages)
        return self

    def _starts(self, rate: float) -> Sequence[Sequence[float]]:
        k = self._stages
        return [[0.5, 0.25 / rate / k, 0.5, 2.0], [5.0, 1.7 / rate / k, 0.05, 0.2]]

    def _objective(self, cells: Cells) -> Objective:
        plain, k = shared.objective(cells, self._first_chance, self._stages), self._stages
        gaps = self._gap_total(cells)

        def evaluate(theta: Floats) -> tuple[float, Floats, Floats]:
            value, gradient, hessian = plain(theta)
            return value + gaps, gradient, hessian

        return plain if k == 1 else evaluate

    def _gap_total(self, cells: Cells) -> float:
        """The part of the log-likelihood that depends on k alone, time in the unit of the cells."""
        log_unit = float(np.log(cells.unit))
        if cells.log_gaps is not None:
            one_each = gap_terms(self._stages, cells.n * cells.x, cells.t_x, cells.log_gaps)
            return float(one_each.sum()) - (self._stages - 1) * dot(cells.n, cells.x) * log_unit
        return dot(cells.n, gap_terms(self._stages, cells.x, cells.t_x / cells.unit, None))

    def log_likelihood(self, customers: Table) -> Floats:
        """Log-likelihood of each customer, of the data measured in `period`; shape (n_customers,).

        With a column `log_gaps` it is that of every gap, otherwise that of x and t_x.
        """
        x, t_x, T = read_rows(customers)
        params = self._daily(self.parameters)
        table = _frame.open_table(customers)
        gaps = _frame.open_table(customers, numbers=[GAPS]).arrays(GAPS)[0] if GAPS in table.columns else None
        per_day = self._log_likelihood(params, x, t_x, T) + gap_terms(params.k, x, t_x, gaps)
        return np.asarray(per_day + x * np.log(self._days))

    def _log_likelihood(self, params: CNBDParams, x: Floats, t_x: Floats, T: Floats) -> Floats:
        chances = x + self._first_chance
        return shared.log_likelihood(_plain(params), chances, x, t_x, T, stages=params.k)

    def _p_alive(self, params: CNBDParams, x: Floats, t_x: Floats, T: Floats) -> Floats:
        chances = x + self._first_chance
        return np.asarray(expit(-shared.log_odds_left(_plain(params), chances, x, t_x, T, stages=params.k)))

    def _living(self, params: CNBDParams, x: Floats, t_x: Floats, T: Floats) -> LivingErlang:
        k = int(params.k)
        survived = params.b + x + self._first_chance
        return LivingErlang(k, params.r + k * x, params.alpha + T, T - t_x, params.a, survived)

    def _draw(self, params: CNBDParams, n: int, rng: np.random.Generator) -> Drawn:
        rate = draw_rates(params.r, params.alpha, n, rng)
        chance = rng.beta(params.a, params.b, size=n)
        gone = rng.random(n) < chance if self._first_chance else np.zeros(n, dtype=bool)
        return Drawn(rate, np.full(n, np.inf), chance, gone, int(params.k))


class BGCNBD(_CNBD):
    """BG/CNBD-k: regular gaps; customers may leave after any repeat purchase (Reutterer and others 2021).

    Parameters
    ----------
    period : "day", "week", "month" or "year", default "week"
        Unit in which `params_` and `log_likelihood_` are reported.
    k : int, optional
        Number of stages of a gap; by default the likelihood chooses it. It needs the gaps between purchases for that:
        a column `log_gaps`, the sum of ln(days between purchases), as `crmkit.summarize(transactions, log_gaps=True)`
        makes it. Without it, k is judged by x and t_x alone, which say less.

    Attributes
    ----------
    params_ : CNBDParams
        k, r, alpha, a, b; r, alpha, a and b as in the paper.
    k_log_likelihoods_ : dict
        Log-likelihood for each k that was tried.

    Examples
    --------
    >>> model = BGCNBD.from_params(k=2, r=1.3, alpha=2.8, a=0.4, b=0.8, period="week")
    >>> history = {"x": [5, 5], "t_x": [213, 250], "T": [272, 272]}
    >>> model.p_alive(history).round(3), model.predict(history, horizon="39W").round(3)
    (array([...]), array([...]))
    """

    _first_chance = 0
    _limits: ClassVar[tuple[Limit, ...]] = _LIMITS


class MBGCNBD(_CNBD):
    """MBG/CNBD-k: regular gaps; customers may leave after any purchase, the first included.

    Parameters, attributes and columns are those of `BGCNBD`.

    Examples
    --------
    >>> model = MBGCNBD.from_params(k=2, r=1.33, alpha=2.81, a=0.42, b=0.79, period="week")
    >>> history = {"x": [5, 0], "t_x": [213, 0], "T": [272, 272]}
    >>> model.p_alive(history).round(3), model.predict(history, horizon="39W").round(3)
    (array([...]), array([...]))
    """

    _first_chance = 1
    _limits: ClassVar[tuple[Limit, ...]] = (*_LIMITS, _AT_ONCE_OR_NEVER)


def _plain(params: CNBDParams) -> shared.BetaGeometricParams:
    return shared.BetaGeometricParams(params.r, params.alpha, params.a, params.b)
