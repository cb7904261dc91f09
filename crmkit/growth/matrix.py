"""Where a change of revenue came from: the growth matrix and the revenue bridge of two periods.

`growth_matrix` splits the revenue of the current period by existing and new customers x existing and new products;
`revenue_bridge` leads from the revenue of the base period to that of the current one, customer by customer. Both
take all rows of the periods, refunds as negative revenue, and add up to the last unit of money.

Sources: Ansoff (1957), Strategies for Diversification, Harvard Business Review 35(5), 113-124, whose markets are
customers here (客户增长矩阵 of Chinese CRM courses); the bridge is the revenue reconciliation of subscription
businesses (new, expansion, contraction, churn, reactivation), for customers without a contract.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, labels
from crmkit._frame import engines
from crmkit._frame.engines import LazyFrame
from crmkit._periods import Calendar, periods_between
from crmkit._results import Result
from crmkit._statistics import shares_of
from crmkit._types import Array, Span, Table
from crmkit.customers import whole_of
from crmkit.errors import ArgumentError, ColumnError, DataError, Words
from crmkit.labels import Language
from crmkit.transactions import Transactions, open_transactions

Dates: TypeAlias = "tuple[dt.date, dt.date]"

# Cell -> whether its customers and its products are existing ones.
CELLS: Mapping[str, tuple[str, str]] = {
    "loyalty": ("existing", "existing"),
    "expansion": ("existing", "new"),
    "acquisition": ("new", "existing"),
    "diversification": ("new", "new"),
}
NO_PRODUCT = "no_product"
MOVEMENTS = ("lost", "contracted", "unchanged", "expanded", "reactivated", "new", "returns_only")
# A base period may begin this many days before the data: shops are closed on 1 January.
GRACE = 7
_TWO_YEARS = 740  # days, and some more


# --- growth matrix ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class GrowthMatrix(Result):
    """Revenue by existing and new customers x existing and new products; given by `growth_matrix`.

    Attributes
    ----------
    table : table, in the kind of the transactions
        One row per cell, always all four: `cell` ("loyalty", "expansion", "acquisition", "diversification"),
        `cell_label`; `customer` and `product` ("existing" or "new"); `customers` and `orders` (who bought in the cell
        in the current period, and how often; who bought in two cells is counted in both); `revenue` of the current
        period, `revenue_share`; `base_revenue` of the same customers and products in the base period, and
        `change`. A row "no_product" follows where rows of the periods name no product.
    revenue, base_revenue : float
        All revenue of the two periods: the sums of the columns.
    base, current : pair of datetime.date
        First and last day of the periods.
    by : {"product", "category"}
        What counts as a product.
    existing : {"base", "ever"}
        Since when customers and products are existing ones.
    """

    table: Table
    revenue: float
    base_revenue: float
    base: Dates
    current: Dates
    by: str
    existing: str


def growth_matrix(
    transactions: Table,
    *,
    base: Span | None = None,
    current: Span | None = None,
    by: str = "product",
    existing: str = "base",
    language: Language | None = None,
) -> GrowthMatrix:
    """Split the revenue of the current period by existing/new customers x existing/new products.

    loyalty 客户忠诚: existing customers buy existing products; expansion 客户扩充: existing customers, new products;
    acquisition 客户获取: new customers, existing products; diversification 客户多样化: both are new. A product is new
    when the company did not sell it before, not when a customer had not bought it. The cells add up to the revenue of
    all rows of the period exactly; a refund counts against the cell of its customer and product.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount and product (or category)
        Nothing after the current period is seen.
    base, current : (first day, last day), optional
        The two periods, both days inside, as dates or text; days between them belong to neither. Without both, the
        last 12 months and the 12 before.
    by : {"product", "category"}, default "product"
        The role that says what was bought. With coarse categories little is ever new.
    existing : {"base", "ever"}, default "base"
        Existing customers (and products) are those that bought (were sold) in the base period, so that the matrix
        compares two periods and nothing else; or at any time before the current period, so that nobody who comes back
        after a pause counts as new.
    language : {"en", "zh"}, optional
        Language of `cell_label`.

    Returns
    -------
    GrowthMatrix

    Raises
    ------
    ColumnError
        The transactions have no such role.
    ArgumentError
        A period is not one, the periods overlap or are in the wrong order, or the current one ends after `as_of`.
    DataError
        The base period begins before the data, there is no row in the periods, or the data are of one day.

    Examples
    --------
    >>> sales = {"customer_id": ["a", "a", "a", "b"], "product": ["tea", "tea", "pot", "tea"],
    ...          "date": ["2023-05-01", "2024-05-01", "2024-06-01", "2024-07-01"], "amount": [9.0, 10.0, 40.0, 8.0]}
    >>> found = growth_matrix(sales, base=("2023-05-01", "2023-12-31"), current=("2024-01-01", "2024-07-01"))
    >>> found.table[["cell", "customers", "orders", "revenue", "base_revenue"]]
                  cell  customers  orders  revenue  base_revenue
    0          loyalty          1       1     10.0           9.0
    1        expansion          1       1     40.0           0.0
    2      acquisition          1       1      8.0           0.0
    3  diversification          0       0      0.0           0.0
    >>> found.revenue
    58.0
    """
    tx = open_transactions(transactions)
    _checks.choice("by", by, ("product", "category"))
    _checks.choice("existing", existing, ("base", "ever"))
    language = labels.resolve(language)
    _refuse_missing_role(tx, by, "by")
    base_span, span = _compared(tx, base, current)
    tx = _seen(tx, span)
    found = _cell_sums(tx, base_span, span, by, existing)
    if not len(found["rows"]):
        raise _nothing_in(base_span, span)
    cells = [*CELLS, *([NO_PRODUCT] if (found["product"] < 0).any() else [])]
    columns, revenue, base_revenue = _growth_columns(tx, found, cells)
    named = {
        "cell": np.array(cells, dtype=object),
        "cell_label": np.array([labels.text(f"growth_{cell}", language) for cell in cells], dtype=object),
        "customer": np.array([CELLS.get(cell, ("all", ""))[0] for cell in cells], dtype=object),
        "product": np.array([CELLS.get(cell, ("", "none"))[1] for cell in cells], dtype=object),
    }
    return GrowthMatrix(
        table=engines.build({**named, **columns}, tx.like),
        revenue=revenue,
        base_revenue=base_revenue,
        base=base_span.dates,
        current=span.dates,
        by=by,
        existing=existing,
    )


def _cell_sums(tx: Transactions, base: _Span, current: _Span, by: str, existing: str) -> dict[str, Array]:
    """By existing customer (1, 0) and product (1, 0, -1 for none): rows, customers, orders, money of both periods."""
    bought = nw.col("bought") == 1
    before = base.holds() if existing == "base" else nw.col("day") < current.first
    order = "order_id" if "order" in tx.roles else "day"
    rows = tx.rows().select(
        "customer_id",
        order=nw.col(order),
        product=nw.col(by),
        before=nw.when(before & bought).then(1).otherwise(0),
        in_period=nw.when(base.holds() | current.holds()).then(1).otherwise(0),
        visit=nw.when(current.holds() & bought).then(1).otherwise(0),
        revenue=nw.when(current.holds()).then(nw.col("money")).otherwise(0),
        base=nw.when(base.holds()).then(nw.col("money")).otherwise(0),
    )
    customers = rows.group_by("customer_id").agg(customer=nw.col("before").max().cast(nw.Int64))
    products = rows.group_by("product").agg(sold=nw.col("before").max().cast(nw.Int64))
    # A missing product never meets its like in a join, so it keeps no mark of its own.
    marked = rows.filter(nw.col("in_period") == 1).join(customers, on="customer_id", how="inner")
    marked = marked.join(products, on="product", how="left").with_columns(nw.col("sold").fill_null(-1))
    cell = ("customer", "sold")
    sums = {"revenue": nw.col("revenue").sum().cast(nw.Int64), "base": nw.col("base").sum().cast(nw.Int64)}
    orders = marked.group_by(*cell, "customer_id", "order").agg(orders=nw.col("visit").max().cast(nw.Int64), **sums)
    each = orders.group_by(*cell, "customer_id").agg(
        nw.col("orders").sum().cast(nw.Int64), customers=nw.col("orders").max().cast(nw.Int64), **sums
    )
    found = engines.collect(
        each.group_by(*cell).agg(nw.len().alias("rows"), nw.col("orders", "customers").sum().cast(nw.Int64), **sums)
    )
    return {"product": found.pop("sold"), **found}


def _growth_columns(
    tx: Transactions, found: Mapping[str, Array], cells: Sequence[str]
) -> tuple[dict[str, Array], float, float]:
    """The figures of the cells, and the revenue of the two periods: sums of whole numbers, divided at the end."""
    mark = {"existing": 1, "new": 0}
    numbers = ("customers", "orders", "revenue", "base")
    summed = {name: np.zeros(len(cells), dtype=np.int64) for name in numbers}
    for at, cell in enumerate(cells):
        inside = found["product"] < 0
        if cell in CELLS:
            customer, product = (mark[side] for side in CELLS[cell])
            inside = (found["customer"] == customer) & (found["product"] == product)
        for name in numbers:
            summed[name][at] = found[name][inside].sum()
    revenue, base = (_rounded(summed[name], tx) for name in ("revenue", "base"))
    per_one = tx.scale // tx.guard
    columns = {
        "customers": summed["customers"],
        "orders": summed["orders"],
        "revenue": revenue / per_one,
        "revenue_share": shares_of(revenue),
        "base_revenue": base / per_one,
        "change": (revenue - base) / per_one,
    }
    return columns, float(revenue.sum() / per_one), float(base.sum() / per_one)


def _rounded(units: Array, tx: Transactions) -> Array:
    """Units rounded to the guard, as `customers.whole_of` does it in the engine."""
    rounded: Array = units if tx.guard == 1 else np.floor(units / tx.guard + 0.5).astype(np.int64)
    return rounded


# --- revenue bridge ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class RevenueBridge(Result):
    """From the revenue of a base period to that of the current one; given by `revenue_bridge`.

    Tables are of the kind of the transactions; lazy kinds keep `customers` lazy.

    Attributes
    ----------
    steps : table
        One row per step, always all nine: `step` ("base", the seven movements, "current"), `step_label`; `customers`;
        `amount` (of the base and current period their revenue, of a movement the change that it brought);
        `base_share` (amount / base revenue, not a number where that is not above 0); `cumulative`, the revenue that
        the bridge has reached.
    customers : table
        One row per customer with a row in one of the periods, by id: `customer_id`; `base`, `current` (net revenue
        of the periods); `change`; `movement`, `movement_label`; `first_date` (first purchase, missing for customers who
        only returned things).
    parts : table, or None
        With `split`: the steps of each part, after a first column with the name of the role.
    base, current : pair of datetime.date
        First and last day of the periods.
    """

    main: ClassVar[str] = "steps"

    steps: Table
    customers: Table
    parts: Table
    base: Dates
    current: Dates


def revenue_bridge(
    transactions: Table,
    *,
    base: Span | None = None,
    current: Span | None = None,
    split: str | None = None,
    language: Language | None = None,
) -> RevenueBridge:
    """Lead from the base period's revenue to the current one's: who left, bought less or more, came back, is new.

    Every customer makes one movement, by the purchases in the two periods (a refund is no purchase):

    - bought in both: "expanded", "contracted" or "unchanged", by net revenue;
    - bought in the base period only: "lost";
    - bought in the current period only: "new" if never before it, otherwise "reactivated" (so are those who came
      between two periods that do not touch; `first_date` tells them);
    - bought in neither, but returned things: "returns_only".

    The amount of a movement is all that changed with these customers, current less base net revenue, refunds
    included: losing a customer whose refunds exceeded the purchases adds to revenue. So base revenue plus the
    movements is current revenue exactly, for each customer and for all.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Nothing after the current period is seen.
    base, current : (first day, last day), optional
        The two periods, both days inside, as dates or text. Without both, the last 12 months and the 12 before. They
        may differ in length, which then shows in the bridge.
    split : {"channel", "category", "product"}, optional
        Also split each step by a role of the rows. A customer moves as a whole (who goes from the shop to the web is
        not lost), so the parts of a step add up to it in money; customers count in each part in which they have rows.
    language : {"en", "zh"}, optional
        Language of `step_label` and `movement_label`.

    Returns
    -------
    RevenueBridge

    Raises
    ------
    ColumnError
        The transactions have no role `split`.
    ArgumentError
        A period is not one, the periods overlap or are in the wrong order, or the current one ends after `as_of`.
    DataError
        The base period begins before the data, there is no row in the periods, or the data are of one day.

    Examples
    --------
    >>> sales = {"customer_id": ["a", "b", "c", "a", "c", "d"], "amount": [50.0, 30.0, 20.0, 20.0, 35.0, 10.0],
    ...          "date": ["2024-01-05", "2024-02-01", "2024-03-01", "2024-04-01", "2024-05-01", "2024-06-30"]}
    >>> found = revenue_bridge(sales, base=("2024-01-01", "2024-03-31"), current=("2024-04-01", "2024-06-30"))
    >>> found.steps[["step", "customers", "amount", "cumulative"]]
               step  customers  amount  cumulative
    0          base          3   100.0       100.0
    1          lost          1   -30.0        70.0
    2    contracted          1   -30.0        40.0
    3     unchanged          0     0.0        40.0
    4      expanded          1    15.0        55.0
    5   reactivated          0     0.0        55.0
    6           new          1    10.0        65.0
    7  returns_only          0     0.0        65.0
    8       current          3    65.0        65.0
    >>> found.customers[["customer_id", "base", "current", "change", "movement"]]
      customer_id  base  current  change    movement
    0           a  50.0     20.0   -30.0  contracted
    1           b  30.0      0.0   -30.0        lost
    2           c  20.0     35.0    15.0    expanded
    3           d   0.0     10.0    10.0         new
    """
    language = labels.resolve(language)
    tx = open_transactions(transactions)
    language = labels.resolve(language)
    if split is not None:
        _checks.choice("split", split, ("channel", "category", "product"))
        _refuse_missing_role(tx, split, "split")
    base_span, span = _compared(tx, base, current)
    tx = _seen(tx, span)
    rows = _bridge_rows(tx, base_span, span, split)
    moved = _with_movement(_bridge_sums(rows, ["customer_id"], tx), span)
    found = engines.collect(moved.group_by("movement").agg(**_step_sums()))
    if not len(found["movement"]):
        raise _nothing_in(base_span, span)
    return RevenueBridge(
        steps=engines.build(_steps(found, tx, language), tx.like),
        customers=_listed(moved, tx, language),
        parts=None if split is None else _parts(rows, moved, split, tx, language),
        base=base_span.dates,
        current=span.dates,
    )


def _bridge_rows(tx: Transactions, base: _Span, current: _Span, split: str | None) -> LazyFrame:
    """The rows with their money (units) and visits in each of the periods."""
    bought = nw.col("bought") == 1
    part = {} if split is None else {"part": nw.col(split).cast(nw.String).fill_null(f"no_{split}")}
    return tx.rows().select(
        "customer_id",
        base=nw.when(base.holds()).then(nw.col("money")).otherwise(0),
        current=nw.when(current.holds()).then(nw.col("money")).otherwise(0),
        in_base=nw.when(base.holds() & bought).then(1).otherwise(0),
        in_current=nw.when(current.holds() & bought).then(1).otherwise(0),
        in_period=nw.when(base.holds() | current.holds()).then(1).otherwise(0),
        first_date=nw.when(bought).then(nw.col("day")),
        **part,
    )


def _bridge_sums(rows: LazyFrame, keys: Sequence[str], tx: Transactions) -> LazyFrame:
    """Money and visits of those who have a row in one of the periods; whole numbers, so that sums are exact."""
    found = rows.group_by(*keys).agg(
        nw.col("base", "current").sum().cast(nw.Int64),
        nw.col("in_base", "in_current", "in_period").max().cast(nw.Int64),
        nw.col("first_date").min(),
    )
    base, current = (whole_of(nw.col(name), tx).alias(name) for name in ("base", "current"))
    return found.filter(nw.col("in_period") == 1).with_columns(base, current)


def _with_movement(customers: LazyFrame, current: _Span) -> LazyFrame:
    in_base, in_current = nw.col("in_base") == 1, nw.col("in_current") == 1
    gain = nw.col("current") - nw.col("base")
    stayed = nw.when(gain > 0).then(nw.lit("expanded")).otherwise(
        nw.when(gain < 0).then(nw.lit("contracted")).otherwise(nw.lit("unchanged"))
    )  # fmt: skip
    came = nw.when(nw.col("first_date") >= current.first).then(nw.lit("new")).otherwise(nw.lit("reactivated"))
    movement = (
        nw.when(in_base & in_current).then(stayed)
        .otherwise(nw.when(in_base).then(nw.lit("lost"))
                   .otherwise(nw.when(in_current).then(came).otherwise(nw.lit("returns_only"))))
    )  # fmt: skip
    return customers.with_columns(movement=movement)


def _step_sums() -> dict[str, nw.Expr]:
    sums = {name: nw.col(name).sum().cast(nw.Int64) for name in ("base", "current", "in_base", "in_current")}
    return {"customers": nw.len().cast(nw.Int64), **sums}


def _steps(found: Mapping[str, Array], tx: Transactions, language: Language) -> dict[str, Array]:
    """The bridge from sums by movement (each movement once at most)."""
    at = [MOVEMENTS.index(movement) for movement in found["movement"]]
    totals = {name: int(found[name].sum()) for name in ("base", "current", "in_base", "in_current")}
    customers, change = np.zeros((2, len(MOVEMENTS)), dtype=np.int64)
    customers[at] = found["customers"]
    change[at] = found["current"].astype(np.int64) - found["base"].astype(np.int64)
    steps = ["base", *MOVEMENTS, "current"]
    amount = np.r_[totals["base"], change, totals["current"]]
    reached = np.r_[np.cumsum(amount[:-1]), totals["current"]]
    per_one = tx.scale // tx.guard
    return {
        "step": np.array(steps, dtype=object),
        "step_label": np.array([labels.text(f"bridge_{step}", language) for step in steps], dtype=object),
        "customers": np.r_[totals["in_base"], customers, totals["in_current"]],
        "amount": amount / per_one,
        "base_share": amount / totals["base"] if totals["base"] > 0 else np.full(len(steps), np.nan),
        "cumulative": reached / per_one,
    }


def _listed(moved: LazyFrame, tx: Transactions, language: Language) -> Table:
    """The customers and their movements, in the caller's kind."""
    words = [labels.text(f"bridge_{movement}", language) for movement in MOVEMENTS]
    label = nw.col("movement").replace_strict(list(MOVEMENTS), words, default=nw.lit(None), return_dtype=nw.String)
    plain = nw.col("base") * 0 + tx.scale // tx.guard  # by a column, as `money_of` says
    base, current = nw.col("base"), nw.col("current")
    listed = moved.select(
        "customer_id",
        base=base / plain,
        current=current / plain,
        change=(current - base) / plain,
        movement=nw.col("movement"),
        movement_label=label,
        first_date=nw.col("first_date"),
    )
    return engines.give_back(listed, tx.like, dates=("first_date",), order="customer_id")


def _parts(rows: LazyFrame, moved: LazyFrame, split: str, tx: Transactions, language: Language) -> Table:
    """The bridge of each part, parts by name; a customer's movement is that of the whole."""
    movements = moved.select("customer_id", "movement")
    each = _bridge_sums(rows, ["customer_id", "part"], tx).join(movements, on="customer_id", how="inner")
    found = engines.collect(each.group_by("part", "movement").agg(**_step_sums()))
    made = []
    for part in sorted(set(found["part"].tolist())):
        own = found["part"] == part
        steps = _steps({name: column[own] for name, column in found.items()}, tx, language)
        made.append({split: np.full(len(steps["step"]), part, dtype=object), **steps})
    return engines.build({name: np.concatenate([steps[name] for steps in made]) for name in made[0]}, tx.like)


# --- the two periods --------------------------------------------------------------------------------------------


class _Span(NamedTuple):
    """A period: its first and last day, as day numbers."""

    first: int
    last: int

    def holds(self) -> nw.Expr:
        """Whether a row's day lies in the period."""
        return (nw.col("day") >= self.first) & (nw.col("day") <= self.last)

    @property
    def dates(self) -> Dates:
        """First and last day as dates."""
        return _checks.date_of_day(self.first), _checks.date_of_day(self.last)

    def __repr__(self) -> str:
        """As it is written in a call; errors quote it so."""
        return '("{}", "{}")'.format(*self.dates)


def _compared(tx: Transactions, base: Span | None, current: Span | None) -> tuple[_Span, _Span]:
    """The base and the current period, checked against each other and against the data."""
    _refuse_one_day(tx)
    if base is None and current is None:
        last_day = _checks.day_number(tx.as_of)
        years = periods_between(last_day - _TWO_YEARS, last_day, Calendar("year", rolling=True))
        before, now = (_Span(int(years.starts[at]), int(years.ends[at])) for at in (-2, -1))
    elif base is None or current is None:
        raise ArgumentError("growth_period_missing_base_current", base=base, current=current, halves=_halves(tx))
    else:
        before, now = _span("base", base), _span("current", current)
    if before.last >= now.first:
        raise ArgumentError("base", before, "growth_does_end_before_current", now=now)
    if now.last > _checks.day_number(tx.as_of):
        raise ArgumentError(
            "current", now, "growth_ends_after_where_past", as_of=tx.as_of, halves=_halves(tx), value_1=now.dates[1]
        )
    if before.first < tx.first_day - GRACE or before.last < tx.first_day:
        begin = _checks.date_of_day(tx.first_day)
        inside = before.last > tx.first_day and base is not None
        key = "growth_base_before_data_shorten" if inside else "growth_base_before_data"
        shorter = _Span(tx.first_day, before.last)
        raise DataError(key, base=before, begin=begin, shorter=shorter, halves=_halves(tx))
    return before, now


def _refuse_one_day(tx: Transactions) -> None:
    if tx.first_day == _checks.day_number(tx.as_of):
        raise DataError("growth_transactions_cover_day_comparison", as_of=tx.as_of)


def _span(name: str, period: Any) -> _Span:
    try:
        first, last = (None, None) if isinstance(period, str) else period
        span = _Span(*(_checks.day_number(_checks.date_of(date)) for date in (first, last)))
    except (TypeError, ValueError):  # not a pair, or not of dates
        raise ArgumentError(name, period, "growth_period_first_last_day") from None
    if span.last < span.first:
        raise ArgumentError(name, span, "growth_ends_before_begins_swap")
    return span


def _halves(tx: Transactions) -> Words:
    """Two periods that would do: the halves of the data."""
    last = _checks.day_number(tx.as_of)
    middle = (tx.first_day + last) // 2
    said = f"base={_Span(tx.first_day, middle)}, current={_Span(middle + 1, last)}"
    return Words((f"such as {said}", f"例如 {said}"))


def _seen(tx: Transactions, current: _Span) -> Transactions:
    """The transactions up to the end of the current period."""
    last = current.dates[1]
    return tx if last == tx.as_of else tx.until(last)


def _refuse_missing_role(tx: Transactions, role: str, argument: str) -> None:
    if role not in tx.roles:
        have = ", ".join(f"{name}={column!r}" for name, column in tx.roles.items())
        raise ColumnError("growth_needs_column_says_transactions", argument_2=argument, role=role, have=have)


def _nothing_in(base: _Span, current: _Span) -> DataError:
    return DataError("growth_row_base_nor_current", base=base, current=current)
