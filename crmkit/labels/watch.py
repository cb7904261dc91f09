"""Words of the watch-list."""

WORDS: dict[str, tuple[str, str]] = {
    "signal": ("signal", "信号"),
    "signal_none": ("no signal", "无信号"),
    "signal_overdue": ("overdue", "逾期未购"),
    "signal_drop": ("buys less", "消费下降"),
    "signal_both": ("overdue and buys less", "逾期未购且消费下降"),
    "why": ("why", "原因"),
    "usual_gap": ("usual gap, days", "通常购买间隔（天）"),
    "usual_spend": ("usual spend a year", "通常年消费额"),
    "p_quiet": ("chance of so long a quiet", "如此长沉默的概率"),
    "p_drop": ("chance of so little spend", "如此低消费的概率"),
    "window_spend": ("spend in the window", "窗口期消费额"),
    "window_days": ("days that it pays for", "对应天数"),
    "window_usual": ("usual spend of these days", "相同天数的通常消费额"),
    "raised": ("alert raised on", "预警日期"),
    "alerts": ("alerts", "预警数"),
    "alerts_per_week": ("alerts per week", "每周预警数"),
    "false_alerts": ("false alerts", "误报数"),
    "false_alert_share": ("share of false alerts", "误报率"),
    "watch_why_overdue": (
        "usually buys every {gap} days, quiet for {quiet} days: {times} times the usual gap",
        "通常每 {gap} 天购买一次，已 {quiet} 天未购买，是通常间隔的 {times} 倍",
    ),
    "watch_why_overdue_daily": (
        "usually buys every day, quiet for {quiet} days",
        "通常每天购买，已 {quiet} 天未购买",
    ),
    "watch_why_drop": (
        "{spend} in the last {window} days, to cover {days} days, where {expected} is usual: {drop} % less",
        "近 {window} 天消费 {spend}，对应 {days} 天，同样天数通常为 {expected}，减少 {drop}%",
    ),
    "watch_why_refunds": (
        "more refunded than bought in the last {window} days ({spend}), where {expected} is usual for {days} days",
        "近 {window} 天退款多于消费（净额 {spend}），{days} 天通常消费 {expected}",
    ),
    "watch_why_both": ("{overdue}; and {drop}", "{overdue}；且{drop}"),
    "definition_false_alert_share_numerator": (
        "alerts after which the account came back by itself: in the next {horizon} days it spent at least as much as "
        "lies half way between what the alert said (nothing, or the drop) and its usual spend",
        "预警后自行恢复：之后 {horizon} 天的消费额，不低于预警所示水平（零消费或下降后的消费）与通常消费额的中点",
    ),
    "definition_false_alert_share_denominator": (
        "alerts of the weeks from {first} to {last}; later ones cannot be judged yet",
        "{first} 至 {last} 各周发出的预警；更晚的预警尚无法判断",
    ),
    "definition_false_alert_share_window": (
        "each week judged by what was seen at its end: the last {window} days against the {usual} days before",
        "每周只用截至当周末的数据：近 {window} 天与此前 {usual} 天相比",
    ),
    "watch_largest": (
        "; of {among} accounts, the {n} that spent most are watched",
        "；{among} 个客户中只观察消费最多的 {n} 个",
    ),
    "definition_false_alert_share_exclusions": (
        "accounts with fewer than {least} purchase days, or lost: quiet for more than two usual gaps and {horizon} "
        "days; an account raises one alert until it is back to normal{accounts}",
        "购买日少于 {least} 天的客户；已流失的客户：未购买天数超过通常间隔的两倍再加 {horizon} 天；"
        "同一客户在恢复正常之前只预警一次{accounts}",
    ),
    "definition_false_alert_share_formula": (
        "alert where money at stake x chance of a change reaches {threshold} a year, so that {alerts} alerts a week "
        "would have been raised; called at random, {calm} % of accounts of that size would have been false alerts",
        "涉及金额 × 变化概率达到每年 {threshold} 即预警，相当于每周 {alerts} 个；"
        "若随机联系同等规模的客户，误报率为 {calm}%",
    ),
    "plot_watch_alerts": ("new alerts per week", "每周新增预警数"),
    "plot_watch_false": ("false alerts (%), band: 95 % interval", "误报率（%），阴影：95% 区间"),
    "plot_watch_called": ("alerts of the watch-list", "观察名单的预警"),
    "plot_watch_chosen": ("chosen: {share} false", "所选：误报率 {share}"),
    "plot_watch_calm": ("accounts of that size called at random", "随机联系同等规模的客户"),
    # columns of its tables
    "column_base_rate": ("base rate", "基准率"),
    "column_bought_again": ("bought again", "再次购买"),
    "column_judged": ("alerts judged", "已判定预警数"),
    "column_threshold": ("threshold", "阈值"),
    "column_signal_label": ("signal", "信号"),
}
