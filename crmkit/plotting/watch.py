"""Picture of the watch-list: the price of more alerts a week, in false ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit.errors import DataError
from crmkit.labels import Language
from crmkit.plotting._axes import BLUE, GREY, VERMILLION, open_axes, percent, phrase, short, word
from crmkit.plotting._finishing import finished
from crmkit.plotting._lines import columns_of, label_upwards

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_watch_list(watch: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any) -> Axes:
    """Draw the back-test of `crmkit.outreach.watch_list`: the share of false alerts against alerts a week.

    The dashed line is what calling accounts of that size at random would give; the distance to it is what the list is
    worth.

    Parameters
    ----------
    watch : crmkit.outreach.WatchList
        The watch-list.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the line of the watch-list, as `matplotlib.axes.Axes.plot` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: new alerts a week to the right (logarithmic), per cent upwards, the definition in small print.

    Raises
    ------
    ArgumentError
        `watch` is something else.
    DataError
        No alert of the back-test can be judged.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> watch = crm.outreach.watch_list(crm.datasets.load_cdnow(sample=True), alerts_per_week=2)
    >>> ax = crm.plotting.plot_watch_list(watch)
    >>> ax.get_xlabel()
    'new alerts per week'
    """
    call = "crmkit.plotting.plot_watch_list(crmkit.outreach.watch_list(transactions))"
    found = columns_of(watch, "choices", "false_alert_share", call, order=["alerts_per_week"])
    kept = found["judged"] > 0
    if not kept.any():
        raise DataError("plotting_alert_back_test_can")
    ax, spoken = open_axes(ax, language, height=5.4, width=7.4)
    alerts = found["alerts_per_week"][kept].astype(float)
    share, low, high, calm = (
        100 * found[name][kept].astype(float)
        for name in ("false_alert_share", "false_alert_low", "false_alert_high", "base_rate")
    )  # fmt: skip
    ax.fill_between(alerts, low, high, color=BLUE, alpha=0.18, linewidth=0)
    look: dict[str, Any] = dict(color=BLUE, marker="o", markersize=4) | style
    drawn = ax.plot(alerts, share, label=word("plot_watch_called", spoken), **look)
    drawn += ax.plot(alerts, calm, color=GREY, linestyle="--", label=word("plot_watch_calm", spoken))
    title = ""
    if np.isfinite(watch.false_alert_share):
        told = {"n": f"{watch.alerts_per_week:g}", "share": percent(watch.false_alert_share)}
        title = phrase("title_watch", spoken, **told)
        at = (watch.alerts_per_week, 100 * watch.false_alert_share)
        chosen = phrase("plot_watch_chosen", spoken, share=percent(watch.false_alert_share))
        drawn += ax.plot(*at, color=VERMILLION, marker="s", markersize=9, linestyle="none", label=chosen)
    ax.set_xscale("log")
    ax.set_xticks(alerts, [short(round(float(number), 1), spoken) for number in alerts])
    ax.minorticks_off()
    ax.set_ylim(0, 100)
    ax.set_xlabel(word("plot_watch_alerts", spoken))
    label_upwards(ax, word("plot_watch_false", spoken))
    ax.grid(axis="y", color="0.9", linewidth=0.8)
    return finished(ax, spoken, title=title, legend=drawn, definition=watch.definition)
