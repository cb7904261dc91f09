"""What became of each group: customers who moved, and cuts that moved.

A group also grows when the rule that names it is learned anew. `size_change` tells the two apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from crmkit._results import Result
from crmkit._segment._lists import Lists, added, read_lists
from crmkit._types import Array, Bools, Ints, Table
from crmkit.errors import DataError, shown


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class SizeChange(Result):
    """The change of each group, split into customers who moved and cuts that moved; given by `size_change`.

    Both tables have one row per group, and what goes out is negative: from `before` to `cuts_out` a row adds up to its
    `after`. Over all groups, moves in and out cancel, and so do cuts.

    Attributes
    ----------
    customers : table
        In customers: `group`, `before`; by the old rule `joined`, `moved_in`, `moved_out`, `left`; by the change of the
        rule `cuts_in`, `cuts_out`; `after`; and in short `change` = `by_customers` + `by_cuts`.
    value : table, or None without money
        In money, with one column more, `own_change`: what the customers of the group who were there before (those
        who just moved in included) are worth more after than before. Who moves brings the money of before, who joins or
        is moved by cuts that of after.
    by_customer : table
        Everyone, by id: the id, `before`, `by_old_rule`, `after`, and where the lists have money `value_before`,
        `value_after`. Where `by_old_rule` and `after` differ, the cuts moved and not the customer.
    """

    main: ClassVar[str] = "customers"

    customers: Table
    value: Table
    by_customer: Table


def size_change(
    before: Table,
    after: Table,
    *,
    after_by_old_rule: Table,
    column: str = "segment",
    value: str | None = None,
    customer: str = "customer_id",
    order: Sequence[Any] | None = None,
) -> SizeChange:
    """Split the change of every group into customers who moved and cuts that moved.

    Cuts that are learned from the customers (fifths, means, shares of the best) move with them: a group may grow
    because its customers do more, or because less is asked of them. So the later customers are labelled twice. First by
    the old rule: what differs from `before` is what customers did. Then by the new rule: what differs from the old is
    what the cuts did, and only that.

    Parameters
    ----------
    before : table, one row per customer
        The earlier list, labelled by the old rule.
    after : table, one row per customer
        The later list, labelled by the new rule.
    after_by_old_rule : table, one row per customer
        The same later list labelled by the old rule: `rfm.Scorer().fit(january).score(june)`.
    column, value, customer : str
        Columns of the group, of money per customer and of the id, as in `migration`.
    order : sequence of group, optional
        All groups, in the order of the rows; by default as in `migration`.

    Returns
    -------
    SizeChange

    Raises
    ------
    ColumnError, DataError
        As in `migration`; and DataError if `after` and `after_by_old_rule` are not the same customers with the same
        money.
    ArgumentError
        As in `migration`.

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_cdnow(sample=True))
    >>> january, june = (crm.summarize(tx.until(date)) for date in ("1998-01-31", "1998-06-30"))
    >>> scorer = crm.rfm.Scorer().fit(january)
    >>> scores = scorer.score(january), crm.rfm.score(june), scorer.score(june)
    >>> before, after, by_old_rule = (crm.rfm.segment(each, scheme="eight") for each in scores)
    >>> change = size_change(before, after, after_by_old_rule=by_old_rule)
    >>> best = change.customers.set_index("group").loc["important_value"]
    >>> best[["before", "after", "change", "by_customers", "by_cuts"]].tolist()
    [699, 731, 32, -65, 97]

    Read: the best group seems to have grown by 32 customers. By the cuts of January it lost 65; new cuts let 97 in.
    """
    named = {"before": before, "after": after, "after_by_old_rule": after_by_old_rule}
    lists = read_lists(named, column, value, customer, order)
    _refuse_other_customers(lists)
    n = len(lists.groups)
    was, new, old = lists.code
    worth_before, worth_after, _ = lists.units
    there, here = was < n, new < n
    moved, relabelled = there & here & (was != old), new != old
    parts = {
        "before": _Part(was, there, worth_before),
        "joined": _Part(old, here & ~there, worth_after),
        "moved_in": _Part(old, moved, worth_before),
        "moved_out": _Part(was, moved, -worth_before, sign=-1),
        "left": _Part(was, there & ~here, -worth_before, sign=-1),
        "own_change": _Part(old, there & here, worth_after - worth_before, sign=0),
        "cuts_in": _Part(new, relabelled, worth_after),
        "cuts_out": _Part(old, relabelled, -worth_after, sign=-1),
        "after": _Part(new, here, worth_after),
    }
    counted = {name: part.customers(n) for name, part in parts.items() if part.sign}
    valued = {name: part.money(n) for name, part in parts.items()}
    everyone = {
        customer: lists.ids,
        **dict(zip(("before", "by_old_rule", "after"), lists.names[lists.code[[0, 2, 1]]], strict=True)),
        "value_before": worth_before,
        "value_after": worth_after,
    }
    return SizeChange(
        customers=_split(lists, counted),
        value=_split(lists, valued, lists.scale) if lists.has_money else None,
        by_customer=lists.built(everyone),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """Some customers, the group that each counts for, and the money that each adds to it."""

    group: Ints
    chosen: Bools
    units: Ints
    sign: int = 1  # of the customers: 1 into the group, -1 out of it, 0 neither

    def customers(self, n: int) -> Ints:
        return self.sign * np.bincount(self.group[self.chosen], minlength=n).astype(np.int64)

    def money(self, n: int) -> Ints:
        return added(self.units[self.chosen], self.group[self.chosen], n)


def _split(lists: Lists, parts: Mapping[str, Ints], scale: float | None = None) -> Table:
    """A row per group: the parts, and what they come to."""
    apart = ("before", "cuts_in", "cuts_out", "after")
    whole: dict[str, Array] = {
        **parts,
        "change": parts["after"] - parts["before"],
        "by_customers": np.sum([part for name, part in parts.items() if name not in apart], axis=0),
        "by_cuts": parts["cuts_in"] + parts["cuts_out"],
    }
    plain = whole if scale is None else {name: units / scale for name, units in whole.items()}
    return lists.table.build({"group": lists.names[:-1], **plain})


def _refuse_other_customers(lists: Lists) -> None:
    """The later list, labelled twice, must be one list."""
    absent = lists.code == len(lists.groups)
    other = absent[1] != absent[2]
    if other.any():
        raise DataError("growth_after_after_old_rule", tolist=shown(lists.ids[other].tolist()))
    other = lists.units[1] != lists.units[2]
    if other.any():
        raise DataError("growth_after_after_old_rule_2", tolist=shown(lists.ids[other].tolist()))
