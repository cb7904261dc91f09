"""Sentences of errors about churn."""

from __future__ import annotations

WORDS = {
    "churn_past_covers_days_up": (
        'the past covers {covered} days up to {as_of}; to learn what the next {days} days bring it must cover {value}. Give a shorter horizon, such as {argument}="{max}D".',
        '截至 {as_of}，历史只有 {covered} 天；要学习此后 {days} 天的情况，至少需要 {value} 天。请缩短预测期，例如 {argument}="{max}D"。',
    ),
    "churn_bought_days_after_nothing": (
        '{what} bought in the {days} days after {day}, so there is nothing to tell apart. Give another horizon, such as {argument}="{value}D".',
        '{day} 之后的 {days} 天内{what}购买，因此没有可区分的对象。请换一个预测期，例如 {argument}="{value}D"。',
    ),
    "churn_churn_model_needs_scikit": (
        'the churn model needs scikit-learn. Run: pip install "crmkit[learn]".',
        '流失模型需要 scikit-learn。请运行：pip install "crmkit[learn]"。',
    ),
    "churn_list_ids_customers": (
        "{name_given} is no list of ids. Give one, such as customers=[4, 18].",
        "{name_given} 不是客户编号的列表。请给出一个，例如 customers=[4, 18]。",
    ),
    "churn_purchase_customer_day_ids": (
        "no purchase of customer {unknown} by that day. Ids are such as {like}.",
        "到那一天为止，客户 {unknown} 没有购买。编号形如 {like}。",
    ),
    "churn_less_day_horizon_d": (
        '{name_given} is less than a day. Give one such as horizon="90D".',
        '{name_given} 不足一天。请改用例如 horizon="90D"。',
    ),
    "churn_data_cover_days_learn": (
        'the data cover {covered} days; to learn from, calibrate on and be judged on, {days} days must fit in four times. Give a shorter horizon, such as {argument}="{max}D".',
        '数据只有 {covered} 天；要学习、校准和检验，{days} 天必须能放下四次。请缩短预测期，例如 {argument}="{max}D"。',
    ),
    "churn_bought_days_after_prediction": (
        '{either} bought in the {days} days after {as_of}, so no prediction can be judged. Give another horizon, such as {argument}="{value}D".',
        '{as_of} 之后的 {days} 天内{either}购买，因此无法检验任何预测。请换一个预测期，例如 {argument}="{value}D"。',
    ),
    "churn_churnmodel_fitted_call_model": (
        "this ChurnModel is not fitted. Call model.fit(transactions) first.",
        "这个 ChurnModel 尚未拟合。请先调用 model.fit(transactions)。",
    ),
}
