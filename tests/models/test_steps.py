"""Discounted sums against the hypergeometric function of mpmath."""

import mpmath
import numpy as np
import pytest

from crmkit.models._steps import discounted_sum
from crmkit.models._stirling import log_beta_ratio

RNG = np.random.default_rng(12)
POINTS = [(*10.0 ** RNG.uniform(-2, 2, 2), int(RNG.integers(0, 60)), 10.0 ** RNG.uniform(-8, 0.5)) for _ in range(40)]


@pytest.mark.parametrize(("a", "b", "n", "rate"), POINTS)
def test_discounted_survival_is_the_hypergeometric_function(a, b, n, rate):
    with mpmath.workdps(50):
        A, B = mpmath.mpf(float(a)), mpmath.mpf(float(b)) + n
        want = float(mpmath.hyp2f1(1, B, A + B, 1 / (1 + mpmath.mpf(float(rate)))))
    got = discounted_sum(lambda k: log_beta_ratio(a, b + n, k), rate)
    assert got == pytest.approx([want], rel=1e-11)


def test_several_starts_at_once():
    n = np.array([0.0, 3.0, 40.0])
    together = discounted_sum(lambda k: log_beta_ratio(0.7, 1.2 + n, k), 0.001)
    alone = [discounted_sum(lambda k, start=start: log_beta_ratio(0.7, 1.2 + start, k), 0.001)[0] for start in n]
    assert together == pytest.approx(alone, rel=2e-15)


@pytest.mark.parametrize("rate", [1e-9, 1e-4, 0.01, 0.0879, 0.0881, 1.0])
def test_a_customer_who_never_leaves_is_a_perpetuity(rate):
    assert discounted_sum(lambda k: 0 * k, rate) == pytest.approx([(1 + rate) / rate], rel=1e-12)
