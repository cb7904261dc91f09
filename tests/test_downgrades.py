"""Downgrade dates against tables worked out on paper and scoring anew on every later day; the calendar's sums."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crmkit as crm
from conftest import as_columns, small_table
from crmkit import downgrades, labels, rfm
from crmkit.errors import ArgumentError, ColumnError, DataError, NotFittedError

DAY = dt.timedelta(days=1)
END = dt.date(2024, 12, 31)

# Worked out on paper (crmkit.datasets.load_ten_customers): R is 5 up to 10 days, 4 up to 30, 3 up to 50, 2 up to 70.
SLIPS = {
    "C01": (1, "loyal"),
    "C02": None,  # R 1 already
    "C03": (11, "loyal"),
    "C04": (11, "about_to_sleep"),
    "C05": None,  # R 2, and at risk also with R 1
    "C06": (1, "needs_attention"),
    "C07": (1, "hibernating"),
    "C08": (11, "hibernating"),
    "C09": None,
    "C10": (1, "lost"),
}
MONEY = {"C01": 5000, "C03": 500, "C04": 400, "C06": 250, "C07": 200, "C08": 150, "C10": 80}


@pytest.fixture(scope="module")
def ten() -> dict[str, list[Any]]:
    frame = crm.datasets.load_ten_customers()
    return {name: frame[name].tolist() for name in frame.columns}


def as_date(value: Any) -> dt.date | None:
    return None if value is None else dt.date.fromisoformat(str(value)[:10])


# --- downgrade dates ------------------------------------------------------------------------------------------------


def test_ten_customers_as_worked_out_on_paper_on_every_kind_of_table(make_table, ten):
    dates = downgrades.downgrade_dates(make_table(ten), language="zh")
    assert type(dates) is type(make_table(ten))
    found = as_columns(dates, sort="customer_id")
    for at, customer in enumerate(SLIPS):
        days, to = SLIPS[customer] or (None, None)
        assert found["days_left"][at] == days, customer
        assert found["next_segment"][at] == to
        assert as_date(found["downgrade_date"][at]) == (None if days is None else END + days * DAY)
        assert found["next_segment_label"][at] == (None if to is None else labels.text(to, "zh"))
    assert list(found)[-4:] == ["downgrade_date", "next_segment", "next_segment_label", "days_left"]


def test_a_table_of_customers_keeps_its_kind_its_rows_and_its_order(make_table, ten):
    customers = as_columns(crm.summarize(ten))
    order = [7, 2, 9, 0, 1, 3, 4, 5, 6, 8]
    mixed = {name: [values[row] for row in order] for name, values in customers.items()} | {"note": list("abcdefghij")}
    given = make_table(mixed)
    dates = downgrades.downgrade_dates(given)
    assert type(dates) is type(given)
    found = as_columns(dates, sort="note")  # a relation has no order of its own
    assert found["customer_id"] == mixed["customer_id"]
    expected = [SLIPS[customer] for customer in mixed["customer_id"]]
    assert found["next_segment"] == [None if slip is None else slip[1] for slip in expected]
    assert set(as_columns(given)) == set(mixed)


def test_the_segments_are_those_of_score_customers(ten):
    listed = crm.score_customers(ten, horizon=None)
    dates = downgrades.downgrade_dates(ten)
    for name in ("rfm", "segment", "segment_label", "rfm_sum"):
        assert dates[name].tolist() == listed[name].tolist()
    again = downgrades.downgrade_dates(listed)
    assert again["next_segment"].tolist() == pytest.approx(dates["next_segment"].tolist(), nan_ok=True)


RULES = {
    "awake": {"r": (3, 5)},
    "waiting": {"r": 2},
    "asleep big": {"r": 1, "m": (3, 5)},
    "asleep": {"r": 1, "m": (1, 2)},
}
SETTINGS = {
    "quantile, eleven": (rfm.Scorer(), "eleven"),
    "worse ties, eight": (rfm.Scorer(ties="worse"), "eight"),
    "bands, eleven": (rfm.Scorer(method="bands"), "eleven"),
    "mean, eight": (rfm.Scorer(method="mean"), "eight"),
    "median, eight": (rfm.Scorer(method="median"), "eight"),
    "fixed cuts": (rfm.Scorer(cuts={"recency": [3.5, 20, 20, 60.2]}), "eleven"),
    "own rules": (rfm.Scorer(), RULES),
    "ranks of orders": (rfm.Scorer(method={"frequency": "rank"}), "eight"),
}


def purchases(seed: int, *, n_customers: int = 60, n_rows: int = 200, days: int = 100) -> dict[str, list[Any]]:
    """A random table: prices that repeat, several rows a day, customers of one order and of many."""
    random = np.random.default_rng(seed)
    who = random.integers(0, n_customers, n_rows) * random.integers(0, 2, n_rows) + random.integers(
        0, n_customers, n_rows
    )
    date = [END - int(back) * DAY for back in random.integers(0, days, n_rows)]
    amount = random.choice([4.99, 5.0, 12.5, 19.95, 60.0, 0.0], n_rows)
    rows = {"customer_id": (who % n_customers).tolist(), "date": date, "amount": amount.tolist()}
    rows["date"][0] = END
    return rows


@pytest.mark.parametrize("name", SETTINGS)
def test_the_segment_changes_on_the_downgrade_date_and_on_no_day_before(name):
    """Every customer, every day: recency one day higher each day, scored by the same scorer."""
    scorer, scheme = SETTINGS[name]
    customers = crm.summarize(small_table(purchases(7)))
    scorer.fit(customers)
    found = as_columns(downgrades.downgrade_dates(customers, scorer=scorer, scheme=scheme))
    assert any(days is not None for days in found["days_left"])
    later = as_columns(customers)
    bins = max(len(by_cell[()].cuts) + 1 for by_cell in scorer.cutpoints_.values())
    events = {left for left in found["days_left"] if left is not None}
    for days in sorted({*events, *(left - 1 for left in events), *range(1, 120, 7)} - {0}):
        aged = small_table({**later, "recency": [value + days for value in later["recency"]]})
        segment = as_columns(rfm.segment(scorer.score(aged), scheme=scheme, bins=bins))["segment"]
        for at, left in enumerate(found["days_left"]):
            if left is None or days < left:
                assert segment[at] == found["segment"][at]
            elif days == left:
                assert segment[at] == found["next_segment"][at] != found["segment"][at]


def test_transactions_read_at_the_downgrade_date_and_the_day_before_say_the_same():
    rows = purchases(11)
    tx = crm.Transactions(small_table(rows))
    customers = crm.summarize(tx)
    scorer = rfm.Scorer().fit(customers)
    found = as_columns(downgrades.downgrade_dates(tx, scorer=scorer), sort="customer_id")
    dates = [as_date(date) for date in found["downgrade_date"]]
    assert len(set(dates) - {None}) > 5
    for date in sorted(set(dates) - {None}):
        for day, column in ((date - DAY, "segment"), (date, "next_segment")):
            later = crm.summarize(crm.Transactions(small_table(rows), as_of=day))
            named = as_columns(rfm.segment(scorer.score(later), scheme="eleven", bins=5), sort="customer_id")
            for at in [at for at, slip in enumerate(dates) if slip == date]:
                assert named["segment"][at] == found[column][at]


@pytest.mark.parametrize(("scheme", "names"), [("eleven", list(rfm.ELEVEN)), ("eight", list(rfm.EIGHT))])
def test_in_the_named_schemes_a_lower_recency_score_is_never_a_better_segment(scheme, names):
    cells = np.indices((5, 5, 5)).reshape(3, -1) + 1
    code = np.array([names.index(rfm.rule_of(cell, scheme=scheme)[0]) for cell in cells.T]).reshape(5, 5, 5)
    assert (np.diff(code, axis=0) <= 0).all()


@given(seed=st.integers(0, 50), order=st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=10)
def test_neither_row_order_nor_later_rows_matter(seed, order):
    rows = purchases(seed, n_rows=60)
    listed = as_columns(downgrades.downgrade_dates(crm.Transactions(small_table(rows), as_of=END)))
    places = list(range(len(rows["date"])))
    order.shuffle(places)
    mixed = {name: [values[place] for place in places] for name, values in rows.items()}
    later = {"customer_id": [0, 999], "date": [END + DAY, END + 9 * DAY], "amount": [50.0, 1.0]}
    longer = {name: mixed[name] + later[name] for name in mixed}
    assert as_columns(downgrades.downgrade_dates(crm.Transactions(small_table(longer), as_of=END))) == listed


def test_cdnow_against_a_loop_over_the_days(cdnow, cdnow_customers):
    """Segments by counting customers with pandas alone; the first fall of R that changes them, by a loop."""
    dates = downgrades.downgrade_dates(cdnow).set_index("customer_id")
    customers = cdnow_customers.set_index("customer_id")
    n = len(customers)

    def middle(values):  # place of equals in the middle, from the worst up
        counts = values.value_counts().sort_index()
        return values.map((counts.cumsum() - counts / 2) / n)

    places = {
        "r": middle(-customers["recency"]),
        "f": middle(customers["frequency"]),
        "m": middle(customers["monetary"]),
    }
    score = {axis: (1 + np.floor(5 * place + 1e-12)).astype(int) for axis, place in places.items()}
    fm = (score["f"] + score["m"]) // 2
    last = customers["recency"].groupby(score["r"]).max()  # the most days with each score

    def name(r, fm):
        fits = lambda ranges, axis, value: np.ravel(ranges[axis])[0] <= value <= np.ravel(ranges[axis])[-1]  # noqa: E731
        return next(k for k, ranges in rfm.ELEVEN.items() if fits(ranges, "r", r) and fits(ranges, "fm", fm))

    for customer in customers.index[::97]:
        r, mean = score["r"][customer], fm[customer]
        assert dates["segment"][customer] == name(r, mean)
        falls = [(last[level] + 1, name(level - 1, mean)) for level in range(r, 1, -1)]
        changes = [(day, to) for day, to in falls if to != name(r, mean)]
        if changes:
            assert dates["days_left"][customer] == changes[0][0] - customers["recency"][customer]
            assert dates["next_segment"][customer] == changes[0][1]
        else:
            assert dates["next_segment"].isna()[customer]
    assert dates["next_segment"].notna().sum() == 18_039


# --- the calendar ---------------------------------------------------------------------------------------------------


def test_the_calendar_of_ten_customers_on_every_kind_of_table(make_table, ten):
    dates = downgrades.downgrade_dates(make_table(ten))
    calendar = downgrades.downgrade_calendar(dates)
    assert type(calendar) is type(dates)
    found = as_columns(calendar)
    rows = list(zip(map(as_date, found["date"]), found["segment"], found["next_segment"], strict=True))
    first, second = END + DAY, END + 11 * DAY
    assert rows == [
        (first, "champions", "loyal"),
        (first, "potential_loyalist", "needs_attention"),
        (first, "about_to_sleep", "hibernating"),
        (first, "hibernating", "lost"),
        (second, "champions", "loyal"),
        (second, "potential_loyalist", "about_to_sleep"),
        (second, "about_to_sleep", "hibernating"),
    ]
    assert found["until"] == found["date"]
    assert found["customers"] == [1] * 7
    assert found["value"] == [5000, 250, 200, 80, 500, 400, 150]


@pytest.mark.parametrize(
    ("period", "starts"),
    [("week", ["2024-12-30", "2025-01-06"]), ("month", ["2025-01-01"]), ("year", ["2025-01-01"])],
)
def test_periods_add_up_days(ten, period, starts):
    calendar = downgrades.downgrade_calendar(downgrades.downgrade_dates(ten), period=period)
    assert sorted(set(calendar["date"].astype(str))) == starts
    assert calendar["customers"].sum() == len(MONEY)
    assert calendar["value"].sum() == sum(MONEY.values())


@given(seed=st.integers(0, 50), period=st.sampled_from(["day", "week", "month", "quarter"]))
@settings(deadline=None, max_examples=10)
def test_every_customer_who_will_slip_is_in_the_calendar_once(seed, period):
    dates = as_columns(downgrades.downgrade_dates(small_table(purchases(seed))))
    calendar = as_columns(downgrades.downgrade_calendar(small_table(dates), period=period))
    moves: Counter[Any] = Counter()
    cents: Counter[Any] = Counter()
    for date, start, to, money in zip(
        *(dates[c] for c in ("downgrade_date", "segment", "next_segment", "monetary")), strict=True
    ):
        if date is not None:
            begun = next(
                (d, u)
                for d, u in zip(calendar["date"], calendar["until"], strict=True)
                if as_date(d) <= date <= as_date(u)
            )
            moves[begun[0], start, to] += 1
            cents[begun[0], start, to] += round(100 * money)
    keys = list(zip(calendar["date"], calendar["segment"], calendar["next_segment"], strict=True))
    assert dict(zip(keys, calendar["customers"], strict=True)) == dict(moves)
    assert dict(zip(keys, [round(100 * money) for money in calendar["value"]], strict=True)) == dict(cents)


def test_money_at_stake_may_be_any_column(ten):
    dates = downgrades.downgrade_dates(ten).assign(worth=1.5)
    assert downgrades.downgrade_calendar(dates, period="year", value="worth")["value"].sum() == 1.5 * len(MONEY)


def test_a_calendar_of_nobody_has_no_rows(make_table):
    one = make_table({"customer_id": ["a"], "date": ["2025-01-01"], "amount": [5.0]})
    never = downgrades.downgrade_dates(one, scheme={"all": {}})
    assert as_columns(never)["next_segment"] == [None]
    assert as_columns(downgrades.downgrade_calendar(never))["customers"] == []


# --- what is refused ------------------------------------------------------------------------------------------------


def test_a_table_scored_otherwise_is_refused(ten):
    three = rfm.Scorer(bins=3).fit(crm.summarize(ten))
    scored = three.score(crm.summarize(ten))
    with pytest.raises(DataError, match=r"'r_score' .* 7 customers\. Pass scorer="):
        downgrades.downgrade_dates(scored)
    named = rfm.segment(scored, scheme="eight", bins=3)
    assert downgrades.downgrade_dates(named, scorer=three, scheme="eight")["next_segment"].notna().any()
    with pytest.raises(DataError, match=r"'segment' .* Pass the scheme="):
        downgrades.downgrade_dates(named, scorer=three, scheme=RULES_OF_THREE)


RULES_OF_THREE = {"high": {"r": (2, 3)}, "low": {"r": 1}}


def test_the_day_is_found_or_asked_for(ten):
    customers = crm.summarize(ten)
    bare = customers[["recency", "frequency", "monetary"]]
    assert downgrades.downgrade_dates(bare, as_of="2025-06-30")["downgrade_date"].astype(str)[0] == "2025-07-01"
    with pytest.raises(ColumnError, match=r"no column 'last_date'[\s\S]*as_of="):
        downgrades.downgrade_dates(bare)
    with pytest.raises(ArgumentError, match=r'as_of="2025-01-01" is not the day .* 2024-12-31'):
        downgrades.downgrade_dates(customers, as_of="2025-01-01")
    assert downgrades.downgrade_dates(ten, as_of="2024-11-30")["downgrade_date"].dropna().min() > np.datetime64(
        "2024-11-30"
    )


@pytest.mark.parametrize(
    ("scorer", "scheme", "error", "message"),
    [
        (rfm.Scorer(), "eleven", NotFittedError, "fit"),
        ("quantile", "eleven", ArgumentError, r"scorer='quantile' is not a Scorer"),
        (rfm.Scorer(method="rank"), "eleven", ArgumentError, r'method="rank" depends on more .* method="quantile"'),
        (rfm.Scorer(method="nested"), "eleven", ArgumentError, r'method="nested".*method="quantile"'),
        (
            rfm.Scorer(bins=4),
            "eleven",
            ArgumentError,
            r'made for 5 levels, and these scores have 4\. Use scheme="eight"',
        ),
        (rfm.Scorer(), "twelve", ArgumentError, r"scheme='twelve' is not known"),
        (rfm.Scorer(), {"all": {"r": 5}}, ArgumentError, r"cannot be used: 100 cells"),
    ],
)
def test_settings_that_cannot_work_are_refused_before_any_work(ten, scorer, scheme, error, message):
    if message != "fit" and isinstance(scorer, rfm.Scorer):
        scorer.fit(crm.summarize(ten))
    with pytest.raises(error, match=message):
        downgrades.downgrade_dates(object(), scorer=scorer, scheme=scheme)


def test_a_table_of_rules_is_a_scheme(make_table, ten):
    columns = as_columns(rfm.segment_rules("eleven"))
    want = as_columns(downgrades.downgrade_dates(ten, language="zh"))
    assert as_columns(downgrades.downgrade_dates(ten, scheme=make_table(columns), language="zh")) == want
    columns["label"] = [{"Lost": "Gone"}.get(word, word) for word in columns["label"]]
    got = as_columns(downgrades.downgrade_dates(ten, scheme=make_table(columns), language="zh"))
    for key, label in (("segment", "segment_label"), ("next_segment", "next_segment_label")):
        assert "lost" in want[key]
        renamed = ["Gone" if name == "lost" else word for name, word in zip(want[key], want[label], strict=True)]
        assert got[label] == renamed


def test_bad_calls_say_what_to_do(ten):
    with pytest.raises(ArgumentError, match="language='fr'"):
        downgrades.downgrade_dates(ten, language="fr")
    with pytest.raises(ColumnError, match=r"no column 'downgrade_date'[\s\S]*crmkit\.downgrades\.downgrade_dates"):
        downgrades.downgrade_calendar(rfm.segment(rfm.score(crm.summarize(ten)), scheme="eleven"))
    dates = downgrades.downgrade_dates(ten)
    with pytest.raises(ArgumentError, match="period='fortnight'"):
        downgrades.downgrade_calendar(dates, period="fortnight")
    with pytest.raises(ArgumentError, match=r"value=\['monetary'\] is not the name of a column.*value=\"monetary\""):
        downgrades.downgrade_calendar(dates, value=["monetary"])
    with pytest.raises(ColumnError, match="no column 'residual_clv'"):
        downgrades.downgrade_calendar(dates, value="residual_clv")
    with pytest.raises(ColumnError, match="no column"):
        downgrades.downgrade_dates({"id": ["a"], "spend": [1.0]})
    empty = crm.summarize(ten).head(0)
    with pytest.raises(DataError, match="no rows"):
        downgrades.downgrade_dates(empty)
