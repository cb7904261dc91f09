"""The stages of the whole base over time, every customer as it stood on each date."""

from __future__ import annotations

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, labels
from crmkit._frame import engines, outputs
from crmkit._frame.engines import LazyFrame
from crmkit._periods import Calendar, Period, Periods, periods_between
from crmkit._statistics import shares_of
from crmkit._types import Floats, Ints, Table
from crmkit.customers import customer_days, money_of
from crmkit.interpurchase import Interpurchase, check_interpurchase
from crmkit.labels import Language
from crmkit.lifecycle._facts import SUMS, facts_by
from crmkit.lifecycle._rhythm import Rhythm, given, learn
from crmkit.lifecycle._rules import STAGES, StageRules, checked_rules, judged
from crmkit.transactions import Transactions, open_transactions


def history(
    transactions: Table,
    *,
    period: Period | Calendar = "month",
    rules: StageRules | None = None,
    interpurchase: Interpurchase | None = None,
    language: Language | None = None,
) -> Table:
    """Count the customers of each stage at the end of each period, every one as it stood on that day.

    Nothing later is seen: the row of a date is what `stages(tx.until(date))` counts. The transactions are read once,
    and what customers had done by each period is kept in the engine, one row per customer and active period.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Nothing after its `as_of` is seen.
    period : {"day", "week", "week_sunday", "month", "quarter", "year"} or Calendar, default "month"
        How far the dates lie apart. The last one is `as_of`, complete or not.
    rules : StageRules, optional
        As in `stages`.
    interpurchase : Interpurchase, optional
        One rhythm for all customers and dates; by default as in `stages`, which nothing later changes.
    language : {"en", "zh"}, optional
        Language of `stage_label`.

    Returns
    -------
    table, one row per date and stage, from the period of the first purchase on
        In the kind of the transactions, in order of date and of a relation's course: `period`; `date`, on which it
        ends; `complete`, whether the data cover the period to its end; `stage` and `stage_label`; `customers`, 0 for
        an empty stage; `customer_share`, of everybody who has bought so far; `value`, their spend so far;
        `value_share`, of all spend so far.

    Raises
    ------
    ColumnError, DataError
        As `Transactions` raises them for a plain table.
    ArgumentError
        The period is unknown, or a limit cannot be.

    Examples
    --------
    >>> import crmkit as crm
    >>> found = history(crm.datasets.load_cdnow(), period="quarter")
    >>> found.pivot(index="date", columns="stage", values="customers")[list(STAGES)].tail(3)
    stage       exploration  formation  stability  decline
    date
    1997-12-31         1839       2094       1468    18169
    1998-03-31         1617       2212       1765    17976
    1998-06-30         1406       2105       2004    18055
    """
    limits = checked_rules(rules)
    language = labels.resolve(language)
    check_interpurchase(interpurchase)
    tx = open_transactions(transactions)
    periods = periods_between(tx.first_day, _checks.day_number(tx.as_of), period)
    rhythm = learn(tx) if interpurchase is None else given(interpurchase)
    with outputs.kept(_pasts(tx, periods)) as pasts:
        ends = np.minimum(periods.ends, periods.as_of).tolist()
        counted = [_stage_counts(tx, _known(pasts, at), limits, rhythm, day=end) for at, end in enumerate(ends)]
    found = [(at, *counts) for at, counts in enumerate(counted) if counts[0].any()]
    at, customers, value = (np.array(column) for column in zip(*found, strict=True))
    n_dates, n_stages = customers.shape
    return engines.build(
        {
            "period": np.repeat(np.array(periods.names, dtype=object)[at], n_stages),
            "date": np.repeat(np.minimum(periods.ends, periods.as_of)[at].astype("datetime64[D]"), n_stages),
            "complete": np.repeat(periods.complete[at], n_stages),
            "stage": np.tile(np.array(STAGES, dtype=object), n_dates),
            "stage_label": np.tile(np.array(labels.texts(STAGES, language), dtype=object), n_dates),
            "customers": customers.ravel(),
            "customer_share": shares_of(customers, axis=1).ravel(),
            "value": value.ravel(),
            "value_share": shares_of(value, axis=1).ravel(),
        },
        tx.like,
    )


def _pasts(tx: Transactions, periods: Periods) -> LazyFrame:
    """The facts of customers by the end of each period in which they did something, and the `next` such period."""
    cells = facts_by(tx, periods.join(customer_days(tx)), "customer_id", "period")
    so_far = {name: nw.col(name).cum_sum() for name in SUMS} | {"last_day": nw.col("last_day").cum_max()}
    return cells.with_columns(
        # a period of refunds only has no first or last purchase; before the first purchase n_days is 0
        first_day=nw.col("first_day").min().over("customer_id"),
        next=nw.col("period").shift(-1).over("customer_id", order_by="period"),
        **{name: sums.over("customer_id", order_by="period") for name, sums in so_far.items()},
    )


def _known(pasts: LazyFrame, at: int) -> LazyFrame:
    """The facts of everybody who has bought by the end of a period."""
    still = nw.col("next").is_null() | (nw.col("next") > at)
    return pasts.filter((nw.col("period") <= at) & still & (nw.col("n_days") > 0))


def _stage_counts(
    tx: Transactions, facts: LazyFrame, rules: StageRules, rhythm: Rhythm | None, *, day: int
) -> tuple[Ints, Floats]:
    """Customers in each stage, and their spend so far, at the end of `day`."""
    known = rhythm and rhythm.until(day)
    staged = judged(facts, rules, known, origin=tx.first_day, as_of=day)
    summed = staged.group_by("stage").agg(customers=nw.len().cast(nw.Int64), money=nw.col("money").sum().cast(nw.Int64))
    found = engines.collect(summed.with_columns(value=money_of(nw.col("money"), tx)))
    at = [STAGES.index(stage) for stage in found["stage"]]
    customers, value = np.zeros(len(STAGES), dtype=np.int64), np.zeros(len(STAGES))
    customers[at], value[at] = found["customers"], found["value"]
    return customers, value
