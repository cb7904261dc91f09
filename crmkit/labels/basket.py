"""Words of baskets: what is bought together, what is bought next, what to offer."""

_PLACES = {
    "basket_within_order": ("orders", "订单"),
    "basket_within_day": ("purchase days of a customer", "客户的购买日"),
    "basket_within_customer": ("customers, with all that each of them bought", "客户（其全部购买）"),
    "basket_no_margin": ("the margin is not looked at", "不考虑毛利"),
    "basket_margin": ("scores are multiplied by the margin of the item", "得分乘以商品毛利"),
    "basket_new_only": ("only items that the customer never bought", "仅限客户从未买过的商品"),
    "basket_repeat_and_new": (
        "items bought before come first, then new ones, then what most customers buy",
        "先列买过的商品，再列未买过的，最后列大多数客户都买的",
    ),
    "product": ("product", "商品"),
    "category": ("category", "品类"),
    "channel": ("channel", "渠道"),
}

_LEFT_OUT = (
    "refunds; rows without an item ({unnamed}); baskets of too many items ({giant}); items and sets in fewer than "
    "{least} baskets",
    "退款；未写明商品的记录（{unnamed} 条）；商品过多的购物篮（{giant} 个）；出现在少于 {least} 个购物篮中的商品与组合",
)
_MEASURES = (
    "support = both / all; confidence = both / antecedent ({level} interval after Wilson); lift = confidence / share "
    "of the consequent ({level} interval by the delta method); p values after Fisher, adjusted for {tests} rules "
    "(Benjamini-Hochberg)",
    "支持度 = 同时包含 / 全部；置信度 = 同时包含 / 含前项（{level} Wilson 区间）；"
    "提升度 = 置信度 / 后项占比（{level} delta 法区间）；"
    "p 值为 Fisher 精确检验，按 {tests} 条规则校正（Benjamini-Hochberg）",
)
_UNTIL = ("all up to the as-of date", "截止日期之前的全部数据")

_CARDS = {
    "basket_pairs": ("items that are bought together", "一起购买的商品"),
    "definition_basket_pairs_numerator": (
        "baskets with both items; one of each counts",
        "同时包含两种商品的购物篮；每种只计一次",
    ),
    "definition_basket_pairs_denominator": (
        "baskets: {n} {within} (support), those with the antecedent (confidence)",
        "购物篮：{n} 个{within}（支持度）；其中含前项的（置信度）",
    ),
    "definition_basket_pairs_window": _UNTIL,
    "definition_basket_pairs_exclusions": _LEFT_OUT,
    "definition_basket_pairs_formula": _MEASURES,
    "basket_rules": ("rules between items that are bought together", "关联规则"),
    "definition_basket_rules_numerator": (
        "baskets with all items of the rule; one of each counts",
        "包含规则中全部商品的购物篮；每种只计一次",
    ),
    "definition_basket_rules_denominator": (
        "baskets: {n} {within} (support), those with the whole antecedent (confidence)",
        "购物篮：{n} 个{within}（支持度）；其中含全部前项的（置信度）",
    ),
    "definition_basket_rules_window": _UNTIL,
    "definition_basket_rules_exclusions": _LEFT_OUT,
    "definition_basket_rules_formula": _MEASURES,
    "basket_next": ("what the next purchase holds", "下一次购买的商品"),
    "definition_basket_next_numerator": (
        "of these, days whose next purchase day of the same customer holds the next item",
        "其中同一客户的下一个购买日买了后一种商品的购买日",
    ),
    "definition_basket_next_denominator": (
        "purchase days with the item that have a next one",
        "买了该商品、且其后还有购买日的购买日",
    ),
    "definition_basket_next_window": _UNTIL,
    "definition_basket_next_exclusions": (
        "customers who did not come back; refunds; rows without an item ({unnamed}); purchase days of too many items "
        "({giant}); steps of fewer than {least} customers",
        "没有再次购买的客户；退款；未写明商品的记录（{unnamed} 条）；商品过多的购买日（{giant} 个）；"
        "不足 {least} 位客户的先后组合",
    ),
    "definition_basket_next_formula": (
        "share = times / followed ({level} interval after Wilson, in which customers count); lift = share / share of "
        "all next purchases that hold the next item",
        "占比 = 次数 / 有后续的购买日（{level} Wilson 区间，按客户数计）；"
        "提升度 = 占比 / 全部后续购买中含后一商品的占比",
    ),
    "basket_sequences": ("sequences of purchases", "购买序列"),
    "definition_basket_sequences_numerator": (
        "customers who bought the items of its steps in this order, whatever came in between",
        "按此顺序买过各步商品的客户（中间买过什么不限）",
    ),
    "definition_basket_sequences_denominator": ("all {n} customers who bought an item", "全部 {n} 位买过商品的客户"),
    "definition_basket_sequences_window": _UNTIL,
    "definition_basket_sequences_exclusions": (
        "refunds; rows without an item ({unnamed}); purchase days of too many items ({giant}); sequences of fewer than "
        "{least} customers",
        "退款；未写明商品的记录（{unnamed} 条）；商品过多的购买日（{giant} 个）；不足 {least} 位客户的序列",
    ),
    "definition_basket_sequences_formula": ("support = customers / all customers", "支持度 = 客户数 / 全部客户数"),
    "basket_recommend": ("items to offer", "推荐商品"),
    "definition_basket_recommend_numerator": (
        "bought before: baskets of the customer with the item; new: sum of the cosines of the item with what the "
        "customer bought (customers who bought both / root of the product of those who bought either)",
        "买过的：该客户含此商品的购物篮数；未买过的：此商品与客户所购商品的余弦之和"
        "（同时买过两者的客户数 / 各自客户数乘积的平方根）",
    ),
    "definition_basket_recommend_denominator": (
        "bought before: all baskets of the customer; popular: all customers",
        "买过的：该客户的全部购物篮；热门商品：全部客户",
    ),
    "definition_basket_recommend_window": _UNTIL,
    "definition_basket_recommend_exclusions": (
        "refunds; rows without an item; pairs of items that fewer than {least} customers share; of new items, the "
        "customers with more than {max_items} different items",
        "退款；未写明商品的记录；共同客户不足 {least} 位的商品对；计算相近商品时，所购商品超过 {max_items} 种的客户",
    ),
    "definition_basket_recommend_formula": (
        "the first {n} by score, {neighbours} nearest items of each; {worth}; {which}",
        "按得分取前 {n} 个，每种商品取最近的 {neighbours} 种；{worth}；{which}",
    ),
    "items_by_group": ("what groups buy", "各组客户的购买构成"),
    "definition_items_by_group_numerator": (
        "money that the group spent on a value of {items}",
        "该组客户在某种{items}上的消费额",
    ),
    "definition_items_by_group_denominator": (
        "money that the group spent on all of them",
        "该组客户在全部{items}上的消费额",
    ),
    "definition_items_by_group_window": _UNTIL,
    "definition_items_by_group_exclusions": (
        "refunds; rows without {items}",
        "退款；未写明{items}的记录",
    ),
    "definition_items_by_group_formula": (
        "share = spent on it / spent; lift = share / share of all customers",
        "占比 = 该项消费 / 全部消费；提升度 = 占比 / 全体客户的占比",
    ),
    "share_of_all": ("share of all customers' spend", "占全体消费的比例"),
    "cross_sell_rate": ("cross-selling rate", "交叉销售率"),
    "definition_cross_sell_rate_numerator": (
        "customers (baskets) with at least two different values of {items}",
        "{items}不少于两种的客户（购物篮）",
    ),
    "definition_cross_sell_rate_denominator": (
        "customers (baskets) with a purchase whose {items} is known",
        "购买中写明{items}的客户（购物篮）",
    ),
    "definition_cross_sell_rate_window": _UNTIL,
    "definition_cross_sell_rate_exclusions": ("refunds; rows without {items}", "退款；未写明{items}的记录"),
    "definition_cross_sell_rate_formula": (
        "rate = cross-buyers / customers ({level} interval after Wilson)",
        "交叉销售率 = 购买两种及以上的客户数 / 客户数（{level} Wilson 区间）",
    ),
}

_COLUMNS = {
    "antecedent": ("antecedent", "前项"),
    "consequent": ("consequent", "后项"),
    "baskets": ("baskets", "购物篮数"),
    "antecedent_baskets": ("baskets with the antecedent", "含前项的购物篮"),
    "consequent_baskets": ("baskets with the consequent", "含后项的购物篮"),
    "support": ("support", "支持度"),
    "confidence": ("confidence", "置信度"),
    "confidence_low": ("confidence, low", "置信度下限"),
    "confidence_high": ("confidence, high", "置信度上限"),
    "column_lift": ("lift", "提升度"),
    "lift_low": ("lift, low", "提升度下限"),
    "lift_high": ("lift, high", "提升度上限"),
    "leverage": ("leverage", "杠杆率"),
    "conviction": ("conviction", "确信度"),
    "zhang": ("Zhang's metric", "Zhang 指标"),
    "jaccard": ("Jaccard index", "Jaccard 系数"),
    "kulczynski": ("Kulczynski measure", "Kulczynski 系数"),
    "odds_ratio": ("odds ratio", "优势比"),
    "p_value": ("p value", "p 值"),
    "column_improvement": ("improvement over shorter rules", "相对较短规则的改进"),
    "relation": ("relation", "关系"),
    "relation_bundle": ("bundle", "组合套装"),
    "relation_together": ("bought together", "一起购买"),
    "relation_apart": ("bought apart", "此消彼长"),
    "relation_unclear": ("unclear", "不能确定"),
    "itemset": ("set of items", "商品组合"),
    "column_item": ("item", "商品"),
    "next_item": ("next item", "下一商品"),
    "times": ("times", "次数"),
    "followed": ("purchase days with a next one", "有后续的购买日"),
    "sequence": ("sequence", "序列"),
    "steps": ("steps", "步数"),
    "explain_next_product": ("Likeliest next product: {item} ({kind})", "最可能的下一件商品：{item}（{kind}）"),
    "next_product": ("next product", "下一件商品"),
    "next_product_kind": ("kind of the next product", "下一件商品的类型"),
    "kind_repeat": ("bought before", "买过的"),
    "kind_new": ("new", "未买过的"),
    "kind_popular": ("popular", "热门"),
    "expected_margin": ("score x margin", "得分 × 毛利"),
    "cross_buyers": ("customers of several", "购买多种的客户"),
    "mean_items": ("different items per customer", "人均种类数"),
    "mixed_baskets": ("baskets of several", "含多种的购物篮"),
    "basket_rate": ("share of baskets with several", "含多种的购物篮占比"),
    "column_value_per_customer": ("money per customer", "人均金额"),
    "column_base_share": ("of all", "总体占比"),
    "column_share": ("share", "占比"),
    "column_kind": ("kind", "类别"),
    "giant_baskets": ("baskets left out as too large", "因商品过多而未计的购物篮"),
    # columns of its tables
    "column_items": ("items", "商品"),
    "column_order_id": ("order id", "订单号"),
    "column_first": ("first", "先者"),
    "column_second": ("second", "后者"),
    "column_quantity": ("quantity", "数量"),
    "column_cost": ("cost", "成本"),
    "column_score": ("score", "得分"),
}

_PICTURES = {
    "plot_lift": ("lift (1: bought together as often as chance would have it)", "提升度（1 表示与随机无异）"),
    "plot_next_share": ("share of next purchases, %", "占后续购买的比例（%）"),
    "plot_base_share": ("share of all next purchases", "占全部后续购买的比例"),
    "plot_sequence_support": ("share of customers, %", "占客户的比例（%）"),
    "plot_items_bought": ("different values of {items}", "购买的{items}种类数"),
    "plot_money_per_customer": ("on the bars: money per customer", "柱上：人均金额"),
    "plot_offered_to": ("customers it is offered to", "推荐到的客户数"),
}

WORDS = {**_PLACES, **_CARDS, **_COLUMNS, **_PICTURES}
