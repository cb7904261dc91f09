"""Picture of the customer-base audit: what each cohort brings, period by period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit.labels import Language
from crmkit.plotting import _fonts
from crmkit.plotting._axes import GREY, SEQUENTIAL, SMALL, count_along, open_axes, plain, word
from crmkit.plotting._definitions import letters_across, small_print
from crmkit.plotting._lines import columns_of, legend_above, legend_in_font

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NAMED = 5  # cohorts in the legend


def plot_customer_base_audit(audit: Any, *, ax: Axes | None = None, language: Language | None = None) -> Axes:
    """Draw the result of `crmkit.customer_base_audit`: profit by period, in parts by cohort.

    Parameters
    ----------
    audit : crmkit.lenses.CustomerBaseAudit
        The audit.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a bar per period, the oldest cohort at the bottom and darkest; refunds of customers without a purchase
        below zero; a period that is not over is hatched.

    Raises
    ------
    ArgumentError
        `audit` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> ax = crm.plotting.plot_customer_base_audit(crm.customer_base_audit(crm.datasets.load_cdnow()))
    >>> len(ax.get_xticklabels())
    6
    """
    import matplotlib

    call = "crmkit.plotting.plot_customer_base_audit(crmkit.customer_base_audit(transactions))"
    found = columns_of(audit, "whole", "cohort", call, order=["period", "cohort"])
    periods = columns_of(audit, "table", "period", call, order=["period"])
    ax, spoken = open_axes(ax, language, height=5.4, width=7.4)
    names, at = periods["period"].tolist(), np.arange(len(periods["period"]))
    cohorts = sorted(set(found["cohort"].tolist()))
    shades = matplotlib.colormaps[SEQUENTIAL](np.linspace(0.95, 0.25, len(cohorts)))
    base, handles = np.zeros(len(names)), []
    for cohort, shade in zip(cohorts, shades, strict=True):
        own = found["cohort"] == cohort
        height = np.zeros(len(names))
        height[[names.index(period) for period in found["period"][own]]] = found["profit"][own]
        bars = ax.bar(at, height, 0.8, base, color=shade, edgecolor="white", linewidth=0.4, label=plain(cohort))
        handles.append(bars)
        base = base + height
        if not periods["complete"][-1]:
            bars[-1].set_hatch("///")
    if (periods["returns"] != 0).any():
        handles.append(ax.bar(at, periods["returns"], 0.8, color=GREY, label=word("returns", spoken)))
    ax.axhline(0, color="black", linewidth=0.8)
    fit = max(letters_across(ax, SMALL) // 10, 1)
    shown = at[:: -int(np.ceil(len(at) / fit))][::-1]
    ax.set_xticks(shown, [plain(names[place]) for place in shown], size=SMALL)
    count_along(ax.yaxis, spoken)
    ax.set_ylabel(word("plot_profit_by_cohort", spoken))
    ax.spines[["top", "right"]].set_visible(False)
    named = (
        handles
        if len(handles) <= _NAMED + 1
        else [handles[0], handles[len(cohorts) // 2], *handles[len(cohorts) - 1 :]]
    )
    legend_above(ax, named)
    small_print(ax, audit.definition, spoken)
    _fonts.apply(ax, spoken)
    legend_in_font(ax)
    return ax
