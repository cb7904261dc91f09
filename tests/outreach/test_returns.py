"""How many lost customers come back: against the list itself at earlier dates, brute force, and laws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import crmkit as crm
from conftest import as_columns
from crmkit.errors import ArgumentError, DataError

RULE = {"inactive": "60D"}


def shop(n=150, days=420, seed=3):
    """Customers who buy at rates of their own, and many of whom leave."""
    rng = np.random.default_rng(seed)
    rate, life = rng.gamma(0.8, 1 / 40, n), rng.exponential(200, n)
    rows = []
    for customer in range(n):
        first = int(rng.integers(0, 150))
        gaps = rng.exponential(1 / max(rate[customer], 1e-4), 60)
        later = first + np.cumsum(gaps)
        own = [first, *later[(later < first + life[customer]) & (later < days)].astype(int)]
        rows += [(customer, day) for day in dict.fromkeys(own)]
    table = pd.DataFrame(rows, columns=["customer_id", "day"])
    return pd.DataFrame({
        "customer_id": table["customer_id"],
        "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(table["day"], unit="D"),
        "amount": 10.0,
    })  # fmt: skip


SALES = shop()


def by_class(won):
    """Customers and expected returns of a win-back list by class of purchases."""
    table = pd.DataFrame(as_columns(won.table))
    names = pd.cut(table["purchases"], [0, 1, 2, 4, np.inf], labels=["1", "2", "3-4", "5+"])
    return table.groupby(names, observed=True)["p_reactivation"].agg(["size", "sum"]), table, names


def test_what_is_expected_is_the_sum_of_the_chances_of_the_list(make_table):
    tx = crm.Transactions(make_table({name: SALES[name] for name in SALES}), as_of="2025-02-20")
    found = as_columns(crm.outreach.expected_returns(tx, rule=RULE, horizon="60D").table)
    sums, _, _ = by_class(crm.outreach.win_back(tx, contact_cost=0, rule=RULE, horizon="60D", value=1))
    assert list(found) == ["purchases", "customers", "expected", "low", "high", "level", "basis", "origins"]
    assert set(found["level"]) == {0.9}
    assert found["purchases"] == list(sums.index)
    assert found["customers"] == sums["size"].tolist()
    assert found["expected"] == pytest.approx(sums["sum"].tolist())


def test_earlier_dates_say_what_the_list_said_then_and_what_came():
    """Each date: the list of that day, from what was known by then; returns counted row by row."""
    tx = crm.Transactions(SALES, as_of="2025-02-20")
    earlier = pd.DataFrame(as_columns(crm.outreach.expected_returns(tx, rule=RULE, horizon="60D").by_origin))
    assert earlier["origin"].nunique() >= 2
    assert list(earlier) == ["origin", "days", "purchases", "customers", "said", "came"]
    for origin, told in earlier.groupby("origin"):
        days = int(told["days"].iloc[0])
        then = crm.Transactions(SALES, as_of=str(pd.Timestamp(origin).date()))
        won = crm.outreach.win_back(then, contact_cost=0, rule=RULE, horizon=days, value=1)
        sums, table, names = by_class(won)
        end = pd.Timestamp(origin) + pd.Timedelta(days=days)
        back = SALES["customer_id"][(SALES["date"] > origin) & (SALES["date"] <= end)].unique()
        came = table["customer_id"].isin(back).groupby(names, observed=True).sum()
        assert told["customers"].tolist() == sums["size"].tolist()
        assert told["said"].tolist() == pytest.approx(sums["sum"].tolist())
        assert told["came"].tolist() == came.tolist()
        assert end <= pd.Timestamp(tx.as_of)


def test_a_higher_level_is_wider_and_nobody_comes_back_twice():
    usual, sure = (
        pd.DataFrame(as_columns(crm.outreach.expected_returns(SALES, rule=RULE, horizon="60D", level=level).table))
        for level in (0.9, 0.99)
    )
    assert (sure["low"] <= usual["low"]).all()
    assert (sure["high"] >= usual["high"]).all()
    assert (sure["high"] <= sure["customers"]).all()
    assert (usual["low"] < usual["high"]).all()
    assert (usual["basis"] == "backtested").all()


def test_chance_alone_is_narrower_than_what_is_told():
    """A binomial interval knows nothing of drift."""
    found = pd.DataFrame(as_columns(crm.outreach.expected_returns(SALES, rule=RULE, horizon="60D").table))
    assert (found["high"] - found["low"] > 2 * 1.645 * np.sqrt(found["expected"]) - 2).all()


def test_without_an_earlier_date_the_usual_errors_stand_in():
    tx = crm.Transactions(SALES, as_of="2024-03-11")
    found = as_columns(crm.outreach.expected_returns(tx, rule={"inactive": "20D"}, horizon="60D").table)
    assert set(found["basis"]) == {"usual"}
    assert set(found["origins"]) == {0}


def test_impossible_questions_are_refused():
    with pytest.raises(ArgumentError, match="horizon"):
        crm.outreach.expected_returns(SALES, horizon="0D")
    with pytest.raises(ArgumentError, match="level"):
        crm.outreach.expected_returns(SALES, level=95)
    with pytest.raises(DataError):
        crm.outreach.expected_returns(SALES, rule={"inactive": "450D"}, horizon="60D")
