"""Sentences of errors about tables and their columns."""

from __future__ import annotations

WORDS = {
    "no_group_column": (
        "no column {column!r} to group by; the table has {columns}.",
        "没有可用来分组的列 {column!r}；表中有 {columns}。",
    ),
    "group_gaps": (
        "column {column!r} is missing in {n} rows, which belong to no group. Fill or drop them first.",
        "列 {column!r} 有 {n} 条缺失，不属于任何组。请先填补或删除。",
    ),
    "frame_column_table_needs": (
        "no column {absent}; the table has {columns}. It needs {needed}.{next}",
        "没有列 {absent}；表中有 {columns}。需要的列是 {needed}。{next}",
    ),
    "frame_column_numeric_but": (
        "column {name!r} is not numeric but {value}: {values}.{next}",
        "列 {name!r} 不是数值，而是 {value}：{values}。{next}",
    ),
    "frame_column_missing_finite_row": (
        "column {name!r} is missing or not finite in {n:,} row{plural}. Fill or drop them first, so that the choice is yours.{next}",
        "列 {name!r} 有 {n:,} 行缺失或不是有限的数。请先自行填补或删除，由您来决定怎样处理。{next}",
    ),
}
