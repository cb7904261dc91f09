"""`summarize` against hand-worked customers, published statistics, plain loops, and its laws on every table kind."""

from __future__ import annotations

import csv
import datetime as dt
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import last_day, summary

import crmkit as crm
from conftest import KINDS, as_columns, examples, small_table, table_of
from crmkit.errors import ArgumentError, ColumnError

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"

days = st.dates(dt.date(2024, 1, 1), dt.date(2024, 3, 1))
rows = st.tuples(
    st.sampled_from(["a", "b", "c", "d", None]), st.one_of(days, days, days, st.none()), st.integers(-500, 2000)
)


def frame_of(table: list[tuple]) -> dict[str, list]:
    return {
        "customer_id": [who for who, _, _ in table],
        "date": [None if day is None else dt.datetime.combine(day, dt.time(9, 30)) for _, day, _ in table],
        "amount": [None if cents is None else cents / 100 for _, _, cents in table],
    }


def summarized(native) -> dict:
    """Customer -> its row, from a result of any kind."""
    columns = as_columns(native)
    return {
        who: {name: values[row] for name, values in columns.items() if name != "customer_id"}
        for row, who in enumerate(columns["customer_id"])
    }


def day_of(value) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=examples(40))
@given(table=st.lists(rows, min_size=1, max_size=25))
def test_the_summary_is_that_of_plain_loops(kind, table):
    import duckdb

    table = [*table, ("z", dt.date(2024, 2, 1), 100)]
    with duckdb.connect() as connection:
        got = summarized(crm.summarize(table_of(kind, frame_of(table), connection)))
    expected = summary(table, last_day(table))
    assert set(got) == set(expected)
    for who, figures in expected.items():
        for name, value in figures.items():
            seen = day_of(got[who][name])
            assert seen == (value if isinstance(value, int | dt.date) else pytest.approx(float(value), rel=1e-14)), name


def test_log_gaps_are_of_the_days_from_one_purchase_day_to_the_next(make_table):
    """a after 4 and 27 days, b after one (a day counts once, a refund not at all), c never came back."""
    table = {
        "customer_id": ["a", "a", "a", "b", "b", "b", "b", "c"],
        "date": ["2025-01-05", "2025-02-01", "2025-01-01", "2025-01-02", "2025-01-02", "2025-01-03", "2025-01-09",
                 "2025-01-04"],
        "amount": [10.0, 5.0, 1.0, 2.0, 3.0, 4.0, -1.0, 9.0],
    }  # fmt: skip
    got = summarized(crm.summarize(make_table(table), log_gaps=True))
    expected = {"a": math.log(4) + math.log(27), "b": 0.0, "c": 0.0}
    assert {who: row["log_gaps"] for who, row in got.items()} == pytest.approx(expected, rel=1e-12, abs=1e-15)


def test_orders_are_counted_by_id_where_there_is_one(make_table):
    table = {
        "customer_id": ["a", "a", "a", "a", "b"],
        "date": ["2025-01-01", "2025-01-01", "2025-01-01", "2025-01-03", "2025-01-02"],
        "amount": [10.0, 5.0, 1.0, 2.0, 3.0],
        "order_id": ["o1", "o1", "o2", "o2", "o3"],  # o2 is delivered on two days
    }
    got = summarized(crm.summarize(make_table(table)))
    assert (got["a"]["orders"], got["a"]["x"], got["b"]["orders"]) == (2, 1, 1)
    assert got["a"]["mean_order"] == 9.0


def test_margin_is_spend_minus_cost_and_unknown_where_a_cost_is(make_table):
    table = {
        "customer_id": ["a", "a", "b", "b"],
        "date": ["2025-01-01", "2025-01-02", "2025-01-02", "2025-01-02"],
        "amount": [10.0, 5.0, 3.0, 1.0],
        "cost": [4.0, 1.5, 2.0, None],
    }
    got = summarized(crm.summarize(make_table(table)))
    assert got["a"]["margin"] == 9.5
    assert got["b"]["margin"] is None


def test_a_refund_is_never_a_visit_but_lowers_the_spend(make_table):
    table = {
        "customer_id": ["a", "a", "a", "gone"],
        "date": ["2025-01-01", "2025-01-05", "2025-01-20", "2025-01-07"],
        "amount": [100.0, 50.0, -30.0, -9.0],
    }
    got = summarized(crm.summarize(make_table(table)))
    assert set(got) == {"a"}
    assert (got["a"]["monetary"], got["a"]["orders"], got["a"]["recency"]) == (120.0, 2, 15)
    assert got["a"]["m_x"] == 20.0


@pytest.mark.parametrize(("refunds", "spend"), [("net", 120.0), ("drop", 150.0), ("ignore", 150.0)])
def test_each_refund_policy_gives_its_spend(make_table, refunds, spend):
    table = {
        "customer_id": ["a"] * 3,
        "date": ["2025-01-01", "2025-01-05", "2025-01-20"],
        "amount": [100.0, 50.0, -30.0],
    }
    tx = crm.Transactions(make_table(table), refunds=refunds)
    got = summarized(crm.summarize(tx))
    assert got["a"]["monetary"] == spend
    assert as_columns(tx.ledger)["amount"][-1] == spend


def test_ids_keep_their_type(make_table):
    for ids in ([3, 1], ["x", "y"]):
        table = {"customer_id": ids, "date": ["2025-01-01"] * 2, "amount": [1.0, 2.0]}
        assert sorted(as_columns(crm.summarize(make_table(table)))["customer_id"]) == sorted(ids)


def test_whole_float_ids_become_whole_numbers(make_table):
    table = {"customer_id": [17850.0, float("nan"), 7.0], "date": ["2025-01-01"] * 3, "amount": [1.0, 2.0, 3.0]}
    got = as_columns(crm.summarize(make_table(table)), sort="customer_id")
    assert got["customer_id"] == [7, 17850]
    assert all(isinstance(who, int) for who in got["customer_id"])


def test_results_are_of_the_callers_kind_and_sorted(make_table):
    table = make_table({"customer_id": ["b", "c", "a"], "date": ["2025-01-01"] * 3, "amount": [1.0, 2.0, 3.0]})
    got = crm.summarize(table)
    assert type(got) is type(table)
    if make_table.kind != "duckdb":
        assert as_columns(got)["customer_id"] == ["a", "b", "c"]


def test_the_callers_pandas_frame_is_untouched():
    import pandas as pd

    frame = pd.DataFrame({"customer_id": ["b", "a"], "date": ["2025-01-01"] * 2, "amount": [1.0, -2.0]}, index=[5, 9])
    before = frame.copy(deep=True)
    crm.summarize(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_a_missing_column_is_named_with_a_call_to_paste(make_table):
    with pytest.raises(ColumnError, match=r"no column 'customer_id'[\s\S]*customer='CustomerID', date='InvoiceDate'"):
        crm.summarize(make_table({"CustomerID": ["a"], "InvoiceDate": ["2025-01-01"], "Revenue": [2.0]}))


# --- CDNOW ------------------------------------------------------------------------------------------------------


def test_cdnow_master_has_its_customers_and_its_money_to_the_cent(make_table, cdnow):
    tx = crm.Transactions(make_table(cdnow))
    got = as_columns(crm.summarize(tx))
    assert len(got["customer_id"]) == 23_570
    cents = sum(round(100 * amount) for amount in cdnow["amount"])
    assert sum(round(100 * spend) for spend in got["monetary"]) == cents == 250_031_563
    ledger = as_columns(tx.ledger)
    assert ledger["step"] == ["input", "used"]
    assert ledger["rows"] == [69_659] * 2
    assert ledger["customers"] == [23_570] * 2
    assert ledger["amount"] == [2_500_315.63] * 2
    notes = as_columns(tx.notes)
    assert notes["rows"][notes["note"].index("zero_amount_kept")] == 80
    assert notes["rows"][notes["note"].index("exact_duplicate")] == 255


def test_the_sample_has_the_published_repeat_statistics(cdnow_sample):
    """Fader, Hardie & Lee (2005): 2,357 customers, 2,457 repeat purchases in 39 weeks, 1,411 without one."""
    import pandas as pd

    tx = crm.Transactions(pd.DataFrame(cdnow_sample)).until("1997-09-30")
    customers = crm.summarize(tx)
    assert len(customers) == 2_357
    assert customers["x"].sum() == 2_457
    assert (customers["x"] == 0).sum() == 1_411
    assert len(customers[["x", "t_x", "T"]].drop_duplicates()) == 1_016


@pytest.mark.skipif(not SHARED.is_dir(), reason="the reference data lie beside the repository, not in it")
def test_every_customer_of_the_sample_equals_the_published_table():
    """x, t.x, T.cal and m.x of the R package BTYD, customer by customer."""
    import pandas as pd

    log = pd.read_csv(SHARED / "btyd_cdnowElog.csv")
    tx = crm.Transactions(log, customer="sampleid", date="date", amount="sales").until("1997-09-30")
    customers = crm.summarize(tx)
    with (SHARED / "btyd_cdnow_cbs.csv").open() as file:
        published = list(csv.DictReader(file))
    assert customers["customer_id"].tolist() == [int(row["cust"]) for row in published]
    assert customers["x"].tolist() == [int(float(row["x"])) for row in published]
    assert (customers["t_x"] / 7).tolist() == pytest.approx([float(row["t.x"]) for row in published], abs=1e-6)
    assert (customers["T"] / 7).tolist() == pytest.approx([float(row["T.cal"]) for row in published], abs=1e-6)
    assert customers["m_x"].tolist() == pytest.approx([float(row["m.x"]) for row in published], abs=1e-6)


# --- the value of the last months -----------------------------------------------------------------------------------

LATELY = {
    "customer_id": ["a", "a", "b", "b", "c", "d"],
    "date": ["2023-06-01", "2024-03-01", "2024-12-31", "2024-12-30", "2023-07-01", "2024-05-01"],
    "amount": [50.0, 20.0, 9.5, -4.0, 7.0, -6.0],
    "cost": [None, 12.0, 4.0, -2.0, 3.0, -1.0],
}


@pytest.mark.parametrize("kind", KINDS)
def test_recent_value_is_the_margin_of_the_window_by_hand(kind):
    import duckdb

    with duckdb.connect() as connection:
        recent = crm.customers.recent_value(table_of(kind, LATELY, connection))
        found = summarized(recent.customers)
    assert {who: (row["monetary"], row["current_value"]) for who, row in found.items()} == {
        "a": (70.0, 8.0),
        "b": (5.5, 3.5),
        "c": (7.0, 0.0),  # nothing within the window; d only returned things, and is no customer
    }
    assert (recent.measure, recent.first_date, recent.last_date) == (
        "margin",
        dt.date(2024, 1, 1),
        dt.date(2024, 12, 31),
    )
    assert recent.margin_rate == pytest.approx((19.5 - 13) / 19.5)


@settings(deadline=None, max_examples=examples(30))
@given(table=st.lists(rows, min_size=1, max_size=25), window=st.integers(1, 80))
def test_recent_revenue_is_that_of_plain_loops(table, window):
    table = [*table, ("z", dt.date(2024, 2, 1), 100)]
    end = last_day(table)
    recent = crm.customers.recent_value(small_table(frame_of(table)), window=window)
    assert (recent.measure, recent.margin_rate) == ("revenue", 1.0)
    for who, row in summarized(recent.customers).items():
        used = [cents for name, day, cents in table if name == who and day is not None and cents is not None
                and end - dt.timedelta(days=window) < day]  # fmt: skip
        assert row["current_value"] == sum(used) / 100


def test_a_missing_cost_in_the_window_makes_it_revenue():
    recent = crm.customers.recent_value({**LATELY, "cost": [1.0, None, 4.0, -2.0, 3.0, -1.0]})
    assert recent.measure == "revenue"
    assert recent.customers["current_value"].tolist() == [20.0, 5.5, 0.0]
    assert recent.customers["margin"].isna().tolist() == [True, False, False]


def test_a_window_that_is_none_is_refused():
    with pytest.raises(ArgumentError, match=r'window=0 is shorter than a day.*window="12M"'):
        crm.customers.recent_value(LATELY, window=0)
    with pytest.raises(ArgumentError, match="window='year' is not a duration"):
        crm.customers.recent_value(LATELY, window="year")


@pytest.mark.parametrize("amount", [4e10, 5e13])  # more than stands beside a day, and than floats add up exactly
def test_what_others_spend_changes_no_sum(make_table, amount):
    days = ["2024-01-05", "2024-01-05", "2024-02-01", "2024-03-01", "2024-01-01", "2024-02-02"]
    sales = {"customer_id": list("aaaabb"), "date": days, "amount": [0.1, 0.2, 70.07, -1.01, 1e6, 0.01]}
    vast = {"customer_id": ["z", "z"], "date": ["2024-01-01", "2024-01-02"], "amount": [amount, 0.02]}
    alone = as_columns(crm.summarize(make_table(sales)), sort="customer_id")
    found = as_columns(
        crm.summarize(make_table({name: sales[name] + vast[name] for name in sales})), sort="customer_id"
    )
    assert alone["m_x"] == [pytest.approx(69.06, abs=1e-12), 0.01]
    assert {name: values[:2] for name, values in found.items()} == alone
    assert (found["monetary"][2], found["m_x"][2]) == (amount + 0.02, 0.02)
