"""How models of repeat purchases learn: fit, posterior, covariates, one-time buyers, and what is stored of them.

A model of this family brings
- `Params`, a frozen dataclass, and `_durations`, the fields that are measured in time;
- `_starts`, a few points from which the likelihood is climbed, and `_limits`, the simpler models at its edges;
- `_objective`, the total log-likelihood of cells with exact gradient and Hessian in log parameters;
- `_log_likelihood` of each customer, and `_row_terms`, the same with its derivatives where covariates move a rate.
What forecasts need beside that is named in `crmkit.models._purchases`. Formulas do not mind the unit of time: a fit
takes the mean T, and only `params_` and `log_likelihood_` are in `period`s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, fields, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri, expit

from crmkit import _checks, _frame
from crmkit._types import Floats, Table
from crmkit.errors import ArgumentError
from crmkit.models._base import DAYS_IN, Model, Period, natural_covariance, number_of
from crmkit.models._covariates import (
    Covariates,
    Design,
    Extended,
    RowTerms,
    effect,
    mixed,
    objective,
    through,
)
from crmkit.models._diagnosis import LEVEL, Diagnosis, Limit, Simpler, climb_from_limits, judge
from crmkit.models._fit import BOX, Objective, Optimum, covariance, maximise
from crmkit.models._posterior import Posterior
from crmkit.models._regularity import Regularity, regularity_of
from crmkit.models._repeats import COLUMNS, HINT, Cells, check_fit, dot, read_cells, read_profiles, read_rows

# Rate that covariates move -> the parameter that does it, and the sign of the effect on its logarithm.
Moved = Mapping[str, tuple[str, float]]
# Above so many distinct rows, losing starts are found out on a sample of them.
SAMPLE = 3000
# Standard errors of logarithms below which estimates are as good as normal.
SURE = 0.5
# Customers up to which draws near an edge are weighted by the exact posterior.
WEIGHED = 5000


class LearningModel(Model):
    """The half of a model of repeat purchases that learns from x, t_x and T."""

    _durations: ClassVar[tuple[str, ...]]
    _limits: ClassVar[tuple[Limit, ...]] = ()
    # Rates that covariates may move; a model without any takes none.
    _moved: ClassVar[Moved] = {}
    # Whether a fit is only to forecast: nobody will ask whether a simpler model does as well.
    _unjudged = False
    # A fit to other days of the same customers, near which this one will end.
    _near: Self | None = None
    settings: ClassVar[tuple[str, ...]] = ("period", "covariates", "one_time")

    regularity_: Regularity | None
    coefficients_: dict[str, dict[str, float]]
    _posterior: Posterior
    _kept_draws: tuple[Any, list[Any]]
    one_time_share_: float

    def __init__(self, *, period: Period = "week", covariates: Any = None, one_time: bool = False) -> None:
        _checks.choice("period", period, DAYS_IN)
        self.period = period
        self.covariates = Covariates.of(covariates)
        self.one_time = bool(one_time)
        for rate in ("purchase", "dropout") if self.covariates else ():
            if getattr(self.covariates, rate) and rate not in self._moved:
                raise ArgumentError("models_takes_no_covariates", name=type(self).__name__, rate=rate)

    # What a model brings -------------------------------------------------------------------------

    def _starts(self, rate: float) -> Sequence[Sequence[float]]:
        """Parameters to climb from, time in units of the mean T; `rate` repeat purchases in that time."""
        raise NotImplementedError

    def _objective(self, cells: Cells) -> Objective:
        raise NotImplementedError

    def _log_likelihood(self, params: Any, x: Floats, t_x: Floats, T: Floats) -> Floats:
        raise NotImplementedError

    def _row_terms(self, params: Sequence[Any], x: Floats, t_x: Floats, T: Floats) -> RowTerms:
        raise NotImplementedError

    # Fit -----------------------------------------------------------------------------------------

    def fit(self, customers: Table, y: Any = None, *, weight: str | None = None) -> Self:  # noqa: ARG002  for pipelines
        """Learn the parameters by maximum likelihood from x, t_x and T (days in the table).

        Parameters
        ----------
        customers : table, one row per customer or per cell
            With the columns `x`, `t_x` and `T`, as `crmkit.summarize` makes them.
        weight : str, optional
            Column with the number of customers that a row stands for.

        Returns
        -------
        the model itself, with `params_`, `log_likelihood_`, `covariance_`, `diagnosis_`; and, where the table has
        `log_gaps`, `regularity_`, how regular purchases are (`crmkit.clv.regularity`)

        Raises
        ------
        ColumnError
            A column is absent, not numeric, or missing for some customers.
        DataError
            A history cannot be (t_x above T, say), or nobody ever bought again.

        Examples
        --------
        >>> from crmkit.models.nbd import NBD
        >>> cells = {"x": [0, 1, 2, 7], "t_x": [0, 30, 45, 80], "T": [90, 90, 90, 90], "customers": [60, 20, 9, 2]}
        >>> model = NBD(period="week").fit(cells, weight="customers")
        >>> model.params_
        NBDParams(r=0.604..., alpha=13.60...)
        >>> model.diagnosis_
        'optimum'
        """
        cells = self._read_cells(customers, weight=weight)
        check_fit(cells, type(self).__name__)
        cells = replace(cells, unit=dot(cells.n, cells.T) / float(cells.n.sum()))
        model = self._learn_more(cells) if self.covariates or self.one_time else self._learn(cells)
        model.regularity_ = regularity_of(cells)
        return model

    def forecasting(self, *, near: Self | None = None) -> Self:
        """The model not fitted yet, of which a fit only learns what forecasts need: no diagnosis.

        `near` is a fit to other days of the same customers, from which it climbs.
        """
        model = type(self)(**{name: getattr(self, name) for name in self.settings})
        model._unjudged, model._near = True, near
        return model

    def _learn(self, cells: Cells) -> Self:
        """Fit to cells whose unit is the mean T."""
        objective = self._objective(cells)
        rate = dot(cells.n, cells.x) / float(cells.n.sum())
        starts = [np.log(start) for start in self._starts(rate)]
        names = [field.name for field in fields(self.Params)][-starts[0].size :]
        unit = cells.unit / self._days
        optimum = self._climb(cells, objective, self._starts_near(names, unit, starts))
        # The same density per period instead of per unit.
        shift = dot(cells.n, cells.x) * float(np.log(self._days / cells.unit))
        judged = None if self._unjudged else self._limits
        diagnosis = judge(optimum, objective, cells, names, judged, unit=unit, shift=shift)
        factors = np.array([unit if name in self._durations else 1.0 for name in names])
        params = np.exp(optimum.theta) * factors
        read, centre = self._prior(names, rate)
        self._posterior = Posterior(
            objective, optimum.theta, read, centre, lambda theta: self._values(np.exp(theta) * factors)
        )
        return self._adopt(
            params.tolist(),
            optimum.log_likelihood + shift,
            natural_covariance(optimum, params),
            diagnosis,
            cells.n.sum(),
        )

    def _starts_near(self, names: Sequence[str], unit: float, starts: Sequence[Floats]) -> Sequence[Floats]:
        """Where the other fit ended; where that left something undetermined, the usual starts too."""
        if self._near is None:
            return starts
        ended = [getattr(self._near.params_, name) / (unit if name in self._durations else 1.0) for name in names]
        near = np.clip(np.log(ended), 1 - BOX, BOX - 1)
        return [near, *starts] if np.isnan(self._near.covariance_[-near.size :, -near.size :]).any() else [near]

    def _learn_more(self, cells: Cells) -> Self:
        """Fit with covariates or one-time buyers, from where the fit without them ended."""
        plain = type(self)(period=self.period)._learn(replace(cells, z=()))
        names, k = [field.name for field in fields(self.Params)], len(fields(self.Params))
        given = self.covariates or Covariates()
        moved = {rate: (names.index(name), sign) for rate, (name, sign) in self._moved.items()}
        design = Design.of(self.covariates, cells, k, moved, one_time=self.one_time)
        unit = cells.unit / self._days
        durations = np.array([unit if name in self._durations else 1.0 for name in names])
        start = np.zeros(design.size)
        start[:k] = np.log(np.array(astuple(plain.params_)) / durations)
        rate = dot(cells.n, cells.x) / float(cells.n.sum())
        starts = [start, *(np.concatenate([np.log(one), start[k:]]) for one in self._starts(rate))]
        if self.one_time:
            starts = [np.append(one[:-1], odds) for one in starts for odds in (-1.5, -6.0)]
        climbed = objective(self._row_terms, cells, design, given.penalty)
        optimum = maximise(climbed, starts)
        theta, coefficients, matrix = design.plain(optimum.theta)
        value = objective(self._row_terms, cells, design, 0.0)(optimum.theta)[0]
        params = np.exp(theta) * durations
        shift = dot(cells.n, cells.x) * float(np.log(self._days / cells.unit))
        self.n_free_ = design.size
        self.coefficients_ = {
            rate: dict(zip(getattr(given, rate), found.tolist(), strict=True)) for rate, found in coefficients.items()
        }
        self.one_time_share_ = float(expit(optimum.theta[-1])) if self.one_time else 0.0
        spread = through(matrix, covariance(optimum)) * np.outer(*[np.append(params, np.ones(len(matrix) - k))] * 2)
        diagnosis = judge(optimum, climbed, cells, self._names()[: design.size], (), unit=unit, shift=shift)
        self._posterior = self._posterior_of(design, climbed, optimum.theta, durations, rate)
        if self.one_time and 2 * (value + shift - plain.log_likelihood_) < float(chdtri(1, LEVEL)):
            diagnosis = Diagnosis("boundary", simpler=_without_one_time(plain), ll=value + shift)
        return self._adopt(params.tolist(), value + shift, spread, diagnosis, cells.n.sum())

    def _posterior_of(
        self, design: Design, climbed: Objective, phi: Floats, durations: Floats, rate: float
    ) -> Posterior:
        """The posterior with covariates or one-time buyers; effects are per standard deviation, shares in log odds."""
        k = design.k
        read, centre = np.eye(design.size), np.zeros(design.size)
        read[:k, :k], centre[:k] = self._prior([field.name for field in fields(self.Params)], rate)

        def values(phi: Floats) -> Floats:
            theta, coefficients, _ = design.plain(phi)
            share = [expit(phi[-1])] if self.one_time else []
            return np.concatenate([np.exp(theta) * durations, *coefficients.values(), share])

        return Posterior(climbed, phi, read, centre, values)

    def _prior(self, names: Sequence[str], rate: float) -> tuple[Floats, Floats]:
        """Quantities without a unit that a weak prior is about, as rows that read log parameters, and their centres.

        Shapes around 1, purchases per mean T around those seen, dropout per mean T around 1.
        """
        read, centre = np.eye(len(names)), np.zeros(len(names))
        for place, name in enumerate(names):
            if name in self._durations:
                read[place] = -read[place]
                read[place, place - 1] = 1.0  # the shape that goes with it stands before it
                centre[place] = np.log(rate) if name == "alpha" else 0.0
        return read, centre

    def _values(self, params: Floats) -> Floats:
        """Estimates, in their order, of the parameters that are climbed."""
        return params

    def parameter_draws(self, draws: int, rng: np.random.Generator) -> list[Any]:
        """Parameters drawn from the distribution of their estimates.

        It is normal in the logarithms where the data determine them well, and the posterior under a weak prior where
        they do not: at a boundary, on a ridge, with few customers. (A model that was stored and read again has no
        data to look up, and leaves undetermined parameters where they are.)
        """
        self._fitted("parameter_draws()")
        if not hasattr(self, "_posterior") or self._is_sure():
            return super().parameter_draws(draws, rng)
        # Thousands of customers make the posterior normal, and weights dear.
        weigh = self.n_customers_ <= WEIGHED
        return [self._drawn(values) for values in self._posterior.draw(draws, rng, weigh=weigh)]

    def _is_sure(self) -> bool:
        """Whether the estimates are as good as normal."""
        values, kinds = self._estimates()
        positive = kinds == "positive"
        errors = np.sqrt(np.diag(self.covariance_))[positive] / values[positive]
        return self.diagnosis_ == "optimum" and bool((errors < SURE).all())

    def __getstate__(self) -> dict[str, Any]:
        return {
            name: value for name, value in self.__dict__.items() if name not in ("_posterior", "_kept_draws", "_near")
        }

    def _climb(self, cells: Cells, objective: Objective, starts: Sequence[Floats]) -> Optimum:
        if cells.x.size <= 2 * SAMPLE:
            top = maximise(objective, starts)
            if self._near:
                return top
            return climb_from_limits(top, objective, cells, self._limits, () if self._unjudged else starts)
        # Every k-th cell: being in ascending order, the sample has the shape of the whole.
        sample = cells.where(slice(None, None, cells.x.size // SAMPLE))
        return maximise(objective, [self._climb(sample, self._objective(sample), starts).theta])

    @property
    def _days(self) -> float:
        return DAYS_IN[self.period]

    # What is known beside the parameters ---------------------------------------------------------

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that forecasts are made from: x, t_x, T and the covariates."""
        return (*COLUMNS, *(self.covariates.columns if self.covariates else ()))

    @property
    def n_parameters(self) -> int:
        """Number of parameters that a fit estimates."""
        return getattr(self, "n_free_", super().n_parameters)

    @property
    def parameters(self) -> Any:
        """`params_`, with what is known beside them, or an error that says how to get them."""
        params = super().parameters
        if not self.covariates and not self.one_time:
            return params
        found = {rate: np.array(list(each.values())) for rate, each in self.coefficients_.items()}
        return Extended(params, found, self.one_time_share_)

    def _measures(self) -> dict[str, tuple[float, float, float]]:
        found, regular = super()._measures(), getattr(self, "regularity_", None)
        return found if regular is None else found | {"regularity": (regular.shape, regular.low, regular.high)}

    def _names(self) -> list[str]:
        names = super()._names()
        for rate, each in getattr(self, "coefficients_", {}).items():
            names += [f"{rate}_{name}" for name in each]
        return [*names, "one_time_share"] if self.one_time else names

    def _estimates(self) -> tuple[Floats, NDArray[np.str_]]:
        values, kinds = super()._estimates()
        more = [value for each in getattr(self, "coefficients_", {}).values() for value in each.values()]
        shares = [self.one_time_share_] if self.one_time else []
        kind = [*kinds.tolist(), *["real"] * len(more), *["share"] * len(shares)]
        return np.concatenate([values, more, shares]), np.array(kind)

    def _drawn(self, values: Floats) -> Any:
        k = len(fields(self.Params))
        params = super()._drawn(values[:k])
        if not self.covariates and not self.one_time:
            return params
        found, place = {}, k
        for rate, each in self.coefficients_.items():
            found[rate] = values[place : place + len(each)]
            place += len(each)
        return Extended(params, found, float(values[-1]) if self.one_time else 0.0)

    def _stored(self) -> dict[str, Any]:
        if not hasattr(self, "coefficients_"):
            return {}
        return {"coefficients": self.coefficients_, "one_time_share": self.one_time_share_, "n_free": self.n_free_}

    def _restore(self, stored: Mapping[str, Any]) -> None:
        if "coefficients" in stored:
            self.coefficients_ = {
                str(rate): {str(name): number_of(value) for name, value in each.items()}
                for rate, each in stored["coefficients"].items()
            }
            self.one_time_share_, self.n_free_ = number_of(stored["one_time_share"]), int(stored["n_free"])

    def _read_cells(self, customers: Table, *, weight: str | None = None) -> Cells:
        if not self.covariates:
            return read_cells(customers, weight=weight)
        return read_profiles(customers, self.covariates.columns, weight=weight)

    def _read_rows(self, customers: Table) -> tuple[Floats, ...]:
        """x, t_x, T and the covariates of each row."""
        history = read_rows(customers)
        if not self.covariates:
            return history
        names = self.covariates.columns
        return *history, *_frame.open_table(customers, numbers=names, hint=HINT).rows(*names)

    def _of_rows(self, point: Any, z: Sequence[Floats]) -> tuple[Any, float]:
        """Parameters of each row, times in days, and the share of one-time buyers."""
        if not isinstance(point, Extended):
            return self._daily(point), 0.0
        params, own = self._daily(point.params), {}
        for rate, coefficients in point.coefficients.items():
            name, sign = self._moved[rate]
            if coefficients.size and self.covariates:
                columns = [z[self.covariates.columns.index(one)] for one in getattr(self.covariates, rate)]
                own[name] = getattr(params, name) * effect(sign * coefficients, columns)
        return replace(params, **own), point.one_time_share

    def _daily(self, params: Any) -> Any:
        """Parameters with their times in days."""
        return replace(params, **{name: getattr(params, name) * self._days for name in self._durations})

    def log_likelihood(self, customers: Table) -> Floats:
        """Log-likelihood of each customer, of the data measured in `period`; shape (n_customers,)."""
        x, t_x, T, *z = self._read_rows(customers)
        params, share = self._of_rows(self.parameters, z)
        # The same density per period instead of per day.
        per_day = mixed(share, self._log_likelihood(params, x, t_x, T), x, T)
        return np.asarray(per_day + x * np.log(self._days))


def _without_one_time(plain: LearningModel) -> Simpler:
    """The same model without one-time buyers, as a diagnosis names it."""
    params = {field.name: float(getattr(plain.params_, field.name)) for field in fields(plain.Params)}
    return Simpler("no one-time buyers", "无一次性买家", params, plain.log_likelihood_)
