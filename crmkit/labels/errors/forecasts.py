"""Words for the errors of forecasts."""

from __future__ import annotations

WORDS = {
    "longer_duration": ("a duration above 0", "大于 0 的时长"),
    "level_below_one": (
        "{name_given} would need an interval without end. Give less, such as {name_example}.",
        "{name_given} 意味着区间没有尽头。请给出小于 1 的值，例如 {name_example}。",
    ),
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
}
