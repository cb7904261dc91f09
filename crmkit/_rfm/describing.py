"""RFM: what segments are worth, one row per segment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _frame
from crmkit._frame.engines import FrameT
from crmkit._rfm.measures import MEASURES, number
from crmkit._statistics import shares_of
from crmkit.errors import DataError, Words
from crmkit.schemes import SEGMENTS


def describe_segments(segments: FrameT, *, value: str = "monetary", column: str = "segment") -> FrameT:
    """One row per segment: how many customers, how much money, and what they are like.

    Parameters
    ----------
    segments : table, n_customers rows
        Customers with their segment, as `segment` gives it.
    value : str, default "monetary"
        Column of money per customer to add up.
    column : str, default "segment"
        Column of the segments.

    Returns
    -------
    table, one row per segment, of the kind of `segments`
        The segment, `customers`, `customer_share`, `value` (money of the segment), `value_share` (not a number where
        all money adds up to 0), and `mean_recency` (days), `mean_frequency`, `mean_monetary` of those measures that the
        table has. Segments of a known scheme come in its order, others by name.

    Raises
    ------
    ColumnError
        A column is absent, or has missing values.
    DataError
        The table has no rows.

    Examples
    --------
    >>> import pandas as pd
    >>> named = pd.DataFrame({"segment": ["new", "champions", "new"], "monetary": [10.0, 70.0, 20.0]})
    >>> describe_segments(named)
         segment  customers  customer_share  value  value_share  mean_monetary
    0  champions          1        0.333333   70.0          0.7           70.0
    1        new          2        0.666667   30.0          0.3           15.0
    """
    table = _frame.open_table(segments, numbers=[value], keys=[column], hint=Words("hint_segments"))
    present = [measure for measure in MEASURES if measure in table.columns]
    numbers = {"value": number(value), **{f"mean_{measure}": number(measure) for measure in present}}
    means = {name: nw.col(name).mean() for name in numbers if name != "value"}
    bare = table.frame.select(nw.col(column).alias(column), **numbers)  # only simple aggregates run on every engine
    found = table.collect(bare.group_by(column).agg(nw.len().alias("customers"), nw.col("value").sum(), **means))
    if not len(found[column]):
        raise DataError("rfm_table_rows_segments_build")
    known = [name for scheme in SEGMENTS.values() for name in scheme]
    order = sorted(range(len(found[column])), key=lambda at: _rank_of(found[column][at], known))
    rows = {name: np.asarray(column)[order] for name, column in found.items()}
    n, money = rows["customers"].astype(np.int64), rows["value"].astype(float)
    described: FrameT = table.build(
        {
            column: rows[column],
            "customers": n,
            "customer_share": n / n.sum(),
            "value": money,
            "value_share": shares_of(money),
            **{name: rows[name].astype(float) for name in means},
        }
    )
    return described


def _rank_of(name: Any, known: Sequence[str]) -> tuple[int, str]:
    return (known.index(name) if name in known else len(known), str(name))
