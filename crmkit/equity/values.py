"""Lifetime value per brand from switching probabilities, and the shares that brands tend to.

Who bought brand i last buys brand j next with probability p_ij, so that the t-th purchase from now is of brand j with
probability (P^t)_ij. The value of that customer to brand j is the discounted margin of all those purchases. A customer
who switches is not lost: they may come back, which a retention rate has no way to say.

Source: Rust, Lemon & Zeithaml (2004), Journal of Marketing 68(1), 109-127, equations 2 to 4.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from crmkit._types import Duration, Table
from crmkit.equity._matrix import read_matrix
from crmkit.equity._terms import Terms, Timing, shares_of


def brand_values(
    matrix: Table,
    *,
    purchases_per_year: float,
    margin: float | Mapping[str, float],
    discount_rate: float,
    horizon: Duration | None = None,
    timing: Timing = "end",
) -> Table:
    """What a customer is worth to every brand, by the brand that they bought last.

    Assumes that choices depend on the last purchase only, that the matrix is one of purchase to purchase (not of year
    to year: see `per_purchase`), and that purchases come at equal intervals.

    Parameters
    ----------
    matrix : table, array or Switching; n_brands rows
        Of those who bought the brand of the row last, the share whose next purchase is of each brand; rows add up to 1.
        A column of text names the rows, or they come in the order of the columns.
    purchases_per_year : float
        Purchases of the category by a customer in a year.
    margin : float, or mapping of brand to float
        Money per purchase: spend x margin rate.
    discount_rate : float
        Annual and effective: 0.1 is 10 % a year.
    horizon : duration, optional
        How far purchases count, such as "3Y". Default: without end.
    timing : {"end", "start"}, default "end"
        "end": the first purchase comes after one interval. "start": the purchase of the brand bought last is counted
        too, as made now.

    Returns
    -------
    table, n_brands rows, in the kind of the matrix
        `last` (the brand bought last), and a column per brand with the customer's value to it. A row adds up to the
        value of the customer to the whole market, which is the same for all where brands have one margin.

    Raises
    ------
    DataError
        Rows do not add up to 1, or the matrix is not square.
    ArgumentError
        A value is out of range, or nothing is discounted without a horizon.

    Examples
    --------
    >>> switch = {"last": ["A", "B"], "A": [0.8, 0.3], "B": [0.2, 0.7]}
    >>> brand_values(switch, purchases_per_year=2, margin=30, discount_rate=0.1).round(2)
      last       A       B
    0    A  379.72  234.92
    1    B  352.39  262.26
    """
    read = read_matrix(matrix)
    terms = Terms.of(read, purchases_per_year, margin, discount_rate, horizon, timing)
    return read.square(terms.values(read.p))


def long_run_shares(matrix: Table) -> Table:
    """The shares of purchases that the brands tend to, if the switching stays as it is.

    Parameters
    ----------
    matrix : table, array or Switching
        As for `brand_values`.

    Returns
    -------
    table, n_brands rows, in the kind of the matrix
        `brand`, `share`: together 1.

    Raises
    ------
    DataError
        Rows do not add up to 1; or the brands fall into groups between which nobody switches, so that the shares depend
        on where customers begin.

    Examples
    --------
    >>> long_run_shares({"last": ["A", "B"], "A": [0.8, 0.3], "B": [0.2, 0.7]})
      brand  share
    0     A    0.6
    1     B    0.4
    """
    read = read_matrix(matrix)
    return read.build({"brand": np.array(read.brands, dtype=object), "share": shares_of(read)})
