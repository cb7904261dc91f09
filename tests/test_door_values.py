"""The values of strangers' tables: money and dates by a grammar, exact sums, filters, products; right or refused."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crmkit as crm
from conftest import as_columns, examples, small_table
from crmkit.errors import ArgumentError, ColumnError, DataError

TWO_KINDS = [pd.DataFrame, lambda columns: pl.LazyFrame(columns, strict=False)]


def spend(columns, kinds=TWO_KINDS, **settings):
    """Spend of each customer, of pandas and of a lazy polars table, which must agree."""
    got = [
        dict(zip(*(as_columns(crm.summarize(crm.Transactions(make(columns), **settings)), sort="customer_id")[name]
                   for name in ("customer_id", "monetary")), strict=True))
        for make in kinds
    ]  # fmt: skip
    assert got[0] == got[-1]
    return got[0]


def paid(*texts):
    return {"customer_id": [f"c{k}" for k in range(len(texts))], "date": ["2024-01-01"] * len(texts),
            "amount": list(texts)}  # fmt: skip


# --- money: read by the grammar, or refused with the value named ---------------------------------------------------

MONEY = {
    "1e3": 1000, "2.5e2": 250, "$1,234.50": 1234.5, "1,23,456.50": 123456.5, "12,34,567": 1234567, "1.2万": 12000,
    "3千": 3000, "1.5亿": 150_000_000, "1.5K": 1500, "12k": 12000, "５，０００．２５": 5000.25, "¥ 99": 99, "99元": 99,
    "5 EUR": 5, "usd 5": 5, "5 kr": 5, "Rp 5": 5, "1'234.50": 1234.5, "1 234.50": 1234.5, "1\u202f234.50": 1234.5,
    " 7 ": 7, "+5": 5, "5.": 5, ".5": 0.5,
}  # fmt: skip
REFUNDS = {"−4.00": -4, "－4.00": -4, "–4.00": -4, "(4.00)": -4, "（4.00）": -4, "4.00-": -4, "-$4": -4, "$-4": -4}
NO_MONEY = (
    "4.00 CR", "4.00 DR", "2 x 5.00", "3 x 10", "12,34", "8,50", "0,123", "1,2,3", "1.2.3", "12:30", "--5", "(5",
    "(-5)", "5M", "5%", "1_000", "0x10", "€5 USD", "5 bananas", "1,234 567", "1e999", "∞", "ten", "5/2",
)  # fmt: skip


@pytest.mark.parametrize("text", MONEY)
def test_money_as_people_write_it(text):
    assert spend(paid("1.00", text), TWO_KINDS[:1], decimal=".")["c1"] == MONEY[text]


@pytest.mark.parametrize("text", REFUNDS)
def test_a_minus_of_any_form_is_a_refund(text):
    table = paid("10.00", text) | {"customer_id": ["a", "a"]}
    assert spend(table, TWO_KINDS[:1], decimal=".") == {"a": 10 + REFUNDS[text]}


def test_money_is_the_same_beside_any_other():
    plain, back = (
        {text: money for text, money in each.items() if not re.search(r"[$¥元]|[A-Za-z]{2}", text)}  # one currency only
        for each in (MONEY, REFUNDS)
    )
    found = spend(paid(*plain, "1000.00", *back) | {"customer_id": [*plain, *["a"] * (len(back) + 1)]}, decimal=".")
    assert found == {**plain, "a": 1000 + sum(back.values())}
    assert len(found) > 12


@pytest.mark.parametrize("text", NO_MONEY)
def test_what_is_no_money_is_refused_and_named(text):
    for make in TWO_KINDS[:1] if text in NO_MONEY[1::2] else TWO_KINDS[1:]:
        with pytest.raises(DataError) as error:
            crm.Transactions(make(paid("10.50", text)), decimal=".")
        assert repr(text)[1:-1] in str(error.value)


@pytest.mark.parametrize(
    ("texts", "decimal", "said"),
    [
        (["Rp 15.000", "Rp 7.500"], ".", 'which may be thousands[\\s\\S]*decimal=","'),
        (["15,000 kr"], ",", 'which may be thousands[\\s\\S]*decimal="."'),
        (["1.5M", "2 mn"], ".", "a thousand and others as a million"),
        (["€1.234", "€2.50"], ".", "no money by any decimal mark: '€1.234'"),
    ],
)
def test_what_may_mean_a_thousand_times_as_much_is_asked(texts, decimal, said):
    for make in TWO_KINDS:
        with pytest.raises(DataError, match=said):
            crm.Transactions(make(paid(*texts)), decimal=decimal)


def test_a_number_without_cents_is_no_refund_and_groups_are_those_of_the_mark():
    assert spend(paid("CHF 5.-", "7.--"), decimal=".") == {"c0": 5, "c1": 7}
    assert spend(paid("5,-", "1.234", "12.50"), decimal=",") == {"c0": 5, "c1": 1234, "c2": 12.5}
    mixed = paid(1.234, "12,50 €")  # a number and a text in one column of objects
    assert crm.summarize(crm.Transactions(pd.DataFrame(mixed), decimal=","))["monetary"].tolist() == [1.234, 12.5]


def test_thousandths_of_those_who_have_them_are_read():
    assert spend(paid("KWD 15.250", "KWD 0.125"), decimal=".") == {"c0": 15.25, "c1": 0.125}
    assert spend(paid("Rp 15.000", "Rp1.250.000"), decimal=",") == {"c0": 15_000, "c1": 1_250_000}


def test_words_for_nothing_are_missing_amounts():
    tx = crm.Transactions(paid("5", "n/a", "-", "NULL", "", "—"), decimal=".")
    assert dict(zip(tx.ledger["step"], tx.ledger["rows"], strict=True))["no_amount"] == -5


def test_the_decimal_mark_that_reads_all_is_proposed():
    for make in TWO_KINDS:
        with pytest.raises(DataError, match='decimal=",", which reads all'):
            crm.Transactions(make(paid("12,34", "8,50")), decimal=".")
    assert spend(paid("1.234,50 €", "-3,10", "3,20"), decimal=",") == {"c0": 1234.5, "c2": 3.2}


def test_quoted_thousands_far_down_a_file_are_read(tmp_path):
    rows = [f"c{k % 500},2024-01-11,{10 + k % 5}.50" for k in range(30_000)] + ['c1,2024-05-11,"1,099.50"']
    rows[0] = 'c0,2024-01-11,"10.50"'  # so that the reader knows of quotes
    path = tmp_path / "late.csv"
    path.write_text("customer_id,date,amount\n" + "\n".join(rows) + "\n")
    cents = sum(Decimal(row.split(",", 2)[2].strip('"').replace(",", "")) for row in rows)
    for decimal in (None, "."):
        assert crm.read(path, decimal=decimal).ledger["amount"].iloc[-1] == float(cents)


@settings(deadline=None, max_examples=examples(20))
@given(cents=st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=15), mark=st.sampled_from([".", ","]))
def test_what_is_written_with_groups_is_read_as_it_was(cents, mark):
    other = "," if mark == "." else "."
    texts = [f"{c / 100:,.2f}".translate(str.maketrans({",": other, ".": mark})) for c in cents]
    table = paid(*texts, "1") | {"customer_id": ["a"] * (len(cents) + 1)}
    got = crm.summarize(crm.Transactions(small_table(table), decimal=mark))["monetary"].to_list()
    assert got == [(sum(cents) + 100) / 100]


# --- dates ---------------------------------------------------------------------------------------------------------

NO_DATES = ("2024-01-05 garbage", "2024-01-05T25:00", "2024-01-05 24:00:00", "2024-01/05", "2024-01-05 10",
            "2024-02-30", "2023-02-29", "2024-13-01", "2024-01-05 10:60", "2024-01-05 10:00 EST", "20240105",
            "2024-01-05Z", "5 Jan 2024")  # fmt: skip
DATES = ("2024-01-05", "2024/1/5", "2024-01-05\t", " 2024-01-05 ", "2024-01-05T10:00", "2024-1-5 8:26",
         "2024-01-05 10:00:00.123456789")  # fmt: skip


@pytest.mark.parametrize("text", [*NO_DATES, *DATES])
def test_a_text_is_the_same_day_on_every_kind_of_table_or_none(text):
    table = {"customer_id": ["a", "z", "z"], "date": [text, "2020-01-01", "2020-01-01"], "amount": [1.0, 1.0, 1.0]}
    for make in TWO_KINDS:
        got = as_columns(crm.summarize(crm.Transactions(make(table), as_of="2026-01-01")), sort="customer_id")
        found = {str(day)[:10] for who, day in zip(got["customer_id"], got["first_date"], strict=True) if who == "a"}
        assert found == ({"2024-01-05"} if text in DATES else set())


ZONES = {"+0000": 2, " +0000": 2, "Z": 2, " UTC": 2, " GMT": 2, "+00": 2, " +00:00": 2, " -0500": 2, "+08:00": 1,
         " GMT+0800": 1, "+05:30": 2}  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
def test_a_zone_behind_a_text_is_seen(zone):
    table = {"customer_id": ["a"], "date": [f"2024-03-01 23:30:00{zone}"], "amount": [1.0]}
    for make in TWO_KINDS:
        with pytest.raises(DataError, match="timezone="):
            crm.Transactions(make(table))
        local = crm.Transactions(make(table), timezone="Asia/Shanghai")
        assert local.as_of == dt.date(2024, 3, ZONES[zone])
        assert crm.Transactions(make(table), timezone="as_written").as_of == dt.date(2024, 3, 1)


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (["12/1/2010 8:26", "12/13/2010 9:30"], "%m/%d/%Y %H:%M"),
        (["05/03/19", "13/03/19"], "%d/%m/%y"),
        (["5-Jan-2024", "6-FEB-2024"], "%d-%b-%Y"),
        (["2024年1月5日", "2024年12月31日"], "%Y年%m月%d日"),
        (["1/5/2024 1:02 PM", "1/31/2024 11:59 am"], "%m/%d/%Y %I:%M %p"),
        (["45292", "45293.5"], "excel"),
        (["20240105", "20241231"], "%Y%m%d"),
    ],
)
def test_a_format_is_proposed_only_if_it_reads_all(texts, form):
    table = {"customer_id": ["a"] * len(texts), "date": texts, "amount": [1.0] * len(texts)}
    for make in TWO_KINDS:
        with pytest.raises(DataError) as error:
            crm.Transactions(make(table), as_of="2030-01-01")
        assert f'date_format="{form}", which reads all' in str(error.value)
        assert crm.Transactions(make(table), date_format=form, as_of="2030-01-01").ledger is not None


def test_two_readings_are_both_offered_and_a_mixture_none():
    both = {"customer_id": ["a"], "date": ["03/04/2024"], "amount": [1.0]}
    with pytest.raises(DataError, match=r'"%d/%m/%Y" / date_format="%m/%d/%Y"'):
        crm.Transactions(both)
    mixture = {"customer_id": ["a", "a"], "date": ["31/01/2024", "01/31/2024"], "amount": [1.0, 1.0]}
    with pytest.raises(DataError, match="No one format reads all"):
        crm.Transactions(mixture)


def test_numbers_are_days_or_moments_only_when_asked():
    for form, values, day in (("excel", [45292.75], "2024-01-01"), ("epoch", [1704067199], "2023-12-31"),
                              ("epoch_ms", [1704067199000], "2023-12-31")):  # fmt: skip
        table = {"customer_id": ["a"], "date": values, "amount": [1.0]}
        with pytest.raises(ColumnError, match=f'date_format="{form}"'):
            crm.Transactions(table)
        zone = {} if form == "excel" else {"timezone": "UTC"}
        assert str(crm.Transactions(table, date_format=form, **zone).as_of) == day


def test_a_business_day_may_end_after_midnight():
    stamps = ["2024-01-05 03:59:00", "2024-01-05 04:00:00"]
    for values in (stamps, [dt.datetime.fromisoformat(stamp) for stamp in stamps]):
        table = {"customer_id": ["a", "b"], "date": values, "amount": [1.0, 1.0]}
        for make in TWO_KINDS:
            got = as_columns(crm.summarize(crm.Transactions(make(table), day_end=4)), sort="customer_id")
            assert [str(day)[:10] for day in got["first_date"]] == ["2024-01-04", "2024-01-05"]


# --- exact money, whatever stands beside it -----------------------------------------------------------------------


@pytest.mark.parametrize("beside", [9.1e13, 999_999_999_999_999.0, 4e15])
def test_cents_do_not_depend_on_what_others_spend(beside):
    table = {"customer_id": ["big"] + ["small"] * 10, "date": ["2024-01-01"] * 11, "amount": [beside] + [0.25] * 10}
    assert spend(table) == {"big": beside, "small": 2.5}


@pytest.mark.parametrize("later", [999_999_999_999_999.0, 1e17, 1e25, 0.123456789012345])
def test_a_row_after_the_past_changes_nothing(later):
    past = {"customer_id": ["s"] * 10, "date": ["2024-01-01"] * 10, "amount": [0.4] * 10}
    more = {
        name: [*values, value] for (name, values), value in zip(past.items(), ("x", "2025-01-01", later), strict=True)
    }
    for make in TWO_KINDS:
        tx = crm.Transactions(make(more), as_of="2024-06-01")
        assert as_columns(crm.summarize(tx))["monetary"] == [4.0]
        ledger = as_columns(tx.ledger)
        assert (ledger["step"], ledger["rows"]) == (["input", "after_as_of", "used"], [11, -1, 10])
        assert ledger["amount"][-1] == 4.0
    assert spend(past, as_of="2024-06-01") == {"s": 4.0}


@pytest.mark.parametrize("beside", [1.0, 1e6 + 1 / 7, 4e9])
def test_money_without_a_decimal_form_does_not_depend_on_what_others_spend(beside):
    table = {"customer_id": ["big", "a", "a", "a", "b"], "date": ["2024-01-01"] * 5,
             "amount": [beside, 1 / 3, 1 / 3, 1 / 3, 2 / 7]}  # fmt: skip
    got = spend(table)
    assert (got["a"], got["b"]) == (1.0, 0.285714)
    with pytest.raises(DataError, match=r"largest is 50000000000[\s\S]*Round them first"):
        spend({**table, "amount": [5e10, *table["amount"][1:]]})


def test_large_money_of_small_units_is_exact():
    """Firms in Indonesia or Viet Nam: decades of days, 10^13 a purchase; m_x needs the money of the first day."""
    table = {"customer_id": ["a", "a", "a"], "date": ["1990-01-01", "2024-01-01", "2024-01-02"],
             "amount": [4_000_000_000_001.0, 3_000_000_000_001.0, 1.0]}  # fmt: skip
    for make in TWO_KINDS:
        got = as_columns(crm.summarize(crm.Transactions(make(table))))
        assert (got["monetary"], got["m_x"]) == ([7_000_000_000_003.0], [1_500_000_000_001.0])


def test_what_cannot_be_counted_is_refused_and_named():
    with pytest.raises(DataError, match=r"the largest is 9e\+16"):
        crm.Transactions({"customer_id": ["a", "b"], "date": ["2024-01-01"] * 2, "amount": [9e16, 0.25]})


# --- amounts from their parts, and rows that count ------------------------------------------------------------------


def test_quantity_times_price_less_discount_is_exact():
    table = {"customer_id": ["a"] * 3, "date": ["2024-01-01"] * 3, "q": [3, 7, 1], "p": [0.1, 1.15, 9.99],
             "off": [0.0, 0.1, None]}  # fmt: skip
    assert spend(table, quantity="q", price="p", discount="off") == {
        "a": float(Decimal("0.3") + Decimal("7.245") + Decimal("9.99"))
    }
    with pytest.raises(DataError, match="'off' is to be a share"):
        crm.Transactions({**table, "off": [0.0, 5.0, 0.0]}, quantity="q", price="p", discount="off")
    with pytest.raises(ArgumentError, match="quantity="):
        crm.Transactions(table, price="p")
    with pytest.raises(ArgumentError, match="price="):
        crm.Transactions({**table, "sum": [1, 2, 3]}, amount="sum", price="p", quantity="q")


@settings(deadline=None, max_examples=examples(20))
@given(lines=st.lists(st.tuples(st.integers(1, 5000), st.integers(1, 10**6), st.integers(0, 100)), min_size=1,
                      max_size=12))  # fmt: skip
def test_the_product_is_that_of_decimals(lines):
    table = {"customer_id": ["a"] * len(lines), "date": ["2024-01-01"] * len(lines), "q": [q for q, _, _ in lines],
             "p": [p / 100 for _, p, _ in lines], "d": [d / 100 for _, _, d in lines]}  # fmt: skip
    got = crm.summarize(crm.Transactions(small_table(table), quantity="q", price="p", discount="d"))["monetary"]
    exact = sum(q * Decimal(p) / 100 * (100 - d) / 100 for q, p, d in lines)
    assert got.to_list() == [float(exact)]


def test_refunds_and_tax_in_columns_of_their_own_stand_in_the_ledger():
    table = {"customer_id": ["a", "b"], "date": ["2024-01-01"] * 2, "amount": [26.0, 37.0], "back": [26.0, None],
             "tax": [None, 7.0]}  # fmt: skip
    for make in TWO_KINDS:
        tx = crm.Transactions(make(table), refund="back", without="tax")
        ledger = as_columns(tx.ledger)
        assert dict(zip(ledger["step"], ledger["amount"], strict=True)) == {
            "input": 63.0, "refund_column": -26.0, "left_out_of_amount": -7.0, "used": 30.0,
        }  # fmt: skip
        assert as_columns(crm.summarize(tx), sort="customer_id")["monetary"] == [0.0, 30.0]
    assert spend(table, refund="back", refunds="ignore") == {"a": 26.0, "b": 37.0}


def test_a_filter_is_counted_and_the_unknown_is_left_out():
    table = {"customer_id": ["a", "b", "c"], "date": ["2024-01-01"] * 3, "amount": [1.0, 2.0, 4.0],
             "status": ["paid", "void", None]}  # fmt: skip
    for make in TWO_KINDS:
        ledger = as_columns(crm.Transactions(make(table), where="status = 'paid'").ledger)
        assert ledger["step"] == ["input", "filtered", "used"]
        assert (ledger["rows"], ledger["amount"]) == ([3, -2, 1], [7.0, -6.0, 1.0])
    assert spend(table, where="NOT status = 'paid'") == {"b": 2.0}


@pytest.mark.parametrize(
    "where", ["status", "1; DROP TABLE x", "SELECT 1", "status = (SELECT 1)", "status = 'a' AND", "read_csv('x') = 1",
              "", "amount = 'x'", "nope = 1", "status LIKE 5", "status IN ()", "((((("]
)  # fmt: skip
def test_what_is_no_boolean_expression_is_refused(where):
    with pytest.raises((ArgumentError, ColumnError)):
        crm.Transactions(paid(1.0) | {"status": ["paid"]}, where=where)


WHERES = ["n > 1 AND t <> 'x'", "n IN (1, 3) OR t IS NULL", "NOT (n BETWEEN 2 AND 3)", "t LIKE '%a_'", "n * 2 - 1 >= 3",
          "coalesce(t, 'x') = 'x'", "t IS NOT NULL AND NOT t = 'b'", "lower(t) = 'bar'", "-n < -1"]  # fmt: skip


@settings(deadline=None, max_examples=examples(15))
@given(rows=st.lists(st.tuples(st.sampled_from([1, 2, 3, None]), st.sampled_from(["x", "b", "BAR", "car", None])),
                     min_size=1, max_size=8), where=st.sampled_from(WHERES))  # fmt: skip
def test_a_filter_means_what_it_means_in_sql(rows, where):
    """Against SQLite, which we did not write."""
    import sqlite3

    columns = {"customer_id": [f"c{k}" for k in range(len(rows) + 1)], "n": [*(n for n, _ in rows), 99],
               "t": [*(t for _, t in rows), "keep"]}  # fmt: skip
    whole = f"({where}) OR t = 'keep'"
    with sqlite3.connect(":memory:") as database:
        database.execute("PRAGMA case_sensitive_like = 1")
        database.execute("CREATE TABLE t (customer_id TEXT, n INTEGER, t TEXT)")
        database.executemany("INSERT INTO t VALUES (?, ?, ?)", list(zip(*columns.values(), strict=True)))
        want = sorted(row[0] for row in database.execute(f"SELECT customer_id FROM t WHERE {whole}"))
    database.close()
    table = {**columns, "date": ["2024-01-01"] * len(columns["n"]), "amount": [1.0] * len(columns["n"])}
    got = crm.summarize(crm.Transactions(pl.DataFrame(table), where=whole))["customer_id"].to_list()
    assert got == want


def test_currencies_are_converted_only_at_rates_that_are_given():
    table = {"customer_id": ["a", "b"], "date": ["2024-01-01"] * 2, "amount": [10.0, 10.0], "cur": ["USD", "EUR"]}
    assert spend(table, currency="cur", rates={"USD": 1, "EUR": 1.08}) == {"a": 10.0, "b": 10.8}
    assert spend(table, currency="cur", where="cur = 'EUR'") == {"b": 10.0}
    with pytest.raises(DataError, match="does not name: 'EUR'"):
        crm.Transactions(table, currency="cur", rates={"USD": 1})
    with pytest.raises(DataError, match=r"mixes currencies[\s\S]*rates=[\s\S]*where="):
        crm.Transactions(table, currency="cur")


def test_ids_that_belong_together_are_one_customer():
    table = {"customer_id": ["a", "b", "c"], "date": ["2024-01-01"] * 3, "amount": [1.0, 2.0, 4.0]}
    for same in ({"b": "a", "c": "b"}, pd.DataFrame({"old": ["b", "c"], "new": ["a", "b"]})):
        assert spend(table, same=same) == {"a": 7.0}
    for bad in ({"a": "b", "b": "a"}, pd.DataFrame({"x": ["a", "a"], "y": ["b", "c"]}), pd.DataFrame({"x": ["a"]})):
        with pytest.raises(ArgumentError, match="same="):
            crm.Transactions(table, same=bad)


def test_events_without_money_are_visits():
    table = {"customer_id": ["a", "a"], "date": ["2024-01-01", "2024-01-05"]}
    for make in TWO_KINDS:
        got = as_columns(crm.summarize(crm.Transactions(make(table), amount=None)))
        assert (got["frequency"], got["x"]) == ([2], [1])
        assert [got[name] for name in ("monetary", "mean_order", "m_x")] == [[None]] * 3
    with pytest.raises(ColumnError, match="events have none"):
        crm.rfm.score(crm.Transactions(table, amount=None))


# --- columns that may be meant, and exports that are known ----------------------------------------------------------


def hinted(table):
    """Arguments of the call that the error prints, which must open the table."""
    with pytest.raises(ColumnError) as error:
        crm.Transactions(table)
    arguments = dict(error.value.fields["arguments"])
    return arguments, crm.Transactions(table, **arguments, as_of="2030-01-01"), error.value


NAMES = {
    "german": (("Kundennr", "Datum", "Betrag"), ["1.2.2024", "13.2.2024", "2.3.2024"]),
    "chinese": (("买家昵称", "付款日期", "实付金额"), ["2024-02-01", "2024-02-13", "2024-03-02"]),
    "traditional": (("買家會員名", "付款時間", "實付金額"), ["2024/2/1", "2024/2/13", "2024/3/2"]),
    "japanese": (("会員番号", "日付", "売上"), ["2024/02/01", "2024/02/13", "2024/03/02"]),
    "grocer": (("household_id", "DAY", "SALES_VALUE"), ["2024-02-01", "2024-02-13", "2024-03-02"]),
    "mail": (("Email", "Paid at", "Total"), ["2024-02-01 23:30:00 -0500"] * 3),
    "spanish": (("Cliente", "Fecha", "Importe"), ["01/02/2024", "13/02/2024", "02/03/2024"]),
}


@pytest.mark.parametrize("name", NAMES)
def test_known_names_in_many_languages(name):
    columns, days = NAMES[name]
    table = dict(zip(columns, (["a", "b", "a"], days, [1.5, 2.25, 3.0]), strict=True))
    arguments, tx, _ = hinted(table)
    assert [arguments[role] for role in ("customer", "date", "amount")] == list(columns)
    assert tx.ledger["amount"].iloc[-1] == 6.75


def test_a_unit_price_is_no_amount_beside_a_quantity():
    table = {"Bon": ["1", "2", "3", "3"], "Artikel": list("abab"), "Menge": [6, 10, -6, 1],
             "Datum": ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-03"], "Preis": [2.5, 1.0, 2.5, 9.0],
             "Kunde": ["x", "x", "y", "y"]}  # fmt: skip
    arguments, tx, _ = hinted(table)
    assert (arguments["quantity"], arguments["price"], "amount" in arguments) == ("Menge", "Preis", False)
    assert tx.ledger["amount"].iloc[-1] == 19.0


def test_a_flag_or_a_status_is_no_order():
    table = {"transaction_id": [1, 2, 3, 4, 5], "customer_id": [7, 7, 7, 7, 8], "list_price": [71.49, 91, 50, 10, 10],
             "transaction_date": ["2017-02-25", "2017-03-25", "2017-04-25", "2017-05-25", "2017-05-26"],
             "online_order": [False, False, True, False, True],
             "order_status": ["Approved", "Approved", "Cancelled", "Approved", "Approved"]}  # fmt: skip
    arguments, tx, error = hinted(table)
    assert arguments["order"] == "transaction_id"
    assert "order_status IN ('Approved')" in str(error)
    assert as_columns(crm.summarize(tx), sort="customer_id")["frequency"] == [4, 1]
    del table["transaction_id"]
    assert "order" not in hinted(table)[0]


EXPORTS = {
    "shopify": {"Name": ["#1", "#1", "#2", "#3"], "Email": ["a@x", "a@x", "b@x", "a@x"],
                "Financial Status": ["paid", None, "refunded", "voided"], "Total": [37.0, None, 26.0, 11.0],
                "Created at": ["2024-03-01 23:30:00 -0500", "2024-03-01 23:30:00 -0500", "2024-03-05 09:00:00 -0500",
                               "2024-04-02 10:00:00 -0400"], "Refunded Amount": [0.0, None, 26.0, 0.0]},
    "woocommerce": {"Order Number": ["1", "2"], "Order Status": ["Completed", "Cancelled"],
                    "Order Date": ["2024-03-01 10:00", "2024-03-02 10:00"], "Email (Billing)": ["a@x", "b@x"],
                    "Order Total Amount": [37.0, 5.0]},
    "stripe": {"id": ["ch_1", "ch_2"], "Created (UTC)": ["2024-03-01 10:00", "2024-03-02 10:00"],
               "Amount": [40.0, 9.0], "Amount Refunded": [3.0, 0.0], "Currency": ["usd", "usd"],
               "Status": ["Paid", "Failed"], "Customer ID": ["cus_1", "cus_2"]},
    "square": {"Date": ["3/1/24", "3/13/24"], "Gross Sales": ["$40.00", "$1.00"], "Net Sales": ["$37.00", "($0.00)"],
               "Transaction ID": ["t1", "t2"], "Customer ID": ["a", "b"]},
    "taobao": {"订单编号": ["1", "2"], "买家会员名": ["甲", "乙"], "买家实际支付金额": [37.0, 99.0],
               "订单状态": ["交易成功", "交易关闭"], "订单付款时间": ["2024-03-01 00:17:59", "2024-03-02 10:00:00"]},
    "jd": {"订单号": ["1", "2"], "下单帐号": ["甲", "乙"], "下单时间": ["2024-03-01 00:17:59", "2024-03-02 10:00:00"],
           "结算金额": [37.0, 9.0], "订单状态": ["完成", "已取消"]},
    "online_retail": {"InvoiceNo": ["1", "C2"], "StockCode": ["A", "A"], "Quantity": [20, -5], "UnitPrice": [2.0, 0.6],
                      "InvoiceDate": ["12/1/2010 8:26", "12/13/2010 9:30"], "CustomerID": [1, 1]},
    "online_retail_2": {"Invoice": ["1", "C2"], "StockCode": ["A", "A"], "Quantity": [20, -5], "Price": [2.0, 0.6],
                        "InvoiceDate": ["2010-12-01 08:26:00", "2010-12-13 09:30:00"], "Customer ID": [1, 1]},
    "superstore": {"Order ID": ["1", "2"], "Order Date": ["11/8/2016", "6/12/2016"], "Customer ID": ["a", "b"],
                   "Sales": [30.0, 7.0], "Profit": [1.0, 2.0], "Category": ["x", "y"]},
    "northwind": {"OrderID": [1, 2], "CustomerID": ["a", "b"], "OrderDate": ["1996-07-04", "1996-07-05"],
                  "UnitPrice": [20.0, 1.0], "Quantity": [2, 1], "Discount": [0.1, 0.0]},
    "olist": {"order_id": ["1", "2"], "customer_unique_id": ["a", "b"], "order_status": ["delivered", "canceled"],
              "order_purchase_timestamp": ["2017-10-02 10:56:33", "2017-10-03 10:56:33"], "payment_value": [37.0, 8.0]},
}  # fmt: skip


@pytest.mark.parametrize("name", EXPORTS)
def test_a_known_export_is_named_and_read(name, tmp_path):
    """The first call names the profile, the second one is right: 37 in all."""
    path = tmp_path / "export.csv"
    pd.DataFrame(EXPORTS[name]).to_csv(path, index=False)
    with pytest.raises(ColumnError, match=f"profile='{name}'") as error:
        crm.read(path)
    assert f"--profile {name}" in error.value.text(command=True)
    got = as_columns(crm.summarize(crm.read(path, profile=name)))
    assert sum(got["monetary"]) == 37.0


def test_durations_are_sent_to_where_they_belong():
    with pytest.raises(ColumnError, match="kaplan_meier"):
        crm.Transactions({"customerID": ["a"], "tenure": [5], "Churn": ["No"]})


def test_a_profile_that_does_not_fit_is_refused():
    with pytest.raises(ArgumentError, match="Shopify"):
        crm.Transactions(paid(1.0), profile="shopify")
    with pytest.raises(ArgumentError, match="'taobao'"):
        crm.Transactions(paid(1.0), profile="amazon")


def test_ids_and_orders_that_look_wrong_have_notes():
    table = {"customer_id": ["A1", "a1 ", "Ａ１", "Grand Total", "guest", "1.23457E+14", "合计"],
             "date": ["2024-01-01"] * 6 + ["2024-01-02"], "amount": [1.0, 2, 3, 4, 5, 6, 7],
             "order_id": [1, 1, 2, 2, 3, 4, 4]}  # fmt: skip
    for make in TWO_KINDS:
        notes = as_columns(crm.Transactions(make(table)).notes)
        found = dict(zip(notes["note"], zip(notes["rows"], notes["amount"], strict=True), strict=True))
        assert {name: found[name] for name in list(found)[4:]} == {
            "total_as_id": (2, 11.0), "nobody_as_id": (1, 5.0), "rounded_id": (1, 6.0), "ids_alike": (3, 6.0),
            "order_of_several": (6, 23.0), "order_of_several_days": (2, 13.0),
        }  # fmt: skip
    assert len(crm.Transactions(paid(1.0, 2.0)).notes) == 4


def test_a_column_to_leave_out_by_that_is_not_there_is_named():
    with pytest.raises(crm.errors.ColumnError, match=r"no column '-1'; the table has"):
        crm.Transactions(crm.datasets.load_ten_customers(), without="-1")


def test_a_nightly_check_fails_beyond_its_limit(tmp_path):
    from crmkit.cli import main

    path = tmp_path / "sales.csv"
    path.write_text("customer_id,date,amount\na,2024-01-01,9\n,2024-01-02,1\n")
    assert main(["check", str(path), "--fail-if-unassigned", "60%"]) == 0
    assert main(["check", str(path), "--fail-if-unassigned", "0.4"]) == 3
    assert main(["check", str(path), "--fail-if-left-out", "5%"]) == 3
    assert main(["check", str(path), "--fail-if-left-out", "much"]) == 2


# --- one rule, one guard --------------------------------------------------------------------------------------------


def test_shares_of_a_loss_are_no_numbers_anywhere():
    customers = pd.DataFrame({"customer_id": list("abcde"), "frequency": [6, 2, 3, 1, 5], "recency": [1, 2, 3, 4, 5],
                              "monetary": [-10.0, -80.0, -200.0, -100.0, -300.0]})  # fmt: skip
    tiers = crm.pyramid.describe_tiers(crm.pyramid.assign_tiers(customers))
    assert tiers["value_share"].isna().all()
    segments = crm.rfm.describe_segments(crm.rfm.segment(crm.rfm.score(customers, bins=2), scheme="eight"))
    assert segments["value_share"].isna().all()
    with pytest.raises(DataError):
        crm.pyramid.concentration(customers)


def test_a_horizon_beyond_the_past_is_refused():
    table = {"customer_id": [f"c{k % 40}" for k in range(200)], "amount": [10.0] * 200,
             "date": [str(dt.date(2022, 1, 1) + dt.timedelta(days=(k * 37) % 900)) for k in range(200)]}  # fmt: skip
    with pytest.raises(ArgumentError, match="longer than the past"):
        crm.outreach.win_back(table, contact_cost=1, horizon="100Y")
    for function in (crm.outreach.win_back, crm.backtest, crm.clv.compare):
        name = "holdout" if function is crm.clv.compare else "horizon"
        more = {"contact_cost": 1} if function is crm.outreach.win_back else {}
        with pytest.raises(ArgumentError, match="longer than anything"):
            function(table, **{name: "999999999999D"}, **more)


# --- groups, weeks, months, contracts -------------------------------------------------------------------------------


def test_scores_and_tiers_within_a_group_are_those_of_the_group_alone(make_table):
    columns = {"customer_id": list("abcdef"), "g": list("xyxyxy"), "recency": [1, 2, 3, 4, 5, 6],
               "frequency": [9, 8, 7, 6, 5, 4], "monetary": [10.0, 20.0, 30.0, 40.0, 50.0, 60.0]}  # fmt: skip
    halves = {"high": 0.5, "low": 0.5}
    scored = as_columns(crm.rfm.score(make_table(columns), bins=3, by="g"), sort="customer_id")
    tiers = as_columns(crm.pyramid.assign_tiers(make_table(columns), scheme=halves, by="g"), sort="customer_id")
    for group in "xy":
        rows = [at for at, own in enumerate(columns["g"]) if own == group]
        alone = pd.DataFrame({name: [values[at] for at in rows] for name, values in columns.items()})
        assert [scored["rfm"][at] for at in rows] == crm.rfm.score(alone, bins=3)["rfm"].tolist()
        assert [tiers["tier"][at] for at in rows] == crm.pyramid.assign_tiers(alone, scheme=halves)["tier"].tolist()
    with pytest.raises(ColumnError, match="'nope' to group by"):
        crm.rfm.score(make_table(columns), by="nope")


def test_a_table_in_memory_keeps_its_row_order_within_groups():
    columns = {"customer_id": list("dcba"), "g": list("xyxy"), "monetary": [1.0, 2.0, 3.0, 4.0]}
    table = pd.DataFrame(columns, index=list("WXYZ"))
    got = crm.pyramid.assign_tiers(table, scheme={"high": 0.5, "low": 0.5}, by="g")
    assert (got["customer_id"].tolist(), got.index.tolist()) == (list("dcba"), list("WXYZ"))


def test_repeat_rates_of_cdnow_by_month_are_those_of_the_usual_example(cdnow):
    """9.60, 11.02 and 14.38 %, and the next month's counted with pandas alone."""
    got = crm.survival.repeat_rates(pd.DataFrame(cdnow))
    assert (100 * got["repeat_rate"].head(3)).round(2).tolist() == [9.6, 11.02, 14.38]
    days = pd.DataFrame(cdnow).drop_duplicates(["customer_id", "date"])
    month = pd.to_datetime(days["date"]).dt.to_period("M").astype(str)
    active = pd.crosstab(days["customer_id"], month) > 0
    here, there = active["1997-01"], active["1997-02"]
    assert got["next_rate"][0] == pytest.approx((here & there).sum() / here.sum())
    assert pd.isna(got["next_rate"].iloc[-1])


def test_weeks_may_begin_on_sunday():
    table = {"customer_id": ["a", "b"], "date": ["2024-06-01", "2024-06-02"], "amount": [1.0, 1.0]}  # Saturday, Sunday
    assert crm.survival.repeat_rates(table, period="week_sunday")["period"].tolist() == ["2024-05-26", "2024-06-02"]
    assert crm.survival.repeat_rates(table, period="week")["period"].tolist() == ["2024-05-27"]
    assert len(crm.retention.rates(table, period="week_sunday").table) == 2


def test_contracts_with_dates_in_any_format():
    table = {"Customer_ID": ["A1", "A2"], "Plan_Start_Date": ["01/30/2014", "03/04/2014"],
             "Plan_Cancel_Date": ["09/19/2014", None], "Monthly_Pay": [14.99, 29.99]}  # fmt: skip
    with pytest.raises(ColumnError) as error:
        crm.retention.contract_rates(table, as_of="2014-12-31")
    said = dict(customer="Customer_ID", start="Plan_Start_Date", end="Plan_Cancel_Date", amount="Monthly_Pay")
    for name, column in {**said, "date_format": "%m/%d/%Y"}.items():
        assert f"{name}={column!r}" in str(error.value)
    with pytest.raises(DataError, match='date_format="%m/%d/%Y", which reads all'):
        crm.retention.contract_rates(table, as_of="2014-12-31", **said)
    for make in TWO_KINDS:
        found = crm.retention.contract_rates(make(table), as_of="2014-12-31", date_format="%m/%d/%Y", **said)
        lost = as_columns(found.table)
        assert lost["period"][lost["lost"].index(1)] == "2014-09"
