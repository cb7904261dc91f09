"""Indicators and measures, counted again by hand and by pandas."""

import numpy as np
import pytest

from conftest import as_columns
from crmkit import loyalty
from crmkit.datasets import make_complaints, make_survey
from crmkit.errors import ArgumentError, DataError

SALES = {
    "customer_id": [1, 1, 2, 3, 3],
    "date": ["2025-01-05", "2025-02-01", "2025-02-02", "2025-02-03", "2025-02-28"],
    "amount": [5.0, 7.0, 9.0, 3.0, 4.5],
}
SURVEY = {
    "customer_id": [1, 2, 3, 1],
    "date": ["2025-02-01", "2025-02-05", "2025-02-06", "2025-02-20"],
    "nps": [3, 9, 8, 10],
    "named": [1.0, 0.0, None, 1.0],
    "praised": [1, 1, 0, 0],
    "price_sensitive": [0, 0, 1, 1],
}
DESK = {"customer_id": [1, 2, 2, 9], "opened": ["2025-02-03", "2025-02-10", "2025-02-11", "2025-02-12"]}


def by_name(found):
    got = as_columns(found.table)
    return {(period, name): {column: got[column][at] for column in got} for at, (period, name) in
            enumerate(zip(got["period"], got["indicator"], strict=True))}  # fmt: skip


def test_every_indicator_by_hand(make_table):
    found = loyalty.indicators(
        make_table(SALES), make_table(SURVEY), make_table({**DESK, "customer_id": DESK["customer_id"]})
    )
    got = by_name(found)
    assert got["2025-01", "repurchase_rate"]["value"] == 0
    # of 1, 2 and 3 in February, 1 (in January) and 3 (on the 3rd) had bought before their last purchase
    assert got["2025-02", "repurchase_rate"]["value"] == pytest.approx(2 / 3)
    assert got["2025-02", "purchase_amount"]["value"] == pytest.approx(23.5 / 3)
    # bought: 1, 2, 3; complained: 1, 2 and 9
    assert (got["2025-02", "complaint_rate"]["value"], got["2025-02", "complaint_rate"]["n"]) == (0.75, 4)
    assert got["2025-01", "complaint_rate"]["value"] == 0
    # the last answers: 10, 9, 8
    assert got["2025-02", "recommendation_rate"]["value"] == pytest.approx(2 / 3)
    assert (got["2025-02", "naming_rate"]["value"], got["2025-02", "naming_rate"]["n"]) == (0.5, 2)
    assert got["2025-02", "reputation"]["value"] == pytest.approx(1 / 3)
    assert got["2025-02", "price_sensitivity"]["value"] == pytest.approx(2 / 3)
    assert ("2025-01", "reputation") not in got
    assert got["2025-01", "repurchase_rate"]["complete"]
    assert found.missing == ()
    # Wilson of 2 of 3 by hand; t of (7, 9, 7.5)
    assert got["2025-02", "repurchase_rate"]["low"] == pytest.approx(0.20766, abs=1e-5)
    spread = np.std([7, 9, 7.5], ddof=1) / np.sqrt(3)
    assert got["2025-02", "purchase_amount"]["high"] == pytest.approx(23.5 / 3 + 4.302653 * spread, rel=1e-6)


def test_what_the_data_do_not_give_is_named():
    found = loyalty.indicators(SALES)
    assert found.missing == ("complaint_rate", "recommendation_rate", "naming_rate", "reputation", "price_sensitivity")
    assert "回头率" in found.definition.text("zh")
    some = loyalty.indicators(SALES, {"date": ["2025-02-01"], "q7": [1]}, columns={"praised": "q7"})
    assert by_name(some)["2025-02", "reputation"]["value"] == 1
    with pytest.raises(DataError, match="none of the columns"):
        loyalty.indicators(SALES, {"date": ["2025-02-01"], "q7": [1]})
    with pytest.raises(ArgumentError, match="columns="):
        loyalty.indicators(SALES, SURVEY, columns={"mood": "q7"})


def test_nothing_after_as_of_is_seen():
    later = {**SURVEY, "date": ["2025-02-01", "2025-02-05", "2025-02-06", "2025-05-20"]}
    got = by_name(loyalty.indicators(SALES, later))
    assert got["2025-02", "recommendation_rate"]["value"] == pytest.approx(1 / 3)


def test_many_rows_against_pandas():
    pandas = pytest.importorskip("pandas")
    made = make_complaints(600, seed=2)
    got = by_name(loyalty.indicators(made.transactions, complaints=made.complaints, period="quarter"))
    tx = made.transactions.assign(period=made.transactions["date"].dt.to_period("Q").astype(str).str.replace("Q", "-Q"))
    first = tx.groupby("customer_id")["date"].min()
    desk = made.complaints.assign(period=made.complaints["opened"].dt.to_period("Q").astype(str).str.replace("Q", "-Q"))
    for period, rows in tx.groupby("period"):
        last = rows.groupby("customer_id")["date"].max()
        assert got[period, "repurchase_rate"]["value"] == pytest.approx((last > first[last.index]).mean())
        assert got[period, "purchase_amount"]["value"] == pytest.approx(
            rows["amount"].sum() / rows["customer_id"].nunique()
        )
        complained = set(desk.loc[desk["period"] == period, "customer_id"])
        everyone = complained | set(rows["customer_id"])
        assert got[period, "complaint_rate"]["value"] == pytest.approx(len(complained) / len(everyone))
    assert pandas is not None


def test_the_four_of_the_question_banks(make_table):
    survey = make_table(
        {"customer_id": [1, 2, 3], "attention": [5, 4, 3], "tolerance": [2, 2, 5], "price_sensitivity": [1, 2, 3]}
    )
    found = loyalty.measures(make_table(SALES), survey)
    got = as_columns(found.table)
    assert got["measure"] == ["repeat_purchases", "brand_attention", "fault_tolerance", "price_sensitivity"]
    assert got["value"] == pytest.approx([2 / 3, 4, 3, 2])
    assert got["n"] == [3, 3, 3, 3]
    assert (got["low"][1], got["high"][1]) == pytest.approx((4 - 4.302653 / 3**0.5, 4 + 4.302653 / 3**0.5), rel=1e-6)
    assert (got["low"][2], got["high"][2]) == pytest.approx(
        (3 - 4.302653, 3 + 4.302653), rel=1e-6
    )  # deviation 3 ** 0.5
    assert found.missing == ()
    assert loyalty.measures(SALES).missing == ("brand_attention", "fault_tolerance", "price_sensitivity")
    assert as_columns(loyalty.measures(SALES, make_survey(100).survey, columns={"attention": "nps"}).table)["n"][1] > 5
