"""Words of survival, gaps, repurchase and definitions of loss."""

GROUPS = frozenset(["all", "ungrouped", "year_before", "this_period"])
WORDS: dict[str, tuple[str, str]] = {
    "returned": ("returned", "再次购买"),
    "returned_share": ("followed by another purchase", "再次购买比例"),
    "definition_returned_share_numerator": (
        "purchases followed by another one within so many days",
        "在该天数内有下一次购买的购买",
    ),
    "definition_returned_share_denominator": (
        "all purchases; those not followed yet count for as long as they have been seen",
        "全部购买；尚无下一次购买的，按已观察的时间计入",
    ),
    "definition_returned_share_window": (
        "from a purchase day to the customer's next one",
        "从一个购买日到该客户的下一个购买日",
    ),
    "definition_returned_share_exclusions": (
        "nothing; orders of one day are one purchase",
        "无；同一天的订单算一次购买",
    ),
    "definition_returned_share_formula": (
        "Kaplan-Meier estimate; intervals count customers, not purchases; limit: {limit} days, within which {share} % "
        "of the returns have come",
        "Kaplan-Meier 估计；区间按客户而非购买次数计；界限：{limit} 天，{share}% 的回购在此之内发生",
    ),
    "n_at_risk": ("at risk", "风险集人数"),
    "n_events": ("lost", "流失人数"),
    "n_censored": ("censored", "删失人数"),
    "survival_of_durations": ("still there", "仍在的比例"),
    "definition_survival_numerator": (
        "customers not lost up to that many days after their first purchase",
        "首次购买后到该天数为止尚未流失的客户",
    ),
    "definition_survival_denominator": (
        "all customers; those still there count for as long as they have been seen",
        "全部客户；仍在的客户按已观察的时间计入",
    ),
    "definition_survival_window": (
        "from the first purchase to the loss, or to the end of the past",
        "从首次购买到流失，或到截止日期",
    ),
    "definition_survival_exclusions": (
        "nothing; who returns after being lost was lost all the same",
        "无；流失后又回来的客户仍算流失过",
    ),
    "definition_survival_formula": (
        "Kaplan-Meier estimate; lost: no purchase for {days} days, for the first time",
        "Kaplan-Meier 估计；流失：首次出现连续 {days} 天没有购买",
    ),
    "definition_survival_of_durations_numerator": ("rows not lost up to that time", "到该时间为止尚未流失的记录"),
    "definition_survival_of_durations_denominator": (
        "all rows; those still there count for as long as they have been seen",
        "全部记录；仍在的按已观察的时间计入",
    ),
    "definition_survival_of_durations_window": ("as the column of times says", "以时间列为准"),
    "definition_survival_of_durations_exclusions": ("nothing", "无"),
    "definition_survival_of_durations_formula": ("Kaplan-Meier estimate", "Kaplan-Meier 估计"),
    "order_number": ("order number", "第几次购买"),
    "purchases": ("purchases", "购买次数"),
    "rate": ("rate", "比率"),
    "median_days": ("median days", "天数中位数"),
    "difference": ("difference", "差异"),
    "relative": ("relative difference", "相对差异"),
    "all": ("all", "全部"),
    "ungrouped": ("ungrouped", "未分组"),
    "year_before": ("year before", "去年同期"),
    "this_period": ("this period", "本期"),
    "rate_within": ("repurchase rate", "复购率"),
    "rate_compared": ("repurchase rate", "复购率"),
    "definition_rate_within_numerator": (
        "purchases of that number followed by another one within {days} days",
        "该次购买后 {days} 天内再次购买的购买",
    ),
    "definition_rate_within_denominator": (
        "all purchases of that number; those not followed yet count for as long as they have been seen",
        "该次数的全部购买；尚无下一次购买的，按已观察的时间计入",
    ),
    "definition_rate_within_window": (
        "from a purchase day to the customer's next one",
        "从一个购买日到该客户的下一个购买日",
    ),
    "definition_rate_within_exclusions": (
        "nothing; orders of one day are one purchase; number {most} stands for it and all later ones",
        "无；同一天的订单算一次购买；第 {most} 次包括以后各次",
    ),
    "definition_rate_within_formula": (
        "Kaplan-Meier estimate; {level} % intervals count customers, not purchases; rate so far: returned / purchases",
        "Kaplan-Meier 估计；{level}% 区间按客户而非购买次数计；截至目前的比率：再次购买 / 购买次数",
    ),
    "definition_rate_compared_numerator": (
        "purchases followed by another one within {days} days",
        "{days} 天内再次购买的购买",
    ),
    "definition_rate_compared_denominator": (
        "purchases that had {days} days to be followed",
        "已满 {days} 天观察期的购买",
    ),
    "definition_rate_compared_window": ("{counted}", "{counted}"),
    "definition_days_of_groups": (
        "purchases from {begin} to {end}, each followed for {days} days",
        "{begin} 至 {end} 的购买，每次观察 {days} 天",
    ),
    "definition_days_of_years": (
        "purchases from {begin} to {end} (this period) and from {begin_before} to {end_before} (year before), each "
        "followed for {days} days",
        "{begin} 至 {end}（本期）与 {begin_before} 至 {end_before}（去年同期）的购买，每次观察 {days} 天",
    ),
    "definition_rate_compared_exclusions": (
        "purchases on all other days, among them the last {days} days, which had less time; orders of one day are one "
        "purchase",
        "其他日期的购买，包括最近 {days} 天的购买（观察时间不足）；同一天的订单算一次购买",
    ),
    "definition_rate_compared_formula": (
        "returned / purchases; {level} % intervals after Wilson and Newcombe count customers, not purchases",
        "再次购买 / 购买次数；{level}% 的 Wilson 与 Newcombe 区间按客户而非购买次数计",
    ),
    "lost_share": ("share called lost", "判为流失的比例"),
    "repeat_low": ("repeat rate within the period, low", "复购率下限"),
    "repeat_high": ("repeat rate within the period, high", "复购率上限"),
    "next_rate": ("back in the next period", "回购率"),
    "next_low": ("back in the next period, low", "回购率下限"),
    "next_high": ("back in the next period, high", "回购率上限"),
    "came_back": ("of whom came back", "其中又回来的客户数"),
    "came_back_share": ("of whom came back (share)", "其中又回来的比例"),
    "kept_silent": ("not called lost, but silent", "未判为流失但没有购买的客户数"),
    "kept_silent_share": ("not called lost, but silent (share)", "未判为流失但没有购买的比例"),
    "setting": ("setting", "设定值"),
    "limit_days": ("limit, days", "界限（天）"),
    "days_inactive": ("days of quiet", "沉默天数"),
    "definition_lost_share_numerator": (
        "customers whom the rule calls lost on {origin}; came back: those of them who bought in the {days} days after",
        "按规则在 {origin} 判为流失的客户；其中又回来的：此后 {days} 天内有购买的客户",
    ),
    "definition_lost_share_denominator": (
        "all customers with a purchase by {origin}; came back: those called lost",
        "截至 {origin} 有过购买的全部客户；又回来的比例以判为流失的客户为分母",
    ),
    "definition_lost_share_window": (
        "the rule sees the past up to {origin}; the {days} days after show who comes back",
        "规则只看 {origin} 及以前的数据；此后 {days} 天用于检验谁又回来",
    ),
    "definition_lost_share_exclusions": (
        "nothing; who comes back later than that counts as silent; a refund is no purchase",
        "无；更晚才回来的客户计为没有购买；退款不算购买",
    ),
    "definition_lost_share_formula": (
        "share called lost = lost / customers; share that came back = came back / lost",
        "判为流失的比例 = 流失客户数 / 客户数；又回来的比例 = 又回来的客户数 / 流失客户数",
    ),
    "plot_days_since_first": ("days since the first purchase", "首次购买后的天数"),
    "plot_days_since_purchase": ("days since a purchase", "一次购买后的天数"),
    "plot_time_of_column": ("time (column {column}, in its unit)", "时间（列 {column}，以其单位计）"),
    "plot_at_risk": ("customers at risk", "仍在观察中的客户数"),
    "plot_log_rank": ("log-rank test of all groups: {p}", "全部各组的对数秩检验：{p}"),
    "plot_gap_all": ("all purchases, open gaps counted", "全部购买（含尚未结束的间隔）"),
    "plot_gap_closed": ("gaps that ended only (naive)", "仅已结束的间隔（简单算法）"),
    "plot_gap_plateau": ("{share} of purchases are followed by another one at all", "最终有 {share} 的购买会有下一次"),
    "plot_gap_limit": (
        "limit {days} days: {share} % of the returns have come",
        "界限 {days} 天：{share}% 的回购在此之内",
    ),
    "plot_within_days": ("within {days} days", "{days} 天内"),
    "plot_of_closed": ("{share} of the gaps that ended", "已结束间隔的 {share}"),
    "plot_of_all": ("{share} of all purchases", "全部购买的 {share}"),
    "plot_rate_bars": (
        "repurchase rate within {days} days (%), bars: {level} % interval",
        "{days} 天内复购率（%），误差线：{level}% 区间",
    ),
    "plot_rate_of_purchases": ("{rate} of {number} purchases", "{number} 次购买中的 {rate}"),
    "plot_rate_difference": (
        "; difference {difference} points ({low} to {high})",
        "；差异 {difference} 个百分点（{low} 至 {high}）",
    ),
    "plot_lost_silent": ("called lost, stayed silent", "判为流失，之后没有购买"),
    "plot_lost_back": ("called lost, came back", "判为流失，之后又回来"),
    "plot_not_lost_silent": ("not called lost, stayed silent", "未判为流失，之后没有购买"),
    "plot_not_lost_bought": ("not called lost, bought", "未判为流失，之后有购买"),
    "plot_rule_lost": ("{rule}: {lost} lost", "{rule}：流失 {lost}"),
    "plot_rule_lost_and_back": (
        "{rule}: {lost} lost, of whom {back} came back",
        "{rule}：流失 {lost}，其中 {back} 又回来",
    ),
    "plot_share_of_customers": ("share of all customers (%)", "占全部客户的比例（%）"),
    "lost_by_inactive": ("{setting} days without a purchase", "连续 {setting} 天没有购买"),
    "lost_by_gaps": ("{setting} times the usual gap of all", "全体一般间隔的 {setting} 倍"),
    "lost_by_own_gaps": ("{setting} times the customer's own gap", "客户自身间隔的 {setting} 倍"),
    "lost_by_returning": ("the days in which {setting} % of the returns come", "{setting}% 的回购所需的天数"),
    "lost_by_p_alive": ("P(alive) below {setting}", "仍为客户的概率低于 {setting}"),
    "inactive": ("days without a purchase", "未购买天数"),
    "gaps": ("times the gap of the base", "总体间隔的倍数"),
    "own_gaps": ("times the own gap", "自身间隔的倍数"),
    "returning": ("share of returns", "回购比例"),
    "returned_within": ("returns within the limit", "界限内的回购比例"),
    # columns of its tables
    "column_hazard": ("hazard", "风险率"),
    "column_within": ("bought again in time", "期限内复购率"),
}
