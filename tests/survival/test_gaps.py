"""The gap curve against the measured facts of CDNOW, a hand calculation, and its laws."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import crmkit as crm
from conftest import as_columns
from crmkit import cli
from crmkit.errors import ArgumentError, DataError
from crmkit.survival._km import curve


@pytest.fixture(scope="module")
def gaps_of_cdnow(cdnow):
    return crm.survival.inactivity_threshold(crm.Transactions(cdnow))


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
    found = crm.survival.inactivity_threshold(crm.Transactions(make_table(SALES), as_of="2024-01-26"))
    table = as_columns(found.table)
    assert table["days"] == [0, 5, 10, 15, 20]
    assert table["at_risk"] == [5, 4, 3, 2, 1]
    assert table["returned_share"] == pytest.approx([0, 0, 1 / 3, 1 / 3, 1])
    assert table["closed_share"] == [0, 0, 0.5, 0.5, 1]
    assert table["still_to_come"] == pytest.approx([1, 1, 1, 1, 0])
    assert (found.limit, found.plateau) == (20, 1)
    # a length that occurs is read off on its own day, and before the first one nobody has come back
    assert [found.returned_within(days) for days in (10, 14, 15, 20, 21)] == pytest.approx([1 / 3, 1 / 3, 1 / 3, 1, 1])
    sales = {"customer_id": [1, 1, 2, 2], "amount": [1.0] * 4,
             "date": ["2024-01-01", "2024-01-11", "2024-01-01", "2024-01-31"]}  # fmt: skip
    late = crm.survival.inactivity_threshold(crm.Transactions(make_table(sales), as_of="2024-03-31"))
    assert as_columns(late.table)["days"] == [0, 10, 30, 60, 80]
    assert [late.returned_within(days) for days in (9, 10, 30)] == pytest.approx([0, 1 / 4, 1 / 2])  # of four waits
    assert [late.chance_of_return(days) for days in (0, 9, 10)] == pytest.approx([1 / 2, 1 / 2, 1 / 3])


def test_the_limit_is_where_the_share_of_the_returns_is_reached(gaps_of_cdnow, cdnow):
    table = as_columns(gaps_of_cdnow.table)
    reached = [day for day, share in zip(table["days"], table["returned_share"], strict=True)
               if share >= 0.9 * gaps_of_cdnow.plateau]  # fmt: skip
    assert gaps_of_cdnow.limit == reached[0]
    assert crm.survival.inactivity_threshold(crm.Transactions(cdnow), returning=0.5).limit < gaps_of_cdnow.limit


def test_the_card_says_what_was_counted(gaps_of_cdnow):
    assert "within which 90 % of the returns" in str(gaps_of_cdnow)
    assert "Kaplan-Meier 估计" in gaps_of_cdnow.definition.text("zh")


def test_what_has_no_gap_is_refused():
    with pytest.raises(DataError, match="no customer bought on two days"):
        crm.survival.inactivity_threshold({"customer_id": ["a"], "date": ["2024-01-01"], "amount": [1.0]})
    with pytest.raises(ArgumentError, match=r"returning=1\.5"):
        crm.survival.inactivity_threshold(SALES, returning=1.5)


def test_nothing_is_said_of_gaps_longer_than_the_data(gaps_of_cdnow):
    assert np.isnan([gaps_of_cdnow.returned_within("2Y"), gaps_of_cdnow.chance_of_return("2Y")]).all()
    assert gaps_of_cdnow.returned_within("545D") == gaps_of_cdnow.plateau  # the longest gap seen
    assert gaps_of_cdnow.chance_of_return("545D") == 0


def test_the_command_says_nothing_of_gaps_longer_than_the_data(tmp_path, capsys):
    (tmp_path / "sales.csv").write_text("customer_id,date,amount\na,2024-01-01,5\na,2024-01-11,5\nb,2024-01-01,5\n")
    assert cli.main(["gaps", str(tmp_path / "sales.csv"), "--days", "0D,2Y"]) == 0
    at = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["0", "3", "0.0%", "[0.0%,", "0.0%]", "0.0%", "50.0%"] in at
    assert ["730.5", "0", "-", "-", "-", "-"] in at


def test_all_who_had_come_back_stay_so():
    found = crm.survival.inactivity_threshold(SALES)
    assert (found.plateau, found.returned_within("2Y")) == (1, 1)
    assert np.isnan(found.chance_of_return("2Y"))


def test_a_share_that_is_reached_is_reached_whatever_the_last_digit_says():
    """Ten of twenty gaps end, after 1 to 10 days: nine of the ten who come back have done so by day 9, not 10."""
    who = [name for name in "abcdefghij" for _ in range(2)]
    days = [day for gap in range(1, 11) for day in (1, 1 + gap)]
    sales = {"customer_id": who, "date": [f"2024-01-{day:02d}" for day in days], "amount": [1.0] * 20}
    tx = crm.Transactions(sales, as_of="2024-12-31")
    assert [crm.survival.inactivity_threshold(tx, returning=k / 10).limit for k in range(1, 11)] == [*range(1, 11)]


# --- customers counted, not purchases ------------------------------------------------------------------------------


def shops(customers, seed):
    """Customers who differ in how often they buy: customer-days over 400 days."""
    rng = np.random.default_rng(seed)
    often = rng.gamma(0.7, 1 / 30, customers)
    who = np.repeat(np.arange(customers), 1 + rng.poisson(often * 400))
    days = np.datetime64("2024-01-01") + rng.integers(0, 400, len(who))
    return {"customer_id": who, "date": days, "amount": np.ones(len(who))}


def spells_of(sales):
    """Customer, gap and whether it ended, by the definition."""
    end = max(sales["date"])
    rows = []
    for who in np.unique(sales["customer_id"]):
        days = np.unique(sales["date"][sales["customer_id"] == who])
        for at, day in enumerate(days):
            last = at + 1 == len(days)
            rows.append((who, int(((end if last else days[at + 1]) - day).astype(int)), int(not last)))
    return np.array(rows).T


def test_the_interval_is_that_of_curves_without_one_customer_each():
    """The infinitesimal jackknife against the jackknife proper, which leaves one customer out at a time."""
    sales = shops(120, seed=3)
    who, gap, closed = spells_of(sales)
    table = as_columns(crm.survival.inactivity_threshold(sales).table)
    day = 30
    at = table["days"].index(day)

    def log_survival(kept):
        found = curve(gap[kept], closed[kept], np.ones(kept.sum()))
        return np.log(found.survival[np.searchsorted(found.time, day, side="right") - 1])

    without = np.array([log_survival(who != one) for one in np.unique(who)])
    n = len(without)
    spread = np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum())
    share = 1 - table["returned_share"][at]
    ends = [share ** np.exp(sign * 1.959963984540054 * spread / np.log(share)) for sign in (-1, 1)]
    found = [1 - table["returned_high"][at], 1 - table["returned_low"][at]]
    assert found == pytest.approx(sorted(ends), abs=0.004)
    alone = curve(gap, closed, np.ones(len(gap)))
    here = np.searchsorted(alone.time, day)
    assert found[1] - found[0] > 1.3 * (alone.high[here] - alone.low[here])


def test_with_a_purchase_or_two_of_each_customer_it_is_greenwood_s(make_table):
    """Who bought once has one spell; of two purchases on the last day and before, one spell is of length 0."""
    sales = {"customer_id": [*range(40), 0, 1, 2], "amount": [1.0] * 43,
             "date": ["2024-01-01"] * 40 + ["2024-01-31"] * 3}  # fmt: skip
    table = as_columns(crm.survival.inactivity_threshold(make_table(sales)).table)
    plain = curve(np.array([30, 30, 0]), np.array([0, 1, 0]), np.array([37, 3, 3]))
    assert table["days"] == [0, 30]
    assert table["returned_low"][1] == pytest.approx(1 - plain.high[1], abs=1e-9)
    assert table["returned_high"][1] == pytest.approx(1 - plain.low[1], abs=1e-9)


def test_the_variance_of_few_customers_with_many_cases_is_written_out():
    """Six of ten gaps end on day 20, of four customers: t of 3 and of 9 degrees, and means of four and of ten."""
    gap, closed, n = np.array([20, 30]), np.array([1, 0]), np.array([6, 4])
    found, customers, design = curve(gap, closed, n), np.full(3, 4.0), np.array([1.0, 1.7, 1.7])
    t = [stats.t.ppf(0.975, degrees) for degrees in (3, 9)]
    factor = 1.7 * (t[0] / t[1]) ** 2 * (4 / 3) / (10 / 9)
    worth = 10 / factor  # what Greenwood's variance of a share of ten is worth, divided by all that it is too small by
    k = 0.4 * worth
    low, high = found.of_customers(customers, design).low[1], found.of_customers(customers, design).high[1]

    def both(at):  # the mid-p value: halfway between the two beta laws
        return (stats.beta.cdf(at, k, worth - k + 1) + stats.beta.cdf(at, k + 1, worth - k)) / 2

    assert (both(low), both(high)) == pytest.approx((0.025, 0.975), abs=1e-9)


def test_gaps_of_a_customer_are_never_taken_to_tell_more_than_those_of_several():
    found = curve(np.array([20, 30]), np.array([1, 0]), np.array([6, 4]))
    less, one = (found.of_customers(np.full(3, 10.0), np.full(3, design)) for design in (0.4, 1.0))
    assert less.low.tolist() == one.low.tolist()
    assert less.high.tolist() == one.high.tolist()


@pytest.mark.slow  # coverage by simulation
def test_the_interval_holds_the_truth_as_often_as_it_says():
    """Many bases of the same kind; the truth is the curve of a large one."""
    truth = crm.survival.inactivity_threshold(shops(20_000, seed=0)).returned_within("30D")
    held = 0
    for seed in range(1, 61):
        table = crm.survival.inactivity_threshold(shops(150, seed)).table.set_index("days")
        held += table.loc[30, "returned_low"] <= truth <= table.loc[30, "returned_high"]
    assert held >= 53  # 57 expected


@pytest.mark.slow  # coverage by simulation
def test_few_customers_are_not_trusted_more_than_they_can_say():
    """Of five customers each; with a normal law, 68 of these 100 intervals hold the truth."""
    truth = crm.survival.inactivity_threshold(shops(20_000, seed=0)).returned_within("30D")
    held = []
    for seed in range(1, 101):
        table = as_columns(crm.survival.inactivity_threshold(shops(5, seed)).table)
        at = np.searchsorted(table["days"], 30, side="right") - 1
        held.append(table["returned_low"][at] <= truth <= table["returned_high"][at])
    assert np.mean(held) >= 0.86
