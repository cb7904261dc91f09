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
from crmkit.plotting._axes import (
    BLUE,
    COLON,
    GREEN,
    SMALL,
    VERMILLION,
    amount,
    count_along,
    in_money,
    open_axes,
    phrase,
    whole,
    word,
)
from crmkit.plotting._finishing import finished, letters_across

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Show = Literal["customers", "customer_share", "value", "value_share"]

# Okabe & Ito's; the stages are also told apart by their order, from the bottom up, and by their names.
COLOURS = {"exploration": "#56B4E9", "formation": BLUE, "stability": GREEN, "decline": VERMILLION}
HINT = Words("hint_history")
LINE = 0.055  # height of a line of text, as a share of that of the axes


def plot_lifecycle(
    history: Table,
    *,
    show: Show = "customers",
    currency: str | None = None,
    ax: Axes | None = None,
    language: Language | None = None,
    **style: Any,
) -> Axes:
    """Draw the table of `crmkit.lifecycle.history`: a bar per date, the stages on top of each other.

    A last period that is not over is hatched.

    Parameters
    ----------
    history : table, one row per date and stage
        With `date`, `period`, `complete`, `stage` and the column to show, of any supported kind.
    show : {"customers", "customer_share", "value", "value_share"}, default "customers"
        Customers in each stage; their share; their spend so far, or its share.
    currency : str, optional
        Sign or code of the money, such as "£" or "EUR"; by default it is called the currency of the data.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure. The names of the stages stand to the right of it.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the bars, as `matplotlib.axes.Axes.bar` takes it.

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
        look: dict[str, Any] = dict(color=COLOURS[stage], edgecolor="white", linewidth=0.5) | style
        bars = ax.bar(at, bar, bottom=top - bar, width=0.8, **look)
        for patch, over in zip(bars, complete, strict=True):
            patch.set_hatch(None if over else "///")
        if len(periods) > 1:
            bars[0].set_alpha(0.4)
    ax.set_xlim(-0.6, len(periods) - 0.4)
    ax.set_ylim(0, 100 if in_shares else 1.04 * max(float(tops[-1].max()), 1e-9))
    _name_stages(ax, heights, tops[:, -1] - drawn[:, -1] / 2, show, spoken, currency)
    named = max(letters_across(ax, SMALL) * 2 // 3 // (max(map(len, periods)) + 2), 1)
    shown = at[::-1][:: -(-len(periods) // named)]  # from the last one back
    ax.set_xticks(shown, [periods[position] for position in shown], size=SMALL)
    if not in_shares:
        count_along(ax.yaxis, spoken)
    ax.set_xlabel(word("plot_lifecycle_dates", spoken))
    what = word(f"plot_lifecycle_{show}", spoken)
    ax.set_ylabel(in_money(what, spoken, currency) if show == "value" else what)
    last = {"period": periods[-1], "date": str(ends[-1])}
    notes = [word("plot_lifecycle_first", spoken)] if len(periods) > 1 else []
    notes += [] if complete[-1] else [phrase("plot_lifecycle_partial", spoken, **last)]
    return finished(ax, spoken, title=_largest(heights, periods[-1], show, spoken), notes=notes)


def _largest(heights: Floats, period: str, show: Show, spoken: Language) -> str:
    """The largest stage of the last date and its share."""
    last = np.maximum(heights[:, -1], 0)
    if not last.sum() > 0:
        return ""
    said = {"stage": word(STAGES[int(np.argmax(last))], spoken), "share": whole(float(last.max() / last.sum()))}
    key = "title_lifecycle" if show.startswith("customer") else "title_lifecycle_money"
    return phrase(key, spoken, period=period, **said)


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


def _name_stages(
    ax: Axes, heights: Floats, middles: Floats, show: Show, language: Language, currency: str | None
) -> None:
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
            f"{word(stage, language)}{COLON[language]}{100 * size:.1f}%"
            if show.endswith("share")
            else amount(
                float(size), float(size) / total, language, what=stage, currency=currency if show == "value" else None
            )
        )
        ax.annotate(said, (1, height), (6, 0), xycoords="axes fraction", textcoords="offset points", va="center",
                    size=SMALL)  # fmt: skip
