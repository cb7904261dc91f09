"""Pictures of satisfaction, loyalty, wallet and brands, read back: lines, ticks and words against the results."""

import matplotlib
import numpy as np
import pytest

from conftest import as_columns
from crmkit import equity, labels, loyalty, plotting, wallet
from crmkit.datasets import make_brand_panel, make_complaints
from crmkit.errors import ArgumentError
from crmkit.plotting import _fonts

matplotlib.use("Agg")

SURVEY = {"nps": [10] * 50 + [8] * 30 + [3] * 20 + [9] * 5 + [0] * 5, "shop": ["a"] * 100 + ["b"] * 10}
BRANDS = {"brand": ["A", "B"], "share": [0.25, 0.19], "penetration": [0.20, 0.17]}
LISTED = {"frequency": [9, 8, 1, 2, 9], "attitude": [9, 3, 10, 2, None], "no_choice": [0, 1, 0, 0, 0]}
MADE = make_complaints(400, seed=1)


def ticks(axis):
    return [tick.get_text() for tick in axis]


def words(ax):
    return [text.get_text() for text in ax.texts]


def dots(ax):
    """Centres of error bars."""
    return ax.containers[0].lines[0].get_xdata()


def test_scores_stand_in_rows_with_their_respondents(make_table):
    found = loyalty.nps(make_table(SURVEY), by="shop")
    ax = plotting.plot_nps(found)
    assert dots(ax) == pytest.approx([30, 0])
    assert ticks(ax.get_yticklabels()) == ["a", "b"]
    assert "respondents: 100" in words(ax)[0]
    assert ax.get_xlim() == (-100, 100)


def test_differences_name_what_they_are_from():
    ax = plotting.plot_nps_comparison(loyalty.compare_nps(SURVEY, by="shop"))
    assert ticks(ax.get_yticklabels()) == ["b"]
    assert "from a" in ax.get_xlabel()
    assert dots(ax)[0] < 0


def test_shares_of_satisfied():
    ax = plotting.plot_csat(loyalty.csat({"staff": [5, 4, 2, 1], "price": [5, 5, 5, 1]}, items=["staff", "price"]))
    assert dots(ax) == pytest.approx([50, 75])
    assert words(ax)[0].endswith("2 / 4")


def test_from_expectation_to_experience():
    found = loyalty.satisfaction({"e": [5, 3], "p": [4, 3]}, expected="e", perceived="p")
    ax = plotting.plot_satisfaction(found)
    assert ax.lines[0].get_xdata() == pytest.approx([4, 3.5])
    assert words(ax)[0] == "gap -0.50, ratio 0.88"


def test_the_map_of_importance_and_performance():
    rng = np.random.default_rng(0)
    survey = {"x": rng.normal(size=90), "y": rng.normal(size=90)}
    survey["overall"] = survey["x"] + 0.1 * survey["y"]
    found = loyalty.drivers(survey, items=["x", "y"], overall="overall")
    ax = plotting.plot_satisfaction_drivers(found)
    table = as_columns(found.table)
    points = ax.collections[0].get_offsets()
    assert points[:, 0].tolist() == pytest.approx(table["performance"])
    assert points[:, 1].tolist() == pytest.approx([100 * part for part in table["derived_importance"]])
    assert {"concentrate here", "keep up", "low priority", "possible overkill"} <= set(words(ax))


def test_complaints_and_their_closing():
    found = loyalty.complaints(MADE.complaints, MADE.transactions, promise=MADE.promise)
    ax = plotting.plot_complaints(found)
    recovery = as_columns(found.recovery)
    assert ax.lines[0].get_xdata() == pytest.approx(
        [100 * recovery["alike_rate"][0], 100 * recovery["repurchase_rate"][0]]
    )
    assert ticks(ax.get_yticklabels()) == ["all complaints", "answered in time", "answered late or not"]
    closing = plotting.plot_closing(found)
    assert closing.lines[0].get_ydata()[0] == 100
    assert np.diff(closing.lines[0].get_ydata()).max() <= 0


def test_an_indicator_over_time():
    found = loyalty.indicators(MADE.transactions, period="quarter")
    ax = plotting.plot_indicators(found, show="purchase_amount")
    table = as_columns(found.table)
    own = [value for value, name in zip(table["value"], table["indicator"], strict=True) if name == "purchase_amount"]
    assert ax.containers[0].lines[0].get_ydata() == pytest.approx(own)
    with pytest.raises(ArgumentError, match="show='mood'"):
        plotting.plot_indicators(found, show="mood")


def test_the_loyalty_matrix_has_its_counts_and_who_was_not_asked():
    ax = plotting.plot_loyalty_matrix(
        loyalty.matrix(LISTED, locked_in="no_choice", cut={"behaviour": 5, "attitude": 8})
    )
    said = "\n".join(words(ax))
    assert "1 (20.0%)" in said
    assert "locked in: 1" in said
    assert "not asked: 1 (20.0%)" in said
    assert ax.get_ylabel().endswith(">= 5")


def test_double_jeopardy_and_true_concentration():
    found = wallet.dirichlet(BRANDS, penetration=0.56, purchases_per_buyer=2.6, S=1.3)
    ax = plotting.plot_dirichlet(found)
    assert ax.lines[0].get_xdata() == pytest.approx([15.69, 20.01], abs=0.01)
    assert ax.lines[1].get_ydata() == pytest.approx([1.456 * 0.19 / 0.17, 1.456 * 0.25 / 0.2])
    fitted = wallet.true_concentration([400, 60, 30, 20, 8, 8, 9, 6, 27], open_ended=True)
    curves = plotting.plot_true_concentration(fitted).lines
    assert curves[1].get_ydata()[20] == pytest.approx(92.4, abs=0.05)
    assert curves[2].get_ydata()[20] == pytest.approx(88.1, abs=0.05)


def test_brands_that_are_switched_chosen_and_improved():
    panel = make_brand_panel(200, seed=1)
    found = equity.panel_switching(panel.purchases)
    ax = plotting.plot_switching(found)
    assert words(ax)[:-1] == [f"{100 * share:.1f}%" for share in as_columns(found.counts)["share"]]
    better = equity.what_if([[0.8, 0.2], [0.3, 0.7]], brand="A", utility=0.1, purchases_per_year=2, margin=30,
                            discount_rate=0.1)  # fmt: skip
    ax = plotting.plot_what_if(better)
    assert ax.lines[0].get_xdata() == pytest.approx([379.72, 400.25], abs=0.01)
    assert words(ax)[0] == "+20.5"


def test_who_answered_by_tier():
    customers = {"customer_id": range(4), "tier": ["gold", "gold", "iron", "iron"], "monetary": [9.0, 9.0, 1.0, 1.0]}
    ax = plotting.plot_response_bias(loyalty.response_bias({"customer_id": [0, 2, 3], "nps": [10, 1, 9]}, customers))
    assert dots(ax) == pytest.approx([50, 100])
    assert words(ax)[0] == "50.0%   NPS +100, 90.0% of money"


DRAWN = [
    (plotting.plot_nps, lambda: loyalty.nps(SURVEY)),
    (plotting.plot_complaints, lambda: loyalty.complaints(MADE.complaints, MADE.transactions)),
    (plotting.plot_loyalty_matrix, lambda: loyalty.matrix(LISTED)),
    (plotting.plot_dirichlet, lambda: wallet.dirichlet(BRANDS, penetration=0.56, purchases_per_buyer=2.6)),
    (plotting.plot_switching, lambda: equity.switching({"last": list("AAB"), "next": list("ABB")})),
]


@pytest.mark.parametrize(("draw", "result"), DRAWN)
def test_pictures_speak_chinese_and_refuse_what_is_no_result(draw, result):
    if _fonts.chinese_font():
        shown = result()
        ax = draw(shown, language="zh")
        said = [ax.get_xlabel(), *words(ax)]
        assert "".join(shown.definition.line("zh").split()) in "".join("".join(said).split())
    with pytest.raises(ArgumentError, match="plot_"):
        draw({"a": [1]})


RESULTS = [
    lambda: loyalty.nps(SURVEY),
    lambda: loyalty.compare_nps(SURVEY, by="shop"),
    lambda: loyalty.csat({"staff": [5, 1]}, items=["staff"]),
    lambda: loyalty.satisfaction({"e": [5, 3], "p": [4, 3]}, expected="e", perceived="p"),
    lambda: loyalty.complaints(MADE.complaints, MADE.transactions),
    lambda: loyalty.indicators(MADE.transactions),
    lambda: loyalty.matrix(LISTED),
    lambda: wallet.dirichlet(BRANDS, penetration=0.56, purchases_per_buyer=2.6),
    lambda: wallet.true_concentration([400, 60, 30]),
    lambda: equity.switching({"last": list("AAB"), "next": list("ABB")}),
    lambda: equity.what_if([[0.8, 0.2], [0.3, 0.7]], brand="A", utility=0.1, purchases_per_year=2, margin=30,
                           discount_rate=0.1),
    lambda: equity.drivers({"customer_id": [1, 1, 2, 2, 3, 3], "brand": ["A", "B"] * 3, "chosen": [1, 0, 0, 1, 1, 0],
                            "quality": [5, 3, 4, 4, 2, 3]}, drivers=["quality"]),
]  # fmt: skip


@pytest.mark.parametrize("result", RESULTS)
def test_results_draw_and_say_themselves(result):
    found = result()
    ax = found.plot()
    assert ax.get_xlabel() or ax.get_ylabel()
    assert labels.text("formula", "zh") in found.text("zh")
    assert found.to_dict()
