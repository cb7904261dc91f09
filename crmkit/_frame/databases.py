"""Database files and servers: read-only, in a sandbox, once, into a private copy."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from crmkit._frame import origins, process, sandbox, sql
from crmkit._frame.origins import Origin
from crmkit.errors import ArgumentError, InputFileError, MissingPackageError, shown


def the_table(tables: Sequence[str], asked: str | None, file: str) -> str:
    """The table (or sheet) asked for, or the only one that there is."""
    if asked in tables:
        return str(asked)
    if asked is None and len(tables) == 1:
        return tables[0]
    listed = shown(sorted(tables), most=10)
    if not tables:
        raise InputFileError("no_tables", path=file)
    if asked is None:
        raise ArgumentError("which_table", path=file, tables=listed, first=sorted(tables)[0])
    raise ArgumentError("no_such_table", table=asked, path=file, tables=listed)


def broken(source: str, error: Exception) -> InputFileError:
    """What is raised when a source cannot be read."""
    reason = (str(error).splitlines() or [type(error).__name__])[0][:200].rstrip(". ")
    return InputFileError("cannot_read", path=source, reason=reason)


# --- DuckDB -----------------------------------------------------------------------------------------------------


def read_duckdb(file: str, table: str | None, query: str | None) -> Origin:
    """Rows of a DuckDB file, copied by a connection that can do nothing else."""
    import duckdb

    copies = origins.Copies.begun()
    try:
        with sandbox.closed(file, folders=[copies.folder]) as database:
            if query is None:
                schema, found = _duckdb_table(database, table, file)
                select = f"SELECT * FROM {sql.name(schema)}.{sql.name(found)}"
            else:
                select = sandbox.one_select(database, query)
            return Origin(sandbox.copied(database, select, copies.folder), copies=copies)
    except duckdb.PermissionException:
        raise InputFileError("reaches_out", path=file) from None
    except duckdb.ConnectionException:
        raise InputFileError("open_here", path=file) from None
    except duckdb.Error as error:
        if query is not None:
            raise ArgumentError("query_fails", reason=str(error).splitlines()[0][:200]) from None
        raise broken(file, error) from None


def _duckdb_table(database: Any, asked: str | None, file: str) -> tuple[str, str]:
    """Schema and name; outside `main`, tables are called schema.table."""
    found = database.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary "
        "UNION ALL SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal AND NOT temporary"
    ).fetchall()
    places = {(table if schema == "main" else f"{schema}.{table}"): (schema, table) for schema, table in found}
    return places[the_table(list(places), asked, file)]


def columns_of(file: str, kind: str) -> dict[str, list[str]]:
    """The tables of a DuckDB or SQLite file, and their columns; none of one that cannot be read."""
    import sqlite3

    import duckdb

    found: dict[str, list[str]] = {}
    try:
        if kind == "duckdb":
            with sandbox.closed(file) as database:
                rows = database.execute(
                    "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal "
                    "ORDER BY table_name, column_index"
                ).fetchall()
        else:
            with closing(sqlite3.connect(_sqlite_address(file), uri=True)) as database:
                rows = database.execute(
                    "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'"
                ).fetchall()
    except (duckdb.Error, sqlite3.Error):
        return {}
    for table, column in rows:
        found.setdefault(str(table), []).append(str(column))
    return found


# --- SQLite -----------------------------------------------------------------------------------------------------


def read_sqlite(file: str, table: str | None, query: str | None) -> Origin:
    """Rows of a SQLite file; neither it nor a query can write, attach or load anything."""
    import sqlite3

    try:
        with closing(sqlite3.connect(_sqlite_address(file), uri=True)) as database:
            found = database.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')").fetchall()
            tables = [str(row[0]) for row in found]
            database.execute("PRAGMA trusted_schema = OFF")
            database.set_authorizer(_only_reading)
            select = f"SELECT * FROM {sql.name(the_table(tables, table, file))}" if query is None else query
            cursor = database.execute(select)
            if cursor.description is None:
                raise ArgumentError("query_not_one_select", kinds="nothing")
            names = _unique(str(column[0]) for column in cursor.description)
            return origins.stored(names, origins.batches_of(cursor))
    except sqlite3.Error as error:
        if query is not None and not isinstance(error, sqlite3.OperationalError | sqlite3.NotSupportedError):
            raise ArgumentError("query_fails", reason=str(error)[:200]) from None
        raise broken(file, error) from None


def _sqlite_address(file: str) -> str:
    """A file whose last writer has gone is read without the helper files that SQLite would make beside it."""
    with open(file, "rb") as database:
        head = database.read(100)
    writes_ahead = head[18:20] == b"\x02\x02"
    size = int.from_bytes(head[16:18], "big") * int.from_bytes(head[28:32], "big")  # a page of 1 means 64 KiB
    if head[24:28] == head[92:96] and os.path.getsize(file) < size:
        raise InputFileError(
            "cannot_read", path=file, reason=f"{size:,} bytes are told in its head, more than there are"
        )
    gone = writes_ahead and not Path(f"{file}-wal").exists()
    return f"{Path(file).resolve().as_uri()}?mode=ro{'&immutable=1' if gone else ''}"


def _only_reading(action: int, *_: object) -> int:
    import sqlite3

    allowed = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
    return sqlite3.SQLITE_OK if action in allowed else sqlite3.SQLITE_DENY


def _unique(names: Any) -> list[str]:
    """Names that differ in more than case, as the engine wants them."""
    taken: dict[str, int] = {}
    unique = []
    for name in names:
        taken[name.lower()] = taken.get(name.lower(), 0) + 1
        unique.append(name if taken[name.lower()] == 1 else f"{name}_{taken[name.lower()]}")
    return unique


# --- PostgreSQL -------------------------------------------------------------------------------------------------


def read_postgres(address: str, table: str | None, query: str | None) -> Origin:
    """Rows of a PostgreSQL table or query, as Arrow batches; the transaction is read-only."""
    try:
        import pyarrow  # noqa: F401
        from adbc_driver_postgresql import dbapi
    except ImportError:
        raise MissingPackageError("no_postgres") from None
    if query is None and table is None:
        raise ArgumentError("which_rows")
    named = ".".join(sql.name(part) for part in str(table).split("."))
    select = f"SELECT * FROM {named}" if query is None else query
    copies = origins.Copies.begun()
    file = process.new_file(Path(copies.folder) / "rows.parquet")
    try:
        with dbapi.connect(address) as database, database.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
            cursor.execute(select)
            crmkit_rows = cursor.fetch_record_batch()
            process.connection().execute(
                f"COPY (SELECT * FROM crmkit_rows) TO {sql.text(file)} (FORMAT parquet, USE_TMP_FILE false)"
            )
            del crmkit_rows
    except dbapi.Error as error:
        raise broken(address.split("@")[-1], error) from None  # never show a password
    read = f"SELECT * FROM read_parquet({sql.texts([file])}, hive_partitioning = false)"
    return Origin(read, copies=copies, plain_text=True)  # its driver gives NUMERIC as text
