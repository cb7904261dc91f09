"""Words of the churn model and win-back."""

WORDS: dict[str, tuple[str, str]] = {
    "p_churn": ("probability of churn", "流失概率"),
    "p_boosting": ("by boosted trees", "提升树预测"),
    "p_lifetime_model": ("by the lifetime model", "生命周期价值模型预测"),
    "p_recency_only": ("by recency alone", "仅按最近消费预测"),
    "boosting": ("boosted trees", "提升树"),
    "lifetime_model": ("lifetime model", "生命周期价值模型"),
    "recency_only": ("recency alone", "仅按最近消费"),
    "predictor": ("predictor", "预测方法"),
    "log_loss": ("log-loss", "对数损失"),
    "brier": ("Brier score", "Brier 得分"),
    "calibration_error": ("calibration error", "校准误差"),
    "auc": ("AUC", "AUC"),
    "bin": ("bin", "分组"),
    "observed": ("observed", "实际"),
    "contacted": ("contacted", "联系人数"),
    "contacted_share": ("share of customers contacted", "联系客户占比"),
    "caught": ("share of churners among them", "其中流失者占全部流失者的比例"),
    "profit": ("expected profit", "预期利润"),
    "contact": ("contact", "是否联系"),
    "lowest_p_churn": ("lowest probability contacted", "被联系者的最低流失概率"),
    "subject": ("subject", "方面"),
    "added": ("added to the probability", "对概率的影响"),
    "reason": ("reason", "原因"),
    "log_loss_without": ("log-loss added without it", "去掉后增加的对数损失"),
    "quiet": ("quiet", "沉默时间"),
    "rhythm": ("rhythm", "购买节奏"),
    "spend": ("spend level", "消费水平"),
    "card_p_churn_numerator": (
        "chance that the customer makes no purchase in the {days} days after the past ends",
        "客户在截止日期之后 {days} 天内没有购买的概率",
    ),
    "card_p_churn_denominator": ("every customer with a purchase so far", "迄今有过购买的每位客户"),
    "card_p_churn_window": (
        "judged on the {days} days after {origin}, learnt from earlier days only",
        "以 {origin} 之后的 {days} 天检验，只用更早的数据学习",
    ),
    "card_p_churn_exclusions": ("nothing; a refund is no purchase", "无；退款不算购买"),
    "card_p_churn_formula": (
        "log-loss: mean of -log of the probability given to what happened; lower is better",
        "对数损失：对实际结果所给概率的负对数的平均值，越低越好",
    ),
    "reason_quiet": (
        "last purchase {recency} days ago, {quiet_gaps} times the usual gap (typical: {typical_recency} days)",
        "距最近一次购买 {recency} 天，为其通常间隔的 {quiet_gaps} 倍（一般客户：{typical_recency} 天）",
    ),
    "reason_quiet_once": (
        "last and only purchase {recency} days ago (typical: {typical_recency} days)",
        "唯一一次购买在 {recency} 天前（一般客户：{typical_recency} 天）",
    ),
    "reason_rhythm": (
        "{x} repeat purchases, {days_90} in the last 90 days (typical: {typical_x} and {typical_days_90})",
        "重复购买 {x} 次，最近 90 天购买 {days_90} 天（一般客户：{typical_x} 次、{typical_days_90} 天）",
    ),
    "reason_spend": (
        "{mean_spend} per purchase, {spend_365} in a year (typical: {typical_mean_spend} and {typical_spend_365})",
        "每次消费 {mean_spend}，最近一年消费 {spend_365}（一般客户：{typical_mean_spend}、{typical_spend_365}）",
    ),
    "reason_tenure": (
        "customer for {tenure} days (typical: {typical_tenure})",
        "成为客户 {tenure} 天（一般客户：{typical_tenure} 天）",
    ),
    "plot_as_predicted": ("as predicted", "与预测一致"),
    "plot_with_error": ("{what}: calibration error {error}", "{what}：校准误差 {error}"),
    "plot_with_lift": ("{what}: lift of the first tenth {lift}", "{what}：前 10% 提升度 {lift}"),
    "plot_recommended": ("{what} (recommended)", "{what}（推荐）"),
    "plot_predicted_churn": ("predicted probability of churn (%)", "预测流失概率（%）"),
    "plot_observed_churn": ("share that stayed away (%)", "实际没有购买的比例（%）"),
    "plot_perfect_order": ("a perfect order", "完美排序"),
    "plot_contacted_share": (
        "customers contacted, likeliest churners first (% of all)",
        "依次联系的客户（占全部客户的 %，最可能流失的在前）",
    ),
    "plot_churners_caught": ("churners found (% of all churners)", "找到的流失客户占比（%）"),
    "plot_customers_contacted": (
        "customers contacted, most profitable first",
        "依次联系的客户数（预期利润最高的在前）",
    ),
    "plot_expected_profit": ("expected profit", "预期利润"),
    "plot_best_contacts": (
        "best: contact {number}, expected profit {profit}",
        "最佳：联系 {number} 人，预期利润 {profit}",
    ),
    "plot_from_p_churn": ("probability of churn from {share}", "流失概率自 {share} 起"),
    "plot_everybody": ("contact everybody: {profit}", "全部联系：{profit}"),
    "plot_nobody": ("contacting nobody is best: no contact pays", "不联系任何人最好：没有一次联系划算"),
    "p_back": ("probability of coming back", "回流概率"),
    "value_if_back": ("value if won back", "挽回后的价值"),
    "win_back_profit": ("expected profit of winning back", "挽回的预期利润"),
    "card_win_back_profit_numerator": (
        "probability of coming back x value if won back, less the cost of contact",
        "回流概率 × 挽回后的价值 - 联系成本",
    ),
    "card_win_back_profit_denominator": ("each lost customer; lost: {rule}", "每位流失客户；流失标准：{rule}"),
    "card_win_back_profit_window": (
        "the {days} days after the past ends, for the return and for the spend",
        "截止日期之后的 {days} 天，回流与消费均按此计算",
    ),
    "card_win_back_profit_exclusions": (
        "customers who are not lost; what comes after the {days} days",
        "未流失的客户；{days} 天以后的消费",
    ),
    "card_win_back_profit_formula": ("probability: {chance}; value: {worth}", "概率：{chance}；价值：{worth}"),
    "win_back_organic": (
        "organic, not of a campaign: of those quiet for as long after as many purchases, the share that came back "
        "(Kaplan-Meier estimate, a stand-in until a test campaign tells; for {unseen} customers it reaches beyond what "
        "the data show and goes on at the last rate)",
        "自然回流而非营销效果：购买次数相近、沉默同样久的客户中又回来的比例（Kaplan-Meier 估计，"
        "在有测试营销结果之前作为替代；其中 {unseen} 位客户超出数据所示范围，按最后的回流速度外推）",
    ),
    "win_back_tested": ("as given, from a test campaign", "由用户给出（测试营销结果）"),
    "win_back_expected": (
        "expected purchases of a customer who buys at least once (Pareto/NBD) x expected spend (Gamma-Gamma) x margin",
        "至少购买一次的客户的预期购买次数（Pareto/NBD）× 预期每次消费（Gamma-Gamma）× 利润率",
    ),
    "win_back_given": ("as given", "由用户给出"),
}
