"""Pictures of groups: the value matrix and the growth matrix, two by two, and the revenue bridge as a waterfall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit import _frame
from crmkit.errors import ArgumentError, Words
from crmkit.labels import Language
from crmkit.plotting._axes import (
    BLUE,
    COMMA,
    GREY,
    SMALL,
    VERMILLION,
    amount,
    count_along,
    in_money,
    money,
    open_axes,
    percent,
    phrase,
    segment_name,
    short,
    whole,
    word,
    words,
    wrapped,
)
from crmkit.plotting._finishing import finished, letters_across
from crmkit.plotting._lines import columns_of
from crmkit.plotting._rows import draw_at_edge, name_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Cells are tinted by share, never so dark that black text could not be read on them.
LIGHTEST, DARKEST = 0.06, 0.55


def plot_value_matrix(
    matrix: Any, *, currency: str | None = None, ax: Axes | None = None, language: Language | None = None, **style: Any
) -> Axes:
    """Draw the result of `crmkit.segment.value_matrix`: four quadrants with customers, values and strategy.

    The darker a quadrant, the more of the current value it holds.

    Parameters
    ----------
    matrix : crmkit.segment.ValueMatrix
        The sorted customers.
    currency : str, optional
        Sign or code of the money, such as "£" or "EUR"; by default it is called the currency of the data.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the cells, as `matplotlib.axes.Axes.bar` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: potential from low to high to the right, current value upwards; their labels say where they are cut.

    Raises
    ------
    ArgumentError
        `matrix` is something else, such as its table.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> listed = {"monetary": [90.0, 80.0, 10.0, 5.0], "residual_clv": [30.0, 2.0, 25.0, 1.0]}
    >>> ax = crm.plotting.plot_value_matrix(crm.segment.value_matrix(listed))
    >>> print(ax.texts[1].get_text())
    customers: 1 (25.0%)
    current value: 90 (48.6%)
    growth potential: 30 (51.7%)
    """
    if not hasattr(matrix, "potential") or not hasattr(matrix, "describe_cuts"):
        raise _not_that(matrix, "a_value_matrix", "crmkit.segment.value_matrix(customers)")
    numbers = ["customers", "customer_share", "current_value", "potential_value"]
    shares = ["current_value_share", "potential_value_share"]
    table = _frame.open_table(matrix.table, numbers=numbers)
    found = table.collect(table.frame)
    ax, spoken = open_axes(ax, language, height=5.6, width=7.6)
    for row, name in enumerate(found["quadrant"]):
        x, y = (float(found[axis][row] == "high") for axis in ("potential", "current"))
        money_said = [
            _summed(found[column][row], found[share][row], spoken, what=column, currency=currency)
            for column, share in zip(("current_value", "potential_value"), shares, strict=True)
        ]
        people = amount(found["customers"][row], found["customer_share"][row], spoken, what="customers")
        told = ["\n".join([people, *money_said]), word(f"strategy_{name}", spoken)]
        _cell(ax, x, y, found["current_value_share"][row], word(str(name), spoken), told, style)
    _two_by_two(ax, words(["low", "high"], spoken), words(["low", "high"], spoken))
    for axis, cut in (("potential", matrix.potential), ("current_value", matrix.current)):
        where = cut.words(spoken, equal=matrix.equal).replace("$", r"\$")
        label = phrase("plot_named_number", spoken, what=word(axis, spoken), amount=where)
        (ax.set_xlabel if axis == "potential" else ax.set_ylabel)(label)
    most = int(np.argmax(np.nan_to_num(found["current_value_share"].astype(float))))
    told_shares = {
        "customers": whole(found["customer_share"][most]),
        "money": whole(found["current_value_share"][most]),
    }
    title = phrase("title_value_matrix", spoken, name=word(str(found["quadrant"][most]), spoken), **told_shares)
    return finished(ax, spoken, title=title, notes=_what_low_holds(found, spoken, currency))


def _what_low_holds(found: Mapping[str, Any], spoken: Language, currency: str | None) -> list[str]:
    """What the customers to let go bring, so that nobody lets go of more than they know."""
    low = np.flatnonzero(found["quadrant"] == "value_lead")
    if not len(low):
        return []
    row = int(low[0])
    sums = {name: _summed(found[f"{name}_value"][row], found[f"{name}_value_share"][row], spoken, currency=currency)
            for name in ("current", "potential")}  # fmt: skip
    share = whole(float(found["customer_share"][row]))
    return [phrase("plot_what_low_holds", spoken, name=word("value_lead", spoken), share=share, **sums)]


def plot_growth_matrix(
    matrix: Any, *, currency: str | None = None, ax: Axes | None = None, language: Language | None = None, **style: Any
) -> Axes:
    """Draw the result of `crmkit.growth.growth_matrix`: the revenue of existing and new customers and products.

    The darker a cell, the more of the revenue it holds.

    Parameters
    ----------
    matrix : crmkit.growth.GrowthMatrix
        The revenue by cells.
    currency : str, optional
        Sign or code of the money, such as "£" or "EUR"; by default it is called the currency of the data.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the cells, as `matplotlib.axes.Axes.bar` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: products from existing to new to the right, existing customers on top; revenue without a product
        is named below.

    Raises
    ------
    ArgumentError
        `matrix` is something else, such as its table.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> sales = {"customer_id": ["a", "a", "b"], "product": ["tea", "pot", "tea"], "amount": [9.0, 30.0, 10.0],
    ...          "date": ["2024-01-01", "2024-03-01", "2024-04-30"]}
    >>> periods = {"base": ("2024-01-01", "2024-02-29"), "current": ("2024-03-01", "2024-04-30")}
    >>> ax = crm.plotting.plot_growth_matrix(crm.growth.growth_matrix(sales, **periods))
    >>> [text.get_text() for text in ax.texts[3:6]]
    ['Expansion', '30 (75.0%)', 'customers: 1, orders: 1']
    """
    if not hasattr(matrix, "base_revenue"):
        raise _not_that(matrix, "a_growth_matrix", "crmkit.growth.growth_matrix(transactions)")
    table = _frame.open_table(matrix.table, numbers=["customers", "orders", "revenue", "base_revenue"])
    found = table.collect(table.frame)
    ax, spoken = open_axes(ax, language, height=5.2, width=7.0)
    first, last = (str(date) for date in matrix.current)
    below = [phrase("growth_revenue", spoken, first=first, last=last)]
    for row, name in enumerate(found["cell"]):
        label = word(f"growth_{name}", spoken)
        revenue = _summed(found["revenue"][row], found["revenue_share"][row], spoken, currency=currency)
        counts = {count: short(float(found[count][row]), spoken) for count in ("customers", "orders")}
        if found["customer"][row] == "all":
            below.append(phrase("plot_named_number", spoken, what=label, amount=revenue))
            continue
        x, y = float(found["product"][row] == "new"), float(found["customer"][row] == "existing")
        told = [revenue, phrase("growth_counts", spoken, **counts)]
        _cell(ax, x, y, found["revenue_share"][row], label, told, style)
    _two_by_two(
        ax,
        words([f"growth_{age}_{matrix.by}" for age in ("existing", "new")], spoken),
        words([f"growth_{age}_customers" for age in ("new", "existing")], spoken),
    )
    since = {"first": str(matrix.base[0]), "last": str(matrix.base[1]), "day": first}
    notes = [*below, phrase(f"growth_existing_{matrix.existing}", spoken, **since)]
    cells = found["customer"] != "all"
    share = np.where(cells, np.nan_to_num(found["revenue_share"].astype(float)), -1)
    most = int(np.argmax(share))
    said = {"name": word(f"growth_{found['cell'][most]}", spoken), "share": whole(share[most])}
    return finished(ax, spoken, title=phrase("title_growth_matrix", spoken, **said), notes=notes)


def plot_revenue_bridge(
    bridge: Any, *, currency: str | None = None, ax: Axes | None = None, language: Language | None = None, **style: Any
) -> Axes:
    r"""Draw the result of `crmkit.growth.revenue_bridge`: a waterfall from the base period to the current one.

    Movements of no customers are left out. What adds to revenue is blue and begins with a plus, what takes from it is
    vermillion and begins with a minus.

    Parameters
    ----------
    bridge : crmkit.growth.RevenueBridge
        The steps from period to period.
    currency : str, optional
        Sign or code of the money, such as "£" or "EUR"; by default it is called the currency of the data.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels, by default English.
    **style
        Of the bars, as `matplotlib.axes.Axes.barh` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a bar per step from top to bottom, money to the right; beside each its customers.

    Raises
    ------
    ArgumentError
        `bridge` is something else, such as its table.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> sales = {"customer_id": ["a", "b", "a"], "date": ["2024-01-01", "2024-02-29", "2024-04-30"],
    ...          "amount": [50.0, 30.0, 70.0]}
    >>> periods = {"base": ("2024-01-01", "2024-02-29"), "current": ("2024-03-01", "2024-04-30")}
    >>> ax = crm.plotting.plot_revenue_bridge(crm.growth.revenue_bridge(sales, **periods))
    >>> [text.get_text() for text in ax.texts[:4]]
    ['80', '-30 (-37.5%)', '+20 (+25.0%)', '70 (87.5%)']
    """
    if not hasattr(bridge, "steps"):
        raise _not_that(bridge, "a_revenue_bridge", "crmkit.growth.revenue_bridge(transactions)")
    table = _frame.open_table(bridge.steps, numbers=["customers", "amount", "cumulative"])
    found = table.collect(table.frame)
    ends = np.isin(found["step"], ["base", "current"])
    drawn = {name: column[ends | (found["customers"] > 0)] for name, column in found.items()}
    ends, change, top = np.isin(drawn["step"], ["base", "current"]), drawn["amount"], drawn["cumulative"]
    ax, spoken = open_axes(ax, language, height=1.4 + 0.42 * len(change), width=7.0)
    left = np.where(ends, 0, top - change)
    colours = [GREY if end else BLUE if step >= 0 else VERMILLION for end, step in zip(ends, change, strict=True)]
    at = np.arange(len(change))
    ax.vlines(top[:-1], at[:-1], at[1:], color=GREY, linewidth=0.8, zorder=0)  # seen between bars, and where one is 0
    ax.barh(at, change, left=left, height=0.7, **(dict(color=colours) | style))
    ax.axvline(0, color="black", linewidth=0.8)
    for row, furthest in enumerate(np.maximum(left, left + change)):
        share = float("nan") if row == 0 else float(drawn["base_share"][row])
        said = _change(float(change[row]), share, spoken, currency, total=bool(ends[row]))
        ax.annotate(said, (max(furthest, 0), row), (4, 0), textcoords="offset points", ha="left", va="center",
                    size=SMALL)  # fmt: skip
    names = words([f"bridge_{step}" for step in drawn["step"]], spoken)
    people = [phrase("bridge_customers", spoken, n=short(float(n), spoken)) for n in drawn["customers"]]
    ax.set_yticks(at, [f"{name}{COMMA[spoken]}{n}" for name, n in zip(names, people, strict=True)], size=SMALL)
    ax.tick_params(axis="y", length=0)
    ax.invert_yaxis()
    ax.locator_params(axis="x", nbins=4)  # their numbers stand side by side in half a page too
    low, high = ax.get_xlim()
    ticks = [tick for tick in ax.get_xticks() if low <= tick <= high]
    ax.set_xlim(min(low, 0), high + 0.3 * (high - min(low, 0)))  # room for the labels
    ax.set_xticks(ticks)
    count_along(ax.xaxis, spoken)
    dates = [str(date) for pair in (bridge.base, bridge.current) for date in pair]
    places = dict(zip(("begin", "end", "first", "last"), dates, strict=True))
    ax.set_xlabel(in_money(word("bridge_money", spoken), spoken, currency))
    ax.spines["left"].set_visible(False)
    title = _whether_rose(float(top[0]), float(top[-1]), spoken, currency)
    return finished(ax, spoken, title=title, notes=[phrase("bridge_periods", spoken, **places)])


def _whether_rose(before: float, after: float, spoken: Language, currency: str | None) -> str:
    """Whether revenue rose or fell, and by how much."""
    if before <= 0:
        return ""
    key = "title_bridge_up" if after >= before else "title_bridge_down"
    ends = {"before": money(before, spoken, currency), "after": money(after, spoken, currency)}
    return phrase(key, spoken, share=percent(abs(after / before - 1)), **ends)


def plot_size_change(change: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any) -> Axes:
    """Draw the result of `crmkit.growth.size_change`: why each group grew or shrank, its customers or its cuts.

    Parameters
    ----------
    change : crmkit.growth.SizeChange
        The change of each group, split in two.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the bars, as `matplotlib.axes.Axes.barh` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: two bars per group, customers who came or went by the old rule and those whom new cuts moved; the
        change of both together at the edge.

    Raises
    ------
    ArgumentError
        `change` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> scorer = crm.rfm.Scorer(bins=2).fit(crm.datasets.load_ten_customers())
    >>> segments = crm.rfm.segment(scorer.score(crm.datasets.load_ten_customers()), scheme="eight", bins=2)
    >>> ax = crm.growth.size_change(segments, segments, after_by_old_rule=segments).plot()
    >>> {float(bar.get_width()) for bar in ax.patches}
    {0.0}
    """
    call = "crmkit.plotting.plot_size_change(crmkit.growth.size_change(before, after, after_by_old_rule=...))"
    found = columns_of(change, "customers", "by_cuts", call, order=[])
    ax, spoken = open_axes(ax, language, height=2.0 + 0.5 * len(found["group"]), width=7.0)
    names = [segment_name(name, spoken) for name in found["group"]]
    at = np.arange(len(names))
    drawn: list[Any] = []
    for key, colour, shift in (("by_customers", BLUE, -0.2), ("by_cuts", VERMILLION, 0.2)):
        size = found[key].astype(float)
        look: dict[str, Any] = dict(color=colour, label=word(f"plot_{key}", spoken)) | style
        drawn.append(ax.barh(at + shift, size, height=0.38, **look))
        for row, number in enumerate(size):
            side = 1 if number >= 0 else -1
            ax.annotate(f"{number:+,.0f}" if number else "0", (number, row + shift), (4 * side, 0), va="center",
                        textcoords="offset points", ha="left" if side > 0 else "right", size=SMALL)  # fmt: skip
    both = found["change"].astype(float)
    ax.axvline(0, color="black", linewidth=0.8)
    name_rows(ax, names)
    draw_at_edge(ax, [f"{number:+,.0f}" if number else "0" for number in both], word("plot_net_change", spoken))
    ax.margins(x=0.16)
    count_along(ax.xaxis, spoken)
    ax.set_xlabel(word("plot_movement_customers", spoken))
    most = int(np.argmax(np.abs(both)))
    parts = {key: f"{found[key][most]:+,.0f}" for key in ("change", "by_customers", "by_cuts")}
    return finished(ax, spoken, title=phrase("title_size_change", spoken, name=names[most], **parts), legend=drawn)


def _not_that(thing: Any, what: str, call: str) -> ArgumentError:
    return ArgumentError("plotting_draw_result", name=type(thing).__name__, what=Words(what), call=call)


def _summed(number: float, share: float, language: Language, *, what: str = "", currency: str | None = None) -> str:
    """A sum and its share, where there is one: of a sum of 0 nothing has a share."""
    if np.isfinite(share):
        return amount(float(number), float(share), language, what=what, currency=currency)
    said = money(float(number), language, currency)
    return phrase("plot_named_number", language, what=word(what, language), amount=said) if what else said


def _change(number: float, share: float, language: Language, currency: str | None, *, total: bool) -> str:
    """What stands over a bar: the money and its share of the base period; of changes with their sign."""
    sign = "+" if number > 0 and not total else ""
    said = sign + money(number, language, currency)
    part = f"{sign}{percent(share)}"
    if number == 0 or not np.isfinite(share):
        return said
    return f"{said}（{part}）" if language == "zh" else f"{said} ({part})"


def _cell(ax: Axes, x: float, y: float, share: float, title: str, told: Sequence[str], style: dict[str, Any]) -> None:
    """One of four cells: a tint by its share, and three texts."""
    tint = LIGHTEST + (DARKEST - LIGHTEST) * float(np.clip(np.nan_to_num(share), 0, 1))
    look: dict[str, Any] = dict(color=BLUE, alpha=tint, edgecolor="none") | style
    ax.bar(x, 1, bottom=y - 0.5, width=1, **look)
    wide = letters_across(ax, SMALL) // 2
    for height, text, size, weight in ((0.34, title, 11, "bold"), (0.02, told[0], SMALL, "normal"),
                                       (-0.34, told[1], SMALL, "normal")):  # fmt: skip
        lines = [line for part in text.split("\n") for line in wrapped(part, wide)]
        ax.text(x, y + height, "\n".join(lines), ha="center", va="center", size=size, weight=weight, linespacing=1.3)


def _two_by_two(ax: Axes, columns: Sequence[str], rows: Sequence[str]) -> None:
    """The frame of four cells whose centres are 0 and 1."""
    ax.set(xlim=(-0.5, 1.5), ylim=(-0.5, 1.5))
    ax.axvline(0.5, color="white", linewidth=4)
    ax.axhline(0.5, color="white", linewidth=4)
    ax.set_xticks([0, 1], columns)
    ax.set_yticks([0, 1], rows, rotation=90, va="center")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
