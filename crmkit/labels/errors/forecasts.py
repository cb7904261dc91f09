"""Words for the errors of forecasts."""

from __future__ import annotations

WORDS = {
    "longer_duration": ("a duration above 0", "大于 0 的时长"),
    "calendar_too_short": (
        "the past of {span:,} days is too short to tell a season from a trend: that takes {needed:,} days. Give the "
        "events alone: crmkit.clv.PurchaseCalendar(seasons=None, events=...).",
        "{span:,} 天的历史太短，无法区分季节性与趋势：至少需要 {needed:,} 天。可只给出活动日："
        "crmkit.clv.PurchaseCalendar(seasons=None, events=...)。",
    ),
    "bought_when_closed": (
        "somebody bought on {day}, which is said to have been closed ({n} such days). Correct closures=.",
        "{day} 有客户购买，但该日被标为歇业（共 {n} 天如此）。请更正 closures=。",
    ),
    "closure": ("a date, or a pair of first and last date", "日期，或首末两个日期"),
    "calendar_needs_as_of": (
        "the day on which T ends, because a calendar needs to know where in the year it is",
        "T 截止的日期，因为日历需要知道当前处于一年中的什么时候",
    ),
    "calendar_not_fitted": (
        "this calendar has no factors yet. Call calendar.fit(transactions) first.",
        "该日历尚未估计系数。请先调用 calendar.fit(transactions)。",
    ),
    "package_missing_calendar": (
        "the dates of Lunar New Year need the package holidays: pip install 'crmkit[calendar]', or give the dates "
        "yourself, as events=dict(lunar_new_year=[...]).",
        "农历新年的日期需要 holidays 包：pip install 'crmkit[calendar]'，或自行给出日期："
        "events=dict(lunar_new_year=[...])。",
    ),
    "spend_does_not_repeat": (
        "nobody bought twice, so the spend of single purchases does not tell customers apart. Give the money per "
        "purchase: spend=25.0.",
        "没有客户购买两次，无法由单次消费区分客户。请直接给出单次消费额：spend=25.0。",
    ),
    "spend_not_above_zero": (
        "all spend together is not above 0, so there is no mean spend. Check the amounts and how refunds are treated.",
        "全部消费额合计不大于 0，没有平均消费可言。请检查金额及退款处理方式。",
    ),
    "spend_column_of_transactions": (
        "{name_given} names a column, which transactions do not have per customer. Give a model, a number, or a table "
        "of customers instead of transactions.",
        "{name_given} 是列名，而交易数据没有每位客户一行的列。请给出模型或数值，或改传客户汇总表。",
    ),
    "portfolio_needs_model": (
        "a table of customers needs a fitted model: purchases=crmkit.clv.BGNBD().fit(customers). Or pass transactions.",
        "客户汇总表需要已拟合的模型：purchases=crmkit.clv.BGNBD().fit(customers)。或改传交易数据。",
    ),
}
