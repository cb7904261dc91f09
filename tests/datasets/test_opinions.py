"""Made surveys, complaints and panels: what was planted is there, and is found by the functions that look for it."""

import numpy as np
import pytest

from conftest import as_columns
from crmkit import equity, loyalty
from crmkit.datasets import make_brand_panel, make_complaints, make_survey
from crmkit.errors import ArgumentError


def test_the_survey_is_biased_and_weighting_repairs_most_of_it():
    made = make_survey(6000, seed=4)
    found = loyalty.response_bias(made.survey, made.customers)
    scores = as_columns(found.scores)
    plain, weighted, by_value = scores["nps"]
    assert plain > made.nps_of_all + 0.08
    assert abs(weighted - made.nps_of_all) < 0.04
    assert scores["nps_low"][2] <= made.nps_by_value <= scores["nps_high"][2]
    rates = dict(zip(as_columns(found.table)["group"], as_columns(found.table)["response_rate"], strict=True))
    assert rates == pytest.approx(made.response_rates, abs=0.05)
    assert by_value < plain


def test_the_planted_driver_comes_first():
    made = make_survey(4000, seed=2)
    items = list(made.weights)
    found = as_columns(loyalty.drivers(made.survey, items=items, overall="overall").table)
    derived = dict(zip(items, found["derived_importance"], strict=True))
    assert max(derived, key=derived.get) == max(made.weights, key=made.weights.get) == "delivery"
    p = dict(zip(items, found["p_value"], strict=True))
    assert p["staff"] > 0.001
    assert p["delivery"] < 1e-12
    # the plain correlation does not tell a driver from what goes with it
    assert dict(zip(items, found["correlation"], strict=True))["staff"] > 0.3


def test_complaints_are_of_customers_who_bought_before():
    made = make_complaints(400, seed=5)
    first = made.transactions.groupby("customer_id")["date"].min()
    assert (made.complaints["opened"] >= made.complaints["customer_id"].map(first)).all()
    assert (
        made.complaints["answered"].dropna() >= made.complaints["opened"][made.complaints["answered"].notna()]
    ).all()
    assert made.in_time_effect > 0 > made.late_effect


def test_the_panel_has_the_matrix_it_was_told():
    truth = np.array([[0.8, 0.2], [0.3, 0.7]])
    made = make_brand_panel(3000, matrix=truth, seed=6)
    counts = as_columns(equity.panel_switching(made.purchases).counts)
    assert counts["share"] == pytest.approx(truth.ravel().tolist(), abs=0.02)
    shares = as_columns(equity.long_run_shares(equity.panel_switching(made.purchases)))
    assert shares["share"] == pytest.approx([0.6, 0.4], abs=0.02)
    with pytest.raises(ArgumentError, match="matrix="):
        make_brand_panel(10, matrix=[[0.5, 0.6], [0.5, 0.5]])


def test_the_same_seed_gives_the_same_tables():
    assert make_survey(200, seed=1).survey.equals(make_survey(200, seed=1).survey)
    assert make_complaints(100, seed=1).complaints.equals(make_complaints(100, seed=1).complaints)
    assert not make_brand_panel(50, seed=1).purchases.equals(make_brand_panel(50, seed=2).purchases)
