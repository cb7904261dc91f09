"""Win-back: profits and chances by hand, laws of the list, what CDNOW did in the months after, and bad input."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, optimize

import crmkit as crm
from conftest import as_columns, small_table
from crmkit.errors import ArgumentError, ColumnError, DataError, NoLifetimeValueWarning

START = dt.date(2023, 1, 1)
RULE = {"inactive": "90D"}


def bought(days_of):
    """Transactions, from the days (since the start) on which each customer bought; the past ends on day 400."""
    rows = [(name, day) for name, days in days_of.items() for day in days]
    return {
        "customer_id": [name for name, _ in rows],
        "date": [str(START + dt.timedelta(days=day)) for _, day in rows],
        "amount": [10.0] * len(rows),
    }


def opened(columns, make=small_table):
    return crm.Transactions(make(columns), as_of=str(START + dt.timedelta(days=400)))


def by_customer(found):
    """The rows of the list by customer."""
    table = as_columns(found.table)
    return {name: {column: table[column][row] for column in table} for row, name in enumerate(table["customer_id"])}


# --- profit by hand -------------------------------------------------------------------------------------------------

SMALL = bought({"a": [0, 200], "b": [100], "c": [150], "d": [390], "e": [0, 10, 20]})
RESPONSE = {"customer_id": ["e", "c", "b", "a", "zoe"], "p": [0.5, 0.1, 0.2, 0.4, 1.0]}
VALUE = {"customer_id": ["a", "b", "c", "e"], "clv": [100.0, 10.0, 20.0, 8.0]}


def test_the_list_by_hand(make_table):
    """Profits: a 0.4 x 100 - 1.5 = 38.5, e 0.5 x 8 - 1.5 = 2.5, b and c 0.5; d is not lost."""
    found = crm.outreach.win_back(
        opened(SMALL, make_table), contact_cost=1.5, rule=RULE, response=make_table(RESPONSE), value=make_table(VALUE)
    )
    table = as_columns(found.table)
    assert table["customer_id"] == ["a", "e", "b", "c"]
    assert table["days_inactive"] == [200, 380, 300, 250]
    assert table["purchases"] == [2, 3, 1, 1]
    assert table["expected_profit"] == pytest.approx([38.5, 2.5, 0.5, 0.5])
    assert table["rank"] == [1, 2, 3, 3]
    assert table["contact"] == [True] * 4
    assert (found.lost, found.contacted) == (4, 4)
    assert (found.reactivated, found.value, found.cost, found.profit) == pytest.approx((1.2, 48.0, 6.0, 42.0))


def test_only_contacts_that_pay_are_counted():
    found = crm.outreach.win_back(opened(SMALL), contact_cost=4, rule=RULE, response=RESPONSE, value=VALUE)
    assert as_columns(found.table)["contact"] == [True, False, False, False]  # e brings just what the contact costs
    assert (found.lost, found.contacted) == (4, 1)
    assert (found.reactivated, found.value, found.cost, found.profit) == pytest.approx((0.4, 40.0, 4.0, 36.0))
    nobody = crm.outreach.win_back(opened(SMALL), contact_cost=100, rule=RULE, response=0.1, value=5)
    assert (nobody.contacted, nobody.reactivated, nobody.cost, nobody.profit) == (0, 0, 0, 0)
    assert set(as_columns(nobody.table)["rank"]) == {1}


# --- the chance, by hand --------------------------------------------------------------------------------------------


def organic(days_of, make=small_table, horizon=50):
    return by_customer(
        crm.outreach.win_back(opened(bought(days_of), make), contact_cost=1, value=10, rule=RULE, horizon=horizon)
    )


def penalised_rates(days_of, start, asked, horizon, until):
    """The model of crmkit.outreach._returns written out spell by spell and day by day, maximised by scipy."""
    spells = []
    for days in days_of.values():
        ends = [*days[1:], until]
        spells += [(n, end - day, n < len(days)) for n, (day, end) in enumerate(zip(days, ends, strict=True), 1)]
    rows = {}
    for number, gap, back in spells:
        place = [1 <= number < 2, number == 2, 3 <= number < 5, number >= 5].index(True)
        day = start
        while day < gap:  # weeks of silence from `start` on
            end = min(day + 7, gap)
            key = place, day + 3.5
            waited, came = rows.get(key, (0.0, 0.0))
            rows[key] = waited + end - day, came + (back and end == gap)
            day += 7
    place, t, waited, came = (
        np.array(part) for part in zip(*((*key, *value) for key, value in rows.items()), strict=True)
    )
    log = np.log(t / 100)
    centre = np.log((came.sum() + 0.5) / (waited.sum() + 1))

    def rate(b, place, log):
        return np.exp(b[0] + b[3 + place] + (b[1] + b[7 + place]) * log + b[2] * log**2)

    def loss(b):
        mean = rate(b, place, log)
        prior = 1e-3 * ((b[0] - centre) ** 2 + b[1] ** 2) + (b[2] / 0.3) ** 2 + (b[3:7] ** 2).sum()
        return (waited * mean - came * np.log(mean)).sum() + (prior + (b[7:] ** 2).sum() / 0.09) / 2

    free = (None, None)
    best = optimize.minimize(loss, np.r_[centre, np.zeros(10)], method="L-BFGS-B",
                             bounds=[free, free, (None, 0), *([free] * 8)],
                             options={"maxiter": 5000, "ftol": 1e-15, "gtol": 1e-10}).x  # fmt: skip
    chances = {}
    for who, (number, silence) in asked.items():
        place = np.array([1 <= number < 2, number == 2, 3 <= number < 5, number >= 5].index(True))
        total, _ = integrate.quad(lambda t, at=place: rate(best, at, np.log(t / 100)), silence, silence + horizon)
        chances[who] = 1 - np.exp(-total)
    return chances


def test_the_chance_is_that_of_a_penalised_rate_by_class_and_silence(make_table):
    """20 returns, too few for a model of each customer's pace: the rate alone, against scipy's optimum and integral."""
    base = {**{f"x{at}": [0, 120 + 9 * at] for at in range(14)}, **{f"y{at}": [7 * at] for at in range(20)},
            "w": [0, 40, 60, 75, 130, 190, 210], "z0": [300], "z1": [310]}  # fmt: skip
    rows = organic(base, make_table)
    until = 400
    asked = {who: (len(days), until - days[-1]) for who, days in base.items() if who in rows}
    expected = penalised_rates(base, min(silence for _, silence in asked.values()) / 2, asked, 50, until)
    assert {who: rows[who]["p_reactivation"] for who in rows} == pytest.approx(expected, rel=2e-4)
    assert rows["z0"]["expected_profit"] == pytest.approx(10 * rows["z0"]["p_reactivation"] - 1)


def test_the_chance_falls_with_the_silence_and_rises_with_purchases(cdnow):
    tx = crm.Transactions(cdnow).until("1997-09-30")
    table = as_columns(crm.outreach.win_back(tx, contact_cost=0, value=1, rule=RULE).table)
    rows = list(zip(table["purchases"], table["days_inactive"], table["p_reactivation"], strict=True))
    once = sorted((days, chance) for n, days, chance in rows if n == 1)
    assert once[0][1] > 1.2 * once[-1][1]
    mean = {n: np.mean([chance for m, days, chance in rows if m == n]) for n in (1, 2, 3)}
    assert mean[1] < mean[2] < mean[3]


def test_from_thirty_returns_on_a_third_of_the_chance_is_the_models(cdnow_sample):
    tx = crm.Transactions(cdnow_sample)
    found = as_columns(crm.outreach.win_back(tx, contact_cost=0, value=1, rule={"inactive": "180D"}).table)
    customers = as_columns(crm.summarize(tx))
    at = {who: place for place, who in enumerate(customers["customer_id"])}
    own = [at[who] for who in found["customer_id"]]
    history = {name: np.array(customers[name], dtype=float)[own] for name in ("x", "t_x", "T")}
    model = crm.clv.ParetoNBD().fit(crm.summarize(tx)).p_purchase(history, horizon=180)
    rate = (3 * np.array(found["p_reactivation"]) - model) / 2
    # what is left depends on the class and the silence alone
    once = np.array(found["purchases"]) == 1
    by_silence = {}
    for days, value in zip(np.array(found["days_inactive"])[once], rate[once], strict=True):
        by_silence.setdefault(days, []).append(value)
    assert max(max(each) - min(each) for each in by_silence.values()) < 1e-9
    assert 0 < rate[once].min() < rate[once].max() < 0.5


@pytest.mark.parametrize("origin", ["1997-12-31", "1998-03-31"])
def test_one_time_buyers_come_back_about_as_often_as_said(cdnow, origin):
    """Gap curves that went on at the rate of all customers said 1.56 and 1.69 times as many."""
    tx = crm.Transactions(cdnow)
    found = crm.outreach.win_back(tx.until(origin), contact_cost=0, value=1, rule={"inactive": "180D"}, horizon="90D")
    table = as_columns(found.table)
    last = str(dt.date.fromisoformat(origin) + dt.timedelta(days=90))
    back = {who for who, day in zip(cdnow["customer_id"], map(str, cdnow["date"]), strict=True)
            if origin < day[:10] <= last}  # fmt: skip
    once = [
        (p, who in back)
        for p, n, who in zip(table["p_reactivation"], table["purchases"], table["customer_id"], strict=True)
        if n == 1
    ]
    said, seen = (sum(part) for part in zip(*once, strict=True))
    assert said / seen == pytest.approx(1, abs=0.35)


def test_a_longer_horizon_never_means_a_smaller_chance(cdnow):
    tx = crm.Transactions(cdnow)
    near, far = (by_customer(crm.outreach.win_back(tx, contact_cost=0, value=1, horizon=days)) for days in (60, 200))
    assert all(0 <= near[name]["p_reactivation"] <= far[name]["p_reactivation"] < 1 for name in near)


def test_so_many_of_cdnow_came_back_as_expected(cdnow):
    """What happened after the past of the list: within 10 % together, and the likeliest tenth more often.

    From October, 18 % fewer are expected than came: nothing here knows of Christmas.
    """
    origin, days = "1997-12-31", 90
    found = crm.outreach.win_back(
        crm.Transactions(cdnow, as_of=origin), contact_cost=0, value=1, rule=RULE, horizon=days
    )
    table = as_columns(found.table)
    last = str(dt.date.fromisoformat(origin) + dt.timedelta(days=days))
    back = {who for who, day in zip(cdnow["customer_id"], map(str, cdnow["date"]), strict=True)
            if origin < day[:10] <= last}  # fmt: skip
    came = np.array([who in back for who in table["customer_id"]])
    chance, purchases = np.array(table["p_reactivation"]), np.array(table["purchases"])
    assert chance.sum() == pytest.approx(came.sum(), rel=0.1)
    classes = [purchases == 1, purchases == 2, purchases > 2]
    assert [chance[own].mean() for own in classes] == pytest.approx([came[own].mean() for own in classes], abs=0.06)
    likely = np.argsort(-chance, kind="stable")[: len(chance) // 10]
    assert came[likely].mean() > 2 * came.mean()


# --- the value ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def list_of_cdnow(cdnow_sample):
    return crm.outreach.win_back(
        crm.Transactions(cdnow_sample), contact_cost=2, rule={"inactive": "180D"}, margin_rate=0.3
    )


def test_the_value_is_what_is_expected_of_those_who_buy_at_all(list_of_cdnow, cdnow_sample):
    """Chance of a purchase x value if there is one = expected purchases x expected spend, by the lifetime models."""
    tx = crm.Transactions(cdnow_sample)
    customers = crm.summarize(tx)
    spend = crm.clv.SpendMean().fit(tx)
    spend.params_ = dataclasses.replace(spend.params_, power=1.0, level=1.0)
    valued = crm.clv.lifetime_value(
        customers,
        purchases=crm.clv.ParetoNBD().fit(customers),
        spend=spend,
        horizon="180D",
        discount_rate=0.0,
        margin_rate=0.3,
    ).set_index("customer_id")
    rows = by_customer(list_of_cdnow)
    assert 1000 < len(rows) < len(valued)
    own = valued.loc[list(rows)]
    expected = own["expected_purchases"] / own["p_purchase"] * own["expected_spend"] * 0.3
    value = np.array([row["value_if_reactivated"] for row in rows.values()])
    assert value == pytest.approx(expected.to_numpy(), rel=1e-9)
    assert (value >= 0.3 * own["expected_spend"].to_numpy() * (1 - 1e-12)).all()  # he buys at least once


def test_totals_are_those_of_the_table(list_of_cdnow):
    table = {name: np.array(values) for name, values in as_columns(list_of_cdnow.table).items()}
    product = table["p_reactivation"] * table["value_if_reactivated"]
    assert table["expected_profit"] == pytest.approx(product - 2)
    assert (table["contact"] == (table["expected_profit"] > 0)).all()
    assert list_of_cdnow.contacted == table["contact"].sum() > 0
    assert list_of_cdnow.value == pytest.approx(product[table["contact"]].sum())
    assert list_of_cdnow.profit == pytest.approx(table["expected_profit"][table["contact"]].sum())
    assert (np.diff(table["expected_profit"]) <= 0).all()
    best = [int((table["expected_profit"] > profit).sum()) + 1 for profit in table["expected_profit"][:50]]
    assert table["rank"][:50].tolist() == best


def test_a_customer_long_silent_after_hundreds_of_purchases_has_a_value():
    """His chance of being alive is too small for a number; what he would buy if he were is not."""
    rng = np.random.default_rng(0)
    days_of = {f"c{at}": sorted(rng.choice(400, rng.integers(1, 9), replace=False).tolist()) for at in range(80)}
    days_of["daily"] = list(range(250))
    columns = bought(days_of)
    columns["amount"] = rng.gamma(3, 5, len(columns["date"])).round(2).tolist()
    rows = by_customer(crm.outreach.win_back(opened(columns), contact_cost=1, rule=RULE))
    assert rows["daily"]["purchases"] == 250
    assert 20 < rows["daily"]["value_if_reactivated"] / 15 < 180


def test_without_a_mean_of_the_spend_there_is_one_for_all():
    """All spend 10 a purchase, so that nothing tells them apart; by hand value is 10 x purchases."""
    days_of = {**{f"a{at}": [0, 30 + at, 90 + at] for at in range(20)}, **{f"b{at}": [at] for at in range(40)}}
    with pytest.warns(NoLifetimeValueWarning, match="one mean spend for all customers"):
        found = crm.outreach.win_back(opened(bought(days_of)), contact_cost=1, rule=RULE)
    customers = crm.summarize(opened(bought(days_of)))
    model = crm.clv.ParetoNBD().fit(customers)
    history = {name: as_columns(customers)[name] for name in ("customer_id", "x", "t_x", "T")}
    ratio = model.predict(history, horizon="180D") / model.p_purchase(history, horizon="180D")
    rows = by_customer(found)
    assert [rows[name]["value_if_reactivated"] for name in history["customer_id"]] == pytest.approx(10 * ratio)


# --- laws -----------------------------------------------------------------------------------------------------------


def test_the_list_does_not_depend_on_order_names_kind_or_later_rows(cdnow_sample, list_of_cdnow, make_table):
    n = len(cdnow_sample["date"])
    order = np.random.default_rng(1).permutation(n)
    columns = {name: [cdnow_sample[name][at] for at in order] for name in ("customer_id", "date", "amount")}
    later = {"customer_id": columns["customer_id"][0], "date": np.datetime64("1998-12-01"), "amount": 999.0}
    columns = {name: [*values, later[name]] for name, values in columns.items()}
    columns["date"] = [str(np.datetime64(day, "D")) for day in columns["date"]]
    columns["customer_id"] = [f"customer {who}" for who in columns["customer_id"]]
    again = crm.outreach.win_back(
        crm.Transactions(make_table(columns), as_of="1998-06-30"),
        contact_cost=2,
        rule={"inactive": "180D"},
        margin_rate=0.3,
    )
    mine, theirs = by_customer(list_of_cdnow), by_customer(again)
    assert {f"customer {who}" for who in mine} == set(theirs)
    for who, row in mine.items():
        other = theirs[f"customer {who}"]
        assert {name: other[name] for name in row if name != "customer_id"} == {
            name: value for name, value in row.items() if name != "customer_id"
        }
    assert again.profit == list_of_cdnow.profit


def test_another_currency_changes_money_and_nothing_else(cdnow_sample, list_of_cdnow):
    cents = {**cdnow_sample, "amount": [100 * amount for amount in cdnow_sample["amount"]]}
    found = crm.outreach.win_back(crm.Transactions(cents), contact_cost=200, rule={"inactive": "180D"}, margin_rate=0.3)
    assert found.contacted == list_of_cdnow.contacted
    assert found.profit == pytest.approx(100 * list_of_cdnow.profit, rel=1e-6)
    assert found.reactivated == pytest.approx(list_of_cdnow.reactivated, rel=1e-9)


def test_the_default_rule_is_that_of_the_gap_curve(cdnow_sample):
    tx = crm.Transactions(cdnow_sample)
    limit = crm.survival.inactivity_threshold(tx).limit
    found = crm.outreach.win_back(tx, contact_cost=1, response=0.1, value=20)
    assert found.lost == sum(as_columns(crm.survival.flag_lost(tx, inactive=limit))["lost"])
    assert min(as_columns(found.table)["days_inactive"]) >= limit


@pytest.mark.parametrize("rule", [{"gaps": 3}, {"own_gaps": 3}, {"p_alive": 0.2}, {"inactive": "100D"}])
def test_every_rule_of_lost_can_be_used(cdnow_sample, rule):
    tx = crm.Transactions(cdnow_sample)
    found = crm.outreach.win_back(tx, contact_cost=1, rule=rule, response=0.1, value=20)
    assert found.lost == sum(as_columns(crm.survival.flag_lost(tx, **rule))["lost"])
    for language in ("en", "zh"):
        assert not set("{}_") & set(found.definition.text(language))


# --- the definition -------------------------------------------------------------------------------------------------


def test_the_card_says_that_the_chance_is_a_stand_in(list_of_cdnow):
    said = str(list_of_cdnow)
    assert "lost: 180 days without a purchase" in said
    assert "organic, not of a campaign" in said
    assert "a stand-in until a test campaign tells" in said
    assert "自然回流而非营销效果" in list_of_cdnow.definition.text("zh")
    tested = crm.outreach.win_back(opened(SMALL), contact_cost=1, rule=RULE, response=0.1, value=5).definition.text()
    assert "probability: as given, from a test campaign; value: as given" in tested


# --- bad input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"contact_cost": -1}, ArgumentError, r"contact_cost=-1 is below 0"),
        ({"contact_cost": "2"}, ArgumentError, r"contact_cost='2' is not a finite number"),
        ({"horizon": 0}, ArgumentError, r"horizon=0 is less than a day"),
        ({"margin_rate": 30}, ArgumentError, r"margin_rate=30 is not a share"),
        ({"rule": "90D"}, ArgumentError, r"'90D' is no rule\. Give one of 'inactive'"),
        ({"rule": {"silent": 3}}, ArgumentError, r"is no rule"),
        ({"rule": {"inactive": "500D"}}, DataError, r"nobody is lost by inactive='500D' on 2024-02-05"),
        ({"response": 1.2}, DataError, r"response has chances not between 0 and 1: 1\.2"),
        ({"response": "p"}, ArgumentError, r"response='p' is not a finite number"),
        ({"response": {"who": ["a"], "p": [1.0]}}, ColumnError, r"no column 'customer_id'"),
        ({"response": {"customer_id": ["a"], "p": [0.5]}}, ColumnError,
         r"response= has no row for 3 lost customers: 'b', 'c', 'e'"),
        ({"response": {"customer_id": [1, 2], "p": [0.5, 0.5]}}, ColumnError,
         r"customer_id is numbers in response= and text in the transactions"),
        ({"response": {"customer_id": [], "p": []}}, (ColumnError, DataError), r"no row"),
        ({"value": {**VALUE, "more": [1.0] * 4}}, ColumnError, r'such as frame\[\["customer_id", "clv"\]\]'),
        ({"value": {"customer_id": ["a", "a"], "clv": [1.0, 2.0]}}, ColumnError, r"more than one row .* 'a'"),
        ({"value": {"customer_id": ["a"], "clv": ["much"]}}, ColumnError, r"'clv' is not numeric"),
        ({"value": {"customer_id": ["a", "b"], "clv": [1.0, float("nan")]}}, ColumnError, r"'clv' is missing"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused(settings, error, message):
    given = {"contact_cost": 1, "rule": RULE, "response": 0.1, "value": 5, **settings}
    with pytest.raises(error, match=message):
        crm.outreach.win_back(opened(SMALL), **given)


def test_data_that_tell_no_value_ask_for_it():
    once = opened(bought({"a": [0], "b": [100]}))
    with pytest.raises(DataError, match=r"what customers spend cannot be learnt: .* Or give it, such as value=50"):
        crm.outreach.win_back(once, contact_cost=1, rule=RULE, response=0.1)
    with pytest.raises(DataError, match="no customer bought on two days"):
        crm.outreach.win_back(once, contact_cost=1, rule=RULE, value=50)
    assert crm.outreach.win_back(once, contact_cost=1, rule=RULE, response=0.1, value=50).contacted == 2


def seasonal(n=2500, years=3, seed=3):
    """Customers without dropout who all buy three times as much in winter as in summer."""
    rng = np.random.default_rng(seed)
    days = int(365.25 * years) + 120
    c = 1 + 0.6 * np.cos(2 * np.pi * np.arange(days) / 365.25)
    rate = rng.gamma(1.5, 1 / 150, n)
    bought = rng.random((n, days)) < rate[:, None] * c
    bought[np.arange(n), rng.integers(0, 60, n)] = True
    who, day = np.nonzero(bought)
    return pd.DataFrame({"customer_id": who, "date": np.datetime64("2021-01-01") + day, "amount": 10.0})


def test_a_season_to_come_is_in_the_chance_once_two_years_have_shown_it():
    sales = seasonal()
    for as_of in ("2023-10-25", "2023-04-25"):  # without the season .76 and 2.0 times as many would be said
        tx = crm.Transactions(sales, as_of=as_of)
        found = crm.outreach.win_back(tx, contact_cost=0, rule=RULE, horizon="90D", value=1.0)
        later = sales[(sales["date"] > as_of) & (sales["date"] <= pd.Timestamp(as_of) + pd.Timedelta(days=90))]
        seen = found.table["customer_id"].isin(later["customer_id"]).sum()
        assert found.table["p_reactivation"].sum() == pytest.approx(seen, rel=0.2), as_of


def test_what_is_given_in_full_needs_no_past_as_long_as_the_horizon():
    sales = {"customer_id": ["a", "b"], "date": ["2025-01-05", "2025-04-20"], "amount": [20, 20]}
    tx = crm.Transactions(sales, as_of="2025-05-31")
    asked = {"rule": {"inactive": "90D"}, "horizon": "1Y", "contact_cost": 1}
    found = crm.outreach.win_back(tx, response=0.5, value=20, **asked)
    assert found.table[["customer_id", "expected_profit"]].to_numpy().tolist() == [["a", 0.5 * 20 - 1]]
    with pytest.raises(ArgumentError, match="horizon"):
        crm.outreach.win_back(tx, response=0.5, **asked)
