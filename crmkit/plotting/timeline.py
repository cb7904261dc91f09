"""Picture of one customer's relation: the money of each day over the stages in which they stood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit import labels
from crmkit._types import Array
from crmkit.labels import Language
from crmkit.lifecycle import STAGES
from crmkit.plotting import _fonts
from crmkit.plotting._axes import BLUE, SMALL, count_along, in_money, money, open_axes, phrase, plain, word
from crmkit.plotting._finishing import finished, letters_across
from crmkit.plotting._lines import columns_of, date_axis
from crmkit.plotting.lifecycle import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DAY = np.timedelta64(1, "D")
_STRIP = 0.055  # height of the strip of stages, as a share of that of the axes
_LONGEST = 24  # letters of an id in the title


def plot_timeline(
    timeline: Any,
    *,
    currency: str | None = None,
    ax: Axes | None = None,
    language: Language | None = None,
    **style: Any,
) -> Axes:
    """Draw the result of `crmkit.lifecycle.timeline`: one customer's money day by day, and their stages.

    Parameters
    ----------
    timeline : crmkit.lifecycle.Timeline
        Of one customer.
    currency : str, optional
        Sign or code of the money, such as "£" or "EUR"; by default it is called the currency of the data.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the lines of money, as `matplotlib.axes.Axes.vlines` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: dates to the right, the money of a day upwards, refunds below zero; the stages are a strip on top,
        and tint what is below it.

    Raises
    ------
    ArgumentError
        `timeline` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> ax = crm.lifecycle.timeline(crm.datasets.load_ten_customers(), "C06").plot()
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['Exploration', 'Formation', 'Stability']
    """
    from matplotlib.patches import Patch

    call = "crmkit.plotting.plot_timeline(crmkit.lifecycle.timeline(transactions, customer_id))"
    spans = columns_of(timeline, "stages", "rule", call, order=["start_date"])
    moved = columns_of(timeline, "table", "spend_so_far", call, order=["date"])
    ax, spoken = open_axes(ax, language, height=4.2, width=7.4)
    date, amount = moved["date"].astype("datetime64[D]"), moved["amount"].astype(float)
    look: dict[str, Any] = dict(color=BLUE, linewidth=1.4) | style
    ax.vlines(date, 0, amount, **look)
    ax.plot(date, amount, "o", color=look["color"], markersize=4)
    ax.axhline(0, color="black", linewidth=0.8)
    _bound(ax, amount)
    _draw_stages(ax, spans, spoken)
    count_along(ax.yaxis, spoken)
    ax.set_ylabel(in_money(word("plot_timeline_amount", spoken), spoken, currency))
    date_axis(ax, spoken)
    there = set(spans["stage"].tolist())
    legend = [Patch(facecolor=COLOURS[stage], label=word(stage, spoken)) for stage in STAGES if stage in there]
    bought = int(moved["purchase"].astype(bool).sum())
    spent = money(float(moved["spend_so_far"][-1]), spoken, currency)
    said = {"customer": plain(_cut(str(timeline.customer_id))), "n": f"{bought:,}", "money": spent,
            "date": str(spans["start_date"][-1])[:10],
            "stage": word(str(spans["stage"][-1]), spoken).lower()}  # fmt: skip
    title = phrase("title_timeline" if bought != 1 else "title_timeline_once", spoken, **said)
    return finished(ax, spoken, title=title, legend=legend, definition=timeline.definition)


def _bound(ax: Axes, amount: Array) -> None:
    """Room over the money for the strip of stages."""
    low, high = min(float(amount.min()), 0.0), max(float(amount.max()), 0.0)
    space = (high - low) or 1.0
    ax.set_ylim(low - 0.05 * space if low < 0 else 0, high + (0.05 + 1.6 * _STRIP) * space)


def _draw_stages(ax: Axes, spans: dict[str, Array], spoken: Language) -> None:
    """A strip of the stages over the money, each with its name where that fits, and a tint below."""
    start = spans["start_date"].astype("datetime64[D]")
    end = spans["end_date"].astype("datetime64[D]") + _DAY
    whole = max(float((end[-1] - start[0]) / _DAY), 1.0)
    aside = (end[-1] - start[0]) // 50 + _DAY
    ax.set_xlim(start[0] - aside, end[-1] + aside)
    fit = letters_across(ax, SMALL)
    for stage, first, last in zip(spans["stage"].tolist(), start, end, strict=True):
        colour, name = COLOURS[stage], word(stage, spoken)
        ax.axvspan(first, last, 0, 1 - _STRIP, facecolor=colour, alpha=0.13, linewidth=0, zorder=0)
        ax.axvspan(first, last, 1 - _STRIP, 1, facecolor=colour, linewidth=0, zorder=0)
        if fit * float((last - first) / _DAY) / whole > 1.3 * labels.width(name):
            ax.text(first + (last - first) / 2, 1 - _STRIP / 2, name, transform=ax.get_xaxis_transform(), ha="center",
                    va="center", size=SMALL, color="black" if stage == "exploration" else "white")  # fmt: skip
    _fonts.apply(ax, spoken)


def _cut(name: str) -> str:
    return name if labels.width(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
