"""Tables that live elsewhere: run where the package (or server) is there, skipped where it is not.

PostgreSQL: set CRMKIT_TEST_POSTGRES to an address whose database may be written, such as postgresql://me@localhost/scratch.
"""

from __future__ import annotations

import datetime as dt
import os
import warnings

import pandas as pd
import pytest

import crmkit as crm
from conftest import as_columns

SALES = pd.DataFrame(
    {
        "customer_id": ["a", "b", "a", None, "c", "c"],
        "date": [
            dt.date(2025, 1, 1),
            dt.date(2025, 1, 2),
            dt.date(2025, 2, 1),
            *[dt.date(2025, 1, 5)] * 2,
            dt.date(2025, 1, 9),
        ],
        "amount": [1.0, 2.25, 3.0, 4.0, 5.0, -2.0],
        "order_id": [1, 2, 3, 4, 5, 5],
    }
)


def expected() -> dict:
    tx = crm.Transactions(SALES, as_of="2025-02-10")
    return {
        "ledger": as_columns(tx.ledger),
        "scores": as_columns(crm.rfm.score(crm.summarize(tx), bins=2), sort="customer_id"),
    }


def seen(table, to_pandas) -> dict:
    tx = crm.Transactions(table, as_of="2025-02-10")
    scores = to_pandas(crm.rfm.score(crm.summarize(tx), bins=2))
    for name in ("first_date", "last_date"):
        scores[name] = pd.to_datetime(scores[name])
    return {"ledger": as_columns(to_pandas(tx.ledger)), "scores": as_columns(scores, sort="customer_id")}


def test_an_ibis_table_gives_the_same():
    ibis = pytest.importorskip("ibis", reason="ibis-framework is not installed")
    table = ibis.duckdb.connect().create_table("sales", SALES)
    assert seen(table, lambda result: result.execute()) == expected()


def test_a_spark_table_gives_the_same():
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        spark = sql.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
        try:
            plain = SALES.astype({"customer_id": object}).where(SALES.notna(), None)
            assert seen(spark.createDataFrame(plain), lambda result: result.toPandas()) == expected()
        finally:
            spark.stop()


@pytest.mark.skipif("CRMKIT_TEST_POSTGRES" not in os.environ, reason="CRMKIT_TEST_POSTGRES names no server")
def test_a_postgres_table_gives_the_same():
    dbapi = pytest.importorskip("adbc_driver_postgresql.dbapi")
    address = os.environ["CRMKIT_TEST_POSTGRES"]
    with dbapi.connect(address) as database, database.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS crmkit_sales")
        cursor.execute(
            "CREATE TABLE crmkit_sales (customer_id text, date date, amount numeric(12, 2), order_id bigint)"
        )
        for row in SALES.itertuples(index=False):
            who = "NULL" if row.customer_id is None or row.customer_id != row.customer_id else f"'{row.customer_id}'"
            cursor.execute(f"INSERT INTO crmkit_sales VALUES ({who}, '{row.date}', {row.amount}, {row.order_id})")
        database.commit()
    tx = crm.read(address, table="crmkit_sales", as_of="2025-02-10")
    assert as_columns(tx.ledger) == expected()["ledger"]
