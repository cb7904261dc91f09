"""Words of definitions, rates and movements."""

_CARDS = {
    "measure": ("measure", "指标"),
    "numerator": ("numerator", "分子"),
    "denominator": ("denominator", "分母"),
    "window": ("window", "时间窗口"),
    "exclusions": ("left out", "不计入"),
    "formula": ("formula", "公式"),
    "day": ("day", "日"),
    "week": ("week", "周"),
    "week_sunday": ("week from Sunday", "周（自周日起）"),
    "month": ("month", "月"),
    "quarter": ("quarter", "季度"),
    "year": ("year", "年"),
    "definition_calendar": ("each calendar {period}", "每个自然{period}"),
    "definition_rolling": ("each {period} back from the as-of date", "自截止日期起逐{period}向前滚动"),
    "definition_fiscal": ("each {period} of a fiscal year from month {month}", "财年自 {month} 月开始，逐{period}计算"),
    "definition_base_active": ("customers with a purchase in the period before", "上一期有购买的客户"),
    "definition_base_ever": ("all customers with a purchase before the period", "本期之前有过购买的全部客户"),
}

_WINDOW = ("{each}, from {first} on", "{each}，数据始于 {first}")
_RATES = (
    "retention rate = retained / start; churn rate = 1 - retention rate; {level} % intervals after Wilson",
    "保持率 = 保持客户数 / 期初客户数；流失率 = 1 - 保持率；区间为 {level}% Wilson 区间",
)
_REVENUE_RATES = (
    "GRR = (start - churned - contraction) / start; NRR = GRR + expansion / start",
    "GRR =（期初 - 流失 - 减购）/ 期初；NRR = GRR + 增购 / 期初",
)
_REVENUE_KEPT = (
    "start less churned and contraction (GRR), with expansion (NRR)",
    "期初收入减去流失与减购（GRR），再加增购（NRR）",
)

_RATE_CARDS = {
    "customer_rates": ("retention and churn of customers", "客户保持率与客户流失率"),
    "definition_customer_rates_numerator": (
        "of these, customers with a purchase in the period (retention) or without (churn)",
        "其中本期有购买（保持）或没有购买（流失）的客户",
    ),
    "definition_customer_rates_denominator": ("{base}", "{base}"),
    "definition_customer_rates_window": _WINDOW,
    "definition_customer_rates_exclusions": (
        "new customers; refunds, which are no purchases; periods that are not over; purchases before {first}, so that "
        "a customer is new at the first purchase since then",
        "新客户；退款（不算购买）；尚未结束的期间；{first} 之前的购买（此后的首次购买即算新客户）",
    ),
    "definition_customer_rates_formula": _RATES,
    "revenue_retention": (
        "movements of revenue, and its retention, gross (GRR) and net (NRR)",
        "收入变动与收入留存率：毛留存（GRR）、净留存（NRR）",
    ),
    "definition_revenue_retention_numerator": _REVENUE_KEPT,
    "definition_revenue_retention_denominator": (
        "start: revenue of the period before from customers with a purchase in it",
        "期初：上一期有购买的客户在上一期的收入",
    ),
    "definition_revenue_retention_window": _WINDOW,
    "definition_revenue_retention_exclusions": (
        "new customers; reactivated ones (but for the NRR that names them); refunds of customers without a purchase in "
        "the period, which stand apart as returns; periods that are not over",
        "新客户；回流客户（注明含回流的 NRR 除外）；本期无购买客户的退款（另列为退货）；尚未结束的期间",
    ),
    "definition_revenue_retention_formula": (
        f"{_REVENUE_RATES[0]}; {{level}} % intervals of ratios over customers (Cochran)",
        f"{_REVENUE_RATES[1]}；区间为按客户计的比率估计的 {{level}}% 区间（Cochran）",
    ),
    "contract_rates": ("retention and churn of customers under contract", "合同客户的保持率与流失率"),
    "definition_contract_rates_numerator": (
        "of these, customers with a contract on the last day of the period (retention) or without (churn)",
        "其中本期最后一天有合同（保持）或没有合同（流失）的客户",
    ),
    "definition_contract_rates_denominator": (
        "customers with a contract on the last day of the period before",
        "上一期最后一天有合同的客户",
    ),
    "definition_contract_rates_window": _WINDOW,
    "definition_contract_rates_exclusions": (
        "new customers; contracts that lie within one period; ends after the as-of date; periods that are not over",
        "新客户；起止都在同一期内的合同；晚于截止日期的终止；尚未结束的期间",
    ),
    "definition_contract_rates_formula": _RATES,
    "contract_renewals": ("renewal of contracts", "合同续约率"),
    "definition_contract_renewals_numerator": (
        "of these, customers with a contract on the day after the last of these ends",
        "其中在本期内最后一次到期的次日仍有合同的客户",
    ),
    "definition_contract_renewals_denominator": (
        "customers with a contract that ended in the period and before the as-of date",
        "本期内、截止日期之前有合同到期的客户",
    ),
    "definition_contract_renewals_window": _WINDOW,
    "definition_contract_renewals_exclusions": (
        "contracts without an end, or with one on the as-of date or later; rates of periods whose next day is not seen",
        "未约定终止日或终止日不早于截止日期的合同；次日尚未出现的期间不计算续约率",
    ),
    "definition_contract_renewals_formula": (
        "renewal rate = renewed / due; {level} % intervals after Wilson",
        "续约率 = 续约客户数 / 到期客户数；区间为 {level}% Wilson 区间",
    ),
    "contract_revenue": (
        "movements of recurring revenue, and its retention, gross (GRR) and net (NRR)",
        "经常性收入变动与留存率：毛留存（GRR）、净留存（NRR）",
    ),
    "definition_contract_revenue_numerator": _REVENUE_KEPT,
    "definition_contract_revenue_denominator": (
        "start: revenue of the contracts that run on the last day of the period before",
        "期初：上一期最后一天有效合同的收入",
    ),
    "definition_contract_revenue_window": _WINDOW,
    "definition_contract_revenue_exclusions": (
        "new customers; reactivated ones (but for the NRR that names them); contracts that lie within one period; "
        "periods that are not over",
        "新客户；回流客户（注明含回流的 NRR 除外）；起止都在同一期内的合同；尚未结束的期间",
    ),
    "definition_contract_revenue_formula": _REVENUE_RATES,
}

_COLUMNS = {
    "start": ("at the start", "期初"),
    "end": ("at the end", "期末"),
    "reactivated": ("reactivated", "回流"),
    "retention_low": ("retention rate, low", "客户保持率下限"),
    "retention_high": ("retention rate, high", "客户保持率上限"),
    "churn_rate": ("churn rate", "客户流失率"),
    "churn_low": ("churn rate, low", "客户流失率下限"),
    "churn_high": ("churn rate, high", "客户流失率上限"),
    "expansion": ("expansion", "增购"),
    "contraction": ("contraction", "减购"),
    "churned": ("churned", "流失"),
    "returns": ("returns", "退货"),
    "grr": ("gross revenue retention (GRR)", "毛收入留存率（GRR）"),
    "grr_low": ("GRR, lower end", "总收入留存率下限"),
    "grr_high": ("GRR, upper end", "总收入留存率上限"),
    "nrr_low": ("NRR, lower end", "净收入留存率下限"),
    "nrr_high": ("NRR, upper end", "净收入留存率上限"),
    "nrr": ("net revenue retention (NRR)", "净收入留存率（NRR）"),
    "nrr_reactivated": ("NRR with reactivated customers", "含回流客户的 NRR"),
    "expanded": ("expanded", "增购客户数"),
    "unchanged": ("unchanged", "持平"),
    "contracted": ("contracted", "减购客户数"),
    "came_and_left": ("came and left within the period", "期内新进又离开"),
    "due": ("contracts due", "到期客户数"),
    "renewed": ("renewed", "续约客户数"),
    "renewal_rate": ("renewal rate", "续约率"),
    "renewal_low": ("renewal rate, low", "续约率下限"),
    "renewal_high": ("renewal rate, high", "续约率上限"),
    "movement": ("movement", "变动"),
    "movement_label": ("movement", "变动"),
    "now": ("now", "本期"),
    "movement_new": ("new", "新客户"),
    "movement_reactivated": ("reactivated", "回流"),
    "movement_expansion": ("expansion", "增购"),
    "movement_unchanged": ("unchanged", "持平"),
    "movement_contraction": ("contraction", "减购"),
    "movement_churned": ("churned", "流失"),
    "movement_returns": ("refunds only", "仅有退款"),
    # columns of its tables
    "column_size": ("size", "规模"),
}

_PICTURES = {
    "plot_movement_money": ("change of revenue", "收入增减"),
    "plot_movement_customers": ("change of customers (number)", "客户数增减（人）"),
    "plot_net_change": ("net change", "净变化"),
    "plot_not_over": ("not over yet", "尚未结束"),
    "plot_rate": ("{what} (%), band: {level} % interval", "{what}（%），阴影：{level}% 区间"),
}

WORDS: dict[str, tuple[str, str]] = {**_CARDS, **_RATE_CARDS, **_COLUMNS, **_PICTURES}
