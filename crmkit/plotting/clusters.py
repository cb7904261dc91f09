"""Pictures of clusters: the criteria for their number side by side, and what sets each cluster apart."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crmkit import _frame
from crmkit.errors import ArgumentError
from crmkit.labels import Language
from crmkit.plotting._axes import BLUE, SEQUENTIAL, SMALL, VERMILLION, open_axes, percent, phrase, short, word
from crmkit.plotting._finishing import finished, letters_across

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CRITERIA = ("silhouette", "calinski_harabasz", "davies_bouldin", "gap", "bic", "stability")
SMALLER_IS_BETTER = ("davies_bouldin", "bic")
# Standard deviations from all customers at which the colour is full.
FULL = 2.0


def plot_cluster_criteria(
    clusters: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any
) -> Axes:
    """Draw how the number of clusters was chosen: a row per criterion, a column per number, the choice framed.

    Parameters
    ----------
    clusters : crmkit.segment.Clusters, or a fitted Clusterer
        The result of `crmkit.segment.cluster`.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the cells, as `matplotlib.axes.Axes.pcolormesh` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes. Each cell holds the criterion's value, with a star where it votes; the recommendation stands beneath.

    Raises
    ------
    ArgumentError
        `clusters` is something else, such as the table of customers.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> customers = crm.summarize(crm.datasets.load_cdnow(sample=True))
    >>> ax = crm.plotting.plot_cluster_criteria(crm.segment.cluster(customers, n_clusters=[2, 3, 4]))
    >>> [tick.get_text() for tick in ax.get_yticklabels()]
    ['silhouette', 'Calinski-Harabasz', 'Davies-Bouldin', 'gap statistic', 'stability', 'votes']
    """
    clusterer = _fitted(clusters, "plot_cluster_criteria")
    table = _frame.open_table(clusterer.criteria_)
    found = table.collect(table.frame)
    order = np.argsort(found["n_clusters"])
    found = {name: column[order] for name, column in found.items()}
    ks = found["n_clusters"].astype(int).tolist()
    rows = [name for name in CRITERIA if name in found]
    ax, spoken = open_axes(ax, language, height=2.4 + 0.42 * len(rows), width=max(6.4, 2 + 0.8 * len(ks)))
    shades = np.array([_shades(found[name].astype(float), smaller=name in SMALLER_IS_BETTER) for name in rows])
    edges = (np.arange(len(ks) + 1) - 0.5, np.arange(len(rows) + 1) - 0.5)
    look: dict[str, Any] = dict(cmap=SEQUENTIAL, vmin=0, vmax=1.6, edgecolors="white", linewidth=1.5) | style
    ax.pcolormesh(*edges, shades, **look)
    for row, name in enumerate(rows):
        for column, value in enumerate(found[name].astype(float)):
            voted = name in str(found["voted_by"][column]).split(", ")
            digits = (_number(value) if np.isfinite(value) else "–") + (" ★" if voted else "")
            ax.text(column, row, digits, ha="center", va="center", size=SMALL, weight="bold" if voted else "normal")
    for column, votes in enumerate(found["votes"].astype(int)):
        ax.text(column, len(rows), str(votes), ha="center", va="center", size=SMALL)
    chosen = found["recommended"].astype(bool).tolist().index(True)
    ax.plot(chosen + np.array([-0.5, 0.5, 0.5, -0.5, -0.5]), [-0.5, -0.5, len(rows) + 0.5, len(rows) + 0.5, -0.5],
            color=VERMILLION, linewidth=2, clip_on=False, zorder=3)  # fmt: skip
    ax.set_xticks(range(len(ks)), [str(k) for k in ks])
    ax.set_yticks(range(len(rows) + 1), [*(word(f"criterion_{name}", spoken) for name in rows), word("votes", spoken)])
    ax.set_xlim(-0.5, len(ks) - 0.5)
    ax.set_ylim(len(rows) + 0.5, -0.5)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_xlabel(word("plot_number_of_clusters", spoken))
    votes = found["votes"].astype(int)
    said = {"k": str(ks[chosen]), "votes": str(votes[chosen]), "all": str(len(rows))}
    notes = [word("plot_cluster_votes", spoken), clusterer.recommendation(spoken)]
    return finished(ax, spoken, title=phrase("title_clusters", spoken, **said), notes=notes)


def plot_cluster_profiles(
    clusters: Any, *, ax: Axes | None = None, language: Language | None = None, **style: Any
) -> Axes:
    r"""Draw what sets each cluster apart: a row per cluster, a column per measure, against all customers.

    Parameters
    ----------
    clusters : crmkit.segment.Clusters, or a fitted Clusterer
        The result of `crmkit.segment.cluster`.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the cells, as `matplotlib.axes.Axes.pcolormesh` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes. Each cell holds the cluster's mean in the unit of the column; blue is below all customers, orange
        above, full at two standard deviations.

    Raises
    ------
    ArgumentError
        `clusters` is something else, such as the table of customers.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> customers = crm.summarize(crm.datasets.load_cdnow(sample=True))
    >>> ax = crm.plotting.plot_cluster_profiles(crm.segment.cluster(customers, n_clusters=2))
    >>> [tick.get_text() for tick in ax.get_xticklabels()]
    ['days since last\npurchase', 'orders', 'spend']
    """
    from matplotlib.colors import LinearSegmentedColormap

    clusterer = _fitted(clusters, "plot_cluster_profiles")
    columns = clusterer.columns
    table = _frame.open_table(clusterer.profiles_)
    found = table.collect(table.frame)
    order = np.argsort(found["cluster"])
    relative, means = (
        np.stack([found[f"{what}_{name}"][order].astype(float) for name in columns], axis=1)
        for what in ("relative", "mean")
    )
    ax, spoken = open_axes(ax, language, height=1.8 + 0.62 * len(order), width=max(7.4, 4.2 + 1.2 * len(columns)))
    colours = LinearSegmentedColormap.from_list("against all customers", [BLUE, "white", VERMILLION])
    edges = (np.arange(len(columns) + 1) - 0.5, np.arange(len(order) + 1) - 0.5)
    # Half the strength at most, so that black digits can be read on every cell.
    full: dict[str, Any] = dict(cmap=colours, vmin=-2 * FULL, vmax=2 * FULL, edgecolors="white", linewidth=1.5)
    ax.pcolormesh(*edges, relative, **(full | style))
    for (row, column), mean in np.ndenumerate(means):
        digits = f"{short(float(mean), spoken)}\n({relative[row, column]:+.1f})".replace("-", "−")
        ax.text(column, row, digits, ha="center", va="center", size=SMALL)
    names = clusterer.names(spoken)
    wide = int(np.clip(letters_across(ax, 10) * 0.7 / len(columns), 8, 22))
    ax.set_xticks(range(len(columns)), [_folded(word(name, spoken), spoken, wide) for name in columns])
    ax.xaxis.tick_top()
    ax.set_yticks(range(len(order)), [
        _folded(f"{number}  {names[number]}", spoken, 40) + "\n" + _size(found, at, spoken)
        for at, number in zip(order, found["cluster"][order].astype(int).tolist(), strict=True)
    ])  # fmt: skip
    ax.set_ylim(len(order) - 0.5, -0.5)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    big = int(np.argmax(found["customer_share"][order]))
    cluster = int(found["cluster"][order][big])
    said = {"k": str(cluster), "name": names[cluster], "share": percent(float(found["customer_share"][order][big]))}
    notes = [word("plot_cluster_relative", spoken)]
    return finished(ax, spoken, title=phrase("title_cluster_profile", spoken, **said), notes=notes)


def _fitted(clusters: Any, call: str) -> Any:
    clusterer = getattr(clusters, "clusterer", clusters)
    if not hasattr(clusterer, "criteria_"):
        raise ArgumentError("plotting_result_clustering_draw_crmkit", name=type(clusters).__name__, call=call)
    return clusterer


def _shades(values: NDArray[np.float64], *, smaller: bool) -> NDArray[np.float64]:
    """Within a criterion, 1 for its best value and 0 for its worst; a missing value is 0."""
    good = -values if smaller else values
    known = np.isfinite(good)
    low, high = (np.min(good[known]), np.max(good[known])) if known.any() else (0.0, 0.0)
    return np.where(known, (good - low) / (high - low) if high > low else 1.0, 0.0)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


def _size(found: Any, at: int, language: Language) -> str:
    customers, share = float(found["customers"][at]), float(found["customer_share"][at])
    return phrase("plot_cluster_customers", language, number=short(customers, language), share=percent(share))


def _folded(text: str, language: Language, width: int) -> str:
    """A long text on several lines; Chinese characters are twice as wide, and may be broken anywhere."""
    return "\n".join(textwrap.wrap(text, width // 2 if language == "zh" else width))
