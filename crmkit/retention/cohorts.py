"""Cohorts: customers who came at the same time, followed by age.

A cohort are the customers whose first purchase falls into the same calendar period, and into the same group if there
are groups. Four figures go by the name of retention; `kind` chooses, and the definition beneath every table says
which one it is. What has not happened yet is missing, never 0; what can still change is marked; averages add up
customers of the cohorts that have reached the age, never the rates of cohorts.

Sources: N-day, bracket and "on or after" retention as product analytics define them (Amplitude, Mixpanel; 神策 calls
the first two 特定日期留存 and 自定义区间留存); Wilson (1927), JASA 22, 209-212, for the intervals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

from crmkit import _checks, _customer_periods, labels
from crmkit._frame import engines, outputs
from crmkit._periods import Calendar, Period, Periods, calendar_of
from crmkit._results import Result
from crmkit._types import Array, Groups, Table
from crmkit.definitions import Definition
from crmkit.errors import ArgumentError, Words
from crmkit.labels import Language
from crmkit.retention import _cohort_cells, _cohort_counts, _cohort_pages
from crmkit.transactions import open_transactions

Kind: TypeAlias = Literal["classic", "rolling", "n_day", "bracket"]

KINDS = ("classic", "rolling", "n_day", "bracket")
DAYS = (1, 3, 7, 14, 30, 60, 90)
BRACKETS = ((1, 30), (31, 60), (61, 90), (91, 180), (181, 365))
VALUES = (
    "customers", "reached", "retained", "retention_rate", "retention_low", "retention_high", "orders", "revenue",
    "cumulative_revenue", "cumulative_per_customer", "state",
)  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Cohorts(Result):
    """Cohorts by age; given by `cohorts`. Prints as the triangle of its rates with the definition beneath.

    Attributes
    ----------
    table : table, one row per cohort and age (and `group`, if there are groups)
        `cohort`; `cohort_age` (whole periods, the day n, or text such as "1-30"; then also `from_day` and `to_day`);
        `customers` of the cohort; `reached`: those of whom the age can be judged, the denominator; `retained`;
        `retention_rate` with its 95 % interval `retention_low`, `retention_high`; `orders` and `revenue` of the age;
        `cumulative_revenue` from the first purchase on, and `cumulative_per_customer`; and `state`:
        "complete" (no later row changes it), "partial" (it can still change), "not_yet" (values missing) or "too_small"
        (fewer than `min_customers` have reached the age; values withheld).
    averages : table, one row per age that a cohort has completed (and `group`)
        All `cohorts` that did, pooled: sums over their `customers`, never means of their rates. The columns are those
        of `table`; of calendar periods also `chain_per_customer`, the cumulative revenue per customer as a chain
        ladder: each step is that of the cohorts that have both ages, so none is larger than the largest of theirs. With
        groups it is the table to compare them by.
    definition, revenue_definition : Definition
        What the rates count, and what cumulative revenue per customer does.
    kind, period : str
        What was asked for.
    notes : tuple of (key, values)
        What a reader should know of these data; `remarks` puts it into words.
    """

    table: Table
    averages: Table
    definition: Definition
    revenue_definition: Definition
    kind: str
    period: str
    notes: tuple[tuple[str, Mapping[str, Any]], ...]
    _cells: Mapping[str, Array]
    _pooled: Mapping[str, Array]

    def triangle(self, show: str = "retention_rate") -> Table:
        """The wide table: one row per cohort (and group), one column per age.

        Parameters
        ----------
        show : str, default "retention_rate"
            The column of `table` to show, such as "retained", "cumulative_per_customer" or "state".

        Returns
        -------
        table, one row per cohort, of the kind of the transactions
            `group` if there are groups, `cohort`, `customers`, and the ages as columns "0", "1" ... or "1-30" ...;
            missing where the age is not yet reached or the cell is too small.

        Examples
        --------
        >>> import crmkit as crm
        >>> cells = crm.retention.cohorts(crm.datasets.load_cdnow(), period="quarter")
        >>> cells.triangle("retained")
            cohort  customers        0       1       2       3       4       5
        0  1997-Q1      23570  23570.0  5376.0  4263.0  4221.0  3817.0  3317.0
        """
        _checks.choice("show", show, [name for name in VALUES if name in self._cells])
        return engines.build(_cohort_pages.wide(self._cells, show), engines.wrap(self.table))

    def remarks(self, language: Language | None = None) -> list[str]:
        """What a reader should know of these data: where they begin, and what is still running.

        >>> import crmkit as crm
        >>> crm.retention.cohorts(crm.datasets.load_cdnow(), period="quarter").remarks("zh")
        ['数据始于 1997-01-01；此前购买过的客户按数据中的第一次购买计为新客户，因此最早的同期群可能含有老客户。']
        """
        return [labels.phrase(key, language, **values) for key, values in self.notes]

    def text(self, language: Language | None = None) -> str:
        r"""The triangle of rates in per cent with averages, legend, remarks and definition, to be read as it is.

        >>> import crmkit as crm
        >>> print(crm.retention.cohorts(crm.datasets.load_cdnow(), period="quarter").text().split("\n\n")[0])
        cohort   customers      0     1     2     3     4     5
        1997-Q1     23,570  100.0  22.8  18.1  17.9  16.2  14.1
        pooled              100.0  22.8  18.1  17.9  16.2  14.1
        """
        language = labels.resolve(language)
        triangle = _cohort_pages.text(self._cells, self._pooled, self.definition, language)
        return "\n\n".join([triangle, "\n".join(self.remarks(language)), self.definition.text(language)])

    def to_excel(self, path: str | Path, *, language: Language | None = None) -> None:
        """Write an Excel book: rates, counts, revenue, revenue per customer, and what they mean, a sheet each.

        Partial cells are hatched and withheld ones grey, with a legend under each sheet; what is not yet is empty.
        Names of groups that a spreadsheet would run as a formula are made inert.

        Parameters
        ----------
        path : str
            Where to write; the ending must be .xlsx. An existing file is replaced once all is written.
        language : {"en", "zh"}, optional
            Language of sheets, columns and legend.

        Raises
        ------
        ArgumentError, InputFileError
            The ending is another one, or the file cannot be written.
        MissingPackageError
            xlsxwriter is not installed.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> import crmkit as crm
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "cohorts.xlsx"
        >>> crm.retention.cohorts(crm.datasets.load_cdnow()).to_excel(path)
        >>> path.stat().st_size > 5000
        True
        """
        language = labels.resolve(language)
        definitions = (self.definition, self.revenue_definition)
        sheets = _cohort_pages.sheets(self._cells, self._pooled, definitions, self.remarks(language), language)
        outputs.write_book(path, sheets)

    def shown(self) -> tuple[Any, ...]:
        """The triangle with its definition."""
        return self.triangle(), self.definition

    def __repr__(self) -> str:
        """The triangle of rates with its definition."""
        return self.text()


def cohorts(
    transactions: Table,
    *,
    period: Period | Calendar = "month",
    by: Groups | None = None,
    kind: Kind = "classic",
    days: Sequence[int] | Sequence[tuple[int, int]] | None = None,
    max_age: int | None = None,
    min_customers: int = 1,
    orders: bool = True,
    level: float = 0.95,
) -> Cohorts:
    """Follow the customers of each period of first purchase: how many buy again, and what they bring.

    A refund is never a visit. Its money counts in the period in which it is booked; booked before the first purchase,
    it counts in the period of that purchase. Customers without a purchase belong to no cohort.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Nothing after its `as_of` is seen.
    period : {"day", "week", "week_sunday", "month", "quarter", "year"} or Calendar, default "month"
        Period of the first purchase that makes a cohort, and the unit of age of the first two kinds. A
        `crmkit.Calendar` has fiscal years, or periods that roll back from `as_of`.
    by : role of the transactions, or table with customer_id and group, optional
        Cohorts of one group each: the channel, category or product of the customer's first purchase (of several on that
        day, the first by name), or groups of your own. Customers without one are "ungrouped". To compare groups over
        all periods, read `averages`.
    kind : {"classic", "rolling", "n_day", "bracket"}, default "classic"
        "classic": bought in the k-th period after that of the first purchase.
        "rolling": bought in that period or any later one. Who is quiet so far may still come back, so all of these
        rates but that of age 0 stay partial, and recent ones are too low.
        "n_day": bought exactly n days after the own first purchase.
        "bracket": bought within days a to b after the own first purchase, both included.
        Of the last two, only customers who have reached day n (or b) are counted, above and below the line, so that
        a rate is that of those of whom it is known; it is partial until the whole cohort has.
    days : sequence of int, or of (first day, last day), optional
        The days n of kind "n_day", by default 1, 3, 7, 14, 30, 60, 90; or the brackets of kind "bracket", which may
        overlap, by default 1-30, 31-60, 61-90, 91-180, 181-365.
    max_age : int, optional
        Last age of kinds "classic" and "rolling", for a shorter table; by default all that the data reach.
    min_customers : int, default 1
        Cells of fewer customers are "too_small": their values are withheld, though they count in averages. The default
        shows everything, since the intervals say how little few customers tell; set it, to 30 say, to publish.
    orders : bool, default True
        Count orders too. Without the column `orders` customers need not be told apart by day and order, which takes
        about half of the time.
    level : float, default 0.95
        Confidence of the intervals of the rates (Wilson).

    Returns
    -------
    Cohorts
        `table` and `averages`, in the kind of the transactions, and `definition`; `triangle()` and `to_excel(path)`.

    Raises
    ------
    ArgumentError
        An argument has a value that is not known or belongs to another kind, the transactions lack the role, or the
        cells would be too many to read.
    DataError
        `by` has a customer twice, or gives nobody a group.

    Examples
    --------
    >>> import crmkit as crm
    >>> sales = {"customer_id": ["a", "b", "c", "a", "c", "a"], "amount": [20.0, 10.0, 5.0, 10.0, 15.0, 30.0],
    ...          "date": ["2025-01-05", "2025-01-20", "2025-02-03", "2025-02-11", "2025-03-02", "2025-03-09"]}
    >>> found = cohorts(sales)
    >>> found.table[["cohort", "cohort_age", "customers", "retention_rate", "revenue", "state"]]
        cohort  cohort_age  customers  retention_rate  revenue     state
    0  2025-01           0          2             1.0     30.0  complete
    1  2025-01           1          2             0.5     10.0  complete
    2  2025-01           2          2             0.5     30.0   partial
    3  2025-02           0          1             1.0      5.0  complete
    4  2025-02           1          1             1.0     15.0   partial
    5  2025-02           2          1             NaN      NaN   not_yet
    >>> found.averages[["cohort_age", "cohorts", "customers", "retained", "retention_rate"]]
       cohort_age  cohorts  customers  retained  retention_rate
    0           0        2          3       3.0             1.0
    1           1        1          2       1.0             0.5
    """
    tx = open_transactions(transactions)
    _checks.choice("kind", kind, KINDS)
    least = _checks.count("min_customers", min_customers)
    windows, confidence = _windows(kind, days, max_age), _checks.level_of(level)
    periods = _customer_periods.periods_of(tx, period)
    if windows is None:
        top = None if max_age is None else _checks.count("max_age", max_age, least=0)
        counts = _cohort_counts.by_calendar(tx, periods, by, max_age=top, rolling=kind == "rolling", orders=orders)
    else:
        counts = _cohort_counts.by_own_clock(tx, periods, by, windows, orders=orders)
    ages = _ages(kind, windows, counts.retained.shape[1])
    grouped = by is not None
    if grouped:
        _customer_periods._group_names(counts.group)  # refuses groups that fit nobody
    cells = _cohort_cells.cells_of(counts, tx, periods.names, ages, least=least, grouped=grouped, level=confidence)
    chained = kind in ("classic", "rolling")
    pooled = _cohort_cells.averages_of(
        counts, tx, ages, least=least, grouped=grouped, chained=chained, level=confidence
    )
    if not orders:
        cells, pooled = ({k: v for k, v in each.items() if k != "orders"} for each in (cells, pooled))
    window = _customer_periods.window(periods, period, level=confidence)
    said = {**window, **_said_of(by, least, own_clock=windows is not None)}
    return Cohorts(
        table=engines.build(cells, tx.like),
        averages=engines.build(pooled, tx.like),
        definition=Definition(f"cohort_{kind}", tx.as_of, said),
        revenue_definition=Definition("cohort_revenue" if windows is None else "cohort_revenue_by_day", tx.as_of, said),
        kind=kind,
        period=calendar_of(period).period,
        notes=_notes(periods, kind),
        _cells=cells,
        _pooled=pooled,
    )


def _windows(kind: str, days: Any, max_age: int | None) -> list[tuple[int, int]] | None:
    """First and last day of each age, in order; None where ages are calendar periods."""
    belongs = {"days": ("n_day", "bracket"), "max_age": ("classic", "rolling")}
    given = {"days": days, "max_age": max_age}
    for name, kinds in belongs.items():
        if given[name] is not None and kind not in kinds:
            fits = ", ".join(f"kind={other!r}" for other in kinds)
            raise ArgumentError("retention_does_go_kind_leave", name=name, kind=kind, fits=Words((fits, fits)))
    if kind == "n_day":
        return [(day, day) for day in _days(DAYS if days is None else days)]
    return _brackets(BRACKETS if days is None else days) if kind == "bracket" else None


def _days(days: Any) -> list[int]:
    found = [_checks.count("days", day) for day in days] if np.ndim(days) == 1 else []
    if not found or len(set(found)) < len(found):
        raise ArgumentError("days", days, "retention_distinct_days_list_days")
    return sorted(found)


def _brackets(brackets: Any) -> list[tuple[int, int]]:
    try:
        found = [(_checks.count("days", first), _checks.count("days", last)) for first, last in brackets]
    except (TypeError, ValueError):
        found = []
    if not found or len(set(found)) < len(found) or any(first > last for first, last in found):
        raise ArgumentError("days", brackets, "retention_distinct_pairs_first_last")
    return sorted(found)


def _ages(kind: str, windows: list[tuple[int, int]] | None, n_ages: int) -> dict[str, Array]:
    """The columns that name an age."""
    if windows is None:
        return {"cohort_age": np.arange(n_ages)}
    first, last = np.array(windows, dtype=np.int64).T
    named = last if kind == "n_day" else np.array([f"{begin}-{end}" for begin, end in windows], dtype=object)
    return {"cohort_age": named, "from_day": first, "to_day": last}


def _said_of(by: Groups, least: int, *, own_clock: bool) -> dict[str, Any]:
    """What the definitions leave open: who makes a cohort, who is the denominator, and who is withheld."""
    if by is None:
        members = "cohort_members"
    else:
        members = f"cohort_members_{by if isinstance(by, str) else 'group'}"
    return {
        "members": members,
        "of": "cohort_of_reached" if own_clock else "cohort_of_all",
        "small": "cohort_small" if least > 1 else "",
        "least": least,
    }


def _notes(periods: Periods, kind: str) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    """Keys of labels with their values: what the data do not show at their beginning and at their end."""
    begin = _checks.date_of_day(periods.first_day)
    notes: list[tuple[str, Mapping[str, Any]]] = [("cohort_note_newcomers", {"date": begin})]
    if periods.first_day > periods.starts[0]:
        notes.append(("cohort_note_truncated", {"cohort": periods.names[0], "date": begin}))
    if not periods.complete[-1]:
        end = _checks.date_of_day(int(periods.ends[-1]))
        notes.append(("cohort_note_running", {"cohort": periods.names[-1], "date": end}))
    if kind == "rolling":
        notes.append(("cohort_note_rolling", {}))
    return tuple(notes)
