"""The command line: what it prints and writes, what it says when it goes wrong, and what it never leaves behind."""

from __future__ import annotations

import csv
import datetime as dt
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
import typer

import crmkit as crm
from conftest import as_columns
from crmkit import _reading, cli, labels, scoring
from crmkit._frame import outputs
from crmkit.cli import running, text
from crmkit.cli.app import app
from crmkit.cli.options import Input
from crmkit.errors import InputFileError

ROOT = Path(__file__).parents[1]
SALES = """customer_id,date,amount
a,2025-01-05,20.00
a,2025-02-01,5.50
b,2025-03-01,9.00
,2025-03-02,3.00
"""


BRIEF = ("--horizon", "none")  # no forecast, which takes most of the time, where a test is of something else


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to work in, with one file of sales."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sales.csv").write_text(SALES)
    return tmp_path


@pytest.fixture
def run(here, capsys):
    """Run a command; gives its exit code, what it printed, and what it complained about."""

    def command(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = cli.main(words)
        return (code, *capsys.readouterr())

    return command


# A runner in the background may have Ctrl-C ignored, and children inherit that. The child itself mends it: for
# preexec_fn the tests are forked with all the memory that DuckDB 1.5 reserves, and are refused.
HEAR_CTRL_C = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
CRMKIT = "import runpy; runpy.run_module('crmkit', run_name='__main__')"


def process(words: Sequence[str], folder: Path, program: str = CRMKIT, **variables: str) -> subprocess.Popen[bytes]:
    """The command in a process of its own: how it ends, what it writes where, what it loads."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", **variables}
    command = [sys.executable, "-c", HEAR_CTRL_C + program, *words]
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finished(started: subprocess.Popen[bytes]) -> tuple[int, str, str]:
    try:
        out, err = started.communicate(timeout=300)
    except subprocess.TimeoutExpired:
        started.kill()
        raise
    return started.returncode, out.decode(), err.decode()


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


# --- demo ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow  # .ci/run runs the demo every time
def test_demo_scores_cdnow_and_says_where_the_list_is(tmp_path):
    code, out, err = finished(process(["demo"], tmp_path))
    assert (code, err) == (0, "")
    for figure in ("23,570", "2,500,315.63", "1997-01-01 - 1998-06-30", "67.8%", "32.6%", "crmkit-demo"):
        assert figure in out
    rows = rows_of(tmp_path / "crmkit-demo" / "customers.csv")
    assert len(rows) == 23_570
    assert sum(Decimal(row["monetary"]) for row in rows) == Decimal("2500315.63")
    assert [int(row["customer_id"]) for row in rows] == list(range(1, 23_571))
    assert set(rows[0]) >= {"first_date", "rfm", "segment", "tier"}


def test_demo_without_its_data_names_the_command_to_run(run, monkeypatch):
    monkeypatch.setattr("crmkit.datasets.cdnow.find_spec", lambda name: None)
    code, out, err = run("demo")
    assert (code, out) == (1, "")
    assert 'pip install "crmkit[lifetimes]"' in err
    assert not Path("crmkit-demo").exists()


@pytest.mark.slow  # the demo once more
def test_demo_into_a_folder_of_ones_own_in_chinese(run):
    code, out, _ = run("demo", "-o", "deep/folder", "--language", "zh")
    assert code == 0
    assert "客户数" in out
    assert "23,570" in out
    assert Path("deep/folder/customers.csv").read_bytes().startswith("\ufeff".encode())  # for Excel


# --- check and pyramid --------------------------------------------------------------------------------------------


def test_check_prints_a_ledger_that_adds_up(run):
    code, out, err = run("check", "sales.csv")
    assert (code, err) == (0, "")
    assert "sales.csv" in out
    assert "2025-03-02" in out
    lines = [re.split(r"\s{2,}", line) for line in out.splitlines()]
    ledger = lines[lines.index(["step", "rows", "customers", "amount"]) + 1 :]
    assert ledger[:3] == [
        ["rows that came in", "4", "2", "37.50"],
        ["without a customer id", "-1", "0", "-3.00"],
        ["used", "3", "2", "34.50"],
    ]
    assert ["note", "rows", "customers", "amount"] in ledger


def test_check_in_chinese_lines_its_columns_up(run):
    code, out, _ = run("check", "sales.csv", "--language", "zh")
    assert code == 0
    assert re.search(r"^读入的记录 +4 +2 +37\.50$", out, re.MULTILINE)
    table = out.split("\n\n")[1].splitlines()
    assert len({labels.width(line) for line in table}) == 1


def test_money_is_shown_with_all_its_decimals(run):
    Path("fuel.csv").write_text("customer_id,date,amount\na,2025-01-05,1.2345\na,2025-01-06,2\n")
    assert "3.2345" in run("check", "fuel.csv")[1]


def test_pyramid_of_ten_customers(run):
    crm.datasets.load_ten_customers().to_csv("ten.csv", index=False)
    code, out, err = run("pyramid", "ten.csv")
    assert (code, err) == (0, "")
    lines = [re.split(r"\s{2,}", line.strip()) for line in out.splitlines()]
    assert [fact for _, fact in lines[:2]] == ["10", "10,000.00"]
    assert [line[1:4] for line in lines if len(line) == 6][1:] == [
        ["1", "10.0%", "5,000.00"],
        ["1", "10.0%", "3,000.00"],
        ["3", "30.0%", "1,200.00"],
        ["5", "50.0%", "800.00"],
    ]
    assert ["20.0%", "2", "80.0%"] in lines  # the best 20 % are two customers with 80 %
    assert ["80.0%", "2", "20.0%"] in lines  # 80 % take two customers, which are 20 %
    assert "0.668" in out  # the Gini coefficient on paper: 0.6684


# --- score --------------------------------------------------------------------------------------------------------


DATES = ("first_date", "last_date", "downgrade_date")


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_score_writes_the_list_that_the_library_gives(run, ending):
    frame = crm.datasets.load_ten_customers()
    frame.to_csv("ten.csv", index=False)
    target = Path(f"list.{ending}")
    code, out, err = run("score", "ten.csv", "-o", str(target), "--tiers", "curry")
    assert (code, err) == (0, "")
    assert all(figure in out for figure in (str(target), "10", "10,000.00", "2024-12-31"))
    wanted = as_columns(crm.score_customers(frame, tiers="curry"))
    for name in DATES:
        wanted[name] = [moment and moment.date() for moment in wanted[name]]
    if ending == "csv":
        wanted["ended"] = [str(value).lower() for value in wanted["ended"]]
        wanted["days_left"] = [value and int(value) for value in wanted["days_left"]]  # pandas knows no missing integer
        for name in filter(_reading.is_money, wanted):  # with cents
            wanted[name] = [v if v is None else f"{v:.2f}" for v in wanted[name]]
        wanted = {name: ["" if value is None else str(value) for value in values] for name, values in wanted.items()}
        found = {name: [row[name] for row in rows_of(target)] for name in rows_of(target)[0]}
    elif ending == "parquet":
        found = pq.read_table(target).to_pydict()
    else:
        rows = list(openpyxl.load_workbook(target).worksheets[0].values)
        found = dict(zip(rows[1], map(list, zip(*rows[2:], strict=True)), strict=True))
        found |= {name: [moment and moment.date() for moment in found[name]] for name in DATES}
        # a workbook keeps 16 digits of a number, as openpyxl writes it
        wanted = {
            name: [float(f"{v:.16g}") if isinstance(v, float) else v for v in values] for name, values in wanted.items()
        }
    assert found == wanted


def test_what_the_list_cannot_tell_is_a_note_and_no_failure(run):
    rows = [f"{who},2025-0{month}-05,5\n" for who in "abc" for month in (1, 2, 3)]  # all pay the same
    Path("alike.csv").write_text("customer_id,date,amount\n" + "".join(rows))
    code, _, err = run("score", "alike.csv", "-o", "out.csv")
    assert code == 0
    assert err.startswith("note: one mean spend for all customers")


@pytest.mark.parametrize(
    ("words", "marked"),
    [((), False), (("--language", "zh"), True), (("--bom",), True), (("--language", "zh", "--no-bom"), False)],
)
def test_csv_begins_with_a_mark_where_excel_needs_it(run, words, marked):
    assert run("score", "sales.csv", "-o", "out.csv", *BRIEF, *words)[0] == 0
    start = Path("out.csv").read_bytes()
    assert start.startswith(b"\xef\xbb\xbfcustomer_id," if marked else b"customer_id,")


FORMULAS = ["=1+1", "+49", "-1", "@sum", "\tx", "＝1+1", "＋1", "－1", "＠x"]


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_text_that_looks_like_a_formula_is_inert_and_numbers_stay_numbers(run, ending):
    with Path("ids.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, quoting=csv.QUOTE_ALL)
        table.writerow(["customer_id", "date", "amount"])
        for name in FORMULAS:
            table.writerows([[name, "2025-01-01", "5"], [name, "2025-01-02", "-9"]])
    assert run("score", "ids.csv", "-o", f"out.{ending}", *BRIEF)[0] == 0
    if ending == "csv":
        found = [(row["customer_id"], float(row["monetary"])) for row in rows_of(Path("out.csv"))]
    elif ending == "xlsx":
        rows = list(openpyxl.load_workbook("out.xlsx").worksheets[0].rows)
        at = [cell.value for cell in rows[1]].index("monetary")
        assert {row[0].data_type for row in rows[2:]} == {"s"}
        found = [(row[0].value, row[at].value) for row in rows[2:]]
    else:
        table = pq.read_table("out.parquet").to_pydict()
        found = list(zip(table["customer_id"], table["monetary"], strict=True))
    written = FORMULAS if ending == "parquet" else [f"'{name}" for name in FORMULAS]
    assert sorted(found) == sorted((name, -4.0) for name in written)


def test_a_sheet_keeps_long_ids_and_odd_characters(run):
    Path("ids.csv").write_text(
        "customer_id,date,amount\n12345678901234567,2025-01-01,5\n12345678901234568,2025-01-01,5\n"
    )
    assert run("score", "ids.csv", "-o", "out.xlsx", *BRIEF)[0] == 0
    ids = [row[0] for row in openpyxl.load_workbook("out.xlsx").worksheets[0].values]
    assert ids[1:] == ["customer_id", "12345678901234567", "12345678901234568"]
    Path("odd.csv").write_bytes("customer_id,date,amount\nbell\x07,2025-01-01,5\n王,2025-01-01,5\n".encode())
    assert run("score", "odd.csv", "-o", "out.xlsx", *BRIEF)[0] == 0
    ids = [row[0] for row in openpyxl.load_workbook("out.xlsx").worksheets[0].values]
    assert ids[1:] == ["customer_id", "bell\ufffd", "王"]


def test_a_list_longer_than_a_sheet_is_refused(run, monkeypatch):
    monkeypatch.setattr(outputs, "_SHEET_ROWS", 3)
    code, _, err = run("score", "sales.csv", "-o", "out.xlsx", *BRIEF)
    assert code == 1
    assert "holds 1 rows, and the list has 2" in err
    assert ".parquet or .csv" in err


def test_columns_and_policies_are_options(run):
    Path("export.csv").write_text("Kunde;Tag;Wert\n007;05.01.2025;1.234,50\n007;06.01.2025;-0,50\n7;07.01.2025;3,00\n")
    words = ["--customer", "Kunde", "--date", "Tag", "--amount", "Wert", "--date-format", "%d.%m.%Y", "--decimal", ","]
    words += ["--as-of", "2025-01-06", "--refunds", "drop", *BRIEF]
    assert run("score", "export.csv", *words, "-o", "out.csv")[0] == 0
    (row,) = rows_of(Path("out.csv"))
    assert (row["customer_id"], row["monetary"], row["recency"]) == ("007", "1234.50", "1")


def test_a_pattern_reads_several_files(run):
    for month in (1, 2):
        Path(f"part{month}.csv").write_text(f"customer_id,date,amount\na,2025-0{month}-05,10\n")
    assert run("score", "part*.csv", "-o", "out.csv", *BRIEF)[0] == 0
    assert rows_of(Path("out.csv"))[0]["monetary"] == "20.00"


# --- nothing is half-written --------------------------------------------------------------------------------------


def test_an_existing_list_is_replaced_and_keeps_its_permissions(run, here):
    Path("out.csv").write_text("old")
    Path("out.csv").chmod(0o640)
    assert run("score", "sales.csv", "-o", "out.csv", *BRIEF)[0] == 0
    assert len(rows_of(Path("out.csv"))) == 2
    assert Path("out.csv").stat().st_mode & 0o777 == 0o640
    assert sorted(os.listdir(here)) == ["out.csv", "sales.csv"]


@pytest.mark.parametrize("source", ["sales.csv", "./sales.csv", "s*.csv"])
@pytest.mark.parametrize("output", ["sales.csv", "link.csv"])
def test_the_input_is_never_overwritten(run, source, output):
    Path("link.csv").symlink_to("sales.csv")
    code, _, err = run("score", source, "-o", output)
    assert code == 2
    assert "is the input itself" in err
    assert Path("sales.csv").read_text() == SALES


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), RuntimeError("boom"), KeyboardInterrupt()])
def test_a_failure_while_writing_leaves_the_old_list(run, here, monkeypatch, failure):
    def write_half(frame: Any, part: Path, order: Any, bom: bool) -> None:
        part.write_text("half")
        raise failure

    Path("out.csv").write_text("old")
    monkeypatch.setitem(outputs._WRITERS, ".csv", write_half)
    code, out, err = run("score", "sales.csv", "-o", "out.csv", *BRIEF)
    assert (code, out) == ({OSError: 1, RuntimeError: 70, KeyboardInterrupt: 130}[type(failure)], "")
    assert ("No space left" in err) == isinstance(failure, OSError)
    assert Path("out.csv").read_text() == "old"
    assert sorted(os.listdir(here)) == ["out.csv", "sales.csv"]


def test_a_full_disk_leaves_the_old_list(here):
    pytest.importorskip("resource")
    crm.datasets.load_cdnow(sample=True).to_csv("cdnow.csv", index=False)
    words = ["score", "cdnow.csv", "-o", "out.parquet", *BRIEF]
    assert cli.main([*words, "-q"]) == 0
    least = Path("out.parquet").stat().st_size - 1  # what is kept meanwhile is smaller than the list
    Path("out.parquet").write_text("old")
    small = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({least}, {least}))\n"  # bytes of a file
    code, out, err = finished(process(words, here, program=small + CRMKIT))
    assert (code, out) == (1, "")
    assert err.startswith("error: cannot write 'out.parquet'")
    assert len(err.splitlines()) == 1
    assert Path("out.parquet").read_text() == "old"
    assert sorted(os.listdir(here)) == ["cdnow.csv", "out.parquet", "sales.csv"]


def test_a_full_folder_for_temporary_files_is_not_the_fault_of_the_input(here):
    pytest.importorskip("resource")
    crm.datasets.load_cdnow(sample=True).to_csv("cdnow.csv", index=False)
    Path("out.parquet").write_text("old")
    small = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"  # bytes of a file
    code, out, err = finished(process(["score", "cdnow.csv", "-o", "out.parquet"], here, program=small + CRMKIT))
    assert (code, out) == (1, "")
    assert err.startswith("error: cannot write to the folder for temporary files, '")
    assert "File too large. Make room there, or set TMPDIR" in err
    assert len(err.splitlines()) == 1
    assert Path("out.parquet").read_text() == "old"
    assert sorted(os.listdir(here)) == ["cdnow.csv", "out.parquet", "sales.csv"]


SLOW = """import pathlib, sys, time
from crmkit import cli
from crmkit._frame import outputs
def slow(frame, part, order, bom):
    part.write_text("half")
    print("writing", flush=True)
    time.sleep(60)
outputs._WRITERS[".csv"] = slow
sys.exit(cli.main())"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_while_it_writes_leaves_the_old_list(here, number):
    Path("out.csv").write_text("old")
    started = process(["score", "sales.csv", "-o", "out.csv", "--horizon", "none"], here, program=SLOW)
    assert started.stdout is not None
    assert started.stdout.readline() == b"writing\n"
    started.send_signal(number)
    assert finished(started) == (128 + number, "", "")
    assert Path("out.csv").read_text() == "old"
    assert sorted(os.listdir(here)) == ["out.csv", "sales.csv"]


LOUD = """import sys
from crmkit import cli, scoring
work = scoring.score_customers
def loud(*given, **settings):
    print("scoring", flush=True)
    return work(*given, **settings)
scoring.score_customers = loud
sys.exit(cli.main())"""


def test_ctrl_c_stops_a_running_query(here):
    import duckdb

    duckdb.execute(
        """COPY (SELECT range % 99991 AS customer_id, DATE '2025-01-01' AS date, range % 1000 / 4 AS amount
        FROM range(1000000)) TO 'part0.parquet'"""
    )
    for number in range(1, 100):  # a hundred million rows, for the price of one million
        Path(f"part{number}.parquet").hardlink_to("part0.parquet")
    started = process(["score", "part*.parquet", "-o", "out.csv"], here, program=LOUD)
    assert started.stdout is not None
    assert started.stdout.readline() == b"scoring\n"
    time.sleep(0.3)
    assert started.poll() is None
    started.send_signal(signal.SIGINT)
    begun = time.monotonic()
    assert finished(started) == (130, "", "")
    assert time.monotonic() - begun < 10
    assert not Path("out.csv").exists()


# --- what goes wrong ----------------------------------------------------------------------------------------------

HEAD = b"customer_id,date,amount\n"
BAD_FILES = {
    "empty.csv": (b"", "empty (0 bytes)"),
    "header.csv": (HEAD, "no rows"),
    "cut.parquet": (b"PAR1 and then nothing", "cut.parquet"),
    "named.parquet": (HEAD + b"a,2025-01-01,1\n", "named.parquet"),
    "book.xlsx": (b"PK\x03\x04 no book", "book.xlsx"),
    "notes.docx": (b"anything", "ending of 'notes.docx'"),
    "columns.csv": (b"CustomerID,InvoiceDate,Revenue\n1,2025-01-01,5\n",
                    "--customer CustomerID --date InvoiceDate --amount Revenue"),
    "twice.csv": (b"customer_id,date,amount,amount\na,2025-01-01,1,2\n", "more than one column 'amount'"),
    "refunds.csv": (HEAD + b"a,2025-01-01,-5\n", "no purchase is left"),
    "nobody.csv": (HEAD + b",2025-01-01,5\n", "without a customer id"),
    "future.csv": (HEAD + b"a,2999-01-01,5\n", "--as-of"),
    "ancient.csv": (HEAD + b"a,0001-01-01,5\n", "0001-01-01"),
    "money.csv": (HEAD + b'a,2025-01-01,"$1,234.50"\n', "--decimal"),
    "days.csv": (HEAD + b"a,03/04/2025,5\n", "--date-format %d/%m/%Y"),
    "zones.csv": (HEAD + b"a,2025-01-01T00:00:00+02:00,5\n", "--timezone Europe/Berlin"),
    "latin.csv": (HEAD + "Zoë,2025-01-01,5\n".encode("latin-1"), "--encoding"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_input_gets_an_error_with_the_next_step(run, here, name):
    content, said = BAD_FILES[name]
    Path(name).write_bytes(content)
    for words in (["check", name], ["score", name, "-o", "out.csv"]):
        code, out, err = run(*words)
        assert (code, out) == (1, "")
        assert err.startswith("error: ")
        assert said in err
        assert "Traceback" not in err
        assert len(err.splitlines()) <= 3
    assert sorted(os.listdir(here)) == sorted([name, "sales.csv"])


def test_a_parquet_file_cut_in_the_middle(run):
    crm.datasets.load_cdnow(sample=True).to_parquet("whole.parquet")
    whole = Path("whole.parquet").read_bytes()
    Path("cut.parquet").write_bytes(whole[: len(whole) // 2])
    # The footer is whole, but the pages that it points to are not.
    Path("torn.parquet").write_bytes(b"PAR1" + bytes(len(whole) - 2004) + whole[-2000:])
    for name in ("cut.parquet", "torn.parquet"):
        code, _, err = run("score", name, "-o", "out.csv")
        assert code == 1
        assert err.startswith("error: ")
        assert name in err
        assert not Path("out.csv").exists()


def test_a_csv_with_a_mark_and_semicolons_is_read(run):
    Path("excel.csv").write_bytes("\ufeffcustomer_id;date;amount\r\n王;2025-01-01;5\r\n".encode())
    code, out, _ = run("check", "excel.csv")
    assert code == 0
    assert re.search(r"^used +1 +1 +5\.00$", out, re.MULTILINE)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["chek", "sales.csv"], "chek"),
        (["check"], "INPUT"),
        (["check", "sales.csv", "--nonsense"], "--nonsense"),
        (["--nonsense"], "--nonsense"),
        (["score", "sales.csv"], "--output"),
        (["score", "sales.csv", "-o", "out.csv", "--bins", "few"], "--bins"),
        (["score", "sales.csv", "-o", "out.csv", "--bins", "3"], "--scheme eight"),
        (["score", "sales.csv", "-o", "out.csv", "--tiers", "oval"], "--tiers oval is not known"),
        (["score", "sales.csv", "-o", "out.doc"], ".csv, .parquet, .json, .xlsx"),
        (["check", "sales.csv", "--refunds", "none"], "--refunds none is not known"),
        (["check", "sales.csv", "--as-of", "soon"], "--as-of 2025-12-31"),
        (["check", "sales.csv", "--language", "fr"], "--language fr is not known"),
        (["check", "sales.csv", "--table", "sales"], "--table is not for CSV files"),
    ],
)
def test_a_command_that_is_not_written_right_ends_with_2(run, here, words, said):
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert said in err
    assert os.listdir(here) == ["sales.csv"]


@pytest.mark.parametrize("output", ["nowhere/out.csv", "folder.csv"])
def test_a_place_that_cannot_be_written_to_is_refused_before_the_work(run, monkeypatch, output):
    Path("folder.csv").mkdir()
    monkeypatch.setattr(scoring, "score_customers", lambda *_, **__: pytest.fail("the work began"))
    code, _, err = run("score", "sales.csv", "-o", output)
    assert code == 1
    assert output.split("/")[0] in err


def test_a_fault_of_crmkit_is_one_line_and_a_trace_when_asked(run, monkeypatch):
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("by hand")

    monkeypatch.setattr(scoring, "score_customers", broken)
    code, out, err = run("score", "sales.csv", "-o", "out.csv")
    assert (code, out) == (70, "")
    assert err.startswith("error: unexpected ZeroDivisionError: by hand\n")
    assert "--debug" in err
    assert "Traceback" not in err
    assert "Traceback" in run("score", "sales.csv", "-o", "out.csv", "--debug")[2]


def test_a_reader_that_goes_away_is_no_error(here):
    started = process(["check", "sales.csv"], here)
    assert started.stdout is not None
    started.stdout.close()
    assert started.wait(timeout=300) == text.CLOSED_PIPE
    assert started.stderr is not None
    assert started.stderr.read() == b""
    started.stderr.close()


# --- manners ------------------------------------------------------------------------------------------------------


def test_a_terminal_that_knows_no_chinese_gets_question_marks(here):
    code, out, err = finished(process(["check", "sales.csv", "--language", "zh"], here, PYTHONIOENCODING="ascii"))
    assert (code, err) == (0, "")
    assert re.search(r"^\?+ +4 +2 +37\.50$", out, re.MULTILINE)


def test_a_terminal_is_told_of_long_work_and_only_a_terminal(run, monkeypatch, capsys):
    slow = scoring.score_customers

    def sleepy(*given: Any, **settings: Any) -> Any:
        time.sleep(0.2)
        return slow(*given, **settings)

    monkeypatch.setattr(scoring, "score_customers", sleepy)
    monkeypatch.setattr(running, "PATIENCE", 0.05)
    assert run("score", "sales.csv", "-o", "out.csv", "--horizon", "none")[2] == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    err = run("score", "sales.csv", "-o", "out.csv", "--horizon", "none")[2]
    assert "sales.csv: 0 s" in err
    assert err.endswith("\r")
    assert err.split("\r")[-2].strip() == ""  # wiped


def test_no_password_is_shown(run):
    address = "postgresql://shop:secret@localhost:1/shop"
    assert Input((address,), {}).name == "localhost:1/shop"
    code, out, err = run("check", address, "--table", "sales")
    assert code == 1
    assert err.startswith("error: ")
    assert "secret" not in out + err


def test_help_and_version(run, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    for words in ([], ["--help"], ["-h"]):
        code, out, err = run(*words)
        assert (code, err) == (0, "")
        assert all(name in out for name in ("demo", "check", "score", "pyramid"))
    code, out, _ = run("score", "--help")
    assert code == 0
    assert "replaced" in out
    assert "\x1b" not in out
    assert run("--version") == (0, f"crmkit {crm.__version__}\n", "")


def test_help_loads_no_heavy_library(here):
    heavy = "{'pandas', 'duckdb', 'polars', 'pyarrow', 'scipy', 'matplotlib', 'openpyxl'}"
    program = f"import sys; from crmkit import cli; cli.main(['--help']); sys.exit(len({heavy} & set(sys.modules)))"
    assert finished(process([], here, program=program))[0] == 0


def test_dates_in_a_list_are_days(run):
    assert run("score", "sales.csv", "-o", "out.parquet", *BRIEF)[0] == 0
    assert pq.read_table("out.parquet")["last_date"].to_pylist() == [dt.date(2025, 2, 1), dt.date(2025, 3, 1)]


# --- the families ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def file_of_cdnow(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "cdnow.csv"
    crm.datasets.load_cdnow(sample=True).to_csv(path, index=False)
    return str(path)


HALVES = ["--base", "1997-07-01:1997-12-31", "--current", "1998-01-01:1998-06-30"]
FAMILIES = {
    "lenses": ([], r"^In 1998-Q2, [\d,]+ customers brought", r"^1998-Q2：[\d,]+ 位客户带来利润"),
    "matrix": ([], r"^Platinum ", r"^白金客户"),
    "growth": (HALVES, r"^Current period +\d", r"^减购 +\d+ +-\d"),
    "migration": (["--since", "1997-12-31"], r"^up +\d", r"^升级"),
    "clusters": (["--number", "3"], r"^ +3 ", r"^ +3 "),
    "lifecycle": ([], r"^1998-06-30 +Decline", r"^1998-06-30 +退化期"),
    "downgrades": (["--period", "month"], r"^1998-07-01 +1998-07-31 +Champions", r"^1998-07-01 +1998-07-31 +冠军客户"),
    "explain": (["--who", "4"], r"^Customer 4, as of 1998-06-30$", r"^客户 4（截至 1998-06-30）$"),
    "backtest": (["--origin", "1997-09-30"], r"^All customers +2,357 ", r"^全部客户 +2,357 "),
    "sensitivity": ([], r"^past that is read +all +12 months ", r"^同值处理 +取中间名次 +取较好名次 "),
    "retention": (["--period", "quarter"], r"^1997-Q4 +418 ", r"^1997-Q4 +418 "),
    "cohorts": ([], r"^1997-01 +\d", r"^1997-01 +\d"),
    "gaps": (["--days", "90D,174D", "--days", "1Y"], r"^ +174 +[\d,]+ +\d+\.\d% ", r"^界限 +\d+ 天；90% 的回购"),
    "lost": ([], r"^days without a purchase +90D", r"^未购买天数 +90D"),
    "survival": (["--inactive", "90D", "--at", "90D,1Y"], r"^ +365\.25 +\d+ +\d+\.\d% ", r"^ +365\.25 +\d+ +\d+\.\d% "),
    "repurchase": (["--most", "3"], r"^ +3\+ +\d", r"^第几次购买 .*90 天内复购率"),
    "churn": ([], r"^recommended ", r"^推荐"),
    "winback": (["--contact-cost", "2"], r"^lost customers +[\d,]+$", r"^值得联系 +[\d,]+ \(\d+\.\d%\)$"),
    "upgrades": ([], r"^Champions +one more order of any amount ", r"^冠军客户 +再下一单（金额不限） "),
    "watch": (["--alerts", "5"], r"usually buys every|where .* is usual", r"通常"),
}


LONG = (
    "sensitivity",
    "churn",
    "matrix",
    "lifecycle",
    "clusters",
    "lost",
    "migration",
    "backtest",
    "upgrades",
)  # computed anew for the second language at night


@pytest.mark.parametrize(
    ("command", "language"),
    [*((command, "en") for command in FAMILIES),
     *(pytest.param(command, "zh", marks=[pytest.mark.slow] if command in LONG else []) for command in FAMILIES)],
)  # fmt: skip
def test_a_command_of_a_family_prints_its_table(run, file_of_cdnow, command, language):
    words, *said = FAMILIES[command]
    code, out, err = run(command, file_of_cdnow, *words, "--language", language)
    assert (code, err) == (0, "")
    assert re.search(said[language == "zh"], out, re.MULTILINE), out
    headings = re.split(" {2,}", out.splitlines()[0].strip())
    assert not any(re.search(r"\b[a-z]+_[a-z]", heading) for heading in headings), "a bare key"
    assert len(set(headings)) == len(headings), "two columns of one heading"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_survey_is_printed_with_its_drivers(run, language):
    crm.datasets.make_survey(300, seed=1).survey.to_csv("survey.csv", index=False)
    options = ["--items", "product,delivery,price", "--overall", "overall", "--period", "month", "--language", language]
    code, out, err = run("loyalty", "survey.csv", *options)
    assert (code, err) == (0, "")
    assert {"en": "net promoter score", "zh": "净推荐值"}[language] in out
    assert {"en": "derived importance", "zh": "推导重要性"}[language] in out
    assert "2023-01" in out
    scores = as_of_survey = crm.loyalty.nps(crm.datasets.make_survey(300, seed=1).survey).table
    assert f"{scores['promoters'][0]:,}" in out
    assert as_of_survey is scores


def test_a_survey_that_cannot_be_read_is_told(run):
    Path("survey.csv").write_text("customer_id,nps\na,nine\n", encoding="utf-8")
    code, _, err = run("loyalty", "survey.csv")
    assert code == 1
    assert "nine" in err
    code, _, err = run("loyalty", "survey.csv", "--score", "q1")
    assert code == 1
    assert "q1" in err


@pytest.mark.parametrize("language", ["en", "zh"])
def test_baskets_are_printed_and_offers_written(run, language):
    crm.datasets.make_baskets(200).transactions.to_csv("baskets.csv", index=False)
    code, out, err = run("basket", "baskets.csv", "--language", language, "--offers", "3", "-o", "offers.csv")
    assert (code, err) == (0, "")
    assert re.search(rf"^taco_sauce +taco_shells .* {'组合套装' if language == 'zh' else 'bundle'}$", out, re.MULTILINE)
    assert re.search(r"^printer +ink ", out, re.MULTILINE)
    assert ("购物篮" in out) == (language == "zh")
    offers = rows_of(Path("offers.csv"))
    assert [row["rank"] for row in offers[:3]] == ["1", "2", "3"]
    rules = run("basket", "baskets.csv", "--left", "2", "--min-orders", "20")
    assert rules[0] == 0
    assert re.search(r"^\w+ \+ \w+ +\w+ ", rules[1], re.MULTILINE)


def test_cohorts_and_lists_are_written(run, here, file_of_cdnow):
    assert run("cohorts", file_of_cdnow, "-o", "cohorts.xlsx")[0] == 0
    assert openpyxl.load_workbook("cohorts.xlsx").sheetnames
    assert run("churn", file_of_cdnow, "-o", "churn.csv")[0] == 0
    assert len(Path("churn.csv").read_text().splitlines()) == 2358


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["growth", "sales.csv", "--base", "2025"], "--base 2025"),
        (["explain", "sales.csv", "--who", "nobody"], "nobody"),
        (["churn", "sales.csv"], "horizon"),
        (["migration", "sales.csv", "--since", "2030-01-01"], "2030-01-01"),
    ],
)
def test_a_family_s_error_is_a_line_with_the_next_step(run, words, said):
    code, out, err = run(*words)
    assert code in (1, 2)
    assert out == ""
    assert err.startswith("error: ")
    assert said in err


# --- who stays and who leaves: what the library gives, printed --------------------------------------------------------


def figures(out: str, start: str) -> list[str]:
    """The cells of the line that begins so."""
    (line,) = [line for line in out.splitlines() if line.strip().startswith(start)]
    return re.split(r" {2,}", line.strip())


def test_gaps_beside_the_naive_share(run, file_of_cdnow):
    found = crm.survival.inactivity_threshold(crm.datasets.load_cdnow(sample=True), returning=0.8)
    code, out, _ = run("gaps", file_of_cdnow, "--returning", "0.8", "--days", "90D", "-o", "curve.csv")
    assert code == 0
    row = found.table[found.table["days"] == 90].iloc[0]
    told = [f"{row[name]:.1%}" for name in ("returned_share", "returned_low", "returned_high", "closed_share")]
    assert figures(out, "90  ") == [
        "90", f"{row['at_risk']:,.0f}", told[0], f"[{told[1]}, {told[2]}]", told[3], f"{row['still_to_come']:.1%}"
    ]  # fmt: skip
    assert figures(out, "limit") == ["limit", f"{found.limit} days; 80 % of the returns have come by then"]
    assert f"{found.plateau:.1%} of purchases" in out
    assert len(rows_of(Path("curve.csv"))) == len(found.table)
    assert figures(run("gaps", file_of_cdnow, "--days", "0D")[1], "0  ")[2:5] == ["0.0%", "[0.0%, 0.0%]", "0.0%"]


@pytest.fixture(scope="module")
def file_of_channels(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "channels.csv"
    made = crm.datasets.make_transactions(seed=1).transactions
    made.to_csv(path, index=False)
    return str(path), made


def test_survival_by_channel(run, file_of_channels):
    path, made = file_of_channels
    found = crm.survival.curve(crm.Transactions(made, channel="channel"), inactive="90D", by="channel")
    words = ["--channel", "channel", "--by", "channel", "--inactive", "90D", "--at", "120D,5Y"]
    code, out, _ = run("survival", path, *words, "-o", "curves.parquet")
    assert code == 0
    summary, at, _ = out.split("\n\n", 2)
    row = found.summary[found.summary["group"] == "shop"].iloc[0]
    assert figures(summary, "shop")[:4] == ["shop", f"{row.customers}", f"{row.n_events}", f"{row.median_days:g}"]
    then = found.at([120]).set_index("group").loc["shop"]
    interval = f"[{then.survival_low:.1%}, {then.survival_high:.1%}]"
    lines = [re.split(" {2,}", line) for line in at.splitlines() if line.startswith("shop")]
    assert lines[0][1:] == ["120", f"{then.n_at_risk:.0f}", f"{then.survival:.1%}", interval]
    assert lines[1][1:] == ["1,826.25", "0", "-", "-"]  # nobody was seen for so long
    assert f"chi-squared {found.log_rank.statistic:,.2f}, {found.log_rank.degrees} degrees of freedom" in out
    assert pq.read_table("curves.parquet").num_rows == len(found.table)


def test_survival_at_usual_times_begins_with_the_first_loss(run, file_of_cdnow):
    out = run("survival", file_of_cdnow, "--inactive", "100D")[1]
    times = [line.split()[0] for line in out.split("\n\n")[1].splitlines()[1:]]
    assert times == ["100", "120", "150", "180", "270", "365", "545"]


def test_repurchase_compared(run, file_of_channels):
    path, made = file_of_channels
    tx = crm.Transactions(made, channel="channel")
    words = ["--channel", "channel", "--by", "channel", "--within", "30D", "--compare", "--baseline", "web"]
    code, out, _ = run("repurchase", path, *words)
    assert code == 0
    rates, compared = out.split("past ends")[:2]
    want = crm.survival.repurchase(tx, within="30D", by="channel").table
    assert len([line for line in rates.splitlines() if line.startswith("app ")]) == (want["group"] == "app").sum()
    row = crm.survival.compare_repurchase(tx, within="30D", by="channel", baseline="web").table.set_index("group")
    shop = row.loc["shop"]
    assert figures(compared, "shop") == [
        "shop", f"{shop.purchases:,.0f}", f"{shop.returned:,.0f}", f"{shop.rate:.1%}",
        f"[{shop.rate_low:.1%}, {shop.rate_high:.1%}]", f"{100 * shop.difference:+.1f}",
        f"[{100 * shop.difference_low:+.1f}, {100 * shop.difference_high:+.1f}]", f"{shop.relative:+.1%}",
    ]  # fmt: skip


def test_repurchase_of_a_quarter_and_the_year_before(run, file_of_cdnow):
    words = ["--within", "30D", "--compare", "--current", "1998-01-01:1998-03-31"]
    out = run("repurchase", file_of_cdnow, *words)[1]
    assert figures(out, "year before")[-3:] == ["+0.0", "-", "+0.0%"]
    assert figures(run("repurchase", file_of_cdnow, *words, "--language", "zh")[1], "去年同期")[-2] == "-"


def test_winback_list(run, file_of_cdnow):
    sales = crm.datasets.load_cdnow(sample=True)
    found = crm.outreach.win_back(sales, contact_cost=2, margin_rate=0.3, rule={"inactive": "180D"})
    words = ["--contact-cost", "2", "--margin-rate", "0.3", "--inactive", "180D"]
    code, out, _ = run("winback", file_of_cdnow, *words, "-o", "list.csv")
    assert code == 0
    assert figures(out, "lost customers")[1] == f"{found.lost:,}"
    assert figures(out, "worth contacting")[1] == f"{found.contacted:,} ({found.contacted / found.lost:.1%})"
    assert figures(out, "expected profit")[1] == f"{found.profit:,.2f}"
    listed = rows_of(Path("list.csv"))
    assert [int(row["customer_id"]) for row in listed] == found.table["customer_id"].tolist()
    assert figures(out, "1  ")[1] == listed[0]["customer_id"]


def test_a_campaign_of_the_churn_model(run, file_of_cdnow):
    scores = crm.churn.ChurnModel().fit(sales := crm.datasets.load_cdnow(sample=True)).score(sales)
    found = crm.outreach.campaign(scores, contact_cost=3, value=50, save_rate=0.1, incentive=1)
    words = ["--contact-cost", "3", "--value", "50", "--save-rate", "0.1", "--incentive", "1"]
    code, out, _ = run("churn", file_of_cdnow, *words, "-o", "calls.csv")
    assert code == 0
    assert figures(out, "contact from")[1] == f"{found.cut_off:.1%}"
    assert figures(out, "worth contacting")[1] == f"{found.contacted:,} ({found.contacted / 2357:.1%})"
    assert figures(out, "expected profit  ")[1] == f"{found.profit:,.2f}"
    assert figures(out, "if everybody")[1] == f"{found.curve['profit'].iloc[-1]:,.2f}"
    assert [row["contact"] for row in rows_of(Path("calls.csv"))].count("true") == found.contacted


CONTRACTS = """id;fee;begins;ends;plan
a;1.010,50;2025-01-01;;basic
b;20,00;2025-01-15;2025-02-28;pro
b;25,00;2025-03-01;;pro
c;5,00;2025-02-01;2025-02-28;basic
"""


def test_contracts(run):
    Path("contracts.csv").write_text(CONTRACTS)
    columns = ["--customer", "id", "--start", "begins", "--end", "ends", "--as-of", "2025-03-31"]
    code, out, err = run("contracts", "contracts.csv", *columns, "--amount", "fee", "--decimal", ",")
    assert (code, err) == (0, "")
    rates, renewals, revenue = [line for line in out.splitlines() if line.startswith("2025-03")]
    assert rates.split() == ["2025-03", "3", "0", "1", "0", "2", "66.7%", "33.3%"]
    assert renewals.split() == ["2025-03", "0", "0", "-"]
    assert re.split(" +", revenue)[1:] == [
        "1,035.50", "0.00", "0.00", "5.00", "0.00", "5.00", "1,035.50", "99.5%", "100.0%"
    ]  # fmt: skip
    code, out, _ = run("contracts", "contracts.csv", *columns, "--by", "plan", "--rolling", "--language", "zh")
    assert code == 0
    assert "合同续约率" in out
    assert "本期内、截止日期之前有合同到期的客户" in out
    assert [line.split()[0] for line in out.splitlines()[1:3]] == ["basic", "basic"]
    assert "2025-03-01/2025-03-31" in out


@pytest.mark.parametrize(
    ("kind", "options", "settings"),
    [
        ("n_day", ["--days", "1,7", "--days", "30"], {"days": [1, 7, 30]}),
        ("bracket", ["--days", "1-30,31-90"], {"days": [(1, 30), (31, 90)]}),
        ("rolling", ["--max-age", "3", "--min-customers", "30"], {"max_age": 3, "min_customers": 30}),
    ],
)
def test_cohorts_of_each_kind(run, file_of_cdnow, kind, options, settings):
    want = crm.retention.cohorts(crm.datasets.load_cdnow(sample=True), kind=kind, **settings)
    assert run("cohorts", file_of_cdnow, "--kind", kind, *options) == (0, f"{want.text()}\n", "")


def test_the_triangle_shows_the_partial_cells_that_its_remark_speaks_of(run, file_of_cdnow):
    out = run("cohorts", file_of_cdnow, "--as-of", "1998-06-10")[1]
    assert len(figures(out, "1997-01")) == 2 + 18
    assert figures(out, "1997-01")[-1].endswith("*")
    assert "left out here" not in out


def test_rolling_periods_and_groups_of_the_watch_list(run, file_of_cdnow, file_of_channels):
    out = run("retention", file_of_cdnow, "--rolling", "--period", "quarter", "--as-of", "1998-06-10")[1]
    assert out.count("\n1998-03-11/1998-06-10 ") == 2  # rates and movements
    path, made = file_of_channels
    tx = crm.Transactions(made, channel="channel")
    found = crm.outreach.watch_list(tx, alerts_per_week=2, by="channel").table
    code, out, _ = run("watch", path, "--channel", "channel", "--by", "channel", "--alerts", "2")
    assert code == 0
    listed = out.split("\n\n")[0].splitlines()[1:]
    assert [int(line.split()[0]) for line in listed] == found["customer_id"].tolist()


def test_the_scored_list_with_churn_and_signals(run, file_of_cdnow):
    want = crm.score_customers(
        crm.datasets.load_cdnow(sample=True),
        horizon=None,
        language="zh",
        extras=crm.scoring.Extras(churn="90D", alerts_per_week=3),
    )
    words = ["--horizon", "none", "--churn", "90D", "--alerts", "3", "--language", "zh"]
    code, out, err = run("score", file_of_cdnow, "-o", "list.csv", *words)
    assert (code, err) == (0, "")
    listed = rows_of(Path("list.csv"))
    assert [float(row["p_churn"]) for row in listed] == want["p_churn"].tolist()
    assert [row["signal_label"] for row in listed] == want["signal_label"].tolist()
    assert figures(out, "平均流失概率")[1] == f"{want['p_churn'].mean():.1%}"
    assert figures(out, "在观察名单上")[1] == str((want["signal"] != "none").sum())
    assert (want["signal"] != "none").any()


def test_the_scored_list_of_a_state_to_which_files_are_added(run, monkeypatch):
    rows = crm.datasets.load_ten_customers().sort_values("date")
    rows.to_csv("all.csv", index=False)
    rows[:20].to_csv("first.csv", index=False)
    rows[20:].to_csv("second.csv", index=False)
    assert run("score", "all.csv", "-o", "want.csv", *BRIEF)[0] == 0
    assert run("score", "first.csv", "--state", "kept", "-o", "list.csv", "--batch", "one", *BRIEF)[0] == 0
    added = ["score", "second.csv", "--state", "kept", "-o", "list.csv", "--batch", "two", *BRIEF]

    def full(*_, **__):
        raise InputFileError("output_fails", path="list.csv", reason="No space left on device")

    with monkeypatch.context() as disk:  # a list that cannot be written leaves the state as it was
        disk.setattr("crmkit._frame.outputs.write_table", full)
        code, _, err = run(*added)
        assert (code != 0, "No space left" in err) == (True, True)
    assert crm.State.load("kept").batches["batch"].tolist() == ["one"]
    assert run(*added)[0] == 0  # without --replace
    assert rows_of(Path("list.csv")) == rows_of(Path("want.csv"))
    code, _, err = run(*added)
    assert code == 2
    assert "already holds a batch 'two'" in err
    assert "--replace" in err
    assert run(*added, "--replace")[0] == 0
    assert rows_of(Path("list.csv")) == rows_of(Path("want.csv"))
    assert crm.State.load("kept").batches["batch"].tolist() == ["one", "two"]


def test_a_list_without_churn_and_signals_does_not_speak_of_them(run):
    out = run("score", "sales.csv", "-o", "list.csv", "--horizon", "none")[1]
    assert "churn" not in out
    assert "watch-list" not in out


@pytest.mark.parametrize(("scheme", "bins", "best"), [("eleven", 5, "champions"), ("eight", 9, "important_value")])
def test_upgrade_paths(run, file_of_cdnow, scheme, bins, best):
    ways = crm.explanation.upgrade_paths(crm.datasets.load_cdnow(sample=True), scheme=scheme, bins=bins)
    words = ["--scheme", scheme, "--bins", str(bins)]
    code, out, err = run("upgrades", file_of_cdnow, *words, "-o", "ways.csv")
    assert (code, err) == (0, "")
    facts, kinds, first = out.rstrip("\n").split("\n\n")
    going = int(ways["upgrade_to"].notna().sum())
    assert figures(facts, "way up by orders")[1] == f"{going:,} ({going / 2357:.1%})"
    added = int(ways["add_to"].notna().sum())
    assert figures(facts, "way up by money added")[1] == f"{added:,} ({added / 2357:.1%})"
    # every kind by hand: who is led to the same segment by as many orders, of any or of some amount
    ways["pays"] = ways["upgrade_money"] > 0
    want = [
        [f"{len(of):,}", f"{len(of) / 2357:.1%}", f"{of['upgrade_money'].mean():,.2f}"]
        for _, of in ways.groupby(["upgrade_to", "upgrade_orders", "pays"])
    ]
    top = (ways["segment"] == best).sum()
    want.append([f"{top:,}", f"{top / 2357:.1%}", "-"])
    found = [re.split(" {2,}", line.strip())[-3:] for line in kinds.splitlines()[1:]]
    assert sorted(found) == sorted(want)
    assert "  none: the best segment already  " in kinds
    listed = rows_of(Path("ways.csv"))
    order = ways.sort_values(["upgrade_by", "customer_id"], na_position="last")["customer_id"].tolist()
    assert [int(row["customer_id"]) for row in listed] == order
    assert [int(line.split()[0]) for line in first.splitlines()[1:]] == order[:10]


def test_several_orders_are_on_several_days_where_there_are_no_order_ids(run):
    crm.datasets.load_ten_customers().rename(columns={"order_id": "nr"}).to_csv("ten.csv", index=False)
    kind = "2 more orders of at least a certain amount together"
    for words, said in (((), f"{kind}, each on another day"), (("--order", "nr"), kind)):
        lines = [re.split(" {2,}", line) for line in run("upgrades", "ten.csv", *words)[1].splitlines()]
        assert ["Champions", said, "1", "10.0%", "2,600.00"] in lines


def test_clusters_of_the_best_number_of_a_range(run, file_of_cdnow):
    found = crm.segment.cluster(crm.summarize(crm.datasets.load_cdnow(sample=True)), n_clusters=range(3, 5))
    out = run("clusters", file_of_cdnow, "--number", "3-4")[1]
    assert len(out.split("\n\n")[0].splitlines()) == 1 + found.n_clusters
    assert found.recommendation in out


def test_the_value_matrix_of_a_quantile(run, file_of_cdnow):
    tx = crm.Transactions(crm.datasets.load_cdnow(sample=True))
    found = crm.segment.value_matrix(tx, cut="quantile", share=0.8)
    out = run("matrix", file_of_cdnow, "--cut", "quantile", "--share", "0.8")[1]
    lines = [re.split(" {2,}", line) for line in out.splitlines()[1:5]]
    assert [int(line[2].replace(",", "")) for line in lines] == found.table["customers"].tolist()
    assert found.describe_cuts() in out


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_bridge_is_in_the_words_of_the_library(run, file_of_cdnow, language):
    base, current = ([*word.split(":")] for word in HALVES[1::2])
    sales = crm.datasets.load_cdnow(sample=True)
    steps = crm.growth.revenue_bridge(sales, base=base, current=current, language=language).steps
    out = run("growth", file_of_cdnow, *HALVES, "--language", language)[1]
    lines = [re.split(" {2,}", line) for line in out.split("\n\n")[1].splitlines()[1:]]
    assert lines == [
        [row.step_label, f"{row.customers:,}", f"{row.amount:,.2f}"] for row in steps.itertuples(index=False)
    ]


def test_the_audit_says_its_settings_in_words(run, file_of_cdnow):
    found = crm.sensitivity(crm.datasets.load_cdnow(sample=True), "textbook")
    out = run("sensitivity", file_of_cdnow, "--scheme", "textbook", "--language", "zh")[1]
    assert out.startswith(found.text("zh") + "\n\n")
    assert "12M" not in out


def test_a_group_of_the_user_s_own_keeps_its_name():
    groups = {"group": ["lost", "all", "ungrouped"]}
    assert text.table(groups, {"group": text.group}, "zh")[1:] == ["lost", "全部", "未分组"]


# What is wrong on the command line, and what the complaint says to do instead.
WRONG = [
    (["watch", "sales.csv", "--alerts", "0"], "--alerts 0.0 is not above 0. Give one such as --alerts 20."),
    (["watch", "sales.csv", "--weeks", "5"], "Give --weeks 26 or a shorter --horizon."),
    (["watch", "sales.csv", "--window", "0D"], "--window 0D is shorter than a day"),
    (["watch", "sales.csv", "--horizon", "long"], "Give 39W, 12M, 2Y or 90D, such as --horizon 52W."),
    (["repurchase", "sales.csv", "--by", "channel"], "Name the column, such as --channel COLUMN."),
    (["gaps", "sales.csv", "--returning", "2"], "--returning 2.0 is not a share"),
    (["gaps", "sales.csv", "--days", "90"], "--days 90 is not a duration"),
    (["survival", "sales.csv", "--inactive", "0D"], "--inactive 90D"),
    (["survival", "sales.csv", "--inactive", "9Y"], "--inactive 9Y is 3287 days"),
    (["survival", "sales.csv", "--at", "soon"], "--at soon is not a duration"),
    (["repurchase", "sales.csv", "--within", "x"], "--within x is not a duration"),
    (["repurchase", "sales.csv", "--most", "0"], "--most 0 is not a whole number"),
    (["repurchase", "sales.csv", "--baseline", "web"], "--baseline web goes with --compare"),
    (["repurchase", "sales.csv", "--compare", "--current", "1998"], "--current 2024-01-01:2024-12-31"),
    (["repurchase", "sales.csv", "--compare", "--current", "2025-03-31:2025-01-01"],
     "--current 2025-03-31:2025-01-01 ends before it begins"),
    (["winback", "sales.csv"], "--contact-cost"),
    (["winback", "sales.csv", "--contact-cost", "-1"], "--contact-cost -1.0 is below 0"),
    (["winback", "sales.csv", "--contact-cost", "1", "--inactive", "9Y", "--horizon", "30D"],
     "nobody is lost by --inactive 9Y"),
    (["winback", "sales.csv", "--contact-cost", "1", "--margin-rate", "3"], "--margin-rate 3.0 is not a share"),
    (["churn", "sales.csv", "--contact-cost", "2"], "Give also --value 50 --save-rate 0.1."),
    (["cohorts", "sales.csv", "--days", "1"], "--days does not go with --kind classic"),
    (["cohorts", "sales.csv", "--kind", "n_day", "--days", "1,x"], "--days x is not a whole number"),
    (["cohorts", "sales.csv", "--kind", "n_day", "--days", "1,1"], "Give a list such as --days 1,7,30."),
    (["cohorts", "sales.csv", "--kind", "bracket", "--days", "31"], "--days 31 are not distinct pairs"),
    (["cohorts", "sales.csv", "--kind", "bracket", "--days", "9-1"], "such as --days 1-7,8-30."),
    (["retention", "sales.csv", "--fiscal-start", "13"], "--fiscal-start 13"),
    (["migration", "sales.csv", "--since", "hello"], "--since hello is not a date"),
    (["migration", "sales.csv", "--since", "2030-01-01"],
     "--since 2030-01-01 is no earlier day: the data go from 2025-01-05, and the past ends on 2025-03-02. "
     "Give one between, such as --since 2025-02-02."),
    (["migration", "sales.csv", "--since", "2025-03-02"], "--since 2025-03-02 is no earlier day"),
    (["migration", "sales.csv", "--since", "1990-01-01"], "--since 1990-01-01 is no earlier day"),
    (["backtest", "sales.csv", "--horizon", "9D", "--origin", "hello"], "--origin hello is not a date"),
    (["backtest", "sales.csv", "--origin", "2025-03-01", "--horizon", "9D"],
     "The latest that works is --origin 2025-02-21; or give a shorter --horizon."),
    (["backtest", "sales.csv", "--horizon", "9Y"], "Give a shorter one, such as --horizon 18D."),
    (["clusters", "sales.csv", "--number", "three"], "--number three is not known. Give --number auto"),
    (["clusters", "sales.csv", "--number", "4-2"], "or a range from which the best is chosen, such as --number 3-6."),
    (["clusters", "sales.csv", "--number", "1"], "--number 1 is not known"),
    (["clusters", "sales.csv", "--number", "3-99"], "cannot form the clusters asked for (--number 3-99)"),
    (["matrix", "sales.csv", "--cut", "quantile"], "--cut quantile and no --share do not go together"),
    (["matrix", "sales.csv", "--share", "0.5"], "such as --cut quantile --share 0.8."),
    (["matrix", "sales.csv", "--cut", "quantile", "--share", "2"], "--share 2.0 is not a share"),
    (["matrix", "sales.csv", "--cut", "x"], "--cut x is not known. Choose one of 'median', 'mean', 'quantile'.\n"),
    (["growth", "sales.csv"], "Give periods, such as --base 2025-01-05:2025-02-02 --current 2025-02-03:2025-03-02."),
    (["growth", "sales.csv", "--base", "2025-01-05:2025-01-31"],
     "one period is missing: --base 2025-01-05:2025-01-31, no --current. Give both, such as --base"),
    (["growth", "sales.csv", "--base", "2025-01-05:2025-01-31", "--current", "2025-02-01:2025-12-31"],
     "or give --as-of 2025-12-31."),
    (["growth", "sales.csv", "--product", "sku", "--order=nr"], "--amount amount --product COLUMN --order COLUMN\n"),
    (["growth", "sales.csv", "--customer", "nobody"], "Name the columns: --customer customer_id --date date"),
    (["explain", "sales.csv", "--who", "a", "--bins", "4"], "Use --scheme eight.\n"),
    (["upgrades", "sales.csv", "--bins", "4"], "Use --scheme eight.\n"),
    (["upgrades", "sales.csv", "--scheme", "nine"], "--scheme nine is not known"),
    (["score", "sales.csv", "-o", "x.csv", "--churn", "soon"], "--churn soon is not a duration"),
    (["score", "sales.csv", "-o", "x.csv", "--churn", "0D"], "--churn 0D is less than a day"),
    (["score", "sales.csv", "-o", "x.csv", "--churn", "90D", "--horizon", "none"], "such as --churn 14D."),
    (["score", "sales.csv", "-o", "x.csv", "--batch", "1"], "batches are those of a state, and there is none."),
    (["score", "sales.csv", "-o", "x.csv", "--alerts", "0"], "--alerts 0.0 is not above 0. Give one such as --alerts"),
    (["churn", "sales.csv"], "such as --horizon 14D."),
    (["contracts", "sales.csv"], "--as-of"),
    (["contracts", "sales.csv", "--as-of", "soon"], "--as-of soon is not a date"),
    (["contracts", "sales.csv", "--as-of", "2025-01-31"],
     "Name the columns, such as: --customer customer_id --start COLUMN --end COLUMN"),
    (["contracts", "sales.csv", "--as-of", "2025-01-31", "--decimal", "x"], "--decimal x is not known"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "said"), WRONG, ids=[" ".join(words) for words, _ in WRONG])
def test_a_complaint_names_options_and_no_python(run, words, said):
    code, out, err = run(*words)
    assert code in (1, 2)
    assert out == ""
    assert err.startswith("error: ")
    assert said in err
    assert not re.search(r"\b[a-z_]+=", err), "an argument of Python"


def test_help_lists_every_command_once_in_its_section(run):
    out = run("--help")[1]
    listed = re.findall(r"^  ([a-z]+)  +[A-Z]", out, re.MULTILINE)
    assert sorted(listed) == sorted(typer.main.get_command(app).commands)
    assert "Who stays:\n  retention " in out
