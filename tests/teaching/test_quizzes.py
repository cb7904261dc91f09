"""Quizzes: the same seed, the same numbers in both languages; answers worked out here anew from the words."""

import re

import pytest

from crmkit import teaching
from crmkit.errors import ArgumentError

TOPICS = tuple(teaching.QUESTIONS)


@pytest.mark.parametrize("topic", TOPICS)
def test_both_languages_ask_the_same_and_another_seed_asks_otherwise(topic):
    english, chinese = (teaching.quiz(topic, 3, language) for language in ("en", "zh"))
    assert [each.answer for each in english.questions] == [each.answer for each in chinese.questions]
    assert english.text(solutions=True) == teaching.quiz(topic, 3, "en").text(solutions=True)
    assert english.text() != teaching.quiz(topic, 4, "en").text()
    for one, other in zip(english.questions, chinese.questions, strict=True):
        for words in (one.text, one.solution, other.text, other.solution):
            assert "{" not in words
        assert not re.search("[\u4e00-\u9fff]", one.text + one.solution)
        assert re.search("[\u4e00-\u9fff]", other.text)
    assert english.table["answer"].tolist() == [each.answer for each in english.questions]


def numbers(text):
    return [float(number.replace(",", "")) for number in re.findall(r"-?\d[\d,]*\.?\d*", text)]


# What the words of a question say, worked out without the library.
BY_HAND = {
    ("retention", 0): lambda s, w, e: (e - w) / s,
    ("retention", 1): lambda s, c, less, more: (s - c - less + more) / s,
    ("retention", 2): lambda c: 100 / c,
    ("clv", 0): lambda m, r, d: m * (1 + d / 100) / (1 + d / 100 - r / 100),
    ("clv", 1): lambda v, o, y, r: v * o * y * r / 100,
    ("basket", 0): lambda n, a, b, both: both * n / (a * b),
    ("satisfaction", 1): lambda e, p: p / e,
    ("wallet", 0): lambda own, total: own / total,
    ("wallet", 1): lambda n, rank: (1 - rank / (n + 1)) * 2 / n,
    ("equity", 0): lambda a, b: (100 - b) / (200 - a - b),
    ("audit", 0): lambda n, o, v, r: n * o * v * r / 100,
    ("audit", 1): lambda n, m, v, w: (m - n) * (v + w) / 2,
    ("rfm", 1): lambda c, m, n, k: (k / n - c / m) / (c / m) * 100,
}


@pytest.mark.parametrize("seed", [0, 1, 7])
@pytest.mark.parametrize(("topic", "at"), BY_HAND)
def test_answers_are_those_of_the_words(topic, at, seed):
    question = teaching.quiz(topic, seed, "en").questions[at]
    assert question.answer == pytest.approx(BY_HAND[topic, at](*numbers(question.text)), rel=1e-9, abs=0)


def test_scores_tiers_gini_and_delivered_value_by_hand():
    score = teaching.quiz("rfm", 2, "en").questions[0]
    days = numbers(score.text)[:10]
    assert score.answer == 1 + int(5 * (sum(other > days[0] for other in days) + 0.5) / 10)
    tiers, gini = teaching.quiz("pyramid", 2, "en").questions
    n = numbers(tiers.text)[0]
    assert tiers.answer == round(0.19 * n)
    spend = numbers(gini.text)
    mean_difference = sum(abs(a - b) for a in spend for b in spend) / len(spend) ** 2
    assert gini.answer == pytest.approx(mean_difference / (2 * sum(spend) / len(spend)))
    nps, _, delivered = teaching.quiz("satisfaction", 2, "en").questions
    plus, minus = numbers(nps.text)[1], numbers(nps.text)[-2]
    assert nps.answer == pytest.approx((plus - minus) / 100)
    parts = numbers(delivered.text)
    assert delivered.answer == sum(parts[:4]) - sum(parts[4:8])


def test_an_unknown_topic_is_named():
    with pytest.raises(ArgumentError, match="topic='poetry'"):
        teaching.quiz("poetry")
