"""How good predicted probabilities were, once it is known what happened; equal predictions are never told apart.

Sources: Naeini, Cooper & Hauskrecht (2015), AAAI, 2901-2907 (expected calibration error, here in bins of equal size);
Fawcett (2006), Pattern Recognition Letters 27, 861-874 (area under the curve, from mean ranks).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmkit._statistics import wilson
from crmkit._types import Floats

BINS = 10


def log_loss(p: Floats, happened: NDArray[np.bool_]) -> float:
    """Mean of -log of the probability that was given to what happened.

    >>> round(log_loss(np.array([0.5, 0.9]), np.array([True, True])), 4)
    0.3993
    """
    return float(-np.log(np.where(happened, p, 1 - p)).mean())


def brier(p: Floats, happened: NDArray[np.bool_]) -> float:
    """Mean squared distance of the probability from what happened."""
    return float(((p - happened) ** 2).mean())


def calibration(p: Floats, happened: NDArray[np.bool_]) -> dict[str, NDArray[Any]]:
    """Predicted and observed shares in up to ten bins of about equal size; equal predictions share a bin."""
    _, row, n = np.unique(p, return_inverse=True, return_counts=True)
    middle = (np.cumsum(n) - n / 2) / n.sum()
    of_bin = np.minimum((middle * BINS).astype(np.int64), BINS - 1)[row]
    _, of_bin = np.unique(of_bin, return_inverse=True)
    customers = np.bincount(of_bin)
    observed = np.bincount(of_bin, weights=happened)
    low, high = wilson(observed, customers)
    return {
        "bin": np.arange(1, len(customers) + 1),
        "customers": customers.astype(np.int64),
        "predicted": np.bincount(of_bin, weights=p) / customers,
        "observed": observed / customers,
        "observed_low": low,
        "observed_high": high,
    }


def calibration_error(p: Floats, happened: NDArray[np.bool_]) -> float:
    """Mean distance of predicted from observed shares over the bins of `calibration`, weighted by customers."""
    bins = calibration(p, happened)
    return float((np.abs(bins["predicted"] - bins["observed"]) * bins["customers"]).sum() / len(p))


def area(p: Floats, happened: NDArray[np.bool_]) -> float:
    """Chance that a customer to whom it happened had the higher prediction of two; ties count half."""
    _, row, n = np.unique(p, return_inverse=True, return_counts=True)
    rank = (np.cumsum(n) - (n - 1) / 2)[row]
    yes = int(happened.sum())
    no = len(p) - yes
    if not yes or not no:
        return float("nan")
    return float((rank[happened].sum() - yes * (yes + 1) / 2) / (yes * no))


def gain(p: Floats, happened: NDArray[np.bool_], shares: Floats) -> Floats:
    """Share of what happened among the customers with the highest predictions, for shares of all customers.

    Of customers with equal predictions a part stands for all of them, whatever their order.
    """
    _, row, n = np.unique(-p, return_inverse=True, return_counts=True)
    found = np.bincount(row, weights=happened)
    people = np.r_[0, np.cumsum(n)] / len(p)
    caught = np.r_[0, np.cumsum(found)] / max(found.sum(), 1)
    return np.asarray(np.interp(shares, people, caught))
