"""Answers beside customers: in lists of any kind, in the scored list and in explanations."""

import pytest

import crmkit as crm
from conftest import as_columns
from crmkit import loyalty
from crmkit.datasets import load_ten_customers
from crmkit.errors import ColumnError, DataError
from crmkit.scoring import Extras

SURVEY = {"customer_id": ["C01", "C01", "C02", "C10"], "date": ["2024-05-01", "2024-06-01", "2024-06-01", "2024-06-02"],
          "nps": [2, 10, 3, 9]}  # fmt: skip


def test_the_last_answer_of_each_customer(make_table):
    listed = make_table({"customer_id": ["C10", "C03", "C01", "C02"], "frequency": [1, 5, 6, 6]})
    got = as_columns(loyalty.add_answers(listed, make_table(SURVEY)), sort="customer_id")
    assert got["satisfaction"] == [10, 3, None, 9]
    typed = as_columns(loyalty.add_loyalty(listed, make_table(SURVEY), language="zh"), sort="customer_id")
    assert typed["loyalty_type"] == ["true_loyalty", "spurious_loyalty", "not_asked", "latent_loyalty"]
    assert typed["loyalty_label"] == ["忠诚", "伪忠诚", "未询问", "潜在忠诚"]
    assert "inertia" not in typed


def test_row_order_is_the_callers():
    listed = {"customer_id": ["C10", "C03", "C01"], "frequency": [1, 5, 6]}
    assert as_columns(loyalty.add_answers(listed, SURVEY))["satisfaction"] == [9, None, 10]


def test_a_survey_of_satisfaction_is_cut_at_the_median():
    survey = {"customer_id": ["C01", "C02", "C03"], "satisfaction": [5, 3, 1]}
    got = as_columns(loyalty.add_loyalty({"customer_id": ["C01", "C02", "C03"], "frequency": [6, 6, 1]}, survey))
    assert got["loyalty_type"] == ["no_loyalty" if kind is None else kind for kind in
                                   ["latent_loyalty", "no_loyalty", "no_loyalty"]]  # fmt: skip


def test_ids_of_two_kinds_and_surveys_without_ids_are_refused(make_table):
    with pytest.raises(DataError, match="two kinds"):
        loyalty.add_answers(make_table({"customer_id": [1, 2]}), make_table(SURVEY))
    with pytest.raises(DataError, match="nobody knows who answered"):
        loyalty.add_answers({"customer_id": ["a"]}, {"nps": [9]})
    with pytest.raises(ColumnError, match="mood"):
        loyalty.add_answers({"customer_id": ["a"]}, SURVEY, score="mood")


def test_the_scored_list_says_what_customers_say(make_table):
    sales = load_ten_customers()
    table = make_table({name: sales[name].to_numpy() for name in sales.columns})
    scored = as_columns(crm.score_customers(table, horizon=None, extras=Extras(survey=SURVEY)), sort="customer_id")
    assert scored["satisfaction"][:3] == [10, 3, None]
    assert scored["loyalty_type"][:3] == ["true_loyalty", "spurious_loyalty", "not_asked"]
    assert "loyalty_type" not in as_columns(crm.score_customers(table, horizon=None))


def test_an_explanation_says_it_too():
    told = crm.explain(load_ten_customers(), "C02", survey=SURVEY)
    assert (told.satisfaction, told.loyalty_type) == (3.0, "spurious_loyalty")
    assert "Last answer: 3; loyalty: spurious loyalty" in told.text("en")
    assert "最近一次回答：3；忠诚类型：伪忠诚" in told.text("zh")
    silent = crm.explain(load_ten_customers(), "C03", survey=SURVEY)
    assert (silent.satisfaction, silent.loyalty_type) == (None, "not_asked")
    assert "loyalty" not in crm.explain(load_ten_customers(), "C02").text("en").lower().replace("loyalist", "")
