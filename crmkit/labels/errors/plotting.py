"""Sentences of errors about plotting."""

from __future__ import annotations

WORDS = {
    "currency_mark": ("a short mark or code of a currency", "货币的短符号或代码"),
    "no_rows_to_draw": ("the table has no rows, so there is nothing to draw.", "表中没有行，无图可画。"),
    "plotting_map_scheme": (
        "the map needs a scheme by recency and the mean of frequency and money (columns r and fm), such as {example}; this one has others. Draw plot_segments instead",
        "地图需要按最近消费（r）与频率金额均值（fm）划分的方案，例如 {example}；此方案不是。请改画 plot_segments",
    ),
    "plotting_pictures_need_package_matplotlib": (
        'pictures need the package matplotlib, which is not installed. Install it with: pip install "crmkit[plot]"',
        '绘图需要 matplotlib，但它没有安装。请运行：pip install "crmkit[plot]"',
    ),
    "plotting_result_draws_draw": (
        "a {name} is not the result that this draws. Draw {call}.",
        "{name} 不是这里要画的结果。请画 {call}。",
    ),
    "plotting_name_them_groups": (
        "{what}; there are {there}. Name one to {n} of them, such as groups=[{value_0!r}].",
        "{what}；现有 {there}。请指明其中 1 到 {n} 个，例如 groups=[{value_0!r}]。",
    ),
    "plotting_result_clustering_draw_crmkit": (
        "a {name} is no result of clustering. Draw crmkit.plotting.{call}(crmkit.segment.cluster(customers)).",
        "{name} 不是聚类结果。请画 crmkit.plotting.{call}(crmkit.segment.cluster(customers))。",
    ),
    "plotting_cohort_result_draw_crmkit": (
        "a {name} is not a cohort result. Draw crmkit.plotting.plot_cohorts(crmkit.retention.cohorts(transactions)).",
        "{name} 不是同期群结果。请画 crmkit.plotting.plot_cohorts(crmkit.retention.cohorts(transactions))。",
    ),
    "plotting_column_table": (
        "no column {absent}; the table has {columns}. {hint}",
        "没有列 {absent}；表中有 {columns}。{hint}",
    ),
    "plotting_calendar_rows_nobody_s": (
        "the calendar has no rows: nobody's segment changes any more, so there is nothing to draw.",
        "日历没有任何行：不再有客户会改变分组，因此没有可画的内容。",
    ),
    "plotting_draw_result": (
        "a {name} is not a {what}. Draw the result of {call}.",
        "{name} 不是{what}。请画 {call} 的结果。",
    ),
    "plotting_table_rows_nothing_draw": (
        "the table has no rows, so there is nothing to draw. {hint}",
        "表中没有任何行，没有可画的内容。{hint}",
    ),
    "plotting_rows_full_grid_values": (
        "{size} rows are no full grid of {size_2} by {size_3} values. {hint}",
        "{size} 行不是 {size_2} × {size_3} 的完整网格。{hint}",
    ),
    "plotting_counted_migration_build_crmkit": (
        "a {name} is not a counted migration. Build it with crmkit.segment.migration(before, after).",
        "{name} 不是统计好的迁移结果。请用 crmkit.segment.migration(before, after) 生成。",
    ),
    "plotting_series_migrations_build_crmkit": (
        "a {name} is not a series of migrations. Build it with crmkit.segment.migration_series({{date: table, ...}}).",
        "{name} 不是迁移序列。请用 crmkit.segment.migration_series({{date: table, ...}}) 生成。",
    ),
    "plotting_show_value_needs_money": (
        'show="value" needs money, and these moves were counted from lists without any. Draw show="customers", or count lists with a column of money, such as value="monetary".',
        'show="value" 需要金额，而这些迁移来自没有金额的名单。请画 show="customers"，或统计含金额列的名单，例如 value="monetary"。',
    ),
    "plotting_measured_concentration_draw_crmkit": (
        "a {name} is not a measured concentration. Draw crmkit.plotting.plot_lorenz(crmkit.pyramid.concentration(customers)).",
        "{name} 不是集中度结果。请画 crmkit.plotting.plot_lorenz(crmkit.pyramid.concentration(customers))。",
    ),
    "plotting_groups_draw_group": (
        "there are {n} groups: {chosen}. Draw one, such as group={next!r}.",
        "共有 {n} 个分组：{chosen}。请画其中一个，例如 group={next!r}。",
    ),
    "plotting_name_them": (
        "{what}; there are {there}. Name one to {n} of them.",
        "{what}；现有 {there}。请指明其中 1 到 {n} 个。",
    ),
    "plotting_groups_asked_but_result": (
        "groups {groups} are asked for, but the result has none. Give by= when counting.",
        "要求画分组 {groups}，但结果中没有分组。请在统计时给出 by=。",
    ),
    "plotting_table_rows_nothing_draw_2": (
        "the table has no rows, so there is nothing to draw. Score at least one customer.",
        "表中没有任何行，没有可画的内容。请至少给一位客户打分。",
    ),
    "plotting_column_scores_whole_numbers": (
        "column {name!r} has scores that are not whole numbers from 1 on: {tolist}. Build it with crmkit.rfm.score(customers).",
        "列 {name!r} 含有不是从 1 开始的整数的得分：{tolist}。请用 crmkit.rfm.score(customers) 生成。",
    ),
    "plotting_purchase_seen_long_enough": (
        'no purchase was seen long enough for a rate. Give a shorter one, such as within="30D".',
        '没有购买被观察得足够久，算不出比率。请缩短，例如 within="30D"。',
    ),
    "plotting_result_draw_crmkit_plotting": (
        "a {name} is not the result of a {what}. Draw crmkit.plotting.{call}.",
        "{name} 不是{what}的结果。请画 crmkit.plotting.{call}。",
    ),
    "plotting_alert_back_test_can": (
        "no alert of the back-test can be judged. Give watch_list more weeks= or a shorter horizon=.",
        "回测中没有预警可以检验。请给 watch_list 更多的 weeks= 或更短的 horizon=。",
    ),
    "cohorts_without_groups": (
        "{name_given} is not a group of these cohorts; they have none. Leave it out.",
        "{name_given} 不是这些同期群的分组；它们没有分组。请省略该参数。",
    ),
    "not_a_group_of_cohorts": (
        "{name_given} is not a group of these cohorts; they have {names}. Draw one at a time, such as {name_example}.",
        "{name_given} 不是这些同期群的分组；现有 {names}。请一次画一个，例如 {name_example}。",
    ),
    "no_such_group": (
        "no group {unknown}",
        "没有分组 {unknown}",
    ),
    "too_many_groups": (
        "{n} groups cannot be drawn",
        "无法画 {n} 个分组",
    ),
    "a_value_matrix": (
        "value matrix",
        "价值矩阵",
    ),
    "a_growth_matrix": (
        "growth matrix",
        "增长矩阵",
    ),
    "a_revenue_bridge": (
        "revenue bridge",
        "收入变动桥",
    ),
    "a_backtest": (
        "back-test",
        "回测",
    ),
    "a_sensitivity": (
        "sensitivity analysis",
        "敏感性分析",
    ),
}
