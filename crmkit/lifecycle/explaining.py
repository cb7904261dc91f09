"""One customer's stage in words: the measures, the limits, the rule that fitted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _ids, labels
from crmkit._frame import engines
from crmkit._types import Id, Table
from crmkit.customers import customer_days
from crmkit.interpurchase import Interpurchase, check_interpurchase
from crmkit.labels import Language
from crmkit.lifecycle._facts import facts_by
from crmkit.lifecycle._rhythm import given, learn
from crmkit.lifecycle._rules import StageRules, checked_rules, judged
from crmkit.transactions import open_transactions


def explain_stage(
    transactions: Table,
    customer_id: Id,
    *,
    rules: StageRules | None = None,
    interpurchase: Interpurchase | None = None,
    language: Language | None = None,
) -> str:
    """Say how one customer's stage and pattern came about: measures, limits, and the rule that fitted.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Nothing after its `as_of` is seen.
    customer_id : id
        The customer, by an id of the same type as in the transactions.
    rules, interpurchase
        As in `stages`; give what you gave there.
    language : {"en", "zh"}, optional
        Language of the text.

    Returns
    -------
    str
        A few lines of text.

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
    >>> print(explain_stage(sales, "a", interpurchase=Interpurchase(expected_gap=40, weight=1)))
    Customer a on 2024-06-30: decline, ongoing.
    3 days with a purchase from 2024-01-01 to 2024-03-01, one every 30.0 days.
    Expected gap 33.3 days: 30.0 days by its own (2 so far), 40.0 days by all customers, which weighs as much as 1 ...
    Days since the last purchase: 121, which is 3.63 expected gaps (decline from 2, ended from 4).
    Trend of the purchase rate -0.03, of spend -0.09 (0 is steady; falling from -0.6, growing from 0.6).
    Stage decline, because it has been silent for at least 2 expected gaps.
    It had reached the stage formation.
    Pattern ongoing: it has not ended, which takes a silence of 4 expected gaps.
    """
    language = labels.resolve(language)
    limits = checked_rules(rules)
    check_interpurchase(interpurchase)
    tx = open_transactions(transactions)
    as_of = _checks.day_number(tx.as_of)
    facts = facts_by(tx, customer_days(tx), "customer_id").filter(nw.col("n_days") > 0)
    own = facts.filter(nw.col("customer_id") == _ids.plain_id(facts, customer_id))
    rhythm = learn(tx) if interpurchase is None else given(interpurchase)
    found = engines.collect(judged(own, limits, rhythm, origin=tx.first_day, as_of=as_of))
    if not len(found["stage"]):
        raise _ids.unknown(facts, customer_id)
    row = {name: column[0] for name, column in found.items()}
    return "\n".join(_sentences(row, limits, None if rhythm is None else rhythm.at(int(row["last_day"])), language))


def _sentences(
    row: Mapping[str, Any], rules: StageRules, interpurchase: Interpurchase | None, language: Language
) -> list[str]:
    """The text about one judged customer, line by line; without a rhythm its gap is not a number, and goes unsaid."""
    n = int(row["n_days"])
    about = [
        "head",
        "visits" if n > 1 else "visit",
        _about_gap(n, interpurchase),
        *([] if interpurchase is None else ["silence"]),
        *(["trends"] if n > 1 else []),
        f"why_{row['rule']}",
        *(["before"] if row["stage"] == "decline" else []),
        f"pattern_{row['pattern']}",
    ]
    stage, pattern, reached = (labels.text(str(row[name]), language).lower()
                               for name in ("stage", "pattern", "stage_reached"))  # fmt: skip
    values = {
        "customer": row["customer_id"],
        "date": _checks.date_of_day(row["last_day"] + row["recency"]),
        "days": n,
        "gaps": n - 1,
        "first": _checks.date_of_day(row["first_day"]),
        "last": _checks.date_of_day(row["last_day"]),
        "own": f"{row['own_gap']:,.1f}",
        "expected": f"{row['expected_gap']:,.1f}",
        "everybody": f"{interpurchase.expected_gap if interpurchase else np.nan:,.1f}",
        "weight": f"{interpurchase.weight if interpurchase else np.nan:.2g}",
        "recency": f"{row['recency']:,}",
        "overdue": f"{row['overdue']:.2f}",
        "rate": f"{row['rate_trend']:.2f}",
        "spend": f"{row['spend_trend']:.2f}",
        "kept": f"{row['stable_days'] / row['expected_gap']:.1f}",
        "stage": stage,
        "pattern": pattern,
        "reached": reached,
        "formation": rules.formation_orders,
        "stability": rules.stability_orders,
        "falling": f"{rules.falling:g}",
        "growing": f"{rules.growing:g}",
        "late": f"{rules.decline_at:g}",
        "end": f"{rules.ended_at:g}",
        "long": f"{rules.long_stability:g}",
    }
    return [labels.phrase(f"lifecycle_{key}", language, **values) for key in about]


def _about_gap(n_days: int, interpurchase: Interpurchase | None) -> str:
    """Which sentence tells where the expected gap comes from."""
    if interpurchase is None:
        return "gap_unknown"
    return "gap" if n_days > 1 else "gap_first"
