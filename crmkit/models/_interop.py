"""Tables made for other packages, read as ours.

`lifetimes` and its heirs keep frequency, recency, T and monetary_value, in a unit of time that is not in the
table. Their recency is the age at the last purchase, which is `t_x` here; `recency` here is the time since the last
purchase. So those columns do not survive under their old names.

Source: the documentation of the package lifetimes 0.11.3, "The shape of your data".
"""

from __future__ import annotations

from typing import Any, Literal

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _frame
from crmkit._types import Table
from crmkit.errors import DataError, Words, shown
from crmkit.models._base import DAYS_IN

HINT = Words("hint_lifetimes")


def from_lifetimes(frame: Table, *, period: Literal["day", "week", "month", "year"] = "week") -> Table:
    """Read a table made for the package `lifetimes` (or clvkit, or pymc-marketing) as a table of customers.

    Parameters
    ----------
    frame : table, n_customers rows
        With `frequency`, `recency` and `T`, and `monetary_value` if there is one.
    period : {"day", "week", "month", "year"}, default "week"
        Unit of the times in the table: lifetimes' `freq`. Its default there is "day".

    Returns
    -------
    table, n_customers rows
        In the kind and row order that came in: `x` = frequency, `t_x` = recency and `T` in days, `m_x` =
        monetary_value, and the other columns. The columns of lifetimes are gone, because `frequency` and `recency` mean
        something else here.

    Raises
    ------
    ColumnError
        A column is absent, not numeric, or missing for some customers.
    DataError
        The values cannot be: recency above T, or a recency without repeat purchases.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import clv
    >>> old = pd.DataFrame({"frequency": [2, 0], "recency": [30, 0], "T": [39, 39], "monetary_value": [22.5, 0.0]},
    ...                    index=["a", "b"])
    >>> clv.from_lifetimes(old, period="week")
       x  t_x    T   m_x
    a  2  210  273  22.5
    b  0    0  273   0.0
    """
    _checks.choice("period", period, DAYS_IN)
    table = _frame.open_table(frame, numbers=["frequency", "recency", "T"], hint=HINT)
    spend = ["monetary_value"] if "monetary_value" in table.columns else []
    if spend:
        _frame.open_table(frame, numbers=spend, hint=HINT)
    _refuse_impossible(table.cells(["frequency", "recency", "T"]))
    days = DAYS_IN[period]
    # Whole numbers of days or weeks stay whole numbers.
    unit = int(days) if days == int(days) else days
    ours = {"x": nw.col("frequency"), "t_x": nw.col("recency") * unit, "T": nw.col("T") * unit}
    if spend:
        ours["m_x"] = nw.col("monetary_value")
    theirs = {"frequency", "recency", "T", "monetary_value", *ours}
    others = [name for name in table.columns if name not in theirs]
    return table.give_back(table.frame.select(*others, **ours))


def _refuse_impossible(cells: dict[str, np.ndarray[Any, Any]]) -> None:
    x, t_x, T = (np.asarray(cells[name], dtype=float) for name in ("frequency", "recency", "T"))
    rules = (
        ((x < 0) | (x != np.floor(x)), "rule_frequency"),
        ((t_x < 0) | (t_x > T), "rule_recency"),
        ((x == 0) != (t_x == 0), "rule_recency_is_0"),
    )
    for bad, rule in rules:
        if bad.any():
            rows = np.flatnonzero(bad)[:3]
            seen = [tuple(float(column[row]) for column in (x, t_x, T)) for row in rows]
            n = int(np.asarray(cells["n"])[bad].sum())
            raise DataError("models_rows_frequency_recency_t", rule=Words(rule), n=n, seen=shown(seen), hint=HINT)
