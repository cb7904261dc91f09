"""Pictures of baskets, read back."""

import matplotlib
import numpy as np
import pytest

import crmkit as crm
from crmkit import basket, plotting
from crmkit.errors import ArgumentError

matplotlib.use("Agg")


@pytest.fixture(scope="module")
def tx():
    return crm.Transactions(crm.datasets.make_baskets(300).transactions)


def ticks(ax):
    return [tick.get_text() for tick in ax.get_yticklabels()]


def test_rules_stand_in_their_order_with_their_lift_and_confidence(tx):
    found = basket.pairs(tx)
    ax = plotting.plot_rules(found, top=6)
    rows = found.table.head(6)
    assert ticks(ax) == [f"{a} → {b}" for a, b in zip(rows["antecedent"], rows["consequent"], strict=True)]
    points = np.concatenate([line.get_xydata() for line in ax.lines if line.get_marker() in ("o", "D", "s")])
    assert dict(zip(points[:, 1], points[:, 0], strict=True)) == pytest.approx(dict(enumerate(rows["lift"])))
    assert "100.0%" in [text.get_text() for text in ax.texts]
    assert ax.get_legend().get_texts()[0].get_text() == "bundle"


def test_next_purchases_show_the_usual_share_beside(tx):
    found = basket.next_purchase(tx)
    ax = plotting.plot_next_purchase(found, top=4)
    assert ticks(ax)[0] == "printer → ink"
    (usual,) = [np.asarray(points.get_offsets()) for points in ax.collections if len(points.get_offsets()) == 4]
    assert usual[:, 0] == pytest.approx(100 * found.table["base_share"].head(4).to_numpy())


def test_sequences_recommendations_and_rates_are_drawn(tx):
    found = basket.sequences(tx, min_customers=0.2, longest=2)
    ax = plotting.plot_sequences(found, top=3)
    longest = found.table[found.table["items"] == 2].head(3)
    assert [bar.get_width() for bar in ax.patches] == pytest.approx((100 * longest["support"]).tolist())
    offers = basket.recommend(tx, n=3)
    ax = plotting.plot_recommendations(offers, top=2)
    most = offers.table["item"].value_counts().iloc[0]
    assert sum(bars[0].get_width() for bars in ax.containers) == most
    rate = basket.cross_sell_rate(tx)
    ax = plotting.plot_cross_sell_rate(rate)
    assert [bar.get_height() for bar in ax.patches] == pytest.approx((100 * rate.by_items["share"]).tolist())


def test_what_is_no_such_result_is_refused(tx):
    with pytest.raises(ArgumentError, match=r"plot_rules\(crmkit\.basket\.pairs"):
        plotting.plot_rules(basket.next_purchase(tx))
