"""Every word that a user sees, in English and in Chinese, by stable key.

The data carry keys ("champions", "no_purchase"); people read labels. A key that is not listed here is
shown as it is, so that groups of a user's own keep their own names. Each family of methods has a file of words.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from crmkit import _checks, _language
from crmkit import errors as _errors
from crmkit._language import LANGUAGES as LANGUAGES
from crmkit._language import Language as Language
from crmkit.labels import errors as _error_words

__all__ = [
    "LANGUAGES",
    "group",
    "phrase",
    "printable",
    "segment",
    "set_language",
    "text",
    "texts",
]

# Every file of this folder is a family of words; a new one is found by being there.
FAMILIES = tuple(
    importlib.import_module(f"{__name__}.{family.name}")
    for family in pkgutil.iter_modules(__path__)
    if family.name != "errors"
)
_WORDS: Mapping[str, tuple[str, str]] = {key: words for family in FAMILIES for key, words in family.WORDS.items()}

_SEGMENTS = frozenset().union(*(getattr(family, "SEGMENTS", ()) for family in FAMILIES))
_GROUPS = frozenset().union(*(getattr(family, "GROUPS", ()) for family in FAMILIES))


_errors.know(_error_words.words())


# What a terminal acts on instead of showing: control characters, marks that turn the direction of text or hide.
_ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_BREAKS = re.compile(r"[\t\n]")


def printable(text: str, *, within_line: bool = False) -> str:
    r"""A text that a terminal shows and does not act on; within a line also without tabs and line ends.

    >>> print(printable("shop\x1b[31m"), printable("a\nb", within_line=True))
    shop\x1b[31m a\nb
    """
    shown = _ACTS.sub(_escaped, text)
    return _BREAKS.sub(_escaped, shown) if within_line else shown


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


def set_language(language: Language | None) -> None:
    """Set the language of words for people: errors, labels, reports. None goes back to that of CRMKIT_LANGUAGE.

    It holds for the whole process; a server that speaks several languages passes `language=` instead.

    Raises
    ------
    ArgumentError
        The language is not known.

    Examples
    --------
    >>> set_language("zh"); text("used"); set_language(None)
    '实际使用'
    """
    _language.use(None if language is None else resolve(language))


def resolve(language: Language | None) -> Language:
    """The language to write in: the one given, or else the one that is set.

    >>> resolve(None), resolve("zh")
    ('en', 'zh')
    """
    if language is None:
        return _language.current()
    _checks.choice("language", language, LANGUAGES)
    return language


def text(key: str, language: Language | None = None) -> str:
    """The label of a key; the key itself where it is nobody's but the user's.

    >>> text("used"), text("used", "zh"), text("my own group")
    ('used', '实际使用', 'my own group')
    """
    words, said = _WORDS.get(key), resolve(language)
    return key if words is None else words[LANGUAGES.index(said)]


def segment(name: str, language: Language | None = None, own: Mapping[str, str] = MappingProxyType({})) -> str:
    """The label of a segment, tier, quadrant, stage or pattern: the user's `own`, or that of crmkit's schemes.

    Any other keeps its name, also where crmkit has a word for something else of that name.

    >>> segment("at_risk"), segment("at_risk", "zh"), segment("inactive"), text("inactive")
    ('At risk', '流失风险客户', 'inactive', 'days without a purchase')
    """
    return own.get(name) or (text(name, language) if name in _SEGMENTS else name)


def group(name: str, language: Language | None = None) -> str:
    """The label of one of several groups that are compared: they are the user's, but for those that crmkit adds.

    >>> group("ungrouped", "zh"), group("A", "zh"), segment("A", "zh")
    ('未分组', 'A', 'A类客户')
    """
    return text(name, language) if name in _GROUPS else name


def texts(keys: Iterable[str], language: Language | None = None) -> list[str]:
    """The labels of several keys.

    >>> texts(["rows", "amount"], "zh")
    ['记录数', '金额']
    """
    return [text(key, language) for key in keys]


def phrase(key: str, language: Language | None = None, **values: object) -> str:
    """A label with its {places} filled in.

    >>> phrase("plot_gini", "zh", gini=0.5)
    '基尼系数 0.5'
    """
    return text(key, language).format(**values)


def width(words: str) -> int:
    """How many letters wide a text is where all letters are of one width; a Chinese character counts as two.

    >>> width("GRR"), width("留存率")
    (3, 6)
    """
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in words)


def aligned(cells: Iterable[str], *, left: bool) -> list[str]:
    """A column of text of one width, words to the left or figures to the right.

    >>> aligned(["客户数", "1,000"], left=False)
    ['客户数', ' 1,000']
    """
    column = list(cells)
    wide = max(map(width, column))
    blanks = [" " * (wide - width(cell)) for cell in column]
    return [cell + blank if left else blank + cell for cell, blank in zip(column, blanks, strict=True)]
