"""Sentences of errors about survival."""

from __future__ import annotations

WORDS = {
    "survival_table_rows_nobody_follow": (
        "the table has no rows, so there is nobody to follow. Pass one row per customer.",
        "表中没有任何行，没有客户可以跟踪。请传入每位客户一行的表。",
    ),
    "survival_time_more_found": (
        "({time}, {event}) must be a time of 0 or more and 0 or 1; found {rows}.",
        "({time}, {event}) 必须是不小于 0 的时间以及 0 或 1；发现 {rows}。",
    ),
    "survival_column_row_stands_number": (
        "column {weight!r} has {tolist}; a row stands for a number of customers above 0.",
        "列 {weight!r} 含有 {tolist}；一行代表的客户数必须大于 0。",
    ),
    "survival_column_already_each_column": (
        "{name_given} is the column of {value}= already. Give each a column of its own.",
        "{name_given} 已经是 {value}= 的列。请各给一列。",
    ),
    "survival_customer_bought_two_days": (
        "no customer bought on two days, so there is no gap to learn from. Pass more of the past.",
        "没有客户在两天购买过，因此没有间隔可供学习。请提供更长的历史。",
    ),
    "survival_rule_says_who_lost": (
        "one rule says who is lost; {said}. {hint}",
        "判定流失只用一条规则；{said}。{hint}",
    ),
    "survival_rules_given": ("given are {rules}", "给出的是 {rules}"),
    "survival_rule_none": ("none is given", "没有给出规则"),
    "survival_rules_try_some": (
        'rules=[] has no rule to try. Give some, such as rules=[{{"inactive": "90D"}}].',
        'rules=[] 中没有可试的规则。请给出，例如 rules=[{{"inactive": "90D"}}]。',
    ),
    "survival_rule_setting": (
        '{rule!r} is no rule. Give one of {join} with its setting, such as {{"inactive": "90D"}}.',
        '{rule!r} 不是规则。请从 {join} 中选一个并给出设置，例如 {{"inactive": "90D"}}。',
    ),
    "survival_says_nothing_about_anybody": (
        "{name_given} says nothing about anybody. {hint}",
        "{name_given} 对任何人都说明不了什么。{hint}",
    ),
    "survival_less_day_inactive_d": (
        '{name_given} is less than a day. Give one such as inactive="180D".',
        '{name_given} 不足一天。请改用例如 inactive="180D"。',
    ),
    "survival_purchase_had_days_followed": (
        "no purchase has had {days} days to be followed; {covered}. {advice}.",
        "没有购买被跟踪满 {days} 天；{covered}。{advice}。",
    ),
    "survival_less_day_least_day": (
        '{name_given} is less than a day. Give at least a day, such as within="90D".',
        '{name_given} 不足一天。请至少给一天，例如 within="90D"。',
    ),
    "survival_goes_channel_too_leave": (
        '{name_given} goes with by=, such as by="channel". Give that too, or leave it out.',
        '{name_given} 要与 by= 一起使用，例如 by="channel"。请也给出它，或省略本项。',
    ),
    "survival_ends_before_begins_first": (
        "{name_given} ends before it begins. Give the first day first.",
        "{name_given} 的结束早于开始。请把首日写在前面。",
    ),
    "survival_same_days_year_before": (
        "the same days a year before begin on {value_0}, but the data begin on {first_day}. Give a later or shorter current=, or compare groups with by=.",
        "去年同期始于 {value_0}，而数据始于 {first_day}。请给更晚或更短的 current=，或用 by= 比较分组。",
    ),
    "survival_purchases_up_had_days": (
        "purchases up to {end} have not had {days} days to be followed: the past ends {as_of}. End the window on {last} or before, or shorten within=.",
        "到 {end} 为止的购买还没有被跟踪满 {days} 天：历史截止于 {as_of}。请让窗口结束于 {last} 或更早，或缩短 within=。",
    ),
    "survival_purchase_days_purchases_window": (
        'there is no purchase from {begin} to {end}; {covered}. Give days with purchases, such as current=("{first}", "{last}").',
        '{begin} 至 {end} 没有购买；{covered}。请给有购买的日子，例如 current=("{first}", "{last}")。',
    ),
    "survival_purchase_compare_another_window": (
        "there is no purchase of {group!r} to compare with. Give another current= or baseline=.",
        "没有 {group!r} 的购买可供比较。请换一个 current= 或 baseline=。",
    ),
    "survival_pair_dates": (
        '{name_given} is not a pair of dates, such as ("2025-01-01", "2025-03-31").',
        '{name_given} 不是一对日期，例如 ("2025-01-01", "2025-03-31")。',
    ),
    "survival_limit_of_silence": (
        'inactive={inactive!r} is {days} days, and the data cover {cover}. Give at least a day and less than the data cover, such as inactive="90D".',
        'inactive={inactive!r} 是 {days} 天，而数据只有 {cover} 天。请给至少一天、且短于数据的时长，例如 inactive="90D"。',
    ),
    "survival_horizon_leaves_no_past": (
        'horizon={horizon!r} is {days} days, and the data cover {cover}. Leave some past to judge by: give a shorter one, such as horizon="{half}D".',
        'horizon={horizon!r} 是 {days} 天，而数据只有 {cover} 天。请留下可供检验的历史：缩短预测期，例如 horizon="{half}D"。',
    ),
    "survival_no_past_to_judge_by": (
        "horizon={horizon!r} is {days} days, and the data cover {cover}. Leave some past to judge by.",
        "horizon={horizon!r} 是 {days} 天，而数据只有 {cover} 天。请留下可供检验的历史。",
    ),
    "survival_entry_not_before_time": (
        "({entry}, {time}) must be an entry of 0 or more before the time; found {rows}.",
        "({entry}, {time}) 的进入时间必须不小于 0 且早于 {time}；发现 {rows}。",
    ),
}
