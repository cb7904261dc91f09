"""The cheapest way up of every customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _frame, customers, downgrades, rfm
from crmkit._frame import outputs
from crmkit._rfm.measures import MEASURES
from crmkit._types import Ints, Table
from crmkit.downgrades import NEVER, NOBODY, FrozenScheme
from crmkit.explanation._cuts import (
    ANY,
    TOMORROW,
    frozen_scheme_of,
    order_ways,
    refuse_settings,
    spend_levels,
    spends_of,
    units_per_money,
)
from crmkit.labels import Language, resolve
from crmkit.transactions import Transactions, open_transactions


def upgrade_paths(
    transactions: Table,
    *,
    bins: int = 5,
    scheme: str | rfm.Rules = "eleven",
    scorer: rfm.Scorer | None = None,
    language: Language | None = None,
) -> Table:
    """List for every customer the cheapest way to a better segment: orders, money, and by when.

    Cheapest is the fewest further orders, at least one, and of these the least money. The cuts are held fixed, and the
    customer is scored on the day of the last of these orders, when recency is 0. A second way adds money to orders
    already placed (a larger basket, an extra delivered with it): orders and recency stay as they are.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount (and order_id ...)
        Nothing after its `as_of` is seen.
    bins, scheme, scorer, language
        As for `explain`. Of the segments of your own rules, those written first count as better.

    Returns
    -------
    table, n_customers rows
        In the kind that came in, sorted by customer_id where the kind has an order: `customer_id`, `recency`,
        `frequency`, `monetary`, `segment`, `segment_label`;
        by orders: `upgrade_to` and `upgrade_to_label` (the segment reached), `upgrade_orders` (further orders; without
        order ids each on a day of its own), `upgrade_money` (the least that they must bring together; 0: any amount
        will do) and `upgrade_by` (the last day for the first of them: on that day the customer drops without it, see
        `downgrades.downgrade_dates`); by an addition: `add_to`, `add_to_label`, `add_money`, and `add_by` (the last day
        on which it leads there). Missing where there is no such way, dates also where no day matters.

    Raises
    ------
    ArgumentError
        A setting is unknown, or settings contradict each other; before any row is read.
    ColumnError, DataError
        As `Transactions` raises them for a plain table.

    Examples
    --------
    >>> from crmkit import datasets
    >>> ways = upgrade_paths(datasets.load_ten_customers())
    >>> ways[["customer_id", "upgrade_to", "upgrade_orders", "upgrade_money", "upgrade_by"]].iloc[[3, 5, 9]]
      customer_id      upgrade_to  upgrade_orders  upgrade_money      upgrade_by
    3         C04  champions        2.0    2600.0 2025-01-11
    5         C06  champions        1.0       0.0 2025-01-01
    9         C10        new        1.0       0.0 2025-01-01
    """
    language = resolve(language)
    refuse_settings(bins, scheme, "textbook", scorer, language)
    tx = open_transactions(transactions)
    listed = outputs.keep(customers.summarize(tx))
    frozen = frozen_scheme_of(listed, bins, scheme, scorer)
    table = _frame.open_table(frozen.segment(listed, language=language))
    keys = ["recency", "frequency", "m_score"]
    cells = _frame.Table(table.frame.select(*keys)).cells(keys)
    found = {name: cells[name] for name in keys} | _cheapest(frozen, cells, units_per_money(tx))
    frame = downgrades.look_up(
        table,
        keys,
        found,
        frozen.words(language),
        tx.as_of,
        dates=["upgrade_by", "add_by"],
        to=["upgrade_to", "add_to"],
    )
    own = ["customer_id", *MEASURES, "segment", "segment_label"]
    spends = spends_of(frozen.scorer, units_per_money(tx))
    return table.give_back(
        frame.select(
            *own,
            *("upgrade_to", "upgrade_to_label", "upgrade_orders", _money("upgrade", spends, tx), "upgrade_by"),
            *("add_to", "add_to_label", _money("add", spends, tx), "add_by"),
        )
    )


def _cheapest(frozen: FrozenScheme, cells: Mapping[str, Any], per: int) -> dict[str, Ints]:
    """Of each cell of recency, orders and score of M: the first way by orders, and by an addition; -1 for none."""
    scorer, spends = frozen.scorer, spends_of(frozen.scorer, per)
    orders, m = (np.asarray(cells[name], dtype=np.int64) for name in ("frequency", "m_score"))
    f, r = scorer.points("frequency", orders), scorer.points("recency", cells["recency"])
    now = frozen.code(r, f, m)
    upgrade_to, upgrade_orders, upgrade_level, add_to, add_level, add_by = (np.full(len(m), -1) for _ in range(6))
    for more, level, code in order_ways(frozen, orders, m, spends, per):
        first = (code < now) & (upgrade_to == NOBODY)
        upgrade_to[first], upgrade_orders[first], upgrade_level[first] = code[first], more[first], level[first]
    for level, after in spend_levels(scorer, m, spends, per):
        code = frozen.code(r, f, after)
        change, _ = frozen.next_change(cells["recency"], f, after)
        first = (code < now) & (change != TOMORROW) & (add_to == NOBODY)
        add_to[first], add_level[first] = code[first], level[first]
        add_by[first] = np.where(change == NEVER, NEVER, change - 1)[first]
    slip, _ = frozen.next_change(cells["recency"], f, m)
    return {
        "upgrade_to": upgrade_to,
        "upgrade_orders": upgrade_orders,
        "upgrade_level": upgrade_level,
        "upgrade_by": np.where(upgrade_to == NOBODY, NEVER, slip),
        "add_to": add_to,
        "add_level": add_level,
        "add_by": add_by,
    }


def _money(way: str, spends: Sequence[int | None], tx: Transactions) -> nw.Expr:
    """Money that is missing to a way's level of spend, from the customer's own."""
    per = units_per_money(tx)
    units = (nw.col("monetary") * per + 0.5).floor().cast(nw.Int64)
    known = {ANY: 0, **{level: units for level, units in enumerate(spends, start=2) if units is not None}}
    level = nw.col(f"{way}_level")
    target = level.replace_strict(list(known), list(known.values()), default=nw.lit(None), return_dtype=nw.Int64)
    missing = nw.when(level == ANY).then(0).otherwise(target - units)
    # By a column, as in customers.money_of: polars multiplies by 1 / number instead.
    return (missing / (units * 0 + per)).alias(f"{way}_money")
