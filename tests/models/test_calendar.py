"""One calendar for all customers: flat ones change nothing, known seasons are found, mapped fits are exact."""

import datetime as dt
import itertools

import numpy as np
import pytest
from test_totals import shop

import crmkit as crm
from crmkit import clv
from crmkit.errors import ArgumentError, DataError, NotFittedError
from crmkit.models._calendar import Clock, Rates, _lunar_new_years, _named_days
from crmkit.models._repeats import Cells

SEASON = np.array([0.6, 0.7, 0.8, 0.9, 1.0, 1.0, 0.8, 0.8, 1.0, 1.2, 1.5, 1.7])


def seasonal(days, seed=3, n=500, events=(), boost=1.0):
    """A shop of two to four years whose months differ as `SEASON` says, and some days by `boost`."""
    start = np.datetime64("2020-01-01")

    def factor(day):
        month = (start + day).astype("datetime64[M]").astype(int) % 12
        return SEASON[month] * np.where(np.isin(day, events), boost, 1.0)

    return shop(n, days, rate=1 / 30, seed=seed, season=factor)


def test_a_flat_calendar_changes_nothing_at_all():
    cells = Cells(np.array([0.0, 2, 5]), np.array([0.0, 30, 200]), np.array([10.0, 90, 300]), np.ones(3))
    mapped = Rates().clock(18_000, 18_400).map(cells, 18_400)
    assert (mapped.t_x == cells.t_x).all()
    assert (mapped.T == cells.T).all()
    assert Rates().clock(0, 100).horizon(10, 45.5) == 45.5


@pytest.mark.parametrize("kind", [clv.BGNBD, clv.MBGNBD, clv.ParetoNBD, clv.NBD])
def test_likelihoods_collapse_to_the_plain_ones(kind):
    sales = shop(150, days=500)
    calendar = clv.PurchaseCalendar(seasons=None).fit(sales)
    model = kind().fit(crm.summarize(sales))
    plain, mapped = model.log_likelihood(crm.summarize(sales)), model.log_likelihood(calendar.summarize(sales))
    assert mapped == pytest.approx(plain, rel=1e-12, abs=0)
    assert calendar.log_intensity(sales) == 0
    assert calendar.horizon("26W") == pytest.approx(182, rel=1e-12)


def test_a_likelihood_in_operational_time_is_that_of_the_uneven_process():
    """A customer of known rate, by hand: intensity at each purchase, and what was expected over the whole time."""
    months = SEASON / SEASON.mean()
    clock = Rates(months).clock(18_262, 18_262 + 700)
    bought, end, rate = [18_262 + 100, 18_262 + 300, 18_262 + 500], 18_262 + 600, 1 / 50
    c = Rates(months).of(np.arange(18_263, end + 1))
    by_hand = sum(np.log(rate * Rates(months).of(np.array([day]))[0]) for day in bought) - rate * c.sum()
    cells = Cells(np.array([3.0]), np.array([500.0]), np.array([600.0]), np.ones(1))
    T = clock.map(cells, end).T[0]
    jacobian = sum(np.log(Rates(months).of(np.array([day]))[0]) for day in bought)
    assert 3 * np.log(rate) - rate * T + jacobian == pytest.approx(by_hand, rel=1e-12)


def test_the_intensity_of_a_past_is_that_of_each_day_with_a_repeat_up_to_the_last_one():
    days = {"a": [0, 40, 699], "b": [5], "c": [30, 31, 32, 698], "d": [0, 699]}
    start = np.datetime64("2020-01-01")
    sales = {
        "customer_id": [who for who, own in days.items() for _ in own],
        "date": [start + day for own in days.values() for day in own],
        "amount": [1.0] * sum(map(len, days.values())),
    }
    calendar = clv.PurchaseCalendar(seasons=None).fit(sales)
    calendar.rates_ = Rates(SEASON / SEASON.mean())
    month = [(start + day).astype("datetime64[M]").astype(int) % 12 for own in days.values() for day in own[1:]]
    assert calendar.log_intensity(sales) == pytest.approx(np.log(SEASON / SEASON.mean())[month].sum(), rel=1e-12)


def test_months_are_found_and_improve_the_fit():
    sales = seasonal(1400)
    calendar = clv.PurchaseCalendar().fit(sales)
    found = calendar.table["factor"].to_numpy()
    assert calendar.table["event"].tolist() == [f"{month:02d}" for month in range(1, 13)]
    assert found == pytest.approx(SEASON / SEASON.mean(), abs=0.1)
    seasonal_fit = clv.BGNBD(period="day").fit(calendar.summarize(sales)).log_likelihood_
    plain_fit = clv.BGNBD(period="day").fit(crm.summarize(sales)).log_likelihood_
    assert seasonal_fit + calendar.log_intensity(sales) > plain_fit + 100


def test_an_even_shop_has_an_even_calendar():
    found = clv.PurchaseCalendar().fit(shop(300, days=1200, seed=5)).table["factor"]
    assert found.to_numpy() == pytest.approx(1, abs=0.06)


def test_a_decline_is_no_season():
    sales = shop(300, days=1100, seed=2, season=lambda day: np.exp(-day / 500))
    found = clv.PurchaseCalendar().fit(sales).table["factor"]
    assert found.to_numpy() == pytest.approx(1, abs=0.15)


def test_a_sales_day_has_its_strength_shrunk_and_known_in_advance():
    days = [100, 465, 830, 1195]  # once a year
    sales = seasonal(1150, events=days, boost=6.0)
    dates = [dt.date(2020, 1, 1) + dt.timedelta(days=day) for day in days]
    calendar = clv.PurchaseCalendar(events={"big_day": dates}).fit(sales)
    row = calendar.table[calendar.table["event"] == "big_day"].iloc[0]
    assert row["factor"] == pytest.approx(6, rel=0.25)
    assert row["factor"] < row["purchases"] / row["expected"]
    # the next one lies 46 days ahead
    day_before, that_day = (calendar.horizon(days) - calendar.horizon(days - 1) for days in (45, 46))
    assert that_day / day_before == pytest.approx(row["factor"], rel=1e-9)


@pytest.mark.parametrize("year", [2022, 2030])
def test_a_named_day_is_known_for_years_to_come(year):
    sales = seasonal(800, n=150, events=[315, 680], boost=8.0)  # 2020-11-11 and 2021-11-11
    calendar = clv.PurchaseCalendar(seasons=None, events="singles_day").fit(sales)
    factor = float(calendar.table.loc[calendar.table["event"] == "singles_day", "factor"].iloc[0])
    assert factor > 3
    eve = dt.date(year, 11, 10)
    assert calendar.horizon(1, as_of=eve) / calendar.horizon(1, as_of=eve - dt.timedelta(days=1)) == (
        pytest.approx(factor, rel=1e-9)
    )


def test_closed_days_pass_no_time():
    sales = shop(100, days=400)
    start = np.datetime64("2020-01-01")
    closed = (start + 200, start + 230)
    keep = (sales["date"] < closed[0]) | (sales["date"] > closed[1])
    open_ = {name: column[keep] for name, column in sales.items()}
    calendar = clv.PurchaseCalendar(seasons=None, closures=[tuple(map(str, closed)), "2021-03-01"]).fit(open_)
    before = crm.summarize(open_).set_index("customer_id")["T"]
    after = calendar.summarize(open_).set_index("customer_id")["T"]
    early = before > 300
    assert (before - after)[early].to_numpy() == pytest.approx(31)
    assert calendar.horizon(60) == 59
    with pytest.raises(DataError, match=r"somebody bought on 2020"):
        clv.PurchaseCalendar(seasons=None, closures=[closed]).fit(sales)


def test_a_season_needs_two_years():
    with pytest.raises(DataError, match="season from a trend: that takes 730 days"):
        clv.PurchaseCalendar().fit(shop(50, days=500))


@pytest.mark.parametrize("make_table", ["duckdb"], indirect=True)
def test_lazy_tables_are_mapped_alike(make_table):
    sales = shop(60, days=300)
    calendar = clv.PurchaseCalendar(seasons=None, closures=["2020-06-01"])
    sales = {name: column[sales["date"] != np.datetime64("2020-06-01")] for name, column in sales.items()}
    plain = calendar.fit(sales).summarize(sales).sort_values("customer_id")
    lazy = calendar.summarize(make_table(sales)).df().sort_values("customer_id")
    assert lazy[["x", "t_x", "T"]].to_numpy() == pytest.approx(plain[["x", "t_x", "T"]].to_numpy())


def test_totals_take_the_season_once_two_years_show_it():
    tx = crm.Transactions(seasonal(1440, n=250))
    past = tx.until("2023-05-31")  # before the months that sell most
    found = clv.total_interval(past, horizon="26W")
    flat = clv.total_interval(past, horizon="26W", calendar=clv.PurchaseCalendar(seasons=None))
    both = crm.summarize(tx.until("2023-11-29")).merge(crm.summarize(past), on="customer_id")
    actual = (both["x_x"] - both["x_y"]).sum()
    assert abs(np.log(actual / found.value)) < 0.05 < abs(np.log(actual / flat.value))
    assert found.low <= actual <= found.high
    assert np.log(found.high / found.low) < np.log(flat.high / flat.low)


def test_named_days():
    assert [str(np.datetime64(int(day), "D")) for day in _named_days("black_friday", range(2023, 2026))] == [
        "2023-11-24", "2024-11-29", "2025-11-28",
    ]  # fmt: skip
    assert str(np.datetime64(int(_named_days("cyber_monday", range(2024, 2025))[0]), "D")) == "2024-12-02"
    for name, days in {
        "singles_day": ["11-11"],
        "mid_year": ["06-18"],
        "christmas": ["12-24", "12-25", "12-26"],
        "new_year": ["12-31", "01-01"],
    }.items():
        expected = sorted(f"{year}-{day}" for year in (2024, 2025) for day in days)
        assert sorted(str(np.datetime64(int(day), "D")) for day in _named_days(name, range(2024, 2026))) == expected
    pytest.importorskip("holidays")
    weeks = np.datetime64("2025-01-29") + np.arange(7), np.datetime64("2026-02-17") + np.arange(7)
    assert _named_days("lunar_new_year", range(2025, 2027)).tolist() == np.concatenate(weeks).astype(int).tolist()
    assert [str(day) for day in _lunar_new_years(range(2023, 2027))] == [
        "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17",
    ]  # fmt: skip


def test_operational_time_never_runs_back():
    clock = Rates(SEASON, ((np.array([18_300]), 5.0),), np.array([18_310, 18_311])).clock(18_262, 18_700)
    assert all(earlier <= later for earlier, later in itertools.pairwise(clock.elapsed))
    assert isinstance(clock, Clock)


def test_what_goes_wrong_is_said():
    with pytest.raises(NotFittedError, match=r"calendar\.fit"):
        clv.PurchaseCalendar().horizon(10)
    with pytest.raises(ArgumentError, match="events"):
        clv.PurchaseCalendar(seasons=None, events=["national_day"]).fit(shop(30, days=200))
    with pytest.raises(ArgumentError, match="seasons"):
        clv.PurchaseCalendar(seasons="week")
