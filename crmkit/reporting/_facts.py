"""The numbers behind the report, each computed when a section first asks for it, and once only.

Whatever grows with the number of rows is added up in the engine; what comes here are aggregates, but for the first
rows of lists, and only where ids are asked for.
"""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeVar

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from crmkit import (
    _checks,
    _frame,
    clv,
    customers,
    downgrades,
    explanation,
    growth,
    outreach,
    privacy,
    pyramid,
    retention,
    rfm,
    scoring,
    segment,
    survival,
    validation,
)
from crmkit._customer_periods import periods_of
from crmkit._frame import engines
from crmkit._periods import Period, Periods
from crmkit._types import Array, Table
from crmkit.errors import CrmkitError
from crmkit.state import State, in_memory, sampled
from crmkit.survival.repurchase import Repurchase
from crmkit.transactions import Transactions

Columns = Mapping[str, Array]
T = TypeVar("T")

HORIZON = "52W"
_PERIOD_OF: tuple[tuple[int, Period], ...] = (
    (120, "week"),
    (1900, "month"),
)  # up to so many days of data; longer ones by quarter
_DAYS_OF = {"week": 7, "month": 30, "quarter": 91}
ROWS = 20  # of a list with ids


class Facts:
    """One base of customers, looked at in every way that the report knows."""

    def __init__(
        self, tx: Transactions, *, earlier: dt.date | None = None, valued: bool = True, least: int = 0
    ) -> None:
        self.tx, self.valued, self.least = tx, valued, least
        self._earlier = earlier
        self.heard: list[str] = []  # what the library warned of while the numbers were made

    def listen(self, make: Callable[[], T]) -> T:
        """Make something, and keep what the library warns of for the page."""
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            made = make()
        self.heard += [str(one.message) for one in said if issubclass(one.category, UserWarning)]
        return made

    @cached_property
    def days(self) -> Transactions:
        """What customers did on each day, added up once and kept: what sections count from, instead of every row.

        Rows on an engine elsewhere stay there; and where amounts have no exact decimal form, how they are rounded
        depends on the day until which the rows are seen.
        """
        tx = self.tx
        if isinstance(tx, State) or tx.guard != 1 or not tx.rows().implementation.is_duckdb():
            return tx
        added_up = State.of(tx)
        lazy = tx.like.implementation.is_duckdb()
        return in_memory(added_up) if lazy and _n_customers(added_up) <= customers.MANY else added_up

    @cached_property
    def asked(self) -> Transactions:
        """Those from whom is learnt what holds for all; of very many, a sample by their ids."""
        return sampled(self.days) if isinstance(self.days, State) else self.days

    @cached_property
    def sample(self) -> tuple[int, int] | None:
        """Of how many customers those of the sample are, if it is one."""
        return None if self.asked is self.days else (_n_customers(self.asked), _n_customers(self.days))

    # --- time -------------------------------------------------------------------------------------------------------

    @cached_property
    def period(self) -> Period:
        """The calendar unit that suits the length of the data."""
        days = _checks.day_number(self.tx.as_of) - self.tx.first_day + 1
        return next((period for most, period in _PERIOD_OF if days <= most), "quarter")

    @cached_property
    def periods(self) -> Periods:
        """All periods from the first day on."""
        return periods_of(self.tx, self.period)

    @cached_property
    def earlier(self) -> dt.date:
        """The day that the present is compared with: the one asked for, or one period ago."""
        return self._earlier or self.tx.as_of - dt.timedelta(days=_DAYS_OF[self.period])

    @cached_property
    def currency(self) -> str:
        """The code of the only currency of the data, or nothing where they do not tell."""
        column = self.tx.roles.get("currency")
        if column is None or self.tx.policy.rates is not None:
            return ""
        codes = engines.wrap(self.tx.source).select(code=nw.col(column)).filter(~nw.col("code").is_null())
        found = engines.collect(codes.group_by("code").agg(n=nw.len()).head(2))["code"].tolist()
        return str(found[0]) if len(found) == 1 else ""

    # --- data -------------------------------------------------------------------------------------------------------

    @cached_property
    def ledger(self) -> Table:
        """From what came in to what is used."""
        return self.tx.ledger

    @cached_property
    def notes(self) -> Table:
        """What is inside and worth knowing."""
        return self.tx.notes

    @cached_property
    def series(self) -> Columns:
        """Sales, refunds and orders of each period."""
        rows = self.periods.join(self.tx.rows())
        money = nw.col("money").sum().cast(nw.Int64)
        found = engines.collect(rows.group_by("period", "bought").agg(money=money))
        key = "order_id" if "order" in self.tx.roles else "day"
        each = rows.filter(nw.col("bought") == 1).group_by("customer_id", "period", key).agg(rows=nw.len())
        counted = engines.collect(each.group_by("period").agg(n=nw.len().cast(nw.Int64)))
        out = {name: np.zeros(len(self.periods)) for name in ("sales", "refunds", "orders")}
        out["orders"][counted["period"].astype(int)] = counted["n"]
        for name, kind in (("sales", 1), ("refunds", 0)):
            mine = found["bought"] == kind
            out[name][found["period"][mine].astype(int)] = found["money"][mine] / self.tx.scale
        return {"period": np.array(self.periods.names, dtype=object), **out, "complete": self.periods.complete}

    # --- customers --------------------------------------------------------------------------------------------------

    @cached_property
    def scored(self) -> Table:
        """The scored list; the page shows no interval of a single customer."""
        horizon, extras = HORIZON if self.valued else None, scoring.Extras(level=None)
        return self.listen(lambda: scoring.score_customers(self.days, horizon=horizon, extras=extras, language="en"))

    @cached_property
    def headline(self) -> scoring.Headline:
        """The list in a few figures."""
        return scoring.headline(self.scored)

    @cached_property
    def tiers(self) -> Table:
        """One row per tier."""
        return self.small(pyramid.describe_tiers(self.scored))

    @cached_property
    def concentration(self) -> pyramid.Concentration:
        """How unequally the money is spread."""
        return pyramid.concentration(self.scored)

    @cached_property
    def segments(self) -> Table:
        """One row per segment."""
        return self.small(rfm.describe_segments(self.scored))

    @cached_property
    def scorer(self) -> rfm.Scorer:
        """The cuts of today, which score any other day too."""
        return rfm.Scorer().fit(self.scored)

    @cached_property
    def moved(self) -> segment.Migration:
        """Who moved between segments since the earlier day, by the cuts of today."""
        before = self.scorer.score(customers.summarize(self.days.until(self.earlier)))
        kept = ["customer_id", "segment", "monetary"]
        lists = [_frame.open_table(one).frame.select(*kept).to_native() for one in (rfm.segment(before), self.scored)]
        return segment.migration(*lists)

    @cached_property
    def calendar(self) -> Table:
        """Who will drop to a lower segment on which day."""
        return downgrades.downgrade_calendar(self.scored)

    @cached_property
    def bridge(self) -> growth.RevenueBridge:
        """From the revenue of the last period but one to that of the last one that is over."""
        spans = [(_checks.date_of_day(int(self.periods.starts[at])), _checks.date_of_day(int(self.periods.ends[at])))
                 for at in self.over()[-2:]]  # fmt: skip
        return growth.revenue_bridge(self.days, base=spans[0], current=spans[1])

    # --- behaviour --------------------------------------------------------------------------------------------------

    @cached_property
    def rates(self) -> retention.Rates:
        """Retention by period."""
        return retention.rates(self.days, period=self.period)

    @cached_property
    def movements(self) -> retention.Movements:
        """Movements of revenue by period."""
        return retention.revenue_movements(self.days, period=self.period)

    @cached_property
    def cohorts(self) -> retention.Cohorts:
        """Cohorts by age."""
        return retention.cohorts(self.days, period=self.period)

    @cached_property
    def gaps(self) -> survival.Gaps:
        """How soon a purchase is followed by another one."""
        return survival.inactivity_threshold(self.days)

    @cached_property
    def survival(self) -> survival.Survival:
        """How long customers stay."""
        return survival.curve(self.days, inactive=self.gaps.limit)

    @cached_property
    def repurchase(self) -> Repurchase:
        """Repurchase by the number of the order."""
        return survival.repurchase(self.days)

    # --- money to come, and trust -----------------------------------------------------------------------------------

    @cached_property
    def total(self) -> Any:
        """What all customers together are still worth within a year, with its interval."""
        return self.listen(lambda: clv.portfolio_value(self.days, horizon=HORIZON))

    @cached_property
    def backtest(self) -> validation.BackTest:
        """What the segments of past dates went on to do."""
        return self.listen(lambda: validation.backtest(self.asked))

    @cached_property
    def sensitivity(self) -> Any:
        """How much depends on arbitrary choices."""
        return self.listen(lambda: validation.sensitivity(self.asked))

    @cached_property
    def watch(self) -> outreach.WatchList:
        """Accounts to look at now."""
        return self.listen(lambda: outreach.watch_list(self.days))

    @cached_property
    def win_back(self) -> outreach.WinBack:
        """Lost customers by what a contact may be worth; contacts are not charged, for the report knows no cost."""
        return self.listen(lambda: outreach.win_back(self.days, contact_cost=0))

    @cached_property
    def upgrades(self) -> Table:
        """The cheapest way of each customer to a better segment."""
        return self.listen(lambda: explanation.upgrade_paths(self.days, language="en"))

    # --- small helpers ----------------------------------------------------------------------------------------------

    def small(self, table: Any) -> Table:
        """A table without the figures of rows of too few customers, if that is asked for."""
        return privacy.suppress_small(columns(table), least=self.least) if self.least else table

    def over(self) -> NDArray[np.intp]:
        """Positions of the periods that are over."""
        return np.flatnonzero(self.periods.complete)


def _n_customers(tx: Transactions) -> int:
    return engines.n_rows(tx.purchases(tx.rows()).group_by("customer_id").agg(n=nw.len()))


def columns(table: Any) -> dict[str, Array]:
    """A small table as columns."""
    return engines.collect(engines.wrap(table))


def attempt(make: Callable[[], T]) -> T | None:
    """Something that adds to a section and may be impossible with these data."""
    try:
        return make()
    except (CrmkitError, LookupError):
        return None
