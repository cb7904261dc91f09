"""Pictures of trials: what segments went on to do, whom they reach, and how steady they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from crmkit import _checks, _frame
from crmkit._types import Array
from crmkit.errors import ArgumentError, Words
from crmkit.labels import Language
from crmkit.plotting._axes import (
    BLUE,
    GREY,
    SMALL,
    VERMILLION,
    open_axes,
    percent,
    phrase,
    plain,
    segment_name,
    short,
    whole,
    word,
)
from crmkit.plotting._finishing import finished
from crmkit.validation.reruns import worded

if TYPE_CHECKING:
    from matplotlib.axes import Axes


# Lines told apart by more than colour: whom segments reach, whom recency alone, whom chance.
_CURVES = (
    ("", "plot_by_segment", BLUE, "-", "o"),
    ("recency_", "plot_by_recency", VERMILLION, "--", "s"),
    ("random_", "plot_at_random", GREY, ":", ""),
)


def plot_backtest(
    result: Any,
    *,
    show: Literal["rates", "gain", "revenue"] = "rates",
    ax: Axes | None = None,
    language: Language | None = None,
    **style: Any,
) -> Axes:
    """Draw the result of `crmkit.backtest`: the rebuy rate of each segment, or whom the segments reach in their order.

    Parameters
    ----------
    result : crmkit.validation.BackTest
        The back-test; of several origins, all together.
    show : {"rates", "gain", "revenue"}, default "rates"
        "rates": rebuy rate by segment with its interval, a line for all customers, and what is counted in small print.
        "gain": the share of rebuyers reached if the best segments are contacted first, beside sorting by recency alone
        and random choice; "revenue": the share of revenue.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the bars or lines, as `matplotlib.axes.Axes.barh` or `matplotlib.axes.Axes.plot` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, in per cent; the first segment to contact on top.

    Raises
    ------
    ArgumentError
        `result` is something else, or `show` is unknown.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_cdnow(sample=True))
    >>> ax = crm.plotting.plot_backtest(crm.backtest(tx, "eight", origins="1997-09-30"))
    >>> [text.get_text() for text in ax.texts[:2]]
    ['41.5% of 620', '9.4% of 96']
    """
    _checks.choice("show", show, ("rates", "gain", "revenue"))
    if not hasattr(result, "pooled"):
        raise _not_that(result, "a_backtest", "plot_backtest(crmkit.backtest(transactions))")
    if show == "rates":
        return _rates(result, ax, language, style)
    return _curves(result, show, ax, language, style)


def _rates(result: Any, ax: Axes | None, language: Language | None, style: dict[str, Any]) -> Axes:
    found = _columns(result.pooled, ["customers", "rebuy_rate", "rate_low", "rate_high"])
    names, overall = found["segment"][:-1], float(found["rebuy_rate"][-1])
    ax, spoken = open_axes(ax, language, height=2.4 + 0.42 * len(names), width=7.4)
    rows, rates = np.arange(len(names)), 100 * found["rebuy_rate"][:-1]
    ends = 100 * np.array([found["rate_low"][:-1], found["rate_high"][:-1]])
    look: dict[str, Any] = dict(color=BLUE, alpha=0.75) | style
    ax.barh(rows, rates, height=0.7, **look)
    # Of several origins the interval is that of one, so it holds the rate.
    ax.errorbar(rates, rows, xerr=np.abs(ends - rates), fmt="none", ecolor="black", elinewidth=1, capsize=3)
    for row, end in zip(rows, ends[1], strict=True):
        n = short(float(found["customers"][row]), spoken)
        beside = phrase("plot_rate_of", spoken, share=percent(found["rebuy_rate"][row]), customers=n)
        ax.annotate(beside, (end, row), (5, 0), textcoords="offset points", va="center", size=SMALL,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})  # fmt: skip
    ax.axvline(100 * overall, color=VERMILLION, linewidth=1.2, linestyle="--", zorder=2.5)
    _name_rows(ax, [segment_name(name, spoken, result.own_labels) for name in names])
    _reach(ax, 1.32 * float(ends.max()))
    ax.set_xlabel(phrase("plot_rebuy_rate", spoken, days=str(result.horizon), level=result.definition.values["level"]))
    best = int(np.nanargmax(rates))
    said = {"name": segment_name(names[best], spoken, result.own_labels), "share": percent(rates[best] / 100)}
    said |= {"all": percent(overall), "days": str(result.horizon)}
    notes = [phrase("plot_all_rate", spoken, share=percent(overall))]
    title = phrase("title_backtest", spoken, **said)
    return finished(ax, spoken, title=title, notes=notes, definition=result.definition)


def _curves(result: Any, show: str, ax: Axes | None, language: Language | None, style: dict[str, Any]) -> Axes:
    what = "rebuyers" if show == "gain" else "revenue"
    found = _columns(result.lift, ["customer_share", *(f"{prefix}{what}" for prefix, *_ in _CURVES)])
    ax, spoken = open_axes(ax, language, height=5.2, width=6.0)
    people = np.append(0, 100 * found["customer_share"])
    everyone = float(found[what][-1])
    lines, at = [], int(np.argmin(np.abs(people - 20)))
    shares = {"top": whole(people[at] / 100)}
    for (prefix, label, colour, dashes, marker), name in zip(_CURVES, ("segments", "recency", "random"), strict=True):
        reached = np.append(0, 100 * found[f"{prefix}{what}"] / everyone) if everyone else np.zeros(len(people))
        look: dict[str, Any] = dict(color=colour, linestyle=dashes, marker=marker, markersize=4) | style
        lines += ax.plot(people, reached, label=word(label, spoken), **look)
        shares[name] = whole(reached[at] / 100)
    ax.set(xlim=(0, 100), ylim=(0, 103), yticks=range(0, 101, 20))
    ax.set_xlabel(word("plot_contacted", spoken))
    reached_key = "plot_rebuyers_reached" if show == "gain" else "plot_revenue_reached"
    ax.set_ylabel(phrase(reached_key, spoken, days=str(result.horizon)))
    title = phrase("title_reached" if show == "gain" else "title_reached_revenue", spoken, **shares)
    return finished(ax, spoken, title=title if everyone else "", legend=lines)


def plot_sensitivity(
    result: Any,
    *,
    show: Literal["choices", "segments"] = "choices",
    ax: Axes | None = None,
    language: Language | None = None,
    **style: Any,
) -> Axes:
    """Draw the result of `crmkit.sensitivity`: who changes segment by each choice, or how steady each segment is.

    Parameters
    ----------
    result : crmkit.validation.Sensitivity
        The sensitivity.
    show : {"choices", "segments"}, default "choices"
        "choices": a row per re-run, with the shares of customers and of money in another segment than in the base
        run. "segments": a row per segment, with the mean steadiness of its customers.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the bars, as `matplotlib.axes.Axes.barh` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, in per cent; the grade stands above.

    Raises
    ------
    ArgumentError
        `result` is something else, or `show` is unknown.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_cdnow(sample=True))
    >>> ax = crm.plotting.plot_sensitivity(crm.sensitivity(tx, "eight", windows=(None,), shifts=(28,)))
    >>> [tick.get_text() for tick in ax.get_yticklabels()][:3]
    ['rule for ties: better', 'rule for ties: worse', 'number of levels: 3']
    """
    _checks.choice("show", show, ("choices", "segments"))
    if not hasattr(result, "shakiest"):
        raise _not_that(result, "a_sensitivity", "plot_sensitivity(crmkit.sensitivity(transactions))")
    if show == "choices":
        found = _columns(result.choices, ["changed_share", "money_changed_share"])
        pairs = (("changed_share", "plot_of_customers"), ("money_changed_share", "plot_of_money"))
    else:
        found = _columns(result.segments, ["steadiness_choices", "steadiness_time"])
        pairs = (("steadiness_choices", "plot_other_choices"), ("steadiness_time", "plot_earlier_days"))
    n = len(next(iter(found.values())))
    ax, spoken = open_axes(ax, language, height=1.6 + 0.55 * n, width=7.4)
    longest = _paired_bars(ax, found, pairs, spoken, style)
    if show == "choices":
        _name_rows(ax, _run_names(found, spoken))
    else:
        _name_rows(ax, [segment_name(name, spoken, result.own_labels) for name in found["segment"]])
    _reach(ax, 1.15 * longest)
    ax.set_xlabel(word("plot_changed" if show == "choices" else "plot_steadiness", spoken))
    worst = 100 * found[pairs[0][0]].astype(float)
    at = int(np.nanargmax(worst) if show == "choices" else np.nanargmin(worst))
    name = "" if show == "choices" else segment_name(found["segment"][at], spoken, result.own_labels)
    said = {"grade": plain(result.grade), "share": percent(worst[at] / 100), "name": name}
    title = phrase(f"title_sensitivity_{show}", spoken, **said)
    return finished(ax, spoken, title=title, legend=ax.get_legend_handles_labels()[0])


def _paired_bars(
    ax: Axes, found: dict[str, Array], pairs: Sequence[tuple[str, str]], spoken: Language, style: dict[str, Any]
) -> float:
    """Two bars in every row, each with its number; the end of the longest."""
    longest = 0.0
    for (name, label), colour, offset in zip(pairs, (BLUE, VERMILLION), (-0.2, 0.2), strict=True):
        ends = 100 * np.nan_to_num(found[name].astype(float))
        rows = np.arange(len(ends)) + offset
        if not np.isnan(found[name].astype(float)).all():
            ax.barh(rows, ends, height=0.38, label=word(label, spoken), **(dict(color=colour) | style))
        for row, end, share in zip(rows, ends, found[name].astype(float), strict=True):
            if not np.isnan(share):
                ax.annotate(percent(share), (end, row), (4, 0), textcoords="offset points", va="center", size=SMALL)
        longest = max(longest, float(ends.max()))
    return longest


def _run_names(found: dict[str, Array], spoken: Language) -> list[str]:
    """What each re-run changed, such as "ties: better"."""
    pairs = [(str(choice), str(setting)) for choice, setting in zip(found["choice"], found["setting"], strict=True)]
    return [
        phrase(
            "plot_named_number",
            spoken,
            what=word(f"sensitivity_{choice}", spoken),
            amount=worded(choice, setting, spoken),
        )
        for choice, setting in pairs
    ]


def _reach(ax: Axes, end: float) -> None:
    """An axis of per cent with room for what is written beside the bars; there is nothing beyond 100 to be read."""
    ax.set_xlim(0, max(end, 1))
    ax.set_xticks([tick for tick in ax.get_xticks() if tick <= min(max(end, 1), 100)])


def _name_rows(ax: Axes, names: Sequence[str]) -> None:
    """One row each, the first on top; names as matplotlib takes them."""
    ax.set_yticks(np.arange(len(names)), names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)


def _columns(result_table: Any, needed: Sequence[str]) -> dict[str, Array]:
    table = _frame.open_table(result_table)
    found = table.collect(table.frame)
    return {name: np.asarray(values, dtype=float) if name in needed else values for name, values in found.items()}


def _not_that(found: Any, what: str, call: str) -> ArgumentError:
    return ArgumentError("plotting_result_draw_crmkit_plotting", name=type(found).__name__, what=Words(what), call=call)
