"""BG/BB against Fader, Hardie & Shang's donation figures, mpmath at 50 digits, its own laws, and bad input."""

import json
from dataclasses import asdict, astuple
from pathlib import Path

import mpmath
import numpy as np
import pandas as pd
import pytest
from exact_derivatives import assert_derivatives
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import as_columns, examples
from crmkit.errors import ArgumentError, ColumnError, DataError, NotFittedError
from crmkit.models import bg_bb
from crmkit.models._base import load
from crmkit.models._fit import maximise
from crmkit.models.bg_bb import BGBB, BGBBParams, Histories

PUBLISHED = BGBBParams(alpha=1.203522, beta=0.749716, gamma=0.656718, delta=2.783443)
RNG = np.random.default_rng(31)
SHARED = Path(__file__).parents[3] / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared reference data are not here")

# Fader, Hardie & Shang (2010), table 1: (x, t_x) and donors, 6 yearly occasions
DONORS = {
    (0, 0): 3464, (1, 1): 1091, (1, 2): 277, (1, 3): 129, (1, 4): 78, (1, 5): 119, (1, 6): 129, (2, 2): 613,
    (2, 3): 255, (2, 4): 155, (2, 5): 173, (2, 6): 234, (3, 3): 322, (3, 4): 181, (3, 5): 225, (3, 6): 357,
    (4, 4): 240, (4, 5): 284, (4, 6): 512, (5, 5): 335, (5, 6): 728, (6, 6): 1203,
}  # fmt: skip


def arrays(*values):
    return tuple(np.atleast_1d(np.asarray(value, dtype=float)) for value in values)


def donors():
    x, t_x = np.array(list(DONORS), dtype=float).T
    return {"x": x, "t_x": t_x, "n": np.full(x.size, 6.0), "donors": np.array(list(DONORS.values()), dtype=float)}


# --- the likelihood and what follows from it, as formulas -------------------------------------------------------


def exact_likelihood(a, b, g, d, x, t_x, n):
    """The paper's direct sum."""
    B = mpmath.beta
    alive = B(a + x, b + n - x) * B(g, d + n)
    gone = sum(B(a + x, b + t - x) * B(g + 1, d + t) for t in range(t_x, n))
    return (alive + gone) / (B(a, b) * B(g, d)), alive / (B(a, b) * B(g, d))


def wide_points(n=40):
    for _ in range(n):
        params = [float(v) for v in 10.0 ** RNG.uniform(-2, np.log10(50), 4)]
        n_occasions = int(10.0 ** RNG.uniform(0, 2.3))
        t_x = int(RNG.integers(0, n_occasions + 1))
        x = int(RNG.integers(1, t_x + 1)) if t_x else 0
        yield params, x, t_x, n_occasions


@pytest.mark.parametrize("point", list(wide_points()))
def test_likelihood_and_forecasts_over_a_wide_grid(point):
    params, x, t_x, n = point
    horizon, rate = 8, 0.07
    with mpmath.workdps(50):
        a, b, g, d = (mpmath.mpf(v) for v in params)
        whole, alive = exact_likelihood(a, b, g, d, x, t_x, n)
        rate_if_alive = (a + x) / (a + b + n)
        still = [mpmath.rf(d + n, k) / mpmath.rf(g + d + n, k) for k in range(1, horizon + 1)]
        expected = alive / whole * rate_if_alive * sum(still)
        z = 1 / (1 + mpmath.mpf(rate))
        dert = alive / whole * rate_if_alive * (mpmath.hyp2f1(1, d + n, g + d + n, z) - 1)
    history, p = arrays(x, t_x, n), BGBBParams(*params)
    want = float(mpmath.log(whole))
    assert abs(bg_bb.log_likelihood(p, *history)[0] - want) <= 1e-10 * max(1.0, abs(want))
    assert bg_bb.p_alive(p, *history)[0] == pytest.approx(float(alive / whole), rel=1e-9)
    assert bg_bb.p_alive(p, *history, ahead=1)[0] == pytest.approx(float(alive / whole * still[0]), rel=1e-9)
    assert bg_bb.expected_purchases(p, *history, horizon=horizon)[0] == pytest.approx(float(expected), rel=1e-9)
    assert bg_bb.discounted_purchases(p, *history, rate=rate)[0] == pytest.approx(float(dert), rel=1e-9)


@pytest.mark.parametrize(("x", "t_x", "n"), [(5000, 5000, 5000), (0, 0, 5000), (1, 3000, 5000), (2400, 4990, 5000)])
def test_thousands_of_occasions(x, t_x, n):
    params = (0.7, 1.9, 0.4, 3.0)
    with mpmath.workdps(40):
        whole, alive = exact_likelihood(*(mpmath.mpf(v) for v in params), x, t_x, n)
        want = float(mpmath.log(whole))
    got = bg_bb.log_likelihood(BGBBParams(*params), *arrays(x, t_x, n))[0]
    assert abs(got - want) <= 1e-10 * max(1.0, abs(want))
    p_alive = bg_bb.p_alive(BGBBParams(*params), *arrays(x, t_x, n))[0]
    assert p_alive == pytest.approx(float(alive / whole), rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("theta", [(0.1, -0.2, -0.7, 0.7), (-3.0, -2.0, -4.0, 1.0), (3.0, 3.5, 2.0, 3.9)])
def test_gradient_and_hessian_are_exact(theta):
    # entry at different times: n differs
    x, t_x, n, weight = [0, 1, 2, 2, 6, 3], [0, 3, 2, 5, 6, 4], [6, 6, 6, 5, 6, 4], [7.0, 2.0, 1.0, 3.0, 4.0, 0.5]

    def exact(*logs):
        params = [mpmath.exp(t) for t in logs]
        rows = zip(x, t_x, n, weight, strict=True)
        return sum(w * mpmath.log(exact_likelihood(*params, i, j, k)[0]) for i, j, k, w in rows)

    assert_derivatives(Histories(*arrays(x, t_x, n, weight)), exact, theta)


@pytest.mark.parametrize("history", [(0, 0, 0), (0, 0, 6), (2, 4, 6), (6, 6, 6), (1, 1, 3)])
def test_the_distribution_adds_up_and_has_the_expectation_as_its_mean(history):
    history = arrays(*history)
    chances = np.array([bg_bb.pmf(PUBLISHED, y, *history, horizon=5)[0] for y in range(7)])
    assert chances.sum() == pytest.approx(1, rel=1e-13)
    assert chances[6] == 0
    mean = bg_bb.expected_purchases(PUBLISHED, *history, horizon=5)[0]
    assert chances @ np.arange(7) == pytest.approx(mean, rel=1e-12)
    assert bg_bb.p_purchase(PUBLISHED, *history, horizon=5)[0] == pytest.approx(1 - chances[0], rel=1e-12)


def test_the_likelihoods_of_all_histories_add_up():
    # a history (x, t_x) stands for all orders of x - 1 purchases before t_x
    n, total = 9, 0.0
    for t_x in range(n + 1):
        for x in range(1, t_x + 1) if t_x else [0]:
            ways = float(mpmath.binomial(t_x - 1, x - 1)) if x else 1.0
            total += ways * np.exp(bg_bb.log_likelihood(PUBLISHED, *arrays(x, t_x, n))[0])
    assert total == pytest.approx(1, rel=1e-13)


def test_discounted_purchases_are_the_discounted_increments_of_the_expectation():
    history = arrays(2, 4, 6)
    so_far = [bg_bb.expected_purchases(PUBLISHED, *history, horizon=h)[0] for h in range(51)]
    want = float(np.diff(so_far) @ 2.0 ** -np.arange(1.0, 51))
    assert bg_bb.discounted_purchases(PUBLISHED, *history, rate=1.0)[0] == pytest.approx(want, rel=1e-11)


@settings(max_examples=examples(30), deadline=None)
@given(
    t_x=st.integers(1, 20),
    x=st.floats(0, 1),
    gap=st.integers(0, 20),
    shapes=st.lists(st.floats(0.05, 40), min_size=4, max_size=4),
)
def test_forecasts_are_probabilities_and_grow_with_the_horizon(t_x, x, gap, shapes):
    history = arrays(1 + int(x * (t_x - 1)), t_x, t_x + gap)
    params = BGBBParams(*shapes)
    assert 0 <= bg_bb.p_alive(params, *history)[0] <= 1
    near, far = (bg_bb.expected_purchases(params, *history, horizon=h)[0] for h in (3, 6))
    assert 0 <= near <= far <= 6
    assert 0 <= bg_bb.p_purchase(params, *history, horizon=3)[0] <= min(near, 1) * (1 + 1e-12)


@needs_shared
def test_reference_points():
    for point in json.loads((SHARED / "btyd_points.json").read_text())["points"]["bgbb"]:
        params = BGBBParams(*(point[name] for name in ("alpha", "beta", "gamma", "delta")))
        history = arrays(point["x"], point["t_x"], point["n"])
        horizon = point["horizon"]
        got = {
            "loglik": bg_bb.log_likelihood(params, *history),
            "p_alive_n": bg_bb.p_alive(params, *history),
            "p_alive_n1": bg_bb.p_alive(params, *history, ahead=1),
            "cond_exp": bg_bb.expected_purchases(params, *history, horizon=horizon),
            "uncond_exp": bg_bb.expected_purchases(params, *arrays(0, 0, 0), horizon=horizon),
            "dert": bg_bb.discounted_purchases(params, *history, rate=point["d"]),
        }
        for name, value in got.items():
            assert value[0] == pytest.approx(point[name], rel=1e-11, abs=1e-300), name


# --- the published fit and forecasts ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fitted():
    return BGBB().fit(donors(), weight="donors")


def test_fit_reproduces_the_paper(fitted):
    assert astuple(fitted.params_) == pytest.approx((1.203522, 0.749716, 0.656718, 2.783443), rel=1e-6)
    assert fitted.log_likelihood_ == pytest.approx(-33225.5813, abs=1e-4)
    assert list(fitted.standard_errors_.values()) == pytest.approx([0.0694, 0.0294, 0.0510, 0.3208], abs=6e-5)
    assert fitted.diagnosis_ == "optimum"
    assert fitted.n_customers_ == 11_104
    assert fitted.log_likelihood(donors()) @ donors()["donors"] == pytest.approx(fitted.log_likelihood_, rel=1e-13)


def test_forecasts_of_donors(fitted):
    some = {"x": [0, 2, 4, 6], "t_x": [0, 4, 5, 6], "n": [6] * 4}
    expected = fitted.predict(some, horizon="10Y")
    assert expected[[0, 2]] == pytest.approx([0.130218, 3.62797], rel=5e-6)
    assert fitted.predict(donors(), horizon=5) @ donors()["donors"] == pytest.approx(12884.16, abs=6e-3)
    assert fitted.p_alive(some, ahead=1)[[0, 1, 3]] == pytest.approx([0.10813, 0.58966, 0.93043], abs=6e-6)
    dert = fitted.discounted_purchases(some, discount_rate=0.1)
    assert dert[[0, 1, 3]] == pytest.approx([0.1148, 1.6656, 5.9099], abs=6e-5)


# --- laws of the fit --------------------------------------------------------------------------------------------


def test_weights_are_replication_and_order_does_not_matter(fitted):
    table = pd.DataFrame(donors())
    copies = table.loc[table.index.repeat(table["donors"].astype(int))].sample(frac=1, random_state=1)
    model = BGBB().fit(copies)
    assert astuple(model.params_) == pytest.approx(astuple(fitted.params_), rel=1e-8)
    assert model.log_likelihood_ == pytest.approx(fitted.log_likelihood_, rel=1e-13)


def test_the_distribution_by_customer_and_of_a_new_one(fitted):
    some = {"x": [0, 2, 6], "t_x": [0, 4, 6], "n": [6] * 3}
    chances = fitted.pmf(range(6), horizon=5, customers=some)
    assert chances.shape == (3, 6)
    assert chances.sum(axis=1) == pytest.approx(np.ones(3), rel=1e-12)
    assert chances @ np.arange(6) == pytest.approx(fitted.predict(some, horizon=5), rel=1e-12)
    assert 1 - chances[:, 0] == pytest.approx(fitted.p_purchase(some, horizon=5), rel=1e-12)
    assert fitted.pmf(2, horizon=5, customers=some) == pytest.approx(chances[:, 2])
    new = fitted.pmf(range(6), horizon=5)
    assert new @ np.arange(6) == pytest.approx(fitted.expected_purchases_new(horizon=5), rel=1e-12)
    assert fitted.pmf(2, horizon=5) == new[2]
    assert fitted.cdf([0, 3, 9], horizon=5, customers=some) == pytest.approx(np.cumsum(chances, axis=1)[:, [0, 3, 5]])
    assert fitted.cdf(1, horizon=5) == pytest.approx(new[:2].sum())


@pytest.mark.parametrize("level", [0.5, 0.9, 1.0])
def test_intervals_hold_their_level(fitted, level):
    some = {"x": [0, 2, 6], "t_x": [0, 4, 6], "n": [6] * 3}
    cdf = fitted.cdf(range(6), horizon=5, customers=some)
    for law, (low, high) in zip(cdf, fitted.interval(some, horizon=5, level=level), strict=True):
        assert law[high] - (law[low - 1] if low else 0) >= level - 1e-12
        # No narrower: one occasion fewer at the top is too few.
        assert high == 0 or law[high - 1] < (1 + level) / 2


def test_discounting_is_annual_whatever_the_period(fitted):
    some = {"x": [2], "t_x": [4], "n": [6]}
    monthly = BGBB.from_params(**asdict(fitted.params_), period="month")
    per_month = 1.1 ** (1 / 12) - 1
    want = fitted.discounted_purchases(some, discount_rate=per_month)
    assert monthly.discounted_purchases(some, discount_rate=0.1) == pytest.approx(want, rel=1e-9)
    assert monthly.predict(some, horizon="1Y") == pytest.approx(fitted.predict(some, horizon=12))


def test_simulated_donors_have_the_predicted_future():
    model = BGBB.from_params(alpha=1.2, beta=0.75, gamma=0.66, delta=2.8)
    rng = np.random.default_rng(3)
    drawn = model.simulate(rng.integers(2, 9, 100_000), horizon=5, seed=4)
    expected = model.predict(drawn, horizon=5)
    error = np.sqrt(((drawn["future"] - expected) ** 2).sum())
    assert abs(drawn["future"].sum() - expected.sum()) < 3 * error
    alive = model.p_alive(drawn)
    assert abs(drawn["alive"].sum() - alive.sum()) < 3 * np.sqrt((alive * (1 - alive)).sum())
    again = BGBB().fit(drawn)  # entry at different times: n differs
    errors = list(again.standard_errors_.values())
    assert np.abs(np.subtract(astuple(again.params_), astuple(model.params_)) / errors).max() < 3.5


# --- diagnoses ---------------------------------------------------------------------------------------------------


def simulated(n_customers, occasions, *params, seed=1):
    model = BGBB.from_params(**dict(zip(("alpha", "beta", "gamma", "delta"), params, strict=True)))
    return model.simulate(np.full(n_customers, occasions), seed=seed)


@pytest.mark.parametrize(
    ("params", "seed", "name", "found"),  # chance makes other samples look more varied than their world
    [
        ((0.5, 1.4, 1e-7, 1.0), 5, "nobody leaves", {}),
        ((1.0, 3.0, 1e6, 1e7), 2, "leave with the same probability theta", {"theta": 1 / 11}),
        ((1e6, 1e6, 1e6, 1e7), 2, "alike: p", {"p": 0.5, "theta": 1 / 11}),
    ],
)
def test_simpler_worlds_are_recognised(params, seed, name, found):
    model = BGBB().fit(simulated(600, 6, *params, seed=seed))
    assert model.diagnosis_ == "boundary"
    assert name in model.diagnosis_.sentence
    for key, value in found.items():
        assert model.diagnosis_.simpler.params[key] == pytest.approx(value, rel=0.25)
    assert model.likelihood_ratio(model.diagnosis_.simpler).p_value > 0.05


@pytest.mark.parametrize("seed", range(6))
def test_thin_and_odd_data_end_in_a_verdict_not_in_an_exception(seed):
    rng = np.random.default_rng(seed)
    customers = simulated(
        int(rng.integers(10, 200)), int(rng.integers(1, 9)), *10.0 ** rng.uniform(-2, 2, 4), seed=seed
    )
    customers["x"][0], customers["t_x"][0] = 1, 1
    model = BGBB().fit(customers)
    assert model.diagnosis_ in {"optimum", "boundary", "ridge"}
    assert np.isfinite(model.predict(customers, horizon=10)).all()
    model.summary()
    histories = Histories(*(customers[name] for name in ("x", "t_x", "n")))
    for start in rng.normal(0, 1.5, (2, 4)):
        assert maximise(histories, [start]).log_likelihood <= model.log_likelihood_ + 1e-4


# --- tables, storage, bad input ---------------------------------------------------------------------------------


def test_score_keeps_the_table_and_its_order(fitted):
    customers = pd.DataFrame({"x": [6, 0, 6], "t_x": [6, 0, 6], "n": [6, 6, 6], "name": list("abc")}, index=[9, 8, 7])
    scored = fitted.score(customers, horizon=5, discount_rate=0.1)
    assert scored.index.tolist() == [9, 8, 7]
    assert scored["name"].tolist() == list("abc")
    assert scored["p_alive"].tolist() == fitted.p_alive(customers).tolist()
    assert scored["expected_purchases"].tolist() == fitted.predict(customers, horizon=5).tolist()
    assert scored["p_purchase"].tolist() == fitted.p_purchase(customers, horizon=5).tolist()
    dert = fitted.discounted_purchases(customers, discount_rate=0.1)
    assert scored["discounted_purchases"].tolist() == dert.tolist()


def test_fit_and_score_on_every_kind_of_table(fitted, make_table):
    whole = {name: values.astype(int).tolist() for name, values in donors().items()}
    assert BGBB().fit(make_table(whole), weight="donors").log_likelihood_ == pytest.approx(fitted.log_likelihood_)
    scored = as_columns(fitted.score(make_table(whole), horizon=5, discount_rate=0.1), sort=["x", "t_x"])
    want = as_columns(fitted.score(pd.DataFrame(whole), horizon=5, discount_rate=0.1), sort=["x", "t_x"])
    assert {name: pytest.approx(values, rel=1e-13) for name, values in want.items()} == scored


def test_a_stored_model_is_the_same_model(fitted):
    again = load(fitted.to_json())
    assert isinstance(again, BGBB)
    assert again.params_ == fitted.params_
    assert again.period == "year"


@pytest.mark.parametrize(
    ("history", "message"),
    [
        ({"x": [3], "t_x": [2], "n": [6]}, r"0 <= x <= t_x <= n[\s\S]*\(3\.0, 2\.0, 6\.0\)"),
        ({"x": [1], "t_x": [7], "n": [6]}, r"\(1\.0, 7\.0, 6\.0\)"),
        ({"x": [0], "t_x": [2], "n": [6]}, "x = 0 exactly where t_x = 0"),
        ({"x": [1], "t_x": [1.5], "n": [6]}, "whole numbers"),
        ({"x": [0], "t_x": [0], "n": [6]}, "nobody took an occasion"),
    ],
)
def test_histories_that_cannot_be_are_shown(history, message):
    with pytest.raises(DataError, match=message):
        BGBB().fit(history)


def test_bad_arguments_are_shown(fitted):
    one = {"x": [2], "t_x": [4], "n": [6]}
    with pytest.raises(ColumnError, match=r"no column 'n'[\s\S]*occasions"):
        fitted.predict({"x": [2], "t_x": [4]}, horizon=1)
    with pytest.raises(ArgumentError, match=r"horizon='52W' is 0\.9966 steps of a year"):
        fitted.predict(one, horizon="52W")
    with pytest.raises(ArgumentError, match="discount_rate=0 must be above 0"):
        fitted.discounted_purchases(one, discount_rate=0)
    with pytest.raises(ArgumentError, match="ahead=-1"):
        fitted.p_alive(one, ahead=-1)
    with pytest.raises(NotFittedError, match="fit"):
        BGBB().p_alive(one)
