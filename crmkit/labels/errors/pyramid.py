"""Sentences of errors about pyramid."""

from __future__ import annotations

WORDS = {
    "pyramid_known_name_mapping": (
        '{name_given} is not known. Give a name, or a mapping such as {{"gold": 0.2, "rest": 0.8}}.',
        '{name_given} 不是可用的取值。请给名称，或映射，例如 {{"gold": 0.2, "rest": 0.8}}。',
    ),
    "pyramid_shares_scheme_add_up": (
        "the shares of scheme={scheme!r} add up to {n:g}. They must add up to 1.",
        "scheme={scheme!r} 的比例之和是 {n:g}，必须等于 1。",
    ),
    "pyramid_table_rows_nobody_rank": (
        "the table has no rows, so there is nobody to rank. {hint}",
        "表中没有任何行，没有客户可以排名。{hint}",
    ),
    "pyramid_all_value_together_shares": (
        "all value together is {total:g}, which has no shares. Rank by a column whose sum is above 0.",
        "价值合计为 {total:g}，无法计算份额。请按合计大于 0 的列排名。",
    ),
    "pyramid_table_rows_tiers": (
        "the table has no rows, so there are no tiers. {tier_hint}",
        "表中没有任何行，没有层级。{tier_hint}",
    ),
    "pyramid_all_value_together_shares_2": (
        "all value together is {total:g}, which has no shares. Use a column whose sum is above 0.",
        "价值合计为 {total:g}，无法计算份额。请用合计大于 0 的列。",
    ),
    "pyramid_against_overlap_empty_against": (
        '{name_given} and baseline={baseline!r} overlap or are empty. Give baseline= at least as long as window=, such as window="90D", baseline="1Y".',
        '{name_given} 与 baseline={baseline!r} 重叠或为空。请使 baseline= 不短于 window=，例如 window="90D", baseline="1Y"。',
    ),
    "pyramid_base_window_begins_but": (
        "the base window begins on {needed}, but the data begin on {begin}. Compare with a window that the data cover, such as baseline={span}.",
        "基期窗口始于 {needed}，而数据始于 {begin}。请与数据覆盖的窗口比较，例如 baseline={span}。",
    ),
    "pyramid_all_spend_base_window": (
        "all spend in the base window is {everyone:g}, so nobody has a share of it. Give another window= or baseline=.",
        "基期窗口内的消费合计为 {everyone:g}，没有份额可言。请换一个 window= 或 baseline=。",
    ),
    "pyramid_shares_leave_out_your": (
        "{name_given} has shares of {own}, not of {of!r}. Leave of= out, or give your own shares.",
        "{name_given} 是{own}的比例，而不是{of!r}的。请省略 of=，或给出自己的比例。",
    ),
}
