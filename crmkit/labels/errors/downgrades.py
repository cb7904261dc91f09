"""Sentences of errors about downgrades."""

from __future__ import annotations

WORDS = {
    "downgrades_scorer_crmkit_rfm_scorer": (
        "{name_given} is not a Scorer. Give crmkit.rfm.Scorer().fit(customers), or leave it out.",
        "{name_given} 不是 Scorer。请给 crmkit.rfm.Scorer().fit(customers)，或省略该参数。",
    ),
    "downgrades_method_nested_lower_r": (
        'with method="nested" a lower R also changes what F and M are measured by, so that a segment has no plain next date. Score with method="quantile", "bands", "mean", "median", or cuts={{...}}.',
        '用 method="nested" 时，R 降低也会改变 F 和 M 的衡量方式，因此没有明确的下一个降级日期。请用 method="quantile"、"bands"、"mean"、"median" 或 cuts={{...}} 打分。',
    ),
    "downgrades_table_rows_last_date": (
        "the table has no rows with a last_date, so there is nobody to age. {hint}",
        "表中没有含 last_date 的行，没有客户可以推算。{hint}",
    ),
    "downgrades_day_table_last_date": (
        'as_of="{told}" is not the day of this table: its last_date + recency is {known}. Leave as_of out, or summarise anew: crmkit.summarize(transactions.until("{told}")).',
        'as_of="{told}" 不是这张表的日期：它的 last_date + recency 是 {known}。请省略 as_of，或重新汇总：crmkit.summarize(transactions.until("{told}"))。',
    ),
    "downgrades_name_column_value_monetary": (
        '{name_given} is not the name of a column. Give one, such as value="monetary".',
        '{name_given} 不是列名。请给出一个，例如 value="monetary"。',
    ),
    "downgrades_transactions_downgrade_dates": (
        "these are transactions, which have no downgrade dates. {downgrade_hint}",
        "这是交易数据，没有降级日期。{downgrade_hint}",
    ),
    "downgrades_column_table": (
        "no column {absent}; the table has {columns}. {downgrade_hint}",
        "没有列 {absent}；表中有 {columns}。{downgrade_hint}",
    ),
    "command_downgrades_scheme_eleven_made_levels": (
        'scheme="eleven" is made for 5 levels, and these scores have {bins}. Use scheme="eight".',
        'scheme="eleven" 按 5 个等级设计，而这些得分有 {bins} 个等级。请用 scheme="eight"。',
    ),
    "downgrades_scheme_eleven_made_levels": (
        'scheme="eleven" is made for 5 levels, and these scores have {bins}. Use scheme="eight", or your own rules.',
        'scheme="eleven" 按 5 个等级设计，而这些得分有 {bins} 个等级。请用 scheme="eight"，或自己的规则。',
    ),
    "downgrades_column_last_date_day": (
        "no column 'last_date', so the day from which recency counts is not known. Give it, such as as_of=\"2025-12-31\".",
        "没有列 'last_date'，因此不知道从哪一天起计算最近一次消费。请给出，例如 as_of=\"2025-12-31\"。",
    ),
    "downgrades_column_table_says_otherwise": (
        "column {name!r} of the table says otherwise than this scorer and scheme for {int:,} customers. {value}",
        "表中列 {name!r} 有 {int:,} 位客户与此打分器和方案不一致。{value}",
    ),
}
