"""Sentences of errors about scoring."""

from __future__ import annotations

WORDS = {
    "scoring_above_alerts_per_week": (
        "{name_given} is not above 0. Give one such as alerts_per_week=20.",
        "{name_given} 必须大于 0。请改用例如 alerts_per_week=20。",
    ),
    "command_scoring_scheme_eleven_made_bins": (
        'scheme="eleven" is made for bins=5. For bins={bins} use scheme="eight".',
        'scheme="eleven" 按 bins=5 设计。bins={bins} 时请用 scheme="eight"。',
    ),
    "scoring_scheme_eleven_made_bins": (
        'scheme="eleven" is made for bins=5. For bins={bins} use scheme="eight", or your own rules.',
        'scheme="eleven" 按 bins=5 设计。bins={bins} 时请用 scheme="eight"，或自己的规则。',
    ),
    "scoring_churn_less_day_churn": (
        '{name_given} is less than a day. Give one such as churn="90D".',
        '{name_given} 不足一天。请改用例如 churn="90D"。',
    ),
}
