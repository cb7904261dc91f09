"""Pictures of the pyramid, read back: against the ten customers worked out on paper, and CDNOW counted by hand."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from crmkit import labels, pyramid, summarize
from crmkit.datasets import load_cdnow, load_ten_customers
from crmkit.errors import ArgumentError, ColumnError, DataError
from crmkit.plotting import _fonts, plot_lorenz, plot_tiers

matplotlib.use("Agg")

TIERS = {
    "tier": ["important", "secondary", "ordinary", "small"],
    "customers": [10, 190, 300, 500],
    "customer_share": [0.01, 0.19, 0.3, 0.5],
    "value": [300_000.0, 1_200_000.0, 400_000.0, 100_000.0],
    "value_share": [0.15, 0.6, 0.2, 0.05],
}


def test_customers_stand_as_a_pyramid_and_money_beside_it(make_table):
    ax = plot_tiers(make_table(TIERS))
    customers, money = ax.containers
    assert [bar.get_width() for bar in customers] == pytest.approx([1, 19, 30, 50])
    assert [bar.get_x() + bar.get_width() / 2 for bar in customers] == pytest.approx([0] * 4, abs=1e-12)
    assert [bar.get_width() for bar in money] == pytest.approx([15, 60, 20, 5])
    assert len({bar.get_x() for bar in money}) == 1
    assert ax.yaxis_inverted()
    assert [tick.get_text() for tick in ax.get_yticklabels()] == labels.texts(TIERS["tier"])
    said = [text.get_text() for text in ax.texts]
    assert said[0:8:2] == ["10 (1.0%)", "190 (19.0%)", "300 (30.0%)", "500 (50.0%)"]
    assert said[1:8:2] == ["300k (15.0%)", "1.20M (60.0%)", "400k (20.0%)", "100k (5.0%)"]
    assert said[8:] == [labels.text("customers"), labels.text("money")]
    assert ax.get_title() == "1% of customers bring 15% of the money"


def test_the_pyramid_of_ten_customers_is_the_one_on_paper():
    tiers = pyramid.describe_tiers(pyramid.assign_tiers(summarize(load_ten_customers())))
    customers, money = plot_tiers(tiers).containers
    assert [bar.get_width() for bar in customers] == pytest.approx([10, 10, 30, 50])
    assert [bar.get_width() for bar in money] == pytest.approx([50, 30, 12, 8])


def test_a_tier_that_costs_money_has_its_number_and_no_bar():
    ax = plot_tiers({**TIERS, "value": [2000.0, 1.0, 1.0, -200.0], "value_share": [1.1, 0.0, 0.0, -0.1]})
    assert ax.containers[1][3].get_width() == 0
    assert "-200 (-10.0%)" in [text.get_text() for text in ax.texts]


def test_labels_keep_clear_of_each_other_and_of_the_tier_names():
    for language in ("en", "zh") if _fonts.chinese_font() else ("en",):
        ax = plot_tiers({**TIERS, "customers": [11_111, 22_222, 33_333, 44_444]}, language=language)
        ax.figure.canvas.draw()
        inside = ax.get_window_extent()
        for text in ax.texts:
            box = text.get_window_extent()
            assert inside.x0 <= box.x0
            assert box.x1 <= inside.x1
        plt.close("all")


def test_the_lorenz_curve_of_ten_customers(make_table):
    spend = [5000, 3000, 500, 400, 300, 250, 200, 150, 120, 80]
    ax = plot_lorenz(pyramid.concentration(make_table({"monetary": spend})))
    curve = ax.lines[1]
    # added up by hand from the smallest
    assert curve.get_xdata() == pytest.approx(np.arange(0, 101, 10))
    assert curve.get_ydata() == pytest.approx([0, 0.8, 2, 3.5, 5.5, 8, 11, 15, 20, 50, 100])
    for point in (ax.lines[3], ax.lines[5]):
        assert point.get_xydata() == pytest.approx(np.array([[80, 20]]))
    assert "0.668" in ax.get_legend().get_texts()[2].get_text()  # 66,840 / 100,000
    assert ax.get_xlabel() == labels.text("plot_customers_from_least")
    assert ax.get_ylabel() == labels.text("plot_cumulative_money")


def test_the_readings_on_cdnow_are_those_of_plain_sorting():
    rows = load_cdnow()
    spend = np.sort(rows.groupby("customer_id")["amount"].sum().to_numpy())[::-1]
    held = np.cumsum(spend) / spend.sum()
    ax = plot_lorenz(pyramid.concentration(summarize(rows)))
    twenty, eighty = (ax.lines[at].get_xydata()[0] for at in (3, 5))
    assert twenty == pytest.approx([80, 100 * (1 - held[23570 // 5 - 1])], abs=1e-6)
    n_eighty = np.argmax(held >= 0.8) + 1
    assert eighty == pytest.approx([100 * (1 - n_eighty / 23570), 100 * (1 - held[n_eighty - 1])], abs=1e-6)
    assert eighty[1] == pytest.approx(20, abs=0.001)
    # the published facts of the data set: 68 % and 33 %
    assert 100 - twenty[1] == pytest.approx(68, abs=0.5)
    assert 100 - eighty[0] == pytest.approx(33, abs=0.5)


def test_equal_customers_lie_on_the_diagonal():
    ax = plot_lorenz(pyramid.concentration({"monetary": [7.0] * 10}))
    curve = ax.lines[1]
    assert curve.get_xdata() == pytest.approx(curve.get_ydata())
    assert "0.000" in ax.get_legend().get_texts()[2].get_text()


def test_money_below_zero_stays_in_the_picture():
    ax = plot_lorenz(pyramid.concentration({"monetary": [-50.0, 50.0, 100.0]}))
    assert ax.get_ylim()[0] < -50


def test_the_callers_axes_are_used_and_returned():
    _, ax = plt.subplots()
    assert plot_tiers(TIERS, ax=ax) is ax
    _, ax = plt.subplots()
    assert plot_lorenz(pyramid.concentration({"monetary": [1, 2]}), ax=ax) is ax


def test_what_cannot_be_drawn_is_said(make_table):
    with pytest.raises(ColumnError, match=r"no column[\s\S]*describe_tiers"):
        plot_tiers(make_table({"tier": ["A"]}))
    with pytest.raises(DataError, match="no rows"):
        plot_tiers({name: np.array(values)[:0] for name, values in TIERS.items()})
    with pytest.raises(ArgumentError, match=r"crmkit\.pyramid\.concentration\(customers\)"):
        plot_lorenz(make_table({"monetary": [1.0, 2.0]}))


@pytest.mark.parametrize("spend", [[-300.0, -100, 50, 60, 70, 80, 900], [1.0], [3.0, 3, 3], [9.0, 5, 5, 5, 1, 1, 0]])
def test_both_readings_lie_on_the_curve(spend):
    ax = plot_lorenz(pyramid.concentration({"monetary": spend}))
    curve = ax.lines[1].get_xydata()
    for point in (ax.lines[3], ax.lines[5]):
        x, y = point.get_xydata()[0]
        assert np.interp(x, curve[:, 0], curve[:, 1]) == pytest.approx(y)
