"""Words for the errors of the Markov value of groups."""

from __future__ import annotations

WORDS = {
    "markov_rate": ("0 or more, per step of the matrix", "不小于 0 的每期贴现率"),
    "markov_no_limit": (
        "{name_given}: some customers never leave and nothing is discounted, so the sum has no limit. Give a rate above "
        "0, such as discount_rate=0.1.",
        "{name_given}：有客户永不流失且不贴现，总和没有上限。请给出大于 0 的贴现率，例如 discount_rate=0.1。",
    ),
    "markov_single_rate": (
        "{name_given} is a single rate. A repeat-buying rate is not a retention rate: who did not buy this time may be "
        "back. Give the matrix of moves between groups, such as crmkit.segment.migration(before, after), or chances by "
        "recency to crmkit.segment.recency_value. For a true retention rate use crmkit.clv.constant_retention.",
        "{name_given} 是单一的比率。重复购买率不是保持率：本期未购买的客户以后仍可能回来。请给出群组间的转移矩阵，"
        "例如 crmkit.segment.migration(before, after)，或把按最近一次购买时间的购买概率交给 "
        "crmkit.segment.recency_value。真正的保持率请用 crmkit.clv.constant_retention。",
    ),
    "markov_not_square": (
        "the matrix of moves must be square, one row and one column per group; its shape is {shape}. Give shares, such "
        "as [[0.7, 0.2], [0.1, 0.6]], or crmkit.segment.migration(before, after).",
        "转移矩阵必须是方阵，每个群组一行一列；给出的形状是 {shape}。请给出比例，例如 [[0.7, 0.2], [0.1, 0.6]]，"
        "或 crmkit.segment.migration(before, after)。",
    ),
    "markov_no_column": (
        "groups without a column of their own: {groups}. Give a square table as Migration.shares is.",
        "以下群组没有对应的列：{groups}。请给出像 Migration.shares 那样的方表。",
    ),
    "markov_shares": (
        "rows that are no shares (each 0 or more, together at most 1): {groups}. Give Migration.shares rather than "
        "counts.",
        "以下各行不是比例（每项不小于 0，合计不超过 1）：{groups}。请给出 Migration.shares，而不是人数。",
    ),
    "markov_groups": (
        "{name} must give one number for each of the groups {groups}; given were {values}.",
        "{name} 必须为每个群组 {groups} 各给一个数；给出的是 {values}。",
    ),
    "markov_nobody": (
        "nobody was in {groups} before, so their moves are not known. Take lists with customers in every group, or give "
        "a matrix of your own.",
        "此前没有客户处于 {groups}，因此不知道它们如何转移。请使用每个群组都有客户的名单，或自行给出矩阵。",
    ),
}
