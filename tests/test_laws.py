"""The laws that an auditor can rely on, from transactions to the scored list, on every table kind and on CDNOW.

Peers break most of them: scores that follow ids, revenue that is lost, orders of tomorrow that count today.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
import random

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import crmkit as crm
from conftest import EVERYWHERE, KINDS, as_columns, table_of

RESULT = (
    "recency",
    "frequency",
    "monetary",
    "r_score",
    "f_score",
    "m_score",
    "rfm",
    "segment",
    "tier",
    "stage",
    "pattern",
    "next_segment",
)
SCORES = {"recency": "r_score", "frequency": "f_score", "monetary": "m_score"}
AS_OF = dt.date(2024, 2, 1)

# Few customers, days and amounts: ties are everywhere, which is where scores go wrong.
rows = st.tuples(
    st.sampled_from(["a", "b", "c", "d", "e", "f", "g", None]),
    st.dates(dt.date(2024, 1, 1), AS_OF),
    st.sampled_from([-500, 0, 250, 1000, 1000, 1000, 2000, 3000]),
)
tables = st.lists(rows, min_size=1, max_size=30).map(lambda listed: [*listed, ("z", dt.date(2024, 1, 15), 1000)])
law = settings(deadline=None, max_examples=6, suppress_health_check=[HealthCheck.too_slow])
# That every kind gives the same is a law of its own: the others are tried on the kind that is fastest when small.
every_kind = pytest.mark.parametrize("kind", KINDS if EVERYWHERE else ["polars_lazy"])


@functools.cache
def connection() -> duckdb.DuckDBPyConnection:
    """A private connection, as a user would have; made once, since making one is slow."""
    return duckdb.connect()


def columns_of(table) -> dict:
    return {
        "customer_id": [who for who, _, _ in table],
        "date": [dt.datetime.combine(day, dt.time(12)) for _, day, _ in table],
        "amount": [cents / 100 for _, _, cents in table],
    }


def scored(kind: str, table, **settings) -> dict:
    """Customer -> what the list says of it."""
    native = table_of(kind, columns_of(table), connection())
    got = as_columns(crm.score_customers(crm.Transactions(native, as_of=AS_OF), horizon=None, **settings))
    listed = zip(*(got[name] for name in RESULT), strict=True)
    return dict(zip(got["customer_id"], (dict(zip(RESULT, line, strict=True)) for line in listed), strict=True))


@every_kind
@law
@given(table=tables)
def test_equal_values_get_equal_scores_and_more_is_never_scored_lower(kind, table):
    customers = list(scored(kind, table).values())
    for measure, score in SCORES.items():
        better = [(-c[measure] if measure == "recency" else c[measure], c[score]) for c in customers]
        for value, points in better:
            assert all(points >= other_points for other, other_points in better if value >= other)
            assert all(points == other_points for other, other_points in better if value == other)


@every_kind
@law
@given(table=tables, seed=st.randoms(use_true_random=False))
def test_names_and_order_of_customers_and_rows_change_nothing(kind, table, seed: random.Random):
    names = list("abcdefgz")
    new = dict(zip(names, seed.sample([f"id{k}" for k in range(99)], len(names)), strict=True))
    renamed = [(new.get(who), day, cents) for who, day, cents in table]
    seed.shuffle(renamed)
    expected = {new[who]: figures for who, figures in scored(kind, table).items()}
    assert scored(kind, renamed) == expected


@every_kind
@law
@given(table=tables, later=st.lists(rows, max_size=8))
def test_rows_after_as_of_change_nothing(kind, table, later):
    after = [(who, day + dt.timedelta(days=60), cents) for who, day, cents in later]
    assert scored(kind, [*table, *after]) == scored(kind, table)


@every_kind
@law
@given(table=tables, factor=st.one_of(st.sampled_from([0.001, 0.01, 7.77, 1000.0]), st.floats(0.01, 1000)))
def test_the_currency_changes_no_score(kind, table, factor):
    dearer = [(who, day, cents * factor) for who, day, cents in table]
    here, there = scored(kind, table), scored(kind, dearer)
    names = ("r_score", "f_score", "m_score", "rfm", "segment", "tier")
    assert {who: [c[n] for n in names] for who, c in there.items()} == {
        who: [c[n] for n in names] for who, c in here.items()
    }


@every_kind
@law
@given(table=tables)
def test_the_null_id_is_never_a_customer_and_money_reconciles(kind, table):
    tx = crm.Transactions(table_of(kind, columns_of(table), connection()), as_of=AS_OF)
    got, ledger = as_columns(crm.score_customers(tx, horizon=None)), as_columns(tx.ledger)
    assert None not in got["customer_id"]
    assert len(set(got["customer_id"])) == len(got["customer_id"]) == ledger["customers"][-1]
    cents = round(100 * sum(got["monetary"]))
    assert cents == round(100 * ledger["amount"][-1])
    assert sum(cents for _, _, cents in table) == round(100 * ledger["amount"][0])


@law
@given(table=tables)
def test_every_table_kind_gives_the_same(table):
    first, *others = (scored(kind, table) for kind in KINDS)
    for other in others:
        assert other == first


@every_kind
@law
@given(table=tables, cut=st.integers(0, 31))
def test_shards_put_together_give_the_same(kind, table, cut):
    assert scored(kind, table[cut:] + table[:cut]) == scored(kind, table)


def test_cdnow_is_scored_alike_by_every_kind_and_under_new_names(cdnow):
    base = columns_and_codes(cdnow, "pandas")
    for kind in KINDS[1:]:
        assert columns_and_codes(cdnow, kind) == base
    renamed = {**cdnow, "customer_id": [f"x{(who * 7919) % 999_983}" for who in cdnow["customer_id"]]}
    new = columns_and_codes(renamed, "polars")
    assert {f"x{(who * 7919) % 999_983}": line for who, line in base.items()} == new


def columns_and_codes(columns: dict, kind: str) -> dict:
    got = as_columns(crm.score_customers(table_of(kind, columns, connection()), horizon=None))
    return dict(zip(got["customer_id"], zip(*(got[name] for name in RESULT), strict=True), strict=True))


def test_parts_of_cdnow_are_the_whole(cdnow, tmp_path):
    """The same rows in three Parquet files."""
    import pandas as pd

    frame = pd.DataFrame(cdnow)
    for part in range(3):
        duckdb.from_df(frame.iloc[part::3]).write_parquet(str(tmp_path / f"{part}.parquet"))
    whole, parts = crm.score_customers(frame), crm.score_customers(crm.read(tmp_path / "*.parquet"))
    pd.testing.assert_frame_equal(whole, parts)


# --- money in another currency -----------------------------------------------------------------------------------

# Result -> part -> the columns that are money; every other number is the same in any currency.
MONEY = {
    "crmkit.customers.summarize": {"": {"monetary", "mean_order", "m_x"}},
    "crmkit.growth.growth_matrix": {"table": {"revenue", "base_revenue", "change"}},
    "crmkit.growth.revenue_bridge": {"steps": {"amount", "cumulative"}, "customers": {"base", "current", "change"}},
    "crmkit.lenses.customer_base_audit": {
        "distribution": {"revenue", "profit"},
        "by_orders": {"revenue", "profit"},
        "moves": {"profit_before", "profit_after"},
        "cohorts": {"order_value", "profit", "cumulative_profit"},
        "whole": {"revenue", "profit", "returns", "total"},
        "table": {"order_value", "revenue", "profit", "returns", "total"},
        "depth": {"revenue"},
    },
    "crmkit.retention.revenue_movements": {
        "table": {"start", "new", "reactivated", "expansion", "contraction", "churned", "end", "returns", "revenue"},
        "customers": set(),
    },
}


@pytest.mark.parametrize("name", sorted(MONEY))
def test_money_in_another_currency_is_multiplied_and_nothing_else_changes(name):
    """Amounts times pi have no exact decimal form, and are kept by other digits than cents."""
    rng = np.random.default_rng(4)
    table = {
        "customer_id": rng.integers(0, 25, 160),
        "date": np.datetime64("2024-01-01", "us") + rng.integers(0, 720, 160) * np.timedelta64(1, "D"),
        "product": np.array(list("abcd"), dtype=object)[rng.integers(0, 4, 160)],
        "amount": rng.integers(-900, 9000, 160) / 100,
    }
    call = functools.reduce(getattr, name.split(".")[1:], crm)
    here, there = (
        call(crm.Transactions(table_of("pandas", {**table, "amount": table["amount"] * factor}), as_of="2025-12-31"))
        for factor in (1, math.pi)
    )
    for part, money in MONEY[name].items():
        ours, theirs = (as_columns(getattr(found, part) if part else found) for found in (here, there))
        assert money <= set(ours)
        for column, values in ours.items():
            known = [value for value in values if value is not None]
            if known and isinstance(known[0], int | float) and column != "customer_id":
                factor = math.pi if column in money else 1
                got, before = (np.array(each, dtype=float) for each in (theirs[column], values))
                assert got == pytest.approx(before * factor, rel=1e-6, abs=1e-6, nan_ok=True), (part, column)
