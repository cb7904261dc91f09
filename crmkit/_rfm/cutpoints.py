"""RFM: where the scores of a measure begin, learnt from distinct values, and which score a value earns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from crmkit._types import Floats, Ints

Cell: TypeAlias = tuple[int, ...]
# Orders that earn score 2, 3, 4: the bands are 1, 2, 3-4, and 5 or more.
BANDS = (2.0, 3.0, 5.0)


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


def quantile_cutpoints(measure: str, values: Floats, n: Ints, bins: int, ties: str) -> Cutpoints:
    """Cuts from the place where the customers of each value stand; values worst first, n customers each."""
    behind = np.cumsum(n) - n
    # A customer stands in the middle of his place, so that the first of ten stands at 0.5; doubled, all is whole.
    place = {"middle": n, "better": 2 * n - 1, "worse": np.ones_like(n)}
    doubled = 2 * behind + place[ties]
    scores = 1 + (bins * doubled) // (2 * n.sum())
    first = np.searchsorted(scores, np.arange(2, bins + 1))
    return Cutpoints(tuple(float(values[at]) if at < len(values) else never(measure) for at in first))


def level_starts(n: Ints, bins: int) -> list[int]:
    """Of customers in order, the position where level 2, 3, ... begins; levels differ by one customer at most."""
    total = int(n.sum())
    return [(2 * level * total + bins - 1) // (2 * bins) for level in range(1, bins)]


def level_sizes(measure: str, values: Floats, n: Ints, cutpoints: Cutpoints) -> dict[int, int]:
    """How many customers get each score, from 1 to the highest, empty levels included."""
    scores = scores_of(measure, values, cutpoints)
    highest = len(cutpoints.cuts) + 1
    sizes = np.bincount(scores, weights=n, minlength=highest + 1)
    return {level: int(sizes[level]) for level in range(1, highest + 1)}


def scores_of(measure: str, values: Floats, cutpoints: Cutpoints, ids: Any = None) -> Ints:
    scores = np.ones(len(values), dtype=np.int64)
    for level in range(2, len(cutpoints.cuts) + 2):
        scores += passes(measure, values, cutpoints, level, ids)
    return scores


def passes(measure: str, value: Any, cutpoints: Cutpoints, level: int, ident: Any = None) -> Any:
    """Whether a value (of the customer `ident`, where ids break ties) earns a score; fewer days are better."""
    cut = cutpoints.cuts[level - 2]
    beyond = value < cut if measure == "recency" else value > cut
    if cutpoints.strict:
        return beyond
    first_id = cutpoints.ids[level - 2] if cutpoints.ids else None
    at_cut = value == cut
    return beyond | (at_cut if first_id is None else at_cut & (ident >= first_id))


def best_last(measure: str, counted: Mapping[str, Any]) -> tuple[Floats, Ints]:
    """Distinct values with their counts, the worst value first."""
    values, n = np.asarray(counted["value"], dtype=float), np.asarray(counted["n"], dtype=np.int64)
    return (values[::-1], n[::-1]) if measure == "recency" else (values, n)


def never(measure: str) -> float:
    """The cut that nobody reaches."""
    return -np.inf if measure == "recency" else np.inf


def lowest_score(measure: str, cutpoints: Cutpoints) -> int:
    """The score that everybody reaches: 1, or more where the caller's cuts begin without a limit.

    >>> lowest_score("frequency", Cutpoints((-np.inf, 4.0)))
    2
    """
    return 1 + sum(cut == -never(measure) for cut in cutpoints.cuts)


def cutpoints_to_dict(cell: Cell, cutpoints: Cutpoints) -> dict[str, Any]:
    cuts = [cut if np.isfinite(cut) else str(cut) for cut in cutpoints.cuts]  # JSON has no infinity
    return {"cell": list(cell), "cuts": cuts, "strict": cutpoints.strict, "ids": list(cutpoints.ids)}


def cutpoints_from_dict(data: Mapping[str, Any]) -> tuple[Cell, Cutpoints]:
    cuts = tuple(float(cut) for cut in data["cuts"])
    return tuple(data["cell"]), Cutpoints(cuts, strict=data["strict"], ids=tuple(data["ids"]))
