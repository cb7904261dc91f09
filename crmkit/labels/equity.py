"""Words of brand equity: switching, drivers of choice, what an improvement returns."""

_CARDS = {
    "brand_switching": ("switching between brands", "品牌转换"),
    "definition_brand_switching_numerator": ("those whose next purchase is of the brand", "下一次购买该品牌者"),
    "definition_brand_switching_denominator": ("those who bought the brand of the row last", "上次购买该行品牌者"),
    "definition_brand_switching_window": ("from one purchase to the next", "从一次购买到下一次购买"),
    "definition_brand_switching_exclusions": (
        "rows without one of both brands; days on which a customer bought several",
        "缺少其中一个品牌的行；客户同日购买多个品牌的日子",
    ),
    "definition_brand_switching_formula": (
        "share = number of the pair / number of the row; {level} % intervals after Wilson. It is no retention rate: "
        "who "
        "switches may come back",
        "比例 = 该组合的数量 / 该行的数量；Wilson {level}% 区间。它不是保持率：转换者可能回来",
    ),
    "improvement": ("return on an improvement", "改进的回报"),
    "definition_improvement_numerator": (
        "discounted margin of {brand} from a customer, its utility raised by {utility}, less that before",
        "{brand} 的效用提高 {utility} 后，一位客户带来的折现毛利减去之前的折现毛利",
    ),
    "definition_improvement_denominator": (
        "a customer of the category, by the brand bought last",
        "品类的一位客户，按上次购买的品牌",
    ),
    "definition_improvement_window": (
        "purchases after today, up to the horizon if one was given",
        "今天之后的购买，若给出期限则到期限为止",
    ),
    "definition_improvement_exclusions": ("what competitors do in answer; {cost}", "竞争对手的反应；{cost}"),
    "improvement_free": (
        "the cost, which was not given: no improvement is free, and a gain is no return",
        "成本（未给出）：任何改进都有代价，收益不等于回报",
    ),
    "improvement_costed": ("what the cost does not hold", "成本中未包含的部分"),
    "definition_improvement_formula": (
        "p' = p e^u / (p e^u + 1 - p) in each row; gain = value by the new matrix - value by the old one; return = "
        "(gain "
        "- cost) / cost",
        "每行 p' = p e^u / (p e^u + 1 - p)；收益 = 新矩阵下的价值 - 旧矩阵下的价值；回报率 =（收益 - 成本）/ 成本",
    ),
    "choice_drivers": ("drivers of brand choice", "品牌选择的驱动因素"),
    "definition_choice_drivers_numerator": (
        "how ratings change the odds that a brand is chosen",
        "评分如何改变品牌被选择的几率",
    ),
    "definition_choice_drivers_denominator": (
        "{n} choices among the brands that each customer rated",
        "{n} 个选择（在每位客户评分的品牌之间）",
    ),
    "definition_choice_drivers_window": ("as in the survey", "同调查"),
    "definition_choice_drivers_exclusions": ("choices with a rating missing: {left_out}", "缺少评分的选择：{left_out}"),
    "definition_choice_drivers_formula": (
        "odds of a brand = e^(sum of coefficient x rating); importance = size of coefficient x spread of the "
        "rating, as a "
        "share. What goes with choice need not cause it",
        "品牌的几率 = e^(系数 x 评分之和)；重要性 = 系数绝对值 x 评分离散度的占比。与选择相伴的因素不一定是原因",
    ),
}

WORDS = {
    **_CARDS,
    "last": ("bought last", "上次购买"),
    "next": ("bought next", "下次购买"),
    "share_before": ("share before", "改进前的比例"),
    "share_after": ("share after", "改进后的比例"),
    "gain": ("gain", "收益"),
    "gain_per_customer": ("gain per customer", "每位客户的收益"),
    "return_on_investment": ("return on investment", "投资回报率"),
    "driver": ("driver", "驱动因素"),
    "coefficient": ("coefficient", "系数"),
    "importance": ("importance", "重要性"),
    "share_effect": ("effect of one unit on the share", "评分提高一个单位对份额的影响"),
    "value_equity": ("value equity", "价值资产"),
    "brand_equity": ("brand equity", "品牌资产"),
    "relationship_equity": ("relationship equity", "关系资产"),
    "cost_of_attracting": ("cost of attracting", "吸引客户的成本"),
    "cost_of_selling": ("cost of selling", "推销成本"),
    "cost_of_serving": ("cost of serving", "服务成本"),
    "net_clv": ("lifetime value after costs", "扣除成本后的终身价值"),
    "plot_coefficient": ("utility per unit of the rating", "评分每提高一个单位的效用"),
    "plot_value_before_after": (
        "○ before, ● after: value of a customer to the brand",
        "○ 改进前，● 改进后：一位客户对该品牌的价值",
    ),
    "column_equity": ("equity", "资产类别"),
}
