"""The lines of a query: what is frozen, written as common table expressions that build on one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from crmkit import labels, rfm
from crmkit._rfm.cutpoints import lowest_score
from crmkit._rfm.measures import SCORES
from crmkit.sql._dialects import Dialect, number
from crmkit.sql._frozen import Frozen, Purchases, Ranges, Scores, Spend
from crmkit.sql._nodes import FAR, MOST_DAYS, MOST_X

HISTORY = ("x", "t_x", "T")
BEYOND = 700  # e^700 is a float, e^710 is not
WIDTH = 116


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
        steps = [self._read(), *self._scores(), *self._segments(), *self._tiers(), *self._forecast()]
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
        lines = [[f"  SELECT {self._name(self.customer)} AS customer_id"]]
        lines += [[f"    {self.dialect.cast(self._name(column))} AS {alias}"] for alias, column in own.items()]
        return [f"crmkit_customers AS (  {_both('sql_read')}", *_listed(lines), f"  FROM {self.source}", ")"]

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
        cases = {name: _score_lines(measure, scores) for measure, name in SCORES.items()}
        if all(len(by_cell) == 1 for by_cell in scores.cutpoints.values()):
            yield self._step("scores", "customers", _listed(cases.values()), _both("sql_scores"))
            return
        for name, before in {"r_score": "customers", "f_score": "r_score", "m_score": "f_score"}.items():
            last = name == "m_score"
            yield self._step("scores" if last else name, before, cases[name], _both("sql_scores") if not last else "")

    def _step(self, name: str, before: str, lines: Sequence[str], comment: str) -> list[str]:
        """A step that adds columns to the rows of another."""
        opening = f"crmkit_{name} AS (" + (f"  {comment}" if comment else "")
        return [opening, "  SELECT *,", *lines, f"  FROM crmkit_{before}", ")"]

    def _segments(self) -> Iterator[list[str]]:
        frozen = self.frozen
        if not frozen.segments or frozen.labels is None:
            return
        lines = [f"      WHEN {_holds(ranges)} THEN {self._text(name)}  {_label(*frozen.labels[name])}"
                 for name, ranges in frozen.segments]  # fmt: skip
        yield self._step("segments", "scores", ["    CASE", *lines, "    END AS segment"], _both("sql_segments"))

    def _tiers(self) -> Iterator[list[str]]:
        tiers = self.frozen.tiers
        if not tiers:
            return
        said = [_label(labels.segment(tier.name, "en"), labels.segment(tier.name, "zh")) for tier in tiers]
        tests = [f"monetary >= {number(tier.least)}" for tier in tiers[:-1]] + ["monetary IS NOT NULL"]
        lines = [
            f"      WHEN {test} THEN {self._text(tier.name)}  {words}"
            for test, tier, words in zip(tests, tiers, said, strict=True)
        ]
        before = self._rows(tiers=False)
        yield self._step("tiers", before, ["    CASE", *lines, "    END AS tier"], _both("sql_tiers"))

    def _rows(self, *, tiers: bool = True, forecast: bool = True) -> str:
        """The last step so far that has a row per customer."""
        frozen = self.frozen
        if forecast and tiers and frozen.purchases:
            return "spend" if frozen.spend else "alive"
        if tiers and frozen.tiers:
            return "tiers"
        return "segments" if frozen.segments else "scores" if frozen.scores else "customers"

    def _forecast(self) -> Iterator[list[str]]:
        model, before = self.frozen.purchases, self._rows(forecast=False)
        if model is None:
            return
        yield [*_model_comment(model), *self._step("odds", before, _log_odds(model), _both("sql_odds"))]
        yield self._step("alive", "odds", _alive(model), _both("sql_alive"))
        if self.frozen.spend is not None:
            yield self._step("spend", "alive", _spend(self.frozen.spend), _both("sql_spend"))
        yield from _expectation(model, self.dialect)

    def _result(self) -> list[str]:
        chosen = [f"  c.customer_id AS {self._name(self.customer)}"]
        chosen += [f"  {made} AS {self._name(name)}" for name, made in self._results()]
        lines = [_both("sql_result"), "SELECT", *_listed([[line] for line in chosen])]
        lines.append(f"FROM crmkit_{self._rows()} AS c")
        if self.frozen.purchases is not None:
            lines.append("LEFT JOIN crmkit_expected AS e ON e.x = c.x AND e.age = c.age")
        return lines

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


def _score_lines(measure: str, scores: Scores) -> list[str]:
    """The CASE of a score; of nested scores one for each cell of the scores before."""
    by_cell, name = scores.cutpoints[measure], SCORES[measure]
    if len(by_cell) == 1:
        return _wrapped(_score_case(measure, by_cell[()]) + f" AS {name}")
    lines = ["    CASE"]
    for cell, cutpoints in by_cell.items():
        if cell:
            here = " AND ".join(f"{column} = {at}" for column, at in zip(SCORES.values(), cell, strict=False))
            lines.append(f"      WHEN {here} THEN {_score_case(measure, cutpoints)}")
    return [*lines, f"      ELSE {_score_case(measure, by_cell[()])}", f"    END AS {name}"]


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
    pairs = np.stack([nodes.chance, nodes.weight], axis=1).tolist()
    chances = dialect.rows(("p", "weight"), pairs, "  ")
    yield [f"crmkit_chances AS (  {_both('sql_chances', error=f'{max(nodes.error, 1e-12):.0e}')}", *chances, ")"]
    at_end = np.arange(nodes.days.size) == nodes.days.size - 1
    moments = np.stack([nodes.days, nodes.discount, at_end], axis=1).tolist()
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


def _spend(spend: Spend) -> list[str]:
    """Expected spend per purchase: p (v + n m) / (p n + q - 1), n purchases of mean m."""
    n = "x + 1" if spend.counts_first else "x"
    money = "CASE WHEN monetary > 0 THEN monetary ELSE 0 END" if spend.counts_first else "x * m_x"
    return [
        f"    {number(spend.p)} * ({number(spend.v)} + {money})",
        f"      / ({number(spend.p)} * ({n}) + {number(spend.q)} - 1) AS spend",
    ]


def _listed(columns: Iterable[Sequence[str]]) -> list[str]:
    """The lines of several columns, with commas between them."""
    listed = [list(lines) for lines in columns]
    for lines in listed[:-1]:
        lines[-1] += ","
    return [line for lines in listed for line in lines]
