"""Pictures of a customer base over time: revenue from new and from known customers, and the way from order to order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit.errors import ArgumentError
from crmkit.labels import Language
from crmkit.plotting._axes import (
    BLUE,
    GREY,
    ON_PAPER,
    SMALL,
    VERMILLION,
    amount,
    count_along,
    in_money,
    money,
    open_axes,
    percent,
    phrase,
    plain,
    short,
    whole,
    word,
)
from crmkit.plotting._finishing import finished, letters_across
from crmkit.plotting._lines import columns_of, label_upwards
from crmkit.plotting._panels import MOST_PANELS, finish_panels, panels_in
from crmkit.plotting._rows import draw_intervals

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_NAMES = 8


def plot_new_and_returning(
    movements: Any,
    *,
    currency: str | None = None,
    ax: Axes | None = None,
    language: Language | None = None,
    **style: Any,
) -> Axes:
    """Draw from `crmkit.retention.revenue_movements` what known and what new customers brought in each period.

    Parameters
    ----------
    movements : crmkit.retention.Movements
        Of one base, or of up to six groups, each of which has a panel of its own on the same scale.
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
        The axes: periods to the right, money upwards, known customers below and new ones on top of them; a period that
        is not over is hatched. Of groups the axes hold a panel for each (`child_axes`).

    Raises
    ------
    ArgumentError
        `movements` is something else, or has more than six groups.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> moved = crm.retention.revenue_movements(crm.datasets.load_ten_customers(), period="quarter")
    >>> ax = crm.plotting.plot_new_and_returning(moved)
    >>> [line.get_text() for line in ax.get_legend().get_texts()]
    ['known customers', 'new customers']
    """
    call = "crmkit.plotting.plot_new_and_returning(crmkit.retention.revenue_movements(transactions))"
    found = columns_of(movements, "table", "nrr", call, order=["period"])
    groups = list(dict.fromkeys(found["group"].tolist())) if "group" in found else []
    if len(groups) > MOST_PANELS:
        raise ArgumentError("plotting_result_draws_draw", name=type(movements).__name__, call=call)
    ax, spoken = open_axes(ax, language, height=4.2 if not groups else 1.6 + 1.7 * len(groups))
    panels, drawn = panels_in(ax, groups), []
    ends, new = np.nan_to_num(found["end"].astype(float)), np.nan_to_num(found["new"].astype(float))
    for row, panel in enumerate(panels):
        own = found["group"] == groups[row] if groups else slice(None)
        drawn = _known_and_new(panel, {name: values[own] for name, values in found.items()}, spoken, style)
        panel.set_ylim(0, 1.05 * max(float(ends.max()), 1e-9))
        label_upwards(panel, word("revenue", spoken) if groups else in_money(word("revenue", spoken), spoken, currency))
    finish_panels(panels, groups, spoken)
    over = found["complete"].astype(bool)
    last = str(found["period"][over & (ends > 0)].max()) if (over & (ends > 0)).any() else ""
    now = found["period"] == last
    title = ""
    if last:
        said = {"share": whole(1 - float(new[now].sum() / ends[now].sum())), "period": plain(last)}
        title = phrase("title_new_returning", spoken, **said)
    notes = [in_money(word("revenue", spoken), spoken, currency)] if groups else []
    return finished(ax, spoken, title=title, legend=drawn, notes=notes)


def _known_and_new(ax: Axes, own: dict[str, Any], spoken: Language, style: dict[str, Any]) -> list[Any]:
    """Bars of known customers and of new ones on top of them; gives one of each for the legend."""
    new, end = (np.nan_to_num(own[name].astype(float)) for name in ("new", "end"))
    at = np.arange(len(end))
    hatches = ["" if over else "///" for over in own["complete"].astype(bool)]
    bars = [
        ax.bar(at, height, bottom=foot, width=0.8, label=word(key, spoken), hatch=hatches, edgecolor="white",
               **(dict(color=colour) | style))
        for key, colour, height, foot in (("plot_known_customers", BLUE, end - new, 0 * end),
                                          ("plot_new_customers", VERMILLION, new, end - new))
    ]  # fmt: skip
    longest = max((len(str(name)) for name in own["period"]), default=1) + 2
    step = max(-(-len(at) // max(min(letters_across(ax, SMALL) // longest, _MOST_NAMES), 1)), 1)
    ax.set_xticks(at[::step], [plain(name) for name in own["period"][::step]], size=SMALL)
    count_along(ax.yaxis, spoken)
    return bars


def plot_purchase_funnel(
    repurchase: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any
) -> Axes:
    """Draw from `crmkit.survival.repurchase` how many customers came to the first, second ... n-th purchase so far.

    Parameters
    ----------
    repurchase : crmkit.survival.Repurchase
        Of one group. Its last row stands for that purchase and all later ones, and is left out.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the bars, as `matplotlib.axes.Axes.barh` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: the first purchase on top, customers to the right, with their share of those who bought at all.

    Raises
    ------
    ArgumentError
        `repurchase` is something else, or has several groups.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> ax = crm.plotting.plot_purchase_funnel(crm.survival.repurchase(crm.datasets.load_cdnow(), most=4))
    >>> [text.get_text() for text in ax.texts]
    ['23,570 (100.0%)', '11,516 (48.9%)', '7,476 (31.7%)']
    """
    call = "crmkit.plotting.plot_purchase_funnel(crmkit.survival.repurchase(transactions))"
    found = columns_of(repurchase, "table", "order_number", call, order=["group", "order_number"])
    if len(np.unique(found["group"].astype(str))) > 1:
        raise ArgumentError("plotting_result_draws_draw", name=type(repurchase).__name__, call=call)
    most = int(repurchase.definition.values["most"])
    rows = found["order_number"].astype(int) < most
    number, people = found["order_number"].astype(int)[rows], found["purchases"].astype(float)[rows]
    ax, spoken = open_axes(ax, language, height=1.3 + 0.36 * len(number))
    at = np.arange(len(number))
    ax.barh(at, people, height=0.8, **(dict(color=BLUE) | style))
    for row in range(len(number)):
        ax.annotate(amount(people[row], people[row] / people[0], spoken), (people[row], row), (4, 0), va="center",
                    textcoords="offset points", size=SMALL)  # fmt: skip
    ax.set_yticks(at, [str(each) for each in number])
    ax.invert_yaxis()
    ax.set_xlim(0, 1.35 * float(people.max()))
    ax.set_xticks([])
    ax.set_ylabel(word("order_number", spoken))
    ax.set_xlabel(word("plot_funnel", spoken), color=GREY, size=SMALL)
    ax.spines["bottom"].set_visible(False)
    title = phrase("title_funnel", spoken, share=whole(people[1] / people[0])) if len(people) > 1 else ""
    return finished(ax, spoken, title=title)


def plot_win_back(
    win_back: Any,
    *,
    currency: str | None = None,
    ax: Axes | None = None,
    language: Language | None = None,
    **style: Any,
) -> Axes:
    """Draw the result of `crmkit.outreach.win_back`: expected profit by the number of lost customers contacted.

    Parameters
    ----------
    win_back : crmkit.outreach.WinBack
        The lost customers, ranked.
    currency : str, optional
        Sign or code of the money, such as "£" or "EUR"; by default it is called the currency of the data.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the curve, as `matplotlib.axes.Axes.plot` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: customers contacted to the right, the most profitable first; their profit together upwards. A dot
        marks the number beyond which a contact costs more than it brings.

    Raises
    ------
    ArgumentError
        `win_back` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> found = crm.outreach.win_back(crm.datasets.load_cdnow(), contact_cost=2, rule={"inactive": "180D"})
    >>> ax = found.plot()
    >>> int(ax.get_lines()[1].get_xdata()[-1]) == found.lost
    True
    """
    call = "crmkit.plotting.plot_win_back(crmkit.outreach.win_back(transactions, contact_cost=...))"
    found = columns_of(win_back, "table", "p_reactivation", call, order=["rank"])
    each = np.sort(found["expected_profit"].astype(float))[::-1]
    ax, spoken = open_axes(ax, language, height=4.2)
    contacted, profit = np.arange(len(each) + 1), np.r_[0.0, np.cumsum(each)]
    ax.axhline(0, color="black", linewidth=0.8)
    look: dict[str, Any] = {"color": BLUE, "linewidth": 1.8} | style
    ax.plot(contacted, profit, **look)
    best = win_back.contacted
    ax.plot([best], [profit[best]], "o", color=VERMILLION, markersize=7)
    ax.axvline(best, color=GREY, linewidth=1, linestyle=":")
    for axis in (ax.xaxis, ax.yaxis):
        count_along(axis, spoken)
    ax.set_xlabel(word("plot_customers_contacted", spoken))
    label_upwards(ax, in_money(word("profit", spoken), spoken, currency))
    ax.margins(x=0.02, y=0.1)
    said = {"n": short(best, spoken), "lost": short(win_back.lost, spoken)}
    said["profit"] = money(win_back.profit, spoken, currency)
    return finished(ax, spoken, title=phrase("title_win_back" if best else "title_win_back_none", spoken, **said))


def plot_expected_returns(
    returns: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any
) -> Axes:
    """Draw the result of `crmkit.outreach.expected_returns`: how many of each class come back, with intervals.

    Parameters
    ----------
    returns : crmkit.outreach.ExpectedReturns
        Lost customers by how often they had bought.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the dots and intervals, as `matplotlib.axes.Axes.errorbar` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a row per class, a dot for how many are expected back and a line for how many that may be; in words
        the dot, and of how many customers.

    Raises
    ------
    ArgumentError
        `returns` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_cdnow(sample=True), as_of="1998-03-31")
    >>> ax = crm.outreach.expected_returns(tx, rule={"inactive": "90D"}, horizon="90D").plot()
    >>> ax.texts[0].get_text()
    '47 of 1,252'
    """
    call = "crmkit.plotting.plot_expected_returns(crmkit.outreach.expected_returns(transactions))"
    found = columns_of(returns, "table", "expected", call, order=[])
    ax, spoken = open_axes(ax, language, height=1.6 + 0.7 * len(found["purchases"]))
    names = [phrase("plot_purchases_of_class", spoken, purchases=plain(one)) for one in found["purchases"]]
    pairs = list(zip(found["expected"], found["customers"], strict=True))
    said = [phrase("plot_back_of", spoken, n=short(round(n), spoken), of=short(of, spoken)) for n, of in pairs]
    draw_intervals(ax, names, [found[name] for name in ("expected", "low", "high")], said, style)
    ax.set_xlim(0, 1.08 * max(float(np.max(found["high"].astype(float))), 1.0))
    count_along(ax.xaxis, spoken)
    ax.set_xlabel(phrase("plot_expected_back", spoken, level=whole(float(found["level"][0]))))
    total = float(np.sum(found["expected"].astype(float)))
    told = {"n": short(round(total), spoken), "lost": short(int(np.sum(found["customers"])), spoken)}
    title = phrase("title_expected_returns", spoken, days=returns.definition.values["days"], **told)
    return finished(ax, spoken, title=title, definition=returns.definition)


def plot_total(
    total: Any, *, currency: str | None = None, ax: Axes | None = None, language: Language | None = None, **style: Any
) -> Axes:
    """Draw the result of `crmkit.clv.portfolio_value` or `total_interval`: the total and its interval, and past tries.

    Parameters
    ----------
    total : crmkit.clv.Total
        A total with its interval.
    currency : str, optional
        Sign or code of the money, such as "£" or "EUR"; by default it is called the currency of the data.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the bars, as `matplotlib.axes.Axes.barh` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: actual divided by said at each earlier day to the right, in per cent, with 100 as the mark; the total
        of today and its interval stand in the title.

    Raises
    ------
    ArgumentError
        `total` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_cdnow(sample=True), as_of="1997-12-31")
    >>> ax = crm.clv.portfolio_value(tx, horizon="26W").plot()
    >>> len(ax.patches) > 0
    True
    """
    if not hasattr(total, "by_origin"):
        call = "crmkit.plotting.plot_total(crmkit.clv.portfolio_value(transactions))"
        raise ArgumentError("plotting_result_draws_draw", name=type(total).__name__, call=call)
    tried = {} if total.by_origin is None else columns_of(total, "by_origin", "ratio", "", order=["origin"])
    ax, spoken = open_axes(ax, language, height=1.6 + 0.4 * max(len(tried.get("ratio", [])), 1))
    ratio = np.asarray(tried.get("ratio", []), dtype=float)
    at = np.arange(len(ratio))
    ax.barh(at, 100 * ratio, height=0.6, **(dict(color=BLUE) | style))
    for row in range(len(ratio)):
        ax.annotate(percent(ratio[row], 0), (100 * ratio[row], row), (5, 0), textcoords="offset points", va="center",
                    size=SMALL, bbox=ON_PAPER)  # fmt: skip
    ax.axvline(100, color=GREY, linewidth=1, linestyle=":")
    ax.set_yticks(at, [str(day)[:10] for day in tried.get("origin", [])])
    ax.invert_yaxis()
    ax.margins(x=0.15)
    ax.set_xlabel(word("plot_actual_of_said", spoken))
    ends = {name: money(float(getattr(total, name)), spoken, currency) for name in ("value", "low", "high")}
    level = whole(float(total.level))
    title = phrase("title_total", spoken, level=level, days=f"{total.days:,.0f}", **ends)
    return finished(ax, spoken, title=title, notes=[] if len(ratio) else [word("plot_never_tried", spoken)])
