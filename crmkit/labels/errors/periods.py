"""Sentences of errors about periods."""

from __future__ import annotations

WORDS = {
    "periods_month_fiscal_start": (
        "{name_given} is not a month. Give 1 to 12, such as fiscal_start=4.",
        "{name_given} 不是月份。请给 1 到 12，例如 fiscal_start=4。",
    ),
    "periods_window_m": (
        '{name_given} is {limit}. Give one such as window="12M".',
        '{name_given} {limit}。请改用例如 window="12M"。',
    ),
}
