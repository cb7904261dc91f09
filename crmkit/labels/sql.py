"""Words in the comments of the SQL that crmkit writes."""

WORDS = {
    "sql_title": (
        "Customers scored with everything frozen; written by crmkit for {dialect}",
        "用固定的规则与参数给客户打分；由 crmkit 为 {dialect} 生成",
    ),
    "sql_input": (
        "One row per customer, with the columns of crmkit.summarize",
        "每位客户一行，列与 crmkit.summarize 的结果相同",
    ),
    "sql_read": ("the columns that are read", "所读取的列"),
    "sql_scores": ("scores from 1 up, the best first; cuts are frozen", "从 1 起的得分，最好的在前；分界值固定"),
    "sql_cuts": (
        "cuts by the scores before; other cells take the cuts of all",
        "按前面的得分分别取分界值；其余单元取全体的分界值",
    ),
    "sql_groups": ("which groups a customer belongs to", "客户所属的各个分组"),
    "sql_segments": ("segments; fm is the mean of F and M, halves rounded down", "细分；fm 为 F 与 M 的平均，舍去半分"),
    "sql_tiers": ("tiers by the least spend of each", "按各层最低消费额分层"),
    "sql_model": (
        "{model}: r = {r}, alpha = {alpha} days, a = {a}, b = {b}; horizon {horizon}",
        "{model}：r = {r}，alpha = {alpha} 天，a = {a}，b = {b}；预测期 {horizon}",
    ),
    "sql_odds": ("log odds of having left", "已流失的对数几率"),
    "sql_alive": ("probability of still being a customer", "仍为客户的概率"),
    "sql_cells": (
        "what the forecast depends on; up to {x} repeat purchases and {days} days",
        "预测所依据的历史；至多 {x} 次复购、{days} 天",
    ),
    "sql_chances": (
        "chances p of leaving after a purchase, and weights; error below {error}",
        "每次购买后流失的概率 p 及其权重；误差低于 {error}",
    ),
    "sql_times": ("moments within the horizon, and their weights after discounting", "预测期内的时点及其折现权重"),
    "sql_weighed": (
        "how likely each p is after k chances to leave, all of them survived",
        "经历 k 次流失机会而仍在时，各 p 的概率",
    ),
    "sql_terms": (
        "half gives 1 - (1 + p t / (alpha + T))^-(r + x) = 2 half / (1 + half)",
        "由 half 得 1 - (1 + p t / (alpha + T))^-(r + x) = 2 half / (1 + half)",
    ),
    "sql_expected": ("purchases of a living customer, plain and discounted", "在世客户的购买次数，未折现与折现"),
    "sql_spend": ("expected spend per purchase, with frozen p, q and v", "每次购买的预期金额，p、q、v 固定"),
    "sql_result": ("the result", "结果"),
    "sql_dbt_model": (
        "Customers scored by crmkit with everything frozen: {columns}.",
        "由 crmkit 以固定规则打分的客户：{columns}。",
    ),
    "sql_dbt_check": ("Rows that cannot be: there must be none", "不可能出现的行：应为空"),
}
