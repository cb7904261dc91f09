"""Titles of pictures: each says a finding in a sentence; a test compares its numbers with the result."""

WORDS = {
    "plot_ledger_title": (
        "{rows} of the rows and {money} of the money are used",
        "实际使用了 {rows} 的记录和 {money} 的金额",
    ),
    "plot_ledger_title_rows": ("{rows} of the rows are used", "实际使用了 {rows} 的记录"),
    "title_win_back_none": (
        "None of {lost} lost customers is worth contacting at this cost",
        "按此成本，{lost} 位流失客户中没有一位值得联系",
    ),
    "plot_deciles_title": (
        "The best {customers} of customers are to bring {money} of the value",
        "前 {customers} 的客户预计带来 {money} 的价值",
    ),
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
    "title_hazard": (
        "{first} of purchases are followed by another within {step} days, {later} after {days} days of silence",
        "{first} 的购买在 {step} 天内有下一次；沉默 {days} 天后为 {later}",
    ),
    "title_new_returning": (
        "Known customers brought {share} of the revenue of {period}",
        "{period} 的收入中 {share} 来自老客户",
    ),
    "title_funnel": ("{share} of customers came to a second purchase so far", "至今 {share} 的客户有第二次购买"),
    "title_win_back": (
        "Contacting {n} of {lost} lost customers brings {profit}",
        "联系 {lost} 位流失客户中的 {n} 位，预计带来 {profit}",
    ),
    "title_expected_returns": (
        "{n} of {lost} lost customers are expected back by themselves within {days} days",
        "{lost} 位流失客户中，预计 {days} 天内有 {n} 位自行回流",
    ),
    "title_total": (
        "Expected within {days} days: {value} ({level} interval {low} to {high})",
        "{days} 天内预计 {value}（{level} 区间：{low} 至 {high}）",
    ),
    "title_migration": ("{up} customers moved up, {down} moved down", "{up} 位客户上升，{down} 位客户下降"),
    # --- loyalty
    "title_nps": ("Net promoter score {score}", "净推荐值 {score}"),
    "title_nps_best": ("{name} scores highest: {score}", "{name}的净推荐值最高：{score}"),
    "title_nps_above": (
        "{name}: net promoter score {points} points above {baseline}",
        "{name}的净推荐值比{baseline}高 {points} 分",
    ),
    "title_nps_below": (
        "{name}: net promoter score {points} points below {baseline}",
        "{name}的净推荐值比{baseline}低 {points} 分",
    ),
    "title_csat": ("{share} of respondents are satisfied", "{share} 的受访者满意"),
    "title_csat_best": ("{name} satisfies most: {share} of respondents", "{name}的满意度最高：{share}"),
    "title_gap_short": (
        "{name} falls short most: {got} got against {hoped} expected",
        "{name}差距最大：期望 {hoped}，感受 {got}",
    ),
    "title_gap_none": (
        "Nothing falls short; nearest to what was expected is {name}: {got} against {hoped}",
        "没有低于期望的项目；最接近期望的是{name}：感受 {got}，期望 {hoped}",
    ),
    "title_driver": (
        "{name} matters most: {share} of what explains satisfaction",
        "{name}最重要：占满意度可解释部分的 {share}",
    ),
    "title_response": (
        "{best} answered most ({most}), {worst} least ({least})",
        "{best}作答最多（{most}），{worst}最少（{least}）",
    ),
    "title_response_one": ("{most} answered", "{most} 作答"),
    "title_complaints": (
        "After a complaint {own} bought again within {days} days, of customers alike {alike}",
        "投诉后 {days} 天内 {own} 再次购买，相似客户为 {alike}",
    ),
    "title_closing": (
        "After {days} days {share} of complaints are still open",
        "{days} 天后仍有 {share} 的投诉未关闭",
    ),
    "title_still_open": (
        "Even after {days} days {share} of complaints are still open",
        "{days} 天后仍有多达 {share} 的投诉未关闭",
    ),
    "title_indicator": ("{what} in {period}: {value}", "{period}的{what}：{value}"),
    "title_largest_type": ("Largest group: {name}, {share} of customers", "最大的一类：{name}，占客户的 {share}"),
    # --- brands
    "title_dirichlet": (
        "{name} is bought {n} times per buyer; {normal} are normal for its size",
        "{name}人均购买 {n} 次；以其规模，{normal} 次属正常",
    ),
    "title_true_concentration": (
        "The top {top} make {one_period} of purchases in one period, {long_run} in the long run",
        "前 {top} 的客户在一期内占购买的 {one_period}，长期为 {long_run}",
    ),
    "title_switching": (
        "{name} is chosen again most: by {share} of those who bought it last",
        "{name}被再次选择最多：上次购买者的 {share}",
    ),
    "title_choice_driver": (
        "{name} decides most: {share} of what tells brands apart",
        "{name}影响最大：占品牌间差异的 {share}",
    ),
    "title_what_if": (
        "A customer who bought {name} last is worth {gain} more",
        "上次购买{name}的客户价值增加 {gain}",
    ),
    # --- baskets
    "title_rules": (
        "{pair}: together {lift} times as often as by chance",
        "{pair}：同购次数是随机的 {lift} 倍",
    ),
    "title_next_purchase": (
        "After {item}, {share} of next purchases hold {then}",
        "购买{item}之后，{share} 的下一次购买含{then}",
    ),
    "title_sequences": ("{sequence}: {share} of customers", "{sequence}：{share} 的客户"),
    "title_recommendations": (
        "{item} is offered to {n} of {all} customers, the most",
        "{item}推荐给 {all} 位客户中的 {n} 位，最多",
    ),
    "title_cross_selling": (
        "{share} of customers buy more than one {items}",
        "{share} 的客户购买不止一种{items}",
    ),
    "title_cross_selling_groups": (
        "Customers who buy more than one {items}: {best} {share}, {worst} {least}",
        "购买不止一种{items}的客户：{best} {share}，{worst} {least}",
    ),
    "title_mix": (
        "{name} spends {times} times as much of its money on {item} as all do",
        "{name}在{item}上的消费占比是全体的 {times} 倍",
    ),
    # --- churn
    "title_calibration": (
        "Recommended: {what}, off by {error} on average",
        "推荐：{what}，平均偏差 {error}",
    ),
    "title_gain": (
        "The likeliest {top} hold {share} of those who leave",
        "流失概率最高的 {top} 客户中有 {share} 的流失客户",
    ),
    "title_campaign": (
        "Contacting {n} of {all} customers is best and brings {profit}",
        "联系 {all} 位客户中的 {n} 位最好，预计带来 {profit}",
    ),
    # --- segments
    "title_clusters": ("{k} clusters win {votes} of {all} votes", "{k} 类在 {all} 票中得 {votes} 票"),
    "title_cluster_profile": (
        "Largest cluster: {k} ({name}), {share} of customers",
        "最大的聚类：{k}（{name}），占客户的 {share}",
    ),
    "title_value_matrix": (
        "{name}: {customers} of customers, {money} of the current value",
        "{name}：占客户 {customers}，占当前价值 {money}",
    ),
    "title_growth_matrix": ("{name} brought {share} of the revenue", "{name}带来 {share} 的收入"),
    "title_migration_series": (
        "{up} moves up and {down} down from {first} to {last}",
        "{first} 至 {last}：上升 {up} 次，下降 {down} 次",
    ),
    "title_rfm_grid": (
        "Most customers have R {r} and F {f}: {share}",
        "R {r}、F {f} 的客户最多：{share}",
    ),
    "title_rfm_grid_money": (
        "Customers with R {r} and F {f} brought most: {share}",
        "R {r}、F {f} 的客户贡献最多：{share}",
    ),
    "title_distributions": (
        "Half of {name} have been quiet for at most {days} days",
        "{name}中有一半沉默不超过 {days} 天",
    ),
    "title_backtest": (
        "{share} of “{name}” bought again within {days} days, {all} of all customers",
        "“{name}”{days} 天内 {share} 再次购买，全部客户为 {all}",
    ),
    "title_reached": (
        "The first {top} reach {segments} of those who buy again; by recency alone {recency}",
        "前 {top} 的客户包含 {segments} 的再购客户；仅按最近一次消费为 {recency}",
    ),
    "title_reached_revenue": (
        "The first {top} bring {segments} of the revenue; by recency alone {recency}",
        "前 {top} 的客户带来 {segments} 的收入；仅按最近一次消费为 {recency}",
    ),
    "title_sensitivity_choices": (
        "Grade {grade}: one choice moves at most {share} of customers",
        "稳健性 {grade}：单个设定最多改变 {share} 客户的分组",
    ),
    "title_sensitivity_segments": (
        "Grade {grade}; “{name}” is shakiest, kept in {share} of re-runs",
        "稳健性 {grade}；最不稳的是“{name}”，在 {share} 的重算中保持不变",
    ),
    # --- over time
    "title_cohort_rate": (
        "{value} of customers bought at age {age} ({period})",
        "第 {age} {period}有 {value} 的客户购买",
    ),
    "title_cohort_rate_best": (
        "{name} keeps most: {value} bought at age {age} ({period})",
        "{name}留存最高：第 {age} {period}有 {value} 购买",
    ),
    "title_cohort_money": (
        "By age {age} ({period}) a customer has brought {value}",
        "到第 {age} {period}，每位客户累计带来 {value}",
    ),
    "title_cohort_money_best": (
        "{name} brings most: {value} per customer by age {age} ({period})",
        "{name}最多：到第 {age} {period}，每位客户累计 {value}",
    ),
    "title_audit": (
        "Customers won before {period} brought {share} of its profit",
        "{period} 的利润中 {share} 来自此前获得的客户",
    ),
    "title_lifecycle": (
        "{stage}: {share} of customers at the end of {period}",
        "{period} 期末{stage}占客户的 {share}",
    ),
    "title_lifecycle_money": (
        "{stage}: {share} of the spend at the end of {period}",
        "{period} 期末{stage}占消费额的 {share}",
    ),
    "title_movements": ("{period}: {won} won, {lost} lost", "{period}：增加 {won}，减少 {lost}"),
    "title_movements_customers": (
        "{period}: {won} customers won or grown, {lost} lost or shrunk",
        "{period}：{won} 位客户新增或增长，{lost} 位流失或缩减",
    ),
    "title_retention_rate_best": (
        "{name} kept the largest share of customers in {period}: {share}",
        "{period} {name}的留存率最高：{share}",
    ),
    "title_churn_rate_best": (
        "{name} lost the largest share of customers in {period}: {share}",
        "{period} {name}的流失率最高：{share}",
    ),
    "title_survival_groups": (
        "After {time} days {best} keeps {share} of customers, {worst} {least}",
        "{time} 天后，{best}留存 {share}，{worst} {least}",
    ),
    "title_repurchase_groups": (
        "First orders followed by another within {days} days: {best} {share}, {worst} {least}",
        "首单后 {days} 天内有下一单：{best} {share}，{worst} {least}",
    ),
    "title_compared_above": (
        "{name}: repurchase rate {points} points above {baseline}",
        "{name}的复购率比{baseline}高 {points} 个百分点",
    ),
    "title_compared_below": (
        "{name}: repurchase rate {points} points below {baseline}",
        "{name}的复购率比{baseline}低 {points} 个百分点",
    ),
    "title_lost_rules": (
        "{rule}: {back} of those called lost came back, the fewest",
        "{rule}：判为流失者中 {back} 又回来，为最少",
    ),
    "title_watch": (
        "{n} alerts a week, {share} of them false",
        "每周 {n} 次预警，其中 {share} 为误报",
    ),
    # --- models
    "title_models": (
        "Recommended: {name}, off by {error} purchases per customer and {bias} in all",
        "推荐：{name}，每位客户平均偏差 {error} 次购买，合计偏差 {bias}",
    ),
    "title_fits": ("{name} fits best", "{name} 拟合最好"),
    "title_norms": (
        "Normal: {share} of a period's buyers buy again in the next",
        "常模：本期购买者中 {share} 下期再次购买",
    ),
    "title_measures": ("{value} repeat purchases per customer", "每位客户重复购买 {value} 次"),
    "title_size_change": (
        "“{name}”: {change} customers, {by_customers} of their own, {by_cuts} by new cuts",
        "“{name}”：客户数 {change}，其中自身变动 {by_customers}，切点变动 {by_cuts}",
    ),
    "title_tracking": (
        "Not seen by the model: {actual} repeat purchases, {expected} expected",
        "模型未见的时期：实际重复购买 {actual} 次，预期 {expected} 次",
    ),
    "title_tracking_fit": (
        "{actual} repeat purchases, {expected} expected",
        "实际重复购买 {actual} 次，预期 {expected} 次",
    ),
    "title_holdout": (
        "Customers with {n} repeat purchases made {actual} more; {expected} were expected",
        "此前重复购买 {n} 次的客户又购买 {actual} 次，预期 {expected} 次",
    ),
    "title_distribution": (
        "{actual} customers have {n} repeat purchases; the model expects {expected}",
        "{actual} 位客户重复购买 {n} 次；模型预期 {expected} 位",
    ),
    "title_grid_given_up": (
        "With {n} repeat purchases, {days} days of silence leave a chance of {share} of being a customer",
        "重复购买 {n} 次者沉默 {days} 天后，仍为客户的概率为 {share}",
    ),
    "title_grid_alive": (
        "With {n} repeat purchases, even {days} days of silence leave a chance of {share} of being a customer",
        "重复购买 {n} 次者即使沉默 {days} 天，仍为客户的概率为 {share}",
    ),
    "title_grid_expected": (
        "With {n} repeat purchases, quiet for {days} days: {value} purchases expected",
        "重复购买 {n} 次、沉默 {days} 天者预期购买 {value} 次",
    ),
    "title_alive": (
        "{share} likely still a customer on {date}, after {n} purchases",
        "{date}：购买 {n} 次，仍为客户的概率 {share}",
    ),
    # columns of its tables
    "column_gap": ("gap", "差距"),
}
