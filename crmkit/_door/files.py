"""`read`: transactions from files and databases, and the next steps where they cannot be read as they are."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from crmkit import (
    _advice,
    _checks,
    _exports,
)
from crmkit._door.settings import policy_of
from crmkit._door.table import Transactions
from crmkit._frame import engines, sources
from crmkit._intake import NAMES, Policy, Refunds
from crmkit._types import Date
from crmkit.errors import (
    ArgumentError,
    CrmkitError,
)


def read(
    path: str | Path | Sequence[str | Path],
    *,
    customer: str = "customer_id",
    date: str = "date",
    amount: str | None = "amount",
    order: str | None = None,
    product: str | None = None,
    category: str | None = None,
    channel: str | None = None,
    cost: str | None = None,
    currency: str | None = None,
    quantity: str | None = None,
    price: str | None = None,
    discount: str | None = None,
    refund: str | None = None,
    without: str | Sequence[str] = (),
    rates: Mapping[str, float] | None = None,
    where: str | None = None,
    same: Any = None,
    table: str | None = None,
    query: str | None = None,
    sheet: str | Sequence[str] | None = None,
    header: bool = True,
    skip: int = 0,
    separator: str | None = None,
    encoding: str | None = None,
    partitions: bool = False,
    into: Literal["pandas", "polars", "pyarrow", "duckdb"] = "pandas",
    memory_limit: str | None = None,
    refunds: Refunds = "net",
    zeros: Literal["keep", "drop"] = "keep",
    duplicates: Literal["keep", "drop"] = "keep",
    timezone: str | None = None,
    day_end: int = 0,
    date_format: str | None = None,
    decimal: Literal[".", ","] | None = None,
    as_of: Date | None = None,
    profile: str | None = None,
) -> Transactions:
    r"""Open transactions in a file or database, lazily: a file larger than memory is aggregated out of core.

    Parameters
    ----------
    path : str, or list of str
        CSV (also .tsv, .txt, .gz, .zst), Parquet, JSON lines, Excel (.xlsx, .xls, .ods), a SQLite or DuckDB file, a
        glob such as "sales/*.parquet", or "postgresql://user@host/database". Several files of one kind are one table,
        unless a `query` joins them.
    customer, date, amount, order, product, category, channel, cost, currency, quantity, price, discount, refund
        Columns by role, as in `Transactions`. Ids in a CSV keep their leading zeros; they become whole numbers only
        where every one of them is written as one.
    table, query : str, optional
        Which rows of a database. `query` is one SELECT, also over files, each a table called by its name without the
        ending: `read(["orders.csv", "lines.csv"], query="SELECT ... FROM orders JOIN lines USING (order_id)")`.
        It runs where it can read nothing else and write nothing.
    sheet : str, or list of str, optional
        Sheet of an Excel book; needed where several can be seen and hold cells. Those of a list are one table, as
        several files are.
    header : bool, default True
        Whether the first line (or row of a sheet) names the columns. Without names they are column1, column2, ...
    skip : int, default 0
        Lines (rows of a sheet) above the header that are passed over: titles, notes.
    separator : str, optional
        What sets the fields of a text file apart, if not seen from its first lines; " " means any number of blanks.
    encoding : str, optional
        Encoding of a text file that is not UTF-8, such as "gb18030".
    partitions : bool, default False
        Take columns also from folders of Parquet files that are named like region=EU.
    into : {"pandas", "polars", "pyarrow", "duckdb"}, default "pandas"
        The kind of the tables that come out; "duckdb" stays lazy.
    memory_limit : str, optional
        Upper bound for the embedded engine, such as "2GB"; it holds for the process. What does not fit spills to disk.
    without, rates, where, same, refunds, zeros, duplicates, timezone, day_end, date_format, decimal, as_of, profile
        As in `Transactions`.

    Returns
    -------
    Transactions

    Raises
    ------
    InputFileError
        The file is absent, empty, broken, or of an unknown kind.
    ColumnError, DataError, ArgumentError
        As in `Transactions`.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import crmkit as crm
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "sales.csv"
    >>> _ = path.write_text("id;day;value\n007;2025-01-05;12.50\n7;2025-02-01;3.00\n")
    >>> crm.summarize(crm.read(path, customer="id", date="day", amount="value"))[["customer_id", "monetary"]]
      customer_id  monetary
    0         007      12.5
    1           7       3.0
    """
    told = dict(customer=customer, date=date, amount=amount, order=order, product=product, category=category,
                channel=channel, cost=cost, currency=currency, quantity=quantity, price=price, discount=discount,
                refund=refund)  # fmt: skip
    policy = policy_of(refunds=refunds, zeros=zeros, duplicates=duplicates, timezone=timezone, day_end=day_end,
                     date_format=date_format, decimal=decimal, without=without, rates=rates, where=where,
                     same=same)  # fmt: skip
    _checks.choice("into", into, ("pandas", "polars", "pyarrow", "duckdb"))
    if memory_limit is not None:
        engines.limit_memory(memory_limit)
    named = [NAMES[role] if column is None else column for role, column in told.items()] + [*policy.without]
    request = sources.Request(named, table, query, encoding, sheet, header, skip, separator, partitions, date)
    if engines.is_table(path):
        raise ArgumentError("path", path, "path_is_table")
    files = str(path) if isinstance(path, str | Path) else [str(each) for each in path]
    told_here = _Reading(files, request, into, told, policy, as_of, profile)
    try:
        return told_here.opened()
    except CrmkitError as error:
        steps = told_here.next_steps(error)
        if steps is error:
            raise
    raise steps


@dataclasses.dataclass(frozen=True)
class _Reading:
    """What `read` was told, so that an error may try what it advises."""

    files: str | list[str]
    request: sources.Request
    into: Literal["pandas", "polars", "pyarrow", "duckdb"]
    told: Mapping[str, str | None]
    policy: Policy
    as_of: Date | None
    profile: str | None

    def opened(self) -> Transactions:
        """The transactions."""
        shown_files = self.files if isinstance(self.files, str) else ", ".join(self.files)
        source = sources.open_source(self.files, self.request)
        tx = Transactions.__new__(Transactions)
        with engines.reading(shown_files, source.explain):
            tx._open(source, sources.Kind(self.into), self.told, self.policy, self.as_of,
                     plain_text=source.plain_text, profile=self.profile)  # fmt: skip
            if source.verify is not None and self.policy.duplicates == "keep":
                source.verify(tx._profile.counts["rows"])
        return tx

    def next_steps(self, error: CrmkitError) -> CrmkitError:
        """The error, with a call that was seen to work where there is one."""

        def retry(fixes: Mapping[str, Any]) -> None:
            dataclasses.replace(self, request=dataclasses.replace(self.request, **fixes)).opened()

        if error.key == "durations":
            error.fields["advice"].fields["paths"] = [self.files] if isinstance(self.files, str) else self.files
        return self._joined(error) or _advice.next_steps(error, retry)

    def _joined(self, error: CrmkitError) -> CrmkitError | None:
        """Where tables of an export were given apart, or one of them, the query that joins them."""
        apart = ("absent_columns", "column_absent_here", "which_table")
        if error.key not in apart or self.request.query is not None or error.fields.get("export"):
            return None
        tables = sources.tables_beside(self.files, self.request)
        found = _exports.joined({name: columns for name, (_, columns) in tables.items()})
        if found is None:
            return None
        export, query, names = found
        paths = list(dict.fromkeys(path for path, _ in (tables[name] for name in names)))
        again = dataclasses.replace(self, files=paths if len(paths) > 1 else paths[0], profile=export.name,
                                    request=dataclasses.replace(self.request, query=query, table=None))  # fmt: skip
        try:
            again.opened()
        except CrmkitError:
            return None
        others = [] if isinstance(self.files, str) and paths == [self.files] else paths
        return _advice.joined(error, others, {"query": query}, export.name, export.title)
