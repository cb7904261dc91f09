"""Picture of the lifecycle: how many customers, or how much of their money, stand in each stage over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from crmkit import _checks, _frame
from crmkit._types import Floats, Table
from crmkit.errors import DataError, Words
from crmkit.labels import Language
from crmkit.lifecycle import STAGES
from crmkit.plotting import _fonts
from crmkit.plotting._axes import BLUE, GREEN, GREY, SMALL, VERMILLION, amount, count_along, open_axes, phrase, word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Show = Literal["customers", "customer_share", "value", "value_share"]

# Okabe & Ito's; the stages are also told apart by their order, from the bottom up, and by their names.
COLOURS = {"exploration": "#56B4E9", "formation": BLUE, "stability": GREEN, "decline": VERMILLION}
HINT = Words("hint_history")
ROOM = 56  # characters that stand side by side under the axis
LINE = 0.055  # height of a line of text, as a share of that of the axes


def plot_lifecycle(
    history: Table, *, show: Show = "customers", ax: Axes | None = None, language: Language | None = None
) -> Axes:
    """Draw the table of `crmkit.lifecycle.history`: a bar per date, the stages on top of each other.

    A last period that is not over is hatched.

    Parameters
    ----------
    history : table, one row per date and stage
        With `date`, `period`, `complete`, `stage` and the column to show, of any supported kind.
    show : {"customers", "customer_share", "value", "value_share"}, default "customers"
        Customers in each stage; their share; their spend so far, or its share.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure. The names of the stages stand to the right of it.
    language : {"en", "zh"}, optional
        Language of the labels, by default English.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: dates to the right; customers or money upwards (shares in per cent), from exploration at the bottom
        to decline. The sizes of the last bar stand beside it. A stage whose refunds exceed its spend has no height.

    Raises
    ------
    ColumnError
        A column is absent, or has missing values.
    DataError
        The table has no rows.
    ArgumentError
        `show` is not known.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> ax = crm.plotting.plot_lifecycle(crm.lifecycle.history(crm.datasets.load_cdnow(sample=True), period="quarter"))
    >>> [text.get_text() for text in ax.texts]
    ['Exploration: ...', 'Formation: ...', 'Stability: ...', 'Decline: ...']
    """
    _checks.choice("show", show, ("customers", "customer_share", "value", "value_share"))
    periods, ends, complete, heights = _read(history, show)
    ax, spoken = open_axes(ax, language, height=4.4, width=8.2)
    in_shares = show.endswith("share")
    drawn = np.maximum(100 * heights if in_shares else heights, 0)
    at = np.arange(len(periods))
    tops = np.cumsum(drawn, axis=0)
    for stage, bar, top in zip(STAGES, drawn, tops, strict=True):
        bars = ax.bar(at, bar, bottom=top - bar, width=0.8, color=COLOURS[stage], edgecolor="white", linewidth=0.5)
        for patch, over in zip(bars, complete, strict=True):
            patch.set_hatch(None if over else "///")
    ax.set_xlim(-0.6, len(periods) - 0.4)
    ax.set_ylim(0, 100 if in_shares else 1.04 * max(float(tops[-1].max()), 1e-9))
    _name_stages(ax, heights, tops[:, -1] - drawn[:, -1] / 2, show, spoken)
    named = ROOM // max(map(len, periods))
    shown = at[::-1][:: -(-len(periods) // named)]  # from the last one back
    ax.set_xticks(shown, [periods[position] for position in shown])
    if not in_shares:
        count_along(ax.yaxis, spoken)
    ax.set_xlabel(word("plot_lifecycle_dates", spoken))
    ax.set_ylabel(word(f"plot_lifecycle_{show}", spoken))
    ax.spines[["top", "right"]].set_visible(False)
    if not complete[-1]:
        said = phrase("plot_lifecycle_partial", spoken, period=periods[-1], date=str(ends[-1]))
        ax.annotate(said, (1, 0), (0, -46), xycoords="axes fraction", textcoords="offset points", ha="right",
                    color=GREY, size=SMALL)  # fmt: skip
    _fonts.apply(ax, spoken)
    return ax


def _read(history: Any, show: Show) -> tuple[list[str], NDArray[np.datetime64], NDArray[np.bool_], Floats]:
    """Names, last days and completeness of the periods in order of time, and a row of numbers per stage."""
    table = _frame.open_table(history, numbers=[show], keys=["period", "date", "complete", "stage"], hint=HINT)
    found = table.collect(table.frame.select("period", "date", "complete", "stage", show))
    if not len(found["stage"]):
        raise DataError("plotting_table_rows_nothing_draw", hint=HINT)
    date = found["date"].astype("datetime64[D]")
    ends, first, at = np.unique(date, return_index=True, return_inverse=True)
    heights = np.zeros((len(STAGES), len(ends)))
    for stage, row in zip(STAGES, heights, strict=True):
        of_stage = found["stage"] == stage
        row[at[of_stage]] = found[show][of_stage]
    return [str(found["period"][row]) for row in first], ends, found["complete"][first].astype(bool), heights


def _name_stages(ax: Axes, heights: Floats, middles: Floats, show: Show, language: Language) -> None:
    """The name and last size of each stage that occurs, beside the last bar, pushed up where they would touch."""
    bottom, top = ax.get_ylim()
    total = float(np.maximum(heights[:, -1], 0).sum()) or 1.0
    height = -np.inf
    for stage, sizes, middle in zip(STAGES, heights, middles, strict=True):
        if not np.any(sizes):  # no colour to be named
            continue
        size = float(sizes[-1])
        height = max((float(middle) - bottom) / (top - bottom), height + LINE)
        said = (
            f"{word(stage, language)}: {100 * size:.1f}%"
            if show.endswith("share")
            else amount(float(size), float(size) / total, language, what=stage)
        )
        ax.annotate(said, (1, height), (6, 0), xycoords="axes fraction", textcoords="offset points", va="center",
                    size=SMALL)  # fmt: skip
