"""Expected spend per purchase: a customer's own mean, drawn to that of all as far as it does not repeat.

A customer of n purchases and mean spend m, first purchase included, is expected to spend

    mean + (m - mean) * n / (n + k),

the linear forecast of credibility theory, where the mean of all counts for k purchases. k is the one with which every
purchase of the past would have been forecast best from the customer's other purchases (least squares, one left out at
a time). 1 / (1 + k) is the correlation between two purchases of one customer that goes with it. Whether means repeat at
all is tested apart, on logarithms, by all pairs of purchases of one customer, which is what comparing every half of
their purchases with the other half comes to: T_i = (sum of e)^2 - sum of e^2 over n_i - 1, with e the logarithms less
their mean, has the mean 0 if purchases of one customer are no more alike than those of two. Where the sum of T_i is not
above chance, k is without limit and all are expected to spend the same. It needs two sums per customer and no order,
so it is the same from single purchases and from the sums of a list.

Transactions also tell by which power customers' money lies further apart than this (`_spend_power`).

The Gamma-Gamma model has the same expectation, with (q - 1) / p in place of k, but learns it from customers' means
alone, which cannot tell who varies from who differs unless its law of spend is the true one. Here its parameters are
those that have the moments: with W the variance within customers and B = W / k that between them, p = (mean^2 + B) / W,
q = 2 + mean^2 / B and v = mean (q - 1) / p. So intervals and quantiles are those of the Gamma-Gamma model.

Sources: Buhlmann & Straub (1970), Glaubwuerdigkeit fuer Schadensaetze, Mitteilungen der Vereinigung schweizerischer
Versicherungsmathematiker 70, 111-133; Stone (1974), Cross-validatory choice and assessment of statistical
predictions, Journal of the Royal Statistical Society B 36(2), 111-147; Donner (1986), A review of inference procedures
for the intraclass correlation coefficient, International Statistical Review 54(1), 67-82.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _frame
from crmkit._frame import engines
from crmkit._frame.engines import LazyFrame
from crmkit._statistics import dot
from crmkit._types import Duration, Floats, Table
from crmkit.customers import Sums
from crmkit.errors import DataError
from crmkit.models._origins import plan
from crmkit.models._repeats import HINT
from crmkit.models._snapshots import Snapshot, Snapshots
from crmkit.models._spend_power import ORIGINS, PastMoney, power_of
from crmkit.models.gamma_gamma import GammaGamma, GammaGammaParams, mean_spend
from crmkit.transactions import Transactions, open_transactions

# Part of the square of the mean that spend varies by within customers at least.
LEAST = 1e-6
# Values of k that are tried; the last one stands for "a customer's mean does not repeat".
PULLS = np.geomspace(0.02, 1e5, 200)
# Fewest customers of several purchases that are tested; the 95 % point of the normal distribution.
LEAST_BOTH, ONE_SIDED = 10, 1.6448536
# Parts of the horizon that are tried until the past holds enough origins.
PARTS = (1.0, 0.5, 0.25)


@dataclass(frozen=True, slots=True)
class SpendMeanParams(GammaGammaParams):
    """The Gamma-Gamma model that has the moments, and the power and level of money beyond it."""

    power: float = 1.0
    level: float = 1.0

    def stretch(self, mean: Floats) -> Floats:
        """What an expected mean spend is multiplied by."""
        if self.power == 1.0:
            return np.full_like(mean, self.level)
        return np.asarray(self.level * (mean / self.mean) ** (self.power - 1))

    @property
    def mean(self) -> float:
        """Mean spend of all."""
        return self.p * self.v / (self.q - 1)


class SpendMean(GammaGamma):
    """Expected spend per purchase: a customer's own mean, drawn to that of all as far as it does not repeat.

    Parameters
    ----------
    keep_first : bool, default True
        Whether the first purchase counts as the others do. False leaves it out, as the Gamma-Gamma model does: for
        shops whose first orders are unlike later ones (samples, welcome offers).
    horizon : duration, default "52W"
        How far ahead the money is looked for. Earlier origins with this horizon tell the power, or with a part of it
        where the past is too short for that.

    Attributes
    ----------
    alike_ : float
        Correlation of the logarithms of two purchases of one customer; missing where fewer than ten customers have
        several.
    repeats_ : bool
        Whether it is above chance (one-sided, 5 %); where it is not, all customers are expected to spend the same.
    power_ : float
        Money to come goes with expected purchases times the power of expected spend; above 1 those who spend much also
        buy more than their history says. Learnt at earlier origins of transactions; 1 where these say nothing.
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

    Params = SpendMeanParams
    settings: ClassVar[tuple[str, ...]] = ("keep_first", "horizon")

    def __init__(self, *, keep_first: bool = True, horizon: Duration = "52W") -> None:
        self.keep_first = keep_first
        self.horizon = horizon

    alike_: float
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
        shop = Snapshots.of(tx)
        return self.of_shop(shop, shop.at(_checks.day_number(tx.as_of), 0), round(_checks.days_of(self.horizon)))

    @property
    def counts_first(self) -> bool:
        """Whether the first purchase counts."""
        return self.keep_first

    @property
    def power_(self) -> float:
        """The power of expected spend that money goes with."""
        return float(self.parameters.power)

    def of_shop(self, shop: Snapshots, seen: Snapshot, ahead: int) -> Self:
        """Learn from what customers did up to a day, the power from earlier origins for so many days ahead."""
        self.of_snapshot(seen)
        if self.correlation_ == 0:
            return self
        plans = (plan(shop.tx.first_day, seen.end, max(round(part * ahead), 1)) for part in PARTS)
        found = next((one for one in plans if one is not None), None)
        pasts = [] if found is None else [shop.at(origin, found.days) for origin in found.origins[:ORIGINS]]
        return self.with_power([self.past_of(past) for past in pasts])

    def past_of(self, seen: Snapshot) -> PastMoney:
        """What the power is learnt from."""
        money = seen.money if self.keep_first else seen.m_x
        return PastMoney(seen.x, seen.t_x, seen.T, money, seen.later, seen.days)

    def with_power(self, pasts: Sequence[PastMoney]) -> Self:
        """Learn the power from earlier origins, the rest having been learnt."""
        if self.correlation_ > 0:
            power, level = power_of(pasts, self.of_history, self.mean_)
            self.params_ = replace(self.params_, power=power, level=level)
        return self

    def of_snapshot(self, seen: Snapshot) -> Self:
        """Learn from what customers did up to a day."""
        n, money, square, logs = seen.x + 1, seen.money, seen.square, seen.logs
        if not self.keep_first:
            again, first = seen.x > 0, np.column_stack(_logs_of(seen.first))
            n, logs = seen.x[again], (logs - first)[again]
            money, square = (money - seen.first)[again], (square - seen.first**2)[again]
        return self.of_sums(n, money, square, logs)

    def of_sums(self, n: Floats, money: Floats, square: Floats, logs: Floats | None = None) -> Self:
        """Learn from the number of purchases of each customer, their spend, and the sum of squares of it.

        `logs`, shape (n_customers, 3), holds how many of their purchases had money, the sum of its logarithms and that
        of their squares; without it the test of whether means repeat is left out.
        """
        self._judge_alike(None if logs is None else alike(logs))
        # All that is learnt depends on sums over those who bought equally often.
        times, at = np.unique(n, return_inverse=True)
        sums = (np.bincount(at, each) for each in (np.ones_like(money), money, money**2, square))
        return self._learn(times, *(each.astype(float) for each in sums))

    def of_facts(self, facts: LazyFrame, learnt: LazyFrame, scale: int) -> Self:
        """Learn from what is known of customers: n_days, money and `money_sums`, in units of 1 / `scale`.

        Whether means repeat is judged by `log_sums`, which may be known of a sample only.
        """
        self._judge_alike(_alike_of(learnt))
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

    def _judge_alike(self, found: tuple[float, bool] | None) -> None:
        self.alike_, self.repeats_ = (np.nan, True) if found is None else found

    def _learn(self, n: Floats, customers: Floats, money: Floats, money_square: Floats, square: Floats) -> Self:
        """Learn from sums over customers of n purchases each: spend, its square, squares of single purchases."""
        total, n_customers = dot(n, customers), float(customers.sum())
        if total == n_customers or money.sum() <= 0:
            raise DataError("spend_does_not_repeat" if total == n_customers else "spend_not_above_zero")
        mean = float(money.sum()) / total
        cells = (n, customers, money, money_square, square)
        k = float(PULLS[int(np.argmin([_left_out(*cells, mean, pull) for pull in PULLS]))])
        k = k if self.repeats_ else float(PULLS[-1])
        within = max(float((square - money_square / n).sum()) / (total - n_customers), LEAST * mean**2)
        between = within / k
        p, q = (mean**2 + between) / within, 2 + mean**2 / between
        self.params_ = SpendMeanParams(p=p, q=q, v=mean * (q - 1) / p)
        self.mean_, self.correlation_ = mean, 1 / (1 + k) if k < PULLS[-1] else 0.0
        spread = float((square - 2 * mean * money).sum()) + mean**2 * total
        self.varies_ = spread > 1e-9 * mean**2 * total
        away = float((money_square - 2 * mean * n * money + (mean * n) ** 2 * customers).sum())
        self.standard_error_ = float(np.sqrt(max(away, 0.0))) / total
        return self

    def parameter_draws(self, draws: int, rng: np.random.Generator) -> list[Any]:
        """Parameters with the mean drawn from the distribution of its estimate; the others stay."""
        shifts = np.exp(self.standard_error_ / self.mean_ * rng.standard_normal(draws))
        return [replace(self.params_, v=float(self.params_.v * shift)) for shift in shifts]

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

    def score(self, customers: Table) -> Table:
        """The customers with `expected_spend`, in the table's own kind and row order."""
        names: Sequence[str] = ("x", self.column)
        table = _frame.open_table(customers, numbers=names, hint=HINT)
        if table.in_memory:
            return table.give_back(table.add({"expected_spend": self.of_history(*table.arrays(*names))}))
        counted = table.cells(list(names))
        columns = [np.asarray(counted[name], dtype=float) for name in names]
        keys = {name: counted[name] for name in names}
        return table.give_back(table.attach(list(names), {**keys, "expected_spend": self.of_history(*columns)}))


def alike(logs: Floats) -> tuple[float, bool]:
    """Correlation of the logarithms of two purchases of one customer, and whether it is above chance.

    >>> alike(np.array([[1.0, 3.0, 9.0]]))
    (nan, True)
    """
    n, total, squares = logs.T
    mean = total.sum() / max(float(n.sum()), 1.0)
    away, square = _pairs(n, total, squares, mean)
    both = n > 1
    pairs = away[both] / (n[both] - 1)
    return _verdict(float(both.sum()), float(pairs.sum()), dot(pairs, pairs), float(square[both].sum()))


def _alike_of(facts: LazyFrame) -> tuple[float, bool]:
    """The same from sums of customers."""
    n, total, squares = (nw.col(name) for name in LOGS)
    known = facts.select(*LOGS)
    whole = engines.collect(known.select(n.sum().cast(nw.Float64), total.sum()))
    mean = float(whole[LOGS[1]][0] or 0.0) / max(float(whole[LOGS[0]][0] or 0.0), 1.0)
    away, square = _pairs(n, total, squares, mean)
    pairs = known.filter(n > 1).select(pairs=away / (n - 1), square=square)
    sums = pairs.select("pairs", "square", pairs_square=nw.col("pairs") * nw.col("pairs"))
    found = engines.collect(sums.select(nw.len().alias("n"), nw.all().sum()))
    return _verdict(*(float(found[name][0] or 0.0) for name in ("n", "pairs", "pairs_square", "square")))


def _pairs(n: Any, total: Any, squares: Any, mean: float) -> tuple[Any, Any]:
    """Sum of products of the pairs of a customer's purchases, and of their squares, less the mean of all."""
    square = squares - 2 * mean * total + mean**2 * n
    return (total - mean * n) * (total - mean * n) - square, square


def _verdict(customers: float, pairs: float, pairs_square: float, square: float) -> tuple[float, bool]:
    if customers < LEAST_BOTH or square <= 0 or pairs_square <= 0:
        return np.nan, True
    return pairs / square, pairs > ONE_SIDED * float(np.sqrt(pairs_square))


# Of each customer: purchases with money, the sum of its logarithms and that of their squares.
LOGS = ("money_counted", "log_money", "log_money_squares")


def money_sums(tx: Transactions) -> Sums:
    """What the model learns from beside what is known of customers: the sum of squares of the money of days."""
    money = nw.col("money").cast(nw.Float64)
    squares = "spend_squares" if tx.only_spent else "money_squares"  # stages learn from the same squares of spend
    derived = {"money_squares": nw.col(squares)} if tx.only_spent else {}
    return Sums({squares: money * money}, {squares: nw.col(squares).sum()}, derived=derived)


def log_sums() -> Sums:
    """The sums over days by which is judged whether customers' means repeat: `LOGS`."""
    money = nw.col("money").cast(nw.Float64)
    some = nw.col("money") > 0
    log = nw.when(some).then(money).otherwise(1.0).log()
    counted, *logs = LOGS
    made = dict(zip(logs, (log, log * log), strict=True))
    return Sums(made, {name: nw.col(name).sum() for name in made}, {counted: some})


def _logs_of(money: Floats) -> tuple[Floats, Floats, Floats]:
    """The same of one purchase."""
    log = np.log(np.where(money > 0, money, 1.0))
    return np.asarray(money > 0, dtype=float), log, log**2


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
