"""Pareto/NBD: repeat purchases of customers who may leave unseen at any time.

While alive a customer buys at rate lambda ~ Gamma(r, alpha); the lifetime is exponential with rate
mu ~ Gamma(s, beta). With D(x, T) = (1+T/alpha)^-r (alpha+T)^-x (1+T/beta)^-s and the integral

    U(x, t, e) = s * integral over tau from t to e of
                 (1+tau/alpha)^-r (alpha+tau)^-x (1+tau/beta)^-s / (beta+tau),

the likelihood of a customer is G(r+x)/G(r) * (U(x, t_x, T) + D(x, T)): gone at some tau since
the last purchase, or alive. Splitting U(x, t_x, T) = U(x, t_x, e) - U(x, T, e) at the highest age e
leaves integrals of the pairs (x, t_x) and (x, T) only, far fewer than customers. The difference is safe,
for U(x, T, e) <= D(x, T).

Sources: Schmittlein, Morrison & Colombo (1987), Counting your customers, Management Science 33(1);
Fader & Hardie (2005), A note on deriving the Pareto/NBD model; Fader, Hardie & Lee (2005), RFM and
CLV, Journal of Marketing Research 42(4), for the discounted expectation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, expit, gammaln

from crmkit._types import Array, Floats
from crmkit.models import nbd
from crmkit.models._covariates import RowTerms
from crmkit.models._diagnosis import FAR, Limit
from crmkit.models._fit import BOX, Objective, Optimum, maximise
from crmkit.models._learning import Moved
from crmkit.models._living import Count, Drawn, draw_rates
from crmkit.models._purchases import PurchaseModel
from crmkit.models._quadrature import NEGLIGIBLE, PANEL, chunks, discounted_power, growth, legendre, panelled
from crmkit.models._repeats import Cells, distinct, dot, log_rising, survivors
from crmkit.models.nbd import LivingNBD

Index = NDArray[np.intp]

# Nodes for an integral, by how far the logarithm of the integrand falls and how long its logarithmic
# variable runs: most fall, longest run, panels, nodes a panel. Measured against mpmath.
RULES = ((3.0, 1.2, 1, 8), (16.0, 4.2, 1, 16), (39.0, 10.0, 1, 32), (np.inf, 30.0, 4, 32), (np.inf, np.inf, 32, 32))
# r, alpha, s, beta; alpha and beta are arrays where each row has its own.
Point: TypeAlias = "Sequence[Any] | Array"
# Integrands held at a time: small enough for the cache.
GRID = 65_536
# Nodes of a rule for many counts, and powers of which no product is too small for a float.
MOST_NODES, MOST_POWERS = 512, 800


@dataclass(frozen=True, slots=True)
class ParetoNBDParams:
    """Purchase rate ~ Gamma(r, alpha), dropout rate ~ Gamma(s, beta); alpha, beta in periods."""

    r: float
    alpha: float
    s: float
    beta: float


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The variable y of U(x, t, e), m (e^y - 1) = tau - t, and the exponents of the integrand in y."""

    end: Floats  # where y stops, shape (n,)
    m: Floats  # the smaller of alpha + t and beta + t
    k: Floats  # m over the larger
    c: Floats  # the integrand is exp(-c y - d log1p(k (e^y - 1)))
    d: Floats


def _stretch(params: Point, x: Floats, t: Floats, e: Floats) -> _Stretch:
    r, alpha, s, beta = params
    if isinstance(alpha, np.ndarray):
        first, one, two = alpha <= beta, alpha + t, beta + t
        m = np.minimum(one, two)
        k, c, d = m / np.maximum(one, two), np.where(first, r + x - 1, s), np.where(first, s + 1, r + x)
    elif alpha <= beta:
        m, k, c, d = alpha + t, (alpha + t) / (beta + t), r + x - 1, s + 1 + np.zeros_like(x)
    else:
        m, k, c, d = beta + t, (beta + t) / (alpha + t), s + np.zeros_like(x), r + x
    end = np.log1p((e - t) / m)
    # The integrand is cut off where it has become negligible; with c < 0 it may grow as e^y before.
    falls = c >= 0
    cut = np.minimum(NEGLIGIBLE / np.where(falls, c + d * k, 1.0), (NEGLIGIBLE - d * np.log(k)) / (c + d))
    grows_cut = np.log1p(np.expm1(np.minimum((NEGLIGIBLE + end) / d, 600.0)) / k)
    return _Stretch(np.minimum(end, np.where(falls, cut, grows_cut)), m, k, c, d)


def _rules(stretch: _Stretch) -> Iterator[tuple[Floats, Floats, Index]]:
    """Nodes, weights and the rows whose integral asks for that many, in portions."""
    fall = np.abs(stretch.c * stretch.end + stretch.d * np.log1p(stretch.k * np.expm1(stretch.end)))
    level = np.zeros(fall.size, dtype=np.intp)
    for most_fall, longest, *_ in RULES[:-1]:
        level += (fall > most_fall) | (stretch.end > longest)
    # An integrand that first grows (x = 0 and r < 1) is less smooth: one level up.
    grows = stretch.c < 0
    level[grows] = np.clip(level[grows] + 1, 2, len(RULES) - 1)
    for place, (*_, panels, n_nodes) in enumerate(RULES):
        rows = np.flatnonzero(level == place)
        nodes, weights = panelled(panels, n_nodes)
        for part in chunks(rows.size, max(GRID // nodes.size, 1)):
            yield nodes, weights, rows[part]


def _log_gone(params: Point, x: Floats, t: Floats, e: Floats) -> Floats:
    """Ln U(x, t, e); -inf where e = t."""
    r, alpha, s, beta = params
    stretch = _stretch(params, x, t, e)
    mass = np.empty_like(x)
    for nodes, weights, rows in _rules(stretch):
        y = nodes[:, None] * stretch.end[rows]
        density = np.exp(-stretch.c[rows] * y - stretch.d[rows] * np.log1p(stretch.k[rows] * np.expm1(y)))
        mass[rows] = np.einsum("i,ij->j", weights, density)
    outside = -r * np.log1p(t / alpha) - x * np.log(alpha + t) - s * np.log1p(t / beta)
    with np.errstate(divide="ignore"):
        return np.asarray(outside + np.log(mass * stretch.end * stretch.m * (s / (beta + t))))


def _log_alive(params: Point, x: Floats, T: Floats) -> Floats:
    """Ln D(x, T)."""
    r, alpha, s, beta = params
    return np.asarray(-r * np.log1p(T / alpha) - x * np.log(alpha + T) - s * np.log1p(T / beta))


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The integrals that histories need, and where each history finds its own.

    A history has U(x, t_x, T) = U1 - U2: `last_of` says which integral of the first `n_last` is its U1, `seen_of` which
    row of `seen` is its (x, T). Rows `young` of `seen` have a U2, the integrals from `n_last` on; the others have none.
    """

    x: Floats  # of the integrals
    start: Floats
    end: Floats
    n_last: int
    last_of: Index
    seen: tuple[Floats, Floats]
    seen_of: Index
    young: Index

    @classmethod
    def of(cls, x: Floats, t_x: Floats, T: Floats, unit: float = 1.0) -> _Pairs:
        """Integrals of distinct pairs up to the highest age where those are fewer, else one for each history.

        The times of the histories are in days, those of the integrals in multiples of `unit`.
        """
        last, last_of = distinct(x, t_x)
        seen, seen_of = distinct(x, T)
        if last[0].size + seen[0].size >= x.size:
            each = np.arange(x.size)
            return cls(x, t_x / unit, T / unit, x.size, each, (x, T / unit), each, np.zeros(0, dtype=np.intp))
        highest = float(np.max(T))
        young = np.flatnonzero(seen[1] < highest)
        xs, starts = np.concatenate([last[0], seen[0][young]]), np.concatenate([last[1], seen[1][young]])
        ends = np.full(xs.size, highest / unit)
        return cls(xs, starts / unit, ends, last[0].size, last_of, (seen[0], seen[1] / unit), seen_of, young)

    def part(self, log_u: Floats, log_d: Floats) -> Floats:
        """U2 / D of each row of `seen`, at most 1."""
        part = np.zeros_like(log_d)
        part[self.young] = np.minimum(np.exp(log_u[self.n_last :] - log_d[self.young]), 1.0)
        return part


def _log_total(excess: Floats, part: Floats) -> Floats:
    """Ln(L / D), with L / D = 1 - part + e^excess >= 1."""
    high = np.maximum(excess, 0.0)
    return np.asarray(high + np.log((1 - part) * np.exp(-high) + np.exp(excess - high)))


def _alive_and_total(params: ParetoNBDParams, x: Floats, t_x: Floats, T: Floats) -> tuple[Floats, Floats]:
    """Ln D(x, T), and Ln(L / D), of each customer."""
    point: Point = (params.r, params.alpha, params.s, params.beta)
    if np.ndim(params.alpha) or np.ndim(params.beta):
        point = (params.r, params.alpha + np.zeros_like(x), params.s, params.beta + np.zeros_like(x))
        log_alive = _log_alive(point, x, T)
        return log_alive, np.logaddexp(0, _log_gone(point, x, t_x, T) - log_alive)
    pairs = _Pairs.of(x, t_x, T)
    log_u, log_d = _log_gone(point, pairs.x, pairs.start, pairs.end), _log_alive(point, *pairs.seen)
    part = pairs.part(log_u, log_d)
    log_alive, log_total = np.empty_like(x), np.empty_like(x)
    for rows in chunks(x.size, 8192):
        seen = pairs.seen_of[rows]
        log_alive[rows] = log_d[seen]
        log_total[rows] = _log_total(log_u[pairs.last_of[rows]] - log_alive[rows], part[seen])
    return log_alive, log_total


def log_likelihood(params: ParetoNBDParams, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """Log-likelihood of each customer, shape (n,); times in the unit of alpha and beta."""
    log_alive, log_total = _alive_and_total(params, x, t_x, T)
    return log_rising(params.r, x) + log_alive + log_total


def p_alive(params: ParetoNBDParams, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """Probability that a customer is alive at T, shape (n,)."""
    return np.exp(-_alive_and_total(params, x, t_x, T)[1])


def objective(cells: Cells) -> Objective:
    """Total log-likelihood of cells with its derivatives in ln(r, alpha, s, beta).

    Per cell L = U1 + D - U2 with U1 = U(x, t_x, e), U2 = U(x, T, e), D = D(x, T), each divided by L a
    weight; derivatives of ln L are the weighted means of those of the three parts.
    """
    x, n = cells.x, cells.n
    j, n_above = survivors(x, n)
    pairs = _Pairs.of(cells.x, cells.t_x, cells.T, cells.unit)
    last_of, seen_of, young = pairs.last_of, pairs.seen_of, pairs.young
    n_last, n_seen = pairs.n_last, pairs.seen[0].size

    def evaluate(theta: Floats) -> tuple[float, Floats, Floats]:
        params = np.exp(theta)
        log_u, grad_u, hess_u = _gone_with_derivatives(params, pairs.x, pairs.start, pairs.end)
        log_d, grad_d, hess_d = _alive_with_derivatives(params, *pairs.seen)
        # V = D - U2, as multiples of D.
        part = pairs.part(log_u, log_d)
        grad_v = grad_d.copy()
        grad_v[:, young] -= part[young] * grad_u[:, n_last:]

        log_v = log_d[seen_of]
        excess = log_u[:n_last][last_of] - log_v
        log_l = _log_total(excess, part[seen_of])
        gone, alive = np.exp(excess - log_l), np.exp(-log_l)

        w_gone = np.bincount(last_of, weights=n * gone, minlength=n_last)
        w_alive = np.bincount(seen_of, weights=n * alive, minlength=n_seen)
        w_u = np.concatenate([w_gone, -(w_alive * part)[young]])
        value = dot(n, log_v + log_l)
        gradient = np.einsum("ij,j->i", grad_u, w_u) + np.einsum("ij,j->i", grad_d, w_alive)
        hessian = (np.einsum("ij,j->i", hess_u, w_u) + np.einsum("ij,j->i", hess_d, w_alive))[PACKED]
        hessian += np.einsum("ik,jk->ij", grad_u * w_u, grad_u) + np.einsum("ik,jk->ij", grad_d * w_alive, grad_d)
        grad_last = grad_u[:, :n_last]
        for rows in chunks(x.size, 8192):
            slope = gone[rows] * grad_last[:, last_of[rows]] + alive[rows] * grad_v[:, seen_of[rows]]
            hessian -= np.einsum("ik,jk->ij", slope * n[rows], slope)

        r = params[0]
        value += dot(n_above, np.log(r + j))
        gradient[0] += dot(n_above, r / (r + j))
        hessian[0, 0] += dot(n_above, r * j / (r + j) ** 2)
        return float(value), gradient, hessian

    return evaluate


# Where the entries of a packed triangle (10,) stand in the symmetric matrix (4, 4).
PACKED = np.array([[0, 1, 2, 3], [1, 4, 5, 6], [2, 5, 7, 8], [3, 6, 8, 9]])


def _gone_with_derivatives(params: Point, x: Floats, t: Floats, e: Floats) -> tuple[Floats, Floats, Floats]:
    """Ln U(x, t, e), its gradient (4, n) and packed Hessian (10, n) in ln(r, alpha, s, beta).

    With E the mean over the integrand as a density, a0 = ln(1+tau/alpha), ta = tau/(alpha+tau) and b0, tb
    alike, the gradient is (-r E[a0], (r+x) E[ta] - x, 1 - s E[b0], (s+1) E[tb] - 1); the Hessian is the
    covariance of those terms plus the mean of their own derivatives.
    """
    r, alpha, s, beta = params
    stretch = _stretch(params, x, t, e)
    start_a, start_b = np.log1p(t / alpha), np.log1p(t / beta)
    mass, gradient, hessian = np.empty_like(x), np.empty((4, x.size)), np.empty((10, x.size))
    for nodes, weights, rows in _rules(stretch):
        y = nodes[:, None] * stretch.end[rows]
        grown = np.expm1(y)
        other = np.log1p(stretch.k[rows] * grown)
        density = np.exp(-stretch.c[rows] * y - stretch.d[rows] * other) * weights[:, None]
        mass[rows] = density.sum(axis=0)
        density /= mass[rows]
        tau = t[rows] + stretch.m[rows] * grown
        if isinstance(alpha, np.ndarray):
            own_alpha, own_beta = alpha[rows], beta[rows]
            first = own_alpha <= own_beta
            log_a, log_b = np.where(first, y, other), np.where(first, other, y)
        else:
            own_alpha, own_beta = alpha, beta
            log_a, log_b = (y, other) if alpha <= beta else (other, y)
        shape = r + x[rows]
        ta, tb = tau / (own_alpha + tau), tau / (own_beta + tau)
        terms = (-r * (log_a + start_a[rows]), shape * ta, -s * (log_b + start_b[rows]), (s + 1) * tb)
        means = [(density * term).sum(axis=0) for term in terms]
        apart = [term - mean for term, mean in zip(terms, means, strict=True)]
        place = 0
        for i in range(4):
            weighted = density * apart[i]
            for other_term in apart[i:]:
                hessian[place, rows] = (weighted * other_term).sum(axis=0)
                place += 1
        gradient[:, rows] = means
        own = hessian[:, rows]
        own[0] += means[0]
        own[1] += r / shape * means[1]
        own[4] -= (density * (terms[1] * (1 - ta))).sum(axis=0)
        own[7] += means[2]
        own[8] += s / (s + 1) * means[3]
        own[9] -= (density * (terms[3] * (1 - tb))).sum(axis=0)
        hessian[:, rows] = own
    gradient[1] -= x
    gradient[2] += 1
    gradient[3] -= 1
    outside = -r * start_a - x * np.log(alpha + t) - s * start_b
    with np.errstate(divide="ignore"):
        return outside + np.log(mass * stretch.end * stretch.m * (s / (beta + t))), gradient, hessian


def _alive_with_derivatives(params: Point, x: Floats, T: Floats) -> tuple[Floats, Floats, Floats]:
    """Ln D(x, T), its gradient (4, n) and packed Hessian (10, n) in ln(r, alpha, s, beta)."""
    r, alpha, s, beta = params
    a0, b0 = np.log1p(T / alpha), np.log1p(T / beta)
    ta, tb = T / (alpha + T), T / (beta + T)
    none = np.zeros_like(x)
    gradient = np.stack([-r * a0, (r + x) * ta - x, -s * b0, s * tb])
    bend_a, bend_b = -(r + x) * ta * (1 - ta), -s * tb * (1 - tb)
    hessian = np.stack([-r * a0, r * ta, none, none, bend_a, none, none, -s * b0, s * tb, bend_b])
    return _log_alive(params, x, T), gradient, hessian


def row_terms(params: Sequence[Any], x: Floats, t_x: Floats, T: Floats) -> RowTerms:
    """Log-likelihood of each row with derivatives in ln(r, alpha, s, beta), alpha and beta of each row its own."""
    point = (params[0], params[1] + np.zeros_like(x), params[2], params[3] + np.zeros_like(x))
    log_u, grad_u, hess_u = _gone_with_derivatives(point, x, t_x, T)
    log_d, grad_d, hess_d = _alive_with_derivatives(point, x, T)
    excess = log_u - log_d
    gone, apart = expit(excess), grad_u - grad_d
    value, d_r, d_rr = nbd.rising_terms(params[0], x)
    gradient = gone * grad_u + (1 - gone) * grad_d
    hessian = (gone * hess_u + (1 - gone) * hess_d)[PACKED] + gone * (1 - gone) * apart[:, None] * apart[None]
    gradient[0] += d_r
    hessian[0, 0] += d_rr
    return RowTerms(value + log_d + np.logaddexp(0, excess), gradient, hessian)


@dataclass(frozen=True, slots=True)
class LivingPareto:
    """Future of customers who are alive now: a Pareto/NBD of their own; time from now on, fields (n,)."""

    r: Floats
    alpha: Floats
    s: float
    beta: Floats

    def expected(self, t: float) -> Floats:
        """Expected purchases within t; Schmittlein and others (1987), with its limit at s = 1."""
        return self.r / self.alpha * self.beta * growth(self.s - 1, np.log1p(t / self.beta))

    def discounted(self, delta: float, t: float = np.inf) -> Floats:
        """Expected purchases within t, each counted as e^(-delta * its time)."""
        return self.r / self.alpha * self.beta * discounted_power(self.s, delta * self.beta, t / self.beta)

    def expected_pairs(self, t: float) -> Floats:
        """Expected Y (Y - 1), with Y the purchases within t: E[lambda^2] E[min(lifetime, t)^2]."""
        length = np.log1p(t / self.beta)
        # In u = e^y - 1, twice the integral of u (1+u)^-s is that of (e^y - 1) e^((1-s) y).
        if self.s > 2:
            length = np.minimum(length, (NEGLIGIBLE + 5) / (self.s - 2))
        nodes, weights = panelled(max(1, int(np.ceil(np.max(length, initial=0.0) / PANEL))), 32)
        y = nodes[:, None] * length
        mean = np.einsum("i,ij->j", weights, np.expm1(y) * np.exp((1 - self.s) * y))
        squared = 2 * self.beta**2 * length * mean
        return np.asarray(self.r * (self.r + 1) / self.alpha**2 * squared)

    def more_than(self, n: Count, t: float) -> Floats:
        """Probability of more than n purchases within t: the next one falls due, and comes in time."""
        if t == 0:
            return np.zeros_like(self.r)
        count = np.broadcast_to(np.asarray(n, dtype=float), self.r.shape)
        return np.asarray(np.exp(self._log_mean(count + 1, 0, self.s, t) - betaln(count + 1, self.r)))

    def more_than_each(self, counts: Floats, t: float) -> Floats:
        """Probability of more than n purchases within t for each of some counts n, shape (n_counts, n).

        In v = time / (alpha + time), up to v_t, it is the integral of v^n (1-v)^(r-1) g(v) / B(n+1, r) with g(v) = (1 +
        v / (1-v) alpha/beta)^-s. One Gauss rule serves all counts: with the powers taken for a polynomial of degree
        n + r, it errs as g differs from polynomials of the degree that is left. That is e^(-degree ln rho), with
        rho the ellipse around [0, v_t] that reaches the nearest pole of g.
        """
        q, v_t = self.beta / self.alpha, t / (self.alpha + t)
        with np.errstate(divide="ignore"):
            pole = 1 + 2 * np.minimum(1 / v_t - 1, np.where(q < 1, q / (1 - q) / v_t, np.inf))
        log_rho = float(np.log(np.min(pole + np.sqrt(pole**2 - 1), initial=np.inf)))
        degree = float(np.max(counts, initial=0.0) + np.max(self.r, initial=0.0))
        n_nodes = (degree + (NEGLIGIBLE + 4 * self.s) / log_rho) / 2
        if not (t > 0 and n_nodes <= MOST_NODES and degree <= MOST_POWERS):
            return np.array([self.more_than(np.int64(n), t) for n in counts])
        u, weights = legendre(8 * int(np.ceil(n_nodes / 8)))
        found = np.empty((counts.size, self.r.size))
        for rows in chunks(self.r.size, max(GRID // u.size, 1)):
            v, r = v_t[rows] * u[:, None], self.r[rows]
            density = np.exp((r - 1) * np.log1p(-v) - self.s * np.log1p(v / (1 - v) / q[rows]))
            moments = np.einsum("ki,ij->kj", weights * u ** counts[:, None], density)
            log_unit = (counts[:, None] + 1) * np.log(v_t[rows]) - betaln(counts[:, None] + 1, r)
            found[:, rows] = np.exp(log_unit + np.log(moments))
        return np.minimum(found, 1.0)

    def pmf(self, n: int, t: float) -> Floats:
        """Probability of exactly n purchases within t; Fader & Hardie (2005)."""
        if t == 0:
            return np.full_like(self.r, float(n == 0))
        still = LivingNBD(self.r, self.alpha).pmf(n, t) * np.exp(-self.s * np.log1p(t / self.beta))
        log_ways = gammaln(self.r + n) - gammaln(self.r) - gammaln(n + 1) + np.log(self.s * self.alpha / self.beta)
        return np.asarray(still + np.exp(log_ways + self._log_mean(np.full_like(self.r, float(n)), 1, self.s + 1, t)))

    def _log_mean(self, m: Floats, k: int, d: float, t: float) -> Floats:
        """Logarithm of the integral of v^m (1-v)^r e^(k y) (1 + e^y alpha/beta)^-d over y = logit v up to ln(t/alpha).

        Here e^y is the time in multiples of alpha; the integrand is log-concave in y.
        """
        found = np.empty_like(self.r)
        for rows in chunks(found.size, 1024):
            few = LivingPareto(self.r[rows], self.alpha[rows], self.s, self.beta[rows])
            found[rows] = few._log_mean_of_few(m[rows], k, d, t)
        return found

    def _log_mean_of_few(self, m: Floats, k: int, d: float, t: float) -> Floats:
        r, q = self.r, self.beta / self.alpha

        def log_f(y: Floats) -> Floats:
            v = np.exp(y)
            return np.asarray((m + k) * y - (m + r) * np.log1p(v) - d * np.log1p(v / q))

        end = np.log(t / self.alpha)
        # The top, where (m + k) = (m + r) v / (1 + v) + d v / (q + v): the positive root of a quadratic in v = e^y.
        bend, slope, level = r + d - k, (m + k) + q * (k - r) - d, (m + k) * q
        root = np.hypot(slope, 2 * np.sqrt(bend * level))
        v_top = np.where(slope > 0, (slope + root) / (2 * bend), 2 * level / np.where(slope > 0, 1.0, root - slope))
        top = np.minimum(np.log(v_top), end)
        height = log_f(top)
        first = top - _fall(lambda away: height - log_f(top - away), np.full_like(top, 1e4))
        last = np.minimum(end, top + _fall(lambda away: height - log_f(top + away), np.maximum(end - top, 1e-300)))
        stretch = last - first
        nodes, weights = panelled(max(2, int(np.ceil(np.max(stretch, initial=0.0) / PANEL))), 32)
        total = np.einsum("i,ij->j", weights, np.exp(log_f(first + nodes[:, None] * stretch) - height))
        return np.asarray(height + np.log(total * stretch))


def _fall(drop: Callable[[Floats], Floats], most: Floats) -> Floats:
    """How far from the top a log-concave integrand is negligible, a little generously; at most `most`."""
    near, far = most * 1e-9, most
    for _ in range(12):
        middle = np.sqrt(near * far)
        deep = drop(middle) > NEGLIGIBLE + 4
        near, far = np.where(deep, near, middle), np.where(deep, middle, far)
    return far


# The simpler models at the edges; theta is ln(r, alpha, s, beta).
NO_DROPOUT = Limit(
    "the NBD, no dropout",
    "NBD（无流失）",
    ("r", "alpha"),
    read=[[1, 0, 0, 0], [0, 1, 0, 0]],
    powers=[0, 1],
    objective=nbd.objective,
)
ONE_LIFETIME = Limit(
    "the same dropout rate for all customers (exponential lifetimes)",
    "全体客户流失率相同（指数寿命）",
    ("r", "alpha", "dropout_rate"),
    read=[[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, -1]],
    powers=[0, 1, -1],
    far=[0, 0, FAR, FAR],
)
ONE_RATE = Limit(
    "the same purchase rate for all customers",
    "全体客户购买率相同",
    ("rate", "s", "beta"),
    read=[[1, -1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
    powers=[-1, 0, 1],
    far=[FAR, FAR, 0, 0],
)
ONE_RATE_ONE_LIFETIME = Limit(
    "the same purchase rate and the same dropout rate for all customers",
    "全体客户购买率与流失率均相同",
    ("rate", "dropout_rate"),
    read=[[1, -1, 0, 0], [0, 0, 1, -1]],
    powers=[-1, -1],
    far=[FAR, FAR, FAR, FAR],
)
# With s and beta near 0 and -s ln(beta) fixed: no box of parameters holds this limit.
AT_ONCE_OR_NEVER = Limit(
    "the zero-inflated NBD: a share of the customers leaves after the first purchase, the others never",
    "零膨胀 NBD：一部分客户在首次购买后流失，其余永不流失",
    ("r", "alpha", "share"),
    read=[[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]],
    powers=[0, 1, 0],
    odds=frozenset({"share"}),
    objective=nbd.objective_with_leavers,
)
POISSON = replace(nbd.POISSON, read=[[1, -1, 0, 0]])


class ParetoNBD(PurchaseModel):
    """Pareto/NBD: customers may leave at any time (Schmittlein, Morrison & Colombo 1987).

    Parameters
    ----------
    period : "day", "week", "month" or "year", default "week"
        Unit in which `params_` and `log_likelihood_` are reported.

    Examples
    --------
    >>> model = ParetoNBD.from_params(r=0.553, alpha=10.578, s=0.606, beta=11.669, period="week")
    >>> history = {"x": [2], "t_x": [213], "T": [272]}
    >>> model.p_alive(history).round(3), model.predict(history, horizon="39W").round(3)
    (array([0.869]), array([1.455]))
    """

    Params = ParetoNBDParams
    _durations = ("alpha", "beta")
    _moved: ClassVar[Moved] = {"purchase": ("alpha", -1.0), "dropout": ("beta", -1.0)}
    _limits = (NO_DROPOUT, ONE_LIFETIME, ONE_RATE, ONE_RATE_ONE_LIFETIME, AT_ONCE_OR_NEVER, POISSON)

    def _starts(self, rate: float) -> Sequence[Sequence[float]]:
        return [[0.7, 0.35 / rate, 0.7, 0.7], [0.7, 0.18 / rate, 0.15, 0.001], [3.0, 3.0 / rate, 5.0, 100.0]]

    def _objective(self, cells: Cells) -> Objective:
        return objective(cells)

    def _climb(self, cells: Cells, objective: Objective, starts: Sequence[Floats]) -> Optimum:
        optimum = super()._climb(cells, objective, starts)
        limit = maximise(nbd.objective_with_leavers(cells), [[*starts[0][:2], -1.0]])
        if limit.log_likelihood < optimum.log_likelihood - 10:
            return optimum
        # A second top may lie near the zero-inflated NBD: one more start, as near as the box allows.
        log_r, log_alpha, logit = limit.theta
        log_s = np.log(np.logaddexp(0, logit) / (BOX - 1))
        again = maximise(objective, [[log_r, log_alpha, log_s, 1 - BOX]])
        return max(optimum, again, key=lambda one: one.log_likelihood)

    def _log_likelihood(self, params: ParetoNBDParams, x: Floats, t_x: Floats, T: Floats) -> Floats:
        return log_likelihood(params, x, t_x, T)

    def _p_alive(self, params: ParetoNBDParams, x: Floats, t_x: Floats, T: Floats) -> Floats:
        return p_alive(params, x, t_x, T)

    def _row_terms(self, params: Sequence[Any], x: Floats, t_x: Floats, T: Floats) -> RowTerms:
        return row_terms(params, x, t_x, T)

    def _living(self, params: ParetoNBDParams, x: Floats, t_x: Floats, T: Floats) -> LivingPareto:  # noqa: ARG002
        return LivingPareto(params.r + x, params.alpha + T, params.s, params.beta + T)

    def _draw(self, params: ParetoNBDParams, n: int, rng: np.random.Generator) -> Drawn:
        rate = draw_rates(params.r, params.alpha, n, rng)
        lifetime = rng.exponential(size=n) / draw_rates(params.s, params.beta, n, rng)
        return Drawn(rate, lifetime, np.zeros(n), np.zeros(n, dtype=bool))
