"""Customer equity: what all customers of a company are worth, those it has and those still to come.

Source: Gupta, Lehmann & Stuart (2004), Valuing customers, Journal of Marketing Research 41(1), 7-18.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crmkit import _checks
from crmkit._clv.numbers import at_least_zero, numbers_of
from crmkit._types import Floats


@dataclass(frozen=True, slots=True)
class CustomerEquity:
    """What the customers of a company are worth: those it has, and apart from them those still to come."""

    current: float  # value of current customers, money
    future: float  # value of customers still to be acquired, money, after acquisition cost
    n_current: int
    n_future: float  # customers expected to be acquired within the horizon
    acquired: Floats  # customers per future period, shape (n_periods,)
    present_value: Floats  # their value today, money, shape (n_periods,)

    @property
    def total(self) -> float:
        """Customer equity: current plus future, in money."""
        return self.current + self.future


def customer_equity(
    residual_clv: Sequence[float] | Floats,
    *,
    acquired: Sequence[float] | Floats = (),
    clv: float = 0.0,
    acquisition_cost: float = 0.0,
    discount_rate: float = 0.0,
) -> CustomerEquity:
    """Customer equity: value of current customers plus that of those still to be acquired (Gupta and others 2004).

    Assumes that every new customer is worth `clv` at acquisition and costs `acquisition_cost`, whenever they
    come; both are discounted from the end of the period in which they come.

    Parameters
    ----------
    residual_clv : array (n_customers,)
        Value of each current customer from today on.
    acquired : array (n_periods,), optional
        Customers expected to be acquired in each coming period; none by default.
    clv, acquisition_cost : float
        Value at acquisition, before its cost, and cost of one new customer, in money.
    discount_rate : float
        Effective, per period of `acquired`.

    Returns
    -------
    CustomerEquity
        current, future and their total, with the value of each coming period.

    Raises
    ------
    ArgumentError
        A value is not finite, or a rate or number of customers is negative.

    Examples
    --------
    >>> equity = customer_equity([300, 120, 80], acquired=[10, 10], clv=60, acquisition_cost=38, discount_rate=0.1)
    >>> equity.current, round(equity.future, 2), round(equity.total, 2)
    (500.0, 381.82, 881.82)
    """
    values = numbers_of("residual_clv", residual_clv)
    newcomers = numbers_of("acquired", acquired, least=0.0)
    d = at_least_zero("discount_rate", discount_rate)
    net = _checks.finite("clv", clv) - at_least_zero("acquisition_cost", acquisition_cost)
    present_value = newcomers * net / (1 + d) ** np.arange(1, newcomers.size + 1)
    return CustomerEquity(
        current=float(values.sum()),
        future=float(present_value.sum()),
        n_current=values.size,
        n_future=float(newcomers.sum()),
        acquired=newcomers,
        present_value=present_value,
    )
