"""RFM against hand calculation and Hughes' break-even example, the laws of a fair score, and bad input."""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import crmkit as crm
from conftest import as_columns, examples, small_table
from crmkit import rfm
from crmkit._statistics import wilson
from crmkit.errors import ArgumentError, ColumnError, DataError, NotFittedError

SCORES = ["r_score", "f_score", "m_score"]

# Ten customers whose quintiles can be counted off on paper.
TEN = {
    "customer_id": [f"C{n:02d}" for n in range(1, 11)],
    "recency": [5, 10, 20, 30, 45, 60, 90, 120, 200, 365],
    "frequency": [12, 8, 1, 6, 1, 1, 2, 1, 3, 1],
    "monetary": [900.0, 640.0, 15.0, 450.0, 30.0, 20.0, 75.0, 10.0, 120.0, 40.0],
}
# R by pairs from the most recent; F: the five who bought once stand at 2.5 of 10, so at 1 + floor(5 x 0.25) = 2;
# the others, one by one, at 5.5, 6.5, 7.5, 8.5, 9.5; M by pairs: 10 15 | 20 30 | 40 75 | 120 450 | 640 900.
TEN_R = [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
TEN_F = [5, 5, 2, 4, 2, 2, 3, 2, 4, 2]
TEN_M = [5, 5, 1, 4, 2, 2, 3, 1, 4, 3]


def scored(make_table, columns, **options):
    return as_columns(rfm.score(make_table(columns), **options), sort="customer_id")


# --- scores by hand ---------------------------------------------------------------------------------------------


def test_quintiles_of_ten_customers_by_hand(make_table):
    got = scored(make_table, TEN)
    assert [got[name] for name in SCORES] == [TEN_R, TEN_F, TEN_M]
    assert got["rfm"] == [f"{r}{f}{m}" for r, f, m in zip(TEN_R, TEN_F, TEN_M, strict=True)]
    assert got["rfm_sum"] == [r + f + m for r, f, m in zip(TEN_R, TEN_F, TEN_M, strict=True)]
    assert got["monetary"] == TEN["monetary"]


def test_equals_can_share_the_best_or_the_worst_of_their_places():
    # Five bought once: their places are 0.5 to 4.5 of 10.
    assert rfm.score(TEN, ties="worse")["f_score"][2] == 1
    assert rfm.score(TEN, ties="better")["f_score"][2] == 3


def test_bands_are_1_2_3to4_and_5_and_more(make_table):
    columns = {**TEN, "frequency": [1, 2, 3, 4, 5, 6, 20, 1, 1, 1]}
    got = scored(make_table, columns, method="bands")
    assert got["f_score"] == [1, 2, 3, 3, 4, 4, 4, 1, 1, 1]
    assert got["r_score"] == TEN_R


def test_fixed_cuts_are_reached_by_the_value_itself(make_table):
    cuts = {"recency": [30, 90, 200], "monetary": [30, 120]}
    got = scored(make_table, TEN, cuts=cuts)
    assert got["r_score"] == [4, 4, 4, 4, 3, 3, 3, 2, 2, 1]
    assert got["m_score"] == [3, 3, 1, 3, 2, 1, 2, 1, 3, 2]
    assert got["f_score"] == TEN_F


def test_a_cut_without_a_limit_is_reached_by_everybody_or_by_nobody(make_table):
    cuts = {"recency": [np.inf, 90, -np.inf], "frequency": [-np.inf, -np.inf, 2], "monetary": [-np.inf, np.inf]}
    got = scored(make_table, TEN, cuts=cuts)
    assert got["r_score"] == [3 if days <= 90 else 2 for days in TEN["recency"]]
    assert got["f_score"] == [4 if orders >= 2 else 3 for orders in TEN["frequency"]]
    assert got["m_score"] == [2] * 10


def test_mean_and_median_splits_are_high_above_only(make_table):
    # Means: recency 94.5, frequency 3.6, monetary 230; medians: 52.5, 1.5, 57.5.
    by_mean = scored(make_table, TEN, method="mean")
    assert by_mean["r_score"] == [2, 2, 2, 2, 2, 2, 2, 1, 1, 1]
    assert by_mean["f_score"] == [2, 2, 1, 2, 1, 1, 1, 1, 1, 1]
    assert by_mean["m_score"] == [2, 2, 1, 2, 1, 1, 1, 1, 1, 1]
    by_median = scored(make_table, TEN, method="median")
    assert by_median["r_score"] == [2, 2, 2, 2, 2, 1, 1, 1, 1, 1]
    assert by_median["f_score"] == [2, 2, 1, 2, 1, 1, 2, 1, 2, 1]
    assert by_median["m_score"] == [2, 2, 1, 2, 1, 1, 2, 1, 2, 1]


@pytest.mark.parametrize("method", ["mean", "median"])
def test_nobody_is_above_the_average_of_equals(method):
    # 0.1 + 0.1 + 0.1 is not 3 x 0.1 in binary: a careless mean puts everybody above or below it.
    for n, value in product((3, 6, 7, 10), (0.1, 0.7, 33.33, 1e12 / 3)):
        equal = {"recency": [9] * n, "frequency": [1] * n, "monetary": [value] * n}
        assert set(rfm.score(equal, method=method)["rfm"]) == {"111"}


def test_rank_makes_equal_levels_and_breaks_ties_by_id(make_table):
    columns = {
        "customer_id": ["d", "b", "a", "c", "e", "Z", "é", "f"],
        "recency": [7] * 8,
        "frequency": [1, 1, 1, 1, 1, 1, 1, 9],
        "monetary": [5.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
    }
    got = scored(make_table, columns, method="rank", bins=4)
    # Bytewise: Z < a < b < c < d < e < f < é.
    assert got["customer_id"] == ["Z", "a", "b", "c", "d", "e", "f", "é"]
    assert got["r_score"] == [1, 1, 2, 2, 3, 3, 4, 4]
    assert got["f_score"] == [1, 1, 2, 2, 3, 3, 4, 4]  # f is best, é before it
    assert got["m_score"] == [1, 1, 2, 2, 4, 3, 3, 4]  # d spent most


def test_rank_orders_number_ids_by_size(make_table):
    columns = {"customer_id": [10, 9, 0, 2], "recency": [1] * 4, "frequency": [1] * 4, "monetary": [1.0] * 4}
    got = scored(make_table, columns, method="rank", bins=2)
    assert got["r_score"] == [1, 1, 2, 2]
    assert got["customer_id"] == [0, 2, 9, 10]


def test_rank_levels_differ_by_one_customer_at_most():
    for n in (1, 2, 3, 4, 9, 23):
        table = {"customer_id": range(n), "recency": [3] * n, "frequency": [1] * n, "monetary": list(range(n))}
        for bins in (2, 5):
            fitted = rfm.Scorer(method="rank", bins=bins).fit(table)
            got = fitted.score(table)
            # Where all values differ, ranks are quantiles.
            assert got["m_score"].tolist() == rfm.score(table, bins=bins)["m_score"].tolist()
            for measure, column in {"recency": "r_score", "frequency": "f_score", "monetary": "m_score"}.items():
                sizes = Counter(got[column].tolist())
                assert {level: sizes[level] for level in range(1, bins + 1)} == fitted.levels_[measure]
                assert (
                    max(sizes[level] for level in range(1, bins + 1))
                    - min(sizes[level] for level in range(1, bins + 1))
                    <= 1
                )


def test_nested_scores_are_quantiles_within_the_cell_before(make_table):
    rng = np.random.default_rng(3)
    n = 240
    columns = {
        "customer_id": list(range(n)),
        "recency": rng.integers(0, 40, n).tolist(),
        "frequency": rng.integers(1, 6, n).tolist(),
        "monetary": rng.integers(1, 30, n).astype(float).tolist(),
    }
    got = scored(make_table, columns, method="nested", bins=3)
    assert got["r_score"] == midrank(columns["recency"], 3, reverse=True)
    for r in (1, 2, 3):
        in_r = [row for row in range(n) if got["r_score"][row] == r]
        assert [got["f_score"][row] for row in in_r] == midrank([columns["frequency"][row] for row in in_r], 3)
        for f in {got["f_score"][row] for row in in_r}:
            cell = [row for row in in_r if got["f_score"][row] == f]
            assert [got["m_score"][row] for row in cell] == midrank([columns["monetary"][row] for row in cell], 3)


def midrank(values, bins, *, reverse=False, ties="middle"):
    """The rule of the docstring, customer by customer, in exact fractions."""
    signed = [-value if reverse else value for value in values]
    n, half = len(values), Fraction(1, 2)
    stands = {"middle": lambda equal: equal * half, "better": lambda equal: equal - half, "worse": lambda _: half}[ties]
    places = [sum(o < v for o in signed) + stands(sum(o == v for o in signed)) for v in signed]
    return [1 + int(bins * place / n) for place in places]


@pytest.mark.parametrize("ties", ["middle", "better", "worse"])
def test_equals_stand_where_ties_says_in_groups_of_any_size(ties):
    # Two fives, and sizes that no number of levels divides: half a place decides at the edges of levels.
    for spend, bins in product(
        ([1] * 5 + [2] * 5, [1, 2, 3, 3, 3, 4, 4], [1, 1, 2, 2, 2, 2, 3, 4, 5, 5, 5]), (2, 3, 5)
    ):
        n = len(spend)
        table = {"recency": spend, "frequency": [1] * n, "monetary": [float(money) for money in spend]}
        got = rfm.score(table, bins=bins, ties=ties)
        assert got["m_score"].tolist() == midrank(spend, bins, ties=ties)
        assert got["r_score"].tolist() == midrank(spend, bins, reverse=True, ties=ties)


def test_ten_bins_keep_the_scores_apart(make_table):
    got = scored(make_table, TEN, bins=10)
    assert got["rfm"][:2] == ["10_10_10", "9_9_9"]
    assert scored(make_table, TEN, bins=9)["rfm"][0] == "999"


def test_weights_sum_the_scores(make_table):
    got = scored(make_table, TEN, weights=(0.25, 0.25, 0.5))
    assert got["rfm_weighted"] == pytest.approx(
        [0.25 * r + 0.25 * f + 0.5 * m for r, f, m in zip(TEN_R, TEN_F, TEN_M, strict=True)], rel=1e-15
    )
    assert rfm.score(TEN, weights={"monetary": 1})["rfm_weighted"].tolist() == TEN_M
    assert "rfm_weighted" not in rfm.score(TEN)


def test_methods_may_differ_by_measure(make_table):
    got = scored(make_table, TEN, method={"frequency": "bands", "monetary": "mean"})
    assert got["r_score"] == TEN_R
    assert got["f_score"] == [4, 4, 1, 4, 1, 1, 2, 1, 3, 1]
    assert got["m_score"] == [2, 2, 1, 2, 1, 1, 1, 1, 1, 1]


def test_own_column_names(make_table):
    columns = {"who": TEN["customer_id"], "days": TEN["recency"], "n": TEN["frequency"], "spend": TEN["monetary"]}
    table = rfm.score(
        make_table(columns),
        measures={"recency": "days", "frequency": "n", "monetary": "spend"},
        customer="who",
        method="rank",
    )
    assert as_columns(table, sort="who")["r_score"] == TEN_R


# --- laws -------------------------------------------------------------------------------------------------------

ROW = st.tuples(st.integers(0, 6), st.integers(1, 4), st.integers(-3, 8))
PEOPLE = st.lists(ROW, min_size=1, max_size=40)
VALUE_METHODS = st.sampled_from(["quantile", "bands", "mean", "median", "nested"])
quickly = settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.too_slow])


def table_of(rows, ids=None):
    recency, frequency, quarters = zip(*rows, strict=True)
    return {
        "customer_id": list(range(len(rows))) if ids is None else ids,
        "recency": list(recency),
        "frequency": list(frequency),
        "monetary": [amount / 4 for amount in quarters],
    }


def scores_of(columns, **options):
    got = as_columns(rfm.score(small_table(columns), **options))
    return list(zip(*(got[name] for name in SCORES), strict=True))


@quickly
@given(rows=PEOPLE, method=VALUE_METHODS, bins=st.integers(2, 11), ties=st.sampled_from(["middle", "better", "worse"]))
def test_equal_values_get_equal_scores_whatever_the_order_and_the_ids(rows, method, bins, ties):
    options = {"method": method, "bins": bins, "ties": ties}
    got = scores_of(table_of(rows), **options)
    assert len(set(zip(rows, got, strict=True))) == len(set(rows))
    shuffled = np.random.default_rng(len(rows)).permutation(len(rows))
    again = scores_of(table_of([rows[at] for at in shuffled], [f"x{-at}" for at in shuffled]), **options)
    assert again == [got[at] for at in shuffled]


@quickly
@given(rows=PEOPLE, method=st.sampled_from(["quantile", "bands", "mean", "median", "rank"]), bins=st.integers(2, 9))
def test_more_is_never_scored_lower_and_scores_are_levels(rows, method, bins):
    got = scores_of(table_of(rows), method=method, bins=bins)
    for at, better in enumerate([lambda a, b: a < b, lambda a, b: a > b, lambda a, b: a > b]):
        for (one, s), (other, t) in product(zip(rows, got, strict=True), repeat=2):
            if better(one[at], other[at]):
                assert s[at] >= t[at]
    assert {1} <= {1, *(score for row in got for score in row)} <= set(range(1, max(bins, 4) + 1))


@quickly
@given(rows=PEOPLE, method=VALUE_METHODS, factor=st.sampled_from([0.01, 0.1, 1 / 3, 7, 100, 1e9]))
def test_the_unit_of_money_changes_no_score(rows, method, factor):
    columns = table_of(rows)
    scaled = {**columns, "monetary": [factor * money for money in columns["monetary"]]}
    assert scores_of(scaled, method=method) == scores_of(columns, method=method)


@quickly
@given(rows=PEOPLE, bins=st.integers(2, 9))
def test_quantile_scores_are_mid_rank_quantiles(rows, bins):
    r, f, m = zip(*scores_of(table_of(rows), bins=bins), strict=True)
    assert list(r) == midrank([row[0] for row in rows], bins, reverse=True)
    assert list(f) == midrank([row[1] for row in rows], bins)
    assert list(m) == midrank([row[2] for row in rows], bins)


@quickly
@given(rows=PEOPLE, later=PEOPLE, method=st.sampled_from(rfm.METHODS), bins=st.integers(2, 11))
def test_cuts_survive_as_plain_data_and_fit_then_score_is_score(rows, later, method, bins):
    january, june = small_table(table_of(rows)), small_table(table_of(later))
    scorer = rfm.Scorer(method=method, bins=bins).fit(january)
    assert scorer.score(january).equals(rfm.score(january, method=method, bins=bins))
    again = rfm.Scorer.from_dict(json.loads(json.dumps(scorer.to_dict(), allow_nan=False)))
    assert again.score(june).equals(scorer.score(june))
    assert again.levels_ == scorer.levels_
    assert again.cuts_ == scorer.cuts_


@quickly
@given(rows=PEOPLE, method=st.sampled_from(rfm.METHODS), bins=st.integers(2, 6))
def test_level_sizes_are_those_of_the_scored_list(rows, method, bins):
    scorer = rfm.Scorer(method=method, bins=bins).fit(small_table(table_of(rows)))
    got = as_columns(scorer.score(small_table(table_of(rows))))
    for measure, column in {"recency": "r_score", "frequency": "f_score", "monetary": "m_score"}.items():
        sizes = Counter(got[column])
        known = {"bands": 4 if measure == "frequency" else bins, "mean": 2, "median": 2}.get(method, bins)
        assert scorer.levels_[measure] == {level: sizes[level] for level in range(1, known + 1)}
        assert sum(scorer.levels_[measure].values()) == len(rows)


@settings(max_examples=6, deadline=None)
@given(rows=PEOPLE, method=st.sampled_from(rfm.METHODS), bins=st.sampled_from([3, 5, 10]))
def test_every_kind_of_table_gives_the_same_answer(make_table, rows, method, bins):
    columns = table_of(rows, [f"c{at % 7}{at}" for at in range(len(rows))])
    options = {"method": method, "bins": bins, "weights": (1, 2, 3)}
    expected = as_columns(rfm.score(columns, **options), sort="customer_id")
    assert scored(make_table, columns, **options) == expected
    named = rfm.segment(rfm.score(make_table(columns), **options), scheme="eight")
    assert as_columns(named, sort="customer_id") == as_columns(
        rfm.segment(rfm.score(columns, **options), scheme="eight"), sort="customer_id"
    )


# --- what the caller gets back ----------------------------------------------------------------------------------


def test_kind_rows_and_order_are_the_callers(make_table):
    table = make_table(TEN)
    before = as_columns(table)
    got = rfm.segment(rfm.score(table), scheme="eight")
    assert type(got) is type(table)
    assert as_columns(table) == before
    if make_table.kind != "duckdb":
        assert as_columns(got)["customer_id"] == TEN["customer_id"]


def test_the_index_of_a_pandas_table_is_kept():
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame(TEN, index=[9, 9, 3, 0, 5, 6, 7, 8, 1, 2])
    got = rfm.segment(rfm.score(table, method="rank"), scheme="eleven")
    assert got.index.tolist() == table.index.tolist()
    assert got["r_score"].tolist() == TEN_R
    assert got["segment"].iloc[0] == "champions"
    assert list(table.columns) == list(TEN)


def test_scores_are_whole_numbers(make_table):
    got = scored(make_table, TEN)
    assert all(type(value) is int for name in [*SCORES, "rfm_sum"] for value in got[name])
    assert all(type(value) is str for value in got["rfm"])


def test_one_customer_stands_in_the_middle(make_table):
    one = {"customer_id": ["a"], "recency": [3], "frequency": [2], "monetary": [9.0]}
    assert scored(make_table, one)["rfm"] == ["333"]


# --- the scorer -------------------------------------------------------------------------------------------------


def test_next_month_is_scored_with_last_months_cuts(make_table):
    scorer = rfm.Scorer().fit(make_table(TEN))
    assert scorer.cuts_["recency"] == (120, 60, 30, 10)
    assert scorer.cuts_["monetary"] == (20, 40, 120, 640)
    assert scorer.cuts_["frequency"] == (1, 2, 3, 8)
    assert scorer.levels_["frequency"] == {1: 0, 2: 5, 3: 1, 4: 2, 5: 2}
    june = {"customer_id": ["a", "b"], "recency": [10, 121], "frequency": [0, 99], "monetary": [39.99, 40.0]}
    got = as_columns(scorer.score(make_table(june)), sort="customer_id")
    assert got["rfm"] == ["512", "153"]


def test_the_mean_of_january_splits_june():
    january = {"recency": [10, 20, 60], "frequency": [1, 2, 6], "monetary": [10.0, 20.0, 60.0]}
    june = {"recency": [29, 30], "frequency": [4, 3], "monetary": [30.01, 30.0]}
    scorer = rfm.Scorer(method="mean").fit(january)
    assert scorer.cuts_ == {"recency": (30.0,), "frequency": (3.0,), "monetary": (30.0,)}
    assert scorer.score(june)["rfm"].tolist() == ["222", "111"]


def test_cuts_of_one_scorer_are_fixed_cuts_of_another():
    scorer = rfm.Scorer().fit(TEN)
    again = rfm.Scorer(cuts=scorer.cuts_).fit(TEN)
    assert again.score(TEN).equals(scorer.score(TEN))
    assert again.levels_ == scorer.levels_


def test_a_cell_that_was_empty_is_scored_by_the_cuts_among_all():
    january = {"recency": [1, 2, 30, 40], "frequency": [1, 1, 5, 6], "monetary": [1.0, 2.0, 3.0, 4.0]}
    scorer = rfm.Scorer(method="nested", bins=2).fit(january)
    assert (2, 1) not in scorer.cutpoints_["monetary"]
    june = {"recency": [1], "frequency": [0], "monetary": [3.0]}
    assert scorer.score(june)["rfm"].tolist() == ["212"]


def test_an_unfitted_scorer_says_so():
    with pytest.raises(NotFittedError, match=r"fit\(customers\)"):
        rfm.Scorer().score(TEN)
    with pytest.raises(NotFittedError, match=r"fit\(customers\)"):
        rfm.Scorer().to_dict()


# --- segments ---------------------------------------------------------------------------------------------------

# The table of the course, R F M.
TEXTBOOK = {
    "HHH": ("important_value", "重要价值客户"),
    "LHH": ("important_keep", "重要保持客户"),
    "HLH": ("important_develop", "重要发展客户"),
    "LLH": ("important_win_back", "重要挽留客户"),
    "HHL": ("general_value", "一般价值客户"),
    "LHL": ("general_keep", "一般保持客户"),
    "HLL": ("general_develop", "一般发展客户"),
    "LLL": ("general_win_back", "一般挽留客户"),
}
# The map that English-language tools share, "hibernating" split by R; rows are R, columns the mean of F and M.
SHARED = {
    5: ["new", "potential_loyalist", "potential_loyalist", "champions", "champions"],
    4: ["promising", "potential_loyalist", "potential_loyalist", "loyal", "loyal"],
    3: ["about_to_sleep", "about_to_sleep", "needs_attention", "loyal", "loyal"],
    2: ["hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"],
    1: ["lost", "lost", "at_risk", "at_risk", "cannot_lose"],
}
GRID = list(product(range(1, 6), repeat=3))
ALL_CELLS = {
    "customer_id": list(range(125)),
    **{name: [cell[at] for cell in GRID] for at, name in enumerate(SCORES)},
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_eight_groups_over_all_cells(make_table, language):
    got = as_columns(rfm.segment(make_table(ALL_CELLS), scheme="eight", language=language), sort="customer_id")
    kinds = ["".join("LH"[score > 3] for score in cell) for cell in GRID]
    assert got["segment"] == [TEXTBOOK[kind][0] for kind in kinds]
    if language == "zh":
        assert got["segment_label"] == [TEXTBOOK[kind][1] for kind in kinds]


def test_eleven_segments_over_all_cells(make_table):
    got = as_columns(rfm.segment(make_table(ALL_CELLS), scheme="eleven"), sort="customer_id")
    assert got["segment"] == [SHARED[r][(f + m) // 2 - 1] for r, f, m in GRID]
    assert set(got["segment"]) == set(rfm.ELEVEN)
    assert len(rfm.check_rules(rfm.ELEVEN)) == 0


def test_the_textbook_way_high_is_above_the_mean(make_table):
    got = rfm.segment(rfm.score(make_table(TEN), method="mean"), scheme="eight")
    kinds = ["HHH", "HHH", "HLL", "HHH", "HLL", "HLL", "HLL", "LLL", "LLL", "LLL"]
    assert as_columns(got, sort="customer_id")["segment"] == [TEXTBOOK[kind][0] for kind in kinds]


def test_the_split_of_scores_can_be_chosen():
    # Means of the scores of TEN: 3, 3.1, 3; medians 3, 2.5, 3.
    def kinds(limits):
        cells = zip(TEN_R, TEN_F, TEN_M, strict=True)
        return ["".join("LH"[s > limit] for s, limit in zip(cell, limits, strict=True)) for cell in cells]

    for split, limits in [("mean", (3, 3.1, 3)), ("median", (3, 2.5, 3)), ({"r": 4, "f": 1, "m": 1}, (4, 1, 1))]:
        got = rfm.segment(rfm.score(TEN), scheme="eight", split=split)["segment"].tolist()
        assert got == [TEXTBOOK[kind][0] for kind in kinds(limits)]


def test_own_rules_name_cells_and_keep_their_names(make_table):
    rules = [
        {"segment": "stars", "r": (4, 5), "fm": (4, 5)},
        {"segment": "rest", "r": (1, 3)},
        {"segment": "rest", "r": (4, 5), "fm": (1, 3)},
    ]
    got = as_columns(rfm.segment(rfm.score(make_table(TEN)), scheme=rules, language="zh"), sort="customer_id")
    assert got["segment"] == ["stars", "stars", "rest", "stars", *["rest"] * 6]
    assert got["segment_label"] == got["segment"]
    short = rfm.segment(rfm.score(TEN), scheme={"stars": {"r": (4, 5), "fm": (4, 5)}}, otherwise="rest")
    assert short["segment"].tolist() == got["segment"]


def test_a_map_with_overlaps_gaps_or_dead_segments_is_refused_and_explained():
    overlapping = {"best": {"r": (4, 5)}, "good": {"r": (1, 4)}}
    with pytest.raises(ArgumentError, match="best, good overlap in 25 cells, such as r=4 f=1 m=1"):
        rfm.segment(ALL_CELLS, scheme=overlapping)
    with pytest.raises(ArgumentError, match="50 cells, such as r=1 f=1 m=1, are in no segment"):
        rfm.segment(ALL_CELLS, scheme={"best": {"r": (3, 5)}})
    with pytest.raises(ArgumentError, match="no score from 1 to 5 puts anybody in 'dream'"):
        rfm.segment(ALL_CELLS, scheme={"all": {}, "dream": {"r": 6}}, bins=5)
    found = as_columns(rfm.check_rules(overlapping))
    assert found == {"problem": ["overlap"], "segments": ["best, good"], "cells": [25], "example": ["r=4 f=1 m=1"]}


def test_segments_that_nobody_can_be_in_are_found_by_the_scores():
    rules = {"one": {"f": 1}, "two": {"f": (2, 5)}}
    assert len(rfm.check_rules(rules)) == 0
    # The five of TEN who bought once stand at F = 2, so nobody has F = 1.
    found = as_columns(rfm.check_rules(rules, scores=rfm.score(TEN)))
    assert found["problem"] == ["unreachable"]
    assert found["segments"] == ["one"]


def test_the_definition_of_a_scheme_is_a_table():
    eight = as_columns(rfm.segment_rules("eight", language="zh"))
    assert [
        "".join(high[0].upper() for high in row) for row in zip(eight["r"], eight["f"], eight["m"], strict=True)
    ] == list(TEXTBOOK)
    assert eight["segment"] == [name for name, _ in TEXTBOOK.values()]
    assert eight["label"] == [label for _, label in TEXTBOOK.values()]
    own = as_columns(rfm.segment_rules({"a": {"r": (1, 2)}, "b": {"r": (3, 5), "m": 5}}))
    assert own == {"segment": ["a", "b"], "label": ["a", "b"], "r": ["1-2", "3-5"], "m": ["any", "5"]}


OWN = [
    {"segment": "stars", "r": (4, 5), "fm": (4, 5)},
    {"segment": "rest", "r": (1, 3)},
    {"segment": "rest", "r": (4, 5), "fm": (1, 3)},
]


@pytest.mark.parametrize("scheme", ["eight", "eleven", OWN])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_definition_of_a_scheme_is_a_scheme(make_table, scheme, language):
    rules = rfm.segment_rules(scheme, language=language)
    table = make_table(as_columns(rules))
    want = as_columns(rfm.segment(ALL_CELLS, scheme=scheme, language="zh"))
    for form in (table, rules, rules.to_dict("records"), rules.to_dict("list")):
        assert as_columns(rfm.segment(ALL_CELLS, scheme=form, language="zh")) == want
    assert as_columns(rfm.segment_rules(table, language=language)) == as_columns(rules)
    assert as_columns(rfm.check_rules(table)) == as_columns(rfm.check_rules(scheme))
    assert len(rfm.check_rules(table)) == 0
    for cell in [(1, 1, 1), (5, 4, 3), (3, 3, 4)]:
        assert rfm.rule_of(cell, scheme=table) == rfm.rule_of(cell, scheme=scheme)


@pytest.mark.parametrize("split", ["mean", "median", {"r": 4, "f": 1, "m": 5}])
def test_high_and_low_of_a_table_are_split_as_those_of_the_eight(split):
    scores = rfm.score(TEN)
    want = as_columns(rfm.segment(scores, scheme="eight", split=split))
    assert as_columns(rfm.segment(scores, scheme=rfm.segment_rules("eight"), split=split)) == want
    equal = {name: [2, 2] for name in SCORES}
    assert set(rfm.segment(equal, scheme=rfm.segment_rules("eight"), split="mean")["segment"]) == {"general_win_back"}


def test_an_edited_table_gives_other_segments_and_labels(make_table):
    """Two groups of the eight become one, and one gets a name of the user's own."""
    columns = as_columns(rfm.segment_rules("eight"))
    columns["segment"][2:4] = ["by_value", "by_value"]
    columns["label"][:4] = ["Our best", "worth retaining!", "Worth a call", None]
    got = as_columns(rfm.segment(make_table(ALL_CELLS), scheme=make_table(columns), language="zh"), sort="customer_id")
    kinds = ["".join("LH"[score > 3] for score in cell) for cell in GRID]
    merged = {"HLH": "by_value", "LLH": "by_value"}
    assert got["segment"] == [merged.get(kind, TEXTBOOK[kind][0]) for kind in kinds]
    words = {kind: label for kind, (_, label) in TEXTBOOK.items()}
    words |= {"HHH": "Our best", "LHH": "worth retaining!", "HLH": "Worth a call", "LLH": "Worth a call"}
    assert got["segment_label"] == [words[kind] for kind in kinds]


@pytest.mark.parametrize(
    "rows",
    [
        [{"segment": "a", "r": 5.0, "f": None}, {"segment": "b", "r": "1-4", "f": float("nan")}],  # an empty cell
        [{"segment": "a", "r": " 5 ", "f": ""}, {"segment": "b", "r": "1 - 4", "f": "any"}],
        [{"segment": "a", "r": np.int64(5)}, {"segment": "b", "r": "1\u20134"}],
        [{"segment": "a", "r": [5, 5], "label": None}, {"segment": "b", "r": (1.0, 4.0), "label": ""}],
    ],
)
def test_scores_may_be_written_as_files_bring_them_back(rows):
    want = rfm.segment(ALL_CELLS, scheme={"a": {"r": 5}, "b": {"r": (1, 4)}})
    assert as_columns(rfm.segment(ALL_CELLS, scheme=rows)) == as_columns(want)


def test_a_table_of_rules_survives_a_file(tmp_path):
    pd = pytest.importorskip("pandas")
    want = as_columns(rfm.segment(ALL_CELLS, scheme="eleven"))
    rfm.segment_rules("eleven").to_csv(tmp_path / "rules.csv", index=False)
    assert as_columns(rfm.segment(ALL_CELLS, scheme=pd.read_csv(tmp_path / "rules.csv"))) == want


def test_the_table_of_rules_is_not_changed():
    rules = rfm.segment_rules("eight")
    before = rules.copy()
    rfm.segment(ALL_CELLS, scheme=rules)
    assert rules.equals(before)


def test_segments_are_described_in_the_order_of_the_scheme(make_table):
    got = as_columns(rfm.describe_segments(rfm.segment(rfm.score(make_table(TEN)), scheme="eight")))
    assert got["segment"] == ["important_value", "important_keep", "general_develop", "general_win_back"]
    assert got["customers"] == [3, 1, 1, 5]
    assert got["customer_share"] == pytest.approx([0.3, 0.1, 0.1, 0.5])
    assert got["value"] == [1990.0, 120.0, 15.0, 175.0]
    assert got["value_share"] == pytest.approx([1990 / 2300, 120 / 2300, 15 / 2300, 175 / 2300])
    assert got["mean_recency"] == pytest.approx([15, 200, 20, 136])
    assert got["mean_frequency"] == pytest.approx([26 / 3, 3, 1, 1.2])
    assert got["mean_monetary"] == pytest.approx([1990 / 3, 120, 15, 35])


# --- break-even -------------------------------------------------------------------------------------------------


def test_break_even_of_the_textbook_example(make_table):
    # Contact 0.55, margin 40: break-even at 1.375 %; a cell that answers at 2.2 % has index +60.
    assert rfm.break_even_rate(0.55, 40) == pytest.approx(0.01375, rel=1e-15)
    cells = {"rfm": ["111", "555"], "mailed": [2000, 1000], "responses": [10, 22], "all": [50_000, 8_000]}
    got = as_columns(rfm.break_even(make_table(cells), contact_cost=0.55, margin=40, customers="all"), sort="rfm")
    assert got["response_rate"] == pytest.approx([0.005, 0.022])
    assert got["index"] == pytest.approx([(0.005 - 0.01375) / 0.01375 * 100, 60])
    assert got["roll_out"] == [False, True]
    assert got["expected_profit"] == pytest.approx([50_000 * (0.2 - 0.55), 8_000 * (0.88 - 0.55)])
    # Wilson's interval for 22 of 1,000, from its defining equation |p - 0.022| = 1.96 sqrt(p (1 - p) / n).
    for low_or_high in (got["rate_low"][1], got["rate_high"][1]):
        assert abs(low_or_high - 0.022) == pytest.approx(
            1.959963984540054 * (low_or_high * (1 - low_or_high) / 1000) ** 0.5, rel=1e-9
        )


def test_a_cell_exactly_at_break_even_is_not_rolled_out():
    got = rfm.break_even({"mailed": [80], "responses": [1]}, contact_cost=0.5, margin=40)
    assert got["index"].tolist() == [0.0]
    assert not got["roll_out"].any()


# --- bad input --------------------------------------------------------------------------------------------------


def test_an_empty_table_says_what_to_build(make_table):
    empty = {name: np.array([], dtype=float if name == "monetary" else int) for name in TEN}
    with pytest.raises(DataError, match=r"no rows.*summarize"):
        rfm.score(make_table(empty))
    none = {name: np.array([], dtype=int) for name in SCORES}
    with pytest.raises(DataError, match=r"no rows.*rfm\.score"):
        rfm.segment(make_table(none))
    with pytest.raises(DataError, match=r"no rows.*rfm\.segment"):
        rfm.describe_segments({"segment": [], "monetary": np.array([], dtype=float)})


def test_missing_columns_and_values_are_named(make_table):
    without = {name: values for name, values in TEN.items() if name != "monetary"}
    with pytest.raises(ColumnError, match=r"no column 'monetary'[\s\S]*summarize"):
        rfm.score(make_table(without))
    with pytest.raises(ColumnError, match="'monetary' is missing or not finite in 1 row"):
        rfm.score(make_table({**TEN, "monetary": [*TEN["monetary"][:9], float("inf")]}))
    with pytest.raises(ColumnError, match=r"no column 'r_score'[\s\S]*rfm\.score"):
        rfm.segment(make_table(TEN))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bins": 1}, "bins=1"),
        ({"method": "ntile"}, "'ntile' is not known"),
        ({"method": {"frequency": "nested"}}, "'nested' is not known"),
        ({"method": {"monetary": "bands"}}, "for frequency only"),
        ({"method": {"m": "mean"}}, "mapping from 'recency'"),
        ({"cuts": {"recency": []}}, "at least one number"),
        ({"cuts": {"recency": ["soon"]}}, "at least one number"),
        ({"cuts": {"days": [3]}}, "mapping from 'recency'"),
        ({"method": "nested", "cuts": {"recency": [3]}}, "cannot be combined"),
        ({"weights": (1, 2)}, "three"),
        ({"weights": (1, -2, 3)}, "three"),
        ({"weights": {"r": 1}}, "mapping from 'recency'"),
        ({"ties": "average"}, "'middle', 'better', 'worse'"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(options, message):
    with pytest.raises(ArgumentError, match=message):
        rfm.score(TEN, **options)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({}, "not a segment map"),
        ({"best": (4, 5)}, "Give its scores"),
        ([{"r": 5}], "names no segment"),
        ({"best": {"recency": 5}}, "axes are"),
        ({"best": {"r": (5, 4)}}, r"\(lowest, highest\)"),
        ({"best": {"r": "top"}}, r"r='top'.*\(lowest, highest\).*\"4-5\""),
        ({"best": {"fm": "high"}}, r"fm='high'.*on r, f and m"),
        ({"best": {"r": "5-4"}}, r"\(lowest, highest\)"),
        ({"best": {"r": True}}, r"r=True"),
        ({"best": {"r": (1, 2, 3)}}, r"\(lowest, highest\)"),
        ({"best": {"r": 4.5}}, r"r=4.5"),
        ([{"segment": "best", "R": 5}], r"names 'R'.*axes are"),
        (
            [{"segment": "best", "r": 5, "label": "A"}, {"segment": "best", "r": (1, 4), "label": "B"}],
            "'best' has two labels, 'A', 'B'",
        ),
        (7, "7 is not a segment map"),
        (None, "None is not a segment map"),
        ({"segment": [], "r": []}, "not a segment map"),
    ],
)
def test_rules_that_cannot_be_read_are_refused(rules, message):
    with pytest.raises(ArgumentError, match=message):
        rfm.check_rules(rules)


def test_a_table_that_holds_no_rules_says_what_it_lacks(make_table):
    with pytest.raises(ColumnError, match=r"no column 'segment'; the table has 'name', 'r'[\s\S]*segment_rules"):
        rfm.segment(ALL_CELLS, scheme=make_table({"name": ["best"], "r": ["5"]}))
    with pytest.raises(ArgumentError, match=r"names 'notes'.*Drop the rest"):
        rfm.segment(ALL_CELLS, scheme=make_table({"segment": ["best"], "notes": ["call them"]}))
    with pytest.raises(ArgumentError, match=r"50 cells, such as r=4 f=1 m=1, are in no segment"):
        rfm.segment(ALL_CELLS, scheme=make_table({"segment": ["best"], "r": ["1-3"]}))


@pytest.mark.parametrize("cell", [(9, 1, 1), (1, 1), (0, 1, 1), (1.5, 1, 1)])
def test_a_cell_that_is_not_on_the_scale_has_no_rule(cell):
    for scheme in ("eight", "eleven"):
        with pytest.raises(ArgumentError, match=r"scores=.* are not three whole numbers from 1 to 5"):
            rfm.rule_of(cell, scheme=scheme)


def test_other_bad_arguments_of_segments_and_tests():
    with pytest.raises(ArgumentError, match="'eight', 'eleven'"):
        rfm.segment(ALL_CELLS, scheme="twelve")
    with pytest.raises(ArgumentError, match="split"):
        rfm.segment(ALL_CELLS, split="mode")
    with pytest.raises(ArgumentError, match="split"):
        rfm.segment(ALL_CELLS, split={"r": 3})
    with pytest.raises(DataError, match=r"'r_score'.*2\.5"):
        rfm.segment({**ALL_CELLS, "r_score": [2.5, *[1] * 124]})
    with pytest.raises(DataError, match=r"from 1 to 4: 5"):
        rfm.segment(ALL_CELLS, bins=4)
    with pytest.raises(DataError, match="3 mailed, 4 responses"):
        rfm.break_even({"mailed": [3, 10], "responses": [4, 1]}, contact_cost=1, margin=5)
    with pytest.raises(ArgumentError, match="above 0"):
        rfm.break_even_rate(0, 5)


# --- on real customers ------------------------------------------------------------------------------------------


def test_cdnow_renamed_customers_keep_every_score(cdnow_customers):
    customers = cdnow_customers
    assert len(customers) == 23_570
    got = rfm.score(customers)
    renamed = customers.assign(customer_id=customers["customer_id"].map(lambda name: f"{name * 7919 % 99_991}"))
    mixed = rfm.score(renamed.sample(frac=1, random_state=1)).sort_index()
    assert mixed[[*SCORES, "rfm"]].equals(got[[*SCORES, "rfm"]])
    assert (got.groupby("frequency")["f_score"].nunique() == 1).all()
    assert (got.groupby("monetary")["m_score"].nunique() == 1).all()
    # Half bought on one day: they stand together at 0.255, F = 2, and every level above is reached.
    assert set(got.loc[got["frequency"] == 1, "f_score"]) == {2}
    assert set(got["f_score"]) == {2, 3, 4, 5}
    # All came in the first quarter of 1997, so that nobody is new or promising in the middle of 1998.
    assert set(rfm.segment(got)["segment"]) == set(rfm.ELEVEN) - {"new", "promising"}
    assert set(rfm.segment(got, scheme="eight")["segment"]) == set(rfm.EIGHT)


# --- names of the user's own ------------------------------------------------------------------------------------------


def test_segments_of_the_user_s_own_keep_their_names_whatever_they_are():
    """crmkit has words for "returning", "inactive" and "T" too, but not as segments."""
    rules = {"returning": {"r": (4, 5)}, "inactive": {"r": (2, 3)}, "T": {"r": (1, 1)}}
    scores = {"r_score": [5, 3, 1], "f_score": [1, 1, 1], "m_score": [1, 1, 1]}
    for language in ("en", "zh"):
        named = rfm.segment(scores, scheme=rules, bins=5, language=language)
        assert list(named["segment_label"]) == ["returning", "inactive", "T"]
    spend = {"monetary": [9.0, 5.0, 1.0]}
    tx = crm.Transactions({"customer_id": list("abc"), "date": ["2025-01-01"] * 3, "amount": spend["monetary"]})
    told = crm.explain(tx, "c", scheme=rules, tiers={"new": 0.4, "inactive": 0.6}, language="zh").text()
    assert "客户群：inactive（R 2-3）" in told
    assert "将变为T" in told
    assert "未购买天数" not in told


def people(n):
    each = list(range(1, n + 1))
    return {"customer_id": each, "recency": each, "frequency": each, "monetary": [float(at) for at in each]}


@pytest.mark.parametrize("settings", [{"method": "mean"}, {"method": "median"}, {"bins": 2}, {"bins": 3}, {"bins": 4}])
def test_eleven_segments_are_not_given_to_scores_of_other_levels(make_table, settings):
    """They were all hibernating or lost, without a word."""
    scores = rfm.score(make_table(people(40)), **settings)
    with pytest.raises(ArgumentError, match=r'scheme="eleven" is made for scores of 1 to 5.*scheme="eight".*bins=5'):
        rfm.segment(scores)
    assert set(as_columns(rfm.segment(scores, scheme="eight"))["segment"]) <= set(rfm.EIGHT)


@pytest.mark.parametrize("n", [1, 2, 3, 5, 40])
@pytest.mark.parametrize("method", ["quantile", "rank", "bands", "nested"])
def test_scores_of_five_levels_are_taken_for_what_they_are_also_of_few_customers(method, n):
    scores = rfm.score(people(n), method=method)
    assert as_columns(rfm.segment(scores))["segment"] == as_columns(rfm.segment(scores, bins=5))["segment"]


def test_customers_who_are_all_alike_have_a_segment():
    alike = {"customer_id": list("abcdef"), "recency": [3] * 6, "frequency": [1] * 6, "monetary": [5.0] * 6}
    assert set(as_columns(rfm.segment(rfm.score(alike)))["segment"]) == {"needs_attention"}


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_the_interval_of_a_test_mailing_is_wilson_s_and_ends_at_0_and_1(make_table, level):
    cells = {"rfm": ["a", "b", "c"], "mailed": [7, 7, 7], "responses": [0, 3, 7]}
    found = as_columns(rfm.break_even(make_table(cells), contact_cost=1, margin=9, level=level), sort="rfm")
    low, high = wilson(cells["responses"], cells["mailed"], level)
    assert found["rate_low"] == pytest.approx(low.tolist(), abs=1e-12)
    assert found["rate_high"] == pytest.approx(high.tolist(), abs=1e-12)
    assert (found["rate_low"][0], found["rate_high"][2]) == (0, 1)


def test_four_levels_may_be_five_where_more_than_two_fifths_share_the_best_place():
    def segmented(scores):
        return rfm.segment({"r_score": scores, "f_score": scores, "m_score": scores})

    for scores in ([4, 4, 1, 2, 3], [2, 2, 2, 2], [4, 1, 2, 3]):  # two of five are no more than two fifths
        with pytest.raises(ArgumentError, match="made for scores of 1 to 5"):
            segmented(scores)
    for scores in ([4, 4, 4, 1, 2, 3, 3], [5, 1, 2, 3, 4, 1, 1], [3, 3, 1]):
        assert len(as_columns(segmented(scores))["segment"]) == len(scores)
    # On every score: one that few lead is enough to tell that there is no fifth level.
    many, few = [4, 4, 4, 1, 2], [4, 4, 1, 2, 3]
    for names in (("r", "f", "m"), ("f", "m", "r"), ("m", "r", "f")):
        scores = {f"{name}_score": part for name, part in zip(names, (many, many, few), strict=True)}
        with pytest.raises(ArgumentError, match="made for scores of 1 to 5"):
            rfm.segment(scores)


def test_a_cell_that_just_pays_for_itself_is_not_rolled_out():
    cells = {"mailed": [10, 10, 10], "responses": [1, 0, 2]}
    got = as_columns(rfm.break_even(cells, contact_cost=1, margin=10))
    assert got["roll_out"] == [False, False, True]
    assert got["index"] == [0, -100, 100]
    assert got["expected_profit"] == [0, -10, 10]
    assert got["break_even_rate"] == [0.1] * 3
    for wrong in ({"mailed": [0], "responses": [0]}, {"mailed": [5], "responses": [-1]}):
        with pytest.raises(DataError, match="mailed"):
            rfm.break_even(wrong, contact_cost=1, margin=10)
    for cost, margin in ((0, 10), (1, 0), (-1, 10)):
        with pytest.raises(ArgumentError, match="contact_cost"):
            rfm.break_even_rate(cost, margin)


@pytest.mark.parametrize(("method", "alone"), [("quantile", 3), ("nested", 1), ("rank", 0)])
def test_points_of_one_measure_are_told_where_they_hang_on_nothing_else(method, alone):
    customers = {"customer_id": list(range(20)), "recency": list(range(20)), "frequency": [1, 2] * 10,
                 "monetary": [float(spend) for spend in range(20)]}  # fmt: skip
    scorer = rfm.Scorer(method=method).fit(small_table(customers))
    scored = as_columns(scorer.score(small_table(customers)))
    for at, measure in enumerate(("recency", "frequency", "monetary")):
        if at < alone:
            assert scorer.points(measure, customers[measure]).tolist() == scored[f"{measure[0]}_score"]
            continue
        with pytest.raises(ArgumentError, match=f"measure='{measure}'"):
            scorer.points(measure, [1, 2])
