"""RFM: 1 to k points per measure for each customer, and cuts that are kept for later lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, Self

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _frame
from crmkit._estimators import Estimator
from crmkit._frame import groups
from crmkit._frame.engines import FrameT
from crmkit._rfm.cutpoints import (
    BANDS,
    Cell,
    Cutpoints,
    best_last,
    cutpoints_from_dict,
    cutpoints_to_dict,
    level_sizes,
    level_starts,
    lowest_score,
    never,
    passes,
    quantile_cutpoints,
    scores_of,
)
from crmkit._rfm.measures import HINT, MEASURES, SCORES, number
from crmkit._rfm.settings import columns_of, fixed_cuts, methods_of, weights_of
from crmkit._statistics import centre
from crmkit._types import Array, Floats, Ints, Table
from crmkit.errors import ArgumentError, DataError, NotFittedError


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
        self.cuts = fixed_cuts(cuts)
        self.method = method
        self._methods = methods_of(method, self.cuts)
        self.weights = weights_of(weights)
        self.ties = _checks.choice("ties", ties, ("middle", "better", "worse"))
        self.measures = measures
        self.columns = columns_of(measures)
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

    def points(self, measure: str, values: Sequence[float] | Array) -> Ints:
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
        return scores_of(measure, np.asarray(values, dtype=float), by_cell[()])

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
                measure: [cutpoints_to_dict(cell, cutpoints) for cell, cutpoints in by_cell.items()]
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
        by_measure = {measure: dict(map(cutpoints_from_dict, data["cutpoints"][measure])) for measure in MEASURES}
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
        values, n = best_last(measure, _counted(table, self.columns[measure]))
        if not len(n):
            raise DataError("rfm_table_rows_nobody_score", hint=HINT)
        method = self._methods[measure]
        if method == "rank":
            sizes = np.diff([0, *level_starts(n, self.bins), n.sum()])
            levels = {level: int(size) for level, size in enumerate(sizes, start=1)}
            return self._rank_cutpoints(measure, values, n, table), levels
        if method in ("quantile", "nested"):
            cutpoints = quantile_cutpoints(measure, values, n, self.bins, self.ties)
        elif method in ("mean", "median"):
            cutpoints = Cutpoints((centre(values, n, method),), strict=True)
        else:
            cutpoints = Cutpoints(BANDS if method == "bands" else self.cuts[measure])
        return cutpoints, level_sizes(measure, values, n, cutpoints)

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
            values, n = best_last(measure, part)
            cutpoints = quantile_cutpoints(measure, values, n, self.bins, self.ties)
            for level, size in level_sizes(measure, values, n, cutpoints).items():
                levels[level] += size
            by_cell[tuple(cells[start].tolist())] = cutpoints
        return by_cell, levels

    def _rank_cutpoints(self, measure: str, values: Floats, n: Ints, table: _frame.Table) -> Cutpoints:
        """Cut the customers ordered by value, then id, into equal parts; ids are asked for at the edges only."""
        ends = np.cumsum(n)
        cuts: list[float] = []
        ids: list[Any] = []
        for start in level_starts(n, self.bins):
            at = int(np.searchsorted(ends, start, side="right"))
            if at == len(values):
                cuts.append(never(measure))
                ids.append(None)
                continue
            ahead = int(start - (ends[at] - n[at]))
            cuts.append(float(values[at]))
            ids.append(self._id_at(table, self.columns[measure], values[at], ahead) if ahead else None)
        return Cutpoints(tuple(cuts), ids=tuple(ids))

    def _id_at(self, table: _frame.Table, column: str, value: float, position: int) -> Any:
        equals = table.frame.filter(number(column) == float(value)).select(_id(table, self.customer).alias("id"))
        found = table.collect(equals.sort("id").head(position + 1))["id"][position]
        return found.item() if isinstance(found, np.generic) else found

    # Scoring compares values with cuts: on arrays for a table in memory, as one expression in any other engine.

    def _apply(self, table: _frame.Table) -> Any:
        for measure in MEASURES:
            table = self._with_score(measure, self.cutpoints_[measure], table)
        r, f, m = (nw.col(name) for name in SCORES.values())
        most = max(len(cutpoints.cuts) + 1 for found in self.cutpoints_.values() for cutpoints in found.values())
        table = _with_code(table, most)
        added = [(r + f + m).alias("rfm_sum")]
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
        value, ident = number(self.columns[measure]), _id(table, self.customer) if cutpoints.ids else None
        expr = nw.lit(lowest_score(measure, cutpoints))
        for level, cut in enumerate(cutpoints.cuts, start=2):
            if np.isfinite(cut):
                passed = passes(measure, value, cutpoints, level, ident)
                expr = nw.when(passed).then(nw.lit(level)).otherwise(expr)
        return expr

    def _scores(self, measure: str, by_cell: Mapping[Cell, Cutpoints], table: _frame.Table) -> Ints:
        (values,) = table.arrays(self.columns[measure])
        ids = None
        if by_cell[()].ids:
            ids = table.collect(table.frame.select(_id(table, self.customer)))[self.customer]
        scores = scores_of(measure, values, by_cell[()], ids)
        nested = [(cell, cutpoints) for cell, cutpoints in by_cell.items() if cell]
        within = table.arrays(*list(SCORES.values())[: MEASURES.index(measure)]) if nested else ()
        for cell, cutpoints in nested:
            here = np.all([column == level for column, level in zip(within, cell, strict=True)], axis=0)
            scores[here] = scores_of(measure, values[here], cutpoints)
        return scores


def _counted(table: _frame.Table, column: str, within: Sequence[str] = ()) -> dict[str, Any]:
    """Distinct values (column "value"; the caller's own may be named "n"), within each cell, with their counts."""
    return _frame.Table(table.frame.select(*within, value=number(column))).value_counts("value", by=within)


def _id(table: _frame.Table, customer: str) -> nw.Expr:
    """Ids as they are ordered: numbers by size, everything else as text."""
    is_number = table.frame.collect_schema()[customer].is_numeric()
    return nw.col(customer) if is_number else nw.col(customer).cast(nw.String)


def _with_code(table: _frame.Table, levels: int) -> _frame.Table:
    """The table with `rfm`, the scores' digits as text; from 10 levels on apart, for "1012" could be two codes."""
    r, f, m = (nw.col(name) for name in SCORES.values())
    if levels >= 10:
        apart = nw.concat_str(r.cast(nw.String), f.cast(nw.String), m.cast(nw.String), separator="_")
        return table.like(table.frame.with_columns(rfm=apart))
    if not table.coded:
        return table.like(table.frame.with_columns(rfm=(100 * r + 10 * f + m).cast(nw.String)))
    frame = table.frame.with_columns(rfm=(((r - 1) * levels + f - 1) * levels + m - 1).cast(nw.Int64))
    digits = map(str, range(1, levels + 1))
    return table.like(table.worded(frame, "rfm", "rfm", dict(enumerate(map("".join, product(digits, repeat=3))))))
