"""The back-test: segments as they would have been at past dates, and what their customers did next.

A segmentation is worth its trouble if its best segments buy again more than others, and more than the customers that
plain sorting by recency would have picked. Both are counted here, on days that the segmentation has not seen.

Sources: Tashman (2000), Out-of-sample tests of forecasting accuracy, International Journal of Forecasting 16(4),
437-450 (several origins); Wübben & von Wangenheim (2008), Instant customer base analysis: managerial heuristics often
"get it right", Journal of Marketing 72(3), 82-93 (recency alone as the rival to beat); Wilson (1927) for the intervals.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, labels
from crmkit._frame import engines
from crmkit._frame.engines import AnyFrame, LazyFrame
from crmkit._results import Result
from crmkit._statistics import wilson
from crmkit._types import Array, Bools, Date, Duration, Floats, Ints, Table
from crmkit.definitions import Definition
from crmkit.errors import ArgumentError, DataError, shown
from crmkit.labels import Language
from crmkit.transactions import Transactions, open_transactions
from crmkit.validation import _pages
from crmkit.validation._schemes import Scheme, Segmentation, in_order, segmentation_of
from crmkit.validation._slices import sliced

ALL, UNGROUPED = "all_customers", "no_segment"
SHARES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
MOST_ORIGINS = 4
TOP = 0.2  # of customers, in the headline


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class BackTest(Result):
    """What the segments of past dates went on to do; given by `backtest`.

    "Rebuyers" bought on at least one day of the horizon that follows the origin. Money is that of the horizon, refunds
    treated as the transactions say. Tables are of the kind of the transactions.

    Attributes
    ----------
    segments : table, one row per origin and segment, in the order of contact, and one for "all_customers"
        `origin`; `segment`; `customers` and `customer_share` (of all at the origin); `rebuyers`; `rebuy_rate` with its
        interval `rate_low` and `rate_high` (Wilson); `lift` (rebuy rate over that of all customers); `revenue`,
        `revenue_share` (of the revenue of all customers) and `revenue_per_customer`. The rows of segments add up to
        "all_customers" exactly.
    pooled : table, one row per segment and one for "all_customers"
        The same, added up over the origins (in the order of the last one, if it was learned); `lowest_rate` and
        `highest_rate` are those of single origins. A customer counts once at each origin, so the interval is that of
        the mean number of customers, as if all origins told the same.
    gain : table, one row per origin and segment
        Who is reached if the segments are contacted in order down to this one: `customers`, `customer_share`,
        `rebuyers`, `rebuyer_share`, `revenue`, `revenue_share`, all cumulative. The same number of customers sorted by
        recency alone reach `recency_rebuyers` and `recency_revenue`; picked at random, `random_rebuyers` and
        `random_revenue`. `lift_over_recency`, `lift_over_random` compare rebuyers, `revenue_lift_over_recency` and
        `revenue_lift_over_random` revenue.
    lift : table, one row per share of customers contacted (5, 10, 20 ... 100 %)
        The same added up over the origins, the last segment reached only in part; `lowest_lift` and `highest_lift` are
        the lifts in rebuyers over recency at single origins.
    totals : table, one row per origin
        `origin`; `until` (last day of the horizon); `customers`, `rebuyers` and `revenue` of those known at the
        origin; `later_customers`, who first bought in the horizon, and `later_revenue`, of all who were no customers at
        the origin; `total_revenue`, all money of the horizon. The two revenues add up to it exactly.
    origins : tuple of datetime.date
        The days on which the pasts ended.
    horizon : int
        Days that were looked ahead.
    order : {"listed", "given", "learned"}
        Where the order of contact comes from.
    definition : crmkit.definitions.Definition
        What the rebuy rate counts, in words.
    own_labels : mapping of segment to label
        What rules of your own call their segments, where they have a `label`; others have crmkit's words.
    """

    main: ClassVar[str] = "segments"
    drawn: ClassVar[str] = "backtest"

    segments: Table
    pooled: Table
    gain: Table
    lift: Table
    totals: Table
    origins: tuple[dt.date, ...]
    horizon: int
    order: str
    definition: Definition
    own_labels: Mapping[str, str]

    def headline(self, language: Language | None = None) -> str:
        """One sentence: whom a fifth of the customers reaches, by segment and by recency alone.

        Examples
        --------
        >>> import crmkit as crm
        >>> tx = crm.Transactions(crm.datasets.load_cdnow(sample=True))
        >>> print(backtest(tx, "eight", origins="1997-09-30").headline())
        The best 20% of customers by segment are 49.1% of those who buy again; by recency alone 52.7% (lift 0.93).
        """
        found = engines.collect(engines.wrap(self.lift))
        at = int(np.argmin(np.abs(found["customer_share"] - TOP)))
        reached, everyone = float(found["rebuyers"][at]), float(np.max(found["rebuyers"]))
        if everyone == 0:
            return labels.text("backtest_nobody", language)
        return labels.phrase(
            "backtest_headline",
            language,
            top=f"{TOP:.0%}",
            segments=f"{reached / everyone:.1%}",
            recency=f"{float(found['recency_rebuyers'][at]) / everyone:.1%}",
            lift=f"{float(found['lift_over_recency'][at]):.2f}",
        )

    def text(self, language: Language | None = None) -> str:
        r"""What the segments did at all origins together, the headline and the definition, to be read as they are.

        Examples
        --------
        >>> import crmkit as crm
        >>> tx = crm.Transactions(crm.datasets.load_cdnow(sample=True))
        >>> found = backtest(tx, "textbook", origins="1997-09-30")
        >>> print(*found.text().splitlines()[:5], sep="\n")
        segment        customers  bought again  rebuy rate       interval  lift    revenue  share of revenue
        Important             24            16       66.7%    46.7-82.0 %  3.95   3,380.66             12.3%
        Secondary            448           177       39.5%    35.1-44.1 %  2.34  15,603.58             57.0%
        Ordinary             707           112       15.8%    13.3-18.7 %  0.94   5,095.95             18.6%
        Small              1,178            93        7.9%      6.5-9.6 %  0.47   3,303.09             12.1%
        >>> found.text("zh").splitlines()[5].split()
        ['全部客户', '2,357', '398', '16.9%', '15.4-18.5', '%', '1.00', '27,383.28', '100.0%']
        """
        language = labels.resolve(language)
        found = engines.collect(engines.wrap(self.pooled))
        written = _pages.table(
            {
                "segment": [labels.segment(str(name), language, self.own_labels) for name in found["segment"]],
                "customers": [f"{n:,}" for n in found["customers"]],
                "backtest_rebuyers": [f"{n:,}" for n in found["rebuyers"]],
                "rebuy_rate": [_pages.share(rate) for rate in found["rebuy_rate"]],
                "backtest_interval": [
                    "-" if low != low else f"{100 * low:.1f}-{100 * high:.1f} %"
                    for low, high in zip(found["rate_low"], found["rate_high"], strict=True)
                ],
                "backtest_lift": ["-" if lift != lift else f"{lift:.2f}" for lift in found["lift"]],
                "revenue": [f"{money:,.2f}" for money in found["revenue"]],
                "revenue_share": [_pages.share(part) for part in found["revenue_share"]],
            },
            language,
            n_names=1,
        )
        return "\n\n".join([written, self.headline(language), self.definition.text(language)])

    def shown(self) -> tuple[Any, ...]:
        """What the segments did, in short, and what was counted."""
        return self.pooled, self.headline(), self.definition


def backtest(
    transactions: Table,
    scheme: Scheme = "eleven",
    *,
    origins: Date | Sequence[Date] | None = None,
    horizon: Duration = "90D",
    order: str | Sequence[str] | None = None,
    column: str = "segment",
    level: float = 0.95,
) -> BackTest:
    """Score customers at past dates, blind to what came later, and count what each segment then did.

    At each origin the scheme is run on the rows up to that day and on no others: later rows are not in what it is
    given. Then the horizon is opened and rebuyers and revenue are counted by segment.

    The segments are also contacted in order, the best first, and compared with the same number of customers sorted by
    recency alone, the simplest rival, and picked at random. Where customers are equal (one segment, one day of
    last purchase) those taken are drawn at random, so the figures are expectations, and no ids play a part. The order
    of contact is never taken from the outcome that it is judged by.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Nothing after its `as_of` is seen.
    scheme : name, rules, shares, or function, default "eleven"
        "eleven" or "eight" (segments by RFM on five levels); "textbook", "curry", "zeithaml" or "abc" (tiers); rules
        for five levels as in `crmkit.rfm.segment`, also as a table; a mapping of tier to share as in
        `crmkit.pyramid.assign_tiers`. Or a function from transactions to a table with customer_id and `column`: a value
        matrix, stages, clusters, churn deciles; the names must mean the same at every date, and what it has learnt
        elsewhere must be older than the origins.
    origins : date or sequence of dates, optional
        Days on which the past ends. By default up to four, one horizon apart, the last one horizon before the end of
        the data: outcomes do not overlap, and a past of at least one horizon lies before the first.
    horizon : duration, default "90D"
        Days after the origin in which customers are watched; all must be in the data.
    order : "listed", "learned", or sequence of segments, optional
        The order of contact, best first. "listed": as the scheme or your rules list the segments, the default where
        they do. "learned": by the rebuy rates one horizon earlier, which were known at the origin; the default for
        functions. Or your own order. Customers whom a function gives no segment are contacted last.
    column : str, default "segment"
        Column that a function's table has the segments in.
    level : float, default 0.95
        Confidence of the intervals of the rebuy rates (Wilson).

    Returns
    -------
    BackTest

    Raises
    ------
    ArgumentError
        The horizon of an origin is not all in the data (silence there would look like loss; the message names the
        latest origin that works), an origin lies before the data, the scheme or order is unknown.
    ColumnError, DataError
        The table of a function lacks a column, has several rows for a customer, or customers who had not bought yet.

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_cdnow(sample=True))
    >>> found = backtest(tx, "eight", origins="1997-09-30")
    >>> found.segments[["segment", "customers", "rebuyers", "rebuy_rate", "revenue"]].iloc[[0, -2, -1]].round(3)
                segment  customers  rebuyers  rebuy_rate   revenue
    0   important_value        620       257       0.415  21489.06
    7  general_win_back       1058        68       0.064   2795.47
    8     all_customers       2357       398       0.169  27383.28
    >>> found.gain[["segment", "rebuyers", "recency_rebuyers", "lift_over_recency"]].head(2).round(2)
               segment  rebuyers  recency_rebuyers  lift_over_recency
    0  important_value       257            260.67               0.99
    1   important_keep       266            281.00               0.95
    """
    segmentation = segmentation_of(scheme, column)
    _check_order(order)
    tx = open_transactions(transactions)
    days = _whole_days(horizon)
    chosen = _origins(tx, origins, days)
    listed = segmentation.order if order in (None, "listed") else None
    if order == "listed" and listed is None:
        raise ArgumentError("validation_order_listed_function_lists")
    source = "listed" if listed else "learned" if order in (None, "learned") else "given"
    confidence = _checks.level_of(level)
    trial = _Trial(tx, segmentation, days)
    outcomes = [trial.outcome(origin) for origin in chosen]
    everywhere = sorted({name for one in outcomes for name in one.present})
    if source == "learned":
        orders = [trial.learned(outcome) for outcome in outcomes]
        pooled = [*orders[-1], *(name for name in everywhere if name not in orders[-1])]
    else:
        pooled = in_order(listed or tuple(order or ()), everywhere, last=(UNGROUPED,))
        orders = [[name for name in pooled if name in one.present] for one in outcomes]
    return _result(
        tx, list(zip(outcomes, orders, strict=True)), pooled, days, source, segmentation.own_labels, confidence
    )


def _check_order(order: Any) -> None:
    known = order in ("listed", "learned") if isinstance(order, str) else isinstance(order, Sequence)
    if order is not None and not known:
        raise ArgumentError("order", order, "validation_known_listed_learned_segments")


def _whole_days(horizon: Duration) -> int:
    days = round(_checks.days_of(horizon))
    if days < 1:
        raise ArgumentError("horizon", horizon, "validation_shorter_day_duration_horizon")
    return days


# --- origins --------------------------------------------------------------------------------------------------------


def _origins(tx: Transactions, origins: Any, days: int) -> list[dt.date]:
    """The origins, in order of time, each followed by a horizon that the data cover."""
    latest = tx.as_of - dt.timedelta(days=days)
    first = _checks.date_of_day(_first_purchase(tx))
    if first == tx.as_of:
        raise ArgumentError("validation_nobody_bought_before_day", first=first)
    if latest < first:
        raise ArgumentError(
            "validation_horizon_days_leaves_past",
            days=days,
            first=first,
            as_of=tx.as_of,
            max=max((tx.as_of - first).days // 3, 1),
        )
    if origins is None:
        return _default_origins(latest, first, days)
    several = hasattr(origins, "__iter__") and not isinstance(origins, str)
    chosen = [_checks.date_of(one, "origins") for one in (origins if several else [origins])]
    _refuse_origins(chosen, latest, first, days, tx.as_of)
    return sorted(chosen)


def _first_purchase(tx: Transactions) -> int:
    """The day on which the first customer came; data may begin with refunds of earlier purchases."""
    if not tx.has_refunds:
        return tx.first_day
    bought = tx.purchases()
    return int(engines.collect(bought.select(first=nw.col("day").min()))["first"][0])


def _default_origins(latest: dt.date, first: dt.date, days: int) -> list[dt.date]:
    spaced = [latest - dt.timedelta(days=days * back) for back in range(MOST_ORIGINS)]
    with_past = [origin for origin in spaced if origin - dt.timedelta(days=days) >= first]
    return sorted(with_past or [latest])


def _refuse_origins(chosen: list[dt.date], latest: dt.date, first: dt.date, days: int, as_of: dt.date) -> None:
    late = [str(origin) for origin in sorted(chosen) if origin > latest]
    if late:
        raise ArgumentError("validation_days_after_origin_all", days=days, late=shown(late), as_of=as_of, latest=latest)
    early = [str(origin) for origin in sorted(chosen) if origin < first]
    if early:
        raise ArgumentError("validation_origin_before_where_data", early=shown(early), first=first)
    if not chosen or len(set(chosen)) < len(chosen):
        raise ArgumentError(
            "origins", [str(origin) for origin in chosen], "validation_least_date_each_once", latest=latest
        )


# --- what happened --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Outcome:
    """The customers known at an origin, counted by segment and days since the last purchase; money in units."""

    origin: dt.date
    segment: Array  # shape (n_cells,)
    recency: Ints
    customers: Ints
    rebuyers: Ints
    money: Ints
    later_customers: int
    later_money: int

    @property
    def present(self) -> list[str]:
        return sorted(set(self.segment.tolist()))

    def by_segment(self, order: Sequence[str]) -> tuple[Ints, Ints, Ints]:
        """Customers, rebuyers and money of each segment."""
        return self._summed([self.segment == name for name in order])

    def by_recency(self) -> tuple[Ints, Ints, Ints]:
        """The same by days since the last purchase, the most recent first."""
        return self._summed([self.recency == days for days in np.unique(self.recency)])

    def _summed(self, parts: Sequence[Bools]) -> tuple[Ints, Ints, Ints]:
        what = (self.customers, self.rebuyers, self.money)
        sums = [np.array([column[part].sum() for part in parts], dtype=np.int64) for column in what]
        return sums[0], sums[1], sums[2]


class _Trial:
    """Outcomes of one segmentation, each computed once: the earlier date of one origin is often another origin."""

    def __init__(self, tx: Transactions, segmentation: Segmentation, days: int) -> None:
        self.tx, self.segmentation, self.days = tx, segmentation, days
        self._known: dict[dt.date, _Outcome] = {}

    def outcome(self, origin: dt.date) -> _Outcome:
        if origin not in self._known:
            self._known[origin] = self._counted(origin)
        return self._known[origin]

    def learned(self, outcome: _Outcome) -> list[str]:
        """The segments by the rebuy rates that were known at the origin; those unknown then at the rate of all."""
        earlier = outcome.origin - dt.timedelta(days=self.days)
        first = _checks.date_of_day(self.tx.first_day)
        if earlier < first:
            raise ArgumentError(
                "validation_order_learned_reads_rates", earlier=earlier, origin=str(outcome.origin), first=first
            )
        known = self.outcome(earlier)
        n, again, _ = known.by_segment(known.present)
        rates = dict(zip(known.present, again / n, strict=True))
        overall = float(again.sum()) / float(n.sum())
        last = [name for name in outcome.present if name == UNGROUPED]
        named = [name for name in outcome.present if name != UNGROUPED]
        return sorted(named, key=lambda name: (-rates.get(name, overall), name)) + last

    def _counted(self, origin: dt.date) -> _Outcome:
        past = sliced(self.tx, origin)
        facts = self._facts(origin)
        groups = self.segmentation.groups(self.segmentation.prepare(past), facts)
        joined = facts.join(groups.lazy(), on="customer_id", how="left")
        lacks = nw.col("segment").is_null()
        marked = joined.with_columns(
            segment=nw.when(lacks).then(nw.lit(UNGROUPED)).otherwise(nw.col("segment")),
            grouped=nw.when(lacks).then(0).otherwise(1),
        )
        cells = engines.collect(
            marked.group_by("segment", "grouped", "recency").agg(
                n=nw.len(), again=nw.col("again").sum(), money=nw.col("money").sum()
            )
        )
        n, again, money = (cells[name].astype(np.int64) for name in ("n", "again", "money"))
        names, known = cells["segment"].astype(object), cells["recency"] >= 0
        self._refuse_strangers(groups, facts, origin, int(n[known & (cells["grouped"] == 1)].sum()))
        if ALL in names:
            raise DataError("validation_scheme_segment_called_name", all=ALL)
        return _Outcome(
            origin,
            names[known],
            cells["recency"][known].astype(np.int64),
            n[known],
            again[known],
            money[known],
            later_customers=int(again[~known].sum()),
            later_money=int(money[~known].sum()),
        )

    def _facts(self, origin: dt.date) -> LazyFrame:
        """Of everybody in the data: recency at the origin (-1: no customer yet), and purchases and money after it."""
        end = _checks.day_number(origin)
        rows = self.tx.until(origin + dt.timedelta(days=self.days)).rows()
        day, bought = nw.col("day"), nw.col("bought") == 1
        marked = rows.select(
            "customer_id",
            last=nw.when(bought & (day <= end)).then(day),
            again=nw.when(bought & (day > end)).then(1).otherwise(0),
            money=nw.when(day > end).then(nw.col("money")).otherwise(0),
        )
        facts = marked.group_by("customer_id").agg(
            nw.col("last").max(), nw.col("again").max(), nw.col("money").sum().cast(nw.Int64)
        )
        recency = nw.when(~nw.col("last").is_null()).then(end - nw.col("last")).otherwise(-1)
        return facts.select("customer_id", "again", "money", recency=recency.cast(nw.Int64))

    def _refuse_strangers(self, groups: AnyFrame, facts: LazyFrame, origin: dt.date, n_known: int) -> None:
        """Whoever has a segment must have bought by the origin; another id is a mistake, or a look ahead."""
        if not self.segmentation.from_rows:
            return
        ids = groups.lazy().select("customer_id")
        others = ids.join(facts.filter(nw.col("recency") >= 0), on="customer_id", how="anti")
        n_all = int(engines.collect(ids.select(n=nw.len()))["n"][0])
        if n_all > n_known:
            found = engines.collect(others)["customer_id"].tolist()
            raise DataError(
                "validation_scheme_gave_segments_ids", value=n_all - n_known, origin=origin, found=shown(sorted(found))
            )


# --- tables ---------------------------------------------------------------------------------------------------------


def _result(
    tx: Transactions,
    each: Sequence[tuple[_Outcome, Sequence[str]]],
    pooled: Sequence[str],
    days: int,
    source: str,
    own_labels: Mapping[str, str],
    level: float,
) -> BackTest:
    outcomes = [outcome for outcome, _ in each]
    segments = [_segment_rows(tx, outcome, order, level) for outcome, order in each]
    values = {"origin": _said([one.origin for one in outcomes]), "days": days, "level": f"{100 * level:g}"}
    return BackTest(
        segments=engines.build(_stacked(segments), tx.like),
        pooled=engines.build(_pooled(tx, outcomes, pooled, level), tx.like),
        gain=engines.build(_stacked([_gain_rows(tx, outcome, order) for outcome, order in each]), tx.like),
        lift=engines.build(_lift(tx, each), tx.like),
        totals=engines.build(_totals(tx, outcomes, days), tx.like),
        origins=tuple(one.origin for one in outcomes),
        horizon=days,
        order=source,
        definition=Definition("backtest_rebuy_rate", tx.as_of, values),
        own_labels=own_labels,
    )


def _said(origins: Sequence[dt.date]) -> str:
    return ", ".join(str(origin) for origin in origins)


def _stacked(parts: Sequence[Mapping[str, Array]]) -> dict[str, Array]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _with_total(*columns: Ints) -> list[Ints]:
    return [np.append(column, column.sum()) for column in columns]


def _ratio(part: Any, whole: Any) -> Floats:
    """One over the other, not a number where the whole is 0."""
    part, whole = np.asarray(part, dtype=float), np.asarray(whole, dtype=float)
    ratio: Floats = part / np.where(whole == 0, np.nan, whole)
    return ratio


def _figures(tx: Transactions, n: Ints, again: Ints, money: Ints) -> dict[str, Array]:
    """What is said of segments; the last row is all customers."""
    rate, revenue = _ratio(again, n), tx.money(money)
    return {
        "customers": n,
        "customer_share": _ratio(n, n[-1]),
        "rebuyers": again,
        "rebuy_rate": rate,
        "lift": _ratio(rate, rate[-1]),
        "revenue": revenue,
        "revenue_share": _ratio(money, money[-1]) if money[-1] > 0 else np.full(len(n), np.nan),
        "revenue_per_customer": revenue / n,
    }


_SEGMENT_COLUMNS = (
    "customers", "customer_share", "rebuyers", "rebuy_rate", "rate_low", "rate_high", "lift", "revenue",
    "revenue_share", "revenue_per_customer",
)  # fmt: skip


def _segment_rows(tx: Transactions, outcome: _Outcome, order: Sequence[str], level: float) -> dict[str, Array]:
    n, again, money = _with_total(*outcome.by_segment(order))
    figures = _figures(tx, n, again, money)
    figures["rate_low"], figures["rate_high"] = wilson(again, n, level)
    names = {"origin": _dates(outcome.origin, len(n)), "segment": np.array([*order, ALL], dtype=object)}
    return names | {name: figures[name] for name in _SEGMENT_COLUMNS}


def _pooled(tx: Transactions, outcomes: Sequence[_Outcome], names: Sequence[str], level: float) -> dict[str, Array]:
    """All origins together."""
    each = [_with_total(*one.by_segment(names)) for one in outcomes]
    n, again, money = (np.sum([one[at] for one in each], axis=0) for at in range(3))
    figures = _figures(tx, n, again, money)
    rates = np.array([_ratio(one[1], one[0]) for one in each])
    figures["rate_low"], figures["rate_high"] = wilson(again / len(outcomes), n / len(outcomes), level)
    figures = {name: figures[name] for name in _SEGMENT_COLUMNS}
    spread = {"lowest_rate": np.nanmin(rates, axis=0), "highest_rate": np.nanmax(rates, axis=0)}
    return {"segment": np.array([*names, ALL], dtype=object)} | figures | spread


def _dates(date: dt.date, n: int) -> Array:
    return np.full(n, np.datetime64(date, "D"))


def _reached(outcome: _Outcome, order: Sequence[str], n: Any) -> dict[str, Floats]:
    """Rebuyers and money among the first n customers: by segment, by recency, at random."""
    everyone = float(outcome.customers.sum())
    reached = {}
    for prefix, parts in (("", outcome.by_segment(order)), ("recency_", outcome.by_recency())):
        ends, again, money = (np.append(0, np.cumsum(part)).astype(float) for part in parts)
        # between two ends everybody is equal, so those taken bring their share
        reached[f"{prefix}rebuyers"] = np.interp(n, ends, again)
        reached[f"{prefix}money"] = np.interp(n, ends, money)
    reached["random_rebuyers"] = n / everyone * outcome.rebuyers.sum()
    reached["random_money"] = n / everyone * outcome.money.sum()
    return reached


def _compared(tx: Transactions, reached: Mapping[str, Floats]) -> dict[str, Array]:
    """The rivals beside the segments."""
    again, money = reached["rebuyers"], reached["money"]
    return {
        "recency_rebuyers": reached["recency_rebuyers"],
        "random_rebuyers": reached["random_rebuyers"],
        "lift_over_recency": _ratio(again, reached["recency_rebuyers"]),
        "lift_over_random": _ratio(again, reached["random_rebuyers"]),
        "recency_revenue": tx.money(reached["recency_money"]),
        "random_revenue": reached["random_money"] / tx.scale,
        "revenue_lift_over_recency": _lift_of(money, reached["recency_money"]),
        "revenue_lift_over_random": _lift_of(money, reached["random_money"]),
    }


def _lift_of(money: Floats, rival: Floats) -> Floats:
    """A ratio of money; there is none where the rival lost money to refunds."""
    return _ratio(money, np.where(rival > 0, rival, 0))


def _gain_rows(tx: Transactions, outcome: _Outcome, order: Sequence[str]) -> dict[str, Array]:
    n, again, money = (np.cumsum(part) for part in outcome.by_segment(order))
    compared = _compared(tx, _reached(outcome, order, n.astype(float)))
    return {
        "origin": _dates(outcome.origin, len(n)),
        "segment": np.array(order, dtype=object),
        "customers": n,
        "customer_share": _ratio(n, n[-1]),
        "rebuyers": again,
        "rebuyer_share": _ratio(again, again[-1]),
        "revenue": tx.money(money),
        "revenue_share": _lift_of(money.astype(float), np.full(len(n), money[-1], dtype=float)),
        **compared,
    }


def _lift(tx: Transactions, each: Sequence[tuple[_Outcome, Sequence[str]]]) -> dict[str, Array]:
    shares = np.array(SHARES)
    counts = [shares * outcome.customers.sum() for outcome, _ in each]
    found = [_reached(outcome, order, n) for (outcome, order), n in zip(each, counts, strict=True)]
    total = {name: np.sum([one[name] for one in found], axis=0) for name in found[0]}
    lifts = np.array([_ratio(one["rebuyers"], one["recency_rebuyers"]) for one in found])
    again, money = total["rebuyers"], total["money"]
    return {
        "customer_share": shares,
        "customers": np.sum(counts, axis=0),
        "rebuyers": again,
        "rebuyer_share": _ratio(again, again[-1]),
        "revenue": tx.money(money),
        "revenue_share": _lift_of(money, np.full(len(shares), money[-1])),
        **_compared(tx, total),
        "lowest_lift": lifts.min(axis=0),
        "highest_lift": lifts.max(axis=0),
    }


def _totals(tx: Transactions, outcomes: Sequence[_Outcome], days: int) -> dict[str, Array]:
    known = np.array([one.money.sum() for one in outcomes], dtype=np.int64)
    later = np.array([one.later_money for one in outcomes], dtype=np.int64)
    ends = [one.origin + dt.timedelta(days=days) for one in outcomes]
    return {
        "origin": np.array([one.origin for one in outcomes], dtype="datetime64[D]"),
        "until": np.array(ends, dtype="datetime64[D]"),
        "customers": np.array([one.customers.sum() for one in outcomes], dtype=np.int64),
        "rebuyers": np.array([one.rebuyers.sum() for one in outcomes], dtype=np.int64),
        "revenue": tx.money(known),
        "later_customers": np.array([one.later_customers for one in outcomes], dtype=np.int64),
        "later_revenue": tx.money(later),
        "total_revenue": tx.money(known + later),
    }
