"""Models judged by the future, against published totals, figures worked out by plain loops, and bad input."""

import csv
import datetime as dt
import itertools
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace

import mpmath
import numpy as np
import pytest
from cdnow_repeats import CALIBRATION_ENDS, cdnow_repeats
from test_totals import shop

import crmkit as crm
from conftest import as_columns, small_table
from crmkit import clv
from crmkit.errors import ArgumentError, DataError, NotFittedError
from crmkit.models import _compare, _holdout
from crmkit.models._boosted import features
from crmkit.models._snapshots import WINDOWS, Snapshots

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
PARETO = clv.ParetoNBD.from_params(r=0.553277, alpha=10.577684, s=0.60624, beta=11.668735, period="week")
BG = clv.BGNBD.from_params(r=0.242595, alpha=4.413602, a=0.792922, b=2.425907, period="week")


@pytest.fixture(scope="module")
def tx():
    return crm.Transactions(crm.datasets.load_cdnow(sample=True))


@pytest.fixture(scope="module")
def judged(tx):
    return clv.compare(tx, models=("nbd", "bg_nbd", "mbg_nbd", "pareto_nbd"), holdout="39W")


def by_name(table):
    columns = as_columns(table)
    return {name: {key: columns[key][row] for key in columns} for row, name in enumerate(columns["model"])}


# --- the holdout ----------------------------------------------------------------------------------------------------


def test_holdout_totals_are_the_published_ones(judged):
    rows = by_name(judged.table)
    assert {row["actual"] for row in rows.values()} == {1882}
    for name, total in {"BGNBD": 1653.41, "MBGNBD": 1576.73, "ParetoNBD": 1665.51}.items():
        assert rows[name]["predicted"] == pytest.approx(total, abs=0.01)
        assert rows[name]["bias"] == pytest.approx(total - 1882, abs=0.01)
        assert rows[name]["bias_share"] == pytest.approx(total / 1882 - 1, abs=1e-5)


def test_fits_are_the_published_ones(judged):
    rows = by_name(judged.table)
    for name, log_likelihood in {"BGNBD": -9582.4292, "MBGNBD": -9582.1357, "ParetoNBD": -9594.9762}.items():
        assert rows[name]["log_likelihood"] == pytest.approx(log_likelihood, abs=1e-3)
        assert rows[name]["aic"] == pytest.approx(8 - 2 * log_likelihood, abs=2e-3)
        assert rows[name]["bic"] == pytest.approx(4 * np.log(2357) - 2 * log_likelihood, abs=2e-3)
        assert rows[name]["parameters"] == 4
        assert rows[name]["diagnosis"] == "optimum"
    assert rows["last_period"]["log_likelihood"] is None


def test_errors_are_those_of_plain_loops(judged):
    """Every customer on its own line: x, t_x, T and the future from the file, as `cdnow_repeats` counts them."""
    people = cdnow_repeats()
    predicted = judged.models["BGNBD"].predict(people, horizon="39W")
    actual = people["future"]
    row = by_name(judged.table)["BGNBD"]
    assert row["mae"] == pytest.approx(np.mean([abs(p - a) for p, a in zip(predicted, actual, strict=True)]))
    assert row["rmse"] ** 2 == pytest.approx(np.mean([(p - a) ** 2 for p, a in zip(predicted, actual, strict=True)]))
    # The top tenth by forecast: 235 customers whole, the next ones for the missing .7.
    order = sorted(range(2357), key=lambda i: -predicted[i])
    tied = [i for i in order if predicted[i] == predicted[order[235]]]
    before = [i for i in order if predicted[i] > predicted[order[235]]]
    top = sum(actual[before]) + (235.7 - len(before)) / len(tied) * sum(actual[tied])
    assert row["lift"] == pytest.approx(top / 188.2)
    assert row["gini"] == pytest.approx(concordance(predicted, actual) / concordance(actual, actual))


def concordance(by, values):
    """Sum over pairs of the difference of values, signed by the order of `by`: twice the Gini covariance."""
    sign = np.sign(by[:, None] - by[None, :])
    return float((sign * (values[:, None] - values[None, :])).sum())


def test_naive_forecasts_are_those_of_plain_loops(judged):
    people = cdnow_repeats()
    rows = by_name(judged.table)
    # In 39 weeks before 1997-09-30 lies the whole past of this cohort, so "as many as then" is x.
    assert rows["last_period"]["predicted"] == people["x"].sum() == 2457
    assert rows["last_period"]["rmse"] ** 2 == pytest.approx(np.mean((people["x"] - people["future"]) ** 2))
    rate = people["x"].sum() / people["T"].sum()
    assert rows["same_for_all"]["predicted"] == pytest.approx(2357 * rate * 273)
    assert (rows["same_for_all"]["gini"], rows["same_for_all"]["lift"]) == pytest.approx((0, 1))


def test_the_past_of_a_holdout_is_the_summary_until_its_origin(tx):
    for past in _holdout.holdouts(tx, "13W", 3):
        summary = crm.summarize(tx.until(str(past.origin)))
        assert past.n.sum() == len(summary)
        expected = defaultdict(int)
        for row in zip(summary["x"], summary["t_x"], summary["T"], strict=True):
            expected[tuple(map(float, row))] += 1
        found = defaultdict(float)
        for *row, n in zip(past.x, past.t_x, past.T, past.n, strict=True):
            found[tuple(row)] += n
        assert found == expected


SALES = {
    "customer_id": ["a", "a", "a", "a", "b", "b", "c", "c", "d", "e", "e"],
    "date": [
        "2025-01-01", "2025-01-21", "2025-01-31", "2025-02-03", "2025-01-25", "2025-01-28", "2025-01-05", "2025-02-10",
        "2025-02-04", "2025-01-10", "2025-01-30",
    ],
    "amount": [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, -1.0],
}  # fmt: skip


def test_a_holdout_worked_out_by_hand(make_table):
    """Origin 2025-01-31, ten days of holdout: d comes too late to be judged, the refund of e is no purchase."""
    past = _holdout.holdouts(make_table(SALES), 10, 1)[0]
    assert past.origin == dt.date(2025, 1, 31)
    rows = zip(past.x, past.t_x, past.T, past.recent, past.future, past.n, strict=True)
    assert sorted(rows) == [
        (0, 0, 21, 0, 0, 1),  # e
        (0, 0, 26, 0, 1, 1),  # c
        (1, 3, 6, 1, 0, 1),  # b: acquired within the last ten days, which is no repeat purchase
        (2, 30, 30, 1, 1, 1),  # a: the 21st is eleven days before, the 31st belongs to the past
    ]


def test_later_rows_change_nothing(tx, judged):
    longer = crm.Transactions(
        {
            name: [*values, *more]
            for (name, values), more in zip(
                crm.datasets.load_cdnow(sample=True)[["customer_id", "date", "amount"]].astype({"date": str}).items(),
                ([4, 18], ["1998-08-01", "1998-09-01"], [9.0, 9.0]),
                strict=True,
            )
        },
        as_of="1998-06-30",
    )
    again = clv.compare(longer, models=("bg_nbd",), holdout="39W")
    assert by_name(again.table)["BGNBD"] == by_name(judged.table)["BGNBD"]


def test_several_origins_are_judged_together(tx):
    both = clv.compare(tx, models=("bg_nbd", clv.ParetoNBD), holdout="13W", origins=2, level=None)
    each = as_columns(both.by_origin)
    assert sorted(set(map(str, each["origin"])))[0].startswith("1997-12-30")
    rows = by_name(both.table)
    for name in ("BGNBD", "ParetoNBD", "last_period", "same_for_all"):
        parts = [i for i, model in enumerate(each["model"]) if model == name]
        assert rows[name]["predicted"] == pytest.approx(sum(each["predicted"][i] for i in parts))
        assert rows[name]["actual"] == sum(each["actual"][i] for i in parts)
        # 2,357 customers in both, so the squared errors weigh alike.
        assert rows[name]["rmse"] ** 2 == pytest.approx(np.mean([each["rmse"][i] ** 2 for i in parts]))
    latest = clv.compare(tx, models=("bg_nbd",), holdout="13W", origins=1, level=None)
    assert rows["BGNBD"]["bic"] == by_name(latest.table)["BGNBD"]["bic"]
    assert "of 2 holdouts" in str(both)


def test_every_kind_of_table_gives_the_same(make_table):
    drawn = {name: [] for name in ("customer_id", "date", "amount")}
    rng = np.random.default_rng(0)
    for customer in range(60):
        for day in np.unique(rng.integers(0, 200, rng.integers(1, 9))):
            drawn["customer_id"].append(customer)
            drawn["date"].append(str(np.datetime64("2025-01-01") + day))
            drawn["amount"].append(1.0)
    got = clv.compare(make_table(drawn), models=("nbd", "mbg_nbd"), holdout="6W", origins=1)
    expected = clv.compare(drawn, models=("nbd", "mbg_nbd"), holdout="6W", origins=1)
    assert type(got.table) is type(make_table({"x": [1]}))
    got_rows, expected_rows = by_name(got.table), by_name(expected.table)
    for name, row in expected_rows.items():
        assert {k: v for k, v in got_rows[name].items() if isinstance(v, str)} == {
            k: v for k, v in row.items() if isinstance(v, str)
        }
        for key, number in row.items():
            if isinstance(number, float):
                assert got_rows[name][key] == pytest.approx(number, rel=1e-9)
    assert got.recommended == expected.recommended
    assert len(as_columns(got.by_origin)["origin"]) == 4


# --- money, coverage, trees -----------------------------------------------------------------------------------------


def test_money_is_purchases_times_spend_and_judged_by_what_came_in(tx, judged):
    past, later = tx.until("1997-09-30"), tx.until("1998-06-30")
    known, both = crm.summarize(past), crm.summarize(later)
    both = known.merge(both, on="customer_id", suffixes=("", "_later"))
    came = both["monetary_later"] - both["monetary"]
    row = by_name(judged.table)["ParetoNBD"]
    assert row["actual_money"] == pytest.approx(came.sum())
    spend = clv.SpendMean(horizon="39W").fit(past).expected_spend(known)
    said = judged.models["ParetoNBD"].predict(known, horizon="39W") * spend
    assert row["money"] == pytest.approx(said.sum(), rel=1e-9)
    assert row["rmse_money"] == pytest.approx(np.sqrt(((said - came) ** 2).mean()), rel=1e-9)
    assert row["mae_money"] == pytest.approx(np.abs(said - came).mean(), rel=1e-9)
    assert row["bias_share_money"] == pytest.approx(said.sum() / came.sum() - 1, rel=1e-9)
    assert row["gini_money"] == pytest.approx(
        concordance(said, came.to_numpy()) / concordance(came.to_numpy(), came.to_numpy())
    )
    naive = by_name(judged.table)["last_period"]  # the whole past, as for the counts
    assert naive["money"] == pytest.approx(known["monetary"].sum())


def test_coverage_is_that_of_the_intervals(tx, judged):
    people = cdnow_repeats()
    row = by_name(judged.table)["BGNBD"]
    low, high = judged.models["BGNBD"].interval(people, horizon="39W", level=0.9).T
    actual = np.array(people["future"])
    assert row["coverage"] == pytest.approx(((low <= actual) & (actual <= high)).mean())
    total = clv.total_interval(tx.until("1997-09-30"), horizon="39W", purchases="bg_nbd")
    assert row["total_covered"] == (total.low <= 1882 <= total.high)
    worth = clv.portfolio_value(tx.until("1997-09-30"), horizon="39W", purchases="bg_nbd")
    assert row["money_covered"] == (worth.low <= 70_976.39 <= worth.high)  # what the same customers then spent
    assert by_name(judged.table)["same_for_all"]["coverage"] is None
    said = str(judged)
    assert f"held what {by_name(judged.table)['ParetoNBD']['coverage']:.1%} of customers bought" in said
    rows = by_name(judged.table)
    least = min(judged.models, key=lambda name: rows[name]["rmse_money"])
    assert f"In money, {least} errs least" in said
    bare = by_name(clv.compare(tx, models=["nbd"], level=None).table)["NBD"]
    assert (bare["coverage"], bare["total_covered"]) == (None, None)


def regular_shop(n=150, days=400, stages=3):
    """Customers with Erlang gaps, of whom one in twelve leaves after a purchase."""
    rng = np.random.default_rng(4)
    ids, when = [], []
    for customer in range(n):
        gap, now = rng.gamma(4, 6), rng.integers(0, 60)
        while now < days:
            ids.append(customer)
            when.append(int(now))
            if rng.random() < 1 / 12:
                break
            now += max(rng.gamma(stages, gap / stages), 1)
    dates = np.datetime64("2020-01-01") + np.array(when)
    return {"customer_id": np.array(ids), "date": dates, "amount": np.full(len(ids), 10.0)}


def test_regular_gaps_are_told_and_models_of_them_tried():
    sales = regular_shop()
    found = clv.compare(sales, holdout=90, origins=1, level=None)
    rows = by_name(found.table)
    assert {"BGCNBD", "MBGCNBD", "NBD", "ParetoNBD"} < set(rows)
    assert rows["NBD"]["regularity"] > 2
    assert "Purchases are regular" in str(found)
    assert found.models["MBGCNBD"].params_.k == 3
    assert rows["MBGCNBD"]["log_likelihood"] > rows["MBGNBD"]["log_likelihood"] + 50


def test_models_that_are_one_are_told():
    """Nobody leaves this shop: every model of dropout becomes the NBD model."""
    sales = shop(150, days=300)
    found = clv.compare(sales, models=["nbd", "bg_nbd", "pareto_nbd"], holdout=60, origins=1, level=None)
    assert "NBD, BGNBD, ParetoNBD forecast the same here" in found.text()
    assert "do not tell whether customers leave" in found.text()
    assert "无法判断客户是否流失" in found.text("zh")


def test_trees_and_their_mean_know_nothing_of_the_holdout(tx):
    pytest.importorskip("sklearn")
    found = clv.compare(tx, models=["pareto_nbd", "boosted", "mean"], holdout="39W", level=None)
    rows = by_name(found.table)
    assert rows["boosted"]["log_likelihood"] is None
    # FORECASTS: the mean of Pareto/NBD and trees ranks CDNOW with .684, its money errs by 70.1.
    assert rows["mean"]["gini"] > 0.684
    assert rows["mean"]["rmse_money"] < 70.1 * 1.03
    past = tx.until("1997-09-30")
    own = clv.Boosted(horizon="39W").fit(past)
    scored = own.score(past)
    assert own.origins_ == 3
    assert own.days_ < 273
    assert scored["purchases_by_trees"].sum() == pytest.approx(rows["boosted"]["predicted"], rel=1e-9)
    assert scored["expected_purchases"].sum() == pytest.approx(rows["mean"]["predicted"], rel=1e-9)
    half = (scored["purchases_by_trees"] + scored["purchases_by_model"]) / 2
    assert scored["expected_purchases"].to_numpy() == pytest.approx(half.to_numpy())


def test_a_snapshot_is_what_each_customer_s_days_add_up_to():
    """Each column, one customer and one day at a time; windows end on the day, and leave out their first one."""
    rng, first = np.random.default_rng(3), np.datetime64("2023-01-01")
    who = np.repeat(np.arange(30), 12)
    day = np.concatenate([np.sort(rng.integers(0, 560, 12)) for _ in range(30)])
    day[:12] = [0, 36, 37, 218, 219, 309, 310, 372, 373, 400, 430, 431]  # 364, 182, 91 and 28 days before 400
    cents = np.where(rng.random(who.size) < 0.2, -rng.integers(1, 500, who.size), rng.integers(1, 5000, who.size))
    cents[np.r_[True, who[1:] != who[:-1]]] = 700  # everybody begins with a purchase
    sales = {"customer_id": who, "date": (first + day).astype("datetime64[us]"), "amount": cents / 100}
    shop_of = Snapshots.of(crm.Transactions(small_table(sales), as_of="2024-12-31"), WINDOWS)
    start = (first - np.datetime64("1970-01-01")).astype(int)
    seen = shop_of.at(int(start) + 400, 30)
    place = {one: row for row, one in enumerate(seen.ids.tolist())}
    known = [one for one in range(30) if day[who == one].min() <= 400]
    assert sorted(place) == known
    for one in known:
        money, bought = defaultdict(float), set()
        for on, amount in zip(day[who == one].tolist(), cents[who == one].tolist(), strict=True):
            money[on] += amount / 100
            bought |= {on} if amount > 0 else set()
        past = sorted(on for on in bought if on <= 400)
        spent = [amount for on, amount in money.items() if on <= 400]
        logs = [np.log(amount) for amount in spent if amount > 0]
        expected = {
            "x": len(past) - 1,
            "t_x": past[-1] - past[0],
            "T": 400 - past[0],
            "money": sum(spent),
            "first": money[past[0]],
            "square": sum(amount**2 for amount in spent),
            "log_gaps": sum(np.log(b - a) for a, b in itertools.pairwise(past)),
            "recent": sum(370 < on <= 400 for on in past[1:]),
            "recent_money": sum(amount for on, amount in money.items() if 370 < on <= 400),
            "future": sum(400 < on <= 430 for on in bought),
            "later": sum(amount for on, amount in money.items() if 400 < on <= 430),
            "m_x": (sum(spent) - money[past[0]]) / (len(past) - 1) if len(past) > 1 else 0,
        }
        row = place[one]
        assert {name: getattr(seen, name)[row] for name in expected} == pytest.approx(expected, abs=1e-9)
        assert seen.logs[row] == pytest.approx([len(logs), sum(logs), sum(log**2 for log in logs)], abs=1e-9)
        for at, last in enumerate((28, 91, 182, 364)):
            inside = range(401 - last, 401)
            assert seen.windows[row, at] == len(bought & set(inside))
            assert seen.windows[row, 4 + at] == pytest.approx(sum(money[on] for on in inside), abs=1e-9)


def test_what_trees_know_of_a_customer_by_hand():
    one = {"x": [4, 0], "t_x": [40, 0], "T": [70, 0], "money": [60, 7], "windows": [[1, 9], [1, 7]]}
    arrays = {name: np.array(values, dtype=float) for name, values in one.items()}
    known = features(SimpleNamespace(**arrays), np.array([0.1, 0.2]))
    # x, t_x, T, days of silence, the same in gaps of 10 days, x per day, the model's rate, mean spend, windows
    assert known.tolist() == [[4, 40, 70, 30, 3, 4 / 70, 0.1, 12, 1, 9], [0, 0, 1, 0, 0, 0, 0.2, 7, 1, 7]]


def test_a_mean_with_trees_has_the_weight_asked_for_and_their_part_grows_with_the_horizon(tx):
    pytest.importorskip("sklearn")
    model = clv.Boosted(horizon="13W", purchases="nbd", weight=0.2).fit(tx)
    assert (model.model_name_, model.days_) == ("NBD", 91)
    got = {name: np.array(values) for name, values in as_columns(model.score(tx)).items()}
    mean = 0.2 * got["purchases_by_trees"] + 0.8 * got["purchases_by_model"]
    assert got["expected_purchases"] == pytest.approx(mean, rel=1e-12)
    assert got["purchases_by_trees"].sum() == pytest.approx(got["purchases_by_model"].sum(), rel=0.5)
    # spend per purchase is that of the model of spend by itself
    summary = crm.summarize(tx)
    spend = as_columns(clv.SpendMean(horizon="13W").fit(tx).score(summary))
    alone = dict(zip(spend["customer_id"], spend["expected_spend"], strict=True))
    assert got["expected_spend"] == pytest.approx([alone[one] for one in got["customer_id"].tolist()], rel=1e-6)
    model.horizon = "26W"
    twice = np.array(as_columns(model.score(tx))["purchases_by_trees"])
    assert twice == pytest.approx(2 * got["purchases_by_trees"], rel=1e-9)
    with pytest.raises(ArgumentError, match="weight="):
        clv.Boosted(weight=1.2).fit(tx)


def test_trees_need_a_past_to_learn_from():
    with pytest.raises(NotFittedError, match="not fitted"):
        clv.Boosted().score(SALES)
    with pytest.raises(DataError, match="too short"):
        clv.Boosted(horizon=10, purchases="nbd").fit({name: column[4:6] for name, column in SALES.items()})


@pytest.mark.parametrize(("holdout", "origins"), [(40, 1), (20, 2)])
def test_a_past_of_its_first_day_alone_is_none(holdout, origins):
    """From 2025-01-01 to 2025-02-10 lie 40 days."""
    with pytest.raises(ArgumentError, match=f"holdout={holdout} with origins={origins} needs more than 40 days"):
        clv.compare(SALES, models=["nbd"], holdout=holdout, origins=origins, level=None)


def test_by_default_as_many_holdouts_as_leave_a_past_as_long():
    sales = shop(60, days=200)
    assert len(set(as_columns(clv.compare(sales, models=["nbd"], holdout=40, level=None).by_origin)["origin"])) == 3
    assert len(set(as_columns(clv.compare(sales, models=["nbd"], holdout=60, level=None).by_origin)["origin"])) == 2
    assert len(set(as_columns(clv.compare(sales, models=["nbd"], holdout=120, level=None).by_origin)["origin"])) == 1


# --- the recommendation ---------------------------------------------------------------------------------------------


def test_the_recommendation_goes_by_the_future_and_says_what_the_past_would_have_chosen(judged):
    rows = by_name(judged.table)
    assert judged.recommended == "ParetoNBD"
    assert min(rows, key=lambda name: rows[name]["rmse"]) == "ParetoNBD"
    assert min(("NBD", "BGNBD", "MBGNBD", "ParetoNBD"), key=lambda name: rows[name]["bic"]) == "MBGNBD"
    said = str(judged)
    assert said == judged.text("en")
    assert "the past ended on 1997-09-30), 2,357 customers and 1,882 purchases" in said
    assert "Use ParetoNBD" in said
    assert "11.5% too low" in said
    assert "BGNBD, MBGNBD forecast single customers about as well; ParetoNBD erred least in the latest" in said
    assert "The past alone would have chosen MBGNBD" in said
    chinese = judged.text("zh")
    assert "建议采用 ParetoNBD" in chinese
    assert "偏低 11.5%" in chinese
    assert "{" not in said + chinese
    with pytest.raises(ArgumentError, match="language"):
        judged.text("fr")


def test_about_as_well_is_within_one_standard_error_of_the_difference(judged):
    people = cdnow_repeats()
    squares = {
        name: (model.predict(people, horizon="39W") - people["future"]) ** 2 for name, model in judged.models.items()
    }
    for name, close in {"BGNBD": True, "MBGNBD": True, "NBD": False}.items():
        excess = squares[name] - squares["ParetoNBD"]
        assert (excess.mean() < excess.std() / np.sqrt(2357)) == close
        assert excess.mean() > 0


def trial(forecasts, future):
    future = np.array(future, dtype=float)
    zeros = np.zeros_like(future)
    past = _holdout.Holdout(dt.date(2025, 1, 1), 10, zeros, zeros, zeros + 9, zeros, future, zeros + 1)
    return _compare.Trial(past, {name: np.array(values, dtype=float) for name, values in forecasts.items()})


def recommend(forecasts, future, diagnoses=None, earlier=None):
    """The choice among models A, B and C, without any fit; `earlier`: what they forecast of the holdout before."""
    far_off = [9.0] * len(future)
    naive = {"last_period": far_off, "same_for_all": far_off}
    given = {**naive, **forecasts}
    trials = [trial(given, future), *([trial({**naive, **earlier}, future)] if earlier else [])]

    class Fitted:
        def __init__(self, name):
            self.bic_ = {"A": 1.0, "B": 2.0, "C": 3.0}[name]
            self.diagnosis_ = (diagnoses or {}).get(name, "optimum")

    rows = [{"model": name, **_compare._judged(trials, name)} for name in given]
    best, findings = _compare._recommend(trials, {name: Fitted(name) for name in "ABC"}, rows)
    return best, [key for key, _ in findings]


def test_a_clearly_sharper_model_wins_whatever_its_bias():
    future = [0, 0, 0, 4, 4, 4]
    forecasts = {"A": [2.0] * 6, "B": [0.1, 0.1, 0.1, 4.1, 4.1, 4.1], "C": [1, 1, 1, 3, 3, 3]}
    assert recommend(forecasts, future) == ("B", ["basis", "use", "beats_naive", "past"])


def test_among_equally_sharp_models_the_smaller_bias_wins():
    future = [0, 1, 0, 2, 0, 1, 3, 0]
    forecasts = {"A": [1.3] * 8, "B": [0.9] * 8, "C": [5.0] * 8}  # mean 0.875
    best, keys = recommend(forecasts, future)
    assert best == "B"
    assert "as_good" in keys or keys == ["basis", "use", "beats_naive", "past"]
    close = {"A": [1, 1, 0, 2, 0, 1, 3, 1], "B": [0, 0, 0, 2, 0, 2, 3, 0], "C": [9.0] * 8}
    assert recommend(close, future)[0] == "B"  # both miss twice by one; B's misses cancel
    assert "as_good" in recommend(close, future)[1]


def test_among_about_equally_sharp_models_the_one_that_erred_least_in_the_latest_holdout_wins():
    future = [0, 1, 0, 2, 0, 1, 3, 0]
    sharp, blunt, worst = [0, 1, 0, 2, 0, 1, 2, 0], [0, 1, 0, 2, 0, 1, 1.5, 0], [9.0] * 8
    latest, earlier = {"A": blunt, "B": sharp, "C": worst}, {"A": sharp, "B": blunt, "C": worst}
    assert recommend(latest, future, earlier=earlier)[0] == "B"
    assert recommend(earlier, future, earlier=latest)[0] == "A"
    sharper = {"A": future, "B": worst, "C": worst}
    assert recommend(latest, future, earlier=sharper)[0] == "A"  # B is worse by far over both


def test_a_naive_forecast_that_is_as_sharp_is_recommended_and_said():
    future = [0, 1, 2, 3]
    forecasts = {"A": [1.0] * 4, "B": [2.0] * 4, "C": [3.0] * 4, "last_period": future}
    assert recommend(forecasts, future) == ("last_period", ["basis", "naive"])


def test_a_boundary_and_a_large_bias_are_said():
    class Diagnosis(str):
        __slots__ = ()

    forecasts = {"A": [1, 1, 3, 3], "B": [9] * 4, "C": [9] * 4}
    assert recommend(forecasts, [0, 0, 2, 2], {"A": Diagnosis("boundary")})[1][-2:] == ["biased", "diagnosis"]


def test_a_holdout_without_purchases_recommends_nothing():
    assert recommend({"A": [1, 1], "B": [1, 2], "C": [2, 2]}, [0, 0]) == (None, ["basis", "nothing"])


def test_a_table_of_customers_has_no_future_to_judge_by(make_table):
    people = {name: cdnow_repeats()[name] for name in ("x", "t_x", "T")}
    fits = clv.compare(make_table(people), models=["BGNBD", clv.NBD(period="day")])
    rows = by_name(fits.table)
    assert rows["BGNBD"]["log_likelihood"] == pytest.approx(-9582.4292, abs=1e-3)
    # In days the same data have another density: each of 2,457 repeat purchases a factor of 7.
    weekly = clv.NBD(period="week").fit(people).log_likelihood_
    assert rows["NBD"]["log_likelihood"] == pytest.approx(weekly - 2457 * np.log(7), abs=1e-3)
    assert rows["BGNBD"]["rmse"] is None
    assert fits.recommended is None
    assert "compare(transactions" in str(fits)
    assert "交易数据" in fits.text("zh")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"models": ["bg"]}, r"'bg' is not known[\s\S]*BGNBD"),
        ({"models": [clv.GammaGamma]}, "no model of purchases"),
        ({"holdout": "2Y"}, r"needs more than 730 days; the data cover 545[\s\S]*holdout=181"),
        ({"holdout": 0.2}, "shorter than a day"),
        ({"holdout": "soon"}, "holdout='soon' is not a duration"),
        ({"origins": 0}, "origins=0"),
    ],
)
def test_bad_settings_are_named(tx, settings, message):
    with pytest.raises(ArgumentError, match=message):
        clv.compare(tx, **settings)


# --- tables for plots -----------------------------------------------------------------------------------------------


def test_tracking_is_the_published_one(tx):
    """The sums were published at estimates that agree with ours to the fifth digit, and so do the sums."""
    published = {
        PARETO: [1308.856, 1385.275, 1459.923, 1532.906, 1604.32, 1674.253],
        BG: [1312.458, 1387.346, 1460.392, 1531.713, 1601.418, 1669.6],
    }
    for model, expected in published.items():
        weeks = as_columns(clv.tracking(model, tx, origin="1997-09-30"))
        assert weeks["expected_cumulative"][19:25] == pytest.approx(expected, rel=5e-5)
        assert weeks["actual_cumulative"][19:25] == [1359, 1414, 1484, 1517, 1573, 1672]
        assert weeks["period"] == list(range(1, 79))
        assert weeks["holdout"] == [False] * 39 + [True] * 39  # 1997-09-30 is the last day of week 39
    assert str(weeks["end_date"][0]).startswith("1997-01-07")


def test_actual_tracking_is_the_published_series(tx):
    file = SHARED / "btyd_cdnow_cu_tracking.csv"
    if not file.exists():
        pytest.skip("the shared reference data are not here")
    with file.open() as lines:
        published = [float(row["cum.repeat.transactions"]) for row in csv.DictReader(lines)]
    weeks = as_columns(clv.tracking(BG, tx))
    assert weeks["actual_cumulative"] == published
    assert np.cumsum(weeks["actual"]).tolist() == published
    assert np.cumsum(weeks["expected"]) == pytest.approx(weeks["expected_cumulative"])
    assert not any(weeks["holdout"])


def test_tracking_of_a_few_customers_by_hand(make_table):
    """Poisson customers, one purchase a week each: every customer expects the age at the end of the period."""
    poisson = clv.NBD.from_params(r=1e9, alpha=1e9, period="week")
    weeks = as_columns(clv.tracking(poisson, make_table(SALES)), sort="period")
    # First purchases on days 0, 4, 9, 24 and 34 of 41: ages at the end of week 1, 2 ... in days.
    ages = [sum(max(7 * k - first, 0) for first in (0, 4, 9, 24, 34)) for k in range(1, 6)]
    assert weeks["expected_cumulative"] == pytest.approx([age / 7 for age in ages], rel=1e-6)
    assert weeks["actual_cumulative"] == [0, 0, 1, 2, 4]  # days 20, 27, 30, 33; the last, day 40, is in an open week
    early = as_columns(clv.tracking(poisson, make_table(SALES), origin="2025-01-31"), sort="period")
    ages = [sum(max(7 * k - first, 0) for first in (0, 4, 9, 24)) for k in range(1, 6)]
    assert early["expected_cumulative"] == pytest.approx([age / 7 for age in ages], rel=1e-6)
    assert early["holdout"] == [False] * 4 + [True]


def test_tracking_says_what_it_cannot_do(tx):
    with pytest.raises(ArgumentError, match="no customer had bought by 1996-12-31"):
        clv.tracking(BG, tx, origin="1996-12-31")
    with pytest.raises(ArgumentError, match="whole year"):
        clv.tracking(BG, SALES, period="year")


def test_holdout_by_frequency_is_that_of_plain_loops(tx):
    people = cdnow_repeats()
    predicted = PARETO.predict(people, horizon="39W")
    got = as_columns(clv.holdout_by_frequency(PARETO, tx, holdout="39W", most=7))
    assert got["repeat_purchases"] == ["0", "1", "2", "3", "4", "5", "6", "7+"]
    for row in range(8):
        mine = people["x"] == row if row < 7 else people["x"] >= 7
        assert got["customers"][row] == mine.sum()
        assert got["actual"][row] == pytest.approx(people["future"][mine].mean())
        assert got["expected"][row] == pytest.approx(predicted[mine].mean())


def test_classes_without_customers_are_left_out():
    got = as_columns(clv.holdout_by_frequency(BG, SALES, holdout=10, most=3))
    assert got["repeat_purchases"] == ["0", "1", "2"]


def test_distribution_fit_is_that_of_the_published_formula():
    """P(n in t) of the BG/NBD, equation (8), in mpmath, summed over all customers of three ages."""
    ages = {210: 5, 240: 8, 272: 3}
    people = {
        "x": [i % 4 for age, n in ages.items() for i in range(n)],
        "t_x": [10.0 if i % 4 else 0.0 for age, n in ages.items() for i in range(n)],
        "T": [age for age, n in ages.items() for _ in range(n)],
    }
    r, alpha, a, b = (mpmath.mpf(v) for v in (BG.params_.r, BG.params_.alpha, BG.params_.a, BG.params_.b))

    def poisson_gamma(n, t):
        ways = mpmath.gamma(r + n) / mpmath.gamma(r) / mpmath.factorial(n)
        return ways * (alpha / (alpha + t)) ** r * (t / (alpha + t)) ** n

    def pmf(n, t):
        found = mpmath.beta(a, b + n) / mpmath.beta(a, b) * poisson_gamma(n, t)
        if n:
            left = mpmath.beta(a + 1, b + n - 1) / mpmath.beta(a, b)
            found += left * (1 - sum(poisson_gamma(j, t) for j in range(n)))
        return found

    expected = [float(sum(n * pmf(k, mpmath.mpf(age) / 7) for age, n in ages.items())) for k in range(3)]
    got = as_columns(clv.distribution_fit(BG, people, most=3))
    assert got["repeat_purchases"] == ["0", "1", "2", "3+"]
    assert got["expected"][:3] == pytest.approx(expected, rel=1e-10)
    assert sum(got["expected"]) == pytest.approx(16)
    assert got["actual"] == [5, 4, 4, 3]  # i % 4 of 5, 8 and 3 customers: 2+2+1, 1+2+1, 1+2+1, 1+2+0


def test_the_grid_is_what_the_model_says_of_each_history():
    grid = clv.recency_frequency_grid(PARETO, age="39W", horizon="52W", most=5, steps=4)
    columns = {name: np.array(values) for name, values in as_columns(grid).items()}
    assert len(columns["x"]) == 20
    assert sorted(set(columns["x"])) == [1, 2, 3, 4, 5]
    assert sorted(set(columns["t_x"])) == pytest.approx([68.25, 136.5, 204.75, 273])
    assert columns["recency"] + columns["t_x"] == pytest.approx(np.full(20, 273.0))
    people = {"x": columns["x"], "t_x": columns["t_x"], "T": np.full(20, 273.0)}
    assert columns["p_alive"] == pytest.approx(PARETO.p_alive(people))
    assert columns["expected_purchases"] == pytest.approx(PARETO.predict(people, horizon="52W"))
    with pytest.raises(ArgumentError, match="no time to buy again"):
        clv.recency_frequency_grid(PARETO, age=0)


def test_the_history_of_a_customer_is_what_each_day_knew(tx):
    days = as_columns(clv.alive_history(PARETO, tx, 4))
    assert [str(day)[:10] for day, bought in zip(days["date"], days["purchase"], strict=True) if bought] == [
        "1997-01-01", "1997-01-18", "1997-08-02", "1997-12-12",
    ]  # fmt: skip
    assert str(days["date"][-1])[:10] == "1998-06-30"
    for date in ("1997-01-01", "1997-03-01", "1997-08-02", str(CALIBRATION_ENDS), "1998-06-30"):
        then = crm.summarize(tx.until(date))
        known = PARETO.p_alive(then[then["customer_id"] == 4])[0]
        row = [str(day)[:10] for day in days["date"]].index(date)
        assert days["p_alive"][row] == pytest.approx(known, rel=1e-12)


def test_a_history_on_any_kind_of_table(make_table):
    days = as_columns(clv.alive_history(BG, make_table(SALES), "a"), sort="date")
    assert len(days["date"]) == 41
    assert sum(days["purchase"]) == 4
    with pytest.raises(DataError, match=r"no customer 'z' has bought by 2025-02-10[\s\S]*like '"):
        clv.alive_history(BG, make_table(SALES), "z")
