"""Whom to contact: the cut-off of a churn score that brings a retention campaign the most profit.

Source: Neslin, Gupta, Kamakura, Lu & Mason (2006), Defection detection, Journal of Marketing Research 43(2), 204-211
(profit of contacting a customer: kept churners pay, everybody contacted costs, stayers take the incentive too).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _frame
from crmkit._results import Result
from crmkit._types import Table
from crmkit.errors import ArgumentError, DataError, Words

HINT = Words("hint_churn_scores")
STEPS = 100


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Campaign(Result):
    """Whom to contact, and what it is expected to bring; given by `campaign`.

    Attributes
    ----------
    customers : table
        The scored customers with `expected_profit` of contacting each (money) and `contact` (whether it is above 0).
    curve : table
        What contacting more and more customers brings, the most profitable first: `contacted` (customers),
        `contacted_share`, `lowest_p_churn` (of those contacted), `profit` (expected, of all contacted together).
    contacted : int
        Customers worth contacting.
    profit : float
        Expected profit of contacting them.
    cut_off : float or None
        The probability of churn from which contact pays; None where it never pays, or where values differ by
        customer, who then have cut-offs of their own.
    """

    main: ClassVar[str] = "customers"

    customers: Table
    curve: Table
    contacted: int
    profit: float
    cut_off: float | None


def campaign(
    scores: Table,
    *,
    contact_cost: float,
    value: float | str,
    save_rate: float,
    incentive: float = 0.0,
    p_churn: str = "p_churn",
) -> Campaign:
    """Choose whom to contact so that a retention campaign brings the most profit.

    Contacting a customer who would leave keeps him with probability `save_rate`: he is then worth `value` less the
    incentive. One who would have stayed takes the incentive all the same. Every contact costs `contact_cost`.

    Parameters
    ----------
    scores : table, n_customers rows
        Customers with their probability of churn, as `ChurnModel.score` gives them.
    contact_cost : float
        Cost of contacting one customer, money.
    value : float, or name of a column
        What a kept customer is worth, money: one value, or a column such as "residual_clv" joined from the scored list.
    save_rate : float
        Share of contacted churners whom the campaign keeps.
    incentive : float, default 0.0
        Cost of what is given to those who stay, money.
    p_churn : str, default "p_churn"
        Column of the probability.

    Returns
    -------
    Campaign

    Raises
    ------
    ColumnError
        A column is absent, or missing for some customers.
    DataError
        A probability is not between 0 and 1.
    ArgumentError
        A cost is below 0, or `save_rate` is no share.

    Examples
    --------
    >>> scores = {"customer_id": ["a", "b", "c"], "p_churn": [0.9, 0.5, 0.1]}
    >>> found = campaign(scores, contact_cost=2, value=50, save_rate=0.1)
    >>> found.cut_off, found.contacted, found.profit
    (0.4, 2, 3.0)
    """
    cost, gift = _cost("contact_cost", contact_cost), _cost("incentive", incentive)
    kept = _checks.share("save_rate", save_rate, above_zero=True)
    own = [value] if isinstance(value, str) else []
    same = None if isinstance(value, str) else _checks.finite("value", value)
    table = _frame.open_table(scores, numbers=[p_churn, *own], hint=HINT)
    worth = nw.col(*own) if own else nw.lit(same)
    p = nw.col(p_churn)
    profit = p * (kept * (worth - gift)) - (1 - p) * gift - cost
    with_profit = table.frame.with_columns(profit.alias("expected_profit"))
    customers = with_profit.with_columns((nw.col("expected_profit") > 0).alias("contact"))
    found = table.collect(with_profit.select(p_churn, "expected_profit"))
    chances, profits = (np.asarray(found[name], dtype=float) for name in (p_churn, "expected_profit"))
    _refuse_impossible(chances, p_churn)
    gains = np.sort(profits[profits > 0])
    return Campaign(
        customers=table.give_back(customers),
        curve=table.build(_curve(chances, profits)),
        contacted=gains.size,
        profit=float(gains.sum()),
        cut_off=None if same is None else _cut_off(cost, gift, kept, same),
    )


def _cost(name: str, value: float) -> float:
    number = _checks.finite(name, value)
    if number < 0:
        raise ArgumentError(name, value, "outreach_below_costs")
    return number


def _refuse_impossible(chances: Any, column: str) -> None:
    bad = chances[(chances < 0) | (chances > 1)]
    if not len(chances):
        raise DataError("outreach_table_rows_nobody_contact", hint=HINT)
    if len(bad):
        raise DataError("outreach_column_probabilities_between", column=column, tolist=bad[:3].tolist(), hint=HINT)


def _cut_off(cost: float, gift: float, kept: float, worth: float) -> float | None:
    """The probability at which a contact brings nothing; None where it never pays."""
    gain = kept * (worth - gift) + gift
    needed = (cost + gift) / gain if gain > 0 else np.inf
    return float(needed) if needed <= 1 else None


def _curve(chances: Any, profits: Any) -> dict[str, Any]:
    """Expected profit of contacting the best so many, in at most a hundred steps."""
    order = np.lexsort([-chances, -profits])
    n = len(order)
    at = np.unique(np.ceil(np.linspace(0, n, STEPS + 1)[1:]).astype(np.int64))
    return {
        "contacted": at,
        "contacted_share": at / n,
        "lowest_p_churn": np.minimum.accumulate(chances[order])[at - 1],
        "profit": np.cumsum(profits[order])[at - 1],
    }
