"""Text files: every option of the reader is said, from a look at the first lines, and the rows are counted twice.

The engine is told the separator, the columns and where the header is, so that it guesses nothing: a row that does not
fit is an error with its line, never a row less. The lines of the file are counted here as well, and must agree.
"""

from __future__ import annotations

import collections
import csv
import gzip
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple, NoReturn

from crmkit._frame import encodings, process, sql
from crmkit._frame.origins import Copies, Origin, stamp_of
from crmkit._frame.requests import Request, unique_names
from crmkit.errors import ArgumentError, InputFileError, shown

_SEPARATORS = (",", ";", "\t", "|")
_LOOK = 1 << 18  # bytes that are looked at to see how a file is written
_MOST_ROWS = 200  # of these
_CHUNK = 1 << 22
_DATE = re.compile(r"^\d{1,4}[-/.年]\d{1,2}([-/.月]\d{1,4}日?)?([ T].*)?$|^(19|20)\d{6}$")
_NUMBER = re.compile(r"^[^\w]{0,3}\d[\d.,' ]*\W{0,2}$")


class Row(NamedTuple):
    """A row of a text file or sheet, and the line (or row of the sheet) where it begins, counted from 1."""

    line: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a text file is written."""

    names: tuple[str, ...]
    separator: str
    quote: str
    skip: int  # lines above the header, or above the first row
    header: bool


@dataclass(frozen=True, slots=True)
class _File:
    """A text file as it is scanned: where it lies, or a private copy of it."""

    shown: str  # its path, as the caller knows it
    path: str
    layout: Layout
    n_lines: int  # below the header


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
        explain=lambda: _explain(found),
    )


def _scan(paths: Sequence[str], layout: Layout) -> str:
    columns = ", ".join(f"{sql.text(name)}: 'VARCHAR'" for name in layout.names)
    listed = sql.texts(map(sql.literal_path, paths))
    return (
        f"SELECT * FROM read_csv({listed}, auto_detect = false, columns = {{{columns}}}, "
        f"delim = {sql.text(layout.separator)}, quote = {sql.text(layout.quote)}, escape = {sql.text(layout.quote)}, "
        f"comment = '', header = {str(layout.header).lower()}, skip = {layout.skip}, strict_mode = true, "
        "null_padding = false, ignore_errors = false, hive_partitioning = false)"
    )


# --- copies -----------------------------------------------------------------------------------------------------


def _must_be_copied(file: str, request: Request) -> bool:
    return (
        request.encoding is not None
        or request.separator == " "
        or _compressed(file)
        or _marked_utf16(file)
        or _mixed_ends(file)
    )


def _compressed(file: str) -> bool:
    with open(file, "rb") as text:
        return text.read(2) == b"\x1f\x8b"


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
    return _File(file, path, layout, _n_lines(path) - layout.skip - int(layout.header))


def _copied(file: str, request: Request, copies: Copies) -> str:
    """A UTF-8 copy in the private folder, one separator between fields and one kind of line end."""
    encoding = request.encoding or ("utf-16" if _marked_utf16(file) else "utf-8")
    copy = Path(copies.folder) / f"{len(list(Path(copies.folder).iterdir()))}-{Path(file).stem[:50]}.csv"
    opened: Any = gzip.open if _compressed(file) else open
    try:
        with (
            opened(file, "rt", encoding=encoding, newline="") as source,
            open(process.new_file(copy), "w", encoding="utf-8", newline="") as to,
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
    guess = encodings.guessed(file)
    if guess is None:
        return InputFileError("not_utf8", path=file)
    return InputFileError("like_encoding", path=file, encoding=guess, fix={"encoding": guess})


# --- how it is written ------------------------------------------------------------------------------------------


def _first_text(path: str, shown_path: str) -> tuple[str, bool]:
    """The first lines, and whether they are all."""
    if _is_zst(path):
        return _first_compressed(path), False
    with open(path, "rb") as file:
        first = file.read(_LOOK)
        whole = not file.read(1)
    if not whole and b"\n" not in first and b"\r" not in first:
        with open(path, "rb") as file:  # a header of thousands of columns
            first = file.read(64 * _LOOK)
            whole = not file.read(1)
    try:
        text = first.decode("utf-8-sig")
        if text.count("\0") > len(text) / 4:
            raise InputFileError("like_utf16", path=shown_path, fix={"encoding": "utf-16-le"})
        return text, whole
    except UnicodeDecodeError as error:
        if not whole and error.start > len(first) - 4:  # a character that was cut
            return first[: error.start].decode("utf-8-sig"), False
        raise _not_utf8(shown_path) from None


def _first_compressed(path: str) -> str:
    lines = process.connection().sql(f"{_lines_of(path)} LIMIT {_MOST_ROWS}").fetchall()
    return "\n".join(line[0] or "" for line in lines).removeprefix("\ufeff") + "\n"


def _is_zst(path: str) -> bool:
    """Whether the engine unpacks the file while it reads; Python does not know how."""
    return path.lower().endswith(".zst")


def _lines_of(path: str) -> str:
    """The query for the lines of a text file, as they are."""
    return (
        f"SELECT line FROM read_csv({sql.texts([sql.literal_path(path)])}, auto_detect = false, header = false, "
        "columns = {'line': 'VARCHAR'}, delim = '\\x07', quote = '', escape = '')"
    )


@contextmanager
def _lines(path: str, errors: str) -> Iterator[Iterator[str]]:
    """The lines of a text file, with their ends."""
    if _is_zst(path):
        cursor = process.connection().cursor()
        cursor.execute(_lines_of(path))
        batches = iter(lambda: cursor.fetchmany(10_000), [])
        yield (f"{line or ''}\n" for (line,) in itertools.chain.from_iterable(batches))
        return
    with open(path, encoding="utf-8-sig", errors=errors, newline="") as text:
        yield text


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
    if not rest.strip():
        raise InputFileError("nothing_below", path=file, skip=skip)
    quote = "'" if re.match(r"\s*'[^']*'\s*[^\w\s]\s*'", rest) else '"'
    tables = {each: _rows(rest, each, quote, skip, whole) for each in ([told] if told else _SEPARATORS)}
    separator = max(tables, key=lambda each: _fit(tables[each], request))
    rows = tables[separator]
    if not rows:
        raise InputFileError("line_too_long", path=file, line=skip + 1, most=f"{csv.field_size_limit():,} characters")
    if request.header:
        refuse_other_shape(rows, file, request)
        names = [name.strip() for name in rows[0].cells]
    else:
        names = [f"column{at}" for at in range(1, len(rows[0].cells) + 1)]
    return Layout(tuple(unique_names(names, request.columns, file)), separator, quote, skip, request.header)


def _rows(text: str, separator: str, quote: str, skip: int, whole: bool) -> list[Row]:
    """The first rows, as this separator makes them."""
    rows: list[Row] = []
    reader = _reader(io.StringIO(text, newline=""), separator, quote)
    before = skip
    try:
        for cells in reader:
            if cells:
                rows.append(Row(before + 1, cells))
            before = skip + reader.line_num
            if len(rows) > _MOST_ROWS:
                break
        else:
            if not whole and len(rows) > 1:
                rows.pop()  # cut off
    except csv.Error:  # a field of more than csv takes
        pass
    return rows


def _reader(text: Iterable[str], separator: str, quote: str, *, strict: bool = False) -> Any:
    """Python's reader of such a file; it knows no separators of several characters."""
    if len(separator) == 1:
        return csv.reader(text, delimiter=separator, quotechar=quote, strict=strict)
    lines = (line.replace(separator, "\x1f") for line in text)
    return csv.reader(lines, delimiter="\x1f", quotechar=quote, strict=strict)


def _fit(rows: Sequence[Row], request: Request) -> tuple[int, float, int]:
    """How well a separator fits: names that are asked for, rows of one width, columns."""
    if not rows:
        return (0, 0.0, 0)
    if len(rows[0].cells) < 2:  # a title, say
        return (0, 0.0, collections.Counter(len(row.cells) for row in rows).most_common(1)[0][0])
    width = len(rows[0].cells)
    asked = sum(name.strip() in request.columns for name in rows[0].cells) if request.header else 0
    return (asked, sum(len(row.cells) == width for row in rows) / len(rows), width)


# --- what a header is not ---------------------------------------------------------------------------------------


def refuse_other_shape(rows: Sequence[Row], file: str, request: Request, *, unit: str = "line") -> None:
    """A title above the header, or no header at all, with the option that tells so; only if no name that is asked
    for is in the first row.
    """
    first = [cell.strip() for cell in rows[0].cells]
    if any(name in request.columns for name in first):
        return
    below = _header_below(rows, request)
    if below is not None:
        names = shown([cell for cell in below.cells if cell.strip()], most=6)
        skip = below.line - 1
        raise InputFileError(
            f"header_below_{unit}", path=file, at=below.line, names=names, skip=skip, fix={"skip": skip}
        )
    for sign in sorted(set(re.sub(r"[\w\s\"']", "", first[0]))) if len(first) == 1 else ():
        if sum(name.strip() in request.columns for name in first[0].split(sign)) > 1:
            if unit == "row":
                raise InputFileError("one_cell_a_row", path=file, first=shown(first))
            raise InputFileError("another_separator", path=file, sign=sign, first=shown(first), fix={"separator": sign})
    blanks = [cell for cell in first[0].split(" ") if cell] if len(first) == 1 and unit == "line" else []
    cells = blanks if len(blanks) > 1 else first
    like_data = sum(_like_data(cell) for cell in cells)
    if like_data and like_data >= len([cell for cell in cells if cell]) / 2:
        key = "no_header_blanks" if cells is blanks else "no_header"
        fix = {"header": False} | ({"separator": " "} if cells is blanks else {})
        raise InputFileError(key, path=file, first=shown(cells, most=6), n=len(cells), fix=fix)
    if cells is blanks and {len(row.cells[0].split()) for row in rows if len(row.cells) == 1} == {len(blanks)}:
        fix = {"separator": " "}
        raise InputFileError("set_apart_by_blanks", path=file, first=shown(cells, most=6), n=len(cells), fix=fix)


def _header_below(rows: Sequence[Row], request: Request) -> Row | None:
    """The row that has the names asked for; or else the first full row of names under one that is not full."""
    for row in rows[1:50]:
        if sum(cell.strip() in request.columns for cell in row.cells) >= 2:
            return row
    if all(cell.strip() for cell in rows[0].cells) and len(rows[0].cells) > 1:
        return None
    for row, next_row in itertools.pairwise(rows[1:30]):
        cells = [cell.strip() for cell in row.cells]
        names = len(cells) > 1 and all(cells) and len(set(cells)) == len(cells) and not any(map(_like_data, cells))
        if names and any(_like_data(cell.strip()) for cell in next_row.cells):
            return row
    return None


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
    if _is_zst(path):
        ((n_lines,),) = process.connection().sql(f"SELECT count(*) FROM ({_lines_of(path)})").fetchall()
        return int(n_lines)
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
    if n_rows == sum(each.n_lines for each in found):
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
        with _lines(file.path, "replace") as text:
            for _ in range(layout.skip):
                next(text, "")
            for row in _reader(text, layout.separator, layout.quote):
                n += bool(row) or len(layout.names) == 1
                if len(row) == len(layout.names) and any("\n" in cell for cell in row):
                    _refuse_swallowed(row, layout, file.shown, request)
    except csv.Error:
        return None
    return n


def _explain(found: Sequence[_File]) -> None:
    """Name the first row that does not fit, by its line; the engine counts no blank lines."""
    for file in found:
        _refuse_first_unfit(file)


def _refuse_first_unfit(file: _File) -> None:
    layout, at = file.layout, file.layout.skip
    with _lines(file.path, "strict") as text:
        try:
            for _ in range(layout.skip):
                next(text, "")
            reader = _reader(text, layout.separator, layout.quote, strict=True)
            for row in reader:
                full = row[:-1] if len(row) > len(layout.names) and row[-1] == "" else row  # a separator at the end
                if row and len(full) != len(layout.names):
                    _refuse_width(file, at + 1, full)
                at = layout.skip + reader.line_num
        except UnicodeDecodeError:
            raise _not_utf8(file.shown) from None
        except csv.Error as error:
            if "field larger" in str(error):
                raise InputFileError("line_too_long", path=file.shown, line=at + 1, most="131,072 characters") from None
            raise InputFileError("quote_not_closed", path=file.shown, line=at + 1) from None


def _refuse_width(file: _File, line: int, row: Sequence[str]) -> NoReturn:
    raise InputFileError(
        "row_of_other_width", path=file.shown, line=line, expected=len(file.layout.names), found=len(row),
        row=shown([file.layout.separator.join(row)]), s="" if len(row) == 1 else "s",
    )  # fmt: skip


def _refuse_swallowed(row: Sequence[str], layout: Layout, file: str, request: Request) -> None:
    """A quotation mark that is never closed takes the rows below it into its field."""
    dates = [at for at, name in enumerate(layout.names) if name == request.date]
    for cell in row:
        for line in cell.split("\n")[1:]:
            fields = [field.strip().strip('"') for field in line.split(layout.separator)]
            if len(fields) == len(layout.names) > 1 and all(_DATE.match(fields[at]) for at in dates) and dates:
                raise InputFileError("quote_swallows", path=file, field=shown([cell]), row=shown([line]))
