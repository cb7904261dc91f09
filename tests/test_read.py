"""`read`: every kind of source gives the same customers, lazily, and a broken file is named."""

from __future__ import annotations

import sqlite3

import duckdb
import pandas as pd
import pytest

import crmkit as crm
from conftest import as_columns
from crmkit.errors import ArgumentError, ColumnError, DataError, InputFileError, MissingPackageError

SALES = pd.DataFrame(
    {
        "id": ["007", "7", "007", "x"],
        "day": ["2025-01-05", "2025-02-01", "2025-02-03", "2025-01-31"],
        "value": [12.5, 3.0, 0.25, 100.0],
    }
)
ROLES = {"customer": "id", "date": "day", "amount": "value"}


def write_csv(path):
    SALES.to_csv(path, index=False)


def write_semicolons_and_a_bom(path):
    SALES.to_csv(path, index=False, sep=";", encoding="utf-8-sig")


def write_parquet(path):
    duckdb.from_df(SALES).write_parquet(str(path))


def write_json_lines(path):
    SALES.to_json(path, orient="records", lines=True)


def write_excel(path):
    SALES.to_excel(path, index=False)


def write_sqlite(path):
    with sqlite3.connect(path) as database:
        SALES.to_sql("sales", database, index=False)
    database.close()


def write_duckdb(path):
    with duckdb.connect(str(path)) as database:
        database.from_df(SALES).create("sales")


WRITERS = {
    "sales.csv": write_csv,
    "sales.csv.gz": write_csv,
    "bom.csv": write_semicolons_and_a_bom,
    "sales.parquet": write_parquet,
    "sales.jsonl": write_json_lines,
    "sales.xlsx": write_excel,
    "sales.sqlite": write_sqlite,
    "any.ending": write_sqlite,
    "sales.duckdb": write_duckdb,
}


@pytest.fixture(params=WRITERS)
def source(request, tmp_path):
    path = tmp_path / request.param
    WRITERS[request.param](path)
    return path


def test_every_source_gives_the_same_customers(source):
    got = as_columns(crm.summarize(crm.read(source, **ROLES)))
    assert got["customer_id"] == ["007", "7", "x"]
    assert got["monetary"] == [12.75, 3.0, 100.0]
    assert got["recency"] == [0, 2, 3]


@pytest.mark.parametrize("into", ["pandas", "polars", "pyarrow", "duckdb"])
def test_results_come_in_the_kind_that_is_asked_for(source, into):
    got = crm.summarize(crm.read(source, **ROLES, into=into))
    assert into in type(got).__module__
    assert sorted(as_columns(got)["customer_id"]) == ["007", "7", "x"]


def test_plain_whole_numbers_in_a_csv_become_whole_numbers(tmp_path):
    path = tmp_path / "plain.csv"
    path.write_text("customer_id,date,amount\n10,2025-01-01,1\n9,2025-01-02,2\n,2025-01-03,3\n")
    tx = crm.read(path)
    assert as_columns(crm.summarize(tx))["customer_id"] == [9, 10]
    assert as_columns(tx.ledger)["step"] == ["input", "no_customer", "used"]


def test_a_glob_is_one_table(tmp_path):
    for part, frame in enumerate((SALES.head(2), SALES.tail(2))):
        duckdb.from_df(frame).write_parquet(str(tmp_path / f"part{part}.parquet"))
    got = as_columns(crm.summarize(crm.read(tmp_path / "*.parquet", **ROLES)))
    assert got["monetary"] == [12.75, 3.0, 100.0]


def test_a_table_or_query_of_a_database_is_named(tmp_path):
    path = tmp_path / "two.db"
    with sqlite3.connect(path) as database:
        SALES.to_sql("sales", database, index=False)
        SALES.head(1).to_sql("other", database, index=False)
    database.close()
    assert len(crm.summarize(crm.read(path, **ROLES, table="sales"))) == 3
    assert len(crm.summarize(crm.read(path, **ROLES, query="SELECT * FROM sales WHERE value > 5"))) == 2
    with pytest.raises(ArgumentError, match=r"which table is not said[\s\S]*'other', 'sales'"):
        crm.read(path, **ROLES)
    with pytest.raises(ArgumentError, match="no table 'orders'"):
        crm.read(path, **ROLES, table="orders")


def test_another_encoding_is_read_when_named(tmp_path):
    path = tmp_path / "chinese.csv"
    path.write_bytes("客户,date,amount\n张三,2025-01-01,5\n李四,2025-01-02,6\n".encode("gb18030"))
    got = as_columns(crm.summarize(crm.read(path, customer="客户", encoding="gb18030")), sort="customer_id")
    assert got["customer_id"] == ["张三", "李四"]
    with pytest.raises(InputFileError, match=r"not UTF-8[\s\S]*encoding="):
        crm.read(path, customer="客户")


def test_decimal_commas_are_refused_until_told(tmp_path):
    path = tmp_path / "bom.csv"
    path.write_bytes("\ufeffcustomer_id;date;amount\n1;2025-01-05;12,50\n2;2025-01-06;3,00\n".encode())
    with pytest.raises(DataError, match=r"'amount' holds money as text: '12,50'[\s\S]*decimal=\",\""):
        crm.read(path)
    assert crm.summarize(crm.read(path, decimal=","))["monetary"].tolist() == [12.5, 3.0]


def test_rows_far_below_the_first_thousands_are_read_like_the_rest(tmp_path):
    """A reader that guesses types from the first rows would fail, or lose the zeros, at the last one."""
    path = tmp_path / "late.csv"
    rows = [f"{k},2025-01-01,1" for k in range(30_000)]
    path.write_text("customer_id,date,amount\n" + "\n".join(rows) + "\n007,2025-01-02,2.5\n")
    got = crm.summarize(crm.read(path))
    assert len(got) == 30_001
    assert got.set_index("customer_id").loc["007", "monetary"] == 2.5


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("zero.csv", b"", r"zero.csv' is empty \(0 bytes\)"),
        ("zero.parquet", b"", r"is empty"),
        ("broken.parquet", b"PAR1" + b"\0" * 200, r"cannot read [\s\S]*broken.parquet"),
        ("text.parquet", b"hello, this is no parquet file", r"cannot read [\s\S]*text.parquet"),
        ("broken.json", b"{no json", r"cannot read [\s\S]*broken.json"),
        ("broken.xlsx", b"no excel", r"broken.xlsx' is not an Excel book but text"),
        ("broken2.xlsx", b"PK\x03\x04\0", r"cannot read [\s\S]*broken2.xlsx"),
        ("what.xyz", b"a", r"ending of 'what.xyz' is not known"),
    ],
)
def test_a_broken_file_is_named(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputFileError, match=message):
        crm.read(path)


def test_a_truncated_parquet_is_named(tmp_path):
    whole = tmp_path / "whole.parquet"
    duckdb.from_df(pd.concat([SALES] * 1000)).write_parquet(str(whole))
    cut = tmp_path / "cut.parquet"
    cut.write_bytes(whole.read_bytes()[:-50])
    with pytest.raises(InputFileError, match=r"cannot read [\s\S]*cut.parquet"):
        crm.read(cut, **ROLES)


def test_absent_files_folders_and_repeated_columns_are_named(tmp_path):
    with pytest.raises(InputFileError, match="there is no file"):
        crm.read(tmp_path / "none.csv")
    with pytest.raises(InputFileError, match="no file matches"):
        crm.read(tmp_path / "*.nope")
    with pytest.raises(InputFileError, match="is a folder"):
        crm.read(tmp_path)
    twice = tmp_path / "twice.csv"
    twice.write_text("customer_id,date,amount,amount\n1,2025-01-01,2,3\n")
    with pytest.raises(ColumnError, match="more than one column 'amount'"):
        crm.read(twice)
    header = tmp_path / "header.csv"
    header.write_text("customer_id,date,amount\n")
    with pytest.raises(DataError, match="no rows"):
        crm.read(header)


def test_postgres_without_its_driver_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "adbc_driver_postgresql", None)
    with pytest.raises(MissingPackageError, match=r"crmkit\[postgres\]"):
        crm.read("postgresql://me@localhost/shop", table="orders")


def test_a_memory_limit_that_is_no_size_is_named(tmp_path):
    path = tmp_path / "sales.csv"
    write_csv(path)
    with pytest.raises(ArgumentError, match="memory_limit='lots'"):
        crm.read(path, **ROLES, memory_limit="lots")
