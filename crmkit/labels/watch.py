"""Words of the watch-list."""

WORDS: dict[str, tuple[str, str]] = {}
