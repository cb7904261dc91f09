"""Back-tests and audits: against pandas alone on CDNOW, tables worked out by hand, their laws, and bad input."""

from __future__ import annotations

import datetime as dt
import random
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crmkit as crm
from conftest import as_columns, small_table, table_of
from crmkit import labels
from crmkit.errors import ArgumentError, ColumnError, DataError
from crmkit.validation import backtesting, reruns
from crmkit.validation._slices import Slice

ORIGIN = "1997-09-30"
AS_OF = dt.date(1998, 6, 30)
LISTED = ["champions", "loyal", "potential_loyalist", "new", "promising", "needs_attention", "about_to_sleep",
          "at_risk", "cannot_lose", "hibernating", "lost"]  # fmt: skip


# --- CDNOW, counted again with pandas -------------------------------------------------------------------------------


def eleven_by_pandas(rows: Any, origin: str, **ties: str) -> Any:
    """Customers at the origin with their segment of the eleven, by ranks instead of counted values."""
    pd = pytest.importorskip("pandas")
    past = rows[rows["date"] <= origin]
    found = past.groupby("customer_id").agg(last=("date", "max"), frequency=("date", "nunique"), cents=("cents", "sum"))
    found["recency"] = (pd.Timestamp(origin) - found["last"]).dt.days
    scores = {}
    for name, better in (("recency", -found["recency"]), ("frequency", found["frequency"]), ("cents", found["cents"])):
        place = better.rank(method=ties.get("method", "average")) - 0.5
        scores[name] = 1 + np.floor((5 * 2 * place).round() / (2 * len(found))).astype(int)
    fm = np.floor((scores["frequency"] + scores["cents"]) / 2).astype(int)
    table = {5: {5: "champions", 4: "champions", 3: "potential_loyalist", 2: "potential_loyalist", 1: "new"},
             4: {5: "loyal", 4: "loyal", 3: "potential_loyalist", 2: "potential_loyalist", 1: "promising"},
             3: {5: "loyal", 4: "loyal", 3: "needs_attention", 2: "about_to_sleep", 1: "about_to_sleep"},
             2: {5: "cannot_lose", 4: "at_risk", 3: "at_risk", 2: "hibernating", 1: "hibernating"},
             1: {5: "cannot_lose", 4: "at_risk", 3: "at_risk", 2: "lost", 1: "lost"}}  # fmt: skip
    found["segment"] = [table[r][m] for r, m in zip(scores["recency"], fm, strict=True)]
    return found


def with_outcome(rows: Any, found: Any, origin: str, days: int) -> Any:
    end = np.datetime64(origin) + np.timedelta64(days, "D")
    window = rows[(rows["date"] > origin) & (rows["date"] <= end)]
    found["again"] = found.index.isin(window["customer_id"])
    found["spent"] = window.groupby("customer_id")["cents"].sum().reindex(found.index).fillna(0).astype(int)
    return found


@pytest.fixture(scope="module")
def cdnow_rows(cdnow):
    rows = pytest.importorskip("pandas").DataFrame(cdnow)
    rows["cents"] = (rows["amount"] * 100).round().astype(int)
    return rows


@pytest.fixture(scope="module")
def cdnow_tx(cdnow_rows):
    return crm.Transactions(cdnow_rows[["customer_id", "date", "amount"]])


@pytest.mark.parametrize("days", [90, 273])
def test_the_back_test_of_cdnow_is_what_pandas_counts(cdnow_rows, cdnow_tx, days):
    by_hand = with_outcome(cdnow_rows, eleven_by_pandas(cdnow_rows, ORIGIN), ORIGIN, days)
    found = crm.backtest(cdnow_tx, "eleven", origins=ORIGIN, horizon=days)
    listed = as_columns(found.segments)
    groups = by_hand.groupby("segment")
    names = [name for name in LISTED if name in groups.groups]
    assert listed["segment"] == [*names, "all_customers"]
    assert listed["customers"] == [*groups.size()[names], len(by_hand)]
    assert listed["rebuyers"] == [*groups["again"].sum()[names], by_hand["again"].sum()]
    assert listed["revenue"] == [cents / 100 for cents in [*groups["spent"].sum()[names], by_hand["spent"].sum()]]

    reached = as_columns(found.gain)
    by_days = by_hand.groupby("recency")[["again", "spent"]].agg(["size", "sum"])
    ends, again = by_days["again"]["size"].cumsum(), by_days["again"]["sum"].cumsum()
    for n, rebuyers, lift, mine in zip(
        *(reached[name] for name in ("customers", "recency_rebuyers", "lift_over_recency", "rebuyers")), strict=True
    ):
        whole = int((ends <= n).sum())  # days of last purchase that are taken whole; the next one in part
        part = 0.0
        if whole < len(ends):
            before = ends.iloc[whole - 1] if whole else 0
            part = (n - before) / by_days["again"]["size"].iloc[whole] * by_days["again"]["sum"].iloc[whole]
        expected = (again.iloc[whole - 1] if whole else 0) + part
        assert rebuyers == pytest.approx(expected, rel=1e-12)
        assert lift == pytest.approx(mine / expected, rel=1e-12)


# customers, rebuyers, revenue, counted by the pandas above; 90 days and 39 weeks after 1997-09-30
FIGURES = {
    "90D": {
        "champions": (4096, 2009, 185848.30),
        "loyal": (2844, 682, 42845.46),
        "potential_loyalist": (2410, 422, 16327.74),
        "promising": (526, 33, 1365.61),
        "needs_attention": (905, 93, 5226.30),
        "about_to_sleep": (3438, 253, 10373.93),
        "at_risk": (2171, 217, 14896.27),
        "cannot_lose": (54, 8, 651.04),
        "hibernating": (3438, 237, 9999.94),
        "lost": (3688, 223, 9540.14),
        "all_customers": (23570, 4177, 297074.73),
    },
    "39W": {
        "champions": (4096, 2924, 485783.36),
        "loyal": (2844, 1224, 116005.40),
        "potential_loyalist": (2410, 783, 43362.28),
        "promising": (526, 64, 3135.19),
        "needs_attention": (905, 175, 12623.23),
        "about_to_sleep": (3438, 531, 25706.18),
        "at_risk": (2171, 408, 38890.61),
        "cannot_lose": (54, 17, 2041.33),
        "hibernating": (3438, 467, 24374.85),
        "lost": (3688, 465, 25038.70),
        "all_customers": (23570, 7058, 776961.13),
    },
}
REACHED = {"90D": (2157.198, 2170.814, 0.9937), "39W": (3189.975, 3218.288, 0.9912)}  # by a fifth of the customers


@pytest.mark.parametrize("horizon", ["90D", "39W"])
def test_the_figures_of_cdnow_at_the_end_of_its_calibration(cdnow_tx, horizon):
    found = crm.backtest(cdnow_tx, "eleven", origins=ORIGIN, horizon=horizon)
    listed = as_columns(found.segments)
    figures = zip(*(listed[name] for name in ("customers", "rebuyers", "revenue")), strict=True)
    assert dict(zip(listed["segment"], figures, strict=True)) == FIGURES[horizon]
    lift = as_columns(found.lift)
    fifth = lift["customer_share"].index(0.2)
    reached = [lift[name][fifth] for name in ("rebuyers", "recency_rebuyers", "lift_over_recency")]
    assert reached == pytest.approx(REACHED[horizon], rel=1e-4)
    # everybody was acquired in the first twelve weeks, so nobody came later
    assert as_columns(found.totals)["later_customers"] == [0]


def test_the_published_repeat_purchases_of_the_sample(cdnow_sample):
    """1,882 purchases follow in the holdout; a customer-day is one, so a function can count them as segments."""
    rows = small_table(cdnow_sample)
    ahead = crm.summarize(crm.Transactions(rows))
    past = crm.summarize(crm.Transactions(rows).until(ORIGIN))
    later, before = as_columns(ahead, sort="customer_id"), as_columns(past, sort="customer_id")
    n = [after - then for after, then in zip(later["x"], before["x"], strict=True)]
    assert sum(n) == 1882
    found = crm.backtest(rows, "eight", origins=ORIGIN, horizon="39W")
    assert as_columns(found.totals)["rebuyers"] == [sum(days > 0 for days in n)]
    assert as_columns(found.totals)["customers"] == [2357]


def test_the_intervals_are_those_of_scipy(cdnow_sample):
    binomtest = pytest.importorskip("scipy.stats").binomtest
    listed = as_columns(crm.backtest(small_table(cdnow_sample), origins=ORIGIN).segments)
    for n, again, low, high in zip(
        *(listed[name] for name in ("customers", "rebuyers", "rate_low", "rate_high")), strict=True
    ):
        interval = binomtest(again, n).proportion_ci(method="wilson")
        assert (low, high) == pytest.approx((interval.low, interval.high), abs=1e-9)


# --- by hand --------------------------------------------------------------------------------------------------------

# Ten days of past, five of horizon. Refund, a customer who comes later, one who only returns things, one who pauses.
SALES = {
    "customer_id": ["a", "a", "a", "b", "b", "c", "d", "e", "e", "f", "a"],
    "date": ["2025-01-01", "2025-01-10", "2025-01-12", "2025-01-09", "2025-01-14", "2025-01-05", "2025-01-05",
             "2025-01-11", "2025-01-15", "2025-01-13", "2025-01-20"],
    "amount": [10.0, 20.0, 7.25, 5.0, -1.5, 8.0, 8.0, 30.0, -4.0, -2.0, 99.0],
}  # fmt: skip


def by_last_day(tx: Any) -> Any:
    """Segments by recency: of this week or not."""
    found = as_columns(crm.summarize(tx), sort="customer_id")
    names = ["fresh" if days <= 1 else "stale" for days in found["recency"]]
    return {"customer_id": found["customer_id"], "kind": names}


def test_a_back_test_worked_out_on_paper(make_table):
    tx = crm.Transactions(make_table(SALES), as_of="2025-01-15")
    found = crm.backtest(tx, by_last_day, origins="2025-01-10", horizon=5, order=["fresh", "stale"], column="kind")
    assert type(found.segments) is type(make_table(SALES))
    listed = as_columns(found.segments)
    assert listed["segment"] == ["fresh", "stale", "all_customers"]
    assert listed["customers"] == [2, 2, 4]  # a and b; c and d
    assert listed["rebuyers"] == [1, 0, 1]  # a; what b did was a refund
    assert listed["revenue"] == [5.75, 0.0, 5.75]  # 7.25 - 1.50
    assert listed["revenue_per_customer"] == [2.875, 0.0, 1.4375]
    assert listed["lift"] == [2.0, 0.0, 1.0]
    totals = as_columns(found.totals)
    assert totals["later_customers"] == [1]  # e
    assert totals["later_revenue"] == [24.0]  # 30 - 4 of e, -2 of f
    assert totals["total_revenue"] == [29.75]
    assert [str(day)[:10] for day in totals["until"]] == ["2025-01-15"]
    reached = as_columns(found.gain)
    assert reached["recency_rebuyers"] == [1.0, 1.0]  # a, then b
    assert reached["random_rebuyers"] == [0.5, 1.0]
    assert reached["lift_over_random"] == [2.0, 1.0]
    assert (found.order, found.horizon, found.origins) == ("given", 5, (dt.date(2025, 1, 10),))


def test_equals_are_taken_at_random_so_that_no_ids_play_a_part():
    """Two customers bought last on the same day and one of them comes back: either order reaches half of one."""
    sales = {"customer_id": ["a", "b", "a"], "date": ["2025-01-01", "2025-01-01", "2025-01-03"], "amount": [1.0] * 3}
    for back in ("a", "b"):
        sales["customer_id"][2] = back
        first = {"customer_id": ["a", "b"], "segment": ["one", "two"]}
        found = crm.backtest(small_table(sales), lambda tx, t=first: t, origins="2025-01-01", horizon=2,
                             order=["one", "two"])  # fmt: skip
        assert as_columns(found.gain)["recency_rebuyers"] == [0.5, 1.0]


def test_tiers_and_rules_are_schemes_too(cdnow_sample):
    rows = small_table(cdnow_sample)
    tiers = as_columns(crm.backtest(rows, "textbook", origins=ORIGIN).segments)
    assert tiers["segment"] == ["important", "secondary", "ordinary", "small", "all_customers"]
    assert tiers["customers"][0] == 24  # ceil(1 % of 2,357)
    own = as_columns(crm.backtest(rows, {"gold": 0.5, "iron": 0.5}, origins=ORIGIN).segments)
    assert own["customers"] == [1179, 1178, 2357]
    rules = {"stay": {"r": (4, 5)}, "slip": {"r": (1, 3)}}
    assert as_columns(crm.backtest(rows, rules, origins=ORIGIN).segments)["segment"] == [
        "stay",
        "slip",
        "all_customers",
    ]
    listed = [{"segment": "slip", "r": (1, 3)}, {"segment": "stay", "r": (4, 5)}]
    assert as_columns(crm.backtest(rows, listed, origins=ORIGIN).segments)["segment"][:2] == ["slip", "stay"]


@pytest.mark.parametrize("name", ["eleven", "eight"])
def test_a_table_of_rules_is_tried_like_the_scheme_that_it_defines(few_sales, name):
    rules = crm.rfm.segment_rules(name)
    tried, named = (crm.backtest(few_sales, scheme, horizon=30) for scheme in (rules, name))
    for part in ("segments", "pooled", "gain", "lift", "totals"):
        assert as_columns(getattr(tried, part)) == as_columns(getattr(named, part))
    assert (tried.order, tried.origins) == ("listed", named.origins)
    varied, plain = (crm.sensitivity(few_sales, scheme, windows=(None,)) for scheme in (rules, name))
    assert as_columns(varied.choices) == as_columns(plain.choices)  # of "eight" other numbers of levels too
    assert as_columns(varied.segments) == as_columns(plain.segments)


def test_a_function_gets_the_past_and_no_more(cdnow_sample):
    seen = []

    def peek(tx: Any) -> Any:
        seen.append((tx.as_of, max(as_columns(tx.ledger)["rows"]), as_columns(tx.ledger)["step"]))
        with pytest.raises(ArgumentError, match="where this past ends"):
            tx.until("1998-01-01")
        with pytest.raises(AttributeError, match="do not change"):
            tx.as_of = AS_OF
        tx._as_of = AS_OF  # nor does this bring later rows back
        assert max(as_columns(crm.summarize(tx))["last_date"]) <= dt.date(1997, 9, 30)
        tx._as_of = dt.date(1997, 9, 30)
        return crm.pyramid.assign_tiers(crm.summarize(tx))

    found = crm.backtest(small_table(cdnow_sample), peek, origins=ORIGIN, column="tier", order=[
        "important", "secondary", "ordinary", "small"])  # fmt: skip
    days = [str(day)[:10] for day in cdnow_sample["date"]]
    assert seen == [(dt.date(1997, 9, 30), sum(day <= ORIGIN for day in days), ["input", "used"])]
    named = crm.backtest(small_table(cdnow_sample), "textbook", origins=ORIGIN)
    assert as_columns(found.segments) == as_columns(named.segments)


def test_a_slice_is_what_a_table_of_these_rows_would_be(make_table):
    tx = crm.Transactions(make_table(SALES))
    part = Slice.of(tx, dt.date(2025, 1, 14), days=10)
    inside = [row for row, day in enumerate(SALES["date"]) if "2025-01-05" <= day <= "2025-01-14"]
    cut = {name: [values[row] for row in inside] for name, values in SALES.items()}
    alone = crm.Transactions(make_table(cut), as_of="2025-01-14")
    assert as_columns(crm.summarize(part), sort="customer_id") == as_columns(crm.summarize(alone), sort="customer_id")
    assert part.first_day == alone.first_day


@pytest.mark.parametrize("scheme", ["eight", "textbook", crm.lifecycle.stages])
def test_a_state_is_tested_as_its_rows_are(cdnow_sample, scheme):
    tx = crm.Transactions(small_table(cdnow_sample))
    options: dict[str, Any] = {"column": "stage"} if callable(scheme) else {}
    for check, names in ((crm.backtest, ["pooled", "lift"]), (crm.validation.sensitivity, ["choices", "moves"])):
        of_rows, of_days = check(tx, scheme, **options), check(crm.State.of(tx), scheme, **options)
        for name in names:
            mine, theirs = as_columns(getattr(of_days, name)), as_columns(getattr(of_rows, name))
            assert list(mine) == list(theirs)
            for column, values in theirs.items():
                np.testing.assert_equal(np.array(mine[column], dtype=object), np.array(values, dtype=object))


def test_what_a_function_leaves_out_is_contacted_last(make_table):
    def partly(tx: Any) -> Any:
        return {"customer_id": ["c"], "segment": ["one"]}

    tx = crm.Transactions(make_table(SALES), as_of="2025-01-15")
    found = crm.backtest(tx, partly, origins="2025-01-10", horizon=5, order=["one"])
    listed = as_columns(found.segments)
    assert listed["segment"] == ["one", "no_segment", "all_customers"]
    assert listed["customers"] == [1, 3, 4]
    assert listed["revenue"] == [0.0, 5.75, 5.75]


def test_numbers_are_names_of_segments_too(make_table):
    def numbered(tx: Any) -> Any:
        return make_table({"customer_id": ["a", "b", "c", "d"], "cluster": [1, 1, 2, 2]})

    found = crm.backtest(make_table(SALES), numbered, origins="2025-01-10", horizon=5, order=[2, 1], column="cluster")
    assert as_columns(found.segments)["segment"] == ["2", "1", "all_customers"]


def test_the_learned_order_is_that_of_the_rates_one_horizon_earlier():
    """In the first month "b" customers came back and "a" did not; in the second it is the other way round."""
    sales: dict[str, list[Any]] = {"customer_id": [], "date": [], "amount": []}
    for who, day in [("a1", 1), ("a2", 1), ("b1", 1), ("b2", 1), ("b1", 40), ("b2", 45), ("a1", 65), ("a2", 70)]:
        sales["customer_id"].append(who)
        sales["date"].append(str(dt.date(2025, 1, 1) + dt.timedelta(days=day - 1)))
        sales["amount"].append(1.0)

    def by_letter(tx: Any) -> Any:
        ids = as_columns(crm.summarize(tx))["customer_id"]
        return {"customer_id": ids, "segment": [one[0] for one in ids]}

    tx = crm.Transactions(small_table(sales), as_of="2025-03-31")
    found = crm.backtest(tx, by_letter, origins="2025-03-01", horizon=30)
    assert found.order == "learned"
    reached = as_columns(found.gain)
    assert reached["segment"] == ["b", "a"]  # as was known on 1 March
    assert reached["rebuyers"] == [0, 2]
    pooled = crm.backtest(tx, by_letter, origins=["2025-03-01", "2025-01-30"], horizon=30, order=["a", "b"]).pooled
    listed = as_columns(pooled)
    assert listed["segment"] == ["a", "b", "all_customers"]
    assert listed["customers"] == [4, 4, 8]
    assert listed["rebuyers"] == [2, 2, 4]
    assert (listed["lowest_rate"], listed["highest_rate"]) == ([0.0, 0.0, 0.5], [1.0, 1.0, 0.5])
    # the interval of 1 in 2, the mean of the two origins, not of 2 in 4
    interval = pytest.importorskip("scipy.stats").binomtest(1, 2).proportion_ci(method="wilson")
    assert (listed["rate_low"][0], listed["rate_high"][0]) == pytest.approx((interval.low, interval.high))


def test_the_level_is_that_of_the_intervals_and_is_said(cdnow_sample):
    found = crm.backtest(cdnow_sample, "eight", origins="1997-09-30", level=0.8)
    listed = as_columns(found.segments)
    interval = pytest.importorskip("scipy.stats").binomtest(257, 620).proportion_ci(0.8, method="wilson")
    assert (listed["rate_low"][0], listed["rate_high"][0]) == pytest.approx((interval.low, interval.high))
    assert as_columns(found.pooled)["rate_low"][0] == listed["rate_low"][0]
    assert "80 % intervals" in found.definition.text("en")


def test_default_origins_lie_one_horizon_apart_with_a_past_before_the_first(cdnow_sample):
    found = crm.backtest(small_table(cdnow_sample), "textbook", horizon="90D")
    assert [str(origin) for origin in found.origins] == ["1997-07-05", "1997-10-03", "1998-01-01", "1998-04-01"]
    few = crm.backtest(small_table(cdnow_sample), "textbook", horizon="39W")
    assert [str(origin) for origin in few.origins] == ["1997-09-30"]


def test_when_nobody_buys_again_it_is_said():
    once = {"customer_id": ["a", "b"], "date": ["2025-01-01", "2025-01-02"], "amount": [1.0, 2.0]}
    tx = crm.Transactions(once, as_of="2025-03-01")
    found = crm.backtest(tx, "eight", origins="2025-01-10", horizon=30)
    assert as_columns(found.segments)["rebuy_rate"][-1] == 0
    assert as_columns(found.segments)["lift"] == [None] * len(as_columns(found.segments)["lift"])
    assert "Nobody bought again" in found.headline()
    assert "没有客户复购" in found.headline("zh")


def test_the_headline_and_the_card_speak_both_languages(cdnow_sample):
    found = crm.backtest(small_table(cdnow_sample), origins=ORIGIN)
    assert found.headline().startswith("The best 20% of customers by segment are ")
    assert found.headline("zh").startswith("按客户群挑选的前 20% 客户")
    assert "90 days after each of the origins: 1997-09-30" in found.definition.text()
    assert "回测时点：1997-09-30" in found.definition.text("zh")


# --- laws -----------------------------------------------------------------------------------------------------------

ROWS = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 60), st.integers(-2000, 5000)), min_size=3, max_size=40
)


def table_from(rows: Any) -> dict[str, list[Any]]:
    start = dt.date(2025, 1, 1)
    return {
        "customer_id": [who for who, *_ in rows] + ["a", "a"],
        "date": [str(start + dt.timedelta(days=day)) for _, day, _ in rows] + ["2025-01-01", "2025-03-02"],
        "amount": [cents / 100 for *_, cents in rows] + [1.0, 1.0],
    }


@given(rows=ROWS, origin=st.integers(0, 40), days=st.integers(1, 20))
@settings(max_examples=12, deadline=None)
def test_sums_are_exact_to_the_customer_and_the_cent(rows, origin, days):
    columns = table_from(rows)
    day = dt.date(2025, 1, 1) + dt.timedelta(days=origin)
    found = crm.backtest(small_table(columns), "eight", origins=day, horizon=days)
    listed, totals = as_columns(found.segments), as_columns(found.totals)
    for name in ("customers", "rebuyers"):
        assert sum(listed[name][:-1]) == listed[name][-1] == totals[name][0]
    cents = [round(100 * money) for money in listed["revenue"]]
    assert sum(cents[:-1]) == cents[-1] == round(100 * totals["revenue"][0])
    last = day + dt.timedelta(days=days)
    window = sum(
        round(100 * money)
        for date, money in zip(columns["date"], columns["amount"], strict=True)
        if str(day) < date <= str(last)
    )
    assert round(100 * totals["total_revenue"][0]) == window
    assert round(100 * totals["later_revenue"][0]) + cents[-1] == window
    bought = [(who, date) for who, date, money in zip(*columns.values(), strict=True) if money >= 0]
    known = {who for who, date in bought if date <= str(day)}
    after = {who for who, date in bought if str(day) < date <= str(last)}
    assert (totals["customers"][0], totals["rebuyers"][0]) == (len(known), len(known & after))
    assert totals["later_customers"][0] == len(after - known)
    reached = as_columns(found.gain)
    assert reached["rebuyers"][-1] == pytest.approx(reached["recency_rebuyers"][-1])
    assert reached["customer_share"][-1] == 1


@given(rows=ROWS, seed=st.integers(0, 99))
@settings(max_examples=6, deadline=None)
def test_row_order_and_later_rows_change_nothing(rows, seed):
    columns = table_from(rows)
    plain = crm.backtest(crm.Transactions(small_table(columns)), "eight", origins="2025-01-25", horizon=20)
    order = random.Random(seed).sample(range(len(columns["date"])), len(columns["date"]))
    mixed = {name: [values[row] for row in order] for name, values in columns.items()}
    mixed["customer_id"] += ["z", "b"]
    mixed["date"] += ["2025-08-01", "2025-02-20"]  # after as_of; after the horizon
    mixed["amount"] += [500.0, 7.0]
    tx = crm.Transactions(small_table(mixed), as_of="2025-03-02")
    later = crm.backtest(tx, "eight", origins="2025-01-25", horizon=20)
    for name in ("segments", "gain", "lift", "totals"):
        assert as_columns(getattr(later, name)) == as_columns(getattr(plain, name))


def test_what_happens_later_cannot_move_anybody_to_another_segment(cdnow_sample):
    """The future is dealt out anew: rates change, sizes of segments do not."""
    columns = {name: list(values) for name, values in cdnow_sample.items()}
    plain = as_columns(crm.backtest(small_table(columns), origins=ORIGIN).segments)
    after = [row for row, day in enumerate(columns["date"]) if str(day)[:10] > ORIGIN]
    dealt = random.Random(1).sample(after, len(after))
    for row, other in zip(after, dealt, strict=True):
        columns["customer_id"][row] = cdnow_sample["customer_id"][other]
        columns["amount"][row] = 3 * cdnow_sample["amount"][row]
    other = as_columns(crm.backtest(small_table(columns), origins=ORIGIN).segments)
    assert other["customers"] == plain["customers"]
    assert other["rebuyers"] != plain["rebuyers"]


def test_currency_and_names_change_no_count(cdnow_sample):
    plain = as_columns(crm.backtest(small_table(cdnow_sample), origins=ORIGIN).segments)
    renamed = {
        "customer_id": [f"c{9999 - one}" for one in cdnow_sample["customer_id"]],
        "date": cdnow_sample["date"],
        "amount": [7 * one for one in cdnow_sample["amount"]],
    }
    other = as_columns(crm.backtest(small_table(renamed), origins=ORIGIN).segments)
    for name in ("segment", "customers", "rebuyers", "rate_low", "revenue_share"):
        assert other[name] == pytest.approx(plain[name]) if name == "revenue_share" else other[name] == plain[name]


# --- refusals of the back-test ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"origins": "1998-05-01"},
            r"not all in the data, which end on 1998-06-30[\s\S]*works is origins=\"1998-04-01\"",
        ),
        ({"origins": ["1997-09-30", "1999-01-01"]}, r"1999-01-01"),
        ({"origins": "1996-01-01"}, r"before 1997-01-01, where the data begin"),
        ({"origins": []}, r"at least one date"),
        ({"origins": ["1997-09-30", "1997-09-30"]}, r"each once"),
        ({"origins": "yesterday"}, r"origins='yesterday' is not a date"),
        ({"horizon": "5Y"}, r"leaves no past[\s\S]*horizon=\"181D\""),
        ({"horizon": 0}, r"shorter than a day"),
        ({"horizon": "soon"}, r"not a duration"),
        ({"scheme": "nine"}, r"scheme='nine' is not known[\s\S]*'eight', 'eleven', 'textbook'"),
        ({"scheme": {"gold": 0.5}}, r"add up to 0.5"),
        ({"scheme": {"best": {"r": 5}}}, r"segment map cannot be used"),
        ({"order": "best"}, r"order='best' is not known"),
        ({"order": ["champions", "loyal"]}, r"must name every segment once[\s\S]*left out: 'about_to_sleep'"),
        ({"order": [*LISTED, "lost"]}, r"names a segment twice"),
        ({"order": "learned", "horizon": "39W"}, r"1996-12-31, one horizon before origin '1997-09-30'"),
        ({"scheme": by_last_day, "order": "listed"}, r"a function lists no segments"),
    ],
)
def test_a_wrong_call_of_the_back_test_says_what_would_work(cdnow_sample, arguments, message):
    with pytest.raises(ArgumentError, match=message):
        crm.backtest(small_table(cdnow_sample), **({"origins": ORIGIN} | arguments))


def test_on_one_day_no_back_test_is_possible():
    day = {"customer_id": ["a", "b"], "date": ["2025-01-01"] * 2, "amount": [1.0, 2.0]}
    with pytest.raises(
        ArgumentError, match=r"nobody bought before 2025-01-01, .*no back-test is possible\. Pass"
    ) as seen:
        crm.backtest(day, horizon=1)
    assert "horizon=" not in str(seen.value)


def test_a_past_begins_with_a_purchase_not_with_a_refund():
    sales = {"customer_id": ["a", "a", "b"], "date": ["2025-01-01", "2025-01-11", "2025-01-21"], "amount": [-5.0, 9, 7]}
    for horizon, origin in ((5, "2025-01-16"), (10, "2025-01-11")):
        assert [str(one) for one in crm.backtest(sales, "eight", horizon=horizon).origins] == [origin]
    with pytest.raises(ArgumentError, match=r"horizon of 20 days leaves no past: .* from 2025-01-11 to 2025-01-21"):
        crm.backtest(sales, "eight", horizon=20)


@pytest.mark.parametrize("n_days", [2, 3, 5, 40])
def test_the_horizon_that_is_advised_works(n_days):
    days = [dt.date(2025, 1, 1) + dt.timedelta(days=back) for back in range(n_days)]
    table = {"customer_id": ["a"] * n_days, "date": [str(day) for day in days], "amount": [1.0] * n_days}
    with pytest.raises(ArgumentError, match="leaves no past") as seen:
        crm.backtest(table, horizon=90)
    advised = int(re.search(r"horizon=\"(\d+)D\"", str(seen.value))[1])
    assert crm.backtest(table, horizon=advised).horizon == advised


@pytest.mark.parametrize(
    ("table", "error", "message"),
    [
        ({"customer_id": ["a"], "tier": ["x"]}, ColumnError, r"no column 'segment'[\s\S]*column=\"stage\""),
        ({"customer_id": ["a", "a"], "segment": ["x", "y"]}, DataError, r"more than one row for customer_id 'a'"),
        ({"customer_id": ["a", "e"], "segment": ["x", "y"]}, DataError, r"1 ids who had not bought by 2025-01-10: 'e'"),
        ({"customer_id": [1, 2], "segment": ["x", "y"]}, ColumnError, r"Give the ids as they came"),
        ({"customer_id": ["a", "b"], "segment": ["x", None]}, ColumnError, r"'segment' is missing"),
        ({"customer_id": ["a"], "segment": ["all_customers"]}, DataError, r"a name that the result needs"),
    ],
)
@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_what_a_function_gives_is_checked(kind, table, error, message):
    with pytest.raises(error, match=message):
        crm.backtest(table_of(kind, SALES), lambda tx: table_of(kind, table), origins="2025-01-10", horizon=5,
                     order="learned")  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "given"),
    [("pandas", "polars"), ("polars", "pandas"), ("polars", "polars_lazy"), ("polars_lazy", "polars"),
     ("polars_lazy", "pyarrow")],
)  # fmt: skip
def test_a_function_may_give_a_table_of_another_kind(kind, given):
    def tiers(tx: Any) -> Any:
        return table_of(given, {"customer_id": ["a", "b", "c", "d"], "tier": ["x", "x", "y", "y"]})

    tx = crm.Transactions(table_of(kind, SALES), as_of="2025-01-15")
    found = crm.backtest(tx, tiers, origins="2025-01-10", horizon=5, order=["x", "y"], column="tier")
    assert as_columns(found.segments)["rebuyers"] == [1, 0, 1]
    again = crm.sensitivity(tx.until("2025-01-10"), tiers, windows=(None, 6), shifts=(), column="tier")
    assert as_columns(again.customers)["steadiness"] == [1.0] * 4


def test_a_function_that_gives_nothing_is_told_so():
    empty = {"customer_id": np.array([], dtype=object), "segment": np.array([], dtype=object)}
    with pytest.raises(DataError, match="without rows"):
        crm.backtest(SALES, lambda tx: empty, origins="2025-01-10", horizon=5, order=[])


def test_the_horizon_begins_after_the_origin_and_ends_with_its_last_day():
    sales = {"customer_id": ["a", "a", "b", "b"], "amount": [1.0] * 4,
             "date": ["2025-01-01", "2025-01-10", "2025-01-01", "2025-01-15"]}  # fmt: skip
    found = crm.backtest(crm.Transactions(sales), "eight", origins="2025-01-10", horizon=5)
    assert as_columns(found.totals)["rebuyers"] == [1]
    shorter = crm.backtest(crm.Transactions(sales), "eight", origins="2025-01-10", horizon=4)
    assert as_columns(shorter.totals)["rebuyers"] == [0]


# --- the sensitivity ------------------------------------------------------------------------------------------------


def steady_sales() -> dict[str, list[Any]]:
    """Five groups of five customers: within a group close together, between groups far apart, all quiet for months."""
    sales: dict[str, list[Any]] = {"customer_id": [], "date": [], "amount": []}
    end = dt.date(2025, 12, 31)
    for group in range(5):
        for member in range(5):
            last = end - dt.timedelta(days=60 + 50 * group + member)
            for order in range((5 - group) * 10 + member):  # more orders, later, of more money
                sales["customer_id"].append(f"{group}{member}")
                sales["date"].append(str(last - dt.timedelta(days=order % 50)))
                sales["amount"].append(100.0 * (5 - group))
    return sales


def test_customers_far_from_every_cut_are_steady_and_earn_an_a():
    tx = crm.Transactions(small_table(steady_sales()), as_of="2025-12-31")
    found = crm.sensitivity(tx, "eleven", windows=(None, "12M"))
    assert found.grade == "A"
    assert as_columns(found.choices)["changed"] == [0] * 5
    assert as_columns(found.customers)["steadiness"] == [1.0] * 25
    assert as_columns(found.steadiness)["by_money"] == [1.0] * len(as_columns(found.steadiness)["by_money"])
    assert as_columns(found.moves)["times"] == []


def test_equal_customers_are_at_the_mercy_of_the_rule_for_ties():
    """All alike they are in the middle, the best or the worst places, by a choice that nobody thinks about."""
    sales = {"customer_id": list("abcdefghij"), "date": ["2025-01-01"] * 10, "amount": [5.0] * 10}
    found = crm.sensitivity(crm.Transactions(sales, as_of="2025-03-01"), "eleven", windows=(None,), shifts=())
    listed = as_columns(found.choices)
    assert listed["setting"] == ["better", "worse"]
    assert listed["changed_share"] == [1.0, 1.0]
    assert as_columns(found.customers)["segment"] == ["needs_attention"] * 10
    assert found.grade == "E"
    moves = as_columns(found.moves)
    assert dict(zip(moves["becomes"], moves["times"], strict=True)) == {"champions": 10, "lost": 10}
    assert as_columns(found.customers)["steadiness_time"] == [None] * 10
    assert as_columns(found.steadiness)["kind"] == ["choices", "all"]


def test_the_audit_of_cdnow_is_what_pandas_counts(cdnow_rows, cdnow_tx):
    """Ties, the window and the date, each run again by ranks."""
    found = crm.sensitivity(cdnow_tx, "eleven", windows=(None, "12M"))
    end = str(AS_OF)
    base = eleven_by_pandas(cdnow_rows, end)
    year = cdnow_rows[cdnow_rows["date"] > np.datetime64(end) - np.timedelta64(365, "D")]
    # better: the last of the places taken together; worse: the first
    runs = [
        eleven_by_pandas(cdnow_rows, end, method="max"),
        eleven_by_pandas(cdnow_rows, end, method="min"),
        eleven_by_pandas(year, end),
        *(eleven_by_pandas(cdnow_rows, day) for day in ("1998-06-23", "1998-06-16", "1998-06-02")),
    ]
    kept, there = np.zeros((len(base), 6), dtype=bool), np.zeros((len(base), 6), dtype=bool)
    for at, again in enumerate(runs):
        segment = again["segment"].reindex(base.index)
        there[:, at], kept[:, at] = segment.notna(), segment == base["segment"]
    cents = base["cents"].to_numpy()
    listed = as_columns(found.choices)
    assert listed["choice"] == ["ties", "ties", "window", "as_of", "as_of", "as_of"]
    assert listed["kind"] == ["choices"] * 3 + ["time"] * 3
    assert listed["customers"] == there.sum(axis=0).tolist()
    assert listed["absent"] == (~there).sum(axis=0).tolist()
    assert listed["changed"] == (there & ~kept).sum(axis=0).tolist()
    assert listed["money_changed"] == [sum(cents[there[:, at] & ~kept[:, at]]) / 100 for at in range(6)]

    steadiness = kept.sum(axis=1) / there.sum(axis=1)
    customers = as_columns(found.customers)
    assert customers["customer_id"] == base.index.tolist()
    assert customers["segment"] == base["segment"].tolist()
    assert customers["steadiness"] == pytest.approx(steadiness.tolist())
    assert customers["reruns"] == there.sum(axis=1).tolist()
    choices = kept[:, :3].sum(axis=1) / there[:, :3].sum(axis=1)
    assert customers["steadiness_choices"] == pytest.approx(choices.tolist())
    summed = as_columns(found.steadiness)
    assert summed["kind"] == ["choices", "time", "all"]
    assert summed["reruns"] == [3, 3, 6]
    assert summed["by_customers"][-1] == pytest.approx(steadiness.mean())
    assert summed["by_money"][-1] == pytest.approx(np.average(steadiness, weights=cents))
    of = dict(zip(*(as_columns(found.segments)[name] for name in ("segment", "steadiness")), strict=True))
    assert of == pytest.approx(base.assign(s=steadiness).groupby("segment")["s"].mean().to_dict())
    least = as_columns(found.shakiest)
    assert least["steadiness"][0] == pytest.approx(steadiness.min())
    assert len(least["customer_id"]) == 10


def test_fewer_levels_are_compared_where_the_groups_still_mean_the_same(cdnow_sample):
    tx = crm.Transactions(small_table(cdnow_sample))
    found = crm.sensitivity(tx, "eight", ties=("better",), bins=(4, 3), windows=(None,), shifts=())
    assert as_columns(found.choices)["base"] == ["4"]
    summary = crm.summarize(tx)
    four, three = (
        as_columns(
            crm.rfm.segment(crm.rfm.score(summary, bins=k, ties="better"), scheme="eight", bins=k), sort="customer_id"
        )
        for k in (4, 3)
    )
    changed = sum(one != other for one, other in zip(four["segment"], three["segment"], strict=True))
    assert as_columns(found.choices)["changed"] == [changed]
    assert changed > 0


def test_tiers_are_audited_by_what_they_know(cdnow_sample):
    found = crm.sensitivity(small_table(cdnow_sample), "textbook")
    assert as_columns(found.choices)["setting"][0] == "worse"
    assert set(as_columns(found.choices)["choice"]) == {"ties", "window", "as_of"}


def test_a_function_is_audited_by_other_rows():
    def kinds(tx: Any) -> Any:
        found = as_columns(crm.summarize(tx), sort="customer_id")
        return {"customer_id": found["customer_id"], "kind": ["big" if m > 9 else "small" for m in found["monetary"]]}

    sales = {"customer_id": ["a", "a", "b", "c"], "amount": [8.0, 2.0, 20.0, 1.0],
             "date": ["2024-01-01", "2025-01-20", "2025-01-25", "2025-01-30"]}  # fmt: skip
    found = crm.sensitivity(sales, kinds, windows=(None, "12M"), shifts=(7,), column="kind")
    listed = as_columns(found.choices)
    assert listed["choice"] == ["window", "as_of"]
    assert listed["changed"] == [1, 0]  # a is small without the order of 2024
    assert listed["absent"] == [0, 2]  # b and c had not come a week before
    assert listed["money_changed"] == [10.0, 0.0]
    steady = as_columns(found.customers, sort="customer_id")
    assert steady["steadiness"] == [0.5, 1.0, 1.0]
    assert steady["reruns"] == [2, 1, 1]
    assert steady["steadiness_time"] == [1.0, None, None]


def test_windows_and_days_that_the_data_do_not_hold_are_left_out(cdnow_sample):
    found = crm.sensitivity(small_table(cdnow_sample), windows=(None, "12M", "24M"), shifts=(7, 9999))
    assert as_columns(found.choices)["setting"] == ["better", "worse", "12M", "1998-06-23"]


def test_the_base_run_may_read_a_window(cdnow_sample):
    """Of the last year only; then all history is the other choice."""
    tx = crm.Transactions(small_table(cdnow_sample))
    found = crm.sensitivity(tx, windows=("12M", None), shifts=(28,), ties=("middle",))
    listed = as_columns(found.choices)
    assert (listed["base"], listed["setting"]) == (["12M", "1998-06-30"], ["all", "1998-06-02"])
    year = Slice.of(tx, AS_OF, days=365)
    scored = crm.rfm.segment(crm.rfm.score(crm.summarize(year)), scheme="eleven")
    assert as_columns(found.customers)["segment"] == as_columns(scored, sort="customer_id")["segment"]


@given(seed=st.integers(0, 999))
@settings(max_examples=4, deadline=None)
def test_names_row_order_and_currency_change_no_steadiness(cdnow_sample, seed):
    draw = random.Random(seed)
    chosen = set(draw.sample(sorted(set(cdnow_sample["customer_id"])), 200))
    rows = [row for row, who in enumerate(cdnow_sample["customer_id"]) if who in chosen]
    sales = {name: [values[row] for row in rows] for name, values in cdnow_sample.items() if name != "quantity"}
    plain = crm.sensitivity(crm.Transactions(small_table(sales), as_of=AS_OF), "eight")
    order = draw.sample(range(len(rows)), len(rows))
    names = dict(zip(sorted(chosen), draw.sample(sorted(chosen), len(chosen)), strict=True))
    other_sales = {
        "customer_id": [names[sales["customer_id"][row]] for row in order],
        "date": [sales["date"][row] for row in order],
        "amount": [3 * sales["amount"][row] for row in order],
    }
    other = crm.sensitivity(crm.Transactions(small_table(other_sales), as_of=AS_OF), "eight")
    assert as_columns(other.choices)["changed"] == as_columns(plain.choices)["changed"]
    assert other.grade == plain.grade
    mine = as_columns(plain.customers)
    theirs = as_columns(other.customers)
    found = dict(zip(theirs["customer_id"], theirs["steadiness"], strict=True))
    assert [found[names[who]] for who in mine["customer_id"]] == mine["steadiness"]


@pytest.fixture(scope="module")
def few_sales(cdnow_sample):
    return {name: values[:600] for name, values in cdnow_sample.items()}


SETTINGS: dict[str, Any] = {"scheme": "eight", "horizon": "30D", "origins": "1998-03-02", "order": "learned"}


@pytest.fixture(scope="module")
def plain_results(few_sales):
    """Of the kind that is quickest when small, which the kinds below must repeat."""
    few = small_table(few_sales)
    return crm.sensitivity(few, "textbook", shifts=(28,)), crm.backtest(few, **SETTINGS)


def test_every_kind_of_table_gives_the_same_audit(make_table, few_sales, plain_results):
    found, plain = crm.sensitivity(make_table(few_sales), "textbook", shifts=(28,)), plain_results[0]
    assert {type(found.choices), type(found.customers)} == {type(make_table(SALES))}
    for name in ("choices", "steadiness", "segments", "moves"):
        mine, theirs = as_columns(getattr(found, name)), as_columns(getattr(plain, name))
        for column in theirs:
            exact = not isinstance(theirs[column][0], float)
            assert mine[column] == (theirs[column] if exact else pytest.approx(theirs[column], rel=1e-12))
    assert as_columns(found.customers, sort="customer_id") == as_columns(plain.customers, sort="customer_id")
    assert as_columns(found.shakiest) == as_columns(plain.shakiest)


def test_every_kind_of_table_gives_the_same_back_test(make_table, few_sales, plain_results):
    found, plain = crm.backtest(make_table(few_sales), **SETTINGS), plain_results[1]
    for name in ("segments", "pooled", "gain", "lift", "totals"):
        mine, theirs = as_columns(getattr(found, name)), as_columns(getattr(plain, name))
        assert list(mine) == list(theirs)
        for column in theirs:
            assert [str(value)[:10] for value in mine[column]] == [str(value)[:10] for value in theirs[column]]


def test_the_callers_table_is_not_changed(few_sales):
    frame = table_of("pandas", few_sales)
    before = frame.copy()
    crm.backtest(frame, "textbook", origins=ORIGIN)
    crm.sensitivity(frame, "textbook", windows=(None,), shifts=())
    assert frame.equals(before)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"ties": ("middle", "best")}, r"ties='best' is not known"),
        ({"ties": "better"}, r"ties='better' is not a list of choices"),
        ({"ties": ()}, r"is not a list of choices"),
        ({"bins": (5, 4)}, r"written for 5 levels[\s\S]*sensitivity scheme=\"eight\""),
        ({"bins": (5, 1), "scheme": "eight"}, r"bins=1"),
        ({"bins": (5, 4), "scheme": "textbook"}, r"this scheme has no such choice"),
        ({"ties": ("middle",), "scheme": "textbook"}, r"ties='middle' is not known[\s\S]*'better', 'worse'"),
        ({"windows": (None, "soon")}, r"windows='soon' is not a duration"),
        ({"windows": "12M"}, r"is not a list of choices"),
        ({"shifts": (0,)}, r"shorter than a day"),
        ({"shifts": 28}, r"shifts=28 is not a list of choices\. Give one, such as shifts=\(7, 28\)\."),
        ({"shifts": "28D"}, r"shifts='28D' is not a list of choices"),
        ({"windows": None}, r"windows=None is not a list of choices[\s\S]*windows=\(None, \"12M\"\)"),
        ({"ties": ("middle",), "windows": (None,), "shifts": ()}, r"nothing to vary"),
        ({"scheme": "nine"}, r"scheme='nine' is not known"),
    ],
)
def test_a_wrong_call_of_the_audit_says_what_would_work(cdnow_sample, arguments, message):
    with pytest.raises(ArgumentError, match=message):
        crm.sensitivity(small_table(cdnow_sample), **arguments)


def test_a_first_window_in_which_nobody_bought_is_refused():
    tx = crm.Transactions(SALES, as_of="2026-01-01")
    with pytest.raises(ArgumentError, match="nobody bought in the last 30D before 2026-01-01"):
        crm.sensitivity(tx, windows=(30, None))


def test_a_segment_called_absent_is_refused():
    table = {"customer_id": ["a", "b"], "segment": ["absent", "x"]}
    with pytest.raises(DataError, match="a name that the sensitivity needs"):
        crm.sensitivity(SALES, lambda tx: table, windows=(None, 10), shifts=())


def test_results_are_printed_in_both_languages(cdnow_sample):
    """The figures are those of the tables, and nothing but keys of the user's own is left in English."""
    table = small_table(cdnow_sample)
    found, varied = crm.backtest(table, origins=ORIGIN), crm.sensitivity(table, shifts=(7,))
    pooled, choices = as_columns(found.pooled), as_columns(varied.choices)
    for language in ("en", "zh"):
        lines = found.text(language).split("\n\n")
        assert lines[1:] == [found.headline(language), found.definition.text(language)]
        rows = lines[0].splitlines()[1:]
        assert len(rows) == len(pooled["segment"])
        for row, name, n, rate in zip(rows, pooled["segment"], pooled["customers"], pooled["rebuy_rate"], strict=True):
            assert row.startswith(labels.text(name, language))
            assert f" {n:,} " in row
            assert f" {rate:.1%} " in row
        lines = varied.text(language).split("\n\n")
        assert lines[1] == varied.headline(language)
        shares = [row.split()[-2] for row in lines[0].splitlines()[1:]]
        assert shares == [f"{share:.1%}" for share in choices["changed_share"]]
    assert not re.search("[a-zA-Z_]{2}", (found.text("zh") + varied.text("zh")).replace("Wilson", ""))


def test_the_headline_names_the_worst_choice_in_both_languages(cdnow_sample):
    found = crm.sensitivity(small_table(cdnow_sample), shifts=())
    assert len(found.headline().splitlines()) == 2  # nothing about time
    assert "the past that is read matters most (12 months instead of all)" in found.headline()
    assert "影响最大的是数据窗口（由“全部历史”改为“12 个月”）" in found.headline("zh")
    by_time = crm.sensitivity(small_table(cdnow_sample), ties=("middle",), windows=(None,), shifts=(28, 7)).headline()
    assert by_time.splitlines()[1].startswith("If the past ends on 1998-06-02 instead of 1998-06-30, ")


@pytest.mark.parametrize(("steadiness", "grade"), [(1.0, "A"), (0.95, "A"), (0.9499, "B"), (0.7, "C"), (0.0, "E")])
def test_grades_begin_where_they_say(steadiness, grade):
    assert reruns._grade(steadiness) == grade


def test_the_grid_of_shares_ends_with_everybody():
    assert backtesting.SHARES[-1] == 1.0
    assert 0.2 in backtesting.SHARES


def test_segments_are_called_as_rules_of_one_s_own_call_them(cdnow_sample):
    rules = [{"segment": "keep", "r": (3, 5), "label": "保持"}, {"segment": "inactive", "r": (1, 2)}]
    found = crm.backtest(crm.Transactions(cdnow_sample), rules, origins="1997-09-30")
    for language in ("en", "zh"):
        names = [line.split()[0] for line in found.text(language).splitlines()[1:3]]
        assert names == ["保持", "inactive"]
    assert [tick.get_text() for tick in crm.plotting.plot_backtest(found).get_yticklabels()] == ["保持", "inactive"]
    drawn = crm.plotting.plot_sensitivity(
        crm.sensitivity(crm.Transactions(cdnow_sample), rules), show="segments", language="zh"
    )
    assert [tick.get_text() for tick in drawn.get_yticklabels()] == ["保持", "inactive"]


def test_a_window_of_months_is_that_of_the_calendar():
    """24 months before the end of 2024 begin on 2023-01-01, leap day or not, so they hold all rows of these data."""
    days = ["2023-01-01", "2023-06-01", "2024-02-29", "2024-12-31"] * 5
    tx = crm.Transactions({"customer_id": list(range(20)), "date": days, "amount": [float(n) for n in range(1, 21)]})
    settings = crm.sensitivity(tx, "textbook").choices
    assert "24M" not in as_columns(settings)["setting"]
    assert "12M" in as_columns(settings)["setting"]


def test_where_no_choice_changes_anything_the_headline_says_so():
    tx = crm.Transactions({"customer_id": ["a", "a"], "date": ["2024-01-01", "2024-03-01"], "amount": [5.0, 6.0]})
    found = crm.sensitivity(tx, "textbook", windows=(None,), shifts=(7,))
    assert "None of the choices changes any customer's segment." in found.headline()
    assert "matters most" not in found.headline()
