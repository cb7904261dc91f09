"""Files of strangers and `query=`: whatever they say, they compute and do nothing else."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys

import duckdb
import pytest

import crmkit as crm
from crmkit.errors import ArgumentError, CrmkitError, InputFileError

ROWS = "SELECT 'a' AS customer_id, DATE '2024-01-01' AS date, 1.5 AS amount"


def duckdb_file(path, *statements):
    with duckdb.connect(str(path)) as database:
        for statement in statements:
            database.execute(statement)
    return path


def monetary(tx):
    return crm.summarize(tx)["monetary"].tolist()


@pytest.mark.parametrize(
    "name",
    [
        "t\"; COPY (SELECT 'pwned') TO 'pwned.txt' (HEADER false); SELECT 'a' AS customer_id --",
        "t'; ATTACH 'pwned.txt'; --",
        '""',
        "select",
        "a.b",
        "订单 2024",
        "x\ny",
    ],
)
@pytest.mark.parametrize("kind", ["duckdb", "sqlite"])
def test_a_name_of_a_table_is_a_name(tmp_path, monkeypatch, name, kind):
    monkeypatch.chdir(tmp_path)
    quoted = '"' + name.replace('"', '""') + '"'
    if kind == "duckdb":
        path = duckdb_file(tmp_path / "orders.duckdb", f"CREATE TABLE {quoted} AS {ROWS}")
    else:
        path = tmp_path / "orders.db"
        with sqlite3.connect(path) as database:
            database.execute(f"CREATE TABLE {quoted} AS SELECT 'a' AS customer_id, '2024-01-01' AS date, 1.5 AS amount")
        database.close()
    before = sorted(os.listdir(tmp_path))
    assert monetary(crm.read(path)) == [1.5]
    assert monetary(crm.read(path, table=name)) == [1.5]
    assert sorted(os.listdir(tmp_path)) == before


@pytest.mark.parametrize("column", ['amount"; DROP TABLE t; --', "a'b", 'COPY "x"', "amount\ttax", "{x}"])
def test_a_name_of_a_column_is_a_name(tmp_path, column):
    quoted = '"' + column.replace('"', '""') + '"'
    row = f"SELECT 'a' AS customer_id, DATE '2024-01-01' AS date, 2.5 AS {quoted}"
    path = duckdb_file(tmp_path / "c.duckdb", f"CREATE TABLE t AS {row}")
    assert monetary(crm.read(path, amount=column)) == [2.5]
    duckdb.sql(row).write_parquet(str(tmp_path / "c.parquet"))
    assert monetary(crm.read(tmp_path / "c.parquet", amount=column)) == [2.5]


@pytest.mark.parametrize(
    "view",
    [
        "SELECT content AS customer_id, DATE '2024-01-01' AS date, 1.0 AS amount FROM read_text('secret.txt')",
        "SELECT file AS customer_id, DATE '2024-01-01' AS date, 1.0 AS amount FROM glob('*')",
        "SELECT line AS customer_id, DATE '2024-01-01' AS date, 1.0 AS amount FROM read_csv('secret.txt', "
        "columns = {'line': 'VARCHAR'}, header = false)",
        "SELECT * FROM 'https://example.com/x.parquet'",
        "SELECT * FROM sqlite_scan('secret.txt', 't')",
    ],
)
def test_a_view_reads_its_own_database_alone(tmp_path, monkeypatch, view):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret.txt").write_text("hush")
    path = tmp_path / "v.duckdb"
    with duckdb.connect(str(path)) as database:
        try:
            database.execute(f"CREATE VIEW v AS {view}")
        except duckdb.Error:  # cannot even be made without the network
            return
    with pytest.raises(CrmkitError) as refused:
        crm.read(path)
    assert "hush" not in str(refused.value)


def test_a_view_of_its_own_table_is_read(tmp_path):
    path = duckdb_file(tmp_path / "v.duckdb", f"CREATE TABLE t AS {ROWS}", "CREATE VIEW v AS SELECT * FROM t")
    assert monetary(crm.read(path, table="v")) == [1.5]
    path = duckdb_file(tmp_path / "s.duckdb", "CREATE SCHEMA shop", f"CREATE TABLE shop.t AS {ROWS}")
    assert monetary(crm.read(path, table="shop.t")) == [1.5]


HOSTILE = [
    "COPY (SELECT 1) TO 'pwned.txt'",
    "SELECT 1; COPY (SELECT 1) TO 'pwned.txt'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "ATTACH 'pwned.txt' AS p",
    "SET enable_external_access = true",
    "PRAGMA database_list",
    "EXPORT DATABASE 'pwned'",
    "CREATE TABLE t2 AS SELECT 1",
    "DELETE FROM t",
    "CALL pragma_version()",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM secret_frame",
    "",
    ";",
    "SELECT",
    "SELECT 1) TO 'pwned.txt' --",
]


@pytest.mark.parametrize("query", HOSTILE)
@pytest.mark.parametrize("kind", ["duckdb", "sqlite", "csv"])
def test_a_query_is_one_select_over_its_source(tmp_path, monkeypatch, query, kind):
    monkeypatch.chdir(tmp_path)
    secret_frame = {"customer_id": ["a"], "date": ["2024-01-01"], "amount": [1.0]}
    if kind == "duckdb":
        path = duckdb_file(tmp_path / "t.duckdb", f"CREATE TABLE t AS {ROWS}")
    elif kind == "sqlite":
        path = tmp_path / "t.db"
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE t AS SELECT 'a' AS customer_id, '2024-01-01' AS date, 1.5 AS amount")
        database.close()
    else:
        path = tmp_path / "t.csv"
        path.write_text("customer_id,date,amount\na,2024-01-01,1.5\n")
    before = path.read_bytes()
    with pytest.raises(CrmkitError):
        crm.read(path, query=query)
    assert os.listdir(tmp_path) == [path.name]
    assert path.read_bytes() == before
    assert secret_frame


def test_a_query_may_end_in_a_comment_or_a_semicolon(tmp_path):
    path = duckdb_file(tmp_path / "t.duckdb", f"CREATE TABLE t AS {ROWS}")
    for query in ("SELECT * FROM t;", "SELECT * FROM t -- all", "FROM t", "WITH x AS (FROM t) SELECT * FROM x"):
        assert monetary(crm.read(path, query=query)) == [1.5]


def test_sums_of_whole_numbers_keep_every_digit(tmp_path):
    path = duckdb_file(
        tmp_path / "sums.duckdb",
        "CREATE TABLE t AS SELECT 9007199254740993 AS id, DATE '2024-01-01' AS date, 3 AS amount FROM range(2)",
    )
    tx = crm.read(path, customer="id", query="SELECT sum(id) // 2 AS id, date, sum(amount) AS amount FROM t GROUP BY 2")
    got = crm.summarize(tx)
    assert str(got["customer_id"][0]) == "9007199254740993"
    assert got["monetary"].tolist() == [6.0]


def test_sql_joins_files_that_are_called_by_their_stems(tmp_path):
    (tmp_path / "orders.csv").write_text("order_id,who,day\n001,007,2024-01-01\n002,7,2024-02-01\n")
    (tmp_path / "lines.csv").write_text("order_id,quantity,price\n001,3,1.10\n001,1,0.20\n002,2,5\n")
    query = "SELECT who, day, order_id, quantity * price AS amount FROM orders JOIN lines USING (order_id)"
    files = [tmp_path / "orders.csv", tmp_path / "lines.csv"]
    got = crm.summarize(crm.read(files, query=query, customer="who", date="day"))
    assert dict(zip(got["customer_id"], got["monetary"], strict=True)) == {"007": 3.5, "7": 10.0}
    with pytest.raises(InputFileError, match=r"has no column[\s\S]*query="):
        crm.read(files, customer="who", date="day", amount=None)
    with pytest.raises(ArgumentError, match=r"its tables 'orders'"):
        crm.read(files[:1], query=f"SELECT * FROM read_csv('{files[1]}')", customer="who", date="day")
    with pytest.raises(ArgumentError, match=r"query= fails[\s\S]*'orders', 'lines'"):
        crm.read(files, query="SELECT * FROM sales")
    with pytest.raises(InputFileError, match="no file"):
        crm.read([tmp_path / "none.csv"], query="SELECT * FROM none")


REACHES = (
    "SELECT * FROM 'https://example.com/x.csv'", "SELECT * FROM read_parquet('s3://b/x.parquet')", "INSTALL httpfs",
    "SELECT * FROM read_text('http://169.254.169.254/latest')", "ATTACH 'https://example.com/a.db'",
    "COPY (SELECT 1) TO 'https://example.com/x'",
)  # fmt: skip
SCRIPT = """
import sys
from crmkit.cli import main
csv, evil, *queries = sys.argv[1:]
for source in (csv, evil):
    main(["check", source])
    for query in queries:
        assert main(["check", source, "--query", query]) != 0
for address in ("https://example.com/x.csv", "s3://b/x.parquet", "hf://datasets/x/y.parquet"):
    assert main(["check", address]) != 0
"""


@pytest.mark.slow  # some ten seconds under the tracer
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_no_command_speaks_to_a_network(tmp_path):
    """Every socket that the process and its threads open or connect, as the system saw it."""
    csv, trace = tmp_path / "sales.csv", tmp_path / "trace"
    csv.write_text("customer_id,date,amount\na,2024-01-01,1\n")
    evil = duckdb_file(
        tmp_path / "evil.duckdb",
        'CREATE TABLE "t""; INSTALL httpfs; --" AS ' + ROWS,
    )
    watched = ["strace", "-f", "-qq", "-e", "trace=socket,connect,sendto", "-o", str(trace)]
    words = [sys.executable, "-c", SCRIPT, str(csv), str(evil), *REACHES]
    done = subprocess.run([*watched, *words], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "AF_INET" not in trace.read_text()
