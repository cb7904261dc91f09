"""Satisfaction: hand calculation, regression by numpy, R-squared by all orders, planted drivers and response bias."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import as_columns, examples, small_table
from crmkit import loyalty
from crmkit.errors import ArgumentError, ColumnError, DataError

# --- top-box shares -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("k", "n", "ends"), [(15, 20, (0.53130, 0.88814)), (0, 10, (0, 0.27753)), (80, 100, (0.71117, 0.86663))]
)
def test_top_box_shares_have_wilson_intervals(k, n, ends):
    got = as_columns(loyalty.csat({"staff": [5] * k + [2] * (n - k)}, items=["staff"]).table)
    assert (got["satisfied"], got["respondents"]) == ([k], [n])
    assert got["csat"] == [k / n]
    assert (got["csat_low"][0], got["csat_high"][0]) == pytest.approx(ends, abs=5e-6)


def test_items_and_groups_of_any_kind_of_table(make_table):
    survey = make_table({"customer_id": [1, 2, 3, 4], "staff": [5.0, 4.0, 3.0, None], "price": [1.0, 5.0, 5.0, 5.0],
                         "shop": ["x", "x", "y", "y"]})  # fmt: skip
    got = as_columns(loyalty.csat(survey, items=["staff", "price"], by="shop").table)
    assert got["item"] == ["staff", "staff", "price", "price"]
    assert got["group"] == ["x", "y", "x", "y"]
    assert got["csat"] == [1.0, 0.0, 0.5, 1.0]
    assert got["missing"] == [0, 1, 0, 0]
    assert got["mean"] == [4.5, 3.0, 3.0, 5.0]
    top = as_columns(loyalty.csat(survey, items=["price"], top=1, scale=(1, 5)).table)
    assert (top["respondents"], top["csat"]) == ([4], [0.75])


def test_the_scale_is_said_once_and_kept():
    with pytest.raises(DataError, match="7"):
        loyalty.csat({"staff": [5, 7]}, items=["staff"])
    assert as_columns(loyalty.csat({"staff": [5, 7]}, items=["staff"], scale=(1, 7)).table)["satisfied"] == [1]
    assert as_columns(loyalty.csat({"staff": [1, 2, 5]}, items=["staff"], top=4).table)["satisfied"] == [2]
    with pytest.raises(ArgumentError, match="top=5"):
        loyalty.csat({"staff": [5]}, items=["staff"], top=5)
    with pytest.raises(ArgumentError, match="scale="):
        loyalty.csat({"staff": [5]}, items=["staff"], scale=(5, 1))
    with pytest.raises(ArgumentError, match="items="):
        loyalty.csat({"staff": [5]}, items=[])


# --- experience against expectation -------------------------------------------------------------------------------


def test_expected_100_perceived_80(make_table):
    found = loyalty.satisfaction(make_table({"customer_id": ["a"], "hoped": [100], "got": [80]}), expected="hoped",
                                 perceived="got")  # fmt: skip
    row = as_columns(found.table)
    assert (row["customer_id"], row["item"], row["gap"], row["ratio"]) == (["a"], ["got"], [-20], [0.8])
    assert row["satisfaction"] == ["below"]


def test_items_by_hand(make_table):
    survey = make_table({
        "customer_id": ["a", "b", "c", "d"],
        "e1": [4.0, 5.0, 3.0, None], "p1": [5.0, 5.0, 2.0, 4.0],
        "e2": [0.0, 2.0, 2.0, 4.0], "p2": [1.0, 1.0, 2.0, 4.0],
    })  # fmt: skip
    found = loyalty.satisfaction(
        survey, expected={"staff": "e1", "price": "e2"}, perceived={"staff": "p1", "price": "p2"}
    )
    rows = as_columns(found.table, sort=["item", "customer_id"])
    assert rows["item"] == ["price"] * 4 + ["staff"] * 4
    assert rows["gap"] == [1, -1, 0, 0, 1, 0, -1, None]
    assert rows["ratio"][:4] == [None, 0.5, 1, 1]
    assert rows["satisfaction"] == [
        "above",
        "below",
        "as_expected",
        "as_expected",
        "above",
        "as_expected",
        "below",
        None,
    ]
    items = {name: values[0] for name, values in as_columns(found.items).items()}
    assert (items["item"], items["answers"], items["missing"]) == ("staff", 3, 1)
    assert (items["expected"], items["perceived"], items["gap"], items["ratio"]) == (4, 4, 0, 1)
    # gaps 1, 0, -1: sd 1, so the interval is +- t(2) / sqrt(3)
    assert items["gap_high"] == pytest.approx(4.302653 / np.sqrt(3), rel=1e-6)
    assert items["satisfied"] == pytest.approx(2 / 3)


def test_pairs_must_be_about_the_same_items():
    survey = {"e": [1], "p": [1]}
    with pytest.raises(ArgumentError, match="expected="):
        loyalty.satisfaction(survey, expected={"staff": "e"}, perceived={"price": "p"})
    with pytest.raises(ColumnError, match="'x'"):
        loyalty.satisfaction(survey, expected="x", perceived="p")
    with pytest.raises(DataError, match="nobody answered both"):
        loyalty.satisfaction({"e": [1, None], "p": [None, 1]}, expected="e", perceived="p")


# --- delivered value ----------------------------------------------------------------------------------------------


def test_the_offer_of_the_book(make_table):
    offers = make_table({"offer": ["x"], "product": [20], "service": [8], "personnel": [5], "image": [4],
                         "money": [18], "time": [3], "energy": [2], "mind": [1]})  # fmt: skip
    got = as_columns(loyalty.delivered_value(offers))
    assert (got["total_value"], got["total_cost"], got["delivered_value"]) == ([37], [24], [13])
    own = as_columns(loyalty.delivered_value(offers, values=["product", "image"], costs=["money"]))
    assert own["delivered_value"] == [6]
    with pytest.raises(ColumnError, match="psychic"):
        loyalty.delivered_value(offers, costs=["money", "psychic"])
    with pytest.raises(ArgumentError, match="values="):
        loyalty.delivered_value(offers, values=["money"], costs=["money"])


# --- drivers ------------------------------------------------------------------------------------------------------


def made(rng, n, weights, noise=1.0):
    x = rng.normal(size=(n, len(weights))) + 0.7 * rng.normal(size=(n, 1))
    y = x @ weights + noise * rng.normal(size=n)
    return {**{f"x{at}": x[:, at] for at in range(len(weights))}, "overall": y}


def by_numpy(survey, items):
    z = np.stack([(survey[name] - np.mean(survey[name])) / np.std(survey[name]) for name in items], axis=1)
    y = (survey["overall"] - np.mean(survey["overall"])) / np.std(survey["overall"])

    def r_squared(own):
        if not own:
            return 0.0
        x = z[:, list(own)]
        return 1 - np.mean((y - x @ np.linalg.lstsq(x, y, rcond=None)[0]) ** 2)

    parts = np.zeros(len(items))
    orders = list(itertools.permutations(range(len(items))))
    for order in orders:
        for at, item in enumerate(order):
            parts[item] += (r_squared(order[: at + 1]) - r_squared(order[:at])) / len(orders)
    weight = np.linalg.lstsq(z, y, rcond=None)[0]
    residual = y - z @ weight
    variance = residual @ residual / (len(y) - len(items) - 1)
    return weight, np.sqrt(variance * np.diag(np.linalg.inv(z.T @ z))), parts, r_squared(range(len(items)))


def test_weights_and_shapley_values_are_those_of_all_orders(make_table):
    from scipy.stats import t

    survey = made(np.random.default_rng(0), 200, np.array([0.8, 0.3, 0.0, -0.2]))
    items = ["x0", "x1", "x2", "x3"]
    found = loyalty.drivers(make_table(survey), items=items, overall="overall")
    got = as_columns(found.table)
    weight, se, parts, r_squared = by_numpy(survey, items)
    assert got["weight"] == pytest.approx(weight.tolist(), abs=1e-9)
    assert got["weight_low"] == pytest.approx((weight - t.ppf(0.975, 195) * se).tolist(), abs=1e-9)
    assert got["p_value"] == pytest.approx((2 * t.sf(np.abs(weight / se), 195)).tolist(), abs=1e-9)
    assert got["shapley"] == pytest.approx(parts.tolist(), abs=1e-9)
    assert found.r_squared == pytest.approx(r_squared)
    assert sum(got["derived_importance"]) == pytest.approx(1)


@settings(max_examples=examples(15), deadline=None)
@given(st.integers(0, 10_000))
def test_the_parts_add_up_to_r_squared(seed):
    survey = made(np.random.default_rng(seed), 40, np.random.default_rng(seed + 1).normal(size=5))
    found = loyalty.drivers(small_table(survey), items=[f"x{at}" for at in range(5)], overall="overall")
    got = as_columns(found.table)
    assert sum(got["shapley"]) == pytest.approx(found.r_squared)
    assert min(got["shapley"]) >= -1e-12


def test_advice_is_by_importance_and_performance():
    rng = np.random.default_rng(3)
    survey = made(rng, 500, np.array([1.0, 1.0, 0.0, 0.0]))
    survey["x1"] = survey["x1"] + 3
    survey["x3"] = survey["x3"] + 3
    got = as_columns(loyalty.drivers(survey, items=["x0", "x1", "x2", "x3"], overall="overall").table)
    assert got["advice"] == ["concentrate_here", "keep_up", "low_priority", "possible_overkill"]


def test_what_is_just_the_average_is_not_above_it():
    """Two items with the same answers in another order: half of the importance each, and one mean."""
    one = [1.0, 2, 3, 4, 5, 1, 5, 2]
    survey = {"x0": [*one, *reversed(one)], "x1": [*reversed(one), *one]}
    survey["overall"] = [a + b + at % 2 for at, (a, b) in enumerate(zip(survey["x0"], survey["x1"], strict=True))]
    survey["overall"] = [a + b for a, b in zip(survey["overall"], reversed(survey["overall"]), strict=True)]
    got = as_columns(loyalty.drivers(survey, items=["x0", "x1"], overall="overall").table)
    assert got["performance"] == [2.875, 2.875]
    assert got["derived_importance"] == [0.5, 0.5]
    assert got["advice"] == ["low_priority"] * 2


def test_stated_importance_stands_beside_the_derived_one():
    survey = {**made(np.random.default_rng(1), 50, np.array([1.0, 0.2])), "i0": [3] * 50, "i1": [5] * 50}
    got = as_columns(
        loyalty.drivers(survey, items=["x0", "x1"], overall="overall", stated={"x0": "i0", "x1": "i1"}).table
    )
    assert got["stated_importance"] == [3, 5]
    with pytest.raises(ArgumentError, match="stated="):
        loyalty.drivers(survey, items=["x0", "x1"], overall="overall", stated={"x0": "i0"})


def test_rows_with_gaps_are_left_out_and_counted():
    survey = made(np.random.default_rng(1), 50, np.array([1.0, 0.2]))
    survey["x0"][:7] = np.nan
    found = loyalty.drivers(survey, items=["x0", "x1"], overall="overall")
    assert (found.respondents, found.left_out) == (43, 7)
    whole = loyalty.drivers(
        {name: values[7:] for name, values in survey.items()}, items=["x0", "x1"], overall="overall"
    )
    assert as_columns(found.table)["weight"] == pytest.approx(as_columns(whole.table)["weight"])


def test_items_that_cannot_drive():
    survey = made(np.random.default_rng(1), 50, np.array([1.0, 0.2]))
    with pytest.raises(DataError, match="follows from"):
        loyalty.drivers({**survey, "x1": survey["x0"] * 2}, items=["x0", "x1"], overall="overall")
    with pytest.raises(DataError, match="same answer"):
        loyalty.drivers({**survey, "x1": [3.0] * 50}, items=["x0", "x1"], overall="overall")
    assert (
        loyalty.drivers({n: v[:4] for n, v in survey.items()}, items=["x0", "x1"], overall="overall").respondents == 4
    )
    with pytest.raises(DataError, match="only 3 rows"):
        loyalty.drivers({name: values[:3] for name, values in survey.items()}, items=["x0", "x1"], overall="overall")
    with pytest.raises(ArgumentError, match="items="):
        loyalty.drivers(survey, items=["x0"], overall="overall")
    with pytest.raises(ArgumentError, match="items="):
        loyalty.drivers(survey, items=["x0", "overall"], overall="overall")


# --- who answered -------------------------------------------------------------------------------------------------


def population(rng, n=4000):
    """The content iron customers answer, the discontent gold ones hardly do."""
    gold = rng.random(n) < 0.2
    customers = {"customer_id": np.arange(n), "tier": np.where(gold, "gold", "iron").astype(object),
                 "monetary": np.where(gold, 500.0, 50.0)}  # fmt: skip
    scores = np.where(gold, rng.choice([10, 8, 2], n, p=[0.2, 0.3, 0.5]), rng.choice([10, 8, 2], n, p=[0.6, 0.3, 0.1]))
    answered = rng.random(n) < np.where(gold, 0.05, 0.4)
    survey = {"customer_id": customers["customer_id"][answered], "nps": scores[answered]}
    truth = {"customers": np.mean(np.sign(scores - 7) * (scores != 8)), "gold": -0.3, "iron": 0.5}
    truth["value"] = np.average([-0.3, 0.5], weights=[500 * gold.sum(), 50 * (~gold).sum()])
    return survey, customers, truth


def test_response_bias_is_said_and_weighed(make_table):
    survey, customers, truth = population(np.random.default_rng(8))
    found = loyalty.response_bias(make_table(survey), make_table(customers))
    rows = as_columns(found.table)
    assert rows["group"] == ["gold", "iron"]
    assert rows["response_rate"] == pytest.approx([0.05, 0.4], abs=0.03)
    assert rows["response_low"][0] < 0.05 < rows["response_high"][0]
    assert sum(rows["value_share"]) == pytest.approx(1)
    assert sum(rows["customers"]) == 4000
    scores = as_columns(found.scores)
    plain, weighted, by_value = scores["nps"]
    assert plain > truth["customers"] + 0.1
    assert scores["nps_low"][1] <= truth["customers"] <= scores["nps_high"][1]
    assert scores["nps_low"][2] <= truth["value"] <= scores["nps_high"][2]
    assert by_value < weighted < plain
    assert weighted == pytest.approx(np.average(rows["nps"], weights=rows["customers"]))
    assert plain == pytest.approx(as_columns(loyalty.nps(survey).table)["nps"][0])


def test_intervals_of_weighted_scores_cover():
    inside = 0
    for seed in range(100):
        survey, customers, truth = population(np.random.default_rng(seed), 1200)
        got = as_columns(loyalty.response_bias(small_table(survey), small_table(customers)).scores)
        inside += got["nps_low"][2] <= truth["value"] <= got["nps_high"][2]
    assert inside >= 89


def test_tiers_that_nobody_speaks_for_are_named():
    customers = {"customer_id": ["a", "b", "c"], "tier": ["gold", "iron", "iron"], "monetary": [9.0, 1.0, 1.0]}
    found = loyalty.response_bias({"customer_id": ["b", "y", "z"], "nps": [10, 2, 1]}, customers)
    assert found.not_heard == ("gold",)
    assert found.strangers == 2
    with pytest.raises(DataError, match="no respondent"):
        loyalty.response_bias({"customer_id": ["y"], "nps": [10]}, customers)
    with pytest.raises(DataError, match="two kinds"):
        loyalty.response_bias({"customer_id": [1], "nps": [10]}, customers)
    with pytest.raises(DataError, match="more than one row"):
        loyalty.response_bias(
            {"customer_id": ["b"], "nps": [10]}, {name: values * 2 for name, values in customers.items()}
        )
    with pytest.raises(DataError, match="nobody knows who answered"):
        loyalty.response_bias({"nps": [10]}, customers)
