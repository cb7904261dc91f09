"""Cohorts counted: what the customers of each cohort did at each age, from the engine to small arrays.

Rows are grouped by customer and period (or bracket) where the table lives; only counts by cohort and age come out.
Money stays in whole units, so that sums over cohorts and ages are those of the transactions to the last unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks
from crmkit._compared_groups import ALL, groups_of
from crmkit._frame import engines
from crmkit._frame.engines import LazyFrame
from crmkit._periods import Periods
from crmkit._types import Array, Bools, Groups, Ints
from crmkit.customers import customer_days
from crmkit.errors import ArgumentError
from crmkit.transactions import Transactions

MOST_CELLS = 5_000_000


@dataclass(frozen=True, slots=True)
class Counts:
    """One row per group and cohort, one column per age; arrays are (n_rows, n_ages) unless said otherwise."""

    group: Array  # (n_rows,)
    cohort: Ints  # position of the cohort's period, (n_rows,)
    customers: Ints  # of the cohort, (n_rows,)
    reached: Ints  # customers of whom the age can be judged: the denominator
    retained: Ints
    orders: Ints
    units: Ints  # money of the age
    cumulative: Ints  # money up to the age, from the first purchase on
    ended: Bools  # the age is over for everybody who can be in the cohort
    settled: Bools  # and no later row can change the cell


# --- ages by the calendar -----------------------------------------------------------------------------------------


def by_calendar(
    tx: Transactions, periods: Periods, by: Groups, *, max_age: int | None, rolling: bool, orders: bool
) -> Counts:
    """Ages are calendar periods since that of the first purchase; `rolling` counts who buys then or later."""
    cells = _collected(_calendar_frames(tx, periods, orders=orders), ["cohort", "period"], tx, by)
    group, cohort, row = _rows(cells)
    n_ages = len(periods) - int(np.min(cohort))
    shape = _shape(len(cohort), n_ages if max_age is None else min(max_age + 1, n_ages))
    # A refund that is booked before the first purchase belongs to the period of that purchase.
    age = np.maximum(cells["period"] - cells["cohort"], 0)
    retained, n_orders, units = (_placed(cells[name], row, age, shape) for name in SUMS)
    customers = retained[:, 0].copy()
    if rolling:
        retained = _on_or_after(tx, periods, by, shape)
    period = cohort[:, None] + np.arange(shape[1])
    begun = period < len(periods)
    ended = begun & periods.complete[np.minimum(period, len(periods) - 1)]
    # Who is quiet so far may buy later: "then or later" is never settled, but for the first period.
    settled = ended & (np.arange(shape[1]) == 0) if rolling else ended
    reached = np.where(begun, customers[:, None], 0)
    return Counts(group, cohort, customers, reached, retained, n_orders, units, units.cumsum(axis=1), ended, settled)


def _calendar_frames(tx: Transactions, periods: Periods, *, orders: bool) -> list[LazyFrame]:
    """customer_id, cohort and period, with money and purchases, and with the orders where they are counted apart."""
    own = _summed(periods.join(_visits(tx, orders=orders)), tx, ["customer_id", "period"], orders=orders)
    if tx.has_refunds:
        own = own.with_columns(seen=nw.when(nw.col("bought") == 1).then(nw.col("period")))
    own = engines.with_lowest(own, "seen" if tx.has_refunds else "period", by="customer_id", into="cohort")
    frames = [own.filter(~nw.col("cohort").is_null()) if tx.has_refunds else own]
    if orders and "order" in tx.roles:
        born = periods.join(_customers(tx), day="first", into="cohort").select("customer_id", "cohort")
        frames.append(periods.join(_orders(tx)).join(born, on="customer_id", how="inner"))
    return frames


def _on_or_after(tx: Transactions, periods: Periods, by: Groups, shape: tuple[int, int]) -> Ints:
    """Customers of each cohort whose last purchase so far fell into the age or after it."""
    born = periods.join(_customers(tx), day="first", into="cohort")
    last = periods.join(born, day="last", into="period").with_columns(bought=_ONE)
    cells = _collected([last], ["cohort", "period"], tx, by)
    age = np.minimum(cells["period"] - cells["cohort"], shape[1] - 1)
    leaving = _placed(cells["bought"], _rows(cells)[2], age, shape)
    return leaving[:, ::-1].cumsum(axis=1)[:, ::-1]


# --- ages by each customer's own clock ----------------------------------------------------------------------------


def by_own_clock(
    tx: Transactions, periods: Periods, by: Groups, brackets: Sequence[tuple[int, int]], *, orders: bool
) -> Counts:
    """Ages are days since the customer's own first purchase; only customers who have reached a bracket's end count."""
    n = len(brackets)
    # What was spent up to the end of a bracket is the money of a bracket that begins on day 0.
    windows = [*brackets, *((0, last) for _, last in brackets)]
    cells = _collected(_bracket_frames(tx, windows, orders=orders), ["first", "bracket"], tx, by)
    cells["cohort"] = periods.of(cells["first"])
    group, cohort, row = _rows(cells)
    shape, wide = _shape(len(cohort), n), (len(cohort), 2 * n)
    as_of, ends = _checks.day_number(tx.as_of), np.array([last for _, last in windows])
    reached = cells["first"] + ends[cells["bracket"]] <= as_of
    retained, n_orders, units = (_placed(cells[name] * reached, row, cells["bracket"], wide) for name in SUMS)
    # Everybody bought on day 0, so a bracket from day 0 on counts the customers.
    customers = _placed(cells["bought"], row, cells["bracket"], wide)[:, n]
    latest = np.full(shape[0], -1)
    np.maximum.at(latest, row, cells["first"])
    ended = periods.complete[cohort][:, None] & (latest[:, None] + ends[:n] <= as_of)
    return Counts(group, cohort, customers, retained[:, n:], retained[:, :n], n_orders[:, :n],
                  units[:, :n], units[:, n:], ended, ended)  # fmt: skip


def _bracket_frames(tx: Transactions, windows: Sequence[tuple[int, int]], *, orders: bool) -> list[LazyFrame]:
    """customer_id, first (day) and bracket (position in `windows`), with the same as by the calendar."""
    customers = _customers(tx).select("customer_id", "first")
    stretch, members = _stretches(windows, _checks.day_number(tx.as_of) - tx.first_day)

    def stretched(frame: LazyFrame) -> LazyFrame:
        known = frame.join(customers, on="customer_id", how="inner")
        since = nw.col("day") - nw.col("first")
        # A refund that is booked before the first purchase belongs to the day of that purchase.
        known = known.with_columns(since=nw.when(since > 0).then(since).otherwise(0).cast(nw.Int64))
        looked_up = engines.upload({"since": np.arange(len(stretch)), "stretch": stretch}, known)
        return known.join(looked_up.lazy(), on="since", how="inner")

    def spread(frame: LazyFrame) -> LazyFrame:
        return frame.join(engines.upload(members, frame).lazy(), on="stretch", how="inner")

    visits = stretched(_visits(tx, orders=orders))
    # Customers by stretch are few, so that each may then belong to several brackets at little cost.
    by_stretch = _summed(visits, tx, ["customer_id", "first", "stretch"], orders=orders)
    sums = {name: nw.col(name).sum().cast(nw.Int64) for name in SUMS if name in engines.names_of(by_stretch)}
    once = {**sums, "bought": nw.col("bought").max()} if tx.has_refunds else sums
    frames = [spread(by_stretch).group_by("customer_id", "first", "bracket").agg(**once)]
    if orders and "order" in tx.roles:
        frames.append(spread(stretched(_orders(tx))))
    return frames


def _stretches(windows: Sequence[tuple[int, int]], longest: int) -> tuple[Ints, dict[str, Ints]]:
    """Days since the first purchase, cut wherever a window begins or ends, and which stretches each window covers.

    Nobody is older than `longest` days, however long a window is.
    """
    cuts = np.array(sorted({edge for begin, end in windows for edge in (begin, end + 1)} | {0}))
    stretch = np.searchsorted(cuts, np.arange(min(cuts[-1], longest + 1)), side="right").astype(np.int64) - 1
    covers = [(at, k) for k, (begin, end) in enumerate(windows) for at in range(len(cuts) - 1)
              if begin <= cuts[at] <= end]  # fmt: skip
    at, bracket = np.array(covers, dtype=np.int64).T
    return stretch, {"stretch": at.copy(), "bracket": bracket.copy()}


# --- shared -------------------------------------------------------------------------------------------------------

SUMS = ("bought", "orders", "money")
_ONE = nw.lit(1, dtype=nw.Int64)


def _purchases(tx: Transactions) -> LazyFrame:
    rows = tx.rows()
    return tx.purchases(rows)


def _customers(tx: Transactions) -> LazyFrame:
    """customer_id, first and last: days of a purchase."""
    day = nw.col("day")
    return _purchases(tx).group_by("customer_id").agg(first=day.min(), last=day.max())


def _visits(tx: Transactions, *, orders: bool) -> LazyFrame:
    """customer_id, day, money (units), and bought (0 or 1) if there are refunds; a row per day, or several.

    Without order ids a day with a purchase is an order, so days are told apart; with them, orders are counted apart.
    """
    rows = customer_days(tx) if orders and "order" not in tx.roles else tx.rows()
    return rows.select("customer_id", "day", "money", *(["bought"] if tx.has_refunds else []))


def _summed(visits: LazyFrame, tx: Transactions, keys: Sequence[str], *, orders: bool) -> LazyFrame:
    """Money, orders unless they have ids, and `bought` (0 or 1) if there are refunds, by `keys`."""
    sums = {"money": nw.col("money").sum().cast(nw.Int64)}
    if orders and "order" not in tx.roles:
        sums["orders"] = (nw.col("bought").sum() if tx.has_refunds else nw.len()).cast(nw.Int64)
    if tx.has_refunds:
        sums["bought"] = nw.col("bought").max()
    return visits.group_by(*keys).agg(**sums)


def _orders(tx: Transactions) -> LazyFrame:
    """customer_id, day, orders; an order whose rows lie on several days is one of its first day."""
    first_days = _purchases(tx).group_by("customer_id", "order_id").agg(day=nw.col("day").min())
    return first_days.select("customer_id", "day", orders=_ONE)


def _collected(frames: Sequence[LazyFrame], keys: Sequence[str], tx: Transactions, by: Groups) -> dict[str, Array]:
    """Sums of what the frames have of `SUMS`, by `keys` and group; 0 for what they have not.

    Where rows with money have no `bought`, there are no refunds, and each is a customer who bought.
    """
    parts = []
    for own in frames:
        frame = own if by is None else own.join(groups_of(tx, by), on="customer_id", how="inner")
        names = engines.names_of(frame)
        sums = {name: nw.col(name).sum().cast(nw.Int64) for name in SUMS if name in names}
        if "money" in names:
            sums.setdefault("bought", nw.len().cast(nw.Int64))  # cheaper than a column of ones
        found = engines.collect(frame.group_by(*keys, *(["group"] if "group" in names else [])).agg(**sums))
        n = len(next(iter(found.values())))
        group = found.get("group", np.full(n, ALL, dtype=object))
        numbers = {name: found.get(name, np.zeros(n)).astype(np.int64) for name in (*keys, *SUMS)}
        parts.append({**numbers, "group": group.astype(object)})
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _rows(cells: dict[str, Array]) -> tuple[Array, Ints, Ints]:
    """Group (by name) and cohort of each row of the result, and the row of each cell."""
    names, code = np.unique(cells["group"].astype(str), return_inverse=True)
    n_cohorts = int(cells["cohort"].max()) + 1
    keys, row = np.unique(code * n_cohorts + cells["cohort"], return_inverse=True)
    return names[keys // n_cohorts].astype(object), keys % n_cohorts, row.astype(np.int64)


def _placed(values: Array, row: Ints, column: Ints, shape: tuple[int, int]) -> Ints:
    """Sums by row and column; columns beyond the last one are left out."""
    placed, kept = np.zeros(shape, dtype=np.int64), column < shape[1]
    np.add.at(placed, (row[kept], column[kept]), values[kept])
    return placed


def _shape(n_rows: int, n_ages: int) -> tuple[int, int]:
    if n_rows * n_ages > MOST_CELLS:
        raise ArgumentError("retention_cohorts_ages_cells_more", n_rows=n_rows, n_ages=n_ages, value=n_rows * n_ages)
    return n_rows, n_ages
