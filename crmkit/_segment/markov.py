"""What a customer in each group is worth when customers move between groups as they did: a Markov chain.

With Q the shares that move from group to group within a step, m the margin of a step in each group and d the discount
rate of a step, the value V of being in a group is its margin now and the discounted value of where customers go next:

    V = m + Q V / (1 + d), so V = (I - Q / (1 + d))^-1 m.

One linear solve. It assumes that the next group depends on the present one alone, and that the shares stay as they are.

Sources: Pfeifer & Carraway (2000), Modeling customer relationships as Markov chains, Journal of Interactive Marketing
14(2), 43-55; Dwyer (1989), Customer lifetime valuation to support marketing decision making, Journal of Direct
Marketing 3(4), for groups by recency.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from crmkit import _checks, _frame
from crmkit._segment._lists import ABSENT
from crmkit._segment.migration import Migration
from crmkit._types import Floats, Table
from crmkit.errors import ArgumentError, DataError, shown

# How far the shares of a row may add up to more than 1 by rounding.
ROUNDING = 1e-9


def markov_value(
    migration_or_matrix: Any,
    *,
    margins: Mapping[Any, float] | Sequence[float] | Floats,
    discount_rate: float,
    customers: Mapping[Any, float] | Sequence[float] | None = None,
) -> Table:
    """Value customers by their group: the margin of each step to come, discounted, as they move between groups.

    Customers who leave (the column "absent" of a migration, or what the shares of a row lack to 1) bring nothing
    from then on. A repeat-buying rate is not a retention rate: who does not buy in a step has not left, and may be back
    in the next. Give such customers a group of their own (by recency, as `recency_value` does) instead of letting them
    leave.

    Parameters
    ----------
    migration_or_matrix : Migration, table as `Migration.shares`, or square matrix (n_groups, n_groups)
        Shares of the customers of each row that are in each column one step later.
    margins : mapping of group to money, or sequence (n_groups,)
        Margin of one step per customer in a group, received at the start of the step; costs of contact taken off.
    discount_rate : float
        Effective, per step of the matrix: 0.1 is 10 % a year where a step is a year.
    customers : mapping or sequence (n_groups,), optional
        Customers now in each group; of a migration by default those after it.

    Returns
    -------
    table, n_groups rows
        `group`, `margin`, `value` (money per customer now in the group, this step's margin included); and, where the
        customers are known, `customers` and `total_value`.

    Raises
    ------
    ArgumentError
        The margins or customers do not fit the groups, a rate is out of range, or it is a single rate and no matrix.
    DataError
        A share is negative, a row adds up to more than 1, or nobody was in a group, so that nothing is known of it.

    Examples
    --------
    >>> moves = [[0.7, 0.2, 0.05, 0.05], [0.25, 0.5, 0.15, 0.1], [0.05, 0.15, 0.5, 0.3], [0, 0, 0, 1]]
    >>> valued = markov_value(moves, margins=[120, 40, 5, 0], discount_rate=0.1, customers=[100, 300, 600, 0])
    >>> valued.round(2)
      group  margin   value  customers  total_value
    0     1   120.0  504.27      100.0     50426.97
    1     2    40.0  315.99      300.0     94797.75
    2     3     5.0  130.19      600.0     78112.36
    3     4     0.0    0.00        0.0         0.00
    """
    groups, shares, like, present = _read(migration_or_matrix)
    d = _checks.finite("discount_rate", discount_rate)
    if d < 0:
        raise ArgumentError("discount_rate", discount_rate, "markov_rate", example=0.1)
    margin = _per_group("margins", margins, groups)
    count = present if customers is None else _per_group("customers", customers, groups)
    system = np.eye(len(groups)) - shares / (1 + d)
    if np.linalg.cond(system) > 1 / ROUNDING:
        raise ArgumentError("discount_rate", discount_rate, "markov_no_limit")
    value = np.linalg.solve(system, margin)
    columns: dict[str, Any] = {"group": np.array(groups, dtype=object), "margin": margin, "value": value + 0.0}
    if count is not None:
        columns |= {"customers": count, "total_value": count * value}
    table = _frame.open_table(columns) if like is None else _frame.open_table(like)
    return table.build(columns)


def recency_value(
    p_purchase: Sequence[float] | Floats, *, margin: float, contact_cost: float = 0.0, discount_rate: float
) -> Table:
    """Value customers by how long ago they last bought, if each is contacted once a step until the last recency.

    The chain of Pfeifer & Carraway (2000): a customer who last bought r steps ago buys with probability p_r and is then
    at recency 1, or moves on to r + 1; after the last recency they are contacted no more and are worth nothing.

    Parameters
    ----------
    p_purchase : sequence (n_recencies,)
        Chance to buy within the next step, by recency 1, 2 ...
    margin : float
        Money that a purchase brings, before the contact cost; received when recency becomes 1.
    contact_cost : float, default 0
        Cost of contacting one customer, once a step at every recency.
    discount_rate : float
        Effective, per step.

    Returns
    -------
    table, n_recencies + 1 rows
        As `markov_value` gives it; `group` is the recency, the last row those who are given up. A value below 0 says
        that contacting customers of that recency costs more than it brings.

    Raises
    ------
    ArgumentError
        A chance is not between 0 and 1, or a rate is out of range.

    Examples
    --------
    >>> recency_value([0.3, 0.2, 0.15, 0.05], margin=40, contact_cost=4, discount_rate=0.2)["value"].round(5).tolist()
    [52.31961, 5.55378, 1.25077, -1.82002, 0.0]
    """
    chances = np.atleast_1d(np.asarray([_checks.share("p_purchase", float(p)) for p in np.atleast_1d(p_purchase)]))
    n = chances.size
    shares = np.zeros((n + 1, n + 1))
    shares[:n, 0] = chances
    shares[np.arange(n), np.arange(1, n + 1)] += 1 - chances
    cost = _checks.finite("contact_cost", contact_cost)
    margins = np.full(n + 1, -cost)
    margins[0] += _checks.finite("margin", margin)
    margins[-1] = 0.0
    return markov_value(shares, margins=margins, discount_rate=discount_rate)


def _read(given: Any) -> tuple[list[Any], Floats, Any, Floats | None]:
    """Groups, shares, a table of the kind to give back (or None), and customers after the moves, if they are known."""
    if isinstance(given, Migration):
        groups, shares = _labelled(given.shares)
        counts = _frame.open_table(given.customers)
        present = np.array([float(counts.arrays(str(name))[0].sum()) for name in groups])
        # Shares of a row without customers are all 0, which would read as "all leave".
        _, moved = _labelled(given.customers)
        left = counts.arrays(ABSENT)[0][: len(groups)]
        empty = [group for group, n in zip(groups, moved.sum(axis=1) + left, strict=True) if n == 0]
        if empty:
            raise DataError("markov_nobody", groups=shown(empty))
        return groups, _checked(groups, shares), given.shares, present
    if isinstance(given, bool | int | float):
        raise ArgumentError("migration_or_matrix", given, "markov_single_rate")
    if not isinstance(given, list | tuple | np.ndarray):
        groups, shares = _labelled(given)
        return groups, _checked(groups, shares), given, None
    try:
        shares = np.array(given, dtype=float)
    except (TypeError, ValueError):
        shares = np.zeros(0)
    if shares.ndim != 2 or shares.shape[0] != shares.shape[1] or not shares.size:
        raise ArgumentError("markov_not_square", shape=shares.shape)
    groups = list(range(1, len(shares) + 1))
    return groups, _checked(groups, shares), None, None


def _labelled(table: Table) -> tuple[list[Any], Floats]:
    """Groups and shares of a table with the column `before`, those who were absent taken out."""
    opened = _frame.open_table(table, keys=["before"])
    names = [str(name) for name in opened.collect(opened.frame.select("before"))["before"]]
    rows = [place for place, name in enumerate(names) if name != ABSENT]
    groups = [names[place] for place in rows]
    absent = [name for name in groups if name not in opened.columns]
    if absent:
        raise DataError("markov_no_column", groups=shown(absent))
    return groups, np.stack([opened.arrays(name)[0][rows] for name in groups], axis=1)


def _checked(groups: Sequence[Any], shares: Floats) -> Floats:
    """Shares that can be shares: none negative, no row above 1."""
    total = shares.sum(axis=1)
    bad = (~np.isfinite(shares) | (shares < 0)).any(axis=1) | ~(total <= 1 + ROUNDING)
    if bad.any():
        raise DataError(
            "markov_shares", groups=shown([group for group, wrong in zip(groups, bad, strict=True) if wrong])
        )
    return shares


def _per_group(argument: str, given: Any, groups: Sequence[Any]) -> Floats:
    """One number for each group, from a mapping or a sequence."""
    if isinstance(given, Mapping):
        absent = [group for group in groups if group not in given]
        unknown = [name for name in given if name not in groups]
        if absent or unknown:
            raise ArgumentError("markov_groups", name=argument, groups=shown(groups, 9), values=shown(given, 9))
        values = np.array([given[group] for group in groups], dtype=float)
    else:
        values = np.atleast_1d(np.asarray(given, dtype=float))
    if values.shape != (len(groups),):
        raise ArgumentError("markov_groups", name=argument, groups=shown(groups, 9), values=shown(values.tolist(), 9))
    for value in values:
        _checks.finite(argument, float(value))
    return values
