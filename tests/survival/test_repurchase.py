"""Repurchase rates against the measured facts of CDNOW, hand counts, Newcombe's paper, and bad input."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import crmkit as crm
from conftest import as_columns, small_table
from crmkit._statistics import effective_size, newcombe
from crmkit.errors import ArgumentError, DataError


def test_rebuying_on_cdnow_within_90_days_by_order_number(cdnow):
    """Measured facts: 29, 42, 51, 64 and 74 % after orders 1, 2, 3, 5 and 8."""
    table = as_columns(crm.survival.repurchase(crm.Transactions(cdnow), within="90D").table)
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
    found = crm.survival.repurchase(make_table(SALES), within="30D", most=2)
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
    found = crm.survival.compare_repurchase(make_table(SALES), within="30D", by="channel", baseline="shop")
    table = as_columns(found.table)
    assert table["group"] == ["shop", "web"]
    assert table["purchases"] == [1, 4]  # groups are those of the first purchase
    assert table["returned"] == [0, 1]
    assert table["difference"] == [0, 0.25]
    # web has a with three purchases, of which the first is followed within 30 days, and b with one
    size = effective_size(np.array([3, 1]), np.array([1, 0]), np.array([1, 1]))
    low, high = newcombe(0.25 * size, size, 0, 1)
    assert (table["difference_low"][1], table["difference_high"][1]) == (float(low), float(high))
    assert table["difference_low"][0] is None


def test_a_period_is_compared_with_the_year_before(cdnow):
    pd = pytest.importorskip("pandas")
    found = crm.survival.compare_repurchase(crm.Transactions(cdnow), within="90D", current=("1998-01-01", "1998-03-31"))
    table = as_columns(found.table)
    assert table["group"] == ["year_before", "this_period"]
    days = pd.DataFrame({"who": cdnow["customer_id"], "day": pd.to_datetime(pd.Series(cdnow["date"]))})
    days = days.drop_duplicates().sort_values(["who", "day"])
    days["gap"] = (days.groupby("who")["day"].shift(-1) - days["day"]).dt.days
    for at, year in enumerate((1997, 1998)):
        own = days[(days["day"] >= f"{year}-01-01") & (days["day"] <= f"{year}-03-31")]
        assert table["purchases"][at] == len(own)
        assert table["returned"][at] == (own["gap"] <= 90).sum()


@pytest.mark.parametrize("again_before", [0, 10])
def test_a_year_in_which_all_did_the_same_tells_nothing_of_who_is_who(again_before):
    """The same ten customers in both years, one purchase each: of no difference among them comes no correlation."""
    days = {who: ["2022-03-01", "2023-03-01"] for who in range(10)}
    for who in range(again_before):
        days[who].append("2022-03-21")
    for who in range(4):
        days[who].append("2023-03-11")
    sales = {
        "customer_id": [who for who, own in days.items() for _ in own],
        "date": [day for own in days.values() for day in own],
        "amount": [1.0] * sum(map(len, days.values())),
    }
    tx = crm.Transactions(sales, as_of="2023-12-31")
    found = as_columns(crm.survival.compare_repurchase(tx, within="30D", current=("2023-03-01", "2023-03-05")).table)
    assert (found["purchases"], found["returned"]) == ([10, 10], [again_before, 4])
    low, high = newcombe(4, 10, again_before, 10)
    assert (found["difference_low"][1], found["difference_high"][1]) == pytest.approx((low, high), rel=1e-9)


def test_newcombe_s_own_examples():
    """Newcombe (1998), table II, method 10: 56/70 - 48/80, 9/10 - 3/10, 10/10 - 0/20."""
    cases = {(56, 70, 48, 80): (0.0524, 0.3339), (9, 10, 3, 10): (0.1705, 0.8090), (10, 10, 0, 20): (0.6791, 1.0)}
    for counts, printed in cases.items():
        assert [round(float(end), 4) for end in newcombe(*counts)] == pytest.approx(printed, abs=1e-4)


def test_the_level_is_that_of_both_intervals_and_is_said():
    found = crm.survival.compare_repurchase(SALES, within="30D", by="channel", baseline="shop", level=0.8)
    table = as_columns(found.table)
    size = effective_size(np.array([3, 1]), np.array([1, 0]), np.array([1, 1]))
    z = stats.norm.ppf(0.9)

    def wilson(p, n):
        root = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
        return (p + z**2 / (2 * n) - root) / (1 + z**2 / n), (p + z**2 / (2 * n) + root) / (1 + z**2 / n)

    (low, high), (_, shop_high) = wilson(0.25, size), wilson(0.0, 1)
    assert (table["rate_low"][1], table["rate_high"][1]) == pytest.approx((low, high))
    assert table["difference_low"][1] == pytest.approx(0.25 - np.sqrt((0.25 - low) ** 2 + shop_high**2))
    assert table["difference_high"][1] == pytest.approx(0.25 + (high - 0.25))
    assert "80 % intervals" in found.definition.text("en")


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"by": "channel", "baseline": "phone"}, ArgumentError, r"baseline='phone' is not known"),
        ({"current": ("2023-05-01", "2023-04-01")}, ArgumentError, r"ends before it begins"),
        ({"current": ("2023-05-01", "2023-12-20")}, ArgumentError, r"End the window on 2023-12-01 or before"),
        ({"current": ("2023-05-01", "2023-05-20")}, DataError, r"the data begin on 2023-01-01"),
        ({"by": "club"}, ArgumentError, r"by='club' is not a role"),
        ({"baseline": "shop"}, ArgumentError, r"baseline='shop' goes with by="),
        ({"within": 0.5}, ArgumentError, r"within=0\.5 is less than a day"),
        (
            {"by": "channel", "current": ("2020-01-01", "2020-02-01")},
            DataError,
            r'data cover 2023-01-01 to 2023-12-31\. .* current=\("2023-01-01", "2023-12-01"\)',
        ),
        ({"by": "channel", "within": "900D"}, DataError, r'900 days to be followed; .* such as within="182D"'),
    ],
)
def test_what_cannot_be_compared_is_refused(settings, error, message):
    with pytest.raises(error, match=message):
        crm.survival.compare_repurchase(SALES, **{"within": "30D", **settings})


def test_a_time_of_no_day_is_refused():
    with pytest.raises(ArgumentError, match="within='0D' is less than a day"):
        crm.survival.repurchase(SALES, within="0D")


def test_what_the_errors_propose_works():
    for settings in ({"within": "30D", "current": ("2023-01-01", "2023-12-01")}, {"within": "182D"}):
        assert as_columns(crm.survival.compare_repurchase(SALES, by="channel", **settings).table)["purchases"][0] > 0


def test_the_card_says_which_purchases_are_compared(cdnow_sample):
    tx = crm.Transactions(cdnow_sample)
    years = crm.survival.compare_repurchase(tx, within="90D", current=("1998-01-01", "1998-03-31")).definition
    assert "1998-01-01 to 1998-03-31 (this period) and from 1997-01-01 to 1997-03-31 (year before)" in years.text()
    assert "1998-01-01 至 1998-03-31（本期）与 1997-01-01 至 1997-03-31（去年同期）" in years.text("zh")
    assert "left out: purchases on all other days, among them the last 90 days" in years.text()
    groups = crm.survival.compare_repurchase(SALES, within="30D", by="channel").definition
    assert "window: purchases from 2023-01-01 to 2023-12-01, each followed for 30 days" in groups.text()


def test_without_a_window_the_card_names_the_last_year_that_could_be_followed():
    sales = {"customer_id": ["a", "a", "b"], "date": ["2022-01-01", "2023-05-01", "2024-06-30"], "amount": [1.0] * 3}
    said = crm.survival.compare_repurchase(sales, within="30D").definition.text()
    assert "from 2023-06-01 to 2024-05-31 (this period) and from 2022-06-01 to 2023-05-31 (year before)" in said


# --- customers counted, not purchases ------------------------------------------------------------------------------


def test_independent_cases_are_worth_themselves_and_copies_nothing():
    one_each = np.array([1, 1]), np.array([0, 1]), np.array([70, 30])
    assert effective_size(*one_each) == 100
    copied = np.array([8, 8]), np.array([0, 8]), np.array([70, 30])  # each customer's case, eight times
    few = (stats.t.ppf(0.975, 799) / stats.t.ppf(0.975, 99)) ** 2  # one customer less, as a variance knows it
    assert effective_size(*copied) == pytest.approx(few * 99, rel=1e-9)
    assert effective_size(np.array([5]), np.array([2]), np.array([1])) == 1
    assert effective_size(np.array([3, 2]), np.array([0, 0]), np.array([4, 6])) == 10


def test_one_customer_with_thousands_of_orders_is_one_customer():
    sales = {"customer_id": ["loyal"] * 360 + [f"c{at}" for at in range(40)], "amount": [1.0] * 400,
             "date": (np.datetime64("2024-01-01") + np.array([*range(360), *range(40)])).tolist(),
             "channel": ["a"] * 360 + ["a", "b"] * 20}  # fmt: skip
    found = as_columns(crm.survival.compare_repurchase(sales, within="30D", by="channel").table)
    assert found["group"] == ["a", "b"]
    assert found["rate"][0] > 0.9
    assert found["rate_low"][0] < 0.3  # of 21 customers, 20 never came back


def test_groups_without_a_difference_are_told_apart_one_time_in_twenty():
    """A placebo: customers in groups by chance. Counting purchases, half of such intervals leave out 0."""
    rng = np.random.default_rng(11)
    missed = 0
    for _ in range(100):
        often = rng.gamma(0.6, 1 / 40, 300)
        who = np.repeat(np.arange(300), 1 + rng.poisson(often * 540))
        sales = {"customer_id": who, "date": np.datetime64("2023-01-01") + rng.integers(0, 540, len(who)),
                 "amount": np.ones(len(who)), "channel": np.where(who % 2, "a", "b")}  # fmt: skip
        found = as_columns(crm.survival.compare_repurchase(small_table(sales), within="30D", by="channel").table)
        missed += not found["difference_low"][1] <= 0 <= found["difference_high"][1]
    assert missed <= 12


def test_a_year_of_the_same_customers_is_compared_with_their_own_year_before():
    """Half of the customers always come back, the others never: the same in both years, so there is little doubt."""
    days = [f"{year}-0{month}-0{day}" for year in (2023, 2024) for month in (1, 3, 5) for day in (1, 9)]
    sales = {"customer_id": [who for who in range(60) for _ in days],
             "date": [day if who % 2 else day[:-2] + "01" for who in range(60) for day in days],
             "amount": [1.0] * 60 * len(days)}  # fmt: skip
    tx = crm.Transactions(sales, as_of="2024-12-31")
    year = ("2024-01-01", "2024-12-01")
    found = as_columns(crm.survival.compare_repurchase(tx, within="20D", current=year).table)
    assert found["difference"][1] == 0
    width = [high - low for low, high in ((found["difference_low"][1], found["difference_high"][1]),
                                          (found["rate_low"][1], found["rate_high"][1]))]  # fmt: skip
    assert width[0] < 0.1 * width[1]


def test_all_purchases_together_have_the_interval_of_the_gap_curve(cdnow_sample):
    tx = crm.Transactions(cdnow_sample)
    pooled = as_columns(crm.survival.repurchase(tx, within="90D", most=1).table)
    gaps = as_columns(crm.survival.inactivity_threshold(tx).table)
    at = gaps["days"].index(90)
    for name, other in (
        ("rate_within", "returned_share"),
        ("within_low", "returned_low"),
        ("within_high", "returned_high"),
    ):
        assert pooled[name] == [gaps[other][at]]
    assert pooled["purchases"] == [sum(gaps["returned"]) + len(set(cdnow_sample["customer_id"]))]


def test_groups_have_the_interval_that_they_have_alone(make_table):
    rng = np.random.default_rng(5)
    who = np.repeat(np.arange(30), rng.integers(1, 12, 30))
    sales = {"customer_id": who, "amount": np.ones(len(who)), "channel": np.where(who % 2, "a", "b").tolist(),
             "date": (np.datetime64("2024-01-01") + rng.integers(0, 300, len(who))).tolist()}  # fmt: skip
    tx = crm.Transactions(make_table(sales), channel="channel", as_of="2024-12-31")
    both = as_columns(crm.survival.repurchase(tx, within="30D", most=2, by="channel").table)
    odd = who % 2 == 1
    own = {name: np.array(values)[odd].tolist() for name, values in sales.items()}
    alone = as_columns(crm.survival.repurchase(crm.Transactions(own, as_of="2024-12-31"), within="30D", most=2).table)
    for name in ("order_number", "purchases", "rate_within", "within_low", "within_high"):
        assert both[name][:2] == pytest.approx(alone[name], rel=1e-5)


def test_nobody_who_came_back_and_everybody_is_not_known_for_sure(make_table):
    """0 of 60 customers, and 60 of 60: Wilson's interval has a width there, Greenwood's has none."""
    nobody = {"customer_id": [*range(60), 99], "date": ["2024-01-01"] * 60 + ["2024-12-31"], "amount": [1.0] * 61}
    for most in (1, 3):  # alone, and with later purchases
        table = as_columns(crm.survival.repurchase(make_table(nobody), within="90D", most=most).table)
        assert (table["rate_within"], table["within_low"]) == ([0], [0])
        assert table["within_high"] == pytest.approx(
            [1 - 0.05 ** (1 / 60)]
        )  # the mid-p value: half of (1 - p)^60 is .025
    everybody = {"customer_id": [*range(60)] * 2, "date": ["2024-01-01"] * 60 + ["2024-01-31"] * 60,
                 "amount": [1.0] * 120}  # fmt: skip
    table = as_columns(crm.survival.repurchase(make_table(everybody), within="30D", most=1).table)
    assert (table["rate_within"], table["within_high"]) == ([1], [1])
    assert table["within_low"] == pytest.approx([0.05 ** (1 / 60)])


def test_one_customer_is_one_case_however_often_it_bought(make_table):
    days = ["01-01", "01-11", "01-21", "02-01", "05-01", "05-11", "05-21", "06-01", "12-31"]
    loyal = {"customer_id": ["a"] * 9, "date": [f"2024-{day}" for day in days], "amount": [1.0] * 9}
    table = as_columns(crm.survival.repurchase(make_table(loyal), within="30D", most=1).table)
    assert table["rate_within"] == pytest.approx([0.75])
    ends = np.array([table["within_low"][0], table["within_high"][0]])  # of three in four of one customer
    assert (stats.beta(0.75, 1.25).cdf(ends) + stats.beta(1.75, 0.25).cdf(ends)) / 2 == pytest.approx([0.025, 0.975])


def test_two_customers_who_do_alike_leave_much_open():
    """Their likeness may be chance: a variance of no spread between two is not believed."""
    days = ["01-01", "01-11", "01-21", "02-01", "05-01", "05-11", "12-31"]
    alike = {"customer_id": ["a"] * 7 + ["b"] * 7, "date": [f"2024-{day}" for day in days] * 2, "amount": [1.0] * 14}
    table = as_columns(crm.survival.repurchase(alike, within="30D", most=1).table)
    assert table["within_high"][0] - table["within_low"][0] > 0.9


def test_repeat_rates_of_every_month_counted_one_customer_at_a_time():
    rng = np.random.default_rng(8)
    who, day = rng.integers(0, 30, 150), rng.integers(0, 200, 150)
    days = np.datetime64("2025-01-01") + day
    amounts = np.where(rng.random(150) < 0.2, -5.0, 5.0)  # refunds bring nobody back
    sales = {"customer_id": who, "date": days.astype("datetime64[us]"), "amount": amounts}
    table = as_columns(crm.survival.repeat_rates(crm.Transactions(small_table(sales), as_of="2025-07-19")))
    bought = {(int(one), str(on)) for one, on, amount in zip(who, days, amounts, strict=True) if amount > 0}
    months = [f"2025-{month:02}" for month in range(1, 8)]
    assert table["period"] == months
    assert table["complete"] == [True] * 6 + [False]
    for at, month in enumerate(months):
        here = [one for one, on in bought if on.startswith(month)]
        later = {one for one, on in bought if at < 6 and on.startswith(months[at + 1])}
        repeated, back = sum(here.count(one) > 1 for one in set(here)), len(later & set(here))
        assert table["customers"][at] == len(set(here))
        assert table["repeated"][at] == (repeated if at < 6 else None)
        assert table["came_back"][at] == (back if at < 5 else None)  # July is not over: more of June may come
        if at < 6:
            assert table["repeat_rate"][at] == pytest.approx(repeated / len(set(here)))
        if at < 5:
            assert table["next_rate"][at] == pytest.approx(back / len(set(here)))
