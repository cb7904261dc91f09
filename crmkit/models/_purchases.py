"""What models of repeat purchases foretell: forecasts of each customer, intervals, the next purchase, simulation.

Beside what it learns by (`crmkit.models._learning`), a model of this family brings
- `_p_alive` of each customer;
- `_living`, the distribution of the purchases to come of a customer known to be alive (a `Living`);
- `_draw`, customers drawn from the model.
All else is here. Forecasts are made in days, whatever the `period` of the parameters. What depends on (x, T) alone is
computed once per distinct pair.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from crmkit import _checks, _frame
from crmkit._types import Date, Duration, Floats, Numbers, Table
from crmkit.errors import ArgumentError
from crmkit.models._base import Model
from crmkit.models._covariates import p_one_time
from crmkit.models._learning import LearningModel
from crmkit.models._living import Count, Drawn, Index, Living, counts_of, living_at, quantile_of, shaped
from crmkit.models._repeats import HINT, Cells, check, distinct, dot, representatives

if TYPE_CHECKING:
    from crmkit.models._calendar import PurchaseCalendar

# Points at which the time of the next purchase is tabulated.
GRID = 129
# Rows for which the total of a forecast is recomputed under every draw of the parameters.
SAMPLED_TOTAL = 5000
ONES = np.ones(SAMPLED_TOTAL)


class PurchaseModel(LearningModel):
    """Repeat purchases of customers, summarised by x, t_x and T."""

    # Whether the future of a living customer depends on t_x too: not where gaps have no memory.
    _gap_matters: ClassVar[bool] = False

    # What a model brings -------------------------------------------------------------------------

    def _p_alive(self, params: Any, x: Floats, t_x: Floats, T: Floats) -> Floats:
        raise NotImplementedError

    def _living(self, params: Any, x: Floats, t_x: Floats, T: Floats) -> Living:
        raise NotImplementedError

    def _draw(self, params: Any, n: int, rng: np.random.Generator) -> Drawn:
        raise NotImplementedError

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

    def score(self, customers: Table, *, horizon: Duration, discount_rate: float | None = None) -> Table:
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
        return float(self.predict(self._new(), horizon=horizon)[0])

    def pmf(self, n: Numbers, *, horizon: Duration, customers: Table = None) -> Any:
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

        given = self._new() if customers is None else customers
        # Who has left buys nothing more.
        gone = 1 - self.p_alive(given)
        found = self._of_living(given, chances) + gone[:, None] * (counts.ravel() == 0)
        return shaped(found, counts, alone=customers is None)

    def cdf(self, n: Numbers, *, horizon: Duration, customers: Table = None) -> Any:
        """Probability of at most n purchases within `horizon`; arguments and shapes as for `pmf`."""
        t = _checks.days_of(horizon)
        counts = counts_of(n)

        def exceeded(living: Living) -> Floats:
            return np.stack([living.more_than(np.int64(count), t) for count in counts.ravel()], axis=-1)

        given = self._new() if customers is None else customers
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

        return np.stack([quantile_of(exceed, alive.size, end) for end in (1 - tail, tail)], axis=-1)[row]

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

    def simulate(self, T: Numbers, *, horizon: Duration = 0, seed: int = 0) -> dict[str, Floats]:
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

    def _new(self) -> Table:
        """A customer acquired today, as a table; one with covariates has to be described by the caller."""
        if self.covariates:
            raise ArgumentError("models_new_needs_covariates", columns=", ".join(self.covariates.columns))
        return {"x": np.zeros(1), "t_x": np.zeros(1), "T": np.zeros(1)}


def purchase_model(argument: str, given: Any) -> PurchaseModel:
    """The model of repeat purchases that was given for an argument; the name or the class of one is none.

    >>> purchase_model("model", "ParetoNBD")
    Traceback (most recent call last):
    crmkit.errors.ArgumentError: model='ParetoNBD' names a model, and one that is fitted is needed. Fit it: ...
    """
    if isinstance(given, PurchaseModel):
        return given
    name = given.__name__ if isinstance(given, type) else given
    if isinstance(name, str) and issubclass(Model.known.get(name, Model), PurchaseModel):
        raise ArgumentError(argument, name, "models_named_not_fitted", model=name)
    raise ArgumentError(argument, given, "models_no_model_of_purchases")
