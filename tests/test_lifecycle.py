"""Lifecycle: planted customers of each stage and pattern, measures against plain pandas, laws, words, bad input."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crmkit as crm
from conftest import as_columns, small_table
from crmkit import labels, lifecycle
from crmkit.errors import ArgumentError, DataError
from crmkit.lifecycle import Interpurchase

START = dt.date(2000, 1, 1)
MONTHLY = Interpurchase(expected_gap=30, weight=1)
NOW = 720  # the day on which the planted customers are judged
UPWARD = [10.0 * n for n in range(1, 11)]


def monthly(first, n):
    return [first + 30 * at for at in range(n)]


# Customer: days of purchases, amounts, and what to find. The gap expected of a monthly buyer is 30 days: (30 + 30 n)
# days over 1 + n gaps.
PLANTED = {
    # one purchase 20 days ago, 30 days are to be expected
    "new": ([700], [20.0], ("exploration", "ongoing", "few_orders")),
    # a second purchase is still a trial
    "trying": ([650, 690], [20.0] * 2, ("exploration", "ongoing", "few_orders")),
    "forming": (monthly(640, 3), [20.0] * 3, ("formation", "ongoing", "some_orders")),
    # gaps shrink from 160 days to 5
    "growing": ([300, 460, 580, 650, 680, 695, 705, 710, 715], [20.0] * 9, ("formation", "ongoing", "rate_grows")),
    # regular, but each order is larger than the one before: 10, 20, ... 100
    "spending more": (monthly(450, 10), UPWARD, ("formation", "ongoing", "spend_grows")),
    # three gaps after the fifth purchase, no trend
    "regular": (monthly(510, 8), [20.0] * 8, ("stability", "ongoing", "steady")),
    # nineteen gaps after the fifth purchase
    "loyal": (monthly(20, 24), [20.0] * 24, ("stability", "long_lasting", "steady")),
    # each gap is twice as long as the one before, the last purchase was 9 days ago
    "thinning out": ([396, 401, 411, 431, 471, 551, 711], [20.0] * 7, ("decline", "ongoing", "rate_falls")),
    "spending less": (monthly(450, 10), UPWARD[::-1], ("decline", "ongoing", "spend_falls")),
    # silent for 80 days: more than 2 gaps, less than 4
    "late": (monthly(430, 8), [20.0] * 8, ("decline", "ongoing", "silent")),
    "late but loyal": (monthly(40, 21), [20.0] * 21, ("decline", "long_lasting", "silent")),
    # the four patterns of what has ended, silent for more than 4 gaps
    "one try": ([100], [20.0], ("decline", "failed_start", "silent")),
    "two tries": ([100, 130], [20.0] * 2, ("decline", "failed_start", "silent")),
    "never regular": (monthly(100, 4), [20.0] * 4, ("decline", "lost_in_formation", "silent")),
    # one gap after the fifth purchase
    "soon gone": (monthly(100, 6), [20.0] * 6, ("decline", "early_exit", "silent")),
    # seven gaps of stability are not yet 8
    "gone after seven": (monthly(100, 12), [20.0] * 12, ("decline", "early_exit", "silent")),
    "gone after eight": (monthly(100, 13), [20.0] * 13, ("decline", "long_lasting", "silent")),
}


def sales_of(people):
    """Columns of a table of transactions from {customer: (days, amounts, ...)}."""
    rows = [
        (who, day, amount)
        for who, (days, amounts, *_) in people.items()
        for day, amount in zip(days, amounts, strict=True)
    ]
    return {
        "customer_id": [who for who, _, _ in rows],
        "date": [str(START + dt.timedelta(days=int(day))) for _, day, _ in rows],
        "amount": [amount for _, _, amount in rows],
    }


def on_day(day):
    return START + dt.timedelta(days=day)


def judge(columns, *, as_of=None, **rules):
    """Stages of plain columns as columns, in order of id."""
    tx = crm.Transactions(small_table(columns), as_of=as_of)
    return as_columns(lifecycle.stages(tx, **options(rules)), sort="customer_id")


def options(given):
    """The limits among the options as the value that `stages` takes."""
    others = {name: given[name] for name in ("interpurchase", "language", "period") if name in given}
    limits = {name: value for name, value in given.items() if name not in others}
    return {**others, **({"rules": lifecycle.StageRules(**limits)} if limits else {})}


# --- planted customers ----------------------------------------------------------------------------------------------


def test_each_planted_customer_is_found(make_table):
    table = make_table(sales_of(PLANTED))
    result = lifecycle.stages(crm.Transactions(table, as_of=on_day(NOW)), interpurchase=MONTHLY)
    assert type(result) is type(table)
    found = as_columns(result, sort="customer_id")
    seen = dict(
        zip(found["customer_id"], zip(found["stage"], found["pattern"], found["rule"], strict=True), strict=True)
    )
    assert seen == {who: expected for who, (_, _, expected) in PLANTED.items()}
    assert {stage for stage, _, _ in seen.values()} == set(lifecycle.STAGES)
    assert {pattern for _, pattern, _ in seen.values()} == set(lifecycle.PATTERNS)


def test_they_are_found_by_the_rhythm_of_the_base_as_well():
    clear = {who: planted for who, planted in PLANTED.items() if not who.startswith("gone after")}  # at the very edge
    found = judge(sales_of(clear), as_of=on_day(NOW))
    seen = zip(found["stage"], found["pattern"], found["rule"], strict=True)
    assert list(seen) == [PLANTED[who][2] for who in found["customer_id"]]


def test_the_stage_that_was_reached_is_told_of_those_who_declined():
    found = judge(sales_of(PLANTED), as_of=on_day(NOW), interpurchase=MONTHLY)
    reached = dict(zip(found["customer_id"], found["stage_reached"], strict=True))
    assert reached["two tries"] == "exploration"
    assert reached["never regular"] == "formation"
    assert {reached[who] for who in ("late", "soon gone", "thinning out", "spending less")} == {"stability"}
    still = [at for at, stage in enumerate(found["stage"]) if stage != "decline"]
    assert [found["stage"][at] for at in still] == [found["stage_reached"][at] for at in still]
    ended = dict(zip(found["customer_id"], found["ended"], strict=True))
    assert ended["gone after eight"] is True
    assert ended["late but loyal"] is False
    assert ended["loyal"] is False


def test_labels_come_in_the_language_asked_for():
    found = judge(sales_of(PLANTED), as_of=on_day(NOW), interpurchase=MONTHLY, language="zh")
    assert set(found["stage_label"]) == {"考察期", "形成期", "稳定期", "退化期"}
    assert {"早期流产型", "中途夭折型", "提前退出型", "长久保持型"} < set(found["pattern_label"])
    english = judge(sales_of(PLANTED), as_of=on_day(NOW), interpurchase=MONTHLY)
    assert english["pattern_label"] == labels.texts(found["pattern"])


# --- measures -------------------------------------------------------------------------------------------------------


def test_measures_worked_out_by_hand():
    # Four purchase days, 0, 10, 20, 100, of 10, 10, 20 and 40; judged on day 150.
    found = judge(
        sales_of({"a": ([0, 10, 20, 100], [10.0, 10.0, 20.0, 40.0])}),
        as_of=on_day(150),
        interpurchase=Interpurchase(expected_gap=60, weight=2),
    )
    assert found["purchase_days"] == [4]
    assert found["own_gap"] == pytest.approx([100 / 3])
    assert found["expected_gap"] == pytest.approx([(100 + 2 * 60) / (3 + 2)])  # 44
    assert found["recency"] == [50]
    assert found["overdue"] == pytest.approx([50 / 44])
    # u is -1, -0.8, -0.6, 1: their sum is -1.4, over 4 purchases and 5 in the middle
    assert found["rate_trend"] == pytest.approx([3 * -1.4 / 9])
    # 10 (-1) + 10 (-0.8) + 20 (-0.6) + 40 = 10, over 80; 80^2 / (100 + 100 + 400 + 1600) = 2.909 days of one weight
    days = 80**2 / 2200
    assert found["spend_trend"] == pytest.approx([3 * 10 / 80 * days / (days + 5)])
    assert found["stable_days"] == [None]


@pytest.mark.parametrize(
    ("days", "growing", "rule"), [([0, 10, 15, 25, 100], 0.9, "rate_falls"), ([0, 75, 85, 90, 100], 0.6, "rate_grows")]
)
def test_a_trend_of_just_the_limit_is_one(days, growing, rule):
    """u of the three between are -0.8 -0.7 -0.5, or as much above 0: 3 x 2 / (5 + 5) is 0.6."""
    found = judge(sales_of({"a": (days, [1.0] * 5)}), interpurchase=Interpurchase(expected_gap=40, weight=1),
                  growing=growing)  # fmt: skip
    assert abs(found["rate_trend"][0]) == pytest.approx(0.6, abs=1e-12)
    assert found["rule"] == [rule]


def test_a_spend_that_falls_by_just_the_limit_falls():
    rows, rhythm = sales_of({"a": ([0, 20, 50, 70, 100], [9.0, 5, 5, 5, 3])}), Interpurchase(40, 1)
    trend = judge(rows, interpurchase=rhythm)["spend_trend"][0]
    assert judge(rows, interpurchase=rhythm, falling=trend)["rule"] == ["spend_falls"]
    assert judge(rows, interpurchase=rhythm, falling=trend - 1e-5)["rule"] == ["steady"]


def test_who_never_paid_has_no_trend_of_spend():
    found = judge(sales_of({"a": ([0, 20, 50, 70, 100], [0.0] * 5)}), interpurchase=MONTHLY)
    assert (found["spend_trend"], found["rule"]) == ([0], ["steady"])
    assert judge(sales_of({"a": ([0], [1.0])}), interpurchase=MONTHLY, decline_at=3, ended_at=3)["ended"] == [False]


def test_a_day_with_more_returned_than_bought_has_no_weight():
    # 20, then 20 of which 50 are returned at once, then 20: the first and the last day weigh alike
    found = judge(sales_of({"a": ([0, 10, 10, 60], [20.0, 20.0, -50.0, 20.0])}), interpurchase=MONTHLY)
    assert found["purchase_days"] == [3]
    assert found["spend_trend"] == [0]


def test_stability_is_counted_from_the_purchase_that_brought_it():
    found = judge(sales_of({"a": (monthly(0, 9), [5.0] * 9)}), as_of=on_day(250), interpurchase=MONTHLY)
    assert found["stable_days"] == pytest.approx([120])  # the ninth is 4 gaps of 30 days after the fifth


def by_plain_pandas(rows, as_of, rhythms):
    """All measures of a pandas table with customer_id, date and amount (no refunds), customer by customer.

    `rhythms` are those of the data when they covered 90, 180, 360 ... days, by the last of these days.
    """
    days = rows.groupby(["customer_id", "date"], as_index=False)["amount"].sum()
    found = {}
    for who, own in days.groupby("customer_id"):
        day = (own["date"] - own["date"].min()).dt.days.to_numpy()
        spend, n = own["amount"].to_numpy(), len(own)
        own_gap = np.diff(day).mean() if n > 1 else np.nan
        known = [day for day in rhythms if day <= own["date"].max()]
        interpurchase = rhythms[max(known)] if known else rhythms[min(rhythms)]
        expected = (interpurchase.weight * interpurchase.expected_gap + day[-1]) / (interpurchase.weight + n - 1)
        silent = (as_of - own["date"].max()).days
        u = 2 * day / day[-1] - 1 if n > 1 else np.zeros(n)
        rate = 3 * np.append(u, [0] * 5).mean()
        alike = spend.sum() ** 2 / (spend**2).sum() if spend.any() else 0.0
        spent = 3 * np.average(u, weights=spend) * alike / (alike + 5) if alike else 0.0
        if silent >= 2 * expected or rate <= -0.6 or spent <= -0.6:
            stage = "decline"
        elif n < 3:
            stage = "exploration"
        elif n < 5 or rate >= 0.6 or spent >= 0.6:
            stage = "formation"
        else:
            stage = "stability"
        found[who] = (stage, own_gap, expected, silent / expected, rate, spent)
    return found


def test_cdnow_agrees_with_plain_pandas(cdnow_sample):
    pd = pytest.importorskip("pandas")
    tx = crm.Transactions(pd.DataFrame(cdnow_sample))
    found = lifecycle.stages(tx)
    ends = [pd.Timestamp("1997-01-01") + pd.Timedelta(days=covered - 1) for covered in (90, 180, 360)]
    rhythms = {day: lifecycle.fit_interpurchase(tx.until(day.date())) for day in ends}
    expected = by_plain_pandas(pd.DataFrame(cdnow_sample), pd.Timestamp(tx.as_of), rhythms)
    columns = ["own_gap", "expected_gap", "overdue", "rate_trend", "spend_trend"]
    assert found["customer_id"].tolist() == list(expected)
    np.testing.assert_allclose(found[columns].to_numpy(), [row[1:] for row in expected.values()], rtol=1e-9, atol=1e-12)
    assert found["stage"].tolist() == [row[0] for row in expected.values()]


def test_what_became_of_cdnow(cdnow):
    """Everybody came in the first quarter; a year later most are gone, half of them after one purchase."""
    found = judge(cdnow)
    assert len(found["stage"]) == 23_570
    once = [at for at, n in enumerate(found["purchase_days"]) if n == 1]
    assert len(once) / 23_570 == pytest.approx(0.51, abs=0.005)  # the published fact of the data
    assert {found["pattern"][at] for at in once} == {"failed_start"}
    stages, patterns = Counter(found["stage"]), Counter(found["pattern"])
    assert stages == {"exploration": 1406, "formation": 2105, "stability": 2004, "decline": 18_055}
    assert patterns == {
        "failed_start": 14_102, "lost_in_formation": 1132, "early_exit": 571, "long_lasting": 444, "ongoing": 7321,
    }  # fmt: skip


def test_a_trend_of_the_past_goes_on_in_the_future(cdnow):
    """The figures of the docstring: purchases of the next half year over those due at the own rhythm."""
    pd = pytest.importorskip("pandas")
    cut, end = pd.Timestamp("1997-12-31"), pd.Timestamp("1998-06-30")
    rows = pd.DataFrame(cdnow)
    found = lifecycle.stages(crm.Transactions(rows, as_of=cut))
    later = rows[rows["date"] > cut].drop_duplicates(["customer_id", "date"]).groupby("customer_id").size()
    found["bought"] = found["customer_id"].map(later).fillna(0) / ((end - cut).days / found["expected_gap"])
    regular = found[(found["purchase_days"] >= 5) & (found["overdue"] < 2)]
    rate, spend = regular["rate_trend"], regular["spend_trend"]
    assert regular[rate <= -0.6]["bought"].mean() == pytest.approx(0.36, abs=0.005)
    assert regular[(rate.abs() < 0.6) & (spend.abs() < 0.6)]["bought"].mean() == pytest.approx(0.63, abs=0.005)
    assert regular[rate >= 0.6]["bought"].mean() == pytest.approx(0.89, abs=0.005)


def test_the_limits_of_silence_are_where_customers_are_more_likely_gone(cdnow):
    pd = pytest.importorskip("pandas")
    tx = crm.Transactions(pd.DataFrame(cdnow), as_of="1997-12-31")
    customers = crm.summarize(tx)
    overdue = lifecycle.stages(tx)["overdue"]
    alive = crm.clv.MBGNBD().fit(customers).p_alive(customers)
    assert alive[overdue.between(1.75, 2.25)].mean() > 0.5
    assert alive[overdue.between(3.75, 4.25)].mean() < 0.5


@pytest.mark.parametrize("n", [4, 6, 8, 10, 20])
def test_chance_alone_seldom_shows_a_trend_of_the_rate(n):
    rng = np.random.default_rng(n)
    people = {}
    for who in range(1500):
        inner = rng.choice(np.arange(1, 6000), size=n - 2, replace=False)
        people[who] = (np.sort([0, 6000, *inner]), rng.lognormal(3, 0.5, n).round(2))
    found = judge(sales_of(people), interpurchase=Interpurchase(expected_gap=300, weight=1))
    for trend in (np.array(found["rate_trend"]), -np.array(found["rate_trend"])):
        assert (trend >= 0.6).mean() <= 0.05
    assert (np.abs(found["spend_trend"]) >= 0.6).mean() <= 0.2  # both directions


def test_one_huge_order_is_no_trend_of_spend():
    found = judge(sales_of({"a": (monthly(0, 10), [2000.0] + [20.0] * 9)}), interpurchase=MONTHLY)
    assert found["stage"] == ["stability"]
    assert -0.6 < found["spend_trend"][0] < 0


# --- rhythm ---------------------------------------------------------------------------------------------------------


def test_the_rhythm_of_cdnow_is_that_of_the_published_model(cdnow_sample):
    found = lifecycle.fit_interpurchase(crm.Transactions(small_table(cdnow_sample), as_of="1997-09-30"))
    # Batislam and others (2007) on this data: r .524843, alpha 6.183086 weeks
    assert found.weight == pytest.approx(0.524843, rel=1e-4)
    assert found.expected_gap == pytest.approx(7 * 6.183086 / 0.524843, rel=1e-4)


def test_customers_who_all_buy_alike_leave_room_for_everybodys_own_rhythm():
    people = {f"c{who}": ([who + 10 * at for at in range(9)], [1.0] * 9) for who in range(30)}
    found = lifecycle.fit_interpurchase(crm.Transactions(small_table(sales_of(people)), as_of=on_day(115)))
    assert found.weight == 4  # the model alone would have it far above


def drawn_customers(rng, n, *, shape, mean_gap, leave, span):
    """Customers with rates Gamma(shape), who leave after each purchase with a chance; true gaps and purchase days."""
    gaps, people = [], {}
    for who in range(n):
        gap, day = 1 / rng.gamma(shape, 1 / (shape * mean_gap)), float(rng.integers(0, span))
        days = {int(day)}
        while rng.random() > leave:
            day += rng.exponential(gap)
            if day > span:
                break
            days.add(int(day))
        gaps.append(gap)
        people[who] = (sorted(days), [10.0] * len(days))
    return np.array(gaps), people


def test_the_rhythm_of_drawn_customers_is_found_where_closed_gaps_are_too_short():
    _, people = drawn_customers(np.random.default_rng(1), 4000, shape=1.5, mean_gap=60, leave=0.2, span=365)
    found = lifecycle.fit_interpurchase(crm.Transactions(small_table(sales_of(people)), as_of=on_day(365)))
    assert found.expected_gap == pytest.approx(60, rel=0.05)
    assert found.weight == pytest.approx(1.5, rel=0.1)
    closed = np.concatenate([np.diff(days) for days, _ in people.values()])
    assert closed.mean() < 0.75 * 60


def test_shrunk_gaps_are_nearer_the_truth_than_own_gaps_and_than_that_of_all():
    truth, people = drawn_customers(np.random.default_rng(2), 3000, shape=1.5, mean_gap=60, leave=0.1, span=730)
    found = judge(sales_of(people), as_of=on_day(730))
    n, own = np.array(found["purchase_days"]), np.array(found["own_gap"], dtype=float)
    expected = np.array(found["expected_gap"])
    for few in (n == 2, n == 3, (n >= 4) & (n <= 6)):
        errors = [np.mean(np.log(guess[few] / truth[few]) ** 2) for guess in (expected, own, np.full(len(n), 60.0))]
        assert errors[0] < min(errors[1:])


def test_one_purchase_has_the_gap_of_all_and_many_have_their_own():
    interpurchase = Interpurchase(expected_gap=100, weight=2)
    people = {n: (monthly(0, n), [1.0] * n) for n in (1, 2, 5, 20, 200)}
    expected = judge(sales_of(people), interpurchase=interpurchase)["expected_gap"]
    assert expected[0] == 100
    assert expected == sorted(expected, reverse=True)  # from that of all to 30, ever nearer
    assert expected[-1] == pytest.approx(30, rel=0.03)


def test_while_nobody_came_back_no_silence_is_long():
    sales = sales_of({"a": ([0], [5.0]), "b": ([400], [5.0]), "c": ([410], [9.0])})
    found = judge(sales)
    assert found["expected_gap"] == found["overdue"] == [None] * 3
    assert set(found["stage"]) == {"exploration"}
    assert set(found["pattern"]) == {"ongoing"}
    assert set(found["ended"]) == {False}
    assert "no silence is long" in lifecycle.explain_stage(small_table(sales), "a")
    assert as_columns(lifecycle.history(small_table(sales)))["customers"][-4:] == [3, 0, 0, 0]
    with pytest.raises(DataError, match=r"nobody|no customer bought on a second day[\s\S]*Interpurchase\("):
        lifecycle.fit_interpurchase(small_table(sales))


# --- laws -----------------------------------------------------------------------------------------------------------

PEOPLE = st.lists(
    st.lists(
        st.tuples(st.integers(0, 300), st.integers(1, 5000)), min_size=1, max_size=9, unique_by=lambda row: row[0]
    ),
    min_size=2,
    max_size=8,
)


def people_of(drawn):
    return {f"c{at}": ([day for day, _ in rows], [cents / 100 for _, cents in rows]) for at, rows in enumerate(drawn)}


def verdicts(found):
    return list(zip(found["stage"], found["pattern"], found["rule"], found["stage_reached"], strict=True))


@settings(max_examples=5, deadline=None)
@given(drawn=PEOPLE, factor=st.sampled_from([3, 100, 1000]), seed=st.integers(0, 99))
def test_currency_ids_row_order_and_later_rows_do_not_matter(drawn, factor, seed):
    people = people_of(drawn)
    sales = sales_of(people)
    before = judge(sales, as_of=on_day(310))
    dearer = {**sales, "amount": [round(factor * amount, 2) for amount in sales["amount"]]}
    assert verdicts(judge(dearer, as_of=on_day(310))) == verdicts(before)
    renamed = {**sales, "customer_id": [int(who[1:]) + 7 for who in sales["customer_id"]]}
    assert verdicts(judge(renamed, as_of=on_day(310))) == verdicts(before)
    order = np.random.default_rng(seed).permutation(len(sales["date"]))
    assert judge({name: [values[at] for at in order] for name, values in sales.items()}, as_of=on_day(310)) == before
    later = {name: [*values, *more] for (name, values), more in zip(
        sales.items(), (["c0", "new"], [str(on_day(311)), str(on_day(320))], [5.0, 9.0]), strict=True)}  # fmt: skip
    assert judge(later, as_of=on_day(310)) == before


WORST_FIRST = ("decline", "exploration", "formation", "stability")


def refuse_better(tx, dates, **given):
    """At each of the dates, nobody who has bought nothing since the date before is at a better stage than then."""
    before, silent = {}, 0
    for date in dates:
        found = as_columns(lifecycle.stages(tx.until(str(date)), **given))
        now = {
            who: (WORST_FIRST.index(stage), n, overdue)
            for who, stage, n, overdue in zip(
                found["customer_id"], found["stage"], found["purchase_days"], found["overdue"], strict=True
            )
        }
        for who, (stage, n, overdue) in before.items():
            if now[who][1] == n:
                silent += 1
                assert now[who][0] <= stage, (who, date)
                assert overdue is None or now[who][2] > overdue
        before = now
    return silent


@settings(max_examples=8, deadline=None)
@given(drawn=PEOPLE, dates=st.lists(st.integers(60, 1400), min_size=3, max_size=3, unique=True).map(sorted))
def test_silence_never_improves_a_stage(drawn, dates):
    """Whatever the others do meanwhile: their rhythm slows down here, as the base ages."""
    people = people_of(drawn)
    slowing = {
        f"s{at}": (sorted({(day + 40 * at) ** 2 // 90 for day in range(0, 330, 30)}), [5.0] * 99) for at in range(4)
    }
    for who, (days, _) in slowing.items():
        people[who] = (days, [5.0] * len(days))
    refuse_better(crm.Transactions(small_table(sales_of(people)), as_of=on_day(1400)), [on_day(day) for day in dates])


def test_silence_improves_nobody_s_stage_on_cdnow(cdnow_sample):
    dates = [f"1997-{month:02d}-28" for month in range(1, 13)] + [f"1998-{month:02d}-28" for month in range(1, 7)]
    tx = crm.Transactions(small_table(cdnow_sample))
    assert refuse_better(tx, dates) > 30_000
    assert refuse_better(tx, dates[::6], interpurchase=MONTHLY) > 2000


@settings(max_examples=6, deadline=None)
@given(drawn=PEOPLE)
def test_twice_as_slow_a_life_has_the_same_stages(drawn):
    people = people_of(drawn)
    slower = {who: ([2 * day for day in days], amounts) for who, (days, amounts) in people.items()}
    fast = judge(sales_of(people), as_of=on_day(310), interpurchase=Interpurchase(expected_gap=45, weight=0.7))
    slow = judge(sales_of(slower), as_of=on_day(620), interpurchase=Interpurchase(expected_gap=90, weight=0.7))
    assert verdicts(slow) == verdicts(fast)
    for name, factor in (("overdue", 1), ("rate_trend", 1), ("spend_trend", 1), ("expected_gap", 2), ("own_gap", 2)):
        twice = [None if value is None else factor * value for value in fast[name]]
        assert slow[name] == [None if v is None else pytest.approx(v, rel=1e-4, abs=1e-9) for v in twice]


@settings(max_examples=12, deadline=None)
@given(
    drawn=PEOPLE,
    formation=st.integers(2, 4),
    more=st.integers(1, 4),
    trend=st.floats(0.01, 2),
    decline=st.floats(0.1, 5),
    wait=st.floats(1, 3),
    long=st.floats(0.1, 9),
)
def test_everybody_has_one_stage_that_the_rules_say(drawn, formation, more, trend, decline, wait, long):
    found = judge(
        sales_of(people_of(drawn)), as_of=on_day(310), formation_orders=formation, stability_orders=formation + more,
        growing=trend, falling=-trend, decline_at=decline, ended_at=decline * wait, long_stability=long,
    )  # fmt: skip
    assert len(found["stage"]) == len(drawn)
    assert set(found["stage"]) <= set(lifecycle.STAGES)
    for at, stage in enumerate(found["stage"]):
        row = {name: values[at] for name, values in found.items()}
        assert row["stage_reached"] in lifecycle.STAGES[:3]
        assert stage in ("decline", row["stage_reached"])
        assert (row["stage_reached"] == "exploration") == (row["purchase_days"] < formation)
        if row["stage_reached"] == "stability":
            assert row["purchase_days"] >= formation + more
        if row["ended"]:
            assert stage == "decline"
            patterns = {"exploration": "failed_start", "formation": "lost_in_formation", "stability": "early_exit"}
            assert row["pattern"] in (patterns[row["stage_reached"]], "long_lasting")
        else:
            assert row["pattern"] in ("ongoing", "long_lasting")
        assert (row["stable_days"] is None) == (row["stage_reached"] != "stability")


def test_a_refund_is_never_a_visit(make_table):
    people = {"a": (monthly(0, 6), [20.0] * 6), "b": (monthly(5, 3), [9.0] * 3)}
    plain = judge(sales_of(people), as_of=on_day(200), interpurchase=MONTHLY)
    refunded = {**people, "a": ([*people["a"][0], 77, 190], [*people["a"][1], -8.0, -3.0]), "c": ([50], [-4.0])}
    tx = crm.Transactions(make_table(sales_of(refunded)), as_of=on_day(200))
    assert as_columns(lifecycle.stages(tx, interpurchase=MONTHLY), sort="customer_id") == plain


def test_purchases_of_one_day_are_one(make_table):
    people = {"a": (monthly(0, 4), [20.0] * 4), "b": ([3], [9.0])}
    split = {"a": (sorted(monthly(0, 4) * 2), [15.0, 5.0] * 4), "b": ([3, 3, 3], [3.0] * 3)}
    expected = judge(sales_of(people), as_of=on_day(99), interpurchase=MONTHLY)
    tx = crm.Transactions(make_table(sales_of(split)), as_of=on_day(99))
    assert as_columns(lifecycle.stages(tx, interpurchase=MONTHLY), sort="customer_id") == expected


def test_the_callers_table_is_not_changed(make_table):
    table = make_table(sales_of(PLANTED))
    before = as_columns(table)
    lifecycle.stages(table)
    lifecycle.history(table, period="year")
    assert as_columns(table) == before


# --- over time ------------------------------------------------------------------------------------------------------


def counts_by_date(found):
    rows = zip(found["date"], found["stage"], found["customers"], found["value"], strict=True)
    return {(str(date)[:10], stage): (customers, value) for date, stage, customers, value in rows}


def same_as_stages(tx, *, period):
    """Check a history against `stages` of the past of each of its dates."""
    found = as_columns(lifecycle.history(tx, period=period))
    counts = counts_by_date(found)
    dates = sorted({date for date, _ in counts})
    for date in dates:
        past = tx.until(date)
        then, spend = (
            as_columns(lifecycle.stages(past), sort="customer_id"),
            as_columns(crm.summarize(past), sort="customer_id"),
        )
        assert then["customer_id"] == spend["customer_id"]
        for stage in lifecycle.STAGES:
            inside = [at for at, name in enumerate(then["stage"]) if name == stage]
            customers, value = counts[date, stage]
            assert customers == len(inside)
            assert value == pytest.approx(sum(spend["monetary"][at] for at in inside), abs=1e-6)
    return found, dates


def test_a_row_of_history_is_what_stages_counted_on_its_day(cdnow_sample):
    tx = crm.Transactions(small_table(cdnow_sample))
    found, dates = same_as_stages(tx, period="month")
    assert len(dates) == 18
    assert found["stage"] == list(lifecycle.STAGES) * 18
    assert all(found["complete"])
    for at in range(0, len(found["stage"]), 4):
        assert sum(found["customer_share"][at : at + 4]) == pytest.approx(1)
        assert sum(found["value_share"][at : at + 4]) == pytest.approx(1)


def test_so_it_is_with_refunds_and_text_for_ids():
    made = crm.datasets.make_transactions(100, start="2024-01-01", seed=3).transactions
    made["customer_id"] = "c" + made["customer_id"].astype(str)
    _, dates = same_as_stages(crm.Transactions(made, as_of="2024-11-20"), period="quarter")
    assert dates[-1] == "2024-11-20"


def test_history_is_the_same_for_every_kind_of_table(make_table):
    sales = sales_of(PLANTED)
    found = lifecycle.history(crm.Transactions(make_table(sales), as_of=on_day(NOW)), period="year")
    assert type(found) is type(make_table(sales))
    expected = as_columns(lifecycle.history(crm.Transactions(small_table(sales), as_of=on_day(NOW)), period="year"))
    columns = as_columns(found)
    assert columns["customers"] == expected["customers"]
    assert columns["value"] == expected["value"]
    assert [str(date)[:10] for date in columns["date"]] == [str(date)[:10] for date in expected["date"]]


def test_the_last_period_is_marked_if_it_is_not_complete():
    tx = crm.Transactions(small_table(sales_of(PLANTED)), as_of="2001-12-20")
    found = as_columns(lifecycle.history(tx, interpurchase=MONTHLY))
    assert found["complete"] == [True] * (len(found["complete"]) - 4) + [False] * 4
    assert found["period"][-1] == "2001-12"
    assert str(found["date"][-1])[:10] == "2001-12-20"


def test_one_rhythm_can_be_held_for_all_dates():
    tx = crm.Transactions(small_table(sales_of(PLANTED)), as_of=on_day(NOW))
    found = counts_by_date(as_columns(lifecycle.history(tx, period="year", interpurchase=MONTHLY)))
    then = Counter(as_columns(lifecycle.stages(tx.until("2000-12-31"), interpurchase=MONTHLY))["stage"])
    assert {stage: found["2000-12-31", stage][0] for stage in lifecycle.STAGES} == {
        s: then[s] for s in lifecycle.STAGES
    }


def test_time_before_the_first_purchase_is_left_out():
    sales = sales_of({"a": ([0, 100, 130], [-5.0, 20.0, 20.0])})
    found = as_columns(lifecycle.history(small_table(sales)))
    assert found["period"][0] == "2000-04"
    assert found["value"][0] == 15.0  # the refund that came first is taken off


# --- in words -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_planted_customer_is_explained(language):
    tx = crm.Transactions(small_table(sales_of(PLANTED)), as_of=on_day(NOW))
    for who, (days, _, (stage, pattern, _)) in PLANTED.items():
        said = lifecycle.explain_stage(tx, who, interpurchase=MONTHLY, language=language)
        head, visits, gap, *_ = said.splitlines()
        assert who in head
        assert str(on_day(NOW)) in head
        assert labels.text(stage, language).lower() in head
        assert labels.text(pattern, language).lower() in head
        assert str(len(days)) in visits
        assert str(on_day(days[0])) in visits
        assert "30.0" in gap
        assert not re.search(r"[{}_]|nan", said)
        assert said.count("\n") == said.strip().count("\n")


def test_an_explanation_shows_measures_limits_and_the_rule():
    tx = crm.Transactions(small_table(sales_of(PLANTED)), as_of=on_day(NOW))
    assert lifecycle.explain_stage(
        tx, "soon gone", interpurchase=MONTHLY, rules=lifecycle.StageRules(ended_at=6)
    ).splitlines() == [
        "Customer soon gone on 2001-12-21: decline, early exit.",
        "6 days with a purchase from 2000-04-10 to 2000-09-07, one every 30.0 days.",
        "Expected gap 30.0 days: 30.0 days by its own (5 so far), 30.0 days by all customers, "
        "which weighs as much as 1 of its own.",
        "Days since the last purchase: 470, which is 15.67 expected gaps (decline from 2, ended from 6).",
        "Trend of the purchase rate 0.00, of spend 0.00 (0 is steady; falling from -0.6, growing from 0.6).",
        "Stage decline, because it has been silent for at least 2 expected gaps.",
        "It had reached the stage stability.",
        "Pattern early exit: it ended (silent for 6 expected gaps or more) after 1.0 expected gaps of stability; "
        "long is 8.",
    ]


def test_a_customer_is_found_by_an_id_of_any_type(make_table):
    numbered = {
        **sales_of(PLANTED),
        "customer_id": [list(PLANTED).index(who) for who in sales_of(PLANTED)["customer_id"]],
    }
    table = make_table(numbered)
    assert lifecycle.explain_stage(table, 3).startswith("Customer 3 on ")
    assert lifecycle.explain_stage(table, np.int64(3)).startswith("Customer 3 on ")
    with pytest.raises(DataError, match=r"no customer '3' among the 17 .*Near to it: 3, .*The ids are numbers\."):
        lifecycle.explain_stage(table, "3")
    with pytest.raises(DataError, match=r"no customer 99 among the 17 with a purchase\. "):
        lifecycle.explain_stage(table, 99)
    with pytest.raises(DataError, match=r"no customer 3 among the 17 .*The ids are text\."):
        lifecycle.explain_stage(make_table(sales_of(PLANTED)), 3)


def test_who_only_ever_sent_back_is_no_customer():
    sales = {"customer_id": list("aab"), "date": ["2025-01-01", "2025-03-01", "2025-02-01"], "amount": [5.0, 6.0, -3.0]}
    with pytest.raises(DataError, match=r"no customer 'b' among the 1 with a purchase"):
        lifecycle.explain_stage(sales, "b")


@pytest.mark.parametrize("odd", [[1, 2], dt.date(2001, 1, 1), None, True, 10**400])
def test_what_is_no_id_is_refused(make_table, odd):
    sales = sales_of(PLANTED)
    numbered = {**sales, "customer_id": [list(PLANTED).index(who) for who in sales["customer_id"]]}
    for columns in (sales, numbered):
        with pytest.raises(DataError, match=r"no customer .* among the 17 with a purchase\."):
            lifecycle.explain_stage(make_table(columns), odd)


# --- bad input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"formation_orders": 1}, "formation_orders=1 is not a whole number of at least 2"),
        ({"stability_orders": 3}, r"stability_orders=3 must be above formation_orders=3[\s\S]*stability_orders=5"),
        ({"falling": 0.3}, "falling=0.3 must be below 0"),
        ({"growing": float("nan")}, "growing=nan is not a finite number"),
        ({"decline_at": 5}, "decline_at=5 must be above 0 and at most ended_at=4"),
        ({"decline_at": 0}, "decline_at=0 must be above 0"),
        ({"long_stability": 0}, "long_stability=0 must be above 0"),
        (
            {"long_stability": True},
            r"long_stability=True is not a finite number\. Give one, such as long_stability=8\.",
        ),
        ({"ended_at": np.True_}, "ended_at=.*True.* is not a finite number"),
        ({"falling": "-0.6"}, r"falling='-0.6' is not a finite number\. Give one, such as falling=-0.6\."),
        ({"growing": [0.6]}, r"growing=\[0.6\] is not a finite number"),
        ({"formation_orders": True}, "formation_orders=True is not a whole number"),
        ({"interpurchase": 30}, r"interpurchase=30 is not a Interpurchase[\s\S]*fit_interpurchase\(transactions\)"),
        ({"language": "fr"}, "language='fr' is not known"),
    ],
)
def test_limits_that_cannot_be_are_refused(wrong, message):
    sales = small_table(sales_of(PLANTED))
    for call in (lifecycle.stages, lifecycle.history, lambda tx, **rules: lifecycle.explain_stage(tx, "new", **rules)):
        with pytest.raises(ArgumentError, match=message):
            call(sales, **options(wrong))


def test_limits_may_be_numbers_of_any_kind(make_table):
    limits = {"formation_orders": np.int64(3), "stability_orders": np.int32(5), "growing": np.float32(0.5),
              "decline_at": Decimal("2"), "ended_at": Fraction(4), "long_stability": np.float64(8)}  # fmt: skip
    plain = {"growing": 0.5, "decline_at": 2, "ended_at": 4, "long_stability": 8}
    table = make_table(sales_of(PLANTED))
    got, want = (as_columns(lifecycle.stages(table, **options(rules)), sort="customer_id") for rules in (limits, plain))
    assert got == want


def test_a_rhythm_is_above_zero():
    with pytest.raises(ArgumentError, match="expected_gap=0 must be above 0"):
        Interpurchase(expected_gap=0, weight=1)
    with pytest.raises(ArgumentError, match="weight=-1 must be above 0"):
        Interpurchase(expected_gap=9, weight=-1)


def test_an_unknown_period_is_refused():
    with pytest.raises(ArgumentError, match="period='fortnight' is not known"):
        lifecycle.history(small_table(sales_of(PLANTED)), period="fortnight")


def test_a_missing_column_is_named(make_table):
    with pytest.raises(crm.errors.ColumnError, match="amount"):
        lifecycle.stages(make_table({"customer_id": ["a"], "date": ["2024-01-01"]}))
