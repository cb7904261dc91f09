"""Sentences of errors about groups, clusters and migration."""

from __future__ import annotations

WORDS = {
    "segment_name_column_text": (
        "{name_given} is not the name of a column. Give one as text, such as {argument}={likely!r}.",
        "{name_given} 不是列名。请以文本给出一个，例如 {argument}={likely!r}。",
    ),
    "segment_list_different_columns": (
        "{name_given} is not a list of different columns. Give one, such as {argument}={likely!r}.",
        "{name_given} 不是互不相同的列的列表。请改用例如 {argument}={likely!r}。",
    ),
    "segment_list_groups_all_them": (
        '{name_given} is not a list of groups. Give all of them, the best first, such as order=["gold", "iron", "lead"], or leave it out.',
        '{name_given} 不是分组的列表。请由好到差列出全部分组，例如 order=["gold", "iron", "lead"]，或省略该参数。',
    ),
    "segment_transactions_row_per_customer": (
        "these are transactions, and one row per customer is needed. Make such a table of them first: {instead}.",
        "这是交易数据，而这里需要每位客户一行的表。请先生成这样的表：{instead}。",
    ),
    "segment_value_customer_different_columns": (
        "{name_given}, value={money!r} and customer={customer!r} must be different columns. Name those of the group, of the money and of the id.",
        "{name_given}、value={money!r} 和 customer={customer!r} 必须是不同的列。请分别指明分组列、金额列和编号列。",
    ),
    "segment_column_other_tables_add": (
        "no column {usual_money!r} in {quoted}, which the other tables have. Add it, name another column of money with value=..., or drop it from the others, so that customers alone are counted.",
        "{quoted} 中没有列 {usual_money!r}，而其他表中有。请补上该列，或用 value=... 指明另一金额列，或从其他表中删去它，只统计客户数。",
    ),
    "segment_tables_rows_nobody_can": (
        "the tables have no rows, so nobody can have moved. Pass the groups at two dates.",
        "表中没有任何行，因此谈不上迁移。请传入两个日期的分组。",
    ),
    "segment_customer_ids_cannot_matched": (
        "customer ids are {join}, which cannot be matched: {values}. Give numbers in all tables, or text in all of them.",
        "客户编号分别是 {join}，无法匹配：{values}。请在所有表中都用数字，或都用文本。",
    ),
    "segment_name_every_group_once": (
        "{name_given} must name every group once, the best first; the data have {by_name!r}.",
        "{name_given} 必须把每个分组列出一次，最好的在前；数据中有 {by_name!r}。",
    ),
    "segment_table_more_row_keep": (
        "the table `{which}` has more than one row for {customer} {twice}. Keep one row per customer.",
        "表 `{which}` 中 {customer} {twice} 有多行。每位客户只保留一行。",
    ),
    "segment_table_group_called_name": (
        'the table `{which}` has a group called "{taken}", a name that the result needs. Rename it.',
        "表 `{which}` 中有名为“{taken}”的分组，而结果要用到这个名称。请改名。",
    ),
    "segment_result_needs_rename_first": (
        "{name_given} has {taken}, which the result needs. Rename it first.",
        "{name_given} 含有 {taken}，而结果要用到这个名称。请先改名。",
    ),
    "segment_known_auto_number_several": (
        '{name_given} is not known. Give "auto", a number, or several: range(3, 7).',
        '{name_given} 不是可用的取值。请给 "auto"、一个数，或多个数：range(3, 7)。',
    ),
    "segment_empty_auto_number_several": (
        '{name_given} is empty. Give "auto", a number, or several: range(3, 7).',
        '{name_given} 是空的。请给 "auto"、一个数，或多个数：range(3, 7)。',
    ),
    "segment_table_rows_nobody_group": (
        "the table has no rows, so there is nobody to group. {hint}",
        "表中没有任何行，没有客户可以分组。{hint}",
    ),
    "command_segment_different_customer_columns_cannot": (
        "the {different} different customer{plural} in the columns {columns} cannot form the clusters asked for (n_clusters={asked!r}). Ask for fewer.",
        "列 {columns} 中只有 {different} 位各不相同的客户，无法形成所要求的聚类（n_clusters={asked!r}）。请减少聚类数。",
    ),
    "segment_different_customer_columns_cannot": (
        "the {different} different customer{plural} in the columns {columns} cannot form the clusters asked for (n_clusters={asked!r}). Ask for fewer, or give columns that tell customers apart.",
        "列 {columns} 中只有 {different} 位各不相同的客户，无法形成所要求的聚类（n_clusters={asked!r}）。请减少聚类数，或给出能区分客户的列。",
    ),
    "segment_clusterer_clusters_yet_call": (
        "this Clusterer has no clusters yet. Call clusterer.fit(customers) first.",
        "这个 Clusterer 还没有聚类结果。请先调用 clusterer.fit(customers)。",
    ),
    "segment_clusters_need_package_scikit": (
        'clusters need the package scikit-learn, which is not installed. Run: pip install "crmkit[learn]". Assigning customers to clusters already fitted works without it.',
        '聚类需要 scikit-learn，但它没有安装。请运行：pip install "crmkit[learn]"。把客户分配到已拟合的聚类不需要它。',
    ),
    "command_segment_column_same_value_nearly": (
        "column {column!r} has the same value {low:g} for (nearly) all customers, so it cannot tell them apart. Take segments instead: crmkit segments.",
        "列 {column!r} 对（几乎）所有客户都取同一个值 {low:g}，无法区分客户。请改用客户群：crmkit segments。",
    ),
    "segment_column_same_value_nearly": (
        "column {column!r} has the same value {low:g} for (nearly) all customers, so it cannot tell them apart. Leave it out of columns=[...].",
        "列 {column!r} 对（几乎）所有客户都取同一个值 {low:g}，无法区分客户。请不要把它放进 columns=[...]。",
    ),
    "segment_column_values_below_logarithm": (
        'column {column!r} has values below 0, such as {low:g}, which have no logarithm. Use transform={{{column!r}: "yeo-johnson"}} or "auto".',
        '列 {column!r} 有小于 0 的值，例如 {low:g}，不能取对数。请用 transform={{{column!r}: "yeo-johnson"}} 或 "auto"。',
    ),
    "segment_names_among_columns": (
        "{name_given} names {join}, which is not among the columns {join_2}.",
        "{name_given} 提到了 {join}，它不在列 {join_2} 之中。",
    ),
    "segment_does_table_each_date": (
        "{name_given} does not give a table for each date. Give them, {example_2}.",
        "{name_given} 没有为每个日期给出一张表。请给出它们，{example_2}。",
    ),
    "segment_tables_date_least_two": (
        "tables has {n} date{plural}. Give at least two, {example_2}.",
        "tables 只有 {n} 个日期。请至少给出两个，{example_2}。",
    ),
    "segment_tables_more_list_list": (
        "tables has more than one list for {twice}. Give one list per date, {example_2}.",
        "tables 中 {twice} 有多份名单。每个日期给一份，{example_2}。",
    ),
    "command_segment_known_choose_each_axis": (
        "{name_given} is not known. Choose one of {join}.",
        "{name_given} 不是可用的取值。请从 {join} 中选择。",
    ),
    "segment_known_choose_each_axis": (
        '{name_given} is not known. Choose one of {join}, or give each axis a rule or a value of its own, such as cut={{"current": {value!r}, "potential": "median"}}.',
        '{name_given} 不是可用的取值。请从 {join} 中选择，或为每个轴各给一个规则或数值，例如 cut={{"current": {value!r}, "potential": "median"}}。',
    ),
    "segment_margin_revenue_lifetime_value": (
        "the margin of {first_date} to {last_date} is {rate:.3g} of the revenue, which no lifetime value can be built on. Say what share of the spend is margin, such as valuation=crmkit.clv.Valuation(margin_rate=0.3).",
        "{first_date} 至 {last_date} 的毛利是收入的 {rate:.3g}，无法据此计算终身价值。请说明消费额中毛利的比例，例如 valuation=crmkit.clv.Valuation(margin_rate=0.3)。",
    ),
    "segment_share_do_go_together": (
        '{name_given} and share={share!r} do not go together. Give a share with "quantile" only, such as cut="quantile", share=0.8.',
        '{name_given} 与 share={share!r} 不能同时使用。比例只与 "quantile" 搭配，例如 cut="quantile", share=0.8。',
    ),
    "segment_table_rows_nobody_sort": (
        "the table has no rows, so there is nobody to sort. {hint}",
        "表中没有任何行，没有客户可以排序。{hint}",
    ),
    "segment_name_column_stands_growth": (
        '{reason}\nName a column that stands for growth potential instead, such as potential="mean_order" or potential="frequency".',
        '{reason}\n请改为指明一个代表增值潜力的列，例如 potential="mean_order" 或 potential="frequency"。',
    ),
    "segment_name_both_axes_cut": (
        '{name_given} must name both axes, such as cut={{"current": 500, "potential": "median"}}.',
        '{name_given} 必须给出两个轴，例如 cut={{"current": 500, "potential": "median"}}。',
    ),
    "idle_for_a_table": (
        "{name_given} would change nothing: a table has its values already. Leave it out, or pass crmkit.Transactions(...), of which they are computed.",
        "{name_given} 不会改变任何结果：表中已有这些数值。请省略它，或传入 crmkit.Transactions(...)，由其计算。",
    ),
    "idle_without_lifetime_value": (
        '{name_given} would change nothing: no lifetime value is asked for. Leave it out, or take potential="residual_clv".',
        '{name_given} 不会改变任何结果：没有要求终身价值。请省略它，或用 potential="residual_clv"。',
    ),
}
