"""Growth matrix and revenue bridge against hand counts, plain loops and pandas; their sums; and bad input."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import as_columns, examples, small_table
from crmkit import Transactions, growth, summarize
from crmkit.datasets import load_cdnow, make_transactions
from crmkit.errors import ArgumentError, ColumnError, DataError

RETAIL = Path(__file__).resolve().parents[3] / "shared" / "data" / "online_retail.parquet"

PERIODS = {"base": ("2024-01-01", "2024-06-30"), "current": ("2024-07-01", "2024-12-31")}

# One of each kind of mover; (customer, date, amount).
MOVERS = [
    ("expander", "2024-02-01", 100.0),
    ("expander", "2024-08-01", 150.25),
    ("contracter", "2024-03-01", 80.0),
    ("contracter", "2024-09-01", 90.0),
    ("contracter", "2024-09-03", -40.5),  # the refund makes it less than before
    ("steady", "2024-01-01", 25.0),
    ("steady", "2024-12-31", 25.0),
    ("leaver", "2024-06-30", 60.0),
    ("leaver after returns", "2024-05-01", 70.0),
    ("leaver after returns", "2024-07-02", -20.0),
    ("costly leaver", "2023-12-01", 50.0),
    ("costly leaver", "2024-01-05", 10.0),
    ("costly leaver", "2024-01-06", -50.0),  # in the base period -40 net
    ("newcomer", "2024-11-01", 30.0),
    ("newcomer with nothing left", "2024-11-01", 30.0),
    ("newcomer with nothing left", "2024-11-02", -30.0),
    ("returner", "2023-11-01", 45.0),
    ("returner", "2024-10-10", 55.0),
    ("returner with base refund", "2023-11-01", 45.0),
    ("returner with base refund", "2024-02-10", -45.0),
    ("returner with base refund", "2024-10-10", 15.0),
    ("only returns", "2023-11-20", 33.0),
    ("only returns", "2024-08-20", -33.0),
    ("never bought", "2024-03-03", -1.0),
    ("gone long ago", "2023-11-05", 500.0),
]
MOVED = {  # base, current, movement, by hand
    "expander": (100.0, 150.25, "expanded"),
    "contracter": (80.0, 49.5, "contracted"),
    "steady": (25.0, 25.0, "unchanged"),
    "leaver": (60.0, 0.0, "lost"),
    "leaver after returns": (70.0, -20.0, "lost"),
    "costly leaver": (-40.0, 0.0, "lost"),
    "newcomer": (0.0, 30.0, "new"),
    "newcomer with nothing left": (0.0, 0.0, "new"),
    "returner": (0.0, 55.0, "reactivated"),
    "returner with base refund": (-45.0, 15.0, "reactivated"),
    "only returns": (0.0, -33.0, "returns_only"),
    "never bought": (-1.0, 0.0, "returns_only"),
}
STEPS = ["base", "lost", "contracted", "unchanged", "expanded", "reactivated", "new", "returns_only", "current"]


def sales(rows, **more):
    names = ("customer_id", "date", "amount", *more)
    columns = dict(zip(names[:3], map(list, zip(*rows, strict=True)), strict=True))
    columns["date"] = np.array(columns["date"], dtype="datetime64[us]")
    return {**columns, **more}


def on_the_day(rows, **more):
    return Transactions(small_table(sales(rows, **more)), as_of="2024-12-31")


# --- the bridge -----------------------------------------------------------------------------------------------------


def test_every_kind_of_mover_is_where_it_belongs(make_table):
    table = make_table(sales(MOVERS))
    bridge = growth.revenue_bridge(table, **PERIODS)
    assert type(bridge.steps) is type(table)
    assert type(bridge.customers) is type(table)
    found = as_columns(bridge.customers, sort="customer_id")
    moves = zip(found["base"], found["current"], found["movement"], strict=True)
    assert dict(zip(found["customer_id"], moves, strict=True)) == MOVED
    assert found["change"] == [now - then for then, now in zip(found["base"], found["current"], strict=True)]
    steps = as_columns(bridge.steps)
    order = [steps["step"].index(step) for step in STEPS]
    assert {name: [values[at] for at in order] for name, values in steps.items() if name != "step_label"} == {
        "step": STEPS,
        #            base lost contr. unch. exp. react. new returns current
        "customers": [6, 3, 1, 1, 1, 2, 2, 2, 7],
        "amount": [249.0, -110.0, -30.5, 0.0, 50.25, 115.0, 30.0, -32.0, 271.75],
        "base_share": [a / 249 for a in (249.0, -110.0, -30.5, 0.0, 50.25, 115.0, 30.0, -32.0, 271.75)],
        "cumulative": [249.0, 139.0, 108.5, 108.5, 158.75, 273.75, 303.75, 271.75, 271.75],
    }


def test_first_purchases_are_told_and_missing_for_who_never_bought():
    found = growth.revenue_bridge(pd.DataFrame(sales(MOVERS)), **PERIODS).customers.set_index("customer_id")
    assert str(found.loc["returner", "first_date"])[:10] == "2023-11-01"
    assert found["first_date"].isna().tolist() == (found.index == "never bought").tolist()
    assert found.index.is_monotonic_increasing


def test_labels_come_in_the_language_asked_for():
    bridge = growth.revenue_bridge(pd.DataFrame(sales(MOVERS)), **PERIODS, language="zh")
    assert bridge.steps["step_label"].tolist() == [
        "基期", "流失", "减购", "持平", "增购", "回流", "新客户", "仅有退款", "本期",
    ]  # fmt: skip
    words = dict(zip(bridge.customers["customer_id"], bridge.customers["movement_label"], strict=True))
    assert words["returner"] == "回流"


DAYS = [dt.date(2024, 1, 1) + dt.timedelta(days=20 * k) for k in range(12)]  # to August
ROWS = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from(DAYS), st.integers(-30, 60).map(lambda n: n / 4)),
    min_size=1,
    max_size=25,
).map(lambda rows: [*rows, ("z", DAYS[0], 1.0), ("z", DAYS[-1], 1.25)])  # the data begin and end somewhere
BASE, CURRENT = (DAYS[2], DAYS[5]), (DAYS[7], DAYS[10])  # with days before, between and after


def moved_by_hand(rows):
    """Customer -> base, current, movement; by plain loops over the definition."""
    of = defaultdict(list)
    for who, day, money in rows:
        if day <= CURRENT[1]:
            of[who].append((day, money))
    found = {}
    for who, history in of.items():
        then = [money for day, money in history if BASE[0] <= day <= BASE[1]]
        now = [money for day, money in history if CURRENT[0] <= day <= CURRENT[1]]
        if not then and not now:
            continue
        was, is_now = any(money >= 0 for money in then), any(money >= 0 for money in now)
        earlier = any(money >= 0 and day < CURRENT[0] for day, money in history)
        gain = sum(now) - sum(then)
        if was and is_now:
            movement = "expanded" if gain > 0 else "contracted" if gain < 0 else "unchanged"
        elif was:
            movement = "lost"
        elif is_now:
            movement = "reactivated" if earlier else "new"
        else:
            movement = "returns_only"
        found[who] = (sum(then), sum(now), movement)
    return found


@settings(max_examples=examples(40), deadline=None)
@given(rows=ROWS)
def test_the_bridge_is_that_of_plain_loops_and_adds_up(rows):
    expected = moved_by_hand(rows)
    if not expected:
        return
    bridge = growth.revenue_bridge(small_table(sales(rows)), base=BASE, current=CURRENT)
    found = as_columns(bridge.customers)
    moves = zip(found["base"], found["current"], found["movement"], strict=True)
    assert dict(zip(found["customer_id"], moves, strict=True)) == expected
    steps = as_columns(bridge.steps)
    amount = dict(zip(steps["step"], steps["amount"], strict=True))
    inside = [(BASE[0] <= day <= BASE[1], CURRENT[0] <= day <= CURRENT[1], money) for _, day, money in rows]
    assert amount["base"] == sum(money for then, _, money in inside if then)
    assert amount["current"] == sum(money for _, now, money in inside if now)
    assert sum(steps["amount"][:-1]) == amount["current"] == steps["cumulative"][-2]
    n = dict(zip(steps["step"], steps["customers"], strict=True))
    assert n["base"] == n["lost"] + n["contracted"] + n["unchanged"] + n["expanded"]
    assert n["current"] == n["contracted"] + n["unchanged"] + n["expanded"] + n["reactivated"] + n["new"]
    for step in STEPS[1:-1]:
        own = [now - then for then, now, movement in expected.values() if movement == step]
        assert (n[step], amount[step]) == (len(own), sum(own))


@settings(max_examples=examples(20), deadline=None)
@given(rows=ROWS, seed=st.randoms(use_true_random=False))
def test_neither_row_order_nor_later_rows_nor_names_matter(rows, seed):
    if not moved_by_hand(rows):
        return
    shuffled = [(f"id {who}", day, money) for who, day, money in rows] + [("a", dt.date(2025, 1, 1), 99.0)]
    seed.shuffle(shuffled)
    one, other = (
        growth.revenue_bridge(small_table(sales(some)), base=BASE, current=CURRENT).steps for some in (rows, shuffled)
    )
    assert as_columns(one)["amount"] == as_columns(other)["amount"]
    assert as_columns(one)["customers"] == as_columns(other)["customers"]


def test_amounts_without_an_exact_decimal_form_still_add_up_exactly():
    rows = [(f"c{k % 7}", DAYS[k % 12], (k + 1) / 3 - (k % 5 == 0) * 9) for k in range(80)]
    bridge = growth.revenue_bridge(pd.DataFrame(sales(rows)), base=BASE, current=CURRENT)
    digits = 6
    steps = bridge.steps.set_index("step")["amount"]
    assert round(steps[STEPS[:-1]].sum(), digits) == round(steps["current"], digits)
    by_movement = bridge.customers.groupby("movement")["change"].sum()
    assert by_movement.to_dict() == pytest.approx({step: steps[step] for step in by_movement.index}, abs=1e-9)
    exact = sum(money for _, day, money in rows if CURRENT[0] <= day <= CURRENT[1])
    # each of seven customers is told in millionths, so that what is told adds up
    assert steps["current"] == pytest.approx(exact, abs=7 * 0.5e-6)


def test_the_bridge_of_cdnow_is_that_of_pandas():
    rows = load_cdnow()
    bridge = growth.revenue_bridge(rows, base=("1997-07-01", "1997-12-31"), current=("1998-01-01", "1998-06-30"))
    rows = rows.assign(cents=(rows["amount"] * 100).round().astype(int), date=pd.to_datetime(rows["date"]))
    then, now = (rows[(rows["date"] >= start) & (rows["date"] <= end)].groupby("customer_id")["cents"].sum()
                 for start, end in (("1997-07-01", "1997-12-31"), ("1998-01-01", "1998-06-30")))  # fmt: skip
    both = pd.concat([then.rename("then"), now.rename("now")], axis=1)
    gain = both["now"] - both["then"]
    first = rows.groupby("customer_id")["date"].min()
    came = first.loc[both.index] >= "1998-01-01"
    expected = {
        "base": (len(then), then.sum()),
        "lost": (both["now"].isna().sum(), -both["then"][both["now"].isna()].sum()),
        "contracted": ((gain < 0).sum(), gain[gain < 0].sum()),
        "unchanged": ((gain == 0).sum(), 0),
        "expanded": ((gain > 0).sum(), gain[gain > 0].sum()),
        "reactivated": ((both["then"].isna() & ~came).sum(), both["now"][both["then"].isna() & ~came].sum()),
        "new": (came.sum(), both["now"][came].sum()),
        "returns_only": (0, 0),
        "current": (len(now), now.sum()),
    }
    cents = (bridge.steps["amount"] * 100).round().astype(int)
    found = dict(zip(bridge.steps["step"], zip(bridge.steps["customers"], cents, strict=True), strict=True))
    assert found == {step: (int(n), int(money)) for step, (n, money) in expected.items()}
    assert bridge.steps["amount"].tolist()[0] == 593202.13  # seen once, and kept
    assert found["lost"] == (2958, -17725695)
    # CDNOW's customers are a cohort of early 1997, so nobody is new.
    assert found["new"] == (0, 0)
    assert sum(int(money) for step, (_, money) in found.items() if step != "current") == found["current"][1]


def test_made_transactions_reconcile_in_whole_and_in_parts(make_table):
    made = make_transactions(120, seed=3, start="2022-01-01").transactions
    frame = {name: made[name].to_numpy() for name in ("customer_id", "date", "amount")}
    frame["channel"] = [None if at % 9 == 0 else str(name) for at, name in enumerate(made["channel"])]
    bridge = growth.revenue_bridge(make_table(frame), split="channel")
    assert bridge.base == (dt.date(2023, 1, 1), dt.date(2023, 12, 31))  # the default: two years back from the end
    assert bridge.current == (dt.date(2024, 1, 1), dt.date(2024, 12, 31))
    parts, whole = as_columns(bridge.parts), as_columns(bridge.steps)
    assert {"no_channel", "web"} < set(parts["channel"])
    year = made["date"].dt.year.to_numpy()
    for channel in set(parts["channel"]):
        own = [at for at, name in enumerate(parts["channel"]) if name == channel]
        amount = {parts["step"][at]: round(100 * parts["amount"][at]) for at in own}
        assert sum(amount[step] for step in STEPS[:-1]) == amount["current"]
        mine = np.array([(name or "no_channel") == channel for name in frame["channel"]])
        assert amount["current"] == round(100 * made["amount"][mine & (year == 2024)].sum())
        assert amount["base"] == round(100 * made["amount"][mine & (year == 2023)].sum())
    for step, money in zip(whole["step"], whole["amount"], strict=True):
        split = [parts["amount"][at] for at, name in enumerate(parts["step"]) if name == step]
        assert round(100 * sum(split)) == round(100 * money)


def test_who_moves_from_one_channel_to_another_is_not_lost():
    rows = [("a", "2024-01-01", 10.0), ("a", "2024-08-01", 30.0), ("b", "2024-12-31", 1.0)]
    tx = Transactions(pd.DataFrame(sales(rows, channel=["shop", "web", "web"])))
    parts = growth.revenue_bridge(tx, split="channel", **PERIODS).parts
    moved = parts[(parts["amount"] != 0) & ~parts["step"].isin(["base", "current"])]
    assert moved[["channel", "step", "amount"]].values.tolist() == [
        ["shop", "expanded", -10.0],
        ["web", "expanded", 30.0],
        ["web", "new", 1.0],
    ]
    assert parts[parts["channel"] == "web"]["base_share"].isna().all()  # nothing to be a share of


# --- the growth matrix ------------------------------------------------------------------------------------------------

BASKETS = [  # customer, date, amount, product, order
    ("a", "2023-11-01", 5.0, "old", 1),
    ("a", "2024-02-01", 20.0, "tea", 2),
    ("a", "2024-07-01", 10.0, "tea", 3),
    ("a", "2024-07-01", 40.0, "pot", 3),  # one order, two cells
    ("a", "2024-08-01", 12.0, "tea", 4),
    ("b", "2024-05-01", 7.0, "cup", 5),
    ("b", "2024-09-01", 2.5, None, 6),  # nobody noted what it was
    ("c", "2023-12-01", 9.0, "tea", 7),
    ("c", "2024-09-09", 8.0, "tea", 8),
    ("c", "2024-09-10", -3.0, "tea", 8),
    ("c", "2024-10-01", 6.0, "old", 9),
    ("d", "2024-12-31", 50.0, "pot", 10),
    ("e", "2024-03-01", -4.0, "cup", 11),  # a refund makes nobody a customer
    ("e", "2024-10-01", 3.0, "cup", 12),
]


def baskets(**changes):
    rows = [row[:3] for row in BASKETS]
    return sales(rows, product=[row[3] for row in BASKETS], order_id=[row[4] for row in BASKETS], **changes)


def cells_of(matrix, *names):
    found = as_columns(matrix.table)
    return {cell: tuple(found[name][at] for name in names) for at, cell in enumerate(found["cell"])}


def test_the_four_cells_of_a_few_baskets_by_hand(make_table):
    table = make_table(baskets())
    matrix = growth.growth_matrix(table, **PERIODS)
    assert type(matrix.table) is type(table)
    assert cells_of(matrix, "customer", "product", "customers", "orders", "revenue", "base_revenue", "change") == {
        "loyalty": ("existing", "existing", 1, 2, 22.0, 27.0, -5.0),
        "expansion": ("existing", "new", 1, 1, 40.0, 0.0, 40.0),
        "acquisition": ("new", "existing", 2, 2, 8.0, -4.0, 12.0),  # c: 8 - 3, e: 3
        "diversification": ("new", "new", 2, 2, 56.0, 0.0, 56.0),
        "no_product": ("all", "none", 1, 1, 2.5, 0.0, 2.5),
    }
    assert (matrix.revenue, matrix.base_revenue) == (128.5, 23.0)
    assert cells_of(matrix, "revenue_share")["loyalty"] == (22 / 128.5,)


def test_existing_may_mean_ever_before(make_table):
    matrix = growth.growth_matrix(make_table(baskets()), **PERIODS, existing="ever")
    assert cells_of(matrix, "customers", "orders", "revenue") == {
        "loyalty": (2, 4, 33.0),  # c is no stranger, and neither is "old"
        "expansion": (1, 1, 40.0),
        "acquisition": (1, 1, 3.0),
        "diversification": (1, 1, 50.0),
        "no_product": (1, 1, 2.5),
    }


def test_categories_can_be_the_products_and_four_rows_are_always_there():
    columns = baskets()
    kinds = {"old": "leaf", "tea": "leaf", None: "ware", "pot": "ware", "cup": "ware"}
    columns["category"] = [kinds[name] for name in columns.pop("product")]
    matrix = growth.growth_matrix(pd.DataFrame(columns), **PERIODS, by="category", language="zh")
    assert matrix.table["cell_label"].tolist() == ["客户忠诚", "客户扩充", "客户获取", "客户多样化"]
    assert matrix.table["revenue"].tolist() == [64.5, 0.0, 64.0, 0.0]
    assert matrix.table["customers"].tolist() == [2, 0, 3, 0]


PRODUCTS = st.sampled_from([None, "p", "q", "r"])


@settings(max_examples=examples(30), deadline=None)
@given(rows=ROWS, data=st.data(), existing=st.sampled_from(["base", "ever"]))
def test_the_cells_are_those_of_plain_loops_and_add_up(rows, data, existing):
    if not moved_by_hand(rows):
        return
    products = data.draw(st.lists(PRODUCTS, min_size=len(rows), max_size=len(rows)))
    products[-2:] = ["p", "p"]
    matrix = growth.growth_matrix(
        small_table(sales(rows, product=products)), base=BASE, current=CURRENT, existing=existing
    )
    last = BASE[1] if existing == "base" else CURRENT[0] - dt.timedelta(days=1)
    first = BASE[0] if existing == "base" else dt.date.min
    before = [(who, what) for (who, day, money), what in zip(rows, products, strict=True)
              if first <= day <= last and money >= 0]  # fmt: skip
    people, things = {who for who, _ in before}, {what for _, what in before}
    names = {(True, True): "loyalty", (True, False): "expansion", (False, True): "acquisition"}
    revenue, base, visits = defaultdict(float), defaultdict(float), defaultdict(set)
    for (who, day, money), what in zip(rows, products, strict=True):
        cell = "no_product" if what is None else names.get((who in people, what in things), "diversification")
        base[cell] += money if BASE[0] <= day <= BASE[1] else 0
        if CURRENT[0] <= day <= CURRENT[1]:
            revenue[cell] += money
            visits[cell] |= {(who, day)} if money >= 0 else set()
    for cell, found in cells_of(matrix, "revenue", "base_revenue", "customers", "orders").items():
        assert found == (revenue[cell], base[cell], len({who for who, _ in visits[cell]}), len(visits[cell]))
    assert sum(revenue.values()) == matrix.revenue == sum(as_columns(matrix.table)["revenue"])
    assert sum(base.values()) == matrix.base_revenue


@pytest.mark.skipif(not RETAIL.exists(), reason="Online Retail is not at hand")
def test_online_retail_reconciles_with_pandas():
    rows = pd.read_parquet(RETAIL, columns=["CustomerID", "InvoiceDate", "amount", "InvoiceNo", "StockCode"])
    tx = Transactions(
        rows, customer="CustomerID", date="InvoiceDate", amount="amount", order="InvoiceNo", product="StockCode"
    )
    periods = {"base": ("2010-12-01", "2011-05-31"), "current": ("2011-06-01", "2011-11-30")}
    matrix, bridge = growth.growth_matrix(tx, **periods), growth.revenue_bridge(tx, **periods)
    rows = rows.dropna(subset="CustomerID").copy()
    rows["mills"] = (rows["amount"] * 1000).round().astype(int)
    rows["day"] = rows["InvoiceDate"].dt.normalize()
    then = rows[rows["day"] <= "2011-05-31"]
    now = rows[(rows["day"] >= "2011-06-01") & (rows["day"] <= "2011-11-30")]
    bought = then[then["amount"] >= 0]
    old_customer, old_product = now["CustomerID"].isin(bought["CustomerID"]), now["StockCode"].isin(bought["StockCode"])
    for cell, chosen in {
        "loyalty": old_customer & old_product,
        "expansion": old_customer & ~old_product,
        "acquisition": ~old_customer & old_product,
        "diversification": ~old_customer & ~old_product,
    }.items():
        part = now[chosen]
        visits = part[part["amount"] >= 0]
        expected = (part["mills"].sum(), visits["CustomerID"].nunique(), visits["InvoiceNo"].nunique())
        revenue, customers, orders = cells_of(matrix, "revenue", "customers", "orders")[cell]
        assert (round(1000 * revenue), customers, orders) == expected
    money = dict(zip(bridge.steps["step"], (bridge.steps["amount"] * 1000).round().astype(int), strict=True))
    assert (money["base"], money["current"]) == (then["mills"].sum(), now["mills"].sum())
    assert sum(money[step] for step in STEPS[:-1]) == money["current"] == round(1000 * matrix.revenue)
    assert money["returns_only"] < 0
    lost = set(bought["CustomerID"]) - set(now[now["amount"] >= 0]["CustomerID"])
    assert set(bridge.customers.query("movement == 'lost'")["customer_id"]) == lost


def test_the_bridge_and_the_summary_agree_on_customers_with_purchases():
    tx = on_the_day(MOVERS)
    whole = growth.revenue_bridge(tx, base=("2023-11-01", "2024-06-30"), current=("2024-07-01", "2024-12-31"))
    spent = dict(zip(*(as_columns(summarize(tx))[name] for name in ("customer_id", "monetary")), strict=True))
    found = as_columns(whole.customers)
    both = zip(found["customer_id"], found["base"], found["current"], strict=True)
    assert {who: then + now for who, then, now in both if who != "never bought"} == spent


# --- bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compare", [growth.revenue_bridge, growth.growth_matrix])
def test_periods_that_cannot_be_compared_are_refused_with_ones_that_can(compare):
    tx = on_the_day(MOVERS, product=["tea"] * len(MOVERS))
    for flawed in ("2024", ("2024-01-01",), ("2024-01-01", "soon"), 7, ("2024-01-01", None)):
        with pytest.raises(ArgumentError, match=r'base=.* is not a period.*base=\("2024-01-01", "2024-12-31"\)'):
            compare(tx, base=flawed, current=PERIODS["current"])
    with pytest.raises(ArgumentError, match=r"ends before it begins\. Swap"):
        compare(tx, base=("2024-06-30", "2024-01-01"), current=PERIODS["current"])
    with pytest.raises(ArgumentError, match=r"does not end before current=.* Give the earlier period as base="):
        compare(tx, base=PERIODS["current"], current=PERIODS["base"])
    with pytest.raises(ArgumentError, match="no day twice"):
        compare(tx, base=("2024-01-01", "2024-07-01"), current=PERIODS["current"])
    with pytest.raises(ArgumentError, match=r"one period is missing: base=None"):
        compare(tx, current=PERIODS["current"])
    with pytest.raises(ArgumentError, match=r'after 2024-12-31, where this past ends[\s\S]*as_of="2025-06-30"'):
        compare(tx, base=PERIODS["base"], current=("2024-07-01", "2025-06-30"))
    with pytest.raises(DataError, match=r'begins before the data do, on 2023-11-01.*base=\("2023-11-01", "2024-06-30"'):
        compare(tx, base=("2023-07-01", "2024-06-30"), current=PERIODS["current"])
    # the periods that are offered are ones that work
    with pytest.raises(DataError, match=r"begins before the data do, on 2023-11-01") as refused:
        compare(tx)
    offered = dict(zip(("base", "current"), dates_in(str(refused.value).split("such as")[1]), strict=True))
    compare(tx, **offered)
    with pytest.raises(DataError, match="no row in base="):
        compare(tx, base=("2024-04-01", "2024-04-02"), current=("2024-04-03", "2024-04-04"))


def dates_in(text):
    found = [part for part in text.split('"') if part[:2] == "20"]
    return [tuple(found[:2]), tuple(found[2:4])]


def test_a_base_period_may_begin_on_a_holiday():
    tx = on_the_day([("a", "2024-01-03", 1.0), ("a", "2024-12-31", 2.0)])
    assert as_columns(growth.revenue_bridge(tx, **PERIODS).steps)["amount"][0] == 1.0
    for first, works in (("2023-12-27", True), ("2023-12-26", False)):  # a week is a holiday, eight days are not
        base = (first, "2024-06-30")
        if works:
            growth.revenue_bridge(tx, base=base, current=PERIODS["current"])
            continue
        with pytest.raises(DataError, match="begins before the data do"):
            growth.revenue_bridge(tx, base=base, current=PERIODS["current"])
    with pytest.raises(DataError, match="begins before the data do"):
        growth.revenue_bridge(tx, base=("2023-12-20", "2024-06-30"), current=PERIODS["current"])


def test_an_unknown_setting_or_a_missing_role_is_named(make_table):
    table = make_table(sales(MOVERS))
    with pytest.raises(ColumnError, match=r"by='product' needs a column[\s\S]*Transactions\(frame, product=\.\.\.\)"):
        growth.growth_matrix(table, **PERIODS)
    with pytest.raises(ColumnError, match=r"split='channel' needs a column[\s\S]*channel=\.\.\."):
        growth.revenue_bridge(table, **PERIODS, split="channel")
    with pytest.raises(ArgumentError, match=r"by='shop' is not known.*'product', 'category'"):
        growth.growth_matrix(table, **PERIODS, by="shop")
    with pytest.raises(ArgumentError, match="existing='always' is not known"):
        growth.growth_matrix(table, **PERIODS, existing="always")
    with pytest.raises(ArgumentError, match="language='fr' is not known"):
        growth.revenue_bridge(table, **PERIODS, language="fr")


def test_one_day_holds_no_two_periods(make_table):
    one_day = make_table({"customer_id": ["a", "b"], "date": ["2024-01-01"] * 2, "amount": [1.0, 2.0],
                          "product": ["tea", "pot"]})  # fmt: skip
    for compare in (growth.growth_matrix, growth.revenue_bridge):
        for periods in ({}, PERIODS, {"current": ("2024-01-01", "2024-01-01")}):
            with pytest.raises(DataError, match=r"one day, 2024-01-01, .*two periods.*at least two days") as refused:
                compare(one_day, **periods)
            assert "base=" not in str(refused.value)
    two_days = {"customer_id": ["a", "b"], "date": ["2024-01-01", "2024-01-02"], "amount": [1.0, 2.0]}
    with pytest.raises(DataError) as refused:
        growth.revenue_bridge(two_days)
    offered = dict(zip(("base", "current"), dates_in(str(refused.value).split("such as")[1]), strict=True))
    assert growth.revenue_bridge(two_days, **offered).steps["amount"].tolist()[::8] == [1.0, 2.0]


def test_periods_that_touch_or_end_with_the_data_are_compared_and_no_others():
    sales = {
        "customer_id": ["a", "b", "c", "a", "b", "c"],
        "amount": [10.0, 10.0, 10.0, 12.0, 8.0, 10.0],
        "date": ["2025-01-01", "2025-01-10", "2025-01-10", "2025-01-11", "2025-01-15", "2025-01-20"],
    }
    tx = Transactions(sales)

    def bridge(base, current):
        return growth.revenue_bridge(tx, base=base, current=current)

    steps = as_columns(bridge(("2025-01-01", "2025-01-10"), ("2025-01-11", "2025-01-20")).steps)
    found = {
        step: (n, money) for step, n, money in zip(*(steps[x] for x in ("step", "customers", "amount")), strict=True)
    }
    changed = {"contracted": (1, -2), "unchanged": (1, 0), "expanded": (1, 2)}
    none = dict.fromkeys(("lost", "new", "reactivated", "returns_only"), (0, 0))
    assert found == {"base": (3, 30), "current": (3, 30), **changed, **none}
    for base, current, said in (
        (("2025-01-01", "2025-01-11"), ("2025-01-11", "2025-01-20"), "base"),  # a day of both
        (("2025-01-01", "2025-01-10"), ("2025-01-11", "2025-01-21"), "current"),  # a day after the data
        (("2025-01-10", "2025-01-09"), ("2025-01-11", "2025-01-20"), "base"),  # ends before it begins
    ):
        with pytest.raises(ArgumentError, match=said):
            bridge(base, current)
    bridge(("2025-01-10", "2025-01-10"), ("2025-01-20", "2025-01-20"))  # a day each
