"""Beta-discrete-Weibull against published estimates, mpmath at 50 digits, its own laws, and bad input."""

from dataclasses import astuple

import mpmath
import numpy as np
import pytest
from exact_derivatives import assert_derivatives

from crmkit.models import bdw, sbg
from crmkit.models._base import load
from crmkit.models.bdw import BDW, BDWParams
from crmkit.models.sbg import SBG

# Fader & Hardie (2007), table 1: customers of 1,000 still there after 0, 1, 2 ... 12 years
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394]
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173]
RNG = np.random.default_rng(51)


# --- the likelihood, as a formula -------------------------------------------------------------------------------


def exact_log_likelihood(g, d, c, age, at_risk, lost):
    total = mpmath.mpf(0)
    for t, n, gone in zip(age, at_risk, lost, strict=True):
        before, after = (mpmath.beta(g, d + (mpmath.mpf(k) ** c if k else 0)) for k in (t - 1, t))
        total += gone * mpmath.log((before - after) / before) + (n - gone) * mpmath.log(after / before)
    return total


def wide_params(n=25):
    for _ in range(n):
        gamma, delta = 10.0 ** RNG.uniform(-2, np.log10(50), 2)
        yield float(gamma), float(delta), float(10.0 ** RNG.uniform(-1, 0.7))


@pytest.mark.parametrize("params", list(wide_params()))
def test_log_likelihood_over_a_wide_grid(params):
    age, at_risk, lost = [1, 2, 3, 40], [10, 7, 6, 6], [3, 1, 0, 2]
    with mpmath.workdps(50):
        want = float(exact_log_likelihood(*(mpmath.mpf(p) for p in params), age, at_risk, lost))
    data = tuple(np.array(column, dtype=float) for column in (age, at_risk, lost))
    got = bdw.log_likelihood(BDWParams(*params), *data).sum()
    assert abs(got - want) <= 1e-10 * max(1.0, abs(want))
    assert np.exp(bdw.log_survival(BDWParams(*params), np.array([5.0]), 2.0)) == pytest.approx(
        [float(np.exp(sum(bdw.log_survival(BDWParams(*params), np.ones(5), np.arange(2.0, 7)))))], rel=1e-12
    )


@pytest.mark.parametrize("theta", [(-1.3, 0.5, 0.5), (0.5, 2.0, -0.6), (3.0, 3.9, 0.0), (-2.0, -1.0, 1.2)])
def test_gradient_and_hessian_are_exact(theta):
    age, at_risk, lost = [1, 2, 3, 9], [10, 7, 6, 6], [3, 1, 0, 2]

    def exact(log_g, log_d, log_c):
        return exact_log_likelihood(mpmath.exp(log_g), mpmath.exp(log_d), mpmath.exp(log_c), age, at_risk, lost)

    data = tuple(np.array(column, dtype=float) for column in (age, at_risk, lost))
    assert_derivatives(lambda t: bdw.objective(t, *data), exact, theta)


def test_with_c_of_one_it_is_the_shifted_beta_geometric_model():
    age, at_risk, lost = np.array([1.0, 2, 3, 9]), np.array([10.0, 7, 6, 6]), np.array([3.0, 1, 0, 2])
    one = bdw.log_likelihood(BDWParams(0.67, 3.8, 1.0), age, at_risk, lost)
    other = sbg.log_likelihood(sbg.SBGParams(0.67, 3.8), age, at_risk, lost)
    assert one == pytest.approx(other, rel=1e-13)


# --- the published fit ------------------------------------------------------------------------------------------


def test_fit_on_four_renewals_reproduces_the_published_estimates():
    model = BDW().fit(HIGH_END[:5])
    assert astuple(model.params_) == pytest.approx((0.25934, 1.72255, 1.58436), rel=2e-5)
    assert model.diagnosis_ == "optimum"
    assert model.n_customers_ == HIGH_END[0]


# --- laws -------------------------------------------------------------------------------------------------------

PUBLISHED = BDW.from_params(gamma=0.25934, delta=1.72255, c=1.58436)


@pytest.mark.parametrize("age", [1, 3, 12])
def test_survival_is_the_mixture_of_discrete_weibull_lifetimes(age):
    with mpmath.workdps(30):
        gamma, delta, c = (mpmath.mpf(value) for value in astuple(PUBLISHED.params_))
        power = mpmath.mpf(age) ** c

        def term(root):  # theta = root^8 tames the pole at 0
            theta = root**8
            return (1 - theta) ** (power + delta - 1) * theta**gamma * 8 / root

        mean = mpmath.quad(term, [0, 0.5, 1]) / mpmath.beta(gamma, delta)
    assert PUBLISHED.survival([age])[0] == pytest.approx(float(mean), rel=1e-12)


@pytest.mark.parametrize(
    ("params", "rate"), [((0.26, 1.7, 1.6), 0.1), ((0.5, 20.0, 0.6), 0.004), ((3.0, 9.0, 2.5), 0.02)]
)
def test_discounted_lifetime_is_the_plain_sum(params, rate):
    model = BDW.from_params(gamma=params[0], delta=params[1], c=params[2])
    ages = np.arange(60_000)
    assert model.discounted_lifetime(discount_rate=rate) == pytest.approx(
        float(model.survival(ages) @ (1 + rate) ** -ages.astype(float)), rel=1e-11
    )


def test_survival_is_the_product_of_retention_rates():
    product = np.cumprod(PUBLISHED.retention_rate(range(1, 60)))
    assert PUBLISHED.survival(range(1, 60)) == pytest.approx(product, rel=1e-12)


def test_it_never_fits_worse_than_the_model_within_it():
    for survivors in (HIGH_END[:6], HIGH_END, REGULAR[:6], REGULAR):
        rich, simple = BDW().fit(survivors), SBG().fit(survivors)
        assert rich.log_likelihood_ >= simple.log_likelihood_ - 1e-9
        assert 0 <= rich.likelihood_ratio(simple).p_value <= 1


def test_fit_finds_the_parameters_of_simulated_cohorts():
    rng = np.random.default_rng(6)
    n, c = 400_000, 1.4
    theta = rng.beta(0.6, 4.0, n)
    # the first whole t with (1 - theta)^(t^c) below a uniform draw is when the customer leaves
    life = np.ceil((np.log(rng.random(n)) / np.log1p(-theta)) ** (1 / c))
    model = BDW().fit([int((life > t).sum()) for t in range(11)])
    errors = list(model.standard_errors_.values())
    assert np.abs(np.subtract(astuple(model.params_), (0.6, 4.0, c)) / errors).max() < 3


# --- diagnoses and storage ---------------------------------------------------------------------------------------


def test_too_few_ages_are_not_called_an_optimum():
    model = BDW().fit([1000, 869, 743])
    assert model.diagnosis_ == "boundary"
    # A churn of 13.1 % and then of 14.5 %: no more than chance.
    assert list(model.diagnosis_.simpler.params) == ["churn_rate"]
    assert model.likelihood_ratio(model.diagnosis_.simpler).p_value > 0.05
    assert model.survival([1, 2]) == pytest.approx([0.869, 0.743], abs=1e-4)


@pytest.mark.parametrize(
    "survivors",
    [[500, 500, 500], [500, 0], [3, 2, 2], [1000, 400, 400, 400], [100_000, 80_000, 64_000, 51_200, 40_960]],
)
def test_thin_and_plain_data_end_in_a_verdict_not_in_an_exception(survivors):
    model = BDW().fit(survivors)
    assert model.diagnosis_ in {"boundary", "ridge"}
    assert np.isfinite(model.survival(range(20))).all()
    model.summary()


def test_a_stored_model_is_the_same_model():
    model = BDW().fit(HIGH_END)
    again = load(model.to_json())
    assert isinstance(again, BDW)
    assert again.params_ == model.params_
    assert again.standard_errors_ == pytest.approx(model.standard_errors_)
