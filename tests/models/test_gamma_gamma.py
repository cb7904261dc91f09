"""Gamma-Gamma against Fader & Hardie's CDNOW figures, mpmath at 50 digits, its own laws, and bad input."""

import json
from dataclasses import astuple
from importlib.util import find_spec
from pathlib import Path

import mpmath
import numpy as np
import pandas as pd
import pytest
from exact_derivatives import assert_derivatives
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import crmkit as crm
from conftest import as_columns
from crmkit.errors import ArgumentError, ColumnError, DataError, NotFittedError
from crmkit.models._base import load
from crmkit.models._fit import maximise
from crmkit.models.gamma_gamma import (
    GammaGamma,
    GammaGammaParams,
    Independence,
    Spending,
    log_likelihood,
    mean_spend,
    quantile_spend,
)

PUBLISHED = GammaGammaParams(p=6.25, q=3.74, v=15.44)
RNG = np.random.default_rng(21)
SHARED = Path(__file__).parents[3] / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared reference data are not here")


def arrays(*values):
    return tuple(np.atleast_1d(np.asarray(value, dtype=float)) for value in values)


# --- the likelihood and what follows from it, as formulas -------------------------------------------------------


def exact_log_likelihood(p, q, v, x, m):
    lg, ln = mpmath.loggamma, mpmath.log
    return (
        lg(p * x + q)
        - lg(p * x)
        - lg(q)
        + q * ln(v)
        + (p * x - 1) * ln(m)
        + p * x * ln(x)
        - (p * x + q) * ln(m * x + v)
    )


def wide_points(n=60):
    for _ in range(n):
        p, q = 10.0 ** RNG.uniform(-2, np.log10(50), 2)
        v, x = 10.0 ** RNG.uniform(-3, 5), float(int(10.0 ** RNG.uniform(0, np.log10(5000))))
        m = v * 10.0 ** RNG.uniform(-3, 3)
        yield float(p), float(q), float(v), x, float(m)


@pytest.mark.parametrize("point", list(wide_points()))
def test_log_likelihood_over_a_wide_grid(point):
    p, q, v, x, m = point
    with mpmath.workdps(50):
        want = float(exact_log_likelihood(*(mpmath.mpf(value) for value in point)))
    got = log_likelihood(GammaGammaParams(p, q, v), *arrays(x, m))[0]
    assert abs(got - want) <= 1e-10 * max(1.0, abs(want))


@pytest.mark.parametrize("theta", [(0.4, 0.2, -0.5), (1.83, 1.32, -0.58), (-2.0, 3.0, 2.0), (4.0, 4.0, 4.0)])
def test_gradient_and_hessian_are_exact(theta):
    x, m = np.array([1.0, 1.0, 4.0, 30.0]), np.array([12.5, 40.0, 33.25, 18.1])
    weight = np.array([3.0, 1.0, 2.0, 5.0])
    spending = Spending.of(x, m, weight)

    def exact(a, b, c):
        p, q, v = mpmath.exp(a), mpmath.exp(b), mpmath.exp(c) * mpmath.mpf(spending.scale)
        return sum(
            w * exact_log_likelihood(p, q, v, mpmath.mpf(float(k)), mpmath.mpf(float(y)))
            for k, y, w in zip(x, m, weight.tolist(), strict=True)
        )

    assert_derivatives(spending, exact, theta)


def test_equal_totals_are_collected_once():
    spending = Spending.of(*arrays([3, 1, 2], [37 / 3, 37, 18.5], [1, 1, 1]))
    assert spending.total.size == 1
    assert spending.purchases.tolist() == [6]
    assert spending.n_total.tolist() == [3]


@pytest.mark.parametrize(("x", "m"), [(0, 0.0), (1, 50.0), (7, 12.0)])
def test_mean_and_quantile_integrate_the_posterior(x, m):
    p, q, v = PUBLISHED.p, PUBLISHED.q, PUBLISHED.v
    shape, rate = p * x + q, v + x * m

    def density(nu):
        return mpmath.exp(shape * mpmath.log(rate) + (shape - 1) * mpmath.log(nu) - rate * nu - mpmath.loggamma(shape))

    mean = mpmath.quad(lambda nu: p / nu * density(nu), [0, shape / rate, 10 * shape / rate, mpmath.inf])
    assert mean_spend(PUBLISHED, *arrays(x, m))[0] == pytest.approx(float(mean), rel=1e-9)
    for share in (0.05, 0.5, 0.9):
        spend = quantile_spend(PUBLISHED, *arrays(x, m), share)[0]
        below = 1 - mpmath.quad(density, [0, p / spend])
        assert float(below) == pytest.approx(share, rel=1e-9)


def test_where_the_mean_does_not_exist_it_is_infinite_and_never_negative():
    heavy = GammaGammaParams(p=6.0, q=0.9, v=15.0)
    assert mean_spend(heavy, *arrays([0, 1], [0, 20])).tolist() == [np.inf, pytest.approx(6 * 35 / 5.9)]
    assert mean_spend(GammaGammaParams(0.1, 0.5, 15.0), *arrays(2, 20))[0] == np.inf


def test_a_mean_does_not_exist_from_q_of_1_down():
    for q, said in ((1.0, True), (1.001, False)):
        remarks = GammaGamma.from_params(p=2.0, q=q, v=10.0).remarks("en")
        assert any("is not above 1: the mean spend of all customers does not exist" in one for one in remarks) == said


def test_spends_that_differ_by_rounding_only_tell_nothing():
    table = {"x": [2, 3, 1], "m_x": [30.0, 30.0 * (1 + 1e-12), 30.0]}
    with pytest.raises(DataError, match="30"):
        GammaGamma().fit(table)


@needs_shared
def test_reference_points():
    for point in json.loads((SHARED / "btyd_points.json").read_text())["points"]["gammagamma"]:
        params = GammaGammaParams(point["p"], point["q"], point["v"])
        x, m = arrays(point["x"], point["m"])
        assert log_likelihood(params, x, m)[0] == pytest.approx(point["loglik"], rel=1e-12)
        if point["cond_mean"] is not None:
            assert mean_spend(params, x, m)[0] == pytest.approx(point["cond_mean"], rel=1e-12)
        if point["pop_mean"] is not None:
            assert mean_spend(params, *arrays(0, 0))[0] == pytest.approx(point["pop_mean"], rel=1e-12)


# --- the published fit ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def repeat_buyers():
    """The sample's repeat buyers, weeks to 1997-09-30, from the file that ships with the package lifetimes."""
    spec = find_spec("lifetimes")
    if spec is None:
        pytest.skip("the package lifetimes, whose files are read here, is not installed")
    path = Path(next(iter(spec.submodule_search_locations))) / "datasets" / "CDNOW_sample.txt"
    orders = pd.read_csv(path, sep=r"\s+", names=["master", "id", "day", "cds", "spend"], dtype={"day": str})
    days = orders[orders["day"] <= "19970930"].groupby(["id", "day"])["spend"].sum().reset_index()
    days["rank"] = days.groupby("id").cumcount()
    repeat = days[days["rank"] > 0].groupby("id")["spend"].agg(x="size", m_x="mean")
    return repeat.reindex(sorted(orders["id"].unique()), fill_value=0).reset_index()


@pytest.fixture(scope="module")
def fitted(repeat_buyers):
    return GammaGamma().fit(repeat_buyers)


def test_fit_reproduces_the_published_cdnow_figures(fitted):
    assert astuple(fitted.params_) == pytest.approx((6.24957, 3.74422, 15.44352), rel=2e-6)
    assert fitted.log_likelihood_ == pytest.approx(-4055.9177, abs=1e-4)
    assert list(fitted.standard_errors_.values()) == pytest.approx([1.190, 0.290, 4.159], rel=1e-3)
    assert fitted.n_customers_ == 946
    assert fitted.diagnosis_ == "optimum"


def test_expected_spend_of_the_first_ten_customers(fitted, repeat_buyers):
    want = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]
    assert fitted.expected_spend(repeat_buyers)[:10] == pytest.approx(want, abs=5e-3)
    assert fitted.expected_spend_new() == pytest.approx(35.17, abs=5e-3)


def test_the_log_likelihoods_of_customers_add_up(fitted, repeat_buyers):
    each = fitted.log_likelihood(repeat_buyers)
    assert each.sum() == pytest.approx(fitted.log_likelihood_, rel=1e-12)
    assert (each[repeat_buyers["x"] == 0] == 0).all()


def test_independence_is_checked_and_said(fitted, repeat_buyers):
    bought = repeat_buyers[repeat_buyers["x"] > 0]
    found = fitted.independence_
    want = stats.pearsonr(bought["x"], bought["m_x"])
    interval = want.confidence_interval()
    assert (found.correlation, found.low, found.high) == pytest.approx((want.statistic, interval.low, interval.high))
    assert str(found).startswith("Frequency and mean spend of 946 customers correlate by 0.11")
    assert "相关系数为 0.11" in found.text("zh")
    assert fitted.remarks() == [str(found)]


@pytest.mark.parametrize(
    ("correlation", "said"),
    [
        (0.0999, "practically unrelated"),
        (0.1, "weakly related"),
        (-0.2999, "weakly related"),
        (-0.3, "related, against"),
    ],
)
def test_a_correlation_is_weak_from_a_tenth_on_and_against_the_model_from_three_tenths_on(correlation, said):
    assert f": {said}" in str(Independence(correlation, -1.0, 1.0, 100.0))


# --- laws of the fit --------------------------------------------------------------------------------------------


def simulated(n, p, q, v, mean_x=3.0, seed=1):
    rng = np.random.default_rng(seed)
    x = rng.poisson(mean_x, n)
    nu = rng.gamma(q, 1 / v, n)
    return pd.DataFrame({"x": x, "m_x": np.where(x > 0, rng.gamma(np.maximum(p * x, p)) / nu / np.maximum(x, 1), 0)})


def test_fit_finds_the_parameters_of_simulated_customers():
    model = GammaGamma().fit(simulated(100_000, 2.0, 4.0, 30.0))
    errors = list(model.standard_errors_.values())
    assert np.abs(np.subtract(astuple(model.params_), (2.0, 4.0, 30.0)) / errors).max() < 3


def test_the_unit_of_money_changes_v_only():
    customers = simulated(500, 6.0, 3.7, 15.0)
    cents = customers.assign(m_x=customers["m_x"] * 100)
    one, other = GammaGamma().fit(customers), GammaGamma().fit(cents)
    p, q, v = astuple(one.params_)
    assert astuple(other.params_) == pytest.approx((p, q, 100 * v), rel=1e-8)
    assert other.expected_spend(cents) == pytest.approx(100 * one.expected_spend(customers), rel=1e-8)
    assert other.log_likelihood_ == pytest.approx(one.log_likelihood_ - one.n_customers_ * np.log(100), rel=1e-10)


def test_weights_are_replication_and_order_does_not_matter():
    customers = simulated(300, 6.0, 3.7, 15.0)
    weights = np.random.default_rng(2).integers(1, 4, 300)
    cells = customers.assign(buyers=weights)
    copies = customers.loc[customers.index.repeat(weights)].sample(frac=1, random_state=3)
    one, other = GammaGamma().fit(cells, weight="buyers"), GammaGamma().fit(copies)
    assert astuple(one.params_) == pytest.approx(astuple(other.params_), rel=1e-9)
    assert one.log_likelihood_ == pytest.approx(other.log_likelihood_, rel=1e-12)
    assert one.independence_.correlation == pytest.approx(other.independence_.correlation)


@given(x=st.integers(0, 500), m=st.floats(0.01, 1e6), low=st.floats(0.01, 0.98))
@settings(deadline=None)
def test_forecasts_lie_between_the_customer_and_the_crowd(x, m, low):
    model = GammaGamma.from_params(p=6.25, q=3.74, v=15.44)
    crowd, customer = model.expected_spend_new(), {"x": [x], "m_x": [m]}
    assert min(m, crowd) * (1 - 1e-12) <= model.expected_spend(customer)[0] <= max(m, crowd) * (1 + 1e-12)
    below, above = (model.spend_quantile(customer, share)[0] for share in (low, low + 0.01))
    assert 0 < below < above


# --- diagnoses ---------------------------------------------------------------------------------------------------


def test_customers_with_one_mean_spend_are_called_so():
    x = np.repeat([1, 2, 3, 4], 40)
    share = np.tile((np.arange(40) + 0.5) / 40, 4)  # quantiles: the mean spend differs by chance alone
    model = GammaGamma().fit({"x": x, "m_x": stats.gamma.ppf(share, 3 * x, scale=10 / (3 * x))})
    assert model.diagnosis_ == "boundary"
    simpler = model.diagnosis_.simpler
    assert simpler.params["mean_spend"] == pytest.approx(10, rel=0.01)
    assert simpler.params["p"] == pytest.approx(3, rel=0.1)
    assert model.likelihood_ratio(simpler).p_value > 0.05


def test_customers_who_always_spend_the_same_are_called_so():
    model = GammaGamma().fit(simulated(300, 1e7, 4.0, 4e-5))
    assert model.diagnosis_ == "boundary"
    assert "always spends the same" in model.diagnosis_.sentence
    assert np.isnan(model.standard_errors_["p"])


def test_without_a_mean_the_median_is_offered():
    model = GammaGamma().fit(simulated(3000, 2.0, 0.7, 5.0))
    assert model.params_.q < 1
    assert model.expected_spend_new() == np.inf
    assert any("median_spend" in remark for remark in model.remarks())
    assert any("median_spend" in remark for remark in model.remarks("zh"))
    assert np.isfinite(model.median_spend({"x": [0], "m_x": [0]})).all()


@pytest.mark.parametrize("seed", range(20))
def test_thin_and_odd_data_end_in_a_verdict_not_in_an_exception(seed):
    rng = np.random.default_rng(seed)
    p, q, scale = 10.0 ** rng.uniform([-1, -0.3, -3], [3, 3, 6])
    customers = simulated(int(rng.integers(2, 60)) + 5, p, q, scale * q / p, seed=seed)
    model = GammaGamma().fit(customers)
    assert model.diagnosis_ in {"optimum", "boundary", "ridge"}
    assert np.isfinite(model.log_likelihood_)
    assert np.isfinite(model.median_spend(customers)).all()
    assert (model.expected_spend(customers) > 0).all()
    for start in rng.normal(0, 1.5, (3, 3)):
        used = customers[(customers["x"] > 0) & (customers["m_x"] > 0)]
        spending = Spending.of(*arrays(used["x"], used["m_x"], np.ones(len(used))))
        assert maximise(spending, [start]).log_likelihood <= model.log_likelihood_ + 1e-4


# --- tables, storage, bad input ---------------------------------------------------------------------------------


def test_score_keeps_the_table_and_its_order(fitted, repeat_buyers):
    customers = repeat_buyers.head(12).set_index("id")
    scored = fitted.score(customers)
    assert scored.index.tolist() == customers.index.tolist()
    assert scored["expected_spend"].tolist() == fitted.expected_spend(customers).tolist()
    assert scored["median_spend"].tolist() == fitted.median_spend(customers).tolist()


def test_fit_and_score_on_every_kind_of_table(make_table):
    columns = {name: values.tolist() for name, values in simulated(40, 6.0, 3.7, 15.0).items()}
    here, there = GammaGamma().fit(columns), GammaGamma().fit(make_table(columns))
    assert astuple(there.params_) == pytest.approx(astuple(here.params_), rel=1e-9)
    scored = as_columns(here.score(make_table(columns)), sort=["x", "m_x"])
    want = as_columns(here.score(pd.DataFrame(columns)), sort=["x", "m_x"])
    assert {name: pytest.approx(values, rel=1e-13) for name, values in want.items()} == scored


def test_a_stored_model_is_the_same_model(fitted):
    again = load(fitted.to_json())
    assert isinstance(again, GammaGamma)
    assert again.params_ == fitted.params_
    assert again.aic_ == fitted.aic_


def test_customers_without_a_positive_spend_are_left_out_and_counted():
    customers = simulated(200, 6.0, 3.7, 15.0)
    extra = pd.concat([customers, pd.DataFrame({"x": [2, 5], "m_x": [0.0, -3.5]})])
    one, other = GammaGamma().fit(customers), GammaGamma().fit(extra)
    assert astuple(other.params_) == pytest.approx(astuple(one.params_), rel=1e-9)
    assert other.n_left_out_ == 2
    assert other.remarks()[0].startswith("2 customers with repeat purchases")
    assert other.log_likelihood(extra)[-1] == -np.inf
    assert (other.expected_spend(extra)[-2:] > 0).all()


@pytest.mark.parametrize(
    ("customers", "error", "message"),
    [
        ({"x": [0, 0], "m_x": [0, 0]}, DataError, "no customer has repeat purchases"),
        ({"x": [2, 5], "m_x": [9.9, 9.9]}, DataError, r"same mean spend, 9\.9"),
        ({"x": [2, 1.5], "m_x": [1, 2]}, DataError, r"whole number[\s\S]*1\.5[\s\S]*summarize"),
        ({"x": [2, -1], "m_x": [1, 2]}, DataError, "whole number"),
        ({"x": [2]}, ColumnError, r"no column 'm_x'[\s\S]*summarize"),
        ({"x": [2, 3], "m_x": [1.0, None]}, ColumnError, "'m_x' is missing"),
    ],
)
def test_spend_that_cannot_be_is_shown(customers, error, message):
    with pytest.raises(error, match=message):
        GammaGamma().fit(customers)


def test_a_model_without_parameters_says_so():
    with pytest.raises(NotFittedError, match="fit"):
        GammaGamma().expected_spend({"x": [1], "m_x": [2]})
    with pytest.raises(ArgumentError, match="share=2"):
        GammaGamma.from_params(p=6.25, q=3.74, v=15.44).spend_quantile({"x": [1], "m_x": [2]}, 2)


@pytest.mark.parametrize(("n", "known"), [(9, False), (10, True)])
def test_how_alike_purchases_are_takes_ten_customers_of_several(n, known):
    amounts = np.random.default_rng(3).uniform(5, 50, 2 * n).round(2)
    sales = {"customer_id": np.repeat(np.arange(n), 2), "date": ["2025-01-05", "2025-02-05"] * n, "amount": amounts}
    alike = crm.clv.SpendMean().fit(crm.Transactions(sales)).alike_
    assert np.isfinite(alike) == known
    if known:
        pairs = np.log(amounts.reshape(-1, 2))
        assert -1 <= alike <= 1
        assert np.sign(alike) == np.sign(((pairs - pairs.mean()).prod(axis=1)).sum())
