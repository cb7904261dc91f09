"""Totals with intervals from past errors: against hand-made shops, the plain model, and simulated futures."""

import warnings

import numpy as np
import pytest
from cdnow_repeats import cdnow_repeats
from scipy import stats

import crmkit as crm
from crmkit import clv
from crmkit.errors import ArgumentError, FewOriginsWarning
from crmkit.models import _origins, _totals
from crmkit.models._origins import Errors, factor_of, plan


def shop(n=300, days=700, rate=1 / 40, seed=0, drift=1.0, season=None):
    """Customers of a Gamma-mixed Poisson process that never leave; rates change by `drift` after day 350."""
    rng = np.random.default_rng(seed)
    own = rng.gamma(2, rate / 2, n)
    first = rng.integers(0, 120, n)
    ids, when = [], []
    for customer in range(n):
        day = np.arange(first[customer] + 1, days)
        mean = own[customer] * np.where(day > 350, drift, 1.0) * (1 if season is None else season(day))
        bought = day[rng.random(day.size) < -np.expm1(-mean)]
        ids += [customer] * (1 + bought.size)
        when += [first[customer], *bought]
    dates = np.datetime64("2020-01-01") + np.array(when)
    return {"customer_id": np.array(ids), "date": dates, "amount": np.full(len(ids), 10.0)}


# --- the origins ------------------------------------------------------------------------------------------------------


def test_every_horizon_of_an_earlier_origin_is_over():
    for span in (90, 200, 365, 1000):
        for days in (28, 91, 364):
            found = plan(0, span, days)
            if found is None:
                continue
            assert found.days <= days
            assert all(origin + found.days <= span for origin in found.origins)
            assert all(origin >= 0.4 * span for origin in found.origins)
            assert found.origins[0] + found.days == span  # the latest one ends today


def test_the_whole_horizon_is_used_where_the_past_allows():
    assert plan(0, 1500, 364).days == 364
    assert plan(0, 500, 364).days < 364


# --- what past errors say ---------------------------------------------------------------------------------------------


def test_the_factor_is_the_posterior_of_a_brute_force_grid():
    """Bias, both scales and the next error on a grid of all of them at once."""
    errors = Errors(np.array([-0.3, -0.1, -0.25]), np.array([0.05, 0.06, 0.04]), 1 / 3, 91)
    found = factor_of(errors, 182, 0.03)
    tau, scale = np.geomspace(0.003, 1.5, 32), np.geomspace(0.01, 0.8, 12)
    b = np.linspace(-3, 3, 6001)
    total = mean = square = 0.0
    for t in tau:
        log_t = np.log(stats.t.pdf(t / _origins.USUAL_SPREAD, 1) * t)
        variance = errors.deviation**2 + t**2
        fit = stats.norm.logpdf(errors.error[:, None], b, np.sqrt(variance)[:, None]).sum(axis=0) / 3
        for s in scale:
            density = np.exp(log_t + np.log(stats.t.pdf(s / _origins.USUAL_BIAS, 1) * s) + fit) * stats.norm.pdf(
                b, 0, s
            )
            mass = density.sum()
            total += mass
            mean += (density * b).sum()
            square += (density * b**2).sum() + mass * (2 * t**2 + 0.03**2)
    mean, square = mean / total, square / total
    ours = found.weight @ found.mean
    assert ours == pytest.approx(mean, rel=1e-3)
    assert found.weight @ (found.deviation**2 + found.mean**2) == pytest.approx(square, rel=1e-3)


def test_errors_of_one_sign_shift_and_scattered_ones_widen():
    def factor(values):
        return factor_of(Errors(np.array(values), np.full(len(values), 0.02), 1 / 3, 91), 91, 0.02)

    def deviation(found):
        mean = found.weight @ found.mean
        return float(np.sqrt(found.weight @ (found.deviation**2 + (found.mean - mean) ** 2)))

    shifted, scattered, calm = factor([-0.2] * 6), factor([-0.2, 0.2] * 3), factor([0.0] * 6)
    assert -0.2 < float(shifted.weight @ shifted.mean) < -0.1
    assert float(scattered.weight @ scattered.mean) == pytest.approx(0, abs=0.01)
    assert deviation(calm) < deviation(shifted) < deviation(scattered)


def test_a_longer_horizon_than_that_of_the_origins_widens():
    errors = Errors(np.array([0.1, -0.1]), np.array([0.05, 0.05]), 1 / 3, 91)
    near, far = (factor_of(errors, days, 0.05) for days in (91, 364))
    assert (far.deviation > near.deviation).all()
    assert (far.mean == near.mean).all()


def test_the_points_of_a_factor_have_its_mean_and_spread():
    found = _origins.Factor(np.array([0.3, 0.7]), np.array([-0.2, 0.1]), np.array([0.1, 0.05]))
    points, weight = found.points(4000)
    assert weight @ np.log(points) == pytest.approx(0.3 * -0.2 + 0.7 * 0.1, abs=1e-4)
    assert weight @ np.log(points) ** 2 == pytest.approx(0.3 * (0.04 + 0.01) + 0.7 * (0.01 + 0.0025), rel=5e-3)


@pytest.mark.parametrize(("mean", "deviation"), [(3.0, 2.0), (40.0, 9.0), (5000.0, 120.0)])
def test_with_a_known_factor_counts_are_negative_binomial(mean, deviation):
    sure = _origins.Factor(np.ones(1), np.zeros(1), np.full(1, 1e-6))
    _, low, high = _totals.interval_of(_totals.Said(mean, deviation, 0), sure, 0.9, counts=True)
    size = mean**2 / (deviation**2 - mean)
    law = stats.nbinom(size, size / (size + mean))
    assert low == pytest.approx(law.ppf(0.05), abs=1)
    assert high == pytest.approx(law.ppf(0.95), abs=1)
    assert law.cdf(high) - law.cdf(low - 1) >= 0.9


def test_with_a_known_factor_money_is_gamma():
    sure = _origins.Factor(np.ones(1), np.zeros(1), np.full(1, 1e-6))
    value, low, high = _totals.interval_of(_totals.Said(1000.0, 100.0, 0), sure, 0.8, counts=False)
    law = stats.gamma(100, scale=10)
    assert (value, low, high) == pytest.approx((1000, law.ppf(0.1), law.ppf(0.9)), rel=1e-4)


def test_the_spread_of_drawn_totals_is_that_of_their_middle_half():
    normal = 4 + 0.3 * stats.norm.ppf((np.arange(4000) + 0.5) / 4000)
    wild = np.where(np.arange(4000) % 50, normal, np.where(normal > 4, 60.0, -60.0))  # 2 % gone astray
    assert _totals.spread_of(np.exp(normal)) == pytest.approx(0.3, rel=1e-3)
    assert _totals.spread_of(np.exp(wild)) == pytest.approx(0.3, rel=0.03)
    assert _totals.spread_of(np.zeros(9)) == 0


def test_draws_are_kept_for_one_fit_and_no_longer():
    customers = cdnow_repeats()
    few = {name: values[:400] for name, values in customers.items()}
    model = clv.BGNBD().fit(customers)
    first = _totals.kept_draws(model)
    assert _totals.kept_draws(model) is first
    again = _totals.kept_draws(model.fit(few))
    assert again == _totals.kept_draws(clv.BGNBD().fit(few)) != first


# --- the totals -------------------------------------------------------------------------------------------------------


def test_actual_and_said_of_earlier_origins_are_what_they_would_have_been():
    plain = crm.Transactions(shop(120, days=420))
    again = clv.total_interval(plain, horizon=60)
    assert (again.basis, again.origins, len(again.by_origin)) == ("backtested", 6, 6)
    origin, said, actual = again.by_origin.iloc[1][["origin", "said", "actual"]]
    past = plain.until(origin)
    later = plain.until(str(np.datetime64(origin, "D") + 60))
    model = clv.BGNBD().fit(crm.summarize(past))
    assert said == pytest.approx(model.predict(crm.summarize(past), horizon=60).sum(), rel=1e-6)
    both = crm.summarize(later).merge(crm.summarize(past), on="customer_id")
    assert actual == (both["x_x"] - both["x_y"]).sum()


def test_a_lasting_change_moves_the_forecast_and_its_interval():
    """Rates fall by half; models that average over the whole past say too much, origins since then show it."""
    later = crm.Transactions(shop(drift=0.5))
    tx = later.until(str(np.datetime64(later.as_of, "D") - 60))
    total = clv.total_interval(tx, horizon=60)
    known = crm.summarize(tx)
    both = crm.summarize(later).merge(known, on="customer_id")
    actual = (both["x_x"] - both["x_y"]).sum()
    assert total.value < total.expected
    assert total.low <= actual <= total.high
    assert total.high < 1.05 * total.expected


def test_a_season_that_the_past_has_not_seen_is_in_the_interval(monkeypatch):
    """A step of a quarter after day 300: without room for it the interval misses, with it it holds, and says why."""
    sales = shop(n=1500, days=370, season=lambda day: 1 + 0.25 * (day > 300))
    table = {name: np.asarray(column) for name, column in sales.items()}
    as_of = np.datetime64("2020-01-01") + 300
    known = np.isin(table["customer_id"], table["customer_id"][table["date"] <= as_of])
    came = int((known & (table["date"] > as_of) & (table["date"] <= as_of + 60)).sum())
    tx = crm.Transactions(sales, as_of=str(as_of))
    found = clv.total_interval(tx, horizon=60)
    assert found.basis == "backtested"
    assert found.low < came < found.high
    assert "season" in found.text("en")
    assert "季节" in found.text("zh")
    monkeypatch.setattr(_origins, "USUAL_SEASON", 0.0)
    steady = clv.total_interval(tx, horizon=60)
    assert steady.low < found.value < steady.high < came
    assert "season" not in steady.text("en")
    # Purchases of a year hold every season once.
    assert _origins.unseen_season(365, 200) == 0


def test_a_short_past_is_named_and_warned_of_in_both_languages():
    tx = crm.Transactions(shop(days=150))
    with pytest.warns(FewOriginsWarning, match=r"past of 149 days.* of 364 days .*About 541 .*horizon=37\."):
        total = clv.total_interval(tx, horizon=364)
    assert (total.basis, total.origins, total.table["basis"].tolist()) == ("model", 0, ["model"])
    assert "if purchases go on as they did" in total.text()
    assert "购买方式保持不变" in total.text("zh")
    assert total.value == total.expected


def test_a_table_of_customers_has_the_models_own_interval_and_no_warning():
    customers = cdnow_repeats()
    model = clv.BGNBD().fit(customers)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        total = clv.total_interval(customers, horizon="39W", purchases=model)
    assert total.basis == "model"
    assert total.value == pytest.approx(model.predict(customers, horizon="39W").sum())
    low, high = model.total_interval(customers, horizon="39W", draws=2000)
    assert (total.low, total.high) == pytest.approx((low, high), rel=0.03)


@pytest.mark.parametrize("make_table", ["polars_lazy"], indirect=True)
def test_lazy_tables_give_the_same_total(make_table):
    sales = shop(100, days=300)
    ours, plain = (
        clv.total_interval(crm.Transactions(make_table(sales)), horizon=60),
        clv.total_interval(sales, horizon=60),
    )
    assert (ours.value, ours.low, ours.high) == pytest.approx((plain.value, plain.low, plain.high), rel=1e-9)


def test_equal_shops_have_equal_totals_and_a_higher_level_is_wider():
    tx = crm.Transactions(shop(150, days=400))
    narrow, wide = (clv.total_interval(tx, horizon="13W", level=level) for level in (0.5, 0.95))
    assert wide.low < narrow.low < narrow.value < narrow.high < wide.high
    assert narrow == clv.total_interval(tx, horizon="13W", level=0.5)


@pytest.mark.parametrize(("given", "words"), [({"horizon": 0}, "above 0"), ({"level": 1}, "without end")])
def test_impossible_settings_are_refused(given, words):
    with pytest.raises(ArgumentError, match=words):
        clv.total_interval(shop(20), **{"horizon": 60, **given})
