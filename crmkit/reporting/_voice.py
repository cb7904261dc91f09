"""How the report speaks: its words and numbers in one language, rounded as people read them."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from crmkit import _reading, labels
from crmkit.labels import Language

_SHORT_FROM = 1e6
_UNITS = {"en": ((1e9, " bn"), (1e6, " M")), "zh": ((1e8, "亿"), (1e4, "万"))}
_PERCENT = {"en": "\u00a0%", "zh": "%"}  # a number and its sign stay on one line
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class Voice:
    """Words and numbers of one language; `currency` is a sign or code, or empty where the data do not tell."""

    def __init__(self, language: Language, currency: str = "") -> None:
        self.language, self.currency = language, currency

    def __call__(self, key: str, **values: Any) -> str:
        """A sentence of the report, with its places filled."""
        return labels.phrase(f"report_{key}", self.language, **values)

    @property
    def colon(self) -> str:
        """What stands between a name and what it is."""
        return ": " if self.language == "en" else "："

    @property
    def per_cent(self) -> str:
        """The sign after a share."""
        return _PERCENT[self.language]

    def word(self, key: str) -> str:
        """A label that the whole package shares."""
        return labels.text(key, self.language)

    def segment(self, name: Any) -> str:
        """The name of a segment or tier."""
        return labels.segment(str(name), self.language)

    def count(self, number: float) -> str:
        """A whole number."""
        return "-" if _missing(number) else f"{number:,.0f}"

    def change(self, number: float) -> str:
        """A whole number with its sign."""
        return "-" if _missing(number) else f"{number:+,.0f}"

    def percent(self, share: float, digits: int = 1) -> str:
        """A share."""
        return "-" if _missing(share) else f"{100 * share:.{digits}f}{self.per_cent}"

    def about(self, share: float) -> str:
        """A share in a sentence: whole per cent, but where that would say none or all."""
        rounded = f"{100 * share:.0f}"
        exact = rounded in ("0", "100") and share not in (0, 1)
        return self.percent(share, 1 if exact else 0)

    def exact(self, amount: float) -> str:
        """Money with its cents."""
        return "-" if _missing(amount) else f"{self._sign()}{amount:,.2f}"

    def money(self, amount: float) -> str:
        """Money as people say it: with cents while it is small, in millions (or 万) when it is large."""
        if _missing(amount):
            return "-"
        if abs(amount) < 1_000:
            return self.exact(amount)
        if abs(amount) < (_SHORT_FROM if self.language == "en" else 1e5):
            return f"{self._sign()}{amount:,.0f}"
        scale, unit = next(pair for pair in _UNITS[self.language] if abs(amount) >= pair[0])
        scaled = amount / scale
        return f"{self._sign()}{scaled:,.{2 if abs(scaled) < 100 else 0}f}{unit}"

    def _sign(self) -> str:
        if not self.currency:
            return ""
        return self.currency if len(self.currency) == 1 else f"{self.currency} "

    def date(self, day: Any) -> str:
        """A day as it is written in this language."""
        date = day if isinstance(day, dt.date) else dt.date.fromisoformat(str(day)[:10])
        if self.language == "zh":
            return f"{date.year}年{date.month}月{date.day}日"
        return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"

    def number(self, value: float) -> str:
        """Any other number."""
        return _reading.number(value)


def _missing(number: Any) -> bool:
    return number is None or not math.isfinite(number)
