"""Pictures of rates and movements, read back: heights, the period that is not over, and the definition below."""

import matplotlib
import numpy as np
import pytest

import crmkit as crm
from conftest import as_columns, small_table
from crmkit import labels
from crmkit.errors import ArgumentError
from crmkit.plotting import _fonts, plot_movements, plot_retention
from crmkit.plotting._axes import wrapped

matplotlib.use("Agg")

# January: a, b, c. February: a more, b less, c gone, d new. March: c back, a as before. April has only begun.
SALES = {
    "customer_id": ["a", "b", "c", "a", "b", "d", "a", "c", "a"],
    "date": ["2024-01-03", "2024-01-07", "2024-01-09", "2024-02-02", "2024-02-11", "2024-02-29", "2024-03-01",
             "2024-03-31", "2024-04-02"],
    "amount": [100.0, 50.0, 30.0, 120.0, 20.0, 40.0, 120.0, 10.0, 150.0],
    "channel": ["web", "web", "shop", "web", "web", "shop", "web", "shop", "web"],
}  # fmt: skip


def transactions(make=small_table):
    return crm.Transactions(make(SALES), as_of="2024-04-10")


def said_below(ax):
    """The small print: the text that is placed under the label of the x axis."""
    return ax.texts[-1].get_text()


def legend_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


# --- movements ------------------------------------------------------------------------------------------------------


def test_gains_go_up_and_losses_down_one_upon_the_other(make_table):
    ax = plot_movements(crm.retention.revenue_movements(transactions(make_table)))
    heights = {bars.get_label(): [bar.get_height() for bar in bars] for bars in ax.containers}
    assert heights == {
        "expansion": [0, 20, 0, 30], "reactivated": [0, 0, 10, 0], "new": [180, 40, 0, 0],
        "contraction": [0, -30, 0, 0], "churned": [0, -30, -60, 0],
    }  # fmt: skip
    feet = {bars.get_label(): [bar.get_y() for bar in bars] for bars in ax.containers}
    assert feet["new"][1] == 20
    assert feet["churned"][1] == -30


def test_the_line_is_the_net_change_of_complete_periods():
    ax = plot_movements(crm.retention.revenue_movements(transactions()))
    line = next(line for line in ax.lines if line.get_label() == "net change")
    assert np.asarray(line.get_ydata())[1:3].tolist() == [0, -50]
    assert np.isnan(np.asarray(line.get_ydata())[[0, 3]]).all()


def test_only_the_period_that_is_not_over_is_hatched_and_the_legend_says_so():
    ax = plot_movements(crm.retention.revenue_movements(transactions()))
    assert all([bar.get_hatch() for bar in bars] == [None, None, None, "///"] for bars in ax.containers)
    assert legend_of(ax)[-1] == "not over yet"
    whole = plot_movements(crm.retention.revenue_movements(crm.Transactions(small_table(SALES), as_of="2024-03-31")))
    assert not any(bar.get_hatch() for bars in whole.containers for bar in bars)
    assert "not over yet" not in legend_of(whole)


def test_customers_are_drawn_when_asked_for():
    ax = plot_movements(crm.retention.revenue_movements(transactions()), show="customers")
    heights = {bars.get_label(): [bar.get_height() for bar in bars] for bars in ax.containers}
    assert heights["churned"] == [0, -1, -2, 0]
    assert heights["new"] == [3, 1, 0, 0]
    assert ax.get_ylabel() == "change of customers (number)"


def test_groups_are_panels_on_one_scale_and_one_is_drawn_when_named():
    moved = crm.retention.revenue_movements(transactions(), by="channel")
    ax = plot_movements(moved, group="shop")
    assert [bar.get_height() for bar in ax.containers[2]] == [30, 40, 0, 0]
    whole = plot_movements(moved)
    shop, web = whole.child_axes
    assert [bar.get_height() for bar in shop.containers[2]] == [30, 40, 0, 0]
    assert [panel.texts[0].get_text() for panel in (shop, web)] == ["shop", "web"]
    assert shop.get_ylim() == web.get_ylim()
    last = [own[own["complete"]].iloc[-1] for _, own in moved.to_pandas().groupby("group")]
    won, lost = (sum(float(row[kinds].sum()) for row in last)
                 for kinds in (["expansion", "reactivated", "new"], ["contraction", "churned"]))  # fmt: skip
    assert whole.get_title() == f"{last[0]['period']}: {won:,.0f} won, {lost:,.0f} lost"
    many = {"customer_id": list("abcdefg"), "date": ["2024-01-01"] * 6 + ["2024-03-31"], "amount": [1.0] * 7,
            "channel": list("tuvwxyz")}  # fmt: skip
    moved = crm.retention.revenue_movements(crm.Transactions(many, channel="channel"), by="channel")
    with pytest.raises(ArgumentError, match=r"there are 7 groups: 't'.*Draw one, such as group='t'"):
        plot_movements(moved)


def test_movements_of_contracts_are_drawn_too():
    contracts = {"customer_id": ["a", "b"], "start_date": ["2024-01-01"] * 2, "end_date": [None, "2024-02-10"],
                 "fee": [5.0, 2.0]}  # fmt: skip
    found = crm.retention.contract_rates(contracts, as_of="2024-02-29", amount="fee")
    ax = plot_movements(found.movements)
    assert [bar.get_height() for bar in ax.containers[-1]] == [0, -2]
    assert plot_retention(found).lines[0].get_ydata()[1] == 50


# --- rates ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", ["retention_rate", "churn_rate"])
def test_the_line_is_the_rate_and_the_band_its_interval(make_table, rate):
    rates = crm.retention.rates(transactions(make_table))
    table = as_columns(rates.table, sort="period")
    ax = plot_retention(rates, rate=rate)
    drawn = np.asarray(ax.lines[0].get_ydata())
    assert drawn[1:3] == pytest.approx([100 * value for value in table[rate][1:3]])
    assert np.isnan(drawn[[0, 3]]).all()
    band = ax.collections[0].get_paths()
    ends = [100 * table[f"{rate.removesuffix('_rate')}_{end}"][1] for end in ("low", "high")]
    reached = np.concatenate([path.vertices[:, 1] for path in band])
    assert all(np.isclose(reached, end).any() for end in ends)
    assert [tick.get_text() for tick in ax.get_xticklabels()] == table["period"]
    assert legend_of(ax) == ["not over yet"]


def test_groups_are_lines_with_names():
    rates = crm.retention.rates(transactions(), by="channel")
    assert legend_of(plot_retention(rates)) == ["shop", "web", "not over yet"]
    assert legend_of(plot_retention(rates, groups=["web"])) == ["not over yet"]


@pytest.mark.parametrize("groups", [["mail"], []])
def test_groups_that_are_not_there_are_refused(groups):
    with pytest.raises(ArgumentError, match="there are 'shop', 'web'"):
        plot_retention(crm.retention.rates(transactions(), by="channel"), groups=groups)


def test_more_groups_than_can_be_told_apart_are_refused():
    many = {"customer_id": list("abcdefgh"), "date": ["2024-01-01"] * 8, "amount": [1.0] * 8}
    by = {"customer_id": list("abcdefgh"), "own": list("abcdefgh")}
    with pytest.raises(ArgumentError, match="8 groups cannot be drawn"):
        plot_retention(crm.retention.rates(small_table(many), by=by))


def test_groups_of_a_result_without_groups_are_refused():
    with pytest.raises(ArgumentError, match="Give by= when counting"):
        plot_retention(crm.retention.rates(transactions()), groups=["web"])


def test_names_of_many_periods_are_thinned_from_the_last_one():
    rates = crm.retention.rates(crm.Transactions(small_table(SALES), as_of="2024-04-10"), period="day")
    ticks = plot_retention(rates).get_xticklabels()
    assert ticks[-1].get_text() == "2024-04-10"
    assert 3 <= len(ticks) <= 9


def test_a_rolling_period_is_named_in_two_lines():
    rates = crm.retention.rates(transactions(), period=crm.Calendar(rolling=True))
    assert plot_retention(rates).get_xticklabels()[-1].get_text() == "2024-03-11\n- 2024-04-10"


# --- the definition, words, and what cannot be drawn ----------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_card_stands_below_in_the_language_of_the_picture(language):
    if language == "zh" and _fonts.chinese_font() is None:
        pytest.skip("no font with Chinese characters is installed")
    moved, rates = (kind(transactions()) for kind in (crm.retention.revenue_movements, crm.retention.rates))
    for ax, definition in ((plot_movements(moved, language=language), moved.definition),
                     (plot_retention(rates, language=language), rates.definition)):  # fmt: skip
        assert "".join(said_below(ax).split()) == "".join(definition.line(language).split())


def test_the_card_stays_below_the_axes_and_within_the_picture():
    ax = plot_retention(crm.retention.rates(transactions()))
    ax.figure.canvas.draw()
    print_box = ax.texts[-1].get_window_extent()
    axes, figure = ax.get_tightbbox(for_layout_only=True), ax.figure.bbox
    ticks = [tick.get_window_extent().y0 for tick in ax.get_xticklabels()]
    assert print_box.y1 < min(ticks)
    assert figure.x0 <= print_box.x0 < print_box.x1 <= figure.x1
    assert figure.y0 <= print_box.y0
    assert axes.y0 <= print_box.y0 + 1


def test_small_print_is_as_wide_as_asked():
    for text in (
        "a long sentence about who is counted here, and who is not",
        "分母：上一期有购买的客户（不含新客户）, ABC",
    ):
        lines = wrapped(text, 14)
        assert all(labels.width(line) <= 14 + 2 for line in lines)
        assert "".join("".join(lines).split()) == "".join(text.split())


@pytest.mark.parametrize("draw", [plot_movements, plot_retention])
def test_what_is_no_such_result_is_refused(draw):
    with pytest.raises(ArgumentError, match=r"a dict is not the result that this draws. Draw crmkit\.plotting"):
        draw(SALES)


def test_unknown_choices_are_refused():
    with pytest.raises(ArgumentError, match="rate='loss' is not known"):
        plot_retention(crm.retention.rates(transactions()), rate="loss")
    with pytest.raises(ArgumentError, match="show='orders' is not known"):
        plot_movements(crm.retention.revenue_movements(transactions()), show="orders")
