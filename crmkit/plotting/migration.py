"""Pictures of migration: bands of customers that flow from group to group, between two dates or along several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from crmkit import _checks, _frame, labels
from crmkit._types import Floats, Ints
from crmkit.errors import ArgumentError
from crmkit.labels import Language
from crmkit.plotting._axes import (
    BLUE,
    COLON,
    GREEN,
    GREY,
    SMALL,
    VERMILLION,
    amount,
    in_money,
    money,
    open_axes,
    phrase,
    segment_name,
    short,
    word,
)
from crmkit.plotting._finishing import finished, letters_across

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Show = Literal["customers", "value"]

# Okabe & Ito's, and light grey for what stays. Up and down are also seen from where a band ends.
COLOURS = {"up": BLUE, "down": VERMILLION, "same": "#C8C8C8", "moved": "#56B4E9", "joined": GREEN, "left": "#CC79A7"}
BAR, ABSENT_BAR = "#333333", "#BBBBBB"
HALF_BAR = 0.02  # half the thickness of a bar, where neighbouring bars are 1 apart
GAPS = 0.22  # share of the height that is left free between bars


def plot_migration(
    migration: Any,
    *,
    show: Show = "customers",
    currency: str | None = None,
    ax: Axes | None = None,
    language: Language | None = None,
    **style: Any,
) -> Axes:
    """Draw the result of `crmkit.segment.migration`: bands from the groups before to the groups after.

    Where the order of the groups is known (of the schemes of crmkit) or was given, the best stand on top, bands that
    rise are customers who moved up, and colours tell them from those who moved down.

    Parameters
    ----------
    migration : crmkit.segment.Migration
        The counted moves.
    show : {"customers", "value"}, default "customers"
        What the thickness of a band stands for: its customers; or their money, before at its left end and after at
        its right end (of those who joined, after; of those who left, before; money below zero has no thickness). Money
        needs lists that have it.
    currency : str, optional
        Sign or code of the money, such as "£" or "EUR"; by default it is called the currency of the data.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure. Names of groups stand to both sides of it.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the bands, as `matplotlib.patches.PathPatch` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes. Beside each bar stand the size of its group and its share of the list; those who joined or left are
        given as a share of the list that they are in.

    Raises
    ------
    ArgumentError
        `migration` is something else or has no money to show, or `show` is not known.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> january = {"customer_id": [1, 2, 3], "tier": ["top", "top", "small"], "monetary": [90.0, 80.0, 5.0]}
    >>> june = {"customer_id": [1, 2, 4], "tier": ["top", "small", "small"], "monetary": [95.0, 10.0, 7.0]}
    >>> moved = crm.segment.migration(january, june, column="tier")
    >>> ax = crm.plotting.plot_migration(moved)
    >>> [text.get_text() for text in ax.texts]
    ['Top: 2 (66.7%)', 'Small: 1 (33.3%)', 'joined: 1 (33.3%)', 'Top: 1 (33.3%)', 'Small: 2 (66.7%)', 'left: 1 (33.3%)']
    """
    _checks.choice("show", show, ("customers", "value"))
    if not hasattr(migration, "by_customer") or not hasattr(migration, "moves"):
        raise ArgumentError("plotting_counted_migration_build_crmkit", name=type(migration).__name__)
    moves = _columns(migration.moves, [], show)
    n_groups = len(migration.groups)
    ax, spoken = open_axes(ax, language, height=1.6 + 0.42 * (n_groups + 1), width=9.0)
    bands = [_bands(moves, migration.groups, show)]
    _draw(ax, bands, migration.groups, [word("before", spoken), word("after", spoken)], spoken, currency, style)
    ways = {way: float(moves["customers"][moves["direction"] == way].sum()) for way in ("up", "down")}
    said = {way: short(number, spoken) for way, number in ways.items()}
    title = phrase("title_migration", spoken, **said) if any(ways.values()) else ""
    told = {way: _said(way, moves, show, spoken, currency) for way in COLOURS if way in moves["direction"]}
    return _ended(ax, title, told, show, spoken, currency)


def plot_migration_series(
    series: Any,
    *,
    show: Show = "customers",
    currency: str | None = None,
    ax: Axes | None = None,
    language: Language | None = None,
    **style: Any,
) -> Axes:
    """Draw the result of `crmkit.segment.migration_series`: the groups at each date, and bands from date to date.

    Parameters
    ----------
    series : crmkit.segment.MigrationSeries
        The counted groups and moves.
    show : {"customers", "value"}, default "customers"
        What bars and bands stand for: customers, or their money at each date, as in `plot_migration`.
    currency : str, optional
        Sign or code of the money, such as "£" or "EUR"; by default it is called the currency of the data.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure. Names of groups stand to both sides of it.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the bands, as `matplotlib.patches.PathPatch` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: one column of bars per date, in which the groups keep their order. Names and sizes stand beside the
        first and the last, and those of a group that is more than twice as large in between where it is largest; the
        light bar at the foot stands for those outside the list, who joined after that date or left before it.

    Raises
    ------
    ArgumentError
        `series` is something else or has no money to show, or `show` is not known.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> may = {"customer_id": [1, 2], "tier": ["top", "small"], "monetary": [90.0, 5.0]}
    >>> june = {"customer_id": [1, 2], "tier": ["top", "top"], "monetary": [95.0, 60.0]}
    >>> july = {"customer_id": [1, 2], "tier": ["small", "top"], "monetary": [3.0, 70.0]}
    >>> dated = {"2025-05-31": may, "2025-06-30": june, "2025-07-31": july}
    >>> series = crm.segment.migration_series(dated, column="tier")
    >>> ax = crm.plotting.plot_migration_series(series)
    >>> [tick.get_text() for tick in ax.get_xticklabels()]
    ['2025-05-31', '2025-06-30', '2025-07-31']
    """
    _checks.choice("show", show, ("customers", "value"))
    if not hasattr(series, "dates") or not hasattr(series, "moves"):
        raise ArgumentError("plotting_series_migrations_build_crmkit", name=type(series).__name__)
    moves = _columns(series.moves, ["from_date"], show)
    n_dates = len(series.dates)
    ax, spoken = open_axes(
        ax, language, height=1.6 + 0.42 * (len(series.groups) + 1), width=9.0 + 1.8 * max(n_dates - 2, 0)
    )
    day = moves["from_date"].astype("datetime64[D]")
    bands = [_bands({name: column[day == np.datetime64(date, "D")] for name, column in moves.items()},
                    series.groups, show) for date in series.dates[:-1]]  # fmt: skip
    _draw(ax, bands, series.groups, [str(date) for date in series.dates], spoken, currency, style)
    ways = {way: float(moves["customers"][moves["direction"] == way].sum()) for way in ("up", "down")}
    said = {way: short(number, spoken) for way, number in ways.items()}
    said |= {"first": str(series.dates[0]), "last": str(series.dates[-1])}
    title = phrase("title_migration_series", spoken, **said) if any(ways.values()) else ""
    return _ended(ax, title, {way: word(way, spoken) for way in COLOURS if way in moves["direction"]}, show, spoken,
                  currency)  # fmt: skip


# --- what to draw ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Bands:
    """The moves from one column of bars to the next: number of the bar at either end, and the size there."""

    start: Ints
    end: Ints
    direction: NDArray[Any]
    left: Floats
    right: Floats

    @property
    def reversed(self) -> _Bands:
        """The same, seen from the other end."""
        return _Bands(self.end, self.start, self.direction, self.right, self.left)

    @property
    def thickness(self) -> tuple[Floats, Floats]:
        """At the left and at the right end; money below zero has none."""
        return np.maximum(self.left, 0), np.maximum(self.right, 0)


def _columns(moves: Any, more: Sequence[str], show: Show) -> dict[str, NDArray[Any]]:
    table = _frame.open_table(moves, numbers=["customers"], keys=["before", "after", "direction", *more])
    if show == "value" and "value_before" not in table.columns:
        raise ArgumentError("plotting_show_value_needs_money")
    return table.collect(table.frame)


def _bands(moves: dict[str, NDArray[Any]], groups: Sequence[str], show: Show) -> _Bands:
    number = {group: at for at, group in enumerate(groups)}
    absent = len(groups)  # whatever is no group
    start, end = (np.array([number.get(name, absent) for name in moves[side]], int) for side in ("before", "after"))
    left, right = (
        moves[name].astype(float)
        for name in (("customers", "customers") if show == "customers" else ("value_before", "value_after"))
    )
    # Outside the list nobody has money: such a band is as thick as at its other end.
    left, right = np.where(start == absent, right, left), np.where(end == absent, left, right)
    return _Bands(start, end, moves["direction"], left, right)


def _said(way: str, moves: dict[str, NDArray[Any]], show: Show, language: Language, currency: str | None) -> str:
    """How many went this way, and which share of everyone; or their money before and after."""
    chosen = moves["direction"] == way
    if show == "customers":
        n = float(moves["customers"][chosen].sum())
        return amount(n, n / float(moves["customers"].sum()), language, what=way)
    before, after = (
        money(float(moves[name][chosen].sum()), language, currency) for name in ("value_before", "value_after")
    )
    return phrase("plot_named_number", language, what=word(way, language), amount=f"{before} → {after}")


# --- where to draw it -----------------------------------------------------------------------------------------------


def _draw(
    ax: Axes,
    bands: Sequence[_Bands],
    groups: Sequence[str],
    headings: Sequence[str],
    spoken: Language,
    currency: str | None,
    style: dict[str, Any],
) -> None:
    """Bars of all columns, the bands between them, and the names beside the outer two and of what swells in between."""
    n = len(groups) + 1
    sizes = _bar_sizes(bands, n)
    scale = (1 - GAPS) / max(float(np.max(sizes.sum(axis=1))), 1e-300)
    used = sizes.any(axis=0)
    gap = GAPS / max(int(used.sum()) - 1, 1)
    tops = scale * (np.cumsum(sizes, axis=1) - sizes) + gap * (np.cumsum(used) - used)
    ax.set_xlim(-3 * HALF_BAR, len(bands) + 3 * HALF_BAR)
    ax.set_ylim(1, 0)
    for column, one in enumerate(bands):
        _draw_bands(ax, column, one, tops[column], tops[column + 1], scale, style)
    for column, (top, size) in enumerate(zip(tops, sizes, strict=True)):
        colours = [BAR] * (n - 1) + [ABSENT_BAR]
        ax.bar(np.full(n, column), scale * size, 2 * HALF_BAR, top, color=colours, zorder=3)
    middles = tops + scale * sizes / 2
    for side, column, outside, one in ((-1, 0, "joined", bands[0]), (1, len(bands), "left", bands[-1].reversed)):
        said = _names(groups, outside, _beside(one, n), spoken, currency)
        size = SMALL if max(map(labels.width, said)) < 0.4 * letters_across(ax, SMALL) else SMALL - 2
        _name_bars(ax, side, column, middles[column], said, size=size)
    for column, swollen in _swollen(sizes).items():
        said = _names(groups, "joined", _beside(bands[column], n), spoken, currency, apart="\n")
        _name_bars(ax, 1, column, middles[column], [said[at] if at in swollen else "" for at in range(n)])
    if letters_across(ax, SMALL) * 0.5 < sum(len(heading) + 2 for heading in headings):
        headings = [re.sub(r"^(\d{4})-", "\\1\n", heading) for heading in headings]
    ax.set_xticks(range(len(headings)), headings, size=SMALL)
    ax.set_yticks([])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def _bar_sizes(bands: Sequence[_Bands], n: int) -> Floats:
    """Size of each bar, shape (n_columns, n): as much as comes in or goes out, whichever is more."""
    sizes = np.zeros((len(bands) + 1, n))
    for column, one in enumerate(bands):
        left, right = one.thickness
        sizes[column] = np.maximum(sizes[column], np.bincount(one.start, left, n))
        sizes[column + 1] = np.bincount(one.end, right, n)
    return sizes


def _swollen(sizes: Floats) -> dict[int, list[int]]:
    """Groups that are twice as large in between as at either end, by the column in which they are largest."""
    groups = sizes[:, :-1]
    largest = groups.argmax(axis=0)
    swells = groups.max(axis=0) > 2 * np.maximum(groups[0], groups[-1])
    return {int(column): np.flatnonzero(swells & (largest == column)).tolist() for column in set(largest[swells])}


def _draw_bands(
    ax: Axes, column: int, bands: _Bands, tops: Floats, next_tops: Floats, scale: float, style: dict[str, Any]
) -> None:
    """The bands from one column to the next; those who stay lie lowest, thin ones lie above thick ones."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    left, right = (scale * size for size in bands.thickness)
    begin = _stacked(bands.start, bands.end, left, tops)
    finish = _stacked(bands.end, bands.start, right, next_tops)
    near, far, middle = column + HALF_BAR, column + 1 - HALF_BAR, column + 0.5
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    for at in np.lexsort((-left - right, bands.direction != "same")):
        upper, lower = (begin[at], finish[at]), (begin[at] + left[at], finish[at] + right[at])
        corners = [
            (near, upper[0]), (middle, upper[0]), (middle, upper[1]), (far, upper[1]),
            (far, lower[1]), (middle, lower[1]), (middle, lower[0]), (near, lower[0]), (near, upper[0]),
        ]  # fmt: skip
        colour = COLOURS[bands.direction[at]]
        ax.add_patch(PathPatch(Path(corners, codes), **(dict(facecolor=colour, alpha=0.65, linewidth=0) | style)))


def _stacked(bar: Ints, other: Ints, thickness: Floats, tops: Floats) -> Floats:
    """Upper edge of each band at its bar: bands lie in the order of the bars at their other end."""
    order = np.lexsort((other, bar))
    held = np.bincount(bar, thickness, len(tops))
    above = np.cumsum(thickness[order]) - thickness[order] - (np.cumsum(held) - held)[bar[order]]
    edge = np.empty(len(bar))
    edge[order] = tops[bar[order]] + above
    return edge


# --- words ----------------------------------------------------------------------------------------------------------


def _beside(bands: _Bands, n: int) -> tuple[Floats, Floats]:
    """Numbers and shares of the bars of the first column; the last bar, outside the list, is a share of the other."""
    numbers = np.bincount(bands.start, bands.left, n).astype(float)
    there = float(bands.right[bands.end < n - 1].sum())
    totals = np.append(np.full(n - 1, numbers[:-1].sum()), there)
    return numbers, np.divide(numbers, totals, out=np.zeros(n), where=totals > 0)


def _names(
    groups: Sequence[str],
    outside: str,
    beside: tuple[Floats, Floats],
    language: Language,
    currency: str | None,
    *,
    apart: str = "",
) -> list[str]:
    """What stands beside each bar of a column; nothing beside a bar of nobody. Between columns lines must be short."""
    said = [segment_name(name, language) for name in groups]
    return [
        "" if not number else f"{name}{apart or COLON[language]}{amount(number, share, language, currency=currency)}"
        for name, number, share in zip([*said, word(outside, language)], *beside, strict=True)
    ]


def _name_bars(ax: Axes, side: int, column: int, middles: Floats, names: Sequence[str], *, size: float = SMALL) -> None:
    """Names to the left (-1) or right (1) of a column, moved apart where bars are thin, with a line to their bar."""
    from matplotlib.patheffects import withStroke

    chosen = [at for at, name in enumerate(names) if name]
    height = ax.get_window_extent().height / ax.figure.dpi * 72  # points
    lines = 1 + max((names[at].count("\n") for at in chosen), default=0)
    heights = _apart(middles[chosen], 1.35 * lines * size / height)
    for at, y in zip(chosen, heights, strict=True):
        edge = column + side * HALF_BAR
        ax.plot([edge, edge + 2 * side * HALF_BAR], [middles[at], y], color=GREY, linewidth=0.6, clip_on=False)
        said = ax.annotate(names[at], (edge + 2 * side * HALF_BAR, y), (3 * side, 0), textcoords="offset points",
                           ha="left" if side > 0 else "right", va="center", size=size,
                           annotation_clip=False)  # fmt: skip
        said.set_path_effects([withStroke(linewidth=3, foreground="white")])  # to be read on bands as well


def _apart(heights: Floats, distance: float) -> Floats:
    """Ascending heights moved at least `distance` apart, downwards first and back up from the foot of the picture."""
    steps = distance * np.arange(len(heights))
    down: Floats = np.maximum.accumulate(heights - steps) + steps
    foot = np.max([1.0, *steps])
    up: Floats = np.minimum(down, foot - steps[::-1])
    return up


def _ended(ax: Axes, title: str, said: dict[str, str], show: Show, spoken: Language, currency: str | None) -> Axes:
    """The title, what the colours stand for over the picture, and what the thickness stands for under it."""
    from matplotlib.patches import Patch

    patches = [Patch(facecolor=COLOURS[way], alpha=0.65, label=text) for way, text in said.items()]
    what = word(f"plot_bands_{show}", spoken)
    ax.set_xlabel(in_money(what, spoken, currency) if show == "value" else what, size=SMALL, color=GREY)
    return finished(ax, spoken, title=title, legend=patches)
