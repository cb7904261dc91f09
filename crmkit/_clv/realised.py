"""What customers have brought so far, from their transactions: nothing is assumed, nothing is forecast."""

from __future__ import annotations

import math
from collections.abc import Mapping

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks
from crmkit._clv.numbers import at_least_zero
from crmkit._frame import engines
from crmkit._frame.engines import LazyFrame
from crmkit._periods import Calendar, Period, calendar_of, periods_between
from crmkit._types import Array, Floats, Table
from crmkit.customers import money_of
from crmkit.errors import ArgumentError, DataError
from crmkit.models._costs import past_costs
from crmkit.transactions import Transactions, open_transactions

PERIODS = ("week", "month", "quarter", "year")


def historical(
    transactions: Table, *, margin_rate: float | None = None, discount_rate: float = 0.0, costs: Table = None
) -> Table:
    """Historical value of each customer: the sum of their past margins, compounded to `as_of` if asked.

    Looks back only: it assumes nothing, and says nothing about what is still to come.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Refunds count as the transactions were told to count them; by default they are taken off.
    margin_rate : float, optional
        Share of the amount that is margin; 1 gives revenue. Without it the margin is amount - cost, and the
        transactions must have a cost.
    discount_rate : float, default 0
        Annual and effective. Above 0, a margin of a year ago counts 1 + discount_rate times.
    costs : table, optional
        What attracting, selling to and serving the customers has cost so far: columns `attracting`, `selling`,
        `serving` (as far as there are) by `customer_id`, or by `order_id` where the transactions have orders. Each
        customer (or order) needs a row, of 0 where nothing was spent. They are taken off as they are, not compounded.

    Returns
    -------
    table, one row per customer, of the kind of the transactions
        customer_id, historical_clv; with `costs` also `margin` (before them) and `cost_of_attracting`,
        `cost_of_selling`, `cost_of_serving`, of which historical_clv is what is left.

    Raises
    ------
    ColumnError, DataError
        The transactions cannot be read; or costs are missing for some, below 0, or not by customer or order.
    ArgumentError
        `margin` is not given and the transactions have no cost.

    Examples
    --------
    >>> historical({"customer_id": ["a", "b", "a"], "date": ["2024-01-01", "2024-12-31", "2024-12-31"],
    ...             "amount": [100.0, 50.0, 40.0]}, margin_rate=0.5)
      customer_id  historical_clv
    0           a            70.0
    1           b            25.0
    """
    tx = open_transactions(transactions)
    rate = math.log1p(at_least_zero("discount_rate", discount_rate)) / _checks.DAYS_PER_YEAR
    rows, share = _margins(tx, margin_rate)
    units = nw.col("units")
    if rate > 0:
        units = units * ((_checks.day_number(tx.as_of) - nw.col("day")) * rate).exp()
    summed = rows.group_by("customer_id").agg(units=units.sum(), bought=nw.col("bought").max())
    value = money_of(nw.col("units"), tx) * share
    bought = summed.filter(nw.col("bought") == 1)
    margins = bought.select("customer_id", historical_clv=value)
    if costs is None:
        return engines.give_back(margins, tx.like, order="customer_id")
    spent = past_costs(tx, costs)
    kinds = [name for name in engines.names_of(spent) if name != "customer_id"]
    joined = margins.rename({"historical_clv": "margin"}).join(spent, on="customer_id", how="inner")
    net = nw.col("margin") - nw.sum_horizontal(*(nw.col(kind) for kind in kinds))
    return engines.give_back(
        joined.select("customer_id", "margin", *kinds, historical_clv=net), tx.like, order="customer_id"
    )


def cohort_value(
    transactions: Table,
    *,
    margin_rate: float | None = None,
    period: Period | Calendar = "month",
) -> Table:
    """Realised value of each cohort by age: cumulative margin per customer acquired.

    A cohort are the customers whose first purchase falls into the same calendar period. The denominator are
    all of them, gone or not, so the last value of a row of ages is what a customer of the cohort has brought
    so far: a lifetime value that nothing had to be assumed for.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
    margin_rate : float, optional
        Share of the amount that is margin, as in `historical`.
    period : {"week", "month", "quarter", "year"} or Calendar, default "month"
        Periods of cohorts and ages; weeks begin on Monday. A `crmkit.Calendar` has fiscal years, or periods that roll
        back from `as_of`.

    Returns
    -------
    table, one row per cohort and age, of the kind of the transactions
        cohort, cohort_age (0 is the period of the first purchase), customers, margin (of that age),
        cumulative (margin so far), value_per_customer (cumulative / customers), complete (whether the period had
        ended by `as_of`). Ages not yet reached have no row; a period without a purchase has margin 0.

    Examples
    --------
    >>> sales = {"customer_id": ["a", "b", "a"], "date": ["2024-01-05", "2024-01-31", "2024-03-31"],
    ...          "amount": [100.0, 50.0, 40.0]}
    >>> realised = cohort_value(sales, margin_rate=0.5)
    >>> realised[["cohort", "cohort_age", "customers", "cumulative", "value_per_customer"]]
        cohort  cohort_age  customers  cumulative  value_per_customer
    0  2024-01           0          2        75.0                37.5
    1  2024-01           1          2        75.0                37.5
    2  2024-01           2          2        95.0                47.5
    """
    _checks.choice("period", calendar_of(period).period, PERIODS)
    tx = open_transactions(transactions)
    rows, share = _margins(tx, margin_rate)
    first = rows.filter(nw.col("bought") == 1).group_by("customer_id").agg(first=nw.col("day").min())
    sizes = engines.collect(first.group_by("first").agg(customers=nw.len()))
    joined = rows.join(first, on="customer_id", how="inner")
    money = engines.collect(joined.group_by("first", "day").agg(units=nw.col("units").sum()))
    margins = np.asarray(money["units"], dtype=np.float64) / tx.scale * share
    cells = _cohort_cells(
        sizes, money["first"], money["day"], margins, as_of=_checks.day_number(tx.as_of), period=period
    )
    return engines.build(cells, tx.like)


def _margins(tx: Transactions, margin: float | None) -> tuple[LazyFrame, float]:
    """Rows with their money `units` (less cost, unless `margin` is given), and the share of it that is margin."""
    rows = tx.rows()
    if margin is not None:
        return rows.with_columns(units=nw.col("money")), _checks.finite("margin_rate", margin)
    if "cost" not in tx.roles:
        raise ArgumentError("clv_margin_given_transactions_cost")
    unknown = int(engines.collect(rows.filter(nw.col("cost").is_null()).select(n=nw.len()))["n"][0])
    if unknown:
        raise DataError("clv_column_missing_rows_margin", cost=tx.roles["cost"], unknown=unknown)
    return rows.with_columns(units=nw.col("money") - nw.col("cost")), 1.0


def _cohort_cells(
    sizes: Mapping[str, Array],
    first: Array,
    day: Array,
    margin: Floats,
    *,
    as_of: int,
    period: Period | Calendar,
) -> dict[str, Array]:
    """Columns of the cohort table, from customers per first day and `margin` per first day and day."""
    periods = periods_between(int(np.min(sizes["first"])), as_of, period)
    n_cohorts = len(periods)
    customers = np.bincount(periods.of(sizes["first"]), weights=sizes["customers"], minlength=n_cohorts)
    cohort = periods.of(first)
    # A refund booked before the first purchase belongs to the period of that purchase.
    age = np.maximum(periods.of(day) - cohort, 0)
    margins = np.bincount(cohort * n_cohorts + age, weights=margin, minlength=n_cohorts**2)
    cohorts, ages = np.nonzero(
        (np.add.outer(range(n_cohorts), range(n_cohorts)) < n_cohorts) & (customers > 0)[:, None]
    )
    by_age = margins.reshape(n_cohorts, n_cohorts)
    cumulative = by_age.cumsum(axis=1)[cohorts, ages]
    return {
        "cohort": np.array(periods.names, dtype=object)[cohorts],
        "cohort_age": ages,
        "customers": customers[cohorts].astype(np.int64),
        "margin": by_age[cohorts, ages],
        "cumulative": cumulative,
        "value_per_customer": cumulative / customers[cohorts],
        "complete": periods.complete[cohorts + ages],
    }
