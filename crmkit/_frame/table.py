"""A table of customers, opened once at the edge: its columns checked, its rows counted in its own engine.

Formulas work on the plain arrays and the small counted tables that come out of it, and their results
go back as columns of the caller's own table, in its own kind and row order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from crmkit._frame import engines
from crmkit._frame.engines import AnyFrame, LazyFrame
from crmkit._types import Array
from crmkit.errors import ColumnError, DataError, Words, shown


class Table:
    """A checked table of one row per customer (or per cell), of any supported kind.

    One that crmkit has made itself is `sound`: its columns are what they say, so nobody looks for gaps in it, and what
    is given back of it is sound again.
    """

    def __init__(self, frame: AnyFrame, *, sound: bool = False) -> None:
        self.frame, self.sound = frame, sound
        self.columns = engines.names_of(frame)

    @property
    def _main_table(self) -> Any:
        return self.frame.to_native()

    @property
    def in_memory(self) -> bool:
        """Whether the rows are at hand, in an order of their own."""
        return engines.is_eager(self.frame)

    def arrays(self, *columns: str) -> tuple[NDArray[np.float64], ...]:
        """Numeric columns as floats, in the caller's row order where the kind has one."""
        local = engines.pulled(self.frame.select(*columns))
        return tuple(np.asarray(local[name], dtype=float) for name in columns)

    def rows(self, *columns: str) -> tuple[NDArray[np.float64], ...]:
        """Numeric columns as floats, a value per row; of a table in memory, because no other has an order to keep."""
        if not self.in_memory:
            raise DataError("rows_have_no_order")
        return self.arrays(*columns)

    def value_counts(self, column: str, *, by: Sequence[str] = ()) -> dict[str, Array]:
        """Distinct (`by`, `column`) in ascending order, with `n`, the rows that have them."""
        if self.in_memory and not by:
            values, n = np.unique(engines.collect(self.frame.select(column))[column], return_counts=True)
            return {column: values, "n": n}
        return self.cells([*by, column])

    def cells(self, columns: Sequence[str], *, weight: str | None = None, sums: Sequence[str] = ()) -> dict[str, Array]:
        """Distinct rows of `columns` in ascending order, with `n`, the number or sum of `weight`, and other `sums`."""
        n = nw.len() if weight is None else nw.col(weight).sum()
        frame = self.frame
        if weight is not None and sums:
            frame = frame.with_columns(**{name: nw.col(name) * nw.col(weight) for name in sums})
        counted = engines.pulled(frame.group_by(*columns).agg(n.alias("n"), *(nw.col(name).sum() for name in sums)))
        order = np.lexsort([counted[name] for name in reversed(columns)])
        cells = {name: values[order] for name, values in counted.items()}
        cells["n"] = cells["n"].astype(np.int64 if weight is None else float)
        return cells

    def ranked(self, column: str, places: Sequence[int]) -> list[float]:
        """The values at these places, from 0, of a column of numbers in ascending order.

        Counted in the engine, in ranges that become narrower: only some of the rows near each place are pulled. What
        is computed in this process comes as it is, up to some millions of values.
        """
        value = nw.col(column).cast(nw.Float64)
        if self.in_memory:
            values = np.sort(np.asarray(engines.collect(self.frame.select(value))[column], dtype=float))
            return [float(values[place]) for place in places]
        values_of = self.frame.select(value=value)
        if engines.in_process(self.frame):
            listed = engines.collect(values_of.head(_AT_HAND + 1))["value"]
            if len(listed) <= _AT_HAND:
                ordered = np.partition(listed, sorted(set(places)))
                return [float(ordered[place]) for place in places]
        ends = engines.collect(values_of.select(low=nw.col("value").min(), high=nw.col("value").max(), n=nw.len()))
        low, high, n = float(ends["low"][0]), float(ends["high"][0]), int(ends["n"][0])
        found = _ranked(values_of, sorted(set(places)), low, high, n)
        return [found[place] for place in places]

    def collect(self, frame: AnyFrame) -> dict[str, Array]:
        """A frame made from `self.frame`, as numpy arrays."""
        return engines.collect(frame)

    def attach(self, keys: Sequence[str], cells: Mapping[str, Array]) -> AnyFrame:
        """The table with the columns of `cells` looked up by `keys`, in the caller's row order."""
        new = [name for name in cells if name not in keys]
        bare = self.frame.drop(*[name for name in new if name in self.columns])
        if isinstance(bare, nw.LazyFrame):
            uploaded = engines.upload({name: cells[name] for name in [*keys, *new]}, bare)
            return bare.join(uploaded.lazy(), on=list(keys), how="left")
        own = engines.collect(bare.select(*keys))
        row = _positions([own[key] for key in keys], [cells[key] for key in keys])
        return self.add({name: cells[name][row] for name in new}, to=bare)

    def add(self, columns: Mapping[str, Array], *, to: AnyFrame | None = None) -> nw.DataFrame[Any]:
        """The table with new columns, given in its row order; tables in memory only."""
        frame = self.frame if to is None else to
        assert isinstance(frame, nw.DataFrame), "only a table in memory has a row order"  # noqa: S101
        made = [nw.new_series(name, values, backend=frame.implementation) for name, values in columns.items()]
        return frame.with_columns(*made)

    @property
    def coded(self) -> bool:
        """Whether words are held as small numbers until they are given back: in crmkit's own tables in DuckDB."""
        return self.sound and self.frame.implementation.is_duckdb()

    def worded(self, frame: AnyFrame, into: str, key: str, words: Mapping[int, str]) -> AnyFrame:
        """A frame made from `self.frame` with `into`, the word of each whole number `key`, missing for any other."""
        if isinstance(frame, nw.DataFrame):
            found = nw.col(key).replace_strict(
                list(words), list(words.values()), default=nw.lit(None), return_dtype=nw.String
            )
            return frame.with_columns(found.alias(into))
        return worded(frame, into, key, words, coded=self.coded)

    def give_back(self, frame: AnyFrame) -> Any:
        """A frame made from `self.frame`, in the caller's own kind."""
        return Table(frame, sound=True) if self.sound else frame.to_native()

    def like(self, frame: AnyFrame) -> Table:
        """A frame made from `self.frame`, as sound as that."""
        return Table(frame, sound=self.sound)

    def build(self, columns: Mapping[str, Array]) -> Any:
        """A small result table in the caller's own kind."""
        return engines.build(columns, self.frame)


class ArrayTable(Table):
    """Numbers that crmkit has as arrays, of equal length and finite, as a table: as it is, without a table engine."""

    def __init__(self, columns: Mapping[str, Array]) -> None:
        self.held, self.columns, self.sound = columns, list(columns), True

    @property
    def in_memory(self) -> bool:
        """They are."""
        return True

    def arrays(self, *columns: str) -> tuple[NDArray[np.float64], ...]:
        """Columns as floats."""
        return tuple(np.asarray(self.held[name], dtype=float) for name in columns)


def open_table(frame: Any, *, numbers: Sequence[str] = (), keys: Sequence[str] = (), hint: Words | str = "") -> Table:
    """Open any supported table (or a mapping of columns), checked for the columns that are needed.

    `numbers` must be numeric, finite and never missing; `keys` must never be missing. `hint` ends an
    error: the call that builds a table which would do.
    """
    if isinstance(frame, ArrayTable):
        return frame
    table = frame if isinstance(frame, Table) else Table(engines.wrap(frame))
    needed = list(dict.fromkeys([*keys, *numbers]))
    _refuse_absent(table, needed, hint)
    _refuse_text(table, numbers, hint)
    if not table.sound:
        _refuse_gaps(table, needed, hint)
    return table


def _refuse_absent(table: Table, needed: Sequence[str], hint: Words | str) -> None:
    absent = [name for name in needed if name not in table.columns]
    if absent:
        raise ColumnError(
            "frame_column_table_needs",
            absent=shown(absent),
            columns=shown(table.columns, most=15),
            needed=shown(needed, most=15),
            next=_next(hint),
        )


def _refuse_text(table: Table, numbers: Sequence[str], hint: Words | str) -> None:
    schema = table.frame.collect_schema()
    for name in numbers:
        if not schema[name].is_numeric():
            values = engines.collect(table.frame.select(name).head(4))[name].tolist()
            raise ColumnError(
                "frame_column_numeric_but", name=name, value=schema[name], values=shown(values), next=_next(hint)
            )


def _refuse_gaps(table: Table, needed: Sequence[str], hint: Words | str) -> None:
    """Missing and infinite values are named, never guessed at."""
    for name, n in _gaps(table, needed).items():
        if n:
            if n == engines.n_rows(table.frame):
                raise ColumnError("frame_column_all_missing", name=name, next=_next(hint))
            raise ColumnError(
                "frame_column_missing_finite_row", name=name, n=n, plural="s" if n > 1 else "", next=_next(hint)
            )


def _gaps(table: Table, needed: Sequence[str]) -> dict[str, int]:
    """Missing and infinite values of each column."""
    schema = table.frame.collect_schema()
    if isinstance(table.frame, nw.DataFrame):
        return {name: _gaps_in(table.frame[name]) for name in needed}
    if not needed:
        return {}
    flags = {name: nw.when(_is_gap(name, schema[name])).then(1).otherwise(0) for name in needed}
    found = engines.collect(table.frame.select(**flags).select(nw.all().sum()))
    return {name: int(found[name][0] or 0) for name in needed}


def _gaps_in(column: nw.Series[Any]) -> int:
    values = column.to_numpy()
    return int((~np.isfinite(values)).sum()) if values.dtype.kind in "iuf" else column.null_count()


def _is_gap(name: str, dtype: nw.dtypes.DType) -> nw.Expr:
    gap = nw.col(name).is_null()
    return gap | nw.col(name).is_nan() | (nw.col(name).abs() == float("inf")) if dtype.is_float() else gap


def worded(frame: LazyFrame, into: str, key: str, words: Mapping[int, str], *, coded: bool = False) -> LazyFrame:
    """Rows with `into`, the word of each whole number `key`, missing for any other; `coded` as in `engines.worded`.

    In other engines than DuckDB as cases, one for each word: what they would do for `replace_strict` is a join that
    carries all columns along.
    """
    listed = engines.worded(frame, into, key, words, coded=coded)
    if listed is not None:
        return listed
    keys: dict[str, list[int]] = {}
    for value, word in words.items():
        keys.setdefault(word, []).append(value)
    found = nw.lit(None).cast(nw.String)
    for word, values in reversed(list(keys.items())):
        own = nw.col(key)
        found = nw.when(own == values[0] if len(values) == 1 else own.is_in(values)).then(nw.lit(word)).otherwise(found)
    return frame.with_columns(found.alias(into))


_RANGES, _PULLED, _AT_HAND = 4096, 50_000, 4_000_000


def _ranked(values: AnyFrame, places: Sequence[int], low: float, high: float, n: int) -> dict[int, float]:
    """The values at some places of the n values from `low` to `high`, of a frame with the one column `value`."""
    if low == high:
        return dict.fromkeys(places, low)
    value = nw.col("value")
    within = values.filter((value >= low) & (value <= high))
    if n <= _PULLED:
        listed = np.sort(engines.collect(within)["value"])
        return {place: float(listed[place]) for place in places}
    # In equal ranges, each of which is known by the values that lie in it: nothing depends on how its ends round.
    at = ((value - low) / ((high - low) / _RANGES)).floor()
    parts = engines.collect(
        within.with_columns(at=at).group_by("at").agg(n=nw.len(), low=value.min(), high=value.max())
    )
    order = np.argsort(parts["at"])
    up_to = np.cumsum(parts["n"][order].astype(np.int64))
    found: dict[int, float] = {}
    for part in sorted(set(np.searchsorted(up_to, places, side="right").tolist())):
        size = int(parts["n"][order][part])
        before = int(up_to[part]) - size
        inside = [place for place in places if before <= place < before + size]
        lowest, highest = (float(parts[name][order][part]) for name in ("low", "high"))
        narrow = _ranked(within, [place - before for place in inside], lowest, highest, size)
        found |= {place + before: one for place, one in narrow.items()}
    return found


def _next(hint: Words | str) -> Words | str:
    return Words(("\n{hint}", "\n{hint}"), hint=hint) if hint else ""


def _positions(own: Sequence[Array], cells: Sequence[Array]) -> NDArray[np.intp]:
    """For each row of `own`, the row of `cells` with the same keys; every row must have one."""
    split = len(own[0])
    code = np.zeros(split + len(cells[0]), dtype=np.int64)
    for mine, theirs in zip(own, cells, strict=True):
        values, inverse = np.unique(np.concatenate([mine, theirs]), return_inverse=True)
        code = np.unique(code * len(values) + inverse, return_inverse=True)[1]
    position = np.zeros(len(code) + 1, dtype=np.intp)
    position[code[split:]] = np.arange(len(cells[0]))
    return position[code[:split]]
