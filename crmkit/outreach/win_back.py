"""Win-back: the lost customers, ranked by what contacting each of them is expected to bring.

Expected profit = chance that he comes back x what he then spends - cost of the contact. Without a test campaign
the chance is the organic one: how many of those who had been quiet for so long, with so many purchases, came back by
themselves. Who comes back anyhow owes nothing to the contact, so this is a stand-in that a test should replace
(`response=`).

Sources: Kaplan & Meier (1958), JASA 53, 457-481 (gap curves); Stauss & Friege (1999), Regaining service customers,
Journal of Service Research 1(4), 347-361 (win-back by value); Schmittlein, Morrison & Colombo (1987), Management
Science 33, 1-24, and Fader, Hardie & Lee (2005), Journal of Marketing Research 42(4), 415-430 (what customers spend).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from crmkit import _checks, _frame
from crmkit._frame import engines
from crmkit._results import Result
from crmkit.customers import summarize
from crmkit.definitions import Definition
from crmkit.errors import ArgumentError, ColumnError, DataError, NoLifetimeValueWarning, shown, warn
from crmkit.survival._km import Curve
from crmkit.survival._spells import spells
from crmkit.survival.gaps import gap_curve
from crmkit.survival.lost import flag_lost, rule_of
from crmkit.transactions import Transactions, open_transactions

Array: TypeAlias = NDArray[Any]
Floats: TypeAlias = NDArray[np.float64]

DEFAULT_RULE: Mapping[str, Any] = {"returning": 0.9}
CLASSES = (1, 2, 3, 5)  # the least number of purchases of each class, which has a gap curve of its own
LEAST_RETURNS = 30  # of a class; with fewer, the curve of all purchases stands in
LEAST_SEEN = 30  # a gap curve ends where fewer are left waiting, or the last few would look like a distribution
# The last days of the gap curve, whose rate goes on past its end: so many, or more where they hold fewer returns.
LAST_DAYS, LAST_RETURNS = 90, 10


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class WinBack(Result):
    """The lost customers and whom of them to contact; given by `win_back`.

    Attributes
    ----------
    table : table
        One row per lost customer, the most profitable first: `customer_id`, `days_inactive` (since the last purchase),
        `purchases` (days with one), `p_reactivation` (chance of a purchase within the horizon), `value_if_reactivated`
        (what he then spends within it, money), `expected_profit` (p_reactivation x value_if_reactivated - cost, money),
        `contact` (whether that is above 0), `rank` (1 the best; equal profits share a rank).
    lost : int
        Customers lost by the rule.
    contacted : int
        Those worth contacting.
    reactivated : float
        Those of them expected to come back.
    value, cost, profit : float
        What they are expected to spend, what contacting them costs, and the difference, in money.
    definition : Definition
        What was counted, and where chance and value come from.
    """

    table: Any
    lost: int
    contacted: int
    reactivated: float
    value: float
    cost: float
    profit: float
    definition: Definition


def win_back(
    transactions: Any,
    *,
    contact_cost: float,
    rule: Mapping[str, Any] | None = None,
    horizon: Any = "180D",
    response: Any = None,
    value: Any = None,
    margin_rate: float = 1.0,
) -> WinBack:
    """Rank the lost customers by probability of coming back x value if they do, less the cost of contacting them.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Nothing after its `as_of` is seen. Purchases are purchase days.
    contact_cost : float
        Cost of contacting one customer, money, incentive included.
    rule : mapping, optional
        Who is lost, as `flag_lost` takes it, such as ``{"inactive": "180D"}``. Default: ``{"returning": 0.9}``, quiet
        for as long as nine in ten of the returns take, or longer.
    horizon : duration, default "180D"
        Time after `as_of` in which a purchase counts as coming back, and in which the spend is counted.
    response : float, or table with customer_id and one column of chances, optional
        Chance that a contacted customer comes back: one for all, or each customer's, as a test campaign gave them.
        Default: the organic chance within the horizon of a customer quiet for so long, from gap curves (open gaps
        counted) of customers with 1, 2, 3 to 4, and 5 or more purchases. Where fewer than 30 of
        these were seen quiet for so long, all customers stand in for them, and past what is seen of anybody returns go
        on at the daily rate of the last 90 days.
    value : float, or table with customer_id and one column of money, optional
        What a customer who comes back brings. Default: his expected purchases within the horizon, if there is at least
        one (Pareto/NBD), times his expected spend (Gamma-Gamma), times `margin_rate`.
    margin_rate : float, default 1.0
        Share of the spend that is margin; 1 counts revenue. `value` is taken as it is.

    Returns
    -------
    WinBack

    Raises
    ------
    ArgumentError
        `cost` is below 0, `rule` is no rule, or `horizon` is less than a day or longer than the past.
    ColumnError
        A table of chances or values lacks a column or a customer.
    DataError
        Nobody is lost, a chance is not between 0 and 1, or the data do not tell what customers spend.

    Examples
    --------
    >>> from crmkit import datasets
    >>> found = win_back(datasets.load_cdnow(), contact_cost=2, rule={"inactive": "180D"}, margin_rate=0.3)
    >>> found.lost, found.contacted
    (18210, 2579)
    >>> found.table[["rank", "days_inactive", "purchases", "p_reactivation", "value_if_reactivated"]].round(2).head(2)
       rank  days_inactive  purchases  p_reactivation  value_if_reactivated
    0     1         224         33    0.36         223.45
    1     2         187         15    0.42         169.25
    """
    spent = _checks.finite("contact_cost", contact_cost)
    if spent < 0:
        raise ArgumentError("contact_cost", contact_cost, "outreach_below_contacting_customer_costs")
    share = _checks.share("margin_rate", margin_rate)
    days = _checks.days_of(horizon)
    if days < 1:
        raise ArgumentError("horizon", horizon, "outreach_less_day_horizon_d")
    name, setting = rule_of(DEFAULT_RULE if rule is None else rule)
    tx = open_transactions(transactions)
    _checks.within_past(days, _checks.day_number(tx.as_of) - tx.first_day + 1, horizon)
    customers = summarize(tx)
    gone = _gone(tx, customers, name, setting)
    chance, n_unseen = _organic(tx, gone, days) if response is None else (_tested(response, gone), 0)
    worth = _worth(customers, gone, days, share) if value is None else _given_worth(value, gone)
    definition = Definition(
        "win_back_profit",
        tx.as_of,
        {
            "days": f"{days:g}",
            **_in_words(name, setting, gone),
            "chance": "win_back_organic" if response is None else "win_back_tested",
            "worth": "win_back_expected" if value is None else "win_back_given",
            "unseen": f"{n_unseen:,}",
        },
    )
    return _ranked(gone, chance, worth, spent, definition, tx)


# --- who is lost ----------------------------------------------------------------------------------------------------


def _gone(tx: Transactions, customers: Any, name: str, setting: Any) -> dict[str, Array]:
    """The lost customers by id, with their history (recency, x, T, m_x) and the limit that they passed."""
    marked = _columns(flag_lost(tx, **{name: setting}))
    history = _columns(customers, "customer_id", "recency", "x", "T", "m_x")
    is_lost = marked["lost"].astype(bool)
    if not is_lost.any():
        raise DataError("outreach_nobody_lost_nobody_win", name=name, setting=setting, as_of=tx.as_of)
    limit = marked.get("limit_days", np.full(len(is_lost), np.nan))[is_lost]
    return {**{column: values[is_lost] for column, values in history.items()}, "limit_days": limit.astype(float)}


def _columns(table: Any, *names: str) -> dict[str, Array]:
    """Columns of a table of customers, by id."""
    opened = _frame.open_table(table)
    found = opened.collect(opened.frame.select(*names) if names else opened.frame)
    order = np.argsort(found["customer_id"], kind="stable")
    return {name: values[order] for name, values in found.items()}


def _given_worth(value: Any, gone: Mapping[str, Array]) -> Floats:
    """What each lost customer brings who comes back, as it was given."""
    worth = _each("value", value, gone["customer_id"])
    if (worth < 0).any():
        raise DataError("outreach_negative_value", values=shown(worth[worth < 0].tolist()))
    return worth


# --- will they come back --------------------------------------------------------------------------------------------


def _tested(response: Any, gone: Mapping[str, Array]) -> Floats:
    """The chance of each lost customer as a test campaign gave it."""
    chances = _each("response", response, gone["customer_id"])
    bad = chances[(chances < 0) | (chances > 1)]
    if len(bad):
        raise DataError("outreach_response_chances_between_fractions", tolist=shown(bad.tolist()))
    return chances


def _organic(tx: Transactions, gone: Mapping[str, Array], days: float) -> tuple[Floats, int]:
    """Of those who had been quiet for as long, the share that came back in the days after, for each lost customer.

    Customers with as many purchases are compared as long as enough of them are seen, then all; past the end of what is
    seen, returns go on at the last rate. Also gives how many customers that concerns.
    """
    cells = engines.collect(spells(tx).group_by("number", "gap", "closed").agg(n=nw.len()))
    everybody = gap_curve(cells)
    end, rate = _end(everybody), _last_rate(everybody)
    begin = gone["recency"].astype(float)
    until = begin + days
    still_quiet = np.exp(-rate * np.maximum(until - np.maximum(begin, end), 0.0))
    for number in CLASSES:
        like = _class_of(cells["number"]) == number
        own = _class_of(gone["x"] + 1) == number
        own_end = 0.0
        if cells["n"][like & (cells["closed"] == 1)].sum() >= LEAST_RETURNS:
            curve = gap_curve({name: values[like] for name, values in cells.items()})
            own_end = _end(curve)
            still_quiet[own] *= _staying(curve, np.minimum(begin[own], own_end), np.minimum(until[own], own_end))
        still_quiet[own] *= _staying(everybody, np.clip(begin[own], own_end, end), np.clip(until[own], own_end, end))
    return 1 - still_quiet, int((until > end).sum())


def _class_of(purchases: Array) -> Array:
    return np.asarray(CLASSES)[np.searchsorted(CLASSES, purchases, side="right") - 1]


def _end(curve: Curve) -> float:
    """Up to when enough purchases were seen waiting for a gap curve to say anything; 0 if there never were enough."""
    seen = curve.time[curve.at_risk >= LEAST_SEEN]
    return float(seen[-1]) if len(seen) else 0.0


def _staying(curve: Curve, begin: Floats, until: Floats) -> Floats:
    """Share of purchases not followed up to the one day that are not followed up to the other one either."""
    later, sooner = (curve.survival[np.searchsorted(curve.time, days, side="right") - 1] for days in (until, begin))
    with np.errstate(invalid="ignore"):
        return np.where(begin < until, later / sooner, 1.0)


def _last_rate(curve: Curve) -> float:
    """Returns per purchase and day of waiting, in the last days up to the end of a gap curve; in all if that is 0."""
    end = _end(curve)
    inside = (curve.time <= end) | (end == 0)
    time, at_risk, returns = curve.time[inside], curve.at_risk[inside], curve.events[inside]
    enough = time[np.cumsum(returns[::-1])[::-1] >= LAST_RETURNS]
    begin = max(min(end - LAST_DAYS, enough[-1] - 1 if len(enough) else 0.0), 0.0)
    waiting = np.maximum(time[1:] - np.maximum(time[:-1], begin), 0.0)
    exposure = float((at_risk[1:] * waiting).sum())
    return float(returns[time > begin].sum()) / exposure if exposure else 0.0


# --- what they bring if they do -------------------------------------------------------------------------------------


def _worth(customers: Any, gone: Mapping[str, Array], days: float, margin: float) -> Floats:
    """Expected spend within the horizon of a customer with such a history, if he buys at least once."""
    from crmkit.models.pareto_nbd import ParetoNBD

    try:
        model = ParetoNBD().fit(customers)
    except DataError as reason:
        raise DataError("outreach_customers_spend_cannot_learnt", reason=reason) from None
    # Purchases given that there is one are the same whatever the chance of being alive. A repeat customer who has just
    # bought is surely alive, so that neither number is too small to be divided.
    x, T = (gone[name].astype(float) for name in ("x", "T"))
    history = {"x": x, "t_x": np.where(x > 0, T, 0.0), "T": T}
    expected, at_all = model.predict(history, horizon=days), model.p_purchase(history, horizon=days)
    with np.errstate(divide="ignore", invalid="ignore"):
        purchases = np.where(at_all > 0, np.maximum(expected / at_all, 1.0), 1.0)
    return np.asarray(margin * purchases * _spend(customers, gone))


def _spend(customers: Any, gone: Mapping[str, Array]) -> Floats:
    """Expected spend per purchase: by the Gamma-Gamma model, or one mean of all repeat purchases where it has none."""
    from crmkit.models.gamma_gamma import GammaGamma

    try:
        model = GammaGamma().fit(customers)
        if model.params_.q > 1:
            return model.expected_spend({"x": gone["x"], "m_x": gone["m_x"]})
        why = f"the mean of the Gamma-Gamma model does not exist (q = {model.params_.q:.3f})"
    except DataError as reason:
        why = str(reason)
    warn(NoLifetimeValueWarning(f"one mean spend for all customers: {why}"))
    everybody = _columns(customers, "customer_id", "x", "m_x")
    x, m = (everybody[name].astype(float) for name in ("x", "m_x"))
    return np.full(len(gone["x"]), math.fsum(x * m) / math.fsum(x))


# --- what the caller knows ------------------------------------------------------------------------------------------


def _each(name: str, given: Any, ids: Array) -> Floats:
    """One number for all customers, or each customer's own from a table with customer_id and one more column."""
    if np.isscalar(given):
        return np.full(len(ids), _checks.finite(name, given))
    hint = f"Give one number, such as {name}=0.05, or a table with customer_id and one column of numbers."
    table = _frame.open_table(given, keys=["customer_id"], hint=hint)
    columns = [column for column in table.columns if column != "customer_id"]
    if len(columns) != 1:
        raise ColumnError(
            "outreach_columns_customer_id_column",
            name=name,
            columns=shown(table.columns, most=9),
            either=columns[0] if columns else name,
        )
    _frame.open_table(given, numbers=columns, hint=hint)
    own = _columns(given)
    twice = own["customer_id"][1:][own["customer_id"][1:] == own["customer_id"][:-1]]
    if len(twice):
        raise ColumnError("outreach_more_row_customer_id", name=name, tolist=shown(twice.tolist()))
    theirs, ours = (any(isinstance(who, str) for who in some[:1].tolist()) for some in (own["customer_id"], ids))
    if len(own["customer_id"]) and theirs != ours:
        kinds = ("text", "numbers") if theirs else ("numbers", "text")
        raise ColumnError("outreach_customer_id_transactions_both", value_0=kinds[0], name=name, value_1=kinds[1])
    absent = ~np.isin(ids, own["customer_id"])
    if absent.any():
        raise ColumnError(
            "outreach_row_lost_customer_add",
            name=name,
            int=int(absent.sum()),
            plural="s" if absent.sum() > 1 else "",
            tolist=shown(ids[absent].tolist()),
        )
    return np.asarray(own[columns[0]][np.searchsorted(own["customer_id"], ids)], dtype=float)


# --- the list -------------------------------------------------------------------------------------------------------


def _ranked(
    gone: Mapping[str, Array], chance: Floats, worth: Floats, cost: float, definition: Definition, tx: Transactions
) -> WinBack:
    profit = chance * worth - cost
    order = np.argsort(-profit, kind="stable")  # ties stay in the order of the ids
    contact = profit > 0
    # sums of sorted numbers, so that they do not depend on the order of the rows
    back, value = (math.fsum(values[contact]) for values in (chance, chance * worth))
    columns = {
        "customer_id": gone["customer_id"],
        "days_inactive": gone["recency"],
        "purchases": gone["x"] + 1,
        "p_reactivation": chance,
        "value_if_reactivated": worth,
        "expected_profit": profit,
        "contact": contact,
        "rank": 1 + np.searchsorted(np.sort(-profit), -profit, side="left"),
    }
    n = int(contact.sum())
    return WinBack(
        table=engines.build({name: values[order] for name, values in columns.items()}, tx.like),
        lost=len(profit),
        contacted=n,
        reactivated=back,
        value=value,
        cost=n * cost,
        profit=value - n * cost,
        definition=definition,
    )


def _in_words(name: str, setting: Any, gone: Mapping[str, Array]) -> dict[str, Any]:
    """A rule and its setting, as the words of `lost_by_<rule>` take them."""
    said = setting
    if name == "inactive":
        said = f"{gone['limit_days'][0]:g}"
    if name == "returning":
        said = f"{100 * setting:g}"
    return {"rule": f"lost_by_{name}", "setting": f"{said}"}
