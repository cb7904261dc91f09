"""Rows of one person: taken out, given alone, or their ids put under other names; in any kind of table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._frame import engines
from crmkit._frame.engines import AnyFrame


def kind_of_ids(frame: AnyFrame, column: str) -> str:
    """Whether the ids of a column are "numbers", "text", or objects of "any" kind."""
    dtype = frame.collect_schema()[column]
    if dtype.is_numeric():
        return "numbers"
    return "text" if dtype in (nw.String, nw.Categorical, nw.Enum) else "any"


def is_one_of(frame: AnyFrame, column: str, ids: Sequence[Any]) -> nw.Expr:
    """Whether a row's id is one of the ids; false where it is missing."""
    dtype = frame.collect_schema()[column]
    own = nw.col(column).cast(nw.String) if dtype in (nw.Categorical, nw.Enum) else nw.col(column)
    return own.is_in(list(ids)) & ~own.is_null()


def count(frame: AnyFrame, column: str, ids: Sequence[Any]) -> dict[Any, int]:
    """Rows of each of the ids."""
    found = {}
    for one in ids:
        rows = frame.filter(is_one_of(frame, column, [one])).select(nw.len().alias("n"))
        found[one] = int(engines.collect(rows)["n"][0])
    return found


def distinct(frame: AnyFrame, column: str) -> AnyFrame:
    """The ids of a column, each once, as `customer_id`."""
    return frame.select(nw.col(column).alias("customer_id")).filter(~nw.col("customer_id").is_null()).unique()


def without(frame: AnyFrame, column: str, ids: Sequence[Any]) -> AnyFrame:
    """The rows of everybody else; no list of categories or labels of rows remembers who is gone."""
    own = is_one_of(frame, column, ids)
    kept = frame.filter(nw.when(own).then(nw.lit(False)).otherwise(nw.lit(True)))
    return _forgetful(kept) if isinstance(kept, nw.DataFrame) else kept


def _forgetful(frame: nw.DataFrame[Any]) -> nw.DataFrame[Any]:
    native = frame.to_native()
    if frame.implementation.is_pandas():
        import pandas as pd

        plain = native.reset_index(drop=True) if _is_numbered(native.index) else native
        categories = [name for name in plain.columns if isinstance(plain[name].dtype, pd.CategoricalDtype)]
        made = {name: plain[name].cat.remove_unused_categories() for name in categories}
        return nw.from_native(plain.assign(**made) if made else plain, eager_only=True)
    if frame.implementation.is_pyarrow():
        import pyarrow as pa

        for at, field in enumerate(native.schema):
            if pa.types.is_dictionary(field.type):
                again = native.column(at).cast(field.type.value_type).dictionary_encode()
                native = native.set_column(at, field.name, again)
        return nw.from_native(native, eager_only=True)
    return frame


def _is_numbered(index: Any) -> bool:
    """Whether the labels of rows are their numbers, from which one sees that some are gone."""
    return bool(index.dtype.kind == "i" and index.name is None and index.is_unique)


def only(frame: AnyFrame, column: str, ids: Sequence[Any]) -> AnyFrame:
    """The rows of these ids."""
    return frame.filter(is_one_of(frame, column, ids))


def renamed(frame: AnyFrame, column: str, rename: Callable[[str], Any]) -> AnyFrame:
    """The table with other ids in a column: `rename` is asked once for each id, as text. Missing ids stay missing."""
    if isinstance(frame, nw.DataFrame):
        old = [_text_of(value) for value in frame[column].to_list()]
        new = {one: rename(one) for one in dict.fromkeys(old) if one is not None}
        values = [None if one is None else new[one] for one in old]
        gaps = None in values and any(isinstance(value, int) for value in values)
        kind = nw.Float64 if gaps and frame.implementation.is_pandas() else None  # whose integers know no gap
        return frame.with_columns(nw.new_series(column, values, kind, backend=frame.implementation))
    frame_with = frame.with_columns(_as_text(frame, column).alias("crmkit_old"))
    old_ids = engines.collect(frame_with.select("crmkit_old").unique())["crmkit_old"].tolist()
    new = {one: rename(one) for one in old_ids if isinstance(one, str)}
    pairs = {"crmkit_old": np.array(list(new), dtype=object), "crmkit_new": _array(list(new.values()))}
    looked_up = engines.upload(pairs, frame_with).lazy()
    joined = frame_with.join(looked_up, on="crmkit_old", how="left")
    own = engines.names_of(frame)
    return joined.select(*(nw.col("crmkit_new").alias(name) if name == column else nw.col(name) for name in own))


def _array(values: list[Any]) -> np.ndarray[Any, Any]:
    """Whole numbers as such, all else as objects."""
    whole = bool(values) and all(isinstance(value, int) for value in values)
    return np.array(values, dtype=np.int64 if whole else object)


def _text_of(value: Any) -> str | None:
    """An id as text, whole numbers without a point; nothing where it is missing."""
    if value is None or value != value:
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else str(value)


def _as_text(frame: AnyFrame, column: str) -> nw.Expr:
    own, dtype = nw.col(column), frame.collect_schema()[column]
    if dtype.is_float():
        whole = nw.when((own == own.floor()) & (own.abs() < 2.0**53)).then(own).cast(nw.Int64).cast(nw.String)
        return nw.coalesce(whole, nw.when(~own.is_nan()).then(own).cast(nw.String))
    return own.cast(nw.String)
