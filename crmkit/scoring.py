"""The scored list: the families of methods joined into one table, one row per customer.

`score_customers` makes the list as one plan (`crmkit._scored`) and adds what is asked for beside it: whoever has
something to say about single customers adds a step from the list to the list with more columns. `headline` sums the
list up.

Sources: see `crmkit.customers`, `crmkit.rfm` and `crmkit.pyramid`, which do the work.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _frame, labels, loyalty, outreach, pyramid, rfm
from crmkit._rfm.rules import plain_scheme
from crmkit._scored import Asked, Forecast, scored
from crmkit._types import Duration, Table
from crmkit.basket.recommending import next_products
from crmkit.churn import ChurnModel
from crmkit.errors import ArgumentError, DataError, Words
from crmkit.labels import Language
from crmkit.transactions import Transactions, open_transactions

if TYPE_CHECKING:
    from crmkit.models._calendar import PurchaseCalendar

__all__ = [
    "Extras",
    "Headline",
    "headline",
    "score_customers",
]

Step: TypeAlias = Callable[[Any], Any]

HINT = Words("hint_scored")
TOP, REACH = 0.2, 0.8  # the two halves of the 80/20 rule, which `headline` measures


@dataclass(frozen=True, slots=True, eq=False)
class Extras:
    """What `score_customers` adds only if it is asked to, because it takes longer or needs more than transactions.

    Parameters
    ----------
    churn : duration, optional
        The probability of no purchase within so long, such as "90D", by `crmkit.churn.ChurnModel`, which is fitted for
        it: seconds to minutes, and scikit-learn. Adds `p_churn`.
    alerts_per_week : number above 0, optional
        Who is on the watch-list now (`crmkit.outreach.watch_list`), if so many new alerts a week can be looked after.
        Adds `signal` ("overdue", "drop", "both" or "none") and `signal_label`.
    survey : table, optional
        What customers say: one row per answer, with `customer_id` and `satisfaction` or `nps`, as for
        `crmkit.loyalty.add_loyalty`. Adds `satisfaction`, `loyalty_type` and `loyalty_label`.
    next_product : bool, default False
        The product that each customer is likeliest to buy next, by `crmkit.basket.recommend`; the transactions need a
        product. Adds `next_product` and `next_product_kind` ("repeat", "new" or "popular"; both missing where nothing
        can be offered).
    purchases : "boosted", "mean", or a model of purchases, its class or name, optional
        What forecasts purchases, instead of the model that `crmkit.clv.choose_model` chooses: "boosted" are trees that
        learn from earlier snapshots, "mean" their mean with that model (`crmkit.clv.Boosted`; scikit-learn).
    calendar : crmkit.clv.PurchaseCalendar, optional
        Months, sales days and closures in which all customers buy more, or less; the forecast is made in its time.
    level : float or None, default 0.9
        Probability that the interval of a customer's lifetime value covers; None leaves `residual_clv_low` and
        `residual_clv_high` out, and the time that they take.

    Raises
    ------
    ArgumentError
        `churn` is no duration of a day or more, `alerts_per_week` not above 0, or `level` not between 0 and 1.

    Examples
    --------
    >>> import crmkit as crm
    >>> answers = {"customer_id": ["C01", "C02"], "satisfaction": [5, 2]}
    >>> listed = crm.score_customers(crm.datasets.load_ten_customers(), extras=crm.scoring.Extras(survey=answers))
    >>> listed[["customer_id", "satisfaction"]].head(2)
      customer_id  satisfaction
    0         C01           5.0
    1         C02           2.0
    """

    churn: Duration | None = None
    alerts_per_week: float | None = None
    survey: Table = None
    next_product: bool = False
    purchases: Any = None
    calendar: PurchaseCalendar | None = None
    level: float | None = 0.9

    def __post_init__(self) -> None:
        """Refuse what cannot be, before any row is read."""
        if self.churn is not None and _checks.days_of(self.churn, "churn") < 1:
            raise ArgumentError("churn", self.churn, "scoring_churn_less_day_churn")
        if self.alerts_per_week is not None and not _checks.finite("alerts_per_week", self.alerts_per_week) > 0:
            raise ArgumentError("alerts_per_week", self.alerts_per_week, "scoring_above_alerts_per_week")
        if self.level is not None:
            _checks.level_of(self.level)


def score_customers(
    transactions: Table,
    *,
    bins: int = 5,
    scheme: str | rfm.Rules = "eleven",
    tiers: str | Mapping[str, float] = "textbook",
    horizon: Duration | None = "52W",
    discount_rate: float = 0.1,
    margin_rate: float = 1.0,
    extras: Extras | None = None,
    language: Language | None = None,
) -> Table:
    """One row per customer with everything that crmkit knows: summary, scores, segment, tier, lifetime value.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount (and order_id, cost ...)
        Nothing after its `as_of` is seen.
    bins : int, default 5
        Levels of the RFM scores, cut by quantiles; see `crmkit.rfm.score`.
    scheme : "eleven", "eight", or rules, default "eleven"
        Segments, as in `crmkit.rfm.segment`. "eleven" is made for five levels.
    tiers : "textbook", "curry", "zeithaml", "abc", or mapping of tier to share, default "textbook"
        Tiers of the customer pyramid by spend, as in `crmkit.pyramid.assign_tiers`.
    horizon : duration, or None, default "52W"
        How far the forecast looks. None leaves lifetime value out: the list is then quicker to make.
    discount_rate : float, default 0.1
        Annual and effective.
    margin_rate : float, default 1.0
        Share of the spend that is margin; 1 gives the lifetime value in revenue.
    extras : Extras, optional
        What takes longer, or needs more than transactions: churn, the watch-list, a survey, the next product, boosted
        forecasts, a calendar.
    language : {"en", "zh"}, optional
        Language of `segment_label` and `tier_label`; `segment` and `tier` are stable English keys.

    Returns
    -------
    table, n_customers rows
        In the kind that came in (pandas for files): a lazy table stays lazy, but its summary is computed at once, and
        once only. The columns of `crmkit.summarize`; `current_value` (margin or revenue of the last 12 months, see
        `crmkit.customers.recent_value`); `r_score`, `f_score`, `m_score`, `rfm`, `rfm_sum`; `segment`,
        `segment_label`; `days_left`, `downgrade_date`, `next_segment`, `next_segment_label`
        (`crmkit.downgrades.downgrade_dates`); `tier`, `tier_label`; `stage`, `pattern` and their labels,
        `expected_gap`, `overdue` (how many such gaps the silence has lasted) and `ended` (at least four: the customer
        counts as lost; `crmkit.lifecycle.stages`); with a horizon the columns of `crmkit.clv.lifetime_value`:
        `p_alive`, `expected_purchases`, `p_purchase`, `discounted_purchases`, `expected_spend`, `residual_clv` and its
        interval, by the model of purchases in the column `purchase_model` (`crmkit.clv.choose_model` says why this one)
        and `crmkit.clv.SpendMean`, and `quadrant`, `quadrant_label` (`crmkit.segment.value_matrix`); and
        the columns of the extras that are asked for. Which model forecasts best, whether spend repeats, its power and
        the usual rhythm are learnt from all customers; of more than 200,000 from a sample of about 100,000, drawn by
        their ids alone: who is in it depends neither on the engine nor on the order of rows or the currency.

    Warns
    -----
    NoLifetimeValueWarning
        The customers do not tell what they are worth (nobody bought twice, say): the columns of the forecast are
        missing, or with one mean spend for all if only the model of spend has nothing to go by (OneMeanSpendWarning).
    NoDropoutWarning
        The data do not tell whether customers leave: `p_alive` is missing.

    Raises
    ------
    ArgumentError
        A setting is unknown, or settings contradict each other; before any row is read.
    ColumnError, DataError
        As `Transactions` raises them for a plain table; or the past is too short for an extra.

    Examples
    --------
    >>> from crmkit import datasets
    >>> scored = score_customers(datasets.load_ten_customers())
    >>> scored[["customer_id", "monetary", "rfm", "segment", "tier"]].head(3)
      customer_id  monetary  rfm      segment       tier
    0         C01    5000.0  555    champions  important
    1         C02    3000.0  155  cannot_lose  secondary
    2         C03     500.0  544    champions   ordinary
    """
    language = labels.resolve(language)
    _refuse_settings(bins, scheme, tiers, language)
    if horizon is not None:
        _checks.days_of(horizon)
    extras = Extras() if extras is None else extras
    tx = open_transactions(transactions)
    model = (extras.level, extras.purchases, extras.calendar)
    forecast = None if horizon is None else Forecast(horizon, discount_rate, margin_rate, *model)
    table = scored(tx, Asked(bins, scheme, tiers, forecast, language))
    steps: dict[str, Step] = {}
    if extras.churn is not None:
        steps["churn"] = partial(_add_churn, tx=tx, days=_checks.days_of(extras.churn, "churn"))
    if extras.alerts_per_week is not None:
        steps["signals"] = partial(_add_signal, tx=tx, alerts_per_week=extras.alerts_per_week, language=language)
    if extras.survey is not None:
        steps["loyalty"] = partial(loyalty.add_loyalty, survey=extras.survey, language=language)
    if extras.next_product:
        steps["products"] = partial(_add_next_product, tx=tx)
    for step in steps.values():
        table = step(table)
    return table


def _refuse_settings(bins: int, scheme: str | rfm.Rules, tiers: str | Mapping[str, float], language: Language) -> None:
    """A wrong setting must not come to light after an hour of work: names are looked up, own maps are tried."""
    _checks.count("bins", bins, least=2)
    labels.resolve(language)
    scheme = plain_scheme(scheme)
    if isinstance(tiers, str):
        _checks.choice("tiers", tiers, list(pyramid.SCHEMES))
    else:
        pyramid.assign_tiers({"monetary": [1.0]}, scheme=tiers)
    if scheme == "eleven" and bins != 5:
        raise ArgumentError("scoring_scheme_eleven_made_bins", bins=bins)
    if not isinstance(scheme, str):
        rfm.segment({"r_score": [1], "f_score": [1], "m_score": [1]}, scheme=scheme, bins=bins)


def _joined(listed: Any, found: Any, columns: Sequence[str]) -> Table:
    """The list with columns of another table of the same customers."""
    table, other = _frame.open_table(listed), _frame.open_table(found)
    chosen = other.frame.select("customer_id", *columns)
    if table.in_memory:
        return table.give_back(table.attach(["customer_id"], other.collect(chosen)))
    return table.give_back(table.frame.lazy().join(chosen.lazy(), on="customer_id", how="left"))


def _add_churn(listed: Any, *, tx: Transactions, days: float) -> Table:
    """Add the probability of no purchase, by the predictor that did best on held-out time."""
    try:
        return _joined(listed, ChurnModel(horizon=days).fit(tx).score(tx), ("p_churn",))
    except DataError as error:  # it speaks of its own horizon, which here is called churn
        raise DataError(error.key, **{**error.fields, "argument": "churn"}) from None


def _add_next_product(listed: Any, *, tx: Transactions) -> Table:
    """Add the item that each customer is likeliest to buy next, and whether it would be their first."""
    offered = next_products(tx)
    table = _frame.open_table(listed)
    ids = table.collect(table.frame.select("customer_id"))["customer_id"]
    pairs = [offered.get(customer, (None, None)) for customer in ids.tolist()]
    columns = {
        name: np.array([pair[at] for pair in pairs], dtype=object)
        for at, name in enumerate(("next_product", "next_product_kind"))
    }
    return _joined(listed, table.build({"customer_id": ids, **columns}), list(columns))


def _add_signal(listed: Any, *, tx: Transactions, alerts_per_week: float, language: Language) -> Table:
    """Add the signal of the accounts on the watch-list."""
    watched = _frame.open_table(outreach.watch_list(tx, alerts_per_week=alerts_per_week, language=language).table)
    found = watched.collect(watched.frame.select("customer_id", "signal"))
    signal_of = dict(zip(found["customer_id"].tolist(), found["signal"].tolist(), strict=True))
    table = _frame.open_table(listed)
    ids = table.collect(table.frame.select("customer_id"))["customer_id"]
    signals = [signal_of.get(customer, "none") for customer in ids.tolist()]
    said = [labels.text(f"signal_{signal}", language) for signal in signals]
    columns = {"signal": np.array(signals, dtype=object), "signal_label": np.array(said, dtype=object)}
    return _joined(listed, table.build({"customer_id": ids, **columns}), list(columns))


# --- the headline -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Headline:
    """What a scored list says in a few figures; given by `headline`.

    Attributes
    ----------
    customers, orders : int
        How many there are.
    revenue : float
        Spend of all customers, refunds treated as the transactions say.
    first_date, last_date : datetime.date
        Of a purchase.
    as_of : datetime.date
        The day on which the past ends.
    n_top : int
        How many customers the best 20 % are.
    top_share : float
        Share of revenue that they bring.
    n_reach : int
        The fewest customers who together bring 80 % of revenue.
    reach_share : float
        Share of all customers that they are.
    segments : table, in the caller's kind
        One row per segment, most money first: `segment`, `segment_label`, `customers`, `customer_share`, `value`
        (money) and `value_share`.
    """

    customers: int
    orders: int
    revenue: float
    first_date: dt.date
    last_date: dt.date
    as_of: dt.date
    n_top: int
    top_share: float
    n_reach: int
    reach_share: float
    segments: Table

    def lines(self, language: Language | None = None) -> list[tuple[str, str]]:
        """Label and figure of each line, ready to be read.

        Examples
        --------
        >>> from crmkit import datasets
        >>> found = headline(score_customers(datasets.load_ten_customers()))
        >>> found.lines()[0]
        ('customers', '10')
        """
        figures = {
            "customers": f"{self.customers:,}",
            "orders": f"{self.orders:,}",
            "revenue": f"{self.revenue:,.2f}",
            "headline_period": f"{self.first_date} - {self.as_of}",
            "headline_top": f"{self.top_share:.1%} ({self.n_top:,})",
            "headline_reach": f"{self.reach_share:.1%} ({self.n_reach:,})",
        }
        return [(labels.text(key, language), figure) for key, figure in figures.items()]


def headline(scored: Table, *, language: Language | None = None) -> Headline:
    """Sum a scored list up: customers, revenue, period, the 80/20 rule as measured, and the segments by money.

    Parameters
    ----------
    scored : table, n_customers rows
        As `score_customers` gives it.
    language : {"en", "zh"}, optional
        Language of the `segment_label` of `Headline.segments`.

    Returns
    -------
    Headline

    Raises
    ------
    ColumnError
        A column of the scored list is absent, or missing for some customers.
    DataError
        The table has no rows, or all spend together is not above 0.

    Examples
    --------
    >>> from crmkit import datasets
    >>> found = headline(score_customers(datasets.load_ten_customers()))
    >>> found.customers, found.revenue, found.top_share, found.n_reach
    (10, 10000.0, 0.8, 2)
    """
    language = labels.resolve(language)
    table = _frame.open_table(
        scored, numbers=["orders", "monetary", "recency"], keys=["first_date", "last_date", "segment"], hint=HINT
    )
    spread = pyramid.concentration(scored)
    last = nw.col("last_date")
    found = table.collect(
        table.frame.select(
            nw.col("orders").sum(),
            nw.col("recency").min(),
            nw.col("first_date").min(),
            last.max(),
        )
    )
    first_date, last_date = (_checks.date_of(found[name][0]) for name in ("first_date", "last_date"))
    n_reach = spread.customers_for(REACH)
    return Headline(
        customers=spread.customers,
        orders=int(found["orders"][0]),
        revenue=spread.value,
        first_date=first_date,
        last_date=last_date,
        as_of=last_date + dt.timedelta(days=int(found["recency"][0])),
        n_top=int(np.ceil(spread.customers * TOP - pyramid.ROUNDING)),
        top_share=spread.top_share(TOP),
        n_reach=n_reach,
        reach_share=n_reach / spread.customers,
        segments=_segments(scored, language),
    )


def _segments(scored: Table, language: Language) -> Table:
    """The segments by money, the most on top, with their labels."""
    table = _frame.open_table(rfm.describe_segments(scored))
    found = table.collect(table.frame)
    order = np.argsort(-found["value"], kind="stable")
    named = {
        "segment": found["segment"],
        "segment_label": np.array([labels.segment(name, language) for name in found["segment"]]),
    }
    figures = {name: found[name] for name in ("customers", "customer_share", "value", "value_share")}
    return table.build({name: column[order] for name, column in (named | figures).items()})
