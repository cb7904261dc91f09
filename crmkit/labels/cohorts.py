"""Words of cohorts."""

_COLUMNS = {
    "group": ("group", "分组"),
    "from_day": ("from day", "起始天"),
    "to_day": ("to day", "截止天"),
    "cohorts": ("cohorts", "同期群数"),
    "reached": ("customers who reached the age", "已达到该期龄的客户数"),
    "retained": ("retained customers", "留存客户数"),
    "cumulative_revenue": ("cumulative revenue", "累计销售额"),
    "chain_per_customer": ("cumulative revenue per customer, chain ladder", "人均累计销售额（链梯法）"),
    "cohort_chained": ("all cohorts, chain ladder", "全部同期群（链梯法）"),
    "cumulative_per_customer": ("cumulative revenue per customer", "人均累计销售额"),
    "state": ("state", "状态"),
}

_CELLS = {
    "cohort_partial": ("partial: can still change", "未完结：数值仍会变化"),
    "cohort_too_small": ("withheld: fewer than {least} customers", "不显示：客户不足 {least} 名"),
    "cohort_age_of_periods": (
        "age: {period}s since that of the first purchase",
        "期龄：距首购所在{period}的{period}数",
    ),
    "cohort_age_of_days": ("age: days since the customer's own first purchase", "期龄：距客户本人首购的天数"),
    "cohort_pooled": ("pooled", "合计"),
    "cohort_rows": ("first purchase (customers)", "首购时间（客户数）"),
    "cohort_row": ("{cohort} ({customers})", "{cohort}：{customers} 人"),
    "cohort_more_rows": (
        "... {rows} rows left out here; the Excel export has them all",
        "... 此处省略 {rows} 行；导出的 Excel 文件中有全部数据",
    ),
    "cohort_more_ages": (
        "... ages {first} to {last} left out here; the Excel export has them all",
        "... 此处省略期龄 {first} 至 {last}；导出的 Excel 文件中有全部数据",
    ),
}

_SHEETS = {
    "cohort_sheet_rates": ("rates", "保持率"),
    "cohort_sheet_counts": ("counts", "客户数"),
    "cohort_sheet_revenue": ("revenue", "销售额"),
    "cohort_sheet_per_customer": ("revenue per customer", "人均累计销售额"),
    "cohort_sheet_definition": ("definition", "定义"),
}

_REMARKS = {
    "cohort_note_newcomers": (
        "Whoever bought before the data begin ({date}) counts as new at the first purchase seen, so the first cohorts "
        "may hold older customers.",
        "数据始于 {date}；此前购买过的客户按数据中的第一次购买计为新客户，因此最早的同期群可能含有老客户。",
    ),
    "cohort_note_truncated": (
        "The data begin inside {cohort}: this cohort has only the customers from {date} on.",
        "数据始于 {cohort} 期间，该同期群只含 {date} 起的客户。",
    ),
    "cohort_note_running": (
        "{cohort} runs until {date}, after the as-of date, so its cells are partial and stay out of averages.",
        "{cohort} 到 {date} 才结束，晚于截止日期，相关单元格未完结，不计入平均值。",
    ),
    "cohort_note_rolling": (
        "Who has been quiet so far may still come back: every rate after age 0 is partial and grows as time passes, "
        "the recent ones most. For rates that stay as they are, use the kind bracket.",
        "至今未再购买的客户以后仍可能回来：首期之后的保持率都未完结，会随时间上升，越近期的上升越多；需要不再变化的数值时，请用"
        "区间留存（bracket）。",
    ),
}  # fmt: skip

_CUSTOMERS = ("all customers of the cohort: {members}", "同期群全部客户：{members}")
_REACHED = (
    "customers of the cohort who have reached the end of those days; cohort: {members}",
    "同期群中已走完该天数的客户；同期群：{members}",
)
_CALENDAR = ("{each}; age 0 is the one of the first purchase", "{each}；期龄 0 为首购所在{period}")
_OWN_CLOCK = (
    "days of each customer's own clock, both ends included; day 0 is that of the first purchase",
    "按每位客户自己的时钟计天数，首尾两天都包括在内；首购当天为第 0 天",
)
_CALENDAR_LEFT_OUT = (
    "refunds, which are no purchases; averages: periods that are not over{small}",
    "退款（不算购买）；平均值不含尚未结束的期间{small}",
)
_OWN_CLOCK_LEFT_OUT = (
    "refunds, which are no purchases; customers who have not reached the end; averages: cohorts of whom not everybody "
    "has{small}",
    "退款（不算购买）；尚未走完该天数的客户；平均值不含未全部走完的同期群{small}",
)
_FORMULA = (
    "retained / {of}; averages: sum of retained / sum of customers over complete cohorts; intervals: Wilson, {level} %",
    "留存客户数 / {of}；平均值：已完结同期群的留存客户数之和 / 客户数之和；区间为 {level}% Wilson 区间",
)

_MONEY = (
    "money of these customers from the first purchase to the end of that age; refunds as the transactions treat them, "
    "when they are booked",
    "这些客户自首购至该期龄结束的金额；退款按交易数据的设定处理，计入其入账的时间",
)
_MONEY_LEFT_OUT = (
    "customers without a purchase; averages: cohorts that have not completed the age{small}",
    "没有购买的客户；平均值不含尚未走完该期龄的同期群{small}",
)
_MONEY_FORMULA = (
    "cumulative revenue / {of}; averages: sum of revenue / sum of customers over cohorts that have completed the age",
    "累计销售额 / {of}；平均值：已走完该期龄的同期群的累计销售额之和 / 客户数之和",
)

_CARDS = {
    "cohort_revenue": ("cumulative revenue per customer", "人均累计销售额"),
    "definition_cohort_revenue_numerator": _MONEY,
    "definition_cohort_revenue_denominator": _CUSTOMERS,
    "definition_cohort_revenue_window": _CALENDAR,
    "definition_cohort_revenue_exclusions": _MONEY_LEFT_OUT,
    "definition_cohort_revenue_formula": _MONEY_FORMULA,
    "cohort_revenue_by_day": ("cumulative revenue per customer", "人均累计销售额"),
    "definition_cohort_revenue_by_day_numerator": _MONEY,
    "definition_cohort_revenue_by_day_denominator": _REACHED,
    "definition_cohort_revenue_by_day_window": _OWN_CLOCK,
    "definition_cohort_revenue_by_day_exclusions": _MONEY_LEFT_OUT,
    "definition_cohort_revenue_by_day_formula": _MONEY_FORMULA,
    "cohort_small": (
        "; cells of fewer than {least} customers are withheld, but count in averages",
        "；客户不足 {least} 名的单元格不显示，但计入平均值",
    ),
    "cohort_of_all": ("customers", "同期群客户数"),
    "cohort_of_reached": ("customers who have reached the end", "已走完的客户数"),
    "cohort_members": ("first purchase in the same {period}", "首购在同一{period}"),
    "cohort_members_channel": (
        "first purchase in the same {period} and channel (of several on that day, the first by name)",
        "首购在同一{period}且渠道相同（同日有多个时按名称取第一个）",
    ),
    "cohort_members_category": (
        "first purchase in the same {period} and category (of several on that day, the first by name)",
        "首购在同一{period}且品类相同（同日有多个时按名称取第一个）",
    ),
    "cohort_members_product": (
        "first purchase in the same {period} and product (of several on that day, the first by name)",
        "首购在同一{period}且产品相同（同日有多个时按名称取第一个）",
    ),
    "cohort_members_group": (
        "first purchase in the same {period}, and the same group of the given table",
        "首购在同一{period}且分组相同（按所给的表）",
    ),
    "cohort_classic": ("cohort retention rate (bought in the period)", "同期群保持率（当期有购买）"),
    "definition_cohort_classic_numerator": (
        "of these, customers with a purchase in the {period} of that age",
        "其中在该期龄的{period}有购买的客户",
    ),
    "definition_cohort_classic_denominator": _CUSTOMERS,
    "definition_cohort_classic_window": _CALENDAR,
    "definition_cohort_classic_exclusions": _CALENDAR_LEFT_OUT,
    "definition_cohort_classic_formula": _FORMULA,
    "cohort_rolling": ("cohort retention rate (bought in the period or later)", "同期群保持率（当期或以后有购买）"),
    "definition_cohort_rolling_numerator": (
        "of these, customers with a purchase in the {period} of that age or any later one up to the as-of date",
        "其中在该期龄的{period}或以后（截至截止日期）有购买的客户",
    ),
    "definition_cohort_rolling_denominator": _CUSTOMERS,
    "definition_cohort_rolling_window": _CALENDAR,
    "definition_cohort_rolling_exclusions": _CALENDAR_LEFT_OUT,
    "definition_cohort_rolling_formula": (
        "retained / customers; averages: sum of retained / sum of customers over cohorts whose period of that age is "
        "over; later purchases raise both; intervals: Wilson, {level} %",
        "留存客户数 / 同期群客户数；平均值：该期龄已结束的同期群的留存客户数之和 / 客户数之和；以后的购买会使两者上升；"
        "区间为 {level}% Wilson 区间",
    ),
    "cohort_n_day": ("N-day retention rate", "N日留存率"),
    "definition_cohort_n_day_numerator": (
        "of these, customers with a purchase exactly n days after their own first one",
        "其中在本人首购后第 n 天有购买的客户",
    ),
    "definition_cohort_n_day_denominator": _REACHED,
    "definition_cohort_n_day_window": _OWN_CLOCK,
    "definition_cohort_n_day_exclusions": _OWN_CLOCK_LEFT_OUT,
    "definition_cohort_n_day_formula": _FORMULA,
    "cohort_bracket": ("bracket retention rate", "区间留存率"),
    "definition_cohort_bracket_numerator": (
        "of these, customers with a purchase within those days after their own first one",
        "其中在本人首购后该天数区间内有购买的客户",
    ),
    "definition_cohort_bracket_denominator": _REACHED,
    "definition_cohort_bracket_window": _OWN_CLOCK,
    "definition_cohort_bracket_exclusions": _OWN_CLOCK_LEFT_OUT,
    "definition_cohort_bracket_formula": _FORMULA,
}

_PICTURES = {
    "plot_cohort_percent": ("{what}, %", "{what}（百分比，%）"),
    "plot_cohort_hatched": ("hatched: partial, can still change", "斜线：未完结，数值仍会变化"),
    "plot_cohort_blank": ("blank: not yet", "空白：尚未到期"),
    "plot_cohort_grey": ("grey dot: withheld, fewer than {least} customers", "灰底圆点：不显示，客户不足 {least} 名"),
    "plot_cohort_colours": ("colour: {what}, from 0 (light) to {top} (dark)", "颜色：{what}，由浅至深为 0 到 {top}"),
    "plot_cohort_left_out": ("periods that are not over are left out", "不含尚未结束的期间"),
    "plot_cohort_dashed": ("dashed, rings: partial, can still change", "虚线与空心圆：未完结，数值仍会变化"),
}

WORDS: dict[str, tuple[str, str]] = {**_COLUMNS, **_CELLS, **_SHEETS, **_REMARKS, **_CARDS, **_PICTURES}
