"""Words of the value matrix, the growth matrix and clusters."""

WORDS: dict[str, tuple[str, str]] = {}
