"""Cohorts as people read them: the wide table, the printed triangle and the sheets of a book, from the same cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from crmkit import labels
from crmkit._frame.outputs import Sheet
from crmkit._types import Array
from crmkit.definitions import Definition
from crmkit.labels import Language

Cells: TypeAlias = Mapping[str, Array]

MOST_ROWS, WIDE = 24, 120  # rows and characters of the printed triangle
GAP = "..."  # stands for what is left out
MARKS = {"partial": "*", "too_small": "·"}
# Sheet -> the value that it shows, and how numbers are written.
SHEETS = {
    "cohort_sheet_rates": ("retention_rate", "0.0%"),
    "cohort_sheet_counts": ("retained", "#,##0"),
    "cohort_sheet_revenue": ("revenue", "#,##0.00"),
    "cohort_sheet_per_customer": ("cumulative_per_customer", "#,##0.00"),
}
POOLED = ("retention_rate", "cumulative_per_customer")  # what means something over all cohorts together


def wide(cells: Cells, value: str) -> dict[str, Array]:
    """One row per group and cohort, one column per age, named by it."""
    n_ages = _n_ages(cells)
    first = {name: cells[name][::n_ages] for name in ("group", "cohort", "customers") if name in cells}
    ages = [str(age) for age in cells["cohort_age"][:n_ages]]
    grid = cells[value].reshape(-1, n_ages)
    return {**first, **{age: np.ascontiguousarray(grid[:, at]) for at, age in enumerate(ages)}}


def _n_ages(cells: Cells) -> int:
    """Ages of each cohort: all have the same, in one order."""
    ages = cells["cohort_age"]
    again = np.flatnonzero(ages[1:] == ages[0])
    return int(again[0]) + 1 if len(again) else len(ages)


def pooled_rows(pooled: Cells, ages: Sequence[str], value: str) -> dict[str, list[float]]:
    """The averages of each group ("" if there are none) by age, missing where no cohort has completed it."""
    groups = pooled.get("group", np.full(len(pooled["cohorts"]), "", dtype=object))
    rows = {group: [float("nan")] * len(ages) for group in dict.fromkeys(groups.tolist())}
    for group, age, number in zip(groups, pooled["cohort_age"], pooled[value], strict=True):
        rows[group][ages.index(str(age))] = float(number)
    return rows


# --- printed ------------------------------------------------------------------------------------------------------


def text(cells: Cells, pooled: Cells, definition: Definition, language: Language) -> str:
    """The triangle of rates in per cent, its averages and its legend.

    What does not fit is left out in the middle: the first ages say most, and at the ends is what can still change.
    """
    rates, states = wide(cells, "retention_rate"), wide(cells, "state")
    names = [name for name in ("group", "cohort", "customers") if name in rates]
    ages = [name for name in rates if name not in names]
    n_rows = len(rates["cohort"])
    rows = _rows_shown(n_rows)
    lines = [[*labels.texts(names, language), *ages]]
    for row in rows:
        start = [labels.group(str(rates[name][row]), language) for name in names[:-1]] + [
            f"{rates['customers'][row]:,}"
        ]
        lines.append([*start, *(_percent(rates[age][row], states[age][row]) for age in ages)])
    if len(rows) < n_rows:
        lines.insert(len(rows) // 2 + 1, [GAP] + [""] * (len(lines[0]) - 1))
    for group, averages in pooled_rows(pooled, ages, "retention_rate").items():
        start = ([labels.group(group, language)] if "group" in names else []) + [
            labels.text("cohort_pooled", language),
            "",
        ]
        lines.append([*start, *(_percent(number, "complete") for number in averages)])
    said, first, last = _laid_out(lines, n_names=len(names))
    present = {states[age][row] for age in (*ages[:first], *ages[last:]) for row in rows}
    said += [f"{mark} {_state(state, definition, language)}" for state, mark in MARKS.items() if state in present]
    if len(rows) < n_rows:
        said.append(labels.phrase("cohort_more_rows", language, rows=n_rows - len(rows)))
    if first < last:
        said.append(labels.phrase("cohort_more_ages", language, first=ages[first], last=ages[last - 1]))
    return "\n".join(said)


def _laid_out(lines: Sequence[Sequence[str]], *, n_names: int) -> tuple[list[str], int, int]:
    """Lines of text no wider than `WIDE`, and the ages that are left out: from the first number to the second."""
    columns = [_aligned(column, left=at < n_names - 1) for at, column in enumerate(zip(*lines, strict=True))]
    names, ages = columns[:n_names], columns[n_names:]
    first, last = _ages_shown(
        [labels.width(age[0]) for age in ages], WIDE - sum(labels.width(name[0]) for name in names)
    )
    shown = [*names, *ages[:first], *([_gap(ages[first:last])] if first < last else []), *ages[last:]]
    return ["".join(line).removeprefix("  ").rstrip() for line in zip(*shown, strict=True)], first, last


def _rows_shown(n: int) -> list[int]:
    """The rows to print: from both ends if they are many."""
    half = MOST_ROWS // 2
    return list(range(n)) if n <= MOST_ROWS else [*range(half), *range(n - half, n)]


def _ages_shown(widths: Sequence[int], room: int) -> tuple[int, int]:
    """Ages to print: those before the first number and from the second on, two thirds of them in front."""
    n = len(widths)
    if sum(widths) <= room:
        return n, n
    for shown in range(n - 2, 2, -1):
        back = shown // 3
        if sum(widths[: shown - back]) + len(GAP) + 2 + sum(widths[n - back :]) <= room:
            return shown - back, n - back
    return min(n, 2), max(n - 1, min(n, 2))


def _gap(left_out: Sequence[Sequence[str]]) -> list[str]:
    """A column that says in which lines something is left out: a young cohort has nothing there."""
    cells = [GAP if any(cell.strip() for cell in line) else "" for line in zip(*left_out, strict=True)]
    return _aligned(cells, left=True)


def _percent(rate: float, state: str) -> str:
    mark = MARKS.get(state, "")
    return mark if np.isnan(rate) else f"{100 * rate:.1f}{mark}"


def _aligned(column: Sequence[str], *, left: bool) -> list[str]:
    """A column of text of one width, with a gap in front; marks hang over, so that digits stand under digits."""
    marks = tuple(MARKS.values())
    marked = any(cell.endswith(marks) for cell in column)
    cells = [cell if not marked or cell.endswith(marks) else f"{cell} " for cell in column]
    return [f"  {cell}" for cell in labels.aligned(cells, left=left)]


def _state(state: str, definition: Definition, language: Language) -> str:
    return labels.phrase(f"cohort_{state}", language, least=definition.values["least"])


# --- in a book ----------------------------------------------------------------------------------------------------


def sheets(
    cells: Cells, pooled: Cells, definitions: Sequence[Definition], remarks: Sequence[str], language: Language
) -> list[Sheet]:
    """A sheet for each of `SHEETS`, and one that says what they mean."""
    made = [
        _sheet(cells, pooled, definitions[0], labels.text(title, language), value, number, language)
        for title, (value, number) in SHEETS.items()
    ]
    meaning = [line for definition in definitions for line in (*definition.lines(language), ("", ""))]
    meaning += [("", note) for note in remarks]
    return [*made, Sheet(labels.text("cohort_sheet_definition", language), meaning)]


def _sheet(
    cells: Cells, pooled: Cells, definition: Definition, title: str, value: str, number: str, language: Language
) -> Sheet:
    numbers, states = wide(cells, value), wide(cells, "state")
    names = [name for name in ("group", "cohort", "customers") if name in numbers]
    ages = [name for name in numbers if name not in names]
    rows: list[list[Any]] = [[*labels.texts(names, language), *(int(age) if age.isdigit() else age for age in ages)]]
    marks: dict[tuple[int, int], str] = {}
    for row in range(len(numbers["cohort"])):
        rows.append([numbers[name][row] for name in names] + [_number(numbers[age][row]) for age in ages])
        marks |= {
            (len(rows) - 1, len(names) + at): states[age][row]
            for at, age in enumerate(ages)
            if states[age][row] in MARKS
        }
    if value in POOLED:
        for group, averages in pooled_rows(pooled, ages, value).items():
            head = ([group] if "group" in names else []) + [labels.text("cohort_pooled", language), None]
            rows.append(head + [_number(average) for average in averages])
    rows.append([])
    for state in MARKS:
        marks[len(rows), 0] = state
        rows.append([None, _state(state, definition, language)])  # the words hang over into the next columns
    return Sheet(title, rows, marks, number=number, n_heads=len(names))


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
