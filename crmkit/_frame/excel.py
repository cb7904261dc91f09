"""Sheets of Excel and OpenDocument books, by calamine; what it gives is held against the sheet's own XML.

Cells stand where they stand: a blank header is a column without a name, not a shift of those to its right. Of an
.xlsx the rows that hold something are counted a second time from its XML, and cells that hold an error (#REF!) are
named, because a reader gives them as blank.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree import ElementTree

from crmkit._frame import origins
from crmkit._frame.csv_files import Row, refuse_other_shape
from crmkit._frame.databases import broken
from crmkit._frame.origins import Origin
from crmkit._frame.requests import Request, unique_names
from crmkit.errors import ArgumentError, CrmkitError, InputFileError, MissingPackageError, shown

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_OPC = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_REF = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read_excel(files: Sequence[str], request: Request) -> Origin:
    """Rows of the sheets of each book, as text; rows that are blank from end to end are none."""
    found = [read for file in files for read in _read_book(file, request)]
    names = list(dict.fromkeys(name for _, own, _ in found for name in own))
    asked = [name for name in request.columns if name in names]
    for place, own, _ in found:
        if absent := [name for name in asked if name not in own]:
            raise InputFileError("column_absent_here", path=place, columns=shown(absent), has=shown(own, most=10))
    return origins.stored(names, origins.batches_of(_stacked(names, [(own, rows) for _, own, rows in found])))


def _stacked(names: Sequence[str], found: Sequence[tuple[list[str], Sequence[Any]]]) -> Iterator[Sequence[Any]]:
    """The filled rows of all sheets, their cells by name."""
    for own, rows in found:
        if len(own) == len(names) and own == list(names):
            yield from _cells(rows, len(names))
            continue
        at = [own.index(name) if name in own else None for name in names]
        for row in _cells(rows, len(own)):
            yield [None if place is None else row[place] for place in at]


Read = tuple[str, list[str], Sequence[Any]]  # where, the names of the columns, and the rows below them


def _read_book(file: str, request: Request) -> list[Read]:
    """What each sheet holds that is asked for."""
    try:
        import python_calamine
    except ImportError:
        raise MissingPackageError("no_excel") from None
    try:
        with python_calamine.CalamineWorkbook.from_path(file) as book:
            sheets = _sheets(book, request, file)
            rows = {name: _rows_of(book.get_sheet_by_name(name)) for name in sheets}
    except CrmkitError:
        raise
    except python_calamine.CalamineError as error:
        raise _not_a_book(file, error) from None
    except (OSError, ValueError) as error:
        raise broken(file, error) from None
    return [_read_sheet(file, name, rows[name], len(sheets) > 1, request) for name in sheets]


def _rows_of(sheet: Any) -> list[Any]:
    return [] if sheet.start is None else list(sheet.to_python(skip_empty_area=False))


def _read_sheet(file: str, sheet: str, rows: Sequence[Any], several: bool, request: Request) -> Read:
    first = next((at for at, row in enumerate(rows) if at >= request.skip and _filled(row)), None)
    if first is None:
        raise InputFileError("empty_sheet", path=file, sheet=sheet)
    names, below = _headed(rows, first, file, request)
    _verify(file, sheet, rows, names, first, request)
    return f"{file}: {sheet}" if several else file, names, rows[below:]


def _sheets(book: Any, request: Request, file: str) -> list[str]:
    """The sheets asked for, or the only one that can be seen."""
    kinds = {each.name: (str(each.typ), str(each.visible)) for each in book.sheets_metadata}
    sheets = [name for name, (kind, _) in kinds.items() if kind.endswith("WorkSheet")]
    asked = request.sheet if request.sheet is not None else request.table
    if asked is not None:
        # on the command line several are one text with commas
        several = asked.split(",") if isinstance(asked, str) else list(asked)
        wanted = [name for name in sheets if name == asked] or several
        for name in wanted:
            if name not in sheets:
                raise ArgumentError("no_such_sheet", sheet=name, path=file, sheets=shown(sheets, most=20))
        return wanted
    seen = [name for name in sheets if kinds[name][1].endswith(".Visible")]
    filled = [name for name in seen if book.get_sheet_by_name(name).start is not None]
    if len(filled) == 1:
        return filled
    if len(filled) > 1:
        fitting = [name for name in filled if _has_names(book.get_sheet_by_name(name), request)]
        if len(fitting) == 1:
            return fitting
        alike = _alike(book, fitting or filled)
        fix = alike if len(alike) > 1 else alike[0]
        raise ArgumentError("which_sheet", path=file, sheets=shown(sheets, most=20), told=repr(fix), fix={"sheet": fix})
    if seen:
        return seen[:1]
    raise InputFileError("no_sheets", path=file, sheets=shown(sheets, most=20) or "none")


def _has_names(sheet: Any, request: Request) -> bool:
    """Whether the columns asked for head this sheet."""
    for at, row in enumerate(sheet.iter_rows()):
        if sum(str(cell).strip() in request.columns for cell in row) >= 2:
            return True
        if at > 50:
            break
    return False


def _alike(book: Any, sheets: Sequence[str]) -> list[str]:
    """The first of the sheets, and those with the same first row: parts of one table, such as years."""
    heads = {name: next(filter(_filled, book.get_sheet_by_name(name).iter_rows()), None) for name in sheets}
    return [name for name in sheets if name == sheets[0] or (heads[name] == heads[sheets[0]] and "," not in name)]


def _not_a_book(file: str, error: Exception) -> InputFileError:
    with open(file, "rb") as opened:
        head = opened.read(1000)
    if (b"\0" not in head and head.isascii()) or not head.startswith((b"PK", b"\xd0\xcf")):
        key = "page_named_excel" if re.match(rb"\s*(\xef\xbb\xbf)?\s*<", head) else "text_named_excel"
        return InputFileError(key, path=file)
    if "password" in str(error).lower() or "encrypt" in str(error).lower():
        return InputFileError("locked_book", path=file)
    return broken(file, error)


def _filled(row: Sequence[Any]) -> bool:
    return any(value != "" for value in row)


def _headed(rows: Sequence[Sequence[Any]], first: int, file: str, request: Request) -> tuple[list[str], int]:
    """Names of the columns, and the row where the data begin."""
    width = max((at for row in rows[first:] for at, value in enumerate(row, 1) if value != ""), default=0)
    if not request.header:
        return [f"column{at}" for at in range(1, width + 1)], first
    look = [
        Row(at, [origins.as_text(value) or "" for value in row[:width]])
        for at, row in enumerate(rows[first : first + 60], first + 1)
        if _filled(row)
    ]
    refuse_other_shape(look, file, request, unit="row")
    return unique_names([cell.strip() for cell in look[0].cells], request.columns, file), first + 1


def _cells(rows: Sequence[Sequence[Any]], width: int) -> Iterator[Sequence[Any]]:
    for row in rows:
        if _filled(row):
            yield [None if value == "" else value for value in row[:width]]


# --- counted again ----------------------------------------------------------------------------------------------


def _verify(
    file: str, sheet: str, rows: Sequence[Sequence[Any]], names: Sequence[str], first: int, request: Request
) -> None:
    """Rows and cells as the sheet's own XML has them, where it is an .xlsx."""
    try:
        with zipfile.ZipFile(file) as book:
            part = _part_of(book, sheet)
            if part is None:
                return
            with book.open(part) as xml:
                found = _counted(xml, first, names, request)
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError):
        return  # another kind of book
    last, n_filled, wrong = found
    for key, cells in wrong.items():
        raise InputFileError(key, path=file, cells=", ".join(cells[:3]), sheet=sheet)
    read = sum(map(_filled, rows))
    if n_filled > read or last > len(rows):
        raise InputFileError("sheet_rows_disagree", path=file, sheet=sheet, rows=n_filled, read=read)


def _part_of(book: zipfile.ZipFile, sheet: str) -> str | None:
    """The part of an .xlsx that holds a sheet."""
    if "xl/workbook.xml" not in book.namelist():
        return None
    wanted = next(
        (each.get(_REF) for each in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")  # noqa: S314
         if each.get("name") == sheet), None
    )  # fmt: skip
    for each in ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels")).iter(f"{_OPC}Relationship"):  # noqa: S314
        if each.get("Id") == wanted:
            target = str(each.get("Target"))
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return None


_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?row>)", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|t)\b[^>]*>[^<]")
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_PLACE = re.compile(rb"\br=\"([A-Z]+)(\d+)\"")
_NUMBER = re.compile(rb"\br=\"(\d+)\"")


def _counted(xml: Any, first: int, names: Sequence[str], request: Request) -> tuple[int, int, dict[str, list[str]]]:
    """Number of the last row with a value, rows with values, and cells of asked columns that would be lost."""
    last = at = n_filled = 0
    wrong: dict[str, list[str]] = {}
    for attributes, cells in _rows(xml):
        numbered = _NUMBER.search(attributes)
        at = int(numbered[1]) if numbered else at + 1
        if cells and _VALUE.search(cells):
            last, n_filled = at, n_filled + 1
        if at > first and cells and _SUSPECT.search(cells):
            for key, cell in _lost_in(cells, names, request):
                wrong.setdefault(key, []).append(cell)
    return last, n_filled, wrong


_SUSPECT = re.compile(rb"t=\"e\"|<(?:\w+:)?f\b|<(?:\w+:)?v>-?\d{16}")


def _lost_in(cells: bytes, names: Sequence[str], request: Request) -> Iterator[tuple[str, str]]:
    for told, inside in _CELL.findall(cells):
        place = _PLACE.search(told)
        if place is None or (at := _column(place[1].decode())) >= len(names) or names[at] not in request.columns:
            continue
        value = re.search(rb"<(?:\w+:)?v>([^<]*)", inside)
        shown_value = f" ({value[1].decode(errors='replace')})" if value and value[1] else ""
        cell = f"{place[1].decode()}{place[2].decode()}{shown_value}"
        if b't="e"' in told:
            yield "cells_of_errors", cell
        elif re.search(rb"<(?:\w+:)?f\b", inside) and not _VALUE.search(inside):
            yield "cells_not_computed", cell
        elif b't="' not in told.replace(b't="n"', b"") and value and _is_rounded(value[1]):
            yield "cells_rounded", cell


def _is_rounded(value: bytes) -> bool:
    """Whether a whole number has more digits than the reader's floats keep."""
    return bool(re.fullmatch(rb"-?\d{16,}", value)) and abs(int(value)) > 2**53


def _rows(xml: Any) -> Iterator[tuple[bytes, bytes]]:
    kept = b""
    for part in iter(lambda: xml.read(1 << 20), b""):
        kept += part
        end = 0
        for found in _ROW.finditer(kept):
            end = found.end()
            yield found[1], found[2] or b""
        kept = kept[end:]


def _column(letters: str) -> int:
    n = 0
    for letter in letters:
        n = 26 * n + ord(letter) - 64
    return n - 1
