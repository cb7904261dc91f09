"""`quiz`: exercises on fresh numbers, each with a worked solution and the answer that the library gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.random import Generator

from crmkit import _checks, clv, equity, labels, loyalty, pyramid, rfm, wallet
from crmkit._frame import open_table
from crmkit._results import Result
from crmkit._types import Table
from crmkit.basket._measures import measures
from crmkit.labels import Language
from crmkit.lenses._exhibits import change

# The places of a question's words, and its answer.
Asked: TypeAlias = tuple[dict[str, Any], float]


@dataclass(frozen=True, slots=True)
class Question:
    """An exercise of a quiz.

    Attributes
    ----------
    text, solution : str
        What is asked, and how it is worked out.
    answer : float
        The result, unrounded, as the library computes it.
    """

    text: str
    solution: str
    answer: float


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Quiz(Result):
    """Exercises with worked solutions; given by `quiz`.

    Attributes
    ----------
    topic : str
    seed : int
    questions : tuple of Question
    table : pandas.DataFrame
        `number`, `question`, `solution`, `answer`.
    """

    topic: str
    seed: int
    questions: tuple[Question, ...]
    table: Table

    def text(self, language: Language | None = None, *, solutions: bool = False) -> str:
        """The exercises, one after another, in their own language or another; with solutions if asked for."""
        questions = self.questions if language is None else quiz(self.topic, self.seed, language).questions
        listed = [
            f"{number}. {question.text}" + (f"\n   -> {question.solution}" if solutions else "")
            for number, question in enumerate(questions, start=1)
        ]
        return "\n".join(listed)

    def shown(self) -> tuple[Any, ...]:
        """The exercises without their solutions."""
        return (Quiz.text(self),)


def quiz(topic: str, seed: int = 0, language: Language | None = None) -> Quiz:
    """Exercises of a topic on fresh numbers; the same seed gives the same exercises in both languages.

    Parameters
    ----------
    topic : str
        "rfm", "pyramid", "retention", "clv", "basket", "satisfaction", "wallet", "equity" or "audit".
    seed : int, default 0
        Another seed, other numbers: one for each student, say.
    language : {"en", "zh"}, optional
        Language of questions and solutions.

    Returns
    -------
    Quiz
        `questions` with `text`, `solution`, `answer`; `table`; `text(solutions=True)`.

    Raises
    ------
    ArgumentError
        There is no such topic, or `seed` cannot be used.

    Examples
    --------
    >>> from crmkit import teaching
    >>> print(teaching.quiz("retention", seed=1, language="en").questions[0].text)
    A shop has 200 customers at the start of the year, wins 110 and ends with 285. What is its retention rate?
    >>> round(teaching.quiz("retention", seed=1).questions[0].answer, 3)
    0.875
    """
    _checks.choice("topic", topic, tuple(QUESTIONS))
    spoken = labels.resolve(language)
    streams = np.random.SeedSequence(_checks.count("seed", seed, least=0)).spawn(len(QUESTIONS[topic]))
    asked = []
    for (key, draw), stream in zip(QUESTIONS[topic].items(), streams, strict=True):
        places, answer = draw(np.random.default_rng(stream))
        said = {**places, "answer": answer}
        text, solution = (labels.phrase(f"quiz_{key}{part}", spoken, **said) for part in ("", "_solution"))
        asked.append(Question(text, solution, answer))
    from crmkit._frame import engines

    columns = {
        "number": np.arange(1, len(asked) + 1),
        "question": np.array([each.text for each in asked], dtype=object),
        "solution": np.array([each.solution for each in asked], dtype=object),
        "answer": np.array([each.answer for each in asked], dtype=float),
    }
    return Quiz(topic, seed, tuple(asked), engines.wrap(columns).to_native())


def _pick(rng: Generator, low: int, high: int, step: int = 1) -> int:
    return int(rng.integers(low // step, high // step + 1)) * step


def _column(table: Table, name: str) -> Any:
    opened = open_table(table)
    return opened.collect(opened.frame)[name]


# --- the questions ----------------------------------------------------------------------------------------------


def _break_even(rng: Generator) -> Asked:
    cost, margin, sent = _pick(rng, 40, 150, 5) / 100, _pick(rng, 20, 80, 5), 1000
    responses = _pick(rng, 15, 60)
    rate = rfm.break_even_rate(contact_cost=cost, margin=margin)
    index = (responses / sent - rate) / rate * 100
    return dict(cost=cost, margin=margin, sent=sent, responses=responses, rate=rate, response=responses / sent), index


def _score(rng: Generator) -> Asked:
    days = rng.permutation(np.arange(3, 100, 7))[:10]
    customers = {"customer_id": list("ABCDEFGHIJ"), "recency": days, "frequency": [1] * 10, "monetary": [1.0] * 10}
    behind = int((days > days[0]).sum())
    score = float(_column(rfm.score(customers), "r_score")[0])
    return dict(days=", ".join(map(str, days)), behind=behind, place=behind + 0.5), score


def _tiers(rng: Generator) -> Asked:
    n = _pick(rng, 200, 5000, 100)
    found = pyramid.describe_tiers(pyramid.assign_tiers({"customer_id": np.arange(n), "monetary": np.arange(n) + 1.0}))
    sizes = dict(zip(_column(found, "tier"), _column(found, "customers"), strict=True))
    return dict(n=n, top=sizes["important"] + sizes["secondary"], important=sizes["important"]), float(
        sizes["secondary"]
    )


def _gini(rng: Generator) -> Asked:
    spend = np.sort(rng.choice(np.arange(10, 200, 10), 4, replace=False)).astype(float)
    gini = pyramid.concentration({"customer_id": [1, 2, 3, 4], "monetary": spend}).gini
    weighted = sum(rank * value for rank, value in enumerate(spend, start=1))
    return dict(spend=", ".join(f"{value:g}" for value in spend), total=spend.sum(), weighted=weighted), float(gini)


def _retention(rng: Generator) -> Asked:
    start, new = _pick(rng, 200, 900, 20), _pick(rng, 20, 150, 5)
    lost = int(start * rng.uniform(0.08, 0.35))
    return dict(start=start, new=new, end=start + new - lost, lost=lost), (start - lost) / start


def _revenue(rng: Generator) -> Asked:
    start, churned, less, more = (_pick(rng, *bounds, 10) for bounds in ((500, 2000), (30, 200), (10, 150), (20, 300)))
    return dict(start=start, churned=churned, less=less, more=more), (start - churned - less + more) / start


def _lifetime(rng: Generator) -> Asked:
    churn = _pick(rng, 4, 50, 2) / 100
    return dict(churn=churn), 1 / churn


def _constant(rng: Generator) -> Asked:
    m, r, d = _pick(rng, 20, 400, 10), _pick(rng, 50, 95, 5) / 100, _pick(rng, 4, 20, 2) / 100
    end = clv.constant_retention(m, r, d, timing="end")
    return dict(m=m, r=r, d=d, end=end), clv.constant_retention(m, r, d)


def _average(rng: Generator) -> Asked:
    value, orders, years, rate = (
        _pick(rng, 20, 120, 5),
        _pick(rng, 2, 12),
        _pick(rng, 2, 8),
        _pick(rng, 10, 60, 5) / 100,
    )
    told = dict(order_value=value, orders_per_period=orders, lifetime=years, margin_rate=rate)
    return dict(value=value, orders=orders, years=years, rate=rate), clv.average(**told)


def _rule(rng: Generator) -> Asked:
    n, a, b = _pick(rng, 500, 3000, 100), _pick(rng, 50, 200, 10), _pick(rng, 100, 400, 10)
    both = int(min(a, b) * rng.uniform(0.2, 0.8))
    found = {name: float(value[0]) for name, value in measures([both], [a], [b], n, 0.95).items()}
    return dict(n=n, a=a, b=b, both=both, support=found["support"], confidence=found["confidence"], share=b / n), found[
        "lift"
    ]


def _nps(rng: Generator) -> Asked:
    plus, minus = _pick(rng, 20, 70, 5), _pick(rng, 5, 30, 5)
    told = dict(plus=plus, rest=100 - plus - minus, minus=minus)
    return told, float(loyalty.nps_interval(plus, 100 - plus - minus, minus)[0])


def _ratio(rng: Generator) -> Asked:
    expected, perceived = _pick(rng, 60, 100, 5), _pick(rng, 40, 120, 5)
    return dict(expected=expected, perceived=perceived, gap=perceived - expected), perceived / expected


def _delivered(rng: Generator) -> Asked:
    values, costs = [_pick(rng, 3, 25) for _ in range(4)], [_pick(rng, 1, 12) for _ in range(4)]
    named = dict(
        zip(
            ("product", "service", "personnel", "image", "money", "time", "energy", "mind"),
            [[v] for v in values + costs],
            strict=True,
        )
    )
    found = float(_column(loyalty.delivered_value({"offer": ["A"], **named}), "delivered_value")[0])
    told = dict(
        values=" + ".join(map(str, values)), costs=" + ".join(map(str, costs)), value=sum(values), cost=sum(costs)
    )
    return told, found


def _allocation(rng: Generator) -> Asked:
    n = _pick(rng, 2, 5)
    rank = _pick(rng, 1, n)
    return dict(n=n, rank=rank), float(wallet.allocation(rank, n))


def _wallet(rng: Generator) -> Asked:
    total = _pick(rng, 50, 400, 10)
    own = int(total * rng.uniform(0.1, 0.9))
    return dict(own=own, total=total), float(wallet.share(own, total))


def _long_run(rng: Generator) -> Asked:
    stay_a, stay_b = _pick(rng, 50, 90, 5) / 100, _pick(rng, 50, 90, 5) / 100
    matrix = {"brand": ["A", "B"], "A": [stay_a, 1 - stay_b], "B": [1 - stay_a, stay_b]}
    found = equity.long_run_shares(matrix)
    shares = dict(zip(_column(found, "brand"), _column(found, "share"), strict=True))
    return dict(staya=stay_a, stayb=stay_b, toa=1 - stay_b, tob=1 - stay_a), float(shares["A"])


def _product(rng: Generator) -> Asked:
    n, orders, value, rate = (
        _pick(rng, 100, 900, 50),
        _pick(rng, 2, 6),
        _pick(rng, 20, 90, 5),
        _pick(rng, 10, 50, 5) / 100,
    )
    return dict(n=n, orders=orders, value=value, rate=rate), n * orders * value * rate


def _contribution(rng: Generator) -> Asked:
    n, more, value, dearer = (
        _pick(rng, 100, 400, 20),
        _pick(rng, 10, 60, 10),
        _pick(rng, 20, 60, 10),
        _pick(rng, 2, 20, 2),
    )
    one = dict(customers=n, orders_per_customer=1.0, order_value=value, margin_rate=1.0, profit=n * value)
    other = {**one, "customers": n + more, "order_value": value + dearer, "profit": (n + more) * (value + dearer)}
    found = change(one, other)
    told = dict(n=n, more=more, n_after=n + more, value=value, value_after=value + dearer, middle=value + dearer / 2)
    return told, float(found["contribution"][0])


QUESTIONS: Mapping[str, Mapping[str, Callable[[Generator], Asked]]] = {
    "rfm": {"score": _score, "break_even": _break_even},
    "pyramid": {"tiers": _tiers, "gini": _gini},
    "retention": {"retention": _retention, "revenue": _revenue, "lifetime": _lifetime},
    "clv": {"constant": _constant, "average": _average},
    "basket": {"rule": _rule},
    "satisfaction": {"nps": _nps, "ratio": _ratio, "delivered": _delivered},
    "wallet": {"wallet": _wallet, "allocation": _allocation},
    "equity": {"long_run": _long_run},
    "audit": {"product": _product, "contribution": _contribution},
}
