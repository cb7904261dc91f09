"""Words of back-tests and the audit of a segmentation."""

WORDS: dict[str, tuple[str, str]] = {}
