"""Sentences of errors about growth."""

from __future__ import annotations

WORDS = {
    "growth_row_base_nor_current": (
        "there is no row in base={base} nor in current={current}. Give periods in which something was sold.",
        "base={base} 和 current={current} 中都没有任何记录。请给有销售的时段。",
    ),
    "growth_does_end_before_current": (
        "{name_given} does not end before current={now} begins. Give the earlier period as base=, and no day twice.",
        "{name_given} 没有在 current={now} 开始之前结束。请把较早的时段作为 base=，且日期不要重复。",
    ),
    "growth_ends_after_where_past": (
        '{name_given} ends after {as_of}, where this past ends. Compare periods inside it, {halves}, or build the transactions with as_of="{value_1}".',
        '{name_given} 晚于历史截止日 {as_of}。请在其内比较时段，{halves}，或用 as_of="{value_1}" 建立交易数据。',
    ),
    "command_growth_ends_after_where_past": (
        '{name_given} ends after {as_of}, where this past ends. Compare periods inside it, {halves}, or give as_of="{value_1}".',
        '{name_given} 晚于历史截止日 {as_of}。请在其内比较时段，{halves}，或给出 as_of="{value_1}"。',
    ),
    "growth_transactions_cover_day_comparison": (
        "the transactions cover one day, {as_of}, and a comparison needs two periods, which cannot be had from one day. Pass transactions of at least two days.",
        "交易数据只有 {as_of} 这一天，而比较需要两个时段，一天无法得到。请传入至少两天的交易数据。",
    ),
    "growth_ends_before_begins_swap": (
        "{name_given} ends before it begins. Swap the two days.",
        "{name_given} 的结束早于开始。请对调两个日期。",
    ),
    "growth_needs_column_says_transactions": (
        "{argument_2}={role!r} needs a column that says the {role}, and the transactions have only {have}.\nName it: crmkit.Transactions(frame, {role}=...).",
        "{argument_2}={role!r} 需要说明 {role} 的列，而交易数据只有 {have}。\n请指明：crmkit.Transactions(frame, {role}=...)。",
    ),
    "growth_period_missing_base_current": (
        "one period is missing: base={base!r}, current={current!r}. Give both, {halves}.",
        "缺少一个时段：base={base!r}, current={current!r}。请两者都给，{halves}。",
    ),
    "growth_period_first_last_day": (
        '{name_given} is not a period. Give its first and last day, such as {argument}=("2024-01-01", "2024-12-31").',
        '{name_given} 不是时段。请给出首日和末日，例如 {argument}=("2024-01-01", "2024-12-31")。',
    ),
    "growth_after_after_old_rule": (
        "`after` and `after_by_old_rule` are not the same customers: only one of them has {tolist}. Label one list twice, by the new rule and by the old one.",
        "`after` 与 `after_by_old_rule` 的客户不一致：{tolist} 只在其中之一。请把同一份名单按新旧规则各标注一次。",
    ),
    "growth_after_after_old_rule_2": (
        "`after` and `after_by_old_rule` disagree about the money of customer {tolist}. Label one list twice, by the new rule and by the old one.",
        "`after` 与 `after_by_old_rule` 对客户 {tolist} 的金额不一致。请把同一份名单按新旧规则各标注一次。",
    ),
    "growth_base_before_data_shorten": (
        "the base period {base} begins before the data do, on {begin}, so it would look too small. Give base={shorter}.",
        "基期 {base} 早于数据开始的 {begin}，会显得过小。请给 base={shorter}。",
    ),
    "growth_base_before_data": (
        "the base period {base} begins before the data do, on {begin}, so it would look too small. Give periods, {halves}.",
        "基期 {base} 早于数据开始的 {begin}，会显得过小。请给时段，{halves}。",
    ),
}
