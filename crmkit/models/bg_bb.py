"""BG/BB: customers who may buy once per occasion (a yearly gift, a weekly market) and may leave unseen.

While alive a customer takes each occasion with probability p ~ Beta(alpha, beta); before each occasion the
customer leaves for good with probability theta ~ Beta(gamma, delta). The history is x, the number of
occasions taken, t_x, the last one taken (0 if none), and n, the occasions so far; the acquisition itself
is occasion 0 and is not counted.

Source: Fader, Hardie & Shang (2010), Customer-base analysis in a discrete-time noncontractual
setting, Marketing Science 29(6), 1086-1108.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any, NamedTuple, Self

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from crmkit import _checks, _frame
from crmkit._types import Duration, Floats, Numbers, Table
from crmkit.errors import DataError, Words, shown
from crmkit.models._base import DAYS_IN, Model, Period, natural_covariance
from crmkit.models._diagnosis import FAR, Limit, judge
from crmkit.models._fit import maximise
from crmkit.models._living import counts_of, shaped
from crmkit.models._repeats import distinct
from crmkit.models._steps import discounted_sum, rate_per_step, steps_of
from crmkit.models._stirling import log_beta_ratio, log_rise

Index = NDArray[np.int64]
COLUMNS = ("x", "t_x", "n")
HINT = Words("hint_occasions")

# Points to climb from: some leave slowly; few leave, at once or never; all leave alike; all take occasions alike.
STARTS = ((1.0, 1.0, 0.5, 3.0), (1.0, 1.0, 0.01, 0.1), (3.0, 3.0, 3.0, 20.0), (200.0, 100.0, 1.0, 3.0))


@dataclass(frozen=True, slots=True)
class BGBBParams:
    """Taking an occasion ~ Beta(alpha, beta), leaving before it ~ Beta(gamma, delta)."""

    alpha: float
    beta: float
    gamma: float
    delta: float


def log_likelihood(params: BGBBParams, x: Floats, t_x: Floats, n: Floats) -> Floats:
    """Log-likelihood of each history, shape (n_customers,)."""
    histories = Histories(x, t_x, n)
    return histories.likelihoods(Chances(params, histories.most)).value


def log_alive(params: BGBBParams, x: Floats, n: Floats) -> Floats:
    """Log-probability of a given sequence with x of n occasions taken by a customer alive through all n."""
    return Chances(params, int(np.max(n, initial=0.0))).alive(x.astype(np.int64), n.astype(np.int64)).value


def p_alive(params: BGBBParams, x: Floats, t_x: Floats, n: Floats, *, ahead: float = 0) -> Floats:
    """Probability of being alive at occasion n + ahead; the source gives ahead = 1."""
    now = log_alive(params, x, n) - log_likelihood(params, x, t_x, n)
    return np.exp(np.minimum(now, 0.0) + log_beta_ratio(params.gamma, params.delta + n, ahead))


def expected_purchases(params: BGBBParams, x: Floats, t_x: Floats, n: Floats, *, horizon: int) -> Floats:
    """Expected occasions taken among the next `horizon`; equation (13), as a sum of positive terms."""
    ahead = np.arange(1.0, horizon + 1)
    distinct_n, row = np.unique(n, return_inverse=True)
    occasions = np.zeros(distinct_n.size)
    for i, so_far in enumerate(distinct_n):
        occasions[i] = np.exp(log_beta_ratio(params.gamma, params.delta + so_far, ahead)).sum()
    return _rate_if_alive(params, x, t_x, n) * occasions[row]


def discounted_purchases(params: BGBBParams, x: Floats, t_x: Floats, n: Floats, *, rate: float) -> Floats:
    """Expected future occasions taken, each discounted to occasion n at `rate` per occasion."""
    distinct_n, row = np.unique(n, return_inverse=True)

    def log_still_alive(k: Floats) -> Floats:
        return log_beta_ratio(params.gamma, params.delta + distinct_n, k + 1)

    occasions = discounted_sum(log_still_alive, rate) / (1.0 + rate)
    return _rate_if_alive(params, x, t_x, n) * occasions[row]


def p_purchase(params: BGBBParams, x: Floats, t_x: Floats, n: Floats, *, horizon: int) -> Floats:
    """Probability of taking at least one of the next `horizon` occasions: the sum over which is the first."""
    ever = np.zeros(x.size)
    for ahead in range(1, horizon + 1):
        ever += np.exp(log_alive(params, x + 1, n + ahead) - log_likelihood(params, x, t_x, n))
    return np.minimum(ever, 1.0)


def pmf(params: BGBBParams, purchases: int, x: Floats, t_x: Floats, n: Floats, *, horizon: int) -> Floats:
    """Probability of taking exactly `purchases` of the next `horizon` occasions.

    The longer history has its last purchase at some occasion t: a sum over t of positive terms.
    """
    if purchases > horizon:
        return np.zeros(x.size)
    before = log_likelihood(params, x, t_x, n)
    if purchases == 0:
        return np.exp(np.minimum(log_likelihood(params, x, t_x, n + horizon) - before, 0.0))
    total = np.zeros(x.size)
    for t in range(purchases, horizon + 1):
        ways = gammaln(t) - gammaln(purchases) - gammaln(t - purchases + 1)
        total += np.exp(ways + log_likelihood(params, x + purchases, n + t, n + horizon) - before)
    return total


def _rate_if_alive(params: BGBBParams, x: Floats, t_x: Floats, n: Floats) -> Floats:
    """Probability of being alive times that of taking an occasion while alive."""
    return p_alive(params, x, t_x, n) * (params.alpha + x) / (params.alpha + params.beta + n)


class LogJet(NamedTuple):
    """Logarithms of m positive numbers, with gradient (m, k) and Hessian (m, k, k) in k log parameters.

    Where derivatives are not wanted, k is 0.
    """

    value: Floats
    gradient: Floats
    hessian: Floats

    def times(self, other: LogJet) -> LogJet:
        """Logarithm of the product."""
        return LogJet(self.value + other.value, self.gradient + other.gradient, self.hessian + other.hessian)

    def plus(self, other: LogJet) -> LogJet:
        """Logarithm of the sum."""
        value = np.logaddexp(self.value, other.value)
        share = np.exp(self.value - value)[:, None]
        apart = self.gradient - other.gradient
        spread = (share * (1 - share))[:, :, None] * apart[:, :, None] * apart[:, None, :]
        mean = share[:, :, None] * self.hessian + (1 - share)[:, :, None] * other.hessian
        return LogJet(value, share * self.gradient + (1 - share) * other.gradient, mean + spread)

    def rows(self, index: Index) -> LogJet:
        """The numbers at these positions."""
        return LogJet(self.value[index], self.gradient[index], self.hessian[index])

    def put(self, index: Index, other: LogJet) -> None:
        """Replace the numbers at these positions."""
        for mine, theirs in zip(self, other, strict=True):
            mine[index] = theirs


class Chances:
    """Chances of being alive and of leaving under given parameters, for whole counts up to `most`."""

    def __init__(self, params: BGBBParams, most: int, *, derivatives: bool = False) -> None:
        alpha, beta, gamma, delta = params.alpha, params.beta, params.gamma, params.delta
        self.most = most
        self._params = params
        self._derivatives = derivatives
        counts = np.arange(most + 1.0)
        # ln [Gamma(y + count) / Gamma(y)] for every y that occurs, by count
        self._alpha, self._beta, self._both = (log_rise(y, counts) for y in (alpha, beta, alpha + beta))
        self._delta, self._all = log_rise(delta, counts), log_rise(gamma + delta, counts)

    def alive(self, x: Index, t: Index) -> LogJet:
        """Alive through occasion t, having taken x given ones of the t."""
        a, b, both, d, every = self._alpha, self._beta, self._both, self._delta, self._all
        value = a.value[x] + b.value[t - x] - both.value[t] + d.value[t] - every.value[t]
        if not self._derivatives:
            return _bare(value)
        p = self._params
        alpha, beta, gamma, delta = p.alpha, p.beta, p.gamma, p.delta
        gradient = np.stack(
            [
                alpha * (a.d1[x] - both.d1[t]),
                beta * (b.d1[t - x] - both.d1[t]),
                -gamma * every.d1[t],
                delta * (d.d1[t] - every.d1[t]),
            ],
            axis=1,
        )
        hessian = np.zeros((x.size, 4, 4))
        hessian[:, 0, 0] = gradient[:, 0] + alpha**2 * (a.d11[x] - both.d11[t])
        hessian[:, 0, 1] = hessian[:, 1, 0] = -alpha * beta * both.d11[t]
        hessian[:, 1, 1] = gradient[:, 1] + beta**2 * (b.d11[t - x] - both.d11[t])
        hessian[:, 2, 2] = gradient[:, 2] - gamma**2 * every.d11[t]
        hessian[:, 2, 3] = hessian[:, 3, 2] = -gamma * delta * every.d11[t]
        hessian[:, 3, 3] = gradient[:, 3] + delta**2 * (d.d11[t] - every.d11[t])
        return LogJet(value, gradient, hessian)

    def leaving(self, t: Index) -> LogJet:
        """Leaving after occasion t and before the next, if alive through t: gamma / (gamma + delta + t)."""
        gamma, delta = self._params.gamma, self._params.delta
        value = -np.log1p((delta + t) / gamma)
        if not self._derivatives:
            return _bare(value)
        in_gamma, in_delta = gamma / (gamma + delta + t), delta / (gamma + delta + t)
        gradient, hessian = np.zeros((t.size, 4)), np.zeros((t.size, 4, 4))
        gradient[:, 2], gradient[:, 3] = 1 - in_gamma, -in_delta
        hessian[:, 2, 2], hessian[:, 3, 3] = in_gamma * (in_gamma - 1), in_delta * (in_delta - 1)
        hessian[:, 2, 3] = hessian[:, 3, 2] = in_gamma * in_delta
        return LogJet(value, gradient, hessian)


def _bare(value: Floats) -> LogJet:
    return LogJet(value, np.zeros((value.size, 0)), np.zeros((value.size, 0, 0)))


class Histories:
    """Histories (x, t_x, n) with a weight each, arranged so that the likelihood is one walk back in time.

    With D(x, t) the probability of being alive through t and w(x, t) that of leaving between t and t + 1,
    the likelihood of (x, t_x, n) is w(x, t_x) + ... + w(x, n - 1) + D(x, n). The walk starts at D and adds
    the terms backwards, once per distinct (x, n), for all t_x on the way.
    """

    def __init__(self, x: Floats, t_x: Floats, n: Floats, weight: Floats | None = None) -> None:
        self.weight = np.ones(np.size(x)) if weight is None else weight
        pairs, pair = np.unique(np.stack([x, n]).astype(np.int64), axis=1, return_inverse=True)
        self._pair = pair.ravel()  # numpy 2.0 alone gives it a second axis
        self._x, self._n = pairs
        self.most = int(np.max(self._n, initial=0))
        # for each occasion, the histories whose last purchase it was
        order = np.argsort(t_x, kind="stable")
        edges = np.searchsorted(np.asarray(t_x)[order], np.arange(self.most + 2))
        self._last_bought = [order[start:end] for start, end in pairwise(edges)]

    def __call__(self, theta: Floats) -> tuple[float, Floats, Floats]:
        """Log-likelihood, gradient and Hessian in theta = ln (alpha, beta, gamma, delta)."""
        each = self.likelihoods(Chances(BGBBParams(*np.exp(theta)), self.most, derivatives=True))
        w = self.weight
        return float(w @ each.value), w @ each.gradient, np.einsum("i,ijk->jk", w, each.hessian)

    def likelihoods(self, chances: Chances) -> LogJet:
        """Log-likelihood of each history, with the derivatives that `chances` carries."""
        running = chances.alive(self._x, self._n)
        found = running.rows(self._pair)
        for t in range(self.most - 1, -1, -1):
            on = np.flatnonzero((self._x <= t) & (t < self._n))
            time = np.full(on.size, t)
            leaves_now = chances.alive(self._x[on], time).times(chances.leaving(time))
            running.put(on, running.rows(on).plus(leaves_now))
            here = self._last_bought[t]
            found.put(here, running.rows(self._pair[here]))
        return found


class BGBB(Model):
    """BG/BB: purchases at discrete occasions by customers who may leave unseen (Fader, Hardie & Shang 2010).

    Reads `x`, the occasions taken, `t_x`, the last one taken (counted from 1; 0 if none) and `n`, the occasions
    so far; the acquisition is not counted. Horizons are numbers of occasions, or durations that are.

    Parameters
    ----------
    period : {"day", "week", "month", "year"}, default "year"
        Time from one occasion to the next: what an annual discount rate or a horizon such as "5Y" means.

    Attributes
    ----------
    params_ : BGBBParams
        alpha, beta of the probability to take an occasion; gamma, delta of that to leave before it.
    log_likelihood_, covariance_, diagnosis_, standard_errors_, aic_, bic_
        The fit.

    Examples
    --------
    >>> model = BGBB.from_params(alpha=1.2035, beta=0.7497, gamma=0.6567, delta=2.7834)
    >>> donors = {"x": [0, 2, 6], "t_x": [0, 4, 6], "n": [6, 6, 6]}
    >>> model.p_alive(donors, ahead=1).round(3)
    array([0.108, 0.59 , 0.93 ])
    >>> model.predict(donors, horizon="5Y").round(2)
    array([0.07, 1.06, 3.75])
    """

    Params = BGBBParams
    settings = ("period",)

    def __init__(self, *, period: Period = "year") -> None:
        _checks.choice("period", period, DAYS_IN)
        self.period = period

    def fit(self, customers: Table, y: Any = None, *, weight: str | None = None) -> Self:  # noqa: ARG002  for pipelines
        """Learn the parameters by maximum likelihood from x, t_x and n.

        Parameters
        ----------
        customers : table, one row per customer or per cell
            With `x`, `t_x` and `n`, in occasions.
        weight : str, optional
            Column with the number of customers that a row stands for.

        Returns
        -------
        the model itself, with `params_`, `log_likelihood_`, `covariance_`, `diagnosis_`

        Raises
        ------
        ColumnError
            A column is absent, not numeric, or missing for some customers.
        DataError
            A history cannot be (x above t_x, say), or nobody ever took an occasion.
        """
        x, t_x, n, customers_in = _read_cells(customers, weight)
        histories = Histories(x, t_x, n, customers_in)
        optimum = maximise(histories, [np.log(start) for start in STARTS])
        params = np.exp(optimum.theta)
        names = [field.name for field in fields(BGBBParams)]
        diagnosis = judge(optimum, histories, histories, names, _LIMITS, unit=1.0, shift=0.0)
        covariance = natural_covariance(optimum, params)
        return self._adopt(params.tolist(), optimum.log_likelihood, covariance, diagnosis, customers_in.sum())

    def log_likelihood(self, customers: Table) -> Floats:
        """Log-likelihood of each customer, shape (n_customers,)."""
        return self._of_rows(customers, log_likelihood)

    def p_alive(self, customers: Table, *, ahead: int = 0) -> Floats:
        """Probability that each customer is still one at occasion n + `ahead`, shape (n_customers,).

        With ahead = 0, at the last occasion so far: 1 for those who took it. The source prints ahead = 1.
        """
        steps = _checks.count("ahead", ahead, least=0)
        return self._of_rows(customers, lambda p, *history: p_alive(p, *history, ahead=steps))

    def predict(self, customers: Table, *, horizon: Duration) -> Floats:
        """Expected occasions that each customer takes within `horizon`, shape (n_customers,).

        `horizon` is a number of occasions, or a duration such as "5Y" that is a whole number of them.
        """
        steps = steps_of(horizon, self.period)
        return self._of_rows(customers, lambda p, *history: expected_purchases(p, *history, horizon=steps))

    def p_purchase(self, customers: Table, *, horizon: Duration) -> Floats:
        """Probability that each customer takes at least one occasion within `horizon`, shape (n_customers,)."""
        steps = steps_of(horizon, self.period)
        return self._of_rows(customers, lambda p, *history: p_purchase(p, *history, horizon=steps))

    def discounted_purchases(self, customers: Table, *, discount_rate: float) -> Floats:
        """Expected occasions still to be taken by each customer, each discounted to occasion n (DERT).

        `discount_rate` is annual and effective, above 0; the next occasion is one `period` away.
        """
        rate = rate_per_step(discount_rate, self.period)
        return self._of_rows(customers, lambda p, *history: discounted_purchases(p, *history, rate=rate))

    def expected_purchases_new(self, *, horizon: Duration) -> float:
        """Expected occasions that a customer acquired today takes within `horizon`."""
        return float(self.predict(_NEW, horizon=horizon)[0])

    def pmf(self, n: Numbers, *, horizon: Duration, customers: Table = None) -> Any:
        """Probability of taking exactly n occasions within `horizon`.

        Parameters
        ----------
        n : whole number, or several, shape (n_counts,)
        horizon : number of occasions, or duration
        customers : table, optional
            With `x`, `t_x` and `n`; without it, a customer acquired today.

        Returns
        -------
        float, or array (n_counts,); with `customers`, (n_customers,) or (n_customers, n_counts)
        """
        steps, counts = steps_of(horizon, self.period), counts_of(n)

        def chances(params: BGBBParams, *history: Floats) -> Floats:
            return np.stack([pmf(params, int(k), *history, horizon=steps) for k in counts.ravel()], axis=-1)

        found = self._of_rows(_NEW if customers is None else customers, chances)
        return shaped(found, counts, alone=customers is None)

    def cdf(self, n: Numbers, *, horizon: Duration, customers: Table = None) -> Any:
        """Probability of taking at most n occasions within `horizon`; arguments and shapes as for `pmf`."""
        counts = counts_of(n)
        most = min(int(np.max(counts, initial=0)), steps_of(horizon, self.period))
        distribution = self._cumulative(most, _NEW if customers is None else customers, horizon)
        return shaped(distribution[:, np.minimum(counts.ravel(), most)], counts, alone=customers is None)

    def interval(self, customers: Table, *, horizon: Duration, level: float = 0.9) -> NDArray[np.int64]:
        """Predictive interval of the number of occasions that each customer takes within `horizon`.

        The smallest counts below which lie (1 - level) / 2 and (1 + level) / 2 of the probability, at
        the fitted parameters; being whole numbers, they cover at least `level`.

        Returns
        -------
        array (n_customers, 2) of whole numbers
        """
        share, steps = _checks.share("level", level), steps_of(horizon, self.period)
        distribution = self._cumulative(steps, customers, horizon)
        ends = [(distribution[:, :steps] < below).sum(axis=1) for below in ((1 - share) / 2, (1 + share) / 2)]
        return np.stack(ends, axis=-1)

    def _cumulative(self, most: int, customers: Table, horizon: Duration) -> Floats:
        """Probability of taking at most 0, 1, ... `most` occasions, shape (n_customers, most + 1)."""
        pmf: Floats = self.pmf(range(most + 1), horizon=horizon, customers=customers)
        return np.minimum(np.cumsum(pmf, axis=1), 1.0)

    def score(self, customers: Table, *, horizon: Duration, discount_rate: float | None = None) -> Table:
        """The customers with their forecasts as columns, in the table's own kind and row order.

        Adds `p_alive`, `expected_purchases` and `p_purchase` within `horizon`, and `discounted_purchases`
        where a discount rate is given. Each is computed once per distinct (x, t_x, n).
        """
        table = _frame.open_table(customers, numbers=COLUMNS, hint=HINT)
        counted = _counted(table, None)
        keys = {name: counted[inner] for name, inner in zip(COLUMNS, _INNER, strict=True)}
        columns = {
            "p_alive": self.p_alive(keys),
            "expected_purchases": self.predict(keys, horizon=horizon),
            "p_purchase": self.p_purchase(keys, horizon=horizon),
        }
        if discount_rate is not None:
            columns["discounted_purchases"] = self.discounted_purchases(keys, discount_rate=discount_rate)
        return table.give_back(table.attach(list(COLUMNS), {**keys, **columns}))

    def simulate(self, n: Numbers, *, horizon: Duration = 0, seed: int = 0) -> dict[str, Floats]:
        """Customers drawn from the model: what they did in n occasions, and within `horizon` after them.

        Parameters
        ----------
        n : whole numbers, shape (n_customers,)
            Occasions that each customer has seen.
        horizon : number of occasions, or duration
        seed : int
            The same seed draws the same customers.

        Returns
        -------
        dict of arrays (n_customers,)
            `x`, `t_x`, `n`, `future` (occasions taken in the horizon) and `alive` at n (1 or 0).
        """
        p = self.parameters
        seen = np.atleast_1d(np.asarray(n, dtype=float))
        rng = np.random.default_rng(seed)
        takes, leaves = rng.beta(p.alpha, p.beta, seen.size), rng.beta(p.gamma, p.delta, seen.size)
        alive = np.ones(seen.size, dtype=bool)
        x, t_x, future, alive_at_n = (np.zeros(seen.size) for _ in range(4))
        alive_at_n[seen == 0] = 1.0
        end = seen + steps_of(horizon, self.period)
        for occasion in range(1, int(np.max(end, initial=0.0)) + 1):
            alive &= rng.random(seen.size) >= leaves
            taken = alive & (rng.random(seen.size) < takes) & (occasion <= end)
            x += taken & (occasion <= seen)
            t_x[taken & (occasion <= seen)] = occasion
            future += taken & (occasion > seen)
            alive_at_n[seen == occasion] = alive[seen == occasion]
        return {"x": x, "t_x": t_x, "n": seen, "future": future, "alive": alive_at_n}

    def _of_rows(self, customers: Table, distribution: Any) -> Floats:
        """`distribution(params, x, t_x, n)` of each customer, computed for distinct ones."""
        params = self.parameters
        columns = _frame.open_table(customers, numbers=COLUMNS, hint=HINT).rows(*COLUMNS)
        _check(*columns)
        (x, t_x, n), row = distinct(*columns)
        found: Floats = distribution(params, x, t_x, n)
        return found[row]


_NEW = {"x": np.zeros(1), "t_x": np.zeros(1), "n": np.zeros(1)}
_INNER = ("x", "t_x", "occasions")  # counted cells have a column n of their own

# The edges of the family: theta = ln (alpha, beta, gamma, delta).
_TAKES, _LEAVES = ((1, 0, 0, 0), (0, 1, 0, 0)), ((0, 0, 1, 0), (0, 0, 0, 1))
_TAKE_ODDS, _LEAVE_ODDS = (1, -1, 0, 0), (0, 0, 1, -1)
_LIMITS = (
    Limit(
        "nobody leaves (beta-binomial)",
        "没有客户流失（贝塔-二项模型）",
        params=("alpha", "beta"),
        read=_TAKES,
        powers=(0, 0),
        far=(0, 0, -FAR, 0),
    ),
    Limit(
        "nobody leaves and all customers take occasions alike (binomial)",
        "没有客户流失，且全体客户的购买概率相同（二项模型）",
        params=("p",),
        read=(_TAKE_ODDS,),
        powers=(0,),
        odds=frozenset({"p"}),
        far=(FAR, FAR, -FAR, 0),
    ),
    Limit(
        "all customers leave with the same probability theta",
        "全体客户的流失概率 theta 相同",
        params=("alpha", "beta", "theta"),
        read=(*_TAKES, _LEAVE_ODDS),
        powers=(0, 0, 0),
        odds=frozenset({"theta"}),
        far=(0, 0, FAR, FAR),
    ),
    Limit(
        "all customers take occasions with the same probability p",
        "全体客户的购买概率 p 相同",
        params=("p", "gamma", "delta"),
        read=(_TAKE_ODDS, *_LEAVES),
        powers=(0, 0, 0),
        odds=frozenset({"p"}),
        far=(FAR, FAR, 0, 0),
    ),
    Limit(
        "all customers are alike: p to take an occasion, theta to leave before it",
        "全体客户完全相同：购买概率 p，流失概率 theta",
        params=("p", "theta"),
        read=(_TAKE_ODDS, _LEAVE_ODDS),
        powers=(0, 0),
        odds=frozenset({"p", "theta"}),
        far=(FAR, FAR, FAR, FAR),
    ),
    Limit(
        "a share of the customers leaves at once, the rest never",
        "一部分客户立即流失，其余永不流失",
        params=("alpha", "beta", "share_gone"),
        read=(*_TAKES, _LEAVE_ODDS),
        powers=(0, 0, 0),
        odds=frozenset({"share_gone"}),
        far=(0, 0, -FAR, -FAR),
    ),
    Limit(
        "while alive, a share of the customers takes every occasion, the rest none",
        "一部分客户在流失前每次都购买，其余从不购买",
        params=("share_buying", "gamma", "delta"),
        read=(_TAKE_ODDS, *_LEAVES),
        powers=(0, 0, 0),
        odds=frozenset({"share_buying"}),
        far=(-FAR, -FAR, 0, 0),
    ),
)


def _counted(table: _frame.Table, weight: str | None) -> dict[str, NDArray[Any]]:
    """Distinct histories with the number of customers `n`; the occasions so far are called `occasions`."""
    more = [] if weight is None else [nw.col(weight)]
    renamed = table.frame.select("x", "t_x", nw.col("n").alias("occasions"), *more)
    return _frame.Table(renamed).cells(list(_INNER), weight=weight)


def _read_cells(customers: Table, weight: str | None) -> tuple[Floats, Floats, Floats, Floats]:
    """x, t_x and n of the distinct histories, and how many customers have each."""
    numbers = list(COLUMNS) if weight is None else [*COLUMNS, weight]
    counted = _counted(_frame.open_table(customers, numbers=numbers, hint=HINT), weight)
    x, t_x, n, size = (np.asarray(counted[name], dtype=float) for name in (*_INNER, "n"))
    if (size < 0).any():
        raise DataError("models_weight_column_holds_negative", weight=weight, tolist=shown(size[size < 0].tolist()))
    _check(x, t_x, n)
    if not ((x > 0) & (size > 0)).any():
        raise DataError("models_x_all_customers_nobody_2")
    return x[size > 0], t_x[size > 0], n[size > 0], size[size > 0]


def _check(x: Floats, t_x: Floats, n: Floats) -> None:
    """Refuse histories that cannot be: the first offending values are shown."""
    whole = (x == np.floor(x)) & (t_x == np.floor(t_x)) & (n == np.floor(n))
    bad = ~(whole & (x >= 0) & (x <= t_x) & (t_x <= n) & ((x == 0) == (t_x == 0)))
    if bad.any():
        rows = list(zip(x[bad].tolist(), t_x[bad].tolist(), n[bad].tolist(), strict=True))
        raise DataError("models_x_t_x_n", n=bad.sum(), size=bad.size, rows=shown(rows), hint=HINT)
