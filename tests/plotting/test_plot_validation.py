"""Pictures of back-tests and audits, read back."""

from __future__ import annotations

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

import crmkit as crm
from conftest import as_columns, small_table
from crmkit import labels
from crmkit.errors import ArgumentError
from crmkit.plotting import _fonts, plot_backtest, plot_sensitivity

matplotlib.use("Agg")

LANGUAGES = ("en", "zh") if _fonts.chinese_font() else ("en",)


@pytest.fixture(scope="module")
def tested(cdnow_sample):
    return crm.backtest(small_table(cdnow_sample), "eleven")


@pytest.fixture(scope="module")
def varied(cdnow_sample):
    return crm.sensitivity(small_table(cdnow_sample), "eight")


def test_a_bar_per_segment_with_its_interval_and_a_line_for_all(tested):
    ax = plot_backtest(tested)
    found = as_columns(tested.pooled)
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([100 * rate for rate in found["rebuy_rate"][:-1]])
    assert [tick.get_text() for tick in ax.get_yticklabels()] == labels.texts(found["segment"][:-1])
    (intervals,) = ax.collections
    ends = np.array([line[:, 0] for line in intervals.get_segments()])
    wanted = 100 * np.array([found["rate_low"][:-1], found["rate_high"][:-1]]).T
    assert ends == pytest.approx(wanted)
    line = next(line for line in ax.lines if line.get_linestyle() == "--")
    assert line.get_xdata()[0] == pytest.approx(100 * found["rebuy_rate"][-1])
    assert ax.yaxis_inverted()
    assert "90 days" in ax.get_xlabel()
    printed = " ".join(ax.texts[-1].get_text().split())
    assert printed == f"dashed line: all customers, {100 * found['rebuy_rate'][-1]:.1f}% {tested.definition.line()}"


@pytest.mark.parametrize(("show", "what"), [("gain", "rebuyers"), ("revenue", "revenue")])
def test_three_curves_from_nobody_to_everybody(tested, show, what):
    ax = plot_backtest(tested, show=show)
    found = as_columns(tested.lift)
    for line, prefix in zip(ax.lines, ("", "recency_", "random_"), strict=True):
        assert line.get_xdata() == pytest.approx([0, *(100 * share for share in found["customer_share"])])
        reached = [100 * one / found[what][-1] for one in found[f"{prefix}{what}"]]
        assert line.get_ydata() == pytest.approx([0, *reached])
        assert line.get_ydata()[-1] == pytest.approx(100)
    said = [text.get_text() for text in ax.get_legend().get_texts()]
    assert said == labels.texts(["plot_by_segment", "plot_by_recency", "plot_at_random"])


def test_a_pair_of_bars_per_re_run(varied):
    ax = plot_sensitivity(varied)
    found = as_columns(varied.choices)
    customers, money = ax.containers
    assert [bar.get_width() for bar in customers] == pytest.approx([100 * share for share in found["changed_share"]])
    assert [bar.get_width() for bar in money] == pytest.approx([100 * share for share in found["money_changed_share"]])
    names = [tick.get_text() for tick in ax.get_yticklabels()]
    assert names[:3] == ["rule for ties: better", "rule for ties: worse", "number of levels: 3"]
    assert "past that is read: 12 months" in names
    assert names[-1] == "past ends: 1998-06-02"
    assert ax.get_title().startswith(f"Grade {varied.grade}: ")


def test_a_pair_of_bars_per_segment(varied):
    ax = plot_sensitivity(varied, show="segments")
    found = as_columns(varied.segments)
    for bars, name in zip(ax.containers, ("steadiness_choices", "steadiness_time"), strict=True):
        assert [bar.get_width() for bar in bars] == pytest.approx([100 * share for share in found[name]])
    assert [tick.get_text() for tick in ax.get_yticklabels()] == labels.texts(found["segment"])


def test_without_an_earlier_day_there_are_bars_for_choices_only(cdnow_sample):
    ax = plot_sensitivity(crm.sensitivity(small_table(cdnow_sample), "textbook", shifts=()), show="segments")
    assert len(ax.containers) == 1
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [labels.text("plot_other_choices")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_stays_inside_the_picture(tested, varied, language):
    pictures = [plot_backtest(tested, language=language), plot_sensitivity(varied, language=language)]
    for ax in [*pictures, plot_backtest(tested, show="gain", language=language),
               plot_sensitivity(varied, show="segments", language=language)]:  # fmt: skip
        ax.figure.canvas.draw()
        whole = ax.figure.bbox
        for text in [*ax.texts, *ax.get_yticklabels(), ax.xaxis.label]:
            box = text.get_window_extent()
            assert whole.x0 <= box.x0
            assert box.x1 <= whole.x1
            assert whole.y0 <= box.y0
            assert box.y1 <= whole.y1


def test_when_nobody_buys_again_the_pictures_are_still_drawn():
    once = {"customer_id": ["a", "b"], "date": ["2025-01-01", "2025-01-02"], "amount": [1.0, 2.0]}
    found = crm.backtest(crm.Transactions(once, as_of="2025-03-01"), "eight", origins="2025-01-10", horizon=30)
    assert [bar.get_width() for bar in plot_backtest(found).patches] == [0, 0]
    assert plot_backtest(found, show="gain").lines[0].get_ydata().max() == 0


def test_the_callers_axes_are_used_and_returned(tested, varied):
    _, ax = plt.subplots()
    assert plot_backtest(tested, ax=ax) is ax
    _, ax = plt.subplots()
    assert plot_sensitivity(varied, ax=ax) is ax


def test_what_cannot_be_drawn_is_said(tested, varied):
    with pytest.raises(ArgumentError, match=r"plot_backtest\(crmkit\.backtest\(transactions\)\)"):
        plot_backtest(tested.segments)
    with pytest.raises(ArgumentError, match=r"plot_sensitivity\(crmkit\.sensitivity\(transactions\)\)"):
        plot_sensitivity(tested)
    with pytest.raises(ArgumentError, match="show='pie' is not known"):
        plot_sensitivity(varied, show="pie")
