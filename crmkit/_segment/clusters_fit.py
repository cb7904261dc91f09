"""Fitting clusters with scikit-learn, and assigning customers without it.

Each of the three methods ends in the same few numbers, a centre, a shape and an offset per cluster, from which
`Partition.assign` finds the cluster of any customer. They are plain numbers: stored as JSON, read anywhere.

Sources: Lloyd (1982) and Arthur & Vassilvitskii (2007) for k-means; Ward (1963) for the agglomerative method; Dempster,
Laird & Rubin (1977) for the Gaussian mixture.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmkit._types import Array, Floats, Ints
from crmkit.errors import MissingPackageError

METHODS = ("kmeans", "gaussian_mixture", "agglomerative")
# No component narrower than a tenth of a column's spread, or a spike of equal values (all who bought once) would
# make a component of its own whose likelihood has no bound.
LEAST_VARIANCE = 0.01


@dataclass(frozen=True, slots=True)
class Partition:
    """k clusters in d columns on the common scale; a customer belongs to the cluster of the highest score.

    The score of z is offset - |(z - centre) shape|^2 / 2: a log-density for the Gaussian mixture; for the other methods
    the shape is the identity and the offset 0, so that the nearest centre wins.

    Attributes
    ----------
    centres : array, (k, d)
        Centre of each cluster.
    shapes : array, (k, d, d)
        What whitens the deviations from it.
    offsets : array, (k,)
        What is added to each score.

    Examples
    --------
    >>> wide_and_narrow = np.array([[[0.1]], [[10.0]]])
    >>> Partition(np.zeros((2, 1)), wide_and_narrow, np.log([0.1, 10.0])).assign(np.array([[0.0], [3.0]])).tolist()
    [1, 0]
    """

    centres: Floats
    shapes: Floats
    offsets: Floats

    def assign(self, rows: Floats) -> Ints:
        """Number of each row's cluster, from 0; among equals the first.

        >>> around(np.array([[0.0], [5.0]])).assign(np.array([[1.0], [4.0], [2.5]])).tolist()
        [0, 1, 0]
        """
        # Added up column by column, so that a customer's score does not depend on who else is in the table.
        columns = [np.ascontiguousarray(column) for column in rows.T]
        best, found = np.full(len(rows), -np.inf), np.zeros(len(rows), dtype=np.int64)
        for number, (centre, shape, offset) in enumerate(zip(self.centres, self.shapes, self.offsets, strict=True)):
            score = np.full(len(rows), offset)
            for weights in shape.T:
                score -= sum(w * (z - c) for w, z, c in zip(weights, columns, centre, strict=True) if w) ** 2 / 2
            better = score > best
            best[better], found[better] = score[better], number
        return found

    def take(self, order: Sequence[int] | Ints) -> Partition:
        """The clusters listed, in that order.

        >>> around(np.array([[0.0], [5.0]])).take([1, 0]).centres.tolist()
        [[5.0], [0.0]]
        """
        at = np.asarray(order, dtype=np.intp)
        return Partition(self.centres[at], self.shapes[at], self.offsets[at])


def around(centres: Floats) -> Partition:
    """The partition in which the nearest of the centres wins.

    >>> around(np.array([[0.0, 0.0], [1.0, 1.0]])).shapes.shape
    (2, 2, 2)
    """
    k, d = centres.shape
    return Partition(centres, np.tile(np.eye(d), (k, 1, 1)), np.zeros(k))


def systematic(n: Ints, size: int, seed: int) -> NDArray[np.intp]:
    """Which of the cells (with n customers each, in an order of their own) `size` evenly spaced customers come from.

    The order is that of the values, not of the rows, so neither row order nor ids matter, and the sample
    covers the whole range of the first column.

    >>> systematic(np.array([4, 4, 8]), 4, seed=0).tolist()
    [0, 1, 2, 2]
    """
    total = int(n.sum())
    if total <= size:
        return np.repeat(np.arange(len(n)), n)
    at = (np.arange(size) + np.random.default_rng(seed).random()) * (total / size)
    return np.asarray(np.searchsorted(np.cumsum(n), np.floor(at), side="right"))


def refuse_without_sklearn() -> None:
    """Say what to install, before any work.

    >>> refuse_without_sklearn()
    """
    try:
        import sklearn  # noqa: F401
    except ImportError:
        raise MissingPackageError("segment_clusters_need_package_scikit") from None


def partitions(method: str, rows: Floats, ks: Sequence[int], *, seed: int, restarts: int) -> dict[int, Partition]:
    """The clusters of `rows` for each number of clusters asked for.

    >>> rows = np.array([[0.0], [0.1], [5.0], [5.1]])
    >>> partitions("kmeans", rows, [2], seed=0, restarts=3)[2].centres.round(2).ravel().tolist()
    [0.05, 5.05]
    """
    from sklearn import config_context
    from sklearn.exceptions import ConvergenceWarning

    # What goes in was checked at the edge; checking again would take a good part of the time of the many small fits.
    checked = config_context(skip_parameter_validation=True, assume_finite=True)
    with warnings.catch_warnings(), checked:
        # Fewer distinct rows than clusters in a resample, or an EM at its last step: both show in the stability.
        warnings.simplefilter("ignore", ConvergenceWarning)
        if method == "agglomerative":
            return _trees(rows, ks)
        fit = _kmeans if method == "kmeans" else _mixture
        return {k: _by_first_column(fit(rows, k, seed, restarts)) for k in ks}


def _by_first_column(partition: Partition) -> Partition:
    return partition.take(np.lexsort(partition.centres.T[::-1]))


def _kmeans(rows: Floats, k: int, seed: int, restarts: int) -> Partition:
    from sklearn.cluster import KMeans

    return around(KMeans(k, n_init=restarts, random_state=seed).fit(rows).cluster_centers_)


def _mixture(rows: Floats, k: int, seed: int, restarts: int) -> Partition:
    from sklearn.mixture import GaussianMixture

    # Each start comes from a k-means of its own, so that a third of the restarts will do.
    starts = max(1, restarts // 3)
    found: Any = GaussianMixture(k, n_init=starts, random_state=seed, reg_covar=LEAST_VARIANCE).fit(rows)
    shapes = found.precisions_cholesky_
    determinants = np.log(np.diagonal(shapes, axis1=1, axis2=2)).sum(axis=1)
    constant = rows.shape[1] / 2 * np.log(2 * np.pi)
    return Partition(found.means_, shapes, np.log(found.weights_) + determinants - constant)


def _trees(rows: Floats, ks: Sequence[int]) -> dict[int, Partition]:
    """Ward's tree, grown once and cut at each number of clusters; the centres are the means of its branches."""
    from sklearn.cluster import AgglomerativeClustering

    children = AgglomerativeClustering(linkage="ward", compute_full_tree=True).fit(rows).children_
    return {k: _by_first_column(around(_branch_means(rows, children, k))) for k in ks}


def _branch_means(rows: Floats, children: Array, k: int) -> Floats:
    """Means of the k branches that remain after the first n - k mergers of Ward's tree."""
    sums: dict[int, tuple[Floats, int]] = {leaf: (row, 1) for leaf, row in enumerate(rows)}
    for merger, (left, right) in enumerate(children[: len(rows) - k], start=len(rows)):
        (left_sum, left_n), (right_sum, right_n) = sums.pop(int(left)), sums.pop(int(right))
        sums[merger] = (left_sum + right_sum, left_n + right_n)
    return np.array([total / n for total, n in sums.values()])
