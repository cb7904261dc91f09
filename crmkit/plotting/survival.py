"""Pictures of survival, gaps and definitions of loss; who is not back yet is never drawn as lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit import _checks
from crmkit._types import Array, Duration
from crmkit.labels import Language
from crmkit.plotting._axes import (
    BLUE,
    GREY,
    ON_PAPER,
    SMALL,
    VERMILLION,
    group_name,
    open_axes,
    percent,
    phrase,
    plain,
    short,
    whole,
    word,
)
from crmkit.plotting._finishing import finished, fitting
from crmkit.plotting._lines import LINES, ORANGE, chosen, columns_of, label_upwards, strip_below

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_NAIVE = 0.8  # the percentile of the gaps that ended, which is so often taken for a limit
_LEAST_P = 0.001


def plot_survival(
    survival: Any,
    *,
    groups: Sequence[Any] | None = None,
    ax: Axes | None = None,
    language: Language | None = None,
    **style: Any,
) -> Axes:
    """Draw the result of `crmkit.survival.curves` or `kaplan_meier`: who is still there, with those at risk below.

    Parameters
    ----------
    survival : crmkit.survival.Survival
        Curves of one group or several.
    groups : sequence, optional
        Which groups to draw, at most six; by default all.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the curves, as `matplotlib.axes.Axes.step` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: time to the right, per cent still there upwards, in steps with a band for the interval. Under the
        axis, customers still at risk at each tick: where they are few, the curve says little. The definition
        is in small print below; of several groups so is the log-rank test of all of them.

    Raises
    ------
    ArgumentError
        `survival` is something else, a group is not there, or there are more groups than can be told apart.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> stays = crm.survival.curve(crm.datasets.load_ten_customers(), inactive="60D")
    >>> ax = crm.plotting.plot_survival(stays)
    >>> ax.get_xlabel()
    'days since the first purchase'
    """
    call = "crmkit.plotting.plot_survival(crmkit.survival.curves(transactions))"
    found = columns_of(survival, "table", "survival_low", call, order=["group", "time"])
    rows_of = chosen(found["group"], groups)
    ax, spoken = open_axes(ax, language, height=5.4 + 0.17 * len(rows_of), width=7.4)
    for (colour, _, dashes), (name, rows) in zip(LINES, rows_of.items(), strict=False):
        time, *shares = (found[column][rows].astype(float) for column in ("time", "survival", "survival_low",
                                                                          "survival_high"))  # fmt: skip
        share, low, high = (100 * values for values in shares)
        ax.fill_between(time, low, high, step="post", color=colour, alpha=0.18, linewidth=0)
        look: dict[str, Any] = dict(color=colour, linestyle=dashes, linewidth=1.8) | style
        ax.step(time, share, where="post", label=group_name(name, spoken), **look)
    ax.set_ylim(0, 102)
    _shade_before_first_loss(ax, found, spoken)
    ax.set_xlim(0, max(float(found["time"][rows][-1]) for rows in rows_of.values()) or 1.0)
    said = survival.definition
    label_upwards(ax, phrase("plot_rate", spoken, what=word(said.measure, spoken), level=said.values["level"]))
    ax.set_xlabel(_time_label(survival.definition, spoken))
    _strip_of_those_at_risk(ax, survival, list(rows_of), spoken)
    several = len(rows_of) > 1
    legend, notes = (ax.get_lines(), _log_rank(survival.log_rank, spoken)) if several else ((), [])
    title = _last_seen(found, rows_of, spoken)
    return finished(ax, spoken, title=title, legend=legend, notes=notes, definition=survival.definition)


def _last_seen(found: Mapping[str, Array], rows_of: Mapping[Any, Array], spoken: Language) -> str:
    """Who is still there at the end; of several groups the best and the worst at the last day that all are seen."""
    last = min(float(found["time"][rows][-1]) for rows in rows_of.values())
    there = {}
    for name, rows in rows_of.items():
        at = int(np.searchsorted(found["time"][rows].astype(float), last, side="right")) - 1
        there[group_name(name, spoken)] = float(found["survival"][rows][at])
    best, worst = (pick(there, key=lambda name: there[name]) for pick in (max, min))
    said = {"time": f"{last:,.0f}", "best": best, "worst": worst}
    said |= {"share": whole(there[best]), "least": whole(there[worst])}
    return phrase("title_survival" if len(there) == 1 else "title_survival_groups", spoken, **said)


def _shade_before_first_loss(ax: Axes, found: Mapping[str, Array], spoken: Language) -> None:
    """The time before anybody can be lost: a rule of so many quiet days makes a cliff at its end, which is no event."""
    losses = found["time"][found["n_events"] > 0]
    first = float(losses.min()) if len(losses) else 0.0
    if first < 0.1 * float(found["time"].max()):
        return
    ax.axvspan(0, first, color=GREY, alpha=0.12, linewidth=0)
    ax.annotate(word("plot_none_can_be_lost", spoken), (0, 0), (6, 6), textcoords="offset points", size=SMALL,
                color=GREY, va="bottom")  # fmt: skip


def plot_gap_curve(
    gaps: Any, *, mark: Duration | None = None, ax: Axes | None = None, language: Language | None = None, **style: Any
) -> Axes:
    """Draw the result of `crmkit.survival.inactivity_threshold`: how soon purchases are followed by another one.

    The dashed curve leaves out the gaps that are still open, as a percentile of gaps does, and so always ends at 100 %.

    Parameters
    ----------
    gaps : crmkit.survival.Gaps
        The gap curve.
    mark : duration, optional
        Where both curves are read off. Default: where the dashed one reaches 80 %, the percentile that is often taken
        for "80 % come back".
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the curves, as `matplotlib.axes.Axes.step` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: days since a purchase to the right, per cent followed by another one upwards, with the interval,
        the limit and the plateau; the definition in small print below.

    Raises
    ------
    ArgumentError
        `gaps` is something else, or `mark` is no duration.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> gaps = crm.survival.inactivity_threshold(crm.datasets.load_cdnow())
    >>> ax = crm.plotting.plot_gap_curve(gaps, mark="174D")
    >>> [text.get_text() for text in ax.texts if text.get_text().startswith(("within 174", "59"))]
    ['within 174 days', '59% of all purchases']
    """
    call = "crmkit.plotting.plot_gap_curve(crmkit.survival.inactivity_threshold(transactions))"
    found = columns_of(gaps, "table", "closed_share", call, order=["days"])
    days = found["days"].astype(float)
    naive = int(np.argmax(found["closed_share"] >= _NAIVE - 1e-12))
    at = float(days[naive]) if mark is None else _checks.days_of(mark, "mark")
    ax, spoken = open_axes(ax, language, height=5.6, width=7.4)
    names = ("returned_low", "returned_share", "returned_high", "closed_share")
    low, share, high, closed = (100 * _from_zero(found[name]) for name in names)
    time = np.r_[0.0, days]
    ax.fill_between(time, low, high, step="post", color=BLUE, alpha=0.18, linewidth=0)
    own: dict[str, Any] = {"color": BLUE, "linewidth": 1.8}
    usual: dict[str, Any] = {"color": VERMILLION, "linewidth": 1.6, "linestyle": "--"}
    for values, label, look in ((share, "plot_gap_all", own), (closed, "plot_gap_closed", usual)):
        ax.step(time, values, where="post", label=word(label, spoken), **(look | style))
    lines = [*ax.get_lines(), _plateau(ax, 100 * gaps.plateau, spoken), *_limit(ax, gaps, spoken)]
    ax.set_xlim(0, days[-1])
    ax.set_ylim(0, 102)
    _read_off(ax, at, {"plot_of_closed": (time, closed, VERMILLION), "plot_of_all": (time, share, BLUE)}, spoken)
    ax.set_xlabel(word("plot_days_since_purchase", spoken))
    level = gaps.definition.values["level"]
    label_upwards(ax, phrase("plot_rate", spoken, what=word("returned_share", spoken), level=level))
    known = {"share": whole(gaps.plateau), "days": "" if gaps.limit is None else f"{gaps.limit:,}"}
    title = phrase("title_gaps" if gaps.limit is not None else "title_gaps_open", spoken, **known)
    return finished(ax, spoken, title=title, legend=lines, definition=gaps.definition)


def plot_return_hazard(
    gaps: Any, *, days: int = 7, ax: Axes | None = None, language: Language | None = None, **style: Any
) -> Axes:
    """Draw from `crmkit.survival.inactivity_threshold` how likely who is quiet so long is to buy in the next days.

    Parameters
    ----------
    gaps : crmkit.survival.Gaps
        The gap curve of all purchases.
    days : int, default 7
        Over how many days chances are added up.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the bars, as `matplotlib.axes.Axes.bar` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: days of silence to the right; upwards, in per cent, those who buy within the next `days` of all who
        were quiet until then and are still seen.

    Raises
    ------
    ArgumentError
        `gaps` is something else, or `days` is no whole number above 0.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> gaps = crm.survival.inactivity_threshold(crm.datasets.load_cdnow())
    >>> ax = crm.plotting.plot_return_hazard(gaps, days=30)
    >>> round(float(ax.patches[0].get_height()), 1)  # per cent
    30.9
    """
    call = "crmkit.plotting.plot_return_hazard(crmkit.survival.inactivity_threshold(transactions))"
    found = columns_of(gaps, "table", "closed_share", call, order=["days"])
    step = _checks.count("days", days)
    ax, spoken = open_axes(ax, language, height=4.2)
    silence = found["days"].astype(int)
    with np.errstate(divide="ignore", invalid="ignore"):
        stays = np.log1p(-np.minimum(found["returned"] / found["at_risk"].astype(float), 1 - 1e-12))
    n = int(silence.max()) // step
    chance = np.array(
        [1 - np.exp(np.nansum(stays[(silence > k * step) & (silence <= (k + 1) * step)])) for k in range(n)]
    )
    left = step * np.arange(n)
    ax.bar(left, 100 * chance, width=0.9 * step, align="edge", **(dict(color=BLUE) | style))
    ax.set_xlim(0, max(step * n, step))
    ax.set_xlabel(word("plot_days_of_silence", spoken))
    label_upwards(ax, phrase("plot_hazard", spoken, days=f"{step:,}"))
    title = ""
    if n > 1:
        at = min(n - 1, max(60 // step, 1))
        values = {"first": whole(float(chance[0])), "later": whole(float(chance[at])), "days": f"{left[at]:,}"}
        title = phrase("title_hazard", spoken, step=f"{step:,}", **values)
    return finished(ax, spoken, title=title)


def plot_lost_rules(tried: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any) -> Axes:
    """Draw the result of `crmkit.survival.compare_lost_rules`: whom each rule calls lost, and who came back.

    Parameters
    ----------
    tried : crmkit.survival.LostRules
        Rules, tried at a past day.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the bars, as `matplotlib.axes.Axes.barh` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a bar of all customers per rule, from the left those called lost who stayed silent, those called lost
        who came back (called too early), those not called lost who stayed silent (too late), and those who bought. In
        words: the share called lost, and how many of them came back.

    Raises
    ------
    ArgumentError
        `tried` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> rules = [{"inactive": "90D"}, {"inactive": "180D"}]
    >>> tried = crm.survival.compare_lost_rules(crm.datasets.load_cdnow(), rules=rules)
    >>> ax = crm.plotting.plot_lost_rules(tried)
    >>> ax.texts[0].get_text()
    '90 days without a purchase: 82.3% lost, of whom 14.7% came back'
    """
    call = "crmkit.plotting.plot_lost_rules(crmkit.survival.compare_lost_rules(transactions))"
    own = columns_of(tried, "table", "kept_silent", call, order=[])
    n = len(own["rule"])
    ax, spoken = open_axes(ax, language, height=2.4 + 0.62 * n, width=7.4)
    foot = np.zeros(n)
    bars = []
    for key, colour, hatch, width in _parts(own):
        look: dict[str, Any] = dict(color=colour, hatch=hatch, edgecolor="white", linewidth=0.8) | style
        bars.append(ax.barh(np.arange(n), width, 0.5, foot, label=word(key, spoken), **look))
        foot = foot + width
    said = [_verdict(own, row, spoken) for row in range(n)]
    size = fitting(ax, said, SMALL)
    for row, text in enumerate(said):
        ax.annotate(text, (0, row - 0.25), (3, 2), textcoords="offset points", va="bottom", size=size)
    ax.set_yticks([])
    ax.set_ylim(n - 0.5, -0.75)
    ax.set_xlim(0, 100)
    ax.set_xlabel(word("plot_share_of_customers", spoken))
    back = np.where(own["lost"].astype(float) > 0, own["came_back_share"].astype(float), np.inf)
    title = ""
    if np.isfinite(back).any():
        best = int(np.argmin(back))
        told = {"rule": _rule(own, best, spoken), "back": percent(float(back[best]))}
        title = phrase("title_lost_rules", spoken, **told)
    return finished(ax, spoken, title=title, legend=bars, definition=tried.definition)


# --- survival -------------------------------------------------------------------------------------------------------


def _time_label(definition: Any, spoken: Language) -> str:
    if definition.measure == "survival":
        return word("plot_days_since_first", spoken)
    return phrase("plot_time_of_column", spoken, column=plain(definition.values["time"]))


def _strip_of_those_at_risk(ax: Axes, survival: Any, groups: Sequence[Any], spoken: Language) -> None:
    from matplotlib.ticker import MaxNLocator

    last = ax.get_xlim()[1]
    ticks = [float(tick) for tick in MaxNLocator(nbins=7).tick_values(0, last) if 0 <= tick <= last]
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    found = columns_of(_AtTimes(survival.at(ticks)), "table", "n_at_risk", "", order=["group", "time"])
    counts = {group_name(name, spoken): found["n_at_risk"][found["group"] == name].tolist() for name in groups}
    strip_below(ax, ticks, counts, "plot_at_risk", spoken)


class _AtTimes:
    """A table as a result of one part."""

    def __init__(self, table: Any) -> None:
        self.table = table


def _log_rank(test: Any, spoken: Language) -> list[str]:
    """The test of all groups in words."""
    if test is None:
        return []
    p = f"p < {_LEAST_P}" if test.p_value < _LEAST_P else f"p = {test.p_value:.3f}"
    return [phrase("plot_log_rank", spoken, p=p)]


# --- gaps -----------------------------------------------------------------------------------------------------------


def _from_zero(values: Array) -> Array:
    """A share by days as a curve that begins at day 0, where nobody has come back."""
    return np.concatenate([[0.0], values.astype(float)])


def _plateau(ax: Axes, height: float, spoken: Language) -> Any:
    """A line where the curve ends, as far as the data see; its words go into the legend, clear of both curves."""
    said = phrase("plot_gap_plateau", spoken, share=percent(height / 100, 0))
    return ax.axhline(height, color=GREY, linewidth=1, linestyle=":", label=said)


def _read_off(ax: Axes, at: float, curves: Mapping[str, tuple[Array, Array, str]], spoken: Language) -> None:
    """Both curves at the marked day, in words."""
    ax.axvline(at, color=GREY, linewidth=0.8)
    ax.annotate(phrase("plot_within_days", spoken, days=short(at, spoken)), (at, 0), (4, 4),
                xycoords=ax.get_xaxis_transform(), textcoords="offset points", size=SMALL, color=GREY,
                bbox=ON_PAPER)  # fmt: skip
    for key, (time, share, colour) in curves.items():
        height = float(share[int(np.searchsorted(time, at, side="right")) - 1])
        ax.plot([at], [height], "o", color=colour, markersize=6, label=f"_{key}")
        ax.annotate(phrase(key, spoken, share=percent(height / 100, 0)), (at, height), (6, -6), va="top",
                    textcoords="offset points", size=SMALL, color=colour, bbox=ON_PAPER)  # fmt: skip


def _limit(ax: Axes, gaps: Any, spoken: Language) -> list[Any]:
    """The limit as a line, where there is one; its words go into the legend too."""
    if gaps.limit is None:
        return []
    said = phrase("plot_gap_limit", spoken, days=short(gaps.limit, spoken), share=str(gaps.definition.values["share"]))
    return [ax.axvline(gaps.limit, color="black", linewidth=1, linestyle=":", label=said)]


# --- definitions ----------------------------------------------------------------------------------------------------


def _parts(own: Mapping[str, Array]) -> list[tuple[str, str, str | None, Array]]:
    """Label, colour, hatch and width (per cent of the customers) of each part of a bar, from the left."""
    n, lost, back, silent = (own[name].astype(float) for name in ("customers", "lost", "came_back", "kept_silent"))
    parts = {
        "plot_lost_silent": (GREY, None, lost - back),
        "plot_lost_back": (VERMILLION, "///", back),
        "plot_not_lost_silent": (ORANGE, "...", silent),
        "plot_not_lost_bought": (BLUE, None, n - lost - silent),
    }
    return [(key, colour, hatch, 100 * count / n) for key, (colour, hatch, count) in parts.items()]


def _verdict(own: Mapping[str, Array], row: int, spoken: Language) -> str:
    """A rule, the share that it calls lost, and how many of these came back."""
    rule, lost = _rule(own, row, spoken), percent(float(own["lost_share"][row]))
    if not own["lost"][row]:
        return phrase("plot_rule_lost", spoken, rule=rule, lost=lost)
    return phrase("plot_rule_lost_and_back", spoken, rule=rule, lost=lost,
                  back=percent(float(own["came_back_share"][row])))  # fmt: skip


def _rule(own: Mapping[str, Array], row: int, spoken: Language) -> str:
    """A rule with its setting, in words."""
    rule, setting = str(own["rule"][row]), str(own["setting"][row])
    if rule == "inactive":
        setting = f"{float(own['limit_days'][row]):g}"
    if rule == "returning":
        setting = f"{100 * float(setting):g}"
    return phrase(f"lost_by_{rule}", spoken, setting=setting)
