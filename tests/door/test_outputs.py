"""What is written: private until it is whole, swept after a kill, inert in every spreadsheet."""

from __future__ import annotations

import csv
import io
import os
import signal
import subprocess
import sys
import textwrap

import openpyxl
import pandas as pd
import pytest

from crmkit._frame import outputs
from crmkit.errors import InputFileError

EVIL = [
    "=1+1", "+1", "-1", "@x", "\t=1", "＝1", "x;=1+1;", "x;  -1", 'x;"=1"', "a\n=1", "a\r\n@b", "a\t+1", ";;=1", "x|=1",
]  # fmt: skip
PLAIN = ["a;b", "a, -b", "x-1", "3=4", "1;2", "a\nb", 'say "no"', "", "-", "−4"]


def opened_by(text, separator):
    """The cells that a spreadsheet makes of a file where `separator` separates."""
    return [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) for cell in row]


@pytest.mark.parametrize("bom", [False, True])
@pytest.mark.parametrize("evil", EVIL)
def test_no_text_is_a_formula_in_any_locale(tmp_path, evil, bom):
    frame = pd.DataFrame({"customer_id": ["a", evil], "n": [1, 2], evil: [evil, "b"]})
    outputs.write_table(frame, tmp_path / "out.csv", order=["customer_id"], look=outputs.Look(bom=bom))
    text = (tmp_path / "out.csv").read_bytes().decode("utf-8-sig")
    for separator in (",", ";", "\t"):
        for cell in opened_by(text, separator):
            assert not cell.strip(" \"'").startswith(("=", "+", "@", "＝")) or cell.lstrip(' "')[0] == "'", (
                separator,
                cell,
            )
    outputs.write_table(frame, tmp_path / "out.xlsx", order=["customer_id"])
    cells = [cell for row in openpyxl.load_workbook(tmp_path / "out.xlsx").worksheets[0].rows for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)


@pytest.mark.parametrize("plain", PLAIN)
def test_other_text_comes_back_as_it_went(tmp_path, plain):
    frame = pd.DataFrame({"customer_id": ["a", "b"], "said": [plain, "x"]})
    outputs.write_table(frame, tmp_path / "out.csv", order=["customer_id"])
    with open(tmp_path / "out.csv", newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [["customer_id", "said"], ["a", "'-" if plain == "-" else plain], ["b", "x"]]


def test_a_list_without_rows_has_its_header(tmp_path):
    outputs.write_table(
        pd.DataFrame({"customer_id": [], "n": []}),
        tmp_path / "o.csv",
        order=["customer_id"],
        look=outputs.Look(bom=True),
    )
    assert (tmp_path / "o.csv").read_bytes() == "\ufeffcustomer_id,n\n".encode()


ROWS = pd.DataFrame({"customer_id": range(3), "n": [1.5, 2.5, None]})


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_a_file_is_private_until_it_is_whole(tmp_path, monkeypatch, ending):
    modes = []
    replace = os.replace

    def looked_at(part, target):
        modes.append(os.stat(part).st_mode & 0o777)
        replace(part, target)

    monkeypatch.setattr(os, "replace", looked_at)
    target = tmp_path / f"out.{ending}"
    old = os.umask(0o022)
    try:
        outputs.write_table(ROWS, target, order=["customer_id"])
        assert target.stat().st_mode & 0o777 == 0o644
        target.chmod(0o600)
        outputs.write_table(ROWS, target, order=["customer_id"])
        assert target.stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(old)
    assert modes == [0o644, 0o600]
    assert os.listdir(tmp_path) == [target.name]


def test_what_a_killed_run_left_is_swept_by_the_next(tmp_path):
    child = textwrap.dedent("""
        import os, sys
        from pathlib import Path
        from crmkit._frame import outputs
        with outputs._aside(Path(sys.argv[1])) as part:
            assert os.stat(part).st_mode & 0o777 == 0o600
            part.write_text("secret")
            print(part, flush=True)
            sys.stdin.read()
    """)
    run = subprocess.Popen(
        [sys.executable, "-c", child, str(tmp_path / "out.csv")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    part = run.stdout.readline().strip()
    outputs.write_table(ROWS, tmp_path / "other.csv", order=["customer_id"])
    assert os.path.exists(part)  # its writer lives
    run.send_signal(signal.SIGKILL)
    run.wait()
    run.stdin.close()
    run.stdout.close()
    assert os.path.exists(part)
    outputs.write_table(ROWS, tmp_path / "other.csv", order=["customer_id"])
    assert os.listdir(tmp_path) == ["other.csv"]


def test_links_that_go_round_and_protected_files_are_left_alone(tmp_path):
    loop, other = tmp_path / "loop.csv", tmp_path / "round.csv"
    loop.symlink_to(other)
    other.symlink_to(loop)
    with pytest.raises(InputFileError, match="leads round to itself"):
        outputs.write_table(ROWS, loop, order=["customer_id"])
    assert loop.is_symlink()
    kept = tmp_path / "kept.csv"
    kept.write_text("kept")
    kept.chmod(0o444)
    with pytest.raises(InputFileError, match="protected"):
        outputs.write_table(ROWS, kept, order=["customer_id"])
    assert kept.read_text() == "kept"
    link = tmp_path / "link.csv"
    link.symlink_to(tmp_path / "real.csv")
    outputs.write_table(ROWS, link, order=["customer_id"])
    assert link.is_symlink()
    assert (tmp_path / "real.csv").exists()


def test_a_full_disk_is_named_once(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr("pathlib.Path.write_bytes", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(InputFileError, match="No space left"):
        outputs.write_table(ROWS, tmp_path / "out.xlsx", order=["customer_id"])
    assert os.listdir(tmp_path) == []
    assert capfd.readouterr().err == ""
