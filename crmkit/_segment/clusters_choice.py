"""How many clusters there are, and whether there are any: several criteria side by side, stability, one recommendation.

Sources: Rousseeuw (1987), J. Comput. Appl. Math. 20, 53-65 (silhouette); Kaufman & Rousseeuw (1990), Finding Groups in
Data, p. 88 (what a silhouette is worth); Calinski & Harabasz (1974); Davies & Bouldin (1979); Tibshirani, Walther &
Hastie (2001), JRSS B 63(2), 411-423 (gap statistic), read by the rule of Dudoit & Fridlyand (2002); Schwarz (1978),
BIC; Hubert & Arabie (1985), adjusted Rand index; Lange et al. (2004), Neural Computation 16(6) (agreement of two
halves); Hennig (2007), Comput. Stat. Data Anal. 52(1), 258-271 (stability of each cluster).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from crmkit import labels
from crmkit._segment.clusters_fit import Partition, partitions
from crmkit._types import Array, Floats, Ints
from crmkit.labels import Language

# Two halves fitted apart, so many times; so many structureless clouds to compare with.
HALVINGS = 8
CLOUDS = 8
RESTARTS = 3
# A silhouette below the first has "found no substantial structure", below the second one that "is weak and could be
# artificial" (Kaufman & Rousseeuw, p. 88). Stability by Hennig's reading: not to be trusted, and highly stable.
BOUNDS = {"silhouette": (0.25, 0.50), "stability": (0.60, 0.85)}
# A silhouette must be so much above that of structureless clouds, which are measured on so many rows.
MARGIN = 0.02
CLOUD_ROWS = 1_000
# Stabilities this close are equal; the finer partition is then the more telling one.
TOLERANCE = 0.02


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the search for the number of clusters found.

    Attributes
    ----------
    criteria : mapping of column to array
        The table of criteria, one row per number of clusters, from 1.
    n_clusters : int
        The number of clusters chosen.
    halves : mapping of number of clusters to arrays
        Labels of the rows searched on, by clusters fitted on one half of them and on the other, pair after pair.
    background : float
        The highest silhouette that as many clusters reach in clouds without any structure, as wide and as correlated.

    Examples
    --------
    >>> weigh("kmeans", np.r_[np.arange(30.0), 500 + np.arange(30.0)][:, None], [2, 3], seed=0).n_clusters
    2
    """

    criteria: Mapping[str, Array]
    n_clusters: int
    halves: Mapping[int, Sequence[Ints]] = field(default_factory=dict)
    background: float = np.nan

    def of(self, name: str) -> float:
        """A criterion at the number of clusters chosen.

        >>> Evidence({"n_clusters": np.array([1, 2]), "silhouette": np.array([np.nan, 0.7])}, 2).of("silhouette")
        0.7
        """
        return float(self.criteria[name][list(self.criteria["n_clusters"]).index(self.n_clusters)])


def weigh(method: str, rows: Floats, ks: Sequence[int], *, seed: int) -> Evidence:
    """Judge each number of clusters of `rows`, on the common scale, by every criterion of the method.

    >>> rows = np.r_[np.arange(30.0), 500 + np.arange(30.0)][:, None]
    >>> weigh("kmeans", rows, [2, 3], seed=0).n_clusters
    2
    """
    fits = partitions(method, rows, [1, *ks], seed=seed, restarts=RESTARTS)
    labels = {k: fit.assign(rows) for k, fit in fits.items()}
    halves = _halves(method, rows, ks, seed)
    measured = _separation(rows, labels)
    if method == "gaussian_mixture":
        measured["bic"] = np.array([_bic(fit, rows) for fit in fits.values()])
    else:
        measured["gap"], measured["gap_error"] = _gap(method, rows, labels, seed)
    measured["stability"] = np.array([_agreement(halves.get(k, [])) for k in labels])
    found = _counted(np.array([1, *ks]), measured, halves)
    return replace(found, background=_background(method, rows, found.n_clusters, seed))


def structure_of(evidence: Evidence) -> tuple[str, str]:
    """How clear the clusters are ("clear", "weak" or "none"), and the criterion that says so.

    >>> criteria = {"n_clusters": np.array([1, 2]), "silhouette": np.array([0, 0.6]), "stability": np.array([0, 0.7])}
    >>> structure_of(Evidence(criteria, 2, background=0.3))
    ('weak', 'stability')
    """
    if evidence.of("silhouette") <= evidence.background + MARGIN:
        return "none", "cloud"
    for level, at in (("none", 0), ("weak", 1)):
        for name, limits in BOUNDS.items():
            if evidence.of(name) < limits[at]:
                return level, name
    return "clear", "silhouette"


def recommendation(evidence: Evidence, language: Language | None = None, *, asked: bool = False) -> str:
    """The number of clusters, who is for it, and how far to trust it; `asked` if the caller gave the number.

    >>> criteria = {"n_clusters": np.array([1, 2]), "silhouette": np.array([0, 0.6]), "stability": np.array([0, 0.7])}
    >>> recommendation(Evidence(criteria, 2), asked=True).split(". ")[0]
    '2 clusters, as asked for'
    """
    language = labels.resolve(language)
    structure, because = structure_of(evidence)
    bound = f"{BOUNDS[because][0 if structure == 'none' else 1]:g}" if because in BOUNDS else ""
    figures = {name: _figure(evidence.of(name)) for name in ("silhouette", "stability")}
    said = [
        labels.phrase("cluster_said_asked", language, k=evidence.n_clusters) if asked else _voters(evidence, language),
        labels.phrase("cluster_said_figures", language, cloud=_figure(evidence.background), **figures),
        labels.phrase(
            f"cluster_said_{structure}",
            language,
            why=labels.phrase(f"cluster_why_{because}", language, bound=bound),
        ),
    ]
    return ("" if language == "zh" else " ").join(said)


def _voters(evidence: Evidence, language: Language) -> str:
    """Which criteria voted for the number chosen, of how many that voted."""
    voted = {int(k): said.split(", ") for k, said in
             zip(evidence.criteria["n_clusters"], evidence.criteria["voted_by"], strict=True) if said}  # fmt: skip
    mine = voted.get(evidence.n_clusters, [])
    if not mine:
        return labels.phrase("cluster_said_unvoted", language, k=evidence.n_clusters)
    words = labels.texts([f"criterion_{name}" for name in mine], language)
    return labels.phrase(
        "cluster_said_voted",
        language,
        k=evidence.n_clusters,
        votes=len(mine),
        criteria=sum(map(len, voted.values())),
        names=("、" if language == "zh" else ", ").join(words),
    )


def _figure(value: float) -> str:
    return f"{value:.2f}" if np.isfinite(value) else "–"


def _separation(rows: Floats, labels: Mapping[int, Ints]) -> dict[str, Array]:
    """Criteria of compact clusters far apart, of each labelling."""
    from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score

    return {
        "silhouette": _where_defined(silhouette_score, rows, labels),
        "calinski_harabasz": _where_defined(calinski_harabasz_score, rows, labels),
        "davies_bouldin": _where_defined(davies_bouldin_score, rows, labels),
    }


def _where_defined(measure: Any, rows: Floats, labels: Mapping[int, Ints]) -> Floats:
    """A measure of each labelling; missing for a single cluster and for clusters of one row each."""
    defined = [1 < len(np.unique(found)) < len(rows) for found in labels.values()]
    return np.array([measure(rows, found) if known else np.nan
                     for found, known in zip(labels.values(), defined, strict=True)])  # fmt: skip


def _bic(fit: Partition, rows: Floats) -> float:
    """Of a Gaussian mixture, smaller is better; Schwarz (1978)."""
    k, d = fit.centres.shape
    scores: list[Floats] = []
    for centre, shape, offset in zip(fit.centres, fit.shapes, fit.offsets, strict=True):
        scores.append(offset - (((rows - centre) @ shape) ** 2).sum(axis=1) / 2)
    densities: Floats = np.stack(scores)
    most = densities.max(axis=0)
    log_likelihood = float((most + np.log(np.exp(densities - most).sum(axis=0))).sum())
    n_parameters = k * (d + d * (d + 1) / 2) + k - 1
    return float(n_parameters * np.log(len(rows)) - 2 * log_likelihood)


def _gap(method: str, rows: Floats, labels: Mapping[int, Ints], seed: int) -> tuple[Floats, Floats]:
    """How much tighter the clusters are than those of structureless clouds (log), and its simulation error."""
    rng = np.random.default_rng(seed)
    own = np.array([_log_scatter(rows, found) for found in labels.values()])
    scatters = []
    for _ in range(CLOUDS):
        cloud = _box(rows, len(rows), rng)
        fits = partitions(method, cloud, list(labels), seed=seed, restarts=RESTARTS)
        scatters.append([_log_scatter(cloud, fit.assign(cloud)) for fit in fits.values()])
    return np.mean(scatters, axis=0) - own, np.std(scatters, axis=0) * np.sqrt(1 + 1 / CLOUDS)


def _background(method: str, rows: Floats, k: int, seed: int) -> float:
    """The highest silhouette of k clusters in uniform and in normal clouds as wide as the rows."""
    from sklearn.metrics import silhouette_score

    rng = np.random.default_rng(seed)
    n = min(len(rows), CLOUD_ROWS)
    found = []
    for cloud in [draw(rows, n, rng) for _ in range(CLOUDS) for draw in (_box, _normal)]:
        fit = partitions(method, cloud, [k], seed=seed, restarts=RESTARTS)[k]
        found.append(_where_defined(silhouette_score, cloud, {k: fit.assign(cloud)})[0])
    known = np.array(found)[np.isfinite(found)]
    return float(known.max()) if len(known) else np.nan


def _box(rows: Floats, n: int, rng: np.random.Generator) -> Floats:
    """A cloud without structure: uniform in the smallest box around the rows."""
    axes = _tightest_axes(rows)
    turned = rows @ axes.T
    return rng.uniform(turned.min(axis=0), turned.max(axis=0), (n, len(axes))) @ axes


def _normal(rows: Floats, n: int, rng: np.random.Generator) -> Floats:
    """A cloud without structure: normal, with the variances and correlations of the rows."""
    _, sizes, axes = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    return np.asarray((rng.normal(size=(n, len(sizes))) * sizes / np.sqrt(len(rows))) @ axes)


def _tightest_axes(rows: Floats) -> Floats:
    """Axes of the smaller of the two boxes around the rows that the paper offers: the columns', the components'."""
    components = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)[2]
    boxes = [axes for axes in (np.eye(rows.shape[1]), components) if len(axes) == rows.shape[1]]
    return min(boxes, key=lambda axes: float(np.prod(np.ptp(rows @ axes.T, axis=0))))


def _log_scatter(rows: Floats, labels: Ints) -> float:
    """Logarithm of the squared distances to the cluster means."""
    n = np.bincount(labels)
    total = sum(float((column**2).sum() - (np.bincount(labels, column)[n > 0] ** 2 / n[n > 0]).sum())
                for column in (rows - rows.mean(axis=0)).T)  # fmt: skip
    return float(np.log(max(total, np.finfo(float).tiny)))


def _halves(method: str, rows: Floats, ks: Sequence[int], seed: int) -> dict[int, list[Ints]]:
    """Labels of all rows by clusters fitted on one half and on the other, again and again: pairs, one after another."""
    rng = np.random.default_rng(seed)
    possible = [k for k in ks if len(rows) // 2 >= max(k, 2)]
    found: dict[int, list[Ints]] = {k: [] for k in possible}
    for _ in range(HALVINGS if possible else 0):
        order = rng.permutation(len(rows))
        for half in (np.sort(order[: len(rows) // 2]), np.sort(order[len(rows) // 2 :])):
            for k, fit in partitions(method, rows[half], possible, seed=seed, restarts=RESTARTS).items():
                found[k].append(fit.assign(rows))
    return found


def _agreement(labels: Sequence[Ints]) -> float:
    """Mean adjusted Rand index of the pairs; missing without pairs."""
    from sklearn.metrics import adjusted_rand_score

    pairs = [adjusted_rand_score(one, other) for one, other in zip(labels[::2], labels[1::2], strict=True)]
    return float(np.mean(pairs)) if pairs else np.nan


def overlaps(labels: Ints, resampled: Sequence[Ints], k: int) -> Floats:
    """Stability of each of k clusters: its best Jaccard overlap with a cluster of each resample, on average.

    >>> overlaps(np.array([0, 0, 1, 1]), [np.array([1, 1, 0, 0]), np.array([0, 0, 0, 1])], 2).round(2).tolist()
    [0.83, 0.75]
    """
    best = []
    for other in resampled:
        both = np.zeros((k, int(np.max(other)) + 1))
        np.add.at(both, (labels, other), 1)
        either = both.sum(axis=1, keepdims=True) + both.sum(axis=0) - both
        best.append((both / np.maximum(either, 1)).max(axis=1))
    return np.mean(best, axis=0) if best else np.full(k, np.nan)


# --- the vote -------------------------------------------------------------------------------------------------------


def _counted(ks: Ints, measured: dict[str, Array], halves: Mapping[int, Sequence[Ints]]) -> Evidence:
    """The table of criteria with everyone's vote, and the number of clusters with the most."""
    votes = {name: at for name in measured if (at := _vote(name, measured)) is not None}
    n_votes = np.bincount(list(votes.values()), minlength=len(ks))
    # Among equals the more stable, then the fewer; a single cluster is no partition to recommend.
    stability = np.nan_to_num(np.round(measured["stability"], 2), nan=-1)
    best = max(range(1, len(ks)), key=lambda at: (n_votes[at], stability[at], -ks[at]))
    said = [", ".join(name for name, at in votes.items() if at == row) for row in range(len(ks))]
    columns = {
        "n_clusters": ks,
        **measured,
        "votes": n_votes.astype(np.int64),
        "voted_by": np.array(said, dtype=object),
        "recommended": np.arange(len(ks)) == best,
    }
    return Evidence(columns, int(ks[best]), halves)


def _vote(name: str, measured: Mapping[str, Array]) -> int | None:
    """The row that a criterion votes for; none where it has nothing to choose from."""
    values = measured[name]
    known = np.flatnonzero(np.isfinite(values))
    if name == "gap_error" or not len(known):
        return None
    if name == "gap":  # the fewest clusters within one error of the best
        best = int(np.argmax(values))
        return int(np.flatnonzero(values >= values[best] - measured["gap_error"][best])[0])
    if name == "stability":  # the most clusters that are as stable as any
        return int(known[values[known] >= np.max(values[known]) - TOLERANCE][-1])
    pick = np.argmin if name in ("davies_bouldin", "bic") else np.argmax
    return int(known[pick(values[known])])
