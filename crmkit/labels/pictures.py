"""Texts of the pictures of scores, tiers and lifetimes; {words} are filled in."""

WORDS = {
    "money": ("money", "金额"),
    "plot_money": ("{what}, in the currency of the data", "{what}（数据的货币单位）"),
    "plot_cells": ("in each cell: {what}", "格内数字：{what}"),
    "plot_recency_score": (
        "recency score R, points (higher: more recent)",
        "最近一次消费得分 R（分，越高离现在越近）",
    ),
    "plot_frequency_score": (
        "frequency score F, points (higher: more orders)",
        "消费频率得分 F（分，越高订单越多）",
    ),
    "plot_both_shares": ("share of all customers, share of all money (%)", "占全部客户、全部金额的比例（%）"),
    "plot_gini": ("Gini coefficient {gini}", "基尼系数 {gini}"),
    "plot_top_holds": ("top {customers} of customers: {money} of money", "前 {customers} 的客户占金额的 {money}"),
    "plot_top_needed": ("{money} of money: top {customers} of customers", "{money} 的金额来自前 {customers} 的客户"),
    "plot_equal": ("all customers alike", "所有客户都一样"),
    "plot_customers_from_least": (
        "customers, from the least money to the most (cumulative %)",
        "客户累计占比（%，按金额从少到多）",
    ),
    "plot_cumulative_money": ("their money (cumulative %)", "金额累计占比（%）"),
    "plot_cumulative_repeats": ("repeat purchases since the start", "累计重复购买次数"),
    "plot_period_repeats": ("repeat purchases in the period", "每期重复购买次数"),
    "plot_from_here": ("not seen by the model", "模型未见的时期"),
    "plot_mean_in_holdout": ("purchases per customer in the holdout", "留出期内人均购买次数"),
    "plot_repeats_before": ("repeat purchases before the holdout", "留出期之前的重复购买次数"),
    "plot_named_number": ("{what}: {amount}", "{what}：{amount}"),
    "plot_lines": ("lines: {what}", "等值线：{what}"),
    "plot_p_alive": ("P(alive), %", "仍为客户的概率（%）"),
    "plot_map_recency": ("recency score, points (right: bought more recently)", "最近消费得分（分，越靠右越近）"),
    "plot_map_frequency_money": (
        "mean of frequency and money scores, points",
        "频率与金额得分的平均（分）",
    ),
    "plot_box_recency": ("days quiet", "沉默天数"),
    "plot_box_frequency": ("orders (log)", "订单数（对数）"),
    "plot_box_monetary": ("spend (log)", "消费额（对数）"),
    "plot_ledger_rows": ("rows", "记录"),
    "plot_ledger_money": ("money", "金额"),
    "plot_ledger_share": ("share of what came in", "占读入的比例"),
    "plot_ledger_title": (
        "{rows} of the rows and {money} of the money are used",
        "实际使用了 {rows} 的记录和 {money} 的金额",
    ),
    "plot_ledger_title_rows": ("{rows} of the rows are used", "实际使用了 {rows} 的记录"),
    "title_win_back_none": (
        "None of {lost} lost customers is worth contacting at this cost",
        "按此成本，{lost} 位流失客户中没有一位值得联系",
    ),
    "plot_deciles": ("tenths of the customers by expected value, the best first", "按预期价值从高到低的客户十分位"),
    "plot_value_each": ("expected value per customer, in the currency of the data", "人均预期价值（数据的货币单位）"),
    "plot_deciles_title": (
        "The best {customers} of customers are to bring {money} of the value",
        "前 {customers} 的客户预计带来 {money} 的价值",
    ),
    # titles that say the finding; a test compares each number with the result
    "title_tiers": ("{customers} of customers bring {money} of the money", "{customers} 的客户带来 {money} 的金额"),
    "title_lorenz": (
        "The best {customers} of customers bring {money} of the money",
        "前 {customers} 的客户带来 {money} 的金额",
    ),
    "title_segments": (
        "{name}: {customers} of customers, {money} of the money",
        "{name}：占客户 {customers}，占金额 {money}",
    ),
    "title_grid_empty": (
        "Nobody has frequency score {levels}: customers with equal orders share one score",
        "频率得分 {levels} 无人：订单数相同的客户得分相同",
    ),
    "title_survival": (
        "{share} of customers are still there after {time} days",
        "{time} 天后仍有 {share} 的客户留存",
    ),
    "title_gaps": (
        "{share} of purchases are followed by another; nine in ten of these within {days} days",
        "{share} 的购买之后还有购买，其中九成在 {days} 天内",
    ),
    "title_gaps_open": ("{share} of purchases are followed by another", "{share} 的购买之后还有购买"),
    "title_repurchase": (
        "{share} of first orders are followed by another within {days} days",
        "{share} 的首单在 {days} 天内有下一单",
    ),
    "title_downgrades": (
        "{customers} customers who brought {money} will drop by {last} unless they buy",
        "若不购买，{customers} 位累计消费 {money} 的客户将在 {last} 前降级",
    ),
    "title_bridge_up": (
        "Revenue rose by {share}, from {before} to {after}",
        "收入增长 {share}：从 {before} 到 {after}",
    ),
    "title_bridge_down": (
        "Revenue fell by {share}, from {before} to {after}",
        "收入下降 {share}：从 {before} 到 {after}",
    ),
    "title_retention_rate": ("{share} of customers were retained in {period}", "{period} 的客户留存率为 {share}"),
    "title_churn_rate": ("{share} of customers were lost in {period}", "{period} 的客户流失率为 {share}"),
    "plot_none_can_be_lost": (
        "by the rule nobody can be lost so early",
        "按规则，此前不会有人流失",
    ),
    "plot_days_of_silence": ("days since the last purchase", "距最近一次购买的天数"),
    "plot_hazard": ("buys within the next {days} days (%)", "其后 {days} 天内购买的比例（%）"),
    "title_hazard": (
        "{first} of purchases are followed by another within {step} days, {later} after {days} days of silence",
        "{first} 的购买在 {step} 天内有下一次；沉默 {days} 天后为 {later}",
    ),
    "plot_known_customers": ("known customers", "老客户"),
    "plot_new_customers": ("new customers", "新客户"),
    "title_new_returning": (
        "Known customers brought {share} of the revenue of {period}",
        "{period} 的收入中 {share} 来自老客户",
    ),
    "plot_funnel": ("customers who came so far, and their share of all", "到达该次购买的客户及其占比"),
    "title_funnel": ("{share} of customers came to a second purchase so far", "至今 {share} 的客户有第二次购买"),
    "title_win_back": (
        "Contacting {n} of {lost} lost customers brings {profit}",
        "联系 {lost} 位流失客户中的 {n} 位，预计带来 {profit}",
    ),
    "plot_actual_of_said": (
        "what came, in per cent of what was said at earlier days",
        "历史时点的实际值占当时预测值的比例（%）",
    ),
    "title_total": (
        "{value} within {days} days ({level}: {low} to {high})",
        "{days} 天内 {value}（{level} 区间：{low} 至 {high}）",
    ),
    "title_migration": ("{up} customers moved up, {down} moved down", "{up} 位客户上升，{down} 位客户下降"),
}
