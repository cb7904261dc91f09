"""RFM: the segment of each customer from their three scores, and what is wrong with a map of segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _frame, labels
from crmkit._frame.engines import FrameT
from crmkit._rfm.measures import SCORE_HINT, SCORES
from crmkit._rfm.rules import (
    AXES,
    Rule,
    Rules,
    Written,
    labels_of,
    middle_of,
    on_scale,
    problems_of,
    read_rules,
    refuse_flawed,
)
from crmkit._statistics import centre
from crmkit._types import Ints, Table
from crmkit.errors import ArgumentError, DataError, shown
from crmkit.labels import Language

# The best of five levels begins where 80 % stand behind; who share the best place stand in the middle of it.
SHARED_TOP = 0.4
# Levels of which all cells are named at once.
MOST_BINS = 9


def segment(
    scores: FrameT,
    *,
    scheme: str | Rules = "eleven",
    split: str | Mapping[str, float] = "middle",
    bins: int | None = None,
    otherwise: str | None = None,
    language: Language | None = None,
) -> FrameT:
    """Name each customer's segment from its three scores.

    Parameters
    ----------
    scores : table, n_customers rows
        A table with `r_score`, `f_score` and `m_score`, as `score` gives it.
    scheme : "eleven", "eight", or rules, default "eleven"
        "eleven": champions to lost, on R and the mean of F and M, made for scores of 1 to 5. "eight": high or low on
        each score, the eight groups of Chinese textbooks. Or rules of your own: a mapping of segment to ranges, such as
        ``{"best": {"r": (4, 5), "fm": 5}, "rest": ...}``; a list of ``{"segment": "best", "r": (4, 5)}`` in which a
        segment may come more than once; or a table of such rows, of any kind, as `segment_rules` gives it: take that,
        edit it, pass it back. A range is a score, (lowest, highest), "4-5", or on r, f and m "high" or "low"; the axes
        are r, f, m and fm (the mean of F and M, halves rounded down); an axis that is not named, empty or "any" may
        have any score. A row may have a `label`, what people read.
    split : {"middle", "mean", "median"} or mapping, default "middle"
        What a high score is above, in scheme "eight" and wherever your rules say "high" or "low": the middle of the
        scale, (k + 1) / 2, which does not depend on the other customers; the mean or median of each score over the
        customers; or numbers, such as ``{"r": 3, "f": 2, "m": 3}``. For high and low by the mean *value*, score with
        method="mean", say scheme="eight" and keep the default here.
    bins : int, optional
        Number k of levels. By default the highest score that occurs in any of the three columns, or that a rule names;
        scores that do not look like five levels, as those of method="mean", are refused by scheme "eleven".
    otherwise : str, optional
        Segment of the cells that your rules leave out; without it such cells are an error.
    language : {"en", "zh"}, optional
        Language of `segment_label`.

    Returns
    -------
    table, n_customers rows
        `scores`, in its own kind and row order, with `segment`, a stable English key such as "important_value", and
        `segment_label`, what people read: the `label` of your rules as you wrote it, in any language; a segment of your
        own without one is its own label. A `label` that is crmkit's own word for the segment follows `language`.

    Raises
    ------
    ColumnError
        A score is absent, missing or not numeric.
    DataError
        The table has no rows, or a score is not a whole number from 1 to k.
    ArgumentError
        The scheme is unknown or not made for so many levels, or its rules overlap, leave cells out, or can never
        hold; see `check_rules`.

    Examples
    --------
    >>> import pandas as pd
    >>> scores = pd.DataFrame({"r_score": [5, 1, 4], "f_score": [5, 4, 1], "m_score": [4, 5, 1]})
    >>> segment(scores, scheme="eight")["segment"].tolist()
    ['important_value', 'important_keep', 'general_develop']
    >>> segment(scores, language="zh")[["segment", "segment_label"]].iloc[0].tolist()
    ['champions', '冠军客户']
    >>> rules = {"keep": {"fm": (3, 5)}, "wake": {"r": (1, 2), "fm": (1, 2)}, "grow": {"r": (3, 5), "fm": (1, 2)}}
    >>> segment(scores, scheme=rules)["segment"].tolist()
    ['keep', 'keep', 'grow']
    >>> edited = segment_rules("eight").replace({"label": {"High value: active": "Best of all"}})
    >>> segment(scores, scheme=edited)["segment_label"].tolist()
    ['Best of all', 'High value: retain', 'Low value: develop']
    """
    language = labels.resolve(language)
    table = _frame.open_table(scores, numbers=list(SCORES.values()), hint=SCORE_HINT)
    if table.sound and bins is not None and bins <= MOST_BINS and split == "middle":
        cells = _all_cells(bins)
    else:
        cells = _realised_cells(table, bins)
    written = read_rules(scheme)
    if bins is None and isinstance(scheme, str) and scheme == "eleven":
        _refuse_other_levels(cells)
    levels = _levels(written, cells, bins)
    rules = on_scale(written, _limits(cells, split, levels), levels)
    refuse_flawed(rules, levels, otherwise)
    names = _segments_of(rules, cells, otherwise)
    words = labels_of(written, language)
    base = _highest(cells) + 1
    code = ((nw.col("r_score") * base + nw.col("f_score")) * base + nw.col("m_score")).cast(nw.Int64)
    codes = ((cells["r"] * base + cells["f"]) * base + cells["m"]).tolist()
    told = {name: words.get(name) or labels.segment(name, language) for name in names}
    frame = table.frame.with_columns(crmkit_cell=code)
    frame = table.worded(frame, "segment", "crmkit_cell", dict(zip(codes, names, strict=True)))
    frame = table.worded(
        frame, "segment_label", "crmkit_cell", {cell: told[name] for cell, name in zip(codes, names, strict=True)}
    )
    named: FrameT = table.give_back(frame.drop("crmkit_cell"))
    return named


def segments_of_cells(cells: Mapping[str, Ints], scheme: str | Rules, bins: int) -> list[str]:
    """The segment of each cell of scores r, f and m, of a scheme that leaves none out.

    >>> segments_of_cells({"r": np.array([5, 1]), "f": np.array([5, 4]), "m": np.array([4, 5])}, "eight", 5)
    ['important_value', 'important_keep']
    """
    rules = on_scale(read_rules(scheme), middle_of(bins), bins)
    refuse_flawed(rules, bins, None)
    return _segments_of(rules, cells, None)


def words_of(scheme: str | Rules, language: Language) -> dict[str, str]:
    """What people read for each segment of a scheme, in the order of its rules.

    >>> list(words_of("eleven", "en").items())[:2]
    [('champions', 'Champions'), ('loyal', 'Loyal')]
    """
    rules = read_rules(scheme)
    words = labels_of(rules, language)
    return {rule.segment: words[rule.segment] for rule in rules}


def segment_rules(scheme: str | Rules = "eleven", *, language: Language | None = None) -> Table:
    """The definition of a scheme as a table, one row per rule; edited, it is a scheme too.

    Parameters
    ----------
    scheme : "eight", "eleven", or rules, default "eleven"
        As for `segment`.
    language : {"en", "zh"}, optional
        Language of `label`.

    Returns
    -------
    pandas.DataFrame
        Columns `segment`, `label` and one per axis used, with the scores that it takes, such as "4-5" or "any"; for
        "eight", "high" or "low". Wherever a scheme is asked for this table can be given, edited or not, also after a
        way through a file or another kind of table.

    Raises
    ------
    ArgumentError
        The scheme is unknown, or its rules cannot be read.

    Examples
    --------
    >>> segment_rules("eleven").head(3)
                  segment                label    r   fm
    0           champions            Champions    5  4-5
    1               loyal                Loyal  3-4  4-5
    2  potential_loyalist  Potential loyalists  4-5  2-3
    """
    language = labels.resolve(language)
    rules = read_rules(scheme)
    words = labels_of(rules, language)
    used = [axis for axis in AXES if any(axis in rule.ranges for rule in rules)]
    axes = {axis: [_shown_range(rule.ranges.get(axis)) for rule in rules] for axis in used}
    names = [rule.segment for rule in rules]
    return _pandas({"segment": names, "label": [words[name] for name in names], **axes})


def check_rules(rules: Rules, *, bins: int = 5, scores: Table = None) -> Table:
    """What is wrong with a segment map: overlaps, gaps, and segments that nobody can be in.

    Parameters
    ----------
    rules : mapping, list, table or name
        As `scheme` for `segment`; high is above the middle of the scale.
    bins : int, default 5
        Number k of levels: every cell of k x k x k scores is tried.
    scores : table, optional
        Scored customers. A segment is then unreachable when none of these customers is in it, such as one that asks
        for an F of 1 where half bought once and stand together at 2.

    Returns
    -------
    pandas.DataFrame
        One row per problem, none for a sound map: `problem` ("overlap", "gap", "unreachable"), `segments`, `cells` (how
        many of the cells it concerns) and `example`, one of them.

    Raises
    ------
    ArgumentError
        The rules cannot be read.

    Examples
    --------
    >>> check_rules("eleven")
    Empty DataFrame
    Columns: [problem, segments, cells, example]
    Index: []
    >>> check_rules({"best": {"r": (4, 5)}, "good": {"r": (2, 4)}})
       problem   segments  cells      example
    0  overlap  best, good     25  r=4 f=1 m=1
    1      gap                 25  r=1 f=1 m=1
    """
    k = _checks.count("bins", bins)
    realised = None
    if scores is not None:
        realised = _realised_cells(_frame.open_table(scores, numbers=list(SCORES.values()), hint=SCORE_HINT), k)
    problems = problems_of(on_scale(read_rules(rules), middle_of(k), k), k, realised)
    titles = ("problem", "segments", "cells", "example")
    return _pandas({title: [problem[at] for problem in problems] for at, title in enumerate(titles)})


def _all_cells(bins: int) -> dict[str, Ints]:
    """All scores (r, f, m), of a table that crmkit scored itself: nobody needs to count which of them are there."""
    cells = np.indices((bins, bins, bins)).reshape(3, -1) + 1
    return dict(zip("rfm", cells, strict=True)) | {"n": np.ones(bins**3, dtype=np.int64)}


def _realised_cells(table: _frame.Table, bins: int | None) -> dict[str, Ints]:
    """The distinct scores (r, f, m) of the customers, checked to be whole numbers from 1 on."""
    found = table.cells(list(SCORES.values()))
    if not len(found["n"]):
        raise DataError("rfm_table_rows_nobody_name", score_hint=SCORE_HINT)
    for name in SCORES.values():
        values = np.asarray(found[name], dtype=float)
        bad = values[(values < 1) | (values != np.floor(values)) | (values > (bins or np.inf))]
        if len(bad):
            raise DataError(
                "rfm_column_scores_whole_numbers",
                name=name,
                value=bins or "k",
                tolist=shown(np.unique(bad).tolist()),
                score_hint=SCORE_HINT,
            )
    return {
        axis: np.asarray(found[name], dtype=np.int64) for axis, name in zip("rfm", SCORES.values(), strict=True)
    } | {"n": found["n"]}


def _refuse_other_levels(cells: Mapping[str, Ints]) -> None:
    """On five levels nobody has a 5 only if, on each score, many share the best place."""
    highest, n = _highest(cells), cells["n"].sum()
    at_top = min(float(cells["n"][cells[axis] == cells[axis].max()].sum()) / n for axis in "rfm")
    if highest <= 2 or (highest < 5 and at_top <= SHARED_TOP):
        raise ArgumentError("scheme", "eleven", "rfm_scheme_of_other_levels", highest=highest)


def _highest(cells: Mapping[str, Ints]) -> int:
    return int(np.max([cells[axis] for axis in "rfm"]))


def _limits(cells: Mapping[str, Ints], split: str | Mapping[str, float], levels: int) -> dict[str, float]:
    return {axis: _limit(cells[axis], cells["n"], axis, split, levels) for axis in "rfm"}


def _limit(scores: Ints, n: Ints, axis: str, split: str | Mapping[str, float], highest: int) -> float:
    """The number above which a score is high."""
    if isinstance(split, Mapping):
        if set(split) != set("rfm"):
            raise ArgumentError("split", split, "rfm_does_cut_all_three")
        return _checks.finite("split", split[axis])
    _checks.choice("split", split, ("middle", "mean", "median"))
    if split == "middle":
        return middle_of(highest)[axis]
    order = np.argsort(scores, kind="stable")
    return centre(scores[order].astype(float), n[order], split)


def _levels(rules: Sequence[Written], cells: Mapping[str, Ints], bins: int | None) -> int:
    named = [scores[1] for rule in rules for scores in rule.ranges.values() if not isinstance(scores, str)]
    return bins or max([_highest(cells), *named])


def _segments_of(rules: Sequence[Rule], cells: Mapping[str, Ints], otherwise: str | None) -> list[str]:
    found = np.full(len(cells["r"]), otherwise or "", dtype=object)
    for rule in rules:
        found[rule.holds(cells)] = rule.segment
    names: list[str] = found.tolist()
    return names


def _shown_range(scores: tuple[int, int] | str | None) -> str:
    if scores is None or isinstance(scores, str):
        return scores or "any"
    low, high = scores
    return str(low) if low == high else f"{low}-{high}"


def _pandas(columns: Mapping[str, Any]) -> Any:
    """A small table that belongs to no table of the caller's."""
    return _frame.open_table(columns).frame.to_native()
