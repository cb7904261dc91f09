"""Tables of the package lifetimes, read: there and back again, every kind of table, and what cannot be."""

import numpy as np
import pytest
from cdnow_repeats import cdnow_repeats

from conftest import as_columns
from crmkit import clv
from crmkit.errors import ArgumentError, ColumnError, DataError

WEEKS = {
    "customer_id": ["a", "b", "c"],
    "frequency": [2, 0, 26],
    "recency": [30.0, 0.0, 216 / 7],
    "T": [39.0, 39.0, 31.0],
    "monetary_value": [22.35, 0.0, 12.5],
}


def test_a_table_in_weeks_becomes_days(make_table):
    got = as_columns(clv.from_lifetimes(make_table(WEEKS), period="week"), sort="customer_id")
    assert list(got) == ["customer_id", "x", "t_x", "T", "m_x"]
    assert got["x"] == [2, 0, 26]
    assert got["t_x"] == pytest.approx([210, 0, 216])
    assert got["T"] == [273, 273, 217]
    assert got["m_x"] == [22.35, 0.0, 12.5]


@pytest.mark.parametrize(("period", "days"), [("day", 1), ("week", 7), ("month", 365.25 / 12), ("year", 365.25)])
def test_the_unit_is_that_of_the_table(period, days):
    got = as_columns(clv.from_lifetimes({"frequency": [1], "recency": [3], "T": [5]}, period=period))
    assert got == {"x": [1], "t_x": [pytest.approx(3 * days)], "T": [pytest.approx(5 * days)]}


def test_whole_days_stay_whole_and_the_index_stays():
    import pandas as pd

    old = pd.DataFrame({"frequency": [1, 0], "recency": [3, 0], "T": [5, 9]}, index=pd.Index(["u", "v"], name="who"))
    before = old.copy()
    new = clv.from_lifetimes(old, period="week")
    assert new.index.tolist() == ["u", "v"]
    assert new["T"].tolist() == [35, 63]
    assert new["T"].dtype.kind == "i"
    pd.testing.assert_frame_equal(old, before)


def test_a_fit_to_their_table_is_the_published_fit():
    ours = cdnow_repeats()
    theirs = {"frequency": ours["x"], "recency": ours["t_x"] / 7, "T": ours["T"] / 7}
    model = clv.BGNBD(period="week").fit(clv.from_lifetimes(theirs, period="week"))
    assert model.log_likelihood_ == pytest.approx(-9582.4292, abs=1e-3)
    assert model.params_.alpha == pytest.approx(4.413602, rel=1e-3)


def test_predictions_are_theirs():
    """Figures of lifetimes 0.11.3 (BetaGeoFitter with given params_), run once and noted; weeks."""
    model = clv.BGNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426, period="week")
    customers = clv.from_lifetimes({"frequency": [2, 1], "recency": [30.43, 5.0], "T": [38.86, 30.0]}, period="week")
    assert model.predict(customers, horizon="39W") == pytest.approx([1.22602817, 0.44208924], abs=1e-8)
    assert model.p_alive(customers) == pytest.approx([0.72657857, 0.37916776], abs=1e-8)


def test_the_textbook_sum_is_theirs():
    """lifetimes 0.11.3, GammaGammaFitter.customer_lifetime_value(time=12, discount_rate=.01, freq="W"), noted."""
    theirs = {
        "frequency": [2, 1, 0],
        "recency": [30.0, 5.0, 0.0],
        "T": [39.0, 30.0, 39.0],
        "monetary_value": [22.35, 11.77, 0.0],
    }
    model = clv.BGNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426, period="week")
    spend = clv.GammaGamma.from_params(p=6.25, q=3.74, v=15.44)
    valued = clv.lifetime_value(
        clv.from_lifetimes(theirs), purchases=model, spend=spend, horizon="12M", discount_rate=1.01**12 - 1,
        timing="period-end",
    )  # fmt: skip
    # Their month has 4.345 weeks, 30.415 days; ours 30.4375: seven parts in ten thousand.
    assert as_columns(valued)["residual_clv"] == pytest.approx([35.84, 10.03, 8.35], rel=1e-3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"recency": [50.0, 0.0, 216 / 7]}, r"between 0 and T[\s\S]*1 rows[\s\S]*\(2\.0, 50\.0, 39\.0\)"),
        ({"recency": [9.0, 39.0, 3.0]}, r"exactly for customers with a frequency of 0[\s\S]*not since the last"),
        ({"frequency": [2.5, 0, 26]}, "whole number"),
        ({"frequency": [-1, 0, 26]}, "whole number"),
    ],
)
def test_what_cannot_be_is_shown(make_table, change, message):
    with pytest.raises(DataError, match=message):
        clv.from_lifetimes(make_table({**WEEKS, **change}))


def test_missing_columns_and_unknown_periods_are_named(make_table):
    with pytest.raises(ColumnError, match=r"no column 'recency'[\s\S]*A table of the package lifetimes"):
        clv.from_lifetimes(make_table({"frequency": [1], "T": [3]}))
    with pytest.raises(ColumnError, match="monetary_value"):
        clv.from_lifetimes(make_table({**WEEKS, "monetary_value": [1.0, np.nan, 2.0]}))
    with pytest.raises(ArgumentError, match="period='W'"):
        clv.from_lifetimes(make_table(WEEKS), period="W")
