"""Covariates of customers, and customers who buy once: what a model of purchases may know beside x, t_x and T.

Covariates z that stay the same move the rates of a customer by a factor: purchases at a rate exp(gamma' z) times that
of a customer with z = 0, dropout at exp(delta' z) times (in the BG family, the odds of leaving after a purchase).
Formulas keep their form, with a scale alpha, beta or a of each customer's own.

One-time buyers are a share omega of the customers who never come back, beside those whom the model describes:

    L = omega L_once + (1 - omega) L_model,   L_once = 1 where x = 0.

Both are fitted together, row by row, with exact derivatives. Covariates are centred and scaled inside, so that neither
their units nor their origin matter to the climb; the penalty is half of `penalty` times the squared effects of one
standard deviation, in units of the log-likelihood: the prior that such a difference changes rates by a factor near 1.

Sources: Fader & Hardie (2007), Incorporating time-invariant covariates into the Pareto/NBD and BG/NBD models,
brucehardie.com/notes/019; Morrison & Schmittlein (1988), Journal of Business & Economic Statistics 6(2), for a share of
customers of another kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from scipy.special import expit

from crmkit._types import Floats
from crmkit.errors import ArgumentError, DataError, shown
from crmkit.models._fit import Objective
from crmkit.models._repeats import Cells, dot

RATES = ("purchase", "dropout")


@dataclass(frozen=True, slots=True)
class Covariates:
    """Which columns move which rate, and how freely.

    Attributes
    ----------
    purchase, dropout : sequence of str
        Columns that move the rate of purchases, and that of dropout.
    same : sequence of str
        Columns that move both by the same coefficient.
    penalty : float, default 0
        How strongly effects are drawn to 0: half of it times the squared effect of one standard deviation is taken off
        the log-likelihood. 1 is a weak prior; its weight fades as customers grow.
    """

    purchase: Sequence[str] = ()
    dropout: Sequence[str] = ()
    same: Sequence[str] = ()
    penalty: float = 0.0

    @classmethod
    def of(cls, given: Any) -> Covariates | None:
        """Covariates as a caller gives them: columns for both rates, a mapping of the fields, or the thing itself."""
        if given is None or isinstance(given, Covariates):
            return given
        if isinstance(given, Mapping):
            if unknown := [name for name in given if name not in ("purchase", "dropout", "same", "penalty")]:
                raise ArgumentError("covariates", unknown[0], "covariates_fields")
            columns = {name: tuple(value) for name, value in given.items() if name != "penalty"}
            return cls(**columns, penalty=given.get("penalty", 0.0))
        if isinstance(given, str) or not all(isinstance(name, str) for name in given):
            raise ArgumentError("covariates", given, "covariates_columns")
        return cls(tuple(given), tuple(given))

    def __post_init__(self) -> None:
        if self.penalty < 0 or not np.isfinite(self.penalty):
            raise ArgumentError("penalty", self.penalty, "covariates_penalty", example=1.0)
        alone = [name for name in self.same if name not in self.purchase or name not in self.dropout]
        if alone:
            raise ArgumentError("same", alone[0], "covariates_same")

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, each once."""
        return tuple(dict.fromkeys([*self.purchase, *self.dropout]))

    def to_dict(self) -> dict[str, Any]:
        """What `of` reads."""
        return {
            "purchase": list(self.purchase),
            "dropout": list(self.dropout),
            "same": list(self.same),
            "penalty": self.penalty,
        }


@dataclass(frozen=True, slots=True)
class Extended:
    """Parameters of a model, and what it knows beside them."""

    params: Any
    coefficients: Mapping[str, Floats] = field(default_factory=dict)  # by rate, in the order of the columns
    one_time_share: float = 0.0


class RowTerms(NamedTuple):
    """Log-likelihood of each row with derivatives in the logarithms of its own parameters."""

    value: Floats  # (n,)
    gradient: Floats  # (k, n)
    hessian: Floats  # (k, k, n)


RowFormula: TypeAlias = Callable[[Sequence[Any], Floats, Floats, Floats], RowTerms]


@dataclass(frozen=True, slots=True)
class Design:
    """How the parameters of the fit make those of each row.

    phi, what is climbed, are k log parameters of a customer with average covariates, the coefficients of centred and
    scaled covariates (those of `same` once), and, with one-time buyers, the log odds of being one.
    """

    k: int
    moved: Mapping[str, tuple[int, float]]  # rate -> place of the parameter that it moves, and in which direction
    columns: Mapping[str, tuple[int, ...]]  # rate -> rows of z
    free: Mapping[str, tuple[int, ...]]  # rate -> places of the coefficients among those that are free
    n_free: int
    mean: Floats
    scale: Floats
    z: Floats  # centred and scaled, (n_columns, n)
    one_time: bool

    @classmethod
    def of(cls, covariates: Covariates | None, cells: Cells, k: int, moved: Any, *, one_time: bool) -> Design:
        """The design of some cells; refuses covariates that tell nothing."""
        given = covariates or Covariates()
        z = np.array(cells.z) if cells.z else np.zeros((0, cells.x.size))
        n = cells.n / cells.n.sum()
        mean = np.einsum("ij,j->i", z, n)
        scale = np.sqrt(np.einsum("ij,j->i", (z - mean[:, None]) ** 2, n))
        flat = scale <= 1e-12 * np.maximum(np.abs(mean), 1)
        if flat.any():
            raise DataError("covariates_constant", columns=shown(np.array(given.columns)[flat].tolist()))
        place = {name: row for row, name in enumerate(given.columns)}
        names = [("purchase", name) for name in given.purchase]
        names += [("dropout", name) for name in given.dropout if name not in given.same]
        free = {key: number for number, key in enumerate(names)}
        shared = {name: free["purchase", name] for name in given.same}
        return cls(
            k,
            moved,
            {rate: tuple(place[name] for name in getattr(given, rate)) for rate in RATES},
            {
                "purchase": tuple(free["purchase", name] for name in given.purchase),
                "dropout": tuple(shared.get(name, free.get(("dropout", name), 0)) for name in given.dropout),
            },
            len(names),
            mean,
            scale,
            (z - mean[:, None]) / scale[:, None],
            one_time,
        )

    @property
    def size(self) -> int:
        """Number of parameters that are climbed."""
        return self.k + self.n_free + self.one_time

    def of_rows(self, phi: Floats) -> list[Any]:
        """The k log parameters of each row."""
        theta: list[Any] = list(phi[: self.k])
        for rate, (place, sign) in self.moved.items():
            for column, free in zip(self.columns[rate], self.free[rate], strict=True):
                theta[place] = theta[place] + sign * phi[self.k + free] * self.z[column]
        return theta

    def slopes(self) -> list[tuple[int, int, Any]]:
        """Every way a climbed parameter moves one of a row: which, which of the row, by how much per row."""
        found: list[tuple[int, int, Any]] = [(place, place, 1.0) for place in range(self.k)]
        for rate, (place, sign) in self.moved.items():
            for column, free in zip(self.columns[rate], self.free[rate], strict=True):
                found.append((self.k + free, place, sign * self.z[column]))
        if self.one_time:
            found.append((self.size - 1, self.k, 1.0))
        return found

    def plain(self, phi: Floats) -> tuple[Floats, dict[str, Floats], Floats]:
        """Log parameters at z = 0, coefficients by rate in the caller's units, and the matrix that takes phi to both.

        The matrix has a row for each log parameter, then for each coefficient (a shared one twice), then the log odds.
        """
        rows = [np.eye(self.size)[place] for place in range(self.k)]
        coefficients: dict[str, Floats] = {}
        for rate, (place, sign) in self.moved.items():
            each = []
            for column, free in zip(self.columns[rate], self.free[rate], strict=True):
                row = np.zeros(self.size)
                row[self.k + free] = 1 / self.scale[column]
                rows[place] = rows[place] - sign * self.mean[column] * row
                each.append(row)
            rows += each
            coefficients[rate] = np.array([row @ phi for row in each])
        if self.one_time:
            rows.append(np.eye(self.size)[-1])
        matrix = np.array(rows)
        return matrix[: self.k] @ phi, coefficients, matrix


def objective(formula: RowFormula, cells: Cells, design: Design, penalty: float, once: int = 0) -> Objective:
    """Total log-likelihood in phi, less the penalty, with exact derivatives."""
    x, t_x, T, n = cells.x, cells.t_x / cells.unit, cells.T / cells.unit, cells.n
    slopes = design.slopes()

    def evaluate(phi: Floats) -> tuple[float, Floats, Floats]:
        rows = formula([np.exp(theta) for theta in design.of_rows(phi)], x, t_x, T)
        if design.one_time:
            rows = _with_leavers(rows, phi[-1], x, T, once)
        gradient, hessian = np.zeros(design.size), np.zeros((design.size, design.size))
        for i, own, by in slopes:
            gradient[i] += dot(n, rows.gradient[own] * by)
            for j, other, by_other in slopes:
                if j >= i:
                    hessian[i, j] += dot(n, rows.hessian[own, other] * by * by_other)
        hessian = np.triu(hessian) + np.triu(hessian, 1).T
        effects = slice(design.k, design.k + design.n_free)
        value = dot(n, rows.value) - penalty / 2 * float((phi[effects] ** 2).sum())
        gradient[effects] -= penalty * phi[effects]
        hessian[effects, effects] -= penalty * np.eye(design.n_free)
        return value, gradient, hessian

    return evaluate


def _with_leavers(rows: RowTerms, odds: float, x: Floats, T: Floats, once: int) -> RowTerms:
    """Rows with a share of one-time buyers mixed in, and its log odds as one more parameter."""
    k, share = rows.gradient.shape[0], expit(odds)
    might = x == once
    log_once = np.where(might, odds - (once * np.log(T) if once else 0.0), -np.inf)
    stays = expit(rows.value - log_once)
    both = stays * (1 - stays)
    value = np.logaddexp(log_once, rows.value) - np.logaddexp(0, odds)
    gradient = np.concatenate([stays * rows.gradient, [(1 - stays) - share]])
    hessian = np.zeros((k + 1, k + 1, x.size))
    hessian[:k, :k] = stays * rows.hessian + both * rows.gradient[:, None] * rows.gradient[None]
    hessian[:k, k] = hessian[k, :k] = -both * rows.gradient
    hessian[k, k] = both - share * (1 - share)
    return RowTerms(value, gradient, hessian)


def p_one_time(share: float, log_likelihood: Floats, x: Floats, T: Floats, once: int = 0) -> Floats:
    """Probability that each customer is a one-time buyer, given the history; T in the unit of the likelihood."""
    if share == 0:
        return np.zeros_like(x)
    with np.errstate(divide="ignore"):
        log_once = np.log(share) - (once * np.log(T) if once else 0.0)
    left = expit(log_once - np.log1p(-share) - log_likelihood)
    return np.asarray(np.where(x == once, left, 0.0))


def mixed(share: float, log_likelihood: Floats, x: Floats, T: Floats, once: int = 0) -> Floats:
    """Log-likelihood of each customer with a share of one-time buyers."""
    if share == 0:
        return log_likelihood
    with np.errstate(divide="ignore"):
        log_once = np.where(x == once, np.log(share) - (once * np.log(T) if once else 0.0), -np.inf)
    return np.asarray(np.logaddexp(log_once, np.log1p(-share) + log_likelihood))


def effect(coefficients: Floats, z: Sequence[Floats]) -> Floats:
    """The factor exp(gamma' z) of each row."""
    return np.asarray(np.exp(sum(c * column for c, column in zip(coefficients, z, strict=True))))


def through(matrix: Floats, spread: Floats) -> Floats:
    """Covariance of matrix @ phi; NaN where something undetermined takes part."""
    open_ = np.isnan(np.diag(spread))
    found: Floats = matrix @ np.nan_to_num(spread) @ matrix.T
    loose = (np.abs(matrix[:, open_]) > 0).any(axis=1)
    found[loose] = np.nan
    found[:, loose] = np.nan
    return found
