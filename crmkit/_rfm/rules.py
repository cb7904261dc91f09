"""RFM: schemes of segments as rules: read from what is written, and put on a scale of scores."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from crmkit import _checks, _frame, labels
from crmkit._types import Bools, Ints, Table
from crmkit.errors import ArgumentError, DataError, Words, shown
from crmkit.labels import Language
from crmkit.schemes import SEGMENTS, Range

Rules: TypeAlias = Mapping[str, Mapping[str, Range]] | Sequence[Mapping[str, Any]] | Table
AXES = ("r", "f", "m", "fm")
HALVES = ("low", "high")
RULE_HINT = Words("hint_segment_rules")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: the segment, and the lowest and highest score on each axis it names."""

    segment: str
    ranges: Mapping[str, tuple[int, int]]

    @property
    def is_possible(self) -> bool:
        """Whether there are such scores; where all customers are in one half, the other is empty."""
        return all(low <= high for low, high in self.ranges.values())

    def holds(self, cells: Mapping[str, Ints]) -> Bools:
        """Whether the rule holds in each of the cells."""
        axes = {**cells, "fm": np.floor((cells["f"] + cells["m"]) / 2)}
        inside = np.ones(len(cells["r"]), dtype=bool)
        for axis, (low, high) in self.ranges.items():
            inside &= (axes[axis] >= low) & (axes[axis] <= high)
        return inside


@dataclass(frozen=True, slots=True)
class Written:
    """One line of a rule table as it is written: scores, or the half of the scale, on each axis it names."""

    segment: str
    ranges: Mapping[str, tuple[int, int] | str]
    label: str | None = None

    def on_scale(self, limits: Mapping[str, float], levels: int) -> Rule:
        """The rule in scores, what is high being above the limits."""
        ranges = {}
        for axis, scores in self.ranges.items():
            middle = int(np.floor(limits.get(axis, 0)))
            halves = {"low": (1, middle), "high": (middle + 1, levels)}
            ranges[axis] = halves[scores] if isinstance(scores, str) else scores
        return Rule(self.segment, ranges)


def plain_scheme(scheme: str | Rules) -> str | Rules:
    """A scheme without its table: a name or rules as they are, of a table its rows, read once.

    Whatever asks for a scheme opens it here, so that all of them take the same.

    Raises
    ------
    ArgumentError
        The name is unknown, or what is given is neither rules nor a table of them.

    Examples
    --------
    >>> plain_scheme({"segment": ["best", "rest"], "r": ["4-5", "1-3"]})
    [{'segment': 'best', 'r': '4-5'}, {'segment': 'rest', 'r': '1-3'}]
    """
    if isinstance(scheme, str):
        return _checks.choice("scheme", scheme, SEGMENTS)
    if isinstance(scheme, Sequence) or (isinstance(scheme, Mapping) and not _are_columns(scheme)):
        return scheme
    try:
        table = _frame.open_table(scheme, keys=["segment"], hint=RULE_HINT)
    except DataError:
        raise _no_map(scheme) from None
    columns = {name: values.tolist() for name, values in table.collect(table.frame).items()}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _are_columns(scheme: Mapping[str, Any]) -> bool:
    """Whether a mapping holds the columns of a table of rules, not the rules themselves."""
    return "segment" in scheme and not isinstance(scheme["segment"], Mapping)


def _no_map(scheme: Any) -> ArgumentError:
    return ArgumentError("rfm_segment_map", value=shown([scheme]), rule_hint=RULE_HINT)


def read_rules(scheme: str | Rules) -> list[Written]:
    """A scheme as a list of rules."""
    scheme = plain_scheme(scheme)
    lines = SEGMENTS[scheme] if isinstance(scheme, str) else scheme
    if isinstance(lines, Mapping):
        lines = [{"segment": name, **_ranges_of(name, ranges)} for name, ranges in lines.items()]
    if not lines:
        raise _no_map(scheme)
    rules = [_line(line) for line in lines]
    _refuse_two_labels(rules)
    return rules


def _ranges_of(name: str, ranges: Any) -> Mapping[str, Any]:
    if isinstance(ranges, Mapping):
        return ranges
    raise ArgumentError("rfm_rule_scores", name=name, ranges=ranges)


def _line(line: Any) -> Written:
    if not isinstance(line, Mapping) or not isinstance(line.get("segment"), str):
        raise ArgumentError("rfm_rule_names_segment_write", line=line)
    name = line["segment"]
    unknown = set(line) - {"segment", "label", *AXES}
    if unknown:
        raise ArgumentError("rfm_rule_names_axes_r", name=name, unknown=shown(sorted(unknown, key=str)))
    label = None if _is_missing(line.get("label")) else str(line["label"])
    named = {axis: line[axis] for axis in AXES if axis in line and not _is_missing(line[axis])}
    ranges = {axis: _range(name, axis, scores) for axis, scores in named.items() if scores != "any"}
    return Written(name, ranges, label)


def _is_missing(value: Any) -> bool:
    """An empty cell, as files and tables of all kinds have it."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or type(value).__name__ == "NAType" or (isinstance(value, float) and bool(np.isnan(value)))


def _range(name: str, axis: str, scores: Table) -> tuple[int, int] | str:
    """The lowest and highest score, or the half of the scale."""
    if axis != "fm" and isinstance(scores, str) and scores in HALVES:
        return scores
    ends = list(_ends(scores))
    if len(ends) != 2 or not all(_is_whole(end) for end in ends) or ends[0] > ends[1]:
        raise ArgumentError("rfm_rule_score_lowest_highest", name=name, axis=axis, scores=scores)
    return int(ends[0]), int(ends[1])


def _ends(scores: Table) -> Iterator[Any]:
    """The two ends of a range as it is written: 4, (4, 5), or "4-5" in a table."""
    if isinstance(scores, str):
        found = re.fullmatch(r"\s*(\d+)\s*(?:[-\u2013]\s*(\d+)\s*)?", scores)  # editors like long dashes
        return iter([int(found[1]), int(found[2] or found[1])] if found else [])
    return iter(scores) if isinstance(scores, Sequence) else iter([scores, scores])


def _is_whole(score: Any) -> bool:
    """A whole number; a table with empty cells has them as floats."""
    is_number = isinstance(score, int | float | np.number) and not isinstance(score, bool)
    return is_number and bool(np.isfinite(score)) and int(score) == score


def _refuse_two_labels(rules: Sequence[Written]) -> None:
    words: dict[str, str] = {}
    for rule in rules:
        if rule.label is not None and words.setdefault(rule.segment, rule.label) != rule.label:
            raise ArgumentError(
                "rfm_segment_two_labels", segment=rule.segment, value=shown([words[rule.segment], rule.label])
            )


def labels_of(rules: Sequence[Written], language: Language) -> dict[str, str]:
    """What people read for each segment: the label that came with the rules, unless it is crmkit's own word."""
    own = {rule.segment: rule.label for rule in rules if rule.label is not None}
    words = {}
    for rule in rules:
        of_crmkit = [labels.segment(rule.segment, spoken) for spoken in labels.LANGUAGES]
        label = own.get(rule.segment)
        words[rule.segment] = labels.segment(rule.segment, language) if label in (None, *of_crmkit) else str(label)
    return words


def on_scale(rules: Sequence[Written], limits: Mapping[str, float], levels: int) -> list[Rule]:
    """The rules in scores, without those of an empty half."""
    placed = [rule.on_scale(limits, levels) for rule in rules]
    return [rule for rule in placed if rule.is_possible]


def middle_of(levels: int) -> dict[str, float]:
    return dict.fromkeys("rfm", (levels + 1) / 2)


def rule_of(
    scores: Sequence[int], *, scheme: str | Rules = "eleven", bins: int = 5
) -> tuple[str, dict[str, tuple[int, int]]]:
    """The segment of one cell of scores, and the rule that puts it there.

    Parameters
    ----------
    scores : three int
        Scores of R, F and M, from 1 to `bins`.
    scheme : "eight", "eleven", or rules, default "eleven"
        As for `segment`; high is above the middle of the scale.
    bins : int, default 5
        Number k of levels.

    Returns
    -------
    segment : str
        Its stable key.
    ranges : dict of axis to (lowest, highest)
        The scores that the rule asks for on "r", "f", "m" and "fm", the mean of F and M; an axis not named may have
        any score.

    Raises
    ------
    ArgumentError
        The scheme is unknown, its rules overlap, leave cells out, or can never hold, or a score is not on the scale.

    Examples
    --------
    >>> rule_of((5, 1, 2))
    ('new', {'r': (5, 5), 'fm': (1, 1)})
    >>> rule_of((5, 1, 2), scheme="eight")
    ('general_develop', {'r': (4, 5), 'f': (1, 3), 'm': (1, 3)})
    """
    rules = [Rule(name, ranges) for name, ranges in rules_of(scheme, bins=bins)]
    if len(scores) != len("rfm") or not all(_is_whole(score) and 1 <= score <= bins for score in scores):
        raise ArgumentError("scores", scores, "rfm_three_whole_numbers", bins=bins)
    cell = {axis: np.array([score]) for axis, score in zip("rfm", scores, strict=True)}
    fired = next(rule for rule in rules if rule.holds(cell)[0])
    return fired.segment, dict(fired.ranges)


def rules_of(scheme: str | Rules = "eleven", *, bins: int = 5) -> list[tuple[str, dict[str, tuple[int, int]]]]:
    """The rules of a scheme in scores, high being above the middle of the scale: segments and their ranges.

    Parameters
    ----------
    scheme : "eight", "eleven", or rules, default "eleven"
        As for `segment`.
    bins : int, default 5
        Number k of levels.

    Returns
    -------
    list of (segment, dict of axis to (lowest, highest))
        In the order in which they are written; no two of them hold at once, and one always does.

    Raises
    ------
    ArgumentError
        The scheme is unknown, or its rules overlap, leave cells out, or can never hold.

    Examples
    --------
    >>> rules_of("eleven")[3]
    ('new', {'r': (5, 5), 'fm': (1, 1)})
    """
    rules = on_scale(read_rules(scheme), middle_of(bins), bins)
    refuse_flawed(rules, bins, None)
    return [(rule.segment, dict(rule.ranges)) for rule in rules]


def problems_of(
    rules: Sequence[Rule], bins: int, realised: Mapping[str, Ints] | None = None
) -> list[tuple[str, str, int, str]]:
    """Overlaps, gaps and unreachable segments: what, which segments, in how many cells, and one such cell."""
    grid = np.indices((bins, bins, bins)).reshape(3, -1) + 1
    cells = dict(zip("rfm", grid, strict=True))
    names = list(dict.fromkeys(rule.segment for rule in rules))
    inside = {name: np.any([rule.holds(cells) for rule in rules if rule.segment == name], axis=0) for name in names}
    claims = np.sum(list(inside.values()), axis=0)
    several: dict[str, list[int]] = {}
    for at in np.flatnonzero(claims > 1).tolist():
        several.setdefault(", ".join(name for name in names if inside[name][at]), []).append(at)
    problems = [("overlap", who, len(found), _shown_cell(grid[:, found[0]])) for who, found in several.items()]
    gaps = np.flatnonzero(claims == 0)
    if len(gaps):
        problems.append(("gap", "", len(gaps), _shown_cell(grid[:, gaps[0]])))
    where = cells if realised is None else realised
    reached = {rule.segment for rule in rules if rule.holds(where).any()}
    return problems + [("unreachable", name, 0, "") for name in names if name not in reached]


def refuse_flawed(rules: Sequence[Rule], bins: int, otherwise: str | None) -> None:
    said = []
    for problem, who, n, example in problems_of(rules, bins):
        if problem == "overlap":
            said.append(f"{who} overlap in {n} cells, such as {example}")
        elif problem == "unreachable":
            said.append(f"no score from 1 to {bins} puts anybody in {who!r}")
        elif otherwise is None:
            said.append(f'{n} cells, such as {example}, are in no segment (add a rule, or otherwise="other")')
    if said:
        raise ArgumentError("rfm_segment_map_cannot_used", join="; ".join(said[:3]), bins=bins)


def _shown_cell(scores: Ints) -> str:
    return " ".join(f"{axis}={score}" for axis, score in zip("rfm", scores, strict=True))
