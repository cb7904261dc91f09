"""Contracts: retention, renewals and recurring revenue where start and end dates say who is a customer.

A contract runs from its first day to its last. A period's start is the end of the one before: whoever has a contract on
the last day of a period is a customer at its end, whatever the number of contracts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _customer_periods, _date_text, _hints
from crmkit._compared_groups import UNGROUPED
from crmkit._frame import engines, texts
from crmkit._frame.engines import LazyFrame
from crmkit._intake import as_money
from crmkit._periods import Calendar, Period, Periods, periods_between
from crmkit._results import Result
from crmkit._statistics import wilson
from crmkit._types import Array, Date, Floats, Ints, Table
from crmkit.definitions import Definition
from crmkit.errors import ColumnError, DataError, Words, shown
from crmkit.retention.revenue import Movements, revenue_rates

OPEN = np.iinfo(np.int32).max  # the last day of a contract that is still running
_HINT = Words("hint_contracts")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ContractRates(Result):
    """Customers under contract by period; given by `contract_rates`. Prints as its table with the definition beneath.

    Attributes
    ----------
    table : table
        As that of `Rates`, with `came_and_left`: customers whose contracts lie within the period, so that they are
        neither among those at its start nor at its end.
    renewals : table
        `period`, `due` (customers with a contract that ended in the period, before `as_of`), `renewed` (those of them
        with a contract on the day after the last of these ends), `renewal_rate`, its 95 % interval `renewal_low`,
        `renewal_high`, and `complete`: whether the day after the period is seen, so that every end in it is judged.
        For contracts of fixed terms; one that runs until it is cancelled is never renewed.
    movements : Movements or None
        Recurring revenue, if there are amounts: those of the contracts that run on the last day of each period.
    definition, renewal_definition : Definition
        What the rates of `table` and of `renewals` count.
    """

    drawn: ClassVar[str] = "retention"

    table: Table
    renewals: Table
    movements: Movements | None
    definition: Definition
    renewal_definition: Definition


@dataclass(frozen=True, slots=True)
class _Contracts:
    """Contracts as arrays, one entry each; `n` customers are numbered from 0."""

    customer: Ints
    begin: Ints  # day numbers
    end: Ints
    units: Ints  # of money per month
    scale: int
    group_of: Ints  # of each customer
    groups: list[str] | None


def contract_rates(
    contracts: Table,
    *,
    as_of: Date,
    customer: str = "customer_id",
    start: str = "start_date",
    end: str = "end_date",
    amount: str | None = None,
    date_format: str | None = None,
    by: str | None = None,
    period: Period | Calendar = "month",
) -> ContractRates:
    """Retention, churn, renewals and movements of recurring revenue of customers with contracts.

    Parameters
    ----------
    contracts : table, one row per contract, of any supported kind
        A customer may have several, one after the other or side by side. Contracts that begin after `as_of` are not
        seen, and ends after it are not known yet.
    as_of : date or str
        The day on which the past ends. It has no default, because the dates of contracts reach into the future.
    customer, start, end : str
        Columns of the customer's id and of the contract's first and last day; a contract without an end is still
        running. If yours name the first day without a contract, take a day off.
    amount : str, optional
        Column of the money per month (or any same unit of time) that the contract brings.
    date_format : str, optional
        Format of dates that are text but not year-month-day, such as "%m/%d/%Y", or numbers, as in `Transactions`.
    by : str, optional
        Column of the contracts to group customers by: its value in the customer's first contract (of several that
        begin on one day, the first by name).
    period : {"day", "week", "week_sunday", "month", "quarter", "year"} or Calendar, default "month"
        Length of the periods. A `crmkit.Calendar` has fiscal years, or periods that roll back from `as_of`.

    Returns
    -------
    ContractRates
        Tables in the kind of `contracts`. A customer is lost in the period whose last day is the first one without a
        contract, and reactivated when one runs on the last day of a later period. The first period has no start; in one
        that is not over, who is lost, and the rates, are missing.

    Raises
    ------
    ColumnError
        A column is absent, or of a type that cannot play its role, or has gaps (other than ends).
    DataError
        A contract ends before it begins, a date cannot be read, or there is no contract by `as_of`.
    ArgumentError
        An argument has a value that is not known.

    Examples
    --------
    >>> import crmkit as crm
    >>> contracts = {"customer_id": ["a", "b", "b", "c"], "fee": [10, 20, 25, 5],
    ...              "start_date": ["2025-01-01", "2025-01-15", "2025-03-01", "2025-02-01"],
    ...              "end_date": [None, "2025-02-28", None, "2025-02-28"]}
    >>> found = crm.retention.contract_rates(contracts, as_of="2025-03-31", amount="fee")
    >>> found.table[["period", "start", "new", "lost", "end", "retention_rate"]].round(3)
        period  start  new  lost  end  retention_rate
    0  2025-01    NaN    2   NaN    2             NaN
    1  2025-02    2.0    1   0.0    3           1.000
    2  2025-03    3.0    0   1.0    2           0.667
    >>> found.movements.table[["period", "start", "expansion", "churned", "end", "nrr"]]
        period  start  expansion  churned   end  nrr
    0  2025-01    NaN        NaN      NaN  30.0  NaN
    1  2025-02   30.0        0.0      0.0  35.0  1.0
    2  2025-03   35.0        5.0      5.0  35.0  1.0
    """
    cut = _checks.date_of(as_of)
    last_day = _checks.day_number(cut)
    frame = engines.wrap(contracts)
    engines.refuse_no_rows(frame, "contract")
    roles = {"customer": customer, "begin": start, "finish": end, "amount": amount, "group": by}
    read = _read(frame, {role: column for role, column in roles.items() if column is not None}, cut, date_format)
    periods = periods_between(int(np.min(read.begin)), last_day, period)
    sums = _Sums(read, periods)
    first = {**sums.grid.columns()}
    last = {"complete": sums.grid.complete()}
    window = _customer_periods.window(periods, period)
    people = _customer_periods.customer_columns(
        _customer_periods.before(sums["present"]),
        sums["new"],
        sums["lost"],
        sums["back"],
        sums["present"],
        periods.complete,
    )
    due, renewed, judged = sums["due"], sums["renewed"], periods.ends < periods.as_of
    low, high = wilson(renewed, np.where(judged, due, 0))
    renewals = {
        "due": due, "renewed": renewed, "renewal_rate": np.where(judged, _customer_periods.share(renewed, due), np.nan),
        "renewal_low": low, "renewal_high": high, "complete": np.broadcast_to(judged, due.shape),
    }  # fmt: skip
    return ContractRates(
        engines.build({**first, **people, "came_and_left": sums["passed"].ravel(), **last}, frame),
        engines.build({**first, **{name: np.ravel(values) for name, values in renewals.items()}}, frame),
        _movements(sums, read.scale, Definition("contract_revenue", cut, window), frame)
        if amount is not None
        else None,
        Definition("contract_rates", cut, window),
        Definition("contract_renewals", cut, window),
    )


# --- in ---------------------------------------------------------------------------------------------------------


def _read(frame: engines.AnyFrame, roles: Mapping[str, str], as_of: dt.date, date_format: str | None) -> _Contracts:
    """The contracts that began by `as_of`, checked, as arrays; a contract or two per customer fit into memory."""
    absent = [column for column in roles.values() if column not in engines.names_of(frame)]
    if absent:
        proposed = _hints.contracts(frame)
        written = ", ".join(f"{name}={value if value == '...' else repr(value)}" for name, value in proposed.items())
        written = written.replace("{", "{{").replace("}", "}}")  # a column may be named so
        raise ColumnError(
            "contract_columns",
            absent=shown(absent),
            columns=shown(engines.names_of(frame), most=15),
            call=Words((written, written)),
            as_of=str(as_of),
        )
    rows = engines.lift(frame, roles)
    for role in ("begin", "finish"):
        rows = _with_day(rows, role, roles[role], date_format)
    if "amount" in roles:
        dtype = rows.collect_schema()["amount"]
        if not dtype.is_numeric():
            raise ColumnError("retention_column_numeric_but_money", amount=roles["amount"], dtype=dtype)
        rows = rows.with_columns(amount=nw.col("amount").cast(nw.Float64))
    if "group" in roles:
        name = nw.col("group").cast(nw.String)
        empty = name.is_null() | (name == "")
        rows = rows.with_columns(group=nw.when(empty).then(nw.lit(UNGROUPED)).otherwise(name))
    kept = [name for name in ("customer", "amount", "group") if name in roles]
    nobody = nw.when(nw.col("customer").is_null()).then(1).otherwise(0)
    found = engines.collect(rows.select(*kept, "begin_day", "finish_day", nobody=nobody))
    if not len(found["nobody"]):
        raise engines.no_rows("contract")
    _refuse_gaps(found, roles)
    begin = found["begin_day"].astype(np.int64)
    end = np.where(np.isnan(found["finish_day"].astype(float)), OPEN, found["finish_day"]).astype(np.int64)
    _refuse_backwards(found["customer"], begin, end, roles)
    seen = begin <= _checks.day_number(as_of)
    if not seen.any():
        raise DataError("retention_contract_begins_first_begins", as_of=str(as_of), min=_date(np.min(begin)))
    return _numbered({name: values[seen] for name, values in found.items()}, begin[seen], end[seen])


def _with_day(rows: LazyFrame, role: str, column: str, date_format: str | None) -> LazyFrame:
    """Add `<role>_day`, the day number of a date; missing stays missing."""
    dtype = rows.collect_schema()[role]
    if dtype == nw.Datetime and dtype.time_zone is not None:  # type: ignore[attr-defined]
        raise DataError("retention_column_time_stamps_time", column=column)
    if dtype == nw.String or (dtype.is_numeric() and date_format is not None):
        own = nw.col(role).cast(nw.Int64) if dtype.is_float() else nw.col(role)
        text = own.cast(nw.String).str.strip_chars()
        rows = rows.with_columns(nw.when(text != "").then(text).alias(role))
        told = rows.select(said=nw.col(role)).filter(~nw.col("said").is_null())
        rows = texts.read_dates(rows.with_columns(said=nw.col(role)), role, date_format, None).drop("zoned")
        wrong = rows.filter(~nw.col("said").is_null() & nw.col(role).is_null()).select("said").head(4)
        unread = engines.collect(wrong)["said"].tolist()
        if unread:
            formats = [form for form in _date_text.propose(engines.collect(told.head(2_000))["said"].tolist())
                       if texts.reads_all_dates(told, "said", form)]  # fmt: skip
            key = "retention_column_dates_cannot_read" if not formats else "contract_dates"
            offered = " / ".join(f'date_format="{form}"' for form in formats[:2])
            raise DataError(key, column=column, unread=shown(unread), formats=Words((offered, offered)))
    elif dtype not in (nw.Date, nw.Datetime):
        filled = engines.collect(rows.filter(~nw.col(role).is_null()).select(role).head(4))[role].tolist()
        if filled:
            raise ColumnError(
                "retention_column_holds_dates_but", column=column, dtype=dtype, filled=shown(filled), hint=_HINT
            )
        return rows.with_columns(nw.lit(None).cast(nw.Int64).alias(f"{role}_day"))  # no contract has ended
    return engines.to_day(rows, role, f"{role}_day")


def _refuse_gaps(found: Mapping[str, Array], roles: Mapping[str, str]) -> None:
    gaps = {"customer": found["nobody"] > 0, "begin": ~np.isfinite(found["begin_day"].astype(float))}
    if "amount" in roles:
        gaps["amount"] = ~np.isfinite(found["amount"].astype(float))
    for role, bad in gaps.items():
        if bad.any():
            raise ColumnError("retention_column_missing_finite_fill", value=roles[role], rows=_rows(int(bad.sum())))


def _refuse_backwards(customer: Array, begin: Ints, end: Ints, roles: Mapping[str, str]) -> None:
    bad = np.flatnonzero(end < begin)
    if len(bad):
        rows = [f"{customer[at]}: {_date(begin[at])} to {_date(end[at])}" for at in bad[:4]]
        raise DataError(
            "retention_contract_cannot_end_before",
            finish=roles["finish"],
            begin=roles["begin"],
            rows=_rows(len(bad)),
            rows_2=shown(rows),
        )


def _numbered(found: Mapping[str, Array], begin: Ints, end: Ints) -> _Contracts:
    """Contracts with customers and groups numbered, and amounts in whole units."""
    ids, code = np.unique(found["customer"], return_inverse=True)
    amounts = found["amount"].astype(float) if "amount" in found else np.zeros(len(begin))
    scale = _scale(amounts)
    units = np.floor(amounts * scale + 0.5).astype(np.int64)
    if "group" not in found:
        return _Contracts(code, begin, end, units, scale, np.zeros(len(ids), dtype=np.int64), None)
    first = np.lexsort((found["group"], begin, code))
    own = found["group"][first][np.searchsorted(code[first], np.arange(len(ids)))]
    groups = sorted(set(own.tolist()))
    return _Contracts(code, begin, end, units, scale, np.searchsorted(groups, own).astype(np.int64), groups)


def _scale(amounts: Floats) -> int:
    """Units per 1 of currency that hold every amount, to a millionth at most."""
    for scale in (100, 1_000, 10_000, 100_000):
        if (np.abs(amounts * scale - np.rint(amounts * scale)) <= 1e-9 * np.maximum(1, np.abs(amounts) * scale)).all():
            return scale
    return 1_000_000


def _rows(n: int) -> str:
    return f"{n:,} row{'s' if n > 1 else ''}"


def _date(day: Any) -> dt.date:
    return _checks.date_of_day(int(day))


# --- counting ---------------------------------------------------------------------------------------------------


class _Sums:
    """Sums by group and period; `sums[name]` has shape (n_groups, n_periods)."""

    def __init__(self, contracts: _Contracts, periods: Periods) -> None:
        self.contracts, self.n = contracts, len(periods)
        self.last_days = np.minimum(periods.ends, periods.as_of)
        self.arrays: dict[str, Ints] = {}
        self.grid = _customer_periods.Grid(periods, contracts.groups, self.arrays)
        self._count_changes()
        self._count_passers()
        self._count_renewals(periods)

    def __getitem__(self, name: str) -> Ints:
        return self.arrays[name]

    def _add(self, name: str, customer: Ints, period: Ints, values: Any) -> None:
        """Add values up by the customers' groups and by period."""
        groups = 1 if self.contracts.groups is None else len(self.contracts.groups)
        array = np.zeros((groups, self.n), dtype=np.int64)
        np.add.at(array, (self.contracts.group_of[customer], period), values)
        self.arrays[name] = array

    def _count_changes(self) -> None:
        """Who came and went, and whose money changed, from the last day of one period to that of the next."""
        own = self.contracts
        # the first and the last period on whose last day the contract runs
        first = np.searchsorted(self.last_days, own.begin, side="left")
        beyond = np.searchsorted(self.last_days, own.end, side="right")
        runs = first < beyond
        key = np.concatenate([(own.customer * (self.n + 1) + at)[runs] for at in (first, beyond)])
        step = np.repeat([1, -1], runs.sum())
        money = step * np.tile(own.units[runs], 2)
        self.at, row = np.unique(key, return_inverse=True)
        changed, gained = (np.zeros(len(self.at), dtype=np.int64) for _ in range(2))
        np.add.at(changed, row, step)
        np.add.at(gained, row, money)
        self.after = np.cumsum(changed)  # every contract begins and ends, so each customer starts from 0
        total = np.cumsum(gained)
        here = self.at % (self.n + 1) < self.n  # what ends after the last period has not ended
        customer, period = self.at // (self.n + 1), self.at % (self.n + 1)
        was, held = self.after - changed, total - gained
        comes, goes, stays = (was == 0) & (self.after > 0), (was > 0) & (self.after == 0), (was > 0) & (self.after > 0)
        fresh = comes & np.r_[True, customer[1:] != customer[:-1]][: len(comes)]
        for name, who, values in (
            ("new", fresh, 1), ("back", comes & ~fresh, 1), ("lost", goes, 1),
            ("new_money", fresh, total), ("back_money", comes & ~fresh, total), ("lost_money", goes, held),
            ("n_up", stays & (gained > 0), 1), ("n_down", stays & (gained < 0), 1),
            ("up", stays & (gained > 0), gained), ("down", stays & (gained < 0), -gained),
        ):  # fmt: skip
            who = who & here
            self._add(name, customer[who], period[who], np.broadcast_to(values, who.shape)[who])
        counted = self.arrays
        counted["present"] = np.cumsum(counted["new"] + counted["back"] - counted["lost"], axis=1)
        gains = counted["new_money"] + counted["back_money"] + counted["up"]
        counted["money"] = np.cumsum(gains - counted["down"] - counted["lost_money"], axis=1)

    def comings(self) -> list[tuple[Ints, Ints, int]]:
        """Customers, the periods from whose last day on they are there (1), or no longer (-1)."""
        was = np.r_[0, self.after[:-1]] if len(self.after) else self.after
        customer, period = self.at // (self.n + 1), self.at % (self.n + 1)
        comes, goes = (was == 0) & (self.after > 0), (was > 0) & (self.after == 0)
        return [(customer[who], period[who], step) for who, step in ((comes, 1), (goes, -1))]

    def _count_passers(self) -> None:
        """Customers with contracts within a period, but on neither last day."""
        own = self.contracts
        first = np.searchsorted(self.last_days, own.begin, side="left")
        within = first == np.searchsorted(self.last_days, own.end, side="right")
        key = np.unique(own.customer[within] * (self.n + 1) + first[within])
        customer, period = key // (self.n + 1), key % (self.n + 1)
        absent = (self._present(customer, period) == 0) & (self._present(customer, period - 1) == 0)
        self._add("passed", customer[absent], period[absent], 1)

    def _present(self, customer: Ints, period: Ints) -> Ints:
        """Contracts that run on the last day of a period; 0 before the first."""
        at = np.searchsorted(self.at, customer * (self.n + 1) + period, side="right")
        # the customer's contracts add up to 0 at the end, so what stands before the first change is 0 as well
        return np.asarray(np.r_[0, self.after][at])

    def _count_renewals(self, periods: Periods) -> None:
        """Customers with a contract that ended in a period, and those with one on the day after."""
        own = self.contracts
        over = (own.end < periods.as_of) & (own.end >= periods.starts[0])
        key = own.customer[over] * self.n + periods.of(own.end[over])
        order = np.lexsort((own.end[over], key))
        latest = order[np.r_[key[order][1:] != key[order][:-1], True][: len(order)]]
        customer, period, day = key[latest] // self.n, key[latest] % self.n, own.end[over][latest] + 1
        days = int(OPEN) + 2
        begun, ended = np.sort(own.customer * days + own.begin), np.sort(own.customer * days + own.end)
        # contracts begun by that day less those ended before it; all of earlier customers cancel out
        running = np.searchsorted(begun, customer * days + day, side="right")
        running = running - np.searchsorted(ended, customer * days + day, side="left")
        self._add("due", customer, period, 1)
        self._add("renewed", customer, period, (running > 0).astype(np.int64))


def _movements(sums: _Sums, scale: int, definition: Definition, like: engines.AnyFrame) -> Movements:
    """Recurring revenue and customers of each kind, by period."""
    complete = sums.grid.periods.complete
    start, people = _customer_periods.before(sums["money"]), _customer_periods.before(sums["present"])
    seen, over = ~np.isnan(start), ~np.isnan(start) & complete
    moved = {
        "start": start,
        "new": sums["new_money"],
        "reactivated": sums["back_money"],
        "expansion": np.where(seen, sums["up"], np.nan),
        "contraction": np.where(over, sums["down"], np.nan),
        "churned": np.where(over, sums["lost_money"], np.nan),
        "end": sums["money"],
    }
    counts = {
        "start": people,
        "new": sums["new"],
        "reactivated": sums["back"],
        "expanded": np.where(seen, sums["n_up"], np.nan),
        "unchanged": np.where(over, people - sums["lost"] - sums["n_up"] - sums["n_down"], np.nan),
        "contracted": np.where(over, sums["n_down"], np.nan),
        "churned": np.where(over, sums["lost"], np.nan),
        "end": sums["present"],
    }
    money = {name: as_money(values, scale, 1) for name, values in moved.items()}
    columns, last = sums.grid.columns(), {"complete": sums.grid.complete()}
    revenue, customers = (
        engines.build({**columns, **{name: np.ravel(values) for name, values in part.items()}, **last}, like)
        for part in ({**money, **revenue_rates(moved)}, counts)
    )
    return Movements(revenue, customers, definition)
