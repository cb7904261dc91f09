"""What pictures of several lines share: columns of a result, lines that can be told apart, counts under them, dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit import _frame
from crmkit._types import Array
from crmkit.errors import ArgumentError, Words, shown
from crmkit.labels import Language
from crmkit.plotting._axes import BLUE, GREEN, GREY, SMALL, VERMILLION, plain, short, word, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes


SKY, ORANGE, PURPLE = "#56B4E9", "#E69F00", "#CC79A7"  # the others of Okabe & Ito
# Colour, marker and dashes; no two lines differ by colour alone.
LINES: Sequence[tuple[str, str, Any]] = (
    (BLUE, "o", "-"), (VERMILLION, "s", "--"), (GREEN, "^", "-."), (PURPLE, "D", ":"), (ORANGE, "v", (0, (7, 2))),
    (SKY, "P", (0, (4, 1, 1, 1, 1, 1))),
)  # fmt: skip

_UPWARDS = 38  # letters


def columns_of(result: Any, part: str, needed: str, call: str, *, order: Sequence[str]) -> dict[str, Array]:
    """The columns of a result's table, if it is such a result; sorted, because a relation has no order of its own."""
    table = getattr(result, part, None)
    opened = None if table is None else _frame.open_table(table)
    if opened is None or needed not in opened.columns:
        raise ArgumentError("plotting_result_draws_draw", name=type(result).__name__, call=call)
    found = opened.collect(opened.frame)
    keys = [found[name] for name in reversed(order) if name in found]
    rows = np.lexsort(keys) if keys else slice(None)
    return {name: values[rows] for name, values in found.items()}


def chosen(names: Array, groups: Sequence[Any] | None) -> dict[Any, Array]:
    """The rows of each group to draw, as many as can be told apart."""
    there = list(dict.fromkeys(names.tolist()))
    asked = there if groups is None else list(groups)
    unknown = [name for name in asked if name not in there]
    if unknown or not asked or len(asked) > len(LINES):
        what = Words("no_such_group" if unknown else "too_many_groups", unknown=shown(unknown), n=len(asked))
        raise ArgumentError(
            "plotting_name_them_groups", what=what, there=shown(there, most=10), n=len(LINES), value_0=there[0]
        )
    return {name: names == name for name in asked}


def label_upwards(ax: Axes, text: str) -> None:
    """Name the y axis, in lines that a picture of some height has room for."""
    ax.set_ylabel("\n".join(wrapped(text, _UPWARDS)))


def strip_below(
    ax: Axes, at: Sequence[float], counts: Mapping[str, Sequence[float]], what: str, language: Language
) -> None:
    """Counts under the ticks, a row per name in the colour of its line, after the word for `what` they count."""
    step, top = 1.35 * SMALL, 22  # points
    x_place = ax.get_xaxis_transform()
    size = _size_apart(ax, at, [short(float(number), language) for own in counts.values() for number in own])
    tell_apart = len(counts) > 1
    ax.annotate(word(what, language), (0, 0), (0, -top), xycoords="axes fraction", textcoords="offset points",
                va="top", ha="left", size=SMALL, color=GREY, annotation_clip=False)  # fmt: skip
    for row, ((name, numbers), (colour, _, _)) in enumerate(zip(counts.items(), LINES, strict=False), start=1):
        down = -top - row * step
        shade = colour if tell_apart else GREY
        if tell_apart:
            ax.annotate(plain(name), (0, 0), (-24, down), xycoords="axes fraction", textcoords="offset points",
                        va="top", ha="right", size=SMALL, color=shade, annotation_clip=False)  # fmt: skip
        for x, number in zip(at, numbers, strict=True):
            ax.annotate(short(float(number), language), (x, 0), (0, down), xycoords=x_place,
                        textcoords="offset points", va="top", ha="center", size=size, color=shade,
                        annotation_clip=False)  # fmt: skip
    ax.xaxis.labelpad = (len(counts) + 1) * step + 6


def _size_apart(ax: Axes, at: Sequence[float], said: Sequence[str]) -> float:
    """The size (points) at which counts under ticks keep clear of their neighbours, by half a letter at least."""
    low, high = ax.get_xlim()
    if len(at) < 2 or high <= low:
        return SMALL
    apart = float(np.min(np.diff(np.sort(np.asarray(at, dtype=float))))) / (high - low) * ax.bbox.width
    letters = max(map(len, said), default=1) + 1
    return float(np.clip(apart / ax.figure.dpi * 72 / (letters * 0.62), 6, SMALL))


def date_axis(ax: Axes, language: Language) -> None:
    """Dates as year-month(-day), which need no language."""
    from matplotlib.dates import AutoDateLocator, DateFormatter, DayLocator

    low, high = ax.get_xlim()
    few = high - low < 8  # a tick within a day would repeat its name
    locator = DayLocator() if few else AutoDateLocator(minticks=3, maxticks=8)  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_locator(locator)
    pattern = "%Y-%m" if high - low > 150 else "%Y-%m-%d"
    ax.xaxis.set_major_formatter(DateFormatter(pattern))  # type: ignore[no-untyped-call]
    ax.set_xlabel(word("date", language))
