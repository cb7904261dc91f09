"""Strangers' databases and queries run where they can do nothing but compute.

A database file may hold views, macros and names that its author chose, and `query=` may be anything. Both run on a
connection of their own that is read-only, has no access to files or the network but for those it was opened for, takes
one SELECT and no setting. What comes out is copied to a private Parquet file, so that the source is closed again.

Source: DuckDB, Securing DuckDB, https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crmkit._frame import process, sql
from crmkit.errors import ArgumentError

# What Parquet would round, or does not hold, travels as text.
_ODD = ("HUGEINT", "UHUGEINT", "INTERVAL", "BIT", "TIME WITH TIME ZONE", "BIGNUM")


@contextmanager
def closed(
    database: str = ":memory:",
    *,
    views: Mapping[str, str] | None = None,
    files: Sequence[str] = (),
    folders: Sequence[str] = (),
) -> Iterator[Any]:
    """A connection without access to anything but its own database, these files and what lies in these folders.

    `views` are made first: name -> SQL, of our own.
    """
    engine = process.connect(
        database, read_only=database != ":memory:", python_enable_replacements="false", preserve_insertion_order="false"
    )
    try:
        engine.execute(f"SET allowed_paths = {sql.texts(files)}")
        engine.execute(f"SET allowed_directories = {sql.texts(folders)}")
        engine.execute("SET enable_external_access = false")
        engine.execute("SET lock_configuration = true")
        for view, select in (views or {}).items():
            engine.execute(f"CREATE VIEW {sql.name(view)} AS {select}")
        yield engine
    finally:
        engine.close()


def one_select(engine: Any, query: str) -> str:
    """The query, if it is one that only reads."""
    import duckdb

    try:
        found = engine.extract_statements(query)
    except duckdb.Error as error:
        raise ArgumentError("query_not_sql", reason=str(error).splitlines()[0][:200]) from None
    kinds = [str(statement.type).rpartition(".")[2] for statement in found]
    if kinds != ["SELECT"]:
        raise ArgumentError("query_not_one_select", kinds=", ".join(kinds) or "nothing")
    return str(found[0].query)


def copied(engine: Any, select: str, folder: str) -> str:
    """The rows of a SELECT as a Parquet file in `folder`, which the engine may write to; the SQL that reads it."""
    rows = sql.name(f"rows_{secrets.token_hex(8)}")
    engine.execute(f"CREATE TEMP VIEW {rows} AS {select}")
    columns = engine.execute(f"SELECT column_name, column_type FROM (DESCRIBE {rows})").fetchall()
    there, _ = through_parquet(columns)
    file = sql.text(process.new_file(Path(folder) / "rows.parquet"))
    engine.execute(f"COPY (SELECT {there} FROM {rows}) TO {file} (FORMAT parquet, USE_TMP_FILE false)")
    narrow = {column: _narrowed(engine, file, column) for column, kind in columns if kind in ("HUGEINT", "UHUGEINT")}
    _, back = through_parquet(columns, narrow)
    return f"SELECT {back} FROM read_parquet([{file}], hive_partitioning = false)"


def _narrowed(engine: Any, file: str, column: str) -> str:
    """Sums of whole numbers as such where they fit, and as text where not: 128 bits are a float in pandas."""
    number = f"try_cast({sql.name(column)} AS BIGINT)"
    lost = f"SELECT count({sql.name(column)}) - count({number}) FROM read_parquet([{file}])"
    return "VARCHAR" if engine.execute(lost).fetchone()[0] else "BIGINT"


def through_parquet(columns: Sequence[tuple[str, str]], narrow: Mapping[str, str] | None = None) -> tuple[str, str]:
    """What to select into a Parquet file and what from it, so that columns of these types come back as they were, or
    as `narrow` says.

    >>> through_parquet([("n", "BIGINT"), ("sum", "HUGEINT")])
    ('"n", CAST("sum" AS VARCHAR) AS "sum"', '"n", CAST("sum" AS HUGEINT) AS "sum"')
    """
    there, back = [], []
    for column, kind in columns:
        own = sql.name(column)
        text = kind in _ODD or kind.startswith(("ENUM", "UNION"))
        there.append(f"CAST({own} AS VARCHAR) AS {own}" if text else own)
        back.append(f"CAST({own} AS {(narrow or {}).get(column, kind)}) AS {own}" if kind in _ODD else own)
    return ", ".join(there), ", ".join(back)
