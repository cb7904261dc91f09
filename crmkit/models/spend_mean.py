"""Expected spend per purchase: a customer's own mean, drawn to that of all as far as it does not repeat.

A customer of n purchases and mean spend m, first purchase included, is expected to spend

    mean + (m - mean) * n / (n + k),

the linear forecast of credibility theory, where the mean of all counts for k purchases. k is the one with which every
purchase of the past would have been forecast best from the customer's other purchases (least squares, one left out at
a time). 1 / (1 + k) is the correlation between two purchases of one customer that goes with it. Whether means repeat at
all is tested apart: the mean of a customer's first, third ... purchase against that of the second, fourth ... (rank
correlation of the halves). Where it is not above chance, k is without limit and all are expected to spend the same.

The Gamma-Gamma model has the same expectation, with (q - 1) / p in place of k, but learns it from customers' means
alone, which cannot tell who varies from who differs unless its law of spend is the true one. Here its parameters are
those that have the moments: with W the variance within customers and B = W / k that between them, p = (mean^2 + B) / W,
q = 2 + mean^2 / B and v = mean (q - 1) / p. So intervals and quantiles are those of the Gamma-Gamma model.

Sources: Buhlmann & Straub (1970), Glaubwuerdigkeit fuer Schadensaetze, Mitteilungen der Vereinigung schweizerischer
Versicherungsmathematiker 70, 111-133; Stone (1974), Cross-validatory choice and assessment of statistical
predictions, Journal of the Royal Statistical Society B 36(2), 111-147; Fieller, Hartley & Pearson (1957), Tests for
rank correlation coefficients, Biometrika 44, 470-481 (its standard error).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _frame
from crmkit._frame import engines
from crmkit._frame.engines import LazyFrame
from crmkit._types import Floats, Table
from crmkit.customers import Sums
from crmkit.errors import DataError
from crmkit.models._repeats import HINT
from crmkit.models._snapshots import Snapshot, Snapshots
from crmkit.models.gamma_gamma import GammaGamma, GammaGammaParams, mean_spend
from crmkit.transactions import open_transactions

# Part of the square of the mean that spend varies by within customers at least.
LEAST = 1e-6
# Values of k that are tried; the last one stands for "a customer's mean does not repeat".
PULLS = np.geomspace(0.02, 1e5, 200)
# Fewest customers whose halves are compared; variance of a transformed rank correlation of n, times n - 3; the 95 %
# point of the normal distribution.
LEAST_BOTH, RANK_VARIANCE, ONE_SIDED = 10, 1.06, 1.6448536


class SpendMean(GammaGamma):
    """Expected spend per purchase: a customer's own mean, drawn to that of all as far as it does not repeat.

    Parameters
    ----------
    keep_first : bool, default True
        Whether the first purchase counts as the others do. False leaves it out, as the Gamma-Gamma model does: for
        shops whose first orders are unlike later ones (samples, welcome offers).

    Attributes
    ----------
    split_half_ : float
        Rank correlation between the mean of a customer's odd and that of their even purchases; missing where fewer
        than ten customers have both.
    repeats_ : bool
        Whether it is above chance (one-sided, 5 %); where it is not, all customers are expected to spend the same.
    mean_ : float
        Mean spend of all purchases, in money.
    correlation_ : float
        Between two purchases of one customer; 0 where a customer's mean does not repeat.
    standard_error_ : float
        Of the mean, with customers as the units that vary.
    varies_ : bool
        Whether not every purchase is worth the same.

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_cdnow(sample=True), as_of="1997-09-30")
    >>> spend = SpendMean().fit(tx)
    >>> round(spend.mean_, 2), round(spend.correlation_, 2)
    (35.96, 0.36)
    """

    settings: ClassVar[tuple[str, ...]] = ("keep_first",)

    def __init__(self, *, keep_first: bool = True) -> None:
        self.keep_first = keep_first

    split_half_: float
    repeats_: bool
    mean_: float
    correlation_: float
    standard_error_: float
    varies_: bool

    def fit(self, customers: Table, y: Any = None, *, weight: str | None = None) -> Self:  # noqa: ARG002
        """Learn from the spend of single purchase days.

        Parameters
        ----------
        customers : Transactions, or table with customer_id, date, amount
            Transactions, in spite of the name that all models share: single purchases are needed.
        y, weight : ignored

        Raises
        ------
        DataError
            Nobody bought twice, or all spend together is not above 0.
        """
        tx = open_transactions(customers)
        return self.of_snapshot(Snapshots.of(tx).at(_checks.day_number(tx.as_of), 0))

    @property
    def counts_first(self) -> bool:
        """Whether the first purchase counts."""
        return self.keep_first

    def of_snapshot(self, seen: Snapshot) -> Self:
        """Learn from what customers did up to a day."""
        n, odd = seen.x + 1, seen.odd_money
        if self.keep_first:
            return self.of_sums(n, seen.money, seen.square, (odd, seen.even_money))
        again = seen.x > 0
        # Without the first purchase the second is the first of the others.
        halves = seen.even_money[again], (odd - seen.first)[again]
        money, square = seen.money - seen.first, seen.square - seen.first**2
        return self.of_sums(seen.x[again], money[again], square[again], halves)

    def of_sums(self, n: Floats, money: Floats, square: Floats, halves: tuple[Floats, Floats] | None = None) -> Self:
        """Learn from the number of purchases of each customer, their spend, and the sum of squares of it.

        `halves` is the spend of the first, third ... purchase and of the second, fourth ...; without it the test of
        whether means repeat is left out.
        """
        self.split_half_, self.repeats_ = (np.nan, True) if halves is None else _split_half(n, *halves)
        return self._learn(n, np.ones_like(money), money, money**2, square)

    def of_facts(self, facts: LazyFrame, scale: int) -> Self:
        """Learn from what is known of customers: n_days, money and money_squares, in units of 1 / `scale`.

        Sums do not tell one purchase from the next: the test of whether means repeat is left out.
        """
        self.split_half_, self.repeats_ = np.nan, True
        money = nw.col("money").cast(nw.Float64)
        of_all = facts.filter(nw.col("n_days") > 0).select(
            "n_days", money=money, money_square=money * money, squares=nw.col("money_squares")
        )
        # All that is learnt depends on sums over those who bought equally often.
        names = ("money", "money_square", "squares")
        found = engines.collect(of_all.group_by("n_days").agg(nw.len().alias("n"), nw.col(*names).sum()))
        order = np.argsort(found["n_days"])
        n, customers, *sums = (np.asarray(found[name], dtype=float)[order] for name in ("n_days", "n", *names))
        total, total_square, squares = sums[0] / scale, sums[1] / scale**2, sums[2] / scale**2
        return self._learn(n, customers, total, total_square, squares)

    def _learn(self, n: Floats, customers: Floats, money: Floats, money_square: Floats, square: Floats) -> Self:
        """Learn from sums over customers of n purchases each: spend, its square, squares of single purchases."""
        total, n_customers = float(n @ customers), float(customers.sum())
        if total == n_customers or money.sum() <= 0:
            raise DataError("spend_does_not_repeat" if total == n_customers else "spend_not_above_zero")
        mean = float(money.sum()) / total
        cells = (n, customers, money, money_square, square)
        k = float(PULLS[int(np.argmin([_left_out(*cells, mean, pull) for pull in PULLS]))])
        k = k if self.repeats_ else float(PULLS[-1])
        within = max(float((square - money_square / n).sum()) / (total - n_customers), LEAST * mean**2)
        between = within / k
        p, q = (mean**2 + between) / within, 2 + mean**2 / between
        self.params_ = GammaGammaParams(p=p, q=q, v=mean * (q - 1) / p)
        self.mean_, self.correlation_ = mean, 1 / (1 + k) if k < PULLS[-1] else 0.0
        spread = float((square - 2 * mean * money).sum()) + mean**2 * total
        self.varies_ = spread > 1e-9 * mean**2 * total
        away = float((money_square - 2 * mean * n * money + (mean * n) ** 2 * customers).sum())
        self.standard_error_ = float(np.sqrt(max(away, 0.0))) / total
        return self

    def parameter_draws(self, draws: int, rng: np.random.Generator) -> list[Any]:
        """Parameters with the mean drawn from the distribution of its estimate; the others stay."""
        p, q, v = self.params_.p, self.params_.q, self.params_.v
        shifts = np.exp(self.standard_error_ / self.mean_ * rng.standard_normal(draws))
        return [GammaGammaParams(p=p, q=q, v=float(v * shift)) for shift in shifts]

    def _fitted(self, what: str) -> None:  # noqa: ARG002
        _ = self.parameters

    def expected_spend(self, customers: Table) -> Floats:
        """Expected spend per purchase of each customer, shape (n_customers,).

        From `x` and `monetary`, or `m_x` where the first purchase does not count.
        """
        names = ("x", self.column)
        table = _frame.open_table(customers, numbers=names, hint=HINT)
        return self.of_history(*table.arrays(*names))

    @property
    def column(self) -> str:
        """The column of money that is read."""
        return "monetary" if self.keep_first else "m_x"

    def of_history(self, x: Floats, money: Floats) -> Floats:
        """Expected spend of customers with x repeat purchases, from the column of money."""
        if not self.keep_first:
            return mean_spend(self.parameters, x, np.maximum(money, 0.0))
        return mean_spend(self.parameters, x + 1, np.maximum(money, 0.0) / (x + 1))

    def score(self, customers: Table) -> Any:
        """The customers with `expected_spend`, in the table's own kind and row order."""
        names: Sequence[str] = ("x", self.column)
        table = _frame.open_table(customers, numbers=names, hint=HINT)
        if table.in_memory:
            return table.give_back(table.add({"expected_spend": self.of_history(*table.arrays(*names))}))
        counted = table.cells(list(names))
        columns = [np.asarray(counted[name], dtype=float) for name in names]
        keys = {name: counted[name] for name in names}
        return table.give_back(table.attach(list(names), {**keys, "expected_spend": self.of_history(*columns)}))


def _split_half(n: Floats, odd: Floats, even: Floats) -> tuple[float, bool]:
    """Rank correlation of two halves of each customer's purchases, and whether it is above chance."""
    both = n > 1
    if both.sum() < LEAST_BOTH:
        return np.nan, True
    means = [_ranks(half) for half in (odd[both] / np.ceil(n[both] / 2), even[both] / np.floor(n[both] / 2))]
    first, second = (ranks - ranks.mean() for ranks in means)
    size = float(np.sqrt((first @ first) * (second @ second)))
    if size == 0:
        return np.nan, True
    found = float(first @ second) / size
    z = np.arctanh(min(found, 1 - 1e-12)) * np.sqrt((both.sum() - 3) / RANK_VARIANCE)
    return found, bool(z > ONE_SIDED)


def _ranks(values: Floats) -> Floats:
    """Ranks from 1 on, equal values sharing their mean.

    >>> _ranks(np.array([7.0, 5.0, 7.0]))
    array([2.5, 1. , 2.5])
    """
    _, at, n = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Floats = (np.cumsum(n) - (n - 1) / 2)[at]
    return ranks


def spend_sums() -> Sums:
    """What the model learns from, beside what is known of customers: money_squares, the sum over days of money^2."""
    money = nw.col("money").cast(nw.Float64)
    return Sums({"money_squares": money * money}, {"money_squares": nw.col("money_squares").sum()})


def _left_out(
    n: Floats, customers: Floats, money: Floats, money_square: Floats, square: Floats, mean: float, k: float
) -> float:
    """Sum of squared errors if each purchase is forecast from the customer's others; from sums over customers."""
    n, customers, money, money_square, square = (
        column[n > 1] for column in (n, customers, money, money_square, square)
    )
    others = n - 1 + k
    pulled, drawn = (money_square + k * mean * money) / others, k * mean
    pulled_square = (money_square + 2 * drawn * money + drawn**2 * customers) / others**2
    weight = 1 + 1 / others
    return float((square * weight**2 - 2 * weight * pulled + n * pulled_square).sum())
