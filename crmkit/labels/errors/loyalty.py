"""Words for the errors of surveys, complaints and the loyalty matrix."""

from __future__ import annotations

WORDS = {
    "survey_columns": (
        "no column {column}; the survey has {has}. Name the columns, such as score=, customer=, date= or items=.",
        "没有列 {column}；调查表有 {has}。请指定列名，例如 score=、customer=、date= 或 items=。",
    ),
    "survey_text": (
        "column {column!r} does not hold scores but text: {values}. Make them numbers first.",
        "列 {column!r} 不是分数而是文本：{values}。请先转换为数字。",
    ),
    "survey_date": (
        "column {column!r} does not hold dates: {values}. Name the column that does, such as date='answered'.",
        "列 {column!r} 不是日期：{values}。请指定日期列，例如 date='answered'。",
    ),
    "survey_zone": (
        "column {column!r} has time stamps with a time zone ({zone}). Make them local dates first, so that the day is "
        "yours.",
        "列 {column!r} 的时间带有时区（{zone}）。请先转换为当地日期。",
    ),
    "survey_scale": (
        "column {column!r} has {n} answers that are not whole numbers from {least:g} to {most:g}: {values}. Say the "
        "scale that was asked, such as scale=(1, 10), and do not mix scales.",
        "列 {column!r} 有 {n} 个答案不是 {least:g} 到 {most:g} 的整数：{values}。请说明所用量表，例如 scale=(1, 10)，"
        "且不要混用量表。",
    ),
    "survey_undated": (
        "column {column!r} has no date that can be read, so there are no periods. Leave out period=.",
        "列 {column!r} 没有可读的日期，无法按时期统计。请去掉 period=。",
    ),
    "no_answers": (
        "column {column!r} has no answer in any row. Name the column of the scores, such as score='q1'.",
        "列 {column!r} 没有任何答案。请指定分数列，例如 score='q1'。",
    ),
    "answers_undated": (
        "{n} answers are further ones of customers who answered before, and no date tells which is the last. Name the "
        "column of dates, such as date='answered', or keep one row per customer.",
        "有 {n} 个答案来自已回答过的客户，但没有日期说明哪个是最后一次。请指定日期列，例如 date='answered'，"
        "或每位客户只保留一行。",
    ),
    "scale": ("the lowest and the highest answer, two whole numbers", "最低分与最高分两个整数"),
    "nps_scale": ("a scale of the net promoter score, (0, 10) or (1, 10)", "净推荐值的量表 (0, 10) 或 (1, 10)"),
    "some_answers": ("a number of answers, of which there must be some", "答案数（至少要有一个答案）"),
    "compare_by": (
        "by={by!r} and period={period!r}: give one of them, such as by='channel' to compare groups or "
        "period='month' to "
        "compare periods.",
        "by={by!r}、period={period!r}：请只给出其一，例如 by='channel' 比较分组，或 period='month' 比较各期。",
    ),
    "one_group": (
        "all answers are of one group, {group!r}, so that there is nothing to compare. Use nps().",
        "所有答案都属于同一组 {group!r}，没有可比较的对象。请使用 nps()。",
    ),
    "top_of_scale": (
        "{name_given} would count every answer of the scale as satisfied. Give at most {most}, such as {name_example}.",
        "{name_given} 会把量表上的所有答案都算作满意。请给出不超过 {most} 的数，例如 {name_example}。",
    ),
    "item_columns": ("a list of columns, each once", "列名清单（各一次）"),
    "same_items": (
        "a column, or a mapping of item to column with the same items in expected= and perceived=",
        "列名，或在 expected= 与 perceived= 中项目相同的映射",
    ),
    "no_pairs": (
        "nobody answered both what was expected and what was got of {item!r}. Check the columns.",
        "没有人同时回答 {item!r} 的期望与体验。请检查列名。",
    ),
    "value_columns": (
        "a list of columns of value, each once and none of them a cost",
        "价值列的清单（各一次，且不含成本列）",
    ),
    "driver_items": (
        "{name_given} is not a list of 2 to {most} columns, each once and none of them the overall score. Give some, "
        "such as {name_example}.",
        "{name_given} 不是 2 到 {most} 个列名的清单（各一次，且不含总分）。请给出例如 {name_example}。",
    ),
    "stated_items": ("a mapping of each item to its column of stated importance", "每个项目到其陈述重要性列的映射"),
    "few_complete_answers": (
        "only {n} rows have all answers, and {needed} are needed at least. Leave out items that few answered.",
        "只有 {n} 行回答了所有项目，至少需要 {needed} 行。请去掉很少人回答的项目。",
    ),
    "flat_answers": (
        "everybody gave the same answer in {columns}, so that nothing goes with it. Leave it out.",
        "{columns} 中所有人的答案都相同，无从分析。请去掉。",
    ),
    "collinear_items": (
        "one of the items {columns} follows from the others. Leave one out.",
        "项目 {columns} 中有一个可由其他推出。请去掉一个。",
    ),
    "unnamed_survey": (
        "the survey has no column {column!r}, so that nobody knows who answered. Name it: customer='member'.",
        "调查表没有列 {column!r}，无法知道谁作答。请指定：customer='member'。",
    ),
    "no_respondent_listed": (
        "no respondent is in the list of customers; ids are such as {ids}. Check that both tables have the same ids.",
        "没有受访者在客户名单中；编号例如 {ids}。请检查两个表的编号是否一致。",
    ),
    "ids_of_two_kinds": (
        "ids are of two kinds: {own} in one table and {listed} in the other. Give both the same type.",
        "两个表的编号类型不同：一个为 {own}，另一个为 {listed}。请统一类型。",
    ),
    "customer_listed_twice": (
        "there is more than one row for the customer {ids}. Keep one per customer.",
        "客户 {ids} 不止一行。请每位客户只保留一行。",
    ),
    "loyalty_cut": (
        '{name_given} is not known. Give "median", "mean", or a rule or value for each axis, such as {name_example}.',
        '{name_given} 不是可用的取值。请给出 "median"、"mean"，或为两个轴各给出规则或数值，例如 {name_example}。',
    ),
    "loyalty_columns": (
        "no column {column}; the table has {has}. Name the columns, such as matrix(customers, behaviour='frequency', "
        "attitude='satisfaction').",
        "没有列 {column}；表中有 {has}。请指定列名，例如 matrix(customers, behaviour='frequency', attitude='satisfaction')。",
    ),
    "discount_shares": (
        "column {column!r} does not hold shares of purchases between 0 and 1: {values}.",
        "列 {column!r} 不是 0 到 1 之间的购买占比：{values}。",
    ),
    "a_day_or_more": ("a duration of at least a day", "至少一天的时长"),
    "promise": ("a duration of hours, days or weeks", "小时、天或周的时长"),
    "no_complaints": (
        "no complaint was opened from {first} to {last}, the days of the transactions. Check the dates, or pass more of "
        "the past.",
        "从 {first} 到 {last}（交易数据的日期范围）没有投诉。请检查日期，或提供更长的历史。",
    ),
    "complaint_dates": (
        "column {column!r} has dates that cannot be read: {values}. Give dates or time stamps, or text such as '2025-01-31 "
        "14:30'.",
        "列 {column!r} 有无法读取的日期：{values}。请给出日期或时间，或 '2025-01-31 14:30' 这样的文本。",
    ),
    "before_opened": (
        "{n} complaints have a time in column {column!r} that is before they were opened. Check the columns and their time "
        "zones.",
        "有 {n} 个投诉在列 {column!r} 的时间早于受理时间。请检查各列及其时区。",
    ),
    "no_questions": (
        "the survey has none of the columns {wanted}; it has {has}. Name them, such as columns={{'tolerance': 'q4'}}.",
        "调查表没有列 {wanted}；它有 {has}。请指定列名，例如 columns={{'tolerance': 'q4'}}。",
    ),
}
