"""What pictures of a row per name share: names down the side, an interval or a step from before to after in each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit import labels
from crmkit._types import Floats
from crmkit.plotting._axes import BLUE, GREY, ON_PAPER, SMALL, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LONGEST = 44  # letters of a name beside an axis


def name_rows(ax: Axes, names: Sequence[Any], *, size: float | None = None) -> None:
    """Names down the side, the first on top, with room over it; long ones are cut."""
    cut = [name if labels.width(name) <= _LONGEST else name[: _LONGEST - 1] + "…" for name in map(str, names)]
    ax.set_yticks(np.arange(len(cut)), cut, size=size)
    ax.set_ylim(len(cut) - 0.4, -0.65)
    ax.tick_params(axis="y", length=0)


def hundred(found: Mapping[str, Any], *names: str) -> list[Floats]:
    """Columns of shares as per cent."""
    return [100 * found[name].astype(float) for name in names]


def named(values: Iterable[Any]) -> list[str]:
    """Names of the user's as matplotlib takes them."""
    return [plain(value) for value in values]


def draw_intervals(
    ax: Axes,
    names: Sequence[str],
    ends: Sequence[Floats],
    beside: Sequence[str],
    style: dict[str, Any],
    *,
    side: str = "center",
) -> None:
    """A dot and its interval (value, low, high) per row, with words over it."""
    value, low, high = (np.asarray(end, dtype=float) for end in ends)
    rows = np.arange(len(value))
    spread = [np.nan_to_num(np.maximum(value - low, 0)), np.nan_to_num(np.maximum(high - value, 0))]
    look: dict[str, Any] = dict(fmt="o", color=BLUE, capsize=4, linewidth=1.6) | style
    ax.errorbar(value, rows, xerr=spread, **look)
    name_rows(ax, names)
    for row, said in enumerate(beside):
        if np.isfinite(value[row]):
            _over(ax, value[row], row, said, side)


def draw_steps(
    ax: Axes,
    names: Sequence[str],
    ends: tuple[Floats, Floats],
    colours: Sequence[str],
    beside: Sequence[str],
    style: dict[str, Any],
) -> None:
    """A line per row from what was (ring) to what is (dot), with words over it."""
    for row, (before, after) in enumerate(zip(*ends, strict=True)):
        if not np.isfinite(after):
            continue
        look: dict[str, Any] = dict(color=colours[row], linewidth=2) | style
        ax.plot([before, after], [row, row], **look)
        ax.plot(before, row, "o", color=look["color"], fillstyle="none", markersize=9)
        ax.plot(after, row, "o", color=look["color"], markersize=7)
        _over(ax, (before + after) / 2, row, beside[row])
    name_rows(ax, names)
    ax.margins(x=0.3)


def _over(ax: Axes, x: float, row: int, said: str, side: str = "center") -> None:
    """Words over a row, in the middle of what they speak of, or to its right where the axis begins near."""
    ax.annotate(said, (x, row), (0, 7), textcoords="offset points", ha=side, size=SMALL, bbox=ON_PAPER)


def draw_at_edge(ax: Axes, said: Sequence[str], what: str) -> None:
    """A column of figures to the right of the picture, under the word for what they are."""
    place = ax.get_yaxis_transform()
    style: dict[str, Any] = dict(textcoords="offset points", size=SMALL, color=GREY, annotation_clip=False)
    for row, text in enumerate(said):
        ax.annotate(text, (1, row), (6, 0), xycoords=place, va="center", **style)
    ax.set_ylim(top=-1.0)  # room for the word
    ax.annotate(what, (1, 1), (6, -3), xycoords="axes fraction", va="bottom", ha="left", **style)
