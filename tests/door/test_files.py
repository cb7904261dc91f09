"""Files as strangers write them: read right, or refused with the place and the option that helps."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile
from decimal import Decimal
from pathlib import Path

import duckdb
import hypothesis.strategies as st
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings

import crmkit as crm
from conftest import examples
from crmkit.errors import ArgumentError, ColumnError, CrmkitError, DataError, InputFileError

HEADER = "customer_id,date,amount\n"
ROWS = HEADER + "a,2024-01-01,1.5\nb,2024-01-02,2\n"
FOUND = {"a": 1.5, "b": 2.0}


def money(path, **options):
    got = crm.summarize(crm.read(path, **options))
    return {str(who): float(spent) for who, spent in zip(got["customer_id"], got["monetary"], strict=True)}


def written(path, text, encoding="utf-8"):
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


# --- text ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "options"),
    [
        (ROWS.replace("\n", "\r\n"), {}),
        (ROWS.replace("\n", "\r"), {}),
        (ROWS.replace("1.5\n", "1.5\r\n"), {}),
        (ROWS.rstrip("\n"), {}),
        ("\n\n" + ROWS.replace("\n", "\n\n") + "\n", {}),
        ("\ufeff" + ROWS, {}),
        (ROWS.replace(",", ";"), {}),
        (ROWS.replace(",", "\t"), {}),
        (ROWS.replace(",", "|"), {}),
        (ROWS.replace(",", "^"), {"separator": "^"}),
        (ROWS.replace(",", "||"), {"separator": "||"}),
        (ROWS.replace(",", "  "), {"separator": " "}),
        ("sep=;\n" + ROWS.replace(",", ";"), {}),
        ("Report\nof 2024\n" + ROWS, {"skip": 2}),
        (ROWS.removeprefix(HEADER), {"header": False, "customer": "column1", "date": "column2", "amount": "column3"}),
        (re.sub(r"([^,\n]+)", r"'\1'", ROWS), {}),
        (ROWS.replace(",", ", "), {}),
        (ROWS.replace("\n", ",\n"), {}),
        ("note,note,,NOTE," + HEADER + "1,2,3,4,a,2024-01-01,1.5\n1,2,3,4,b,2024-01-02,2\n", {}),
        ("Amount," + HEADER + "9,a,2024-01-01,1.5\n9,b,2024-01-02,2\n", {}),
        (HEADER + '"a","2024-01-01","1.5"\n"b",2024-01-02,2\n', {}),
        ("note," + HEADER + '"x, ""y""\nz",a,2024-01-01,1.5\n"",b,2024-01-02,2\n', {}),
        ("note," + HEADER + '5" pipe,a,2024-01-01,1.5\n,b,2024-01-02,2\n', {}),
    ],
)
def test_a_text_file_is_read_as_it_is_written(tmp_path, text, options):
    assert money(written(tmp_path / "s.csv", text), **options) == FOUND
    assert money(written(tmp_path / "s.csv.gz", gzip.compress(text.encode())), **options) == FOUND
    assert money(written(tmp_path / "u.csv", text.removeprefix("\ufeff"), "utf-16"), **options) == FOUND


def test_rows_that_begin_with_a_sign_of_comments_stay(tmp_path):
    path = written(tmp_path / "s.csv", HEADER + "#a,2024-01-01,1\n#2,2024-01-02,2\nb,2024-01-02,3\n")
    assert money(path) == {"#a": 1.0, "#2": 2.0, "b": 3.0}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            HEADER + "#a,2024-01-01\nb,2024-01-02,3\n",
            r"line 2 of .* has 2 fields where 3 are expected: '#a,2024-01-01'",
        ),
        (HEADER + "\n\na,2024-01-01,1\nTotal\n", r"line 5 of .* has 1 field where 3"),
        (HEADER + "a,2024-01-01,1,5\n", r"line 2 of .* has 4 fields"),
        ("note," + HEADER + '"x\ny",a,2024-01-01,1\nz,b,2024-01-02\n', r"line 4 of .* has 3 fields"),
        ("note," + HEADER + '"x,a,2024-01-01,1\nz,b,2024-01-02,3\n', r"line 2 of .* quotation mark"),
        (
            HEADER.strip() + ',note\na,2024-01-01,1,"5 inch\nb,2024-01-02,2,x\nc,2024-01-03,3,y"\n',
            r"runs over whole rows[\s\S]*'b,2024-01-02,2,x'",
        ),
        ("Sales,,\n,,\n" + ROWS, r"line 3, below a title: 'customer_id', 'date', 'amount'. Say skip=2"),
        ("Sales report\n\nKunde;Tag;Betrag\na;2024-01-01;1\n", r"line 3, below a title: 'Kunde'[\s\S]*skip=2"),
        ("a,2024-01-01,1\nb,2024-01-02,2\n", r"does not name columns but is data[\s\S]*header=False"),
        (" 0001 19970101 11.77\n 0002 19970102 12.00\n", r"header=False, separator=\" \"; its 3 columns"),
        (ROWS.replace(",", "^"), r"set apart by '\^'[\s\S]*separator='\^'"),
        (HEADER.strip() + ",amount\na,2024-01-01,1,2\n", r"more than one column 'amount'"),
        (HEADER + "x" * 3_000_000 + ",2024-01-01,1\n", r"line 2 of .* is longer than"),
        ("x" * 3_000_000, r"line 1 of .* is longer than"),
        (ROWS.encode("utf-16-le"), r"encoding=\"utf-16-le\""),
        ((HEADER + "张三,2024-01-01,1\n").encode("gb18030"), r"not UTF-8[\s\S]*gb18030"),
        ((HEADER + "a,2024-01-01,1\n" * 20_000).encode() + "张三,2024-01-01,1\n".encode("gb18030"), "not UTF-8"),
        (HEADER.encode(), "no rows"),
        (b"\n\n\n", "no line below"),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(tmp_path, text, said):
    with pytest.raises(CrmkitError, match=said) as error:
        crm.read(written(tmp_path / "s.csv", text))
    assert len(str(error.value)) < 600
    assert isinstance(error.value, DataError) or error.value.text("zh") != str(error.value)


def test_a_truncated_archive_is_named(tmp_path):
    whole = gzip.compress((HEADER + "a,2024-01-01,1\n" * 5000).encode())
    with pytest.raises(InputFileError, match=r"cannot read [\s\S]*s.csv.gz"):
        crm.read(written(tmp_path / "s.csv.gz", whole[:-20]))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"skip": -1}, "skip=-1"),
        ({"skip": "2"}, "skip='2'"),
        ({"skip": 9}, "no line below the 9"),
        ({"header": 0}, "header=0"),
        ({"separator": "\n"}, "separator="),
        ({"separator": ""}, "separator=''"),
        ({"encoding": "klingon"}, "encoding='klingon'"),
        ({"sheet": "x"}, "sheet= is not for CSV"),
        ({"table": "x"}, "table= is not for CSV"),
    ],
)
def test_an_option_that_cannot_be_is_named(tmp_path, options, said):
    with pytest.raises(CrmkitError, match=said):
        crm.read(written(tmp_path / "s.csv", ROWS), **options)


# --- paths --------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="such names are not allowed there")
@pytest.mark.parametrize(
    "name",
    [
        "data[1].csv", "*.csv", "?.csv", "a'b.csv", 'a"b.csv', "~x.csv", "a b .csv", "x{1}.csv", "new\nline.csv",
        "#.csv", "%41.csv", "file:x.csv", "s3:x.csv", "md:x.csv", "-o.csv", "a\\b.csv", "订单.csv", "amount=500.csv",
    ],
)  # fmt: skip
def test_a_path_of_a_file_is_that_file(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    for other in ("data1.csv", "x.csv", "A.csv"):
        written(tmp_path / other, HEADER + "other,2024-01-01,999\n")
    written(Path(name), ROWS)
    assert money(name) == FOUND
    assert money(tmp_path / name) == FOUND
    table = name.split(".", maxsplit=1)[0].replace('"', '""')
    assert money(name, query=f'SELECT * FROM "{table}"') == FOUND


def test_names_of_folders_are_no_columns(tmp_path):
    folder = tmp_path / "amount=500" / "customer_id=x"
    folder.mkdir(parents=True)
    pd.DataFrame({"customer_id": ["a"], "date": ["2024-01-01"], "amount": [1.5]}).to_parquet(folder / "x.parquet")
    written(folder / "x.csv", HEADER + "a,2024-01-01,1.5\n")
    written(folder / "x.jsonl", '{"customer_id": "a", "date": "2024-01-01", "amount": 1.5}\n')
    for ending in ("parquet", "csv", "jsonl"):
        assert money(folder / f"x.{ending}") == {"a": 1.5}
        assert money(tmp_path / "*" / "*" / f"x.{ending}") == {"a": 1.5}
    with pytest.raises(InputFileError, match=r"named after 'amount', 'customer_id'"):
        crm.read(folder / "x.parquet", partitions=True)
    for region in ("EU", "007"):
        (tmp_path / f"region={region}").mkdir()
        (tmp_path / f"region={region}" / "x.parquet").write_bytes((folder / "x.parquet").read_bytes())
    assert money(tmp_path / "region=*" / "*.parquet", customer="region", partitions=True) == {"EU": 1.5, "007": 1.5}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes there")
def test_what_is_not_a_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "one.csv").symlink_to(tmp_path / "two.csv")
    (tmp_path / "two.csv").symlink_to(tmp_path / "one.csv")
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nothing.csv")
    for name, said in (("pipe.csv", "a pipe"), ("one.csv", "cannot open"), ("gone.csv", "the link"), ("", "a folder")):
        with pytest.raises(InputFileError, match=said):
            crm.read(tmp_path / name)
    for path in ("http://example.com/x.csv", "s3://x/y.parquet", "", "x\0y.csv"):
        with pytest.raises(InputFileError):
            crm.read(path)


def test_a_file_is_what_its_bytes_say(tmp_path):
    frame = pd.DataFrame({"customer_id": ["a"], "date": ["2024-01-01"], "amount": [1.5]})
    frame.to_excel(tmp_path / "b.xlsx", index=False)
    frame.to_parquet(tmp_path / "p.parquet")
    for name in ("b.xlsx", "p.parquet"):
        (tmp_path / name).rename(tmp_path / "x.csv")
        assert money(tmp_path / "x.csv") == {"a": 1.5}
    assert money(written(tmp_path / "g.csv", gzip.compress(ROWS.encode()))) == FOUND
    with pytest.raises(InputFileError, match=r"not an Excel book but text[\s\S]*\.csv"):
        crm.read(written(tmp_path / "t.xls", ROWS))
    with pytest.raises(InputFileError, match="a web page"):
        crm.read(written(tmp_path / "t.xls", "<html><table></table></html>"))


# --- several files ------------------------------------------------------------------------------------------------

BASE = {"customer_id": ["7"], "date": [pd.Timestamp("2024-01-01")], "amount": [1]}


def pair(folder, one, other):
    pd.DataFrame(BASE | one).to_parquet(folder / "a.parquet")
    pd.DataFrame(BASE | other).to_parquet(folder / "b.parquet")
    return folder / "?.parquet"


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("one", "other", "right"),
    [
        ({"amount": [1]}, {"amount": [1.75]}, {"7": 2.75}),
        ({"amount": [1]}, {"amount": [Decimal("1.75")]}, {"7": 2.75}),
        ({"amount": [Decimal("1.755")]}, {"amount": [Decimal("1.7")]}, {"7": 3.455}),
        ({"amount": [Decimal("1.75")]}, {"amount": [1.5]}, {"7": 3.25}),
        ({"amount": pd.array([1.1], dtype="float32")}, {"amount": [2.2]}, {"7": 3.3}),
        ({"customer_id": [7]}, {"customer_id": pd.array([7], dtype="int16")}, {"7": 2.0}),
        ({"customer_id": [7]}, {"customer_id": [7.0]}, {"7": 2.0}),
        ({"date": [dt.date(2024, 1, 1)]}, {}, {"7": 2.0}),
        ({"other": [1]}, {"other": ["x"]}, {"7": 2.0}),
        ({"other": [1]}, {}, {"7": 2.0}),
        ({"amount": [None]}, {}, {"7": 1.0}),
    ],
)  # fmt: skip
def test_types_of_several_files_are_widened(tmp_path, one, other, right, turned):
    assert money(pair(tmp_path, *((other, one) if turned else (one, other)))) == right


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ({"customer_id": [7]}, {"customer_id": ["007"]}, "'customer_id' is"),
        ({"customer_id": [2**53 + 1]}, {"customer_id": [7.0]}, "'customer_id' is"),
        ({"amount": ["1.75"]}, {}, "'amount' is"),
        ({"date": ["2024-01-01"]}, {}, "'date' is"),
        ({"date": [pd.Timestamp("2024-01-01", tz="UTC")]}, {}, "'date' is"),
    ],
)
def test_types_that_may_not_mean_the_same_are_refused(tmp_path, one, other, said):
    with pytest.raises(InputFileError, match=said) as error:
        crm.read(pair(tmp_path, one, other))
    assert "a.parquet" in str(error.value)
    assert "b.parquet" in str(error.value)


def test_a_file_of_several_that_lacks_a_column_is_named(tmp_path):
    pd.DataFrame(BASE).to_parquet(tmp_path / "a.parquet")
    pd.DataFrame(BASE).rename(columns=str.title).to_parquet(tmp_path / "b.parquet")
    with pytest.raises(InputFileError, match=r"b.parquet' has no column 'customer_id', 'date', 'amount'"):
        crm.read(tmp_path / "*.parquet")
    pd.DataFrame({name: [] for name in BASE}).to_parquet(tmp_path / "b.parquet")
    assert money(tmp_path / "*.parquet") == {"7": 1.0}


def test_text_files_of_a_pattern_go_by_names_not_places(tmp_path):
    written(tmp_path / "1.csv", ROWS)
    written(tmp_path / "2.csv", "amount;customer_id;date;note\n3;a;2024-02-01;x\n")
    assert money(tmp_path / "*.csv") == {"a": 4.5, "b": 2.0}
    written(tmp_path / "2.csv", "Amount,customer_id,date\n3,a,2024-02-01\n")
    with pytest.raises(InputFileError, match=r"2.csv' has no column 'amount'"):
        crm.read(tmp_path / "*.csv")
    written(tmp_path / "2.csv", HEADER.strip() + ",amount\na,2024-01-01,1,2\n")
    with pytest.raises(ColumnError, match="more than one column 'amount'"):
        crm.read(tmp_path / "*.csv")
    pd.DataFrame(BASE).to_parquet(tmp_path / "3.parquet")
    with pytest.raises(ArgumentError, match="several kinds"):
        crm.read(tmp_path / "?.*")


def test_values_of_json_are_as_they_are_written(tmp_path):
    rows = [{"customer_id": "007", "date": "2024-01-01", "amount": 1}] * 30_000
    rows += [{"customer_id": 7, "date": "2024-01-02", "amount": 1.75}]
    written(tmp_path / "s.jsonl", "\n".join(map(json.dumps, rows)) + "\n")
    assert money(tmp_path / "s.jsonl") == {"007": 30_000.0, "7": 1.75}
    written(tmp_path / "s.jsonl", "\n".join(map(json.dumps, rows)) + '\n{"customer_id": ')
    with pytest.raises(InputFileError, match="line 30002"):
        crm.read(tmp_path / "s.jsonl")


# --- Excel --------------------------------------------------------------------------------------------------------

DAY = dt.date(2024, 1, 1)
SHEET = [["customer_id", "date", "amount"], ["a", DAY, 1.5], ["b", DAY, 2]]


def book(path, sheets, hidden=(), chart=False):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
        if title in hidden:
            sheet.sheet_state = "hidden"
    if chart:
        made.create_chartsheet("chart", 0)
    made.save(path)
    return path


def changed(path, change):
    """The book with the XML of its first sheet changed."""
    with zipfile.ZipFile(book(path, {"s": SHEET[:1] + SHEET[1:] * 50})) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    with zipfile.ZipFile(path, "w") as new:
        for name, part in parts.items():
            new.writestr(name, change(part) if name.endswith("sheet1.xml") else part)
    return path


@pytest.mark.parametrize(
    ("sheets", "options"),
    [
        ({"s": [["customer_id", "date", None, "amount"], ["a", DAY, 7, 1.5], ["b", DAY, 8, 2]]}, {}),
        ({"s": [[], [], *([None, None, *row] for row in SHEET), []]}, {}),
        ({"s": [SHEET[0], [], SHEET[1], [], [], SHEET[2]]}, {}),
        ({"s": [["Report"], ["of 2024"], *SHEET]}, {"skip": 2}),
        ({"s": SHEET[1:]}, {"header": False, "customer": "column1", "date": "column2", "amount": "column3"}),
        (
            {
                "s": [
                    [*row, 9] for row in ([*SHEET[0][:2], "Amount", "amount"], *([*r[:2], 9, r[2]] for r in SHEET[1:]))
                ]
            },
            {},
        ),
        ({"notes": [["made by me"], ["on paper"]], "s": SHEET}, {}),
        ({"s": SHEET, "t": SHEET[:2]}, {"sheet": "s"}),
        ({"s": SHEET, "empty": []}, {}),
    ],
)
def test_cells_of_a_sheet_stand_where_they_stand(tmp_path, sheets, options):
    assert money(book(tmp_path / "b.xlsx", sheets), **options) == FOUND


def test_a_hidden_or_chart_sheet_is_read_only_when_asked_for(tmp_path):
    other = [SHEET[0], ["x", DAY, 9]]
    path = book(tmp_path / "b.xlsx", {"h": other, "s": SHEET}, hidden=["h"], chart=True)
    assert money(path) == FOUND
    assert money(path, sheet="h") == {"x": 9.0}
    with pytest.raises(ArgumentError, match=r"no sheet 'chart'[\s\S]*'h', 's'"):
        crm.read(path, sheet="chart")
    assert money(path, query="SELECT * FROM b WHERE amount < 1.7", sheet="s") == {"a": 1.5}


def test_several_sheets_are_one_table_each_column_by_its_name(tmp_path):
    year = [["amount", "customer_id", "date", "shop"], [7, "c", DAY, "x"], [2.25, "a", DAY, "y"]]
    path = book(tmp_path / "b.xlsx", {"2023": SHEET, "notes": [["by me"]], "2024": year})
    assert money(path, sheet=["2023", "2024"]) == {"a": 3.75, "b": 2.0, "c": 7.0}
    assert money(path, sheet="2023,2024") == {"a": 3.75, "b": 2.0, "c": 7.0}  # as an option has them
    assert money(path, sheet=("2024",)) == {"a": 2.25, "c": 7.0}
    others = book(tmp_path / "c.xlsx", {"2024": SHEET, "2023": [SHEET[0], ["d", DAY, 1]], "a,b": SHEET})
    assert money([path, others], sheet=["2023", "2024"]) == {"a": 5.25, "b": 4.0, "c": 7.0, "d": 1.0}
    assert money(others, sheet="a,b") == FOUND
    with pytest.raises(InputFileError, match=r"b.xlsx: notes' has no column 'customer_id', 'date', 'amount'"):
        crm.read(path, sheet=["2023", "notes"])
    with pytest.raises(ArgumentError, match=r"no sheet '2022'[\s\S]*'2023', 'notes', '2024'[\s\S]*by sheet="):
        crm.read(path, sheet=["2023", "2022"])


def test_text_in_one_cell_a_row_is_no_matter_of_a_separator(tmp_path):
    path = book(tmp_path / "b.xlsx", {"s": [["customer_id;date;amount"], ["a;2024-01-01;1.5"]]})
    with pytest.raises(InputFileError, match=r"one cell each, such as 'customer_id;date;amount'[\s\S]*as \.csv"):
        crm.read(path)


@pytest.mark.parametrize("sheet", [[], 3, ["s", "s"], {"s": 1}])
def test_a_list_of_sheets_names_each_once(tmp_path, sheet):
    with pytest.raises(ArgumentError, match=r"sheet=[\s\S]*the name of a sheet, or several, each once"):
        crm.read(book(tmp_path / "b.xlsx", {"s": SHEET}), sheet=sheet)


def test_an_error_names_the_sheets_that_are_parts_of_one_table(tmp_path):
    months = {f"month {month:02}": SHEET for month in range(1, 13)}
    path = book(tmp_path / "b.xlsx", months | {"paid": [["customer_id", "date", "paid"]], "u,v": SHEET})
    with pytest.raises(ArgumentError, match=r"which sheet is not said[\s\S]*'month 12'") as caught:
        crm.read(path)
    call = re.search(r"sheet=(\[.*\])\.", str(caught.value))
    assert call[1] == repr(list(months))
    option = re.search(r"--sheet (.*)\.", caught.value.text("en", command={"sheet": "--sheet"}))[1]
    assert shlex.split(option) == [",".join(months)]
    assert money(path, sheet=list(months)) == money(path, sheet=",".join(months)) == {"a": 18.0, "b": 24.0}
    with pytest.raises(ArgumentError, match=r"such as sheet='s'\."):
        crm.read(book(tmp_path / "c.xlsx", {"s": SHEET, "t": [[*SHEET[0], "x"], *SHEET[1:]]}))


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: re.sub(rb'<dimension ref="[^"]*"\s*/>', b'<dimension ref="A1:C3"/>', xml),
        lambda xml: re.sub(rb'<dimension ref="[^"]*"\s*/>', b"", xml),
        lambda xml: re.sub(rb' r="[A-Z]*\d+"', b"", xml),
        lambda xml: re.sub(rb'<row r="(\d+)"', rb'<row r="\1" spans="1:2"', xml),
    ],
    ids=["stale dimension", "no dimension", "no places", "stale spans"],
)
def test_what_a_sheet_says_about_itself_is_not_believed(tmp_path, change):
    assert money(changed(tmp_path / "b.xlsx", change)) == {"a": 75.0, "b": 100.0}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "has no rows"),
        ([["customer_id", "date", "amount", "amount"], ["a", DAY, 1, 2]], "more than one column 'amount'"),
        ([["Report"], [], *SHEET], r"row 3, below a title[\s\S]*skip=2"),
        ([*SHEET, ["c", DAY, "#REF!"]], r"C4 \(#REF!\)"),
        ([*SHEET, ["c", DAY, "=1+1"]], r"formulas without a result: C4"),
        (SHEET[1:], "header=False"),
        (SHEET[:1], "no rows"),
    ],
)
def test_a_sheet_that_would_lose_something_is_refused(tmp_path, rows, said):
    with pytest.raises(CrmkitError, match=said):
        crm.read(book(tmp_path / "b.xlsx", {"s": rows}))


def test_long_numbers_that_a_sheet_would_round_are_named(tmp_path):
    long_ids = lambda xml: xml.replace(b"<v>1.5</v>", b"<v>1234567890123456789</v>", 1)  # noqa: E731
    with pytest.raises(InputFileError, match=r"more than 15 digits[\s\S]*C2 \(1234567890123456789\)"):
        crm.read(changed(tmp_path / "b.xlsx", long_ids))


@pytest.mark.parametrize("change", [lambda xml: xml[: len(xml) // 2], lambda xml: b"no xml", lambda xml: b""])
def test_a_damaged_sheet_is_named(tmp_path, change):
    with pytest.raises(InputFileError, match=r"b\.xlsx"):
        crm.read(changed(tmp_path / "b.xlsx", change))


# --- databases ----------------------------------------------------------------------------------------------------


def test_nothing_appears_beside_a_sqlite_file(tmp_path):
    path = tmp_path / "wal.db"
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = wal")
    database.execute("CREATE TABLE t AS SELECT 'a' AS customer_id, '2024-01-01' AS date, 1.5 AS amount")
    database.commit()
    assert money(path) == {"a": 1.5}  # while its writer is there
    database.close()
    assert os.listdir(tmp_path) == ["wal.db"]
    assert money(path) == {"a": 1.5}
    assert os.listdir(tmp_path) == ["wal.db"]


def test_a_damaged_database_is_named(tmp_path):
    with duckdb.connect(str(tmp_path / "d.duckdb")) as database:
        database.execute("CREATE TABLE t AS SELECT 'a' AS customer_id, DATE '2024-01-01' AS date, 1 AS amount")
    with sqlite3.connect(tmp_path / "d.db") as database:
        database.execute("CREATE TABLE t AS SELECT 'a' AS customer_id, '2024-01-01' AS date, 1 AS amount")
    database.close()
    for name, size in (("d.duckdb", 9000), ("d.db", 5000)):
        os.truncate(tmp_path / name, size)
        with pytest.raises(InputFileError, match=name):
            crm.read(tmp_path / name)


# --- any table, any kind of file ------------------------------------------------------------------------------------

# Text as people have it in tables: quotation marks, separators, line ends, signs of comments, Chinese, blanks.
TEXT = st.text(st.sampled_from("ab7#,;|\t\n\"'= .-张é\u3000\U0001f600"), min_size=1, max_size=6).filter(str.strip)
ID = st.one_of(TEXT, st.sampled_from(["007", "7", "07", "1e3", "NULL", "nan", "-1", "00"]))
AMOUNT = st.decimals(Decimal("0.01"), 9999, places=2)
NAME = TEXT.map(lambda name: name.strip()).filter(
    lambda name: name and name.lower() not in ("customer_id", "date", "amount")
)
TABLE = st.lists(
    st.tuples(ID, st.dates(dt.date(1990, 1, 1), dt.date(2025, 1, 1)), AMOUNT, TEXT), min_size=1, max_size=8
)


def expected(rows):
    found: dict[str, Decimal] = {}
    for who, _, amount, _ in rows:
        found[who] = found.get(who, Decimal(0)) + amount
    return {who: float(spent) for who, spent in found.items()}


def as_csv(rows, name, separator, quoting, ends, encoding):
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, quoting=quoting, lineterminator=ends)
    writer.writerow(["customer_id", name, "date", "amount"])
    for who, day, amount, note in rows:
        writer.writerow([who, note, day.isoformat(), f"{amount:.2f}"])
    return text.getvalue().encode(encoding)


MANY = settings(deadline=None, max_examples=examples(45))


@MANY
@given(
    rows=TABLE,
    name=NAME,
    separator=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    ends=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
    packed=st.booleans(),
)
def test_any_table_comes_back_from_any_text_file(rows, name, separator, quoting, ends, encoding, packed):
    content = as_csv(rows, name, separator, quoting, ends, encoding)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("s.csv.gz" if packed else "s.csv")
        path.write_bytes(gzip.compress(content) if packed else content)
        got = money(path, encoding=None if encoding == "utf-8-sig" else encoding)
    assert got == expected(rows)


@MANY
@given(rows=TABLE, name=NAME, kind=st.sampled_from(["xlsx", "parquet", "db", "duckdb", "jsonl"]))
def test_any_table_comes_back_from_any_other_file(rows, name, kind):
    frame = pd.DataFrame(
        {
            "customer_id": [row[0] for row in rows],
            name: [row[3] for row in rows],
            "date": [row[1].isoformat() for row in rows],
            "amount": [float(row[2]) for row in rows],
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"s.{kind}"
        if kind == "xlsx":
            frame.to_excel(
                path, index=False, engine="xlsxwriter", engine_kwargs={"options": {"strings_to_formulas": False}}
            )
        elif kind == "parquet":
            frame.head(1).to_parquet(Path(folder) / "s0.parquet")
            frame.iloc[1:].to_parquet(path)
            path = Path(folder) / "s*.parquet"
        elif kind == "db":
            with sqlite3.connect(path) as database:
                frame.to_sql("s", database, index=False)
            database.close()
        elif kind == "duckdb":
            with duckdb.connect(str(path)) as database:
                database.from_df(frame).create("s")
        else:
            frame.to_json(path, orient="records", lines=True)
        got = money(path)
    assert got == expected(rows)


def test_errors_of_the_door_are_the_four_that_are_promised():
    assert all(issubclass(kind, CrmkitError) for kind in (ArgumentError, ColumnError, DataError, InputFileError))


def test_a_table_of_thousands_of_columns_is_checked_in_seconds(tmp_path):
    """Four seconds of work; it was minutes, because every column was asked for alone."""
    wide = pd.DataFrame({f"c{at}": [1, 1] for at in range(1500)})
    wide = wide.assign(customer_id="a", date="2024-01-01", amount=1.5)
    wide.to_csv(tmp_path / "w.csv", index=False)
    notes = crm.read(tmp_path / "w.csv").notes
    assert "duplicate" in str(notes["note"].tolist())


# --- several files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".parquet", ".xlsx", ".jsonl"])
def test_several_files_of_one_kind_are_one_table(tmp_path, ending):
    """Columns go by their names; a file that is named twice, or lacks a column, is refused."""
    one = pd.DataFrame({"customer_id": ["a", "b"], "date": ["2024-01-01"] * 2, "amount": [1.25, 2]})
    other = pd.DataFrame({"date": ["2024-02-01"], "amount": [4.0], "customer_id": ["a"]})
    writers = {".parquet": "to_parquet", ".xlsx": "to_excel", ".jsonl": "to_json"}
    paths = [tmp_path / f"{name}{ending}" for name in ("one", "two", "three")]
    for table, path in zip((one, other, other.drop(columns="amount")), paths, strict=True):
        options = {"orient": "records", "lines": True} if ending == ".jsonl" else {"index": False}
        getattr(table, writers.get(ending, "to_csv"))(path, **options)
    assert money(paths[:2]) == {"a": 5.25, "b": 2.0}
    with pytest.raises(ArgumentError, match="named twice"):
        money([paths[0], tmp_path / "." / paths[0].name])
    with pytest.raises((InputFileError, ColumnError), match="three"):
        money([paths[0], paths[2]])


def test_the_command_line_takes_several_files_with_rates_and_ids_that_belong_together(tmp_path, capsys):
    from crmkit.cli import main

    files = [
        written(tmp_path / "one.csv", "customer_id,date,amount,currency\na,2024-01-01,10,USD\nold,2024-01-02,5,EUR\n"),
        written(tmp_path / "two.csv", "customer_id,date,amount,currency\nb,2024-03-01,1,USD\n"),
    ]
    same = written(tmp_path / "same.csv", "id,person\nold,a\n")
    words = ["check", *map(str, files), "--rates", "USD=1,EUR=1.1", "--same", str(same)]
    assert main(words) == 0
    used = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("used"))
    assert used.split()[1:] == ["3", "2", "16.50"]
    for wrong in (["--rates", "USD"], ["--fail-if-left-out", "much"], ["--fail-if-unassigned", "200%"]):
        assert main(["check", str(files[1]), *wrong]) == 2
        assert capsys.readouterr().err.startswith(f"error: {wrong[0]} {wrong[1]} ")
    assert main(["check", str(files[1]), "--amount", "none"]) == 0


def zst(path, text):
    """A compressed copy; the engine packs it, one line to a row."""
    lines = pd.DataFrame({"line": text.rstrip("\n").split("\n")})  # noqa: F841  found by its name
    to = f"COPY (SELECT line FROM lines) TO '{path}' (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x07', "
    duckdb.sql(to + "COMPRESSION zstd)")
    return path


def test_rows_of_a_file_packed_by_zstd_are_counted_twice_too(tmp_path):
    quoted = ROWS + '\n"c\n\nd",2024-01-03,"4"\n'
    assert money(zst(tmp_path / "whole.csv.zst", quoted)) == {**FOUND, "c\n\nd": 4.0}
    with pytest.raises(InputFileError, match=r"line 3 of .* has 4 fields where 3 are expected"):
        money(zst(tmp_path / "wide.csv.zst", HEADER + "a,2024-01-01,1\nb,2024-01-02,2,9\n"))
    with pytest.raises(InputFileError, match=r"opens a field that runs over whole rows|quotation mark"):
        money(
            zst(
                tmp_path / "open.csv.zst", HEADER + 'a,2024-01-01,1\n"b,2024-01-02,2\nc,2024-01-03,3\nd",2024-01-04,4\n'
            )
        )


# --- old and open books -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """The same table as .xlsx, .xls and .ods, saved by an office that is not ours."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    folder = tmp_path_factory.mktemp("books")
    rows = [["Sales of 2024"], [], ["customer_id", "date", "", "amount"],
            ["007", dt.date(2024, 1, 1), "x", 12.5], ["7", dt.date(2024, 2, 29), None, 0.1],
            ["007", dt.date(2024, 3, 1), "y", -2]]  # fmt: skip
    book(folder / "sales.xlsx", {"Data": rows, "Notes": []})
    for kind in ("xls", "ods"):
        words = [office, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", kind,
                 "--outdir", str(folder), str(folder / "sales.xlsx")]  # fmt: skip
        subprocess.run(words, check=True, capture_output=True, timeout=120)
    return folder


@pytest.mark.slow  # an office is started twice
@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_old_and_open_books_are_read_as_new_ones(books, kind):
    path = books / f"sales.{kind}"
    with pytest.raises(InputFileError, match="skip=2"):
        crm.read(path)
    got = crm.summarize(crm.read(path, skip=2))
    assert got["customer_id"].tolist() == ["007", "7"]
    assert got["monetary"].tolist() == [10.5, 0.1]
    assert [str(day)[:10] for day in got["last_date"]] == ["2024-01-01", "2024-02-29"]  # a refund is no visit
    assert crm.read(path, skip=2, sheet="Data").ledger["rows"].iloc[-1] == 3
    with pytest.raises(ArgumentError, match="'Data', 'Notes'"):
        crm.read(path, sheet="March")
