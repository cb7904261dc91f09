"""Kaplan-Meier curves and the log-rank test, on counted cells; a few lines each, equal to lifelines.

Sources: Kaplan & Meier (1958), JASA 53, 457-481; Greenwood (1926) for the variance; Kalbfleisch & Prentice (2002), The
Statistical Analysis of Failure Time Data, section 1.4, for the interval (log of -log, which stays within 0 and 1);
Mantel (1966), Cancer Chemotherapy Reports 50, 163-170 (log-rank test of several groups); Efron (1981), Censored data
and the bootstrap, JASA 76, 312-319 (the influence of each case on the curve); Wilson (1927), JASA 22, 209-212 (the
interval of a share, where Greenwood's variance says nothing).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from crmkit._statistics import Z, wilson

Floats: TypeAlias = NDArray[np.float64]
ROUNDING = 1e-12  # of a product of shares: 12 of 24 are half of them, whatever the last digit says


@dataclass(frozen=True, slots=True)
class LogRank:
    """Whether groups leave at different rates; given by `survival` and `kaplan_meier`.

    Attributes
    ----------
    statistic : float
        Of the log-rank test; under equal hazards it follows a chi-squared law.
    degrees : int
        Its degrees of freedom: groups less 1.
    p_value : float
        Chance of so large a statistic if all groups had the same hazard.
    """

    statistic: float
    degrees: int
    p_value: float


@dataclass(frozen=True, slots=True)
class Curve:
    """A Kaplan-Meier curve: one value per distinct time, from 0, each of shape (n_times,)."""

    time: Floats
    at_risk: Floats
    lost: Floats
    unseen: Floats
    survival: Floats
    low: Floats
    high: Floats

    @property
    def variance(self) -> Floats:
        """Of the logarithm of `survival`, after Greenwood: cases that know nothing of each other."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.cumsum(self.lost / (self.at_risk * (self.at_risk - self.lost))).astype(float)

    @property
    def influence(self) -> tuple[Floats, Floats]:
        """What a case lost at each time, and one that leaves sight there, then do to the logarithm of `survival`.

        Before that time a case at risk does minus `variance`. Squared and added up over cases this is `variance` again;
        added up within customers and then squared, it is the variance when cases of a customer resemble each other.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            return 1 / (self.at_risk - self.lost) - self.variance, -self.variance

    @property
    def followed(self) -> Floats:
        """Cases that tell of each time: lost by then, or in sight until then."""
        return in_sight(float(self.at_risk[0]), self.unseen)

    def of_customers(self, customers: Floats, design: Floats) -> Curve:
        """The curve with an interval in which so many customers tell of each time, with several cases each.

        `design` is how many times Greenwood's the variance is for it; several cases of a customer are never taken to
        tell more than those of several would. Where the variance comes out as 0 (all or none are lost) or cannot be
        known (of one customer), the interval is Wilson's, of one case per customer.
        """
        variance = self.variance * np.maximum(design, 1.0) * _unsure(customers, self.followed)
        low, high = _ends(self.survival, variance)
        least, most = wilson(self.survival * customers, customers)
        known = np.isfinite(variance) & (variance > 0)
        return replace(self, low=np.where(known, low, least), high=np.where(known, high, most))

    @property
    def median(self) -> float:
        """The time by which half are lost; not a number while more than half are there."""
        half = np.flatnonzero(self.survival <= 0.5 + ROUNDING)
        return float(self.time[half[0]]) if len(half) else np.nan


def curve(time: NDArray[Any], lost: NDArray[Any], n: NDArray[Any]) -> Curve:
    """The Kaplan-Meier curve of cells (time, lost 0 or 1, n customers), with its 95 % interval.

    >>> curve(np.array([10, 20, 20, 30]), np.array([1, 1, 0, 0]), np.ones(4)).survival.tolist()
    [1.0, 0.75, 0.5, 0.5]
    """
    times, row = np.unique(np.append(time, 0).astype(float), return_inverse=True)
    row = row[:-1]
    events = np.bincount(row, weights=n * lost, minlength=len(times)).astype(float)
    gone = np.bincount(row, weights=n, minlength=len(times)).astype(float)
    at_risk = np.cumsum(gone[::-1])[::-1].astype(float)
    share = np.cumprod(1 - events / at_risk).astype(float)
    found = Curve(times, at_risk, events, gone - events, share, share, share)
    low, high = _ends(share, found.variance)
    return replace(found, low=low, high=high)


def in_sight(n: float, unseen: Floats) -> Floats:
    """Of n cases, how many had not gone out of sight before each time; at time 0, how many were seen for longer.

    >>> in_sight(10.0, np.array([3.0, 0.0, 5.0])).tolist()
    [7.0, 7.0, 7.0]
    """
    gone = np.cumsum(unseen) - unseen
    gone[0] = unseen[0]  # what holds at 0 holds until the next time
    return np.asarray(n - gone, dtype=float)


def _unsure(customers: Floats, cases: Floats) -> Floats:
    """How many times a variance is to be taken because it was learnt from customers, fewer than the cases are."""
    from scipy.special import stdtrit

    with np.errstate(divide="ignore", invalid="ignore"):
        wider = stdtrit(customers - 1, 0.975) / stdtrit(cases - 1, 0.975)
        factor = wider**2 * (customers / (customers - 1)) / (cases / (cases - 1))
    return np.where(customers == cases, np.where(cases > 1, 1.0, np.nan), factor)


def _ends(share: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """The 95 % interval of a survival whose logarithm has a variance; none where all are there, or nobody is."""
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = np.log(-np.log(share))
        spread = Z * np.sqrt(variance) / np.log(share)
        low, high = np.exp(-np.exp(centre - spread)), np.exp(-np.exp(centre + spread))
    inside = (share > 0) & (share < 1)
    return np.where(inside, low, share), np.where(inside, high, share)


def log_rank(time: NDArray[Any], lost: NDArray[Any], n: NDArray[Any], group: NDArray[np.int64]) -> LogRank:
    """The log-rank test of groups (0 ... k - 1) from cells (time, lost 0 or 1, n customers).

    >>> time, lost = np.array([1, 2, 3, 9, 9, 9]), np.array([1, 1, 1, 1, 0, 0])
    >>> found = log_rank(time, lost, np.ones(6), np.array([0, 0, 0, 1, 1, 1]))
    >>> found.degrees, round(found.p_value, 4)
    (1, 0.0246)
    """
    from scipy import stats

    k = int(np.max(group)) + 1
    times, row = np.unique(time, return_inverse=True)
    shape = (len(times), k)
    at = row * k + group
    events = np.bincount(at, weights=n * lost, minlength=len(times) * k).reshape(shape)
    gone = np.bincount(at, weights=n, minlength=len(times) * k).reshape(shape)
    at_risk = gone[::-1].cumsum(axis=0)[::-1]
    n_all, d_all = at_risk.sum(axis=1), events.sum(axis=1)
    share = at_risk / n_all[:, None]
    excess = (events - d_all[:, None] * share).sum(axis=0)
    factor = d_all * (n_all - d_all) / np.maximum(n_all - 1, 1)
    covariance = np.diag((factor[:, None] * share).sum(axis=0)) - (factor[:, None] * share).T @ share
    # the rows add up to nothing, so the last group says nothing new
    statistic = float(excess[:-1] @ np.linalg.pinv(covariance[:-1, :-1]) @ excess[:-1])
    return LogRank(statistic, k - 1, float(stats.chi2.sf(statistic, k - 1)))
