"""Large tables: what is counted in the engine is what numpy finds, rows stand for themselves, pulls have bounds."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

import crmkit as crm
from conftest import as_columns
from crmkit._frame import batches, engines
from crmkit.errors import DataError, LargePullWarning

LARGE = 120_000  # more than is pulled at once


def listed(values: np.ndarray[Any, Any]) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": np.arange(len(values)), "monetary": values, "residual_clv": values[::-1]})


@pytest.mark.parametrize("shape", ["lognormal", "ties", "two far ends"])
@pytest.mark.parametrize("cut", ["median", "mean"])
def test_cuts_of_large_lists_are_those_of_numpy(shape, cut):
    rng = np.random.default_rng(4)
    values = {
        "lognormal": rng.lognormal(3, 2, LARGE),
        "ties": rng.integers(0, 3, LARGE).astype(float),
        "two far ends": np.where(rng.random(LARGE) < 0.5, -1e12, rng.normal(0, 1e-6, LARGE)),
    }[shape]
    table = duckdb.connect().from_df(listed(values))
    found = crm.segment.value_matrix(table, cut=cut)
    expected = np.median(values) if cut == "median" else values.mean()
    assert found.current.threshold == pytest.approx(expected, rel=1e-12, abs=1e-18)
    quantile = crm.segment.value_matrix(table, cut="quantile", share=0.8)
    assert quantile.potential.threshold == np.sort(values)[int(np.ceil(0.8 * LARGE)) - 1]


@pytest.fixture(scope="module")
def known() -> tuple[pd.DataFrame, dict[str, Any]]:
    tx = crm.Transactions(crm.datasets.load_cdnow(sample=True))
    customers = crm.summarize(tx)
    models = {"purchases": crm.clv.ParetoNBD().fit(customers), "spend": crm.clv.SpendMean().fit(tx)}
    return customers, {**models, "horizon": "26W", "level": 0.8}


def test_a_row_is_worth_the_same_whatever_stands_beside_it(known, monkeypatch):
    customers, asked = known
    whole = crm.clv.lifetime_value(customers, **asked)
    parts = pd.concat(crm.clv.lifetime_value(customers.iloc[at::10], **asked) for at in range(10)).sort_index()
    monkeypatch.setattr(batches, "ROWS", 2048)
    lazy = as_columns(crm.clv.lifetime_value(duckdb.from_df(customers), **asked), sort="customer_id")
    for name in set(whole) - set(customers):
        np.testing.assert_allclose(parts[name], whole[name], rtol=1e-9)
        np.testing.assert_allclose(np.array(lazy[name], dtype=float), whole[name], rtol=1e-9)


def test_intervals_can_be_left_out_of_the_list():
    sales = crm.datasets.load_cdnow(sample=True)
    whole = crm.score_customers(sales)
    bare = crm.score_customers(sales, extras=crm.scoring.Extras(level=None))
    assert set(whole) - set(bare) == {"residual_clv_low", "residual_clv_high"}
    pd.testing.assert_frame_equal(whole[list(bare)], bare)


def test_what_would_not_fit_into_memory_is_refused_with_its_size(known, monkeypatch):
    customers, _ = known
    monkeypatch.setattr(engines, "MOST_VALUES", 400)
    with pytest.raises(DataError, match=r"more than 100 rows of 4 columns"):
        crm.clv.BGNBD().fit(duckdb.from_df(customers))


def test_what_is_large_is_said_before_it_is_brought_into_memory(known, monkeypatch):
    customers, _ = known
    small = crm.clv.BGNBD().fit(duckdb.from_df(customers))
    monkeypatch.setattr(engines, "NOTICED_VALUES", 400)
    with pytest.warns(LargePullWarning, match=r"^this step works in memory: 1,218 rows of 4 columns, 0\.0 GB"):
        large = crm.clv.BGNBD().fit(duckdb.from_df(customers))
    assert large.params_ == small.params_


def test_the_limit_on_memory_holds_for_database_files(tmp_path, monkeypatch):
    file, seen = tmp_path / "sales.duckdb", []
    with duckdb.connect(str(file)) as database:
        database.execute("CREATE TABLE sales AS SELECT 'a' AS customer_id, DATE '2025-01-01' AS date, 5 AS amount")
    connect = duckdb.connect

    def noted(*args: Any, **kwargs: Any) -> Any:
        opened = connect(*args, **kwargs)
        if args[0] == str(file):
            seen.append(opened.execute("SELECT current_setting('memory_limit')").fetchone()[0])
        return opened

    monkeypatch.setattr(duckdb, "connect", noted)
    try:
        assert len(crm.summarize(crm.read(file, memory_limit="600MB"))) == 1
    finally:
        engines.limit_memory("8GB")
    assert [size[:3] for size in seen] == ["572"]  # MiB
