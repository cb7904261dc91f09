"""Words of explanations and the slip calendar."""

WORDS: dict[str, tuple[str, str]] = {}
