"""Brand equity: the figures of the spec, brute force, simulation, another package, and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import as_columns, examples
from crmkit import equity
from crmkit.errors import ArgumentError, ColumnError, DataError

P = {"last": ["A", "B"], "A": [0.8, 0.3], "B": [0.2, 0.7]}
TERMS = {"purchases_per_year": 2, "margin": 100 * 0.3, "discount_rate": 0.1}


def square(table, brands):
    got = as_columns(table)
    assert list(got) == ["last", *brands]
    return np.array([got[name] for name in brands]).T


# --- values -------------------------------------------------------------------------------------------------------


def test_values_of_two_brands(make_table):
    got = square(equity.brand_values(make_table(P), **TERMS), "AB")
    assert got == pytest.approx(np.array([[379.718361, 234.924293], [352.386440, 262.256214]]), abs=5e-7)
    assert got.sum(axis=1) == pytest.approx([614.642654] * 2, abs=5e-7)
    g = 1.1**-0.5
    assert g == pytest.approx(0.953462589, abs=5e-10)
    assert got.sum(axis=1) == pytest.approx(30 * g / (1 - g))


def test_values_of_six_purchases():
    after = square(equity.brand_values(P, **TERMS, horizon="3Y"), "AB")
    at_once = square(equity.brand_values(P, **TERMS, horizon="3Y", timing="start"), "AB")
    assert after[0, 0] == pytest.approx(102.515944, abs=5e-7)
    assert at_once[0, 0] == pytest.approx(132.515944, abs=5e-7)
    assert at_once - after == pytest.approx(30 * np.eye(2))


matrices = st.integers(2, 5).flatmap(
    lambda n: st.lists(st.lists(st.floats(0.01, 1), min_size=n, max_size=n), min_size=n, max_size=n)
).map(lambda rows: np.array(rows) / np.sum(rows, axis=1, keepdims=True))  # fmt: skip


@settings(max_examples=examples(50), deadline=None)
@given(p=matrices, often=st.floats(0.5, 12), rate=st.floats(0.02, 0.5))
def test_values_are_the_sum_of_powers_and_add_up_to_the_market(p, often, rate):
    terms = {"purchases_per_year": often, "margin": 7.0, "discount_rate": rate}
    brands = [chr(65 + at) for at in range(len(p))]
    whole = square(equity.brand_values(p, **terms), brands)
    g = (1 + rate) ** (-1 / often)
    assert whole.sum(axis=1) == pytest.approx(7 * g / (1 - g))
    summed, power = np.zeros_like(p), np.eye(len(p))
    for t in range(1, int(3 * often + 1e-9) + 1):
        power = power @ p
        summed += 7 * g**t * power
    assert square(equity.brand_values(p, **terms, horizon="3Y"), brands) == pytest.approx(summed)
    assert (whole >= summed - 1e-9).all()


def test_margins_by_brand():
    both = square(equity.brand_values(P, **TERMS), "AB")
    got = square(equity.brand_values(P, **{**TERMS, "margin": {"A": 30, "B": 15}}), "AB")
    assert got[:, 0] == pytest.approx(both[:, 0])
    assert got[:, 1] == pytest.approx(both[:, 1] / 2)
    with pytest.raises(DataError, match="'B'"):
        equity.brand_values(P, **{**TERMS, "margin": {"A": 30}})


def test_a_switcher_is_not_lost():
    """Taken for a retention rate, 80 % would make A's customer worth less than they are: some come back."""
    kept = sum(30 * (0.8 * 1.1**-0.5) ** t for t in range(1, 500))
    assert square(equity.brand_values(P, **TERMS), "AB")[0, 0] > 2 * kept * 1.5


def test_rows_may_come_in_any_order_and_as_an_array(make_table):
    turned = make_table({"B": [0.7, 0.2], "last": ["B", "A"], "A": [0.3, 0.8]})
    expected = square(equity.brand_values(P, **TERMS), "AB")
    assert square(equity.brand_values(turned, **TERMS), "BA")[::-1, ::-1] == pytest.approx(expected)
    for given_as in ([[0.8, 0.2], [0.3, 0.7]], np.array([[0.8, 0.2], [0.3, 0.7]])):
        assert square(equity.brand_values(given_as, **TERMS), "AB") == pytest.approx(expected)
    unnamed = {"A": [0.8, 0.3], "B": [0.2, 0.7]}
    assert square(equity.brand_values(unnamed, **TERMS), "AB") == pytest.approx(expected)
    with pytest.raises(DataError, match="same brands"):
        equity.brand_values({"A": [0.8, 0.3, 0.1], "B": [0.2, 0.7, 0.9]}, **TERMS)
    letters = as_columns(equity.long_run_shares(np.full((26, 26), 1 / 26)))["brand"]
    assert (letters[0], letters[-1]) == ("A", "Z")
    assert as_columns(equity.long_run_shares(np.full((27, 27), 1 / 27)))["brand"][-1] == "B27"
    pandas = pytest.importorskip("pandas")
    labelled = pandas.DataFrame([[0.3, 0.7], [0.8, 0.2]], index=["B", "A"], columns=["A", "B"])
    assert square(equity.brand_values(labelled, **TERMS), "AB") == pytest.approx(expected)


@pytest.mark.parametrize(
    ("matrix", "match"),
    [
        ({"last": ["A", "B"], "A": [0.8, 0.3], "B": [0.2, 0.6]}, r"'B' adds up to 0\.9"),
        ({"last": ["A", "B"], "A": [80, 30], "B": [20, 70]}, "adds up to 100"),
        ({"last": ["A", "B"], "A": [1.2, 0.3], "B": [-0.2, 0.7]}, r"below 0: -0\.2"),
        ({"last": ["A", "C"], "A": [0.8, 0.3], "B": [0.2, 0.7]}, "same brands"),
        ({"last": ["A", "B"], "A": [0.8, None], "B": [0.2, 0.7]}, "missing"),
        ([[0.5, 0.5]], "square"),
        ([["a", "b"], ["c", "d"]], "square"),
    ],
)
def test_what_is_no_switching_matrix(matrix, match):
    with pytest.raises(DataError, match=match):
        equity.brand_values(matrix, **TERMS)


@pytest.mark.parametrize(
    "changed", [{"purchases_per_year": 0}, {"discount_rate": 0}, {"margin": "x"}, {"horizon": "x"}]
)
def test_terms_that_cannot_be(changed):
    with pytest.raises(ArgumentError):
        equity.brand_values(P, **{**TERMS, **changed})


def test_without_a_discount_a_horizon_is_needed():
    got = square(equity.brand_values(P, **{**TERMS, "discount_rate": 0}, horizon="1Y"), "AB")
    assert got[0, 0] == pytest.approx(30 * (0.8 + 0.8 * 0.8 + 0.2 * 0.3))


# --- long run -----------------------------------------------------------------------------------------------------


def test_long_run_shares(make_table):
    assert as_columns(equity.long_run_shares(make_table(P)), sort="brand") == {"brand": ["A", "B"], "share": [0.6, 0.4]}


@settings(max_examples=examples(50), deadline=None)
@given(p=matrices)
def test_long_run_shares_are_where_powers_end(p):
    got = as_columns(equity.long_run_shares(p))["share"]
    assert sum(got) == pytest.approx(1)
    assert got == pytest.approx(np.linalg.matrix_power(p, 4000)[0].tolist(), abs=1e-6)


def test_brands_that_nobody_leaves_have_no_common_long_run():
    with pytest.raises(DataError, match="groups"):
        equity.long_run_shares([[1.0, 0.0], [0.0, 1.0]])
    assert as_columns(equity.long_run_shares([[0.0, 1.0], [1.0, 0.0]]))["share"] == [0.5, 0.5]


# --- what if ------------------------------------------------------------------------------------------------------


def test_an_improvement_of_a_tenth():
    found = equity.what_if(P, brand="A", utility=0.1, **TERMS, cost=10, customers=100)
    got = as_columns(found.table)
    assert got["share_before"] == [0.8, 0.3]
    assert got["share_after"] == pytest.approx([0.815521, 0.321410], abs=5e-7)
    assert got["gain"] == pytest.approx([20.5323, 21.1410], abs=5e-5)
    assert [after - before for after, before in zip(got["value_after"], got["value_before"], strict=True)] == (
        pytest.approx(got["gain"])
    )
    assert found.gain_per_customer == pytest.approx(0.6 * got["gain"][0] + 0.4 * got["gain"][1])
    assert found.gain == pytest.approx(100 * found.gain_per_customer)
    assert found.return_on_investment == pytest.approx((found.gain - 10) / 10)
    shares = as_columns(found.long_run)
    assert shares["share_before"] == [0.6, 0.4]
    assert shares["share_after"][0] == pytest.approx(0.321410 / (0.321410 + 1 - 0.815521), abs=1e-6)


def test_an_improvement_without_a_cost_has_no_return_and_says_so():
    found = equity.what_if(P, brand="B", utility=0.2, **TERMS)
    assert np.isnan(found.return_on_investment)
    assert "no improvement is free" in found.definition.text("en")
    assert "任何改进都有代价" in found.definition.text("zh")
    assert "no improvement is free" not in equity.what_if(P, brand="B", utility=0.2, **TERMS, cost=1).definition.text(
        "en"
    )


@settings(max_examples=examples(30), deadline=None)
@given(p=matrices, utility=st.floats(-2, 2))
def test_what_one_brand_gains_the_others_lose(p, utility):
    found = equity.what_if(p, brand="A", utility=utility, **TERMS)
    got = as_columns(found.table)
    sign = np.sign(utility)
    assert all(sign * gain >= -1e-9 for gain in got["gain"])
    shares = as_columns(found.long_run)
    assert sum(shares["share_after"]) == pytest.approx(1)


def test_an_unknown_brand_is_named():
    with pytest.raises(DataError, match="'Z'"):
        equity.what_if(P, brand="Z", utility=0.1, **TERMS)
    with pytest.raises(ArgumentError, match="cost=-1"):
        equity.what_if(P, brand="A", utility=0.1, **TERMS, cost=-1)


# --- counting moves -----------------------------------------------------------------------------------------------


def test_a_survey_of_last_and_next(make_table):
    survey = {
        "last": [*"AAAAABBBB", None, "A"],
        "next": [*"AAAABBBBA", "A", None],
        "weight": [1, 1, 1, 1, 1, 1, 1, 1, 5, 9, 9],
    }
    found = equity.switching(make_table(survey))
    assert square(found.table, "AB") == pytest.approx(np.array([[0.8, 0.2], [0.25, 0.75]]))
    assert found.left_out == 2
    got = as_columns(found.counts)
    assert got["customers"] == [4, 1, 1, 3]
    # Wilson of 4 of 5, by hand
    assert got["share_low"][0] == pytest.approx(0.37553, abs=5e-6)
    weighted = equity.switching(make_table(survey), weight="weight")
    assert square(weighted.table, "AB")[1] == pytest.approx([5 / 8, 3 / 8])
    assert as_columns(equity.long_run_shares(found))["share"] == pytest.approx([5 / 9, 4 / 9])


def test_a_panel_gives_back_the_matrix_that_made_it(make_table):
    rng = np.random.default_rng(3)
    p = np.array([[0.7, 0.2, 0.1], [0.25, 0.6, 0.15], [0.1, 0.3, 0.6]])
    who, day, brand = [], [], []
    for customer in range(400):
        at = rng.integers(3)
        for step in range(12):
            at = rng.choice(3, p=p[at])
            who.append(customer)
            day.append(np.datetime64("2025-01-01") + 7 * step)
            brand.append("ABC"[at])
    order = rng.permutation(len(who))
    panel = {"customer_id": np.array(who)[order], "date": np.array(day).astype("datetime64[us]")[order],
             "brand": np.array(brand, dtype=object)[order]}  # fmt: skip
    found = equity.panel_switching(make_table(panel))
    got = as_columns(found.counts)
    inside = [
        low <= truth <= high for low, truth, high in zip(got["share_low"], p.ravel(), got["share_high"], strict=True)
    ]
    assert sum(inside) >= 8
    assert sum(got["customers"]) == 400 * 11


def test_days_with_several_brands_have_no_order():
    panel = {"customer_id": [1] * 5, "brand": list("ABAAB"),
             "date": ["2025-01-01", "2025-01-02", "2025-01-02", "2025-01-03", "2025-01-04"]}  # fmt: skip
    found = equity.panel_switching(panel)
    assert found.left_out == 2
    assert as_columns(found.counts)["customers"] == [0, 1, 0, 0]
    with pytest.raises(DataError, match="two days"):
        equity.panel_switching({"customer_id": [1, 2], "brand": ["A", "B"], "date": ["2025-01-01"] * 2})
    with pytest.raises(DataError, match="column 'date' has dates that cannot be read"):
        equity.panel_switching({"customer_id": [1, 1], "brand": ["A", "B"], "date": ["2025-01-01", "someday"]})


def test_surveys_that_cannot_be_counted(make_table):
    with pytest.raises(ColumnError, match="bought"):
        equity.switching(make_table({"last": ["A"], "next": ["B"]}), last="bought")
    with pytest.raises(DataError, match="no row"):
        equity.switching({"last": ["A", None], "next": [None, "B"]})
    with pytest.raises(DataError, match="below 0"):
        equity.switching({"last": ["A"], "next": ["B"], "w": [-1.0]}, weight="w")
    half = equity.switching({"last": ["A", "A"], "next": ["A", "B"]})
    with pytest.raises(DataError, match="missing"):
        equity.brand_values(half, **TERMS)


def test_a_weight_of_0_is_a_weight():
    found = equity.switching({"last": [*"AAB"], "next": [*"ABA"], "w": [2, 1, 0]}, weight="w")
    got = square(found.table, "AB")
    assert got[0] == pytest.approx([2 / 3, 1 / 3])
    assert got[1].tolist() == [None, None]
    assert found.left_out == 0


@pytest.mark.parametrize("purchases", [0, -1])
def test_a_matrix_has_no_root_of_no_purchases(purchases):
    with pytest.raises(ArgumentError, match="purchases="):
        equity.per_purchase(np.eye(2), purchases=purchases)


@pytest.mark.parametrize("table", [{**P, "next": ["A", "B"]}, {"last": ["A", "B"]}])
def test_a_matrix_has_at_most_one_column_of_names_and_some_of_numbers(table):
    with pytest.raises(DataError, match="one column of text"):
        equity.long_run_shares(table)


def test_a_matrix_of_a_year_is_not_one_of_a_purchase():
    yearly = np.linalg.matrix_power(np.array([[0.8, 0.2], [0.3, 0.7]]), 4)
    once = square(equity.per_purchase(yearly, purchases=4), "AB")
    assert once == pytest.approx(np.array([[0.8, 0.2], [0.3, 0.7]]))
    wrong = square(equity.brand_values(yearly, **TERMS), "AB")
    right = square(equity.brand_values(once, **TERMS), "AB")
    assert abs(wrong[0, 0] - right[0, 0]) > 5
    with pytest.raises(DataError, match="no matrix"):
        equity.per_purchase([[0.1, 0.9], [0.9, 0.1]], purchases=2)


# --- drivers ------------------------------------------------------------------------------------------------------


def choices(rng, n, beta, brands=3):
    x = rng.normal(size=(n, brands, len(beta)))
    utility = x @ beta + rng.gumbel(size=(n, brands))
    took = utility.argmax(axis=1)
    return {
        "customer_id": np.repeat(np.arange(n), brands),
        "brand": np.array(list("ABCDE"[:brands]) * n, dtype=object),
        "chosen": (np.arange(brands)[None, :] == took[:, None]).astype(int).ravel(),
        **{f"x{at}": x[:, :, at].ravel() for at in range(len(beta))},
    }


def test_planted_drivers_are_found(make_table):
    survey = choices(np.random.default_rng(1), 2000, np.array([0.8, -0.4, 0.0]))
    found = equity.drivers(make_table(survey), drivers={"value_equity": ["x0", "x1"], "brand_equity": ["x2"]})
    got = as_columns(found.table)
    assert got["driver"] == ["x0", "x1", "x2"]
    assert got["coefficient"] == pytest.approx([0.8, -0.4, 0.0], abs=0.1)
    assert got["p_value"][0] < 1e-6
    assert got["p_value"][2] > 0.01
    assert sum(got["importance"]) == pytest.approx(1)
    equities = as_columns(found.equities)
    assert equities["equity"] == ["value_equity", "brand_equity"]
    assert equities["importance"][0] == pytest.approx(got["importance"][0] + got["importance"][1])
    assert found.log_likelihood_null == pytest.approx(-2000 * np.log(3))
    assert 0 < found.r_squared < 1
    assert found.utility({"x0": 0.5}) == pytest.approx(0.5 * got["coefficient"][0])


def test_two_brands_are_a_logistic_regression_on_differences():
    linear_model = pytest.importorskip("sklearn.linear_model")
    survey = choices(np.random.default_rng(7), 500, np.array([0.5, 1.0]), brands=2)
    x = np.stack([survey["x0"], survey["x1"]], axis=1).reshape(500, 2, 2)
    difference, first = x[:, 0] - x[:, 1], survey["chosen"].reshape(500, 2)[:, 0]
    model = linear_model.LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-10).fit(difference, first)
    got = as_columns(equity.drivers(survey, drivers=["x0", "x1"]).table)
    assert got["coefficient"] == pytest.approx(model.coef_[0].tolist(), abs=1e-5)
    p = model.predict_proba(difference)[:, 1]
    covariance = np.linalg.inv((difference * (p * (1 - p))[:, None]).T @ difference)
    assert got["se"] == pytest.approx(np.sqrt(np.diag(covariance)).tolist(), rel=1e-4)


def test_r_squared_is_what_is_left_of_the_likelihood_of_chance():
    """McFadden: of three brands, one of which has the better rating, two of three choose it."""
    better = {"customer_id": np.repeat(range(9), 3), "brand": list("abc") * 9, "x0": [1.0, 0, 0] * 9,
              "chosen": [1, 0, 0] * 6 + [0, 1, 0] * 2 + [0, 0, 1]}  # fmt: skip
    found = equity.drivers(better, drivers=["x0"])
    own = 6 * np.log(2 / 3) + 3 * np.log(1 / 6)  # shares 2/3, 1/6 and 1/6
    assert found.log_likelihood == pytest.approx(own)
    assert found.r_squared == pytest.approx(1 - own / (9 * np.log(1 / 3)))


def test_one_missing_rating_of_several_leaves_a_customer_out():
    survey = choices(np.random.default_rng(5), 60, np.array([0.5, 0.5]))
    survey["x1"][4] = np.nan
    found = equity.drivers(survey, drivers=["x0", "x1"])
    assert (found.choices, found.left_out) == (59, 1)


def test_intervals_of_coefficients_cover():
    rng, inside = np.random.default_rng(9), 0
    for _ in range(150):
        got = as_columns(equity.drivers(choices(rng, 150, np.array([0.6])), drivers=["x0"]).table)
        inside += got["coefficient_low"][0] <= 0.6 <= got["coefficient_high"][0]
    assert 0.9 <= inside / 150 <= 0.99


def test_row_order_and_ids_do_not_matter():
    survey = choices(np.random.default_rng(2), 80, np.array([0.5]))
    order = np.random.default_rng(0).permutation(240)
    shuffled = {name: values[order] for name, values in survey.items()}
    assert as_columns(equity.drivers(survey, drivers=["x0"]).table) == as_columns(
        equity.drivers(shuffled, drivers=["x0"]).table
    )


def test_surveys_of_choices_that_cannot_be_fitted():
    rng = np.random.default_rng(5)
    survey = choices(rng, 60, np.array([0.5, 0.5]))
    with pytest.raises(DataError, match="follows from"):
        equity.drivers({**survey, "x1": 2 * survey["x0"]}, drivers=["x0", "x1"])
    with pytest.raises(DataError, match="same for all brands"):
        equity.drivers({**survey, "x1": np.repeat(np.arange(60.0), 3)}, drivers=["x0", "x1"])
    with pytest.raises(DataError, match="perfectly"):
        equity.drivers({**survey, "x1": survey["chosen"].astype(float)}, drivers=["x1"])
    with pytest.raises(DataError, match="60 customers"):
        equity.drivers({**survey, "chosen": np.zeros(180, dtype=int)}, drivers=["x0"])
    with pytest.raises(DataError, match="other than 0 and 1"):
        equity.drivers({**survey, "chosen": 2 * survey["chosen"]}, drivers=["x0"])
    with pytest.raises(ColumnError, match="price"):
        equity.drivers(survey, drivers=["price"])
    for drivers in ([], "x0", ["x0", "x0"], {"value_equity": ["x0"], "brand_equity": ["x0"]}):
        with pytest.raises(ArgumentError, match="drivers="):
            equity.drivers(survey, drivers=drivers)
    missing = survey["x0"].copy()
    missing[:3] = np.nan
    assert equity.drivers({**survey, "x0": missing}, drivers=["x0"]).left_out == 1
