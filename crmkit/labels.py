"""Every word that a user sees, in English and in Chinese, by stable key.

The data carry keys ("champions", "no_purchase"); people read labels. A key that is not listed here is
shown as it is, so that groups of a user's own keep their own names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from crmkit import _checks

Language: TypeAlias = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")

_LEDGER = {
    "input": ("rows that came in", "读入的记录"),
    "duplicate": ("exact duplicate rows, dropped", "完全重复的记录（已删除）"),
    "no_customer": ("without a customer id", "缺少客户编号"),
    "no_date": ("without a date", "缺少日期"),
    "unreadable_date": ("date not readable", "日期无法识别"),
    "ambiguous_date": ("day and month not told apart", "日、月顺序不明"),
    "no_amount": ("without an amount", "缺少金额"),
    "after_as_of": ("after the as-of date", "晚于截止日期"),
    "zero_amount": ("zero amounts, dropped", "金额为零（已删除）"),
    "refund": ("refunds, dropped", "退款（已删除）"),
    "refund_money": ("refund money, not counted", "退款金额（不计入）"),
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

_VALUE = {
    "p_alive": ("probability of being a customer", "仍为客户的概率"),
    "expected_purchases": ("expected purchases", "预期购买次数"),
    "p_purchase": ("probability of a purchase", "购买概率"),
    "standard_error": ("standard error", "标准误"),
    "estimate": ("estimate", "估计值"),
    "log_likelihood": ("log-likelihood", "对数似然"),
    "historical_clv": ("historical value", "历史客户价值"),
    "period": ("period", "期"),
    "time": ("time of payment", "付款时点"),
    "survival": ("still a customer", "留存概率"),
    "discount_factor": ("discount factor", "贴现因子"),
    "present_value": ("present value", "现值"),
    "cumulative": ("cumulative", "累计"),
    "lever": ("lever", "杠杆"),
    "improved": ("improved", "改进后"),
    "clv": ("lifetime value", "客户终身价值"),
    "residual_clv": ("lifetime value still to come", "剩余客户终身价值"),
    "change_share": ("change, share", "变化率"),
    "elasticity": ("elasticity", "弹性"),
    "retention_rate": ("retention rate", "客户保持率"),
    "discount_rate": ("discount rate", "贴现率"),
    "acquisition_cost": ("acquisition cost", "获客成本"),
    "cohort": ("cohort", "同期群"),
    "cohort_age": ("periods since first purchase", "距首购期数"),
    "value_per_customer": ("value per customer acquired", "每位获客累计价值"),
    "complete": ("period complete", "该期是否完整"),
    "expected_spend": ("expected spend per purchase", "预期单次消费额"),
    "median_spend": ("median spend per purchase", "单次消费额中位数"),
    "p_active": ("probability of renewing throughout", "持续续约概率"),
    "expected_renewals": ("expected renewals", "预期续约次数"),
    "discounted_residual_lifetime": ("discounted residual lifetime", "贴现剩余寿命"),
    "residual_clv_low": ("lifetime value still to come, low", "剩余客户终身价值下限"),
    "residual_clv_high": ("lifetime value still to come, high", "剩余客户终身价值上限"),
    "model": ("model", "模型"),
    "parameters": ("parameters", "参数个数"),
    "aic": ("AIC", "AIC"),
    "bic": ("BIC", "BIC"),
    "predicted": ("predicted", "预测总量"),
    "bias": ("bias", "偏差"),
    "bias_share": ("bias, share", "偏差率"),
    "mae": ("mean absolute error", "平均绝对误差"),
    "rmse": ("root mean squared error", "均方根误差"),
    "lift": ("lift of the top tenth", "前10%提升度"),
    "origin": ("end of the past", "历史截止日"),
    "last_period": ("as in the last period", "与上期相同"),
    "same_for_all": ("the same for all", "全体平均"),
    "expected": ("expected", "预测"),
    "actual": ("actual", "实际"),
    "expected_cumulative": ("expected, cumulative", "累计预测"),
    "actual_cumulative": ("actual, cumulative", "累计实际"),
    "end_date": ("last day", "期末日期"),
    "holdout": ("holdout", "留出期"),
    "repeat_purchases": ("repeat purchases", "重复购买次数"),
    "date": ("date", "日期"),
    "purchase": ("purchase", "购买"),
    "discounted_purchases": ("discounted purchases to come", "贴现未来购买次数"),
}

# Texts of pictures; {words} are filled in.
_PLOTS = {
    "money": ("money", "金额"),
    "plot_money": ("{what}, in the currency of the data", "{what}（数据的货币单位）"),
    "plot_cells": ("in each cell: {what}", "格内数字：{what}"),
    "plot_recency_score": (
        "recency score R, points (higher: more recent)",
        "最近一次消费得分 R（分，越高离现在越近）",
    ),
    "plot_frequency_score": (
        "frequency score F, points (higher: more orders)",
        "消费频率得分 F（分，越高订单越多）",
    ),
    "plot_both_shares": ("share of all customers, share of all money (%)", "占全部客户、全部金额的比例（%）"),
    "plot_shares_either_way": (
        "← share of all customers (%)      share of all money (%) →",
        "← 占全部客户的比例（%）      占全部金额的比例（%） →",
    ),
    "plot_gini": ("Gini coefficient {gini}", "基尼系数 {gini}"),
    "plot_top_holds": ("top {customers} of customers: {money} of money", "前 {customers} 的客户占金额的 {money}"),
    "plot_top_needed": ("{money} of money: top {customers} of customers", "{money} 的金额来自前 {customers} 的客户"),
    "plot_equal": ("all customers alike", "所有客户都一样"),
    "plot_customers_from_least": (
        "customers, from the least money to the most (cumulative %)",
        "客户累计占比（%，按金额从少到多）",
    ),
    "plot_cumulative_money": ("their money (cumulative %)", "金额累计占比（%）"),
    "plot_cumulative_repeats": ("repeat purchases since the start", "累计重复购买次数"),
    "plot_period_repeats": ("repeat purchases in the period", "每期重复购买次数"),
    "plot_from_here": ("not seen by the model", "模型未见的时期"),
    "plot_mean_in_holdout": ("purchases per customer in the holdout", "留出期内人均购买次数"),
    "plot_repeats_before": ("repeat purchases before the holdout", "留出期之前的重复购买次数"),
    "plot_named_number": ("{what}: {amount}", "{what}：{amount}"),
    "plot_lines": ("lines: {what}", "等值线：{what}"),
    "plot_p_alive": ("P(alive), %", "仍为客户的概率（%）"),
}

_WORDS: Mapping[str, tuple[str, str]] = {
    **_LEDGER, **_NOTES, **_COLUMNS, **_HEADLINE, **_SEGMENTS, **_TIERS, **_CAMPAIGN, **_ACCOUNTS, **_MOVES,
    **_VALUE, **_PLOTS,
}  # fmt: skip


def text(key: str, language: Language = "en") -> str:
    """The label of a key; the key itself where it is nobody's but the user's.

    >>> text("used"), text("used", "zh"), text("my own group")
    ('used', '实际使用', 'my own group')
    """
    _checks.choice("language", language, LANGUAGES)
    words = _WORDS.get(key)
    return key if words is None else words[LANGUAGES.index(language)]


def texts(keys: Iterable[str], language: Language = "en") -> list[str]:
    """The labels of several keys.

    >>> texts(["rows", "amount"], "zh")
    ['记录数', '金额']
    """
    return [text(key, language) for key in keys]
