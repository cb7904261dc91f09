"""Pictures of the churn model and its campaign, read back: diagonal, predictors, the best number of contacts."""

import datetime as dt

import matplotlib
import pytest

import crmkit as crm
from conftest import as_columns, small_table
from crmkit.churn import Validation
from crmkit.definitions import Definition
from crmkit.errors import ArgumentError
from crmkit.plotting import _fonts, plot_calibration, plot_campaign, plot_gain

matplotlib.use("Agg")

SCORES = {"customer_id": ["a", "b", "c", "d"], "p_churn": [0.9, 0.5, 0.1, 0.4]}


def validation(make=small_table):
    """Two predictors judged on ten customers of whom four churned; recency alone was better."""
    return Validation(
        table=make({"predictor": ["recency_only", "boosting"], "log_loss": [0.3, 0.4], "brier": [0.1, 0.2],
                    "calibration_error": [0.013, 0.05], "auc": [0.8, 0.7], "lift": [2.5, 1.25]}),
        calibration=make({"predictor": ["recency_only", "recency_only", "boosting", "boosting"], "bin": [1, 2, 1, 2],
                          "customers": [5, 5, 5, 5], "predicted": [0.2, 0.6, 0.3, 0.7],
                          "observed": [0.2, 0.6, 0.4, 0.4]}),
        gain=make({"predictor": ["recency_only", "recency_only", "boosting", "boosting"],
                   "contacted": [0.5, 1.0, 0.5, 1.0], "caught": [0.75, 1.0, 0.5, 1.0], "lift": [1.5, 1.0, 1.0, 1.0]}),
        origin=dt.date(2024, 1, 31),
        origins=(dt.date(2024, 1, 31),),
        customers=10,
        churned=4,
        recommended="recency_only",
        definition=Definition("p_churn", dt.date(2024, 4, 30), {"days": 90, "origin": "2024-01-31"}),
    )  # fmt: skip


def legend_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def lines_of(ax):
    return {line.get_label(): line for line in ax.get_lines()}


# --- calibration ----------------------------------------------------------------------------------------------------


def test_predicted_stands_against_observed_with_the_recommended_first(make_table):
    ax = plot_calibration(validation(make_table))
    assert legend_of(ax) == ["recency alone (recommended): calibration error 1.3%",
                             "boosted trees: calibration error 5.0%", "as predicted"]  # fmt: skip
    lines = lines_of(ax)
    first, second = (lines[label] for label in legend_of(ax)[:2])
    assert first.get_xdata() == pytest.approx([20, 60])
    assert first.get_ydata() == pytest.approx([20, 60])
    assert second.get_xdata() == pytest.approx([30, 70])
    assert second.get_ydata() == pytest.approx([40, 40])
    assert first.get_linewidth() > second.get_linewidth()
    diagonal = lines["as predicted"]
    assert list(diagonal.get_xdata()) == list(diagonal.get_ydata())
    assert ax.get_xlim() == ax.get_ylim()
    low, high = ax.get_xlim()
    assert low < 20 < 70 < high


# --- gain -----------------------------------------------------------------------------------------------------------


def test_gain_lies_between_a_random_and_a_perfect_order(make_table):
    """Four of ten churned: a perfect order has found them all after 40 % of the customers."""
    ax = plot_gain(validation(make_table))
    lines = lines_of(ax)
    assert list(lines["at random"].get_xdata()) == list(lines["at random"].get_ydata()) == [0, 100]
    assert lines["a perfect order"].get_xdata() == pytest.approx([0, 40, 100])
    assert lines["a perfect order"].get_ydata() == pytest.approx([0, 100, 100])
    best = lines["recency alone (recommended): lift of the first tenth 2.50"]
    assert best.get_xdata() == pytest.approx([0, 50, 100])
    assert best.get_ydata() == pytest.approx([0, 75, 100])
    assert legend_of(ax)[0] == best.get_label()
    assert len({line.get_linestyle() for line in ax.get_lines()[2:]}) == 2


def test_the_figures_of_a_fitted_model_are_those_drawn(cdnow_sample):
    model = crm.churn.ChurnModel().fit(cdnow_sample)
    table = as_columns(model.validation_.gain)
    ax = plot_gain(model.validation_)
    own = [share for name, share in zip(table["predictor"], table["caught"], strict=True) if name == model.recommended_]
    assert ax.get_lines()[2].get_ydata() == pytest.approx([0, *(100 * share for share in own)])
    assert "(recommended)" in ax.get_lines()[2].get_label()
    assert len(legend_of(plot_calibration(model.validation_))) == 5


# --- campaign -------------------------------------------------------------------------------------------------------


def test_the_best_number_of_contacts_is_marked(make_table):
    """Profits by hand, most first: 2.5, 0.5, 0, -1.5; the best two bring 3, all four 1.5."""
    ax = plot_campaign(crm.outreach.campaign(make_table(SCORES), contact_cost=2, value=50, save_rate=0.1))
    lines = lines_of(ax)
    curve = lines["expected profit"]
    assert dict(zip(curve.get_xdata().tolist(), curve.get_ydata().tolist(), strict=True)) == pytest.approx(
        {0: 0, 1: 2.5, 2: 3, 3: 3, 4: 1.5}
    )
    assert (list(lines["_best"].get_xdata()), list(lines["_best"].get_ydata())) == ([2], [3])
    said = [text.get_text() for text in ax.texts]
    assert said == ["probability of churn from 40.0%", "contact everybody: 1.5"]
    assert ax.get_title() == "Contacting 2 of 4 customers is best and brings 3"


def test_where_no_contact_pays_the_picture_says_so():
    ax = plot_campaign(crm.outreach.campaign(small_table(SCORES), contact_cost=20, value=50, save_rate=0.1))
    assert ax.get_title() == "contacting nobody is best: no contact pays"


def test_the_best_number_lies_on_the_curve_between_its_steps():
    """250 customers are drawn in a hundred steps; the best number is none of them."""
    p = [1 - at / 250 for at in range(250)]
    found = crm.outreach.campaign(small_table({"customer_id": list(range(250)), "p_churn": p}), contact_cost=2.03,
                               value=50, save_rate=0.1)  # fmt: skip
    curve = lines_of(plot_campaign(found))["expected profit"]
    assert found.contacted not in as_columns(found.curve)["contacted"]
    assert (found.contacted, found.profit) in set(zip(curve.get_xdata(), curve.get_ydata(), strict=True))
    assert max(curve.get_ydata()) == found.profit
    assert list(curve.get_xdata()) == sorted(curve.get_xdata())


# --- words, and what cannot be drawn --------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_card_stands_below_in_the_language_of_the_picture(language):
    if language == "zh" and _fonts.chinese_font() is None:
        pytest.skip("no font with Chinese characters is installed")
    judged = validation()
    for draw in (plot_calibration, plot_gain):
        ax = draw(judged, language=language)
        below = ["".join(text.get_text().split()) for text in ax.texts]
        assert "".join(judged.definition.line(language).split()) in below
        written = " ".join([*legend_of(ax), ax.get_xlabel(), ax.get_ylabel()])
        assert "_" not in written
        assert "{" not in written


def test_chinese_words():
    if _fonts.chinese_font() is None:
        pytest.skip("no font with Chinese characters is installed")
    ax = plot_campaign(
        crm.outreach.campaign(small_table(SCORES), contact_cost=2, value=50, save_rate=0.1), language="zh"
    )
    assert ax.texts[0].get_text() == "流失概率自 40.0% 起"
    assert ax.get_xlabel() == "依次联系的客户数（预期利润最高的在前）"


@pytest.mark.parametrize("draw", [plot_calibration, plot_gain, plot_campaign])
def test_what_is_no_such_result_is_refused(draw):
    with pytest.raises(ArgumentError, match=r"a dict is not the result that this draws\. Draw crmkit\.plotting"):
        draw(SCORES)
