"""What all customers together are worth, with an interval that holds: the money beside `_totals`.

Given transactions, the models are fitted anew at earlier origins, and ln(actual / said) of the undiscounted spend
there says what the total may be off by now. The variance at given parameters is that of the counts and of the spend.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from crmkit import _checks, _frame
from crmkit._frame import engines
from crmkit._types import Duration, Floats, Table
from crmkit.errors import ArgumentError, DataError
from crmkit.models._calendar import PurchaseCalendar, of_transactions
from crmkit.models._origins import error_of, factor_of, gathered, plan, unseen_season
from crmkit.models._purchases import PurchaseModel
from crmkit.models._repeats import HINT
from crmkit.models._snapshots import Snapshot, Snapshots
from crmkit.models._totals import (
    DRAWS,
    SAMPLE,
    Known,
    Said,
    Total,
    interval_of,
    is_customers,
    kept_draws,
    kind_of,
    least_past,
    look_back,
    said_of,
    spread_of,
)
from crmkit.models._totals import Outlook as Fitted
from crmkit.models._value import Cells, Forecast, Outlook, Spend, Timing, seen, spend_columns, spend_of, variance_of
from crmkit.models.gamma_gamma import GammaGamma, mean_spend
from crmkit.models.spend_mean import SpendMean
from crmkit.transactions import open_transactions

SpendModel: TypeAlias = "GammaGamma | float"


def portfolio_value(
    customers_or_tx: Table,
    *,
    purchases: Any = None,
    spend: Spend = None,
    horizon: Duration | None = "52W",
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
    level, factor = _checks.level_of(level), _checks.share("margin_rate", margin_rate)
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
    shop = Shop(Snapshots.of(tx), kind, spend, (calendar or of_transactions(tx)) if horizon is not None else None)
    said, customers = shop.said_now(asked)
    back = look_back(tx, asked.t, shop.look, least_past=least_past(shop.calendar))
    known = Known.of(tx, asked.t, float(customers))
    scaled = Said(factor * said.mean, factor * said.deviation, said.spread)
    return known.told(scaled, back, level, lambda columns: engines.build(columns, tx.like), counts=False)


def totals_at(
    shop: Snapshots, kind: PurchaseModel, seen: Snapshot, level: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Intervals of the purchases and of the money after a snapshot, without a calendar, from the origins before it."""
    pasts = Shop(shop, kind, None, None)
    found = plan(shop.tx.first_day, seen.end, seen.days)
    origins = () if found is None else found.origins
    looks = [pasts.both(origin, found.days if found else 0) for origin in origins]
    now = pasts.both(seen.end, seen.days)
    intervals, unseen = [], unseen_season(seen.days, seen.end - shop.tx.first_day)
    for at, counts in enumerate((True, False)):
        errors = [(error_of(came[at], said[at].mean), said[at]) for said, came in looks if came[at] >= 0]
        stated = [(error, float(np.hypot(one.deviation / (one.mean + 0.5), one.spread))) for error, one in errors]
        past = None if found is None else gathered(stated, found)
        said = now[0][at]
        factor = factor_of(past, seen.days, said.spread, unseen=unseen)
        _, low, high = interval_of(said, factor, level, counts=counts)
        intervals.append((low, high))
    return intervals[0], intervals[1]


def _of_customers(
    customers: Table, purchases: Any, spend: Spend, asked: Forecast, factor: float, level: float
) -> Total:
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
    rng = np.random.default_rng(0)
    if cells.n.size > SAMPLE:
        cells = cells.at(rng.choice(cells.n.size, SAMPLE, p=cells.n / cells.n.sum()))
    money = spend_of(spend, cells)
    moneys: Sequence[Floats] = [money] * DRAWS
    if isinstance(spend, GammaGamma):
        x, m = seen(spend, cells)
        # Where the mean spend does not exist under drawn parameters, the draw says nothing.
        drawn = [mean_spend(params, x, m) for params in spend.parameter_draws(DRAWS, rng)]
        moneys = [one if np.isfinite(one).all() else money for one in drawn]
    totals = [
        float(cells.n @ (one * Outlook.of(asked, params, cells).discounted))
        for params, one in zip(kept_draws(asked.model), moneys, strict=True)
    ]
    return spread_of(np.array(totals))


@dataclass(frozen=True, slots=True)
class Shop:
    """Transactions by customer and day, and the models that are fitted to them at any origin."""

    snapshots: Snapshots
    kind: PurchaseModel
    spend: Spend
    calendar: PurchaseCalendar | None

    def said_now(self, asked: Forecast) -> tuple[Said, int]:
        """The total that the models expect today, and the number of customers."""
        end = _checks.day_number(self.snapshots.tx.as_of)
        known = self.snapshots.at(end, 0)
        return self._said(known, asked, fresh=False), known.x.size

    def look(self, origin: int, length: int) -> tuple[Said, float]:
        """The undiscounted total as the models saw it on the day `origin`, and what came."""
        known = self.snapshots.at(origin, length)
        said = self._said(known, Forecast(self.kind, float(length), 0.0, None), fresh=True)
        return said, float(np.sum(known.later))

    def both(self, origin: int, length: int) -> tuple[tuple[Said, Said], tuple[float, float]]:
        """Purchases and undiscounted money as the models saw them on the day `origin`, and what came of each."""
        known = self.snapshots.at(origin, length)
        model = type(self.kind)(**{name: getattr(self.kind, name) for name in self.kind.settings}).fit(known.past)
        counts = said_of(model, model._read_cells(known.past), float(length))
        spend = self._spend(known, fresh=True)
        m = known.money if isinstance(spend, SpendMean) and spend.keep_first else known.m_x
        cells = Cells(known.x, known.t_x, known.T, m, np.ones_like(m))
        money = money_said(Forecast(model, float(length), 0.0, None), cells, spend)
        return (counts, money), (float(known.future.sum()), float(np.sum(known.later)))

    def _said(self, known: Snapshot, asked: Forecast, *, fresh: bool) -> Said:
        horizon = asked.t if np.isfinite(asked.t) else 0.0
        past = known.holdout()
        fitted = Fitted.of(self.snapshots.bought, past, self.kind, self.calendar, horizon, fresh=fresh)
        spend = self._spend(known, fresh=fresh)
        m = known.money if isinstance(spend, SpendMean) and spend.keep_first else known.m_x
        cells = Cells(fitted.cells.x, fitted.cells.t_x, fitted.cells.T, m, np.ones_like(m))
        stretch = fitted.days / horizon if horizon else 1.0
        ends = None if asked.ends is None else asked.ends * stretch
        # In operational time the discount runs at the mean pace of the horizon.
        return money_said(Forecast(fitted.model, asked.t * stretch, asked.delta / stretch, ends), cells, spend)

    def _spend(self, known: Snapshot, *, fresh: bool) -> Spend:
        """The model of spend, fitted to what is known."""
        if self.spend is None:
            return SpendMean().of_snapshot(known)
        if not isinstance(self.spend, GammaGamma) or (hasattr(self.spend, "params_") and not fresh):
            return self.spend
        if isinstance(self.spend, SpendMean):
            return SpendMean(keep_first=self.spend.keep_first).of_snapshot(known)
        found = GammaGamma().fit({"x": known.x, "m_x": known.m_x})
        if found.parameters.q <= 1:
            raise DataError("models_q_mean_spend_does", q=found.parameters.q)
        return found
