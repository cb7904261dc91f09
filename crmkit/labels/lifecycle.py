"""Words of the stages and patterns of customer lifecycles, and of how they came about."""

_STAGES = {
    "exploration": ("Exploration", "考察期"),
    "formation": ("Formation", "形成期"),
    "stability": ("Stability", "稳定期"),
    "decline": ("Decline", "退化期"),
}

_PATTERNS = {
    "failed_start": ("Never took off", "早期流产型"),
    "lost_in_formation": ("Lost in growth", "中途夭折型"),
    "early_exit": ("Early exit", "提前退出型"),
    "long_lasting": ("Long-lasting", "长久保持型"),
    "ongoing": ("Ongoing", "关系持续中"),
}

_RULES = {
    "silent": ("Silent for too long", "沉默过久"),
    "rate_falls": ("Purchase rate falls", "购买频率下降"),
    "spend_falls": ("Spend falls", "消费额下降"),
    "few_orders": ("Few purchases yet", "购买次数尚少"),
    "some_orders": ("Some purchases", "已有若干次购买"),
    "rate_grows": ("Purchase rate still grows", "购买频率仍在上升"),
    "spend_grows": ("Spend still grows", "消费额仍在上升"),
    "steady": ("Many purchases, no trend", "购买次数多且无明显趋势"),
}

_COLUMNS = {
    "stage": ("stage", "生命周期阶段"),
    "pattern": ("pattern", "生命周期模式"),
    "stage_label": ("stage", "生命周期阶段"),
    "pattern_label": ("pattern", "生命周期模式"),
    "rule": ("rule that fits", "适用规则"),
    "stage_reached": ("stage reached", "曾达到的阶段"),
    "ended": ("ended", "关系已结束"),
    "purchase_days": ("days with a purchase", "购买天数"),
    "own_gap": ("own mean gap, days", "自身平均购买间隔（天）"),
    "expected_gap": ("expected gap, days", "预期购买间隔（天）"),
    "overdue": ("silence, in expected gaps", "沉默时长（以预期间隔计）"),
    "rate_trend": ("trend of the purchase rate", "购买频率趋势"),
    "spend_trend": ("trend of spend", "消费额趋势"),
    "start_date": ("first day", "起始日期"),
    "spend_so_far": ("spent so far", "累计消费额"),
    "stable_days": ("days in stability", "稳定期持续天数"),
}

_SENTENCES = {
    "lifecycle_head": (
        "Customer {customer} on {date}: {stage}, {pattern}.",
        "客户 {customer}，截至 {date}：{stage}，{pattern}。",
    ),
    "lifecycle_visit": ("1 day with a purchase, {first}.", "只有 1 个购买日：{first}。"),
    "lifecycle_visits": (
        "{days} days with a purchase from {first} to {last}, one every {own} days.",
        "{first} 至 {last} 共有 {days} 个购买日，平均每 {own} 天一次。",
    ),
    "lifecycle_gap": (
        "Expected gap {expected} days: {own} days by its own ({gaps} so far), {everybody} days by all "
        "customers, which weighs as much as {weight} of its own.",
        "预期购买间隔 {expected} 天：自身平均 {own} 天（已有 {gaps} 个间隔）；全体客户为 {everybody} 天，"
        "权重相当于自身的 {weight} 个间隔。",
    ),
    "lifecycle_gap_first": (
        "Expected gap {everybody} days, that of all customers: one purchase shows no rhythm of its own.",
        "预期购买间隔 {everybody} 天，取自全体客户：只购买一次，看不出自身的购买节奏。",
    ),
    "lifecycle_gap_unknown": (
        "No gap to expect: nobody has bought on a second day yet, so no silence is long.",
        "无法得出预期间隔：还没有客户在另一天再次购买，因此不判断沉默是否过久。",
    ),
    "lifecycle_silence": (
        "Days since the last purchase: {recency}, which is {overdue} expected gaps (decline from {late}, "
        "ended from {end}).",
        "距最近一次购买 {recency} 天，为预期间隔的 {overdue} 倍（达 {late} 倍为退化，达 {end} 倍为结束）。",
    ),
    "lifecycle_trends": (
        "Trend of the purchase rate {rate}, of spend {spend} (0 is steady; falling from {falling}, "
        "growing from {growing}).",
        "购买频率趋势 {rate}，消费额趋势 {spend}（0 为平稳；不高于 {falling} 为下降，不低于 {growing} 为上升）。",
    ),
    "lifecycle_why_silent": (
        "Stage {stage}, because it has been silent for at least {late} expected gaps.",
        "处于{stage}：沉默时长已达预期间隔的 {late} 倍。",
    ),
    "lifecycle_why_rate_falls": (
        "Stage {stage}, because the trend of the purchase rate is {falling} or below.",
        "处于{stage}：购买频率趋势不高于 {falling}。",
    ),
    "lifecycle_why_spend_falls": (
        "Stage {stage}, because the trend of spend is {falling} or below.",
        "处于{stage}：消费额趋势不高于 {falling}。",
    ),
    "lifecycle_why_few_orders": (
        "Stage {stage}, because it has fewer than {formation} days with a purchase.",
        "处于{stage}：购买日不足 {formation} 个。",
    ),
    "lifecycle_why_some_orders": (
        "Stage {stage}, because it has at least {formation} days with a purchase, but fewer than {stability}.",
        "处于{stage}：购买日已达 {formation} 个，但不足 {stability} 个。",
    ),
    "lifecycle_why_rate_grows": (
        "Still stage {stage}, because the trend of the purchase rate is {growing} or above.",
        "仍处于{stage}：购买频率趋势不低于 {growing}。",
    ),
    "lifecycle_why_spend_grows": (
        "Still stage {stage}, because the trend of spend is {growing} or above.",
        "仍处于{stage}：消费额趋势不低于 {growing}。",
    ),
    "lifecycle_why_steady": (
        "Stage {stage}, because it has at least {stability} days with a purchase, and neither rate nor spend "
        "grow or fall.",
        "处于{stage}：购买日已达 {stability} 个，购买频率与消费额均无明显升降。",
    ),
    "lifecycle_before": ("It had reached the stage {reached}.", "此前曾达到{reached}。"),
    "lifecycle_pattern_ongoing": (
        "Pattern {pattern}: it has not ended, which takes a silence of {end} expected gaps.",
        "模式为{pattern}：沉默时长未达预期间隔的 {end} 倍，关系尚未结束。",
    ),
    "lifecycle_pattern_failed_start": (
        "Pattern {pattern}: it ended (silent for {end} expected gaps or more) before it left exploration.",
        "模式为{pattern}：未走出考察期便已结束（沉默达预期间隔的 {end} 倍）。",
    ),
    "lifecycle_pattern_lost_in_formation": (
        "Pattern {pattern}: it ended (silent for {end} expected gaps or more) in formation.",
        "模式为{pattern}：在形成期结束（沉默达预期间隔的 {end} 倍）。",
    ),
    "lifecycle_pattern_early_exit": (
        "Pattern {pattern}: it ended (silent for {end} expected gaps or more) after {kept} expected gaps of "
        "stability; long is {long}.",
        "模式为{pattern}：进入稳定期 {kept} 个预期间隔后便已结束（沉默达预期间隔的 {end} 倍；{long} 个以上为长久）。",
    ),
    "lifecycle_pattern_long_lasting": (
        "Pattern {pattern}: stability was kept for {kept} expected gaps; long is {long}.",
        "模式为{pattern}：稳定期保持了 {kept} 个预期间隔（{long} 个以上为长久）。",
    ),
}

_TIMELINE = {
    "definition_stage_numerator": (
        "one customer's purchases until each day, and the days of silence since the last one",
        "某一客户截至每一天的购买，以及距最近一次购买的沉默天数",
    ),
    "definition_stage_denominator": ("none: a stage is no rate", "无：阶段不是比率"),
    "definition_stage_window": (
        "from the first purchase to the day on which the past ends; nothing later than a day is seen on it",
        "自首次购买至截止日期；判断某一天时不使用其后的数据",
    ),
    "definition_stage_exclusions": (
        "a refund lowers the money, but is no purchase; purchases of one day are one",
        "退款减少金额，但不算购买；同一天的购买算一次",
    ),
    "definition_stage_formula": (
        "decline: silent for {late} expected gaps, or rate or spend falls; else exploration with fewer than {formation} "
        "purchase days, formation with fewer than {stability} or while rate or spend grows, and stability",
        "退化期：沉默达预期间隔的 {late} 倍，或购买频率、消费额下降；否则购买日不足 {formation} 个为考察期，"
        "不足 {stability} 个或频率、消费额仍在上升为形成期，其余为稳定期",
    ),
    "plot_timeline_amount": ("money of a day", "当日金额"),
    "title_timeline": (
        "Customer {customer}: {money} on {n} days, in {stage} since {date}",
        "客户 {customer}：{n} 个购买日共 {money}，{date} 起处于{stage}",
    ),
    "title_timeline_once": (
        "Customer {customer}: {money} on one day, in {stage} since {date}",
        "客户 {customer}：仅 1 个购买日，共 {money}，{date} 起处于{stage}",
    ),
}

_PICTURE = {
    "plot_lifecycle_customers": ("customers so far", "累计客户数"),
    "plot_lifecycle_customer_share": ("share of the customers so far (%)", "占累计客户的比例（%）"),
    "plot_lifecycle_value": ("spend so far", "累计消费额"),
    "plot_lifecycle_value_share": ("share of the spend so far (%)", "占累计消费额的比例（%）"),
    "plot_lifecycle_dates": ("at the end of the period", "各期期末"),
    "plot_lifecycle_partial": ("hatched: {period} is not over, as of {date}", "斜线：{period} 尚未结束，截至 {date}"),
}

SEGMENTS = frozenset([*_STAGES, *_PATTERNS])
WORDS: dict[str, tuple[str, str]] = {
    **_STAGES,
    **_PATTERNS,
    **_RULES,
    **_COLUMNS,
    **_SENTENCES,
    **_TIMELINE,
    **_PICTURE,
}
