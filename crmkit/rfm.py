"""RFM: score customers by recency, frequency and monetary value, and name the groups that result.

`score` gives each customer 1 to k points per measure, higher is always better; `Scorer` keeps the cuts,
so that next month's list is scored by the same cuts; `segment` names the groups, by the eight
Chinese groups, the eleven-segment map or rules of your own; `describe_segments` gives one row per
group; `break_even` reads a test mailing.

Sources: Hughes (1994), Strategic Database Marketing (scores, nested scores, break-even index);
Miglautsch (2000), Thoughts on RFM scoring, Journal of Database Marketing 8(1), 67-72 (why equal values
must get equal scores); the eight groups (重要价值客户 ...) and the map of R against the mean of F and M are
common property of Chinese and English textbooks and tools.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from crmkit import _checks, _frame, labels
from crmkit._estimators import Estimator
from crmkit._frame import groups
from crmkit._frame.engines import FrameT
from crmkit._statistics import centre, shares_of, z_of
from crmkit._types import Floats, Ints, Table
from crmkit.errors import ArgumentError, DataError, NotFittedError, Words, shown
from crmkit.labels import Language
from crmkit.schemes import EIGHT, ELEVEN, Range

__all__ = [
    "BANDS",
    "EIGHT",
    "ELEVEN",
    "METHODS",
    "Cutpoints",
    "Rules",
    "Scorer",
    "break_even",
    "break_even_rate",
    "describe_segments",
    "score",
    "segment",
    "segment_rules",
]

Cell: TypeAlias = tuple[int, ...]
Rules: TypeAlias = Mapping[str, Mapping[str, Range]] | Sequence[Mapping[str, Any]] | Table

MEASURES = ("recency", "frequency", "monetary")
SCORES = {"recency": "r_score", "frequency": "f_score", "monetary": "m_score"}
METHODS = ("quantile", "rank", "nested", "bands", "mean", "median")
# Orders that earn score 2, 3, 4: the bands are 1, 2, 3-4, and 5 or more.
BANDS = (2.0, 3.0, 5.0)
HINT = Words("hint_customers")
SCORE_HINT = Words("hint_scores")
# The best of five levels begins where 80 % stand behind; who share the best place stand in the middle of it.
SHARED_TOP = 0.4

# --- scores -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cutpoints:
    """The values at which one measure's scores begin, among all customers or within one cell.

    Attributes
    ----------
    cuts : tuple of float, k - 1
        The value that earns score 2, 3, ... k: at least so much, or for recency at most so many days.
        Infinite where no customer earned the score.
    strict : bool
        The value must be better than the cut, not only reach it (mean and median splits).
    ids : tuple, k - 1, or empty
        Only of method "rank": of the customers exactly at the cut, the first id that earns the score;
        None where all of them do.
    """

    cuts: tuple[float, ...]
    strict: bool = False
    ids: tuple[Any, ...] = ()


def score(
    customers: FrameT,
    *,
    bins: int = 5,
    method: str | Mapping[str, str] = "quantile",
    cuts: Mapping[str, Sequence[float]] | None = None,
    weights: Mapping[str, float] | Sequence[float] | None = None,
    ties: str = "middle",
    by: str | None = None,
    measures: Mapping[str, str] | None = None,
    customer: str = "customer_id",
) -> FrameT:
    """Score every customer from 1 to k on recency, frequency and monetary value; higher is better.

    Recency is reversed: the fewer days since the last purchase, the higher the score. Except for method
    "rank", equal values always get equal scores, and neither ids nor row order play a part.

    Parameters
    ----------
    customers : table, n_customers rows
        One row per customer, of any supported kind, with the three measures.
    bins : int, default 5
        Number of levels k, at least 2. Bands, fixed cuts, mean and median have levels of their own number.
    method : name, or mapping of measure to name, default "quantile"
        - "quantile": 1 + floor(k p), where p is the share of customers that stand behind this one, those of equal
          value standing together in one place (see `ties`). Distinct values give levels of equal size.
        - "rank": levels of equal size even among equals, which are ordered by `customer`: text bytewise, numbers by
          size, the last one best. Renaming customers then changes scores at the edges of levels.
        - "nested": quantiles of F within each level of R, and of M within each cell of R and F (Hughes).
        - "bands": F by 1, 2, 3-4, 5 and more orders, which suits data where half bought once; R and M by quantiles.
        - "mean", "median": 2 for customers better than the mean or median, 1 for the others.

        A mapping such as ``{"frequency": "bands", "monetary": "mean"}`` leaves the rest to "quantile".
    cuts : mapping of measure to numbers, optional
        Fixed cuts, which replace `method` for the measures named: ``{"recency": [30, 90, 365]}`` gives 4 levels, the
        best for customers of at most 30 days. Frequency and monetary value must reach a cut to pass it.
    weights : mapping of measure to weight, or three weights (R, F, M), optional
        Adds `rfm_weighted`, the weighted sum of the scores; with weights that add up to 1 it lies between 1 and k.
    ties : {"middle", "better", "worse"}, default "middle"
        Where customers of equal value stand in a quantile: in the middle of the places they take together, which treats
        both ends of the scale alike, or all in the best or the worst of these places.
    by : str, optional
        Column of groups, such as a country or a channel: each customer is scored among those of the same group.
    measures : mapping of measure to column, optional
        Where a measure stands, if not in the column of its own name: ``{"monetary": "margin"}`` scores by margin.
    customer : str, default "customer_id"
        Column of ids, which method "rank" alone reads.

    Returns
    -------
    table, n_customers rows
        `customers`, in its own kind and row order, with `r_score`, `f_score`, `m_score` (integers), `rfm` (the
        digits as text, such as "545"; with 10 or more levels "10_4_5"), `rfm_sum` and, given weights, `rfm_weighted`.

    Raises
    ------
    ColumnError
        A measure is absent, not numeric, missing or infinite for some customers.
    DataError
        The table has no rows.
    ArgumentError
        An argument is unknown, or two contradict each other.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"customer_id": list("abcde"), "recency": [5, 90, 40, 300, 12],
    ...                           "frequency": [9, 1, 1, 1, 4], "monetary": [900.0, 20.0, 55.0, 30.0, 410.0]})
    >>> score(customers)[["customer_id", "r_score", "f_score", "m_score", "rfm", "rfm_sum"]]
      customer_id  r_score  f_score  m_score  rfm  rfm_sum
    0           a        5        5        5  555       15
    1           b        2        2        1  221        5
    2           c        3        2        3  323        8
    3           d        1        2        2  122        5
    4           e        4        4        4  444       12
    """
    scorer = Scorer(
        bins=bins, method=method, cuts=cuts, weights=weights, ties=ties, measures=measures, customer=customer
    )

    def scored_alone(some: Any) -> Any:
        table = scorer._open(some)
        return scorer._learn(table)._apply(table)

    scored: FrameT = scored_alone(customers) if by is None else groups.within(customers, by, scored_alone)
    return scored


class Scorer(Estimator):
    """RFM scores whose cuts are kept: fit them on one list, score later lists by the same cuts.

    ``score(customers)`` is ``Scorer().fit(customers).score(customers)``; the parameters are those of `score`.

    Attributes
    ----------
    cuts_ : dict of measure to tuple of k - 1 numbers
        The value that earns score 2, 3, ... k: at least so many orders or so much money, at most so many days; for
        mean and median splits, better than it. Infinite where no customer earned the score. Cuts of method "nested"
        are those among all customers, used for cells that were empty; `cutpoints_` has them all.
    levels_ : dict of measure to dict of score to number of customers
        How many customers of the fitted list got each score; 0 says that a level is empty.
    cutpoints_ : dict of measure to dict of cell to Cutpoints
        Everything learnt: the cell is () for all customers, (r,) or (r, f) within nested scores.

    Examples
    --------
    >>> import pandas as pd
    >>> january = pd.DataFrame({"recency": [3, 8, 20, 70], "frequency": [6, 1, 1, 2], "monetary": [90, 10, 15, 20]})
    >>> june = pd.DataFrame({"recency": [1, 9], "frequency": [2, 1], "monetary": [500, 10]})
    >>> scorer = Scorer(bins=4).fit(january)
    >>> scorer.cuts_["frequency"]
    (1.0, 2.0, 6.0)
    >>> scorer.levels_["frequency"]
    {1: 0, 2: 2, 3: 1, 4: 1}
    >>> scorer.score(june)["rfm"].tolist()
    ['434', '221']
    >>> again = Scorer.from_dict(scorer.to_dict())
    >>> again.score(june)["rfm"].tolist()
    ['434', '221']
    """

    cuts_: dict[str, tuple[float, ...]]
    levels_: dict[str, dict[int, int]]
    cutpoints_: dict[str, dict[Cell, Cutpoints]]

    def __init__(
        self,
        *,
        bins: int = 5,
        method: str | Mapping[str, str] = "quantile",
        cuts: Mapping[str, Sequence[float]] | None = None,
        weights: Mapping[str, float] | Sequence[float] | None = None,
        ties: str = "middle",
        measures: Mapping[str, str] | None = None,
        customer: str = "customer_id",
    ) -> None:
        self.bins = _checks.count("bins", bins, least=2)
        self.cuts = _fixed_cuts(cuts)
        self.method = method
        self._methods = _methods(method, self.cuts)
        self.weights = _weights(weights)
        self.ties = _checks.choice("ties", ties, ("middle", "better", "worse"))
        self.measures = measures
        self.columns = _columns(measures)
        self.customer = customer

    def fit(self, customers: Table, y: Any = None) -> Self:  # noqa: ARG002  as pipelines call it
        """Learn `cuts_`, `levels_` and `cutpoints_` from a table of customers."""
        return self._learn(self._open(customers))

    def score(self, customers: FrameT) -> FrameT:
        """Score a table of any kind with the cuts learnt; see `crmkit.rfm.score` for the columns added.

        Values beyond the fitted ones get the scores at the ends. A nested cell that was empty when the cuts were learnt
        uses the cuts among all customers.
        """
        if not hasattr(self, "cutpoints_"):
            raise NotFittedError("rfm_scorer_cuts_yet_call")
        scored: FrameT = self._apply(self._open(customers))
        return scored

    def transform(self, customers: Table) -> Any:
        """The same as `score`, by the name under which pipelines call it."""
        return self._as_output(self.score(customers))

    def points(self, measure: str, values: Sequence[float] | NDArray[Any]) -> Ints:
        """The scores of plain values of one measure, such as 10, 20 and 30 days.

        Raises
        ------
        ArgumentError
            The measure is unknown, or its score depends on more than the value: of equal customers by id (method
            "rank"), or on the scores before it ("nested").

        Examples
        --------
        >>> import pandas as pd
        >>> january = pd.DataFrame({"recency": [3, 8, 20, 70], "frequency": [6, 1, 1, 2], "monetary": [90, 10, 15, 20]})
        >>> Scorer(bins=4).fit(january).points("recency", [0, 8, 9, 500]).tolist()
        [4, 3, 2, 1]
        """
        if not hasattr(self, "cutpoints_"):
            raise NotFittedError("rfm_scorer_cuts_yet_call")
        by_cell = self.cutpoints_[_checks.choice("measure", measure, MEASURES)]
        if len(by_cell) > 1 or by_cell[()].ids:
            raise ArgumentError("rfm_score_method_depends_more", measure=measure, value=self._methods[measure])
        return _scores_of(measure, np.asarray(values, dtype=float), by_cell[()])

    def to_dict(self) -> dict[str, Any]:
        """Settings and cuts as plain data, ready for ``json.dumps``; `from_dict` turns it back."""
        if not hasattr(self, "cutpoints_"):
            raise NotFittedError("rfm_scorer_cuts_yet_call")
        return {
            "bins": self.bins,
            "method": self.method if isinstance(self.method, str) else dict(self.method),
            "cuts": {measure: list(cuts) for measure, cuts in self.cuts.items()},
            "weights": None if self.weights is None else list(self.weights),
            "ties": self.ties,
            "measures": dict(self.columns),
            "customer": self.customer,
            "levels": {name: [[s, n] for s, n in sizes.items()] for name, sizes in self.levels_.items()},
            "cutpoints": {
                measure: [_cutpoints_to_dict(cell, cutpoints) for cell, cutpoints in by_cell.items()]
                for measure, by_cell in self.cutpoints_.items()
            },
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """A fitted scorer from what `to_dict` gave."""
        scorer = cls(
            bins=data["bins"],
            method=data["method"],
            cuts=data["cuts"],
            weights=data["weights"],
            ties=data["ties"],
            measures=data["measures"],
            customer=data["customer"],
        )
        by_measure = {measure: dict(map(_cutpoints_from_dict, data["cutpoints"][measure])) for measure in MEASURES}
        return scorer._keep(by_measure, {name: dict(sizes) for name, sizes in data["levels"].items()})

    def _keep(self, by_measure: dict[str, dict[Cell, Cutpoints]], levels: dict[str, dict[int, int]]) -> Self:
        self.cutpoints_, self.levels_ = by_measure, levels
        self.cuts_ = {measure: found[()].cuts for measure, found in by_measure.items()}
        return self

    def _open(self, customers: Table) -> _frame.Table:
        keys = [self.customer] if "rank" in self._methods.values() else []
        return _frame.open_table(customers, numbers=list(self.columns.values()), keys=keys, hint=HINT)

    # Fitting looks at distinct values and how many customers have them, counted in the table's own engine.

    def _learn(self, table: _frame.Table) -> Self:
        if self.method == "nested":
            return self._learn_nested(table)
        learnt = {measure: self._learn_measure(measure, table) for measure in MEASURES}
        return self._keep(
            {measure: {(): cutpoints} for measure, (cutpoints, _) in learnt.items()},
            {measure: levels for measure, (_, levels) in learnt.items()},
        )

    def _learn_measure(self, measure: str, table: _frame.Table) -> tuple[Cutpoints, dict[int, int]]:
        """The cuts of a measure among all customers, and how many customers each score has."""
        values, n = _best_last(measure, _counted(table, self.columns[measure]))
        if not len(n):
            raise DataError("rfm_table_rows_nobody_score", hint=HINT)
        method = self._methods[measure]
        if method == "rank":
            sizes = np.diff([0, *_level_starts(n, self.bins), n.sum()])
            levels = {level: int(size) for level, size in enumerate(sizes, start=1)}
            return self._rank_cutpoints(measure, values, n, table), levels
        if method in ("quantile", "nested"):
            cutpoints = _quantile_cutpoints(measure, values, n, self.bins, self.ties)
        elif method in ("mean", "median"):
            cutpoints = Cutpoints((centre(values, n, method),), strict=True)
        else:
            cutpoints = Cutpoints(BANDS if method == "bands" else self.cuts[measure])
        return cutpoints, _level_sizes(measure, values, n, cutpoints)

    def _learn_nested(self, table: _frame.Table) -> Self:
        """The cuts of R, of F within each level of R, and of M within each cell of R and F."""
        by_measure: dict[str, dict[Cell, Cutpoints]] = {}
        levels: dict[str, dict[int, int]] = {}
        for measure, within in zip(MEASURES, ([], ["r_score"], ["r_score", "f_score"]), strict=True):
            cutpoints, levels[measure] = self._learn_measure(measure, table)
            by_measure[measure] = {(): cutpoints}
            if within:
                counted = _counted(table, self.columns[measure], within)
                cells, levels[measure] = self._learn_cells(measure, counted, within)
                by_measure[measure] |= cells
            table = self._with_score(measure, by_measure[measure], table)
        return self._keep(by_measure, levels)

    def _learn_cells(
        self, measure: str, counted: Mapping[str, Any], within: Sequence[str]
    ) -> tuple[dict[Cell, Cutpoints], dict[int, int]]:
        """Quantile cuts of a measure within each cell of the scores before it, and the sizes of its levels."""
        cells = np.stack([np.asarray(counted[name], dtype=np.int64) for name in within], axis=1)
        starts = np.flatnonzero(np.r_[True, (cells[1:] != cells[:-1]).any(axis=1)])
        by_cell: dict[Cell, Cutpoints] = {}
        levels = dict.fromkeys(range(1, self.bins + 1), 0)
        for start, end in zip(starts, [*starts[1:], len(cells)], strict=True):
            part = {name: column[start:end] for name, column in counted.items()}
            values, n = _best_last(measure, part)
            cutpoints = _quantile_cutpoints(measure, values, n, self.bins, self.ties)
            for level, size in _level_sizes(measure, values, n, cutpoints).items():
                levels[level] += size
            by_cell[tuple(cells[start].tolist())] = cutpoints
        return by_cell, levels

    def _rank_cutpoints(self, measure: str, values: Floats, n: Ints, table: _frame.Table) -> Cutpoints:
        """Cut the customers ordered by value, then id, into equal parts; ids are asked for at the edges only."""
        ends = np.cumsum(n)
        cuts: list[float] = []
        ids: list[Any] = []
        for start in _level_starts(n, self.bins):
            at = int(np.searchsorted(ends, start, side="right"))
            if at == len(values):
                cuts.append(_never(measure))
                ids.append(None)
                continue
            ahead = int(start - (ends[at] - n[at]))
            cuts.append(float(values[at]))
            ids.append(self._id_at(table, self.columns[measure], values[at], ahead) if ahead else None)
        return Cutpoints(tuple(cuts), ids=tuple(ids))

    def _id_at(self, table: _frame.Table, column: str, value: float, position: int) -> Any:
        equals = table.frame.filter(_number(column) == float(value)).select(_id(table, self.customer).alias("id"))
        found = table.collect(equals.sort("id").head(position + 1))["id"][position]
        return found.item() if isinstance(found, np.generic) else found

    # Scoring compares values with cuts: on arrays for a table in memory, as one expression in any other engine.

    def _apply(self, table: _frame.Table) -> Any:
        for measure in MEASURES:
            table = self._with_score(measure, self.cutpoints_[measure], table)
        r, f, m = (nw.col(name) for name in SCORES.values())
        most = max(len(cutpoints.cuts) + 1 for found in self.cutpoints_.values() for cutpoints in found.values())
        added = [_code(most).alias("rfm"), (r + f + m).alias("rfm_sum")]
        if self.weights is not None:
            of_r, of_f, of_m = self.weights
            added.append((of_r * r + of_f * f + of_m * m).alias("rfm_weighted"))
        return table.give_back(table.frame.with_columns(*added))

    def _with_score(self, measure: str, by_cell: Mapping[Cell, Cutpoints], table: _frame.Table) -> _frame.Table:
        """The table with the score of one measure; nested ones need the scores before it."""
        if table.in_memory:
            return table.like(table.add({SCORES[measure]: self._scores(measure, by_cell, table)}))
        expr = self._score_expr(measure, by_cell[()], table)
        for cell, cutpoints in by_cell.items():
            if cell:
                here = [nw.col(name) == level for name, level in zip(SCORES.values(), cell, strict=False)]
                expr = nw.when(*here).then(self._score_expr(measure, cutpoints, table)).otherwise(expr)
        return table.like(table.frame.with_columns(expr.cast(nw.Int64).alias(SCORES[measure])))

    def _score_expr(self, measure: str, cutpoints: Cutpoints, table: _frame.Table) -> nw.Expr:
        value, ident = _number(self.columns[measure]), _id(table, self.customer) if cutpoints.ids else None
        expr = nw.lit(1)
        for level, cut in enumerate(cutpoints.cuts, start=2):
            if np.isfinite(cut):
                passed = _passes(measure, value, cutpoints, level, ident)
                expr = nw.when(passed).then(nw.lit(level)).otherwise(expr)
        return expr

    def _scores(self, measure: str, by_cell: Mapping[Cell, Cutpoints], table: _frame.Table) -> Ints:
        (values,) = table.arrays(self.columns[measure])
        ids = None
        if by_cell[()].ids:
            ids = table.collect(table.frame.select(_id(table, self.customer)))[self.customer]
        scores = _scores_of(measure, values, by_cell[()], ids)
        if len(by_cell) > 1:
            within = table.arrays(*list(SCORES.values())[: MEASURES.index(measure)])
            for cell, cutpoints in by_cell.items():
                if cell:
                    here = np.all([column == level for column, level in zip(within, cell, strict=True)], axis=0)
                    scores[here] = _scores_of(measure, values[here], cutpoints)
        return scores


def _methods(method: str | Mapping[str, str], cuts: Mapping[str, Any]) -> dict[str, str]:
    """The method of each measure."""
    if isinstance(method, str):
        _checks.choice("method", method, METHODS)
        if method == "nested" and cuts:
            raise ArgumentError("rfm_method_nested_learns_every")
        chosen = dict.fromkeys(MEASURES, "quantile" if method == "bands" else method)
        chosen["frequency"] = method
    else:
        _refuse_unknown_measures("method", method)
        chosen = dict.fromkeys(MEASURES, "quantile") | dict(method)
        for name in chosen.values():
            _checks.choice("method", name, [known for known in METHODS if known != "nested"])
        if "bands" in (chosen["recency"], chosen["monetary"]):
            raise ArgumentError("rfm_bands_counts_orders_frequency")
    return chosen | dict.fromkeys(cuts, "cuts")


def _columns(measures: Mapping[str, str] | None) -> dict[str, str]:
    """The column of each measure."""
    named = {} if measures is None else measures
    _refuse_unknown_measures("measures", named)
    return {name: named.get(name, name) for name in MEASURES}


def _fixed_cuts(cuts: Mapping[str, Sequence[float]] | None) -> dict[str, tuple[float, ...]]:
    """The caller's cuts, ordered from score 2 upwards: of recency the most days first."""
    if cuts is None:
        return {}
    _refuse_unknown_measures("cuts", cuts)
    return {measure: _fixed(measure, listed) for measure, listed in cuts.items()}


def _fixed(measure: str, listed: Sequence[float]) -> tuple[float, ...]:
    try:
        numbers = sorted((float(cut) for cut in listed), reverse=measure == "recency")
    except (TypeError, ValueError):
        numbers = []
    if not numbers or any(np.isnan(numbers)):
        raise ArgumentError("rfm_cuts_cuts_least_number", measure=measure, listed=listed)
    return tuple(numbers)


def _refuse_unknown_measures(name: str, mapping: Any) -> None:
    if not isinstance(mapping, Mapping) or set(mapping) - set(MEASURES):
        raise ArgumentError(name, mapping, "rfm_known_mapping_recency_frequency")


def _weights(weights: Mapping[str, float] | Sequence[float] | None) -> tuple[float, ...] | None:
    if weights is None:
        return None
    if isinstance(weights, Mapping):
        _refuse_unknown_measures("weights", weights)
        weights = [weights.get(measure, 0) for measure in MEASURES]
    numbers = tuple(_checks.finite("weights", weight) for weight in weights)
    if len(numbers) != len(MEASURES) or min(numbers) < 0 or sum(numbers) == 0:
        raise ArgumentError("weights", weights, "rfm_do_weigh_r_f")
    return numbers


def _counted(table: _frame.Table, column: str, within: Sequence[str] = ()) -> dict[str, Any]:
    """Distinct values (column "value"; the caller's own may be named "n"), within each cell, with their counts."""
    return _frame.Table(table.frame.select(*within, value=_number(column))).value_counts("value", by=within)


def _best_last(measure: str, counted: Mapping[str, Any]) -> tuple[Floats, Ints]:
    """Distinct values with their counts, the worst value first."""
    values, n = np.asarray(counted["value"], dtype=float), np.asarray(counted["n"], dtype=np.int64)
    return (values[::-1], n[::-1]) if measure == "recency" else (values, n)


def _quantile_cutpoints(measure: str, values: Floats, n: Ints, bins: int, ties: str) -> Cutpoints:
    """Cuts from the place where the customers of each value stand; values worst first, n customers each."""
    behind = np.cumsum(n) - n
    # A customer stands in the middle of his place, so that the first of ten stands at 0.5; doubled, all is whole.
    place = {"middle": n, "better": 2 * n - 1, "worse": np.ones_like(n)}
    doubled = 2 * behind + place[ties]
    scores = 1 + (bins * doubled) // (2 * n.sum())
    first = np.searchsorted(scores, np.arange(2, bins + 1))
    return Cutpoints(tuple(float(values[at]) if at < len(values) else _never(measure) for at in first))


def _level_starts(n: Ints, bins: int) -> list[int]:
    """Of customers in order, the position where level 2, 3, ... begins; levels differ by one customer at most."""
    total = int(n.sum())
    return [(2 * level * total + bins - 1) // (2 * bins) for level in range(1, bins)]


def _level_sizes(measure: str, values: Floats, n: Ints, cutpoints: Cutpoints) -> dict[int, int]:
    """How many customers get each score, from 1 to the highest, empty levels included."""
    scores = _scores_of(measure, values, cutpoints)
    highest = len(cutpoints.cuts) + 1
    sizes = np.bincount(scores, weights=n, minlength=highest + 1)
    return {level: int(sizes[level]) for level in range(1, highest + 1)}


def _scores_of(measure: str, values: Floats, cutpoints: Cutpoints, ids: Any = None) -> Ints:
    scores = np.ones(len(values), dtype=np.int64)
    for level in range(2, len(cutpoints.cuts) + 2):
        scores += _passes(measure, values, cutpoints, level, ids)
    return scores


def _passes(measure: str, value: Any, cutpoints: Cutpoints, level: int, ident: Any = None) -> Any:
    """Whether a value (of the customer `ident`, where ids break ties) earns a score; fewer days are better."""
    cut = cutpoints.cuts[level - 2]
    beyond = value < cut if measure == "recency" else value > cut
    if cutpoints.strict:
        return beyond
    first_id = cutpoints.ids[level - 2] if cutpoints.ids else None
    at_cut = value == cut
    return beyond | (at_cut if first_id is None else at_cut & (ident >= first_id))


def _never(measure: str) -> float:
    return -np.inf if measure == "recency" else np.inf


def _number(column: str) -> nw.Expr:
    return nw.col(column).cast(nw.Float64)


def _id(table: _frame.Table, customer: str) -> nw.Expr:
    """Ids as they are ordered: numbers by size, everything else as text."""
    is_number = table.frame.collect_schema()[customer].is_numeric()
    return nw.col(customer) if is_number else nw.col(customer).cast(nw.String)


def _code(levels: int) -> nw.Expr:
    """The digits of the three scores as text; from 10 levels on apart, for "1012" could be two codes."""
    r, f, m = (nw.col(name) for name in SCORES.values())
    if levels < 10:
        return (100 * r + 10 * f + m).cast(nw.String)
    return nw.concat_str(r.cast(nw.String), f.cast(nw.String), m.cast(nw.String), separator="_")


def _cutpoints_to_dict(cell: Cell, cutpoints: Cutpoints) -> dict[str, Any]:
    cuts = [cut if np.isfinite(cut) else str(cut) for cut in cutpoints.cuts]  # JSON has no infinity
    return {"cell": list(cell), "cuts": cuts, "strict": cutpoints.strict, "ids": list(cutpoints.ids)}


def _cutpoints_from_dict(data: Mapping[str, Any]) -> tuple[Cell, Cutpoints]:
    cuts = tuple(float(cut) for cut in data["cuts"])
    return tuple(data["cell"]), Cutpoints(cuts, strict=data["strict"], ids=tuple(data["ids"]))


# --- segments ---------------------------------------------------------------------------------------------------

AXES = ("r", "f", "m", "fm")
HALVES = ("low", "high")
RULE_HINT = Words("hint_segment_rules")


@dataclass(frozen=True, slots=True)
class _Written:
    """One line of a rule table as it is written: scores, or the half of the scale, on each axis it names."""

    segment: str
    ranges: Mapping[str, tuple[int, int] | str]
    label: str | None = None

    def on_scale(self, limits: Mapping[str, float], levels: int) -> _Rule:
        """The rule in scores, what is high being above the limits."""
        ranges = {}
        for axis, scores in self.ranges.items():
            middle = int(np.floor(limits.get(axis, 0)))
            halves = {"low": (1, middle), "high": (middle + 1, levels)}
            ranges[axis] = halves[scores] if isinstance(scores, str) else scores
        return _Rule(self.segment, ranges)


@dataclass(frozen=True, slots=True)
class _Rule:
    """One rule: the segment, and the lowest and highest score on each axis it names."""

    segment: str
    ranges: Mapping[str, tuple[int, int]]

    @property
    def is_possible(self) -> bool:
        """Whether there are such scores; where all customers are in one half, the other is empty."""
        return all(low <= high for low, high in self.ranges.values())

    def holds(self, cells: Mapping[str, Ints]) -> NDArray[np.bool_]:
        """Whether the rule holds in each of the cells."""
        axes = {**cells, "fm": np.floor((cells["f"] + cells["m"]) / 2)}
        inside = np.ones(len(cells["r"]), dtype=bool)
        for axis, (low, high) in self.ranges.items():
            inside &= (axes[axis] >= low) & (axes[axis] <= high)
        return inside


def segment(
    scores: FrameT,
    *,
    scheme: str | Rules = "eleven",
    split: str | Mapping[str, float] = "middle",
    bins: int | None = None,
    otherwise: str | None = None,
    language: Language | None = None,
) -> FrameT:
    """Name each customer's segment from its three scores.

    Parameters
    ----------
    scores : table, n_customers rows
        A table with `r_score`, `f_score` and `m_score`, as `score` gives it.
    scheme : "eleven", "eight", or rules, default "eleven"
        "eleven": champions to lost, on R and the mean of F and M, made for scores of 1 to 5. "eight": high or low on
        each score, the eight groups of Chinese textbooks. Or rules of your own: a mapping of segment to ranges, such as
        ``{"best": {"r": (4, 5), "fm": 5}, "rest": ...}``; a list of ``{"segment": "best", "r": (4, 5)}`` in which a
        segment may come more than once; or a table of such rows, of any kind, as `segment_rules` gives it: take that,
        edit it, pass it back. A range is a score, (lowest, highest), "4-5", or on r, f and m "high" or "low"; the axes
        are r, f, m and fm (the mean of F and M, halves rounded down); an axis that is not named, empty or "any" may
        have any score. A row may have a `label`, what people read.
    split : {"middle", "mean", "median"} or mapping, default "middle"
        What a high score is above, in scheme "eight" and wherever your rules say "high" or "low": the middle of the
        scale, (k + 1) / 2, which does not depend on the other customers; the mean or median of each score over the
        customers; or numbers, such as ``{"r": 3, "f": 2, "m": 3}``. For high and low by the mean *value*, score with
        method="mean", say scheme="eight" and keep the default here.
    bins : int, optional
        Number k of levels. By default the highest score that occurs in any of the three columns, or that a rule names;
        scores that do not look like five levels, as those of method="mean", are refused by scheme "eleven".
    otherwise : str, optional
        Segment of the cells that your rules leave out; without it such cells are an error.
    language : {"en", "zh"}, optional
        Language of `segment_label`.

    Returns
    -------
    table, n_customers rows
        `scores`, in its own kind and row order, with `segment`, a stable English key such as "important_value", and
        `segment_label`, what people read: the `label` of your rules as you wrote it, in any language; a segment of your
        own without one is its own label. A `label` that is crmkit's own word for the segment follows `language`.

    Raises
    ------
    ColumnError
        A score is absent, missing or not numeric.
    DataError
        The table has no rows, or a score is not a whole number from 1 to k.
    ArgumentError
        The scheme is unknown or not made for so many levels, or its rules overlap, leave cells out, or can never
        hold; see `check_rules`.

    Examples
    --------
    >>> import pandas as pd
    >>> scores = pd.DataFrame({"r_score": [5, 1, 4], "f_score": [5, 4, 1], "m_score": [4, 5, 1]})
    >>> segment(scores, scheme="eight")["segment"].tolist()
    ['important_value', 'important_keep', 'general_develop']
    >>> segment(scores, language="zh")[["segment", "segment_label"]].iloc[0].tolist()
    ['champions', '冠军客户']
    >>> rules = {"keep": {"fm": (3, 5)}, "wake": {"r": (1, 2), "fm": (1, 2)}, "grow": {"r": (3, 5), "fm": (1, 2)}}
    >>> segment(scores, scheme=rules)["segment"].tolist()
    ['keep', 'keep', 'grow']
    >>> edited = segment_rules("eight").replace({"label": {"High value: active": "Best of all"}})
    >>> segment(scores, scheme=edited)["segment_label"].tolist()
    ['Best of all', 'High value: retain', 'Low value: develop']
    """
    language = labels.resolve(language)
    table = _frame.open_table(scores, numbers=list(SCORES.values()), hint=SCORE_HINT)
    cells = _realised_cells(table, bins)
    written = _written(scheme)
    if bins is None and isinstance(scheme, str) and scheme == "eleven":
        _refuse_other_levels(cells)
    levels = _levels(written, cells, bins)
    rules = _on_scale(written, _limits(cells, split, levels), levels)
    _refuse_flawed(rules, levels, otherwise)
    names = _segments_of(rules, cells, otherwise)
    words = _labels_of(written, language)
    base = _highest(cells) + 1
    code = ((nw.col("r_score") * base + nw.col("f_score")) * base + nw.col("m_score")).cast(nw.Int64)
    codes = ((cells["r"] * base + cells["f"]) * base + cells["m"]).tolist()
    # Words from the few names, not from the many cells: engines try the cases one by one.
    told = {name: words.get(name) or labels.segment(name, language) for name in names}
    frame = table.frame.with_columns(crmkit_cell=code)
    cell = table.named(nw.col("crmkit_cell"), dict(zip(codes, names, strict=True)))
    frame = frame.with_columns(segment=cell).drop("crmkit_cell")
    named: FrameT = table.give_back(frame.with_columns(segment_label=table.named(nw.col("segment"), told)))
    return named


def segment_rules(scheme: str | Rules = "eleven", *, language: Language | None = None) -> Table:
    """The definition of a scheme as a table, one row per rule; edited, it is a scheme too.

    Parameters
    ----------
    scheme : "eight", "eleven", or rules, default "eleven"
        As for `segment`.
    language : {"en", "zh"}, optional
        Language of `label`.

    Returns
    -------
    pandas.DataFrame
        Columns `segment`, `label` and one per axis used, with the scores that it takes, such as "4-5" or "any"; for
        "eight", "high" or "low". Wherever a scheme is asked for this table can be given, edited or not, also after a
        way through a file or another kind of table.

    Raises
    ------
    ArgumentError
        The scheme is unknown, or its rules cannot be read.

    Examples
    --------
    >>> segment_rules("eleven").head(3)
                  segment                label    r   fm
    0           champions            Champions    5  4-5
    1               loyal                Loyal  3-4  4-5
    2  potential_loyalist  Potential loyalists  4-5  2-3
    """
    language = labels.resolve(language)
    rules = _written(scheme)
    words = _labels_of(rules, language)
    used = [axis for axis in AXES if any(axis in rule.ranges for rule in rules)]
    axes = {axis: [_shown_range(rule.ranges.get(axis)) for rule in rules] for axis in used}
    names = [rule.segment for rule in rules]
    return _pandas({"segment": names, "label": [words[name] for name in names], **axes})


def rule_of(
    scores: Sequence[int], *, scheme: str | Rules = "eleven", bins: int = 5
) -> tuple[str, dict[str, tuple[int, int]]]:
    """The segment of one cell of scores, and the rule that puts it there.

    Parameters
    ----------
    scores : three int
        Scores of R, F and M, from 1 to `bins`.
    scheme : "eight", "eleven", or rules, default "eleven"
        As for `segment`; high is above the middle of the scale.
    bins : int, default 5
        Number k of levels.

    Returns
    -------
    segment : str
        Its stable key.
    ranges : dict of axis to (lowest, highest)
        The scores that the rule asks for on "r", "f", "m" and "fm", the mean of F and M; an axis not named may have
        any score.

    Raises
    ------
    ArgumentError
        The scheme is unknown, its rules overlap, leave cells out, or can never hold, or a score is not on the scale.

    Examples
    --------
    >>> rule_of((5, 1, 2))
    ('new', {'r': (5, 5), 'fm': (1, 1)})
    >>> rule_of((5, 1, 2), scheme="eight")
    ('general_develop', {'r': (4, 5), 'f': (1, 3), 'm': (1, 3)})
    """
    rules = [_Rule(name, ranges) for name, ranges in rules_of(scheme, bins=bins)]
    if len(scores) != len("rfm") or not all(_is_whole(score) and 1 <= score <= bins for score in scores):
        raise ArgumentError("scores", scores, "rfm_three_whole_numbers", bins=bins)
    cell = {axis: np.array([score]) for axis, score in zip("rfm", scores, strict=True)}
    fired = next(rule for rule in rules if rule.holds(cell)[0])
    return fired.segment, dict(fired.ranges)


def rules_of(scheme: str | Rules = "eleven", *, bins: int = 5) -> list[tuple[str, dict[str, tuple[int, int]]]]:
    """The rules of a scheme in scores, high being above the middle of the scale: segments and their ranges.

    Parameters
    ----------
    scheme : "eight", "eleven", or rules, default "eleven"
        As for `segment`.
    bins : int, default 5
        Number k of levels.

    Returns
    -------
    list of (segment, dict of axis to (lowest, highest))
        In the order in which they are written; no two of them hold at once, and one always does.

    Raises
    ------
    ArgumentError
        The scheme is unknown, or its rules overlap, leave cells out, or can never hold.

    Examples
    --------
    >>> rules_of("eleven")[3]
    ('new', {'r': (5, 5), 'fm': (1, 1)})
    """
    rules = _on_scale(_written(scheme), _middle(bins), bins)
    _refuse_flawed(rules, bins, None)
    return [(rule.segment, dict(rule.ranges)) for rule in rules]


def check_rules(rules: Rules, *, bins: int = 5, scores: Table = None) -> Table:
    """What is wrong with a segment map: overlaps, gaps, and segments that nobody can be in.

    Parameters
    ----------
    rules : mapping, list, table or name
        As `scheme` for `segment`; high is above the middle of the scale.
    bins : int, default 5
        Number k of levels: every cell of k x k x k scores is tried.
    scores : table, optional
        Scored customers. A segment is then unreachable when none of these customers is in it, such as one that asks
        for an F of 1 where half bought once and stand together at 2.

    Returns
    -------
    pandas.DataFrame
        One row per problem, none for a sound map: `problem` ("overlap", "gap", "unreachable"), `segments`, `cells` (how
        many of the cells it concerns) and `example`, one of them.

    Raises
    ------
    ArgumentError
        The rules cannot be read.

    Examples
    --------
    >>> check_rules(ELEVEN)
    Empty DataFrame
    Columns: [problem, segments, cells, example]
    Index: []
    >>> check_rules({"best": {"r": (4, 5)}, "good": {"r": (2, 4)}})
       problem   segments  cells      example
    0  overlap  best, good     25  r=4 f=1 m=1
    1      gap                 25  r=1 f=1 m=1
    """
    k = _checks.count("bins", bins)
    realised = None
    if scores is not None:
        realised = _realised_cells(_frame.open_table(scores, numbers=list(SCORES.values()), hint=SCORE_HINT), k)
    problems = _problems(_on_scale(_written(rules), _middle(k), k), k, realised)
    titles = ("problem", "segments", "cells", "example")
    return _pandas({title: [problem[at] for problem in problems] for at, title in enumerate(titles)})


def _realised_cells(table: _frame.Table, bins: int | None) -> dict[str, Ints]:
    """The distinct scores (r, f, m) of the customers, checked to be whole numbers from 1 on."""
    found = table.cells(list(SCORES.values()))
    if not len(found["n"]):
        raise DataError("rfm_table_rows_nobody_name", score_hint=SCORE_HINT)
    for name in SCORES.values():
        values = np.asarray(found[name], dtype=float)
        bad = values[(values < 1) | (values != np.floor(values)) | (values > (bins or np.inf))]
        if len(bad):
            raise DataError(
                "rfm_column_scores_whole_numbers",
                name=name,
                value=bins or "k",
                tolist=shown(np.unique(bad).tolist()),
                score_hint=SCORE_HINT,
            )
    return {
        axis: np.asarray(found[name], dtype=np.int64) for axis, name in zip("rfm", SCORES.values(), strict=True)
    } | {"n": found["n"]}


def _refuse_other_levels(cells: Mapping[str, Ints]) -> None:
    """On five levels nobody has a 5 only if, on each score, many share the best place."""
    highest, n = _highest(cells), cells["n"].sum()
    at_top = min(float(cells["n"][cells[axis] == cells[axis].max()].sum()) / n for axis in "rfm")
    if highest <= 2 or (highest < 5 and at_top <= SHARED_TOP):
        raise ArgumentError("scheme", "eleven", "rfm_scheme_of_other_levels", highest=highest)


def _highest(cells: Mapping[str, Ints]) -> int:
    return int(np.max([cells[axis] for axis in "rfm"]))


def _limits(cells: Mapping[str, Ints], split: str | Mapping[str, float], levels: int) -> dict[str, float]:
    return {axis: _limit(cells[axis], cells["n"], axis, split, levels) for axis in "rfm"}


def _middle(levels: int) -> dict[str, float]:
    return dict.fromkeys("rfm", (levels + 1) / 2)


def _limit(scores: Ints, n: Ints, axis: str, split: str | Mapping[str, float], highest: int) -> float:
    """The number above which a score is high."""
    if isinstance(split, Mapping):
        if set(split) != set("rfm"):
            raise ArgumentError("split", split, "rfm_does_cut_all_three")
        return _checks.finite("split", split[axis])
    _checks.choice("split", split, ("middle", "mean", "median"))
    if split == "middle":
        return _middle(highest)[axis]
    order = np.argsort(scores, kind="stable")
    return centre(scores[order].astype(float), n[order], split)


def plain_scheme(scheme: str | Rules) -> str | Rules:
    """A scheme without its table: a name or rules as they are, of a table its rows, read once.

    Whatever asks for a scheme opens it here, so that all of them take the same.

    Raises
    ------
    ArgumentError
        The name is unknown, or what is given is neither rules nor a table of them.

    Examples
    --------
    >>> plain_scheme(segment_rules("eleven").head(1))
    [{'segment': 'champions', 'label': 'Champions', 'r': '5', 'fm': '4-5'}]
    """
    if isinstance(scheme, str):
        return _checks.choice("scheme", scheme, ("eight", "eleven"))
    if isinstance(scheme, Sequence) or (isinstance(scheme, Mapping) and not _are_columns(scheme)):
        return scheme
    try:
        table = _frame.open_table(scheme, keys=["segment"], hint=RULE_HINT)
    except DataError:
        raise _no_map(scheme) from None
    columns = {name: values.tolist() for name, values in table.collect(table.frame).items()}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _are_columns(scheme: Mapping[str, Any]) -> bool:
    """Whether a mapping holds the columns of a table of rules, not the rules themselves."""
    return "segment" in scheme and not isinstance(scheme["segment"], Mapping)


def _no_map(scheme: Any) -> ArgumentError:
    return ArgumentError("rfm_segment_map", value=shown([scheme]), rule_hint=RULE_HINT)


def _written(scheme: str | Rules) -> list[_Written]:
    """A scheme as a list of rules."""
    scheme = plain_scheme(scheme)
    if scheme == "eight":
        return [_Written(name, {axis: HALVES[up] for axis, up in zip("rfm", high, strict=True)})
                for name, high in EIGHT.items()]  # fmt: skip
    lines = ELEVEN if isinstance(scheme, str) else scheme
    if isinstance(lines, Mapping):
        lines = [{"segment": name, **_ranges_of(name, ranges)} for name, ranges in lines.items()]
    if not lines:
        raise _no_map(scheme)
    rules = [_line(line) for line in lines]
    _refuse_two_labels(rules)
    return rules


def _ranges_of(name: str, ranges: Any) -> Mapping[str, Any]:
    if isinstance(ranges, Mapping):
        return ranges
    raise ArgumentError("rfm_rule_scores", name=name, ranges=ranges)


def _line(line: Any) -> _Written:
    if not isinstance(line, Mapping) or not isinstance(line.get("segment"), str):
        raise ArgumentError("rfm_rule_names_segment_write", line=line)
    name = line["segment"]
    unknown = set(line) - {"segment", "label", *AXES}
    if unknown:
        raise ArgumentError("rfm_rule_names_axes_r", name=name, unknown=shown(sorted(unknown, key=str)))
    label = None if _is_missing(line.get("label")) else str(line["label"])
    named = {axis: line[axis] for axis in AXES if axis in line and not _is_missing(line[axis])}
    ranges = {axis: _range(name, axis, scores) for axis, scores in named.items() if scores != "any"}
    return _Written(name, ranges, label)


def _is_missing(value: Any) -> bool:
    """An empty cell, as files and tables of all kinds have it."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or type(value).__name__ == "NAType" or (isinstance(value, float) and bool(np.isnan(value)))


def _range(name: str, axis: str, scores: Table) -> tuple[int, int] | str:
    """The lowest and highest score, or the half of the scale."""
    if axis != "fm" and isinstance(scores, str) and scores in HALVES:
        return scores
    ends = list(_ends(scores))
    if len(ends) != 2 or not all(_is_whole(end) for end in ends) or ends[0] > ends[1]:
        raise ArgumentError("rfm_rule_score_lowest_highest", name=name, axis=axis, scores=scores)
    return int(ends[0]), int(ends[1])


def _ends(scores: Table) -> Iterator[Any]:
    """The two ends of a range as it is written: 4, (4, 5), or "4-5" in a table."""
    if isinstance(scores, str):
        found = re.fullmatch(r"\s*(\d+)\s*(?:[-\u2013]\s*(\d+)\s*)?", scores)  # editors like long dashes
        return iter([int(found[1]), int(found[2] or found[1])] if found else [])
    return iter(scores) if isinstance(scores, Sequence) else iter([scores, scores])


def _is_whole(score: Any) -> bool:
    """A whole number; a table with empty cells has them as floats."""
    is_number = isinstance(score, int | float | np.number) and not isinstance(score, bool)
    return is_number and bool(np.isfinite(score)) and int(score) == score


def _refuse_two_labels(rules: Sequence[_Written]) -> None:
    words: dict[str, str] = {}
    for rule in rules:
        if rule.label is not None and words.setdefault(rule.segment, rule.label) != rule.label:
            raise ArgumentError(
                "rfm_segment_two_labels", segment=rule.segment, value=shown([words[rule.segment], rule.label])
            )


def _labels_of(rules: Sequence[_Written], language: Language) -> dict[str, str]:
    """What people read for each segment: the label that came with the rules, unless it is crmkit's own word."""
    own = {rule.segment: rule.label for rule in rules if rule.label is not None}
    words = {}
    for rule in rules:
        of_crmkit = [labels.segment(rule.segment, spoken) for spoken in labels.LANGUAGES]
        label = own.get(rule.segment)
        words[rule.segment] = labels.segment(rule.segment, language) if label in (None, *of_crmkit) else str(label)
    return words


def _on_scale(rules: Sequence[_Written], limits: Mapping[str, float], levels: int) -> list[_Rule]:
    """The rules in scores, without those of an empty half."""
    placed = [rule.on_scale(limits, levels) for rule in rules]
    return [rule for rule in placed if rule.is_possible]


def _levels(rules: Sequence[_Written], cells: Mapping[str, Ints], bins: int | None) -> int:
    named = [scores[1] for rule in rules for scores in rule.ranges.values() if not isinstance(scores, str)]
    return bins or max([_highest(cells), *named])


def _segments_of(rules: Sequence[_Rule], cells: Mapping[str, Ints], otherwise: str | None) -> list[str]:
    found = np.full(len(cells["r"]), otherwise or "", dtype=object)
    for rule in rules:
        found[rule.holds(cells)] = rule.segment
    names: list[str] = found.tolist()
    return names


def _problems(
    rules: Sequence[_Rule], bins: int, realised: Mapping[str, Ints] | None = None
) -> list[tuple[str, str, int, str]]:
    """Overlaps, gaps and unreachable segments: what, which segments, in how many cells, and one such cell."""
    grid = np.indices((bins, bins, bins)).reshape(3, -1) + 1
    cells = dict(zip("rfm", grid, strict=True))
    names = list(dict.fromkeys(rule.segment for rule in rules))
    inside = {name: np.any([rule.holds(cells) for rule in rules if rule.segment == name], axis=0) for name in names}
    claims = np.sum(list(inside.values()), axis=0)
    several: dict[str, list[int]] = {}
    for at in np.flatnonzero(claims > 1).tolist():
        several.setdefault(", ".join(name for name in names if inside[name][at]), []).append(at)
    problems = [("overlap", who, len(found), _shown_cell(grid[:, found[0]])) for who, found in several.items()]
    gaps = np.flatnonzero(claims == 0)
    if len(gaps):
        problems.append(("gap", "", len(gaps), _shown_cell(grid[:, gaps[0]])))
    where = cells if realised is None else realised
    reached = {rule.segment for rule in rules if rule.holds(where).any()}
    return problems + [("unreachable", name, 0, "") for name in names if name not in reached]


def _refuse_flawed(rules: Sequence[_Rule], bins: int, otherwise: str | None) -> None:
    said = []
    for problem, who, n, example in _problems(rules, bins):
        if problem == "overlap":
            said.append(f"{who} overlap in {n} cells, such as {example}")
        elif problem == "unreachable":
            said.append(f"no score from 1 to {bins} puts anybody in {who!r}")
        elif otherwise is None:
            said.append(f'{n} cells, such as {example}, are in no segment (add a rule, or otherwise="other")')
    if said:
        raise ArgumentError("rfm_segment_map_cannot_used", join="; ".join(said[:3]), bins=bins)


def _shown_cell(scores: Ints) -> str:
    return " ".join(f"{axis}={score}" for axis, score in zip("rfm", scores, strict=True))


def _shown_range(scores: tuple[int, int] | str | None) -> str:
    if scores is None or isinstance(scores, str):
        return scores or "any"
    low, high = scores
    return str(low) if low == high else f"{low}-{high}"


def _pandas(columns: Mapping[str, Any]) -> Any:
    """A small table that belongs to no table of the caller's."""
    return _frame.open_table(columns).frame.to_native()


# --- what segments are worth --------------------------------------------------------------------------------------


def describe_segments(segments: FrameT, *, value: str = "monetary", column: str = "segment") -> FrameT:
    """One row per segment: how many customers, how much money, and what they are like.

    Parameters
    ----------
    segments : table, n_customers rows
        Customers with their segment, as `segment` gives it.
    value : str, default "monetary"
        Column of money per customer to add up.
    column : str, default "segment"
        Column of the segments.

    Returns
    -------
    table, one row per segment, of the kind of `segments`
        The segment, `customers`, `customer_share`, `value` (money of the segment), `value_share` (not a number where
        all money adds up to 0), and `mean_recency` (days), `mean_frequency`, `mean_monetary` of those measures that the
        table has. Segments of a known scheme come in its order, others by name.

    Raises
    ------
    ColumnError
        A column is absent, or has missing values.
    DataError
        The table has no rows.

    Examples
    --------
    >>> import pandas as pd
    >>> named = pd.DataFrame({"segment": ["new", "champions", "new"], "monetary": [10.0, 70.0, 20.0]})
    >>> describe_segments(named)
         segment  customers  customer_share  value  value_share  mean_monetary
    0  champions          1        0.333333   70.0          0.7           70.0
    1        new          2        0.666667   30.0          0.3           15.0
    """
    table = _frame.open_table(segments, numbers=[value], keys=[column], hint=Words("hint_segments"))
    present = [measure for measure in MEASURES if measure in table.columns]
    numbers = {"value": _number(value), **{f"mean_{measure}": _number(measure) for measure in present}}
    means = {name: nw.col(name).mean() for name in numbers if name != "value"}
    bare = table.frame.select(nw.col(column).alias(column), **numbers)  # only simple aggregates run on every engine
    found = table.collect(bare.group_by(column).agg(nw.len().alias("customers"), nw.col("value").sum(), **means))
    if not len(found[column]):
        raise DataError("rfm_table_rows_segments_build")
    known = [*EIGHT, *ELEVEN]
    order = sorted(range(len(found[column])), key=lambda at: _rank_of(found[column][at], known))
    rows = {name: np.asarray(column)[order] for name, column in found.items()}
    n, money = rows["customers"].astype(np.int64), rows["value"].astype(float)
    described: FrameT = table.build(
        {
            column: rows[column],
            "customers": n,
            "customer_share": n / n.sum(),
            "value": money,
            "value_share": shares_of(money),
            **{name: rows[name].astype(float) for name in means},
        }
    )
    return described


def _rank_of(name: Any, known: Sequence[str]) -> tuple[int, str]:
    return (known.index(name) if name in known else len(known), str(name))


def break_even_rate(contact_cost: float, margin: float) -> float:
    """The share of people contacted who must respond for a campaign to pay.

    Parameters
    ----------
    contact_cost : float
        Cost of contacting one person, in money.
    margin : float
        Margin of one response before that cost, in the same money.

    Returns
    -------
    float
        A fraction; above 1 no response rate can pay.

    Raises
    ------
    ArgumentError
        One of them is not above 0.

    Examples
    --------
    >>> break_even_rate(0.50, 40)
    0.0125
    """
    cost, gain = _checks.finite("contact_cost", contact_cost), _checks.finite("margin", margin)
    if cost <= 0 or gain <= 0:
        raise ArgumentError("contact_cost", contact_cost, "rfm_margin_above", margin=margin)
    return cost / gain


def break_even(
    cells: FrameT,
    *,
    contact_cost: float,
    margin: float,
    mailed: str = "mailed",
    responses: str = "responses",
    customers: str | None = None,
    level: float = 0.95,
) -> FrameT:
    """Read a test mailing: which RFM cells pay, and what a roll-out to them would bring (Hughes 1994).

    Parameters
    ----------
    cells : table, one row per cell
        People mailed in the test and responses, in each cell (of RFM codes, segments or anything else).
    contact_cost : float
        Cost of contacting one person, in money.
    margin : float
        Margin of one response before that cost, in the same money.
    mailed, responses : str
        Names of these columns.
    customers : str, optional
        Column of people to contact in the roll-out; without it, as many as in the test.
    level : float, default 0.95
        Confidence of the interval.

    Returns
    -------
    table, one row per cell
        `cells`, in its own kind and row order, with `response_rate`; `rate_low` and `rate_high`, its interval
        (Wilson), which shows how little a small cell says; `break_even_rate`; `index`, 100 x (response rate -
        break-even rate) / break-even rate; `roll_out`, whether the index is above 0; and `expected_profit` of the
        roll-out in money, after the cost of contact, also for cells where it is a loss.

    Raises
    ------
    ColumnError
        A column is absent, not numeric or missing.
    DataError
        A cell was mailed to nobody, or has more responses than people mailed.
    ArgumentError
        The cost or the margin is not above 0.

    Examples
    --------
    >>> import pandas as pd
    >>> test = pd.DataFrame({"rfm": ["555", "111"], "mailed": [1000, 1000], "responses": [22, 11]})
    >>> break_even(test, contact_cost=0.55, margin=40)[["rfm", "response_rate", "index", "roll_out", "expected_profit"]]
       rfm  response_rate  index  roll_out  expected_profit
    0  555          0.022   60.0      True            330.0
    1  111          0.011  -20.0     False           -110.0
    """
    needed = break_even_rate(contact_cost, margin)
    table = _frame.open_table(cells, numbers=[mailed, responses, *([customers] if customers else [])])
    _refuse_impossible_tests(table, mailed, responses)
    n, answers = _number(mailed), _number(responses)
    people = _number(customers) if customers else n
    cost, gain = n * float(contact_cost), answers * float(margin)
    low, high = _wilson(n, answers, _checks.level_of(level))
    read: FrameT = table.give_back(
        table.frame.with_columns(
            (answers / n).alias("response_rate"),
            low.alias("rate_low"),
            high.alias("rate_high"),
            nw.lit(needed).alias("break_even_rate"),
            ((gain - cost) / cost * 100).alias("index"),
            (gain > cost).alias("roll_out"),
            ((gain - cost) / n * people).alias("expected_profit"),
        )
    )
    return read


def _refuse_impossible_tests(table: _frame.Table, mailed: str, responses: str) -> None:
    impossible = (_number(mailed) <= 0) | (_number(responses) < 0) | (_number(responses) > _number(mailed))
    found = table.collect(table.frame.filter(impossible).select(mailed, responses).head(4))
    if len(found[mailed]):
        pairs = [f"{n:g} mailed, {answers:g} responses" for n, answers in zip(*found.values(), strict=True)]
        raise DataError("rfm_cells_test_need_people", pairs=shown(pairs))


def _wilson(n: nw.Expr, successes: nw.Expr, level: float) -> tuple[nw.Expr, nw.Expr]:
    """The interval of `_statistics.wilson`, in the table's own engine."""
    z2 = z_of(level) ** 2
    middle = (successes + z2 / 2) / (n + z2)
    half = (z2 * (successes * (n - successes) / n + z2 / 4)).sqrt() / (n + z2)
    # Rounding would carry the ends of 0 of n and n of n a hair across.
    low = nw.when(successes == 0).then(nw.lit(0.0)).otherwise(middle - half)
    return low, nw.when(successes == n).then(nw.lit(1.0)).otherwise(middle + half)
