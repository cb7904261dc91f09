"""Words of explanations and the downgrade calendar."""

_SLIPS = {
    "downgrade_date": ("segment drops on", "降级日期"),
    "next_segment": ("segment then", "降级后客户群"),
    "next_segment_label": ("segment then", "降级后客户群"),
    "until": ("until", "截至"),
    "days_left": ("days left", "剩余天数"),
    "upgrade_to": ("better segment", "可升入客户群"),
    "upgrade_to_label": ("better segment", "可升入客户群"),
    "upgrade_orders": ("further orders needed", "还需订单数"),
    "upgrade_money": ("money needed in them", "还需金额"),
    "upgrade_by": ("latest date", "最晚日期"),
    "add_to": ("segment by an addition", "加购可升入客户群"),
    "add_to_label": ("segment by an addition", "加购可升入客户群"),
    "add_money": ("addition to orders placed", "已有订单需加购金额"),
    "add_by": ("latest date of the addition", "加购最晚日期"),
    "plot_downgrade_halves": (
        "upwards: share of their customers (%)\ndownwards: share of their money (%)",
        "向上：占其客户的比例（%）\n向下：占其金额的比例（%）",
    ),
    "plot_downgrade_customers": (
        "{customers} customers will drop if they buy nothing",
        "若不再购买，{customers} 位客户将降级",
    ),
    "plot_downgrade_money": ("money at stake: {money}", "涉及金额：{money}"),
    "plot_downgrade_date": ("date of the drop", "降级日期"),
}

_EXPLAIN = {
    "explain_title": ("Customer {customer}, as of {date}", "客户 {customer}（截至 {date}）"),
    "explain_segment": ("Segment: {segment} ({rule})", "客户群：{segment}（{rule}）"),
    "explain_fm": ("mean of F and M {scores}", "F 与 M 的均值 {scores}"),
    "explain_any": ("any scores", "任意得分"),
    "explain_tier": (
        "Tier: {tier}; {ahead} of {customers} customers spent more",
        "客户层级：{tier}；{customers} 位客户中有 {ahead} 位消费更多",
    ),
    "explain_tier_alone": ("Tier: {tier}; there is no other customer", "客户层级：{tier}；没有其他客户"),
    "explain_tier_up": ("{money} more would make it {tier}", "再消费 {money} 可升为{tier}"),
    "explain_recency": (
        "Recency: {days} (days since {date}): R {score} of {levels}",
        "最近一次消费：{date}，距截止日期 {days} 天：R 得 {score} 分（满分 {levels} 分）",
    ),
    "explain_recency_up": ("R {score} up to {days}", "{days} 天以内得 {score} 分"),
    "explain_recency_down": ("R {score} from {date} on if nothing is bought", "若不再购买，{date} 起降为 {score} 分"),
    "explain_frequency": (
        "Frequency: {orders} ({how}): F {score} of {levels}",
        "消费频率：{orders} 单（{how}）：F 得 {score} 分（满分 {levels} 分）",
    ),
    "explain_frequency_up": (
        "F {score} from {orders} on ({more} more)",
        "满 {orders} 单得 {score} 分（还差 {more} 单）",
    ),
    "explain_frequency_down": ("F {score} up to {orders}", "{orders} 单及以下得 {score} 分"),
    "explain_monetary": (
        "Spend: {money} ({how}): M {score} of {levels}",
        "消费金额：{money}（{how}）：M 得 {score} 分（满分 {levels} 分）",
    ),
    "explain_monetary_up": ("M {score} from {money} on ({more} more)", "满 {money} 得 {score} 分（还差 {more}）"),
    "explain_monetary_down": ("M {score} up to {money}", "{money} 及以下得 {score} 分"),
    "by_order": ("distinct orders", "按订单号计"),
    "by_day": ("days with a purchase", "按有购买的天数计"),
    "no_refunds": ("no refunds", "无退款"),
    "refunds_net": ("refunds of {refunded} taken off", "已扣除退款 {refunded}"),
    "refunds_ignore": ("refunds not taken off", "未扣除退款"),
    "refunds_drop": ("refunds left out", "退款已剔除"),
    "way_to": ("Upgrade to {to}: {ways}", "升为{to}：{ways}"),
    "way_or": ("{one}, or {other}", "{one}，或{other}"),
    "way_order": ("one more order of any amount", "再下一单（金额不限）"),
    "way_order_money": ("one more order of at least {money}", "再下一单，金额不低于 {money}"),
    "way_orders": ("{orders} more orders of any amount", "再下 {orders} 单（金额不限）"),
    "way_orders_money": (
        "{orders} more orders of at least {money} together",
        "再下 {orders} 单，合计不低于 {money}",
    ),
    "way_days": ("{orders} more orders of any amount, each on another day", "再分 {orders} 天各下一单（金额不限）"),
    "way_days_money": (
        "{orders} more orders of at least {money} together, each on another day",
        "再分 {orders} 天各下一单，合计不低于 {money}",
    ),
    "way_addition": ("{money} more on the orders placed so far", "在已有订单上加购 {money}"),
    "way_by": ("{way} by {date}", "最迟 {date} {way}"),
    "way_best": ("Upgrade: none, this is the best segment", "升级：已是最好的客户群"),
    "way_none": (
        "Upgrade: none, no order and no money leads to a better segment",
        "升级：无论下单还是加购，都没有更好的客户群可升",
    ),
    "way_down": (
        "Downgrade: {to} on {date} if nothing is bought (days left: {days})",
        "降级：若不再购买，{date} 将变为{to}（还剩 {days} 天）",
    ),
    "way_stays": ("Downgrade: none, waiting changes nothing any more", "降级：不再购买也不会再变"),
    "explain_purchases": ("Last purchases: {purchases}", "最近的购买：{purchases}"),
    "explain_refunds": ("Last refunds: {refunds}", "最近的退款：{refunds}"),
    "explain_cuts_own": (
        "The cuts are those of all {customers} customers and are held fixed; a purchase is judged on its own day.",
        "分界值取自全部 {customers} 位客户，并保持不变；新的购买按购买当日评分。",
    ),
    "explain_cuts_alone": (
        "The cuts are those of the only customer in the data and are held fixed; a purchase is judged on its own day.",
        "数据中只有这一位客户，分界值即取自该客户，并保持不变；新的购买按购买当日评分。",
    ),
    "explain_cuts_given": (
        "The cuts are those of the scorer given and are held fixed; a purchase is judged on its own day.",
        "分界值取自所给的评分器，并保持不变；新的购买按购买当日评分。",
    ),
}

WORDS: dict[str, tuple[str, str]] = {**_SLIPS, **_EXPLAIN}
