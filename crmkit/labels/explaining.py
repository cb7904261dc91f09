"""Words of explanations, the slip calendar, the audit and the back-test."""

WORDS: dict[str, tuple[str, str]] = {}
