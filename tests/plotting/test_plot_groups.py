"""Pictures of the value matrix, the growth matrix and the revenue bridge, read back."""

import itertools

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from crmkit import growth, labels, segment
from crmkit.errors import ArgumentError
from crmkit.plotting import _fonts, plot_growth_matrix, plot_revenue_bridge, plot_value_matrix

matplotlib.use("Agg")

LISTED = {
    "monetary": [900.0, 0.0, 50.0, 700.0, 0.0, 20.0],
    "residual_clv": [40.0, 30.0, 1.0, 2.0, 0.0, 35.0],
}
SALES = {
    "customer_id": ["a", "b", "c", "a", "c", "d", "e", "f"],
    "amount": [50_000.0, 30.0, 20.0, 20.0, 35.0, 10.0, 5.0, -2.5],
    "product": ["tea", "tea", "cup", "tea", "pot", "cup", None, "tea"],
    "date": ["2024-01-05", "2024-02-01", "2024-03-01", "2024-04-01", "2024-05-01", "2024-06-30", "2024-06-30",
             "2024-06-29"],
}  # fmt: skip
PERIODS = {"base": ("2024-01-01", "2024-03-31"), "current": ("2024-04-01", "2024-06-30")}
LANGUAGES = ("en", "zh") if _fonts.chinese_font() else ("en",)


def texts(ax):
    return {text.get_text(): text.get_position() for text in ax.texts}


def test_quadrants_stand_where_their_axes_say(make_table):
    ax = plot_value_matrix(segment.value_matrix(make_table(LISTED)))
    at = {name: tuple(round(x) for x in position) for name, position in texts(ax).items()}
    assert {name: at[name] for name in ("Platinum", "Gold", "Iron", "Lead")} == {
        "Platinum": (1, 1), "Gold": (0, 1), "Iron": (1, 0), "Lead": (0, 0),
    }  # fmt: skip
    assert "customers: 2 (33.3%)\ncurrent value: 750 (44.9%)\ngrowth potential: 3 (2.8%)" in at
    assert at["keep them at a high level"] == (0, 1)
    assert ax.get_xlabel() == "growth potential: lifetime value still to come\nhigh: above 16 (the median)"
    assert ax.get_ylabel() == "current value: spend\nhigh: above 35 (the median)"
    tints = {(round(bar.get_x() + 0.5), round(bar.get_y() + 0.5)): bar.get_alpha() for bar in ax.patches}
    assert tints[1, 1] > tints[0, 1] > tints[1, 0] > tints[0, 0]  # 900, 750, 20, 0


def test_sums_without_a_share_are_drawn_without_one():
    ax = plot_value_matrix(segment.value_matrix({"monetary": [0.0, 0.0], "residual_clv": [1.0, 2.0]}))
    assert any("current value: 0\n" in text for text in texts(ax))


def test_the_cells_of_the_growth_matrix_stand_like_ansoff_s(make_table):
    matrix = growth.growth_matrix(make_table(SALES), **PERIODS)
    ax = plot_growth_matrix(matrix)
    at = {name: tuple(round(x) for x in position) for name, position in texts(ax).items()}
    assert {name: at[name] for name in ("Loyalty", "Expansion", "Acquisition", "Diversification")} == {
        "Loyalty": (0, 1), "Expansion": (1, 1), "Acquisition": (0, 0), "Diversification": (1, 0),
    }  # fmt: skip
    assert at["35 (51.9%)"] == (1, 1)
    assert at["7.5 (11.1%)"] == (0, 0)  # 10 less the 2.5 that were returned
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["existing products", "new products"]
    assert ax.texts[-1].get_text().splitlines() == [
        "revenue from 2024-04-01 to 2024-06-30, share of all of it",
        "No product stated: 5 (7.4%)",
        "existing: bought from 2024-01-01 to 2024-03-31",
    ]
    ever = plot_growth_matrix(growth.growth_matrix(make_table(SALES), **PERIODS, existing="ever"))
    assert ever.texts[-1].get_text().splitlines()[-1] == "existing: bought before 2024-04-01"


def test_the_waterfall_leads_from_period_to_period(make_table):
    bridge = growth.revenue_bridge(make_table(SALES), **PERIODS)
    ax = plot_revenue_bridge(bridge)
    steps = ["Base period", "Lost", "Contracted", "Expanded", "New", "Refunds only", "Current period"]
    assert [tick.get_text().split(", ")[0] for tick in ax.get_yticklabels()] == steps
    assert ax.get_yticklabels()[4].get_text() == "New, 2 cust."
    bars = [(bar.get_x(), bar.get_width()) for bar in ax.patches]
    assert bars == pytest.approx(np.array([(0, 50_050), (50_050, -30), (50_020, -49_980), (40, 15), (55, 15),
                                           (70, -2.5), (0, 67.5)]))  # fmt: skip
    for (bottom, height), (start, change) in itertools.pairwise(bars[:-1]):
        assert bottom + height == pytest.approx(start)
        assert change != 0
    said = [text.get_text() for text in ax.texts]
    assert said[:3] == ["50,050", "-30 (-0.1%)", "-49,980 (-99.9%)"]
    assert said[3].startswith("+15")
    assert ax.yaxis_inverted()  # from top to bottom
    assert (
        " ".join(ax.texts[-1].get_text().split())
        == "base period 2024-01-01 to 2024-03-31, current period 2024-04-01 to 2024-06-30"
    )
    assert ax.get_xlabel() == f"{labels.text('bridge_money')}, in the currency of the data"
    assert ax.get_title() == "Revenue fell by 99.9%, from 50,050 to 67.5"


def test_no_share_is_drawn_of_a_base_period_without_revenue():
    later = {**PERIODS, "base": ("2024-03-02", "2024-03-31")}
    said = [text.get_text() for text in plot_revenue_bridge(growth.revenue_bridge(SALES, **later)).texts]
    assert said[0] == "0"
    assert not any("%" in text for text in said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_keep_clear_of_each_other(language):
    large = {**SALES, "amount": [1e6 * money for money in SALES["amount"]]}
    for ax in (
        plot_value_matrix(segment.value_matrix(LISTED), language=language),
        plot_growth_matrix(growth.growth_matrix(large, **PERIODS), language=language),
        plot_revenue_bridge(growth.revenue_bridge(large, **PERIODS), language=language),
    ):
        ax.figure.canvas.draw()
        drawn = [*ax.texts, *ax.get_xticklabels(), *ax.get_yticklabels(), ax.xaxis.label, ax.yaxis.label]
        boxes = [text.get_window_extent() for text in drawn if text.get_text()]
        for at, box in enumerate(boxes):
            assert not any(box.overlaps(other) for other in boxes[at + 1 :])
            assert ax.figure.bbox.x0 <= box.x0
            assert box.x1 <= ax.figure.bbox.x1


@pytest.mark.skipif("zh" not in LANGUAGES, reason="no font with Chinese characters")
def test_pictures_speak_chinese():
    ax = plot_value_matrix(segment.value_matrix(LISTED), language="zh")
    assert {"白金客户", "黄金客户", "铁质客户", "铅质客户", "不遗余力保持和发展"} <= set(texts(ax))
    ax = plot_growth_matrix(growth.growth_matrix(SALES, **PERIODS), language="zh")
    assert {"客户忠诚", "客户扩充", "客户获取", "客户多样化"} <= set(texts(ax))
    ax = plot_revenue_bridge(growth.revenue_bridge(SALES, **PERIODS), language="zh")
    assert ax.get_yticklabels()[4].get_text() == "新客户，2 人"


def test_the_callers_axes_are_used_and_returned():
    for plot, result in (
        (plot_value_matrix, segment.value_matrix(LISTED)),
        (plot_growth_matrix, growth.growth_matrix(SALES, **PERIODS)),
        (plot_revenue_bridge, growth.revenue_bridge(SALES, **PERIODS)),
    ):
        _, ax = plt.subplots()
        assert plot(result, ax=ax) is ax


def test_what_cannot_be_drawn_is_said():
    with pytest.raises(ArgumentError, match=r"not a value matrix\. Draw the result of crmkit\.segment\.value_matrix"):
        plot_value_matrix(segment.value_matrix(LISTED).table)
    with pytest.raises(ArgumentError, match=r"crmkit\.growth\.growth_matrix\(transactions\)"):
        plot_growth_matrix(SALES)
    with pytest.raises(ArgumentError, match=r"not a revenue bridge.*crmkit\.growth\.revenue_bridge\(transactions\)"):
        plot_revenue_bridge(growth.growth_matrix(SALES, **PERIODS))
