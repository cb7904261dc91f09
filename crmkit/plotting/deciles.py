"""Picture of the value to come by tenths of the customers, beside what came where that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit import _frame
from crmkit._types import Table
from crmkit.errors import DataError, Words
from crmkit.labels import Language
from crmkit.plotting._axes import (
    BLUE,
    GREY,
    SMALL,
    VERMILLION,
    count_along,
    in_money,
    open_axes,
    percent,
    phrase,
    whole,
    word,
)
from crmkit.plotting._finishing import finished
from crmkit.plotting._lines import label_upwards

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_value_deciles(
    deciles: Table,
    *,
    currency: str | None = None,
    ax: Axes | None = None,
    language: Language | None = None,
    **style: Any,
) -> Axes:
    """Draw the table of `clv.value_by_decile`: expected value per customer of each tenth, with its share of the whole.

    Parameters
    ----------
    deciles : table, one row per tenth
        As `crmkit.clv.value_by_decile` gives it; with `mean_actual` what came stands beside what was expected.
    currency : str, optional
        Sign or code of the money, such as "£" or "EUR"; by default it is called the currency of the data.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the bars, as `matplotlib.axes.Axes.bar` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: tenths of the customers to the right, the best first; money per customer upwards.

    Raises
    ------
    ColumnError, DataError
        A column is absent, or the table has no rows.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> deciles = crm.clv.value_by_decile({"residual_clv": [8.0, 4.0, 2.0, 2.0]}, n_groups=2)
    >>> ax = crm.plotting.plot_value_deciles(deciles)
    >>> ax.get_title(), [text.get_text() for text in ax.texts]
    ('The best 50% of customers are to bring 75% of the value', ['75%', '25%'])
    """
    hint = Words("hint_deciles")
    table = _frame.open_table(deciles, numbers=["decile", "customers", "mean_value", "value_share"], hint=hint)
    decile, customers, mean, share = table.arrays("decile", "customers", "mean_value", "value_share")
    if not len(decile):
        raise DataError("plotting_table_rows_nothing_draw", hint=hint)
    ax, spoken = open_axes(ax, language, height=3.8)
    known = "mean_actual" in table.columns
    wide = 0.4 if known else 0.75
    ax.bar(decile - (wide / 2 if known else 0), mean, width=wide, label=word("expected", spoken),
           **(dict(color=BLUE) | style))  # fmt: skip
    top = mean
    if known:
        (actual,) = table.arrays("mean_actual")
        ax.bar(decile + wide / 2, actual, width=wide, color=VERMILLION, label=word("actual", spoken))
        top = np.maximum(mean, actual)
    for x, y, part in zip(decile, top, share, strict=True):
        ax.annotate(
            percent(part, 0), (x, max(y, 0)), (0, 3), textcoords="offset points", ha="center", size=SMALL, color=GREY
        )
    ax.set_xticks(decile)
    ax.set_xlabel(word("plot_deciles", spoken))
    label_upwards(ax, in_money(word("plot_value_each", spoken), spoken, currency))
    count_along(ax.yaxis, spoken)
    ax.margins(y=0.12)
    best = whole(customers[0] / customers.sum())
    title = phrase("plot_deciles_title", spoken, customers=best, money=whole(share[0]))
    return finished(ax, spoken, title=title, legend=ax.get_legend_handles_labels()[0] if known else ())
