"""Picture of the customer-base audit: what each cohort brings, period by period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit.labels import Language
from crmkit.plotting._axes import GREY, SEQUENTIAL, SMALL, count_along, in_money, open_axes, phrase, plain, whole, word
from crmkit.plotting._finishing import finished, letters_across
from crmkit.plotting._lines import columns_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NAMED = 5  # cohorts in the legend


def plot_customer_base_audit(
    audit: Any, *, currency: str | None = None, ax: Axes | None = None, language: Language | None = None, **style: Any
) -> Axes:
    """Draw the result of `crmkit.customer_base_audit`: profit by period, in parts by cohort.

    Parameters
    ----------
    audit : crmkit.lenses.CustomerBaseAudit
        The audit.
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
        look: dict[str, Any] = dict(color=shade, edgecolor="white", linewidth=0.4, label=plain(cohort)) | style
        bars = ax.bar(at, height, 0.8, base, **look)
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
    ax.set_ylabel(in_money(word("plot_profit_by_cohort", spoken), spoken, currency))
    several = len(handles) > _NAMED + 1
    named = [handles[0], handles[len(cohorts) // 2], *handles[len(cohorts) - 1 :]] if several else handles
    last = int(np.flatnonzero(periods["complete"].astype(bool))[-1]) if periods["complete"].any() else len(at) - 1
    now = found["period"] == names[last]
    older, whole_profit = (float(found["profit"][rows].sum()) for rows in (now & (found["cohort"] < names[last]), now))
    said = {"period": plain(names[last]), "share": whole(older / whole_profit) if whole_profit > 0 else ""}
    title = phrase("title_audit", spoken, **said) if said["share"] else ""
    return finished(ax, spoken, title=title, legend=named, definition=audit.definition)
