"""Satisfaction: top-box shares, experience against expectation, and the value that an offer delivers.

Sources: Oliver (1980), A cognitive model of the antecedents and consequences of satisfaction decisions, Journal of
Marketing Research 17(4), 460-469 (experience against expectation: 体验 - 期望, 感受值 / 期望值); Kotler (2000),
Marketing Management, chapter 2 (delivered value, 客户让渡价值); Wilson (1927) for intervals of shares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _frame
from crmkit._frame import engines
from crmkit._frame.engines import FrameT
from crmkit._results import Result
from crmkit._statistics import wilson
from crmkit._types import Array, Table
from crmkit.definitions import Definition
from crmkit.errors import ArgumentError, DataError
from crmkit.loyalty import _surveys
from crmkit.loyalty._surveys import CUSTOMER, DATE, Scale

VALUES = ("product", "service", "personnel", "image")
COSTS = ("money", "time", "energy", "mind")
OUTCOMES = ("below", "as_expected", "above")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class CSAT(Result):
    """Top-box shares; given by `csat`.

    Attributes
    ----------
    table : table
        One row per item (and `group`): `item`, `respondents`, `satisfied` (with one of the top answers), `csat` (the
        second / the first) with its interval `csat_low`, `csat_high` (Wilson), `mean` of the answers, and `missing`
        (rows without an answer, which count neither way).
    definition : Definition
        What is counted.
    """

    table: Table
    definition: Definition


def csat(
    survey: Table,
    *,
    items: Sequence[str],
    top: int = 2,
    scale: Scale = (1, 5),
    by: str | None = None,
    level: float = 0.95,
    customer: str = CUSTOMER,
    date: str = DATE,
) -> CSAT:
    """Customer satisfaction score: the share of respondents who give one of the top answers.

    Parameters
    ----------
    survey : table, one row per answer
        Of any supported kind.
    items : sequence of str
        Columns of the answers: whole numbers on `scale`.
    top : int, default 2
        How many of the highest answers count as satisfied: 4 and 5 of 5 by default.
    scale : (lowest, highest), default (1, 5)
        The scale that was asked, the same for all items.
    by : str, optional
        Column of groups.
    level : float, default 0.95
        Confidence of the intervals.
    customer, date : str
        As in `nps`: the last answer of each customer counts.

    Returns
    -------
    CSAT

    Raises
    ------
    ColumnError, DataError
        As for `nps`.
    ArgumentError
        A setting is not known, or `top` is all of the scale.

    Examples
    --------
    >>> csat({"staff": [5] * 9 + [4] * 6 + [3] * 5}, items=["staff"]).table.round(3)
        item  respondents  satisfied  csat  csat_low  csat_high  mean  missing
    0  staff           20         15  0.75     0.531      0.888   4.2        0
    """
    least, most = _surveys.scale_of(scale)
    highest = _checks.count("top", top)
    if highest > most - least:
        raise ArgumentError("top", top, "top_of_scale", example=2, most=int(most - least))
    share = _checks.level_of(level)
    listed = _items(items)
    opened = _surveys.open_survey(survey, listed, scale=(least, most), by=by, customer=customer, date=date)
    parts = [_of_item(opened, item, most - highest, share) for item in listed]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    values = {"top": highest, "least": f"{least:g}", "most": f"{most:g}", "level": f"{100 * share:g}"}
    return CSAT(opened.build(columns), Definition("csat", None, values))


def _items(items: Any) -> list[str]:
    listed = [items] if isinstance(items, str) else list(items)
    if not listed or len(set(listed)) < len(listed):
        raise ArgumentError("items", items, "item_columns", example=["staff", "price"])
    return listed


def _of_item(survey: _surveys.Survey, item: str, below: float, level: float) -> dict[str, Array]:
    one, left = _surveys.latest(survey, item)
    score = nw.col("score")
    rows = one.select(*survey.keys, score=score, satisfied=nw.when(score > below).then(1).otherwise(0))
    sums = {"n": nw.len(), "satisfied": nw.col("satisfied").sum(), "total": nw.col("score").sum()}
    if survey.keys:
        found = engines.collect(rows.group_by(*survey.keys).agg(**sums))
        order = np.argsort(found["group"])
        found = {name: values[order] for name, values in found.items()}
        missing = np.full(order.size, -1)
        asked = engines.collect(survey.frame.group_by("group").agg(n=nw.len(), answers=nw.col(item).count()))
        blank = dict(zip(asked["group"].tolist(), (asked["n"] - asked["answers"]).tolist(), strict=True))
        missing = np.array([blank[group] for group in found["group"].tolist()], dtype=np.int64)
    else:
        found = engines.collect(rows.select(**sums))
        missing = np.array([left["missing"]], dtype=np.int64)
    n, satisfied = (found[name].astype(np.int64) for name in ("n", "satisfied"))
    low, high = wilson(satisfied, n, level)
    return {
        **({"group": found["group"]} if survey.keys else {}),
        "item": np.full(n.size, item, dtype=object),
        "respondents": n,
        "satisfied": satisfied,
        "csat": satisfied / n,
        "csat_low": low,
        "csat_high": high,
        "mean": found["total"] / n,
        "missing": missing,
    }


# --- experience against expectation -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Satisfaction(Result):
    """Experience against expectation; given by `satisfaction`.

    Attributes
    ----------
    table : table
        One row per row of the survey and item: the customer's id (if there is one), `item`, `expected`, `perceived`,
        `gap` (perceived - expected), `ratio` (perceived / expected; missing where nothing was expected), and
        `satisfaction` ("above", "as_expected" or "below" expectation).
    items : table
        One row per item: `item`, `answers`, `missing` (rows without one of both); means `expected`, `perceived`, `gap`
        with its interval `gap_low`, `gap_high` (Student's t); `ratio` (mean perceived / mean expected); `satisfied`
        (share not below expectation) with `satisfied_low`, `satisfied_high` (Wilson).
    definition : Definition
        What is counted.
    """

    table: Table
    items: Table
    definition: Definition

    def shown(self) -> tuple[Any, ...]:
        """The items, and what they mean."""
        return self.items, self.definition


def satisfaction(
    survey: Table,
    *,
    expected: str | Mapping[str, str],
    perceived: str | Mapping[str, str],
    level: float = 0.95,
    customer: str = CUSTOMER,
) -> Satisfaction:
    """Satisfaction as experience against expectation: the gap 体验 - 期望 and the ratio 感受值 / 期望值.

    Parameters
    ----------
    survey : table, one row per answer
        Of any supported kind.
    expected, perceived : str, or mapping of item to column
        Columns of what was expected and of what was got, in one unit. Of a single column the item has the name of the
        column of what was got.
    level : float, default 0.95
        Confidence of the intervals.
    customer : str, default "customer_id"
        Column of who answered, if there is one.

    Returns
    -------
    Satisfaction
        With missing answers as missing; they enter no mean.

    Raises
    ------
    ColumnError, DataError
        A column is absent or text, or nobody answered both.
    ArgumentError
        `expected` and `perceived` are not about the same items.

    Examples
    --------
    >>> found = satisfaction({"customer_id": ["a"], "hoped": [100], "got": [80]}, expected="hoped", perceived="got")
    >>> found.table[["item", "gap", "ratio", "satisfaction"]]
      item   gap  ratio satisfaction
    0  got -20.0    0.8        below
    """
    share = _checks.level_of(level)
    pairs = _paired(expected, perceived)
    columns = [name for both in pairs.values() for name in both]
    opened = _surveys.open_survey(survey, list(dict.fromkeys(columns)), customer=customer)
    rows = [_compared(opened, item, *both) for item, both in pairs.items()]
    whole = nw.concat(rows) if len(rows) > 1 else rows[0]
    named = whole.rename({"customer": customer}) if opened.named else whole
    summaries = [_summary(part, item, share) for part, item in zip(rows, pairs, strict=True)]
    items = {name: np.array([one[name] for one in summaries], dtype=object if name == "item" else None)
             for name in summaries[0]}  # fmt: skip
    definition = Definition("satisfaction_gap", None, {"level": f"{100 * share:g}"})
    return Satisfaction(_given_back(named, opened), opened.build(items), definition)


def _given_back(rows: Any, survey: _surveys.Survey) -> Table:
    """The rows in the kind of the survey, in order of item and customer."""
    order = engines.names_of(rows)[0]
    return engines.give_back(rows, survey.like, order=order)


def _paired(expected: Any, perceived: Any) -> dict[str, tuple[str, str]]:
    if isinstance(expected, str) and isinstance(perceived, str):
        return {perceived: (expected, perceived)}
    if not (isinstance(expected, Mapping) and isinstance(perceived, Mapping)) or set(expected) != set(perceived):
        raise ArgumentError("expected", expected, "same_items", example={"staff": "staff_expected"})
    if not expected:
        raise ArgumentError("expected", expected, "same_items", example={"staff": "staff_expected"})
    return {str(item): (expected[item], perceived[item]) for item in expected}


def _compared(survey: _surveys.Survey, item: str, expected: str, perceived: str) -> Any:
    hoped, got = nw.col(expected), nw.col(perceived)
    ratio = nw.when(hoped > 0).then(got / hoped)
    outcome = nw.when(got < hoped).then(nw.lit("below")).otherwise(
        nw.when(got > hoped).then(nw.lit("above")).otherwise(nw.when(got == hoped).then(nw.lit("as_expected")))
    )  # fmt: skip
    own = ["customer"] if survey.named else []
    return survey.frame.select(
        *own, item=nw.lit(item), expected=hoped, perceived=got, gap=got - hoped, ratio=ratio, satisfaction=outcome
    )


def _summary(rows: Any, item: str, level: float) -> dict[str, Any]:
    from scipy.special import stdtrit

    gap = nw.col("gap")
    both = rows.filter(~gap.is_null())
    satisfied = nw.when(gap >= 0).then(1).otherwise(0)
    sums = both.select("expected", "perceived", "gap", satisfied=satisfied, squared=gap * gap)
    found = engines.collect(
        sums.select(nw.col("expected", "perceived", "gap", "satisfied", "squared").sum(), n=nw.len())
    )
    n = int(found["n"][0])
    if not n:
        raise DataError("no_pairs", item=item)
    asked = int(engines.collect(rows.select(n=nw.len()))["n"][0])
    hoped, got, mean = (float(found[name][0]) / n for name in ("expected", "perceived", "gap"))
    spread = np.sqrt(max(float(found["squared"][0]) - n * mean**2, 0.0) / (n - 1) / n) if n > 1 else np.nan
    half = float(stdtrit(n - 1, (1 + level) / 2)) * spread if n > 1 else np.nan
    low, high = wilson(float(found["satisfied"][0]), n, level)
    return {
        "item": item, "answers": n, "missing": asked - n, "expected": hoped, "perceived": got, "gap": mean,
        "gap_low": mean - half, "gap_high": mean + half, "ratio": got / hoped if hoped > 0 else np.nan,
        "satisfied": float(found["satisfied"][0]) / n, "satisfied_low": float(low), "satisfied_high": float(high),
    }  # fmt: skip


# --- delivered value ----------------------------------------------------------------------------------------------


def delivered_value(offers: FrameT, *, values: Sequence[str] = VALUES, costs: Sequence[str] = COSTS) -> FrameT:
    """Delivered value of offers (客户让渡价值): what a customer gets less what it costs them, money and all else.

    Parameters
    ----------
    offers : table, one row per offer
        Of any supported kind, with the parts in one unit, such as points or money.
    values : sequence of str
        Columns of the customer's value: by default of product, service, personnel and image.
    costs : sequence of str
        Columns of the customer's cost: by default in money, time, energy and mind.

    Returns
    -------
    table, one row per offer
        `offers` with `total_value`, `total_cost` and `delivered_value` (the first less the second).

    Raises
    ------
    ColumnError
        A column is absent, not numeric, or has missing values.
    ArgumentError
        A column is named twice, or there is none.

    Examples
    --------
    >>> offer = {"product": [20], "service": [8], "personnel": [5], "image": [4],
    ...          "money": [18], "time": [3], "energy": [2], "mind": [1]}
    >>> delivered_value(offer)["delivered_value"].tolist()
    [13]
    """
    parts = [*values, *costs]
    if not values or not costs or len(set(parts)) < len(parts):
        raise ArgumentError("values", list(values), "value_columns", example=["product", "service"])
    table = _frame.open_table(offers, numbers=parts)
    made = table.frame.with_columns(
        total_value=nw.sum_horizontal(*(nw.col(name) for name in values)),
        total_cost=nw.sum_horizontal(*(nw.col(name) for name in costs)),
    )
    return table.give_back(made.with_columns(delivered_value=nw.col("total_value") - nw.col("total_cost")))  # type: ignore[no-any-return]
