"""What all customers together are worth, with an interval that holds: the money beside `_totals`.

Given transactions, the models are fitted anew at earlier origins, and ln(actual / said) of the undiscounted spend
there says what the total may be off by now. The variance at given parameters is that of the counts and of the spend.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from crmkit import _checks, _frame
from crmkit._frame import engines
from crmkit._frame.engines import LazyFrame
from crmkit.customers import customer_days, customer_facts, first_money
from crmkit.errors import ArgumentError, DataError
from crmkit.models._calendar import PurchaseCalendar, of_transactions
from crmkit.models._holdout import Holdout
from crmkit.models._purchases import PurchaseModel
from crmkit.models._repeats import HINT
from crmkit.models._totals import (
    DRAWS,
    SAMPLE,
    Known,
    Said,
    Total,
    is_customers,
    kept,
    kind_of,
    least_past,
    level_of,
    look_back,
    spread_of,
)
from crmkit.models._totals import (
    Outlook as Fitted,
)
from crmkit.models._value import Cells, Forecast, Outlook, Spend, Timing, seen, spend_columns, spend_of, variance_of
from crmkit.models.gamma_gamma import GammaGamma, mean_spend
from crmkit.models.spend_mean import SpendMean
from crmkit.transactions import Transactions, open_transactions

Array = NDArray[np.float64]
SpendModel: TypeAlias = "GammaGamma | float"


def portfolio_value(
    customers_or_tx: Any,
    *,
    purchases: Any = None,
    spend: Spend = None,
    horizon: Any = "52W",
    discount_rate: float | None = None,
    margin_rate: float = 1.0,
    timing: Timing = "continuous",
    level: float = 0.9,
    calendar: PurchaseCalendar | None = None,
) -> Total:
    """What all customers together are worth from today on, with an interval made from past errors.

    Given transactions, the models are fitted anew at up to six earlier origins whose horizon is over by now. Their
    errors in money make the interval, and the mean of these corrects the forecast as far as it can be told from
    chance. Where the past is too short, without a horizon, or for a table of customers, the interval is the models'
    own word (basis "model"): chance and the uncertainty of the parameters.

    Parameters
    ----------
    customers_or_tx : Transactions, or table with customer_id, date, amount; or a table of customers
        The customers known at `as_of`. A table of customers is read as by `lifetime_value`, and needs `purchases`.
    purchases : a model of purchases, its class or name, optional
        `BGNBD` by default. A fitted one makes the forecast; at earlier origins it is fitted anew.
    spend : GammaGamma, SpendMean, number, name of a column, or None
        Money per purchase. By default `SpendMean` for transactions; for a table of customers the mean of all repeat
        purchases in it. A column only with a table of customers.
    horizon : duration, or None, default "52W"
        Purchases after it do not count; None for all that are still to come.
    discount_rate : float, optional
        Annual and effective. By default nothing is discounted for transactions, so that the total can be compared with
        what comes in; 0.1 for a table of customers, as in `lifetime_value`, or without a horizon.
    margin_rate : float, default 1.0
        Share of the spend that is margin; 1 gives the value in revenue.
    timing : {"continuous", "period-end"}, default "continuous"
        Discount each purchase from the moment when it happens, or from the end of its month.
    level : float, default 0.9
        Probability that the interval covers.
    calendar : PurchaseCalendar, optional
        As for `total_interval`; for transactions with a horizon only.

    Returns
    -------
    Total
        `value`, `low`, `high` in money, `basis`, `origins` ...; printed, it says what the interval is known from.

    Warns
    -----
    FewOriginsWarning
        The past of the transactions is too short for two earlier origins.

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_cdnow(sample=True), as_of="1997-12-31")
    >>> total = crm.clv.portfolio_value(tx, horizon="26W")
    >>> total.basis, total.low < 45_000 < total.high
    ('backtested', True)
    """
    level, factor = level_of(level), _checks.share("margin_rate", margin_rate)
    kind = kind_of(purchases)
    if is_customers(customers_or_tx):
        rate = 0.1 if discount_rate is None else discount_rate
        return _of_customers(
            customers_or_tx, purchases, spend, Forecast.of(kind, horizon, rate, timing, "month"), factor, level
        )
    tx = open_transactions(customers_or_tx)
    if isinstance(spend, str):
        raise ArgumentError("spend", spend, "spend_column_of_transactions")
    rate = (0.1 if horizon is None else 0.0) if discount_rate is None else discount_rate
    asked = Forecast.of(kind, horizon, rate, timing, "month")
    shop = Shop.of(tx, kind, spend, (calendar or of_transactions(tx)) if horizon is not None else None)
    said, customers = shop.said_now(asked)
    back = look_back(tx, asked.t, shop.look, least_past=least_past(shop.calendar))
    known = Known.of(tx, asked.t, float(customers))
    scaled = Said(factor * said.mean, factor * said.deviation, said.spread)
    return known.told(scaled, back, level, lambda columns: engines.build(columns, tx.like), counts=False)


def _of_customers(customers: Any, purchases: Any, spend: Spend, asked: Forecast, factor: float, level: float) -> Total:
    """The models' own word on a table of customers."""
    if purchases is None:
        raise ArgumentError("portfolio_needs_model")
    asked.model._fitted("portfolio_value()")
    if isinstance(spend, GammaGamma):
        spend._fitted("portfolio_value()")
    numbers = [*asked.model.columns, *spend_columns(spend)]
    table = _frame.open_table(customers, numbers=numbers, hint=HINT)
    counted = table.cells(numbers)
    cells = Cells.of(asked.model, *(counted[name] for name in numbers), n=counted["n"])
    said = money_said(asked, cells, spend)
    scaled = Said(factor * said.mean, factor * said.deviation, said.spread)
    known = Known(None, asked.t, float(cells.n.sum()), None)
    return known.told(scaled, None, level, table.build, counts=False)


def money_said(asked: Forecast, cells: Cells, spend: Spend) -> Said:
    """The total of two models, and how sure they are of it."""
    outlook, money = Outlook.of(asked, asked.model.parameters, cells), spend_of(spend, cells)
    mean = float(cells.n @ (money * outlook.discounted))
    deviation = float(np.sqrt(cells.n @ variance_of(asked, outlook, cells, spend, money)))
    return Said(mean, deviation, _spread(asked, cells, spend))


def _spread(asked: Forecast, cells: Cells, spend: Spend) -> float:
    """Deviation of the logarithm of the total under drawn parameters of both models."""
    if not hasattr(asked.model, "log_likelihood_"):
        return 0.0
    rng = np.random.default_rng(0)
    if cells.n.size > SAMPLE:
        cells = cells.at(rng.choice(cells.n.size, SAMPLE, p=cells.n / cells.n.sum()))
    money = spend_of(spend, cells)
    moneys: Sequence[Array] = [money] * DRAWS
    if isinstance(spend, GammaGamma):
        x, m = seen(spend, cells)
        # Where the mean spend does not exist under drawn parameters, the draw says nothing.
        drawn = [mean_spend(params, x, m) for params in spend.parameter_draws(DRAWS, rng)]
        moneys = [one if np.isfinite(one).all() else money for one in drawn]
    drawn_params = asked.model.parameter_draws(DRAWS, rng)
    totals = [
        float(cells.n @ (one * Outlook.of(asked, params, cells).discounted))
        for params, one in zip(drawn_params, moneys, strict=True)
    ]
    return spread_of(np.array(totals))


@dataclass(frozen=True, slots=True)
class Seen:
    """Customers known on a day, one row each: repeats and times in days, money, and what came within a time after."""

    x: Array
    t_x: Array
    T: Array
    money: Array
    first: Array  # money of the first day
    square: Array  # sum of squared money of a day
    later: float  # money of all of them together

    @property
    def m_x(self) -> Array:
        """Mean spend of the repeat purchases."""
        return np.asarray(np.where(self.x > 0, (self.money - self.first) / np.maximum(self.x, 1), 0.0))


@dataclass(frozen=True, slots=True)
class Shop:
    """Transactions by customer and day, and the models that are fitted to them at any origin."""

    tx: Transactions
    days: LazyFrame
    kind: PurchaseModel
    spend: Spend
    calendar: PurchaseCalendar | None

    @classmethod
    def of(cls, tx: Transactions, kind: PurchaseModel, spend: Spend, calendar: PurchaseCalendar | None) -> Shop:
        """Days of customers, computed once."""
        return cls(tx, kept(customer_days(tx)), kind, spend, calendar)

    @property
    def bought(self) -> LazyFrame:
        """Days of customers with a purchase."""
        days = self.days.filter(nw.col("bought") == 1) if self.tx.has_refunds else self.days
        return days.select("customer_id", "day")

    def said_now(self, asked: Forecast) -> tuple[Said, int]:
        """The total that the models expect today, and the number of customers."""
        end = _checks.day_number(self.tx.as_of)
        return self._said(self.at(end, 0), end, asked, fresh=False)

    def look(self, origin: int, length: int) -> tuple[Said, float]:
        """The undiscounted total as the models saw it on the day `origin`, and what came."""
        known = self.at(origin, length)
        said, _ = self._said(known, origin, Forecast(self.kind, float(length), 0.0, None), fresh=True)
        return said, known.later

    def _said(self, known: Seen, end: int, asked: Forecast, *, fresh: bool) -> tuple[Said, int]:
        past = Holdout(
            _checks.date_of_day(end), 0, known.x, known.t_x, known.T, known.x, known.x, np.ones_like(known.x)
        )
        horizon = asked.t if np.isfinite(asked.t) else 0.0
        fitted = Fitted.of(self.bought, past, self.kind, self.calendar, horizon, fresh=fresh)
        spend = self._spend(known, fresh=fresh)
        m = known.money if isinstance(spend, SpendMean) else known.m_x
        cells = Cells(fitted.cells.x, fitted.cells.t_x, fitted.cells.T, m, np.ones_like(m))
        stretch = fitted.days / horizon if horizon else 1.0
        ends = None if asked.ends is None else asked.ends * stretch
        # In operational time the discount runs at the mean pace of the horizon.
        forecast = Forecast(fitted.model, asked.t * stretch, asked.delta / stretch, ends)
        return money_said(forecast, cells, spend), known.x.size

    def _spend(self, known: Seen, *, fresh: bool) -> Spend:
        """The model of spend, fitted to what is known."""
        if self.spend is None:
            return SpendMean().of_sums(known.x + 1, known.money, known.square)
        if not isinstance(self.spend, GammaGamma) or (hasattr(self.spend, "params_") and not fresh):
            return self.spend
        if isinstance(self.spend, SpendMean):
            return SpendMean().of_sums(known.x + 1, known.money, known.square)
        found = GammaGamma().fit({"x": known.x, "m_x": known.m_x})
        if found.parameters.q <= 1:
            raise DataError("models_q_mean_spend_does", q=found.parameters.q)
        return found

    def at(self, end: int, length: int) -> Seen:
        """The customers known on the day `end`, and the money that they brought in the `length` days after it."""
        day, money = nw.col("day"), nw.col("money")
        past = self.days.filter(day <= end)
        facts = customer_facts(self.tx, past)
        squares = past.with_columns(square=money.cast(nw.Float64) ** 2).group_by("customer_id").agg(
            square=nw.col("square").sum()
        )  # fmt: skip
        after = self.days.filter((day > end) & (day <= end + length))
        later = after.group_by("customer_id").agg(later=money.sum().cast(nw.Int64))
        joined = facts.join(squares, on="customer_id", how="inner").join(later, on="customer_id", how="left")
        found = engines.collect(
            joined.select(
                x=nw.col("n_days") - 1,
                t_x=nw.col("last_day") - nw.col("first_day"),
                T=end - nw.col("first_day"),
                money=money,
                first=first_money(self.tx),
                square=nw.col("square"),
                later=nw.when(nw.col("later").is_null()).then(0).otherwise(nw.col("later")),
            )
        )
        columns = {name: np.asarray(values, dtype=float) for name, values in found.items()}
        # In the order of the histories, so that sums do not depend on that of the engine.
        order = np.lexsort([columns[name] for name in ("square", "first", "money", "T", "t_x", "x")])
        x, t_x, T, money_, first, square = (
            columns[name][order] for name in ("x", "t_x", "T", "money", "first", "square")
        )
        scale = float(self.tx.scale)
        return Seen(
            x, t_x, T, money_ / scale, first / scale, square / scale**2, float(np.sum(columns["later"])) / scale
        )
