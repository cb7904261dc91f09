"""Draws of parameters that the data leave open: totals of few customers, edges, and what stays as it was."""

import numpy as np
import pytest
from cdnow_repeats import cdnow_repeats

from crmkit import clv


def test_well_determined_parameters_are_drawn_from_the_normal_distribution():
    model = clv.BGNBD().fit(cdnow_repeats())
    drawn = np.array([[p.r, p.alpha] for p in model.parameter_draws(4000, np.random.default_rng(0))])
    want = np.array([model.standard_errors_[name] for name in ("r", "alpha")]) / [model.params_.r, model.params_.alpha]
    np.testing.assert_allclose(np.log(drawn).std(axis=0), want, rtol=0.05)


def test_the_posterior_of_a_gamma_rate_is_the_one_of_the_textbook():
    """Everybody at one rate: with the NBD the mean rate given the data is known, Gamma(purchases, time)."""
    x = np.random.default_rng(2).poisson(3.0, size=80)
    data = {"x": x, "t_x": np.where(x > 0, 50.0, 0), "T": np.full(80, 90.0)}
    model = clv.NBD(period="day").fit(data)
    assert model.diagnosis_ == "boundary"
    rates = np.array([p.r / p.alpha for p in model.parameter_draws(2000, np.random.default_rng(1))])
    total, time = x.sum(), 80 * 90.0
    assert rates.mean() == pytest.approx(total / time, rel=0.02)
    assert rates.std() == pytest.approx(np.sqrt(total) / time, rel=0.2)


@pytest.mark.slow  # a hundred fits and posteriors
@pytest.mark.parametrize(("kind", "values"), [
    (clv.ParetoNBD, {"r": 0.55, "alpha": 10.6, "s": 0.61, "beta": 11.7}),
    (clv.BGNBD, {"r": 0.243, "alpha": 4.41, "a": 0.793, "b": 2.43}),
])  # fmt: skip
def test_totals_of_a_hundred_customers_cover(kind, values):
    hits = 0
    for seed in range(50):
        ages = np.random.default_rng(seed).integers(182, 364, 100).astype(float)
        drawn = kind.from_params(period="week", **values).simulate(ages, horizon=182, seed=seed)
        low, high = kind().fit(drawn).total_interval(drawn, horizon=182, seed=seed)
        hits += low <= drawn["future"].sum() <= high
    assert hits >= 41  # of 50 at 90 %: fewer happen once in 40 times


def test_a_model_that_was_stored_has_no_data_to_look_up():
    x = np.array([0, 0, 1, 0, 2, 1])
    model = clv.ParetoNBD().fit({"x": x, "t_x": x * 9, "T": np.full(6, 50)})
    again = clv.load(model.to_json())
    stays = {p.s for p in again.parameter_draws(20, np.random.default_rng(0))}
    moves = {p.s for p in model.parameter_draws(20, np.random.default_rng(0))}
    assert len(moves) > 10 > len(stays)
