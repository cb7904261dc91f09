"""Pictures of the customer pyramid: its tiers, and the Lorenz curve with the 80/20 rule read off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit import _frame, labels
from crmkit._types import Table
from crmkit.errors import ArgumentError, DataError
from crmkit.labels import Language
from crmkit.plotting._axes import (
    BLUE,
    GREY,
    SMALL,
    VERMILLION,
    amount,
    open_axes,
    percent,
    phrase,
    segment_name,
    whole,
    word,
)
from crmkit.plotting._finishing import finished, letters_across

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_tiers(
    tiers: Table,
    *,
    tier: str = "tier",
    currency: str | None = None,
    ax: Axes | None = None,
    language: Language | None = None,
    **style: Any,
) -> Axes:
    """Draw the table of `crmkit.pyramid.describe_tiers`: customers as a pyramid, their money as bars beside it.

    Few customers stand on top and many below; the bars of money beside them often stand on their head.

    Parameters
    ----------
    tiers : table, n_tiers rows
        A table with the tiers, `customers`, `customer_share`, `value` and `value_share`, of any supported kind, best
        tier first. A tier whose money is below zero has no bar on the right, only its number.
    tier : str, default "tier"
        Column of the tiers. Keys that crmkit knows are shown as their labels, others as they are.
    currency : str, optional
        Sign or code of the money, such as "£" or "EUR"; by default it is called the currency of the data.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the pyramid, as `matplotlib.axes.Axes.barh` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: the first tier on top; each step of the pyramid as wide as its share of the customers, each bar
        beside it as long as its share of the money, both in per cent on one scale.

    Raises
    ------
    ColumnError
        A column is absent, not numeric, or has missing values.
    DataError
        The table has no rows.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> customers = crm.summarize(crm.datasets.load_ten_customers())
    >>> ax = crm.plotting.plot_tiers(crm.pyramid.describe_tiers(crm.pyramid.assign_tiers(customers)))
    >>> ax.get_title(), [round(bar.get_width()) for bar in ax.patches]
    ('10% of customers bring 50% of the money', [10, 10, 30, 50, 50, 30, 12, 8])
    """
    columns = ["customers", "customer_share", "value", "value_share"]
    hint = "Build it with crmkit.pyramid.describe_tiers(tiers)."
    table = _frame.open_table(tiers, numbers=columns, keys=[tier], hint=hint)
    names = [str(name) for name in table.collect(table.frame.select(tier))[tier]]
    if not names:
        raise DataError("plotting_table_rows_nothing_draw", hint=hint)
    customers, customer_share, value, value_share = table.arrays(*columns)
    ax, spoken = open_axes(ax, language, height=1.5 + 0.55 * len(names), width=7.4)
    rows = np.arange(len(names))
    wide, far = 100 * customer_share, 100 * np.maximum(value_share, 0)
    half = max(float(wide.max()) / 2, 1.0)
    said = [amount(n, share, spoken) for n, share in zip(customers, customer_share, strict=True)]
    brought = [amount(n, share, spoken, currency=currency) for n, share in zip(value, value_share, strict=True)]
    room = _room([*said, *brought], 2 * half + float(far.max()), letters_across(ax, SMALL))
    begin = half + room  # where the bars of money begin, right of the widest label
    ax.barh(rows, wide, left=-wide / 2, height=0.94, **(dict(color=BLUE) | style))
    ax.barh(rows, far, left=begin, height=0.6, color=VERMILLION)
    for row in range(len(names)):
        _beside(ax, row, wide[row] / 2, said[row])
        _beside(ax, row, begin + far[row], brought[row])
    for x, what, ha in ((0.0, "customers", "center"), (begin, "money", "left")):
        ax.annotate(word(what, spoken), (x, -0.55), (0, 3), textcoords="offset points", ha=ha, va="bottom", size=SMALL,
                    color=GREY)  # fmt: skip
    ax.set_yticks(rows, [segment_name(name, spoken) for name in names])
    ax.set_ylim(len(names) - 0.5, -0.95)
    ax.set_xlim(-half, begin + float(far.max()) + room)
    ax.set_xticks([])
    ax.set_xlabel(word("plot_both_shares", spoken), size=SMALL, color=GREY)
    ax.spines[:].set_visible(False)
    ax.tick_params(axis="y", length=0)
    shares = {"customers": whole(customer_share[0]), "money": whole(value_share[0])}
    return finished(ax, spoken, title=phrase("title_tiers", spoken, **shares))


def _room(said: list[str], drawn: float, across: int) -> float:
    """What the widest label takes beside bars that are `drawn` long in all, where two such labels stand on a line."""
    share = min((max(map(labels.width, said)) + 3) / max(across, 1), 0.35)
    return drawn * share / (1 - 2 * share)


def _beside(ax: Axes, row: int, end: float, said: str) -> None:
    ax.annotate(said, (end, row), (4, 0), textcoords="offset points", ha="left", va="center", size=SMALL)


def plot_lorenz(concentration: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any) -> Axes:
    """Draw the result of `crmkit.pyramid.concentration`: the Lorenz curve, with the 80/20 rule read off.

    Two points are read off the curve: what the top 20 % of customers hold (ring), and how many of the top customers
    hold 80 % (square). The nearer the curve to the diagonal, the more alike the customers.

    Parameters
    ----------
    concentration : crmkit.pyramid.Concentration
        The measured concentration.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the curve, as `matplotlib.axes.Axes.plot` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, both in per cent: customers from those with the least money up, and the money they hold together.

    Raises
    ------
    ArgumentError
        `concentration` is something else, such as the table of customers.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> customers = crm.summarize(crm.datasets.load_ten_customers())
    >>> ax = crm.plotting.plot_lorenz(crm.pyramid.concentration(customers))
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['top 20% of customers: 80.0% of money', '80% of money: top 20.0% of customers', 'Gini coefficient 0.668']
    """
    if not hasattr(concentration, "curve"):
        raise ArgumentError("plotting_measured_concentration_draw_crmkit", name=type(concentration).__name__)
    curve = _frame.open_table(concentration.curve, numbers=["customer_share", "value_share"])
    people, money = (100 * shares for shares in curve.arrays("customer_share", "value_share"))
    ax, spoken = open_axes(ax, language, height=5.4, width=5.6)
    ax.plot([0, 100], [0, 100], color=GREY, linewidth=1)
    between = ax.fill_between(people, people, money, color=BLUE, alpha=0.12, linewidth=0)
    look: dict[str, Any] = dict(color=BLUE, linewidth=2) | style
    ax.plot(people, money, **look)
    top_holds = concentration.top_share(0.2)
    for_eighty = concentration.customers_for(0.8) / concentration.customers
    # Of few customers 20 % is no whole number, so both points are drawn where whole customers stand on the curve.
    ring = _read_off(ax, 100 * (1 - _whole(concentration, 0.2)), 100 * (1 - top_holds), marker="o", size=11)
    square = _read_off(ax, 100 * (1 - for_eighty), 100 * (1 - concentration.top_share(for_eighty)), marker="s", size=5)
    ring.set_label(phrase("plot_top_holds", spoken, customers=percent(0.2, 0), money=percent(top_holds)))
    square.set_label(phrase("plot_top_needed", spoken, customers=percent(for_eighty), money=percent(0.8, 0)))
    between.set_label(phrase("plot_gini", spoken, gini=f"{concentration.gini:.3f}"))
    ax.text(30, 32, word("plot_equal", spoken), rotation=45, rotation_mode="anchor", transform_rotates_text=True,
            ha="center", size=SMALL, color=GREY)  # fmt: skip
    lowest = float(np.min(money))
    ax.set(xlim=(0, 100), ylim=(min(0, 1.05 * lowest), 100), aspect="equal" if lowest >= 0 else "auto")
    ax.set_xlabel(word("plot_customers_from_least", spoken))
    ax.set_ylabel(word("plot_cumulative_money", spoken))
    title = phrase("title_lorenz", spoken, customers=whole(0.2), money=whole(top_holds))
    return finished(ax, spoken, title=title, legend=[ring, square, between])


def _whole(concentration: Any, top: float) -> float:
    """The share of customers that the table `top` counted for the share asked for: the next whole customer."""
    table = _frame.open_table(concentration.top, numbers=["customer_share", "customers"])
    asked, customers = table.arrays("customer_share", "customers")
    return float(customers[np.isclose(asked, top)][0]) / float(concentration.customers)


def _read_off(ax: Axes, customers: float, money: float, *, marker: str, size: float) -> Any:
    """A point on the curve, with lines to both axes; the ring stays visible around a square in the same place."""
    ax.plot([customers, customers, 0], [0, money, money], color=GREY, linewidth=0.8, linestyle=":")
    (point,) = ax.plot([customers], [money], marker, color=VERMILLION, markersize=size, markeredgewidth=1.5,
            fillstyle="none" if marker == "o" else "full", clip_on=False, zorder=3)  # fmt: skip
    return point
