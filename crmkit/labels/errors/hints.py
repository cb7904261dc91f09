"""The calls that make what a function needs: the last sentence of many errors."""

from __future__ import annotations

WORDS = {
    "hint_customers": (
        "Build it with crmkit.summarize(transactions).",
        "请用 crmkit.summarize(transactions) 生成。",
    ),
    "hint_downgrade_dates": (
        "Build it with crmkit.downgrades.downgrade_dates(transactions).",
        "请用 crmkit.downgrades.downgrade_dates(transactions) 生成。",
    ),
    "hint_contracts": (
        'Name the columns, such as contract_rates(contracts, start="begins", end="ends", as_of="2025-12-31").',
        '请指明列，例如 contract_rates(contracts, start="begins", end="ends", as_of="2025-12-31")。',
    ),
    "hint_tiers": (
        "Build it with crmkit.pyramid.assign_tiers(customers).",
        "请用 crmkit.pyramid.assign_tiers(customers) 生成。",
    ),
    "hint_rule": (
        'Give one rule, such as inactive="180D", own_gaps=3 or p_alive=0.5.',
        '请给一条规则，例如 inactive="180D"、own_gaps=3 或 p_alive=0.5。',
    ),
    "command_hint_durations": (
        "Name the columns: time=days event=left, event being 0 or 1.",
        "请指明列：time=days event=left，其中 event 为 0 或 1。",
    ),
    "hint_durations": (
        'Name the columns: crmkit.survival.kaplan_meier(durations, time="days", event="left"), event being 0 or 1.',
        '请指明列：crmkit.survival.kaplan_meier(durations, time="days", event="left")，其中 event 为 0 或 1。',
    ),
    "hint_churn_scores": (
        "Build it with crmkit.churn.ChurnModel().fit(transactions).score(transactions).",
        "请用 crmkit.churn.ChurnModel().fit(transactions).score(transactions) 生成。",
    ),
    "hint_contract_counts": (
        "Give the customers still there at ages 0, 1, 2 ..., as a list or as a table with cohort_age and customers (and cohort, if there are several); or a table with cohort_age (1, 2 ...), at_risk and lost.",
        "请给出年龄 0、1、2……时仍在的客户数，可以是列表，或含 cohort_age 和 customers（有多个同期群时还有 cohort）的表；或含 cohort_age（1、2……）、at_risk 和 lost 的表。",
    ),
    "hint_contract_tenure": (
        "It needs n, the contract periods that each customer has begun: 1 in the first.",
        "需要 n，即每位客户已开始的合同期数：第一期为 1。",
    ),
    "hint_occasions": (
        "It needs, per customer, x (occasions taken), t_x (the last one taken, counted from 1; 0 if none) and n (occasions so far), the acquisition not counted.",
        "需要每位客户的 x（把握的机会数）、t_x（最后一次把握的机会，从 1 数起；没有则为 0）和 n（至今的机会数），不计获得客户的那一次。",
    ),
    "hint_lifetimes": (
        "A table of the package lifetimes has frequency (repeat purchases), recency (time from the first purchase to the last, not since the last) and T (time from the first purchase to the end of the data), all times in one unit.",
        "lifetimes 包的表含 frequency（重复购买次数）、recency（首次到最后一次购买的时间，而不是距今时间）和 T（首次购买到数据结束的时间），时间单位一致。",
    ),
    "hint_scheme_function": (
        'A scheme that is a function takes transactions and gives a table of customers, such as lambda tx: crmkit.lifecycle.stages(tx) with column="stage".',
        '方案若是函数，应接收交易数据并给出客户表，例如 lambda tx: crmkit.lifecycle.stages(tx)，并配 column="stage"。',
    ),
    "hint_value_matrix": (
        "Build it with crmkit.score_customers(transactions), name other columns with current=... and potential=..., or pass crmkit.Transactions(...).",
        "请用 crmkit.score_customers(transactions) 生成，或用 current=... 和 potential=... 指明其他列，或传入 crmkit.Transactions(...)。",
    ),
    "hint_clusters": (
        "Build it with crmkit.summarize(transactions), or name other columns: columns=[...].",
        "请用 crmkit.summarize(transactions) 生成，或指明其他列：columns=[...]。",
    ),
    "hint_scored": (
        "Build it with crmkit.score_customers(transactions).",
        "请用 crmkit.score_customers(transactions) 生成。",
    ),
    "hint_deciles": (
        "Build it with crmkit.clv.value_by_decile(customers).",
        "请用 crmkit.clv.value_by_decile(customers) 生成。",
    ),
    "hint_upgrade_paths": (
        "Build it with crmkit.explanation.upgrade_paths(transactions).",
        "请用 crmkit.explanation.upgrade_paths(transactions) 生成。",
    ),
    "hint_downgrade_calendar": (
        "Build it with crmkit.downgrades.downgrade_calendar(crmkit.downgrades.downgrade_dates(transactions)).",
        "请用 crmkit.downgrades.downgrade_calendar(crmkit.downgrades.downgrade_dates(transactions)) 生成。",
    ),
    "hint_history": (
        "Build it with crmkit.lifecycle.history(transactions).",
        "请用 crmkit.lifecycle.history(transactions) 生成。",
    ),
    "hint_scores": (
        "Build it with crmkit.rfm.score(customers).",
        "请用 crmkit.rfm.score(customers) 生成。",
    ),
    "hint_segment_rules": (
        'Give such as {{"best": {{"r": (4, 5), "fm": 5}}, ...}}, or a table as crmkit.rfm.segment_rules("eleven") gives it.',
        '请给出例如 {{"best": {{"r": (4, 5), "fm": 5}}, ...}}，或 crmkit.rfm.segment_rules("eleven") 给出的那种表。',
    ),
    "hint_scorer": (
        "Pass scorer=, the fitted crmkit.rfm.Scorer that made the scores.",
        "请传入 scorer=，即给出这些得分的已拟合的 crmkit.rfm.Scorer。",
    ),
    "hint_scheme": (
        "Pass the scheme= that made it (and scorer=), or drop the column if it means something else.",
        "请传入生成它的 scheme=（以及 scorer=），或在该列另有含义时删去它。",
    ),
    "pass_more_of_the_past": (
        "Pass more of the past.",
        "请提供更长的历史。",
    ),
    "nobody": (
        "nobody",
        "没有客户",
    ),
    "everybody": (
        "everybody",
        "所有客户都",
    ),
    "none_of_them": (
        "none",
        "（无）",
    ),
    "hint_groups": (
        "Give a table with customer_id and a column of groups.",
        "请给出含 customer_id 和一个分组列的表。",
    ),
    "hint_segments": (
        "Build it with crmkit.rfm.segment(scores).",
        "请用 crmkit.rfm.segment(scores) 生成。",
    ),
    "hint_grid": (
        "Build it with crmkit.clv.recency_frequency_grid(model).",
        "请用 crmkit.clv.recency_frequency_grid(model) 生成。",
    ),
    "no_such_customer_near": (
        "no customer {customer!r} among the {n:,} with a purchase. Near to it: {near}.{kind}",
        "在有购买的 {n:,} 位客户中没有 {customer!r}。相近的有：{near}。{kind}",
    ),
    "no_such_customer": (
        "no customer {customer!r} among the {n:,} with a purchase. Ids are such as {near}.{kind}",
        "在有购买的 {n:,} 位客户中没有 {customer!r}。编号形如 {near}。{kind}",
    ),
    "ids_are_numbers": (
        " The ids are numbers.",
        "编号是数字。",
    ),
    "ids_are_text": (
        " The ids are text.",
        "编号是文本。",
    ),
}
