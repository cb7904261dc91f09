"""Sentences of errors about clv."""

from __future__ import annotations

WORDS = {
    "clv_above_value_asked_per": (
        "{name_given} is not above 0. Give the value asked per unit of cost, such as ratio=3.",
        "{name_given} 必须大于 0。请给出每单位成本要求的价值，例如 ratio=3。",
    ),
    "clv_above_mean_cost_new": (
        "{name_given} is not above 0. Give the mean cost of one new customer, such as 50.",
        "{name_given} 必须大于 0。请给出获得一位新客户的平均成本，例如 50。",
    ),
    "clv_lifetime_value_after_acquisition": (
        "the lifetime value after acquisition_cost={acquisition_cost!r} is 0: changes have no share of it.",
        "扣除 acquisition_cost={acquisition_cost!r} 后终身价值为 0：变化无从按比例表示。",
    ),
    "clv_n_periods_missing_say": (
        "n_periods is missing: say how many payments the table should have, such as n_periods=10.",
        "缺少 n_periods：请说明表中应有多少期，例如 n_periods=10。",
    ),
    "clv_payments_need_many_margins": (
        "{name_given} payments need as many margins, and a retention rate for each step between them; the sequences given suffice for {min}. Give longer ones, or n_periods={max}.",
        "{name_given} 期需要同样多的毛利，以及各期之间的保持率；给出的序列只够 {min} 期。请给更长的序列，或 n_periods={max}。",
    ),
    "clv_margin_given_transactions_cost": (
        'margin is not given and the transactions have no cost. Give the share of the amount that is margin, such as margin_rate=0.3 (margin_rate=1 for revenue), or name the column: Transactions(..., cost="cost").',
        '没有给出毛利，交易数据也没有成本。请说明金额中毛利的比例，例如 margin_rate=0.3（margin_rate=1 表示收入），或指明列：Transactions(..., cost="cost")。',
    ),
    "clv_column_missing_rows_margin": (
        "column {cost!r} is missing in {unknown:,} rows, so their margin is unknown. Fill them in, or give the share of the amount that is margin, such as margin_rate=0.3.",
        "列 {cost!r} 有 {unknown:,} 行缺失，它们的毛利未知。请填补，或说明金额中毛利的比例，例如 margin_rate=0.3。",
    ),
    "clv_discount_rate_customers_who": (
        "{name_given} with discount_rate={discount_rate!r}: customers who never leave are worth infinitely much if nothing is discounted. Give a discount_rate above 0, such as discount_rate=0.1.",
        "{name_given} 与 discount_rate={discount_rate!r}：永不离开的客户在不贴现时价值无穷大。请给大于 0 的 discount_rate，例如 discount_rate=0.1。",
    ),
    "clv_negative_more": (
        "{name_given} is negative. Give 0 or more, such as {argument}=0.1.",
        "{name_given} 是负数。请给不小于 0 的数，例如 {argument}=0.1。",
    ),
    "clv_needs_numbers": (
        "{name} needs numbers {range}; it has {tolist}.",
        "{name} 需要的数值范围是 {range}；其中有 {tolist}。",
    ),
    "clv_numeric_numbers": (
        "{name_given} is not numeric. Give numbers, such as {argument}=[0.8, 0.9].",
        "{name_given} 不是数值。请给数值，例如 {argument}=[0.8, 0.9]。",
    ),
}
