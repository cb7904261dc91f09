"""Kaplan-Meier curves and the log-rank test, on counted cells; a few lines each, equal to lifelines.

Sources: Kaplan & Meier (1958), JASA 53, 457-481; Fay, Brittain & Proschan (2013), Pointwise confidence intervals for a
survival distribution with small samples or heavy censoring, Biostatistics 14, 723-736, for the interval (products of
Beta distributions, here matched by their first two moments, at the mid-p value: Clopper & Pearson's where nobody is
censored); Greenwood (1926) for the variance; Mantel (1966), Cancer Chemotherapy Reports 50, 163-170 (log-rank test of
several groups); Efron (1981), Censored data and the bootstrap, JASA 76, 312-319 (the influence of each case on the
curve); Klein & Moeschberger (2003), Survival Analysis, section 4.6 (entry times: those at risk are those who came).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from crmkit._statistics import mid_p
from crmkit._types import Array, Floats, Ints

ROUNDING = 1e-12  # of a product of shares: 12 of 24 are half of them, whatever the last digit says


@dataclass(frozen=True, slots=True)
class LogRank:
    """Whether groups leave at different rates; given by `survival` and `kaplan_meier`.

    Attributes
    ----------
    statistic : float
        Of the log-rank test; under equal hazards it follows a chi-squared distribution.
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
    at_risk: Floats  # come before it, and in sight until it at least
    events: Floats  # lost at it
    censored: Floats  # last seen at it, and not lost
    survival: Floats  # share that is still there after it
    low: Floats
    high: Floats
    level: float = 0.95  # of the interval

    @property
    def variance(self) -> Floats:
        """Of the logarithm of `survival`, after Greenwood: cases that know nothing of each other."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.cumsum(self.events / (self.at_risk * (self.at_risk - self.events))).astype(float)

    @property
    def influence(self) -> tuple[Floats, Floats]:
        """What a case lost at each time, and one that leaves sight there, then do to the logarithm of `survival`.

        Before that time a case at risk does minus `variance`. Squared and added up over cases this is `variance` again;
        added up within customers and then squared, it is the variance when cases of a customer resemble each other.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            return 1 / (self.at_risk - self.events) - self.variance, -self.variance

    @property
    def followed(self) -> Floats:
        """Cases that tell of each time: lost by then, or in sight until then."""
        return in_sight(float(self.at_risk[0]), self.censored)

    def of_customers(self, customers: Floats, design: Floats) -> Curve:
        """The curve with an interval in which so many customers tell of each time, with several cases each.

        `design` is how many times Greenwood's the variance is for it; several cases of a customer are never taken to
        tell more than those of several would. The interval is that of a share of as many independent customers as the
        variance is worth; of all customers where it comes out as 0 (all or none are lost) or cannot be known.
        """
        factor = np.maximum(design, 1.0) * _unsure(customers, self.followed, self.level)
        with np.errstate(divide="ignore", invalid="ignore"):
            worth = (1 - self.survival) / (self.survival * self.variance * factor)
        known = np.isfinite(worth) & (worth > 0)
        n = np.where(known, worth, customers)
        k = self.survival * n
        low, high = mid_p((k, n - k + 1), (k + 1, n - k), self.level)
        return replace(self, low=low, high=high)

    @property
    def hazard(self) -> Floats:
        """Share lost at each time of those at risk; 0 where nobody was."""
        return np.divide(self.events, self.at_risk, out=np.zeros_like(self.events), where=self.at_risk > 0)

    @property
    def customers(self) -> float:
        """All who were followed, whenever they came."""
        return float(self.events.sum() + self.censored.sum())

    @property
    def median(self) -> float:
        """The time by which half are lost; not a number while more than half are there."""
        half = np.flatnonzero(self.survival <= 0.5 + ROUNDING)
        return float(self.time[half[0]]) if len(half) else np.nan


def curve(
    time: Array,
    event: Array,
    n: Array,
    *,
    entry: Array | None = None,
    level: float = 0.95,
) -> Curve:
    """The Kaplan-Meier curve of cells (time, event 0 or 1, n customers), with its interval.

    With `entry`, a customer is at risk from after that time on: who was lost before could not have come in.

    >>> curve(np.array([10, 20, 20, 30]), np.array([1, 1, 0, 0]), np.ones(4)).survival.tolist()
    [1.0, 0.75, 0.5, 0.5]
    """
    times, at_risk, events, gone = _counts(time, event, n, np.zeros(len(time), dtype=np.int64), 1, entry)
    at_risk, events, gone = at_risk[:, 0], events[:, 0], gone[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        kept = np.where(at_risk > 0, 1 - events / at_risk, 1.0)
    low, high = _beta_product(at_risk, events, gone - events, level)
    return Curve(times, at_risk, events, gone - events, np.cumprod(kept).astype(float), low, high, level)


def counted(time: Array, event: Array) -> tuple[Floats, Ints, Ints]:
    """The distinct (time, event 0 or 1) of rows, and how many rows have each; by sorting, which numbers do fast.

    >>> [column.tolist() for column in counted(np.array([20, 10, 20, 20]), np.array([1, 1, 0, 1]))]
    [[20, 10, 20], [0, 1, 1], [1, 1, 2]]
    """
    found = [np.unique(time[event == kind], return_counts=True) for kind in (0, 1)]
    kinds = np.repeat(np.arange(2), [len(times) for times, _ in found])
    return np.concatenate([times for times, _ in found]), kinds, np.concatenate([n for _, n in found])


def _steps(time: Floats) -> tuple[Floats, Ints]:
    """The distinct times, from 0, in ascending order, and which of them each is; quick where they come in runs."""
    order = np.argsort(time, kind="stable")
    ordered = time[order]
    is_new = np.diff(ordered, prepend=0.0) > 0
    row = np.empty(len(time), dtype=np.int64)
    row[order] = np.cumsum(is_new)
    return np.append(0.0, ordered[is_new]), row


def _counts(
    time: Array, event: Array, n: Array, group: Ints, k: int, entry: Array | None
) -> tuple[Floats, Floats, Floats, Floats]:
    """The distinct times from 0 and, shape (n_times, k), who is at risk, who is lost, and who is lost or out of sight.

    At risk is who came before a time and goes at it or later.
    """
    times, row = _steps(np.asarray(time, dtype=float))

    def summed(at: Ints, weights: Array) -> Floats:
        found = np.bincount(at * k + group, weights=weights, minlength=(len(times) + 1) * k)
        return np.asarray(found.reshape(-1, k)[: len(times)], dtype=float)

    events, gone = summed(row, n * event), summed(row, n)
    if entry is None:
        return times, np.cumsum(gone[::-1], axis=0)[::-1], events, gone
    came = summed(np.searchsorted(times, entry, side="right"), n)  # at the first time after it
    at_risk = np.cumsum(came, axis=0) - (np.cumsum(gone, axis=0) - gone)
    at_risk[0] = np.bincount(group[entry <= 0], weights=n[entry <= 0], minlength=k)
    return times, at_risk, events, gone


def _beta_product(at_risk: Floats, events: Floats, censored: Floats, level: float) -> tuple[Floats, Floats]:
    """Ends of the interval at each time: the most that can be said, and what one more loss just after would leave."""
    stay = at_risk - events
    first = np.cumprod((stay + 1) / (at_risk + 1)).astype(float)
    second = np.cumprod((stay + 1) * (stay + 2) / ((at_risk + 1) * (at_risk + 2))).astype(float)
    # One of those still there, lost at once; what holds at a time holds until the next one, without who left sight.
    left = stay - censored
    left[-1] = stay[-1]
    least: tuple[Floats, Floats] = first * left / (left + 1), second * left / (left + 2)
    return mid_p(_matched(*least), _matched(first, second), level)


def _matched(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    """Parameters of the Beta distribution with these first two moments; (n, 0) of a sure 1, (0, n) of a sure 0."""
    spread = second - first**2
    with np.errstate(divide="ignore", invalid="ignore"):
        size = first * (1 - first) / spread - 1
    sure = (first >= 1) | (first <= 0) | ~(spread > 0)
    size = np.where(sure, 1.0, size)
    return first * size, (1 - first) * size


def in_sight(n: float, censored: Floats) -> Floats:
    """Of n cases, how many had not gone out of sight before each time; at time 0, how many were seen for longer.

    >>> in_sight(10.0, np.array([3.0, 0.0, 5.0])).tolist()
    [7.0, 7.0, 7.0]
    """
    gone = np.cumsum(censored) - censored
    gone[0] = censored[0]  # what holds at 0 holds until the next time
    return np.asarray(n - gone, dtype=float)


def _unsure(customers: Floats, cases: Floats, level: float) -> Floats:
    """How many times a variance is to be taken because it was learnt from customers, fewer than the cases are."""
    from scipy.special import stdtrit

    with np.errstate(divide="ignore", invalid="ignore"):
        wider = stdtrit(customers - 1, (1 + level) / 2) / stdtrit(cases - 1, (1 + level) / 2)
        factor = wider**2 * (customers / (customers - 1)) / (cases / (cases - 1))
    return np.where(customers == cases, 1.0, factor)


def log_rank(
    time: Array,
    event: Array,
    n: Array,
    group: Ints,
    entry: Array | None = None,
) -> LogRank:
    """The log-rank test of groups (0 ... k - 1) from cells (time, event 0 or 1, n customers).

    >>> time, event = np.array([1, 2, 3, 9, 9, 9]), np.array([1, 1, 1, 1, 0, 0])
    >>> found = log_rank(time, event, np.ones(6), np.array([0, 0, 0, 1, 1, 1]))
    >>> found.degrees, round(found.p_value, 4)
    (1, 0.0246)
    """
    from scipy.special import chdtrc

    k = int(np.max(group)) + 1
    _, at_risk, events, _ = _counts(time, event, n, group, k, entry)
    n_all, d_all = at_risk.sum(axis=1), events.sum(axis=1)
    # If all groups leave alike, those lost at a time are drawn, none twice, from those at risk: a group with a share of
    # these has that share of the lost on average, with the covariance of the hypergeometric distribution.
    share = at_risk / np.maximum(n_all, 1e-300)[:, None]
    excess = (events - d_all[:, None] * share).sum(axis=0)
    factor = d_all * (n_all - d_all) / np.maximum(n_all - 1, 1)
    covariance = np.diag((factor[:, None] * share).sum(axis=0)) - (factor[:, None] * share).T @ share
    # Over all groups the excess is 0, so the last one says nothing new.
    statistic = float(excess[:-1] @ np.linalg.pinv(covariance[:-1, :-1]) @ excess[:-1])
    return LogRank(statistic, k - 1, float(chdtrc(k - 1, statistic)))
