"""Words of cohorts."""

WORDS: dict[str, tuple[str, str]] = {}
