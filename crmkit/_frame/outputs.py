"""Where results go: into a file, written aside and moved into place, or into the engine's own storage.

`write_table` writes CSV, Parquet or an Excel sheet in the embedded engine, so that a list larger than memory
is never loaded. A file is complete or it is not there: it grows under another name in the same folder and takes its
own name only when all of it is written. Text that a spreadsheet would run as a formula is made inert; see OWASP,
CSV injection, https://owasp.org/www-community/attacks/CSV_Injection.
"""

from __future__ import annotations

import glob
import math
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw

from crmkit._frame import engines, sandbox, sql
from crmkit._frame.engines import LazyFrame
from crmkit._frame.origins import Copies
from crmkit.errors import ArgumentError, CrmkitError, DataError, InputFileError, MissingPackageError

_SHEET_ROWS = 1_048_576
_SHEET_DIGITS = 10**15  # a spreadsheet rounds longer numbers
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")  # XML has no way to write these
# = + - @ and white space that hides them, also in the wide forms that East Asian programs take for the same.
_FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"


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
        return _kept(native)
    if frame.implementation.is_polars():
        return native.collect().lazy()
    if frame.implementation.is_pyspark():
        return native.persist()
    return native


def _kept(native: Any) -> Any:
    import duckdb

    crmkit_copies = Copies.begun()
    crmkit_held = crmkit_copies.held  # found by this name; the branch that names it is never computed
    there, back = sandbox.through_parquet(list(zip(native.columns, map(str, native.types), strict=True)))
    file = sql.texts([Path(crmkit_copies.folder) / "rows.parquet"])
    rows = f"crmkit_{secrets.token_hex(8)}"
    read = f"SELECT {back} FROM read_parquet({file}, hive_partitioning = false)"
    try:
        native.query(rows, f"COPY (SELECT {there} FROM {rows}) TO {file[1:-1]} (FORMAT parquet)")
        kept = native.query(
            rows, f"SELECT r.* FROM ({read}) r UNION ALL SELECT r.* FROM ({read}) r, crmkit_held WHERE false"
        )
    except (duckdb.PermissionException, duckdb.CatalogException):
        return native
    del crmkit_held
    return kept


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
    try:
        native.query(f"{name}_lazy", f"CREATE TEMP TABLE {name} AS SELECT * FROM {name}_lazy")
    except (duckdb.PermissionException, duckdb.CatalogException):  # a connection that may not: it stays lazy
        yield frame
        return
    try:
        yield nw.from_native(native.query(f"{name}_lazy", f"SELECT * FROM {name}"))
    finally:
        native.query(f"{name}_lazy", f"DROP TABLE {name}")


# --- into a file ------------------------------------------------------------------------------------------------


def target_of(path: str | Path, *, source: str | None = None) -> Path:
    """The file to write, if it can be written; `source` is the file, glob or address that must stay as it is."""
    target = Path(os.path.realpath(path))  # a link stays a link to the new file
    if target.suffix.lower() not in _WRITERS:
        raise ArgumentError(f"the ending of {str(path)!r} is not one of {', '.join(_WRITERS)}. Choose the kind by it.")
    if not target.parent.is_dir():
        raise InputFileError(f"there is no folder {str(target.parent)!r}. Make it first, or write elsewhere.")
    if target.exists() and not target.is_file():
        raise InputFileError(f"{str(path)!r} is not a file, so it cannot be replaced by one. Give another name.")
    if not os.access(target.parent, os.W_OK):
        raise InputFileError(f"the folder {str(target.parent)!r} cannot be written to. Write elsewhere.")
    if source is not None and target.exists() and any(target.samefile(file) for file in _files(source)):
        raise ArgumentError(f"{str(path)!r} is the input itself, which is never overwritten. Give another name.")
    if target.suffix.lower() == ".xlsx" and find_spec("openpyxl") is None:
        raise MissingPackageError('Excel needs openpyxl. Run: pip install "crmkit[excel]".')
    return target


def _files(source: str) -> list[str]:
    return [source] if Path(source).exists() else [file for file in glob.glob(source) if Path(file).exists()]


def folder_of(path: str | Path) -> Path:
    """A folder to write to, made if it is not there."""
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputFileError(f"cannot make the folder {str(path)!r}: {error.strerror}. Give another one.") from None
    return Path(path)


def write_table(native: Any, path: str | Path, *, order: Sequence[str], bom: bool = False) -> None:
    """Write a result table to `path`, the kind of file by its ending; an existing file is replaced.

    Rows come in the `order` of these columns, so that equal lists give equal files. `bom` begins a CSV with the mark by
    which Excel knows UTF-8.
    """
    target = target_of(path)
    frame = _dated(_embedded(native))
    with _aside(target) as part, _writing(str(path)):
        _WRITERS[target.suffix.lower()](frame, part, order, bom)


@contextmanager
def _aside(target: Path) -> Iterator[Path]:
    """A path beside the target to write to, which takes its name if all goes well and is removed if not."""
    part = target.with_name(f".crmkit-{secrets.token_hex(8)}.part")
    try:
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())  # or a crash of the machine could leave the name without the content
        if target.exists():
            shutil.copymode(target, part)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _writing(path: str) -> Iterator[None]:
    """Turn an engine's or the system's error into one that names the file."""
    import duckdb

    try:
        yield
    except (duckdb.Error, OSError) as error:
        if isinstance(error, CrmkitError):
            raise
        raise InputFileError(
            f"cannot write {path!r}: {_reason(error)}. Check the space left, or write elsewhere."
        ) from None


def _reason(error: Exception) -> str:
    """Why the system would not write; the engine hides its number in a long text."""
    number = re.search(r'"errno":"(\d+)"', str(error))
    if number:
        return os.strerror(int(number[1]))
    return getattr(error, "strerror", None) or str(error).splitlines()[0][:300]


def _embedded(native: Any) -> LazyFrame:
    """Any table as one of the DuckDB engine, which does the writing."""
    frame = engines.lift(engines.wrap(native))
    if frame.implementation.is_duckdb():
        return frame
    return engines.lift(frame.collect(backend="pandas"))


def _dated(frame: LazyFrame) -> LazyFrame:
    """Time in results is in days; pandas has no type for them."""
    stamps = [name for name, dtype in frame.collect_schema().items() if dtype == nw.Datetime]
    return frame.with_columns(nw.col(*stamps).cast(nw.Date)) if stamps else frame


def _inert(frame: LazyFrame) -> LazyFrame:
    """Text that begins like a formula, with an apostrophe in front; numbers stay numbers."""
    texts = [name for name, dtype in frame.collect_schema().items() if dtype == nw.String]
    made = [
        nw.when(nw.col(name).str.contains(_FORMULA))
        .then(nw.concat_str(nw.lit("'"), nw.col(name)))
        .otherwise(nw.col(name))
        .alias(name)
        for name in texts
    ]
    return frame.with_columns(*made) if made else frame


def _query(frame: LazyFrame, sql: str) -> Any:
    return frame.to_native().query("crmkit_result", sql)


def _sorted(order: Sequence[str]) -> str:
    """The rows of a query in order; said last, because the engine keeps no other order."""
    columns = ", ".join(map(sql.name, order))
    return f"SELECT * FROM crmkit_result ORDER BY {columns}"


def _copy(frame: LazyFrame, part: Path, order: Sequence[str], options: str) -> None:
    _query(frame, f"COPY ({_sorted(order)}) TO {sql.text(part)} ({options})")


def _write_parquet(frame: LazyFrame, part: Path, order: Sequence[str], _: bool) -> None:
    _copy(frame, part, order, "FORMAT parquet")


def _write_csv(frame: LazyFrame, part: Path, order: Sequence[str], bom: bool) -> None:
    first = engines.names_of(frame)[0]
    name = {first: f"\ufeff{first}"} if bom else {}  # the first bytes of the file are those of the first name
    _copy(_inert(frame).rename(name), part, [name.get(column, column) for column in order], "FORMAT csv, HEADER true")


def _write_xlsx(frame: LazyFrame, part: Path, order: Sequence[str], _: bool) -> None:
    import openpyxl

    n = int(engines.collect(frame.select(n=nw.len()))["n"][0])
    if n >= _SHEET_ROWS:
        raise DataError(
            f"an Excel sheet holds {_SHEET_ROWS - 1:,} rows, and the list has {n:,}. Write .parquet or .csv instead."
        )
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("customers")
    sheet.freeze_panes = "A2"
    sheet.append(engines.names_of(frame))
    try:
        for row in _query(_inert(frame), _sorted(order)).fetchall():
            sheet.append([_cell(value) for value in row])
        book.save(part)
    except OSError:
        with suppress(OSError):  # or it is said once more, with a trace, when the sheet is thrown away
            sheet.close()
        raise


def _cell(value: Any) -> Any:
    """A value that a sheet can hold: long ids as text, no control characters, no infinity."""
    if isinstance(value, str):
        return _CONTROL.sub("\ufffd", value)
    if isinstance(value, int) and abs(value) >= _SHEET_DIGITS:
        return str(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


# --- a small book of several sheets -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of a small book: rows of values, the first one its head, and which cells (row, column) are marked how."""

    title: str
    rows: Sequence[Sequence[Any]]
    marks: Mapping[tuple[int, int], str] = field(default_factory=dict)  # to a key of _FILLS
    number: str = "General"  # how numbers are written from column `n_heads` on
    n_heads: int = 0  # columns that name a row


# Hatched: can still change. Grey: withheld.
_FILLS = {"partial": ("lightUp", "D55E00"), "too_small": ("solid", "BFBFBF")}
_NARROWEST, _WIDEST = 9, 90  # of a column, in characters


def write_book(path: str | Path, sheets: Sequence[Sheet]) -> None:
    """Write small pages into one Excel book; an existing file is replaced."""
    target = target_of(path)
    if target.suffix.lower() != ".xlsx":
        raise ArgumentError(f"{str(path)!r} is not an Excel book. Give a name that ends with .xlsx.")
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for sheet in sheets:
        _fill_page(book.create_sheet(sheet.title), sheet)
    with _aside(target) as part, _writing(str(path)):
        book.save(part)


def _fill_page(page: Any, sheet: Sheet) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    for at, row in enumerate(sheet.rows):
        for column, value in enumerate(row):
            cell = page.cell(at + 1, column + 1, _inert_cell(value))
            if column >= sheet.n_heads > 0 and at > 0:
                cell.number_format = sheet.number
            if at == 0 and sheet.n_heads:
                cell.font = Font(bold=True)
            if not sheet.n_heads:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    for (at, column), mark in sheet.marks.items():
        pattern, colour = _FILLS[mark]
        page.cell(at + 1, column + 1).fill = PatternFill(pattern, fgColor=colour)
    if sheet.n_heads:
        page.freeze_panes = page.cell(2, sheet.n_heads + 1)
    full = [row for row in sheet.rows if len(row) == len(sheet.rows[0])]  # a legend may hang over
    for column in range(len(sheet.rows[0])):
        width = 2 + max(_characters(row[column]) for row in full)
        page.column_dimensions[get_column_letter(column + 1)].width = min(max(width, _NARROWEST), _WIDEST)


def _characters(value: Any) -> int:
    """How wide a value is written, roughly: a Chinese character counts two, a number is rounded."""
    words = f"{value:,.2f}" if isinstance(value, float) else "" if value is None else str(value)
    return sum(2 if ord(character) > 0x2E80 else 1 for character in words)


def _inert_cell(value: Any) -> Any:
    """A value that a sheet can hold and will not run."""
    value = value.item() if hasattr(value, "item") else value
    plain = _cell(value)
    return f"'{plain}" if isinstance(plain, str) and re.match(_FORMULA, plain) else plain


_WRITERS: Mapping[str, Callable[[LazyFrame, Path, Sequence[str], bool], None]] = {
    ".csv": _write_csv,
    ".parquet": _write_parquet,
    ".xlsx": _write_xlsx,
}
