"""The watch-list against planted stories, formulas of others, a back-test counted by hand, its laws, and bad input."""

from __future__ import annotations

import csv
import datetime as dt
import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

import crmkit as crm
from conftest import as_columns, examples, small_table
from crmkit._checks import day_number
from crmkit.errors import ArgumentError, DataError
from crmkit.outreach import _watch_clocks
from crmkit.outreach._watch_alerts import Past, back_test
from crmkit.outreach._watch_clocks import shrunk, shrunk_variance

START = dt.date(2023, 1, 2)
LAST = dt.date(2024, 12, 31)


def orders(who, days, amounts):
    return [(who, START + dt.timedelta(int(day)), float(amount)) for day, amount in zip(days, amounts, strict=True)]


def columns(rows):
    who, date, amount = zip(*rows, strict=True)
    return {"customer_id": list(who), "date": [str(day) for day in date], "amount": list(amount)}


def history_of(tx):
    """What `watch_list` sees with its usual settings."""
    return _watch_clocks.read_history(tx, _watch_clocks.Rules(90, 365, 4, 90), day_number(tx.as_of) - 182, None)


def crowd(seed=5, n=40, days=729):
    """Customers who come and go by chance, a month apart on average."""
    rng = np.random.default_rng(seed)
    rows = []
    for who in range(n):
        at = np.cumsum(rng.exponential(30, 60)).astype(int)
        at = np.unique(at[at < days])
        rows += orders(f"c{who:02d}", at, np.round(rng.gamma(1, 50, len(at)) + 1, 2))
    return rows


def steady_accounts():
    """Twelve accounts that order every week."""
    return [row for who in range(12) for row in orders(f"s{who}", range(who % 7, who % 7 + 728, 7), [100] * 104)]


def monthly(who, amounts):
    """An order on the 15th of each month of 2023 and 2024."""
    dates = [dt.date(2023 + m // 12, m % 12 + 1, 15) for m in range(24)]
    return [(who, date, float(amount)) for date, amount in zip(dates, amounts, strict=True)]


def key_accounts():
    """A customer of 40 % of revenue that buys 15 % less in the last quarter, and a noisy one that does so too."""
    rng = np.random.default_rng(1)
    usual = np.exp(rng.normal(0, 0.8, 21))
    noisy = 4000 * np.append(usual / usual.mean(), [0.85] * 3)
    return monthly("key", [4000] * 21 + [3400] * 3) + monthly("noisy", np.round(noisy, 2))


def watch(rows, as_of=LAST, **settings):
    return crm.outreach.watch_list(crm.Transactions(columns(rows), as_of=str(as_of)), **settings)


def day_of(value):
    return value.date() if isinstance(value, dt.datetime) else value


def listed(found):
    table = as_columns(found.table)
    return {who: {name: values[at] for name, values in table.items()} for at, who in enumerate(table["customer_id"])}


# --- planted stories ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weeks_of_quiet", [1, 2, 3])
def test_a_weekly_account_that_stops_is_called_after_two_weeks(weeks_of_quiet):
    weekly = orders("steady", range(0, 600, 7), [500] * 86)
    as_of = START + dt.timedelta(595 + 7 * weeks_of_quiet)
    rows = [row for row in crowd() + weekly if row[1] <= as_of]
    found = listed(watch(rows, as_of, alerts_per_week=5)).get("steady")
    if weeks_of_quiet == 1:
        assert found is None
        return
    assert (found["signal"], found["days_inactive"]) == ("overdue", 7 * weeks_of_quiet)
    assert found["usual_gap"] == pytest.approx(7, rel=0.01)
    assert day_of(found["raised"]) == START + dt.timedelta(595 + 14)
    times = f"{found['overdue']:.1f}"
    assert (
        found["why"] == f"usually buys every 7 days, quiet for {7 * weeks_of_quiet} days: {times} times the usual gap"
    )


def test_a_noisy_account_is_not_called_for_the_same_quiet():
    rng = np.random.default_rng(3)
    gaps = rng.exponential(7, 90)
    at = np.unique(np.cumsum(gaps).astype(int))
    at = at[at <= 595]
    at = np.append(at[at < 595], 595)
    as_of = START + dt.timedelta(595 + 14)
    rows = [row for row in crowd() if row[1] <= as_of] + orders("noisy", at, [500] * len(at))
    assert "noisy" not in listed(watch(rows, as_of, alerts_per_week=5))


def test_a_key_account_that_buys_15_per_cent_less_is_on_top_and_a_noisy_one_is_not_there():
    found = watch(crowd() + key_accounts(), alerts_per_week=2)
    first = as_columns(found.table)["customer_id"][0]
    key = listed(found)["key"]
    assert (first, key["signal"]) == ("key", "drop")
    assert key["window_spend"] == 3 * 3400
    assert key["window_usual"] == pytest.approx(3 * 4000, rel=0.02)  # 91 days' worth of 4,000 a month
    assert key["drop"] == pytest.approx(0.15, abs=0.02)
    assert key["usual_spend"] == pytest.approx(48_000, rel=0.02)
    assert key["at_stake"] == pytest.approx(0.15 * 48_000, rel=0.12)
    assert "noisy" not in listed(found)


def key_among_many(seed, n_small, sizes, fall):
    """Three years, and what the key account paid in the twelve months before October 2024; then it pays less by `fall`.

    It gives 40 % of revenue, orders on one of the first three days of each month and varies by 3 %; the small ones come
    and go, vary by 40 %, and differ in size by exp(`sizes`).
    """
    rng = np.random.default_rng(seed)
    months = np.arange("2022-01", "2025-01", dtype="datetime64[M]").astype("datetime64[D]")
    usual = rng.lognormal(0, sizes, n_small) * 100
    small, month = np.nonzero(rng.random((n_small, 36)) < 0.8)
    amounts = usual[small] * rng.lognormal(0, 0.4, len(small))
    now = months >= np.datetime64("2024-10-01")
    key = amounts.sum() / 36 * 0.4 / 0.6 * np.where(now, 1 - fall, 1) * rng.normal(1, 0.03, 36)
    dates = np.append(months + rng.integers(0, 3, 36), months[month] + rng.integers(0, 28, len(small)))
    table = {
        "customer_id": ["key"] * 36 + [f"s{who}" for who in small],
        "date": np.datetime_as_string(dates).tolist(),
        "amount": np.append(key, amounts).round(2).tolist(),
    }
    return crm.Transactions(small_table(table), as_of="2024-12-31"), key[~now][-12:].sum()


@pytest.mark.parametrize("sizes", [0, 1])
@pytest.mark.parametrize("n_small", [60, 300, 1000])
def test_a_key_account_is_found_in_any_crowd(n_small, sizes):
    for seed in range(3):
        tx, a_year = key_among_many(seed, n_small, sizes, fall=0.15)
        found = listed(crm.outreach.watch_list(tx, alerts_per_week=5))
        assert next(iter(found)) == "key"
        key = found["key"]
        assert key["signal"] == "drop"
        assert key["usual_spend"] == pytest.approx(a_year, rel=0.03)
        assert 0.05 < key["drop"] < 0.25  # 15 %, and the days and the noise of two or three orders
        assert key["at_stake"] == pytest.approx(key["drop"] * key["usual_spend"])


def test_a_key_account_that_does_not_change_is_not_called():
    """No more often than stated: p below 5 % in 5 of 100, give or take chance."""
    at_day, rules = day_number(LAST), _watch_clocks.Rules(90, 365, 4, 90)
    quiet, drop = [], []
    for seed in range(100):
        history = history_of(key_among_many(seed, 40, 0.5, fall=0)[0])
        found = _watch_clocks.clocks(history, at_day, rules)
        at = list(history.ids).index("key")
        quiet.append(found.p_quiet[at])
        drop.append(found.p_drop[at])
    for p in (quiet, drop):
        assert np.mean(np.array(p) < 0.05) <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / 100)


def test_the_share_of_revenue_is_that_of_the_last_year():
    rows = crowd() + key_accounts()
    found = listed(watch(rows, alerts_per_week=2))["key"]
    year = [row for row in rows if row[1] > LAST - dt.timedelta(365)]
    own = sum(amount for who, _, amount in year if who == "key")
    assert found["revenue_share"] == pytest.approx(own / sum(amount for *_, amount in year), rel=1e-12)


def test_the_account_that_leaves_the_made_shop_is_called_within_three_weeks():
    made = crm.datasets.make_transactions(400, stories=["key_account"])
    key = made.truth.key_account
    tx = crm.Transactions(made.transactions, as_of=str(key.last_date + dt.timedelta(21)))
    found = crm.outreach.watch_list(tx, alerts_per_week=1)
    row = listed(found)[key.customer_id]
    assert as_columns(found.table)["customer_id"][0] == key.customer_id
    assert row["signal"] in ("overdue", "both")
    assert row["revenue_share"] > 0.2
    before = crm.Transactions(made.transactions, as_of=str(key.last_date))
    assert key.customer_id not in listed(crm.outreach.watch_list(before, alerts_per_week=1))


def test_a_drop_and_a_quiet_are_both():
    weekly = orders("fading", range(0, 630, 7), [500] * 78 + [100] * 12)
    as_of = START + dt.timedelta(623 + 21)
    rows = [row for row in crowd() if row[1] <= as_of] + weekly
    found = listed(watch(rows, as_of, alerts_per_week=5))["fading"]
    assert found["signal"] == "both"
    assert found["why"].startswith("usually buys every 7 days, quiet for 21 days: 3.0 times the usual gap; and ")
    assert found["why"].endswith(" % less")
    assert found["at_stake"] == found["usual_spend"]


@pytest.mark.parametrize(("days", "judged"), [(89, True), (90, False)])
def test_without_a_purchase_in_the_window_the_quiet_says_it_all(days, judged):
    weekly = orders("gone", range(0, 595, 7), [500] * 85)
    as_of = START + dt.timedelta(588 + days)
    rows = [row for row in crowd() if row[1] <= as_of] + weekly
    found = listed(watch(rows, as_of, alerts_per_week=5))["gone"]
    assert (found["signal"], found["p_drop"] is not None) == ("overdue", judged)


def test_the_words_in_chinese():
    found = listed(watch(crowd() + key_accounts(), alerts_per_week=2, language="zh"))["key"]
    assert found["signal_label"] == "消费下降"
    assert found["why"].startswith("近 90 天消费 10,200，对应 91 天，同样天数通常为 1")
    assert found["why"].endswith("，减少 15%")  # three orders for the 91 days before the last of them


def test_the_days_that_are_named_are_those_for_which_the_spend_is_usual():
    key = listed(watch(crowd() + key_accounts(), alerts_per_week=2))["key"]
    assert key["window_days"] == 91  # from 15 September to 15 December
    assert key["window_usual"] == pytest.approx(key["usual_spend"] / _watch_clocks.DAYS_PER_YEAR * 91)
    assert key["why"].startswith("10,200 in the last 90 days, to cover 91 days, where 1")


def test_who_comes_back_after_a_long_silence_has_not_dropped(cdnow):
    """Customer 2501: six purchases to June 1997, back a year later with more than he spends in an average quarter."""
    found = crm.outreach.watch_list(crm.Transactions(cdnow), alerts_per_week=20)
    rows = listed(found)
    assert 2501 not in rows
    drops = [row for row in rows.values() if row["signal"] in ("drop", "both")]
    assert len(drops) > 20
    for row in drops:
        assert row["window_spend"] < row["usual_spend"] / _watch_clocks.DAYS_PER_YEAR * 90
        assert row["window_days"] <= 90 + row["usual_gap"] + 1


def test_a_silence_before_the_window_belongs_to_the_past():
    """Weekly orders of 100, none for 210 days, then weekly orders of 90: seen 60 days after the first of these."""
    days = [*range(0, 420, 7), *range(623, 686, 7)]
    back = orders("back", days, [100] * 60 + [90] * 9)
    end, begun = 623 + 60, 623 - 30
    ids, found = clocks_of([row for row in steady_accounts() + back if row[1] <= START + dt.timedelta(end)],
                           START + dt.timedelta(end))  # fmt: skip
    at = ids.index("back")
    gap = found.usual_gap[at]
    assert found.covered[at] == pytest.approx(679 - begun + gap)
    n_base = sum(begun - 365 < day <= begun for day in days)
    a_day = 100 * 100 * n_base / (7 * n_base + begun - 413 - gap)  # cents, the silence counted
    assert found.usual[at] == pytest.approx(a_day, rel=0.1)
    assert found.drop_risk[at] == 0


def test_no_drop_where_the_window_holds_as_much_as_is_usual():
    """Monthly orders of 100; the last four, of 78, pay for 119 days but all lie in the window of 90."""
    last = 728
    days = [*range(last - 89 - 30 * 20, last - 89 + 61, 30), last]
    ids, found = clocks_of(steady_accounts() + orders("four", days, [100] * 20 + [78] * 4), START + dt.timedelta(last))
    at = ids.index("four")
    assert found.covered[at] == 119
    assert found.drop[at] == pytest.approx(1 - 312 / 397, abs=0.02)
    assert found.p_drop[at] < 0.01
    assert found.spent[at] > 90 * found.usual[at]
    assert found.drop_risk[at] == 0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_more_refunded_than_bought_is_said_without_a_share(language):
    weekly = orders("steady", range(0, 728, 7), [100] * 90 + [20] * 14)
    refund = [("steady", START + dt.timedelta(725), -1500.0)]
    row = listed(watch(crowd() + weekly + refund, alerts_per_week=5, language=language))["steady"]
    assert row["signal"] == "drop"
    assert row["drop"] > 1
    assert row["at_stake"] == pytest.approx(row["usual_spend"])
    assert "%" not in row["why"]
    said = {"en": "more refunded than bought in the last 90 days (-1,", "zh": "近 90 天退款多于消费（净额 -1,"}
    assert row["why"].startswith(said[language])


def is_lost(row, horizon=90):
    return row["days_inactive"] > 2 * row["usual_gap"] + horizon


def test_nobody_long_gone_is_overdue(cdnow):
    made = crm.datasets.make_transactions(600, start="2022-01-01", end="2024-12-31").transactions
    for sales, alerts in ((made, 2), (cdnow, 20)):
        rows = listed(crm.outreach.watch_list(crm.Transactions(sales), alerts_per_week=alerts)).values()
        overdue = [row for row in rows if row["signal"] != "drop"]
        assert len(overdue) > 5
        assert not any(is_lost(row) or row["days_inactive"] > 180 for row in overdue)


def test_the_lost_are_neither_alerts_nor_calm_accounts_of_the_back_test(cdnow):
    """Every rise of the back-test against the clocks of its week."""
    tx = crm.Transactions(cdnow)
    history = history_of(tx)
    rules = _watch_clocks.Rules(90, 365, 4, 90)
    past = back_test(history, day_number(tx.as_of), weeks=26, rules=rules)
    for week, (yearly, _) in enumerate(past.calm):
        found = _watch_clocks.clocks(history, int(past.days[week]), rules)
        lost = found.watched & (found.quiet > 2 * found.usual_gap + 90)
        assert (lost & (found.p_quiet < 0.05)).sum() > 50
        assert not lost[past.account[(past.week == week) & past.overdue]].any()
        assert len(yearly) == (found.watched & ~lost & (found.risk == 0)).sum()


def test_a_slow_and_regular_account_is_called_when_it_stops():
    """An order every 180 days, then none for 330: late by its own clock, and not yet lost."""
    slow = [row for who in range(12) for row in orders(f"y{who:02d}", range(who - 1440, 180, 180), [500] * 9)]
    gone = orders("gone", range(-1440, -170, 180), [5000] * 8)
    as_of = START + dt.timedelta(-180 + 330)
    rows = [row for row in slow + gone if row[1] <= as_of]
    assert listed(watch(rows, as_of, alerts_per_week=5))["gone"]["signal"] == "overdue"


def test_a_file_of_the_list_keeps_its_order(cdnow_sample, tmp_path, capsys):
    from crmkit import cli

    sales, target = tmp_path / "sales.csv", tmp_path / "list.csv"
    names = ("customer_id", "date", "amount")
    with sales.open("w", newline="") as file:
        csv.writer(file).writerows([names, *zip(*(cdnow_sample[name] for name in names), strict=True)])
    assert cli.main(["watch", str(sales), "--alerts", "3", "-o", str(target)]) == 0
    capsys.readouterr()
    with target.open(newline="") as file:
        rows = list(csv.DictReader(file))
    found = as_columns(crm.outreach.watch_list(crm.Transactions(cdnow_sample), alerts_per_week=3).table)
    assert [int(row["customer_id"]) for row in rows] == found["customer_id"] != sorted(found["customer_id"])
    assert [int(row["rank"]) for row in rows] == list(range(1, len(rows) + 1)) == found["rank"]


# --- the formulas -------------------------------------------------------------------------------------------------


def clocks_of(rows, day=LAST, **rules):
    tx = crm.Transactions(columns(rows), as_of=str(day))
    history = history_of(tx)
    given_rules = _watch_clocks.Rules(**{"window": 90, "usual": 365, "least": 4, "horizon": 90, **rules})
    return list(history.ids), _watch_clocks.clocks(history, day_number(day), given_rules)


def test_the_chance_of_a_quiet_is_the_average_of_gamma_tails():
    """Given its rate a gap is Gamma(k, rate); the rate is Gamma(k n, k n / k / gap): integrated by quadrature."""
    ids, found = clocks_of(crowd())
    for at in (0, 3, 7):
        gap, quiet, p = found.usual_gap[at], found.quiet[at], found.p_quiet[at]
        # k and n are not public: those of chance (k = 1) and four gaps are the least regular and the longest record
        k = 1 / _spread_of(crowd(), ids[at])
        tail = integrate.quad(
            lambda rate, k=k, gap=gap, quiet=quiet: (
                stats.gamma.sf(quiet, k, scale=1 / rate) * stats.gamma.pdf(rate, 4 * k, scale=1 / (4 * gap))
            ),
            0, np.inf,
        )[0]  # fmt: skip
        assert p == pytest.approx(tail, rel=1e-6)


def _spread_of(rows, who):
    """The squared spread of an account's gaps, shrunk as the module does, from gaps counted here."""
    ids = sorted({row[0] for row in rows})
    gaps = {i: np.diff(sorted({row[1].toordinal() for row in rows if row[0] == i})) for i in ids}
    squares = np.array([((g / g.mean() - 1) ** 2).sum() for g in gaps.values()])
    degrees = np.array([len(g) - 1.0 for g in gaps.values()])
    variance = shrunk_variance(squares, degrees, degrees > 0, np.zeros(len(ids), dtype=int))[0]
    return max(variance[ids.index(who)], 0.25**2)


def test_the_usual_gap_and_spend_of_a_steady_account_are_its_own():
    ids, found = clocks_of(crowd() + key_accounts())
    at = ids.index("key")
    days = (dt.date(2024, 12, 15) - dt.date(2023, 1, 15)).days
    assert found.usual_gap[at] == pytest.approx(days / 23, rel=0.01)
    # the year before the window: purchases of 4,000 from October 2023 to September 2024, over the gaps before them
    before = (dt.date(2024, 9, 15) - dt.date(2023, 9, 15)).days
    assert found.usual[at] == pytest.approx(100 * 12 * 4000 / before, rel=0.01)  # cents
    assert found.p_drop[at] < 0.01


def test_few_purchases_are_drawn_to_those_of_similar_accounts():
    own = np.array([0.0, 0.0, 3.0, 3.0])
    variance = np.array([1e-12, 1.0, 1e-12, 1e12])
    found, precision = shrunk(own, variance, np.ones(4, dtype=bool), np.zeros(4, dtype=int))
    assert found[[0, 2]] == pytest.approx([0, 3], abs=1e-9)  # known exactly
    assert 0 < found[1] < found[3] < 3
    assert precision[0] == pytest.approx(1e12)


@pytest.mark.parametrize("far", [0.2, 1.0, 3.0, 8.0])
@pytest.mark.parametrize("error", [0.01, 0.3, 1.6])
def test_shrinkage_is_that_of_students_law(far, error):
    """The mean and spread of an account, given its figure: by quadrature of Student's law times the normal error."""
    rng = np.random.default_rng(6)
    own = np.append(0.4 * rng.standard_t(4, 500), far)
    variance = np.append(np.full(500, 0.01), error)
    mean, variety, doubt = _watch_clocks._law_of(own, variance)
    assert mean == pytest.approx(0, abs=0.05)
    assert variety == pytest.approx(0.16 * 0.5487 / 0.4549, rel=0.2)  # as a normal law with that middle half has it
    found, precision = shrunk(own, variance, variance > 0, np.zeros(501, dtype=int))

    def moment(power, centre=0.0):
        def weighed(x):
            law = stats.t.pdf(x, 4, mean, math.sqrt(variety)) * stats.norm.pdf(far, x, math.sqrt(error))
            return (x - centre) ** power * law

        return integrate.quad(weighed, -20, 30, points=[mean, far], limit=400)[0]

    average = moment(1) / moment(0)
    assert found[-1] == pytest.approx(average, abs=0.01)
    drawn = (far - average) / (far - mean)
    assert 1 / precision[-1] == pytest.approx(moment(2, average) / moment(0) + drawn**2 * doubt, rel=0.03)


def test_one_giant_does_not_set_the_law():
    rng = np.random.default_rng(7)
    own, variance = rng.normal(0, 1, 60), np.full(60, 0.1)
    without = _watch_clocks._law_of(own, variance)
    assert _watch_clocks._law_of(np.append(own, 1e3), np.append(variance, 1e-3)) == pytest.approx(without, abs=0.06)


@pytest.mark.parametrize("degrees", [2.0, 3.0, 11.0, 34.0])
def test_a_lone_account_has_the_variance_and_the_degrees_of_freedom_of_its_record(degrees):
    """Its logarithm corrected for its bias: the mean of log(chi squared / degrees)."""
    one = np.array([degrees])
    variance, found = shrunk_variance(0.4 * one, one, one > 0, np.zeros(1, dtype=int))
    bias = integrate.quad(lambda x: math.log(x / degrees) * stats.chi2.pdf(x, degrees), 0, np.inf)[0]
    assert math.log(variance[0]) == pytest.approx(math.log(0.4) - bias, abs=1e-6)
    assert found[0] == pytest.approx(degrees, rel=0.12)


@pytest.mark.parametrize("degrees", [11.0, 34.0])
def test_one_of_a_kind_keeps_its_variance_and_its_degrees_of_freedom(degrees):
    """Forty accounts alike lend theirs to each other, and nothing to one with a hundredth of their noise."""
    n = np.append(degrees, np.full(40, 11.0))
    squares = n * np.append(0.004, np.full(40, 0.4))
    variance, found = shrunk_variance(squares, n, n > 0, np.zeros(41, dtype=int))
    assert 0.004 < variance[0] < 0.006  # drawn a little, where the normal law would draw it to 0.4
    assert variance[1] == pytest.approx(0.4, rel=0.15)
    assert found[0] == pytest.approx(degrees, rel=0.25)
    assert (found[1:] > 30).all()


def noise_of(rows, who, end, baseline=365):
    history = history_of(crm.Transactions(columns(rows), as_of=str(LAST)))
    year = np.where(history.later & (history.day <= end), (end - history.day) // baseline, -1)
    squares, degrees = _watch_clocks._noise(history, year)
    at = list(history.ids).index(who)
    return squares[at], degrees[at]


def test_the_noise_of_an_account_by_hand():
    """Two years: orders of 10, 20, 30 after 10 days each, and of 400, 200 after 20 and 20; later ones do not count."""
    rows = orders("a", [0, 10, 20, 30, 50, 70, 80], [5, 10, 20, 30, 400, 200, 9])
    end = day_number(START + dt.timedelta(75))
    squares, degrees = noise_of(rows, "a", end, baseline=40)
    # days 50 and 70 (400 and 200 where 300 is the worth of each gap), and days 10, 20, 30 (10, 20, 30 where 20 is)
    assert squares == pytest.approx((1 / 3) ** 2 + (1 / 3) ** 2 + 0.5**2 + 0 + 0.5**2)
    assert degrees == 1 + 2


def test_growth_is_not_noise():
    """An order every week, twice as large every year."""
    grows = orders("grows", range(0, 728, 7), [100.0] * 52 + [200.0] * 52)
    end = day_number(START + dt.timedelta(727))
    squares, degrees = noise_of(grows, "grows", end, baseline=364)
    assert squares == pytest.approx(0, abs=1e-12)
    assert degrees == 51 - 1 + 52 - 1


def test_similar_accounts_are_those_of_the_group():
    rng = np.random.default_rng(0)
    group = np.repeat([0, 1], 50)
    own = np.where(group == 0, 0.0, 10.0) + rng.normal(0, 0.1, 100)
    found, _ = shrunk(own, np.full(100, 100.0), np.ones(100, dtype=bool), group)
    assert found[group == 0] == pytest.approx(np.zeros(50), abs=0.1)
    assert found[group == 1] == pytest.approx(np.full(50, 10.0), abs=0.1)
    alone, _ = shrunk(own, np.full(100, 100.0), np.ones(100, dtype=bool), np.where(np.arange(100) < 5, 2, 0))
    assert alone[0] > 1  # five accounts are no group


def test_shrunk_variances_recover_the_law_that_they_were_drawn_from():
    """Ratios of chi-squared variables around one variance: nothing to tell accounts apart, so all come out as it."""
    rng = np.random.default_rng(2)
    degrees = rng.integers(2, 12, 4000).astype(float)
    squares = 0.7 * rng.chisquare(degrees)
    found, _ = shrunk_variance(squares, degrees, degrees > 0, np.zeros(4000, dtype=int))
    assert np.exp(np.log(found).mean()) == pytest.approx(0.7, rel=0.03)
    assert np.log(found).std() < 0.25


def test_p_drop_is_right_where_nothing_changed():
    """Of accounts that keep their rhythm, 5 % have a p below 5 %, give or take chance."""
    rng = np.random.default_rng(4)
    rows = []
    for who in range(1500):
        at = np.cumsum(np.maximum(rng.normal(14, 4, 60), 1)).astype(int)
        at = np.unique(at[at < 729])
        rows += orders(f"c{who:04d}", at, np.round(rng.normal(100, 20, len(at)), 2))
    _, found = clocks_of(rows)
    for level in (0.05, 0.25, 0.5):
        assert np.mean(found.p_drop < level) == pytest.approx(level, abs=2.5 * math.sqrt(level * (1 - level) / 1500))


# --- the back-test ------------------------------------------------------------------------------------------------


def test_the_threshold_gives_as_many_alerts_as_asked_for(cdnow):
    tx = crm.Transactions(cdnow)
    for asked in (1, 7, 20):
        found = crm.outreach.watch_list(tx, alerts_per_week=asked)
        weeks = as_columns(found.backtest)
        assert found.alerts_per_week == pytest.approx(asked, abs=0.05)
        assert np.mean(weeks["alerts"]) == pytest.approx(found.alerts_per_week)
        assert sum(as_columns(found.table)["new"]) == weeks["alerts"][-1]


def test_weeks_that_the_threshold_has_not_seen_have_about_as_many_alerts():
    """In a shop in which as much happens now as before; in a closed cohort that dies out they become fewer."""
    made = crm.datasets.make_transactions(3000, start="2022-01-01", stories=())
    tx = crm.Transactions(made.transactions)
    before = crm.outreach.watch_list(tx.until("2024-06-30"), alerts_per_week=8)
    history = history_of(tx)
    past = back_test(history, day_number(LAST), weeks=26, rules=_watch_clocks.Rules(90, 365, 4, 90))
    alerts = past.n_alerts(np.array([before.threshold * tx.scale]))[0]
    assert alerts / 26 == pytest.approx(8, rel=0.2)


def test_alerts_are_told_apart_from_accounts_called_at_random(cdnow):
    found = crm.outreach.watch_list(crm.Transactions(cdnow), alerts_per_week=20)
    choices = as_columns(found.choices)
    assert choices["threshold"] == sorted(choices["threshold"], reverse=True)
    assert choices["alerts_per_week"] == sorted(choices["alerts_per_week"])
    assert found.false_alert_share < found.base_rate
    at = choices["threshold"].index(found.threshold)
    assert choices["false_alert_high"][at] < found.base_rate


def past_of(rises, n_weeks=4):
    """A past of rises (week, account, low, high)."""
    week, account, low, high = (np.array(column) for column in zip(*rises, strict=True))
    no = np.zeros(len(week), dtype=bool)
    return Past(np.arange(n_weeks), np.ones(n_weeks, dtype=bool), week, account, low, high, no, no, no, no, [], None)


def test_an_account_that_buys_less_and_then_stops_is_called_twice():
    """Weekly orders of 500, of 100 from day 546 on, none after day 623."""
    weekly = orders("fading", range(0, 630, 7), [500] * 78 + [100] * 12)
    rows = [row for row in crowd() if row[1] <= START + dt.timedelta(644)] + weekly
    raised = {}
    for day in (560, 609, 644):
        seen = [row for row in rows if row[1] <= START + dt.timedelta(day)]
        found = listed(watch(seen, START + dt.timedelta(day), alerts_per_week=5))["fading"]
        raised[found["signal"]] = (day_of(found["raised"]) - START).days
    assert list(raised) == ["drop", "both"]
    assert 546 <= raised["drop"] < 609 < 637 <= raised["both"]


def test_an_account_crosses_a_threshold_once():
    past = past_of([(0, 0, 0.0, 5.0), (1, 0, 5.0, 9.0), (1, 1, 0.0, 7.0), (3, 0, 0.0, 6.0)])
    assert past.raised(6.0).tolist() == [False, True, True, True]
    assert past.raised(5.0).tolist() == [True, False, True, True]
    assert past.n_alerts(np.array([9.0, 7.0, 6.0, 5.0])).tolist() == [1, 2, 3, 3]
    assert past.threshold_for(0.5) == 7.0
    assert past.threshold_for(0.75) == 6.0
    assert past.threshold_for(99) == 5.0  # all there are


@settings(max_examples=examples(50), deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=30), st.integers(0, 10))
def test_alerts_counted_by_sorting_are_those_raised(ends, threshold):
    past = past_of([(0, 0, float(min(pair)), float(max(pair) + 1)) for pair in ends])
    assert past.n_alerts(np.array([float(threshold)]))[0] == past.raised(float(threshold)).sum()


def test_false_alerts_counted_by_hand():
    """Four weekly accounts stop for a month in turn; two of them come back and two do not."""
    rows = crowd(n=12)
    back, gone = ("back1", "back2"), ("gone1", "gone2")
    for at, who in enumerate((*back, *gone)):
        stop = 560 + 7 * at
        days = [day for day in range(0, 729, 7) if day <= stop or (who in back and day > stop + 35)]
        rows += orders(who, days, [5000] * len(days))
    found = watch(rows, alerts_per_week=4 / 26, weeks=26)
    weeks = as_columns(found.backtest)
    assert sum(weeks["alerts"]) == 4
    assert sum(weeks["overdue"]) == 4
    judged = [count for count in weeks["false_alerts"] if count is not None]
    assert sum(judged) == 2
    assert sum(count for count in weeks["bought_again"] if count is not None) == 2
    assert found.false_alert_share == 0.5


def test_a_purchase_on_the_day_of_the_alert_is_not_one_after_it():
    """The last order, small, falls on the last day of a week: a drop is called, and later the quiet."""
    rows = steady_accounts() + orders("last", range(1, 568, 7), [9000] * 80 + [900])
    weeks = as_columns(watch(rows, window="21D").backtest)
    raised = [
        (day_of(day) - START).days for day, n in zip(weeks["date"], weeks["alerts"], strict=True) for _ in range(n)
    ]
    assert raised == [561, 575]
    assert (sum(weeks["drop"]), sum(weeks["overdue"])) == (1, 1)
    assert sum(count for count in weeks["bought_again"] if count is not None) == 0
    assert sum(count for count in weeks["false_alerts"] if count is not None) == 0


def test_no_week_sees_what_came_after_it():
    """The past weeks of a longer past are those of a shorter one, wherever both look."""
    rows = crowd() + key_accounts()
    early = watch([row for row in rows if row[1] <= dt.date(2024, 10, 8)], dt.date(2024, 10, 8), alerts_per_week=2)
    tx = crm.Transactions(columns(rows), as_of="2024-10-08")
    late = crm.outreach.watch_list(tx, alerts_per_week=2)
    assert as_columns(early.table) == as_columns(late.table)
    assert as_columns(early.backtest) == as_columns(late.backtest)
    days = day_number(dt.date(2024, 10, 8))
    rules = _watch_clocks.Rules(90, 365, 4, 90)
    short = history_of(tx)
    whole = history_of(crm.Transactions(columns(rows)))
    seen, with_later = _watch_clocks.clocks(short, days, rules), _watch_clocks.clocks(whole, days, rules)
    same = np.isin(whole.ids, short.ids)
    np.testing.assert_allclose(with_later.risk[same], seen.risk, rtol=1e-12)
    np.testing.assert_allclose(with_later.p_quiet[same], seen.p_quiet, rtol=1e-12)


# --- laws ---------------------------------------------------------------------------------------------------------

FIGURES = ("score", "at_stake", "usual_spend", "window_spend", "window_usual")


def test_every_kind_of_table(make_table):
    rows = crowd() + key_accounts()
    expected = as_columns(watch(rows, alerts_per_week=2).table)
    tx = crm.Transactions(make_table(columns(rows)), as_of=str(LAST))
    found = crm.outreach.watch_list(tx, alerts_per_week=2)
    got = as_columns(found.table)
    assert list(got) == list(expected)
    assert len(got["customer_id"]) > 1
    order = sorted(range(len(got["score"])), key=lambda at: -got["score"][at])
    for name in ("customer_id", "signal", "why", "new"):
        assert [got[name][at] for at in order] == expected[name]
    assert [got["score"][at] for at in order] == pytest.approx(expected["score"], rel=1e-9)
    assert len(as_columns(found.backtest)["date"]) == 26
    assert as_columns(found.choices)["threshold"]


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 1000), factor=st.sampled_from([1, 10, 1000]))
def test_row_order_ids_and_currency_do_not_matter(seed, factor):
    rows = crowd(n=25) + key_accounts()
    plain = watch(rows, alerts_per_week=2)
    rng = np.random.default_rng(seed)
    mixed = [rows[at] for at in rng.permutation(len(rows))]
    names = sorted({row[0] for row in rows})
    renamed = dict(zip(names, rng.permutation(len(names)).tolist(), strict=True))
    other = [(renamed[who], date, round(amount * factor, 2)) for who, date, amount in mixed]
    tx = crm.Transactions(small_table(columns(other)), as_of=str(LAST))
    found = as_columns(crm.outreach.watch_list(tx, alerts_per_week=2).table)
    expected = as_columns(plain.table)
    assert found["customer_id"] == [renamed[who] for who in expected["customer_id"]]
    for name in FIGURES:
        assert found[name] == pytest.approx([factor * value for value in expected[name]], rel=1e-6)
    for name in ("overdue", "p_quiet", "drop", "revenue_share"):
        assert found[name] == pytest.approx(expected[name], rel=1e-6)


def test_later_rows_change_nothing():
    rows = crowd() + key_accounts()
    later = [("key", dt.date(2025, 3, 1), 9e6), ("new", dt.date(2025, 4, 1), 1.0)]
    assert as_columns(watch(rows + later).table) == as_columns(watch(rows).table)


def test_orders_of_one_day_are_one_purchase():
    rows = crowd() + key_accounts()
    split = [(who, date, part) for who, date, amount in rows for part in (amount - 0.5, 0.5)]
    once, twice = as_columns(watch(rows).table), as_columns(watch(split).table)
    assert once["customer_id"] == twice["customer_id"]
    assert once["score"] == pytest.approx(twice["score"], rel=1e-9)


def test_a_refund_is_no_visit_but_its_money_counts():
    weekly = orders("steady", range(0, 600, 7), [500] * 86)
    as_of = START + dt.timedelta(595 + 21)
    rows = [row for row in crowd() if row[1] <= as_of] + weekly
    refund = [("steady", as_of - dt.timedelta(1), -300.0)]
    plain = listed(watch(rows, as_of, alerts_per_week=5))["steady"]
    found = listed(watch(rows + refund, as_of, alerts_per_week=5))["steady"]
    assert found["days_inactive"] == plain["days_inactive"] == 21
    assert found["usual_gap"] == pytest.approx(plain["usual_gap"])
    assert found["window_spend"] == plain["window_spend"] - 300


def test_groups_of_similar_accounts():
    rows = crowd() + key_accounts()
    club = {"customer_id": sorted({row[0] for row in rows}), "club": []}
    club["club"] = ["a" if who < "c20" else "b" for who in club["customer_id"]]
    by_club = watch(rows, alerts_per_week=2, by=club)
    assert "key" in listed(by_club)
    assert as_columns(by_club.table)["p_quiet"] != as_columns(watch(rows, alerts_per_week=2).table)["p_quiet"]
    everyone = {"customer_id": club["customer_id"], "club": ["a"] * len(club["club"])}
    assert as_columns(watch(rows, by=everyone).table) == as_columns(watch(rows).table)


def assert_alerts_hold(found):
    """Every account on the list has a signal now, and its figures and its words say so."""
    for row in listed(found).values():
        overdue, drop = row["signal"] in ("overdue", "both"), row["signal"] in ("drop", "both")
        assert row["score"] > 0
        assert not overdue or row["p_quiet"] < 0.06
        assert not drop or (row["p_drop"] < 0.06 and row["drop"] > 0)
        lost = 1.0 if overdue else min(row["drop"], 1.0)
        assert row["at_stake"] == pytest.approx(lost * row["usual_spend"])
        assert row["score"] == pytest.approx(row["at_stake"], rel=0.5)  # times a chance of one half or more
        for share in re.findall(r"(\S+) % less", row["why"]):
            assert float(share.replace(",", "")) > 0
        assert ("% less" in row["why"]) == drop


@pytest.mark.parametrize("as_of", ["1998-03-08", "1998-04-05", "1998-05-03", "1998-06-07", "1998-06-28"])
def test_nobody_is_listed_without_a_signal(cdnow_sample, as_of):
    found = crm.outreach.watch_list(crm.Transactions(cdnow_sample, as_of=as_of), weeks=20)
    assert len(listed(found)) > 5
    assert_alerts_hold(found)


def test_an_account_that_is_back_leaves_the_list_in_the_same_week():
    """An order every fortnight; those of c00 are small in the autumn, and a large one makes up for them at last."""
    rng = np.random.default_rng(8)
    rows = []
    for who in range(30):
        days = np.arange(3, 729, 14)
        amounts = np.round(100 * rng.normal(1, 0.05, len(days)), 2)
        if who == 0:
            amounts = np.where(days > 638, 20, amounts)
            amounts[-1] = 2500
        rows += orders(f"c{who:02d}", days, amounts)
    before, after = START + dt.timedelta(716), START + dt.timedelta(723)
    assert (
        listed(watch([row for row in rows if row[1] <= before], before, alerts_per_week=2))["c00"]["signal"] == "drop"
    )
    found = watch([row for row in rows if row[1] <= after], after, alerts_per_week=2)
    assert "c00" not in listed(found)
    assert_alerts_hold(found)


def test_who_buys_less_stays_on_the_list_and_who_is_gone_does_not():
    """Two weekly accounts change 105 days before the end: one buys for a fifth, the other stops."""
    last = 727
    less = orders("less", range(0, 728, 7), [500] * 89 + [100] * 15)
    gone = orders("gone", range(0, last - 105, 7), [500] * 89)
    rows = crowd() + less + gone
    found = listed(watch(rows, START + dt.timedelta(last), alerts_per_week=5))
    assert found["less"]["signal"] == "drop"
    assert "gone" not in found
    longer = listed(watch(rows, START + dt.timedelta(last), alerts_per_week=5, horizon="120D"))
    assert longer["gone"]["signal"] == "overdue"
    assert longer["gone"]["days_inactive"] > 90


def test_a_list_without_alerts_is_empty():
    found = watch(steady_accounts(), START + dt.timedelta(728))
    assert as_columns(found.table)["customer_id"] == []
    assert (found.threshold, found.alerts_per_week) == (0.0, 0.0)
    assert math.isnan(found.false_alert_share)
    assert sum(as_columns(found.backtest)["alerts"]) == 0


def test_the_card_says_what_a_false_alert_is():
    found = watch(crowd() + key_accounts(), alerts_per_week=2, horizon="60D")
    assert "in the next 60 days" in str(found)
    assert "误报率" in found.definition.text("zh")
    assert "{" not in found.definition.text("en") + found.definition.text("zh")


# --- real shops ---------------------------------------------------------------------------------------------------


def test_spend_and_quiet_of_cdnow_recounted_with_pandas(cdnow):
    pd = pytest.importorskip("pandas")
    found = as_columns(crm.outreach.watch_list(crm.Transactions(cdnow)).table)
    rows = pd.DataFrame(cdnow)
    rows["date"] = pd.to_datetime(rows["date"])
    as_of = rows["date"].max()
    own = rows[rows["customer_id"].isin(found["customer_id"])].groupby("customer_id")
    quiet = (as_of - own["date"].max()).dt.days
    window = rows[rows["date"] > as_of - pd.Timedelta(days=90)].groupby("customer_id")["amount"].sum()
    assert len(found["customer_id"]) > 40
    assert found["days_inactive"] == quiet.loc[found["customer_id"]].tolist()
    assert found["window_spend"] == pytest.approx(window.reindex(found["customer_id"]).fillna(0).tolist(), abs=1e-9)
    assert own["date"].nunique().min() >= 4
    assert found["score"] == sorted(found["score"], reverse=True)


# --- the picture --------------------------------------------------------------------------------------------------


def test_the_picture_shows_the_choices(cdnow_sample):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    found = crm.outreach.watch_list(crm.Transactions(cdnow_sample), alerts_per_week=2)
    choices = as_columns(found.choices)
    ax = crm.plotting.plot_watch_list(found)
    share, calm, chosen = ax.get_lines()
    assert share.get_xdata().tolist() == choices["alerts_per_week"]
    assert share.get_ydata().tolist() == pytest.approx([100 * value for value in choices["false_alert_share"]])
    assert calm.get_ydata().tolist() == pytest.approx([100 * value for value in choices["base_rate"]])
    assert chosen.get_xdata() == [found.alerts_per_week]
    assert "chosen: " in ax.get_legend().get_texts()[2].get_text()


def test_a_picture_of_something_else_is_refused():
    pytest.importorskip("matplotlib")
    with pytest.raises(ArgumentError, match=r"a int is not the result that this draws.*watch_list\(transactions\)"):
        crm.plotting.plot_watch_list(3)
    nobody = watch(steady_accounts(), START + dt.timedelta(728))
    with pytest.raises(DataError, match=r"no alert of the back-test can be judged"):
        crm.plotting.plot_watch_list(nobody)


# --- bad input ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"alerts_per_week": 0}, r"alerts_per_week=0 is not above 0\. .*alerts_per_week=20"),
        ({"alerts_per_week": "20"}, r"alerts_per_week='20' is not a finite number"),
        ({"weeks": 0}, r"weeks=0 is not a whole number of at least 1"),
        ({"window": "a while"}, r"window='a while' is not a duration"),
        ({"baseline": 0}, r"baseline=0 is shorter than a day"),
        ({"horizon": "1Y"}, r"no alert of the last 26 weeks can be judged yet\. Give weeks=66"),
        ({"min_purchases": 2}, r"min_purchases=2 is not a whole number of at least 3"),
        ({"language": "fr"}, r"language='fr' is not known"),
        ({"by": "channel"}, r"by='channel' is not a role"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(settings, message):
    with pytest.raises(ArgumentError, match=message):
        watch(crowd(n=3), **settings)


def test_data_too_short_for_the_weeks_say_how_many_fit():
    rows = crowd(n=5, days=200)
    as_of = START + dt.timedelta(200)
    with pytest.raises(DataError, match=r"back-test begins on .* Give weeks=(\d+) or fewer") as raised:
        watch(rows, as_of)
    fits = int(str(raised.value).split("weeks=")[1].split()[0])
    assert watch(rows, as_of, weeks=fits, horizon="14D").alerts_per_week >= 0


def test_nobody_with_a_rhythm():
    rows = [("a", START, 1.0), ("b", LAST, 2.0)]
    with pytest.raises(DataError, match=r"no customer bought on 4 days up to 2024-12-31[\s\S]*min_purchases=3"):
        watch(rows)


def test_of_very_many_accounts_the_largest_are_watched_and_it_is_said(monkeypatch, cdnow):
    everybody = crm.outreach.watch_list(cdnow, alerts_per_week=2)
    assert "spent most" not in everybody.definition.text()
    often = f"{sum(n >= 4 for n in as_columns(crm.summarize(cdnow))['frequency']):,}"
    monkeypatch.setattr(_watch_clocks, "MOST_ACCOUNTS", 1500)
    largest = crm.outreach.watch_list(cdnow, alerts_per_week=2)
    assert f"of {often} accounts, the 1,500 that spent most are watched" in largest.definition.text()
    assert f"{often} 个客户中只观察消费最多的 1,500 个" in largest.definition.text("zh")
    called = [set(as_columns(one.table)["customer_id"]) for one in (everybody, largest)]
    # Who is called is large, so that it hardly matters who is left out.
    assert len(called[0] - called[1]) <= 1
    assert largest.threshold == pytest.approx(everybody.threshold, rel=0.1)
