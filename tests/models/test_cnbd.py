"""BG/CNBD-k and MBG/CNBD-k: the published fit on grocery data, brute force, what they are at k = 1, and laws."""

from pathlib import Path

import mpmath
import numpy as np
import pytest
from cdnow_repeats import cdnow_repeats
from exact_derivatives import assert_derivatives
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betaln, factorial, gammainc, hyp2f1

import crmkit as crm
from conftest import as_columns, examples
from crmkit import clv
from crmkit.errors import ArgumentError, ColumnError
from crmkit.models import _beta_geometric as shared
from crmkit.models._repeats import Cells

SHARED = Path(__file__).parents[3] / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared reference data are not here")
KINDS = (clv.BGCNBD, clv.MBGCNBD)


@pytest.fixture(scope="module")
def grocery():
    """Calibration to 2006-12-31 in days, with the sum of ln(gap), and purchases in the 52 weeks after."""
    pd = pytest.importorskip("pandas")
    log = pd.read_csv(SHARED / "btydplus_groceryElog.csv", parse_dates=["date"])
    end = pd.Timestamp("2006-12-31")
    past = log[log.date <= end].sort_values(["cust", "date"])
    past = past.assign(gap=past.groupby("cust").date.diff().dt.days)
    each = past.groupby("cust").agg(first=("date", "min"), last=("date", "max"), n=("date", "size"))
    after = log[(log.date > end) & (log.date <= end + pd.Timedelta(days=364))].groupby("cust").size()
    return pd.DataFrame({
        "x": each.n - 1,
        "t_x": (each["last"] - each["first"]).dt.days,
        "T": (end - each["first"]).dt.days,
        "log_gaps": np.log(past.gap).groupby(past.cust).sum(),
        "future": after.reindex(each.index).fillna(0),
    })  # fmt: skip


@needs_shared
def test_the_fit_and_the_forecast_on_grocery_data(grocery):
    model = clv.MBGCNBD(period="week").fit(grocery)
    p = model.params_
    assert (p.k, p.r, p.alpha, p.a, p.b) == pytest.approx((2, 1.3292, 2.8126, 0.4247, 0.7900), abs=5e-5)
    assert model.log_likelihood_ == pytest.approx(-14978.211, abs=5e-4)
    assert model.log_likelihood(grocery).sum() == pytest.approx(model.log_likelihood_, rel=1e-12)
    assert model.diagnosis_ == "optimum"
    assert max(model.k_log_likelihoods_, key=model.k_log_likelihoods_.get) == 2
    forecast = model.predict(grocery, horizon="52W")
    assert np.abs(forecast - grocery.future).mean() <= 1.42
    assert abs(forecast.sum() / grocery.future.sum() - 1) <= 0.13


@needs_shared
def test_without_the_gaps_k_is_judged_by_x_and_t_x_alone(grocery):
    seen = clv.MBGCNBD().fit(grocery[["x", "t_x", "T"]])
    assert seen.params_ == clv.MBGCNBD(k=2).fit(grocery).params_
    assert seen.log_likelihood_ > clv.MBGNBD().fit(grocery).log_likelihood_


@needs_shared
def test_the_summary_carries_the_gaps(grocery, make_table):
    log = pytest.importorskip("pandas").read_csv(SHARED / "btydplus_groceryElog.csv")
    log = log[log.cust <= 200]
    table = make_table({"customer_id": log.cust.to_list(), "date": log.date.to_list(), "amount": [1] * len(log)})
    summary = crm.summarize(crm.Transactions(table, as_of="2006-12-31"), log_gaps=True)
    columns = as_columns(summary)
    got = dict(zip(columns["customer_id"], columns["log_gaps"], strict=True))
    want = grocery.loc[grocery.index <= 200, "log_gaps"]
    np.testing.assert_allclose([got[one] for one in want.index], want, rtol=1e-12, atol=1e-12)


@needs_shared
def test_cells_give_the_same_fit(grocery, make_table):
    counted = grocery[grocery.x < 5].groupby(["x", "t_x", "T"], as_index=False).agg(
        n=("future", "size"), log_gaps=("log_gaps", "mean"))  # fmt: skip
    one_each = clv.BGCNBD(k=3).fit(grocery[grocery.x < 5])
    cells = clv.BGCNBD(k=3).fit(make_table(counted.to_dict("list")), weight="n")
    assert cells.log_likelihood_ == pytest.approx(one_each.log_likelihood_, rel=1e-12)
    assert cells.params_.alpha == pytest.approx(one_each.params_.alpha, rel=1e-6)
    assert cells.n_customers_ == one_each.n_customers_ == (grocery.x < 5).sum()


@pytest.mark.parametrize(("kind", "plain"), [(clv.BGCNBD, clv.BGNBD), (clv.MBGCNBD, clv.MBGNBD)])
def test_one_stage_is_the_nbd_family(kind, plain):
    customers = cdnow_repeats()
    one, simple = kind(k=1).fit(customers), plain().fit(customers)
    assert one.log_likelihood_ == pytest.approx(simple.log_likelihood_, rel=1e-13)
    assert one.n_parameters == simple.n_parameters
    p = simple.params_
    same = kind.from_params(k=1, r=p.r, alpha=p.alpha, a=p.a, b=p.b)
    for horizon in ("3W", "39W", "10Y"):
        np.testing.assert_allclose(
            same.predict(customers, horizon=horizon), simple.predict(customers, horizon=horizon), rtol=1e-9
        )
        chances = [model.pmf([0, 1, 7], horizon=horizon, customers=customers) for model in (same, simple)]
        np.testing.assert_allclose(*chances, rtol=1e-9, atol=1e-15)
    few = {name: values[:40] for name, values in customers.items()}
    for horizon in ("39W", "30Y", None):
        worth = [m.discounted_purchases(few, discount_rate=0.15, horizon=horizon) for m in (same, simple)]
        np.testing.assert_allclose(*worth, rtol=1e-9)


# --- brute force: the mean over the rate by a fine trapezoidal rule, the rest by scipy's special functions ---------


def brute(params, history, value):
    """Mean of value(rate, stages of the gap done) over the living, given the history."""
    k, r, alpha, _, _ = params
    x, t_x, T = history
    m = r + k * x
    y = np.log(m / (alpha + T)) + np.linspace(-60 / min(m, 1), 5, 40_001)
    rate = np.exp(y)
    hill = m * y - rate * (alpha + T)
    density = np.exp(hill - hill.max())
    stages = [density * (rate * (T - t_x)) ** j / factorial(j) for j in range(k)]
    return sum(w @ value(rate, j) for j, w in enumerate(stages)) / sum(w.sum() for w in stages)


POINTS = [
    ((2, 1.3, 2.8, 0.42, 0.79), (5, 20.0, 30.0), 13.0),
    ((3, 0.6, 5.0, 1.0, 2.0), (0, 0.0, 12.0), 40.0),
    ((5, 2.0, 1.5, 0.05, 0.1), (1, 9.0, 9.0), 6.0),
    ((12, 4.0, 3.0, 2.5, 7.0), (3, 6.0, 7.5), 20.0),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("params", "history", "t"), POINTS)
def test_expectation_and_counts_against_brute_force(kind, params, history, t):
    k, r, alpha, a, b = params
    b_now = b + history[0] + kind._first_chance
    more = []
    while not more or more[-1] > 1e-13:
        n = len(more)
        due = brute(params, history, lambda rate, j, n=n: gammainc(k * (n + 1) - j, rate * t))
        more.append(due * np.exp(betaln(a, b_now + n) - betaln(a, b_now)))
    model = kind.from_params(k=k, r=r, alpha=alpha, a=a, b=b, period="day")
    customer = {name: [value] for name, value in zip(("x", "t_x", "T"), history, strict=True)}
    alive = model.p_alive(customer)[0]
    assert model.predict(customer, horizon=t)[0] == pytest.approx(alive * sum(more), rel=1e-9)
    got = 1 - model.cdf(range(4), horizon=t, customers=customer)[0]
    np.testing.assert_allclose(got, alive * np.array(more[:4]), rtol=1e-9)
    chances, n = model.pmf(range(len(more) + 1), horizon=t, customers=customer)[0], np.arange(len(more) + 1)
    assert chances.sum() == pytest.approx(1, rel=1e-12)
    assert chances @ n == pytest.approx(alive * sum(more), rel=1e-9)
    living = model._outlook(model.params_, *(np.array([float(v)]) for v in history))[1]
    assert alive * living.expected_pairs(t)[0] == pytest.approx(chances @ (n * (n - 1)), rel=1e-9)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("params", "history", "t"), POINTS)
def test_likelihood_and_p_alive_against_brute_force(kind, params, history, t):
    k, r, alpha, a, b = params
    x, t_x, T = history
    with mpmath.workdps(25):
        chances = x + kind._first_chance

        def at(rate):
            prior = alpha**r * rate ** (r - 1) * mpmath.exp(-alpha * rate) / mpmath.gamma(r)
            bought = rate ** (k * x) * mpmath.exp(-rate * t_x)
            silent = sum((rate * (T - t_x)) ** j / mpmath.factorial(j) for j in range(k)) * mpmath.exp(
                -rate * (T - t_x)
            )
            return prior * bought * mpmath.matrix([silent, 1])

        alive, gone = (mpmath.quad(lambda rate, i=i: at(rate)[i], [0, 0.1, 1, 3, 10, 40, 200]) for i in (0, 1))
        alive *= mpmath.beta(a, b + chances) / mpmath.beta(a, b)
        gone *= mpmath.beta(a + 1, b + chances - 1) / mpmath.beta(a, b) if chances else 0
        want = float(mpmath.log(alive + gone)), float(alive / (alive + gone))
    model = kind.from_params(k=k, r=r, alpha=alpha, a=a, b=b, period="day")
    customer = {"x": [x], "t_x": [t_x], "T": [T], "log_gaps": [x * np.log(2.0)]}
    gaps = x * ((k - 1) * np.log(2.0) - float(mpmath.loggamma(k)))
    assert model.log_likelihood(customer)[0] == pytest.approx(want[0] + gaps, rel=1e-10)
    assert model.p_alive(customer)[0] == pytest.approx(want[1], rel=1e-9)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("params", "history", "t"), POINTS)
def test_discounted_purchases_by_two_routes(kind, params, history, t):
    k, r, alpha, a, b = params
    model = kind.from_params(k=k, r=r, alpha=alpha, a=a, b=b, period="day")
    one = tuple(np.array([float(v)]) for v in history)
    living = model._outlook(model.params_, *one)[1]
    for delta in (1e-3, 0.1):
        for end in (t, 5 * t):
            assert living._mixed(delta, end)[0] == pytest.approx(living._by_parts(delta, end)[0], rel=1e-9)
    # Without an end each purchase to come is worth a power of z = rate / (rate + delta).
    delta, b_now = 0.1, b + history[0] + kind._first_chance

    def worth(rate, j):
        # The mean of 1 / (1 - q z^k) over q ~ Beta(b, a) is a 2F1.
        z = rate / (rate + delta)
        return z ** (k - j) * hyp2f1(1, b_now, a + b_now, z**k)

    assert living.discounted(delta)[0] == pytest.approx(brute(params, history, worth), rel=1e-9)


@pytest.mark.parametrize("first_chance", [0, 1])
@pytest.mark.parametrize("k", [2, 5])
def test_derivatives(first_chance, k):
    x, t_x, T = (np.array(v, float) for v in ([0, 0, 1, 2, 9], [0, 0, 3, 8, 9], [1, 9, 3, 9, 10]))
    n = np.array([3.0, 1, 2, 1, 5])
    objective = shared.objective(Cells(x, t_x, T, n), first_chance, k)

    def log_likelihood(*theta):
        r, alpha, a, b = (mpmath.exp(value) for value in theta)
        total = 0
        for xi, ti, Ti, ni in zip(x, t_x, T, n, strict=True):
            m, chances = r + k * xi, xi + first_chance
            silent = sum(mpmath.rf(m, j) / mpmath.factorial(j) * ((Ti - ti) / (alpha + Ti)) ** j for j in range(k))
            odds = a / (b + chances - 1) * ((alpha + Ti) / (alpha + ti)) ** m if chances else 0
            bought = mpmath.loggamma(m) - mpmath.loggamma(r) + r * mpmath.log(alpha) - m * mpmath.log(alpha + Ti)
            stayed = mpmath.log(mpmath.beta(a, b + chances) / mpmath.beta(a, b))
            total += ni * (bought + stayed + mpmath.log(silent + odds))
        return total

    assert_derivatives(objective, log_likelihood, np.log([0.8, 2.0, 0.6, 1.7]))


# --- laws -----------------------------------------------------------------------------------------------------------

MODEL = clv.MBGCNBD.from_params(k=3, r=1.2, alpha=4.0, a=0.5, b=1.5, period="day")


@settings(max_examples=examples(30), deadline=None)
@given(x=st.integers(0, 30), T=st.floats(1, 99), share=st.floats(0.01, 1), horizon=st.floats(1, 50))
def test_a_longer_horizon_never_means_fewer_purchases(x, T, share, horizon):
    customer = {"x": [x], "t_x": [share * T if x else 0.0], "T": [T]}
    near, far = (MODEL.predict(customer, horizon=h)[0] for h in (horizon, 2 * horizon))
    assert 0 <= near <= far


def test_simulated_customers_buy_what_is_expected_and_the_fit_finds_their_k():
    drawn = MODEL.simulate(np.full(20_000, 60.0), horizon=30, seed=1)
    expected = MODEL.predict(drawn, horizon=30).sum()
    assert drawn["future"].sum() == pytest.approx(expected, rel=0.03)
    assert MODEL.p_alive(drawn).mean() == pytest.approx(drawn["alive"].mean(), abs=0.01)
    fitted = clv.MBGCNBD(period="day").fit(drawn)
    assert fitted.params_.k == 3
    assert list(fitted.k_log_likelihoods_) == [1, 2, 3, 4, 5]  # two more after the best
    off = np.array([fitted.params_.r, fitted.params_.alpha]) - [1.2, 4.0]
    assert (np.abs(off) < 3 * np.array([fitted.standard_errors_[name] for name in ("r", "alpha")])).all()


def test_the_most_stages_are_tried_too_and_no_more(monkeypatch):
    monkeypatch.setattr("crmkit.models.cnbd.MOST_STAGES", 2)
    fitted = clv.MBGCNBD(period="day").fit(MODEL.simulate(np.full(300, 60.0), horizon=0, seed=1))
    assert list(fitted.k_log_likelihoods_) == [1, 2]
    assert fitted.params_.k == 2


def test_stored_and_read_again(grocery):
    model = clv.BGCNBD(period="month").fit(grocery.head(300))
    again = clv.load(model.to_json())
    assert again.params_ == model.params_
    assert isinstance(again.params_.k, int)
    np.testing.assert_array_equal(again.predict(grocery, horizon="9W"), model.predict(grocery, horizon="9W"))
    assert list(model.summary()["name"][:5]) == ["k", "r", "alpha", "a", "b"]
    assert np.isnan(model.standard_errors_["k"])


def test_bad_input_is_named():
    with pytest.raises(ArgumentError, match=r"k=1\.5"):
        clv.BGCNBD.from_params(k=1.5, r=1, alpha=1, a=1, b=1)
    with pytest.raises(ArgumentError, match="k=0"):
        clv.MBGCNBD(k=0)
    with pytest.raises(ColumnError, match="no column 'T'"):
        clv.MBGCNBD().fit({"x": [1], "t_x": [2]})


def test_totals_of_regular_buyers_have_intervals():
    rng = np.random.default_rng(3)
    model = clv.MBGCNBD.from_params(k=2, r=1.3, alpha=20.0, a=0.4, b=0.8, period="day")
    drawn = model.simulate(np.full(300, 200), seed=1)
    x, t_x = drawn["x"], np.ceil(drawn["t_x"])
    customers = {"x": x[(t_x < 200)], "t_x": t_x[(t_x < 200)], "T": np.full((t_x < 200).sum(), 200)}
    fitted = clv.MBGCNBD(period="day", k=2).fit(customers)
    assert all(type(params.k) is int for params in fitted.parameter_draws(5, rng))
    total = clv.total_interval(customers, horizon=100, purchases=fitted)
    assert total.low < total.expected < total.high
