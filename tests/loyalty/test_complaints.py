"""Complaints: a desk worked out by hand, published intervals, and a planted recovery effect that is found again."""

import datetime as dt

import numpy as np
import pytest
from scipy.stats import poisson

import crmkit as crm
from conftest import as_columns, table_of
from crmkit import loyalty
from crmkit.datasets import make_complaints
from crmkit.errors import ArgumentError, ColumnError, DataError

SALES = {
    "customer_id": [1, 1, 2, 2, 3, 4],
    "date": ["2025-01-01", "2025-02-01", "2025-01-02", "2025-03-01", "2025-01-03", "2025-04-30"],
    "amount": [5.0] * 6,
}
DESK = {
    "customer_id": [1, 2, 3, 3],
    "channel": ["phone", "mail", "phone", "mail"],
    "opened": ["2025-01-03 10:00", "2025-01-05 09:00", "2025-01-10 12:00", "2025-04-30 08:00"],
    "answered": ["2025-01-03 18:00", "2025-01-09 09:00", None, None],
    "closed": ["2025-01-04 10:00", None, None, None],
}
PROMISE = {"phone": "24H", "mail": "2D"}


def stamps(columns):
    """The same with real time stamps."""
    return {name: np.array([None if value is None else dt.datetime.fromisoformat(value) for value in values],
                           dtype="datetime64[us]") if name in ("opened", "answered", "closed") else values
            for name, values in columns.items()}  # fmt: skip


@pytest.mark.parametrize("as_text", [True, False])
def test_a_desk_by_hand(make_table, as_text):
    desk = make_table(DESK if as_text else stamps(DESK))
    found = loyalty.complaints(desk, make_table(SALES), promise=PROMISE)
    got = as_columns(found.table)
    assert got["channel"] == ["all", "mail", "phone"]
    assert (got["complaints"], got["customers"]) == ([4, 2, 2], [3, 2, 2])
    assert got["per_1000_orders"] == pytest.approx([4000 / 6, 2000 / 6, 2000 / 6])
    assert got["answered"] == [2, 1, 1]
    # the mail of 30 April still has time; the phone call of 10 January was never answered
    assert got["promises_due"] == [3, 1, 2]
    assert got["in_time"] == pytest.approx([1 / 3, 0, 1 / 2])
    assert got["closed"] == [1, 0, 1]
    assert (
        as_columns(found.closing)["open_share"][1] == 1 - 1 / 4 or as_columns(found.closing)["open_share"][-1] <= 0.75
    )


def test_the_interval_of_the_rate_is_garwoods():
    got = as_columns(loyalty.complaints(DESK, SALES).table)
    low, high = got["rate_low"][0] * 6 / 1000, got["rate_high"][0] * 6 / 1000
    assert poisson.sf(3, low) == pytest.approx(0.025)
    assert poisson.cdf(4, high) == pytest.approx(0.025)


def test_time_to_close_counts_what_is_open():
    desk = {"customer_id": [1] * 4, "opened": ["2025-01-01"] * 4, "closed": ["2025-01-03", "2025-01-05", None, None]}
    found = loyalty.complaints(desk, SALES)
    row = as_columns(found.table)
    assert (row["median_days"], row["closed"]) == ([4.0], [2])
    closing = as_columns(found.closing)
    assert closing["open_share"][:3] == [1.0, 0.75, 0.5]
    # closed ones alone would say 3 days
    assert row["in_time"] == [None]


def test_answers_after_the_past_ends_are_not_yet_given():
    tx = crm.Transactions(SALES, as_of="2025-01-08")
    got = as_columns(loyalty.complaints(DESK, tx, promise=PROMISE).table)
    assert (got["complaints"][0], got["answered"][0]) == (2, 1)
    later = {name: [*values, extra] for (name, values), extra in
             zip(DESK.items(), (2, "mail", "2025-06-01", None, None), strict=True)}  # fmt: skip
    assert as_columns(loyalty.complaints(later, tx, promise=PROMISE).table) == got


def test_a_promise_is_one_for_all_or_by_channel():
    one = as_columns(loyalty.complaints(DESK, SALES, promise="5D").table)
    assert one["in_time"][0] == pytest.approx(2 / 3)
    some = as_columns(loyalty.complaints(DESK, SALES, promise={"phone": dt.timedelta(hours=24)}).table)
    assert dict(zip(some["channel"], some["promises_due"], strict=True)) == {"all": 2, "mail": 0, "phone": 2}
    with pytest.raises(ArgumentError, match="promise="):
        loyalty.complaints(DESK, SALES, promise="soon")
    with pytest.raises(ArgumentError, match="promise="):
        loyalty.complaints(DESK, SALES, promise="xH")


def test_repurchase_by_hand():
    """Four customers buy on one day; two complain three days later, one of them comes back, as one other does."""
    sales = {"customer_id": [1, 2, 3, 4, 1, 3, 5], "amount": [1.0] * 7,
             "date": ["2025-01-01"] * 4 + ["2025-01-20", "2025-01-10", "2025-12-31"]}  # fmt: skip
    desk = {"customer_id": [1, 2], "opened": ["2025-01-04"] * 2}
    row = {
        name: values[0] for name, values in as_columns(loyalty.complaints(desk, sales, within="30D").recovery).items()
    }
    assert (row["group"], row["customers"]) == ("all", 2)
    assert (row["repurchase_rate"], row["alike_rate"], row["difference"]) == (0.5, 0.5, 0.0)
    assert row["difference_low"] < 0 < row["difference_high"]
    # who came back before the complaint's day is not alike: had 3 bought on 3 January, nobody alike would have
    early = {**sales, "date": ["2025-01-01"] * 4 + ["2025-01-20", "2025-01-03", "2025-12-31"]}
    again = as_columns(loyalty.complaints(desk, early, within="30D").recovery)
    assert again["alike_rate"] == [0.0]


def test_who_complains_without_a_purchase_is_unmatched():
    desk = {"customer_id": [9, 1], "opened": ["2025-01-04"] * 2}
    assert loyalty.complaints(desk, SALES, within="20D").unmatched >= 1


@pytest.mark.parametrize("kind", ["pandas", "polars_lazy"])
def test_a_planted_recovery_effect_is_found(kind):
    made = make_complaints(4000, seed=3)
    desk, sales = (table_of(kind, {name: table[name].to_numpy() for name in table.columns})
                   for table in (made.complaints, made.transactions))  # fmt: skip
    found = as_columns(loyalty.complaints(desk, sales, promise=made.promise).recovery)
    assert found["group"] == ["all", "in_time", "late"]
    for at, truth in ((1, made.in_time_effect), (2, made.late_effect)):
        assert found["difference_low"][at] <= truth <= found["difference_high"][at]
    assert found["difference_low"][1] > 0
    assert found["difference_high"][2] < 0


@pytest.mark.slow  # coverage by simulation
def test_intervals_of_the_recovery_effect_cover():
    inside = []
    for seed in range(20, 32):
        made = make_complaints(1500, seed=seed)
        found = as_columns(loyalty.complaints(made.complaints, made.transactions, promise=made.promise).recovery)
        inside += [found["difference_low"][at] <= truth <= found["difference_high"][at]
                   for at, truth in ((1, made.in_time_effect), (2, made.late_effect))]  # fmt: skip
    assert np.mean(inside) >= 0.87


def test_dates_of_python_are_dates():
    pd = pytest.importorskip("pandas")
    as_text = {"customer_id": [1, 2], "opened": ["2025-01-04", "2025-01-10"], "closed": ["2025-01-06", None]}
    as_dates = {name: pd.Series([day and dt.date.fromisoformat(day) for day in as_text[name]], dtype=object)
                for name in ("opened", "closed")}  # fmt: skip
    desks = pd.DataFrame({**as_text, **as_dates}), pd.DataFrame(as_text)
    found, want = (as_columns(loyalty.complaints(desk, SALES).table) for desk in desks)
    assert found == want
    assert want["closed"] == [1]


def test_row_order_does_not_matter():
    made = make_complaints(300, seed=1)
    order = np.random.default_rng(0).permutation(len(made.complaints))
    one, other = (loyalty.complaints(desk, made.transactions, promise=made.promise)
                  for desk in (made.complaints, made.complaints.iloc[order]))  # fmt: skip
    assert as_columns(one.table) == as_columns(other.table)
    assert as_columns(one.recovery) == as_columns(other.recovery)


def test_desks_that_cannot_be_read(make_table):
    with pytest.raises(ColumnError, match="opened"):
        loyalty.complaints(make_table({"customer_id": [1]}), SALES)
    with pytest.raises(DataError, match="before they were opened"):
        loyalty.complaints({**DESK, "answered": ["2024-01-01"] * 4}, SALES)
    with pytest.raises(DataError, match="no complaint"):
        loyalty.complaints({"customer_id": [1], "opened": ["2020-01-01"]}, SALES)
    with pytest.raises(DataError, match="cannot be read"):
        loyalty.complaints({"customer_id": [1], "opened": ["yesterday"]}, SALES)
    with pytest.raises(DataError, match="two kinds"):
        loyalty.complaints({"customer_id": ["a"], "opened": ["2025-01-04"]}, SALES)
    with pytest.raises(ArgumentError, match="within="):
        loyalty.complaints(DESK, SALES, within="0D")
