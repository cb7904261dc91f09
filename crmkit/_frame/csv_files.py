"""Text files: every option of the reader is said, from a look at the first lines, and the rows are counted twice.

The engine is told the separator, the columns and where the header is, so that it guesses nothing: a row that does not
fit is an error with its line, never a row less. The lines of the file are counted here as well, and must agree.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from crmkit._frame import process, sql
from crmkit._frame.origins import Copies, Origin, stamp_of
from crmkit._frame.requests import Request, unique_names
from crmkit.errors import ArgumentError, InputFileError, shown

_SEPARATORS = (",", ";", "\t", "|")
_LOOK = 1 << 18  # bytes that are looked at to see how a file is written
_MOST_ROWS = 200  # of these
_CHUNK = 1 << 22
_DATE = re.compile(r"^\d{1,4}[-/.年]\d{1,2}([-/.月]\d{1,4}日?)?([ T].*)?$|^(19|20)\d{6}$")
_NUMBER = re.compile(r"^[^\w]{0,3}\d[\d.,' ]*\W{0,2}$")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a text file is written."""

    names: tuple[str, ...]
    separator: str
    skip: int  # lines above the header, or above the first row
    header: bool


@dataclass(frozen=True, slots=True)
class _File:
    """A text file as it is scanned: where it lies, or a private copy of it."""

    shown: str  # its path, as the caller knows it
    path: str
    layout: Layout
    n_lines: int | None  # below the header; None where the lines cannot be counted


def read_csv(files: Sequence[str], request: Request) -> Origin:
    """All columns as text: ids keep their leading zeros, and no value is guessed away."""
    copies: Copies | None = None
    found, stamps = [], []
    for file in files:
        if copies is None and _must_be_copied(file, request):
            copies = Copies.begun()
        opened = _opened(file, request, copies)
        found.append(opened)
        if opened.path == file:
            stamps.append(stamp_of(file))
    _refuse_unlike(found, request)
    layouts = list(dict.fromkeys(each.layout for each in found))
    scans = [_scan([each.path for each in found if each.layout == layout], layout) for layout in layouts]
    return Origin(
        " UNION ALL BY NAME ".join(scans),
        stamps=tuple(stamps),
        copies=copies,
        plain_text=True,
        verify=lambda n_rows: _verify(found, request, n_rows),
    )


def _scan(paths: Sequence[str], layout: Layout) -> str:
    columns = ", ".join(f"{sql.text(name)}: 'VARCHAR'" for name in layout.names)
    listed = sql.texts(map(sql.literal_path, paths))
    return (
        f"SELECT * FROM read_csv({listed}, auto_detect = false, columns = {{{columns}}}, "
        f"delim = {sql.text(layout.separator)}, quote = '\"', escape = '\"', comment = '', "
        f"header = {str(layout.header).lower()}, skip = {layout.skip}, strict_mode = true, null_padding = false, "
        "ignore_errors = false, hive_partitioning = false)"
    )


# --- copies -----------------------------------------------------------------------------------------------------


def _must_be_copied(file: str, request: Request) -> bool:
    return (
        request.encoding is not None
        or request.separator == " "
        or file.lower().endswith(".gz")
        or _marked_utf16(file)
        or _mixed_ends(file)
    )


def _marked_utf16(file: str) -> bool:
    with open(file, "rb") as text:
        return text.read(2) in (b"\xff\xfe", b"\xfe\xff")


def _mixed_ends(file: str) -> bool:
    """Whether some lines end as on Windows and others do not, as in files that were put together."""
    n, windows, before = 0, 0, b""
    with open(file, "rb") as text:
        for part in iter(lambda: text.read(_CHUNK), b""):
            n += part.count(b"\n")
            windows += part.count(b"\r\n") + (before == b"\r" and part[:1] == b"\n")
            before = part[-1:]
            if 0 < windows < n:
                return True
    return False


def _opened(file: str, request: Request, copies: Copies | None) -> _File:
    path = _copied(file, request, copies) if copies is not None and _must_be_copied(file, request) else file
    layout = layout_of(_first_text(path, file), file, request if path == file else request.without_blanks())
    compressed = path.lower().endswith(".zst")
    n_lines = None if compressed else _n_lines(path) - layout.skip - int(layout.header)
    return _File(file, path, layout, n_lines)


def _copied(file: str, request: Request, copies: Copies) -> str:
    """A UTF-8 copy in the private folder, one separator between fields and one kind of line end."""
    encoding = request.encoding or ("utf-16" if _marked_utf16(file) else "utf-8")
    copy = Path(copies.folder) / f"{len(list(Path(copies.folder).iterdir()))}-{Path(file).stem[:50]}.csv"
    opened: Any = gzip.open if file.lower().endswith(".gz") else open
    try:
        with (
            opened(file, "rt", encoding=encoding, newline="") as source,
            copy.open("w", encoding="utf-8", newline="") as to,
        ):
            if request.separator == " ":
                _write_split(source, to, request)
            else:
                _write_alike(source, to)
    except LookupError:
        raise ArgumentError("encoding", request.encoding, "encoding", example="gb18030") from None
    except UnicodeError as error:
        if request.encoding is None:
            raise _not_utf8(file) from None
        raise InputFileError("not_in_encoding", path=file, encoding=encoding, reason=str(error)[:200]) from None
    except (EOFError, gzip.BadGzipFile) as error:
        raise InputFileError("cannot_read", path=file, reason=str(error).rstrip(".")) from None
    return str(copy)


def _write_alike(source: IO[str], to: IO[str]) -> None:
    ended = False
    for part in iter(lambda: source.read(_CHUNK), ""):
        text = "\n" + part.removeprefix("\n") if ended else part  # a line end that the parts cut in two
        ended = text.endswith("\r")
        to.write(text.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n"))
    if ended:
        to.write("\n")


def _write_split(source: IO[str], to: IO[str], request: Request) -> None:
    """Lines whose fields are set apart by any number of blanks, as ordinary CSV."""
    written = csv.writer(to, lineterminator="\n")
    for at, line in enumerate(source):
        if at >= request.skip and line.strip():
            written.writerow(next(csv.reader([line.strip()], delimiter=" ", skipinitialspace=True)))


def _not_utf8(file: str) -> InputFileError:
    return InputFileError("not_utf8", path=file)


# --- how it is written ------------------------------------------------------------------------------------------


def _first_text(path: str, shown_path: str) -> tuple[str, bool]:
    """The first lines, and whether they are all."""
    if path.lower().endswith(".zst"):
        return _first_compressed(path), False
    with open(path, "rb") as file:
        first = file.read(_LOOK)
        whole = not file.read(1)
    if not whole and b"\n" not in first and b"\r" not in first:
        with open(path, "rb") as file:  # a header of thousands of columns
            first = file.read(64 * _LOOK)
            whole = not file.read(1)
    try:
        return first.decode("utf-8-sig"), whole
    except UnicodeDecodeError as error:
        if not whole and error.start > len(first) - 4:  # a character that was cut
            return first[: error.start].decode("utf-8-sig"), False
        raise _not_utf8(shown_path) from None


def _first_compressed(path: str) -> str:
    rows = process.connection().sql(
        f"SELECT line FROM read_csv({sql.texts([sql.literal_path(path)])}, auto_detect = false, header = false, "
        f"columns = {{'line': 'VARCHAR'}}, delim = '\\x07', quote = '', escape = '') LIMIT {_MOST_ROWS}"
    )
    return "\n".join(row[0] or "" for row in rows.fetchall()).removeprefix("\ufeff") + "\n"


def layout_of(look: tuple[str, bool], file: str, request: Request) -> Layout:
    """Separator, names and place of the header, from the first lines."""
    text, whole = look
    lines = text.splitlines(keepends=True)
    skip, told = request.skip, request.separator
    if skip == 0 and lines and (named := re.fullmatch(r"sep=(.)\s*", lines[0])):  # Excel's own first line
        skip, told = 1, told or named[1]
    while skip < len(lines) and not lines[skip].strip():
        skip += 1
    rest = "".join(lines[skip:])
    tables = {each: rows_of(rest, each, whole) for each in ([told] if told else _SEPARATORS)}
    separator = max(tables, key=lambda each: _fit(tables[each], request))
    if told is None and all(len(rows[0]) < 2 for rows in tables.values() if rows):
        separator = ","
    rows = tables[separator]
    if not rows:
        raise InputFileError("nothing_below", path=file, skip=skip)
    if request.header:
        refuse_other_shape(rows, file, request, skip=skip)
        names = [name.strip() for name in rows[0]]
    else:
        names = [f"column{at}" for at in range(1, len(rows[0]) + 1)]
    return Layout(tuple(unique_names(names, request.columns, file)), separator, skip, request.header)


def rows_of(text: str, separator: str, whole: bool) -> list[list[str]]:
    """The first rows, as this separator makes them."""
    if len(separator) > 1:
        text, separator = text.replace(separator, "\x1f"), "\x1f"
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            if row:
                rows.append(row)
            if len(rows) > _MOST_ROWS:
                break
        else:
            if not whole and len(rows) > 1:
                rows.pop()  # cut off
    except csv.Error:  # a field of more than csv takes
        pass
    return rows


def _fit(rows: list[list[str]], request: Request) -> tuple[int, float, int]:
    """How well a separator fits: names that are asked for, rows of one width, columns."""
    if not rows or len(rows[0]) < 2:
        return (0, 0.0, 0)
    width = len(rows[0])
    asked = sum(name.strip() in request.columns for name in rows[0]) if request.header else 0
    return (asked, sum(len(row) == width for row in rows) / len(rows), width)


# --- what a header is not ---------------------------------------------------------------------------------------


def refuse_other_shape(
    rows: Sequence[Sequence[str]], file: str, request: Request, *, skip: int, unit: str = "line"
) -> None:
    """A title above the header, or no header at all, with the option that tells so; only if no name that is asked
    for is in the first row.
    """
    first = [cell.strip() for cell in rows[0]]
    if any(name in request.columns for name in first):
        return
    below = _header_below(rows, request)
    if below is not None:
        names = shown([cell for cell in rows[below] if cell.strip()], most=6)
        at = skip + sum(_height(row) for row in rows[:below])
        raise InputFileError(f"header_below_{unit}", path=file, at=at + 1, names=names, skip=at)
    blanks = [cell for cell in first[0].split(" ") if cell] if len(first) == 1 else []
    cells = blanks if len(blanks) > 1 else first
    like_data = sum(_like_data(cell) for cell in cells)
    if like_data and like_data >= len([cell for cell in cells if cell]) / 2:
        key = "no_header_blanks" if cells is blanks else "no_header"
        raise InputFileError(key, path=file, first=shown(cells, most=6), n=len(cells))
    if cells is blanks and len({len(row[0].split()) for row in rows if len(row) == 1}) == 1:
        raise InputFileError("set_apart_by_blanks", path=file, first=shown(cells, most=6), n=len(cells))


def _header_below(rows: Sequence[Sequence[str]], request: Request) -> int | None:
    """The row that has the names asked for; or else the first full row of names under one that is not full."""
    for at, row in enumerate(rows[1:50], 1):
        if sum(cell.strip() in request.columns for cell in row) >= 2:
            return at
    if all(cell.strip() for cell in rows[0]) and len(rows[0]) > 1:
        return None
    for at, row in enumerate(rows[1:30], 1):
        cells = [cell.strip() for cell in row]
        names = len(cells) > 1 and all(cells) and len(set(cells)) == len(cells) and not any(map(_like_data, cells))
        if names and len(rows) > at + 1 and any(_like_data(cell.strip()) for cell in rows[at + 1]):
            return at
    return None


def _height(row: Sequence[str]) -> int:
    """Lines that a row of the file takes."""
    return 1 + sum(cell.count("\n") for cell in row)


def _like_data(cell: str) -> bool:
    return bool(_DATE.match(cell) or _NUMBER.match(cell))


def _refuse_unlike(found: Sequence[_File], request: Request) -> None:
    """Columns that play a role must be in every file of several, by the same name."""
    asked = [name for name in request.columns if any(name in each.layout.names for each in found)]
    for each in found:
        absent = [name for name in asked if name not in each.layout.names]
        if absent:
            raise InputFileError(
                "column_absent_here", path=each.shown, columns=shown(absent), has=shown(each.layout.names, most=10)
            )


# --- counted again ----------------------------------------------------------------------------------------------


def _n_lines(path: str) -> int:
    n, last = 0, b"\n"
    with open(path, "rb") as file:
        for part in iter(lambda: file.read(_CHUNK), b""):
            n += part.count(b"\n")
            last = part[-1:]
    if n == 0:  # lines that end as on old Macs, or one line
        with open(path, "rb") as file:
            for part in iter(lambda: file.read(_CHUNK), b""):
                n += part.count(b"\r")
                last = b"\n" if part[-1:] == b"\r" else part[-1:]
    return n + (last != b"\n")


def _verify(found: Sequence[_File], request: Request, n_rows: int) -> None:
    """The rows that the engine read must be those that the lines of the files make."""
    if any(each.n_lines is None for each in found) or n_rows == sum(each.n_lines or 0 for each in found):
        return
    counted = 0
    for each in found:
        records = _n_records(each, request)
        if records is None:
            return
        counted += records
    if counted != n_rows:
        raise InputFileError("rows_disagree", path=found[0].shown, lines=counted, rows=n_rows)


def _n_records(file: _File, request: Request) -> int | None:
    """Rows below the header, some of several lines; None where Python's reader cannot tell."""
    layout = file.layout
    n = -int(layout.header)
    try:
        with open(file.path, encoding="utf-8-sig", errors="replace", newline="") as text:
            for _ in range(layout.skip):
                text.readline()
            for row in _records(text, layout):
                n += bool(row) or len(layout.names) == 1
                if len(row) == len(layout.names) and any("\n" in cell for cell in row):
                    _refuse_swallowed(row, layout, file.shown, request)
    except csv.Error:
        return None
    return n


def _records(text: IO[str], layout: Layout) -> Iterator[list[str]]:
    if len(layout.separator) == 1:
        return csv.reader(text, delimiter=layout.separator)
    return csv.reader((line.replace(layout.separator, "\x1f") for line in text), delimiter="\x1f")


def _refuse_swallowed(row: Sequence[str], layout: Layout, file: str, request: Request) -> None:
    """A quotation mark that is never closed takes the rows below it into its field."""
    dates = [at for at, name in enumerate(layout.names) if name == request.date]
    for cell in row:
        for line in cell.split("\n")[1:]:
            fields = [field.strip().strip('"') for field in line.split(layout.separator)]
            if len(fields) == len(layout.names) > 1 and all(_DATE.match(fields[at]) for at in dates) and dates:
                raise InputFileError("quote_swallows", path=file, field=shown([cell]), row=shown([line]))
