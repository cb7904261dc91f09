"""Who answered: a score is about respondents, and the customers who matter most may be missing among them.

The answers are joined with a list of all customers: by tier (or any groups) how many answered, what they are worth, and
what the score would be if every tier had answered in proportion to its customers, or to its value.

Source: Holt & Smith (1979), Post stratification, Journal of the Royal Statistical Society A 142(1), 33-46.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmkit import _checks, _frame
from crmkit._frame import engines
from crmkit._results import Result
from crmkit._statistics import shares_of, wilson, z_of
from crmkit._types import Array, Floats, Table
from crmkit.definitions import Definition
from crmkit.errors import DataError, shown
from crmkit.loyalty import _surveys
from crmkit.loyalty._intervals import ADDED, moments, nps_ends
from crmkit.loyalty._surveys import CUSTOMER, DATE, Scale
from crmkit.loyalty.promoters import DETRACTOR, PROMOTER, check_scale

HINT = "Give one row per customer with customer_id, a column of tiers (by=) and one of money (value=)."


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ResponseBias(Result):
    """Who answered, and what that does to the score; given by `response_bias`.

    Attributes
    ----------
    table : table
        One row per tier: `group`, `customers`, `respondents`, `response_rate` with its interval `response_low`,
        `response_high` (Wilson), `value_share` (of all customers' money), `nps` of its respondents with `nps_low`,
        `nps_high`.
    scores : table
        `weighting` ("respondents": as they answered; "customers": every tier by its customers; "value": by its money)
        and `nps` with its interval `nps_low`, `nps_high`.
    not_heard : tuple of str
        Tiers without a respondent, of whom no weighting can tell anything.
    strangers : int
        Respondents who are not in the list of customers; they count nowhere here.
    definition : Definition
        What is counted.
    """

    table: Table
    scores: Table
    not_heard: tuple[str, ...]
    strangers: int
    definition: Definition

    def shown(self) -> tuple[Any, ...]:
        """The tiers, the scores, and what they mean."""
        return self.table, self.scores, self.definition


def response_bias(
    survey: Table,
    customers: Table,
    *,
    score: str = "nps",
    by: str = "tier",
    value: str = "monetary",
    level: float = 0.95,
    scale: Scale = (0, 10),
    customer: str = CUSTOMER,
    date: str = DATE,
) -> ResponseBias:
    """Who answered, by tier, and the net promoter score weighted to all customers and to their value.

    Weighting by tiers corrects nothing that happens inside a tier: if the content answer sooner, it stays hidden.

    Parameters
    ----------
    survey : table, one row per answer
        As for `nps`; it must say who answered.
    customers : table, one row per customer
        Of any supported kind: all who were asked (or could have been), with the same ids.
    score, level, scale, date
        As for `nps`.
    by : str, default "tier"
        Column of tiers (or other groups) in `customers`.
    value : str, default "monetary"
        Column of money in `customers`.
    customer : str, default "customer_id"
        Column of ids in both tables.

    Returns
    -------
    ResponseBias

    Raises
    ------
    ColumnError, DataError
        A column is absent; a customer is listed twice; ids are numbers in one table and text in the other; or no
        respondent is in the list.

    Examples
    --------
    >>> customers = {"customer_id": range(8), "tier": ["gold"] * 2 + ["iron"] * 6, "monetary": [90.0] * 2 + [10.0] * 6}
    >>> survey = {"customer_id": [0, 2, 3, 4], "nps": [2, 10, 9, 10]}
    >>> found = response_bias(survey, customers)
    >>> found.scores[["weighting", "nps"]].round(2)
         weighting  nps
    0  respondents  0.5
    1    customers  0.5
    2        value -0.5
    """
    share, asked = _checks.level_of(level), check_scale(scale)
    opened = _surveys.open_survey(survey, [score], scale=asked, customer=customer, date=date)
    if not opened.named:
        raise DataError("unnamed_survey", column=customer)
    one, _ = _surveys.latest(opened, score)
    answers = engines.collect(one.select("customer", "score"))
    listed = _frame.open_table(customers, keys=[customer, by], numbers=[value], hint=HINT)
    people = listed.collect(listed.frame.select(customer, by, value))
    at = places_of(answers["customer"], people[customer])
    strangers = int((at < 0).sum())
    scores = answers["score"][at >= 0].astype(float)
    if not scores.size:
        raise DataError("no_respondent_listed", ids=shown(answers["customer"][:3].tolist()))
    groups, group_of = np.unique(people[by].astype(str), return_inverse=True)
    n = np.bincount(group_of).astype(float)
    money = np.asarray(np.bincount(group_of, weights=people[value].astype(float)), dtype=np.float64)
    answered = group_of[at[at >= 0]]
    kinds = [np.bincount(answered[flag], minlength=len(groups)).astype(float) for flag in
             (scores >= PROMOTER, (scores < PROMOTER) & (scores > DETRACTOR), scores <= DETRACTOR)]  # fmt: skip
    heard = np.bincount(answered, minlength=len(groups)) > 0
    columns = _tiers(groups, n, money, kinds, share)
    weightings = {"respondents": None, "customers": n, "value": money}
    rows = [_weighted(kinds, weights, share) for weights in weightings.values()]
    overall = {
        "weighting": np.array(list(weightings), dtype=object),
        **{name: np.array([row[at] for row in rows]) for at, name in enumerate(("nps", "nps_low", "nps_high"))},
    }
    silent = tuple(str(group) for group, spoke in zip(groups, heard, strict=True) if not spoke)
    definition = Definition("response_bias", None, {"level": f"{100 * share:g}"})
    return ResponseBias(listed.build(columns), listed.build(overall), silent, strangers, definition)


def places_of(own: Array, listed: Array) -> NDArray[np.intp]:
    """The row of each id in a list of ids that are there once, -1 where it is not in it.

    >>> places_of(np.array([7, 9, 8]), np.array([8, 7])).tolist()
    [1, -1, 0]
    """
    if own.size and listed.size and (own.dtype.kind in "iuf") != (listed.dtype.kind in "iuf"):
        raise DataError("ids_of_two_kinds", own=shown(own[:2].tolist()), listed=shown(listed[:2].tolist()))
    order = np.argsort(listed, kind="stable")
    ranked = listed[order]
    if (ranked[1:] == ranked[:-1]).any():
        raise DataError("customer_listed_twice", ids=shown(ranked[1:][ranked[1:] == ranked[:-1]][:3].tolist()))
    at = np.minimum(np.searchsorted(ranked, own), len(ranked) - 1)
    return np.where(ranked[at] == own, order[at], -1).astype(np.intp)


def _tiers(groups: Array, n: Floats, money: Floats, kinds: list[Floats], level: float) -> dict[str, Any]:
    heard = np.sum(kinds, axis=0)
    rate_low, rate_high = wilson(heard, n, level)
    low, high = nps_ends(*kinds, level=level)
    return {
        "group": groups.astype(object),
        "customers": n.astype(np.int64),
        "respondents": heard.astype(np.int64),
        "response_rate": heard / n,
        "response_low": rate_low,
        "response_high": rate_high,
        "value_share": shares_of(money),
        "nps": moments(*kinds)[0],
        "nps_low": low,
        "nps_high": high,
    }


def _weighted(kinds: list[Floats], weights: Floats | None, level: float) -> tuple[float, float, float]:
    """The score with its interval: of all answers, or of tiers by their weights (of those who were heard)."""
    if weights is None:
        totals = [float(kind.sum()) for kind in kinds]
        low, high = nps_ends(*totals, level=level)
        return float(moments(*totals)[0]), float(low), float(high)
    heard = np.sum(kinds, axis=0) > 0
    part = np.where(heard, np.maximum(weights, 0.0), 0.0)
    if part.sum() <= 0:
        return np.nan, np.nan, np.nan
    part = part / part.sum()
    nps = float(part[heard] @ moments(*kinds)[0][heard])
    # Around the tiers' adjusted scores, which have a spread where all answers of a tier are alike.
    centre, se = moments(*kinds, added=ADDED)
    middle = float(part[heard] @ centre[heard])
    half = z_of(level) * float(np.sqrt((part[heard] ** 2) @ (se[heard] ** 2)))
    return nps, max(middle - half, -1.0), min(middle + half, 1.0)
