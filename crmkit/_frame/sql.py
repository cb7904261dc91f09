"""Names and texts as SQL takes them, whatever they are made of: the one place where they are quoted."""

from __future__ import annotations

import re
from collections.abc import Iterable


def name(identifier: str) -> str:
    """An identifier.

    >>> print(name('a"; DROP TABLE b'))
    "a""; DROP TABLE b"
    """
    return '"' + str(identifier).replace('"', '""') + '"'


def text(value: object) -> str:
    """A text.

    >>> print(text("it's"))
    'it''s'
    """
    return "'" + str(value).replace("'", "''") + "'"


def texts(values: Iterable[object]) -> str:
    """A list of texts.

    >>> print(texts(["a", "b"]))
    ['a', 'b']
    """
    return "[" + ", ".join(map(text, values)) + "]"


def literal_path(path: str) -> str:
    """A path that means the file of this name alone, whatever signs of patterns are in it.

    >>> literal_path("data[1]*.csv")
    'data[[]1][*].csv'
    """
    return re.sub(r"([*?\[])", r"[\1]", path)
