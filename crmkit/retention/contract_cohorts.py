"""Cohorts of contracts: of those whose first contract began in a period, who is under contract some periods later.

Where contracts say who is a customer, nothing has to be guessed from purchases: a customer is there if a contract runs
on the last day of a period, and may come back.

Sources: Fader & Hardie (2007), How to project customer retention, Journal of Interactive Marketing 21(1), 76-90, whose
survival table is one such cohort.
"""

from __future__ import annotations

import numpy as np

from crmkit import _checks
from crmkit._frame import engines
from crmkit._periods import Calendar, Period, periods_between
from crmkit._types import Date, Table
from crmkit.retention.contracts import _read, _Sums


def contract_cohorts(
    contracts: Table,
    *,
    as_of: Date,
    customer: str = "customer_id",
    start: str = "start_date",
    end: str = "end_date",
    date_format: str | None = None,
    period: Period | Calendar = "month",
) -> Table:
    """Count the customers of each cohort who are under contract at the end of every later period.

    Parameters
    ----------
    contracts : table, one row per contract, of any supported kind
        As for `contract_rates`; contracts that begin after `as_of` are not seen.
    as_of : date or str
        The day on which the past ends.
    customer, start, end : str
        Columns of the customer's id and of the contract's first and last day (none while it is running).
    date_format : str, optional
        Format of dates that are text but not year-month-day, such as "%m/%d/%Y".
    period : {"day", "week", "week_sunday", "month", "quarter", "year"} or Calendar, default "month"
        Length of the periods. A `crmkit.Calendar` has fiscal years, or periods that roll back from `as_of`.

    Returns
    -------
    table, one row per cohort and age
        `cohort`: period in which the customer's first contract began; `size`: customers of it; `cohort_age`: periods
        since then; `customers`: those with a contract on the last day of that period; `retention_rate`: of the cohort;
        `state`: "complete", or "partial" for the period that is not over, which is judged on `as_of`. Cells that lie
        ahead are not there.

    Raises
    ------
    ColumnError, DataError, ArgumentError
        As `contract_rates` raises them.

    Examples
    --------
    >>> import crmkit as crm
    >>> contracts = {"customer_id": ["a", "b", "b"], "start_date": ["2025-01-01", "2025-01-15", "2025-03-01"],
    ...              "end_date": [None, "2025-02-10", None]}
    >>> crm.retention.contract_cohorts(contracts, as_of="2025-03-31")
        cohort  size  cohort_age  customers  retention_rate     state
    0  2025-01     2           0          2             1.0  complete
    1  2025-01     2           1          1             0.5  complete
    2  2025-01     2           2          2             1.0  complete
    """
    cut = _checks.date_of(as_of)
    frame = engines.wrap(contracts)
    engines.refuse_no_rows(frame, "contract")
    read = _read(frame, {"customer": customer, "begin": start, "finish": end}, cut, date_format)
    periods = periods_between(int(np.min(read.begin)), _checks.day_number(cut), period)
    n = len(periods)
    first = np.full(int(read.customer.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, read.customer, read.begin)
    cohort = periods.of(first)
    size, present = np.bincount(cohort, minlength=n), np.zeros((n, n + 1), dtype=np.int64)
    for who, at, step in _Sums(read, periods).comings():
        np.add.at(present, (cohort[who], at - cohort[who]), step)
    present = np.cumsum(present, axis=1)
    rows, age = np.nonzero((np.arange(n)[:, None] + np.arange(n)[None, :] < n) & (size > 0)[:, None])
    here = present[rows, age]
    return engines.build(
        {
            "cohort": np.array(periods.names, dtype=object)[rows],
            "size": size[rows],
            "cohort_age": age,
            "customers": here,
            "retention_rate": here / size[rows],
            "state": np.where(periods.complete[rows + age], "complete", "partial").astype(object),
        },
        frame,
    )
