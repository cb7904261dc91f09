"""Words for the errors of wallet and category."""

from __future__ import annotations

WORDS = {
    "spend": (
        "{name_given} is not an amount of money from 0 on. Give one (or one per customer), such as {name_example}.",
        "{name_given} 不是不小于 0 的金额。请给出一个（或每位客户一个），例如 {name_example}。",
    ),
    "own_above_total": (
        "{name_given} is more than total=, which contains it. Give the spend of the whole category, own spend "
        "included.",
        "{name_given} 大于包含它的 total=。请给出含本公司在内的整个品类的消费额。",
    ),
    "own_spend_above_total": (
        "in {n} rows column {own!r} is negative or more than column {total!r}, which must contain it. Give the "
        "spend of "
        "the whole category, own spend included, of the same period.",
        "有 {n} 行的列 {own!r} 为负，或大于应包含它的列 {total!r}。请给出同一时期含本公司在内的整个品类的消费额。",
    ),
    "rank_among": (
        "{name_given} is not a rank between 1 and n. Give the rank among the n companies that the customer uses (ties "
        "share their mean rank), such as {name_example}.",
        "{name_given} 不是 1 到 n 之间的名次。请给出在客户使用的 n 家公司中的名次（并列取平均名次），例如 "
        "{name_example}。",
    ),
    "penetration_below_one": (
        "{name_given} would mean that everybody buys, to which no NBD can be fitted. Give a share below 1, such as "
        "{name_example}.",
        "{name_given} 意味着人人都购买，无法拟合 NBD。请给出小于 1 的比例，例如 {name_example}。",
    ),
    "purchases_above_poisson": (
        "{name_given} is not above {least}, what buyers would buy at a penetration of {penetration} if all "
        "customers were "
        "alike, so that no NBD fits. Check that both are of the same period.",
        "{name_given} 不大于 {least}（渗透率 {penetration} 下所有客户完全相同时的人均购买次数），无法拟合 NBD。"
        "请检查两者是否属于同一时期。",
    ),
    "above_zero": ("a number above 0", "大于 0 的数"),
    "no_brands": ("the table has no brand. Give one row per brand.", "表中没有品牌。请每个品牌给出一行。"),
    "brands_repeated": (
        "the table has more than one row for the brand {brands}. Keep one per brand.",
        "品牌 {brands} 在表中不止一行。请每个品牌只保留一行。",
    ),
    "brand_shares": (
        "column {column!r} does not hold market shares: {values} (together {total}). Give fractions above 0 that "
        "add up to "
        "1 or less.",
        "列 {column!r} 不是市场份额：{values}（合计 {total}）。请给出大于 0 且合计不超过 1 的小数。",
    ),
    "no_dirichlet_s": (
        "no brand's penetration lets S be learnt: each would have to be above 0 and below share x purchases per head. "
        "Check the columns, or give S, such as S=1.3.",
        "没有一个品牌的渗透率能用来估计 S：它应大于 0 且小于 份额 x 人均购买次数。请检查各列，或直接给出 S，例如 "
        "S=1.3。",
    ),
    "purchase_counts": (
        "these are not counts of customers by number of purchases: {values}. Give whole numbers from 0 on: how many "
        "customers made 0, 1, 2, ... purchases, such as [400, 60, 30].",
        "这不是按购买次数统计的客户数：{values}。请给出不小于 0 的整数，即购买 0、1、2……次的客户各有多少，例如 "
        "[400, 60, 30]。",
    ),
    "purchase_counts_alike": (
        "all customers made the same number of purchases, so that there is no concentration to fit. Give counts of at "
        "least two numbers.",
        "所有客户的购买次数都相同，没有集中度可言。请给出至少两种购买次数的客户数。",
    ),
    "no_non_buyers": (
        "nobody is without a purchase, but the NBD is about a whole population. Give how many of it made 0 purchases "
        "first, such as [400, 60, 30].",
        "没有购买 0 次的客户，但 NBD 描述的是整个人群。请把购买 0 次的人数放在最前，例如 [400, 60, 30]。",
    ),
    "purchase_counts_poisson": (
        "purchases differ no more than chance makes them differ: customers seem to be all alike, and nothing is "
        "concentrated in the long run.",
        "购买次数的差异不超过偶然所致：客户似乎完全相同，长期来看没有集中现象。",
    ),
}
