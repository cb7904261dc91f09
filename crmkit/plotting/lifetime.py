"""Pictures of the lifetime models: what they expect beside what happened, and what they believe of customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from crmkit import _checks, _frame
from crmkit._types import Array, Table
from crmkit.errors import DataError, Words
from crmkit.labels import Language
from crmkit.plotting._axes import (
    BLUE,
    GREY,
    SEQUENTIAL,
    SMALL,
    VERMILLION,
    count_along,
    open_axes,
    phrase,
    short,
    whole,
    word,
)
from crmkit.plotting._finishing import finished
from crmkit.plotting._lines import date_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_tracking(
    tracking: Table,
    *,
    show: Literal["cumulative", "incremental"] = "cumulative",
    ax: Axes | None = None,
    language: Language | None = None,
    **style: Any,
) -> Axes:
    """Draw the table of `crmkit.clv.tracking`: repeat purchases over time, expected and actual.

    Parameters
    ----------
    tracking : table, n_periods rows
        With `end_date`, `expected`, `actual`, `expected_cumulative`, `actual_cumulative` and `holdout`, of any kind.
    show : {"cumulative", "incremental"}, default "cumulative"
        All purchases since the start, or those of each period.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the lines, as `matplotlib.axes.Axes.plot` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: dates to the right, purchases upwards; a line stands where the past of the model ends.

    Raises
    ------
    ColumnError
        A column is absent, not numeric, or has missing values.
    DataError
        The table has no rows.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_cdnow(sample=True))
    >>> model = crm.clv.BGNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426, period="week")
    >>> ax = crm.plotting.plot_tracking(crm.clv.tracking(model, tx, origin="1997-09-30"))
    >>> [line.get_label() for line in ax.lines[:2]], round(float(ax.lines[0].get_ydata()[-1]))
    (['actual', 'expected'], 4339)
    """
    _checks.choice("show", show, ("cumulative", "incremental"))
    ending = "_cumulative" if show == "cumulative" else ""
    names = [f"actual{ending}", f"expected{ending}"]
    hint = "Build it with crmkit.clv.tracking(model, transactions)."
    table = _opened(tracking, names, ["end_date", "holdout"], hint)
    local = table.collect(table.frame.select("end_date", "holdout", *names))
    ax, spoken = open_axes(ax, language, width=7.4)
    dates, held = _dates(local["end_date"]), local["holdout"].astype(bool)
    for name, colour, dashes in zip(names, (VERMILLION, BLUE), ("-", "--"), strict=True):
        label = word(name.removesuffix("_cumulative"), spoken)
        look: dict[str, Any] = dict(color=colour, linestyle=dashes, linewidth=1.8, label=label) | style
        ax.plot(dates, local[name].astype(float), **look)
    _name_lines(ax, dates, [local[name].astype(float) for name in names])
    if held.any() and not held.all():
        last_seen = dates[~held][-1]
        ax.axvline(last_seen, color=GREY, linewidth=1, linestyle=":")
        ax.annotate(word("plot_from_here", spoken), (last_seen, 0), (4, 4), xycoords=("data", "axes fraction"),
                    textcoords="offset points", size=SMALL, color=GREY)  # fmt: skip
    ax.set_ylim(bottom=0)
    count_along(ax.yaxis, spoken)
    ax.set_ylabel(word("plot_cumulative_repeats" if show == "cumulative" else "plot_period_repeats", spoken))
    date_axis(ax, spoken)
    totals = [_sum_of(local[name].astype(float), held, cumulative=show == "cumulative") for name in names]
    said = {name: f"{number:,.0f}" for name, number in zip(("actual", "expected"), totals, strict=True)}
    key = "title_tracking" if held.any() and not held.all() else "title_tracking_fit"
    return finished(ax, spoken, title=phrase(key, spoken, **said))


def _sum_of(values: Array, held: Array, *, cumulative: bool) -> float:
    """Purchases of the holdout; of all periods where there is none."""
    mixed = held.any() and not held.all()
    if cumulative:
        return float(values[-1] - (values[~held][-1] if mixed else 0))
    return float(values[held].sum() if mixed else values.sum())


def plot_holdout(holdout: Table, *, ax: Axes | None = None, language: Language | None = None, **style: Any) -> Axes:
    """Draw the table of `crmkit.clv.holdout_by_frequency`: mean purchases in the holdout, expected and actual.

    Parameters
    ----------
    holdout : table, n_classes rows
        With `repeat_purchases`, `expected` and `actual`, of any supported kind.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the bars, as `matplotlib.axes.Axes.barh` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: purchases per customer to the right, classes by earlier repeat purchases from the top.

    Raises
    ------
    ColumnError
        A column is absent, not numeric, or has missing values.
    DataError
        The table has no rows.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> ax = crm.plotting.plot_holdout({"repeat_purchases": ["0", "1+"], "expected": [0.14, 2.0], "actual": [0.2, 2.1]})
    >>> [round(float(bar.get_width()), 2) for bar in ax.patches]
    [0.2, 2.1, 0.14, 2.0]
    """
    hint = "Build it with crmkit.clv.holdout_by_frequency(model, transactions)."
    ax, spoken, (classes, actual, expected) = _pairs(holdout, hint, ax, language, style, digits=2)
    ax.set_xlabel(word("plot_mean_in_holdout", spoken))
    ax.set_ylabel(word("plot_repeats_before", spoken))
    said = {"n": classes[-1], "expected": f"{expected[-1]:.2f}", "actual": f"{actual[-1]:.2f}"}
    return finished(ax, spoken, title=phrase("title_holdout", spoken, **said))


def plot_distribution_fit(
    distribution: Table, *, ax: Axes | None = None, language: Language | None = None, **style: Any
) -> Axes:
    """Draw the table of `crmkit.clv.distribution_fit`: customers by number of repeat purchases, expected and actual.

    Parameters
    ----------
    distribution : table, n_classes rows
        With `repeat_purchases`, `expected` and `actual`, of any supported kind.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the bars, as `matplotlib.axes.Axes.barh` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: customers to the right, classes by repeat purchases from the top.

    Raises
    ------
    ColumnError
        A column is absent, not numeric, or has missing values.
    DataError
        The table has no rows.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> counts = {"repeat_purchases": ["0", "1+"], "expected": [1406.5, 950.5], "actual": [1411, 946]}
    >>> ax = crm.plotting.plot_distribution_fit(counts)
    >>> [text.get_text() for text in ax.texts]
    ['actual: 1,411', '946', 'expected: 1,406', '950']
    """
    hint = "Build it with crmkit.clv.distribution_fit(model, customers)."
    ax, spoken, (classes, actual, expected) = _pairs(distribution, hint, ax, language, style, digits=0)
    ax.set_xlabel(word("customers", spoken))
    ax.set_ylabel(word("repeat_purchases", spoken))
    said = {"n": classes[0], "expected": short(round(expected[0]), spoken), "actual": short(round(actual[0]), spoken)}
    return finished(ax, spoken, title=phrase("title_distribution", spoken, **said))


def plot_recency_frequency(
    grid: Table,
    *,
    show: Literal["p_alive", "expected_purchases"] = "p_alive",
    ax: Axes | None = None,
    language: Language | None = None,
    **style: Any,
) -> Axes:
    """Draw the table of `crmkit.clv.recency_frequency_grid`: what a model believes, by frequency and last purchase.

    Along a line the value is the same. Of two customers who have been silent for as long, the model gives up the
    more frequent one first.

    Parameters
    ----------
    grid : table, n_x * n_t_x rows
        With `x`, `recency` and the value, one row for each pair of them, of any supported kind.
    show : {"p_alive", "expected_purchases"}, default "p_alive"
        What to draw.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the colours, as `matplotlib.axes.Axes.pcolormesh` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: repeat purchases to the right, days since the last purchase downwards.

    Raises
    ------
    ColumnError
        A column is absent, not numeric, or has missing values.
    DataError
        The table has no rows, or is no full grid of at least two by two.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> model = crm.clv.BGNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426, period="week")
    >>> ax = crm.plotting.plot_recency_frequency(crm.clv.recency_frequency_grid(model, most=10))
    >>> ax.get_ylim() == (364 - 14, 0)  # days since the last purchase, the most recent on top
    True
    """
    _checks.choice("show", show, ("p_alive", "expected_purchases"))
    hint = Words("hint_grid")
    table = _opened(grid, ["x", "recency", show], [], hint)
    x, recency, shown = table.arrays("x", "recency", show)
    (columns, column), (rows, row) = (np.unique(one, return_inverse=True) for one in (x, recency))
    if x.size != columns.size * rows.size or min(columns.size, rows.size) < 2:
        raise DataError("plotting_rows_full_grid_values", size=x.size, size_2=columns.size, size_3=rows.size, hint=hint)
    heights = np.zeros((rows.size, columns.size))
    heights[row, column] = shown
    share = show == "p_alive"
    ax, spoken = open_axes(ax, language)
    mesh = ax.pcolormesh(columns, rows, heights, **({"cmap": SEQUENTIAL, "shading": "gouraud"} | style))
    # The darkest colours stay unused, so that black lines and numbers can be read everywhere.
    mesh.set_clim(0, 1.5 * (1 if share else max(float(np.max(heights)), 1e-9)))
    levels = np.arange(0.1, 1, 0.2) if share else 6
    lines = ax.contour(columns, rows, heights, levels=levels, colors="black", linewidths=0.8)
    ax.clabel(
        lines, fmt=(lambda level: f"{100 * level:.0f}%") if share else (lambda level: f"{level:.3g}"), fontsize=SMALL
    )
    ax.set_ylim(float(rows[-1]), float(rows[0]))
    ax.xaxis.get_major_locator().set_params(integer=True)  # type: ignore[call-arg]
    ax.set_xlabel(word("repeat_purchases", spoken))
    ax.set_ylabel(word("recency", spoken))
    notes = [phrase("plot_lines", spoken, what=word(show, spoken))]
    return finished(ax, spoken, title=_given_up(columns, rows, heights, share, spoken), notes=notes)


def _given_up(columns: Array, rows: Array, heights: Array, share: bool, spoken: Language) -> str:
    """After how many silent days the most frequent customers are given up; or what is expected of the best."""
    n = f"{columns[-1]:,.0f}"
    if not share:
        return phrase("title_grid_expected", spoken, n=n, days=f"{rows[0]:,.0f}", value=f"{heights[0, -1]:.3g}")
    gone = np.flatnonzero(heights[:, -1] < 0.5)
    if not len(gone):
        return phrase("title_grid_alive", spoken, n=n, days=f"{rows[-1]:,.0f}", share=whole(heights[-1, -1]))
    at = int(gone[0])
    return phrase("title_grid_given_up", spoken, n=n, days=f"{rows[at]:,.0f}", share=whole(heights[at, -1]))


def plot_alive_history(
    history: Table, *, ax: Axes | None = None, language: Language | None = None, **style: Any
) -> Axes:
    """Draw the table of `crmkit.clv.alive_history`: P(alive) of one customer day by day, purchases marked.

    Parameters
    ----------
    history : table, n_days rows
        With `date`, `p_alive` and `purchase`, of any supported kind.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the line, as `matplotlib.axes.Axes.plot` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: dates to the right, P(alive) in per cent upwards; purchases are points.

    Raises
    ------
    ColumnError
        A column is absent, not numeric, or has missing values.
    DataError
        The table has no rows.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import numpy as np
    >>> import crmkit as crm
    >>> days = np.arange("2025-01-01", "2025-01-04", dtype="datetime64[D]")
    >>> ax = crm.plotting.plot_alive_history({"date": days, "p_alive": [0.64, 0.63, 0.75], "purchase": [1, 0, 1]})
    >>> ax.lines[1].get_ydata().tolist()
    [64.0, 75.0]
    """
    hint = "Build it with crmkit.clv.alive_history(model, transactions, customer_id)."
    table = _opened(history, ["p_alive", "purchase"], ["date"], hint)
    p_alive, purchase = table.arrays("p_alive", "purchase")
    dates = _dates(table.collect(table.frame.select("date"))["date"])
    bought = purchase > 0
    ax, spoken = open_axes(ax, language, height=3.6, width=7.4)
    look: dict[str, Any] = dict(color=BLUE, linewidth=1.5) | style
    ax.plot(dates, 100 * p_alive, **look)
    dots = ax.plot(dates[bought], 100 * p_alive[bought], "o", color=VERMILLION, markersize=5, clip_on=False, zorder=3,
                   label=word("purchase", spoken))  # fmt: skip
    ax.set_ylim(0, 100)
    ax.set_ylabel(word("plot_p_alive", spoken))
    date_axis(ax, spoken)
    said = {"share": whole(float(p_alive[-1])), "date": str(dates[-1]), "n": f"{int(bought.sum()):,}"}
    return finished(ax, spoken, title=phrase("title_alive", spoken, **said), legend=dots)


# --- what they share ----------------------------------------------------------------------------------------------


def _opened(result: Any, numbers: list[str], keys: list[str], hint: Words | str) -> _frame.Table:
    table = _frame.open_table(result, numbers=numbers, keys=keys, hint=hint)
    if len(table.arrays(numbers[0])[0]) == 0:
        raise DataError("plotting_table_rows_nothing_draw", hint=hint)
    return table


def _pairs(
    result: Any, hint: str, ax: Axes | None, language: Language | None, style: dict[str, Any], *, digits: int
) -> tuple[Axes, Language, tuple[list[str], Array, Array]]:
    """Bars of what happened and what was expected for each class, each with its number; gives what is drawn."""
    table = _opened(result, ["actual", "expected"], ["repeat_purchases"], hint)
    classes = [str(name) for name in table.collect(table.frame.select("repeat_purchases"))["repeat_purchases"]]
    ax, spoken = open_axes(ax, language, height=1.2 + 0.5 * len(classes))
    rows = np.arange(len(classes))
    longest = 0.0
    for offset, colour, key in ((-0.2, VERMILLION, "actual"), (+0.2, BLUE, "expected")):
        (numbers,) = table.arrays(key)
        longest = max(longest, float(np.max(numbers)))
        ax.barh(rows + offset, numbers, height=0.38, **(dict(color=colour) | style))
        for row, number in enumerate(numbers):
            amount = f"{number:.{digits}f}" if digits else short(round(number), spoken)
            # The first pair says what the upper and the lower bar are.
            said = amount if row else phrase("plot_named_number", spoken, what=word(key, spoken), amount=amount)
            ax.annotate(said, (number, row + offset), (4, 0), textcoords="offset points", va="center", size=SMALL)
    ax.set_yticks(rows, classes)
    ax.set_ylim(len(classes) - 0.4, -0.6)
    ax.set_xlim(0, 1.25 * max(longest, 1e-9))
    count_along(ax.xaxis, spoken)
    actual, expected = table.arrays("actual", "expected")
    return ax, spoken, (classes, actual, expected)


def _dates(values: Array) -> Array:
    """Dates as matplotlib takes them, whatever a table keeps them as."""
    return np.asarray(values, dtype="datetime64[D]")


def _name_lines(ax: Axes, dates: Array, lines: list[Array]) -> None:
    """The label of each line at its end, the higher one above the lower."""
    higher = int(np.argmax([line[-1] for line in lines]))
    for place, line in enumerate(lines):
        drawn = ax.lines[place]
        ax.annotate(str(drawn.get_label()), (dates[-1], line[-1]), (5, 6 if place == higher else -6),
                    textcoords="offset points", va="center", size=SMALL, color=drawn.get_color())  # fmt: skip
    # Room for the labels.
    span = dates[-1] - dates[0]
    ax.set_xlim(dates[0], dates[-1] + max(span // 8, np.timedelta64(1, "D")))
