"""True concentration: how unequal customers' purchases are once the chance of one period is taken off.

In one year many light buyers happen not to buy and some happen to buy twice, so that purchases look more concentrated
than customers' rates are: the observed share of the top 20 % is too high for the long run. From the counts of one
period the NBD tells both. `crmkit.pyramid.concentration` measures the observed one.

Source: Schmittlein, Cooper & Morrison (1993), Truth in concentration in the land of (80/20) laws, Marketing Science
12(2), 167-183.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crmkit import _checks, _frame
from crmkit._frame import engines
from crmkit._results import Result
from crmkit._types import Floats, Table
from crmkit.definitions import Definition
from crmkit.errors import DataError, shown
from crmkit.wallet import _nbd

SPANS = ("one_period", "long_run")
HINT = "Give the customers with 0, 1, 2, ... purchases, or a table with purchases and customers."


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class TrueConcentration(Result):
    """Concentration of purchases in one period and in the long run; given by `true_concentration`.

    Attributes
    ----------
    table : table
        `span` ("one_period": as a year like this one is expected to look, "long_run": by customers' own rates),
        `customer_share` (the top so many) and `purchase_share` (what they buy).
    r, alpha : float
        Of the NBD: purchase rates are Gamma(r, alpha), per period.
    log_likelihood : float
        Of the counts.
    customers : int
        All of them, buyers or not.
    definition : Definition
        What is counted.
    """

    table: Table
    r: float
    alpha: float
    log_likelihood: float
    customers: int
    definition: Definition

    def top_share(self, top: float = 0.2, *, span: str = "long_run") -> float:
        """Share of the purchases that the `top` share of customers makes.

        Examples
        --------
        >>> counts = [400, 60, 30, 20, 8, 8, 9, 6, 27]
        >>> round(true_concentration(counts, open_ended=True).top_share(0.2), 3)
        0.881
        """
        share, which = _checks.share("top", top), _checks.choice("span", span, SPANS)
        return _long_run(self.r, share) if which == "long_run" else _one_period(self.r, self.alpha, share)


def true_concentration(
    customers: Table,
    *,
    open_ended: bool = False,
    top: float | Sequence[float] = 0.2,
    purchases: str = "purchases",
    weight: str = "customers",
) -> TrueConcentration:
    """Fit the NBD to counts of purchases, and tell how concentrated they are in one period and in the long run.

    Assumes that each customer buys at a steady rate of their own. Customers without a purchase belong to it: a table of
    buyers only must be completed with how many others there are, or the answer is about another population.

    Parameters
    ----------
    customers : sequence of int, or table
        How many customers made 0, 1, 2, ... purchases in the period; or a table with one row per number of purchases.
    open_ended : bool, default False
        The last (largest) number stands for "so many or more".
    top : float or several, default 0.2
        Shares of customers to report.
    purchases, weight : str
        Columns of a table: number of purchases, and how many customers made so many.

    Returns
    -------
    TrueConcentration

    Raises
    ------
    DataError
        Counts are negative or no whole numbers, nobody or everybody has the same number, or nobody is without a
        purchase.
    ArgumentError
        `top` is not a share.

    Examples
    --------
    >>> champagne = [400, 60, 30, 20, 8, 8, 9, 6, 27]  # households with 0, 1, ... 7, and 8 or more purchases
    >>> found = true_concentration(champagne, open_ended=True)
    >>> round(found.r, 4), round(found.alpha, 4), found.table["purchase_share"].round(3).tolist()
    (0.1611, 0.1291, [0.924, 0.881])
    """
    shares = [_checks.share("top", each, above_zero=True) for each in ([top] if np.isscalar(top) else top)]  # type: ignore[union-attr]
    x, n, like = _counts(customers, purchases, weight)
    r, alpha, value = _fit(x, n, open_ended=open_ended)
    rows = [(span, share) for span in SPANS for share in shares]
    bought = [_long_run(r, share) if span == "long_run" else _one_period(r, alpha, share) for span, share in rows]
    columns = {
        "span": np.array([span for span, _ in rows], dtype=object),
        "customer_share": np.array([share for _, share in rows]),
        "purchase_share": np.array(bought),
    }
    table = engines.build(columns, like)
    return TrueConcentration(table, r, alpha, value, int(n.sum()), Definition("true_concentration", None))


def _counts(customers: Table, purchases: str, weight: str) -> tuple[Floats, Floats, engines.AnyFrame]:
    """Numbers of purchases, ascending, and how many customers made so many."""
    if isinstance(customers, Sequence | np.ndarray):
        n = _numbers(customers)
        x = np.arange(n.size, dtype=float)
        like = engines.wrap({"n": [0]})
    else:
        table = _frame.open_table(customers, numbers=[purchases, weight], hint=HINT)
        cells = table.cells([purchases], weight=weight)
        x, n, like = np.asarray(cells[purchases], dtype=float), cells["n"].astype(float), table.frame
    whole = (n >= 0) & (n == np.floor(n)) & (x >= 0) & (x == np.floor(x))
    if not whole.all():
        raise DataError("purchase_counts", values=shown([*x[~whole].tolist(), *n[~whole].tolist()]))
    some = n > 0
    if some.sum() < 2 or not (x[some] == 0).any():
        raise DataError("purchase_counts_alike" if some.sum() < 2 else "no_non_buyers")
    return x, n, like


def _numbers(values: ArrayLike) -> Floats:
    try:
        found = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise DataError("purchase_counts", values=shown([values])) from None
    if found.ndim != 1 or not np.isfinite(found).all():
        raise DataError("purchase_counts", values=shown([values]))
    return found


def _fit(x: Floats, n: Floats, *, open_ended: bool) -> tuple[float, float, float]:
    """r, alpha and the log-likelihood of counts; of the last one "or more" where it is open."""
    from scipy.optimize import minimize
    from scipy.stats import nbinom

    last = x.size - 1
    closed = np.arange(x.size) != last if open_ended else np.ones(x.size, dtype=bool)

    def loss(theta: Floats) -> float:
        r, alpha = np.exp(theta)
        p = alpha / (1 + alpha)
        value = float(n[closed] @ nbinom.logpmf(x[closed], r, p))
        if open_ended and n[last]:
            value += float(n[last] * nbinom.logsf(x[last] - 1, r, p))
        return -value if np.isfinite(value) else 1e300

    mean = float((x * n).sum() / n.sum())
    start = np.log([_nbd_start(float(n[x == 0].sum() / n.sum()), mean), 0.5 / mean])
    found = minimize(loss, start, method="Nelder-Mead", options={"maxiter": 4000, "xatol": 1e-5, "fatol": 1e-9})
    found = minimize(loss, found.x, method="Nelder-Mead", options={"maxiter": 4000, "xatol": 1e-10, "fatol": 1e-12})
    r, alpha = (float(value) for value in np.exp(found.x))
    if not 1e-6 < r < 1e6:
        raise DataError("purchase_counts_poisson")
    return r, alpha, -float(found.fun)


def _nbd_start(silent: float, mean: float) -> float:
    b = 1 - silent
    return _nbd.k_of(b, mean) if mean > -np.log(silent) * (1 + 1e-6) else 5.0


def _one_period(r: float, alpha: float, top: float) -> float:
    """What the top customers of one period are expected to have bought in it."""
    chances = _nbd.pmf(r, r / alpha)
    n = np.arange(chances.size, dtype=float)
    people, bought = np.cumsum(chances[::-1]), np.cumsum((n * chances)[::-1])
    # Among customers with the same number, any of them: the curve is a straight line there.
    return float(np.interp(top, np.append(0.0, people), np.append(0.0, bought)) / bought[-1])


def _long_run(r: float, top: float) -> float:
    """What the customers with the highest rates buy in the long run: the Lorenz curve of a gamma distribution."""
    from scipy.special import gammaincc, gammainccinv

    return float(gammaincc(r + 1, gammainccinv(r, top)))
