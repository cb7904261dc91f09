"""Sheets whose cells are values or live formulas, each formula with the value it gives today; written by XlsxWriter.

A program that only reads a file shows the stored value, one that computes shows the same and follows every change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from crmkit import labels
from crmkit._frame import outputs
from crmkit.labels import Language

INPUT, RESULT, HEADER, NOTE, TITLE = "input", "result", "header", "note", "title"


@dataclass(frozen=True, slots=True)
class Cell:
    """A value, or a formula and its value."""

    value: Any
    formula: str | None
    style: str
    digits: str | None = None  # number format


@dataclass(slots=True)
class Sheet:
    """Cells by row and column, from 0; `name` is what the tab says."""

    name: str
    language: Language
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)

    def put(
        self,
        row: int,
        column: int,
        value: Any,
        formula: str | None = None,
        *,
        style: str = "",
        digits: str | None = None,
    ) -> str:
        """Fill a cell and give its absolute address."""
        kind = style or (INPUT if formula is None else RESULT)
        self.cells[row, column] = Cell(plain(value), formula, kind, digits)
        return absolute(row, column)

    def word(self, row: int, column: int, key: str, *, style: str = HEADER, **places: Any) -> None:
        """Fill a cell with words."""
        self.cells[row, column] = Cell(labels.phrase(key, self.language, **places), None, style)

    def column(
        self,
        row: int,
        column: int,
        header: str,
        values: Sequence[Any] | np.ndarray[Any, Any],
        formula: Callable[[int], str] | None = None,
        *,
        digits: str | None = None,
    ) -> str:
        """A header in `row`, values below it, and its range; `formula` makes that of a row, as people count them."""
        self.word(row, column, header)
        for at, value in enumerate(list(values), start=row + 1):
            self.put(at, column, value, None if formula is None else formula(at + 1), digits=digits)
        return span(row + 1, column, row + len(values), column)

    def given(self, row: int, key: str, value: Any, *, digits: str | None = None) -> str:
        """A line of one named number to change; gives its address."""
        self.word(row, 0, key)
        return self.put(row, 1, value, digits=digits)

    def found(self, row: int, key: str, value: Any, formula: str, *, digits: str | None = None, **places: Any) -> str:
        """A line of one named result; gives its address."""
        self.word(row, 0, key, **places)
        return self.put(row, 1, value, formula, digits=digits)


@dataclass(frozen=True, slots=True)
class Workbook:
    """Sheets of live formulas; given by `workbook`.

    Attributes
    ----------
    topic : str
        What it teaches.
    sheets : list of Sheet
        In the order of the tabs.
    """

    topic: str
    sheets: list[Sheet]

    @property
    def n_formulas(self) -> int:
        """How many cells compute."""
        return sum(cell.formula is not None for sheet in self.sheets for cell in sheet.cells.values())

    def save(self, path: str | Path) -> Path:
        """Write the file; an existing one is replaced. Gives its path.

        Raises
        ------
        MissingPackageError
            XlsxWriter is not installed.
        """
        target = Path(path)
        # Text stays text: what looks like a formula or an address in a name is never run.
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        with outputs.new_book(target, **options, nan_inf_to_errors=True) as book:
            formats = _formats(book)
            for sheet in self.sheets:
                page = book.add_worksheet(sheet.name)
                for (row, column), cell in sheet.cells.items():
                    shape = formats(cell.style, cell.digits)
                    if cell.formula is None:
                        page.write(row, column, cell.value, shape)
                    else:
                        page.write_formula(row, column, cell.formula, shape, cell.value)
                page.set_column(0, 0, 30)
                page.set_column(1, 40, 14)
                page.freeze_panes(1, 0)
        return target

    def __repr__(self) -> str:
        """One line: what it teaches and how much of it computes."""
        return f"<Workbook {self.topic!r}: {len(self.sheets)} sheets, {self.n_formulas:,} live formulas>"


def _formats(book: Any) -> Callable[[str, str | None], Any]:
    looks: dict[str, dict[str, Any]] = {
        INPUT: {"bg_color": "#FFF7D6"},
        RESULT: {},
        HEADER: {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
        NOTE: {"font_color": "#595959"},
        TITLE: {"bold": True, "font_size": 14},
    }
    made: dict[tuple[str, str | None], Any] = {}

    def of(style: str, digits: str | None) -> Any:
        if (style, digits) not in made:
            made[style, digits] = book.add_format(
                {**looks[style], **({} if digits is None else {"num_format": digits})}
            )
        return made[style, digits]

    return of


def plain(value: Any) -> Any:
    """A value as a spreadsheet takes it."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value != value:
        return ""
    return value


def letters(column: int) -> str:
    """Letters of a column, from 0.

    >>> letters(0), letters(27)
    ('A', 'AB')
    """
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def absolute(row: int, column: int) -> str:
    """Address of a cell.

    >>> absolute(0, 1)
    '$B$1'
    """
    return f"${letters(column)}${row + 1}"


def span(first_row: int, first: int, last_row: int, last: int) -> str:
    """Address of a range.

    >>> span(1, 0, 3, 0)
    '$A$2:$A$4'
    """
    return f"{absolute(first_row, first)}:{absolute(last_row, last)}"


def on(sheet: Sheet, address: str) -> str:
    """An address as other sheets name it."""
    return f"'{sheet.name}'!{address}"


def rows_of(sheet: Sheet, column: str, *, above: int = 0) -> Callable[[int], str]:
    """The cell of a column of another sheet in a row, or so many rows above it."""
    return lambda row: on(sheet, f"${column}{row - above}")
