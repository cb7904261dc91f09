"""Movements against a count customer by customer, a worked example and pandas; laws of reconciliation; bad input."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from movements_by_hand import columns_of, movements_of

import crmkit as crm
from conftest import as_columns, examples, small_table
from crmkit.errors import ArgumentError

retention = crm.retention
law = settings(deadline=None, max_examples=examples(25))
DATES = [str(dt.date(2024, 1, 1) + dt.timedelta(days=day)) for day in range(150)]
MONEY = ("start", "new", "reactivated", "expansion", "contraction", "churned", "end", "returns", "revenue")
PEOPLE = ("start", "new", "reactivated", "expanded", "unchanged", "contracted", "churned", "end")

# (customer, date, cents) in five months; below 0 is a refund
histories = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from(DATES), st.integers(-500, 1000)), min_size=1, max_size=40
).filter(lambda rows: any(cents >= 0 for _, _, cents in rows))


def cents(value):
    return None if value is None else round(100 * value)


# --- a worked example -----------------------------------------------------------------------------------------------

# February against January: a grew 20, b shrank 30, c left with 30, d is new; e only returns, f comes and takes back.
EXAMPLE = [
    ("a", "2024-01-03", 10000), ("b", "2024-01-07", 5000), ("c", "2024-01-09", 3000), ("e", "2024-01-31", 2000),
    ("a", "2024-02-02", 12000), ("b", "2024-02-11", 2000), ("d", "2024-02-29", 4000), ("e", "2024-02-15", -500),
    ("f", "2024-02-01", 1000), ("f", "2024-02-03", -1500),
    ("c", "2024-03-31", 1000), ("a", "2024-03-01", 12000),
]  # fmt: skip


def test_the_example_by_hand(make_table):
    found = retention.revenue_movements(make_table(columns_of(EXAMPLE)))
    money, people = (as_columns(table, sort="period") for table in (found.table, found.customers))
    # e's refund without a purchase stands apart; f bought, so that f's net of -5 is new revenue
    assert {name: money[name][1] for name in MONEY} == {
        "start": 200.0, "new": 35.0, "reactivated": 0.0, "expansion": 20.0, "contraction": 30.0, "churned": 50.0,
        "end": 175.0, "returns": -5.0, "revenue": 170.0,
    }  # fmt: skip
    assert (money["grr"][1], money["nrr"][1], money["nrr_reactivated"][1]) == (0.6, 0.7, 0.7)
    assert [people[name][1] for name in PEOPLE] == [4, 2, 0, 1, 0, 1, 2, 4]
    # in March b, d and f (with -5) leave and c comes back
    assert [money[name][2] for name in ("start", "reactivated", "churned", "end")] == [175.0, 10.0, 55.0, 130.0]
    assert (money["grr"][2], money["nrr_reactivated"][2]) == (120 / 175, 130 / 175)
    assert [people[name][2] for name in PEOPLE] == [4, 0, 1, 0, 1, 0, 3, 2]


def test_revenue_is_that_of_the_ledger():
    """The refund of g, who never bought, leaves the ledger under a step of its own, but is in a period's revenue."""
    tx = crm.Transactions(small_table(columns_of([*EXAMPLE, ("g", "2024-03-05", -700)])))
    ledger = as_columns(tx.ledger)
    amounts = dict(zip(ledger["step"], ledger["amount"], strict=True))
    revenue = sum(map(cents, as_columns(retention.revenue_movements(tx).table)["revenue"]))
    assert amounts["no_purchase"] == 7.0
    assert revenue == cents(amounts["used"] - amounts["no_purchase"])


def test_the_first_period_has_nothing_to_compare_with():
    found = as_columns(retention.revenue_movements(small_table(columns_of(EXAMPLE))).table)
    unknown = ("start", "expansion", "contraction", "churned", "grr", "nrr", "nrr_reactivated")
    assert [found[name][0] for name in unknown] == [None] * 7
    assert (found["new"][0], found["end"][0]) == (200.0, 200.0)


def test_a_period_that_is_not_over_has_no_rate_and_nobody_left_in_it():
    tx = crm.Transactions(small_table(columns_of(EXAMPLE)), as_of="2024-02-20")
    found = retention.revenue_movements(tx)
    money, people = as_columns(found.table), as_columns(found.customers)
    assert money["complete"] == people["complete"] == [True, False]
    assert [money[name][1] for name in ("contraction", "churned", "grr", "nrr", "nrr_reactivated")] == [None] * 5
    assert [people[name][1] for name in ("unchanged", "contracted", "churned")] == [None] * 3
    assert (money["expansion"][1], money["end"][1], money["revenue"][1]) == (20.0, 135.0, 130.0)


# --- laws -----------------------------------------------------------------------------------------------------------


@given(rows=histories)
@law
def test_movements_are_those_of_a_count_customer_by_customer(rows):
    tx = crm.Transactions(small_table(columns_of(rows)), as_of="2024-06-30")
    found = retention.revenue_movements(tx)
    money, people = as_columns(found.table), as_columns(found.customers)
    hand = movements_of([(who, date[:7], amount) for who, date, amount in rows], money["period"])
    for at, name in enumerate(money["period"]):
        known = [kind for kind in MONEY if money[kind][at] is not None]
        assert {kind: cents(money[kind][at]) for kind in known} == {kind: hand[name]["money"][kind] for kind in known}
        counted = [kind for kind in PEOPLE if people[kind][at] is not None]
        assert {kind: people[kind][at] for kind in counted} == {kind: hand[name]["customers"][kind] for kind in counted}
        assert (known, counted) == (list(MONEY), list(PEOPLE)) or at == 0
        start = hand[name]["money"]["start"]
        if at and start > 0:
            grown = start - hand[name]["money"]["churned"] - hand[name]["money"]["contraction"]
            assert money["grr"][at] == pytest.approx(grown / start)
            assert money["nrr"][at] == pytest.approx((grown + hand[name]["money"]["expansion"]) / start)


@given(rows=histories, period=st.sampled_from(("day", "week", "month", "quarter")), rolling=st.booleans(),
       refunds=st.sampled_from(("net", "drop", "ignore")))  # fmt: skip
@law
def test_money_and_customers_add_up_exactly(rows, period, rolling, refunds):
    tx = crm.Transactions(small_table(columns_of(rows)), refunds=refunds)
    found = retention.revenue_movements(tx, period=crm.Calendar(period, rolling=rolling))
    money, people = as_columns(found.table), as_columns(found.customers)
    used = sum(amount for _, _, amount in rows if amount > 0 or refunds == "net")
    assert sum(map(cents, money["revenue"])) == used
    for at, start in enumerate(money["start"]):
        m, p = ({name: values[at] for name, values in part.items()} for part in (money, people))
        assert cents(m["end"]) + cents(m["returns"]) == cents(m["revenue"])
        assert m["returns"] <= 0
        if m["churned"] is not None:
            gained = cents(start) + cents(m["new"]) + cents(m["reactivated"]) + cents(m["expansion"])
            assert cents(m["end"]) == gained - cents(m["contraction"]) - cents(m["churned"])
            assert p["start"] == p["expanded"] + p["unchanged"] + p["contracted"] + p["churned"]
            assert p["end"] == p["start"] + p["new"] + p["reactivated"] - p["churned"]
    assert money["start"][1:] == money["end"][:-1]


@given(rows=histories)
@law
def test_groups_add_up_to_all_money(rows):
    """Also the money of customers who never bought, who have no first purchase and so no group."""
    columns = {**columns_of(rows), "channel": ["shop" if who in "ab" else "web" for who, _, _ in rows]}
    tx = crm.Transactions(small_table(columns))
    everyone, found = (as_columns(retention.revenue_movements(tx, by=by).table) for by in (None, "channel"))
    for name in ("new", "reactivated", "end", "returns", "revenue"):
        sums = dict.fromkeys(everyone["period"], 0)
        for period, value in zip(found["period"], found[name], strict=True):
            sums[period] += cents(value)
        assert list(sums.values()) == [cents(value) for value in everyone[name]]


@given(rows=histories)
@law
def test_the_list_adds_up_to_the_table(rows):
    tx = crm.Transactions(small_table(columns_of(rows)), as_of="2024-06-30")
    money = as_columns(retention.revenue_movements(tx).table)
    for at, period in enumerate(money["period"]):
        listed = as_columns(retention.movement_list(tx, at=period))
        sums = dict.fromkeys(("new", "reactivated", "expansion", "unchanged", "contraction", "churned", "returns"), 0)
        for kind, change in zip(listed["movement"], listed["change"], strict=True):
            sums[kind] += cents(change)
        assert sums["unchanged"] == sums["returns"] == 0
        assert sum(map(cents, listed["returns"])) == cents(money["returns"][at])
        assert sum(map(cents, listed["now"])) == cents(money["end"][at])
        for kind, sign in (("new", 1), ("reactivated", 1), ("expansion", 1), ("contraction", -1), ("churned", -1)):
            if money[kind][at] is not None:
                assert sums[kind] == sign * cents(money[kind][at])


def test_cdnow_against_pandas(cdnow):
    """Churned, contraction and expansion of a quarter by a pivot of spend."""
    pd = pytest.importorskip("pandas")
    found = as_columns(retention.revenue_movements(small_table(cdnow), period="quarter").table)
    frame = pd.DataFrame(cdnow)
    quarter = pd.to_datetime(frame["date"]).dt.to_period("Q").astype(str)
    spend = (frame["amount"] * 100).round().astype(int)
    wide = pd.pivot_table(pd.DataFrame({"who": frame["customer_id"], "quarter": quarter, "spend": spend}),
                          index="who", columns="quarter", values="spend", aggfunc="sum")  # fmt: skip
    before, now = wide["1997Q3"], wide["1997Q4"]
    both = before.notna() & now.notna()
    change = (now - before)[both]
    at = found["period"].index("1997-Q4")
    assert cents(found["start"][at]) == before.sum()
    assert cents(found["end"][at]) == now.sum()
    assert cents(found["churned"][at]) == before[before.notna() & now.isna()].sum()
    assert cents(found["expansion"][at]) == change[change > 0].sum()
    assert cents(found["contraction"][at]) == -change[change < 0].sum()
    assert cents(found["reactivated"][at]) == now[before.isna() & now.notna()].sum()


def test_amounts_without_an_exact_form_add_up_to_their_rounding():
    sales = {"customer_id": ["a", "a", "b"], "date": ["2024-01-01", "2024-02-29", "2024-01-02"],
             "amount": [1 / 3, 2 / 3, 1e6 / 7]}  # fmt: skip
    found = as_columns(retention.revenue_movements(small_table(sales)).table)
    assert found["revenue"] == pytest.approx([1 / 3 + 1e6 / 7, 2 / 3], abs=1e-6)
    assert found["expansion"][1] == pytest.approx(1 / 3, abs=1e-6)


# --- the list -------------------------------------------------------------------------------------------------------


def test_the_list_of_the_example(make_table):
    sales = make_table(columns_of(EXAMPLE))
    listed = retention.movement_list(sales, at="2024-02", language="zh")
    assert isinstance(listed, type(sales))
    columns = as_columns(listed, sort="customer_id")
    assert columns["customer_id"] == list("abcdef")
    assert columns["movement"] == ["expansion", "contraction", "churned", "new", "churned", "new"]
    assert columns["movement_label"] == ["增购", "减购", "流失", "新客户", "流失", "新客户"]
    assert columns["before"] == [100.0, 50.0, 30.0, 0.0, 20.0, 0.0]
    assert columns["now"] == [120.0, 20.0, 0.0, 40.0, 0.0, -5.0]
    assert columns["returns"] == [0.0, 0.0, 0.0, 0.0, -5.0, 0.0]


def test_the_list_tells_more_less_and_the_same_apart_by_the_cent():
    spend = {"more": (10.0, 10.01), "same": (10.0, 10.0), "less": (10.0, 9.99)}
    columns = {"customer_id": [who for who in spend for _ in range(2)], "date": ["2024-01-05", "2024-02-05"] * 3,
               "amount": [amount for both in spend.values() for amount in both]}  # fmt: skip
    tx = crm.Transactions(small_table(columns), as_of="2024-02-29")
    listed = as_columns(retention.movement_list(tx), sort="customer_id")
    assert listed["customer_id"] == ["less", "more", "same"]
    assert listed["movement"] == ["contraction", "expansion", "unchanged"]
    assert listed["change"] == [-0.01, 0.01, 0.0]
    people = as_columns(retention.revenue_movements(tx).customers)
    assert [people[name][1] for name in ("expanded", "unchanged", "contracted")] == [1, 1, 1]


def test_the_list_takes_the_last_period_that_is_over_unless_told():
    tx = crm.Transactions(small_table(columns_of(EXAMPLE)), as_of="2024-03-30")
    assert as_columns(retention.movement_list(tx)) == as_columns(retention.movement_list(tx, at="2024-02"))


@pytest.mark.parametrize("at", ["2024-03", "2023-12", "Q1"])
def test_a_period_that_is_not_there_or_not_over_is_refused(at):
    tx = crm.Transactions(small_table(columns_of(EXAMPLE)), as_of="2024-03-30")
    with pytest.raises(ArgumentError, match=rf"at='{at}' is no period that is over; the last one is '2024-02'"):
        retention.movement_list(tx, at=at)


def test_without_a_period_that_is_over_there_is_no_list():
    tx = crm.Transactions(small_table(columns_of(EXAMPLE)), as_of="2024-01-20")
    with pytest.raises(ArgumentError, match="no period is over; '2024-01' has only begun"):
        retention.movement_list(tx)


def test_an_unknown_period_is_refused():
    with pytest.raises(ArgumentError, match="period='decade'"):
        retention.revenue_movements(small_table(columns_of(EXAMPLE)), period="decade")


# --- intervals of GRR and NRR --------------------------------------------------------------------------------------


def two_months(before, now):
    """Sales of January, and of February where there are any."""
    rows = [(who, "2025-01-15", paid) for who, paid in enumerate(before)]
    rows += [(who, "2025-02-15", paid) for who, paid in enumerate(now) if paid]
    return dict(zip(("customer_id", "date", "amount"), map(list, zip(*rows, strict=True)), strict=True))


def over(sales):
    return crm.Transactions(sales, as_of="2025-02-28")


def score_ends(before, now, level, bounded):
    """Rates that a test of the ratio of two sums does not refuse, found by search: where the two sides meet."""
    from scipy import optimize, stats

    rate = now.sum() / before.sum()
    effective = before.sum() ** 2 / (before**2).sum()
    squares = ((now - rate * before) ** 2).sum() + (before**2).mean() * 0.5 * (rate**2 + (1 - rate) ** 2)
    seen = squares / before.sum() ** 2 * effective / (effective - 1)
    middle = (rate * effective + 0.5) / (effective + 1)
    t = stats.t.ppf((1 + level) / 2, max(effective - 1, 1))

    def law(at):
        return at * (1 - at) if bounded else at

    def gap(at):
        return (at - rate) ** 2 - t**2 * seen * law(at) / law(middle)

    low = optimize.brentq(gap, 0, rate * (1 - 1e-9), xtol=1e-15)
    high = 1.0 if bounded and rate == 1 else optimize.brentq(gap, rate, 1 if bounded else 1000, xtol=1e-15)
    return low, high


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ([100.0, 80, 40, 10, 55], [130.0, 60, 0, 10, 70]),
        ([10.0, 20], [5.0, 10]),  # who all did the same does not say that everybody does
        ([10.0, 20, 5], [10.0, 20, 5]),
        ([1000.0, 1, 2, 3], [900.0, 0, 5, 0]),  # one customer has nearly all of it
    ],
)
def test_the_intervals_are_those_of_a_ratio_of_two_sums_over_customers(make_table, before, now):
    before, now = np.array(before), np.array(now)
    asked = crm.retention.revenue_movements(over(make_table(two_months(before, now))), level=0.9)
    assert "90 % intervals" in asked.definition.text("en")
    found = as_columns(asked.table)
    for name, kept in (("nrr", now), ("grr", np.minimum(before, now))):
        assert found[name][1] == pytest.approx(kept.sum() / before.sum())
        ends = [found[f"{name}_low"][1], found[f"{name}_high"][1]]
        assert ends == pytest.approx(score_ends(before, kept, 0.9, bounded=name == "grr"), rel=1e-9)
    assert found["nrr_low"][0] is None


def test_a_few_cents_have_the_rates_and_intervals_of_a_few_thousand():
    before, now = np.array([1.0, 2, 3, 2, 1, 2]), np.array([0.0, 1, 2, 3, 1, 0])
    cents, thousands = (
        as_columns(crm.retention.revenue_movements(over(two_months(before * unit, now * unit))).table)
        for unit in (0.01, 1000.0)
    )
    for name in ("nrr", "nrr_low", "nrr_high", "grr", "grr_low", "grr_high", "nrr_reactivated"):
        assert cents[name][1] == pytest.approx(thousands[name][1], rel=1e-9), name
    for name in MONEY:
        assert cents[name][1] == pytest.approx(thousands[name][1] / 100_000, rel=1e-9, abs=1e-12), name


def test_of_one_customer_no_rate_of_others_is_told():
    found = as_columns(crm.retention.revenue_movements(over(two_months([10.0], [5.0]))).table)
    assert found["nrr"][1] == 0.5
    assert [found[name][1] for name in ("grr_low", "grr_high", "nrr_low", "nrr_high")] == [None] * 4


def drawn_months(kind, n, random):
    """Revenue of n customers in two months: that of most, of few large ones, and where nearly everybody stays."""
    if kind == "even":
        before = random.gamma(2.0, 40.0, n) + 1
        return before, np.where(random.random(n) < 0.8, before * random.gamma(8.0, 1 / 8.0, n), 0.0)
    before = np.exp(4 + random.normal(size=n))
    if kind == "large":
        return before, before * random.poisson(1.4, n) * random.gamma(4.0, 1 / 8.0, n)
    return before, np.where(random.random(n) < 0.95, before, 0.0)


@pytest.mark.slow  # 1,800 tables
@pytest.mark.parametrize(
    ("kind", "n", "least"), [("even", 30, 0.92), ("even", 200, 0.92), ("large", 50, 0.91), ("large", 200, 0.92),
                             ("staying", 30, 0.93), ("staying", 200, 0.87)]
)  # fmt: skip
def test_a_stated_95_percent_covers_the_rate_of_the_customers_to_come(kind, n, least):
    """Where nearly everybody stays, few of 200 have left, and who they are decides; it was .80 of 100 by Cochran's."""
    random = np.random.default_rng(4)
    every = drawn_months(kind, 2_000_000, random)
    true = {"nrr": every[1].sum() / every[0].sum(), "grr": np.minimum(*every).sum() / every[0].sum()}
    held = {"nrr": [], "grr": []}
    for _ in range(300):
        before, now = (np.round(money, 2) for money in drawn_months(kind, n, random))
        found = as_columns(crm.retention.revenue_movements(over(two_months(before, now))).table)
        for name, several in held.items():
            several.append(found[f"{name}_low"][1] <= true[name] <= found[f"{name}_high"][1])
    for name, several in held.items():
        assert np.mean(several) >= least, (name, np.mean(several))
