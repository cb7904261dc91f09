"""What reaches a terminal, what a command says of the system's faults, and stored models of strangers."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pandas as pd
import pytest

import crmkit as crm
from crmkit import labels
from crmkit.errors import ArgumentError

CRMKIT = [sys.executable, "-m", "crmkit"]
EVIL = "\x1b]8;;http://evil\x07shop\x1b[31m"


def run(*words, **settings):
    return subprocess.run([*CRMKIT, *map(str, words)], capture_output=True, check=False, timeout=120, **settings)


@pytest.fixture(scope="module")
def sales(tmp_path_factory):
    path = tmp_path_factory.mktemp("sales") / "e.parquet"
    pd.DataFrame(
        {
            "customer_id": [f"c{at % 9}\u202e{EVIL}" for at in range(60)],
            "date": pd.date_range("2023-01-01", periods=60, freq="7D"),
            "amount": 1.0,
            "channel": [EVIL, "we\nb"] * 30,
        }
    ).to_parquet(path)
    return path


@pytest.mark.parametrize(
    "words",
    [
        ["retention", "--channel", "channel", "--by", "channel"],
        ["check", "--channel", EVIL],
        ["check", "--customer", EVIL],
        ["matrix"],
    ],
    ids=lambda words: " ".join(words[:2]).replace("\x1b", "ESC"),
)
def test_no_text_of_the_data_acts_on_the_terminal(sales, words):
    done = run(words[0], sales, *words[1:])
    for sign in (b"\x1b", b"\x07", "\u202e".encode()):
        assert sign not in done.stdout + done.stderr
    assert done.returncode in (0, 1)


def test_an_error_about_a_file_of_an_evil_name_is_inert(tmp_path):
    path = tmp_path / f"x{chr(27)}[31m.csv"
    path.write_text("")
    done = run("check", path)
    assert b"\x1b" not in done.stderr + done.stdout
    assert rb"\x1b[31m" in done.stderr


def test_what_is_shown_is_plain_text():
    assert labels.printable("张三 é 😀 a\tb\nc") == "张三 é 😀 a\tb\nc"
    for code in (*range(9), *range(11, 32), *range(127, 160), 0x202E, 0x2066, 0x200F, 0x2028, 0xFEFF):
        assert chr(code) not in labels.printable(f"a{chr(code)}b")


@pytest.mark.skipif(os.name == "nt", reason="files of the system that are not there")
def test_output_that_is_lost_is_no_success(sales):
    full = open("/dev/full", "wb")  # noqa: SIM115
    done = subprocess.run([*CRMKIT, "check", sales], stdout=full, stderr=subprocess.PIPE, check=False)
    full.close()
    assert done.returncode == 1
    assert b"No space left" in done.stderr
    assert b"fault of crmkit" not in done.stderr
    closed = "import os, sys; os.close({}); os.execv(sys.argv[1], sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", closed.format(1), *CRMKIT, "check", sales], capture_output=True, check=False
    )
    assert done.returncode == 1
    assert b"standard output is closed" in done.stderr
    done = subprocess.run(
        [sys.executable, "-c", closed.format(2), *CRMKIT, "check", sales], capture_output=True, check=False
    )
    assert done.returncode == 0
    assert b"60" in done.stdout


def test_a_folder_for_temporary_files_that_is_full_or_gone_is_named(sales, tmp_path):
    gz = tmp_path / "s.csv"
    gz.write_bytes("customer_id,date,amount\na,2024-01-01,1\n".encode("utf-16"))
    done = run("check", gz, "--encoding", "utf-16", env=os.environ | {"TMPDIR": "/proc/nowhere"})
    assert done.returncode in (0, 1)  # another folder may do
    assert b"fault of crmkit" not in done.stderr


STORED = json.loads(crm.clv.BGNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426).to_json())
BAD_VALUES = [0, -1, float("nan"), float("inf"), "0.2", None, [1], {}, True, 10**400]
BAD_TEXTS = [
    "[" * 100_000, '{"a":' * 50_000, "", "null", "[]", "5", "{}", '{"model": "BGNBD"}', "\x00", b"\xff", None, 5,
    *(json.dumps({**STORED, **bad}) for bad in (
        {"params": []}, {"params": {}}, {"params": {**STORED["params"], "z": 1}}, {"settings": {"period": "eon"}},
        {"settings": {"x": 1}}, {"settings": None}, {"settings": {"period": [1]}}, {"model": "object"},
        {"model": "Model"},
        {"model": []}, {"fit": {}}, {"fit": 5}, {"fit": []}, {"coefficients": 5},
        {"fit": {"log_likelihood": "x", "customers": 1, "covariance": [[1]], "diagnosis": {}}},
        {"fit": {"log_likelihood": -1.0, "customers": 0, "covariance": [[1]], "diagnosis": {}}},
        {"coefficients": {"r": {"a": "x"}}, "one_time_share": 1, "n_free": 1},
    )),
]  # fmt: skip


@pytest.mark.parametrize("value", BAD_VALUES, ids=str)
def test_a_stored_model_has_parameters_that_can_be(value):
    for name in STORED["params"]:
        with pytest.raises(ArgumentError):
            crm.clv.load(json.dumps({**STORED, "params": {**STORED["params"], name: value}}))


@pytest.mark.parametrize("text", BAD_TEXTS, ids=lambda text: str(text)[:40].replace("\x00", "0"))
def test_a_text_that_is_no_stored_model_is_refused(text):
    with pytest.raises(ArgumentError):
        crm.clv.load(text)
