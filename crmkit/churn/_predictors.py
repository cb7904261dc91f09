"""Predictors of churn that compete: boosted trees, the lifetime model, the mean of both, and recency alone.

Each is built from the past as it stood on a day and gives the probability of no purchase in the days after it. The
boosted trees learn from earlier snapshots and are set right (calibrated) on the latest one whose outcome is known.

Where the past holds two years, months of the year are told apart (`crmkit.clv.PurchaseCalendar`), and every chance is
that of the season to come: with c the purchases of an average customer in the horizon, in those of usual days, the
lifetime model looks c horizons ahead, and what trees learnt from outcomes in a horizon of c' becomes p ** (c / c').
Over 14 dates of apparel the mean log-loss of trees goes from .2556 to .2536, that of the model from .2377 to .2366.
(Recency alone, which is sure of those who have just bought, becomes too sure of them, and stays as it is.)

Sources: Friedman (2001), Annals of Statistics 29, 1189-1232 (boosting); Platt (1999), Advances in Large Margin
Classifiers, 61-74 (calibration by a logistic curve of the log-odds); Schmittlein, Morrison & Colombo (1987), Management
Science 33, 1-24 (Pareto/NBD).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from crmkit import _checks
from crmkit._threads import one_thread
from crmkit._types import Floats
from crmkit.churn._features import FEATURES, Snapshot, snapshot, stayed_away
from crmkit.errors import DataError, MissingPackageError, Words
from crmkit.transactions import Transactions

Predict: TypeAlias = Callable[[Snapshot], Floats]
Pace: TypeAlias = Callable[[int], float]

BOOSTING, LIFETIME, MEAN, RECENCY = "boosting", "lifetime_model", "mean_of_both", "recency_only"
MOST_ROWS = 200_000  # to learn from; more change nothing but the time that it takes
_EDGE = 1e-6  # no prediction is surer than that


@dataclass(frozen=True, slots=True)
class Lesson:
    """A snapshot whose outcome is known."""

    seen: Snapshot
    churned: NDArray[np.bool_]


def lessons(tx: Transactions, days: int, most: int) -> list[Lesson]:
    """Snapshots `days` apart whose outcomes end by `as_of`, the latest first; each with customers of both kinds."""
    last = _checks.day_number(tx.as_of)
    found = []
    for at in range(1, most + 1):
        day = last - at * days
        if day < tx.first_day + days:  # before that, nobody could have been quiet for as long as the label asks
            break
        seen = snapshot(tx, _checks.date_of_day(day))
        found.append(Lesson(seen, stayed_away(tx, seen, days)))
    return found


def predictors(tx: Transactions, days: int, most: int) -> dict[str, Predict]:
    """The competing predictors, each built from the past up to `as_of` of these transactions alone."""
    known = lessons(tx, days, most)
    if len(known) < 2:
        covered = _checks.day_number(tx.as_of) - tx.first_day
        raise DataError(
            "churn_past_covers_days_up",
            argument="horizon",
            covered=covered,
            as_of=tx.as_of,
            days=days,
            value=3 * days,
            max=max(covered // 4, 1),
        )
    for lesson in known[:2]:
        if lesson.churned.all() or not lesson.churned.any():
            what = Words("nobody" if lesson.churned.all() else "everybody")
            raise DataError(
                "churn_bought_days_after_nothing",
                argument="horizon",
                what=what,
                days=days,
                day=_checks.date_of_day(lesson.seen.day),
                value=2 * days,
            )
    from crmkit.models._calendar import pace_of

    pace = pace_of(tx, days)
    learnt = pace(known[0].seen.day)
    boosting, lifetime = _in_season(_boosting(known), pace, learnt), _lifetime(tx, days, pace)
    return {
        BOOSTING: boosting,
        LIFETIME: lifetime,
        MEAN: lambda seen: (boosting(seen) + lifetime(seen)) / 2,
        RECENCY: _recency(known[0]),
    }


def _in_season(predict: Predict, pace: Pace, learnt: float) -> Predict:
    """What was learnt in a season, for that which comes."""
    return lambda seen: np.clip(predict(seen) ** (pace(seen.day) / learnt), _EDGE, 1 - _EDGE)


# --- boosted trees ------------------------------------------------------------------------------------------------


def _boosting(known: Sequence[Lesson]) -> Predict:
    """Trees learnt from all snapshots but the latest, their log-odds set right on the latest."""
    trees = _trees(np.concatenate([lesson.seen.features for lesson in known[1:]]),
                   np.concatenate([lesson.churned for lesson in known[1:]]))  # fmt: skip
    with one_thread():
        slope, shift = _logistic(trees(known[0].seen.features), known[0].churned)
    return lambda seen: _share(slope * trees(seen.features) + shift)


def _trees(features: Floats, churned: NDArray[np.bool_]) -> Callable[[Floats], Floats]:
    """Boosted trees; gives the log-odds of churn of rows of features."""
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier
    except ImportError:
        raise MissingPackageError("churn_churn_model_needs_scikit") from None
    rows = _in_order(features, churned)
    trees = HistGradientBoostingClassifier(
        learning_rate=0.05, max_iter=150, max_leaf_nodes=15, min_samples_leaf=50, l2_regularization=1.0,
        early_stopping=False, random_state=0,
    )  # fmt: skip
    with one_thread():
        fitted = trees.fit(features[rows], churned[rows])

    def log_odds(columns: Floats) -> Floats:
        with one_thread():
            return np.asarray(fitted.decision_function(columns), dtype=float)

    return log_odds


def _in_order(features: Floats, churned: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The rows in an order that ids play no part in, thinned out evenly where they are too many."""
    order = np.lexsort([churned, *features.T])
    return order[:: -(-len(order) // MOST_ROWS)]


def _logistic(log_odds: Floats, churned: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and shift of the log-odds that make them fit what happened best (Platt), by Newton's method."""
    slope, shift = 1.0, 0.0
    columns = np.column_stack([log_odds, np.ones_like(log_odds)])
    # a hair of a ridge towards slope 1, shift 0 keeps the step finite where the outcome is all but certain
    ridge = 1e-3
    for _ in range(50):
        share = _share(slope * log_odds + shift)
        gradient = columns.T @ (churned - share) - ridge * np.array([slope - 1, shift])
        weight = share * (1 - share)
        step = np.linalg.solve((columns * weight[:, None]).T @ columns + ridge * np.eye(2), gradient)
        step *= min(1.0, 2.0 / max(np.abs(step).max(), 1e-300))
        slope, shift = slope + step[0], shift + step[1]
        if np.abs(step).max() < 1e-10:
            break
    return float(slope), float(shift)


def _share(log_odds: Floats) -> Floats:
    return np.asarray(np.clip(1 / (1 + np.exp(-np.clip(log_odds, -700, 700))), _EDGE, 1 - _EDGE))


# --- the others ---------------------------------------------------------------------------------------------------


def _lifetime(tx: Transactions, days: int, pace: Pace) -> Predict:
    """P(no purchase) of the Pareto/NBD model, fitted to the customers as they stand."""
    from crmkit.customers import summarize
    from crmkit.models.pareto_nbd import ParetoNBD

    model = ParetoNBD().fit(summarize(tx))

    def predict(seen: Snapshot) -> Floats:
        x, recency, tenure = (seen.column(name) for name in ("x", "recency", "tenure"))
        customers = {"x": x, "t_x": tenure - recency, "T": tenure}
        return np.clip(1 - model.p_purchase(customers, horizon=days * pace(seen.day)), _EDGE, 1 - _EDGE)

    return predict


def _recency(lesson: Lesson) -> Predict:
    """The share that stayed away among customers of like recency: sorting by recency, as a probability."""
    from sklearn.isotonic import IsotonicRegression

    days, row = np.unique(lesson.seen.column("recency"), return_inverse=True)
    n = np.bincount(row).astype(float)
    away = np.bincount(row, weights=lesson.churned)
    # half a customer of each kind, so that no recency is all or nothing
    fitted = IsotonicRegression(out_of_bounds="clip").fit(days, (away + 0.5) / (n + 1), sample_weight=n)
    return lambda seen: np.clip(fitted.predict(seen.column("recency")), _EDGE, 1 - _EDGE)


def replaced(seen: Snapshot, names: Sequence[str], typical: Mapping[str, float]) -> Snapshot:
    """The customers as they would be if some of their features were typical."""
    features = seen.features.copy()
    for name in names:
        features[:, FEATURES.index(name)] = typical[name]
    return Snapshot(seen.day, seen.customer_id, features)
