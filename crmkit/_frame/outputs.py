"""Where results go: into a file, written aside and moved into place, or into the engine's own storage.

`write_table` writes CSV, Parquet or an Excel sheet in the embedded engine, so that a list larger than memory
is never loaded. A file is complete or it is not there: it grows under another name in the same folder and takes its
own name only when all of it is written. Text that a spreadsheet would run as a formula is made inert; see OWASP,
CSV injection, https://owasp.org/www-community/attacks/CSV_Injection.
"""

from __future__ import annotations

import csv
import datetime as dt
import glob
import io
import itertools
import math
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._frame import engines, process, sandbox, sql
from crmkit._frame.engines import LazyFrame
from crmkit._frame.origins import Copies
from crmkit.errors import ArgumentError, CrmkitError, DataError, InputFileError, MissingPackageError

_SHEET_ROWS = 1_048_576
# A column of more distinct values than this gains nothing from a dictionary, which is made and thrown away.
_PARQUET = "FORMAT parquet, DICTIONARY_SIZE_LIMIT 4096"
_HEADS = 2  # rows of an Excel list: what people call the columns, and their keys
_ROW = "crmkit_row"  # the place of a row, which is not written
_CELL_CHARACTERS = 32_767
_SHEET_DIGITS = 10**15  # a spreadsheet rounds longer numbers
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")  # XML has no way to write these
# = + - @ and white space that hides them, also in the wide forms that East Asian programs take for the same.
_FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"
# Where ; separates (German, French ... Excel), quotation marks within a line of commas protect nothing: a cell opens
# after each ; tab or line end.
_FORMULA_WITHIN = r"([;\t\r\n][\s\"']*)([=+\-@＝＋－＠])"
_APART = r"\1'\2"
_APOSTROPHE = "'"
_SEPARATES = r"[;\t|]"


# --- in the engine ----------------------------------------------------------------------------------------------


def keep(native: Any) -> Any:
    """The same table of the same kind, computed: what is lazy would be computed anew by everyone who reads it.

    A DuckDB table is kept as a private Parquet file that goes with the last table which reads it: nothing is left
    behind on a connection that is not ours. On one that may not touch files it stays lazy.
    """
    frame = engines.wrap(native)
    if engines.is_eager(frame):
        return native
    if frame.implementation.is_duckdb():
        stored = Stored.of(native)
        return native if stored is None else stored.beside(native)
    if frame.implementation.is_polars():
        return native.collect().lazy()
    if engines.is_spark(frame):
        return native.persist()
    return native


@dataclass(frozen=True, slots=True)
class Stored:
    """Rows in private Parquet files, which go with the last table that reads them."""

    files: tuple[str, ...]
    copies: Copies
    columns: str = "*"  # what to select, so that types come back as they were

    @classmethod
    def of(cls, native: Any) -> Stored | None:
        """The rows of a DuckDB table, computed; None on a connection that may not touch files."""
        import duckdb

        copies = Copies.begun()
        there, back = sandbox.through_parquet(list(zip(native.columns, map(str, native.types), strict=True)))
        file = process.new_file(Path(copies.folder) / "rows.parquet")
        stored = cls((file,), copies, back)
        rows = f"crmkit_{secrets.token_hex(8)}"
        to = f"{sql.text(file)} ({_PARQUET}, USE_TMP_FILE false)"
        try:
            native.query(rows, f"COPY (SELECT {there} FROM {rows}) TO {to}")
            stored.beside(native)
        except (duckdb.PermissionException, duckdb.CatalogException):
            return None
        return stored

    def beside(self, native: Any, *, row: str | None = None) -> Any:
        """The rows on the connection of another table; `row` names a column to add, the number of the row."""
        crmkit_held = self.copies.held  # found by this name; the branch that names it is never computed
        numbered = "" if row is None else f", file_row_number AS {sql.name(row)}"
        read = f"SELECT {self.columns}{numbered} FROM {self.scan}"
        rows = f"crmkit_{secrets.token_hex(8)}"
        found = process.asker(native, rows)(
            f"SELECT r.* FROM ({read}) r UNION ALL SELECT r.* FROM ({read}) r, crmkit_held WHERE false"
        )
        del crmkit_held
        return found

    @property
    def scan(self) -> str:
        """The files, as SQL reads them, with `file_row_number`."""
        return f"read_parquet({sql.texts(self.files)}, hive_partitioning = false, file_row_number = true)"


@contextmanager
def kept(frame: LazyFrame) -> Iterator[LazyFrame]:
    """The frame computed once, for as long as the block lasts: what is read several times need not be made anew.

    In DuckDB it is a temporary table, which spills to disk and goes when the block ends.
    """
    if not frame.implementation.is_duckdb():
        yield nw.from_native(keep(frame.to_native())).lazy()
        return
    import duckdb

    native, name = frame.to_native(), f"crmkit_{secrets.token_hex(8)}"
    # What is found from it could not be kept either, and would still read the table after the block.
    if not process.is_ours(native) and Stored.of(native.limit(0)) is None:
        yield frame
        return
    try:
        native.query(f"{name}_lazy", f"CREATE TEMP TABLE {name} AS SELECT * FROM {name}_lazy")
    except (duckdb.PermissionException, duckdb.CatalogException):  # a connection that may not: it stays lazy
        yield frame
        return
    try:
        yield nw.from_native(process.asker(native, f"{name}_lazy")(f"SELECT * FROM {name}"))
    finally:
        native.query(f"{name}_lazy", f"DROP TABLE {name}")


# --- into a file ------------------------------------------------------------------------------------------------


PICTURES = (".png", ".svg", ".pdf")


def target_of(path: str | Path, *, source: str | Sequence[str] | None = None, endings: Iterable[str] = ()) -> Path:
    """The file to write, if it can be written; `source`: files, globs or addresses that must stay as they are."""
    target = Path(os.path.realpath(path))  # a link stays a link to the new file
    known = list(endings) or list(_WRITERS)
    if target.suffix.lower() not in known:
        raise ArgumentError("output_ending", path=str(path), known=", ".join(known))
    refuse_target(path)
    sources = [source] if isinstance(source, str) else source or ()
    if target.exists() and any(target.samefile(file) for each in sources for file in _files(each)):
        raise ArgumentError("output_is_input", path=str(path))
    if target.suffix.lower() == ".xlsx" and find_spec("xlsxwriter") is None:
        raise MissingPackageError("no_excel_writer")
    return target


def refuse_target(path: str | Path) -> None:
    """Refuse a path to which no file can be written, whatever its kind."""
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise InputFileError("output_link_loop", path=str(path))
    if not target.parent.is_dir():
        raise InputFileError("output_no_folder", path=str(target.parent))
    if target.exists() and not target.is_file():
        raise InputFileError("output_not_a_file", path=str(path))
    if target.exists() and not target.stat().st_mode & 0o222:
        raise InputFileError("output_protected", path=str(path))
    if not os.access(target.parent, os.W_OK):
        raise InputFileError("output_closed_folder", path=str(target.parent))


@contextmanager
def private(path: str | Path) -> Iterator[Path]:
    """A path to write to, which becomes `path` if all goes well; the file is its owner's alone."""
    with _writing(str(path)), _aside(Path(os.path.realpath(path)), mode=0o600) as part:
        yield part


def _files(source: str) -> list[str]:
    return [source] if Path(source).exists() else [file for file in glob.glob(source) if Path(file).exists()]


def folder_of(path: str | Path) -> Path:
    """A folder to write to, made if it is not there."""
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputFileError("output_folder_fails", path=str(path), reason=error.strerror or str(error)) from None
    return Path(path)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of a book: rows of values, the first one its head, and which cells (row, column) are marked how.

    With `formats`, one for each column, it is a table with two rows of heads (labels, keys) and a filter; with
    `n_heads`, a grid whose first columns name a row; else lines of words.
    """

    title: str
    rows: Iterable[Sequence[Any]]
    marks: Mapping[tuple[int, int], str] = field(default_factory=dict)  # to a key of _FILLS
    number: str = "General"  # how numbers are written from column `n_heads` on
    n_heads: int = 0  # columns that name a row
    formats: Sequence[str] = ()  # of numbers, column by column


@dataclass(frozen=True, slots=True)
class Look:
    """How people see a table that is written: what columns are called, and how their numbers are written."""

    headings: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, str] = field(default_factory=dict)  # of numbers, as Excel has them
    money: Sequence[str] = ()  # columns that a CSV has with `digits` decimals
    digits: int = 2
    bom: bool = False  # begin a CSV with the mark by which Excel knows UTF-8
    beside: Sequence[Sheet] = ()  # further pages of an Excel book


PLAIN = Look()


def write_table(native: Any, path: str | Path, *, order: Sequence[str] = (), look: Look = PLAIN) -> None:
    """Write a result table to `path`, the kind of file by its ending; an existing file is replaced.

    Rows come in the `order` of these columns, so that equal lists give equal files; without, as they stand in a table
    that is small. CSV, Parquet and JSON have the keys of the columns, Excel also what people call them.
    """
    target = target_of(path)
    with _writing(str(path)), _aside(target) as part:
        frame = _embedded(engines.coded(native) if target.suffix.lower() == ".parquet" else native)
        if not order:
            frame, order = _numbered(frame), [_ROW]
        _WRITERS[target.suffix.lower()](_dated(frame), part, order, look)


def _numbered(frame: LazyFrame) -> LazyFrame:
    """A small table whose rows know their place."""
    columns = engines.collect(frame)
    n = len(next(iter(columns.values())))
    return _embedded(nw.from_dict({**columns, _ROW: np.arange(n)}, backend="pandas").to_native())


@contextmanager
def aside(path: str | Path, endings: Iterable[str]) -> Iterator[Path]:
    """A path to write a file of another kind to; it takes its name when all of it is written."""
    target = target_of(path, endings=endings)
    with _writing(str(path)), _aside(target) as part:
        yield part


def write_text(text: str, path: str | Path) -> None:
    """Write a text to `path`; an existing file is replaced."""
    with _writing(str(path)), _aside(Path(path)) as part:
        part.write_text(text, encoding="utf-8")


@contextmanager
def _aside(target: Path, *, mode: int | None = None) -> Iterator[Path]:
    """A path beside the target to write to, which takes its name if all goes well and is removed if not.

    Until then nobody else can read it; then the file has the `mode` of the one it replaces, or the usual one, unless
    told. What a killed run left beside the target is removed.
    """
    for left in target.parent.glob(".crmkit-*.part"):
        process.sweep(left, left.unlink)
    part = target.with_name(f".crmkit-{secrets.token_hex(8)}.part")
    held = os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    try:
        process.take(held)
        yield part
        os.fsync(held)  # or a crash of the machine could leave the name without the content
        usual = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        os.chmod(part, usual if mode is None else mode)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
        os.close(held)


def _umask() -> int:
    """What the process takes away from the modes of new files; asking the system, as setting it is seen by threads."""
    with suppress(OSError):
        found = re.search(r"^Umask:\s*(\d+)", Path("/proc/self/status").read_text(), re.MULTILINE)
        if found:
            return int(found[1], 8)
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


@contextmanager
def _writing(path: str) -> Iterator[None]:
    """Turn an engine's or the system's error into one that names the file."""
    import duckdb

    try:
        yield
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None
    except duckdb.OutOfMemoryException:
        raise InputFileError("out_of_memory", path=path) from None
    except (duckdb.Error, OSError) as error:
        if isinstance(error, CrmkitError):
            raise
        raise InputFileError("output_fails", path=path, reason=_reason(error)) from None


def _reason(error: Exception) -> str:
    """Why the system would not write."""
    reason = engines.reason_of_system(str(error)) or getattr(error, "strerror", None)
    return reason or str(error).splitlines()[0][:300]


def _embedded(native: Any) -> LazyFrame:
    """Any table as one of the DuckDB engine, which does the writing."""
    frame = engines.lift(engines.wrap(native))
    if frame.implementation.is_duckdb():
        return frame
    return engines.lift(frame.collect(backend="pandas"))


def _dated(frame: LazyFrame) -> LazyFrame:
    """Time in results is in days; pandas has no type for them."""
    stamps = [name for name, dtype in frame.collect_schema().items() if dtype == nw.Datetime]
    days = ", ".join(f"CAST({sql.name(name)} AS DATE) AS {sql.name(name)}" for name in stamps)
    return nw.from_native(frame.to_native().project(f"* REPLACE ({days})")) if stamps else frame


def _inert(frame: LazyFrame) -> LazyFrame:
    """Text and names that a spreadsheet would take for a formula, with an apostrophe in front; numbers stay numbers."""
    columns = []
    for name, dtype in frame.collect_schema().items():
        made = own = sql.name(name)
        if dtype == nw.String:
            within = f"regexp_replace({own}, {sql.text(_FORMULA_WITHIN)}, {sql.text(_APART)}, 'g')"
            made = f"if(regexp_matches({own}, {sql.text(_FORMULA)}), {sql.text(_APOSTROPHE)} || {within}, {within})"
        columns.append(f"{made} AS {sql.name(inert_text(name))}")
    return nw.from_native(frame.to_native().project(", ".join(columns)))


def inert_text(text: str) -> str:
    """A text that no spreadsheet takes for a formula, whatever separates its cells.

    >>> inert_text("=1+1"), inert_text("a;=1+1"), inert_text("-5 %"), inert_text("a-b; c")
    ("'=1+1", "a;'=1+1", "'-5 %", 'a-b; c')
    """
    within = re.sub(_FORMULA_WITHIN, _APART, text)
    return f"'{within}" if re.match(_FORMULA, text) else within


def _copy(
    frame: LazyFrame, part: Path, order: Sequence[str], options: str, written: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Write the rows in order; said last, because the engine keeps no other order.

    `written` are SQL expressions in place of columns.
    """
    rows = f"crmkit_{secrets.token_hex(8)}"  # no table of the caller's has this name
    columns = ", ".join(f"{rows}.{sql.name(column)}" for column in order)
    chosen = ", ".join(f"{written.get(name, sql.name(name))} AS {sql.name(name)}" for name in _names(frame))
    made = f"SELECT {chosen} FROM {rows} ORDER BY {columns}"
    frame.to_native().query(rows, f"COPY ({made}) TO {sql.text(part)} ({options}, USE_TMP_FILE false)")


def _names(frame: LazyFrame) -> list[str]:
    """The columns that are written."""
    return [name for name in engines.names_of(frame) if name != _ROW]


def _floats(frame: LazyFrame) -> list[str]:
    return [name for name, dtype in frame.collect_schema().items() if dtype.is_float()]


def _write_parquet(frame: LazyFrame, part: Path, order: Sequence[str], _: Look) -> None:
    _copy(frame, part, order, _PARQUET)


def _write_json(frame: LazyFrame, part: Path, order: Sequence[str], _: Look) -> None:
    """A list of rows; what is not finite is null, for JSON has no word for it."""
    finite = {name: f"CASE WHEN isfinite({sql.name(name)}) THEN {sql.name(name)} END" for name in _floats(frame)}
    _copy(frame, part, order, "FORMAT json, ARRAY true", finite)
    if part.stat().st_size == 0:
        part.write_text("[]\n")


def _write_csv(frame: LazyFrame, part: Path, order: Sequence[str], look: Look) -> None:
    inert = _inert(frame)
    names = dict(zip(engines.names_of(frame), engines.names_of(inert), strict=True))
    header = io.StringIO()
    csv.writer(header, lineterminator="\n").writerow(_names(inert))
    top = ("\ufeff" if look.bom else "") + header.getvalue()
    n_rows, quoted = _with_separators(inert)
    if n_rows == 0:
        part.write_bytes(top.encode())
        return
    force = f", FORCE_QUOTE ({', '.join(map(sql.name, quoted))})" if quoted else ""
    options = f"FORMAT csv, HEADER false, PREFIX {sql.text(top)}, SUFFIX '\n'{force}"
    cents = {names[column]: _rounded(names[column], look.digits) for column in look.money if column in _floats(frame)}
    _copy(inert, part, [names[column] for column in order], options, cents)


def _rounded(column: str, digits: int) -> str:
    """SQL for money with its decimals, and never -0.00."""
    money = sql.name(column)
    return f"CASE WHEN NOT isnan({money}) THEN printf('%.{digits}f', round({money}, {digits}) + 0) END"


def _with_separators(frame: LazyFrame) -> tuple[int, list[str]]:
    """The number of rows, and the columns of text in which a sign occurs that separates cells somewhere."""
    texts = [name for name, dtype in frame.collect_schema().items() if dtype == nw.String]
    ones = [f"count(*) FILTER (regexp_matches({sql.name(name)}, {sql.text(_SEPARATES)}))" for name in texts]
    (row,) = frame.to_native().aggregate(", ".join(["count(*)", *ones])).fetchall()
    return int(row[0]), [name for name, n in zip(texts, row[1:], strict=True) if n]


def _write_xlsx(frame: LazyFrame, part: Path, order: Sequence[str], look: Look) -> None:
    n = int(engines.collect(frame.select(n=nw.len()))["n"][0])
    if n > _SHEET_ROWS - _HEADS:
        raise DataError("output_too_long", most=_SHEET_ROWS - _HEADS, n=n)
    keys = _names(frame)
    heads = [[look.headings.get(key, key) for key in keys], keys]
    rows = _rows_in_order(frame, order)
    formats = [look.formats.get(key, "") for key in keys]
    with _book(part) as book:
        for sheet in (Sheet("data", itertools.chain(heads, rows), formats=formats), *look.beside):
            _fill_page(book, book.add_worksheet(sheet.title), sheet)


def _rows_in_order(frame: LazyFrame, order: Sequence[str]) -> Iterator[Sequence[Any]]:
    """The rows one by one, from a private copy: they need not all be in memory."""
    copies = Copies.begun()
    file = Path(process.new_file(Path(copies.folder) / "rows.parquet"))
    _copy(frame, file, order, _PARQUET)
    cursor = process.connection().cursor()
    read = f"SELECT * FROM read_parquet({sql.texts([file])}, hive_partitioning = false)"
    if list(order) != [_ROW]:  # else it was written in its order, and is small
        read += f" ORDER BY {', '.join(map(sql.name, order))}"
    cursor.execute(read)
    yield from itertools.chain.from_iterable(iter(lambda: cursor.fetchmany(10_000), []))


@contextmanager
def _book(part: Path, **options: Any) -> Iterator[Any]:
    """A book of sheets that is written row by row; it is put together in memory, so that a full disk is said once."""
    import xlsxwriter

    whole, copies = io.BytesIO(), Copies.begun()
    book = xlsxwriter.Workbook(whole, {"constant_memory": True, "tmpdir": copies.folder, **options})
    try:
        yield book
        book.close()
    except xlsxwriter.exceptions.XlsxWriterException as error:
        raise OSError(str(error)) from None
    part.write_bytes(whole.getbuffer())


def _cell(value: Any) -> Any:
    """A value that a sheet can hold: long ids as text, no control characters, no infinity."""
    if isinstance(value, str):
        return _CONTROL.sub("\ufffd", value)
    if isinstance(value, int) and abs(value) >= _SHEET_DIGITS:
        return str(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


# --- a small book of several sheets -----------------------------------------------------------------------------


# Hatched: can still change. Grey: withheld.
_FILLS = {"partial": (14, "D55E00"), "too_small": (1, "BFBFBF")}
_NARROWEST, _WIDEST = 9, 90  # of a column, in characters
_LOOKED_AT = 1_000  # rows by which a column is made as wide as it needs


def write_book(path: str | Path, sheets: Sequence[Sheet]) -> None:
    """Write small pages into one Excel book; an existing file is replaced."""
    with new_book(path, constant_memory=True) as book:
        for sheet in sheets:
            _fill_page(book, book.add_worksheet(sheet.title), sheet)


@contextmanager
def new_book(path: str | Path, **options: Any) -> Iterator[Any]:
    """An empty Excel book (of XlsxWriter) to fill, in any order of cells; it takes its place when it is whole."""
    target = target_of(path)
    if target.suffix.lower() != ".xlsx":
        raise ArgumentError("output_no_book", path=str(path))
    with _writing(str(path)), _aside(target) as part, _book(part, **{"constant_memory": False, **options}) as book:
        yield book


def _fill_page(book: Any, page: Any, sheet: Sheet) -> None:
    formats: dict[frozenset[tuple[str, Any]], Any] = {}
    rows = iter(sheet.rows)
    first = list(itertools.islice(rows, _LOOKED_AT))
    wide = len(first[0]) if first else 0
    full = [row for row in first if len(row) == wide]  # a legend may hang over
    for column in range(wide):
        width = 2 + max(characters(row[column]) for row in full)
        page.set_column(column, column, min(max(width, _NARROWEST), _WIDEST))
    if sheet.n_heads or sheet.formats:
        page.freeze_panes(*((_HEADS, 1) if sheet.formats else (1, sheet.n_heads)))
    at = 0
    for at, row in enumerate(itertools.chain(first, rows)):
        for column, value in enumerate(row):
            plain = inert_cell(value)
            looks = frozenset(_looks(sheet, at, column, plain).items())
            if looks not in formats:
                formats[looks] = book.add_format(dict(looks))
            _write_cell(page, at, column, plain, formats[looks])
    if sheet.formats and wide:
        page.autofilter(_HEADS - 1, 0, max(at, _HEADS - 1), wide - 1)


def _write_cell(page: Any, at: int, column: int, plain: Any, form: Any) -> None:
    """One cell; text is never anything else."""
    if isinstance(plain, bool):
        page.write_boolean(at, column, plain, form)
    elif isinstance(plain, int | float):
        page.write_number(at, column, plain, form)
    elif isinstance(plain, dt.date):
        page.write_datetime(at, column, plain, form)
    elif plain is None:
        page.write_blank(at, column, None, form)
    else:
        page.write_string(at, column, str(plain)[:_CELL_CHARACTERS], form)


def _looks(sheet: Sheet, at: int, column: int, value: Any) -> dict[str, Any]:
    if sheet.formats:
        if at < _HEADS:
            return {"bold": at == 0, "italic": at > 0}
        if isinstance(value, dt.date):
            return {"num_format": "yyyy-mm-dd"}
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return {"num_format": sheet.formats[column]} if number and sheet.formats[column] else {}
    looks: dict[str, Any] = {}
    if column >= sheet.n_heads > 0 and at > 0:
        looks["num_format"] = sheet.number
    if at == 0 and sheet.n_heads:
        looks["bold"] = True
    if not sheet.n_heads:
        looks |= {"text_wrap": True, "valign": "top"}
    if (at, column) in sheet.marks:
        pattern, colour = _FILLS[sheet.marks[at, column]]
        looks |= {"pattern": pattern, "fg_color": f"#{colour}"}
    return looks


def characters(value: Any) -> int:
    """How wide a value is written, roughly: a Chinese character counts two, a number is rounded."""
    words = f"{value:,.2f}" if isinstance(value, float) else "" if value is None else str(value)
    return sum(2 if ord(character) > 0x2E80 else 1 for character in words)


def inert_cell(value: Any) -> Any:
    """A value that a sheet can hold and will not run."""
    value = value.item() if hasattr(value, "item") else value
    plain = _cell(value)
    return inert_text(plain) if isinstance(plain, str) else plain


_WRITERS: Mapping[str, Callable[[LazyFrame, Path, Sequence[str], Look], None]] = {
    ".csv": _write_csv,
    ".parquet": _write_parquet,
    ".json": _write_json,
    ".xlsx": _write_xlsx,
}
