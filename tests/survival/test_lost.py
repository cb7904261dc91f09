"""Who is lost: the measured facts of CDNOW, every rule by hand, laws, kinds of table, and bad input."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crmkit as crm
from conftest import as_columns, examples, small_table
from crmkit.errors import ArgumentError, DataError

# Days of quiet on 10 April 2024: a 10, b 60, c 1, d 100. Gaps: a 30 and 30, b 9, c 90 and 9.
SALES = {
    "customer_id": ["a", "a", "a", "b", "b", "c", "c", "c", "d"],
    "date": ["2024-01-31", "2024-03-01", "2024-03-31", "2024-02-01", "2024-02-10", "2024-01-01", "2024-03-31",
             "2024-04-09", "2024-01-01"],
    "amount": [10.0] * 9,
}  # fmt: skip
AS_OF = "2024-04-10"
QUIET = {"a": 10, "b": 60, "c": 1, "d": 100}


def transactions(make=small_table):
    return crm.Transactions(make(SALES), as_of=AS_OF)


def who(table):
    found = as_columns(table, sort="customer_id")
    return [name for name, gone in zip(found["customer_id"], found["lost"], strict=True) if gone]


# --- measured facts -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def days_of_cdnow(cdnow):
    """CDNOW's customers and purchase dates, for pandas to count."""
    pd = pytest.importorskip("pandas")
    return pd.DataFrame({"who": cdnow["customer_id"], "date": pd.to_datetime(pd.Series(cdnow["date"]))})


def counted_by_pandas(rows, days):
    """Customers quiet for so many days at the end of 1997, and those of them who bought in the first half of 1998."""
    pd = pytest.importorskip("pandas")
    origin = pd.Timestamp("1997-12-31")
    last = rows[rows["date"] <= origin].groupby("who")["date"].max()
    quiet = last.index[(origin - last).dt.days >= days]
    buyers = set(rows["who"][rows["date"] > origin])
    return len(last), len(quiet), len(buyers.intersection(quiet)), len(set(last.index) - set(quiet) - buyers)


@pytest.fixture(scope="module")
def definitions_of_cdnow(cdnow):
    return crm.survival.compare_lost_rules(crm.Transactions(cdnow), horizon="181D")


@pytest.mark.parametrize(("row", "days", "lost", "back"), [(0, 90, 82, 15), (1, 180, 73, 11)])
def test_the_lost_of_cdnow_and_how_many_came_back(definitions_of_cdnow, days_of_cdnow, row, days, lost, back):
    """Measured facts at 1997-12-31: quiet for 90 days 82 %, of whom 15 % bought within six months; 180: 73 %, 11 %."""
    table = as_columns(definitions_of_cdnow.table)
    found = [table[name][row] for name in ("customers", "lost", "came_back", "kept_silent")]
    assert found == list(counted_by_pandas(days_of_cdnow, days))
    assert round(100 * table["lost_share"][row]) == lost
    assert round(100 * table["came_back_share"][row]) == back
    assert table["lost_share"][row] == table["lost"][row] / table["customers"][row]
    assert table["came_back_share"][row] == table["came_back"][row] / table["lost"][row]
    assert table["kept_silent_share"][row] == table["kept_silent"][row] / (table["customers"][row] - table["lost"][row])
    assert table["limit_days"][row] == days


def test_the_same_customers_give_churn_rates_far_apart(definitions_of_cdnow):
    table = as_columns(definitions_of_cdnow.table)
    assert table["rule"] == ["inactive", "inactive", "gaps", "own_gaps", "returning", "p_alive"]
    assert max(table["lost_share"]) - min(table["lost_share"]) > 0.15
    assert set(table["customers"]) == {23_570}


def test_the_share_of_returns_within_a_limit_is_that_of_the_gap_curve(definitions_of_cdnow, cdnow):
    table = as_columns(definitions_of_cdnow.table)
    gaps = crm.survival.inactivity_threshold(crm.Transactions(cdnow, as_of="1997-12-31"))
    assert table["returned_within"][0] == pytest.approx(gaps.returned_within("90D") / gaps.plateau)
    assert table["limit_days"][4] == gaps.limit
    assert table["returned_within"][4] >= 0.9
    assert [table["returned_within"][row] for row in (3, 5)] == [None, None]


def test_the_card_tells_the_day_and_the_time_to_come_back(definitions_of_cdnow):
    assert "whom the rule calls lost on 1997-12-31" in str(definitions_of_cdnow)
    assert "此后 181 天" in definitions_of_cdnow.definition.text("zh")
    for language in ("en", "zh"):
        assert not set("{}_") & set(definitions_of_cdnow.definition.text(language))


# --- every rule by hand ---------------------------------------------------------------------------------------------


def test_lost_after_so_many_days(make_table):
    found = crm.survival.flag_lost(transactions(make_table), inactive="60D")
    table = as_columns(found, sort="customer_id")
    assert table["customer_id"] == list(QUIET)
    assert table["days_inactive"] == list(QUIET.values())
    assert set(table["limit_days"]) == {60}
    assert table["lost"] == [False, True, False, True]  # b on the very day


def test_lost_by_the_gap_to_expect_of_everybody(make_table):
    """The rhythm of the base is that of `fit_interpurchase`; half of it is less than b's and d's quiet."""
    tx = transactions(make_table)
    gap = crm.lifecycle.fit_interpurchase(tx).expected_gap
    times = 60 / gap
    table = as_columns(crm.survival.flag_lost(tx, gaps=times), sort="customer_id")
    assert table["limit_days"] == pytest.approx([60] * 4)
    assert who(crm.survival.flag_lost(tx, gaps=times * 1.01)) == ["d"]
    assert who(crm.survival.flag_lost(tx, gaps=times * 0.99)) == ["b", "d"]


def test_lost_by_the_customer_s_own_gap(make_table):
    """Own gaps together take a 60 days for 2, b 9 for 1, c 99 for 2, d none; each is shrunk to the base's."""
    tx = transactions(make_table)
    interpurchase = crm.lifecycle.fit_interpurchase(tx)
    own = [(60, 2), (9, 1), (99, 2), (0, 0)]
    limit = [
        3 * (days + interpurchase.weight * interpurchase.expected_gap) / (gaps + interpurchase.weight)
        for days, gaps in own
    ]
    table = as_columns(crm.survival.flag_lost(tx, own_gaps=3), sort="customer_id")
    assert table["limit_days"] == pytest.approx(limit)
    assert table["lost"] == [quiet >= days for quiet, days in zip(QUIET.values(), limit, strict=True)]


def test_lost_after_the_days_in_which_a_share_of_the_returns_comes(make_table):
    """Gaps that ended: 9, 9, 30, 30, 90; open ones: 1, 10, 60, 100.

    Of the 8 spells that reach 9 days 2 are followed then, of the 5 that reach 30 another 2, of the 2 that reach 90 one.
    """
    tx = transactions(make_table)
    quiet = np.cumprod([1 - 2 / 8, 1 - 2 / 5, 1 - 1 / 2])
    shares = (1 - quiet) / (1 - quiet[-1])
    for share, day, later in ((shares[0], 9, 30), (shares[1], 30, 90)):
        for returning, limit in ((share - 1e-6, day), (share + 1e-6, later)):
            table = as_columns(crm.survival.flag_lost(tx, returning=returning))
            assert set(table["limit_days"]) == {limit}


def test_lost_below_a_probability_of_being_alive(cdnow_sample):
    tx = crm.Transactions(cdnow_sample)
    customers = crm.summarize(tx)
    alive = crm.clv.ParetoNBD().fit(customers).p_alive(customers)
    table = as_columns(crm.survival.flag_lost(tx, p_alive=0.3), sort="customer_id")
    expected = dict(zip(customers["customer_id"], alive, strict=True))
    assert table["p_alive"] == pytest.approx([expected[name] for name in table["customer_id"]])
    assert table["lost"] == [p < 0.3 for p in table["p_alive"]]
    assert "limit_days" not in table
    at = sorted(table["p_alive"])[700]  # nobody is below their own probability
    assert len(who(crm.survival.flag_lost(tx, p_alive=at))) == sum(p < at for p in table["p_alive"])


def test_a_refund_does_not_bring_a_lost_customer_back():
    refunded = {name: [*values, new] for (name, values), new in zip(SALES.items(), ["d", "2024-04-08", -10.0],
                                                                     strict=True)}  # fmt: skip
    tx = crm.Transactions(small_table(refunded), as_of=AS_OF)
    assert who(crm.survival.flag_lost(tx, inactive="60D")) == ["b", "d"]
    sooner = crm.survival.compare_lost_rules(tx, rules=[{"inactive": "60D"}], horizon="10D")
    assert as_columns(sooner.table)["came_back"] == [0]


def test_definitions_by_hand(make_table):
    """As of 2 March a is quiet for a day, b 21, c and d 61; in the 39 days after, a and c buy."""
    found = crm.survival.compare_lost_rules(
        transactions(make_table), rules=[{"inactive": "60D"}, {"inactive": 20}, {"inactive": "1D"}], horizon=39
    )
    table = as_columns(found.table)
    assert table["lost"] == [2, 3, 4]
    assert table["came_back"] == [1, 1, 2]
    assert table["kept_silent"] == [1, 0, 0]
    assert table["kept_silent_share"] == [0.5, 0, None]
    assert table["setting"] == ["60D", "20", "1D"]


# --- laws -----------------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=examples(15))
@given(
    days=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 200)), min_size=3, max_size=40),
    limit=st.integers(1, 200),
    seed=st.integers(0, 99),
)
def test_longer_limits_never_lose_more_and_later_rows_change_nothing(days, limit, seed):
    pd = pytest.importorskip("pandas")
    dates = [str((pd.Timestamp("2024-01-01") + pd.Timedelta(days=day)).date()) for _, day in days]
    columns = {"customer_id": [customer for customer, _ in days], "date": dates, "amount": [1.0] * len(days)}
    tx = crm.Transactions(small_table(columns), as_of="2024-07-20")
    lost = who(crm.survival.flag_lost(tx, inactive=limit))
    assert set(who(crm.survival.flag_lost(tx, inactive=limit + 1))) <= set(lost)
    order = np.random.default_rng(seed).permutation(len(days))
    shuffled = {name: [values[at] for at in order] for name, values in columns.items()}
    later = {"customer_id": 99, "date": "2024-08-01", "amount": 5.0}
    grown = {name: [*values, later[name]] for name, values in shuffled.items()}
    assert who(crm.survival.flag_lost(crm.Transactions(small_table(grown), as_of="2024-07-20"), inactive=limit)) == lost


def test_the_rules_see_nothing_of_the_days_after(cdnow_sample):
    """What is lost at the past day is what `flag_lost` says of the past alone, by every rule."""
    tx = crm.Transactions(cdnow_sample)
    table = as_columns(crm.survival.compare_lost_rules(tx, horizon="181D").table)
    past = tx.until("1997-12-31")
    for row, rule in enumerate(inspect.signature(crm.survival.compare_lost_rules).parameters["rules"].default):
        assert table["lost"][row] == len(who(crm.survival.flag_lost(past, **rule)))


# --- bad input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({}, r"one rule says who is lost; none is given"),
        ({"returning": {"a": None}, "p_alive": 0.5}, r"given are returning=\{'a': None\}, p_alive=0.5"),
        ({"inactive": "90D", "gaps": 3}, r"given are inactive='90D', gaps=3"),
        ({"inactive": "soon"}, r"inactive='soon'"),
        ({"inactive": 0}, r"inactive=0 is less than a day"),
        ({"gaps": -1}, r"gaps=-1 says nothing about anybody"),
        ({"own_gaps": "3"}, r"own_gaps='3' is not a finite number"),
        ({"p_alive": 1}, r"p_alive=1 says nothing about anybody"),
        ({"returning": 1.5}, r"returning=1\.5 is not a share"),
    ],
)
def test_what_is_no_rule_is_refused(rule, message):
    with pytest.raises(ArgumentError, match=message):
        crm.survival.flag_lost(transactions(), **rule)


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ("inactive", r"'inactive' is no rule"),
        ({"inactive": "90D", "gaps": 3}, r"is no rule\. Give one of 'inactive', 'gaps'"),
        ({"silent": "90D"}, r"\{'silent': '90D'\} is no rule"),
    ],
)
def test_what_is_no_definition_is_refused(definition, message):
    with pytest.raises(ArgumentError, match=message):
        crm.survival.compare_lost_rules(transactions(), rules=[definition])


def test_no_definitions_at_all_are_refused():
    with pytest.raises(ArgumentError, match=r"rules=\[\] has no rule"):
        crm.survival.compare_lost_rules(transactions(), rules=[])


@pytest.mark.parametrize("horizon", ["100D", "10Y", "0D"])
def test_a_horizon_that_leaves_no_past_is_refused(horizon):
    with pytest.raises(DataError, match=r"the data cover 100\. Leave some past to judge by"):
        crm.survival.compare_lost_rules(transactions(), horizon=horizon)


@pytest.mark.parametrize("rule", [{"gaps": 0}, {"own_gaps": 0}, {"p_alive": 0}, {"p_alive": 1}, {"inactive": "0D"}])
def test_limits_that_say_nothing_about_anybody_are_refused(rule):
    with pytest.raises(ArgumentError, match=r"says nothing|less than a day"):
        crm.survival.flag_lost(transactions(), **rule)


def test_one_day_is_a_horizon_and_two_days_of_data_have_no_past():
    found = crm.survival.compare_lost_rules(transactions(), rules=[{"inactive": "10D"}], horizon="1D")
    assert as_columns(found.table)["rule"] == ["inactive"]
    for days, said in ((1, "to judge by\\.$"), (2, "such as horizon=")):  # half of one day is no horizon to advise
        sales = {"customer_id": ["a", "b"], "date": ["2024-01-01", f"2024-01-0{1 + days}"], "amount": [1.0, 2.0]}
        with pytest.raises(DataError, match=said):
            crm.survival.compare_lost_rules(sales, horizon=f"{days}D")


def test_rules_that_need_gaps_say_so_where_nobody_came_twice():
    once = crm.Transactions(small_table({"customer_id": ["a", "b"], "date": ["2024-01-01", "2024-02-01"],
                                         "amount": [1.0, 2.0]}))  # fmt: skip
    with pytest.raises(DataError, match="no customer bought on a"):
        crm.survival.flag_lost(once, own_gaps=3)
    with pytest.raises(DataError, match="no customer bought on two days"):
        crm.survival.flag_lost(once, returning=0.9)
    assert who(crm.survival.flag_lost(once, inactive="10D")) == ["a"]
