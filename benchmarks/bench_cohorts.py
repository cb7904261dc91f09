"""Monthly cohorts against the customer summary of the same rows: the promise is at most 1.5 times its time."""

from __future__ import annotations

import pandas as pd
import pytest

import crmkit as crm

ROUNDS = {"rounds": 3, "warmup_rounds": 1}


def by_pandas(frame: pd.DataFrame) -> pd.DataFrame:
    """Customers and revenue of each cohort and age, as an analyst would write it."""
    month = frame["date"].dt.to_period("M")
    first = month.groupby(frame["customer_id"]).transform("min")
    cells = frame.assign(cohort=first, month=month).groupby(["cohort", "month"])
    return cells.agg(retained=("customer_id", "nunique"), revenue=("amount", "sum")).reset_index()


@pytest.fixture(scope="module")
def rows(sales):
    return sales[["customer_id", "date", "amount"]]


@pytest.mark.benchmark(group="cohorts, pandas in and out")
def bench_summary(benchmark, rows):
    benchmark.pedantic(crm.summarize, args=[crm.Transactions(rows)], **ROUNDS)


@pytest.mark.benchmark(group="cohorts, pandas in and out")
def bench_cohorts(benchmark, rows):
    found = benchmark.pedantic(crm.retention.cohorts, args=[crm.Transactions(rows)], **ROUNDS)
    expected = by_pandas(rows)
    seen = found.table[found.table["retained"] > 0]
    assert seen["retained"].astype(int).tolist() == expected["retained"].tolist()


@pytest.mark.benchmark(group="cohorts with order ids, pandas in and out")
def bench_summary_with_orders(benchmark, sales):
    benchmark.pedantic(crm.summarize, args=[crm.Transactions(sales)], **ROUNDS)


@pytest.mark.benchmark(group="cohorts with order ids, pandas in and out")
def bench_cohorts_with_orders(benchmark, sales):
    benchmark.pedantic(crm.retention.cohorts, args=[crm.Transactions(sales)], **ROUNDS)


@pytest.mark.benchmark(group="cohorts, Parquet to pandas")
def bench_summary_from_parquet(benchmark, parquet):
    benchmark.pedantic(lambda: crm.summarize(crm.read(parquet)), **ROUNDS)


@pytest.mark.benchmark(group="cohorts, Parquet to pandas")
def bench_cohorts_from_parquet(benchmark, parquet):
    benchmark.pedantic(lambda: crm.retention.cohorts(crm.read(parquet)), **ROUNDS)
