"""Titles that say a finding say the number of the result; and at any size no text of a picture lies on another."""

import functools
import itertools
import re

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

import crmkit as crm
from crmkit import plotting
from crmkit.plotting import _fonts

matplotlib.use("Agg")

LANGUAGES = ("en", "zh") if _fonts.chinese_font() else ("en",)
# Inches: inline in a notebook, on a slide, in a column of the report.
UNITS = {"": 1, "k": 1e3, "M": 1e6, "万": 1e4}
SIZES = {"inline": (6.4, 4.8), "slide": (9.0, 5.0), "report": (5.2, 4.4)}


@functools.cache
def shop():
    return crm.Transactions(crm.datasets.load_cdnow(sample=True))


@functools.cache
def scored():
    return crm.score_customers(shop(), horizon=None)


@functools.cache
def bridge():
    return crm.growth.revenue_bridge(shop(), base=("1998-01-01", "1998-03-31"), current=("1998-04-01", "1998-06-30"))


def tiers():
    return crm.pyramid.describe_tiers(scored())


def segments():
    return crm.rfm.describe_segments(scored())


@functools.cache
def results():
    """Each drawer with what it draws, and the numbers that its title must have, as they are written."""
    spread, seg, tier = crm.pyramid.concentration(scored()), segments(), tiers()
    best = seg.loc[seg["value_share"].idxmax()]
    gaps, stays = crm.survival.inactivity_threshold(shop()), crm.survival.curve(shop())
    again, rates = crm.survival.repurchase(shop()), crm.retention.rates(shop())
    moves, calendar = crm.retention.revenue_movements(shop()), crm.downgrades.downgrade_calendar(scored())
    back = crm.outreach.win_back(shop(), contact_cost=1)
    deciles = crm.clv.value_by_decile(scored(), value="monetary")
    steps = bridge().steps.set_index("step")["cumulative"]
    end, reached = stays.table.iloc[-1], again.table["purchases"]
    over = rates.table[rates.table["complete"]].iloc[-1]
    last = moves.table[moves.table["complete"]].iloc[-1]
    return {
        "tiers": (plotting.plot_tiers, tier, [100 * tier["customer_share"][0], 100 * tier["value_share"][0]]),
        "lorenz": (plotting.plot_lorenz, spread, [20, 100 * spread.top_share(0.2)]),
        "segments": (plotting.plot_segments, seg, [100 * best["customer_share"], 100 * best["value_share"]]),
        "map": (plotting.plot_segment_map, seg, [100 * best["customer_share"], 100 * best["value_share"]]),
        "boxes": (plotting.plot_rfm_distributions, scored(), None),
        "gaps": (plotting.plot_gap_curve, gaps, [100 * gaps.plateau, gaps.limit]),
        "hazard": (plotting.plot_return_hazard, gaps, None),
        "survival": (plotting.plot_survival, stays, [100 * end["survival"], end["time"]]),
        "repurchase": (plotting.plot_repurchase, again, [100 * again.table["rate_within"][0], 90]),
        "funnel": (plotting.plot_purchase_funnel, again, [100 * reached[1] / reached[0]]),
        "retention": (plotting.plot_retention, rates, [100 * over["retention_rate"]]),
        "new": (plotting.plot_new_and_returning, moves, [100 * (1 - last["new"] / last["end"])]),
        "bridge": (plotting.plot_revenue_bridge, bridge(), [100 * abs(steps["current"] / steps["base"] - 1),
                                                             steps["base"], steps["current"]]),
        "calendar": (plotting.plot_downgrade_calendar, calendar, [*calendar[["customers", "value"]].sum()]),
        "win_back": (plotting.plot_win_back, back, [back.contacted, back.lost, back.profit]),
        "deciles": (plotting.plot_value_deciles, deciles, [10, 100 * deciles["value_share"][0]]),
    }  # fmt: skip


NAMES = (
    "tiers", "lorenz", "segments", "map", "boxes", "gaps", "hazard", "survival", "repurchase", "funnel", "retention",
    "new", "bridge", "calendar", "win_back", "deciles",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_title_has_the_numbers_of_the_result(name):
    draw, result, expected = results()[name]
    if expected is None:
        return
    said = [draw(result, language=language).get_title() for language in LANGUAGES]
    plt.close("all")
    for title in said:
        dates = r"\d{4}-\d\d(-\d\d)?"
        written = re.findall(r"(\d[\d,]*(?:\.\d+)?)([kM万]?)", re.sub(dates, "", title))
        numbers = [float(number.replace(",", "")) * UNITS[unit] for number, unit in written]
        for number in expected:
            assert any(abs(one - number) <= max(0.5, 0.006 * abs(number)) for one in numbers), (title, number)


def test_the_hazard_is_counted_as_by_hand():
    gaps = crm.survival.inactivity_threshold(shop())
    table = gaps.table[(gaps.table["days"] > 0) & (gaps.table["days"] <= 30)]
    stays = np.prod(1 - table["returned"] / table["at_risk"])
    ax = plotting.plot_return_hazard(gaps, days=30)
    assert ax.patches[0].get_height() == pytest.approx(100 * (1 - stays))
    plt.close("all")


def boxes_of(ax):
    """Boxes of the texts that are seen, with what they say."""
    axes = [ax, *ax.child_axes]
    texts = [text for one in axes for text in (*one.texts, one.title, one.xaxis.label, one.yaxis.label)]
    for one in axes:
        legend = one.get_legend()
        texts += legend.get_texts() if legend else []
        for axis in (one.xaxis, one.yaxis) if one.axison else ():
            low, high = sorted(axis.get_view_interval())
            texts += [tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
    shown = [text for text in texts if text.get_visible() and text.get_text().strip()]
    return [(text.get_window_extent(), text.get_text()) for text in shown if text.get_rotation() in (0, 90)]


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_no_text_lies_on_another_at_any_size(name, language, size):
    draw, result, _ = results()[name]
    _, ax = plt.subplots(figsize=SIZES[size], layout="constrained")
    ax = draw(result, ax=ax, language=language)
    ax.figure.canvas.draw()
    found = boxes_of(ax)
    plt.close("all")
    laid = [
        (one, other)
        for (box, one), (second, other) in itertools.combinations(found, 2)
        if min(box.x1, second.x1) - max(box.x0, second.x0) > 2 and min(box.y1, second.y1) - max(box.y0, second.y0) > 2
    ]
    assert laid == []


def test_results_find_their_picture():
    for result in (crm.outreach.win_back(shop(), contact_cost=1), crm.backtest(shop(), origins="1998-03-31"), bridge()):
        assert result.plot() is not None
    plt.close("all")
