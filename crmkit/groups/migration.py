"""Groups of customers over time: who moved between segments or tiers from one date to another.

`migration` compares two lists that carry a group for each customer, such as the segments of `rfm.segment` or the tiers
of `pyramid.assign_tiers`: the moves in customers and in money, and by name. `migration_series` does so for a
row of dates. `size_change` splits what became of each group into customers who moved and cuts that moved: a
group also grows when the rule that names it is learned anew.

A list needs ids and groups; money is counted beside customers where the lists have it. Which groups are the better ones
is known of those that crmkit itself names (`crmkit.groups._ladders`), and of others only what the caller says.

Sources: the transition matrix of counts and its row shares as in Anderson & Goodman (1957), Statistical inference about
Markov chains, Annals of Mathematical Statistics 28(1), 89-110; upgrades and downgrades of tiers as in Zeithaml,
Rust & Lemon (2001), The Customer Pyramid, California Management Review 43(4), 118-142.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from crmkit import _checks, _frame
from crmkit._results import Result
from crmkit.errors import ArgumentError, ColumnError, DataError, shown
from crmkit.groups._given import column_name, groups_in_order, list_of_customers, written
from crmkit.groups._ladders import ladder_of

Array: TypeAlias = NDArray[Any]
Ints: TypeAlias = NDArray[np.int64]

ABSENT = "absent"
DIRECTIONS = ("up", "down", "same", "moved", "joined", "left")
_TAKEN = (ABSENT, "before")  # names that the matrices need for themselves
_MONEY = ("value_before", "value_after", "change")
_USUAL_MONEY = "monetary"
SCORED = "crmkit.rfm.segment(crmkit.rfm.score(crmkit.summarize(transactions)))"
# Columns of groups that crmkit makes, which an error can point to.
_USUAL_GROUPS = ("segment", "tier", "quadrant", "stage", "pattern", "cluster")


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
    customers: Any
    shares: Any
    value: Any
    value_shares: Any
    moves: Any
    summary: Any
    by_customer: Any

    def who(self, direction: str) -> Any:
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
    sizes: Any
    moves: Any
    summary: Any

    def shown(self) -> tuple[Any, ...]:
        """The sizes and what became of the customers."""
        return self.sizes, self.summary


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class SizeChange(Result):
    """The change of each group, split into customers who moved and cuts that moved; given by `size_change`.

    Both tables have one row per group, and what goes out is negative: from `before` to `cuts_out` a row adds up to its
    `after`. Over all groups, moves in and out cancel, and so do cuts.

    Attributes
    ----------
    customers : table
        In customers: `group`, `before`; by the old rule `joined`, `moved_in`, `moved_out`, `left`; by the change of the
        rule `cuts_in`, `cuts_out`; `after`; and in short `change` = `by_customers` + `by_cuts`.
    value : table, or None without money
        In money, with one column more, `own_change`: what the customers of the group who were there before (those
        who just moved in included) are worth more after than before. Who moves brings the money of before, who joins or
        is moved by cuts that of after.
    by_customer : table
        Everyone, by id: the id, `before`, `by_old_rule`, `after`, and where the lists have money `value_before`,
        `value_after`. Where `by_old_rule` and `after` differ, the cuts moved and not the customer.
    """

    main: ClassVar[str] = "customers"

    customers: Any
    value: Any
    by_customer: Any


def migration(
    before: Any,
    after: Any,
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
    lists = _read({"before": before, "after": after}, column, value, customer, order)
    counts, worth, worth_after = _crossed(lists, 0, 1)
    moves = _moves(lists, 0, 1)
    worth[-1] = worth_after[-1]
    return Migration(
        groups=tuple(lists.groups),
        customers=_matrix(lists, counts),
        shares=_matrix(lists, _row_shares(counts)),
        value=_matrix(lists, worth / lists.scale) if lists.has_money else None,
        value_shares=_matrix(lists, _money_shares(worth)) if lists.has_money else None,
        moves=_built(lists, moves),
        summary=_built(lists, _summary(moves)),
        by_customer=_built(lists, _everyone(lists, customer)),
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
    lists = _read({str(date): table for date, table in dated.items()}, column, value, customer, order)
    pairs = [(earlier, earlier + 1) for earlier in range(len(dates) - 1)]
    moves = [_moves(lists, *pair) for pair in pairs]
    return MigrationSeries(
        groups=tuple(lists.groups),
        dates=dates,
        sizes=lists.table.build(_sizes(lists, dates)),
        moves=_built(lists, _stacked(dates, moves)),
        summary=_built(lists, _stacked(dates, [_summary(part) for part in moves])),
    )


def size_change(
    before: Any,
    after: Any,
    *,
    after_by_old_rule: Any,
    column: str = "segment",
    value: str | None = None,
    customer: str = "customer_id",
    order: Sequence[Any] | None = None,
) -> SizeChange:
    """Split the change of every group into customers who moved and cuts that moved.

    Cuts that are learned from the customers (fifths, means, shares of the best) move with them: a group may grow
    because its customers do more, or because less is asked of them. So the later customers are labelled twice. First by
    the old rule: what differs from `before` is what customers did. Then by the new rule: what differs from the old is
    what the cuts did, and only that.

    Parameters
    ----------
    before : table, one row per customer
        The earlier list, labelled by the old rule.
    after : table, one row per customer
        The later list, labelled by the new rule.
    after_by_old_rule : table, one row per customer
        The same later list labelled by the old rule: `rfm.Scorer().fit(january).score(june)`.
    column, value, customer : str
        Columns of the group, of money per customer and of the id, as in `migration`.
    order : sequence of group, optional
        All groups, in the order of the rows; by default as in `migration`.

    Returns
    -------
    SizeChange

    Raises
    ------
    ColumnError, DataError
        As in `migration`; and DataError if `after` and `after_by_old_rule` are not the same customers with the same
        money.
    ArgumentError
        As in `migration`.

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_cdnow(sample=True))
    >>> january, june = (crm.summarize(tx.until(date)) for date in ("1998-01-31", "1998-06-30"))
    >>> scorer = crm.rfm.Scorer().fit(january)
    >>> change = size_change(crm.rfm.segment(scorer.score(january)), crm.rfm.segment(crm.rfm.score(june)),
    ...                      after_by_old_rule=crm.rfm.segment(scorer.score(june)))
    >>> best = change.customers.set_index("group").loc["important_value"]
    >>> best[["before", "after", "change", "by_customers", "by_cuts"]].tolist()
    [699, 731, 32, -65, 97]

    Read: the best group seems to have grown by 32 customers. By the cuts of January it lost 65; new cuts let 97 in.
    """
    named = {"before": before, "after": after, "after_by_old_rule": after_by_old_rule}
    lists = _read(named, column, value, customer, order)
    _refuse_other_customers(lists)
    n = len(lists.groups)
    was, new, old = lists.code
    worth_before, worth_after, _ = lists.units
    there, here = was < n, new < n
    moved, relabelled = there & here & (was != old), new != old
    parts = {
        "before": _Part(was, there, worth_before),
        "joined": _Part(old, here & ~there, worth_after),
        "moved_in": _Part(old, moved, worth_before),
        "moved_out": _Part(was, moved, -worth_before, sign=-1),
        "left": _Part(was, there & ~here, -worth_before, sign=-1),
        "own_change": _Part(old, there & here, worth_after - worth_before, sign=0),
        "cuts_in": _Part(new, relabelled, worth_after),
        "cuts_out": _Part(old, relabelled, -worth_after, sign=-1),
        "after": _Part(new, here, worth_after),
    }
    counted = {name: part.customers(n) for name, part in parts.items() if part.sign}
    valued = {name: part.money(n) for name, part in parts.items()}
    everyone = {
        customer: lists.ids,
        **dict(zip(("before", "by_old_rule", "after"), lists.names[lists.code[[0, 2, 1]]], strict=True)),
        "value_before": worth_before,
        "value_after": worth_after,
    }
    return SizeChange(
        customers=_split(lists, counted),
        value=_split(lists, valued, lists.scale) if lists.has_money else None,
        by_customer=_built(lists, everyone),
    )


# --- reading --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Lists:
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


def _read(
    tables: Mapping[str, Any], column: str, value: str | None, customer: str, order: Sequence[Any] | None
) -> _Lists:
    """The lists, their customers matched by id."""
    opened, money = _opened(tables, column, value, customer)
    asked = [customer, column, *([] if money is None else [money])]
    found = [table.collect(table.frame.select(*asked)) for table in opened.values()]
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
    return _Lists(first, ids, groups, ordered, code, money is not None, units, scale)


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
            f"column={column!r}, value={money!r} and customer={customer!r} must be different columns. "
            "Name those of the group, of the money and of the id."
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
        raise ColumnError(
            f"no column {_USUAL_MONEY!r} in {_quoted(without)}, which the other tables have. Add it, name another "
            "column of money with value=..., or drop it from the others, so that customers alone are counted."
        )
    return None if without else _USUAL_MONEY


def _quoted(names: Sequence[str]) -> str:
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
        raise DataError("the tables have no rows, so nobody can have moved. Pass the groups at two dates.")
    _refuse_mixed_ids(filled)
    ids, position = np.unique(np.concatenate(filled), return_inverse=True)
    placed = np.split(position.reshape(-1), np.cumsum([len(own) for own in listed])[:-1])
    for at, which in zip(placed, names, strict=True):
        times = np.bincount(at)
        if (times > 1).any():
            twice = shown(ids[np.flatnonzero(times > 1)].tolist())
            raise DataError(
                f"the table `{which}` has more than one row for {customer} {twice}. Keep one row per customer."
            )
    return ids, placed


def _refuse_mixed_ids(listed: Sequence[Array]) -> None:
    """Text and numbers never match, and cannot be put in order either."""
    mixed: dict[bool, object] = {}
    for ids in listed:
        for who in ids.tolist():
            mixed.setdefault(isinstance(who, str), who)
    if len(mixed) > 1:
        raise DataError(
            f"customer ids are text in one table and numbers in the other: {shown(mixed.values())}. "
            "Give both the same type."
        )


def _named(groups: Array, which: str) -> list[str]:
    """The group of each row as text: 2 and 2.0 are one group."""
    names = [str(int(group) if isinstance(group, float) and group.is_integer() else group) for group in groups.tolist()]
    for taken in _TAKEN:
        if taken in names:
            raise DataError(
                f'the table `{which}` has a group called "{taken}", a name that the result needs. Rename it.'
            )
    return names


def _groups(present: Set[str], order: Sequence[Any] | None) -> tuple[list[str], bool]:
    """All groups, and whether the best come first: as given, as crmkit's own schemes have them, otherwise by name."""
    asked = groups_in_order(order)
    by_name = sorted(present, key=lambda group: (0, int(group), "") if group.isdecimal() else (1, 0, group))
    if asked is None:
        ladder = ladder_of(present)
        return (by_name, False) if ladder is None else ([group for group in ladder if group in present], True)
    groups = _named(np.array(asked, dtype=object), "order")
    if not present <= set(groups) or len(set(groups)) < len(groups):
        raise ArgumentError(
            f"order={list(asked)!r} must name every group once, the best first; the data have {by_name!r}."
        )
    return groups, True


def _whole(listed: Sequence[NDArray[np.float64]]) -> tuple[list[Ints], float]:
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


def _by_date(tables: Any) -> dict[dt.date, Any]:
    """The tables by date, the earliest first."""
    example = 'such as {"2025-01-31": january, "2025-02-28": february}'
    pairs = list(tables.items() if isinstance(tables, Mapping) else tables if isinstance(tables, Iterable) else [None])
    if not all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in pairs):
        raise ArgumentError(f"tables={written(tables)} does not give a table for each date. Give them, {example}.")
    if len(pairs) < 2:
        raise ArgumentError(f"tables has {len(pairs)} date{'s' * (len(pairs) != 1)}. Give at least two, {example}.")
    dates = [_checks.date_of(date, "date") for date, _ in pairs]
    twice = sorted({str(date) for date in dates if dates.count(date) > 1})
    if twice:
        raise ArgumentError(f"tables has more than one list for {shown(twice)}. Give one list per date, {example}.")
    return dict(
        sorted(((date, table) for date, (_, table) in zip(dates, pairs, strict=True)), key=lambda pair: pair[0])
    )


# --- counting -------------------------------------------------------------------------------------------------------


def _crossed(lists: _Lists, first: int, second: int) -> tuple[Ints, Ints, Ints]:
    """Customers, money before and money after of each pair of groups (the last one: absent), in whole units."""
    n = len(lists.groups) + 1
    cell = lists.code[first] * n + lists.code[second]
    customers = np.bincount(cell, minlength=n**2).astype(np.int64).reshape(n, n)
    customers[-1, -1] = 0  # who is in other lists of a series only
    before, after = (_added(lists.units[which], cell, n**2).reshape(n, n) for which in (first, second))
    return customers, before, after


def _added(units: Ints, cell: Ints, n: int) -> Ints:
    """Sums by cell, in whole numbers to the end."""
    sums = np.zeros(n, dtype=np.int64)
    np.add.at(sums, cell, units)
    return sums


def _row_shares(counts: Ints) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
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


def _moves(lists: _Lists, first: int, second: int) -> dict[str, Array]:
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
        for title in ("customers", *_MONEY)
    }
    return {"direction": np.array(directions, dtype=object), **summed}


def _everyone(lists: _Lists, customer: str) -> dict[str, Array]:
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


def _sizes(lists: _Lists, dates: Sequence[dt.date]) -> dict[str, Array]:
    """Customers and money of each group at each date."""
    n = len(lists.groups)
    customers = np.array([np.bincount(code, minlength=n + 1)[:n] for code in lists.code])
    worth = np.array([_added(*row, n + 1)[:n] for row in zip(lists.units, lists.code, strict=True)])
    money = {"value": worth.reshape(-1) / lists.scale, "value_share": _money_shares(worth).reshape(-1)}
    return {
        "date": np.repeat(np.array(dates, dtype="datetime64[D]"), n),
        "group": np.tile(lists.names[:n], len(dates)),
        "customers": customers.reshape(-1).astype(np.int64),
        "customer_share": _row_shares(customers).reshape(-1),
        **(money if lists.has_money else {}),
    }


def _money_shares(units: Ints) -> NDArray[np.float64]:
    """Shares of each row's money; a share of nothing, or of a loss, is not a number."""
    total = units.sum(axis=1, keepdims=True)
    return np.where(total > 0, units / np.where(total > 0, total, 1), np.nan)


# --- the split of a change ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Part:
    """Some customers, the group that each counts for, and the money that each adds to it."""

    group: Ints
    chosen: NDArray[np.bool_]
    units: Ints
    sign: int = 1  # of the customers: 1 into the group, -1 out of it, 0 neither

    def customers(self, n: int) -> Ints:
        return self.sign * np.bincount(self.group[self.chosen], minlength=n).astype(np.int64)

    def money(self, n: int) -> Ints:
        return _added(self.units[self.chosen], self.group[self.chosen], n)


def _split(lists: _Lists, parts: Mapping[str, Ints], scale: float | None = None) -> Any:
    """A row per group: the parts, and what they come to."""
    apart = ("before", "cuts_in", "cuts_out", "after")
    whole: dict[str, Array] = {
        **parts,
        "change": parts["after"] - parts["before"],
        "by_customers": np.sum([part for name, part in parts.items() if name not in apart], axis=0),
        "by_cuts": parts["cuts_in"] + parts["cuts_out"],
    }
    plain = whole if scale is None else {name: units / scale for name, units in whole.items()}
    return lists.table.build({"group": lists.names[:-1], **plain})


def _refuse_other_customers(lists: _Lists) -> None:
    """The later list, labelled twice, must be one list."""
    absent = lists.code == len(lists.groups)
    other = absent[1] != absent[2]
    if other.any():
        raise DataError(
            "`after` and `after_by_old_rule` are not the same customers: only one of them has "
            f"{shown(lists.ids[other].tolist())}. Label one list twice, by the new rule and by the old one."
        )
    other = lists.units[1] != lists.units[2]
    if other.any():
        raise DataError(
            "`after` and `after_by_old_rule` disagree about the money of customer "
            f"{shown(lists.ids[other].tolist())}. Label one list twice, by the new rule and by the old one."
        )


# --- giving back ----------------------------------------------------------------------------------------------------


def _matrix(lists: _Lists, cells: Array) -> Any:
    by_column = {name: np.ascontiguousarray(cells[:, at]) for at, name in enumerate(lists.names)}
    return lists.table.build({"before": lists.names, **by_column})


def _built(lists: _Lists, columns: Mapping[str, Array]) -> Any:
    """A table in the kind of the first list, its money in the currency of the data; without money, if there is none."""
    plain = {name: column for name, column in columns.items() if name not in _MONEY}
    money = {name: columns[name] / lists.scale for name in _MONEY if lists.has_money and name in columns}
    return lists.table.build(plain | money)


def _stacked(dates: Sequence[dt.date], parts: Sequence[Mapping[str, Array]]) -> dict[str, Array]:
    """The columns of each pair of neighbouring dates, one below the other."""
    times = [len(part["customers"]) for part in parts]
    day = np.array(dates, dtype="datetime64[D]")
    return {
        "from_date": np.repeat(day[:-1], times),
        "to_date": np.repeat(day[1:], times),
        **{name: np.concatenate([part[name] for part in parts]) for name in parts[0]},
    }
