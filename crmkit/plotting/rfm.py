"""Pictures of RFM: the grid of R and F scores, and the size and money of segments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crmkit import _frame
from crmkit._types import Table
from crmkit.errors import DataError, Words, shown
from crmkit.labels import Language
from crmkit.plotting._axes import (
    BLUE,
    SEQUENTIAL,
    SMALL,
    VERMILLION,
    amount,
    in_money,
    open_axes,
    phrase,
    segment_name,
    short,
    whole,
    word,
)
from crmkit.plotting._finishing import finished

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SCORES = ("r_score", "f_score")


def plot_rfm_grid(
    scores: Table,
    *,
    show: str = "customers",
    currency: str | None = None,
    ax: Axes | None = None,
    language: Language | None = None,
    **style: Any,
) -> Axes:
    """Draw scored customers as a grid of recency and frequency scores: one cell per pair, its number in it.

    The best customers stand top right, the once good ones that have gone bottom right, the new ones top left.

    Parameters
    ----------
    scores : table, n_customers rows
        A table with `r_score` and `f_score`, as `crmkit.rfm.score` gives it, of any supported kind.
    show : "customers", or column of money, default "customers"
        Count the customers of each cell, or add up a column, such as "monetary".
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
        The axes: frequency score to the right, recency score upwards, both in points from 1 to the highest that occurs.

    Raises
    ------
    ColumnError
        A column is absent, not numeric, or missing for some customers.
    DataError
        The table has no rows, or a score is not a whole number from 1 on.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> scores = crm.rfm.score(crm.summarize(crm.datasets.load_ten_customers()))
    >>> ax = crm.plotting.plot_rfm_grid(scores)
    >>> [cell.get_text() for cell in ax.texts][20:25]  # the most recent fifth, by frequency score 1 to 5
    ['0', '0', '0', '1', '1']
    """
    grid = _grid(scores, None if show == "customers" else show)
    ax, spoken = open_axes(
        ax, language, height=max(4.8, 0.6 + 0.5 * grid.shape[0]), width=max(6.4, 0.9 * grid.shape[1])
    )
    edges = [np.arange(n + 1) + 0.5 for n in grid.shape]
    look: dict[str, Any] = dict(cmap=SEQUENTIAL, edgecolors="white", linewidth=1.5) | style
    mesh = ax.pcolormesh(edges[1], edges[0], grid, **look)
    mesh.set_clim(min(float(np.min(grid)), 0), max(float(np.max(grid)), 1))
    size = _fitting(ax, grid.shape[1])
    for (row, column), number in np.ndenumerate(grid):
        colour = _ink(mesh.to_rgba(np.asarray(number)))
        ax.text(column + 1, row + 1, short(number, spoken), ha="center", va="center", size=size, color=colour)
    ax.set_xticks(range(1, grid.shape[1] + 1))
    ax.set_yticks(range(1, grid.shape[0] + 1))
    ax.tick_params(length=0)
    what = word(show, spoken) if show == "customers" else in_money(word(show, spoken), spoken, currency)
    ax.set_xlabel(word("plot_frequency_score", spoken))
    ax.set_ylabel(word("plot_recency_score", spoken))
    notes = [phrase("plot_cells", spoken, what=what), *_why_empty(grid, spoken)]
    row, column = np.unravel_index(int(np.argmax(grid)), grid.shape)
    total = float(grid.sum())
    said = {"r": str(row + 1), "f": str(column + 1), "share": whole(float(grid.max()) / total) if total > 0 else ""}
    title = phrase("title_rfm_grid" if show == "customers" else "title_rfm_grid_money", spoken, **said)
    return finished(ax, spoken, title=title if total > 0 else "", notes=notes)


def _why_empty(grid: NDArray[np.float64], spoken: Language) -> list[str]:
    """Why a column may be empty: equal customers are not told apart, so that a score may be nobody's."""
    empty = np.flatnonzero(grid.sum(axis=0) == 0) + 1
    if not len(empty) or grid.sum() <= 0:
        return []
    return [phrase("title_grid_empty", spoken, levels=", ".join(map(str, empty)))]


def _grid(scores: Table, value: str | None) -> NDArray[np.float64]:
    """Customers, or their money, by recency score (rows, from 1) and frequency score (columns, from 1)."""
    numbers = [*SCORES, *([] if value is None else [value])]
    table = _frame.open_table(scores, numbers=numbers, hint=Words("hint_scores"))
    cells = table.cells(SCORES, weight=value)
    if not len(cells["n"]):
        raise DataError("plotting_table_rows_nothing_draw_2")
    points = [np.asarray(cells[name], dtype=float) for name in SCORES]
    for name, values in zip(SCORES, points, strict=True):
        odd = values[(values < 1) | (values != np.floor(values))]
        if len(odd):
            raise DataError("plotting_column_scores_whole_numbers", name=name, tolist=shown(np.unique(odd).tolist()))
    r, f = (values.astype(int) for values in points)
    grid = np.zeros((r.max(), f.max()))
    grid[r - 1, f - 1] = cells["n"]
    return grid


def _ink(colour: Any) -> str:
    """Black or white, whichever can be read on a colour: the one with the higher contrast (WCAG 2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in np.asarray(colour)[:3]]
    luminance = float(np.dot(linear, (0.2126, 0.7152, 0.0722)))
    return "black" if (luminance + 0.05) ** 2 > 0.05 * 1.05 else "white"


def _fitting(ax: Axes, n_columns: int) -> float:
    """Size of digits, in points, at which six of them fit into a cell."""
    figure_points = ax.get_window_extent().width / ax.figure.dpi * 72
    return float(np.clip(figure_points / n_columns / 4.2, 5, SMALL))


def plot_segments(
    segments: Table,
    *,
    by: str = "segment",
    currency: str | None = None,
    ax: Axes | None = None,
    language: Language | None = None,
    **style: Any,
) -> Axes:
    """Draw the table of `crmkit.rfm.describe_segments`: the share of customers and of money, side by side.

    Parameters
    ----------
    segments : table, n_segments rows
        A table with the segments, `customers`, `customer_share`, `value` and `value_share`, of any supported kind.
    by : str, default "segment"
        Column of the segments. Keys that crmkit knows are shown as their labels, others as they are.
    currency : str, optional
        Sign or code of the money, such as "£" or "EUR"; by default it is called the currency of the data.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the bars, as `matplotlib.axes.Axes.barh` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, in per cent of all customers and of all money; the segments in the order of the table, from the top.

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
    >>> scores = crm.rfm.score(crm.summarize(crm.datasets.load_ten_customers()), method="median")
    >>> ax = crm.plotting.plot_segments(crm.rfm.describe_segments(crm.rfm.segment(scores, scheme="eight")))
    >>> [text.get_text() for text in ax.texts if ":" in text.get_text()]
    ['customers: 2 (20.0%)', 'money: 5,500 (55.0%)']
    """
    columns = ["customers", "customer_share", "value", "value_share"]
    hint = "Build it with crmkit.rfm.describe_segments(segments)."
    table = _frame.open_table(segments, numbers=columns, keys=[by], hint=hint)
    names = [str(name) for name in table.collect(table.frame.select(by))[by]]
    if not names:
        raise DataError("plotting_table_rows_nothing_draw", hint=hint)
    customers, customer_share, value, value_share = table.arrays(*columns)
    ax, spoken = open_axes(ax, language, height=1.2 + 0.5 * len(names), width=7.4)
    rows = np.arange(len(names))
    for offset, colour, what, numbers, shares in (
        (-0.2, BLUE, "customers", customers, customer_share),
        (+0.2, VERMILLION, "money", value, value_share),
    ):
        ax.barh(rows + offset, 100 * shares, height=0.38, **(dict(color=colour) | style))
        for row, (number, share) in enumerate(zip(numbers, shares, strict=True)):
            # The first pair says what the upper and the lower bar are.
            unit = currency if what == "money" else None
            said = amount(number, share, spoken, what=what if row == 0 else "", currency=unit)
            ax.annotate(said, (max(100 * share, 0), row + offset), (4, 0), textcoords="offset points",
                        va="center", size=SMALL)  # fmt: skip
    ax.set_yticks(rows, [segment_name(name, spoken) for name in names])
    ax.set_ylim(len(names) - 0.4, -0.6)
    longest = float(np.max([customer_share, value_share]))
    ax.set_xlim(100 * min(float(np.min(value_share)), 0), 140 * longest)  # with room for its label
    ax.set_xticks([tick for tick in ax.get_xticks() if tick <= min(ax.get_xlim()[1], 100)])
    ax.set_xlabel(word("plot_both_shares", spoken))
    best = int(np.argmax(value_share))
    told = {"customers": whole(customer_share[best]), "money": whole(value_share[best])}
    title = phrase("title_segments", spoken, name=segment_name(names[best], spoken), **told)
    return finished(ax, spoken, title=title)
