"""The scored list against tables worked out on paper and CDNOW's published figures, on every kind of table."""

from __future__ import annotations

import datetime as dt
import random
import subprocess
import sys
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

import crmkit as crm
from conftest import as_columns, small_table
from crmkit import labels, scoring
from crmkit._frame import batches, outputs
from crmkit.errors import ArgumentError, ColumnError, DataError, NoLifetimeValueWarning
from crmkit.scoring import Extras

COLUMNS = [
    "customer_id", "orders", "first_date", "last_date", "recency", "frequency", "monetary", "mean_order", "tenure",
    "x", "t_x", "T", "m_x", "current_value", "r_score", "f_score", "m_score", "rfm", "rfm_sum", "segment",
    "segment_label", "downgrade_date", "next_segment", "next_segment_label", "days_left", "tier",
    "tier_label", "stage", "stage_label",
    "pattern", "pattern_label", "expected_gap", "overdue", "ended",
]  # fmt: skip

# Worked out on paper (crmkit.datasets.load_ten_customers): fifths of two customers each; a score above 3 is high.
CODES = ["555", "155", "544", "414", "233", "443", "332", "322", "121", "211"]
EIGHT = ["important_value", "important_keep", "important_value", "important_develop", "general_win_back",
         "general_value", *["general_win_back"] * 4]  # fmt: skip
TEXTBOOK = ["important", "secondary", *["ordinary"] * 3, *["small"] * 5]


@pytest.fixture(scope="module")
def ten() -> dict[str, list[Any]]:
    frame = crm.datasets.load_ten_customers()
    return {name: frame[name].tolist() for name in frame.columns}


@pytest.fixture(scope="module")
def ten_listed(ten) -> dict[str, list[Any]]:
    """The list of the ten customers with every default."""
    return as_columns(crm.score_customers(ten), sort="customer_id")


@pytest.fixture(scope="module")
def cdnow_listed(cdnow) -> Any:
    """The list of CDNOW with every default."""
    return crm.score_customers(cdnow)


def test_ten_customers_as_worked_out_on_paper_on_every_kind_of_table(make_table, ten):
    scored = crm.score_customers(make_table(ten), scheme="eight")
    assert type(scored) is type(make_table(ten))
    found = as_columns(scored, sort="customer_id")
    assert list(found) == [*COLUMNS, *VALUE, "purchase_model", "quadrant", "quadrant_label"]
    assert found["customer_id"] == [f"C{number:02d}" for number in range(1, 11)]
    assert found["rfm"] == CODES
    assert found["segment"] == EIGHT
    assert found["tier"] == TEXTBOOK
    assert found["monetary"] == [5000, 3000, 500, 400, 300, 250, 200, 150, 120, 80]


VALUE = [
    "p_alive", "expected_purchases", "p_purchase", "discounted_purchases", "expected_spend", "residual_clv",
    "residual_clv_low", "residual_clv_high",
]  # fmt: skip


def test_the_list_carries_what_the_lifetime_models_say(make_table, ten):
    """The same figures as the models give when they are fitted by hand, and a longer horizon is worth more."""
    listed = as_columns(crm.score_customers(make_table(ten), horizon="26W", margin_rate=0.5), sort="customer_id")
    customers = crm.summarize(ten)
    purchases, spend = crm.clv.ParetoNBD().fit(customers), crm.clv.SpendMean().fit(ten)
    by_hand = crm.clv.lifetime_value(customers, purchases=purchases, spend=spend, horizon="26W", margin_rate=0.5)
    for name in VALUE:
        np.testing.assert_allclose(np.array(listed[name], dtype=float), by_hand[name], rtol=1e-12)
    longer = as_columns(crm.score_customers(make_table(ten), horizon="52W", margin_rate=0.5), sort="customer_id")
    assert all(near < far for near, far in zip(listed["residual_clv"], longer["residual_clv"], strict=True))


def test_the_list_joins_what_the_families_say(make_table, ten, ten_listed):
    """Quadrant, stage, pattern and downgrade dates are those of the families themselves, customer by customer."""
    listed = as_columns(crm.score_customers(make_table(ten)), sort="customer_id")
    matrix = as_columns(
        crm.segment.value_matrix({name: ten_listed[name] for name in ("current_value", "residual_clv")}).customers
    )
    assert listed["quadrant"] == matrix["quadrant"]
    stages = as_columns(crm.lifecycle.stages(ten), sort="customer_id")
    for name in ("stage", "pattern", "expected_gap", "overdue", "ended"):
        assert listed[name] == stages[name]
    dates = as_columns(crm.downgrades.downgrade_dates(crm.Transactions(ten)), sort="customer_id")
    assert [str(day)[:10] for day in listed["downgrade_date"]] == [str(day)[:10] for day in dates["downgrade_date"]]
    assert listed["next_segment"] == dates["next_segment"]
    assert listed["current_value"] == as_columns(crm.customers.recent_value(ten).customers)["current_value"]


def test_without_a_horizon_there_is_no_forecast(make_table, ten):
    assert list(as_columns(crm.score_customers(make_table(ten), horizon=None))) == COLUMNS


def test_customers_who_do_not_tell_their_value_get_none_and_the_reason(make_table):
    once = {"customer_id": ["a", "b"], "date": ["2025-01-01", "2025-01-09"], "amount": [5.0, 9.0]}
    with pytest.warns(NoLifetimeValueWarning, match="nobody bought again"):
        found = as_columns(crm.score_customers(make_table(once)))
    assert all(found[name] == [None, None] for name in VALUE)


def test_equal_spend_is_used_as_the_mean_and_said(make_table):
    alike = {"customer_id": ["a", "a", "b", "b", "c"], "amount": [5.0] * 5,
             "date": ["2025-01-01", "2025-02-01", "2025-01-09", "2025-03-01", "2025-01-02"]}  # fmt: skip
    with pytest.warns(NoLifetimeValueWarning, match="one mean spend"):
        found = as_columns(crm.score_customers(make_table(alike)))
    assert found["expected_spend"] == [5.0] * 3


def test_on_request_the_list_has_who_will_leave_and_who_is_to_be_looked_at(made_sales):
    """As the churn model and the watch-list say it; everyone else has no signal."""
    tx = crm.Transactions(small_table(made_sales))
    scored = as_columns(
        crm.score_customers(tx, horizon=None, extras=Extras(churn="60D", alerts_per_week=0.5)), sort="customer_id"
    )
    model = crm.churn.ChurnModel(horizon="60D").fit(tx)
    assert scored["p_churn"] == as_columns(model.score(tx), sort="customer_id")["p_churn"]
    watched = as_columns(crm.outreach.watch_list(tx, alerts_per_week=0.5).table)
    signals = dict(zip(watched["customer_id"], watched["signal"], strict=True))
    assert signals
    assert scored["signal"] == [signals.get(customer, "none") for customer in scored["customer_id"]]
    assert set(scored["signal_label"]) <= {labels.text(f"signal_{key}") for key in ("none", "overdue", "drop", "both")}


def test_signals_on_every_kind_of_table(make_table, made_sales):
    scored = as_columns(crm.score_customers(make_table(made_sales), horizon=None, extras=Extras(alerts_per_week=0.5),
                                            language="zh"),
                        sort="customer_id")  # fmt: skip
    plain = crm.score_customers(small_table(made_sales), horizon=None, extras=Extras(alerts_per_week=0.5))
    assert scored["signal"] == as_columns(plain, sort="customer_id")["signal"]
    assert "无信号" in scored["signal_label"]


@pytest.fixture(scope="module")
def made_sales():
    frame = crm.datasets.make_transactions(300, stories=["key_account"]).transactions
    return {name: frame[name].tolist() for name in ("customer_id", "date", "amount")}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (dict(churn="two months"), r"churn='two months' is not a duration"),
        (dict(churn="0D"), r"churn='0D' is less than a day\. Give one such as churn="),
        (dict(churn="400D"), r"400 days must fit in four times\. Give a shorter horizon, such as churn=\"\d+D\""),
        (dict(alerts_per_week=0), r"alerts_per_week=0 is not above 0"),
    ],
)
def test_what_the_models_of_leaving_cannot_use_is_refused_by_its_name_here(made_sales, settings, said):
    with pytest.raises((ArgumentError, DataError), match=said):
        crm.score_customers(small_table(made_sales), horizon=None, extras=Extras(**settings))


def test_the_callers_table_is_untouched(make_table, ten):
    table = make_table(ten)
    before = as_columns(table)
    crm.score_customers(table)
    assert as_columns(table) == before


def test_labels_are_in_the_language_and_keys_are_not(make_table, ten):
    found = as_columns(crm.score_customers(make_table(ten), language="zh"), sort="customer_id")
    assert found["tier"] == TEXTBOOK
    for column in ("segment", "tier"):
        assert found[f"{column}_label"] == labels.texts(found[column], "zh")
        assert all("\u4e00" <= label[0] <= "\u9fff" for label in found[f"{column}_label"])


def test_own_maps_name_themselves(make_table, ten):
    rules = {"warm": {"r": (3, 5)}, "cold": {"r": (1, 2)}}
    scored = crm.score_customers(make_table(ten), scheme=rules, tiers={"best": 0.1, "rest": 0.9})
    found = as_columns(scored, sort="customer_id")
    assert found["segment"] == found["segment_label"] == ["warm" if code[0] in "345" else "cold" for code in CODES]
    assert found["tier"] == found["tier_label"] == ["best", *["rest"] * 9]


def test_other_levels_and_tiers(ten):
    found = as_columns(crm.score_customers(ten, bins=2, scheme="eight", tiers="abc"), sort="customer_id")
    # Two levels are the two sides of the median: C01 to C10 as the eight groups by medians.
    assert found["rfm"] == ["222", "122", "222", "212", "112", "221", "121", "211", "111", "111"]
    assert found["segment"] == ["important_value", "important_keep", "important_value", "important_develop",
                                "important_win_back", "general_value", "general_keep", "general_develop",
                                "general_win_back", "general_win_back"]  # fmt: skip
    # C01 and C02 bring 80 % of 10,000; C03 to C06 the next 14.5 %, so C07 is still within 95 %.
    assert found["tier"] == ["A", "A", *["B"] * 5, *["C"] * 3]


def test_a_list_in_an_engine_and_in_a_file_has_plain_texts(ten, tmp_path):
    rules = {'it\'s "new"': {"r": (3, 5)}, "=old": {"r": (1, 2)}}
    tiers = {"gold's": 0.2, "=iron": 0.8}
    in_memory = crm.score_customers(ten, scheme=rules, tiers=tiers)
    texts = [name for name in in_memory.columns if in_memory[name].dtype.kind not in "ifbM"]
    rows = in_memory.sort_values("customer_id")[texts].values.tolist()
    with duckdb.connect() as connection:
        relation = connection.from_df(crm.datasets.load_ten_customers())
        listed = crm.score_customers(relation, scheme=rules, tiers=tiers)
        assert {str(kind) for name, kind in zip(listed.columns, listed.types, strict=True) if name in texts} == {
            "VARCHAR"
        }
        for ending in ("parquet", "csv"):
            outputs.write_table(listed, tmp_path / f"list.{ending}", order=["customer_id"])
        written = connection.read_parquet(str(tmp_path / "list.parquet"))
        assert written.types == listed.types
        assert as_rows(written.project(", ".join(texts)).fetchall()) == as_rows(rows)
    assert "'=iron" in (tmp_path / "list.csv").read_text()
    assert "'=old" in (tmp_path / "list.csv").read_text()


def test_a_list_from_file_to_file_in_the_engine_needs_no_pandas(cdnow, tmp_path):
    source, target = tmp_path / "sales.parquet", tmp_path / "list.parquet"
    outputs.write_table(cdnow, source)
    lines = (
        "import sys, crmkit as crm",
        "from crmkit._frame import outputs",
        f"listed = crm.score_customers(crm.read({str(source)!r}, into='duckdb'))",
        f"outputs.write_table(listed, {str(target)!r}, order=['customer_id'])",
        "crm.rfm.describe_segments(listed)",
        "assert 'pandas' not in sys.modules",
    )
    subprocess.run([sys.executable, "-c", "\n".join(lines)], check=True)
    assert duckdb.read_parquet(str(target)).shape[0] == len(set(cdnow["customer_id"]))


def test_a_list_of_many_customers_that_comes_out_in_pieces_is_the_same(cdnow, monkeypatch):
    at_once = duckdb.from_df(pd.DataFrame(cdnow))
    whole = crm.score_customers(at_once).order("customer_id").fetchall()
    monkeypatch.setattr(batches, "AT_ONCE", 0)
    assert crm.score_customers(at_once).order("customer_id").fetchall() == whole


@pytest.mark.parametrize(("bins", "scheme"), [(5, "eleven"), (3, "eight"), (12, "eight")])
def test_downgrades_looked_up_by_scores_are_those_of_each_day(cdnow, bins, scheme):
    relation = duckdb.from_df(pd.DataFrame(cdnow))
    found = as_columns(crm.score_customers(relation, bins=bins, scheme=scheme, horizon=None), sort="customer_id")
    scorer = crm.rfm.Scorer(bins=bins)
    summary = crm.summarize(cdnow)
    plain = crm.downgrades.downgrade_dates(summary, scorer=scorer.fit(summary), scheme=scheme)
    expected = as_columns(plain, sort="customer_id")
    assert len(set(expected["days_left"])) > 100
    for name in (
        "r_score",
        "rfm",
        "segment_label",
        "downgrade_date",
        "next_segment",
        "next_segment_label",
        "days_left",
    ):
        assert [str(one)[:10].removesuffix(".0") for one in found[name]] == [
            str(one)[:10].removesuffix(".0") for one in expected[name]
        ]


def as_rows(rows: Any) -> list[list[str | None]]:
    return [[None if value is None or value != value else str(value) for value in row] for row in rows]


def days_of(values: list[Any]) -> list[Any]:
    """Days as days: of midnight pandas makes a moment."""
    return [str(value)[:10] if isinstance(value, dt.date) else value for value in values]


def test_rows_in_any_order_give_the_same_list(make_table, ten, ten_listed):
    order = random.Random(7).sample(range(35), 35)
    shuffled = {name: [values[row] for row in order] for name, values in ten.items()}
    found = as_columns(crm.score_customers(make_table(shuffled)), sort="customer_id")
    assert {name: days_of(values) for name, values in found.items()} == {
        name: days_of(values) for name, values in ten_listed.items()
    }


def test_nothing_after_as_of_is_seen(ten, ten_listed):
    later = {name: [*values, values[0]] for name, values in ten.items()}
    later["date"][-1] = dt.datetime(2025, 2, 1)
    tx = crm.Transactions(later, as_of="2024-12-31")
    assert as_columns(crm.score_customers(tx), sort="customer_id") == ten_listed


def test_cdnow_reconciles_with_the_ledger_to_the_cent(cdnow, cdnow_listed):
    tx = crm.Transactions(cdnow)
    found = as_columns(cdnow_listed)
    used = {name: values[-1] for name, values in as_columns(tx.ledger).items()}
    assert (used["step"], used["customers"]) == ("used", len(found["customer_id"])) == ("used", 23_570)
    cents = sum(Decimal(str(amount)) for amount in cdnow["amount"])
    assert sum(Decimal(str(money)) for money in found["monetary"]) == cents == Decimal(str(used["amount"]))
    assert set(found["r_score"]) == {1, 2, 3, 4, 5}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"bins": 1}, "bins=1"),
        ({"bins": 7}, 'made for bins=5.*scheme="eight"'),
        ({"scheme": "twelve"}, "scheme='twelve'.*'eight', 'eleven'"),
        ({"scheme": {"best": {"r": 5}}}, "in no segment"),
        ({"tiers": "oval"}, "tiers='oval'.*'curry'"),
        ({"tiers": {"best": 0.1, "rest": 0.8}}, "add up to 0.9"),
        ({"language": "fr"}, "language='fr'"),
    ],
)
def test_a_wrong_setting_is_refused_before_any_row_is_read(settings, said):
    with pytest.raises(ArgumentError, match=said):
        crm.score_customers("no table at all", **settings)


def test_a_lazy_table_is_computed_once():
    connection = duckdb.connect()
    kept = outputs.keep(connection.sql("SELECT random() AS dice FROM range(3)"))
    assert isinstance(kept, duckdb.DuckDBPyRelation)
    assert kept.fetchall() == kept.fetchall()
    assert kept.filter("dice >= 0").fetchall() == kept.fetchall()


# --- the headline -------------------------------------------------------------------------------------------------


def test_headline_of_ten_customers(make_table, ten):
    found = scoring.headline(crm.score_customers(make_table(ten), scheme="eight"))
    assert (found.customers, found.orders, found.revenue) == (10, 35, 10_000.0)
    assert (found.first_date, found.last_date) == (dt.date(2024, 1, 10), dt.date(2024, 12, 31))
    assert found.as_of == dt.date(2024, 12, 31)
    assert (found.n_top, found.top_share) == (2, 0.8)
    assert (found.n_reach, found.reach_share) == (2, 0.2)
    segments = as_columns(found.segments)
    assert segments["segment"][:2] == ["important_value", "important_keep"]
    assert segments["value"] == [5500.0, 3000.0, 850.0, 400.0, 250.0]
    assert segments["value_share"] == pytest.approx([0.55, 0.3, 0.085, 0.04, 0.025])
    assert segments["customers"] == [2, 1, 5, 1, 1]


def test_headline_says_where_the_past_ends_when_nobody_bought_that_day(ten):
    tx = crm.Transactions(ten, as_of="2025-03-01")
    assert scoring.headline(crm.score_customers(tx)).as_of == dt.date(2025, 3, 1)


def test_headline_of_cdnow(cdnow_listed):
    found = scoring.headline(cdnow_listed)
    assert (found.customers, round(found.revenue, 2)) == (23_570, 2_500_315.63)
    assert found.top_share == pytest.approx(0.68, abs=0.005)
    assert found.reach_share == pytest.approx(0.33, abs=0.005)
    assert dict(found.lines())["customers"] == "23,570"


def test_headline_in_chinese(ten):
    found = scoring.headline(crm.score_customers(ten), language="zh")
    english, chinese = found.lines("en"), found.lines("zh")
    assert [figure for _, figure in english] == [figure for _, figure in chinese]
    assert all("\u4e00" <= label[0] <= "\u9fff" for label, _ in chinese)
    assert as_columns(found.segments)["segment_label"] == labels.texts(as_columns(found.segments)["segment"], "zh")


def test_headline_needs_a_scored_list(ten):
    with pytest.raises(ColumnError, match=r"no column 'segment'[\s\S]*score_customers"):
        scoring.headline(crm.summarize(ten))


def test_headline_of_more_refunds_than_purchases():
    sales = {"customer_id": ["a", "a"], "date": ["2025-01-01", "2025-01-02"], "amount": [5.0, -9.0]}
    scored = crm.score_customers(sales, horizon=None)
    with pytest.raises(DataError, match="-4"):
        scoring.headline(scored)


def test_the_next_product_is_that_of_the_recommendations(make_table):
    sales = {"customer_id": ["a", "a", "b", "b", "c"], "amount": [1.0, 2.0, 3.0, 4.0, 5.0],
             "product": ["tea", "tea", "pot", "cup", "cup"],
             "date": ["2025-01-01", "2025-02-01", "2025-01-05", "2025-03-01", "2025-03-02"]}  # fmt: skip
    listed = as_columns(
        crm.score_customers(make_table(sales), horizon=None, extras=Extras(next_product=True)), sort="customer_id"
    )
    first = as_columns(crm.basket.recommend(sales, n=1).table, sort="customer_id")
    assert listed["next_product"] == first["item"]
    assert listed["next_product_kind"] == first["kind"]
    told = crm.explain(crm.Transactions(sales), "a", next_product=True)
    assert told.next_product == ("tea", "repeat")
    assert "Likeliest next product: tea (bought before)" in str(told)
    assert "最可能的下一件商品：tea（买过的）" in told.text("zh")
