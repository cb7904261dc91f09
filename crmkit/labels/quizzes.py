"""Words of the quizzes: questions and worked solutions."""

WORDS = {
    "quiz_score": (
        "Ten customers last bought {days} days ago. Which R score from 1 to 5 does the first one get?",
        "十位客户距上次购买的天数分别为 {days}。第一位客户的 R 分（1 到 5）是多少？",
    ),
    "quiz_score_solution": (
        "{behind} of ten have waited longer; in the middle of the own place that makes {place:g} / 10, and "
        "1 + floor(5 x {place:g} / 10) = {answer:g}.",
        "十位中有 {behind} 位更久没来；取自身位置的中点为 {place:g} / 10，1 + floor(5 × {place:g} / 10) = {answer:g}。",
    ),
    "quiz_break_even": (
        "A letter costs {cost:.2f}, an answer brings a margin of {margin}. Of {sent:,} people mailed "
        "{responses} answered. "
        "What is the break-even index of this cell?",
        "每封信成本 {cost:.2f} 元，每次响应带来毛利 {margin} 元。寄出 {sent:,} 封，有 {responses} 人响应。"
        "这一格的盈亏平衡指数是多少？",
    ),
    "quiz_break_even_solution": (
        "Break-even rate {cost:.2f} / {margin} = {rate:.3%}; response {response:.1%}; "
        "({response:.1%} - {rate:.3%}) / {rate:.3%} x 100 = {answer:.1f}.",
        "盈亏平衡响应率 {cost:.2f} / {margin} = {rate:.3%}；响应率 {response:.1%}；"
        "（{response:.1%} - {rate:.3%}）/ {rate:.3%} × 100 = {answer:.1f}。",
    ),
    "quiz_tiers": (
        "A shop has {n:,} customers of different value. How many are secondary customers in the pyramid of "
        "1, 19, 30 and "
        "50 %?",
        "某店有 {n:,} 位价值各不相同的客户。按 1%、19%、30%、50% 分级，次要客户有多少位？",
    ),
    "quiz_tiers_solution": (
        "The top 20 % are {top:,} customers, of whom the top 1 %, {important:,}, are important: {top:,} - "
        "{important:,} = "
        "{answer:,.0f}.",
        "前 20% 为 {top:,} 位，其中前 1% 即 {important:,} 位是重要客户：{top:,} - {important:,} = {answer:,.0f}。",
    ),
    "quiz_gini": (
        "Four customers spent {spend}. What is the Gini coefficient?",
        "四位客户分别消费 {spend} 元。基尼系数是多少？",
    ),
    "quiz_gini_solution": (
        "(2 x {weighted:g} - 5 x {total:g}) / (4 x {total:g}) = {answer:.4f}, where {weighted:g} is the sum of place x "
        "spend, from the smallest up.",
        "（2 × {weighted:g} - 5 × {total:g}）/（4 × {total:g}）= {answer:.4f}，其中 {weighted:g} "
        "为自小到大的名次 × 金额之和。",
    ),
    "quiz_retention": (
        "A shop has {start} customers at the start of the year, wins {new} and ends with {end}. What is its "
        "retention rate?",
        "某店年初有 {start} 位客户，当年新增 {new} 位，年末有 {end} 位。客户保持率是多少？",
    ),
    "quiz_retention_solution": (
        "Lost: {start} + {new} - {end} = {lost}; retention ({start} - {lost}) / {start} = {answer:.1%}. New "
        "customers do "
        "not count.",
        "流失：{start} + {new} - {end} = {lost} 位；保持率（{start} - {lost}）/ {start} = {answer:.1%}。新客户不计入。",
    ),
    "quiz_revenue": (
        "Revenue at the start {start}, churned {churned}, contraction {less}, expansion {more}. What is net revenue "
        "retention?",
        "期初收入 {start}，流失 {churned}，减购 {less}，增购 {more}。净收入留存率（NRR）是多少？",
    ),
    "quiz_revenue_solution": (
        "({start} - {churned} - {less} + {more}) / {start} = {answer:.1%}.",
        "答案：（{start} - {churned} - {less} + {more}）/ {start} = {answer:.1%}。",
    ),
    "quiz_lifetime": (
        "The churn rate is {churn:.0%} a year and constant. How long does a customer stay on average?",
        "年流失率恒为 {churn:.0%}。客户平均停留多少年？",
    ),
    "quiz_lifetime_solution": ("1 / {churn:g} = {answer:.2f} years.", "1 / {churn:g} = {answer:.2f} 年。"),
    "quiz_constant": (
        "Margin {m} a year at the start of each year, retention {r:.0%}, discount rate {d:.0%}. What is the lifetime "
        "value?",
        "每年年初毛利 {m} 元，保持率 {r:.0%}，贴现率 {d:.0%}。客户终身价值是多少？",
    ),
    "quiz_constant_solution": (
        "{m} x (1 + {d:g}) / (1 + {d:g} - {r:g}) = {answer:.2f}. If the first margin comes after a year, "
        "and only from who "
        "stays, it is {end:.2f}.",
        "{m} ×（1 + {d:g}）/（1 + {d:g} - {r:g}）= {answer:.2f} 元。若首笔毛利在一年后、且仅来自留下的客户，"
        "则为 {end:.2f} 元。",
    ),
    "quiz_average": (
        "An order is worth {value}, a customer places {orders} a year for {years} years, {rate:.0%} is "
        "margin. Lifetime "
        "value without discounting?",
        "客单价 {value} 元，每年 {orders} 单，持续 {years} 年，毛利率 {rate:.0%}。不贴现的终身价值是多少？",
    ),
    "quiz_average_solution": (
        "{value} x {orders} x {years} x {rate:g} = {answer:.2f}.",
        "{value} × {orders} × {years} × {rate:g} = {answer:.2f} 元。",
    ),
    "quiz_rule": (
        "Of {n:,} orders {a} hold A, {b} hold B and {both} both. What is the lift of the rule A, therefore B?",
        "{n:,} 张订单中，{a} 张含 A，{b} 张含 B，{both} 张两者都有。规则 A→B 的提升度是多少？",
    ),
    "quiz_rule_solution": (
        "Support {both} / {n:,} = {support:.2%}; confidence {both} / {a} = {confidence:.1%}; lift {confidence:.1%} / "
        "{share:.1%} = {answer:.3f}.",
        "支持度 {both} / {n:,} = {support:.2%}；置信度 {both} / {a} = {confidence:.1%}；"
        "提升度 {confidence:.1%} / {share:.1%} = {answer:.3f}。",
    ),
    "quiz_nps": (
        "Of 100 answers {plus} are 9 or 10, {rest} are 7 or 8, {minus} are 6 or less. What is the net promoter score?",
        "100 份回答中，{plus} 份为 9-10 分，{rest} 份为 7-8 分，{minus} 份为 6 分及以下。净推荐值是多少？",
    ),
    "quiz_nps_solution": ("{plus} % - {minus} % = {answer:+.0%}.", "答案：{plus}% - {minus}% = {answer:+.0%}。"),
    "quiz_ratio": (
        "A customer expected {expected} and perceived {perceived}. What is the satisfaction ratio?",
        "客户期望值为 {expected}，感受值为 {perceived}。满意度（感受值/期望值）是多少？",
    ),
    "quiz_ratio_solution": (
        "{perceived} / {expected} = {answer:.3f}; the gap is {gap:+d}. Above 1 is satisfied.",
        "{perceived} / {expected} = {answer:.3f}；差距为 {gap:+d}。大于 1 为满意。",
    ),
    "quiz_delivered": (
        "An offer's values are {values} (product, service, personnel, image), its costs {costs} (money, time, energy, "
        "mind). What is its delivered value?",
        "某产品的价值为 {values}（产品、服务、人员、形象），成本为 {costs}（货币、时间、体力、精神）。"
        "客户让渡价值是多少？",
    ),
    "quiz_delivered_solution": ("{value} - {cost} = {answer:g}.", "答案：{value} - {cost} = {answer:g}。"),
    "quiz_wallet": (
        "A customer spends {own} with us and {total} in the category. What is our share of wallet?",
        "客户在本企业花费 {own} 元，该品类总花费 {total} 元。客户份额是多少？",
    ),
    "quiz_wallet_solution": ("{own} / {total} = {answer:.1%}.", "答案：{own} / {total} = {answer:.1%}。"),
    "quiz_allocation": (
        "Of {n} brands that a customer uses ours ranks number {rank}. Which share of wallet does the Wallet "
        "Allocation Rule "
        "expect?",
        "客户使用 {n} 个品牌，本品牌排第 {rank}。按钱包分配法则，预期的客户份额是多少？",
    ),
    "quiz_allocation_solution": (
        "(1 - {rank} / ({n} + 1)) x 2 / {n} = {answer:.3f}.",
        "答案：（1 - {rank} /（{n} + 1））× 2 / {n} = {answer:.3f}。",
    ),
    "quiz_long_run": (
        "{staya:.0%} of A's buyers buy A again, {stayb:.0%} of B's buyers B. What is A's share in the long run?",
        "买 A 的人有 {staya:.0%} 再买 A，买 B 的人有 {stayb:.0%} 再买 B。A 的长期份额是多少？",
    ),
    "quiz_long_run_solution": (
        "Those who come to A over those who move: {toa:.2f} / ({toa:.2f} + {tob:.2f}) = {answer:.3f}.",
        "转向 A 的比例除以全部转换比例：{toa:.2f} /（{toa:.2f} + {tob:.2f}）= {answer:.3f}。",
    ),
    "quiz_product": (
        "{n} customers place {orders} orders of {value} each at a margin of {rate:.0%}. What is the profit?",
        "{n} 位客户，人均 {orders} 单，客单价 {value} 元，利润率 {rate:.0%}。利润是多少？",
    ),
    "quiz_product_solution": (
        "{n} x {orders} x {value} x {rate:g} = {answer:,.2f}.",
        "{n} × {orders} × {value} × {rate:g} = {answer:,.2f} 元。",
    ),
    "quiz_contribution": (
        "Customers of one order each grow from {n} to {n_after}, the order value from {value} to "
        "{value_after}. How much of "
        "the change in revenue is due to the number of customers?",
        "每位客户一单，客户数由 {n} 增至 {n_after}，客单价由 {value} 元升至 {value_after} 元。"
        "收入变化中有多少来自客户数？",
    ),
    "quiz_contribution_solution": (
        "{more} more customers at the mean of both order values: {more} x {middle:g} = {answer:,.2f}.",
        "新增 {more} 位客户 × 前后客单价的平均值：{more} × {middle:g} = {answer:,.2f} 元。",
    ),
    # columns of its tables
    "column_answer": ("answer", "答案"),
    "column_number": ("number", "序号"),
    "column_question": ("question", "题目"),
    "column_solution": ("solution", "解答"),
}
