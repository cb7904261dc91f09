"""Words of surveys, complaints, satisfaction and loyalty."""

_CARDS = {
    "nps": ("net promoter score (NPS)", "净推荐值（NPS）"),
    "definition_nps_numerator": (
        "respondents who answered 9 or 10 (promoters) less those who answered {least} to 6 (detractors)",
        "回答 9 或 10 的受访者（推荐者）减去回答 {least} 到 6 的受访者（贬损者）",
    ),
    "definition_nps_denominator": (
        "all respondents with a score, each customer once: by the last answer, of several on its day by the lowest",
        "所有给出分数的受访者，每位客户只计一次：取最后一次回答，同日多次取最低分",
    ),
    "definition_nps_window": (
        "each period and group of the table; without them, all answers",
        "表中各期、各组；未分组时为全部答案",
    ),
    "definition_nps_exclusions": (
        "rows without a score; customers who did not answer, of whom it says nothing",
        "没有分数的行；未作答的客户（本指标对他们没有任何说明）",
    ),
    "definition_nps_formula": (
        "NPS = promoters / respondents - detractors / respondents; {interval}; {level} % intervals",
        "净推荐值 = 推荐者 / 受访者 - 贬损者 / 受访者；{interval}；置信水平 {level}%",
    ),
    "nps_score": ("score interval (Tango)", "得分区间（Tango）"),
    "nps_adjusted": ("Wald interval with 3 answers added", "加入 3 个答案的 Wald 区间"),
    "nps_wald": ("Wald interval, which covers too seldom", "Wald 区间（覆盖率不足）"),
    "nps_difference": ("difference of net promoter scores", "净推荐值之差"),
    "definition_nps_difference_numerator": (
        "NPS of the group or period less that of the first row, 3 answers added to each",
        "该组或该期的净推荐值减去首行的净推荐值（各加入 3 个答案）",
    ),
    "definition_nps_difference_denominator": (
        "all respondents with a score, each customer once per group or period; who answered in both is paired",
        "所有给出分数的受访者，每组或每期每位客户只计一次；两边都回答的客户按配对处理",
    ),
    "definition_nps_difference_window": ("as in the table", "见表"),
    "definition_nps_difference_exclusions": (
        "rows without a score; customers who did not answer",
        "没有分数的行；未作答的客户",
    ),
    "definition_nps_difference_formula": (
        "variance of both scores less twice their covariance among those who answered in both; {level} % intervals; "
        "adjusted p values after Holm",
        "两个分数的方差之和减去两边都回答者协方差的两倍；置信水平 {level}%；调整后的 p 值按 Holm 法",
    ),
    "csat": ("satisfied respondents (CSAT)", "满意度（CSAT）"),
    "definition_csat_numerator": (
        "respondents with one of the {top} highest answers of {least} to {most}",
        "在 {least} 到 {most} 中给出最高 {top} 档答案的受访者",
    ),
    "definition_csat_denominator": (
        "respondents with an answer, each customer once, by the last one",
        "作答的受访者，每位客户只计最后一次",
    ),
    "definition_csat_window": ("all answers, by group where groups were asked", "全部答案（如有分组则按组）"),
    "definition_csat_exclusions": (
        "rows without an answer; customers who did not answer",
        "没有答案的行；未作答的客户",
    ),
    "definition_csat_formula": (
        "satisfied / respondents; {level} % intervals after Wilson",
        "满意者 / 受访者；Wilson {level}% 区间",
    ),
    "satisfaction_gap": ("experience against expectation", "体验与期望"),
    "definition_satisfaction_gap_numerator": ("what was got (perceived)", "感受值（体验）"),
    "definition_satisfaction_gap_denominator": ("what was expected", "期望值"),
    "definition_satisfaction_gap_window": ("each row of the survey; means over rows", "调查表每一行；均值为各行平均"),
    "definition_satisfaction_gap_exclusions": (
        "rows without one of both; ratios where nothing was expected",
        "缺少其中之一的行；期望为零时不计比值",
    ),
    "definition_satisfaction_gap_formula": (
        "gap = perceived - expected; ratio = perceived / expected, of an item mean / mean; satisfied: not below "
        "expectation; {level} % intervals (t; Wilson)",
        "差距 = 体验 - 期望；比值 = 感受值 / 期望值（项目为均值之比）；满意：不低于期望；{level}% 区间（t；Wilson）",
    ),
    "satisfaction_drivers": ("drivers of satisfaction", "满意度的驱动因素"),
    "definition_satisfaction_drivers_numerator": (
        "what an item adds to the share of the variance of {overall} that is explained, averaged over all orders of "
        "items",
        "某项目对 {overall} 方差解释比例的增量，在所有加入顺序上取平均",
    ),
    "definition_satisfaction_drivers_denominator": (
        "the share that all items explain together (R-squared)",
        "所有项目共同解释的比例（R²）",
    ),
    "definition_satisfaction_drivers_window": ("{n} rows with all answers", "回答了所有项目的 {n} 行"),
    "definition_satisfaction_drivers_exclusions": (
        "{left_out} rows with some answer missing",
        "缺少某项答案的 {left_out} 行",
    ),
    "definition_satisfaction_drivers_formula": (
        "standardised regression; Shapley values of R-squared; {level} % intervals of weights (t). What goes with "
        "satisfaction need not cause it",
        "标准化回归；R² 的 Shapley 值；权重的 {level}% 区间（t）。与满意度相伴的因素不一定是原因",
    ),
    "response_bias": ("who answered", "作答者构成"),
    "definition_response_bias_numerator": (
        "respondents of each tier; their promoters less detractors",
        "各层级的受访者；其推荐者减去贬损者",
    ),
    "definition_response_bias_denominator": (
        "all listed customers of the tier; its respondents",
        "名单中该层级的全部客户；其中的受访者",
    ),
    "definition_response_bias_window": ("the last answer of each customer", "每位客户的最后一次回答"),
    "definition_response_bias_exclusions": (
        "respondents who are not listed; tiers without a respondent, of which no weighting can tell",
        "不在名单中的受访者；无人作答的层级（加权也无法说明）",
    ),
    "definition_response_bias_formula": (
        "weighted NPS = sum of NPS of tiers x their share of customers (or of money); {level} % intervals. What "
        "differs "
        "inside a tier between who answers and who does not stays hidden",
        "加权净推荐值 = 各层级净推荐值 x 其客户（或金额）占比之和；{level}% 区间。"
        "同一层级内作答者与未作答者的差别仍不可见",
    ),
    "loyalty_type": ("type of loyalty", "忠诚类型"),
    "definition_loyalty_type_numerator": (
        "customers by behaviour ({behaviour} {behaviour_cut}) and attitude ({attitude} {attitude_cut})",
        "按行为（{behaviour} {behaviour_cut}）与态度（{attitude} {attitude_cut}）划分的客户",
    ),
    "definition_loyalty_type_denominator": ("all customers of the table", "表中全部客户"),
    "definition_loyalty_type_window": ("as in the table", "见表"),
    "definition_loyalty_type_exclusions": (
        "customers without an answer have no type: not asked",
        "没有答案的客户不归类：未询问",
    ),
    "definition_loyalty_type_formula": (
        "true: both high; spurious: behaviour only (inertia, price, no alternative); latent: attitude only; none: "
        "neither",
        "忠诚：两者皆高；伪忠诚：仅行为高（惰性、势利、垄断）；潜在忠诚：仅态度高；不忠诚：两者皆低",
    ),
    "complaint_handling": ("complaints", "投诉"),
    "definition_complaint_handling_numerator": (
        "complaints opened (rate); answered within the promise (in time); customers with a purchase within {within} "
        "days "
        "after their first complaint (repurchase)",
        "受理的投诉（投诉率）；在承诺时间内答复的投诉（及时率）；首次投诉后 {within} 天内再次购买的客户（回购）",
    ),
    "definition_complaint_handling_denominator": (
        "orders, times 1,000; complaints whose promise is kept or over; customers who complained after a purchase",
        "每 1,000 个订单；承诺已兑现或已到期的投诉；购买后投诉的客户",
    ),
    "definition_complaint_handling_window": (
        "complaints opened on the days of the transactions; answers after the past ends are not yet given",
        "在交易数据日期范围内受理的投诉；截止日期之后的答复视为尚未答复",
    ),
    "definition_complaint_handling_exclusions": (
        "open complaints within their promise; later complaints of a customer (repurchase); customers with nobody "
        "alike",
        "仍在承诺时间内的未答复投诉；同一客户的后续投诉（回购部分）；找不到相似客户者",
    ),
    "definition_complaint_handling_formula": (
        "alike: without a complaint so far, after a purchase of the same number, gap class and quarter, as many days "
        "later; open "
        "spells censored; {level} % intervals (Garwood, Wilson, Kaplan-Meier), of the difference 95 % (Newcombe)",
        "相似客户：此前未投诉、同一购买次序、同一间隔档、同一季度、同样天数之后仍未购买者；未结束的间隔作删失处理；"
        "{level}% 区间（Garwood、Wilson、Kaplan-Meier），差异为 95% 区间（Newcombe）",
    ),
    "satisfaction_indicators": ("indicators of satisfaction", "满意度指标"),
    "definition_satisfaction_indicators_numerator": (
        "customers who had bought on an earlier day by the end of the period (repurchase rate); who complained; "
        "respondents who answered 9 or 10 (recommendation), name the brand unaided, speak well of it, would leave "
        "if the "
        "price rose",
        "到期末曾在更早的日子购买过的客户（回头率）；投诉客户；回答 9 或 10（推荐率）、主动指名、给予好评、"
        "涨价会离开的受访者",
    ),
    "definition_satisfaction_indicators_denominator": (
        "customers who bought in the period (repurchase rate, purchase amount); who bought or complained (complaint "
        "rate); "
        "respondents of the period (the others)",
        "本期购买客户（回头率、购买额）；本期购买或投诉的客户（投诉率）；本期受访者（其余指标）",
    ),
    "definition_satisfaction_indicators_window": ("each calendar {each}", "每个自然{each}"),
    "definition_satisfaction_indicators_exclusions": (
        "what the data do not give; refunds, which are no purchases; earlier answers of a respondent in the period",
        "数据未提供的指标；退款（不算购买）；受访者在本期较早的答案",
    ),
    "definition_satisfaction_indicators_formula": (
        "share = numerator / denominator ({level} % intervals after Wilson); purchase amount = money / customers (t)",
        "比例 = 分子 / 分母（Wilson {level}% 区间）；购买额 = 金额 / 客户数（t 区间）",
    ),
    "loyalty_measures": ("signs of loyalty", "忠诚度的衡量"),
    "definition_loyalty_measures_numerator": (
        "purchase days after the first (repeat purchases); answers (attention to the brand, tolerance of faults, price "
        "sensitivity)",
        "首次之后的购买日数（重复购买次数）；答案（对品牌的关注、对质量事故的承受、对价格的敏感）",
    ),
    "definition_loyalty_measures_denominator": ("customers with a purchase; respondents", "有购买的客户；受访者"),
    "definition_loyalty_measures_window": (
        "up to the as-of date; the last answer of each respondent",
        "截至截止日期；每位受访者的最后一次回答",
    ),
    "definition_loyalty_measures_exclusions": (
        "what the data do not give; rows without an answer",
        "数据未提供的指标；没有答案的行",
    ),
    "definition_loyalty_measures_formula": (
        "means with {level} % intervals (Student's t)",
        "均值及 {level}% 区间（t）",
    ),
}

WORDS = {
    **_CARDS,
    "respondents": ("respondents", "受访者"),
    "promoters": ("promoters", "推荐者"),
    "passives": ("passives", "中立者"),
    "detractors": ("detractors", "贬损者"),
    "nps_low": ("NPS, lower end", "净推荐值下限"),
    "nps_high": ("NPS, upper end", "净推荐值上限"),
    "answers": ("answers", "答案数"),
    "repeated": ("earlier answers of the same customer, left out", "同一客户较早的答案（未计入）"),
    "same_day": ("further answers on the day of the last, left out", "与最后答案同日的其他答案（未计入）"),
    "missing": ("rows without a score", "没有分数的行"),
    "other_scale": ("answers that seem to be on a scale from 1", "疑似用 1 起始量表的答案"),
    "answered_both": ("answered in both", "两边都回答的人数"),
    "se": ("standard error", "标准误"),
    "p_adjusted": ("p value, adjusted", "调整后 p 值"),
    "item": ("item", "项目"),
    "satisfied": ("satisfied", "满意"),
    "csat_low": ("CSAT, lower end", "满意度下限"),
    "csat_high": ("CSAT, upper end", "满意度上限"),
    "perceived": ("perceived", "感受值"),
    "ratio": ("ratio (perceived / expected)", "比值（感受值 / 期望值）"),
    "below": ("below expectation", "低于期望"),
    "as_expected": ("as expected", "符合期望"),
    "above": ("above expectation", "高于期望"),
    "performance": ("performance (mean answer)", "表现（平均分）"),
    "stated_importance": ("stated importance", "陈述重要性"),
    "derived_importance": ("derived importance, share of R-squared", "推导重要性（占 R² 的比例）"),
    "weight": ("standardised weight", "标准化权重"),
    "shapley": ("part of R-squared", "对 R² 的贡献"),
    "advice": ("advice", "建议"),
    "concentrate_here": ("concentrate here", "重点改进"),
    "keep_up": ("keep up", "继续保持"),
    "low_priority": ("low priority", "次要"),
    "possible_overkill": ("possible overkill", "可能过度投入"),
    "total_value": ("total customer value", "总客户价值"),
    "total_cost": ("total customer cost", "总客户成本"),
    "delivered_value": ("delivered value", "客户让渡价值"),
    "service": ("service", "服务"),
    "personnel": ("personnel", "人员"),
    "image": ("image", "形象"),
    "energy": ("energy", "体力"),
    "mind": ("mind", "精神"),
    "weighting": ("weighting", "加权方式"),
    "behaviour": ("behaviour", "行为"),
    "attitude": ("attitude", "态度"),
    "loyalty_label": ("loyalty", "忠诚"),
    "true_loyalty": ("true loyalty", "忠诚"),
    "spurious_loyalty": ("spurious loyalty", "伪忠诚"),
    "latent_loyalty": ("latent loyalty", "潜在忠诚"),
    "no_loyalty": ("no loyalty", "不忠诚"),
    "not_asked": ("not asked", "未询问"),
    "inertia": ("inertia", "惰性忠诚"),
    "price_bought": ("bought by price", "势利忠诚"),
    "locked_in": ("locked in", "垄断忠诚"),
    "trust": ("trust", "信赖忠诚"),
    "complaints": ("complaints", "投诉数"),
    "per_1000_orders": ("per 1,000 orders", "每千订单投诉数"),
    "answered": ("answered", "已答复"),
    "promises_due": ("promise over or kept", "承诺已兑现或已到期"),
    "in_time": ("answered in time", "及时答复"),
    "late": ("answered late", "延迟答复"),
    "closed": ("closed", "已关闭"),
    "open_share": ("still open", "未关闭比例"),
    "repurchase_rate": ("repurchase rate", "回头率"),
    "alike_rate": ("alike customers who did not complain", "未投诉的相似客户"),
    "indicator": ("indicator", "指标"),
    "purchase_amount": ("purchase amount per customer", "购买额（每位客户）"),
    "complaint_rate": ("complaint rate", "投诉率"),
    "recommendation_rate": ("recommendation rate", "推荐率"),
    "naming_rate": ("naming rate", "指名度"),
    "reputation": ("reputation", "美誉度"),
    "price_sensitivity": ("price sensitivity", "价格敏感度"),
    "brand_attention": ("attention to the brand", "对品牌的关注程度"),
    "fault_tolerance": ("tolerance of faults", "对质量事故的承受能力"),
    "plot_nps": ("net promoter score, points from -100 to 100", "净推荐值（-100 到 100 分）"),
    "plot_nps_difference": ("difference from {baseline}, points", "与 {baseline} 之差（分）"),
    "plot_csat": ("satisfied respondents, %", "满意的受访者（%）"),
    "plot_gap": ("gap {gap}, ratio {ratio}", "差距 {gap}，比值 {ratio}"),
    "plot_expected_perceived": ("○ expected → ● got, mean answers", "○ 期望值 → ● 感受值（平均分）"),
    "plot_derived_importance": ("derived importance, % of R-squared", "推导重要性（占 R² 的 %）"),
    "plot_tier_says": ("NPS {nps}, {money} of money", "净推荐值 {nps}，占金额 {money}"),
    "plot_response_rate": ("answered, % of the tier", "作答比例（占该层级的 %）"),
    "plot_points_between": ("{difference} points ({low} to {high})", "{difference} 个百分点（{low} 至 {high}）"),
    "plot_recovery": (
        "bought again within {days} days, %: ○ customers alike, ● after a complaint",
        "{days} 天内再次购买（%）：○ 相似客户，● 投诉之后",
    ),
    "complaints_all": ("all complaints", "全部投诉"),
    "complaints_in_time": ("answered in time", "及时答复"),
    "complaints_late": ("answered late or not", "延迟或未答复"),
    "plot_days_since_opened": ("days since the complaint was opened", "投诉受理后的天数"),
    "plot_still_open": ("still open, %", "未关闭（%）"),
    "loyalty_overall": ("all answers together, each customer once:", "全部答案合计（每位客户一次）："),
    "explain_loyalty": ("Last answer: {answer}; loyalty: {loyalty}", "最近一次回答：{answer}；忠诚类型：{loyalty}"),
    "satisfaction": ("satisfaction", "满意度"),
    "survey_item": ("item", "项目"),
    # columns of its tables
    "column_correlation": ("correlation", "相关系数"),
    "column_mean": ("mean", "均值"),
    "column_n": ("number", "数量"),
    "column_opened": ("opened", "提出时间"),
    "column_overall": ("overall", "总体评价"),
}
