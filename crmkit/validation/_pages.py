"""Tables of trials as people read them: headings and names in words, columns under one another in either language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crmkit import labels
from crmkit.labels import Language


def table(columns: Mapping[str, Sequence[str]], language: Language, *, n_names: int) -> str:
    """Lines of text: a heading for each key, the first `n_names` columns to the left, figures to the right.

    >>> print(table({"segment": ["all", "top"], "customers": ["1,000", "7"]}, "zh", n_names=1))
    客户群  客户数
    all      1,000
    top          7
    """
    said = [
        labels.aligned([labels.text(key, language), *cells], left=at < n_names)
        for at, (key, cells) in enumerate(columns.items())
    ]
    return "\n".join("  ".join(line).rstrip() for line in zip(*said, strict=True))


def share(number: float) -> str:
    """A share in per cent; a missing one is a dash."""
    return "-" if number != number else f"{number:.1%}"
