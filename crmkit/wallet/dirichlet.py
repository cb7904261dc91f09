"""NBD-Dirichlet: what is normal for each brand of a category, from its market share alone.

Customers buy the category at rates of their own (NBD) and choose brands with probabilities of their own (Dirichlet).
Two numbers of the category and one for all brands then tell the penetration, buying rate, share of requirements,
repeat rate and shared customers of every brand. Small brands have fewer buyers, who also buy a little less often:
double jeopardy. What deviates from it is news; most of what is called loyalty is brand size.

Sources: Goodhardt, Ehrenberg & Chatfield (1984), The Dirichlet: a comprehensive model of buying behaviour, Journal of
the Royal Statistical Society A 147(5), 621-655; McGill, Tukey & Larsen (1978), The American Statistician 32, 12-16
(notches).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crmkit import _checks, _frame
from crmkit._results import Result
from crmkit._types import Array, Bools, Floats, Table
from crmkit.definitions import Definition
from crmkit.errors import ArgumentError, DataError, shown
from crmkit.wallet import _nbd

HINT = (
    "It takes one row per brand: brand, share (of the category's purchases) and penetration (share of the population)."
)
_LEAST, _MOST = 1e-4, 1e4  # of S
_NOTCH = 1.58  # of the quartiles' distance / sqrt(n)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Dirichlet(Result):
    """A fitted NBD-Dirichlet; given by `dirichlet`.

    Attributes
    ----------
    table : table
        One row per brand, in the order given: `brand`, `share`; `penetration_observed` (if given), `penetration`
        (expected, share of the population); `purchases_per_buyer` (of the brand); `category_purchases_per_buyer` (all
        purchases of its buyers); `share_of_requirements` (the first / the second); `repeat_rate` (probability that the
        purchase after one of the brand is of it again); `double_jeopardy` (purchases_per_buyer x (1 - penetration),
        which is about the same for all brands); `brand_S` (the S that would give its observed penetration exactly;
        missing where none does).
    duplication : table
        One row per brand: `brand`, and a column per brand with the share of its buyers who buy that one too.
    M, K, S : float
        Category purchases per head; the NBD's k; the Dirichlet's S: the smaller, the more each customer keeps to a
        brand.
    polarisation : float
        1 / (S + 1): 0 where all customers share the same preferences, 1 where each buys one brand only.
    left_out : tuple of str
        Brands whose own S lies above the notch and did not enter the pooled S.
    definition : Definition
        What is counted.
    """

    table: Table
    duplication: Table
    M: float
    K: float
    S: float
    polarisation: float
    left_out: tuple[str, ...]
    definition: Definition


def dirichlet(
    brands: Table,
    *,
    penetration: float,
    purchases_per_buyer: float,
    S: float | None = None,
    periods: float = 1.0,
    brand: str = "brand",
    share: str = "share",
    brand_penetration: str = "penetration",
) -> Dirichlet:
    """Fit the NBD-Dirichlet to a category, and say what is normal for each of its brands.

    Parameters
    ----------
    brands : table, n_brands rows
        One row per brand. Brands that are left out are the rest of the market: shares need not add up to 1.
    penetration, purchases_per_buyer : float
        Of the category in one period: share of the population that bought it, and mean purchases of these buyers.
    S : float, optional
        The Dirichlet's S. By default the mean of the brands' own S, weighted by their shares, without brands that lie
        above the notch of a box plot of them (median + 1.58 x distance of the quartiles / square root of n): a single
        small brand can have any S.
    periods : float, default 1
        Length of the time that the table is about, in periods of the data: 4 makes a year of a quarter.
    brand, share, brand_penetration : str
        Columns with the brand's name, its share of the category's purchases, and its observed penetration (needed only
        where `S` is not given).

    Returns
    -------
    Dirichlet

    Raises
    ------
    ColumnError, DataError
        A column is absent or has missing values; shares are not above 0, or add up to more than 1; or no brand has a
        penetration from which S could be learnt.
    ArgumentError
        The category's figures are out of range.

    Examples
    --------
    >>> quarter = {"brand": ["A", "B"], "share": [0.25, 0.19], "penetration": [0.20, 0.17]}
    >>> found = dirichlet(quarter, penetration=0.56, purchases_per_buyer=2.6, S=1.3)
    >>> found.table[["brand", "penetration", "purchases_per_buyer", "share_of_requirements"]].round(4)
      brand  penetration  purchases_per_buyer  share_of_requirements
    0     A       0.2001               1.8195                 0.5754
    1     B       0.1569               1.7631                 0.5480
    """
    b, w = _nbd.check(penetration, purchases_per_buyer)
    table = _frame.open_table(brands, numbers=[share], keys=[brand], hint=HINT)
    names = [str(name) for name in table.collect(table.frame.select(brand))[brand]]
    (mu,) = table.arrays(share)
    _refuse_shares(names, mu, share)
    mean = b * w
    k = _nbd.k_of(b, mean)
    chances = _nbd.pmf(k, mean)
    if brand_penetration in table.columns or S is None:
        observed = _frame.open_table(brands, numbers=[brand_penetration], hint=HINT).arrays(brand_penetration)[0]
    else:
        observed = np.full(mu.size, np.nan)
    own = np.array([_own_s(chances, m, seen) for m, seen in zip(mu, observed, strict=True)])
    pooled, kept = (_given(S), np.ones(mu.size, dtype=bool)) if S is not None else _pooled(own, mu)
    length = _checks.finite("periods", periods)
    if length <= 0:
        raise ArgumentError("periods", periods, "above_zero", example=4)
    then = _nbd.pmf(k, mean * length)
    columns = {
        "brand": np.array(names, dtype=object),
        "share": mu,
        **({"penetration_observed": observed} if np.isfinite(observed).any() else {}),
        **_expected(then, mean * length, pooled, mu),
        "brand_S": own,
    }
    return Dirichlet(
        table=table.build(columns),
        duplication=table.build(_duplication(then, pooled, mu, names)),
        M=mean * length,
        K=k,
        S=pooled,
        polarisation=1 / (1 + pooled),
        left_out=tuple(name for name, stays in zip(names, kept, strict=True) if not stays),
        definition=Definition("dirichlet_norm", None, {"periods": f"{length:g}"}),
    )


def _refuse_shares(names: list[str], mu: Floats, column: str) -> None:
    if not names:
        raise DataError("no_brands")
    if len(set(names)) < len(names):
        raise DataError("brands_repeated", brands=shown(sorted({name for name in names if names.count(name) > 1})))
    if (mu <= 0).any() or mu.sum() > 1 + 1e-9 or (mu >= 1).any():
        raise DataError("brand_shares", column=column, values=shown(mu.tolist()), total=f"{mu.sum():.4g}")


def _given(S: float) -> float:
    if _checks.finite("S", S) <= 0:
        raise ArgumentError("S", S, "above_zero", example=1.3)
    return float(S)


def _silent(S: float, mu: float, n: Floats) -> Floats:
    """Probability that none of n category purchases is of a brand with this share (beta-binomial)."""
    from scipy.special import gammaln

    rest = S * (1 - mu)
    return np.asarray(np.exp(gammaln(S) - gammaln(rest) + gammaln(rest + n) - gammaln(S + n)))


def _penetration(chances: Floats, S: float, mu: float) -> float:
    return float(1 - chances @ _silent(S, mu, np.arange(chances.size, dtype=float)))


def _own_s(chances: Floats, mu: float, observed: float) -> float:
    """The S at which a brand with this share has the observed penetration; not a number where there is none."""
    from scipy.optimize import brentq

    if not np.isfinite(observed):
        return np.nan
    ends = [_penetration(chances, S, mu) - observed for S in (_LEAST, _MOST)]
    if ends[0] >= 0 or ends[1] <= 0:
        return np.nan
    return float(
        np.exp(brentq(lambda s: _penetration(chances, np.exp(s), mu) - observed, np.log(_LEAST), np.log(_MOST)))
    )


def _pooled(own: Floats, mu: Floats) -> tuple[float, Bools]:
    """The S of the category, and the brands that it was learnt from (or say nothing of it)."""
    known = np.isfinite(own)
    if not known.any():
        raise DataError("no_dirichlet_s")
    found = np.sort(own[known])
    # The hinges of a box plot: medians of the lower and the upper half, both with the middle value of an odd number.
    half = (found.size + 1) // 2
    spread = float(np.median(found[-half:]) - np.median(found[:half]))
    notch = float(np.median(found)) + _NOTCH * spread / np.sqrt(found.size)
    kept = ~known | (own <= notch)
    used = known & kept
    return float((own[used] * mu[used]).sum() / mu[used].sum()), kept


def _expected(chances: Floats, mean: float, S: float, mu: Floats) -> dict[str, Floats]:
    """The columns that the model tells of each brand."""
    n = np.arange(chances.size, dtype=float)
    silent = [_silent(S, share, n) for share in mu]
    buyers = np.array([1 - chances @ none for none in silent])
    category = np.array([(n * chances) @ (1 - none) for none in silent]) / buyers
    purchases = mean * mu / buyers
    return {
        "penetration": buyers,
        "purchases_per_buyer": purchases,
        "category_purchases_per_buyer": category,
        "share_of_requirements": purchases / category,
        "repeat_rate": (S * mu + 1) / (S + 1),
        "double_jeopardy": purchases * (1 - buyers),
    }


def _duplication(chances: Floats, S: float, mu: Floats, names: list[str]) -> dict[str, Array]:
    """Of the buyers of each brand (rows) the share who buy the other (columns)."""
    buyers = np.array([_penetration(chances, S, share) for share in mu])
    either = np.array([[_penetration(chances, S, min(one + other, 1.0)) if one + other < 1 else 1 - chances[0]
                        for other in mu] for one in mu])  # fmt: skip
    both = buyers[:, None] + buyers[None, :] - either
    np.fill_diagonal(both, buyers)
    shared = both / buyers[:, None]
    return {"brand": np.array(names, dtype=object), **{name: shared[:, at] for at, name in enumerate(names)}}
