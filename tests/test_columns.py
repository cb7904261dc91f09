"""Columns that no other test names, each against a hand calculation or scipy; and that no column is left unnamed."""

from __future__ import annotations

import importlib
import inspect
import math
import pkgutil
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

import crmkit as crm
from conftest import as_columns
from crmkit import labels
from crmkit._reading import heading

TESTS = Path(__file__).parent


def wilson(k: int, n: int, level: float = 0.95) -> list[float]:
    return list(stats.binomtest(k, n).proportion_ci(level, method="wilson"))


def row(table: Any, at: int = 0) -> dict[str, Any]:
    return {name: values[at] for name, values in as_columns(table).items()}


# --- survival and repeat purchase ------------------------------------------------------------------------------------


def test_the_life_table_counts_events_censored_and_hazard_by_hand():
    found = crm.survival.kaplan_meier({"days": [10, 20, 20, 30], "event": [1, 1, 0, 0]}, time="days")
    table = as_columns(found.table)
    assert table["n_at_risk"] == [4, 4, 3, 1]
    assert table["n_events"] == [0, 1, 1, 0]
    assert table["n_censored"] == [0, 0, 1, 1]
    assert table["hazard"] == pytest.approx([0, 1 / 4, 1 / 3, 0], abs=1e-15)
    summary = row(found.summary)
    # 10 days of everybody, 10 of three quarters, 10 of a half
    assert summary["mean_days"] == pytest.approx(10 + 7.5 + 5, rel=1e-12)
    assert summary["until_days"] == 30


def test_repeat_rates_have_wilson_intervals():
    days = {"a": [1, 9, 40], "b": [3, 4], "c": [5, 33], "d": [6]}
    start = np.datetime64("2025-01-01") - 1
    sales = {
        "customer_id": [who for who, own in days.items() for _ in own],
        "date": [str(start + day) for own in days.values() for day in own],
        "amount": [1.0] * 8,
    }
    found = row(crm.survival.repeat_rates(crm.Transactions(sales, as_of="2025-03-31"), level=0.9))
    assert (found["repeated"], found["came_back"], found["customers"]) == (2, 2, 4)
    assert [found["repeat_low"], found["repeat_high"]] == pytest.approx(wilson(2, 4, 0.9), rel=1e-12)
    assert [found["next_low"], found["next_high"]] == pytest.approx(wilson(2, 4, 0.9), rel=1e-12)


# --- contracts, movements --------------------------------------------------------------------------------------------


def test_renewal_rates_have_wilson_intervals():
    contracts = {
        "customer_id": ["a", "b", "b", "c"],
        "start_date": ["2025-01-01", "2025-01-15", "2025-03-01", "2025-02-01"],
        "end_date": [None, "2025-02-28", None, "2025-02-28"],
    }
    found = crm.retention.contract_rates(contracts, as_of="2025-03-31")
    february = row(found.renewals, 1)
    assert (february["due"], february["renewed"]) == (2, 1)
    assert [february["renewal_low"], february["renewal_high"]] == pytest.approx(wilson(1, 2), rel=1e-12)


# --- whom to contact -------------------------------------------------------------------------------------------------


def test_the_curve_of_a_campaign_adds_up_the_best_first():
    p = [0.1, 0.9, 0.5, 0.7]
    found = crm.outreach.campaign(
        {"customer_id": list("abcd"), "p_churn": p}, contact_cost=2, value=50, save_rate=0.1, incentive=5
    )
    profit = [0.1 * chance * (50 - 5) - (1 - chance) * 5 - 2 for chance in p]
    assert as_columns(found.customers)["expected_profit"] == pytest.approx(profit, rel=1e-12)
    best = sorted(zip(profit, p, strict=True), reverse=True)
    curve = as_columns(found.curve)
    assert curve["contacted"] == [1, 2, 3, 4]
    assert curve["contacted_share"] == [0.25, 0.5, 0.75, 1.0]
    assert curve["lowest_p_churn"] == [0.9, 0.7, 0.5, 0.1] == [chance for _, chance in best]
    assert curve["profit"] == pytest.approx(np.cumsum([money for money, _ in best]), rel=1e-12)


def test_key_accounts_are_told_apart_from_their_own_noise():
    """A drop beyond the noise is one of more than 2 x sqrt(2) standard deviations of the account's own windows."""
    monthly = [100.0, 120, 80, 110, 90, 100, 120, 80, 110, 90, 100, 100]
    spread = float(np.std(monthly[1:-1], ddof=1))
    for drop, verdict in (
        (2 * math.sqrt(2) * spread - 0.5, "within_noise"),
        (2 * math.sqrt(2) * spread + 0.5, "beyond_noise"),
    ):
        days = [str(np.datetime64("2025-12-30") - 30 * back) for back in range(11, -1, -1)]
        spends = [*monthly[:-1], monthly[-2] - drop]
        spread_told = row(_watched(days, spends))
        assert spread_told["noise"] == pytest.approx(spread, rel=1e-12)
        assert spread_told["verdict"] == verdict


def _watched(days: list[str], spends: list[float]) -> Any:
    sales = {"customer_id": ["big"] * len(days), "date": days, "amount": spends}
    tx = crm.Transactions(sales, as_of="2025-12-30")
    return crm.pyramid.watch_accounts(tx, window="30D", baseline="30D", drop=0.01, share=0.1)


# --- the back-test ---------------------------------------------------------------------------------------------------


def test_rivals_of_the_segments_bring_what_a_hand_count_says():
    """Three customers at the origin; the segment is made so that recency contacts them in another order."""
    rows = [("a", "2025-01-01", 10), ("b", "2025-01-05", 10), ("c", "2025-01-09", 10),
            ("a", "2025-02-01", 60), ("b", "2025-02-03", 30)]  # fmt: skip
    sales = {"customer_id": [r[0] for r in rows], "date": [r[1] for r in rows], "amount": [float(r[2]) for r in rows]}

    def by_name(tx: Any) -> Any:
        return {"customer_id": ["a", "b", "c"], "segment": ["first", "second", "third"]}

    found = crm.backtest(
        crm.Transactions(sales, as_of="2025-02-28"), by_name, horizon="40D", origins=["2025-01-15"],
        order=["first", "second", "third"],
    )  # fmt: skip
    gain = as_columns(found.gain)
    assert gain["rebuyers"] == [1, 2, 2]
    assert gain["rebuyer_share"] == [0.5, 1, 1]
    assert gain["recency_rebuyers"] == [0, 1, 2]
    assert gain["recency_revenue"] == [0, 30, 90]
    assert gain["random_revenue"] == pytest.approx([30, 60, 90], rel=1e-12)
    assert gain["revenue_lift_over_recency"][1:] == pytest.approx([3, 1], rel=1e-12)
    assert gain["revenue_lift_over_random"] == pytest.approx([2, 1.5, 1], rel=1e-12)
    lift = as_columns(found.lift)
    assert (lift["lowest_lift"][-1], lift["highest_lift"][-1]) == (1.0, 1.0)


def test_the_lowest_and_highest_lift_are_those_of_single_origins(cdnow_sample):
    found = crm.backtest(cdnow_sample, horizon="90D", origins=["1997-09-30", "1998-01-31"])
    each = [as_columns(crm.backtest(cdnow_sample, horizon="90D", origins=[origin]).lift)["lift_over_recency"]
            for origin in ("1997-09-30", "1998-01-31")]  # fmt: skip
    lift = as_columns(found.lift)
    assert lift["lowest_lift"] == pytest.approx(np.min(each, axis=0), rel=1e-9)
    assert lift["highest_lift"] == pytest.approx(np.max(each, axis=0), rel=1e-9)


def test_tenths_by_value_stand_beside_what_came_whatever_the_order_of_equals():
    customers = {"residual_clv": [5.0, 1.0, 1.0, 1.0, 3.0, 1.0], "came": [6.0, 0.0, 8.0, 2.0, 1.0, 2.0]}
    found = as_columns(crm.clv.value_by_decile(customers, actual="came", n_groups=3))
    assert found["decile"] == [1, 2, 3]
    assert found["customers"] == [2, 2, 2]
    assert found["mean_actual"] == pytest.approx([3.5, 3.0, 3.0], rel=1e-12)  # four equals share their 12
    turned = {name: values[::-1] for name, values in customers.items()}
    assert as_columns(crm.clv.value_by_decile(turned, actual="came", n_groups=3)) == found


# --- surveys and choices ---------------------------------------------------------------------------------------------


def test_gaps_of_satisfaction_have_students_and_wilsons_intervals():
    hoped, got = [5.0, 4, 3, 5, 2], [4.0, 4, 5, 3, 1]
    found = row(crm.loyalty.satisfaction({"hoped": hoped, "got": got}, expected="hoped", perceived="got").items)
    gap = np.subtract(got, hoped)
    expected = stats.t.interval(0.95, len(gap) - 1, gap.mean(), stats.sem(gap))
    assert [found["gap_low"], found["gap_high"]] == pytest.approx(expected, rel=1e-12)
    assert [found["satisfied_low"], found["satisfied_high"]] == pytest.approx(wilson(2, 5), rel=1e-12)


def test_weights_of_satisfaction_have_the_intervals_of_least_squares():
    survey = {"price": [1, 2, 3, 4, 5, 3, 2, 4], "staff": [5, 3, 4, 4, 5, 1, 2, 3], "overall": [2, 2, 3, 4, 5, 2, 2, 4]}
    found = as_columns(crm.loyalty.drivers(survey, items=["price", "staff"], overall="overall").table)
    y = stats.zscore(np.array(survey["overall"], dtype=float), ddof=1)
    x = np.stack([stats.zscore(np.array(survey[name], dtype=float), ddof=1) for name in ("price", "staff")], axis=1)
    beta = np.linalg.solve(x.T @ x, x.T @ y)
    free = len(y) - 3
    se = np.sqrt(np.diag(np.linalg.inv(x.T @ x)) * ((y - x @ beta) ** 2).sum() / free)
    half = stats.t.ppf(0.975, free) * se
    assert found["weight"] == pytest.approx(beta, rel=1e-9)
    assert found["weight_low"] == pytest.approx(beta - half, rel=1e-9)
    assert found["weight_high"] == pytest.approx(beta + half, rel=1e-9)


def test_response_bias_names_its_three_weightings():
    customers = {"customer_id": range(8), "tier": ["gold"] * 2 + ["iron"] * 6, "monetary": [90.0] * 2 + [10.0] * 6}
    found = as_columns(
        crm.loyalty.response_bias({"customer_id": [0, 2, 3, 4], "nps": [2, 10, 9, 10]}, customers).scores
    )
    nps = dict(zip(found["weighting"], found["nps"], strict=True))
    # gold says -1, iron +1: by customers 2 to 6, by money 180 to 60
    assert nps == pytest.approx({"respondents": 0.5, "customers": 0.5, "value": -0.5}, rel=1e-12)


def test_complaints_in_time_and_open_have_known_intervals():
    sales = {"customer_id": [1, 1, 2, 2, 3], "amount": [5.0] * 5,
             "date": ["2025-01-01", "2025-02-01", "2025-01-02", "2025-03-01", "2025-04-01"]}  # fmt: skip
    desk = {"customer_id": [1, 2], "channel": ["phone", "mail"], "opened": ["2025-01-03 10:00", "2025-01-05 09:00"],
            "answered": ["2025-01-03 18:00", "2025-01-09 09:00"], "closed": ["2025-01-04 10:00", None]}  # fmt: skip
    found = crm.loyalty.complaints(desk, sales, promise={"phone": "24H", "mail": "48H"})
    overall = row(found.table)
    assert [overall["in_time_low"], overall["in_time_high"]] == pytest.approx(wilson(1, 2), rel=1e-12)
    closing = as_columns(found.closing)
    durations = {"days": [1.0, 86.0], "event": [1, 0]}
    curve = as_columns(crm.survival.kaplan_meier(durations, time="days").table)
    assert closing["open_share"][:2] == pytest.approx(curve["survival"][:2], rel=1e-12)
    assert closing["open_low"][:2] == pytest.approx(curve["survival_low"][:2], abs=1e-12)
    assert closing["open_high"][:2] == pytest.approx(curve["survival_high"][:2], rel=1e-12)


def test_a_better_rating_raises_the_share_by_the_derivative_of_the_logit():
    survey = {"customer_id": [1, 1, 2, 2, 3, 3, 4, 4], "brand": ["A", "B"] * 4,
              "chosen": [1, 0, 0, 1, 1, 0, 1, 0], "quality": [5, 3, 4, 4, 2, 3, 5, 4]}  # fmt: skip
    found = row(crm.equity.drivers(survey, drivers=["quality"]).table)
    beta = found["coefficient"]
    ahead = np.array([2, 0, -1, 1])  # quality of A less that of B
    p = 1 / (1 + np.exp(-beta * ahead))
    assert found["share_effect"] == pytest.approx(beta * (p * (1 - p)).mean(), rel=1e-9)


# --- lenses, baskets, brands, churn ----------------------------------------------------------------------------------


def test_the_audit_shares_profit_among_tenths_and_follows_customers_on():
    sales = {"customer_id": ["a", "a", "a", "b", "b", "c"],
             "date": ["2024-01-05", "2024-02-05", "2025-07-05", "2024-01-06", "2025-08-05", "2024-01-07"],
             "amount": [100.0, 100, 100, 50, 50, 100]}  # fmt: skip
    tx = crm.Transactions(sales, as_of="2025-12-31")
    audit = crm.customer_base_audit(tx, period="year", margin_rate=0.5)
    distribution = as_columns(audit.distribution)
    shares = [share for share, n in zip(distribution["profit_share"], distribution["customers"], strict=True) if n]
    assert sorted(shares, reverse=True) == pytest.approx([2 / 3, 1 / 3], rel=1e-12)  # of the last year
    reached = as_columns(audit.reached)
    assert reached["went_on"][:3] == pytest.approx([2 / 3, 1 / 2, 0], abs=1e-12)
    cohorts = as_columns(audit.cohorts)
    assert cohorts["cumulative_profit"][-1] == pytest.approx(500 * 0.5 / 3, rel=1e-12)


def test_rules_list_the_items_of_their_left_side():
    sales = {"customer_id": [1, 1, 1, 2, 2, 2, 3, 3, 4], "order_id": [1, 1, 1, 2, 2, 2, 3, 3, 4],
             "product": ["tea", "cup", "milk", "tea", "cup", "milk", "tea", "cup", "milk"],
             "date": ["2025-01-05"] * 9, "amount": [1.0] * 9}  # fmt: skip
    found = as_columns(crm.basket.rules(sales, min_orders=2, min_confidence=1).table)
    split = list(zip(found["antecedent"], found["antecedent_1"], found["antecedent_2"], strict=True))
    assert split == [
        ("cup", "cup", None),
        ("cup + milk", "cup", "milk"),
        ("milk + tea", "milk", "tea"),
        ("tea", "tea", None),
    ]


def test_the_dirichlet_repeats_what_was_observed():
    quarter = {"brand": ["A", "B"], "share": [0.25, 0.19], "penetration": [0.20, 0.17]}
    found = crm.wallet.dirichlet(quarter, penetration=0.56, purchases_per_buyer=2.6, S=1.3)
    assert as_columns(found.table)["penetration_observed"] == [0.20, 0.17]


def test_the_recommended_chance_of_churn_is_one_of_the_predictors(cdnow_sample):
    model = crm.churn.ChurnModel().fit(cdnow_sample)
    scored = as_columns(model.score(cdnow_sample))
    by_name = {name: scored[f"p_{name}"] for name in ("boosting", "lifetime_model", "mean_of_both", "recency_only")}
    assert scored["p_churn"] == by_name[model.recommended_]
    # recency alone: customers of one recency have one chance
    recency = dict(
        zip(*(as_columns(crm.summarize(cdnow_sample))[name] for name in ("customer_id", "recency")), strict=True)
    )
    chances: dict[int, set[float]] = {}
    for who, p in zip(scored["customer_id"], scored["p_recency_only"], strict=True):
        chances.setdefault(recency[who], set()).add(p)
    assert {len(each) for each in chances.values()} == {1}
    assert len({p for each in chances.values() for p in each}) > 5
    assert min(scored["p_lifetime_model"]) >= 0


def test_a_way_by_an_addition_has_the_label_of_the_segment_it_leads_to(cdnow_sample):
    found = as_columns(crm.explanation.upgrade_paths(cdnow_sample, language="zh"))
    pairs = {(key, label) for key, label in zip(found["add_to"], found["add_to_label"], strict=True) if key is not None}
    assert pairs
    assert all(label == crm.labels.segment(key, "zh") for key, label in pairs)


def test_false_alerts_have_a_wilson_interval(cdnow_sample):
    choices = as_columns(crm.outreach.watch_list(cdnow_sample, horizon="60D").choices)
    judged = [at for at, n in enumerate(choices["judged"]) if n]
    assert judged
    for at in judged:
        expected = wilson(choices["false_alerts"][at], choices["judged"][at])
        assert [choices["false_alert_low"][at], choices["false_alert_high"][at]] == pytest.approx(expected, rel=1e-9)


def test_a_clusterer_keeps_what_it_found_of_the_structure():
    two = {
        "frequency": [1, 2, 1, 2, 1, 2, 30, 31, 30, 31, 30, 31],
        "monetary": [1.0, 2, 2, 1, 1, 2, 90, 91, 91, 90, 90, 91],
    }
    clusterer = crm.segment.Clusterer(columns=["frequency", "monetary"], n_clusters=2).fit(two)
    assert clusterer.structure_ == crm.segment.cluster(two, columns=["frequency", "monetary"], n_clusters=2).structure


# --- the rules --------------------------------------------------------------------------------------------------------


def test_approx_tells_small_numbers_apart():
    assert pytest.approx(2e-14) != 1e-14
    assert pytest.approx([1e-13]) != [0.0]
    assert pytest.approx(0.0, abs=1e-12) == 1e-13


def public_things() -> list[tuple[str, Any]]:
    names = [part.name for part in pkgutil.iter_modules(crm.__path__) if not part.name.startswith("_")]
    modules = [
        crm,
        *(importlib.import_module(f"crmkit.{name}") for name in names if name not in {"cli", "labels", "plotting"}),
    ]
    found = [
        (f"{module.__name__}.{name}", getattr(module, name))
        for module in modules
        for name in getattr(module, "__all__", ())
    ]
    methods = [
        (f"{name}.{attribute}", value)
        for name, thing in found
        if inspect.isclass(thing)
        for attribute, value in vars(thing).items()
        if not attribute.startswith("_") and callable(value)
    ]
    return found + methods


def documented_columns(thing: Any) -> set[str]:
    """What the Returns and Attributes of a docstring put into single backticks."""
    sections = re.split(r"\n(?=\w[\w ]*\n-+\n)", inspect.getdoc(thing) or "")
    told = [part for part in sections if re.match(r"(Returns|Attributes)\n-", part)]
    return {name for part in told for name in re.findall(r"(?<!`)`([a-z][a-z0-9_]*)`", part)}


def test_every_column_that_a_docstring_promises_is_named_by_a_test():
    words = {word for path in TESTS.rglob("*.py") for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))}
    named = {name: sorted(documented_columns(thing) - words) for name, thing in public_things()}
    assert {name: missing for name, missing in named.items() if missing} == {}


# Named beside columns and no columns: parts of results, what a function takes, texts of a document.
NO_COLUMNS = re.compile(r"\w+_|n|x|t_x|m_x|aic|bic|auc|alive")


def other_names() -> set[str]:
    """What public things are called and take: attributes, methods, parameters."""
    found = public_things()
    owners = {name.rpartition(".")[2] for name, _ in found}
    functions = [thing for _, thing in found if inspect.isfunction(thing)]
    classes = [thing for _, thing in found if inspect.isclass(thing)]
    taken = {one for each in functions for one in inspect.signature(each).parameters}
    parts = {one for each in classes for one in (*dir(each), *getattr(each, "__annotations__", ()))}
    return owners | taken | parts


def test_every_column_has_a_heading_in_chinese():
    others = other_names()
    bare = {
        name: [
            column
            for column in sorted(documented_columns(thing) - others)
            if not NO_COLUMNS.fullmatch(column) and not re.search("[\u4e00-\u9fff]", heading(column, "zh"))
        ]
        for name, thing in public_things()
    }
    assert {name: columns for name, columns in bare.items() if columns} == {}


def test_a_column_of_the_users_that_is_called_as_a_sentence_keeps_its_name():
    assert "{" in labels.text("plot_gini", "zh")
    assert [heading("plot_gini", language) for language in labels.LANGUAGES] == ["plot_gini"] * 2
