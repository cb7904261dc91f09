"""Pictures of survival, gaps, repurchase and lost rules, read back: steps, intervals, counts, and the definition."""

import datetime as dt
from types import SimpleNamespace

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

import crmkit as crm
from conftest import as_columns, small_table
from crmkit.errors import ArgumentError, DataError
from crmkit.plotting import (
    _fonts,
    plot_gap_curve,
    plot_lost_rules,
    plot_repurchase,
    plot_repurchase_comparison,
    plot_survival,
)

matplotlib.use("Agg")

# a buys every ten days, b and c twice, d once; web: a and b.
SALES = {
    "customer_id": ["a", "a", "a", "a", "b", "b", "c", "c", "d"],
    "date": ["2024-01-01", "2024-01-11", "2024-01-21", "2024-01-31", "2024-01-05", "2024-01-25", "2024-01-03",
             "2024-03-03", "2024-02-01"],
    "amount": [10.0] * 9,
    "channel": ["web"] * 6 + ["shop"] * 3,
}  # fmt: skip
DURATIONS = {"days": [10, 20, 20, 30, 5, 40], "event": [1, 1, 0, 0, 1, 0], "club": ["no"] * 4 + ["yes"] * 2}


def transactions(make=small_table):
    return crm.Transactions(make(SALES), as_of="2024-04-10")


def said_below(ax):
    """The small print: the text that is placed under the label of the x axis."""
    return next(text.get_text() for text in ax.texts if text.get_size() == 7)


def legend_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def texts_of(ax):
    return [text.get_text() for text in ax.texts]


# --- survival -------------------------------------------------------------------------------------------------------


def test_survival_is_drawn_in_steps_with_its_interval(make_table):
    """Of four, one is lost at 10 and one at 20: 100, 75 and 50 per cent."""
    stays = crm.survival.kaplan_meier(make_table({name: values[:4] for name, values in DURATIONS.items()}),
                                       time="days")  # fmt: skip
    ax = plot_survival(stays)
    line = ax.get_lines()[0]
    assert line.get_drawstyle() == "steps-post"
    assert line.get_xdata().tolist() == [0, 10, 20, 30]
    assert line.get_ydata() == pytest.approx([100, 75, 50, 50])
    table = as_columns(stays.table, sort="time")
    reached = ax.collections[0].get_paths()[0].vertices[:, 1]
    for end in (table["survival_low"][1], table["survival_high"][2]):
        assert np.isclose(reached, 100 * end).any()
    assert ax.get_legend() is None


def test_those_at_risk_stand_under_the_ticks():
    ax = plot_survival(crm.survival.kaplan_meier(small_table(DURATIONS), time="days", by="club"))
    ticks = ax.get_xticks().tolist()
    rows = {}
    for text in ax.texts:
        if text.get_text().isdigit():
            rows.setdefault(text.xyann[1], {})[text.xy[0]] = int(text.get_text())
    own = [rows[down] for down in sorted(rows, reverse=True)]
    assert [sorted(row) for row in own] == [ticks, ticks]
    for row, times in zip(own, ([10, 20, 20, 30], [5, 40]), strict=True):
        assert row == {tick: sum(time >= tick for time in times) for tick in ticks}
    assert "customers at risk" in texts_of(ax)


def test_groups_are_told_apart_by_more_than_colour_and_tested():
    stays = crm.survival.kaplan_meier(small_table(DURATIONS), time="days", by="club")
    ax = plot_survival(stays)
    assert legend_of(ax) == ["no", "yes"]
    assert any(f"log-rank test of all groups: p = {stays.log_rank.p_value:.3f}" in text for text in texts_of(ax))
    assert len({line.get_linestyle() for line in ax.get_lines()}) == 2
    assert ax.get_legend() is not None
    assert plot_survival(stays, groups=["yes"]).get_legend() is None


def test_a_clear_difference_is_not_given_more_digits_than_it_has():
    apart = {"days": [1.0] * 40 + [9.0] * 40, "event": [1] * 80, "club": ["no"] * 40 + ["yes"] * 40}
    ax = plot_survival(crm.survival.kaplan_meier(small_table(apart), time="days", by="club"))
    assert any("p < 0.001" in text for text in texts_of(ax))


def test_the_axis_says_what_time_is():
    by_rule = plot_survival(crm.survival.curve(transactions(), inactive="30D"))
    assert by_rule.get_xlabel() == "days since the first purchase"
    own = plot_survival(crm.survival.kaplan_meier(small_table({"months": [3, 4], "event": [1, 0]}), time="months"))
    assert own.get_xlabel() == "time (column months, in its unit)"


def test_groups_that_cannot_be_drawn_are_refused():
    stays = crm.survival.kaplan_meier(small_table(DURATIONS), time="days", by="club")
    with pytest.raises(ArgumentError, match=r"no group 'maybe'; there are 'no', 'yes'\. .* such as groups=\['no'\]"):
        plot_survival(stays, groups=["maybe"])
    many = {"days": [1.0] * 7, "event": [1] * 7, "club": list("abcdefg")}
    with pytest.raises(ArgumentError, match="7 groups cannot be drawn"):
        plot_survival(crm.survival.kaplan_meier(small_table(many), time="days", by="club"))


# --- gaps -----------------------------------------------------------------------------------------------------------


def test_both_gap_curves_begin_at_nothing_and_only_the_naive_one_ends_at_all(make_table):
    gaps = crm.survival.inactivity_threshold(transactions(make_table))
    ax = plot_gap_curve(gaps)
    right, naive = ax.get_lines()[:2]
    table = as_columns(gaps.table, sort="days")
    assert right.get_xdata().tolist() == [0, *table["days"]]
    assert right.get_ydata() == pytest.approx([0, *(100 * share for share in table["returned_share"])])
    assert naive.get_ydata() == pytest.approx([0, *(100 * share for share in table["closed_share"])])
    assert naive.get_ydata()[-1] == 100 > right.get_ydata()[-1] == pytest.approx(100 * gaps.plateau)
    assert naive.get_linestyle() == "--"


def test_59_per_cent_within_174_days_and_not_80(cdnow):
    """The measured fact of CDNOW; of the gaps that ended 88 % are as short, and 80 % are within 119 days."""
    gaps = crm.survival.inactivity_threshold(crm.Transactions(cdnow))
    assert {"within 174 days", "59% of all purchases", "88% of the gaps that ended"} <= set(
        texts_of(plot_gap_curve(gaps, mark="174D"))
    )
    ax = plot_gap_curve(gaps)
    assert {"within 119 days", "54% of all purchases", "80% of the gaps that ended"} <= set(texts_of(ax))
    assert legend_of(ax) == ["all purchases, open gaps counted", "gaps that ended only (naive)",
                             "70% of purchases are followed by another one at all",
                             "limit 232 days: 90 % of the returns have come"]  # fmt: skip
    vertical = [line.get_xdata()[0] for line in ax.get_lines() if len(set(line.get_xdata())) == 1]
    assert gaps.limit in vertical


def test_a_mark_that_is_no_duration_is_refused():
    with pytest.raises(ArgumentError, match="mark='soon'"):
        plot_gap_curve(crm.survival.inactivity_threshold(transactions()), mark="soon")


# --- repurchase -----------------------------------------------------------------------------------------------------


def test_rates_by_order_number_with_their_intervals(make_table):
    rates = crm.survival.repurchase(transactions(make_table), within="30D", most=3)
    ax = plot_repurchase(rates)
    table = as_columns(rates.table, sort="order_number")
    bars = ax.containers[0]
    assert bars.lines[0].get_ydata() == pytest.approx([100 * rate for rate in table["rate_within"]])
    ends = np.array([segment[:, 1] for segment in bars.lines[2][0].get_segments()])
    assert ends[:, 0] == pytest.approx([100 * low for low in table["within_low"]])
    assert ends[:, 1] == pytest.approx([100 * high for high in table["within_high"]])
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["1", "2", "3+"]
    assert [text for text in texts_of(ax) if text.isdigit()] == [str(n) for n in table["purchases"]]


def test_groups_stand_side_by_side():
    ax = plot_repurchase(crm.survival.repurchase(transactions(), within="30D", by="channel", most=3))
    assert legend_of(ax) == ["shop", "web"]
    first = [line.lines[0].get_xdata()[0] for line in ax.containers]
    assert first[0] < 1 < first[1]


def test_rates_that_nobody_was_seen_for_are_refused():
    with pytest.raises(DataError, match="no purchase was seen long enough"):
        plot_repurchase(crm.survival.repurchase(transactions(), within="500D"))


def test_groups_are_compared_with_the_first_in_points(make_table):
    found = crm.survival.compare_repurchase(transactions(make_table), within="30D", by="channel", baseline="web")
    ax = plot_repurchase_comparison(found)
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["web", "shop"]
    table = as_columns(found.table)
    rates = dict(zip(table["group"], table["rate"], strict=True))
    assert ax.containers[0].lines[0].get_xdata() == pytest.approx([100 * rates["web"], 100 * rates["shop"]])
    said = texts_of(ax)
    assert said[0] == "66.7% of 6 purchases"
    assert said[1].startswith("0.0% of 3 purchases; difference \N{MINUS SIGN}66.7 points (\N{MINUS SIGN}")


# --- lost rules ----------------------------------------------------------------------------------------------------


def tried(make=small_table):
    """Two rules for ten customers: six lost of whom two came back; and nobody lost."""
    table = {
        "rule": ["inactive", "p_alive"], "setting": ["13W", "0.5"], "limit_days": [91.0, float("nan")],
        "customers": [10, 10], "lost": [6, 0], "lost_share": [0.6, 0.0], "came_back": [2, 0],
        "came_back_share": [1 / 3, float("nan")], "kept_silent": [1, 7], "kept_silent_share": [0.25, 0.7],
    }  # fmt: skip
    definition = crm.definitions.Definition(
        "lost_share", crm.Transactions(small_table(SALES)).as_of, {"origin": "2024-01-05", "days": 90}
    )
    return SimpleNamespace(table=make(table), definition=definition)


def test_a_bar_is_all_customers_by_what_was_said_and_done(make_table):
    ax = plot_lost_rules(tried(make_table))
    widths = {bars.get_label(): [bar.get_width() for bar in bars] for bars in ax.containers}
    assert widths == {
        "called lost, stayed silent": [40, 0], "called lost, came back": [20, 0],
        "not called lost, stayed silent": [10, 70], "not called lost, bought": [30, 30],
    }  # fmt: skip
    assert [bars[0].get_x() for bars in ax.containers] == [0, 40, 60, 70]
    assert texts_of(ax)[:2] == ["91 days without a purchase: 60.0% lost, of whom 33.3% came back",
                                "P(alive) below 0.5: 0.0% lost"]  # fmt: skip


@pytest.mark.parametrize("rule", ["inactive", "gaps", "own_gaps", "returning", "p_alive"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_rule_has_words(rule, language):
    from crmkit import labels

    said = labels.phrase(f"lost_by_{rule}", language, setting="3")
    assert said != f"lost_by_{rule}"
    assert "3" in said


# --- the definition, words, and what cannot be drawn ----------------------------------------------------------------


def pictures():
    sales, tx = small_table(DURATIONS), transactions()
    return [
        (plot_survival, crm.survival.kaplan_meier(sales, time="days", by="club")),
        (plot_survival, crm.survival.curve(tx, inactive="30D")),
        (plot_gap_curve, crm.survival.inactivity_threshold(tx)),
        (plot_repurchase, crm.survival.repurchase(tx, within="30D")),
        (plot_repurchase_comparison, crm.survival.compare_repurchase(tx, within="30D", by="channel")),
        (plot_lost_rules, tried()),
    ]


@pytest.mark.parametrize("which", range(6))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_card_stands_below_in_the_language_of_the_picture(which, language):
    if language == "zh" and _fonts.chinese_font() is None:
        pytest.skip("no font with Chinese characters is installed")
    draw, result = pictures()[which]
    ax = draw(result, language=language)
    # of groups the test of all of them stands over the definition
    assert "".join(said_below(ax).split()).endswith("".join(result.definition.line(language).split()))
    written = " ".join([*texts_of(ax), ax.get_xlabel(), ax.get_ylabel(), *(legend_of(ax) if ax.get_legend() else [])])
    assert "_" not in written
    assert "{" not in written


@pytest.mark.parametrize("which", range(6))
def test_counts_label_and_card_do_not_overlap(which):
    draw, result = pictures()[which]
    ax = draw(result)
    ax.figure.canvas.draw()
    short = crm.labels.text(result.definition.measure)
    definition = next(text for text in ax.texts if short in text.get_text()).get_window_extent()
    label = ax.xaxis.label.get_window_extent()
    below = [text.get_window_extent() for text in ax.texts if text.get_text().isdigit() and text.xyann[1] < 0]
    assert definition.y1 <= label.y0
    assert all(label.y1 <= count.y0 + 1 for count in below)
    assert all(count.y1 <= min(tick.get_window_extent().y0 for tick in ax.get_xticklabels()) for count in below)
    figure = ax.figure.bbox
    assert figure.x0 <= definition.x0 < definition.x1 <= figure.x1
    assert figure.y0 <= definition.y0


def test_a_picture_goes_where_the_caller_wants_it():
    ax = plt.subplots()[1]
    assert plot_survival(crm.survival.curve(transactions(), inactive="30D"), ax=ax) is ax


@pytest.mark.parametrize(
    "draw", [plot_survival, plot_gap_curve, plot_repurchase, plot_repurchase_comparison, plot_lost_rules]
)
@pytest.mark.parametrize("what", [SALES, SimpleNamespace(table=SALES)])
def test_what_is_no_such_result_is_refused(draw, what):
    name = type(what).__name__
    with pytest.raises(ArgumentError, match=rf"a {name} is not the result that this draws\. Draw crmkit\.plotting"):
        draw(what)


def test_a_comparison_is_not_drawn_as_rates_by_number():
    compared = crm.survival.compare_repurchase(transactions(), within="30D", by="channel")
    with pytest.raises(ArgumentError, match=r"plot_repurchase\(crmkit\.survival\.repurchase"):
        plot_repurchase(compared)


def test_groups_that_are_compared_keep_their_names_and_crmkit_s_own_are_translated():
    """A channel called "A" or "new" is no tier or segment; customers without one are 未分组."""
    days = [str(dt.date(2024, 1, 1) + dt.timedelta(days=40 * at)) for at in range(4)]
    sales = {
        "customer_id": [who for who in range(9) for _ in days],
        "date": days * 9,
        "amount": [5.0] * 36,
        "channel": [name for name in ("A", "new", None) * 3 for _ in days],
    }
    found = crm.survival.repurchase(crm.Transactions(sales, channel="channel"), by="channel", within="30D")
    legend = crm.plotting.plot_repurchase(found, language="zh").get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["A", "new", "未分组"]
