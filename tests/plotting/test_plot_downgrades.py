"""The picture of the downgrade calendar, read back."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.dates import date2num

from crmkit import downgrades, labels
from crmkit.datasets import load_ten_customers
from crmkit.errors import ColumnError, DataError
from crmkit.plotting import _fonts, plot_downgrade_calendar

matplotlib.use("Agg")

CALENDAR = {
    "date": np.array(["2025-01-01", "2025-01-01", "2025-03-01"], dtype="datetime64[us]"),
    "until": np.array(["2025-01-31", "2025-01-31", "2025-03-31"], dtype="datetime64[us]"),
    "segment": ["champions", "new", "new"],
    "next_segment": ["loyal", "promising", "promising"],
    "customers": [1, 2, 7],
    "value": [150.0, 50.0, 800.0],
}


def test_customers_go_up_and_money_down_at_their_dates(make_table):
    ax = plot_downgrade_calendar(make_table(CALENDAR))
    customers, money = ax.containers
    assert [bar.get_height() for bar in customers] == pytest.approx([30, 70])
    assert [bar.get_height() for bar in money] == pytest.approx([-20, -80])
    assert [bar.get_x() for bar in customers] == pytest.approx(date2num(CALENDAR["date"][[0, 2]]))
    assert [bar.get_width() for bar in customers] == pytest.approx([0.9 * 31, 0.9 * 31])
    low, high = ax.get_ylim()
    assert low == -high < -80
    assert [text.get_text() for text in ax.texts] == [
        "10 customers will drop if they buy nothing",
        "money at stake: 1,000",
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_labels_are_in_the_language_and_inside_the_picture(language):
    if language == "zh" and not _fonts.chinese_font():
        pytest.skip("no font with Chinese characters")
    ax = plot_downgrade_calendar(
        downgrades.downgrade_calendar(downgrades.downgrade_dates(load_ten_customers())), language=language
    )
    ax.figure.canvas.draw()
    assert ax.get_xlabel() == labels.text("plot_downgrade_date", language)
    assert "".join(ax.get_ylabel().split()) == "".join(labels.text("plot_downgrade_halves", language).split())
    inside = ax.figure.bbox
    for text in [*ax.texts, ax.xaxis.label, ax.yaxis.label, *ax.get_xticklabels()]:
        box = text.get_window_extent()
        assert inside.x0 <= box.x0
        assert box.x1 <= inside.x1
        assert inside.y0 <= box.y0
        assert box.y1 <= inside.y1
    assert all(len(tick.get_text()) == len("2025-01-01") for tick in ax.get_xticklabels())


def test_money_that_adds_up_to_nothing_has_no_bars():
    ax = plot_downgrade_calendar({**CALENDAR, "value": [0.0, 0.0, 0.0]})
    assert [bar.get_height() for bar in ax.containers[1]] == [0, 0]


def test_the_callers_axes_are_used():
    ax = plt.subplots()[1]
    assert plot_downgrade_calendar(CALENDAR, ax=ax) is ax


def test_what_is_no_calendar_is_refused_with_the_way_out():
    with pytest.raises(ColumnError, match=r"no column 'date', 'until'[\s\S]*downgrade_calendar"):
        plot_downgrade_calendar({"customers": [1], "value": [2.0]})
    with pytest.raises(DataError, match="nothing to draw"):
        plot_downgrade_calendar(
            {name: values[:0] for name, values in CALENDAR.items()} | {"customers": np.zeros(0), "value": np.zeros(0)}
        )
