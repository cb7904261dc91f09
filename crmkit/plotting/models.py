"""Pictures of models compared: how far the forecasts of each were off at earlier days, the one to use marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit.labels import Language
from crmkit.plotting._axes import BLUE, GREY, SMALL, open_axes, percent, phrase, word, words
from crmkit.plotting._finishing import finished
from crmkit.plotting._lines import columns_of
from crmkit.plotting._rows import draw_at_edge, name_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_comparison(comparison: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any) -> Axes:
    r"""Draw the result of `crmkit.clv.compare`: the error per customer of each model and naive forecast.

    Parameters
    ----------
    comparison : crmkit.clv.Comparison
        Models judged by the same holdouts; without a holdout by their BIC.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the bars, as `matplotlib.axes.Axes.barh` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a bar per model, the best on top, blue where it is recommended; the error to the right, the bias of
        the total at the edge.

    Raises
    ------
    ArgumentError
        `comparison` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_cdnow(sample=True))
    >>> judged = crm.clv.compare(tx, models=["bg_nbd", "pareto_nbd"], holdout="39W", origins=1, level=None)
    >>> judged.plot().get_title().replace("\n", " ")
    'Recommended: ParetoNBD, off by 1.6 purchases per customer and -11.5% in all'
    """
    call = "crmkit.plotting.plot_comparison(crmkit.clv.compare(transactions))"
    columns_of(comparison, "by_origin", "rmse", call, order=[])
    found = columns_of(comparison, "table", "bias_share", call, order=["rmse", "bic"])
    chosen = comparison.recommended
    if not np.isfinite(found["rmse"].astype(float)).any():
        return _fits(found, ax, language, style)
    return _judged(found, chosen, ax, language, style)


def plot_model_choice(choice: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any) -> Axes:
    """Draw the result of `crmkit.clv.choose_model`: the error per customer of each candidate.

    Parameters
    ----------
    choice : crmkit.clv.ModelChoice
        The candidates and the one that was chosen.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the bars, as `matplotlib.axes.Axes.barh` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a bar per candidate, blue where it is chosen; the error to the right, the bias at the edge.

    Raises
    ------
    ArgumentError
        `choice` is something else.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> choice = crm.clv.choose_model(crm.datasets.load_cdnow(sample=True), horizon="26W")
    >>> len(choice.plot().patches) == len(choice.table)
    True
    """
    call = "crmkit.plotting.plot_model_choice(crmkit.clv.choose_model(transactions))"
    found = columns_of(choice, "table", "close", call, order=["rmse"])
    return _judged(found, choice.name, ax, language, style)


def _judged(
    found: dict[str, Any], chosen: str | None, ax: Axes | None, language: Language | None, style: dict[str, Any]
) -> Axes:
    names, error, bias = found["model"].astype(str), found["rmse"].astype(float), found["bias_share"].astype(float)
    ax, spoken = open_axes(ax, language, height=2.0 + 0.36 * len(names), width=7.0)
    _bars(ax, names, np.nan_to_num(error), chosen, spoken, style)
    draw_at_edge(ax, ["-" if np.isnan(each) else f"{100 * each:+.1f}%" for each in bias], word("bias_share", spoken))
    ax.set_xlabel(word("plot_rmse", spoken))
    title = ""
    if chosen in names:
        at = names.tolist().index(str(chosen))
        if np.isfinite(error[at]):
            said = {"name": word(str(chosen), spoken), "error": f"{error[at]:.3g}", "bias": percent(bias[at])}
            title = phrase("title_models", spoken, **said)
    return finished(ax, spoken, title=title)


def _fits(found: dict[str, Any], ax: Axes | None, language: Language | None, style: dict[str, Any]) -> Axes:
    """Without a future to judge by: how much worse than the best each fits."""
    names, behind = found["model"].astype(str), found["bic"].astype(float)
    behind = behind - np.nanmin(behind)
    ax, spoken = open_axes(ax, language, height=2.0 + 0.36 * len(names), width=7.0)
    best = str(names[int(np.nanargmin(behind))])
    _bars(ax, names, np.nan_to_num(behind), best, spoken, style)
    ax.set_xlabel(word("plot_bic_behind", spoken))
    return finished(ax, spoken, title=phrase("title_fits", spoken, name=word(best, spoken)))


def _bars(ax: Axes, names: Any, lengths: Any, chosen: str | None, spoken: Language, style: dict[str, Any]) -> None:
    at = np.arange(len(names))
    ax.barh(at, lengths, height=0.7, **(dict(color=[BLUE if name == chosen else GREY for name in names]) | style))
    for row, length in zip(at, lengths, strict=True):
        ax.annotate(f"{length:.3g}", (length, row), (4, 0), textcoords="offset points", va="center", size=SMALL)
    name_rows(ax, words(names, spoken), size=SMALL)
    ax.margins(x=0.12)
