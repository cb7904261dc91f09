"""Made surveys, complaints and a brand panel, each with the truth behind it.

`make_survey`: customers in tiers of whom the content ones answer sooner (response bias), and whose overall score
depends on one item more than on the others (a planted driver). `make_complaints`: purchases and complaints; an answer
in time wins customers back, a late one loses them, by a known amount. `make_brand_panel`: purchases of brands by a
known switching matrix.

Source: made up for crmkit. Licence: that of crmkit (Apache-2.0).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit import _checks
from crmkit._types import Floats
from crmkit.errors import ArgumentError

if TYPE_CHECKING:
    import pandas as pd

TIERS = ("platinum", "gold", "iron", "lead")
_SHARES, _MONEY = (0.05, 0.15, 0.3, 0.5), (4000.0, 1200.0, 400.0, 80.0)
ITEMS: Mapping[str, float] = {
    "product": 0.15,
    "delivery": 0.7,
    "price": 0.15,
    "staff": 0.0,
}  # weight in the overall score
_START = np.datetime64("2023-01-01")
_GAP = 30.0  # days to the next purchase, on average
_WITHIN = 90.0


@dataclass(frozen=True, eq=False)
class MadeSurvey:
    """A made survey and its truth; given by `make_survey`.

    Attributes
    ----------
    survey : table
        `customer_id`, `date`, `nps` (0 to 10), an answer from 1 to 5 per item and `overall`; of who answered.
    customers : table
        `customer_id`, `tier`, `monetary` of everybody.
    nps_of_all, nps_by_value : float
        What the net promoter score would be if everybody had answered, each customer or each unit of money counted
        once.
    response_rates : mapping of tier to float
        Probability of answering.
    weights : mapping of item to float
        What each item adds to the overall score, per point.
    """

    survey: pd.DataFrame
    customers: pd.DataFrame
    nps_of_all: float
    nps_by_value: float
    response_rates: Mapping[str, float]
    weights: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class MadeComplaints:
    """Made purchases and complaints and their truth; given by `make_complaints`.

    Attributes
    ----------
    transactions : table
        `customer_id`, `date`, `amount`.
    complaints : table
        `customer_id`, `channel`, `opened`, `answered`, `closed` (time stamps).
    promise : mapping of channel to str
        In what time complaints are to be answered.
    in_time_effect, late_effect : float
        What an answer in time, and one that comes late, add to the probability of buying again within 90 days of the
        complaint; a mean over the first complaints of customers.
    """

    transactions: pd.DataFrame
    complaints: pd.DataFrame
    promise: Mapping[str, str]
    in_time_effect: float
    late_effect: float


@dataclass(frozen=True, eq=False)
class MadePanel:
    """A made brand panel and its truth; given by `make_brand_panel`.

    Attributes
    ----------
    purchases : table
        `customer_id`, `date`, `brand`, `amount`.
    matrix : array (n_brands, n_brands)
        Of those who bought the brand of the row last, the probability that the next purchase is of each brand.
    brands : tuple of str
        Its rows and columns.
    """

    purchases: pd.DataFrame
    matrix: Floats
    brands: tuple[str, ...]


def make_survey(n_customers: int = 4000, *, seed: int = 0) -> MadeSurvey:
    """Make a survey in which the content answer sooner and the valuable hardly at all, and delivery drives the score.

    Parameters
    ----------
    n_customers : int
        Customers who were asked.
    seed : int
        The same seed gives the same tables.

    Returns
    -------
    MadeSurvey

    Examples
    --------
    >>> made = make_survey(1000, seed=1)
    >>> answered = made.survey["nps"]
    >>> bool(((answered >= 9).mean() - (answered <= 6).mean()) > made.nps_of_all + 0.1)
    True
    """
    import pandas as pd

    rng, n = np.random.default_rng(seed), _checks.count("n_customers", n_customers, least=20)
    tier = rng.choice(4, n, p=_SHARES)
    # The better the tier, the less content it is here.
    mood = rng.normal(0.8 * tier - 1.4, 1.0)
    answers = {item: np.clip(np.rint(3.2 + 0.8 * mood + rng.normal(0, 0.8, n)), 1, 5) for item in ITEMS}
    overall = sum(weight * answers[item] for item, weight in ITEMS.items())
    score = np.clip(np.rint(10 * (overall - 1) / 4 + rng.normal(0, 1, n)), 0, 10)
    opinion = (score >= 9).astype(float) - (score <= 6)
    money = rng.gamma(4.0, np.array(_MONEY)[tier] / 4).round(2)
    rates = {TIERS[at]: (0.08, 0.15, 0.3, 0.6)[at] for at in range(4)}
    answered = rng.random(n) < np.array(list(rates.values()))[tier]
    ids = rng.permutation(n) + 1
    customers = pd.DataFrame({"customer_id": ids, "tier": np.array(TIERS, dtype=object)[tier], "monetary": money})
    survey = pd.DataFrame(
        {
            "customer_id": ids,
            "date": (_START + rng.integers(0, 90, n)).astype("datetime64[us]"),
            "nps": score.astype(int),
            **{item: values.astype(int) for item, values in answers.items()},
            "overall": np.round(overall + rng.normal(0, 0.3, n), 2),
        }
    )
    return MadeSurvey(
        survey=survey[answered].sort_values(["date", "customer_id"], ignore_index=True),
        customers=customers.sort_values("customer_id", ignore_index=True),
        nps_of_all=float(opinion.mean()),
        nps_by_value=float(np.average(opinion, weights=money)),
        response_rates=rates,
        weights=dict(ITEMS),
    )


def make_complaints(
    n_customers: int = 4000, *, in_time_effect: float = 0.12, late_effect: float = -0.25, seed: int = 0
) -> MadeComplaints:
    """Make two years of purchases and complaints, in which what follows depends on how fast a complaint is answered.

    After each purchase a customer buys again with a probability of their own (30 days later on average) or is gone. One
    purchase in twelve, first ones more often, is complained about before the next; an answer in time adds
    `in_time_effect` to the probability of buying again, one that comes late adds `late_effect`.

    Parameters
    ----------
    n_customers : int
        Customers, acquired over a year and a half.
    in_time_effect, late_effect : float
        What is planted; where a probability would leave 0 to 1 it stops there, and the truth says what remains.
    seed : int
        The same seed gives the same tables.

    Returns
    -------
    MadeComplaints

    Examples
    --------
    >>> made = make_complaints(500, seed=1)
    >>> sorted(made.complaints["channel"].unique()), made.promise["phone"]
    (['mail', 'phone'], '24H')
    """
    import pandas as pd

    rng, n = np.random.default_rng(seed), _checks.count("n_customers", n_customers, least=20)
    planted = {
        False: _checks.finite("in_time_effect", in_time_effect),
        True: _checks.finite("late_effect", late_effect),
    }
    again = rng.beta(6, 4, n)
    starts = rng.integers(0, 540, n)
    end = 730
    rows: list[tuple[int, float]] = []
    desk: list[tuple[int, str, float, float, float]] = []
    effects: dict[bool, list[float]] = {False: [], True: []}
    for one in range(n):
        day, first, number = float(starts[one]), True, 1
        while day < end:
            rows.append((one + 1, day))
            back = rng.random() < again[one]
            gap = rng.exponential(_GAP) + 1
            waited = rng.uniform(0.5, 8.0)
            if rng.random() < (0.15 if number == 1 else 0.06) and not (back and gap <= waited + 1):
                phone = rng.random() < 0.6
                hours = rng.exponential(20 if phone else 40)
                late = bool(hours > (24 if phone else 48))
                opened = day + waited
                alive = again[one] * np.exp(-waited / _GAP)
                chance = alive / (alive + 1 - again[one])
                better = float(np.clip(chance + planted[late], 0, 1))
                desk.append((one + 1, "phone" if phone else "mail", opened, hours / 24,
                             hours / 24 + rng.exponential(4)))  # fmt: skip
                if first:
                    effects[late].append((better - chance) * (1 - np.exp(-(_WITHIN - 1) / _GAP)))
                first, back, gap = False, rng.random() < better, waited + 1 + rng.exponential(_GAP)
            if not back:
                break
            day, number = float(np.floor(day + gap)), number + 1
    who, days = (np.array(column) for column in zip(*rows, strict=True))
    transactions = pd.DataFrame({
        "customer_id": who.astype(int), "date": (_START + days.astype(int)).astype("datetime64[us]"),
        "amount": np.round(rng.gamma(4, 10, who.size), 2),
    })  # fmt: skip
    return MadeComplaints(
        transactions=transactions.sort_values(["date", "customer_id"], ignore_index=True),
        complaints=_desk(desk, end),
        promise={"phone": "24H", "mail": "48H"},
        in_time_effect=float(np.mean(effects[False])),
        late_effect=float(np.mean(effects[True])),
    )


def _desk(desk: Sequence[tuple[int, str, float, float, float]], end: int) -> pd.DataFrame:
    """The complaints as a table; what happens after the end is not there yet."""
    import pandas as pd

    seen = [row for row in desk if row[2] < end]
    who, channel, opened, answered, closed = (np.array(column) for column in zip(*seen, strict=True))
    opened = opened.astype(float)

    def stamp(days: Floats) -> Any:
        minutes = np.round(days * 1440).astype("timedelta64[m]")
        stamps = pd.Series((_START + minutes).astype("datetime64[us]"))
        return stamps.where(pd.Series(days < end))

    made = pd.DataFrame({
        "customer_id": who.astype(int), "channel": channel, "opened": stamp(opened),
        "answered": stamp(opened + answered.astype(float)), "closed": stamp(opened + closed.astype(float)),
    })  # fmt: skip
    return made.sort_values(["opened", "customer_id"], ignore_index=True)


def make_brand_panel(
    n_customers: int = 1000, *, matrix: Sequence[Sequence[float]] | None = None, purchases: int = 10, seed: int = 0
) -> MadePanel:
    """Make a panel of purchases of brands by a known switching matrix.

    Parameters
    ----------
    n_customers : int
        Customers of the panel.
    matrix : square of probabilities, optional
        Rows add up to 1: the brand bought last; columns: the next one. By default three brands.
    purchases : int
        Purchases of each customer, one to five weeks apart.
    seed : int
        The same seed gives the same table.

    Returns
    -------
    MadePanel

    Raises
    ------
    ArgumentError
        The matrix is not a square of probabilities whose rows add up to 1.

    Examples
    --------
    >>> made = make_brand_panel(100, seed=1)
    >>> len(made.purchases), made.brands
    (1000, ('A', 'B', 'C'))
    """
    import pandas as pd

    rng = np.random.default_rng(seed)
    n, length = _checks.count("n_customers", n_customers), _checks.count("purchases", purchases)
    p = np.array([[0.7, 0.2, 0.1], [0.25, 0.6, 0.15], [0.1, 0.3, 0.6]] if matrix is None else matrix, dtype=float)
    square = p.ndim == 2 and p.shape[0] == p.shape[1] <= 26
    if not square or (p < 0).any() or not np.allclose(p.sum(axis=1), 1):
        raise ArgumentError("matrix", matrix, "probability_rows", example=[[0.8, 0.2], [0.3, 0.7]])
    brands = tuple(chr(65 + at) for at in range(len(p)))
    bought = np.empty((n, length), dtype=int)
    bought[:, 0] = rng.integers(0, len(p), n)
    edges = np.cumsum(p, axis=1)
    for step in range(1, length):
        draw = rng.random(n)
        bought[:, step] = np.minimum((edges[bought[:, step - 1]] < draw[:, None]).sum(axis=1), len(p) - 1)
    days = rng.integers(0, 60, n)[:, None] + np.cumsum(rng.integers(7, 36, (n, length)), axis=1)
    table = pd.DataFrame({
        "customer_id": np.repeat(np.arange(1, n + 1), length),
        "date": (_START + days.ravel()).astype("datetime64[us]"),
        "brand": np.array(brands, dtype=object)[bought.ravel()],
        "amount": np.round(rng.gamma(4, 5, n * length), 2),
    })  # fmt: skip
    return MadePanel(table.sort_values(["date", "customer_id"], ignore_index=True), p, brands)
