"""Sentences of errors about periods."""

from __future__ import annotations

WORDS = {
    "periods_month_fiscal_start": (
        "{name_given} is not a month. Give 1 to 12, such as fiscal_start=4.",
        "{name_given} 不是月份。请给 1 到 12，例如 fiscal_start=4。",
    ),
    "window_too_short": (
        "{name_given} is shorter than a day. Give one such as {name_example}.",
        "{name_given} 不足一天。请改用例如 {name_example}。",
    ),
    "window_too_long": (
        "{name_given} is longer than a thousand years. Give one such as {name_example}.",
        "{name_given} 超过一千年。请改用例如 {name_example}。",
    ),
}
