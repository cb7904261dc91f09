"""One customer's timeline: each day against the stages of the transactions until that day, the money, laws, words."""

from __future__ import annotations

import datetime as dt
import re

import matplotlib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crmkit as crm
from conftest import as_columns
from crmkit.errors import ArgumentError, DataError

matplotlib.use("Agg")

START = dt.date(2024, 1, 1)


def stage_by_days(found):
    """The stage of each day, from the spans."""
    spans = as_columns(found.stages)
    return {
        first + dt.timedelta(days=day): stage
        for stage, first, days in zip(spans["stage"], map(plain, spans["start_date"]), spans["days"], strict=True)
        for day in range(days)
    }


def plain(day):
    return np.datetime64(day, "D").astype(object)


def stage_on(tx, who, day, **options):
    """What `stages` says of a customer with the transactions until a day."""
    found = as_columns(crm.lifecycle.stages(tx.until(day), **options))
    return dict(zip(found["customer_id"], found["stage"], strict=True))[who]


def test_every_day_has_the_stage_of_the_transactions_until_that_day():
    tx = crm.Transactions(crm.datasets.load_ten_customers())
    for who in ("C01", "C06", "C09"):
        stages = stage_by_days(crm.lifecycle.timeline(tx, who))
        assert max(stages) == tx.as_of
        for day in [*sorted(stages)[::29], tx.as_of]:
            assert stages[day] == stage_on(tx, who, day), (who, day)


def test_a_rhythm_that_is_not_known_yet_calls_no_silence_long():
    sales = {"customer_id": ["a", "a", "b", "b"], "amount": [1.0] * 4,
             "date": ["2024-01-01", "2024-01-03", "2024-01-05", "2024-01-08"]}  # fmt: skip
    tx = crm.Transactions(sales, as_of="2024-06-30")
    stages = stage_by_days(crm.lifecycle.timeline(tx, "a"))
    assert [stages[dt.date(2024, 3, day)] for day in (29, 30)] == ["exploration", "decline"]
    for day in (dt.date(2024, 3, 29), dt.date(2024, 3, 30)):
        assert stage_on(tx, "a", day) == stages[day]


@settings(max_examples=12, deadline=None)
@given(days=st.lists(st.integers(0, 200), min_size=1, max_size=9), ask=st.integers(0, 250),
       refund=st.integers(0, 200))  # fmt: skip
def test_the_stage_of_a_day_is_not_changed_by_what_comes_later(days, ask, refund):
    rhythm = crm.lifecycle.Interpurchase(expected_gap=30, weight=1)
    dates = [START + dt.timedelta(days=day) for day in [*days, refund, 0]]
    sales = {"customer_id": ["a"] * (len(days) + 1) + ["b"], "amount": [10.0] * len(days) + [-4.0, 7.0], "date": dates}
    tx = crm.Transactions(sales, as_of=START + dt.timedelta(days=250))
    found = crm.lifecycle.timeline(tx, "a", interpurchase=rhythm)
    stages = stage_by_days(found)
    day = START + dt.timedelta(days=max(ask, min(days)))
    assert stages[day] == stage_on(tx, "a", day, interpurchase=rhythm)
    spans, moved = as_columns(found.stages), as_columns(found.table)
    assert sum(spans["days"]) == 251 - min(days)
    assert all(one != other for one, other in zip(spans["stage"], spans["stage"][1:], strict=False))
    before = sum(amount for amount, stage in zip(moved["amount"], moved["stage"], strict=True) if stage is None)
    assert sum(spans["amount"]) + before == pytest.approx(10 * len(days) - 4, abs=1e-9)


def test_money_and_stages_by_hand(make_table):
    sales = {"customer_id": ["a", "a", "a", "a", "b"], "amount": [30.0, 20.5, -5.25, 25, 9],
             "date": ["2024-01-01", "2024-01-29", "2024-01-29", "2024-03-01", "2024-06-30"]}  # fmt: skip
    rhythm = crm.lifecycle.Interpurchase(expected_gap=40, weight=1)
    found = crm.lifecycle.timeline(make_table(sales), "a", interpurchase=rhythm)
    moved = as_columns(found.table)
    assert [str(plain(day)) for day in moved["date"]] == ["2024-01-01", "2024-01-29", "2024-03-01"]
    assert moved["amount"] == [30, 15.25, 25]
    assert moved["spend_so_far"] == [30, 45.25, 70.25]
    assert moved["purchase"] == [True] * 3
    assert moved["stage"] == ["exploration", "exploration", "formation"]
    spans = as_columns(found.stages)
    # two gaps of 60 days and one of 40 make 100 / 3 = 33.3; silence of twice that is 67 days after 1 March
    assert [str(plain(day)) for day in spans["start_date"]] == ["2024-01-01", "2024-03-01", "2024-05-07"]
    assert [str(plain(day)) for day in spans["end_date"]] == ["2024-02-29", "2024-05-06", "2024-06-30"]
    assert spans["days"] == [60, 67, 55]
    assert spans["rule"] == ["few_orders", "some_orders", "silent"]
    assert spans["amount"] == [45.25, 25, 0]


def test_a_refund_before_the_first_purchase_has_money_and_no_stage():
    sales = {"customer_id": ["a", "a", "b"], "amount": [-5.0, 30, 9],
             "date": ["2024-01-01", "2024-02-01", "2024-03-31"]}  # fmt: skip
    found = crm.lifecycle.timeline(sales, "a")
    assert as_columns(found.table)["stage"] == [None, "exploration"]
    assert as_columns(found.table)["purchase"] == [False, True]
    assert str(plain(as_columns(found.stages)["start_date"][0])) == "2024-02-01"
    assert as_columns(found.stages)["amount"][0] == 30


def test_it_reads_in_both_languages():
    found = crm.lifecycle.timeline(crm.datasets.load_ten_customers(), "C06")
    assert re.search(r"stability +2024-12-01 +2024-12-31 +31 +steady", found.text("en"))
    assert re.search(r"稳定期 +2024-12-01 +2024-12-31 +31 +购买次数多且无明显趋势", found.text("zh"))


def test_the_picture_shows_money_stages_and_what_it_says():
    found = crm.lifecycle.timeline(crm.datasets.load_ten_customers(), "C06")
    ax = found.plot(currency="£", language="en")
    assert ax.get_title() == "Customer C06: £250 on 5 days, in stability since 2024-12-01"
    assert ax.lines[0].get_ydata().tolist() == [50.0] * 5
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["Exploration", "Formation", "Stability"]
    assert ax.get_ylabel() == "money of a day, £"
    once = crm.lifecycle.timeline(crm.datasets.load_ten_customers(), "C10").plot(language="en").get_title()
    assert re.match(r"Customer C10: [\d,.]+ on one day, in exploration since", once)
    with pytest.raises(ArgumentError, match="timeline"):
        crm.plotting.plot_timeline(crm.datasets.load_ten_customers())


def test_an_unknown_customer_is_refused_with_names_near_to_it():
    with pytest.raises(DataError, match="C06"):
        crm.lifecycle.timeline(crm.datasets.load_ten_customers(), "C6")
    only = {"customer_id": ["a", "b"], "amount": [-5.0, 30], "date": ["2024-01-01", "2024-02-01"]}
    with pytest.raises(DataError, match="no customer 'a'"):
        crm.lifecycle.timeline(only, "a")
