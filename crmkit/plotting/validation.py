"""Pictures of trials: what segments went on to do, whom they reach, and how steady they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from crmkit import _checks, _frame
from crmkit._types import Array
from crmkit.errors import ArgumentError, Words
from crmkit.labels import Language
from crmkit.plotting import _fonts
from crmkit.plotting._axes import BLUE, GREY, SMALL, VERMILLION, open_axes, percent, phrase, segment_name, short, word
from crmkit.plotting._definitions import small_print
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
        Language of the labels, by default English.

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
    return _rates(result, ax, language) if show == "rates" else _curves(result, show, ax, language)


def _rates(result: Any, ax: Axes | None, language: Language | None) -> Axes:
    found = _columns(result.pooled, ["customers", "rebuy_rate", "rate_low", "rate_high"])
    names, overall = found["segment"][:-1], float(found["rebuy_rate"][-1])
    ax, spoken = open_axes(ax, language, height=2.4 + 0.42 * len(names), width=7.4)
    rows, rates = np.arange(len(names)), 100 * found["rebuy_rate"][:-1]
    ends = 100 * np.array([found["rate_low"][:-1], found["rate_high"][:-1]])
    ax.barh(rows, rates, height=0.7, color=BLUE, alpha=0.75)
    # Of several origins the interval is that of one, so it holds the rate.
    ax.errorbar(rates, rows, xerr=np.abs(ends - rates), fmt="none", ecolor="black", elinewidth=1, capsize=3)
    for row, end in zip(rows, ends[1], strict=True):
        n = short(float(found["customers"][row]), spoken)
        said = phrase("plot_rate_of", spoken, share=percent(found["rebuy_rate"][row]), customers=n)
        ax.annotate(said, (end, row), (5, 0), textcoords="offset points", va="center", size=SMALL,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})  # fmt: skip
    ax.axvline(100 * overall, color=VERMILLION, linewidth=1.2, linestyle="--", zorder=2.5)
    ax.annotate(phrase("plot_all_rate", spoken, share=percent(overall)), (100 * overall, 1), (3, 2), color=VERMILLION,
                xycoords=("data", "axes fraction"), textcoords="offset points", size=SMALL)  # fmt: skip
    _name_rows(ax, [segment_name(name, spoken, result.own_labels) for name in names])
    _reach(ax, 1.32 * float(ends.max()))
    ax.set_xlabel(phrase("plot_rebuy_rate", spoken, days=str(result.horizon), level=result.definition.values["level"]))
    small_print(ax, result.definition, spoken)
    _fonts.apply(ax, spoken)
    return ax


def _curves(result: Any, show: str, ax: Axes | None, language: Language | None) -> Axes:
    what = "rebuyers" if show == "gain" else "revenue"
    found = _columns(result.lift, ["customer_share", *(f"{prefix}{what}" for prefix, *_ in _CURVES)])
    ax, spoken = open_axes(ax, language, height=5.2, width=6.0)
    people = np.append(0, 100 * found["customer_share"])
    everyone = float(found[what][-1])
    for prefix, label, colour, style, marker in _CURVES:
        reached = np.append(0, 100 * found[f"{prefix}{what}"] / everyone) if everyone else np.zeros(len(people))
        ax.plot(people, reached, style, color=colour, marker=marker, markersize=4, label=word(label, spoken))
    legend = ax.legend(frameon=False, loc="lower right", fontsize=SMALL)
    ax.set(xlim=(0, 100), ylim=(0, 103), yticks=range(0, 101, 20))
    ax.set_xlabel(word("plot_contacted", spoken))
    reached_key = "plot_rebuyers_reached" if show == "gain" else "plot_revenue_reached"
    ax.set_ylabel(phrase(reached_key, spoken, days=str(result.horizon)))
    ax.spines[["top", "right"]].set_visible(False)
    _fonts.apply(ax, spoken)
    _same_font(ax, legend.get_texts())
    return ax


def plot_sensitivity(
    result: Any,
    *,
    show: Literal["choices", "segments"] = "choices",
    ax: Axes | None = None,
    language: Language | None = None,
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
        Language of the labels, by default English.

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
    longest = _paired_bars(ax, found, pairs, spoken)
    if show == "choices":
        _name_rows(ax, _run_names(found, spoken))
    else:
        _name_rows(ax, [segment_name(name, spoken, result.own_labels) for name in found["segment"]])
    _reach(ax, 1.15 * longest)
    ax.set_xlabel(word("plot_changed" if show == "choices" else "plot_steadiness", spoken))
    legend = ax.legend(frameon=False, fontsize=SMALL, ncols=2, loc="lower right", bbox_to_anchor=(1, 1))
    grade = phrase("plot_named_number", spoken, what=word("grade", spoken), amount=result.grade)
    ax.annotate(grade, (0, 1), (0, 6), xycoords="axes fraction", textcoords="offset points")
    _fonts.apply(ax, spoken)
    _same_font(ax, legend.get_texts())
    return ax


def _paired_bars(ax: Axes, found: dict[str, Array], pairs: Sequence[tuple[str, str]], spoken: Language) -> float:
    """Two bars in every row, each with its number; the end of the longest."""
    longest = 0.0
    for (name, label), colour, offset in zip(pairs, (BLUE, VERMILLION), (-0.2, 0.2), strict=True):
        ends = 100 * np.nan_to_num(found[name].astype(float))
        rows = np.arange(len(ends)) + offset
        if not np.isnan(found[name].astype(float)).all():
            ax.barh(rows, ends, height=0.38, color=colour, label=word(label, spoken))
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
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(axis="y", length=0)


def _columns(result_table: Any, needed: Sequence[str]) -> dict[str, Array]:
    table = _frame.open_table(result_table)
    found = table.collect(table.frame)
    return {name: np.asarray(values, dtype=float) if name in needed else values for name, values in found.items()}


def _same_font(ax: Axes, texts: Sequence[Any]) -> None:
    """Texts of a legend in the fonts of the axis label, which may stand behind each other for Chinese."""
    for text in texts:
        text.set_fontfamily(ax.xaxis.label.get_fontfamily())


def _not_that(found: Any, what: str, call: str) -> ArgumentError:
    return ArgumentError("plotting_result_draw_crmkit_plotting", name=type(found).__name__, what=Words(what), call=call)
