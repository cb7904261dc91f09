"""Sentences of errors about cli."""

from __future__ import annotations

WORDS = {
    "cli_no_memory": (
        "there is not enough memory for this. Give a bound that spills to disk, such as --memory-limit 1GB, or fewer "
        "rows.",
        "内存不足。请设定上限使其落盘，例如 --memory-limit 1GB，或减少行数。",
    ),
    "cli_system": (
        "the system refuses: {reason}. Check space, permissions and whether the output is still open.",
        "系统拒绝：{reason}。请检查空间、权限，以及输出是否仍然打开。",
    ),
    "cli_campaign_needs_cost_value": (
        "a campaign needs its cost, the value of a customer and its save rate. Give also {asked}.",
        "活动需要成本、客户价值和成功率。还请给出 {asked}。",
    ),
    "cli_less_day_churn_d": (
        '{name_given} is less than a day. Give one such as churn="90D".',
        '{name_given} 不足一天。请改用例如 churn="90D"。',
    ),
    "cli_period_first_last_day": (
        "{name_given} is not a period. Give its first and last day: {argument}='2024-01-01:2024-12-31'.",
        "{name_given} 不是时段。请给出首日和末日：{argument}='2024-01-01:2024-12-31'。",
    ),
    "cli_data_day_nobody_can": (
        "the data are of one day, {first}, so nobody can have moved. Pass more of the past.",
        "数据只有 {first} 这一天，因此谈不上迁移。请提供更长的历史。",
    ),
    "cli_earlier_day_data_go": (
        '{name_given} is no earlier day: the data go from {first}, and the past ends on {as_of}. Give one between, such as since="{value}".',
        '{name_given} 不是更早的日子：数据始于 {first}，历史截止于 {as_of}。请给其间的日子，例如 since="{value}"。',
    ),
    "cli_known_number_auto_whole": (
        "{name_given} is not known. Give number=auto, a whole number of at least 2, or a range from which the best is chosen, such as number=3-6.",
        "{name_given} 不是可用的取值。请给 number=auto、不小于 2 的整数，或供选择的范围，例如 number=3-6。",
    ),
    "cli_goes_compare_too_leave": (
        "{name_given} goes with --compare. Give that too, or leave it out.",
        "{name_given} 要与 --compare 一起使用。请也给出它，或省略本项。",
    ),
}
