"""The few operations that differ between table engines; the only file that names them.

Everything else in crmkit is written once, on narwhals. A pandas or pyarrow table is lifted into the
embedded DuckDB before any row-level work starts, a polars table stays in polars, and DuckDB, Spark
and Ibis tables are computed where they live.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import sys
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import Any, Literal, TypeAlias, TypeVar

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._frame import process, sql
from crmkit._frame.process import connection
from crmkit._types import Array
from crmkit.errors import (
    ArgumentError,
    ColumnError,
    DataError,
    InputFileError,
    LargePullWarning,
    MissingPackageError,
    Words,
    shown,
    warn,
)

Columns: TypeAlias = Mapping[str, Array]
LazyFrame: TypeAlias = "nw.LazyFrame[Any]"
AnyFrame: TypeAlias = "nw.DataFrame[Any] | nw.LazyFrame[Any]"
Finish: TypeAlias = Callable[["nw.LazyFrame[Any]"], Any]
FrameT = TypeVar("FrameT")

# Kinds whose rows are lifted into DuckDB: it is faster than they are, and has one set of semantics.
_LIFTED = {nw.Implementation.PANDAS, nw.Implementation.PYARROW}


_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGT])(i?)B?\s*", re.IGNORECASE)
_LEAST_MEMORY = 64 * 2**20


def limit_memory(limit: str) -> None:
    """Keep the embedded engine below `limit`, such as "2GB"; what does not fit spills to disk."""
    found = _SIZE.fullmatch(limit) if isinstance(limit, str) else None
    if found is None or float(found[1]) == 0:
        raise ArgumentError("memory_limit", limit, "memory_limit")
    power = "KMGT".index(found[2].upper()) + 1
    n_bytes = float(found[1]) * (1024 if found[3] else 1000) ** power
    process.set_limit(f"{max(int(n_bytes), _LEAST_MEMORY) // 1024}KiB")


@contextlib.contextmanager
def reading(file: str, explain: Callable[[], None] | None = None) -> Iterator[None]:
    """Turn an engine's error about a broken file into one that names the file and the place in it.

    `explain`, if there is one, looks for the place itself.
    """
    import duckdb

    try:
        yield
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None
    except duckdb.OutOfMemoryException:
        raise InputFileError("out_of_memory", path=file) from None
    except duckdb.Error as error:
        if explain is not None:
            explain()
        raise _told(str(error), file) from None


def _told(said: str, file: str) -> InputFileError:
    """What the engine says about a file, in our words."""
    unwritten = _unwritten(said)
    if unwritten is not None:
        return unwritten
    named = re.search(r"^\s*file = (.*)$", said, re.MULTILINE)
    path = named[1] if named and process.spill_folder() not in named[1] else file
    if any(word in said.lower() for word in ("utf-8", "unicode")):
        return InputFileError("not_utf8", path=path)
    if too_long := re.search(r"Maximum line size of (\d+)", said):
        line = re.search(r"CSV Error on Line: (\d+)", said)
        return InputFileError(
            "line_too_long", path=path, line=line[1] if line else "?", most=f"{int(too_long[1]):,} bytes"
        )
    reason = " ".join(said.splitlines()[:2])[:200].rstrip(". ")
    return InputFileError("cannot_read", path=path, reason=reason)


def _unwritten(said: str) -> InputFileError | None:
    """The error for a private copy, or for what does not fit into memory, that could not be written."""
    ours = process.spill_folder() in said and re.search(r"\b(?:write|fsync|truncate|create)\b", said, re.IGNORECASE)
    reason = reason_of_system(said)
    if "No space left" in said or reason == os.strerror(errno.ENOSPC) or (ours and reason):
        reason = reason or os.strerror(errno.ENOSPC)
        return InputFileError("no_temporary_folder", path=process.spill_folder(), reason=reason)
    return None


def reason_of_system(said: str) -> str | None:
    """Why the system would not do it; the engine hides its number in a long text, quoted once or twice.

    >>> reason_of_system('IO Error: Could not write file "x": {"errno":"28"}')
    'No space left on device'
    """
    number = re.search(r'\\*"errno\\*":\\*"(\d+)', said)
    return os.strerror(int(number[1])) if number else None


# --- in ---------------------------------------------------------------------------------------------------------


def wrap(frame: Any) -> AnyFrame:
    """Any supported table as a narwhals frame; its columns are checked to be named once each."""
    if isinstance(frame, Mapping):
        frame = _pandas_of(frame)
    if hasattr(type(frame), "_main_table"):  # a result of crmkit
        frame = frame._main_table
    if is_stream(frame):
        frame = read_stream(frame)
    _refuse_other_engines(frame)
    _refuse_repeated_names(frame)
    try:
        wrapped: AnyFrame = nw.from_native(frame)
    except TypeError:
        raise DataError("unsupported_table", kind=f"{type(frame).__module__}.{type(frame).__name__}") from None
    return wrapped


# Packages whose errors are about tables.
_ENGINES = {"_duckdb", "duckdb", "ibis", "narwhals", "polars", "pyarrow", "pyspark", "sqlglot"}

# Engines that crmkit does not compute in, by the package of their tables, and what makes a table of them that it takes.
_OTHER_ENGINES = {
    "cudf": ("cuDF", "frame.to_arrow()"),
    "daft": ("Daft", "frame.to_arrow()"),
    "dask": ("Dask", "frame.compute()"),
    "modin": ("Modin", "frame.modin.to_pandas()"),
    "pyspark.pandas": ("pandas on Spark", "frame.to_spark()"),
    "sqlframe": ("SQLFrame", "frame.toArrow()"),
    "vaex": ("Vaex", "frame.to_arrow_table()"),
}


def _refuse_other_engines(frame: Any) -> None:
    """Said at the door: some of them narwhals would let in, and they would fail somewhere in the middle."""
    found = _other_engine(frame)
    if found is not None:
        name, call = found
        raise DataError("frame_other_engine", name=name, call=call)


def _other_engine(frame: Any) -> tuple[str, str] | None:
    package, _, rest = type(frame).__module__.partition(".")
    return _OTHER_ENGINES.get(f"{package}.{rest.partition('.')[0]}") or _OTHER_ENGINES.get(package)


def is_stream(frame: Any) -> bool:
    """Whether this is no table of a supported kind but tells its rows by Arrow's C interface, as many objects do."""
    kind = type(frame)
    if not hasattr(kind, "__arrow_c_stream__") or hasattr(kind, "_main_table"):
        return False
    # Engines tell their rows by it too, but all of them, to this process: their tables stay where they are.
    own = ("pandas", "polars", "duckdb", "_duckdb", "pyspark", "ibis")
    return kind.__module__.partition(".")[0] not in own and not hasattr(frame, "column_names")


def read_stream(frame: Any) -> Any:
    """The rows of an Arrow stream, read once: a pyarrow table where there is pyarrow, else a polars or pandas one."""
    if find_spec("pyarrow") is not None:
        import pyarrow as pa

        return pa.table(frame)
    if find_spec("polars") is not None:
        import polars as pl

        return pl.DataFrame(frame)
    return connection().from_arrow(frame).df()


def is_table(frame: Any) -> bool:
    """Whether it can be read as a table."""
    try:
        wrap(frame)
    except Exception:
        return False
    return True


def is_native(part: Any) -> bool:
    """Whether it is a table of a supported kind, and not something that could only be made into one."""
    if _other_engine(part) is not None:
        return False
    try:
        nw.from_native(part)
    except Exception:
        return False
    return True


def named_by_text(frame: AnyFrame) -> AnyFrame:
    """The table with names of columns that are text: pandas takes anything for a name, such as 7 or None."""
    names = list(frame.columns) if isinstance(frame, nw.DataFrame) else []
    if all(isinstance(name, str) for name in names):
        return frame
    return nw.from_native(frame.to_native().set_axis([str(name) for name in names], axis=1))


def is_theirs(error: Exception) -> bool:
    """Whether an engine raised it, about a table."""
    return type(error).__module__.partition(".")[0] in _ENGINES


def system_fault(error: Exception) -> BaseException | None:
    """What an engine calls otherwise, by its own name: memory that ran out, a query that was stopped, a full disk."""
    import duckdb

    reason = " ".join(str(error).split())[:300]
    if isinstance(error, duckdb.OutOfMemoryException):
        return MemoryError(reason)
    if isinstance(error, duckdb.InterruptException):
        return KeyboardInterrupt()
    if isinstance(error, duckdb.IOException):
        unwritten = _unwritten(str(error))
        if unwritten is not None:
            return unwritten
        return InputFileError("system_fault", path="", reason=reason)
    absent = re.search(r"No module named '(\w+)", str(error)) if "PythonException" in type(error).__name__ else None
    if absent is not None:  # Spark's, of the Python beside its executors
        return MissingPackageError("spark_workers", package=absent[1], python=sys.executable)
    return None


def _pandas_of(columns: Mapping[str, Any]) -> Any:
    import pandas as pd

    try:
        return pd.DataFrame(dict(columns))
    except ValueError as error:
        raise DataError("columns_of_no_table", reason=str(error).rstrip(".")) from None


def _refuse_repeated_names(frame: Any) -> None:
    if type(frame).__module__.startswith("polars"):  # has them once by construction, and asking a lazy one costs
        return
    listed = [str(name) for name in getattr(frame, "column_names", None) or getattr(frame, "columns", [])]
    repeated = sorted({name for name in listed if listed.count(name) > 1}) if len(set(listed)) < len(listed) else []
    if repeated:
        raise ColumnError("names_repeated", columns=shown(repeated))


def no_rows(of: str = "purchase") -> DataError:
    """The error for a table without rows, of purchases or something else (`one_<of>` in the words of tables)."""
    return DataError("table_without_rows", of=Words(f"one_{of}"))


def refuse_no_rows(frame: AnyFrame, of: str = "purchase") -> None:
    """An empty table in memory often has no column types either, so this comes before they are looked at."""
    if isinstance(frame, nw.DataFrame) and len(frame) == 0:
        raise no_rows(of)


def is_eager(frame: AnyFrame) -> bool:
    """Whether the table is in memory and has a row order."""
    return isinstance(frame, nw.DataFrame)


def lift(frame: AnyFrame, columns: Mapping[str, str] | None = None) -> LazyFrame:
    """The table as a lazy frame on the engine that computes; `columns` maps new names to the table's own."""
    chosen = columns if columns is not None else {name: name for name in names_of(frame)}
    if frame.implementation in _LIFTED:
        return nw.from_native(_relation(frame.to_native(), chosen))
    if columns is None:
        return frame.lazy()
    if frame.implementation.is_duckdb():  # names are quoted in one place
        listed = ", ".join(f"{sql.name(own)} AS {sql.name(name)}" for name, own in chosen.items())
        return nw.from_native(frame.to_native().project(listed))
    return frame.lazy().select(*(nw.col(own).alias(name) for name, own in chosen.items()))


def home(frame: AnyFrame) -> Any:
    """A relation where the rows of a table are computed that DuckDB computes: itself, or one of the embedded engine."""
    return frame.to_native() if frame.implementation.is_duckdb() else connection().sql("SELECT 1 AS one")


def distinct(frame: AnyFrame, into: str) -> LazyFrame:
    """The distinct rows of a table, with `into`, how many of each there are."""
    everything = lift(frame)
    if everything.implementation.is_duckdb():  # in one step: of thousands of columns each step takes a second
        return nw.from_native(
            _queried(
                everything.to_native(), lambda rows: f"SELECT *, count(*) AS {sql.name(into)} FROM {rows} GROUP BY ALL"
            )
        )
    return everything.group_by(*names_of(everything)).agg(nw.len().cast(nw.Int64).alias(into))


def with_lowest(frame: LazyFrame, column: str, *, by: str, into: str) -> LazyFrame:
    """Rows with `into`, the lowest value of a column among the rows of the same `by`; the rows are computed once."""
    if not frame.implementation.is_duckdb():
        return frame.with_columns(nw.col(column).min().over(by).alias(into))
    # Its windows sort; a group-by of rows that are held, joined to them, takes half of the time.
    own, key = f"crmkit_{secrets.token_hex(8)}", sql.name(by)
    joined = f"""{own}_lowest AS (SELECT {key}, min({sql.name(column)}) AS {sql.name(into)} FROM {own} GROUP BY {key})
        SELECT * FROM {own} JOIN {own}_lowest USING ({key})"""
    return nw.from_native(
        _queried(frame.to_native(), lambda rows: f"WITH {own} AS MATERIALIZED (SELECT * FROM {rows}), {joined}")
    )


def _queried(native: Any, query: Callable[[str], str]) -> Any:
    """A query over a relation, of the name by which the relation is called in it."""
    if process.is_ours(native):  # a fifth of the time that the other way takes
        crmkit_relation = native  # noqa: F841  it is looked up by its name
        return connection().sql(query("crmkit_relation"))
    rows = f"crmkit_{secrets.token_hex(8)}"
    return native.query(rows, query(rows))


def whole_sum(column: str, frame: LazyFrame, *, most: float) -> nw.Expr:
    """The sum of a column of whole numbers, of which any add up to `most` at most, signs left aside."""
    values = nw.col(column)
    # DuckDB adds up whole numbers in 128 bits; floats hold each sum exactly up to 2^53, and take a sixth less time.
    if most < 2**53 and frame.implementation.is_duckdb():
        values = values.cast(nw.Float64)
    return values.sum().cast(nw.Int64)


def in_process(frame: AnyFrame) -> bool:
    """Whether a lazy table is computed in this process: to bring a column of it here costs little."""
    return frame.implementation.is_duckdb() or frame.implementation.is_polars()


def with_digest(frame: LazyFrame, column: str, *, into: str) -> LazyFrame:
    """Add `into`, the MD5 of the values of a column as text, in hexadecimal digits: the same whatever the engine."""
    native = frame.to_native()
    if frame.implementation.is_duckdb():
        return _project(frame, f"md5(CAST({sql.name(column)} AS VARCHAR)) AS {sql.name(into)}")
    if frame.implementation.is_polars():
        import hashlib

        import polars as pl

        def digests(values: pl.Series) -> pl.Series:
            return pl.Series([hashlib.md5(one.encode(), usedforsecurity=False).hexdigest() for one in values])

        text = pl.col(column).cast(pl.String)
        return nw.from_native(native.with_columns(text.map_batches(digests, return_dtype=pl.String).alias(into)))
    if is_spark(frame):
        from pyspark.sql import functions

        return nw.from_native(native.withColumn(into, functions.md5(functions.col(_ticked(column)).cast("string"))))
    return nw.from_native(native.mutate(**{into: native[column].cast("string").hexdigest("md5")}))


def engine_name(frame: AnyFrame) -> str:
    """What the engine of a table is called.

    >>> engine_name(wrap({"a": [1]}))
    'pandas'
    """
    name = str(frame.implementation.value)
    return {"duckdb": "DuckDB", "pyspark": "Spark", "pyarrow": "PyArrow", "polars": "Polars"}.get(name, name)


def names_of(frame: AnyFrame) -> list[str]:
    """Column names; of a lazy frame without computing it."""
    return frame.columns if isinstance(frame, nw.DataFrame) else list(frame.collect_schema())


def _relation(native: Any, columns: Mapping[str, str]) -> Any:
    if hasattr(native, "column_names"):  # pyarrow
        import pyarrow as pa

        table = pa.table([_plain_arrow(native.column(own)) for own in columns.values()], names=list(columns))
        return connection().from_arrow(table)
    import pandas as pd

    plain = {name: _plain_pandas(native[own]) for name, own in columns.items()}
    return connection().from_df(pd.DataFrame(plain, copy=False))


def _plain_arrow(column: Any) -> Any:
    """A dictionary column as its values: categories sort by position, and ids must not."""
    import pyarrow as pa

    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


def _plain_pandas(series: Any) -> Any:
    """Categories and periods as the values they stand for; mixed objects as text."""
    import pandas as pd

    series = series.reset_index(drop=True)
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype(series.cat.categories.dtype)
    if isinstance(series.dtype, pd.PeriodDtype):
        series = series.dt.to_timestamp()
    if series.dtype == object:
        return _plain_objects(series)
    return series


def _plain_objects(series: Any) -> Any:
    """Objects of one kind as they are, of several kinds as text; dates as dates, whatever their year."""
    import datetime as dt

    import pandas as pd

    kind = pd.api.types.infer_dtype(series, skipna=True)
    if kind in {"string", "empty", "floating", "integer", "boolean", "decimal", "bytes"}:
        return series
    if kind in {"date", "datetime", "datetime64"}:
        moments = [None if pd.isna(v) else v for v in series]
        if any(isinstance(v, dt.datetime) and v.tzinfo is not None for v in moments):
            return pd.to_datetime(series, utc=True)
        return pd.Series([None if v is None else v.isoformat() for v in moments], dtype=object)
    if kind == "mixed-integer-float":
        return series.astype(float)
    missing = series.isna()
    return series.map(_mixed_text).where(~missing, None)


def _mixed_text(value: Any) -> str:
    """A value among others of another kind as text; 1.234 as 1.2340, which is no thousand by any decimal mark."""
    written = str(value)
    return written + "0" if isinstance(value, float) and re.search(r"\.\d{3}$", written) else written


# --- dates and money --------------------------------------------------------------------------------------------


def to_day(frame: LazyFrame, column: str, into: str) -> LazyFrame:
    """Add `into`, the day number since 1970 of a date or naive time stamp."""
    if frame.implementation.is_duckdb():
        # a cast to DATE of what is a DATE costs nothing
        own = sql.name(column)
        return _project(frame, f"date_diff('day', DATE '1970-01-01', CAST({own} AS DATE)) AS {sql.name(into)}")
    if frame.implementation.is_polars():
        import polars as pl

        day = pl.col(column).cast(pl.Date).cast(pl.Int32).cast(pl.Int64).alias(into)
        return nw.from_native(frame.to_native().with_columns(day))
    year, ordinal = nw.col(column).dt.year().cast(nw.Int64), nw.col(column).dt.ordinal_day().cast(nw.Int64)
    past = (year - 1).cast(nw.Float64)
    leaps = (past / 4).floor() - (past / 100).floor() + (past / 400).floor()
    return frame.with_columns((365 * (year - 1970) + leaps.cast(nw.Int64) - 477 + ordinal - 1).alias(into))


def to_local(frame: LazyFrame, column: str, timezone: str) -> LazyFrame:
    """Turn an aware time stamp into the naive local time of `timezone`."""
    if frame.implementation.is_duckdb():
        return _replace(frame, column, f"timezone({sql.text(timezone)}, {sql.name(column)})")
    return frame.with_columns(nw.col(column).dt.convert_time_zone(timezone).dt.replace_time_zone(None))


# --- words ------------------------------------------------------------------------------------------------------


# Of so many places a list of words is looked up by the place; cases are tried one by one.
_PLACES = 4096
# What a relation of texts was made of, with the texts as small numbers: who writes it to a file writes these.
_CODED: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()


def worded(frame: LazyFrame, into: str, key: str, words: Mapping[int, str], *, coded: bool) -> LazyFrame | None:
    """Rows of DuckDB with `into`, the word of each whole number `key`, missing for any other; None of other engines.

    If it is `coded` the words are held as small numbers (an ENUM), until `spelled`.
    """
    places = max(words, default=-1) + 1
    if not frame.implementation.is_duckdb() or not words or min(words) < 0 or places > _PLACES:
        return None
    listed = ", ".join(sql.text(words[place]) if place in words else "NULL" for place in range(places))
    each = f"ENUM({', '.join(map(sql.text, dict.fromkeys(words.values())))})" if coded else "VARCHAR"
    made = f"([{listed}]::{each}[])[CAST({sql.name(key)} AS BIGINT) + 1]"
    return _replace(frame, into, made) if into in names_of(frame) else _project(frame, f"{made} AS {sql.name(into)}")


def placed(frame: LazyFrame, into: str, key: str, numbers: Sequence[int]) -> LazyFrame:
    """Rows of DuckDB with `into`, the number at the place that a whole number `key` tells, missing for any other."""
    return _project(
        frame, f"({list(map(int, numbers))}::BIGINT[])[CAST({sql.name(key)} AS BIGINT) + 1] AS {sql.name(into)}"
    )


def _spelled(native: Any, words: Sequence[str]) -> Any:
    """A relation with its `coded` words as texts."""
    kinds = dict(zip(native.columns, native.types, strict=True))
    texts = ", ".join(
        f"CAST({sql.name(name)} AS VARCHAR) AS {sql.name(name)}" for name in words if kinds[name].id == "enum"
    )
    if not texts:
        return native
    spelled = native.project(f"* REPLACE ({texts})")
    _CODED[spelled] = native
    return spelled


def coded(native: Any) -> Any:
    """The same table with words as small numbers where it was made of such, to be written where these are texts."""
    return _CODED.get(native, native) if type(native).__module__.lstrip("_").startswith("duckdb") else native


def _project(frame: LazyFrame, made: str) -> LazyFrame:
    return nw.from_native(frame.to_native().project("*, " + made))


def _replace(frame: LazyFrame, column: str, made: str) -> LazyFrame:
    return nw.from_native(frame.to_native().project(f"* REPLACE ({made} AS {sql.name(column)})"))


# --- out --------------------------------------------------------------------------------------------------------


def kinds(frame: AnyFrame) -> dict[str, str]:
    """The kind of each column, by numpy's letter: f a number, i a whole one, M a date, b yes or no, O anything else."""
    found = {}
    for name, dtype in frame.collect_schema().items():
        letters = {"i": dtype.is_integer(), "f": dtype.is_numeric(), "M": dtype.is_temporal(), "b": dtype == nw.Boolean}
        found[name] = next((letter for letter, fits in letters.items() if fits), "O")
    return found


def collect(frame: AnyFrame) -> dict[str, Array]:
    """The columns as numpy arrays: missing numbers are NaN, missing text is None."""
    if isinstance(frame, nw.DataFrame):
        return {name: _plain_array(frame[name].to_numpy()) for name in frame.columns}
    if frame.implementation.is_duckdb():
        return {name: _plain_array(values) for name, values in frame.to_native().fetchnumpy().items()}
    local = in_memory(frame)
    return {name: _plain_array(local[name].to_numpy()) for name in local.columns}


# Values that one result may bring into memory: some 4 GB of them; and as many as are worth a word beforehand.
MOST_VALUES, NOTICED_VALUES = 500_000_000, 50_000_000


def pulled(frame: AnyFrame) -> dict[str, Array]:
    """The columns as numpy arrays, of a table that may have a row per customer or more; refused where it is too large.

    A large one is counted first, and said to be large before it is brought.
    """
    if isinstance(frame, nw.DataFrame):
        return collect(frame)
    columns = len(names_of(frame))
    most, noticed = (values // max(columns, 1) for values in (MOST_VALUES, min(NOTICED_VALUES, MOST_VALUES)))
    found = collect(frame.head(noticed + 1))
    if len(next(iter(found.values()), ())) <= noticed:
        return found
    del found
    n = n_rows(frame.head(most + 1))
    if n > most:
        raise DataError("frame_too_large", most=f"{most:,}", columns=columns, size=f"{8 * MOST_VALUES / 1e9:.0f}")
    size = f"{8 * n * columns / 1e9:.1f}"
    warn(LargePullWarning(str(Words("frame_large", n=f"{n:,}", columns=columns, size=size))))
    return collect(frame)


def _plain_array(values: Any) -> Array:
    if np.ma.isMaskedArray(values):
        if not np.ma.is_masked(values):
            return np.asarray(values.data)
        if values.dtype.kind == "O":  # filled(None) would fill in a question mark
            found = values.data.copy()
            found[np.ma.getmaskarray(values)] = None
            return np.asarray(found)
        if values.dtype.kind in "iub":
            values = values.astype(float)
        return np.asarray(values.filled(np.nan if values.dtype.kind == "f" else np.datetime64("NaT")))
    return np.asarray(values)


def n_rows(frame: AnyFrame) -> int:
    """Number of rows, counted where the table is."""
    if isinstance(frame, nw.DataFrame):
        return len(frame)
    return int(collect(frame.select(n=nw.len()))["n"][0])


def in_memory(frame: AnyFrame) -> nw.DataFrame[Any]:
    """The table in memory: as it is, or computed by its engine."""
    if isinstance(frame, nw.DataFrame):
        return frame
    if frame.implementation.is_polars():
        return frame.collect()
    if is_spark(frame) and hasattr(frame.to_native(), "toArrow"):  # which needs no Python beside each executor
        return nw.from_native(frame.to_native().toArrow(), eager_only=True)
    return frame.collect(backend="pyarrow" if find_spec("pyarrow") else "pandas")


def converted(native: Any, kind: Literal["pandas", "polars", "pyarrow"]) -> Any:
    """A table of any kind as a pandas, polars or pyarrow table."""
    if find_spec(kind) is None:
        raise MissingPackageError("package_missing", package=kind)
    frame = in_memory(wrap(native))
    try:
        return {"pandas": frame.to_pandas, "polars": frame.to_polars, "pyarrow": frame.to_arrow}[kind]()
    except ImportError:  # the way through pyarrow, where it is not installed
        return nw.from_dict(collect(frame), backend=kind).to_native()


def arrow_stream(native: Any, requested_schema: object | None) -> object:
    """The table as a capsule of Arrow's C stream."""
    return in_memory(wrap(native)).__arrow_c_stream__(requested_schema)


def compliant(native: Any) -> Any:
    """The table as narwhals holds it inside."""
    return in_memory(wrap(native))._compliant_frame


def upload(columns: Columns, like: AnyFrame) -> AnyFrame:
    """A small local table on the engine (and connection) of `like`, ready to be joined with it."""
    if isinstance(like, nw.DataFrame):
        return nw.from_dict(dict(columns), backend=like.implementation)
    rows = len(next(iter(columns.values()), ()))
    if rows * len(columns) > MOST_VALUES:
        most = MOST_VALUES // len(columns)
        raise DataError("frame_too_large", most=f"{most:,}", columns=len(columns), size=f"{8 * MOST_VALUES / 1e9:.0f}")
    native = like.to_native()
    if like.implementation.is_duckdb():
        return nw.from_native(_beside(native, columns))
    if like.implementation.is_polars():
        import polars as pl

        return nw.from_native(pl.LazyFrame(dict(columns)))
    if is_spark(like):
        return nw.from_native(native.sparkSession.createDataFrame(_arrow_of(columns)))
    if like.implementation.is_ibis():
        import ibis

        return nw.from_native(ibis.memtable(_arrow_of(columns)))
    raise DataError("kind_takes_no_rows", kind=like.implementation.name.lower())


def is_spark(frame: AnyFrame) -> bool:
    """Whether it is a table of Spark, in this process or behind Spark Connect."""
    return frame.implementation.is_pyspark() or frame.implementation.is_pyspark_connect()


def _arrow_of(columns: Columns) -> Any:
    """Local columns with their types, which an engine cannot tell from no rows; what is not a number is missing."""
    if find_spec("pyarrow") is None:
        raise MissingPackageError("package_missing", package="pyarrow")
    import pyarrow as pa

    made = {name: pa.array(values, from_pandas=True) for name, values in columns.items()}
    nothing = {name: values.cast(pa.string()) for name, values in made.items() if pa.types.is_null(values.type)}
    return pa.table(made | nothing)


def _beside(native: Any, columns: Columns) -> Any:
    """Local columns as a relation on the connection of another one, which need not be ours."""
    import duckdb

    if process.is_ours(native):
        crmkit_columns = _scannable(columns)  # noqa: F841  it is looked up by its name
        return connection().sql("SELECT * FROM crmkit_columns")
    # No table of the caller's has this name, and no view of it stays behind.
    name = f"crmkit_{secrets.token_hex(8)}"
    globals()[name] = _scannable(columns)  # where the engine looks for it
    try:
        return native.query(f"{name}_like", f"SELECT * FROM {name}")
    except (duckdb.CatalogException, duckdb.PermissionException):  # a connection that may not look into Python
        return native.query(f"{name}_like", _literally(_pandas_of(columns)))
    finally:
        del globals()[name]


def _scannable(columns: Columns) -> Any:
    """Local columns as DuckDB reads them: numbers, dates and texts as they are, anything else by way of pandas."""
    arrays = {name: _read_as_it_is(np.asarray(values)) for name, values in columns.items()}
    if not arrays or any(values is None for values in arrays.values()):
        return _pandas_of(columns)
    return arrays


def _read_as_it_is(values: Array) -> Array | None:
    """An array that DuckDB reads as what it is, if there is one of these values."""
    if values.dtype.kind == "U":  # of which it makes an ENUM
        values = values.astype(object)
    if values.dtype.kind == "O":
        kinds = set(map(type, values.tolist()))
        return values if str in kinds and kinds <= {str, type(None)} else None
    if values.dtype.kind == "M":
        return values.astype("datetime64[us]")
    return values if values.dtype.kind in "iufb" else None


def _literally(frame: Any) -> str:
    """A small table as SQL that holds all its values."""
    types = connection().from_df(frame).types
    lists = (
        f"unnest(CAST([{', '.join(map(_literal, frame[column].tolist()))}] AS {kind}[])) AS {sql.name(column)}"
        for column, kind in zip(frame.columns, types, strict=True)
    )
    return f"SELECT {', '.join(lists)}"


def _literal(value: Any) -> str:
    if value is None or value != value:
        return "NULL"
    return sql.text(repr(value) if isinstance(value, float) else value)


def build(columns: Columns, like: AnyFrame) -> Any:
    """A small result table in the kind of `like`; what is not a number is missing."""
    made = upload(columns, like)
    if like.implementation.is_polars() or like.implementation.is_pyarrow():  # to which NaN is a number
        floats = [nw.col(name) for name, values in columns.items() if np.asarray(values).dtype.kind == "f"]
        made = made.with_columns(nw.when(~values.is_nan()).then(values) for values in floats)
    return made.to_native()


def give_back(
    frame: LazyFrame, like: AnyFrame, *, dates: Sequence[str] = (), order: str | None = None, words: Sequence[str] = ()
) -> Any:
    """A computed lazy frame in the kind of `like`; `dates` are day numbers to turn into dates, `words` may be coded."""
    made = dated(frame, dates)
    if isinstance(like, nw.LazyFrame):
        native = (made.sort(order) if order and like.implementation.is_polars() else made).to_native()
        return _spelled(native, words) if frame.implementation.is_duckdb() else native
    if order is not None:
        made = made.sort(order)
    if like.implementation.is_polars():
        return made.collect(backend="polars").to_native()
    relation = _spelled(made.to_native(), words)
    return relation.to_arrow_table() if like.implementation.is_pyarrow() else _plain_numbers(relation.df())


def _plain_numbers(frame: Any) -> Any:
    """A pandas table in which whole numbers that may be missing are floats, as pandas has them by itself."""
    nullable = {name: "float64" for name, kind in frame.dtypes.items() if str(kind) in ("Int64", "Int32")}
    return frame.astype(nullable) if nullable else frame


def _ticked(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def dated(frame: LazyFrame, dates: Sequence[str]) -> LazyFrame:
    """Rows in which day numbers since 1970 are dates."""
    if not dates:
        return frame
    native = frame.to_native()
    if frame.implementation.is_duckdb():
        columns = ", ".join(
            f"DATE '1970-01-01' + CAST({sql.name(name)} AS INTEGER) AS {sql.name(name)}" for name in dates
        )
        return nw.from_native(native.project(f"* REPLACE ({columns})"))
    if frame.implementation.is_polars():
        import polars as pl

        return nw.from_native(native.with_columns(pl.col(list(dates)).cast(pl.Int32).cast(pl.Date)))
    if is_spark(frame):
        from pyspark.sql import functions

        made = {name: functions.expr(f"date_add(DATE '1970-01-01', CAST({_ticked(name)} AS INT))") for name in dates}
        return nw.from_native(native.withColumns(made))
    if frame.implementation.is_ibis():
        import ibis

        made = {name: ibis.date(1970, 1, 1) + native[name].cast("int32").as_interval("D") for name in dates}
        return nw.from_native(native.mutate(**made))
    return frame
