"""What is bought next and sequences: toy sequences, brute force, planted follow-ups, laws."""

import collections
import itertools

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crmkit as crm
from conftest import as_columns, examples, small_table
from crmkit import basket

# Pei et al. (2001), table 1: a letter is an item, a word is what is bought on one day.
PREFIX_SPAN = ["a abc ac d cf", "ad c bc ae", "ef ab df c b", "e g af c b c"]


def sales(sequences):
    rows = [
        (customer, f"2025-01-{day:02}", item)
        for customer, words in enumerate(sequences)
        for day, word in enumerate(words.split(), start=1)
        for item in word
    ]
    customer, date, item = (list(column) for column in zip(*rows, strict=True))
    return {"customer_id": customer, "date": date, "product": item, "amount": [1.0] * len(rows)}


def test_the_sequences_of_the_paper(make_table):
    found = basket.sequences(make_table(sales(PREFIX_SPAN)), min_customers=2, longest=9)
    rows = as_columns(found.table)
    assert collections.Counter(rows["items"]) == {1: 6, 2: 22, 3: 21, 4: 4}
    counts = dict(zip(rows["sequence"], rows["customers"], strict=True))
    assert counts["a"] == 4
    assert counts["a > b + c > a"] == 2
    assert counts["e > f > c > b"] == 2
    assert "a + b > d > c" in counts
    assert found.customers == 4


@settings(max_examples=examples(20), deadline=None)
@given(
    st.lists(
        st.lists(st.text("abc", min_size=1, max_size=2), min_size=1, max_size=4).map(" ".join), min_size=2, max_size=5
    )
)
def test_sequences_are_what_brute_force_finds(sequences):
    days = [[frozenset(word) for word in words.split()] for words in sequences]

    def holds(own, steps):
        at = 0
        for step in steps:
            while at < len(own) and not step <= own[at]:
                at += 1
            if at == len(own):
                return False
            at += 1
        return True

    items = sorted(set("".join(sequences)) - {" "})
    steps = [frozenset(chosen) for n in (1, 2, 3) for chosen in itertools.combinations(items, n)]
    expected = {}
    for n_steps in (1, 2, 3):
        for pattern in itertools.product(steps, repeat=n_steps):
            if sum(map(len, pattern)) <= 3 and (n := sum(holds(own, pattern) for own in days)) >= 2:
                expected[" > ".join(" + ".join(sorted(step)) for step in pattern)] = n
    found = as_columns(basket.sequences(small_table(sales(sequences)), min_customers=2, longest=3).table)
    assert dict(zip(found["sequence"], found["customers"], strict=True)) == expected


def test_the_next_purchase_worked_out_by_hand(make_table):
    table = {
        "customer_id": [1, 1, 1, 2, 2, 3, 3, 4], "amount": [1.0] * 8,
        "product": ["printer", "ink", "ink", "printer", "ink", "printer", "paper", "printer"],
        "date": ["2025-01-01", "2025-01-11", "2025-01-31", "2025-02-01", "2025-02-21", "2025-03-01", "2025-03-02",
                 "2025-03-05"],
    }  # fmt: skip
    rows = as_columns(basket.next_purchase(make_table(table), min_customers=1).table)
    steps = {
        (item, following): tuple(rows[name][at] for name in ("times", "customers", "followed", "median_days"))
        for at, (item, following) in enumerate(zip(rows["item"], rows["next_item"], strict=True))
    }
    # The fourth customer did not come back, so three purchases of a printer have a next one.
    assert steps == {
        ("printer", "ink"): (2, 2, 3, 15),
        ("ink", "ink"): (1, 1, 1, 20),
        ("printer", "paper"): (1, 1, 3, 1),
    }
    at = rows["next_item"].index("paper")
    assert rows["share"][at] == pytest.approx(1 / 3)
    assert rows["base_share"][at] == 1 / 4
    low, high = crm._statistics.wilson([1], [3])
    assert (rows["share_low"][at], rows["share_high"][at]) == pytest.approx((low[0], high[0]))


@pytest.mark.parametrize(("share", "least"), [(0.07, 7), (0.29, 29), (0.071, 8)])
def test_a_share_of_a_hundred_customers_is_as_many(share, least):
    """0.07 * 100 is a hair above 7, and 0.29 * 100 a hair below 29."""
    people = ["a b"] * least + ["c d"] * (least - 1)
    table = small_table(sales([*people, *["z"] * (100 - len(people))]))
    steps = as_columns(basket.next_purchase(table, min_customers=share).table)
    assert (steps["item"], steps["next_item"], steps["customers"]) == (["a"], ["b"], [least])
    listed = as_columns(basket.sequences(table, min_customers=share).table)
    assert "a > b" in listed["sequence"]
    assert "c > d" not in listed["sequence"]


def test_the_planted_follow_up_is_the_surest_step():
    made = crm.datasets.make_baskets(1000)
    top = basket.next_purchase(made.transactions).table.iloc[0]
    plant = made.truth.follow_ups.iloc[0]
    assert (top["item"], top["next_item"]) == (plant["item"], plant["next_item"]) == ("printer", "ink")
    # Those who would have bought ink anyway come on top of the planted half.
    assert top["share_low"] <= plant["share"] + (1 - plant["share"]) * top["base_share"] <= top["share_high"]


def test_later_rows_repeats_and_the_order_of_rows_change_nothing():
    made = crm.datasets.make_baskets(80, seed=2).transactions
    known = made[made["date"] <= "2024-06-30"]
    mixed = pd.concat([made.sample(frac=1, random_state=1), made.head(99)])
    mixed = crm.Transactions(mixed, as_of="2024-06-30")
    for function in (basket.next_purchase, basket.sequences):
        assert function(mixed, min_customers=0.25).table.equals(function(known, min_customers=0.25).table)
