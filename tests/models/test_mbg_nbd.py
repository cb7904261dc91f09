"""MBG/NBD against Batislam and others (2007), figures recomputed on CDNOW, and mpmath at 50 digits."""

import json
from pathlib import Path

import mpmath
import numpy as np
import pytest
from cdnow_repeats import FOUR, RATE_0027, cdnow_repeats
from exact_derivatives import assert_derivatives
from exact_purchases import DIGITS, beta_geometric, expected_beta_geometric, many

from crmkit.models import _beta_geometric as shared
from crmkit.models._repeats import Cells
from crmkit.models.mbg_nbd import MBGNBD
from crmkit.models.nbd import objective_with_leavers

PUBLISHED = MBGNBD.from_params(r=0.525, alpha=6.183, a=0.891, b=1.614, period="week")
SHARED = Path(__file__).parents[3] / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared reference data are not here")


@pytest.fixture(scope="module")
def fitted():
    return MBGNBD(period="week").fit(cdnow_repeats())


def test_the_fit_reproduces_the_figures(fitted):
    p = fitted.params_
    assert (p.r, p.alpha, p.a, p.b) == pytest.approx((0.524843, 6.183086, 0.891359, 1.614002), rel=1e-5)
    assert fitted.log_likelihood_ == pytest.approx(-9582.1357, abs=1e-4)
    errors = list(fitted.standard_errors_.values())
    assert errors == pytest.approx([0.08327, 0.69561, 0.15478, 0.53747], rel=1e-3)
    assert fitted.diagnosis_ == "optimum"


def test_worked_examples():
    want = [-0.53983746, -4.78059078, -9.48555131, -38.32205643]
    np.testing.assert_allclose(PUBLISHED.log_likelihood(FOUR), want, atol=6e-9)
    np.testing.assert_allclose(PUBLISHED.p_alive(FOUR), [0.38973508, 0.32863741, 0.70620227, 0.96549805], atol=6e-9)
    want = [0.15401275, 0.43656412, 1.26296062, 19.44935103]
    np.testing.assert_allclose(PUBLISHED.predict(FOUR, horizon="39W"), want, atol=6e-9)
    want = [0.722836, 1.691131, 4.913027, 61.411387]
    np.testing.assert_allclose(PUBLISHED.discounted_purchases(FOUR, discount_rate=RATE_0027), want, atol=6e-7)


def test_holdout_total_and_new_customer(fitted):
    assert fitted.predict(cdnow_repeats(), horizon="39W").sum() == pytest.approx(1576.73, abs=0.005)
    assert fitted.expected_purchases_new(horizon="52W") == pytest.approx(1.418885, abs=5e-6)


@pytest.mark.parametrize(("params", "history", "horizon"), list(many(12, 40)))
def test_likelihood_p_alive_and_expectation(params, history, horizon):
    model = MBGNBD.from_params(**dict(zip(("r", "alpha", "a", "b"), params, strict=True)), period="day")
    customer = dict(zip(("x", "t_x", "T"), ([value] for value in history), strict=True))
    x, _, T = history
    with mpmath.workdps(DIGITS):
        log_likelihood, alive = beta_geometric(params, history, x + 1)
        r, alpha, a, b = params
        want = alive * expected_beta_geometric(r + x, alpha + mpmath.mpf(T), a, b + mpmath.mpf(x + 1), horizon)
    assert model.log_likelihood(customer)[0] == pytest.approx(float(log_likelihood), rel=1e-10, abs=1e-14)
    assert model.p_alive(customer)[0] == pytest.approx(float(alive), rel=1e-10, abs=1e-300)
    assert model.predict(customer, horizon=horizon)[0] == pytest.approx(float(want), rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("params", [(0.25, 0.6, 0.8, 2.4), (12, 30, 0.02, 0.4), (0.03, 2, 40, 9)])
def test_derivatives(params):
    rows = np.array([(0, 0, 1.2, 40), (0, 0, 0.7, 8), (1, 0.3, 1.2, 9), (2, 1.2, 1.2, 3), (41, 0.6, 0.7, 2)])

    def exact(*theta):
        values = [mpmath.exp(t) for t in theta]
        return sum(n * beta_geometric(values, row, int(row[0]) + 1)[0] for *row, n in rows.tolist())

    assert_derivatives(shared.objective(Cells(*rows.T), 1), exact, np.log(params))


def test_derivatives_of_the_zero_inflated_limit():
    rows = np.array([(0, 0, 1.2, 40), (0, 0, 0.7, 8), (1, 0.3, 1.2, 9), (2, 1.2, 1.2, 3), (41, 0.6, 0.7, 2)])

    def exact(log_r, log_alpha, logit):
        r, alpha, share = mpmath.exp(log_r), mpmath.exp(log_alpha), 1 / (1 + mpmath.exp(-logit))
        total = 0
        for x, _, T, n in rows.tolist():
            buys = mpmath.rf(r, x) * (alpha / (alpha + T)) ** r * (alpha + T) ** -x
            total += n * mpmath.log((share if x == 0 else 0) + (1 - share) * buys)
        return total

    assert_derivatives(objective_with_leavers(Cells(*rows.T)), exact, [-0.5, 0.2, -1.1])


def test_leavers_at_once_are_found_and_named():
    rng = np.random.default_rng(2)
    rate = rng.gamma(2, 0.02, size=2000) * (rng.random(2000) > 0.4)
    x = rng.poisson(200 * rate)
    # The last of x uniform purchase times.
    t_x = np.where(x > 0, 200 * rng.random(2000) ** (1 / np.maximum(x, 1)), 0)
    model = MBGNBD().fit({"x": x, "t_x": t_x, "T": np.full(2000, 200.0)})
    assert model.diagnosis_ == "boundary"
    assert "zero-inflated" in model.diagnosis_.simpler.name
    assert model.diagnosis_.simpler.params["share"] == pytest.approx(0.4, abs=0.05)
    assert model.diagnosis_.simpler.params["r"] == pytest.approx(2, rel=0.2)


@needs_shared
def test_reference_points():
    points = json.loads((SHARED / "btyd_points.json").read_text())["points"]["mbgnbd"]
    for point in points:
        model = MBGNBD.from_params(**{name: point[name] for name in ("r", "alpha", "a", "b")}, period="day")
        customer = {name: [point[name]] for name in ("x", "t_x", "T")}
        assert model.log_likelihood(customer)[0] == pytest.approx(point["loglik"], rel=1e-12)
        assert model.p_alive(customer)[0] == pytest.approx(point["p_alive"], rel=1e-10)
        assert model.predict(customer, horizon=point["horizon"])[0] == pytest.approx(point["cond_exp"], rel=1e-9)
        new = model.expected_purchases_new(horizon=point["horizon"])
        assert new == pytest.approx(point["uncond_exp"], rel=1e-9)
