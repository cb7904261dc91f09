"""NBD: repeat purchases of customers who never leave, the baseline of the family.

A customer buys at rate lambda ~ Gamma(r, alpha), always. Models with dropout are compared with this one,
and it is what they become when the data show no dropout.

Sources: Ehrenberg (1959), The pattern of consumer purchases, Applied Statistics 8(1), 26-41; Morrison &
Schmittlein (1988), Journal of Business & Economic Statistics 6(2), 145-159, for the share of non-buyers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.special import betainc, expit, gammaln

from crmkit._types import Floats
from crmkit.models._covariates import RowTerms
from crmkit.models._diagnosis import Limit
from crmkit.models._fit import Objective
from crmkit.models._learning import Moved
from crmkit.models._living import Count, Drawn, draw_rates
from crmkit.models._purchases import PurchaseModel
from crmkit.models._quadrature import growth
from crmkit.models._repeats import Cells, distinct, dot, log_rising, survivors


@dataclass(frozen=True, slots=True)
class NBDParams:
    """Purchase rate ~ Gamma(r, alpha); alpha in periods."""

    r: float
    alpha: float


def log_likelihood(params: NBDParams, x: Floats, T: Floats) -> Floats:
    """Log-likelihood of each customer, shape (n,); times in the unit of alpha."""
    r, alpha = params.r, params.alpha
    return log_rising(r, x) - r * np.log1p(T / alpha) - x * np.log(alpha + T)


def objective(cells: Cells) -> Objective:
    """Total log-likelihood of cells with its derivatives in ln(r, alpha).

    The gamma functions need no lgamma: with N_j customers of x > j, the sum of lnG(r+x) - lnG(r)
    is that of N_j ln(r + j), exact for any r. The rest is a sum over distinct T.
    """
    j, n_above = survivors(cells.x, cells.n)
    (days,), age_of = distinct(cells.T)
    ages = days / cells.unit
    n_at = np.bincount(age_of, weights=cells.n)
    x_at = np.bincount(age_of, weights=cells.n * cells.x)

    def evaluate(theta: Floats) -> tuple[float, Floats, Floats]:
        r, alpha = np.exp(theta)
        log_age, share = np.log1p(ages / alpha), ages / (alpha + ages)
        weight, idle = r * n_at + x_at, r * dot(n_at, log_age)
        value = dot(n_above, np.log(r + j)) - dot(weight, log_age) - x_at.sum() * theta[1]
        gradient = np.array([dot(n_above, r / (r + j)) - idle, dot(weight, share) - x_at.sum()])
        cross = r * dot(n_at, share)
        bend = np.array([dot(n_above, r * j / (r + j) ** 2) - idle, -dot(weight, share * (1 - share))])
        return float(value), gradient, np.array([[bend[0], cross], [cross, bend[1]]])

    return evaluate


def row_terms(params: Sequence[Any], x: Floats, t_x: Floats, T: Floats) -> RowTerms:  # noqa: ARG001
    """Log-likelihood of each row with derivatives in ln(r, alpha), alpha of each row its own."""
    r, alpha = params[0], params[1] + np.zeros_like(x)
    value, d_r, d_rr = rising_terms(r, x)
    idle, share = r * np.log1p(T / alpha), T / (alpha + T)
    gradient = np.stack([d_r - idle, (r + x) * share - x])
    cross = r * share
    return RowTerms(
        value - idle - x * np.log(alpha + T),
        gradient,
        np.array([[d_rr - idle, cross], [cross, -(r + x) * share * (1 - share)]]),
    )


def rising_terms(r: float, x: Floats) -> tuple[Floats, Floats, Floats]:
    """Ln(G(r+x) / G(r)) with its derivatives in ln r, shape of x."""
    j = np.arange(float(np.max(x, initial=0)))
    tables = (np.log(r + j), r / (r + j), r * j / (r + j) ** 2)
    place = x.astype(np.intp)
    value, first, second = (np.concatenate([np.zeros(1), np.cumsum(table)])[place] for table in tables)
    return value, first, second


def objective_with_leavers(cells: Cells) -> Objective:
    """The same in (ln r, ln alpha, logit pi), a share pi of the customers leaving after the first purchase.

    This zero-inflated NBD is a limit of the Pareto/NBD and of the MBG/NBD.
    """
    back = cells.x > 0
    buyers = objective(cells.where(back))
    (days,), age_of = distinct(cells.T[~back])
    ages = days / cells.unit
    n_at, n = np.bincount(age_of, weights=cells.n[~back]), float(cells.n.sum())

    def evaluate(theta: Floats) -> tuple[float, Floats, Floats]:
        value, gradient, hessian = 0.0, np.zeros(3), np.zeros((3, 3))
        value, gradient[:2], hessian[:2, :2] = buyers(theta[:2])
        r, alpha = np.exp(theta[:2])
        pi = expit(theta[2])
        value -= n * np.logaddexp(0, theta[2])
        gradient[2] -= n * pi
        hessian[2, 2] -= n * pi * (1 - pi)
        # Customers without a repeat: gone at once, or alive and silent with probability e^silent.
        log_age, share = np.log1p(ages / alpha), ages / (alpha + ages)
        silent = -r * log_age
        gone = expit(theta[2] - silent)
        value += dot(n_at, np.logaddexp(theta[2], silent))
        alive = n_at * (1 - gone)
        slope = np.stack([silent, r * share, -np.ones_like(share)])
        gradient += np.array([dot(alive, silent), r * dot(alive, share), dot(n_at, gone)])
        hessian += np.einsum("ik,jk->ij", slope * (alive * gone), slope)
        hessian[0, 0] += dot(alive, silent)
        hessian[0, 1] += r * dot(alive, share)
        hessian[1, 0] += r * dot(alive, share)
        hessian[1, 1] -= r * dot(alive, share * (1 - share))
        return float(value), gradient, hessian

    return evaluate


def objective_of_one_rate(cells: Cells) -> Objective:
    """Total log-likelihood in ln(lambda) if all customers buy at the same rate and nobody leaves."""
    purchases, time = dot(cells.n, cells.x), dot(cells.n, cells.T) / cells.unit

    def evaluate(theta: Floats) -> tuple[float, Floats, Floats]:
        due = float(np.exp(theta[0])) * time
        return purchases * float(theta[0]) - due, np.array([purchases - due]), np.array([[-due]])

    return evaluate


@dataclass(frozen=True, slots=True)
class LivingNBD:
    """Future of customers who buy at rate Gamma(r, alpha) for ever; fields of shape (n,), time from now on."""

    r: Floats
    alpha: Floats

    def expected(self, t: float) -> Floats:
        """Expected purchases within t."""
        return self.r / self.alpha * t

    def expected_pairs(self, t: float) -> Floats:
        """Expected Y (Y - 1), with Y the purchases within t."""
        return self.r * (self.r + 1) * (t / self.alpha) ** 2

    def discounted(self, delta: float, t: float = np.inf) -> Floats:
        """Expected purchases within t, each counted as e^(-delta * its time)."""
        return self.r / self.alpha * growth(delta, t)

    def more_than(self, n: Count, t: float) -> Floats:
        """Probability of more than n purchases within t."""
        return np.asarray(betainc(n + 1.0, self.r, t / (self.alpha + t)))

    def pmf(self, n: int, t: float) -> Floats:
        """Probability of exactly n purchases within t."""
        log_share = np.log(t / (self.alpha + t)) if t > 0 else np.full_like(self.r, -np.inf)
        log_count = gammaln(self.r + n) - gammaln(self.r) - gammaln(n + 1) - self.r * np.log1p(t / self.alpha)
        return np.asarray(np.exp(log_count + (n * log_share if n else 0.0)))


POISSON = Limit(
    "one purchase rate for all customers and no dropout (Poisson)",
    "全体客户购买率相同且无流失（泊松）",
    ("rate",),
    read=[[1, -1]],
    powers=[-1],
    objective=objective_of_one_rate,
)


class NBD(PurchaseModel):
    """NBD: customers buy at a rate of their own and never leave (Ehrenberg 1959).

    Parameters
    ----------
    period : "day", "week", "month" or "year", default "week"
        Unit in which `params_` and `log_likelihood_` are reported.

    Examples
    --------
    >>> model = NBD.from_params(r=0.4, alpha=12, period="week")
    >>> model.predict({"x": [0, 4], "t_x": [0, 200], "T": [273, 273]}, horizon="39W").round(3)
    array([0.306, 3.365])
    """

    Params = NBDParams
    _durations = ("alpha",)
    _moved: ClassVar[Moved] = {"purchase": ("alpha", -1.0)}
    _limits = (POISSON,)

    def _starts(self, rate: float) -> Sequence[Sequence[float]]:
        return [[0.5, 0.5 / rate], [5.0, 5.0 / rate]]

    def _objective(self, cells: Cells) -> Objective:
        return objective(cells)

    def _log_likelihood(self, params: NBDParams, x: Floats, t_x: Floats, T: Floats) -> Floats:  # noqa: ARG002
        return log_likelihood(params, x, T)

    def _p_alive(self, params: NBDParams, x: Floats, t_x: Floats, T: Floats) -> Floats:  # noqa: ARG002
        return np.ones_like(x)

    def _row_terms(self, params: Sequence[Any], x: Floats, t_x: Floats, T: Floats) -> RowTerms:
        return row_terms(params, x, t_x, T)

    def _living(self, params: NBDParams, x: Floats, t_x: Floats, T: Floats) -> LivingNBD:  # noqa: ARG002
        return LivingNBD(params.r + x, params.alpha + T)

    def _draw(self, params: NBDParams, n: int, rng: np.random.Generator) -> Drawn:
        rate = draw_rates(params.r, params.alpha, n, rng)
        return Drawn(rate, np.full(n, np.inf), np.zeros(n), np.zeros(n, dtype=bool))
