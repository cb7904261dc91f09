"""Definitions as small print under a picture, so that no rate is seen without what it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit.definitions import Definition
from crmkit.labels import Language
from crmkit.plotting._axes import GREY, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIZE = 7  # points
_NARROW = 0.53  # width of a letter, in sizes; a Chinese character is about two letters wide


def small_print(ax: Axes, definition: Definition, language: Language) -> None:
    """Write the definition in short under the label of the x axis, as wide as the axes; the result has it in full."""
    width = letters_across(ax, _SIZE)
    said = "\n".join(wrapped(definition.line(language), width))
    below_the_label = (ax.transAxes, ax.xaxis.label)
    ax.annotate(
        said.replace("$", r"\$"), (0, 0), (0, -6), xycoords=below_the_label, textcoords="offset points", va="top",
        size=_SIZE, color=GREY, linespacing=1.35, annotation_clip=False,
    )  # fmt: skip


def letters_across(ax: Axes, size: float) -> int:
    """How many letters of a size (points) fit side by side under the axes."""
    return int(ax.get_window_extent().width / ax.figure.dpi * 72 / (size * _NARROW))
