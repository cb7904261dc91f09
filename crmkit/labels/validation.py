"""Words of back-tests and the sensitivity of a segmentation."""

_BACKTEST = {
    "all_customers": ("All customers", "全部客户"),
    "no_segment": ("In no segment", "未分群客户"),
    "rebuyers": ("customers who bought again", "复购客户数"),
    "rebuy_rate": ("rebuy rate", "复购率"),
    "rebuyer_share": ("share of all who bought again", "占全部复购客户的比例"),
    "revenue_per_customer": ("revenue per customer", "客均销售额"),
    "later_customers": ("customers who came later", "此后新增客户数"),
    "later_revenue": ("revenue from those who came later", "此后新增客户的销售额"),
    "total_revenue": ("all revenue of the horizon", "观察期内全部销售额"),
    "lift_over_recency": ("lift over recency alone", "相对于仅按最近消费排序的提升度"),
    "lift_over_random": ("lift over random choice", "相对于随机挑选的提升度"),
    "backtest_rebuyers": ("bought again", "复购客户数"),
    "backtest_interval": ("interval", "置信区间"),
    "backtest_lift": ("lift", "提升度"),
    "backtest_headline": (
        "The best {top} of customers by segment are {segments} of those who buy again; "
        "by recency alone {recency} (lift {lift}).",
        "按客户群挑选的前 {top} 客户占全部复购客户的 {segments}；仅按最近一次消费排序则占 {recency}（提升度 {lift}）。",
    ),
    "backtest_nobody": (
        "Nobody bought again in the days that follow, so nothing can be compared.",
        "观察期内没有客户复购，无法比较。",
    ),
    "backtest_rebuy_rate": ("rebuy rate after the origin", "回测复购率"),
    "definition_backtest_rebuy_rate_numerator": (
        "customers who bought on at least one day of the {days} days after the origin",
        "回测时点之后 {days} 天内至少有一天购买的客户数",
    ),
    "definition_backtest_rebuy_rate_denominator": (
        "all customers of the segment who had bought by the end of the origin day",
        "回测时点当天结束前已有购买的该群全部客户数",
    ),
    "definition_backtest_rebuy_rate_window": (
        "{days} days after each of the origins: {origin}",
        "各回测时点之后 {days} 天；回测时点：{origin}",
    ),
    "definition_backtest_rebuy_rate_exclusions": (
        "refunds are no purchases; customers who first bought after the origin are counted apart",
        "退款不算购买；回测时点之后才首次购买的客户另行统计",
    ),
    "definition_backtest_rebuy_rate_formula": (
        "customers who bought again / customers of the segment; {level} % intervals after Wilson",
        "复购客户数 / 该群客户数；区间为 {level}% Wilson 区间",
    ),
    # columns of its tables
    "column_becomes": ("becomes", "变为"),
    "column_by_customers": ("by customers", "按客户"),
    "column_by_money": ("by money", "按金额"),
    "column_money_changed": ("money that changed", "变动金额"),
    "column_steadiness_choices": ("steadiness against choices", "对设定的稳定性"),
    "column_steadiness_time": ("steadiness over time", "对时间的稳定性"),
    "column_highest_lift": ("highest lift", "最高提升度"),
    "column_lowest_lift": ("lowest lift", "最低提升度"),
    "column_highest_rate": ("highest rate", "最高比率"),
    "column_lowest_rate": ("lowest rate", "最低比率"),
    "column_random_rebuyers": ("rebuyers at random", "随机挑选的复购客户"),
    "column_random_revenue": ("revenue at random", "随机挑选的收入"),
    "column_recency_rebuyers": ("rebuyers by recency", "按最近消费的复购客户"),
    "column_recency_revenue": ("revenue by recency", "按最近消费的收入"),
    "column_revenue_lift_over_random": ("revenue lift over random choice", "收入相对于随机挑选的提升度"),
    "column_revenue_lift_over_recency": ("revenue lift over recency", "收入相对于最近消费的提升度"),
}

_AUDIT = {
    "steadiness": ("steadiness", "稳定度"),
    "grade": ("grade", "等级"),
    "reruns": ("re-runs", "重算次数"),
    "sensitivity_base": ("base run", "基准"),
    "sensitivity_setting": ("instead", "改为"),
    "sensitivity_ties": ("rule for ties", "同值处理"),
    "sensitivity_bins": ("number of levels", "得分级数"),
    "sensitivity_window": ("past that is read", "数据窗口"),
    "sensitivity_as_of": ("past ends", "截止日期"),
    "sensitivity_ties_middle": ("middle", "取中间名次"),
    "sensitivity_ties_better": ("better", "取较好名次"),
    "sensitivity_ties_worse": ("worse", "取较差名次"),
    "sensitivity_window_all": ("all", "全部历史"),
    "sensitivity_window_D": ("{n} days", "{n} 天"),
    "sensitivity_window_W": ("{n} weeks", "{n} 周"),
    "sensitivity_window_M": ("{n} months", "{n} 个月"),
    "sensitivity_window_Y": ("{n} years", "{n} 年"),
    "sensitivity_headline": (
        "Grade {grade}: a customer keeps the segment in {customers} of {reruns} re-runs on average "
        "({money} weighted by money).",
        "等级 {grade}：在 {reruns} 次重算中，客户平均有 {customers} 的次数保持原客户群（按金额加权为 {money}）。",
    ),
    "sensitivity_headline_choices": (
        "Of the choices, the {choice} matters most ({setting} instead of {base}): {changed} change segment.",
        "各项设定中影响最大的是{choice}（由“{base}”改为“{setting}”）：{changed} 的客户换了客户群。",
    ),
    "sensitivity_headline_no_choices": (
        "None of the choices changes any customer's segment.",
        "各项设定都没有使任何客户换客户群。",
    ),
    "sensitivity_headline_no_time": (
        "If the past ends earlier, every customer is in the same segment.",
        "截止日期提前，所有客户仍在原客户群。",
    ),
    "sensitivity_headline_time": (
        "If the past ends on {setting} instead of {base}, {changed} are in another segment: customers change in time.",
        "若截止日期由 {base} 提前到 {setting}，{changed} 的客户处于另一客户群（其中包含客户本身随时间的变化）。",
    ),
}

_PICTURES = {
    "plot_rebuy_rate": (
        "share who bought again within {days} days (%, with {level} % interval)",
        "{days} 天内复购的客户比例（%，含 {level}% 置信区间）",
    ),
    "plot_contacted": ("customers contacted, best first (% of all)", "依次联系的客户（占全部客户的 %，最好的在前）"),
    "plot_rebuyers_reached": (
        "of those who bought again within {days} days, reached (%)",
        "{days} 天内复购客户中已联系到的比例（%）",
    ),
    "plot_revenue_reached": (
        "of the revenue of the next {days} days, reached (%)",
        "此后 {days} 天销售额中已覆盖的比例（%）",
    ),
    "plot_by_segment": ("by segment", "按客户群"),
    "plot_by_recency": ("by recency alone", "仅按最近一次消费"),
    "plot_at_random": ("at random", "随机挑选"),
    "plot_rate_of": ("{share} of {customers}", "{share}（共 {customers} 人）"),
    "plot_all_rate": ("dashed line: all customers, {share}", "虚线：全部客户 {share}"),
    "plot_changed": (
        "in another segment than in the base run (%)",
        "与基准结果相比换了客户群的比例（%）",
    ),
    "plot_of_customers": ("of the customers", "占客户数"),
    "plot_of_money": ("of the money", "占金额"),
    "plot_steadiness": (
        "mean share of re-runs in which a customer keeps the segment (%)",
        "客户保持原客户群的重算次数平均占比（%）",
    ),
    "plot_other_choices": ("other choices", "改变设定"),
    "plot_earlier_days": ("an earlier day", "提前截止日期"),
}

_CHOICES = {
    "choice": ("choice", "选择"),
    "changed": ("in another segment", "改变客户群"),
    "changed_share": ("share changed", "改变比例"),
    "money_changed_share": ("share of money changed", "改变的金额比例"),
}

SEGMENTS = frozenset(["all_customers", "ungrouped"])
WORDS: dict[str, tuple[str, str]] = {**_BACKTEST, **_AUDIT, **_PICTURES, **_CHOICES}
