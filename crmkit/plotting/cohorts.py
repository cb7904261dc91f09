"""Pictures of cohorts: the triangle with its four kinds of cells, and curves by age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from crmkit import _checks, _frame
from crmkit._types import Array
from crmkit.errors import ArgumentError, shown
from crmkit.labels import Language
from crmkit.plotting._axes import (
    BLUE,
    GREEN,
    GREY,
    SEQUENTIAL,
    SMALL,
    VERMILLION,
    count_along,
    group_name,
    in_money,
    money,
    open_axes,
    percent,
    phrase,
    plain,
    short,
    word,
)
from crmkit.plotting._finishing import finished
from crmkit.plotting._lines import label_upwards
from crmkit.plotting.rfm import _ink

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Measure: TypeAlias = Literal["retention_rate", "cumulative_per_customer"]

VALUES = ("retention_rate", "cumulative_per_customer")
_LIGHT, _HATCH = "#BFBFBF", "#8C8C8C"
_GROUPS = (BLUE, VERMILLION, GREEN, GREY, "#CC79A7", "#E69F00", "#56B4E9")  # Okabe & Ito
_PALE = 0.55  # luminance from which on letters on white are hard to read
_FEW = 4  # cohorts up to which every curve has its name
_MOST_NUMBERS = 32  # columns up to which numbers can be read in the cells


def plot_cohorts(
    cohorts: Any,
    *,
    show: Measure = "retention_rate",
    group: str | None = None,
    currency: str | None = None,
    ax: Axes | None = None,
    language: Language | None = None,
    **style: Any,
) -> Axes:
    """Draw the result of `crmkit.retention.cohorts` as a triangle: one row per cohort, one column per age.

    The four states of a cell look different: complete ones are coloured with their number, partial ones are hatched
    too, what is not yet is blank, and withheld ones are grey with a dot. The last row pools the cohorts that have
    completed the age. Colours range over all ages but the first, which would outshine them. Numbers are left out where
    the cells are too narrow for them.

    Parameters
    ----------
    cohorts : crmkit.retention.Cohorts
        The result to draw.
    show : {"retention_rate", "cumulative_per_customer"}, default "retention_rate"
        What the cells show: per cent, or money per customer of the cohort since the first purchase.
    group : str, optional
        Which group to draw, if there are several.
    currency : str, optional
        Sign or code of the money, such as "£" or "EUR"; by default it is called the currency of the data.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the cells, as `matplotlib.axes.Axes.pcolormesh` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: ages to the right, cohorts downwards, the oldest on top; the definition stands beneath.

    Raises
    ------
    ArgumentError
        `cohorts` is something else, such as its table, or `group` must be chosen.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_cdnow(), as_of="1997-05-10")
    >>> ax = crm.plotting.plot_cohorts(crm.retention.cohorts(tx))
    >>> [cell.get_text() for cell in ax.texts[:5]]  # January's: May is only ten days old, so its cell is hatched
    ['100.0', '14.7', '12.3', '10.3', '3.4']
    """
    _checks.choice("show", show, VALUES)
    found = _triangle_of(cohorts, show)
    rows = _of_group(found, group)
    n_rows, n_ages = len(rows), len(found.ages)
    width = float(np.clip(2.6 + 0.5 * n_ages, 7.4, 16))
    ax, spoken = open_axes(ax, language, height=3.0 + 0.27 * (n_rows + 1), width=width)
    pooled = found.pooled_row(found.groups[rows[0]])
    numbers = np.ma.masked_invalid(np.vstack([found.numbers[rows], found.pooled[pooled]]))
    states = np.vstack([found.states[rows], found.pooled_states[pooled]])
    # A gap between the cohorts and what they say together.
    at = np.append(np.arange(n_rows), n_rows + 0.35)
    grid = np.ma.masked_invalid(np.full((n_rows + 2, n_ages), np.nan))
    grid[:n_rows], grid[-1] = numbers[:-1], numbers[-1]
    edges = np.append(np.arange(n_rows + 1), at[-1] + np.array([0, 1])) - 0.5
    look: dict[str, Any] = dict(cmap=SEQUENTIAL, edgecolors="white", linewidth=1) | style
    mesh = ax.pcolormesh(np.arange(n_ages + 1) - 0.5, edges, grid, **look)
    mesh.set_clim(0, _brightest(numbers, found.ages, show))
    if n_ages <= _MOST_NUMBERS:
        _write_numbers(ax, mesh, numbers, at, show, spoken)
    _mark_states(ax, states, at)
    names = [
        phrase("cohort_row", spoken, cohort=plain(found.cohorts[row]), customers=short(found.customers[row], spoken))
        for row in rows
    ]
    every_row, every_age = (max(-(-n // most), 1) for n, most in ((n_rows, 60), (n_ages, _MOST_NUMBERS)))
    ax.set_yticks(
        [*at[:-1:every_row], at[-1]],
        [*names[::every_row], word("cohort_chained" if found.chained else "cohort_pooled", spoken)],
        size=SMALL,
    )
    ax.set_xticks(range(0, n_ages, every_age), found.ages[::every_age], size=SMALL)
    ax.set(xlim=(-0.5, n_ages - 0.5), ylim=(edges[-1], -0.5))
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.tick_params(length=0)
    ax.set_xlabel(_age_label(cohorts, spoken))
    ax.set_ylabel(word("cohort_rows", spoken))
    ax.spines[:].set_visible(False)
    what = _what(show, spoken, currency)
    if n_ages <= _MOST_NUMBERS:
        meaning = phrase("plot_cells", spoken, what=what)
    else:
        top = _said(mesh.get_clim()[1], show, spoken)
        meaning = phrase("plot_cohort_colours", spoken, what=what, top=top)
    notes = ["    ".join([meaning, *_legend(states, cohorts, spoken)])]
    title = _finding(cohorts, found, [pooled], show, spoken, currency)
    return finished(ax, spoken, title=title, definition=_card_of(cohorts, show), notes=notes)


def plot_cohort_curves(
    cohorts: Any,
    *,
    show: Measure = "cumulative_per_customer",
    currency: str | None = None,
    ax: Axes | None = None,
    language: Language | None = None,
    **style: Any,
) -> Axes:
    """Draw the result of `crmkit.retention.cohorts` as curves by age: one per cohort, that of all of them on top.

    Older cohorts are darker. What is partial is dashed and ends in a ring; but the rate of a calendar period that is
    not over would look like a collapse, and is left out. With groups there is one pooled curve per group instead, which
    is how groups compare. The curve of money over calendar ages is a chain ladder: each step is that of the cohorts
    that have both ages, so it never steps where only the cohorts behind it change.

    Parameters
    ----------
    cohorts : crmkit.retention.Cohorts
        The result to draw.
    show : {"retention_rate", "cumulative_per_customer"}, default "cumulative_per_customer"
        What the curves show: money per customer of the cohort since the first purchase, or per cent. The rate of age 0
        is 100 % by definition and is left out.
    currency : str, optional
        Sign or code of the money, such as "£" or "EUR"; by default it is called the currency of the data.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the lines, as `matplotlib.axes.Axes.plot` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: age to the right, money or per cent upwards; the definition stands beneath.

    Raises
    ------
    ArgumentError
        `cohorts` is something else, such as its table.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> ax = crm.plotting.plot_cohort_curves(crm.retention.cohorts(crm.datasets.load_cdnow()))
    >>> [line.get_label() for line in ax.lines if not line.get_label().startswith("_")]
    ['1997-01', '1997-02', '1997-03', 'all cohorts, chain ladder']
    """
    _checks.choice("show", show, VALUES)
    found = _triangle_of(cohorts, show)
    # The rate of a calendar period that is not over looks like a collapse.
    left_out = show == "retention_rate" and cohorts.kind == "classic"
    ax, spoken = open_axes(ax, language, height=5.4, width=7.4)
    ends = []
    if not found.grouped:
        for row, colour in enumerate(_shades(len(found.cohorts))):
            named = row in (0, len(found.cohorts) - 1) or len(found.cohorts) <= _FEW
            label = plain(found.cohorts[row]) if named else f"_{row}"
            curve = _curve_of(found.numbers[row], found.states[row], found.ages, show, left_out=left_out)
            ends.append(_draw_curve(ax, curve, colour, label, {"linewidth": 0.9, "alpha": 0.75} | style))
    for row, group in enumerate(found.pooled_groups):
        together = word("cohort_chained" if found.chained else "cohort_pooled", spoken)
        label = group_name(group, spoken) if found.grouped else together
        colour = _GROUPS[row % len(_GROUPS)] if found.grouped else VERMILLION
        curve = _curve_of(found.pooled[row], found.pooled_states[row], found.ages, show, left_out=left_out)
        ends.append(_draw_curve(ax, curve, colour, label, {"linewidth": 3.2, "zorder": 3} | style))
    _age_axis(ax, found.ages, ends)
    ax.set_ylim(bottom=min(0.0, ax.get_ylim()[0]) if show == "cumulative_per_customer" else 0.0)
    _name_ends(ax, ends)
    count_along(ax.yaxis, spoken)
    ax.set_xlabel(_age_label(cohorts, spoken))
    label_upwards(ax, _what(show, spoken, currency))
    partial = ((found.pooled_states if found.grouped else found.states) == "partial").any()
    notes = [word("plot_cohort_left_out" if left_out else "plot_cohort_dashed", spoken)] if partial else []
    title = _finding(cohorts, found, range(len(found.pooled_groups)), show, spoken, currency)
    return finished(ax, spoken, title=title, definition=_card_of(cohorts, show), notes=notes)


def _finding(
    cohorts: Any, found: _Triangle, rows: Sequence[int], show: str, spoken: Language, currency: str | None
) -> str:
    """What all cohorts say together of the first age after the purchase, or of money so far; of groups the best."""
    rates = show == "retention_rate"
    known = np.isfinite(found.pooled[rows]) & (found.pooled_states[rows] != "partial")
    ages = [at for at in range(len(found.ages)) if known[:, at].any()]
    ages = [at for at in ages if not (rates and at == 0 and _begins_with_all(found.ages, show))]
    if not ages:
        return ""
    age = ages[0] if rates else ages[-1]
    values = np.where(known[:, age], found.pooled[rows, age], -np.inf)
    best = int(np.argmax(values))
    said = percent(values[best] / 100) if rates else money(float(values[best]), spoken, currency)
    period = "day" if cohorts.kind in ("n_day", "bracket") else cohorts.period
    places = {"value": said, "age": found.ages[age], "period": word(period, spoken)}
    if len(rows) == 1:
        return phrase("title_cohort_rate" if rates else "title_cohort_money", spoken, **places)
    group = group_name(found.pooled_groups[rows[best]], spoken)
    return phrase("title_cohort_rate_best" if rates else "title_cohort_money_best", spoken, name=group, **places)


# --- what the result holds ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Triangle:
    """A cohort result as arrays: a row per cohort and a column per age; `pooled` has a row per group."""

    ages: list[str]
    groups: Array
    cohorts: Array
    customers: Array
    numbers: Array
    states: Array
    pooled_groups: list[str]
    pooled: Array
    pooled_states: Array
    grouped: bool
    chained: bool  # whether `pooled` is a chain ladder

    def pooled_row(self, group: str) -> int:
        return self.pooled_groups.index(group)


def _triangle_of(cohorts: Any, show: str) -> _Triangle:
    if not hasattr(cohorts, "triangle"):
        raise ArgumentError("plotting_cohort_result_draw_crmkit", name=type(cohorts).__name__)
    numbers, states, averages = (
        table.collect(table.frame)
        for table in map(_frame.open_table, (cohorts.triangle(show), cohorts.triangle("state"), cohorts.averages))
    )
    ages = [name for name in numbers if name not in ("group", "cohort", "customers")]
    grouped = "group" in numbers
    groups = numbers["group"] if grouped else np.full(len(numbers["cohort"]), "", dtype=object)
    names = list(dict.fromkeys(groups.tolist()))
    pooled, pooled_states = (
        np.full((len(names), len(ages)), np.nan),
        np.full((len(names), len(ages)), "not_yet", object),
    )
    rows = [names.index(group) for group in averages["group"]] if grouped else np.zeros(len(averages["cohorts"]), int)
    columns = [ages.index(str(age)) for age in averages["cohort_age"]]
    chained = show == "cumulative_per_customer" and "chain_per_customer" in averages
    pooled[rows, columns] = averages["chain_per_customer" if chained else show].astype(float)
    pooled_states[rows, columns] = averages["state"]
    scale = 100 if show == "retention_rate" else 1
    return _Triangle(
        ages=ages,
        groups=groups,
        cohorts=numbers["cohort"],
        customers=numbers["customers"],
        numbers=scale * np.column_stack([numbers[age].astype(float) for age in ages]),
        states=np.column_stack([states[age] for age in ages]),
        pooled_groups=names,
        pooled=scale * pooled,
        pooled_states=pooled_states,
        grouped=grouped,
        chained=chained,
    )


def _of_group(found: _Triangle, group: str | None) -> Array:
    """The rows to draw: all, or those of one group."""
    if group is None and len(found.pooled_groups) == 1:
        return np.arange(len(found.cohorts))
    if group not in found.pooled_groups:
        names = found.pooled_groups if found.grouped else []
        if not names:
            raise ArgumentError("group", group, "cohorts_without_groups")
        raise ArgumentError("group", group, "not_a_group_of_cohorts", example=names[0], names=shown(names, most=9))
    return np.flatnonzero(found.groups == group)


# --- cells ----------------------------------------------------------------------------------------------------------


def _begins_with_all(ages: Sequence[str], show: str) -> bool:
    """Whether the first age is that of the first purchase, where every rate is 100 %."""
    return show == "retention_rate" and ages[0] == "0" and len(ages) > 1


def _brightest(numbers: Any, ages: Sequence[str], show: str) -> float:
    top = np.ma.max(numbers[:, 1:] if _begins_with_all(ages, show) else numbers)
    return float(top) if np.ma.count(top) and top > 0 else 1.0


def _write_numbers(ax: Axes, mesh: Any, numbers: Any, at: Array, show: str, language: Language) -> None:
    from matplotlib.patheffects import withStroke

    size = _fitting(ax, numbers.shape[1])
    for (row, column), number in np.ndenumerate(numbers):
        if numbers[row, column] is not np.ma.masked:
            said = _said(number, show, language)
            cell = mesh.to_rgba(np.asarray(number))
            drawn = ax.text(column, float(at[row]), said, ha="center", va="center", size=size, color=_ink(cell))
            drawn.set_path_effects([withStroke(linewidth=2.5, foreground=tuple(cell))])  # or hatches would cross it


def _said(number: float, show: str, language: Language) -> str:
    return f"{number:.1f}" if show == "retention_rate" or abs(number) < 100 else short(number, language)


def _fitting(ax: Axes, n_columns: int) -> float:
    """Size of digits, in points, at which five of them fit into a cell; the row names take some of the width."""
    figure_points = ax.get_window_extent().width / ax.figure.dpi * 72
    return float(np.clip(figure_points / n_columns / 3.4, 5, SMALL))


def _mark_states(ax: Axes, states: Array, at: Array) -> None:
    """Hatches over what is partial; grey with a dot where it is withheld; nothing where it is not yet."""
    from matplotlib.patches import Rectangle

    for row, column in np.argwhere(states == "partial"):
        ax.add_patch(
            Rectangle((column - 0.5, at[row] - 0.5), 1, 1, fill=False, hatch="////", edgecolor=_HATCH, linewidth=0)
        )
    for row, column in np.argwhere(states == "too_small"):
        ax.add_patch(Rectangle((column - 0.47, at[row] - 0.47), 0.94, 0.94, facecolor=_LIGHT, linewidth=0))
        ax.text(column, at[row], "•", ha="center", va="center", size=SMALL)


# --- curves ---------------------------------------------------------------------------------------------------------


def _shades(n: int) -> Array:
    """Blues from dark, the oldest cohort, to light."""
    from matplotlib import colormaps

    return np.asarray(colormaps[SEQUENTIAL](np.linspace(0.95, 0.35, n)))


def _curve_of(
    numbers: Array, states: Array, ages: Sequence[str], show: str, *, left_out: bool
) -> tuple[Array, Array, Array]:
    """Positions, heights and whether they can still change; without the first age where every rate is 100 %."""
    drawn = np.isfinite(numbers) & ~(left_out & (states == "partial"))
    drawn[0] &= not _begins_with_all(ages, show)
    x = np.flatnonzero(drawn)
    return x, numbers[x], states[x] == "partial"


def _draw_curve(
    ax: Axes, curve: tuple[Array, Array, Array], colour: Any, label: str, style: dict[str, Any]
) -> tuple[Any, str, Array, Array]:
    """A line through what is complete, dashed on to what is partial, with rings; gives what its name needs."""
    x, y, partial = curve
    look: dict[str, Any] = dict(color=colour, marker="o", markersize=1.5 * style.get("linewidth", 1)) | dict(style)
    ax.plot(x[~partial], y[~partial], label=label, **look)
    if partial.any():
        begin = max(int(np.flatnonzero(partial)[0]) - 1, 0)
        bare = look | {"marker": "", "linestyle": "--"}
        ax.plot(x[begin:], y[begin:], label=f"_{label}", **bare)
        ax.plot(x[partial], y[partial], "o", color=colour, markersize=4, fillstyle="none", label=f"_{label}")
    return colour, label, x, y


def _age_axis(ax: Axes, ages: Sequence[str], ends: Sequence[tuple[Any, str, Array, Array]]) -> None:
    """The ages that have a point as ticks, no more than can be read."""
    last = max((int(x[-1]) for _, _, x, _ in ends if len(x)), default=0)
    every = -(-(last + 1) // 20)
    ax.set_xticks(range(0, last + 1, every), ages[: last + 1 : every])


def _name_ends(ax: Axes, ends: Sequence[tuple[Any, str, Array, Array]]) -> None:
    """The name of each curve beside its last point, all in one column, pushed apart where they would overlap."""
    named = [end for end in ends if not end[1].startswith("_") and len(end[2])]
    low, high = ax.get_ylim()
    right = max((float(end[2][-1]) for end in named), default=0.0)
    step, place = 0.045 * (high - low), -np.inf
    for colour, label, x, y in sorted(named, key=lambda end: float(end[3][-1])):
        place = max(float(y[-1]), place + step)
        ax.annotate(label, (right, place), (8, 0), textcoords="offset points", va="center", size=SMALL,
                    color=_legible(colour), annotation_clip=False)  # fmt: skip
        ax.plot([x[-1], right], [y[-1], place], color=GREY, linewidth=0.7, linestyle=":", label="_leader")


def _legible(colour: Any) -> Any:
    """The colour of a curve, or grey where letters in it would be too pale."""
    from matplotlib.colors import to_rgb

    red, green, blue = to_rgb(colour)
    return GREY if 0.2126 * red + 0.7152 * green + 0.0722 * blue > _PALE else colour


# --- words ----------------------------------------------------------------------------------------------------------


def _what(show: str, language: Language, currency: str | None) -> str:
    if show == "retention_rate":
        return phrase("plot_cohort_percent", language, what=word(show, language))
    return in_money(word(show, language), language, currency)


def _age_label(cohorts: Any, language: Language) -> str:
    if cohorts.kind in ("n_day", "bracket"):
        return word("cohort_age_of_days", language)
    return phrase("cohort_age_of_periods", language, period=word(cohorts.period, language))


def _legend(states: Array, cohorts: Any, language: Language) -> list[str]:
    """What the cells that are not simply a number mean, those that occur."""
    least = str(cohorts.definition.values["least"])
    keys = {"partial": "plot_cohort_hatched", "not_yet": "plot_cohort_blank", "too_small": "plot_cohort_grey"}
    return [phrase(key, language, least=least) for state, key in keys.items() if (states == state).any()]


def _card_of(cohorts: Any, show: str) -> Any:
    return cohorts.definition if show == "retention_rate" else cohorts.revenue_definition
