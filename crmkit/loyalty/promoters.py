"""Net promoter score: % promoters (9-10) less % detractors (0-6), with intervals, by group and over time.

The score of several groups together comes from all their answers; it is not the mean of their scores. It is about those
who answered: `response_bias` says who that was, and what they are worth.

Sources: Reichheld (2003), The one number you need to grow, Harvard Business Review 81(12), 46-54; for the intervals
Tango (1998) and Rocks (2016), see `crmkit.loyalty._intervals`; Holm (1979), Scandinavian Journal of Statistics 6,
65-70.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks
from crmkit._frame import engines
from crmkit._periods import Calendar, Period
from crmkit._results import Result
from crmkit._statistics import z_of
from crmkit._types import Array, Floats, Ints, Table
from crmkit.definitions import Definition
from crmkit.errors import ArgumentError, DataError, shown
from crmkit.loyalty import _surveys
from crmkit.loyalty._intervals import ADDED, METHODS, moments, nps_ends
from crmkit.loyalty._surveys import CUSTOMER, DATE, Scale, Survey

Method = Literal["score", "adjusted", "wald"]
SCALES: tuple[Scale, ...] = ((0, 10), (1, 10))
PROMOTER, DETRACTOR = 9, 6  # from here on up, from here on down
KINDS = ("promoters", "passives", "detractors")
_SUSPECT = 1e-3  # chance below which a group without zeros seems to have been asked on another scale


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class NPS(Result):
    """Net promoter scores; given by `nps`.

    Attributes
    ----------
    table : table
        One row per `period` and `group` (as far as asked): `respondents`, `promoters`, `passives`, `detractors`;
        `nps` as a fraction between -1 and 1, with its interval `nps_low`, `nps_high`.
    overall : table
        One row: the same of all answers together, one per customer.
    notes : table
        `note` and `answers`: what was left out ("repeated": earlier answers of the same customer; "same_day": further
        ones on the day of the last; "missing": rows without a score; "no_date"), and "other_scale": answers of groups
        that have no 0 where others have many, as if they had been asked from 1 to 10.
    definition : Definition
        What is counted.
    """

    table: Table
    overall: Table
    notes: Table
    definition: Definition

    def shown(self) -> tuple[Any, ...]:
        """The scores, what was left out, and what they mean."""
        notes = (self.notes,) if engines.collect(engines.wrap(self.notes))["answers"].size else ()
        return (self.table, *notes, self.definition)


def nps(
    survey: Table,
    *,
    score: str = "nps",
    by: str | None = None,
    period: Period | Calendar | None = None,
    level: float = 0.95,
    method: Method = "score",
    scale: Scale = (0, 10),
    customer: str = CUSTOMER,
    date: str = DATE,
) -> NPS:
    """Net promoter score with its interval, of all answers, by group and over time.

    Parameters
    ----------
    survey : table, one row per answer
        Of any supported kind. Rows without a score are counted in `notes`, never as passives.
    score : str, default "nps"
        Column of the answers: whole numbers on `scale`.
    by : str, optional
        Column of groups. Rows without one are "ungrouped".
    period : {"day", "week", "week_sunday", "month", "quarter", "year"} or Calendar, optional
        Periods of the answers' dates.
    level : float, default 0.95
        Confidence of the intervals.
    method : {"score", "adjusted", "wald"}, default "score"
        "score" (Tango): stays within -1 and 1, and covers also for few answers. "adjusted": Wald's with 3 answers
        added, as `compare_nps` uses it. "wald": the textbook's +- 1.96 se, which covers too seldom and has no width
        where all answers are of one kind.
    scale : {(0, 10), (1, 10)}, default (0, 10)
        The scale on which the question was asked; promoters are 9 and 10, detractors up to 6 on both.
    customer, date : str, default "customer_id", "date"
        Columns of who answered and when. A customer is counted once (per period and group), by the last answer, of
        several on its day by the lowest. Without the column of customers each row is a respondent of its own.

    Returns
    -------
    NPS

    Raises
    ------
    ColumnError
        A column is absent, or the scores are text.
    DataError
        Scores are off the scale, nobody answered, or customers answered more than once and no date tells which answer
        is the last.
    ArgumentError
        A setting is not known.

    Examples
    --------
    >>> survey = {"customer_id": range(100), "nps": [10] * 50 + [8] * 30 + [3] * 20}
    >>> nps(survey).table.round(3)
       respondents  promoters  passives  detractors  nps  nps_low  nps_high
    0          100         50        30          20  0.3     0.14     0.443
    """
    share = _checks.level_of(level)
    _checks.choice("method", method, METHODS)
    asked = check_scale(scale)
    opened = _surveys.open_survey(survey, [score], scale=asked, by=by, period=period, customer=customer, date=date)
    counts, left = _counted(opened, score)
    whole = opened if not opened.keys else _surveys.open_survey(survey, [score], customer=customer, date=date)
    total, _ = (counts, left) if not opened.keys else _counted(whole, score)
    left |= {"other_scale": _of_other_scale(counts) if asked[0] == 0 else 0}
    definition = Definition(
        "nps", None, {"least": f"{asked[0]:g}", "interval": f"nps_{method}", "level": f"{100 * share:g}"}
    )
    return NPS(
        table=opened.build({**_key_columns(opened, counts), **_scores(counts, share, method)}),
        overall=opened.build(_scores(total, share, method)),
        notes=_surveys.notes_of(opened, left),
        definition=definition,
    )


def nps_interval(
    promoters: int, passives: int, detractors: int, *, level: float = 0.95, method: Method = "score"
) -> tuple[float, float, float]:
    """Net promoter score of three counts, with the ends of its interval.

    Parameters
    ----------
    promoters, passives, detractors : int
        How many answered so.
    level, method
        As for `nps`.

    Returns
    -------
    nps, low, high : float

    Raises
    ------
    ArgumentError
        A count is negative, or all are 0.

    Examples
    --------
    >>> [round(figure, 5) for figure in nps_interval(9, 0, 2)]
    [0.63636, 0.04604, 0.89726]
    """
    counts = [_checks.count(name, n, least=0) for name, n in zip(KINDS, (promoters, passives, detractors), strict=True)]
    if not sum(counts):
        raise ArgumentError("promoters", promoters, "some_answers", example=50)
    _checks.choice("method", method, METHODS)
    low, high = nps_ends(*counts, level=_checks.level_of(level), method=method)
    return float(moments(*counts)[0]), float(low), float(high)


def check_scale(scale: Any) -> Scale:
    """A scale on which the net promoter score is asked.

    >>> check_scale((0, 10))
    (0.0, 10.0)
    """
    asked = _surveys.scale_of(scale)
    if asked not in [tuple(map(float, each)) for each in SCALES]:
        raise ArgumentError("scale", scale, "nps_scale", example=(0, 10))
    return asked


def _counted(survey: Survey, score: str) -> tuple[_surveys.Cells, dict[str, int]]:
    """Respondents of each kind per row of keys, with those who answered 0; rows in order of the keys."""
    one, left = _surveys.latest(survey, score)
    answer = nw.col("score")
    flags = {
        "promoters": answer >= PROMOTER,
        "passives": (answer > DETRACTOR) & (answer < PROMOTER),
        "detractors": answer <= DETRACTOR,
        "zeros": answer == 0,
    }
    ones = {name: nw.when(flag).then(1).otherwise(0) for name, flag in flags.items()}
    rows = one.select(*survey.keys, **ones)
    sums = [nw.col(name).sum().cast(nw.Int64) for name in flags]
    counts = engines.collect(rows.group_by(*survey.keys).agg(*sums) if survey.keys else rows.select(*sums))
    if survey.keys:
        order = np.lexsort([counts[key] for key in reversed(survey.keys)])
        counts = {name: values[order] for name, values in counts.items()}
    return {name: values.astype(np.int64) if name in flags else values for name, values in counts.items()}, left


def _key_columns(survey: Survey, counts: _surveys.Cells) -> _surveys.Cells:
    names = {key: counts[key] for key in survey.keys}
    return {**names, **({"period": survey.period_names(names["period"])} if "period" in names else {})}


def _scores(counts: _surveys.Cells, level: float, method: str) -> _surveys.Cells:
    kinds = [counts[kind] for kind in KINDS]
    low, high = nps_ends(*kinds, level=level, method=method)
    return {
        "respondents": _people(counts),
        **{kind: counts[kind] for kind in KINDS},
        "nps": moments(*kinds)[0],
        "nps_low": low,
        "nps_high": high,
    }


def _people(counts: _surveys.Cells) -> Ints:
    return np.asarray(np.sum([counts[kind] for kind in KINDS], axis=0), dtype=np.int64)


def _of_other_scale(counts: _surveys.Cells) -> int:
    """Answers of groups without a 0, where at the rate of the others so many answers would have some."""
    n, zeros = _people(counts), counts["zeros"]
    others_n, others_zeros = n.sum() - n, zeros.sum() - zeros
    rate = np.where(others_n > 0, others_zeros / np.maximum(others_n, 1), 0.0)
    chance = (1 - rate) ** n
    return int(n[(zeros == 0) & (chance < _SUSPECT)].sum())


# --- differences --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class NPSComparison(Result):
    """Net promoter scores compared; given by `compare_nps`.

    Attributes
    ----------
    table : table
        One row per group (or period), the baseline first: `group` (or `period`), `respondents`, `nps` (of its answers);
        `answered_both` (respondents who also answered in the baseline); `difference` from the baseline with its `se`,
        interval `difference_low`, `difference_high` and `p_value` (two-sided), all from scores with 3 answers added to
        each group, so that they differ a little from the difference of the column `nps`; `p_adjusted` (Holm, for as
        many comparisons as there are rows). Missing in the first row.
    notes : table
        As in `NPS`.
    definition : Definition
        What is counted.
    """

    drawn: ClassVar[str] = "nps_comparison"

    table: Table
    notes: Table
    definition: Definition


def compare_nps(
    survey: Table,
    *,
    score: str = "nps",
    by: str | None = None,
    period: Period | Calendar | None = None,
    baseline: str | None = None,
    level: float = 0.95,
    scale: Scale = (0, 10),
    customer: str = CUSTOMER,
    date: str = DATE,
) -> NPSComparison:
    """Difference of net promoter scores between groups, or between periods, with interval and test.

    Respondents who answered in both resemble themselves: their answers are paired, which narrows the interval where
    they agree with themselves. A test that takes the samples as independent would be wrong for them.

    Parameters
    ----------
    survey, score, level, scale, customer, date
        As for `nps`.
    by, period : str
        One of them: a column of groups (which may be waves), or calendar periods.
    baseline : str, optional
        The group or period that the others are compared with. Default: the group with most respondents, the first
        period.

    Returns
    -------
    NPSComparison

    Raises
    ------
    ColumnError, DataError
        As for `nps`; or there is only one group.
    ArgumentError
        Neither or both of `by` and `period` are given, or `baseline` is no group.

    Examples
    --------
    >>> answers = [10] * 50 + [8] * 30 + [3] * 20 + [9] * 40 + [7] * 35 + [0] * 25
    >>> survey = {"customer_id": range(200), "nps": answers, "shop": ["north"] * 100 + ["south"] * 100}
    >>> compare_nps(survey, by="shop", baseline="south").table[["group", "nps", "difference", "p_value"]].round(5)
       group   nps  difference  p_value
    0  south  0.15         NaN      NaN
    1  north  0.30     0.14563  0.18331
    """
    share, asked = _checks.level_of(level), check_scale(scale)
    if (by is None) == (period is None):
        raise ArgumentError("compare_by", by=by, period=period)
    opened = _surveys.open_survey(survey, [score], scale=asked, by=by, period=period, customer=customer, date=date)
    counts, left = _counted(opened, score)
    key = opened.keys[0]
    names = [str(name) for name in _key_columns(opened, counts)[key]]
    first = _baseline(names, counts, baseline, key)
    order = [first, *(at for at in range(len(names)) if at != first)]
    pairs = _pairs(opened, score) if opened.named else {}
    rows = [_against(counts, pairs, first, at, key, share) for at in order[1:]]
    missing = dict.fromkeys(
        ("answered_both", "difference", "se", "difference_low", "difference_high", "p_value"), np.nan
    )
    kinds = [counts[kind][order] for kind in KINDS]
    columns = {
        key: np.array(names, dtype=object)[order],
        "respondents": _people(counts)[order],
        "nps": moments(*kinds)[0],
        **{name: np.array([row[name] for row in [missing, *rows]]) for name in missing},
        "p_adjusted": np.append(np.nan, _holm(np.array([row["p_value"] for row in rows]))),
    }
    definition = Definition("nps_difference", None, {"least": f"{asked[0]:g}", "level": f"{100 * share:g}"})
    return NPSComparison(opened.build(columns), _surveys.notes_of(opened, left), definition)


def _baseline(names: list[str], counts: _surveys.Cells, baseline: str | None, key: str) -> int:
    if len(names) < 2:
        raise DataError("one_group", group=names[0])
    if baseline is None:
        return int(np.argmax(_people(counts))) if key == "group" else 0
    if str(baseline) not in names:
        raise ArgumentError("baseline", baseline, "choice", options=shown(names, most=len(names)))
    return names.index(str(baseline))


def _pairs(survey: Survey, score: str) -> dict[tuple[Any, Any], tuple[Array, Array, Array]]:
    """For each two groups, opinions (-1, 0, 1) of those who answered in both, and how many have them."""
    key = survey.keys[0]
    one, _ = _surveys.latest(survey, score)
    answer = nw.col("score")
    opinion = nw.when(answer >= PROMOTER).then(1).otherwise(nw.when(answer <= DETRACTOR).then(-1).otherwise(0))
    known = one.filter(~nw.col("customer").is_null()).select("customer", key=nw.col(key), opinion=opinion)
    other = known.select("customer", other=nw.col("key"), its=nw.col("opinion"))
    both = known.join(other, on="customer", how="inner").filter(nw.col("key") != nw.col("other"))
    cells = engines.collect(both.group_by("key", "other", "opinion", "its").agg(n=nw.len()))
    found: dict[tuple[Any, Any], tuple[Array, Array, Array]] = {}
    for pair in sorted(set(zip(cells["key"].tolist(), cells["other"].tolist(), strict=True))):
        here = (cells["key"] == pair[0]) & (cells["other"] == pair[1])
        found[pair] = cells["opinion"][here].astype(float), cells["its"][here].astype(float), cells["n"][here]
    return found


def _against(
    counts: _surveys.Cells, pairs: dict[Any, Any], base: int, at: int, key: str, level: float
) -> dict[str, float]:
    """A group against the baseline."""
    from scipy.special import ndtr

    sizes = _people(counts)[[at, base]] + ADDED
    (nps_here, se_here), (nps_base, se_base) = (
        moments(*(counts[kind][row] for kind in KINDS), added=ADDED) for row in (at, base)
    )
    labels = [counts[key][row] for row in (at, base)]
    one, other, n = pairs.get(tuple(label.item() if hasattr(label, "item") else label for label in labels),
                              (np.zeros(0), np.zeros(0), np.zeros(0)))  # fmt: skip
    shared = _correlation(one, other, n) * float(n.sum()) * np.sqrt(1 / (sizes[0] * sizes[1]))
    difference = float(nps_here - nps_base)
    se = float(np.sqrt(max(se_here**2 + se_base**2 - 2 * shared * se_here * se_base, 0.0)))
    z = z_of(level)
    return {
        "answered_both": float(n.sum()),
        "difference": difference,
        "se": se,
        "difference_low": difference - z * se,
        "difference_high": difference + z * se,
        "p_value": float(2 * ndtr(-abs(difference) / se)),
    }


def _correlation(one: Array, other: Array, n: Array) -> float:
    """Of two opinions of the same people; 0 where one of them does not vary."""
    total = n.sum()
    if total < 2:
        return 0.0
    mean, its = (n @ one) / total, (n @ other) / total
    spread = np.sqrt((n @ (one - mean) ** 2) * (n @ (other - its) ** 2))
    return float((n * (one - mean)) @ (other - its) / spread) if spread > 0 else 0.0


def _holm(p: Floats) -> Floats:
    """P values of several tests, so that the chance of any false alert stays at the level (Holm 1979)."""
    order = np.argsort(p)
    stepped = np.maximum.accumulate(p[order] * (p.size - np.arange(p.size)))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted
