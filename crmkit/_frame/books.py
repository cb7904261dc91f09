"""A workbook of several tables: labels over keys, numbers as people read them, sums and shares as live formulas.

A formula is written with the value that it has today, so that a program that only reads shows the same number as one
that computes; it is written only where it gives that number.
"""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Literal, TypeAlias

import numpy as np

from crmkit._frame.outputs import characters, inert_cell, inert_text
from crmkit.errors import MissingPackageError

Kind: TypeAlias = Literal["text", "share", "money", "count", "number", "date"]

_FORMATS: Mapping[str, str] = {
    "share": "0.0%", "money": "#,##0.00", "count": "#,##0", "number": "#,##0.####", "date": "yyyy-mm-dd", "text": "@",
}  # fmt: skip
# A column that is a quotient of two others: of the sum of the second, if the second ends in a star.
QUOTIENTS: Mapping[str, tuple[str, str]] = {
    "customer_share": ("customers", "customers*"),
    "value_share": ("value", "value*"),
    "revenue_share": ("revenue", "revenue*"),
    "mean_value": ("value", "customers"),
    "mean_monetary": ("value", "customers"),
    "revenue_per_customer": ("revenue", "customers"),
    "rebuy_rate": ("rebuyers", "customers"),
}
_SUMMED = ("customers", "value", "orders", "revenue", "rows", "amount", "at_stake", "sales")


@dataclass(frozen=True, slots=True)
class Page:
    """A table on a page of its own: its title (of the tab), columns by key, their labels and kinds."""

    title: str
    columns: Mapping[str, Any]
    heads: Sequence[str]
    kinds: Sequence[Kind]
    total: str = ""  # what stands before the sums; none without


def refuse_without_writer() -> None:
    """A workbook needs XlsxWriter; said before an hour of work."""
    if find_spec("xlsxwriter") is None:
        raise MissingPackageError("no_excel_writer")


def book(pages: Sequence[Page], words: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """The workbook: pages of words (the first one in front, the others behind), and tables between them."""
    import xlsxwriter

    whole = io.BytesIO()
    made = xlsxwriter.Workbook(whole, {"in_memory": True})
    looks = {kind: made.add_format({"num_format": form}) for kind, form in _FORMATS.items()}
    looks |= {
        f"sum {kind}": made.add_format({"num_format": form, "bold": True, "top": 1}) for kind, form in _FORMATS.items()
    }
    looks |= {"head": made.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
              "key": made.add_format({"font_color": "#595959", "italic": True, "bottom": 1}),
              "words": made.add_format({"text_wrap": True, "valign": "top"})}  # fmt: skip
    first, *others = words
    _words(made.add_worksheet(first), words[first], looks)
    for page in pages:
        _table(made.add_worksheet(page.title[:31]), page, looks)
    for title in others:
        _words(made.add_worksheet(title), words[title], looks)
    made.close()
    return whole.getvalue()


def _words(sheet: Any, rows: Sequence[Sequence[str]], looks: Mapping[str, Any]) -> None:
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 100)
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            sheet.write_string(at, column, inert_text(str(text)), looks["head" if at == 0 or column == 0 else "words"])


def _table(sheet: Any, page: Page, looks: Mapping[str, Any]) -> None:
    keys = list(page.columns)
    n = len(page.columns[keys[0]]) if keys else 0
    for at, (key, head, kind) in enumerate(zip(keys, page.heads, page.kinds, strict=True)):
        sheet.write_string(0, at, inert_text(head), looks["head"])
        sheet.write_string(1, at, key, looks["key"])
        values = page.columns[key].tolist()
        wide = max([len(key), *(characters(each) for each in values[:200])], default=8) + 2
        sheet.set_column(at, at, min(max(wide, 10), 40))
        formula = _quotient(page, key, n)
        for row, value in enumerate(values):
            _put(sheet, row + 2, at, value, looks[kind], formula)
        _sum(sheet, page, at, n, looks)
    sheet.freeze_panes(2, 1)
    if n and keys:
        sheet.autofilter(1, 0, n + 1, len(keys) - 1)


def _put(sheet: Any, row: int, column: int, value: Any, look: Any, formula: str) -> None:
    """A value, or the formula that gives it; nothing where the value is missing."""
    if isinstance(value, dt.datetime | dt.date):
        sheet.write_datetime(row, column, value, look)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        if math.isfinite(value):
            if formula:
                sheet.write_formula(row, column, formula.format(row=row + 1), look, value)
            else:
                sheet.write_number(row, column, value, look)
    elif value is not None and str(value) != "NaT":
        sheet.write_string(row, column, str(inert_cell(str(value))))


def _quotient(page: Page, key: str, n: int) -> str:
    """The formula of a quotient, if it gives the numbers of the column."""
    above, below = QUOTIENTS.get(key, ("", ""))
    over = below.removesuffix("*")
    if above not in page.columns or over not in page.columns or not n:
        return ""
    number, divisor, told = (np.asarray(page.columns[name], dtype=float) for name in (above, over, key))
    divisor = np.full(n, divisor.sum()) if below.endswith("*") else divisor
    with np.errstate(divide="ignore", invalid="ignore"):
        same = np.isclose(number / divisor, told, rtol=1e-12, atol=0) | np.isnan(told) | (told == number)
    if not same.all() or not (divisor > 0).all():
        return ""
    keys = list(page.columns)
    top, bottom = _letter(keys.index(above)), _letter(keys.index(over))
    if below.endswith("*"):
        return f"={top}{{row}}/SUM({bottom}$3:{bottom}${n + 2})"
    return f"={top}{{row}}/{bottom}{{row}}"


def _sum(sheet: Any, page: Page, at: int, n: int, looks: Mapping[str, Any]) -> None:
    """The sum below a column that can be added up."""
    key, kind = list(page.columns)[at], page.kinds[at]
    if not page.total or not n:
        return
    if at == 0:
        sheet.write_string(n + 2, 0, page.total, looks["sum text"])
    elif key in _SUMMED:
        values = np.asarray(page.columns[key], dtype=float)
        letter = _letter(at)
        whole = float(np.nansum(values))
        sheet.write_formula(n + 2, at, f"=SUM({letter}3:{letter}{n + 2})", looks[f"sum {kind}"], whole)


def _letter(column: int) -> str:
    """What a sheet calls a column.

    >>> _letter(0), _letter(27)
    ('A', 'AB')
    """
    before, last = divmod(column, 26)
    return (_letter(before - 1) if before else "") + chr(ord("A") + last)
