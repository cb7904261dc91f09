"""Derivatives of a log-likelihood written in mpmath, to hold hand-written ones against."""

import mpmath
import numpy as np


def exact_derivatives(log_likelihood, theta):
    """Value, gradient and Hessian at theta, by mpmath's differentiation with 50 digits."""
    with mpmath.workdps(50):
        point = tuple(mpmath.mpf(float(t)) for t in theta)
        k = len(point)

        def orders(*which):
            return tuple(which.count(i) for i in range(k))

        gradient = [mpmath.diff(log_likelihood, point, orders(i)) for i in range(k)]
        hessian = np.zeros((k, k))
        for i in range(k):
            for j in range(i, k):
                hessian[i, j] = hessian[j, i] = float(mpmath.diff(log_likelihood, point, orders(i, j)))
        return float(log_likelihood(*point)), np.array(gradient, dtype=float), hessian


def assert_derivatives(objective, log_likelihood, theta, rel=1e-9):
    """Compare an objective's value, gradient and Hessian with those of an mpmath log-likelihood."""
    got = objective(np.asarray(theta, dtype=float))
    want = exact_derivatives(log_likelihood, theta)
    assert abs(got[0] - want[0]) <= 1e-10 * max(1.0, abs(want[0]))
    for mine, exact in zip(got[1:], want[1:], strict=True):
        np.testing.assert_allclose(mine, exact, rtol=rel, atol=rel * np.abs(exact).max())
