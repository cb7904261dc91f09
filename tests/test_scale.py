"""Large tables: what is counted in the engine is what numpy finds, rows stand for themselves, pulls have bounds."""

from __future__ import annotations

import hashlib
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

import crmkit as crm
from conftest import as_columns
from crmkit import customers as customers_of
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


# --- what is learnt from a sample ---------------------------------------------------------------------------------

QUICK = crm.scoring.Extras(level=None)


@pytest.fixture
def sampled(monkeypatch):
    """Of more than 1,000 customers about 900 are asked."""
    monkeypatch.setattr(customers_of, "MANY", 1_000)
    monkeypatch.setattr(customers_of, "ASKED", 900)


def sales(name: str) -> pd.DataFrame:
    if name == "cdnow":
        return crm.datasets.load_cdnow(sample=True)[["customer_id", "date", "amount"]]
    return crm.datasets.make_transactions(4_000, seed=3).transactions[["customer_id", "date", "amount"]]


def test_a_sample_is_that_of_the_digests_of_the_ids(sampled):
    ids = [f"K{number:05d}" for number in range(5_000)]
    digests = [hashlib.md5(one.encode(), usedforsecurity=False).hexdigest() for one in ids]
    expected = [one for one, digest in zip(ids, digests, strict=True) if int(digest[:8], 16) < 900 / 5_000 * 16**8]
    table = pd.DataFrame({"customer_id": ids})
    ibis, arrow = pytest.importorskip("ibis"), pytest.importorskip("pyarrow").table({"customer_id": ids})
    for native in (duckdb.from_df(table), pl.DataFrame({"customer_id": ids}).lazy(), ibis.memtable(arrow)):
        frame = engines.wrap(native).lazy()
        found = engines.collect(customers_of.learnt_from(frame, frame))["customer_id"]
        assert sorted(found.tolist()) == expected
    numbers = engines.wrap(duckdb.from_df(pd.DataFrame({"customer_id": np.arange(2_000)}))).lazy()
    as_text = engines.wrap(pl.DataFrame({"customer_id": [str(one) for one in range(2_000)]}).lazy()).lazy()
    plain, texts = (engines.collect(customers_of.learnt_from(one, one))["customer_id"] for one in (numbers, as_text))
    assert sorted(map(str, plain.tolist())) == sorted(texts.tolist())


def test_a_list_that_is_learnt_from_a_sample_is_the_same_in_every_engine_order_and_currency(sampled):
    table = sales("cdnow")
    whole = crm.score_customers(table, extras=QUICK).sort_values("customer_id").reset_index(drop=True)
    shuffled = table.sample(frac=1, random_state=1)
    for native, rate in ((duckdb.from_df(shuffled), 1), (pl.DataFrame(table).lazy(), 1), (shuffled, 100)):
        given = native.assign(amount=native["amount"] * rate) if rate > 1 else native
        found = as_columns(crm.score_customers(given, extras=QUICK), sort="customer_id")
        for name in ("purchase_model", "stage", "segment", "tier"):
            assert list(found[name]) == list(whole[name])
        for name in ("expected_gap", "expected_purchases", "p_alive"):
            np.testing.assert_allclose(np.array(found[name], dtype=float), whole[name], rtol=1e-9)
        for name in ("expected_spend", "residual_clv"):
            np.testing.assert_allclose(np.array(found[name], dtype=float), rate * whole[name], rtol=1e-7)


@pytest.mark.parametrize("name", ["cdnow", "simulated"])
def test_what_is_learnt_from_a_sample_is_near_what_all_tell(name, monkeypatch):
    table = sales(name)
    whole, choice = crm.score_customers(table, extras=QUICK), crm.clv.choose_model(table)
    monkeypatch.setattr(customers_of, "MANY", 1_000)
    monkeypatch.setattr(customers_of, "ASKED", len(whole) // 2)
    found = crm.score_customers(table, extras=QUICK)
    assert crm.clv.choose_model(table).name == choice.name == found["purchase_model"][0] == whole["purchase_model"][0]
    assert found["customer_id"].tolist() == whole["customer_id"].tolist()
    assert found["expected_gap"].median() == pytest.approx(whole["expected_gap"].median(), rel=0.1)
    assert found["expected_gap"].median() != whole["expected_gap"].median()
    assert (found["stage"] == whole["stage"]).mean() > 0.95
    assert found["residual_clv"].sum() == pytest.approx(whole["residual_clv"].sum(), rel=0.1)
    for name in ("monetary", "rfm", "tier", "segment", "p_alive", "expected_purchases"):
        assert found[name].equals(whole[name])
