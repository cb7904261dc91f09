"""Opening files and databases for `read`: scanned in place where the embedded engine can, copied once where not.

Parquet, CSV and JSON files are scanned by DuckDB and never loaded whole. DuckDB, SQLite and PostgreSQL tables, Excel
sheets, compressed text and the results of `query=` are copied once to private Parquet files of this process. Nothing
is fetched from the network: DuckDB's own extensions for these are not used.
"""

from __future__ import annotations

import contextlib
import glob
import os
import stat
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import narwhals.stable.v2 as nw

from crmkit._frame import databases, engines, process, sandbox, sql
from crmkit._frame.csv_files import read_csv
from crmkit._frame.engines import AnyFrame
from crmkit._frame.excel import read_excel
from crmkit._frame.json_files import read_json
from crmkit._frame.origins import Copies, Given, Origin
from crmkit._frame.parquet_files import read_parquet
from crmkit._frame.requests import Request
from crmkit.errors import ArgumentError, CrmkitError, InputFileError, MissingPackageError, shown

__all__ = ["Given", "Kind", "Origin", "Request", "open_source"]


class Kind:
    """An empty table of the kind that results of a file take."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.frame()

    def frame(self) -> AnyFrame:
        """The table, on the engine as this thread sees it."""
        if self.kind == "duckdb":
            return engines.wrap(process.connection().sql("SELECT 1 AS one"))
        try:
            return nw.from_dict({"one": [1]}, backend=_BACKENDS[self.kind])
        except ImportError:
            raise MissingPackageError("no_kind", kind=self.kind) from None


def open_source(path: str | Sequence[str], request: Request) -> Origin:
    """Open a file, a glob of files, several files (of which a query makes one table, or which are one), a database file
    or a PostgreSQL address.
    """
    _check(request)
    paths = [path] if isinstance(path, str) else [str(each) for each in path]
    if len(paths) != 1 and request.query is not None:
        return _queried(paths, request.query, request)
    if addresses := [each for each in paths if each.startswith(("postgresql://", "postgres://"))]:
        if len(paths) > 1:
            raise ArgumentError("one_at_a_time", kind="PostgreSQL", first=addresses[0])
        return databases.read_postgres(paths[0], request.table, request.query)
    files = _all_files(paths)
    kind = _one_kind(files)
    _refuse_out_of_place(files, kind, request)
    with engines.reading(", ".join(paths)):
        if kind == "duckdb":
            return databases.read_duckdb(files[0], request.table, request.query)
        if kind == "sqlite":
            return databases.read_sqlite(files[0], request.table, request.query)
        if request.query is not None:
            return _queried(paths, request.query, request)
        if kind == "excel":
            return read_excel(files, request)
        return _OPENERS[kind](files, request)


_MOST_BESIDE = 40  # files whose columns are looked at


def tables_beside(paths: str | Sequence[str], request: Request) -> dict[str, tuple[str, list[str]]]:
    """Tables that a query may join, with their file and columns: of the files given, of one file all of its kind in
    its folder, of a database its tables.
    """
    listed = [paths] if isinstance(paths, str) else list(paths)
    if any("://" in each for each in listed):
        return {}
    files = _all_files(listed)
    kind = _one_kind(files)
    if kind in ("sqlite", "duckdb"):
        return {name: (listed[0], columns) for name, columns in databases.columns_of(files[0], kind).items()}
    if kind not in _OPENERS:
        return {}
    if len(files) == 1:
        folder, ending = Path(listed[0]).parent, Path(listed[0]).suffix
        others = sorted(str(each) for each in folder.glob(f"*{ending}") if os.path.abspath(each) != files[0])
        files = [listed[0], *others[:_MOST_BESIDE]]
    plain = Request(encoding=request.encoding)
    found: dict[str, tuple[str, list[str]]] = {}
    for file in files:
        with contextlib.suppress(CrmkitError, OSError):
            columns = engines.names_of(_OPENERS[kind]([os.path.abspath(file)], plain).frame())
            found[_stem(file)] = (os.path.relpath(file) if not os.path.isabs(listed[0]) else file, columns)
    return found


def _stem(path: str) -> str:
    """What a query calls a file."""
    return Path(path).name.split(".")[0] or Path(path).name


def _check(request: Request) -> None:
    if not isinstance(request.skip, int) or isinstance(request.skip, bool) or request.skip < 0:
        raise ArgumentError("skip", request.skip, "count", example=2, least=0)
    if not isinstance(request.header, bool):
        raise ArgumentError("header", request.header, "header", example=False)
    sheets = [request.sheet] if isinstance(request.sheet, str | None) else request.sheet
    if not isinstance(sheets, Sequence) or not sheets or len(set(map(repr, sheets))) < len(sheets):
        raise ArgumentError("sheet", request.sheet, "sheets", example="2024")
    separator = request.separator
    if separator is not None and (not isinstance(separator, str) or not 0 < len(separator) < 5 or separator in '"\n\r'):
        raise ArgumentError("separator", separator, "separator", example=";")


def _refuse_out_of_place(files: Sequence[str], kind: str, request: Request) -> None:
    """Options that are not for this kind of file, and several files of a kind that is one."""
    if len(files) > 1 and kind in ("sqlite", "duckdb"):
        raise ArgumentError("one_at_a_time", kind=_KINDS[kind], first=files[0])
    if request.table is not None and kind not in ("sqlite", "duckdb", "excel"):
        raise ArgumentError("not_for_kind", option="table", kind=_KINDS[kind], path=files[0])
    if request.sheet is not None and kind != "excel":
        raise ArgumentError("not_for_kind", option="sheet", kind=_KINDS[kind], path=files[0])
    for option, told in (("encoding", request.encoding), ("separator", request.separator)):
        if told is not None and kind != "csv":
            raise ArgumentError("not_for_kind", option=option, kind=_KINDS[kind], path=files[0])


def _all_files(paths: Sequence[str]) -> list[str]:
    """The files of several names and patterns; one that is named twice would count twice."""
    if not paths:
        raise ArgumentError("path", list(paths), "some_path", example="sales.csv")
    files = [file for path in paths for file in _files(path)]
    real = [os.path.realpath(file) for file in files]
    if twice := [file for at, file in enumerate(files) if real[at] in real[:at]]:
        raise ArgumentError("file_twice", paths=shown(twice))
    return files


def _files(path: str) -> list[str]:
    """Absolute paths, so that a name with ~ or :// at its beginning means the file of that name."""
    files = sorted(glob.glob(path)) if glob.has_magic(path) and not os.path.lexists(path) else [path]
    if not files:
        raise InputFileError("no_file_matches", path=path)
    for file in files:
        _refuse_no_file(file)
    return [os.path.abspath(file) for file in files]


def _refuse_no_file(file: str) -> None:
    try:
        found = os.stat(file)
    except FileNotFoundError:
        key = "dangling" if os.path.islink(file) else "no_file"
        raise InputFileError(key, path=file, here=Path.cwd().name) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputFileError("cannot_open", path=file, reason=reason) from None
    if stat.S_ISDIR(found.st_mode):
        raise InputFileError("a_folder", path=file, example=str(Path(file) / "*.parquet"))
    if not stat.S_ISREG(found.st_mode):
        raise InputFileError("not_a_file", path=file)
    if found.st_size == 0:
        raise InputFileError("empty_file", path=file)


def _one_kind(files: Sequence[str]) -> str:
    kinds = {kind_of(file): file for file in reversed(files)}
    if len(kinds) > 1:
        first = Path(files[0])
        raise ArgumentError(
            "several_kinds", files=shown([Path(file).name for file in kinds.values()]), pattern=f"*{first.suffix}"
        )
    return next(iter(kinds))


def kind_of(file: str) -> str:
    """What a file is: by its ending, what says so itself by its first bytes."""
    try:
        with open(file, "rb") as opened:
            head = opened.read(16)
    except OSError as error:
        raise InputFileError("cannot_open", path=file, reason=error.strerror or str(error)) from None
    if head.startswith(b"SQLite format 3"):
        return "sqlite"
    if head[8:12] == b"DUCK":
        return "duckdb"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"\xd0\xcf\x11\xe0") or (head.startswith(b"PK\x03\x04") and _is_book(file)):
        return "excel"
    suffixes = [suffix.lower() for suffix in Path(file).suffixes if suffix.lower() not in {".gz", ".zst"}]
    kind = _ENDINGS.get(suffixes[-1] if suffixes else "")
    if kind is None:
        raise InputFileError("unknown_ending", path=Path(file).name, known=", ".join(_ENDINGS))
    return kind


def _is_book(file: str) -> bool:
    """Whether a zip file is an Excel or OpenDocument book."""
    try:
        with zipfile.ZipFile(file) as book:
            return not {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}.isdisjoint(book.namelist())
    except (zipfile.BadZipFile, OSError):
        return False


# --- SQL over files ---------------------------------------------------------------------------------------------


def _queried(paths: Sequence[str], query: str, request: Request) -> Origin:
    """The result of one SELECT over files, each a table that is called by the stem of its file."""
    import dataclasses

    plain = dataclasses.replace(request, query=None, columns=())
    tables: dict[str, Origin] = {}
    for path in paths:
        stem = _stem(path)
        if stem.lower() in {name.lower() for name in tables}:
            raise ArgumentError("same_stem", stem=stem)
        tables[stem] = open_source(path, plain)
    copies = Copies.begun()
    read = {stamp[0] for table in tables.values() for stamp in table.stamps}
    files = sorted(read | set(map(sql.literal_path, read)))
    folders = [copies.folder, *(table.copies.folder for table in tables.values() if table.copies)]
    views = {stem: _with_types(table) for stem, table in tables.items()}
    import duckdb

    try:
        with sandbox.closed(views=views, files=files, folders=folders) as engine:
            select = sandbox.one_select(engine, query)
            return Origin(
                sandbox.copied(engine, select, copies.folder),
                copies=copies,
                plain_text=any(table.plain_text for table in tables.values()),
            )
    except duckdb.PermissionException:
        raise ArgumentError("query_reaches_out", tables=shown(tables, most=10)) from None
    except duckdb.Error as error:
        reason = " ".join(str(error).splitlines()[:2])[:300]
        raise ArgumentError("query_fails_over", reason=reason, tables=shown(tables, most=10)) from None


def _with_types(table: Origin) -> str:
    """The rows for a query: text that is a plain number or date in every row is one, so that SQL can compute."""
    if not table.plain_text:
        return table.select
    relation = process.connection().sql(table.select)
    texts = [name for name, kind in zip(relation.columns, relation.types, strict=True) if str(kind) == "VARCHAR"]
    if not texts:
        return table.select
    made = []
    for name, found in zip(texts, _found(table.select, texts), strict=True):
        if kind := _type_of(found):
            own = sql.name(name)
            made.append(f"CAST(nullif(trim({own}), '') AS {kind}) AS {own}")
    return f"SELECT * REPLACE ({', '.join(made)}) FROM ({table.select})" if made else table.select


_DAY = r"\d{4}-\d\d-\d\d"
_MOMENT = _DAY + r"[ T]\d\d:\d\d(:\d\d)?(\.\d+)?"


def _found(select: str, columns: Sequence[str]) -> list[tuple[int, ...]]:
    """For each column: rows filled, whole numbers, numbers with decimals, their digits, days, moments."""
    parts = []
    for column in columns:
        value = f"nullif(trim({sql.name(column)}), '')"
        parts += [
            f"count({value})",
            f"count(*) FILTER (regexp_full_match({value}, '0|-?[1-9][0-9]{{0,17}}'))",
            f"count(*) FILTER (regexp_full_match({value}, '-?(0|[1-9][0-9]{{0,11}})(\\.[0-9]{{1,6}})?'))",
            f"coalesce(max(length(regexp_extract({value}, '\\.([0-9]*)$', 1))), 0)",
            f"count(try_cast(CASE WHEN regexp_full_match({value}, '{_DAY}') THEN {value} END AS DATE))",
            f"count(try_cast(CASE WHEN regexp_full_match({value}, '{_MOMENT}') THEN {value} END AS TIMESTAMP))",
        ]
    (row,) = process.connection().sql(f"SELECT {', '.join(parts)} FROM ({select})").fetchall()
    return [tuple(row[at : at + 6]) for at in range(0, len(row), 6)]


def _type_of(found: tuple[int, ...]) -> str | None:
    filled, whole, decimal, digits, days, moments = found
    if filled == 0:
        return None
    if whole == filled:
        return "BIGINT"
    if decimal == filled:
        return f"DECIMAL(18, {digits})"
    if days == filled:
        return "DATE"
    return "TIMESTAMP" if days + moments == filled else None


_ENDINGS = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".parquet": "parquet", ".pq": "parquet", ".json": "json",
    ".jsonl": "json", ".ndjson": "json", ".xlsx": "excel", ".xlsm": "excel", ".xlsb": "excel", ".xls": "excel",
    ".ods": "excel", ".db": "sqlite", ".sqlite": "sqlite", ".sqlite3": "sqlite", ".duckdb": "duckdb",
}  # fmt: skip
_KINDS = {"csv": "CSV", "parquet": "Parquet", "json": "JSON", "excel": "Excel", "sqlite": "SQLite", "duckdb": "DuckDB"}
_BACKENDS: Mapping[str, Literal["pandas", "polars", "pyarrow"]] = {
    "pandas": "pandas",
    "polars": "polars",
    "pyarrow": "pyarrow",
}
_OPENERS: dict[str, Callable[[list[str], Request], Origin]] = {
    "csv": read_csv,
    "parquet": read_parquet,
    "json": read_json,
}
