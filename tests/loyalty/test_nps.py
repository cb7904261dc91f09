"""Net promoter scores: the figures of the spec, coverage by enumeration, and the pitfalls others fell into."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multinomial

from conftest import as_columns, examples, small_table
from crmkit import loyalty
from crmkit.errors import ArgumentError, ColumnError, DataError

PROMOTER, PASSIVE, DETRACTOR = 10, 8, 3


def answers(promoters, passives, detractors):
    return [PROMOTER] * promoters + [PASSIVE] * passives + [DETRACTOR] * detractors


@pytest.mark.parametrize(
    ("counts", "score", "wald", "adjusted", "tango"),
    [
        ((50, 30, 20), 0.3, (0.1469, 0.4531), (0.1405, 0.4420), (0.13955, 0.44339)),
        ((70, 20, 10), 0.6, (0.4700, 0.7300), (0.4527, 0.7124), (0.45217, 0.71277)),
        ((9, 0, 2), 0.6364, (0.1805, 1.0922), (0.0800, 0.9200), (0.04604, 0.89726)),
        ((10, 0, 0), 1, (1, 1), (0.4750, 1.0634), (0.44493, 1)),
        ((3, 4, 3), 0, (-0.4801, 0.4801), (-0.4129, 0.4129), (-0.44422, 0.44422)),
        ((200, 150, 150), 0.1, (0.0272, 0.1728), (0.0269, 0.1719), (0.02675, 0.17206)),
    ],
)
def test_the_three_intervals(counts, score, wald, adjusted, tango):
    survey = {"customer_id": range(sum(counts)), "nps": answers(*counts)}
    for method, ends, digits in (("wald", wald, 5e-5), ("adjusted", adjusted, 5e-5), ("score", tango, 5e-6)):
        got = as_columns(loyalty.nps(survey, method=method).table)
        assert [got[name] for name in ("promoters", "passives", "detractors")] == [[n] for n in counts]
        assert got["nps"][0] == pytest.approx(score, abs=5e-5)
        assert (got["nps_low"][0], got["nps_high"][0]) == pytest.approx(ends, abs=digits)
        assert loyalty.nps_interval(*counts, method=method)[1:] == pytest.approx(ends, abs=digits)


MIXES = [
    (0.5, 0.3, 0.2), (0.7, 0.2, 0.1), (0.8, 0.1, 0.1), (0.2, 0.3, 0.5), (0.1, 0.8, 0.1), (1 / 3, 1 / 3, 1 / 3),
    (0.6, 0.4, 0.0), (0.4, 0.2, 0.4), (0.3, 0.5, 0.2),
]  # fmt: skip


@pytest.mark.parametrize("n", [10, 30, 100])
def test_the_score_interval_covers_by_enumeration_of_all_outcomes(n):
    outcomes = np.array([(i, n - i - j, j) for i in range(n + 1) for j in range(n + 1 - i)])
    ends = np.array([loyalty.nps_interval(*map(int, row))[1:] for row in outcomes[::1]]) if n < 100 else _ends(outcomes)
    covered = []
    for mix in MIXES:
        truth = mix[0] - mix[2]
        inside = (ends[:, 0] <= truth + 1e-9) & (truth - 1e-9 <= ends[:, 1])
        covered.append(multinomial.pmf(outcomes, n, mix)[inside].sum())
    assert min(covered) >= 0.93
    assert np.mean(covered) <= 0.97
    assert ends.min() >= -1
    assert ends.max() <= 1


def _ends(outcomes):
    from crmkit.loyalty._intervals import nps_ends  # thousands of intervals at once

    return np.stack(nps_ends(*outcomes.T), axis=1)


def test_the_ends_are_where_the_score_test_rejects():
    """Against the test itself, the restricted likelihood maximised by brute force."""
    b, p, c = 12, 5, 7
    n = b + p + c
    for end in loyalty.nps_interval(b, p, c)[1:]:
        down = np.linspace(max(-end, 0) + 1e-9, (1 - end) / 2 - 1e-9, 400_001)
        likelihood = b * np.log(down + end) + c * np.log(down) + p * np.log(1 - 2 * down - end)
        likeliest = down[np.argmax(likelihood)]
        z = (b - c - n * end) / np.sqrt(n * (2 * likeliest + end - end**2))
        assert abs(z) == pytest.approx(1.959964, abs=1e-4)


# --- counting -----------------------------------------------------------------------------------------------------


def test_every_kind_of_table(make_table):
    survey = {
        "customer_id": ["a", "b", "c", "d", "e", "f"],
        "date": np.array(["2025-01-05", "2025-01-09", "2025-02-01", "2025-02-02", "2025-02-03", "2025-03-01"],
                         dtype="datetime64[us]"),
        "nps": [10.0, 9.0, 7.0, 6.0, 0.0, 10.0],
        "shop": ["x", "x", "y", "y", "x", "y"],
    }  # fmt: skip
    found = loyalty.nps(make_table(survey), by="shop", period="month")
    got = as_columns(found.table)
    assert list(zip(got["period"], got["group"], got["respondents"], got["nps"], strict=True)) == [
        ("2025-01", "x", 2, 1.0), ("2025-02", "x", 1, -1.0), ("2025-02", "y", 2, -0.5), ("2025-03", "y", 1, 1.0),
    ]  # fmt: skip
    assert as_columns(found.overall)["nps"][0] == pytest.approx(1 / 6)


def test_a_missing_answer_is_no_passive(make_table):
    found = loyalty.nps(make_table({"customer_id": [1, 2, 3], "nps": [10.0, None, 2.0]}))
    assert as_columns(found.table)["respondents"] == [2]
    assert as_columns(found.table)["passives"] == [0]
    assert as_columns(found.notes) == {"note": ["missing"], "answers": [1]}


def test_who_answers_often_is_one_respondent_with_the_last_answer(make_table):
    survey = make_table(
        {
            "customer_id": ["a", "a", "a", "b", "c", "c"],
            "date": ["2025-01-01", "2025-02-01", "2025-03-01", "2025-01-05", "2025-01-07", "2025-01-07"],
            "nps": [10, 10, 2, 9, 9, 5],
        }
    )
    found = loyalty.nps(survey)
    got = as_columns(found.table)
    assert (got["respondents"], got["promoters"], got["detractors"]) == ([3], [1], [2])
    assert as_columns(found.notes) == {"note": ["repeated", "same_day"], "answers": [2, 1]}
    # by month they are respondents of each month
    assert sum(as_columns(loyalty.nps(survey, period="month").table)["respondents"]) == 5
    with pytest.raises(DataError, match="2 answers are further ones"):
        loyalty.nps({"customer_id": ["a", "a", "a", "b"], "nps": [1, 2, 3, 4]})


def test_without_ids_each_row_is_a_respondent(make_table):
    assert as_columns(loyalty.nps(make_table({"nps": [10, 10, 3]})).table)["respondents"] == [3]
    some = {"customer_id": [None, None, "a"], "date": ["2025-01-01"] * 3, "nps": [10, 9, 2]}
    assert as_columns(loyalty.nps(some).table)["respondents"] == [3]
    repeated = {"customer_id": [None, None, "a", "a"], "date": ["2025-01-01"] * 4, "nps": [10, 9, 2, 2]}
    assert as_columns(loyalty.nps(repeated).table)["respondents"] == [3]


def test_rows_without_a_date_are_counted_where_periods_need_one():
    survey = {"customer_id": [1, 2, 3], "date": ["2025-01-01", None, "2025-01-03"], "nps": [10, 9, 1]}
    found = loyalty.nps(survey, period="month")
    assert as_columns(found.table)["respondents"] == [2]
    assert as_columns(found.notes) == {"note": ["no_date"], "answers": [1]}
    assert as_columns(loyalty.nps(survey).table)["respondents"] == [3]


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10), st.sampled_from("xyz")), min_size=1, max_size=40))
def test_the_score_of_all_is_that_of_all_answers_and_not_the_mean_of_the_groups(rows):
    survey = small_table({"nps": [score for score, _ in rows], "shop": [shop for _, shop in rows]})
    found = loyalty.nps(survey, by="shop")
    groups, whole = as_columns(found.table), as_columns(found.overall)
    plain = np.mean([(score >= 9) - (score <= 6) for score, _ in rows])
    assert whole["nps"][0] == pytest.approx(plain, abs=1e-12)
    assert whole["nps"][0] == pytest.approx(np.average(groups["nps"], weights=groups["respondents"]), abs=1e-12)
    assert sum(groups["respondents"]) == whole["respondents"][0] == len(rows)
    assert all(-1 <= low <= score <= high <= 1 for low, score, high in
               zip(groups["nps_low"], groups["nps"], groups["nps_high"], strict=True))  # fmt: skip


def test_the_mean_of_groups_of_different_sizes_is_another_number():
    survey = {"nps": answers(90, 0, 10) + answers(0, 0, 10), "shop": ["big"] * 100 + ["small"] * 10}
    found = loyalty.nps(survey, by="shop")
    assert as_columns(found.overall)["nps"][0] == pytest.approx(70 / 110)
    assert np.mean(as_columns(found.table)["nps"]) == pytest.approx(-0.1)


def test_row_order_does_not_matter():
    rng = np.random.default_rng(1)
    survey = {"customer_id": rng.integers(0, 50, 300), "nps": rng.integers(0, 11, 300),
              "date": np.datetime64("2025-01-01") + rng.integers(0, 90, 300)}  # fmt: skip
    order = rng.permutation(300)
    one = as_columns(loyalty.nps(survey, period="month").table)
    assert as_columns(loyalty.nps({k: v[order] for k, v in survey.items()}, period="month").table) == one


# --- scales -------------------------------------------------------------------------------------------------------


def test_scores_off_the_scale_are_refused(make_table):
    with pytest.raises(DataError, match=r"column 'nps' has 1 answers[\s\S]*11"):
        loyalty.nps(make_table({"nps": [10, 11, 3]}))
    with pytest.raises(DataError, match=r"7\.5"):
        loyalty.nps(make_table({"nps": [10.0, 7.5]}))
    with pytest.raises(DataError, match="1 answers"):
        loyalty.nps({"nps": [0, 5, 10]}, scale=(1, 10))
    with pytest.raises(ArgumentError, match="scale="):
        loyalty.nps({"nps": [5]}, scale=(1, 5))
    with pytest.raises(ColumnError, match="text"):
        loyalty.nps(make_table({"nps": ["nine", "ten"]}))
    with pytest.raises(ColumnError, match="recommend"):
        loyalty.nps(make_table({"nps": [1]}), score="recommend")
    with pytest.raises(DataError, match="no answer"):
        loyalty.nps({"nps": [None, None]})


def test_a_group_that_seems_to_be_asked_from_1_to_10_is_noted():
    survey = {"nps": [0] * 50 + [10] * 50 + [1] * 60 + [10] * 40, "wave": ["a"] * 100 + ["b"] * 100}
    found = loyalty.nps(survey, by="wave")
    assert as_columns(found.notes) == {"note": ["other_scale"], "answers": [100]}
    assert as_columns(loyalty.nps(survey).notes)["note"] == []


# --- differences --------------------------------------------------------------------------------------------------


def test_the_difference_of_two_samples():
    survey = {"nps": answers(50, 30, 20) + answers(40, 35, 25), "shop": ["a"] * 100 + ["b"] * 100}
    got = as_columns(loyalty.compare_nps(survey, by="shop", baseline="b").table)
    assert got["group"] == ["b", "a"]
    row = {name: values[1] for name, values in got.items()}
    assert row["difference"] == pytest.approx(0.14563, abs=5e-6)
    assert row["se"] == pytest.approx(0.10945, abs=5e-6)
    assert (row["difference_low"], row["difference_high"]) == pytest.approx((-0.06888, 0.36014), abs=5e-6)
    assert row["p_value"] == pytest.approx(0.18331, abs=5e-6)
    assert row["p_adjusted"] == row["p_value"]
    assert row["answered_both"] == 0


def test_the_same_people_are_paired(make_table):
    """Everybody moves up one class or stays: the paired interval is far narrower than that of two samples."""
    before, after = answers(40, 30, 30), answers(50, 30, 20)
    waves = {
        "customer_id": [*range(100)] * 2,
        "nps": before + after,
        "date": ["2025-01-05"] * 100 + ["2025-02-05"] * 100,
    }
    paired = as_columns(loyalty.compare_nps(make_table(waves), period="month").table)
    strangers = {**waves, "customer_id": range(200)}
    apart = as_columns(loyalty.compare_nps(strangers, period="month").table)
    assert (paired["answered_both"][1], apart["answered_both"][1]) == (100, 0)
    assert paired["difference"][1] == apart["difference"][1]
    assert paired["se"][1] < apart["se"][1] / 2
    # by hand: 20 of 100 move by one step, so that the variance of a change is .2 - .2^2; the 3 answers added widen it
    assert paired["se"][1] == pytest.approx(np.sqrt((0.2 - 0.04) / 100), rel=0.1)


def test_differences_of_overlapping_samples_cover():
    rng, inside = np.random.default_rng(4), 0
    p = np.array([0.45, 0.3, 0.25])
    for _ in range(150):
        first = rng.choice(3, 60, p=p)
        same = rng.random(40) < 0.7
        second = np.where(same, first[:40], rng.choice(3, 40, p=p))
        second = np.append(second, rng.choice(3, 20, p=p))
        people = [*range(60), *range(40), *range(100, 120)]
        scores = np.array([10, 8, 2])[np.append(first, second)]
        table = small_table({"customer_id": people, "nps": scores, "wave": ["a"] * 60 + ["b"] * 60})
        row = as_columns(loyalty.compare_nps(table, by="wave", baseline="a").table)
        inside += row["difference_low"][1] <= 0 <= row["difference_high"][1]
    assert 0.91 <= inside / 150 <= 0.99


def test_many_comparisons_are_adjusted():
    rng = np.random.default_rng(0)
    survey = {"nps": rng.integers(0, 11, 400), "shop": np.repeat(list("abcd"), 100)}
    got = as_columns(loyalty.compare_nps(survey, by="shop").table)
    p, adjusted = np.array(got["p_value"][1:]), np.array(got["p_adjusted"][1:])
    order = np.argsort(p)
    assert adjusted[order][0] == pytest.approx(min(3 * p[order][0], 1))
    assert (adjusted >= p).all()


def test_p_values_are_adjusted_step_by_step_after_holm():
    """Each by the number of those not smaller, never below the one before: Holm (1979), written out."""
    promoters = {"a": 50, "b": 31, "c": 30, "d": 39, "e": 50}
    shops = [shop for shop, n in promoters.items() for _ in range(100)]
    scores = [score for n in promoters.values() for score in [10] * n + [5] * (100 - n)]
    got = as_columns(loyalty.compare_nps({"nps": scores, "shop": shops}, by="shop", baseline="a").table)
    p = dict(zip(got["group"][1:], got["p_value"][1:], strict=True))
    assert p["c"] < p["b"] < p["d"] < p["e"]
    assert p["b"] * 3 > p["c"] * 4  # otherwise the order of steps would not be seen
    by_hand = {"c": 4 * p["c"], "b": 3 * p["b"], "d": 2 * p["d"], "e": 1.0}
    assert dict(zip(got["group"][1:], got["p_adjusted"][1:], strict=True)) == pytest.approx(by_hand, rel=1e-12)
    assert by_hand["d"] < 1


def test_what_cannot_be_compared():
    one = {"nps": [1, 2], "shop": ["a", "a"]}
    with pytest.raises(DataError, match="nothing to compare"):
        loyalty.compare_nps(one, by="shop")
    with pytest.raises(ArgumentError, match="give one of them"):
        loyalty.compare_nps(one)
    with pytest.raises(ArgumentError, match="baseline='z'"):
        loyalty.compare_nps({"nps": [1, 2], "shop": ["a", "b"]}, by="shop", baseline="z")


@pytest.mark.parametrize("counts", [(0, 0, 1), (0, 1, 0), (1, 0, 0)])
def test_one_answer_has_a_wide_interval(counts):
    score, low, high = loyalty.nps_interval(*counts)
    assert low <= score <= high
    assert high - low > 0.9
    with pytest.raises(ArgumentError):
        loyalty.nps_interval(0, 0, 0)


def test_people_of_both_waves_count_only_where_their_opinions_vary_together():
    def error_of(first, second):
        waves = {"customer_id": [*first, *second], "wave": ["one"] * 6 + ["two"] * 6,
                 "nps": [10, 9, 3, 8, 10, 2, 9, 3, 4, 10, 8, 10]}  # fmt: skip
        row = as_columns(loyalty.compare_nps(waves, by="wave").table)
        return row["answered_both"][1], row["se"][1]

    nobody, alone = error_of("abcdef", "ghijkl")
    assert nobody == 0
    assert error_of("abcdef", "ahijkl") == (1, alone)  # one person's two answers vary with nothing
    assert error_of("abcdef", "abhijk") == (2, alone)  # both promoters at first
    both, together = error_of("abcdef", "achijk")  # promoter and detractor in both waves
    assert both == 2
    assert together < alone
    both, against = error_of("abcdef", "cahijk")  # each the other's opposite
    assert both == 2
    assert against > alone
    assert alone**2 - together**2 == pytest.approx(against**2 - alone**2)


@pytest.mark.parametrize(("n", "noted"), [(30, []), (31, [31])])
def test_a_group_without_zeros_is_suspect_where_chance_would_have_left_them_out_once_in_a_thousand(n, noted):
    """A fifth of the others answer 0: 0.8^30 is 0.00124, 0.8^31 is 0.00099."""
    survey = {"shop": ["a"] * n + ["b"] * 100, "nps": [5] * n + [0] * 20 + [9] * 80}
    notes = as_columns(loyalty.nps(survey, by="shop").notes)
    assert [
        count for note, count in zip(notes["note"], notes["answers"], strict=True) if note == "other_scale"
    ] == noted
