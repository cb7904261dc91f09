"""The door: the ledger adds up whatever comes in, types and time zones are read once, and bad input is named."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import last_day, used_rows

import crmkit as crm
from conftest import KINDS, as_columns, examples, table_of
from crmkit.errors import ArgumentError, ColumnError, CrmkitError, DataError

DAYS = ["2025-01-01", "2025-01-02", "2025-02-01"]


def sales(**columns) -> dict:
    return {"customer_id": ["a", "b", "a"], "date": DAYS, "amount": [1.0, 2.0, 3.0], **columns}


def lines(table) -> dict:
    """Step (or note) -> (rows, customers, amount)."""
    columns = as_columns(table)
    name = next(iter(columns))
    return {
        step: (columns["rows"][k], columns["customers"][k], columns["amount"][k])
        for k, step in enumerate(columns[name])
    }


# --- the ledger -------------------------------------------------------------------------------------------------

dates = st.dates(dt.date(2024, 1, 1), dt.date(2024, 2, 1))
rows = st.tuples(
    st.sampled_from(["a", "b", "c", None]),
    st.one_of(dates, dates, st.none()),
    st.one_of(st.none(), st.integers(-300, 300)),
)


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=examples(30))
@given(
    table=st.lists(rows, min_size=1, max_size=20),
    refunds=st.sampled_from(["net", "drop", "ignore"]),
    zeros=st.sampled_from(["keep", "drop"]),
    duplicates=st.sampled_from(["keep", "drop"]),
    as_of=st.one_of(st.none(), dates),
)
def test_every_column_of_the_ledger_adds_up_to_what_is_used(kind, table, refunds, zeros, duplicates, as_of):
    import duckdb

    table = [*table, ("z", dt.date(2024, 1, 1), 100)]
    frame = {
        "customer_id": [row[0] for row in table],
        "date": [row[1] and dt.datetime.combine(row[1], dt.time()) for row in table],
        "amount": [None if row[2] is None else row[2] / 100 for row in table],
    }
    with duckdb.connect() as connection:
        native = table_of(kind, frame, connection)
        tx = crm.Transactions(native, refunds=refunds, zeros=zeros, duplicates=duplicates, as_of=as_of)
        ledger, customers = as_columns(tx.ledger), as_columns(crm.summarize(tx))
    assert ledger["step"][0] == "input"
    assert ledger["step"][-1] == "used"
    assert ledger["rows"][0] == len(table)
    assert ledger["customers"][0] == len({who for who, _, _ in table if who is not None})
    for name in ("rows", "customers"):
        assert sum(ledger[name][:-1]) == ledger[name][-1]
    assert round(100 * sum(ledger["amount"][:-1])) == round(100 * ledger["amount"][-1])
    assert ledger["customers"][-1] == len(customers["customer_id"])
    assert round(100 * sum(customers["monetary"])) == round(100 * ledger["amount"][-1])
    if (refunds, zeros, duplicates) == ("net", "keep", "keep"):
        used = used_rows(table, as_of or last_day(table))
        assert ledger["rows"][-1] == len(used)
        assert round(100 * ledger["amount"][-1]) == sum(cents for _, _, cents in used)


def test_each_reason_has_its_line(make_table):
    table = {
        "customer_id": ["a", "", "b", "b", "c", "d", "a", "e"],
        "date": ["2025-01-01", "2025-01-01", None, "soon", "03/04/2025", "2025-01-05", "2025-06-01", "2025-01-04"],
        "amount": [10.0, 20.0, 30.0, 40.0, 50.0, None, 60.0, -7.0],
    }
    tx = crm.Transactions(make_table(table), as_of="2025-02-01")
    assert lines(tx.ledger) == {
        "input": (8, 5, 203.0),
        "no_customer": (-1, 0, -20.0),
        "no_date": (-1, 0, -30.0),
        "unreadable_date": (-1, -1, -40.0),
        "ambiguous_date": (-1, -1, -50.0),
        "no_amount": (-1, -1, 0.0),
        "after_as_of": (-1, 0, -60.0),
        "no_purchase": (-1, -1, 7.0),
        "used": (1, 1, 10.0),
    }


def test_the_notes_count_zeros_refunds_and_repeats(make_table):
    table = {
        "customer_id": ["a", "a", "a", "b", "b"],
        "date": ["2025-01-01"] * 3 + ["2025-01-02"] * 2,
        "amount": [5.0, 5.0, 0.0, 4.0, -9.0],
    }
    assert lines(crm.Transactions(make_table(table)).notes) == {
        "zero_amount_kept": (1, 1, 0.0),
        "refund_netted": (1, 1, -9.0),
        "refunded_beyond_spend": (2, 1, -5.0),
        "exact_duplicate": (1, 0, 5.0),
    }


def test_repeated_rows_are_dropped_only_when_asked_and_only_if_equal_in_every_column(make_table):
    table = sales(customer_id=["a", "a", "a"], date=["2025-01-01"] * 3, amount=[1.0] * 3, line=[1, 1, 2])
    kept = crm.Transactions(make_table(table))
    assert lines(kept.ledger)["used"] == (3, 1, 3.0)
    dropped = crm.Transactions(make_table(table), duplicates="drop")
    assert lines(dropped.ledger) == {"input": (3, 1, 3.0), "duplicate": (-1, 0, -1.0), "used": (2, 1, 2.0)}


def test_ignored_refunds_stay_as_rows_without_their_money(make_table):
    table = sales(customer_id=["a", "b", "a"], amount=[5.0, -3.0, -1.0])
    tx = crm.Transactions(make_table(table), refunds="ignore")
    assert lines(tx.ledger) == {
        "input": (3, 2, 1.0),
        "no_purchase": (-1, -1, 3.0),
        "refund_money": (0, 0, 1.0),
        "used": (2, 1, 5.0),
    }


# --- time -------------------------------------------------------------------------------------------------------


def test_the_past_ends_at_the_last_date_and_until_moves_it_back(make_table):
    tx = crm.Transactions(make_table(sales()))
    assert tx.as_of == dt.date(2025, 2, 1)
    earlier = tx.until("2025-01-31")
    assert earlier.as_of == dt.date(2025, 1, 31)
    assert as_columns(crm.summarize(earlier), sort="customer_id")["monetary"] == [1.0, 2.0]
    assert tx.as_of == dt.date(2025, 2, 1)
    with pytest.raises(ArgumentError, match=r"until\('2025-02-02'\) is after 2025-02-01"):
        tx.until("2025-02-02")


def test_rows_after_as_of_change_nothing(make_table):
    more = {"customer_id": ["a", "n"], "date": ["2025-03-01", "2025-03-02"], "amount": [99.0, 98.0]}
    longer = {name: [*values, *more[name]] for name, values in sales().items()}
    now = crm.summarize(crm.Transactions(make_table(sales()), as_of="2025-02-10"))
    later = crm.summarize(crm.Transactions(make_table(longer), as_of="2025-02-10"))
    assert as_columns(now, sort="customer_id") == as_columns(later, sort="customer_id")


def test_a_late_evening_belongs_to_the_local_day(make_table):
    """23:30 in UTC is the next morning in Shanghai and the same evening in New York."""
    stamps = pd.to_datetime(["2025-01-01 23:30", "2025-01-05 04:30"]).tz_localize("UTC")
    table = {"customer_id": ["a", "a"], "date": list(stamps.to_pydatetime()), "amount": [1.0, 2.0]}
    if make_table.kind in ("pandas", "duckdb"):
        table["date"] = stamps
    expected = {"Asia/Shanghai": ("2025-01-02", "2025-01-05"), "America/New_York": ("2025-01-01", "2025-01-04")}
    for zone, (first, last) in expected.items():
        got = as_columns(crm.summarize(crm.Transactions(make_table(table), timezone=zone)))
        assert str(got["first_date"][0])[:10] == first
        assert str(got["last_date"][0])[:10] == last
    with pytest.raises(DataError, match=r"time zone[\s\S]*timezone="):
        crm.Transactions(make_table(table))


def test_aware_text_is_read_in_the_zone_of_the_business(make_table):
    table = sales(date=["2025-01-01T23:30:00Z", "2025-01-02T01:00:00+02:00", "2025-01-03"])
    tx = crm.Transactions(make_table(table), timezone="Asia/Shanghai")
    got = as_columns(crm.summarize(tx), sort="customer_id")
    assert [str(day)[:10] for day in got["first_date"]] == ["2025-01-02", "2025-01-02"]
    with pytest.raises(DataError, match="zone"):
        crm.Transactions(make_table(table))


def test_naive_stamps_are_taken_as_they_are(make_table):
    table = sales(date=[dt.datetime(2025, 1, 1, 23, 59, 59), dt.datetime(2025, 1, 2), dt.datetime(2025, 2, 1)])
    got = as_columns(crm.summarize(crm.Transactions(make_table(table), timezone="Asia/Shanghai")), sort="customer_id")
    assert str(got["first_date"][0])[:10] == "2025-01-01"


def test_the_days_are_right_from_1900_to_now(make_table):
    stamps = [dt.datetime(1900, 1, 1), dt.datetime(1999, 12, 31, 23), dt.datetime(2000, 2, 29), dt.datetime(2024, 3, 1)]
    table = {"customer_id": ["a", "b", "c", "d"], "date": stamps, "amount": [1.0] * 4}
    got = as_columns(crm.summarize(make_table(table)), sort="customer_id")
    assert got["recency"] == [(dt.datetime(2024, 3, 1).date() - stamp.date()).days for stamp in stamps]


def test_dates_as_text_and_whole_numbers_are_read_by_their_format(make_table):
    days_first = sales(date=["31/01/2025", "01/02/2025", "bad"])
    tx = crm.Transactions(make_table(days_first), date_format="%d/%m/%Y")
    assert tx.as_of == dt.date(2025, 2, 1)
    assert lines(tx.ledger)["unreadable_date"][0] == -1
    numbers = crm.Transactions(make_table(sales(date=[20250101, 20250102, 20250201])), date_format="%Y%m%d")
    assert numbers.as_of == dt.date(2025, 2, 1)


# --- money ------------------------------------------------------------------------------------------------------


def test_money_as_text_is_refused_or_parsed_when_asked(make_table):
    table = sales(amount=["$1,234.50", "2", "(3.00)"])
    with pytest.raises(DataError, match=r"money as text: '\$1,234.50'[\s\S]*decimal=\"\.\""):
        crm.Transactions(make_table(table))
    assert lines(crm.Transactions(make_table(table), decimal=".").ledger)["used"][2] == 1233.5
    european = sales(amount=["1.234,50 €", "2", "-3,10"])
    assert lines(crm.Transactions(make_table(european), decimal=",").ledger)["used"][2] == 1233.4


def test_mixed_currencies_are_refused(make_table):
    with pytest.raises(DataError, match=r"'cur' mixes currencies: 'EUR', 'USD'"):
        crm.Transactions(make_table(sales(cur=["EUR", "USD", "EUR"])), currency="cur")
    with pytest.raises(DataError, match=r"mixes currencies: '\$', '€'"):
        crm.Transactions(make_table(sales(amount=["$1.00", "€2.00", "3"])), decimal=".")


@pytest.mark.parametrize(
    ("amounts", "scale"),
    [([1.0, 2.5, 3.25], 100), ([1.0, 2.125, 3.0], 1000), ([0.000001, 2.0, 3.0], 1_000_000), ([1, 2, 3], 100)],
)
def test_the_unit_of_money_holds_every_amount_exactly(amounts, scale):
    tx = crm.Transactions(sales(amount=amounts))
    assert (tx.scale, tx.guard) == (scale, 1)
    assert crm.summarize(tx)["monetary"].sum() == sum(amounts)


def test_amounts_without_a_decimal_form_keep_equal_totals_equal():
    """Thirds: three of them and one whole must stay a tie, which sums of floats would break."""
    table = {
        "customer_id": ["a", "a", "a", "b"],
        "date": ["2025-01-01", "2025-01-02", "2025-01-03", "2025-01-01"],
        "amount": [np.pi / 3, np.pi / 3, np.pi / 3, np.pi],
    }
    spend = crm.summarize(table)["monetary"]
    assert spend[0] == spend[1] == pytest.approx(np.pi, abs=1e-6)


@settings(deadline=None, max_examples=examples(30))
@given(factor=st.floats(1e-3, 1e4), cents=st.lists(st.integers(1, 10**6), min_size=3, max_size=12))
def test_the_unit_of_money_changes_no_order_of_customers(factor, cents):
    """Order and ties of spend survive another currency."""
    who = [f"c{k % 4}" for k in range(len(cents))]
    table = {"customer_id": who, "date": ["2025-01-01"] * len(cents), "amount": [c / 100 for c in cents]}
    plain = crm.summarize(table)["monetary"].rank().tolist()
    scaled = crm.summarize({**table, "amount": [factor * c / 100 for c in cents]})["monetary"].rank().tolist()
    assert scaled == plain


# --- bad input: a crmkit error that names the column, the values, and the next step --------------------------------

BAD = {
    "empty": ({"customer_id": [], "date": [], "amount": []}, r"no rows"),
    "all refunds": (
        sales(amount=[-1.0, -2.0, -3.0]),
        r"no purchase is left of 3 rows[\s\S]*returns only[\s\S]*amount=",
    ),
    "all null ids": (sales(customer_id=[None] * 3), r"3 without a customer id[\s\S]*customer="),
    "future dates": (sales(date=["2025-01-01", "2999-01-01", "2999-01-02"]), r"'date'[\s\S]*'2999-01-01'[\s\S]*as_of="),
    "year 0001": (sales(date=["0001-01-01", "2025-01-01", "2025-01-02"]), r"'date'[\s\S]*'0001-01-01'[\s\S]*missing"),
    "year 9999": (sales(date=["9999-12-31", "2025-01-01", "2025-01-02"]), r"'date'[\s\S]*'9999-12-31'[\s\S]*as_of="),
    "infinities": (sales(amount=[float("inf"), 1.0, 2.0]), r"'amount' is infinite in 1 rows: inf"),
    "ambiguous dates": (sales(date=["03/04/2025", "05/06/2025", "07/08/2025"]), r"'03/04/2025'[\s\S]*date_format="),
    "dates as floats": (sales(date=[1.5, 2.5, 3.5]), r"'date' does not hold dates but Float64: 1.5"),
    "dates as numbers": (sales(date=[20250101, 20250102, 20250103]), r"20250101[\s\S]*date_format=\"%Y%m%d\""),
    "amounts as booleans": (sales(amount=[True, False, True]), r"'amount' does not hold money but Boolean"),
    "amounts beyond counting": (
        sales(amount=[1e300, 1.0, 2.0]),
        r"the largest is 1e\+300[\s\S]*thousands",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_named_with_the_next_step(make_table, name):
    table, message = BAD[name]
    if name == "all null ids" and make_table.kind == "pyarrow":
        table = sales(customer_id=[float("nan")] * 3)
    with pytest.raises(CrmkitError, match=message):
        crm.Transactions(make_table(table))


def test_placeholder_years_in_python_dates_are_named():
    for year, said in ((1, "0001-01-01"), (9999, "9999-01-01")):
        table = pd.DataFrame(sales(date=[dt.date(year, 1, 1), dt.date(2025, 1, 1), None]))
        with pytest.raises(DataError, match=said):
            crm.Transactions(table)


def test_a_column_named_twice_is_refused():
    frame = pd.DataFrame([["a", "2025-01-01", 1.0, 2.0]], columns=["customer_id", "date", "amount", "amount"])
    with pytest.raises(ColumnError, match="more than one column 'amount'"):
        crm.Transactions(frame)


def test_one_row_is_a_customer(make_table):
    got = as_columns(crm.summarize(make_table({"customer_id": ["a"], "date": ["2025-01-01"], "amount": [2.0]})))
    assert (got["orders"], got["x"], got["T"]) == ([1], [0], [0])


def test_a_million_categories_are_a_million_customers():
    ids = pd.Categorical.from_codes(np.arange(1_000_000), [f"c{k}" for k in range(1_000_000)])
    frame = pd.DataFrame({"customer_id": ids, "date": pd.Timestamp("2025-01-01"), "amount": 1.0})
    assert len(crm.summarize(frame)) == 1_000_000


def test_ids_of_several_types_do_not_meet():
    got = as_columns(crm.summarize(pd.DataFrame(sales(customer_id=[1, "1x", 2.5]))))
    assert sorted(got["customer_id"]) == ["1", "1x", "2.5"]


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"refunds": "maybe"}, "refunds='maybe'"),
        ({"timezone": "Mars/Olympus"}, "timezone='Mars/Olympus'"),
        ({"as_of": "soon"}, "as_of='soon'"),
        ({"decimal": ";"}, "decimal=';'"),
    ],
)
def test_an_unknown_setting_is_named(setting, message):
    with pytest.raises(ArgumentError, match=message):
        crm.Transactions(sales(), **setting)


def test_something_that_is_no_table_is_refused():
    with pytest.raises(DataError, match=r"builtins.int is an unsupported table type"):
        crm.Transactions(5)


@pytest.mark.parametrize(
    ("module", "way"),
    [
        ("dask.dataframe.dask_expr._collection", r"Dask\. Pass frame\.compute\(\)"),
        ("daft.dataframe.dataframe", "Daft.*to_arrow"),
        ("modin.pandas.dataframe", "Modin.*to_pandas"),
        ("cudf.core.dataframe", "cuDF.*to_arrow"),
        ("pyspark.pandas.frame", "pandas on Spark.*to_spark"),
        ("sqlframe.duckdb.dataframe", "SQLFrame.*toArrow"),
    ],
)
def test_an_engine_that_is_not_computed_in_is_refused_at_the_door_with_the_way_in(module, way):
    frame = type("DataFrame", (), {"__module__": module})()
    for take in (crm.Transactions, crm.rfm.score):
        with pytest.raises(DataError, match=way):
            take(frame)
