"""Words for the errors of brand equity."""

from __future__ import annotations

WORDS = {
    "zero_or_more": ("a number from 0 on", "不小于 0 的数"),
    "discount_without_end": (
        "{name_given} must be above 0 where there is no horizon, and never below 0. Give an annual rate such as "
        "{name_example}, or horizon='5Y'.",
        "{name_given} 不可为负；没有期限时必须大于 0。请给出年利率，例如 {name_example}，或给出 horizon='5Y'。",
    ),
    "matrix_columns": (
        "a switching matrix has one column of text (the brand bought last) and a column of numbers per brand; this one "
        "has {columns}.",
        "转换矩阵应有一列文本（上次购买的品牌）和每个品牌一列数字；此表的列为 {columns}。",
    ),
    "matrix_brands": (
        "the rows are about {rows} and the columns about {columns}. A switching matrix has the same brands in both.",
        "各行的品牌为 {rows}，各列的品牌为 {columns}。转换矩阵的行与列应为相同的品牌。",
    ),
    "matrix_square": (
        "this is not a square of numbers. Give a row and a column per brand, such as [[0.8, 0.2], [0.3, 0.7]].",
        "这不是数字方阵。请每个品牌给出一行一列，例如 [[0.8, 0.2], [0.3, 0.7]]。",
    ),
    "matrix_unnamed": (
        "the rows of a table of this kind have no order, and none is named. Add a column with the brand bought last.",
        "此类表的行没有顺序，也没有名称。请增加一列表示上次购买的品牌。",
    ),
    "matrix_entries": (
        "the matrix has entries that are missing or below 0: {values}. Give shares between 0 and 1.",
        "矩阵中有缺失或小于 0 的值：{values}。请给出 0 到 1 之间的比例。",
    ),
    "matrix_rows": (
        "the row of {brand!r} adds up to {total}, not to 1. Give the share of those who bought it last, of counts by "
        "crmkit.equity.switching(survey).",
        "品牌 {brand!r} 所在行合计为 {total}，而不是 1。请给出占上次购买者的比例；原始计数请用 "
        "crmkit.equity.switching(survey)。",
    ),
    "matrix_parts": (
        "the brands fall into groups between which nobody switches, so that long-run shares depend on where customers "
        "begin. Give one group at a time.",
        "品牌分成互不转换的几组，长期份额取决于客户的起点。请每次只给出一组。",
    ),
    "unknown_brand": (
        "brand={brand!r} is not in the matrix, which has {brands}.",
        "brand={brand!r} 不在矩阵中；矩阵有 {brands}。",
    ),
    "margins_missing": (
        "margin= has no entry for the brands {brands}. Give one per brand, or one number for all.",
        "margin= 缺少品牌 {brands}。请为每个品牌给出一个值，或给出一个通用的数。",
    ),
    "switching_columns": (
        "no column {column}; the survey has {has}. Name the columns, such as switching(survey, last='bought_last', "
        "then='will_buy').",
        "没有列 {column}；调查表有 {has}。请指定列名，例如 switching(survey, last='bought_last', then='will_buy')。",
    ),
    "no_switches": (
        "no row has both a brand in {last!r} and one in {then!r}.",
        "没有一行同时在 {last!r} 与 {then!r} 中给出品牌。",
    ),
    "negative_weights": (
        "column {column!r} has weights below 0. Give numbers from 0 on.",
        "列 {column!r} 有小于 0 的权重。请给出不小于 0 的数。",
    ),
    "panel_dates": (
        "column {column!r} has dates that cannot be read. Give dates, or text as year-month-day.",
        "列 {column!r} 有无法读取的日期。请给出日期，或 年-月-日 格式的文本。",
    ),
    "no_steps": (
        "no customer bought on two days with one brand each, so that there is no step from a purchase to the next.",
        "没有客户在两天各购买一个品牌，因此没有从一次购买到下一次的转换。",
    ),
    "no_root": (
        "no matrix of shares has this one as its power of {purchases}. It may be of too few customers, or not of "
        "the same "
        "customers at both times.",
        "不存在以此为 {purchases} 次幂的比例矩阵。可能客户太少，或两次并非同一批客户。",
    ),
    "driver_columns": (
        "a list of columns, each once, or a mapping of equity to columns",
        "列名清单（各一次），或资产到列名的映射",
    ),
    "choice_columns": (
        "no column {column}; the table has {has}. It needs one row per customer and brand: customer_id, brand, "
        "chosen (0 "
        "or 1) and the drivers.",
        "没有列 {column}；表中有 {has}。每位客户与品牌需一行：customer_id、brand、chosen（0 或 1）以及各驱动因素。",
    ),
    "chosen_values": (
        "column {column!r} has values other than 0 and 1: {values}. Give 1 for the brand that was chosen.",
        "列 {column!r} 有 0 和 1 以外的值：{values}。请用 1 表示被选中的品牌。",
    ),
    "one_choice": (
        "{n} customers have none or several brands with 1 in column {column!r}. Give one choice each; for several "
        "occasions, name the column of the occasion: customer='occasion'.",
        "有 {n} 位客户在列 {column!r} 中没有或有多个 1。每位客户只应有一个选择；多次购买请指定购买场合的列："
        "customer='occasion'。",
    ),
    "no_choices": (
        "every choice has a rating missing, so that nothing can be fitted. Leave out drivers that few answered.",
        "每个选择都缺少评分，无法拟合。请去掉很少人回答的驱动因素。",
    ),
    "idle_drivers": (
        "the drivers {drivers} are the same for all brands of each customer, so that they cannot tell between brands. "
        "Leave them out.",
        "驱动因素 {drivers} 对每位客户的所有品牌都相同，无法区分品牌。请去掉。",
    ),
    "collinear_drivers": (
        "one of the drivers {drivers} follows from the others. Leave one out.",
        "驱动因素 {drivers} 中有一个可由其他推出。请去掉一个。",
    ),
    "drivers_separate": (
        "the drivers {drivers} tell all choices apart perfectly, so that no coefficient is finite. Give more "
        "choices, or "
        "fewer drivers.",
        "驱动因素 {drivers} 能完全区分所有选择，系数不存在。请提供更多选择，或减少驱动因素。",
    ),
    "probability_rows": ("a square of probabilities whose rows add up to 1", "各行合计为 1 的概率方阵"),
    "some_cost": (
        "no cost is given. Give attracting=, selling= or serving=: a column or a number, such as {name_example}.",
        "没有给出成本。请给出 attracting=、selling= 或 serving=（列名或数值），例如 {name_example}。",
    ),
    "cost_below_zero": (
        "column {column!r} has costs below 0. Give costs as numbers from 0 on.",
        "列 {column!r} 有小于 0 的成本。请给出不小于 0 的成本。",
    ),
    "cost_columns": (
        "a table of costs has customer_id (or order_id, where the transactions have orders) and some of attracting, selling "
        "and serving; this one has {has}.",
        "成本表应有 customer_id（交易数据有订单时也可为 order_id）以及 attracting、selling、serving 中的若干列；此表有 {has}。",
    ),
    "costs_missing": (
        "{n} rows by {key!r} of the transactions have no row in the table of costs. Give a row of 0 where nothing was spent.",
        "交易数据中有 {n} 个 {key!r} 在成本表中没有对应的行。没有花费时请给出 0。",
    ),
}
