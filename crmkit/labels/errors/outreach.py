"""Sentences of errors about outreach."""

from __future__ import annotations

WORDS = {
    "outreach_negative_value": (
        "value= has amounts below 0: {values}. A customer who comes back brings something, or is not worth contacting.",
        "value= 含有负数：{values}。回来的客户应带来价值，否则不值得联系。",
    ),
    "outreach_customer_bought_days_up": (
        "no customer bought on {least} days up to {as_of}, so nobody has a rhythm to watch. Take a longer past, or fewer purchases, such as min_purchases=3.",
        "截至 {as_of} 没有客户在 {least} 天购买过，因此没有可监测的购买节奏。请用更长的历史，或更少的购买次数，例如 min_purchases=3。",
    ),
    "outreach_below_costs": (
        "{name_given} is below 0. Give what it costs, such as {argument}=2.",
        "{name_given} 小于 0。请给出成本，例如 {argument}=2。",
    ),
    "outreach_table_rows_nobody_contact": (
        "the table has no rows, so there is nobody to contact. {hint}",
        "表中没有任何行，没有客户可以联系。{hint}",
    ),
    "outreach_column_probabilities_between": (
        "column {column!r} has probabilities not between 0 and 1: {tolist}. {hint}",
        "列 {column!r} 含有不在 0 与 1 之间的概率：{tolist}。{hint}",
    ),
    "outreach_back_test_begins_looks": (
        "the back-test begins on {first} and looks back {window} days, but the data begin on {first_day}. {remedy}",
        "回测始于 {first} 并回看 {window} 天，而数据始于 {first_day}。{remedy}",
    ),
    "outreach_above_alerts_per_week": (
        "{name_given} is not above 0. Give one such as alerts_per_week=20.",
        "{name_given} 必须大于 0。请改用例如 alerts_per_week=20。",
    ),
    "outreach_days_alert_last_weeks": (
        "{name_given} is {horizon} days, so no alert of the last {weeks} weeks can be judged yet. Give weeks={value} or a shorter horizon=.",
        "{name_given} 是 {horizon} 天，因此最近 {weeks} 周的预警还无法检验。请给 weeks={value} 或更短的 horizon=。",
    ),
    "outreach_shorter_day_d": (
        '{name_given} is shorter than a day. Give one such as {argument}="90D".',
        '{name_given} 不足一天。请改用例如 {argument}="90D"。',
    ),
    "outreach_below_contacting_customer_costs": (
        "{name_given} is below 0. Give what contacting one customer costs, such as cost=2.",
        "{name_given} 小于 0。请给出联系一位客户的成本，例如 cost=2。",
    ),
    "outreach_less_day_horizon_d": (
        '{name_given} is less than a day. Give one such as horizon="180D".',
        '{name_given} 不足一天。请改用例如 horizon="180D"。',
    ),
    "outreach_nobody_lost_nobody_win": (
        'nobody is lost by {name}={setting!r} on {as_of}, so there is nobody to win back. Take another rule, such as rule={{"inactive": "90D"}}.',
        '按 {name}={setting!r}，在 {as_of} 没有客户流失，因此没有可挽回的客户。请换一条规则，例如 rule={{"inactive": "90D"}}。',
    ),
    "outreach_response_chances_between_fractions": (
        "response has chances not between 0 and 1: {tolist}. Give fractions, such as 0.05.",
        "response 含有不在 0 与 1 之间的概率：{tolist}。请给比例，例如 0.05。",
    ),
    "outreach_columns_customer_id_column": (
        '{name}= has the columns {columns}. Give customer_id and one column of numbers, such as frame[["customer_id", "{either}"]].',
        '{name}= 的列是 {columns}。请给出 customer_id 和一个数值列，例如 frame[["customer_id", "{either}"]]。',
    ),
    "outreach_more_row_customer_id": (
        "{name}= has more than one row for customer_id {tolist}. Keep one of each.",
        "{name}= 中 customer_id {tolist} 有多行。每个只保留一行。",
    ),
    "outreach_customer_id_transactions_both": (
        "customer_id is {value_0} in {name}= and {value_1} in the transactions. Give both the same type.",
        "customer_id 在 {name}= 中是 {value_0}，在交易数据中是 {value_1}。请使两者类型相同。",
    ),
    "outreach_row_lost_customer_add": (
        "{name}= has no row for {int:,} lost customer{plural}: {tolist}. Add what is known of them, if only the mean of all.",
        "{name}= 缺少 {int:,} 位流失客户：{tolist}。请补上已知的值，哪怕只是总体均值。",
    ),
    "outreach_customers_spend_cannot_learnt": (
        "what customers spend cannot be learnt: {reason} Or give it, such as value=50.",
        "无法得知客户的消费额：{reason} 或直接给出，例如 value=50。",
    ),
    "watch_fewer_weeks": (
        "Give weeks={weeks} or fewer, or a shorter window=.",
        "请给不超过 {weeks} 的 weeks=，或更短的 window=。",
    ),
}
