"""Words of the report: titles that say the finding, tiles, tables, what to do. {Places} are filled in."""

from __future__ import annotations

_PAGE = {
    "report_title": ("Customers of {name}", "{name}：客户分析报告"),
    "report_title_alone": ("Customer report", "客户分析报告"),
    "report_contents": ("Contents", "目录"),
    "report_switch_say": ("Show this page in Chinese", "以英文显示本页"),
    "report_skip": ("Skip to the report", "跳到正文"),
    "report_period": ("{first} to {last}", "{first} 至 {last}"),
    "report_customers": ("{n} customers", "客户 {n} 位"),
    "report_orders": ("{n} orders", "订单 {n} 笔"),
    "report_revenue": ("{money} revenue", "销售额 {money}"),
    "report_past_ends": ("past ends {date}", "截止日期 {date}"),
    "report_made_by": ("made by crmkit {version} with {engine}", "由 crmkit {version} 生成（{engine}）"),
    "report_made_again": ("To make it again", "重新生成本页"),
    "report_stayed": (
        "Made on this machine; nothing left it. The page holds {what}.",
        "本页在本机生成，没有任何数据外传。页面中含有{what}。",
    ),
    "report_aggregates": ("sums and counts only, no customer", "汇总数字，不含任何单个客户"),
    "report_small_hidden": (
        "sums and counts only; groups of fewer than {least} customers are withheld",
        "汇总数字；少于 {least} 位客户的组不予显示",
    ),
    "report_with_ids": ("ids of customers: handle it as personal data", "客户编号，请按个人信息妥善保管"),
    "report_failed": ("This section could not be made", "本节无法生成"),
    "report_heard": ("The library noted", "程序提示"),
    "report_definition": ("Definition", "定义"),
    "report_filter": ("Filter rows", "筛选行"),
    "report_sort": ("sort", "排序"),
    "report_against": ("against {before}", "与 {before} 相比"),
    "report_no_change": ("no earlier period", "无更早的时期"),
    "report_points": ("{change} points", "{change} 个百分点"),
    "report_course": ("from {first} in {begin} to {last} in {end}", "{begin} 为 {first}，{end} 为 {last}"),
    "report_money_in": ("money in {currency}", "金额单位：{currency}"),
}

_SECTIONS = {
    "report_section_overview": ("In short", "要点"),
    "report_section_data": ("Data", "数据质量"),
    "report_section_comparison": ("Comparison", "对比"),
    "report_section_revenue": ("Where the revenue is", "收入来自谁"),
    "report_section_segments": ("Segments", "客户分群"),
    "report_section_movement": ("Movement", "客户流动"),
    "report_section_retention": ("Who stays", "谁会留下"),
    "report_section_worth": ("What they are worth", "客户价值"),
    "report_section_actions": ("What to do", "行动建议"),
    "report_section_trust": ("Can it be trusted", "是否可信"),
    "report_section_definitions": ("Definitions", "定义与术语"),
}

_DATA = {
    "report_data_all": ("All {rows} rows are used", "{rows} 条记录全部使用"),
    "report_data_title": (
        "{share} of the rows ({money} of the money) are not used",
        "{share} 的记录（{money} 的金额）未被使用",
    ),
    "report_data_sub": (
        "From what came in to what is used; every row and every cent",
        "从读入到实际使用，逐条逐分核对",
    ),
    "report_rows_money": (
        "{share} of rows {what} = {money_share} of the money",
        "{share} 的记录{what}，占金额的 {money_share}",
    ),
    "report_rows_money_say": (
        "{rows} rows worth {money} cannot be counted for anybody; if they can be completed, do that first.",
        "{rows} 条记录共 {money} 无法归到任何客户名下；若能补全，请先补全。",
    ),
    "report_note_say": ("{rows} rows, {money}.", "共 {rows} 条记录，金额 {money}。"),
    "report_not_over": ("{period} is not over", "{period} 尚未结束"),
    "report_not_over_say": (
        "{seen} of {days} days are seen: its cells are hatched and no rate or average counts them.",
        "只有 {days} 天中的 {seen} 天：相应格子画斜线，比率与平均值都不计入。",
    ),
    "report_reversed": ("One order of {money} came and went", "一笔 {money} 的订单被撤销"),
    "report_reversed_say": (
        "It is the largest amount in the data, and the same amount was taken back on the same day; the two are netted.",
        "这是数据中最大的金额，同一天又被全额退回；两者已相互抵消。",
    ),
    "report_clean": ("Nothing to look at", "没有需要注意的问题"),
    "report_clean_say": (
        "No row was left out, no refund, no copy, no odd id was found.",
        "没有被排除的记录，没有退款、重复或可疑编号。",
    ),
}

_TILES = {
    "report_overview_title": (
        "In {period} {active} customers were active, {share} of them not for the first time",
        "{period} 有 {active} 位活跃客户，其中 {share} 是老客户",
    ),
    "report_overview_sub": (
        "The last {unit} that is over, with the change against the one before and the course since {first}",
        "最近一个完整的{unit}，与上一{unit}相比的变化，以及自 {first} 以来的走势",
    ),
    "report_unit_week": ("week", "周"),
    "report_unit_month": ("month", "月"),
    "report_unit_quarter": ("quarter", "季度"),
    "report_tile_active": ("Active customers", "活跃客户"),
    "report_tile_new": ("New customers", "新客户"),
    "report_tile_returning": ("Returning share", "老客户占比"),
    "report_tile_orders": ("Orders", "订单数"),
    "report_tile_order_value": ("Order value", "客单价"),
    "report_tile_revenue": ("Revenue", "销售额"),
    "report_tile_refunds": ("Refunds, of sales", "退款占销售额"),
    "report_tile_retention": ("Retained", "留存率"),
    "report_tile_nrr": ("Net revenue retention", "净收入留存率"),
}

_REVENUE = {
    "report_revenue_title": (
        "{customers} of the customers bring {money} of the revenue",
        "{customers} 的客户贡献了 {money} 的销售额",
    ),
    "report_revenue_finding": (
        "{n} customers ({customers}) bring {money} of the revenue; the best 20 % bring {top}",
        "{n} 位客户（{customers}）贡献了 {money} 的销售额；前 20% 的客户贡献 {top}",
    ),
    "report_revenue_sub": (
        "Customer pyramid by revenue: {shares} of the customers",
        "按销售额的客户金字塔：客户占比 {shares}",
    ),
    "report_revenue_sentence": (
        "Losing a tenth of the tier {tier} costs as much as losing {n} average customers of the tier {other}.",
        "失去{tier}层的十分之一，相当于失去 {n} 位{other}层的普通客户。",
    ),
    "report_tier_caption": ("What a loss costs", "流失的代价"),
    "report_tier_each": ("revenue each", "人均销售额"),
    "report_tier_orders": ("orders each", "人均订单数"),
    "report_tier_tenth": ("a tenth lost", "失去十分之一"),
    "report_tiers_figure": ("Customer pyramid", "客户金字塔"),
    "report_lorenz_figure": ("Lorenz curve: how unequally the revenue is spread", "洛伦兹曲线：销售额分布的不均程度"),
    "report_tiers_definition": (
        "Customers ranked by revenue since {first}; equal customers share the better tier.",
        "按 {first} 以来的销售额排名；金额相同的客户同归较高一层。",
    ),
}

_SEGMENTS = {
    "report_segments_title": (
        "{names}: {customers} of the customers, {money} of the revenue",
        "{names}：占客户的 {customers}，占销售额的 {money}",
    ),
    "report_segments_sub": (
        "Eleven segments by recency, frequency and money; moved in and out since {date}, by the cuts of today",
        "按最近消费、频率与金额划分的十一个群；自 {date} 以来按今天的分界计算的进出",
    ),
    "report_segments_sub_plain": (
        "Eleven segments by recency, frequency and money",
        "按最近消费、频率与金额划分的十一个群",
    ),
    "report_segments_risk": (
        "{n} customers who brought {money} are at risk or must not be lost",
        "{n} 位累计消费 {money}的客户处于流失风险或“不能流失”群",
    ),
    "report_segments_map": (
        "Segments on the plane of recency and of frequency with money",
        "最近消费 × 频率与金额平面上的客户群",
    ),
    "report_segments_boxes": ("Recency, orders and spend of all customers", "全部客户的最近消费、订单数与消费额"),
    "report_read_map": (
        "Read the map from right to left: a customer who does not buy moves left without doing anything.",
        "从右往左读：客户只要不再购买，就会自动向左移动。",
    ),
    "report_empty_level": ("Frequency score {level} is empty", "频率得分 {level} 无人"),
    "report_empty_level_say": (
        "{share} of the customers bought once and share one score, since equal customers are not told apart.",
        "{share} 的客户只购买过一次，得分相同，因此同分客户不再细分。",
    ),
    "report_in_out": ("in and out", "进 / 出"),
    "report_suggested": ("suggested", "建议"),
    "report_share_of": ("share of {what}", "{what}占比"),
    "report_do_champions": ("thank them, early access; no discounts", "致谢、优先体验，不打折"),
    "report_do_loyal": ("offer what their basket lacks", "推荐其购物篮中缺少的商品"),
    "report_do_potential_loyalist": ("invite to the next order soon", "促成下一单"),
    "report_do_new": ("welcome series", "新客欢迎"),
    "report_do_promising": ("show the range", "展示商品品类"),
    "report_do_needs_attention": ("remind them of what they bought", "提醒其买过的商品"),
    "report_do_about_to_sleep": ("reactivate before they sleep", "沉睡前唤醒"),
    "report_do_at_risk": ("call those with most money", "联系其中消费最高者"),
    "report_do_cannot_lose": ("personal contact this week", "本周专人联系"),
    "report_do_hibernating": ("low-cost mail only", "仅用低成本触达"),
    "report_do_lost": ("spend nothing on them", "不再投入"),
}

_MOVEMENT = {
    "report_movement_title": (
        "{up} customers moved up and {down} down since {date}",
        "自 {date} 以来，{up} 位客户上升，{down} 位客户下降",
    ),
    "report_movement_sub": (
        "Segments then and now by the cuts of today; revenue from one {unit} to the next",
        "按今天的分界比较当时与现在的客户群；相邻两个{unit}的收入变化",
    ),
    "report_movement_figure": ("Migration between segments", "客户群之间的迁移"),
    "report_bridge_figure": ("From the revenue of {before} to that of {after}", "从 {before} 的收入到 {after} 的收入"),
    "report_calendar_figure": ("Who will drop to a lower segment, and when", "谁将在何时降级"),
    "report_calendar_sentence": (
        "{n} customers who brought {money} so far will drop to a lower segment within {days} days unless they buy",
        "若不再购买，{n} 位累计消费 {money}的客户将在 {days} 天内降级",
    ),
    "report_calendar_none": (
        "Nobody drops to a lower segment in the next {days} days.",
        "未来 {days} 天内没有客户降级。",
    ),
    "report_drops_caption": ("The next {days} days, if nothing is bought", "未来 {days} 天（若不购买）"),
    "report_drops_from": ("from", "从"),
    "report_drops_to": ("to", "到"),
    "report_money_at_stake": ("money so far", "累计消费"),
}

_STAYING = {
    "report_retention_title": (
        "One {unit} after the first purchase {share} of the customers buy again",
        "首购后一个{unit}，{share} 的客户再次购买",
    ),
    "report_retention_title_short": ("Too short a past to follow cohorts", "历史太短，无法跟踪同期群"),
    "report_retention_sub": (
        "Customers by the {unit} of their first purchase; the mean follows all cohorts that reached the age",
        "按首购所在{unit}分组；平均值只含已到达该期数的同期群",
    ),
    "report_heat_caption": (
        "Per cent of each cohort who bought in the {unit} of that age; hatched: not over",
        "各同期群在该期（{unit}）内购买的比例（%）；斜线：尚未结束",
    ),
    "report_heat_corner": ("cohort, customers", "同期群与人数"),
    "report_heat_cell": ("{some} of {all}", "{all} 人中的 {some} 人"),
    "report_gap_sentence": (
        "Nine in ten of those who ever come back do so within {days} days; who is quiet for longer counts as lost.",
        "会回来的客户中，十分之九在 {days} 天内回来；更久没有购买的客户计为流失。",
    ),
    "report_survival_sentence": (
        "Half of the customers are lost after {days} days.",
        "一半的客户在 {days} 天后流失。",
    ),
    "report_repurchase_figure": ("Repurchase by the number of the order", "按订单序号的复购率"),
    "report_gaps_figure": ("How soon a purchase is followed by the next", "两次购买之间的间隔"),
    "report_hazard_figure": ("How likely a silent customer is to buy again", "沉默客户再次购买的可能性"),
    "report_survival_figure": ("How long customers stay", "客户留存时间"),
}

_WORTH = {
    "report_worth_title": (
        "Within a year today's customers are expected to bring {money} ({level}: {low} to {high})",
        "现有客户预计一年内带来 {money}（{level} 区间：{low} 至 {high}）",
    ),
    "report_worth_sub": (
        "Revenue of customers known today within a year ({days} days); of a single customer discounted by 10 % a year",
        "现有客户在一年（{days} 天）内的销售额；单个客户的价值按每年 10% 折现",
    ),
    "report_worth_tried": (
        "At {n} earlier days the same forecast for {days} days was off by {most} at most.",
        "在 {n} 个历史时点，同样的预测（{days} 天）误差最多为 {most}。",
    ),
    "report_worth_untried": (
        "The past is too short to try the forecast on it; the interval is the model's own word.",
        "历史太短，无法回测；区间仅为模型自身的估计。",
    ),
    "report_deciles_figure": ("Expected value by tenths of the customers", "按十等分的客户预期价值"),
    "report_decile": ("tenth", "十分位"),
    "report_value_each": ("value each", "人均价值"),
    "report_value_sum": ("value", "价值合计"),
    "report_value_word": ("value", "价值"),
}

_ACTIONS = {
    "report_actions_title": (
        "{n} accounts who may take {money} a year with them need a look now",
        "{n} 位客户需要立即关注，涉及每年 {money}",
    ),
    "report_actions_title_none": ("Nobody is on the watch-list today", "今天没有需要预警的客户"),
    "report_actions_sub": (
        "Groups and money; the ids of the customers come with ids=True",
        "按组与金额汇总；客户编号需用 ids=True 输出",
    ),
    "report_actions_sub_ids": (
        "Groups and money, and the first customers of each list",
        "按组与金额汇总，并列出各名单最前的客户",
    ),
    "report_watch_head": ("Look at: accounts that went quiet or buy less", "关注：沉默或消费下降的客户"),
    "report_watch_say": (
        "Of earlier alerts of this kind {share} were false: the account came back by itself.",
        "以往同类预警中 {share} 为误报：客户后来自行恢复。",
    ),
    "report_win_head": ("Win back: lost customers by their purchases so far", "挽回：按购买次数分组的流失客户"),
    "report_win_say": (
        "What they would bring within 180 days by themselves; a contact pays if it adds more than it costs.",
        "他们在 180 天内自行回来可能带来的金额；只有新增价值高于成本时，联系才划算。",
    ),
    "report_lift_head": ("Lift: the next better segment, and what it takes", "提升：更好的客户群及所需条件"),
    "report_lift_say": ("Medians of the customers of each row.", "各行客户的中位数。"),
    "report_column_customers": ("customers", "客户数"),
    "report_column_signal": ("signal", "信号"),
    "report_column_at_stake": ("money at stake", "风险金额"),
    "report_column_purchases": ("purchases", "购买次数"),
    "report_column_p_reactivation": ("chance to return", "回归概率"),
    "report_column_value": ("expected money", "预期金额"),
    "report_column_worth_a_contact": ("expected each", "人均预期"),
    "report_column_upgrade_to": ("could be", "可提升至"),
    "report_column_upgrade_orders": ("orders it takes", "所需订单"),
    "report_column_upgrade_money": ("money it takes", "所需金额"),
    "report_column_upgrade_by": ("by", "期限"),
    "report_column_days_inactive": ("days quiet", "沉默天数"),
    "report_column_usual_gap": ("usual gap, days", "平时间隔（天）"),
    "report_column_value_if_reactivated": ("value if back", "回归后价值"),
    "report_column_expected_profit": ("expected money", "预期金额"),
    "report_first_rows": ("The first {n}", "前 {n} 位"),
    "report_download": ("Save these rows as CSV", "将这些行保存为 CSV"),
}

_TRUST = {
    "report_trust_title": (
        "{segment} bought again within {days} days in {share} of the cases, all customers in {all}",
        "{segment}在 {days} 天内再次购买的比例为 {share}，全部客户为 {all}",
    ),
    "report_sampled": (
        "Of so many customers a part is enough: this section looks at {n} of the {among}, drawn by their ids.",
        "客户数量很多，取一部分即可：本节只看按客户编号抽取的 {n} 位客户（共 {among} 位）。",
    ),
    "report_trust_sub": (
        "The same rules at {n} earlier days, blind to what came later, judged by the {days} days after",
        "同样的规则应用于 {n} 个历史时点（不看后来的数据），用其后 {days} 天检验",
    ),
    "report_rebought": ("bought again", "再次购买"),
    "report_interval": ("95 % interval", "95% 区间"),
    "report_lift": ("lift", "提升度"),
    "report_backtest_figure": (
        "Customers reached by segment, and by recency alone",
        "按客户群与仅按最近消费所覆盖的回购客户",
    ),
    "report_steady_head": ("How much depends on arbitrary choices", "结果对人为选择的依赖程度"),
}

_COMPARISON = {
    "report_comparison_title": (
        "{first}: {before} revenue; {second}: {now}",
        "{first}：销售额 {before}；{second}：{now}",
    ),
    "report_comparison_sub": ("The same measures, counted in the same way", "同样的指标，同样的口径"),
    "report_measure": ("measure", "指标"),
    "report_change": ("change", "变化"),
    "report_points_word": ("points", "个百分点"),
    "report_this_shop": ("this one", "本店"),
    "report_other_shop": ("the other one", "另一家"),
    "report_measure_customers": ("customers", "客户数"),
    "report_measure_orders": ("orders", "订单数"),
    "report_measure_revenue": ("revenue", "销售额"),
    "report_measure_order_value": ("order value", "客单价"),
    "report_measure_orders_each": ("orders per customer", "人均订单数"),
    "report_measure_revenue_each": ("revenue per customer", "人均销售额"),
    "report_measure_top_share": ("revenue from the best 20 %", "前 20% 客户的销售额占比"),
    "report_measure_gini": ("Gini coefficient", "基尼系数"),
    "report_measure_champions": ("champions", "冠军客户占比"),
    "report_measure_at_risk": ("at risk", "流失风险客户占比"),
    "report_measure_lost": ("lost", "流失客户占比"),
    "report_measure_active": ("active in the last period", "最近一期活跃客户"),
    "report_measure_retention": ("retained in the last period", "最近一期留存率"),
    "report_measure_nrr": ("net revenue retention", "净收入留存率"),
}

_WORDS_OF_THE_FIELD = {
    "report_definitions_title": ("What every figure counts", "每个数字的口径"),
    "report_definitions_sub": (
        "Numerator, denominator, window and what is left out",
        "分子、分母、时间窗口与排除项",
    ),
    "report_glossary": ("Glossary", "术语表"),
    "report_cite": (
        "To cite: crmkit {version}, customer analytics on transaction tables; its manual has the sources.",
        "引用：crmkit {version}，基于交易表的客户分析；方法来源见其文档。",
    ),
    "report_term_rfm": ("RFM", "RFM"),
    "report_meaning_rfm": (
        "scores from 1 to 5 for how recently, how often and for how much a customer bought; 5 is the best fifth",
        "按最近消费、消费频率与消费金额各打 1 至 5 分，5 分为最好的五分之一",
    ),
    "report_term_tier": ("tier", "客户层级"),
    "report_meaning_tier": (
        "a slice of the customers ranked by revenue, the best on top",
        "按销售额从高到低排名后切出的一层客户",
    ),
    "report_term_cohort": ("cohort", "同期群"),
    "report_meaning_cohort": (
        "the customers whose first purchase fell into the same period",
        "首次购买落在同一时期的客户",
    ),
    "report_term_retention": ("retained", "留存率"),
    "report_meaning_retention": (
        "of the customers active in one period, the share active in the next",
        "上一期活跃的客户中，本期仍活跃的比例",
    ),
    "report_term_nrr": ("net revenue retention (NRR)", "净收入留存率（NRR）"),
    "report_meaning_nrr": (
        "of the revenue of one period, the share that the same customers bring in the next, growth included",
        "同一批客户本期收入与上期收入之比，含增购",
    ),
    "report_term_gini": ("Gini coefficient", "基尼系数"),
    "report_meaning_gini": (
        "0 where all customers bring the same, near 1 where one brings all",
        "所有客户贡献相同时为 0，一位客户贡献全部时接近 1",
    ),
    "report_term_residual": ("value", "客户价值"),
    "report_meaning_residual": (
        "what a customer is expected to bring from today on, given what they did so far",
        "根据迄今行为，客户从今天起预计带来的金额",
    ),
    "report_term_lift": ("lift", "提升度"),
    "report_meaning_lift": (
        "how many times as often as among all customers",
        "与全部客户相比的倍数",
    ),
    "report_term_interval": ("interval", "区间"),
    "report_meaning_interval": (
        "the range that holds the true figure with the probability that is named",
        "以所述概率包含真实值的范围",
    ),
}

_BOOKS = {
    "report_sheet_contents": ("contents", "目录"),
    "report_sheet_settings": ("settings", "设置"),
    "report_sheet_definitions": ("definitions", "定义"),
    "report_check": ("check", "核对"),
    "report_total": ("total", "合计"),
    "report_sheet_name": ("sheet", "工作表"),
    "report_sheet_says": ("what it says", "内容"),
    "report_setting": ("setting", "项目"),
    "report_setting_value": ("value", "取值"),
    "report_notebook_start": (
        "Customers of {name}: a notebook to go on from. Set the path of your table in the next cell and run all cells.",
        "{name}：可继续编辑的分析笔记本。请在下一格填写数据表路径，然后运行全部单元格。",
    ),
    "report_notebook_data": ("From what came in to what is used", "从读入到实际使用"),
    "report_notebook_customers": ("One row per customer", "每位客户一行"),
}

WORDS = {
    **_PAGE, **_SECTIONS, **_DATA, **_TILES, **_REVENUE, **_SEGMENTS, **_MOVEMENT, **_STAYING, **_WORTH, **_ACTIONS,
    **_TRUST, **_COMPARISON, **_WORDS_OF_THE_FIELD, **_BOOKS,
}  # fmt: skip
