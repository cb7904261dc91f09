"""Movements: how one period's revenue became the next one's, and the retention of revenue (GRR, NRR).

Each customer's revenue is compared with that of the period before: new, expansion, contraction, churned, reactivated.
Everything is counted in whole units of money, so that the movements of a period add up to its revenue exactly.

Sources: gross and net revenue retention as investors of subscription firms ask for them; no single origin. Cochran
(1977), Sampling Techniques, chapter 6, for the intervals: customers are the sample, and each brings two amounts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _customer_periods, labels
from crmkit._customer_periods import NEW, NOT_ACTIVE, REACTIVATED, RETAINED
from crmkit._frame import engines
from crmkit._frame.engines import LazyFrame
from crmkit._intake import as_money
from crmkit._periods import Calendar, Period, Periods
from crmkit._results import Result
from crmkit._types import Array, Groups, Table
from crmkit.customers import money_of
from crmkit.definitions import Definition
from crmkit.errors import ArgumentError, Words
from crmkit.labels import Language
from crmkit.transactions import Transactions, open_transactions

# In the order in which a period's story is told; "returns" stands for customers with refunds only.
_HALF = 0.5  # customers that are taken to have stayed whole, and to have left, besides those seen
MOVEMENTS = ("new", "reactivated", "expansion", "unchanged", "contraction", "churned", "returns")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Movements(Result):
    """Revenue and its movements by period; given by `revenue_movements`. Prints with its definition.

    Both tables have one row per period, and per `group` if there are groups, and `complete`: whether the period is
    over. Money is in the currency of the data.

    Attributes
    ----------
    table : table
        `period`; `start` (revenue of the period before), `new`, `reactivated`, `expansion`, `contraction`, `churned`,
        where end = start + new + reactivated + expansion - contraction - churned; `end` (revenue of the customers who
        bought in the period), `returns` (money of those who did not: their refunds, at most 0), `revenue` (end +
        returns: all money of the period); `grr`, `nrr` and `nrr_reactivated` (NRR with those who came back); and the
        intervals `grr_low`, `grr_high`, `nrr_low`, `nrr_high`, missing where fewer than two
        customers count.
    customers : table
        Customers of each kind: `start`, `new`, `reactivated`, `expanded`, `unchanged`, `contracted`, `churned`, `end`,
        where start = expanded + unchanged + contracted + churned, and end = start + new + reactivated - churned.
    definition : Definition
        What GRR and NRR count.
    """

    table: Table
    customers: Table
    definition: Definition

    def shown(self) -> tuple[Any, ...]:
        """The money, the customers, and the definition."""
        return self.table, self.customers, self.definition


def revenue_movements(
    transactions: Table,
    *,
    period: Period | Calendar = "month",
    by: Groups | None = None,
    level: float = 0.95,
) -> Movements:
    """How each period's revenue came from that of the period before; gross and net revenue retention.

    A customer is active in a period with at least one purchase, also if refunds take all of its money. The refunds of
    a customer who buys in the same period are part of that customer's revenue; those of customers who do not are
    nobody's movement and stand apart as `returns`. Then start + new + reactivated + expansion - contraction - churned =
    end, end + returns = revenue, and a period's end is the next one's start, all to the last cent. All revenue together
    is what the ledger of the transactions calls `used`, with the refunds of its line `no_purchase`.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Nothing after its `as_of` is seen.
    period : {"day", "week", "week_sunday", "month", "quarter", "year"} or Calendar, default "month"
        Length of the periods, one in which a customer who is still there can be expected to buy. A `crmkit.Calendar`
        has fiscal years, or periods that roll back from `as_of`.
    by : role of the transactions, or table with customer_id and group, optional
        The channel, category or product of the customer's first purchase, or groups of your own. Customers without
        one are "ungrouped".
    level : float, default 0.95
        Confidence level of the intervals of GRR and NRR, which take the customers of the start as a sample.

    Returns
    -------
    Movements
        `table`, `customers` (both in the kind of the transactions) and `definition`. GRR = (start - churned -
        contraction) / start; NRR = GRR + expansion / start. The first period has no start, so only `new` and its sums
        are known. In a period that is not over, everything is "so far"; churned, contraction, and the rates, are
        missing until it is.

    Raises
    ------
    ArgumentError
        An argument has a value that is not known, or the transactions lack the role.
    DataError
        `by` has a customer twice, or gives nobody a group.

    Examples
    --------
    >>> import crmkit as crm
    >>> sales = {"customer_id": ["a", "b", "c", "a", "b", "d"], "amount": [100, 50, 30, 120, 20, 40],
    ...          "date": ["2025-01-03", "2025-01-07", "2025-01-09", "2025-02-02", "2025-02-11", "2025-02-28"]}
    >>> moved = crm.retention.revenue_movements(sales)
    >>> moved.table[["period", "start", "new", "expansion", "contraction", "churned", "end", "grr"]].round(3)
        period  start    new  expansion  contraction  churned    end    grr
    0  2025-01    NaN  180.0        NaN          NaN      NaN  180.0    NaN
    1  2025-02  180.0   40.0       20.0         30.0     30.0  180.0  0.667
    """
    tx = open_transactions(transactions)
    periods = _customer_periods.periods_of(tx, period)
    rows, sums = _compared(_customer_periods.customer_periods(tx, periods))
    grid = _customer_periods.summed(tx, periods, rows, by, sums)
    money = _money_columns(grid.sums, periods.complete, tx.scale, tx.guard)
    confidence = _checks.level_of(level)
    ends_of_rates = _intervals(grid.sums, money, grid.sums["n"].shape[1:], confidence, tx.scale)
    people = _customer_columns(grid.sums, periods.complete)
    ends = {"complete": grid.complete()}
    definition = Definition("revenue_retention", tx.as_of, _customer_periods.window(periods, period, level=confidence))
    return Movements(
        engines.build({**grid.columns(), **money, **ends_of_rates, **ends}, tx.like),
        engines.build({**grid.columns(), **people, **ends}, tx.like),
        definition,
    )


def _compared(rows: LazyFrame) -> tuple[LazyFrame, dict[str, nw.Expr]]:
    """Customers by period with what the money is above and below that of the period before; and the sums to take."""
    more = nw.col("money") - nw.col("before")
    rows = rows.with_columns(
        up=nw.when(more > 0).then(more).otherwise(0),
        down=nw.when(more < 0).then(0 - more).otherwise(0),
        n_up=nw.when(more > 0).then(1).otherwise(0),
        n_down=nw.when(more < 0).then(1).otherwise(0),
        known=nw.when(nw.col("before").is_null()).then(0).otherwise(nw.col("before")),
    )
    # Of squares only the size matters: they say how far a rate may be from the one behind it.
    start, now = nw.col("known").cast(nw.Float64), nw.col("money").cast(nw.Float64)
    kept = nw.when(nw.col("down") > 0).then(now).otherwise(start)
    squares = {"square": now * now, "cross": start * now, "kept_square": kept * kept, "kept_cross": start * kept}
    counts = ("money", "known", "up", "down", "n_up", "n_down")
    return rows.with_columns(**squares), {
        **{name: nw.col(name).sum().cast(nw.Int64) for name in counts},
        **{name: nw.col(name).sum() for name in squares},
    }


def _money_columns(sums: Mapping[str, Array], complete: Array, scale: int, guard: int) -> dict[str, Array]:
    """Revenue and its movements, of sums by kind, group and period."""
    units = sums["money"]
    end = units[NEW] + units[RETAINED] + units[REACTIVATED]
    start = _customer_periods.before(end)
    known = ~np.isnan(start)  # the first period can be compared with nothing
    moved = {
        "start": start,
        "new": units[NEW],
        "reactivated": units[REACTIVATED],
        "expansion": np.where(known, sums["up"][RETAINED], np.nan),
        "contraction": np.where(known & complete, sums["down"][RETAINED], np.nan),
        "churned": np.where(complete, start - sums["known"][RETAINED], np.nan),
        "end": end,
        "returns": units[NOT_ACTIVE],
        "revenue": end + units[NOT_ACTIVE],
    }
    shares = revenue_rates(moved)
    in_currency = {name: as_money(values, scale, guard) for name, values in moved.items()}
    return {name: np.ravel(values) for name, values in {**in_currency, **shares}.items()}


def revenue_rates(moved: Mapping[str, Array]) -> dict[str, Array]:
    """GRR, NRR, and NRR with reactivated customers, of the movements; missing where there is no start above 0.

    >>> start, churned, contraction, expansion, reactivated = (np.array([x]) for x in (200.0, 20, 10, 50, 8))
    >>> revenue_rates(dict(start=start, churned=churned, contraction=contraction, expansion=expansion,
    ...                    reactivated=reactivated))
    {'grr': array([0.85]), 'nrr': array([1.1]), 'nrr_reactivated': array([1.14])}
    """
    start = moved["start"]
    kept = start - moved["churned"] - moved["contraction"]
    grown = kept + moved["expansion"]
    return {
        "grr": _customer_periods.share(kept, start),
        "nrr": _customer_periods.share(grown, start),
        "nrr_reactivated": _customer_periods.share(grown + moved["reactivated"], start),
    }


def _intervals(
    sums: Mapping[str, Array], moved: Mapping[str, Array], shape: tuple[int, ...], level: float, scale: int
) -> dict[str, Array]:
    """Ends of the intervals of GRR and NRR: ratios of sums over the customers of the start, by the score method.

    The variance is that of a ratio (Cochran 1977, ch. 6), as if half a customer of the usual size more had stayed whole
    and half a one had left, so that customers who all did the same are not taken for certain. It belongs to the rate
    seen; at another one it goes with rate x (1 - rate) for GRR (Wilson 1927), with the rate for NRR. A few large
    customers are worth fewer than they are: degrees of freedom and n are those of Kish's effective number.
    """
    from scipy.special import stdtrit

    active = (NEW, RETAINED, REACTIVATED)
    n, square = (_customer_periods.before(sum(sums[name][kind] for kind in active)) for name in ("n", "square"))
    start = moved["start"].reshape(shape) * scale
    found = {}
    with np.errstate(divide="ignore", invalid="ignore"):
        effective = start**2 / square
        known = (n > 1) & (effective > 1)  # of one customer nothing is known
        t = stdtrit(np.maximum(effective - 1, 1.0), (1 + level) / 2)
        for rate, of_squares, of_products in (("grr", "kept_square", "kept_cross"), ("nrr", "square", "cross")):
            share = moved[rate].reshape(shape)
            spread = sums[of_squares][RETAINED] - 2 * share * sums[of_products][RETAINED] + share**2 * square
            spread = np.maximum(spread, 0.0) + square / n * _HALF * (share**2 + (1 - share) ** 2)
            variance = t**2 * spread / start**2 * effective / (effective - 1)
            law = (share * effective + _HALF) / (effective + 2 * _HALF)
            if rate == "grr":
                low, high = _score(share, variance / (law * (1 - law)), 1.0)
            else:
                low, high = _score(share, variance / law, 0.0)
            found[f"{rate}_low"] = np.ravel(np.where(known, np.maximum(low, 0.0), np.nan))
            found[f"{rate}_high"] = np.ravel(np.where(known, high, np.nan))
    return found


def _score(share: Array, unit: Array, bend: float) -> tuple[Array, Array]:
    """Rates r with (r - share)^2 = unit x r x (1 - bend x r), the lower one and the higher one."""
    middle, half = share + unit / 2, np.sqrt(unit * share * (1 - bend * share) + unit**2 / 4)
    return (middle - half) / (1 + bend * unit), (middle + half) / (1 + bend * unit)


def _customer_columns(sums: Mapping[str, Array], complete: Array) -> dict[str, Array]:
    """Customers of each kind, of sums by kind, group and period."""
    n, up, down = sums["n"], sums["n_up"][RETAINED], sums["n_down"][RETAINED]
    end = n[NEW] + n[RETAINED] + n[REACTIVATED]
    start = _customer_periods.before(end)
    known = ~np.isnan(start)
    counts = {
        "start": start,
        "new": n[NEW],
        "reactivated": n[REACTIVATED],
        "expanded": np.where(known, up, np.nan),
        "unchanged": np.where(known & complete, n[RETAINED] - up - down, np.nan),
        "contracted": np.where(known & complete, down, np.nan),
        "churned": np.where(complete, start - n[RETAINED], np.nan),
        "end": end,
    }
    return {name: np.ravel(values) for name, values in counts.items()}


# --- who moved --------------------------------------------------------------------------------------------------


def movement_list(
    transactions: Table,
    *,
    at: str | None = None,
    period: Period | Calendar = "month",
    language: Language | None = None,
) -> Table:
    """The customers behind one period of `revenue_movements`: who is new, grew, shrank, left or came back.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Nothing after its `as_of` is seen.
    at : str, optional
        The period, named as in the table of `revenue_movements`, such as "2025-03" or "1997-Q4"; by default the last
        one that is over.
    period
        As for `revenue_movements`.
    language : {"en", "zh"}, optional
        Language of `movement_label`.

    Returns
    -------
    table, one row per customer with a purchase in the period or in the one before, or a refund in the period
        In the kind of the transactions, sorted by customer_id where the kind has an order: `customer_id`; `movement`
        ("new", "reactivated", "expansion", "unchanged", "contraction", "churned", or "returns" for refunds of somebody
        who bought in neither period) and `movement_label`; `before` and `now`, the revenue of the two periods;
        `change`; and `returns`, money of the period without a purchase in it. The changes of a kind add up to its
        column in `revenue_movements`.

    Raises
    ------
    ArgumentError
        There is no such period, or it is not over.

    Examples
    --------
    >>> import crmkit as crm
    >>> sales = {"customer_id": ["a", "b", "c", "a", "b", "d"], "amount": [100, 50, 30, 120, 20, 40],
    ...          "date": ["2025-01-03", "2025-01-07", "2025-01-09", "2025-02-02", "2025-02-11", "2025-02-28"]}
    >>> crm.retention.movement_list(sales, at="2025-02")[["customer_id", "movement", "before", "now", "change"]]
      customer_id     movement  before    now  change
    0           a    expansion   100.0  120.0    20.0
    1           b  contraction    50.0   20.0   -30.0
    2           c      churned    30.0    0.0   -30.0
    3           d          new     0.0   40.0    40.0
    """
    tx = open_transactions(transactions)
    words = {kind: labels.text(f"movement_{kind}", language) for kind in MOVEMENTS}
    periods = _customer_periods.periods_of(tx, period)
    found = _two_periods(tx, periods, _position(periods, at))
    kind = _kind_of_two()
    label = nw.lit(words["returns"])
    for name in MOVEMENTS[:-1]:
        label = nw.when(nw.col("movement") == name).then(nw.lit(words[name])).otherwise(label)
    listed = found.with_columns(movement=kind).select(
        "customer_id",
        "movement",
        label.alias("movement_label"),
        money_of(nw.col("before"), tx).alias("before"),
        money_of(nw.col("now"), tx).alias("now"),
        money_of(nw.col("now") - nw.col("before"), tx).alias("change"),
        money_of(nw.col("returns"), tx).alias("returns"),
    )
    return engines.give_back(listed, tx.like, order="customer_id")


def _position(periods: Periods, at: str | None) -> int:
    """The place of the period that is asked for, the last one that is over by default."""
    over = int(periods.complete.sum())
    if at is None and over:
        return over - 1
    if at in list(periods.names)[:over]:
        return list(periods.names).index(str(at))
    what = (
        ("no period is over", "没有任何时段已结束")
        if at is None
        else ("at={at!r} is no period that is over", "at={at!r} 不是已结束的时段")
    )
    last = (
        ("the last one is {last!r}", "最后一个是 {last!r}")
        if over
        else ("{last!r} has only begun", "{last!r} 才刚开始")
    )
    fields = dict(at=at, last=periods.names[over - 1 if over else 0])
    raise ArgumentError(
        "retention_name_movements_does",
        what=Words(what, **fields),
        last=Words(last, **fields),
        as_of=_checks.date_of_day(periods.as_of),
    )


def _two_periods(tx: Transactions, periods: Periods, at: int) -> LazyFrame:
    """Customers of a period and the one before: first period, purchases in the two, and their money in units."""
    rows = periods.join(tx.rows()).filter(nw.col("period") <= at)
    bought = nw.col("bought") == 1
    now, previous = nw.col("period") == at, nw.col("period") == at - 1
    rows = rows.with_columns(
        first=nw.when(bought).then(nw.col("period")),
        in_now=nw.when(bought & now).then(1).otherwise(0),
        in_before=nw.when(bought & previous).then(1).otherwise(0),
        now=nw.when(now).then(nw.col("money")).otherwise(0),
        before=nw.when(previous).then(nw.col("money")).otherwise(0),
        seen=nw.when(now).then(1).otherwise(0),
    )
    each = rows.group_by("customer_id").agg(
        nw.col("first").min(),
        *(nw.col(name).max() for name in ("in_now", "in_before", "seen")),
        *(nw.col(name).sum().cast(nw.Int64) for name in ("now", "before")),
    )
    each = each.filter((nw.col("seen") == 1) | (nw.col("in_before") == 1))
    return each.with_columns(
        is_new=nw.when(nw.col("first") == at).then(1).otherwise(0),
        now=nw.when(nw.col("in_now") == 1).then(nw.col("now")).otherwise(0),
        returns=nw.when(nw.col("in_now") == 1).then(0).otherwise(nw.col("now")),
        before=nw.when(nw.col("in_before") == 1).then(nw.col("before")).otherwise(0),
    )


def _kind_of_two() -> nw.Expr:
    """The movement of each customer of `_two_periods`."""
    now, before = nw.col("in_now") == 1, nw.col("in_before") == 1
    more = nw.col("now") - nw.col("before")
    kept = nw.when(more > 0).then(nw.lit("expansion")).otherwise(nw.lit("unchanged"))
    kept = nw.when(more < 0).then(nw.lit("contraction")).otherwise(kept)
    back = nw.when(nw.col("is_new") == 1).then(nw.lit("new")).otherwise(nw.lit("reactivated"))
    gone = nw.when(before).then(nw.lit("churned")).otherwise(nw.lit("returns"))
    return nw.when(now & before).then(kept).otherwise(nw.when(now).then(back).otherwise(gone))
