"""Made baskets: the same arguments, the same table; what was planted is there."""

import pytest

import crmkit as crm
from crmkit.errors import ArgumentError


def test_the_same_seed_gives_the_same_baskets():
    one, other = (crm.datasets.make_baskets(50, seed=3).transactions for _ in range(2))
    assert one.equals(other)
    assert not one.equals(crm.datasets.make_baskets(50, seed=4).transactions)


def test_bundles_are_whole_rivals_apart_and_shares_as_told():
    made = crm.datasets.make_baskets(2000, seed=1)
    rows, truth = made.transactions, made.truth
    held = rows.groupby("order_id")["product"].agg(set)
    for bundle in truth.bundles.itertuples():
        parts = {bundle.first, bundle.second}
        assert set(held.map(lambda items, parts=parts: len(items & parts))) == {0, 2}
        share = held.map(lambda items, parts=parts: parts <= items).mean()
        assert share == pytest.approx(bundle.share, abs=4 * (0.04 * 0.96 / len(held)) ** 0.5)
    for rivals in truth.rivals.itertuples():
        assert not held.map(lambda items, rivals=rivals: {rivals.first, rivals.second} <= items).any()
    for rule in truth.rules.itertuples():
        own = held[held.map(lambda items, rule=rule: rule.antecedent in items)]
        share = own.map(lambda items, rule=rule: rule.consequent in items).mean()
        assert share == pytest.approx(rule.confidence, abs=4 * (0.25 / len(own)) ** 0.5)


def test_orders_have_one_customer_and_one_day_and_margins_are_known():
    rows = crm.datasets.make_baskets(100).transactions
    assert (rows.groupby("order_id")[["customer_id", "date"]].nunique() == 1).all().all()
    assert rows["date"].is_monotonic_increasing
    assert (rows["cost"] < rows["amount"]).all()
    assert not rows.duplicated(["order_id", "product"]).any()


def test_dates_the_wrong_way_round_are_refused():
    with pytest.raises(ArgumentError, match=r'end="2023-01-01" lies before'):
        crm.datasets.make_baskets(10, end="2023-01-01")
