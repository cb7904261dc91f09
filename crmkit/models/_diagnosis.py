"""What a fit found, in one word and one sentence: an optimum, a boundary or a ridge.

*optimum*: the data determine every parameter. *boundary*: a simpler model, a limit of this one,
fits as well; it is named, with its own fit. *ridge*: some parameters can move a long way, together, at
next to no cost; the combination that the data do determine is named.

"As well" means that a likelihood-ratio test does not reject the simpler model at the 5 % level. Because it lies at
the edge of the richer one, the true level is below that: in doubt the simpler model is named.

Source: Self & Liang (1987), Asymptotic properties of maximum likelihood estimators and likelihood ratio tests under
nonstandard conditions, Journal of the American Statistical Association 82(398), 605-610.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri

from crmkit import labels
from crmkit._types import Floats
from crmkit.labels import Language
from crmkit.models._fit import BOX, Objective, Optimum, flat_directions, maximise

Kind = Literal["optimum", "boundary", "ridge"]

# Level of the test that a simpler model must fail to be thought worse.
LEVEL = 0.05
# A gain in the log-likelihood that is worth a sentence.
NOTICED = 1e-4
# A direction with a standard error above 1, in logarithms: parameters may well be a factor of seven off, and a
# limit may be near. Where all errors are smaller, only limits that cost next to nothing are fitted.
SHAKY = 1.0
# How far out, in logarithms, a limit is evaluated: beyond any box, within floating point.
FAR, VANISHED = 25.0, -300.0

_SENTENCES: Mapping[str, tuple[str, str]] = {
    "optimum": (
        "The likelihood has a clear maximum: the data determine all parameters.",
        "似然函数有明确的最大值：数据能够确定全部参数。",
    ),
    "boundary": (
        "The data look like a simpler model, {simpler}: {params}. Its log-likelihood is {simpler_ll:.3f}, "
        "that of this model {ll:.3f}; prefer the simpler one.",
        "数据更像一个更简单的模型——{simpler}：{params}。其对数似然为 {simpler_ll:.3f}，本模型为 {ll:.3f}；"
        "建议采用更简单的模型。",
    ),
    "higher": (
        " Higher still, at {higher_ll:.3f}, but not significantly, is {higher}: {higher_params}.",
        "另有对数似然更高（{higher_ll:.3f}）但差异不显著的模型——{higher}：{higher_params}。",
    ),
    "ridge": (
        "The data do not determine {names} one by one, only together{together}. "
        "Forecasts hold; do not read these parameters on their own.",
        "数据无法分别确定 {names}，只能确定其组合{together}。预测仍然有效，但不要单独解读这些参数。",
    ),
}


@dataclass(frozen=True, slots=True)
class Simpler:
    """The model that a boundary is: what it says in words, its parameters and its fit."""

    name: str
    name_zh: str
    params: dict[str, float]
    log_likelihood: float

    @property
    def estimates(self) -> str:
        """The parameters in words."""
        return ", ".join(f"{name} = {value:.5g}" for name, value in self.params.items())


class Diagnosis(str):
    """One of "optimum", "boundary" and "ridge", with a sentence that says more.

    Attributes
    ----------
    sentence : str
        The diagnosis in words.
    simpler : Simpler or None
        At a boundary, the simpler model with its fit.
    higher : Simpler or None
        Another limit, beyond all parameters, where the likelihood is higher than at the fitted ones and at `simpler`.
    """

    __slots__ = ("higher", "simpler", "values")
    simpler: Simpler | None
    higher: Simpler | None
    values: dict[str, Any]

    def __new__(
        cls, kind: Kind, *, simpler: Simpler | None = None, higher: Simpler | None = None, **values: Any
    ) -> Self:
        diagnosis = super().__new__(cls, kind)
        diagnosis.simpler = simpler
        diagnosis.higher = higher
        diagnosis.values = values
        return diagnosis

    @property
    def sentence(self) -> str:
        """The diagnosis in words, in English."""
        return self.text("en")

    def text(self, language: Language | None = None) -> str:
        """The diagnosis in words."""
        chinese = labels.resolve(language) == "zh"
        values = dict(self.values)
        if self.simpler is not None:
            values["simpler"] = self.simpler.name_zh if chinese else self.simpler.name
            values["simpler_ll"] = self.simpler.log_likelihood
            values["params"] = self.simpler.estimates
        if self.higher is not None:
            values["higher"] = self.higher.name_zh if chinese else self.higher.name
            values["higher_ll"] = self.higher.log_likelihood
            values["higher_params"] = self.higher.estimates
        if values.get("together"):
            values["together"] = f" ({values['together']})"
        more = "" if self.higher is None else _SENTENCES["higher"][chinese]
        return (_SENTENCES[str(self)][chinese] + more).format(**values)

    def to_dict(self) -> dict[str, Any]:
        """What `from_dict` needs to make it again."""
        simpler, higher = (
            one and [one.name, one.name_zh, one.params, one.log_likelihood] for one in (self.simpler, self.higher)
        )
        return {"kind": str(self), "simpler": simpler, "higher": higher, "values": self.values}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """The diagnosis that `to_dict` stored."""
        simpler, higher = (Simpler(*parts) if (parts := stored.get(key)) else None for key in ("simpler", "higher"))
        return cls(stored["kind"], simpler=simpler, higher=higher, **stored["values"])

    def __reduce__(self) -> Any:
        return (type(self).from_dict, (self.to_dict(),))


@dataclass(frozen=True, slots=True)
class Limit:
    """A simpler model at the edge of another, with m parameters of the k.

    phi, the logarithms of its parameters, is `read` @ theta, shape (m, k), near the edge. `powers` (m,) says
    how each changes with the unit of time: a rate has -1, a duration 1. `odds` names parameters whose
    phi is the logarithm of odds. `objective`, of phi, is made from the same data; without one the
    model itself is pushed `far` out in the directions that `read` does not see.
    """

    name: str
    name_zh: str
    params: tuple[str, ...]
    read: Sequence[Sequence[float]]
    powers: Sequence[float]
    odds: frozenset[str] = frozenset()
    objective: Callable[[Any], Objective] | None = None
    far: Sequence[float] = ()

    def fit(self, data: Any, whole: Objective, near: Floats, unit: float, shift: float) -> Simpler:
        """Best fit of the limit, starting near a theta of the whole model.

        `unit` is the time unit of the objectives in the unit to report, `shift` what that change
        adds to the log-likelihood.
        """
        best = self._best(data, whole, [near])
        values = np.exp(best.theta) * unit ** np.array(self.powers, dtype=float)
        params = {
            name: float(value / (1 + value) if name in self.odds else value)
            for name, value in zip(self.params, values, strict=True)
        }
        return Simpler(self.name, self.name_zh, params, best.log_likelihood + shift)

    def start(self, data: Any, whole: Objective, nears: Sequence[Floats], above: float) -> Floats | None:
        """A theta inside the box on the way to this limit; None unless the limit lies higher than `above`."""
        if self.objective is not None:
            return None
        best = self._best(data, whole, nears)
        if best.log_likelihood <= above:
            return None
        inside = np.clip(np.array(self.far, dtype=float), 1 - BOX, BOX - 1)
        out: Floats = inside + np.linalg.pinv(np.array(self.read, dtype=float)) @ best.theta
        return np.clip(out, -BOX, BOX)

    def _best(self, data: Any, whole: Objective, nears: Sequence[Floats]) -> Optimum:
        read = np.array(self.read, dtype=float)
        inside = self._pushed(whole, read) if self.objective is None else self.objective(data)
        return maximise(inside, [*(read @ near for near in nears), np.zeros(len(read))])

    def _pushed(self, whole: Objective, read: Floats) -> Objective:
        matrix, offset = np.linalg.pinv(read), np.array(self.far, dtype=float)

        def inside(phi: Floats) -> tuple[float, Floats, Floats]:
            value, gradient, hessian = whole(offset + matrix @ phi)
            return value, matrix.T @ gradient, matrix.T @ hessian @ matrix

        return inside


def climb_from_limits(
    optimum: Optimum, objective: Objective, data: Any, limits: Sequence[Limit], starts: Sequence[Floats]
) -> Optimum:
    """The optimum, or a higher one on the slope to a limit, where the likelihood may have a second top."""
    if _is_clear(optimum):
        return optimum
    nears, above = [optimum.theta, *starts], optimum.log_likelihood + 1e-6
    found = [limit.start(data, objective, nears, above) for limit in limits]
    again = [maximise(objective, [start]) for start in found if start is not None]
    return max([optimum, *again], key=lambda one: one.log_likelihood)


def _is_clear(optimum: Optimum) -> bool:
    """Whether the data determine every parameter."""
    return not optimum.at_bound.any() and flat_directions(optimum).shape[1] == 0


def judge(
    optimum: Optimum,
    objective: Objective,
    data: Any,
    names: Sequence[str],
    limits: Sequence[Limit] | None,
    *,
    unit: float,
    shift: float,
) -> Diagnosis:
    """Diagnosis on an optimum; the limits of the model that may fit as well are fitted. With None nothing is judged.

    The simplest limit that fits as well names the boundary. If none does, and some parameters are
    undetermined, it is a ridge.
    """
    if limits is None:
        return Diagnosis("optimum")
    clear, reached = _is_clear(optimum), optimum.log_likelihood + shift
    near = not clear or _is_shaky(optimum)
    fits = [limit.fit(data, objective, optimum.theta, unit, shift) for limit in limits if near or limit.objective]
    best = max([(reached, len(names)), *((one.log_likelihood, len(one.params)) for one in fits)])
    as_well = [one for one in fits if not _is_worse(one, *best)]
    if as_well:
        simplest = min(as_well, key=lambda one: (len(one.params), -one.log_likelihood))
        highest = max(fits, key=lambda one: one.log_likelihood)
        beyond = highest.log_likelihood > max(reached, simplest.log_likelihood) + NOTICED
        return Diagnosis("boundary", simpler=simplest, higher=highest if beyond else None, ll=reached)
    return Diagnosis("optimum") if clear else ridge(optimum, names)


def _is_shaky(optimum: Optimum) -> bool:
    """Whether the data determine some parameter only roughly."""
    free = ~optimum.at_bound
    curvature = np.linalg.eigvalsh(-optimum.hessian[np.ix_(free, free)])
    return bool((curvature < 1 / SHAKY**2).any())


def _is_worse(simpler: Simpler, best: float, n_params: int) -> bool:
    """Whether a likelihood-ratio test rejects a model against the best one, of `n_params` parameters."""
    freedom = max(n_params - len(simpler.params), 1)
    return 2 * (best - simpler.log_likelihood) > float(chdtri(freedom, LEVEL))


def ridge(optimum: Optimum, names: Sequence[str]) -> Diagnosis:
    """The diagnosis that names what the data leave open, and the product of powers that they fix."""
    flat = flat_directions(optimum)
    open_ = optimum.at_bound | (np.abs(flat) > 0.1).any(axis=1)
    loose = [name for name, is_open in zip(names, open_, strict=True) if is_open]
    return Diagnosis("ridge", names=", ".join(loose), together=_combination(flat, loose, open_))


def _combination(flat: Floats, loose: Sequence[str], open_: NDArray[np.bool_]) -> str:
    """The combination that stays the same along the one flat direction of two parameters, as "s / beta^0.9"."""
    if flat.shape[1] != 1 or len(loose) != 2:
        return ""
    one, two = flat[open_, 0]
    power = -one / two
    return f"{loose[0]} * {loose[1]}^{power:.2g}" if power >= 0 else f"{loose[0]} / {loose[1]}^{-power:.2g}"
