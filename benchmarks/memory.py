"""Peak memory of the customer summary of a Parquet file, under a limit for the embedded engine.

Usage: python benchmarks/memory.py [rows] [memory limit]      (default: 100,000,000 rows, 2GB)

The file is made in a temporary folder (about 1 GB for 100 million rows) and removed. The summary is written to
Parquet without passing through Python. Printed are rows, customers, seconds and the peak resident memory of the
process that read it.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def make(path: Path, rows: int) -> None:
    """Rows of ten times fewer customers, straight from the engine."""
    import duckdb

    duckdb.sql(f"""
        COPY (SELECT CAST(hash(i) % {rows // 10} AS BIGINT) AS customer_id,
                     DATE '2022-01-01' + CAST(hash(i * 3 + 1) % 1000 AS INTEGER) AS date,
                     CAST(hash(i * 7 + 2) % 20000 + 50 AS DOUBLE) / 100 AS amount
              FROM range({rows}) t(i)) TO '{path}' (FORMAT parquet)""")


def read(path: Path, limit: str) -> None:
    """The measured process."""
    import crmkit as crm

    start = time.perf_counter()
    customers = crm.summarize(crm.read(path, into="duckdb", memory_limit=limit))
    out = path.with_name("customers.parquet")
    customers.write_parquet(str(out))
    seconds = time.perf_counter() - start
    n, spend = customers.query("c", f"SELECT count(*), sum(monetary) FROM '{out}'").fetchall()[0]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{n:,} customers, spend {spend:,.2f}, {seconds:.0f} s, peak {peak:.2f} GiB (limit {limit})")


def main() -> None:
    """Make the file, then read it in a process of its own."""
    rows = int(sys.argv[1].replace("_", "").replace(",", "")) if len(sys.argv) > 1 else 100_000_000
    limit = sys.argv[2] if len(sys.argv) > 2 else "2GB"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sales.parquet"
        subprocess.run([sys.executable, __file__, "--make", str(path), str(rows)], check=True)
        print(f"{rows:,} rows, {path.stat().st_size / 2**20:,.0f} MiB")
        subprocess.run([sys.executable, __file__, "--read", str(path), limit], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--make"]:
        make(Path(sys.argv[2]), int(sys.argv[3]))
    elif sys.argv[1:2] == ["--read"]:
        read(Path(sys.argv[2]), sys.argv[3])
    else:
        main()
