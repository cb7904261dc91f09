"""NBD norms: what repeat buying is normal for a brand of this penetration and this buying rate.

Half of a brand's buyers do not come back in the next quarter, and nothing is wrong: most buyers of most brands are
light ones. The NBD (each customer buys at a steady rate of their own) says from penetration and purchases per buyer
alone how many buyers of a period buy again in the next, how often, and how many are new. A repeat rate is high or low
only against that norm.

Source: Ehrenberg (1988), Repeat-Buying: facts, theory and applications, 2nd ed., chapters 2 and 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from crmkit import _checks
from crmkit._frame import engines
from crmkit._results import Result
from crmkit._statistics import wilson
from crmkit._types import Table
from crmkit.definitions import Definition
from crmkit.wallet import _nbd


@dataclass(frozen=True, slots=True)
class Verdict:
    """An observed repeat rate against the norm; given by `Norms.judge`.

    Attributes
    ----------
    repeat_rate, low, high : float
        Observed, with its interval.
    norm : float
        What the NBD lets expect.
    verdict : {"low", "normal", "high"}
        "normal" where the interval holds the norm.
    """

    repeat_rate: float
    low: float
    high: float
    norm: float
    verdict: Literal["low", "normal", "high"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Norms(Result):
    """What is normal for a brand; given by `nbd_norms`. All of two periods of equal length, one after the other.

    Attributes
    ----------
    table : table
        `measure` and `value`: the figures below.
    penetration, purchases_per_buyer : float
        As given.
    mean, k : float
        Purchases per head of the population, and the NBD's k: the smaller, the more customers differ.
    repeat_rate : float
        Share of a period's buyers who buy in the next one too.
    purchases_per_repeat_buyer : float
        Their purchases in one period.
    new_buyers : float
        Share of the population that buys in a period but did not in the one before; as many are lost.
    new_share : float
        The same as a share of the period's buyers: 1 - repeat_rate.
    purchases_per_new_buyer : float
        Their purchases in one period.
    definition : Definition
        What is counted.
    """

    table: Table
    penetration: float
    purchases_per_buyer: float
    mean: float
    k: float
    repeat_rate: float
    purchases_per_repeat_buyer: float
    new_buyers: float
    new_share: float
    purchases_per_new_buyer: float
    definition: Definition

    def judge(self, repeat_rate: float, *, buyers: int, level: float = 0.95) -> Verdict:
        """Whether an observed repeat rate is high, low or normal for such a brand.

        Parameters
        ----------
        repeat_rate : float
            Share of the first period's buyers who bought in the second.
        buyers : int
            How many buyers it was counted on; a rate of few buyers is rarely more than normal.
        level : float, default 0.95
            Of Wilson's interval of the observed rate.

        Examples
        --------
        >>> nbd_norms(penetration=0.11, purchases_per_buyer=1.9).judge(0.53, buyers=200).verdict
        'normal'
        """
        seen, n = _checks.share("repeat_rate", repeat_rate), _checks.count("buyers", buyers)
        low, high = (float(end) for end in wilson(seen * n, n, level=level))
        verdict: Literal["low", "normal", "high"] = "normal"
        if high < self.repeat_rate:
            verdict = "low"
        elif low > self.repeat_rate:
            verdict = "high"
        return Verdict(seen, low, high, self.repeat_rate, verdict)


def nbd_norms(*, penetration: float, purchases_per_buyer: float) -> Norms:
    """Norms of repeat buying by the NBD, from penetration and purchases per buyer of one period.

    Assumes a steady market: each customer buys at a rate of their own that does not change, rates differ by a gamma
    distribution. Trends, seasons and launches are what deviations from the norm show.

    Parameters
    ----------
    penetration : float
        Share of the population that bought at least once in the period.
    purchases_per_buyer : float
        Mean purchases of these buyers in the period.

    Returns
    -------
    Norms

    Raises
    ------
    ArgumentError
        A value is out of range, or buyers buy no more often than they would if all customers were alike (Poisson), to
        which no NBD can be fitted.

    Examples
    --------
    >>> norms = nbd_norms(penetration=0.11, purchases_per_buyer=1.9)
    >>> round(norms.repeat_rate, 4), round(norms.purchases_per_repeat_buyer, 3), round(norms.purchases_per_new_buyer, 4)
    (0.5677, 2.328, 1.3375)
    """
    b, w = _nbd.check(penetration, purchases_per_buyer)
    mean = b * w
    k = _nbd.k_of(b, mean)
    both = 2 * b + np.expm1(-k * np.log1p(2 * mean / k))  # 2b - b(2): buyers of both periods
    new = b - both
    of_new = (1 - b) * mean / (1 + mean / k)  # purchases by those without one in the period before
    figures = {
        "penetration": b,
        "purchases_per_buyer": w,
        "mean": mean,
        "k": k,
        "repeat_rate": float(both / b),
        "purchases_per_repeat_buyer": float((mean - of_new) / both),
        "new_buyers": float(new),
        "new_share": float(new / b),
        "purchases_per_new_buyer": float(of_new / new),
    }
    listed = {"measure": np.array(list(figures), dtype=object), "value": np.array(list(figures.values()))}
    table = engines.wrap(listed).to_native()
    return Norms(table, **figures, definition=Definition("nbd_norm", None))
