"""What clusters look like in the units of the data, and names that follow from it.

A name says where a cluster stands against all customers: at least half a standard deviation off on the common scale
is "high" or "low", from one and a half on "very".
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from crmkit import labels
from crmkit._statistics import shares_of
from crmkit._types import Array, Floats, Ints
from crmkit.labels import Language

# Standard deviations from all customers at which a cluster is called high or low, and very much so.
LEVELS = (0.5, 1.5)
MOST_WORDS = 3
SPEND = "monetary"


def profile(columns: Sequence[str], values: Floats, scaled: Floats, n: Ints, labels_: Ints, k: int) -> dict[str, Array]:
    """One row per cluster of the cells `values` (n customers each): size, and each column in its own unit.

    `relative_<column>` is the cluster's mean on the common scale less that of all customers, in standard deviations.

    >>> one = np.array([[10.0], [20.0], [90.0]])
    >>> profile(["spend"], one, one, np.array([1, 1, 2]), np.array([1, 1, 0]), 2)["mean_spend"].tolist()
    [90.0, 15.0]
    """
    sizes = np.bincount(labels_, n, k)
    found: dict[str, Array] = {
        "cluster": np.arange(1, k + 1),
        "customers": sizes.astype(np.int64),
        "customer_share": sizes / n.sum(),
    }
    if SPEND in columns:
        money = _sums(values[:, list(columns).index(SPEND)], n, labels_, k)
        found["value_share"] = shares_of(money)
    for at, column in enumerate(columns):
        found[f"mean_{column}"] = _sums(values[:, at], n, labels_, k) / sizes
        found[f"median_{column}"] = _medians(values[:, at], n, labels_, k)
    for at, column in enumerate(columns):
        overall = float((scaled[:, at] * n).sum() / n.sum())
        found[f"relative_{column}"] = _sums(scaled[:, at], n, labels_, k) / sizes - overall
    return found


def names(columns: Sequence[str], found: dict[str, Array], language: Language) -> list[str]:
    """A name for each row of a profile, no two alike.

    >>> names(["recency"], {"cluster": np.array([1, 2]), "relative_recency": np.array([-0.8, 0.2])}, "en")
    ['recent', 'average in all']
    """
    relative = np.stack([found[f"relative_{column}"] for column in columns], axis=1)
    said = [_name(columns, row, language) for row in relative]
    alike = {name: [at for at, other in enumerate(said) if other == name] for name in said}
    for name, rows in alike.items():
        if len(rows) > 1:
            column = columns[int(np.argmax(np.ptp(relative[rows], axis=0)))]
            for at, mean in zip(rows, _told_apart(found[f"mean_{column}"][rows]), strict=True):
                words = {"name": name, "column": labels.text(column, language), "mean": mean}
                said[at] = labels.phrase("cluster_name_mean", language, **words)
    return [
        name if said.count(name) == 1 else labels.phrase("cluster_name_number", language, name=name, number=number)
        for name, number in zip(said, found["cluster"].tolist(), strict=True)
    ]


def _sums(values: Floats, n: Ints, labels_: Ints, k: int) -> Floats:
    return np.bincount(labels_, values * n, k).astype(float)


def _medians(values: Floats, n: Ints, labels_: Ints, k: int) -> Floats:
    return np.array([np.median(np.repeat(values[labels_ == at], n[labels_ == at])) for at in range(k)])


def _name(columns: Sequence[str], relative: Floats, language: Language) -> str:
    """The words of the columns in which a cluster stands out most, in the order of the columns."""
    standing_out = [at for at in np.argsort(-np.abs(relative), kind="stable") if abs(relative[at]) >= LEVELS[0]]
    if not standing_out:
        return labels.text("cluster_average", language)
    words = [_word(columns[at], float(relative[at]), language) for at in sorted(standing_out[:MOST_WORDS])]
    return ("、" if language == "zh" else ", ").join(words)


def _word(column: str, relative: float, language: Language) -> str:
    level = ("very_" if abs(relative) >= LEVELS[1] else "") + ("high" if relative > 0 else "low")
    own = f"cluster_{column}_{level}"
    said = labels.text(own, language)
    if said != own:
        return said
    return labels.phrase(f"cluster_any_{level}", language, column=labels.text(column, language))


def _told_apart(means: Floats) -> list[str]:
    """Numbers in as few digits as keep them apart."""
    for digits in range(2, 8):
        said = [f"{float(f'{mean:.{digits}g}'):,.10g}" for mean in means]
        if len(set(said)) == len(said):
            break
    return said
