"""Survival: how long customers stay, with those who are still there counted for as long as they have been seen.

`survival` says it of transactions, where a customer is lost once quiet for so many days, `kaplan_meier` of any table of
durations, such as contracts; of several groups a log-rank test says whether they differ.

Source: Kaplan & Meier (1958), Nonparametric estimation from incomplete observations, JASA 53, 457-481.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _compared_groups, _frame
from crmkit._frame import engines
from crmkit._results import Result
from crmkit._types import Array, Duration, Floats, Groups, Table
from crmkit.definitions import Definition
from crmkit.errors import ArgumentError, DataError, Words, shown
from crmkit.survival import _km
from crmkit.survival._km import Curve, LogRank, log_rank
from crmkit.survival._spells import spells
from crmkit.survival.gaps import inactivity_threshold
from crmkit.transactions import open_transactions

ALL = "all"
HINT = Words("hint_durations")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Survival(Result):
    """Survival curves by group; given by `survival` and `kaplan_meier`.

    Attributes
    ----------
    table : table
        One row per group and time at which somebody was lost or left sight, from 0: `group`, `time` (days),
        `n_at_risk` (customers still there just before), `n_events` (lost then), `n_censored` (out of sight from here
        on, not lost), `hazard` (n_events / n_at_risk), `survival`, and its interval `survival_low`, `survival_high`.
    summary : table
        One row per group: `group`, `customers`, `n_events`, `median_days` (time by which half are lost; missing while
        more than half are there), `mean_days` (area under the curve up to `until_days`), `until_days` (longest time
        seen).
    log_rank : LogRank or None
        Do the groups differ? None for one group.
    definition : Definition
        What was counted.
    """

    table: Table
    summary: Table
    log_rank: LogRank | None
    definition: Definition

    def at(self, times: Any) -> Table:
        """Survival and customers at risk at a time or several, one row per group and time.

        Times are durations, such as "90D", or numbers in the unit of the curve. Beyond the longest time seen the
        survival is missing, unless nobody was left by then.

        Examples
        --------
        >>> stays = kaplan_meier({"days": [10, 20, 20, 30], "event": [1, 1, 0, 0]}, time="days")
        >>> stays.at([15, 25])[["time", "n_at_risk", "survival"]]
           time  n_at_risk  survival
        0  15.0          3      0.75
        1  25.0          1      0.50
        """
        several = [times] if isinstance(times, str) or not isinstance(times, Iterable) else times
        asked = np.array([_checks.days_of(time, "times") for time in several])
        table = _frame.open_table(self.table)
        found = table.collect(table.frame)
        parts = []
        for group in dict.fromkeys(found["group"].tolist()):
            own = {name: column[found["group"] == group] for name, column in found.items()}
            step = np.searchsorted(own["time"], asked, side="right") - 1
            ahead = np.searchsorted(own["time"], asked, side="left")
            later = np.append(own["n_at_risk"], 0)
            # the interval at a time is that of the last step before it
            beyond = (asked > own["time"][-1]) & (own["survival"][-1] > 0)
            curve = {name: np.where(beyond, np.nan, own[name][np.maximum(step, 0)])
                     for name in ("survival", "survival_low", "survival_high")}  # fmt: skip
            parts.append({"group": np.full(len(asked), group, dtype=object), "time": asked,
                          "n_at_risk": later[ahead], **curve})  # fmt: skip
        return table.build({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})

    def shown(self) -> tuple[Any, ...]:
        """The summary with the definition."""
        return self.summary, self.definition


def curve(
    transactions: Table, *, inactive: Duration | None = None, by: Groups | None = None, level: float = 0.95
) -> Survival:
    """How long customers stay who have no contract: Kaplan-Meier curves from the first purchase to the loss.

    A customer is lost on the day on which no purchase has come for `inactive` days, the first time that it happens.
    Whoever returns later was lost all the same (`compare_lost_rules` counts them), so what is known of the past
    does not change when later rows come in.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Nothing after its `as_of` is seen.
    inactive : duration, optional
        Days of quiet after which a customer is lost. Default: the `limit` of `inactivity_threshold`, within which nine
        in ten of the purchases that are followed by another one at all are followed by it.
    by : role of the transactions, or table with customer_id and group, optional
        One curve per group: the channel, category or product of the customer's first purchase, or groups of your own.
    level : float, default 0.95
        Confidence level of the interval, which holds for few customers too (Fay, Brittain & Proschan 2013).

    Returns
    -------
    Survival
        Tables in the kind of the transactions; times in days since the first purchase.

    Raises
    ------
    ArgumentError
        `inactive` is no duration of at least a day, or `by` is not known.
    DataError
        The data are shorter than `inactive`, so nobody can be seen to be lost.

    Examples
    --------
    >>> from crmkit import datasets
    >>> stays = curve(datasets.load_ten_customers(), inactive="60D")
    >>> stays.summary[["group", "customers", "n_events", "median_days"]]
      group  customers  n_events  median_days
    0   all         10         7         60.0
    """
    tx = open_transactions(transactions)
    if inactive is None:
        limit = inactivity_threshold(tx).limit
    else:
        limit = int(_checks.days_of(inactive, "inactive"))
    seen = _checks.day_number(tx.as_of) - tx.first_day
    if not 1 <= limit <= seen:
        kind = ArgumentError if limit < 1 else DataError
        raise kind("survival_limit_of_silence", inactive=inactive, days=limit, cover=seen)
    lifetimes = _until_first_quiet(tx, limit)
    cells, groups = _compared_groups.counted(tx, lifetimes, by, ["time", "lost"])
    share = _checks.level_of(level)
    definition = Definition("survival", tx.as_of, {"days": limit, "level": f"{100 * share:g}"})
    counted = _Counted(cells["time"], cells["lost"], cells["n"], cells["group"], groups)
    return _curves(counted, definition, tx.like, level=share)


def kaplan_meier(
    durations: Table,
    *,
    time: str = "time",
    event: str = "event",
    entry: str | None = None,
    by: str | None = None,
    weight: str | None = None,
    level: float = 0.95,
) -> Survival:
    """Kaplan-Meier curves of a table of durations: contracts, memberships, or lifetimes by a rule of your own.

    Parameters
    ----------
    durations : table, n rows
        One row per customer (or per cell of equal ones).
    time : str, default "time"
        Column of how long each was seen, 0 or more, in days (or any unit).
    event : str, default "event"
        Column with 1, true or yes for those who were lost at that time, 0, false or no for those who were still there.
    entry : str, optional
        Column with the time at which each came under observation, below `time`: whoever was lost before could not be
        in the table, so nobody counts as at risk up to then (left truncation).
    by : str, optional
        Column of groups.
    weight : str, optional
        Column of how many customers a row stands for.
    level : float, default 0.95
        Confidence level of the interval, which holds for few customers too (Fay, Brittain & Proschan 2013).

    Returns
    -------
    Survival
        Tables in the kind of `durations`.

    Raises
    ------
    ColumnError
        A column is absent, not numeric, or has missing values.
    DataError
        No rows, times below 0, weights not above 0, `event` is neither 0 nor 1, or `entry` is not below `time`.
    ArgumentError
        A column is named for two of them.

    Examples
    --------
    >>> stays = kaplan_meier({"days": [10, 20, 20, 30], "event": [1, 1, 0, 0]}, time="days")
    >>> stays.table[["time", "n_at_risk", "n_events", "hazard", "survival"]].round(3)
       time  n_at_risk  n_events  hazard  survival
    0   0.0          4         0   0.000      1.00
    1  10.0          4         1   0.250      0.75
    2  20.0          3         1   0.333      0.50
    3  30.0          1         0   0.000      0.50

    Contracts of whole years, seen for up to four, and projected to eight by a lifetime model (`crmkit.clv.BDW` too):

    >>> import crmkit as crm
    >>> contracts = {"years": [1, 2, 3, 4, 4], "left": [1, 1, 1, 1, 0], "customers": [30, 20, 12, 8, 60]}
    >>> seen = kaplan_meier(contracts, time="years", event="left", weight="customers").table
    >>> names = {"time": "cohort_age", "n_at_risk": "at_risk", "n_events": "lost"}
    >>> renewals = seen[seen["time"] > 0].rename(columns=names)
    >>> crm.clv.SBG().fit(renewals).survival([4, 8]).round(2).tolist()
    [0.46, 0.31]
    """
    _refuse_twice({"time": time, "event": event, "entry": entry, "by": by, "weight": weight})
    frame = _with_numbers(engines.wrap(durations), event)
    numbers = [time, event, *([entry] if entry else []), *([weight] if weight else [])]
    table = _frame.open_table(frame.to_native(), numbers=numbers, keys=[by] if by else [], hint=HINT)
    if weight:
        _refuse_weights(table, weight)
    if table.in_memory and not (by or entry or weight):
        cells = _counted_here(table, time, event)
    else:
        cells = table.cells([*([by] if by else []), time, event, *([entry] if entry else [])], weight=weight)
    _refuse_impossible(cells, time, event, entry)
    names = cells[by] if by else np.full(len(cells["n"]), ALL, dtype=object)
    groups = sorted(set(names.tolist()), key=_by_size) if by else [ALL]
    share = _checks.level_of(level)
    said = {"time": time, "event": event, "level": f"{100 * share:g}"}
    definition = Definition("survival_of_durations", None, said)
    counted = _Counted(cells[time], cells[event], cells["n"], names, groups, cells[entry] if entry else None)
    return _curves(counted, definition, table.frame, level=share)


def _counted_here(table: _frame.Table, time: str, event: str) -> dict[str, Array]:
    """Distinct rows of a table in memory, or all of them where `event` is not what it should be."""
    times, events = (table.collect(table.frame.select(name))[name] for name in (time, event))
    if np.isin(events, (0, 1)).all():
        times, events, n = _km.counted(times, events)
    else:
        n = np.ones(len(times), dtype=np.int64)
    return {time: times, event: events, "n": n}


def _refuse_impossible(cells: dict[str, Array], time: str, event: str, entry: str | None) -> None:
    if not len(cells["n"]):
        raise DataError("survival_table_rows_nobody_follow")
    bad = (cells[time] < 0) | ~np.isin(cells[event], (0, 1))
    if bad.any():
        rows = [(float(t), float(e)) for t, e in zip(cells[time][bad], cells[event][bad], strict=True)]
        raise DataError("survival_time_more_found", time=time, event=event, rows=shown(rows))
    if entry is None:
        return
    late = (cells[entry] < 0) | (cells[entry] >= cells[time])
    if late.any():
        rows = [(float(t), float(e)) for t, e in zip(cells[entry][late], cells[time][late], strict=True)]
        raise DataError("survival_entry_not_before_time", entry=entry, time=time, rows=shown(rows))


def _refuse_twice(columns: dict[str, str | None]) -> None:
    """One column cannot be two things."""
    first: dict[str, str] = {}
    for role, column in columns.items():
        if column is not None and first.setdefault(column, role) != role:
            raise ArgumentError(role, column, "survival_column_already_each_column", value=first[column])


def _with_numbers(frame: engines.AnyFrame, event: str) -> engines.AnyFrame:
    """The table with 0 and 1 for false and true, no and yes."""
    dtype = frame.collect_schema().get(event)
    if dtype == nw.String:
        return _with_words(frame, event)
    if dtype == nw.Boolean or (dtype == nw.Object and _is_yes_or_no(frame, event)):
        return frame.with_columns(nw.col(event).cast(nw.Boolean).cast(nw.Int64))
    return frame


_YES, _NO = ("yes", "y", "true", "t", "1", "是"), ("no", "n", "false", "f", "0", "否")


def _with_words(frame: engines.AnyFrame, event: str) -> engines.AnyFrame:
    """Words for yes and no as 1 and 0, if there are no others."""
    word = nw.col(event).str.strip_chars().str.to_lowercase()
    known = nw.when(word.is_in(_YES)).then(1).otherwise(nw.when(word.is_in(_NO)).then(0))
    others = frame.lazy().filter(~nw.col(event).is_null()).select(word=word).filter(~nw.col("word").is_in(_YES + _NO))
    if len(engines.collect(others.head(1))["word"]):
        return frame
    return frame.with_columns(known.cast(nw.Int64).alias(event))


def _is_yes_or_no(frame: engines.AnyFrame, column: str) -> bool:
    """Whether a column of Python objects has nothing but True and False."""
    values = engines.collect(frame.select(column))[column].tolist()
    return all(isinstance(value, bool) for value in values)


def _by_size(group: Any) -> tuple[bool, float, str]:
    """Numbers in their order, before names in theirs."""
    number = isinstance(group, (int, float)) and not isinstance(group, bool)
    return not number, float(group) if number else 0.0, str(group)


def _refuse_weights(table: _frame.Table, weight: str) -> None:
    low = table.collect(table.frame.filter(nw.col(weight) <= 0).select(weight).head(4))[weight]
    if len(low):
        raise DataError("survival_column_row_stands_number", weight=weight, tolist=shown(low.tolist()))


def _until_first_quiet(tx: Any, limit: int) -> Any:
    """Each customer's time from the first purchase to the loss, or to the end of the past: customer_id, time, lost."""
    found = spells(tx)
    # a purchase on the last of the days is in time; an open spell has been quiet on all of them
    quiet = nw.col("gap") + 1 - nw.col("closed") > limit
    marked = found.with_columns(gone=nw.when(quiet).then(nw.col("day") + limit))
    whole = marked.group_by("customer_id").agg(first=nw.col("day").min(), gone=nw.col("gone").min())
    lost = ~nw.col("gone").is_null()
    end = nw.when(lost).then(nw.col("gone")).otherwise(nw.lit(_checks.day_number(tx.as_of)))
    return whole.select(
        "customer_id",
        (end - nw.col("first")).cast(nw.Int64).alias("time"),
        nw.when(lost).then(nw.lit(1)).otherwise(nw.lit(0)).alias("lost"),
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    """Cells of customers, each array of shape (n_cells,), and the names of their groups in order."""

    time: Array
    event: Array
    n: Array
    group: Array
    groups: Sequence[Any]
    entry: Array | None = None


def _curves(cells: _Counted, definition: Definition, like: Any, *, level: float) -> Survival:
    """The curves of all groups as tables, and their test."""
    curves = {}
    for name in cells.groups:
        own = cells.group == name if len(cells.groups) > 1 else slice(None)
        entry = None if cells.entry is None else cells.entry[own]
        curves[name] = _km.curve(cells.time[own], cells.event[own], cells.n[own], entry=entry, level=level)
    long = [
        {
            "group": np.full(len(found.time), name, dtype=object),
            "time": found.time,
            "n_at_risk": _whole(found.at_risk),
            "n_events": _whole(found.events),
            "n_censored": _whole(found.censored),
            "hazard": found.hazard,
            "survival": found.survival,
            "survival_low": found.low,
            "survival_high": found.high,
        }
        for name, found in curves.items()
    ]
    return Survival(
        table=engines.build({name: np.concatenate([part[name] for part in long]) for name in long[0]}, like),
        summary=engines.build(_summary(curves), like),
        log_rank=_compared(cells) if len(cells.groups) > 1 else None,
        definition=definition,
    )


def _compared(cells: _Counted) -> LogRank:
    position = {name: at for at, name in enumerate(cells.groups)}
    code = np.array([position[name] for name in cells.group.tolist()])
    return log_rank(cells.time, cells.event, cells.n, code, cells.entry)


def _whole(counts: Floats) -> Array:
    """Counts of customers as whole numbers, unless weights made fractions of them."""
    rounded = np.rint(counts)
    return rounded.astype(np.int64) if np.array_equal(rounded, counts) else counts


def _summary(curves: dict[Any, Curve]) -> dict[str, Array]:
    found = list(curves.values())
    return {
        "group": np.array(list(curves), dtype=object),
        "customers": _whole(np.array([each.customers for each in found])),
        "n_events": _whole(np.array([each.events.sum() for each in found])),
        "median_days": np.array([each.median for each in found]),
        "mean_days": np.array([_area(each) for each in found]),
        "until_days": np.array([each.time[-1] for each in found]),
    }


def _area(found: Curve) -> float:
    return float((np.diff(found.time) * found.survival[:-1]).sum())
