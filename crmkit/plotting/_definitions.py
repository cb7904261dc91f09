"""Definitions as small print under a picture, so that no rate is seen without what it counts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crmkit import labels
from crmkit.definitions import Definition
from crmkit.labels import Language
from crmkit.plotting._axes import GREY

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIZE = 7  # points
_NARROW = 0.53  # width of a letter, in sizes; a Chinese character is about two letters wide
# What may stand alone on a line: a word and its space, or a Chinese character and the sign that closes it.
_PIECES = re.compile(r"[\u2e80-\uffef][，。；：、）]*|[^\s\u2e80-\uffef]+\s?|\s")


def small_print(ax: Axes, definition: Definition, language: Language) -> None:
    """Write the definition under the label of the x axis, as wide as the axes. Fonts are left to `_fonts.apply`."""
    width = letters_across(ax, _SIZE)
    said = "\n".join(line for part in definition.text(language).splitlines() for line in wrapped(part, width))
    below_the_label = (ax.transAxes, ax.xaxis.label)
    ax.annotate(
        said.replace("$", r"\$"), (0, 0), (0, -6), xycoords=below_the_label, textcoords="offset points", va="top",
        size=_SIZE, color=GREY, linespacing=1.35, annotation_clip=False,
    )  # fmt: skip


def letters_across(ax: Axes, size: float) -> int:
    """How many letters of a size (points) fit side by side under the axes."""
    return int(ax.get_window_extent().width / ax.figure.dpi * 72 / (size * _NARROW))


def wrapped(text: str, width: int) -> list[str]:
    """Text in lines of at most `width` letters; between Chinese characters a line may end anywhere.

    >>> wrapped("the quick brown fox", 10), wrapped("分母：上一期有购买的客户", 12)
    (['the quick', 'brown fox'], ['分母：上一期', '有购买的客户'])
    """
    lines, used = [""], 0
    for piece in _PIECES.findall(text):
        long = labels.width(piece.rstrip())
        if used and used + long > width:
            lines.append("")
            used = 0
        lines[-1] += piece
        used += long + len(piece) - len(piece.rstrip())
    return [line.strip() for line in lines]
