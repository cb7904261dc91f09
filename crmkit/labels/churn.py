"""Words of the churn model and win-back."""

WORDS: dict[str, tuple[str, str]] = {}
