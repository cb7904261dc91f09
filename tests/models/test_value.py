"""Money of customers: against quadrature and simulation written here, published figures, its laws, and bad input."""

import numpy as np
import pytest
from cdnow_repeats import FOUR, RATE_0027, cdnow_repeats
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from conftest import as_columns, examples, small_table
from crmkit import clv
from crmkit.errors import ArgumentError, ColumnError, DataError, NotFittedError
from crmkit.models import _value

PARETO = clv.ParetoNBD.from_params(r=0.553, alpha=10.578, s=0.606, beta=11.669, period="week")
BG = clv.BGNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426, period="week")
MBG = clv.MBGNBD.from_params(r=0.525, alpha=6.183, a=0.891, b=1.614, period="week")
NBD = clv.NBD.from_params(r=0.385, alpha=12.07, period="week")
MODELS = (PARETO, BG, MBG, NBD)
SPEND = clv.GammaGamma.from_params(p=6.25, q=3.74, v=15.44)
CUSTOMERS = {"x": [0, 2, 10, 1], "t_x": [0, 213, 250, 35], "T": [272, 272, 260, 210], "m_x": [0.0, 22.35, 40.0, 11.77]}


def value(customers=CUSTOMERS, *, purchases=PARETO, spend=SPEND, **settings):
    columns = as_columns(clv.lifetime_value(customers, purchases=purchases, spend=spend, **settings))
    return {name: np.array(values) for name, values in columns.items()}


# --- the formula --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weeks", [4, 52, 520])
def test_value_is_margin_times_spend_times_the_integral_of_the_discounted_rate(weeks):
    # Written out here: Pareto/NBD customers buy at the rate (r+x)/(alpha+T) ((beta+T)/(beta+T+u))^s if alive now.
    r, alpha, s, beta, delta = 0.553, 10.578, 0.606, 11.669, np.log(1.1) * 7 / 365.25
    x, T, m = (np.array(CUSTOMERS[name], dtype=float) for name in ("x", "T", "m_x"))
    spend = 6.25 * (15.44 + x * m) / (6.25 * x + 3.74 - 1)
    for row, age in enumerate(T / 7):
        living = quad(
            lambda u, age=age: np.exp(-delta * u) * ((beta + age) / (beta + age + u)) ** s, 0, weeks, epsabs=1e-13
        )[0]
        expected = 0.3 * spend[row] * PARETO.p_alive(CUSTOMERS)[row] * (r + x[row]) / (alpha + age) * living
        got = value(horizon=f"{weeks}W", discount_rate=0.1, margin_rate=0.3)["residual_clv"][row]
        assert got == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("model", "dert"),
    [
        (PARETO, [0.477136, 1.818570, 6.483774, 86.052659]),
        (BG, [1.015702, 1.867082, 5.156380, 70.901797]),
        (MBG, [0.722836, 1.691131, 4.913027, 61.411387]),
    ],
)
def test_without_a_horizon_value_is_spend_times_the_published_dert(model, dert):
    got = value(FOUR, purchases=model, spend=10.0, horizon=None, discount_rate=RATE_0027)
    # MBG/NBD parameters are rounded to three digits above, the others are those of the figures.
    assert got["residual_clv"] == pytest.approx(10 * np.array(dert), rel=1e-6 if model is not MBG else 2e-3)
    assert "expected_purchases" not in got


def clv_table():
    """The CDNOW sample with m_x, its customers in the order of their ids."""
    import crmkit as crm

    summary = crm.summarize(crm.Transactions(crm.datasets.load_cdnow(sample=True), as_of="1997-09-30"))
    return {name: summary[name].to_numpy() for name in ("x", "t_x", "T", "m_x")}


def test_the_columns_are_those_of_the_model():
    got = value(horizon="39W")
    assert got["p_alive"] == pytest.approx(PARETO.p_alive(CUSTOMERS), rel=1e-12)
    assert got["expected_purchases"] == pytest.approx(PARETO.predict(CUSTOMERS, horizon="39W"), rel=1e-12)
    assert got["p_purchase"] == pytest.approx(PARETO.p_purchase(CUSTOMERS, horizon="39W"), rel=1e-12)
    discounted = PARETO.discounted_purchases(CUSTOMERS, discount_rate=0.1, horizon="39W")
    assert got["discounted_purchases"] == pytest.approx(discounted, rel=1e-12)
    assert got["expected_spend"] == pytest.approx(SPEND.expected_spend(CUSTOMERS), rel=1e-12)


def test_period_end_is_the_textbook_sum():
    month = 365.25 / 12
    total = np.zeros(4)
    for k in range(1, 13):
        due = BG.predict(CUSTOMERS, horizon=k * month) - BG.predict(CUSTOMERS, horizon=(k - 1) * month)
        total += SPEND.expected_spend(CUSTOMERS) * due / 1.1 ** (k / 12)
    got = value(purchases=BG, horizon="12M", timing="period-end")["residual_clv"]
    assert got == pytest.approx(total, rel=1e-10)
    # A purchase that counts at once is worth more than one that counts at the end of the month.
    assert (value(purchases=BG, horizon="12M")["residual_clv"] > got).all()


def test_periods_end_with_the_horizon():
    by_day = value(horizon=45, timing="period-end", period="day")["residual_clv"]
    by_month = value(horizon=45, timing="period-end", period="month")["residual_clv"]
    continuous = value(horizon=45)["residual_clv"]
    assert (by_month < by_day).all()
    assert by_day == pytest.approx(continuous, rel=2e-4)  # half a day of discount


def test_ways_to_know_the_spend():
    customers = {**CUSTOMERS, "guess": [5.0, 5.0, 5.0, 5.0]}
    pooled = (2 * 22.35 + 10 * 40 + 1 * 11.77) / 13
    assert value(customers, spend=None)["expected_spend"] == pytest.approx(np.full(4, pooled))
    assert value(customers, spend="guess")["residual_clv"] == pytest.approx(value(spend=5)["residual_clv"])
    only = {name: CUSTOMERS[name] for name in ("x", "t_x", "T")}
    assert value(only, spend=5)["residual_clv_high"] == pytest.approx(value(spend=5)["residual_clv_high"])


# --- laws ---------------------------------------------------------------------------------------------------------


def in_period(model, period):
    """The same model with its parameters in another unit."""
    factor = {"day": 7.0, "week": 1.0, "month": 7 * 12 / 365.25}[period]
    fields = {name: getattr(model.params_, name) for name in model.Params.__dataclass_fields__}
    scaled = {name: v * factor if name in ("alpha", "beta") else v for name, v in fields.items()}
    return type(model).from_params(period=period, **scaled)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
@pytest.mark.parametrize("horizon", ["52W", None])
def test_days_weeks_and_months_give_the_same_money(model, horizon):
    weeks = value(purchases=model, horizon=horizon)
    for period in ("day", "month"):
        other = value(purchases=in_period(model, period), horizon=horizon)
        for name in weeks:
            assert other[name] == pytest.approx(weeks[name], rel=1e-9, abs=1e-12), name
    sums = [value(purchases=in_period(model, p), timing="period-end")["residual_clv"] for p in ("day", "month")]
    assert sums[0] == pytest.approx(sums[1], rel=1e-9)


histories = st.lists(
    st.tuples(st.integers(0, 40), st.floats(0.01, 1), st.integers(50, 900), st.floats(0.01, 500)),
    min_size=1,
    max_size=8,
).map(
    lambda rows: {
        "x": [x for x, *_ in rows],
        "t_x": [share * T if x else 0.0 for x, share, T, _ in rows],
        "T": [float(T) for _, _, T, _ in rows],
        "m_x": [m if x else 0.0 for x, _, _, m in rows],
    }
)


@settings(max_examples=examples(25), deadline=None)
@given(histories, st.sampled_from(MODELS), st.sampled_from(["4W", "52W", "520W", None]), st.floats(0.001, 0.5))
def test_laws_of_value(rows, model, horizon, rate):
    got = value(small_table(rows), purchases=model, horizon=horizon, discount_rate=rate)
    low, clv_, high = (got[name] for name in ("residual_clv_low", "residual_clv", "residual_clv_high"))
    assert np.isfinite(high).all()
    assert (low >= 0).all()
    assert (low <= high).all()
    assert (clv_ >= 0).all()
    half = value(small_table(rows), purchases=model, horizon=horizon, discount_rate=rate, margin_rate=0.5)
    assert half["residual_clv"] == pytest.approx(clv_ / 2, rel=1e-12)
    assert half["residual_clv_high"] == pytest.approx(high / 2, rel=1e-12)
    dearer = value(small_table(rows), purchases=model, horizon=horizon, discount_rate=rate + 0.1)
    assert (dearer["residual_clv"] <= clv_ * (1 + 1e-12)).all()


@settings(max_examples=examples(15), deadline=None)
@given(histories, st.sampled_from(MODELS), st.sampled_from(["4W", "52W"]))
def test_the_interval_of_counts_is_that_of_the_model(rows, model, horizon):
    """Without discounting and at one price money counts purchases, whose interval the model finds by itself."""
    got = value(small_table(rows), purchases=model, spend=1.0, horizon=horizon, discount_rate=0.0)
    low, high = model.interval(rows, horizon=horizon).T
    few = high <= 36
    assert got["residual_clv_low"][few] == pytest.approx(low[few], abs=1e-9)
    assert got["residual_clv_high"][few] == pytest.approx(high[few], abs=1e-9)
    # Larger counts are told apart by blocks of a few per cent.
    assert got["residual_clv_high"] == pytest.approx(high, rel=0.03, abs=1e-9)


def test_a_horizon_of_nothing_is_worth_nothing():
    got = value(horizon=0)
    assert got["residual_clv"].tolist() == [0.0] * 4
    assert got["residual_clv_high"].tolist() == [0.0] * 4
    assert value(horizon=0, timing="period-end")["residual_clv"].tolist() == [0.0] * 4


def test_discounting_at_zero_counts_purchases():
    got = value(spend=1.0, discount_rate=0.0)
    assert got["residual_clv"] == pytest.approx(got["expected_purchases"], rel=1e-10)


def test_any_table_gets_its_columns_in_its_own_order(make_table):
    customers = {"customer_id": ["d", "b", "a", "c", "e"], **{name: [*v, v[1]] for name, v in CUSTOMERS.items()}}
    table = make_table(customers)
    got = as_columns(clv.lifetime_value(table, purchases=BG, spend=SPEND, margin_rate=0.3), sort="customer_id")
    expected = value(customers, purchases=BG, margin_rate=0.3)["residual_clv"]
    by_id = dict(zip(customers["customer_id"], expected, strict=True))
    assert got["residual_clv"] == pytest.approx([by_id[name] for name in "abcde"])
    assert list(got)[:5] == list(customers)
    assert as_columns(table, sort="customer_id") == as_columns(make_table(customers), sort="customer_id")
    # A second time replaces the columns.
    again = clv.lifetime_value(clv.lifetime_value(table, purchases=BG, spend=SPEND), purchases=BG, spend=SPEND)
    assert list(as_columns(again)) == list(got)


# --- intervals against simulation ---------------------------------------------------------------------------------


def simulated_money(kind, x, T, m, p_alive, weeks, n, rng, *, rate=0.1, spend=SPEND):
    """Discounted money of n futures of one customer, drawn from what is known of it: loops, no formula of ours."""
    delta, p, q, v = np.log1p(rate) * 7 / 365.25, spend.params_.p, spend.params_.q, spend.params_.v
    alive = rng.random(n) < p_alive
    if kind is PARETO:
        pace, dropout = rng.gamma(0.553 + x, 1 / (10.578 + T), n), rng.gamma(0.606, 1 / (11.669 + T), n)
        life, leave = rng.exponential(size=n) / dropout, np.zeros(n)
    else:
        pace, life = rng.gamma(0.243 + x, 1 / (4.414 + T), n), np.full(n, np.inf)
        leave = rng.beta(0.793, 2.426 + x, n)
    nu = rng.gamma(p * x + q, 1 / (v + x * m), n)
    clock, money, going = np.zeros(n), np.zeros(n), np.flatnonzero(alive)
    while going.size:
        clock[going] += rng.exponential(size=going.size) / pace[going]
        going = going[(clock[going] < np.minimum(life[going], weeks)) & (delta * clock[going] < 20)]
        money[going] += np.exp(-delta * clock[going]) * rng.gamma(p, size=going.size) / nu[going]
        going = going[rng.random(going.size) >= leave[going]]
    return money


@pytest.mark.parametrize("model", [PARETO, BG], ids=["ParetoNBD", "BGNBD"])
@pytest.mark.parametrize("weeks", [52, 520, np.inf])
def test_futures_exceed_the_interval_as_often_as_it_says(model, weeks):
    rng = np.random.default_rng(3)
    got = value(purchases=model, horizon=None if np.isinf(weeks) else f"{weeks}W", level=0.9)
    n = 40_000
    for row in range(4):
        x, T, m = (CUSTOMERS[name][row] for name in ("x", "T", "m_x"))
        money = simulated_money(model, x, T / 7, m, got["p_alive"][row], weeks, n, rng)
        error = money.std() / np.sqrt(n)
        assert abs(money.mean() - got["residual_clv"][row]) < 4 * error
        beyond = float((money > got["residual_clv_high"][row]).mean())
        # Exact within a year; beyond, discounting is brought in by an equivalent horizon.
        assert beyond == pytest.approx(0.05, abs=0.004 if weeks == 52 else 0.008)
        assert (money < got["residual_clv_low"][row]).mean() <= 0.056


def test_a_heavy_buyer_has_a_low_end_above_zero():
    customers = {"x": [300], "t_x": [725], "T": [730], "m_x": [40.0]}
    rng = np.random.default_rng(4)
    got = value(customers)
    money = simulated_money(PARETO, 300, 730 / 7, 40.0, got["p_alive"][0], 52, 40_000, rng)
    assert (money < got["residual_clv_low"][0]).mean() == pytest.approx(0.05, abs=0.006)
    assert (money > got["residual_clv_high"][0]).mean() == pytest.approx(0.05, abs=0.006)
    assert got["residual_clv_low"][0] > 0


# Spend whose simulated variance settles quickly; a million purchases of p = inf all cost the same.
EVEN = clv.GammaGamma.from_params(p=6.25, q=30.0, v=150.0)
SAME = clv.GammaGamma.from_params(p=1e7, q=1e7, v=20.0)


@pytest.mark.parametrize("given", [EVEN, 20.0], ids=["GammaGamma", "number"])
def test_the_variance_of_a_customer_is_that_of_simulated_futures(given):
    rng, n = np.random.default_rng(5), 200_000
    drawn_from = SAME if given == 20.0 else given
    cells = _value.Cells.of(PARETO, *map(np.array, CUSTOMERS.values()))
    forecast = _value.Forecast.of(PARETO, "52W", 0.0, "continuous", "month")
    outlook = _value.Outlook.of(forecast, PARETO.params_, cells)
    got = _value.variance_of(forecast, outlook, cells, given, _value.spend_of(given, cells))
    for row in range(4):
        x, T, m = (CUSTOMERS[name][row] for name in ("x", "T", "m_x"))
        m = 20.0 if drawn_from is SAME else m
        money = simulated_money(PARETO, x, T / 7, m, outlook.alive[row], 52, n, rng, rate=0.0, spend=drawn_from)
        assert money.std() == pytest.approx(np.sqrt(got[row]), rel=0.02)


# --- all customers together ---------------------------------------------------------------------------------------


def test_the_total_is_the_sum_and_its_interval_is_seeded():
    rows = clv_table()
    few = {name: values[:300] for name, values in rows.items()}
    purchases, spend = clv.BGNBD().fit(rows), clv.GammaGamma().fit(rows)
    settings = dict(purchases=purchases, spend=spend, margin_rate=0.3)
    total = clv.portfolio_value(few, **settings)
    assert total.value == pytest.approx(
        value(few, purchases=purchases, spend=spend, margin_rate=0.3)["residual_clv"].sum()
    )
    assert 0 < total.low < total.value < total.high
    assert total.n_customers == 300
    assert total == clv.portfolio_value(few, **settings)
    wider = clv.portfolio_value(few, **settings, level=0.99)
    assert wider.low < total.low < total.high < wider.high


def test_at_one_price_the_interval_of_the_total_is_that_of_the_model():
    rows = cdnow_repeats()
    purchases = clv.NBD().fit(rows)
    total = clv.portfolio_value(rows, purchases=purchases, spend=1.0, discount_rate=0.0, horizon="39W")
    assert (total.low, total.high) == pytest.approx(purchases.total_interval(rows, horizon="39W", draws=4000), rel=0.02)


def test_spend_without_a_variance_has_an_interval_all_the_same():
    spend = clv.GammaGamma().fit(clv_table())
    spend.params_ = clv.GammaGamma.Params(p=6.25, q=1.5, v=15.44)
    total = clv.portfolio_value(CUSTOMERS, purchases=clv.NBD().fit(cdnow_repeats()), spend=spend)
    assert 0 <= total.low < total.value < total.high


@pytest.mark.slow
def test_totals_of_simulated_holdouts_lie_in_the_interval_as_often_as_it_says():
    """Fitted anew each time, so that the uncertainty of parameters counts too."""
    rng, inside, trials = np.random.default_rng(6), 0, 120
    for trial in range(trials):
        drawn = PARETO.simulate(np.full(1500, 273.0), horizon="52W", seed=trial)
        nu = rng.gamma(3.74, 1 / 15.44, 1500)
        x, future = drawn["x"], drawn["future"]
        m_x = np.where(x > 0, rng.gamma(np.maximum(6.25 * x, 1e-9)) / nu / np.maximum(x, 1), 0.0)
        money = float((rng.gamma(np.maximum(6.25 * future, 1e-9)) / nu * (future > 0)).sum())
        rows = {"x": x, "t_x": drawn["t_x"], "T": drawn["T"], "m_x": m_x}
        purchases, spend = clv.ParetoNBD().fit(rows), clv.GammaGamma().fit(rows)
        total = clv.portfolio_value(rows, purchases=purchases, spend=spend, discount_rate=0.0)
        inside += total.low <= money <= total.high
    assert inside / trials == pytest.approx(0.9, abs=0.08)  # three standard errors of 120 trials


# --- what goes wrong ----------------------------------------------------------------------------------------------


def test_a_mean_that_does_not_exist_is_said_with_the_median_as_the_way_out():
    heavy = clv.GammaGamma.from_params(p=6, q=0.9, v=15)
    with pytest.raises(DataError, match=r"q = 0\.9[\s\S]*median_spend"):
        clv.lifetime_value(CUSTOMERS, purchases=PARETO, spend=heavy)
    scored = heavy.score(CUSTOMERS)
    got = value(scored, spend="median_spend")
    assert np.isfinite(got["residual_clv"]).all()
    assert got["expected_spend"] == pytest.approx(heavy.median_spend(CUSTOMERS))


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        (
            {"purchases": clv.BGBB.from_params(alpha=1, beta=1, gamma=1, delta=1)},
            ArgumentError,
            "is no model of",
        ),
        ({"purchases": clv.BGNBD()}, NotFittedError, r"fit\(customers\)"),
        ({"horizon": None, "discount_rate": 0}, ArgumentError, "above 0 without a horizon"),
        ({"discount_rate": -0.1}, ArgumentError, "0 or more"),
        ({"horizon": None, "timing": "period-end"}, ArgumentError, "Give a horizon"),
        ({"timing": "end"}, ArgumentError, "'continuous', 'period-end'"),
        ({"margin_rate": 30}, ArgumentError, "margin_rate=30 is not a share"),
        ({"level": 1}, ArgumentError, "level=1"),
        ({"spend": "budget"}, ColumnError, "no column 'budget'"),
        ({"spend": -3.0}, DataError, "negative: -3.0"),
    ],
)
def test_bad_settings_are_named(settings, error, message):
    with pytest.raises(error, match=message):
        clv.lifetime_value(CUSTOMERS, **{"purchases": PARETO, "spend": SPEND, **settings})


def test_bad_customers_are_named(make_table):
    with pytest.raises(ColumnError, match=r"no column 'm_x'[\s\S]*summarize"):
        clv.lifetime_value(make_table({"x": [1], "t_x": [3], "T": [9]}), purchases=PARETO, spend=SPEND)
    with pytest.raises(DataError, match=r"t_x, the time[\s\S]*20"):
        clv.lifetime_value(make_table({"x": [1], "t_x": [20], "T": [9]}), purchases=PARETO, spend=5)
    with pytest.raises(DataError, match=r"spend=25\.0"):
        clv.lifetime_value(make_table({"x": [0], "t_x": [0], "T": [9], "m_x": [0.0]}), purchases=PARETO)


def test_a_total_needs_fitted_models():
    with pytest.raises(NotFittedError, match=r"portfolio_value\(\) needs a fit"):
        clv.portfolio_value(CUSTOMERS, purchases=PARETO, spend=SPEND)
