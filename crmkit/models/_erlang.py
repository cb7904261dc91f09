"""What BG/CNBD-k and MBG/CNBD-k share: gaps between purchases that are more regular than chance.

A gap is the sum of k exponential stages of rate lambda ~ Gamma(r, alpha): Erlang-k, whose variation falls with k; k = 1
is the BG/NBD family. After x purchases m = r + k x stages are behind a customer. With j stages of the running gap done,

    L = G(m)/G(r) alpha^r (alpha+T)^-m * B(a, b+n)/B(a, b) * (S + e^u),    n chances to leave passed,
    S = sum over j < k of C(m+j-1, j) ((T-t_x) / (alpha+T))^j,
    u = ln(a / (b+n-1)) + m ln((alpha+T) / (alpha+t_x)),

times the product of gap^(k-1) / (k-1)! over the gaps, which is the same for all parameters but k.

The future is exact too. Within t, s stages are done, counted from the last purchase, with

    P(s) = sum over j < k of w_j NB(s - j; m + j, t / (alpha+T+t)),    w_j the j-th term of S over S,

so floor(s / k) purchases fall due. Which of them happen depends on p alone, and every sum has positive terms.
Discounted purchases over a long time are a mean over lambda and p, where a transform has a closed form.

Sources: Reutterer, Platzer & Schroeder (2021), Leveraging purchase regularity for predicting customer behavior the
easy way, International Journal of Research in Marketing 38(1), 194-215; Platzer (2008), diploma thesis, Vienna. They
approximate the expectation; the sums here are exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaln, gammaln

from crmkit._types import Floats
from crmkit.models._living import Count, living_at
from crmkit.models._quadrature import NEGLIGIBLE, STEP, beta_mean, chunks, panelled

Index = NDArray[np.intp]

# Sums end where what is left is below this share of them.
LEFT = 1e-17
# Counts of purchases that are added up at a time.
BLOCK = 64
# Ages, in multiples of alpha + T, up to which discounted purchases are summed; above, they are integrated.
SUMMED = 8.0
# The least chance to stay that is told apart from 0 where the roots of it are needed.
LEAST_Q = 1e-8


@dataclass(frozen=True, slots=True)
class Stages:
    """Ln S of each history with its derivatives in ln(r, alpha), shape (n,) each."""

    value: Floats
    d_r: Floats
    d_alpha: Floats
    d_rr: Floats
    d_ra: Floats
    d_aa: Floats


def log_stages(r: float, alpha: float, k: int, x: Floats, gap: Floats, T: Floats) -> Stages:
    """Ln S, the chance to see no purchase for `gap`, relative to that with k = 1; times in the unit of alpha."""
    m, share, left = r + k * x, gap / (alpha + T), alpha / (alpha + T)
    term, rise, bend = np.ones_like(x), np.zeros_like(x), np.zeros_like(x)
    total, mean_r, mean_a = np.zeros_like(x), np.zeros_like(x), np.zeros_like(x)
    square_r, square_a, both, own_r, own_a = (np.zeros_like(x) for _ in range(5))
    for j in range(k):
        # Slopes of ln(term): r * rise in ln r, -j * left in ln alpha.
        slope_r, slope_a = r * rise, -j * left
        total += term
        mean_r += term * slope_r
        mean_a += term * slope_a
        square_r += term * slope_r**2
        square_a += term * slope_a**2
        both += term * slope_r * slope_a
        own_r += term * (slope_r - r**2 * bend)
        own_a += term * (slope_a * (1 - left))
        term = term * ((m + j) / (j + 1) * share)
        rise = rise + 1 / (m + j)
        bend = bend + 1 / (m + j) ** 2
    mean_r, mean_a = mean_r / total, mean_a / total
    return Stages(
        np.log(total),
        mean_r,
        mean_a,
        (square_r + own_r) / total - mean_r**2,
        both / total - mean_r * mean_a,
        (square_a + own_a) / total - mean_a**2,
    )


def gap_terms(k: int, x: Floats, t_x: Floats, log_gaps: Floats | None) -> Floats:
    """What a likelihood with k adds to that of its parameters, per customer, shape (n,); 0 at k = 1.

    `log_gaps` is the sum of ln(gap). Where it is not known, the gaps are averaged over all ways to share t_x, which is
    what x and t_x alone say about k.
    """
    if k == 1:
        return np.zeros_like(x)
    if log_gaps is not None:
        return np.asarray((k - 1) * log_gaps - x * gammaln(k))
    back = x > 0
    count, time = np.where(back, x, 1.0), np.where(back, t_x, 1.0)
    return np.where(back, (k - 1) * x * np.log(time) + gammaln(count) - gammaln(k * count), 0.0)


@dataclass(frozen=True, slots=True)
class LivingErlang:
    """Future of customers who are alive now, with Erlang-k gaps; time from now on, arrays of shape (n,)."""

    k: int
    m: Floats  # shape of the rate, r + k x
    alpha: Floats  # alpha + T
    gap: Floats  # time since the last purchase
    a: float
    b: Floats  # after the chances that were survived

    def expected(self, t: float) -> Floats:
        """Expected purchases within t."""
        return self._means(np.full_like(self.m, t), pairs=False)[0]

    def expected_pairs(self, t: float) -> Floats:
        """Expected Y (Y - 1), with Y the purchases within t."""
        return self._means(np.full_like(self.m, t))[1]

    def more_than(self, n: Count, t: float) -> Floats:
        """Probability of more than n purchases within t: that many fall due and none before is the last."""
        return np.asarray(self._due(n, t) * np.exp(betaln(self.a, self.b + n) - betaln(self.a, self.b)))

    def pmf(self, n: int, t: float) -> Floats:
        """Probability of exactly n purchases within t."""
        exactly = self._exactly(n, t)
        if n == 0:
            return exactly
        still = np.exp(betaln(self.a, self.b + n) - betaln(self.a, self.b))
        left = np.exp(betaln(self.a + 1, self.b + n - 1) - betaln(self.a, self.b))
        return np.asarray(exactly * still + left * self._due(np.int64(n - 1), t))

    def discounted(self, delta: float, t: float = np.inf) -> Floats:
        """Expected purchases within t, each counted as e^(-delta * its time).

        By parts: e^(-delta t) E(t) plus delta times the integral of e^(-delta u) E(u); where t is long, as a mean over
        lambda and p.
        """
        if delta == 0:
            return self.expected(t)
        total = np.zeros_like(self.m)
        if t == 0:
            return total
        near = t <= SUMMED * self.alpha
        for rows, of in ((np.flatnonzero(near), LivingErlang._by_parts), (np.flatnonzero(~near), LivingErlang._mixed)):
            for part in chunks(rows.size, 256):
                total[rows[part]] = of(living_at(self, rows[part]), delta, t)
        return total

    # Counts --------------------------------------------------------------------------------------

    def _first(self) -> tuple[Floats, Floats]:
        """Logarithms of the weights w_j that j stages of the running gap are done, (k, n), and of S, (n,)."""
        log_w = np.zeros((self.k, self.m.size))
        with np.errstate(divide="ignore"):
            log_share = np.log(self.gap / self.alpha)
        for j in range(1, self.k):
            log_w[j] = log_w[j - 1] + np.log((self.m + j - 1) / j) + log_share
        log_s = np.logaddexp.reduce(log_w, axis=0)
        return log_w - log_s, log_s

    def _due(self, n: Count, t: float) -> Floats:
        """Probability that more than n purchases fall due within t."""
        log_w, _ = self._first()
        share = t / (self.alpha + t)
        each = [betainc(self.k * (n + 1.0) - j, self.m + j, share) for j in range(self.k)]
        return np.asarray((np.exp(log_w) * np.array(each)).sum(axis=0))

    def _exactly(self, n: int, t: float) -> Floats:
        """Probability that exactly n purchases fall due within t."""
        if t == 0:
            return np.full_like(self.m, float(n == 0))
        log_w, _ = self._first()
        log_share, total = np.log(t / (self.alpha + t)), np.zeros_like(self.m)
        for j in range(self.k):
            m, log_none = self.m + j, log_w[j] - (self.m + j) * np.log1p(t / self.alpha)
            for done in range(max(self.k * n - j, 0), self.k * (n + 1) - j):
                ways = -betaln(m, done) - np.log(done) if done else 0.0
                total += np.exp(log_none + ways + done * log_share)
        return total

    def _counts(self, t: Floats) -> Iterator[tuple[Index, int, Floats]]:
        """Rows, a first count c, and P(c, c + 1 ... purchases fall due), (BLOCK, n_rows), until nothing is left."""
        rows = np.arange(self.m.size)
        k, share = self.k, t / (self.alpha + t)
        log_w, _ = self._first()
        with np.errstate(divide="ignore"):
            log_share = np.log(share)
        # Logarithm of the last term of each j, s stages done.
        last = log_w - (self.m + np.arange(k)[:, None]) * np.log1p(t / self.alpha)
        start = 0
        while rows.size:
            s = np.arange(k * start, k * (start + BLOCK), dtype=float)[:, None]
            stages = np.zeros((s.size, rows.size))
            for j in range(k):
                # From s to s + 1 a term grows by (m + s) w / (s + 1 - j); it begins at s = j.
                with np.errstate(invalid="ignore"):
                    grown = np.log((self.m[rows] + s) / np.maximum(s + 1 - j, 1)) + log_share[rows]
                grown = np.where(s >= j, grown, 0.0)
                before = np.concatenate([np.zeros((1, rows.size)), np.cumsum(grown, axis=0)])
                term = np.exp(last[j, rows] + before[:-1])
                stages += np.where(s >= j, term, 0.0)
                last[j, rows] += before[-1]
            counts = stages.reshape(BLOCK, k, rows.size).sum(axis=1)
            yield rows, start, counts
            start += BLOCK
            falls = share[rows] * np.maximum((self.m[rows] + k * start) / (k * start + 1 - k), 1.0)
            left = np.exp(last[:, rows]).sum(axis=0) / np.maximum(1 - falls, 1e-300) * start**2
            rows = rows[(falls >= 1) | (left > LEFT)]

    def _means(self, t: Floats, *, pairs: bool = True) -> tuple[Floats, Floats]:
        """Expected Y and, if `pairs` are asked for, Y (Y - 1), with Y the purchases within t of each row."""
        means = np.zeros((2, self.m.size))
        for part in chunks(self.m.size, 512):
            living, found = living_at(self, part), means[:, part]
            stays, so_far, paired_so_far = np.ones_like(living.m), np.zeros_like(living.m), np.zeros_like(living.m)
            for rows, start, counts in living._counts(t[part]):
                i = np.arange(start, start + BLOCK, dtype=float)[:, None]
                ratio = (living.b[rows] + i) / (self.a + living.b[rows] + i)
                still = stays[rows] * np.concatenate([np.ones((1, rows.size)), np.cumprod(ratio, axis=0)])
                # With n purchases due, the i-th of them happens if i - 1 chances to leave are survived.
                bought = so_far[rows] + np.cumsum(still[:-1], axis=0) - still[:-1]
                found[0, rows] += (counts * bought).sum(axis=0)
                stays[rows], so_far[rows] = still[-1], bought[-1] + still[-2]
                if pairs:
                    paired = paired_so_far[rows] + np.cumsum(2 * i * still[:-1], axis=0) - 2 * i * still[:-1]
                    found[1, rows] += (counts * paired).sum(axis=0)
                    paired_so_far[rows] = paired[-1] + 2 * i[-1] * still[-2]
        return means[0], means[1]

    # Discounted ----------------------------------------------------------------------------------

    def _by_parts(self, delta: float, t: float) -> Floats:
        scale = self.alpha * np.minimum(1.0, self.k / self.m)
        length = np.log1p(t / scale)
        # Sixteen nodes for e^3-fold time, as purchases grow smoothly in its logarithm; more where discounting is steep.
        apart = 3 if delta * t < 1 else 1
        nodes, weights = panelled(max(1, int(np.ceil(np.max(length) / apart))), 16)
        grown = np.expm1(nodes[:, None] * length)
        u = scale * grown
        rows = np.tile(np.arange(self.m.size), nodes.size)
        expected = living_at(self, rows)._means(u.ravel(), pairs=False)[0].reshape(u.shape)
        integrand = np.exp(-delta * u) * expected * (scale * (1 + grown))
        integral = np.einsum("i,ij->j", weights, integrand) * length
        return np.asarray(np.exp(-delta * t) * self.expected(t) + delta * integral)

    def _mixed(self, delta: float, t: float) -> Floats:
        rates, weights = self._rates()
        bend = self.m / self.alpha * min(t, 1 / delta)

        def log_purchases(p: Floats, rows: slice) -> Floats:
            total = np.zeros_like(p)
            for rate, weight in zip(rates[:, rows], weights[:, rows], strict=True):
                due = np.zeros_like(p)
                for j, given in enumerate(_powers(rate * self.gap[rows], self.k)):
                    due += given * _discounted_at(rate, p, delta, t, self.k, j)
                total += weight * due
            return np.asarray(np.log(total))

        return beta_mean(self.a, self.b, log_purchases, bend) / np.exp(self._first()[1])

    def _rates(self) -> tuple[Floats, Floats]:
        """Rates and their weights under Gamma(m, alpha), shape (n_nodes, n): the trapezoidal rule in ln(rate).

        What is averaged is at least linear in a small rate, and grows by at most the k - 1 stages of the running gap.
        """
        low, high = self.m + 1, self.m + self.k
        left = np.log(low) - (NEGLIGIBLE + 4) / low - 2 * np.sqrt((NEGLIGIBLE + 4) / low)
        right = np.log(high + 2 * (NEGLIGIBLE + 4) + 2 * np.sqrt((NEGLIGIBLE + 4) * high))
        step = np.minimum(STEP, 0.5 / np.sqrt(high))
        n_nodes = int(np.ceil(np.max((right - left) / step))) + 1
        y = left + np.linspace(0, 1, n_nodes)[:, None] * (right - left)
        z = np.exp(y)
        # Relative to its top at z = m, so that nothing overflows.
        log_density = self.m * (y - np.log(self.m)) - (z - self.m)
        density = np.exp(log_density - log_density.max(axis=0))
        whole = np.exp(self.m * np.log(self.m) - self.m - gammaln(self.m) + log_density.max(axis=0))
        return z / self.alpha, density * whole * (right - left) / (n_nodes - 1)


def _powers(value: Floats, k: int) -> Iterator[Floats]:
    """value^j / j! for j below k."""
    term: Any = np.ones_like(value)
    for j in range(k):
        yield term
        term = term * value / (j + 1)


def _discounted_at(rate: Floats, p: Floats, delta: float, t: float, k: int, j: int) -> Floats:
    """Discounted purchases within t at one rate and chance to leave, j stages of the running gap done.

    With z = rate / (rate + delta) and q = 1 - p all purchases to come are worth z^(k-j) / (1 - q z^k). Up to t, the
    partial fractions of that transform are integrated one by one; their poles are the k-th roots of q.
    """
    if np.isinf(t):
        log_z = -np.log1p(delta / rate)
        return np.asarray(np.exp((k - j) * log_z) / (p * np.exp(k * log_z) - np.expm1(k * log_z)))
    size = np.maximum(1 - p, LEAST_Q) ** (1 / k)
    total = np.zeros_like(p)
    for place in range(k // 2 + 1):
        root = size * np.exp(2j * np.pi * place / k)
        fall = delta + rate * (1 - root)
        if place == 0:
            # 1 - q^(1/k) without the digits that cancel.
            fall = delta - rate * np.expm1(np.log1p(-np.minimum(p, 1 - LEAST_Q)) / k)
        lasting = rate * root ** (j - k + 1) / k * -np.expm1(-t * fall) / fall
        alone = place == 0 or 2 * place == k
        total += np.real(lasting) * (1.0 if alone else 2.0)
    return np.maximum(total, 1e-300)
