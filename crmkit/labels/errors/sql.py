"""Sentences of errors about SQL that is written."""

from __future__ import annotations

WORDS = {
    "sql_fitted": (
        "a fitted Scorer, a scored list, a BGNBD or MBGNBD, a SpendMean or GammaGamma, or a list of them. Only these have "
        "a form in SQL that can be checked; for other models, score with crmkit and write the list",
        "已拟合的 Scorer、打好分的客户表、BGNBD 或 MBGNBD、SpendMean 或 GammaGamma，或由它们组成的列表。只有这些能写成可验证的 SQL；"
        "其他模型请用 crmkit 打分后写出结果表",
    ),
    "sql_twice": (
        "one of each: of scores, of models of purchases, of models of spend",
        "各取其一：得分、购买模型、消费金额模型",
    ),
    "sql_spend_alone": (
        "a model of spend together with a model of purchases, which says how many purchases it is for",
        "消费金额模型须与购买模型一起给出，后者说明购买次数",
    ),
    "sql_ids": (
        'scores of method "rank" order equal customers by their ids, which databases compare differently. Fit the Scorer '
        'with method="quantile".',
        'method="rank" 的得分按编号给同值客户排序，而各数据库比较文字的方式不同。请用 method="quantile" 拟合 Scorer。',
    ),
    "sql_scores": (
        "the column '{column}' does not follow from '{value}' alone (it was made by ids, by groups, within other scores, or "
        "from another column). Pass the fitted Scorer, or make it from the value alone.",
        "列 '{column}' 不能由 '{value}' 单独推出（它是按编号、按组、在其他得分之内或用别的列得出的）。请传入已拟合的 Scorer，"
        "或只用该值重新得出。",
    ),
    "sql_no_scores": (
        "the table has neither scores nor tiers. Pass a scored list, such as crmkit.score_customers(tx) gives.",
        "表中既没有得分，也没有分层。请传入打好分的客户表，例如 crmkit.score_customers(tx) 的结果。",
    ),
    "sql_scheme": (
        "the scheme that the column segment of this list was made by. Give that one, or scheme=None to leave segments out",
        "这份客户表的 segment 列所用的方案。请给出该方案，或用 scheme=None 略去细分",
    ),
    "sql_covariates": (
        "{name} was fitted with covariates or one-time buyers, which have no form in SQL here. Fit it without them.",
        "{name} 拟合时用了协变量或一次性购买者，这里没有对应的 SQL。请去掉后重新拟合。",
    ),
    "sql_discount_rate": (
        "an annual rate of 0 or more, such as 0.1",
        "不小于 0 的年利率，例如 0.1",
    ),
    "sql_no_mean": (
        "the Gamma-Gamma model has no mean spend: q = {q:g} is not above 1. Use SpendMean.",
        "Gamma-Gamma 模型没有平均消费额：q = {q:g} 不大于 1。请用 SpendMean。",
    ),
    "sql_quadrature": (
        "no fixed rule of at most 96 points is exact enough for these parameters and this horizon (error {error:.1e}). "
        "Shorten the horizon, or score with crmkit and write the list.",
        "对这些参数和预测期，至多 96 个点的固定求积不够精确（误差 {error:.1e}）。请缩短预测期，或用 crmkit 打分后写出结果表。",
    ),
    "sql_table": (
        "the name of a table, such as customers or shop.customers",
        "表名，例如 customers 或 shop.customers",
    ),
    "sql_model_name": (
        "a name of a dbt model: letters, digits and underscores, such as scored_customers",
        "dbt 模型名：字母、数字与下划线，例如 scored_customers",
    ),
}
