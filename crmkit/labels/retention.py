"""Words of retention, churn, cohorts and survival."""

WORDS: dict[str, tuple[str, str]] = {}
