"""Sentences of errors about rfm."""

from __future__ import annotations

WORDS = {
    "rfm_scheme_of_other_levels": (
        'scheme="eleven" is made for scores of 1 to 5, and none here is above {highest}. Give '
        'crmkit.rfm.segment(scores, scheme="eight"), which takes any levels, or, if these are some of the customers of '
        "a list of five levels, bins=5.",
        'scheme="eleven" 适用于 1 到 5 分，而此处没有高于 {highest} 的得分。请用 crmkit.rfm.segment(scores, '
        'scheme="eight")，它适用于任何等级数；若这些只是五级名单中的部分客户，请给 bins=5。',
    ),
    "rfm_segment_map": (
        "{value} is not a segment map. {rule_hint}",
        "{value} 不是分组方案。{rule_hint}",
    ),
    "rfm_rule_scores": (
        'the rule of {name!r} is {ranges!r}. Give its scores, such as {{"r": (4, 5), "fm": 5}}.',
        '{name!r} 的规则是 {ranges!r}。请给出它的得分，例如 {{"r": (4, 5), "fm": 5}}。',
    ),
    "rfm_cuts_cuts_least_number": (
        'cuts={{{measure!r}: {listed!r}}} are not cuts. Give at least one number, such as cuts={{"recency": [30, 90]}}.',
        'cuts={{{measure!r}: {listed!r}}} 不是分界点。请至少给一个数，例如 cuts={{"recency": [30, 90]}}。',
    ),
    "rfm_known_mapping_recency_frequency": (
        "{name_given} is not known. Give a mapping from 'recency', 'frequency', 'monetary'.",
        "{name_given} 不是可用的取值。请给以 'recency'、'frequency'、'monetary' 为键的映射。",
    ),
    "rfm_do_weigh_r_f": (
        "{name_given} do not weigh R, F and M. Give three, none negative and not all 0, such as weights=(0.25, 0.25, 0.5).",
        "{name_given} 不能作为 R、F、M 的权重。请给三个数，都不为负且不全为 0，例如 weights=(0.25, 0.25, 0.5)。",
    ),
    "rfm_three_whole_numbers": (
        "{name_given} are not three whole numbers from 1 to {bins}, such as (5, 1, 2).",
        "{name_given} 不是三个 1 到 {bins} 的整数，例如 (5, 1, 2)。",
    ),
    "rfm_table_rows_nobody_name": (
        "the table has no rows, so there is nobody to name. {score_hint}",
        "表中没有任何行，没有客户可以命名。{score_hint}",
    ),
    "rfm_rule_names_segment_write": (
        'the rule {line!r} names no segment. Write it as {{"segment": "best", "r": (4, 5)}}.',
        '规则 {line!r} 没有写明分组。请写成 {{"segment": "best", "r": (4, 5)}}。',
    ),
    "rfm_rule_names_axes_r": (
        "the rule of {name!r} names {unknown}. The axes are 'r', 'f', 'm', 'fm'; beside them a rule has a 'segment' and may have a 'label'. Drop the rest.",
        "{name!r} 的规则写了 {unknown}。轴是 'r'、'f'、'm'、'fm'；此外规则有 'segment'，还可以有 'label'。请去掉其余的。",
    ),
    "rfm_rule_score_lowest_highest": (
        'the rule of {name!r} has {axis}={scores!r}. Give a score, or (lowest, highest), such as (4, 5); in a table "4-5", "any", or on r, f and m "high" or "low".',
        '{name!r} 的规则有 {axis}={scores!r}。请给一个得分，或（最低，最高），例如 (4, 5)；在表中可写 "4-5"、"any"，r、f、m 上还可写 "high" 或 "low"。',
    ),
    "rfm_segment_map_cannot_used": (
        "the segment map cannot be used: {join}. crmkit.rfm.check_rules(rules, bins={bins}) lists it all.",
        "分组方案不能使用：{join}。crmkit.rfm.check_rules(rules, bins={bins}) 会全部列出。",
    ),
    "rfm_table_rows_segments_build": (
        "the table has no rows, so there are no segments. Build it with crmkit.rfm.segment(scores).",
        "表中没有任何行，没有分组。请用 crmkit.rfm.segment(scores) 生成。",
    ),
    "rfm_margin_above": (
        "{name_given} and margin={margin!r} must be above 0, such as 0.55 and 40.",
        "{name_given} 和 margin={margin!r} 必须大于 0，例如 0.55 和 40。",
    ),
    "rfm_cells_test_need_people": (
        "cells of a test need people mailed, and no more responses than that; found {pairs}. Drop cells without a test.",
        "测试的单元格需要有邮寄人数，且响应数不能超过它；发现 {pairs}。请去掉没有测试的单元格。",
    ),
    "rfm_scorer_cuts_yet_call": (
        "this Scorer has no cuts yet. Call scorer.fit(customers) first.",
        "这个 Scorer 还没有分界点。请先调用 scorer.fit(customers)。",
    ),
    "rfm_score_method_depends_more": (
        'the {measure} score of method="{value}" depends on more than the {measure}. Score with method="quantile", "bands", "mean", "median", or cuts={{...}}.',
        'method="{value}" 的 {measure} 得分不只取决于 {measure}。请用 method="quantile"、"bands"、"mean"、"median" 或 cuts={{...}} 打分。',
    ),
    "rfm_table_rows_nobody_score": (
        "the table has no rows, so there is nobody to score. {hint}",
        "表中没有任何行，没有客户可以打分。{hint}",
    ),
    "rfm_method_nested_learns_every": (
        'method="nested" learns every cut, so it cannot be combined with cuts=. Give one of them.',
        'method="nested" 会学习每个分界点，不能与 cuts= 同用。请只给其中一个。',
    ),
    "rfm_bands_counts_orders_frequency": (
        '"bands" counts orders, so it is for frequency only: method={{"frequency": "bands"}}.',
        '"bands" 按订单计数，只适用于频率：method={{"frequency": "bands"}}。',
    ),
    "rfm_column_scores_whole_numbers": (
        "column {name!r} has scores that are not whole numbers from 1 to {value}: {tolist}. {score_hint}",
        "列 {name!r} 含有不是 1 到 {value} 的整数的得分：{tolist}。{score_hint}",
    ),
    "rfm_does_cut_all_three": (
        '{name_given} does not cut all three. Give split={{"r": 3, "f": 3, "m": 3}}.',
        '{name_given} 没有划分全部三项。请给 split={{"r": 3, "f": 3, "m": 3}}。',
    ),
    "rfm_segment_two_labels": (
        "the segment {segment!r} has two labels, {value}. Give one.",
        "分组 {segment!r} 有两个名称 {value}。请只给一个。",
    ),
}
