"""The picture of stages over time, read back against the table that was drawn."""

from __future__ import annotations

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

import crmkit as crm
from conftest import as_columns
from crmkit import labels, lifecycle
from crmkit.errors import ArgumentError, ColumnError, DataError
from crmkit.plotting import _fonts, plot_lifecycle

matplotlib.use("Agg")

# Three dates, the last one within a month; rows in no order.
HISTORY = {
    "date": np.array(["2024-02-29"] * 4 + ["2024-01-31"] * 4 + ["2024-03-20"] * 4, dtype="datetime64[ms]"),
    "period": ["2024-02"] * 4 + ["2024-01"] * 4 + ["2024-03"] * 4,
    "complete": [True] * 8 + [False] * 4,
    "stage": ["decline", "stability", "formation", "exploration"] * 3,
    "customers": [1, 2, 3, 4, 0, 0, 1, 5, 10, 4, 4, 2],
    "value": [5.0, 60.0, 30.0, 5.0, 0.0, 0.0, 20.0, 50.0, 100.0, 200.0, 50.0, -10.0],
    "customer_share": [0.1, 0.2, 0.3, 0.4, 0.0, 0.0, 1 / 6, 5 / 6, 0.5, 0.2, 0.2, 0.1],
}


def heights(ax):
    """Heights of the bars, a row per stage."""
    return [[bar.get_height() for bar in bars] for bars in ax.containers]


def test_bars_stand_in_order_of_time_and_stages_on_top_of_each_other(make_table):
    ax = plot_lifecycle(make_table(HISTORY))
    assert heights(ax) == [[5, 4, 2], [1, 3, 4], [0, 2, 4], [0, 1, 10]]
    assert [bars[2].get_y() for bars in ax.containers] == [0, 2, 6, 10]
    ax.figure.canvas.draw()
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["2024-03", "2024-02", "2024-01"]
    assert [text.get_text() for text in ax.texts[:4]] == [
        "Exploration: 2 (10.0%)",
        "Formation: 4 (20.0%)",
        "Stability: 4 (20.0%)",
        "Decline: 10 (50.0%)",
    ]
    assert ax.get_ylabel() == labels.text("plot_lifecycle_customers")


def test_shares_are_in_per_cent(make_table):
    ax = plot_lifecycle(make_table(HISTORY), show="customer_share")
    assert heights(ax)[3] == pytest.approx([0, 10, 50])
    assert ax.get_ylim() == (0, 100)
    assert ax.texts[3].get_text() == "Decline: 50.0%"


def test_a_stage_with_more_refunds_than_spend_has_no_height():
    ax = plot_lifecycle(HISTORY, show="value")
    assert heights(ax)[0] == [50, 5, 0]
    assert ax.texts[0].get_text().startswith("Exploration: -10 ")


def test_a_last_period_that_is_not_over_is_hatched_and_said():
    ax = plot_lifecycle(HISTORY)
    assert [bar.get_hatch() for bar in ax.containers[0]] == [None, None, "///"]
    assert ax.texts[4].get_text().splitlines()[-1] == "hatched: 2024-03 is not over, as of 2024-03-20"
    whole = plot_lifecycle({name: values[:8] for name, values in HISTORY.items()})
    assert "hatched" not in whole.texts[-1].get_text()
    assert {bar.get_hatch() for bar in whole.containers[0]} == {None}


def test_the_whole_base_of_cdnow_is_in_the_picture():
    history = lifecycle.history(crm.datasets.load_cdnow(sample=True))
    ax = plot_lifecycle(history)
    found = as_columns(history)
    counted = [[n for n, name in zip(found["customers"], found["stage"], strict=True) if name == stage]
               for stage in lifecycle.STAGES]  # fmt: skip
    assert heights(ax) == counted
    assert sum(row[-1] for row in heights(ax)) == 2357


@pytest.mark.parametrize("show", ["customers", "customer_share", "value"])
def test_names_do_not_touch_each_other(show):
    small = {**HISTORY, show: [1e-3 * n if at >= 8 and at != 8 else n for at, n in enumerate(HISTORY[show])]}
    for language in ("en", "zh") if _fonts.chinese_font() else ("en",):
        ax = plot_lifecycle(small, show=show, language=language)
        ax.figure.canvas.draw()
        boxes = [text.get_window_extent() for text in ax.texts]
        boxes += [ax.xaxis.label.get_window_extent(), *(t.get_window_extent() for t in ax.get_xticklabels())]
        assert not any(one.overlaps(other) for at, one in enumerate(boxes) for other in boxes[:at])
        plt.close("all")


def test_many_dates_leave_room_for_their_names():
    days = np.arange("2024-01-01", "2024-12-29", 7, dtype="datetime64[D]")
    n = len(days)
    weeks = {
        "date": np.repeat(days, 4).astype("datetime64[ms]"),
        "period": [str(day) for day in np.repeat(days, 4)],
        "complete": [True] * 4 * n,
        "stage": list(lifecycle.STAGES) * n,
        "customers": [1, 2, 3, 4] * n,
    }
    ax = plot_lifecycle(weeks)
    ax.figure.canvas.draw()
    names = ax.get_xticklabels()
    assert names[0].get_text() == "2024-12-23"  # the last one always has its name
    boxes = [name.get_window_extent() for name in names]
    assert not any(one.overlaps(other) for at, one in enumerate(boxes) for other in boxes[:at])


def test_labels_come_in_chinese():
    if not _fonts.chinese_font():
        pytest.skip("no font with Chinese characters")
    ax = plot_lifecycle(HISTORY, language="zh")
    assert [text.get_text().split("：")[0] for text in ax.texts[:4]] == ["考察期", "形成期", "稳定期", "退化期"]
    assert ax.texts[4].get_text().splitlines()[-1] == "斜线：2024-03 尚未结束，截至 2024-03-20"


def test_the_callers_axes_are_used_and_returned():
    _, ax = plt.subplots()
    assert plot_lifecycle(HISTORY, ax=ax) is ax


def test_what_cannot_be_drawn_is_said(make_table):
    with pytest.raises(ColumnError, match=r"no column[\s\S]*lifecycle\.history"):
        plot_lifecycle(make_table({"stage": ["decline"], "customers": [1]}))
    with pytest.raises(DataError, match="no rows"):
        plot_lifecycle({name: np.array(values)[:0] for name, values in HISTORY.items()})
    with pytest.raises(ArgumentError, match="show='money' is not known"):
        plot_lifecycle(HISTORY, show="money")


def test_a_stage_is_named_if_its_colour_is_drawn_at_any_date():
    table = {
        "period": ["a"] * 2 + ["b"] * 2, "date": ["2025-01-31"] * 2 + ["2025-02-28"] * 2, "complete": [True] * 4,
        "stage": ["exploration", "decline"] * 2, "customers": [4, 0, 0, 4],
    }  # fmt: skip
    table["date"] = np.array(table["date"], dtype="datetime64[D]")
    drawn = plot_lifecycle(table)
    named = [text.get_text() for text in drawn.texts[:-1]]
    assert named == ["Exploration: 0 (0.0%)", "Decline: 4 (100.0%)"]
