"""What all customers together will buy, with an interval that holds.

Purchases of a total are uncertain in three ways: by chance at given parameters, by the parameters, and because
tomorrow is not quite like yesterday. A model knows the first two. The third it only shows by being off: so the
interval is made from its own errors at earlier origins (`_origins`), where there are any. Where the past is too
short for them, the interval holds the first two only, and says so: `basis` is then "model".

Sources: Fader & Hardie (2001), Interfaces 31(3) (holdout design); Tashman (2000), Out-of-sample tests of forecasting
accuracy, International Journal of Forecasting 16(4), 437-450 (rolling origins).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, gammainc

from crmkit import _checks, _frame, labels
from crmkit._frame import engines
from crmkit._frame.engines import LazyFrame
from crmkit._results import Result
from crmkit._types import Duration, Floats, Table
from crmkit.errors import ArgumentError, DataError, FewOriginsWarning, warn
from crmkit.labels import Language
from crmkit.models._calendar import TWO_YEARS, PurchaseCalendar, of_transactions
from crmkit.models._holdout import Holdout, holdout_at, purchase_days
from crmkit.models._origins import (
    LEAST_PAST,
    LEAST_STEP,
    STEP,
    Errors,
    Factor,
    Plan,
    error_of,
    factor_of,
    gathered,
    plan,
    unseen_season,
)
from crmkit.models._purchases import PurchaseModel
from crmkit.models._repeats import HINT, Cells
from crmkit.models._snapshots import kept
from crmkit.models.bg_nbd import BGNBD
from crmkit.transactions import Transactions, open_transactions

Basis = Literal["backtested", "model"]

# Draws of the parameters for the spread of a total, and most cells that it is taken from.
DRAWS, SAMPLE = 30, 1000


@dataclass(frozen=True, slots=True, repr=False)
class Total(Result):
    """What all customers will buy together, in purchases or money; given by `total_interval` and `portfolio_value`.

    Attributes
    ----------
    value : float
        The forecast: what the model expects, corrected by the bias that it had at earlier origins.
    low, high : float
        Interval that covers with probability `level`.
    level : float
    basis : {"backtested", "model"}
        Whether the interval is made from errors at earlier origins, or is the model's own word: if purchases go on as
        they did.
    origins : int
        How many earlier origins it is known from; 0 with basis "model".
    expected : float
        What the model itself says: the sum over customers, not corrected.
    n_customers : int
    as_of : datetime.date or None
        Day on which the past ends; None where a table of customers was given.
    days : float
        Horizon; infinite where there is none.
    table : table, 1 row
        `value`, `low`, `high`, `level`, `basis`, `origins`, `expected`, `customers`, `days`.
    by_origin : table, one row per earlier origin, the latest first
        `origin`, `days` (horizon there), `said`, `actual`, `ratio` (actual / said).
    """

    value: float
    low: float
    high: float
    level: float
    basis: Basis
    origins: int
    expected: float
    n_customers: int
    as_of: dt.date | None
    days: float
    table: Table = field(compare=False)
    by_origin: Table = field(compare=False)
    findings: tuple[tuple[str, dict[str, Any]], ...] = field(compare=False)

    main: ClassVar[str] = "table"

    def text(self, language: Language | None = None) -> str:
        """The total in words: its interval, and what that is known from."""
        between = "" if labels.resolve(language) == "zh" else " "
        return between.join(labels.phrase(key, language, **values) for key, values in self.findings)

    def shown(self) -> tuple[Any, ...]:
        """The table, and the total in words."""
        return (self.table, self.text())


class Said(NamedTuple):
    """A total as a model sees it."""

    mean: float
    deviation: float  # by chance, at given parameters
    spread: float  # of its logarithm, by the parameters


@dataclass(frozen=True, slots=True)
class Lookback:
    """What a forecast said at earlier origins, and how far off it was."""

    origins: tuple[int, ...]  # day numbers
    days: int
    said: tuple[float, ...]
    actual: tuple[float, ...]
    errors: Errors


def total_interval(
    customers_or_tx: Table,
    *,
    horizon: Duration,
    level: float = 0.9,
    purchases: Any = None,
    calendar: PurchaseCalendar | None = None,
) -> Total:
    """Repeat purchases of all customers together within `horizon`, with an interval made from past errors.

    Given transactions, the model is fitted anew at up to four earlier origins whose horizon is over by now. Its
    errors there make the interval, and their mean corrects the forecast as far as it can be told from chance. Where
    the past is too short, or a table of customers is given, the interval is the model's own word (basis "model"). A
    past of less than a year has not seen the season to come, and the interval is wider for it.

    Parameters
    ----------
    customers_or_tx : Transactions, or table with customer_id, date, amount; or a table of customers
        Counted are days with a purchase after `as_of`, of the customers known by then. A table of customers has `x`,
        `t_x` and `T` (made by `crmkit.summarize`), and no past to test the model on.
    horizon : duration
        "26W", "12M", a timedelta, or a number of days.
    level : float, default 0.9
        Probability that the interval covers.
    purchases : a model of purchases, its class or name, optional
        `BGNBD` by default. A fitted one makes the forecast; at earlier origins it is fitted anew.
    calendar : PurchaseCalendar, optional
        When all customers buy more, or less; it is learnt anew at every origin. By default the months of the year,
        once the past holds two years; `PurchaseCalendar(seasons=None)` for none.

    Returns
    -------
    Total
        `value`, `low`, `high`, `basis`, `origins` ...; printed, it says what the interval is known from.

    Warns
    -----
    FewOriginsWarning
        The past of the transactions is too short for two earlier origins.

    Raises
    ------
    ArgumentError
        `horizon` or `level` makes no sense.
    DataError
        Nobody bought again.

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_cdnow(sample=True), as_of="1997-12-31")
    >>> total = crm.clv.total_interval(tx, horizon="26W")
    >>> total.basis, total.origins, total.low < 1242 < total.high  # purchases until 1998-07-01
    ('backtested', 2, True)
    """
    days, level = horizon_of(horizon), _checks.level_of(level)
    kind = kind_of(purchases)
    if is_customers(customers_or_tx):
        table = _frame.open_table(customers_or_tx, numbers=("x", "t_x", "T"), hint=HINT)
        model = fitted(kind, customers_or_tx)
        cells = model._read_cells(customers_or_tx)
        total = Known(None, days, float(cells.n.sum()), None)
        return total.told(said_of(model, cells, days), None, level, table.build, counts=True)
    tx = open_transactions(customers_or_tx)
    bought, calendar = kept(purchase_days(tx)), calendar or of_transactions(tx)
    now = holdout_at(bought, _checks.day_number(tx.as_of), 0)
    said = Outlook.of(bought, now, kind, calendar, days, fresh=False).said()

    def look(origin: int, length: int) -> tuple[Said, float]:
        past = holdout_at(bought, origin, length)
        return Outlook.of(bought, past, kind, calendar, length).said(), float(past.n @ past.future)

    back = look_back(tx, days, look, least_past=least_past(calendar))
    known = Known.of(tx, days, float(now.n.sum()))
    return known.told(said, back, level, lambda columns: engines.build(columns, tx.like), counts=True)


@dataclass(frozen=True, slots=True)
class Outlook:
    """A model fitted to a past, the customers as it sees them, and the horizon in its time."""

    model: PurchaseModel
    cells: Cells
    days: float

    @classmethod
    def of(
        cls,
        bought: LazyFrame,
        past: Holdout,
        kind: PurchaseModel,
        calendar: PurchaseCalendar | None,
        days: float,
        *,
        fresh: bool = True,
    ) -> Outlook:
        """Fit a model of some kind to a past, in the time of a calendar if there is one.

        A model that has parameters keeps them, unless it is to be `fresh`.
        """
        cells = Cells(past.x, past.t_x, past.T, past.n)
        if calendar is not None:
            end = _checks.day_number(past.origin)
            rates, _ = calendar.learn(bought, past, kind)
            clock = rates.clock(end - int(past.T.max()), end + int(days) + 1)
            cells, days = clock.map(cells, end), clock.horizon(end, days)
        columns = {"x": cells.x, "t_x": cells.t_x, "T": cells.T, "n": cells.n}
        model = type(kind)(**_settings(kind)).fit(columns, weight="n") if fresh else fitted(kind, columns)
        return cls(model, cells, days)

    def said(self) -> Said:
        """The total that it expects, and how sure it is of it."""
        return said_of(self.model, self.cells, self.days)


def least_past(calendar: PurchaseCalendar | None) -> int:
    """Days of past that an origin should have had: as many as the seasons of the calendar need."""
    return TWO_YEARS if calendar is not None and calendar.seasons is not None else 0


# --- what is asked ------------------------------------------------------------------------------------------------


def horizon_of(horizon: Duration) -> float:
    """The horizon in days, above 0."""
    days = _checks.days_of(horizon)
    if days <= 0:
        raise ArgumentError("horizon", horizon, "longer_duration", example="26W")
    return days


def kind_of(purchases: Any) -> PurchaseModel:
    """A model of purchases given by name, class or example; BG/NBD by default."""
    if purchases is None:
        return BGNBD()
    if isinstance(purchases, PurchaseModel):
        return purchases
    from crmkit.models._compare import model_of

    _, kind, settings = model_of(purchases, "purchases")
    return kind(**settings)


def is_customers(given: Any) -> bool:
    """Whether a table is one of customers: with x, t_x and T."""
    if isinstance(given, Transactions):
        return False
    return {"x", "t_x", "T"} <= set(_frame.open_table(given).columns)


def fitted(kind: PurchaseModel, customers: Table) -> PurchaseModel:
    """The model itself where it has parameters, otherwise one fitted to the customers."""
    if hasattr(kind, "params_"):
        return kind
    weight = "n" if isinstance(customers, dict) and "n" in customers else None
    return type(kind)(**_settings(kind)).fit(customers, weight=weight)


def _settings(kind: PurchaseModel) -> dict[str, Any]:
    return {name: getattr(kind, name) for name in kind.settings}


# --- what was said, and what came ---------------------------------------------------------------------------------


def said_of(model: PurchaseModel, cells: Cells, days: float) -> Said:
    """The total of a model, and how sure it is of it."""
    mean, variance = model._total(cells, days)
    return Said(mean, float(np.sqrt(variance)), _spread(model, cells, days))


def _spread(model: PurchaseModel, cells: Cells, days: float) -> float:
    """Deviation of the logarithm of the total under drawn parameters; 0 where those are given."""
    if not hasattr(model, "log_likelihood_"):
        return 0.0
    rng = np.random.default_rng(0)
    if cells.n.size > SAMPLE:
        rows = rng.choice(cells.n.size, SAMPLE, p=cells.n / cells.n.sum())
        cells = replace(cells.where(rows), n=np.ones(SAMPLE))
    return spread_of(np.array([model._expected_total(params, cells, days) for params in kept_draws(model)]))


def kept_draws(model: PurchaseModel) -> list[Any]:
    """Parameters drawn for the spread of totals; once for each fit."""
    kept_ = getattr(model, "_kept_draws", None)
    if kept_ is None or kept_[0] != model.parameters:
        kept_ = model._kept_draws = (model.parameters, model.parameter_draws(DRAWS, np.random.default_rng(0)))
    return kept_[1]


def spread_of(totals: Floats) -> float:
    """Deviation of the logarithm of drawn totals, from their quartiles: a few wild draws must not decide."""
    low, high = np.quantile(np.log(np.maximum(totals, 1e-9)), [0.25, 0.75])
    return float(high - low) / 1.3489795


def look_back(
    tx: Transactions, days: float, look: Callable[[int, int], tuple[Said, float]], *, least_past: int = 0
) -> Lookback | None:
    """What the forecast said at earlier origins; None, with a warning, if the past is too short.

    `look(origin, days)` gives the total as the model saw it on the day `origin`, and what came.
    """
    found = None
    if np.isfinite(days):
        end = _checks.day_number(tx.as_of)
        # Rather where the calendar could be learnt then too; else without it, which errs more.
        found = plan(tx.first_day, end, round(days), least_past=least_past) or plan(tx.first_day, end, round(days))
    judged = [] if found is None else _judged(found, look)
    errors = None if found is None else gathered([one[1:] for one in judged], found)
    if found is None or errors is None:
        return None
    origins, said, actual = zip(*(one[0] for one in judged), strict=True)
    return Lookback(origins, found.days, said, actual, errors)


def _judged(
    found: Plan, look: Callable[[int, int], tuple[Said, float]]
) -> list[tuple[tuple[int, float, float], float, float]]:
    """Origin, said and actual total; the error and its deviation. Origins without a repeat purchase are left out."""
    judged = []
    for origin in found.origins:
        try:
            said, actual = look(origin, found.days)
        except DataError:
            continue
        if said.mean <= 0 or actual < 0:
            continue
        chance = said.deviation / (said.mean + 0.5)
        judged.append(((origin, said.mean, actual), error_of(actual, said.mean), float(np.hypot(chance, said.spread))))
    return judged


# --- the interval -------------------------------------------------------------------------------------------------


def interval_of(said: Said, factor: Factor, level: float, *, counts: bool) -> tuple[float, float, float]:
    """Mean and interval of the total: what the model says, times what it may be off by, and chance."""
    if said.mean <= 0:
        return 0.0, 0.0, 0.0
    factors, weight = factor.points()
    means = said.mean * factors
    if counts:
        extra = max(said.deviation**2 - said.mean, 0.0)
        size = said.mean**2 / max(extra, 1e-9 * said.mean**2)

        def below(value: float) -> float:
            return float(weight @ betainc(size, value + 1, size / (size + means)))
    else:
        shape = (said.mean / max(said.deviation, 1e-9 * said.mean)) ** 2

        def below(value: float) -> float:
            return float(weight @ gammainc(shape, shape * value / means))

    tail = (1 - level) / 2
    low, high = (_crossing(below, share, 2 * float(means.max()) + 10 * said.deviation) for share in (tail, 1 - tail))
    mean = float(weight @ means)
    if counts:
        low, high = np.floor(low), np.ceil(high)
    return mean, min(float(low), mean), max(float(high), mean)


def _crossing(below: Callable[[float], float], share: float, most: float) -> float:
    """Where a distribution function, rising from 0, reaches `share`."""
    if below(0.0) >= share:
        return 0.0
    low, high = 0.0, max(most, 1.0)
    while below(high) < share:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) < share else (low, middle)
    return (low + high) / 2


@dataclass(frozen=True, slots=True)
class Known:
    """Whose total it is, over how long, and how long their past is."""

    as_of: dt.date | None
    days: float
    customers: float
    span: int | None  # of the past, in days; None for a table of customers

    @classmethod
    def of(cls, tx: Transactions, days: float, customers: float) -> Known:
        """For transactions."""
        return cls(tx.as_of, days, customers, _checks.day_number(tx.as_of) - tx.first_day)

    def told(
        self, said: Said, back: Lookback | None, level: float, build: Callable[[Any], Any], *, counts: bool
    ) -> Total:
        """The total with its interval, its tables and its words; a warning where the past is too short."""
        unseen = unseen_season(self.days, self.span)
        factor = factor_of(None if back is None else back.errors, self.days, said.spread, unseen=unseen)
        value, low, high = interval_of(said, factor, level, counts=counts)
        basis: Basis = "model" if back is None else "backtested"
        if back is None:
            value = said.mean
            self._warn()
        n_origins = 0 if back is None else len(back.origins)
        figures = {"value": value, "low": low, "high": high, "level": level}
        rest = {"expected": said.mean, "customers": int(self.customers), "days": self.days}
        row = {**figures, "basis": basis, "origins": n_origins, **rest}
        return Total(
            **figures,
            basis=basis,
            origins=n_origins,
            expected=said.mean,
            n_customers=int(self.customers),
            as_of=self.as_of,
            days=self.days,
            table=build({name: np.array([cell]) for name, cell in row.items()}),
            by_origin=build(_by_origin(back)),
            findings=tuple(self._findings(row, back, counts)),
        )

    def _findings(self, row: dict[str, Any], back: Lookback | None, counts: bool) -> list[tuple[str, dict[str, Any]]]:
        head = "total_purchases" if counts else "total_money" if np.isfinite(self.days) else "total_money_endless"
        when = {"as_of": self.as_of or "T", "days": round(self.days) if np.isfinite(self.days) else 0}
        found = [(head, {**row, **when})]
        if back is not None:
            ratios = ", ".join(f"{a / s:.2f}" for a, s in zip(back.actual, back.said, strict=True))
            found.append(("total_backtested", {**row, "length": back.days, "ratios": ratios}))
            found.append(("total_shifted", row))
            if unseen_season(self.days, self.span):
                found.append(("total_unseen_season", {"span": self.span}))
        else:
            found.append(("total_model", row))
            missing = "total_customers" if self.span is None else "total_missing"
            if np.isfinite(self.days):
                found.append((missing, {"span": self.span, "needed": self._needed()}))
        return found

    def _needed(self) -> int:
        """Days of past that allow two origins of the whole horizon."""
        days = round(self.days)
        return days + max(LEAST_STEP, round(STEP * days)) + min(LEAST_PAST, 2 * days)

    def _warn(self) -> None:
        if self.span is None or not np.isfinite(self.days):
            return
        shorter = max(self.span // 4, 1)
        words = labels.phrase(
            "warn_few_origins", span=self.span, days=round(self.days), needed=self._needed(), example=shorter
        )
        warn(FewOriginsWarning(words))


def _by_origin(back: Lookback | None) -> dict[str, NDArray[Any]]:
    origins: Sequence[int] = () if back is None else back.origins
    said, actual = np.array([] if back is None else back.said), np.array([] if back is None else back.actual)
    return {
        "origin": np.array(origins, dtype="datetime64[D]"),
        "days": np.full(len(origins), 0 if back is None else back.days),
        "said": said,
        "actual": actual,
        "ratio": actual / said,
    }
