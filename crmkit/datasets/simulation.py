"""What `make_transactions` hands back: a table and the truth behind it.

The truth has one record per planted story, with its days, its rows, the ids it touched and its money to the cent,
and one row per customer with what drew that customer's purchases. A story that was not asked for is None.

Money is a `decimal.Decimal` with two decimals, so totals compare without rounding.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Ids = NDArray[np.int64]


@dataclass(frozen=True, eq=False, kw_only=True)
class Planted:
    """Rows of one kind in the table and the sum of their `amount`.

    Rows and money are those of the table before its batch was loaded twice; `DoubleLoad` counts the second copy.
    """

    rows: int
    amount: Decimal


@dataclass(frozen=True, eq=False, kw_only=True)
class Season(Planted):
    """Extra orders in December: their ids, and by what factor everybody buys more often then."""

    months: tuple[dt.date, ...]  # first day of each December that the window touches
    factor: float
    order_ids: Ids


@dataclass(frozen=True, eq=False, kw_only=True)
class RefundWave(Planted):
    """Order lines of one month taken back within it: `amount` is negative; one refund row per line.

    A refund row repeats `order_id`, `product` and `channel` of its line, with the other sign of amount and cost.
    """

    first_date: dt.date
    last_date: dt.date
    order_ids: Ids  # ascending, each once
    customer_ids: Ids


@dataclass(frozen=True, eq=False, kw_only=True)
class PriceRise(Planted):
    """All prices up by `rate` from `date` on: no rows of its own.

    `rows` counts the purchase rows at the new prices, `amount` is what they bring above the old ones. Refunds of
    such purchases pay the new price back; that is part of the refunds' amount, not of this one.
    """

    date: dt.date
    rate: float


@dataclass(frozen=True, eq=False, kw_only=True)
class KeyAccount(Planted):
    """One customer with an order a week that stops after `last_date`."""

    customer_id: int
    last_date: dt.date


@dataclass(frozen=True, eq=False, kw_only=True)
class BargainHunters(Planted):
    """The customers of one channel: each bought one cheap thing, once."""

    channel: str
    customer_ids: Ids


@dataclass(frozen=True, eq=False, kw_only=True)
class DoubleLoad(Planted):
    """All rows of `date` stand in the table twice: `rows` and `amount` are those of the second copy."""

    date: dt.date


@dataclass(frozen=True, eq=False, kw_only=True)
class Truth(Planted):
    """What was planted; `rows` and `amount` are those of the whole table.

    Rows and amount of `regular`, `season`, `refunds`, `key_account`, `bargain_hunters` and `double_load` add up
    to the table; `price_rise` is contained in them.

    `customers` has one row per customer id: `customer_id`, `kind` ("regular", "key_account", "bargain_hunter"),
    `channel`, `acquired_on` (day of the first purchase), `purchase_rate` (orders per day while a customer, outside
    the season), `leaves_on` (the customer's last day, missing when later than the table's `end`) and `mean_line`
    (expected amount of an order line before the price rise; missing for the key account).
    """

    seed: int
    start: dt.date
    end: dt.date
    regular: Planted
    season: Season | None
    refunds: RefundWave | None
    price_rise: PriceRise | None
    key_account: KeyAccount | None
    bargain_hunters: BargainHunters | None
    double_load: DoubleLoad | None
    customers: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Simulation:
    """A made table of transactions and the truth behind it."""

    transactions: pd.DataFrame
    truth: Truth


def money(cents: int) -> Decimal:
    """Cents as money.

    >>> money(-1050)
    Decimal('-10.50')
    """
    return Decimal(cents).scaleb(-2)
