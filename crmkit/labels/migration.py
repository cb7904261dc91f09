"""Words of migration over time."""

WORDS: dict[str, tuple[str, str]] = {}
