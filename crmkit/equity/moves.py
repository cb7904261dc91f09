"""Switching matrices: counted in a survey that asks for the last and the next purchase, or in a panel of purchases."""

from __future__ import annotations

from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _frame
from crmkit._frame import engines, texts
from crmkit._results import Result
from crmkit._statistics import wilson
from crmkit._types import Array, Table
from crmkit.definitions import Definition
from crmkit.equity._matrix import LAST, read_matrix
from crmkit.errors import ArgumentError, ColumnError, DataError, shown

HINT = "Name the columns, such as switching(survey, last='bought_last', then='will_buy_next')."
PANEL_HINT = "A panel has one row per purchase: customer_id, date, brand."
_COUNTED = 1e-9


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Switching(Result):
    """A switching matrix, counted; given by `switching` and `panel_switching`.

    Attributes
    ----------
    table : table
        One row per brand: `last` (bought last), and a column per brand with the share whose next purchase is of it.
        Missing where nobody bought the brand last.
    counts : table
        One row per pair: `last`, `next`, `customers` (or purchases, or their weight), `share` with its interval
        `share_low`, `share_high` (Wilson; of weights as if they were counts).
    left_out : int
        Rows without one of both brands; of a panel, purchases on days with several brands, whose order is not known.
    definition : Definition
        What is counted.
    """

    table: Table
    counts: Table
    left_out: int
    definition: Definition


def switching(
    survey: Table, *, last: str = "last", then: str = "next", weight: str | None = None, level: float = 0.95
) -> Switching:
    """Count a switching matrix from a survey with the brand bought last and the one bought (or intended) next.

    Parameters
    ----------
    survey : table, one row per respondent
        Of any supported kind. Rows without one of both brands are counted as left out.
    last, then : str
        Columns of the brands.
    weight : str, optional
        Column of weights, such as a respondent's purchases in the category: heavy buyers count for what they buy.
    level : float, default 0.95
        Confidence of the intervals.

    Returns
    -------
    Switching

    Raises
    ------
    ColumnError, DataError
        A column is absent, weights are not numbers from 0 on, or no row has both brands.

    Examples
    --------
    >>> survey = {"last": list("AAAAAB" "BBB"), "next": list("AAAABB" "BBA")}
    >>> switching(survey).table
      last     A     B
    0    A  0.80  0.20
    1    B  0.25  0.75
    """
    share = _checks.level_of(level)
    table = _frame.open_table(survey, numbers=[weight] if weight else [], hint=HINT)
    _refuse_absent(table, [last, then])
    amount = nw.col(weight).cast(nw.Float64) if weight else nw.lit(1.0)
    # what is missing goes first: as text it would be a brand called None on some kinds of table
    both = table.frame.filter(~nw.col(last).is_null() & ~nw.col(then).is_null())
    known = both.select(last=nw.col(last).cast(nw.String), next=nw.col(then).cast(nw.String), amount=amount)
    sizes = [int(table.collect(part.select(n=nw.len()))["n"][0]) for part in (table.frame, known)]
    cells = table.collect(known.group_by("last", "next").agg(n=nw.col("amount").sum(), low=nw.col("amount").min()))
    if not sizes[1]:
        raise DataError("no_switches", last=last, then=then)
    if cells["low"].min() < 0:
        raise DataError("negative_weights", column=weight)
    return _of_cells(cells["last"], cells["next"], cells["n"], table, sizes[0] - sizes[1], share)


def panel_switching(
    purchases: Table, *, brand: str = "brand", customer: str = "customer_id", date: str = "date", level: float = 0.95
) -> Switching:
    """Count a switching matrix from a panel: each purchase against the next one of the same customer.

    Parameters
    ----------
    purchases : table, one row per purchase
        Of any supported kind; only purchases of the category.
    brand, customer, date : str
        Columns of the brand, the customer and the day. Days on which a customer bought several brands have no order:
        they are left out, with the steps to and from them.
    level : float, default 0.95
        Confidence of the intervals.

    Returns
    -------
    Switching
        Of purchase to purchase, as `brand_values` needs it.

    Raises
    ------
    ColumnError, DataError
        A column is absent or has missing values, or no customer bought on two days.

    Examples
    --------
    >>> panel = {"customer_id": [1, 1, 1, 2, 2], "brand": ["A", "A", "B", "B", "B"],
    ...          "date": ["2025-01-01", "2025-01-09", "2025-02-01", "2025-01-02", "2025-03-01"]}
    >>> panel_switching(panel).table
      last    A    B
    0    A  0.5  0.5
    1    B  0.0  1.0
    """
    share = _checks.level_of(level)
    table = _frame.open_table(purchases, keys=[brand, customer, date], hint=PANEL_HINT)
    frame = engines.lift(table.frame, {"customer": customer, "date": date, "brand": brand})
    if frame.collect_schema()["date"] == nw.String:
        frame = texts.read_dates(frame, "date", None, None)
    frame = engines.to_day(frame, "date", into="day").with_columns(brand=nw.col("brand").cast(nw.String))
    if int(engines.collect(frame.select(n=nw.col("day").is_null().cast(nw.Int64).sum()))["n"][0] or 0):
        raise DataError("panel_dates", column=date)
    days = frame.group_by("customer", "day").agg(n=nw.len(), brand=nw.col("brand").min(), other=nw.col("brand").max())
    found = engines.collect(days)
    order = np.lexsort([found["day"], found["customer"]])
    who, what, mixed = (found[name][order] for name in ("customer", "brand", "other"))
    mixed = mixed != what
    steps = (who[1:] == who[:-1]) & ~mixed[1:] & ~mixed[:-1]
    if not steps.any():
        raise DataError("no_steps")
    pairs = np.stack([what[:-1][steps].astype(str), what[1:][steps].astype(str)], axis=1)
    cells, n = np.unique(pairs, axis=0, return_counts=True)
    return _of_cells(cells[:, 0], cells[:, 1], n.astype(float), table, int(found["n"][order][mixed].sum()), share)


def per_purchase(matrix: Table, *, purchases: float) -> Table:
    """The matrix of purchase to purchase behind one of a longer time.

    A survey asked a year later shows where customers are after all the purchases of the year. To use such a matrix with
    `purchases_per_year` would let them switch once per purchase at a rate of once per year.

    Parameters
    ----------
    matrix : table, array or Switching
        Of those with the brand of the row at first, the share with each brand after `purchases` purchases.
    purchases : float
        Purchases in between.

    Returns
    -------
    table, in the kind of the matrix
        `last` and a column per brand: the matrix whose power it is.

    Raises
    ------
    DataError
        There is none: no matrix of shares has this one as its power.
    ArgumentError
        `purchases` is not above 0.

    Examples
    --------
    >>> per_purchase({"last": ["A", "B"], "A": [0.7, 0.45], "B": [0.3, 0.55]}, purchases=2).round(3)
      last    A    B
    0    A  0.8  0.2
    1    B  0.3  0.7
    """
    from scipy.linalg import eig

    read = read_matrix(matrix)
    often = _checks.finite("purchases", purchases)
    if often <= 0:
        raise ArgumentError("purchases", purchases, "above_zero", example=2)
    values, vectors = eig(read.p)
    root = (vectors * values ** (1 / often)) @ np.linalg.inv(vectors)
    real = root.real
    if np.abs(root.imag).max() > _COUNTED or real.min() < -_COUNTED:
        raise DataError("no_root", purchases=f"{often:g}")
    real = np.maximum(real, 0.0)
    return read.square(real / real.sum(axis=1, keepdims=True))


def _refuse_absent(table: Table, needed: list[str]) -> None:
    absent = [name for name in needed if name not in table.columns]
    if absent:
        raise ColumnError("switching_columns", column=shown(absent), has=shown(table.columns, most=15))


def _of_cells(last: Array, then: Array, n: Array, table: Table, left_out: int, level: float) -> Switching:
    """The matrix of counted pairs."""
    brands = sorted({str(name) for name in last} | {str(name) for name in then})
    at = {name: position for position, name in enumerate(brands)}
    counts = np.zeros((len(brands), len(brands)))
    for one, other, weight in zip(last, then, n, strict=True):
        counts[at[str(one)], at[str(other)]] += weight
    totals = counts.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = np.where(totals > 0, counts / totals, np.nan)
    low, high = wilson(counts, np.broadcast_to(totals, counts.shape), level)
    names = np.array(brands, dtype=object)
    rows = {
        LAST: np.repeat(names, len(brands)),
        "next": np.tile(names, len(brands)),
        "customers": counts.ravel(),
        "share": p.ravel(),
        "share_low": low.ravel(),
        "share_high": high.ravel(),
    }
    square = {LAST: names, **{name: p[:, position] for name, position in at.items()}}
    definition = Definition("brand_switching", None, {"level": f"{100 * level:g}"})
    return Switching(table.build(square), table.build(rows), left_out, definition)
