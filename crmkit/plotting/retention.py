"""Pictures of rates and movements: retention or churn over time, and what each period won and lost."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from crmkit import _checks, _frame, labels
from crmkit._types import Array
from crmkit.errors import ArgumentError, Words, shown
from crmkit.labels import Language
from crmkit.plotting._axes import (
    BLUE,
    GREEN,
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
    short,
    word,
)
from crmkit.plotting._finishing import finished, letters_across
from crmkit.plotting._panels import MOST_PANELS, finish_panels, panels_in

if TYPE_CHECKING:
    from matplotlib.axes import Axes


SKY, ORANGE, PURPLE = "#56B4E9", "#E69F00", "#CC79A7"  # the others of Okabe & Ito
_LINES = ((BLUE, "o"), (VERMILLION, "s"), (GREEN, "^"), (PURPLE, "D"), (ORANGE, "v"), (SKY, "P"))

# Column of `Movements.table`, its column in `Movements.customers`, colour; upwards, then downwards, from the axis out.
_GAINS = (("expansion", "expanded", SKY), ("reactivated", "reactivated", GREEN), ("new", "new", BLUE))
_LOSSES = (("contraction", "contracted", ORANGE), ("churned", "churned", VERMILLION))


def plot_retention(
    rates: Any,
    *,
    rate: Literal["retention_rate", "churn_rate"] = "retention_rate",
    groups: Sequence[Any] | None = None,
    ax: Axes | None = None,
    language: Language | None = None,
    **style: Any,
) -> Axes:
    """Draw the result of `crmkit.retention.rates` or `contract_rates`: a rate over time with its interval.

    A period that is not over has no rate; it is hatched, so that the line does not seem to end before it.

    Parameters
    ----------
    rates : crmkit.retention.Rates or ContractRates
        Rates by period; of several groups one line each.
    rate : {"retention_rate", "churn_rate"}, default "retention_rate"
        Which of the two to draw.
    groups : sequence of str, optional
        Which groups to draw, at most six; by default all.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the lines, as `matplotlib.axes.Axes.plot` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: periods from left to right, per cent upwards, the definition in small print below.

    Raises
    ------
    ArgumentError
        `rates` is something else, a group is not there, or there are more groups than can be told apart.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_ten_customers(), as_of="2024-12-31")
    >>> ax = crm.plotting.plot_retention(crm.retention.rates(tx, period="quarter"), rate="churn_rate")
    >>> ax.get_ylabel()
    'churn rate (%), band: 95 % interval'
    """
    _checks.choice("rate", rate, ("retention_rate", "churn_rate"))
    ends = [f"{rate.removesuffix('_rate')}_{end}" for end in ("low", "high")]
    found = _columns(rates, "table", rate, "crmkit.plotting.plot_retention(crmkit.retention.rates(transactions))")
    ax, spoken = open_axes(ax, language, height=5.2, width=7.4)
    chosen = _chosen(found, groups)
    for (colour, marker), (name, rows) in zip(_LINES, chosen.items(), strict=False):
        at = np.arange(rows.sum())
        value, low, high = (100 * found[column][rows].astype(float) for column in (rate, *ends))
        ax.fill_between(at, low, high, color=colour, alpha=0.18, linewidth=0)
        look: dict[str, Any] = dict(color=colour, marker=marker, markersize=4, linewidth=1.6) | style
        ax.plot(at, value, label=group_name(name, spoken), **look)
    rows = next(iter(chosen.values()))
    _name_periods(ax, found["period"][rows])
    _hatch_last(ax, found["complete"][rows])
    ax.set_ylim(bottom=0)
    ax.set_ylabel(phrase("plot_rate", spoken, what=word(rate, spoken), level=rates.definition.values["level"]))
    ax.grid(axis="y", color="0.9", linewidth=0.8)
    title = _last_rate(found, rate, chosen, spoken)
    lines = [] if len(chosen) == 1 else ax.get_legend_handles_labels()[0]
    legend = [*lines, *_hatched(bool(found["complete"][rows][-1]), spoken)]
    return finished(ax, spoken, title=title, legend=legend, definition=rates.definition)


def _last_rate(found: Mapping[str, Array], rate: str, groups: Mapping[str, Array], spoken: Language) -> str:
    """The rate of the last period that is over; of several groups the highest one."""
    known = found["complete"].astype(bool) & np.isfinite(found[rate].astype(float))
    last = {name: int(np.flatnonzero(rows & known)[-1]) for name, rows in groups.items() if (rows & known).any()}
    if not last:
        return ""
    final = max(str(found["period"][row]) for row in last.values())
    name, row = max(((name, row) for name, row in last.items() if str(found["period"][row]) == final),
                    key=lambda one: float(found[rate][one[1]]))  # fmt: skip
    said = {"share": percent(float(found[rate][row])), "period": plain(final), "name": group_name(name, spoken)}
    return phrase(f"title_{rate}" if len(groups) == 1 else f"title_{rate}_best", spoken, **said)


def plot_movements(
    movements: Any,
    *,
    show: Literal["money", "customers"] = "money",
    group: str | None = None,
    currency: str | None = None,
    ax: Axes | None = None,
    language: Language | None = None,
    **style: Any,
) -> Axes:
    """Draw the result of `crmkit.retention.revenue_movements`: what periods won (up) and lost (down), and the net.

    Of a period that is not over the gains so far are drawn, hatched; what it loses is not known yet.

    Parameters
    ----------
    movements : crmkit.retention.Movements
        Movements by period.
    show : {"money", "customers"}, default "money"
        Revenue, or the customers whose revenue grew, shrank, came and went.
    group : str, optional
        Which group to draw, where there are several; by default each has a panel of its own on the same scale, at most
        six.
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
        The axes: periods from left to right, gains above zero and losses below, the net change as a line, the
        definition in small print below; of groups the axes hold a panel for each (`child_axes`). Customers who expand
        or contract stay, so they are no part of the net change of customers.

    Raises
    ------
    ArgumentError
        `movements` is something else, or has more than six groups and none is named.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_ten_customers(), as_of="2024-12-31")
    >>> ax = crm.plotting.plot_movements(crm.retention.revenue_movements(tx, period="quarter"))
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['expansion', 'reactivated', 'new', 'contraction', 'churned', 'net change']
    """
    _checks.choice("show", show, ("money", "customers"))
    part = "table" if show == "money" else "customers"
    call = "crmkit.plotting.plot_movements(crmkit.retention.revenue_movements(transactions))"
    found = _columns(movements, part, "churned", call)
    there = list(dict.fromkeys(found["group"].tolist())) if "group" in found else []
    if group is None and len(there) > MOST_PANELS:
        raise ArgumentError("plotting_groups_draw_group", n=len(there), chosen=shown(there, most=10), next=there[0])
    chosen = _chosen(found, None if group is None else [group])
    groups = list(chosen) if len(chosen) > 1 else []
    ax, spoken = open_axes(ax, language, height=5.4 if not groups else 2.2 + 1.7 * len(groups), width=7.4)
    panels = panels_in(ax, groups)
    owns = [{name: values[rows] for name, values in found.items()} for rows in chosen.values()]
    ends = np.array([_moved(panel, own, show, spoken, style) for panel, own in zip(panels, owns, strict=True)])
    what = word(f"plot_movement_{show}", spoken)
    unit = in_money(what, spoken, currency) if show == "money" else what
    for panel in panels:
        if groups:
            panel.set_ylim(*(1.06 * float(end) for end in (ends[:, 1].min(), max(ends[:, 0].max(), 1e-9))))
        panel.set_ylabel(word("revenue" if show == "money" else "customers", spoken) if groups else unit)
    finish_panels(panels, groups, spoken)
    # the line after the bars, as they were drawn, which is not matplotlib's order
    handles = sorted(panels[0].get_legend_handles_labels()[0], key=lambda handle: hasattr(handle, "get_marker"))
    legend = [*handles, *_hatched(all(own["complete"][-1] for own in owns), spoken)]
    title = _won_and_lost(owns, show, spoken, currency)
    notes = [unit] if groups else []
    return finished(ax, spoken, title=title, legend=legend, notes=notes, definition=movements.definition)


def _moved(
    ax: Axes, own: Mapping[str, Array], show: str, spoken: Language, style: dict[str, Any]
) -> tuple[float, float]:
    """The movements of one group, and the net of them as a line; gives how high and how low the bars reach."""
    won, lost = (_stack(ax, own, kinds, side, show, spoken, style) for kinds, side in ((_GAINS, +1), (_LOSSES, -1)))
    ax.axhline(0, color="black", linewidth=0.8)
    ax.plot(np.arange(len(own["period"])), np.where(own["complete"], own["end"] - own["start"], np.nan), color="black",
            marker="D", markersize=4, linewidth=1.2, label=word("plot_net_change", spoken))  # fmt: skip
    _name_periods(ax, own["period"])
    count_along(ax.yaxis, spoken)
    return float(won.max()), float(lost.min())


def _won_and_lost(owns: Sequence[Mapping[str, Array]], show: str, spoken: Language, currency: str | None) -> str:
    """What the last period that is over won and lost; of all groups together."""
    over = [str(own["period"][own["complete"].astype(bool)][-1]) for own in owns if own["complete"].any()]
    if not over:
        return ""
    last = max(over)
    sums = [
        sum(float(np.nan_to_num(own[kind if show == "money" else customers][own["period"] == last].astype(float)).sum())
            for own in owns for kind, customers, _ in side)
        for side in (_GAINS, _LOSSES)
    ]  # fmt: skip
    came, gone = (money(n, spoken, currency) if show == "money" else short(n, spoken) for n in sums)
    said = {"won": came, "lost": gone, "period": plain(last)}
    return phrase("title_movements" if show == "money" else "title_movements_customers", spoken, **said)


# --- what both share ------------------------------------------------------------------------------------------------


def _columns(result: Any, part: str, needed: str, call: str) -> dict[str, Array]:
    """The columns of a result's table, if it is such a result."""
    table = getattr(result, part, None)
    found = {} if table is None or not hasattr(result, "definition") else _read(table)
    if needed not in found:
        raise ArgumentError("plotting_result_draws_draw", name=type(result).__name__, call=call)
    return found


def _read(table: Any) -> dict[str, Array]:
    opened = _frame.open_table(table)
    found = opened.collect(opened.frame)
    # a relation has no order of its own, but names of periods sort as time does
    order = np.lexsort([found[name].astype(str) for name in ("period", "group") if name in found])
    return {name: values[order] for name, values in found.items()}


def _chosen(found: Mapping[str, Array], groups: Sequence[Any] | None) -> dict[str, Array]:
    """The rows of each group to draw; all rows where there are none."""
    if "group" not in found:
        if groups is not None:
            raise ArgumentError("plotting_groups_asked_but_result", groups=shown(groups))
        return {"": np.ones(len(found["period"]), dtype=bool)}
    there = list(dict.fromkeys(found["group"].tolist()))
    asked = there if groups is None else list(groups)
    unknown = [name for name in asked if name not in there]
    if unknown or not asked or len(asked) > len(_LINES):
        what = Words("no_such_group" if unknown else "too_many_groups", unknown=shown(unknown), n=len(asked))
        raise ArgumentError("plotting_name_them", what=what, there=shown(there, most=10), n=len(_LINES))
    return {name: found["group"] == name for name in asked}


def _stack(
    ax: Axes, own: Mapping[str, Array], kinds: Any, side: int, show: str, spoken: Language, style: dict[str, Any]
) -> Array:
    """Bars on one side of zero, each on the one before, hatched where the period is not over; gives where they end."""
    at, base = np.arange(len(own["period"])), np.zeros(len(own["period"]))
    for kind, customers, colour in kinds:
        height = side * np.nan_to_num(own[kind if show == "money" else customers].astype(float))
        look: dict[str, Any] = dict(color=colour, edgecolor="white", linewidth=0.5) | dict(style)
        bars = ax.bar(at, height, 0.72, base, label=word(f"movement_{kind}", spoken), **look)
        if not own["complete"][-1]:
            bars[-1].set_hatch("///")
        base = base + height
    return base


def _name_periods(ax: Axes, names: Array) -> None:
    """Names of the periods under the axis, as many as fit, the last one among them; a rolling one in two lines."""
    said = [re.sub(r"^(\d{4}-\d\d-\d\d)/(?=\d{4}-\d\d-\d\d$)", "\\1\n- ", str(name)) for name in names]
    longest = max(labels.width(line) for name in said for line in name.splitlines())
    fit = max(letters_across(ax, SMALL) // (longest + 2), 1)
    at = np.arange(len(names) - 1, -1, -int(np.ceil(len(names) / fit)))[::-1]
    ax.set_xticks(at, [said[row] for row in at], size=SMALL)
    ax.set_xlim(-0.6, len(names) - 0.4)


def _hatch_last(ax: Axes, complete: Array) -> None:
    if not complete[-1]:
        last = len(complete) - 1
        ax.axvspan(last - 0.5, last + 0.4, facecolor="none", edgecolor="0.7", hatch="///", linewidth=0)


def _hatched(over: bool, spoken: Language) -> list[Any]:
    """What hatches mean, where there are any."""
    from matplotlib.patches import Patch

    if over:
        return []
    return [Patch(facecolor="white", edgecolor="0.5", hatch="////", label=word("plot_not_over", spoken))]
