"""The arbitrariness sensitivity: run a segmentation again with choices that are as good, and see who changes segment.

A customer who is a champion with one rule for ties and loyal with another is neither; treating the two differently is
a matter of chance. The sensitivity changes one choice at a time: how ties are ranked, how many levels there are, how
far back the past reaches, and on which day of the month the list was made. The last is no choice but time, in which
customers really change, so it is reported apart.

Sources: Saltelli and others (2008), Global Sensitivity Analysis, chapter 1 (one choice at a time); Steegen, Tuerlinckx,
Gelman & Vanpaemel (2016), Increasing transparency through a multiverse analysis, Perspectives on Psychological Science
11(5), 702-712 (all that would be as reasonable). The grades are a convention of crmkit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, customers, labels
from crmkit._frame import engines, outputs
from crmkit._frame.engines import AnyFrame
from crmkit._periods import first_day_of
from crmkit._results import Result
from crmkit._types import Array, Bools, Duration, Floats, Ints, Table
from crmkit.errors import ArgumentError, DataError, Words
from crmkit.labels import Language
from crmkit.transactions import Transactions, open_transactions
from crmkit.validation import _pages
from crmkit.validation._schemes import Scheme, Segmentation, segmentation_of
from crmkit.validation._slices import sliced

# The lowest mean steadiness of each grade: of A, one customer in twenty has the wrong name in any re-run.
GRADES: Mapping[str, float] = {"A": 0.95, "B": 0.85, "C": 0.70, "D": 0.50, "E": 0.0}
KINDS = ("choices", "time", "all")
ABSENT = "absent"
N_SHAKIEST = 10


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Sensitivity(Result):
    """How much of a segmentation depends on arbitrary choices; given by `sensitivity`.

    The steadiness of a customer is the share of re-runs in which the segment is that of the base run, over the re-runs
    in which the customer occurs. Tables are of the kind of the transactions.

    Attributes
    ----------
    grade : {"A", "B", "C", "D", "E"}
        Of all re-runs: the last row of `steadiness`.
    steadiness : table, one row per kind of re-run ("choices", "time", "all"; only those that there are)
        `kind`; `reruns`; mean steadiness `by_customers` and `by_money` (weighted by spend, where it is above 0);
        `grade`: of the lower of the two, A from 0.95, B from 0.85, C from 0.70, D from 0.50.
    choices : table, one row per re-run
        `choice` ("ties", "bins", "window", "as_of"); `kind` ("choices" or "time"); `base` and `setting`, the value in
        the base run and in this one; `customers` who occur in both, and how many are `absent` here; `changed`,
        customers in another segment, and `changed_share`; `money` of the customers in both, `money_changed` and
        `money_changed_share`. Money is the spend in the base run.
    segments : table, one row per segment of the base run
        `segment`, `customers`, `money`, mean `steadiness` of its customers, `steadiness_choices`, `steadiness_time`.
    moves : table, one row per pair of segments, most frequent first
        `segment` in the base run, what it `becomes` in a re-run, how many `times`, and their `share` of all changes.
    customers : table, one row per customer of the base run
        `customer_id`, `segment`, `monetary`, `reruns` (in which the customer occurs), `steadiness`,
        `steadiness_choices`, `steadiness_time`; missing where there is no re-run to judge by.
    shakiest : table, at most 10 rows
        The least steady customers, those with most money first.
    own_labels : mapping of segment to label
        What rules of your own call their segments, where they have a `label`; others have crmkit's words.
    """

    main: ClassVar[str] = "customers"

    grade: str
    steadiness: Table
    choices: Table
    segments: Table
    moves: Table
    customers: Table
    shakiest: Table
    own_labels: Mapping[str, str]

    def headline(self, language: Language | None = None) -> str:
        """The grade in one line, then the choice and the earlier day by which most customers change segment.

        Examples
        --------
        >>> import crmkit as crm
        >>> tx = crm.Transactions(crm.datasets.load_cdnow(sample=True))
        >>> print(sensitivity(tx).headline())
        Grade B: a customer keeps the segment in 89.4% of 6 re-runs on average (87.9% weighted by money).
        Of the choices, the past that is read matters most (12 months instead of all): 84.2% change segment.
        If the past ends on 1998-06-02 instead of 1998-06-30, 4.5% are in another segment: customers change in time.
        """
        mean, runs = (engines.collect(engines.wrap(table)) for table in (self.steadiness, self.choices))
        lines = [
            labels.phrase(
                "sensitivity_headline",
                language,
                grade=self.grade,
                reruns=int(mean["reruns"][-1]),
                customers=f"{float(mean['by_customers'][-1]):.1%}",
                money=f"{float(mean['by_money'][-1]):.1%}",
            )
        ]
        for kind in [kind for kind in KINDS if kind in runs["kind"]]:
            worst = int(np.argmax(np.where(runs["kind"] == kind, runs["changed_share"], -1)))
            if not runs["changed_share"][worst] > 0:
                lines.append(labels.text(f"sensitivity_headline_no_{kind}", language))
                continue
            choice = str(runs["choice"][worst])
            setting, base = (worded(choice, str(runs[name][worst]), language) for name in ("setting", "base"))
            lines.append(
                labels.phrase(
                    f"sensitivity_headline_{kind}",
                    language,
                    choice=labels.text(f"sensitivity_{choice}", language),
                    setting=setting,
                    base=base,
                    changed=f"{float(runs['changed_share'][worst]):.1%}",
                )
            )
        return "\n".join(lines)

    def text(self, language: Language | None = None) -> str:
        r"""The re-runs and the headline, to be read as they are.

        Examples
        --------
        >>> import crmkit as crm
        >>> tx = crm.Transactions(crm.datasets.load_cdnow(sample=True))
        >>> print(*sensitivity(tx, "textbook", shifts=(7,)).text().splitlines()[:4], sep="\n")
        choice             base run    instead     customers  absent  in another segment  of the customers  of the money
        rule for ties      better      worse           2,357       0                   0              0.0%          0.0%
        past that is read  all         12 months         812   1,545                 494             60.8%         49.2%
        past ends          1998-06-30  1998-06-23      2,357       0                   8              0.3%          0.3%
        """
        language = labels.resolve(language)
        runs = engines.collect(engines.wrap(self.choices))
        columns = {
            "choice": [labels.text(f"sensitivity_{choice}", language) for choice in runs["choice"]],
            **{
                heading: [worded(*pair, language) for pair in zip(runs["choice"], runs[name], strict=True)]
                for heading, name in (("sensitivity_base", "base"), ("sensitivity_setting", "setting"))
            },
            **{name: [f"{n:,}" for n in runs[name]] for name in ("customers", "absent", "changed")},
            "plot_of_customers": [_pages.share(part) for part in runs["changed_share"]],
            "plot_of_money": [_pages.share(part) for part in runs["money_changed_share"]],
        }
        return "\n\n".join([_pages.table(columns, language, n_names=3), self.headline(language)])

    def shown(self) -> tuple[Any, ...]:
        """The re-runs and the grade."""
        return self.choices, self.headline()


def worded(choice: str, setting: str, language: Language | None = None) -> str:
    """A setting of a choice as people read it; numbers and dates as they are.

    Examples
    --------
    >>> worded("window", "12M"), worded("ties", "better", "zh"), worded("bins", "4")
    ('12 months', '取较好名次', '4')
    """
    if choice == "window" and setting[-1:] in _checks.DAYS:
        return labels.phrase(f"sensitivity_window_{setting[-1]}", language, n=setting[:-1])
    key = f"sensitivity_{choice}_{setting}"
    said = labels.text(key, language)
    return setting if said == key else said


def sensitivity(
    transactions: Table,
    scheme: Scheme = "eleven",
    *,
    ties: Sequence[str] | None = None,
    bins: Sequence[int] | None = None,
    windows: Sequence[Any] = (None, "12M", "24M"),
    shifts: Sequence[Any] = (7, 14, 28),
    column: str = "segment",
) -> Sensitivity:
    """Run a segmentation again with other choices, one at a time, and grade how steady its segments are.

    Of `ties`, `bins` and `windows` the first value is that of the base run, the others are tried. Only choices after
    which the segments still mean the same are compared: "eleven" and rules of your own are written for one number of
    levels, so their `bins` stay; a function is called on other rows, but has no ties and levels that are known here.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Nothing after its `as_of` is seen.
    scheme : name, rules, shares, or function, default "eleven"
        As for `crmkit.backtest`.
    ties : sequence of {"middle", "better", "worse"}, optional
        Where customers of equal value stand; by default all that the scheme knows, its own default first.
    bins : sequence of int, optional
        Numbers of levels; by default (5, 3, 4) for "eight", whose high scores begin above 60, 67 or 50 % of the
        customers then, and (5,) for other segments by RFM.
    windows : sequence of duration or None, default (None, "12M", "24M")
        How far back rows are read, whole months being those of the calendar; None: all of them. A window that holds
        the same rows as the base run, or no purchase, is left out.
    shifts : sequence of duration, default (7, 14, 28)
        How much earlier the past is made to end, in days (or "1W" ...); more than the data hold are left out.
    column : str, default "segment"
        Column that a function's table has the segments in.

    Returns
    -------
    Sensitivity

    Raises
    ------
    ArgumentError
        The scheme or a choice is unknown, the scheme does not know the choice, or nothing is left to be varied.
    ColumnError, DataError
        The table of a function lacks a column, or has several rows for a customer.

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_cdnow(sample=True))
    >>> found = sensitivity(tx, "eight")
    >>> found.grade
    'B'
    >>> found.choices[["choice", "setting", "customers", "changed", "changed_share"]].round(3)
       choice     setting  customers  changed  changed_share
    0    ties      better       2357        6          0.003
    1    ties       worse       2357      403          0.171
    2    bins           3       2357      564          0.239
    3    bins           4       2357      437          0.185
    4  window         12M        812      638          0.786
    5   as_of  1998-06-23       2357       10          0.004
    6   as_of  1998-06-16       2357       14          0.006
    7   as_of  1998-06-02       2357       46          0.020
    """
    segmentation = segmentation_of(scheme, column)
    choices = _choices(segmentation, ties, bins)
    said = [_span("windows", window) for window in _listed("windows", windows)]
    backs = [_span("shifts", back) for back in _listed("shifts", shifts, least=0)]
    bench = _Bench(open_transactions(transactions), segmentation)
    spans = [(_days_back(window, bench.tx.as_of), text) for window, (_, text) in zip(windows, said, strict=True)]
    base = _Run(span=spans[0][0], text=spans[0][1], settings={name: values[0] for name, values in choices.items()})
    runs = bench.possible(base, _runs(base, choices, spans[1:], backs, bench.tx.as_of))
    if not runs:
        raise ArgumentError("validation_nothing_vary_other_ties")
    return _result(bench, base, runs)


_LISTS = {
    "ties": "choices_of_ties",
    "bins": "choices_of_bins",
    "windows": "choices_of_windows",
    "shifts": "choices_of_shifts",
}


def _listed(name: str, values: Any, *, least: int = 1) -> Sequence[Any]:
    if isinstance(values, str) or not isinstance(values, Sequence | np.ndarray) or len(values) < least:
        raise ArgumentError(name, values, "validation_list_choices", value=Words(_LISTS[name]))
    return list(values)


def _choices(
    segmentation: Segmentation, ties: Sequence[str] | None, bins: Sequence[int] | None
) -> dict[str, Sequence[Any]]:
    """The values of each choice that the scheme knows, that of the base run first."""
    choices: dict[str, Sequence[Any]] = dict(segmentation.choices)
    for name, asked in (("ties", ties), ("bins", bins)):
        if asked is None:
            continue
        if name not in choices:
            raise ArgumentError(name, asked, "validation_cannot_varied_scheme_choice")
        choices[name] = _listed(name, asked)
    for value in choices.get("ties", ()):
        _checks.choice("ties", value, segmentation.choices["ties"])
    for value in choices.get("bins", ()):
        _checks.count("bins", value, least=2)
        if len(segmentation.choices["bins"]) == 1 and value != 5:
            raise ArgumentError("bins", bins, "validation_scheme_written_levels_segments", value=value)
    return choices


def _span(name: str, duration: Duration | None) -> tuple[int | None, str]:
    """A duration in whole days, and as people read it; None is all of the past."""
    if duration is None and name == "windows":
        return None, "all"
    days = round(_checks.days_of(duration, name))
    if days < 1:
        raise ArgumentError('validation_shorter_day_durations_days', name=name, duration=duration)  # fmt: skip
    return days, duration.strip().upper() if isinstance(duration, str) else f"{days}D"


def _days_back(window: Any, as_of: dt.date) -> int | None:
    """How many days a window holds that ends on `as_of`: whole months are those of the calendar."""
    last = _checks.day_number(as_of)
    return None if window is None else last - first_day_of(window, last) + 1


# --- runs -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Run:
    """One way to run the segmentation, and what it changes about the base run."""

    span: int | None  # days of the past, None for all
    text: str  # the same as people read it
    settings: Mapping[str, Any]  # ties, bins
    back: int = 0  # days that the past ends earlier
    choice: str = ""
    setting: str = ""
    base: str = field(default="")

    @property
    def kind(self) -> str:
        return "time" if self.choice == "as_of" else "choices"


def _runs(
    base: _Run,
    choices: Mapping[str, Sequence[Any]],
    spans: Sequence[tuple[int | None, str]],
    backs: Sequence[tuple[int | None, str]],
    as_of: dt.date,
) -> list[_Run]:
    """The base run with one choice changed, for every choice."""
    runs = [
        replace(base, settings={**base.settings, name: value}, choice=name, setting=str(value), base=str(values[0]))
        for name, values in choices.items()
        for value in values[1:]
    ]
    runs += [replace(base, span=span, text=text, choice="window", setting=text, base=base.text) for span, text in spans]
    for back, _ in backs:
        days = int(back or 0)
        date = _checks.date_of_day(_checks.day_number(as_of) - days)
        runs.append(replace(base, back=days, choice="as_of", setting=str(date), base=str(as_of)))
    return runs


class _Bench:
    """Runs a segmentation; what depends on the rows only is prepared once."""

    def __init__(self, tx: Transactions, segmentation: Segmentation) -> None:
        self.tx, self.segmentation = tx, segmentation
        self._prepared: dict[tuple[int | None, int], Any] = {}

    def rows(self, run: _Run) -> Transactions:
        """The transactions that a run sees."""
        return sliced(self.tx, self.tx.as_of - dt.timedelta(days=run.back), days=run.span)

    def groups(self, run: _Run, like: AnyFrame) -> Table:
        """Who is in which segment: customer_id, segment."""
        return self.segmentation.groups(self._prepared_for(run), like, **run.settings)

    def _prepared_for(self, run: _Run) -> Any:
        key = (run.span, run.back)
        if key not in self._prepared:
            self._prepared[key] = self.segmentation.prepare(self.rows(run))
        return self._prepared[key]

    def summary(self, base: _Run) -> Table:
        """The summary of the customers of the base run, for their money."""
        if self.segmentation.from_rows:
            return outputs.keep(customers.summarize(self.rows(base)))
        return self._prepared_for(base)

    def possible(self, base: _Run, runs: Sequence[_Run]) -> list[_Run]:
        """The runs that see purchases, and of windows those that see other rows than the base run."""
        if not self._sees_purchases(base):
            raise ArgumentError("validation_windows_nobody_bought_last", text=base.text, as_of=self.tx.as_of)
        return [run for run in runs if not self._same_rows(base, run) and self._sees_purchases(run)]

    def _same_rows(self, base: _Run, run: _Run) -> bool:
        most = _checks.day_number(self.tx.as_of) - self.tx.first_day + 1
        return run.choice == "window" and min(run.span or most, most) == min(base.span or most, most)

    def _sees_purchases(self, run: _Run) -> bool:
        if run.back > _checks.day_number(self.tx.as_of) - self.tx.first_day:
            return False
        if run.span is None and not run.back:
            return True
        end = _checks.day_number(self.tx.as_of) - run.back
        start = self.tx.first_day if run.span is None else end - run.span + 1
        day = nw.col("day")
        bought = self.tx.rows().filter((nw.col("bought") == 1) & (day >= start) & (day <= end))
        return len(engines.collect(bought.select("day").head(1))["day"]) > 0


# --- what changed ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Cells:
    """Customers counted by their segments in all runs; money in units."""

    base: Array  # shape (n_cells,)
    again: Array  # shape (n_cells, n_runs)
    n: Ints
    money: Ints
    worth: Ints  # money above 0 only, which can be a weight

    @property
    def present(self) -> Bools:
        return np.asarray(self.again != ABSENT)

    @property
    def kept(self) -> Bools:
        return np.asarray(self.again == self.base[:, None])

    def steadiness(self, runs: Bools) -> Floats:
        """Of each cell, over some of the runs; not a number where it is in none of them."""
        there = self.present[:, runs].sum(axis=1)
        return np.asarray(self.kept[:, runs].sum(axis=1) / np.where(there == 0, np.nan, there))


def _result(bench: _Bench, base: _Run, runs: Sequence[_Run]) -> Sensitivity:
    tx, names = bench.tx, [f"run_{at}" for at in range(len(runs))]
    frame = _side_by_side(bench, base, dict(zip(names, runs, strict=True)))
    unit = tx.scale // tx.guard
    cells = _counted(frame, names, unit)
    of_kind = {kind: np.array([kind in (run.kind, "all") for run in runs]) for kind in KINDS}
    order = _segment_order(bench.segmentation, cells)
    summed = _mean_rows(cells, of_kind)
    listed = _customer_rows(frame, names, of_kind)
    worst = listed.filter(nw.col("reruns") > 0).sort(
        "steadiness", "monetary", "customer_id", descending=[False, True, False]
    )
    return Sensitivity(
        grade=str(summed["grade"][-1]),
        steadiness=engines.build(summed, tx.like),
        choices=engines.build(_choice_rows(cells, runs, unit), tx.like),
        segments=engines.build(_segment_rows(cells, order, of_kind, unit), tx.like),
        moves=engines.build(_move_rows(cells, order), tx.like),
        customers=listed.sort("customer_id").to_native(),
        shakiest=worst.head(N_SHAKIEST).to_native(),
        own_labels=bench.segmentation.own_labels,
    )


def _side_by_side(bench: _Bench, base: _Run, runs: Mapping[str, _Run]) -> AnyFrame:
    """One row per customer of the base run: customer_id, monetary, segment, and the segment in each of the runs."""
    like: Any = engines.wrap(bench.summary(base)).select("customer_id", "monetary")
    frame = like.join(bench.groups(base, like), on="customer_id", how="inner")
    for name, run in runs.items():
        frame = frame.join(bench.groups(run, like).rename({"segment": name}), on="customer_id", how="left")
    there = [nw.when(nw.col(name).is_null()).then(nw.lit(ABSENT)).otherwise(nw.col(name)).alias(name) for name in runs]
    return engines.wrap(outputs.keep(frame.with_columns(*there).to_native()))


def _counted(frame: AnyFrame, names: Sequence[str], unit: int) -> _Cells:
    units = (nw.col("monetary") * unit + 0.5).floor().cast(nw.Int64)
    counted = frame.select("segment", *names, money=units).with_columns(
        worth=nw.when(nw.col("money") > 0).then(nw.col("money")).otherwise(0)
    )
    found = engines.collect(
        counted.group_by("segment", *names).agg(nw.len().alias("n"), nw.col("money").sum(), nw.col("worth").sum())
    )
    base = found["segment"].astype(object)
    if ABSENT in base:
        raise DataError("validation_scheme_segment_called_name_2", absent=ABSENT)
    again = np.stack([found[name].astype(object) for name in names], axis=1)
    return _Cells(base, again, *(found[name].astype(np.int64) for name in ("n", "money", "worth")))


def _segment_order(segmentation: Segmentation, cells: _Cells) -> list[str]:
    """The segments of the base run as the scheme lists them, others by name."""
    present, listed = set(cells.base.tolist()), segmentation.order or ()
    return [name for name in listed if name in present] + sorted(present - set(listed))


def _mean(values: Floats, weights: Ints) -> float:
    """Weighted mean of the values that are there."""
    seen = ~np.isnan(values) & (weights > 0)
    return float(np.average(values[seen], weights=weights[seen])) if seen.any() else np.nan


def _grade(steadiness: float) -> str:
    """The best grade whose limit is reached; what is equal but for rounding reaches it."""
    return next(grade for grade, least in GRADES.items() if steadiness >= least - 1e-12)


def _mean_rows(cells: _Cells, of_kind: Mapping[str, Bools]) -> dict[str, Array]:
    kinds = [kind for kind in KINDS if of_kind[kind].any()]
    steady = [cells.steadiness(of_kind[kind]) for kind in kinds]
    by_customers = np.array([_mean(values, cells.n) for values in steady])
    by_money = np.array([_mean(values, cells.worth) for values in steady])
    lower = np.fmin(by_customers, by_money)
    return {
        "kind": np.array(kinds, dtype=object),
        "reruns": np.array([of_kind[kind].sum() for kind in kinds], dtype=np.int64),
        "by_customers": by_customers,
        "by_money": by_money,
        "grade": np.array([_grade(float(value)) for value in lower], dtype=object),
    }


def _choice_rows(cells: _Cells, runs: Sequence[_Run], unit: int) -> dict[str, Array]:
    present, changed = cells.present, cells.present & ~cells.kept
    customers, moved = (cells.n @ which for which in (present, changed))
    money, money_moved = (cells.money @ which for which in (present, changed))
    texts = {name: np.array([getattr(run, name) for run in runs], dtype=object) for name in ("choice", "kind")}
    settings = {name: np.array([getattr(run, name) for run in runs], dtype=object) for name in ("base", "setting")}
    return {
        **texts,
        **settings,
        "customers": customers,
        "absent": cells.n.sum() - customers,
        "changed": moved,
        "changed_share": moved / np.where(customers == 0, np.nan, customers),
        "money": money / unit,
        "money_changed": money_moved / unit,
        "money_changed_share": money_moved / np.where(money > 0, money, np.nan),
    }


def _segment_rows(cells: _Cells, order: Sequence[str], of_kind: Mapping[str, Bools], unit: int) -> dict[str, Array]:
    inside = [cells.base == name for name in order]
    means = {
        _column_of(kind): np.array([_mean(cells.steadiness(runs)[part], cells.n[part]) for part in inside])
        for kind, runs in of_kind.items()
    }
    return {
        "segment": np.array(order, dtype=object),
        "customers": np.array([cells.n[part].sum() for part in inside], dtype=np.int64),
        "money": np.array([cells.money[part].sum() for part in inside], dtype=np.int64) / unit,
        **{name: means[name] for name in _STEADINESS},
    }


_STEADINESS = ("steadiness", "steadiness_choices", "steadiness_time")


def _column_of(kind: str) -> str:
    return "steadiness" if kind == "all" else f"steadiness_{kind}"


def _move_rows(cells: _Cells, order: Sequence[str]) -> dict[str, Array]:
    times: dict[tuple[str, str], int] = {}
    for row, run in zip(*np.nonzero(cells.present & ~cells.kept), strict=True):
        pair = (cells.base[row], cells.again[row, run])
        times[pair] = times.get(pair, 0) + int(cells.n[row])
    place = {name: at for at, name in enumerate(order)}
    pairs = sorted(times, key=lambda pair: (-times[pair], place[pair[0]], pair[1]))
    counts = np.array([times[pair] for pair in pairs], dtype=np.int64)
    return {
        "segment": np.array([pair[0] for pair in pairs], dtype=object),
        "becomes": np.array([pair[1] for pair in pairs], dtype=object),
        "times": counts,
        "share": counts / max(int(counts.sum()), 1),
    }


def _customer_rows(frame: AnyFrame, names: Sequence[str], of_kind: Mapping[str, Bools]) -> AnyFrame:
    """The frame of customers with their steadiness in place of the runs."""
    marks = {}
    for name in names:
        there, same = nw.col(name) != ABSENT, nw.col(name) == nw.col("segment")
        marks[f"there_{name}"] = nw.when(there).then(1).otherwise(0)
        marks[f"kept_{name}"] = nw.when(same).then(1).otherwise(0)
    steady = {}
    for kind, runs in of_kind.items():
        chosen = [name for name, of_this_kind in zip(names, runs, strict=True) if of_this_kind]
        steady[_column_of(kind)] = _share_kept(chosen)
    marked = frame.with_columns(**marks)
    return marked.select(
        "customer_id",
        "segment",
        "monetary",
        nw.sum_horizontal(*[f"there_{name}" for name in names]).cast(nw.Int64).alias("reruns"),
        *(steady[name].alias(name) for name in _STEADINESS),
    )


def _share_kept(names: Sequence[str]) -> nw.Expr:
    """Runs in which the segment was kept, of those in which the customer is; missing where there are none."""
    if not names:
        return nw.lit(None).cast(nw.Float64)
    there = nw.sum_horizontal(*[f"there_{name}" for name in names])
    kept = nw.sum_horizontal(*[f"kept_{name}" for name in names])
    return kept.cast(nw.Float64) / nw.when(there > 0).then(there)
