"""The ordinary trade of a made shop: its calendar, its people, their orders and the lines of each order.

Customers arrive evenly over the window, buy at their own rate while they stay, and leave unseen: rates and
lifetimes differ between customers as in the Pareto/NBD model, spend as in the gamma-gamma model.

Sources: Schmittlein, Morrison & Colombo (1987), Counting your customers, Management Science 33(1), 1-24
(Pareto/NBD); Fader & Hardie (2013), The gamma-gamma model of monetary value, http://brucehardie.com/notes/025/.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator

from crmkit._types import Array

# Lines of orders as columns: customer and day count from 0, order from 1; price and cost in whole cents.
Lines = dict[str, Array]

# The customers. Mean: an order every 30 days; half of them leave within a year.
RATE_SHAPE, RATE_MEAN = 0.8, 1 / 30
LIFETIME_SHAPE, LIFETIME_SCALE = 1.0, 365.0
# Share of the customers that the story of the bargain hunters may take.
HUNTER_SHARE = 0.1
# Cents per order line: gamma around a mean of the customer's own, the means inverse-gamma with mean 3,000.
LINE_SHAPE, SPEND_SHAPE, SPEND_MEAN = 6.0, 4.0, 3000.0

# The shop. An order has 1 to 5 lines (1.6 on average), each of another category.
CATEGORIES = ("tea", "teaware", "coffee", "snacks", "gifts")
PRICE_LEVEL = np.array([0.6, 1.4, 0.9, 0.7, 1.4])  # mean 1
COST_SHARE = np.array([0.40, 0.55, 0.50, 0.60, 0.65])
PRODUCTS_PER_CATEGORY = 12
PRODUCTS = tuple(f"{category}-{n:02d}" for category in CATEGORIES for n in range(1, PRODUCTS_PER_CATEGORY + 1))
EXTRA_LINE_CHANCE = 0.15
CHANNELS = ("shop", "web", "app")
CHANNEL_SHARES = (0.5, 0.3, 0.2)


@dataclass(frozen=True)
class Window:
    """Days 0 to n_days - 1 of the table."""

    start: dt.date
    end: dt.date

    @property
    def n_days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def day_type(self) -> type[np.signedinteger[Any]]:
        # numpy sorts 16-bit integers stably in linear time; they reach 89 years.
        return np.int16 if self.n_days <= np.iinfo(np.int16).max else np.int32

    def place(self, fraction: float) -> int:
        """The day at a fraction of the window."""
        return int(self.n_days * fraction)

    def date(self, day: int) -> dt.date:
        return self.start + dt.timedelta(days=int(day))

    def dates(self, days: Array) -> Array:
        """Day numbers as datetime64, shape of `days`."""
        return (np.datetime64(self.start, "D") + days.astype("timedelta64[D]")).astype("datetime64[us]")

    def month_of(self, day: int) -> tuple[int, int]:
        """First and last day of the calendar month around `day`, as far as it lies in the window."""
        date = self.date(day)
        first = day - (date.day - 1)
        last = first + calendar.monthrange(date.year, date.month)[1] - 1
        return max(first, 0), min(last, self.n_days - 1)

    def decembers(self) -> list[tuple[int, int]]:
        """First and last day of each December in the window."""
        days = [
            ((dt.date(year, 12, 1) - self.start).days, (dt.date(year, 12, 31) - self.start).days)
            for year in range(self.start.year, self.end.year + 1)
        ]
        return [(max(a, 0), min(b, self.n_days - 1)) for a, b in days if b >= 0 and a < self.n_days]


@dataclass(frozen=True)
class People:
    """What drives each customer, arrays of shape (n_customers,); times in days, spend in cents per line."""

    first: Array
    lifetime: Array
    active: Array  # days from the first purchase to leaving or the end of the window
    rate: Array
    spend: Array
    channel: Array
    key_account: int
    hunters: Array  # True for the customers that the story of the bargain hunters would take

    @property
    def n(self) -> int:
        return len(self.first)

    @property
    def ordinary(self) -> Array:
        """True for customers that no story turns into somebody else."""
        ordinary = ~self.hunters
        ordinary[self.key_account] = False
        return ordinary


def draw_people(rng: Generator, cast: Generator, n: int, window: Window) -> People:
    first = rng.uniform(0, window.n_days, n)
    leaving_rate = rng.gamma(LIFETIME_SHAPE, 1 / LIFETIME_SCALE, n)
    # The floor keeps lifetimes finite: nobody stays longer than some billions of years.
    lifetime = rng.standard_exponential(n) / np.maximum(leaving_rate, 1e-12)
    parts = cast.permutation(n)
    hunters = np.zeros(n, dtype=bool)
    hunters[parts[1 : 1 + int(n * HUNTER_SHARE)]] = True
    return People(
        first=first,
        lifetime=lifetime,
        active=np.minimum(lifetime, window.n_days - first),
        rate=rng.gamma(RATE_SHAPE, RATE_MEAN / RATE_SHAPE, n),
        spend=SPEND_MEAN * (SPEND_SHAPE - 1) / rng.standard_gamma(SPEND_SHAPE, n),
        channel=rng.choice(len(CHANNELS), n, p=CHANNEL_SHARES).astype(np.int8),
        key_account=int(parts[0]),
        hunters=hunters,
    )


def regular_orders(rng: Generator, people: People, window: Window) -> tuple[Array, Array]:
    """Customer and day of every order: the first one, then a Poisson process until the customer leaves."""
    n_repeat = rng.poisson(people.rate * people.active)
    again = np.repeat(np.arange(people.n, dtype=np.int32), n_repeat)
    customer = np.concatenate([np.arange(people.n, dtype=np.int32), again])
    time = people.first[customer]
    time[people.n :] += rng.random(len(again)) * people.active[again]
    return in_order_of_day(customer, days_of_times(time, window))


def days_of_times(time: Array, window: Window) -> Array:
    # A time a hair below the end may be rounded up to it.
    return np.minimum(time, window.n_days - 1).astype(window.day_type)


def in_order_of_day(customer: Array, day: Array) -> tuple[Array, Array]:
    order = np.argsort(day, kind="stable")
    return customer[order], day[order]


def fill_baskets(rng: Generator, customer: Array, day: Array, people: People) -> Lines:
    """The lines of each order: each of another category, popular products more often, prices around the customer's."""
    n_orders, n_categories = len(customer), len(CATEGORIES)
    n_lines = 1 + rng.binomial(n_categories - 1, EXTRA_LINE_CHANCE, n_orders)
    order = np.repeat(np.arange(n_orders, dtype=np.int32), n_lines)
    position = (np.arange(len(order)) - (np.cumsum(n_lines) - n_lines)[order]).astype(np.int8)
    # The number of categories is prime, so any step from 1 up visits all of them before it repeats one.
    step = rng.integers(1, n_categories, n_orders, dtype=np.int8)[order]
    category = (rng.integers(n_categories, size=n_orders, dtype=np.int8)[order] + position * step) % n_categories
    product = category * PRODUCTS_PER_CATEGORY + (PRODUCTS_PER_CATEGORY * rng.random(len(order)) ** 2).astype(np.int16)
    noise = rng.standard_gamma(LINE_SHAPE, len(order)) / LINE_SHAPE
    cents = people.spend[customer[order]] * PRICE_LEVEL[category] * noise
    return priced_lines(customer[order], order, day[order], product, cents)


def priced_lines(customer: Array, order: Array, day: Array, product: Array, cents: Array) -> Lines:
    """Columns of order lines; every line costs its customer at least a cent."""
    price = np.maximum(np.rint(cents), 1).astype(np.int64)
    cost = np.rint(price * COST_SHARE[product // PRODUCTS_PER_CATEGORY]).astype(np.int64)
    return {
        "customer": customer.astype(np.int32),
        "order": order,
        "day": day,
        "product": product.astype(np.int8),
        "price": price,
        "cost": cost,
    }


def number_orders(sources: Mapping[str, Lines]) -> None:
    """Turn the order numbers of each source, from 0, into ids from 1 in order of date across all sources."""
    days, sizes = [], []
    for lines in sources.values():
        first_line = np.flatnonzero(np.diff(lines["order"], prepend=-1))
        days.append(lines["day"][first_line])
        sizes.append(len(first_line))
    rank = np.argsort(np.concatenate(days), kind="stable")
    ids = np.empty(len(rank), dtype=np.int64)
    ids[rank] = np.arange(1, len(rank) + 1)
    for lines, of_source in zip(sources.values(), np.split(ids, np.cumsum(sizes)[:-1]), strict=True):
        lines["order"] = of_source[lines["order"]]


def where(lines: Lines, chosen: Array) -> Lines:
    return {name: column[chosen] for name, column in lines.items()}


def joined(parts: list[Lines]) -> Lines:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
