"""Customer pyramid: rank customers by value, cut the ranking into tiers, and measure how unequal it is.

`assign_tiers` labels each customer, `describe_tiers` gives one row per tier, `concentration` measures
the 80/20 rule instead of assuming it, and `watch_accounts` names the large customers whose spend fell.

Sources: Curry & Curry (2000), The Customer Marketing Method; Zeithaml, Rust & Lemon (2001), The Customer
Pyramid, California Management Review 43(4), 118-142; Gini (1912), Variabilità e mutabilità; the scheme
"textbook" (重要客户, 次要客户, 普通客户, 小客户) is that of Chinese CRM courses.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _frame, labels
from crmkit._frame import engines, groups
from crmkit._frame.engines import AnyFrame, FrameT
from crmkit._results import Result
from crmkit._statistics import shares_of
from crmkit._types import Duration, Floats, Ints, Table
from crmkit.errors import ArgumentError, DataError, Words
from crmkit.labels import Language
from crmkit.schemes import ABC, CURRY, TEXTBOOK, TIERS, ZEITHAML
from crmkit.transactions import Transactions, open_transactions

__all__ = [
    "ABC",
    "CURRY",
    "SCHEMES",
    "TEXTBOOK",
    "ZEITHAML",
    "Concentration",
    "assign_tiers",
    "concentration",
    "describe_tiers",
    "watch_accounts",
]


SCHEMES: Mapping[str, Mapping[str, float]] = TIERS  # tier and share, best tier first

HINT = Words("hint_customers")
TIER_HINT = Words("hint_tiers")
# 0.1 + 0.2 is a hair above 0.3; without this margin a tier would take in one customer more.
ROUNDING = 1e-9
LEAST_WINDOWS = 3  # of an account's past that tell how much its spend varies

# --- tiers ------------------------------------------------------------------------------------------------------


def assign_tiers(
    customers: FrameT,
    *,
    value: str = "monetary",
    scheme: str | Mapping[str, float] = "textbook",
    of: str | None = None,
    ties: str = "better",
    profit: str | None = None,
    by: str | None = None,
    into: str = "tier",
) -> FrameT:
    """Label every customer with a tier of the customer pyramid.

    Of customers: a customer with k customers strictly ahead belongs to the first tier with
    k < ceil(n_customers x cumulative share). Of value: to the first tier with (value of the customers strictly
    ahead) < (all value x cumulative share), so that the A customers are the fewest that bring 80 %. Equal values
    therefore share a tier, and the labels do not depend on row order.

    Parameters
    ----------
    customers : table, n_customers rows
        One row per customer, of any supported kind.
    value : str, default "monetary"
        Column to rank by: money per customer, better profit than revenue, or any number where more is better.
    scheme : name, or mapping of tier to share, default "textbook"
        "textbook" (1 %, 19 %, 30 %, 50 % of customers), "curry" (1, 4, 15, 80), "zeithaml" (20, 30, 30, 20), "abc"
        (80, 15, 5 % of value), or your own: best tier first, each share above 0, together 1.
    of : {"customers", "value"}, optional
        What the shares of your own scheme are shares of; "customers" unless given. The named schemes know it.
    ties : {"better", "worse"}, default "better"
        The tier that customers of equal value share at the edge of a tier: that of the first or of the last of them.
    profit : str, optional
        Column of profit per customer: whoever has a negative profit belongs to the last tier, whatever the rank. For
        scheme "zeithaml", whose lead customers cost money, it is `value` unless given.
    by : str, optional
        Column of groups, such as a country or a channel: each group has a pyramid of its own.
    into : str, default "tier"
        Name of the new column.

    Returns
    -------
    table, n_customers rows
        `customers`, in its own kind and row order, with the column `into`.

    Raises
    ------
    ColumnError
        `value` or `profit` is absent, not numeric, missing or infinite for some customers.
    DataError
        The table has no rows; or shares of value are asked for, and all value together is not above 0.
    ArgumentError
        `scheme` is unknown, or its shares are not all above 0, or do not add up to 1.

    Examples
    --------
    >>> import pandas as pd
    >>> spend = pd.DataFrame({"customer_id": list("abcd"), "monetary": [9, 4, 4, 1]})
    >>> assign_tiers(spend, scheme={"gold": 0.5, "iron": 0.5})
      customer_id  monetary  tier
    0           a         9  gold
    1           b         4  gold
    2           c         4  gold
    3           d         1  iron
    """
    if by is not None:
        alone = functools.partial(assign_tiers, value=value, scheme=scheme, of=of, ties=ties, profit=profit, into=into)
        return groups.within(customers, by, alone)  # type: ignore[no-any-return]
    shares, of = _shares_of(scheme, of)
    _checks.choice("ties", ties, ("better", "worse"))
    if profit is None and scheme == "zeithaml":
        profit = value
    table = _frame.open_table(customers, numbers=[value, *([profit] if profit else [])], hint=HINT)
    lowest = _lowest(table, value, list(shares.values()), of=of, ties=ties)
    labelled: FrameT = table.give_back(_with_tiers(table, value, {into: list(shares)}, lowest, profit))
    return labelled


def add_tiers(listed: _frame.Table, scheme: str | Mapping[str, float], language: Language) -> _frame.Table:
    """A scored list with the tier by `monetary`, as `assign_tiers` gives it, and what people read for it.

    >>> listed = _frame.open_table({"monetary": [9.0, 1.0]})
    >>> add_tiers(listed, {"important": 0.5, "small": 0.5}, "en").frame.to_native()
       monetary       tier tier_label
    0       9.0  important  Important
    1       1.0      small      Small
    """
    shares, of = _shares_of(scheme, None)
    lowest = _lowest(listed, "monetary", list(shares.values()), of=of, ties="better")
    words = {"tier": list(shares), "tier_label": [labels.segment(name, language) for name in shares]}
    return listed.like(_with_tiers(listed, "monetary", words, lowest, "monetary" if scheme == "zeithaml" else None))


def _lowest(table: _frame.Table, value: str, shares: Sequence[float], *, of: str, ties: str) -> dict[int, float]:
    """The lowest value of each tier that somebody is in."""
    values, n = _counted(table, value)
    code = _tier_codes(values, n, shares, of=of, ties=ties)
    return {int(tier): float(values[code == tier].min()) for tier in np.unique(code)}


def _with_tiers(
    table: _frame.Table, value: str, into: Mapping[str, Sequence[str]], lowest: Mapping[int, float], profit: str | None
) -> AnyFrame:
    """The table with each customer's tier in columns of words, best first; `lowest` is the lowest value of each."""
    last = len(next(iter(into.values()))) - 1
    if table.in_memory:
        code = _codes_of_rows(table, value, last, lowest, profit)
        return table.add({name: np.array(words, dtype=object)[code] for name, words in into.items()})
    tier = nw.lit(last)
    for at, least in sorted(lowest.items(), reverse=True):
        tier = nw.when(_number(value) >= least).then(nw.lit(at)).otherwise(tier)
    if profit is not None:
        tier = nw.when(_number(profit) < 0).then(nw.lit(last)).otherwise(tier)
    frame: AnyFrame = table.frame.with_columns(crmkit_tier=tier)
    for name, words in into.items():
        frame = table.worded(frame, name, "crmkit_tier", dict(enumerate(words)))
    return frame.drop("crmkit_tier")


def _codes_of_rows(table: _frame.Table, value: str, last: int, lowest: Mapping[int, float], profit: str | None) -> Ints:
    """The tier of each row of a table in memory."""
    (values,) = table.arrays(value)
    code = np.full(len(values), last)
    for tier, least in sorted(lowest.items(), reverse=True):
        code[values >= least] = tier
    if profit is not None:
        code[table.arrays(profit)[0] < 0] = last
    return code


def _shares_of(scheme: str | Mapping[str, float], of: str | None) -> tuple[dict[str, float], str]:
    """Tier to share, and what it is a share of."""
    if isinstance(scheme, str):
        _checks.choice("scheme", scheme, list(SCHEMES))
        own = "value" if scheme == "abc" else "customers"
        if of not in (None, own):
            raise ArgumentError("scheme", scheme, "pyramid_shares_leave_out_your", own=own, of=of)
        return dict(SCHEMES[scheme]), own
    if not isinstance(scheme, Mapping) or not scheme:
        raise ArgumentError("scheme", scheme, "pyramid_known_name_mapping")
    shares = {str(tier): _checks.share("scheme share", share, above_zero=True) for tier, share in scheme.items()}
    if abs(sum(shares.values()) - 1) > ROUNDING:
        raise ArgumentError("pyramid_shares_scheme_add_up", scheme=dict(scheme), n=sum(shares.values()))
    return shares, _checks.choice("of", "customers" if of is None else of, ("customers", "value"))


def _counted(table: _frame.Table, value: str) -> tuple[Floats, Ints]:
    """Distinct values, the best first, and how many customers have them."""
    # Under a name of ours: the caller's own may be "n".
    counted = _frame.Table(table.frame.select(value=_number(value))).value_counts("value")
    if not len(counted["n"]):
        raise DataError("pyramid_table_rows_nobody_rank", hint=HINT)
    return np.asarray(counted["value"], dtype=float)[::-1], np.asarray(counted["n"], dtype=np.int64)[::-1]


def _tier_codes(values: Floats, n: Ints, shares: Sequence[float], *, of: str, ties: str) -> Ints:
    """Index of each distinct value's tier, 0 the best; values best first, n customers each."""
    each = n if of == "customers" else n * values
    total = each.sum()
    if of == "value" and total <= 0:
        raise DataError("pyramid_all_value_together_shares", total=total)
    # What those ahead have together; of equals that share the worse tier, all but one are ahead.
    ahead = np.cumsum(each) - (each if ties == "better" else each / n)
    ends = total * np.cumsum(shares)[:-1] - total * ROUNDING
    codes: Ints = np.searchsorted(ends, ahead, side="right")
    return codes


def _number(column: str) -> nw.Expr:
    return nw.col(column).cast(nw.Float64)


def describe_tiers(tiers: FrameT, *, value: str = "monetary", tier: str = "tier") -> FrameT:
    """One row per tier: how many customers, how much money, and what they are like.

    Parameters
    ----------
    tiers : table, n_customers rows
        Customers with their tier, as `assign_tiers` gives it.
    value : str, default "monetary"
        Column of money per customer to add up.
    tier : str, default "tier"
        Column of the tiers.

    Returns
    -------
    table, one row per tier that has customers, of the kind of `tiers`
        The tier, `customers`, `customer_share`, `value` (money of the tier), `value_share` (not a number where all
        money adds up to 0), `mean_value`, and where the table has these columns, `mean_margin` and `orders` (all
        orders of the tier). Tiers of a named scheme come in its order, others by mean value; the best is on top.

    Raises
    ------
    ColumnError
        A column is absent, or has missing values.
    DataError
        The table has no rows.

    Examples
    --------
    >>> import pandas as pd
    >>> spend = pd.DataFrame({"monetary": [70.0, 10.0, 15.0, 5.0], "orders": [7, 2, 1, 1]})
    >>> describe_tiers(assign_tiers(spend, scheme={"gold": 0.25, "iron": 0.75}))
       tier  customers  customer_share  value  value_share  mean_value  orders
    0  gold          1            0.25   70.0          0.7        70.0       7
    1  iron          3            0.75   30.0          0.3        10.0       4
    """
    table = _frame.open_table(tiers, numbers=[value], keys=[tier], hint=TIER_HINT)
    numbers = {"value": _number(value)}
    more = {}
    if "margin" in table.columns:
        numbers["mean_margin"], more["mean_margin"] = _number("margin"), nw.col("mean_margin").mean()
    if "orders" in table.columns:
        numbers["orders"], more["orders"] = _number("orders"), nw.col("orders").sum()
    bare = table.frame.select(nw.col(tier).alias(tier), **numbers)  # only simple aggregates run on every engine
    found = table.collect(bare.group_by(tier).agg(nw.len().alias("customers"), nw.col("value").sum(), **more))
    if not len(found[tier]):
        raise DataError("pyramid_table_rows_tiers", tier_hint=TIER_HINT)
    n, money = found["customers"].astype(np.int64), found["value"].astype(float)
    order = _best_first(found[tier].tolist(), money / n)
    columns = {
        tier: found[tier],
        "customers": n,
        "customer_share": n / n.sum(),
        "value": money,
        "value_share": shares_of(money),
        "mean_value": money / n,
        **{name: found[name].astype(np.int64 if name == "orders" else float) for name in more},
    }
    described: FrameT = table.build({name: column[order] for name, column in columns.items()})
    return described


def _best_first(names: Sequence[str], mean: Floats) -> Ints:
    """The order of a scheme that knows all the names, otherwise by mean value."""
    for scheme in SCHEMES.values():
        if set(names) <= set(scheme):
            return np.array(np.argsort([list(scheme).index(name) for name in names]))
    return np.lexsort((np.asarray(names), -mean))


TOP = (0.01, 0.05, 0.10, 0.20, 0.50)
REACH = (0.50, 0.80, 0.90, 0.95)

# --- concentration ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Concentration(Result):
    """How unequally value is spread over customers; given by `concentration`.

    Attributes
    ----------
    customers : int
        Number of customers.
    value : float
        All value together, negative values taken off.
    gini : float
        Gini coefficient: 0 where all are equal, towards 1 where one has all; negative values can take it above 1.
    negative_customers, negative_value : int, float
        Customers with a negative value, and what these values add up to.
    curve : table, in the caller's kind
        The Lorenz curve, from the customers of least value up: `customer_share` and `value_share`, cumulative, from
        (0, 0) to (1, 1), with a corner at each distinct value.
    top : table, in the caller's kind
        `customer_share` (the best 1, 5, 10, 20, 50 %), `customers` and their `value_share`.
    reach : table, in the caller's kind
        `value_share` (50, 80, 90, 95 %) and the fewest best `customers` who bring it, with their `customer_share`.
    """

    main: ClassVar[str] = "top"
    drawn: ClassVar[str] = "lorenz"

    customers: int
    value: float
    gini: float
    negative_customers: int
    negative_value: float
    curve: Table
    top: Table
    reach: Table
    _values: Floats = field(repr=False)
    _n: Ints = field(repr=False)

    def shown(self) -> tuple[Any, ...]:
        """The Gini coefficient, what the best customers bring, and how few bring most."""
        return labels.phrase("plot_gini", None, gini=f"{self.gini:.3f}"), self.top, self.reach

    def top_share(self, customer_share: float) -> float:
        """Share of value from the best `customer_share` of customers, rounded up to whole customers.

        Examples
        --------
        >>> concentration({"monetary": [70, 10, 10, 5, 5]}).top_share(0.2)
        0.7
        """
        share = _checks.share("customer_share", customer_share)
        return _share_of_best(self._values, self._n, share)[1]

    def customers_for(self, value_share: float) -> int:
        """The fewest customers, the best ones, who together bring `value_share` of value.

        Examples
        --------
        >>> concentration({"monetary": [70, 10, 10, 5, 5]}).customers_for(0.8)
        2
        """
        share = _checks.share("value_share", value_share)
        return _customers_for(self._values, self._n, share)


def concentration(customers: Table, *, value: str = "monetary") -> Concentration:
    """Measure how unequally value is spread over customers: Lorenz curve, Gini coefficient, top shares.

    Nobody is left out: customers with a negative value (more refunds than purchases) count as customers, and their
    value is taken off the total, so that all shares are of the same net total as everywhere else. The curve then
    starts below zero, and the Gini coefficient may exceed 1; the result says how many they are.

    Parameters
    ----------
    customers : table, n_customers rows
        One row per customer, of any supported kind.
    value : str, default "monetary"
        Column of money per customer.

    Returns
    -------
    Concentration

    Raises
    ------
    ColumnError
        `value` is absent, not numeric, missing or infinite for some customers.
    DataError
        The table has no rows, or all value together is not above 0.

    Examples
    --------
    >>> import pandas as pd
    >>> found = concentration(pd.DataFrame({"monetary": [70.0, 10.0, 10.0, 5.0, 5.0]}))
    >>> round(found.gini, 3), found.top_share(0.2), found.customers_for(0.8)
    (0.54, 0.7, 2)
    >>> found.curve
       customer_share  value_share
    0             0.0          0.0
    1             0.4          0.1
    2             0.8          0.3
    3             1.0          1.0
    """
    table = _frame.open_table(customers, numbers=[value], hint=HINT)
    values, n = _counted(table, value)
    money = values * n
    total = float(money.sum())
    if total <= 0:
        raise DataError("pyramid_all_value_together_shares_2", total=total)
    people = np.r_[0, np.cumsum(n[::-1])] / n.sum()
    worth = np.r_[0, np.cumsum(money[::-1])] / total
    top = [_share_of_best(values, n, share) for share in TOP]
    reach = [_customers_for(values, n, share) for share in REACH]
    return Concentration(
        customers=int(n.sum()),
        value=total,
        gini=float(1 - (np.diff(people) * (worth[1:] + worth[:-1])).sum()),
        negative_customers=int(n[values < 0].sum()),
        negative_value=float(money[values < 0].sum()),
        curve=table.build({"customer_share": people, "value_share": worth}),
        top=table.build(
            {
                "customer_share": np.array(TOP),
                "customers": np.array([best for best, _ in top]),
                "value_share": np.array([share for _, share in top]),
            }
        ),
        reach=table.build(
            {
                "value_share": np.array(REACH),
                "customers": np.array(reach),
                "customer_share": np.array(reach) / n.sum(),
            }
        ),
        _values=values,
        _n=n,
    )


def _share_of_best(values: Floats, n: Ints, share: float) -> tuple[int, float]:
    """How many customers the best `share` of them are, in whole customers, and their share of value."""
    best = int(np.ceil(n.sum() * (share - ROUNDING)))
    taken = np.clip(best - (np.cumsum(n) - n), 0, n)
    return best, float((taken * values).sum() / (n * values).sum())


def _customers_for(values: Floats, n: Ints, share: float) -> int:
    """The fewest customers who bring a share of value; values best first, so those below zero are never asked for."""
    money = np.cumsum(n * values)
    wanted = money[-1] * (share - ROUNDING)
    if wanted <= 0:
        return 0
    at = int(np.argmax(money >= wanted))
    short = wanted - (money[at] - n[at] * values[at])
    return int(n[:at].sum() + np.ceil(short / values[at]))


# --- key accounts -----------------------------------------------------------------------------------------------


def watch_accounts(
    transactions: Table,
    *,
    window: Duration = "90D",
    baseline: Duration = "1Y",
    share: float = 0.01,
    drop: float = 0.15,
) -> Table:
    """Name the key accounts whose spend fell: large customers who buy less than in the same window before.

    An account is key when its spend in the base window is at least `share` of all spend in it. The current window are
    the last days up to `as_of`; the base window is as long and lies `baseline` earlier.

    Spend also moves by itself. The account's own noise is the standard deviation of its spend over the windows that
    end before the current one, laid end to end back to its first purchase; a difference of two windows varies by
    sqrt(2) times that, so a drop is beyond the noise when it is more than twice as large as that.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Nothing after its `as_of` is seen.
    window : duration, default "90D"
        Length of the two windows, in whole days.
    baseline : duration, default "1Y"
        How much earlier the base window lies: a year compares equal seasons; the length of the window itself compares
        with the period just before.
    share : float, default 0.01
        Share of the base window's spend from which an account is key.
    drop : float, default 0.15
        Accounts that fell by more than this share of their base spend are reported.

    Returns
    -------
    table, one row per account, in the kind of the transactions; no rows if no key account fell
        The most money first: `customer_id`; `base` and `current` (spend in the two windows); `base_share` (of
        all spend in the base window); `drop` (the share of base spend that is missing); `at_stake` (the money that is
        missing); `windows` (earlier windows of the account); `noise` (standard deviation of its spend over them, in
        money, not a number for fewer than 3); and `verdict`: "beyond_noise", "within_noise" or "too_short".

    Raises
    ------
    DataError
        The data begin after the base window, or nobody spent anything in it.
    ArgumentError
        A duration or share cannot be used, or the windows overlap.

    Examples
    --------
    >>> import crmkit as crm
    >>> months = [f"{year}-{month:02d}-15" for year in (2023, 2024) for month in range(1, 13)]
    >>> sales = {"customer_id": ["big"] * 24 + ["rest"] * 24, "date": months * 2,
    ...          "amount": [400.0] * 21 + [340.0] * 3 + [600.0] * 24}
    >>> tx = crm.Transactions(sales, as_of="2024-12-31")
    >>> watch_accounts(tx, window="92D", drop=0.1).T
                            0
    customer_id           big
    base               1200.0
    current            1020.0
    base_share            0.4
    drop                 0.15
    at_stake            180.0
    windows                 6
    noise                 0.0
    verdict      beyond_noise
    """
    tx = open_transactions(transactions)
    span, back = round(_checks.days_of(window, "window")), round(_checks.days_of(baseline, "baseline"))
    least, fallen = _checks.share("share", share), _checks.share("drop", drop)
    if span < 1 or back < span:
        raise ArgumentError("window", window, "pyramid_against_overlap_empty_against", baseline=baseline)
    found = _key_accounts(tx, span, back, least)
    missing = found["base"] - found["current"]
    kept = np.flatnonzero(missing > fallen * found["base"] + ROUNDING * np.abs(found["base"]))
    kept = kept[np.argsort(-missing[kept], kind="stable")]
    found, missing = {name: column[kept] for name, column in found.items()}, missing[kept]
    windows, noise = _own_noise(tx, found["customer_id"], span)
    verdict = np.where(missing > 2 * np.sqrt(2) * noise, "beyond_noise", "within_noise").astype(object)
    verdict[windows < 3] = "too_short"
    return engines.build(
        {
            **found,
            "drop": missing / found["base"],
            "at_stake": missing,
            "windows": windows,
            "noise": noise,
            "verdict": verdict,
        },
        tx.like,
    )


def _key_accounts(tx: Transactions, span: int, back: int, share: float) -> dict[str, Any]:
    """Spend in both windows of the customers with at least `share` of the base window, by id."""
    last = _checks.day_number(tx.as_of)
    if tx.first_day > last - back - span + 1:
        begin, needed = _checks.date_of_day(tx.first_day), _checks.date_of_day(last - back - span + 1)
        raise DataError("pyramid_base_window_begins_but", needed=needed, begin=begin, span=span)
    day, money = nw.col("day"), nw.col("money").cast(nw.Float64) / tx.scale
    in_base = (day > last - back - span) & (day <= last - back)
    split = tx.rows().select(
        "customer_id",
        base=nw.when(in_base).then(money).otherwise(0.0),
        current=nw.when(day > last - span).then(money).otherwise(0.0),
    )
    totals = split.group_by("customer_id").agg(nw.col("base").sum(), nw.col("current").sum())
    everyone = float(engines.collect(totals.select(nw.col("base").sum()))["base"][0] or 0)
    if everyone <= 0:
        raise DataError("pyramid_all_spend_base_window", everyone=everyone)
    key = engines.collect(totals.filter((nw.col("base") > 0) & (nw.col("base") >= everyone * (share - ROUNDING))))
    order = np.argsort(key["customer_id"], kind="stable")
    base = key["base"][order].astype(float)
    return {
        "customer_id": key["customer_id"][order],
        "base": base,
        "current": key["current"][order].astype(float),
        "base_share": base / everyone,
    }


def _own_noise(tx: Transactions, customers: Table, span: int) -> tuple[Ints, Floats]:
    """Of each account, how many whole windows lie between its first purchase and the current one, and their spread."""
    if not len(customers):
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    last = _checks.day_number(tx.as_of)
    window = ((last - nw.col("day")).cast(nw.Float64) / span).floor().cast(nw.Int64)
    rows = (
        tx.rows().filter(nw.col("customer_id").is_in(customers.tolist())).select("customer_id", "money", window=window)
    )
    spent = engines.collect(rows.group_by("customer_id", "window").agg(nw.col("money").sum()))
    position = {customer: at for at, customer in enumerate(customers.tolist())}
    row = np.array([position[customer] for customer in spent["customer_id"].tolist()])
    age, spend = spent["window"].astype(np.int64), tx.money(spent["money"])
    oldest = np.zeros(len(customers), dtype=np.int64)
    np.maximum.at(oldest, row, age)
    # The oldest window began before the first purchase in it, and the current one is what is judged: both stay out.
    windows = np.maximum(oldest - 1, 0)
    inside = (age > 0) & (age < oldest[row])
    row, spend = row[inside], spend[inside]
    n = np.maximum(windows, LEAST_WINDOWS)
    mean = np.bincount(row, spend, len(customers)) / n
    empty = windows - np.bincount(row, minlength=len(customers))
    squares = np.bincount(row, (spend - mean[row]) ** 2, len(customers)) + empty * mean**2
    return windows, np.where(windows < LEAST_WINDOWS, np.nan, np.sqrt(squares / (n - 1)))
