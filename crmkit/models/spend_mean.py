"""Expected spend per purchase: a customer's own mean, drawn to that of all as far as it does not repeat.

A customer of n purchases and mean spend m, first purchase included, is expected to spend

    mean + (m - mean) * n / (n + k),

the linear forecast of credibility theory, where the mean of all counts for k purchases. k is the one with which every
purchase of the past would have been forecast best from the customer's other purchases (least squares, one left out at
a time). Where a customer's mean does not repeat, k grows without limit and all are expected to spend the same; 1 /
(1 + k) is the correlation between two purchases of one customer that goes with it.

The Gamma-Gamma model has the same expectation, with (q - 1) / p in place of k, but learns it from customers' means
alone, which cannot tell who varies from who differs unless its law of spend is the true one. Here its parameters are
those that have the moments: with W the variance within customers and B = W / k that between them, p = (mean^2 + B) / W,
q = 2 + mean^2 / B and v = mean (q - 1) / p. So intervals and quantiles are those of the Gamma-Gamma model.

Sources: Buhlmann & Straub (1970), Glaubwuerdigkeit fuer Schadensaetze, Mitteilungen der Vereinigung schweizerischer
Versicherungsmathematiker 70, 111-133; Stone (1974), Cross-validatory choice and assessment of statistical
predictions, Journal of the Royal Statistical Society B 36(2), 111-147.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from crmkit import _frame
from crmkit._frame import engines
from crmkit.customers import customer_days
from crmkit.errors import DataError
from crmkit.models._repeats import HINT
from crmkit.models.gamma_gamma import GammaGamma, GammaGammaParams, mean_spend
from crmkit.transactions import open_transactions

Array = NDArray[np.float64]

# Part of the square of the mean that spend varies by within customers at least.
LEAST = 1e-6
# Values of k that are tried; the last one stands for "a customer's mean does not repeat".
PULLS = np.geomspace(0.02, 1e5, 200)


class SpendMean(GammaGamma):
    """Expected spend per purchase: a customer's own mean, drawn to that of all as far as it does not repeat.

    Attributes
    ----------
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

    counts_first: ClassVar[bool] = True
    mean_: float
    correlation_: float
    standard_error_: float
    varies_: bool

    def fit(self, customers: Any, y: Any = None, *, weight: str | None = None) -> Self:  # noqa: ARG002
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
        days = customer_days(tx)
        money = nw.col("money").cast(nw.Float64)
        visits = nw.col("bought").sum() if tx.has_refunds else nw.len()
        each = days.with_columns(square=money * money).group_by("customer_id").agg(
            n=visits.cast(nw.Float64), money=nw.col("money").sum().cast(nw.Float64), square=nw.col("square").sum()
        )  # fmt: skip
        found = engines.collect(each.filter(nw.col("n") > 0).select("n", "money", "square"))
        count, total, square = (np.asarray(found[name], dtype=float) for name in ("n", "money", "square"))
        return self.of_sums(count, total / tx.scale, square / tx.scale**2)

    def of_sums(self, n: Array, money: Array, square: Array) -> Self:
        """Learn from the number of purchases of each customer, their spend, and the sum of squares of it."""
        total, customers = float(n.sum()), n.size
        if total == customers or money.sum() <= 0:
            raise DataError("spend_does_not_repeat" if total == customers else "spend_not_above_zero")
        mean = float(money.sum()) / total
        k = float(PULLS[int(np.argmin([_left_out(n, money, square, mean, pull) for pull in PULLS]))])
        within = max(float((square - money**2 / n).sum()) / (total - customers), LEAST * mean**2)
        between = within / k
        p, q = (mean**2 + between) / within, 2 + mean**2 / between
        self.params_ = GammaGammaParams(p=p, q=q, v=mean * (q - 1) / p)
        self.mean_, self.correlation_ = mean, 1 / (1 + k) if k < PULLS[-1] else 0.0
        self.varies_ = float((square - 2 * mean * money + n * mean**2).sum()) > 1e-9 * mean**2 * total
        self.standard_error_ = float(np.sqrt(((money - mean * n) ** 2).sum())) / total
        return self

    def parameter_draws(self, draws: int, rng: np.random.Generator) -> list[Any]:
        """Parameters with the mean drawn from the distribution of its estimate; the others stay."""
        p, q, v = self.params_.p, self.params_.q, self.params_.v
        shifts = np.exp(self.standard_error_ / self.mean_ * rng.standard_normal(draws))
        return [GammaGammaParams(p=p, q=q, v=float(v * shift)) for shift in shifts]

    def _fitted(self, what: str) -> None:  # noqa: ARG002
        _ = self.parameters

    def expected_spend(self, customers: Any) -> Array:
        """Expected spend per purchase of each customer, from `x` and `monetary`, shape (n_customers,)."""
        table = _frame.open_table(customers, numbers=("x", "monetary"), hint=HINT)
        return self.of_history(*table.arrays("x", "monetary"))

    def of_history(self, x: Array, monetary: Array) -> Array:
        """Expected spend of customers with x repeat purchases and a total spend."""
        return mean_spend(self.parameters, x + 1, np.maximum(monetary, 0.0) / (x + 1))

    def score(self, customers: Any) -> Any:
        """The customers with `expected_spend`, in the table's own kind and row order."""
        table = _frame.open_table(customers, numbers=("x", "monetary"), hint=HINT)
        names: Sequence[str] = ("x", "monetary")
        if table.in_memory:
            return table.give_back(table.add({"expected_spend": self.of_history(*table.arrays(*names))}))
        counted = table.cells(list(names))
        columns = [np.asarray(counted[name], dtype=float) for name in names]
        keys = {name: counted[name] for name in names}
        return table.give_back(table.attach(list(names), {**keys, "expected_spend": self.of_history(*columns)}))


def _left_out(n: Array, money: Array, square: Array, mean: float, k: float) -> float:
    """Sum of squared errors if each purchase is forecast from the customer's others; from sums of each customer."""
    n, money, square = (column[n > 1] for column in (n, money, square))
    others = n - 1 + k
    pulled = (money + k * mean) / others
    return float((square * (1 + 1 / others) ** 2 - 2 * money * (1 + 1 / others) * pulled + n * pulled**2).sum())
