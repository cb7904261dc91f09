"""The language in which words for people are written: one setting for the process, seen by all threads.

Everything that takes `language=None` means this one. It starts from the environment variable CRMKIT_LANGUAGE.
"""

from __future__ import annotations

import os
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")

_VARIABLE = "CRMKIT_LANGUAGE"
_chosen: Language | None = None


def current() -> Language:
    """The language that is set: by `use`, or else by the environment, or else English.

    >>> current()
    'en'
    """
    if _chosen is not None:
        return _chosen
    return "zh" if os.environ.get(_VARIABLE, "").lower().startswith("zh") else "en"


def use(language: Language | None) -> None:
    """Set the language of the process; None goes back to the environment's."""
    global _chosen
    _chosen = language
