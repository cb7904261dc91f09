"""Pictures of brands: double jeopardy, true concentration, switching, drivers of choice, returns on improvements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit.errors import ArgumentError
from crmkit.labels import Language
from crmkit.plotting._axes import (
    BLUE,
    GREY,
    SEQUENTIAL,
    SMALL,
    VERMILLION,
    in_money,
    money,
    open_axes,
    percent,
    phrase,
    plain,
    whole,
    word,
)
from crmkit.plotting._finishing import finished
from crmkit.plotting._lines import LINES, columns_of
from crmkit.plotting._rows import draw_intervals, draw_steps, name_rows, named

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_dirichlet(fitted: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any) -> Axes:
    """Draw the result of `crmkit.wallet.dirichlet`: what is normal for a brand of each size, and where brands are.

    Parameters
    ----------
    fitted : crmkit.wallet.Dirichlet
        A fitted category.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the points, as `matplotlib.axes.Axes.plot` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: penetration in per cent to the right, purchases per buyer upwards; the curve of what is normal, and
        the brands at their observed penetration, or on the curve where none was given.

    Raises
    ------
    ArgumentError
        `fitted` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> brands = {"brand": ["A", "B"], "share": [0.25, 0.19], "penetration": [0.20, 0.17]}
    >>> ax = crm.plotting.plot_dirichlet(crm.wallet.dirichlet(brands, penetration=0.56, purchases_per_buyer=2.6))
    >>> [text.get_text() for text in ax.texts][:2]
    ['A', 'B']
    """
    call = "crmkit.plotting.plot_dirichlet(crmkit.wallet.dirichlet(brands, ...))"
    found = columns_of(fitted, "table", "double_jeopardy", call, order=["share"])
    expected, normal = (found[name].astype(float) for name in ("penetration", "purchases_per_buyer"))
    seen = found["penetration_observed"].astype(float) if "penetration_observed" in found else expected
    bought = fitted.M * found["share"].astype(float) / seen
    ax, spoken = open_axes(ax, language, height=4.8, width=7.0)
    ax.plot(100 * expected, normal, color=GREY, linewidth=1.5, marker=".")
    look: dict[str, Any] = dict(color=BLUE, markersize=7) | style
    ax.plot(100 * seen, bought, "o", **look)
    for name, across, up in zip(found["brand"][::-1], 100 * seen[::-1], bought[::-1], strict=True):
        ax.annotate(plain(name), (across, up), (6, 5), textcoords="offset points", size=SMALL)
    ax.margins(x=0.18, y=0.15)
    ax.set_xlabel(word("plot_penetration", spoken))
    ax.set_ylabel(word("plot_purchases_per_buyer", spoken))
    big = int(np.argmax(expected))
    said = {"name": plain(found["brand"][big]), "n": f"{bought[big]:.2f}", "normal": f"{normal[big]:.2f}"}
    notes = [word("plot_double_jeopardy", spoken)]
    title = phrase("title_dirichlet", spoken, **said)
    return finished(ax, spoken, title=title, definition=fitted.definition, notes=notes)


def plot_true_concentration(
    fitted: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any
) -> Axes:
    """Draw the result of `crmkit.wallet.true_concentration`: purchases of the top customers, now and in the long run.

    Parameters
    ----------
    fitted : crmkit.wallet.TrueConcentration
        Fitted counts.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the curves, as `matplotlib.axes.Axes.plot` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, both in per cent: customers from those who buy most, and their purchases; the long run lies lower.

    Raises
    ------
    ArgumentError
        `fitted` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> fitted = crm.wallet.true_concentration([400, 60, 30, 20, 8, 8, 9, 6, 27], open_ended=True)
    >>> len(crm.plotting.plot_true_concentration(fitted).lines)
    3
    """
    call = "crmkit.plotting.plot_true_concentration(crmkit.wallet.true_concentration(counts))"
    columns_of(fitted, "table", "purchase_share", call, order=[])
    ax, spoken = open_axes(ax, language, height=5.0, width=6.0)
    tops = np.linspace(0, 1, 101)
    ax.plot([0, 100], [0, 100], color=GREY, linewidth=1)
    handles = []
    for span, (colour, _, dash) in zip(("one_period", "long_run"), LINES, strict=False):
        bought = [100 * fitted.top_share(float(top), span=span) for top in tops]
        look: dict[str, Any] = dict(color=colour, linestyle=dash, linewidth=2, label=word(span, spoken)) | style
        handles += ax.plot(100 * tops, bought, **look)
    ax.set(xlim=(0, 100), ylim=(0, 100))
    ax.set_xlabel(word("plot_true_customers", spoken))
    ax.set_ylabel(word("plot_true_purchases", spoken))
    shares = {span: whole(fitted.top_share(0.2, span=span)) for span in ("one_period", "long_run")}
    title = phrase("title_true_concentration", spoken, top=whole(0.2), **shares)
    return finished(ax, spoken, title=title, legend=handles, definition=fitted.definition)


def plot_switching(switching: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any) -> Axes:
    """Draw the result of `crmkit.equity.switching`: which brand is bought after which.

    Parameters
    ----------
    switching : crmkit.equity.Switching
        A counted matrix.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the cells, as `matplotlib.axes.Axes.pcolormesh` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a row per brand bought last, a column per brand bought next, per cent in each cell; rows add up to
        100.

    Raises
    ------
    ArgumentError
        `switching` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> found = crm.equity.switching({"last": list("AAAB"), "next": list("AABB")})
    >>> [text.get_text() for text in crm.plotting.plot_switching(found).texts][:4]
    ['66.7%', '33.3%', '0.0%', '100.0%']
    """
    call = "crmkit.plotting.plot_switching(crmkit.equity.switching(survey))"
    found = columns_of(switching, "counts", "share_low", call, order=["last", "next"])
    brands = list(dict.fromkeys(found["last"].tolist()))
    share = 100 * found["share"].astype(float).reshape(len(brands), len(brands))
    ax, spoken = open_axes(ax, language, height=2.6 + 0.6 * len(brands), width=3.2 + 0.9 * len(brands))
    edges = np.arange(len(brands) + 1) - 0.5
    look: dict[str, Any] = dict(cmap=SEQUENTIAL, vmin=0, vmax=130, edgecolors="white", linewidth=1.5) | style
    ax.pcolormesh(edges, edges, np.nan_to_num(share), **look)
    for (row, column), part in np.ndenumerate(share):
        digits = "-" if np.isnan(part) else f"{part:.1f}%"
        ax.text(column, row, digits, ha="center", va="center", size=SMALL, color="white" if part > 85 else "black")
    ax.set_xticks(range(len(brands)), named(brands))
    ax.set_ylim(len(brands) - 0.5, -0.5)
    ax.set_yticks(range(len(brands)), named(brands))
    ax.tick_params(length=0)
    ax.set_xlabel(phrase("plot_of_row", spoken, what=word("next", spoken)))
    ax.set_ylabel(word("last", spoken))
    kept = np.nan_to_num(np.diag(share))
    said = {"name": plain(brands[int(np.argmax(kept))]), "share": percent(kept.max() / 100)}
    title = phrase("title_switching", spoken, **said)
    return finished(ax, spoken, title=title, definition=switching.definition)


def plot_choice_drivers(
    drivers: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any
) -> Axes:
    """Draw the result of `crmkit.equity.drivers`: how much a better rating adds to the utility of a brand.

    Parameters
    ----------
    drivers : crmkit.equity.Drivers
        Fitted drivers of choice.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the dots and intervals, as `matplotlib.axes.Axes.errorbar` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a line per driver, its coefficient with the interval to the right, its importance beside it.

    Raises
    ------
    ArgumentError
        `drivers` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> survey = {"customer_id": [1, 1, 2, 2, 3, 3, 4, 4], "brand": ["A", "B"] * 4,
    ...           "chosen": [1, 0, 0, 1, 1, 0, 1, 0], "quality": [5, 3, 4, 4, 2, 3, 5, 4]}
    >>> ax = crm.plotting.plot_choice_drivers(crm.equity.drivers(survey, drivers=["quality"]))
    >>> [tick.get_text() for tick in ax.get_yticklabels()]
    ['quality']
    """
    call = "crmkit.plotting.plot_choice_drivers(crmkit.equity.drivers(survey, drivers=[...]))"
    found = columns_of(drivers, "table", "coefficient_low", call, order=[])
    value, low, high = (found[name].astype(float) for name in ("coefficient", "coefficient_low", "coefficient_high"))
    ax, spoken = open_axes(ax, language, height=2.6 + 0.5 * len(value), width=7.0)
    parts = found["importance"].astype(float)
    beside = [phrase("plot_named_number", spoken, what=word("importance", spoken), amount=whole(part))
              for part in parts]  # fmt: skip
    names = named(found["driver"])
    draw_intervals(ax, names, (value, low, high), beside, style)
    ax.axvline(0, color=GREY, linewidth=1, linestyle=":")
    ax.set_xlabel(word("plot_coefficient", spoken))
    most = int(np.argmax(parts))
    title = phrase("title_choice_driver", spoken, name=names[most], share=whole(parts[most]))
    return finished(ax, spoken, title=title, definition=drivers.definition)


def plot_what_if(
    improvement: Any,
    *,
    currency: str | None = None,
    ax: Axes | None = None,
    language: Language | None = None,
    **style: Any,
) -> Axes:
    """Draw the result of `crmkit.equity.what_if`: the value of a customer to the brand before and after.

    Parameters
    ----------
    improvement : crmkit.equity.WhatIf
        What an improvement returns.
    currency : str, optional
        Sign or code of the money, such as "£" or "EUR"; by default it is called the currency of the data.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the lines, as `matplotlib.axes.Axes.plot` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a line per brand bought last from the value before (ring) to the one after (dot), money to the right.

    Raises
    ------
    ArgumentError
        `improvement` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> found = crm.equity.what_if([[0.8, 0.2], [0.3, 0.7]], brand="A", utility=0.1, purchases_per_year=2, margin=30,
    ...                            discount_rate=0.1)
    >>> [tick.get_text() for tick in crm.plotting.plot_what_if(found).get_yticklabels()]
    ['A', 'B']
    """
    call = "crmkit.plotting.plot_what_if(crmkit.equity.what_if(matrix, ...))"
    found = columns_of(improvement, "table", "gain", call, order=[])
    before, after = (found[name].astype(float) for name in ("value_before", "value_after"))
    ax, spoken = open_axes(ax, language, height=2.8 + 0.5 * len(before), width=7.0)
    gains, names = after - before, named(found["last"])
    beside = [f"{'+' if gain >= 0 else ''}{money(float(gain), spoken, currency)}" for gain in gains]
    colours = [BLUE if gain >= 0 else VERMILLION for gain in gains]
    draw_steps(ax, names, (before, after), colours, beside, style)
    ax.set_ylabel(word("last", spoken))
    ax.set_xlabel(in_money(word("plot_value_before_after", spoken), spoken, currency))
    most = int(np.argmax(gains))
    said = {"name": names[most], "gain": money(float(gains[most]), spoken, currency)}
    title = phrase("title_what_if", spoken, **said)
    return finished(ax, spoken, title=title, definition=improvement.definition)


def plot_norms(norms: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any) -> Axes:
    """Draw the result of `crmkit.wallet.nbd_norms`: how many of a period's buyers are to buy again in the next.

    Parameters
    ----------
    norms : crmkit.wallet.Norms
        What is normal for a brand.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the bars, as `matplotlib.axes.Axes.barh` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a bar for those who buy again and one for new buyers, per cent of the buyers to the right, the
        purchases of each beside it.

    Raises
    ------
    ArgumentError
        `norms` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> ax = crm.wallet.nbd_norms(penetration=0.11, purchases_per_buyer=1.9).plot()
    >>> ax.get_title(), [round(float(bar.get_width()), 1) for bar in ax.patches]
    ("Normal: 56.8% of a period's buyers buy again in the next", [56.8, 43.2])
    """
    call = "crmkit.plotting.plot_norms(crmkit.wallet.nbd_norms(penetration=..., purchases_per_buyer=...))"
    found = columns_of(norms, "table", "measure", call, order=[])
    values = dict(zip(found["measure"].tolist(), found["value"].astype(float), strict=True))
    if "repeat_rate" not in values:
        raise ArgumentError("plotting_result_draws_draw", name=type(norms).__name__, call=call)
    ax, spoken = open_axes(ax, language, height=2.6, width=7.0)
    shares = [values["repeat_rate"], values["new_share"]]
    ax.barh([0, 1], [100 * share for share in shares], height=0.6, **(dict(color=[BLUE, GREY]) | style))
    bought = (values["purchases_per_repeat_buyer"], values["purchases_per_new_buyer"])
    for row, (share, each) in enumerate(zip(shares, bought, strict=True)):
        said = phrase("plot_bar_and_purchases", spoken, share=percent(share), each=f"{each:.2f}")
        ax.annotate(said, (100 * share, row), (4, 0), textcoords="offset points", va="center", size=SMALL)
    name_rows(ax, [word("plot_norm_again", spoken), word("plot_norm_new", spoken)])
    ax.set_xlim(0, 160)
    ax.set_xticks(range(0, 101, 20))
    ax.set_xlabel(word("plot_of_buyers", spoken))
    title = phrase("title_norms", spoken, share=percent(shares[0]))
    return finished(ax, spoken, title=title, definition=norms.definition)
