"""Sentences of errors about tables and their columns."""

from __future__ import annotations

WORDS = {
    "unsupported_table": (
        "a {kind} is an unsupported table type. Pass a pandas, polars or pyarrow table, a DuckDB relation, a Spark or "
        "Ibis table, anything that streams Arrow, or open a file with crmkit.read(path, ...).",
        "不支持 {kind} 类型的表。请传入 pandas、polars 或 pyarrow 的表、DuckDB 关系、Spark 或 Ibis 表、"
        "任何支持 Arrow 流的对象，或用 crmkit.read(path, ...) 打开文件。",
    ),
    "columns_of_no_table": (
        "the columns do not form a table: {reason}. Give lists of one length.",
        "这些列不能组成一张表：{reason}。请给出长度相同的列表。",
    ),
    "names_repeated": (
        "the table has more than one column {columns}. Rename or drop the repeated columns, so that each name says one "
        "thing.",
        "表中有多个名为 {columns} 的列。请重命名或删去重复的列，使每个列名只有一个含义。",
    ),
    "table_without_rows": (
        "the table has no rows. Pass one with at least {of}.",
        "表中没有任何行。请传入至少有{of}的表。",
    ),
    "one_purchase": ("one purchase", "一次购买"),
    "one_contract": ("one contract", "一份合同"),
    "one_row": ("one row", "一行"),
    "one_answer": ("one answer", "一份回答"),
    "kind_takes_no_rows": (
        "tables of kind {kind} cannot take local results yet. Pass a DuckDB relation.",
        "{kind} 类型的表暂时不能接收本地结果。请传入 DuckDB 关系。",
    ),
    "frame_other_engine": (
        "crmkit does not compute in {name}. Pass {call}, or write the table to Parquet and open it with "
        "crmkit.read(path, ...), which never loads it whole. Tables of DuckDB, Spark, Ibis and polars are computed where "
        "they are.",
        "crmkit 不在 {name} 中计算。请传入 {call}，或把表写成 Parquet 后用 crmkit.read(path, ...) 打开（不会整个载入内存）。"
        "DuckDB、Spark、Ibis 与 polars 的表则在原处计算。",
    ),
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
    "no_number": (
        "column {column!r} has values that are no numbers: {values}. Correct them, or set them to missing.",
        "列 {column!r} 中有不是数值的内容：{values}。请更正，或设为缺失。",
    ),
    "frame_column_all_missing": (
        "column {name!r} is missing in all rows, as money is where events have none (amount=None). Fill it, or name the "
        "column of the amount.{next}",
        "列 {name!r} 全部缺失；没有金额的事件（amount=None）就是如此。请填补，或指明金额列。{next}",
    ),
    "frame_column_missing_finite_row": (
        "column {name!r} is missing or not finite in {n:,} row{plural}. Fill or drop them first, so that the choice is yours.{next}",
        "列 {name!r} 有 {n:,} 行缺失或不是有限的数。请先自行填补或删除，由您来决定怎样处理。{next}",
    ),
    "frame_large": (
        "this step works in memory: {n} rows of {columns} columns, {size} GB, are brought out of the engine, and it takes "
        "a few times that much. For less, ask about fewer customers (where=...) or a longer period.",
        "此步骤在内存中计算：将从引擎取出 {n} 行 × {columns} 列（{size} GB），占用内存为其数倍。"
        "如需减少，请缩小客户范围（where=...）或采用更长的期间。",
    ),
    "frame_too_large": (
        "more than {most} rows of {columns} columns, {size} GB, would have to be brought into memory. Ask for fewer: "
        "transactions of fewer customers (where=...), a longer period, or coarser values.",
        "需要载入内存的数据超过 {most} 行 × {columns} 列（{size} GB）。请缩小范围：减少客户（where=...）、采用更长的期间，或使用更粗的取值。",
    ),
}
