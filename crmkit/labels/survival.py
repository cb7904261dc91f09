"""Words of survival, gaps, repurchase and definitions of loss."""

WORDS: dict[str, tuple[str, str]] = {}
