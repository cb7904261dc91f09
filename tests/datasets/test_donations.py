"""The donations table against the published totals and the R package's copy of it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from crmkit.datasets import load_donations

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def test_the_table_has_the_published_people_and_gifts():
    table = load_donations()
    assert table["customers"].sum() == 11_104
    assert (table["x"] * table["customers"]).sum() == 24_615  # gifts in 1996-2001
    assert ((table["x"] == 0) == (table["t_x"] == 0)).all()
    assert (table["x"] <= table["t_x"]).all()


@pytest.mark.skipif(not SHARED.is_dir(), reason="the reference data lie beside the repository, not in it")
def test_it_equals_the_copy_in_the_r_package():
    with (SHARED / "btyd_donations_rf_matrix.csv").open() as file:
        published = {(int(row["x"]), int(row["t.x"])): int(row["custs"]) for row in csv.DictReader(file)}
    table = load_donations()
    assert dict(zip(zip(table["x"], table["t_x"], strict=True), table["customers"], strict=True)) == published
    with (SHARED / "btyd_donations_annual.csv").open() as file:
        gifts = [int(row["transactions"]) for row in csv.DictReader(file)][:6]
    assert (table["x"] * table["customers"]).sum() == sum(gifts)
