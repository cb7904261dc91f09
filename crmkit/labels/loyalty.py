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
}
