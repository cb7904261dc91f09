"""Stage and pattern of each customer's relation, one row each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import _checks, labels
from crmkit._frame import engines
from crmkit.interpurchase import Interpurchase, check_interpurchase, fitted_to
from crmkit.labels import Language
from crmkit.lifecycle._facts import counted, facts_of_customers
from crmkit.lifecycle._rules import (
    DECLINE_AT,
    ENDED_AT,
    FORMATION_ORDERS,
    LONG_STABILITY,
    PATTERNS,
    STABILITY_ORDERS,
    STAGES,
    TREND,
    Rules,
    first_that_fits,
    judged,
)
from crmkit.transactions import open_transactions

COLUMNS = (
    "customer_id", "stage", "pattern", "stage_label", "pattern_label", "rule", "stage_reached", "ended",
    "purchase_days", "own_gap", "expected_gap", "recency", "overdue", "rate_trend", "spend_trend", "stable_days",
)  # fmt: skip


def stages(
    transactions: Any,
    *,
    formation_orders: int = FORMATION_ORDERS,
    stability_orders: int = STABILITY_ORDERS,
    growing: float = TREND,
    falling: float = -TREND,
    decline_at: float = DECLINE_AT,
    ended_at: float = ENDED_AT,
    long_stability: float = LONG_STABILITY,
    interpurchase: Interpurchase | None = None,
    language: Language | None = None,
) -> Any:
    """Name the stage and the pattern of each customer's relation, with the measures that decided.

    Every customer has exactly one stage, that of the first rule that fits:

    1. silent: for at least `decline_at` expected gaps - decline;
    2. rate_falls, spend_falls: trend of the purchase rate or of spend at most `falling` - decline;
    3. few_orders: fewer purchase days than `formation_orders` - exploration;
    4. some_orders: fewer than `stability_orders` - formation;
    5. rate_grows, spend_grows: trend of the purchase rate or of spend at least `growing` - formation;
    6. steady: all others - stability.

    `stage_reached` is the stage by rules 3 to 6, whether the relation declines or not. It has `ended` if it is silent
    for at least `ended_at` expected gaps. The pattern of an ended relation is "failed_start" (it reached
    exploration only), "lost_in_formation" (formation), "early_exit" (stability, kept for fewer than `long_stability`
    expected gaps) or "long_lasting" (for more). One that has not ended is "long_lasting" as well if it has kept its
    stability for so long, and "ongoing" otherwise.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Nothing after its `as_of` is seen. A refund is never a visit, and purchases of one day are one.
    formation_orders, stability_orders : int, default 3 and 5
        Purchase days with which formation and stability begin. Two purchases are still a trial, for one gap is no
        rhythm; with five, four gaps have confirmed it.
    growing, falling : float, default 0.6 and -0.6
        Trends (`crmkit.lifecycle` says how they are measured) from which the purchase rate or spend grow or fall. Of
        customers who buy at a steady rate at most 1 in 20 gets there by chance, by spend 1 in 10 where orders differ
        much. Of the regular customers of CDNOW at the end of 1997, those whose rate fell made 0.37 of their usual
        purchases in the next half year, those without a trend 0.65, those whose rate grew 0.92.
    decline_at, ended_at : float, default 2 and 4
        Days since the last purchase over the expected gap. By the MBG/NBD model, a customer is still more likely to be
        active than not at 2 and no longer so at 4; at 4, of purchases at random moments, 1 gap in 55 is longer.
    long_stability : float, default 8
        For how many expected gaps stability is kept to be long-lasting: twice what it takes to get there.
    interpurchase : Interpurchase, optional
        What customers with few purchases are shrunk to; by default that of these transactions (`fit_interpurchase`). As
        long as nobody has bought on a second day there is none, and no silence is long.
    language : {"en", "zh"}, optional
        Language of `stage_label` and `pattern_label`.

    Returns
    -------
    table, n_customers rows
        In the kind of the transactions, sorted by customer_id where the kind has an order: `customer_id`; `stage` and
        `pattern`; `stage_label` and `pattern_label`; `rule`; `stage_reached`; `ended`; `purchase_days`; `own_gap`,
        mean days between them (missing for one); `expected_gap`, days; `recency`, days since the last one; `overdue`,
        recency over expected gap; `rate_trend` and `spend_trend`, 0 if steady; `stable_days`, what the purchases after
        the one that brought stability took at the own mean gap (missing where stability was not reached).

    Raises
    ------
    ColumnError, DataError
        As `Transactions` raises them for a plain table.
    ArgumentError
        A limit cannot be, or contradicts another one.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as crm
    >>> days = pd.date_range("2023-01-15", periods=24, freq="30D")
    >>> sales = pd.DataFrame({"customer_id": ["ann"] * 24 + ["bob"] * 3 + ["cy"], "amount": 20.0,
    ...                       "date": [*days, *days[5:8], days[22]]})
    >>> found = stages(crm.Transactions(sales, as_of="2024-12-31"),
    ...                interpurchase=Interpurchase(expected_gap=40, weight=1))
    >>> found[["customer_id", "stage", "pattern", "rule", "expected_gap", "overdue"]].round(1)
      customer_id        stage       pattern        rule  expected_gap  overdue
    0         ann    stability  long_lasting      steady          30.4      0.9
    1         bob      decline  lost_in_formation      silent          33.3     15.2
    2          cy  exploration       ongoing  few_orders          40.0      1.4
    """
    language = labels.resolve(language)
    rules = Rules(formation_orders, stability_orders, growing, falling, decline_at, ended_at, long_stability)
    language = labels.resolve(language)
    check_interpurchase(interpurchase)
    tx = open_transactions(transactions)
    as_of = _checks.day_number(tx.as_of)
    facts = facts_of_customers(tx)
    fitted = interpurchase or fitted_to(counted(facts, as_of))
    named = judged(facts, rules, fitted, origin=tx.first_day, as_of=as_of).with_columns(
        purchase_days=nw.col("n_days"),
        stage_label=_in_words("stage", STAGES, language),
        pattern_label=_in_words("pattern", PATTERNS, language),
    )
    return engines.give_back(named.select(*COLUMNS), tx.like, order="customer_id")


def _in_words(column: str, keys: Sequence[str], language: Language) -> nw.Expr:
    cases = [(nw.col(column) == key, labels.text(key, language)) for key in keys]
    return first_that_fits(cases[:-1], cases[-1][1])
