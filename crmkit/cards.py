"""Definition cards: what a rate counts, in words, so that no figure travels without its meaning.

The same quarter's churn of the same customers is 52 % or 82 %, by who is counted. A card names numerator,
denominator, window, exclusions, formula and the day on which the past ends, in English and Chinese.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crmkit import labels
from crmkit.labels import Language

PARTS = ("numerator", "denominator", "window", "exclusions", "formula")


@dataclass(frozen=True, slots=True)
class Card:
    """What a figure means. Its words are the labels `card_<measure>_<part>`; `values` fill their {places}.

    Attributes
    ----------
    measure : str
        Key of the figure, such as "churn_rate".
    as_of : datetime.date
        The day on which the past ends.
    values : mapping
        What the words leave open: dates, counts, and keys of labels, which are put into words too.

    Examples
    --------
    >>> Card("no such figure", dt.date(2025, 1, 31)).lines("zh")[-1]
    ('截止日期', '2025-01-31')
    """

    measure: str
    as_of: dt.date
    values: Mapping[str, Any] = field(default_factory=dict)

    def lines(self, language: Language = "en") -> list[tuple[str, str]]:
        """Name and words of each part, ready to be read."""
        values = {name: labels.text(value, language) if isinstance(value, str) else value
                  for name, value in self.values.items()}  # fmt: skip
        said = {part: labels.phrase(f"card_{self.measure}_{part}", language, **values) for part in PARTS}
        return [
            (labels.text("measure", language), labels.text(self.measure, language)),
            *((labels.text(part, language), words) for part, words in said.items()),
            (labels.text("as_of", language), str(self.as_of)),
        ]

    def text(self, language: Language = "en") -> str:
        """The card as lines of text, for the foot of a table or a picture.

        >>> print(Card("no such figure", dt.date(2025, 1, 31)).text().splitlines()[0])
        measure: no such figure
        """
        colon = "：" if language == "zh" else ": "
        return "\n".join(f"{name}{colon}{words}" for name, words in self.lines(language))

    def __str__(self) -> str:
        """The card in English."""
        return self.text()


def under(table: Any, *cards: Card) -> str:
    """A result table as text with its cards beneath it.

    >>> print(under("month  churn", Card("no such figure", dt.date(2025, 1, 31))).splitlines()[0])
    month  churn
    """
    return "\n\n".join([str(table), *map(str, cards)])
