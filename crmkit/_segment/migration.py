"""Groups of customers over time: who moved between segments or tiers from one date to another.

`migration` compares two lists that carry a group for each customer, such as the segments of `rfm.segment` or the tiers
of `pyramid.assign_tiers`: the moves in customers and in money, and by name. `migration_series` does so for a
row of dates. How much of it is the cuts that moved, tells `size_change`.

A list needs ids and groups; money is counted beside customers where the lists have it. Which groups are the better ones
is known of those that crmkit itself names (`crmkit._segment._ladders`), and of others only what the caller says.

Sources: the transition matrix of counts and its row shares as in Anderson & Goodman (1957), Statistical inference about
Markov chains, Annals of Mathematical Statistics 28(1), 89-110; upgrades and downgrades of tiers as in Zeithaml,
Rust & Lemon (2001), The Customer Pyramid, California Management Review 43(4), 118-142.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _frame
from crmkit._results import Result
from crmkit._segment._lists import MONEY, Lists, added, read_lists
from crmkit._statistics import shares_of
from crmkit._types import Array, Floats, Ints, Table
from crmkit.errors import ArgumentError, shown

DIRECTIONS = ("up", "down", "same", "moved", "joined", "left")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Migration(Result):
    """Moves between groups from one list of customers to a later one; given by `migration`.

    The matrices have a row per group before (column `before`) and a column per group after; "absent" is the row of
    those who came and the column of those who left. Tables are of the kind of `before`. Money is added up in whole
    units (cents, say), so that every table has the same total; where the lists have no money, the columns
    `value_before`, `value_after` and `change` are not there.

    Attributes
    ----------
    groups : tuple of str
        The groups, in the order of the rows and columns.
    customers : table
        Number of customers of each move.
    shares : table
        Share of the customers of each row; 0 in a row without customers.
    value : table, or None without money
        Money that the customers of each move were worth before; for those who came, what they are worth after.
    value_shares : table, or None without money
        Share of the money of each row; missing in a row whose money is not above 0.
    moves : table
        The same as a list, one row per move that happened: `before`, `after`, `direction`, `customers`, `share` (of the
        customers in `before`), `value_before`, `value_after`, `change` (after less before).
    summary : table
        One row per direction: `direction` ("up", "down", "same", "moved", "joined", "left"), `customers`,
        `value_before`, `value_after`, `change`.
    by_customer : table
        Everyone, one row per customer of either list, by id: the id, `before`, `after`, `direction`, `value_before`,
        `value_after`, `change`.
    """

    main: ClassVar[str] = "customers"

    groups: tuple[str, ...]
    customers: Table
    shares: Table
    value: Table
    value_shares: Table
    moves: Table
    summary: Table
    by_customer: Table

    def who(self, direction: str) -> Table:
        """The customers of one direction, by name, the largest change of money first (without money: by id).

        Parameters
        ----------
        direction : {"up", "down", "same", "moved", "joined", "left"}
            "up" and "down" where the order of the groups is known or was given, otherwise "moved".

        Returns
        -------
        table
            The rows of `by_customer` that went this way, in its kind; none if nobody did.

        Raises
        ------
        ArgumentError
            The direction is not known.

        Examples
        --------
        >>> january = {"customer_id": [1, 2, 3], "tier": ["top", "top", "small"], "monetary": [90.0, 80.0, 5.0]}
        >>> june = {"customer_id": [1, 2, 4], "tier": ["top", "small", "small"], "monetary": [95.0, 10.0, 7.0]}
        >>> migration(january, june, column="tier").who("down")
           customer_id before  after direction  value_before  value_after  change
        0            2    top  small      down          80.0         10.0   -70.0
        """
        _checks.choice("direction", direction, DIRECTIONS)
        table = _frame.open_table(self.by_customer)
        found = table.frame.filter(nw.col("direction") == direction)
        if "change" in table.columns:
            sized = found.with_columns(size=nw.col("change").abs())
            found = sized.sort("size", table.columns[0], descending=[True, False]).drop("size")
        return table.give_back(nw.maybe_reset_index(found))

    def shown(self) -> tuple[Any, ...]:
        """The matrix and what became of the customers."""
        return self.customers, self.summary


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class MigrationSeries(Result):
    """Groups at several dates and the moves from each date to the next; given by `migration_series`.

    Tables are of the kind of the first list.

    Attributes
    ----------
    groups : tuple of str
        The groups, in the order of `Migration.groups`.
    dates : tuple of datetime.date
        The dates, the earliest first.
    sizes : table
        One row per date and group, also where the group is empty: `date`, `group`, `customers`, `customer_share`; and
        where the lists have money, `value`, `value_share` (missing at a date on which all of it is not above 0).
    moves : table
        One row per pair of neighbouring dates and move that happened: `from_date`, `to_date` and the columns of
        `Migration.moves`.
    summary : table
        One row per pair of dates and direction: `from_date`, `to_date` and the columns of `Migration.summary`.
    """

    main: ClassVar[str] = "sizes"

    groups: tuple[str, ...]
    dates: tuple[dt.date, ...]
    sizes: Table
    moves: Table
    summary: Table

    def shown(self) -> tuple[Any, ...]:
        """The sizes and what became of the customers."""
        return self.sizes, self.summary


def migration(
    before: Table,
    after: Table,
    *,
    column: str = "segment",
    value: str | None = None,
    customer: str = "customer_id",
    order: Sequence[Any] | None = None,
) -> Migration:
    """Count who moved between groups, who came and who left, in customers and in money.

    Customers are matched by id. The two tables may be of different kinds; ids, groups and money are brought together
    in memory, about 200 bytes per customer.

    Parameters
    ----------
    before, after : table, one row per customer
        The lists at the earlier and the later date, with the same groups by the same rules (score both with one
        `rfm.Scorer`, or the moves mix changes of customers with changes of cuts; `size_change` takes the two apart).
    column : str, default "segment"
        Column of the group.
    value : str, optional
        Column of money per customer. By default `monetary`, if both tables have it; if neither has it (the stages of
        `crmkit.lifecycle.stages`, say), customers alone are counted.
    customer : str, default "customer_id"
        Column of the customer's id.
    order : sequence of group, optional
        All groups, the best first, which tells moves up from moves down. By default the order of the scheme, where all
        groups are of one scheme of crmkit: the segments "eleven" or "eight", the tiers of a pyramid, the quadrants of
        the value matrix, the stages (stability, formation, exploration, decline). Of other groups every change is
        "moved". It is also the order of the rows and columns; groups without an order come by name, numbers by size.

    Returns
    -------
    Migration

    Raises
    ------
    ColumnError
        A column is absent, or has missing values; or `monetary` is in one of the tables only.
    DataError
        These are transactions, both tables are empty, a customer has two rows in one table, ids are text in one table
        and numbers in the other, or a group is called "absent" or "before".
    ArgumentError
        A column is not given by its name, or `order` names a group twice or leaves one out.

    Examples
    --------
    >>> january = {"customer_id": ["a", "b", "c"], "tier": ["top", "top", "small"], "monetary": [90.0, 80.0, 5.0]}
    >>> june = {"customer_id": ["a", "b", "d"], "tier": ["top", "small", "small"], "monetary": [95.0, 10.0, 7.0]}
    >>> moved = migration(january, june, column="tier")
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
    >>> moved.who("left")
      customer_id before   after direction  value_before  value_after  change
    0           c  small  absent      left           5.0          0.0    -5.0

    Groups of your own need an order, and lists without money do as well:

    >>> before, after = ({"customer_id": ["a", "b"], "level": levels} for levels in (["pro", "basic"], ["pro", "pro"]))
    >>> migration(before, after, column="level", order=["pro", "basic"]).summary
      direction  customers
    0        up          1
    1      same          1
    """
    lists = read_lists({"before": before, "after": after}, column, value, customer, order)
    counts, worth, worth_after = _crossed(lists, 0, 1)
    moves = _moves(lists, 0, 1)
    worth[-1] = worth_after[-1]
    return Migration(
        groups=tuple(lists.groups),
        customers=_matrix(lists, counts),
        shares=_matrix(lists, _row_shares(counts)),
        value=_matrix(lists, worth / lists.scale) if lists.has_money else None,
        value_shares=_matrix(lists, shares_of(worth, axis=1)) if lists.has_money else None,
        moves=lists.built(moves),
        summary=lists.built(_summary(moves)),
        by_customer=lists.built(_everyone(lists, customer)),
    )


def migration_series(
    tables: Mapping[Any, Any] | Sequence[tuple[Any, Any]],
    *,
    column: str = "segment",
    value: str | None = None,
    customer: str = "customer_id",
    order: Sequence[Any] | None = None,
) -> MigrationSeries:
    """Follow the groups over several dates: their sizes at each, and the moves from each date to the next.

    The tables may be of different kinds; ids, groups and money are brought together in memory, about 50 bytes
    per customer and date. For the customers of a move by name, see `migration` of two dates.

    Parameters
    ----------
    tables : mapping of date to table, or sequence of (date, table); at least two
        One list of customers per date, in any order of dates, with the same groups by the same rules.
    column, value, customer : str
        Columns of the group, of money per customer and of the id, as in `migration`.
    order : sequence of group, optional
        All groups, the best first; by default as in `migration`.

    Returns
    -------
    MigrationSeries

    Raises
    ------
    ArgumentError
        The tables come without dates, there are fewer than two, a date comes twice or is not one, or `order` does not
        fit the groups.
    ColumnError, DataError
        As in `migration`; the message names the date of the table.

    Examples
    --------
    >>> may = {"customer_id": [1, 2, 3], "tier": ["top", "top", "small"], "monetary": [90.0, 80.0, 5.0]}
    >>> june = {"customer_id": [1, 2, 4], "tier": ["top", "small", "small"], "monetary": [95.0, 10.0, 7.0]}
    >>> july = {"customer_id": [1, 2, 4], "tier": ["top", "top", "small"], "monetary": [99.0, 50.0, 8.0]}
    >>> over_time = migration_series({"2025-05-31": may, "2025-06-30": june, "2025-07-31": july}, column="tier")
    >>> over_time.sizes[["date", "group", "customers", "value"]]
            date  group  customers  value
    0 2025-05-31    top          2  170.0
    1 2025-05-31  small          1    5.0
    2 2025-06-30    top          1   95.0
    3 2025-06-30  small          2   17.0
    4 2025-07-31    top          2  149.0
    5 2025-07-31  small          1    8.0
    >>> over_time.summary[["to_date", "direction", "customers", "change"]]
         to_date direction  customers  change
    0 2025-06-30      down          1   -70.0
    1 2025-06-30      same          1     5.0
    2 2025-06-30    joined          1     7.0
    3 2025-06-30      left          1    -5.0
    4 2025-07-31        up          1    40.0
    5 2025-07-31      same          2     5.0
    """
    dated = _by_date(tables)
    dates = tuple(dated)
    lists = read_lists({str(date): table for date, table in dated.items()}, column, value, customer, order)
    pairs = [(earlier, earlier + 1) for earlier in range(len(dates) - 1)]
    moves = [_moves(lists, *pair) for pair in pairs]
    return MigrationSeries(
        groups=tuple(lists.groups),
        dates=dates,
        sizes=lists.table.build(_sizes(lists, dates)),
        moves=lists.built(_stacked(dates, moves)),
        summary=lists.built(_stacked(dates, [_summary(part) for part in moves])),
    )


def _by_date(tables: Any) -> dict[dt.date, Any]:
    """The tables by date, the earliest first."""
    example = 'such as {"2025-01-31": january, "2025-02-28": february}'
    pairs = list(tables.items() if isinstance(tables, Mapping) else tables if isinstance(tables, Iterable) else [None])
    if not all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in pairs):
        raise ArgumentError("tables", tables, "segment_does_table_each_date", example_2=example)
    if len(pairs) < 2:
        raise ArgumentError(
            "segment_tables_date_least_two", n=len(pairs), plural="s" * (len(pairs) != 1), example_2=example
        )
    dates = [_checks.date_of(date, "date") for date, _ in pairs]
    twice = sorted({str(date) for date in dates if dates.count(date) > 1})
    if twice:
        raise ArgumentError("segment_tables_more_list_list", twice=shown(twice), example_2=example)
    return dict(
        sorted(((date, table) for date, (_, table) in zip(dates, pairs, strict=True)), key=lambda pair: pair[0])
    )


# --- counting -------------------------------------------------------------------------------------------------------


def _crossed(lists: Lists, first: int, second: int) -> tuple[Ints, Ints, Ints]:
    """Customers, money before and money after of each pair of groups (the last one: absent), in whole units."""
    n = len(lists.groups) + 1
    cell = lists.code[first] * n + lists.code[second]
    customers = np.bincount(cell, minlength=n**2).astype(np.int64).reshape(n, n)
    customers[-1, -1] = 0  # who is in other lists of a series only
    before, after = (added(lists.units[which], cell, n**2).reshape(n, n) for which in (first, second))
    return customers, before, after


def _row_shares(counts: Ints) -> Floats:
    shares: Floats = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return shares


def _directions(n: int, *, ordered: bool) -> Array:
    """The direction of each pair of n groups, the best first, and of absent customers, who are the last."""
    start, end = np.indices((n + 1, n + 1))
    direction = np.where(start == end, "same", "moved").astype(object)
    if ordered:
        direction[end < start] = "up"
        direction[end > start] = "down"
    direction[n, :n] = "joined"
    direction[:n, n] = "left"
    return direction


def _moves(lists: Lists, first: int, second: int) -> dict[str, Array]:
    """The cells of the matrix that have customers, as a list; money in whole units."""
    counts, before, after = _crossed(lists, first, second)
    cell = np.nonzero(counts)
    return {
        "before": lists.names[cell[0]],
        "after": lists.names[cell[1]],
        "direction": _directions(len(lists.groups), ordered=lists.ordered)[cell],
        "customers": counts[cell],
        "share": _row_shares(counts)[cell],
        "value_before": before[cell],
        "value_after": after[cell],
        "change": after[cell] - before[cell],
    }


def _summary(moves: Mapping[str, Array]) -> dict[str, Array]:
    """One row per direction that happened; money in whole units."""
    directions = [name for name in DIRECTIONS if name in moves["direction"]]
    summed = {
        title: np.array([moves[title][moves["direction"] == name].sum() for name in directions], dtype=np.int64)
        for title in ("customers", *MONEY)
    }
    return {"direction": np.array(directions, dtype=object), **summed}


def _everyone(lists: Lists, customer: str) -> dict[str, Array]:
    """One row per customer; money in whole units."""
    before, after = lists.code
    worth_before, worth_after = lists.units
    return {
        customer: lists.ids,
        "before": lists.names[before],
        "after": lists.names[after],
        "direction": _directions(len(lists.groups), ordered=lists.ordered)[before, after],
        "value_before": worth_before,
        "value_after": worth_after,
        "change": worth_after - worth_before,
    }


def _sizes(lists: Lists, dates: Sequence[dt.date]) -> dict[str, Array]:
    """Customers and money of each group at each date."""
    n = len(lists.groups)
    customers = np.array([np.bincount(code, minlength=n + 1)[:n] for code in lists.code])
    worth = np.array([added(*row, n + 1)[:n] for row in zip(lists.units, lists.code, strict=True)])
    money = {"value": worth.reshape(-1) / lists.scale, "value_share": shares_of(worth, axis=1).reshape(-1)}
    return {
        "date": np.repeat(np.array(dates, dtype="datetime64[D]"), n),
        "group": np.tile(lists.names[:n], len(dates)),
        "customers": customers.reshape(-1).astype(np.int64),
        "customer_share": _row_shares(customers).reshape(-1),
        **(money if lists.has_money else {}),
    }


# --- giving back ----------------------------------------------------------------------------------------------------


def _matrix(lists: Lists, cells: Array) -> Any:
    by_column = {name: np.ascontiguousarray(cells[:, at]) for at, name in enumerate(lists.names)}
    return lists.table.build({"before": lists.names, **by_column})


def _stacked(dates: Sequence[dt.date], parts: Sequence[Mapping[str, Array]]) -> dict[str, Array]:
    """The columns of each pair of neighbouring dates, one below the other."""
    times = [len(part["customers"]) for part in parts]
    day = np.array(dates, dtype="datetime64[D]")
    return {
        "from_date": np.repeat(day[:-1], times),
        "to_date": np.repeat(day[1:], times),
        **{name: np.concatenate([part[name] for part in parts]) for name in parts[0]},
    }
