"""Wallet and category: published figures, mpmath, simulation, and laws that hold for any input."""

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from conftest import as_columns, examples
from crmkit import wallet
from crmkit.errors import ArgumentError, ColumnError, DataError
from crmkit.wallet.dirichlet import _pooled

# --- share and allocation -----------------------------------------------------------------------------------------


def test_share_of_wallet_is_own_spend_over_all_spend():
    assert wallet.share(300, 1000) == 0.3
    got = wallet.share([50, 0, 0], [200, 10, 0])
    assert got[:2].tolist() == [0.25, 0.0]
    assert np.isnan(got[2])


def test_less_than_one_unit_of_currency_is_spend_too():
    got = as_columns(wallet.add_share({"customer_id": ["a"], "monetary": [0.2], "category_spend": [0.8]}))
    assert got["share_of_wallet"] == [0.25]


def test_share_of_wallet_in_a_table_of_any_kind(make_table):
    spend = make_table({"customer_id": ["a", "b", "c"], "monetary": [30, 20, 0], "category_spend": [120, 20, 0]})
    got = as_columns(wallet.add_share(spend), sort="customer_id")
    assert got["share_of_wallet"] == [0.25, 1.0, None]


def test_spend_above_the_category_is_refused(make_table):
    with pytest.raises(ArgumentError, match="own=30"):
        wallet.share([30, 5], [20, 5])
    with pytest.raises(DataError, match="1 rows"):
        wallet.add_share(make_table({"monetary": [30.0, 5.0], "category_spend": [20.0, 5.0]}))
    with pytest.raises(ArgumentError, match="own=-1"):
        wallet.share(-1, 5)
    with pytest.raises(ArgumentError, match="total='much'"):
        wallet.share(1, "much")
    with pytest.raises(ColumnError, match="category_spend"):
        wallet.add_share({"monetary": [30.0]})


@pytest.mark.parametrize(
    ("n", "expected"), [(1, [1]), (2, [2 / 3, 1 / 3]), (3, [1 / 2, 1 / 3, 1 / 6]), (4, [0.4, 0.3, 0.2, 0.1])]
)
def test_the_allocation_rule_of_the_book(n, expected):
    assert wallet.allocation(np.arange(1, n + 1), n) == pytest.approx(expected)


@given(st.lists(st.integers(0, 10), min_size=1, max_size=8))
def test_allocations_add_up_to_1_whatever_the_ties(ratings):
    places = wallet.ranks(ratings)
    assert wallet.allocation(places, len(ratings)).sum() == pytest.approx(1)
    assert places == pytest.approx(rankdata([-rating for rating in ratings]))


def test_a_company_that_is_not_used_has_no_rank():
    assert wallet.ranks([9, np.nan, 10])[[0, 2]].tolist() == [2, 1]
    assert np.isnan(wallet.ranks([9, np.nan, 10])[1])


@pytest.mark.parametrize(("rank", "n"), [(0, 3), (4, 3), (1, 0), (1, 2.5)])
def test_ranks_outside_are_refused(rank, n):
    with pytest.raises(ArgumentError):
        wallet.allocation(rank, n)


# --- NBD norms ----------------------------------------------------------------------------------------------------


def test_norms_of_the_book():
    norms = wallet.nbd_norms(penetration=0.11, purchases_per_buyer=1.9)
    assert (norms.repeat_rate, norms.purchases_per_repeat_buyer) == pytest.approx((0.5677, 2.328), abs=5e-4)
    assert (norms.new_buyers, norms.purchases_per_new_buyer) == pytest.approx((0.0475, 1.3375), abs=1e-4)
    # Ehrenberg (1988) rounds: 2.3 purchases, 5 % new
    assert round(norms.purchases_per_repeat_buyer, 1) == 2.3
    assert round(norms.new_buyers, 2) == 0.05
    other = wallet.nbd_norms(penetration=0.2, purchases_per_buyer=3)
    assert other.k == pytest.approx(0.12871, abs=5e-6)
    assert (other.repeat_rate, other.purchases_per_repeat_buyer) == pytest.approx((0.7024, 3.668), abs=5e-4)
    assert (other.new_buyers, other.purchases_per_new_buyer) == pytest.approx((0.0595, 1.424), abs=5e-4)


@pytest.mark.parametrize(("b", "w"), [(0.11, 1.9), (0.2, 3.0), (0.02, 1.2), (0.9, 12.0), (0.5, 40.0)])
def test_k_solves_its_equation_to_many_digits(b, w):
    got = wallet.nbd_norms(penetration=b, purchases_per_buyer=w)
    mean = mpmath.mpf(b) * mpmath.mpf(w)

    def excess(u):
        return mpmath.exp(u) * mpmath.log1p(mean / mpmath.exp(u)) + mpmath.log1p(-mpmath.mpf(b))

    assert got.k == pytest.approx(float(mpmath.exp(mpmath.findroot(excess, mpmath.log(got.k * 1.01)))), rel=1e-11)


def test_norms_are_those_of_a_simulated_market():
    norms = wallet.nbd_norms(penetration=0.3, purchases_per_buyer=2.5)
    rng = np.random.default_rng(5)
    rates = rng.gamma(norms.k, norms.mean / norms.k, 400_000)
    first, second = rng.poisson(rates), rng.poisson(rates)
    assert (first > 0).mean() == pytest.approx(0.3, abs=0.005)
    assert first[first > 0].mean() == pytest.approx(2.5, abs=0.03)
    back, new = (first > 0) & (second > 0), (first == 0) & (second > 0)
    assert back.sum() / (first > 0).sum() == pytest.approx(norms.repeat_rate, abs=0.005)
    assert second[back].mean() == pytest.approx(norms.purchases_per_repeat_buyer, abs=0.03)
    assert new.mean() == pytest.approx(norms.new_buyers, abs=0.002)
    assert second[new].mean() == pytest.approx(norms.purchases_per_new_buyer, abs=0.03)


@settings(max_examples=examples(40), deadline=None)
@given(b=st.floats(0.01, 0.95), more=st.floats(1.05, 20))
def test_norms_add_up(b, more):
    w = float(-np.log1p(-b) / b) * more
    norms = wallet.nbd_norms(penetration=b, purchases_per_buyer=w)
    assert norms.repeat_rate + norms.new_share == pytest.approx(1)
    assert norms.new_buyers == pytest.approx(b * norms.new_share)
    bought = norms.repeat_rate * norms.purchases_per_repeat_buyer + norms.new_share * norms.purchases_per_new_buyer
    assert b * bought == pytest.approx(norms.mean)
    assert 0 < norms.repeat_rate < 1


def test_53_percent_is_normal_for_few_buyers_and_low_for_many():
    norms = wallet.nbd_norms(penetration=0.11, purchases_per_buyer=1.9)
    few, many = norms.judge(0.53, buyers=200), norms.judge(0.53, buyers=5000)
    assert (few.verdict, many.verdict, norms.judge(0.7, buyers=5000).verdict) == ("normal", "low", "high")
    assert few.norm == norms.repeat_rate
    assert few.low < 0.53 < few.high
    # Wilson's interval of 15 of 20
    assert norms.judge(0.75, buyers=20).low == pytest.approx(0.53130, abs=5e-6)


@pytest.mark.parametrize(("b", "w"), [(0.11, 1.0), (0.11, 1.05), (1.0, 3.0), (0.0, 2.0), (-0.1, 2.0)])
def test_norms_that_no_nbd_has_are_refused(b, w):
    with pytest.raises(ArgumentError):
        wallet.nbd_norms(penetration=b, purchases_per_buyer=w)


# --- NBD-Dirichlet ------------------------------------------------------------------------------------------------

BRANDS = ["Colgate DC", "Macleans", "Close Up", "Signal", "ultrabrite", "Gibbs SR", "Boots", "Sainsbury"]
TOOTHPASTE = {
    "brand": BRANDS,
    "share": [0.25, 0.19, 0.10, 0.10, 0.09, 0.08, 0.03, 0.02],
    "penetration": [0.20, 0.17, 0.09, 0.08, 0.08, 0.07, 0.03, 0.02],
}
CATEGORY = {"penetration": 0.56, "purchases_per_buyer": 2.6}


def test_toothpaste_of_1973(make_table):
    found = wallet.dirichlet(make_table(TOOTHPASTE), **CATEGORY)
    assert pytest.approx(1.456, abs=5e-4) == found.M
    assert pytest.approx(0.77882, abs=5e-6) == found.K
    assert pytest.approx(1.30, abs=5e-3) == found.S
    own = as_columns(found.table)["brand_S"]
    assert own == pytest.approx([1.298, 2.213, 1.603, 0.845, 1.449, 1.293, 2.220, 2.138], abs=6e-4)
    assert found.left_out == ("Macleans", "Boots", "Sainsbury")
    # with those above the notch it would be 1.55
    assert np.average(own, weights=TOOTHPASTE["share"]) == pytest.approx(1.55, abs=5e-3)


def test_toothpaste_at_the_published_s(make_table):
    found = wallet.dirichlet(make_table(TOOTHPASTE), **CATEGORY, S=1.3)
    got = as_columns(found.table)

    def some(name):
        return [got[name][at] for at in (0, 1, -1)]

    assert some("penetration") == pytest.approx([0.2001, 0.1569, 0.0181], abs=5e-5)
    assert some("purchases_per_buyer") == pytest.approx([1.8195, 1.7631, 1.6087], abs=5e-5)
    assert some("category_purchases_per_buyer") == pytest.approx([3.1622, 3.2172, 3.3820], abs=5e-5)
    assert [some("share_of_requirements")[at] for at in (0, 1)] == pytest.approx([0.5754, 0.5480], abs=5e-5)
    assert got["share_of_requirements"][-1] == pytest.approx(0.4757, abs=5e-5)
    assert some("double_jeopardy") == pytest.approx([1.456, 1.487, 1.580], abs=1e-3)
    assert got["repeat_rate"][0] == pytest.approx(0.57609, abs=5e-6)
    assert found.polarisation == pytest.approx(0.43478, abs=5e-6)
    # the share of Colgate's buyers who buy each other brand, as the R package NBDdirichlet prints it, is of the
    # population with that brand, in per cent of Colgate's; here it is of the rows' buyers
    shared = as_columns(found.duplication)
    for at, name in enumerate(BRANDS):
        assert shared[name][at] == 1
        assert shared[name][0] * got["penetration"][0] == pytest.approx(
            shared["Colgate DC"][at] * got["penetration"][at]
        )


def test_a_simulated_category_has_the_expected_figures():
    mu, S = np.array([0.4, 0.25, 0.2, 0.15]), 1.7
    table = {"brand": list("ABCD"), "share": mu, "penetration": [0.1] * 4}
    found = wallet.dirichlet(table, penetration=0.6, purchases_per_buyer=3.0, S=S, periods=2)
    rng = np.random.default_rng(11)
    rates = rng.gamma(found.K, found.M / found.K, 200_000)
    bought = rng.multinomial(rng.poisson(rates), rng.dirichlet(S * mu, rates.size))
    got = as_columns(found.table)
    buyers = bought > 0
    assert got["penetration"] == pytest.approx(buyers.mean(axis=0).tolist(), abs=0.005)
    per_buyer = [bought[buyers[:, at], at].mean() for at in range(4)]
    assert got["purchases_per_buyer"] == pytest.approx(per_buyer, abs=0.06)
    category = [bought[buyers[:, at]].sum(axis=1).mean() for at in range(4)]
    assert got["category_purchases_per_buyer"] == pytest.approx(category, abs=0.06)
    shared = as_columns(found.duplication)
    for one in range(4):
        for at, name in enumerate("ABCD"):
            both = (buyers[:, one] & buyers[:, at]).sum() / buyers[:, one].sum()
            assert shared[name][one] == pytest.approx(both, abs=0.01)


def test_smaller_brands_have_fewer_buyers_who_buy_less_often():
    got = as_columns(wallet.dirichlet(TOOTHPASTE, **CATEGORY).table)
    order = np.argsort(got["share"])
    for name in ("penetration", "purchases_per_buyer", "share_of_requirements", "repeat_rate"):
        assert (np.diff(np.array(got[name])[order]) >= -1e-12).all()


def test_a_longer_time_means_more_buyers():
    quarter, year = (as_columns(wallet.dirichlet(TOOTHPASTE, **CATEGORY, periods=n).table) for n in (1, 4))
    assert all(more > few for more, few in zip(year["penetration"], quarter["penetration"], strict=True))


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"share": [0.9, 0.2]}, "market shares"),
        ({"share": [0.0, 0.2]}, "market shares"),
        ({"brand": ["A"], "share": [1.0], "penetration": [0.3]}, "market shares"),
        ({"brand": ["A", "A"]}, "more than one row"),
        ({"penetration": [0.9, 0.9]}, "lets S be learnt"),
    ],
)
def test_categories_that_cannot_be(changed, match, make_table):
    table = {"brand": ["A", "B"], "share": [0.3, 0.2], "penetration": [0.2, 0.15], **changed}
    with pytest.raises(DataError, match=match):
        wallet.dirichlet(make_table(table), **CATEGORY)


def test_two_brands_that_share_the_market_reach_whoever_buys_at_all():
    """Who buys neither buys nothing: 1 - 0.56 of the people."""
    table = {"brand": ["A", "B"], "share": [0.7, 0.3]}
    found = wallet.dirichlet(table, **CATEGORY, S=1.3)
    got, shared = as_columns(found.table)["penetration"], as_columns(found.duplication)
    assert got[0] + got[1] - shared["B"][0] * got[0] == pytest.approx(0.56, rel=1e-6)


@pytest.mark.parametrize("periods", [0, -1])
def test_no_time_has_no_norm(periods):
    with pytest.raises(ArgumentError, match="periods="):
        wallet.dirichlet(TOOTHPASTE, **CATEGORY, periods=periods)


@pytest.mark.parametrize(
    ("own", "kept"), [([1.0, 2, 3, 4, 5], 4), ([1.0, 2, 3, 4, 4.41], 5), ([2.0, 2, 2], 3), ([1.0, 2, 3, 9], 4)]
)
def test_brands_apart_are_those_above_the_notch_of_a_box_plot(own, kept):
    """Hinges as in R's boxplot: of 1 2 3 4 5 they are 2 and 4, so the notch ends at 3 + 1.58 x 2 / sqrt(5) = 4.413.

    Of three alike it ends at their value; of 1 2 3 9, with hinges 1.5 and 6, at 6.06 and leaves 9 out.
    """
    share = np.linspace(0.05, 0.2, len(own))
    found, used = _pooled(np.array(own), share)
    kept = 3 if own[-1] == 9 else kept
    assert used.tolist() == [True] * kept + [False] * (len(own) - kept)
    assert found == pytest.approx(np.average(own[:kept], weights=share[:kept]), rel=1e-12)


def test_penetrations_are_needed_to_learn_s():
    with pytest.raises(ColumnError, match="penetration"):
        wallet.dirichlet({"brand": ["A"], "share": [0.3]}, **CATEGORY)
    assert wallet.dirichlet({"brand": ["A"], "share": [0.3]}, **CATEGORY, S=1.0).S == 1.0
    with pytest.raises(ArgumentError, match="S=0"):
        wallet.dirichlet({"brand": ["A"], "share": [0.3]}, **CATEGORY, S=0)


# --- true concentration -------------------------------------------------------------------------------------------

CHAMPAGNE = [400, 60, 30, 20, 8, 8, 9, 6, 27]


def test_champagne_of_568_households():
    found = wallet.true_concentration(CHAMPAGNE, open_ended=True)
    assert found.customers == 568
    assert (found.r, found.alpha) == pytest.approx((0.161056, 0.129077), abs=5e-7)
    assert found.log_likelihood == pytest.approx(-646.9614, abs=5e-5)
    assert found.top_share(0.2, span="one_period") == pytest.approx(0.924, abs=5e-4)
    assert found.top_share(0.2) == pytest.approx(0.881, abs=5e-4)


def test_counts_come_as_a_table_too(make_table):
    table = make_table({"purchases": list(range(9))[::-1], "customers": CHAMPAGNE[::-1]})
    found = wallet.true_concentration(table, open_ended=True, top=[0.1, 0.2])
    got = as_columns(found.table)
    assert got["span"] == ["one_period"] * 2 + ["long_run"] * 2
    assert got["customer_share"] == [0.1, 0.2, 0.1, 0.2]
    assert got["purchase_share"][3] == pytest.approx(0.881, abs=5e-4)


def test_the_concentration_of_a_simulated_market():
    rng = np.random.default_rng(2)
    rates = rng.gamma(0.5, 2.0, 200_000)
    first, second = rng.poisson(rates), rng.poisson(rates)
    found = wallet.true_concentration(np.bincount(first).tolist())
    assert (found.r, found.alpha) == pytest.approx((0.5, 0.5), abs=0.01)
    fifth = rates.size // 5
    by_rate = np.sort(rates)[::-1]
    assert found.top_share(0.2) == pytest.approx(by_rate[:fifth].sum() / rates.sum(), abs=0.005)
    by_count = np.sort(second)[::-1]
    assert found.top_share(0.2, span="one_period") == pytest.approx(by_count[:fifth].sum() / second.sum(), abs=0.005)


def test_counts_that_end_have_the_mean_of_the_customers():
    """As every negative binomial distribution of the highest likelihood has."""
    found = wallet.true_concentration(CHAMPAGNE)
    assert found.r / found.alpha == pytest.approx(np.average(np.arange(9), weights=CHAMPAGNE), rel=1e-6)


def test_two_numbers_of_purchases_are_enough():
    assert wallet.true_concentration([80, 0, 0, 0, 20]).customers == 100
    with pytest.raises(DataError, match="whole numbers"):
        wallet.true_concentration([[50, 30], [20, 1]])
    with pytest.raises(DataError, match="whole numbers"):
        wallet.true_concentration([50, np.inf])


def test_chance_only_adds_to_concentration():
    found = wallet.true_concentration(CHAMPAGNE, open_ended=True)
    for top in (0.01, 0.05, 0.1, 0.2, 0.5, 0.9):
        assert found.top_share(top) <= found.top_share(top, span="one_period") <= 1


@pytest.mark.parametrize(
    ("counts", "match"),
    [([5, -1], "whole numbers"), ([10], "same number"), ([0, 5, 6], "nobody is without"), ([0.5, 3], "whole numbers")],
)
def test_counts_that_are_none(counts, match):
    with pytest.raises(DataError, match=match):
        wallet.true_concentration(counts)
