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
        "{n} customers ({customers}) bring {money} of the revenue; the best 20 % bring {top}.",
        "{n} 位客户（{customers}）贡献了 {money} 的销售额；前 20% 的客户贡献 {top}。",
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
        "{n} 位累计消费 {money} 的客户处于流失风险或“不能流失”群",
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

WORDS = {**_PAGE, **_SECTIONS, **_DATA, **_TILES, **_REVENUE, **_SEGMENTS}
