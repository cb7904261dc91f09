"""The grammar of dates that are text: what is year-month-day, what has a zone, and what a format reads.

One recogniser for every table engine: regular expressions that RE2 (DuckDB), Rust (polars) and Python read alike, so
that the same text is the same day on every kind of table, or no day at all. `propose` finds the formats that read all
of some values; nothing is offered that was not tried.

Source: ISO 8601-1:2019 for year-month-day and zones; Python's strftime for the letters of a format.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

BLANKS = " \t\r\n\v\f\u00a0\u3000"  # around a text, and no part of it

_YEAR = r"(?P<Y>\d{4})"
_MONTH, _DAY = r"(?P<m>0?[1-9]|1[0-2])", r"(?P<d>0?[1-9]|[12]\d|3[01])"
_CLOCK = r"(?P<H>[01]?\d|2[0-3]):(?P<M>[0-5]\d)(?::(?P<S>[0-5]\d)(?:\.\d{1,9})?)?"
_OFFSET = r"(?P<z>[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)"
_ZONE = rf" ?(?:[Zz]|(?:UTC|GMT)?{_OFFSET}|UTC|GMT)"


def _plain(pattern: str) -> str:
    """The same expression without names, for engines that only ask whether it fits."""
    return re.sub(r"\(\?P<\w>", "(?:", pattern)


# Both separators are written out: no engine's regular expressions look back.
_DASHED, _SLASHED = (rf"{_YEAR}{mark}{_MONTH}{mark}{_DAY}" for mark in "-/")
_ISO_DAY = _plain(f"(?:{_DASHED}|{_SLASHED})")
NAIVE = rf"^{_ISO_DAY}(?:[ T]{_plain(_CLOCK)})?$"
ZONED = rf"^{_ISO_DAY}[ T]{_plain(_CLOCK)}{_plain(_ZONE)}$"
# The parts of a naive one, once it is known to fit, and what stands behind them in a zoned one.
ISO_PARTS = rf"^{_YEAR}[-/]{_MONTH}[-/]{_DAY}(?:[ T]{_CLOCK})?$"
ZONE = rf"{_plain(_ZONE)}$"
OFFSET = r"([+-]\d\d(?::?\d\d)?)$"
# Day and month cannot be told apart by looking at the text alone.
AMBIGUOUS = r"^\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})(?:[ T].*)?$"

# Numbers that stand for days or moments, read only when asked for.
NUMBERS = ("excel", "epoch", "epoch_ms")

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
                "november", "december")  # fmt: skip
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONG_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_WHOLES = {"F": "%Y-%m-%d", "T": "%H:%M:%S", "R": "%H:%M", "D": "%m/%d/%y"}
_NUMERIC = {
    "Y": _YEAR, "y": r"(?P<y>\d{2})", "m": _MONTH, "d": _DAY, "e": _DAY, "H": r"(?P<H>[01]?\d|2[0-3])",
    "I": r"(?P<I>0?[1-9]|1[0-2])", "M": r"(?P<M>[0-5]\d)", "S": r"(?P<S>[0-5]\d)", "f": r"\d{1,9}",
}  # fmt: skip
# Without a mark in between, every part has all its digits.
_FIXED = {
    "m": r"(?P<m>0[1-9]|1[0-2])", "d": r"(?P<d>0[1-9]|[12]\d|3[01])", "H": r"(?P<H>[01]\d|2[0-3])",
    "I": r"(?P<I>0[1-9]|1[0-2])",
}  # fmt: skip
_WORDS = {
    "b": rf"(?P<b>(?i:{'|'.join(_MONTHS)}))", "B": rf"(?P<B>(?i:{'|'.join(_LONG_MONTHS)}))",
    "a": rf"(?i:{'|'.join(_DAYS)})", "A": rf"(?i:{'|'.join(_LONG_DAYS)})", "p": r"(?P<p>(?i:am|pm))",
    "z": rf"(?:[Zz]|{_OFFSET})", "Z": "(?:UTC|GMT)", "%": "%",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write dates: the expression that finds its parts, by the letters of strftime."""

    pattern: str  # with named parts
    naive: str  # the same without the zone behind
    naive_format: str
    zoned: bool

    @property
    def parts(self) -> list[str]:
        """Letters of the parts without the zone, in the order of their groups."""
        return re.findall(r"\(\?P<(\w)>", self.naive)


@cache
def format_of(date_format: str) -> Format | None:
    """The expression of a format such as "%d/%m/%Y %H:%M"; None if it is no format that gives a day.

    >>> bool(re.match(format_of("%d/%m/%Y").pattern, "31/1/2024")), format_of("%H:%M")
    (True, None)
    """
    for short, whole in _WHOLES.items():
        date_format = date_format.replace(f"%{short}", whole)
    pieces = re.findall(r"%.|[^%]|%$", date_format, flags=re.DOTALL)
    parts: list[str] = []
    for at, piece in enumerate(pieces):
        letter = piece[1:] if piece.startswith("%") else None
        if letter is None:
            parts.append(r" +" if piece == " " else re.escape(piece))
        elif letter in _NUMERIC:
            tight = any(_is_number(pieces, next_to) for next_to in (at - 1, at + 1))
            parts.append(_FIXED.get(letter, _NUMERIC[letter]) if tight else _NUMERIC[letter])
        elif letter in _WORDS:
            parts.append(_WORDS[letter])
        else:
            return None
    zones = [at for at, piece in enumerate(pieces) if piece in ("%z", "%Z")]
    if zones and zones != [len(pieces) - 1]:
        return None
    bare = parts[: zones[0]] if zones else parts
    if zones and bare and pieces[zones[0] - 1] == " ":
        bare = bare[:-1]
    naive_format = "".join(pieces[: len(bare)])
    found = Format(f"^{''.join(parts)}$", f"^{''.join(bare)}$", naive_format, zoned=bool(zones))
    has = found.parts
    day = len({"Y", "y"} & set(has)) == 1 and len({"m", "b", "B"} & set(has)) == 1 and "d" in has
    return found if day and len(set(has)) == len(has) else None


def _is_number(pieces: Sequence[str], at: int) -> bool:
    return 0 <= at < len(pieces) and pieces[at][:1] == "%" and pieces[at][1:] in _NUMERIC


def day_of(text: str, date_format: str) -> dt.date | None:
    """The day of one text by a format, as the engines read it; None where it does not fit.

    >>> day_of("29/02/2023", "%d/%m/%Y"), day_of("12/13/10 9:30", "%m/%d/%y %H:%M")
    (None, datetime.date(2010, 12, 13))
    """
    form = format_of(date_format)
    match = re.match(form.pattern, text.strip(BLANKS)) if form else None
    if match is None:
        return None
    part = match.groupdict()
    year = int(part["Y"]) if "Y" in part else int(part["y"]) + (2000 if int(part["y"]) < 69 else 1900)
    try:
        return dt.date(year, _month(part), int(part["d"]))
    except ValueError:
        return None


def _month(part: dict[str, str]) -> int:
    return int(part["m"]) if "m" in part else _MONTHS.index((part.get("b") or part["B"])[:3].lower()) + 1


def month_names() -> dict[str, int]:
    """First three letters of the English months, in small letters, and their numbers."""
    return {name: number for number, name in enumerate(_MONTHS, 1)}


# --- what may be meant ------------------------------------------------------------------------------------------

_DAY_FORMS = [
    *(mark.join(order) for mark in "/-." for order in (("%d", "%m", "%Y"), ("%m", "%d", "%Y"), ("%d", "%m", "%y"),
      ("%m", "%d", "%y"))), "%Y.%m.%d", "%Y%m%d", "%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日",
    "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y", "%d%b%Y", "%b %d %Y",
    "%a %b %d %Y", "%a, %d %b %Y",
]  # fmt: skip
_SHORT_YEAR_FIRST = ["%y/%m/%d", "%y-%m-%d", "%y.%m.%d", "%y%m%d"]  # only where nothing else reads the values
_CLOCK_FORMS = ["%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p", "%H:%M:%S.%f", "%H%M%S", "%H%M"]
_JOINTS = (" ", "T", ", ", "")
_ZONE_FORMS = ("", "%z", " %z", " %Z")


def propose(values: Iterable[str]) -> list[str]:
    """The formats that read every one of the values as a day of 1900 or later; best first.

    >>> propose(["12/1/2010 8:26", "12/13/2010 9:30"]), propose(["05/03/19", "13/03/19"])
    (['%m/%d/%Y %H:%M'], ['%d/%m/%y'])
    """
    texts = [value.strip(BLANKS) for value in values if value is not None and value.strip(BLANKS)]
    if not texts:
        return []
    for days in (_DAY_FORMS, _SHORT_YEAR_FIRST):
        found = [form for form in _candidates(texts[0], days) if all(_likely(text, form) for text in texts)]
        if found:
            break
    found += [name for name in NUMBERS if all(_in_range(text, name) for text in texts)]
    return list(dict.fromkeys(found))


def _candidates(text: str, days: Sequence[str]) -> list[str]:
    """Formats whose day, at least, stands at the beginning of the text."""
    begun = [form for form in days if _begins(text, form)]
    timed = [
        form + joint + clock + zone
        for form in begun
        for joint in _JOINTS
        for clock in _CLOCK_FORMS
        for zone in _ZONE_FORMS
        if (joint or ":" not in clock) and (":" in clock or not zone)
    ]
    return begun + timed


def _begins(text: str, form: str) -> bool:
    known = format_of(form)
    return known is not None and re.match(known.pattern[:-1], text) is not None


def _likely(text: str, form: str) -> bool:
    day = day_of(text, form)
    return day is not None and day.year >= 1900


_RANGES = {"excel": (20_000, 73_050), "epoch": (6e8, 4.1e9), "epoch_ms": (6e11, 4.1e12)}  # from about 1990 on


def _in_range(text: str, name: str) -> bool:
    low, high = _RANGES[name]
    return bool(re.fullmatch(r"\d{5,13}(\.\d+)?", text)) and low <= float(text) <= high
