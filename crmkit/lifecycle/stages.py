"""Stage and pattern of each customer's relation, one row each."""

from __future__ import annotations

import narwhals.stable.v2 as nw

from crmkit import _checks, _frame, labels
from crmkit._frame import batches, engines
from crmkit._frame.engines import LazyFrame
from crmkit._frame.table import worded
from crmkit._types import Table
from crmkit.customers import kept_days
from crmkit.interpurchase import Interpurchase, check_interpurchase
from crmkit.labels import Language
from crmkit.lifecycle._facts import stage_sums
from crmkit.lifecycle._rhythm import Rhythm, given, learn_from
from crmkit.lifecycle._rules import PATTERNS, STAGES, StageRules, checked_rules, first_that_fits, judged
from crmkit.transactions import Transactions, open_transactions

COLUMNS = (
    "customer_id", "stage", "pattern", "stage_label", "pattern_label", "rule", "stage_reached", "ended",
    "purchase_days", "own_gap", "expected_gap", "recency", "overdue", "rate_trend", "spend_trend", "stable_days",
)  # fmt: skip


def stages(
    transactions: Table,
    *,
    rules: StageRules | None = None,
    interpurchase: Interpurchase | None = None,
    language: Language | None = None,
) -> Table:
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
    rules : StageRules, optional
        Where the stages begin and end; `StageRules` says what its limits mean and why they are what they are.
    interpurchase : Interpurchase, optional
        What customers with few purchases are shrunk to, and all are judged by. By default the rhythm of these
        transactions (`fit_interpurchase`) when they covered 90, 180, 360, 720 ... days: the latest of these that is not
        after the customer's last purchase, so that a silence never makes a stage better. Of more than 200,000 customers
        it is learnt from a sample of about 100,000, drawn by their ids. Before the 90 days are over, or while nobody
        has bought on a second day, no silence is long.
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
    >>> found[["customer_id", "stage", "pattern", "expected_gap", "overdue"]].round(1)
      customer_id        stage            pattern  expected_gap  overdue
    0         ann    stability       long_lasting          30.4      0.9
    1         bob      decline  lost_in_formation          33.3     15.2
    2          cy  exploration            ongoing          40.0      1.4
    """
    language = labels.resolve(language)
    limits = checked_rules(rules)
    check_interpurchase(interpurchase)
    tx = open_transactions(transactions)
    with kept_days(tx) as days:
        facts = batches.numbered(stage_sums(tx).of(days, "customer_id").filter(nw.col("n_days") > 0), beside=tx.source)
        rhythm = given(interpurchase) if interpurchase else learn_from(tx, days, facts)
    named = staged(tx, _frame.Table(facts), limits, rhythm, language)
    return engines.give_back(named.select(*COLUMNS), tx.like, order="customer_id")


def staged(
    tx: Transactions,
    facts: _frame.Table,
    rules: StageRules,
    rhythm: Rhythm | None,
    language: Language,
) -> LazyFrame:
    """The facts of customers with measures, stage and pattern, and what people read for these."""
    as_of, frame = _checks.day_number(tx.as_of), facts.frame.lazy()
    found = judged(frame, rules, rhythm, origin=tx.first_day, as_of=as_of, coded=facts.coded)
    found = found.with_columns(purchase_days=nw.col("n_days"))
    for column, keys in (("stage", STAGES), ("pattern", PATTERNS)):
        words = labels.texts(keys, language)
        if facts.coded:
            found = worded(found, f"{column}_label", column, dict(enumerate(words)), coded=True)
            found = worded(found, column, column, dict(enumerate(keys)), coded=True)
        else:
            cases = [(nw.col(column) == key, word) for key, word in zip(keys, words, strict=True)]
            found = found.with_columns(first_that_fits(cases[:-1], words[-1]).alias(f"{column}_label"))
    return found
