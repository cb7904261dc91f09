"""Shifted-beta-geometric against Fader & Hardie's two segments, mpmath at 50 digits, its own laws, and bad input."""

import json
from dataclasses import astuple
from pathlib import Path

import mpmath
import numpy as np
import pandas as pd
import pytest
from exact_derivatives import assert_derivatives

from conftest import as_columns
from crmkit.errors import ArgumentError, ColumnError, DataError, NotFittedError
from crmkit.models import sbg
from crmkit.models._base import load
from crmkit.models.sbg import SBG, SBGParams

SHARED = Path(__file__).parents[3] / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared reference data are not here")

# Fader & Hardie (2007), table 1: customers of 1,000 still there after 0, 1, 2 ... 12 years
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394]
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173]
RNG = np.random.default_rng(41)


# --- the likelihood, as a formula -------------------------------------------------------------------------------


def exact_log_likelihood(a, b, age, at_risk, lost):
    """By the survivor function of the paper, not by hazards."""
    total = mpmath.mpf(0)
    for t, n, gone in zip(age, at_risk, lost, strict=True):
        before, after = (mpmath.beta(a, b + k) for k in (t - 1, t))
        total += gone * mpmath.log((before - after) / before) + (n - gone) * mpmath.log(after / before)
    return total


@pytest.mark.parametrize("params", [tuple(10.0 ** RNG.uniform(-2, np.log10(50), 2)) for _ in range(20)])
def test_log_likelihood_over_a_wide_grid(params):
    age, at_risk, lost = [1, 2, 3, 40], [10, 7, 6, 6], [3, 1, 0, 6]
    with mpmath.workdps(50):
        want = float(exact_log_likelihood(*(mpmath.mpf(float(p)) for p in params), age, at_risk, lost))
    data = (np.array(column, dtype=float) for column in (age, at_risk, lost))
    got = sbg.log_likelihood(SBGParams(*map(float, params)), *data).sum()
    assert got == pytest.approx(want, rel=1e-13)


@pytest.mark.parametrize("theta", [(-0.4, 1.3), (-3.0, 2.5), (3.0, 3.9)])
def test_gradient_and_hessian_are_exact(theta):
    age, at_risk, lost = [1, 2, 3, 40], [10, 7, 6, 6], [3, 1, 0, 6]

    def exact(log_a, log_b):
        return exact_log_likelihood(mpmath.exp(log_a), mpmath.exp(log_b), age, at_risk, lost)

    data = tuple(np.array(column, dtype=float) for column in (age, at_risk, lost))
    assert_derivatives(lambda t: sbg.objective(t, *data), exact, theta)


# --- the published fits and forecasts ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("survivors", "params", "log_likelihood", "forecast"),
    [
        (HIGH_END, (0.66809, 3.80609), -1611.158, [46.04, 43.58, 41.42, 39.51, 37.80]),
        (REGULAR, (0.70408, 1.18204), -1680.265, [22.01, 20.44, 19.12, 17.99, 17.00]),
    ],
)
def test_fit_on_seven_renewals_reproduces_the_paper(survivors, params, log_likelihood, forecast):
    model = SBG().fit(survivors[:8])
    assert astuple(model.params_) == pytest.approx(params, rel=1e-5)
    assert model.log_likelihood_ == pytest.approx(log_likelihood, abs=6e-4)
    assert 100 * model.survival(range(8, 13)) == pytest.approx(forecast, abs=6e-3)
    assert model.diagnosis_ == "optimum"
    assert model.n_customers_ == 1000


@pytest.mark.parametrize(
    ("params", "new", "residual"),
    [
        ((0.668, 3.806), (5.9226, 4.6904), [5.4149, 5.9018, 6.2943, 6.6203, 6.8971]),
        ((0.704, 1.182), (3.6951, 3.1061), [2.9647, 4.1035, 4.8701, 5.4424, 5.8944]),
    ],
)
def test_discounted_lifetimes_at_the_rounded_estimates(params, new, residual):
    model = SBG.from_params(alpha=params[0], beta=params[1])
    assert model.discounted_lifetime(discount_rate=0.1) == pytest.approx(new[0], abs=6e-5)
    assert model.discounted_lifetime(discount_rate=0.15) == pytest.approx(new[1], abs=6e-5)
    got = model.discounted_residual_lifetime({"n": [1, 2, 3, 4, 5]}, discount_rate=0.1)
    assert got == pytest.approx(residual, abs=6e-5)


@needs_shared
def test_reference_points():
    for point in json.loads((SHARED / "btyd_points.json").read_text())["points"]["sbg"]:
        model, t, rate = SBG.from_params(alpha=point["a"], beta=point["b"]), point["t"], point["d"]
        assert model.survival([t])[0] == pytest.approx(point["survival"], rel=1e-10)
        assert model.retention_rate([t])[0] == pytest.approx(point["retention"], rel=1e-11)
        assert model.discounted_lifetime(discount_rate=rate) == pytest.approx(point["del_"], rel=1e-10)
        residual = model.discounted_residual_lifetime({"n": [t]}, discount_rate=rate)
        assert residual[0] == pytest.approx(point["derl"], rel=1e-10)


# --- laws -------------------------------------------------------------------------------------------------------

PUBLISHED = SBG.from_params(alpha=0.668, beta=3.806)


def test_survival_is_the_product_of_retention_rates():
    assert PUBLISHED.survival(0) == 1
    product = np.cumprod(PUBLISHED.retention_rate(range(1, 200)))
    assert PUBLISHED.survival(range(1, 200)) == pytest.approx(product, rel=1e-12)


def test_forecasts_of_customers_follow_the_survival_curve():
    s = PUBLISHED.survival(range(20))
    customers = {"n": [1, 4, 4]}
    assert PUBLISHED.p_active(customers, horizon=3) == pytest.approx([s[3] / s[0], s[6] / s[3], s[6] / s[3]])
    assert PUBLISHED.predict(customers, horizon=3)[1] == pytest.approx((s[4] + s[5] + s[6]) / s[3])
    assert PUBLISHED.predict(customers, horizon=0).tolist() == [0, 0, 0]


def test_discounting_is_annual_whatever_the_contract_period():
    monthly = SBG.from_params(alpha=0.668, beta=3.806, period="month")
    rate = 1.1 ** (1 / 12) - 1
    want = PUBLISHED.discounted_lifetime(discount_rate=rate)
    assert monthly.discounted_lifetime(discount_rate=0.1) == pytest.approx(want, rel=1e-9)
    assert monthly.predict({"n": [2]}, horizon="1Y") == pytest.approx(PUBLISHED.predict({"n": [2]}, horizon=12))


def test_cohorts_of_different_length_add_up():
    table = {
        "cohort": ["a"] * 4 + ["b"] * 3,
        "cohort_age": [0, 1, 2, 3, 0, 1, 2],
        "customers": [100, 80, 70, 65, 50, 41, 37],
    }
    by_age = {"cohort_age": [1, 2, 3], "at_risk": [150, 121, 70], "lost": [29, 14, 5]}
    one, other = SBG().fit(table), SBG().fit(by_age)
    assert one.params_ == other.params_
    assert one.log_likelihood_ == other.log_likelihood_
    backwards = {name: values[::-1] for name, values in table.items()}
    assert SBG().fit(backwards).params_ == one.params_


def test_shards_merged_are_the_whole():
    parts = {"cohort": [1] * 4 + [2] * 4, "cohort_age": [0, 1, 2, 3] * 2, "customers": [60, 50, 45, 41, 40, 30, 25, 24]}
    whole = SBG().fit([100, 80, 70, 65])
    assert SBG().fit(parts).params_ == whole.params_


def test_fit_finds_the_parameters_of_simulated_cohorts():
    rng = np.random.default_rng(5)
    theta = rng.beta(0.8, 2.5, 200_000)
    life = rng.geometric(theta)
    model = SBG().fit([int((life > t).sum()) for t in range(9)])
    errors = list(model.standard_errors_.values())
    assert np.abs(np.subtract(astuple(model.params_), (0.8, 2.5)) / errors).max() < 3


# --- diagnoses ---------------------------------------------------------------------------------------------------


def test_equally_loyal_customers_are_called_geometric():
    model = SBG().fit([100_000, 80_000, 64_000, 51_200, 40_960])
    assert model.diagnosis_ == "boundary"
    assert model.diagnosis_.simpler.params["churn_rate"] == pytest.approx(0.2, rel=1e-4)
    assert "geometric" in model.diagnosis_.sentence
    assert "几何" in model.diagnosis_.text("zh")


def test_a_cohort_that_splits_at_once_is_called_so():
    model = SBG().fit([1000, 400, 400, 400, 400])
    assert model.diagnosis_ == "boundary"
    assert model.diagnosis_.simpler.params["share_leaving"] == pytest.approx(0.6, rel=1e-4)


def test_a_single_renewal_does_not_determine_two_parameters():
    model = SBG().fit([1000, 800])
    assert model.diagnosis_ != "optimum"
    assert model.retention_rate([1]) == pytest.approx([0.8], abs=1e-4)


@pytest.mark.parametrize("survivors", [[500, 500, 500], [500, 0], [3, 2, 2], [1, 1], [10_000, 1, 0]])
def test_thin_data_end_in_a_verdict_not_in_an_exception(survivors):
    model = SBG().fit(survivors)
    assert model.diagnosis_ in {"optimum", "boundary", "ridge"}
    assert np.isfinite(model.survival(range(20))).all()
    model.summary()


# --- tables, storage, bad input ---------------------------------------------------------------------------------


def test_score_keeps_the_table_and_its_order():
    customers = pd.DataFrame({"name": list("abc"), "n": [4, 1, 4]}, index=[7, 8, 9])
    scored = PUBLISHED.score(customers, horizon=2, discount_rate=0.1)
    assert scored.index.tolist() == [7, 8, 9]
    assert scored["p_active"].tolist() == PUBLISHED.p_active(customers, horizon=2).tolist()
    assert scored["expected_renewals"].tolist() == PUBLISHED.predict(customers, horizon=2).tolist()
    residual = PUBLISHED.discounted_residual_lifetime(customers, discount_rate=0.1)
    assert scored["discounted_residual_lifetime"].tolist() == residual.tolist()


def test_fit_and_score_on_every_kind_of_table(make_table):
    counts = {"cohort": list("aaabb"), "cohort_age": [0, 1, 2, 0, 1], "customers": [100, 80, 70, 50, 41]}
    assert SBG().fit(make_table(counts)).params_ == SBG().fit(counts).params_
    customers = {"name": list("abc"), "n": [4, 1, 4]}
    scored = as_columns(PUBLISHED.score(make_table(customers), horizon=2, discount_rate=0.1), sort="name")
    want = as_columns(PUBLISHED.score(pd.DataFrame(customers), horizon=2, discount_rate=0.1), sort="name")
    assert scored == want


def test_a_stored_model_is_the_same_model():
    model = SBG(period="month").fit(HIGH_END[:8])
    again = load(model.to_json())
    assert isinstance(again, SBG)
    assert again.params_ == model.params_
    assert again.period == "month"
    assert again.diagnosis_.sentence == model.diagnosis_.sentence


@pytest.mark.parametrize(
    ("contracts", "message"),
    [
        ([100, 80, 90], r"never[\s\S]*\(2.0, 80.0, -10.0\)"),
        ([100], "nobody ever came up for renewal"),
        ({"cohort_age": [0, 2], "customers": [10, 8]}, r"every age once[\s\S]*\(0.0, 2.0\)"),
        ({"cohort_age": [1], "at_risk": [5], "lost": [7]}, r"\(1.0, 5.0, 7.0\)"),
        ({"cohort_age": [0, 1], "at_risk": [5, 5], "lost": [0, 1]}, r"\(0.0, 5.0, 0.0\)"),
        ([100, float("nan")], "must be 0 or more"),
    ],
)
def test_counts_that_cannot_be_are_shown(contracts, message):
    with pytest.raises(DataError, match=message):
        SBG().fit(contracts)


def test_a_missing_column_is_named_with_the_way_out():
    with pytest.raises(ColumnError, match=r"no column 'customers'[\s\S]*cohort_age and customers"):
        SBG().fit({"cohort_age": [0, 1]})
    with pytest.raises(ColumnError, match=r"no column 'n'[\s\S]*periods"):
        PUBLISHED.predict({"tenure": [1]}, horizon=1)


def test_bad_arguments_are_shown():
    with pytest.raises(DataError, match=r"n must be a whole number[\s\S]*0.0, 1.5"):
        PUBLISHED.predict({"n": [0, 1.5, 2]}, horizon=1)
    with pytest.raises(ArgumentError, match=r"horizon='52W' is 0\.9966 steps of a year"):
        PUBLISHED.predict({"n": [1]}, horizon="52W")
    with pytest.raises(ArgumentError, match="discount_rate=0 must be above 0"):
        PUBLISHED.discounted_lifetime(discount_rate=0)
    with pytest.raises(ArgumentError, match="must be 1 or more"):
        PUBLISHED.retention_rate([0, 1])
    with pytest.raises(ArgumentError, match="period='fortnight'"):
        SBG(period="fortnight")
    with pytest.raises(NotFittedError, match="fit"):
        SBG().survival([1])
