"""NBD against mpmath and scipy's own negative binomial distribution, and its Poisson limit."""

import mpmath
import numpy as np
import pytest
from cdnow_repeats import cdnow_repeats
from exact_derivatives import assert_derivatives
from scipy import special, stats

from crmkit.models._repeats import Cells
from crmkit.models.bg_nbd import BGNBD
from crmkit.models.nbd import NBD, LivingNBD, objective, objective_of_one_rate, rising_terms

ROWS = np.array([(0, 0, 1.2, 40), (0, 0, 0.7, 8), (1, 0.3, 1.2, 9), (2, 1.2, 1.2, 3), (4100, 0.6, 0.7, 2)])


@pytest.mark.parametrize("params", [(0.25, 0.6), (12, 30), (1e7, 1e8)])
def test_derivatives(params):
    def exact(log_r, log_alpha):
        r, alpha = mpmath.exp(log_r), mpmath.exp(log_alpha)
        each = (
            n * (mpmath.loggamma(r + x) - mpmath.loggamma(r) + r * mpmath.log(alpha) - (r + x) * mpmath.log(alpha + T))
            for x, _, T, n in ROWS.tolist()
        )
        return sum(each)

    assert_derivatives(objective(Cells(*ROWS.T)), exact, np.log(params), rel=1e-8)


def test_the_fit_on_cdnow_against_a_grid_of_neighbours():
    cdnow = cdnow_repeats()
    model = NBD(period="week").fit(cdnow)
    r, alpha = model.params_.r, model.params_.alpha
    assert model.log_likelihood_ == pytest.approx(-9763.658, abs=1e-3)  # also what CLVTools and BTYD print
    for step_r, step_alpha in [(1.001, 1), (0.999, 1), (1, 1.001), (1, 0.999), (1.001, 1.001)]:
        near = NBD.from_params(r=r * step_r, alpha=alpha * step_alpha, period="week")
        assert near.log_likelihood(cdnow).sum() < model.log_likelihood_


def test_counts_are_negative_binomial():
    model = NBD.from_params(r=0.7, alpha=3, period="week")
    want = stats.nbinom(0.7, 3 / (3 + 5))
    n = np.arange(40)
    np.testing.assert_allclose(model.pmf(n, horizon="5W"), want.pmf(n), rtol=1e-12)
    np.testing.assert_allclose(model.cdf(n, horizon="5W"), want.cdf(n), rtol=1e-12)
    later = stats.nbinom(0.7 + 4, (3 + 9) / (3 + 9 + 5))
    history = {"x": [4], "t_x": [40], "T": [63]}
    np.testing.assert_allclose(model.pmf(n, horizon="5W", customers=history)[0], later.pmf(n), rtol=1e-12)
    low, high = model.interval(history, horizon="5W", level=0.8)[0]
    assert (low, high) == (later.ppf(0.1), later.ppf(0.9))


def test_nobody_ever_leaves():
    model = NBD.from_params(r=0.7, alpha=3, period="week")
    history = {"x": [4, 0], "t_x": [40, 0], "T": [63, 63]}
    np.testing.assert_array_equal(model.p_alive(history), [1, 1])
    np.testing.assert_allclose(model.predict(history, horizon="5W"), np.array([4.7, 0.7]) / 12 * 5, rtol=1e-14)
    rate_a_week = np.log(1.1) * 7 / 365.25
    want = np.array([4.7, 0.7]) / 12 / rate_a_week
    np.testing.assert_allclose(model.discounted_purchases(history, discount_rate=0.1), want, rtol=1e-14)


def test_customers_all_alike_are_a_poisson_process():
    x = np.tile([3, 4, 5, 4], 50)
    model = NBD(period="week").fit({"x": x, "t_x": np.full(200, 80), "T": np.full(200, 140)})
    assert model.diagnosis_ == "boundary"
    assert model.diagnosis_.simpler.params == pytest.approx({"rate": 4 / 20}, rel=1e-6)
    n, T, mean = 200, 20, 0.2
    assert model.diagnosis_.simpler.log_likelihood == pytest.approx(n * (4 * np.log(mean) - mean * T), rel=1e-12)
    best = objective_of_one_rate(Cells(*(np.array([v]) for v in (4.0, 9.0, 20.0, 200.0))))(np.log([0.2]))
    assert best[1] == pytest.approx([0], abs=1e-9)


def test_likelihood_ratio_of_dropout_on_cdnow():
    cdnow = cdnow_repeats()
    nbd, bg = NBD().fit(cdnow), BGNBD().fit(cdnow)
    test = bg.likelihood_ratio(nbd)
    assert test.statistic == pytest.approx(2 * (9763.6576 - 9582.4292), abs=1e-3)
    assert test.p_value == pytest.approx(stats.chi2.sf(test.statistic, 2))
    assert bg.aic_ == pytest.approx(2 * 9582.4292 + 8, abs=1e-3)
    assert bg.bic_ == pytest.approx(2 * 9582.4292 + 4 * np.log(2357), abs=1e-3)


@pytest.mark.parametrize(("r", "alpha", "t"), [(0.4, 9.0, 30.0), (3.0, 2.0, 1.5), (40.0, 700.0, 5.0)])
def test_what_is_to_come_has_the_moments_of_scipy_s_distribution(r, alpha, t):
    to_come = LivingNBD(np.array([r]), np.array([alpha]))
    same = stats.nbinom(r, alpha / (alpha + t))
    mean, variance = same.stats("mv")
    assert to_come.expected(t)[0] == pytest.approx(mean, rel=1e-12)
    assert to_come.expected_pairs(t)[0] == pytest.approx(variance + mean**2 - mean, rel=1e-10)
    assert to_come.discounted(0.0, t)[0] == pytest.approx(mean, rel=1e-12)
    # the integral of r / alpha e^(-0.02 s) from 0 to t, and for ever
    assert to_come.discounted(0.02, t)[0] == pytest.approx(r / alpha * (1 - np.exp(-0.02 * t)) / 0.02, rel=1e-12)
    assert to_come.discounted(0.02)[0] == pytest.approx(r / alpha / 0.02, rel=1e-12)
    for n in (0, 1, 6):
        assert to_come.pmf(n, t)[0] == pytest.approx(same.pmf(n), rel=1e-10)
        assert to_come.more_than(np.int64(n), t)[0] == pytest.approx(same.sf(n), rel=1e-10)
    assert to_come.pmf(0, 0.0)[0] == 1
    assert to_come.pmf(2, 0.0)[0] == 0


@pytest.mark.parametrize("r", [0.05, 1.0, 30.0])
def test_the_derivatives_of_a_rising_factorial_are_those_of_gamma_functions(r):
    x = np.array([0.0, 1.0, 2.0, 9.0])
    value, first, second = rising_terms(r, x)
    slope, bend = (special.polygamma(n, r + x) - special.polygamma(n, r) for n in (0, 1))
    assert value == pytest.approx(special.gammaln(r + x) - special.gammaln(r), rel=1e-12, abs=1e-13)
    assert first == pytest.approx(r * slope, rel=1e-11, abs=1e-12)  # in ln r
    assert second == pytest.approx(r * slope + r**2 * bend, rel=1e-8, abs=1e-11)
