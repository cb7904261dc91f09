"""The fixed quadrature of expected purchases: points and weights that serve every customer of one fitted model.

A customer of the BG/NBD or MBG/NBD who is alive after k chances to leave has a chance p ~ Beta(a, b + k) of leaving
after a purchase, and for a given p expects (1 - (1 + p t / (alpha + T))^-(r + x)) / p purchases within t. The points
are those of Gauss and Jacobi for Beta(a, b), which the model fixes; (1 - p)^k goes into the weights of a customer. What
is discounted follows from integration by parts, by points of Gauss and Legendre in time:

    D(t) = e^(-delta t) E(t) + delta * integral over s from 0 to t of e^(-delta s) E(s).

Nothing is taken on trust: the smallest rule is chosen that agrees with the model itself on a grid of histories.

Sources: Golub & Welsch (1969), Calculation of Gauss quadrature rules, Mathematics of Computation 23; Fader, Hardie &
Lee (2005), Marketing Science 24(2), for the expectation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh_tridiagonal
from scipy.special import roots_legendre

from crmkit._types import Floats
from crmkit.errors import ArgumentError
from crmkit.models._beta_geometric import BetaGeometricParams, LivingBG

# What a rule is tried on, and so what the query answers for: repeat purchases, and days since the first one.
MOST_X, MOST_DAYS = 400, 7305
TRIED_X = (0, 1, 2, 3, 5, 8, 13, 20, 35, 60, 100, 160, 250, 400)
TRIED_DAYS = (0, 1, 3, 7, 30, 90, 180, 365, 730, 1461, 3652, 7305)
# Largest relative difference from the model itself that a rule may have.
ALLOWED = 4e-10
POINTS, TIMES = (16, 24, 32, 40, 48, 64, 80, 96), (2, 3, 4, 5, 6, 8, 12)
# (1 - p)^k below e^-FAR counts as 0; some databases refuse to compute what is too small for a float.
FAR = 600.0
DIGITS = 12


@dataclass(frozen=True, slots=True)
class Nodes:
    """Points of the chance to leave with their weights, points in time with theirs, and the largest error found.

    The last point in time is the horizon; `discount` holds the weights that add up to discounted purchases.
    """

    chance: Floats
    weight: Floats
    days: Floats
    discount: Floats
    error: float


def nodes_of(model: BetaGeometricParams, first_chance: int, days: float, delta: float) -> Nodes:
    """The smallest rule for a model (times in days), a horizon and a daily discount rate."""
    x, age = (column.ravel() for column in np.meshgrid(TRIED_X, TRIED_DAYS))
    x, age = (column[age >= x].astype(float) for column in (x, age))  # at most one purchase day a day
    living = LivingBG(model.r + x, model.alpha + age, model.a, model.b + x + first_chance)
    wanted = living.expected(days)
    for n in POINTS:
        chance, weight = _jacobi(model.a, model.b, n)
        error = _error(_expected(model, chance, weight, first_chance, x, age, days), wanted)
        if error < ALLOWED:
            break
    else:
        raise ArgumentError("sql_quadrature", error=error)
    if delta == 0:
        return Nodes(chance, weight, np.array([days]), np.array([1.0]), error)
    discounted = living.discounted(delta, days)
    for m in TIMES:
        at, share = _legendre(m, days, model.alpha)
        moments = np.append(at, days)
        discount = _written(np.append(delta * share * np.exp(-delta * at), np.exp(-delta * days)))
        sums = [_expected(model, chance, weight, first_chance, x, age, float(moment)) for moment in moments]
        worst = _error(np.einsum("i,ij->j", discount, np.array(sums)), discounted)
        if worst < ALLOWED:
            return Nodes(chance, weight, moments, discount, max(error, worst))
    raise ArgumentError("sql_quadrature", error=worst)


def _jacobi(a: float, b: float, n: int) -> tuple[Floats, Floats]:
    """Points and weights for the mean over Beta(a, b), by the polynomials orthogonal under it (Golub & Welsch)."""
    k, s = np.arange(1.0, n), a + b - 2
    middle = np.append(a / (a + b), (2 * k * (k + s + 1) + s * a) / ((2 * k + s) * (2 * k + s + 2)))
    first = a * b / ((a + b) ** 2 * (a + b + 1))  # here a factor of the next line may be 0 / 0
    k = k[1:]
    rest = k * (k + a - 1) * (k + b - 1) * (k + s) / ((2 * k + s) ** 2 * (2 * k + s + 1) * (2 * k + s - 1))
    side = np.sqrt(np.append(first, rest))
    chance = eigh_tridiagonal(middle, side, eigvals_only=True)
    # 1 / weight is the sum of squares of the polynomials, which keeps the digits of small weights.
    before, now, total = np.zeros(n), np.ones(n), np.ones(n)
    for at in range(n - 1):
        before, now = now, ((chance - middle[at]) * now - (side[at - 1] * before if at else 0.0)) / side[at]
        total += now**2
    return _written(chance), _written(1 / total)


def _legendre(n: int, length: float, alpha: float) -> tuple[Floats, Floats]:
    """Points and weights from 0 to a length, denser near 0: expected purchases bend on the scale of alpha."""
    at, weight = roots_legendre(n)
    whole = np.log1p(length / alpha)
    rise = np.exp((1 + at) / 2 * whole)
    return _written(alpha * (rise - 1)), weight / 2 * whole * alpha * rise


def _written(values: Floats) -> Floats:
    """Values with as many digits as are written: fewer than a float has, so that three pairs fit on a line."""
    return np.array([float(f"{value:.{DIGITS - 1}e}") for value in values])


def _expected(
    model: BetaGeometricParams, chance: Floats, weight: Floats, first_chance: int, x: Floats, age: Floats, days: float
) -> Floats:
    """Expected purchases as the query computes them."""
    fallen = (x[:, None] + first_chance) * np.log(1 - chance)
    mass = weight * np.where(fallen > -FAR, np.exp(np.maximum(fallen, -FAR)), 0.0)
    reach = chance * days
    half = np.tanh((model.r + x[:, None]) * np.arctanh(reach / (2 * (model.alpha + age[:, None]) + reach)))
    return np.asarray((mass * 2 * half / ((1 + half) * chance)).sum(1) / mass.sum(1))


def _error(found: Floats, wanted: Floats) -> float:
    error = float(np.max(np.abs(found / wanted - 1)))
    return np.inf if np.isnan(error) else error
