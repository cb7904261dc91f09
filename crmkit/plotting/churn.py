"""Pictures of the churn model: are its probabilities true, whom does it find, and how many is it worth contacting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit._types import Array
from crmkit.labels import Language
from crmkit.plotting._axes import (
    BLUE,
    GREY,
    SMALL,
    VERMILLION,
    count_along,
    in_money,
    money,
    open_axes,
    percent,
    phrase,
    short,
    whole,
    word,
)
from crmkit.plotting._finishing import finished
from crmkit.plotting._lines import LINES, columns_of, label_upwards

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_calibration(
    validation: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any
) -> Axes:
    """Draw `ChurnModel.validation_`: predicted churn against what happened, in bins of equal size.

    On the diagonal, of customers with a predicted 70 % seven in ten stayed away.

    Parameters
    ----------
    validation : crmkit.churn.Validation
        How each predictor did on held-out time.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the lines, as `matplotlib.axes.Axes.plot` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: predicted per cent to the right, observed upwards, a line per predictor, the recommended one first
        and thickest; the legend has the calibration errors, and the definition is in small print below.

    Raises
    ------
    ArgumentError
        `validation` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> model = crm.churn.ChurnModel().fit(crm.datasets.load_cdnow(sample=True))
    >>> ax = crm.plotting.plot_calibration(model.validation_)
    >>> ax.get_xlabel()
    'predicted probability of churn (%)'
    """
    call = "crmkit.plotting.plot_calibration(model.validation_), of a fitted crmkit.churn.ChurnModel"
    found = columns_of(validation, "calibration", "predicted", call, order=["predictor", "bin"])
    ax, spoken = open_axes(ax, language, height=6.4, width=6.4)
    edges = [100 * float(end(found[name])) for end in (np.min, np.max) for name in ("predicted", "observed")]
    ends = (max(0.0, min(edges) - 4), min(102.0, max(edges) + 4))
    ax.plot(ends, ends, color=GREY, linewidth=1, linestyle=":", label=word("plot_as_predicted", spoken))
    diagonal = ax.get_lines()
    drawn = []
    for at, (name, error) in enumerate(_ranked(validation, "calibration_error").items()):
        rows = found["predictor"] == name
        label = phrase("plot_with_error", spoken, what=_predictor(name, at, spoken), error=percent(error))
        look: dict[str, Any] = {"marker": LINES[at][1]} | style
        drawn += _line(ax, 100 * found["predicted"][rows], 100 * found["observed"][rows], at, label, look)
    ax.set_xlim(ends)
    ax.set_ylim(ends)
    ax.set_xlabel(word("plot_predicted_churn", spoken))
    label_upwards(ax, word("plot_observed_churn", spoken))
    name, error = next(iter(_ranked(validation, "calibration_error").items()))
    title = phrase("title_calibration", spoken, what=word(name, spoken), error=percent(error))
    return finished(ax, spoken, title=title, legend=[*drawn, *diagonal], definition=validation.definition)


def plot_gain(validation: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any) -> Axes:
    """Draw `ChurnModel.validation_`: how many of the churners are among the customers contacted, the likeliest first.

    Where most customers leave, even a perfect order finds but a part of them: the dotted line shows what it would find.

    Parameters
    ----------
    validation : crmkit.churn.Validation
        How each predictor did on held-out time.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the lines, as `matplotlib.axes.Axes.plot` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: per cent of the customers contacted to the right, per cent of the churners found upwards, a line per
        predictor between a random order (diagonal) and a perfect one; the definition is in small print below.

    Raises
    ------
    ArgumentError
        `validation` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> model = crm.churn.ChurnModel().fit(crm.datasets.load_cdnow(sample=True))
    >>> ax = crm.plotting.plot_gain(model.validation_)
    >>> ax.lines[0].get_label(), ax.lines[0].get_xdata().tolist()
    ('at random', [0.0, 100.0])
    """
    call = "crmkit.plotting.plot_gain(model.validation_), of a fitted crmkit.churn.ChurnModel"
    found = columns_of(validation, "gain", "caught", call, order=["predictor", "contacted"])
    ax, spoken = open_axes(ax, language, height=6.4, width=6.4)
    share = 100 * validation.churned / validation.customers
    ax.plot([0.0, 100.0], [0.0, 100.0], color=GREY, linewidth=1, label=word("plot_at_random", spoken))
    ax.plot([0.0, share, 100.0], [0.0, 100.0, 100.0], color=GREY, linewidth=1, linestyle=":",
            label=word("plot_perfect_order", spoken))  # fmt: skip
    bounds = ax.get_lines()[:]
    drawn = []
    for at, (name, lift) in enumerate(_ranked(validation, "lift").items()):
        rows = found["predictor"] == name
        contacted, caught = (100 * np.r_[0.0, found[column][rows].astype(float)] for column in ("contacted", "caught"))
        label = phrase("plot_with_lift", spoken, what=_predictor(name, at, spoken), lift=f"{lift:.2f}")
        drawn += _line(ax, contacted, caught, at, label, style)
        if at == 0:
            fifth = int(np.argmin(np.abs(contacted - 20)))
            said = {"top": whole(contacted[fifth] / 100), "share": whole(caught[fifth] / 100)}
    ax.set_xlim(0, 100)
    ax.set_ylim(0, 101)
    ax.set_xlabel(word("plot_contacted_share", spoken))
    label_upwards(ax, word("plot_churners_caught", spoken))
    title = phrase("title_gain", spoken, **said)
    return finished(ax, spoken, title=title, legend=[*drawn, *bounds], definition=validation.definition)


def plot_campaign(
    campaign: Any,
    *,
    currency: str | None = None,
    ax: Axes | None = None,
    language: Language | None = None,
    **style: Any,
) -> Axes:
    """Draw the result of `crmkit.outreach.campaign`: expected profit by the number of customers contacted.

    Parameters
    ----------
    campaign : crmkit.outreach.Campaign
        Whom to contact, and what it is expected to bring.
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
        The axes: customers contacted to the right, the most profitable first; expected profit upwards, in the currency
        of the data. A dot marks the best number, and words the profit of contacting everybody.

    Raises
    ------
    ArgumentError
        `campaign` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> scores = {"customer_id": ["a", "b", "c"], "p_churn": [0.9, 0.5, 0.1]}
    >>> ax = crm.plotting.plot_campaign(crm.outreach.campaign(scores, contact_cost=2, value=50, save_rate=0.1))
    >>> ax.get_title()
    'Contacting 2 of 3 customers is best and brings 3'
    """
    call = "crmkit.plotting.plot_campaign(crmkit.outreach.campaign(scores, ...))"
    found = columns_of(campaign, "curve", "profit", call, order=["contacted"])
    ax, spoken = open_axes(ax, language, width=7.4)
    contacted, profit = (np.r_[0.0, found[name].astype(float)] for name in ("contacted", "profit"))
    # the curve is in steps, the best number is exact
    order = np.argsort(np.r_[contacted, campaign.contacted], kind="stable")
    ax.axhline(0, color="black", linewidth=0.8)
    look: dict[str, Any] = dict(color=BLUE, linewidth=1.8, label=word("plot_expected_profit", spoken)) | style
    ax.plot(np.r_[contacted, campaign.contacted][order], np.r_[profit, campaign.profit][order], **look)
    ax.axvline(campaign.contacted, color=GREY, linewidth=1, linestyle=":")
    ax.plot([campaign.contacted], [campaign.profit], "o", color=VERMILLION, markersize=7, label="_best")
    ax.margins(x=0.02, y=0.22)
    left = campaign.contacted > contacted[-1] / 2
    if campaign.cut_off is not None and campaign.contacted:
        from_here = phrase("plot_from_p_churn", spoken, share=percent(campaign.cut_off))
        ax.annotate(from_here, (campaign.contacted, campaign.profit), (-8 if left else 8, 8), size=SMALL,
                    textcoords="offset points", ha="right" if left else "left", va="bottom")  # fmt: skip
    everybody = phrase("plot_everybody", spoken, profit=money(profit[-1], spoken, currency))
    for axis in (ax.xaxis, ax.yaxis):
        count_along(axis, spoken)
    ax.set_xlabel(word("plot_customers_contacted", spoken))
    label_upwards(ax, in_money(word("profit", spoken), spoken, currency))
    told = {"n": short(campaign.contacted, spoken), "all": short(contacted[-1], spoken)}
    told["profit"] = money(campaign.profit, spoken, currency)
    title = phrase("title_campaign", spoken, **told) if campaign.contacted else word("plot_nobody", spoken)
    return finished(ax, spoken, title=title, notes=[everybody])


def _ranked(validation: Any, column: str) -> dict[str, float]:
    """The predictors, the recommended one first, with a figure of each."""
    found = columns_of(validation, "table", column, "", order=["log_loss"])
    return dict(zip(found["predictor"].tolist(), found[column].tolist(), strict=True))


def _predictor(name: str, at: int, spoken: Language) -> str:
    said = word(name, spoken)
    return phrase("plot_recommended", spoken, what=said) if at == 0 else said


def _line(ax: Axes, x: Array, y: Array, at: int, label: str, style: dict[str, Any]) -> list[Any]:
    """The line of one predictor; that of the first, the recommended one, is thicker and lies on the others."""
    colour, _, dashes = LINES[at]
    look: dict[str, Any] = dict(color=colour, linestyle=dashes, linewidth=2.2 if at == 0 else 1.3, markersize=5)
    return ax.plot(x, y, zorder=3 - 0.1 * at, label=label, **(look | style))
