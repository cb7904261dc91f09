"""Words of the value matrix and the growth matrix."""

WORDS: dict[str, tuple[str, str]] = {}
