"""The frame of the models of repeat purchases: fit, forecasts, intervals, simulation.

A model of this family brings
- `Params`, a frozen dataclass, and `_durations`, the fields that are measured in time;
- `_starts`, a few points from which the likelihood is climbed, and `_limits`, the simpler models at its edges;
- `_objective`, the total log-likelihood of cells with exact gradient and Hessian in log parameters;
- `_log_likelihood` and `_p_alive` of each customer;
- `_living`, the distribution of the purchases to come of a customer known to be alive (a `Living`);
- `_draw`, customers drawn from the model.
All else is here. Formulas do not mind the unit of time: a fit takes the mean T, forecasts are made in days, and
only `params_` and `log_likelihood_` are in `period`s. What depends on (x, T) alone is computed once per distinct pair.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri, expit

from crmkit import _checks, _frame
from crmkit._types import Date, Duration, Floats, Table
from crmkit.errors import ArgumentError
from crmkit.models._base import Model, natural_covariance, number_of
from crmkit.models._covariates import (
    Covariates,
    Design,
    Extended,
    RowTerms,
    effect,
    mixed,
    objective,
    p_one_time,
    through,
)
from crmkit.models._diagnosis import LEVEL, Diagnosis, Limit, Simpler, climb_from_limits, judge
from crmkit.models._fit import BOX, Objective, Optimum, covariance, maximise
from crmkit.models._posterior import Posterior
from crmkit.models._regularity import Regularity, regularity_of
from crmkit.models._repeats import (
    COLUMNS,
    HINT,
    Cells,
    check,
    check_fit,
    distinct,
    dot,
    read_cells,
    read_profiles,
    read_rows,
    representatives,
)

if TYPE_CHECKING:
    from crmkit.models._calendar import PurchaseCalendar

Index = NDArray[np.intp]
# A number of purchases, or one of each customer.
Count = np.int64 | NDArray[np.int64]
Period = Literal["day", "week", "month", "year"]
# Rate that covariates move -> the parameter that does it, and the sign of the effect on its logarithm.
Moved = Mapping[str, tuple[str, float]]
DAYS_IN: dict[str, float] = {
    "day": 1.0,
    "week": 7.0,
    "month": _checks.DAYS_PER_YEAR / 12,
    "year": _checks.DAYS_PER_YEAR,
}
# Above so many distinct rows, losing starts are found out on a sample of them.
SAMPLE = 3000
# Points at which the time of the next purchase is tabulated.
GRID = 129
# Standard errors of logarithms below which estimates are as good as normal.
SURE = 0.5
# Customers up to which draws near an edge are weighted by the exact posterior.
WEIGHED = 5000
# Rows for which the total of a forecast is recomputed under every draw of the parameters.
SAMPLED_TOTAL = 5000
ONES = np.ones(SAMPLED_TOTAL)


class Living(Protocol):
    """Purchases to come of customers who are alive now, each result of shape (n,); t in the unit of the parameters."""

    def expected(self, t: float) -> Floats:
        """Expected purchases within t."""

    def expected_pairs(self, t: float) -> Floats:
        """Expected Y (Y - 1), with Y the purchases within t."""

    def discounted(self, delta: float, t: float = np.inf) -> Floats:
        """Expected purchases within t, each counted as e^(-delta * its time)."""

    def more_than(self, n: Count, t: float) -> Floats:
        """Probability of more than n purchases within t, n of shape (n,)."""

    def pmf(self, n: int, t: float) -> Floats:
        """Probability of exactly n purchases within t."""


def living_at(living: Any, rows: Index | slice) -> Any:
    """The distribution of some of the customers that a `Living` (or parameters with a value per customer) is about."""
    held = {field.name: getattr(living, field.name) for field in fields(living)}
    return replace(living, **{name: value[rows] for name, value in held.items() if isinstance(value, np.ndarray)})


class Drawn(NamedTuple):
    """Customers drawn from a model, each of shape (n,): what decides their purchases."""

    rate: Floats  # purchases per unit of time while alive
    lifetime: Floats  # time until they leave; infinite where only `chance` ends it
    chance: Floats  # of leaving right after a purchase
    starts_gone: NDArray[np.bool_]  # left right after the first purchase
    stages: int = 1  # of a gap, each exponential with that rate


def draw_rates(shape: float, scale: float, n: int, rng: np.random.Generator) -> Floats:
    """Rates of n customers, Gamma(shape, 1 / scale); never 0, which a small shape would underflow to."""
    return np.maximum(rng.gamma(shape, 1 / scale, size=n), 1e-280)


class PurchaseModel(Model):
    """Repeat purchases of customers, summarised by x, t_x and T."""

    _durations: ClassVar[tuple[str, ...]]
    _limits: ClassVar[tuple[Limit, ...]] = ()
    # Whether the future of a living customer depends on t_x too: not where gaps have no memory.
    _gap_matters: ClassVar[bool] = False
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

    def _p_alive(self, params: Any, x: Floats, t_x: Floats, T: Floats) -> Floats:
        raise NotImplementedError

    def _row_terms(self, params: Sequence[Any], x: Floats, t_x: Floats, T: Floats) -> RowTerms:
        raise NotImplementedError

    def _living(self, params: Any, x: Floats, t_x: Floats, T: Floats) -> Living:
        raise NotImplementedError

    def _draw(self, params: Any, n: int, rng: np.random.Generator) -> Drawn:
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
        if customers is _NEW:
            raise ArgumentError("models_new_needs_covariates", columns=", ".join(self.covariates.columns))
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

    # Forecasts of each customer ------------------------------------------------------------------

    def next_purchase(
        self,
        customers: Table,
        *,
        horizon: Duration = "52W",
        level: float = 0.9,
        as_of: Date | None = None,
        calendar: PurchaseCalendar | None = None,
    ) -> Table:
        """When each customer buys next, if they do so within `horizon`, with an interval.

        Parameters
        ----------
        customers : table, n_customers rows
            With the columns that the model reads.
        horizon : duration, default "52W"
            Purchases after it do not count.
        level : float, default 0.9
            Probability that the interval covers, given that the customer buys within the horizon.
        as_of : date, optional
            The day on which T ends; with it the table also has dates.
        calendar : crmkit.clv.PurchaseCalendar, optional
            The fitted calendar in whose time the customers and this model are (`calendar.summarize(transactions)`);
            needs `as_of`. The days and dates that come out are those of the wall.

        Returns
        -------
        table, n_customers rows
            `customers` with `p_purchase`, the probability of a purchase within the horizon, and of those who make one
            `next_days`, the median of the days from `as_of` to it, with `next_days_low` and `next_days_high`; with
            `as_of` also `next_date`, `next_date_low` and `next_date_high`.

        Examples
        --------
        >>> from crmkit.models.bg_nbd import BGNBD
        >>> model = BGNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426, period="week")
        >>> customers = {"x": [2, 9], "t_x": [213, 260], "T": [272, 272]}
        >>> model.next_purchase(customers, as_of="1997-09-30")[["p_purchase", "next_days", "next_days_high"]].round(2)
           p_purchase  next_days  next_days_high
        0         0.6      81.75          302.23
        1         0.9      23.57          115.39
        """
        t, tail = _checks.days_of(horizon), (1 - _checks.share("level", level)) / 2
        day = None if as_of is None else np.datetime64(_checks.date_of(as_of, "as_of"), "D")
        on_the_wall = None
        if calendar is not None:
            if as_of is None:
                raise ArgumentError("as_of", as_of, "calendar_needs_as_of", example="2025-12-31")
            t, on_the_wall = calendar.horizon(horizon, as_of=as_of), calendar.wall_days(horizon, as_of=as_of)
        names = self.columns
        table = _frame.open_table(customers, numbers=names, hint=HINT)
        if table.in_memory:
            columns = self._next(table.arrays(*names), t, tail, day, on_the_wall)
            return table.give_back(table.add(columns, to=table.frame.drop(*columns, strict=False)))
        counted = table.cells(list(names))
        history = [np.asarray(counted[name], dtype=float) for name in names]
        columns = self._next(history, t, tail, day, on_the_wall)
        return table.give_back(table.attach(list(names), {**{name: counted[name] for name in names}, **columns}))

    def _next(
        self, history: Sequence[Floats], t: float, tail: float, day: Any, on_the_wall: Callable[[Floats], Floats] | None
    ) -> dict[str, Any]:
        """The columns that `next_purchase` adds: quantiles of a distribution read off a grid, finer where it starts."""
        check(*history[:3])
        alive, living, pair = self._outlook(self.parameters, *history)
        grid = t * np.linspace(0, 1, GRID) ** 1.5
        chances = np.stack([living.more_than(np.int64(0), float(end)) for end in grid], axis=1)
        shape = chances / np.maximum(chances[:, -1:], 1e-300)
        found: dict[str, Any] = {"p_purchase": alive * chances[pair, -1]}
        for name, share in (("next_days", 0.5), ("next_days_low", tail), ("next_days_high", 1 - tail)):
            days = np.array([np.interp(share, own, grid) for own in shape])
            found[name] = (days if on_the_wall is None else on_the_wall(days))[pair]
        if day is not None:
            for name in ("next_days", "next_days_low", "next_days_high"):
                dates = day + np.ceil(found[name]).astype(np.int64).astype("timedelta64[D]")
                found[name.replace("days", "date")] = dates.astype("datetime64[us]")
        return found

    def log_likelihood(self, customers: Table) -> Floats:
        """Log-likelihood of each customer, of the data measured in `period`; shape (n_customers,)."""
        x, t_x, T, *z = self._read_rows(customers)
        params, share = self._of_rows(self.parameters, z)
        # The same density per period instead of per day.
        per_day = mixed(share, self._log_likelihood(params, x, t_x, T), x, T)
        return np.asarray(per_day + x * np.log(self._days))

    def p_alive(self, customers: Table) -> Floats:
        """Probability that each customer is still one at the end of T, shape (n_customers,)."""
        return self._outlook(self.parameters, *self._read_rows(customers))[0]

    def predict(self, customers: Table, *, horizon: Duration) -> Floats:
        """Expected purchases of each customer within `horizon` after T, shape (n_customers,).

        `horizon` is a duration: "39W", "12M", "2Y", "90D", a timedelta, or a number of days.
        """
        t = _checks.days_of(horizon)
        return self._of_living(customers, lambda living: living.expected(t))

    def p_purchase(self, customers: Table, *, horizon: Duration) -> Floats:
        """Probability that each customer buys at least once within `horizon`, shape (n_customers,)."""
        t = _checks.days_of(horizon)
        return self._of_living(customers, lambda living: living.more_than(np.int64(0), t))

    def discounted_purchases(
        self, customers: Table, *, discount_rate: float, horizon: Duration | None = None
    ) -> Floats:
        """Expected purchases of each customer, each discounted to the end of T, shape (n_customers,).

        The discounted expected residual transactions (DERT) of Fader, Hardie & Lee (2005), RFM and CLV, in
        continuous time; finite for every discount rate above 0.

        Parameters
        ----------
        customers : table
            With `x`, `t_x` and `T`.
        discount_rate : float
            Annual and effective, above 0: 0.1 is 10 % a year.
        horizon : duration, optional
            Purchases after it do not count; by default all to come do.
        """
        delta = self._force_of_interest(discount_rate)
        t = np.inf if horizon is None else _checks.days_of(horizon)
        return self._of_living(customers, lambda living: living.discounted(delta, t))

    def score(self, customers: Table, *, horizon: Duration, discount_rate: float | None = None) -> Any:
        """The customers with their forecasts as columns, in the table's own kind and row order.

        Adds `p_alive`, `expected_purchases` and `p_purchase` within `horizon`, and `discounted_purchases`
        where a discount rate is given.

        Examples
        --------
        >>> import pandas as pd
        >>> from crmkit.models.bg_nbd import BGNBD
        >>> customers = pd.DataFrame({"customer_id": ["a", "b"], "x": [2, 0], "t_x": [213, 0], "T": [272, 272]})
        >>> model = BGNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426, period="week")
        >>> model.score(customers, horizon="39W").round(3)[["customer_id", "p_alive", "expected_purchases"]]
          customer_id  p_alive  expected_purchases
        0           a    0.727               1.226
        1           b    1.000               0.195
        """
        names = self.columns
        table = _frame.open_table(customers, numbers=names, hint=HINT)
        if table.in_memory:
            columns = self._forecasts(table.arrays(*names), horizon, discount_rate)
            return table.give_back(table.add(columns, to=table.frame.drop(*columns, strict=False)))
        counted = table.cells(list(names))
        cells = [np.asarray(counted[name], dtype=float) for name in names]
        columns = self._forecasts(cells, horizon, discount_rate)
        return table.give_back(table.attach(list(names), {**{name: counted[name] for name in names}, **columns}))

    def _forecasts(
        self, histories: Sequence[Floats], horizon: Duration, discount_rate: float | None
    ) -> dict[str, Floats]:
        """The columns that `score` adds, of histories x, t_x and T."""
        check(*histories[:3])
        t = _checks.days_of(horizon)
        alive, living, pair = self._outlook(self.parameters, *histories)
        columns = {
            "p_alive": alive,
            "expected_purchases": alive * living.expected(t)[pair],
            "p_purchase": alive * living.more_than(np.int64(0), t)[pair],
        }
        if discount_rate is not None:
            columns["discounted_purchases"] = alive * living.discounted(self._force_of_interest(discount_rate))[pair]
        return columns

    # The number of purchases ---------------------------------------------------------------------

    def expected_purchases_new(self, *, horizon: Duration) -> float:
        """Expected repeat purchases, within `horizon`, of a customer acquired today."""
        return float(self.predict(_NEW, horizon=horizon)[0])

    def pmf(self, n: Any, *, horizon: Duration, customers: Table = None) -> Any:
        """Probability of exactly n purchases within `horizon`.

        Parameters
        ----------
        n : whole number, or several, shape (n_counts,)
        horizon : duration
        customers : table, optional
            With `x`, `t_x` and `T`; without it, the repeat purchases of a customer acquired today.

        Returns
        -------
        float, or array (n_counts,); with `customers`, (n_customers,) or (n_customers, n_counts)
        """
        t = _checks.days_of(horizon)
        counts = counts_of(n)

        def chances(living: Living) -> Floats:
            return np.stack([living.pmf(int(count), t) for count in counts.ravel()], axis=-1)

        given = _NEW if customers is None else customers
        # Who has left buys nothing more.
        gone = 1 - self.p_alive(given)
        found = self._of_living(given, chances) + gone[:, None] * (counts.ravel() == 0)
        return shaped(found, counts, alone=customers is None)

    def cdf(self, n: Any, *, horizon: Duration, customers: Table = None) -> Any:
        """Probability of at most n purchases within `horizon`; arguments and shapes as for `pmf`."""
        t = _checks.days_of(horizon)
        counts = counts_of(n)

        def exceeded(living: Living) -> Floats:
            return np.stack([living.more_than(np.int64(count), t) for count in counts.ravel()], axis=-1)

        given = _NEW if customers is None else customers
        return shaped(1 - self._of_living(given, exceeded), counts, alone=customers is None)

    def interval(self, customers: Table, *, horizon: Duration, level: float = 0.9) -> NDArray[np.int64]:
        """Predictive interval of each customer's number of purchases within `horizon`.

        The smallest counts below which lie (1 - level) / 2 and (1 + level) / 2 of the probability, at
        the fitted parameters; being whole numbers, they cover at least `level`.

        Returns
        -------
        array (n_customers, 2) of whole numbers
        """
        t, tail = _checks.days_of(horizon), (1 - _checks.share("level", level)) / 2
        histories, row = distinct(*self._read_rows(customers))
        alive, living, pair = self._outlook(self.parameters, *histories)

        def exceed(rows: Index, n: Count) -> Floats:
            distribution: Living = living_at(living, pair[rows])
            return alive[rows] * distribution.more_than(n, t)

        return np.stack([_quantile(exceed, alive.size, end) for end in (1 - tail, tail)], axis=-1)[row]

    def total_interval(
        self, customers: Table, *, horizon: Duration, level: float = 0.9, draws: int = 200, seed: int = 0
    ) -> tuple[float, float]:
        """Interval of the purchases of all customers together within `horizon`.

        It holds two uncertainties: that of the parameters, drawn from their estimated distribution
        (normal in the logarithms), and that of the customers' purchases at given parameters, by the normal distribution
        of sums. Above 5,000 distinct customers the former is taken from a sample of them.
        """
        share, t = _checks.share("level", level), _checks.days_of(horizon)
        rng = np.random.default_rng(seed)
        cells = self._read_cells(customers)
        mean, variance = self._total(cells, t)
        if cells.n.size > SAMPLED_TOTAL:
            cells = replace(cells.where(rng.choice(cells.n.size, SAMPLED_TOTAL, p=cells.n / cells.n.sum())), n=ONES)
        base = self._expected_total(self.parameters, cells, t)
        drawn = self.parameter_draws(draws, rng)
        factors = [self._expected_total(params, cells, t) / base if base > 0 else 1.0 for params in drawn]
        totals = mean * np.array(factors) + np.sqrt(variance) * rng.standard_normal(draws)
        low, high = np.quantile(totals, [(1 - share) / 2, (1 + share) / 2])
        return max(0.0, float(low)), float(high)

    def _expected_total(self, params: Any, cells: Cells, t: float) -> float:
        alive, living, pair = self._outlook(params, *cells.history)
        return dot(cells.n, alive * living.expected(t)[pair])

    def _total(self, cells: Cells, t: float) -> tuple[float, float]:
        """Mean and variance of the total at given parameters; customers are independent."""
        alive, living, pair = self._outlook(self.parameters, *cells.history)
        mean = alive * living.expected(t)[pair]
        variance = alive * living.expected_pairs(t)[pair] + mean - mean**2
        return dot(cells.n, mean), dot(cells.n, np.maximum(variance, 0.0))

    # Simulation ----------------------------------------------------------------------------------

    def simulate(self, T: Any, *, horizon: Duration = 0, seed: int = 0) -> dict[str, Floats]:
        """Customers drawn from the model: what they bought up to T, and within `horizon` after it.

        Parameters
        ----------
        T : days, shape (n_customers,)
            Time from each customer's first purchase to the end of the observation.
        horizon : duration
            Length of the holdout period after T.
        seed : int
            The same seed draws the same customers.

        Returns
        -------
        dict of arrays (n_customers,)
            `x`, `t_x`, `T` in days, `future`, the purchases in the holdout, and `alive` at T (1 or 0).

        Examples
        --------
        >>> from crmkit.models.nbd import NBD
        >>> drawn = NBD.from_params(r=2, alpha=4, period="week").simulate([70] * 10_000, horizon="4W", seed=1)
        >>> [round(float(drawn[name].mean()), 1) for name in ("x", "future")]  # 10 and 4 weeks at 2 / 4 a week
        [5.0, 2.0]
        """
        ages = np.atleast_1d(np.asarray(T, dtype=float))
        rng = np.random.default_rng(seed)
        if self.covariates:
            raise ArgumentError("models_no_simulation_of_covariates")
        params, share = self._of_rows(self.parameters, ())
        rate, lifetime, chance, starts_gone, stages = self._draw(params, ages.size, rng)
        if share:
            starts_gone = starts_gone | (rng.random(ages.size) < share)
        end = ages + _checks.days_of(horizon)
        clock = np.zeros(ages.size)
        until = np.where(starts_gone, 0.0, lifetime)
        x, t_x, future = np.zeros(ages.size), np.zeros(ages.size), np.zeros(ages.size)
        alive = until > ages
        going = np.flatnonzero(until > 0)
        while going.size:
            waited = rng.exponential(size=going.size) if stages == 1 else rng.gamma(stages, size=going.size)
            clock[going] += waited / rate[going]
            going = going[clock[going] < np.minimum(until[going], end[going])]
            seen = clock[going] <= ages[going]
            x[going[seen]] += 1
            t_x[going[seen]] = clock[going[seen]]
            future[going[~seen]] += 1
            leaves = rng.random(going.size) < chance[going]
            alive[going[leaves & seen]] = False
            going = going[~leaves]
        return {"x": x, "t_x": t_x, "T": ages, "future": future, "alive": alive.astype(float)}

    # Plumbing ------------------------------------------------------------------------------------

    def _force_of_interest(self, discount_rate: float) -> float:
        """The continuous rate per day of an annual effective one."""
        rate = _checks.finite("discount_rate", discount_rate)
        if rate <= 0:
            raise ArgumentError("discount_rate", discount_rate, "models_above_annual_rate_without")
        return float(np.log1p(rate) / _checks.DAYS_PER_YEAR)

    def _daily(self, params: Any) -> Any:
        """Parameters with their times in days."""
        return replace(params, **{name: getattr(params, name) * self._days for name in self._durations})

    def _outlook(self, point: Any, x: Floats, t_x: Floats, T: Floats, *z: Floats) -> tuple[Floats, Living, Index]:
        """P(alive) of each customer, that of the living for distinct futures, and whose is which; time in days."""
        params, share = self._of_rows(point, z)
        first, pair = representatives(x, T, *([t_x] if self._gap_matters else []), *z)
        alive = self._p_alive(params, x, t_x, T)
        if share:
            alive = alive * (1 - p_one_time(share, self._log_likelihood(params, x, t_x, T), x, T))
        return alive, self._living(living_at(params, first), x[first], t_x[first], T[first]), pair

    def _of_living(self, customers: Table, distribution: Any) -> Floats:
        """P(alive) times `distribution(living)`."""
        alive, living, pair = self._outlook(self.parameters, *self._read_rows(customers))
        future: Floats = distribution(living)[pair]
        return future * (alive if future.ndim == 1 else alive[:, None])


def _without_one_time(plain: PurchaseModel) -> Simpler:
    """The same model without one-time buyers, as a diagnosis names it."""
    params = {field.name: float(getattr(plain.params_, field.name)) for field in fields(plain.Params)}
    return Simpler("no one-time buyers", "无一次性买家", params, plain.log_likelihood_)


_NEW = {"x": np.zeros(1), "t_x": np.zeros(1), "T": np.zeros(1)}


def counts_of(n: Any) -> NDArray[np.int64]:
    """Numbers of purchases that a caller asks about, checked."""
    counts = np.asarray(n)
    if counts.dtype.kind not in "iu" or (counts < 0).any():
        raise ArgumentError("n", n, "models_whole_numbers_purchases_more")
    return counts.astype(np.int64)


def shaped(found: Floats, counts: NDArray[np.int64], *, alone: bool) -> Any:
    """Results (n_customers, n_counts) without the axes that the caller did not ask for."""
    one = found[0] if alone else found
    if counts.ndim:
        return one
    return float(one[..., 0]) if alone else one[..., 0]


def _quantile(exceed: Callable[[Index, Count], Floats], n_customers: int, tail: float) -> NDArray[np.int64]:
    """Smallest n of each customer that is exceeded with a probability of at most `tail`.

    `exceed(rows, n)` is the probability that the customers in `rows` buy more than n times. Only those whose n is
    not yet known are asked about.
    """
    low, high = np.full(n_customers, -1, dtype=np.int64), np.zeros(n_customers, dtype=np.int64)
    rows = np.arange(n_customers)
    while rows.size:
        rows = rows[exceed(rows, high[rows]) > tail]
        low[rows], high[rows] = high[rows], 2 * high[rows] + 1
    rows = np.flatnonzero(high - low > 1)
    while rows.size:
        middle = (low[rows] + high[rows]) // 2
        over = exceed(rows, middle) > tail
        low[rows[over]], high[rows[~over]] = middle[over], middle[~over]
        rows = rows[high[rows] - low[rows] > 1]
    return high
