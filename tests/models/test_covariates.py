"""Static covariates and one-time buyers: published fits, the plain models they become, derivatives, bad input."""

from pathlib import Path

import numpy as np
import pytest
from cdnow_repeats import cdnow_repeats
from scipy.special import gammaln, logit

from conftest import as_columns
from crmkit import clv
from crmkit.errors import ArgumentError, ColumnError, DataError
from crmkit.models._covariates import Covariates, Design, objective
from crmkit.models._repeats import Cells

SHARED = Path(__file__).parents[3] / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared reference data are not here")
BOTH = ["Gender", "Channel"]
KINDS = (clv.ParetoNBD, clv.BGNBD, clv.MBGNBD)


@pytest.fixture(scope="module")
def apparel():
    """Calibration over 104 weeks, in days, with purchases in the 207 weeks after."""
    pd = pytest.importorskip("pandas")
    log = pd.read_csv(SHARED / "clvtools_apparelTrans.csv", parse_dates=["Date"]).drop_duplicates(["Id", "Date"])
    end = pd.Timestamp("2006-12-31")
    each = log[log.Date <= end].groupby("Id").Date.agg(["min", "max", "size"])
    after = log[log.Date > end].groupby("Id").size()
    z = pd.read_csv(SHARED / "clvtools_apparelStaticCov.csv").set_index("Id")
    return pd.DataFrame({
        "x": each["size"] - 1,
        "t_x": (each["max"] - each["min"]).dt.days,
        "T": (end - each["min"]).dt.days,
        "future": after.reindex(each.index).fillna(0),
    }).join(z)  # fmt: skip


@needs_shared
def test_pareto_nbd_with_covariates_on_apparel(apparel):
    model = clv.ParetoNBD(period="week", covariates=BOTH).fit(apparel)
    assert model.log_likelihood_ == pytest.approx(-5821.0627, abs=5e-5)
    # The published estimates are where another optimiser stopped, 2e-5 below the top.
    p, c = model.params_, model.coefficients_
    assert (p.r, p.alpha, p.s, p.beta) == pytest.approx((1.83784, 92.9123, 0.591999, 49.6227), rel=3e-3)
    assert list(c["dropout"].values()) == pytest.approx([-0.642993, 0.790679], abs=2e-3)
    assert list(c["purchase"].values()) == pytest.approx([0.285874, 0.624124], abs=5e-4)
    assert model.log_likelihood(apparel).sum() == pytest.approx(model.log_likelihood_, rel=1e-12)
    error = model.predict(apparel, horizon="207W") - apparel.future
    assert float((error**2).mean() ** 0.5) <= 3.28


@needs_shared
def test_one_coefficient_for_both_rates(apparel):
    given = Covariates(purchase=BOTH, dropout=BOTH, same=["Gender"])
    model = clv.ParetoNBD(covariates=given).fit(apparel)
    assert model.log_likelihood_ == pytest.approx(-5826.5342, abs=5e-5)
    assert model.coefficients_["purchase"]["Gender"] == model.coefficients_["dropout"]["Gender"]
    assert model.n_parameters == 7
    names = list(model.summary()["name"])
    assert names[4:8] == ["purchase_Gender", "purchase_Channel", "dropout_Gender", "dropout_Channel"]


@needs_shared
def test_a_penalty_draws_effects_to_none_and_units_do_not_matter(apparel):
    free = clv.BGNBD(covariates=BOTH).fit(apparel)
    drawn = clv.BGNBD(covariates={"purchase": BOTH, "dropout": BOTH, "penalty": 50}).fit(apparel)
    gone = clv.BGNBD(covariates={"purchase": BOTH, "dropout": BOTH, "penalty": 1e9}).fit(apparel)
    plain = clv.BGNBD().fit(apparel)
    assert plain.log_likelihood_ < drawn.log_likelihood_ < free.log_likelihood_
    assert gone.log_likelihood_ == pytest.approx(plain.log_likelihood_, abs=1e-4)
    assert max(abs(one) for rate in gone.coefficients_.values() for one in rate.values()) < 1e-5
    moved = apparel.assign(Gender=2005 + 1000 * apparel.Gender)
    other = clv.BGNBD(covariates=BOTH).fit(moved)
    assert other.log_likelihood_ == pytest.approx(free.log_likelihood_, abs=1e-7)
    assert other.coefficients_["dropout"]["Gender"] == pytest.approx(
        free.coefficients_["dropout"]["Gender"] / 1000, rel=1e-4
    )
    np.testing.assert_allclose(other.predict(moved, horizon=90), free.predict(apparel, horizon=90), rtol=1e-5)


@needs_shared
@pytest.mark.parametrize("kind", KINDS)
def test_forecasts_are_those_of_a_plain_model_with_the_customers_own_parameters(kind, apparel, make_table):
    few = apparel.iloc[:60]
    model = kind(period="week", covariates=BOTH).fit(apparel)
    p, c = model.params_, model.coefficients_
    predicted = model.predict(few, horizon="52W")
    scored = as_columns(
        model.score(make_table(few.to_dict("list")), horizon="52W", discount_rate=0.1), sort=["t_x", "T"]
    )
    for z in ((0, 0), (1, 1)):
        rows = ((few.Gender == z[0]) & (few.Channel == z[1])).to_numpy()
        values = {name: getattr(p, name) for name in p.__dataclass_fields__}
        for rate, (name, sign) in kind._moved.items():
            values[name] *= np.exp(sign * sum(one * by for one, by in zip(c[rate].values(), z, strict=True)))
        own = kind.from_params(period="week", **values)
        np.testing.assert_allclose(predicted[rows], own.predict(few[rows], horizon="52W"), rtol=1e-11)
        np.testing.assert_allclose(model.p_alive(few[rows]), own.p_alive(few[rows]), rtol=1e-11)
        for method in ("log_likelihood", "p_purchase", "discounted_purchases"):
            option = {"p_purchase": {"horizon": 99}, "discounted_purchases": {"discount_rate": 0.1}}.get(method, {})
            got, want = (getattr(one, method)(few[rows], **option) for one in (model, own))
            np.testing.assert_allclose(got, want, rtol=1e-10)
        counts = [one.pmf([0, 2], horizon=300, customers=few[rows]) for one in (model, own)]
        np.testing.assert_allclose(*counts, rtol=1e-10)
    valued = clv.lifetime_value(few, purchases=model, spend=25.0, horizon="52W", discount_rate=0.0)
    np.testing.assert_allclose(valued["residual_clv"], 25 * predicted, rtol=1e-11)
    assert sum(scored["expected_purchases"]) == pytest.approx(predicted.sum(), rel=1e-12)


@pytest.mark.parametrize("kind", [clv.NBD, *KINDS])
def test_without_effects_it_is_the_plain_likelihood_with_its_derivatives(kind):
    data = {name: np.asarray(values, float) for name, values in cdnow_repeats().items()}
    rng = np.random.default_rng(5)
    rows = rng.choice(data["x"].size, 300, replace=False)
    cells = Cells(*(data[name][rows] for name in ("x", "t_x", "T")), np.ones(300), 200.0, z=(rng.normal(size=300),))
    model = kind()
    names = list(kind.Params.__dataclass_fields__)
    theta = np.log([0.6, 0.4, 0.7, 1.6][: len(names)])
    moved = {rate: (names.index(name), sign) for rate, (name, sign) in kind._moved.items()}
    given = Covariates(purchase=["z"], dropout=["z"] if len(names) > 2 else [])
    design = Design.of(given, cells, len(names), moved, one_time=True)
    extended = objective(model._row_terms, cells, design, 0.7)
    k, phi = len(names), np.concatenate([theta, np.zeros(design.n_free), [-40.0]])
    plain = model._objective(cells)(theta)
    got = extended(phi)
    assert got[0] == pytest.approx(plain[0], rel=1e-12)
    np.testing.assert_allclose(got[1][:k], plain[1], rtol=1e-9, atol=1e-8)
    np.testing.assert_allclose(got[2][:k, :k], plain[2], rtol=1e-9, atol=1e-8)
    # Elsewhere, against differences.
    phi[k:] = [0.3, -0.2, -1.0][-(phi.size - k) :]
    got, step = extended(phi), 1e-5
    for i in range(phi.size):
        away = step * np.eye(phi.size)[i]
        up, down = extended(phi + away), extended(phi - away)
        assert got[1][i] == pytest.approx((up[0] - down[0]) / (2 * step), rel=1e-6, abs=1e-4)
        np.testing.assert_allclose(got[2][i], (up[1] - down[1]) / (2 * step), rtol=1e-5, atol=1e-3)


def test_stored_and_read_again_and_drawn(make_table):
    data = dict(cdnow_repeats())
    data["z"] = np.arange(len(data["x"])) % 3
    model = clv.MBGNBD(covariates={"purchase": ["z"], "dropout": []}, one_time=True).fit(make_table(data))
    again = clv.load(model.to_json())
    np.testing.assert_array_equal(again.predict(data, horizon="9W"), model.predict(data, horizon="9W"))
    for mine, stored in zip(*(as_columns(one.summary()).values() for one in (model, again)), strict=True):
        assert [str(value) for value in mine] == [str(value) for value in stored]
    low, high = model.total_interval(data, horizon="39W", draws=50)
    assert low < model.predict(data, horizon="39W").sum() < high


def test_effects_and_shares_are_drawn_with_the_parameters():
    """Each where the model has nothing else beside its parameters; effects spread as the summary says."""
    data = dict(cdnow_repeats())
    data["z"] = np.arange(len(data["x"])) % 3
    effects = clv.MBGNBD(covariates={"purchase": ["z"], "dropout": []}).fit(data)
    said = as_columns(effects.summary())
    error = said["standard_error"][said["name"].index("purchase_z")]
    drawn = [one.coefficients["purchase"][0] for one in effects.parameter_draws(400, np.random.default_rng(1))]
    assert np.std(drawn) == pytest.approx(error, rel=0.2)
    shares = clv.MBGNBD(one_time=True).fit(data)
    drawn = [one.one_time_share for one in shares.parameter_draws(400, np.random.default_rng(1))]
    assert 0 < np.std(drawn) < 0.1
    check_interval(effects, "r", np.log, lambda value: 1 / value)
    check_interval(effects, "purchase_z", float, lambda _: 1.0)


def check_interval(model, name, scale, slope):
    """Symmetric in its own scale: a parameter in logarithms, an effect as it is, a share in log odds."""
    said = as_columns(model.summary())
    estimate, error, low, high = (
        said[column][said["name"].index(name)] for column in ("estimate", "standard_error", "low", "high")
    )
    half = 1.959963984540054 * error * slope(estimate)
    assert (scale(low), scale(high)) == pytest.approx((scale(estimate) - half, scale(estimate) + half), rel=1e-9)


def test_bad_input_is_named():
    data = {"x": [0, 3, 1], "t_x": [0, 20, 9], "T": [30, 30, 30], "z": [1, 1, 1]}
    with pytest.raises(DataError, match="'z'"):
        clv.BGNBD(covariates=["z"]).fit(data)
    with pytest.raises(ColumnError, match="'age'"):
        clv.BGNBD(covariates=["age"]).fit(data)
    with pytest.raises(ArgumentError, match="NBD has no rate of dropout"):
        clv.NBD(covariates=["z"])
    with pytest.raises(ArgumentError, match="covariates='z' are no columns"):
        clv.BGNBD(covariates="z")
    with pytest.raises(ArgumentError, match="moves only one rate"):
        clv.BGNBD(covariates={"purchase": ["z"], "same": ["z"]})
    model = clv.BGNBD(covariates=["z"]).fit({**data, "z": [0, 1, 1]})
    with pytest.raises(ArgumentError, match="a customer acquired today has covariates too"):
        model.expected_purchases_new(horizon=30)
    assert model.predict({"x": [0], "t_x": [0], "T": [0], "z": [1]}, horizon=30)[0] > 0


# --- one-time buyers ------------------------------------------------------------------------------------------------

# Customers who bought 0, 1, 2 ... times.
_SEEN = [350, 437, 118, 84, 69, 55, 37, 22, 18, 17, 23, 10, 24, 14, 14, 8, 6, 9, 6, 3, 6, 3, 1, 4, 8, 4, 1, 2, 1, 1, 1]
TEN_REN = np.array([*_SEEN, 1, 3, 2, 0, 1, 1, 0, 0, 1, 1], float)


def tea(times=1.0):
    x = np.arange(TEN_REN.size)
    return {"x": x, "t_x": np.where(x > 0, 0.5 * times, 0), "T": np.full(x.size, times), "n": TEN_REN}


def test_nbd_otb_on_ten_ren_tea():
    model = clv.NBDOTB(period="day").fit(tea(), weight="n")
    p = model.params_
    assert (model.once_, model.n_customers_) == (1, TEN_REN.sum())
    assert (p.r, p.alpha, p.omega) == pytest.approx((0.507175, 0.122432, 0.202823), abs=5e-7)
    counts = np.arange(TEN_REN.size)
    assert TEN_REN @ np.log(model.pmf(counts, horizon=1)) == pytest.approx(-3077.6850, abs=5e-5)
    # Log-likelihoods of this family leave x! out: a constant of the data.
    without = TEN_REN @ gammaln(counts + 1.0)
    assert model.log_likelihood_ == pytest.approx(-3077.6850 + without, abs=1e-4)
    plain = clv.NBD(period="day").fit(tea(), weight="n")
    assert TEN_REN @ np.log(plain.pmf(counts, horizon=1)) == pytest.approx(-3194.0455, abs=5e-5)
    assert model.likelihood_ratio(plain).p_value < 1e-40
    assert model.cdf(counts, horizon=1)[-1] == pytest.approx(model.pmf(counts, horizon=1).sum(), rel=1e-12)
    # The unit of time does not matter.
    weeks = clv.NBDOTB(period="week").fit(tea(7.0), weight="n")
    assert weeks.params_.alpha == pytest.approx(p.alpha, rel=1e-7)
    assert weeks.log_likelihood_ == pytest.approx(model.log_likelihood_, rel=1e-12)


def test_one_time_buyers_are_not_expected_back():
    model = clv.NBDOTB.from_params(r=0.5, alpha=0.12, omega=0.2, period="day")
    some = {"x": [0, 1, 2], "t_x": [0, 0.5, 0.5], "T": [1, 1, 1]}
    never = 0.2 / (0.2 + 0.8 * float(clv.NBD.from_params(r=0.5, alpha=0.12, period="day").pmf(1, horizon=1)))
    np.testing.assert_allclose(model.p_alive(some), [1, 1 - never, 1], rtol=1e-12)
    want = [0.5 / 1.12, (1 - never) * 1.5 / 1.12, 2.5 / 1.12]
    np.testing.assert_allclose(model.predict(some, horizon=1), want, rtol=1e-12)
    # Of customers who are known, a cdf adds up the pmf, without another share of one-time buyers.
    counts = np.arange(6)
    known, added = (getattr(model, law)(counts, horizon=1, customers=some) for law in ("cdf", "pmf"))
    np.testing.assert_allclose(known, np.cumsum(added, axis=-1), rtol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_a_share_of_one_time_buyers_is_found(kind):
    values = {"r": 1.5, "alpha": 20.0} | ({"s": 0.6, "beta": 90.0} if kind is clv.ParetoNBD else {"a": 0.5, "b": 3.0})
    drawn = kind.from_params(period="day", **values).simulate(np.full(5_000, 200.0), seed=3)
    once = np.random.default_rng(1).random(5_000) < 0.3
    data = {"x": np.where(once, 0, drawn["x"]), "t_x": np.where(once, 0, drawn["t_x"]), "T": drawn["T"]}
    model = kind(period="day", one_time=True).fit(data)
    error = model.standard_errors_["one_time_share"]
    assert abs(model.one_time_share_ - 0.3) < 3 * error < 0.3
    check_interval(model, "one_time_share", logit, lambda share: 1 / (share * (1 - share)))
    drawn = [one.one_time_share for one in model.parameter_draws(1000, np.random.default_rng(1))]
    assert np.std(drawn) == pytest.approx(error, rel=0.1)
    assert model.log_likelihood_ >= kind(period="day").fit(data).log_likelihood_
    assert model.log_likelihood(data).sum() == pytest.approx(model.log_likelihood_, rel=1e-10)
    alive = model.p_alive(data)
    assert alive[data["x"] > 5].mean() > alive[data["x"] == 0].mean()


def test_where_nobody_buys_once_the_plain_model_is_named():
    drawn = clv.BGNBD.from_params(r=2.0, alpha=10.0, a=0.5, b=3.0, period="day").simulate(np.full(2000, 90.0), seed=1)
    model = clv.BGNBD(period="day", one_time=True).fit(drawn)
    assert model.diagnosis_ == "boundary"
    assert "no one-time buyers" in model.diagnosis_.sentence
    assert model.diagnosis_.simpler.log_likelihood == pytest.approx(clv.BGNBD(period="day").fit(drawn).log_likelihood_)
