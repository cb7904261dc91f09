"""The few operations that differ between table engines; the only file that names them.

Everything else in crmkit is written once, on narwhals. A pandas or pyarrow table is lifted into the
embedded DuckDB before any row-level work starts, a polars table stays in polars, and DuckDB, Spark,
Ibis and SQLFrame tables are computed where they live.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from crmkit.errors import ArgumentError, ColumnError, DataError, InputFileError, shown

Array: TypeAlias = NDArray[Any]
Columns: TypeAlias = Mapping[str, Array]
LazyFrame: TypeAlias = "nw.LazyFrame[Any]"
AnyFrame: TypeAlias = "nw.DataFrame[Any] | nw.LazyFrame[Any]"
Finish: TypeAlias = Callable[["nw.LazyFrame[Any]"], Any]
FrameT = TypeVar("FrameT")

# Kinds whose rows are lifted into DuckDB: it is faster than they are, and has one set of semantics.
_LIFTED = {nw.Implementation.PANDAS, nw.Implementation.PYARROW, nw.Implementation.MODIN}


@functools.cache
def connection() -> Any:
    """The embedded DuckDB of this process; one connection, because relations of two cannot be joined."""
    return open_duckdb(":memory:")


def open_duckdb(path: str) -> Any:
    """A connection that stays offline, spills to a folder of this process, and changes no database file."""
    import duckdb

    config: dict[str, Any] = {
        "temp_directory": spill_folder(),
        "autoinstall_known_extensions": "false",  # never fetch anything from the network
        "preserve_insertion_order": "false",  # tables of transactions have no order; halves the memory
    }
    database = duckdb.connect(path, read_only=path != ":memory:", config=config)
    with contextlib.suppress(duckdb.InvalidInputException):  # Jupyter without ipywidgets: no bar to switch off
        database.execute("SET enable_progress_bar = false")
    _forget_types_at_exit()
    _open.append(database)
    return database


_open: list[Any] = []  # the connections of this process, for as long as it lives


def stop_queries() -> None:
    """Interrupt what the embedded engine is doing, on every connection; from a signal handler, say."""
    for database in _open:
        database.interrupt()


@functools.cache
def spill_folder() -> str:
    """A folder for what does not fit into memory; it goes with the process."""
    folder = tempfile.mkdtemp(prefix="crmkit-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@functools.cache
def _forget_types_at_exit() -> None:
    """Let go of the DuckDB types that narwhals caches, or DuckDB prints a leak notice at exit."""

    def forget() -> None:
        from narwhals._duckdb import utils

        for name in dir(utils):
            clear = getattr(getattr(utils, name), "cache_clear", None)
            if clear is not None:
                clear()

    def quietly() -> None:
        with contextlib.suppress(ImportError):  # a private place of narwhals: absent one day
            forget()

    atexit.register(quietly)


def limit_memory(limit: str) -> None:
    """Keep the embedded engine below `limit`, such as "2GB"; what does not fit spills to disk."""
    import duckdb

    try:
        connection().execute(f"SET memory_limit = '{limit.replace(chr(39), '')}'")
    except duckdb.Error:
        raise ArgumentError(f'memory_limit={limit!r} is not a size. Give one such as memory_limit="2GB".') from None


@contextlib.contextmanager
def reading(file: str) -> Iterator[None]:
    """Turn an engine's error about a broken file into one that names the file."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        reason = " ".join(str(error).splitlines()[:2])[:300].rstrip(". ")
        utf8 = any(word in str(error).lower() for word in ("utf-8", "unicode"))
        remedy = (
            'Its text is not UTF-8: say what it is, such as encoding="gb18030" (Chinese Excel) or encoding="cp1252".'
            if utf8
            else "Check that the file is whole and is what its ending says."
        )
        raise InputFileError(f"cannot read {file!r}: {reason}. {remedy}") from None


# --- in ---------------------------------------------------------------------------------------------------------


def wrap(frame: Any) -> AnyFrame:
    """Any supported table as a narwhals frame; its columns are checked to be named once each."""
    if isinstance(frame, Mapping):
        frame = _pandas_of(frame)
    if hasattr(type(frame), "_main_table"):  # a result of crmkit
        frame = frame._main_table
    _refuse_repeated_names(frame)
    try:
        wrapped: AnyFrame = nw.from_native(frame)
    except TypeError:
        raise DataError(
            f"a {type(frame).__module__}.{type(frame).__name__} is no table that crmkit knows. Pass a pandas, polars "
            "or pyarrow table, a DuckDB relation, a Spark or Ibis table, or open a file with crmkit.read(path, ...)."
        ) from None
    return wrapped


def _pandas_of(columns: Mapping[str, Any]) -> Any:
    import pandas as pd

    try:
        return pd.DataFrame(dict(columns))
    except ValueError as error:
        raise DataError(f"the columns do not form a table: {error}. Give lists of one length.") from None


def _refuse_repeated_names(frame: Any) -> None:
    if type(frame).__module__.startswith("polars"):  # has them once by construction, and asking a lazy one costs
        return
    listed = [str(name) for name in getattr(frame, "column_names", None) or getattr(frame, "columns", [])]
    repeated = sorted({name for name in listed if listed.count(name) > 1}) if len(set(listed)) < len(listed) else []
    if repeated:
        raise ColumnError(
            f"the table has more than one column {shown(repeated)}. Rename or drop the repeated columns, "
            "so that each name says one thing."
        )


def no_rows(of: str = "purchase") -> DataError:
    """The error for a table without rows, of purchases or something else."""
    return DataError(f"the table has no rows. Pass one with at least one {of}.")


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
    return frame.lazy().select(*(nw.col(own).alias(name) for name, own in chosen.items()))


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
    return series.map(str).where(~missing, None)


# --- dates and money --------------------------------------------------------------------------------------------


def to_day(frame: LazyFrame, column: str, into: str) -> LazyFrame:
    """Add `into`, the day number since 1970 of a date or naive time stamp."""
    if frame.implementation.is_duckdb():
        # a cast to DATE of what is a DATE costs nothing
        return _project(frame, f"date_diff('day', DATE '1970-01-01', CAST(\"{column}\" AS DATE)) AS \"{into}\"")
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
        zone = timezone.replace("'", "''")
        return _replace(frame, column, f"timezone('{zone}', \"{column}\")")
    return frame.with_columns(nw.col(column).dt.convert_time_zone(timezone).dt.replace_time_zone(None))


_ISO = r"^\s*\d{4}[-/]\d{1,2}[-/]\d{1,2}([ T].*)?$"
_AWARE = r"\d([Zz]|[+-]\d{2}:?\d{2})\s*$"


def parse_dates(frame: LazyFrame, column: str, date_format: str | None, timezone: str | None) -> LazyFrame:
    """Turn text into naive time stamps: ISO, or as `date_format` says; what does not fit becomes missing."""
    if frame.implementation.is_duckdb():
        return _replace(frame, column, _duckdb_date(f'trim("{column}")', date_format, timezone))
    if frame.implementation.is_polars():
        return nw.from_native(frame.to_native().with_columns(_polars_date(column, date_format, timezone)))
    raise ColumnError(f"column {column!r} holds text. Cast it to a date in your own engine first.")


def _duckdb_date(text: str, date_format: str | None, timezone: str | None) -> str:
    if date_format is not None:
        return "CAST(try_strptime({}, '{}') AS TIMESTAMP)".format(text, date_format.replace("'", "''"))
    stamp = f"try_cast({text} AS TIMESTAMP)"
    if timezone is not None:
        aware = "timezone('{}', try_cast({} AS TIMESTAMPTZ))".format(timezone.replace("'", "''"), text)
        stamp = f"CASE WHEN regexp_matches({text}, '\\d:\\d.*{_AWARE}') THEN {aware} ELSE {stamp} END"
    return f"CASE WHEN regexp_matches({text}, '{_ISO}') THEN {stamp} END"


def _polars_date(column: str, date_format: str | None, timezone: str | None) -> Any:
    import polars as pl

    text = pl.col(column).str.strip_chars()
    if date_format is not None:
        return text.str.to_datetime(date_format, strict=False, time_unit="us").alias(column)
    day = text.str.extract(r"^(\d{4}[-/]\d{1,2}[-/]\d{1,2})([ T].*)?$", 1).str.replace_all("/", "-")
    local = day.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us"))
    if timezone is None:
        return local.alias(column)
    stamp = text.str.replace("[Zz]$", "+00:00").str.replace(" ", "T")
    aware = [
        stamp.str.to_datetime(form, strict=False, time_unit="us", time_zone="UTC")
        for form in ("%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M%#z")
    ]
    there = pl.coalesce(aware).dt.convert_time_zone(timezone).dt.replace_time_zone(None)
    return pl.when(text.str.contains(r"\d:\d.*" + _AWARE)).then(there).otherwise(local).alias(column)


def parse_money(frame: LazyFrame, column: str, decimal: str) -> LazyFrame:
    """Turn text such as "$1,234.50" or "(12.00)" into numbers; what does not fit becomes missing.

    `decimal` is the decimal mark; the other one, spaces, apostrophes and currency signs are passed over.
    """
    other = "," if decimal == "." else "."
    fits = rf"^[(\-+]*[0-9]+(\{decimal}[0-9]+)?[)\-]?$"
    if frame.implementation.is_duckdb():
        bare = f"regexp_replace(\"{column}\", '[^0-9.,()+\\-]', '', 'g')"
        bare = f"replace({bare}, '{other}', '')"
        digits = f"replace(regexp_replace({bare}, '[()+\\-]', '', 'g'), '{decimal}', '.')"
        sign = f"CASE WHEN regexp_matches({bare}, '[(\\-]') THEN -1 ELSE 1 END"
        number = f"CASE WHEN regexp_matches({bare}, '{fits}') THEN {sign} * try_cast({digits} AS DOUBLE) END"
        return _replace(frame, column, number)
    if frame.implementation.is_polars():
        import polars as pl

        bare_text = pl.col(column).str.replace_all(r"[^0-9.,()+\-]", "").str.replace_all(other, "", literal=True)
        positive = bare_text.str.replace_all(r"[()+\-]", "").str.replace(decimal, ".", literal=True)
        factor = pl.when(bare_text.str.contains(r"[(\-]")).then(-1.0).otherwise(1.0)
        parsed = pl.when(bare_text.str.contains(fits)).then(factor * positive.cast(pl.Float64, strict=False))
        return nw.from_native(frame.to_native().with_columns(parsed.alias(column)))
    raise ColumnError(f"column {column!r} holds text. Cast it to a number in your own engine first.")


def _project(frame: LazyFrame, sql: str) -> LazyFrame:
    return nw.from_native(frame.to_native().project("*, " + sql))


def _replace(frame: LazyFrame, column: str, sql: str) -> LazyFrame:
    return nw.from_native(frame.to_native().project(f'* REPLACE ({sql} AS "{column}")'))


# --- out --------------------------------------------------------------------------------------------------------


def collect(frame: AnyFrame) -> dict[str, Array]:
    """The columns as numpy arrays: missing numbers are NaN, missing text is None."""
    if isinstance(frame, nw.DataFrame):
        return {name: _plain_array(frame[name].to_numpy()) for name in frame.columns}
    if frame.implementation.is_duckdb():
        return {name: _plain_array(values) for name, values in frame.to_native().fetchnumpy().items()}
    local = frame.collect() if frame.implementation.is_polars() else frame.collect(backend="pandas")
    return {name: _plain_array(local[name].to_numpy()) for name in local.columns}


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


def upload(columns: Columns, like: AnyFrame) -> AnyFrame:
    """A small local table on the engine (and connection) of `like`, ready to be joined with it."""
    if isinstance(like, nw.DataFrame):
        return nw.from_dict(dict(columns), backend=like.implementation)
    native = like.to_native()
    local = _pandas_of(columns)
    if like.implementation.is_duckdb():
        return nw.from_native(native.query("crmkit_like", "SELECT * FROM local"))
    if like.implementation.is_polars():
        import polars as pl

        return nw.from_native(pl.LazyFrame(dict(columns)))
    if like.implementation.is_pyspark():
        return nw.from_native(native.sparkSession.createDataFrame(local))
    if like.implementation.is_ibis():
        import ibis

        return nw.from_native(ibis.memtable(local))
    raise DataError(f"tables of kind {like.implementation} cannot take local results yet; pass a DuckDB relation.")


def build(columns: Columns, like: AnyFrame) -> Any:
    """A small result table in the kind of `like`; what is not a number is missing."""
    made = upload(columns, like)
    if like.implementation.is_polars() or like.implementation.is_pyarrow():  # to which NaN is a number
        floats = [nw.col(name) for name, values in columns.items() if np.asarray(values).dtype.kind == "f"]
        made = made.with_columns(nw.when(~values.is_nan()).then(values) for values in floats)
    return made.to_native()


def give_back(frame: LazyFrame, like: AnyFrame, *, dates: Sequence[str] = (), order: str | None = None) -> Any:
    """A computed lazy frame in the kind of `like`; `dates` are day numbers to turn into dates."""
    dated = _dated(frame, dates)
    if isinstance(like, nw.LazyFrame):
        return (dated.sort(order) if order and like.implementation.is_polars() else dated).to_native()
    if order is not None:
        dated = dated.sort(order)
    if like.implementation.is_polars():
        return dated.collect(backend="polars").to_native()
    relation = dated.to_native()
    return relation.to_arrow_table() if like.implementation.is_pyarrow() else relation.df()


def _dated(frame: LazyFrame, dates: Sequence[str]) -> LazyFrame:
    if not dates:
        return frame
    native = frame.to_native()
    if frame.implementation.is_duckdb():
        columns = ", ".join(f'DATE \'1970-01-01\' + CAST("{name}" AS INTEGER) AS "{name}"' for name in dates)
        return nw.from_native(native.project(f"* REPLACE ({columns})"))
    if frame.implementation.is_polars():
        import polars as pl

        return nw.from_native(native.with_columns(pl.col(list(dates)).cast(pl.Int32).cast(pl.Date)))
    if frame.implementation.is_pyspark():
        from pyspark.sql import functions

        made = {name: functions.expr(f"date_add(DATE '1970-01-01', CAST(`{name}` AS INT))") for name in dates}
        return nw.from_native(native.withColumns(made))
    if frame.implementation.is_ibis():
        import ibis

        made = {name: ibis.date(1970, 1, 1) + native[name].cast("int32").as_interval("D") for name in dates}
        return nw.from_native(native.mutate(**made))
    return frame
