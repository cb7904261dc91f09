"""Repurchase rates against the measured facts of CDNOW, hand counts, Newcombe's paper, and bad input."""

from __future__ import annotations

import pytest

import crmkit as crm
from conftest import as_columns
from crmkit._intervals import newcombe
from crmkit.errors import ArgumentError, DataError


def test_rebuying_on_cdnow_within_90_days_by_order_number(cdnow):
    """Measured facts: 29, 42, 51, 64 and 74 % after orders 1, 2, 3, 5 and 8."""
    table = as_columns(crm.retention.repurchase(crm.Transactions(cdnow), within="90D").table)
    rates = dict(zip(table["order_number"], table["rate_within"], strict=True))
    assert [round(100 * rates[number]) for number in (1, 2, 3, 5, 8)] == [29, 42, 51, 64, 74]
    assert table["purchases"][0] == 23_570
    assert table["returned"][:9] == [*table["purchases"][1:9], sum_from(cdnow, 10)]


def sum_from(sales, number):
    """Customers with at least so many purchase days."""
    pd = pytest.importorskip("pandas")
    days = pd.DataFrame({"who": sales["customer_id"], "day": sales["date"]}).drop_duplicates()
    return int((days.groupby("who").size() >= number).sum())


SALES = {
    "customer_id": ["a", "a", "a", "b", "b", "c", "d", "d"],
    "date": ["2023-01-01", "2023-01-11", "2023-03-01", "2023-01-01", "2023-12-31", "2023-01-01", "2023-12-20",
             "2023-12-25"],
    "amount": [5.0] * 8,
    "channel": ["web", "shop", "shop", "web", "web", "shop", "shop", "shop"],
}  # fmt: skip


def test_rates_by_hand(make_table):
    """First purchases: a comes back after 10 days, b after 364, c never in 364 days, d after 5."""
    found = crm.retention.repurchase(make_table(SALES), within="30D", most=2)
    table = as_columns(found.table)
    assert table["order_number"] == [1, 2]
    assert table["purchases"] == [4, 4]  # of the second or a later one: a's two, b's and d's
    assert table["returned"] == [3, 1]
    assert table["rate_within"][0] == pytest.approx(2 / 4)
    # second or later: b and d leave sight after 0 and 6 days, so 1 of the 2 seen for longer comes back, after 49
    assert table["rate_within"][1] == 0
    assert table["median_days"] == [10, 49]


def test_groups_are_compared_among_purchases_that_had_the_time(make_table):
    """Of the purchases up to 1 December, web 1 of 2 return within 30 days (a), shop 0 of 3."""
    found = crm.retention.compare_repurchase(make_table(SALES), within="30D", by="channel", against="shop")
    table = as_columns(found.table)
    assert table["group"] == ["shop", "web"]
    assert table["purchases"] == [1, 4]  # groups are those of the first purchase
    assert table["returned"] == [0, 1]
    assert table["difference"] == [0, 0.25]
    low, high = newcombe(1, 4, 0, 1)
    assert (table["difference_low"][1], table["difference_high"][1]) == (float(low), float(high))
    assert table["difference_low"][0] is None


def test_a_period_is_compared_with_the_year_before(cdnow):
    pd = pytest.importorskip("pandas")
    found = crm.retention.compare_repurchase(crm.Transactions(cdnow), within="90D", window=("1998-01-01", "1998-03-31"))
    table = as_columns(found.table)
    assert table["group"] == ["year_before", "this_period"]
    days = pd.DataFrame({"who": cdnow["customer_id"], "day": pd.to_datetime(pd.Series(cdnow["date"]))})
    days = days.drop_duplicates().sort_values(["who", "day"])
    days["gap"] = (days.groupby("who")["day"].shift(-1) - days["day"]).dt.days
    for at, year in enumerate((1997, 1998)):
        own = days[(days["day"] >= f"{year}-01-01") & (days["day"] <= f"{year}-03-31")]
        assert table["purchases"][at] == len(own)
        assert table["returned"][at] == (own["gap"] <= 90).sum()


def test_newcombe_s_own_examples():
    """Newcombe (1998), table II, method 10: 56/70 - 48/80, 9/10 - 3/10, 10/10 - 0/20."""
    cases = {(56, 70, 48, 80): (0.0524, 0.3339), (9, 10, 3, 10): (0.1705, 0.8090), (10, 10, 0, 20): (0.6791, 1.0)}
    for counts, printed in cases.items():
        assert [round(float(end), 4) for end in newcombe(*counts)] == pytest.approx(printed, abs=1e-4)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"by": "channel", "against": "phone"}, ArgumentError, r"against='phone' is not known"),
        ({"window": ("2023-05-01", "2023-04-01")}, ArgumentError, r"ends before it begins"),
        ({"window": ("2023-05-01", "2023-12-20")}, ArgumentError, r"End the window on 2023-12-01 or before"),
        ({"window": ("2023-05-01", "2023-05-20")}, DataError, r"the data begin on 2023-01-01"),
        ({"by": "club"}, ArgumentError, r"by='club' is not a role"),
    ],
)
def test_what_cannot_be_compared_is_refused(settings, error, message):
    with pytest.raises(error, match=message):
        crm.retention.compare_repurchase(SALES, within="30D", **settings)
