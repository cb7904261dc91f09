"""Indicators of satisfaction from transactions, surveys and complaints (回头率, 投诉率, 推荐率, 指名度 ...).

Each is given with what it was counted on and its interval; what the data do not give is left out, not guessed.
`measures` gives the four signs of loyalty of the question banks: repeat purchases, attention to the brand, tolerance
of faults, and price sensitivity.

Sources: the indicators of Chinese CRM courses; Wilson (1927) for intervals of shares.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks
from crmkit._frame import engines
from crmkit._periods import Calendar, Period, Periods, calendar_of, periods_between
from crmkit._results import Result
from crmkit._statistics import wilson
from crmkit._types import Array, Floats, Table
from crmkit.definitions import Definition
from crmkit.errors import ArgumentError, DataError
from crmkit.loyalty import _surveys
from crmkit.loyalty._surveys import DATE
from crmkit.loyalty.complaining import read_desk
from crmkit.loyalty.promoters import PROMOTER
from crmkit.transactions import Transactions, open_transactions

# Column of a survey -> the indicator it gives. All are 0 or 1, but for the score of recommendation.
QUESTIONS: Mapping[str, str] = {
    "nps": "recommendation_rate",
    "named": "naming_rate",
    "praised": "reputation",
    "price_sensitive": "price_sensitivity",
}
MEASURES: Mapping[str, str] = {
    "attention": "brand_attention",
    "tolerance": "fault_tolerance",
    "price_sensitivity": "price_sensitivity",
}


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Indicators(Result):
    """Indicators of satisfaction by period; given by `indicators`.

    Attributes
    ----------
    table : table
        One row per `period` and `indicator`: `value` with its interval `low`, `high`; `n` (customers or respondents
        that it was counted on) and `complete` (whether the period is over). Indicators: `repurchase_rate`
        回头率 (of the period's customers, who had bought on an earlier day), `purchase_amount` 购买额 (money
        per customer of the period), `complaint_rate` 投诉率 (of those who bought or complained),
        `recommendation_rate` 推荐率, `naming_rate` 指名度, `reputation` 美誉度 and `price_sensitivity` 敏感度 (of
        respondents).
    missing : tuple of str
        Indicators that the data do not give.
    definition : Definition
        What is counted.
    """

    table: Table
    missing: tuple[str, ...]
    definition: Definition


def indicators(
    transactions: Table,
    survey: Table = None,
    complaints: Table = None,
    *,
    period: Period | Calendar = "month",
    columns: Mapping[str, str] | None = None,
    level: float = 0.95,
) -> Indicators:
    """Indicators of satisfaction that the data give, by period, each with its interval.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Nothing after its `as_of` is seen.
    survey : table, optional
        One row per answer, with `date` and any of `nps` (0 to 10), `named` (1: names the brand unaided), `praised` (1:
        speaks well of it) and `price_sensitive` (1: would leave if the price rose).
    complaints : table, optional
        As for `complaints`.
    period : {"day", "week", "week_sunday", "month", "quarter", "year"} or Calendar, default "month"
        Length of the periods. A `crmkit.Calendar` has fiscal years, or periods that roll back from `as_of`.
    columns : mapping, optional
        Other names of the survey's columns, such as ``{"praised": "q7"}``.
    level : float, default 0.95
        Confidence of the intervals.

    Returns
    -------
    Indicators

    Raises
    ------
    ColumnError, DataError
        A table cannot be read, or a survey has none of the columns.
    ArgumentError
        `columns` names a question that is not known.

    Examples
    --------
    >>> sales = {"customer_id": [1, 1, 2, 3], "amount": [5.0, 7.0, 9.0, 3.0],
    ...          "date": ["2025-01-01", "2025-02-01", "2025-02-02", "2025-02-28"]}
    >>> found = indicators(sales).table
    >>> found[found["period"] == "2025-02"][["indicator", "value", "n"]].round(3).reset_index(drop=True)
             indicator  value  n
    0  repurchase_rate  0.333  3
    1  purchase_amount  6.333  3
    """
    share = _checks.level_of(level)
    tx = open_transactions(transactions)
    periods = periods_between(tx.first_day, _checks.day_number(tx.as_of), period)
    rows = _of_purchases(tx, periods, share)
    if complaints is not None:
        rows += _of_complaints(tx, read_desk(complaints, tx, "customer_id"), periods, share)
    asked = _questions(columns, QUESTIONS)
    if survey is not None:
        rows += _of_survey(survey, asked, periods, share)
    order = {name: at for at, name in enumerate(("repurchase_rate", "purchase_amount", "complaint_rate",
                                                 *QUESTIONS.values()))}  # fmt: skip
    rows.sort(key=lambda row: (row["at"], order[row["indicator"]]))
    given = {row["indicator"] for row in rows}
    at = np.array([row["at"] for row in rows])
    table = {
        "period": np.array(periods.names, dtype=object)[at],
        "indicator": np.array([row["indicator"] for row in rows], dtype=object),
        **{name: np.array([row[name] for row in rows], dtype=float) for name in ("value", "low", "high")},
        "n": np.array([row["n"] for row in rows], dtype=np.int64),
        "complete": periods.complete[at],
    }
    missing = tuple(name for name in order if name not in given)
    definition = Definition(
        "satisfaction_indicators", tx.as_of, {"level": f"{100 * share:g}", "each": calendar_of(period).period}
    )
    return Indicators(engines.build(table, tx.like), missing, definition)


def _questions(columns: Mapping[str, str] | None, known: Mapping[str, str]) -> dict[str, str]:
    """Question -> its column."""
    unknown = [name for name in columns or {} if name not in known]
    if unknown:
        raise ArgumentError("columns", unknown[0], "choice", options=", ".join(map(repr, known)))
    return {name: (columns or {}).get(name, name) for name in known}


def _row(at: int, indicator: str, value: float, low: float, high: float, n: int) -> dict[str, Any]:
    return {"at": at, "indicator": indicator, "value": value, "low": low, "high": high, "n": n}


def _share_rows(indicator: str, at: Array, hits: Floats, n: Floats, level: float) -> list[dict[str, Any]]:
    low, high = wilson(hits, n, level)
    return [_row(int(at[k]), indicator, float(hits[k] / n[k]), float(low[k]), float(high[k]), int(n[k]))
            for k in range(len(at)) if n[k] > 0]  # fmt: skip


def _buyers(tx: Transactions, periods: Periods) -> Any:
    """One row per period and customer: money in units, and whether they had bought on an earlier day by its end."""
    rows = tx.rows()
    bought = tx.purchases(rows)
    days = bought.group_by("customer_id", "day").agg(units=nw.col("money").sum().cast(nw.Int64))
    first = days.group_by("customer_id").agg(first=nw.col("day").min())
    placed = periods.join(days, into="period")
    each = placed.group_by("period", "customer_id").agg(units=nw.col("units").sum(), last=nw.col("day").max())
    joined = each.join(first, on="customer_id", how="inner")
    return joined.with_columns(back=nw.when(nw.col("last") > nw.col("first")).then(1).otherwise(0))


def _of_purchases(tx: Transactions, periods: Periods, level: float) -> list[dict[str, Any]]:
    money = nw.col("units").cast(nw.Float64) / float(tx.scale)
    each = _buyers(tx, periods).select("period", "back", money=money).with_columns(squared=nw.col("money") ** 2)
    found = engines.collect(each.group_by("period").agg(nw.col("back", "money", "squared").sum(), n=nw.len()))
    order = np.argsort(found["period"])
    at, n, back, total, squared = (
        found[name][order].astype(float) for name in ("period", "n", "back", "money", "squared")
    )
    rows = _share_rows("repurchase_rate", at, back, n, level)
    for k, place in enumerate(at):
        mean = total[k] / n[k]
        half = np.nan
        if n[k] > 1:
            half = _t(n[k] - 1, level) * np.sqrt(max(squared[k] - n[k] * mean**2, 0.0) / (n[k] - 1) / n[k])
        rows.append(_row(int(place), "purchase_amount", mean, mean - half, mean + half, int(n[k])))
    return rows


def _t(degrees: float, level: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(degrees, (1 + level) / 2))


def _of_complaints(tx: Transactions, desk: Mapping[str, Any], periods: Periods, level: float) -> list[dict[str, Any]]:
    """Of those who bought or complained in the period, those who complained."""
    day = np.floor(desk["opened"]).astype(np.int64)
    who = {"period": periods.of(day), "customer_id": desk["customer_id"]}
    pairs = np.unique(np.stack([who["period"].astype(str), who["customer_id"].astype(str)], axis=1), axis=0)
    at = pairs[:, 0].astype(int)
    complained = np.bincount(at, minlength=len(periods)).astype(float)
    first = np.unique(np.stack([who["period"].astype(str), who["customer_id"].astype(str)], axis=1), axis=0,
                      return_index=True)[1]  # fmt: skip
    buyers = _buyers(tx, periods).select("period", "customer_id")
    local = {"period": who["period"][first].astype(np.int64), "customer_id": who["customer_id"][first]}
    known = buyers.with_columns(period=nw.col("period").cast(nw.Int64))
    both = engines.upload(local, known).lazy().join(known, on=["period", "customer_id"], how="inner")
    overlap = engines.collect(both.group_by("period").agg(n=nw.len()))
    bought = engines.collect(known.group_by("period").agg(n=nw.len()))
    n = complained.copy()
    n[bought["period"].astype(int)] += bought["n"]
    n[overlap["period"].astype(int)] -= overlap["n"]
    return _share_rows("complaint_rate", np.arange(len(periods)), complained, n, level)


def _of_survey(survey: Table, asked: Mapping[str, str], periods: Periods, level: float) -> list[dict[str, Any]]:
    has = engines.names_of(engines.wrap(survey))
    there = {question: column for question, column in asked.items() if column in has}
    if not there:
        raise DataError("no_questions", wanted=", ".join(asked.values()), has=", ".join(has[:15]))
    rows = []
    for question, column in there.items():
        scale = (0.0, 10.0) if question == "nps" else (0.0, 1.0)
        opened = _surveys.open_survey(survey, [column], scale=scale, period="day", date=DATE)
        assert opened.periods is not None  # noqa: S101
        days = opened.periods.starts[0] + nw.col("period")
        placed = opened.frame.with_columns(day=days).drop("period")
        inside = (nw.col("day") >= int(periods.starts[0])) & (nw.col("day") <= periods.as_of)
        frame = periods.join(placed.filter(inside), into="period")
        one, _ = _surveys.latest(_surveys.of_rows(opened, frame), column)
        hit = nw.col("score") >= (PROMOTER if question == "nps" else 1)
        ones = one.select("period", hit=nw.when(hit).then(1).otherwise(0))
        found = engines.collect(ones.group_by("period").agg(nw.col("hit").sum(), n=nw.len()))
        hits, n = (found[name].astype(float) for name in ("hit", "n"))
        rows += _share_rows(QUESTIONS[question], found["period"], hits, n, level)
    return rows


# --- the four of the question banks -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Measures(Result):
    """The four signs of loyalty of the question banks; given by `measures`.

    Attributes
    ----------
    table : table
        One row per measure: `measure` ("repeat_purchases": per customer, purchase days after the first;
        "brand_attention", "fault_tolerance", "price_sensitivity": mean answers), `value` with its interval `low`,
        `high`, `n` customers.
    missing : tuple of str
        Measures that the data do not give.
    definition : Definition
        What is counted.
    """

    table: Table
    missing: tuple[str, ...]
    definition: Definition


def measures(
    transactions: Table, survey: Table = None, *, columns: Mapping[str, str] | None = None, level: float = 0.95
) -> Measures:
    """Four signs of loyalty: repeat purchases, attention to the brand, tolerance of faults, price sensitivity.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Repeat purchases are counted in them.
    survey : table, optional
        One row per answer with any of `attention`, `tolerance` and `price_sensitivity`, on any scale of numbers.
    columns : mapping, optional
        Other names of the survey's columns, such as ``{"tolerance": "q4"}``.
    level : float, default 0.95
        Confidence of the intervals.

    Returns
    -------
    Measures

    Raises
    ------
    ColumnError, DataError
        A table cannot be read, or a survey has none of the columns.
    ArgumentError
        `columns` names a question that is not known.

    Examples
    --------
    >>> sales = {"customer_id": [1, 1, 2], "date": ["2025-01-01", "2025-02-01", "2025-02-02"], "amount": [5.0] * 3}
    >>> found = measures(sales, {"customer_id": [1, 2], "tolerance": [4, 2]})
    >>> found.table[["measure", "value", "n"]]
                measure  value  n
    0  repeat_purchases    0.5  2
    1   fault_tolerance    3.0  2
    >>> found.missing
    ('brand_attention', 'price_sensitivity')
    """
    share = _checks.level_of(level)
    tx = open_transactions(transactions)
    rows = tx.rows()
    bought = tx.purchases(rows)
    days = bought.group_by("customer_id", "day").agg(one=nw.len())
    repeats = days.group_by("customer_id").agg(n=nw.len()).select(value=nw.col("n") - 1)
    found = [("repeat_purchases", *_mean(repeats, share))]
    asked = _questions(columns, MEASURES)
    if survey is not None:
        has = engines.names_of(engines.wrap(survey))
        there = {question: column for question, column in asked.items() if column in has}
        if not there:
            raise DataError("no_questions", wanted=", ".join(asked.values()), has=", ".join(has[:15]))
        for question, column in there.items():
            one, _ = _surveys.latest(_surveys.open_survey(survey, [column]), column)
            found.append((MEASURES[question], *_mean(one.select(value=nw.col("score")), share)))
    table = {
        "measure": np.array([row[0] for row in found], dtype=object),
        **{
            name: np.array([row[at] for row in found], dtype=float)
            for at, name in enumerate(("value", "low", "high"), 1)
        },
        "n": np.array([row[4] for row in found], dtype=np.int64),
    }
    missing = tuple(name for name in MEASURES.values() if name not in table["measure"].tolist())
    definition = Definition("loyalty_measures", tx.as_of, {"level": f"{100 * share:g}"})
    return Measures(engines.build(table, tx.like), missing, definition)


def _mean(values: Any, level: float) -> tuple[float, float, float, int]:
    """Mean with its interval (Student's t), and how many."""
    number = values.select(value=nw.col("value").cast(nw.Float64)).with_columns(squared=nw.col("value") ** 2)
    found = engines.collect(number.select(nw.col("value", "squared").sum(), n=nw.len()))
    n = int(found["n"][0])
    mean = float(found["value"][0]) / n
    if n < 2:
        return mean, np.nan, np.nan, n
    half = _t(n - 1, level) * float(np.sqrt(max(float(found["squared"][0]) - n * mean**2, 0.0) / (n - 1) / n))
    return mean, mean - half, mean + half, n
