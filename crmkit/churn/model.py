"""The churn model: fitted on past snapshots, judged on held-out time, compared with what is simpler."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from crmkit import _checks, labels
from crmkit._estimators import Estimator
from crmkit._frame import engines
from crmkit._frame.engines import AnyFrame
from crmkit._results import Result
from crmkit._types import Duration, Floats, Table
from crmkit.churn import _judged
from crmkit.churn._features import FEATURES, SUBJECTS, Snapshot, snapshot, stayed_away
from crmkit.churn._predictors import BOOSTING, Predict, predictors, replaced
from crmkit.definitions import Definition
from crmkit.errors import ArgumentError, DataError, NotFittedError, Words, shown
from crmkit.labels import Language
from crmkit.transactions import Transactions, open_transactions

SHARES = np.array([0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
RECOMMENDED = "recommended"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Validation(Result):
    """How each predictor did on time that it had not seen; `ChurnModel.validation_`.

    Attributes
    ----------
    table : table
        One row per predictor, the recommended one first: `predictor`, `mean_log_loss` (over all `origins`), and on the
        latest of them `log_loss`, `brier`, `calibration_error` (expected, ten bins of equal size), `auc`, `lift` (of
        the tenth with the highest predictions).
    calibration : table
        `predictor`, `bin`, `customers`, `predicted` share who buy nothing, and `observed` with its 95 % interval
        `observed_low`, `observed_high` (Wilson): how much of a difference chance alone makes.
    gain : table
        `predictor`, `contacted` (share of customers, those with the highest predictions first), `caught` (share of all
        churners among them), `lift` (caught / contacted).
    origin : datetime.date
        The last day that the predictors had seen.
    origins : tuple of datetime.date
        The days on which predictors were built to be compared, the latest first: two where the past is long enough.
    customers, churned : int
        Customers known on that day, and those of them who bought nothing in the horizon.
    recommended : str
        The predictor with the lowest mean log-loss.
    definition : Definition
        What was predicted.
    """

    drawn: ClassVar[str] = "calibration"

    table: Table
    calibration: Table
    gain: Table
    origin: dt.date
    origins: tuple[dt.date, ...]
    customers: int
    churned: int
    recommended: str
    definition: Definition


@dataclass(frozen=True, slots=True)
class _Trial:
    """Predictors built from the past up to a day, the customers as they stood on it, and who of them then churned."""

    predictors: Mapping[str, Predict]
    seen: Snapshot
    churned: NDArray[np.bool_]


class ChurnModel(Estimator):
    """Who will not buy within a horizon: boosted trees, compared with the lifetime model and with recency alone.

    Features of a customer (days of quiet, quiet in own gaps, purchases and spend of the last 30, 90 and 365 days,
    tenure ...) are taken at several past days, `horizon` apart, and who bought in the days after is the outcome. The
    trees learn from all of these snapshots but the latest, on which their probabilities are calibrated. The whole
    procedure is first run on the past as it stood one horizon before `as_of`, and judged on what happened since: that
    is `validation_`. Where the past allows, it is run two horizons before as well, since the best of one horizon was
    seldom the best of the next (over 18 dates of four shops it lost 1.7 % of log-loss to that, at worst 22 %). The
    predictor with the lowest mean log-loss is the recommended one: the trees, something simpler, or the mean of trees
    and lifetime model, which was best more often than either (so chosen, .3 % better than the best single one, at worst
    1.6 % worse).

    Parameters
    ----------
    horizon : duration, default "90D"
        Days without a purchase that count as churn.
    snapshots : int, default 6
        At most so many past days to learn from, including the one to calibrate on; the data must cover `horizon` four
        times to be judged, and more if they are to teach much. The same data give the same model, whatever the order
        of rows or the names of customers: nothing is drawn at random.

    Attributes
    ----------
    validation_ : Validation
        How the predictors did on held-out time.
    recommended_ : str
        "boosting", "lifetime_model" (P(no purchase) of Pareto/NBD), "mean_of_both" or "recency_only".
    importance_ : table
        What the trees go by: `subject` and `log_loss_without` (held-out log-loss less that of the full model when
        the features of a subject are replaced by typical ones).

    Examples
    --------
    >>> from crmkit import datasets
    >>> sales = datasets.load_cdnow(sample=True)
    >>> model = ChurnModel(horizon="90D").fit(sales)
    >>> model.validation_.table["predictor"].tolist()[0] == model.recommended_
    True
    >>> model.score(sales).columns.tolist()
    ['customer_id', 'p_churn', 'p_boosting', 'p_lifetime_model', 'p_mean_of_both', 'p_recency_only']
    """

    validation_: Validation
    recommended_: str
    importance_: Table

    def __init__(self, *, horizon: Duration = "90D", snapshots: int = 6) -> None:
        self.horizon = horizon
        self.days = round(_checks.days_of(horizon))
        if self.days < 1:
            raise ArgumentError("horizon", horizon, "churn_less_day_horizon_d")
        self.snapshots = _checks.count("snapshots", snapshots, least=2)

    def fit(self, transactions: Table, y: Any = None) -> Self:  # noqa: ARG002  as pipelines call it
        """Judge the procedure on the last `horizon` of the past, then build the predictors from all of it.

        Parameters
        ----------
        transactions : Transactions, or table with customer_id, date, amount
            Nothing after its `as_of` is seen.

        Raises
        ------
        DataError
            The past is shorter than four horizons, or all or none bought in one of them.
        MissingPackageError
            scikit-learn is not installed.

        Examples
        --------
        >>> from crmkit import datasets
        >>> ChurnModel(horizon="60D").fit(datasets.load_cdnow(sample=True)).validation_.customers
        2357
        """
        tx = open_transactions(transactions)
        if _checks.day_number(tx.as_of) - 4 * self.days < tx.first_day:
            covered = _checks.day_number(tx.as_of) - tx.first_day
            most = max(covered // 4, 1)
            raise DataError(
                "churn_data_cover_days_learn", argument="horizon", covered=covered, days=self.days, max=most
            )
        trials = [self._trial(tx, 1)]
        if _checks.day_number(tx.as_of) - 5 * self.days >= tx.first_day:
            trials.append(self._trial(tx, 2))
        self.validation_ = _judge(trials, tx, self.days)
        self.recommended_ = self.validation_.recommended
        latest = trials[0]
        importance = _importance(latest.predictors[BOOSTING], latest.seen, latest.churned)
        self.importance_ = engines.build(importance, tx.like)
        self._predictors = predictors(tx, self.days, self.snapshots)
        self._typical = _typical(snapshot(tx, tx.as_of))
        return self

    def _trial(self, tx: Transactions, horizons: int) -> _Trial:
        """The predictors as they would have been built so many horizons ago, and what came in the horizon after."""
        past = tx.until(_checks.date_of_day(_checks.day_number(tx.as_of) - horizons * self.days))
        seen = snapshot(past, past.as_of)
        churned = stayed_away(tx, seen, self.days)
        if churned.all() or not churned.any():
            raise DataError(
                "churn_bought_days_after_prediction",
                argument="horizon",
                either=Words("nobody" if churned.all() else "everybody"),
                days=self.days,
                as_of=past.as_of,
                value=2 * self.days,
            )
        return _Trial(predictors(past, self.days, self.snapshots), seen, churned)

    def score(self, transactions: Table) -> Table:
        """Probability of no purchase within the horizon after `as_of`, by each predictor.

        Parameters
        ----------
        transactions : Transactions, or table with customer_id, date, amount
            Customers as they stand at its `as_of`; those that were fitted, or others of the same business.

        Returns
        -------
        table, n_customers rows
            In the kind of the transactions, by customer_id: `customer_id`, `p_churn` (of the recommended predictor),
            `p_boosting`, `p_lifetime_model`, `p_mean_of_both`, `p_recency_only`.

        Examples
        --------
        >>> from crmkit import datasets
        >>> sales = datasets.load_cdnow(sample=True)
        >>> scored = ChurnModel().fit(sales).score(sales)
        >>> bool(scored["p_churn"].between(0, 1).all())
        True
        """
        tx = open_transactions(transactions)
        seen = snapshot(tx, tx.as_of)
        found = {name: predict(seen) for name, predict in self._fitted().items()}
        columns = {f"p_{name}": p for name, p in found.items()}
        return engines.build({"customer_id": seen.customer_id, "p_churn": found[self.recommended_], **columns}, tx.like)

    def reasons(
        self, transactions: Table, *, customers: Any = None, most: int = 3, language: Language | None = None
    ) -> Table:
        """Why the trees think so, customer by customer: what makes the difference to a typical customer.

        The features of one subject at a time are replaced by those of a typical customer (the medians of the fitted
        list); how much the probability of churn falls by that is what the subject adds. Features of one subject go
        together, because one of them without the others would be nobody.

        Parameters
        ----------
        transactions : Transactions, or table with customer_id, date, amount
            As for `score`.
        customers : sequence of ids, optional
            Only these, in this order; by default all.
        most : int, default 3
            Subjects per customer, those that add most first.
        language : {"en", "zh"}, optional
            Language of `reason`.

        Returns
        -------
        table, up to `most` rows per customer
            `customer_id`, `p_boosting`, `subject` ("quiet", "interpurchase", "spend", "tenure"), `added` (to the
            probability; below 0 where the subject speaks against churn), `reason` in words with the customer's figures
            and the typical ones.

        Raises
        ------
        DataError
            A customer asked for has no purchase by `as_of`.

        Examples
        --------
        >>> from crmkit import datasets
        >>> sales = datasets.load_cdnow(sample=True)
        >>> told = ChurnModel().fit(sales).reasons(sales, customers=[4], most=1)
        >>> told["subject"].tolist()
        ['quiet']
        """
        language = labels.resolve(language)
        tx, predict = open_transactions(transactions), self._fitted()[BOOSTING]
        seen = _only(snapshot(tx, tx.as_of), customers)
        p = predict(seen)
        added = np.column_stack([p - predict(replaced(seen, names, self._typical)) for names in SUBJECTS.values()])
        ahead = np.argsort(-np.abs(added), axis=1, kind="stable")[:, : _checks.count("most", most)]
        row = np.repeat(np.arange(len(p)), ahead.shape[1])
        which = ahead.ravel()
        subjects = list(SUBJECTS)
        told = [self._told(subjects[s], seen, r, language) for r, s in zip(row.tolist(), which.tolist(), strict=True)]
        return engines.build(
            {
                "customer_id": seen.customer_id[row],
                "p_boosting": p[row],
                "subject": np.array(subjects, dtype=object)[which],
                "added": added[row, which],
                "reason": np.array(told, dtype=object),
            },
            tx.like,
        )

    def _told(self, subject: str, seen: Snapshot, row: int, language: Language) -> str:
        """One reason in words."""
        own = {name: seen.features[row, FEATURES.index(name)] for name in SUBJECTS[subject]}
        values = {name: _number(value) for name, value in own.items()}
        typical = {f"typical_{name}": _number(self._typical[name]) for name in own}
        key = f"reason_{subject}" if not np.isnan(own.get("quiet_gaps", 0.0)) else f"reason_{subject}_once"
        return labels.phrase(key, language, **values, **typical)

    def _fitted(self) -> Mapping[str, Predict]:
        if not hasattr(self, "_predictors"):
            raise NotFittedError("churn_churnmodel_fitted_call_model")
        return self._predictors


def _judge(trials: Sequence[_Trial], tx: Transactions, days: int) -> Validation:
    """How the predictors did, the latest trial in detail; the recommended one is the best on the mean of all."""
    losses = [{name: _judged.log_loss(predict(one.seen), one.churned) for name, predict in one.predictors.items()}
              for one in trials]  # fmt: skip
    latest, churned = trials[0], trials[0].churned
    found = {name: predict(latest.seen) for name, predict in latest.predictors.items()}
    mean = {name: sum(loss[name] for loss in losses) / len(losses) for name in found}
    order = sorted(found, key=lambda name: mean[name])
    rows = {
        "predictor": np.array(order, dtype=object),
        "mean_log_loss": np.array([mean[name] for name in order]),
        "log_loss": np.array([losses[0][name] for name in order]),
        "brier": np.array([_judged.brier(found[name], churned) for name in order]),
        "calibration_error": np.array([_judged.calibration_error(found[name], churned) for name in order]),
        "auc": np.array([_judged.area(found[name], churned) for name in order]),
        "lift": np.array([_judged.gain(found[name], churned, np.array([0.1]))[0] / 0.1 for name in order]),
    }
    origins = tuple(_checks.date_of_day(one.seen.day) for one in trials)
    return Validation(
        table=engines.build(rows, tx.like),
        calibration=_long({name: _judged.calibration(found[name], churned) for name in order}, tx.like),
        gain=_long({name: _gains(found[name], churned) for name in order}, tx.like),
        origin=origins[0],
        origins=origins,
        customers=len(churned),
        churned=int(churned.sum()),
        recommended=order[0],
        definition=Definition("p_churn", tx.as_of, {"days": days, "origin": str(origins[0])}),
    )


def _gains(p: Floats, churned: NDArray[np.bool_]) -> dict[str, Floats]:
    caught = _judged.gain(p, churned, SHARES)
    return {"contacted": SHARES, "caught": caught, "lift": caught / SHARES}


def _long(parts: Mapping[str, Mapping[str, NDArray[Any]]], like: AnyFrame) -> Table:
    """The tables of several predictors beneath each other, named by a first column."""
    sizes = [len(next(iter(part.values()))) for part in parts.values()]
    names = np.repeat(np.array(list(parts), dtype=object), sizes)
    first = next(iter(parts.values()))
    columns = {name: np.concatenate([part[name] for part in parts.values()]) for name in first}
    return engines.build({"predictor": names, **columns}, like)


def _importance(predict: Predict, seen: Snapshot, churned: NDArray[np.bool_]) -> dict[str, NDArray[Any]]:
    """What the held-out log-loss gains when a subject is hidden, most important first."""
    typical, full = _typical(seen), _judged.log_loss(predict(seen), churned)
    worse = np.array([_judged.log_loss(predict(replaced(seen, names, typical)), churned) - full
                      for names in SUBJECTS.values()])  # fmt: skip
    order = np.argsort(-worse, kind="stable")
    return {"subject": np.array(list(SUBJECTS), dtype=object)[order], "log_loss_without": worse[order]}


def _typical(seen: Snapshot) -> dict[str, float]:
    return {name: float(np.nanmedian(seen.column(name))) if not np.isnan(seen.column(name)).all() else np.nan
            for name in FEATURES}  # fmt: skip


def _only(seen: Snapshot, customers: Table) -> Snapshot:
    if customers is None:
        return seen
    if np.ndim(customers) != 1 or not len(customers):
        raise ArgumentError("customers", customers, "churn_list_ids_customers")
    row = {customer: at for at, customer in enumerate(seen.customer_id.tolist())}
    asked = list(dict.fromkeys(np.asarray(customers).tolist()))
    unknown = [customer for customer in asked if customer not in row]
    if unknown:
        like = shown(seen.customer_id[:3].tolist())
        raise DataError("churn_purchase_customer_day_ids", unknown=shown(unknown), like=like)
    rows = [row[customer] for customer in asked]
    return Snapshot(seen.day, seen.customer_id[rows], seen.features[rows])


def _number(value: float) -> str:
    """A figure as people read it."""
    if np.isnan(value):
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:,.1f}"
