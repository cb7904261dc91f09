"""Pictures of cohorts, read back: four kinds of cells told apart, numbers as in the table, words in both languages."""

import matplotlib
import numpy as np
import pytest
from matplotlib.patches import Rectangle

from conftest import small_table
from crmkit.errors import ArgumentError
from crmkit.labels import phrase, text
from crmkit.plotting import _fonts, plot_cohort_curves, plot_cohorts
from crmkit.retention import cohorts

matplotlib.use("Agg")

SALES = {
    "customer_id": ["a", "b", "c", "a", "a", "c", "a", "b", "d"],
    "date": [
        f"2025-{day}" for day in ("01-05", "01-20", "02-03", "02-11", "02-27", "03-02", "03-09", "03-10", "03-10")
    ],
    "amount": [20.0, 10.0, 5.0, 10.0, 2.5, 15.0, 30.0, -4.0, 7.0],
}
LANGUAGES = ("en", "zh") if _fonts.chinese_font() else ("en",)


@pytest.fixture(scope="module")
def result():
    return cohorts(small_table(SALES))


def numbers(ax):
    """Text in the cells by (column, row)."""
    return {tuple(drawn.get_position()): drawn.get_text() for drawn in ax.texts[:-1]}


def hatched(ax):
    return {(patch.get_x() + 0.5, patch.get_y() + 0.5) for patch in ax.patches if patch.get_hatch()}


def test_the_triangle_shows_its_four_states(result):
    pooled = 3.35
    ax = plot_cohorts(result)
    assert numbers(ax) == {
        (0, 0): "100.0", (1, 0): "50.0", (2, 0): "50.0", (0, 1): "100.0", (1, 1): "100.0", (0, 2): "100.0",
        (0, pooled): "100.0", (1, pooled): "50.0",
    }  # fmt: skip
    assert hatched(ax) == {(2, 0), (1, 1), (0, 2)}  # March is running
    drawn = ax.collections[0].get_array()
    assert np.ma.getmaskarray(drawn)[2, 1]  # not yet: blank
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["2025-01 (2)", "2025-02 (1)", "2025-03 (1)", "pooled"]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["0", "1", "2"]
    assert ax.get_xlabel() == "age: months since that of the first purchase"
    small = plot_cohorts(cohorts(small_table(SALES), min_customers=2))
    grey = [patch for patch in small.patches if isinstance(patch, Rectangle) and not patch.get_hatch()]
    assert len(grey) == 3
    assert [place for place, said in numbers(small).items() if said == "•"] == [(0, 1), (1, 1), (0, 2)]


def test_the_card_and_the_legend_stand_beneath(result):
    said = plot_cohorts(result).texts[-1].get_text()
    assert said.startswith("in each cell: retention rate, %    hatched: partial, can still change    blank: not yet")
    assert result.definition.line() in " ".join(said.split())
    assert (
        "grey dot: withheld, fewer than 2"
        in plot_cohorts(cohorts(small_table(SALES), min_customers=2)).texts[-1].get_text()
    )
    money = plot_cohorts(result, show="cumulative_per_customer").texts[-1].get_text()
    assert result.revenue_definition.line() in " ".join(money.split())


def test_money_and_days_have_their_own_numbers(result):
    assert numbers(plot_cohorts(result, show="cumulative_per_customer"))[2, 0] == "34.2"
    ax = plot_cohorts(cohorts(small_table(SALES), kind="bracket", days=[(1, 27), (28, 49)]))
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["1-27", "28-49"]
    assert numbers(ax)[1, 0] == "50.0"
    assert ax.get_xlabel() == text("cohort_age_of_days")


def test_narrow_cells_have_colours_instead_of_numbers(cdnow_sample):
    ax = plot_cohorts(cohorts(cdnow_sample, period="week"))
    assert len(ax.texts) == 1
    assert ax.texts[0].get_text().startswith("colour: retention rate, %, from 0 (light) to")
    colours = ax.collections[0]
    assert colours.get_clim()[1] < 20  # the 100 % of age 0 does not outshine the rest


def test_one_group_at_a_time():
    apart = cohorts(small_table({**SALES, "channel": list("wsssswwws")}), by="channel")
    assert [tick.get_text() for tick in plot_cohorts(apart, group="w").get_yticklabels()] == ["2025-01 (1)", "pooled"]
    with pytest.raises(ArgumentError, match=r'group=None[\s\S]*"?s"?.*group="s"'):
        plot_cohorts(apart)
    with pytest.raises(ArgumentError, match="group='x'"):
        plot_cohorts(apart, group="x")
    lines = plot_cohort_curves(apart).lines
    assert [line.get_label() for line in lines if not line.get_label().startswith("_")] == ["s", "w"]


def test_curves_end_where_the_periods_do(result):
    ax = plot_cohort_curves(result)
    lines = {line.get_label(): line for line in ax.lines if line.get_linestyle() == "-"}
    assert lines["2025-01"].get_ydata().tolist() == [15, 21.25]
    # both cohorts at age 0; then what January, the only one that has both ages, spent more per customer
    assert lines["all cohorts, chain ladder"].get_ydata().tolist() == pytest.approx([35 / 3, 35 / 3 + 6.25])
    dashed = [line.get_ydata().tolist() for line in ax.lines if line.get_linestyle() == "--"]
    assert dashed == [[21.25, 34.25], [5, 20], [7]]
    rates = plot_cohort_curves(result, show="retention_rate")
    # Age 0 is 100 % by definition, and a month that is not over would look like a collapse.
    assert [line.get_ydata().tolist() for line in rates.lines if line.get_label() in ("2025-01", "pooled")] == [
        [50],
        [50],
    ]
    assert rates.texts[-1].get_text().startswith(text("plot_cohort_left_out"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("draw", [plot_cohorts, plot_cohort_curves])
def test_words_are_in_the_language_and_inside_the_picture(result, draw, language):
    ax = draw(result, language=language)
    ax.figure.canvas.draw()
    assert phrase("cohort_age_of_periods", language, period=text("month", language)) in ax.get_xlabel()
    whole = ax.figure.bbox
    for drawn in (*ax.texts, ax.xaxis.label, ax.yaxis.label, *ax.get_yticklabels()):
        box = drawn.get_window_extent()
        assert whole.x0 <= box.x0
        assert box.x1 <= whole.x1
        assert whole.y0 <= box.y0


def test_names_of_groups_are_no_formulas():
    apart = cohorts(small_table({**SALES, "channel": ["$a$_{b"] * 9}), by="channel")
    ax = plot_cohort_curves(apart)
    ax.figure.canvas.draw()
    assert ax.texts[0].get_text() == r"\$a\$_{b"


def test_any_kind_of_table(make_table):
    ax = plot_cohorts(cohorts(make_table(SALES)))
    assert numbers(ax)[1, 0] == "50.0"


@pytest.mark.parametrize("draw", [plot_cohorts, plot_cohort_curves])
def test_something_else_is_refused(draw, result):
    with pytest.raises(ArgumentError, match=r"DataFrame is not a cohort result[\s\S]*crmkit\.retention\.cohorts"):
        draw(result.table)
    with pytest.raises(ArgumentError, match="show='orders'"):
        draw(result, show="orders")
