"""The optimiser on surfaces with known tops, and the frame of the models: summary, JSON, robustness."""

import json
import warnings
from dataclasses import replace

import numpy as np
import pytest
from cdnow_repeats import cdnow_repeats
from nasty_sets import by_lbfgsb, nasty_sets, reached, untrue

from crmkit.errors import ArgumentError
from crmkit.models._base import load
from crmkit.models._fit import BOX, covariance, flat_directions, maximise
from crmkit.models._repeats import distinct, read_cells
from crmkit.models.bg_nbd import BGNBD
from crmkit.models.mbg_nbd import MBGNBD
from crmkit.models.nbd import NBD
from crmkit.models.pareto_nbd import ParetoNBD

MODELS = (NBD, BGNBD, MBGNBD, ParetoNBD)


# --- the optimiser ---------------------------------------------------------------------------------------------


def banana(theta):
    """Minus Rosenbrock's function; its top is (1, 1)."""
    a, b = theta
    value = -(100 * (b - a * a) ** 2 + (1 - a) ** 2)
    gradient = -np.array([-400 * a * (b - a * a) - 2 * (1 - a), 200 * (b - a * a)])
    return value, gradient, -np.array([[1200 * a * a - 400 * b + 2, -400 * a], [-400 * a, 200.0]])


def test_a_curved_ridge_is_followed_to_its_top():
    best = maximise(banana, [[-1.2, 1], [3, 3]])
    np.testing.assert_allclose(best.theta, [1, 1], atol=1e-9)
    assert not best.at_bound.any()
    assert best.newton_decrement < 1e-12


def test_a_top_outside_the_box_ends_on_its_edge():
    best = maximise(banana, [[-1.2, 1]], upper=[0.5, 5])
    np.testing.assert_allclose(best.theta, [0.5, 0.25], atol=1e-9)
    assert best.at_bound.tolist() == [True, False]
    assert np.isnan(covariance(best)[0]).all()
    assert covariance(best)[1, 1] == pytest.approx(1 / 200)


def test_a_plateau_ends_the_climb_and_is_seen_as_flat():
    def plateau(theta):
        fall = np.exp(-theta[0])
        return -fall - theta[1] ** 2, np.array([fall, -2 * theta[1]]), np.diag([-fall, -2])

    best = maximise(plateau, [[0, 1]])
    assert best.log_likelihood == pytest.approx(0, abs=1e-5)
    inner = maximise(plateau, [[0, 1]], upper=[100, 100])
    np.testing.assert_allclose(np.abs(flat_directions(inner)), [[1], [0]], atol=1e-6)
    assert np.isnan(covariance(inner)[0, 0])
    assert covariance(inner)[1, 1] == pytest.approx(0.5)


def test_the_higher_of_two_tops_wins_whatever_the_order_of_starts():
    def camel(theta):
        t = theta[0]
        one, two = np.exp(-((t - 2) ** 2)), 2 * np.exp(-((t + 2) ** 2))
        slope = -2 * (t - 2) * one - 2 * (t + 2) * two
        bend = (4 * (t - 2) ** 2 - 2) * one + (4 * (t + 2) ** 2 - 2) * two
        return one + two, np.array([slope]), np.array([[bend]])

    for starts in ([[3.0], [-3.0]], [[-3.0], [3.0]]):
        assert maximise(camel, starts).theta[0] == pytest.approx(-2, abs=1e-3)


def test_a_start_outside_the_box_or_at_a_saddle_still_climbs():
    def saddle(theta):
        a, b = theta
        value = -(a**4) / 4 + a * a / 2 + 1e-3 * a - b * b
        return value, np.array([-(a**3) + a + 1e-3, -2 * b]), np.diag([1 - 3 * a * a, -2])

    assert maximise(saddle, [[0, 0]]).theta[0] == pytest.approx(1, abs=1e-3)
    assert maximise(saddle, [[50, -50]]).theta[0] == pytest.approx(1, abs=1e-3)


# --- cells -----------------------------------------------------------------------------------------------------


def test_distinct_rows_and_their_places():
    rng = np.random.default_rng(0)
    one, two, three = rng.integers(0, 4, 300).astype(float), rng.random(300).round(1), rng.integers(0, 2, 300) * 1e9
    columns, place = distinct(one, two, three)
    np.testing.assert_array_equal(np.stack(columns)[:, place], np.stack([one, two, three]))
    assert columns[0].size == len(set(zip(one.tolist(), two.tolist(), three.tolist(), strict=True)))
    assert (np.lexsort(columns[::-1]) == np.arange(columns[0].size)).all()
    # Few whole numbers are told apart without sorting; the answer is the same.
    columns, place = distinct(one, three / 1e9)
    np.testing.assert_array_equal(np.stack(columns)[:, place], np.stack([one, three / 1e9]))
    np.testing.assert_array_equal(columns, np.unique(np.stack([one, three / 1e9]), axis=1))
    columns, place = distinct(np.zeros(0), np.zeros(0))
    assert columns[0].size == place.size == 0


def test_cells_are_the_same_whoever_counts_them(make_table):
    data = {name: cdnow_repeats()[name] for name in ("x", "t_x", "T")}
    want = read_cells(data)
    many = {**{name: getattr(want, name) for name in ("x", "t_x", "T")}, "customers": want.n}
    for got in (read_cells(make_table(data)), read_cells(make_table(many), weight="customers")):
        for name in ("x", "t_x", "T", "n"):
            np.testing.assert_array_equal(getattr(got, name), getattr(want, name))


def test_cells_of_cdnow():
    cells = read_cells(cdnow_repeats())
    assert cells.x.size == 1016
    assert cells.n.sum() == 2357
    assert cells.n @ cells.x == 2457
    assert cells.n[cells.x == 0].sum() == 1411


# --- the frame -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", MODELS)
def test_summary_is_a_table_with_intervals_and_criteria(kind):
    model = kind().fit(cdnow_repeats())
    table = model.summary()
    k = len(model.standard_errors_)
    assert table["name"].tolist()[k:] == ["log_likelihood", "aic", "bic", "customers"]
    assert table["estimate"].tolist()[k:] == [model.log_likelihood_, model.aic_, model.bic_, 2357]
    assert (table["low"][:k] < table["estimate"][:k]).all()
    assert (table["estimate"][:k] < table["high"][:k]).all()


@pytest.mark.parametrize("kind", MODELS)
def test_json_round_trip(kind):
    model = kind(period="month").fit(cdnow_repeats())
    text = model.to_json()
    again = load(text)
    assert type(again) is kind
    assert again.period == "month"
    assert again.params_ == model.params_
    assert again.diagnosis_ == model.diagnosis_
    assert again.diagnosis_.sentence == model.diagnosis_.sentence
    np.testing.assert_array_equal(again.covariance_, model.covariance_)
    assert again.to_json() == text
    assert len(text) < 1200
    given = kind.from_params(**dict.fromkeys(model.standard_errors_, 1.5))
    assert load(given.to_json()).params_ == given.params_


def test_a_boundary_survives_storage():
    x = np.array([1, 2, 3, 4, 6, 9, 1, 2, 12, 5])
    model = BGNBD().fit({"x": x, "t_x": np.full(10, 99), "T": np.full(10, 100)})
    again = load(model.to_json())
    assert again.diagnosis_.simpler == model.diagnosis_.simpler
    assert np.isnan(again.covariance_).any()
    json.loads(model.to_json(), parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


def test_texts_that_are_no_models():
    with pytest.raises(ArgumentError, match="not a stored model"):
        load("{}")
    with pytest.raises(ArgumentError, match="not a stored model"):
        load("hello")
    with pytest.raises(ArgumentError, match="no model is called 'XYZ'"):
        load('{"model": "XYZ", "params": {}, "settings": {}}')


# --- nasty data ------------------------------------------------------------------------------------------------


def assert_robust(kind, i, data, climbs):
    """No exception and no warning; no other way to fit gets higher; forecasts finite; a truthful diagnosis."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = kind().fit(data)
        few = {name: values[:40] for name, values in data.items()}
        forecasts = [
            model.predict(few, horizon="1Y"),
            model.p_alive(few),
            model.p_purchase(few, horizon="1Y"),
            model.discounted_purchases(few, discount_rate=0.1),
        ]
        sentence = model.diagnosis_.sentence
    for values in forecasts:
        assert np.isfinite(values).all()
        assert (values >= 0).all()
    cells = read_cells(data)
    unit = float(cells.n @ cells.T / cells.n.sum())
    objective = model._objective(replace(cells, unit=unit))
    shift = float(cells.n @ cells.x) * np.log(7 / unit)
    rng = np.random.default_rng(i)
    k = len(model.standard_errors_)
    others = [maximise(objective, [rng.normal(0, 2.5, k)]).log_likelihood + shift for _ in range(climbs)]
    others += [by_lbfgsb(objective, rng.normal(0, 2, k)) + shift for _ in range(climbs)]
    # Beyond the box only a limit is higher, and then the diagnosis has named it.
    assert reached(model) >= max(others) - 1e-4
    assert sentence
    assert untrue(model, data) == ""


@pytest.mark.parametrize("kind", MODELS)
def test_nasty_data(kind):
    for _, i, data in nasty_sets(8):
        assert_robust(kind, i, data, climbs=1)


@pytest.mark.slow
@pytest.mark.parametrize("kind", MODELS)
def test_forty_nasty_data_sets(kind):
    # All two hundred, and `lifetimes` on them, are in benchmarks/robustness.py.
    for _, i, data in nasty_sets(40):
        assert_robust(kind, i, data, climbs=4)


# --- what a diagnosis says about known worlds ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", [BGNBD, MBGNBD, ParetoNBD])
@pytest.mark.parametrize(
    ("truth", "simpler"),
    [
        (NBD.from_params(r=0.6, alpha=8), "the NBD, no dropout"),
        (NBD.from_params(r=1e6, alpha=1e7), "one purchase rate for all customers and no dropout (Poisson)"),
        (ParetoNBD.from_params(r=0.55, alpha=10.5, s=0.6, beta=11.7), None),
        (BGNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426), None),
    ],
)
def test_known_worlds_are_recognised(kind, truth, simpler):
    drawn = truth.simulate(np.linspace(200, 500, 2000), seed=1)
    model = kind().fit({"x": drawn["x"], "t_x": np.ceil(drawn["t_x"]), "T": np.ceil(drawn["T"])})
    found = model.diagnosis_.simpler
    assert (found and found.name) == simpler


@pytest.mark.parametrize(
    ("truth", "words", "found"),
    [
        (BGNBD.from_params(r=1e6, alpha=1e7, a=1e5, b=9e5), "rate and the same chance", {"rate": 0.1, "p": 0.1}),
        (
            ParetoNBD.from_params(r=1e6, alpha=1e7, s=1e5, beta=4e6),
            "rate and the same dropout rate",
            {"rate": 0.1, "dropout_rate": 0.025},
        ),
    ],
)
def test_customers_who_are_all_alike_are_recognised(truth, words, found):
    drawn = truth.simulate(np.linspace(200, 500, 3000), seed=1)
    simpler = type(truth)().fit({name: drawn[name] for name in ("x", "t_x", "T")}).diagnosis_.simpler
    assert words in simpler.name
    assert simpler.params == pytest.approx(found, rel=0.1)


def test_the_box_is_a_factor_of_a_million():
    assert pytest.approx(np.exp(BOX)) == 1e6
