"""Cohorts against a triangle worked out by hand, CDNOW recounted by pandas, a slow recount, and laws."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import crmkit as crm
from conftest import as_columns, examples, small_table
from crmkit.errors import ArgumentError, DataError
from crmkit.labels import phrase, text
from crmkit.retention import cohorts

pd = pytest.importorskip("pandas")
ONLINE_RETAIL = Path(__file__).resolve().parents[3] / "shared" / "data" / "online_retail.parquet"

# Seven purchases and a refund, small enough to follow by hand; the data end inside March.
SALES = {
    "customer_id": ["a", "b", "c", "a", "a", "c", "a", "b"],
    "date": [f"2025-{day}" for day in ("01-05", "01-20", "02-03", "02-11", "02-27", "03-02", "03-09", "03-10")],
    "amount": [20.0, 10.0, 5.0, 10.0, 2.5, 15.0, 30.0, -4.0],
}  # fmt: skip
SMALL = small_table(SALES)
TRIANGLE = {  # by hand
    "cohort": ["2025-01"] * 3 + ["2025-02"] * 3,
    "cohort_age": [0, 1, 2] * 2,
    "customers": [2] * 3 + [1] * 3,
    "reached": [2, 2, 2, 1, 1, 0],
    "retained": [2, 1, 1, 1, 1, None],
    "retention_rate": [1, 0.5, 0.5, 1, 1, None],
    "orders": [2, 2, 1, 1, 1, None],
    "revenue": [30, 12.5, 26, 5, 15, None],
    "cumulative_revenue": [30, 42.5, 68.5, 5, 20, None],
    "cumulative_per_customer": [15, 21.25, 34.25, 5, 20, None],
    "state": ["complete", "complete", "partial", "complete", "partial", "not_yet"],
}


def columns(result, table="table"):
    return as_columns(getattr(result, table))


def rows_of(found):
    """A table as one dictionary per row."""
    return [dict(zip(found, values, strict=True)) for values in zip(*found.values(), strict=True)]


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_the_triangle_worked_out_by_hand(make_table):
    table = make_table(SALES)
    result = cohorts(table)
    assert type(result.table) is type(table)
    assert type(result.averages) is type(table)
    assert type(result.triangle()) is type(table)
    found = as_columns(result.table, sort=["cohort", "cohort_age"])
    assert {name: found[name] for name in TRIANGLE} == TRIANGLE
    averages = as_columns(result.averages, sort="cohort_age")
    assert averages["cohort_age"] == [0, 1]  # February has not completed age 1
    assert averages["cohorts"] == [2, 1]
    assert averages["customers"] == [3, 2]
    assert averages["retention_rate"] == [1, 0.5]
    assert averages["cumulative_per_customer"] == [pytest.approx(35 / 3), 21.25]
    assert set(averages["state"]) == {"complete"}


@pytest.mark.parametrize("kind", ["classic", "rolling", "n_day", "bracket"])
def test_orders_can_be_left_out_and_nothing_else_changes(kind):
    sales = {"customer_id": list("aabbca"), "date": ["2025-01-05", "2025-01-05", "2025-01-20", "2025-02-03",
             "2025-02-11", "2025-03-02"], "amount": [20.0, 10.0, -5.0, 10.0, 15.0, 30.0]}  # fmt: skip
    whole, bare = (crm.retention.cohorts(sales, kind=kind, orders=orders) for orders in (True, False))
    for name in ("table", "averages"):
        kept, left = getattr(whole, name), getattr(bare, name)
        pd.testing.assert_frame_equal(kept.drop(columns="orders"), left)
    with pytest.raises(ArgumentError, match="revenue"):
        bare.triangle("orders")


def test_the_wide_table_has_a_column_per_age():
    result = cohorts(SMALL)
    assert as_columns(result.triangle("orders")) == {
        "cohort": ["2025-01", "2025-02"], "customers": [2, 1], "0": [2, 1], "1": [2, 1], "2": [1, None],
    }  # fmt: skip
    assert as_columns(result.triangle("state"))["2"] == ["partial", "not_yet"]


def test_bought_in_the_period_or_later():
    result = cohorts(SMALL, kind="rolling")
    found = columns(result)
    assert found["retained"] == [2, 1, 1, 1, 1, None]
    # Nobody is gone for good, so only the first period can no longer change.
    assert found["state"] == ["complete", "partial", "partial", "complete", "partial", "not_yet"]
    assert columns(result, "averages")["state"] == ["complete", "partial"]
    assert "may still come back" in result.remarks()[-1]
    quiet = cohorts({"customer_id": ["a", "b", "a"], "date": ["2025-01-01", "2025-01-31", "2025-03-31"],
                     "amount": [1.0, 1.0, 1.0]}, kind="rolling")  # fmt: skip
    assert columns(quiet)["retained"][:3] == [2, 1, 1]  # a bought nothing in February


def test_day_n_counts_customers_who_have_reached_it():
    # a: days 0, 37, 53, 63; b: 0 (a refund on day 49); c: 0, 27. As of 2025-03-10 a is at day 64, b at 49, c at 35.
    found = columns(cohorts(SMALL, kind="n_day", days=[27, 37, 63, 90]))
    assert found["cohort_age"] == [27, 37, 63, 90] * 2
    assert found["reached"] == [2, 2, 1, 0, 1, 0, 0, 0]
    assert found["retained"] == [0, 1, 1, None, 1, None, None, None]
    assert found["state"] == ["complete", "complete", "partial", "not_yet", "complete", "not_yet", "not_yet", "not_yet"]


def test_brackets_include_both_ends_and_may_overlap():
    result = cohorts(SMALL, kind="bracket", days=[(1, 27), (28, 49), (1, 49), (54, 64)])
    found = rows_of(columns(result))
    assert [row["cohort_age"] for row in found[:4]] == ["1-27", "1-49", "28-49", "54-64"]
    assert [(row["from_day"], row["to_day"]) for row in found[:2]] == [(1, 27), (1, 49)]
    january = {row["cohort_age"]: row for row in found[:4]}
    assert [january[age]["retained"] for age in ("1-27", "28-49", "1-49", "54-64")] == [0, 1, 1, 1]
    assert [january[age]["reached"] for age in ("1-27", "28-49", "1-49", "54-64")] == [2, 2, 2, 1]
    assert january["1-49"]["revenue"] == 10 - 4
    assert january["1-49"]["cumulative_revenue"] == 30 + 10 - 4
    assert january["54-64"]["cumulative_revenue"] == 20 + 10 + 2.5 + 30  # of a alone, who has reached day 64
    assert january["54-64"]["state"] == "partial"
    endless = columns(cohorts(SMALL, kind="bracket", days=[(1, 10**9)]))
    assert endless["state"] == ["not_yet", "not_yet"]
    february = found[4]
    assert (february["retained"], february["orders"], february["revenue"], february["state"]) == (1, 1, 15, "complete")
    assert columns(result, "averages")["cohort_age"] == ["1-27", "1-49", "28-49"]
    assert columns(result, "averages")["retained"] == [1, 1, 1]
    assert columns(result, "averages")["customers"] == [3, 2, 2]


def test_a_cohort_that_is_still_growing_is_complete_in_nothing():
    sales = {"customer_id": ["a", "b"], "date": ["2025-01-01", "2025-01-20"], "amount": [1.0, 1.0]}
    assert columns(cohorts(sales, kind="n_day", days=[3]))["state"] == ["partial"]
    assert columns(cohorts(crm.Transactions(sales, as_of="2025-01-31"), kind="n_day", days=[3]))["state"] == [
        "complete"
    ]
    assert columns(cohorts(sales))["state"] == ["partial"]


def test_few_customers_are_withheld_but_count_in_averages():
    result = cohorts(SMALL, min_customers=2)
    found = columns(result)
    assert found["state"] == ["complete", "complete", "partial", "too_small", "too_small", "not_yet"]
    assert found["retained"] == [2, 1, 1, None, None, None]
    assert found["cumulative_per_customer"] == [15, 21.25, 34.25, None, None, None]
    assert found["customers"] == [2] * 3 + [1] * 3
    assert columns(result, "averages")["customers"] == [3, 2]
    assert columns(cohorts(SMALL, min_customers=3), "averages")["retention_rate"] == [1, None]


def test_a_refund_before_the_first_purchase_counts_on_the_day_of_that_purchase():
    early = {name: [*SALES[name], value] for name, value in
             {"customer_id": "c", "date": "2025-01-02", "amount": -1.0}.items()}  # fmt: skip
    assert columns(cohorts(small_table(early)))["revenue"] == [30, 12.5, 26, 4, 15, None]
    assert columns(cohorts(small_table(early), kind="n_day", days=[27]))["cumulative_revenue"] == [30, 19]
    only = {name: [*SALES[name], value] for name, value in
            {"customer_id": "nobody", "date": "2025-01-02", "amount": -1.0}.items()}  # fmt: skip
    assert columns(cohorts(small_table(only)))["revenue"] == TRIANGLE["revenue"]


def test_orders_with_ids_count_once_on_their_first_day():
    orders = {
        "customer_id": ["a"] * 6,
        "order_id": [1, 2, 2, 3, 3, 4],
        "date": ["2025-01-05", "2025-01-05", "2025-01-05", "2025-01-31", "2025-02-01", "2025-02-28"],
        "amount": [1.0] * 6,
    }
    found = columns(cohorts(small_table(orders)))
    assert found["orders"] == [3, 1]
    assert found["retained"] == [1, 1]
    assert found["revenue"] == [4, 2]
    brackets = columns(cohorts(small_table(orders), kind="bracket", days=[(1, 26), (27, 30)]))
    assert brackets["orders"] == [1, 0]
    assert brackets["retained"] == [1, 1]


# --- groups -----------------------------------------------------------------------------------------------------------


def test_groups_by_the_first_purchase(make_table):
    channel = ["web", "shop", "web", "shop", "shop", "web", "web", "shop"]
    result = cohorts(make_table({**SALES, "channel": channel}), by="channel")
    found = rows_of(as_columns(result.table, sort=["group", "cohort", "cohort_age"]))
    assert [(row["group"], row["cohort"], row["customers"], row["retained"]) for row in found] == [
        ("shop", "2025-01", 1, 1), ("shop", "2025-01", 1, 0), ("shop", "2025-01", 1, 0),
        ("web", "2025-01", 1, 1), ("web", "2025-01", 1, 1), ("web", "2025-01", 1, 1),
        ("web", "2025-02", 1, 1), ("web", "2025-02", 1, 1), ("web", "2025-02", 1, None),
    ]  # fmt: skip
    averages = as_columns(result.averages, sort=["group", "cohort_age"])
    assert list(zip(averages["group"], averages["cohort_age"], averages["retention_rate"], strict=True)) == [
        ("shop", 0, 1), ("shop", 1, 0), ("web", 0, 1), ("web", 1, 1),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["classic", "rolling", "n_day", "bracket"])
def test_groups_of_a_table_add_up_to_all(make_table, kind):
    club = {"customer_id": ["a", "b"], "club": ["member", "guest"]}
    tx = crm.Transactions(make_table(SALES), as_of="2026-06-30")
    apart = cohorts(tx, by=make_table(club), kind=kind)
    assert sorted(set(as_columns(apart.table)["group"])) == ["guest", "member", "ungrouped"]
    every = cohorts(tx, kind=kind)
    for name in ("reached", "retained", "orders", "revenue"):
        ages = as_columns(every.table)["cohort_age"]
        whole, parts = (dict.fromkeys(ages, 0.0) for _ in range(2))
        for result, sums in ((every, whole), (apart, parts)):
            found = as_columns(result.table)
            for age, value in zip(found["cohort_age"], found[name], strict=True):
                sums[age] += value or 0
        assert whole == parts


# --- real data --------------------------------------------------------------------------------------------------------


def sales_of(columns):
    frame = pd.DataFrame(columns)
    frame["date"] = pd.to_datetime(frame["date"])
    return frame


def recounted(frame, period):
    """Classic cohorts of purchases without refunds, by pandas."""
    frame = frame.assign(at=frame["date"].dt.to_period(period))
    first = frame.groupby("customer_id")["date"].transform("min").dt.to_period(period)
    frame = frame.assign(cohort=first, age=(frame["at"] - first).map(lambda step: step.n))
    cells = frame.groupby(["cohort", "age"])
    visits = frame.drop_duplicates(["customer_id", "date"]).groupby(["cohort", "age"]).size()
    cents = (frame["amount"] * 100).round().astype(int).groupby([frame["cohort"], frame["age"]]).sum()
    return pd.DataFrame({"retained": cells["customer_id"].nunique(), "orders": visits, "revenue": cents / 100})


@pytest.mark.parametrize(("period", "alias"), [("month", "M"), ("week", "W"), ("quarter", "Q"), ("year", "Y")])
def test_every_cell_of_cdnow_as_pandas_counts_it(cdnow, period, alias):
    frame = sales_of(cdnow)
    want = recounted(frame, alias)
    found = cohorts(frame, period=period).table
    seen = found[found["state"] != "not_yet"]
    firsts = want.index.get_level_values("cohort").unique()
    code = {name: at for at, name in enumerate(seen["cohort"].unique())}
    assert len(code) == len(firsts)
    keys = list(zip(seen["cohort"].map(lambda name: firsts[code[name]]), seen["cohort_age"], strict=True))
    index = pd.MultiIndex.from_tuples(keys, names=["cohort", "age"])
    for name in ("retained", "orders", "revenue"):
        assert seen[name].tolist() == want[name].reindex(index, fill_value=0).tolist()
    assert seen["revenue"].sum() == pytest.approx(frame["amount"].sum(), abs=1e-6)
    by_cohort = seen.groupby("cohort")["revenue"].cumsum()
    assert seen["cumulative_revenue"].tolist() == pytest.approx(by_cohort.tolist(), abs=1e-6)


def test_the_known_figures_of_cdnow(cdnow):
    rows = sales_of(cdnow)
    found = cohorts(rows).triangle("retained")
    assert found["customers"].tolist() == [7846, 8476, 7248]
    assert found["17"].tolist()[0] == 498  # and 233 where the data are cut on the 10th of that month
    cut = cohorts(crm.Transactions(rows, as_of="1998-06-10"))
    assert cut.triangle("retained")["17"].tolist()[0] == 233
    assert cut.triangle("state")["17"].tolist()[0] == "partial"
    quarter = cohorts(rows, period="quarter").averages
    assert quarter["retained"].tolist()[:4] == [23570, 5376, 4263, 4221]


@pytest.mark.parametrize(("cut", "end"), [("1997-06-10", "1997-05-31"), ("1997-03-10", "1997-02-28")])
def test_cutting_inside_a_month_marks_its_cells_and_leaves_the_averages(cdnow, cut, end):
    rows = sales_of(cdnow)
    inside, before = (cohorts(crm.Transactions(rows, as_of=day)) for day in (cut, end))
    assert as_columns(inside.averages) == as_columns(before.averages)
    for row in rows_of(columns(inside)):
        month = 12 * int(row["cohort"][:4]) + int(row["cohort"][5:]) + row["cohort_age"]
        running = 12 * 1997 + int(cut[5:7])
        want = "complete" if month < running else "partial" if month == running else "not_yet"
        assert row["state"] == want
    assert inside.remarks()[-1].startswith(f"{cut[:7]} runs until")


@pytest.mark.skipif(not ONLINE_RETAIL.exists(), reason="the shared data are not here")
def test_online_retail_with_its_returns_as_pandas_counts_it():
    frame = pd.read_parquet(ONLINE_RETAIL, columns=["CustomerID", "InvoiceDate", "amount", "InvoiceNo", "Country"])
    tx = crm.Transactions(frame, customer="CustomerID", date="InvoiceDate", order="InvoiceNo", channel="Country")
    found = cohorts(tx)
    frame = frame.dropna(subset=["CustomerID", "amount", "InvoiceDate"])
    frame = frame.assign(month=frame["InvoiceDate"].dt.to_period("M"))
    bought = frame[frame["amount"] >= 0]
    first = bought.groupby("CustomerID")["month"].min()
    bought = bought.assign(cohort=bought["CustomerID"].map(first))
    active = bought.groupby(["cohort", "month"])["CustomerID"].nunique()
    orders = bought.groupby(["cohort", "month"])["InvoiceNo"].nunique()
    frame = frame[frame["CustomerID"].isin(first.index)]
    cohort = frame["CustomerID"].map(first)
    month = frame["month"].where(frame["month"] >= cohort, cohort)
    mills = (frame["amount"] * 1000).round().astype(int).groupby([cohort, month]).sum()
    got = {name: found.triangle(name).set_index("cohort") for name in ("retained", "orders", "revenue")}
    for (born, at), n in active.items():
        age = str((at - born).n)
        assert got["retained"].loc[str(born), age] == n
        assert got["orders"].loc[str(born), age] == orders[born, at]
        assert got["revenue"].loc[str(born), age] == pytest.approx(mills[born, at] / 1000, abs=0.006)
    assert found.triangle("state")["12"].iloc[0] == "partial"  # the data end on 9 December
    assert len(cohorts(tx, by="channel").averages["group"].unique()) > 30


# --- a slow recount of all kinds --------------------------------------------------------------------------------------

START = dt.date(2024, 1, 1)
AGES = {"n_day": [(1, 1), (5, 5), (40, 40)], "bracket": [(1, 6), (3, 31), (32, 70)]}
purchases = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 150), st.integers(-300, 900)), min_size=1, max_size=25
).filter(lambda rows: any(cents >= 0 for _, _, cents in rows))


def table_of(rows, as_of=None):
    made = {
        "customer_id": [who for who, _, _ in rows],
        "date": [START + dt.timedelta(days=day) for _, day, _ in rows],
        "amount": [cents / 100 for _, _, cents in rows],
    }
    return crm.Transactions(small_table(made), as_of=as_of)


def months_since(later, earlier):
    return 12 * (later.year - earlier.year) + later.month - earlier.month


def slowly(rows, kind, as_of):
    """Cells (cohort, age) -> customers, reached, retained, cents of the age, cents up to it; the slow way."""
    first = {}
    for who, day, cents in rows:
        if cents >= 0:
            first[who] = min(first.get(who, 999), day)
    born = {who: START + dt.timedelta(days=day) for who, day in first.items()}
    cells = {}
    for month in {(day.year, day.month) for day in born.values()}:
        members = [who for who, day in born.items() if (day.year, day.month) == month]
        name = f"{month[0]}-{month[1]:02d}"
        top = months_since(as_of, dt.date(*month, 1))
        for age in range(top + 1) if kind in ("classic", "rolling") else range(3):
            cells[name, age] = _cell(rows, kind, as_of, born, members, age)
    return cells


def _cell(rows, kind, as_of, born, members, age):
    first_day, last_day = AGES.get(kind, [(0, 0)] * 3)[age % 3]
    if kind in AGES:
        reached = [who for who in members if (as_of - born[who]).days >= last_day]
    else:
        reached = members
    retained, money, cumulative = set(), 0, 0
    for who, day, cents in rows:
        if who not in reached:
            continue
        date = max(START + dt.timedelta(days=day), born[who])
        at = months_since(date, born[who]) if kind not in AGES else (date - born[who]).days
        inside = at == age if kind not in AGES else first_day <= at <= last_day
        later = kind == "rolling" and at >= age
        if cents >= 0 and (inside or later):
            retained.add(who)
        money += cents if inside else 0
        cumulative += cents if at <= (age if kind not in AGES else last_day) else 0
    return len(members), len(reached), len(retained), money, cumulative


@pytest.mark.parametrize("kind", ["classic", "rolling", "n_day", "bracket"])
@settings(max_examples=12, deadline=None)
@given(rows=purchases, wait=st.integers(0, 40))
def test_every_kind_by_a_slow_recount(kind, rows, wait):
    as_of = START + dt.timedelta(days=max(day for _, day, _ in rows) + wait)
    assume(as_of <= dt.date(2024, 12, 31))
    more = {"n_day": {"days": [1, 5, 40]}, "bracket": {"days": AGES["bracket"]}}.get(kind, {})
    found = rows_of(columns(cohorts(table_of(rows, as_of), kind=kind, **more)))
    want = slowly(rows, kind, as_of)
    names = ["customers", "reached", "retained", "revenue", "cumulative_revenue"]
    got = {}
    for at, row in enumerate(found):
        if row["state"] != "not_yet":
            age = row["cohort_age"] if kind in ("classic", "rolling") else at % 3
            got[row["cohort"], age] = tuple(round(row[name] * (100 if "rev" in name else 1)) for name in names)
    assert got == {key: cell for key, cell in want.items() if cell[1] > 0}


# --- laws -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["classic", "rolling", "n_day", "bracket"])
@settings(max_examples=12, deadline=None)
@given(rows=purchases, cut=st.integers(0, 150), period=st.sampled_from(["week", "month", "quarter"]))
def test_later_rows_change_no_complete_cell(kind, rows, cut, period):
    assume(any(day <= cut and cents >= 0 for _, day, cents in rows))
    day = START + dt.timedelta(days=cut)
    assume(cut <= max(day for _, day, _ in rows))
    early, late = (cohorts(table_of(rows, as_of), kind=kind, period=period) for as_of in (day, None))
    key = ("cohort", "cohort_age")
    later = {tuple(row[name] for name in key): row for row in rows_of(columns(late))}
    for row in rows_of(columns(early)):
        if row["state"] == "complete":
            assert later[tuple(row[name] for name in key)] == row


@settings(max_examples=examples(15), deadline=None)
@given(rows=purchases, seed=st.integers(0, 99))
def test_money_adds_up_to_the_cent_and_neither_order_nor_names_matter(rows, seed):
    found = columns(cohorts(table_of(rows)))
    buyers = {who for who, _, cents in rows if cents >= 0}
    assert round(100 * sum(value or 0 for value in found["revenue"])) == sum(c for who, _, c in rows if who in buyers)
    assert sum(n for n, age in zip(found["customers"], found["cohort_age"], strict=True) if age == 0) == len(buyers)
    shuffled = [(7 - who, day, cents) for who, day, cents in rows]
    np.random.default_rng(seed).shuffle(shuffled)
    assert columns(cohorts(table_of([tuple(map(int, row)) for row in shuffled]))) == found


def test_averages_are_sums_over_sums_and_agree_with_the_realised_value(cdnow_sample):
    result = cohorts(cdnow_sample, period="week")
    table = result.table if hasattr(result.table, "groupby") else pd.DataFrame(columns(result))
    ended = (
        table[table["state"] == "complete"].groupby("cohort_age")[["customers", "retained", "cumulative_revenue"]].sum()
    )
    averages = pd.DataFrame(columns(result, "averages"))
    assert averages["customers"].tolist() == ended["customers"].tolist()
    assert averages["retention_rate"].tolist() == (ended["retained"] / ended["customers"]).tolist()
    per_customer = ended["cumulative_revenue"] / ended["customers"]
    assert averages["cumulative_per_customer"].tolist() == pytest.approx(per_customer.tolist())
    value = crm.clv.cohort_value(cdnow_sample, margin_rate=1, period="week")
    seen = table[table["state"] != "not_yet"]
    assert seen["cumulative_per_customer"].tolist() == pytest.approx(value["value_per_customer"].tolist())
    assert (seen["state"] == "complete").tolist() == value["complete"].tolist()


# --- periods ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "fiscal_start", "names"),
    [
        ("day", 1, ["2025-01-05", "2025-01-20", "2025-02-03"]),
        ("week", 1, ["2024-12-30", "2025-01-20", "2025-02-03"]),
        ("quarter", 1, ["2025-Q1"]),
        ("quarter", 2, ["2024/25-Q4", "2025/26-Q1"]),
        ("year", 2, ["2024/25", "2025/26"]),
    ],
)
def test_cohorts_of_any_period(period, fiscal_start, names):
    result = cohorts(SMALL, period=crm.Calendar(period, fiscal_start=fiscal_start))
    assert list(dict.fromkeys(columns(result)["cohort"])) == names
    assert ("fiscal year from month 2" in result.definition.text()) == (fiscal_start == 2)
    assert ("fiscal" in result.definition.text()) == (fiscal_start > 1)


def test_cohorts_that_roll_back_from_a_month_s_end_are_those_of_the_calendar():
    tx = crm.Transactions(SALES, as_of="2025-03-31")
    rolling, plain = cohorts(tx, period=crm.Calendar("month", rolling=True)), cohorts(tx)
    own = [name for name in columns(plain) if name != "cohort"]
    assert {name: columns(rolling)[name] for name in own} == {name: columns(plain)[name] for name in own}
    assert columns(rolling)["cohort"][0] == "2025-01-01/2025-01-31"
    assert "each month back from the as-of date" in rolling.definition.text()


def test_a_shorter_table_keeps_its_cells():
    whole, short = cohorts(SALES).table, cohorts(SALES, max_age=1).table
    assert as_columns(short) == as_columns(whole[whole["cohort_age"] <= 1])
    whole, short = (cohorts(SALES, kind="rolling", max_age=top).table for top in (None, 1))
    assert as_columns(short) == as_columns(whole[whole["cohort_age"] <= 1])


# --- what is read -----------------------------------------------------------------------------------------------------


def test_it_prints_with_marks_remarks_and_card():
    shown = repr(cohorts(SMALL, min_customers=2)).splitlines()
    assert shown[0].split() == ["cohort", "customers", "0", "1", "2"]
    assert shown[1].split() == ["2025-01", "2", "100.0", "50.0", "50.0*"]
    assert shown[2].split() == ["2025-02", "1", "·", "·"]
    assert shown[3].split() == ["pooled", "100.0", "50.0"]
    assert shown[4] == "* partial: can still change"
    assert shown[5] == "· withheld: fewer than 2 customers"
    assert "The data begin inside 2025-01: this cohort has only the customers from 2025-01-05 on." in shown
    assert "denominator: all customers of the cohort: first purchase in the same month" in shown
    assert shown[-1] == "past ends: 2025-03-10"
    assert "fewer than" not in repr(cohorts(SMALL))


def test_it_prints_in_chinese():
    said = cohorts(SMALL, kind="bracket").text("zh")
    assert "区间留存率" in said
    assert "首购在同一月" in said


def triangle_of(result, language="en"):
    """The printed triangle: its lines, and what is said beneath."""
    lines = result.text(language).split("\n\n")[0].splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith(text("cohort_pooled", language)))
    return lines[: at + 1], lines[at + 1 :]


def test_the_printed_triangle_of_cdnow_shows_the_partial_cells_of_its_remark(cdnow):
    cut = cohorts(crm.Transactions(sales_of(cdnow), as_of="1998-06-10"))
    lines, beneath = triangle_of(cut)
    assert lines[0].split()[2:] == [str(age) for age in range(18)]
    assert [line.split()[-1] for line in lines[1:4]] == ["3.0*", "2.9*", "2.8*"]  # 233 of 7,846 bought in June
    assert beneath == ["* partial: can still change"]


# Somebody new in each of 30 months, who buys again in every month: every cell is 100 %.
MONTHS = [f"{year}-{month:02d}-10" for year in (2022, 2023, 2024) for month in range(1, 13)][:30]
LOYAL = {"customer_id": [f"c{at:02d}" for at in range(30) for _ in range(at, 30)],
         "date": [day for at in range(30) for day in MONTHS[at:]], "amount": [1.0] * 465}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            ["... 6 rows left out here; the Excel export has them all", "... ages {} to {} left out here; the Excel"],
        ),
        ("zh", ["... 此处省略 6 行；导出的 Excel 文件中有全部数据", "... 此处省略期龄 {} 至 {}；导出的 Excel"]),
    ],
)
def test_what_does_not_fit_is_left_out_in_the_middle_and_said(language, said):
    lines, beneath = triangle_of(cohorts(small_table(LOYAL)), language)
    assert max(len(line) for line in lines) <= 120
    head = lines[0].split()
    first, last = int(head[head.index("...") - 1]), int(head[head.index("...") + 1])
    assert head[2:] == [*map(str, range(first + 1)), "...", *map(str, range(last, 30))]
    assert first > 30 - last > 2
    names = [line.split()[0] for line in lines[1:-1]]
    assert names == [day[:7] for day in MONTHS[:12]] + ["..."] + [day[:7] for day in MONTHS[18:]]
    assert lines[1].split()[-1] == "100.0*"  # of the last month, which is not over
    assert lines[24].split()[2:] == ["100.0", "100.0*"]  # nothing is left out of so young a cohort
    assert beneath[0].startswith("* ")
    assert beneath[1] == said[0]
    assert beneath[2].startswith(said[1].format(first + 1, last - 1))


def test_what_fits_is_all_there_and_nothing_is_said_of_it():
    lines, beneath = triangle_of(cohorts(small_table(LOYAL), max_age=11))
    assert lines[0].split()[2:] == [str(age) for age in range(12)]
    assert [line.split()[0] for line in beneath] == ["*", "..."]
    assert "ages" not in beneath[1]
    lines, beneath = triangle_of(cohorts(small_table(LOYAL), period="year"))
    assert beneath == ["* partial: can still change"]


def test_the_card_says_which_group():
    channel = cohorts({**SALES, "channel": ["web"] * 8}, by="channel")
    assert "the same month and channel" in channel.definition.text()
    table = cohorts(SMALL, by={"customer_id": ["a"], "club": ["yes"]})
    assert "group of the given table" in table.definition.text()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_book_reads_back(tmp_path, language):
    openpyxl = pytest.importorskip("openpyxl")
    evil = {"customer_id": ["a", "b", "c"], "club": ["=1+1", "=1+1", "plain"]}
    result = cohorts(SMALL, by=evil, min_customers=2)
    path = tmp_path / "cohorts.xlsx"
    result.to_excel(path, language=language)
    book = openpyxl.load_workbook(path)
    keys = ("rates", "counts", "revenue", "per_customer", "definition")
    assert book.sheetnames == [text(f"cohort_sheet_{key}", language) for key in keys]
    rates = book.worksheets[0]
    rows = [list(row) for row in rates.iter_rows(values_only=True)]
    assert rows[0] == [*(text(name, language) for name in ("group", "cohort", "customers")), 0, 1, 2]
    assert rows[1] == ["'=1+1", "2025-01", 2, 1, 0.5, 0.5]
    assert rows[2] == ["plain", "2025-02", 1, None, None, None]
    assert rows[3][:5] == ["'=1+1", text("cohort_pooled", language), None, 1, 0.5]
    assert rates["D2"].number_format == "0.0%"
    fills = {cell: rates[cell].fill.patternType for cell in ("E2", "F2", "D3", "F3")}
    assert fills == {"E2": None, "F2": "lightUp", "D3": "solid", "F3": None}
    legend = {row[1].value: row[0].fill.patternType for row in rates.iter_rows(min_row=6) if row[1].value}
    assert legend == {
        phrase("cohort_partial", language): "lightUp",
        phrase("cohort_too_small", language, least=2): "solid",
    }
    assert [row[3] for row in book.worksheets[1].iter_rows(min_row=2, max_row=3, values_only=True)] == [2, None]
    lines = list(book.worksheets[4].iter_rows(values_only=True))
    assert lines[0] == (text("measure", language), text("cohort_classic", language))
    assert (text("measure", language), text("cohort_revenue", language)) in lines
    meaning = dict(lines)
    assert meaning[text("as_of", language)] == "2025-03-10"
    assert not any(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_a_book_that_cannot_be_written_leaves_nothing(tmp_path):
    pytest.importorskip("openpyxl")
    with pytest.raises(ArgumentError, match=r"ends with \.xlsx"):
        cohorts(SMALL).to_excel(tmp_path / "cohorts.csv")
    with pytest.raises(OSError, match="no folder"):
        cohorts(SMALL).to_excel(tmp_path / "absent" / "cohorts.xlsx")
    with pytest.raises(ArgumentError, match="language='fr'"):
        cohorts(SMALL).to_excel(tmp_path / "cohorts.xlsx", language="fr")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_counted_out_of_core(tmp_path):
    pytest.importorskip("pyarrow")
    path = tmp_path / "sales.parquet"
    pd.DataFrame({**SALES, "date": pd.to_datetime(SALES["date"])}).to_parquet(path)
    result = cohorts(crm.read(path, into="duckdb"))
    assert hasattr(result.table, "fetchnumpy")
    found = as_columns(result.table, sort=["cohort", "cohort_age"])
    assert {name: found[name] for name in TRIANGLE} == TRIANGLE


# --- bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"period": "moon"}, "period='moon'"),
        ({"period": None}, r"period=None[\s\S]*'month'"),
        ({"kind": "weekly"}, r"kind='weekly'[\s\S]*'bracket'"),
        ({"by": "channel"}, r"by='channel'[\s\S]*channel="),
        ({"min_customers": 0}, "min_customers=0"),
        ({"max_age": -1}, "max_age=-1"),
        ({"days": [1, 7]}, r"days= does not go with kind='classic'[\s\S]*kind='n_day'"),
        ({"days": [(1, 7)], "kind": "n_day"}, "not distinct days"),
        ({"max_age": 3, "kind": "bracket"}, "kind='classic', kind='rolling'"),
        ({"days": [], "kind": "n_day"}, r"days=\[\]"),
        ({"days": 7, "kind": "n_day"}, r"days=7[\s\S]*days=\[1, 7, 30\]"),
        ({"days": [0], "kind": "n_day"}, "days=0"),
        ({"days": [1, 1], "kind": "n_day"}, "not distinct"),
        ({"days": [(7, 1)], "kind": "bracket"}, r"days=\[\(7, 1\)\][\s\S]*\(1, 7\), \(8, 30\)"),
        ({"days": [(0, 7)], "kind": "bracket"}, "counted from day 1"),
        ({"days": [1, 7], "kind": "bracket"}, "pairs"),
    ],
)
def test_a_bad_argument_is_shown_with_the_way_out(asked, message):
    with pytest.raises(ArgumentError, match=message):
        cohorts(SMALL, **asked)


def test_other_bad_input():
    with pytest.raises(DataError, match="more than one row"):
        cohorts(SMALL, by={"customer_id": ["a", "a"], "club": ["x", "y"]})
    with pytest.raises(DataError, match="gives no customer of these transactions a group"):
        cohorts(SMALL, by={"customer_id": ["x"], "club": ["yes"]})
    with pytest.raises(ArgumentError, match="show='profit'"):
        cohorts(SMALL).triangle("profit")
    many = {"customer_id": range(3000), "amount": [1.0] * 3000,
            "date": [str(dt.date(2016, 1, 1) + dt.timedelta(days=day)) for day in range(3000)]}  # fmt: skip
    with pytest.raises(ArgumentError, match=r"9,000,000 cells[\s\S]*max_age=52"):
        cohorts(many, period="day")


@settings(deadline=None, max_examples=examples(40))
@given(data=st.data())
def test_the_chain_ladder_never_steps_above_the_largest_step_of_a_cohort_that_has_both_ages(data):
    days = st.integers(0, 260).map(lambda day: str(np.datetime64("2024-01-01") + day))
    rows = data.draw(
        st.lists(st.tuples(st.sampled_from("abcdefg"), days, st.integers(0, 900)), min_size=2, max_size=40)
    )
    who, when, amount = (list(column) for column in zip(*rows, strict=True))
    found = cohorts(small_table({"customer_id": who, "date": when, "amount": amount}))
    table, averages = as_columns(found.table), as_columns(found.averages)
    path = dict(zip(averages["cohort_age"], averages["chain_per_customer"], strict=True))
    own = {
        (cohort, age): value
        for cohort, age, value, state in zip(
            table["cohort"], table["cohort_age"], table["cumulative_per_customer"], table["state"], strict=True
        )
        if state == "complete"
    }
    for age in [age for age in path if age > 0]:
        steps = [own[cohort, age] - own[cohort, age - 1] for cohort, at in own if at == age]
        assert min(steps) - 1e-9 <= path[age] - path[age - 1] <= max(steps) + 1e-9


def test_the_chain_ladder_by_hand():
    """January: 2 customers spend 10, 4, 6 each; February: 1 customer 30, 1; age 2 is January's alone."""
    rows = [("a", 1, 10), ("b", 1, 10), ("a", 2, 4), ("b", 2, 4), ("a", 3, 6), ("b", 3, 6), ("c", 2, 30), ("c", 3, 1)]
    sales = {"customer_id": [who for who, _, _ in rows], "date": [f"2024-0{month}-01" for _, month, _ in rows],
             "amount": [float(money) for _, _, money in rows]}  # fmt: skip
    averages = columns(cohorts(crm.Transactions(sales, as_of="2024-03-31")), "averages")
    assert averages["chain_per_customer"] == pytest.approx([50 / 3, 50 / 3 + 9 / 3, 50 / 3 + 3 + 6])
    assert averages["cumulative_per_customer"] == pytest.approx([50 / 3, 59 / 3, 20])


@pytest.mark.parametrize(("level", "said"), [(0.95, "Wilson, 95 %"), (0.8, "Wilson, 80 %")])
def test_the_intervals_are_those_of_the_level_and_say_so(level, said):
    found = cohorts(SMALL) if level == 0.95 else cohorts(SMALL, level=level)
    binomial = pytest.importorskip("scipy.stats").binomtest(1, 2).proportion_ci(level, method="wilson")
    for table, row in ((found.table, 1), (found.averages, 1)):
        shown = as_columns(table)
        assert (shown["retained"][row], shown["retention_rate"][row]) == (1, 0.5)
        assert (shown["retention_low"][row], shown["retention_high"][row]) == pytest.approx(
            (binomial.low, binomial.high)
        )
    assert said in found.definition.text("en")
    assert said in cohorts(SMALL, kind="rolling", level=level).definition.text("en")
