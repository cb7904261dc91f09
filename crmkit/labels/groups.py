"""Words of the value matrix, the growth matrix and the revenue bridge."""

_QUADRANTS = {
    "value_platinum": ("Platinum", "白金客户"),
    "value_gold": ("Gold", "黄金客户"),
    "value_iron": ("Iron", "铁质客户"),
    "value_lead": ("Lead", "铅质客户"),
}

_VALUE_MATRIX = {
    "strategy_value_platinum": ("spare no effort to keep and grow them", "不遗余力保持和发展"),
    "strategy_value_gold": ("keep them at a high level", "高水平保持"),
    "strategy_value_iron": ("rebuild the relation, invest for growth", "再造客户关系，投入以求增长"),
    "strategy_value_lead": ("do not invest; let them go", "不再投入，解除关系"),
    "quadrant": ("quadrant", "象限"),
    "quadrant_label": ("quadrant", "象限"),
    "strategy": ("strategy", "策略"),
    "low": ("low", "低"),
    "high": ("high", "高"),
    "current_value": ("current value", "当前价值"),
    "current_value_share": ("share of current value", "当前价值占比"),
    "potential": ("growth potential", "增值潜力"),
    "potential_value": ("growth potential", "增值潜力"),
    "potential_value_share": ("share of growth potential", "增值潜力占比"),
    "value_as_listed": (
        "current value as the list has it (margin where all costs are known, otherwise revenue)",
        "名单中的当前价值（成本齐全时为毛利，否则为销售额）",
    ),
    "value_of_days": ("{measure} from {first} to {last}", "{first} 至 {last} 的{measure}"),
    "value_cut_above": ("{what}\nhigh: above {threshold} ({rule})", "{what}\n高：大于 {threshold}（{rule}）"),
    "value_cut_from": ("{what}\nhigh: {threshold} or more ({rule})", "{what}\n高：不低于 {threshold}（{rule}）"),
    "value_rule_median": ("the median", "中位数"),
    "value_rule_mean": ("the mean", "平均值"),
    "value_rule_quantile": ("the {share} quantile", "{share} 分位数"),
    "value_rule_given": ("as given", "给定值"),
}

_GROWTH_MATRIX = {
    "growth_loyalty": ("Loyalty", "客户忠诚"),
    "growth_expansion": ("Expansion", "客户扩充"),
    "growth_acquisition": ("Acquisition", "客户获取"),
    "growth_diversification": ("Diversification", "客户多样化"),
    "growth_no_product": ("No product stated", "未注明产品"),
    "growth_existing_customers": ("existing customers", "现有客户"),
    "growth_new_customers": ("new customers", "新客户"),
    "growth_existing_product": ("existing products", "现有产品"),
    "growth_new_product": ("new products", "新产品"),
    "growth_existing_category": ("existing categories", "现有品类"),
    "growth_new_category": ("new categories", "新品类"),
    "growth_revenue": (
        "revenue from {first} to {last}, share of all of it",
        "{first} 至 {last} 的销售额及其占比",
    ),
    "growth_existing_base": ("existing: bought from {first} to {last}", "现有：{first} 至 {last} 有购买"),
    "growth_existing_ever": ("existing: bought before {day}", "现有：{day} 之前有购买"),
    "growth_counts": ("customers: {customers}, orders: {orders}", "客户数 {customers}，订单数 {orders}"),
    "base_revenue": ("base revenue", "基期销售额"),
    "revenue_share": ("share of revenue", "销售额占比"),
}

_BRIDGE = {
    "bridge_base": ("Base period", "基期"),
    "bridge_lost": ("Lost", "流失"),
    "bridge_contracted": ("Contracted", "减购"),
    "bridge_unchanged": ("Unchanged", "持平"),
    "bridge_expanded": ("Expanded", "增购"),
    "bridge_reactivated": ("Reactivated", "回流"),
    "bridge_new": ("New", "新客户"),
    "bridge_returns_only": ("Refunds only", "仅有退款"),
    "bridge_current": ("Current period", "本期"),
    "bridge_customers": ("{n} cust.", "{n} 人"),
    "bridge_money": (
        "revenue, share of the base period",
        "销售额及其占基期的比例",
    ),
    "bridge_periods": (
        "base period {begin} to {end}, current period {first} to {last}",
        "基期 {begin} 至 {end}，本期 {first} 至 {last}",
    ),
    "no_product": ("no product stated", "未注明产品"),
    "no_category": ("no category stated", "未注明品类"),
    "no_channel": ("no channel stated", "未注明渠道"),
    # columns of its tables
    "column_by_cuts": ("by cuts", "按分界值"),
    "column_by_old_rule": ("by the old rule", "按旧规则"),
    "column_cell": ("cell", "象限"),
    "column_customer": ("customer", "客户"),
    "column_cuts_in": ("in by cuts", "分界值变动移入"),
    "column_cuts_out": ("out by cuts", "分界值变动移出"),
    "column_moved_in": ("moved in", "移入"),
    "column_moved_out": ("moved out", "移出"),
    "column_own_change": ("own change", "自身变化"),
}

_PERIODS = {
    "base_period": ("base period", "基期"),
    "current_period": ("current period", "本期"),
    "returns_only": ("only returns", "只有退货"),
    "cell_label": ("cell", "类别"),
}

SEGMENTS = frozenset(_QUADRANTS)
WORDS: dict[str, tuple[str, str]] = {**_QUADRANTS, **_VALUE_MATRIX, **_GROWTH_MATRIX, **_BRIDGE, **_PERIODS}
