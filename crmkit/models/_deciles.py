"""Who brings the value that is to come: customers in tenths by what they are expected to bring, and what they brought.

Source: Malthouse & Blattberg (2005), Can we predict customer lifetime value?, Journal of Interactive Marketing 19(1),
2-16 (predicted against actual by group of the predicted value).
"""

from __future__ import annotations

import numpy as np

from crmkit import _checks, _frame
from crmkit._types import Table


def value_by_decile(
    customers: Table, *, value: str = "residual_clv", actual: str | None = None, n_groups: int = 10
) -> Table:
    """Sum the value up by tenths of the customers, the best first, beside what came if that is known.

    Parameters
    ----------
    customers : table, n_customers rows
        With the column `value`, as `crmkit.clv.lifetime_value` or `crmkit.score_customers` gives it.
    value : str, default "residual_clv"
        Column of what is expected of each customer, in money.
    actual : str, optional
        Column of what each customer then brought, in money.
    n_groups : int, default 10
        How many groups of equal size.

    Returns
    -------
    table, n_groups rows
        In the kind of `customers`: `decile` (1 the best), `customers`, `mean_value`, `value` (sum), `value_share`; with
        `actual` also `mean_actual`. A group of no customer is left out.

    Raises
    ------
    ColumnError
        A column is absent, not numeric, or missing for some customers.

    Examples
    --------
    >>> value_by_decile({"residual_clv": [5.0, 1.0, 3.0, 1.0]}, n_groups=2)
       decile  customers  mean_value  value  value_share
    0       1          2         4.0    8.0          0.8
    1       2          2         1.0    2.0          0.2
    """
    groups = _checks.count("n_groups", n_groups, least=2)
    names = [value, *([] if actual is None else [actual])]
    table = _frame.open_table(customers, numbers=names)
    worth, *came = table.arrays(*names)
    order = np.argsort(-worth, kind="stable")
    group = np.arange(len(worth)) * groups // max(len(worth), 1)
    n = np.bincount(group, minlength=groups)
    there = n > 0
    sums = np.bincount(group, weights=worth[order], minlength=groups)[there]
    columns = {
        "decile": np.arange(1, groups + 1)[there],
        "customers": n[there],
        "mean_value": sums / n[there],
        "value": sums,
        "value_share": sums / sums.sum() if sums.sum() else np.full(len(sums), np.nan),
    }
    if came:
        # of equal customers each stands for all of them, so that the order of rows plays no part at a border
        _, row, size = np.unique(worth, return_inverse=True, return_counts=True)
        shared = (np.bincount(row, weights=came[0]) / size)[row]
        columns["mean_actual"] = np.bincount(group, weights=shared[order], minlength=groups)[there] / n[there]
    return table.build(columns)
