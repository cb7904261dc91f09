"""PostgreSQL against a real server, started for the test where one is installed (Debian: postgresql)."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap

import pytest
import servers

import crmkit as crm
from crmkit.errors import ArgumentError, InputFileError

pytestmark = pytest.mark.skipif(servers.NO_POSTGRES, reason="no PostgreSQL server is installed")

ROWS = '''
CREATE TABLE sales (who text, day date, value numeric(12, 2), "a ""b""" int);
INSERT INTO sales VALUES ('007', '2025-01-05', 12.50, 1), ('7', '2025-02-01', 3.00, 2), ('007', '2025-02-03', 0.25, 3);
CREATE SCHEMA shop; CREATE TABLE shop."odd ""table""" AS SELECT * FROM sales;
'''


@pytest.fixture(scope="module")
def server():
    pytest.importorskip("adbc_driver_postgresql")
    with servers.postgres(ROWS) as address:
        yield address


ROLES = {"customer": "who", "date": "day", "amount": "value"}


def money(address, **options):
    got = crm.summarize(crm.read(address, **ROLES, **options))
    return dict(zip(got["customer_id"], got["monetary"], strict=True))


def test_a_table_and_a_query_give_exact_money(server):
    assert money(server, table="sales") == {"007": 12.75, "7": 3.0}
    assert money(server, table='shop.odd "table"') == {"007": 12.75, "7": 3.0}
    assert money(server, query="SELECT * FROM sales WHERE value > 1") == {"007": 12.5, "7": 3.0}


@pytest.mark.parametrize(
    "query",
    ["DELETE FROM sales", "DROP TABLE sales", "INSERT INTO sales VALUES ('x')", "SELECT 1; DROP TABLE sales",
     "SELECT * FROM nothing", "SELECT"],
)  # fmt: skip
def test_nothing_is_changed_by_a_query(server, query):
    with pytest.raises((InputFileError, ArgumentError)):
        crm.read(server, query=query, **ROLES)
    assert money(server, table="sales") == {"007": 12.75, "7": 3.0}


def test_the_password_is_not_shown(server):
    with pytest.raises(InputFileError) as error:
        crm.read("postgresql://me:secret@localhost:1/shop", table="sales")
    assert "secret" not in f"{error.value} {error.value.text('zh')} {error.value.given}"
    for address in ("postgresql://me:se/cr@et@localhost:1/shop", "postgresql://localhost:1/shop?password=se/cr@et"):
        for table in ("sales", None):
            with pytest.raises((InputFileError, ArgumentError)) as error:
                crm.read(address, table=table)
            assert not re.search("se/cr|et@", f"{error.value} {error.value.given}")
    with pytest.raises(ArgumentError, match="which rows"):
        crm.read(server)


@pytest.mark.slow
def test_a_table_larger_than_the_memory_given_is_read_within_it(server):
    """Two million rows: half a minute."""
    folder = server.rpartition("=")[2]
    made = (
        "CREATE TABLE big AS SELECT 'c' || (i % 50000) AS who, DATE '2024-01-01' + (i % 300) AS day, 1.25 AS value "
        "FROM generate_series(1, 2000000) i"
    )
    servers.psql(folder, made)
    script = """
        import resource, sys, crmkit as crm
        tx = crm.read(sys.argv[1], table="big", customer="who", date="day", amount="value", memory_limit="200MB",
                      into="duckdb")
        customers = crm.summarize(tx)
        assert customers.aggregate("count(*), sum(monetary)").fetchall() == [(50000, 2500000.0)]
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), server], capture_output=True, text=True, check=True, timeout=300
    )
    assert int(done.stdout) < 600  # Python, pandas and pyarrow take some 250 MB of it
