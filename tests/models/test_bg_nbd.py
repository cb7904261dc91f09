"""BG/NBD against Fader, Hardie & Lee (2005, CDNOW), mpmath at 50 digits, its own laws, and bad input."""

import json
from pathlib import Path

import mpmath
import numpy as np
import pytest
from cdnow_repeats import FOUR, RATE_0027, cdnow_repeats
from exact_derivatives import assert_derivatives
from exact_purchases import (
    DIGITS,
    beta_geometric,
    discounted_beta_geometric,
    expected_beta_geometric,
    expected_pairs,
    many,
)

from conftest import as_columns
from crmkit.errors import ArgumentError, ColumnError, DataError, NotFittedError
from crmkit.models import _beta_geometric as shared
from crmkit.models._repeats import Cells
from crmkit.models.bg_nbd import BGNBD
from crmkit.models.nbd import NBD

PUBLISHED = BGNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426, period="week")
SHARED = Path(__file__).parents[3] / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared reference data are not here")


@pytest.fixture(scope="module")
def fitted():
    return BGNBD(period="week").fit(cdnow_repeats())


# --- published figures -----------------------------------------------------------------------------------------


def test_the_fit_reproduces_the_paper(fitted):
    p = fitted.params_
    assert (p.r, p.alpha, p.a, p.b) == pytest.approx((0.242595, 4.413602, 0.792922, 2.425907), rel=1e-5)
    assert fitted.log_likelihood_ == pytest.approx(-9582.4292, abs=1e-4)
    assert fitted.diagnosis_ == "optimum"
    assert "clear maximum" in fitted.diagnosis_.sentence


def test_covariance_and_standard_errors(fitted):
    errors = list(fitted.standard_errors_.values())
    assert errors == pytest.approx([0.01256, 0.37822, 0.18573, 0.7054], rel=1e-3)
    # Recomputed figures, rounded and by numerical differences: good to four digits.
    rows = [[0.000158, 0.003706, -0.000088, 0.000066], [0.143054, -0.002866, 0.010523], [0.0345, 0.123228], [0.497649]]
    for i, row in enumerate(rows):
        np.testing.assert_allclose(fitted.covariance_[i, i:], row, rtol=1e-4, atol=6e-7)
    np.testing.assert_array_equal(fitted.covariance_, fitted.covariance_.T)


def test_worked_examples():
    want = [-0.55471328, -4.76525246, -9.45860631, -37.72651333]
    np.testing.assert_allclose(PUBLISHED.log_likelihood(FOUR), want, atol=6e-9)
    np.testing.assert_allclose(PUBLISHED.p_alive(FOUR), [1, 0.37916776, 0.72657857, 0.96885156], atol=6e-9)
    want = [0.19509805, 0.44208924, 1.22602817, 20.74835369]
    np.testing.assert_allclose(PUBLISHED.predict(FOUR, horizon="39W"), want, atol=6e-9)
    want = [1.015702, 1.867082, 5.156380, 70.901797]
    np.testing.assert_allclose(PUBLISHED.discounted_purchases(FOUR, discount_rate=RATE_0027), want, atol=6e-7)


def test_published_probabilities_of_counts():
    assert PUBLISHED.pmf(10, horizon="2W") == pytest.approx(1.07869e-07, rel=1e-5)
    assert PUBLISHED.pmf(0, horizon="39W") == pytest.approx(0.5737864, abs=6e-8)
    assert PUBLISHED.pmf(11, horizon="30W") == pytest.approx(0.0019995214, abs=6e-11)


def test_holdout_total_new_customer_and_tracking(fitted):
    cdnow = cdnow_repeats()
    assert cdnow["future"].sum() == 1882
    assert fitted.predict(cdnow, horizon="39W").sum() == pytest.approx(1653.41, abs=0.005)
    assert fitted.expected_purchases_new(horizon="52W") == pytest.approx(1.444015, abs=5e-6)
    bought_first, n = np.unique(cdnow["T"].max() - cdnow["T"], return_counts=True)
    for week, want in [(20, 1312.458), (25, 1669.6)]:
        expected = [fitted.expected_purchases_new(horizon=float(7 * week - day)) for day in bought_first]
        assert n @ expected == pytest.approx(want, abs=0.005)


# --- mpmath ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("params", "history", "horizon"), list(many(11, 40)))
def test_likelihood_p_alive_and_expectation(params, history, horizon):
    model = BGNBD.from_params(**dict(zip(("r", "alpha", "a", "b"), params, strict=True)), period="day")
    customer = dict(zip(("x", "t_x", "T"), ([value] for value in history), strict=True))
    x, _, T = history
    with mpmath.workdps(DIGITS):
        log_likelihood, alive = beta_geometric(params, history, x)
        r, alpha, a, b = params
        want = alive * expected_beta_geometric(r + x, alpha + mpmath.mpf(T), a, b + x, horizon)
    assert model.log_likelihood(customer)[0] == pytest.approx(float(log_likelihood), rel=1e-10, abs=1e-14)
    assert model.p_alive(customer)[0] == pytest.approx(float(alive), rel=1e-10, abs=1e-300)
    assert model.predict(customer, horizon=horizon)[0] == pytest.approx(float(want), rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("t", [0.0, 1e-6, 2.0, 300.0, 1e6])
@pytest.mark.parametrize("a", [1e-6, 0.2, 1.0, 1 + 1e-12, 3.0, 40.0])
def test_series_and_integral_give_the_same_expectation(a, t):
    r, alpha, b = (column.ravel() for column in np.meshgrid([0.05, 1.0, 30.0], [0.1, 50.0], [0.02, 1 - a % 1, 9, 200]))
    living = shared.LivingBG(r, alpha, a, b)
    np.testing.assert_allclose(living.expected(t), living.discounted(0.0, t), rtol=1e-11)
    assert t != 2 or living._series(t)[1].any()


@pytest.mark.parametrize(
    "params", [(0.3, 5, 0.8, 2.5, 0.003), (3, 40, 1, 9, 0.02), (25, 30, 0.05, 30, 1e-4), (9, 2, 30, 4, 1)]
)
def test_discounted_purchases(params):
    r, alpha, a, b, delta = params
    living = shared.LivingBG(np.array([float(r)]), np.array([float(alpha)]), float(a), np.array([float(b)]))
    assert living.discounted(delta)[0] == pytest.approx(float(discounted_beta_geometric(*params)), rel=1e-9)


@pytest.mark.parametrize("t", [0.5, 40.0])
def test_expected_pairs_are_those_of_the_distribution(t):
    living = shared.LivingBG(np.array([1.3]), np.array([9.0]), 0.7, np.array([2.0]))
    assert living.expected_pairs(t)[0] == pytest.approx(expected_pairs(lambda n: living.pmf(n, t)[0], 400), rel=1e-9)


@pytest.mark.parametrize("params", [(0.25, 0.6, 0.8, 2.4), (12, 30, 0.02, 0.4), (0.03, 2, 40, 9)])
def test_derivatives(params):
    rows = np.array([(0, 0, 1.2, 40), (0, 0, 0.7, 8), (1, 0.3, 1.2, 9), (2, 1.2, 1.2, 3), (41, 0.6, 0.7, 2)])
    cells = Cells(*rows.T)

    def exact(*theta):
        values = [mpmath.exp(t) for t in theta]
        return sum(n * beta_geometric(values, row, int(row[0]))[0] for *row, n in rows.tolist())

    assert_derivatives(shared.objective(cells, 0), exact, np.log(params))


@needs_shared
def test_reference_points():
    points = json.loads((SHARED / "btyd_points.json").read_text())["points"]["bgnbd"]
    for point in points:
        model = BGNBD.from_params(**{name: point[name] for name in ("r", "alpha", "a", "b")}, period="day")
        customer = {name: [point[name]] for name in ("x", "t_x", "T")}
        assert model.log_likelihood(customer)[0] == pytest.approx(point["loglik"], rel=1e-12)
        assert model.p_alive(customer)[0] == pytest.approx(point["p_alive"], rel=1e-10)
        assert model.predict(customer, horizon=point["horizon"])[0] == pytest.approx(point["cond_exp"], rel=1e-9)
        new = model.expected_purchases_new(horizon=point["horizon"])
        assert new == pytest.approx(point["uncond_exp"], rel=1e-9)


# --- what a user meets ------------------------------------------------------------------------------------------


def test_any_kind_of_table(make_table, fitted):
    cdnow = cdnow_repeats()
    model = BGNBD().fit(make_table({name: cdnow[name] for name in ("x", "t_x", "T")}))
    assert model.params_ == fitted.params_
    scored = model.score(make_table({"id": np.arange(5), **{k: v[:5] for k, v in cdnow.items()}}), horizon="39W")
    columns = as_columns(scored, sort="id")
    np.testing.assert_allclose(columns["expected_purchases"], fitted.predict(cdnow, horizon="39W")[:5], rtol=1e-12)
    np.testing.assert_allclose(columns["p_alive"], fitted.p_alive(cdnow)[:5], rtol=1e-12)
    np.testing.assert_allclose(columns["p_purchase"], fitted.p_purchase(cdnow, horizon="39W")[:5], rtol=1e-12)
    assert columns["id"] == [0, 1, 2, 3, 4]
    again = as_columns(model.score(scored, horizon="39W"), sort="id")
    assert list(again) == list(columns)
    assert again["p_alive"] == columns["p_alive"]


def test_data_without_dropout_are_an_nbd_and_the_verdict_says_so():
    # Each customer bought on the last day seen: no sign of anybody leaving.
    x = np.array([1, 2, 3, 4, 6, 9, 1, 2, 12, 5])
    model = BGNBD().fit({"x": x, "t_x": np.full(10, 99), "T": np.full(10, 100)})
    assert model.diagnosis_ == "boundary"
    assert model.diagnosis_.simpler.name == "the NBD, no dropout"
    assert "NBD" in model.diagnosis_.sentence
    assert "NBD" in model.diagnosis_.text("zh")
    assert np.isnan(model.standard_errors_["a"])
    nbd = NBD().fit({"x": x, "t_x": np.full(10, 99), "T": np.full(10, 100)})
    assert model.diagnosis_.simpler.log_likelihood == pytest.approx(nbd.log_likelihood_, abs=1e-9)
    assert model.diagnosis_.simpler.params == pytest.approx({"r": nbd.params_.r, "alpha": nbd.params_.alpha}, rel=1e-6)


def test_impossible_histories_are_shown():
    with pytest.raises(ColumnError, match=r"no column 'T'[\s\S]*summarize"):
        BGNBD().fit({"x": [2], "t_x": [30]})
    with pytest.raises(DataError, match=r"between 0 and T[\s\S]*t_x = 30.0; T = 20.0"):
        BGNBD().fit({"x": [2], "t_x": [30], "T": [20]})
    with pytest.raises(DataError, match=r"whole number[\s\S]*x = 1.5"):
        BGNBD().fit({"x": [1.5], "t_x": [3], "T": [20]})
    with pytest.raises(DataError, match=r"t_x is 0 exactly[\s\S]*x = 2"):
        BGNBD().fit({"x": [2], "t_x": [0], "T": [20]})
    with pytest.raises(DataError, match=r"x is 0 for all 2 customers"):
        BGNBD().fit({"x": [0, 0], "t_x": [0, 0], "T": [20, 30]})
    with pytest.raises(DataError, match=r"T is 0 for all"):
        BGNBD().fit({"x": [0], "t_x": [0], "T": [0]})
    with pytest.raises(DataError, match=r"negative counts: -1"):
        BGNBD().fit({"x": [1], "t_x": [5], "T": [9], "n": [-1]}, weight="n")


def test_arguments_that_make_no_sense():
    with pytest.raises(ArgumentError, match="period='fortnight'"):
        BGNBD(period="fortnight")
    with pytest.raises(ArgumentError, match="above 0"):
        PUBLISHED.discounted_purchases(FOUR, discount_rate=0)
    with pytest.raises(ArgumentError, match="whole numbers"):
        PUBLISHED.pmf(1.5, horizon="1Y")
    with pytest.raises(ArgumentError, match="parameters r, alpha, a, b"):
        BGNBD.from_params(r=1, alpha=2)
    with pytest.raises(ArgumentError, match="a=-1"):
        BGNBD.from_params(r=1, alpha=2, a=-1, b=1)
    with pytest.raises(NotFittedError, match=r"BGNBD\(\).fit\(customers\)"):
        BGNBD().predict(FOUR, horizon="1Y")
    with pytest.raises(NotFittedError, match="given parameters"):
        PUBLISHED.summary()
