"""Share of wallet: a customer's spend with one company / all that the customer spends in the category.

Where the category spend is not known, the Wallet Allocation Rule estimates the share from the rank that a customer
gives the company among those used. Ranks matter, not scores: a nine is worth little where the competitor gets a ten.

Source: Keiningham, Aksoy, Buoye & Cooil (2011), Customer loyalty isn't enough. Grow your share of wallet, Harvard
Business Review 89(10), 29-31 (the Wallet Allocation Rule).
"""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import ArrayLike

from crmkit import _frame
from crmkit._frame.engines import FrameT
from crmkit._types import Bools, Floats
from crmkit.errors import ArgumentError, DataError


def share(own: ArrayLike, total: ArrayLike) -> Any:
    """Share of wallet: own spend / all spend of the customer in the category.

    Parameters
    ----------
    own, total : number, or array (n_customers,)
        Spend with the company and in the whole category, its own included; in one currency and of one period.

    Returns
    -------
    float, or array (n_customers,)
        Between 0 and 1; not a number where the customer spent nothing in the category.

    Raises
    ------
    ArgumentError
        Spend is negative or not finite, or more with the company than in the category that contains it.

    Examples
    --------
    >>> share(300, 1000), share([50, 20], [200, 20]).tolist()
    (0.3, [0.25, 1.0])
    """
    mine, all_spend = (_amounts(name, values) for name, values in (("own", own), ("total", total)))
    if (mine > all_spend).any():
        raise ArgumentError("own", _first(mine, mine > all_spend), "own_above_total")
    with np.errstate(invalid="ignore", divide="ignore"):
        return _plain(np.where(all_spend > 0, mine / all_spend, np.nan))


def add_share(
    customers: FrameT, *, own: str = "monetary", total: str = "category_spend", into: str = "share_of_wallet"
) -> FrameT:
    """Add the share of wallet to a table of customers.

    Parameters
    ----------
    customers : table, n_customers rows
        Of any supported kind.
    own, total : str
        Columns of the spend with the company and in the whole category, of one period and currency.
    into : str, default "share_of_wallet"
        Name of the new column.

    Returns
    -------
    table, n_customers rows
        `customers` with the share; missing where a customer spent nothing in the category.

    Raises
    ------
    ColumnError
        A column is absent, not numeric or has missing values.
    DataError
        Some spend more with the company than in the category that contains it, or less than nothing.

    Examples
    --------
    >>> import pandas as pd
    >>> spend = pd.DataFrame({"customer_id": ["a", "b"], "monetary": [30.0, 20.0], "category_spend": [120.0, 20.0]})
    >>> add_share(spend)["share_of_wallet"].tolist()
    [0.25, 1.0]
    """
    table = _frame.open_table(customers, numbers=[own, total])
    flawed = (nw.col(own) < 0) | (nw.col(total) < nw.col(own))
    n = table.collect(table.frame.select(n=nw.when(flawed).then(1).otherwise(0)).select(nw.col("n").sum()))["n"]
    if int(n[0] or 0):
        raise DataError("own_spend_above_total", n=int(n[0]), own=own, total=total)
    made = nw.when(nw.col(total) > 0).then(nw.col(own) * 1.0 / nw.col(total))
    return table.give_back(table.frame.with_columns(made.alias(into)))  # type: ignore[no-any-return]


def ranks(ratings: ArrayLike) -> Floats:
    """The rank that each customer gives each company, the best rating first; equal ratings share their mean rank.

    Parameters
    ----------
    ratings : array, shape (n_customers, n_companies) or (n_companies,)
        Higher is better. Companies that a customer does not use are not a number, and get no rank.

    Returns
    -------
    array, of the same shape
        Ranks from 1; not a number where there was no rating.

    Examples
    --------
    >>> ranks([[9, 10, 9], [8, 5, 7]]).tolist()
    [[2.5, 1.0, 2.5], [1.0, 3.0, 2.0]]
    """
    given = np.asarray(ratings, dtype=float)
    one, other = given[..., :, None], given[..., None, :]
    better = (other > one).sum(axis=-1)
    equal = (other == one).sum(axis=-1)
    return np.where(np.isnan(given), np.nan, better + (equal + 1) / 2)


def allocation(rank: ArrayLike, n: ArrayLike) -> Any:
    """Share of wallet by the Wallet Allocation Rule: (1 - rank / (n + 1)) x 2 / n.

    The shares that a customer gives to all n companies add up to 1, whatever the ties.

    Parameters
    ----------
    rank : number, or array
        Rank of the company among those that the customer uses, 1 the best; ties share their mean rank (see `ranks`).
    n : int, or array
        How many companies of the category the customer uses.

    Returns
    -------
    float, or array
        Estimated share of wallet, as a fraction.

    Raises
    ------
    ArgumentError
        `n` is no whole number from 1 on, or a rank is not between 1 and n.

    Examples
    --------
    >>> [round(allocation(rank, 3), 4) for rank in (1, 2, 3)], allocation(1.5, 2)
    ([0.5, 0.3333, 0.1667], 0.5)
    """
    placed, used = np.asarray(rank, dtype=float), np.asarray(n, dtype=float)
    if not (np.isfinite(used).all() and (used >= 1).all() and (used == np.floor(used)).all()):
        raise ArgumentError("n", n, "count", example=3, least=1)
    flawed = ~((placed >= 1) & (placed <= used) | np.isnan(placed))
    if flawed.any():
        raise ArgumentError("rank", _first(np.broadcast_to(placed, flawed.shape), flawed), "rank_among", example=1)
    return _plain((1 - placed / (used + 1)) * 2 / used)


def _amounts(name: str, values: ArrayLike) -> Floats:
    try:
        amounts = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise ArgumentError(name, values, "spend", example=300) from None
    if not (np.isfinite(amounts).all() and (amounts >= 0).all()):
        raise ArgumentError(name, _first(amounts, ~(np.isfinite(amounts) & (amounts >= 0))), "spend", example=300)
    return amounts


def _first(values: Floats, flawed: Bools) -> float:
    return float(np.broadcast_to(values, flawed.shape)[flawed].ravel()[0])


def _plain(values: Floats) -> Any:
    """A number for numbers, an array for arrays."""
    return float(values) if np.ndim(values) == 0 else values
