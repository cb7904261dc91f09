"""The customer-base audit: counted with pandas, exact products and sums on random data, both languages."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crmkit as crm
from conftest import as_columns, examples, small_table
from crmkit import plotting
from crmkit.errors import ArgumentError, DataError

TABLES = ("distribution", "by_orders", "change", "moves", "cohort", "cohorts", "whole", "table", "depth", "reached")

line = st.tuples(
    st.integers(1, 6),  # customer
    st.integers(0, 364),  # day
    st.integers(-3000, 20_000),  # cents
    st.integers(0, 9000),  # cost in cents
)


def sales(lines):
    start = np.datetime64("2024-01-01")
    return {
        "customer_id": [customer for customer, *_ in lines],
        "date": [str(start + day) for _, day, *_ in lines],
        "amount": [cents / 100 for _, _, cents, _ in lines],
        "cost": [np.sign(cents) * cost / 100 for *_, cents, cost in lines],
    }


def told(rows, as_of):
    who, date, amount = zip(*rows, strict=True)
    table = {"customer_id": list(who), "date": list(date), "amount": [float(paid) for paid in amount]}
    return crm.customer_base_audit(crm.Transactions(small_table(table), as_of=as_of)).text("en")


def test_the_sentences_of_six_purchases_by_hand():
    """a brings 100 in January, then 30 and 60 (90 of 190), and d 40 in May; b and c come once in between."""
    rows = [("a", "2024-01-10", 100), ("b", "2024-02-01", 50), ("c", "2024-03-01", 20), ("a", "2024-04-10", 30),
            ("a", "2024-05-20", 60), ("d", "2024-05-05", 40)]  # fmt: skip
    said = told(rows, "2024-05-31")
    for sentence in (
        "In 2024-05, 2 customers brought 100.00; the best tenth of them brought 60.0 % of the profit.",
        "From 2024-04 to 2024-05 profit changed by +70.00;",
        "1 customers bought in both.",
        "Of the profit from the 1 customers of 2024-01, 47.4 % came after the period of their first purchase.",
        "In its first period a customer of 2024-05 brought 40.00, one of 2024-01 100.00.",
        "Of the profit of 2024-05, 60.0 % came from customers who first bought before it.",
        "Of 4 customers 25.0 % have bought a second time so far, and of these 100.0 % a third time.",
    ):
        assert sentence in said


def test_shares_of_nothing_are_dashes():
    said = told([("a", "2024-01-10", 100), ("b", "2024-02-01", 50), ("c", "2024-03-01", 20)], "2024-04-30")
    assert "In 2024-04, 0 customers brought 0.00; the best tenth of them brought - of the profit." in said
    assert "Of the profit of 2024-04, - came from customers" in said
    assert "Of 3 customers 0.0 % have bought a second time so far, and of these - a third time." in said


def test_moves_of_six_customers_by_hand():
    """a buys in both quarters, b in the one before only, c, d and e come, f is back after a pause."""
    bought = [
        ("f", 2, 9),
        ("a", 8, 1),
        ("b", 8, 2),
        ("a", 11, 3),
        ("c", 11, 4),
        ("d", 11, 4),
        ("e", 12, 5),
        ("f", 12, 6),
    ]
    columns = {"customer_id": [who for who, _, _ in bought], "date": [f"2024-{month:02d}-15" for _, month, _ in bought],
               "amount": [float(money) for _, _, money in bought]}  # fmt: skip
    tx = crm.Transactions(small_table(columns), as_of="2024-12-31")
    assert as_columns(crm.customer_base_audit(tx, period="quarter", margin_rate=1.0).moves) == {
        "move": ["in_both", "only_before", "new", "returned"],
        "customers": [1, 1, 3, 1],
        "profit_before": [1, 2, 0, 0],
        "profit_after": [3, 0, 13, 6],
    }


@settings(max_examples=examples(20), deadline=None)
@given(lines=st.lists(line, min_size=3, max_size=40), rate=st.sampled_from([None, 0.3, 1.0]))
def test_every_exhibit_multiplies_and_adds_up(lines, rate):
    lines = [(9, 0, 100, 50), (8, 364, 100, 50), *lines]
    tx = crm.Transactions(small_table(sales(lines)), as_of="2024-12-31")
    audit = crm.customer_base_audit(tx, period="quarter", margin_rate=rate)
    table = {name: np.array(values, dtype=object) for name, values in as_columns(audit.table).items()}
    now, before = -1, -2
    bought = {customer for customer, _, cents, _ in lines if cents >= 0}
    gain = [
        (cents - np.sign(cents) * cost) / 100 if rate is None else cents / 100 * rate for _, _, cents, cost in lines
    ]
    everything = sum(value for value, (customer, *_) in zip(gain, lines, strict=True) if customer in bought)
    assert sum(table["total"]) == pytest.approx(everything, abs=1e-6)
    assert (table["profit"] + table["returns"]).tolist() == pytest.approx(table["total"].tolist(), abs=1e-6)
    for row in zip(
        *(table[name] for name in ("customers", "orders_per_customer", "order_value", "margin_rate", "profit")),
        strict=True,
    ):
        if None not in row:
            assert np.prod(np.array(row[:-1], dtype=float)) == pytest.approx(row[-1], abs=1e-6)
    whole = pd.DataFrame(as_columns(audit.whole))
    for name in ("active", "orders", "revenue", "profit", "returns", "total"):
        of_periods = whole.groupby("period")[name].sum()
        expected = dict(zip(table["period"], table["customers" if name == "active" else name], strict=True))
        assert {period: of_periods.get(period, 0) for period in expected} == pytest.approx(expected, abs=1e-6)
    change, moves = as_columns(audit.change), as_columns(audit.moves)
    assert sum(change["contribution"]) == pytest.approx(table["profit"][now] - table["profit"][before], abs=1e-6)
    assert sum(moves["profit_before"]) == pytest.approx(table["profit"][before], abs=1e-6)
    assert sum(moves["profit_after"]) == pytest.approx(table["profit"][now], abs=1e-6)
    for exhibit in ("distribution", "by_orders"):
        found = as_columns(getattr(audit, exhibit))
        assert sum(found["customers"]) == table["customers"][now]
        assert sum(found["profit"]) == pytest.approx(table["profit"][now], abs=1e-6)
    cohorts = as_columns(audit.cohorts)
    names = ("customers", "active_share", "orders_per_customer", "order_value", "margin_rate", "profit")
    for row in zip(*(cohorts[name] for name in names), strict=True):
        if None not in row:
            assert np.prod(np.array(row[:-1], dtype=float)) == pytest.approx(row[-1], abs=1e-6)
    depth = pd.DataFrame(as_columns(audit.depth)).groupby("period")["purchases"].sum()
    assert depth.sum() == len({(customer, day) for customer, day, cents, _ in lines if cents >= 0})


def test_figures_counted_with_pandas(make_table):
    made = crm.datasets.make_transactions(250, seed=2).transactions
    columns = {name: made[name].tolist() for name in ("customer_id", "order_id", "date", "amount", "cost")}
    audit = crm.customer_base_audit(crm.Transactions(make_table(columns)), period="quarter")
    made["period"] = made["date"].dt.to_period("Q").astype(str).str.replace("Q", "-Q")
    bought = made[made["amount"] >= 0]
    first = bought.groupby("customer_id")["period"].min()
    made["cohort"] = made["customer_id"].map(first)
    active = set(zip(bought["customer_id"], bought["period"], strict=True))
    made["active"] = [pair in active for pair in zip(made["customer_id"], made["period"], strict=True)]
    made["gain"] = made["amount"] - made["cost"]
    expected = made[made["active"]].groupby(["period", "cohort"])["gain"].sum()
    rows = as_columns(audit.whole)
    got = dict(zip(zip(rows["period"], rows["cohort"], strict=True), rows["profit"], strict=True))
    assert {key: got[key] for key in expected.index} == pytest.approx(expected.to_dict(), abs=1e-6)
    orders = bought.drop_duplicates(["customer_id", "period", "order_id"]).groupby("period").size()
    table = as_columns(audit.table, sort="period")
    assert table["orders"] == orders.tolist()
    assert table["new"] == [int((first == period).sum()) for period in table["period"]]
    assert table["customers"] == bought.groupby("period")["customer_id"].nunique().tolist()
    days = bought.drop_duplicates(["customer_id", "date"]).sort_values(["customer_id", "date"])
    number = days.groupby("customer_id").cumcount() + 1
    reached = as_columns(audit.reached, sort="purchase")
    assert reached["customers"] == [int((number == n).sum()) for n in reached["purchase"]]
    depth = as_columns(audit.depth)
    trial = {p: n for p, d, n in zip(depth["period"], depth["depth"], depth["customers"], strict=True) if d == "trial"}
    assert list(trial.values()) == table["new"]


def test_the_change_is_shared_among_the_factors_as_worked_out_by_hand():
    # Two customers of one order of 10 become three of two orders of 20: with two factors left unchanged the rest is a
    # product of three, whose Shapley value is known.
    early = [(customer, 10, 1000, 500) for customer in (1, 2)]
    late = [(customer, day, 2000, 1000) for customer in (1, 2, 3) for day in (100, 110)]
    tx = crm.Transactions(small_table(sales(early + late)), as_of="2024-06-30")
    change = as_columns(crm.customer_base_audit(tx, period="quarter").change)
    a, b, c = (2, 3), (1, 2), (10, 20)
    assert change["before"] == [2, 1, 10, 0.5]
    assert change["after"] == [3, 2, 20, 0.5]
    of_a = (a[1] - a[0]) * (b[0] * c[0] * 2 + b[0] * c[1] + b[1] * c[0] + b[1] * c[1] * 2) / 6 * 0.5
    assert change["contribution"][0] == pytest.approx(of_a)
    assert change["contribution"][3] == pytest.approx(0, abs=1e-12)
    assert sum(change["contribution"]) == pytest.approx(60 - 10)


def test_later_rows_change_nothing():
    made = crm.datasets.make_transactions(100).transactions
    later = crm.customer_base_audit(crm.Transactions(made, as_of="2024-06-30"), period="quarter")
    known = crm.customer_base_audit(
        crm.Transactions(made[made["date"] <= "2024-06-30"], as_of="2024-06-30"), period="quarter"
    )
    for name in TABLES:
        assert getattr(later, name).equals(getattr(known, name)), name


def test_headlines_in_both_languages_and_the_picture():
    audit = crm.customer_base_audit(crm.datasets.make_transactions(200).transactions, period="month")
    english, chinese = audit.headlines("en"), audit.headlines("zh")
    assert len(english) == len(chinese) == 6
    assert not any("{" in said or "_" in said for said in english + chinese)
    now = audit.table[audit.table["complete"]].iloc[-1]
    assert english[0].startswith(f"In {now['period']}, {now['customers']:,} customers brought {now['profit']:,.2f};")
    ax = plotting.plot_customer_base_audit(audit)
    tops = {}
    for bar in ax.patches:
        tops[round(bar.get_x(), 3)] = max(tops.get(round(bar.get_x(), 3), 0), bar.get_y() + bar.get_height())
    assert [tops[at] for at in sorted(tops)] == pytest.approx(audit.table["profit"].tolist())


def test_a_named_cohort_and_what_cannot_be_used():
    made = crm.datasets.make_transactions(100).transactions
    audit = crm.customer_base_audit(made, period="quarter", cohort="2023-Q2")
    assert set(audit.cohort["cohort"]) == {"2023-Q2"}
    with pytest.raises(ArgumentError, match=r"no customer's first purchase was in '1999'"):
        crm.customer_base_audit(made, cohort="1999")
    with pytest.raises(ArgumentError, match="period='week'"):
        crm.customer_base_audit(made, period="week")
    with pytest.raises(DataError, match="no two complete periods"):
        crm.customer_base_audit(made[made["date"] < "2023-01-20"])


def test_two_months_of_which_the_first_has_only_its_end_are_better_than_none():
    columns = {"customer_id": ["a", "b", "a", "b"], "date": ["2024-01-15", "2024-01-20", "2024-02-10", "2024-02-29"],
               "amount": [5.0, 6.0, 7.0, 8.0]}  # fmt: skip
    assert "2024-02" in str(crm.customer_base_audit(crm.Transactions(columns, as_of="2024-02-29")).findings)
    with pytest.raises(DataError, match="no two complete periods"):
        crm.customer_base_audit(crm.Transactions(columns, as_of="2024-02-28"))


def test_the_first_tenth_of_the_customers_brought_most():
    """Of 21 customers who bring 0 to 20, the best three 57 together."""
    days = ["2023-06-01", *["2024-01-01"] * 20, "2024-12-31"]
    table = {"customer_id": [0, *range(1, 22)], "date": days, "amount": [5.0, *map(float, range(1, 21)), 0.0]}
    audit = crm.customer_base_audit(crm.Transactions(small_table(table), as_of="2024-12-31"), period="year")
    found = as_columns(audit.distribution)
    assert found["customers"] == [3, 2, 2, 2, 2, 2, 2, 2, 2, 2]
    assert found["revenue"] == [57, 33, 29, 25, 21, 17, 13, 9, 5, 1]
    assert found["profit_share"][0] == pytest.approx(57 / 210)
