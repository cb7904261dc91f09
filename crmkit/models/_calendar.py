"""One calendar for all customers: months, sales days and closures in which everybody buys more, or less.

A customer with rate lambda then buys with intensity lambda * c(t), where c is the same for all. In operational time,
C(t) = integral of c, such purchases are as even as the models take them to be: with t_x, T and the horizon mapped
through C, every formula keeps its form and stays exact. With a flat calendar nothing changes at all. Dropout runs in
operational time too: where it can happen at any time (Pareto/NBD), customers leave faster in the season. Dropout in
days fits as well and forecasts the same (benchmarks/dropout_time.py: ln L within 0.3, totals within one per cent), but
would take an integral for each customer.

c is the factor of the month of the year, times those of the events of a day, and 0 on days that were closed. The
factors are learnt from the purchases of all customers together, against what a model expects, in turns with the fit:

- Month factors come from a Poisson regression of the purchases of each calendar month on the twelve months of the year,
  with a trend beside them, so that a decline is not taken for a season. Two years are the least for telling the two
  apart. Their spread is estimated too (what is above chance and above the differences between years), and they are
  shrunk by it: to 1 where years do not repeat each other.
- An event's factor is what was bought on its days against what was expected, shrunk to 1 by its own uncertainty.

Sources: Cinlar (1975), Introduction to Stochastic Processes, chapter 4.7 (Poisson processes in another time);
Efron & Morris (1973), Stein's estimation rule, JASA 68(341), for the shrinkage.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Self, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from crmkit import _checks
from crmkit._frame import engines
from crmkit._frame.engines import LazyFrame
from crmkit._types import Date, Duration, Floats, Table
from crmkit.customers import summarize
from crmkit.errors import ArgumentError, DataError, MissingPackageError, NotFittedError
from crmkit.models._holdout import Holdout, holdout_at, purchase_days
from crmkit.models._purchases import PurchaseModel
from crmkit.models._repeats import Cells
from crmkit.models._snapshots import kept
from crmkit.models.bg_nbd import BGNBD
from crmkit.transactions import Transactions, open_transactions

Days = NDArray[np.int64]
Seasons: TypeAlias = Literal["month"] | None
# A name that crmkit knows, or the dates of an event by its name.
Events: TypeAlias = Mapping[str, Iterable[Any]] | Sequence[str]

# Days of past from which a season can be told from a trend.
TWO_YEARS = 730
# Turns of fit and factors.
ROUNDS = 2
# Distinct customers from whom the model beside the factors learns.
MOST_CELLS = 20_000
# What the logarithm of an event's factor usually is, as a deviation: a factor of two either way.
USUAL_EVENT = 0.7
# Ages at which the expected purchases of a customer are computed; between them a monotone cubic runs.
KNOTS, FINE = 48, 20_001


@dataclass(frozen=True, slots=True)
class Rates:
    """The intensity c of each day, relative to a usual one."""

    months: Floats = field(default_factory=lambda: np.ones(12))
    events: tuple[tuple[Days, float], ...] = ()  # days of each event, and its factor
    closed: Days = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def of(self, days: Days, *, without_events: bool = False) -> Floats:
        """C of each day."""
        found = self.months[_month(days) % 12]
        for when, factor in () if without_events else self.events:
            found = np.where(np.isin(days, when), found * factor, found)
        return np.where(np.isin(days, self.closed), 0.0, found)

    def clock(self, first: int, last: int) -> Clock:
        """Operational time from the day `first` to the day `last`."""
        each = self.of(np.arange(first + 1, last + 1, dtype=np.int64))
        return Clock(first, np.concatenate([np.zeros(1), np.cumsum(each)]))


@dataclass(frozen=True, slots=True)
class Clock:
    """Operational time at the end of each day, 0 on the day `first`."""

    first: int
    elapsed: Floats

    def at(self, day: Any) -> Floats:
        """Operational time at the end of some days."""
        return self.elapsed[np.asarray(day, dtype=np.int64) - self.first]

    def map(self, cells: Cells, end: int) -> Cells:
        """Histories that ended on the day `end`, with their times in operational days."""
        first = end - cells.T
        start = self.at(first)
        return Cells(cells.x, self.at(first + cells.t_x) - start, self.at(np.full_like(first, end)) - start, cells.n)

    def horizon(self, end: int, days: float) -> float:
        """Operational length of the `days` after the day `end`."""
        whole = int(days)
        start, last = self.at(end), self.at(end + whole)
        part = days - whole
        return float(last - start + (part * (self.at(end + whole + 1) - last) if part else 0.0))


def learn(
    bought: LazyFrame, past: Holdout, kind: PurchaseModel, events: Mapping[str, Days], closed: Days, seasons: Seasons
) -> tuple[Rates, list[tuple[str, float, float, float]]]:
    """The rates that purchases up to an origin show, and what they come from: name, factor, purchases, expected."""
    end = _checks.day_number(past.origin)
    cells = Cells(past.x, past.t_x, past.T, past.n)
    # Every k-th cell: being in ascending order, they have the shape of the whole.
    fewer = cells.where(slice(None, None, max(cells.x.size // MOST_CELLS, 1)))
    first, row = np.unique(end - cells.T.astype(np.int64), return_inverse=True)
    acquired = np.bincount(row.reshape(-1), weights=cells.n).astype(float)
    days = np.arange(first[0] + 1, end + 1, dtype=np.int64)
    repeats = _per_day(bought, days) - np.bincount(first - first[0], weights=acquired, minlength=days.size + 1)[1:]
    _refuse_sales_when_closed(repeats, days, closed)
    special = np.isin(days, np.concatenate([closed, *events.values()]))
    rates = Rates(closed=closed, events=tuple((when, 1.0) for when in events.values()))
    told: list[tuple[str, float, float, float]] = []
    for _ in range(ROUNDS):
        clock = rates.clock(int(first[0]), end)
        model = type(kind)(**{name: getattr(kind, name) for name in kind.settings})
        mapped = clock.map(fewer, end)
        model.fit({"x": mapped.x, "t_x": mapped.t_x, "T": mapped.T, "n": mapped.n}, weight="n")
        # What a usual day would bring: the expectation of each day with its own rate taken out.
        usual = _expected_per_day(model, clock, first, acquired)
        own = rates.of(days)
        usual = np.divide(usual, own, out=np.zeros_like(usual), where=own > 0)
        months = _month_factors(days, repeats, usual, special) if seasons else np.ones(12)
        base = Rates(months, closed=closed).of(days) * usual
        found = {name: _event_factor(np.isin(days, when), repeats, base) for name, when in events.items()}
        rates = Rates(months, tuple((events[name], factor) for name, (factor, *_) in found.items()), closed)
        told = [*_told_months(days, repeats, usual, months, special, seasons)]
        told += [(name, *figures) for name, figures in found.items()]
    return rates, told


def _per_day(bought: LazyFrame, days: Days) -> Floats:
    """Customers who bought on each day."""
    counted = engines.collect(bought.filter(nw.col("day") <= int(days[-1])).group_by("day").agg(n=nw.len()))
    place = np.asarray(counted["day"], dtype=np.int64) - int(days[0])
    found = np.zeros(days.size)
    known = place >= 0
    found[place[known]] = np.asarray(counted["n"], dtype=float)[known]
    return found


def _refuse_sales_when_closed(repeats: Floats, days: Days, closed: Days) -> None:
    sold = np.isin(days, closed) & (repeats > 0)
    if sold.any():
        day = _checks.date_of_day(int(days[sold][0]))
        raise DataError("bought_when_closed", day=day, n=int(sold.sum()))


def _expected_per_day(model: PurchaseModel, clock: Clock, first: Days, acquired: Floats) -> Floats:
    """Repeat purchases that a model expects on each day after the first, of customers acquired on days `first`."""
    ages = np.concatenate([np.zeros(1), np.geomspace(0.25, max(float(clock.elapsed[-1]), 1.0) * 1.01, KNOTS)])
    new = np.zeros(1)
    alive, living, _ = model._outlook(model.parameters, new, new, new)
    expected = np.array([0.0, *(float(alive[0] * living.expected(float(age))[0]) for age in ages[1:])])
    from scipy.interpolate import PchipInterpolator  # when it is asked for: it takes a while to load

    curve = PchipInterpolator(ages, expected)(np.linspace(0, ages[-1], FINE))
    total = np.zeros(clock.elapsed.size)
    for day, n in zip(first, acquired, strict=True):
        place = int(day) - clock.first
        age = clock.elapsed[place:] - clock.elapsed[place]
        total[place:] += n * np.interp(age * ((FINE - 1) / ages[-1]), np.arange(FINE), curve)
    return np.diff(total)


def _month_factors(days: Days, repeats: Floats, usual: Floats, special: NDArray[np.bool_]) -> Floats:
    """Factors of the twelve months, mean 1 over a year; days of events are left out."""
    month, place = np.unique(_month(days), return_inverse=True)
    usable = (~special).astype(float)
    seen, expected = (
        np.bincount(place.reshape(-1), weights=usable * value).astype(float) for value in (repeats, usual)
    )
    known = expected > 0
    seen, expected, of_year = seen[known], expected[known], month[known] % 12
    trend = (month[known] - month[known].mean()) / 12
    design = np.column_stack([np.ones(seen.size), trend, np.eye(12)[of_year]])
    loose = np.array([1e-9, 1e-9, *np.full(12, 1e-2)])
    effects, hessian = _poisson(design, seen, expected, loose)
    fitted_ = expected * np.exp(design @ effects)
    # How much more than chance the same month differs between years.
    excess = max(1.0, float(((seen - fitted_) ** 2 / fitted_).sum()) / max(seen.size - 13, 1))
    centre = np.eye(12) - 1 / 12
    apart = centre @ effects[2:]
    chance = np.trace(centre @ np.linalg.inv(hessian)[2:, 2:] @ centre) * excess
    spread = float(apart @ apart - chance) / 11
    if spread <= 1e-6:
        return np.ones(12)
    effects, _ = _poisson(design, seen, expected, np.array([1e-9, 1e-9, *np.full(12, excess / spread)]))
    factors = np.exp(effects[2:])
    return np.asarray(factors / factors.mean())


def _poisson(design: Floats, seen: Floats, expected: Floats, penalty: Floats) -> tuple[Floats, Floats]:
    """Effects of a Poisson regression with offset ln(expected) and a ridge, and the Hessian there."""
    effects = np.zeros(design.shape[1])
    effects[0] = np.log(max(seen.sum(), 0.5) / expected.sum())
    for _ in range(25):
        mean = expected * np.exp(np.clip(design @ effects, -30, 30))
        hessian = design.T @ (design * mean[:, None]) + np.diag(penalty)
        step = np.linalg.solve(hessian, design.T @ (seen - mean) - penalty * effects)
        effects = effects + np.clip(step, -2, 2)
        if float(np.abs(step).max()) < 1e-10:
            break
    return effects, hessian


def _event_factor(on: NDArray[np.bool_], repeats: Floats, base: Floats) -> tuple[float, float, float]:
    """Factor of an event, and the purchases and the expectation that it comes from."""
    usual = base > 0
    scale = float(repeats[usual & ~on].sum()) / max(float(base[usual & ~on].sum()), 1e-12)
    seen, expected = float(repeats[on].sum()), scale * float(base[on].sum())
    if expected <= 0:
        return 1.0, seen, expected
    away = (repeats - scale * base)[usual & ~on]
    excess = max(1.0, float((away**2 / (scale * base[usual & ~on])).mean()))
    size = float(np.log((seen + 0.5) / (expected + 0.5)))
    chance = excess / max(min(seen, expected), 0.5)
    return float(np.exp(size * USUAL_EVENT**2 / (USUAL_EVENT**2 + chance))), seen, expected


def _told_months(
    days: Days, repeats: Floats, usual: Floats, months: Floats, special: NDArray[np.bool_], seasons: Seasons
) -> list[tuple[str, float, float, float]]:
    if not seasons:
        return []
    of_year = _month(days) % 12
    seen, expected = (np.bincount(of_year, weights=np.where(special, 0, v), minlength=12) for v in (repeats, usual))
    named = [dt.date(2000, month + 1, 1).strftime("%m") for month in range(12)]
    return [(name, float(f), float(s), float(e)) for name, f, s, e in zip(named, months, seen, expected, strict=True)]


def _month(days: Any) -> Days:
    """Months since 1970 of day numbers."""
    found: Days = np.asarray(days, dtype="int64").astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return found


# --- what a user gives and gets -----------------------------------------------------------------------------------


class PurchaseCalendar:
    """When all customers buy more, or less: months of the year, sales days, closures.

    Parameters
    ----------
    seasons : "month" or None, default "month"
        Factors of the twelve months; they need a past of two years.
    events : names, or mapping of name to dates, optional
        Sales days and holidays, past and to come. Names that crmkit knows: "singles_day" (11-11), "mid_year" (06-18),
        "black_friday", "cyber_monday", "christmas" (12-24 to 26), "new_year" (12-31, 01-01), "lunar_new_year" (seven
        days; with the package `holidays`).
    closures : dates, or pairs of first and last date, optional
        Days on which nobody could buy.

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_cdnow(sample=True))
    >>> calendar = PurchaseCalendar(seasons=None, events={"christmas": ["1997-12-24", "1997-12-25"]}).fit(tx)
    >>> calendar.table.round(1)
           event  factor  purchases  expected
    0  christmas     0.8       10.0      14.7
    """

    def __init__(
        self, *, seasons: Seasons = "month", events: Events | None = None, closures: Iterable[Any] | None = None
    ) -> None:
        if seasons is not None:
            _checks.choice("seasons", seasons, ["month"])
        self.seasons = seasons
        self.events = events
        self.closures = closures

    rates_: Rates
    table: Any
    as_of_: dt.date

    def fit(self, transactions: Table, *, purchases: PurchaseModel | None = None) -> Self:
        """Learn the factors from the purchases of all customers, in turns with a model (`BGNBD` by default).

        Raises
        ------
        DataError
            The past is shorter than the two years from which a season can be told from a trend; or somebody bought on
            a day that is said to have been closed.
        """
        tx = open_transactions(transactions)
        end = _checks.day_number(tx.as_of)
        if self.seasons is not None and end - tx.first_day < TWO_YEARS:
            raise DataError("calendar_too_short", span=end - tx.first_day, needed=TWO_YEARS)
        bought = kept(purchase_days(tx))
        past = holdout_at(bought, end, 0)
        self.rates_, told = self.learn(bought, past, purchases or BGNBD())
        names, *figures = ([row[column] for row in told] for column in range(4))
        columns = {"event": np.array(names, dtype=object)}
        columns |= {name: np.array(v) for name, v in zip(("factor", "purchases", "expected"), figures, strict=True)}
        self.table = engines.build(columns, tx.like)
        self.as_of_ = tx.as_of
        return self

    def learn(
        self, bought: LazyFrame, past: Holdout, kind: PurchaseModel
    ) -> tuple[Rates, list[tuple[str, float, float, float]]]:
        """The rates that a past shows; without seasons where it is too short for them."""
        end = _checks.day_number(past.origin)
        first = end - int(past.T.max())
        seasons = self.seasons if end - first >= TWO_YEARS else None
        return learn(bought, past, kind, _event_days(self.events, first, end), _closed_days(self.closures), seasons)

    def summarize(self, transactions: Table) -> Table:
        """The customers as `crmkit.summarize` gives them, with `t_x` and `T` in operational days.

        Models fitted to this table have the calendar in them; give them `horizon=calendar.horizon("26W")`.
        """
        tx = open_transactions(transactions)
        customers = summarize(tx)
        clock = self._fitted().clock(tx.first_day, _checks.day_number(tx.as_of))
        return mapped_table(customers, clock, _checks.day_number(tx.as_of))

    def horizon(self, horizon: Duration, *, as_of: Date | None = None) -> float:
        """Operational days of a horizon after `as_of`, by default the end of the past that was learnt from."""
        rates = self._fitted()
        end = _checks.day_number(self.as_of_ if as_of is None else _checks.date_of(as_of))
        days = _checks.days_of(horizon)
        return rates.clock(end, end + int(days) + 1).horizon(end, days)

    def wall_days(self, horizon: Duration, *, as_of: Date) -> Callable[[Floats], Floats]:
        """What turns operational days after `as_of`, within a horizon, into days."""
        end, days = _checks.day_number(_checks.date_of(as_of)), int(np.ceil(_checks.days_of(horizon)))
        elapsed = self._fitted().clock(end, end + days).elapsed
        return lambda operational: np.asarray(np.interp(operational, elapsed, np.arange(days + 1.0)))

    def log_intensity(self, transactions: Table) -> float:
        """Sum of ln c over all repeat purchases: what a log-likelihood in operational time lacks to one in days."""
        tx = open_transactions(transactions)
        bought = purchase_days(tx)
        end = _checks.day_number(tx.as_of)
        past = holdout_at(bought, end, 0)
        days = np.arange(tx.first_day, end + 1, dtype=np.int64)
        firsts = np.bincount((end - past.T - tx.first_day).astype(np.int64), weights=past.n, minlength=days.size)
        repeats, rate = _per_day(bought, days) - firsts, self._fitted().of(days)
        return float(repeats @ np.log(np.where(repeats > 0, rate, 1.0)))

    def _fitted(self) -> Rates:
        if not hasattr(self, "rates_"):
            raise NotFittedError("calendar_not_fitted")
        return self.rates_


def mapped_table(customers: Table, clock: Clock, end: int) -> Table:
    """A table of customers with t_x and T in operational days."""
    from crmkit import _frame

    table = _frame.open_table(customers, numbers=("x", "t_x", "T"))
    if table.in_memory:
        x, t_x, T = table.arrays("x", "t_x", "T")
        mapped = clock.map(Cells(x, t_x, T, np.ones_like(x)), end)
        return table.give_back(table.add({"t_x": mapped.t_x, "T": mapped.T}, to=table.frame.drop("t_x", "T")))
    counted = table.cells(["t_x", "T"])
    t_x, T = (np.asarray(counted[name], dtype=float) for name in ("t_x", "T"))
    mapped = clock.map(Cells(T, t_x, T, T), end)
    keys = {"t_x": counted["t_x"], "T": counted["T"]}
    found = table.attach(list(keys), {**keys, "t_x_operational": mapped.t_x, "T_operational": mapped.T})
    return table.give_back(
        found.with_columns(t_x=nw.col("t_x_operational"), T=nw.col("T_operational")).drop(
            "t_x_operational", "T_operational"
        )
    )


def of_transactions(tx: Transactions) -> PurchaseCalendar | None:
    """The calendar that is taken without being asked for: seasons, once two years of past can show them."""
    return PurchaseCalendar() if _checks.day_number(tx.as_of) - tx.first_day >= TWO_YEARS else None


def pace_of(tx: Transactions, days: float) -> Callable[[int], float]:
    """What the season makes of the `days` after a day, by its number: purchases over those of as many usual days.

    It is 1 where the past is shorter than the two years that show a season.
    """
    calendar = of_transactions(tx)
    if calendar is None:
        return lambda _: 1.0
    known = calendar.fit(tx)
    return lambda day: known.horizon(days, as_of=_checks.date_of_day(day)) / days


_FIXED: Mapping[str, tuple[str, ...]] = {
    "singles_day": ("11-11",),
    "mid_year": ("06-18",),
    "christmas": ("12-24", "12-25", "12-26"),
    "new_year": ("12-31", "01-01"),
}
_MOVING = ("black_friday", "cyber_monday", "lunar_new_year")
_YEARS_AHEAD = 12


def _event_days(events: Events | None, first: int, end: int) -> dict[str, Days]:
    """Day numbers of each event, past and to come."""
    if events is None:
        return {}
    if isinstance(events, Mapping):
        return {str(name): _day_numbers("events", dates) for name, dates in events.items()}
    years = range(_checks.date_of_day(first).year, _checks.date_of_day(end).year + _YEARS_AHEAD)
    if isinstance(events, str):
        events = (events,)
    for name in events:
        _checks.choice("events", name, [*_FIXED, *_MOVING])
    return {name: _named_days(name, years) for name in events}


def _named_days(name: str, years: range) -> Days:
    if name in _FIXED:
        dates = [dt.date.fromisoformat(f"{year}-{day}") for year in years for day in _FIXED[name]]
    elif name == "lunar_new_year":
        dates = [day + dt.timedelta(days=k) for day in _lunar_new_years(years) for k in range(7)]
    else:
        after = 1 if name == "black_friday" else 4
        dates = [_thanksgiving(year) + dt.timedelta(days=after) for year in years]
    return np.array([_checks.day_number(date) for date in dates], dtype=np.int64)


def _thanksgiving(year: int) -> dt.date:
    """The fourth Thursday of November."""
    start = dt.date(year, 11, 1)
    return start + dt.timedelta(days=(3 - start.weekday()) % 7 + 21)


def _lunar_new_years(years: range) -> list[dt.date]:
    try:
        import holidays
    except ImportError:
        raise MissingPackageError("package_missing_calendar") from None
    found = holidays.country_holidays("SG", years=years, language="en_US")  # where its first day is always named
    dates = sorted(date for date, name in found.items() if "chinese new year" in name.lower())
    return [min(date for date in dates if date.year == year) for year in sorted({date.year for date in dates})]


def _closed_days(closures: Iterable[Any] | None) -> Days:
    if closures is None:
        return np.zeros(0, dtype=np.int64)
    found: list[int] = []
    for one in closures:
        ends = one if isinstance(one, (tuple, list)) else (one, one)
        if len(ends) != 2:
            raise ArgumentError("closures", one, "closure", example=[("2025-02-01", "2025-02-14")])
        start, last = (_checks.day_number(_checks.date_of(end, "closures")) for end in ends)
        found += range(start, last + 1)
    return np.array(sorted(set(found)), dtype=np.int64)


def _day_numbers(name: str, dates: Iterable[Any]) -> Days:
    return np.array([_checks.day_number(_checks.date_of(date, name)) for date in dates], dtype=np.int64)
