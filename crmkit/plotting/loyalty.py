"""Pictures of satisfaction and loyalty: scores with intervals, drivers, complaints, the loyalty matrix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crmkit import _checks, labels
from crmkit.labels import Language
from crmkit.plotting._axes import (
    BLUE,
    COLON,
    GREEN,
    GREY,
    SMALL,
    VERMILLION,
    amount,
    group_name,
    in_money,
    money,
    open_axes,
    percent,
    phrase,
    plain,
    segment_name,
    short,
    whole,
    word,
    words,
)
from crmkit.plotting._finishing import finished
from crmkit.plotting._lines import columns_of
from crmkit.plotting._rows import draw_intervals, draw_steps, hundred, named

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Columns = Mapping[str, NDArray[Any]]
_FLAGS = ("inertia", "price_bought", "locked_in", "trust")


def plot_nps(scores: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any) -> Axes:
    """Draw the result of `crmkit.loyalty.nps`: scores with their intervals, by group and period.

    Parameters
    ----------
    scores : crmkit.loyalty.NPS
        Net promoter scores.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the dots and intervals, as `matplotlib.axes.Axes.errorbar` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a line per group and period, the score from -100 to 100 to the right, respondents beside it.

    Raises
    ------
    ArgumentError
        `scores` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> survey = {"nps": [10] * 50 + [8] * 30 + [3] * 20, "shop": ["north", "south"] * 50}
    >>> ax = crm.plotting.plot_nps(crm.loyalty.nps(survey, by="shop"))
    >>> [tick.get_text() for tick in ax.get_yticklabels()]
    ['north', 'south']
    """
    call = "crmkit.plotting.plot_nps(crmkit.loyalty.nps(survey))"
    found = columns_of(scores, "table", "nps_low", call, order=["period", "group"])
    ax, spoken = open_axes(ax, language, height=2.4 + 0.45 * len(found["nps"]), width=7.0)
    beside = [phrase("plot_named_number", spoken, what=word("respondents", spoken), amount=short(float(n), spoken))
              for n in found["respondents"]]  # fmt: skip
    names, ends = _names(found, spoken), hundred(found, "nps", "nps_low", "nps_high")
    draw_intervals(ax, names, ends, [f"{score:+.1f}   {n}" for score, n in zip(ends[0], beside, strict=True)], style)
    ax.axvline(0, color=GREY, linewidth=1, linestyle=":")
    ax.set_xlim(-100, 100)
    ax.set_xlabel(word("plot_nps", spoken))
    best = int(np.nanargmax(ends[0]))
    key = "title_nps" if len(names) == 1 else "title_nps_best"
    title = phrase(key, spoken, name=names[best], score=f"{ends[0][best]:+.1f}")
    return finished(ax, spoken, title=title, definition=scores.definition)


def plot_nps_comparison(
    compared: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any
) -> Axes:
    """Draw the result of `crmkit.loyalty.compare_nps`: differences from the first group with their intervals.

    Parameters
    ----------
    compared : crmkit.loyalty.NPSComparison
        Scores compared.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the dots and intervals, as `matplotlib.axes.Axes.errorbar` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a line per group compared, the difference in points to the right; at 0 there is none.

    Raises
    ------
    ArgumentError
        `compared` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> survey = {"nps": [10] * 50 + [8] * 30 + [3] * 20, "shop": ["north", "south"] * 50}
    >>> ax = crm.plotting.plot_nps_comparison(crm.loyalty.compare_nps(survey, by="shop", baseline="north"))
    >>> [tick.get_text() for tick in ax.get_yticklabels()]
    ['south']
    """
    call = "crmkit.plotting.plot_nps_comparison(crmkit.loyalty.compare_nps(survey, by=...))"
    found = columns_of(compared, "table", "difference_low", call, order=[])
    known = np.isfinite(found["difference"].astype(float))
    others = {name: values[known] for name, values in found.items()}
    ax, spoken = open_axes(ax, language, height=2.4 + 0.5 * int(known.sum()), width=7.0)
    ends, names = hundred(others, "difference", "difference_low", "difference_high"), _names(others, spoken)
    p_values = others["p_adjusted"].astype(float)
    beside = [f"{by:+.1f}   {_p(p)}" for by, p in zip(ends[0], p_values, strict=True)]
    draw_intervals(ax, names, ends, beside, style)
    ax.axvline(0, color=GREY, linewidth=1, linestyle=":")
    first = next(str(found[key][~known][0]) for key in ("group", "period") if key in found)
    ax.set_xlabel(phrase("plot_nps_difference", spoken, baseline=plain(first)))
    widest = int(np.argmax(np.abs(ends[0])))
    said = {"name": names[widest], "baseline": plain(first), "points": f"{abs(ends[0][widest]):.1f}"}
    title = phrase("title_nps_above" if ends[0][widest] > 0 else "title_nps_below", spoken, **said)
    return finished(ax, spoken, title=title, definition=compared.definition)


def plot_csat(scores: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any) -> Axes:
    """Draw the result of `crmkit.loyalty.csat`: the share of satisfied respondents by item, with intervals.

    Parameters
    ----------
    scores : crmkit.loyalty.CSAT
        Top-box shares.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the dots and intervals, as `matplotlib.axes.Axes.errorbar` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a line per item and group, per cent to the right.

    Raises
    ------
    ArgumentError
        `scores` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> survey = {"staff": [5, 4, 2], "price": [1, 2, 5]}
    >>> ax = crm.plotting.plot_csat(crm.loyalty.csat(survey, items=["staff", "price"]))
    >>> [tick.get_text() for tick in ax.get_yticklabels()]
    ['staff', 'price']
    """
    call = "crmkit.plotting.plot_csat(crmkit.loyalty.csat(survey, items=[...]))"
    found = columns_of(scores, "table", "csat_low", call, order=[])
    ax, spoken = open_axes(ax, language, height=2.4 + 0.45 * len(found["csat"]), width=7.0)
    ends, names = hundred(found, "csat", "csat_low", "csat_high"), _names(found, spoken)
    counts = zip(ends[0], found["satisfied"], found["respondents"], strict=True)
    draw_intervals(ax, names, ends, [f"{rate:.1f}%   {int(k):,} / {int(n):,}" for rate, k, n in counts], style)
    ax.set_xlim(0, 100)
    ax.set_xlabel(word("plot_csat", spoken))
    best = int(np.nanargmax(ends[0]))
    key = "title_csat" if len(names) == 1 else "title_csat_best"
    title = phrase(key, spoken, name=names[best], share=percent(ends[0][best] / 100))
    return finished(ax, spoken, title=title, definition=scores.definition)


def plot_satisfaction(
    satisfaction: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any
) -> Axes:
    """Draw the result of `crmkit.loyalty.satisfaction`: from what was expected to what was got, by item.

    Parameters
    ----------
    satisfaction : crmkit.loyalty.Satisfaction
        Experience against expectation.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the lines, as `matplotlib.axes.Axes.plot` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a line per item from the mean expectation (ring) to the mean experience (dot), in units of the
        answers.

    Raises
    ------
    ArgumentError
        `satisfaction` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> found = crm.loyalty.satisfaction({"hoped": [5, 4], "got": [4, 4]}, expected="hoped", perceived="got")
    >>> [tick.get_text() for tick in crm.plotting.plot_satisfaction(found).get_yticklabels()]
    ['got']
    """
    call = "crmkit.plotting.plot_satisfaction(crmkit.loyalty.satisfaction(survey, ...))"
    found = columns_of(satisfaction, "items", "gap_low", call, order=[])
    hoped, got = (found[name].astype(float) for name in ("expected", "perceived"))
    ax, spoken = open_axes(ax, language, height=2.6 + 0.5 * len(got), width=7.0)
    gaps, ratios = got - hoped, found["ratio"].astype(float)
    beside = [phrase("plot_gap", spoken, gap=f"{gap:+.2f}", ratio=f"{ratio:.2f}")
              for gap, ratio in zip(gaps, ratios, strict=True)]  # fmt: skip
    colours = [GREEN if gap >= 0 else VERMILLION for gap in gaps]
    draw_steps(ax, named(found["item"]), (hoped, got), colours, beside, style)
    ax.set_xlabel(word("plot_expected_perceived", spoken))
    worst = int(np.nanargmin(gaps))
    said = {"name": plain(found["item"][worst]), "got": f"{got[worst]:.2f}", "hoped": f"{hoped[worst]:.2f}"}
    title = phrase("title_gap_short" if gaps[worst] < 0 else "title_gap_none", spoken, **said)
    return finished(ax, spoken, title=title, definition=satisfaction.definition)


def plot_satisfaction_drivers(
    drivers: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any
) -> Axes:
    """Draw the result of `crmkit.loyalty.drivers`: the map of importance and performance.

    Parameters
    ----------
    drivers : crmkit.loyalty.SatisfactionDrivers
        Items with derived importance and performance.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the points, as `matplotlib.axes.Axes.scatter` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: performance to the right, derived importance (per cent of R-squared) upwards; what to concentrate on
        is in the upper left.

    Raises
    ------
    ArgumentError
        `drivers` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> made = crm.datasets.make_survey(500, seed=1)
    >>> found = crm.loyalty.drivers(made.survey, items=["product", "delivery", "price"], overall="overall")
    >>> len(crm.plotting.plot_satisfaction_drivers(found).collections)
    1
    """
    call = "crmkit.plotting.plot_satisfaction_drivers(crmkit.loyalty.drivers(survey, ...))"
    found = columns_of(drivers, "table", "derived_importance", call, order=[])
    x, y = found["performance"].astype(float), 100 * found["derived_importance"].astype(float)
    ax, spoken = open_axes(ax, language, height=5.4, width=7.0)
    look: dict[str, Any] = dict(color=BLUE, s=45, zorder=3) | style
    ax.scatter(x, y, **look)
    for name, across, up in zip(found["item"], x, y, strict=True):
        ax.annotate(plain(name), (across, up), (7, 4), textcoords="offset points", size=SMALL)
    ax.axvline(x.mean(), color=GREY, linewidth=1, linestyle=":")
    ax.axhline(100 / len(x), color=GREY, linewidth=1, linestyle=":")
    ax.margins(x=0.25, y=0.2)
    for advice, (across, up, side, edge) in {
        "concentrate_here": (0.01, 0.99, "left", "top"), "keep_up": (0.99, 0.99, "right", "top"),
        "low_priority": (0.01, 0.01, "left", "bottom"), "possible_overkill": (0.99, 0.01, "right", "bottom"),
    }.items():  # fmt: skip
        ax.text(across, up, word(advice, spoken), transform=ax.transAxes, ha=side, va=edge, size=SMALL, color=GREY)
    ax.set_xlabel(word("performance", spoken))
    ax.set_ylabel(word("plot_derived_importance", spoken))
    most = int(np.argmax(y))
    title = phrase("title_driver", spoken, name=plain(found["item"][most]), share=whole(y[most] / 100))
    return finished(ax, spoken, title=title, definition=drivers.definition)


def plot_response_bias(bias: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any) -> Axes:
    """Draw the result of `crmkit.loyalty.response_bias`: who answered, by tier, with what they say and are worth.

    Parameters
    ----------
    bias : crmkit.loyalty.ResponseBias
        Response by tier.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the dots and intervals, as `matplotlib.axes.Axes.errorbar` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a line per tier, the response rate in per cent to the right, its score and share of money beside it.

    Raises
    ------
    ArgumentError
        `bias` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> made = crm.datasets.make_survey(500, seed=1)
    >>> ax = crm.plotting.plot_response_bias(crm.loyalty.response_bias(made.survey, made.customers))
    >>> [tick.get_text() for tick in ax.get_yticklabels()]
    ['Gold', 'Iron', 'Lead', 'Platinum']
    """
    call = "crmkit.plotting.plot_response_bias(crmkit.loyalty.response_bias(survey, customers))"
    found = columns_of(bias, "table", "response_low", call, order=["group"])
    ax, spoken = open_axes(ax, language, height=2.6 + 0.5 * len(found["group"]), width=7.6)
    names = [segment_name(name, spoken) for name in found["group"]]
    ends = hundred(found, "response_rate", "response_low", "response_high")
    scores = ["-" if not np.isfinite(score) else f"{100 * score:+.0f}" for score in found["nps"].astype(float)]
    beside = [f"{rate:.1f}%   " + phrase("plot_tier_says", spoken, nps=score, money=percent(float(part)))
              for rate, score, part in zip(ends[0], scores, found["value_share"], strict=True)]  # fmt: skip
    draw_intervals(ax, names, ends, beside, style, side="left")
    ax.set_xlim(0, max(100.0 * (ends[0].max() > 60), 1.6 * float(np.nanmax(ends[2]))))
    ax.set_xlabel(word("plot_response_rate", spoken))
    most, least = int(np.argmax(ends[0])), int(np.argmin(ends[0]))
    said = {"best": names[most], "most": percent(ends[0][most] / 100), "worst": names[least],
            "least": percent(ends[0][least] / 100)}  # fmt: skip
    title = phrase("title_response" if len(names) > 1 else "title_response_one", spoken, **said)
    return finished(ax, spoken, title=title, definition=bias.definition)


def plot_indicators(
    indicators: Any,
    *,
    show: str = "repurchase_rate",
    currency: str | None = None,
    ax: Axes | None = None,
    language: Language | None = None,
    **style: Any,
) -> Axes:
    """Draw the result of `crmkit.loyalty.indicators`: one indicator over time, with its intervals.

    Parameters
    ----------
    indicators : crmkit.loyalty.Indicators
        Indicators by period.
    show : str, default "repurchase_rate"
        Which one.
    currency : str, optional
        Sign or code of the money, such as "£" or "EUR"; by default it is called the currency of the data.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the points and intervals, as `matplotlib.axes.Axes.errorbar` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: periods to the right, the indicator upwards (per cent, or money); periods that are not over hollow.

    Raises
    ------
    ArgumentError
        `indicators` is something else, or does not have the indicator.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> found = crm.loyalty.indicators(crm.datasets.load_ten_customers(), period="quarter")
    >>> crm.plotting.plot_indicators(found).get_ylabel()
    'repurchase rate, %'
    """
    call = "crmkit.plotting.plot_indicators(crmkit.loyalty.indicators(transactions))"
    found = columns_of(indicators, "table", "indicator", call, order=["period"])
    _checks.choice("show", show, list(dict.fromkeys(found["indicator"].tolist())))
    own = {name: values[found["indicator"] == show] for name, values in found.items()}
    factor = 1.0 if show == "purchase_amount" else 100.0
    value, low, high = (factor * own[name].astype(float) for name in ("value", "low", "high"))
    ax, spoken = open_axes(ax, language, height=4.4, width=7.4)
    at = np.arange(len(value))
    spread = [np.nan_to_num(value - low), np.nan_to_num(high - value)]
    look: dict[str, Any] = dict(color=BLUE, capsize=3, linewidth=1.6, zorder=2) | style
    ax.errorbar(at, value, yerr=spread, **look)
    done = own["complete"].astype(bool)
    ax.plot(at[done], value[done], "o", color=look["color"], zorder=3)
    ax.plot(at[~done], value[~done], "o", color=look["color"], markerfacecolor="white", zorder=3)
    every = max(1, -(-len(at) // 8))
    ax.set_xticks(at[::every], [plain(name) for name in own["period"][::every]])
    name = word(show, spoken)
    ax.set_ylabel(in_money(name, spoken, currency) if factor == 1.0 else phrase("plot_in_percent", spoken, what=name))
    seen = np.flatnonzero(done & np.isfinite(value))
    title = ""
    if len(seen):
        last = float(value[seen[-1]])
        said = money(last, spoken, currency) if factor == 1.0 else percent(last / 100)
        what = name[:1].upper() + name[1:]
        title = phrase("title_indicator", spoken, what=what, value=said, period=plain(own["period"][seen[-1]]))
    return finished(ax, spoken, title=title, definition=indicators.definition)


def plot_measures(measures: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any) -> Axes:
    """Draw the result of `crmkit.loyalty.measures`: the signs of loyalty with their intervals.

    Parameters
    ----------
    measures : crmkit.loyalty.Measures
        The signs that the data give.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the dots and intervals, as `matplotlib.axes.Axes.errorbar` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a line per sign; repeat purchases per customer and mean answers to the right, customers beside them.

    Raises
    ------
    ArgumentError
        `measures` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> sales = {"customer_id": [1, 1, 2], "date": ["2025-01-01", "2025-02-01", "2025-02-02"], "amount": [5.0] * 3}
    >>> ax = crm.loyalty.measures(sales, {"customer_id": [1, 2], "tolerance": [4, 2]}).plot()
    >>> ax.get_title()
    '0.50 repeat purchases per customer'
    """
    call = "crmkit.plotting.plot_measures(crmkit.loyalty.measures(transactions, survey))"
    found = columns_of(measures, "table", "measure", call, order=[])
    ends = [found[name].astype(float) for name in ("value", "low", "high")]
    ax, spoken = open_axes(ax, language, height=2.4 + 0.5 * len(ends[0]), width=7.0)
    counts = [phrase("plot_named_number", spoken, what=word("customers", spoken), amount=short(float(n), spoken))
              for n in found["n"]]  # fmt: skip
    beside = [f"{value:.2f}   {count}" for value, count in zip(ends[0], counts, strict=True)]
    draw_intervals(ax, words(found["measure"], spoken), ends, beside, style)
    ax.margins(x=0.25)
    ax.set_xlabel(word("plot_measures", spoken))
    repeats = np.flatnonzero(found["measure"] == "repeat_purchases")
    title = phrase("title_measures", spoken, value=f"{ends[0][repeats[0]]:.2f}") if len(repeats) else ""
    return finished(ax, spoken, title=title, definition=measures.definition)


def plot_loyalty_matrix(matrix: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any) -> Axes:
    """Draw the result of `crmkit.loyalty.matrix`: four types of loyalty with customers and flags.

    Parameters
    ----------
    matrix : crmkit.loyalty.LoyaltyMatrix
        The sorted customers.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the tiles, as `matplotlib.axes.Axes.bar` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: attitude from low to high to the right, behaviour upwards; the darker, the more customers.

    Raises
    ------
    ArgumentError
        `matrix` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> found = crm.loyalty.matrix({"frequency": [9, 8, 1, 2], "attitude": [9, 3, 10, 2]})
    >>> len(crm.plotting.plot_loyalty_matrix(found).patches)
    4
    """
    call = "crmkit.plotting.plot_loyalty_matrix(crmkit.loyalty.matrix(customers))"
    found = columns_of(matrix, "table", "loyalty_type", call, order=[])
    ax, spoken = open_axes(ax, language, height=5.2, width=7.0)
    silent = ""
    for row, kind in enumerate(found["loyalty_type"]):
        n, share = int(found["customers"][row]), float(found["customer_share"][row])
        if str(kind) == "not_asked":
            silent = phrase(
                "plot_named_number", spoken, what=word("not_asked", spoken), amount=amount(n, share, spoken)
            )
            continue
        x, y = (0.5 if found[axis][row] == "high" else -0.5 for axis in ("attitude", "behaviour"))
        look: dict[str, Any] = dict(color=BLUE, alpha=0.06 + 0.45 * share, linewidth=0) | style
        ax.bar(x, 0.98, 0.98, y - 0.49, **look)
        flags = [_flag(flag, found[flag][row], spoken) for flag in _FLAGS if flag in found and found[flag][row]]
        ax.text(x, y + 0.22, word(str(kind), spoken), ha="center", va="center", size=SMALL + 3)
        ax.text(x, y - 0.08, "\n".join([amount(n, share, spoken), *flags]), ha="center", va="center", size=SMALL,
                linespacing=1.5)  # fmt: skip
    ax.set(xlim=(-1, 1), ylim=(-1, 1))
    sides = words(["low", "high"], spoken)
    ax.set_xticks([-0.5, 0.5], sides)
    ax.set_yticks([-0.5, 0.5], sides)
    ax.tick_params(length=0)
    values = matrix.definition.values
    for axis, setter in (("attitude", ax.set_xlabel), ("behaviour", ax.set_ylabel)):
        high = f"{labels.text(str(values[axis]), spoken)} {values[f'{axis}_cut']}"
        setter(plain(f"{labels.text(axis, spoken)}{COLON[spoken]}{high}"))
    ax.spines[:].set_visible(False)
    asked = found["loyalty_type"] != "not_asked"
    most = int(np.argmax(np.where(asked, found["customer_share"].astype(float), -1)))
    said = {"name": word(str(found["loyalty_type"][most]), spoken), "share": percent(found["customer_share"][most])}
    title = phrase("title_largest_type", spoken, **said)
    return finished(ax, spoken, title=title, definition=matrix.definition, notes=[silent] if silent else [])


def _flag(flag: str, n: Any, language: Language) -> str:
    return phrase("plot_named_number", language, what=word(flag, language), amount=short(float(n), language))


def _names(found: Columns, language: Language) -> list[str]:
    """What the rows are about: period, item and group, as far as there are."""
    n = len(next(iter(found.values())))
    parts = [[plain(value) if key != "group" else group_name(value, language) for value in found[key]]
             for key in ("period", "item", "group") if key in found]  # fmt: skip
    return [", ".join(row) for row in zip(*parts, strict=True)] if parts else [group_name("all", language)] * n


def _p(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"
