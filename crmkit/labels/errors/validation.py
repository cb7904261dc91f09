"""Sentences of errors about validation."""

from __future__ import annotations

WORDS = {
    "validation_scheme_gave_customer_ids": (
        "the scheme gave customer ids of type {theirs}, the transactions have {own}. Give the ids as they came.",
        "方案给出的客户编号类型是 {theirs}，交易数据中是 {own}。请原样给出编号。",
    ),
    "validation_scheme_gave_table_without": (
        "the scheme gave a table without rows. {hint}",
        "方案给出了没有任何行的表。{hint}",
    ),
    "validation_scheme_gave_more_row": (
        "the scheme gave more than one row for customer_id {tolist}. Keep one row per customer.",
        "方案对 customer_id {tolist} 给出了多行。每位客户只保留一行。",
    ),
    "validation_order_listed_function_lists": (
        'order="listed": a function lists no segments. Give order="learned", or the order.',
        'order="listed"：函数没有列出分组。请给 order="learned"，或具体次序。',
    ),
    "validation_known_listed_learned_segments": (
        '{name_given} is not known. Give "listed", "learned", or the segments, best first.',
        '{name_given} 不是可用的取值。请给 "listed"、"learned"，或由好到差的分组。',
    ),
    "validation_shorter_day_duration_horizon": (
        '{name_given} is shorter than a day. Give a duration such as horizon="90D".',
        '{name_given} 不足一天。请给时长，例如 horizon="90D"。',
    ),
    "validation_nobody_bought_before_day": (
        "nobody bought before {first}, the day on which the data end, so there is no past with days after it, and no back-test is possible. Pass transactions of several months.",
        "在数据截止日 {first} 之前没有人购买，因此没有后续可看的历史，无法回测。请传入数月的交易数据。",
    ),
    "validation_horizon_days_leaves_past": (
        'a horizon of {days:,} days leaves no past: the data go from {first} to {as_of}. Give a shorter one, such as horizon="{max}D".',
        '{days:,} 天的预测期没有留下历史：数据从 {first} 到 {as_of}。请缩短，例如 horizon="{max}D"。',
    ),
    "validation_days_after_origin_all": (
        'the {days:,} days after origin {late} are not all in the data, which end on {as_of}: whoever buys later would count as lost. The latest that works is origins="{latest}"; or give a shorter horizon=.',
        '起点 {late} 之后的 {days:,} 天不全在数据之内，数据截止于 {as_of}：之后购买的客户会被当作流失。可用的最晚起点是 origins="{latest}"；或给更短的 horizon=。',
    ),
    "validation_origin_before_where_data": (
        "origin {early} is before {first}, where the data begin. Give a later one.",
        "起点 {early} 早于数据开始的 {first}。请给更晚的起点。",
    ),
    "validation_least_date_each_once": (
        '{name_given} must be at least one date, and each once. Give such as origins=["{latest}"], or leave them out.',
        '{name_given} 必须至少有一个日期且不重复。例如给 origins=["{latest}"]，或省略。',
    ),
    "validation_order_learned_reads_rates": (
        'order="learned" reads the rates of {earlier}, one horizon before origin {origin!r}, but the data begin on {first}. Give a later origin, a shorter horizon=, or the order of the segments.',
        'order="learned" 要读取 {earlier} 的比率，即起点 {origin!r} 之前一个预测期，而数据始于 {first}。请给更晚的起点、更短的 horizon=，或分组的次序。',
    ),
    "validation_scheme_segment_called_name": (
        'the scheme has a segment called "{all}", a name that the result needs. Rename it.',
        "方案中有名为“{all}”的分组，而结果要用到这个名称。请改名。",
    ),
    "validation_scheme_gave_segments_ids": (
        "the scheme gave segments to {value:,} ids who had not bought by {origin}: {found}. Use the transactions that it is called with, and no others.",
        "方案给到 {origin} 为止没有购买的 {value:,} 个编号分了组：{found}。请只使用调用时传入的交易数据。",
    ),
    "validation_nothing_vary_other_ties": (
        'there is nothing to vary: no other ties, bins or windows, and no earlier day that the data hold. Give some, such as windows=(None, "12M") or shifts=(7, 14, 28).',
        '没有可以变动的设置：没有其他的并列处理、等级数或窗口，数据中也没有更早的日子。请给出，例如 windows=(None, "12M") 或 shifts=(7, 14, 28)。',
    ),
    "validation_list_choices": (
        "{name_given} is not a list of choices. Give one, {value}.",
        "{name_given} 不是选项的列表。请给出，{value}。",
    ),
    "validation_shorter_day_durations_days": (
        '{name}: {duration!r} is shorter than a day. Give durations such as 28 (days) or "12M".',
        '{name}：{duration!r} 不足一天。请给时长，例如 28（天）或 "12M"。',
    ),
    "validation_scheme_segment_called_name_2": (
        'the scheme has a segment called "{absent}", a name that the sensitivity needs. Rename it.',
        "方案中有名为“{absent}”的分组，而检验要用到这个名称。请改名。",
    ),
    "validation_cannot_varied_scheme_choice": (
        "{name_given} cannot be varied: this scheme has no such choice. Leave {argument}= out.",
        "{name_given} 不能变动：该方案没有这个选项。请省略 {argument}=。",
    ),
    "validation_scheme_written_levels_segments": (
        '{name_given}: this scheme is written for 5 levels, and its segments mean something else with {value}. Leave bins= out, or sensitivity scheme="eight".',
        '{name_given}：该方案按 5 个等级编写，换成 {value} 后分组的含义就变了。请省略 bins=，或检验 scheme="eight"。',
    ),
    "validation_windows_nobody_bought_last": (
        "windows: nobody bought in the last {text} before {as_of}. Let the first window be longer, or None.",
        "windows：在 {as_of} 之前的最近 {text} 内没有人购买。请让第一个窗口更长，或给 None。",
    ),
    "validation_order_leaves_out": (
        "{name_given} must name every segment once, the best first; left out: {left_out}.",
        "{name_given} 必须把每个分组列出一次，最好的在前；缺少：{left_out}。",
    ),
    "validation_order_twice": (
        "{name_given} names a segment twice. Give each once, the best first.",
        "{name_given} 重复列出了分组。每个只给一次，最好的在前。",
    ),
    "choices_of_ties": (
        'the usual one first, such as ties=("middle", "better")',
        '把通常的放在前面，例如 ties=("middle", "better")',
    ),
    "choices_of_bins": (
        "the usual one first, such as bins=(5, 4)",
        "把通常的放在前面，例如 bins=(5, 4)",
    ),
    "choices_of_windows": (
        'the usual one first, such as windows=(None, "12M")',
        '把通常的放在前面，例如 windows=(None, "12M")',
    ),
    "choices_of_shifts": (
        "such as shifts=(7, 28)",
        "例如 shifts=(7, 28)",
    ),
}
