"""The stories that `make_transactions` plants in the ordinary trade: what each one draws.

A story draws from its own random stream and looks only at the ordinary trade, never at another story. The one
meeting point is money: refunds pay back the price that was paid, so they come after the price rise.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.random import Generator

from crmkit._types import Array
from crmkit.datasets._world import (
    PRODUCTS,
    Lines,
    People,
    Window,
    days_of_times,
    in_order_of_day,
    joined,
    priced_lines,
    where,
)
from crmkit.datasets.simulation import PriceRise, money

# The stories; places in time are fractions of the window.
SEASON_FACTOR = 3.0
REFUND_MIDDLE, REFUND_CHANCE = 0.5, 0.3
RISE_PLACE, RISE_PERCENT = 2 / 3, 8
KEY_LEAVES, KEY_SHARE, KEY_GAP, KEY_PRODUCT = 0.75, 0.3, 7, PRODUCTS.index("gifts-01")
HUNTER_CHANNEL, HUNTER_PRODUCT = "coupon_site", PRODUCTS.index("snacks-12")
HUNTER_CENTS = (300, 700)  # from, up to but without


def season_orders(rng: Generator, people: People, window: Window) -> tuple[Array, Array]:
    """Customer and day of the orders that December brings on top of the usual ones."""
    customers, times = [np.empty(0, dtype=np.int32)], [np.empty(0)]
    for first_day, last_day in window.decembers():
        begin = np.clip(people.first, first_day, last_day + 1)
        length = np.clip(people.first + people.active, first_day, last_day + 1) - begin
        n_extra = rng.poisson((SEASON_FACTOR - 1) * people.rate * length)
        customer = np.repeat(np.arange(people.n, dtype=np.int32), n_extra)
        customers.append(customer)
        times.append(begin[customer] + rng.random(len(customer)) * length[customer])
    return in_order_of_day(np.concatenate(customers), days_of_times(np.concatenate(times), window))


def hunters_lines(rng: Generator, people: People, window: Window) -> Lines:
    """One cheap order line of each bargain hunter, on the day that the customer arrives."""
    customer = np.flatnonzero(people.hunters)
    cents = rng.integers(*HUNTER_CENTS, len(customer))
    day = days_of_times(people.first[customer], window)
    return priced_lines(customer, np.arange(len(customer)), day, np.full(len(customer), HUNTER_PRODUCT), cents)


def key_account_lines(rng: Generator, regular: Lines, people: People, window: Window) -> Lines:
    """An order a week until the account leaves, together `KEY_SHARE` of the purchases up to then."""
    leaves = window.place(KEY_LEAVES)
    day = np.arange(0, leaves + 1, KEY_GAP, dtype=window.day_type)
    others = regular["price"][people.ordinary[regular["customer"]] & (regular["day"] <= leaves)].sum()
    weight = rng.standard_gamma(20, len(day))
    cents = others * KEY_SHARE / (1 - KEY_SHARE) * weight / weight.sum()
    customer = np.full(len(day), people.key_account)
    return priced_lines(customer, np.arange(len(day)), day, np.full(len(day), KEY_PRODUCT), cents)


def raise_prices(lines: Mapping[str, Lines], window: Window) -> PriceRise:
    """Raise all prices from the day of the rise on, in place."""
    day = window.place(RISE_PLACE)
    rows, extra = 0, 0
    for source in lines.values():
        raised = source["day"] >= day
        old = source["price"]
        new = np.where(raised, (old * (100 + RISE_PERCENT) + 50) // 100, old)
        source["price"] = new
        rows += int(raised.sum())
        extra += int((new - old).sum())
    return PriceRise(rows=rows, amount=money(extra), date=window.date(day), rate=RISE_PERCENT / 100)


def refund_month(window: Window) -> tuple[int, int]:
    """First and last day of the refund wave."""
    return window.month_of(window.place(REFUND_MIDDLE))


def take_back(rng: Generator, regular: Lines, people: People, window: Window) -> Lines:
    """The refunds: some lines of one month, with the other sign, between the day of purchase and the month's end."""
    first_day, last_day = refund_month(window)
    in_month = (regular["day"] >= first_day) & (regular["day"] <= last_day)
    bought = where(regular, in_month & people.ordinary[regular["customer"]])
    back = where(bought, rng.random(len(bought["day"])) < REFUND_CHANCE)
    return back | {
        "day": rng.integers(back["day"], last_day + 1, dtype=window.day_type),
        "price": -back["price"],
        "cost": -back["cost"],
    }


def copied_day_of(rng: Generator, regular: Lines, people: People) -> int:
    """A day on which an ordinary customer bought, so that it has rows whatever else is told."""
    days = regular["day"][people.ordinary[regular["customer"]]]
    return int(days[rng.integers(len(days))])


def rows_of_day(lines: Mapping[str, Lines], day: int) -> Lines:
    return joined([where(source, source["day"] == day) for source in lines.values()])
