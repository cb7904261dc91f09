"""The purchase models written in mpmath, by other formulas than crmkit's wherever there are any."""

import mpmath
import numpy as np
from mpmath import mpf

DIGITS = 50


def many(seed, n):
    """Random parameters and histories over a wide grid, edges included, in days."""
    rng = np.random.default_rng(seed)

    def spread(low, high):
        return float(np.exp(rng.uniform(np.log(low), np.log(high))))

    for i in range(n):
        r, alpha, one, two = spread(0.01, 50), spread(0.01, 100), spread(0.01, 50), spread(0.01, 50)
        T, horizon = spread(0.1, 1000), spread(0.01, 2000)
        x = int(rng.choice([0, 0, 1, 2, 5, 20, 100, 1000, 5000]))
        t_x = float(rng.choice([T, T * 1e-6, T * rng.uniform(), T * (1 - 1e-9)])) if x else 0.0
        if i % 4 == 0:
            one = 1 + float(rng.choice([0, 1e-12, -1e-8, 1e-4]))
        yield (r, alpha, one, two), (x, t_x, T), horizon


# --- BG/NBD and MBG/NBD, k chances to leave survived: k = x or x + 1 --------------------------------------------


def beta_geometric(params, history, k):
    """Log-likelihood and P(alive)."""
    r, alpha, a, b = (mpf(p) for p in params)
    x, t_x, T = (mpf(v) for v in history)
    odds = a / (b + k - 1) * ((alpha + T) / (alpha + t_x)) ** (r + x) if k else mpf(0)
    purchases = mpmath.loggamma(r + x) - mpmath.loggamma(r) + r * mpmath.log(alpha) - (r + x) * mpmath.log(alpha + T)
    stayed = mpmath.log(mpmath.beta(a, b + k) / mpmath.beta(a, b))
    return purchases + stayed + mpmath.log(1 + odds), 1 / (1 + odds)


def expected_beta_geometric(r, alpha, a, b, t):
    """Expected purchases of a living customer; Fader, Hardie & Lee (2005), eq. 10, with its limit at a = 1."""
    with mpmath.workdps(90):
        r, alpha, a, b, t = (mpf(v) for v in (r, alpha, a, b, t))
        a = a + mpf(10) ** -35 if a == 1 else a
        z = t / alpha
        inner = mpmath.hyp2f1(r, b, a + b - 1, z / (1 + z), maxterms=10**6)
        return (a + b - 1) / (a - 1) * (1 - (1 + z) ** -r * inner)


def discounted_beta_geometric(r, alpha, a, b, delta):
    """DERT of a living customer: for a given rate the mean over p is a 2F1; then an integral over the rate."""
    with mpmath.workdps(20):
        r, alpha, a, b, delta = (mpf(v) for v in (r, alpha, a, b, delta))

        def at(log_rate):
            rate = mpmath.exp(log_rate)
            density = mpmath.exp(r * mpmath.log(alpha * rate) - alpha * rate) / mpmath.gamma(r)
            return density * rate / delta * mpmath.hyp2f1(1, a, a + b, -rate / delta)

        middle = mpmath.log(r / alpha)
        return mpmath.quad(at, [middle - 80 / (1 + r), middle - 9, middle - 3, middle, middle + 2, middle + 6])


# --- Pareto/NBD ------------------------------------------------------------------------------------------------


def pareto(params, history):
    """Log-likelihood and P(alive) without an integral: two terms, both positive (Gauss's 2F1)."""
    r, alpha, s, beta = (mpf(p) for p in params)
    x, t_x, T = (mpf(v) for v in history)
    p, n = r + x, r + s + x

    def left(u):
        if alpha >= beta:
            return (alpha + u) ** -p * (beta + u) ** -s * mpmath.hyp2f1(1, p, n + 1, (alpha - beta) / (alpha + u)) / n
        z = (beta - alpha) / (beta + u)
        return (beta + u) ** -(s + 1) * (alpha + u) ** (1 - p) * mpmath.hyp2f1(1, s + 1, n + 1, z) / n

    def bought(u):
        if alpha >= beta:
            z = (alpha - beta) / (alpha + u)
            return (alpha + u) ** -(p + 1) * (beta + u) ** (1 - s) * mpmath.hyp2f1(1, p + 1, n + 1, z) / n
        return (beta + u) ** -s * (alpha + u) ** -p * mpmath.hyp2f1(1, s, n + 1, (beta - alpha) / (beta + u)) / n

    likelihood = s * left(t_x) + p * bought(T)
    alive = (alpha + T) ** -p * (beta + T) ** -s
    constant = mpmath.loggamma(p) - mpmath.loggamma(r) + r * mpmath.log(alpha) + s * mpmath.log(beta)
    return constant + mpmath.log(likelihood), alive / likelihood


def expected_pareto(r, alpha, s, beta, t):
    """Expected purchases of a living customer."""
    r, alpha, s, beta, t = (mpf(v) for v in (r, alpha, s, beta, t))
    mean = mpmath.log(1 + t / beta) if s == 1 else (1 - (1 + t / beta) ** (1 - s)) / (s - 1)
    return r * beta / alpha * mean


def discounted_pareto(r, alpha, s, beta, delta):
    """DERT of a living customer; Fader, Hardie & Lee (2005), by the confluent hypergeometric function."""
    r, alpha, s, beta, delta = (mpf(v) for v in (r, alpha, s, beta, delta))
    return r / alpha * delta ** (s - 1) * beta**s * mpmath.hyperu(s, s, delta * beta)


def pmf_pareto(n, r, alpha, s, beta, t):
    """Probability that a living customer buys n times within t: alive to the end, or gone at some tau."""
    r, alpha, s, beta, t = (mpf(v) for v in (r, alpha, s, beta, t))

    def exactly(tau):
        ways = mpmath.gamma(r + n) / mpmath.gamma(r) / mpmath.factorial(n)
        return ways * (alpha / (alpha + tau)) ** r * (tau / (alpha + tau)) ** n

    gone = mpmath.quad(lambda tau: exactly(tau) * s / beta * (beta / (beta + tau)) ** (s + 1), mpmath.linspace(0, t, 9))
    return exactly(t) * (beta / (beta + t)) ** s + gone


def expected_pairs(pmf, most):
    """The sum of n (n - 1) P(n) up to `most`."""
    return sum(n * (n - 1) * pmf(n) for n in range(most))
