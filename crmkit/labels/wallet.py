"""Words of share of wallet, NBD norms, the NBD-Dirichlet and true concentration."""

_CARDS = {
    "nbd_norm": ("NBD norm of repeat buying", "NBD 重复购买常模"),
    "definition_nbd_norm_numerator": (
        "buyers of a period who buy again in the next one (repeat), or who did not buy in the one before (new)",
        "本期购买且下一期再次购买的顾客（重复），或上一期没有购买的顾客（新）",
    ),
    "definition_nbd_norm_denominator": (
        "buyers of the period (rates); the whole population (penetration, new buyers)",
        "本期购买者（各比率）；全体人群（渗透率、新购买者）",
    ),
    "definition_nbd_norm_window": ("two periods of equal length, one after the other", "前后相接、长度相等的两个时期"),
    "definition_nbd_norm_exclusions": (
        "trends, seasons, launches: the norm is that of a steady market",
        "趋势、季节、上新：常模描述的是稳定的市场",
    ),
    "definition_nbd_norm_formula": (
        "(1 + m / k)^-k = 1 - b with m = b w; repeat rate = (2 b - b(2)) / b, where b(2) = 1 - (1 + 2 m / k)^-k",
        "(1 + m / k)^-k = 1 - b，m = b w；重复购买率 = (2 b - b(2)) / b，其中 b(2) = 1 - (1 + 2 m / k)^-k",
    ),
    "dirichlet_norm": ("NBD-Dirichlet norms of a category", "品类的 NBD-Dirichlet 常模"),
    "definition_dirichlet_norm_numerator": (
        "buyers and purchases of each brand that its market share lets expect",
        "按市场份额应有的各品牌购买者与购买次数",
    ),
    "definition_dirichlet_norm_denominator": (
        "the population (penetration); the brand's buyers (per buyer); all their purchases in the category "
        "(share of requirements)",
        "全体人群（渗透率）；该品牌的购买者（人均）；他们在品类中的全部购买（需求份额）",
    ),
    "definition_dirichlet_norm_window": ("{periods} times the period of the data", "数据时期的 {periods} 倍"),
    "definition_dirichlet_norm_exclusions": (
        "special brands and segments: the model takes the market as steady and not divided",
        "特殊品牌与分割的市场：模型假定市场稳定且未分割",
    ),
    "definition_dirichlet_norm_formula": (
        "category purchases: NBD(M, K); choice of brands: Dirichlet(S x share); repeat rate = (S share + 1) / (S + 1); "
        "polarisation = 1 / (S + 1)",
        "品类购买：NBD(M, K)；品牌选择：Dirichlet(S x 份额)；重复率 = (S x 份额 + 1) / (S + 1)；极化度 = 1 / (S + 1)",
    ),
    "true_concentration": ("concentration of purchases", "购买集中度"),
    "definition_true_concentration_numerator": (
        "purchases of the top customers: by the purchases of one period, or by their own rates (long run)",
        "前若干客户的购买次数：按一个时期内的购买（单期），或按各自的购买率（长期）",
    ),
    "definition_true_concentration_denominator": ("all purchases", "全部购买次数"),
    "definition_true_concentration_window": (
        "one period such as that of the counts; the long run",
        "与数据同样长的一个时期；长期",
    ),
    "definition_true_concentration_exclusions": (
        "nothing: customers without a purchase are counted",
        "无：没有购买的客户也计入",
    ),
    "definition_true_concentration_formula": (
        "purchases: NBD(r, alpha); long run: the Lorenz curve of Gamma(r), 1 - G(r + 1, G^-1(r, 1 - top))",
        "购买次数：NBD(r, alpha)；长期：Gamma(r) 的洛伦兹曲线，1 - G(r + 1, G^-1(r, 1 - top))",
    ),
}

WORDS = {
    **_CARDS,
    "share_of_wallet": ("share of wallet", "客户份额"),
    "brand": ("brand", "品牌"),
    "penetration": ("penetration", "渗透率"),
    "penetration_observed": ("penetration, observed", "实际渗透率"),
    "purchases_per_buyer": ("purchases per buyer", "人均购买次数"),
    "category_purchases_per_buyer": ("category purchases per buyer of the brand", "品牌购买者的人均品类购买次数"),
    "share_of_requirements": ("share of category requirements", "品类需求份额"),
    "repeat_rate": ("repeat rate", "重复购买率"),
    "purchases_per_repeat_buyer": ("purchases per repeat buyer", "重复购买者人均购买次数"),
    "new_buyers": ("new buyers, share of the population", "新购买者占人群比例"),
    "new_share": ("new buyers, share of buyers", "新购买者占购买者比例"),
    "purchases_per_new_buyer": ("purchases per new buyer", "新购买者人均购买次数"),
    "double_jeopardy": ("purchases per buyer x (1 - penetration)", "人均购买次数 x (1 - 渗透率)"),
    "duplication": ("buyers who also buy", "同时购买的比例"),
    "one_period": ("one period", "单期"),
    "long_run": ("long run", "长期"),
    "purchase_share": ("share of purchases", "购买占比"),
    "wallet_low": ("low: fewer come back than is normal for this brand", "偏低：回购者少于该品牌的常模"),
    "wallet_normal": ("normal for a brand of this size", "正常：与该规模品牌的常模一致"),
    "wallet_high": ("high: more come back than is normal for this brand", "偏高：回购者多于该品牌的常模"),
    "plot_double_jeopardy": ("curve: NBD-Dirichlet; points: brands", "曲线：NBD-Dirichlet；点：各品牌"),
    "plot_penetration": ("penetration, % of the population", "渗透率（占人群的 %）"),
    "plot_purchases_per_buyer": ("purchases per buyer", "人均购买次数"),
    "plot_true_customers": (
        "customers, from the most purchases to the least (cumulative %)",
        "客户累计占比（%，按购买从多到少）",
    ),
    "plot_true_purchases": ("their purchases (cumulative %)", "购买累计占比（%）"),
    # columns of its tables
    "column_span": ("span", "期间"),
}
