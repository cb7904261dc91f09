"""Pictures of baskets: rules, next purchases, sequences, offers, and how many things customers buy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit import _checks, labels
from crmkit.labels import Language
from crmkit.plotting import _fonts
from crmkit.plotting._axes import (
    BLUE,
    GREEN,
    GREY,
    SMALL,
    VERMILLION,
    group_name,
    open_axes,
    percent,
    phrase,
    plain,
    short,
    word,
)
from crmkit.plotting._definitions import small_print
from crmkit.plotting._lines import LINES, chosen, columns_of, legend_above, legend_in_font

if TYPE_CHECKING:
    from matplotlib.axes import Axes


# Colour and marker of what two items are to each other.
_RELATIONS = {"bundle": (GREEN, "D"), "together": (BLUE, "o"), "apart": (VERMILLION, "s"), "unclear": (GREY, "o")}
_KINDS = {"repeat": BLUE, "new": GREEN, "popular": GREY}
_LONGEST = 44  # letters of a name beside an axis


def plot_rules(rules: Any, *, top: int = 15, ax: Axes | None = None, language: Language | None = None) -> Axes:
    """Draw the result of `crmkit.basket.pairs` or `rules`: the lift of the first rules with its interval.

    Parameters
    ----------
    rules : crmkit.basket.Rules
        Rules, the surest lift first.
    top : int, default 15
        Most rules to draw.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a line per rule, lift to the right (logarithmic), confidence at the edge, colour and marker by what
        the items are to each other.

    Raises
    ------
    ArgumentError
        `rules` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> made = crm.datasets.make_baskets(500)
    >>> ax = crm.plotting.plot_rules(crm.basket.pairs(made.transactions), top=5)
    >>> len(ax.get_yticklabels())
    5
    """
    call = "crmkit.plotting.plot_rules(crmkit.basket.pairs(transactions))"
    found = columns_of(rules, "table", "antecedent", call, order=())
    order = np.lexsort([found["consequent"].astype(str), found["antecedent"].astype(str), -found["lift_low"]])
    order = order[: _checks.count("top", top)]
    found = {name: values[order] for name, values in found.items()}
    ax, spoken = open_axes(ax, language, height=_height(len(order)), width=7.4)
    at = np.arange(len(order))
    handles = []
    for relation, (colour, marker) in _RELATIONS.items():
        own = found["relation"] == relation
        if own.any():
            sides = np.array([found["lift"] - found["lift_low"], found["lift_high"] - found["lift"]])[:, own]
            name = word(f"relation_{relation}", spoken)
            style: dict[str, Any] = dict(fmt=marker, color=colour, capsize=2, markersize=5, label=name)
            handles.append(ax.errorbar(found["lift"][own], at[own], xerr=sides, **style))
    ax.axvline(1, color="0.6", linewidth=0.8, linestyle="--")
    ax.set_xscale("log")
    _plain_numbers(ax)
    _names(ax, [f"{a} → {b}" for a, b in zip(found["antecedent"], found["consequent"], strict=True)])
    _at_the_edge(ax, [percent(share) for share in found["confidence"]], word("confidence", spoken))
    ax.set_xlabel(word("plot_lift", spoken))
    if handles:
        legend_above(ax, handles)
    return _finish(ax, rules.definition, spoken)


def plot_next_purchase(
    following: Any, *, top: int = 15, ax: Axes | None = None, language: Language | None = None
) -> Axes:
    """Draw the result of `crmkit.basket.next_purchase`: how often the next purchase holds an item, after another one.

    Parameters
    ----------
    following : crmkit.basket.NextPurchase
        Steps, the surest first.
    top : int, default 15
        Most steps to draw.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a line per step, per cent to the right with intervals; a grey line stands at the share of all next
        purchases; the median days at the edge.

    Raises
    ------
    ArgumentError
        `following` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> made = crm.datasets.make_baskets(500)
    >>> ax = crm.plotting.plot_next_purchase(crm.basket.next_purchase(made.transactions), top=5)
    >>> ax.get_xlabel()
    'share of next purchases, %'
    """
    call = "crmkit.plotting.plot_next_purchase(crmkit.basket.next_purchase(transactions))"
    found = columns_of(following, "table", "next_item", call, order=())
    sure = found["share_low"] / found["base_share"]
    order = np.lexsort([found["next_item"].astype(str), found["item"].astype(str), -sure])
    order = order[: _checks.count("top", top)]
    found = {name: values[order] for name, values in found.items()}
    ax, spoken = open_axes(ax, language, height=_height(len(order)), width=7.4)
    at, share = np.arange(len(order)), 100 * found["share"]
    sides = np.array([share - 100 * found["share_low"], 100 * found["share_high"] - share])
    drawn = ax.errorbar(share, at, xerr=np.maximum(sides, 0), fmt="o", color=BLUE, capsize=2, markersize=5,
                        label=word("plot_next_share", spoken).split(",")[0].split("（")[0])  # fmt: skip
    base = ax.scatter(
        100 * found["base_share"], at, marker="|", s=90, color=GREY, label=word("plot_base_share", spoken)
    )
    _names(ax, [f"{a} → {b}" for a, b in zip(found["item"], found["next_item"], strict=True)])
    _at_the_edge(ax, [f"{days:,.0f}" for days in found["median_days"]], word("median_days", spoken))
    ax.set_xlim(left=0)
    ax.set_xlabel(word("plot_next_share", spoken))
    legend_above(ax, [drawn, base])
    return _finish(ax, following.definition, spoken)


def plot_sequences(sequences: Any, *, top: int = 15, ax: Axes | None = None, language: Language | None = None) -> Axes:
    """Draw the result of `crmkit.basket.sequences`: the longest sequences, of these those of most customers.

    Parameters
    ----------
    sequences : crmkit.basket.Sequences
        Sequences with their customers.
    top : int, default 15
        Most sequences to draw.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a bar per sequence of at least two items, per cent of the customers to the right.

    Raises
    ------
    ArgumentError
        `sequences` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> made = crm.datasets.make_baskets(500)
    >>> ax = crm.plotting.plot_sequences(crm.basket.sequences(made.transactions, min_customers=0.1), top=5)
    >>> len(ax.patches)
    5
    """
    call = "crmkit.plotting.plot_sequences(crmkit.basket.sequences(transactions))"
    found = columns_of(sequences, "table", "sequence", call, order=())
    several = np.flatnonzero(found["items"] > 1)
    keys = [found["sequence"][several].astype(str), -found["customers"][several], -found["items"][several]]
    order = several[np.lexsort(keys)][: _checks.count("top", top)]
    ax, spoken = open_axes(ax, language, height=_height(len(order)), width=7.4)
    ax.barh(np.arange(len(order)), 100 * found["support"][order], color=BLUE)
    _names(ax, list(found["sequence"][order]))
    _at_the_edge(ax, [short(float(n), spoken) for n in found["customers"][order]], word("customers", spoken))
    ax.set_xlabel(word("plot_sequence_support", spoken))
    return _finish(ax, sequences.definition, spoken)


def plot_recommendations(
    recommendations: Any, *, top: int = 15, ax: Axes | None = None, language: Language | None = None
) -> Axes:
    """Draw the result of `crmkit.basket.recommend`: the items that are offered to most customers.

    Parameters
    ----------
    recommendations : crmkit.basket.Recommendations
        Items for every customer.
    top : int, default 15
        Most items to draw.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a bar per item, customers to the right, in parts by whether they bought it before.

    Raises
    ------
    ArgumentError
        `recommendations` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> made = crm.datasets.make_baskets(200)
    >>> ax = crm.plotting.plot_recommendations(crm.basket.recommend(made.transactions, n=3), top=5)
    >>> len(ax.get_yticklabels())
    5
    """
    call = "crmkit.plotting.plot_recommendations(crmkit.basket.recommend(transactions))"
    found = columns_of(recommendations, "table", "rank", call, order=())
    items, code = np.unique(found["item"].astype(str), return_inverse=True)
    order = np.argsort(-np.bincount(code, minlength=len(items)), kind="stable")[: _checks.count("top", top)]
    ax, spoken = open_axes(ax, language, height=_height(len(order)), width=7.4)
    at, base, handles = np.arange(len(order)), np.zeros(len(order)), []
    for kind, colour in _KINDS.items():
        n = np.bincount(code[found["kind"] == kind], minlength=len(items))[order]
        if n.any():
            handles.append(ax.barh(at, n, left=base, color=colour, label=word(f"kind_{kind}", spoken)))
            base = base + n
    _names(ax, list(items[order]))
    ax.set_xlabel(word("plot_offered_to", spoken))
    legend_above(ax, handles)
    return _finish(ax, recommendations.definition, spoken)


def plot_cross_sell_rate(
    crossing: Any, *, groups: Sequence[Any] | None = None, ax: Axes | None = None, language: Language | None = None
) -> Axes:
    """Draw the result of `crmkit.basket.cross_sell_rate`: customers by how many different things they buy.

    Parameters
    ----------
    crossing : crmkit.basket.CrossSelling
        Customers by number of items.
    groups : sequence, optional
        Which groups to draw, at most six; by default all.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: number of items to the right, per cent of the customers upwards, the money per customer on each bar.

    Raises
    ------
    ArgumentError
        `crossing` is something else, or a group is not there.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> made = crm.datasets.make_transactions(200)
    >>> ax = crm.plotting.plot_cross_sell_rate(crm.basket.cross_sell_rate(made.transactions))
    >>> [tick.get_text() for tick in ax.get_xticklabels()]
    ['1', '2', '3', '4', '5']
    """
    call = "crmkit.plotting.plot_cross_sell_rate(crmkit.basket.cross_sell_rate(transactions))"
    found = columns_of(crossing, "by_items", "items", call, order=["group", "items"])
    rows_of = chosen(found["group"], groups)
    ax, spoken = open_axes(ax, language, width=7.4)
    width, drawn = 0.8 / len(rows_of), []
    for place, ((colour, _, _), (name, rows)) in enumerate(zip(LINES, rows_of.items(), strict=False)):
        at = found["items"][rows] + (place - (len(rows_of) - 1) / 2) * width
        bars = ax.bar(at, 100 * found["share"][rows], 0.92 * width, color=colour, label=group_name(name, spoken))
        drawn.append(bars)
        said = [short(float(f"{value:.4g}"), spoken) for value in found["value_per_customer"][rows]]
        ax.bar_label(bars, said, size=SMALL, padding=2)
    items = labels.text(crossing.definition.values["items"], spoken)
    numbers = np.unique(found["items"])
    ax.set_xticks(numbers, [str(number) for number in numbers])
    ax.set_xlabel(phrase("plot_items_bought", spoken, items=items))
    ax.set_ylabel(word("plot_sequence_support", spoken))
    what = word("plot_money_per_customer", spoken)
    ax.annotate(what, (1, 1), xycoords="axes fraction", ha="right", va="bottom", size=SMALL, color=GREY)
    if len(rows_of) > 1:
        legend_above(ax, drawn)
    return _finish(ax, crossing.definition, spoken)


def _height(rows: int) -> float:
    return 2.6 + 0.27 * max(rows, 3)


def _names(ax: Axes, names: Sequence[str]) -> None:
    """Names down the side, the first on top."""
    cut = [name if labels.width(name) <= _LONGEST else name[: _LONGEST - 1] + "…" for name in map(str, names)]
    ax.set_yticks(np.arange(len(cut)), [plain(name) for name in cut], size=SMALL)
    ax.set_ylim(len(cut) - 0.4, -0.6)


def _at_the_edge(ax: Axes, said: Sequence[str], what: str) -> None:
    """A column of figures to the right of the picture, under the word for what they are."""
    place = ax.get_yaxis_transform()
    style: dict[str, Any] = dict(textcoords="offset points", size=SMALL, color=GREY, annotation_clip=False)
    for row, text in enumerate(said):
        ax.annotate(text, (1, row), (6, 0), xycoords=place, va="center", **style)
    ax.annotate(what, (1, 1), (6, 4), xycoords="axes fraction", va="bottom", ha="center", **style)


def _plain_numbers(ax: Axes) -> None:
    """Numbers along a logarithmic axis as people write them."""
    from matplotlib.ticker import FuncFormatter, LogLocator

    ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda number, _: f"{number:g}"))
    ax.xaxis.set_minor_formatter(FuncFormatter(lambda *_: ""))


def _finish(ax: Axes, definition: Any, spoken: Language) -> Axes:
    ax.spines[["top", "right"]].set_visible(False)
    small_print(ax, definition, spoken)
    _fonts.apply(ax, spoken)
    legend_in_font(ax)
    return ax
