"""What BG/NBD and MBG/NBD share: a chance p ~ Beta(a, b) to leave for good, at discrete moments.

In both, a customer buys at rate lambda ~ Gamma(r, alpha) while alive. In the BG/NBD the chance to
leave comes after every repeat purchase, in the MBG/NBD after the first purchase too. So with k
such chances passed, k = x or x + 1,

    L = G(r+x)/G(r) * B(a, b+k)/B(a, b) * alpha^r (alpha+T)^-(r+x) * (1 + e^u),
    u = ln(a / (b+k-1)) + (r+x) ln((alpha+T) / (alpha+t_x)),

and e^u : 1 are the odds that the customer has left. What a living customer will do is the same
distribution in both models, with r + x, alpha + T, a and b + k in place of the parameters.

Sources: Fader, Hardie & Lee (2005), "Counting your customers" the easy way, Marketing Science
24(2), eq. 3 to 10; Batislam, Denizel & Filiztekin (2007), IJRM 24(3), 201-209.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaln, expit

from crmkit._types import Floats
from crmkit.models import nbd
from crmkit.models._covariates import RowTerms
from crmkit.models._diagnosis import FAR, Limit
from crmkit.models._erlang import log_stages
from crmkit.models._fit import Objective
from crmkit.models._living import Count, living_at
from crmkit.models._quadrature import beta_mean, chunks, discounted_power, growth
from crmkit.models._repeats import Cells, distinct, dot, survivors
from crmkit.models._stirling import log_beta_ratio, log_rise

# The series of the expectation is used where so many terms suffice, none larger than so many times their sum.
TERMS, CANCELS = 64, 1e3


@dataclass(frozen=True, slots=True)
class BetaGeometricParams:
    """Purchase rate ~ Gamma(r, alpha), chance to leave ~ Beta(a, b); alpha in periods, the rest unitless."""

    r: float
    alpha: float
    a: float
    b: float


def log_odds_left(
    params: BetaGeometricParams, k: Floats, x: Floats, t_x: Floats, T: Floats, *, stages: int = 1
) -> Floats:
    """Log odds, u - ln S, that a customer who passed k chances to leave has left; -inf where k = 0."""
    r, alpha, a, b = params.r, params.alpha, params.a, params.b
    # With k = 0 there was no chance to leave yet.
    last = np.where(k > 0, np.log(a) - np.log(b + (np.maximum(k, 1) - 1)), -np.inf)
    u = last + (r + stages * x) * (np.log1p(T / alpha) - np.log1p(t_x / alpha))
    return np.asarray(u if stages == 1 else u - log_stages(r, alpha, stages, x, T - t_x, T).value)


def log_likelihood(
    params: BetaGeometricParams, k: Floats, x: Floats, t_x: Floats, T: Floats, *, stages: int = 1
) -> Floats:
    """Log-likelihood of each customer, without the gaps themselves (`_erlang.gap_terms`); arrays of shape (n,)."""
    bought = nbd.log_likelihood(nbd.NBDParams(params.r, params.alpha), stages * x, T)
    stayed = _log_staying(params.a, params.b, k)
    if stages > 1:
        stayed = stayed + log_stages(params.r, params.alpha, stages, x, T - t_x, T).value
    return bought + stayed + np.logaddexp(0, log_odds_left(params, k, x, t_x, T, stages=stages))


def _log_staying(a: float | Floats, b: float, k: Floats) -> Floats:
    """Logarithm of B(a, b+k) / B(a, b): minus the sum of ln(1 + a / (b+j)) over j < k."""
    if isinstance(a, np.ndarray):
        return log_beta_ratio(a, b, k)
    j = np.arange(float(np.max(k, initial=0)))
    return -np.concatenate([np.zeros(1), np.cumsum(np.log1p(a / (b + j)))])[k.astype(np.intp)]


def objective(cells: Cells, first_chance: int, stages: int = 1) -> Objective:
    """Total log-likelihood of cells with its derivatives in ln(r, alpha, a, b).

    k = x + `first_chance` chances to leave: 0 for the BG/NBD, 1 for the MBG/NBD. To the likelihood of the NBD it adds
    sums over purchase counts and, only where alive and gone meet, over cells. With gaps of several `stages` every
    purchase is that many events of the NBD, and the living may be anywhere in a gap (`_erlang`).
    """
    k = cells.x + first_chance
    purchases = nbd.objective(replace(cells, x=stages * cells.x))
    j_k, n_above_k = survivors(k, cells.n)
    rows = np.flatnonzero(k > 0) if stages == 1 else np.arange(k.size)
    histories = _Histories.of(cells.where(rows), k[rows], stages)

    def evaluate(theta: Floats) -> tuple[float, Floats, Floats]:
        gradient, hessian = np.zeros(4), np.zeros((4, 4))
        value, gradient[:2], hessian[:2, :2] = purchases(theta[:2])
        stayed, slope, bend = _chances_survived(theta, j_k, n_above_k)
        gradient[2:] += slope
        hessian[2:, 2:] += bend
        left, slope, bend = histories.alive_or_gone(theta)
        return value + stayed + left, gradient + slope, hessian + bend

    return evaluate


def _chances_survived(theta: Floats, j: Floats, n_above: Floats) -> tuple[float, Floats, Floats]:
    """Minus the sum of N_j ln(1 + a / (b + j)), with derivatives in ln(a, b)."""
    a, b = np.exp(theta[2:])
    later, both = b + j, a + b + j
    gradient = np.array([-dot(n_above, a / both), dot(n_above, a * b / (both * later))])
    cross = dot(n_above, a * b / both**2)
    own_a = -dot(n_above, a * later / both**2)
    own_b = dot(n_above, a / both * (b / both) * (2 * j / later + a * j / later**2 - 1))
    return -dot(n_above, np.log1p(a / later)), gradient, np.array([[own_a, cross], [cross, own_b]])


@dataclass(frozen=True, slots=True)
class _Histories:
    """Histories of customers of whom it is not known whether they have left, with their times looked up."""

    x: Floats
    chances: Floats
    n: Floats
    times: Floats  # distinct ones
    at_age: NDArray[np.intp]
    at_last: NDArray[np.intp]
    stages: int

    @classmethod
    def of(cls, cells: Cells, chances: Floats, stages: int) -> _Histories:
        (days,), place = distinct(np.concatenate([cells.T, cells.t_x]))
        n = cells.x.size
        return cls(cells.x, chances, cells.n, days / cells.unit, place[:n], place[n:], stages)

    def alive_or_gone(self, theta: Floats) -> tuple[float, Floats, Floats]:
        """Sum of ln(S + e^u), S = 1 with one stage, with derivatives in ln(r, alpha, a, b)."""
        r, alpha, _, b = np.exp(theta)
        value, gradient = 0.0, np.zeros(4)
        # `hessian` collects the upper triangle, `outer` whole outer products.
        hessian, outer = np.zeros((4, 4)), np.zeros((4, 4))
        log_time, part = np.log1p(self.times / alpha), self.times / (alpha + self.times)
        bend = part * (1 - part)
        for piece in chunks(self.n.size, 8192):
            m, at, then = self.n[piece], self.at_age[piece], self.at_last[piece]
            shape, chances = r + self.stages * self.x[piece], self.chances[piece]
            before = b + np.maximum(chances - 1, 0)
            log_gap, gap = log_time[at] - log_time[then], part[at] - part[then]
            u = theta[2] - np.log(before) + shape * log_gap
            slope = np.stack([r * log_gap, -shape * gap, np.ones_like(u), -b / before])
            alive = None
            if self.stages > 1:
                u[chances == 0] = -np.inf
                alive = log_stages(
                    r, alpha, self.stages, self.x[piece], self.times[at] - self.times[then], self.times[at]
                )
                u -= alive.value
                slope[0] -= alive.d_r
                slope[1] -= alive.d_alpha
            left = expit(u)
            gone = m * left
            value += dot(m, np.logaddexp(0, u))
            gradient += np.einsum("ij,j->i", slope, gone)
            outer += np.einsum("ik,jk->ij", slope * (gone * (1 - left)), slope)
            hessian[0, 0] += r * dot(gone, log_gap)
            hessian[0, 1] -= r * dot(gone, gap)
            hessian[1, 1] += dot(gone, shape * (bend[at] - bend[then]))
            hessian[3, 3] -= dot(gone, b / before * (1 - b / before))
            if alive is not None:
                value += dot(m, alive.value)
                gradient[:2] += [dot(m, alive.d_r), dot(m, alive.d_alpha)]
                hessian[0, 0] += dot(m - gone, alive.d_rr)
                hessian[0, 1] += dot(m - gone, alive.d_ra)
                hessian[1, 1] += dot(m - gone, alive.d_aa)
        return value, gradient, hessian + np.triu(hessian, 1).T + outer


def row_terms(params: Sequence[Any], first_chance: int, x: Floats, t_x: Floats, T: Floats) -> RowTerms:
    """Log-likelihood of each row with derivatives in ln(r, alpha, a, b), alpha and a of each row its own."""
    r, b = params[0], params[3]
    alpha, a = params[1] + np.zeros_like(x), params[2] + np.zeros_like(x)
    bought, k = nbd.row_terms([r, alpha], x, t_x, T), x + first_chance
    value, gradient, hessian = bought.value, np.zeros((4, x.size)), np.zeros((4, 4, x.size))
    gradient[:2], hessian[:2, :2] = bought.gradient, bought.hessian
    # Chances survived: ln G(b+k)/G(b) - ln G(a+b+k)/G(a+b).
    own, whole = log_rise(np.full_like(x, b), k), log_rise(a + b, k)
    value = value + log_beta_ratio(a, b, k)
    gradient[2:] += [-a * whole.d1, b * (own.d1 - whole.d1)]
    hessian[2, 2] -= a * whole.d1 + a**2 * whole.d11
    hessian[2, 3] -= a * b * whole.d11
    hessian[3, 3] += b * (own.d1 - whole.d1) + b**2 * (own.d11 - whole.d11)
    # Alive or gone.
    shape, before = r + x, b + np.maximum(k - 1, 0)
    log_gap = np.log1p(T / alpha) - np.log1p(t_x / alpha)
    part, then = T / (alpha + T), t_x / (alpha + t_x)
    u = np.where(k > 0, np.log(a) - np.log(before) + shape * log_gap, -np.inf)
    left = expit(u)
    slope = np.stack([r * log_gap, -shape * (part - then), np.ones_like(u), -b / before])
    hessian[0, 0] += left * r * log_gap
    hessian[0, 1] -= left * r * (part - then)
    hessian[1, 1] += left * shape * (part * (1 - part) - then * (1 - then))
    hessian[3, 3] -= left * (b / before * (1 - b / before))
    for i, j in ((1, 0), (2, 0), (3, 0), (2, 1), (3, 1), (3, 2)):
        hessian[i, j] = hessian[j, i]
    curved = hessian + left * (1 - left) * slope[:, None] * slope[None]
    return RowTerms(value + np.logaddexp(0, u), gradient + left * slope, curved)


@dataclass(frozen=True, slots=True)
class LivingBG:
    """Future of customers who are alive now; all fields but `a` of shape (n,), time from now on."""

    r: Floats
    alpha: Floats
    a: float | Floats
    b: Floats

    def expected(self, t: float) -> Floats:
        """Expected purchases within t."""
        total = np.empty_like(self.r)
        for part in chunks(total.size):
            rows: LivingBG = living_at(self, part)
            total[part], exact = rows._series(t)
            rest = np.flatnonzero(~exact)
            if rest.size:
                total[part][rest] = living_at(rows, rest).discounted(0.0, t)
        return total

    def _series(self, t: float) -> tuple[Floats, NDArray[np.bool_]]:
        """Expected purchases within t by a series, and for which customers it is exact.

        Fader, Hardie & Lee (2005), eq. 10, after Euler's transformation of the 2F1, and with its poles at a = 1 and
        a + b = 1 taken out on paper. It is left to the integral where it converges slowly or its terms cancel.
        """
        a, c, d = self.a, self.a + self.b - 1, self.a + self.b - 1 - self.r
        share, length = t / (self.alpha + t), np.log1p(t / self.alpha)
        with np.errstate(all="ignore"):
            term = d * share
            rest, largest = term.copy(), np.abs(term)
            for k in range(1, TERMS):
                term = term * ((d + k) * (a + k - 1) / ((c + k) * (k + 1)) * share)
                rest += term
                np.maximum(largest, np.abs(term), out=largest)
                converged = np.abs(term) <= 1e-17 * np.abs(rest)
                if converged.all():
                    break
            whole, fall = c * growth(a - 1, length), np.exp((1 - a) * length)
            total = whole - fall * rest
            exact = converged & (np.abs(whole) + fall * largest < CANCELS * total)
        return total, exact

    def discounted(self, delta: float, t: float = np.inf) -> Floats:
        """Expected purchases within t, each counted as e^(-delta * its time).

        For a given p the mean over the purchase rate is r / p times the integral of
        e^(-delta alpha u / p) (1 + u)^-(r+1) from 0 to p t / alpha; `beta_mean` mixes over p.
        """
        end = t / self.alpha
        bend = self.r * np.minimum(end, 1 / np.maximum(delta * self.alpha, 1e-300))

        def log_purchases(p: Floats, rows: slice) -> Floats:
            r, alpha = self.r[rows], self.alpha[rows]
            if delta == 0:
                return np.log(growth(r, np.log1p(p * end[rows])) * (r / p))
            return np.log(discounted_power(r + 1, delta * alpha / p, p * end[rows]) * (r / p))

        if t == 0:
            return np.zeros_like(self.r)
        return beta_mean(self.a, self.b, log_purchases, bend)

    def expected_pairs(self, t: float) -> Floats:
        """Expected Y (Y - 1), with Y the purchases within t.

        For a given p it is 2 (1 - p) / p^2 times the chance that two purchases thinned by p fall due.
        """
        end = t / self.alpha

        def log_pairs(p: Floats, rows: slice) -> Floats:
            share = p * end[rows]
            return np.asarray(np.log(betainc(2.0, self.r[rows], share / (1 + share))) - 2 * np.log(p))

        if t == 0:
            return np.zeros_like(self.r)
        return beta_mean(self.a, self.b + 1, log_pairs, self.r * end) * (2 * self.b / (self.a + self.b))

    def more_than(self, n: Count, t: float) -> Floats:
        """Probability of more than n purchases within t: that many fall due and none before is the last."""
        due = betainc(n + 1.0, self.r, t / (self.alpha + t))
        return np.asarray(due * np.exp(betaln(self.a, self.b + n) - betaln(self.a, self.b)))

    def pmf(self, n: int, t: float) -> Floats:
        """Probability of exactly n purchases within t; Fader, Hardie & Lee (2005), eq. 8."""
        exactly = nbd.LivingNBD(self.r, self.alpha).pmf(n, t)
        if n == 0:
            return exactly
        still = np.exp(betaln(self.a, self.b + n) - betaln(self.a, self.b))
        left = np.exp(betaln(self.a + 1, self.b + n - 1) - betaln(self.a, self.b))
        return np.asarray(exactly * still + left * betainc(float(n), self.r, t / (self.alpha + t)))


# The simpler models that both become at the edges; theta is ln(r, alpha, a, b).
NO_DROPOUT = Limit(
    "the NBD, no dropout",
    "NBD（无流失）",
    ("r", "alpha"),
    read=[[1, 0, 0, 0], [0, 1, 0, 0]],
    powers=[0, 1],
    objective=nbd.objective,
)
ONE_CHANCE = Limit(
    "the same chance to leave for all customers",
    "全体客户流失概率相同",
    ("r", "alpha", "p"),
    read=[[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, -1]],
    powers=[0, 1, 0],
    odds=frozenset({"p"}),
    far=[0, 0, FAR, FAR],
)
ONE_RATE = Limit(
    "the same purchase rate for all customers",
    "全体客户购买率相同",
    ("rate", "a", "b"),
    read=[[1, -1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
    powers=[-1, 0, 0],
    far=[FAR, FAR, 0, 0],
)
ONE_RATE_ONE_CHANCE = Limit(
    "the same purchase rate and the same chance to leave for all customers",
    "全体客户购买率与流失概率均相同",
    ("rate", "p"),
    read=[[1, -1, 0, 0], [0, 0, 1, -1]],
    powers=[-1, 0],
    odds=frozenset({"p"}),
    far=[FAR, FAR, FAR, FAR],
)
POISSON = replace(nbd.POISSON, read=[[1, -1, 0, 0]])
LIMITS = (NO_DROPOUT, ONE_CHANCE, ONE_RATE, ONE_RATE_ONE_CHANCE, POISSON)
