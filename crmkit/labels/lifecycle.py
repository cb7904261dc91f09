"""Words of the stages and patterns of customer lifecycles."""

WORDS: dict[str, tuple[str, str]] = {}
