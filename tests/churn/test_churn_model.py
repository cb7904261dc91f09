"""The churn model: no leakage, held-out calibration on CDNOW, figures against scikit-learn, and its laws."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import crmkit as crm
from conftest import as_columns, examples
from crmkit import _checks
from crmkit.churn import _judged
from crmkit.churn._features import FEATURES, snapshot, stayed_away
from crmkit.errors import ArgumentError, DataError, NotFittedError

metrics = pytest.importorskip("sklearn.metrics")

# --- what is known on a day -----------------------------------------------------------------------------------------

SALES = {
    "customer_id": ["a", "a", "a", "a", "b", "b", "c"],
    "date": ["2024-01-01", "2024-02-01", "2024-02-01", "2024-06-01", "2024-05-01", "2024-05-05", "2024-06-20"],
    "amount": [10.0, 20.0, 5.0, 40.0, 7.0, -7.0, 9.0],
}


def test_the_features_of_three_customers_by_hand(make_table):
    """On 10 June c is not there yet; b's refund is no visit."""
    seen = snapshot(crm.Transactions(make_table(SALES)), dt.date(2024, 6, 10))
    assert seen.customer_id.tolist() == ["a", "b"]
    a, b = (dict(zip(FEATURES, row.tolist(), strict=True)) for row in seen.features)
    assert (a["recency"], a["x"], a["mean_gap"], a["tenure"]) == (9, 2, 76, 161)
    assert a["quiet_gaps"] == pytest.approx(9 / 76)
    assert (a["days_30"], a["days_90"], a["days_365"]) == (1, 1, 3)
    assert (a["mean_spend"], a["spend_90"], a["spend_365"]) == (25, 40, 75)
    assert (b["recency"], b["x"], b["mean_spend"], b["spend_90"]) == (40, 0, 0, 0)
    assert np.isnan(b["mean_gap"])


def test_the_outcome_is_that_of_the_days_after(make_table):
    tx = crm.Transactions(make_table(SALES))
    seen = snapshot(tx, dt.date(2024, 5, 10))
    assert stayed_away(tx, seen, 30).tolist() == [False, True]  # a bought on 1 June
    assert stayed_away(tx, seen, 20).tolist() == [True, True]


def test_nothing_after_the_day_is_in_the_features(cdnow):
    """The features of the whole data on a past day are those of data that end on that day."""
    day = dt.date(1997, 9, 30)
    kept = [row for row, date in enumerate(cdnow["date"]) if date.date() <= day]
    earlier = {name: [column[row] for row in kept] for name, column in cdnow.items()}
    seen, alone = (snapshot(crm.Transactions(sales), day) for sales in (cdnow, earlier))
    assert seen.customer_id.tolist() == alone.customer_id.tolist()
    assert np.array_equal(seen.features, alone.features, equal_nan=True)


# --- judging --------------------------------------------------------------------------------------------------------

predictions = st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.5, 0.5, 0.8]), st.booleans()), min_size=4, max_size=60)


@settings(deadline=None, max_examples=examples(40))
@given(listed=predictions)
def test_scores_of_predictions_are_those_of_scikit_learn(listed):
    p, happened = np.array([p for p, _ in listed]), np.array([h for _, h in listed])
    assert _judged.log_loss(p, happened) == pytest.approx(metrics.log_loss(happened, p, labels=[False, True]))
    assert _judged.brier(p, happened) == pytest.approx(np.mean((p - happened) ** 2))
    if happened.any() and not happened.all():
        assert _judged.area(p, happened) == pytest.approx(metrics.roc_auc_score(happened, p))
    caught = _judged.gain(p, happened, np.linspace(0, 1, 11))
    assert caught[0] == 0
    assert caught[-1] == pytest.approx(1 if happened.any() else 0)
    mirrored = _judged.gain(p[::-1], happened[::-1], np.linspace(0, 1, 11))
    assert caught == pytest.approx(mirrored, abs=1e-12)


def test_gain_by_hand():
    """Two of ten are at 0.9 and both left, four at 0.5 of whom one left: the first two tenths catch two of three."""
    p = np.array([0.9] * 2 + [0.5] * 4 + [0.1] * 4)
    left = np.array([True, True, True, False, False, False] + [False] * 4)
    assert _judged.gain(p, left, np.array([0.1, 0.2, 0.4, 1.0])) == pytest.approx([1 / 3, 2 / 3, 2 / 3 + 1 / 6, 1])


def test_calibration_by_hand():
    found = _judged.calibration(np.array([0.2] * 5 + [0.6] * 5), np.array([True] + [False] * 4 + [True] * 5))
    assert found["customers"].tolist() == [5, 5]
    assert found["predicted"] == pytest.approx([0.2, 0.6])
    assert found["observed"] == pytest.approx([0.2, 1.0])


# --- the model ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fitted(cdnow):
    return crm.churn.ChurnModel(horizon="90D").fit(crm.Transactions(cdnow))


@pytest.fixture(scope="module")
def of_sample(cdnow_sample):
    return crm.churn.ChurnModel(horizon="60D").fit(crm.Transactions(cdnow_sample))


def test_probabilities_are_calibrated_on_held_out_time(fitted):
    """Expected calibration error under 0.03 on CDNOW; the recommended predictor has the lowest log-loss."""
    table = as_columns(fitted.validation_.table)
    error = dict(zip(table["predictor"], table["calibration_error"], strict=True))
    assert error["boosting"] < 0.03
    assert error["lifetime_model"] < 0.03
    assert table["mean_log_loss"] == sorted(table["mean_log_loss"])
    assert fitted.recommended_ == table["predictor"][0]
    loss = dict(zip(table["predictor"], table["log_loss"], strict=True))
    assert loss["boosting"] < loss["recency_only"]
    assert loss["lifetime_model"] == pytest.approx(0.3013, abs=5e-4)


def test_the_held_out_figures_can_be_had_again_by_hand(fitted, cdnow):
    """The lifetime model's log-loss, from the public functions and a count of who came back."""
    pd = pytest.importorskip("pandas")
    tx = crm.Transactions(cdnow)
    past = tx.until(fitted.validation_.origin)
    assert tx.as_of - past.as_of == dt.timedelta(days=90)
    customers = crm.summarize(past)
    p = 1 - crm.clv.ParetoNBD().fit(customers).p_purchase(customers, horizon=90)
    rows = pd.DataFrame(cdnow)
    back = set(rows.loc[rows["date"] > str(past.as_of), "customer_id"])
    away = np.array([who not in back for who in np.asarray(customers["customer_id"])])
    table = as_columns(fitted.validation_.table)
    at = table["predictor"].index("lifetime_model")
    assert table["log_loss"][at] == pytest.approx(metrics.log_loss(away, p), rel=1e-9)
    assert table["auc"][at] == pytest.approx(metrics.roc_auc_score(away, p), rel=1e-9)
    assert fitted.validation_.churned == away.sum()


def test_the_recommended_predictor_is_the_best_on_the_mean_of_two_horizons(fitted, of_sample, cdnow_sample):
    """The second trial is what the same model, fitted a horizon earlier, has as its latest one."""
    assert fitted.validation_.origins == (dt.date(1998, 4, 1), dt.date(1998, 1, 1))
    latest, earlier = of_sample.validation_.origins
    before = crm.churn.ChurnModel(horizon="60D").fit(crm.Transactions(cdnow_sample).until(latest))
    assert before.validation_.origins[0] == earlier
    now, then, mean = (
        dict(zip(table["predictor"], table[name], strict=True))
        for table, name in (
            (as_columns(of_sample.validation_.table), "log_loss"),
            (as_columns(before.validation_.table), "log_loss"),
            (as_columns(of_sample.validation_.table), "mean_log_loss"),
        )
    )
    assert mean == pytest.approx({name: (now[name] + then[name]) / 2 for name in now}, rel=1e-9)
    of_cdnow = as_columns(fitted.validation_.table)
    whole = dict(zip(of_cdnow["predictor"], of_cdnow["mean_log_loss"], strict=True))
    assert whole["mean_of_both"] < min(whole["boosting"], whole["lifetime_model"])


def test_the_mean_of_both_is_that_of_the_columns_and_bins_have_intervals(fitted, cdnow):
    scored = as_columns(fitted.score(crm.Transactions(cdnow)))
    both = np.mean([scored["p_boosting"], scored["p_lifetime_model"]], axis=0)
    assert scored["p_mean_of_both"] == pytest.approx(both, rel=1e-12)
    bins = as_columns(fitted.validation_.calibration)
    for n, share, low, high in zip(
        *(bins[name] for name in ("customers", "observed", "observed_low", "observed_high")), strict=True
    ):
        told = stats.binomtest(round(share * n), n).proportion_ci(method="wilson")
        assert (low, high) == pytest.approx((told.low, told.high), rel=1e-9)


def test_names_and_order_of_rows_change_no_probability(of_sample, cdnow_sample):
    shuffled = np.random.default_rng(1).permutation(len(cdnow_sample["date"]))
    renamed = {name: [column[row] for row in shuffled] for name, column in cdnow_sample.items()}
    renamed["customer_id"] = [f"x{(who * 7919) % 999_983}" for who in renamed["customer_id"]]
    again = crm.churn.ChurnModel(horizon="60D").fit(crm.Transactions(renamed))
    ours = as_columns(of_sample.score(crm.Transactions(cdnow_sample)))
    theirs = as_columns(again.score(crm.Transactions(renamed)))
    there = dict(zip(theirs["customer_id"], theirs["p_boosting"], strict=True))
    for who, p in zip(ours["customer_id"], ours["p_boosting"], strict=True):
        assert there[f"x{(who * 7919) % 999_983}"] == pytest.approx(p, abs=1e-12)


def test_every_table_kind_gives_its_own_kind_and_the_same(make_table, cdnow_sample):
    table = make_table(cdnow_sample)
    model = crm.churn.ChurnModel(horizon="90D").fit(table)
    scored = as_columns(model.score(table), sort="customer_id")
    assert type(model.validation_.table) is type(table)
    assert len(scored["customer_id"]) == 2357
    assert scored["p_churn"] == scored[f"p_{model.recommended_}"]
    assert sum(scored["p_boosting"]) == pytest.approx(KNOWN.setdefault("sum", sum(scored["p_boosting"])), abs=1e-6)


KNOWN: dict[str, float] = {}  # the first kind's figure, which the others must give too


def test_reasons_add_up_to_words_about_the_customer(fitted, cdnow):
    tx = crm.Transactions(cdnow)
    told = as_columns(fitted.reasons(tx, customers=[1, 9], most=4))
    assert told["customer_id"] == [1] * 4 + [9] * 4
    customers = as_columns(crm.summarize(tx))
    recency = customers["recency"][customers["customer_id"].index(9)]
    of_nine = dict(zip(told["subject"][4:], told["reason"][4:], strict=True))
    assert f"last purchase {recency} days ago" in of_nine["quiet"]
    chinese = as_columns(fitted.reasons(tx, customers=[9], most=1, language="zh"))
    assert "天" in chinese["reason"][0]


def test_the_quiet_and_the_rhythm_matter_most(fitted):
    importance = as_columns(fitted.importance_)
    assert importance["log_loss_without"][0] > 0.01
    assert set(importance["subject"]) == {"quiet", "interpurchase", "spend", "tenure"}


def test_what_cannot_be_learnt_is_refused(of_sample, cdnow_sample):
    tx = crm.Transactions(cdnow_sample)
    with pytest.raises(DataError, match=r"must\s+fit in four times[\s\S]*horizon=\"136D\""):
        crm.churn.ChurnModel(horizon="200D").fit(tx)
    with pytest.raises(ArgumentError, match="less than a day"):
        crm.churn.ChurnModel(horizon=0)
    with pytest.raises(NotFittedError, match="fit"):
        crm.churn.ChurnModel().score(tx)
    quiet = {"customer_id": ["a", "b", "a"], "date": ["2024-01-01", "2024-01-05", "2024-12-30"], "amount": [1.0] * 3}
    with pytest.raises(DataError, match=r"everybody|nobody"):
        crm.churn.ChurnModel(horizon="60D").fit(quiet)
    with pytest.raises(DataError, match="no purchase of customer 999999"):
        of_sample.reasons(tx, customers=[999999])


def test_the_past_ends_at_as_of(cdnow_sample):
    """Rows after as_of are not seen by the fit."""
    whole = crm.Transactions(cdnow_sample, as_of="1998-03-31")
    kept = [row for row, date in enumerate(cdnow_sample["date"]) if _checks.date_of(date) <= dt.date(1998, 3, 31)]
    cut = crm.Transactions({name: [column[row] for row in kept] for name, column in cdnow_sample.items()},
                           as_of="1998-03-31")  # fmt: skip
    one, two = (crm.churn.ChurnModel(horizon="90D").fit(tx).validation_.table for tx in (whole, cut))
    assert as_columns(one) == as_columns(two)


# --- seasons --------------------------------------------------------------------------------------------------------


def test_probabilities_are_those_of_the_season_to_come_once_two_years_have_shown_it():
    """Customers without dropout who buy four times as much in winter as in summer."""
    rng = np.random.default_rng(3)
    days, n = 1220, 1200
    c = 1 + 0.6 * np.cos(2 * np.pi * np.arange(days) / 365.25)
    bought = rng.random((n, days)) < rng.gamma(1.5, 1 / 150, n)[:, None] * c
    bought[np.arange(n), rng.integers(0, 60, n)] = True
    who, day = np.nonzero(bought)
    sales = {"customer_id": who, "date": np.datetime64("2021-01-01") + day, "amount": np.full(who.size, 10.0)}
    tx = crm.Transactions(sales)
    past = tx.until("2023-10-25")
    scored = as_columns(crm.churn.ChurnModel(horizon="90D", snapshots=3).fit(past).score(past))
    active = len(set(who[(day > 1027) & (day <= 1117)]))
    for name in ("lifetime_model", "boosting"):  # without it 582 and 511 of the 744 would be
        said = n - float(np.sum(scored[f"p_{name}"]))
        assert said == pytest.approx(active, rel=0.08), name
