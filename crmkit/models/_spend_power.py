"""How much further apart customers' money lies than expected purchases times expected spend: one power.

Models of purchases do not know what customers spend, and the mean of spend does not know how often they buy. Where
those who spend much also buy more than their history says, as wholesale buyers among households do, the product of the
two is too small for the few customers who matter most, and too large for many others. So

    money to come = level * purchases * spend * (spend / mean) ** (power - 1),

with `spend` what is expected per purchase, `mean` that of all, and `purchases` as BG/NBD expects them. The power is
learnt from what came after earlier origins, by the score equation of quasi-Poisson regression with a level for each
origin, so that growth of the whole shop does not enter. It is drawn to 1 as far as its own variance, with customers as
the units that vary, is large beside `USUAL` squared. The level leaves the totals at these origins what they were.

Sources: McCullagh & Nelder (1989), Generalized linear models, 2nd ed., chapter 9 (quasi-likelihood); Liang & Zeger
(1986), Longitudinal data analysis using generalized linear models, Biometrika 73(1), 13-22 (the robust variance; the
scores of one customer at k origins together have at most k times the sum of their variances).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from crmkit._frame import ArrayTable
from crmkit._statistics import dot
from crmkit._types import Floats
from crmkit.models._purchases import PurchaseModel
from crmkit.models.bg_nbd import BGNBD

# How far powers are from 1, as a standard deviation; and the range that is believed.
USUAL, LEAST, MOST = 0.5, 0.25, 2.5
# Customers who bought after an origin that are enough to learn from it; origins, the latest first.
ENOUGH, ORIGINS = 50, 3
ROUNDS, STEP, CLOSE = 60, 0.3, 1e-9


@dataclass(frozen=True, slots=True)
class PastMoney:
    """What customers had done by an earlier origin, and their money in the `days` after it; shape (n_customers,)."""

    x: Floats
    t_x: Floats
    T: Floats
    money: Floats  # the column of money from which spend is expected
    later: Floats
    days: int
    purchases: PurchaseModel | None = None  # BG/NBD, if it has been fitted to this past already

    @property
    def tells(self) -> bool:
        """Whether there is something to learn from it."""
        return bool((self.x > 0).any() and (self.later > 0).sum() >= ENOUGH and self.later.sum() > 0)

    def expected(self) -> Floats:
        """Purchases of each customer within the days."""
        past = ArrayTable({"x": self.x, "t_x": self.t_x, "T": self.T})
        fitted = self.purchases or BGNBD().forecasting().fit(past)
        return fitted.predict(past, horizon=self.days)


def power_of(pasts: Sequence[PastMoney], spend: Callable[[Floats, Floats], Floats], mean: float) -> tuple[float, float]:
    """The power and the level; `spend` expects it from x and the column of money.

    >>> power_of([], lambda x, money: money, 1.0)
    (1.0, 1.0)
    """
    known = [past for past in pasts if past.tells]
    if not known:
        return 1.0, 1.0
    said = [(past.expected(), spend(past.x, past.money)) for past in known]
    parts = [(n * own, np.log(own / mean), past.later) for (n, own), past in zip(said, known, strict=True)]
    power = 1.0
    for _ in range(ROUNDS):
        found = _drawn(parts, power)
        power, step = power + float(np.clip(found - power, -STEP, STEP)), found - power
        if abs(step) < CLOSE or not LEAST < power < MOST:
            break
    power = min(max(power, LEAST), MOST)
    grown = sum(dot(money, np.exp((power - 1) * away)) for money, away, _ in parts)
    return power, sum(float(money.sum()) for money, *_ in parts) / grown


def _drawn(parts: Sequence[tuple[Floats, Floats, Floats]], power: float) -> float:
    """The next power: a step of scoring from this one, drawn to 1 by its variance."""
    score = information = squares = 0.0
    for money, away, later in parts:
        said = money * np.exp((power - 1) * away)
        said = said * (later.sum() / said.sum())
        centred = away - dot(said, away) / said.sum()
        own = (later - said) * centred
        score, squares = score + float(own.sum()), squares + dot(own, own)
        information += dot(said, centred**2)
    if information <= 0:
        return 1.0
    variance = len(parts) * squares / information**2
    return 1 + (power + score / information - 1) * USUAL**2 / (USUAL**2 + variance)
