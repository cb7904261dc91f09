"""Rows that pass through Python in batches of constant memory: out of the engine, through a function, and back beside.

What has no expression in an engine (the interval of a customer's value, say) is computed here. Every row's result
depends on that row alone, so neither batches nor engines change it; the order in which rows come only saves time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._frame import engines, outputs, process, sql
from crmkit._frame.engines import AnyFrame, LazyFrame
from crmkit._frame.origins import Copies
from crmkit._types import Array

Function = Callable[[Mapping[str, Array]], Mapping[str, Array]]

ROWS = 2048 * 64  # of a batch
AT_ONCE = 16 * ROWS  # that come out of DuckDB in one piece
ROW = "crmkit_row"


def mapped(frame: LazyFrame, function: Function, *, reads: Sequence[str], adds: Sequence[str]) -> LazyFrame:
    """The table with the columns `adds`, numbers that `function` makes of the columns `reads`, computed once.

    Rows of equal `reads`, and those that are equal in the first of them, come side by side. `function` takes arrays of
    one value per row and gives arrays of as many, by name.
    """
    kind = frame.implementation
    if kind.is_duckdb():
        return _through_files(frame, function, reads, adds)
    if kind.is_polars():
        return _in_memory(frame, function, reads, adds)
    if kind.is_pyspark():
        return _on_workers(frame, function, reads, adds)
    return _looked_up(frame, function, reads, adds)


def numbered(frame: LazyFrame, beside: AnyFrame | None = None) -> LazyFrame:
    """The table computed once; in DuckDB with `ROW`, by which `mapped` joins what it finds without another copy.

    A relation made by another lives as long as all that it was made of. Where that is about to go, `beside` is a table
    that stays, on the same connection or one that was lifted.
    """
    if not frame.implementation.is_duckdb():
        return engines.wrap(outputs.keep(frame.to_native())).lazy()
    stored = outputs.Stored.of(frame.to_native())
    if stored is None:
        return frame
    return nw.from_native(stored.beside(frame.to_native() if beside is None else engines.home(beside), row=ROW))


def _through_files(frame: LazyFrame, function: Function, reads: Sequence[str], adds: Sequence[str]) -> LazyFrame:
    """Out of DuckDB chunk by chunk, into private Parquet files, and joined by the number of the row."""
    rows = frame if ROW in engines.names_of(frame) else numbered(frame)
    native = rows.to_native()
    stored = outputs.Stored.of(rows.select(ROW, *reads).to_native()) if ROW in engines.names_of(rows) else None
    if stored is None:  # a connection that may not touch files
        return _looked_up(frame, function, reads, adds)
    copies, files = Copies.begun(), []
    for part, batch in enumerate(_chunks(stored, reads)):
        made = function({name: batch[name] for name in reads})
        files.append(str(Path(copies.folder) / f"rows-{part}.parquet"))
        _store({ROW: batch[ROW], **{name: made[name] for name in adds}}, files[-1])
    if not files:
        return frame.with_columns(**{name: nw.lit(None).cast(nw.Float64) for name in adds})
    listed = ", ".join(map(sql.name, (ROW, *adds)))
    found = nw.from_native(outputs.Stored(tuple(files), copies, listed).beside(native))
    joined = rows.join(found, on=ROW, how="inner")
    return joined if rows is frame else joined.drop(ROW)


def _chunks(stored: outputs.Stored, reads: Sequence[str]) -> Iterator[dict[str, Array]]:
    """Columns of stored rows, and their numbers; those that are equal or alike side by side."""
    cursor = process.connection().cursor()
    listed = ", ".join(map(sql.name, reads))
    (n,) = cursor.execute(f"SELECT count(*) FROM {stored.scan}").fetchone()
    cursor.execute(f"SELECT {ROW}, {listed} FROM {stored.scan} ORDER BY {listed}")
    if n <= AT_ONCE:  # in one piece, which needs no pandas
        found = {name: np.ma.getdata(values) for name, values in cursor.fetchnumpy().items()}
        yield from ({name: values[part] for name, values in found.items()} for part in _parts(n))
        return
    while len(chunk := cursor.fetch_df_chunk(ROWS // 2048)):
        yield {name: chunk[name].to_numpy() for name in (ROW, *reads)}


def _parts(n: int) -> Iterator[slice]:
    return (slice(start, start + ROWS) for start in range(0, n, ROWS))


def _store(columns: Mapping[str, Array], file: str) -> None:
    crmkit_batch = dict(columns)
    to = sql.text(process.new_file(file))
    cursor = process.connection().cursor()  # the thread's own may be giving rows
    # not a number is a value to the engine; here it says that nothing is known
    listed = ", ".join(
        f"CASE WHEN isnan({own}) THEN NULL ELSE {own} END AS {own}" if values.dtype.kind == "f" else own
        for own, values in ((sql.name(name), np.asarray(values)) for name, values in columns.items())
    )
    cursor.execute(f"COPY (SELECT {listed} FROM crmkit_batch) TO {to} (FORMAT parquet, USE_TMP_FILE false)")
    del crmkit_batch


def _in_memory(frame: LazyFrame, function: Function, reads: Sequence[str], adds: Sequence[str]) -> LazyFrame:
    """A table that is held in memory anyway; only the function works on a part at a time."""
    local = frame.collect()
    columns = engines.collect(local.select(*reads))
    made = computed(function, columns, adds)
    new = [nw.new_series(name, values, backend=local.implementation) for name, values in made.items()]
    return local.with_columns(*new).with_columns(_without_nan(adds)).lazy()


def computed(function: Function, columns: Mapping[str, Array], adds: Sequence[str]) -> dict[str, Array]:
    """The function on arrays in memory, a batch of equal and similar rows at a time."""
    size = len(next(iter(columns.values())))
    found = {name: np.empty(size) for name in adds}
    order = np.lexsort(list(columns.values())[::-1])
    for start in range(0, size, ROWS):
        at = order[start : start + ROWS]
        made = function({name: values[at] for name, values in columns.items()})
        for name in adds:
            found[name][at] = made[name]
    return found


def _without_nan(names: Sequence[str]) -> list[nw.Expr]:
    return [nw.when(~nw.col(name).is_nan()).then(nw.col(name)).alias(name) for name in names]


def _on_workers(frame: LazyFrame, function: Function, reads: Sequence[str], adds: Sequence[str]) -> LazyFrame:
    """Where the rows are, on Spark: nothing passes through the driver."""
    from pyspark.sql.types import DoubleType, StructField, StructType

    native = frame.to_native()
    schema = StructType([*native.schema.fields, *(StructField(name, DoubleType()) for name in adds)])

    def work(batches: Any) -> Iterator[Any]:
        import pyarrow as pa

        for batch in batches:
            columns = {name: batch.column(name).to_numpy(zero_copy_only=False) for name in reads}
            made = function(columns)
            arrays = [pa.array(np.asarray(made[name], dtype=float), from_pandas=True) for name in adds]
            yield pa.RecordBatch.from_arrays([*batch.columns, *arrays], names=[*batch.schema.names, *adds])

    return nw.from_native(native.mapInArrow(work, schema).persist())


def _looked_up(frame: LazyFrame, function: Function, reads: Sequence[str], adds: Sequence[str]) -> LazyFrame:
    """Engines that take no files: the distinct rows of `reads` come out, and what they give is uploaded."""
    found = engines.collect(frame.select(*reads).group_by(*reads).agg(n=nw.len()))
    keys = {name: found[name] for name in reads}
    made = computed(function, keys, adds) if len(found["n"]) else {name: np.empty(0) for name in adds}
    uploaded = engines.upload({**keys, **made}, frame).lazy()
    return frame.join(uploaded.with_columns(_without_nan(adds)), on=list(reads), how="left")
