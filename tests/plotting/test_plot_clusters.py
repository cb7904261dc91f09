"""Pictures of clusters, read back: against the tables they draw."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from conftest import table_of
from crmkit import labels, segment
from crmkit._segment import clusters_choice
from crmkit.errors import ArgumentError
from crmkit.plotting import _fonts, plot_cluster_criteria, plot_cluster_profiles

matplotlib.use("Agg")


def customers(n=120):
    rng = np.random.default_rng(0)
    kind = np.arange(n) % 3
    return {
        "recency": np.array([5.0, 60, 300])[kind] * np.exp(rng.normal(0, 0.3, n)),
        "frequency": np.array([30.0, 6, 2])[kind] * np.exp(rng.normal(0, 0.2, n)),
        "monetary": np.array([9000.0, 300, 40])[kind] * np.exp(rng.normal(0, 0.4, n)),
    }


@pytest.fixture(scope="module")
def clusters():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clusters_choice, "HALVINGS", 2)
        patch.setattr(clusters_choice, "CLOUDS", 2)
        return segment.cluster(customers(), n_clusters=[2, 3, 4])


def test_the_criteria_stand_side_by_side_with_the_choice_framed(clusters):
    ax = plot_cluster_criteria(clusters)
    criteria = clusters.criteria.set_index("n_clusters")
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["1", "2", "3", "4"]
    names = ["silhouette", "calinski_harabasz", "davies_bouldin", "gap", "stability"]
    rows = [*labels.texts([f"criterion_{name}" for name in names]), "votes"]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == rows
    said = np.array([text.get_text() for text in ax.texts[:-1]]).reshape(6, 4)
    assert said[0, 0] == "–"
    assert said[0, 2] == f"{criteria.loc[3, 'silhouette']:.2f} ★"
    for row, name in enumerate(names):
        starred = [k for k, text in zip((1, 2, 3, 4), said[row], strict=True) if "★" in text]
        assert starred == [k for k, by in criteria["voted_by"].items() if name in by.split(", ")]
    assert said[5].tolist() == [str(votes) for votes in criteria["votes"]]
    assert clusters.n_clusters == 3
    frame = ax.lines[0].get_xdata()
    assert (min(frame), max(frame)) == (1.5, 2.5)  # the third column
    assert "3 clusters: recommended by" in ax.texts[-1].get_text().replace("\n", " ")


def test_the_best_value_of_a_criterion_is_the_darkest(clusters):
    shades = plot_cluster_criteria(clusters).collections[0].get_array().reshape(5, 4)
    criteria = clusters.criteria
    assert shades[0].argmax() == criteria["silhouette"].argmax()
    assert shades[2].argmax() == criteria["davies_bouldin"].argmin()
    assert shades[0, 0] == 0
    assert shades.max() == 1


def test_each_cell_of_the_profiles_holds_the_mean_and_its_distance(clusters):
    ax = plot_cluster_profiles(clusters)
    said = np.array([text.get_text().split("\n") for text in ax.texts[:-1]]).reshape(3, 3, 2)
    profiles = clusters.profiles
    for column, name in enumerate(["recency", "frequency", "monetary"]):
        means = [float(text.replace(",", "")) for text in said[:, column, 0]]
        assert means == pytest.approx(profiles[f"mean_{name}"].tolist(), rel=0.01)
        away = [float(text.strip("()").replace("−", "-")) for text in said[:, column, 1]]
        assert away == pytest.approx(profiles[f"relative_{name}"].tolist(), abs=0.05)
    drawn = ax.collections[0].get_array().reshape(3, 3)
    assert np.asarray(drawn[:, 2]) == pytest.approx(profiles["relative_monetary"].to_numpy())
    first = ax.get_yticklabels()[0].get_text()
    assert first.replace("\n", " ") == f"1  {profiles['cluster_label'][0]} 40 customers (33.3%)"


def test_chinese_pictures_speak_chinese(clusters):
    if _fonts.chinese_font() is None:
        pytest.skip("no Chinese font")
    ax = plot_cluster_criteria(clusters, language="zh")
    assert ax.get_yticklabels()[0].get_text() == "轮廓系数"
    assert "推荐分为 3 类" in ax.texts[-1].get_text().replace("\n", "")
    ax = plot_cluster_profiles(clusters, language="zh")
    assert ax.get_yticklabels()[0].get_text().startswith("1  近期消费、高频、高消费\n40 位客户")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_written_stays_within_the_picture_and_its_cell(clusters, language):
    for plot in (plot_cluster_criteria, plot_cluster_profiles):
        ax = plot(clusters, language=language if _fonts.chinese_font() else "en")
        ax.figure.canvas.draw()
        whole, box = ax.figure.bbox, ax.texts[-1].get_window_extent()
        assert whole.x0 <= box.x0 < box.x1 <= whole.x1
        assert whole.y0 <= box.y0
        cell = ax.get_window_extent().width / len(ax.get_xticks())
        assert all(text.get_window_extent().width < cell for text in ax.texts[:-1])
        assert all(whole.x0 <= tick.get_window_extent().x0 for tick in ax.get_yticklabels())


def test_a_fitted_clusterer_of_any_kind_and_the_callers_axes_will_do(make_table):
    table = make_table(customers(60))
    clusterer = segment.Clusterer(n_clusters=2).fit(table)
    again = segment.Clusterer.from_dict(clusterer.to_dict())
    for plot in (plot_cluster_criteria, plot_cluster_profiles):
        _, ax = plt.subplots()
        assert plot(clusterer, ax=ax) is ax
        _, other = plt.subplots()
        plot(again, ax=other)
        assert [text.get_text() for text in ax.texts] == [text.get_text() for text in other.texts]


def test_a_table_is_no_result_of_clustering():
    table = table_of("pandas", customers(9))
    for plot in (plot_cluster_criteria, plot_cluster_profiles):
        with pytest.raises(ArgumentError, match=rf"a DataFrame is no result[\s\S]*{plot.__name__}\(crmkit\.segment"):
            plot(table)
