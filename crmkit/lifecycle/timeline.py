"""One customer's relation day by day: what they paid on which day, and the stage in which they stood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _ids
from crmkit._frame import engines
from crmkit._frame.engines import LazyFrame
from crmkit._results import Result
from crmkit._types import Array, Id, Ints, Table
from crmkit.customers import customer_days
from crmkit.definitions import Definition
from crmkit.interpurchase import Interpurchase, check_interpurchase
from crmkit.lifecycle._facts import SUMS, facts_by
from crmkit.lifecycle._rhythm import Rhythm, given, learn
from crmkit.lifecycle._rules import StageRules, checked_rules, judged
from crmkit.transactions import Transactions, open_transactions


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Timeline(Result):
    """One customer's money and stages over time; given by `timeline`.

    Attributes
    ----------
    customer_id : str or int
    table : table
        The days on which money moved, one per row.
    stages : table
        The stages, one per row, from the first purchase to `as_of`.
    definition : Definition
        What a stage is.

    Examples
    --------
    >>> import crmkit as crm
    >>> found = crm.lifecycle.timeline(crm.datasets.load_ten_customers(), "C06")
    >>> found.stages["stage"].tolist()
    ['exploration', 'formation', 'stability']
    """

    customer_id: Any
    table: Table
    stages: Table
    definition: Definition

    def shown(self) -> tuple[Any, ...]:
        """The stages, then the days on which money moved."""
        return (self.stages, self.table, self.definition)


def timeline(
    transactions: Table,
    customer_id: Id,
    *,
    rules: StageRules | None = None,
    interpurchase: Interpurchase | None = None,
) -> Timeline:
    """Show one customer's relation: the money of each day, and from when to when each stage lasted.

    The stage of a day is the one that `stages` names with the transactions until that day: nothing later is seen. A
    purchase can change it, and so can each day without one.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Nothing after its `as_of` is seen.
    customer_id : id
        The customer, by an id of the same type as in the transactions.
    rules, interpurchase
        As in `stages`; give what you gave there.

    Returns
    -------
    Timeline
        `table`, one row per day on which money moved, in order: `date`; `purchase`, whether something was bought;
        `amount`, money of the day, below 0 where refunds are more than purchases; `spend_so_far`; `stage` at the end
        of the day (missing before the first purchase). `stages`, one row per stage, in order: `stage`; `start_date`
        and `end_date`, both within the stage; `days` from one to the other, both counted; `rule`, which fitted on the
        first day; `amount`, the money of these days. Both in the kind of the transactions.

    Raises
    ------
    DataError
        No purchase has this customer id; the message names ids near to it.
    ColumnError, DataError
        As `Transactions` raises them for a plain table.
    ArgumentError
        A limit cannot be, or contradicts another one.

    Examples
    --------
    >>> import crmkit as crm
    >>> sales = {"customer_id": ["a", "a", "a", "b", "c"], "amount": [30.0, 20, 25, 9, 12],
    ...          "date": ["2024-01-01", "2024-01-29", "2024-03-01", "2024-05-20", "2024-06-30"]}
    >>> found = timeline(sales, "a", interpurchase=crm.lifecycle.Interpurchase(expected_gap=40, weight=1))
    >>> [str(day)[:10] for day in found.stages["start_date"]], found.stages["days"].tolist()
    (['2024-01-01', '2024-03-01', '2024-05-07'], [60, 67, 55])
    >>> found.stages["stage"].tolist(), found.stages["amount"].tolist()
    (['exploration', 'formation', 'decline'], [50.0, 25.0, 0.0])
    """
    limits = checked_rules(rules)
    check_interpurchase(interpurchase)
    tx = open_transactions(transactions)
    days = customer_days(tx)
    who = _ids.plain_id(days, customer_id)
    own = _own_days(tx, days.filter(nw.col("customer_id") == who))
    if not own["n_days"].any():
        buyers = facts_by(tx, days, "customer_id").filter(nw.col("n_days") > 0)
        raise _ids.unknown(buyers, customer_id)
    rhythm = learn(tx) if interpurchase is None else given(interpurchase)
    day, stage, rule = _staged(own, limits, rhythm, tx)
    words = {"late": f"{limits.decline_at:g}", "formation": limits.formation_orders,
             "stability": limits.stability_orders}  # fmt: skip
    return Timeline(
        customer_id=who,
        table=engines.build(_moved(own, day, stage, tx), tx.like),
        stages=engines.build(_spans(own, day, (stage, rule), tx), tx.like),
        definition=Definition("stage", tx.as_of, words),
    )


def _own_days(tx: Transactions, days: LazyFrame) -> dict[str, Array]:
    """The sums of each of the customer's days, in order."""
    found = engines.collect(facts_by(tx, days, "day"))
    order = np.argsort(found["day"])
    return {name: found[name][order] for name in ("day", *SUMS)}


def _staged(
    own: Mapping[str, Array], rules: StageRules, rhythm: Rhythm | None, tx: Transactions
) -> tuple[Ints, Array, Array]:
    """Every day from the first purchase to the end of the past, with its stage and the rule that fitted."""
    bought = own["n_days"] > 0
    first, last = int(own["day"][bought][0]), _checks.day_number(tx.as_of)
    day = np.arange(first, last + 1)
    known = np.searchsorted(own["day"], day, side="right") - 1
    facts = {name: np.cumsum(np.nan_to_num(own[name].astype(float)) if name.startswith("sp") else own[name])[known]
             for name in SUMS}  # fmt: skip
    facts |= {"at": day, "first_day": np.full(len(day), first),
              "last_day": np.maximum.accumulate(np.where(bought, own["day"], first))[known]}  # fmt: skip
    stage, rule = np.empty(len(day), dtype=object), np.empty(len(day), dtype=object)
    learnt = day >= (rhythm.days[0] if rhythm else last + 1)
    for rows, judge in ((~learnt, None), (learnt, rhythm)):  # before a rhythm is known no silence is long
        if rows.any():
            frame = engines.lift(engines.wrap({name: values[rows] for name, values in facts.items()}))
            found = engines.collect(judged(frame, rules, judge, origin=tx.first_day, as_of=nw.col("at")))
            order = np.argsort(found["at"])
            stage[rows], rule[rows] = found["stage"][order], found["rule"][order]
    return day, stage, rule


def _moved(own: Mapping[str, Array], day: Ints, stage: Array, tx: Transactions) -> dict[str, Array]:
    """The days on which money moved, with the stage at their end."""
    at = own["day"] - day[0]
    return {
        "date": own["day"].astype("datetime64[D]"),
        "purchase": own["n_days"] > 0,
        "amount": tx.money(own["money"]),
        "spend_so_far": tx.money(np.cumsum(own["money"])),
        "stage": np.array([stage[row] if row >= 0 else None for row in at], dtype=object),
    }


def _spans(own: Mapping[str, Array], day: Ints, found: tuple[Array, Array], tx: Transactions) -> dict[str, Array]:
    """Days of one stage on end as one row."""
    stage, rule = found
    starts = np.flatnonzero(np.r_[True, stage[1:] != stage[:-1]])
    ends = np.r_[starts[1:], len(day)] - 1
    span = np.searchsorted(day[starts], own["day"], side="right") - 1
    money = np.zeros(len(starts), dtype=np.int64)
    np.add.at(money, span[span >= 0], own["money"][span >= 0])
    return {
        "stage": stage[starts],
        "start_date": day[starts].astype("datetime64[D]"),
        "end_date": day[ends].astype("datetime64[D]"),
        "days": ends - starts + 1,
        "rule": rule[starts],
        "amount": tx.money(money),
    }
