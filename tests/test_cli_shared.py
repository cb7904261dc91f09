"""What every command shares: where its answer goes, settings, help in two languages, exit codes, near names."""

from __future__ import annotations

import io
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
import typer

import crmkit as crm
from conftest import as_columns
from crmkit import cli, labels
from crmkit.cli import settings
from crmkit.cli.app import SECTIONS, app
from crmkit.cli.session import commands

SALES = """customer_id,date,amount
a,2025-01-05,20.00
a,2025-02-01,5.50
b,2025-03-01,9.00
,2025-03-02,3.00
"""


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


@pytest.fixture
def piped(monkeypatch):
    """Let bytes be on standard input."""

    def pipe(content: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    return pipe


# --- where the answer goes ------------------------------------------------------------------------------------------


def test_one_table_in_four_kinds_of_file(run):
    ledger = as_columns(crm.read("sales.csv").ledger)
    for ending in ("csv", "parquet", "json", "xlsx"):
        assert run("check", "sales.csv", "-q", "-o", f"out.{ending}") == (0, "", "")
    assert pq.read_table("out.parquet").to_pydict() == ledger
    assert json.loads(Path("out.json").read_text()) == [
        dict(zip(ledger, row, strict=True)) for row in zip(*ledger.values(), strict=True)
    ]
    lines = Path("out.csv").read_text().splitlines()
    assert lines[0] == "step,rows,customers,amount"
    assert lines[1:] == [
        f"{step},{rows},{customers},{amount:.2f}"
        for step, rows, customers, amount in zip(*ledger.values(), strict=True)
    ]
    page = [list(row) for row in openpyxl.load_workbook("out.xlsx").worksheets[0].values]
    assert page[1] == list(ledger)
    assert [list(column) for column in zip(*page[2:], strict=True)] == list(ledger.values())


def test_standard_output_takes_the_table_and_nothing_else(run):
    code, out, err = run("check", "sales.csv", "-o", "-", "--format", "json")
    assert (code, err) == (0, "")
    assert json.loads(out)[0]["step"] == "input"
    assert run("check", "sales.csv", "-o", "-")[1].startswith("step,rows,customers,amount\n")


def test_another_table_of_a_command_by_its_name(run):
    assert run("check", "sales.csv", "-o", "-", "--part", "notes")[1].startswith("note,rows,customers,amount\n")
    code, _, err = run("check", "sales.csv", "-o", "-", "--part", "note")
    assert code == 2
    assert "which has ledger, notes. Give one, such as --part notes." in err


def test_a_list_goes_through_a_pipe_as_it_goes_into_a_file(run, piped):
    assert run("score", "sales.csv", "-q", "-o", "list.csv", "--horizon", "none")[0] == 0
    piped(SALES.encode())
    code, out, err = run("score", "-", "-o", "-", "--horizon", "none")
    assert (code, err) == (0, "")
    assert out == Path("list.csv").read_text()


@pytest.mark.parametrize("ending", ["csv", "parquet", "json", "xlsx", "gb18030"])
def test_what_is_piped_in_is_known_by_its_content(run, piped, ending):
    frame = crm.datasets.load_ten_customers().rename(columns={"order_id": "nr"})
    if ending == "gb18030":
        piped(frame.rename(columns={"nr": "单号"}).to_csv(index=False).encode("gb18030"))
        assert "10,000.00" in run("check", "-", "--encoding", "gb18030")[1]
        return
    name = f"ten.{ending}"
    writers = {"csv": frame.to_csv, "parquet": frame.to_parquet, "xlsx": frame.to_excel}
    if ending == "json":
        frame.to_json(name, orient="records", lines=True, date_format="iso")
    else:
        writers[ending](name, index=False)
    piped(Path(name).read_bytes())
    code, out, err = run("check", "-")
    assert (code, err) == (0, "")
    assert "standard input" in out
    assert "10,000.00" in out


def test_an_error_about_what_is_piped_in_names_no_private_file(run, piped):
    piped(b"")
    code, _, err = run("check", "-")
    assert code == 1
    assert "standard input" in err
    assert "piped" not in err


def test_csv_has_cents_and_a_book_formats(run):
    assert run("segments", "sales.csv", "-q", "-o", "out.csv")[0] == 0
    rows = [line.split(",") for line in Path("out.csv").read_text().splitlines()]
    value = rows[0].index("value")
    assert {len(row[value].partition(".")[2]) for row in rows[1:]} == {2}
    assert run("segments", "sales.csv", "-q", "-o", "out.xlsx", "--language", "zh")[0] == 0
    book = openpyxl.load_workbook("out.xlsx")
    page = book.worksheets[0]
    keys = [cell.value for cell in page[2]]
    heads = [cell.value for cell in page[1]]
    assert "customer_share" in keys
    assert heads[keys.index("customers")] == labels.text("customers", "zh")
    formats = {key: page.cell(3, at + 1).number_format for at, key in enumerate(keys)}
    assert formats["value"] == "#,##0.00"
    assert formats["customer_share"] == "0.0%"
    assert page.auto_filter.ref == f"A2:{openpyxl.utils.get_column_letter(len(keys))}{page.max_row}"
    assert page.freeze_panes == "B3"
    assert page.column_dimensions["A"].width >= 9
    told = {row[0]: row[1] for row in book["settings"].values}
    assert told[labels.text("input_source", "zh")] == "sales.csv"


def test_dates_of_a_book_are_dates_and_definitions_stand_beside(run):
    crm.datasets.load_cdnow(sample=True).to_csv("cdnow.csv", index=False)
    assert run("retention", "cdnow.csv", "-q", "-o", "out.xlsx")[0] == 0
    book = openpyxl.load_workbook("out.xlsx")
    assert book.sheetnames == ["data", "movements", "settings"]
    found = crm.retention.rates(crm.datasets.load_cdnow(sample=True))
    told = [tuple(row[:2]) for row in book["settings"].values]
    assert set(found.definition.lines("en")) <= set(told)
    keys = [cell.value for cell in book["data"][2]]
    rate = [row[keys.index("retention_rate")] for row in list(book["data"].values)[2:]]
    assert rate[1] == pytest.approx(found.table["retention_rate"][1], abs=0)


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_a_picture_is_drawn_where_it_is_asked_for(run, ending):
    pytest.importorskip("matplotlib")
    code, _, err = run("pyramid", "sales.csv", "--plot", f"p.{ending}")
    assert (code, err) == (0, "")
    assert Path(f"p.{ending}").stat().st_size > 3000
    start = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[ending]
    assert Path(f"p.{ending}").read_bytes().startswith(start)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check", "sales.csv", "--format", "json"], "--format json is for what goes to standard output"),
        (["check", "sales.csv", "-o", "x.csv", "--format", "json"], "contradict. Leave --format out."),
        (["check", "sales.csv", "-o", "-", "--format", "xls"], "not one of csv, parquet, json, xlsx"),
        (["check", "sales.csv", "--part", "notes"], "Give also --output FILE"),
        (["check", "sales.csv", "--plot", "x.gif"], ".png, .svg, .pdf"),
        (["pyramid", "sales.csv", "--plot", "no/such/folder.png"], "no folder"),
        (["explain", "sales.csv"], "crmkit explain INPUT ID"),
        (["check", "sales.csv", "-o"], "--output needs a value"),
        (["watch", "sales.csv", "--weeks", "1.5"], "--weeks 1.5 is not a whole number. Give one, such as --weeks 26."),
        (["clv", "sales.csv", "--margin-rate", "much"], "--margin-rate much is not a number"),
    ],
)
def test_what_cannot_be_written_is_refused_with_its_option(run, words, said):
    code, out, err = run(*words)
    assert (code in (1, 2), out) == (True, "")
    assert said in err or said.replace("--output", "-o") in err


def test_quiet_and_verbose(run):
    assert run("check", "sales.csv", "-q") == (0, "", "")
    code, out, err = run("check", "sales.csv", "-v")
    assert (code, out) == (0, run("check", "sales.csv")[1])
    assert "sales.csv" in err
    assert "done in" in err


# --- settings -------------------------------------------------------------------------------------------------------

EXPORT = "Kunde;Tag;Wert\n007;05.01.2025;1.234,50\n007;06.01.2025;-0,50\n7;07.01.2025;3,00\n"
TOML = """language = "zh"
[roles]
customer = "Kunde"
date = "Tag"
amount = "Wert"
[file]
date_format = "%d.%m.%Y"
decimal = ","
"""


@pytest.fixture
def export(run):
    Path("export.csv").write_text(EXPORT)
    Path("crmkit.toml").write_text(TOML)
    return run


def test_roles_are_said_once(export):
    code, out, err = export("check", "export.csv")
    assert (code, err) == (0, "")
    assert "实际使用" in out
    assert "1,237.00" in out


def test_options_come_before_variables_before_the_file(export, monkeypatch):
    monkeypatch.setenv("CRMKIT_CUSTOMER", "Tag")
    assert "customer=Tag" in export("check", "export.csv")[1]
    assert "customer=Kunde" in export("check", "export.csv", "--customer", "Kunde")[1]
    monkeypatch.delenv("CRMKIT_CUSTOMER")
    assert "customer=Kunde" in export("check", "export.csv", "--language", "en")[1]
    assert export("check", "export.csv", "--config", "none")[0] == 1
    monkeypatch.setenv("CRMKIT_LANGUAGE", "en")
    assert "used" in export("check", "export.csv")[1]


def test_another_file_is_named(export):
    Path("crmkit.toml").rename("mine.toml")
    assert export("check", "export.csv", "--config", "mine.toml")[0] == 0
    assert export("check", "export.csv", "--config=mine.toml")[0] == 0
    assert export("check", "export.csv", "--config", "absent.toml")[0] == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('[roles]\ncustommer = "x"', "[roles] custommer, which is no setting. Is it [roles] customer?"),
        ('[roles]\nencoding = "x"', "Is it [file] encoding?"),
        ('customer = "x"', "[roles] customer"),
        ('[file]\nquery = "DROP TABLE x"', "which is no setting"),
        ('[file]\noutput = "/etc/passwd"', "Queries, keys and outputs have no place there"),
        ('key = "secret"', "which is no setting"),
        ("[file]\nskip = true", "skip = True, which is not of the form"),
        ('[file]\nheader = "no"', "true / false"),
        ("roles = 3", "roles = 3"),
        ("not toml", "is not written as TOML"),
        ('language = "fr"', "--language fr is not"),
    ],
)
def test_what_is_no_setting_is_refused_with_the_nearest(run, content, said):
    Path("crmkit.toml").write_text(content)
    code, out, err = run("check", "sales.csv")
    assert (code in (1, 2), out) == (True, "")
    assert said in err
    assert run("--help")[0] == 0  # help is to be had all the same


@pytest.mark.skipif(os.name != "posix", reason="modes of files are those of POSIX")
def test_settings_that_others_can_write_are_refused(run, monkeypatch):
    Path("crmkit.toml").write_text(TOML)
    Path("crmkit.toml").chmod(0o646)
    code, _, err = run("check", "sales.csv")
    assert code == 1
    assert "chmod o-w" in err
    assert run("check", "sales.csv", "--config", "none")[0] == 0
    Path("crmkit.toml").chmod(0o644)
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    monkeypatch.setattr(settings.os, "fstat", lambda _: os.stat_result((0o100644, 0, 0, 1, 1234, 0, 0, 0, 0, 0)))
    assert "belongs to another user" in run("check", "sales.csv")[2]


# --- help, near names, completion -----------------------------------------------------------------------------------


def everything():
    for name, command in sorted(commands().commands.items()):
        for each in command.params:
            yield name, each


def test_every_command_and_option_has_words_in_both_languages():
    from crmkit.labels.help import WORDS

    lacking = {f"about_{name}" for name in commands().commands} - set(WORDS)
    lacking |= {
        f"option_{name}_{each.name}" for name, each in everything()
        if f"option_{name}_{each.name}" not in WORDS and f"option_{each.name}" not in WORDS
    }  # fmt: skip
    assert lacking == set()
    idle = {key for key in WORDS if key.startswith("option_")} - {
        key for name, each in everything() for key in (f"option_{each.name}", f"option_{name}_{each.name}")
    }
    assert idle <= {f"option_{name}" for name in ("help", "version", "install_completion", "show_completion", "debug")}
    assert all(any(ord(letter) > 0x2E80 for letter in zh) for _, zh in WORDS.values())


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", sorted(set(itertools.chain.from_iterable(SECTIONS.values()))))
def test_the_help_of_a_command_lists_each_of_its_options(run, name, language, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    code, out, err = run(name, "--help", "--language", language)
    assert (code, err) == (0, "")
    for each in commands().commands[name].params:
        assert each.opts[0] in out or (each.metavar or "") in out, each.name
    assert "option_" not in out
    assert all(labels.width(line) <= 100 for line in out.splitlines()), max(out.splitlines(), key=labels.width)
    assert ("用法" in out) == (language == "zh")


def test_the_help_is_in_the_language_that_is_set(run, monkeypatch):
    assert "Usage:" in run("--help")[1]
    monkeypatch.setenv("CRMKIT_LANGUAGE", "zh")
    out = run("--help")[1]
    assert "用法：" in out
    assert "打印客户金字塔" in out


def test_errors_are_in_the_language_that_is_asked_for(run):
    code, _, err = run("check", "sales.csv", "--as-of", "soon", "--language", "zh")
    assert code == 2
    assert err.startswith("错误：--as-of soon 不是")
    assert "没有命令" in run("chek", "sales.csv", "--language", "zh")[2]
    assert "没有选项 --costumer。是不是 --customer" in run("check", "sales.csv", "--costumer", "x", "--language=zh")[2]
    assert crm.labels.text("used") == "used", "the language of the process is what it was"


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [("chek", "check"), ("ltv", "clv"), ("cohort", "cohorts"), ("kmeans", "clusters"), ("nps", "loyalty"),
     ("win-back", "winback"), ("segment", "segments"), ("summary", "check")],
)  # fmt: skip
def test_a_command_that_is_not_there_is_answered_with_the_nearest(run, wrong, meant):
    code, out, err = run(wrong, "sales.csv")
    assert (code, out) == (2, "")
    assert f"Is it {meant}" in err


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [("--freq", "--period"), ("--perod", "--period"), ("--sep", "--separator"), ("--invoice", "--order"),
     ("--lang", "--language"), ("--delimiter", "--separator"), ("--output-file", "--output")],
)  # fmt: skip
def test_an_option_that_is_not_there_is_answered_with_the_nearest(run, wrong, meant):
    code, out, err = run("retention", "sales.csv", wrong, "x")
    assert (code, out) == (2, "")
    assert meant in err


def test_the_shell_completes_commands_and_options():
    environment = {**os.environ, "_CRMKIT_COMPLETE": "complete_bash", "COMP_WORDS": "crmkit retenti", "COMP_CWORD": "1",
                   "_TYPER_COMPLETE_TESTING": "1"}  # fmt: skip
    program = "import sys; sys.argv[0] = 'crmkit'; from crmkit.cli import main; sys.exit(main())"
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["retention"]


def test_every_section_names_commands_that_exist():
    listed = list(itertools.chain.from_iterable(SECTIONS.values()))
    assert sorted(listed) == sorted(typer.main.get_command(app).commands)


# --- without extras -------------------------------------------------------------------------------------------------

BLOCKED = "import sys\nsys.modules |= dict.fromkeys({blocked!r})\n"
EXTRAS = ("typer", "rich", "click", "matplotlib", "sklearn", "polars", "pyarrow", "python_calamine", "xlsxwriter",
          "holidays", "cryptography", "adbc_driver_postgresql", "jinja2")  # fmt: skip


def without(blocked, code, folder):
    program = BLOCKED.format(blocked=list(blocked)) + code
    environment = {**os.environ, "PYTHONPATH": str(Path(crm.__file__).parents[1])}
    return subprocess.run(
        [sys.executable, "-c", program], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_scoring_needs_no_extra(here):
    code = "import crmkit as crm; print(len(crm.score_customers(crm.read('sales.csv'), horizon=None)))"
    done = without(EXTRAS, code, here)
    assert (done.returncode, done.stdout, done.stderr) == (0, "2\n", "")


def test_the_command_line_without_its_extra_is_told_in_a_line(here):
    done = without(EXTRAS, "from crmkit.cli import main; sys.exit(main(['check', 'sales.csv']))", here)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == 'error: the command line needs the package typer. Run: pip install "crmkit[cli]"\n'


@pytest.mark.parametrize(
    ("blocked", "words", "extra"),
    [
        ("xlsxwriter", ["check", "sales.csv", "-o", "x.xlsx"], "crmkit[excel]"),
        ("matplotlib", ["pyramid", "sales.csv", "--plot", "x.png"], "crmkit[plot]"),
        ("sklearn", ["clusters", "sales.csv", "--number", "2"], "crmkit[learn]"),
        ("lifetimes", ["demo"], "crmkit[lifetimes]"),
    ],
)
def test_a_missing_extra_is_named_in_one_line(here, blocked, words, extra):
    done = without([blocked], f"from crmkit.cli import main; sys.exit(main({words!r}))", here)
    assert (done.returncode, done.stdout) == (1, "")
    assert extra in done.stderr
    assert len(done.stderr.splitlines()) == 1


# --- the nightly job of the documentation ---------------------------------------------------------------------------

NIGHTLY = Path(__file__).parents[1] / "docs" / "nightly.sh"


@pytest.mark.slow  # a minute; .ci/run runs it every time
@pytest.mark.skipif(os.name != "posix", reason="a script of the POSIX shell")
def test_the_nightly_script_checks_scores_reports_and_compares(here):
    (here / "bin").mkdir()
    command = here / "bin" / "crmkit"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m crmkit "$@"\n')
    command.chmod(0o755)
    environment = {**os.environ, "PATH": f"{here / 'bin'}:{os.environ['PATH']}",
                   "PYTHONPATH": str(Path(crm.__file__).parents[1])}  # fmt: skip
    frame = crm.datasets.load_ten_customers().rename(columns={"order_id": "nr"})

    def night(day, rows):
        return subprocess.run(
            ["sh", str(NIGHTLY), day], cwd=here, env=environment, input=rows.to_csv(index=False), text=True,
            capture_output=True, check=False,
        )  # fmt: skip

    done = night("2025-01-01", frame[frame["date"] < "2024-10-01"])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = night("2025-01-02", frame)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    kept = here / "kept" / "2025-01-02"
    assert sorted(os.listdir(kept)) == [
        "changes.txt", "customers.csv", "ledger.json", "report.html", "sales.csv", "segments.csv"
    ]  # fmt: skip
    want = crm.score_customers(crm.read(kept / "sales.csv"), horizon=None)
    assert len((kept / "customers.csv").read_text().splitlines()) == 1 + len(as_columns(want)["customer_id"])
    changed = (kept / "changes.txt").read_text().splitlines()
    assert [line for line in changed if line.startswith("+champions,")]
    done = night("2025-01-03", frame.assign(customer_id=None))
    assert done.returncode == 1
    assert not (here / "kept" / "2025-01-03" / "customers.csv").exists()
    assert len(NIGHTLY.read_text().splitlines()) <= 12


# --- every command, every kind of file (by night) -------------------------------------------------------------------

GIVEN = {
    "explain": ["4"], "migration": ["--since", "1997-12-31"], "winback": ["--contact-cost", "2"],
    "clusters": ["--number", "3"], "growth": ["--base", "1997-07-01:1997-12-31", "--current", "1998-01-01:1998-06-30"],
    "score": ["--horizon", "none"], "survival": ["--inactive", "90D"], "backtest": ["--origin", "1997-09-30"],
}  # fmt: skip
# Files of their own kind, or another INPUT.
APART = {"demo", "report", "sql", "contracts", "loyalty", "basket"}


@pytest.fixture(scope="module")
def cdnow(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "cdnow.csv"
    crm.datasets.load_cdnow(sample=True).to_csv(path, index=False)
    return str(path)


@pytest.mark.slow  # fits models: minutes for all commands
@pytest.mark.parametrize("name", sorted(set(itertools.chain.from_iterable(SECTIONS.values())) - APART))
def test_a_command_writes_one_table_in_every_kind_of_file_and_draws(run, cdnow, name):
    pytest.importorskip("matplotlib").use("Agg")
    words = [name, cdnow, *GIVEN.get(name, []), "-q", "--language", "zh"]
    for ending in ("csv", "json", "parquet", "xlsx"):
        assert run(*words, "-o", f"out.{ending}") == (0, "", "")
    table = pq.read_table("out.parquet")
    keys = table.column_names
    assert Path("out.csv").read_text(encoding="utf-8-sig").splitlines()[0].split(",") == keys
    rows = json.loads(Path("out.json").read_text())
    assert len(rows) == table.num_rows
    assert not rows or list(rows[0]) == keys
    if name != "cohorts":  # its book is the triangle, as people know it
        page = list(openpyxl.load_workbook("out.xlsx").worksheets[0].values)
        assert list(page[1]) == keys
        assert len(page) == table.num_rows + 2
    code, out, err = run(*words, "--plot", "out.png")
    assert (code, out, err) == (0, "", "")
    assert Path("out.png").stat().st_size > 5000
