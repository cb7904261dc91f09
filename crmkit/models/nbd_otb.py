"""NBD/OTB: customers who buy at a rate of their own, and one-time buyers beside them.

A share omega of the customers buys once and never again; the others buy as in the NBD. Without that share the NBD takes
the many who bought once for slow buyers, and expects them back. What "once" is depends on what x counts: of customers
followed from their first purchase on (x counts repeats, as `crmkit.summarize` does) a one-time buyer has x = 0; of a
list of people observed for a while (x counts every purchase), x = 1.

Sources: Ehrenberg (1959), Applied Statistics 8(1), 26-41; Morrison & Schmittlein (1988), Journal of Business & Economic
Statistics 6(2), 145-159, for spikes beside an NBD.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from crmkit._types import Duration, Floats, Numbers, Table
from crmkit.errors import ArgumentError
from crmkit.models import nbd
from crmkit.models._base import Period
from crmkit.models._covariates import Design, RowTerms, mixed, objective, p_one_time
from crmkit.models._diagnosis import Limit, judge
from crmkit.models._fit import covariance, maximise
from crmkit.models._living import Drawn, counts_of, draw_rates
from crmkit.models._purchases import PurchaseModel
from crmkit.models._repeats import Cells, dot

ONCE = (0, 1)


@dataclass(frozen=True, slots=True)
class NBDOTBParams:
    """Purchase rate ~ Gamma(r, alpha), a share omega buys once; alpha in periods."""

    r: float
    alpha: float
    omega: float


NO_ONE_TIME = Limit(
    "the NBD, no one-time buyers",
    "NBD（无一次性买家）",
    ("r", "alpha"),
    read=[[1, 0, 0], [0, 1, 0]],
    powers=[0, 1],
    objective=nbd.objective,
)


class NBDOTB(PurchaseModel):
    """NBD/OTB: the NBD with a share of one-time buyers.

    Parameters
    ----------
    period : "day", "week", "month" or "year", default "week"
        Unit in which `params_` and `log_likelihood_` are reported.
    once : {0, 1}, optional
        The x of a one-time buyer: 0 where x counts repeat purchases, 1 where it counts every purchase within T. By
        default a fit takes the one that is likelier and says which in `once_`; a model from given parameters takes 1.

    Attributes
    ----------
    params_ : NBDOTBParams
        r, alpha, and omega, the share of one-time buyers.
    once_ : int
        The x of a one-time buyer.

    Examples
    --------
    >>> tea = {"x": [0, 1, 2, 3, 5, 9], "t_x": [0, 1, 1, 1, 1, 1], "T": [1] * 6, "n": [350, 437, 118, 84, 69, 40]}
    >>> model = NBDOTB(period="day").fit(tea, weight="n")
    >>> model.once_, round(model.params_.omega, 2)
    (1, 0.23)
    """

    Params = NBDOTBParams
    _durations = ("alpha",)
    _limits: ClassVar[tuple[Limit, ...]] = (NO_ONE_TIME,)
    settings = ("period", "once")

    once_: int

    def __init__(self, *, period: Period = "week", once: Literal[0, 1] | None = None) -> None:
        super().__init__(period=period)
        if once not in (None, *ONCE):
            raise ArgumentError("once", once, "choice", options="0, 1")
        self.once = once
        self.once_ = 1 if once is None else once

    @classmethod
    def from_params(cls, *, period: str | None = None, **values: float) -> Self:
        """A model with given parameters r, alpha and omega (a share below 1), ready to predict."""
        model = super().from_params(period=period, **values)
        if model.params_.omega >= 1:
            raise ArgumentError("omega", values["omega"], "one_time_share", example=0.2)
        return model

    def _learn(self, cells: Cells) -> Self:
        """Fit for each x that a one-time buyer may have, and keep the likelier."""
        fits = [self._learn_once(cells, once) for once in (ONCE if self.once is None else (self.once,))]
        best = max(fits, key=lambda model: model.log_likelihood_)
        self.once_ = best.once_
        self.params_, self.log_likelihood_, self.covariance_ = best.params_, best.log_likelihood_, best.covariance_
        self.diagnosis_, self.n_customers_ = best.diagnosis_, best.n_customers_
        return self

    def _learn_once(self, cells: Cells, once: int) -> NBDOTB:
        model = NBDOTB(period=self.period, once=once)  # type: ignore[arg-type]
        design = Design.of(None, cells, 2, {}, one_time=True)
        climbed = objective(nbd.row_terms, cells, design, 0.0, once)
        rate = dot(cells.n, cells.x) / float(cells.n.sum())
        starts = [np.array([np.log(r), np.log(r / rate), odds]) for r in (0.5, 5.0) for odds in (-1.5, -6.0)]
        optimum = maximise(climbed, starts)
        unit = cells.unit / self._days
        shift = dot(cells.n, cells.x) * float(np.log(self._days / cells.unit))
        names = ("r", "alpha", "omega")
        diagnosis = judge(optimum, climbed, cells, names, self._limits, unit=unit, shift=shift)
        r, alpha = np.exp(optimum.theta[:2]) * [1.0, unit]
        scale = np.array([r, alpha, 1.0])
        spread = covariance(optimum) * np.outer(scale, scale)
        model._adopt(
            [r, alpha, expit(optimum.theta[2])], optimum.log_likelihood + shift, spread, diagnosis, cells.n.sum()
        )
        return model

    def _estimates(self) -> tuple[Floats, NDArray[np.str_]]:
        return np.array(astuple(self.params_), dtype=float), np.array(["positive", "positive", "share"])

    def _stored(self) -> dict[str, Any]:
        return {"once": self.once_}

    def _restore(self, stored: Any) -> None:
        self.once_ = stored.get("once", self.once_)
        if self.once_ not in ONCE or isinstance(self.once_, bool):
            raise ValueError(self.once_)

    def _log_likelihood(self, params: NBDOTBParams, x: Floats, t_x: Floats, T: Floats) -> Floats:  # noqa: ARG002
        plain = nbd.log_likelihood(nbd.NBDParams(params.r, params.alpha), x, T)
        return mixed(params.omega, plain, x, T, self.once_)

    def _p_alive(self, params: NBDOTBParams, x: Floats, t_x: Floats, T: Floats) -> Floats:  # noqa: ARG002
        plain = nbd.log_likelihood(nbd.NBDParams(params.r, params.alpha), x, T)
        return np.asarray(1 - p_one_time(params.omega, plain, x, T, self.once_))

    def _row_terms(self, params: Sequence[Any], x: Floats, t_x: Floats, T: Floats) -> RowTerms:
        return nbd.row_terms(params, x, t_x, T)

    def _living(self, params: NBDOTBParams, x: Floats, t_x: Floats, T: Floats) -> nbd.LivingNBD:  # noqa: ARG002
        return nbd.LivingNBD(params.r + x, params.alpha + T)

    def _draw(self, params: NBDOTBParams, n: int, rng: np.random.Generator) -> Drawn:
        if self.once_:
            raise ArgumentError("models_no_simulation_of_once")
        rate = draw_rates(params.r, params.alpha, n, rng)
        return Drawn(rate, np.full(n, np.inf), np.zeros(n), rng.random(n) < params.omega)

    def expected_purchases_new(self, *, horizon: Duration) -> float:
        """Expected purchases, within `horizon`, of somebody of whom nothing is known yet; those who buy once included.

        With `once=0` these are repeat purchases of a customer acquired today.
        """
        regular = super().expected_purchases_new(horizon=horizon)
        omega = self.params_.omega
        return (1 - omega) * regular + omega if self.once_ else regular

    def pmf(self, n: Numbers, *, horizon: Duration, customers: Table = None) -> Any:
        """Probability of exactly n purchases within `horizon`; of somebody not yet known, one-time buyers included."""
        found = super().pmf(n, horizon=horizon, customers=customers)
        if customers is not None or not self.once_:
            return found
        omega = self.params_.omega
        found = (1 - omega) * np.asarray(found) + omega * (counts_of(n) == 1)
        return found if np.ndim(n) else float(found)

    def cdf(self, n: Numbers, *, horizon: Duration, customers: Table = None) -> Any:
        """Probability of at most n purchases within `horizon`; arguments as for `pmf`."""
        found = super().cdf(n, horizon=horizon, customers=customers)
        if customers is not None or not self.once_:
            return found
        omega = self.params_.omega
        found = (1 - omega) * np.asarray(found) + omega * (counts_of(n) >= 1)
        return found if np.ndim(n) else float(found)
