"""Pairs and rules: toy baskets worked out by hand, another package, brute force, and what is left out and told."""

import itertools
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crmkit as crm
from conftest import as_columns, examples, small_table, table_of
from crmkit import basket
from crmkit.basket._measures import adjusted, p_values
from crmkit.errors import ArgumentError, DataError

ONLINE_RETAIL = Path(__file__).resolve().parents[3] / "shared" / "data" / "online_retail.parquet"


def sales(baskets, **more):
    """Orders of one customer each, with these items."""
    rows = [(number, item) for number, items in enumerate(baskets) for item in items]
    return {
        "customer_id": [number for number, _ in rows],
        "order_id": [number for number, _ in rows],
        "date": ["2025-01-05"] * len(rows),
        "product": [item for _, item in rows],
        "amount": [1.0] * len(rows),
        **more,
    }


# Five baskets with Onion -> Eggs.
TOY = [
    ["milk", "onion", "nutmeg", "beans", "eggs", "yogurt"],
    ["dill", "onion", "nutmeg", "beans", "eggs", "yogurt"],
    ["milk", "apple", "beans", "eggs"],
    ["milk", "unicorn", "corn", "beans", "yogurt"],
    ["corn", "onion", "onion", "beans", "ice", "eggs"],
]


def row_of(found, left, right):
    rows = as_columns(found.table)
    (at,) = [
        i for i, pair in enumerate(zip(rows["antecedent"], rows["consequent"], strict=True)) if pair == (left, right)
    ]
    return {name: values[at] for name, values in rows.items()}


def test_a_thousand_orders_worked_out_on_paper(make_table):
    baskets = [["a", "b"]] * 60 + [["a"]] * 40 + [["b"]] * 140 + [["c"]] * 760
    row = row_of(basket.pairs(make_table(sales(baskets))), "a", "b")
    assert (row["baskets"], row["antecedent_baskets"], row["consequent_baskets"]) == (60, 100, 200)
    for name, value in {
        "support": 0.06, "confidence": 0.6, "lift": 3.0, "leverage": 0.04, "conviction": 2.0, "odds_ratio": 57 / 7,
        "jaccard": 0.25,
    }.items():  # fmt: skip
        assert row[name] == pytest.approx(value, rel=1e-12), name
    assert (round(row["confidence_low"], 3), round(row["confidence_high"], 3)) == (0.502, 0.691)
    assert row["relation"] == "together"


def test_five_baskets_with_onions_and_eggs():
    row = row_of(basket.pairs(small_table(sales(TOY)), min_orders=3), "onion", "eggs")
    expected = {
        "support": 0.6, "confidence": 1.0, "lift": 1.25, "leverage": 0.12, "conviction": np.inf, "zhang": 0.5,
        "jaccard": 0.75, "kulczynski": 0.875,
    }  # fmt: skip
    assert {name: row[name] for name in expected} == pytest.approx(expected)
    assert row["antecedent_baskets"] / 5 == 0.6
    assert row["consequent_baskets"] / 5 == 0.8


def test_an_item_in_every_basket_tells_nothing():
    row = row_of(basket.pairs(small_table(sales(TOY)), min_orders=3), "milk", "beans")
    assert (row["confidence"], row["lift"], row["conviction"], row["leverage"], row["zhang"]) == (1, 1, 1, 0, 0)
    assert row["p_value"] == 1
    assert (row["lift_low"], row["lift_high"]) == (1, 1)


def test_rules_are_those_of_another_package():
    frequent_patterns = pytest.importorskip("mlxtend.frequent_patterns")
    pd = pytest.importorskip("pandas")
    made = crm.datasets.make_baskets(300, seed=3).transactions
    wide = pd.crosstab(made["order_id"], made["product"]).astype(bool)
    sets = frequent_patterns.apriori(wide, min_support=0.01, use_colnames=True, max_len=4)
    theirs = frequent_patterns.association_rules(sets, metric="confidence", min_threshold=0.2003)
    theirs = theirs[theirs["consequents"].map(len) == 1]
    found = basket.rules(made, min_orders=0.01, min_confidence=0.2003)
    assert len(found.itemsets) == len(sets)
    assert len(found.table) == len(theirs)
    key = [(" + ".join(sorted(a)), *b) for a, b in zip(theirs["antecedents"], theirs["consequents"], strict=True)]
    theirs.index = pd.MultiIndex.from_tuples(key)
    ours = found.table.set_index(["antecedent", "consequent"]).loc[key]
    columns = {"zhang": "zhangs_metric"}
    for name in ("support", "confidence", "lift", "leverage", "conviction", "zhang", "jaccard", "kulczynski"):
        assert ours[name].to_numpy() == pytest.approx(theirs[columns.get(name, name)].to_numpy(), rel=1e-9, abs=1e-12)


def written_out(both, a, b, n):
    """Support, leverage, conviction, Zhang's measure, Jaccard's and Kulczynski's of counts of baskets."""
    support = both / n
    leverage = Fraction(both, n) - Fraction(a, n) * Fraction(b, n)
    wrong = Fraction(a - both, a)
    conviction = float(Fraction(n - b, n) / wrong) if wrong else np.inf if b < n else 1.0
    p, q, s = Fraction(a, n), Fraction(b, n), Fraction(both, n)
    most = max(s * (1 - p), p * (q - s))
    zhang = float(leverage / most) if most else 0.0
    return support, float(leverage), conviction, zhang, both / (a + b - both), (both / a + both / b) / 2


baskets_of_letters = st.lists(st.lists(st.sampled_from("abcde"), min_size=1, max_size=6), min_size=2, max_size=12)


@settings(max_examples=examples(25), deadline=None)
@given(baskets=baskets_of_letters, least=st.integers(1, 3), order=st.randoms(use_true_random=False))
def test_rules_are_what_brute_force_finds_whatever_the_order_ids_and_repeats_of_rows(baskets, least, order):
    held = [frozenset(items) for items in baskets]

    def count(items):
        return sum(set(items) <= items_of for items_of in held)

    items = sorted(frozenset().union(*held))
    expected = {}
    for size in (2, 3, 4):
        for chosen in itertools.combinations(items, size):
            for right in chosen:
                left = [item for item in chosen if item != right]
                if count(chosen) >= least and count(chosen) >= 0.5 * count(left):
                    best = max(
                        count([*part, right]) / (count(part) if part else len(held))
                        for n in range(len(left))
                        for part in itertools.combinations(left, n)
                    )
                    confidence = count(chosen) / count(left)
                    lift = confidence / (count([right]) / len(held))
                    expected[" + ".join(left), right] = (
                        count(chosen), confidence, lift, confidence - best,
                        *written_out(count(chosen), count(left), count([right]), len(held)),
                    )  # fmt: skip
    rows = list(zip(*sales(baskets).values(), strict=True))
    rows += [order.choice(rows) for _ in range(3)]
    order.shuffle(rows)
    renamed = dict(enumerate(order.sample(range(100, 200), len(baskets))))
    columns = dict(zip(sales([]).keys(), map(list, zip(*rows, strict=True)), strict=True))
    columns |= {name: [renamed[value] for value in columns[name]] for name in ("customer_id", "order_id")}
    found = as_columns(basket.rules(small_table(columns), min_orders=least, left=3).table)
    names = ("baskets", "confidence", "lift", "improvement", "support", "leverage", "conviction", "zhang", "jaccard",
             "kulczynski")  # fmt: skip
    got = {
        (left, right): tuple(found[name][at] for name in names)
        for at, (left, right) in enumerate(zip(found["antecedent"], found["consequent"], strict=True))
    }
    assert got.keys() == expected.keys()
    for rule, figures in expected.items():
        assert got[rule] == pytest.approx(figures, rel=1e-9, abs=1e-12), rule


def test_the_kind_of_table_changes_nothing(make_table):
    made = crm.datasets.make_baskets(60, seed=1).transactions
    columns = {name: made[name].tolist() for name in ("customer_id", "order_id", "date", "product", "amount")}
    found = basket.rules(make_table(columns), min_orders=4, left=2)
    expected = basket.rules(made, min_orders=4, left=2)
    sort = ["antecedent", "consequent"]
    assert as_columns(found.table, sort=sort) == as_columns(expected.table, sort=sort)
    assert as_columns(found.itemsets, sort="itemset") == as_columns(expected.itemsets, sort="itemset")


# --- intervals and many tests ---------------------------------------------------------------------------------------


def test_p_values_are_those_of_scipy():
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(0)
    n = 500
    a, b = rng.integers(1, n, (2, 300))
    both = rng.integers(np.maximum(0, a + b - n), np.minimum(a, b) + 1)
    each = zip(both, a, b, strict=True)
    tails = np.array([(stats.hypergeom.sf(k - 1, n, i, j), stats.hypergeom.cdf(k, n, i, j)) for k, i, j in each])
    assert p_values(both, a, b, n) == pytest.approx(np.minimum(2 * tails.min(axis=1), 1), rel=1e-9, abs=1e-300)


def test_adjusted_p_values_are_those_of_scipy():
    stats = pytest.importorskip("scipy.stats")
    p = np.random.default_rng(1).random(40) ** 3
    assert adjusted(p, 40) == pytest.approx(stats.false_discovery_control(p), rel=1e-12, abs=0)
    assert (adjusted(p, 400) >= adjusted(p, 40)).all()


@pytest.mark.parametrize("left", [0, 1, 2])
def test_what_is_not_listed_was_tried_too(left):
    stats = pytest.importorskip("scipy.stats")
    made = crm.datasets.make_baskets(200, seed=3).transactions
    found = basket.rules(made, min_confidence=0.25, left=left) if left else basket.pairs(made)
    p, sizes = np.array(as_columns(found.table)["p_value"]), np.array(as_columns(found.itemsets)["items"])
    # Each set of up to `left` items, with each other item on the right; or each item with each other one, once.
    single = int((sizes == 1).sum())
    tried = sum(single - size for size in sizes if size <= left) if left else single * (single - 1) // 2
    assert f"{tried:,}" in found.definition.text("en")
    expected = stats.false_discovery_control(np.append(p, np.ones(tried - len(p))))[: len(p)]
    assert as_columns(found.table)["p_adjusted"] == pytest.approx(expected.tolist(), rel=1e-12)


def test_intervals_of_lift_and_confidence_cover():
    rng = np.random.default_rng(2)
    cells, n = np.array([0.04, 0.06, 0.16, 0.74]), 400  # both, only a, only b, neither
    lift, confidence = 0.04 / (0.10 * 0.20), 0.4
    from crmkit.basket._measures import measures

    both, a, b, _ = rng.multinomial(n, cells, 4000).T
    found = measures(both, both + a, both + b, n, 0.95)
    covered = (found["lift_low"] <= lift) & (lift <= found["lift_high"])
    assert 0.93 <= covered.mean() <= 0.975
    covered = (found["confidence_low"] <= confidence) & (confidence <= found["confidence_high"])
    assert 0.93 <= covered.mean() <= 0.975


def test_independent_items_are_seldom_called_related():
    rng = np.random.default_rng(4)
    held = rng.random((2000, 25)) < 0.15
    found = basket.pairs(small_table(sales([[f"i{j:02}" for j in np.flatnonzero(row)] for row in held if row.any()])))
    named = as_columns(found.table)["relation"]
    assert len(named) > 200
    assert sum(name != "unclear" for name in named) <= 1


def test_a_bundle_is_bought_together_in_four_of_five_cases_both_ways():
    def relation(both, a, b, neither=10):
        table = sales([["a", "b"]] * both + [["a"]] * a + [["b"]] * b + [["c"]] * neither)
        return row_of(basket.rules(small_table(table), min_orders=1, min_confidence=0, left=1), "a", "b")["relation"]

    assert relation(4, 1, 1) == "bundle"
    assert relation(4, 1, 0) == relation(4, 0, 1) == "bundle"
    assert "bundle" not in {relation(4, 2, 1), relation(4, 1, 2), relation(4, 0, 0, neither=0)}


def test_planted_rules_bundles_and_rivals_are_found():
    made = crm.datasets.make_baskets(1000)
    rows = basket.pairs(made.transactions).table.set_index(["antecedent", "consequent"])
    directed = basket.rules(made.transactions, min_confidence=0, left=1).table.set_index(["antecedent", "consequent"])
    for plant in made.truth.rules.itertuples():
        row = directed.loc[(plant.antecedent, plant.consequent)]
        assert row["confidence_low"] <= plant.confidence <= row["confidence_high"]
        assert row["relation"] == "together"
    assert {tuple(sorted(pair)) for pair in rows.index[rows["relation"] == "bundle"]} == {("taco_sauce", "taco_shells")}
    for rivals in made.truth.rivals.itertuples():
        assert (rivals.first, rivals.second) not in rows.index


@pytest.mark.parametrize(("share", "least"), [(0.07, 7), (0.29, 29), (0.071, 8)])
def test_a_share_of_a_hundred_orders_is_as_many(share, least):
    """0.07 * 100 is a hair above 7, and 0.29 * 100 a hair below 29."""
    orders = [["a", "b"]] * least + [["c", "d"]] * (least - 1)
    table = small_table(sales([*orders, *[["z"]] * (100 - len(orders))]))
    assert as_columns(basket.pairs(table, min_orders=share).table)["baskets"] == [least]


@pytest.mark.parametrize(("confidence", "both"), [(0.07, 7), (0.28, 28), (0.29, 29)])
def test_a_rule_of_just_the_least_confidence_is_listed(confidence, both):
    orders = [["a", "b"]] * both + [["a"]] * (100 - both) + [["b"]] * 500
    for least, listed in ((confidence, 1), (confidence + 1e-4, 0)):
        rows = as_columns(basket.rules(small_table(sales(orders)), min_orders=2, min_confidence=least).table)
        assert list(zip(rows["antecedent"], rows["consequent"], strict=True)).count(("a", "b")) == listed


def test_a_pair_is_told_from_the_rarer_item_and_of_equals_from_the_first_by_name():
    table = {"order_id": [1, 1, 1, 2, 2, 2, 3, 3, 4], "product": [*"abc", *"abc", *"ac", "d"]}
    table |= {"customer_id": ["x"] * 9, "date": ["2024-01-01"] * 9, "amount": [1.0] * 9}
    found = as_columns(basket.pairs(small_table(table), min_orders=1).table)
    told = set(zip(found["antecedent"], found["consequent"], strict=True))
    assert told == {("b", "a"), ("b", "c"), ("a", "c")}


def test_lists_begin_with_what_is_surest():
    made = crm.datasets.make_baskets(150, seed=5).transactions
    for found in (basket.pairs(made), basket.rules(made, min_confidence=0)):
        rows = as_columns(found.table)
        keys = list(zip((-low for low in rows["lift_low"]), rows["antecedent"], rows["consequent"], strict=True))
        assert keys == sorted(keys)
        sizes = as_columns(found.itemsets)
        keys = list(zip(sizes["items"], (-n for n in sizes["baskets"]), strict=True))
        assert keys == sorted(keys)
    steps = as_columns(basket.next_purchase(made, min_customers=3).table)
    sure = [low / base for low, base in zip(steps["share_low"], steps["base_share"], strict=True)]
    assert sure == sorted(sure, reverse=True)


# --- what counts -----------------------------------------------------------------------------------------------------


def test_online_retail_has_333_pairs():
    pd = pytest.importorskip("pandas")
    if not ONLINE_RETAIL.exists():
        pytest.skip("the shared data are not here")
    columns = ["CustomerID", "InvoiceDate", "InvoiceNo", "StockCode", "amount"]
    tx = crm.Transactions(
        pd.read_parquet(ONLINE_RETAIL, columns=columns),
        customer="CustomerID", date="InvoiceDate", order="InvoiceNo", product="StockCode", amount="amount",
    )  # fmt: skip
    found = basket.pairs(tx)
    assert (len(found.table), found.baskets, found.giant_baskets) == (333, 18_536, 0)
    assert "18,536" in found.definition.text()


def test_a_giant_basket_is_left_out_and_told(make_table):
    baskets = [["a", "b"]] * 5 + [["a"]] * 3 + [[f"i{n}" for n in range(5000)] + ["a", "b"]]
    found = basket.pairs(make_table(sales(baskets)), min_orders=2)
    assert (found.baskets, found.giant_baskets) == (8, 1)
    assert as_columns(found.table)["support"] == [5 / 8]
    assert "too many items (1)" in found.definition.text("en")
    assert "（1 个）" in found.definition.text("zh")


def test_refunds_and_rows_without_an_item_are_no_part_of_a_basket():
    table = sales([["a", "b"], ["a", "b"], ["a", "b"], ["a"]])
    table["amount"][1] = -1.0  # the b of the first order came back: the row is a refund
    table["product"][3] = None
    found = basket.pairs(small_table(table), min_orders=1)
    assert as_columns(found.table)["baskets"] == [1]
    assert found.baskets == 4
    assert "an item (1)" in found.definition.text("en")


def test_orders_days_and_customers_are_three_kinds_of_baskets():
    table = {
        "customer_id": [1, 1, 1, 2], "order_id": [1, 2, 3, 4], "amount": [1.0] * 4, "product": list("abcc"),
        "date": ["2025-01-01", "2025-01-01", "2025-02-01", "2025-02-01"],
    }  # fmt: skip
    counts = {
        within: (found.baskets, len(found.table))
        for within in ("order", "day", "customer")
        for found in [basket.pairs(small_table(table), within=within, min_orders=1)]
    }
    assert counts == {"order": (4, 0), "day": (3, 1), "customer": (2, 3)}


def test_later_rows_change_nothing():
    made = crm.datasets.make_baskets(80, seed=2).transactions
    half = crm.Transactions(made).until("2024-06-30")
    only = basket.pairs(made[made["date"] <= "2024-06-30"], min_orders=3).table
    assert basket.pairs(half, min_orders=3).table.equals(only)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"items": "category"}, "no column of items with the role 'category'"),
        ({"within": "week"}, "within='week'"),
        ({"min_orders": 0}, "min_orders=0 is not a number of baskets"),
        ({"min_orders": 2.5}, r"min_orders=2\.5"),
        ({"level": 1.5}, r"level=1\.5 is not a share"),
        ({"max_items": 1}, "max_items=1"),
    ],
)
def test_what_cannot_be_counted_is_named(arguments, said):
    with pytest.raises(ArgumentError, match=said):
        basket.pairs(small_table(sales(TOY)), **arguments)


def test_a_column_without_items_is_named():
    with pytest.raises(DataError, match="no purchase has an item"):
        basket.pairs(small_table(sales(TOY, product=[""] * sum(map(len, TOY)))))


def test_hardly_any_basket_gives_an_empty_table():
    found = basket.rules(table_of("pandas", sales([["a"], ["b"]])), min_orders=2)
    assert len(found.table) == 0
    assert "antecedent" in found.table.columns
