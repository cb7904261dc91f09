"""Win-back: the lost customers, ranked by what contacting each of them is expected to bring.

Expected profit = chance that they come back x what they then spend - cost of the contact. Without a test campaign
the chance is the organic one: how many of those who had been quiet for so long, with so many purchases, came back by
themselves (`crmkit.outreach._returns`). Who comes back anyhow owes nothing to the contact, so this is a stand-in that a
test should replace (`response=`).

Sources: Stauss & Friege (1999), Regaining service customers,
Journal of Service Research 1(4), 347-361 (win-back by value); Schmittlein, Morrison & Colombo (1987), Management
Science 33, 1-24, and Fader, Hardie & Lee (2005), Journal of Marketing Research 42(4), 415-430 (what customers spend).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit import _checks, _frame, labels
from crmkit._frame import engines
from crmkit._results import Result
from crmkit._types import Array, Duration, Floats, Table
from crmkit.customers import summarize
from crmkit.definitions import Definition
from crmkit.errors import ArgumentError, ColumnError, DataError, OneMeanSpendWarning, shown, warn
from crmkit.outreach._returns import ReturnRate
from crmkit.survival._spells import counted
from crmkit.survival.lost import marked, rule_of
from crmkit.transactions import Transactions, open_transactions

if TYPE_CHECKING:
    from crmkit.models.pareto_nbd import ParetoNBD


DEFAULT_RULE: Mapping[str, Any] = {"returning": 0.9}
RATE_SHARE = 2 / 3  # of the rate of returns in the chance, the rest is Pareto/NBD's (see _returns)
LEAST_RETURNS = 30  # with fewer, a model of each customer's own pace is mostly guessed


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class WinBack(Result):
    """The lost customers and whom of them to contact; given by `win_back`.

    Attributes
    ----------
    table : table
        One row per lost customer, the most profitable first: `customer_id`, `days_inactive` (since the last purchase),
        `purchases` (days with one), `p_reactivation` (chance of a purchase within the horizon), `value_if_reactivated`
        (what they then spend within it, money), `expected_profit` (p_reactivation x value_if_reactivated - cost,
        money), `contact` (whether that is above 0), `rank` (1 the best; equal profits share a rank).
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

    table: Table
    lost: int
    contacted: int
    reactivated: float
    value: float
    cost: float
    profit: float
    definition: Definition


def win_back(
    transactions: Table,
    *,
    contact_cost: float,
    rule: Mapping[str, Any] | None = None,
    horizon: Duration = "180D",
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
        Default: the organic chance: two thirds how often customers with 1, 2, 3 to 4, and 5 or more purchases came
        back who had been quiet for so long (open gaps counted), one third what Pareto/NBD says. Over 18 lists of four
        shops it said, by class, .96 to 1.08 times the returns that came on CDNOW and .69 to 1.19 times those elsewhere.
        It is that of the season to come where two years of past show one (`crmkit.clv.PurchaseCalendar`).
    value : float, or table with customer_id and one column of money, optional
        What a customer who comes back brings. Default: their expected purchases within the horizon, if there is at
        least one (Pareto/NBD), times their expected spend (`crmkit.clv.SpendMean`), times `margin_rate`. Over 24 lists
        of three shops the root mean squared error of what those spent who came back was smaller than by the
        Gamma-Gamma model in 20 (by 3 % in the middle).
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
    (18210, 3307)
    >>> found.table[["rank", "days_inactive", "purchases", "p_reactivation", "value_if_reactivated"]].round(2).head(2)
       rank  days_inactive  purchases  p_reactivation  value_if_reactivated
    0     1            224         33            0.23                224.69
    1     2            187         15            0.32                158.33
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
    learns = response is None or value is None  # else nothing is asked of the past but who is lost
    if learns:
        _checks.within_past(days, _checks.day_number(tx.as_of) - tx.first_day + 1, horizon)
    customers = summarize(tx)
    cells = counted(tx) if response is None else None
    gone = lost_customers(tx, customers, name, setting, cells)
    model, reason = chance_model(customers) if learns else (None, None)
    pace = pace_of_days(tx, days) if learns else 1.0
    chance = _tested(response, gone) if cells is None else organic_chance(cells, gone, model, days, pace)
    worth = _worth(model, reason, tx, gone, days * pace, share) if value is None else _given_worth(value, gone)
    definition = Definition(
        "win_back_profit",
        tx.as_of,
        {
            "days": f"{days:g}",
            **in_words(name, setting, gone),
            "chance": "win_back_tested" if response is not None else "win_back_organic",
            "worth": "win_back_expected" if value is None else "win_back_given",
        },
    )
    return _ranked(gone, chance, worth, spent, definition, tx)


# --- who is lost ----------------------------------------------------------------------------------------------------


def lost_customers(
    tx: Transactions, customers: Table, name: str, setting: Any, cells: dict[str, Array] | None
) -> dict[str, Array]:
    """The lost customers by id, with their history (recency, x, t_x, T, monetary) and the limit that they passed.

    `cells` are the spells between purchases, where they are counted already.
    """
    flagged = _columns(marked(tx, customers, name, setting, cells))
    history = _columns(customers, "customer_id", "recency", "x", "t_x", "T", "monetary")
    is_lost = flagged["lost"].astype(bool)
    if not is_lost.any():
        raise DataError("outreach_nobody_lost_nobody_win", name=name, setting=setting, as_of=tx.as_of)
    limit = flagged.get("limit_days", np.full(len(is_lost), np.nan))[is_lost]
    return {**{column: values[is_lost] for column, values in history.items()}, "limit_days": limit.astype(float)}


def _columns(table: Any, *names: str) -> dict[str, Array]:
    """Columns of a table of customers, by id."""
    opened = _frame.open_table(table)
    found = engines.pulled(opened.frame.select(*names) if names else opened.frame)
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


def pace_of_days(tx: Transactions, days: float) -> float:
    """What the season makes of the days to come, relative to usual ones."""
    from crmkit.models._calendar import pace_of

    return pace_of(tx, days)(_checks.day_number(tx.as_of))


def organic_chance(
    cells: dict[str, Array], gone: Mapping[str, Array], model: ParetoNBD | None, days: float, pace: float
) -> Floats:
    """Of those who had been quiet for as long after as many purchases, the share that comes back in the days after."""
    n_returns = cells["n"][cells["closed"] == 1].sum()
    if not n_returns:
        raise DataError("survival_customer_bought_two_days")
    silence = gone["recency"].astype(float)
    rate = ReturnRate.fit(cells, start=float(silence.min()) / 2)
    chance = rate.chance(gone["x"] + 1, silence, days)
    if pace != 1:
        chance = 1 - (1 - chance) ** pace
    if model is None or n_returns < LEAST_RETURNS:
        return chance
    modelled = model.p_purchase({name: gone[name] for name in ("x", "t_x", "T")}, horizon=days * pace)
    return RATE_SHARE * chance + (1 - RATE_SHARE) * modelled


def chance_model(customers: Table) -> tuple[ParetoNBD | None, DataError | None]:
    """Pareto/NBD of all customers, fitted for forecasts alone, or why there is none."""
    from crmkit.models.pareto_nbd import ParetoNBD

    try:
        return ParetoNBD().forecasting().fit(customers), None
    except DataError as reason:
        return None, reason


# --- what they bring if they do -------------------------------------------------------------------------------------


def _worth(
    model: ParetoNBD | None,
    reason: DataError | None,
    tx: Transactions,
    gone: Mapping[str, Array],
    days: float,
    margin: float,
) -> Floats:
    """Expected spend within the horizon of a customer with such a history, if they buy at least once."""
    if model is None:
        raise DataError("outreach_customers_spend_cannot_learnt", reason=reason)
    # Purchases given that there is one are the same whatever the chance of being alive. A repeat customer who has just
    # bought is surely alive, so that neither number is too small to be divided.
    x, T = (gone[name].astype(float) for name in ("x", "T"))
    history = {"x": x, "t_x": np.where(x > 0, T, 0.0), "T": T}
    expected, at_all = model.predict(history, horizon=days), model.p_purchase(history, horizon=days)
    with np.errstate(divide="ignore", invalid="ignore"):
        purchases = np.where(at_all > 0, np.maximum(expected / at_all, 1.0), 1.0)
    return np.asarray(margin * purchases * _spend(tx, gone))


def _spend(tx: Transactions, gone: Mapping[str, Array]) -> Floats:
    """Expected spend per purchase.

    The power by which money goes with it (`SpendMean.power_`) stays out: it stands for those who spend much and buy
    more often, and how often these buy who come back is asked already.
    """
    from crmkit.models._snapshots import Snapshots
    from crmkit.models.spend_mean import SpendMean

    model = SpendMean().of_snapshot(Snapshots.of(tx).at(_checks.day_number(tx.as_of), 0))
    if not model.varies_:
        why = labels.phrase("all_spend_the_same", spend=model.mean_)
        warn(OneMeanSpendWarning(labels.phrase("warn_one_mean", reason=why)))
    return model.of_history(gone["x"].astype(float), gone["monetary"].astype(float))


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


def in_words(name: str, setting: Any, gone: Mapping[str, Array]) -> dict[str, Any]:
    """A rule and its setting, as the words of `lost_by_<rule>` take them."""
    said = setting
    if name == "inactive":
        said = f"{gone['limit_days'][0]:g}"
    if name == "returning":
        said = f"{100 * setting:g}"
    return {"rule": f"lost_by_{name}", "setting": f"{said}"}
