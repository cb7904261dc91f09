"""Words of clusters of customers."""

WORDS: dict[str, tuple[str, str]] = {}
