"""Drivers of choice: which ratings of the brands tell which brand a customer takes (value, brand, relationship equity).

A conditional logit: the odds of a brand are e^(coefficients x its ratings). Fitted by Newton's method with the exact
second derivatives; the likelihood is concave, so that there is one answer or none.

Sources: McFadden (1974), Conditional logit analysis of qualitative choice behavior; Rust, Lemon & Zeithaml (2004),
Journal of Marketing 68(1), 109-127 (with the brand bought last as inertia).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from crmkit import _checks
from crmkit._frame import engines
from crmkit._results import Result
from crmkit._statistics import z_of
from crmkit._types import Bools, Floats, Ints, Table
from crmkit.definitions import Definition
from crmkit.errors import ArgumentError, ColumnError, DataError, shown

OTHER = "ungrouped"
_STEPS, _CLOSE, _FAR = 100, 1e-10, 12.0  # of Newton's method; coefficients of ratings in standard deviations


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Drivers(Result):
    """What drives choice; given by `drivers`.

    Attributes
    ----------
    table : table
        One row per driver: `equity` (if drivers were given by equity), `driver`, `coefficient` (utility per unit of the
        rating) with its `se`, interval `coefficient_low`, `coefficient_high` and `p_value`; `importance` (size of
        coefficient x spread of the rating, as a share of all drivers); `share_effect` (by how much one unit more would
        raise the share of the brand that gets it, on average).
    equities : table
        `equity` and `importance`, if drivers were given by equity.
    log_likelihood, log_likelihood_null : float
        Of the choices, and of choosing at random among the brands that each customer was offered.
    r_squared : float
        McFadden's: 1 - the first / the second.
    choices, left_out : int
        Choices that were used, and those with a rating missing.
    definition : Definition
        What is counted.
    """

    drawn: ClassVar[str] = "choice_drivers"

    table: Table
    equities: Table
    log_likelihood: float
    log_likelihood_null: float
    r_squared: float
    choices: int
    left_out: int
    definition: Definition

    def utility(self, improvements: Mapping[str, float]) -> float:
        """What better ratings bring in utility, for `what_if`: coefficient x improvement, summed.

        Examples
        --------
        >>> survey = {"customer_id": [1, 1, 2, 2, 3, 3, 4, 4], "brand": ["A", "B"] * 4,
        ...           "chosen": [1, 0, 0, 1, 1, 0, 1, 0], "quality": [5, 3, 4, 4, 2, 3, 5, 4]}
        >>> found = drivers(survey, drivers=["quality"])
        >>> round(float(found.utility({"quality": 2}) / found.table["coefficient"][0]), 9)
        2.0
        """
        columns = engines.collect(engines.wrap(self.table))
        known = dict(zip(columns["driver"].tolist(), columns["coefficient"].tolist(), strict=True))
        unknown = [name for name in improvements if name not in known]
        if unknown:
            raise ArgumentError("improvements", unknown[0], "choice", options=shown(known, most=len(known)))
        return float(sum(known[name] * _checks.finite(name, by) for name, by in improvements.items()))


def drivers(
    survey: Table,
    *,
    drivers: Sequence[str] | Mapping[str, Sequence[str]],
    chosen: str = "chosen",
    brand: str = "brand",
    customer: str = "customer_id",
    level: float = 0.95,
) -> Drivers:
    """Fit which ratings drive the choice of a brand, by a conditional (multinomial) logit.

    A driver that goes with the choice need not cause it: customers also rate well what they buy. Add the brand bought
    last as a driver (0 or 1), so that habit is not taken for quality.

    Parameters
    ----------
    survey : table, one row per customer and brand
        The brands that each customer chose among, with the ratings that the customer gives them.
    drivers : columns, or mapping of equity to columns
        Ratings (numbers, higher is better), such as ``{"value_equity": ["price"], "brand_equity": ["image"],
        "relationship_equity": ["club"]}``.
    chosen : str, default "chosen"
        Column with 1 for the brand that was chosen and 0 for the others.
    brand, customer : str
        Columns of the brand and of the customer (or the occasion) who chose.
    level : float, default 0.95
        Confidence of the intervals.

    Returns
    -------
    Drivers

    Raises
    ------
    ColumnError
        A column is absent, or ratings are text.
    DataError
        A customer chose none or several brands, the drivers tell the choices apart perfectly, or one follows from
        others.
    ArgumentError
        There is no driver, or one is named twice.

    Examples
    --------
    >>> survey = {"customer_id": [1, 1, 2, 2, 3, 3, 4, 4], "brand": ["A", "B"] * 4,
    ...           "chosen": [1, 0, 0, 1, 1, 0, 1, 0], "quality": [5, 3, 4, 4, 2, 3, 5, 4]}
    >>> drivers(survey, drivers=["quality"]).table[["driver", "coefficient", "se"]].round(3)
        driver  coefficient     se
    0  quality        0.756  0.987
    """
    share = _checks.share("level", level, above_zero=True)
    names, equity = _named(drivers)
    frame = engines.wrap(survey)
    rows = _read(frame, [*names], chosen, brand, customer)
    x, took, who, left_out = rows
    fitted = _fit(x, took, who, names)
    beta, covariance, value = fitted
    se = np.sqrt(np.diag(covariance))
    z = z_of(share)
    weight = np.abs(beta) * x.std(axis=0)
    importance = weight / weight.sum() if weight.sum() > 0 else np.full(weight.size, np.nan)
    p = _chances(x @ beta, who)
    columns = {
        **({"equity": np.array(equity, dtype=object)} if isinstance(drivers, Mapping) else {}),
        "driver": np.array(names, dtype=object),
        "coefficient": beta,
        "se": se,
        "coefficient_low": beta - z * se,
        "coefficient_high": beta + z * se,
        "p_value": _two_sided(beta / se),
        "importance": importance,
        "share_effect": beta * float((p * (1 - p)).mean()),
    }
    groups = list(dict.fromkeys(equity))
    sums = [float(importance[[at for at, own in enumerate(equity) if own == group]].sum()) for group in groups]
    by_equity = {"equity": np.array(groups, dtype=object), "importance": np.array(sums)}
    null = float(-np.log(np.bincount(who)).sum())
    return Drivers(
        table=engines.build(columns, frame),
        equities=engines.build(by_equity, frame) if isinstance(drivers, Mapping) else None,
        log_likelihood=value,
        log_likelihood_null=null,
        r_squared=1 - value / null if null else float("nan"),
        choices=int(took.sum()),
        left_out=left_out,
        definition=Definition("choice_drivers", None, {"n": f"{int(took.sum()):,}", "left_out": f"{left_out:,}"}),
    )


def _two_sided(z: Floats) -> Floats:
    from scipy.special import ndtr

    return np.asarray(2 * ndtr(-np.abs(z)))


def _named(drivers: Any) -> tuple[list[str], list[str]]:
    """Drivers, and the equity of each."""
    groups = drivers.items() if isinstance(drivers, Mapping) else [(OTHER, drivers)]
    pairs = [(str(name), str(group)) for group, listed in groups for name in listed]
    names = [name for name, _ in pairs]
    if not names or len(set(names)) < len(names) or isinstance(drivers, str):
        raise ArgumentError("drivers", drivers, "driver_columns", example=["price", "quality"])
    return names, [group for _, group in pairs]


def _read(
    frame: engines.AnyFrame, names: list[str], chosen: str, brand: str, customer: str
) -> tuple[Floats, Bools, Ints, int]:
    """Ratings, whether chosen, and the position of the customer; whole customers without a rating left out."""
    has = engines.names_of(frame)
    absent = [name for name in (*names, chosen, brand, customer) if name not in has]
    if absent:
        raise ColumnError("choice_columns", column=shown(absent), has=shown(has, most=15))
    engines.refuse_no_rows(frame, of="row")
    found = engines.collect(frame.select(customer, brand, chosen, *names))
    for name in (*names, chosen):
        if found[name].dtype.kind not in "iufb":
            raise ColumnError("survey_text", column=name, values=shown(found[name][:4].tolist()))
    _, who = np.unique(found[customer].astype(str), return_inverse=True)
    x = np.stack([np.asarray(found[name], dtype=float) for name in names], axis=1)
    took = np.asarray(found[chosen], dtype=float)
    if not np.isin(took, [0, 1]).all():
        raise DataError("chosen_values", column=chosen, values=shown(took[~np.isin(took, [0, 1])][:4].tolist()))
    # Rows are put into one order, so that the order of the table changes no digit.
    order = np.lexsort([found[brand].astype(str), who])
    x, took, who = x[order], took[order], who[order]
    flawed = np.bincount(who, weights=np.isnan(x).any(axis=1)) > 0
    n_chosen = np.bincount(who, weights=took)
    if (n_chosen != 1).any():
        raise DataError("one_choice", n=int((n_chosen != 1).sum()), column=chosen)
    keep = ~flawed[who]
    if not keep.any():
        raise DataError("no_choices")
    _, kept = np.unique(who[keep], return_inverse=True)
    return x[keep], took[keep] == 1, kept.astype(np.int64), int(flawed.sum())


def _chances(utility: Floats, who: Ints) -> Floats:
    """Probability of each row among those of its customer."""
    top = np.full(int(who.max()) + 1, -np.inf)
    np.maximum.at(top, who, utility)
    odds = np.exp(utility - top[who])
    return np.asarray(odds / np.bincount(who, weights=odds)[who])


def _fit(x: Floats, took: Bools, who: Ints, names: list[str]) -> tuple[Floats, Floats, float]:
    """Coefficients, their covariance, and the log-likelihood."""
    scale = x.std(axis=0)
    # A rating that is the same for all brands of each customer cannot tell between them.
    mean = np.stack([np.bincount(who, weights=x[:, at]) / np.bincount(who) for at in range(x.shape[1])], axis=1)
    idle = [name for name, spread in zip(names, np.abs(x - mean[who]).max(axis=0), strict=True) if spread < 1e-12]
    if idle:
        raise DataError("idle_drivers", drivers=shown(idle))
    z = x / scale
    beta = np.zeros(z.shape[1])
    for _ in range(_STEPS):
        p = _chances(z @ beta, who)
        gradient = z.T @ (took - p)
        centred = np.stack([z[:, at] - np.bincount(who, weights=p * z[:, at])[who] for at in range(z.shape[1])], axis=1)
        information = (centred * p[:, None]).T @ centred
        if np.linalg.cond(information) > 1e12:
            raise DataError("drivers_separate" if np.abs(beta).max() > 5 else "collinear_drivers", drivers=shown(names))
        step = np.linalg.solve(information, gradient)
        beta = beta + step * min(1.0, 3.0 / max(float(np.abs(step).max()), 1e-300))
        if np.abs(beta).max() > _FAR:
            raise DataError("drivers_separate", drivers=shown(names))
        if np.abs(step).max() < _CLOSE:
            break
    p = _chances(z @ beta, who)
    covariance = np.linalg.inv(information) / np.outer(scale, scale)
    return beta / scale, np.asarray(covariance), float(np.log(p[took]).sum())
