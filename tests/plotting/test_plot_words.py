"""Every word that pictures use exists in both languages, with the same places to fill in."""

import re
from pathlib import Path
from string import Formatter

import pytest

import crmkit.plotting
from crmkit import labels

SOURCES = [path.read_text(encoding="utf-8") for path in Path(crmkit.plotting.__file__).parent.glob("*.py")]
KEYS = sorted(
    {"money", "customers", *re.findall(r'"(plot_[a-z_]+)"', "\n".join(SOURCES))} - set(crmkit.plotting.__all__)
)


def places(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_the_pictures_use_words():
    assert len(KEYS) >= 10


@pytest.mark.parametrize("key", KEYS)
def test_a_word_exists_in_both_languages_with_the_same_places(key):
    english, chinese = labels.text(key, "en"), labels.text(key, "zh")
    assert english != key or key in ("money", "customers")
    words = "".join(part for part, *_ in Formatter().parse(chinese))  # a text may be places and signs only
    assert not words.strip("：（）% ") or any("\u4e00" <= character <= "\u9fff" for character in words)
    assert places(english) == places(chinese)
