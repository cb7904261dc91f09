"""make_transactions: the truth told is the truth of the table, to the cent; stories do not disturb each other."""

import datetime as dt
from dataclasses import fields
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from conftest import examples
from crmkit.datasets import STORIES, make_transactions
from crmkit.datasets.simulation import Planted
from crmkit.errors import ArgumentError

N = 300


def money(amounts):
    """Sum of a column of amounts, exact."""
    return sum((Decimal(repr(amount)) for amount in amounts.tolist()), Decimal(0))


def make(**kwargs):
    return make_transactions(N, **{"seed": 7} | kwargs)


def without(story):
    return make(stories=[name for name in STORIES if name != story]).transactions


def plain(rows):
    """The rows with text instead of categories, so that tables with other channels compare."""
    text = {name: rows[name].astype(str) for name in ("product", "category", "channel")}
    return rows.assign(**text).reset_index(drop=True)


@pytest.fixture(scope="module")
def simulation():
    return make()


@pytest.fixture(scope="module")
def table(simulation):
    return simulation.transactions


@pytest.fixture(scope="module")
def once(table):
    """The table before one batch was loaded twice."""
    return table.drop_duplicates()


# --- The truth is the truth of the table ----------------------------------------------------------------------


def test_the_parts_add_up_to_the_table(simulation, table):
    truth = simulation.truth
    assert len(table) == truth.rows
    assert money(table["amount"]) == truth.amount
    parts = [truth.regular, truth.season, truth.refunds, truth.key_account, truth.bargain_hunters, truth.double_load]
    assert sum(part.rows for part in parts) == truth.rows
    assert sum(part.amount for part in parts) == truth.amount
    assert all(part.rows > 0 for part in parts)


def test_season(simulation, once):
    season = simulation.truth.season
    rows = once[once["order_id"].isin(season.order_ids)]
    assert (len(rows), money(rows["amount"])) == (season.rows, season.amount)
    assert rows["order_id"].nunique() == len(season.order_ids)
    assert set(rows["date"].dt.month) == {12}
    assert season.months == (dt.date(2023, 12, 1), dt.date(2024, 12, 1))


def test_refunds(simulation, once):
    wave = simulation.truth.refunds
    back = once[once["amount"] < 0]
    assert (len(back), money(back["amount"])) == (wave.rows, wave.amount)
    assert sorted(set(back["order_id"])) == wave.order_ids.tolist()
    assert sorted(set(back["customer_id"])) == wave.customer_ids.tolist()
    assert back["date"].min() >= pd.Timestamp(wave.first_date)
    assert back["date"].max() <= pd.Timestamp(wave.last_date)
    assert (wave.first_date, wave.last_date) == (dt.date(2024, 1, 1), dt.date(2024, 1, 31))
    # Each one takes back exactly one line of an earlier or the same day.
    keys = ["customer_id", "order_id", "product", "channel"]
    pairs = back.merge(once[once["amount"] >= 0], on=keys, suffixes=("_back", "_bought"), validate="1:1")
    assert len(pairs) == len(back)
    assert (pairs["date_back"] >= pairs["date_bought"]).all()
    assert (pairs["amount_back"] == -pairs["amount_bought"]).all()
    assert (pairs["cost_back"] == -pairs["cost_bought"]).all()


def test_price_rise(simulation, table, once):
    rise = simulation.truth.price_rise
    before = without("price_rise")
    assert_frame_equal(before.drop(columns="amount"), table.drop(columns="amount"))
    old = before.loc[once.index]
    raised = (once["date"] >= pd.Timestamp(rise.date)) & (once["amount"] > 0)
    expected = [
        float((Decimal(repr(price)) * Decimal("1.08")).quantize(Decimal("0.01"), ROUND_HALF_UP))
        for price in old.loc[raised, "amount"].tolist()
    ]
    assert once.loc[raised, "amount"].tolist() == expected
    # The refund wave is over when prices rise, so nothing else moves.
    assert (once.loc[~raised, "amount"] == old.loc[~raised, "amount"]).all()
    assert (raised.sum(), money(once["amount"]) - money(old["amount"])) == (rise.rows, rise.amount)


def test_refunds_pay_back_the_price_that_was_paid():
    # In a window of one month, the rise falls into the refund wave.
    made = make(start="2024-03-01", end="2024-03-31", stories=["refunds", "price_rise"])
    rows = made.transactions
    assert (rows.loc[rows["amount"] < 0, "date"] >= pd.Timestamp(made.truth.price_rise.date)).any()
    net = rows.groupby(["order_id", "product"], observed=True)["amount"].agg(["size", "sum"])
    assert (net.loc[net["size"] == 2, "sum"] == 0).all()
    assert (net["size"] == 2).sum() == made.truth.refunds.rows > 0


def test_key_account(simulation, once):
    account = simulation.truth.key_account
    rows = once[once["customer_id"] == account.customer_id]
    assert (len(rows), money(rows["amount"])) == (account.rows, account.amount)
    assert rows["date"].max() == pd.Timestamp(account.last_date)
    assert (rows["date"].diff().dropna().dt.days == 7).all()


def test_the_key_account_holds_thirty_percent_until_it_leaves():
    made = make(stories=["key_account", "bargain_hunters"])
    rows = made.transactions[made.transactions["channel"] != "coupon_site"]
    until = rows[rows["date"] <= pd.Timestamp("2023-01-01") + pd.Timedelta(days=int(0.75 * 731))]
    own = until[until["customer_id"] == made.truth.key_account.customer_id]
    assert own["amount"].sum() / until["amount"].sum() == pytest.approx(0.3, abs=1e-4)


def test_bargain_hunters(simulation, once):
    hunters = simulation.truth.bargain_hunters
    rows = once[once["channel"] == hunters.channel]
    assert (len(rows), money(rows["amount"])) == (hunters.rows, hunters.amount)
    assert sorted(rows["customer_id"]) == hunters.customer_ids.tolist()  # one row each
    assert len(hunters.customer_ids) == N // 10
    assert (once["customer_id"].isin(hunters.customer_ids)).sum() == len(rows)
    assert rows["amount"].max() < 7.56 < once.loc[once["amount"] > 0, "amount"].median()


def test_double_load(simulation, table):
    load = simulation.truth.double_load
    copies = table[table.duplicated()]
    assert (len(copies), money(copies["amount"])) == (load.rows, load.amount)
    assert set(copies["date"].dt.date) == {load.date}
    assert (table["date"] == pd.Timestamp(load.date)).sum() == 2 * load.rows


# --- A story touches only its own rows ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("story", "untouched"),
    [
        ("season", lambda rows, truth: ~rows["order_id"].isin(truth.season.order_ids)),
        ("refunds", lambda rows, truth: rows["amount"] > 0),
        ("key_account", lambda rows, truth: rows["customer_id"] != truth.key_account.customer_id),
        ("bargain_hunters", lambda rows, truth: ~rows["customer_id"].isin(truth.bargain_hunters.customer_ids)),
        ("double_load", lambda rows, truth: ~rows.duplicated()),
    ],
)
def test_a_story_off_leaves_all_other_rows_as_they_were(story, untouched, simulation, table):
    off = without(story)
    if story in {"key_account", "bargain_hunters"}:  # these customers live an ordinary life instead
        off = off[untouched(off, simulation.truth)]
    assert_frame_equal(plain(off), plain(table[untouched(table, simulation.truth)]))


def test_stories_off_are_absent():
    made = make(stories=())
    rows, truth = made.transactions, made.truth
    assert all(getattr(truth, story) is None for story in STORIES)
    assert (rows["amount"] > 0).all()
    assert not rows.duplicated().any()
    assert list(rows["channel"].cat.categories) == ["shop", "web", "app"]
    assert set(truth.customers["kind"]) == {"regular"}
    assert (truth.rows, truth.amount) == (truth.regular.rows, truth.regular.amount)


@pytest.mark.parametrize("story", STORIES)
def test_a_story_alone_is_the_only_one_told(story):
    truth = make(stories=story).truth
    assert [name for name in STORIES if getattr(truth, name) is not None] == [story]
    assert getattr(truth, story).rows > 0


# --- Same seed, same data; any size ---------------------------------------------------------------------------


def _same(a, b):
    if isinstance(a, Planted):
        return type(a) is type(b) and all(_same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    if isinstance(a, pd.DataFrame):
        return a.equals(b)
    return np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b


def test_the_same_seed_gives_the_same_data_and_truth(simulation, table):
    again = make(stories=tuple(reversed(STORIES)))
    assert_frame_equal(again.transactions, table)
    assert _same(again.truth, simulation.truth)


def test_another_seed_gives_other_data(simulation, table):
    other = make(seed=8)
    assert not other.transactions.equals(table)
    assert not _same(other.truth, simulation.truth)


@settings(max_examples=examples(40), deadline=None)
@given(
    n=st.integers(10, 60),
    start=st.dates(dt.date(1, 1, 1), dt.date(9990, 1, 1)),
    length=st.integers(0, 900),
    seed=st.integers(0, 2**40),
    stories=st.sets(st.sampled_from(STORIES)),
)
def test_any_table_is_whole_and_its_truth_adds_up(n, start, length, seed, stories):
    end = start + dt.timedelta(days=length)
    made = make_transactions(n, start=start, end=end, seed=seed, stories=stories)
    rows, truth = made.transactions, made.truth
    assert sorted(set(rows["customer_id"])) == list(range(1, n + 1))
    assert rows["date"].is_monotonic_increasing
    assert (rows["date"].dt.date >= start).all()
    assert (rows["date"].dt.date <= end).all()
    assert (len(rows), money(rows["amount"])) == (truth.rows, truth.amount)
    assert rows.duplicated().sum() == (truth.double_load.rows if truth.double_load else 0)
    for column in ("amount", "cost"):
        assert all(Decimal(repr(value)).as_tuple().exponent >= -2 for value in rows[column].tolist())
    bought = rows[rows["amount"] > 0].drop_duplicates()
    per_order = bought.groupby("order_id")
    assert (per_order["customer_id"].nunique() == 1).all()
    assert (per_order["date"].nunique() == 1).all()
    assert (per_order["category"].nunique() == per_order.size()).all()
    assert bought.drop_duplicates("order_id")["order_id"].max() >= bought["order_id"].nunique()


def test_columns_and_types(table):
    assert {name: str(kind) for name, kind in table.dtypes.items()} == {
        "customer_id": "int64",
        "order_id": "int64",
        "date": "datetime64[us]",
        "product": "category",
        "category": "category",
        "channel": "category",
        "amount": "float64",
        "cost": "float64",
    }
    assert not table.isna().any().any()
    assert (table["product"].astype(str).str.split("-").str[0] == table["category"].astype(str)).all()


@pytest.mark.slow
def test_ten_million_rows():
    made = make_transactions(500_000, start="2022-01-01")
    assert len(made.transactions) == made.truth.rows > 9_500_000
    cents = np.rint(made.transactions["amount"].to_numpy() * 100).astype(np.int64).sum()
    assert Decimal(int(cents)).scaleb(-2) == made.truth.amount


# --- Customers behave as their truth says ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def crowd():
    """20,000 customers without stories, with their truth joined to their orders."""
    made = make_transactions(20_000, stories=(), seed=1)
    orders = made.transactions.groupby("customer_id").agg(
        orders=("order_id", "nunique"), first=("date", "min"), last=("date", "max"), channels=("channel", "nunique")
    )
    return made.transactions, made.truth.customers.set_index("customer_id").join(orders)


def test_nobody_buys_before_arriving_or_after_leaving(crowd):
    _, people = crowd
    assert (people["first"] == people["acquired_on"]).all()
    left = people.dropna(subset="leaves_on")
    assert (left["last"] <= left["leaves_on"]).all()
    assert (people["channels"] == 1).all()


def test_orders_follow_the_rates_and_the_time_as_a_customer(crowd):
    _, people = crowd
    # Days are whole in the table: a customer is there for half a day on the first and half on the last day.
    until = people["leaves_on"].fillna(pd.Timestamp("2024-12-31 12:00")) + pd.Timedelta(hours=12)
    days = (until - people["acquired_on"] - pd.Timedelta(hours=12)) / pd.Timedelta(days=1)
    expected = (people["purchase_rate"] * days).sum()
    assert (people["orders"] - 1).sum() == pytest.approx(expected, abs=4 * expected**0.5)


def test_rates_and_lifetimes_are_those_of_the_pareto_nbd(crowd):
    _, people = crowd
    rate = people["purchase_rate"]
    # Gamma(shape 0.8, mean 1/30): the variance is mean^2 / shape; the bounds are four standard errors.
    assert rate.mean() == pytest.approx(1 / 30, abs=4 * (1 / 30) / (0.8 * 20_000) ** 0.5)
    assert rate.var() == pytest.approx(1 / 900 / 0.8, rel=0.1)
    # Pareto lifetimes: a customer is still there after T days with probability 365 / (365 + T).
    exposed = (pd.Timestamp("2025-01-01") - people["acquired_on"]) / pd.Timedelta(days=1) - 0.5
    still_there = 365 / (365 + exposed)
    spread = (still_there * (1 - still_there)).sum() ** 0.5
    assert people["leaves_on"].isna().sum() == pytest.approx(still_there.sum(), abs=4 * spread)


def test_lines_cost_what_the_customer_spends_on_average(crowd):
    rows, people = crowd
    ratio = rows["amount"] / people["mean_line"].loc[rows["customer_id"]].to_numpy()
    assert ratio.mean() == pytest.approx(1, abs=4 * ratio.std() / len(ratio) ** 0.5)


def test_season_triples_december():
    made = make_transactions(20_000, stories=["season"], seed=1)
    december = made.transactions[made.transactions["date"].dt.month == 12].drop_duplicates("order_id")
    extra = december["order_id"].isin(made.truth.season.order_ids)
    first = december["date"] == december["customer_id"].map(
        made.truth.customers.set_index("customer_id")["acquired_on"]
    )
    usual = (~extra & ~first).sum()
    # Two extra orders for each usual repeat order; both are Poisson counts. First-day orders hide a few repeats.
    assert extra.sum() / usual == pytest.approx(2, abs=4 * 2 * (1 / extra.sum() + 1 / usual) ** 0.5 + 0.02)


# --- Bad input ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_customers": 9}, r"n_customers=9 .*at least 10"),
        ({"n_customers": 1e3}, r"n_customers=1000\.0 is not a whole number"),
        ({"seed": -1}, r"seed=-1"),
        ({"start": "soon"}, r"start='soon' is not a date"),
        ({"start": "2024-02-01", "end": "2024-01-31"}, r'end="2024-01-31" lies before start="2024-02-01"'),
        ({"stories": ["season", "sesame"]}, r"no such story: 'sesame'\..*'season', 'refunds'"),
        ({"stories": "sesame"}, r"no such story: 'sesame'\."),
    ],
)
def test_bad_arguments_are_shown_with_what_would_work(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        make_transactions(**arguments)
