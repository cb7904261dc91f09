"""The gap curve against the measured facts of CDNOW, a hand calculation, and its laws."""

from __future__ import annotations

import numpy as np
import pytest

import crmkit as crm
from conftest import as_columns
from crmkit.errors import ArgumentError, DataError


@pytest.fixture(scope="module")
def gaps_of_cdnow(cdnow):
    return crm.retention.inactivity_threshold(crm.Transactions(cdnow))


def test_fifty_nine_per_cent_come_back_within_174_days_not_eighty(gaps_of_cdnow):
    """The recipe of the peers, the 80th percentile of the customers' mean gaps, is 174 days."""
    assert gaps_of_cdnow.returned_within("174D") == pytest.approx(0.593, abs=5e-4)
    assert gaps_of_cdnow.plateau == pytest.approx(0.698, abs=5e-4)


def test_the_naive_share_is_that_of_the_gaps_that_ended(cdnow, gaps_of_cdnow):
    pd = pytest.importorskip("pandas")
    days = pd.DataFrame({"who": cdnow["customer_id"], "day": pd.to_datetime(pd.Series(cdnow["date"]))})
    gaps = days.drop_duplicates().sort_values(["who", "day"]).groupby("who")["day"].diff().dt.days.dropna()
    assert np.percentile(gaps, 80) == 119
    table = as_columns(gaps_of_cdnow.table)
    at = table["days"].index(119)
    assert table["closed_share"][at] == pytest.approx((gaps <= 119).mean(), abs=1e-15)
    assert table["returned_share"][at] == pytest.approx(0.538, abs=5e-4)


SALES = {
    "customer_id": ["a", "a", "b", "b", "c"],
    "date": ["2024-01-01", "2024-01-11", "2024-01-01", "2024-01-21", "2024-01-26"],
    "amount": [1.0] * 5,
}


def test_a_curve_by_hand(make_table):
    """Gaps 10 and 20 ended; 15, 5 and 0 are open: 3 waited for 10 days, 1 of the 4 to 10; then 1 of 1 at 20."""
    found = crm.retention.inactivity_threshold(crm.Transactions(make_table(SALES), as_of="2024-01-26"))
    table = as_columns(found.table)
    assert table["days"] == [0, 5, 10, 15, 20]
    assert table["at_risk"] == [5, 4, 3, 2, 1]
    assert table["returned_share"] == pytest.approx([0, 0, 1 / 3, 1 / 3, 1])
    assert table["closed_share"] == [0, 0, 0.5, 0.5, 1]
    assert table["still_to_come"] == pytest.approx([1, 1, 1, 1, 0])
    assert (found.limit, found.plateau) == (20, 1)


def test_the_limit_is_where_the_share_of_the_returns_is_reached(gaps_of_cdnow, cdnow):
    table = as_columns(gaps_of_cdnow.table)
    reached = [day for day, share in zip(table["days"], table["returned_share"], strict=True)
               if share >= 0.9 * gaps_of_cdnow.plateau]  # fmt: skip
    assert gaps_of_cdnow.limit == reached[0]
    assert crm.retention.inactivity_threshold(crm.Transactions(cdnow), returning=0.5).limit < gaps_of_cdnow.limit


def test_the_card_says_what_was_counted(gaps_of_cdnow):
    assert "within which 90 % of the returns" in str(gaps_of_cdnow)
    assert "Kaplan-Meier 估计" in gaps_of_cdnow.card.text("zh")


def test_what_has_no_gap_is_refused():
    with pytest.raises(DataError, match="no customer bought on two days"):
        crm.retention.inactivity_threshold({"customer_id": ["a"], "date": ["2024-01-01"], "amount": [1.0]})
    with pytest.raises(ArgumentError, match=r"returning=1\.5"):
        crm.retention.inactivity_threshold(SALES, returning=1.5)
