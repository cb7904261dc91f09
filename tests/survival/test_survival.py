"""Kaplan-Meier and log-rank against lifelines and scipy, a hand calculation, and the laws of lifetimes."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import crmkit as crm
from conftest import as_columns, examples, small_table
from crmkit.errors import ArgumentError, ColumnError, DataError
from crmkit.survival._km import curve, log_rank

# Survival at 120, 200, 300 and 400 days with its lower ends, and the log-rank statistic of three groups.
LIFELINES = {
    "survival": [0.322868052609249, 0.14170555791260078, 0.061094611794654204, 0.03563852354688161],
    "low": [0.30406486802856286, 0.12797389166110587, 0.05191435615491411, 0.028693437169235995],
    "log_rank": 2.523125586035317,
}

# --- the estimators ---------------------------------------------------------------------------------------------

durations = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 1)), min_size=1, max_size=60)
law = settings(deadline=None, max_examples=examples(40))


def cells(listed):
    time, lost = (np.array(column) for column in zip(*listed, strict=True))
    return time, lost, np.ones(len(time))


def test_the_curve_of_eight_customers_by_hand():
    """Lost at 3, 5, 5 and 8; out of sight at 4, 5, 9 and 9: 7/8, then 4/6 of it, then 2/3 of that."""
    found = curve(*cells([(3, 1), (5, 1), (5, 1), (8, 1), (4, 0), (5, 0), (9, 0), (9, 0)]))
    assert found.time.tolist() == [0, 3, 4, 5, 8, 9]
    assert found.at_risk.tolist() == [8, 8, 7, 6, 3, 2]
    assert found.survival == pytest.approx([1, 7 / 8, 7 / 8, 7 / 12, 7 / 18, 7 / 18], abs=1e-15)


@law
@given(listed=durations)
def test_the_curve_and_its_interval_are_those_of_scipy(listed):
    time, lost, n = cells(listed)
    found = curve(time, lost, n)
    theirs = stats.ecdf(stats.CensoredData(time[lost == 1], right=time[lost == 0])).sf
    assert found.survival == pytest.approx(theirs.evaluate(found.time), abs=1e-12)
    assert ((found.low <= found.survival) & (found.survival <= found.high)).all()


def mid_p_value(k, n, share):
    """Chance of fewer than k of n, and half that of k: at the ends of the interval .975 and .025."""
    return stats.binom.cdf(k - 1, n, share) + stats.binom.pmf(k, n, share) / 2


@pytest.mark.parametrize("n", [1, 7, 30, 700])
def test_where_nobody_is_censored_the_interval_is_that_of_the_binomial_distribution(n):
    found = curve(*cells([(day, 1) for day in range(1, n + 1)]))
    k = n - np.arange(n + 1)
    at_low, at_high = mid_p_value(k, n, found.low), mid_p_value(k, n, found.high)
    # beyond 300 on both sides it is Wilson's, by then the same to three digits
    few = np.minimum(k, n - k) < 300
    assert at_low[few & (found.low > 0)] == pytest.approx(0.975, abs=1e-9)
    assert at_high[few & (found.high < 1)] == pytest.approx(0.025, abs=1e-9)
    assert at_low[~few] == pytest.approx(0.975, abs=2e-3)
    assert at_high[~few] == pytest.approx(0.025, abs=2e-3)


def test_a_stated_95_percent_covers_small_samples_too():
    """Exactly, over all outcomes: 10, 30 and 100 customers at survivals from .99 to .05."""
    covered = []
    for n in (10, 30, 100):
        found = curve(*cells([(day, 1) for day in range(1, n + 1)]))
        k = n - np.arange(n + 1)
        for share in (0.99, 0.9, 0.5, 0.05):
            held = (found.low <= share) & (share <= found.high)
            covered.append(float(stats.binom.pmf(k, n, share)[held].sum()))
    assert min(covered) >= 0.93
    assert 0.945 <= np.mean(covered) <= 0.975


@pytest.mark.slow  # 6,000 curves
@pytest.mark.parametrize("share", [0.99, 0.9, 0.5, 0.05])
def test_it_covers_when_many_are_censored(share):
    random = np.random.default_rng(5)
    held = []
    for n in (10, 30, 100):
        for _ in range(500):
            loss, end = random.exponential(-1 / np.log(share), n), random.exponential(2.0, n)
            found = curve(np.minimum(loss, end), (loss <= end).astype(int), np.ones(n))
            at = np.searchsorted(found.time, 1.0, side="right") - 1
            held.append(found.low[at] <= share <= found.high[at])
    assert np.mean(held) >= 0.94


def test_who_comes_late_is_at_risk_from_then_on():
    """Entries 0 0 2 4; lost at 3, 5, 6, seen until 7: three are at risk at 3, three at 5 (one came at 4), two at 6."""
    time, event, entry = np.array([3, 5, 6, 7]), np.array([1, 1, 1, 0]), np.array([0, 0, 2, 4])
    found = curve(time, event, np.ones(4), entry=entry)
    assert dict(zip(found.time.tolist(), found.at_risk.tolist(), strict=True)) == {0: 2, 3: 3, 5: 3, 6: 2, 7: 1}
    assert found.survival[1:4] == pytest.approx([2 / 3, 4 / 9, 2 / 9], abs=1e-15)
    table = {"time": time, "event": event, "since": entry}
    assert as_columns(crm.survival.kaplan_meier(table, entry="since").table)["n_at_risk"] == [2, 3, 3, 2, 1]
    with pytest.raises(DataError, match=r"\(since, time\) must be an entry .* found \(3\.0, 3\.0\)"):
        crm.survival.kaplan_meier({**table, "since": [3, 0, 2, 4]}, entry="since")


def test_an_entry_of_everybody_before_the_first_loss_changes_nothing():
    random = np.random.default_rng(3)
    time, event, group = random.integers(2, 40, 200), random.integers(0, 2, 200), random.integers(0, 3, 200)
    plain, late = (curve(time, event, np.ones(200), entry=entry) for entry in (None, np.ones(200)))
    assert plain.survival.tolist() == late.survival.tolist()
    tests = [log_rank(time, event, np.ones(200), group, entry) for entry in (None, np.ones(200))]
    assert tests[0].statistic == pytest.approx(tests[1].statistic, rel=1e-12)


@law
@given(one=durations, two=durations)
def test_the_log_rank_test_of_two_groups_is_that_of_scipy(one, two):
    if not any(lost for _, lost in [*one, *two]) or max(one)[0] == max(two)[0] == 0:
        return
    time, lost, n = cells([*one, *two])
    group = np.repeat([0, 1], [len(one), len(two)])
    both = [
        stats.CensoredData(time[own & (lost == 1)], right=time[own & (lost == 0)]) for own in (group == 0, group == 1)
    ]
    with np.errstate(all="ignore"):
        theirs = stats.logrank(*both)
    if not np.isfinite(theirs.statistic):  # all that is lost is lost in a moment when one group is left
        return
    found = log_rank(time, lost, n, group)
    assert found.statistic == pytest.approx(theirs.statistic**2, rel=1e-9, abs=1e-12)
    assert found.p_value == pytest.approx(theirs.pvalue, rel=1e-9, abs=1e-12)


@pytest.fixture(scope="module")
def lifetimes_of_cdnow(cdnow_sample):
    """Times and losses of CDNOW's sample, with groups by the parity of the id."""
    rows = {name: np.array(cdnow_sample[name]) for name in ("customer_id", "date")}
    days = rows["date"].astype("datetime64[D]").astype(int)
    time, lost, group = [], [], []
    for who in np.unique(rows["customer_id"]):
        own = np.append(np.unique(days[rows["customer_id"] == who]), 10**6)
        quiet = own[:-1][np.diff(own) > 120][0] + 120
        seen = quiet <= days.max()
        time.append((quiet if seen else days.max()) - own[0])
        lost.append(int(seen))
        group.append(int(who) % 3)
    return np.array(time), np.array(lost), np.array(group)


def test_lifelines_says_the_same_to_the_twelfth_digit(lifetimes_of_cdnow):
    lifelines = pytest.importorskip("lifelines")
    from lifelines.statistics import multivariate_logrank_test

    time, lost, group = lifetimes_of_cdnow
    theirs = lifelines.KaplanMeierFitter().fit(time, lost)
    found = curve(time, lost, np.ones(len(time)))
    assert found.time.tolist() == theirs.event_table.index.tolist()
    assert found.at_risk.tolist() == theirs.event_table["at_risk"].tolist()
    assert np.abs(found.survival - theirs.survival_function_.to_numpy().ravel()).max() < 1e-12
    test = multivariate_logrank_test(time, group, lost)
    ours = log_rank(time, lost, np.ones(len(time)), group)
    assert ours.statistic == pytest.approx(test.test_statistic, rel=1e-12)
    assert ours.p_value == pytest.approx(test.p_value, rel=1e-12)


def test_what_lifelines_0_30_3_printed(lifetimes_of_cdnow):
    """The same, where lifelines cannot be installed beside this pandas."""
    time, lost, group = lifetimes_of_cdnow
    found = curve(time, lost, np.ones(len(time)))
    at = np.searchsorted(found.time, [120, 200, 300, 400], side="right") - 1
    assert found.survival[at] == pytest.approx(LIFELINES["survival"], abs=1e-12)
    assert found.low[at] == pytest.approx(LIFELINES["low"], abs=2e-3)  # theirs is the log of -log; few differ by more
    assert log_rank(time, lost, np.ones(len(time)), group).statistic == pytest.approx(LIFELINES["log_rank"], rel=1e-12)


# --- transactions -------------------------------------------------------------------------------------------------


def test_lifetimes_of_transactions_are_those_counted_one_by_one(lifetimes_of_cdnow, cdnow_sample, make_table):
    time, lost, _ = lifetimes_of_cdnow
    expected = curve(time, lost, np.ones(len(time)))
    found = crm.survival.curve(make_table(cdnow_sample), inactive=120)
    table = as_columns(found.table)
    assert table["time"] == expected.time.tolist()
    assert table["n_at_risk"] == expected.at_risk.tolist()
    assert table["survival"] == pytest.approx(expected.survival, abs=1e-15)
    assert found.log_rank is None


SALES = {
    "customer_id": ["a", "a", "a", "b", "c", "c"],
    "date": ["2024-01-01", "2024-01-11", "2024-03-31", "2024-01-01", "2024-03-01", "2024-03-05"],
    "amount": [5.0, 5.0, 5.0, 5.0, 5.0, -5.0],
    "channel": ["web", "shop", "web", "web", "shop", "web"],
}


def test_the_first_quiet_ends_a_relation_and_a_return_does_not_heal_it(make_table):
    """a is quiet for 30 days after 01-11, b after 01-01; c is still there after 30 days, and a refund is no visit."""
    found = crm.survival.curve(make_table(SALES), inactive="30D")
    table = as_columns(found.table)
    assert table["time"] == [0, 30, 40]
    assert table["n_events"] == [0, 2, 1]
    assert as_columns(found.summary)["n_events"] == [3]


def test_groups_are_those_of_the_first_purchase_or_of_a_table(make_table):
    by_role = crm.survival.curve(make_table(SALES), inactive="30D", by="channel")
    assert as_columns(by_role.summary)["group"] == ["shop", "web"]
    assert as_columns(by_role.summary)["customers"] == [1, 2]
    club = make_table({"customer_id": ["b", "a"], "club": ["member", "member"]})
    by_table = crm.survival.curve(make_table(SALES), inactive="30D", by=club)
    assert as_columns(by_table.summary)["group"] == ["member", "ungrouped"]
    assert by_table.log_rank is not None


rows = st.lists(
    st.tuples(st.sampled_from("abcd"), st.integers(0, 120), st.sampled_from([-5, 5])), min_size=1, max_size=25
)


@law
@given(listed=rows, more=rows)
def test_later_rows_change_nothing_that_was_known(listed, more):
    start = dt.date(2024, 1, 1)
    listed = [("a", 0, 5), ("z", 0, 5), *listed]

    def durations(rows, as_of):
        sales = {"customer_id": [who for who, _, _ in rows], "amount": [float(cents) for _, _, cents in rows],
                 "date": [start + dt.timedelta(days=day) for _, day, _ in rows]}  # fmt: skip
        tx = crm.Transactions(small_table(sales), as_of=start + dt.timedelta(days=as_of))
        return as_columns(crm.survival.curve(tx, inactive="30D").table)

    later = [(who, day + 121, cents) for who, day, cents in more]
    assert durations([*listed, *later], 120) == durations(listed, 120)


def test_a_table_of_durations_may_count_many_in_a_row(make_table):
    one_by_one = {"time": [1.0, 1.0, 2.0, 3.0, 3.0, 3.0], "event": [1, 1, 0, 1, 0, 0], "plan": list("xxyxyy")}
    counted = {"time": [1.0, 2.0, 3.0, 3.0], "event": [1, 0, 1, 0], "plan": list("xyxy"), "people": [2, 1, 1, 2]}
    first = crm.survival.kaplan_meier(make_table(one_by_one), by="plan")
    second = crm.survival.kaplan_meier(make_table(counted), by="plan", weight="people")
    assert as_columns(first.table) == as_columns(second.table)
    assert first.log_rank == second.log_rank


@pytest.mark.parametrize(
    ("table", "settings", "message"),
    [
        ({"days": [1.0]}, {}, r"no column 'time'"),
        ({"time": [-1.0], "event": [1]}, {}, r"found \(-1\.0, 1\.0\)"),
        ({"time": [1.0], "event": [2]}, {}, r"found \(1\.0, 2\.0\)"),
        ({"time": [1.0], "event": [1]}, {"by": "event"}, r"by='event' is the column of event= already"),
        ({"time": [1.0], "event": [1]}, {"event": "time"}, r"event='time' is the column of time= already"),
        ({"time": [1.0], "event": [1]}, {"weight": "time"}, r"weight='time' is the column of time= already"),
    ],
)
def test_what_is_no_duration_is_refused(table, settings, message):
    with pytest.raises((ArgumentError, ColumnError, DataError), match=message):
        crm.survival.kaplan_meier(table, **settings)


def test_a_limit_that_nobody_can_reach_is_refused():
    with pytest.raises(DataError, match=r"400 days, and the data cover 90"):
        crm.survival.curve(SALES, inactive=400)
    with pytest.raises(DataError, match=r"91 days, and the data cover 90"):
        crm.survival.curve(SALES, inactive=91)
    assert crm.survival.curve(SALES, inactive=90).definition.values["days"] == 90  # quiet from the first day on
    with pytest.raises(ArgumentError, match=r"by='club' is not a role"):
        crm.survival.curve(SALES, inactive=30, by="club")


def test_ids_of_another_type_are_refused():
    club = {"customer_id": [1, 2], "club": ["member", "member"]}
    with pytest.raises(DataError, match=r"ids are text in the transactions and numbers in by=: 1, 2"):
        crm.survival.curve(SALES, inactive=30, by=club)


# --- what a table of durations may be, and how it is read off -------------------------------------------------------

STAYS = {"time": [10.0, 20.0, 20.0, 30.0], "event": [1, 1, 0, 0]}


def test_curves_are_read_off_at_one_time_or_several(make_table):
    stays = crm.survival.kaplan_meier(make_table(STAYS))
    for times in (15, "15D", dt.timedelta(days=15), ["15D"], np.array([15])):
        assert as_columns(stays.at(times))["survival"] == [0.75]
    assert as_columns(stays.at(["2W", 25]))["time"] == [14, 25]
    with pytest.raises(ArgumentError, match="times='soon' is not a duration"):
        stays.at("soon")


def test_nothing_is_said_of_times_that_nobody_was_seen_for(make_table):
    found = as_columns(crm.survival.kaplan_meier(make_table(STAYS)).at([30, 31, 1e5]))
    assert found["survival"] == [0.5, None, None]
    assert found["survival_high"][1:] == found["survival_low"][1:] == [None, None]
    all_lost = crm.survival.kaplan_meier(make_table({"time": [1.0, 2.0], "event": [1, 1]}))
    assert as_columns(all_lost.at(5))["survival"] == [0]


def test_groups_that_are_numbers_are_listed_by_size(make_table):
    table = {"time": [1.0, 2.0, 3.0], "event": [1, 0, 1], "plan": [10, 2, 1]}
    assert as_columns(crm.survival.kaplan_meier(make_table(table), by="plan").summary)["group"] == [1, 2, 10]


def test_python_s_true_and_false_are_yes_and_no():
    pd = pytest.importorskip("pandas")
    gone = pd.Series([True, True, False, False], dtype=object)
    found = crm.survival.kaplan_meier(pd.DataFrame({**STAYS, "event": gone}))
    assert as_columns(found.table) == as_columns(crm.survival.kaplan_meier(STAYS).table)
    gone[2] = None
    with pytest.raises(ColumnError, match="column 'event'"):
        crm.survival.kaplan_meier(pd.DataFrame({**STAYS, "event": gone}))


def test_who_comes_on_a_day_is_at_risk_from_the_next_one_on():
    """Of a curve and of a log-rank test: the ends of day 5 are no risk to who came on day 5."""
    rng = np.random.default_rng(6)
    entry = rng.integers(0, 6, 60)
    time, event, group = entry + rng.integers(1, 8, 60), rng.integers(0, 2, 60), rng.integers(0, 2, 60)

    def statistic(came):
        return log_rank(time, event, np.ones(60), group, entry=came).statistic

    seen = expected = variance = 0.0
    found = curve(time, event, np.ones(60), entry=entry)
    for at in np.unique(time[event == 1]):
        risk, ends = (entry < at) & (time >= at), (event == 1) & (time == at)
        assert found.at_risk[found.time == at] == risk.sum()
        n, d, one = risk.sum(), ends.sum(), (risk & (group == 0)).sum()
        seen, expected = seen + (ends & (group == 0)).sum(), expected + d * one / n
        variance += d * (one / n) * (1 - one / n) * (n - d) / max(n - 1, 1)
    assert statistic(entry) == pytest.approx((seen - expected) ** 2 / variance, rel=1e-9)
    assert statistic(entry + 0.5) == pytest.approx(statistic(entry), rel=1e-12)
