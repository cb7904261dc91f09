"""A table worked on group by group, and put together again in the caller's row order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import narwhals.stable.v2 as nw

from crmkit._frame import engines
from crmkit.errors import ColumnError, shown

_ROW = "crmkit_row"


def within(frame: Any, by: str, make: Callable[[Any], Any]) -> Any:
    """What `make` gives for the rows of each group of the column `by`, as one table in the caller's kind and order."""
    opened = engines.wrap(frame)
    names = engines.names_of(opened)
    if by not in names:
        raise ColumnError("no_group_column", column=by, columns=shown(names, most=15))
    groups = _groups(opened, by)
    if len(groups) < 2:
        return make(opened.to_native())
    if isinstance(opened, nw.DataFrame):
        numbered = opened.with_row_index(_ROW)
        parts: list[Any] = [engines.wrap(make(numbered.filter(nw.col(by) == group).to_native())) for group in groups]
        return nw.concat(parts).sort(_ROW).drop(_ROW).to_native()
    lazy: list[Any] = [engines.wrap(make(opened.filter(nw.col(by) == group).to_native())) for group in groups]
    return nw.concat(lazy).to_native()


def _groups(frame: engines.AnyFrame, by: str) -> list[Any]:
    """The values of the column, in order; a customer without one is in no group, so there must be none."""
    counted = engines.collect(frame.select(nw.col(by).alias("by")).group_by("by").agg(n=nw.len()))
    values = counted["by"].tolist()
    gaps = sum(
        int(n) for value, n in zip(values, counted["n"].tolist(), strict=True) if value is None or value != value
    )
    if gaps:
        raise ColumnError("group_gaps", column=by, n=f"{gaps:,}")
    return sorted(values, key=lambda value: (str(type(value)), value))
