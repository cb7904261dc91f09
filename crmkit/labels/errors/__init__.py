"""The sentences of errors and what they expect, in English and in Chinese: one file of words per room.

A text with {places} is a whole sentence, filled from the fields of the error; one without is what was expected of an
argument, and stands in "top=7 is not {it}. Give one, such as top=0.2."
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping


def words() -> Mapping[str, tuple[str, str]]:
    """All of them by key; a key that two rooms use for different words is refused by a test.

    >>> words()["share"][0]
    'a share between 0 and 1'
    """
    rooms = [importlib.import_module(f"{__name__}.{room.name}") for room in pkgutil.iter_modules(__path__)]
    return {key: said for room in rooms for key, said in room.WORDS.items()}
