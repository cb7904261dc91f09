"""Surveys opened once, at the edge: scores checked against the scale that was said, one answer per customer counted.

A customer who answers often is one respondent: of several answers in the same group and period the last one counts, of
several on its day the lowest. What is left out is counted in `notes`, and an answer that is missing is never a passive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._compared_groups import UNGROUPED
from crmkit._frame import engines, texts
from crmkit._frame.engines import AnyFrame, LazyFrame
from crmkit._periods import Calendar, Period, Periods, periods_between
from crmkit._types import Array, Table
from crmkit.errors import ArgumentError, ColumnError, DataError, shown

Cells = dict[str, Array]
Scale = tuple[float, float]

CUSTOMER, DATE = "customer_id", "date"  # columns that are taken without being named, if they are there
_UNDATED = -(10**7)  # before every day: an answer without a date is an early one
NOTES = ("repeated", "same_day", "missing", "no_date", "other_scale")


@dataclass(frozen=True, slots=True)
class Survey:
    """Rows of a survey: the items under their own names, and `customer`, `day`, `period`, `group` as far as asked."""

    frame: LazyFrame
    like: AnyFrame
    items: tuple[str, ...]
    keys: tuple[str, ...]  # "period" and "group", if answers are counted by them
    named: bool  # whether it is known who answered
    dated: bool
    periods: Periods | None
    n_undated: int

    def build(self, columns: Mapping[str, Array]) -> Table:
        """A small result in the kind of the survey."""
        return engines.build(columns, self.like)

    def period_names(self, positions: Array) -> Array:
        """What the periods at these positions are called."""
        assert self.periods is not None, "asked for periods of a survey without"  # noqa: S101
        return np.array([self.periods.names[int(at)] for at in positions], dtype=object)


def open_survey(
    survey: Table,
    items: Sequence[str],
    *,
    scale: Scale | None = None,
    by: str | None = None,
    period: Period | Calendar | None = None,
    customer: str = CUSTOMER,
    date: str = DATE,
) -> Survey:
    """Open a survey of any supported kind, one row per answer; its items must be numbers within `scale`, or missing."""
    source = engines.wrap(survey)
    engines.refuse_no_rows(source, of="answer")
    columns = engines.names_of(source)
    has = {name: name in columns for name in (customer, date)}
    needed = [*items, *([by] if by else []), *([customer] if customer != CUSTOMER else []),
              *([date] if date != DATE or period else [])]  # fmt: skip
    absent = [name for name in dict.fromkeys(needed) if name not in columns]
    if absent:
        raise ColumnError("survey_columns", column=shown(absent), has=shown(columns, most=15))
    _refuse_text(source, items)
    roles = {f"item_{at}": name for at, name in enumerate(items)}
    roles |= {"customer": customer} if has[customer] else {}
    roles |= {"date": date} if has[date] else {}
    roles |= {"group": by} if by else {}
    frame = engines.lift(source, roles)
    numbers = {name: _number(frame, f"item_{at}") for at, name in enumerate(items)}
    if by:
        group = nw.col("group").cast(nw.String)
        frame = frame.with_columns(group=nw.when(group.is_null()).then(nw.lit(UNGROUPED)).otherwise(group))
    if has[date]:
        frame = _with_day(frame, date)
    kept = [name for name in ("customer", "day", "group") if name in engines.names_of(frame)]
    frame = frame.select(*kept, **numbers)
    if scale is not None:
        _refuse_off_scale(frame, items, scale)
    n_undated, periods = 0, None
    if period is not None:
        n_undated, periods = _periods(frame, period, date)
        frame = periods.join(frame.filter(~nw.col("day").is_null()))
    elif has[date]:
        frame = frame.with_columns(day=nw.col("day").fill_null(_UNDATED))
    keys = tuple(name for name, asked in (("period", period), ("group", by)) if asked)
    return Survey(frame, source, tuple(items), keys, has[customer], has[date], periods, n_undated)


def _refuse_text(source: AnyFrame, items: Sequence[str]) -> None:
    schema = source.collect_schema()
    for name in items:
        if not (schema[name].is_numeric() or schema[name] == nw.Boolean or schema[name] == nw.Unknown):
            values = engines.collect(source.select(name).head(4))[name].tolist()
            if any(value is not None and value == value for value in values):
                raise ColumnError("survey_text", column=name, values=shown(values))


def _number(frame: LazyFrame, column: str) -> nw.Expr:
    """The answers as numbers; what is not a number is missing."""
    dtype = frame.collect_schema()[column]
    answer = nw.col(column).cast(nw.Int64) if dtype == nw.Boolean else nw.col(column)
    answer = answer.cast(nw.Float64)
    return nw.when(~answer.is_nan()).then(answer)


def _with_day(frame: LazyFrame, column: str) -> LazyFrame:
    """Add `day`, missing where the date is or cannot be read."""
    dtype = frame.collect_schema()["date"]
    if dtype == nw.String:
        frame = texts.read_dates(frame, "date", None, None)
    elif dtype not in (nw.Date, nw.Datetime):
        values = engines.collect(frame.select("date").head(4))["date"].tolist()
        raise ColumnError("survey_date", column=column, values=shown(values))
    elif getattr(dtype, "time_zone", None) is not None:
        raise DataError("survey_zone", column=column, zone=dtype.time_zone)  # type: ignore[attr-defined]
    return engines.to_day(frame, "date", into="day")


def _refuse_off_scale(frame: LazyFrame, items: Sequence[str], scale: Scale) -> None:
    least, most = scale
    for name in items:
        answer = nw.col(name)
        off = (answer < least) | (answer > most) | (answer != answer.floor())
        found = frame.filter(off)
        n = int(engines.collect(found.select(n=nw.len()))["n"][0])
        if n:
            values = engines.collect(found.select(name).head(4))[name].tolist()
            raise DataError("survey_scale", column=name, n=f"{n:,}", values=shown(values), least=least, most=most)


def _periods(frame: LazyFrame, period: Period | Calendar, column: str) -> tuple[int, Periods]:
    day = nw.col("day")
    undated = nw.when(day.is_null()).then(1).otherwise(0)
    found = engines.collect(frame.select(first=day.min(), last=day.max(), undated=undated.sum()))
    first, last = found["first"][0], found["last"][0]
    if first is None or first != first:
        raise DataError("survey_undated", column=column)
    return int(found["undated"][0] or 0), periods_between(int(first), int(last), period)


def of_rows(survey: Survey, frame: LazyFrame) -> Survey:
    """The same survey with its rows counted by another `period`."""
    return replace(survey, frame=frame, keys=("period",))


def scale_of(scale: Any) -> Scale:
    """The lowest and the highest answer, checked.

    >>> scale_of((1, 5))
    (1.0, 5.0)
    """
    try:
        least, most = (float(end) for end in scale)
    except (TypeError, ValueError):
        raise ArgumentError("scale", scale, "scale", example=(1, 5)) from None
    if not (np.isfinite([least, most]).all() and least < most and least == int(least) and most == int(most)):
        raise ArgumentError("scale", scale, "scale", example=(1, 5))
    return least, most


def latest(survey: Survey, item: str) -> tuple[LazyFrame, dict[str, int]]:
    """One row per respondent: keys, `customer` (if known) and `score`; and what was left out, by `NOTES`."""
    score = nw.col(item)
    # Rows by what they are, in one pass.
    asked = survey.frame.select(n=nw.len(), answers=score.count())
    found = engines.collect(asked)
    n, answers = int(found["n"][0]), int(found["answers"][0])
    left = {"repeated": 0, "same_day": 0, "missing": n - answers, "no_date": survey.n_undated}
    answered = survey.frame.filter(~score.is_null()).with_columns(score=score)
    if not answers:
        raise DataError("no_answers", column=item)
    if not survey.named:
        return answered.select(*survey.keys, "score"), left
    own = [*survey.keys, "customer"]
    known = answered.filter(~nw.col("customer").is_null())
    per = known.group_by(*own).agg(n=nw.len().cast(nw.Int64), low=score.min(), high=score.max(),
                                   **({"day": nw.col("day").max()} if survey.dated else {}))  # fmt: skip
    totals = engines.collect(per.select(people=nw.len(), n=nw.col("n").sum()))
    people, n_known = int(totals["people"][0]), int(totals["n"][0] or 0)
    if n_known > people and not survey.dated:
        raise DataError("answers_undated", n=f"{n_known - people:,}")
    anonymous = answered.filter(nw.col("customer").is_null()).select(*own, "score")
    if n_known == people:
        return answered.select(*own, "score"), left
    last = known.join(per.select(*own, "day"), on=[*own, "day"], how="inner")
    one = last.group_by(*own).agg(score=nw.col("score").min(), n=nw.len().cast(nw.Int64))
    left["same_day"] = int(engines.collect(one.select(n=nw.col("n").sum()))["n"][0]) - people
    left["repeated"] = n_known - people - left["same_day"]
    if n_known == answers:
        return one.select(*own, "score"), left
    return nw.concat([one.select(*own, "score"), anonymous.select(*own, "score")]), left


def notes_of(survey: Survey, left: dict[str, int]) -> Table:
    """What was left out, as a table: note, answers."""
    found = [name for name in NOTES if left.get(name)]
    columns = {
        "note": np.array(found, dtype=object),
        "answers": np.array([left[name] for name in found], dtype=np.int64),
    }
    return survey.build(columns)
