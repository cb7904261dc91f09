"""Gamma-Gamma: what customers spend per purchase, if spending and frequency are unrelated.

Each purchase of a customer is Gamma(p, nu) distributed around a mean that stays the same; nu varies
between customers as Gamma(q, v). The mean of x purchases tells little about a customer with few of
them, so the forecast lies between the customer's own mean and that of all customers. A purchase
model says how often customers buy; this one says for how much.

Sources: Fader, Hardie & Lee (2005), RFM and CLV: using iso-value curves for customer base analysis,
Journal of Marketing Research 42(4), 415-430; Fader & Hardie (2013), The Gamma-Gamma model of monetary
value, brucehardie.com/notes/025 (equation numbers below are theirs); Colombo & Jiang (1999).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from scipy.special import gammaincinv

from crmkit import _checks, _frame, labels
from crmkit._types import Floats, Table
from crmkit.errors import DataError, shown
from crmkit.labels import Language
from crmkit.models._base import Z_95, Model, natural_covariance
from crmkit.models._diagnosis import FAR, Limit, judge
from crmkit.models._fit import maximise
from crmkit.models._repeats import HINT, distinct, dot
from crmkit.models._stirling import log_beta

COLUMNS = ("x", "m_x")

# Points to climb from, in units of the typical spend: regular spenders, very regular ones, irregular ones.
STARTS = ((1.5, 2.5, 1.5), (20.0, 5.0, 0.2), (0.5, 20.0, 40.0))

_SENTENCES: Mapping[str, tuple[str, str]] = {
    "left_out": (
        "{n:,.0f} customers with repeat purchases but no positive mean spend were left out of the fit.",
        "{n:,.0f} 位客户有重复购买但平均消费额不为正，未纳入拟合。",
    ),
    "no_mean": (
        "q = {q:.3g} is not above 1: the mean spend of all customers does not exist (it is infinite), "
        "so expected_spend says little; use median_spend.",
        "q = {q:.3g} 不大于 1：全体客户的平均消费额不存在（为无穷大），expected_spend 意义不大；请使用 median_spend。",
    ),
    "same_frequency": (
        "All {n:,.0f} customers bought equally often: whether frequency and spend are related cannot be seen.",
        "全部 {n:,.0f} 位客户的购买次数相同，无法判断购买频率与消费额是否相关。",
    ),
    "unrelated": (
        "Frequency and mean spend of {n:,.0f} customers correlate by {r:.2f} (95 % interval {low:.2f} to {high:.2f}): "
        "practically unrelated, as the model assumes.",
        "{n:,.0f} 位客户的购买频率与平均消费额的相关系数为 {r:.2f}（95% 区间 {low:.2f} 至 {high:.2f}）：基本不相关，"
        "符合模型假设。",
    ),
    "weakly_related": (
        "Frequency and mean spend of {n:,.0f} customers correlate by {r:.2f} (95 % interval {low:.2f} to {high:.2f}): "
        "weakly related; the model assumes none, but its forecasts remain usable.",
        "{n:,.0f} 位客户的购买频率与平均消费额的相关系数为 {r:.2f}（95% 区间 {low:.2f} 至 {high:.2f}）：弱相关；"
        "模型假设不相关，但预测仍可使用。",
    ),
    "related": (
        "Frequency and mean spend of {n:,.0f} customers correlate by {r:.2f} (95 % interval {low:.2f} to {high:.2f}): "
        "related, against the model's assumption. Fit groups of customers apart, or expect the spend of frequent "
        "customers to be misjudged.",
        "{n:,.0f} 位客户的购买频率与平均消费额的相关系数为 {r:.2f}（95% 区间 {low:.2f} 至 {high:.2f}）：明显相关，"
        "不符合模型假设。请分组拟合，否则对高频客户消费额的预测会有偏差。",
    ),
}


@dataclass(frozen=True, slots=True)
class GammaGammaParams:
    """Spend per purchase ~ Gamma(p, nu), nu ~ Gamma(q, v); v in money, p and q unitless."""

    p: float
    q: float
    v: float

    def stretch(self, mean: Floats) -> Floats:
        """What an expected mean spend is multiplied by: nothing here; a model that derives from this one may."""
        return np.ones_like(mean)


def log_likelihood(params: GammaGammaParams, x: Floats, m: Floats) -> Floats:
    """Log-density of each customer's mean m of x purchases, x > 0 and m > 0; equation (1a).

    The total S = x m is such that S / (S + v) ~ Beta(p x, q): every term stays as small as q.
    """
    p, q, v = params.p, params.q, params.v
    total = x * m
    return -log_beta(p * x, q).value - p * x * np.log1p(v / total) - q * np.log1p(total / v) - np.log(m)


def mean_spend(params: GammaGammaParams, x: Floats, m: Floats) -> Floats:
    """Expected mean spend per purchase given the history, x >= 0; equation (5). Infinite if p x + q <= 1."""
    mean = plain_mean(params, x, m)
    return mean * params.stretch(mean)


def plain_mean(params: GammaGammaParams, x: Floats, m: Floats) -> Floats:
    """The same before it is stretched."""
    p, q, v = params.p, params.q, params.v
    total = np.where(x > 0, x * m, 0.0)
    excess = p * x + q - 1.0
    return np.where(excess > 0, p * (v + total) / np.where(excess > 0, excess, 1.0), np.inf)


def quantile_spend(params: GammaGammaParams, x: Floats, m: Floats, share: float) -> Floats:
    """Mean spend per purchase that a customer with this history stays below with probability `share`.

    The mean is p / nu, and nu given the history is Gamma(p x + q, v + x m).
    """
    p, q, v = params.p, params.q, params.v
    total = np.where(x > 0, x * m, 0.0)
    return np.asarray(params.stretch(plain_mean(params, x, m)) * p * (v + total) / gammaincinv(p * x + q, 1.0 - share))


@dataclass(frozen=True, slots=True)
class Spending:
    """The customers who bought again, as the likelihood needs them: by distinct x and by distinct total.

    Of a customer only p x (per distinct x) and the total S = x m (with the purchases and the customers that
    share it) enter together with the parameters; everything else is one constant.
    """

    x: Floats  # distinct numbers of purchases
    n_x: Floats  # customers with that number
    total: Floats  # distinct totals, in units of `scale`
    purchases: Floats  # purchases of the customers with that total
    n_total: Floats  # customers with that total
    constant: float  # sum of ln m, in the caller's money
    scale: float  # typical spend, in the caller's money
    n: float  # customers

    @classmethod
    def of(cls, x: Floats, m: Floats, weight: Floats) -> Spending:
        """Collect customers (x > 0, m > 0), or cells of `weight` customers each."""
        n = float(weight.sum())
        constant = dot(weight, np.log(m))
        scale = float(np.exp(constant / n))
        distinct_x, row = np.unique(x, return_inverse=True)
        n_x: Floats = np.asarray(np.bincount(row, weights=weight), dtype=float)
        # x times a mean is a total up to its last digits; rounding the logarithm joins equal totals again.
        key: Floats = np.asarray(np.round(np.log(x * (m / scale)), 12), dtype=float)
        order = np.argsort(key)
        first = np.flatnonzero(np.diff(key[order], prepend=np.nan) != 0)
        return cls(
            x=distinct_x,
            n_x=n_x,
            total=np.exp(key[order][first]),
            purchases=np.add.reduceat((weight * x)[order], first),
            n_total=np.add.reduceat(weight[order], first),
            constant=constant,
            scale=scale,
            n=n,
        )

    def __call__(self, theta: Floats) -> tuple[float, Floats, Floats]:
        """Log-likelihood, gradient and Hessian in theta = ln (p, q, v / scale)."""
        p, q, v = np.exp(theta)
        value, gradient, hessian = self._of_counts(p, q)
        own = self.total / (self.total + v)
        common = v / (self.total + v)
        shape = p * self.purchases  # summed over the customers who share a total
        rest = q * self.n_total
        in_p = -dot(shape, np.log1p(v / self.total))
        in_q = -dot(rest, np.log1p(self.total / v))
        pull_p, pull_q = dot(shape, common), dot(rest, own)
        gradient += [in_p, in_q, pull_q - pull_p]
        hessian += [
            [in_p, 0.0, -pull_p],
            [0.0, in_q, pull_q],
            [-pull_p, pull_q, -dot(shape + rest, own * common)],
        ]
        return value + in_p + in_q - self.constant, gradient, hessian

    def _of_counts(self, p: float, q: float) -> tuple[float, Floats, Floats]:
        """The part -ln B(p x, q), with its derivatives in ln p and ln q."""
        a, n = p * self.x, self.n_x
        beta = log_beta(a, q)
        in_p, in_q = a * beta.d1, q * beta.d2
        gradient = -np.array([dot(n, in_p), dot(n, in_q), 0.0])
        hessian = np.zeros((3, 3))
        hessian[0, 0] = -dot(n, in_p + a * a * beta.d11)
        hessian[0, 1] = hessian[1, 0] = -dot(n, a * q * beta.d12)
        hessian[1, 1] = -dot(n, in_q + q * q * beta.d22)
        return -dot(n, beta.value), gradient, hessian


@dataclass(frozen=True, slots=True)
class Independence:
    """How frequency and mean spend correlate among customers who bought again; printed, it is a sentence."""

    correlation: float  # Pearson's, of x and m_x; NaN if all x are equal
    low: float  # 95 % interval, by Fisher's z
    high: float
    n: float  # customers

    def text(self, language: Language | None = None) -> str:
        """The finding in words: up to 0.1 practically none, up to 0.3 weak (Cohen 1988)."""
        r = abs(self.correlation)
        key = "unrelated" if r < 0.1 else "weakly_related" if r < 0.3 else "related"
        if np.isnan(r):
            key = "same_frequency"
        return _sentence(key, language, n=self.n, r=self.correlation, low=self.low, high=self.high)

    def __str__(self) -> str:
        """The finding in words, in English."""
        return self.text("en")


def independence(x: Floats, m: Floats, weight: Floats) -> Independence:
    """Correlation of frequency and mean spend, over customers (or cells of `weight` customers each)."""
    n = float(weight.sum())
    dx, dm = x - dot(weight, x) / n, m - dot(weight, m) / n
    scale = float(np.sqrt(dot(weight, dx**2) * dot(weight, dm**2)))
    if scale == 0:
        return Independence(np.nan, np.nan, np.nan, n)
    r = min(max(dot(weight, dx * dm) / scale, -1.0), 1.0)
    with np.errstate(divide="ignore"):
        z, spread = np.arctanh(r), Z_95 / np.sqrt(max(n - 3, 1.0))
    return Independence(r, float(np.tanh(z - spread)), float(np.tanh(z + spread)), n)


class GammaGamma(Model):
    """Gamma-Gamma: mean spend per purchase of each customer (Fader, Hardie & Lee 2005).

    Learns from customers with repeat purchases: `x`, their number, and `m_x`, the mean spend of them. Assumes
    that spend is unrelated to frequency (`independence_` says how far that holds) and does not drift.

    Attributes
    ----------
    params_ : GammaGammaParams
        p and q unitless, v in money.
    log_likelihood_, covariance_, diagnosis_, standard_errors_, aic_, bic_
        The fit; covariance of (p, q, v).
    independence_ : Independence
        Correlation of frequency and mean spend; printed, it is a sentence.
    n_left_out_ : float
        Customers with repeat purchases but no positive mean spend: not in the fit.

    Examples
    --------
    >>> customers = {"x": [1, 4, 2, 0, 7, 3], "m_x": [12.0, 30.0, 18.5, 0.0, 24.0, 55.0]}
    >>> model = GammaGamma.from_params(p=6.25, q=3.74, v=15.44)
    >>> model.expected_spend(customers).round(2)
    array([19.08, 30.52, 21.51, 35.22, 24.66, 52.48])
    >>> round(model.expected_spend_new(), 2)
    35.22
    """

    Params = GammaGammaParams

    independence_: Independence
    n_left_out_: float

    @property
    def counts_first(self) -> bool:
        """Whether the spend of the first purchase counts too."""
        return False

    def fit(self, customers: Table, y: Any = None, *, weight: str | None = None) -> Self:  # noqa: ARG002  for pipelines
        """Learn the parameters by maximum likelihood from x and m_x.

        Parameters
        ----------
        customers : table, one row per customer or per cell
            With `x`, the number of repeat purchases, and `m_x`, their mean spend, as `crmkit.summarize` makes
            them. Customers with x = 0 say nothing about spend and are passed over; those with x > 0 and no
            positive m_x are left out and counted in `n_left_out_`.
        weight : str, optional
            Column with the number of customers that a row stands for.

        Returns
        -------
        the model itself, with `params_`, `log_likelihood_`, `covariance_`, `diagnosis_`, `independence_`

        Raises
        ------
        ColumnError
            A column is absent, not numeric, or missing for some customers.
        DataError
            No customer has repeat purchases with a positive spend, or all spend the same.
        """
        numbers = list(COLUMNS) if weight is None else [*COLUMNS, weight]
        counted = _frame.open_table(customers, numbers=numbers, hint=HINT).cells(list(COLUMNS), weight=weight)
        x, m, n = (np.asarray(counted[name], dtype=float) for name in (*COLUMNS, "n"))
        _check(x)
        if (n < 0).any():
            raise DataError("models_weight_column_holds_negative", weight=weight, tolist=shown(n[n < 0].tolist()))
        used = (x > 0) & (m > 0) & (n > 0)
        _check_spread(m[used])
        spending = Spending.of(x[used], m[used], n[used])
        optimum = maximise(spending, [np.log(start) for start in STARTS])
        params = np.exp(optimum.theta) * [1.0, 1.0, spending.scale]
        names = [field.name for field in fields(GammaGammaParams)]
        diagnosis = judge(optimum, spending, spending, names, _LIMITS, unit=spending.scale, shift=0.0)
        self.independence_ = independence(x[used], m[used], n[used])
        self.n_left_out_ = float(n[(x > 0) & (m <= 0)].sum())
        covariance = natural_covariance(optimum, params)
        return self._adopt(params.tolist(), optimum.log_likelihood, covariance, diagnosis, spending.n)

    def remarks(self, language: Language | None = None) -> list[str]:
        """What a reader of the fit should know, in sentences: who was left out, whether the mean exists, independence.

        >>> GammaGamma.from_params(p=6, q=0.9, v=15).remarks()[0]
        'q = 0.9 is not above 1: the mean spend of all customers does not exist (it is infinite), so ...'
        """
        found = []
        if getattr(self, "n_left_out_", 0):
            found.append(_sentence("left_out", language, n=self.n_left_out_))
        if self.parameters.q <= 1:
            found.append(_sentence("no_mean", language, q=self.parameters.q))
        if hasattr(self, "independence_"):
            found.append(self.independence_.text(language))
        return found

    def expected_spend(self, customers: Table) -> Floats:
        """Expected mean spend per purchase of each customer, given the past; money, shape (n_customers,).

        Customers without repeat purchases get the mean of all. It is infinite where it does not exist: for them if
        q <= 1, for others if p x + q <= 1. Then use `median_spend`. A mean spend below 0 counts as 0.
        """
        return self._of_rows(customers, lambda x, m: mean_spend(self.parameters, x, m))

    def median_spend(self, customers: Table) -> Floats:
        """Median of each customer's mean spend per purchase, given the past; it always exists."""
        return self.spend_quantile(customers, 0.5)

    def spend_quantile(self, customers: Table, share: float) -> Floats:
        """Mean spend per purchase that each customer stays below with probability `share`; money, (n_customers,)."""
        below = _checks.share("share", share)
        return self._of_rows(customers, lambda x, m: quantile_spend(self.parameters, x, m, below))

    def expected_spend_new(self) -> float:
        """Expected mean spend per purchase of a customer of whom nothing is known; infinite if q <= 1."""
        return float(mean_spend(self.parameters, np.zeros(1), np.zeros(1))[0])

    def log_likelihood(self, customers: Table) -> Floats:
        """Log-density of each customer's m_x, shape (n_customers,): 0 if x = 0, minus infinity if m_x <= 0 < x."""
        x, m = _read_rows(customers)
        found = np.where(x > 0, -np.inf, 0.0)
        used = (x > 0) & (m > 0)
        found[used] = log_likelihood(self.parameters, x[used], m[used])
        return found

    def score(self, customers: Table) -> Table:
        """The customers with `expected_spend` and `median_spend`, in the table's own kind and row order."""
        table = _frame.open_table(customers, numbers=COLUMNS, hint=HINT)
        counted = table.cells(list(COLUMNS))
        keys = {name: counted[name] for name in COLUMNS}
        columns = {"expected_spend": self.expected_spend(keys), "median_spend": self.median_spend(keys)}
        return table.give_back(table.attach(list(COLUMNS), {**keys, **columns}))

    def _of_rows(self, customers: Table, distribution: Any) -> Floats:
        """`distribution(x, m)` of each customer, computed for distinct ones."""
        _ = self.parameters
        (x, m), row = distinct(*_read_rows(customers))
        found: Floats = distribution(x, np.maximum(m, 0.0))
        return found[row]


# The edges of the family: theta = ln (p, q, v / scale).
_LIMITS = (
    Limit(
        "one mean spend for all customers, purchases ~ Gamma(p)",
        "全体客户平均消费额相同（单次消费服从 Gamma(p)）",
        params=("p", "mean_spend"),
        read=((1, 0, 0), (1, -1, 1)),
        powers=(0, 1),
        far=(0, FAR, FAR),
    ),
    Limit(
        "every customer always spends the same, means ~ inverse Gamma(q, scale)",
        "每位客户每次消费额不变（平均消费额服从逆 Gamma(q, scale)）",
        params=("q", "scale"),
        read=((0, 1, 0), (1, 0, 1)),
        powers=(0, 1),
        far=(FAR, 0, -FAR),
    ),
)


def _read_rows(customers: Table) -> tuple[Floats, Floats]:
    x, m = _frame.open_table(customers, numbers=COLUMNS, hint=HINT).rows(*COLUMNS)
    _check(x)
    return x, m


def _check(x: Floats) -> None:
    bad = (x < 0) | (x != np.floor(x))
    if bad.any():
        raise DataError(
            "models_x_whole_number_repeat", n=bad.sum(), size=x.size, tolist=shown(x[bad].tolist()), hint=HINT
        )


def _check_spread(m: Floats) -> None:
    """Refuse spends from which no difference between customers can be learned."""
    if m.size == 0:
        raise DataError("models_customer_repeat_purchases_x", hint=HINT)
    if np.ptp(m) <= 1e-9 * np.max(m):
        raise DataError("models_all_customers_repeat_purchases", value_0=m[0])


def _sentence(key: str, language: Language | None, **values: float) -> str:
    return _SENTENCES[key][labels.resolve(language) == "zh"].format(**values)
