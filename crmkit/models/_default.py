"""Lifetime value by default models, for lists that want its columns whatever the data are like.

The model of purchases is chosen by what the candidates would have said at earlier origins of the same transactions,
the model of spend is `SpendMean`. Where customers have nothing to go by, the columns are missing, or hold one mean
spend for all, and a `NoLifetimeValueWarning` says why.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from crmkit import _checks, _frame, labels
from crmkit._frame import engines
from crmkit._frame.engines import LazyFrame
from crmkit._results import Result
from crmkit._statistics import dot
from crmkit._types import Duration, Floats, Table
from crmkit.customers import Sums, customer_sums, kept_days, learnt_from, visit_day
from crmkit.errors import DataError, NoDropoutWarning, NoLifetimeValueWarning, OneMeanSpendWarning, warn
from crmkit.labels import Language
from crmkit.models._calendar import PurchaseCalendar, mapped_table
from crmkit.models._holdout import Holdout, holdout_at, holdout_of, past_sums, purchase_days
from crmkit.models._origins import plan
from crmkit.models._purchases import PurchaseModel
from crmkit.models._snapshots import kept
from crmkit.models._spend_power import PastMoney
from crmkit.models._totals import kind_of
from crmkit.models._value import Spend, lifetime_value, warn_of_no_dropout
from crmkit.models.bg_nbd import BGNBD
from crmkit.models.cnbd import BGCNBD, MBGCNBD
from crmkit.models.mbg_nbd import MBGNBD
from crmkit.models.pareto_nbd import ParetoNBD
from crmkit.models.spend_mean import SpendMean, log_sums, money_sums
from crmkit.transactions import Transactions, open_transactions

COLUMNS = (
    "p_alive", "expected_purchases", "p_purchase", "discounted_purchases", "expected_spend", "residual_clv",
    "residual_clv_low", "residual_clv_high",
)  # fmt: skip
# The models that are judged, none of which needs an extra; the first is taken where the past is too short to judge.
# Where gaps are regular, models with Erlang-k gaps join them.
CANDIDATES: dict[str, type[PurchaseModel]] = {"ParetoNBD": ParetoNBD, "BGNBD": BGNBD, "MBGNBD": MBGNBD}
REGULAR: dict[str, Callable[[int], PurchaseModel]] = {
    "BGCNBD": lambda k: BGCNBD(k=k),
    "MBGCNBD": lambda k: MBGCNBD(k=k),
}
# Origins at which they are judged, with so many customers at least.
JUDGED_AT, ENOUGH = 3, 50
# Part of a squared error that is rounding.
ROUNDING = 1e-5
# Distinct customers of an origin that are enough to tell which model forecasts best.
SAMPLED = 30_000
# Forecasts of trees, and the part that is theirs beside the model's.
LEARNT = {"boosted": 1.0, "mean": 0.5}


@dataclass(frozen=True, slots=True, repr=False)
class ModelChoice(Result):
    """The model of purchases that forecasts these customers best, and how that was found; given by `choose_model`.

    Attributes
    ----------
    name : str
        The model; "-2" at its end names Erlang-2 gaps: customers buy regularly.
    model : a model of purchases, not fitted
    table : table, one row per candidate, the chosen one first
        `model`; `rmse`, of purchases per customer over all origins; `bias_share` of the total; `close`, whether its
        squared error is within a standard error of the smallest.
    origins : int
        How many earlier origins they were judged at; 0 where the past is too short, and the first candidate is taken.
    days : int
        Horizon at each.
    """

    name: str
    model: PurchaseModel
    table: Table = field(compare=False)
    origins: int
    days: int

    def text(self, language: Language | None = None) -> str:
        """The choice in words."""
        if self.origins == 0:
            return labels.phrase("chosen_unjudged", language, name=self.name)
        first = engines.collect(engines.wrap(self.table))
        figures = {"rmse": float(first["rmse"][0]), "bias": float(first["bias_share"][0])}
        said = {"name": self.name, "origins": self.origins, "days": self.days, "n": first["rmse"].size, **figures}
        return labels.phrase("chosen_by_origins", language, **said)

    def shown(self) -> tuple[Any, ...]:
        """The candidates, and the choice in words."""
        return (self.table, self.text())


def choose_model(transactions: Table, *, horizon: Duration = "52W") -> ModelChoice:
    """Choose the model of purchases whose forecasts at earlier origins were best, among those that need no extra.

    Candidates are Pareto/NBD, BG/NBD and MBG/NBD, and BG/CNBD-k and MBG/CNBD-k where the likelihood says that gaps are
    regular (k above 1). Each is fitted at up to three earlier origins and forecasts every customer (of more than 60,000
    distinct ones every k-th, in the order of their histories; of more than 200,000 customers a sample of about 100,000,
    drawn by their ids). Of those whose
    squared error is within one standard error of the smallest, the one with the smallest bias of the total is taken.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
    horizon : duration, default "52W"
        The horizon that matters; the origins look as far ahead as the past allows.

    Returns
    -------
    ModelChoice

    Examples
    --------
    >>> import crmkit as crm
    >>> choice = crm.clv.choose_model(crm.datasets.load_cdnow(sample=True), horizon="26W")
    >>> choice.origins, choice.name in choice.table["model"].tolist()
    (3, True)
    """
    tx = open_transactions(transactions)
    past = JudgedAt.of(tx, horizon)
    if not past.origins:
        return _told(tx, _judged([], past.days))
    bought = kept(purchase_days(tx))
    asked = learnt_from(bought, bought.group_by("customer_id").agg(n=nw.len()))
    return _told(tx, _judged([holdout_at(asked, origin, past.days) for origin in past.origins], past.days))


def _told(tx: Transactions, found: Choice) -> ModelChoice:
    """What was found, in the kind of the transactions."""
    figures = [found.figures[name] for name in found.order]
    columns = {
        "model": np.array(found.order, dtype=object),
        **{name: np.array([row[at] for row in figures]) for at, name in enumerate(("rmse", "bias_share", "close"))},
    }
    best = found.order[0]
    return ModelChoice(best, found.kinds[best], engines.build(columns, tx.like), found.origins, found.days)


@dataclass(frozen=True, slots=True)
class JudgedAt:
    """The earlier origins, day numbers, at which models are judged, and the horizon at each."""

    origins: tuple[int, ...]
    days: int

    @classmethod
    def of(cls, tx: Transactions, horizon: Duration) -> JudgedAt:
        """As far as the past of these transactions allows."""
        return cls.between(tx.first_day, _checks.day_number(tx.as_of), max(round(_checks.days_of(horizon)), 1))

    @classmethod
    def between(cls, first_day: int, end: int, days: int) -> JudgedAt:
        """As far as the past between two days allows."""
        found = plan(first_day, end, days)
        return cls((), 0) if found is None else cls(tuple(found.origins[:JUDGED_AT]), found.days)

    def sums(self, tx: Transactions) -> Sums:
        """What is needed of customer-days, to be found by the pass that finds all else."""
        visit = visit_day(tx)
        sums = Sums({"visit": visit}, {"first_day": nw.col("visit").min()})
        for origin in self.origins:
            sums = sums | past_sums(visit, origin, self.days)
        return sums

    def money_sums(self) -> Sums:
        """Money up to each origin, and within the horizon after it."""
        made, day, money = {}, nw.col("day"), nw.col("money")
        for origin in self.origins:
            made[f"spent_{origin}"] = nw.when(day <= origin).then(money).otherwise(0)
            made[f"came_{origin}"] = nw.when((day > origin) & (day <= origin + self.days)).then(money).otherwise(0)
        return Sums(made, {name: nw.col(name).sum().cast(nw.Int64) for name in made})

    def moneys(self, facts: LazyFrame, scale: int, fitted: Fitted) -> list[PastMoney]:
        """What is known of customers' money before and after each origin.

        `fitted` are models that were fitted to the same customers at the origins before, if any were.
        """
        pasts = [(origin, self._money_at(origin, facts, scale)) for origin in self.origins]
        return [replace(past, purchases=fitted.get(origin)) for origin, past in pasts]

    def _money_at(self, origin: int, facts: LazyFrame, scale: int) -> PastMoney:
        first = nw.col("first_day")
        names = {name: nw.col(f"{name}_{origin}") for name in ("last", "n_past", "spent", "came")}
        history = {"x": names["n_past"] - 1, "t_x": names["last"] - first, "T": origin - first}
        known = facts.filter(first <= origin).select(**history, money=names["spent"], later=names["came"])
        found = engines.collect(known)
        columns = [np.asarray(found[name], dtype=float) for name in ("x", "t_x", "T", "money", "later")]
        order = np.lexsort(columns)
        x, t_x, T, money, later = (column[order] for column in columns)
        return PastMoney(x, t_x, T, money / scale, later / scale, self.days)

    def choose(self, facts: LazyFrame) -> Choice:
        """The model that would have been best, from these sums of each customer."""
        return _judged([holdout_of(facts, origin, self.days) for origin in self.origins], self.days)


# BG/NBD as it was fitted at each origin, a day number, where it saw all customers.
Fitted: TypeAlias = Mapping[int, PurchaseModel]


class Choice(NamedTuple):
    """Candidates, the best first, and root mean squared error, bias and closeness to the sharpest of each."""

    order: list[str]
    kinds: dict[str, PurchaseModel]
    figures: dict[str, tuple[float, float, bool]]
    origins: int
    days: int
    fitted: Fitted


def choose_at(bought: LazyFrame, first_day: int, end: int, days: int) -> Choice:
    """Judge the candidates by what they would have said before the day `end`."""
    past = JudgedAt.between(first_day, end, days)
    return _judged([holdout_at(bought, origin, past.days) for origin in past.origins], past.days)


def _judged(holdouts: Sequence[Holdout], days: int) -> Choice:
    """The candidates by their forecasts of these holdouts."""
    known = [past for past in holdouts if past.n.sum() >= ENOUGH and (past.x > 0).any()]
    pasts = [_sampled(past) for past in known]
    kinds: dict[str, PurchaseModel] = {name: kind() for name, kind in CANDIDATES.items()}
    first: dict[str, PurchaseModel] = {}
    if pasts:
        regular = MBGCNBD().forecasting().fit(pasts[0].table, weight="n")
        k = int(regular.params_.k)
        kinds |= {f"{name}-{k}": kind(k) for name, kind in REGULAR.items() if k > 1}
        first = {f"MBGCNBD-{k}": regular}
    names = list(kinds)
    actual = sum(dot(past.n, past.future) for past in pasts)
    if actual == 0:
        return Choice(names, kinds, dict.fromkeys(names, (np.nan, np.nan, False)), 0, 0, {})
    weights = np.concatenate([past.n for past in pasts])
    fits = {name: _fits(kind, pasts, first.get(name)) for name, kind in kinds.items()}
    flat = {
        name: np.concatenate([_errors(model, past) for model, past in zip(models, pasts, strict=True)])
        for name, models in fits.items()
    }
    mse = {name: float(dot(weights, error**2) / weights.sum()) for name, error in flat.items()}
    bias = {name: dot(weights, error) / actual for name, error in flat.items()}
    sharpest = min(names, key=mse.__getitem__)
    close = {name: is_close(flat[name] ** 2, flat[sharpest] ** 2, weights) for name in names}
    order = sorted(names, key=lambda name: (not close[name], abs(bias[name]) if close[name] else mse[name]))
    figures = {name: (float(np.sqrt(mse[name])), bias[name], close[name]) for name in order}
    seen = zip(known, pasts, fits["BGNBD"], strict=True)
    fitted = {_checks.day_number(past.origin): model for past, some, model in seen if past.n.size == some.n.size}
    return Choice(order, kinds, figures, len(pasts), days, fitted)


def _sampled(past: Holdout) -> Holdout:
    """A past of very many distinct customers by every k-th of them: in ascending order, they have the same shape."""
    every = past.n.size // SAMPLED
    columns = ("x", "t_x", "T", "recent", "future", "n")
    return past if every < 2 else replace(past, **{name: getattr(past, name)[::every] for name in columns})


def _fits(kind: PurchaseModel, pasts: Sequence[Holdout], first: PurchaseModel | None) -> list[PurchaseModel]:
    """The model at each past; from one to the next it changes little. `first` is that at the first, if it is known."""
    found = [first or kind.forecasting().fit(pasts[0].table, weight="n")]
    for past in pasts[1:]:
        found.append(kind.forecasting(near=found[-1]).fit(past.table, weight="n"))
    return found


def _errors(model: PurchaseModel, past: Holdout) -> Floats:
    """Forecast less future of each cell of a past."""
    return model.predict(past.table, horizon=past.days) - past.future


def is_close(squares: Floats, smallest: Floats, weights: Floats) -> bool:
    """Whether a mean squared error exceeds the smallest by less than the standard error of the difference.

    What is the same but for rounding is close too.
    """
    n, excess = weights.sum(), squares - smallest
    mean = float(dot(weights, excess) / n)
    error = float(np.sqrt(dot(weights, (excess - mean) ** 2)) / n)
    return mean <= max(error, ROUNDING * float(dot(weights, smallest) / n))


def add_lifetime_value(
    customers: Table,
    tx: Transactions,
    *,
    horizon: Duration,
    discount_rate: float,
    margin_rate: float,
    purchases: Any = None,
    calendar: PurchaseCalendar | None = None,
    level: float | None = 0.9,
) -> Table:
    """Add what the customers are still worth, by the models that suit their transactions, and which these are.

    >>> tx = Transactions({"customer_id": ["a"], "date": ["2025-01-01"], "amount": [5.0]})
    >>> add_lifetime_value({"x": [0], "t_x": [0], "T": [9], "monetary": [0.0]}, tx, horizon=7, discount_rate=0,
    ...                    margin_rate=1)
    Traceback (most recent call last):
    crmkit.errors.NoLifetimeValueWarning: no lifetime value: ...
    """
    with kept_days(tx) as days:
        facts = kept((customer_sums(tx) | money_sums(tx)).of(days, "customer_id").filter(nw.col("n_days") > 0))
        learnt = kept(learning_sums(tx, horizon).of(learnt_from(days, facts), "customer_id"))
    found, _ = valued(
        customers,
        tx,
        horizon=horizon,
        discount_rate=discount_rate,
        margin_rate=margin_rate,
        level=level,
        sums=(facts, learnt),
        purchases=purchases,
        calendar=calendar,
    )
    return found


def valued(
    customers: Table,
    tx: Transactions,
    *,
    horizon: Duration,
    discount_rate: float,
    margin_rate: float,
    level: float | None,
    sums: tuple[LazyFrame, LazyFrame],
    purchases: Any = None,
    calendar: PurchaseCalendar | None = None,
) -> tuple[Any, bool]:
    """The same, and whether anything is known of their value.

    From `customer_sums` and `money_sums` of each customer, and `learning_sums` of those from whom is learnt.
    """
    facts, learnt = sums
    try:
        name, model, trees, before = _asked(tx, purchases, horizon, learnt)
        timed, clock = _timed(customers, tx, model, calendar, horizon)
        fitted = model if hasattr(model, "params_") else model.fit(timed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NoDropoutWarning)
            found = lifetime_value(
                timed,
                purchases=fitted,
                spend=_spend_model(facts, learnt, tx, JudgedAt.of(tx, horizon), before),
                horizon=clock.horizon,
                discount_rate=(1 + discount_rate) ** (1 / clock.pace) - 1,
                margin_rate=margin_rate,
                level=level,
            )
        warn_of_no_dropout(fitted, name)
        found = _untimed(found) if calendar is not None else found
        return _named(found if trees is None else _rescaled(found, trees), name), True
    except DataError as reason:
        warn(NoLifetimeValueWarning(labels.phrase("warn_no_value", reason=str(reason))))
    table = _frame.open_table(customers)
    missing = {name: nw.lit(None).cast(nw.Float64) for name in columns_of(level)}
    return _named(table.give_back(table.frame.with_columns(**missing)), None), False


def columns_of(level: float | None) -> tuple[str, ...]:
    """The columns of the forecast."""
    return COLUMNS if level is not None else COLUMNS[:-2]


def learning_sums(tx: Transactions, horizon: Duration) -> Sums:
    """What is needed of the days of those from whom is learnt: which model, whether spend repeats, its power."""
    judged = JudgedAt.of(tx, horizon)
    return judged.sums(tx) | judged.money_sums() | log_sums()


def _asked(
    tx: Transactions, purchases: Any, horizon: Duration, facts: LazyFrame
) -> tuple[str, PurchaseModel, dict[str, NDArray[Any]] | None, Fitted]:
    """The name of the forecast, the model, and for trees what each customer's purchases are to be multiplied by.

    And what was fitted at earlier origins on the way.
    """
    if purchases is None:
        choice = JudgedAt.of(tx, horizon).choose(facts)
        return choice.order[0], choice.kinds[choice.order[0]], None, choice.fitted
    if not isinstance(purchases, str) or purchases not in LEARNT:
        model = kind_of(purchases)
        return type(model).__name__, model, None, {}
    from crmkit.models._boosted import Boosted, fresh

    boosted = Boosted(horizon=horizon, weight=LEARNT[purchases]).fit(tx)
    scored = engines.collect(engines.wrap(boosted.score(tx)))
    by_model = np.asarray(scored["purchases_by_model"], dtype=float)
    factor = np.asarray(scored["expected_purchases"], dtype=float) / np.maximum(by_model, 1e-12)
    name = f"{purchases} ({boosted.model_name_})"
    return name, fresh(boosted.model_), {"customer_id": scored["customer_id"], "factor": factor}, {}


class _Timed(NamedTuple):
    """A horizon in the time of a model, and how fast that runs on the mean of the horizon."""

    horizon: Any
    pace: float


def _timed(
    customers: Table, tx: Transactions, kind: PurchaseModel, calendar: PurchaseCalendar | None, horizon: Duration
) -> tuple[Any, _Timed]:
    """The customers with their times in the time of a calendar, learnt here, and the horizon in it."""
    if calendar is None:
        return customers, _Timed(horizon, 1.0)
    learnt = type(calendar)(seasons=calendar.seasons, events=calendar.events, closures=calendar.closures)
    learnt.fit(tx, purchases=kind)
    table = _frame.open_table(customers)
    both = table.give_back(table.frame.with_columns(**{f"{name}_days": nw.col(name) for name in ("t_x", "T")}))
    end, days = _checks.day_number(tx.as_of), _checks.days_of(horizon)
    operational = learnt.horizon(horizon)
    return mapped_table(both, learnt.rates_.clock(tx.first_day, end), end), _Timed(operational, operational / days)


def _untimed(valued: Any) -> Table:
    """The list with its times in days again."""
    table = _frame.open_table(valued)
    names = ("t_x", "T")
    days = table.frame.with_columns(**{name: nw.col(f"{name}_days") for name in names})
    return table.give_back(days.drop(*(f"{name}_days" for name in names)))


def _rescaled(valued: Any, trees: dict[str, NDArray[Any]]) -> Table:
    """The list with the purchases, and what follows from them, that trees expect.

    The chance of a purchase is what it would be if the customer's rate were multiplied by the factor.
    """
    table = _frame.open_table(valued)
    factor = nw.col("factor")
    grown = [name for name in COLUMNS if name not in ("p_alive", "p_purchase", "expected_spend")]
    found = table.attach(["customer_id"], trees).with_columns(
        **{name: nw.col(name) * factor for name in grown if name in table.columns},
        p_purchase=1 - (1 - nw.col("p_purchase")) ** factor,
    )
    return table.give_back(found.drop("factor"))


def _named(valued: Any, name: str | None) -> Table:
    table = _frame.open_table(valued)
    if name is None or not table.coded:
        return table.give_back(table.frame.with_columns(purchase_model=nw.lit(name).cast(nw.String)))
    frame = table.frame.with_columns(purchase_model=nw.lit(0))
    return table.give_back(table.worded(frame, "purchase_model", "purchase_model", {0: name}))


def _spend_model(facts: LazyFrame, learnt: LazyFrame, tx: Transactions, judged: JudgedAt, fitted: Fitted) -> Spend:
    """The model of spend, or None (one mean for all) where it has nothing to go by."""
    try:
        spend = SpendMean().of_facts(facts, learnt, tx.scale)
        if spend.varies_:
            return spend.with_power(judged.moneys(learnt, tx.scale, fitted)) if spend.correlation_ > 0 else spend
        why = labels.phrase("all_spend_the_same", spend=spend.mean_)
    except DataError as reason:
        why = str(reason)
    warn(OneMeanSpendWarning(labels.phrase("warn_one_mean", reason=why)))
    return None
