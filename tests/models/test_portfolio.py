"""Money of all customers, the spend of each, and the model that a list takes: by hand, brute force, made shops."""

import numpy as np
import pytest
from cdnow_repeats import cdnow_repeats
from test_totals import shop

import crmkit as crm
from crmkit import clv
from crmkit.errors import ArgumentError, DataError, NoDropoutWarning


def priced(differ, vary, n=200, seed=0, **settings):
    """A shop whose customers' means differ by `differ` and whose purchases vary by `vary` (gamma, coefficients)."""
    sales = shop(n, seed=seed, **settings)
    rng = np.random.default_rng(seed + 1)
    own = rng.gamma(1 / differ**2, differ**2, n) if differ else np.ones(n)
    noise = rng.gamma(1 / vary**2, vary**2, sales["customer_id"].size)
    sales["amount"] = (20 * own[sales["customer_id"]] * noise).round(2) + 0.01
    return sales


# --- spend ------------------------------------------------------------------------------------------------------------


def test_the_pull_is_the_one_that_forecasts_purchases_left_out_best():
    """Against a loop that leaves out one purchase after another."""
    amounts = [[10.0, 12, 14], [30.0, 22], [5.0], [18.0, 40, 21, 25]]
    found = clv.SpendMean().of_sums(*(np.array([f(a) for a in amounts]) for f in (
        lambda a: float(len(a)), sum, lambda a: float(np.square(a).sum())
    )))  # fmt: skip
    mean = sum(map(sum, amounts)) / sum(map(len, amounts))

    def loss(k):
        rest = [(a, y) for a in amounts if len(a) > 1 for y in a]
        return sum((y - (sum(a) - y + k * mean) / (len(a) - 1 + k)) ** 2 for a, y in rest)

    best = min(np.geomspace(0.02, 1e5, 200), key=loss)
    assert found.correlation_ == pytest.approx(1 / (1 + best))
    p, q, _ = found.params_.p, found.params_.q, found.params_.v
    assert (q - 1) / p == pytest.approx(best, rel=1e-9)
    customers = {"x": [2, 0], "monetary": [36.0, 5.0], "t_x": [9, 0], "T": [10, 10]}
    assert found.expected_spend(customers) == pytest.approx(
        [(36 + best * mean) / (3 + best), (5 + best * mean) / (1 + best)]
    )


def test_means_that_repeat_are_kept_and_others_are_drawn_to_that_of_all():
    kept, drawn = clv.SpendMean().fit(priced(0.6, 0.3)), clv.SpendMean().fit(priced(0.0, 0.8))
    assert kept.correlation_ > 0.5
    assert drawn.correlation_ < 0.05
    customers = crm.summarize(priced(0.0, 0.8))
    assert drawn.expected_spend(customers) == pytest.approx(drawn.mean_, rel=0.15)
    assert kept.standard_error_ == pytest.approx(kept.mean_ * 0.6 / np.sqrt(200), rel=0.5)


def test_who_bought_once_only_tells_nothing():
    once = {"customer_id": ["a", "b"], "date": ["2025-01-01", "2025-01-02"], "amount": [5.0, 9.0]}
    with pytest.raises(DataError, match="nobody bought twice"):
        clv.SpendMean().fit(once)


# --- intervals row by row ---------------------------------------------------------------------------------------------


def test_an_interval_does_not_depend_on_who_else_is_in_the_table():
    rows = cdnow_repeats()
    rows = {**rows, "m_x": np.where(np.array(rows["x"]) > 0, 10.0 + np.arange(len(rows["x"])) % 70, 0.0)}
    purchases = clv.BGNBD().fit(rows)
    settings = dict(purchases=purchases, horizon="52W")
    for spend in (clv.GammaGamma.from_params(p=6.25, q=3.74, v=15.44), 12.0):
        whole = clv.lifetime_value(rows, spend=spend, **settings)
        for few in (slice(0, 1), slice(40, 43), slice(100, 2000, 37)):
            part = clv.lifetime_value({name: np.array(v)[few] for name, v in rows.items()}, spend=spend, **settings)
            for name in ("residual_clv_low", "residual_clv_high"):
                assert part[name].to_numpy() == pytest.approx(np.array(whole[name])[few], rel=1e-10, abs=1e-12)


def test_without_a_level_there_is_no_interval():
    customers = {"x": [2, 0], "t_x": [213, 0], "T": [272, 272]}
    model = clv.BGNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426, period="week")
    valued = clv.lifetime_value(customers, purchases=model, spend=10.0, level=None)
    assert "residual_clv_low" not in valued
    with_one = clv.lifetime_value(customers, purchases=model, spend=10.0)
    assert valued["residual_clv"].tolist() == with_one["residual_clv"].tolist()


# --- money of all -----------------------------------------------------------------------------------------------------


def test_money_at_earlier_origins_is_what_came_in():
    sales = priced(0.4, 0.5, n=150, days=420)
    tx = crm.Transactions(sales)
    total = clv.portfolio_value(tx, horizon=60)
    assert (total.basis, total.origins) == ("backtested", 6)
    origin, said, actual = total.by_origin.iloc[2][["origin", "said", "actual"]]
    past, later = tx.until(origin), tx.until(str(np.datetime64(origin, "D") + 60))
    known = crm.summarize(past)
    both = crm.summarize(later).merge(known, on="customer_id")
    assert actual == pytest.approx((both["monetary_x"] - both["monetary_y"]).sum())
    spend = clv.SpendMean().fit(past).expected_spend(known)
    assert said == pytest.approx((clv.BGNBD().fit(known).predict(known, horizon=60) * spend).sum(), rel=1e-6)


def test_at_one_price_money_is_counts():
    tx = crm.Transactions(shop(100, days=260))
    counts, money = clv.total_interval(tx, horizon=60), clv.portfolio_value(tx, horizon=60, spend=1.0)
    assert money.expected == pytest.approx(counts.expected, rel=1e-9)
    scaled = clv.portfolio_value(tx, horizon=60, margin_rate=0.2)
    plain = clv.portfolio_value(tx, horizon=60)
    assert (scaled.value, scaled.low, scaled.high) == pytest.approx((plain.value / 5, plain.low / 5, plain.high / 5))
    assert clv.portfolio_value(tx, horizon=60, discount_rate=0.3).value < plain.value


def test_what_a_portfolio_cannot_do_is_said():
    tx = crm.Transactions(shop(60, days=300))
    with pytest.raises(ArgumentError, match="names a column"):
        clv.portfolio_value(tx, spend="budget")
    with pytest.raises(ArgumentError, match="needs a fitted model"):
        clv.portfolio_value(cdnow_repeats())


# --- the model of a list ----------------------------------------------------------------------------------------------


def test_the_model_is_chosen_by_its_errors_at_earlier_origins():
    tx = crm.Transactions(crm.datasets.load_cdnow(sample=True))
    choice = clv.choose_model(tx, horizon="26W")
    close = choice.table[choice.table["close"]]
    assert choice.table["model"].tolist()[0] == choice.name == close["model"].tolist()[0]
    assert close["bias_share"].abs().is_monotonic_increasing
    assert choice.table["rmse"].min() in close["rmse"].tolist()
    assert f"{choice.name}: of {len(choice.table)} models" in choice.text()
    assert choice.name in choice.text("zh")
    short = clv.choose_model(shop(60, days=40), horizon="26W")
    assert (short.name, short.origins) == ("ParetoNBD", 0)


def test_where_dropout_cannot_be_told_nobody_is_said_to_be_alive():
    """Customers of a shop that nobody leaves."""
    sales = priced(0.3, 0.3, days=300)
    with pytest.warns(NoDropoutWarning, match="is missing"):
        scored = crm.score_customers(sales, horizon="26W")
    assert scored["p_alive"].isna().all()
    assert scored["expected_purchases"].notna().all()
    assert scored["purchase_model"].nunique() == 1
    customers = crm.summarize(sales)
    model = clv.BGNBD().fit(customers)
    with pytest.warns(NoDropoutWarning):
        assert np.isnan(clv.lifetime_value(customers, purchases=model)["p_alive"]).all()
