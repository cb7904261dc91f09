"""The customer summary against what an analyst would write by hand, on the same rows in one run."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest

import crmkit as crm

ROUNDS = {"rounds": 3, "warmup_rounds": 1}

SQL = """
WITH days AS (SELECT customer_id, CAST(date AS DATE) AS day, sum(amount) AS money FROM '{path}' GROUP BY ALL),
facts AS (
    SELECT customer_id, min(day) AS first_date, max(day) AS last_date, sum(money) AS monetary, count(*) AS orders,
           arg_min(money, day) AS first_money
    FROM days GROUP BY customer_id),
past AS (SELECT CAST(max(date) AS DATE) AS as_of FROM '{path}')
SELECT customer_id, orders, first_date, last_date, as_of - last_date AS recency, orders AS frequency, monetary,
       monetary / orders AS mean_order, as_of - first_date AS tenure, orders - 1 AS x, last_date - first_date AS t_x,
       as_of - first_date AS T, CASE WHEN orders > 1 THEN (monetary - first_money) / (orders - 1) ELSE 0 END AS m_x
FROM facts, past ORDER BY customer_id
"""


def by_pandas(frame: pd.DataFrame) -> pd.DataFrame:
    """The same thirteen columns with idiomatic group-bys."""
    as_of = frame["date"].max().normalize()
    days = frame.assign(day=frame["date"].dt.normalize()).groupby(["customer_id", "day"], sort=False)["amount"].sum()
    days = days.reset_index()
    out = days.groupby("customer_id").agg(
        orders=("day", "size"), first_date=("day", "min"), last_date=("day", "max"), monetary=("amount", "sum")
    )
    first = days.merge(out["first_date"].rename("day").reset_index(), on=["customer_id", "day"])
    first_money = first.set_index("customer_id")["amount"]
    out["recency"] = (as_of - out["last_date"]).dt.days
    out["frequency"] = out["orders"]
    out["mean_order"] = out["monetary"] / out["orders"]
    out["tenure"] = out["T"] = (as_of - out["first_date"]).dt.days
    out["x"] = out["orders"] - 1
    out["t_x"] = (out["last_date"] - out["first_date"]).dt.days
    out["m_x"] = ((out["monetary"] - first_money) / out["x"]).where(out["x"] > 0, 0.0)
    return out.reset_index()


@pytest.fixture(scope="module")
def rows(sales):
    return sales[["customer_id", "date", "amount"]]


@pytest.mark.benchmark(group="summary, pandas in and out")
def bench_pandas_by_hand(benchmark, rows):
    benchmark.pedantic(by_pandas, args=[rows], **ROUNDS)


@pytest.mark.benchmark(group="summary, pandas in and out")
def bench_crmkit_from_pandas(benchmark, rows):
    got = benchmark.pedantic(crm.summarize, args=[rows], **ROUNDS)
    expected = by_pandas(rows)
    pd.testing.assert_frame_equal(got[expected.columns], expected, check_dtype=False, rtol=1e-9)


@pytest.mark.benchmark(group="summary, Parquet to pandas")
def bench_sql_by_hand(benchmark, parquet):
    benchmark.pedantic(lambda: duckdb.connect().sql(SQL.format(path=parquet)).df(), **ROUNDS)


@pytest.mark.benchmark(group="summary, Parquet to pandas")
def bench_crmkit_from_parquet(benchmark, parquet):
    benchmark.pedantic(lambda: crm.summarize(crm.read(parquet)), **ROUNDS)


@pytest.mark.benchmark(group="RFM scores on top of the summary")
def bench_summary_alone(benchmark, rows):
    benchmark.pedantic(crm.summarize, args=[rows], **ROUNDS)


@pytest.mark.benchmark(group="RFM scores on top of the summary")
def bench_scores_alone(benchmark, rows):
    customers = crm.summarize(rows)
    benchmark.pedantic(crm.rfm.score, args=[customers], **ROUNDS)


@pytest.mark.benchmark(group="1,000 rows from transactions to scores")
def bench_a_thousand_rows(benchmark, rows):
    few = rows.head(1000)
    benchmark.pedantic(lambda: crm.rfm.score(crm.summarize(few)), rounds=20, warmup_rounds=3)
