"""The lines of a query: what is frozen, written as common table expressions that build on one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from crmkit import labels, rfm
from crmkit._rfm.cutpoints import lowest_score
from crmkit._rfm.measures import SCORES
from crmkit._types import Array
from crmkit.sql._dialects import Dialect, folded, number
from crmkit.sql._frozen import Frozen, Purchases, Ranges, Scores, Spend
from crmkit.sql._nodes import FAR, MOST_DAYS, MOST_X

HISTORY = ("x", "t_x", "T")
BEYOND = 700  # e^700 is a float, e^710 is not
WIDTH = 116
FARTHEST = float(np.finfo(float).max)

CutsByCell: TypeAlias = Mapping[tuple[int, ...], rfm.Cutpoints]


@dataclass(frozen=True, slots=True)
class Query:
    """A query in one dialect.

    Attributes
    ----------
    dialect : Dialect
        Of the database that runs it.
    source : str
        The table of customers, as it is written.
    customer : str
        Its column of ids.
    frozen : Frozen
        What is held fixed.
    margin_rate : float
        Share of the spend that is margin.
    """

    dialect: Dialect
    source: str
    customer: str
    frozen: Frozen
    margin_rate: float

    def text(self) -> str:
        """The whole query."""
        steps = [self._read(), *self._scores(), *self._groups(), *self._forecast()]
        body: list[str] = []
        for step in steps:
            body += [*step[:-1], step[-1] + ("," if step is not steps[-1] else "")]
        return "\n".join([*self._title(), "WITH", *body, *self._result()]) + "\n"

    @property
    def columns(self) -> list[str]:
        """The columns of the result, in their order."""
        return [self.customer, *(name for name, _ in self._results())]

    # --- parts ------------------------------------------------------------------------------------------------------

    def _title(self) -> list[str]:
        title = {"dialect": self.dialect.name}
        return [*_comment("sql_title", **title), *_comment("sql_input")]

    def _read(self) -> list[str]:
        """Every column that is read, under a name of ours, as a float."""
        own = {self._value(measure): column for measure, column in self._columns().items()}
        chosen = [f"{self._name(self.customer)} AS customer_id"]
        chosen += [f"{self.dialect.cast(self._name(column))} AS {alias}" for alias, column in own.items()]
        lines = folded(chosen, "  SELECT ", "    ")
        return [f"crmkit_customers AS (  {_both('sql_read')}", *lines, f"  FROM {self.source}", ")"]

    def _columns(self) -> dict[str, str]:
        """The columns that are read, by measure."""
        frozen = self.frozen
        columns = dict(frozen.scores.columns) if frozen.scores else {}
        if frozen.tiers or (frozen.spend and frozen.spend.counts_first):
            columns.setdefault("monetary", "monetary")
        if frozen.purchases:
            columns |= {name: name for name in HISTORY}
        if frozen.spend and not frozen.spend.counts_first:
            columns["m_x"] = "m_x"
        return columns

    def _value(self, measure: str) -> str:
        """Our name of a measure; T would be the same as t."""
        return "age" if measure == "T" else measure

    def _name(self, column: str) -> str:
        return self.dialect.identifier(column)

    def _scores(self) -> Iterator[list[str]]:
        scores = self.frozen.scores
        if scores is None:
            return
        if all(len(by_cell) == 1 for by_cell in scores.cutpoints.values()):
            cases = (_score_lines(measure, scores.cutpoints[measure][()]) for measure in SCORES)
            yield self._step("scores", "customers", _listed(cases), _both("sql_scores"))
            return
        before = "customers"
        for measure, name in SCORES.items():
            after = "scores" if name == "m_score" else name
            yield from self._nested(measure, scores.cutpoints[measure], before, after)
            before = after

    def _nested(self, measure: str, by_cell: CutsByCell, before: str, after: str) -> Iterator[list[str]]:
        """The score of a measure by cuts of its own in each cell of the scores before."""
        cells = {cell: _cuts(cutpoints) for cell, cutpoints in by_cell.items() if cell}
        if not cells:
            yield self._step(after, before, _score_lines(measure, by_cell[()]), _both("sql_scores"))
            return
        scored = list(SCORES.values())[: len(next(iter(cells)))]
        elsewhere = _cuts(by_cell[()])
        names = [f"cut_{level}" for level in range(2, len(elsewhere) + 2)]
        rows = [[*map(number, (*cell, *cuts))] for cell, cuts in cells.items()]
        cuts = self.dialect.rows((*scored, *names), rows, "  ")
        yield [f"crmkit_{measure}_cuts AS (  {_both('sql_cuts')}", *cuts, ")"]
        better = "<=" if measure == "recency" else ">="
        arms = [
            f"WHEN {measure} {better} COALESCE(k.{name}, {number(cut)}) THEN {level}"
            for level, (name, cut) in reversed(list(enumerate(zip(names, elsewhere, strict=True), start=2)))
        ]
        case = f"CASE {' '.join(arms)} WHEN {measure} IS NOT NULL THEN 1 END AS {SCORES[measure]}"
        met = " AND ".join(f"k.{score} = c.{score}" for score in scored)
        joined = f"  FROM crmkit_{before} AS c LEFT JOIN crmkit_{measure}_cuts AS k ON {met}"
        yield [f"crmkit_{after} AS (  {_both('sql_scores')}", "  SELECT c.*,", *_wrapped(case), joined, ")"]

    def _step(self, name: str, before: str, lines: Sequence[str], comment: str) -> list[str]:
        """A step that adds columns to the rows of another."""
        return [f"crmkit_{name} AS (  {comment}", "  SELECT *,", *lines, f"  FROM crmkit_{before}", ")"]

    def _groups(self) -> Iterator[list[str]]:
        """Segment and tier of each customer."""
        groups = {"segment": list(self._segments()), "tier": list(self._tiers())}
        cases = [
            [f"    CASE  {_both(f'sql_{name}s')}", *arms, f"    END AS {name}"] for name, arms in groups.items() if arms
        ]
        if cases:
            before = "scores" if self.frozen.scores else "customers"
            yield self._step("groups", before, _listed(cases), _both("sql_groups"))

    def _segments(self) -> Iterator[str]:
        for name, ranges in self.frozen.segments:
            words = _label(*self.frozen.labels[name]) if self.frozen.labels else ""
            yield f"      WHEN {_holds(ranges)} THEN {self._text(name)}  {words}"

    def _tiers(self) -> Iterator[str]:
        tiers = self.frozen.tiers
        tests = [f"monetary >= {number(tier.least)}" for tier in tiers[:-1]] + ["monetary IS NOT NULL"] * bool(tiers)
        for test, tier in zip(tests, tiers, strict=True):
            words = _label(labels.segment(tier.name, "en"), labels.segment(tier.name, "zh"))
            yield f"      WHEN {test} THEN {self._text(tier.name)}  {words}"

    def _rows(self, *, forecast: bool = True) -> str:
        """The last step so far that has a row per customer."""
        frozen = self.frozen
        if forecast and frozen.purchases:
            return "alive"
        return "groups" if frozen.segments or frozen.tiers else "scores" if frozen.scores else "customers"

    def _forecast(self) -> Iterator[list[str]]:
        model, before = self.frozen.purchases, self._rows(forecast=False)
        if model is None:
            return
        yield [*_model_comment(model), *self._step("odds", before, _log_odds(model), _both("sql_odds"))]
        spend = [_spend(self.frozen.spend)] if self.frozen.spend is not None else []
        yield self._step("alive", "odds", _listed([_alive(model), *spend]), _both("sql_alive"))
        yield from _expectation(model, self.dialect)

    def _result(self) -> list[str]:
        chosen = [f"c.customer_id AS {self._name(self.customer)}"]
        chosen += [f"{made} AS {self._name(name)}" for name, made in self._results()]
        lines = [_both("sql_result"), *folded(chosen, "SELECT ", "  ")]
        joined = " LEFT JOIN crmkit_expected AS e ON e.x = c.x AND e.age = c.age" if self.frozen.purchases else ""
        return [*lines, f"FROM crmkit_{self._rows()} AS c{joined}"]

    def _results(self) -> Iterator[tuple[str, str]]:
        """Names of the result's columns and what they are made of."""
        frozen = self.frozen
        if frozen.scores is not None:
            yield from ((name, f"c.{name}") for name in SCORES.values())
            yield "rfm", self._code(frozen.scores)
            yield "rfm_sum", "c.r_score + c.f_score + c.m_score"
            if frozen.scores.weights is not None:
                weighed = zip(frozen.scores.weights, SCORES.values(), strict=True)
                yield "rfm_weighted", " + ".join(f"{self.dialect.cast(number(w))} * c.{name}" for w, name in weighed)
        if frozen.segments:
            yield "segment", "c.segment"
        if frozen.tiers:
            yield "tier", "c.tier"
        if frozen.purchases is not None:
            if frozen.purchases.tells_dropout:
                yield "p_alive", "c.p_alive"
            yield "expected_purchases", "c.p_alive * e.purchases"
            yield "discounted_purchases", "c.p_alive * e.discounted"
        if frozen.spend is not None:
            yield "expected_spend", "c.spend"
            yield "residual_clv", f"{number(self.margin_rate)} * c.spend * (c.p_alive * e.discounted)"

    def _code(self, scores: Scores) -> str:
        text = self.dialect.text
        if scores.levels < 10:
            return f"CAST(100 * c.r_score + 10 * c.f_score + c.m_score AS {text})"
        return " || '_' || ".join(f"CAST(c.{name} AS {text})" for name in SCORES.values())

    def _text(self, value: str) -> str:
        return self.dialect.literal(value)


# --- comments -------------------------------------------------------------------------------------------------------


def _both(key: str, **fields: object) -> str:
    """A comment on one line, in English and in Chinese."""
    return _label(labels.phrase(key, "en", **fields), labels.phrase(key, "zh", **fields))


def _comment(key: str, **fields: object) -> list[str]:
    """A comment on two lines."""
    return [f"-- {labels.phrase(key, language, **fields)}" for language in ("en", "zh")]


def _label(english: str, chinese: str) -> str:
    words = english if english == chinese else f"{english} / {chinese}"
    return "-- " + " ".join(words.split())  # a line break would end the comment


# --- scores ---------------------------------------------------------------------------------------------------------


def _score_lines(measure: str, cutpoints: rfm.Cutpoints) -> list[str]:
    return _wrapped(_score_case(measure, cutpoints) + f" AS {SCORES[measure]}")


def _cuts(cutpoints: rfm.Cutpoints) -> list[float]:
    """The cuts of a cell, the infinite ones as the floats that no value or every value passes."""
    return [min(max(cut, -FARTHEST), FARTHEST) for cut in cutpoints.cuts]


def _score_case(measure: str, cutpoints: rfm.Cutpoints) -> str:
    """The score of a value; the first cut from the best that it passes decides."""
    better = ("<" if measure == "recency" else ">") + ("" if cutpoints.strict else "=")
    arms, last = [], None
    for level, cut in reversed(list(enumerate(cutpoints.cuts, start=2))):
        if np.isfinite(cut) and cut != last:  # of equal cuts the best one decides
            arms.append(f"WHEN {measure} {better} {number(cut)} THEN {level}")
            last = cut
    return " ".join(["CASE", *arms, f"WHEN {measure} IS NOT NULL THEN {lowest_score(measure, cutpoints)} END"])


def _wrapped(expression: str) -> list[str]:
    """An expression over lines that are no wider than a page, broken before WHEN."""
    lines: list[str] = []
    line = "   "
    for part in expression.split(" WHEN "):
        part = part if not lines and line == "   " else "WHEN " + part
        if len(line) + len(part) > WIDTH:
            lines.append(line)
            line = "     "
        line += " " + part
    return [*lines, line]


def _holds(ranges: Ranges) -> str:
    """Whether a rule holds; the mean of F and M, rounded down, lies in a range where their sum does."""
    tests = []
    for axis, (low, high) in ranges.items():
        column, ends = f"{axis}_score", (low, high)
        if axis == "fm":
            column, ends = "f_score + m_score", (2 * low, 2 * high + 1)
        tests.append(f"{column} = {low}" if ends[0] == ends[1] else f"{column} BETWEEN {ends[0]} AND {ends[1]}")
    return " AND ".join(tests) if tests else "r_score IS NOT NULL"


# --- forecast -------------------------------------------------------------------------------------------------------


def _model_comment(model: Purchases) -> list[str]:
    params = model.params
    said = {name: f"{getattr(params, name):.6g}" for name in ("r", "alpha", "a", "b")}
    return _comment("sql_model", model=model.name, horizon=model.horizon, **said)


def _log_odds(model: Purchases) -> list[str]:
    """The log odds of having left, where there was a chance to leave."""
    params, alpha = model.params, number(model.params.alpha)
    return [
        f"    CASE WHEN {_chances(model, 'x')} > 0 THEN",
        f"      LN({number(params.a)} / ({number(params.b - 1 + model.first_chance)} + x))",
        f"      + ({number(params.r)} + x) * LN(({alpha} + age) / ({alpha} + t_x)) END AS log_odds",
    ]


def _alive(model: Purchases) -> list[str]:
    """P(alive); without a chance to leave nobody has."""
    never = "" if model.first_chance else "WHEN x = 0 THEN 1e0 "
    return [f"    CASE {never}WHEN log_odds > {BEYOND} THEN 0e0 ELSE 1 / (1 + EXP(log_odds)) END AS p_alive"]


def _chances(model: Purchases, x: str) -> str:
    return f"{x} + 1" if model.first_chance else x


def _expectation(model: Purchases, dialect: Dialect) -> Iterator[list[str]]:
    """Purchases of the living, by distinct history and a fixed quadrature."""
    nodes, k = model.nodes, _chances(model, "c.x")
    yield [
        f"crmkit_cells AS (  {_both('sql_cells', x=MOST_X, days=MOST_DAYS)}",
        f"  SELECT DISTINCT x, age FROM crmkit_customers WHERE x <= {MOST_X} AND age <= {MOST_DAYS}",
        ")",
    ]
    pairs = _rounded(nodes.chance, nodes.weight)
    chances = dialect.rows(("p", "weight"), pairs, "  ")
    yield [f"crmkit_chances AS (  {_both('sql_chances', error=f'{max(nodes.error, 1e-12):.0e}')}", *chances, ")"]
    at_end = np.arange(nodes.days.size) == nodes.days.size - 1
    moments = _rounded(nodes.days, nodes.discount, at_end)
    times = dialect.rows(("days", "discount", "at_end"), moments, "  ")
    yield [f"crmkit_times AS (  {_both('sql_times')}", *times, ")"]
    yield [
        f"crmkit_weighed AS (  {_both('sql_weighed')}",
        "  SELECT x, p, mass / SUM(mass) OVER (PARTITION BY x) AS chance FROM (",
        f"    SELECT c.x, n.p, n.weight * EXP(({k}) * LN(1 - n.p)) AS mass",
        "    FROM (SELECT DISTINCT x FROM crmkit_cells) AS c CROSS JOIN crmkit_chances AS n",
        f"    WHERE ({k}) * LN(1 - n.p) > -{number(FAR)}",
        "  ) AS masses",
        ")",
    ]
    twice = f"(2 * ({number(model.params.alpha)} + c.age) + w.p * t.days)"
    yield [
        f"crmkit_terms AS (  {_both('sql_terms')}",
        "  SELECT c.x, c.age, t.discount, t.at_end, w.p, w.chance,",
        f"    TANH(({number(model.params.r)} + c.x) * ATANH(w.p * t.days / {twice})) AS half",
        "  FROM crmkit_cells AS c JOIN crmkit_weighed AS w ON w.x = c.x CROSS JOIN crmkit_times AS t",
        ")",
    ]
    yield [
        f"crmkit_expected AS (  {_both('sql_expected')}",
        "  SELECT x, age, SUM(at_end * chance * 2 * half / ((1 + half) * p)) AS purchases,",
        "    SUM(discount * chance * 2 * half / ((1 + half) * p)) AS discounted",
        "  FROM crmkit_terms GROUP BY x, age",
        ")",
    ]


def _rounded(*columns: Array) -> list[list[str]]:
    """Rows of nodes, to the twelve digits that they were rounded to; cast to floats where they are read."""
    return [[f"{value:.12g}" for value in row] for row in np.stack(columns, axis=1).tolist()]


def _spend(spend: Spend) -> list[str]:
    """Expected spend per purchase: p (v + n m) / (p n + q - 1), n purchases of mean m; of that the power, if any."""
    n = "x + 1" if spend.counts_first else "x"
    money = "CASE WHEN monetary > 0 THEN monetary ELSE 0 END" if spend.counts_first else "x * m_x"
    above = f"{number(spend.p)} * ({number(spend.v)} + {money})"
    below = f"({number(spend.p)} * ({n}) + {number(spend.q)} - 1)"
    named = f"AS spend  {_both('sql_spend')}"
    if (spend.power, spend.level) == (1.0, 1.0):
        return [f"    {above}", f"      / {below} {named}"]
    mean = spend.p * spend.v / (spend.q - 1)
    opening = f"    {number(spend.level * mean)} * POWER({above}"
    return [opening, f"      / {below} / {number(mean)}, {number(spend.power)}) {named}"]


def _listed(columns: Iterable[Sequence[str]]) -> list[str]:
    """The lines of several columns, with commas between them."""
    listed = [list(lines) for lines in columns]
    for lines in listed[:-1]:
        lines[-1] += ","
    return [line for lines in listed for line in lines]
