"""Lists of customers and their groups, brought together by id."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from crmkit import _frame
from crmkit._frame import engines
from crmkit._segment._given import column_name, groups_in_order, list_of_customers
from crmkit._types import Array, Floats, Ints, Table
from crmkit.errors import ArgumentError, ColumnError, DataError, shown
from crmkit.schemes import ladder_of

ABSENT = "absent"
MONEY = ("value_before", "value_after", "change")
_TAKEN = (ABSENT, "before")  # names that the matrices need for themselves
_USUAL_MONEY = "monetary"
_KINDS = {str: "text", int: "numbers", float: "numbers", bool: "numbers", Decimal: "numbers"}
SCORED = "crmkit.rfm.segment(crmkit.rfm.score(crmkit.summarize(transactions)))"
# Columns of groups that crmkit makes, which an error can point to.
_USUAL_GROUPS = ("segment", "tier", "quadrant", "stage", "pattern", "cluster")


@dataclass(frozen=True, slots=True)
class Lists:
    """Several lists brought together: per list (row) and customer (column) the group and the money."""

    table: _frame.Table  # the first list, in whose kind results go back
    ids: Array  # ascending
    groups: list[str]
    ordered: bool  # the groups, the best first
    code: Ints  # number of the group; the number of groups where the customer is absent
    has_money: bool
    units: Ints  # money in whole units; 0 where the customer is absent, or nothing is known of money
    scale: float  # units per 1 of the data's currency

    @property
    def names(self) -> Array:
        """The groups and "absent"."""
        return np.array([*self.groups, ABSENT], dtype=object)

    def built(self, columns: Mapping[str, Array]) -> Table:
        """A table in the kind of the first list, money in the currency of the data; without money, if there is none."""
        plain = {name: column for name, column in columns.items() if name not in MONEY}
        money = {name: columns[name] / self.scale for name in MONEY if self.has_money and name in columns}
        return self.table.build(plain | money)


def read_lists(
    tables: Mapping[str, Any], column: str, value: str | None, customer: str, order: Sequence[Any] | None
) -> Lists:
    """The lists, their customers matched by id."""
    opened, money = _opened(tables, column, value, customer)
    asked = [customer, column, *([] if money is None else [money])]
    found = [engines.pulled(table.frame.select(*asked)) for table in opened.values()]
    ids, position = _matched([rows[customer] for rows in found], customer, list(tables))
    named = [_named(rows[column], which) for rows, which in zip(found, tables, strict=True)]
    groups, ordered = _groups({group for names in named for group in names}, order)
    number = {group: code for code, group in enumerate(groups)}
    counted, scale = _whole(
        [np.zeros(len(rows[customer])) if money is None else rows[money].astype(float) for rows in found]
    )
    code = np.full((len(found), len(ids)), len(groups), dtype=np.int64)
    units = np.zeros(code.shape, dtype=np.int64)
    for row, (at, names, own) in enumerate(zip(position, named, counted, strict=True)):
        code[row, at] = [number[name] for name in names]
        units[row, at] = own
    first = next(iter(opened.values()))
    return Lists(first, ids, groups, ordered, code, money is not None, units, scale)


def _opened(
    tables: Mapping[str, Any], column: str, value: str | None, customer: str
) -> tuple[dict[str, _frame.Table], str | None]:
    """The tables, checked, and their column of money if they have one."""
    column_name("column", column, "segment")
    column_name("customer", customer, "customer_id")
    if value is not None:
        column_name("value", value, _USUAL_MONEY)
    bare = {which: _frame.open_table(list_of_customers(table, SCORED)) for which, table in tables.items()}
    money = _money_in(bare) if value is None else value
    if len({customer, column, money}) < 3:
        raise ArgumentError(
            "column", column, "segment_value_customer_different_columns", money=money, customer=customer
        )
    names = {"customer": customer, "column": column, **({} if money is None else {"value": money})}
    opened = {
        which: _frame.open_table(
            tables[which],
            numbers=[] if money is None else [money],
            keys=[customer, column],
            hint=f"That is the table `{which}`.{_remedy(names, own.columns)}",
        )
        for which, own in bare.items()
    }
    return opened, money


def _money_in(bare: Mapping[str, _frame.Table]) -> str | None:
    """The usual column of money, if the tables have it; some with and some without is a mistake, not a choice."""
    without = [which for which, table in bare.items() if _USUAL_MONEY not in table.columns]
    if without and len(without) < len(bare):
        raise ColumnError("segment_column_other_tables_add", usual_money=_USUAL_MONEY, quoted=quoted(without))
    return None if without else _USUAL_MONEY


def quoted(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names[:3]) + (", ..." if len(names) > 3 else "")


def _remedy(names: Mapping[str, str], columns: Sequence[str]) -> str:
    """The call that works for a table that lacks a column."""
    absent = next((argument for argument, name in names.items() if name not in columns), None)
    groups = [name for name in _USUAL_GROUPS if name in columns]
    if absent == "customer":
        return ' Name its column of ids: customer="...".'
    if absent == "column":
        return f" Name its column of groups: column={groups[0]!r}." if groups else f" Make groups first: {SCORED}."
    if absent == "value":
        return ' Name its column of money: value="...", or leave value out.'
    return ""


def _matched(listed: Sequence[Array], customer: str, names: Sequence[str]) -> tuple[Array, list[Ints]]:
    """The ids of all lists, each once and ascending, and where among them those of each list are."""
    filled = [ids for ids in listed if len(ids)]
    if not filled:
        raise DataError("segment_tables_rows_nobody_can")
    _refuse_mixed_ids(filled)
    ids, position = _numbered(_together(filled))
    placed = np.split(position, np.cumsum([len(own) for own in listed])[:-1])
    for at, which in zip(placed, names, strict=True):
        times = np.bincount(at)
        if (times > 1).any():
            twice = shown(ids[np.flatnonzero(times > 1)].tolist())
            raise DataError("segment_table_more_row_keep", which=which, customer=customer, twice=twice)
    return ids, placed


def _together(listed: Sequence[Array]) -> Array:
    """The ids of all lists in one array. NumPy makes floats of integers of two types, and loses the last digits."""
    if len({ids.dtype for ids in listed}) == 1:
        return np.concatenate(listed)
    rows = [who for ids in listed for who in ids.tolist()]
    whole = [int(who) if isinstance(who, float) and who.is_integer() else who for who in rows]
    return np.array(whole, dtype=object)


def _numbered(rows: Array) -> tuple[Array, Ints]:
    """The distinct ids, ascending, and for each row the place of its id among them."""
    if rows.dtype != object:
        ids, position = np.unique(rows, return_inverse=True)
        return ids, position.reshape(-1).astype(np.int64)
    # Hashed, because NumPy compares Python objects pair by pair, which takes six times as long.
    listed = rows.tolist()
    distinct = sorted(set(listed))
    place = {who: at for at, who in enumerate(distinct)}
    kind = None if all(type(who) is int for who in distinct) else object  # NumPy knows the narrowest of integers
    return np.array(distinct, dtype=kind), np.array([place[who] for who in listed], dtype=np.int64)


def _refuse_mixed_ids(listed: Sequence[Array]) -> None:
    """Ids of two kinds never match, and cannot be put in order either."""
    seen: dict[str, object] = {}
    for ids in listed:
        rows = ids.astype("datetime64[us]").tolist() if ids.dtype.kind == "M" else ids.tolist()
        for kind in set(map(type, rows)):
            seen.setdefault(_KINDS.get(kind, kind.__name__), next(who for who in rows if type(who) is kind))
    if len(seen) > 1 or seen.keys() & {"tuple", "list"}:
        raise DataError("segment_customer_ids_cannot_matched", join=" and ".join(seen), values=shown(seen.values()))


def _named(groups: Array, which: str) -> list[str]:
    """The group of each row as text: 2 and 2.0 are one group."""
    names = [str(int(group) if isinstance(group, float) and group.is_integer() else group) for group in groups.tolist()]
    for taken in _TAKEN:
        if taken in names:
            raise DataError("segment_table_group_called_name", which=which, taken=taken)
    return names


def _groups(present: Set[str], order: Sequence[Any] | None) -> tuple[list[str], bool]:
    """All groups, and whether the best come first: as given, as crmkit's own schemes have them, otherwise by name."""
    asked = groups_in_order(order)
    by_name = sorted(present, key=_by_size_or_name)
    if asked is None:
        ladder = ladder_of(present)
        return (by_name, False) if ladder is None else ([group for group in ladder if group in present], True)
    groups = _named(np.array(asked, dtype=object), "order")
    if not present <= set(groups) or len(set(groups)) < len(groups):
        raise ArgumentError("order", list(asked), "segment_name_every_group_once", by_name=by_name)
    return groups, True


def _by_size_or_name(group: str) -> tuple[float, str]:
    """Numbers by size, then names."""
    try:
        number = float(group)
    except ValueError:
        return math.inf, group
    return (number, "") if math.isfinite(number) else (math.inf, group)


def _whole(listed: Sequence[Floats]) -> tuple[list[Ints], float]:
    """Money in whole units, because sums of floats depend on their order, and the units per 1 of the currency.

    Amounts with up to four decimals are counted in these; all others in the finest binary fraction that leaves
    room for their sum, so that no customer is off by more than 1 / 10^18 of it.
    """
    money = np.concatenate(listed)
    size = float(np.abs(money).sum())
    for scale in (1.0, 10.0, 100.0, 1000.0, 10_000.0):
        if size * scale < 2**52 and np.array_equal(np.rint(money * scale) / scale, money):
            break
    else:
        scale = math.ldexp(1.0, min(61 - math.frexp(size)[1], 1000))
    return [np.rint(values * scale).astype(np.int64) for values in listed], scale


def added(units: Ints, cell: Ints, n: int) -> Ints:
    """Sums by cell, in whole numbers to the end."""
    sums = np.zeros(n, dtype=np.int64)
    np.add.at(sums, cell, units)
    return sums
