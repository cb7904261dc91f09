"""CDNOW against the published facts of the files, another package's copy, and a missing installation."""

import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crmkit.datasets import cdnow, load_cdnow
from crmkit.errors import InputFileError, MissingPackageError

# The sample as the R package BTYD ships it, where a copy lies beside the checkout.
BTYD_SAMPLE = Path(__file__).parents[3] / "shared/data/btyd_cdnowElog.csv"


@pytest.fixture(scope="module")
def master():
    return load_cdnow()


@pytest.fixture(scope="module")
def sample():
    return load_cdnow(sample=True)


def test_the_master_file_is_complete(master):
    assert len(master) == 69_659
    assert master["customer_id"].nunique() == 23_570
    assert (master["customer_id"].min(), master["customer_id"].max()) == (1, 23_570)
    assert master["date"].min() == pd.Timestamp("1997-01-01")
    assert master["date"].max() == pd.Timestamp("1998-06-30")
    # Both sums were taken from the file with awk.
    assert master["quantity"].sum() == 167_881
    assert round(master["amount"].sum(), 2) == 2_500_315.63


def test_the_oddities_of_the_master_file_are_kept(master):
    assert (master["amount"] == 0).sum() == 80
    assert (master.groupby("customer_id")["amount"].sum() == 0).sum() == 68
    assert master.duplicated().sum() == 255
    days = master.groupby("customer_id")["date"].agg(["count", "nunique"])
    assert (days["count"] - days["nunique"]).sum() == 2_068
    assert (days["nunique"] == 1).mean() == pytest.approx(0.51, abs=0.005)


def test_every_customer_begins_in_the_first_quarter(master):
    first = master.groupby("customer_id")["date"].min()
    assert first.max() == pd.Timestamp("1997-03-25")


def test_the_first_rows_are_those_of_the_file(master):
    assert master.head(4).values.tolist() == [
        [1, pd.Timestamp("1997-01-01"), 1, 11.77],
        [2, pd.Timestamp("1997-01-12"), 1, 12.00],
        [2, pd.Timestamp("1997-01-12"), 5, 77.00],
        [3, pd.Timestamp("1997-01-02"), 2, 20.76],
    ]


def test_columns_have_plain_types(master, sample):
    for rows in (master, sample):
        assert {name: str(kind) for name, kind in rows.dtypes.items()} == {
            "customer_id": "int64",
            "date": "datetime64[us]",
            "quantity": "int64",
            "amount": "float64",
        }


def test_the_sample_is_a_tenth_of_the_master(master, sample):
    assert len(sample) == 6_919
    assert sample["customer_id"].nunique() == 2_357
    assert round(sample["amount"].sum(), 2) == 244_091.94
    inside = master[master["customer_id"].isin(sample["customer_id"])]
    columns = list(sample.columns)
    assert sorted(inside[columns].itertuples(index=False)) == sorted(sample.itertuples(index=False))


@pytest.mark.skipif(not BTYD_SAMPLE.is_file(), reason="the reference copy is not here")
def test_the_sample_is_the_one_of_another_package(sample):
    other = pd.read_csv(BTYD_SAMPLE, parse_dates=["date"]).drop(columns="sampleid")
    for ours, theirs in zip(sample.columns, other.columns, strict=True):
        np.testing.assert_array_equal(sample[ours].to_numpy(), other[theirs].to_numpy(sample[ours].dtype))


def test_the_package_lifetimes_is_not_imported():
    code = (
        "import sys; from crmkit.datasets import load_cdnow; "
        "load_cdnow(True); sys.exit('lifetimes' in sys.modules or 'autograd' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_missing_package_is_named_with_the_command_that_brings_it(monkeypatch):
    monkeypatch.setattr(cdnow, "find_spec", lambda name: None)
    with pytest.raises(MissingPackageError, match=r'pip install "crmkit\[lifetimes\]"'):
        load_cdnow()


def _pretend_installed(monkeypatch, folder, text=None):
    """Let `lifetimes` be found in `folder`, with `text` as its sample file."""
    if text is not None:
        (folder / "datasets").mkdir()
        (folder / "datasets/CDNOW_sample.txt").write_text(text)
    spec = ModuleSpec("lifetimes", None, is_package=True)
    spec.submodule_search_locations.append(str(folder))
    monkeypatch.setattr(cdnow, "find_spec", lambda name: spec)


def test_a_package_without_the_file_is_an_input_file_error(monkeypatch, tmp_path):
    _pretend_installed(monkeypatch, tmp_path)
    with pytest.raises(InputFileError, match=r"without its file datasets/CDNOW_sample\.txt[\s\S]*pip install"):
        load_cdnow(sample=True)


@pytest.mark.parametrize("text", ["", " 00004 0001 1997", " 00004 0001 19970101  2   n/a", " 1 1 19971301 2 3.00"])
def test_a_broken_file_is_an_input_file_error(monkeypatch, tmp_path, text):
    _pretend_installed(monkeypatch, tmp_path, text)
    with pytest.raises(InputFileError, match=r"CDNOW_sample\.txt cannot be read[\s\S]*pip install"):
        load_cdnow(sample=True)


def test_columns_may_be_any_number_of_blanks_apart(monkeypatch, tmp_path):
    _pretend_installed(monkeypatch, tmp_path, "4 1 19970101 2 29.33\r\n   00005   0002\t19970102     10  129.33  \r\n")
    assert load_cdnow(sample=True).values.tolist() == [
        [4, pd.Timestamp("1997-01-01"), 2, 29.33],
        [5, pd.Timestamp("1997-01-02"), 10, 129.33],
    ]
