"""Words of the foundation: ledger, customers, segments, tiers, campaigns, accounts, moves."""

_LEDGER = {
    "input": ("rows that came in", "读入的记录"),
    "duplicate": ("exact duplicate rows, dropped", "完全重复的记录（已删除）"),
    "filtered": ("left out by the row filter", "被行筛选条件排除"),
    "no_customer": ("without a customer id", "缺少客户编号"),
    "no_date": ("without a date", "缺少日期"),
    "unreadable_date": ("date not readable", "日期无法识别"),
    "ambiguous_date": ("day and month not told apart", "日、月顺序不明"),
    "no_amount": ("without an amount", "缺少金额"),
    "after_as_of": ("after the as-of date", "晚于截止日期"),
    "zero_amount": ("zero amounts, dropped", "金额为零（已删除）"),
    "refund": ("refunds, dropped", "退款（已删除）"),
    "refund_money": ("refund money, not counted", "退款金额（不计入）"),
    "refund_column": ("refunds beside the amounts, taken off", "退款列（已从金额中扣除）"),
    "left_out_of_amount": ("tax, shipping and the like, left out", "税费、运费等（不计入金额）"),
    "no_purchase": ("by customers with returns only", "只有退货、没有购买的客户的记录"),
    "used": ("used", "实际使用"),
}

_NOTES = {
    "zero_amount_kept": ("zero amounts, counted as purchases", "金额为零（按购买计）"),
    "refund_netted": ("refunds, taken off spend", "退款（从消费额中扣除）"),
    "refund_kept": ("refunds, kept without their money", "退款（保留记录，金额不计）"),
    "refunded_beyond_spend": ("customers whose refunds exceed their purchases", "退款超过购买额的客户"),
    "exact_duplicate": ("rows that repeat another one exactly", "与其他记录完全相同的记录"),
}

_COLUMNS = {
    "step": ("step", "步骤"),
    "note": ("note", "说明"),
    "rows": ("rows", "记录数"),
    "customers": ("customers", "客户数"),
    "amount": ("amount", "金额"),
    "customer_id": ("customer", "客户编号"),
    "orders": ("orders", "订单数"),
    "first_date": ("first purchase", "首次购买日期"),
    "last_date": ("last purchase", "最近购买日期"),
    "recency": ("days since last purchase", "距最近一次消费天数"),
    "frequency": ("orders", "消费频率（订单数）"),
    "monetary": ("spend", "消费金额"),
    "mean_order": ("mean order", "平均订单金额"),
    "tenure": ("days since first purchase", "客户年龄（天）"),
    "margin": ("margin", "毛利"),
    "r_score": ("R score", "R 得分"),
    "f_score": ("F score", "F 得分"),
    "m_score": ("M score", "M 得分"),
    "rfm": ("RFM code", "RFM 编码"),
    "rfm_sum": ("RFM sum", "RFM 总分"),
    "rfm_weighted": ("weighted RFM score", "RFM 加权得分"),
    "segment": ("segment", "客户群"),
    "segment_label": ("segment", "客户群"),
    "tier": ("tier", "客户层级"),
    "tier_label": ("tier", "客户层级"),
    "customer_share": ("share of customers", "客户占比"),
    "value": ("value", "价值"),
    "value_share": ("share of value", "价值占比"),
    "mean_value": ("mean value", "平均价值"),
    "mean_margin": ("mean margin", "平均毛利"),
    "mean_recency": ("mean days since last purchase", "平均距最近一次消费天数"),
    "mean_frequency": ("mean orders", "平均消费频率"),
    "mean_monetary": ("mean spend", "平均消费金额"),
    "x": ("repeat purchase days", "重复购买天数"),
    "t_x": ("days from first to last purchase", "首末次购买间隔（天）"),
    "T": ("days observed", "观察期（天）"),
    "m_x": ("mean spend of repeat days", "重复购买日均消费"),
}

_HEADLINE = {
    "revenue": ("revenue", "销售额"),
    "headline_period": ("period", "数据期间"),
    "as_of": ("past ends", "截止日期"),
    "headline_top": ("revenue from the best 20 % of customers", "前 20% 客户的销售额占比"),
    "headline_reach": ("customers who bring 80 % of revenue", "贡献 80% 销售额的客户占比"),
    "written": ("written to", "已写入"),
    "input_source": ("input", "数据来源"),
    "roles": ("columns", "所用列"),
    "gini": ("Gini coefficient", "基尼系数"),
}

_SEGMENTS = {
    # the eight groups of Chinese textbooks
    "important_value": ("Important value", "重要价值客户"),
    "important_keep": ("Important keep", "重要保持客户"),
    "important_develop": ("Important develop", "重要发展客户"),
    "important_win_back": ("Important win-back", "重要挽留客户"),
    "general_value": ("General value", "一般价值客户"),
    "general_keep": ("General keep", "一般保持客户"),
    "general_develop": ("General develop", "一般发展客户"),
    "general_win_back": ("General win-back", "一般挽留客户"),
    # the eleven of English-language tools
    "champions": ("Champions", "冠军客户"),
    "loyal": ("Loyal", "忠诚客户"),
    "potential_loyalist": ("Potential loyalists", "潜在忠诚客户"),
    "new": ("New", "新客户"),
    "promising": ("Promising", "有潜力客户"),
    "needs_attention": ("Need attention", "需要关注客户"),
    "about_to_sleep": ("About to sleep", "即将沉睡客户"),
    "at_risk": ("At risk", "流失风险客户"),
    "cannot_lose": ("Cannot lose", "不能流失客户"),
    "hibernating": ("Hibernating", "沉睡客户"),
    "lost": ("Lost", "流失客户"),
}

_TIERS = {
    "important": ("Important", "重要客户"),
    "secondary": ("Secondary", "次要客户"),
    "ordinary": ("Ordinary", "普通客户"),
    "small": ("Small", "小客户"),
    "top": ("Top", "顶端客户"),
    "large": ("Large", "大客户"),
    "medium": ("Medium", "中客户"),
    "platinum": ("Platinum", "铂金客户"),
    "gold": ("Gold", "黄金客户"),
    "iron": ("Iron", "铁质客户"),
    "lead": ("Lead", "铅质客户"),
    "A": ("A", "A类客户"),
    "B": ("B", "B类客户"),
    "C": ("C", "C类客户"),
}

_CAMPAIGN = {
    "mailed": ("mailed", "寄送人数"),
    "responses": ("responses", "响应人数"),
    "response_rate": ("response rate", "响应率"),
    "rate_low": ("response rate, low", "响应率下限"),
    "rate_high": ("response rate, high", "响应率上限"),
    "break_even_rate": ("break-even rate", "盈亏平衡响应率"),
    "index": ("break-even index", "盈亏平衡指数"),
    "roll_out": ("roll out", "是否推广"),
    "expected_profit": ("expected profit", "预期利润"),
    "problem": ("problem", "问题"),
    "overlap": ("overlap", "重叠"),
    "gap": ("gap", "遗漏"),
    "unreachable": ("unreachable", "无法达到"),
}

_ACCOUNTS = {
    "base": ("base spend", "基期消费"),
    "current": ("current spend", "本期消费"),
    "base_share": ("share of base spend", "基期消费占比"),
    "drop": ("drop", "降幅"),
    "at_stake": ("money at stake", "涉及金额"),
    "windows": ("earlier windows", "以往窗口数"),
    "noise": ("own noise", "自身波动"),
    "verdict": ("verdict", "判断"),
    "beyond_noise": ("beyond its own noise", "超出自身波动"),
    "within_noise": ("within its own noise", "在自身波动之内"),
    "too_short": ("past too short", "历史过短"),
}

_MOVES = {
    "before": ("before", "之前"),
    "after": ("after", "之后"),
    "direction": ("direction", "方向"),
    "up": ("up", "升级"),
    "down": ("down", "降级"),
    "same": ("same", "不变"),
    "moved": ("moved", "变动"),
    "joined": ("joined", "新进"),
    "left": ("left", "离开"),
    "absent": ("absent", "不在名单"),
    "value_before": ("value before", "之前价值"),
    "value_after": ("value after", "之后价值"),
    "change": ("change", "变化"),
}

SEGMENTS = frozenset([*_SEGMENTS, *_TIERS, "absent"])
WORDS = {
    **_LEDGER, **_NOTES, **_COLUMNS, **_HEADLINE, **_SEGMENTS, **_TIERS, **_CAMPAIGN, **_ACCOUNTS, **_MOVES,
}  # fmt: skip
