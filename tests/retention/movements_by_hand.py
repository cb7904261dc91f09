"""Rates and movements counted customer by customer in plain Python, to compare with."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any


def movements_of(rows: Sequence[tuple[str, str, int]], names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """For each period, customers and cents by movement, from (customer, name of the period, cents), refunds below 0."""
    cents, bought = defaultdict(Counter), defaultdict(set)
    for customer, period, amount in rows:
        cents[period][customer] += amount
        if amount >= 0:
            bought[period].add(customer)
    found, ever = {}, set()
    for at, name in enumerate(names):
        now, spent = bought[name], cents[name]
        before, had = (bought[names[at - 1]], cents[names[at - 1]]) if at else (set(), Counter())
        sets = {
            "new": now - ever,
            "reactivated": (now & ever) - before,
            "expanded": {who for who in now & before if spent[who] > had[who]},
            "unchanged": {who for who in now & before if spent[who] == had[who]},
            "contracted": {who for who in now & before if spent[who] < had[who]},
            "churned": before - now,
        }
        found[name] = {
            "customers": {"start": len(before), "end": len(now), **{kind: len(who) for kind, who in sets.items()}},
            "ever": (len(ever), len(ever & now)),
            "money": {
                "start": sum(had[who] for who in before),
                "new": sum(spent[who] for who in sets["new"]),
                "reactivated": sum(spent[who] for who in sets["reactivated"]),
                "expansion": sum(spent[who] - had[who] for who in sets["expanded"]),
                "contraction": sum(had[who] - spent[who] for who in sets["contracted"]),
                "churned": sum(had[who] for who in sets["churned"]),
                "end": sum(spent[who] for who in now),
                "returns": sum(amount for who, amount in spent.items() if who not in now),
                "revenue": sum(spent.values()),
            },
        }
        ever |= now
    return found


def columns_of(rows: Sequence[tuple[str, str, int]]) -> Mapping[str, list[Any]]:
    """Transactions from (customer, date, cents)."""
    return {
        "customer_id": [customer for customer, _, _ in rows],
        "date": [date for _, date, _ in rows],
        "amount": [cents / 100 for _, _, cents in rows],
    }
