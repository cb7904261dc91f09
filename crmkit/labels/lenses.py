"""Words of the customer-base audit."""

WORDS = {
    "customer_base_audit": ("profit of customers by period and cohort", "客户利润（按期间与同期群）"),
    "definition_customer_base_audit_numerator": (
        "profit of customers with a purchase in the period: {basis}; refunds of other customers are returns",
        "本期有购买的客户的利润：{basis}；其他客户的退款另列为退货",
    ),
    "definition_customer_base_audit_denominator": (
        "customers with a purchase in the period (active); of a cohort: all whose first purchase was in its period",
        "本期有购买的客户（活跃客户）；同期群：首次购买在该期间的全部客户",
    ),
    "definition_customer_base_audit_window": (
        "calendar periods, from {first} on; the first one also holds customers who may have bought before the data "
        "begin",
        "自然期间，自 {first} 起；首期可能包含数据开始之前就买过的客户",
    ),
    "definition_customer_base_audit_exclusions": (
        "customers who only ever returned things; lenses 1 and 2 take complete periods only",
        "只有退款的客户；第 1、2 个视角只取完整期间",
    ),
    "definition_customer_base_audit_formula": (
        "profit = customers x share active x orders x order value x margin rate; total = profit + returns",
        "利润 = 客户数 × 活跃比例 × 人均订单数 × 客单价 × 利润率；合计 = 利润 + 退货",
    ),
    "lens_cost": ("revenue less cost", "收入减成本"),
    "lens_revenue": ("revenue", "收入"),
    "lens_rate": ("revenue x {rate}", "收入 × {rate}"),
    "lens_distribution": (
        "In {period}, {customers} customers brought {profit}; the best tenth of them brought {share} of the profit.",
        "{period}：{customers} 位客户带来利润 {profit}，其中最好的十分之一贡献了 {share}。",
    ),
    "lens_change": (
        "From {before} to {after} profit changed by {change}; the largest part, {part}, comes from {factor}. "
        "{both} customers bought in both.",
        "从 {before} 到 {after}，利润变化 {change}，其中影响最大的是{factor}（{part}）；两期都购买的客户有 {both} 位。",
    ),
    "lens_cohort": (
        "Of the profit from the {customers} customers of {cohort}, {later} came after the period of their first "
        "purchase.",
        "{cohort} 的 {customers} 位新客户所带来的利润中，{later} 来自首购期之后。",
    ),
    "lens_cohorts": (
        "In its first period a customer of {last} brought {value_last}, one of {first} {value_first}.",
        "首购期内，{last} 的新客户人均利润 {value_last}，{first} 的为 {value_first}。",
    ),
    "lens_one_cohort": ("All customers are of one cohort, {first}.", "全部客户属于同一个同期群：{first}。"),
    "lens_whole": (
        "Of the profit of {period}, {share} came from customers who first bought before it.",
        "{period} 的利润中，{share} 来自此前已是客户的人。",
    ),
    "lens_depth": (
        "Of {customers} customers {second} have bought a second time so far, and of these {third} a third time.",
        "{customers} 位客户中，至今 {second} 有第二次购买，其中 {third} 又有第三次。",
    ),
    "factor_customers": ("the number of customers", "客户数"),
    "factor_orders_per_customer": ("orders per customer", "人均订单数"),
    "factor_order_value": ("the order value", "客单价"),
    "factor_margin_rate": ("the margin rate", "利润率"),
    "tenth": ("tenth", "十分位"),
    "orders_per_customer": ("orders per customer", "人均订单数"),
    "order_value": ("order value", "客单价"),
    "margin_rate": ("margin rate", "利润率"),
    "active_share": ("share active", "活跃比例"),
    "column_profit": ("profit", "利润"),
    "profit_share": ("share of profit", "利润占比"),
    "cumulative_profit": ("profit per customer so far", "人均累计利润"),
    "went_on": ("went on to the next", "进入下一次的比例"),
    "contribution": ("contribution to the change", "对变化的贡献"),
    "in_both": ("bought in both", "两期都购买"),
    "only_before": ("bought in the first only", "仅前一期购买"),
    "move_new": ("new", "新客户"),
    "move_returned": ("back after a pause", "中断后回来"),
    "trial": ("trial", "首次购买"),
    "first_repeat": ("first repeat", "第一次重购"),
    "second_repeat": ("second repeat", "第二次重购"),
    "later_repeats": ("later repeats", "更多次重购"),
    "depth": ("depth of repeat", "重购深度"),
    "plot_profit_by_cohort": ("profit by cohort", "各同期群的利润"),
    # columns of its tables
    "column_active": ("active customers", "活跃客户数"),
    "column_age": ("age", "账龄"),
    "column_factor": ("factor", "因素"),
    "column_move": ("move", "变动"),
    "column_profit_after": ("profit after", "后期利润"),
    "column_profit_before": ("profit before", "前期利润"),
}
