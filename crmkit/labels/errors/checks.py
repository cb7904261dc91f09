"""Words for the checks of single values."""

from __future__ import annotations

WORDS = {
    "choice": (
        "{name_given} is not known. Choose one of {options}.",
        "{name_given} 不是可用的取值。请从以下各项中选择：{options}。",
    ),
    "share": ("a share between 0 and 1", "0 到 1 之间的比例"),
    "level_below_1": (
        "{name_given} would need an interval without end. Give less, such as {name_example}.",
        "{name_given} 需要没有尽头的区间。请给小一些的值，例如 {name_example}。",
    ),
    "finite": ("a finite number", "有限的数"),
    "count": (
        "{name_given} is not a whole number of at least {least}. Give one, such as {name_example}.",
        "{name_given} 不是不小于 {least} 的整数。请改用例如 {name_example}。",
    ),
    "duration": (
        '{name_given} is not a duration. Give "39W", "12M", "2Y", "90D", a timedelta, or a number of days, '
        "such as {name_example}.",
        '{name_given} 不是时长。请给出 "39W"、"12M"、"2Y"、"90D"、timedelta 或天数，例如 {name_example}。',
    ),
    "command_duration": (
        "{name_given} is not a duration. Give 39W, 12M, 2Y or 90D, such as {name_example}.",
        "{name_given} 不是时长。请给出 39W、12M、2Y 或 90D，例如 {name_example}。",
    ),
    "duration_too_long": (
        "{name_given} is longer than anything that is counted here. Give one, such as {name_example}.",
        "{name_given} 超出了可计算的范围。请改用例如 {name_example}。",
    ),
    "beyond_the_past": (
        "{name_given} is longer than the past, {past} days, which cannot tell so far. Give one such as {name_example} "
        "or shorter.",
        "{name_given} 比历史（{past} 天）还长，历史无法推断那么远。请改用例如 {name_example} 或更短的时长。",
    ),
    "date": (
        "{name_given} is not a date. Give it as year-month-day, such as {name_example}.",
        "{name_given} 不是日期。请写成 年-月-日，例如 {name_example}。",
    ),
}
