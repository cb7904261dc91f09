"""Money: what customers are still worth, from a model of purchases and a model of spend.

The value of a customer is margin x spend per purchase x expected purchases, each discounted to the day
on which the past ends. In continuous time that is the integral of margin x spend x (rate of expected purchases) x
discount, which the purchase models give exactly; the textbook sum over period ends is there for comparison.

The interval of one customer is predictive, at the fitted parameters. It joins the distribution of the number of
purchases with the distribution of their money:

- With the Gamma-Gamma model and x past purchases of mean m, the money S of n purchases to come is such
  that S / (S + v + x m) ~ Beta(p n, p x + q). So S in units of v + x m has one distribution per (x, t_x, T), and P(S >
  z) is P(alive) times the mean over n of a beta tail, computed for each distinct (x, T).
- Discounting shortens the horizon H: who stays to its end buys as much, in discounted purchases, as within
  h = (1 - e^(-delta H)) / delta without discounting. n is counted within h, and money scaled so that the mean
  is exact.

Totals are the matter of `_portfolio`.

Sources: Fader, Hardie & Lee (2005), RFM and CLV, Journal of Marketing Research 42(4), 415-430 (value as DERT x
spend); Fader & Hardie (2013), The Gamma-Gamma model of monetary value (the distribution of spend).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, NamedTuple, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, expit

from crmkit import _checks, _frame, labels
from crmkit._frame import batches
from crmkit._types import Duration, Floats, Table
from crmkit.errors import ArgumentError, DataError, NoDropoutWarning, shown, warn
from crmkit.models._base import DAYS_IN, Model, Period
from crmkit.models._living import Living, living_at
from crmkit.models._purchases import PurchaseModel, purchase_model
from crmkit.models._quadrature import chunks, growth
from crmkit.models._repeats import HINT, check
from crmkit.models.gamma_gamma import GammaGamma, GammaGammaParams, mean_spend, plain_mean, quantile_spend

Index = NDArray[np.intp]
Spend: TypeAlias = "GammaGamma | float | str | None"
Timing: TypeAlias = Literal["continuous", "period-end"]
TIMINGS = ("continuous", "period-end")

# Distinct (x, T) whose counts are held at a time.
PAIRS = 4096
# Counts are told apart one by one to begin with, then in blocks of this part of the root of the count: the same ones
# for everybody, so that a customer's interval does not depend on who else is in the table.
BLOCK = 1 / 3
# Distance of the points at which the distribution of the money is tabulated, in logarithms; the same for everybody.
STEP = 1 / 24
# Customers from which a fit that shows no dropout is a finding.
ENOUGH = 50
# Distance of the quartiles of a normal distribution, in standard deviations.
NORMAL_QUARTILES = 1.3489795
# Counts that are looked at together, before it is known whether there is anything left.
TOGETHER = 8
# What is left of the chance of ever more purchases goes into the last block, once it is this share of a tail.
LEFT_OVER = 0.02


def lifetime_value(
    customers: Table,
    *,
    purchases: PurchaseModel,
    spend: Spend = None,
    horizon: Duration | None = "52W",
    discount_rate: float = 0.1,
    margin_rate: float = 1.0,
    timing: Timing = "continuous",
    period: Period = "month",
    level: float | None = 0.9,
) -> Table:
    """What each customer is worth from today on, with what it is made of and an interval.

    Parameters
    ----------
    customers : table, n_customers rows
        With `x`, `t_x` and `T`, as `crmkit.summarize` makes them; `m_x` too, unless `spend` is a number or a column.
    purchases : a fitted model of purchases
        NBD, BGNBD, MBGNBD, ParetoNBD ...: how often customers buy, and whether they stay.
    spend : fitted GammaGamma, number, name of a column, or None
        Money per purchase: a model of it; one number for all; a column with the expected spend of each customer; or
        by default the mean of all repeat purchases in the table, the same for all.
    horizon : duration, or None, default "52W"
        Purchases after it do not count; None for all that are still to come.
    discount_rate : float, default 0.1
        Annual and effective: 0.1 is 10 % a year.
    margin_rate : float, default 1.0
        Share of the spend that is margin; 1 gives the value in revenue.
    timing : {"continuous", "period-end"}, default "continuous"
        Discount each purchase from the moment when it happens, or, as textbooks sum, from the end of its `period`.
    period : {"day", "week", "month", "year"}, default "month"
        Length of the periods that "period-end" sums over; the last one ends with the horizon.
    level : float or None, default 0.9
        Probability that the interval of a customer's value covers; None leaves the interval out, and the time that it
        takes.

    Returns
    -------
    table, n_customers rows
        `customers`, in its own kind and row order, with
        `p_alive`: probability of still being a customer; missing where the fit says that dropout cannot be told (as it
        often does of a handful of customers);
        `expected_purchases`, `p_purchase`: expected purchases within the horizon, and probability of at least one
        (without a horizon both columns are left out: what is still to come may have no limit);
        `discounted_purchases`: expected purchases, each discounted to today;
        `expected_spend`: expected money per purchase;
        `residual_clv`: margin_rate x expected_spend x discounted_purchases, in money;
        `residual_clv_low`, `residual_clv_high`: predictive interval of that money, at the fitted parameters. With a
        model of spend it holds the randomness of counts and spend, otherwise that of counts.

    Warns
    -----
    NoDropoutWarning
        The fitted model looks like one without dropout, so nothing is known of who has left.

    Raises
    ------
    ColumnError, DataError
        A column is absent or holds impossible histories; or the mean spend does not exist (q <= 1).
    ArgumentError
        A setting is not known or contradicts another.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import clv
    >>> customers = pd.DataFrame({"customer_id": ["a", "b"], "x": [2, 0], "t_x": [213, 0], "T": [272, 272],
    ...                           "m_x": [22.35, 0.0]})
    >>> model = clv.ParetoNBD.from_params(r=0.553, alpha=10.578, s=0.606, beta=11.669, period="week")
    >>> spend = clv.GammaGamma.from_params(p=6.25, q=3.74, v=15.44)
    >>> valued = lifetime_value(customers, purchases=model, spend=spend, horizon="52W", margin_rate=0.3)
    >>> valued[["expected_purchases", "expected_spend", "residual_clv", "residual_clv_high"]].round(2)
       expected_purchases  expected_spend  residual_clv  residual_clv_high
    0                1.85           24.66         13.11              46.94
    1                0.14           35.22          1.38               8.49
    """
    forecast = Forecast.of(purchases, horizon, discount_rate, timing, period)
    factor = _checks.share("margin_rate", margin_rate)
    tail = None if level is None else (1 - _checks.level_of(level)) / 2
    numbers = [*purchases.columns, *spend_columns(spend)]
    _refuse_no_spend(spend, _frame.open_table(customers).columns)
    table = _frame.open_table(customers, numbers=numbers, hint=HINT)
    if not table.in_memory:
        spend = _one_mean(table) if spend is None else spend
    valuation = Valuation(forecast, spend, factor, tail)
    warn_of_no_dropout(purchases, type(purchases).__name__)
    frame = table.frame.drop(*valuation.adds, strict=False)
    if table.in_memory:
        found = valuation(dict(zip(numbers, table.arrays(*numbers), strict=True)))
        return table.give_back(table.add(found, to=frame))
    return table.give_back(batches.mapped(frame.lazy(), valuation, reads=valuation.reads, adds=valuation.adds))


def _one_mean(table: _frame.Table) -> float:
    """The mean of all repeat purchases in a table."""
    bought = nw.col("x").cast(nw.Float64)
    sums = table.collect(table.frame.select(money=bought * nw.col("m_x"), x=bought).select(nw.all().sum()))
    if not sums["x"][0]:
        raise DataError("models_nobody_bought_again_m")
    return float(sums["money"][0]) / float(sums["x"][0])


@dataclass(frozen=True, slots=True)
class Valuation:
    """What is found of each row of a table of customers, and depends on that row alone."""

    forecast: Forecast
    spend: Spend
    margin: float
    tail: float | None

    @property
    def reads(self) -> list[str]:
        """The columns that it needs, those first by which the work is shared."""
        columns = [*self.forecast.model.columns, *spend_columns(self.spend)]
        return ["x", "T", *(name for name in columns if name not in ("x", "T"))]

    @property
    def adds(self) -> list[str]:
        """The columns that it finds."""
        within = [] if self.forecast.t == np.inf else ["expected_purchases", "p_purchase"]
        interval = [] if self.tail is None else ["residual_clv_low", "residual_clv_high"]
        return ["p_alive", *within, "discounted_purchases", "expected_spend", "residual_clv", *interval]

    def __call__(self, columns: Mapping[str, NDArray[Any]]) -> dict[str, Floats]:
        """Of arrays of one value per row."""
        names = [*self.forecast.model.columns, *spend_columns(self.spend)]
        cells = Cells.of(self.forecast.model, *(columns[name] for name in names))
        outlook = Outlook.of(self.forecast, self.forecast.model.parameters, cells)
        money = spend_of(self.spend, cells)
        interval: dict[str, Floats] = {}
        if self.tail is not None:
            low, high = _interval(self.forecast, outlook, cells, self.spend, money, self.tail)
            interval = {"residual_clv_low": self.margin * low, "residual_clv_high": self.margin * high}
        told = tells_dropout(self.forecast.model)
        return {
            "p_alive": outlook.alive if told else np.full_like(outlook.alive, np.nan),
            **_within(self.forecast.t, outlook),
            "discounted_purchases": outlook.discounted,
            "expected_spend": money,
            "residual_clv": self.margin * money * outlook.discounted,
            **interval,
        }


# --- purchases ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cells:
    """Customers, or distinct ones with n each: x, t_x and T in days, and m, the column of money (0 without one)."""

    x: Floats
    t_x: Floats
    T: Floats
    m: Floats
    n: Floats
    z: tuple[Floats, ...] = ()  # covariates

    @classmethod
    def of(cls, model: PurchaseModel, *columns: NDArray[Any], n: NDArray[Any] | None = None) -> Cells:
        """Checked columns that the model reads, and the money if there is any."""
        given = [np.asarray(column, dtype=float) for column in columns]
        x, t_x, T, *z = given[: len(model.columns)]
        money = given[len(model.columns) :]
        check(x, t_x, T)
        one_each = np.ones_like(x) if n is None else np.asarray(n, dtype=float)
        return cls(x, t_x, T, money[0] if money else np.zeros_like(x), one_each, tuple(z))

    def at(self, rows: Index) -> Cells:
        """One customer of each of these cells."""
        z = tuple(column[rows] for column in self.z)
        return Cells(self.x[rows], self.t_x[rows], self.T[rows], self.m[rows], np.ones(rows.size), z)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is asked of a model of purchases; times in days."""

    model: PurchaseModel
    t: float  # the horizon, or infinite
    delta: float  # continuous discount rate
    ends: Floats | None  # ends of the periods that the textbook sums over; None for the integral

    @classmethod
    def of(cls, model: Any, horizon: Duration | None, discount_rate: float, timing: str, period: str) -> Forecast:
        """Check the settings and bring them into the model's time."""
        model = purchase_model("purchases", model)
        _checks.choice("timing", timing, TIMINGS)
        _checks.choice("period", period, DAYS_IN)
        rate = _checks.finite("discount_rate", discount_rate)
        if rate < 0 or (rate == 0 and horizon is None):
            raise ArgumentError(
                "discount_rate",
                discount_rate,
                "models_annual_rate_discount_rate",
                either="above 0 without a horizon" if rate == 0 else "0 or more",
            )
        if timing == "period-end" and horizon is None:
            raise ArgumentError("models_timing_period_end_sum")
        t = np.inf if horizon is None else _checks.days_of(horizon)
        delta = float(np.log1p(rate)) / _checks.DAYS_PER_YEAR
        ends = None
        if timing == "period-end":
            step = DAYS_IN[period]
            ends = np.minimum(step * np.arange(1, np.ceil(t / step - 1e-9) + 1), t)
        return cls(model, t, delta, ends)

    @property
    def equivalent(self) -> float:
        """The horizon within which a customer who stays buys as much, undiscounted, as discounted within t."""
        return float(growth(self.delta, self.t))

    def discounted(self, living: Living) -> Floats:
        """Discounted purchases of customers who are alive."""
        if self.ends is None:
            return living.discounted(self.delta, self.t)
        expected = np.array([living.expected(float(end)) for end in (0.0, *self.ends)])
        return np.asarray(np.exp(-self.delta * self.ends) @ np.diff(expected, axis=0))


class Outlook(NamedTuple):
    """The purchases to come of each cell, shape (n_cells,), as living customers buy, by distinct future."""

    alive: Floats
    discounted: Floats
    distribution: Living  # of each distinct future, in ascending order of x
    x: Floats  # of each distinct future
    pair: Index  # the future of each cell

    @classmethod
    def of(cls, forecast: Forecast, params: Any, cells: Cells) -> Outlook:
        """What the model expects of the cells under some parameters."""
        alive, distribution, pair = forecast.model._outlook(params, cells.x, cells.t_x, cells.T, *cells.z)
        x = np.empty(int(pair.max(initial=-1)) + 1)
        x[pair] = cells.x
        return cls(alive, alive * forecast.discounted(distribution)[pair], distribution, x, pair)

    def living(self, pairs: slice = slice(None)) -> Living:
        """The distribution of living customers, for some pairs."""
        distribution: Living = living_at(self.distribution, pairs)
        return distribution

    def mean(self, t: float) -> Floats:
        """Expected purchases within t."""
        return self.alive * self.living().expected(t)[self.pair]


def _within(t: float, outlook: Outlook) -> dict[str, Floats]:
    """The columns that need a horizon: expected purchases and the probability of any."""
    if t == np.inf:
        return {}
    any_ = outlook.living().more_than(np.int64(0), t)[outlook.pair]
    return {"expected_purchases": outlook.mean(t), "p_purchase": outlook.alive * any_}


# --- spend --------------------------------------------------------------------------------------------------------


def tells_dropout(model: PurchaseModel) -> bool:
    """Whether the data told a fitted model that customers leave: not where it looks like one without dropout."""
    simpler = getattr(getattr(model, "diagnosis_", None), "simpler", None)
    return simpler is None or not set(simpler.params) <= {"r", "alpha", "rate", "k"}


def warn_of_no_dropout(model: PurchaseModel, name: str) -> None:
    """Warn where dropout cannot be told, though there are customers enough to expect that it could."""
    if not tells_dropout(model) and model.n_customers_ >= ENOUGH:
        warn(NoDropoutWarning(labels.phrase("warn_no_dropout", model=name)))


def _refuse_no_spend(spend: Any, columns: Collection[str]) -> None:
    """What is neither a fitted model of spend, nor a number, nor the name of a column."""
    name = spend.__name__ if isinstance(spend, type) else spend
    if isinstance(name, str) and name not in columns and issubclass(Model.known.get(name, Model), GammaGamma):
        raise ArgumentError("spend", name, "models_named_not_fitted", model=name)
    if isinstance(spend, Model | type) and not isinstance(spend, GammaGamma):
        raise ArgumentError("spend", spend, "models_no_model_of_spend")


def spend_columns(spend: Spend) -> list[str]:
    """The column of money that a way to know the spend reads."""
    if isinstance(spend, str):
        return [spend]
    if isinstance(spend, GammaGamma) and spend.counts_first:
        return ["monetary"]
    return ["m_x"] if spend is None or isinstance(spend, GammaGamma) else []


def seen(spend: GammaGamma, cells: Cells) -> tuple[Floats, Floats]:
    """The purchases whose spend a model knows of each cell, and their mean spend."""
    x = cells.x + spend.counts_first
    return x, np.maximum(cells.m, 0.0) / (x if spend.counts_first else 1.0)


def spend_of(spend: Spend, cells: Cells) -> Floats:
    """Expected money per purchase of each cell."""
    if isinstance(spend, GammaGamma):
        money = mean_spend(spend.parameters, *seen(spend, cells))
        if np.isinf(money).any():
            raise DataError("models_q_mean_spend_does", q=spend.parameters.q)
        return money
    if spend is None:
        bought = float(cells.n @ cells.x)
        if bought == 0:
            raise DataError("models_nobody_bought_again_m")
        return np.full_like(cells.x, float(cells.n @ (cells.x * cells.m)) / bought)
    money = cells.m if isinstance(spend, str) else np.full_like(cells.x, _checks.finite("spend", spend))
    if (money < 0).any():
        raise DataError("models_spend_per_purchase_negative", tolist=shown(money[money < 0].tolist()))
    return money


# --- intervals ----------------------------------------------------------------------------------------------------


def _scale(forecast: Forecast, outlook: Outlook) -> Floats:
    """What a purchase within the equivalent horizon counts for, so that the mean is that of discounted purchases."""
    mean = outlook.mean(forecast.equivalent)
    return np.divide(outlook.discounted, mean, out=np.zeros_like(mean), where=mean > 0)


def _interval(
    forecast: Forecast, outlook: Outlook, cells: Cells, spend: Spend, money: Floats, tail: float
) -> tuple[Floats, Floats]:
    """Money below which lie `tail` and 1 - `tail` of the probability, shape (n_cells,) each."""
    unit, params = _scale(forecast, outlook), None
    if isinstance(spend, GammaGamma):
        x, m = seen(spend, cells)
        p, q, v = spend.parameters.p, spend.parameters.q, spend.parameters.v
        unit = unit * (v + x * m) * spend.parameters.stretch(plain_mean(spend.parameters, x, m))
        # The law of a customer is that of p x + q; where the first purchase counts too, that of p (x + 1) + q.
        params = GammaGammaParams(p, q + p * spend.counts_first, v)
    else:
        unit = unit * money
    low, high = _quantiles(outlook, forecast.equivalent, params, (1 - tail, tail))
    return unit * low, unit * high


def _quantiles(outlook: Outlook, h: float, params: GammaGammaParams | None, tails: tuple[float, ...]) -> Floats:
    """What each cell exceeds with a probability of `tails`: of money in units of v + x m, or of purchases.

    Shape (n_tails, n_cells). The distribution of living customers is tabulated by pair; P(alive) only moves the level
    at which it is read.
    """
    found = np.zeros((len(tails), outlook.alive.size))
    rows = np.argsort(outlook.pair, kind="stable")
    if h == 0:
        return found
    for pairs in chunks(outlook.x.size, PAIRS):
        last, above = _blocks(outlook.living(pairs), h, min(tails))
        for same_x in _runs(outlook.x[pairs]):
            first, end = np.searchsorted(outlook.pair[rows], np.array([same_x.start, same_x.stop]) + pairs.start)
            where, distribution = _law(params, outlook.x[pairs][same_x.start], last, above[:, same_x])
            for part in chunks(end - first, 2 * PAIRS):
                row = rows[first:end][part]
                own = outlook.pair[row] - pairs.start - same_x.start
                for place, tail in enumerate(tails):
                    level = tail / np.maximum(outlook.alive[row], 1e-300)
                    found[place, row] = _read(where, distribution, own, level, whole=params is None)
    return found


def _runs(values: Floats) -> Iterator[slice]:
    """Slices of equal values, one after the other."""
    edges = [0, *(np.flatnonzero(np.diff(values)) + 1), values.size]
    return (slice(int(start), int(stop)) for start, stop in pairwise(edges))


def _blocks(living: Living, h: float, tail: float) -> tuple[Floats, Floats]:
    """Counts b that end blocks, shape (k,), the first 0; and P(more than b purchases within h), (k, n_pairs).

    What is left to a pair beyond the block where it becomes negligible goes into that block. Only pairs with something
    left are looked at.
    """
    last, tables = [0.0], [living.more_than(np.int64(0), h)[None]]
    left = np.flatnonzero(tables[0][0] > LEFT_OVER * tail)
    while len(last) == 1 or left.size:
        ends = last[-1:]
        for _ in range(TOGETHER):
            ends.append(ends[-1] + max(1, int(BLOCK * ends[-1] ** 0.5)))
        last += ends[1:]
        table = np.zeros((TOGETHER, tables[0].size))
        if left.size:
            above = _above(living_at(living, left), np.array(ends[1:]), h)
            above[np.logical_or.accumulate(above <= LEFT_OVER * tail)] = 0.0
            table[:, left] = above
            left = left[above[-1] > 0]
        tables.append(table)
    return np.array(last), np.concatenate(tables)


def _above(living: Any, counts: Floats, h: float) -> Floats:
    """P(more than n purchases within h) of several counts n, (n_counts, n_pairs)."""
    if hasattr(living, "more_than_each"):
        return np.asarray(living.more_than_each(counts, h))
    return np.array([living.more_than(np.int64(n), h) for n in counts])


def _law(params: GammaGammaParams | None, x: float, last: Floats, above: Floats) -> tuple[Floats, Floats]:
    """Points, shape (n_points,), and the probability that living customers exceed them, (n_pairs, n_points).

    Without a distribution of spend the points are the counts that end blocks. With one they are logarithms of money.
    """
    if params is None:
        return last, above.T
    # Up to the first block that leaves nothing to any of them.
    n_blocks = 1 + int(np.argmin(above[1:].any(axis=1)))
    last, above = last[: n_blocks + 1], above[: n_blocks + 1]
    p, q = params.p, params.p * x + params.q
    mass = -np.diff(above, axis=0)
    lowest = betaincinv(p, q, 1e-3)
    highest = betaincinv(q, p * last[-1], 1e-3 * LEFT_OVER)  # of the other end, which does not round to 1
    ends = np.log([max(lowest / (1 - lowest), 1e-300), (1 - highest) / max(highest, 1e-300)])
    where = STEP * np.arange(np.floor(ends[0] / STEP), np.ceil(ends[1] / STEP) + 1)
    # A block of one count is that count; a longer one its two ends and its middle, by Simpson's rule.
    first, end = last[:-1] + 1, last[1:]
    n_single = int((first == end).sum())
    distribution = np.zeros((above.shape[1], where.size))
    for share, n, part in (
        (1.0, end, slice(n_single)),
        *((share, n, slice(n_single, None)) for share, n in ((1 / 6, first), (4 / 6, (first + end) / 2), (1 / 6, end))),
    ):
        distribution += share * (mass[part].T @ betainc(q, p * n[part, None], expit(-where)))
    return where, distribution


def _read(where: Floats, distribution: Floats, own: Index, level: Floats, *, whole: bool) -> Floats:
    """Where the distribution of each row's pair falls to its level; 0 for those who may not buy at all."""
    after = np.zeros(own.size, dtype=np.intp)  # points above the level: by halves, for they come first
    for step in 2 ** np.arange(int(where.size).bit_length())[::-1]:
        further = np.minimum(after + step, where.size)
        after = np.where((after + step <= where.size) & (distribution[own, further - 1] > level), further, after)
    right = np.clip(after, 1, where.size - 1)
    upper, lower = distribution[own, right - 1], distribution[own, right]
    share = np.clip((upper - level) / np.where(upper > lower, upper - lower, 1.0), 0, 1)
    point = where[right - 1] + share * (where[right] - where[right - 1])
    if whole:
        return np.where(after > 0, np.ceil(point - 1e-9), 0.0)
    return np.where(after > 0, np.exp(point), 0.0)


def variance_of(forecast: Forecast, outlook: Outlook, cells: Cells, spend: Spend, money: Floats) -> Floats:
    """Variance of each cell's money at given parameters, shape (n_cells,)."""
    h = forecast.equivalent
    one, pairs = outlook.mean(h), outlook.alive * outlook.living().expected_pairs(h)[outlook.pair]
    if isinstance(spend, GammaGamma):
        # Given nu, n purchases are Gamma(p n, nu): their square has the mean (p n + p^2 n^2) / nu^2.
        p = spend.parameters.p
        square = (p * one + p**2 * (one + pairs)) * _inverse_square(spend, cells)
    else:
        square = money**2 * (one + pairs)
    return np.asarray(_scale(forecast, outlook) ** 2 * np.maximum(square - (money * one) ** 2, 0.0))


def _inverse_square(spend: GammaGamma, cells: Cells) -> Floats:
    """E[1 / nu^2] given each cell's history, stretched; from the quartiles of p / nu where it does not exist."""
    params, (x, m) = spend.parameters, seen(spend, cells)
    q, v = params.p * x + params.q, params.v + x * m
    heavy = q <= 2
    exact = (v * params.stretch(plain_mean(params, x, m))) ** 2 / np.where(heavy, 1.0, (q - 1) * (q - 2))
    if not heavy.any():
        return np.asarray(exact)
    low, high = (quantile_spend(params, x, m, share) for share in (0.25, 0.75))
    spread = (high - low) / NORMAL_QUARTILES
    return np.asarray(np.where(heavy, (mean_spend(params, x, m) ** 2 + spread**2) / params.p**2, exact))
