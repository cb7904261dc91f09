"""Pictures of brands: double jeopardy, true concentration, switching, drivers of choice, returns on improvements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit.labels import Language
from crmkit.plotting import _fonts
from crmkit.plotting._axes import BLUE, GREY, SEQUENTIAL, SMALL, VERMILLION, open_axes, phrase, plain, short, word
from crmkit.plotting._definitions import small_print
from crmkit.plotting._lines import LINES, columns_of, legend_above, legend_in_font

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_dirichlet(fitted: Any, *, ax: Axes | None = None, language: Language | None = None) -> Axes:
    """Draw the result of `crmkit.wallet.dirichlet`: what is normal for a brand of each size, and where brands are.

    Parameters
    ----------
    fitted : crmkit.wallet.Dirichlet
        A fitted category.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels.

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
    ax.plot(100 * seen, bought, "o", color=BLUE, markersize=7)
    for name, across, up in zip(found["brand"][::-1], 100 * seen[::-1], bought[::-1], strict=True):
        ax.annotate(plain(name), (across, up), (6, 5), textcoords="offset points", size=SMALL)
    ax.margins(x=0.18, y=0.15)
    ax.set_xlabel(word("plot_penetration", spoken))
    ax.set_ylabel(word("plot_purchases_per_buyer", spoken))
    ax.annotate(word("plot_double_jeopardy", spoken), (0, 1), (0, 6), xycoords="axes fraction",
                textcoords="offset points", size=SMALL, color=GREY)  # fmt: skip
    return _finish(ax, fitted.definition, spoken)


def plot_true_concentration(fitted: Any, *, ax: Axes | None = None, language: Language | None = None) -> Axes:
    """Draw the result of `crmkit.wallet.true_concentration`: purchases of the top customers, now and in the long run.

    Parameters
    ----------
    fitted : crmkit.wallet.TrueConcentration
        Fitted counts.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels.

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
        handles += ax.plot(100 * tops, bought, color=colour, linestyle=dash, linewidth=2, label=word(span, spoken))
    ax.set(xlim=(0, 100), ylim=(0, 100))
    ax.set_xlabel(word("plot_true_customers", spoken))
    ax.set_ylabel(word("plot_true_purchases", spoken))
    legend_above(ax, handles)
    return _finish(ax, fitted.definition, spoken)


def plot_switching(switching: Any, *, ax: Axes | None = None, language: Language | None = None) -> Axes:
    """Draw the result of `crmkit.equity.switching`: which brand is bought after which.

    Parameters
    ----------
    switching : crmkit.equity.Switching
        A counted matrix.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels.

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
    ax.imshow(np.nan_to_num(share), cmap=SEQUENTIAL, vmin=0, vmax=130, aspect="auto")
    for row in range(len(brands)):
        for column in range(len(brands)):
            said = "-" if np.isnan(share[row, column]) else f"{share[row, column]:.1f}%"
            ax.text(column, row, said, ha="center", va="center", size=SMALL,
                    color="white" if share[row, column] > 85 else "black")  # fmt: skip
    names = [plain(brand) for brand in brands]
    ax.set_xticks(range(len(brands)), names)
    ax.set_yticks(range(len(brands)), names)
    ax.tick_params(length=0)
    ax.set_xlabel(word("next", spoken))
    ax.set_ylabel(word("last", spoken))
    return _finish(ax, switching.definition, spoken)


def plot_choice_drivers(drivers: Any, *, ax: Axes | None = None, language: Language | None = None) -> Axes:
    """Draw the result of `crmkit.equity.drivers`: how much a better rating adds to the utility of a brand.

    Parameters
    ----------
    drivers : crmkit.equity.Drivers
        Fitted drivers of choice.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels.

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
    rows = np.arange(len(value))
    ax.errorbar(value, rows, xerr=[value - low, high - value], fmt="o", color=BLUE, capsize=4, linewidth=1.6)
    for row, part in enumerate(found["importance"].astype(float)):
        said = phrase("plot_named_number", spoken, what=word("importance", spoken), amount=f"{100 * part:.0f}%")
        ax.annotate(said, (value[row], row), (0, 7), textcoords="offset points", ha="center", size=SMALL)
    ax.axvline(0, color=GREY, linewidth=1, linestyle=":")
    ax.set_yticks(rows, [plain(name) for name in found["driver"]])
    ax.set_ylim(len(value) - 0.5, -0.7)
    ax.set_xlabel(word("plot_coefficient", spoken))
    return _finish(ax, drivers.definition, spoken)


def plot_what_if(improvement: Any, *, ax: Axes | None = None, language: Language | None = None) -> Axes:
    """Draw the result of `crmkit.equity.what_if`: the value of a customer to the brand before and after.

    Parameters
    ----------
    improvement : crmkit.equity.WhatIf
        What an improvement returns.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels.

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
    for row in range(len(before)):
        colour = BLUE if after[row] >= before[row] else VERMILLION
        ax.plot([before[row], after[row]], [row, row], color=colour, linewidth=2)
        ax.plot(before[row], row, "o", color=colour, fillstyle="none", markersize=9)
        ax.plot(after[row], row, "o", color=colour, markersize=7)
        gain = after[row] - before[row]
        ax.annotate(f"{'+' if gain >= 0 else ''}{short(float(gain), spoken)}", (after[row], row), (0, 8),
                    textcoords="offset points", ha="center", size=SMALL)  # fmt: skip
    ax.set_yticks(range(len(before)), [plain(name) for name in found["last"]])
    ax.set_ylim(len(before) - 0.5, -0.7)
    ax.margins(x=0.2)
    ax.set_ylabel(word("last", spoken))
    ax.set_xlabel(word("plot_value_before_after", spoken))
    return _finish(ax, improvement.definition, spoken)


def _finish(ax: Axes, definition: Any, language: Language) -> Axes:
    ax.spines[["top", "right"]].set_visible(False)
    small_print(ax, definition, language)
    _fonts.apply(ax, language)
    legend_in_font(ax)
    return ax
