"""Costs of attracting, selling to and serving each customer, taken off values that are there.

Lifetime value, as it is taught, is all revenue of the relation less these three costs. The models value margins; what a
customer costs beside goods is known by customer or by order, and comes off here.

Source: Berger & Nasr (1998), Customer lifetime value: marketing models and applications, Journal of Interactive
Marketing 12(1), 17-30.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import narwhals.stable.v2 as nw

from crmkit import _checks, _frame
from crmkit._frame import engines
from crmkit._frame.engines import FrameT, LazyFrame
from crmkit.errors import ArgumentError, DataError, shown
from crmkit.transactions import Transactions

Cost: TypeAlias = "str | float | None"
KINDS = ("attracting", "selling", "serving")
HINT = "Build the table with crmkit.clv.lifetime_value(customers, ...), or name the columns with value= and purchases=."


def take_off_costs(
    customers: FrameT,
    *,
    attracting: Cost = None,
    selling: Cost = None,
    serving: Cost = None,
    value: str = "residual_clv",
    purchases: str = "discounted_purchases",
    into: str = "net_clv",
) -> FrameT:
    """Take the costs of attracting, selling and serving off the value of each customer.

    Parameters
    ----------
    customers : table, one row per customer
        Of any supported kind, with the value before these costs: of `lifetime_value`, say.
    attracting : column or number, optional
        Money per customer, once. Of customers who are there it is spent already: give it where `value` is that of the
        whole relation, not what is still to come.
    selling, serving : column or number, optional
        Money per purchase, such as advertising and commission, or delivery and service: times `purchases`.
    value : str, default "residual_clv"
        Column of the value.
    purchases : str, default "discounted_purchases"
        Column of the purchases that cost so much: discounted ones for values that are, `orders` for the past.
    into : str, default "net_clv"
        Name of the new column.

    Returns
    -------
    table, one row per customer
        `customers` with `cost_of_attracting`, `cost_of_selling`, `cost_of_serving` (as far as given; money per
        customer) and `into`, the value less all of them. It may be below 0: such customers cost more than they bring.

    Raises
    ------
    ColumnError
        A column is absent, not numeric, or has missing values.
    DataError
        A cost is below 0.
    ArgumentError
        No cost is given, or one is neither a column nor a number from 0 on.

    Examples
    --------
    >>> import pandas as pd
    >>> valued = pd.DataFrame({"customer_id": ["a", "b"], "residual_clv": [90.0, 8.0],
    ...                        "discounted_purchases": [4.0, 1.0], "visits": [5.0, 12.0]})
    >>> take_off_costs(valued, selling=2.5, serving="visits")[["cost_of_selling", "cost_of_serving", "net_clv"]]
       cost_of_selling  cost_of_serving  net_clv
    0             10.0             20.0     60.0
    1              2.5             12.0     -6.5
    """
    given = {kind: cost for kind, cost in zip(KINDS, (attracting, selling, serving), strict=True) if cost is not None}
    if not given:
        raise ArgumentError("selling", None, "some_cost", example=2.5)
    columns = [cost for cost in given.values() if isinstance(cost, str)]
    times = [purchases] if set(given) - {"attracting"} else []
    table = _frame.open_table(customers, numbers=list(dict.fromkeys([value, *times, *columns])), hint=HINT)
    for name in columns:
        if table.collect(table.frame.filter(nw.col(name) < 0).select(name).head(1))[name].size:
            raise DataError("cost_below_zero", column=name)
    costs = {f"cost_of_{kind}": _money(kind, cost) * (1.0 if kind == "attracting" else nw.col(purchases))
             for kind, cost in given.items()}  # fmt: skip
    made = table.frame.with_columns(**costs)
    return table.give_back(made.with_columns((nw.col(value) - nw.sum_horizontal(*costs)).alias(into)))  # type: ignore[no-any-return]


def _money(kind: str, cost: Any) -> nw.Expr:
    if isinstance(cost, str):
        return nw.col(cost)
    amount = _checks.finite(kind, cost)
    if amount < 0:
        raise ArgumentError(kind, cost, "zero_or_more", example=2.5)
    return nw.lit(amount)


def past_costs(tx: Transactions, costs: Any) -> LazyFrame:
    """Costs so far: customer_id, and money per kind; from a table by customer (customer_id) or by order (order_id)."""
    frame = engines.wrap(costs)
    names = engines.names_of(frame)
    kinds = [kind for kind in KINDS if kind in names]
    keys = [key for key in ("order_id", "customer_id") if key in names]
    if not kinds or not keys:
        raise DataError("cost_columns", has=shown(names, most=15))
    key = "order_id" if "order_id" in names and "order" in tx.roles else "customer_id"
    if key not in names:
        raise DataError("cost_columns", has=shown(names, most=15))
    table = _frame.open_table(costs, keys=[key], numbers=kinds)
    found = table.collect(table.frame.group_by(key).agg(nw.col(*kinds).sum(), n=nw.len()))
    if any((found[kind] < 0).any() for kind in kinds):
        raise DataError("cost_below_zero", column=kinds[0])
    rows = tx.rows()
    bought = tx.purchases(rows)
    own = bought.group_by(*dict.fromkeys([key, "customer_id"])).agg(one=nw.len())
    if own.collect_schema()[key].is_numeric() != (found[key].dtype.kind in "iuf"):
        known = engines.collect(own.select(key).head(2))[key].tolist()
        raise DataError("ids_of_two_kinds", own=shown(found[key][:2].tolist()), listed=shown(known))
    local = {key: found[key], **{kind: found[kind].astype(float) for kind in kinds}}
    joined = own.join(engines.upload(local, own).lazy(), on=key, how="left")
    missing = engines.collect(joined.filter(nw.col(kinds[0]).is_null()).select(n=nw.len()))["n"]
    if int(missing[0]):
        raise DataError("costs_missing", n=f"{int(missing[0]):,}", key=key)
    return joined.group_by("customer_id").agg(**{f"cost_of_{kind}": nw.col(kind).sum() for kind in kinds})
