"""Forecasts of boosted trees, learnt from what customers did after earlier days, and their mean with a model.

A model of purchases knows a customer by x, t_x and T alone. Trees also see what was bought lately, for how much, and
how long ago, and what the model says; they learn from snapshots of the same customers at earlier origins, all of whose
horizon is over by now. They forecast single customers better where habits change, but say too much where a shop
declines, because what they learnt from was better than what comes. The mean of the two keeps most of the gain and
halves the harm, so it is what `Boosted` gives unless it is told otherwise.

Sources: Friedman (2001), Greedy function approximation: a gradient boosting machine, Annals of Statistics 29(5),
1189-1232; Bates & Granger (1969), The combination of forecasts, Operational Research Quarterly 20(4), 451-468.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from crmkit import _checks
from crmkit._frame import engines
from crmkit._threads import one_thread
from crmkit._types import Duration, Floats, Table
from crmkit.errors import DataError, MissingPackageError, NotFittedError
from crmkit.models._default import choose_at
from crmkit.models._origins import Plan, plan
from crmkit.models._purchases import PurchaseModel
from crmkit.models._snapshots import WINDOWS, Snapshot, Snapshots
from crmkit.models._totals import kind_of
from crmkit.models.spend_mean import SpendMean
from crmkit.transactions import open_transactions

# Parts of the horizon that are tried until the past holds enough snapshots.
PARTS = (1.0, 0.5, 0.25, 0.1)
# Most rows that trees learn from; above it every second, third ... row in their order.
MOST_ROWS = 200_000


class Boosted:
    """Purchases of each customer as boosted trees expect them, and their mean with a model of purchases.

    Parameters
    ----------
    horizon : duration, default "52W"
        How far the forecast looks. Trees learn from earlier snapshots with the same horizon, or a part of it where the
        past is too short for that.
    purchases : a model of purchases, its class or name, optional
        The model beside the trees; by default the one that `crmkit.clv.choose_model` chooses.
    weight : float, default 0.5
        Part of the forecast that is the trees'; 0.5 is the mean of the two, 1 the trees alone.

    Attributes
    ----------
    model_ : the fitted model of purchases
    model_name_ : str
    origins_ : int
        At how many earlier snapshots the trees learnt.
    days_ : int
        Horizon of these.

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_cdnow(sample=True), as_of="1997-09-30")
    >>> forecast = Boosted(horizon="39W", purchases="pareto_nbd").fit(tx)
    >>> total = forecast.score(tx)["expected_purchases"].sum()
    >>> bool(1600 < total < 2200)  # 1,882 came
    True
    """

    def __init__(self, *, horizon: Duration = "52W", purchases: Any = None, weight: float = 0.5) -> None:
        self.horizon = horizon
        self.purchases = purchases
        self.weight = weight

    model_: PurchaseModel
    model_name_: str
    origins_: int
    days_: int
    _trees: Trees

    def fit(self, transactions: Table) -> Self:
        """Learn the model, and the trees from snapshots of the same customers at earlier origins.

        Raises
        ------
        DataError
            The past is too short for two earlier snapshots, or nobody bought after them.
        MissingPackageError
            scikit-learn is not installed.
        """
        days = round(max(_checks.days_of(self.horizon), 1))
        _checks.share("weight", self.weight)
        tx = open_transactions(transactions)
        seen, end = Snapshots.of(tx, WINDOWS), _checks.day_number(tx.as_of)
        if self.purchases is None:
            chosen = choose_at(seen.bought, tx.first_day, end, days)
            self.model_name_, kind = chosen.order[0], chosen.kinds[chosen.order[0]]
        else:
            kind = kind_of(self.purchases)
            self.model_name_ = type(kind).__name__
        self.model_ = fresh(kind).fit(seen.at(end, 0).past)
        self._trees = grow(seen, end, days, kind)
        self.origins_, self.days_ = self._trees.origins, self._trees.days
        return self

    def score(self, transactions: Table) -> Table:
        """Expected purchases of each customer known at `as_of`, within the horizon.

        Returns
        -------
        table, n_customers rows
            `customer_id`; `expected_purchases`, the weighted mean of `purchases_by_trees` and `purchases_by_model`;
            `expected_spend` per purchase (`crmkit.clv.SpendMean`).
        """
        if not hasattr(self, "_trees"):
            raise NotFittedError("boosted_not_fitted")
        tx = open_transactions(transactions)
        shop = Snapshots.of(tx, WINDOWS)
        seen = shop.at(_checks.day_number(tx.as_of), 0)
        days = round(max(_checks.days_of(self.horizon), 1))
        by_model = self.model_.predict(seen.past, horizon=days)
        by_trees = self._trees.predict(seen, by_model, days)
        spend = SpendMean().of_shop(shop, seen, days)
        columns = {
            "customer_id": seen.ids,
            "expected_purchases": self.weight * by_trees + (1 - self.weight) * by_model,
            "purchases_by_trees": by_trees,
            "purchases_by_model": by_model,
            "expected_spend": spend.of_history(seen.x, seen.money),
        }
        return engines.build(columns, tx.like)


def fresh(kind: PurchaseModel) -> PurchaseModel:
    """A model with the same settings, not fitted."""
    return type(kind)(**{name: getattr(kind, name) for name in kind.settings})


@dataclass(frozen=True, slots=True)
class Trees:
    """Trees that say purchases within `days`."""

    fitted: Any
    days: int
    origins: int

    def predict(self, seen: Snapshot, by_model: Floats, days: float) -> Floats:
        """Purchases of each customer within a horizon, in proportion to its length; `by_model` within it too."""
        with one_thread():
            found = self.fitted.predict(features(seen, by_model / days))
        return np.asarray(found * (days / self.days), dtype=float)


def grow(seen: Snapshots, end: int, days: int, kind: PurchaseModel) -> Trees:
    """Trees learnt from snapshots before the day `end`, with a model fitted anew at each."""
    found = _plan(seen.tx.first_day, end, days)
    rows, came = [], []
    for origin in found.origins:
        past = seen.at(origin, found.days)
        if not (past.x > 0).any():
            continue
        by_model = fresh(kind).fit(past.past).predict(past.past, horizon=found.days)
        rows.append(features(past, by_model / found.days))
        came.append(past.future)
    if not rows or not np.concatenate(came).any():
        raise DataError("boosted_nothing_came", days=found.days)
    return Trees(_fit(np.vstack(rows), np.concatenate(came)), found.days, len(rows))


def _plan(first_day: int, end: int, days: int) -> Plan:
    for part in PARTS:
        found = plan(first_day, end, max(round(part * days), 1))
        if found is not None:
            return found
    raise DataError("boosted_too_short", span=end - first_day)


def features(seen: Snapshot, rate: Floats) -> Floats:
    """What trees know of each customer, shape (n_customers, n_features); `rate` is what the model expects of a day."""
    x, T, silence = seen.x, np.maximum(seen.T, 1.0), seen.T - seen.t_x
    gap = np.maximum(seen.t_x / np.maximum(x, 1), 1.0)
    mean = seen.money / (x + 1)
    return np.column_stack([x, seen.t_x, T, silence, silence / gap, x / T, rate, mean, seen.windows])


def _fit(rows: Floats, came: Floats) -> Any:
    try:
        from sklearn.ensemble import HistGradientBoostingRegressor
    except ImportError:
        raise MissingPackageError("boosted_needs_scikit") from None
    # In an order that ids play no part in, thinned out evenly where there are too many.
    order = np.lexsort([came, *rows.T])
    order = order[:: -(-order.size // MOST_ROWS)]
    trees = HistGradientBoostingRegressor(
        loss="poisson", learning_rate=0.05, max_iter=80, max_leaf_nodes=8, l2_regularization=1.0,
        min_samples_leaf=max(50, order.size // 100), early_stopping=False, random_state=0,
    )  # fmt: skip
    with one_thread():
        return trees.fit(rows[order], came[order])
