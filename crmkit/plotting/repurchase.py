"""Pictures of repurchase: rates by order number, and rates compared; who may still come back is not drawn as lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit._types import Array
from crmkit.errors import DataError
from crmkit.labels import Language
from crmkit.plotting._axes import GREY, SMALL, group_name, open_axes, percent, phrase, short, whole, word
from crmkit.plotting._finishing import finished, fitting
from crmkit.plotting._lines import LINES, chosen, columns_of, label_upwards, strip_below
from crmkit.plotting._rows import draw_intervals

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_repurchase(
    repurchase: Any,
    *,
    groups: Sequence[Any] | None = None,
    ax: Axes | None = None,
    language: Language | None = None,
    **style: Any,
) -> Axes:
    """Draw the result of `crmkit.survival.repurchase`: the repurchase rate by order number.

    Parameters
    ----------
    repurchase : crmkit.survival.Repurchase
        Rates by order number, of one group or several.
    groups : sequence, optional
        Which groups to draw, at most six; by default all.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the points and intervals, as `matplotlib.axes.Axes.errorbar` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: order numbers to the right, per cent upwards with 95 % intervals, the number of purchases under the
        axis, the definition in small print below. A rate that nobody was seen long enough for is left out.

    Raises
    ------
    ArgumentError
        `repurchase` is something else, a group is not there, or there are more groups than can be told apart.
    DataError
        No purchase was seen for so long.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> ax = crm.plotting.plot_repurchase(crm.survival.repurchase(crm.datasets.load_cdnow(), most=5))
    >>> [tick.get_text() for tick in ax.get_xticklabels()]
    ['1', '2', '3', '4', '5+']
    """
    call = "crmkit.plotting.plot_repurchase(crmkit.survival.repurchase(transactions))"
    found = columns_of(repurchase, "table", "order_number", call, order=["group", "order_number"])
    rows_of = chosen(found["group"], groups)
    if not np.isfinite(found["rate_within"].astype(float)[np.any(list(rows_of.values()), axis=0)]).any():
        raise DataError("plotting_purchase_seen_long_enough")
    ax, spoken = open_axes(ax, language, height=5.2 + 0.17 * len(rows_of), width=7.4)
    drawn = []
    for at, ((colour, marker, dashes), (name, rows)) in enumerate(zip(LINES, rows_of.items(), strict=False)):
        aside = 0.12 * (at - (len(rows_of) - 1) / 2)
        look: dict[str, Any] = dict(color=colour, marker=marker, linestyle=dashes) | style
        drawn.append(_with_intervals(ax, found, rows, aside, group_name(name, spoken), look))
    numbers = np.unique(np.concatenate([found["order_number"][rows] for rows in rows_of.values()]))
    most = int(repurchase.definition.values["most"])
    ax.set_xticks(numbers, [f"{number}+" if number == most else str(number) for number in numbers])
    ax.set_xlim(numbers[0] - 0.5, numbers[-1] + 0.5)
    ax.set_ylim(0, 102)
    ax.set_xlabel(word("order_number", spoken))
    label_upwards(ax, _rate_bars(repurchase, spoken))
    counts = {group_name(name, spoken): _counts_at(numbers, found, rows) for name, rows in rows_of.items()}
    strip_below(ax, numbers.tolist(), counts, "purchases", spoken)
    days = str(repurchase.definition.values["days"])
    title = _first_orders(found, rows_of, days, spoken)
    legend = drawn if len(rows_of) > 1 else ()
    return finished(ax, spoken, title=title, legend=legend, definition=repurchase.definition)


def _first_orders(found: Mapping[str, Array], rows_of: Mapping[Any, Array], days: str, spoken: Language) -> str:
    """How many first orders are followed by another; of several groups the most and the least."""
    rates = {group_name(name, spoken): float(found["rate_within"][rows][0]) for name, rows in rows_of.items()
             if np.isfinite(float(found["rate_within"][rows][0]))}  # fmt: skip
    if not rates:
        return ""
    best, worst = (pick(rates, key=lambda name: rates[name]) for pick in (max, min))
    said = {"best": best, "worst": worst, "share": whole(rates[best]), "least": whole(rates[worst]), "days": days}
    return phrase("title_repurchase" if len(rows_of) == 1 else "title_repurchase_groups", spoken, **said)


def plot_repurchase_comparison(
    repurchase: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any
) -> Axes:
    """Draw the result of `crmkit.survival.compare_repurchase`: rates of groups or years, and how far they differ.

    Parameters
    ----------
    repurchase : crmkit.survival.Repurchase
        Rates compared with that of the first row.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the dots and intervals, as `matplotlib.axes.Axes.errorbar` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: per cent to the right with 95 % intervals, the group compared with on top; beside each other one the
        difference in percentage points with its own interval, which tells more than whether two intervals overlap.

    Raises
    ------
    ArgumentError
        `repurchase` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_cdnow())
    >>> years = crm.survival.compare_repurchase(tx, within="90D", current=("1998-01-01", "1998-03-31"))
    >>> [tick.get_text() for tick in crm.plotting.plot_repurchase_comparison(years).get_yticklabels()]
    ['year before', 'this period']
    """
    call = "crmkit.plotting.plot_repurchase_comparison(crmkit.survival.compare_repurchase(transactions))"
    found = columns_of(repurchase, "table", "difference_low", call, order=[])
    # a relation has no order of its own; the row without an interval of the difference is the one compared with
    order = np.argsort(np.isfinite(found["difference_low"].astype(float)), kind="stable")
    own = {name: values[order] for name, values in found.items()}
    n = len(order)
    ax, spoken = open_axes(ax, language, height=2.2 + 0.55 * n, width=7.4)
    rate, low, high = (100 * own[name].astype(float) for name in ("rate", "rate_low", "rate_high"))
    names = [group_name(name, spoken) for name in own["group"]]
    draw_intervals(ax, names, (rate, low, high), [], style)
    if n > 1:
        ax.axvline(rate[0], color=GREY, linewidth=1, linestyle=":")
    said = [_compared(own, row, spoken) for row in range(n)]
    size = fitting(ax, said, SMALL)
    for row, text in enumerate(said):
        ax.annotate(text, (0, row), (6, 7), xycoords=ax.get_yaxis_transform(), textcoords="offset points", va="bottom",
                    size=size)  # fmt: skip
    ax.set_xlabel(_rate_bars(repurchase, spoken))
    title = _furthest(own, names, spoken)
    return finished(ax, spoken, title=title, definition=repurchase.definition)


def _furthest(own: Mapping[str, Array], names: Sequence[str], spoken: Language) -> str:
    """The rate that differs most from the first one."""
    apart = 100 * own["difference"].astype(float)[1:]
    if not np.isfinite(apart).any():
        return ""
    row = int(np.nanargmax(np.abs(apart)))
    said = {"name": names[row + 1], "baseline": names[0], "points": f"{abs(apart[row]):.1f}"}
    return phrase("title_compared_above" if apart[row] > 0 else "title_compared_below", spoken, **said)


def _with_intervals(
    ax: Axes, found: Mapping[str, Array], rows: Array, aside: float, name: str, style: dict[str, Any]
) -> Any:
    """A line through the rates with a bar for each interval; gives the line."""
    number = found["order_number"][rows] + aside
    rate, low, high = (100 * found[column][rows].astype(float) for column in ("rate_within", "within_low",
                                                                              "within_high"))  # fmt: skip
    seen = np.isfinite(rate)
    ends = [(rate - low)[seen], (high - rate)[seen]]
    look: dict[str, Any] = dict(markersize=5, linewidth=1.4, capsize=3) | dict(style)
    line = ax.errorbar(number[seen], rate[seen], yerr=np.maximum(ends, 0), **look).lines[0]
    line.set_label(name)
    return line


def _counts_at(numbers: Array, found: Mapping[str, Array], rows: Array) -> list[int]:
    """Purchases of each order number; 0 where the group has none."""
    counts = dict(zip(found["order_number"][rows].tolist(), found["purchases"][rows].tolist(), strict=True))
    return [int(counts.get(number, 0)) for number in numbers.tolist()]


def _compared(own: Mapping[str, Array], row: int, spoken: Language) -> str:
    """A rate with its base, and how far it is from the first one."""
    rate = phrase("plot_rate_of_purchases", spoken, rate=_percent_or_none(own["rate"][row]),
                  number=short(float(own["purchases"][row]), spoken))  # fmt: skip
    if row == 0:
        return rate
    difference, low, high = (
        f"{100 * float(own[name][row]):+.1f}".replace("-", "\N{MINUS SIGN}")
        for name in ("difference", "difference_low", "difference_high")
    )
    return rate + phrase("plot_rate_difference", spoken, difference=difference, low=low, high=high)


def _percent_or_none(share: float) -> str:
    return percent(float(share)) if np.isfinite(share) else "–"


def _rate_bars(repurchase: Any, spoken: Language) -> str:
    said = repurchase.definition.values
    return phrase("plot_rate_bars", spoken, days=str(said["days"]), level=said["level"])
