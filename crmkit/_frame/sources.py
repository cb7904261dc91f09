"""Opening files and databases for `read`: lazily where the embedded engine can, streamed into it where not.

Parquet, CSV, JSON and DuckDB files are scanned by DuckDB and never loaded whole. SQLite, PostgreSQL and Excel are
streamed once into a temporary table of the embedded engine, which spills to disk; only the columns with a role travel.
Nothing is fetched from the network: DuckDB's own extensions for these are not used.
"""

from __future__ import annotations

import csv
import glob
import itertools
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import narwhals.stable.v2 as nw

from crmkit._frame.engines import AnyFrame, LazyFrame, connection, open_duckdb, reading, spill_folder, wrap
from crmkit.errors import ArgumentError, ColumnError, InputFileError, MissingPackageError, shown

_BATCH = 100_000  # rows that travel at a time from a database


@dataclass(frozen=True, slots=True)
class Source:
    """An opened source: its rows, and whether numbers may come as text because it, or its driver, has no types."""

    frame: LazyFrame
    plain_text: bool


@dataclass(frozen=True, slots=True)
class Request:
    """What is read besides the path: the columns with a role, and where in the source the rows are."""

    columns: Sequence[str]
    table: str | None
    query: str | None
    encoding: str | None


def results_in(kind: str) -> AnyFrame:
    """An empty table of the kind that results of a file take."""
    if kind == "duckdb":
        return wrap(connection().sql("SELECT 1 AS one"))
    try:
        return nw.from_dict({"one": [1]}, backend=_BACKENDS[kind])
    except ImportError:
        raise MissingPackageError(f'{kind} is not installed. Run: pip install "{kind}", or leave out into=.') from None


def open_source(path: str, request: Request) -> Source:
    """Open a file, a glob of files, a database file or a PostgreSQL address."""
    if path.startswith(("postgresql://", "postgres://")):
        return _read_postgres(path, request)
    files = _files(path)
    kind = _kind_of(Path(files[0]))
    opener = _OPENERS[kind]
    if kind not in _DATABASES and (request.table or request.query) and kind != "excel":
        raise ArgumentError(f"table= and query= are for databases, and {path!r} is a {kind} file. Leave them out.")
    return opener(files, request)


def _files(path: str) -> list[str]:
    files = sorted(glob.glob(path)) if glob.has_magic(path) and not Path(path).exists() else [path]
    if not files:
        raise InputFileError(f"no file matches {path!r}. Check the folder and the pattern.")
    for file in files:
        if not Path(file).exists():
            raise InputFileError(f"there is no file {file!r}. Check the path; this folder is {Path.cwd().name!r}.")
        if Path(file).is_file() and Path(file).stat().st_size == 0:
            raise InputFileError(f"the file {file!r} is empty (0 bytes). Export it again.")
    return files


def _kind_of(path: Path) -> str:
    """What a file is: by its ending, a database also by its first bytes."""
    if path.is_dir():
        raise InputFileError(f"{str(path)!r} is a folder. Name its files, such as {str(path / '*.parquet')!r}.")
    with path.open("rb") as file:
        head = file.read(16)
    if head.startswith(b"SQLite format 3"):
        return "sqlite"
    if head[8:12] == b"DUCK":
        return "duckdb"
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() not in {".gz", ".zst"}]
    kind = _ENDINGS.get(suffixes[-1] if suffixes else "")
    if kind is None:
        raise InputFileError(
            f"the ending of {path.name!r} is not known. Known are {', '.join(_ENDINGS)} and SQLite and DuckDB files."
        )
    return kind


# --- scanned by DuckDB ------------------------------------------------------------------------------------------


def _scan_parquet(files: list[str], _: Request) -> Source:
    return Source(_scan("read_parquet", files), plain_text=False)


def _scan_json(files: list[str], _: Request) -> Source:
    return Source(_scan("read_json_auto", files), plain_text=False)


def _scan_csv(files: list[str], request: Request) -> Source:
    """All columns as text: ids keep their leading zeros, and no value is guessed away."""
    if request.encoding is not None:
        files = [_recoded(file, request.encoding) for file in files]
    frame = _scan("read_csv", files, "all_varchar = true, header = true")
    _refuse_repeated_header(files[0], request)
    return Source(frame, plain_text=True)


def _scan(reader: str, files: list[str], options: str = "") -> LazyFrame:
    listed = ", ".join(_quoted(file) for file in files)
    with reading(files[0]):
        relation = connection().sql(f"SELECT * FROM {reader}([{listed}]{', ' if options else ''}{options})")
    return nw.from_native(relation)


def _recoded(file: str, encoding: str) -> str:
    """A UTF-8 copy of a text file in the folder of this process for temporary data."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=spill_folder(), suffix=".csv", delete=False) as copy:
        try:
            with open(file, encoding=encoding, newline="") as source:
                for part in iter(lambda: source.read(1 << 20), ""):
                    copy.write(part)
        except LookupError:
            raise ArgumentError(f'encoding={encoding!r} is not known. Give one such as encoding="gb18030".') from None
        except UnicodeDecodeError as error:
            raise InputFileError(f"{file!r} is not {encoding}: {error}. Give its own encoding.") from None
    return copy.name


def _refuse_repeated_header(file: str, request: Request) -> None:
    """DuckDB renames repeated columns; which of them was meant is not ours to guess."""
    with open(file, encoding="utf-8-sig", errors="replace", newline="") as text:
        first = text.readline(1 << 20)
    delimiter = max(",;\t|", key=first.count)
    names = next(csv.reader([first], delimiter=delimiter), [])
    repeated = sorted({name for name in names if names.count(name) > 1 and name in request.columns})
    if repeated:
        raise ColumnError(f"the file {file!r} has more than one column {shown(repeated)}. Rename or drop the others.")


# --- databases --------------------------------------------------------------------------------------------------


def _open_duckdb_file(files: list[str], request: Request) -> Source:
    with reading(files[0]):
        database = open_duckdb(files[0])
        found = database.execute("SELECT table_name FROM duckdb_tables() UNION SELECT view_name FROM duckdb_views() "
                                 "WHERE NOT internal").fetchall()  # fmt: skip
        tables = [row[0] for row in found]
        query = request.query or f'SELECT * FROM "{_the_table(tables, request, files[0])}"'
        return Source(nw.from_native(database.sql(query)), plain_text=False)


def _read_sqlite(files: list[str], request: Request) -> Source:
    import sqlite3

    try:
        with closing(sqlite3.connect(f"{Path(files[0]).resolve().as_uri()}?mode=ro", uri=True)) as database:
            tables = database.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')").fetchall()
            query = request.query or f'SELECT * FROM "{_the_table([row[0] for row in tables], request, files[0])}"'
            cursor = database.execute(query)
            names = [column[0] for column in cursor.description]
            return _streamed(names, iter(lambda: cursor.fetchmany(_BATCH), []))
    except sqlite3.Error as error:
        raise _broken(files[0], error) from None


def _read_postgres(address: str, request: Request) -> Source:
    """Rows of a PostgreSQL table or query, as Arrow batches."""
    try:
        import pyarrow  # noqa: F401
        from adbc_driver_postgresql import dbapi
    except ImportError:
        raise MissingPackageError('PostgreSQL needs two packages. Run: pip install "crmkit[postgres]".') from None
    if request.query is None and request.table is None:
        raise ArgumentError('say which rows to read: table="orders" or query="SELECT ..."')
    query = request.query or "SELECT * FROM " + ".".join(f'"{part}"' for part in str(request.table).split("."))
    shown_address = address.split("@")[-1]  # never show a password
    try:
        with dbapi.connect(address) as database, database.cursor() as cursor:
            cursor.execute(query)
            name = _temporary_name()
            engine = connection()
            engine.from_arrow(cursor.fetch_record_batch()).create(name)
            return Source(nw.from_native(engine.table(name)), plain_text=True)  # its driver gives NUMERIC as text
    except dbapi.Error as error:
        raise _broken(shown_address, error) from None


def _read_excel(files: list[str], request: Request) -> Source:
    try:
        import openpyxl
    except ImportError:
        raise MissingPackageError('Excel needs openpyxl. Run: pip install "crmkit[excel]".') from None
    import zipfile

    try:
        book = openpyxl.load_workbook(files[0], read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
        raise _broken(files[0], error) from None
    with closing(book):
        sheet = book[_the_table(book.sheetnames, request, files[0])] if request.table else book.worksheets[0]
        rows = sheet.iter_rows(values_only=True)
        header = [str(name) for name in next(rows, ()) if name is not None]
        if len(set(header)) < len(header):
            repeated = {name for name in header if header.count(name) > 1}
            raise ColumnError(
                f"the sheet has more than one column {shown(sorted(repeated))}. Rename or drop the others."
            )
        width = len(header)
        kept = (row[:width] for row in rows if any(value is not None for value in row))
        return _streamed(header, iter(lambda: list(itertools.islice(kept, _BATCH)), []))


def _broken(source: str, error: Exception) -> InputFileError:
    return InputFileError(
        f"cannot read {source!r}: {str(error).splitlines()[0][:300]}. Check that it is whole and there."
    )


def _the_table(tables: Sequence[str], request: Request, file: str) -> str:
    """The table asked for, or the only one that there is."""
    if request.table in tables:
        return str(request.table)
    if request.table is None and len(tables) == 1:
        return tables[0]
    asked = "which table is not said" if request.table is None else f"there is no table {request.table!r}"
    raise ArgumentError(f"{asked}; {file!r} has {shown(sorted(tables), most=10)}. Say table=... or query=...")


def _streamed(names: list[str], batches: Iterator[Iterable[Sequence[Any]]]) -> Source:
    """Rows of a source without column types, as text in a temporary table: nothing is rounded or guessed."""
    import pandas as pd

    engine, table = connection(), _temporary_name()
    columns = ", ".join('"{}" VARCHAR'.format(name.replace('"', '""')) for name in names)
    engine.execute(f"CREATE TEMP TABLE {table} ({columns})")
    for batch in batches:
        frame = pd.DataFrame([[_as_text(value) for value in row] for row in batch], columns=names, dtype=object)
        engine.from_df(frame).insert_into(table)
    return Source(nw.from_native(engine.table(table)), plain_text=True)


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _temporary_name() -> str:
    return f"crmkit_{next(_numbers)}"


_numbers = itertools.count(1)


def _quoted(text: str) -> str:
    return "'" + str(text).replace("'", "''") + "'"


_ENDINGS = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".parquet": "parquet", ".pq": "parquet", ".json": "json",
    ".jsonl": "json", ".ndjson": "json", ".xlsx": "excel", ".xlsm": "excel", ".db": "sqlite", ".sqlite": "sqlite",
    ".sqlite3": "sqlite", ".duckdb": "duckdb",
}  # fmt: skip
_BACKENDS: Mapping[str, Literal["pandas", "polars", "pyarrow"]] = {
    "pandas": "pandas",
    "polars": "polars",
    "pyarrow": "pyarrow",
}
_DATABASES = {"sqlite", "duckdb"}
_OPENERS: dict[str, Callable[[list[str], Request], Source]] = {
    "csv": _scan_csv,
    "parquet": _scan_parquet,
    "json": _scan_json,
    "excel": _read_excel,
    "sqlite": _read_sqlite,
    "duckdb": _open_duckdb_file,
}
