"""Pictures of RFM, read back: cells, bars, labels; against the ten customers worked out on paper, and laws."""

import re

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import examples
from crmkit import labels, rfm, summarize
from crmkit.datasets import load_ten_customers
from crmkit.errors import ArgumentError, ColumnError, DataError, MissingPackageError
from crmkit.plotting import plot_rfm_grid, plot_segments
from crmkit.plotting._axes import short

matplotlib.use("Agg")

# R and F score and spend of the ten customers, worked out on paper.
R = [5, 1, 5, 4, 2, 4, 3, 3, 1, 2]
F = [5, 5, 4, 1, 3, 4, 3, 2, 2, 1]
SPEND = [5000, 3000, 500, 400, 300, 250, 200, 150, 120, 80]

SEGMENTS = {
    "segment": ["champions", "my own $1-$5"],
    "customers": [25_000, 75_000],
    "customer_share": [0.25, 0.75],
    "value": [1_500_000.0, 500_000.0],
    "value_share": [0.75, 0.25],
}


def texts_of(ax):
    """Texts in the cells, not those beside the axes."""
    return [text for text in ax.texts if text.get_transform() == ax.transData]


def cells_of(ax):
    """Text of each cell, by (R, F)."""
    return {(round(text.get_position()[1]), round(text.get_position()[0])): text.get_text() for text in texts_of(ax)}


def test_the_grid_of_ten_customers_is_the_one_drawn_on_paper():
    ax = plot_rfm_grid(rfm.score(summarize(load_ten_customers())))
    cells = cells_of(ax)
    assert len(cells) == 25
    taken = {cell for cell, number in cells.items() if number == "1"}
    assert taken == set(zip(R, F, strict=True))
    assert {number for cell, number in cells.items() if cell not in taken} == {"0"}
    assert ax.get_ylim() == (0.5, 5.5)  # the most recent on top


def test_the_grid_in_money(make_table):
    scores = make_table({"r_score": R, "f_score": F, "monetary": SPEND})
    ax = plot_rfm_grid(scores, show="monetary")
    cells = cells_of(ax)
    assert cells[5, 5] == "5,000"
    assert cells[1, 5] == "3,000"
    assert cells[1, 1] == "0"
    # the colours carry the same numbers as the texts: rows are R, columns F
    drawn = np.asarray(ax.collections[0].get_array()).reshape(5, 5)
    assert drawn[0, 4] == 3000
    assert drawn.sum() == 10_000
    assert labels.text("plot_frequency_score") in ax.get_xlabel()
    assert any(labels.text("monetary") in text.get_text() for text in ax.texts)
    assert ax.get_ylabel() == labels.text("plot_recency_score")


@settings(max_examples=examples(20), deadline=None)
@given(st.lists(st.tuples(st.integers(1, 7), st.integers(1, 7)), min_size=1, max_size=40))
def test_every_customer_is_in_the_cell_of_its_scores(pairs):
    r, f = zip(*pairs, strict=True)
    ax = plot_rfm_grid({"r_score": r, "f_score": f})
    assert {cell: int(number) for cell, number in cells_of(ax).items() if number != "0"} == {
        pair: pairs.count(pair) for pair in pairs
    }
    assert len(texts_of(ax)) == max(r) * max(f)
    plt.close("all")


def test_digits_stand_out_from_their_cell():
    """Contrast by the formula of WCAG 2, computed here anew."""
    ax = plot_rfm_grid({"r_score": np.repeat([1, 2, 3, 4], [1, 40, 60, 100]), "f_score": [1] * 201})
    mesh = ax.collections[0]
    ax.figure.canvas.draw()

    def luminance(colour):
        channels = np.asarray(matplotlib.colors.to_rgb(colour))
        return ((channels / 12.92) * (channels <= 0.04045) + ((channels + 0.055) / 1.055) ** 2.4 * (channels > 0.04045)
                ) @ [0.2126, 0.7152, 0.0722]  # fmt: skip

    for text, face in zip(texts_of(ax), mesh.get_facecolors(), strict=True):
        light, dark = sorted([luminance(text.get_color()), luminance(face[:3])], reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_the_segments_side_by_side(make_table):
    ax = plot_segments(make_table(SEGMENTS))
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([25, 75, 75, 25])
    customers, money = ax.containers
    # customers above money, and the first segment on top
    assert customers[0].get_y() < money[0].get_y() < customers[1].get_y()
    assert ax.yaxis_inverted()
    said = [text.get_text() for text in ax.texts]
    assert said[1] == "75,000 (75.0%)"
    assert said[3] == "500k (25.0%)"
    assert said[0].startswith(labels.text("customers"))
    assert said[2].startswith(labels.text("money"))
    assert said[2].endswith("1.50M (75.0%)")
    assert ax.get_xlabel() == labels.text("plot_both_shares")


def test_segments_have_their_labels_and_own_names_stay_with_their_dollars():
    ax = plot_segments(SEGMENTS)
    assert [tick.get_text() for tick in ax.get_yticklabels()] == [labels.text("champions"), r"my own \$1-\$5"]
    ax.figure.canvas.draw()
    # escaped, matplotlib draws dollars and no formula
    assert ax.get_yticklabels()[1]._preprocess_math(r"my own \$1-\$5") == ("my own $1-$5", False)


def test_tables_of_the_real_functions_are_drawn():
    scores = rfm.score(summarize(load_ten_customers()), method="median")
    named = rfm.segment(scores, scheme="eight")
    ax = plot_segments(rfm.describe_segments(named))
    # by the medians: C01 and C03, with 5,500 of 10,000
    assert ax.patches[0].get_width() == pytest.approx(20)
    assert ax.containers[1][0].get_width() == pytest.approx(55)


def test_money_below_zero_goes_left_and_its_label_stays_right():
    ax = plot_segments({**SEGMENTS, "value": [-500.0, 1500.0], "value_share": [-0.5, 1.5]})
    assert ax.containers[1][0].get_width() == pytest.approx(-50)
    assert ax.get_xlim()[0] == pytest.approx(-50)
    assert ax.texts[2].get_text().endswith("-500 (-50.0%)")
    assert ax.texts[2].xy[0] == 0


def test_the_callers_axes_are_used_and_returned():
    _, ax = plt.subplots()
    assert plot_segments(SEGMENTS, ax=ax) is ax
    assert ax.get_title() == "Champions: 25% of customers, 75% of the money"
    _, titled = plt.subplots()
    titled.set_title("mine")
    assert plot_segments(SEGMENTS, ax=titled).get_title() == "mine"
    fresh = plot_rfm_grid({"r_score": [1], "f_score": [1]})
    assert fresh is not ax


@pytest.mark.parametrize("draw", [plot_rfm_grid, plot_segments])
def test_a_missing_column_is_named_with_the_way_out(draw, make_table):
    with pytest.raises(ColumnError, match=r"no column [\s\S]*crmkit\.rfm\."):
        draw(make_table({"customer_id": ["a"]}))


def test_what_cannot_be_drawn_is_said():
    with pytest.raises(DataError, match="no rows"):
        plot_rfm_grid({"r_score": np.zeros(0, int), "f_score": np.zeros(0, int)})
    with pytest.raises(DataError, match="no rows"):
        plot_segments({name: np.array(values)[:0] for name, values in SEGMENTS.items()})
    with pytest.raises(DataError, match=r"'f_score'.*2\.5"):
        plot_rfm_grid({"r_score": [1, 2], "f_score": [1, 2.5]})
    with pytest.raises(DataError, match=r"'r_score'.*0\.0"):
        plot_rfm_grid({"r_score": [0, 2], "f_score": [1, 2]})


def test_an_unknown_language_is_refused_before_anything_is_drawn():
    with pytest.raises(ArgumentError, match="language='fr'"):
        plot_segments(SEGMENTS, language="fr")
    assert plt.get_fignums() == []


def test_without_matplotlib_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    with pytest.raises(MissingPackageError, match=re.escape('pip install "crmkit[plot]"')):
        plot_segments(SEGMENTS)


@given(st.floats(-1e12, 1e12), st.sampled_from(["en", "zh"]))
def test_short_numbers_are_near_the_number_and_short(number, language):
    said = short(number, language)
    factor = {"k": 1e3, "M": 1e6, "bn": 1e9, "万": 1e4, "亿": 1e8}
    digits, unit = re.fullmatch(r"(-?[\d,.]+(?:e-\d+)?)(k|M|bn|万|亿)?", said).groups()
    assert float(digits.replace(",", "")) * factor.get(unit, 1) == pytest.approx(number, rel=0.0051)
    assert len(said) <= (9 if abs(number) >= 1e-4 or number == 0 else 11)
