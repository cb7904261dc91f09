"""Intervals of shares and centres of counted values, against scipy, root finding and lists written out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats

from crmkit import _statistics as ours


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.99])
def test_wilson_s_ends_are_those_of_scipy_for_every_count(level):
    k, n = (np.array(column) for column in zip(*[(k, n) for n in (1, 2, 7, 40) for k in range(n + 1)], strict=True))
    ends = [stats.binomtest(int(a), int(b)).proportion_ci(level, method="wilson") for a, b in zip(k, n, strict=True)]
    found = ours.wilson(k, n, level)
    for mine, theirs in zip(found, np.array(ends).T, strict=True):
        assert mine == pytest.approx(theirs, rel=1e-12, abs=1e-15)
    assert (found[0][k == 0] == 0).all()
    assert (found[1][k == n] == 1).all()
    assert np.isnan(ours.wilson([0, 0, 0], [0, -1, np.nan], level)).all()
    assert ours.z_of(level) == pytest.approx(stats.norm.isf((1 - level) / 2), rel=1e-12)


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_the_mid_p_ends_leave_half_the_chance_of_the_count_itself_in_each_tail(level):
    cases = [(k, n) for n in (1, 5, 30) for k in range(n + 1)] + [(350, 800), (2, 5000)]
    k, n = (np.array(column, dtype=float) for column in zip(*cases, strict=True))
    low, high = ours.mid_p((k, n - k + 1), (k + 1, n - k), level)
    tail = (1 - level) / 2
    for at, (hits, of) in enumerate(cases):

        def above(p, hits=hits, of=of):  # chance of more, and half that of as many
            return stats.binom.sf(hits, of, p) + stats.binom.pmf(hits, of, p) / 2

        start = optimize.brentq(lambda p: above(p) - tail, 0, 1) if hits else 0.0
        end = optimize.brentq(lambda p: above(p) - 1 + tail, 0, 1) if hits < of else 1.0
        assert (low[at], high[at]) == pytest.approx((start, end), abs=2e-4 if min(hits, of - hits) > 299 else 1e-12)
    assert low[0] == 0
    assert high[1] == 1


def test_of_many_successes_and_failures_the_ends_are_wilson_s_of_what_lies_between():
    """350.5 of 801 between Beta(350, 451) and Beta(351, 450): half a success is neither here nor there."""
    pair = [np.array([value]) for value in (350.0, 451.0, 351.0, 450.0)]
    found = ours.mid_p((pair[0], pair[1]), (pair[2], pair[3]), 0.9)
    assert [end[0] for end in found] == [float(end[0]) for end in ours.wilson([350.0], [800.0], 0.9)]


def test_newcombe_s_interval_squares_the_distances_to_wilson_s_ends():
    k, n, j, m = (np.array(column, dtype=float) for column in ([5, 56, 0], [9, 70, 4], [3, 48, 2], [12, 80, 3]))
    for level, r in ((0.95, 0.0), (0.9, 0.4), (0.8, -0.3)):
        (low, high), (other_low, other_high) = ours.wilson(k, n, level), ours.wilson(j, m, level)
        p, q = k / n, j / m
        for found, sign, one, other in (
            (ours.newcombe(k, n, j, m, r, level)[0], -1, p - low, other_high - q),
            (ours.newcombe(k, n, j, m, r, level)[1], 1, high - p, q - other_low),
        ):
            assert found == pytest.approx(p - q + sign * np.sqrt(one**2 + other**2 - 2 * r * one * other), rel=1e-12)
    low, high = (float(end) for end in ours.wilson(5, 9))
    same = float(ours.newcombe(5, 9, 5, 9, 1.0)[0])  # a share beside itself
    assert same == pytest.approx(-abs(low + high - 2 * 5 / 9), rel=1e-9)
    assert np.isnan(ours.newcombe(0, 0, 1, 2)[0])


def test_the_effective_size_is_that_of_the_jackknife_written_out():
    rng = np.random.default_rng(4)
    n = rng.integers(1, 9, 40)
    hits = rng.binomial(n, rng.beta(1, 2, 40))
    cases, share = n.sum(), hits.sum() / n.sum()
    without = np.array([(hits.sum() - h) / (cases - own) for h, own in zip(hits, n, strict=True)])
    variance = (len(n) - 1) / len(n) * ((without - share) ** 2).sum()
    few = (stats.t.ppf(0.975, cases - 1) / stats.t.ppf(0.975, len(n) - 1)) ** 2
    expected = cases * min(few * share * (1 - share) / cases / variance, 1)
    assert ours.effective_size(n, hits, np.ones(40)) == pytest.approx(expected, rel=1e-12)
    assert ours.effective_size(n, hits, np.ones(40)) < cases
    # customers who are alike may be counted together, and those who differ as chance would have it are all cases
    kinds, many = np.unique(np.stack([n, hits]), axis=1, return_counts=True)
    assert ours.effective_size(*kinds, many) == pytest.approx(expected, rel=1e-12)
    assert ours.effective_size(np.array([2, 2]), np.array([1, 0]), np.array([500, 10])) == 1020
    # nothing to tell: one customer, nobody, all alike, and one case each
    assert ours.effective_size(np.array([9]), np.array([3]), np.array([1])) == 1
    assert ours.effective_size(np.array([9]), np.array([3]), np.array([0])) == 0
    assert ours.effective_size(np.array([9, 2]), np.array([9, 2]), np.array([2, 1])) == 3
    assert ours.effective_size(np.array([9, 2]), np.array([0, 0]), np.array([2, 1])) == 3
    assert ours.effective_size(np.array([1, 1]), np.array([1, 0]), np.array([3, 4])) == 7
    assert ours.effective_size(np.array([2]), np.array([1]), np.array([2])) == 2  # all the same half


@pytest.mark.parametrize(("values", "n"), [([1, 2, 10], [2, 1, 1]), ([1, 2, 10], [1, 1, 1]), ([5], [4]),
                                           ([0.1, 0.7], [3, 3]), ([-4, 0, 3, 9], [1, 5, 2, 7])])  # fmt: skip
def test_centres_of_counted_values_are_those_of_the_list(values, n):
    listed = np.repeat(values, n)
    counted = np.array(values, dtype=float), np.array(n)
    assert ours.centre(*counted, "median") == np.median(listed)
    assert ours.centre(*counted, "mean") == pytest.approx(listed.mean(), abs=1e-15)


def test_a_mean_of_equal_values_is_one_of_them():
    assert ours.centre(np.array([0.1]), np.array([3]), "mean") == 0.1  # 0.1 + 0.1 + 0.1 is above 0.3
    assert ours.centre(np.array([0.1, 0.1 + 1e-9]), np.array([1, 1]), "mean") > 0.1


def test_shares_are_of_what_there_is_to_share():
    assert ours.shares_of([3, 1, 0]).tolist() == [0.75, 0.25, 0]
    assert np.isnan(ours.shares_of([60, -200])).all()
    assert np.isnan(ours.shares_of([0, 0])).all()
    table = np.array([[1.0, 3.0], [0.0, 0.0], [2.0, -3.0]])
    assert ours.shares_of(table, axis=1)[0].tolist() == [0.25, 0.75]
    assert np.isnan(ours.shares_of(table, axis=1)[1:]).all()
    assert ours.shares_of(table)[0, 1] == 1.0
