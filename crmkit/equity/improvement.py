"""What an improvement of a brand returns: its choice probabilities go up, and with them the value of every customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from crmkit import _checks
from crmkit._results import Result
from crmkit._types import Duration, Floats, Table
from crmkit.definitions import Definition
from crmkit.equity._matrix import LAST, Matrix, read_matrix
from crmkit.equity._terms import Terms, shares_of
from crmkit.errors import ArgumentError


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class WhatIf(Result):
    """What an improvement returns; given by `what_if`.

    Attributes
    ----------
    table : table
        One row per brand bought last: `last`, `share_before`, `share_after` (whose next purchase is of the improved
        brand), `value_before`, `value_after` (of the customer to that brand) and `gain`.
    long_run : table
        `brand`, `share_before`, `share_after`: what the shares of purchases tend to.
    gain_per_customer : float
        Mean gain over customers, by the long-run shares before.
    gain : float
        Of all `customers`.
    cost : float
        As given.
    return_on_investment : float
        (gain - cost) / cost; not a number without a cost, because no improvement is free.
    definition : Definition
        What is counted.
    """

    table: Table
    long_run: Table
    gain_per_customer: float
    gain: float
    cost: float
    return_on_investment: float
    definition: Definition


def what_if(
    matrix: Any,
    *,
    brand: str,
    utility: float,
    purchases_per_year: float,
    margin: Any,
    discount_rate: float,
    horizon: Duration | None = None,
    customers: float = 1.0,
    cost: float = 0.0,
) -> WhatIf:
    """What it returns to make a brand more attractive to everybody, by so much in the utility of a logit.

    A logit multiplies the odds of the brand by e^utility in every row of the matrix. `drivers` tells how much utility a
    better rating brings: coefficient x improvement of the rating.

    Parameters
    ----------
    matrix, purchases_per_year, margin, discount_rate, horizon
        As for `brand_values`.
    brand : str
        The brand that improves; the others answer with nothing.
    utility : float
        By how much; below 0 it gets worse.
    customers : float, default 1
        Customers of the whole category.
    cost : float, default 0
        What the improvement costs, discounted to today, in money. Without it there is a gain but no return.

    Returns
    -------
    WhatIf

    Raises
    ------
    DataError
        As for `brand_values`; or there is no such brand.
    ArgumentError
        A value is not finite, or `cost` or `customers` is negative.

    Examples
    --------
    >>> switch = {"last": ["A", "B"], "A": [0.8, 0.3], "B": [0.2, 0.7]}
    >>> better = what_if(switch, brand="A", utility=0.1, purchases_per_year=2, margin=30, discount_rate=0.1, cost=10)
    >>> better.table[["last", "share_after", "gain"]].round(4)
      last  share_after     gain
    0    A       0.8155  20.5323
    1    B       0.3214  21.1410
    >>> round(better.return_on_investment, 3)
    1.078
    """
    read = read_matrix(matrix)
    at = read.position(brand)
    terms = Terms.of(read, purchases_per_year, margin, discount_rate, horizon, "end")
    n, spent = (_least(name, value) for name, value in (("customers", customers), ("cost", cost)))
    after = improved(read.p, at, _checks.finite("utility", utility))
    before, then = terms.values(read.p)[:, at], terms.values(after)[:, at]
    now = shares_of(read)
    each = float(now @ (then - before))
    columns = {
        LAST: np.array(read.brands, dtype=object),
        "share_before": read.p[:, at],
        "share_after": after[:, at],
        "value_before": before,
        "value_after": then,
        "gain": then - before,
    }
    shares = {
        "brand": np.array(read.brands, dtype=object),
        "share_before": now,
        "share_after": shares_of(Matrix(read.brands, after, read.like)),
    }
    free = "improvement_free" if spent == 0 else "improvement_costed"
    definition = Definition("improvement", None, {"brand": brand, "utility": f"{float(utility):g}", "cost": free})
    return WhatIf(
        table=read.build(columns),
        long_run=read.build(shares),
        gain_per_customer=each,
        gain=n * each,
        cost=spent,
        return_on_investment=(n * each - spent) / spent if spent else float("nan"),
        definition=definition,
    )


def improved(p: Floats, at: int, utility: float) -> Floats:
    """The matrix after one brand's utility has gone up.

    >>> improved(np.array([[0.5, 0.5], [0.0, 1.0]]), 0, np.log(3)).round(9).tolist()
    [[0.75, 0.25], [0.0, 1.0]]
    """
    factor = np.where(np.arange(p.shape[1]) == at, np.exp(utility), 1.0)
    raised = p * factor
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _least(name: str, value: float) -> float:
    number = _checks.finite(name, value)
    if number < 0:
        raise ArgumentError(name, value, "zero_or_more", example=1000)
    return number
