"""Data of the benchmarks: made once, seeded, as large as CRMKIT_BENCH_ROWS says (default: 10 million rows).

Run: python -m pytest benchmarks -o python_files='bench_*.py' -o python_functions='bench_*' --benchmark-group-by=group
Read the ratios (in brackets), not the seconds: machines are noisy, and both sides of a ratio ran in one process.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from crmkit.datasets import make_transactions

ROWS = int(os.environ.get("CRMKIT_BENCH_ROWS", "10_000_000"))


@pytest.fixture(scope="session")
def sales() -> pd.DataFrame:
    """About 20 rows for each customer: customer_id, date, amount."""
    frame = make_transactions(max(ROWS // 20, 10), start="2022-01-01", stories=()).transactions
    return frame[["customer_id", "order_id", "date", "amount"]]


@pytest.fixture(scope="session")
def parquet(sales: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Customers, dates and amounts of the same rows as a Parquet file."""
    import duckdb

    path = tmp_path_factory.mktemp("bench") / "sales.parquet"
    duckdb.from_df(sales[["customer_id", "date", "amount"]]).write_parquet(str(path))
    return path
