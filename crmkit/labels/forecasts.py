"""Words of forecasts: totals with their intervals, calendars, what a list of customers says about its models."""

WORDS = {
    "backtested": ("from the model's own past errors", "依据模型自身的历史误差"),
    "total": ("total", "总量"),
    "said": ("said", "当时预测"),
    "basis": ("basis of the interval", "区间依据"),
    "origins": ("earlier origins", "历史起点数"),
    "total_purchases": (
        "{value:,.0f} repeat purchases of {customers:,} customers within {days:,} days after {as_of}.",
        "{as_of} 之后 {days:,} 天内，{customers:,} 位客户预计重复购买 {value:,.0f} 次。",
    ),
    "total_money": (
        "{value:,.2f} from {customers:,} customers within {days:,} days after {as_of}.",
        "{as_of} 之后 {days:,} 天内，{customers:,} 位客户预计带来 {value:,.2f}。",
    ),
    "total_money_endless": (
        "{value:,.2f} from {customers:,} customers after {as_of}.",
        "{as_of} 之后，{customers:,} 位客户预计带来 {value:,.2f}。",
    ),
    "total_backtested": (
        "{level:.0%} interval {low:,.0f} to {high:,.0f}, from the errors of this forecast at {origins} earlier "
        "origins (horizon there {length:,} days; actual / said {ratios}).",
        "{level:.0%} 区间为 {low:,.0f} 至 {high:,.0f}，依据该预测在 {origins} 个历史起点的误差"
        "（当时预测期 {length:,} 天；实际/预测为 {ratios}）。",
    ),
    "total_model": (
        "{low:,.0f} to {high:,.0f} with {level:.0%} probability if purchases go on as they did. That is the model's "
        "own word: no earlier forecast stands behind it.",
        "若购买方式保持不变，则有 {level:.0%} 的概率在 {low:,.0f} 至 {high:,.0f} 之间。"
        "这只是模型自身的说法，没有历史预测检验过。",
    ),
    "total_missing": (
        "For that the past would have to be about {needed:,} days long; it is {span:,}.",
        "要用历史误差检验，数据需覆盖约 {needed:,} 天，现有 {span:,} 天。",
    ),
    "total_customers": (
        "A table of customers has no past to test it on; pass transactions.",
        "客户汇总表没有可供检验的历史，请传入交易数据。",
    ),
    "total_shifted": (
        "The model alone says {expected:,.0f}.",
        "模型本身的预测为 {expected:,.0f}。",
    ),
    "total_unseen_season": (
        "The past of {span:,} days has not seen the season to come, and the interval is wider for it; two years would show "
        "the seasons.",
        "{span:,} 天的历史尚未经历即将到来的季节，区间因此更宽；满两年的数据才能看出季节规律。",
    ),
    "warn_few_origins": (
        "the interval of the total is named basis='model' (if purchases go on as they did): the past of {span:,} days "
        "is too short to test forecasts of {days:,} days at two earlier origins. About {needed:,} days would do, or a "
        "shorter horizon, such as horizon={example}.",
        "总量区间的依据记为 basis='model'（假定购买方式保持不变）：{span:,} 天的历史太短，无法在两个更早的起点检验 "
        "{days:,} 天的预测。约需 {needed:,} 天的数据，或改用更短的 horizon，例如 horizon={example}。",
    ),
    "chosen_unjudged": (
        "{name}, because the past is too short, or of too few customers, to judge models by it.",
        "采用 {name}：历史太短或客户太少，无法用更早的预测检验各模型。",
    ),
    "chosen_by_origins": (
        "{name}: of {n} models, judged by forecasts of {days:,} days at {origins} earlier origins, it errs least or "
        "about as little (root mean squared error {rmse:.3f} purchases per customer); its total was {bias:+.1%} off.",
        "{name}：{n} 个模型在 {origins} 个历史起点各预测 {days:,} 天，该模型误差最小或与最小者相近"
        "（每位客户购买次数的均方根误差 {rmse:.3f}），总量偏差 {bias:+.1%}。",
    ),
    "purchase_model": ("model of purchases", "购买模型"),
    "rmse_money": ("root mean squared error, money", "金额均方根误差"),
    "warn_no_dropout": (
        "the data do not tell whether customers leave: {model} looks like a model without dropout, so P(alive) is "
        "missing instead of 1 for everybody. A longer past would tell.",
        "数据无法判断客户是否流失：{model} 与无流失的模型无法区分，因此 P(alive) 留空，而不是人人为 1。"
        "更长的历史才能判断。",
    ),
    "warn_no_value": ("no lifetime value: {reason}", "没有客户终身价值：{reason}"),
    "warn_one_mean": ("one mean spend for all customers: {reason}", "所有客户采用同一平均消费额：{reason}"),
    "all_spend_the_same": ("every purchase is worth {spend:,.2f}.", "每次购买都是 {spend:,.2f}。"),
    # columns of its tables
    "column_actual_money": ("actual money", "实际金额"),
    "column_bias_share_money": ("bias of money", "金额偏差率"),
    "column_mae_money": ("mean absolute error of money", "金额平均绝对误差"),
    "column_gini_money": ("Gini of money", "金额基尼系数"),
    "column_coverage": ("coverage", "覆盖率"),
    "column_total_covered": ("totals covered", "总量覆盖率"),
    "column_money_covered": ("money covered", "金额覆盖率"),
    "column_close": ("as good as the best", "与最优相当"),
    "column_regularity": ("regularity", "购买规律性"),
    "column_purchases_by_model": ("purchases by the model", "模型预测购买次数"),
    "column_purchases_by_trees": ("purchases by the trees", "树模型预测购买次数"),
    "column_log_gaps": ("sum of logs of gaps", "间隔对数之和"),
    "column_next_date": ("next purchase", "下次购买日期"),
    "column_next_days": ("days until the next purchase", "距下次购买天数"),
    "column_days": ("days", "天数"),
}
