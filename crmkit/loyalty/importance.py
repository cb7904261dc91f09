"""What drives satisfaction: the importance of each item that the answers tell (derived) beside the one that is stated.

Items go together, so that the overall score's correlation with each of them says too much, and the weights of a
regression share it out by accident. Shapley values share R-squared fairly: an item's part is what it adds to the
regression, averaged over all orders in which the items could come in.

Sources: Martilla & James (1977), Importance-performance analysis, Journal of Marketing 41(1), 77-79; Lindeman, Merenda
& Gold (1980), Introduction to Bivariate and Multivariate Analysis (the average over orders); Lipovetsky & Conklin
(2001), Analysis of regression in game theory approach, Applied Stochastic Models in Business and Industry 17, 319-330.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks
from crmkit._frame import engines
from crmkit._frame.engines import LazyFrame
from crmkit._results import Result
from crmkit._types import Floats, Table
from crmkit.definitions import Definition
from crmkit.errors import ArgumentError, DataError, shown
from crmkit.loyalty import _surveys

MOST = 15  # items; the number of regressions doubles with each
# Importance and performance, each high or low -> what to do.
ADVICE = {
    (True, False): "concentrate_here",
    (True, True): "keep_up",
    (False, False): "low_priority",
    (False, True): "possible_overkill",
}


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class SatisfactionDrivers(Result):
    """What drives satisfaction; given by `drivers`.

    Attributes
    ----------
    table : table
        One row per item: `item`; `performance` (mean answer); `stated_importance` (mean, if it was asked); `weight`
        (standardised regression coefficient) with its interval `weight_low`, `weight_high` and `p_value`;
        `correlation` with the overall score; `shapley` (its part of R-squared; they add up to it) and
        `derived_importance` (the same as a share); `advice` ("concentrate_here", "keep_up", "low_priority",
        "possible_overkill"): derived importance above an equal share or not, by performance above the mean of the items
        or not.
    r_squared : float
        Share of the variance of the overall score that the items explain.
    respondents, left_out : int
        Rows with all answers, which were used, and those with some missing, which were not.
    definition : Definition
        What is counted.
    """

    table: Table
    r_squared: float
    respondents: int
    left_out: int
    definition: Definition


def drivers(
    survey: Table,
    *,
    items: Sequence[str],
    overall: str,
    stated: Mapping[str, str] | None = None,
    level: float = 0.95,
) -> SatisfactionDrivers:
    """Stated and derived importance of items, with their performance: what to work on first.

    What goes with satisfaction need not cause it. A driver found here is a candidate for a trial, not its result.

    Parameters
    ----------
    survey : table, one row per respondent
        Of any supported kind. Rows with a missing answer are left out, and counted.
    items : sequence of str
        Columns of the items' scores (2 to 15).
    overall : str
        Column of the overall score (satisfaction, recommendation, or what was spent later).
    stated : mapping of item to column, optional
        Columns of how important respondents say that each item is.
    level : float, default 0.95
        Confidence of the intervals of the weights.

    Returns
    -------
    SatisfactionDrivers

    Raises
    ------
    ColumnError, DataError
        A column is absent or text, too few rows have all answers, a score does not vary, or an item follows from
        others.
    ArgumentError
        There are fewer than 2 items or more than 15, or `stated` names others.

    Examples
    --------
    >>> survey = {"price": [1, 2, 3, 4, 5, 3, 2, 4], "staff": [5, 3, 4, 4, 5, 1, 2, 3],
    ...           "overall": [2, 2, 3, 4, 5, 2, 2, 4]}
    >>> found = drivers(survey, items=["price", "staff"], overall="overall")
    >>> found.table[["item", "performance", "weight", "derived_importance", "advice"]].round(3)
        item  performance  weight  derived_importance             advice
    0  price        3.000   0.854               0.795   concentrate_here
    1  staff        3.375   0.377               0.205  possible_overkill
    """
    listed, share = _listed(items, overall), _checks.level_of(level)
    asked = _stated(stated, listed)
    opened = _surveys.open_survey(survey, list(dict.fromkeys([*listed, overall, *asked.values()])))
    n, left_out, mean, cross = _moments(opened.frame, [*listed, overall])
    correlation = _correlation(n, cross, [*listed, overall])
    among, with_overall = correlation[:-1, :-1], correlation[:-1, -1]
    weight, low, high, p, r_squared = _regression(n, among, with_overall, share, listed)
    parts = _shapley(among, with_overall)
    performance, derived = mean[:-1], parts / parts.sum()
    advice = [ADVICE[bool(derived[at] > 1 / len(listed)), bool(performance[at] > performance.mean())]
              for at in range(len(listed))]  # fmt: skip
    columns = {
        "item": np.array(listed, dtype=object),
        "performance": performance,
        **({"stated_importance": _means(opened.frame, [asked[item] for item in listed])} if asked else {}),
        "weight": weight,
        "weight_low": low,
        "weight_high": high,
        "p_value": p,
        "correlation": with_overall,
        "shapley": parts,
        "derived_importance": derived,
        "advice": np.array(advice, dtype=object),
    }
    values = {"overall": overall, "n": f"{n:,}", "left_out": f"{left_out:,}", "level": f"{100 * share:g}"}
    return SatisfactionDrivers(
        opened.build(columns), r_squared, n, left_out, Definition("satisfaction_drivers", None, values)
    )


def _listed(items: Any, overall: str) -> list[str]:
    listed = [items] if isinstance(items, str) else list(items)
    if not 2 <= len(listed) <= MOST or len({*listed, overall}) <= len(listed):
        raise ArgumentError("items", items, "driver_items", example=["price", "staff"], most=MOST)
    return listed


def _stated(stated: Any, items: list[str]) -> dict[str, str]:
    if stated is None:
        return {}
    if not isinstance(stated, Mapping) or set(stated) != set(items):
        raise ArgumentError("stated", stated, "stated_items", example={items[0]: f"{items[0]}_importance"})
    return dict(stated)


def _complete(frame: LazyFrame, columns: Sequence[str]) -> LazyFrame:
    for name in columns:
        frame = frame.filter(~nw.col(name).is_null())
    return frame.select(*columns)


def _moments(frame: LazyFrame, columns: list[str]) -> tuple[int, int, Floats, Floats]:
    """Rows with all answers and those without, means, and sums of products about them; counted in the engine."""
    complete = _complete(frame, columns)
    found = engines.collect(complete.select(n=nw.len(), **{f"m{at}": nw.col(name).mean() for at, name in
                                                           enumerate(columns)}))  # fmt: skip
    n = int(found["n"][0])
    asked = int(engines.collect(frame.select(n=nw.len()))["n"][0])
    if n < len(columns) + 1:
        raise DataError("few_complete_answers", n=n, needed=len(columns) + 1)
    mean = np.array([float(found[f"m{at}"][0]) for at in range(len(columns))])
    centred = complete.select(**{f"c{at}": nw.col(name) - mean[at] for at, name in enumerate(columns)})
    pairs = [(i, j) for i in range(len(columns)) for j in range(i, len(columns))]
    products = centred.select(**{f"p{i}_{j}": nw.col(f"c{i}") * nw.col(f"c{j}") for i, j in pairs})
    sums = engines.collect(products.select(nw.all().sum()))
    cross = np.zeros((len(columns), len(columns)))
    for i, j in pairs:
        cross[i, j] = cross[j, i] = float(sums[f"p{i}_{j}"][0])
    return n, asked - n, mean, cross


def _means(frame: LazyFrame, columns: list[str]) -> Floats:
    found = engines.collect(frame.select(**{f"m{at}": nw.col(name).mean() for at, name in enumerate(columns)}))
    return np.array([float(found[f"m{at}"][0]) for at in range(len(columns))])


def _correlation(n: int, cross: Floats, names: list[str]) -> Floats:
    spread = np.sqrt(np.diag(cross))
    flat = [name for name, size in zip(names, spread, strict=True) if size <= 1e-9 * np.sqrt(n)]
    if flat:
        raise DataError("flat_answers", columns=shown(flat))
    return np.asarray(cross / np.outer(spread, spread))


def _regression(
    n: int, among: Floats, with_overall: Floats, level: float, names: list[str]
) -> tuple[Floats, Floats, Floats, Floats, float]:
    """Standardised weights with intervals and p values, and R-squared; from correlations."""
    from scipy.special import stdtr, stdtrit

    if np.linalg.cond(among) > 1e10:
        raise DataError("collinear_items", columns=shown(names))
    inverse = np.linalg.inv(among)
    weight = inverse @ with_overall
    r_squared = min(float(weight @ with_overall), 1.0)
    degrees = n - len(names) - 1
    se = np.sqrt(max(1 - r_squared, 0.0) / degrees * np.diag(inverse))
    half = float(stdtrit(degrees, (1 + level) / 2)) * se
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * stdtr(degrees, -np.abs(weight / se))
    return weight, weight - half, weight + half, np.asarray(p), r_squared


def _shapley(among: Floats, with_overall: Floats) -> Floats:
    """The part of each item in R-squared, averaged over all orders in which items could be added.

    >>> _shapley(np.eye(2), np.array([0.6, 0.2])).round(2).tolist()
    [0.36, 0.04]
    """
    k = len(with_overall)
    explained = np.zeros(1 << k)
    for code in range(1, 1 << k):
        own = [at for at in range(k) if code >> at & 1]
        explained[code] = with_overall[own] @ np.linalg.solve(among[np.ix_(own, own)], with_overall[own])
    parts = np.zeros(k)
    codes = np.arange(1 << k)
    size = np.array([code.bit_count() for code in range(1 << k)])
    orders = np.array([1.0 / (k * comb(k - 1, s)) for s in range(k)])
    for at in range(k):
        without = codes[(codes >> at & 1) == 0]
        parts[at] = (orders[size[without]] * (explained[without | (1 << at)] - explained[without])).sum()
    return parts
