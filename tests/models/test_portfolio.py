"""Money of all customers, the spend of each, and the model that a list takes: by hand, brute force, made shops."""

import datetime as dt
import itertools
from dataclasses import astuple, replace

import numpy as np
import pandas as pd
import pytest
from cdnow_repeats import cdnow_repeats
from scipy.optimize import minimize_scalar
from test_totals import shop

import crmkit as crm
from conftest import as_columns
from crmkit import clv, customers
from crmkit.errors import ArgumentError, DataError, NoDropoutWarning
from crmkit.models._spend_power import PastMoney, power_of


def priced(differ, vary, n=200, seed=0, **settings):
    """A shop whose customers' means differ by `differ` and whose purchases vary by `vary` (gamma, coefficients)."""
    sales = shop(n, seed=seed, **settings)
    rng = np.random.default_rng(seed + 1)
    own = rng.gamma(1 / differ**2, differ**2, n) if differ else np.ones(n)
    noise = rng.gamma(1 / vary**2, vary**2, sales["customer_id"].size)
    sales["amount"] = (20 * own[sales["customer_id"]] * noise).round(2) + 0.01
    return sales


# --- spend ------------------------------------------------------------------------------------------------------------


def test_the_pull_is_the_one_that_forecasts_purchases_left_out_best():
    """Against a loop that leaves out one purchase after another."""
    amounts = [[10.0, 12, 14], [30.0, 22], [5.0], [18.0, 40, 21, 25]]
    found = clv.SpendMean().of_sums(*(np.array([f(a) for a in amounts]) for f in (
        lambda a: float(len(a)), sum, lambda a: float(np.square(a).sum())
    )))  # fmt: skip
    mean = sum(map(sum, amounts)) / sum(map(len, amounts))

    def loss(k):
        rest = [(a, y) for a in amounts if len(a) > 1 for y in a]
        return sum((y - (sum(a) - y + k * mean) / (len(a) - 1 + k)) ** 2 for a, y in rest)

    best = min(np.geomspace(0.02, 1e5, 200), key=loss)
    assert found.correlation_ == pytest.approx(1 / (1 + best))
    p, q, _ = found.params_.p, found.params_.q, found.params_.v
    assert (q - 1) / p == pytest.approx(best, rel=1e-9)
    customers = {"x": [2, 0], "monetary": [36.0, 5.0], "t_x": [9, 0], "T": [10, 10]}
    assert found.expected_spend(customers) == pytest.approx(
        [(36 + best * mean) / (3 + best), (5 + best * mean) / (1 + best)]
    )


def test_means_that_repeat_are_kept_and_others_are_drawn_to_that_of_all():
    kept, drawn = clv.SpendMean().fit(priced(0.6, 0.3)), clv.SpendMean().fit(priced(0.0, 0.8))
    assert kept.correlation_ > 0.5
    assert drawn.correlation_ < 0.05
    customers = crm.summarize(priced(0.0, 0.8))
    assert drawn.expected_spend(customers) == pytest.approx(drawn.mean_, rel=0.15)
    assert kept.standard_error_ == pytest.approx(kept.mean_ * 0.6 / np.sqrt(200), rel=0.5)


def test_whether_means_repeat_is_told_by_all_pairs_of_a_customers_purchases():
    """Pair by pair; and the sums of a list say the same as single purchases."""
    for differ, vary, repeats in ((0.6, 0.3, True), (0.0, 0.8, False)):
        sales = pd.DataFrame(priced(differ, vary))
        logs = np.log(sales["amount"]) - np.log(sales["amount"]).mean()
        pairs = squares = 0.0
        told = []
        for own in (group.to_numpy() for _, group in logs.groupby(sales["customer_id"]) if len(group) > 1):
            pair = sum(a * b for a, b in itertools.permutations(own, 2)) / (len(own) - 1)
            pairs, squares, told = pairs + pair, squares + float(own @ own), [*told, pair]
        found = clv.SpendMean().fit(sales)
        assert found.alike_ == pytest.approx(pairs / squares)
        assert found.repeats_ == repeats == (pairs / np.sqrt(np.square(told).sum()) > 1.645)
        assert (found.correlation_ > 0) == repeats
        with pytest.warns(NoDropoutWarning):
            listed = crm.score_customers(sales, horizon="13W")
        assert (listed["expected_spend"].std() > 0.02 * found.mean_) == repeats
    one_for_all = found.expected_spend(crm.summarize(sales))
    assert one_for_all == pytest.approx(found.mean_, rel=1e-3)


def wholesale(relation, *, n=1500, days=500, seed=5):
    """Customers whose rate and spend go together, or not, and what they buy in so many days."""
    rng = np.random.default_rng(seed)
    size = rng.normal(size=n)
    rate = np.exp(0.8 * (relation * size + np.sqrt(1 - relation**2) * rng.normal(size=n))) / 60
    bought = 1 + rng.poisson(rate * days)
    customer = np.repeat(np.arange(n), bought)
    day = np.where(np.diff(customer, prepend=-1) > 0, rng.integers(0, 60, customer.size),
                   rng.integers(60, days, customer.size))  # fmt: skip
    amount = (30 * np.exp(0.8 * size[customer] + 0.5 * rng.normal(size=customer.size))).round(2) + 0.01
    date = pd.Timestamp("2024-01-01") + pd.to_timedelta(day, unit="D")
    return pd.DataFrame({"customer_id": customer, "date": date, "amount": amount})


@pytest.mark.parametrize(("relation", "above"), [(0.7, True), (0.0, False)])
def test_where_those_who_spend_much_buy_more_money_goes_with_a_power_of_spend(relation, above):
    sales = wholesale(relation)
    past = crm.Transactions(sales, as_of="2024-10-01")
    known = crm.summarize(past)
    spend = clv.SpendMean(horizon="13W").fit(past)
    assert (spend.power_ > 1.1) == above
    assert spend.power_ == pytest.approx(1, abs=0.05) or above
    later = sales[(sales["date"] > "2024-10-01") & (sales["date"] <= "2024-12-31")]
    came = later.groupby("customer_id")["amount"].sum().reindex(known["customer_id"]).fillna(0).to_numpy()
    purchases = clv.BGNBD().fit(known).predict(known, horizon="13W")
    plain = clv.SpendMean.from_params(**{name: getattr(spend.params_, name) for name in "pqv"})
    by_power, without = (purchases * one.expected_spend(known) for one in (spend, plain))
    assert by_power.sum() == pytest.approx(without.sum(), rel=0.03)
    error, before = (np.sqrt(np.mean((said - came) ** 2)) for said in (by_power, without))
    assert error < before * (0.97 if above else 1.005)


@pytest.mark.filterwarnings("ignore::crmkit.errors.NoDropoutWarning")
def test_of_very_many_customers_the_unit_of_money_does_not_decide_whose_money_is_looked_at(make_table, monkeypatch):
    monkeypatch.setattr(customers, "MANY", 300)
    monkeypatch.setattr(customers, "ASKED", 300)
    sales = wholesale(0.7)
    dear = sales.assign(amount=(sales["amount"] * 7).round(2))
    mixed = make_table({name: dear.sample(frac=1, random_state=1)[name] for name in dear})
    listed, scaled = (crm.score_customers(some, horizon="13W") for some in (sales, mixed))
    money, sevenfold = (as_columns(some) for some in (listed, scaled))
    order = np.argsort(np.asarray(sevenfold["customer_id"]))
    assert np.asarray(sevenfold["expected_spend"])[order] == pytest.approx(
        7 * np.array(money["expected_spend"]), rel=1e-6
    )
    # A fifth of the customers tells nearly the same as all of them.
    monkeypatch.undo()
    everybody = as_columns(crm.score_customers(sales, horizon="13W"))
    assert np.mean(everybody["expected_spend"]) == pytest.approx(np.mean(money["expected_spend"]), rel=0.15)
    assert everybody["expected_spend"] != pytest.approx(money["expected_spend"], rel=1e-4)


def test_the_power_solves_the_score_equation_of_quasi_poisson():
    """Against a search over the profiled quasi-likelihood of money, with so many customers that nothing is drawn."""
    rng = np.random.default_rng(2)
    n = 20_000
    x, own = rng.poisson(4, n).astype(float), rng.gamma(2, 10, n)
    past = dict(x=x, t_x=np.where(x > 0, 200.0, 0.0), T=np.full(n, 250.0))
    purchases = clv.BGNBD().fit(past).predict(past, horizon=50)
    later = rng.poisson(purchases * own**1.4 / 4).astype(float)
    one = PastMoney(**past, money=own, later=later, days=50)
    mean = float(own.mean())
    power, level = power_of([one], lambda _, money: money, mean)

    def loss(power):
        said = purchases * own * (own / mean) ** (power - 1)
        return -float(later @ np.log(said / said.sum()))

    assert power == pytest.approx(minimize_scalar(loss, bounds=(0.5, 2.5), method="bounded").x, abs=2e-3)
    assert level * (purchases * own * (own / mean) ** (power - 1)).sum() == pytest.approx((purchases * own).sum())


def test_an_interval_is_stretched_as_its_mean_is():
    customers = {"x": [2, 0, 9], "t_x": [213, 0, 250], "T": [272, 272, 272], "monetary": [90.0, 5.0, 900.0]}
    purchases = clv.BGNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426, period="week")
    plain = clv.SpendMean.from_params(p=1.4, q=3.5, v=64.0)
    power = clv.SpendMean.from_params(p=1.4, q=3.5, v=64.0, power=1.3, level=0.9)
    mean = 1.4 * 64 / 2.5
    stretch = 0.9 * (plain.expected_spend(customers) / mean) ** 0.3
    assert power.expected_spend(customers) == pytest.approx(plain.expected_spend(customers) * stretch)
    assert power.expected_spend_new() == pytest.approx(0.9 * mean)
    first, second = (clv.lifetime_value(customers, purchases=purchases, spend=one) for one in (plain, power))
    for name in ("residual_clv", "residual_clv_low", "residual_clv_high"):
        assert second[name].to_numpy() == pytest.approx(first[name].to_numpy() * stretch)
    assert clv.load(power.to_json()).params_ == power.params_
    timed = clv.SpendMean(horizon=dt.timedelta(days=30)).of_sums(*np.array([[2.0, 3], [4, 9], [10, 30]]))
    assert clv.load(timed.to_json()).horizon == 30


def test_a_first_purchase_that_counts_is_known_like_any_other_one():
    """Its law is that of the Gamma-Gamma model told of one purchase more: of q + p, and of all the money."""
    history = {"x": [2, 9, 1], "t_x": [213, 250, 30], "T": [272, 272, 272]}
    money = np.array([90.0, 900.0, 7.0])
    purchases = clv.BGNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426, period="week")
    told = clv.GammaGamma.from_params(p=1.4, q=3.5 + 1.4, v=64.0)
    counts = clv.SpendMean.from_params(p=1.4, q=3.5, v=64.0)
    one = clv.lifetime_value({**history, "monetary": money}, purchases=purchases, spend=counts)
    other = clv.lifetime_value({**history, "m_x": money / history["x"]}, purchases=purchases, spend=told)
    for name in ("residual_clv", "residual_clv_low", "residual_clv_high"):
        assert one[name].to_numpy() == pytest.approx(other[name].to_numpy(), rel=1e-9)
    assert (one["residual_clv_high"] > one["residual_clv"]).all()


def test_first_purchases_are_left_out_on_request():
    sales = pd.DataFrame(priced(0.6, 0.3)).sort_values(["customer_id", "date"])
    first = ~sales.duplicated("customer_id")
    welcome = sales.assign(amount=sales["amount"].where(~first, 1.0))
    kept, without = clv.SpendMean().fit(welcome), clv.SpendMean(keep_first=False).fit(welcome)
    assert without.mean_ == pytest.approx(sales["amount"][~first].mean())
    assert kept.mean_ < without.mean_
    later = sales[~first]
    plain = clv.SpendMean().fit(later)
    assert astuple(without.params_)[:3] == pytest.approx(astuple(plain.params_)[:3])
    assert without.alike_ == pytest.approx(plain.alike_)
    customers, of_later = crm.summarize(welcome), crm.summarize(later)
    # Earlier origins, which tell the power, are others where other purchases count.
    plain.params_ = replace(plain.params_, power=without.power_, level=without.params_.level)
    both = customers.assign(spend=without.expected_spend(customers)).merge(
        of_later.assign(own=plain.expected_spend(of_later)), on="customer_id"
    )
    assert both["spend"].to_numpy() == pytest.approx(both["own"].to_numpy())
    again = clv.load(without.to_json())
    assert again.keep_first is False
    assert again.expected_spend(customers) == pytest.approx(without.expected_spend(customers))
    total = clv.portfolio_value(welcome, horizon=60, spend=clv.SpendMean(keep_first=False))
    assert total.expected > clv.portfolio_value(welcome, horizon=60).expected


def test_who_bought_once_only_tells_nothing():
    once = {"customer_id": ["a", "b"], "date": ["2025-01-01", "2025-01-02"], "amount": [5.0, 9.0]}
    with pytest.raises(DataError, match="nobody bought twice"):
        clv.SpendMean().fit(once)


# --- intervals row by row ---------------------------------------------------------------------------------------------


def test_an_interval_does_not_depend_on_who_else_is_in_the_table():
    rows = cdnow_repeats()
    rows = {**rows, "m_x": np.where(np.array(rows["x"]) > 0, 10.0 + np.arange(len(rows["x"])) % 70, 0.0)}
    purchases = clv.BGNBD().fit(rows)
    settings = dict(purchases=purchases, horizon="52W")
    for spend in (clv.GammaGamma.from_params(p=6.25, q=3.74, v=15.44), 12.0):
        whole = clv.lifetime_value(rows, spend=spend, **settings)
        for few in (slice(0, 1), slice(40, 43), slice(100, 2000, 37)):
            part = clv.lifetime_value({name: np.array(v)[few] for name, v in rows.items()}, spend=spend, **settings)
            for name in ("residual_clv_low", "residual_clv_high"):
                assert part[name].to_numpy() == pytest.approx(np.array(whole[name])[few], rel=1e-10, abs=1e-12)


def test_what_is_not_known_of_the_parameters_makes_the_total_less_sure(monkeypatch):
    rows = cdnow_repeats()
    learnt = clv.BGNBD().fit(rows)
    wide = clv.portfolio_value(rows, purchases=learnt, spend=12.0, horizon="26W")
    monkeypatch.setattr("crmkit.models._portfolio.spread_of", lambda _: 0.0)
    narrow = clv.portfolio_value(rows, purchases=learnt, spend=12.0, horizon="26W")
    assert wide.expected == pytest.approx(narrow.expected, rel=1e-12)
    assert wide.low < narrow.low < narrow.expected < narrow.high < wide.high


def test_without_a_level_there_is_no_interval():
    customers = {"x": [2, 0], "t_x": [213, 0], "T": [272, 272]}
    model = clv.BGNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426, period="week")
    valued = clv.lifetime_value(customers, purchases=model, spend=10.0, level=None)
    assert "residual_clv_low" not in valued
    with_one = clv.lifetime_value(customers, purchases=model, spend=10.0)
    assert valued["residual_clv"].tolist() == with_one["residual_clv"].tolist()


# --- money of all -----------------------------------------------------------------------------------------------------


def test_money_at_earlier_origins_is_what_came_in():
    sales = priced(0.4, 0.5, n=150, days=420)
    tx = crm.Transactions(sales)
    total = clv.portfolio_value(tx, horizon=60)
    assert (total.basis, total.origins) == ("backtested", 6)
    origin, said, actual = total.by_origin.iloc[2][["origin", "said", "actual"]]
    past, later = tx.until(origin), tx.until(str(np.datetime64(origin, "D") + 60))
    known = crm.summarize(past)
    both = crm.summarize(later).merge(known, on="customer_id")
    assert actual == pytest.approx((both["monetary_x"] - both["monetary_y"]).sum())
    params = clv.SpendMean().fit(past).params_  # the total needs no power: its level leaves it what it was
    spend = clv.SpendMean.from_params(p=params.p, q=params.q, v=params.v).expected_spend(known)
    assert said == pytest.approx((clv.BGNBD().fit(known).predict(known, horizon=60) * spend).sum(), rel=1e-6)


def test_at_one_price_money_is_counts():
    tx = crm.Transactions(shop(100, days=260))
    counts, money = clv.total_interval(tx, horizon=60), clv.portfolio_value(tx, horizon=60, spend=1.0)
    assert money.expected == pytest.approx(counts.expected, rel=1e-9)
    scaled = clv.portfolio_value(tx, horizon=60, margin_rate=0.2)
    plain = clv.portfolio_value(tx, horizon=60)
    assert (scaled.value, scaled.low, scaled.high) == pytest.approx((plain.value / 5, plain.low / 5, plain.high / 5))
    assert clv.portfolio_value(tx, horizon=60, discount_rate=0.3).value < plain.value


def test_what_a_portfolio_cannot_do_is_said():
    tx = crm.Transactions(shop(60, days=300))
    with pytest.raises(ArgumentError, match="names a column"):
        clv.portfolio_value(tx, spend="budget")
    with pytest.raises(ArgumentError, match="needs a fitted model"):
        clv.portfolio_value(cdnow_repeats())


# --- the model of a list ----------------------------------------------------------------------------------------------


def test_the_model_is_chosen_by_its_errors_at_earlier_origins():
    tx = crm.Transactions(crm.datasets.load_cdnow(sample=True))
    choice = clv.choose_model(tx, horizon="26W")
    close = choice.table[choice.table["close"]]
    assert choice.table["model"].tolist()[0] == choice.name == close["model"].tolist()[0]
    assert close["bias_share"].abs().is_monotonic_increasing
    assert choice.table["rmse"].min() in close["rmse"].tolist()
    assert f"{choice.name}: of {len(choice.table)} models" in choice.text()
    assert choice.name in choice.text("zh")
    short = clv.choose_model(shop(60, days=40), horizon="26W")
    assert (short.name, short.origins) == ("ParetoNBD", 0)


def test_where_dropout_cannot_be_told_nobody_is_said_to_be_alive():
    """Customers of a shop that nobody leaves."""
    sales = priced(0.3, 0.3, days=300)
    with pytest.warns(NoDropoutWarning, match="is missing"):
        scored = crm.score_customers(sales, horizon="26W")
    assert scored["p_alive"].isna().all()
    assert scored["expected_purchases"].notna().all()
    assert scored["purchase_model"].nunique() == 1
    customers = crm.summarize(sales)
    model = clv.BGNBD().fit(customers)
    with pytest.warns(NoDropoutWarning):
        assert np.isnan(clv.lifetime_value(customers, purchases=model)["p_alive"]).all()
    # Of a handful nobody expects it to be told, so there is no warning, and no P(alive) either.
    assert crm.score_customers(crm.datasets.load_ten_customers())["p_alive"].isna().all()


# --- the forecast that a list is asked for ----------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::crmkit.errors.NoDropoutWarning")
@pytest.mark.slow  # several models and trees
def test_a_list_takes_the_forecast_that_it_is_asked_for():
    pytest.importorskip("sklearn")
    sales = priced(0.5, 0.5, n=150, days=420)
    asked = {"horizon": "8W", "discount_rate": 0}
    plain = crm.score_customers(sales, extras=crm.scoring.Extras(purchases="mbg_nbd"), **asked)
    assert set(plain["purchase_model"]) == {"MBGNBD"}
    model = clv.MBGNBD().fit(crm.summarize(sales))
    assert plain["expected_purchases"].to_numpy() == pytest.approx(model.predict(crm.summarize(sales), horizon="8W"))
    mean = crm.score_customers(sales, extras=crm.scoring.Extras(purchases="mean"), **asked)
    own = clv.Boosted(horizon="8W").fit(sales)
    both = mean.merge(own.score(sales), on="customer_id", suffixes=("", "_own"))
    assert both["expected_purchases"].to_numpy() == pytest.approx(both["expected_purchases_own"].to_numpy())
    assert set(mean["purchase_model"]) == {f"mean ({own.model_name_})"}
    money = (both["expected_purchases"] * both["expected_spend"]).to_numpy()
    assert both["residual_clv"].to_numpy() == pytest.approx(money)
    assert (mean["p_purchase"] <= mean["expected_purchases"] + 1e-9).all()
    assert (mean["residual_clv_low"] <= mean["residual_clv"] + 1e-9).all()


@pytest.mark.filterwarnings("ignore::crmkit.errors.NoDropoutWarning")
@pytest.mark.slow  # a calendar is learnt for the list
def test_a_list_in_the_time_of_a_calendar(make_table):
    sales = priced(0.5, 0.5, n=100, days=420)
    end = crm.Transactions(sales).as_of
    ahead = (str(end + dt.timedelta(days=1)), str(end + dt.timedelta(days=14)))
    half = clv.PurchaseCalendar(seasons=None, closures=[ahead])

    def listed(horizon, calendar=None):
        extras = crm.scoring.Extras(purchases="bg_nbd", calendar=calendar)
        return as_columns(crm.score_customers(make_table(sales), horizon=horizon, discount_rate=0, extras=extras))

    plain, shut, fortnight = listed(28), listed(28, half), listed(14)
    by = {row: at for at, row in enumerate(fortnight["customer_id"])}
    order = [by[row] for row in shut["customer_id"]]
    assert shut["expected_purchases"] == pytest.approx([fortnight["expected_purchases"][at] for at in order])
    by = {row: at for at, row in enumerate(plain["customer_id"])}
    assert shut["t_x"] == [plain["t_x"][by[row]] for row in shut["customer_id"]]
    assert shut["T"] == [plain["T"][by[row]] for row in shut["customer_id"]]
    assert not {"T_days", "t_x_days"} & set(shut)


def test_the_next_purchase_waits_until_the_shop_opens():
    sales = shop(100, days=300)
    tx = crm.Transactions(sales)
    ahead = (str(tx.as_of + dt.timedelta(days=1)), str(tx.as_of + dt.timedelta(days=20)))
    calendar = clv.PurchaseCalendar(seasons=None, closures=[ahead]).fit(tx)
    customers = calendar.summarize(tx)
    model = clv.BGNBD().fit(customers)
    shut = model.next_purchase(customers, horizon=100, as_of=tx.as_of, calendar=calendar)
    plain = model.next_purchase(customers, horizon=80, as_of=tx.as_of)
    assert shut["p_purchase"].to_numpy() == pytest.approx(plain["p_purchase"].to_numpy())
    for name in ("next_days", "next_days_low", "next_days_high"):
        assert shut[name].to_numpy() == pytest.approx(plain[name].to_numpy() + 20)
    assert (shut["next_date"] - plain["next_date"]).dt.days.eq(20).all()
    with pytest.raises(ArgumentError, match="as_of"):
        model.next_purchase(customers, calendar=calendar)
