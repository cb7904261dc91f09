"""Gamma functions without lost digits, against mpmath at 50 digits."""

import mpmath
import numpy as np
import pytest

from crmkit.models._stirling import log_beta, log_beta_ratio, log_rise, remainder

RNG = np.random.default_rng(11)


def exact_jet(value, point):
    with mpmath.workdps(50):
        a, b = (mpmath.mpf(float(v)) for v in point)
        orders = [(1, 0), (0, 1), (2, 0), (1, 1), (0, 2)]
        return [float(value(a, b)), *(float(mpmath.diff(value, (a, b), order)) for order in orders)]


@pytest.mark.parametrize("x", [1e-8, 0.3, 1.0, 2.5, 9.999, 10.0, 10.001, 57.0, 1e5, 1e12])
def test_remainders(x):
    with mpmath.workdps(50):
        X = mpmath.mpf(x)
        want = [
            mpmath.loggamma(X) - ((X - 0.5) * mpmath.log(X) - X + mpmath.log(2 * mpmath.pi) / 2),
            mpmath.digamma(X) - mpmath.log(X),
            mpmath.polygamma(1, X) - 1 / X,
        ]
    got = remainder(x)
    assert [float(v) for v in got] == pytest.approx([float(v) for v in want], rel=1e-12)


@pytest.mark.parametrize("point", [tuple(10.0 ** RNG.uniform(-3, 5, 2)) for _ in range(25)])
def test_log_beta_and_log_rise(point):
    def beta(a, b):
        return mpmath.loggamma(a) + mpmath.loggamma(b) - mpmath.loggamma(a + b)

    def rise(y, g):
        return mpmath.loggamma(y + g) - mpmath.loggamma(y)

    for jet, exact in ((log_beta, beta), (log_rise, rise)):
        want = exact_jet(exact, point)
        got = [float(v) for v in jet(*point)]
        assert got == pytest.approx(want, rel=1e-9, abs=1e-14)
        assert got[0] == pytest.approx(want[0], rel=1e-13, abs=1e-14)


@pytest.mark.parametrize("point", [tuple(10.0 ** RNG.uniform(-4, 4, 3)) for _ in range(25)] + [(0.7, 1.2, 0.0)])
def test_log_beta_ratio(point):
    a, b, t = point
    with mpmath.workdps(50):
        A, B, t_ = (mpmath.mpf(float(v)) for v in point)
        want = mpmath.loggamma(B + t_) + mpmath.loggamma(A + B) - mpmath.loggamma(B) - mpmath.loggamma(A + B + t_)
    assert float(log_beta_ratio(a, b, t)) == pytest.approx(float(want), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("point", [tuple(10.0 ** RNG.uniform([-14, -14, -3], 14)) for _ in range(40)])
def test_log_beta_ratio_keeps_its_digits_at_the_edges(point):
    a, b, t = point
    with mpmath.workdps(80):
        A, B, t_ = (mpmath.mpf(float(v)) for v in point)
        want = mpmath.loggamma(B + t_) + mpmath.loggamma(A + B) - mpmath.loggamma(B) - mpmath.loggamma(A + B + t_)
    assert float(log_beta_ratio(a, b, t)) == pytest.approx(float(want), rel=1e-9, abs=0)


def test_nothing_is_lost_where_differences_of_gammaln_are():
    # one customer in 1e12 leaves; gammaln differences give multiples of 4e-3 here
    assert float(log_beta_ratio(1.0, 1e12, 1.0)) == pytest.approx(-1e-12, rel=1e-3)
    assert float(log_rise(1e12, 1.0).value) == pytest.approx(np.log(1e12), rel=1e-15)
