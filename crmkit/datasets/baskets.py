"""Made baskets with planted rules, bundles, rivals and follow-ups, and the truth about each.

Every product is in a basket by a chance of its own. Upon that come what an analysis should find: products that bring
others along, products that are only sold together, rivals that are never in one basket, and products that are followed
by others in the next one. Licence of the made data: that of crmkit (Apache-2.0).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.random import Generator

from crmkit import _checks
from crmkit._types import Bools, Ints
from crmkit.errors import ArgumentError

if TYPE_CHECKING:
    import pandas as pd

# Product: category, chance to be in a basket by itself, price, share of the price that is cost.
PRODUCTS = {
    "milk": ("dairy", 0.25, 1.20, 0.80),
    "butter": ("dairy", 0.1, 2.50, 0.75),
    "margarine": ("dairy", 0.1, 1.80, 0.70),
    "yoghurt": ("dairy", 0.15, 0.90, 0.70),
    "cheese": ("dairy", 0.12, 3.50, 0.65),
    "bread": ("bakery", 0.22, 2.20, 0.50),
    "rolls": ("bakery", 0.12, 1.50, 0.45),
    "cake": ("bakery", 0.05, 4.50, 0.40),
    "jam": ("pantry", 0.06, 2.80, 0.55),
    "honey": ("pantry", 0.04, 4.20, 0.60),
    "pasta": ("pantry", 0.12, 1.40, 0.65),
    "tomato_sauce": ("pantry", 0.08, 1.90, 0.60),
    "taco_shells": ("pantry", 0.0, 2.60, 0.50),
    "taco_sauce": ("pantry", 0.0, 1.90, 0.45),
    "coffee": ("drinks", 0.14, 6.50, 0.60),
    "coffee_filters": ("drinks", 0.03, 1.60, 0.35),
    "tea": ("drinks", 0.1, 3.20, 0.50),
    "beer": ("drinks", 0.12, 5.40, 0.70),
    "crisps": ("snacks", 0.1, 1.70, 0.50),
    "chocolate": ("snacks", 0.14, 1.30, 0.55),
    "apples": ("fruit", 0.18, 2.40, 0.65),
    "bananas": ("fruit", 0.2, 1.60, 0.70),
    "printer": ("office", 0.02, 89.00, 0.85),
    "ink": ("office", 0.01, 24.00, 0.40),
}

# (antecedent, consequent): chance that the consequent is in a basket with the antecedent.
RULES = {("pasta", "tomato_sauce"): 0.60, ("coffee", "coffee_filters"): 0.30, ("beer", "crisps"): 0.45}
BUNDLES = {("taco_sauce", "taco_shells"): 0.04}  # chance of the bundle; its parts are not sold alone
RIVALS = (("butter", "margarine"),)  # of both in one basket, one goes back to the shelf
FOLLOW_UPS = {("printer", "ink"): 0.50}  # chance that the next basket holds the second one
FILLER = "bananas"  # what an empty basket gets; no planted story has it

ORDERS_MEAN, ORDERS_SHAPE = 12.0, 1.5  # orders a year: gamma over customers


@dataclass(frozen=True, eq=False, kw_only=True)
class BasketTruth:
    """What was planted; each table has one row per plant.

    Attributes
    ----------
    rules : pandas.DataFrame
        `antecedent`, `consequent`, `confidence`.
    bundles : pandas.DataFrame
        `first`, `second`, `share` of baskets; confidence is 1 both ways.
    rivals : pandas.DataFrame
        `first`, `second`: never in one basket.
    follow_ups : pandas.DataFrame
        `item`, `next_item`, `share` of next baskets that got it by this story; others may hold it by chance.
    """

    rules: pd.DataFrame
    bundles: pd.DataFrame
    rivals: pd.DataFrame
    follow_ups: pd.DataFrame


@dataclass(frozen=True, eq=False, kw_only=True)
class BasketSimulation:
    """Made baskets and the truth behind them; given by `make_baskets`.

    Attributes
    ----------
    transactions : pandas.DataFrame
        One row per order and product: `customer_id`, `order_id`, `date`, `product`, `category`, `amount`, `cost`.
    truth : BasketTruth
    """

    transactions: pd.DataFrame
    truth: BasketTruth


def make_baskets(
    n_customers: int = 1000,
    *,
    start: str | dt.date = "2024-01-01",
    end: str | dt.date = "2024-12-31",
    seed: int = 0,
) -> BasketSimulation:
    """Draw baskets of a small grocer with planted rules, a bundle, rivals and a follow-up, and tell the truth.

    A customer places 12 orders a year on average. The same arguments give the same table.

    Parameters
    ----------
    n_customers : int, default 1000
        Customers who may buy; those who never do are not in the table.
    start, end : date or text, default "2024-01-01" and "2024-12-31"
        First and last day on which anybody can buy.
    seed : int, default 0
        Another seed, other baskets of the same kind.

    Returns
    -------
    BasketSimulation
        `transactions`, a pandas.DataFrame in order of date, and `truth`.

    Raises
    ------
    ArgumentError
        `n_customers` or `seed` cannot be used, or `end` lies before `start`.

    Examples
    --------
    >>> made = make_baskets(1000)
    >>> made.truth.rules
      antecedent      consequent  confidence
    0      pasta    tomato_sauce        0.60
    1     coffee  coffee_filters        0.30
    2       beer          crisps        0.45
    >>> from crmkit import basket
    >>> found = basket.pairs(made.transactions).table
    >>> found.loc[found["antecedent"] == "taco_sauce", ["consequent", "confidence", "relation"]]
        consequent  confidence relation
    0  taco_shells         1.0   bundle
    """
    n_customers, seed = _checks.count("n_customers", n_customers), _checks.count("seed", seed, least=0)
    first, last = _checks.date_of(start, "start"), _checks.date_of(end, "end")
    if last < first:
        raise ArgumentError("basket_end", end=last, start=first)
    rng = np.random.default_rng(seed)
    customer, day = _orders(rng, n_customers, (last - first).days + 1)
    return BasketSimulation(transactions=_table(rng, customer, day, _fill(rng, customer), first), truth=_truth())


def _orders(rng: Generator, n_customers: int, n_days: int) -> tuple[Ints, Ints]:
    """Customer and day of every order, customer by customer in order of time; at most one a day."""
    rate = rng.gamma(ORDERS_SHAPE, ORDERS_MEAN / ORDERS_SHAPE, n_customers) * n_days / 365
    customer = np.repeat(np.arange(n_customers), rng.poisson(rate))
    each = np.unique(customer * n_days + rng.integers(0, n_days, len(customer)))
    return each // n_days, each % n_days


def _fill(rng: Generator, customer: Ints) -> Bools:
    """Which products are in which order, shape (n_orders, n_products)."""
    names = list(PRODUCTS)
    chances = np.array([chance for _, chance, _, _ in PRODUCTS.values()])
    held = rng.random((len(customer), len(names))) < chances
    at = {name: place for place, name in enumerate(names)}
    for (a, b), chance in RULES.items():
        held[:, at[b]] = np.where(held[:, at[a]], rng.random(len(held)) < chance, held[:, at[b]])
    for parts, chance in BUNDLES.items():
        held[:, [at[part] for part in parts]] = (rng.random(len(held)) < chance)[:, None]
    for a, b in RIVALS:
        back, both = rng.random(len(held)) < 0.5, held[:, at[a]] & held[:, at[b]]
        held[both & back, at[a]] = False
        held[both & ~back, at[b]] = False
    for (a, b), chance in FOLLOW_UPS.items():
        after = np.append(False, held[:-1, at[a]] & (customer[1:] == customer[:-1]))
        held[:, at[b]] |= after & (rng.random(len(held)) < chance)
    held[~held.any(axis=1), at[FILLER]] = True
    return held


def _table(rng: Generator, customer: Ints, day: Ints, held: Bools, first: dt.date) -> pd.DataFrame:
    import pandas as pd

    ids = np.empty(len(day), dtype=np.int64)
    ids[np.lexsort([customer, day])] = np.arange(1, len(day) + 1)
    order, product = np.nonzero(held)
    rows = np.lexsort([product, ids[order]])
    order, product = order[rows], product[rows]
    category, _, price, cost = zip(*PRODUCTS.values(), strict=True)
    cents = np.rint(100 * np.array(price)[product] * rng.choice([1, 1, 1, 2], len(product))).astype(np.int64)
    return pd.DataFrame(
        {
            "customer_id": customer[order] + 1,
            "order_id": ids[order],
            "date": np.datetime64(first, "us") + day[order].astype("timedelta64[D]"),
            "product": np.array(list(PRODUCTS))[product],
            "category": np.array(category)[product],
            "amount": cents / 100,
            "cost": np.rint(cents * np.array(cost)[product]) / 100,
        }
    )


def _truth() -> BasketTruth:
    import pandas as pd

    rules = [(a, b, chance) for (a, b), chance in RULES.items()]
    bundles = [(a, b, chance) for (a, b), chance in BUNDLES.items()]
    follow_ups = [(a, b, chance) for (a, b), chance in FOLLOW_UPS.items()]
    return BasketTruth(
        rules=pd.DataFrame(rules, columns=["antecedent", "consequent", "confidence"]),
        bundles=pd.DataFrame(bundles, columns=["first", "second", "share"]),
        rivals=pd.DataFrame(list(RIVALS), columns=["first", "second"]),
        follow_ups=pd.DataFrame(follow_ups, columns=["item", "next_item", "share"]),
    )
