"""The how-to pages answer their questions rightly: each call runs as it stands there, against the planted truth.

A reader who has only the site asks a question of `docs/en/how-to.md` or `docs/zh/how-to.md`, copies the call beneath,
and gets a number. Here it is compared with what the generators say they planted, or with a calculation by hand.
"""

from __future__ import annotations

import ast
import doctest
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.docs

ROOT = Path(__file__).parents[2]
World = dict[str, Any]


def near(said: Any, truth: float, within: float) -> bool:
    """Whether a number is the true one, up to a share of it."""
    return abs(float(said) - truth) <= within * abs(truth)


def held(said: Any, truth: float) -> bool:
    """Whether the interval (the last two numbers) holds the true one."""
    return said[-2] <= truth <= said[-1]


def joined_by(world: World, last: str) -> int:
    """How many customers of the shop came up to a day, by its truth."""
    return int((world["shop"].truth.customers["acquired_on"] <= last).sum())


def came_later(world: World) -> int:
    """Purchase days of the customers of the forecast in the 13 weeks after it."""
    rows = world["shop"].transactions.query("amount > 0")
    known = rows.loc[rows["date"] <= "2024-06-30", "customer_id"].unique()
    then = rows[(rows["date"] > "2024-06-30") & (rows["date"] <= "2024-09-29") & rows["customer_id"].isin(known)]
    return len(then[["customer_id", "date"]].drop_duplicates())


# English question -> (a name that its call must use, what the answer must be).
TRUTH: dict[str, tuple[str, Callable[[Any, World], bool]]] = {
    "How many rows were loaded twice?": ("notes", lambda a, w: a == w["shop"].truth.double_load.rows),
    "What is the revenue without the double load?": (
        "ledger", lambda a, w: near(a, float(w["shop"].truth.amount - w["shop"].truth.double_load.amount), 1e-12)),
    "How much money was refunded?": (
        "notes", lambda a, w: a == (w["shop"].truth.refunds.rows, float(w["shop"].truth.refunds.amount))),
    "How many customers had we at the end of 2023?": ("until", lambda a, w: a == (joined_by(w, "2023-12-31"), 0)),
    "How many rows lie after the day on which the past ends?": (
        "as_of", lambda a, w: a == int((w["shop"].transactions["date"] > "2023-12-31").sum())),
    "How do I forget one customer?": (
        "erase", lambda a, w: a == (0, int((w["shop"].transactions["customer_id"] == 7).sum()))),
    "Who is the largest customer, and what have they brought?": (
        "summarize",
        lambda a, w: a == (w["shop"].truth.key_account.customer_id, float(w["shop"].truth.key_account.amount))),
    "How many customers are in each tier of the pyramid?": ("assign_tiers", lambda a, _: a == [10, 190, 300, 500]),
    "What share of revenue do the best 20 % bring?": ("concentration", lambda a, _: near(a, 0.8, 1e-12)),
    "What is a customer worth at a constant retention rate?": (
        "constant_retention", lambda a, _: near(a, 100 * 1.1 / 0.3, 2e-5)),
    "How many purchases will these customers make?": (
        "predict", lambda a, w: near(a, w["drawn"]["future"].sum(), 0.03)),
    "How many of them are still customers?": ("p_alive", lambda a, w: near(a, w["drawn"]["alive"].sum(), 0.03)),
    "Does the interval of the total hold what came?": (
        "total_interval", lambda a, w: a[0] <= came_later(w) <= a[1] and a[2] == "backtested"),
    "What is each group worth, if customers move between groups?": (
        "markov_value", lambda a, _: np.allclose(a, [30 / (1 - 0.5 / 1.25), 0])),
    "Who brings the largest margin?": ("margin", lambda a, _: a == ["b", 120 - 20.0]),
    "Which key account went quiet?": (
        "watch_accounts", lambda a, w: a == (w["shop"].truth.key_account.customer_id, 1.0)),
    "Which channel brings customers who do not come back?": (
        "repurchase",
        lambda a, w: a == (w["shop"].truth.bargain_hunters.channel, len(w["shop"].truth.bargain_hunters.customer_ids))),
    "How many new customers came in a quarter?": (
        "rates", lambda a, w: a == joined_by(w, "2024-03-31") - joined_by(w, "2023-12-31")),
    "What was the retention rate of the year?": ("retention_rate", lambda a, _: near(a, 170 / 200, 1e-12)),
    "How much of last month's revenue stayed?": (
        "movements", lambda a, _: np.allclose(a, [120 / 180, 140 / 180], atol=1e-4)),
    "What share is still there after 20 days?": ("kaplan_meier", lambda a, _: near(a, 3 / 4 * 2 / 3, 1e-12)),
    "What share of each cohort comes back a month later?": (
        "cohorts", lambda a, _: a[0][:2] == [0.5, 1.0] and np.isnan(a[0][2]) and a[1][2] == "not_yet"),
    "How many customers moved up or down?": ("migration", lambda a, _: a == {"up": 1, "down": 1, "same": 2}),
    "How did one customer's relation go?": (
        # a third purchase on 1 March; two gaps of (60 + 40) / 3 days later they have been silent for too long
        "timeline", lambda a, _: a == [("exploration", 31 + 29, 50), ("formation", 67, 25), ("decline", 182 - 127, 0)]),
    "How many customers have been quiet for 90 days?": ("flag_lost", lambda a, _: a == 5 - 1),
    "What share of first purchases was followed by another within 60 days?": (
        "repurchase", lambda a, _: near(a, 1 / 5, 1e-4)),
    "Does a channel bring customers back less often, or is that chance?": (
        "compare_repurchase", lambda a, w: a[0] == [w["shop"].truth.bargain_hunters.channel]),
    "How much revenue went with the customers who left?": (
        "revenue_bridge", lambda a, _: a == (-100, 50 - 80, 60)),
    "If there is pasta in the basket, how often is there tomato sauce?": (
        # Of the sauce in a basket with pasta 60 % is planted; sauce is there by itself too, in 8 of 100 baskets.
        "pairs", lambda a, _: near(a[0], 0.6 + 0.4 * 0.08, 0.05) and a[1]),
    "Which two products are only sold together?": (
        "pairs", lambda a, w: a == w["baskets"].truth.bundles[["first", "second"]].to_numpy().ravel().tolist()),
    "What is bought after a printer?": ("next_purchase", lambda a, _: a[0] == "ink" and near(a[1], 0.5, 0.1)),
    "What is the lift of two products?": ("pairs", lambda a, _: np.allclose(a, [0.06, 3.0])),
    "What is the net promoter score of 50, 30 and 20 answers?": ("nps", lambda a, _: near(a, 0.3, 1e-12)),
    "What would the score be if every customer had answered?": (
        "response_bias", lambda a, w: held(a, w["survey"].nps_of_all)),
    "Which item drives satisfaction?": (
        "drivers", lambda a, w: a == max(w["survey"].weights, key=w["survey"].weights.get)),
    "Does an answer in time bring customers back?": (
        "complaints", lambda a, w: held(a, w["desk"].in_time_effect) and a[1] > 0),
    "And a late one?": ("recovery", lambda a, w: held(a, w["desk"].late_effect) and a[2] < 0),
    "Which share of buyers of A buys A again?": (
        "panel_switching", lambda a, w: near(a, w["panel"].matrix[0, 0], 0.03)),
    "Which shares will the brands have in the long run?": ("long_run_shares", lambda a, _: np.allclose(a, [0.6, 0.4])),
    "What does an offer deliver?": ("delivered_value", lambda a, _: a == [37 - 24]),
    "From which response rate does a mailing pay?": ("break_even_rate", lambda a, _: near(a, 0.01375, 1e-12)),
    "Which cells of a test mailing should get the roll-out?": (
        "break_even", lambda a, _: a == ([60.0, -20.0], [True, False])),
    "What is my share of a customer's wallet?": ("allocation", lambda a, _: np.allclose(a, [1 / 3, 0.3], atol=1e-4)),
    "How do I get one page that everybody can read?": (
        "report", lambda a, w: a == (1000, float(w["shop"].truth.amount - w["shop"].truth.double_load.amount))),
    "How does a database compute the same scores?": ("to_sql", lambda a, _: a == (0, 1000)),
    "How do I count by fiscal year?": (
        "Calendar", lambda a, w: np.cumsum(a).tolist() == [joined_by(w, f"{one}-03-31") for one in (2023, 2024, 2025)]),
    "How do I add today's rows without the old ones?": ("State", lambda a, _: a == [0] * 7),
}  # fmt: skip


def sections(language: str) -> list[tuple[str, str]]:
    """Headings of the third level (questions), each with the text beneath; the data of the page come first, as ""."""
    page = (ROOT / "docs" / language / "how-to.md").read_text(encoding="utf-8")
    parts = re.split(r"^#{2,3} (.+)$", page, flags=re.MULTILINE)[1:]
    return [(title, text) for title, text in zip(parts[::2], parts[1::2], strict=True) if ">>>" in text]


def code_of(text: str) -> list[str]:
    return [example.source for example in doctest.DocTestParser().get_examples(text)]


@cache
def answers() -> tuple[World, list[Any]]:
    """Run the page from top to bottom; the value of the last line of each section is its answer."""
    world: World = {}
    said = []
    for _, text in sections("en"):
        *before, last = code_of(text)
        for line in before:
            exec(line, world)
        if isinstance(ast.parse(last).body[0], ast.Expr):
            said.append(eval(last, world))
        else:
            exec(last, world)
            said.append(None)
    return world, said


@pytest.mark.parametrize("number", range(len(TRUTH)), ids=list(TRUTH))
def test_the_answer_is_the_truth(number):
    """In English; the Chinese page has the same code, which the next test sees, and its shown answers are doctests."""
    question, (call, right) = list(TRUTH.items())[number]
    world, said = answers()
    title, text = sections("en")[number + 1]
    assert title == question
    assert call in "".join(code_of(text)) + text
    assert right(said[number + 1], world), said[number + 1]


def test_both_pages_ask_the_same_questions_with_the_same_code():
    english, chinese = sections("en"), sections("zh")
    assert [title for title, _ in english[1:]] == list(TRUTH)
    assert len(TRUTH) >= 30
    assert [code_of(text) for _, text in english] == [code_of(text) for _, text in chinese]
    assert all(re.search(r"[\u4e00-\u9fff]", title) for title, _ in chinese)


def test_a_wrong_answer_would_be_seen():
    """Each truth refuses another answer: the numbers a little off, the names another one's."""
    world, said = answers()
    for answer, (question, (_, right)) in zip(said[1:], TRUTH.items(), strict=True):
        assert not right(worse(answer), world), question


def worse(answer: Any) -> Any:
    if isinstance(answer, dict):
        return {key: worse(value) for key, value in answer.items()}
    if isinstance(answer, list | tuple):
        return type(answer)(worse(value) for value in answer)
    if isinstance(answer, bool):
        return not answer
    return f"not {answer}" if isinstance(answer, str) else answer * 1.5 + 1


@pytest.mark.parametrize("page", ["tutorial", "peers", "opinions", "engines"])
def test_the_chinese_page_runs_the_same_code_in_the_same_sections(page):
    """Comments may differ; what is run, and beneath which heading, may not."""
    found = []
    for language in ("en", "zh"):
        path = (
            ROOT
            / "docs"
            / (f"{page}.md" if page in ("opinions", "engines") and language == "en" else f"{language}/{page}.md")
        )
        parts = re.split(r"^## .+$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        found.append([[ast.unparse(ast.parse("".join(code_of(part)))) for part in parts]])
    assert found[0] == found[1]


@pytest.mark.parametrize("page", ["concepts", "glossary", "limits"])
def test_the_chinese_page_is_as_deep(page):
    """As many headings, formulas and lines of tables, and the same functions named."""
    english, chinese = ((ROOT / "docs" / one / f"{page}.md").read_text(encoding="utf-8") for one in ("en", "zh"))
    for kind in (r"^## ", r"^\$\$", r"^\| ", r"^\*\*"):
        count = [len(re.findall(kind, text, flags=re.MULTILINE)) for text in (english, chinese)]
        assert count[0] == count[1], kind
    named = [set(re.findall(r"`([a-z]+\.\w+)`", text)) for text in (english, chinese)]
    assert named[0] == named[1]
