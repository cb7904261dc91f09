"""Repurchase: of those who bought n times, how many bought once more, and how soon; groups and years compared.

Who bought yesterday has not failed to return. `repurchase` therefore states two rates: the share that has returned so
far, which grows with time, and the share within a number of days, estimated from all purchases for as long as each was
seen.
`compare_repurchase` compares groups, and a period with the same one a year before, among purchases that had the same
time to be followed.

Purchases of one customer resemble each other, so intervals count customers: half a million purchases of a thousand
customers say as much as a thousand customers can.

Sources: Kaplan & Meier (1958), JASA 53, 457-481; Newcombe (1998), Interval estimation for the difference between
independent proportions, Statistics in Medicine 17, 873-890 (method 10); Korn & Graubard (1998), Survey Methodology 24,
193-201 (effective sample sizes).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _compared_groups
from crmkit._frame import engines, outputs
from crmkit._frame.engines import LazyFrame
from crmkit._results import Result
from crmkit._statistics import effective_size, newcombe, wilson
from crmkit._types import Array, Duration, Groups, Span, Table
from crmkit.definitions import Definition
from crmkit.errors import ArgumentError, DataError, Words
from crmkit.survival._km import Curve, curve
from crmkit.survival._spells import of_customers, spells
from crmkit.transactions import Transactions, open_transactions

YEARS = ("year_before", "this_period")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Repurchase(Result):
    """Repurchase rates; given by `repurchase` and `compare_repurchase`.

    Attributes
    ----------
    table : table
        The rates, one per row.
    definition : Definition
        What was counted.
    """

    table: Table
    definition: Definition


def repurchase(
    transactions: Table, *, within: Duration = "90D", by: Groups | None = None, most: int = 10, level: float = 0.95
) -> Repurchase:
    """Repurchase rate by order number: first to second purchase, second to third, and so on.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Nothing after its `as_of` is seen. Purchases are purchase days.
    within : duration, default "90D"
        Time for `rate_within`.
    by : role of the transactions, or table with customer_id and group, optional
        Rates of each group: the channel, category or product of the first purchase, or groups of your own.
    most : int, default 10
        The last order number of its own; it stands for that one and all later ones.
    level : float, default 0.95
        Confidence level of the interval of `rate_within`.

    Returns
    -------
    Repurchase
        `table`, one row per group and order number, in the kind of the transactions: `group`, `order_number`,
        `purchases`, `returned` (followed by another one so far), `rate` (returned / purchases), `rate_within`
        (Kaplan-Meier estimate of the share that returns within so many days; missing where nobody was seen for so long)
        with its interval `within_low`, `within_high` (of customers),
        and `median_days` to the next purchase among all purchases (missing while less than half have returned).

    Raises
    ------
    ArgumentError
        `within` is no duration of at least a day, or `by` or `most` cannot be used.

    Examples
    --------
    >>> from crmkit import datasets
    >>> rates = repurchase(datasets.load_cdnow(), within="90D").table
    >>> rates[["order_number", "purchases", "rate", "rate_within"]].round(2).head(3)
       order_number  purchases  rate  rate_within
    0             1      23570  0.49         0.29
    1             2      11516  0.65         0.42
    2             3       7476  0.71         0.51
    """
    days, last, confidence = _days(within), _checks.count("most", most), _checks.level_of(level)
    tx = open_transactions(transactions)
    number = nw.when(nw.col("number") > last).then(nw.lit(last)).otherwise(nw.col("number"))
    with outputs.kept(spells(tx).with_columns(number=number)) as each:
        cells, groups = _compared_groups.counted(tx, each, by, ["number", "gap", "closed"])
        curves: dict[tuple[str, int], Curve] = {}
        for group in groups:
            here = cells["group"] == group
            for which in sorted(set(cells["number"][here].tolist())):
                own = here & (cells["number"] == which)
                curves[group, which] = curve(*(cells[name][own] for name in ("gap", "closed", "n")), level=confidence)
        _widen_the_last(tx, each.filter(nw.col("number") == last), by, curves, last)
    rows = [{"group": group, "order_number": which, **_rates(found, days)} for (group, which), found in curves.items()]
    definition = Definition(
        "rate_within", tx.as_of, {"days": f"{days:g}", "most": last, "level": f"{100 * confidence:g}"}
    )
    return Repurchase(
        engines.build({name: np.array([row[name] for row in rows]) for name in rows[0]}, tx.like), definition
    )


def _days(within: Duration) -> float:
    days = _checks.days_of(within, "within")
    if days < 1:
        raise ArgumentError("within", within, "survival_less_day_least_day")
    return days


def _widen_the_last(
    tx: Transactions, each: LazyFrame, by: Groups, curves: dict[tuple[str, int], Curve], last: int
) -> None:
    """The last order number stands for many purchases of a customer, who resemble each other."""
    pooled = {group: found for (group, which), found in curves.items() if which == last}
    if not pooled:
        return
    if by is None:
        wider = of_customers(each, [], {(): pooled[_compared_groups.ALL]})
    else:
        grouped = each.join(_compared_groups.groups_of(tx, by), on="customer_id", how="inner")
        wider = of_customers(grouped, ["group"], {(group,): found for group, found in pooled.items()})
    for group, found in zip(pooled, wider.values(), strict=True):
        curves[group, last] = found


def _rates(found: Curve, days: float) -> dict[str, float]:
    """The rates of purchases from the curve of their gaps, closed or open."""
    purchases, returned = int(found.at_risk[0]), int(found.events.sum())
    at = int(np.searchsorted(found.time, days, side="right")) - 1
    seen = days <= found.time[-1]
    return {
        "purchases": purchases,
        "returned": returned,
        "rate": returned / purchases,
        "rate_within": float(1 - found.survival[at]) if seen else np.nan,
        "within_low": float(1 - found.high[at]) if seen else np.nan,
        "within_high": float(1 - found.low[at]) if seen else np.nan,
        "median_days": found.median,
    }


def compare_repurchase(
    transactions: Table,
    *,
    within: Duration = "90D",
    by: Groups | None = None,
    baseline: str | None = None,
    current: Span | None = None,
    level: float = 0.95,
) -> Repurchase:
    """Compare repurchase rates: of groups with each other, or of a period with the same one a year before.

    Only purchases that had all of `within` to be followed are counted, so that nobody is compared with less time.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Nothing after its `as_of` is seen. Purchases are purchase days.
    within : duration, default "90D"
        Time in which a purchase must be followed by another one of the same customer.
    by : role of the transactions, or table with customer_id and group, optional
        Compare groups of customers: the channel, category or product of the first purchase, or groups of your own.
    baseline : str, optional
        The group that the others are compared with. Default: the largest.
    current : (first day, last day), optional
        Count the purchases of these days only. Without `by`, they are compared with those of the same days a year
        before. Default: with `by` all purchases; without, the last year in which purchases had time to be followed.
    level : float, default 0.95
        Confidence of the intervals.

    Returns
    -------
    Repurchase
        `table`, one row per group (or period), the one compared with first: `group`, `purchases`, `returned`,
        `rate` with its interval `rate_low`, `rate_high` (Wilson), `difference` (rate less that of the first row)
        with its interval `difference_low`, `difference_high` (Newcombe; missing in the first row), and `relative`
        (difference / rate of the first). Intervals are of customers, whose purchases resemble each other, and who may
        have bought in both periods.

    Raises
    ------
    ArgumentError
        `baseline` is no group, or is given without `by`; `within` is no duration of at least a day; or `current` no
        pair of dates in order, or ends too late for its purchases to be followed.
    DataError
        The data do not cover a period to compare, or have no purchase in it.

    Examples
    --------
    >>> sales = {"customer_id": list("aabbccdd"), "amount": [5.0] * 8, "channel": ["web"] * 4 + ["shop"] * 4,
    ...          "date": ["2024-01-01", "2024-01-20", "2024-01-01", "2024-02-02", "2024-01-01", "2024-06-01",
    ...                   "2024-01-01", "2024-06-02"]}
    >>> compare_repurchase(sales, within="60D", by="channel", baseline="shop").table[["group", "rate", "difference"]]
      group  rate  difference
    0  shop   0.0         0.0
    1   web   0.5         0.5
    """
    days, confidence = int(_days(within)), _checks.level_of(level)
    if by is None and baseline is not None:
        raise ArgumentError("baseline", baseline, "survival_goes_channel_too_leave")
    tx = open_transactions(transactions)
    last = _checks.day_number(tx.as_of) - days
    in_time = (nw.col("closed") == 1) & (nw.col("gap") <= days)
    found = spells(tx).with_columns(returned=nw.when(in_time).then(nw.lit(1)).otherwise(nw.lit(0)))
    if by is None:
        spans = _years(tx, current, last)
        rates = _of_years(found, spans)
        counted = {
            "counted": "definition_days_of_years",
            **_dates("_before", spans[YEARS[0]]),
            **_dates("", spans[YEARS[1]]),
        }
    else:
        begin, end = _span(current) if current else (tx.first_day, last)
        _refuse_unfollowed(end, last, days, tx)
        groups = _of_groups(tx, found.filter((nw.col("day") >= begin) & (nw.col("day") <= end)), by)
        if not groups:
            raise _no_purchase(tx, begin, end, days)
        rates = _first_of_all(groups, baseline)
        counted = {"counted": "definition_days_of_groups", **_dates("", (begin, end))}
    definition = Definition("rate_compared", tx.as_of, {"days": days, "level": f"{100 * confidence:g}", **counted})
    return Repurchase(engines.build(_compared(rates, confidence, same_customers=by is None), tx.like), definition)


def _span(current: Span) -> tuple[int, int]:
    try:
        begin, end = (_checks.day_number(_checks.date_of(day, "current")) for day in current)
    except (TypeError, ValueError):
        raise ArgumentError("current", current, "survival_pair_dates") from None
    if begin > end:
        raise ArgumentError("current", current, "survival_ends_before_begins_first")
    return begin, end


def _dates(which: str, span: tuple[int, int]) -> dict[str, Any]:
    """A span as values of the definition."""
    return {f"{name}{which}": _checks.date_of_day(day) for name, day in zip(("begin", "end"), span, strict=True)}


def _years(tx: Transactions, current: Span | None, last: int) -> dict[str, tuple[int, int]]:
    """The same days a year before, and the days of the window."""
    if current is None:
        begin, end = _a_year_before(last) + 1, last
    else:
        begin, end = _span(current)
        _refuse_unfollowed(end, last, _checks.day_number(tx.as_of) - last, tx)
    before = (_a_year_before(begin), _a_year_before(end))
    if before[0] < tx.first_day:
        raise DataError(
            "survival_same_days_year_before",
            value_0=_checks.date_of_day(before[0]),
            first_day=_checks.date_of_day(tx.first_day),
        )
    return dict(zip(YEARS, (before, (begin, end)), strict=True))


def _a_year_before(day: int) -> int:
    """The same date a year before; of 29 February, the day before March."""
    date = _checks.date_of_day(day)
    leap = (date.month, date.day) == (2, 29)
    return _checks.day_number(date.replace(year=date.year - 1, day=28 if leap else date.day))


def _refuse_unfollowed(end: int, last: int, days: int, tx: Transactions) -> None:
    if end > last:
        raise ArgumentError(
            "survival_purchases_up_had_days",
            end=_checks.date_of_day(end),
            days=days,
            as_of=tx.as_of,
            last=_checks.date_of_day(last),
        )


def _no_purchase(tx: Transactions, begin: int, end: int, days: int) -> DataError:
    """The error for a window without a purchase, or data too short for one to be followed."""
    first, last = _checks.date_of_day(tx.first_day), _checks.day_number(tx.as_of) - days
    covered = Words(("the data cover {first} to {last}", "数据从 {first} 到 {last}"), first=first, last=tx.as_of)
    if tx.first_day <= last:
        return DataError(
            "survival_purchase_days_purchases_window",
            begin=_checks.date_of_day(begin),
            end=_checks.date_of_day(end),
            covered=covered,
            first=first,
            last=_checks.date_of_day(last),
        )
    shorter = (last + days - tx.first_day) // 2
    give = ('Give a shorter time, such as within="{days}D"', '请给更短的时间，例如 within="{days}D"')
    advice = Words(give if shorter else ("Pass more of the past", "请提供更长的历史"), days=shorter)
    return DataError("survival_purchase_had_days_followed", days=days, covered=covered, advice=advice)


# --- customers counted -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Rate:
    """A rate over the purchases of customers, who are alike in arrays of shape (n_kinds,)."""

    group: str
    purchases: Array  # of a customer
    returned: Array
    customers: Array  # how many are like that

    @property
    def totals(self) -> tuple[int, int]:
        """All purchases, and those followed in time."""
        return int((self.purchases * self.customers).sum()), int((self.returned * self.customers).sum())

    @property
    def effective(self) -> float:
        """The independent purchases that would tell as much."""
        bought = self.purchases > 0
        return effective_size(self.purchases[bought], self.returned[bought], self.customers[bought])

    @property
    def residual(self) -> Array:
        """How many more came back than the rate lets expect."""
        n, k = self.totals
        return self.returned - (k / n if n else 0.0) * self.purchases


def _of_groups(tx: Transactions, found: LazyFrame, by: Groups) -> list[_Rate]:
    """A rate per group of customers with a purchase."""
    own = found.group_by("customer_id").agg(purchases=nw.len().cast(nw.Int64), returned=nw.col("returned").sum())
    cells, groups = _compared_groups.counted(tx, own, by, ["purchases", "returned"])
    here = {group: cells["group"] == group for group in groups}
    return [_Rate(group, *(cells[name][here[group]] for name in ("purchases", "returned", "n"))) for group in groups]


def _first_of_all(rates: list[_Rate], baseline: str | None) -> list[_Rate]:
    """The rates with the one to compare with first: the largest group, unless one is named."""
    if baseline is None:
        first = max(rates, key=lambda rate: rate.totals[0]).group
    else:
        first = _checks.choice("baseline", baseline, [rate.group for rate in rates])
    return sorted(rates, key=lambda rate: rate.group != first)


def _of_years(found: LazyFrame, spans: dict[str, tuple[int, int]]) -> list[_Rate]:
    """A rate per period; arrays of both periods are of the same customers."""
    inside = {name: (nw.col("day") >= begin) & (nw.col("day") <= end) for name, (begin, end) in spans.items()}
    counts = {f"{name}_n": nw.when(here).then(nw.lit(1)).otherwise(nw.lit(0)) for name, here in inside.items()}
    back = {f"{name}_k": nw.when(here).then(nw.col("returned")).otherwise(nw.lit(0)) for name, here in inside.items()}
    columns = [*counts, *back]
    own = found.with_columns(**counts, **back).group_by("customer_id").agg(*(nw.col(name).sum() for name in columns))
    cells = engines.collect(own.group_by(*columns).agg(n=nw.len()))
    return [_Rate(name, cells[f"{name}_n"], cells[f"{name}_k"], cells["n"]) for name in spans]


def _correlation(rate: _Rate, first: _Rate) -> float:
    """Of two rates of the same customers, as estimates."""
    one, other = rate.residual, first.residual
    size = np.sqrt((rate.customers * one**2).sum() * (rate.customers * other**2).sum())
    return float((rate.customers * one * other).sum() / size) if size > 0 else 0.0


def _compared(rates: list[_Rate], level: float, *, same_customers: bool) -> dict[str, Array]:
    """Rates and their differences from the first one."""
    purchases, returned = (np.array(column) for column in zip(*(rate.totals for rate in rates), strict=True))
    if not purchases[0]:
        raise DataError("survival_purchase_compare_another_window", group=rates[0].group)
    effective = np.array([rate.effective for rate in rates])
    correlation = np.array([_correlation(rate, rates[0]) if same_customers else 0.0 for rate in rates])
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = returned / purchases
        relative = (rate - rate[0]) / rate[0]
    low, high = wilson(rate * effective, effective, level)
    ends = newcombe(rate * effective, effective, rate[0] * effective[0], effective[0], correlation, level)
    difference_low, difference_high = (np.where(np.arange(len(rates)) == 0, np.nan, end) for end in ends)
    return {
        "group": np.array([each.group for each in rates], dtype=object),
        "purchases": purchases,
        "returned": returned,
        "rate": rate,
        "rate_low": low,
        "rate_high": high,
        "difference": rate - rate[0],
        "difference_low": difference_low,
        "difference_high": difference_high,
        "relative": np.where(np.isfinite(relative), relative, np.nan),
    }
