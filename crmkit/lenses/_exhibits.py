"""The exhibits as columns, of counts that the engine gave. Every product and sum of them is exact."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from crmkit._customer_periods import share
from crmkit._types import Array, Ints
from crmkit.lenses._counts import Terms

FACTORS = ("customers", "orders_per_customer", "order_value", "margin_rate")
MOVES = ("in_both", "only_before", "new", "returned")
DEPTHS = ("trial", "first_repeat", "second_repeat", "later_repeats")
TENTHS = 10


def factors_of(n: Any, orders: Any, revenue: Any, profit: Any) -> dict[str, Array]:
    """Profit as a product: customers x orders per customer x order value x margin rate; missing where nobody bought.

    >>> {name: float(value) for name, value in factors_of(2, 4, 80.0, 20.0).items()}
    {'customers': 2.0, 'orders_per_customer': 2.0, 'order_value': 20.0, 'margin_rate': 0.25}
    """
    revenue = np.asarray(revenue, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        margin = np.where(revenue == 0, np.nan, profit / revenue)
    return {
        "customers": np.asarray(n, dtype=float),
        "orders_per_customer": share(orders, n),
        "order_value": share(revenue, orders),
        "margin_rate": margin,
    }


def tenths(found: Mapping[str, Ints], terms: Terms) -> dict[str, Array]:
    """Tenths of the customers by what they brought, the best first; equal customers are in the same one."""
    n = found["n"][::-1]
    ahead = np.cumsum(n) - n
    ends = np.ceil(n.sum() * np.arange(1, TENTHS) / TENTHS)  # whole numbers divide exactly
    tenth = np.searchsorted(ends, ahead, side="right")
    sums = {name: _added(tenth, found[name][::-1], TENTHS) for name in ("n", "orders", "money", "cost")}
    profit = terms.profit(sums["money"], sums["cost"])
    whole = float(terms.profit(sums["money"].sum(), sums["cost"].sum()))
    return {
        "tenth": np.arange(1, TENTHS + 1),
        "customers": sums["n"],
        "orders": sums["orders"],
        "revenue": terms.money(sums["money"]),
        "profit": profit,
        "profit_share": profit / whole if whole > 0 else np.full(TENTHS, np.nan),
    }


def _added(place: Array, values: Array, size: int) -> Ints:
    out = np.zeros(size, dtype=np.int64)
    np.add.at(out, place, values)
    return out


def change(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, Array]:
    """The factors and the profit of two periods, and what each contributed to the change in profit (Shapley's value).

    Where revenue is 0 there is no margin rate, and profit is no product; what is left over is then the margin's.

    >>> one = dict(customers=10, orders_per_customer=2.0, order_value=5.0, margin_rate=0.5, profit=50.0)
    >>> change(one, {**one, "customers": 12, "profit": 60.0})["contribution"].tolist()
    [10.0, 0.0, 0.0, 0.0]
    """
    contribution = dict.fromkeys(FACTORS, 0.0)
    orders = list(itertools.permutations(FACTORS))
    for order in orders:
        at = dict(before)
        for name in order:
            product = float(np.prod([at[factor] for factor in FACTORS]))
            at[name] = after[name]
            contribution[name] += (float(np.prod([at[factor] for factor in FACTORS])) - product) / len(orders)
    contribution["margin_rate"] += after["profit"] - before["profit"] - sum(contribution.values())
    return {
        "factor": np.array(FACTORS, dtype=object),
        "before": np.array([before[name] for name in FACTORS], dtype=float),
        "after": np.array([after[name] for name in FACTORS], dtype=float),
        "contribution": np.array([contribution[name] for name in FACTORS]),
    }


def moved(found: Mapping[str, Ints], terms: Terms) -> dict[str, Array]:
    """Customers of two periods by whether they bought in both, and their profit in each."""
    kind = np.select(
        [(found["in_before"] == 1) & (found["in_now"] == 1), found["in_now"] == 0, found["old"] == 0],
        [0, 1, 2],
        3,
    )
    sums = {name: _added(kind, values, len(MOVES)) for name, values in found.items()}
    return {
        "move": np.array(MOVES, dtype=object),
        "customers": sums["n"],
        "profit_before": terms.profit(sums["money_before"], sums["cost_before"]),
        "profit_after": terms.profit(sums["money_now"], sums["cost_now"]),
    }


def whole(cells: Mapping[str, Ints], names: Sequence[str], terms: Terms) -> dict[str, Array]:
    """Money by period and cohort; before a cohort began only the cells with refunds."""
    period, cohort = (places.ravel() for places in np.meshgrid(*2 * [np.arange(len(names))], indexing="ij"))
    sizes = np.diagonal(cells["n"][1])
    some = cells["n"].sum(axis=0)[cohort, period] > 0
    there = ((cohort <= period) | some) & (sizes[cohort] > 0)
    at = (cohort[there], period[there])
    profit = terms.profit(cells["money"][1][at], cells["cost"][1][at])
    returns = terms.profit(cells["money"][0][at], cells["cost"][0][at])
    listed = np.array(names, dtype=object)
    return {
        "period": listed[at[1]],
        "cohort": listed[at[0]],
        "active": cells["n"][1][at],
        "orders": cells["orders"][1][at],
        "revenue": terms.money(cells["money"][1][at]),
        "profit": profit,
        "returns": returns,
        "total": terms.profit(cells["money"].sum(axis=0)[at], cells["cost"].sum(axis=0)[at]),
    }


def by_period(cells: Mapping[str, Ints], names: Sequence[str], complete: Array, terms: Terms) -> dict[str, Array]:
    """Each period as a product and a sum."""
    sums = {name: values.sum(axis=1) for name, values in cells.items()}
    revenue, profit = terms.money(sums["money"][1]), terms.profit(sums["money"][1], sums["cost"][1])
    return {
        "period": np.array(names, dtype=object),
        "new": np.diagonal(cells["n"][1]).copy(),
        **factors_of(sums["n"][1], sums["orders"][1], revenue, profit),
        "customers": sums["n"][1],
        "orders": sums["orders"][1],
        "revenue": revenue,
        "profit": profit,
        "returns": terms.profit(sums["money"][0], sums["cost"][0]),
        "total": terms.profit(sums["money"].sum(axis=0), sums["cost"].sum(axis=0)),
        "complete": complete,
    }


def cohorts(cells: Mapping[str, Ints], names: Sequence[str], complete: Array, terms: Terms) -> dict[str, Array]:
    """Every cohort by age, each row a product: customers x share active x orders x order value x margin rate."""
    sizes = np.diagonal(cells["n"][1])
    parts = [_one_cohort(cells, place, int(size), names, complete, terms) for place, size in enumerate(sizes) if size]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _one_cohort(
    cells: Mapping[str, Ints], place: int, size: int, names: Sequence[str], complete: Array, terms: Terms
) -> dict[str, Array]:
    own = {name: values[:, place, place:] for name, values in cells.items()}
    active, orders = own["n"][1], own["orders"][1]
    revenue, profit = terms.money(own["money"][1]), terms.profit(own["money"][1], own["cost"][1])
    factors = factors_of(active, orders, revenue, profit)
    so_far = {name: np.cumsum(cells[name].sum(axis=0)[place])[place:] for name in ("money", "cost")}
    total = terms.profit(so_far["money"], so_far["cost"])
    ages = np.arange(len(active))
    return {
        "cohort": np.full(len(ages), names[place], dtype=object),
        "period": np.array(names[place:], dtype=object),
        "age": ages,
        "customers": np.full(len(ages), size),
        "active": active,
        "active_share": active / size,
        **{name: values for name, values in factors.items() if name != "customers"},
        "profit": profit,
        "cumulative_profit": total / size,
        "complete": complete[place:],
    }


def depth(found: Mapping[str, Ints], names: Sequence[str], terms: Terms) -> dict[str, Array]:
    """Purchases by period and depth of repeat."""
    return {
        "period": np.repeat(np.array(names, dtype=object), len(DEPTHS)),
        "depth": np.tile(np.array(DEPTHS, dtype=object), len(names)),
        "customers": found["customers"].ravel(),
        "purchases": found["purchases"].ravel(),
        "revenue": terms.money(found["money"].ravel()),
    }


def reached(reach: Ints, most: int) -> dict[str, Array]:
    """How many customers got to each purchase so far, and the share of them who got to the next one."""
    following = np.append(reach[1:], 0)
    first = slice(0, most)
    return {
        "purchase": np.arange(1, len(reach) + 1)[first],
        "customers": reach[first],
        "went_on": (following / reach)[first],
    }
