"""What ends every picture: its finding as the title, a legend under that, its definition in small print beneath.

Lines are as long as the place of the axes lets them be, measured and not guessed, so that nothing is cut.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from crmkit import labels
from crmkit.definitions import Definition
from crmkit.labels import Language
from crmkit.plotting import _fonts
from crmkit.plotting._axes import GREY, SMALL, TITLE, plain, spaced, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

_PRINT = 7  # points
_PAD = 10  # points between axes and what stands over them
_LINE = 1.35  # distance of lines, in sizes
_LETTER = 0.58  # width of a letter, in sizes; a Chinese character is two letters wide
_SURE = 0.96  # lines differ from the mean width of a letter


def finished(
    ax: Axes,
    language: Language,
    *,
    title: str = "",
    legend: Sequence[Any] = (),
    definition: Definition | None = None,
    notes: Sequence[str] = (),
) -> Axes:
    """The axes with a title, a legend under it, and small print: notes on the picture, then what is counted.

    A title or legend that the caller has set stays.
    """
    ax.spines[["top", "right"]].set_visible(False)
    _fonts.apply(ax, language)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # drawing says so once, measuring need not
        place = room(ax)
        for label, along in ((ax.xaxis.label, place), (ax.yaxis.label, _height(ax))):
            _fit(label, along)
        rows = _legend(ax, legend, place) if len(legend) else 0
        if title and not ax.get_title():
            _title(ax, spaced(title, language), place, _PAD + rows * 1.6 * SMALL + (2 if rows else 0))
        said = [*notes, *([definition.line(language)] if definition is not None else [])]
        if said:
            _small_print(ax, said, place)
    return ax


def room(ax: Axes) -> float:
    """Points from the left end of the axes to the right end of their place in the figure, after the layout."""
    figure, spec = ax.figure, ax.get_subplotspec()
    if spec is None or getattr(figure, "get_layout_engine", lambda: None)() is None:
        return float(ax.bbox.width / figure.dpi * 72)
    boxes = [one.yaxis.get_tightbbox() for one in (ax, *ax.child_axes) if one.axison]
    boxes += [text.get_window_extent() for text in ax.texts if _beside(text)]
    left = max((ax.bbox.x0 - box.x0 for box in boxes if box is not None), default=0.0)
    place = figure.bbox.width * len(spec.colspan) / spec.get_gridspec().ncols
    return float((place - max(left, 0.0)) / figure.dpi * 72) - _PAD


def _beside(text: Text) -> bool:
    """Whether a text may stand left of the axes: names of bars and rows that are no ticks."""
    return getattr(text, "get_annotation_clip", lambda: None)() is False and text.get_horizontalalignment() == "right"


def fitting(ax: Axes, said: Sequence[str], size: float, *, least: float = 6.5) -> float:
    """The size (points) at which the longest of some texts fits into the width of the axes."""
    longest = max((labels.width(line) for text in said for line in text.split("\n")), default=1)
    return max(min(size, room(ax) / (max(longest, 1) * _LETTER)), least)


def _height(ax: Axes) -> float:
    """Points that a label has beside the axes, clear of counts under them."""
    return float(ax.bbox.height / ax.figure.dpi * 72 - 1.5 * max(ax.xaxis.labelpad - 10, 0))


def _fit(label: Text, place: float) -> None:
    """An axis label in lines that are not longer than the axis."""
    label.set_text("\n".join(line for part in label.get_text().split("\n") for line in _folded(label, part, place)))


def _folded(text: Text, said: str, place: float) -> list[str]:
    per_letter = float(text.get_fontsize()) * _LETTER
    if labels.width(said) * per_letter < 0.8 * place:  # surely short enough, so nothing is measured
        return [said]
    return [line.replace("$", r"\$") for line in lines_in(text, said.replace(r"\$", "$"), place)]


def letters_across(ax: Axes, size: float) -> int:
    """How many letters of a size (points) fit side by side under the axes."""
    return int(ax.get_window_extent().width / ax.figure.dpi * 72 / (size * 0.53))


def lines_in(text: Text, said: str, place: float) -> list[str]:
    """`said` in lines of at most so many points, in the font of a text."""
    across = max(int(_SURE * place * labels.width(said) / max(_across(text, said), 1)), 12)
    lines = wrapped(said, across)
    if len(lines) > 1:  # letters of one line may be wider than the mean
        longest = _across(text, "\n".join(lines))
        if longest > place:
            lines = wrapped(said, max(int(across * place / longest), 12))
    return lines


def _across(text: Text, said: str) -> float:
    """How long a text is along its lines, in points."""
    text.set_text(plain(said))
    box = text.get_window_extent()
    along = box.height if text.get_rotation() == 90 else box.width
    return float(along / text.figure.dpi * 72)


def _title(ax: Axes, said: str, place: float, pad: float) -> None:
    from matplotlib.font_manager import FontProperties

    look = FontProperties(family=ax.title.get_fontfamily(), weight="bold", size=TITLE)
    # told where to stand, the title need not look for the ticks of the axis above it each time
    above = None if ax.xaxis.get_ticks_position() == "top" or ax.xaxis.get_label_position() == "top" else 1.0
    title = ax.set_title(said, x=0, y=above, ha="left", fontproperties=look, pad=pad)
    title.set_text("\n".join(lines_in(title, said.replace(r"\$", "$"), place)).replace("$", r"\$"))


def _legend(ax: Axes, handles: Sequence[Any], place: float) -> int:
    """A legend over the axes in as many columns as fit; gives its rows."""
    longest = max(labels.width(str(handle.get_label())) for handle in handles)
    columns = max(min(int(place // (longest * _LETTER * SMALL + 4.2 * SMALL)), len(handles)), 1)
    made = ax.legend(
        handles=handles, frameon=False, fontsize=SMALL, ncols=columns, loc="lower left", bbox_to_anchor=(0, 1.01),
        borderpad=0, columnspacing=1.2, handlelength=2.2,
    )  # fmt: skip
    for text in made.get_texts():
        text.set_fontfamily(ax.yaxis.label.get_fontfamily())
    rows = -(-len(handles) // columns)
    if columns == 1:
        for text in made.get_texts():
            lines = _folded(text, text.get_text(), place - 4.2 * SMALL)
            text.set_text("\n".join(lines))
            rows += len(lines) - 1
    return rows


def _small_print(ax: Axes, said: Sequence[str], place: float) -> None:
    """Under the label of the x axis, or the axes where it stands above them."""
    under_label = ax.axison and ax.xaxis.get_label_position() == "bottom"
    below: Any = (ax.transAxes, ax.xaxis.label if under_label else ax.transAxes)
    gap = 6 if ax.axison else 26  # panels in the axes have ticks of their own
    text = ax.annotate(
        "", (0, 0), (0, -gap), xycoords=below, textcoords="offset points", va="top", size=_PRINT, color=GREY,
        linespacing=_LINE, annotation_clip=False,
    )  # fmt: skip
    text.set_fontfamily(ax.xaxis.label.get_fontfamily())
    lines = [line for one in said for line in lines_in(text, one, place)]
    text.set_text(plain("\n".join(lines)))
