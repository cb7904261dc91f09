"""Parameters drawn where their estimates are not normal: near an edge, on a ridge, from few customers.

A normal distribution around the top of the likelihood has no draws beyond an edge and leaves undetermined parameters
where they happen to be, so forecasts look surer than they are. Here parameters are drawn from their posterior under a
weak prior on quantities that have no unit: shapes, purchases per mean T, dropout per mean T, each within a factor of 50
with 95 % probability. In units of the whole log-likelihood the prior weighs a fraction of a customer: it fades where
there are data. Draws from Student's t at the top, with 6 degrees of freedom, are weighted by the posterior.

Sources: Geweke (1989), Bayesian inference in econometric models using Monte Carlo integration, Econometrica 57(6),
1317-1339; Kong, Liu & Wong (1994), JASA 89(425), 278-288, for the effective number of draws.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from crmkit._types import Floats
from crmkit.models._fit import Objective, maximise

# Standard deviation of the prior, in logarithms; degrees of freedom of the proposals, and how much wider they are.
PRIOR_SD, FREEDOM, WIDER = 2.0, 6, 1.2
# Proposals, for each draw up to a most, and the share of them that must be effective; below it a second round starts
# from what was found.
PER_DRAW, PROPOSALS, EFFECTIVE = 4, 300, 0.25
# Where a climb may start, in logarithms.
START = 5.0


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is needed to draw parameters: the log-likelihood in theta (k,), and the prior on `read` @ theta."""

    objective: Objective
    theta: Floats  # the top of the likelihood
    read: Floats  # (m, k)
    centre: Floats  # (m,)
    values: Callable[[Floats], Floats]  # estimates, in the order of the model's, of a theta

    def draw(self, n: int, rng: np.random.Generator, *, weigh: bool = True) -> Floats:
        """N estimates, shape (n, n_values); without weights a normal distribution at the top of the posterior."""
        top = maximise(self._log_posterior, [np.clip(self.theta, -START, START)])
        if not weigh:
            drawn = rng.multivariate_normal(top.theta, np.linalg.inv(-top.hessian), size=n, method="eigh")
            return np.array([self.values(theta) for theta in drawn])
        centre = top.theta
        spread: Floats = np.asarray(WIDER**2 * np.linalg.inv(-top.hessian), dtype=float)
        size = min(PROPOSALS, PER_DRAW * n)
        proposals, weights = self._round(centre, spread, size, rng)
        if 1 / (weights**2).sum() < EFFECTIVE * weights.size:
            centre = weights @ proposals
            away = proposals - centre
            found: Floats = np.einsum("i,ij,ik->jk", weights, away, away) + 0.05 * spread
            proposals, weights = self._round(centre, found, size, rng)
        # Systematic resampling: as even as whole numbers allow.
        places = np.searchsorted(np.cumsum(weights), (np.arange(n) + rng.random()) / n)
        drawn = proposals[np.minimum(places, weights.size - 1)]
        return np.array([self.values(theta) for theta in rng.permutation(drawn)])

    def _round(self, centre: Floats, spread: Floats, size: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        k = centre.size
        normal = rng.multivariate_normal(np.zeros(k), spread, size=size, method="eigh")
        proposals = centre + normal / np.sqrt(rng.chisquare(FREEDOM, size=size) / FREEDOM)[:, None]
        away = proposals - centre
        distance = np.einsum("ij,jk,ik->i", away, np.linalg.inv(spread), away)
        log_density = -(FREEDOM + k) / 2 * np.log1p(distance / FREEDOM)
        heights = np.array([self._log_posterior(theta)[0] for theta in proposals])
        log_weights = np.where(np.isfinite(heights), heights - log_density, -np.inf)
        weights = np.exp(log_weights - log_weights.max())
        return proposals, weights / weights.sum()

    def _log_posterior(self, theta: Floats) -> tuple[float, Floats, Floats]:
        with np.errstate(all="ignore"):
            value, gradient, hessian = self.objective(theta)
        away = (self.read @ theta - self.centre) / PRIOR_SD**2
        value -= float(away @ away) * PRIOR_SD**2 / 2
        return value, gradient - self.read.T @ away, hessian - self.read.T @ self.read / PRIOR_SD**2
