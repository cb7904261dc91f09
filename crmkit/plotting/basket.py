"""Pictures of baskets: rules, next purchases, sequences, offers, and how many things customers buy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit import _checks, labels
from crmkit.labels import Language
from crmkit.plotting._axes import (
    BLUE,
    GREEN,
    GREY,
    SMALL,
    VERMILLION,
    count_along,
    group_name,
    in_money,
    money,
    open_axes,
    percent,
    phrase,
    plain,
    segment_name,
    short,
    word,
    wrapped,
)
from crmkit.plotting._finishing import finished, letters_across
from crmkit.plotting._lines import LINES, chosen, columns_of
from crmkit.plotting._rows import draw_at_edge, name_rows, named

if TYPE_CHECKING:
    from matplotlib.axes import Axes


# Colour and marker of what two items are to each other.
_RELATIONS = {"bundle": (GREEN, "D"), "together": (BLUE, "o"), "apart": (VERMILLION, "s"), "unclear": (GREY, "o")}
_KINDS = {"repeat": BLUE, "new": GREEN, "popular": GREY}


def plot_rules(
    rules: Any, *, top: int = 15, ax: Axes | None = None, language: Language | None = None, **style: Any
) -> Axes:
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
        Language of the labels; that which is set unless given.
    **style
        Of the dots and intervals, as `matplotlib.axes.Axes.errorbar` takes it.

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
            look: dict[str, Any] = dict(fmt=marker, color=colour, capsize=2, markersize=5, label=name) | style
            handles.append(ax.errorbar(found["lift"][own], at[own], xerr=np.maximum(sides, 0), **look))
    ax.axvline(1, color="0.6", linewidth=0.8, linestyle="--")
    ax.set_xscale("log")
    _plain_numbers(ax)
    names = named([f"{a} → {b}" for a, b in zip(found["antecedent"], found["consequent"], strict=True)])
    name_rows(ax, names, size=SMALL)
    draw_at_edge(ax, [percent(share) for share in found["confidence"]], word("confidence", spoken))
    ax.set_xlabel(word("plot_lift", spoken))
    title = phrase("title_rules", spoken, pair=names[0], lift=f"{found['lift'][0]:.3g}") if names else ""
    return finished(ax, spoken, title=title, legend=handles, definition=rules.definition)


def plot_next_purchase(
    following: Any, *, top: int = 15, ax: Axes | None = None, language: Language | None = None, **style: Any
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
        Language of the labels; that which is set unless given.
    **style
        Of the dots and intervals, as `matplotlib.axes.Axes.errorbar` takes it.

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
    look: dict[str, Any] = dict(fmt="o", color=BLUE, capsize=2, markersize=5) | style
    drawn = ax.errorbar(share, at, xerr=np.maximum(sides, 0), label=word("plot_next_follows", spoken), **look)
    base = ax.scatter(
        100 * found["base_share"], at, marker="|", s=90, color=GREY, label=word("plot_base_share", spoken)
    )
    names = named([f"{a} → {b}" for a, b in zip(found["item"], found["next_item"], strict=True)])
    name_rows(ax, names, size=SMALL)
    draw_at_edge(ax, [f"{days:,.0f}" for days in found["median_days"]], word("median_days", spoken))
    ax.set_xlim(left=0)
    ax.set_xlabel(word("plot_next_share", spoken))
    title = ""
    if names:
        first = {"item": plain(found["item"][0]), "then": plain(found["next_item"][0])}
        title = phrase("title_next_purchase", spoken, share=percent(found["share"][0]), **first)
    return finished(ax, spoken, title=title, legend=[drawn, base], definition=following.definition)


def plot_sequences(
    sequences: Any, *, top: int = 15, ax: Axes | None = None, language: Language | None = None, **style: Any
) -> Axes:
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
        Language of the labels; that which is set unless given.
    **style
        Of the bars, as `matplotlib.axes.Axes.barh` takes it.

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
    ax.barh(np.arange(len(order)), 100 * found["support"][order], **(dict(color=BLUE) | style))
    names = named(found["sequence"][order])
    name_rows(ax, names, size=SMALL)
    draw_at_edge(ax, [short(float(n), spoken) for n in found["customers"][order]], word("customers", spoken))
    ax.set_xlabel(word("plot_sequence_support", spoken))
    said = {"sequence": names[0], "share": percent(found["support"][order[0]])} if names else {}
    title = phrase("title_sequences", spoken, **said) if said else ""
    return finished(ax, spoken, title=title, definition=sequences.definition)


def plot_recommendations(
    recommendations: Any, *, top: int = 15, ax: Axes | None = None, language: Language | None = None, **style: Any
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
        Language of the labels; that which is set unless given.
    **style
        Of the bars, as `matplotlib.axes.Axes.barh` takes it.

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
            look: dict[str, Any] = dict(color=colour, label=word(f"kind_{kind}", spoken)) | style
            handles.append(ax.barh(at, n, left=base, **look))
            base = base + n
    names = named(items[order])
    name_rows(ax, names, size=SMALL)
    ax.set_xlabel(word("plot_offered_to", spoken))
    count_along(ax.xaxis, spoken)
    everyone = int((found["rank"] == 1).sum())
    said = {"item": names[0], "n": f"{int(base[0]):,}", "all": f"{everyone:,}"} if names else {}
    title = phrase("title_recommendations", spoken, **said) if said else ""
    return finished(ax, spoken, title=title, legend=handles, definition=recommendations.definition)


def plot_cross_sell_rate(
    crossing: Any,
    *,
    groups: Sequence[Any] | None = None,
    currency: str | None = None,
    ax: Axes | None = None,
    language: Language | None = None,
    **style: Any,
) -> Axes:
    """Draw the result of `crmkit.basket.cross_sell_rate`: customers by how many different things they buy.

    Parameters
    ----------
    crossing : crmkit.basket.CrossSelling
        Customers by number of items.
    groups : sequence, optional
        Which groups to draw, at most six; by default all.
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
        look: dict[str, Any] = dict(color=colour, label=group_name(name, spoken)) | style
        bars = ax.bar(at, 100 * found["share"][rows], 0.92 * width, **look)
        drawn.append(bars)
        values = [money(float(f"{value:.4g}"), spoken, currency) for value in found["value_per_customer"][rows]]
        ax.bar_label(bars, values, size=SMALL, padding=2, rotation=90 if len(rows_of) > 2 else 0)
    ax.margins(y=0.2 if len(rows_of) > 2 else 0.08)  # for the money on the highest bar
    ax.set_yticks([tick for tick in ax.get_yticks() if 0 <= tick <= 100])
    items = labels.text(crossing.definition.values["items"], spoken)
    numbers = np.unique(found["items"])
    ax.set_xticks(numbers, [str(number) for number in numbers])
    ax.set_xlabel(phrase("plot_items_bought", spoken, items=items))
    ax.set_ylabel(word("plot_sequence_support", spoken))
    notes = [in_money(word("plot_money_per_customer", spoken), spoken, currency)]
    several = {group_name(name, spoken): float(found["share"][rows][found["items"][rows] > 1].sum())
               for name, rows in rows_of.items()}  # fmt: skip
    best, worst = (pick(several, key=lambda name: several[name]) for pick in (max, min))
    said = {"best": best, "worst": worst, "share": percent(several[best]), "least": percent(several[worst])}
    key = "title_cross_selling" if len(rows_of) == 1 else "title_cross_selling_groups"
    title = phrase(key, spoken, items=items, **said)
    legend = drawn if len(rows_of) > 1 else ()
    return finished(ax, spoken, title=title, legend=legend, definition=crossing.definition, notes=notes)


def plot_items_by_group(
    mix: Any, *, top: int = 10, ax: Axes | None = None, language: Language | None = None, **style: Any
) -> Axes:
    """Draw the result of `crmkit.basket.items_by_group`: a heat map of what each group of customers buys.

    Parameters
    ----------
    mix : crmkit.basket.ItemsByGroup
        Shares of each group's money by item.
    top : int, default 10
        Most items to draw, those of most money.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the cells, as `matplotlib.axes.Axes.pcolormesh` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: items to the right, groups downwards; in each cell the share of the group's money in per cent, orange
        where the group buys more of it than all customers do, blue where less.

    Raises
    ------
    ArgumentError
        `mix` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> made = crm.datasets.make_transactions(200)
    >>> ax = crm.basket.items_by_group(made.transactions, "channel").plot()
    >>> len(ax.texts) > 4
    True
    """
    from matplotlib.colors import LinearSegmentedColormap

    call = "crmkit.plotting.plot_items_by_group(crmkit.basket.items_by_group(transactions, segments))"
    found = columns_of(mix, "table", "share_of_all", call, order=["group", "item"])
    groups = list(dict.fromkeys(found["group"].tolist()))
    share, lift, value = (found[name].astype(float).reshape(len(groups), -1) for name in ("share", "lift", "value"))
    shown = np.argsort(-value.sum(axis=0), kind="stable")[: _checks.count("top", top)]
    items = [str(found["item"][at]) for at in shown]
    ax, spoken = open_axes(ax, language, height=2.4 + 0.36 * len(groups), width=max(6.4, 2.6 + 0.75 * len(items)))
    colours = LinearSegmentedColormap.from_list("against all", [BLUE, "white", VERMILLION])
    edges = (np.arange(len(items) + 1) - 0.5, np.arange(len(groups) + 1) - 0.5)
    look: dict[str, Any] = dict(cmap=colours, vmin=-2, vmax=2, edgecolors="white", linewidth=1.5) | style
    ax.pcolormesh(*edges, np.log2(np.clip(lift[:, shown], 0.5, 2)), **look)
    for (row, column), part in np.ndenumerate(share[:, shown]):
        ax.text(column, row, f"{100 * part:.0f}", ha="center", va="center", size=SMALL)
    wide = max(int(letters_across(ax, SMALL) / max(len(items), 1)) - 1, 4)
    ax.set_xticks(range(len(items)), ["\n".join(wrapped(plain(item), wide)) for item in items], size=SMALL)
    ax.set_yticks(range(len(groups)), [segment_name(name, spoken) for name in groups], size=SMALL)
    ax.set_ylim(len(groups) - 0.5, -0.5)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    most = np.unravel_index(int(np.argmax(np.where(share > 0.05, lift, 0))), lift.shape)
    said = {"name": segment_name(groups[most[0]], spoken), "item": plain(found["item"][most[1]])}
    title = phrase("title_mix", spoken, times=f"{lift[most]:.2f}", **said)
    return finished(ax, spoken, title=title, definition=mix.definition, notes=[word("plot_mix", spoken)])


def _height(rows: int) -> float:
    return 2.6 + 0.27 * max(rows, 3)


def _plain_numbers(ax: Axes) -> None:
    """Numbers along a logarithmic axis as people write them."""
    from matplotlib.ticker import FuncFormatter, LogLocator

    ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda number, _: f"{number:g}"))
    ax.xaxis.set_minor_formatter(FuncFormatter(lambda *_: ""))
