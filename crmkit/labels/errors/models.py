"""Sentences of errors about models."""

from __future__ import annotations

WORDS = {
    "boosted_needs_scikit": (
        'boosted forecasts need scikit-learn. Run: pip install "crmkit[learn]".',
        '提升树预测需要 scikit-learn。请运行：pip install "crmkit[learn]"。',
    ),
    "boosted_not_fitted": (
        "Boosted is not fitted yet. Call .fit(transactions) first.",
        "Boosted 尚未拟合。请先调用 .fit(transactions)。",
    ),
    "boosted_too_short": (
        "boosted forecasts learn from earlier days of the same shop; the past of {span:,} days is too short for two of "
        "them. Use a model of purchases, or a shorter horizon.",
        "提升树预测要从同一商店更早的日期学习；{span:,} 天的历史不够取两个这样的日期。请改用购买模型，或缩短 horizon。",
    ),
    "boosted_nothing_came": (
        "nobody bought within the {days:,} days after earlier days, so boosted forecasts have nothing to learn from. Use "
        "a model of purchases.",
        "更早日期之后的 {days:,} 天内没有人购买，提升树预测无从学习。请改用购买模型。",
    ),
    "models_no_log_gaps": (
        "no column {column!r}, the sum of ln(days between purchases). Build it with "
        "crmkit.summarize(transactions, log_gaps=True), or give the transactions.",
        "没有列 {column!r}（购买间隔天数的对数之和）。请用 crmkit.summarize(transactions, log_gaps=True) 建立，"
        "或直接给出交易。",
    ),
    "covariates_fields": (
        "{name_given} is no part of covariates. Give purchase=, dropout=, same= and penalty=, such as "
        'covariates={{"purchase": ["age"], "dropout": []}}.',
        "{name_given} 不是协变量设置的一部分。请给出 purchase=、dropout=、same= 和 penalty=，例如 "
        'covariates={{"purchase": ["age"], "dropout": []}}。',
    ),
    "covariates_columns": (
        '{name_given} are no columns. Name those that move both rates, such as covariates=["channel", "age"], or give '
        'covariates={{"purchase": ["channel"], "dropout": []}}.',
        '{name_given} 不是列名。请列出同时影响两种速率的列，例如 covariates=["channel", "age"]，或给出 '
        'covariates={{"purchase": ["channel"], "dropout": []}}。',
    ),
    "covariates_penalty": ("0 or more", "不小于 0 的数"),
    "covariates_same": (
        "{name_given} moves only one rate, so it cannot move both by the same coefficient. Name it in purchase= and in "
        "dropout= too.",
        "{name_given} 只影响一种速率，不能以相同系数影响两种。请同时写入 purchase= 和 dropout=。",
    ),
    "covariates_constant": (
        "covariates that are the same for all customers tell nothing: {columns}. Leave them out.",
        "对所有客户都相同的协变量没有信息：{columns}。请去掉它们。",
    ),
    "one_time_share": ("a share below 1", "小于 1 的比例"),
    "models_new_needs_covariates": (
        "a customer acquired today has covariates too. Give them as a table: "
        'customers={{"x": [0], "t_x": [0], "T": [0], ...}} with {columns}, to predict(...) or pmf(...).',
        "今天获得的客户也有协变量。请以表给出：predict(...) 或 pmf(...) 的 "
        'customers={{"x": [0], "t_x": [0], "T": [0], ...}}，并包含 {columns}。',
    ),
    "models_no_simulation_of_covariates": (
        "customers are simulated without covariates. Take a model without them, such as crmkit.clv.ParetoNBD().",
        "模拟客户时不带协变量。请使用不带协变量的模型，例如 crmkit.clv.ParetoNBD()。",
    ),
    "models_takes_no_covariates": (
        "{name} has no rate of {rate} that covariates could move. Fit a ParetoNBD, BGNBD or MBGNBD; the NBD takes "
        'covariates={{"purchase": [...]}}.',
        "{name} 没有协变量可以影响的 {rate} 速率。请拟合 ParetoNBD、BGNBD 或 MBGNBD；NBD 接受 "
        'covariates={{"purchase": [...]}}。',
    ),
    "models_no_simulation_of_once": (
        "with once=1 there is no first purchase from which customers could be simulated. Take once=0.",
        "once=1 时没有可以作为模拟起点的首次购买。请使用 once=0。",
    ),
    "count_of_stages": ("a whole number of stages of a gap", "整数（购买间隔的阶段数）"),
    "models_model_called_known": (
        "no model is called {name}; known are {join}.",
        "没有名为 {name} 的模型；已知的是 {join}。",
    ),
    "models_parameters_given_were": (
        "{name} has the parameters {join}; given were {values}.",
        "{name} 的参数是 {join}；给出的是 {values}。",
    ),
    "models_parameters_positive_finite_numbers": (
        "parameters must be positive finite numbers, not {join}.",
        "参数必须是正的有限数，不能是 {join}。",
    ),
    "models_parameters_yet_call_model": (
        "this {name} has no parameters yet. Call model = {name}().fit(customers) first.",
        "这个 {name} 还没有参数。请先调用 model = {name}().fit(customers)。",
    ),
    "models_simpler_model_fewer_parameters": (
        "the simpler model must have fewer parameters than {name}; it has {k}.",
        "较简单的模型的参数必须少于 {name}；它有 {k} 个。",
    ),
    "models_needs_fit_made_given": (
        "{what} needs a fit; this {name} was made from given parameters. Call model = {name}().fit(customers) first.",
        "{what} 需要拟合；这个 {name} 由给定参数建立。请先调用 model = {name}().fit(customers)。",
    ),
    "models_stored_model_write_model": (
        "this is not a stored model: {value}. Write one with model.to_json().",
        "这不是保存的模型：{value}。请用 model.to_json() 写出。",
    ),
    "models_no_kind_of_purchases": (
        "{name_given} is no model of purchases. Give a name, a class or a model, such as {argument}='ParetoNBD'.",
        "{name_given} 不是购买模型。请给出名称、类或模型，例如 {argument}='ParetoNBD'。",
    ),
    "models_kind_not_known": (
        "{name_given} is not known. Choose from {join}, or give a class.",
        "{name_given} 不是可用的取值。请从 {join} 中选择，或给出类。",
    ),
    "models_several_kinds": (
        "{name_given} is one model where several are compared. Give a list: models=[...].",
        "{name_given} 只是一个模型，而这里要比较多个。请给出列表：models=[...]。",
    ),
    "models_ages_counts_customers_more": (
        "ages and counts of customers must be 0 or more. {counts_hint}",
        "年龄和客户数必须不小于 0。{counts_hint}",
    ),
    "models_each_cohort_needs_every": (
        "each cohort needs every age once, in steps of 1; after one age comes another: {gaps}.",
        "每个同期群的每个年龄必须恰好出现一次，步长为 1；其中一个年龄之后是：{gaps}。",
    ),
    "models_each_age_between_all": (
        "at each age (1, 2 ...) between 0 and all of the customers at risk can be lost; counts of survivors never rise. (age, at risk, lost) that cannot be: {rows}. {counts_hint}",
        "在每个年龄（1、2……），流失数必须在 0 和处于风险中的客户数之间；留存数从不上升。不可能的 (age, at risk, lost)：{rows}。{counts_hint}",
    ),
    "models_nobody_ever_came_up": (
        "nobody ever came up for renewal, so there is nothing to learn from. {counts_hint}",
        "从未有人面临续约，因此无从学习。{counts_hint}",
    ),
    "models_more_periods_age_range": (
        "{name_given} must be {least} or more, in periods, such as age=range({least}, 13).",
        "{name_given} 必须不小于 {least}（以期为单位），例如 age=range({least}, 13)。",
    ),
    "models_n_whole_number_contract": (
        "n must be a whole number of contract periods begun, 1 or more. In {n:,} of {size:,} rows it is not: {tolist}.",
        "n 必须是已开始的合同期数，为不小于 1 的整数。{size:,} 行中有 {n:,} 行不是：{tolist}。",
    ),
    "models_shorter_day_duration_holdout": (
        '{name_given} is shorter than a day. Give a duration, such as holdout="26W".',
        '{name_given} 不足一天。请给时长，例如 holdout="26W"。',
    ),
    "models_origins_needs_more_days": (
        "{name_given} with origins={origins} needs more than {value:,} days; the data cover {span:,}. Give a shorter one, such as holdout={max} (days).",
        "{name_given} 配 origins={origins} 需要超过 {value:,} 天；数据只有 {span:,} 天。请缩短，例如 holdout={max}（天）。",
    ),
    "models_rows_frequency_recency_t": (
        "{rule}. In {n:,} rows it is not (frequency, recency, T): {seen}.\n{hint}",
        "{rule}。有 {n:,} 行不是（frequency, recency, T）：{seen}。\n{hint}",
    ),
    "models_whole_numbers_purchases_more": (
        "{name_given} must be whole numbers of purchases, 0 or more, such as n=range(5).",
        "{name_given} 必须是不小于 0 的购买次数（整数），例如 n=range(5)。",
    ),
    "models_above_annual_rate_without": (
        "{name_given} must be above 0, an annual rate such as 0.1. Without discounting, use predict(customers, horizon=...).",
        "{name_given} 必须大于 0，是年利率，例如 0.1。若不贴现，请用 predict(customers, horizon=...)。",
    ),
    "models_weight_column_holds_negative": (
        "weight column {weight!r} holds negative counts: {tolist}.",
        "权重列 {weight!r} 含有负的计数：{tolist}。",
    ),
    "models_rows": (
        "{rule}. In {size:,} of {size_2:,} rows it is not: {values}.\n{hint}",
        "{rule}。{size_2:,} 行中有 {size:,} 行不是：{values}。\n{hint}",
    ),
    "models_customers_nothing_learn": (
        "there are no customers, so {model} has nothing to learn from. {hint}",
        "没有客户，{model} 无从学习。{hint}",
    ),
    "models_t_all_customers_nobody": (
        "T is 0 for all customers: nobody was seen after the first purchase. Take earlier customers.",
        "所有客户的 T 都是 0：首次购买之后没有任何观察。请取更早的客户。",
    ),
    "models_x_all_customers_nobody": (
        "x is 0 for all {n:,.0f} customers: nobody bought again, so {model} cannot tell slow buyers from lost ones. Observe the customers for longer.",
        "全部 {n:,.0f} 位客户的 x 都是 0：没有人再次购买，{model} 无法区分购买缓慢的客户和流失的客户。请观察更长时间。",
    ),
    "models_steps_whole_number_them": (
        "{name_given} is {steps:.4g} steps of a {period}, not a whole number of them. Give the number of steps, such as horizon={max}.",
        "{name_given} 等于 {steps:.4g} 个{period}，不是整数个。请给期数，例如 horizon={max}。",
    ),
    "models_above_annual_rate_without_2": (
        "{name_given} must be above 0, an annual rate such as 0.1: without discounting, what is still to come may have no limit.",
        "{name_given} 必须大于 0，是年利率，例如 0.1：不贴现时未来的总和可能没有上限。",
    ),
    "models_data_do_cover_whole": (
        'the data do not cover a whole {period}. Take shorter periods, such as period="day".',
        '数据不足一个完整的{period}。请用更短的周期，例如 period="day"。',
    ),
    "models_customer_had_bought_later": (
        "no customer had bought by {cut}. Give a later origin.",
        "到 {cut} 为止没有客户购买过。请给更晚的起点。",
    ),
    "models_leaves_time_buy_again": (
        '{name_given} leaves no time to buy again. Give a duration, such as age="52W".',
        '{name_given} 没有留下再次购买的时间。请给时长，例如 age="52W"。',
    ),
    "models_customer_bought_customers_table": (
        "no customer {customer_id!r} has bought by {as_of}. Customers of this table are called like {some}.",
        "到 {as_of} 为止客户 {customer_id!r} 没有购买。表中的客户编号形如 {some}。",
    ),
    "models_level_would_need_interval": (
        "level=1 would need an interval without end. Give less, such as level=0.9.",
        "level=1 需要没有尽头的区间。请给小一些的值，例如 level=0.9。",
    ),
    "models_spend_per_purchase_negative": (
        "spend per purchase is negative: {tolist}. Give 0 or more.",
        "每次购买的金额是负数：{tolist}。请给不小于 0 的数。",
    ),
    "models_named_not_fitted": (
        "{name_given} names a model, and one that is fitted is needed. Fit it: "
        "{argument}=crmkit.clv.{model}().fit(customers).",
        "{name_given} 只是模型的名称，这里需要已拟合的模型。请先拟合：{argument}=crmkit.clv.{model}().fit(customers)。",
    ),
    "models_no_model_of_purchases": (
        "{name_given} is no model of purchases in continuous time. Fit one: "
        "{argument}=crmkit.clv.ParetoNBD().fit(customers).",
        "{name_given} 不是连续时间的购买模型。请拟合一个：{argument}=crmkit.clv.ParetoNBD().fit(customers)。",
    ),
    "models_no_model_of_spend": (
        "{name_given} is no model of spend. Give a fitted one, spend=crmkit.clv.GammaGamma().fit(customers), a number, or "
        "the name of a column.",
        "{name_given} 不是消费金额模型。请给出已拟合的模型 spend=crmkit.clv.GammaGamma().fit(customers)、一个数，或一个列名。",
    ),
    "models_annual_rate_discount_rate": (
        "{name_given} must be {either}, an annual rate such as discount_rate=0.1.",
        "{name_given} 必须{either}，是年利率，例如 discount_rate=0.1。",
    ),
    "models_timing_period_end_sum": (
        'timing="period-end" is a sum of finitely many periods. Give a horizon, such as "5Y".',
        'timing="period-end" 是有限期的求和。请给出预测期，例如 "5Y"。',
    ),
    "models_q_mean_spend_does": (
        'with q = {q:.3g} the mean spend does not exist (it is infinite), nor does the value. Take the median: crmkit.clv.lifetime_value(spend_model.score(customers), spend="median_spend", ...).',
        'q = {q:.3g} 时平均消费额不存在（为无穷大），价值也不存在。请用中位数：crmkit.clv.lifetime_value(spend_model.score(customers), spend="median_spend", ...)。',
    ),
    "models_nobody_bought_again_m": (
        "nobody bought again, so m_x holds no spend. Give the money per purchase: spend=25.0.",
        "没有人再次购买，因此 m_x 中没有消费额。请给出每次购买的金额：spend=25.0。",
    ),
    "models_x_all_customers_nobody_2": (
        "x is 0 for all customers: nobody took an occasion, so customers who wait cannot be told from those who left. Observe the customers for longer.",
        "所有客户的 x 都是 0：没有人把握过机会，无法区分等待的客户和离开的客户。请观察更长时间。",
    ),
    "models_x_t_x_n": (
        "(x, t_x, n) must be whole numbers with 0 <= x <= t_x <= n, and x = 0 exactly where t_x = 0. In {n:,} of {size:,} rows they are not: {rows}.\n{hint}",
        "(x, t_x, n) 必须是整数，且 0 <= x <= t_x <= n，并且 x = 0 当且仅当 t_x = 0。{size:,} 行中有 {n:,} 行不是：{rows}。\n{hint}",
    ),
    "models_x_whole_number_repeat": (
        "x must be a whole number of repeat purchases, 0 or more. In {n:,} of {size:,} rows it is not: {tolist}.\n{hint}",
        "x 必须是重复购买次数，为不小于 0 的整数。{size:,} 行中有 {n:,} 行不是：{tolist}。\n{hint}",
    ),
    "models_customer_repeat_purchases_x": (
        "no customer has repeat purchases (x > 0) with a positive mean spend (m_x > 0), so there is nothing to learn from. {hint}",
        "没有客户有平均金额为正（m_x > 0）的重复购买（x > 0），因此无从学习。{hint}",
    ),
    "models_all_customers_repeat_purchases": (
        "all customers with repeat purchases have the same mean spend, {value_0:.6g}: there is no difference between customers to learn. Use that number as the expected spend of all.",
        "所有重复购买客户的平均消费额都是 {value_0:.6g}：客户之间没有差异可学。请把该数作为所有人的预期消费额。",
    ),
    "rule_x": (
        "x must be a whole number of repeat purchases, 0 or more",
        "x 必须是重复购买次数，为不小于 0 的整数",
    ),
    "rule_t_x": (
        "t_x, the time of the last repeat purchase, must lie between 0 and T",
        "t_x 是最后一次重复购买的时间，必须在 0 与 T 之间",
    ),
    "rule_t_x_is_0": (
        "t_x is 0 exactly for customers without a repeat purchase (merge purchases of one day first)",
        "t_x 为 0 当且仅当客户没有重复购买（请先合并同一天的购买）",
    ),
    "rule_frequency": (
        "frequency must be a whole number of repeat purchases, 0 or more",
        "frequency 必须是重复购买次数，为不小于 0 的整数",
    ),
    "rule_recency": (
        "recency must lie between 0 and T",
        "recency 必须在 0 与 T 之间",
    ),
    "rule_recency_is_0": (
        "recency is 0 exactly for customers with a frequency of 0",
        "recency 为 0 当且仅当 frequency 为 0",
    ),
}
