"""Pictures of satisfaction and loyalty: scores with intervals, drivers, complaints, the loyalty matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crmkit import _checks, labels
from crmkit._types import Floats
from crmkit.labels import Language
from crmkit.plotting import _fonts
from crmkit.plotting._axes import (
    BLUE,
    GREEN,
    GREY,
    SMALL,
    VERMILLION,
    amount,
    group_name,
    open_axes,
    percent,
    phrase,
    plain,
    short,
    word,
    words,
)
from crmkit.plotting._definitions import small_print
from crmkit.plotting._lines import columns_of, legend_in_font

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Columns = Mapping[str, NDArray[Any]]
_FLAGS = ("inertia", "price_bought", "locked_in", "trust")
_SIDES = {"in_time": GREEN, "late": VERMILLION}


def plot_nps(scores: Any, *, ax: Axes | None = None, language: Language | None = None) -> Axes:
    """Draw the result of `crmkit.loyalty.nps`: scores with their intervals, by group and period.

    Parameters
    ----------
    scores : crmkit.loyalty.NPS
        Net promoter scores.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels.

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
    _intervals(ax, _names(found, spoken), _hundred(found, "nps", "nps_low", "nps_high"), beside)
    ax.axvline(0, color=GREY, linewidth=1, linestyle=":")
    ax.set_xlim(-100, 100)
    ax.set_xlabel(word("plot_nps", spoken))
    return _finish(ax, scores.definition, spoken)


def plot_nps_comparison(compared: Any, *, ax: Axes | None = None, language: Language | None = None) -> Axes:
    """Draw the result of `crmkit.loyalty.compare_nps`: differences from the first group with their intervals.

    Parameters
    ----------
    compared : crmkit.loyalty.NPSComparison
        Scores compared.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels.

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
    beside = [f"p = {p:.3f}" for p in others["p_adjusted"].astype(float)]
    ends = _hundred(others, "difference", "difference_low", "difference_high")
    _intervals(ax, _names(others, spoken), ends, beside)
    ax.axvline(0, color=GREY, linewidth=1, linestyle=":")
    first = next(str(found[key][~known][0]) for key in ("group", "period") if key in found)
    ax.set_xlabel(phrase("plot_nps_difference", spoken, baseline=plain(first)))
    return _finish(ax, compared.definition, spoken)


def plot_csat(scores: Any, *, ax: Axes | None = None, language: Language | None = None) -> Axes:
    """Draw the result of `crmkit.loyalty.csat`: the share of satisfied respondents by item, with intervals.

    Parameters
    ----------
    scores : crmkit.loyalty.CSAT
        Top-box shares.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels.

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
    beside = [f"{int(k):,} / {int(n):,}" for k, n in zip(found["satisfied"], found["respondents"], strict=True)]
    ends = _hundred(found, "csat", "csat_low", "csat_high")
    _intervals(ax, _names(found, spoken), ends, beside)
    ax.set_xlim(0, 100)
    ax.set_xlabel(word("plot_csat", spoken))
    return _finish(ax, scores.definition, spoken)


def plot_satisfaction(satisfaction: Any, *, ax: Axes | None = None, language: Language | None = None) -> Axes:
    """Draw the result of `crmkit.loyalty.satisfaction`: from what was expected to what was got, by item.

    Parameters
    ----------
    satisfaction : crmkit.loyalty.Satisfaction
        Experience against expectation.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels.

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
    rows = np.arange(len(got))
    for row in rows:
        colour = GREEN if got[row] >= hoped[row] else VERMILLION
        ax.plot([hoped[row], got[row]], [row, row], color=colour, linewidth=2)
        ax.plot(hoped[row], row, "o", color=colour, fillstyle="none", markersize=9)
        ax.plot(got[row], row, "o", color=colour, markersize=7)
        said = phrase(
            "plot_gap", spoken, gap=f"{got[row] - hoped[row]:+.2f}", ratio=f"{float(found['ratio'][row]):.2f}"
        )
        ax.annotate(
            said, ((hoped[row] + got[row]) / 2, row), (0, 8), textcoords="offset points", ha="center", size=SMALL
        )
    _rows(ax, [plain(name) for name in found["item"]])
    ax.margins(x=0.2)
    ax.set_xlabel(word("plot_expected_perceived", spoken))
    return _finish(ax, satisfaction.definition, spoken)


def plot_satisfaction_drivers(drivers: Any, *, ax: Axes | None = None, language: Language | None = None) -> Axes:
    """Draw the result of `crmkit.loyalty.drivers`: the map of importance and performance.

    Parameters
    ----------
    drivers : crmkit.loyalty.SatisfactionDrivers
        Items with derived importance and performance.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels.

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
    ax.scatter(x, y, color=BLUE, s=45, zorder=3)
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
    return _finish(ax, drivers.definition, spoken)


def plot_response_bias(bias: Any, *, ax: Axes | None = None, language: Language | None = None) -> Axes:
    """Draw the result of `crmkit.loyalty.response_bias`: who answered, by tier, with what they say and are worth.

    Parameters
    ----------
    bias : crmkit.loyalty.ResponseBias
        Response by tier.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels.

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
    beside = [phrase("plot_tier_says", spoken, nps="-" if not np.isfinite(score) else f"{100 * score:+.0f}",
                     money=percent(float(part))) for score, part in
              zip(found["nps"].astype(float), found["value_share"].astype(float), strict=True)]  # fmt: skip
    names = [plain(labels.segment(str(name), spoken)) for name in found["group"]]
    ends = _hundred(found, "response_rate", "response_low", "response_high")
    _intervals(ax, names, ends, beside)
    ax.set_xlim(0, None)
    ax.set_xlabel(word("plot_response_rate", spoken))
    return _finish(ax, bias.definition, spoken)


def plot_complaints(complaints: Any, *, ax: Axes | None = None, language: Language | None = None) -> Axes:
    """Draw the result of `crmkit.loyalty.complaints`: who bought again after a complaint, beside customers alike.

    Parameters
    ----------
    complaints : crmkit.loyalty.Complaints
        Complaints and what followed.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a line per group from customers alike (ring) to those who complained (dot), per cent to the right, the
        difference with its interval beside it.

    Raises
    ------
    ArgumentError
        `complaints` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> made = crm.datasets.make_complaints(400, seed=1)
    >>> found = crm.loyalty.complaints(made.complaints, made.transactions, promise=made.promise)
    >>> len(crm.plotting.plot_complaints(found).get_yticklabels())
    3
    """
    call = "crmkit.plotting.plot_complaints(crmkit.loyalty.complaints(complaints, transactions))"
    found = columns_of(complaints, "recovery", "alike_rate", call, order=[])
    own, alike = (100 * found[name].astype(float) for name in ("repurchase_rate", "alike_rate"))
    ax, spoken = open_axes(ax, language, height=2.8 + 0.55 * len(own), width=7.4)
    for row, group in enumerate(found["group"]):
        if not np.isfinite(own[row]):
            continue
        colour = _SIDES.get(str(group), BLUE)
        ax.plot([alike[row], own[row]], [row, row], color=colour, linewidth=2)
        ax.plot(alike[row], row, "o", color=colour, fillstyle="none", markersize=9)
        ax.plot(own[row], row, "o", color=colour, markersize=7)
        low, high = (100 * float(found[name][row]) for name in ("difference_low", "difference_high"))
        said = phrase("plot_points_between", spoken, difference=f"{own[row] - alike[row]:+.1f}", low=f"{low:+.1f}",
                      high=f"{high:+.1f}")  # fmt: skip
        ax.annotate(
            said, ((own[row] + alike[row]) / 2, row), (0, 8), textcoords="offset points", ha="center", size=SMALL
        )
    _rows(ax, words([f"complaints_{group}" for group in found["group"]], spoken))
    ax.margins(x=0.35)
    ax.set_xlabel(phrase("plot_recovery", spoken, days=str(complaints.definition.values["within"])))
    return _finish(ax, complaints.definition, spoken)


def plot_closing(complaints: Any, *, ax: Axes | None = None, language: Language | None = None) -> Axes:
    """Draw the result of `crmkit.loyalty.complaints`: the share of complaints still open, by days since opened.

    Parameters
    ----------
    complaints : crmkit.loyalty.Complaints
        Complaints and their handling.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: days to the right, per cent still open upwards, with the interval as a band.

    Raises
    ------
    ArgumentError
        `complaints` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> made = crm.datasets.make_complaints(400, seed=1)
    >>> ax = crm.plotting.plot_closing(crm.loyalty.complaints(made.complaints, made.transactions))
    >>> float(ax.lines[0].get_ydata()[0])
    100.0
    """
    call = "crmkit.plotting.plot_closing(crmkit.loyalty.complaints(complaints, transactions))"
    found = columns_of(complaints, "closing", "open_low", call, order=["days"])
    days = found["days"].astype(float)
    share, low, high = (100 * found[name].astype(float) for name in ("open_share", "open_low", "open_high"))
    ax, spoken = open_axes(ax, language, height=4.2, width=7.0)
    ax.step(days, share, where="post", color=BLUE, linewidth=2)
    ax.fill_between(days, low, high, step="post", color=BLUE, alpha=0.15, linewidth=0)
    ax.set_ylim(0, 100)
    ax.set_xlim(0, None)
    ax.set_xlabel(word("plot_days_since_opened", spoken))
    ax.set_ylabel(word("plot_still_open", spoken))
    return _finish(ax, complaints.definition, spoken)


def plot_indicators(
    indicators: Any, *, show: str = "repurchase_rate", ax: Axes | None = None, language: Language | None = None
) -> Axes:
    """Draw the result of `crmkit.loyalty.indicators`: one indicator over time, with its intervals.

    Parameters
    ----------
    indicators : crmkit.loyalty.Indicators
        Indicators by period.
    show : str, default "repurchase_rate"
        Which one.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels.

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
    ax.errorbar(at, value, yerr=spread, color=BLUE, capsize=3, linewidth=1.6, zorder=2)
    done = own["complete"].astype(bool)
    ax.plot(at[done], value[done], "o", color=BLUE, zorder=3)
    ax.plot(at[~done], value[~done], "o", color=BLUE, markerfacecolor="white", zorder=3)
    every = max(1, -(-len(at) // 8))
    ax.set_xticks(at[::every], [plain(name) for name in own["period"][::every]])
    name = word(show, spoken)
    ax.set_ylabel(phrase("plot_money", spoken, what=name) if factor == 1.0 else f"{name}, %")
    return _finish(ax, indicators.definition, spoken)


def plot_loyalty_matrix(matrix: Any, *, ax: Axes | None = None, language: Language | None = None) -> Axes:
    """Draw the result of `crmkit.loyalty.matrix`: four types of loyalty with customers and flags.

    Parameters
    ----------
    matrix : crmkit.loyalty.LoyaltyMatrix
        The sorted customers.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels.

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
        ax.add_patch(_tile(x, y, share))
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
        setter(plain(f"{labels.text(axis, spoken)}: {labels.text(str(values[axis]), spoken)} {values[f'{axis}_cut']}"))
    if silent:
        ax.annotate(
            silent, (1, 1), (0, 4), xycoords="axes fraction", textcoords="offset points", ha="right", size=SMALL
        )
    ax.spines[:].set_visible(False)
    small_print(ax, matrix.definition, spoken)
    _fonts.apply(ax, spoken)
    return ax


def _flag(flag: str, n: Any, language: Language) -> str:
    return phrase("plot_named_number", language, what=word(flag, language), amount=short(float(n), language))


def _tile(x: float, y: float, share: float) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((x - 0.49, y - 0.49), 0.98, 0.98, facecolor=BLUE, alpha=0.06 + 0.45 * share, linewidth=0)


def _names(found: Columns, language: Language) -> list[str]:
    """What the rows are about: period, item and group, as far as there are."""
    n = len(next(iter(found.values())))
    parts = [[plain(value) if key != "group" else group_name(value, language) for value in found[key]]
             for key in ("period", "item", "group") if key in found]  # fmt: skip
    return [", ".join(row) for row in zip(*parts, strict=True)] if parts else [group_name("all", language)] * n


def _hundred(found: Columns, *names: str) -> list[Floats]:
    """Columns of shares as per cent."""
    return [100 * found[name].astype(float) for name in names]


def _intervals(ax: Axes, names: Sequence[str], ends: Sequence[Floats], beside: Sequence[str]) -> None:
    """A dot and its interval (value, low, high) per row, with words over it."""
    value, low, high = ends
    rows = np.arange(len(value))
    spread = [np.nan_to_num(np.maximum(value - low, 0)), np.nan_to_num(np.maximum(high - value, 0))]
    ax.errorbar(value, rows, xerr=spread, fmt="o", color=BLUE, capsize=4, linewidth=1.6)
    for row, said in enumerate(beside):
        if np.isfinite(value[row]):
            words_over = f"{value[row]:.1f}   {said}"
            ax.annotate(words_over, (value[row], row), (0, 7), textcoords="offset points", ha="center", size=SMALL)
    _rows(ax, names)


def _rows(ax: Axes, names: Sequence[str]) -> None:
    ax.set_yticks(range(len(names)), list(names))
    ax.set_ylim(len(names) - 0.5, -0.7)
    ax.tick_params(axis="y", length=0)


def _finish(ax: Axes, definition: Any, language: Language) -> Axes:
    """Small print, and fonts for all of it."""
    ax.spines[["top", "right"]].set_visible(False)
    small_print(ax, definition, language)
    _fonts.apply(ax, language)
    legend_in_font(ax)
    return ax
