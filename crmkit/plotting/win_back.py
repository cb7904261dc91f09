"""Picture of win-back: what contacting the best so many lost customers is expected to bring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit import _frame
from crmkit.errors import DataError
from crmkit.labels import Language
from crmkit.plotting import _fonts
from crmkit.plotting._axes import BLUE, GREY, SMALL, VERMILLION, count_along, finding, open_axes, phrase, short, word
from crmkit.plotting._lines import label_upwards

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_win_back(win_back: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any) -> Axes:
    """Draw the expected profit by how many of the lost customers are contacted, the most profitable first.

    Parameters
    ----------
    win_back : crmkit.outreach.WinBack
        As `crmkit.outreach.win_back` gives it.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the curve, as `matplotlib.axes.Axes.plot` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: customers contacted to the right, expected profit upwards.

    Raises
    ------
    ColumnError, DataError
        A column is absent, or nobody is lost.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> found = crm.outreach.win_back(crm.datasets.load_cdnow(sample=True), contact_cost=2, margin_rate=0.3)
    >>> ax = crm.plotting.plot_win_back(found)
    >>> int(ax.lines[1].get_xdata()[0]) == found.contacted
    True
    """
    table = _frame.open_table(win_back.table, numbers=["rank", "expected_profit"])
    rank, profit = table.arrays("rank", "expected_profit")
    if not len(rank):
        raise DataError("no_rows_to_draw")
    ax, spoken = open_axes(ax, language, height=3.8)
    curve = np.concatenate([[0.0], np.cumsum(profit[np.argsort(rank, kind="stable")])])
    best = int(win_back.contacted)
    ax.plot(np.arange(len(curve)), curve, **(dict(color=BLUE) | style))
    ax.plot([best], [curve[best]], "o", color=VERMILLION)
    end = "right" if best > len(rank) / 2 else "left"
    ax.annotate(
        f"{best:,}", (best, curve[best]), (-6 if end == "right" else 6, 6), textcoords="offset points", ha=end,
        size=SMALL, color=VERMILLION,
    )  # fmt: skip
    ax.axhline(0, color=GREY, linewidth=0.8)
    ax.set_xlabel(word("plot_win_back_contacted", spoken))
    label_upwards(ax, word("plot_win_back_profit", spoken))
    count_along(ax.xaxis, spoken)
    count_along(ax.yaxis, spoken)
    ax.margins(y=0.12)
    ax.spines[["top", "right"]].set_visible(False)
    said = {"contacted": f"{best:,}", "lost": f"{int(win_back.lost):,}", "profit": short(float(curve[best]), spoken)}
    finding(ax, phrase("plot_win_back_title" if best else "plot_win_back_title_none", spoken, **said))
    _fonts.apply(ax, spoken)
    return ax
