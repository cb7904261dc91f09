"""Picture of the ledger: what came in, what is left out and why, what is used, in rows and in money."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit import _frame
from crmkit.errors import DataError
from crmkit.labels import Language
from crmkit.plotting._axes import BLUE, GREY, SMALL, VERMILLION, open_axes, percent, phrase, whole, word
from crmkit.plotting._finishing import finished

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_ledger(ledger: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any) -> Axes:
    """Draw a ledger: each step as a share of the rows that came in, and of the money.

    Parameters
    ----------
    ledger : table, one row per step
        `Transactions.ledger`: `step`, `rows`, `amount`; the first step is what came in.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the bars of rows, as `matplotlib.axes.Axes.barh` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: shares to the right, steps downwards.

    Raises
    ------
    ColumnError, DataError
        A column is absent, or the table has no rows.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_ten_customers())
    >>> crm.plotting.plot_ledger(tx.ledger).get_title()
    '100% of the rows and 100% of the money are used'
    """
    table = _frame.open_table(ledger, keys=["step"], numbers=["rows", "amount"])
    steps = table.collect(table.frame.select("step"))["step"]
    rows, amount = table.arrays("rows", "amount")
    if not len(steps) or not rows[0]:
        raise DataError("no_rows_to_draw")
    ax, spoken = open_axes(ax, language, height=1.4 + 0.55 * len(steps))
    at, money = np.arange(len(steps)), bool(amount[0])
    wide = 0.38 if money else 0.7
    parts = [("plot_ledger_rows", rows / rows[0], BLUE, -wide / 2 if money else 0)]
    if money:
        parts.append(("plot_ledger_money", amount / amount[0], VERMILLION, wide / 2))
    for key, share, colour, shift in parts:
        look = dict(color=colour) | (style if colour == BLUE else {})
        ax.barh(at + shift, share, height=wide, label=word(key, spoken), **look)
        for y, part in zip(at + shift, share, strict=True):
            ax.annotate(percent(part), (max(part, 0), y), (4, 0), textcoords="offset points", va="center", size=SMALL,
                        color=GREY)  # fmt: skip
    ax.set_yticks(at, [word(str(step), spoken) for step in steps])
    ax.invert_yaxis()
    ax.axvline(0, color=GREY, linewidth=0.8)
    ax.set_xlabel(word("plot_ledger_share", spoken))
    ax.xaxis.set_major_formatter(lambda part, _: percent(part, 0))
    ax.margins(x=0.14)
    key = "plot_ledger_title" if money else "plot_ledger_title_rows"
    said = {"rows": whole(rows[-1] / rows[0]), "money": whole(amount[-1] / amount[0]) if money else ""}
    legend = ax.get_legend_handles_labels()[0]
    return finished(ax, spoken, title=phrase(key, spoken, **said), legend=legend)
