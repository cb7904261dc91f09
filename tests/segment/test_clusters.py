"""Clusters against planted groups, scikit-learn's and SciPy's own results and pandas; laws; bad input."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.metrics import adjusted_rand_score, davies_bouldin_score, silhouette_score
from sklearn.mixture import GaussianMixture

from conftest import as_columns, small_table, table_of
from crmkit import Transactions, segment, summarize
from crmkit._segment import clusters, clusters_choice, clusters_fit, clusters_profiles, clusters_scales
from crmkit.datasets import load_cdnow, load_ten_customers
from crmkit.errors import ArgumentError, ColumnError, DataError, MissingPackageError, NotFittedError

METHODS = ("kmeans", "gaussian_mixture", "agglomerative")
MEASURES = ["recency", "frequency", "monetary"]

# Medians of five kinds of customers: days, orders, money; the scales of the columns have nothing in common.
KINDS_OF_CUSTOMERS = np.array([
    [8.0, 30.0, 9000.0], [12.0, 3.0, 60.0], [300.0, 2.0, 45.0], [280.0, 20.0, 1500.0], [60.0, 8.0, 12000.0],
])  # fmt: skip


def planted(k, n=600, seed=0):
    """Lognormal customers of k kinds, and the kind of each."""
    rng = np.random.default_rng(seed)
    kind = np.arange(n) % k
    values = KINDS_OF_CUSTOMERS[kind] * np.exp(rng.normal(0, [0.3, 0.25, 0.45], (n, 3)))
    return {"customer_id": np.arange(n), **dict(zip(MEASURES, values.T, strict=True))}, kind


def matrix(columns, names=MEASURES):
    return np.stack([np.asarray(columns[name], dtype=float) for name in names], axis=1)


@pytest.fixture(autouse=True)
def _quick(request, monkeypatch):
    """Fewer halves and clouds, except where the choice of the number of clusters is what a test is about."""
    if "in_full" not in request.fixturenames:
        monkeypatch.setattr(clusters_choice, "HALVINGS", 2)
        monkeypatch.setattr(clusters_choice, "CLOUDS", 1)
        monkeypatch.setattr(clusters_choice, "RESTARTS", 3)


@pytest.fixture
def in_full():
    """Asked for by tests that need the search as users have it."""


@pytest.fixture(scope="module")
def cdnow_clusters():
    return segment.cluster(summarize(load_cdnow()))


# --- planted groups, and none -------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_planted_groups_are_found_where_raw_kmeans_sees_money_alone(method):
    columns, kind = planted(5)
    raw = KMeans(5, n_init=10, random_state=0).fit_predict(matrix(columns))
    assert adjusted_rand_score(kind, raw) < 0.5
    found = segment.cluster(columns, n_clusters=5, method=method)
    assert adjusted_rand_score(kind, found.customers["cluster"]) > 0.9
    assert found.stability > 0.95
    assert found.structure == "clear"
    assert min(found.profiles["stability"]) > 0.95


@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_the_planted_number_of_groups_is_recommended(k, in_full):
    columns, kind = planted(k, n=300, seed=k)
    found = segment.cluster(columns)
    assert found.n_clusters == k
    assert adjusted_rand_score(kind, found.customers["cluster"]) > 0.95
    assert found.criteria.loc[found.criteria["recommended"], "n_clusters"].tolist() == [k]
    assert found.recommendation.startswith(f"{k} clusters: recommended by ")


@pytest.mark.parametrize("method", ["gaussian_mixture", "agglomerative"])
def test_the_other_methods_recommend_the_planted_number_too(method):
    assert segment.cluster(planted(4, n=400)[0], method=method, n_clusters=range(2, 7)).n_clusters == 4


def clouds():
    rng = np.random.default_rng(7)
    bell = rng.multivariate_normal([0, 0, 0], [[1, 0.8, 0.6], [0.8, 1, 0.7], [0.6, 0.7, 1]], 400)
    return {"normal": bell, "lognormal": np.exp(bell), "uniform": rng.uniform(size=(400, 3))}


@pytest.mark.parametrize("shape", ["normal", "lognormal", "uniform"])
def test_a_cloud_without_groups_is_called_one(shape, in_full):
    found = segment.cluster(dict(zip("abc", clouds()[shape].T, strict=True)), columns=list("abc"))
    assert found.structure == "none"
    assert "There are no clear clusters" in found.recommendation
    assert "没有明显的聚类" in found.clusterer.recommendation("zh")


def test_no_cluster_swallows_cdnow_as_it_does_without_scaling(cdnow_clusters):
    customers = summarize(load_cdnow())
    raw = KMeans(2, n_init=3, random_state=0).fit_predict(matrix(customers, ["frequency", "monetary"]))
    assert np.bincount(raw).max() / len(raw) > 0.98
    some = np.random.default_rng(0).permutation(len(raw))[:3000]
    assert silhouette_score(matrix(customers, ["frequency", "monetary"])[some], raw[some]) > 0.9
    assert cdnow_clusters.profiles["customer_share"].max() < 0.9
    for n_clusters in (3, 5):
        assert segment.cluster(customers, n_clusters=n_clusters, sample=2000).profiles["customer_share"].max() < 0.9


# --- against scikit-learn and SciPy -------------------------------------------------------------------------------


def scaled(columns):
    values = matrix(columns)
    return np.stack([clusters_scales.learn("a", column).apply(column) for column in values.T], axis=1)


def test_kmeans_is_that_of_scikit_learn():
    rows = scaled(planted(4)[0])
    theirs = KMeans(4, n_init=5, random_state=3).fit(rows)
    ours = clusters_fit.partitions("kmeans", rows, [4], seed=3, restarts=5)[4]
    order = np.lexsort(theirs.cluster_centers_.T[::-1])
    assert ours.centres == pytest.approx(theirs.cluster_centers_[order])
    fresh = np.random.default_rng(1).normal(0, 2, (2000, 3))
    assert (order[ours.assign(fresh)] == theirs.predict(fresh)).all()
    assert clusters_choice._log_scatter(rows, ours.assign(rows)) == pytest.approx(np.log(theirs.inertia_))


def test_the_gaussian_mixture_is_that_of_scikit_learn():
    rows = scaled(planted(3)[0])
    theirs = GaussianMixture(3, n_init=2, random_state=3, reg_covar=0.01).fit(rows)
    ours = clusters_fit.partitions("gaussian_mixture", rows, [3], seed=3, restarts=6)[3]
    order = np.lexsort(theirs.means_.T[::-1])
    fresh = np.random.default_rng(1).normal(0, 2, (2000, 3))
    assert (order[ours.assign(fresh)] == theirs.predict(fresh)).all()
    assert clusters_choice._bic(ours, rows) == pytest.approx(theirs.bic(rows))


def test_the_tree_is_that_of_scikit_learn_cut_at_every_height():
    rows = scaled(planted(4, n=150)[0])
    found = clusters_fit.partitions("agglomerative", rows, [1, 2, 4, 7], seed=0, restarts=1)
    for k, ours in found.items():
        branches = AgglomerativeClustering(n_clusters=k).fit_predict(rows)
        means = np.array([rows[branches == branch].mean(axis=0) for branch in range(k)])
        assert ours.centres == pytest.approx(means[np.lexsort(means.T[::-1])], abs=1e-12)
    branches = AgglomerativeClustering(n_clusters=4).fit_predict(rows)
    assert adjusted_rand_score(branches, found[4].assign(rows)) > 0.95  # the nearest mean, not the branch


def test_yeo_johnson_is_that_of_scipy():
    u = np.random.default_rng(0).gamma(2, size=500) - 1.0
    for power in (-1.0, 0.0, 0.5, 1.0, 2.0, 2.7):
        assert clusters_scales._yeo_johnson(u, power) == pytest.approx(stats.yeojohnson(u, power))
    assert clusters_scales._best_power(u) == pytest.approx(stats.yeojohnson_normmax(u), abs=2e-3)


def test_the_started_logarithm_worked_out_by_hand():
    # quartiles of the values above 0 are 2 and 8: the unit is 2 * 2 / 8
    values = np.array([0.0, 1, 2, 4, 8, 16])
    scale = clusters_scales.learn("spend", values, transform="log")
    assert scale.unit == 0.5
    shape = np.array([-1.0, np.log(2), np.log(4), np.log(8), np.log(16), np.log(32)])
    assert scale.apply(values) == pytest.approx((shape - shape.mean()) / shape.std())
    assert scale.skewness == pytest.approx(stats.skew(values))
    assert scale.skewness_after == pytest.approx(stats.skew(shape))


def test_the_power_is_taken_of_distances_from_the_median_in_mean_deviations():
    # the median is 2; the distances -4, -2, 0, 1, 10 are 3.4 on average
    values = np.array([-2.0, 0, 2, 3, 12])
    scale = clusters_scales.learn("profit", values, transform="yeo-johnson")
    assert (scale.centre, scale.unit) == (2.0, pytest.approx(3.4, rel=1e-12))
    shape = stats.yeojohnson((values - 2) / 3.4, scale.power)
    assert scale.power == pytest.approx(stats.yeojohnson_normmax((values - 2) / 3.4), abs=2e-3)
    assert scale.apply(values) == pytest.approx((shape - shape.mean()) / shape.std())


def test_the_criteria_are_those_of_scikit_learn_on_the_common_scale():
    columns, _ = planted(3)
    found = segment.cluster(columns, n_clusters=3)
    row = found.criteria.set_index("n_clusters").loc[3]
    assert row["silhouette"] == pytest.approx(silhouette_score(scaled(columns), found.customers["cluster"]))
    assert row["davies_bouldin"] == pytest.approx(davies_bouldin_score(scaled(columns), found.customers["cluster"]))
    assert found.criteria["n_clusters"].tolist() == [1, 3]


def test_the_gap_of_two_lumps_is_highest_at_two(in_full):
    rng = np.random.default_rng(0)
    rows = np.r_[rng.normal(-5, 1, (100, 2)), rng.normal(5, 1, (100, 2))]
    criteria = clusters_choice.weigh("kmeans", rows, range(2, 6), seed=0).criteria
    assert criteria["n_clusters"][np.argmax(criteria["gap"])] == 2
    one = clusters_choice.weigh("kmeans", rng.normal(size=(200, 2)), range(2, 6), seed=0).criteria
    assert "gap" in one["voted_by"][0]


def test_the_overlap_of_clusters_by_hand():
    labels, other = np.array([0, 0, 0, 1, 1, 2]), np.array([1, 1, 0, 0, 0, 0])
    # {0,1,2} meets {0,1}: 2 of 3; {3,4} meets {2,3,4,5}: 2 of 4; {5} meets it: 1 of 4
    assert clusters_choice.overlaps(labels, [other, labels], 3) == pytest.approx([5 / 6, 3 / 4, 5 / 8])


# --- transforms ---------------------------------------------------------------------------------------------------


def test_each_column_gets_the_transform_that_its_shape_asks_for():
    rng = np.random.default_rng(0)
    columns = {
        "money": np.exp(rng.normal(5, 1, 500)),
        "with_zeros": np.where(rng.random(500) < 0.2, 0, np.exp(rng.normal(5, 1, 500))),
        "profit": np.exp(rng.normal(3, 1, 500)) - 10,
        "age": rng.normal(40, 8, 500),
        "days_left": 100 - rng.exponential(10, 500),
    }
    found = segment.cluster(columns, columns=list(columns), n_clusters=2)
    scales = found.scales.set_index("column")
    assert scales["transform"].tolist() == ["log", "log", "yeo-johnson", "none", "yeo-johnson"]
    assert (scales["skewness_after"].abs() < 1).all()
    chosen = segment.cluster(columns, columns=list(columns), n_clusters=2, transform={"money": "none"}).scales
    assert chosen["transform"].tolist() == ["none", "log", "yeo-johnson", "none", "yeo-johnson"]
    plain = segment.cluster(columns, columns=list(columns), n_clusters=2, transform="none").scales
    assert set(plain["transform"]) == {"none"}


def test_groups_at_three_scales_are_told_apart_without_any_skewness():
    rng = np.random.default_rng(0)
    money = np.repeat([1.0, 20, 400], [80, 80, 240]) * np.exp(rng.normal(0, 0.3, 400))
    assert abs(stats.skew(money)) < clusters_scales.SKEWED / 2
    found = segment.cluster({"money": money, "n": money**0.5 * np.exp(rng.normal(0, 0.2, 400))}, columns=["money", "n"])
    assert found.n_clusters == 3


@pytest.mark.parametrize("factor", [100, 0.001, 7.3])
def test_the_unit_of_money_changes_nothing(factor):
    columns, _ = planted(4, n=200)
    columns["monetary"][:20] = 0
    other = {**columns, "monetary": columns["monetary"] * factor}
    for transform in ("auto", "yeo-johnson", "none"):
        ours, theirs = (segment.cluster(c, n_clusters=4, transform=transform).customers for c in (columns, other))
        assert ours["cluster"].tolist() == theirs["cluster"].tolist()


def test_values_beyond_the_fitted_ones_count_as_the_ends():
    columns, _ = planted(5)
    clusterer = segment.Clusterer(n_clusters=5).fit(columns)
    for name in MEASURES:
        usual = dict(zip(MEASURES, KINDS_OF_CUSTOMERS.T, strict=True))
        for end, beyond in ((max(columns[name]), 1e12), (min(columns[name]), -1e6)):
            here, there = ({**usual, name: np.full(5, value)} for value in (end, beyond))
            assert clusterer.predict(here)["cluster"].tolist() == clusterer.predict(there)["cluster"].tolist()


# --- profiles and names -------------------------------------------------------------------------------------------


def test_the_profiles_are_those_that_pandas_counts(cdnow_clusters):
    grouped = cdnow_clusters.customers.groupby("cluster")
    profiles = cdnow_clusters.profiles.set_index("cluster")
    assert profiles["customers"].tolist() == grouped.size().tolist()
    assert profiles["customer_share"].tolist() == pytest.approx((grouped.size() / 23570).tolist())
    money = cdnow_clusters.customers["monetary"]
    assert profiles["value_share"].tolist() == pytest.approx((grouped["monetary"].sum() / money.sum()).tolist())
    for name in MEASURES:
        assert profiles[f"mean_{name}"].tolist() == pytest.approx(grouped[name].mean().tolist())
        assert profiles[f"median_{name}"].tolist() == grouped[name].median().tolist()
        assert (profiles[f"relative_{name}"] * profiles["customers"]).sum() == pytest.approx(0, abs=1e-6)
    assert profiles["mean_monetary"].is_monotonic_decreasing


def test_cdnow_falls_into_repeat_buyers_and_the_rest(cdnow_clusters):
    assert cdnow_clusters.profiles["cluster_label"].tolist() == [
        "recent, frequent, high spend",
        "inactive, rare buyers, low spend",
    ]
    assert cdnow_clusters.clusterer.names("zh") == {1: "近期消费、高频、高消费", 2: "久未消费、低频、低消费"}
    assert cdnow_clusters.profiles["customers"].tolist() == pytest.approx([8228, 15342], rel=0.02)
    assert cdnow_clusters.customers["cluster_label"].iloc[0] in set(cdnow_clusters.profiles["cluster_label"])
    assert cdnow_clusters.criteria["n_clusters"].tolist() == list(range(1, 9))


def test_clusters_are_numbered_from_the_highest_mean_of_the_column_named():
    columns, _ = planted(4)
    assert segment.cluster(columns, n_clusters=4).profiles["mean_monetary"].is_monotonic_decreasing
    by_orders = segment.cluster(columns, n_clusters=4, order_by="frequency").profiles
    assert by_orders["mean_frequency"].is_monotonic_decreasing
    first = segment.cluster(columns, n_clusters=4, columns=["recency", "frequency"]).profiles
    assert first["mean_recency"].is_monotonic_decreasing
    assert "value_share" not in first


@pytest.mark.parametrize("language", ["en", "zh"])
def test_names_are_all_different(language):
    relative = {
        "relative_recency": np.array([-0.9, -0.8, -0.7, 0.0, 0.1, 2.0]),
        "relative_visits": np.array([0.6, 0.7, 0.8, 0.0, 0.1, -1.6]),
    }
    means = {"mean_recency": np.array([10.0, 10.4, 12, 50, 50, 90]), "mean_visits": np.array([9.0, 9, 9, 4, 4, 1])}
    found = {"cluster": np.arange(1, 7), **relative, **means}
    names = clusters_profiles.names(["recency", "visits"], found, language)
    assert len(set(names)) == 6
    expected = {
        "en": ["recent, high visits; mean days since last purchase 10", "average in all",
               "long inactive, very low visits"],
        "zh": ["近期消费、visits偏高，平均距最近一次消费天数 10", "各项中等", "长期未消费、visits很低"],
    }[language]  # fmt: skip
    assert names[0].startswith(expected[0])
    assert names[3].startswith(expected[1])
    assert names[4].endswith("(no. 5)" if language == "en" else "（第 5 类）")
    assert names[5] == expected[2]


# --- tables of every kind, order, samples -------------------------------------------------------------------------


def test_every_kind_of_table_gets_the_same_clusters(make_table):
    columns, _ = planted(4, n=120)
    columns = {"customer_id": [f"c{i:03}" for i in range(120)], "n": np.round(columns["monetary"], 2),
               "frequency": np.ceil(columns["frequency"]).astype(np.int64), "cluster": ["old"] * 120}  # fmt: skip
    table = make_table(columns)
    found = segment.cluster(table, columns=["n", "frequency"], n_clusters=3, language="zh")
    plain = segment.cluster(table_of("pandas", columns), columns=["n", "frequency"], n_clusters=3, language="zh")
    assert type(found.customers) is type(table)
    assert all(type(part) is type(make_table({"a": [1]})) for part in (found.profiles, found.criteria, found.scales))
    ours, theirs = as_columns(found.customers, sort="customer_id"), as_columns(plain.customers)
    assert list(ours) == ["customer_id", "n", "frequency", "cluster", "cluster_label"]
    assert ours == theirs
    assert as_columns(found.profiles, sort="cluster") == as_columns(plain.profiles)
    assert found.recommendation == plain.recommendation
    again = as_columns(found.clusterer.predict(found.customers), sort="customer_id")
    assert again == ours
    if make_table.kind in ("pandas", "polars", "pyarrow"):
        assert as_columns(found.customers)["customer_id"] == columns["customer_id"]
    assert set(as_columns(table)["cluster"]) == {"old"}


PEOPLE = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 30), st.integers(0, 90_000)), min_size=12, max_size=40)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=PEOPLE.filter(lambda people: all(len(set(column)) > 3 for column in zip(*people, strict=True))),
       seed=st.integers(0, 99))  # fmt: skip
def test_rows_in_any_order_with_any_id_get_the_same_clusters(people, seed):
    order = np.random.default_rng(seed).permutation(len(people))
    values = np.array(people)
    ours, theirs = (
        segment.cluster(small_table({"customer_id": ids, **dict(zip(MEASURES, rows.T, strict=True))}), n_clusters=2)
        for rows, ids in ((values, np.arange(len(people))), (values[order], order[::-1] + 7))
    )
    ours_labels, their_labels = (np.array(as_columns(found.customers)["cluster"]) for found in (ours, theirs))
    assert (ours_labels[order] == their_labels).all()
    assert as_columns(ours.profiles) == as_columns(theirs.profiles)
    assert as_columns(ours.criteria) == as_columns(theirs.criteria)
    profiles = as_columns(ours.profiles)
    assert sum(profiles["customers"]) == len(people)
    for at, name in enumerate(MEASURES):
        total = sum(n * mean for n, mean in zip(profiles["customers"], profiles[f"mean_{name}"], strict=True))
        assert total == pytest.approx(values[:, at].sum())


def test_a_seed_gives_the_same_clusters_again_and_another_nearly_the_same():
    columns, _ = planted(4, n=300)
    once, twice, other = (segment.cluster(columns, n_clusters=4, seed=seed) for seed in (5, 5, 6))
    assert once.customers.equals(twice.customers)
    assert once.criteria.equals(twice.criteria)
    assert adjusted_rand_score(once.customers["cluster"], other.customers["cluster"]) > 0.98


def test_a_large_list_is_fitted_on_a_sample_and_assigned_in_full():
    columns, kind = planted(4, n=3000)
    order = np.random.default_rng(0).permutation(3000)
    found = segment.cluster(columns, n_clusters=4, sample=300)
    assert found.clusterer.n_fitted_ == 300
    assert found.clusterer.n_customers_ == found.profiles["customers"].sum() == 3000
    assert adjusted_rand_score(kind, found.customers["cluster"]) > 0.9
    assert "300 of 3,000" in found.clusterer.notes()[1]
    assert len(found.clusterer.notes()) == 2  # no cluster is empty
    turned = {name: column[order] for name, column in columns.items()}
    shuffled = segment.cluster(turned, n_clusters=4, sample=300)
    assert shuffled.customers["cluster"].tolist() == found.customers["cluster"].to_numpy()[order].tolist()


def test_what_it_costs_in_memory_is_said():
    clusterer = segment.Clusterer(n_clusters=2).fit(planted(2, n=200)[0])
    assert clusterer.memory_ == 200 * 3 * 8
    assert "3 columns of 200 customers" in clusterer.notes()[0]
    assert "200 位客户的 3 列" in clusterer.notes("zh")[0]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(n=st.lists(st.integers(1, 50), min_size=1, max_size=30), size=st.integers(1, 200), seed=st.integers(0, 9))
def test_a_systematic_sample_takes_its_share_of_every_cell(n, size, seed):
    counts = np.array(n)
    taken = np.bincount(clusters_fit.systematic(counts, size, seed), minlength=len(n))
    assert taken.sum() == min(size, counts.sum())
    assert (taken <= counts).all()
    assert (np.abs(taken - counts * taken.sum() / counts.sum()) <= 1 + 1e-9).all()


def test_few_different_customers_warn_of_nothing():
    columns = {
        "recency": [1, 1, 2, 2, 90, 90] * 9,
        "frequency": [9, 9, 9, 9, 1, 1] * 9,
        "monetary": [5.0, 5, 5, 6, 1, 1] * 9,
    }
    for method in METHODS:
        found = segment.cluster(columns, method=method)
        assert found.n_clusters in (2, 3)
    tiny = segment.cluster({"recency": [1, 2, 99], "frequency": [9, 8, 1], "monetary": [50.0, 40, 1]})
    assert tiny.customers["cluster"].tolist() == [1, 1, 2]
    assert "nan" not in tiny.recommendation


# --- kept clusters ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_later_customers_join_the_clusters_fitted_earlier(method, monkeypatch):
    january, kind = planted(4, n=300)
    june, kind_june = planted(4, n=80, seed=9)
    clusterer = segment.Clusterer(n_clusters=4, method=method).fit(january)
    whole = segment.cluster(january, n_clusters=4, method=method)
    assert clusterer.predict(january).equals(whole.customers)
    number = dict(zip(kind, whole.customers["cluster"], strict=True))
    assert (clusterer.predict(june)["cluster"] == [number[k] for k in kind_june]).mean() > 0.95
    text = json.dumps(clusterer.to_dict(), allow_nan=False)
    monkeypatch.setitem(sys.modules, "sklearn", None)  # assigning needs numpy only
    again = segment.Clusterer.from_dict(json.loads(text))
    assert again.predict(june).equals(clusterer.predict(june))
    assert again.profiles_.equals(clusterer.profiles_)
    assert again.criteria_.equals(clusterer.criteria_)
    assert again.recommendation("zh") == clusterer.recommendation("zh")
    assert again.to_dict() == clusterer.to_dict()


def test_scikit_learn_is_imported_when_clusters_are_fitted_and_not_before():
    code = "import sys, crmkit.segment; crmkit.segment.cluster; print('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "False\n"


def test_the_sentence_names_who_voted():
    columns, _ = planted(4, n=400)
    found = segment.cluster(columns)
    row = found.criteria[found.criteria["recommended"]].iloc[0]
    assert row["votes"] == len(row["voted_by"].split(", "))
    assert f"recommended by {row['votes']} of 5 criteria (" in found.recommendation
    assert f"{found.stability:.2f}" in found.recommendation
    assert f"{row['silhouette']:.2f}" in found.recommendation
    assert segment.cluster(columns, n_clusters=3).recommendation.startswith("3 clusters, as asked for.")


# --- bad input ----------------------------------------------------------------------------------------------------


def test_tables_that_cannot_be_clustered_are_refused(make_table):
    columns, _ = planted(3, n=30)
    with pytest.raises(ColumnError, match=r"no column 'spent'[\s\S]*columns=\[...\]"):
        segment.cluster(make_table(columns), columns=["spent"])
    with pytest.raises(ColumnError, match="'monetary' is missing or not finite in 1 row"):
        segment.cluster(make_table({**columns, "monetary": [*columns["monetary"][:-1], np.nan]}))
    with pytest.raises(ColumnError, match="'frequency' is not numeric"):
        segment.cluster(make_table({**columns, "frequency": ["often"] * 30}))
    with pytest.raises(DataError, match=r"'recency' has the same value 5 for .* Leave it out"):
        segment.cluster(make_table({**columns, "recency": [5] * 30}))
    with pytest.raises(DataError, match="the 2 different customers in the columns 'recency'"):
        segment.cluster(make_table({"recency": [1, 2, 2]}), columns=["recency"])
    with pytest.raises(DataError, match=r"the 3 different customers .*n_clusters=4"):
        segment.cluster(make_table({"recency": [1, 2, 3]}), columns=["recency"], n_clusters=4)
    with pytest.raises(DataError, match="no rows"):
        segment.cluster(make_table({name: np.array([], dtype=float) for name in MEASURES}))
    with pytest.raises(DataError, match=r'below 0, such as -5[\s\S]*"yeo-johnson"'):
        segment.cluster(make_table({**columns, "monetary": [-5.0, *columns["monetary"][1:]]}), transform="log")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"n_clusters": 1}, "n_clusters=1 is not a whole number of at least 2"),
        ({"n_clusters": 2.5}, r"n_clusters=2\.5"),
        ({"n_clusters": "many"}, r"'many' is not known.*range\(3, 7\)"),
        ({"n_clusters": []}, "is empty"),
        ({"method": "dbscan"}, "method='dbscan' is not known"),
        ({"transform": "sqrt"}, "transform='sqrt' is not known"),
        ({"transform": {"spent": "log"}}, "names 'spent', which is not among the columns 'recency'"),
        ({"columns": "recency"}, "is not a list of different columns"),
        ({"columns": ["recency", "recency"]}, "is not a list of different columns"),
        ({"columns": []}, "is not a list of different columns"),
        ({"columns": ["recency", "cluster"]}, "'cluster', which the result needs"),
        ({"order_by": "tenure"}, "order_by='tenure' is not known. Choose one of 'recency'"),
        ({"sample": 3}, "sample=3 is not a whole number of at least 10"),
        ({"seed": -1}, "seed=-1"),
        ({"language": "de"}, "language='de' is not known"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(wrong, message):
    with pytest.raises(ArgumentError, match=message):
        segment.cluster(planted(2, n=20)[0], **wrong)


def test_clusters_not_fitted_yet_say_so():
    for use in (lambda c: c.predict(pd.DataFrame()), lambda c: c.to_dict(), lambda c: c.names(), lambda c: c.notes()):
        with pytest.raises(NotFittedError, match=r"Call clusterer\.fit\(customers\) first"):
            use(segment.Clusterer())


def test_without_scikit_learn_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(MissingPackageError, match=r'pip install "crmkit\[learn\]"'):
        segment.cluster(planted(2, n=20)[0])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"columns": None}, r"columns=None is not a list of different columns.*columns=\['recency', 'monetary'\]"),
        ({"columns": "monetary"}, r"columns='monetary' is not a list.*columns=\['monetary'\]"),
        ({"columns": 5}, "columns=5 is not a list"),
        ({"columns": [["recency", "monetary"]]}, "is not a list of different columns"),
        ({"columns": []}, r"columns=\[\] is not a list"),
        ({"order_by": pd.Series([1, 2])}, r"order_by=[\s\S]* is not known"),
        ({"order_by": ["monetary"]}, r"order_by=\['monetary'\] is not known"),
    ],
)
def test_columns_that_are_not_named_are_refused(wrong, message):
    with pytest.raises(ArgumentError, match=message):
        segment.cluster(planted(2, n=20)[0], **wrong)


def test_transactions_are_summarised_first():
    tx = Transactions(load_ten_customers())
    told = segment.cluster(tx, n_clusters=2)
    same = segment.cluster(summarize(tx), n_clusters=2)
    assert as_columns(told.customers) == as_columns(same.customers)


# --- how far to trust them, found when it is read ----------------------------------------------------------------


def test_what_is_found_when_it_is_first_read_is_what_cluster_finds():
    columns, _ = planted(4, n=400)
    whole = segment.cluster(columns, n_clusters=4)
    later = segment.Clusterer(n_clusters=4).fit(columns)
    pd.testing.assert_frame_equal(later.predict(columns), whole.customers)
    assert (later.n_clusters_, later.stability_, later.structure_) == (4, whole.stability, whole.structure)
    assert later.recommendation() == whole.recommendation
    pd.testing.assert_frame_equal(later.profiles_, whole.profiles)
    pd.testing.assert_frame_equal(later.criteria_, whole.criteria)
    assert later.to_dict() == whole.clusterer.to_dict()


def test_one_number_of_clusters_is_fitted_without_weighing_it(monkeypatch):
    columns, _ = planted(3, n=200)

    def refuse(*_, **__):
        raise AssertionError("weighed")

    monkeypatch.setattr(clusters, "weigh", refuse)
    fitted = segment.Clusterer(n_clusters=3).fit(columns)
    assert len(fitted.predict(columns)) == 200
    with pytest.raises(AssertionError, match="weighed"):
        _ = fitted.stability_


def test_another_fit_forgets_what_was_found_of_the_first():
    one, other = planted(3, n=300, seed=1)[0], planted(5, n=300, seed=2)[0]
    clusterer = segment.Clusterer(n_clusters=3).fit(one)
    first = clusterer.stability_, clusterer.profiles_
    clusterer.set_params(n_clusters=5)
    assert clusterer.stability_ == first[0]  # settings are for the next fit
    clusterer.fit(other)
    assert len(clusterer.profiles_) == 5
    assert clusterer.stability_ == segment.cluster(other, n_clusters=5).stability


def test_settings_for_the_next_fit_do_not_change_what_is_read_of_this_one():
    columns, _ = planted(3, n=300)
    clusterer = segment.Clusterer(n_clusters=3).fit(columns)
    clusterer.set_params(method="agglomerative", seed=9)
    assert clusterer.stability_ == segment.cluster(columns, n_clusters=3).stability


@pytest.mark.parametrize("name", ["profiles_", "criteria_", "stability_", "structure_"])
def test_nothing_is_read_before_a_fit(name):
    with pytest.raises(NotFittedError):
        getattr(segment.Clusterer(n_clusters=3), name)
