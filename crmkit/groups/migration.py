"""Groups of customers over time: who moved between segments or tiers from one date to another.

`migration` compares two lists that carry a group for each customer, such as the segments of
`rfm.segment` or the tiers of `pyramid.assign_tiers`, and counts the moves in customers and in money.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from crmkit import _frame
from crmkit.errors import ArgumentError, DataError, shown

Array: TypeAlias = NDArray[Any]

ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Migration:
    """Moves between groups from one list of customers to a later one; given by `migration`.

    The first three tables are transition matrices: a row per group before (column `before`), a column per group after;
    "absent" is the row of those who came and the column of those who left. Tables are of the kind of `before`.

    Attributes
    ----------
    customers : table
        Number of customers of each move.
    shares : table
        Share of the customers of each row; 0 in a row without customers.
    value : table
        Money that the customers of each move were worth before; for those who came, what they are worth after.
    moves : table
        The same as a list, one row per move that happened: `before`, `after`, `direction`, `customers`, `value_before`,
        `value_after`, `change` (after less before).
    summary : table
        One row per direction: `direction` ("up", "down", "same", "moved", "joined", "left"), `customers`,
        `value_before`, `value_after`, `change`.
    """

    customers: Any
    shares: Any
    value: Any
    moves: Any
    summary: Any


def migration(
    before: Any,
    after: Any,
    *,
    column: str = "segment",
    value: str = "monetary",
    customer: str = "customer_id",
    order: Sequence[str] | None = None,
) -> Migration:
    """Count who moved between groups, who came and who left, in customers and in money.

    Customers are matched by id. The two tables may be of different kinds; ids, groups and money are brought together
    in memory.

    Parameters
    ----------
    before, after : table, one row per customer
        The lists at the earlier and the later date, with the same groups by the same rules (score both with one
        `rfm.Scorer`, or the moves will mix changes of customers with changes of cuts).
    column : str, default "segment"
        Column of the group.
    value : str, default "monetary"
        Column of money per customer.
    customer : str, default "customer_id"
        Column of the customer's id.
    order : sequence of group, optional
        All groups, the best first, which tells moves up from moves down; without it every change of group is "moved".
        It is also the order of the rows and columns; otherwise they come by name.

    Returns
    -------
    Migration

    Raises
    ------
    ColumnError
        A column is absent, or has missing values.
    DataError
        Both tables are empty, a customer has two rows in one table, ids are text in one table and numbers in the other,
        or a group is called "absent" or "before".
    ArgumentError
        `order` names a group twice or leaves one out.

    Examples
    --------
    >>> january = {"customer_id": ["a", "b", "c"], "tier": ["top", "top", "small"], "monetary": [90.0, 80.0, 5.0]}
    >>> june = {"customer_id": ["a", "b", "d"], "tier": ["top", "small", "small"], "monetary": [95.0, 10.0, 7.0]}
    >>> moved = migration(january, june, column="tier", order=["top", "small"])
    >>> moved.customers
       before  top  small  absent
    0     top    1      1       0
    1   small    0      0       1
    2  absent    0      1       0
    >>> moved.summary
      direction  customers  value_before  value_after  change
    0      down          1          80.0         10.0   -70.0
    1      same          1          90.0         95.0     5.0
    2    joined          1           0.0          7.0     7.0
    3      left          1           5.0          0.0    -5.0
    """
    table = _frame.open_table(before, numbers=[value], keys=[customer, column])
    earlier = _listed(table, "before", column, value, customer)
    later = _listed(
        _frame.open_table(after, numbers=[value], keys=[customer, column]), "after", column, value, customer
    )
    ids = _all_ids(earlier[0], later[0])
    groups = _groups(earlier[1], later[1], order)
    n_cells = len(groups) + 1
    from_group, from_value = _placed(ids, earlier, groups)
    to_group, to_value = _placed(ids, later, groups)
    move = from_group * n_cells + to_group
    counts, worth_before, worth_after = (
        np.bincount(move, weights, n_cells**2).reshape(n_cells, n_cells) for weights in (None, from_value, to_value)
    )
    worth = worth_before.copy()
    worth[-1] = worth_after[-1]
    people = counts.sum(axis=1, keepdims=True)
    names = [*groups, ABSENT]
    moves = _moves(names, counts, worth_before, worth_after, ordered=order is not None)
    return Migration(
        customers=_matrix(table, names, counts.astype(np.int64)),
        shares=_matrix(table, names, counts / np.maximum(people, 1)),
        value=_matrix(table, names, worth),
        moves=table.build(moves),
        summary=table.build(_summary(moves)),
    )


def _listed(table: _frame.Table, which: str, column: str, value: str, customer: str) -> tuple[Array, Array, Array]:
    """Ids, groups and money of a list, with one row per customer."""
    found = table.collect(table.frame.select(customer, column, value))
    ids = found[customer]
    seen, n = np.unique(ids, return_counts=True)
    if (n > 1).any():
        raise DataError(
            f"the table `{which}` has more than one row for {customer} {shown(seen[n > 1].tolist())}. "
            "Keep one row per customer."
        )
    groups = np.array([str(group) for group in found[column]], dtype=object)
    for kept in (ABSENT, "before"):
        if kept in groups:
            raise DataError(
                f'the table `{which}` has a group called "{kept}", a name that the result needs. Rename it.'
            )
    return ids, groups, found[value].astype(float)


def _all_ids(before: Array, after: Array) -> Array:
    """The ids of both lists, each once, in ascending order."""
    lists = [ids for ids in (before, after) if len(ids)]
    if not lists:
        raise DataError("both tables have no rows, so nobody can have moved. Pass the segments at two dates.")
    if len({ids.dtype.kind in "iuf" for ids in lists}) > 1:
        seen = [*before[:1].tolist(), *after[:1].tolist()]
        raise DataError(
            f"customer ids are text in one table and numbers in the other: {shown(seen)}. Give both the same type."
        )
    merged = np.sort(np.concatenate(lists))  # far faster than np.unique on numbers
    return merged[np.r_[True, merged[1:] != merged[:-1]]]


def _groups(before: Array, after: Array, order: Sequence[str] | None) -> list[str]:
    present = sorted({*before.tolist(), *after.tolist()})
    if order is None:
        return present
    groups = [str(group) for group in order]
    left_out = [group for group in present if group not in groups]
    if left_out or len(set(groups)) < len(groups):
        raise ArgumentError(
            f"order={list(order)!r} must name every group once, the best first; the data have {present!r}."
        )
    return groups


def _placed(ids: Array, listed: tuple[Array, Array, Array], groups: Sequence[str]) -> tuple[Array, Array]:
    """Group (its number, the last one for absent customers) and money of each id."""
    code, money = np.full(len(ids), len(groups), dtype=np.int64), np.zeros(len(ids))
    own, names, values = listed
    if len(own):
        at = np.searchsorted(ids, own)
        number = {group: index for index, group in enumerate(groups)}
        code[at] = [number[name] for name in names]
        money[at] = values
    return code, money


def _matrix(table: _frame.Table, names: Sequence[str], cells: Array) -> Any:
    by_column = {name: np.ascontiguousarray(cells[:, at]) for at, name in enumerate(names)}
    return table.build({"before": np.array(names, dtype=object), **by_column})


def _moves(
    names: Sequence[str], counts: Array, worth_before: Array, worth_after: Array, *, ordered: bool
) -> dict[str, Array]:
    """The cells of the matrix that have customers, as a list."""
    start, end = np.nonzero(counts)
    absent = len(names) - 1
    labels = np.array(names, dtype=object)
    direction = np.where(start == end, "same", "moved").astype(object)
    if ordered:
        direction[end < start] = "up"
        direction[end > start] = "down"
    direction[start == absent] = "joined"
    direction[end == absent] = "left"
    return {
        "before": labels[start],
        "after": labels[end],
        "direction": direction,
        "customers": counts[start, end].astype(np.int64),
        "value_before": worth_before[start, end],
        "value_after": worth_after[start, end],
        "change": worth_after[start, end] - worth_before[start, end],
    }


def _summary(moves: dict[str, Array]) -> dict[str, Array]:
    """One row per direction that happened."""
    directions = [name for name in ("up", "down", "same", "moved", "joined", "left") if name in moves["direction"]]
    summed = {
        title: np.array([moves[title][moves["direction"] == name].sum() for name in directions])
        for title in ("customers", "value_before", "value_after", "change")
    }
    return {"direction": np.array(directions, dtype=object), **summed}
