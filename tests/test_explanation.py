"""Explanations against paper and `score_customers`; ways up applied to the data and scored anew, for every customer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import crmkit as crm
from conftest import as_columns, small_table
from crmkit import labels, pyramid, rfm
from crmkit.errors import ArgumentError, ColumnError, DataError, NotFittedError
from crmkit.explanation import Explanation, UpgradePath, explain, upgrade_paths

DAY = dt.timedelta(days=1)
END = dt.date(2024, 12, 31)
CENT = 1

Rows = list[tuple[Any, dt.date, int, str]]  # customer, day, cents, order


@pytest.fixture(scope="module")
def ten() -> dict[str, list[Any]]:
    frame = crm.datasets.load_ten_customers()
    return {name: frame[name].tolist() for name in frame.columns}


# --- a random world ---------------------------------------------------------------------------------------------------


def world(seed: int, *, n_customers: int = 60, n_rows: int = 220, days: int = 150) -> Rows:
    """Purchases and some refunds: prices that repeat, two orders on a day, orders of several lines, gifts."""
    random = np.random.default_rng(seed)
    rows: Rows = []
    for number in range(n_rows):
        who = int(random.integers(0, n_customers) * random.random()) if random.random() < 0.5 else number % n_customers
        day = END - int(random.integers(0, days)) * DAY
        cents = int(random.choice([499, 500, 1250, 1995, 6001, 0]))
        rows += [(who, day, cents, f"O{number}")] * int(random.integers(1, 3))
        if random.random() < 0.1:
            rows.append((who, min(day + 3 * DAY, END), -int(random.integers(1, 900)), f"R{number}"))
    return [*rows, (0, END, 500, "last")]


def table_of(rows: Rows, *, by_order: bool) -> Any:
    who, day, cents, order = (list(column) for column in zip(*rows, strict=True))
    columns = {"customer_id": who, "date": day, "amount": [number / 100 for number in cents]}
    return small_table(columns | ({"order_id": order} if by_order else {}))


class Judge:
    """Scores by one scorer, fitted to the world as it was, whatever happens to the data."""

    def __init__(self, rows: Rows, scorer: rfm.Scorer, scheme: Any, *, by_order: bool, **policy: Any) -> None:
        self.rows, self.scheme, self.by_order, self.policy = rows, scheme, by_order, policy
        self.scorer = scorer.fit(crm.summarize(self.tx(END)))
        self.bins = max(len(by_cell[()].cuts) + 1 for by_cell in scorer.cutpoints_.values())
        self.order = list(rfm.ELEVEN if scheme == "eleven" else rfm.EIGHT if scheme == "eight" else scheme)

    def tx(self, as_of: dt.date, more: Rows | None = None) -> crm.Transactions:
        return crm.Transactions(
            table_of([*self.rows, *(more or [])], by_order=self.by_order), as_of=as_of, **self.policy
        )

    def segments(self, as_of: dt.date, more: Rows | None = None) -> dict[Any, str]:
        scored = self.scorer.score(crm.summarize(self.tx(as_of, more)))
        named = as_columns(rfm.segment(scored, scheme=self.scheme, bins=self.bins))
        return dict(zip(named["customer_id"], named["segment"], strict=True))

    def better(self, segment: str, than: str) -> bool:
        return self.order.index(segment) < self.order.index(than)

    def orders(self, who: Any, n: int, cents: int, first: dt.date) -> tuple[Rows, dt.date]:
        """n orders, worth so much together, and the day of the last: without order ids each takes a day."""
        days = [first if self.by_order else first + at * DAY for at in range(n)]
        worth = [0] * (n - 1) + [cents]
        return [
            (who, day, money, f"N{who}-{at}") for at, (day, money) in enumerate(zip(days, worth, strict=True))
        ], days[-1]

    def addition(self, who: Any, cents: int) -> Rows:
        """Money on the last order placed."""
        bought = [row for row in self.rows if row[0] == who and row[2] >= 0]
        _, day, _, order = max(bought, key=lambda row: row[1])
        return [(who, day, cents, order)]


RULES = {
    "stars": {"r": (4, 5), "m": 5},
    "fresh": {"r": (4, 5), "m": (1, 4)},
    "rich": {"r": (1, 3), "fm": (4, 5)},
    "tired": {"r": (2, 3), "fm": (1, 3)},
    "gone": {"r": 1, "fm": (1, 3)},
}
WORLDS = {
    "quantile, eleven": (rfm.Scorer(), "eleven", True, {}),
    "by day": (rfm.Scorer(), "eleven", False, {}),
    "eight of four levels": (rfm.Scorer(bins=4, ties="worse"), "eight", True, {}),
    "bands": (rfm.Scorer(method="bands"), "eleven", False, {"refunds": "drop"}),
    "mean": (rfm.Scorer(method="mean"), "eight", True, {"refunds": "ignore"}),
    "median": (rfm.Scorer(method="median"), "eight", False, {}),
    "cuts": (rfm.Scorer(cuts={"monetary": [9.999, 25, 60.005, 140], "frequency": [1.5, 2, 4, 8]}), "eleven", True, {}),
    "own rules": (rfm.Scorer(), RULES, False, {}),
}


def judge_of(name: str, seed: int = 3) -> Judge:
    scorer, scheme, by_order, policy = WORLDS[name]
    return Judge(world(seed), rfm.Scorer.from_dict(scorer.fit(ONE).to_dict()), scheme, by_order=by_order, **policy)


ONE = {"recency": [1], "frequency": [1], "monetary": [1]}


def listed(judge: Judge) -> list[dict[str, Any]]:
    columns = as_columns(upgrade_paths(judge.tx(END), scheme=judge.scheme, scorer=judge.scorer))
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    for row in rows:
        for name in ("upgrade_by", "add_by"):
            row[name] = None if row[name] is None else dt.date.fromisoformat(str(row[name])[:10])
        for name in ("upgrade_money", "add_money"):
            row[name] = None if row[name] is None else round(100 * row[name])
    return rows


def together(ways: Iterable[tuple[Any, tuple[Rows, dt.date]]]) -> dict[dt.date, Rows]:
    """Rows of all customers who are to be judged on the same day."""
    found: dict[dt.date, Rows] = {}
    for _, (rows, day) in ways:
        found.setdefault(day, []).extend(rows)
    return found


# --- counterfactuals are true -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WORLDS)
def test_the_way_up_leads_where_it_says_and_nothing_less_does(name):
    """Every customer: the orders are added and scored anew; then a cent less, and an order less, which must not do."""
    judge = judge_of(name)
    ways = [row for row in listed(judge) if row["upgrade_to"] is not None]
    assert len(ways) > 20
    assert any(row["upgrade_money"] for row in ways)
    start = END + DAY
    for less_money, less_orders in ((0, 0), (CENT, 0), (0, 1)):
        tried = {
            row["customer_id"]: (row, judge.orders(row["customer_id"], int(row["upgrade_orders"]) - less_orders,
                                                   row["upgrade_money"] - less_money, start))
            for row in ways
            if row["upgrade_money"] >= less_money and row["upgrade_orders"] > less_orders
        }  # fmt: skip
        for day, rows in together(tried.values()).items():
            segment = judge.segments(day, rows)
            for who, (row, (_, last)) in tried.items():
                if last == day and not (less_money or less_orders):
                    assert segment[who] == row["upgrade_to"], row
                    assert judge.better(row["upgrade_to"], than=row["segment"])
                elif last == day:
                    assert not judge.better(segment[who], than=row["segment"]), row


@pytest.mark.parametrize("name", ["quantile, eleven", "by day", "mean", "own rules"])
def test_who_has_no_way_up_cannot_get_up(name):
    """Many orders of much money do not lead to a better segment either."""
    judge = judge_of(name)
    stuck = {row["customer_id"]: row for row in listed(judge) if row["upgrade_to"] is None}
    assert stuck
    for n, cents in ((1, 0), (1, 10**7), (30, 0), (30, 10**7)):
        tried = {who: (row, judge.orders(who, n, cents, END + DAY)) for who, row in stuck.items()}
        for day, rows in together(tried.values()).items():
            segment = judge.segments(day, rows)
            assert not any(judge.better(segment[who], than=row["segment"]) for who, row in stuck.items())


@pytest.mark.parametrize("name", ["quantile, eleven", "by day", "mean"])
def test_an_order_on_the_latest_date_comes_before_the_drop_and_a_day_later_after_it(name):
    judge = judge_of(name)
    ways = [row for row in listed(judge) if row["upgrade_by"] is not None]
    assert ways
    assert all(row["upgrade_by"] > END for row in ways)
    for by in sorted({row["upgrade_by"] for row in ways})[::2]:
        here = [row for row in ways if row["upgrade_by"] == by]
        added = [judge.orders(row["customer_id"], int(row["upgrade_orders"]), row["upgrade_money"], by) for row in here]
        before, without = judge.segments(by - DAY), judge.segments(by)
        on_the_day = judge.segments(by, [line for rows, _ in added for line in rows])
        for row, (_, last) in zip(here, added, strict=True):
            who = row["customer_id"]
            assert before[who] == row["segment"]
            assert judge.better(row["segment"], than=without[who])
            assert not judge.better(row["segment"], than=on_the_day[who])
            if last == by:
                assert on_the_day[who] == row["upgrade_to"]


@pytest.mark.parametrize("name", WORLDS)
def test_an_addition_leads_where_it_says_until_its_latest_date(name):
    judge = judge_of(name)
    ways = [row for row in listed(judge) if row["add_to"] is not None]
    assert ways or name == "own rules"
    added = {row["customer_id"]: judge.addition(row["customer_id"], row["add_money"]) for row in ways}
    less = {row["customer_id"]: judge.addition(row["customer_id"], row["add_money"] - CENT) for row in ways}
    every = [line for rows in added.values() for line in rows]
    now, too_little = judge.segments(END, every), judge.segments(END, [line for rows in less.values() for line in rows])
    for row in ways:
        assert row["add_money"] > 0
        assert now[row["customer_id"]] == row["add_to"]
        assert judge.better(row["add_to"], than=row["segment"])
        assert too_little[row["customer_id"]] != row["add_to"]
    for by in {row["add_by"] for row in ways} - {None}:
        assert by > END
        last, late = judge.segments(by, every), judge.segments(by + DAY, every)
        for row in [row for row in ways if row["add_by"] == by]:
            assert last[row["customer_id"]] == row["add_to"] != late[row["customer_id"]]
    forever = judge.segments(END + 5000 * DAY, every)
    assert all(forever[row["customer_id"]] == row["add_to"] for row in ways if row["add_by"] is None)


@pytest.mark.parametrize("name", ["by day", "own rules"])
def test_every_way_of_an_explanation_is_true_and_the_first_is_the_listed_one(name):
    judge = judge_of(name, seed=5)
    rows = {row["customer_id"]: row for row in listed(judge)}
    tx = judge.tx(END)
    for who in list(rows)[::8]:
        told = explain(tx, who, scheme=judge.scheme, scorer=judge.scorer)
        row = rows[who]
        assert told.segment == row["segment"]
        by_orders = [way for way in told.upgrade_paths if way.orders]
        additions = [way for way in told.upgrade_paths if not way.orders]
        assert [way.to for way in by_orders][:1] == ([row["upgrade_to"]] if row["upgrade_to"] else [])
        assert [way.to for way in additions][:1] == ([row["add_to"]] if row["add_to"] else [])
        if by_orders:
            first = UpgradePath(
                row["upgrade_to"], int(row["upgrade_orders"]), row["upgrade_money"] / 100, row["upgrade_by"]
            )
            assert by_orders[0] == first
        for way in told.upgrade_paths:
            cents = round(100 * way.money)
            more, day = (
                judge.orders(who, way.orders, cents, END + DAY) if way.orders else (judge.addition(who, cents), END)
            )
            assert judge.segments(day, more)[who] == way.to
            assert judge.better(way.to, than=told.segment)


@pytest.mark.parametrize("tiers", ["textbook", "curry", "zeithaml", "abc", {"few": 0.3, "many": 0.7}])
def test_the_money_for_the_next_tier_is_the_least(tiers):
    rows = world(5)
    tx = crm.Transactions(table_of(rows, by_order=True))
    listed = as_columns(pyramid.assign_tiers(crm.summarize(tx), scheme=tiers), sort="customer_id")
    names = list(pyramid.SCHEMES[tiers] if isinstance(tiers, str) else tiers)
    for who in listed["customer_id"][::12]:
        told = explain(tx, who, tiers=tiers)
        at = listed["customer_id"].index(who)
        assert told.tier == listed["tier"][at]
        assert told.customers_ahead == sum(money > listed["monetary"][at] for money in listed["monetary"])
        if told.next_tier is None:
            assert told.tier == names[0]
            continue
        cents = round(100 * told.next_tier_money)
        for more, expected in ((cents, told.next_tier), (cents - CENT, told.tier)):
            spend = {"customer_id": listed["customer_id"], "monetary": list(listed["monetary"])}
            spend["monetary"][at] = (round(100 * spend["monetary"][at]) + more) / 100
            assert as_columns(pyramid.assign_tiers(small_table(spend), scheme=tiers))["tier"][at] == expected
        assert names.index(told.next_tier) < names.index(told.tier)


# --- what is explained ------------------------------------------------------------------------------------------------


def test_it_agrees_with_score_customers():
    rows = world(9)
    frame = table_of(rows, by_order=False)
    for bins, scheme, tiers in ((5, "eleven", "textbook"), (3, "eight", "abc"), (5, RULES, {"a": 0.5, "b": 0.5})):
        scored = as_columns(crm.score_customers(frame, bins=bins, scheme=scheme, tiers=tiers, horizon=None))
        for at in range(0, len(scored["customer_id"]), 15):
            told = explain(frame, scored["customer_id"][at], bins=bins, scheme=scheme, tiers=tiers)
            assert [m.score for m in told.measures] == [scored[name][at] for name in ("r_score", "f_score", "m_score")]
            assert [m.value for m in told.measures] == [
                scored[name][at] for name in ("recency", "frequency", "monetary")
            ]
            assert (told.segment, told.tier) == (scored["segment"][at], scored["tier"][at])
            scores = dict(zip("rfm", [m.score for m in told.measures], strict=True))
            scores["fm"] = (scores["f"] + scores["m"]) // 2
            assert all(low <= scores[axis] <= high for axis, (low, high) in told.rule.items())


PAPER = """\
Customer C10, as of 2024-12-31
Segment: Hibernating (R 2, mean of F and M 1-2)
Recency: 70 (days since 2024-10-22): R 2 of 5; R 3 up to 50; R 1 from 2025-01-01 on if nothing is bought
Frequency: 1 (distinct orders): F 1 of 5; F 2 from 2 on (1 more)
Spend: 80.00 (no refunds): M 1 of 5; M 2 from 150.00 on (70.00 more)
Tier: Small; 9 of 10 customers spent more, 220.00 more would make it Ordinary
Upgrade to New: one more order of any amount by 2025-01-01
Upgrade to Potential loyalists: one more order of at least 70.00, or 2 more orders of any amount by 2025-01-01
Upgrade to Champions: 2 more orders of at least 2,920.00 together, or 4 more orders of at least 320.00 together, or \
5 more orders of at least 170.00 together by 2025-01-01
Upgrade to At risk: 2,920.00 more on the orders placed so far
Downgrade: Lost on 2025-01-01 if nothing is bought (days left: 1)
Last purchases: 2024-10-22 80.00
The cuts are those of all 10 customers and are held fixed; a purchase is judged on its own day."""

PAPER_ZH = """\
客户 C10（截至 2024-12-31）
客户群：沉睡客户（R 2，F 与 M 的均值 1-2）
最近一次消费：2024-10-22，距截止日期 70 天：R 得 2 分（满分 5 分）；50 天以内得 3 分；若不再购买，2025-01-01 起降为 1 分
消费频率：1 单（按订单号计）：F 得 1 分（满分 5 分）；满 2 单得 2 分（还差 1 单）
消费金额：80.00（无退款）：M 得 1 分（满分 5 分）；满 150.00 得 2 分（还差 70.00）
客户层级：小客户；10 位客户中有 9 位消费更多，再消费 220.00 可升为普通客户
升为新客户：最迟 2025-01-01 再下一单（金额不限）
升为潜在忠诚客户：最迟 2025-01-01 再下一单，金额不低于 70.00，或再下 2 单（金额不限）
升为冠军客户：最迟 2025-01-01 再下 2 单，合计不低于 2,920.00，或再下 4 单，合计不低于 320.00，\
或再下 5 单，合计不低于 170.00
升为流失风险客户：在已有订单上加购 2,920.00
降级：若不再购买，2025-01-01 将变为流失客户（还剩 1 天）
最近的购买：2024-10-22 80.00
分界值取自全部 10 位客户，并保持不变；新的购买按购买当日评分。"""


def test_a_customer_worked_out_on_paper_in_both_languages_on_every_kind_of_table(make_table, ten):
    """C10 of crmkit.datasets.load_ten_customers: fifths are two customers each, so that every cut can be read off.

    F is 3 from 3 orders, 4 from 5 and 5 from 6; M is 2 from 150, 3 from 250, 4 from 400 and 5 from 3000: a mean of F
    and M of 4 takes F 3 and M 5 (2 orders, 2920), F 4 and M 4 (4 orders, 320) or F 5 and M 3 (5 orders, 170).
    """
    told = explain(make_table(ten), "C10")
    assert str(told) == PAPER
    assert told.text("zh") == PAPER_ZH
    assert str(explain(make_table(ten), "C10", language="zh")) == PAPER_ZH
    assert type(told.purchases) is type(make_table(ten))
    assert type(told.refund_rows) is type(make_table(ten))
    assert list(as_columns(told.purchases)) == list(as_columns(told.refund_rows)) == ["date", "order_id", "amount"]


def test_a_table_of_rules_is_a_scheme_and_its_labels_are_spoken(make_table, ten):
    columns = as_columns(rfm.segment_rules("eleven"))
    for call in (lambda scheme: explain(ten, "C06", scheme=scheme).text("zh"),
                 lambda scheme: as_columns(upgrade_paths(ten, scheme=scheme, language="zh"))):  # fmt: skip
        assert call(make_table(columns)) == call("eleven")
    columns["label"] = [{"Champions": "VIP", "Need attention": "Wake up"}.get(word, word) for word in columns["label"]]
    told = explain(ten, "C06", scheme=make_table(columns))
    assert (told.segment, told.upgrade_paths[0].to, told.next_segment) == (
        "potential_loyalist",
        "champions",
        "needs_attention",
    )
    for language, own in (("en", "Potential loyalists"), ("zh", "潜在忠诚客户")):
        text = told.text(language)
        assert text.count("VIP") == text.count("Wake up") == text.count(own) == 1
        assert "Champions" not in text
        assert "冠军客户" not in text
    ways = as_columns(upgrade_paths(ten, scheme=make_table(columns), language="zh"))
    assert (ways["segment_label"][5], ways["upgrade_to_label"][5]) == ("潜在忠诚客户", "VIP")


def test_crm_explain_is_the_function():
    assert crm.explain is explain


def test_refunds_are_told_apart_and_shown():
    """C05 of the tea shop: a teapot of 60 comes back, which is money but no visit."""
    shop = crm.datasets.load_tea_shop()
    told = explain(crm.Transactions(shop, as_of="2024-06-30"), "C05")
    assert (told.refunds, told.refunded, told.orders_by) == ("net", 60.0, "order")
    assert "Spend: 25.00 (refunds of 60.00 taken off)" in str(told)
    assert as_columns(told.purchases)["amount"] == [25.0, 60.0]
    assert as_columns(told.refund_rows)["amount"] == [-60.0]
    assert told.text().splitlines()[-3:-1] == [
        "Last purchases: 2024-04-02 25.00, 2024-03-12 60.00",
        "Last refunds: 2024-04-09 -60.00",
    ]
    assert told.text("zh").splitlines()[-3:-1] == [
        "最近的购买：2024-04-02 25.00，2024-03-12 60.00",
        "最近的退款：2024-04-09 -60.00",
    ]
    assert told.last_date == dt.date(2024, 4, 2)
    kept = explain(crm.Transactions(shop, as_of="2024-06-30", refunds="ignore"), "C05")
    assert "Spend: 85.00 (refunds not taken off)" in str(kept)
    assert "Last refunds" not in str(kept)
    assert as_columns(kept.refund_rows)["amount"] == []
    dropped = explain(crm.Transactions(shop, as_of="2024-06-30", refunds="drop"), "C05")
    assert "已剔除" in dropped.text("zh")
    assert "(no refunds)" in str(explain(crm.Transactions(shop, as_of="2024-06-30"), "C01"))


def test_the_best_customer_and_a_given_scorer(ten):
    scorer = rfm.Scorer(method="mean").fit(crm.summarize(ten))
    told = explain(ten, "C01", scorer=scorer, scheme="eight")
    assert told.rule == {"r": (2, 2), "f": (2, 2), "m": (2, 2)}
    assert told.upgrade_paths == ()
    assert told.best
    assert "Upgrade: none, this is the best segment\n" in str(told)
    assert repr(told) == str(told)
    assert "scorer given" in str(told)
    # Means: recency 45 days, 3.5 orders, spend 1000; better than the mean is high.
    assert told.measures[0].lower_value == 45
    assert (told.measures[1].lower_value, told.measures[2].lower_value) == (3, 1000)
    low = explain(ten, "C10", scorer=scorer, scheme="eight")
    assert not low.best
    assert [m.next_value for m in low.measures] == [44, 4, 1000.01]


def test_amounts_without_an_exact_decimal_form_are_shown_in_cents_that_will_do():
    thirds = {"customer_id": [1, 2, 2, 3, 3, 3], "amount": [10 / 3, 20 / 3, 5 / 7, 50 / 3, 20 / 7, 1 / 3],
              "date": [f"2024-12-{day}" for day in (1, 5, 9, 30, 12, 31)]}  # fmt: skip
    told = explain(thirds, 1)
    assert told.measures[2].value == pytest.approx(10 / 3, abs=1e-6)
    assert told.measures[2].next_value == pytest.approx(20 / 3 + 5 / 7, abs=1e-6)
    assert "Spend: 3.33 (no refunds)" in str(told)
    assert "from 7.39 on (4.05 more)" in str(told)  # 7.38095... and 4.04761...


def test_upgrade_paths_keep_the_kind_and_speak_the_language(make_table, ten):
    ways = upgrade_paths(make_table(ten), language="zh")
    assert type(ways) is type(make_table(ten))
    found = as_columns(ways, sort="customer_id")
    assert found["upgrade_to"] == [None, "champions", None, "champions", "potential_loyalist", "champions",
                              "potential_loyalist", "potential_loyalist", "potential_loyalist", "new"]  # fmt: skip
    assert found["upgrade_orders"] == [None, 1, None, 2, 1, 1, 1, 1, 1, 1]
    assert found["upgrade_money"] == [None, 0, None, 2600, 0, 0, 0, 0, 0, 0]
    assert found["add_money"] == [None, None, None, None, None, 150, None, 250, 280, 2920]
    assert found["upgrade_to_label"] == [None if to is None else labels.text(to, "zh") for to in found["upgrade_to"]]
    assert [None if by is None else str(by)[:10] for by in found["upgrade_by"]] == [
        None, None, None, "2025-01-11", None, "2025-01-01", "2025-01-01", "2025-01-11", None, "2025-01-01",
    ]  # fmt: skip


def test_cdnow_in_one_go(cdnow, cdnow_customers):
    """Every way of the real table against plain arithmetic on the customers that pandas summarised."""
    ways = upgrade_paths(cdnow).set_index("customer_id")
    customers = cdnow_customers.set_index("customer_id")
    cuts = rfm.Scorer().fit(cdnow_customers).cuts_
    up = ways[ways["upgrade_to"].notna()]
    assert len(up) == 23_570 - (ways["segment"] == "champions").sum()
    orders = customers["frequency"][up.index] + up["upgrade_orders"]
    cents = (customers["monetary"][up.index] * 100).round() + (up["upgrade_money"] * 100).round()
    f = 1 + np.searchsorted(cuts["frequency"], orders, side="right")
    m = 1 + np.searchsorted(np.round(np.array(cuts["monetary"]) * 100), cents, side="right")
    inside = lambda scores, value: np.ravel(scores)[0] <= value <= np.ravel(scores)[-1]  # noqa: E731
    name = {fm: next(name for name, rule in rfm.ELEVEN.items() if inside(rule["r"], 5) and inside(rule["fm"], fm))
            for fm in range(1, 6)}  # fmt: skip
    reached = [name[fm] for fm in ((f + m) // 2).tolist()]
    assert reached == up["upgrade_to"].tolist()


def test_an_explanation_of_cdnow(cdnow):
    text = str(explain(cdnow, 4)).splitlines()
    assert text[0] == "Customer 4, as of 1998-06-30"
    assert text[2].startswith("Recency: 200 (days since 1997-12-12)")
    assert text[3].startswith("Frequency: 4 (days with a purchase)")
    assert text[4].startswith("Spend: 100.50 (no refunds)")
    assert text[-2] == "Last purchases: 1997-12-12 26.48, 1997-08-02 14.96, 1997-01-18 29.73, 1997-01-01 29.33"


# --- what is refused ------------------------------------------------------------------------------------------------


def test_an_unknown_customer_is_named_with_ids_near_to_it(make_table, ten):
    with pytest.raises(DataError, match=r"no customer 'C11' among the 10 with a purchase\. Near to it: 'C1?\d', "):
        explain(make_table(ten), "C11")
    with pytest.raises(DataError, match=r"Ids are such as 'C01', 'C02', 'C03'"):
        explain(make_table(ten), "nobody here")
    with pytest.raises(DataError, match=r"no customer 10 among"):
        explain(make_table(ten), 10)


def test_an_id_of_the_other_kind_is_not_guessed(cdnow):
    with pytest.raises(DataError, match=r"no customer '4' among the 23,570 with a purchase\. Near to it: 4"):
        explain(cdnow, "4")
    assert explain(cdnow, np.int64(4)).customer_id == 4


@pytest.mark.parametrize("odd", [[1, 2], dt.date(2025, 1, 1), None, 3.5j, Fraction(1, 2), 10**400, True, {"id": 1}])
def test_what_is_no_id_is_refused_like_an_unknown_one(ten, odd):
    numbered = {"customer_id": [1, 2], "date": ["2025-01-01", "2025-02-01"], "amount": [5.0, 6.0]}
    for table, kind in ((ten, "text"), (numbered, "numbers")):
        with pytest.raises(DataError, match=rf"no customer .* with a purchase[\s\S]*The ids are {kind}\."):
            explain(table, odd)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"bins": 4}, r'made for 5 levels, and these scores have 4\. Use scheme="eight"'),
        ({"bins": 1}, r"bins=1"),
        ({"scheme": "ten"}, r"scheme='ten' is not known"),
        ({"scheme": {"best": {"r": 5}}}, r"cannot be used"),
        ({"language": "fr"}, r"language='fr'"),
        ({"tiers": "gold"}, r"scheme='gold' is not known"),
        ({"scorer": "quantile"}, r"is not a Scorer"),
        (
            {"scorer": rfm.Scorer(method={"monetary": "rank"}).fit({**ONE, "customer_id": [1]})},
            r"monetary.*depends on more",
        ),
        ({"scorer": rfm.Scorer(method="nested").fit(ONE)}, r'"nested".*Score with method="quantile"'),
        (
            {"scorer": rfm.Scorer(measures={"monetary": "margin"}).fit({**ONE, "margin": [1]})},
            r"reads monetary from 'margin'",
        ),
        ({"scorer": rfm.Scorer(bins=3).fit(ONE), "bins": 4, "scheme": "eight"}, r"contradict"),
    ],
)
def test_settings_that_cannot_work_are_refused_before_any_row_is_read(settings, message):
    with pytest.raises(ArgumentError, match=message):
        explain(object(), "C01", **settings)
    if "tiers" not in settings:
        with pytest.raises(ArgumentError, match=message):
            upgrade_paths(object(), **settings)


def test_a_scorer_without_cuts_and_a_table_without_columns(ten):
    with pytest.raises(NotFittedError, match="fit"):
        explain(ten, "C01", scorer=rfm.Scorer())
    with pytest.raises(ColumnError, match=r"no column[\s\S]*crmkit\.Transactions"):
        explain({"who": ["a"], "when": ["2025-01-01"], "paid": [1.0]}, "a")


def test_the_record_is_frozen_and_small(ten):
    told = explain(ten, "C06")
    assert isinstance(told, Explanation)
    with pytest.raises(AttributeError):
        told.segment = "new"  # type: ignore[misc]


def test_one_customer_alone(make_table):
    told = explain(make_table({"customer_id": [7], "date": ["2025-01-01"], "amount": [5.0]}), 7)
    assert told.customers == 1
    assert (told.tier, told.next_tier) == ("important", None)
    assert "Tier: Important; there is no other customer\n" in str(told)
    assert (
        str(told).splitlines()[-1].startswith("The cuts are those of the only customer in the data and are held fixed")
    )
    assert "没有其他客户" in told.text("zh")
    assert "数据中只有这一位客户" in told.text("zh")
