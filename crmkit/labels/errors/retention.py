"""Sentences of errors about retention."""

from __future__ import annotations

WORDS = {
    "contract_columns": (
        "no column {absent}; the table has {columns}. Name the columns, such as contract_rates(contracts, {call}, "
        'as_of="{as_of}").',
        '没有列 {absent}；表中有 {columns}。请指明列，例如 contract_rates(contracts, {call}, as_of="{as_of}")。',
    ),
    "command_contract_columns": (
        "no column {absent}; the table has {columns}. Name the columns, such as: {call}",
        "没有列 {absent}；表中有 {columns}。请指明列，例如：{call}",
    ),
    "contract_dates": (
        "column {column!r} has dates that are not year-month-day: {unread}. Say {formats}, which reads all of them.",
        "列 {column!r} 有不是年-月-日写法的日期：{unread}。请使用 {formats}，它能读出全部日期。",
    ),
    "retention_cohorts_ages_cells_more": (
        '{n_rows:,} cohorts of {n_ages:,} ages are {value:,} cells, more than anybody reads. Limit the ages, such as max_age=52, take a longer period, such as period="month", or fewer groups.',
        '{n_rows:,} 个同期群、{n_ages:,} 个年龄共 {value:,} 格，多得无法阅读。请限制年龄，例如 max_age=52，或用更长的周期，例如 period="month"，或减少分组。',
    ),
    "retention_distinct_days_list_days": (
        "{name_given} are not distinct days. Give a list such as days=[1, 7, 30].",
        "{name_given} 不是互不相同的天数。请给列表，例如 days=[1, 7, 30]。",
    ),
    "retention_distinct_pairs_first_last": (
        "{name_given} are not distinct pairs of first and last day, counted from day 1 after the first purchase. Give a list such as days=[(1, 7), (8, 30)].",
        "{name_given} 不是互不相同的首末日对（从首次购买后的第 1 天算起）。请给列表，例如 days=[(1, 7), (8, 30)]。",
    ),
    "retention_does_go_kind_leave": (
        "{name}= does not go with kind={kind!r}. Leave it out, or give {fits}.",
        "{name}= 与 kind={kind!r} 不能同时使用。请省略它，或给 {fits}。",
    ),
    "retention_column_table": (
        "no column {absent}; the table has {names_of}.\n{hint}",
        "没有列 {absent}；表中有 {names_of}。\n{hint}",
    ),
    "retention_contract_begins_first_begins": (
        "no contract begins by as_of={as_of!r}; the first begins on {min}.",
        "到 as_of={as_of!r} 为止没有合同开始；最早的始于 {min}。",
    ),
    "retention_column_time_stamps_time": (
        "column {column!r} has time stamps with a time zone. Turn them into local dates first.",
        "列 {column!r} 是带时区的时间戳。请先转换为当地日期。",
    ),
    "retention_contract_cannot_end_before": (
        "a contract cannot end before it begins; {finish!r} is before {begin!r} in {rows}: {rows_2}. Mend or drop them first.",
        "合同不能在开始之前结束；{rows}中 {finish!r} 早于 {begin!r}：{rows_2}。请先改正或删除。",
    ),
    "retention_column_numeric_but_money": (
        "column {amount!r} is not numeric but {dtype}. Give the money as numbers.",
        "列 {amount!r} 不是数值，而是 {dtype}。请以数值给出金额。",
    ),
    "retention_column_dates_cannot_read": (
        "column {column!r} has dates that cannot be read: {unread}. Give year-month-day.",
        "列 {column!r} 含有无法读取的日期：{unread}。请写成 年-月-日。",
    ),
    "retention_column_missing_finite_fill": (
        "column {value!r} is missing or not finite in {rows}. Fill or drop them first, so that the choice is yours.",
        "列 {value!r} 在{rows}中缺失或不是有限的数。请先自行填补或删除，由您来决定怎样处理。",
    ),
    "retention_column_holds_dates_but": (
        "column {column!r} holds no dates but {dtype}: {filled}.\n{hint}",
        "列 {column!r} 不是日期，而是 {dtype}：{filled}。\n{hint}",
    ),
    "retention_name_movements_does": (
        "{what}; {last}, by {as_of}. Name one as `movements` does.",
        "{what}；{last}，截至 {as_of}。请按 `movements` 的写法指明一个。",
    ),
    "retention_new_end_do_fit": (
        "{name_given}, new={new!r}, end={end!r} do not fit together: of the customers at the end, end - new = {value:g} were there at the start, which must be between 0 and start. Give numbers such as start=200, new=45, end=215.",
        "{name_given}、new={new!r}、end={end!r} 彼此矛盾：期末客户中 end - new = {value:g} 位在期初就有，它必须在 0 与 start 之间。例如给 start=200, new=45, end=215。",
    ),
    "no_period_is_over": (
        "no period is over",
        "没有任何时段已结束",
    ),
    "not_a_period_that_is_over": (
        "at={at!r} is no period that is over",
        "at={at!r} 不是已结束的时段",
    ),
    "last_period_that_is_over": (
        "the last one is {last!r}",
        "最后一个是 {last!r}",
    ),
    "period_has_only_begun": (
        "{last!r} has only begun",
        "{last!r} 才刚开始",
    ),
}
