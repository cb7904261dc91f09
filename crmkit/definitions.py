"""Definitions: what a rate counts, in words, so that no figure travels without its meaning.

The same quarter's churn of the same customers is 52 % or 82 %, by who is counted. A definition names numerator,
denominator, window, exclusions, formula and the day on which the past ends, in English and Chinese.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crmkit import labels
from crmkit.labels import Language

__all__ = [
    "Definition",
]

PARTS = ("numerator", "denominator", "window", "exclusions", "formula")
_COLON = {"en": ": ", "zh": "："}


@dataclass(frozen=True, slots=True, repr=False)
class Definition:
    """What a figure means. Its words are the labels `card_<measure>_<part>`; `values` fill their {places}.

    Attributes
    ----------
    measure : str
        Key of the figure, such as "churn_rate".
    as_of : datetime.date or None
        The day on which the past ends; None where nothing tells, as for a table of durations.
    values : mapping
        What the words leave open: dates, counts, and keys of labels, which are put into words too (and may have
        {places} of their own, filled from the same mapping).

    Examples
    --------
    >>> Definition("no such figure", dt.date(2025, 1, 31)).lines("zh")[-1]
    ('截止日期', '2025-01-31')
    """

    measure: str
    as_of: dt.date | None
    values: Mapping[str, Any] = field(default_factory=dict)

    def lines(self, language: Language | None = None) -> list[tuple[str, str]]:
        """Name and words of each part, ready to be read."""
        language = labels.resolve(language)
        values = self._in_words(language)
        named = [
            ("measure", labels.text(self.measure, language)),
            *((part, labels.phrase(f"definition_{self.measure}_{part}", language, **values)) for part in PARTS),
            *([] if self.as_of is None else [("as_of", str(self.as_of))]),
        ]
        return [(labels.text(name, language), words) for name, words in named]

    def text(self, language: Language | None = None) -> str:
        """The definition as lines of text, for the foot of a table or a picture.

        >>> print(Definition("no such figure", dt.date(2025, 1, 31)).text().splitlines()[0])
        measure: no such figure
        """
        language = labels.resolve(language)
        return "\n".join(f"{name}{_COLON[language]}{words}" for name, words in self.lines(language))

    def line(self, language: Language | None = None) -> str:
        """The definition in one line, for the foot of a picture: what is measured, by which formula, until when.

        >>> Definition("no such figure", dt.date(2025, 1, 31)).line().endswith("past ends 2025-01-31")
        True
        """
        language = labels.resolve(language)
        values = self._in_words(language)
        formula = labels.phrase(f"definition_{self.measure}_formula", language, **values)
        said = f"{labels.text(self.measure, language)}{_COLON[language]}{formula}"
        if self.as_of is None:
            return said
        joined = {"en": "; {name} {day}", "zh": "；{name} {day}"}[language]
        return said + joined.format(name=labels.text("as_of", language), day=self.as_of)

    def _in_words(self, language: Language) -> dict[str, Any]:
        """The values, keys of labels replaced by their words; a text of the user's own stays as it is."""
        said = {name: labels.text(value, language) if isinstance(value, str) else value
                for name, value in self.values.items()}  # fmt: skip
        return {name: words.format(**said) if words != self.values[name] and isinstance(words, str) else words
                for name, words in said.items()}  # fmt: skip

    def __str__(self) -> str:
        """The definition in English."""
        return self.text()

    __repr__ = __str__
