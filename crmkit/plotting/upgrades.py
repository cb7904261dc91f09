"""Picture of ways up: how many customers of each segment reach a better one, and by how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _frame
from crmkit._types import Array, Table
from crmkit.errors import ColumnError, DataError, Words, shown
from crmkit.labels import Language
from crmkit.plotting._axes import BLUE, SMALL, count_along, open_axes, phrase, segment_name, short, whole, word
from crmkit.plotting._finishing import finished
from crmkit.plotting._rows import name_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# By what the way asks for, the least first; the colours go from strong to pale, so that they are an order in grey too.
_WAYS = (("way_order", BLUE), ("way_some_money_order", "#56B4E9"), ("plot_way_orders", "#bcdcf0"),
         ("plot_way_none", "#d9d9d9"))  # fmt: skip
HINT = Words("hint_upgrade_paths")


def plot_upgrade_paths(paths: Table, *, ax: Axes | None = None, language: Language | None = None, **style: Any) -> Axes:
    """Draw the table of `crmkit.explanation.upgrade_paths`: in each segment, what the way to a better one asks for.

    Parameters
    ----------
    paths : table, n_customers rows
        With `segment`, `upgrade_orders` and `upgrade_money`, of any supported kind.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the bars, as `matplotlib.axes.Axes.barh` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a bar per segment, those with most customers one order away on top; customers to the right, those
        who need the least first.

    Raises
    ------
    ColumnError
        A column is absent.
    DataError
        The table has no rows.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> ax = crm.plotting.plot_upgrade_paths(crm.explanation.upgrade_paths(crm.datasets.load_ten_customers()))
    >>> ax.get_title()
    '70% of customers are one order away from a better segment'
    """
    names, sizes = _counted(paths)
    ax, spoken = open_axes(ax, language, height=2.0 + 0.36 * len(names), width=7.4)
    rows, left, drawn = np.arange(len(names)), np.zeros(len(names)), []
    for (key, colour), size in zip(_WAYS, sizes, strict=True):
        look: dict[str, Any] = dict(color=colour, edgecolor="white", linewidth=0.5, label=word(key, spoken)) | style
        bars = ax.barh(rows, size, height=0.8, left=left, **look)
        left = left + size
        if size.any():
            drawn.append(bars)
    for row, total in enumerate(left):
        said = phrase("plot_by_one_order", spoken, n=short(total, spoken), share=whole(sizes[:2, row].sum() / total))
        ax.annotate(said, (total, row), (4, 0), textcoords="offset points", va="center", size=SMALL)
    name_rows(ax, [segment_name(name, spoken) for name in names])
    ax.set_xlim(0, 1.45 * float(left.max()))
    count_along(ax.xaxis, spoken)
    ax.set_xlabel(word("customers", spoken))
    title = phrase("title_upgrade_paths", spoken, share=whole(sizes[:2].sum() / sizes.sum()))
    return finished(ax, spoken, title=title, legend=drawn)


def _counted(paths: Any) -> tuple[list[str], Array]:
    """Segments, and a row of customers for each kind of way; those with most customers one order away first."""
    table = _frame.open_table(paths, keys=["segment"], hint=HINT)
    absent = [name for name in ("upgrade_orders", "upgrade_money") if name not in table.columns]
    if absent:
        raise ColumnError(
            "plotting_column_table", absent=shown(absent), columns=shown(table.columns, most=15), hint=HINT
        )
    orders, pays = nw.col("upgrade_orders").fill_null(0), nw.col("upgrade_money").fill_null(0) > 0
    by_one = nw.when(pays).then(1).otherwise(0)
    way = nw.when(orders == 0).then(3).otherwise(nw.when(orders > 1).then(2).otherwise(by_one))
    asked = table.frame.select("segment", way=way.cast(nw.Int64), customers=nw.lit(1))
    found = table.collect(asked.group_by("segment", "way").agg(nw.col("customers").sum()))
    if not len(found["segment"]):
        raise DataError("plotting_table_rows_nothing_draw", hint=HINT)
    names, at = np.unique(found["segment"].astype(str), return_inverse=True)
    sizes = np.zeros((len(_WAYS), len(names)))
    sizes[found["way"].astype(int), at] = found["customers"]
    order = np.lexsort((names, -sizes.sum(axis=0), -sizes[:2].sum(axis=0)))
    return names[order].tolist(), sizes[:, order]
