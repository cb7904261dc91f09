"""Picture of the downgrade calendar: when customers, and the money at stake with them, drop to a lower segment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _frame
from crmkit._types import Table
from crmkit.errors import ColumnError, DataError, Words, shown
from crmkit.labels import Language
from crmkit.plotting._axes import BLUE, SMALL, VERMILLION, money, open_axes, phrase, short, word
from crmkit.plotting._finishing import finished

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HINT = Words("hint_downgrade_calendar")


def plot_downgrade_calendar(
    calendar: Table,
    *,
    currency: str | None = None,
    ax: Axes | None = None,
    language: Language | None = None,
    **style: Any,
) -> Axes:
    """Draw the table of `downgrades.downgrade_calendar`: for each day (or week, month) who will drop, and their money.

    Bars upwards are customers, bars downwards the money at stake, both as shares of all that the calendar lists, so
    that a day on which much money rests on few customers stands out.

    Parameters
    ----------
    calendar : table, one row per period and change of segment
        As `crmkit.downgrades.downgrade_calendar` gives it, of any supported kind.
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
        The axes: dates to the right, per cent upwards (customers) and downwards (money).

    Raises
    ------
    ColumnError
        A column is absent, not numeric, or missing in some rows.
    DataError
        The table has no rows: nobody's segment will change.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> dates = crm.downgrades.downgrade_dates(crm.datasets.load_ten_customers())
    >>> ax = crm.plotting.plot_downgrade_calendar(crm.downgrades.downgrade_calendar(dates))
    >>> [text.get_text() for text in ax.texts]
    ['7 customers will drop if they buy nothing', 'money at stake: 6,580']
    """
    table = _frame.open_table(calendar, numbers=["customers", "value"], hint=HINT)
    keys = ["date", "until"]
    absent = [name for name in keys if name not in table.columns]
    if absent:
        raise ColumnError(
            "plotting_column_table", absent=shown(absent), columns=shown(table.columns, most=15), hint=HINT
        )
    found = table.collect(table.frame.group_by(*keys).agg(nw.col("customers").sum(), nw.col("value").sum()))
    if not len(found["date"]):
        raise DataError("plotting_calendar_rows_nobody_s")
    date, until = (found[name].astype("datetime64[D]") for name in keys)
    order = np.argsort(date)
    date, width = date[order], 0.9 * ((until - date)[order].astype(int) + 1)
    ax, spoken = open_axes(ax, language)
    for side, colour, what, key in (
        (+1, BLUE, "customers", "plot_downgrade_customers"),
        (-1, VERMILLION, "value", "plot_downgrade_money"),
    ):
        numbers = found[what].astype(float)[order]
        total = float(numbers.sum())
        shares = 100 * numbers / total if total > 0 else np.zeros(len(numbers))
        ax.bar(date, side * np.maximum(shares, 0), width=width, align="edge", **(dict(color=colour) | style))
        totals = {"customers": short(total, spoken), "money": money(total, spoken, currency)}
        said = phrase(key, spoken, **totals)
        ax.text(0.99, 0.5 + side * 0.47, said, transform=ax.transAxes, ha="right", color=colour, size=SMALL,
                va="top" if side > 0 else "bottom")  # fmt: skip
    people, stake = (float(found[what].sum()) for what in ("customers", "value"))
    whole = {"customers": short(people, spoken), "money": money(stake, spoken, currency)}
    _fit(ax, spoken)
    return finished(ax, spoken, title=phrase("title_downgrades", spoken, last=str(until.max()), **whole))


def _fit(ax: Axes, spoken: Language) -> None:
    """Both halves equally high, with room for what is said in the corners; dates in short."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    reach = 1.2 * max(abs(end) for end in ax.dataLim.intervaly)
    ax.set_ylim(-reach, reach)
    ax.axhline(0, color="white", linewidth=1.5)
    ax.yaxis.set_major_formatter(lambda position, _: f"{abs(position):g}")
    locator = AutoDateLocator(minticks=3, maxticks=6)  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_locator(locator)
    months, days = "%Y-%m", "%Y-%m-%d"
    form = ConciseDateFormatter(  # type: ignore[no-untyped-call]
        locator,
        formats=["%Y", months, days, days, days, days],
        zero_formats=["%Y", months, days, days, days, days],
        show_offset=False,
    )
    ax.xaxis.set_major_formatter(form)
    ax.set_xlabel(word("plot_downgrade_date", spoken))
    ax.set_ylabel(word("plot_downgrade_halves", spoken), size=SMALL)
