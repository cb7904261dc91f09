"""Cohorts as people read them: the wide table, the printed triangle and the sheets of a book, from the same cells."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from crmkit import labels
from crmkit._frame.outputs import Sheet
from crmkit.cards import Card
from crmkit.labels import Language

Array: TypeAlias = NDArray[Any]
Cells: TypeAlias = Mapping[str, Array]

MOST_ROWS, MOST_AGES = 24, 13
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


def text(cells: Cells, pooled: Cells, card: Card, language: Language) -> str:
    """The triangle of rates in per cent, its averages and its legend."""
    rates, states = wide(cells, "retention_rate"), wide(cells, "state")
    names = [name for name in ("group", "cohort", "customers") if name in rates]
    ages = [name for name in rates if name not in names]
    shown = ages[:MOST_AGES]
    n_rows = len(rates["cohort"])
    lines = [[*labels.texts(names, language), *shown]]
    for row in range(min(n_rows, MOST_ROWS)):
        head = [str(rates[name][row]) for name in names[:-1]] + [f"{rates['customers'][row]:,}"]
        lines.append([*head, *(_percent(rates[age][row], states[age][row]) for age in shown)])
    for group, averages in pooled_rows(pooled, ages, "retention_rate").items():
        head = ([group] if "group" in names else []) + [labels.text("cohort_pooled", language), ""]
        lines.append([*head, *(_percent(number, "complete") for number in averages[: len(shown)])])
    said = [_aligned(lines, n_left=len(names) - 1)]
    present = {state for age in shown for state in states[age][:MOST_ROWS]}
    said += [f"{mark} {_state(state, card, language)}" for state, mark in MARKS.items() if state in present]
    if n_rows > MOST_ROWS or len(ages) > MOST_AGES:
        more = {"rows": max(n_rows - MOST_ROWS, 0), "ages": len(ages) - len(shown)}
        said.append(labels.phrase("cohort_more", language, **more))
    return "\n".join(said)


def _percent(rate: float, state: str) -> str:
    mark = MARKS.get(state, "")
    return mark if np.isnan(rate) else f"{100 * rate:.1f}{mark}"


def _aligned(lines: Sequence[Sequence[str]], *, n_left: int) -> str:
    """Columns of text, the first `n_left` to the left; marks hang over, so that digits stand under digits."""
    marks = tuple(MARKS.values())
    marked = [any(line[at].endswith(marks) for line in lines) for at in range(len(lines[0]))]
    padded = [[cell if not marked[at] or cell.endswith(marks) else f"{cell} " for at, cell in enumerate(line)]
              for line in lines]  # fmt: skip
    widths = [max(_width(line[at]) for line in padded) for at in range(len(lines[0]))]
    rows = []
    for line in padded:
        gaps = [" " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)]
        parts = [cell + gap if at < n_left else gap + cell
                 for at, (cell, gap) in enumerate(zip(line, gaps, strict=True))]  # fmt: skip
        rows.append("  ".join(parts).rstrip())
    return "\n".join(rows)


def _width(words: str) -> int:
    """Columns of a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in words)


def _state(state: str, card: Card, language: Language) -> str:
    return labels.phrase(f"cohort_{state}", language, least=card.values["least"])


# --- in a book ----------------------------------------------------------------------------------------------------


def sheets(
    cells: Cells, pooled: Cells, cards: Sequence[Card], remarks: Sequence[str], language: Language
) -> list[Sheet]:
    """A sheet for each of `SHEETS`, and one that says what they mean."""
    made = [
        _sheet(cells, pooled, cards[0], labels.text(title, language), value, number, language)
        for title, (value, number) in SHEETS.items()
    ]
    meaning = [line for card in cards for line in (*card.lines(language), ("", ""))]
    meaning += [("", note) for note in remarks]
    return [*made, Sheet(labels.text("cohort_sheet_definition", language), meaning)]


def _sheet(cells: Cells, pooled: Cells, card: Card, title: str, value: str, number: str, language: Language) -> Sheet:
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
        rows.append([None, _state(state, card, language)])  # the words hang over into the next columns
    return Sheet(title, rows, marks, number=number, n_heads=len(names))


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
