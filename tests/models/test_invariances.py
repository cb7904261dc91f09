"""Laws that every model of repeat purchases obeys, whatever the data: units, weights, shards, order, probabilities."""

import numpy as np
import pytest
from cdnow_repeats import FOUR, cdnow_repeats
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import roots_legendre

from conftest import examples
from crmkit.models._repeats import read_cells
from crmkit.models.bg_nbd import BGNBD
from crmkit.models.mbg_nbd import MBGNBD
from crmkit.models.nbd import NBD
from crmkit.models.pareto_nbd import ParetoNBD

MODELS = (NBD, BGNBD, MBGNBD, ParetoNBD)
# One model of each kind, in weeks.
GIVEN = (
    NBD.from_params(r=0.385, alpha=12.07, period="week"),
    BGNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426, period="week"),
    MBGNBD.from_params(r=0.525, alpha=6.183, a=0.891, b=1.614, period="week"),
    ParetoNBD.from_params(r=0.553, alpha=10.578, s=0.606, beta=11.669, period="week"),
)
each_kind = pytest.mark.parametrize("kind", MODELS, ids=lambda kind: kind.__name__)
each_model = pytest.mark.parametrize("model", GIVEN, ids=lambda model: type(model).__name__)
positive = st.floats(-4, 4).map(np.exp)
fields = {NBD: ("r", "alpha"), ParetoNBD: ("r", "alpha", "s", "beta")}


@st.composite
def models(draw):
    kind = draw(st.sampled_from(MODELS))
    names = fields.get(kind, ("r", "alpha", "a", "b"))
    return kind.from_params(**{name: draw(positive) for name in names}, period=draw(st.sampled_from(["day", "week"])))


@st.composite
def customers(draw):
    x, T, share = draw(st.integers(0, 60)), draw(st.floats(0.1, 2000)), draw(st.floats(0.001, 1))
    return {"x": [x], "t_x": [share * T if x else 0.0], "T": [T]}


def subset(data, rows):
    return {name: values[rows] for name, values in data.items()}


# --- the same data, said differently ---------------------------------------------------------------------------


@each_kind
def test_days_weeks_and_months_give_the_same_money(kind):
    data = cdnow_repeats()
    day, week, month = (kind(period=period).fit(data) for period in ("day", "week", "month"))
    assert day.params_.alpha == pytest.approx(7 * week.params_.alpha, rel=1e-9)
    assert month.params_.r == pytest.approx(week.params_.r, rel=1e-9)
    assert day.log_likelihood_ == pytest.approx(week.log_likelihood_ - data["x"].sum() * np.log(7), rel=1e-12)
    for other in (day, month):
        for forecast in (
            lambda model: model.predict(data, horizon="12M"),
            lambda model: model.p_alive(data),
            lambda model: model.p_purchase(data, horizon="90D"),
            lambda model: model.discounted_purchases(data, discount_rate=0.1),
            lambda model: model.discounted_purchases(data, discount_rate=0.1, horizon="2Y"),
            lambda model: model.pmf(range(4), horizon="52W"),
        ):
            np.testing.assert_allclose(forecast(other), forecast(week), rtol=1e-9)


@each_kind
def test_weights_equal_replication_and_order_does_not_matter(kind):
    data = subset(cdnow_repeats(), slice(0, 600))
    plain = kind().fit(data)
    cells = read_cells(data)
    weighted = kind().fit({"x": cells.x, "t_x": cells.t_x, "T": cells.T, "n": cells.n}, weight="n")
    shuffled = kind().fit(subset(data, np.random.default_rng(3).permutation(600)))
    assert weighted.params_ == plain.params_ == shuffled.params_
    assert weighted.log_likelihood_ == plain.log_likelihood_
    assert weighted.n_customers_ == 600
    doubled = kind().fit({name: np.concatenate([values, values]) for name, values in data.items()})
    assert doubled.log_likelihood_ == pytest.approx(2 * plain.log_likelihood_, rel=1e-10)
    np.testing.assert_allclose(doubled.covariance_, plain.covariance_ / 2, rtol=1e-4)


@each_kind
def test_shards_merged_equal_the_whole(kind):
    data = subset(cdnow_repeats(), slice(0, 600))
    shards = [read_cells(subset(data, slice(part, None, 3))) for part in range(3)]
    columns = {name: np.concatenate([getattr(one, name) for one in shards]) for name in ("x", "t_x", "T", "n")}
    assert kind().fit(columns, weight="n").params_ == kind().fit(data).params_


@each_model
def test_forecasts_keep_the_row_order_and_do_not_depend_on_the_others(model):
    data = subset(cdnow_repeats(), slice(0, 50))
    together = model.predict(data, horizon="39W")
    alone = [model.predict(subset(data, slice(i, i + 1)), horizon="39W")[0] for i in range(0, 50, 7)]
    np.testing.assert_allclose(together[::7], alone, rtol=1e-13)


# --- probabilities ---------------------------------------------------------------------------------------------


@each_model
def test_probabilities_sum_to_one_and_their_mean_is_the_expectation(model):
    n = np.arange(600)
    for given_customers in (None, FOUR):
        pmf = np.atleast_2d(model.pmf(n, horizon="20W", customers=given_customers))
        np.testing.assert_allclose(pmf.sum(axis=1), 1, atol=1e-9)
        np.testing.assert_allclose(
            np.cumsum(pmf, axis=1)[:, :50:7],
            np.atleast_2d(model.cdf(n[:50:7], horizon="20W", customers=given_customers)),
            atol=1e-12,
        )
    np.testing.assert_allclose(pmf @ n, model.predict(FOUR, horizon="20W"), rtol=1e-9)
    np.testing.assert_allclose(1 - pmf[:, 0], model.p_purchase(FOUR, horizon="20W"), rtol=1e-9)
    assert model.pmf(n, horizon="20W") @ n == pytest.approx(model.expected_purchases_new(horizon="20W"), rel=1e-7)
    assert model.pmf(n, horizon=0)[:2].tolist() == [1, 0]


@settings(max_examples=examples(40), deadline=None)
@given(model=models(), customer=customers(), horizon=st.floats(0.01, 3000))
def test_forecasts_are_finite_and_grow_with_the_horizon(model, customer, horizon):
    near, far = (model.predict(customer, horizon=h)[0] for h in (horizon, 2 * horizon))
    assert 0 <= near <= far * (1 + 1e-12)
    assert far <= 2 * near * (1 + 1e-9)  # nobody buys faster later: the living only become fewer
    alive, buys = model.p_alive(customer)[0], model.p_purchase(customer, horizon=horizon)[0]
    assert 0 <= buys <= alive <= 1
    assert buys <= near * (1 + 1e-9)
    assert np.isfinite(model.log_likelihood(customer)[0])


@settings(max_examples=examples(20), deadline=None)
@given(model=models(), customer=customers(), rate=st.floats(0.02, 5), years=st.floats(0.1, 3))
def test_dert_is_the_discounted_integral_of_the_rate_of_purchases(model, customer, rate, years):
    horizon, delta = 365.25 * years, np.log1p(rate) / 365.25
    # By parts: e^(-delta h) E(h) + delta * integral of e^(-delta t) E(t), with t = h u^3 for the fast start.
    nodes, weights = roots_legendre(48)
    u, w = (nodes + 1) / 2, weights / 2
    t = horizon * u**6
    x, t_x, T = (np.array(customer[name], float) for name in ("x", "t_x", "T"))
    living = model._living(model.params_, x, t_x / model._days, T / model._days)
    expected = model.p_alive(customer) * np.concatenate([living.expected(one) for one in t / model._days])
    integral = (w * 6 * horizon * u**5 * np.exp(-delta * t)) @ expected
    want = np.exp(-delta * horizon) * model.predict(customer, horizon=horizon)[0] + delta * integral
    got = model.discounted_purchases(customer, discount_rate=rate, horizon=horizon)[0]
    assert got == pytest.approx(want, rel=1e-7, abs=1e-300)
    whole = model.discounted_purchases(customer, discount_rate=rate)[0]
    assert got * (1 - 1e-12) <= whole
    assert whole <= model.discounted_purchases(customer, discount_rate=rate / 2)[0] * (1 + 1e-12)


@each_model
def test_dert_over_a_very_long_horizon_is_dert(model):
    ends = model.discounted_purchases(FOUR, discount_rate=0.5, horizon="200Y")
    np.testing.assert_allclose(ends, model.discounted_purchases(FOUR, discount_rate=0.5), rtol=1e-12)


@each_model
@pytest.mark.parametrize("level", [0.5, 0.9, 0.99])
def test_intervals_hold_their_level(model, level):
    low, high = model.interval(FOUR, horizon="39W", level=level).T
    for i, (least, most) in enumerate(zip(low, high, strict=True)):
        one = {name: values[i : i + 1] for name, values in FOUR.items()}
        cdf = model.cdf(range(int(most) + 1), horizon="39W", customers=one)[0]
        inside = cdf[most] - (cdf[least - 1] if least > 0 else 0)
        assert inside >= level - 1e-12
        # No narrower: one purchase fewer at the top is too few.
        assert most == 0 or cdf[most - 1] < (1 + level) / 2


# --- simulation ------------------------------------------------------------------------------------------------


@each_model
def test_simulated_holdouts_have_the_predicted_totals(model):
    drawn = model.simulate(np.linspace(60, 500, 20_000), horizon="39W", seed=11)
    days = {name: drawn[name] for name in ("x", "t_x", "T")}
    expected = model.predict(days, horizon="39W")
    error = np.sqrt(((drawn["future"] - expected) ** 2).sum())
    assert abs(drawn["future"].sum() - expected.sum()) < 3 * error
    alive = model.p_alive(days)
    assert abs(drawn["alive"].sum() - alive.sum()) <= 3 * np.sqrt((alive * (1 - alive)).sum())
    buys = model.p_purchase(days, horizon="39W")
    assert abs((drawn["future"] > 0).sum() - buys.sum()) < 3 * np.sqrt((buys * (1 - buys)).sum())
    # The likelihood is one: its score has mean 0, so the truth is close to the top.
    x_mean = np.array([model.expected_purchases_new(horizon=float(T)) for T in (60.0, 280.0, 500.0)])
    thirds = [drawn["x"][np.abs(drawn["T"] - T) < 20] for T in (60.0, 280.0, 500.0)]
    for mean, x in zip(x_mean[1:2], thirds[1:2], strict=True):
        assert abs(x.mean() - mean) < 3 * x.std() / np.sqrt(x.size)


@each_model
def test_the_same_seed_draws_the_same_customers(model):
    one, two, other = (model.simulate([300.0] * 40, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one["x"], two["x"])
    assert (one["t_x"] != other["t_x"]).any()


@each_model
def test_a_fit_to_simulated_customers_finds_the_truth(model):
    drawn = model.simulate(np.linspace(200, 700, 4000), seed=4)
    found = type(model)(period="week").fit({name: drawn[name] for name in ("x", "t_x", "T")})
    for name, error in found.standard_errors_.items():
        assert abs(getattr(found.params_, name) - getattr(model.params_, name)) < 3.5 * error


@each_model
def test_total_interval_holds_the_expected_total(model):
    drawn = model.simulate(np.linspace(60, 500, 500), horizon="39W", seed=12)
    days = {name: drawn[name] for name in ("x", "t_x", "T")}
    fitted = type(model)().fit(days)
    total = fitted.predict(days, horizon="39W").sum()
    low, high = fitted.total_interval(days, horizon="39W", draws=100)
    assert low < total < high
    assert fitted.total_interval(days, horizon="39W", draws=100) == (low, high)
    narrow = fitted.total_interval(days, horizon="39W", level=0.5, draws=100)
    assert low < narrow[0] < narrow[1] < high
    # Both sources of uncertainty: wider than that of the purchases alone.
    assert high - low > 2 * 1.645 * np.sqrt(total)


@pytest.mark.slow
@each_model
def test_intervals_cover_what_comes(model):
    inside, customers_inside, n, T = 0, 0.0, 80, np.linspace(60, 500, 400)
    for seed in range(n):
        drawn = model.simulate(T, horizon="39W", seed=1000 + seed)
        days = {name: drawn[name] for name in ("x", "t_x", "T")}
        fitted = type(model)().fit(days)
        low, high = fitted.total_interval(days, horizon="39W", level=0.8, draws=150)
        inside += low <= drawn["future"].sum() <= high
        each_low, each_high = fitted.interval(days, horizon="39W", level=0.8).T
        customers_inside += ((each_low <= drawn["future"]) & (drawn["future"] <= each_high)).mean()
    assert abs(inside / n - 0.8) < 3 * np.sqrt(0.16 / n)
    assert customers_inside / n >= 0.8
