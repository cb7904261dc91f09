"""Customers as the purchase models see them: x repeat purchases, the last t_x days after the first, age T.

A likelihood needs only the distinct rows (x, t_x, T) and how many customers share each: the
*cells*. Within them the costly parts of a formula depend on even fewer distinct pairs.

Source: Fader & Hardie (2005), Implementing the BG/NBD model, for the sufficient statistics.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmkit import _frame
from crmkit._types import Floats, Table
from crmkit.errors import DataError, Words, shown

Index = NDArray[np.intp]
Rows = slice | NDArray[np.bool_] | Index
COLUMNS = ("x", "t_x", "T")
# Sum of ln(days between purchases), which models of regular gaps read.
GAPS = "log_gaps"
HINT = Words("hint_customers")


@dataclass(frozen=True, slots=True)
class Cells:
    """Distinct customers: x repeats, t_x and T, n customers each; all shape (n_cells,).

    Likelihoods measure time in multiples of `unit`. The columns stay as they are: whole days are told apart sooner.
    """

    x: Floats
    t_x: Floats
    T: Floats
    n: Floats
    unit: float = 1.0
    log_gaps: Floats | None = None  # sum of ln(days between purchases) of the n customers, where it is known
    z: tuple[Floats, ...] = ()  # covariates

    def where(self, rows: Rows) -> Cells:
        """Some of the cells."""
        gaps = None if self.log_gaps is None else self.log_gaps[rows]
        z = tuple(column[rows] for column in self.z)
        return Cells(self.x[rows], self.t_x[rows], self.T[rows], self.n[rows], self.unit, gaps, z)

    @property
    def history(self) -> tuple[Floats, ...]:
        """What forecasts are made from: x, t_x, T and the covariates."""
        return self.x, self.t_x, self.T, *self.z


def read_cells(customers: Table, *, weight: str | None = None) -> Cells:
    """Cells of a table of customers, in ascending order, counted where the table is; `weight` names a count column.

    A column `log_gaps`, if there is one, is summed.
    """
    numbers = list(COLUMNS) if weight is None else [*COLUMNS, weight]
    table = _frame.open_table(customers, numbers=numbers, hint=HINT)
    gaps = [GAPS] if GAPS in table.columns else []
    if gaps:
        _frame.open_table(customers, numbers=gaps)
    if table.in_memory:
        x, t_x, T, *more = table.arrays(*numbers, *gaps)
        cells = _count(x, t_x, T, more[0] if weight else None, more[-1] if gaps else None)
    else:
        counted = table.cells(list(COLUMNS), weight=weight, sums=gaps)
        x, t_x, T, n, *sums = (np.asarray(counted[name], dtype=float) for name in (*COLUMNS, "n", *gaps))
        cells = Cells(x, t_x, T, n, log_gaps=sums[0] if sums else None)
    n = cells.n
    if (n < 0).any():
        raise DataError("models_weight_column_holds_negative", weight=weight, tolist=shown(n[n < 0].tolist()))
    check(cells.x, cells.t_x, cells.T)
    return cells if n.all() else cells.where(n > 0)


def read_profiles(customers: Table, covariates: Sequence[str], *, weight: str | None = None) -> Cells:
    """Cells of customers with the same covariates too."""
    columns = [*COLUMNS, *covariates]
    table = _frame.open_table(customers, numbers=columns if weight is None else [*columns, weight], hint=HINT)
    counted = table.cells(columns, weight=weight)
    x, t_x, T, n, *z = (np.asarray(counted[name], dtype=float) for name in (*COLUMNS, "n", *covariates))
    if (n < 0).any():
        raise DataError("models_weight_column_holds_negative", weight=weight, tolist=shown(n[n < 0].tolist()))
    check(x, t_x, T)
    return Cells(x, t_x, T, n, z=tuple(z)).where(n > 0)


def _count(x: Floats, t_x: Floats, T: Floats, weight: Floats | None, log_gaps: Floats | None) -> Cells:
    """Cells of customers in memory."""
    (x, t_x), pair = distinct(x, t_x)
    (T,), age = distinct(T)
    code = pair * T.size + age
    sums = None
    if weight is None and log_gaps is None:
        # Of all ways to count with numpy this one is the fastest: one sort, and no order to remember.
        found, counts = np.unique(code, return_counts=True)
        n = counts.astype(float)
    else:
        found, row = np.unique(code, return_inverse=True)
        row, one_each = row.reshape(-1), np.ones(code.size) if weight is None else weight
        n = np.bincount(row, weights=one_each, minlength=found.size)
        if log_gaps is not None:
            sums = np.asarray(np.bincount(row, weights=one_each * log_gaps, minlength=found.size), dtype=float)
    pair, age = np.divmod(found, max(T.size, 1))
    return Cells(x[pair], t_x[pair], T[age], n, log_gaps=sums)


def read_rows(customers: Table) -> tuple[Floats, Floats, Floats]:
    """x, t_x, T of each row of a table of customers, in its order; times in days."""
    x, t_x, T = _frame.open_table(customers, numbers=COLUMNS, hint=HINT).rows(*COLUMNS)
    check(x, t_x, T)
    return x, t_x, T


def check(x: Floats, t_x: Floats, T: Floats) -> None:
    """Refuse histories that cannot be: the first offending values are shown."""
    _refuse((x < 0) | (x != np.floor(x)), "rule_x", x=x)
    _refuse((t_x < 0) | (t_x > T), "rule_t_x", t_x=t_x, T=T)
    _refuse(
        (x == 0) != (t_x == 0),
        "rule_t_x_is_0",
        x=x,
        t_x=t_x,
    )


def _refuse(bad: NDArray[np.bool_], rule: str, **columns: Floats) -> None:
    if bad.any():
        rows = np.flatnonzero(bad)
        values = "; ".join(f"{name} = {shown(column[rows].tolist())}" for name, column in columns.items())
        raise DataError("models_rows", rule=Words(rule), size=rows.size, size_2=bad.size, values=values, hint=HINT)


def check_fit(cells: Cells, model: str) -> None:
    """Refuse data from which no purchase rate can be learned."""
    if cells.n.sum() == 0:
        raise DataError("models_customers_nothing_learn", model=model, hint=HINT)
    if not (cells.T > 0).any():
        raise DataError("models_t_all_customers_nobody")
    if not (cells.x > 0).any():
        raise DataError("models_x_all_customers_nobody", n=cells.n.sum(), model=model)


def distinct(*columns: Floats) -> tuple[list[Floats], Index]:
    """Distinct rows of equally long columns, in ascending order, and for each row the place of its own among them."""
    first, place = representatives(*columns)
    return [column[first] for column in columns], place


def representatives(*columns: Floats) -> tuple[Index, Index]:
    """A row of each distinct combination of the columns, in ascending order, and the place of every row among them."""
    n = columns[0].size
    code, size = np.zeros(n, dtype=np.int64), 1
    for column in columns:
        inverse, values = _codes(column)
        if size * values > 2**62:
            code, size = _codes(code)
        code = code * values + inverse
        size *= values
    if size > _most_codes(n):
        _, first, place = np.unique(code, return_index=True, return_inverse=True)
        return first, place.reshape(-1)
    # So few codes that each can be a place in a table: no sorting.
    a_row = np.full(size, -1, dtype=np.intp)
    a_row[code] = np.arange(n)
    present = np.flatnonzero(a_row >= 0)
    rows = a_row[present]
    a_row[present] = np.arange(present.size)
    return rows, a_row[code]


def _codes(column: NDArray[Any]) -> tuple[NDArray[np.int64], int]:
    """Whole numbers from 0 that tell the values of a column apart, in their order, and a number above them all."""
    if column.size == 0:
        return np.zeros(0, dtype=np.int64), 1
    least, most = column.min(), column.max()
    if most - least < _most_codes(column.size):
        whole = (column - least).astype(np.int64)
        if (whole + least == column).all():
            return whole, int(most - least) + 1
    values, inverse = np.unique(column, return_inverse=True)
    return inverse.reshape(-1).astype(np.int64), values.size


def _most_codes(n: int) -> int:
    """Size of a table that n rows are worth."""
    return 4 * n + 4096


def dot(weights: NDArray[Any], values: NDArray[Any]) -> float:
    """Sum of products, without the threads of a matrix library: they cost more than such a sum."""
    return float(np.einsum("i,i->", weights, values))


def survivors(x: Floats, n: Floats) -> tuple[Floats, Floats]:
    """For j = 0, 1, ... below the largest x: j, and how many customers have x > j.

    With them the sum of lnG(r + x) - lnG(r) over customers is that of N_j ln(r + j), exact for any r.
    """
    counts = np.bincount(x.astype(np.int64), weights=n)
    above = n.sum() - np.cumsum(counts)[:-1]
    return np.arange(above.size, dtype=float), above


def log_rising(r: float, x: Floats) -> Floats:
    """Logarithm of G(r+x) / G(r) = r (r+1) ... (r+x-1), shape of x."""
    j = np.arange(float(np.max(x, initial=0)))
    return np.concatenate([np.zeros(1), np.cumsum(np.log(r + j))])[x.astype(np.intp)]
