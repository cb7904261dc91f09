"""Kaplan-Meier curves and the log-rank test, on counted cells; a few lines each, equal to lifelines.

Sources: Kaplan & Meier (1958), JASA 53, 457-481; Greenwood (1926) for the variance; Kalbfleisch & Prentice (2002), The
Statistical Analysis of Failure Time Data, section 1.4, for the interval (log of -log, which stays within 0 and 1);
Mantel (1966), Cancer Chemotherapy Reports 50, 163-170 (log-rank test of several groups).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from crmkit._intervals import Z

Floats: TypeAlias = NDArray[np.float64]


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
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.sqrt(np.cumsum(events / (at_risk * (at_risk - events))))
        centre = np.log(-np.log(share))
        spread = Z * greenwood / np.log(share)
        low, high = np.exp(-np.exp(centre - spread)), np.exp(-np.exp(centre + spread))
    inside = (share > 0) & (share < 1)
    return Curve(times, at_risk, events, gone - events, share,
                 np.where(inside, low, share), np.where(inside, high, share))  # fmt: skip


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
