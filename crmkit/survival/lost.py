"""Who is lost without a contract: explicit rules, side by side, with how many of the lost later came back.

Nobody says goodbye to a shop. Every rule is a guess, and the same customers give churn rates that differ by half.
`flag_lost` applies one rule to every customer, `compare_lost_rules` tries several at a past day and counts who
returned.

Sources: Schmittlein, Morrison & Colombo (1987), Management Science 33, 1-24 (P(alive)); Kaplan & Meier (1958), JASA 53,
457-481 (the quantile of gaps, open ones counted).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _frame
from crmkit._frame import engines
from crmkit._frame.engines import LazyFrame
from crmkit._results import Result
from crmkit._types import Array, Duration, Table
from crmkit.customers import summarize
from crmkit.definitions import Definition
from crmkit.errors import ArgumentError, DataError, Words
from crmkit.interpurchase import Interpurchase, fit_interpurchase
from crmkit.survival._spells import counted
from crmkit.survival.gaps import Gaps, inactivity_threshold, limit_of
from crmkit.transactions import Transactions, open_transactions

RULES = ("inactive", "gaps", "own_gaps", "returning", "p_alive")
TRIED: Sequence[Mapping[str, Any]] = (
    {"inactive": "90D"}, {"inactive": "180D"}, {"gaps": 3}, {"own_gaps": 3}, {"returning": 0.9}, {"p_alive": 0.5},
)  # fmt: skip
HINT = Words("hint_rule")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class LostRules(Result):
    """Several rules for who is lost, tried at a past day; given by `compare_lost_rules`.

    Attributes
    ----------
    table : table
        One row per rule: `rule`, `setting`, `limit_days` (the same for all customers, else missing),
        `returned_within` (share of returns that come within the limit, by the gap curve with open gaps counted),
        `customers`, `lost`, `lost_share`, `came_back` (lost customers who bought in the days after), `came_back_share`,
        `kept_silent` (customers not called lost who bought nothing in those days), `kept_silent_share`.
    definition : Definition
        What was counted.
    """

    table: Table
    definition: Definition


def flag_lost(
    transactions: Table,
    *,
    inactive: Duration | None = None,
    gaps: float | None = None,
    own_gaps: float | None = None,
    returning: float | None = None,
    p_alive: float | None = None,
) -> Table:
    """Who is lost, by one explicit rule.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Nothing after its `as_of` is seen.
    inactive : duration, optional
        Lost after so many days without a purchase: "180D".
    gaps : float, optional
        Lost after so many times the gap to expect of a customer of this base
        (`crmkit.interpurchase.fit_interpurchase`).
    own_gaps : float, optional
        Lost after so many times the customer's own expected gap: the own gaps, shrunk to the base's where they are few.
    returning : float, optional
        Lost after the days within which this share of all returns comes, open gaps counted (`inactivity_threshold`).
    p_alive : float, optional
        Lost where the Pareto/NBD model gives a lower probability of still being a customer.

    Returns
    -------
    table, n_customers rows
        In the kind of the transactions, by customer_id: `customer_id`, `days_inactive` (days since the last purchase),
        `limit_days` (of this customer; by `p_alive` there is `p_alive` instead), `lost`.

    Raises
    ------
    ArgumentError
        Not exactly one rule is given, or it has no use as such.
    DataError
        The data do not tell what the rule needs.

    Examples
    --------
    >>> from crmkit import datasets
    >>> found = flag_lost(datasets.load_ten_customers(), inactive="60D")
    >>> int(found["lost"].sum())
    4
    """
    given = dict(inactive=inactive, gaps=gaps, own_gaps=own_gaps, returning=returning, p_alive=p_alive)
    told = {name: value for name, value in given.items() if value is not None}
    if len(told) != 1:
        said = ", ".join(f"{name}={value!r}" for name, value in told.items())
        given_rules = Words("survival_rules_given" if said else "survival_rule_none", rules=said)
        raise ArgumentError("survival_rule_says_who_lost", said=given_rules, hint=HINT)
    tx = open_transactions(transactions)
    return marked(tx, summarize(tx), *next(iter(told.items())))


def compare_lost_rules(
    transactions: Table, *, rules: Sequence[Mapping[str, Any]] = TRIED, horizon: Duration = "180D"
) -> LostRules:
    """The same customers' churn by several rules, and how many of the lost came back.

    The rules see the past as it stood `horizon` before `as_of`; what the customers did since shows who was called lost
    too early (`came_back`) and who too late (`kept_silent`).

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Nothing after its `as_of` is seen.
    rules : sequence of mappings, optional
        Each a rule as `flag_lost` takes it, such as ``[{"inactive": "90D"}, {"p_alive": 0.5}]``. Default: 90 and 180
        days, three gaps of the base, three own gaps, 90 % of the returns, and P(alive) below a half.
    horizon : duration, default "180D"
        Days that are left to show who comes back.

    Returns
    -------
    LostRules

    Raises
    ------
    ArgumentError
        One of `rules` is no rule.
    DataError
        The data are not longer than `horizon`.

    Examples
    --------
    >>> from crmkit import datasets
    >>> found = compare_lost_rules(datasets.load_cdnow(), rules=[{"inactive": "90D"}, {"inactive": "180D"}])
    >>> found.table[["rule", "setting", "lost_share", "came_back_share"]].round(2)
           rule setting  lost_share  came_back_share
    0  inactive     90D        0.82             0.15
    1  inactive    180D        0.73             0.11
    """
    days = int(_checks.days_of(horizon))
    tried = [rule_of(each) for each in rules]
    if not tried:
        raise ArgumentError("survival_rules_try_some")
    tx = open_transactions(transactions)
    origin = _checks.day_number(tx.as_of) - days
    if days < 1 or origin <= tx.first_day:
        cover = _checks.day_number(tx.as_of) - tx.first_day
        key = "survival_horizon_leaves_no_past" if cover > 1 else "survival_no_past_to_judge_by"
        raise DataError(key, horizon=horizon, days=days, cover=cover, half=cover // 2)
    past = tx.until(_checks.date_of_day(origin))
    buyers = _buyers(tx, origin)
    curve = inactivity_threshold(past)
    rows = [_outcome(past, name, value, buyers, curve) for name, value in tried]
    definition = Definition("lost_share", tx.as_of, {"origin": str(past.as_of), "days": days})
    return LostRules(
        engines.build({name: np.array([row[name] for row in rows]) for name in rows[0]}, tx.like), definition
    )


def rule_of(rule: Any) -> tuple[str, Any]:
    """A rule and its setting, from a mapping of one to the other.

    >>> rule_of({"inactive": "90D"})
    ('inactive', '90D')
    """
    if not isinstance(rule, Mapping) or len(rule) != 1 or next(iter(rule)) not in RULES:
        raise ArgumentError("survival_rule_setting", rule=rule, join=", ".join(map(repr, RULES)))
    return next(iter(rule.items()))


# --- the rules ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Limit:
    """When a customer is lost: after `days` of quiet, after `gaps` own gaps of a rhythm, or below a `p_alive`."""

    days: float | None = None
    gaps: float = 1.0
    interpurchase: Interpurchase | None = None
    p_alive: float | None = None


def marked(tx: Transactions, customers: Table, name: str, value: Any, spells: dict[str, Array] | None = None) -> Table:
    """What `flag_lost` says of customers who are summarised already, and of spells that are counted.

    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_ten_customers())
    >>> int(marked(tx, crm.summarize(tx), "inactive", "60D")["lost"].sum())
    4
    """
    return _marked(customers, _limit(tx, name, value, spells))


def _limit(tx: Transactions, name: str, value: Any, spells: dict[str, Array] | None = None) -> Limit:
    """What a rule says in figures, learnt from these transactions."""
    if name == "inactive":
        days = _checks.days_of(value, "inactive")
        if days < 1:
            raise ArgumentError("inactive", value, "survival_less_day_inactive_d")
        return Limit(days=days)
    if name == "returning":
        return Limit(days=limit_of(counted(tx) if spells is None else spells, value))
    number = _checks.finite(name, value)
    if number <= 0 or (name == "p_alive" and number >= 1):
        raise ArgumentError(name, value, "survival_says_nothing_about_anybody", hint=HINT)
    if name == "p_alive":
        return Limit(p_alive=number)
    interpurchase = fit_interpurchase(tx)
    return (
        Limit(days=number * interpurchase.expected_gap)
        if name == "gaps"
        else Limit(gaps=number, interpurchase=interpurchase)
    )


def _marked(customers: Table, limit: Limit) -> Table:
    """Every customer with the limit that holds for them and whether they are lost."""
    quiet = nw.col("recency").alias("days_inactive")
    if limit.p_alive is not None:
        from crmkit.models.pareto_nbd import ParetoNBD

        table = _frame.open_table(ParetoNBD().fit(customers).score(customers, horizon=1))
        gone = nw.col("p_alive") < limit.p_alive
        found = table.frame.select("customer_id", quiet, "p_alive", gone.alias("lost"))
        return table.give_back(found.sort("customer_id"))  # a lazy table has no order of its own to keep
    table = _frame.open_table(customers)
    days = nw.lit(limit.days) if limit.interpurchase is None else _own_days(limit.gaps, limit.interpurchase)
    found = table.frame.with_columns(limit_days=days)
    gone = nw.col("recency") >= nw.col("limit_days")
    return table.give_back(found.select("customer_id", quiet, "limit_days", gone.alias("lost")))


def _own_days(gaps: float, interpurchase: Interpurchase) -> nw.Expr:
    expected: nw.Expr = interpurchase.of(gaps=nw.col("x"), days=nw.col("t_x"))
    return expected * gaps


def _buyers(tx: Transactions, origin: int) -> LazyFrame:
    """Who bought after a day."""
    after = (nw.col("day") > origin) & (nw.col("bought") == 1)
    return tx.rows().filter(after).group_by("customer_id").agg(back=nw.col("bought").max())


def _outcome(past: Transactions, name: str, value: Any, buyers: LazyFrame, curve: Gaps) -> dict[str, Any]:
    """One rule's row: whom it called lost, and what they did."""
    limit = _limit(past, name, value)
    table = _frame.open_table(_marked(summarize(past), limit))
    marked = engines.lift(table.frame.select("customer_id", "lost"))
    lost, back = nw.col("lost"), ~nw.col("back").is_null()
    kinds = {"n": lost | ~lost, "gone": lost, "returned": lost & back, "silent": ~lost & ~back}
    ones = {kind: nw.when(of).then(1).otherwise(0) for kind, of in kinds.items()}
    joined = marked.join(buyers, on="customer_id", how="left").select(**ones)
    sums = engines.collect(joined.select(nw.all().sum()))
    n, n_gone, n_back, n_silent = (int(sums[kind][0]) for kind in kinds)
    within = np.nan if limit.days is None else curve.returned_within(limit.days) / curve.plateau
    return {
        "rule": name,
        "setting": str(value),
        "limit_days": np.nan if limit.days is None else float(limit.days),
        "returned_within": within,
        "customers": n,
        "lost": n_gone,
        "lost_share": n_gone / n,
        "came_back": n_back,
        "came_back_share": n_back / n_gone if n_gone else np.nan,
        "kept_silent": n_silent,
        "kept_silent_share": n_silent / (n - n_gone) if n > n_gone else np.nan,
    }
