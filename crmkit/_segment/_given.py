"""What the functions of this room are given: the name of a column, groups in order, and a list of customers.

Checked before anything else is done with it, because a list, a number or a whole column in the place of a name would
fail far from the mistake, with words of another library.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crmkit._types import Table
from crmkit.errors import ArgumentError, DataError
from crmkit.transactions import Transactions


def column_name(argument: str, value: Any, example: str) -> str:
    """The name of a column, if it is one; `example` is one that could do.

    >>> column_name("value", "monetary", "monetary")
    'monetary'
    """
    if isinstance(value, str):
        return value
    likely = next((name for name in _names_in(value) if isinstance(name, str)), example)
    raise ArgumentError(argument, value, "segment_name_column_text", likely=likely)


def column_names(argument: str, value: Any) -> tuple[str, ...]:
    """The names of one or more different columns.

    >>> column_names("columns", ["recency", "monetary"])
    ('recency', 'monetary')
    """
    names = _listed(value)
    if not names or not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        likely = [value] if isinstance(value, str) else ["recency", "monetary"]
        raise ArgumentError(argument, value, "segment_list_different_columns", likely=likely)
    return names


def groups_in_order(value: Any) -> tuple[Any, ...] | None:
    """Groups, the best first, or None where nothing is said about them.

    >>> groups_in_order(["gold", "iron"])
    ('gold', 'iron')
    """
    groups = None if value is None else _listed(value)
    if groups == ():
        raise ArgumentError("order", value, "segment_list_groups_all_them")
    return groups


def list_of_customers(table: Table, instead: str) -> Any:
    """The table, unless it is transactions; `instead` is what to pass in their place."""
    if isinstance(table, Transactions):
        raise DataError("segment_transactions_row_per_customer", instead=instead)
    return table


def _listed(value: Any) -> tuple[Any, ...]:
    """The parts of a list, a column or the like; none of a text or a single value."""
    return () if isinstance(value, str) or not isinstance(value, Iterable) else tuple(value)


def _names_in(value: Any) -> tuple[Any, ...]:
    """What was probably meant: the name of a column that was given whole, or the first of several."""
    return (value.name,) if hasattr(value, "name") else _listed(value)
