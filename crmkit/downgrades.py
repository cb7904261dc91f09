"""Ageing: recency grows by itself, so each customer's segment has a date on which it will drop.

With the cuts held fixed, every day without a purchase adds one day to recency and nothing to orders and spend, so
that the R score falls on days that are known today, and with it the segment. `downgrade_dates` tells each customer's
next such day, `downgrade_calendar` adds up who and how much money is at stake on which day. `FrozenScheme` is what both
hold fixed: the fitted scores, and the segment of each cell of them.

Source: the arithmetic of `crmkit.rfm`; the calendar is crmkit's own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from crmkit import _checks, _frame, customers, labels, rfm
from crmkit._frame import engines, outputs
from crmkit._frame.engines import AnyFrame
from crmkit._periods import Calendar, Period, calendar_of, periods_between
from crmkit._rfm.measures import MEASURES, SCORES
from crmkit._rfm.rules import plain_scheme
from crmkit._rfm.segments import MOST_BINS, segments_of_cells, words_of
from crmkit._types import Date, Floats, Ints, Table
from crmkit.errors import ArgumentError, ColumnError, DataError, Words, shown
from crmkit.labels import Language
from crmkit.schemes import SEGMENTS
from crmkit.transactions import Transactions, open_transactions

__all__ = [
    "FrozenScheme",
    "downgrade_calendar",
    "downgrade_dates",
]


HINT = Words("hint_customers")
DOWNGRADE_HINT = Words("hint_downgrade_dates")
NEVER = -1  # days left where no change will come
NOBODY = -1  # code of no segment

# --- what is held fixed -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FrozenScheme:
    """Scores and segments with everything held fixed; made by `FrozenScheme.of`.

    Attributes
    ----------
    scorer : crmkit.rfm.Scorer
        The fitted cuts.
    scheme : "eleven", "eight", or rules
        The segments; of a table of rules its rows.
    bins : int
        Number k of levels, the most of the three measures.
    segments : tuple of str
        All segments: of a named scheme the best first, of your own rules as they are written.
    grid : array of int, shape (k, k, k)
        The position in `segments` of each cell of scores (R, F, M), which count from 1.

    Examples
    --------
    >>> customers = {"recency": [3, 8, 20, 70], "frequency": [6, 1, 1, 2], "monetary": [90, 10, 15, 20]}
    >>> fixed = FrozenScheme.of(rfm.Scorer(bins=4).fit(customers), scheme="eight")
    >>> fixed.segments[fixed.code(4, 4, 1)]
    'general_value'
    >>> days, code = fixed.next_change(recency=[3, 30], f=[4, 1], m=[1, 1])
    >>> days.tolist(), fixed.segments[code[0]]  # the second is in the last segment already
    ([6, -1], 'general_keep')
    """

    scorer: rfm.Scorer
    scheme: str | rfm.Rules
    bins: int
    segments: tuple[str, ...]
    grid: Ints

    @classmethod
    def of(cls, scorer: rfm.Scorer, scheme: str | rfm.Rules = "eleven") -> Self:
        """Freeze a scheme on a fitted scorer; refused where downgrades cannot be told from the scores."""
        _refuse_scorer(scorer)
        scheme = plain_scheme(scheme)
        bins = max(len(by_cell[()].cuts) + 1 for by_cell in scorer.cutpoints_.values())
        if scheme == "eleven" and bins != 5:
            raise ArgumentError("downgrades_scheme_eleven_made_levels", bins=bins)
        cells = np.indices((bins, bins, bins)).reshape(3, -1) + 1
        named = segments_of_cells(dict(zip("rfm", cells, strict=True)), scheme, bins)
        segments = tuple(words_of(scheme, "en"))
        code = {name: at for at, name in enumerate(segments)}
        grid = np.array([code[name] for name in named], dtype=np.int64)
        return cls(scorer, scheme, bins, segments, grid.reshape(bins, bins, bins))

    def segment(self, customers: Table, *, language: Language | None = None) -> Table:
        """A table of customers, scored and named by this frozen scheme."""
        return rfm.segment(self.scorer.score(customers), scheme=self.scheme, bins=self.bins, language=language)

    def words(self, language: Language | None = None) -> dict[str, str]:
        """What people read for each of the segments, in their order.

        >>> customers = {"recency": [3, 8, 20, 70], "frequency": [6, 1, 1, 2], "monetary": [90, 10, 15, 20]}
        >>> rules = [{"segment": "old", "r": (1, 2), "label": "Long ago"}, {"segment": "new", "r": (3, 4)}]
        >>> FrozenScheme.of(rfm.Scorer(bins=4).fit(customers), rules).words("zh")
        {'old': 'Long ago', 'new': '新客户'}
        """
        return words_of(self.scheme, labels.resolve(language))

    def code(self, r: Any, f: Any, m: Any) -> Any:
        """Position in `segments` of scores; numbers or arrays."""
        return self.grid[np.asarray(r) - 1, np.asarray(f) - 1, np.asarray(m) - 1]

    def next_change(self, recency: Any, f: Any, m: Any) -> tuple[Ints, Ints]:
        """Whole days until the segment changes if nothing is bought, and its code then; -1, -1 if it never does.

        Takes arrays: recency in days, and the scores of F and M, which stay as they are.
        """
        recency, f, m = np.asarray(recency, dtype=float), np.asarray(f), np.asarray(m)
        now = self.code(self.scorer.points("recency", recency), f, m)
        days = np.full(len(recency), NEVER, dtype=np.int64)
        after = np.full(len(recency), NOBODY, dtype=np.int64)
        cutpoints = self.scorer.cutpoints_["recency"][()]
        # From the best level down: the first fall that changes the segment is the one that counts.
        for cut in sorted(cut for cut in cutpoints.cuts if np.isfinite(cut)):
            wait = _days_until(cut, recency, strict=cutpoints.strict)
            then = self.code(self.scorer.points("recency", recency + np.maximum(wait, 0)), f, m)
            first = (then != now) & (days == NEVER)  # whoever does not pass has nothing to wait for
            days[first], after[first] = wait[first], then[first]
        return days, after


def _days_until(cut: float, recency: Floats, *, strict: bool) -> Ints:
    """Whole days until a recency no longer passes a cut; 0 or less where it does not pass already."""
    left = cut - recency
    return (np.ceil(left) if strict else np.floor(left) + 1).astype(np.int64)


def _refuse_scorer(scorer: Any) -> None:
    if not isinstance(scorer, rfm.Scorer):
        raise ArgumentError("scorer", scorer, "downgrades_scorer_crmkit_rfm_scorer")
    scorer.points("recency", [])  # not fitted, or customers of equal recency scored by their ids
    if any(len(by_cell) > 1 for by_cell in scorer.cutpoints_.values()):
        raise ArgumentError("downgrades_method_nested_lower_r")


# --- downgrade dates -------------------------------------------------------------------------------------------------


def downgrade_dates(
    customers_or_tx: Table,
    *,
    scorer: rfm.Scorer | None = None,
    scheme: str | rfm.Rules = "eleven",
    as_of: Date | None = None,
    language: Language | None = None,
) -> Table:
    """Tell for each customer when the segment will next drop if nothing is bought, and to which.

    The cuts are held fixed. Orders and spend are counted over all history, so that only recency moves, by one day a
    day: a customer scored with the same `scorer` one day before `downgrade_date` is still in the segment of today, and
    on `downgrade_date` in `next_segment`. In the schemes "eleven" and "eight" a lower R is always a worse segment; of
    rules of your own every change of segment counts.

    Parameters
    ----------
    customers_or_tx : Transactions, table with customer_id, date, amount, or table of customers
        A table with the scorer's measures (recency, frequency, monetary), as `crmkit.summarize` gives it, is taken as
        one of customers, and may carry scores and segments; any other as transactions, which are summarised first.
    scorer : crmkit.rfm.Scorer, optional
        The fitted cuts. By default five levels by quantiles, as `crmkit.rfm.score` cuts them, fitted to these
        customers. Not of method "nested", nor of method "rank" for recency.
    scheme : "eleven", "eight", or rules, default "eleven"
        As in `crmkit.rfm.segment`; the default is that of `crmkit.score_customers`.
    as_of : date or str, optional
        The day on which the past ends. By default that of the transactions; of a table of customers,
        `last_date` + `recency`, so it must be given if there is no `last_date`.
    language : {"en", "zh"}, optional
        Language of the labels.

    Returns
    -------
    table, n_customers rows
        The customers, in their own kind and row order, with the scores (`r_score`, `f_score`, `m_score`, `rfm`,
        `rfm_sum`), `segment`, `segment_label`, and
        `days_left`: days from `as_of` to the downgrade; `downgrade_date`; `next_segment` and `next_segment_label`: the
        segment from that day on. All missing where the segment never changes again.

    Raises
    ------
    ColumnError
        A measure is absent, not numeric, or missing for some customers; or there is no `last_date` and no `as_of`.
    DataError
        The table has no rows, or carries scores or segments that this scorer and scheme do not give.
    ArgumentError
        The scorer or the scheme cannot be used, or `as_of` contradicts the table.

    Examples
    --------
    >>> from crmkit import datasets
    >>> downgrades = downgrade_dates(datasets.load_ten_customers())
    >>> downgrades[["customer_id", "recency", "segment", "downgrade_date", "next_segment"]].iloc[[2, 3, 9]]
      customer_id  recency             segment  downgrade_date         next_segment
    2         C03        0           champions 2025-01-11           loyal
    3         C04       20  potential_loyalist 2025-01-11  about_to_sleep
    9         C10       70         hibernating 2025-01-01            lost
    """
    language = labels.resolve(language)
    if scorer is not None:
        FrozenScheme.of(scorer, scheme)  # a wrong setting comes to light before any work
    listed, day = _customers(customers_or_tx, scorer, as_of)
    frozen = FrozenScheme.of(scorer or rfm.Scorer().fit(listed), scheme)
    checked = (*SCORES.values(), "segment") if scorer is None else ("segment",)
    return _add_downgrades(frozen, _scored(frozen, listed, checked, language), day, language)


def _add_downgrades(frozen: FrozenScheme, scored: Table, as_of: dt.date, language: Language) -> Table:
    """A table that the frozen scheme scored, with the columns of the downgrade; found once for each distinct cell."""
    keys = [frozen.scorer.columns["recency"], "f_score", "m_score"]
    table = _frame.open_table(scored, numbers=keys)
    if table.coded and frozen.bins <= MOST_BINS:
        return table.give_back(_by_cell_of_scores(frozen, table, as_of, language))
    cells = _frame.Table(table.frame.select(*keys)).cells(keys)
    f, m = (np.asarray(cells[name], dtype=np.int64) for name in keys[1:])
    days, code = frozen.next_change(cells[keys[0]], f, m)
    found = {name: cells[name] for name in keys} | {"downgrade_date": days, "next_segment": code, "days_left": days}
    words = frozen.words(language)
    frame = look_up(table, keys, found, words, as_of, dates=["downgrade_date"], to=["next_segment"])
    return table.give_back(frame)


def _by_cell_of_scores(frozen: FrozenScheme, table: _frame.Table, as_of: dt.date, language: Language) -> AnyFrame:
    """The same of crmkit's own scores and whole days: who has equal scores changes on the same day of silence.

    So the columns are looked up by the cell, and nobody counts which days there are.
    """
    bins, recency = frozen.bins, frozen.scorer.columns["recency"]
    cuts = [cut for cut in frozen.scorer.cutpoints_["recency"][()].cuts if np.isfinite(cut)]
    days = np.unique([0.0, *(max(np.floor(cut) + step, 0.0) for cut in cuts for step in (-1, 0, 1))])
    level = frozen.scorer.points("recency", days)
    day_of = dict(zip(level.tolist(), days.tolist(), strict=True))
    r, f, m = np.indices((bins, bins, bins)).reshape(3, -1) + 1
    there = np.array([day_of.get(score, np.nan) for score in r.tolist()])
    known = ~np.isnan(there)
    change, after = np.full(r.size, NEVER), np.full(r.size, NOBODY)
    wait, after[known] = frozen.next_change(there[known], f[known], m[known])
    change[known] = np.where(wait == NEVER, NEVER, wait + there[known].astype(np.int64))
    r_score, f_score, m_score = (nw.col(name) - 1 for name in SCORES.values())
    cell = ((r_score * bins + f_score) * bins + m_score).cast(nw.Int64)
    celled = table.frame.lazy().with_columns(crmkit_cell=cell)
    frame: AnyFrame = engines.placed(celled, "crmkit_change", "crmkit_cell", change.tolist())
    named = dict(enumerate(frozen.words(language).items()))
    for into, at in (("next_segment", 0), ("next_segment_label", 1)):
        words = {place: named[code][at] for place, code in enumerate(after.tolist()) if code != NOBODY}
        frame = table.worded(frame, into, "crmkit_cell", words) if words else _missing(frame, into)
    left = nw.when(nw.col("crmkit_change") != NEVER).then(nw.col("crmkit_change") - nw.col(recency))
    frame = frame.with_columns(days_left=left.cast(nw.Int64))
    frame = frame.with_columns(downgrade_date=nw.col("days_left") + _checks.day_number(as_of))
    return engines.dated(frame.lazy(), ("downgrade_date",)).drop("crmkit_cell", "crmkit_change")


def _missing(frame: Any, into: str) -> Any:
    return frame.with_columns(**{into: nw.lit(None).cast(nw.String)})


def look_up(
    table: _frame.Table,
    keys: Sequence[str],
    cells: Mapping[str, Any],
    words: Mapping[str, str],
    as_of: dt.date,
    *,
    dates: Sequence[str],
    to: Sequence[str],
) -> AnyFrame:
    """The table with what was found for each distinct cell of its `keys`; a number below 0 is a missing value.

    Columns of `cells` in `dates` are days after `as_of` and come out as dates; those in `to` are positions of segments
    in `words` and come out as names, each with its words; the others are numbers.

    >>> table = _frame.open_table({"cell": [7, 8]})
    >>> cells = {"cell": np.array([7, 8]), "when": np.array([1, -1]), "what": np.array([0, -1])}
    >>> words = {"new": "New customers", "lost": "Lost customers"}
    >>> frame = look_up(table, ["cell"], cells, words, dt.date(2025, 1, 31), dates=["when"], to=["what"])
    >>> frame.to_native().astype(str).iloc[0].tolist()
    ['7', '2025-02-01', 'new', 'New customers']
    """
    new = [name for name in cells if name not in keys]
    own = [name for name in table.columns if name not in {*new, *(f"{name}_label" for name in to)}]
    frame = table.attach(keys, {**cells, **{name: _dates_after(as_of, cells[name]) for name in dates}})
    for name in to:
        frame = table.worded(frame, f"{name}_label", name, dict(enumerate(words.values())))
        frame = table.worded(frame, name, name, dict(enumerate(words)))
    columns = {name: nw.col(name) for name in own}
    for name in new:
        number = nw.col(name)
        if name in to:
            columns |= {text: nw.col(text) for text in (name, f"{name}_label")}
        elif name in dates:  # an engine of its own may have taken them in as time stamps
            columns[name] = number if table.in_memory else number.cast(nw.Date)
        else:
            columns[name] = nw.when(number >= 0).then(number)
    return frame.select(*(column.alias(name) for name, column in columns.items()))


def _dates_after(as_of: dt.date, days: Ints) -> NDArray[np.datetime64]:
    found = np.datetime64(as_of, "D") + days.astype("timedelta64[D]")
    found[days < 0] = np.datetime64("NaT", "D")
    return found


# --- in -----------------------------------------------------------------------------------------------------------


def _customers(given: Any, scorer: rfm.Scorer | None, as_of: Date | None) -> tuple[Any, dt.date]:
    """A table of customers, and the day on which their past ends."""
    measures = list((scorer.columns if scorer else {name: name for name in MEASURES}).values())
    if isinstance(given, Transactions) or not set(measures) <= set(_frame.open_table(given).columns):
        tx = open_transactions(given)
        tx = tx if as_of is None else tx.until(_checks.date_of(as_of, "as_of"))
        return outputs.keep(customers.summarize(tx)), tx.as_of
    return given, _end_of_past(_frame.open_table(given, numbers=measures, hint=HINT), measures[0], as_of)


def _end_of_past(table: _frame.Table, recency: str, as_of: Date | None) -> dt.date:
    """The date from which recency was counted: said by the caller, and by the last purchases where they are known."""
    told = None if as_of is None else _checks.date_of(as_of, "as_of")
    if "last_date" not in table.columns:
        if told is None:
            raise ColumnError("downgrades_column_last_date_day")
        return told
    ends = table.frame.select(last=nw.col("last_date").max(), least=nw.col(recency).cast(nw.Float64).min())
    found = table.collect(ends)
    if not len(found["last"]) or found["last"][0] is None or str(found["last"][0]) == "NaT":
        raise DataError("downgrades_table_rows_last_date", hint=HINT)
    known = _checks.date_of(found["last"][0]) + dt.timedelta(days=int(found["least"][0]))
    if told not in (None, known):
        raise ArgumentError("downgrades_day_table_last_date", told=told, known=known)
    return known


def _scored(frozen: FrozenScheme, listed: Any, checked: Sequence[str], language: Language) -> Table:
    """The customers by this frozen scheme; who was scored otherwise must not get dates that belong to other scores."""
    table = _frame.open_table(listed)
    carried = [name for name in checked if name in table.columns]
    if not carried:
        return frozen.segment(listed, language=language)
    kept = {f"{name} before": nw.col(name) for name in carried}
    scored = frozen.segment(table.give_back(table.frame.with_columns(**kept)), language=language)
    table = _frame.open_table(scored)
    flags = {
        name: nw.when(nw.col(f"{name} before") != nw.col(name)).then(1).otherwise(0).alias(name) for name in carried
    }
    found = table.collect(table.frame.select(**flags).select(nw.all().sum()))
    for name in carried:
        if found[name][0]:
            raise DataError(
                "downgrades_column_table_says_otherwise",
                name=name,
                int=int(found[name][0]),
                value=_REMEDIES["segment" if name == "segment" else "score"],
            )
    return table.give_back(table.frame.drop(*kept))


_REMEDIES = {
    "score": Words("hint_scorer"),
    "segment": Words("hint_scheme"),
}


# --- the calendar -------------------------------------------------------------------------------------------------


def downgrade_calendar(downgrades: Table, *, period: Period | Calendar = "day", value: str = "monetary") -> Table:
    """Add up how many customers and how much money will leave which segment on which day if nothing is bought.

    Each customer counts once, at the next change of segment; those whose segment never changes again are not listed.

    Parameters
    ----------
    downgrades : table, n_customers rows
        As `downgrade_dates` gives it, of any supported kind.
    period : {"day", "week", "week_sunday", "month", "quarter", "year"} or Calendar, default "day"
        Length of the periods; weeks begin on Monday, or on Sunday. A `crmkit.Calendar` has fiscal years.
    value : str, default "monetary"
        Column of the money at stake: what the customers have spent so far, or better, if the list has it, what they
        are expected to spend ("residual_clv", "expected_spend").

    Returns
    -------
    table, one row per period and change of segment, of the kind of `downgrades`
        In order of time, on a day the best segments first (those of your own by name): `date` and `until` (first and
        last day of the period), `segment` (today's), `next_segment`, `customers`, `value` (money).

    Raises
    ------
    ColumnError
        A column is absent, or `value` is missing for some customers.
    ArgumentError
        The period is unknown, or `value` is no name of a column.

    Examples
    --------
    >>> from crmkit import datasets
    >>> downgrade_calendar(downgrade_dates(datasets.load_ten_customers()), period="week").head(2)
            date      until             segment          next_segment  customers   value
    0 2024-12-30 2025-01-05           champions            loyal          1  5000.0
    1 2024-12-30 2025-01-05  potential_loyalist  needs_attention          1   250.0
    """
    calendar_of(period)
    if not isinstance(value, str):
        raise ArgumentError("value", value, "downgrades_name_column_value_monetary")
    if isinstance(downgrades, Transactions):
        raise ColumnError("downgrades_transactions_downgrade_dates", downgrade_hint=DOWNGRADE_HINT)
    table = _frame.open_table(downgrades, numbers=[value], keys=["segment"], hint=DOWNGRADE_HINT)
    absent = [name for name in ("downgrade_date", "next_segment") if name not in table.columns]
    if absent:
        raise ColumnError(
            "downgrades_column_table",
            absent=shown(absent),
            columns=shown(table.columns, most=15),
            downgrade_hint=DOWNGRADE_HINT,
        )
    keys = ["downgrade_date", "segment", "next_segment"]
    coming = table.frame.filter(~nw.col("next_segment").is_null())
    bare = coming.select(*keys, value=nw.col(value).cast(nw.Float64))
    found = table.collect(bare.group_by(*keys).agg(nw.len().alias("customers"), nw.col("value").sum()))
    day = found["downgrade_date"].astype("datetime64[D]").astype(np.int64)
    start, end = day, day
    if len(day):
        periods = periods_between(min(day.tolist()), max(day.tolist()), period)
        at = periods.of(day)
        start, end = periods.starts[at], periods.ends[at]
    return table.build(_added_up(start, end, found))


def _added_up(start: Ints, end: Ints, found: dict[str, Any]) -> dict[str, Any]:
    """One row per period, segment and segment after it, in order of time; in a period the best segments first."""
    columns = (start, end, found["segment"], found["next_segment"])
    moves = list(zip(*(column.tolist() for column in columns), strict=True))
    rank = {name: at for at, name in enumerate(name for scheme in SEGMENTS.values() for name in scheme)}
    rows = sorted(set(moves), key=lambda move: (move[0], *((rank.get(name, len(rank)), name) for name in move[2:])))
    position = {move: at for at, move in enumerate(rows)}
    row = np.array([position[move] for move in moves], dtype=np.int64)
    people = np.bincount(row, found["customers"].astype(float), len(rows))
    return {
        "date": np.array([move[0] for move in rows], dtype="datetime64[D]"),
        "until": np.array([move[1] for move in rows], dtype="datetime64[D]"),
        "segment": np.array([move[2] for move in rows], dtype=object),
        "next_segment": np.array([move[3] for move in rows], dtype=object),
        "customers": people.astype(np.int64),
        "value": np.bincount(row, found["value"].astype(float), len(rows)),
    }
