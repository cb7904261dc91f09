"""Pictures of complaints: who bought again after one, and how soon they were closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit.labels import Language
from crmkit.plotting._axes import BLUE, GREEN, VERMILLION, open_axes, percent, phrase, word, words
from crmkit.plotting._finishing import finished
from crmkit.plotting._lines import columns_of
from crmkit.plotting._rows import draw_steps, hundred

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIDES = {"in_time": GREEN, "late": VERMILLION}


def plot_complaints(complaints: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any) -> Axes:
    """Draw the result of `crmkit.loyalty.complaints`: who bought again after a complaint, beside customers alike.

    Parameters
    ----------
    complaints : crmkit.loyalty.Complaints
        Complaints and what followed.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the lines, as `matplotlib.axes.Axes.plot` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a line per group from customers alike (ring) to those who complained (dot), per cent to the right, the
        difference with its interval beside it.

    Raises
    ------
    ArgumentError
        `complaints` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> made = crm.datasets.make_complaints(400, seed=1)
    >>> found = crm.loyalty.complaints(made.complaints, made.transactions, promise=made.promise)
    >>> len(crm.plotting.plot_complaints(found).get_yticklabels())
    3
    """
    call = "crmkit.plotting.plot_complaints(crmkit.loyalty.complaints(complaints, transactions))"
    found = columns_of(complaints, "recovery", "alike_rate", call, order=[])
    own, alike = (100 * found[name].astype(float) for name in ("repurchase_rate", "alike_rate"))
    ax, spoken = open_axes(ax, language, height=2.8 + 0.55 * len(own), width=7.4)
    ends = zip(own - alike, *hundred(found, "difference_low", "difference_high"), strict=True)
    beside = [phrase("plot_points_between", spoken, difference=f"{by:+.1f}", low=f"{low:+.1f}", high=f"{high:+.1f}")
              for by, low, high in ends]  # fmt: skip
    groups = [str(group) for group in found["group"]]
    names = words([f"complaints_{group}" for group in groups], spoken)
    draw_steps(ax, names, (alike, own), [_SIDES.get(group, BLUE) for group in groups], beside, style)
    days = str(complaints.definition.values["within"])
    ax.set_xlabel(phrase("plot_recovery", spoken, days=days))
    title = ""
    if np.isfinite(own[0]):
        rates = {"own": percent(own[0] / 100), "alike": percent(alike[0] / 100)}
        title = phrase("title_complaints", spoken, days=days, **rates)
    return finished(ax, spoken, title=title, definition=complaints.definition)


def plot_closing(complaints: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any) -> Axes:
    """Draw the result of `crmkit.loyalty.complaints`: the share of complaints still open, by days since opened.

    Parameters
    ----------
    complaints : crmkit.loyalty.Complaints
        Complaints and their handling.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the curve, as `matplotlib.axes.Axes.step` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: days to the right, per cent still open upwards, with the interval as a band.

    Raises
    ------
    ArgumentError
        `complaints` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> made = crm.datasets.make_complaints(400, seed=1)
    >>> ax = crm.plotting.plot_closing(crm.loyalty.complaints(made.complaints, made.transactions))
    >>> float(ax.lines[0].get_ydata()[0])
    100.0
    """
    call = "crmkit.plotting.plot_closing(crmkit.loyalty.complaints(complaints, transactions))"
    found = columns_of(complaints, "closing", "open_low", call, order=["days"])
    days = found["days"].astype(float)
    share, low, high = (100 * found[name].astype(float) for name in ("open_share", "open_low", "open_high"))
    ax, spoken = open_axes(ax, language, height=4.2, width=7.0)
    look: dict[str, Any] = dict(color=BLUE, linewidth=2) | style
    ax.step(days, share, where="post", **look)
    ax.fill_between(days, low, high, step="post", color=BLUE, alpha=0.15, linewidth=0)
    ax.set_ylim(0, 100)
    ax.set_xlim(0, None)
    ax.set_xlabel(word("plot_days_since_opened", spoken))
    ax.set_ylabel(word("plot_still_open", spoken))
    half = np.flatnonzero(share <= 50)
    at = int(half[0]) if len(half) else len(days) - 1
    said = {"days": f"{days[at]:.3g}", "share": percent(share[at] / 100)}
    title = phrase("title_closing" if len(half) else "title_still_open", spoken, **said)
    return finished(ax, spoken, title=title, definition=complaints.definition)
