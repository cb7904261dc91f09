"""Clusters: groups of customers that nobody defined beforehand, and whether the data really have them.

`cluster` labels a list and shows how the number of clusters was chosen; `Clusterer` keeps the clusters fitted on one
list to assign later ones. Skewed columns are transformed and all columns brought to one scale, for otherwise the column
with the largest numbers decides alone and its few largest customers become a cluster of their own.

Clustering compares every customer's columns, so these columns are brought into memory: customers x columns x 8 bytes,
about five times that at the peak (10 million customers by recency, frequency and monetary value: 240 MB, at the peak
1.2 GB). Everything else about the customers stays where it is.

Sources: of the transforms in `clusters_scales`, of the methods in `clusters_fit`, of the criteria in `clusters_choice`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _frame, labels
from crmkit._estimators import Estimator
from crmkit._results import Result
from crmkit._segment import clusters_choice, clusters_profiles
from crmkit._segment._given import column_names, list_of_customers
from crmkit._segment.clusters_choice import Evidence, overlaps, structure_of, weigh
from crmkit._segment.clusters_fit import METHODS, Partition, partitions, refuse_without_sklearn, systematic
from crmkit._segment.clusters_scales import Scale, learn, transforms_of
from crmkit._threads import one_thread
from crmkit._types import Array, Floats, Ints, Table
from crmkit.errors import ArgumentError, DataError, NotFittedError, Words, shown
from crmkit.labels import Language

RFM = ("recency", "frequency", "monetary")
AUTO = range(2, 9)
CLUSTER, LABEL = "cluster", "cluster_label"
HINT = Words("hint_clusters")

# Customers to fit on; Ward's tree takes 4 n^2 bytes, 100 MB for 5,000.
SAMPLES = {"kmeans": 50_000, "gaussian_mixture": 20_000, "agglomerative": 5_000}
# Customers on which numbers of clusters are compared: many fits, and a silhouette looks at every pair.
SEARCHED = {"kmeans": 3_000, "gaussian_mixture": 2_000, "agglomerative": 2_000}
RESTARTS = 10


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Clusters(Result):
    """Customers with their clusters, and what is known about these; given by `cluster`.

    Attributes
    ----------
    customers : table, n_customers rows
        The caller's table, in its own kind and row order, with `cluster` (1 to n_clusters) and `cluster_label`.
    profiles : table, n_clusters rows
        `cluster`, `cluster_label`, `customers`, `customer_share`, `value_share` (of the money, where `monetary` is
        among the columns), `mean_<column>` and `median_<column>` in the unit of the column, `relative_<column>` (mean
        on the common scale, in standard deviations from all customers) and `stability` (how much of the cluster comes
        back when clusters are fitted on half of the customers: mean of the best Jaccard overlap, 0 to 1).
    criteria : table, one row per number of clusters tried, and one for 1
        `n_clusters`, each criterion, `votes`, `voted_by` and `recommended`; see `Clusterer`.
    scales : table, one row per column
        `column`, the `transform` it got, its `skewness` and `skewness_after`, once transformed.
    n_clusters : int
        Number of clusters.
    stability : float
        Mean adjusted Rand index between clusters fitted on two halves of the customers; 1 is full agreement.
    structure : {"clear", "weak", "none"}
        Whether there are clusters at all.
    recommendation : str
        The choice and how far to trust it, in a few sentences.
    clusterer : Clusterer
        The fitted clusters, to assign later customers, to store, or to read in the other language.
    """

    main: ClassVar[str] = "customers"
    drawn: ClassVar[str] = "cluster_profiles"

    customers: Table
    profiles: Table
    criteria: Table
    scales: Table
    n_clusters: int
    stability: float
    structure: str
    recommendation: str
    clusterer: Clusterer

    def shown(self) -> tuple[Any, ...]:
        """The profiles and how far to trust them."""
        return self.profiles, self.recommendation


def cluster(
    customers: Table,
    *,
    columns: Sequence[str] = RFM,
    n_clusters: str | int | Iterable[int] = "auto",
    method: str = "kmeans",
    transform: str | Mapping[str, str] = "auto",
    order_by: str | None = None,
    sample: int | None = None,
    seed: int = 0,
    language: Language | None = None,
) -> Clusters:
    """Find groups of similar customers, choose how many by several criteria, name them, and say whether to trust them.

    The same customers get the same clusters whatever the row order, the ids, the kind of table or the unit of money.
    The columns of all customers are brought into memory (customers x columns x 8 bytes, about five times that at
    the peak); a large list is fitted on a sample and assigned in full.

    Parameters
    ----------
    customers : table, n_customers rows
        One row per customer, of any supported kind.
    columns : sequence of str, default ("recency", "frequency", "monetary")
        Numeric columns to compare customers by. Each counts alike, so leave out what says the same thing twice.
    n_clusters : "auto", int, or several ints, default "auto"
        "auto" tries 2 to 8 and takes the number with the most votes among the criteria (see `Clusterer`). Give a number
        to have that many, or several, such as ``range(3, 7)``, to choose among.
    method : {"kmeans", "gaussian_mixture", "agglomerative"}, default "kmeans"
        "kmeans": round clusters of similar extent, the nearest centre wins. "gaussian_mixture": ellipses of any size
        and direction, the likeliest wins. "agglomerative": Ward's tree, cut; the nearest mean of a branch wins.
    transform : {"auto", "log", "yeo-johnson", "none"} or mapping of column to one, default "auto"
        How columns are reshaped before they are scaled. "auto": the logarithm (straightened near 0, so that zeros are
        welcome) where no value is below 0 and it brings the column nearer to a normal distribution; otherwise
        Yeo-Johnson beyond a skewness of 1 in either direction, and none for the rest. A mapping leaves other columns
        to "auto".
    order_by : str, optional
        Column by whose mean clusters are numbered, the highest first; by default `monetary`, otherwise the first one.
    sample : int, optional
        Fit on at most so many customers; by default 50,000 for k-means, 20,000 for the mixture, and 5,000 for the
        tree, whose memory grows with the square (4 n^2 bytes).
    seed : int, default 0
        Start of the random draws; the same seed gives the same clusters.
    language : {"en", "zh"}, optional
        Language of `cluster_label` and `recommendation`.

    Returns
    -------
    Clusters

    Raises
    ------
    ColumnError
        A column is absent, not numeric, missing or infinite for some customers.
    DataError
        The table has no rows or is transactions, a column is constant, or there are fewer different customers than
        clusters.
    ArgumentError
        An argument is unknown, or `n_clusters` is below 2.
    MissingPackageError
        scikit-learn is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> customers = crm.summarize(crm.datasets.load_cdnow(sample=True))
    >>> found = cluster(customers)
    >>> found.profiles[["cluster", "cluster_label", "customers"]]
       cluster                     cluster_label  customers
    0        1      recent, frequent, high spend        818
    1        2  inactive, rare buyers, low spend       1539
    >>> found.recommendation.split(" (")[0]
    '2 clusters: recommended by 4 of 5 criteria'
    >>> found.customers["cluster_label"].tolist()[0]
    'recent, frequent, high spend'
    """
    clusterer = Clusterer(
        columns=columns,
        n_clusters=n_clusters,
        method=method,
        transform=transform,
        order_by=order_by,
        sample=sample,
        seed=seed,
        language=language,
    )
    refuse_without_sklearn()
    table = clusterer._open(customers)
    cells = clusterer._cells(table)
    clusterer._learn(table, *cells)
    return Clusters(
        customers=clusterer._labelled(table, clusterer.language, cells[0]),
        profiles=clusterer.profiles_,
        criteria=clusterer.criteria_,
        scales=table.build(clusterer._scale_columns()),
        n_clusters=clusterer.n_clusters_,
        stability=clusterer.stability_,
        structure=clusterer.structure_,
        recommendation=clusterer.recommendation(),
        clusterer=clusterer,
    )


class Clusterer(Estimator):
    """Clusters that are kept: fit them on one list, assign later lists to the same ones.

    ``Clusterer(...).fit(customers).predict(customers)`` gives the table `customers` of ``cluster(customers, ...)``; the
    parameters are those of `cluster`. Assigning needs numpy only, not scikit-learn. Where one number of clusters is
    asked for, fitting finds only these: how far to trust them takes far longer and is found when it is first read.

    The number of clusters is sought on at most 3,000 customers (2,000 for the mixture and the tree). Each criterion
    votes for one number: `silhouette` (Rousseeuw 1987) and `calinski_harabasz` (1974) for their highest value,
    `davies_bouldin` (1979) for its lowest; `gap` (Tibshirani, Walther & Hastie 2001) for the fewest clusters within one
    simulation error of its highest value, `bic`, of the mixture only and in place of the gap, for its lowest, and
    both may vote for 1; `stability` (adjusted Rand index between clusters fitted on two halves of the customers, mean
    of 8 halvings) for the most clusters within 0.02 of its highest value. Most votes win; among equals the more
    stable number, then the smaller one.

    `structure_` is "none" where the silhouette is no more than 0.02 above the highest of 16 clouds without structure
    (uniform and normal, as wide and as correlated as the customers), or below 0.25 ("no substantial structure", Kaufman
    & Rousseeuw 1990), or the stability is below 0.6; "weak" where they are below 0.5 or 0.85; "clear" otherwise.

    Attributes
    ----------
    n_clusters_ : int
        Number of clusters.
    profiles_, criteria_ : table, in the kind of the fitted one
        See `Clusters`; pandas tables after `from_dict`.
    stability_ : float
        See `Clusters`.
    structure_ : {"clear", "weak", "none"}
        See above.
    scales_ : tuple of Scale
        How each column was brought to the common scale.
    partition_ : Partition
        Centres, shapes and offsets of the clusters on the common scale.
    n_customers_, n_fitted_ : int
        Customers of the list, and those that the clusters were fitted on.
    memory_ : int
        Bytes of the columns held in memory while fitting: customers x columns x 8.

    Examples
    --------
    >>> import pandas as pd
    >>> january = pd.DataFrame({"frequency": [1, 1, 2, 30, 40, 35], "monetary": [10.0, 12, 15, 900, 800, 990]})
    >>> june = pd.DataFrame({"frequency": [2, 50], "monetary": [20.0, 700]})
    >>> clusterer = Clusterer(columns=["frequency", "monetary"], n_clusters=2).fit(january)
    >>> clusterer.predict(june)
       frequency  monetary  cluster           cluster_label
    0          2      20.0        2  rare buyers, low spend
    1         50     700.0        1    frequent, high spend
    >>> again = Clusterer.from_dict(clusterer.to_dict())
    >>> again.predict(june, language="zh")["cluster_label"].tolist()
    ['低频、低消费', '高频、高消费']
    """

    n_clusters_: int
    scales_: tuple[Scale, ...]
    partition_: Partition
    n_customers_: int
    n_fitted_: int

    def __init__(
        self,
        *,
        columns: Sequence[str] = RFM,
        n_clusters: str | int | Iterable[int] = "auto",
        method: str = "kmeans",
        transform: str | Mapping[str, str] = "auto",
        order_by: str | None = None,
        sample: int | None = None,
        seed: int = 0,
        language: Language | None = None,
    ) -> None:
        language = labels.resolve(language)
        self.columns = _columns(columns)
        self.n_clusters = _numbers(n_clusters)
        self.method = _checks.choice("method", method, METHODS)
        self.transforms = transforms_of(transform, self.columns)
        self.order_by = _checks.choice(
            "order_by", _default_order(self.columns) if order_by is None else order_by, self.columns
        )
        self.sample = _checks.count("sample", SAMPLES[method] if sample is None else sample, least=10)
        self.seed = _checks.count("seed", seed, least=0)
        labels.resolve(language)  # refuses what is no language
        self.language = language

    def fit(self, customers: Table, y: Any = None) -> Self:  # noqa: ARG002  as pipelines call it
        """Learn the clusters of a table of customers."""
        refuse_without_sklearn()
        table = self._open(customers)
        return self._learn(table, *self._cells(table))

    def predict(self, customers: Table, *, language: Language | None = None) -> Table:
        """A table of any kind with the columns `cluster` and `cluster_label`, in its own kind and row order.

        Values beyond those of the fitted customers count as the ends of their range. Columns that already have these
        names are replaced.
        """
        self._refuse_unfitted()
        return self._labelled(self._open(customers), language or self.language)

    def names(self, language: Language | None = None) -> dict[int, str]:
        """The name of each cluster, by its number."""
        self._refuse_unfitted()
        said = clusters_profiles.names(self.columns, self._profile, language or self.language)
        return dict(enumerate(said, start=1))

    def recommendation(self, language: Language | None = None) -> str:
        """The choice of the number of clusters and how far to trust it, in a few sentences."""
        self._refuse_unfitted()
        asked = not isinstance(self.n_clusters, str) and len(self.n_clusters) == 1
        return clusters_choice.recommendation(self._evidence, language or self.language, asked=asked)

    def notes(self, language: Language | None = None) -> list[str]:
        """What fitting took: memory, the sample, clusters that nobody belongs to."""
        self._refuse_unfitted()
        spoken: Language = language or self.language
        people, size = f"{self.n_customers_:,}", f"{self.memory_ / 1e6:,.1f}"
        memory = {"columns": len(self.columns), "customers": people, "size": size}
        said = [labels.phrase("cluster_note_memory", spoken, **memory)]
        if self.n_fitted_ < self.n_customers_:
            said.append(labels.phrase("cluster_note_sample", spoken, fitted=f"{self.n_fitted_:,}", customers=people))
        asked = self._chosen
        if asked > self.n_clusters_:
            said.append(labels.phrase("cluster_note_empty", spoken, asked=asked, empty=asked - self.n_clusters_))
        return said

    @property
    def memory_(self) -> int:
        """Bytes of the columns held in memory while fitting."""
        self._refuse_unfitted()
        return self.n_customers_ * len(self.columns) * 8

    def to_dict(self) -> dict[str, Any]:
        """Settings and clusters as plain data, ready for ``json.dumps``; `from_dict` turns it back."""
        self._refuse_unfitted()
        return {
            "columns": list(self.columns),
            "n_clusters": self.n_clusters if isinstance(self.n_clusters, str) else list(self.n_clusters),
            "method": self.method,
            "transform": self.transforms,
            "order_by": self.order_by,
            "sample": self.sample,
            "seed": self.seed,
            "language": self.language,
            "scales": [asdict(scale) for scale in self.scales_],
            "partition": {name: array.tolist() for name, array in asdict(self.partition_).items()},
            "profile": _plain(self._described),
            "criteria": _plain(self._evidence.criteria),
            "chosen": self._chosen,
            "background": _plain({"silhouette": np.array([self._evidence.background])})["silhouette"][0],
            "customers": self.n_customers_,
            "fitted": self.n_fitted_,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Fitted clusters from what `to_dict` gave."""
        settings = ("columns", "n_clusters", "method", "transform", "order_by", "sample", "seed", "language")
        clusterer = cls(**{name: data[name] for name in settings})
        clusterer.scales_ = tuple(Scale(**scale) for scale in data["scales"])
        clusterer.partition_ = Partition(**{name: np.array(numbers) for name, numbers in data["partition"].items()})
        clusterer.n_customers_, clusterer.n_fitted_ = data["customers"], data["fitted"]
        clusterer._profile, clusterer._chosen = _arrays(data["profile"]), data["chosen"]
        clusterer.n_clusters_, clusterer._kind = len(clusterer.partition_.offsets), _frame.open_table({CLUSTER: [0]})
        background = np.nan if data["background"] is None else data["background"]
        clusterer._evidence = Evidence(_arrays(data["criteria"]), data["chosen"], background=background)
        return clusterer

    # Fitting looks at distinct customers and how many are alike, counted in the table's own engine.

    def _open(self, customers: Table) -> _frame.Table:
        listed = list_of_customers(customers, "crmkit.summarize(transactions)")
        return _frame.open_table(listed, numbers=self.columns, hint=HINT)

    def _cells(self, table: _frame.Table) -> tuple[Floats, Ints]:
        """The distinct customers, in ascending order of their values, and how many there are of each."""
        keys = self._keys()
        counted = _frame.Table(table.frame.select(**keys)).cells(list(keys))
        return np.stack([counted[key].astype(float) for key in keys], axis=1), counted["n"]

    def _keys(self) -> dict[str, nw.Expr]:
        """The columns as floats, under names that no table of a caller has."""
        return {f"crmkit_cluster_{at}": nw.col(name).cast(nw.Float64) for at, name in enumerate(self.columns)}

    def _learn(self, table: _frame.Table, values: Floats, n: Ints) -> Self:
        tried = self._tried(values)
        fitted_on = systematic(n, self.sample, self.seed)
        self.scales_ = tuple(
            learn(name, values[fitted_on, at], transform=self.transforms[name],
                  low=float(np.min(values[:, at])), high=float(np.max(values[:, at])))
            for at, name in enumerate(self.columns)
        )  # fmt: skip
        scaled = self._scaled(values)
        rows = scaled[fitted_on]
        few = rows[systematic(np.ones(len(rows), dtype=np.int64), SEARCHED[self.method], self.seed)]
        self._forget()
        self._few, self._kind = few, _frame.Table(table.frame.head(0))
        self._weigh = functools.partial(weigh, self.method, few, seed=self.seed)
        self._chosen = tried[0] if len(tried) == 1 else self._weighed(tried).n_clusters
        with one_thread():
            fitted = partitions(self.method, rows, [self._chosen], seed=self.seed, restarts=RESTARTS)[self._chosen]
        self.partition_ = fitted.take(
            _best_first(fitted.assign(scaled), values[:, self.columns.index(self.order_by)], n)
        )
        self.n_clusters_ = len(self.partition_.offsets)
        self.n_customers_, self.n_fitted_ = int(n.sum()), len(rows)
        found = self.partition_.assign(scaled)
        self._profile = clusters_profiles.profile(self.columns, values, scaled, n, found, self.n_clusters_)
        return self

    # How far to trust the clusters: sought with their number, or else when it is first read.

    def _forget(self) -> None:
        """Drop what was found of other clusters."""
        for name in ("_evidence", "_described", "profiles_", "criteria_", "stability_", "structure_"):
            vars(self).pop(name, None)

    def _weighed(self, tried: Sequence[int]) -> Evidence:
        with one_thread():
            self._evidence = self._weigh(tried)
        return self._evidence

    @functools.cached_property
    def _evidence(self) -> Evidence:
        self._refuse_unfitted()
        return self._weighed([self._chosen])

    @functools.cached_property
    def _described(self) -> dict[str, Array]:
        """The profile of each cluster with its stability."""
        if "stability" in self._profile:  # read from a file
            return self._profile
        halves = self._evidence.halves.get(self._chosen, [])
        return {**self._profile, "stability": overlaps(self.partition_.assign(self._few), halves, self.n_clusters_)}

    @functools.cached_property
    def profiles_(self) -> Table:
        """See `Clusters`; pandas tables after `from_dict`."""
        self._refuse_unfitted()
        named = {CLUSTER: self._profile[CLUSTER], LABEL: np.array(list(self.names().values()), dtype=object)}
        return self._kind.build({**named, **{name: v for name, v in self._described.items() if name != CLUSTER}})

    @functools.cached_property
    def criteria_(self) -> Table:
        """See `Clusters`; pandas tables after `from_dict`."""
        evidence = self._evidence
        return self._kind.build(evidence.criteria)

    @functools.cached_property
    def stability_(self) -> float:
        """See `Clusters`."""
        return self._evidence.of("stability")

    @functools.cached_property
    def structure_(self) -> str:
        """See above."""
        return structure_of(self._evidence)[0]

    def _tried(self, values: Floats) -> list[int]:
        """The numbers of clusters to try; more than there are different customers cannot be."""
        if not len(values):
            raise DataError("segment_table_rows_nobody_group", hint=HINT)
        different = len(values)
        if isinstance(self.n_clusters, str):
            tried = [k for k in AUTO if k < different]
        else:
            tried = [k for k in self.n_clusters if k <= different]
            if len(tried) < len(self.n_clusters):
                tried = []
        if not tried:
            raise DataError(
                "segment_different_customer_columns_cannot",
                different=different,
                plural="s" if different > 1 else "",
                columns=shown(self.columns, most=9),
                asked=self._asked(),
            )
        return tried

    def _asked(self) -> Any:
        if isinstance(self.n_clusters, str):
            return self.n_clusters
        if len(self.n_clusters) == 1:
            return self.n_clusters[0]
        several = range(self.n_clusters[0], self.n_clusters[-1] + 1)
        return several if len(several) == len(self.n_clusters) else list(self.n_clusters)

    def _scaled(self, values: Floats) -> Floats:
        return np.stack([scale.apply(values[:, at]) for at, scale in enumerate(self.scales_)], axis=1)

    def _labelled(self, table: _frame.Table, language: Language, cells: Floats | None = None) -> Table:
        """The table with cluster and name: row by row where it is in memory, otherwise looked up by the columns."""
        names = np.array(["", *self.names(language).values()], dtype=object)
        if table.in_memory:
            number = 1 + self.partition_.assign(self._scaled(np.stack(table.arrays(*self.columns), axis=1)))
            bare = table.frame.drop(*[name for name in (CLUSTER, LABEL) if name in table.columns])
            return table.give_back(table.add({CLUSTER: number, LABEL: names[number]}, to=bare))
        values = self._cells(table)[0] if cells is None else cells
        number = 1 + self.partition_.assign(self._scaled(values))
        keys = self._keys()
        found = {key: values[:, at] for at, key in enumerate(keys)} | {CLUSTER: number, LABEL: names[number]}
        keyed = _frame.Table(table.frame.with_columns(**keys))
        return table.give_back(keyed.attach(list(keys), found).drop(*keys))

    def _scale_columns(self) -> dict[str, Array]:
        names = ("column", "transform", "skewness", "skewness_after")
        kept = {name: [getattr(scale, name) for scale in self.scales_] for name in names}
        return {name: np.array(found, dtype=float if "skew" in name else object) for name, found in kept.items()}

    def _refuse_unfitted(self) -> None:
        if not hasattr(self, "partition_"):
            raise NotFittedError("segment_clusterer_clusters_yet_call")


def _columns(columns: Any) -> tuple[str, ...]:
    listed = column_names("columns", columns)
    taken = [name for name in (CLUSTER, LABEL) if name in listed]
    if taken:
        raise ArgumentError("columns", list(listed), "segment_result_needs_rename_first", taken=shown(taken))
    return listed


def _numbers(n_clusters: Any) -> str | tuple[int, ...]:
    """Numbers of clusters to try, in ascending order, or "auto"."""
    if isinstance(n_clusters, str):
        if n_clusters == "auto":
            return n_clusters
        raise ArgumentError("n_clusters", n_clusters, "segment_known_auto_number_several")
    several = list(n_clusters) if isinstance(n_clusters, Iterable) else [n_clusters]
    if not several:
        raise ArgumentError("n_clusters", n_clusters, "segment_empty_auto_number_several")
    return tuple(sorted({_checks.count("n_clusters", k, least=2) for k in several}))


def _default_order(columns: Sequence[str]) -> str:
    return "monetary" if "monetary" in columns else columns[0]


def _best_first(found: Ints, values: Floats, n: Ints) -> Ints:
    """The clusters that customers belong to, by the mean of a column, the highest first."""
    sizes = np.bincount(found, n)
    means = np.bincount(found, values * n) / np.maximum(sizes, 1)
    order = np.argsort(-means, kind="stable")
    return order[sizes[order] > 0]


def _plain(columns: Mapping[str, Array]) -> dict[str, list[Any]]:
    """Columns as lists that JSON can hold: a missing number is None."""
    return {name: [None if value != value else value for value in column.tolist()] for name, column in columns.items()}


def _arrays(columns: Mapping[str, Sequence[Any]]) -> dict[str, Array]:
    """The columns that `_plain` gave."""
    texts = {name for name, column in columns.items() if any(isinstance(value, str) for value in column)}
    return {
        name: np.array(column, dtype=object)
        if name in texts
        else np.array([np.nan if value is None else value for value in column])
        for name, column in columns.items()
    }
