"""How many of the lost customers will come back by themselves, with an interval that holds.

`win_back` says the chance of each of them. What it leaves open is how far such chances are off together: a season, a
trend, a class of customers that the rate of returns does not describe. So the same list is drawn up at earlier dates,
whose horizon is over by now; ln(came / said) of each class of purchases there says what its number may be off by
(`crmkit.models._origins`), and chance comes on top.

The chances themselves are not corrected: over 18 lists of four shops a shift by the mean of the past errors made the
classes' mean |ln(came / said)| .20 instead of .19.

Source: Tashman (2000), Out-of-sample tests of forecasting accuracy, International Journal of Forecasting 16(4),
437-450 (rolling origins).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks
from crmkit._frame import engines
from crmkit._results import Result
from crmkit._types import Array, Duration, Floats, Table
from crmkit.customers import summarize
from crmkit.definitions import Definition
from crmkit.errors import ArgumentError, DataError
from crmkit.outreach._returns import CLASSES, class_of
from crmkit.outreach.win_back import DEFAULT_RULE, chance_model, in_words, lost_customers, organic_chance, pace_of_days
from crmkit.survival._spells import counted
from crmkit.survival.lost import rule_of
from crmkit.transactions import Transactions, open_transactions

NAMES = ("1", "2", "3-4", "5+")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ExpectedReturns(Result):
    """How many lost customers are expected back, by how often they had bought; given by `expected_returns`.

    Attributes
    ----------
    table : table, one row per class of purchases
        `purchases` ("1", "2", "3-4", "5+": days with one), `customers` who are lost, `expected` of them to come back
        within the horizon, `low` and `high` (how many that may be), `level`, `basis` ("backtested" where the interval
        is made from what such lists were off by before, otherwise "usual": from what they are usually off by),
        `origins` (earlier dates that this is known from).
    by_origin : table, one row per earlier date and class, the latest date first
        `origin`, `days` (horizon there), `purchases`, `customers`, `said`, `came`.
    definition : Definition
        What was counted.
    """

    table: Table
    by_origin: Table = field(compare=False)
    definition: Definition

    main: ClassVar[str] = "table"


class _List(NamedTuple):
    """The lost customers of a date by class, each field of shape (n_classes,)."""

    customers: Floats
    said: Floats
    variance: Floats  # of the number who come back, by chance
    came: Floats  # NaN where it is not known yet


def expected_returns(
    transactions: Table, *, rule: Mapping[str, Any] | None = None, horizon: Duration = "180D", level: float = 0.9
) -> ExpectedReturns:
    """How many of the lost customers come back by themselves, with an interval from what was said before.

    The chances are those of `win_back`. At up to six earlier dates whose horizon is over by now the same rule is
    applied and the same chances are computed from what was known then; what they were off by there makes the
    intervals. In a past of less than a year they hold a season that it has not seen, too.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Nothing after its `as_of` is seen. Purchases are purchase days.
    rule : mapping, optional
        Who is lost, as `flag_lost` takes it. Default: ``{"returning": 0.9}``, as for `win_back`.
    horizon : duration, default "180D"
        Time after `as_of` in which a purchase counts as coming back.
    level : float, default 0.9
        Probability that the interval of a class covers.

    Returns
    -------
    ExpectedReturns

    Raises
    ------
    ArgumentError
        `rule` is no rule, `horizon` is less than a day or longer than the past, or `level` is no probability.
    DataError
        Nobody is lost, or nobody ever came back.

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_cdnow(sample=True), as_of="1998-03-31")
    >>> found = crm.outreach.expected_returns(tx, rule={"inactive": "90D"}, horizon="90D")
    >>> found.table[["purchases", "customers", "expected", "low", "high", "origins"]].round(1)
      purchases  customers  expected  low  high  origins
    0         1       1252      47.5   35    62        6
    1         2        368      41.6   30    55        6
    2       3-4        233      46.1   33    65        6
    3        5+        120      40.9   29    61        6
    """
    days, level = _checks.days_of(horizon), _checks.level_of(level)
    if days < 1:
        raise ArgumentError("horizon", horizon, "outreach_less_day_horizon_d")
    name, setting = rule_of(DEFAULT_RULE if rule is None else rule)
    tx = open_transactions(transactions)
    span = _checks.day_number(tx.as_of) - tx.first_day
    _checks.within_past(days, span + 1, horizon)
    now, limit = _list_at(tx, name, setting, days)
    earlier, length, weight = _earlier(tx, name, setting, days)
    figures = _intervals(now, list(earlier.values()), days, length, weight, span, level)
    known = now.customers > 0
    columns = {name: values[known] for name, values in figures.items()}
    said = {"days": f"{days:g}", **in_words(name, setting, limit), "level": f"{100 * level:g}"}
    definition = Definition("expected_returns", tx.as_of, said)
    return ExpectedReturns(engines.build(columns, tx.like), engines.build(_rows(earlier, length), tx.like), definition)


def _list_at(
    past: Transactions, name: str, setting: Any, days: float, later: Mapping[Any, Any] | None = None
) -> tuple[_List, dict[str, Array]]:
    """The list as it was drawn up at the end of a past, and the lost customers; `later` holds who came back."""
    customers = summarize(past)
    cells = counted(past)
    gone = lost_customers(past, customers, name, setting, cells)
    model, _ = chance_model(customers)
    chance = organic_chance(cells, gone, model, days, pace_of_days(past, days))
    at, n = class_of(gone["x"] + 1), len(CLASSES)
    came = np.full(n, np.nan)
    if later is not None:
        came = np.bincount(at, weights=np.isin(gone["customer_id"], later["customer_id"]), minlength=n)
    ones = np.ones(at.size)
    lost, said, variance = (
        np.bincount(at, weights=weights, minlength=n).astype(float) for weights in (ones, chance, chance * (1 - chance))
    )
    return _List(lost, said, variance, came), gone


def _earlier(tx: Transactions, name: str, setting: Any, days: float) -> tuple[dict[int, _List], int, float]:
    """The lists of earlier dates by day number, the horizon that was over since, and what each date counts for."""
    from crmkit.models._origins import plan

    found = plan(tx.first_day, _checks.day_number(tx.as_of), round(days))
    if found is None:
        return {}, 0, 0.0
    rows, lists = tx.rows(), {}
    bought = tx.purchases(rows).select("customer_id", "day")
    for origin in found.origins:
        later = engines.pulled(_within(bought, origin, found.days))
        try:
            lists[origin], _ = _list_at(tx.until(_checks.date_of_day(origin)), name, setting, found.days, later)
        except DataError:  # nobody was lost yet, or had come back
            continue
    return lists, found.days, found.weight


def _within(bought: Any, origin: int, days: int) -> Any:
    """Who bought in the days after an origin."""
    day = nw.col("day")
    return bought.filter((day > origin) & (day <= origin + days)).group_by("customer_id").agg(n=nw.len())


def _intervals(
    now: _List, before: list[_List], days: float, length: int, weight: float, span: int, level: float
) -> dict[str, Array]:
    """What is expected of each class, and how many that may be."""
    from crmkit.models._origins import Errors, error_of, factor_of, unseen_season
    from crmkit.models._totals import Said, interval_of

    low, high, origins = (np.zeros(len(CLASSES)) for _ in range(3))
    for at in range(len(CLASSES)):
        told = [one for one in before if one.said[at] > 0]
        errors = np.array([error_of(one.came[at], one.said[at]) for one in told])
        chance = np.array([np.sqrt(one.variance[at] + 0.25) / (one.said[at] + 0.5) for one in told])
        past = Errors(errors, chance, weight, length or max(round(days), 1))
        factor = factor_of(past, days, 0.0, unseen=unseen_season(days, span))
        said = Said(float(now.said[at]), float(np.sqrt(now.said[at])), 0.0)
        _, low[at], high[at] = interval_of(said, factor, level, counts=True)
        origins[at] = len(told)
    return {
        "purchases": np.array(NAMES, dtype=object),
        "customers": now.customers.astype(np.int64),
        "expected": now.said,
        "low": low.astype(np.int64),
        "high": np.minimum(high, now.customers).astype(np.int64),
        "level": np.full(len(CLASSES), level),
        "basis": np.where(origins > 0, "backtested", "usual").astype(object),
        "origins": origins.astype(np.int64),
    }


def _rows(earlier: Mapping[int, _List], days: int) -> dict[str, Array]:
    """What was said at earlier dates, and what came."""
    n = len(CLASSES)
    lists = list(earlier.values())

    def joined(name: str) -> Floats:
        return np.concatenate([getattr(one, name) for one in lists]) if lists else np.zeros(0)

    columns = {
        "origin": np.repeat(np.array(list(earlier), dtype="datetime64[D]"), n),
        "days": np.full(n * len(lists), days),
        "purchases": np.tile(np.array(NAMES, dtype=object), len(lists)),
        "customers": joined("customers").astype(np.int64),
        "said": joined("said"),
        "came": joined("came").astype(np.int64),
    }
    lost = columns["customers"] > 0
    return {name: values[lost] for name, values in columns.items()}
