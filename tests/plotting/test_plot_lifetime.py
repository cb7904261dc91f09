"""Pictures of the lifetime models, read back: lines, bars and labels, not pixels."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from crmkit import clv, labels
from crmkit.errors import ArgumentError, ColumnError, DataError
from crmkit.plotting import _fonts
from crmkit.plotting.lifetime import (
    plot_alive_history,
    plot_distribution_fit,
    plot_holdout,
    plot_recency_frequency,
    plot_tracking,
)

matplotlib.use("Agg")

WEEKS = {
    "period": [1, 2, 3, 4],
    "end_date": np.array(["2025-01-07", "2025-01-14", "2025-01-21", "2025-01-28"], dtype="datetime64[D]"),
    "expected": [5.0, 4.0, 3.0, 2.0],
    "actual": [6.0, 2.0, 5.0, 1.0],
    "expected_cumulative": [5.0, 9.0, 12.0, 14.0],
    "actual_cumulative": [6.0, 8.0, 13.0, 14.5],
    "holdout": [False, False, True, True],
}
CLASSES = {
    "repeat_purchases": ["0", "1", "2+"],
    "customers": [1411.0, 439.0, 507.0],
    "expected": [0.138, 0.6, 2.4],
    "actual": [0.237, 0.697, 2.29],
}
DAYS = {
    "date": np.arange("2025-01-01", "2025-01-11", dtype="datetime64[D]"),
    "p_alive": np.linspace(1, 0.1, 10),
    "purchase": [1, 0, 0, 1, 0, 0, 0, 0, 0, 0],
}
BG = clv.BGNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426, period="week")


def test_tracking_shows_both_lines_and_where_the_past_ends(make_table):
    ax = plot_tracking(make_table(WEEKS))
    actual, expected, edge = ax.lines
    assert actual.get_ydata().tolist() == WEEKS["actual_cumulative"]
    assert expected.get_ydata().tolist() == WEEKS["expected_cumulative"]
    assert [str(day) for day in actual.get_xdata()] == [str(day) for day in WEEKS["end_date"]]
    assert set(np.asarray(edge.get_xdata(), dtype="datetime64[D]")) == {np.datetime64("2025-01-14")}
    said = [text.get_text() for text in ax.texts]
    assert said == [labels.text("actual"), labels.text("expected"), labels.text("plot_from_here")]
    assert ax.get_ylabel() == labels.text("plot_cumulative_repeats")
    assert ax.get_xlabel() == labels.text("date")
    assert ax.get_ylim()[0] == 0


def test_incremental_tracking_shows_the_periods():
    ax = plot_tracking(WEEKS, show="incremental")
    assert [line.get_ydata().tolist() for line in ax.lines[:2]] == [WEEKS["actual"], WEEKS["expected"]]
    assert ax.get_ylabel() == labels.text("plot_period_repeats")


def test_without_a_holdout_there_is_no_edge():
    assert len(plot_tracking({**WEEKS, "holdout": [False] * 4}).lines) == 2


def test_the_labels_of_lines_stand_in_the_order_of_the_lines():
    for ends in ((14.5, 14.0), (14.0, 14.5)):
        table = {**WEEKS, "actual_cumulative": [6, 8, 13, ends[0]], "expected_cumulative": [5, 9, 12, ends[1]]}
        ax = plot_tracking(table)
        ax.figure.canvas.draw()
        actual, expected = (text.get_window_extent() for text in ax.texts[:2])
        assert (actual.y0 > expected.y0) == (ends[0] > ends[1])
        assert not actual.overlaps(expected)
        plt.close("all")


@pytest.mark.parametrize("plot", [plot_holdout, plot_distribution_fit])
def test_classes_have_two_bars_with_their_numbers(make_table, plot):
    ax = plot(make_table(CLASSES))
    actual, expected = ax.containers
    assert [bar.get_width() for bar in actual] == CLASSES["actual"]
    assert [bar.get_width() for bar in expected] == CLASSES["expected"]
    assert ax.yaxis_inverted()
    assert [tick.get_text() for tick in ax.get_yticklabels()] == CLASSES["repeat_purchases"]
    assert len(ax.texts) == 6


def test_the_first_pair_says_which_is_which():
    said = [text.get_text() for text in plot_holdout(CLASSES).texts]
    assert said[0].startswith(labels.text("actual"))
    assert said[0].endswith("0.24")
    assert said[1:3] == ["0.70", "2.29"]
    assert said[3].startswith(labels.text("expected"))
    counts = [text.get_text() for text in plot_distribution_fit({**CLASSES, "actual": [1411.4, 439, 7]}).texts]
    assert counts[0].endswith("1,411")
    assert counts[1:3] == ["439", "7"]


def test_the_grid_is_drawn_with_the_most_recent_on_top(make_table):
    grid = clv.recency_frequency_grid(BG, age=100, horizon="52W", most=6, steps=5)
    table = make_table({name: grid[name].tolist()[::-1] for name in grid.columns})  # whatever the order of rows
    for value in ("p_alive", "expected_purchases"):
        ax = plot_recency_frequency(table, show=value)
        drawn = np.asarray(ax.collections[0].get_array()).reshape(5, 6)
        wanted = grid.pivot(index="recency", columns="x", values=value).to_numpy()
        assert drawn == pytest.approx(wanted)
        assert ax.get_ylim() == pytest.approx((80, 0))
        assert ax.get_ylabel() == labels.text("recency")
        assert labels.text(value) in ax.texts[-1].get_text()
        assert len(ax.texts) > 0


def test_the_history_marks_purchases(make_table):
    ax = plot_alive_history(make_table(DAYS))
    line, points = ax.lines
    assert line.get_ydata() == pytest.approx(100 * DAYS["p_alive"])
    assert points.get_ydata() == pytest.approx([100, 70])
    assert ax.get_ylim() == (0, 100)
    assert ax.get_ylabel() == labels.text("plot_p_alive")


def pictures():
    grid = clv.recency_frequency_grid(BG, most=5, steps=4)
    return {
        "tracking": lambda **settings: plot_tracking(WEEKS, **settings),
        "holdout": lambda **settings: plot_holdout(CLASSES, **settings),
        "distribution": lambda **settings: plot_distribution_fit(CLASSES, **settings),
        "grid": lambda **settings: plot_recency_frequency(grid, **settings),
        "history": lambda **settings: plot_alive_history(DAYS, **settings),
    }


@pytest.mark.parametrize("name", pictures())
def test_the_callers_axes_are_used_and_returned(name):
    _, ax = plt.subplots()
    assert pictures()[name](ax=ax) is ax


@pytest.mark.parametrize("name", pictures())
def test_chinese_labels_are_drawn_where_there_is_a_font(name):
    if _fonts.chinese_font() is None:
        pytest.skip("no font with Chinese characters is installed")
    ax = pictures()[name](language="zh")
    ax.figure.canvas.draw()  # a missing glyph would warn, and warnings are errors
    assert _fonts.chinese_font() in ax.yaxis.label.get_fontfamily()


def test_what_cannot_be_drawn_is_said(make_table):
    with pytest.raises(ColumnError, match=r"no column[\s\S]*clv\.tracking"):
        plot_tracking(make_table({"end_date": ["2025-01-01"]}))
    with pytest.raises(DataError, match=r"no rows[\s\S]*holdout_by_frequency"):
        plot_holdout({"repeat_purchases": np.array([], dtype=object), "expected": np.zeros(0), "actual": np.zeros(0)})
    with pytest.raises(DataError, match=r"3 rows are no full grid of 2 by 2[\s\S]*recency_frequency_grid"):
        plot_recency_frequency(make_table({"x": [1, 1, 2], "recency": [0, 7, 0], "p_alive": [1.0, 0.5, 1.0]}))
    with pytest.raises(ArgumentError, match="show='weekly'"):
        plot_tracking(WEEKS, show="weekly")
    with pytest.raises(ArgumentError, match="show='spend'"):
        plot_recency_frequency(DAYS, show="spend")
