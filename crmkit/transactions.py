"""The door: any table of transactions comes in, canonical rows and the ledger come out.

`Transactions` names the roles of the columns once and fixes the past: nothing after `as_of` is seen.
It counts what it leaves out instead of guessing, so that every row and every unit of money that came
in is either used or stands in the ledger with its reason. Money is a whole number of units from here
on (cents, say), because sums of floats depend on their order.

Sources: Fader & Hardie (2001), Forecasting repeat sales at CDNOW, Interfaces 31(3), for the customer-day as the
unit of purchase; the rest is what users of existing packages stumbled over.
"""

from __future__ import annotations

import copy
import datetime as dt
import zoneinfo
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self, TypeAlias

import narwhals.stable.v2 as nw

from crmkit import _checks, _intake, _ledger, labels
from crmkit._frame import engines, process, sources
from crmkit._frame.engines import AnyFrame, LazyFrame
from crmkit._intake import LEAVING, NAMES, REQUIRED, USED, Policy, Refunds
from crmkit.errors import ArgumentError, ColumnError, DataError, shown

Date: TypeAlias = "str | dt.date"

# What names of other people's columns often mean: offered in errors, never applied.
_HINTS: Mapping[str, tuple[str, ...]] = {
    "customer": ("customer", "cust", "client", "user", "member", "buyer", "masterid", "客户", "会员", "用户", "顾客"),
    "date": ("date", "day", "time", "stamp", "日期", "时间"),
    "amount": ("amount", "revenue", "sales", "price", "value", "total", "spend", "money", "dollar", "金额", "销售"),
    "order": ("order", "invoice", "basket", "receipt", "订单", "单号"),
}

FIRST_DAY = dt.date(1900, 1, 1)  # earlier dates are placeholders such as 0001-01-01, not purchases


class Transactions:
    """A table of transactions with the roles of its columns named and the past fixed.

    Parameters
    ----------
    frame : table, n_rows rows
        One row per purchase, order line or refund, of any supported kind. It is never changed.
    customer, date, amount : str
        Columns with the customer's id, the day (or time stamp) and the money; refunds are negative amounts.
        The defaults are `customer_id`, `date` and `amount`.
    order : str, optional
        Column with the order's id. Several rows may form one order. Without it (and without a column
        `order_id`) all that a customer buys on one day is one order.
    product, category, channel, cost, currency : str, optional
        Further roles. A column that carries the role's own name is taken without being named. `cost` is money
        per row; more than one currency is refused.
    refunds : {"net", "drop", "ignore"}, default "net"
        Negative amounts. "net": taken off the customer's spend; "drop": the rows are left out; "ignore":
        the rows stay but their money counts as 0. A refund is never a visit.
    zeros : {"keep", "drop"}, default "keep"
        Amounts of 0: purchases that cost nothing (the published CDNOW figures count them), or left out.
    duplicates : {"keep", "drop"}, default "keep"
        Rows that repeat another row in every column of the table. They are counted in `notes`, and dropped only
        when asked: two equal lines of one order are often real.
    timezone : str, optional
        Zone of the business, such as "Asia/Shanghai": aware time stamps become local dates once, here.
        Naive stamps are taken as they are.
    date_format : str, optional
        Format of dates that are text but not year-month-day, such as "%d/%m/%Y", or whole numbers ("%Y%m%d").
    decimal : {".", ","}, optional
        Parse amounts that are text ("$1,234.50") with this decimal mark. Without it such text is refused.
    as_of : date or str, optional
        The day on which the past ends; later rows are not seen. Default: the last date in the data, never today.

    Attributes
    ----------
    as_of : datetime.date
        The date in force.
    roles : mapping of role to column
        Which column plays which role.

    Raises
    ------
    ColumnError
        A column is absent, named twice, or of a type that cannot play its role.
    DataError
        Infinite amounts, placeholder or future dates, mixed currencies, aware stamps without `timezone`, amounts
        as text without `decimal`, or nothing left to use.
    ArgumentError
        A setting has a value that is not known.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as crm
    >>> sales = pd.DataFrame({"who": ["a", "a", "b", None], "paid": [20.0, 5.5, 9.0, 3.0],
    ...                       "day": ["2025-01-05", "2025-03-01", "2025-02-01", "2025-02-02"]})
    >>> tx = crm.Transactions(sales, customer="who", date="day", amount="paid")
    >>> tx.ledger
              step  rows  customers  amount
    0        input     4          2    37.5
    1  no_customer    -1          0    -3.0
    2         used     3          2    34.5
    >>> tx.as_of
    datetime.date(2025, 3, 1)
    """

    def __init__(
        self,
        frame: Any,
        *,
        customer: str = "customer_id",
        date: str = "date",
        amount: str = "amount",
        order: str | None = None,
        product: str | None = None,
        category: str | None = None,
        channel: str | None = None,
        cost: str | None = None,
        currency: str | None = None,
        refunds: Refunds = "net",
        zeros: Literal["keep", "drop"] = "keep",
        duplicates: Literal["keep", "drop"] = "keep",
        timezone: str | None = None,
        date_format: str | None = None,
        decimal: Literal[".", ","] | None = None,
        as_of: Date | None = None,
    ) -> None:
        told = dict(customer=customer, date=date, amount=amount, order=order, product=product, category=category,
                    channel=channel, cost=cost, currency=currency)  # fmt: skip
        policy = Policy(refunds, zeros, duplicates, timezone, date_format, decimal)
        source = sources.Given(engines.wrap(frame))
        self._open(source, source, told, policy, as_of, plain_text=False)

    def _open(
        self,
        origin: sources.Given | sources.Origin,
        like: sources.Given | sources.Kind,
        told: Mapping[str, str | None],
        policy: Policy,
        as_of: Date | None,
        *,
        plain_text: bool,
    ) -> None:
        """Fill the instance: roles, one pass over the rows, the day on which the past ends."""
        cut = None if as_of is None else _checks.date_of(as_of)
        _check_policy(policy)
        source = origin.frame()
        engines.refuse_no_rows(source)
        self.roles = _roles(told, engines.names_of(source))
        self.policy = policy
        self._origin, self._kind, self._plain_text = origin, like, plain_text
        self._whole_ids = False
        self._all_rows: dict[Any, LazyFrame] = {}  # one for each thread that asks
        float32 = source.collect_schema()[self.roles["amount"]] == nw.Float32
        self._profile = _intake.profile(self._typed(), plain_text=plain_text, float32=float32)
        if self._profile.whole_ids:
            self._whole_ids, self._all_rows = True, {}
        self._refuse_bad_values()
        self.as_of = self._last_date() if cut is None else cut
        self._refuse_nothing()

    # --- what the rest of the package reads ---------------------------------------------------------------------

    @property
    def scale(self) -> int:
        """Units of money per 1 of the data's currency: 100 where amounts are in cents."""
        return self._profile.scale

    @property
    def guard(self) -> int:
        """Results are rounded to this many units; 1 where amounts are exact decimals."""
        return self._profile.guard

    @property
    def first_day(self) -> int:
        """The first day in the data, as a day number since 1970."""
        return self._profile.first_day

    @property
    def has_refunds(self) -> bool:
        """Whether a row that is used may be a refund."""
        return self._profile.counts["negative"] > 0 and self.policy.refunds != "drop"

    @property
    def like(self) -> AnyFrame:
        """The table whose kind results take."""
        return self._kind.frame()

    def rows(self) -> LazyFrame:
        """The rows that are used: customer_id, day, money (units), bought (0 or 1), and the roles that are there.

        Customers who only returned things are still in: they have no row with bought = 1.
        """
        frame = self._used()
        if self.policy.refunds == "ignore" and self.has_refunds:
            frame = frame.with_columns(nw.when(nw.col("money") > 0).then(nw.col("money")).otherwise(0).alias("money"))
        if "cost" in self.roles:
            frame = frame.with_columns(_intake.units("cost", self.scale).alias("cost"))
        extra = [NAMES[role] for role in self.roles if role not in REQUIRED and role != "currency"]
        return frame.select("customer_id", "day", "money", "bought", *extra)

    # --- what a user reads --------------------------------------------------------------------------------------

    def until(self, date: Date) -> Self:
        """The same transactions as they stood at the end of `date`.

        Examples
        --------
        >>> import crmkit as crm
        >>> tx = crm.Transactions({"customer_id": ["a", "a"], "date": ["2025-01-05", "2025-03-01"], "amount": [20, 5]})
        >>> tx.until("2025-01-31")
        <Transactions: 1 of 2 rows used, past ends 2025-01-31; customer='customer_id', date='date', amount='amount'>
        """
        cut = _checks.date_of(date, "date")
        if cut > self.as_of:
            raise ArgumentError(
                f"until({str(cut)!r}) is after {self.as_of}, where this past ends. "
                f'Build the transactions with as_of="{cut}" instead.'
            )
        earlier = copy.copy(self)
        earlier.as_of = cut
        earlier._refuse_nothing()
        return earlier

    @property
    def ledger(self) -> Any:
        """From what came in to what is used: step, rows, customers, amount.

        Rows that leave are negative, so that each column adds up to `used` exactly.
        """
        return engines.build(self._book(), self.like)

    @property
    def notes(self) -> Any:
        """What is inside `used` and worth knowing: note, rows, customers, amount."""
        found = _ledger.findings(self._used(), self.scale, refunds=self.policy.refunds, repeated=self._repeated())
        return engines.build(found, self.like)

    def __repr__(self) -> str:
        """One line: how many rows, until when, and which column plays which role."""
        roles = ", ".join(f"{role}={column!r}" for role, column in self.roles.items())
        used = int(engines.collect(self.rows().select(n=nw.len()))["n"][0])
        return (
            f"<Transactions: {used:,} of {self._profile.counts['rows']:,} rows used, past ends {self.as_of}; {roles}>"
        )

    # --- rows and their steps -----------------------------------------------------------------------------------

    def _typed(self) -> LazyFrame:
        """All rows with canonical names and types."""
        self._origin.check()
        here = process.place()
        if here not in self._all_rows:
            self._all_rows[here] = self._read_rows()
        return self._all_rows[here]

    @property
    def _source(self) -> AnyFrame:
        """The table as it came in, on the engine as this thread sees it."""
        return self._origin.frame()

    def _read_rows(self, until: dt.date | None = None) -> LazyFrame:
        source = self._source if self.policy.duplicates == "keep" else self._distinct().drop("n_equal")
        return _intake.typed(
            source, self.roles, self.policy, plain_text=self._plain_text, whole_ids=self._whole_ids, until=until
        )

    def _distinct(self) -> LazyFrame:
        """The distinct rows of the whole table, whatever the roles, with `n_equal` rows each."""
        everything = engines.lift(self._source)
        return everything.group_by(*engines.names_of(everything)).agg(n_equal=nw.len().cast(nw.Int64))

    def _repeated(self) -> tuple[int, int]:
        """Rows of the whole table that repeat another row exactly, and their money."""
        rows = self._distinct().filter(nw.col("n_equal") > 1)
        # A role may be played by any column, so the count travels under a name of its own.
        roles = {**self.roles, "order": "n_equal"}
        typed = _intake.typed(rows, roles, self.policy, plain_text=self._plain_text)
        extra = nw.col("order_id").cast(nw.Int64) - 1
        money = _intake.units("amount", self.scale).fill_null(0)
        sums = typed.select(rows=extra, money=extra * money).select(nw.all().sum().cast(nw.Int64))
        found = engines.collect(sums)
        return tuple(int(found[name][0] or 0) if len(found[name]) else 0 for name in ("rows", "money"))  # type: ignore[return-value]

    def _leaving(self) -> dict[str, nw.Expr]:
        """The reasons to leave that occur, in their order, and the rows that they fit."""
        fits = {
            "no_customer": nw.col("customer_id").is_null(),
            **_intake.date_flaws(engines.names_of(self._typed())),
            "no_amount": nw.col("amount").is_null(),
            "after_as_of": nw.col("day") > _checks.day_number(self.as_of),
            "zero_amount": nw.col("amount") == 0,
            "refund": nw.col("amount") < 0,
        }
        return {name: fits[name] for name, n in self._n_leaving().items() if n}

    def _n_leaving(self) -> dict[str, int]:
        """For each reason to leave, the rows that it may fit; of rows after `as_of` only whether there are any."""
        found = self._profile.counts
        return {name: found[name] for name in ("no_customer", *_intake.DATE_FLAWS, "no_amount")} | {
            "after_as_of": found["rows"] if _checks.day_number(self.as_of) < self._profile.last_day else 0,
            "zero_amount": found["zero"] if self.policy.zeros == "drop" else 0,
            "refund": found["negative"] if self.policy.refunds == "drop" else 0,
        }

    def _with_steps(self, typed: LazyFrame) -> LazyFrame:
        """Add money in units, `bought`, and `step`: the index in LEAVING of the reason to leave, or USED."""
        step: nw.Expr = nw.lit(USED)
        for name, leaves in reversed(self._leaving().items()):
            step = nw.when(leaves).then(nw.lit(LEAVING.index(name))).otherwise(step)
        return typed.with_columns(step=step, **self._money_and_visit())

    def _used(self) -> LazyFrame:
        """The rows that are used, with money in units and `bought`."""
        if not self._leaving():
            return self._typed().with_columns(**self._money_and_visit())
        later = _checks.day_number(self.as_of) < self._profile.last_day
        # where the source can, rows after as_of are not even read
        typed = self._read_rows(until=self.as_of) if later else self._typed()
        return self._with_steps(typed).filter(nw.col("step") == USED)

    def _money_and_visit(self) -> dict[str, nw.Expr]:
        refunds = self._profile.counts["negative"] > 0
        bought = nw.when(nw.col("amount") >= 0).then(1).otherwise(0) if refunds else nw.lit(1)
        return {"money": _intake.units("amount", self.scale), "bought": bought}

    def _book(self) -> _ledger.Book:
        dropped = self._repeated() if self.policy.duplicates == "drop" else (0, 0)
        return _ledger.book(
            self._with_steps(self._typed()),
            self.scale,
            ignore_refunds=self.policy.refunds == "ignore",
            duplicates=dropped,
        )

    # --- refusals -----------------------------------------------------------------------------------------------

    def _refuse_bad_values(self) -> None:
        found, roles = self._profile.counts, self.roles
        if found["rows"] == 0:
            raise engines.no_rows()
        for role in ("amount", "cost"):
            if found.get(f"infinite_{role}"):
                self._refuse(role, nw.col(role).abs() == float("inf"), "infinite", role)
            if found.get(f"unread_{role}") and self.policy.decimal is None:
                values = self._examples(nw.col(f"unread_{role}") == 1, f"{role}_text")
                raise DataError(f"column {roles[role]!r} holds money as text: {values}. {_intake.DECIMAL_REMEDY}")
        if found.get("aware") and self.policy.timezone is None and self.policy.date_format is None:
            values = self._examples(nw.col("aware") == 1, "date_text")
            raise DataError(
                f"column {roles['date']!r} has time stamps with a zone: {values}. "
                'Say whose days count, such as timezone="Europe/Berlin" or timezone="Asia/Shanghai".'
            )
        if found["dated"] and self._profile.first_day < _checks.day_number(FIRST_DAY):
            self._refuse("date", nw.col("day") < _checks.day_number(FIRST_DAY), f"before {FIRST_DAY}", "day")
        if 2 * (found["unreadable_date"] + found["ambiguous_date"]) > found["rows"]:
            self._refuse_unread_dates()
        if "currency" in roles:
            self._refuse_mixed_currencies()
        if self.policy.decimal is not None and "unread_amount" in found:
            self._refuse_mixed_signs()

    def _examples(self, flaw: nw.Expr, column: str) -> str:
        values = engines.collect(self._typed().filter(flaw).select(column).head(4))[column].tolist()
        return shown([str(_shown_day(value)) for value in values] if column == "day" else values)

    def _refuse(self, role: str, flaw: nw.Expr, what: str, column: str) -> None:
        n = int(engines.collect(self._typed().filter(flaw).select(n=nw.len()))["n"][0])
        values = "value" if n == 1 else "values"
        raise DataError(
            f"column {self.roles[role]!r} has {n:,} {values} {what}: {self._examples(flaw, column)}. "
            "Set them to missing, and the ledger will count those rows as left out."
        )

    def _refuse_unread_dates(self) -> None:
        column, found = self.roles["date"], self._profile.counts
        unread = nw.col("flaw").is_in([LEAVING.index("unreadable_date"), LEAVING.index("ambiguous_date")])
        known = "year-month-day" if self.policy.date_format is None else f"like {self.policy.date_format!r}"
        raise DataError(
            f"column {column!r} has {found['unreadable_date'] + found['ambiguous_date']:,} dates that are not {known}: "
            f"{self._examples(unread, 'date_text')}. Say how to read them, such as "
            'date_format="%d/%m/%Y" (day first), date_format="%m/%d/%Y" (month first) or date_format="%Y%m%d".'
        )

    def _refuse_mixed_currencies(self) -> None:
        codes = engines.lift(self._source, {"currency": self.roles["currency"]}).filter(~nw.col("currency").is_null())
        self._refuse_several(codes)

    def _refuse_mixed_signs(self) -> None:
        """Signs in front of or behind money that is text: $, €, CNY ..."""
        text = nw.col("amount_text").str.replace_all(r"[0-9.,()+\-\s']", "")
        signs = self._typed().filter(~nw.col("amount_text").is_null()).select(currency=text)
        self._refuse_several(signs.filter(nw.col("currency") != ""))

    def _refuse_several(self, codes: LazyFrame) -> None:
        found = engines.collect(codes.group_by("currency").agg(n=nw.len()).head(50))["currency"].tolist()
        if len(found) > 1:
            column = self.roles.get("currency", self.roles["amount"])
            raise DataError(
                f"column {column!r} mixes currencies: {shown(sorted(map(str, found)))}. "
                "Convert the amounts to one currency, or analyse each currency apart."
            )

    def _last_date(self) -> dt.date:
        """The last date in the data, unless the clock says that it cannot have happened yet."""
        column, found = self.roles["date"], self._profile.counts
        if not found["dated"]:
            raise DataError(
                f"column {column!r} has no date in any of {found['rows']:,} rows. "
                "Name the column that has, such as date='InvoiceDate'."
            )
        today = dt.datetime.now(dt.UTC).date()
        tomorrow = _checks.day_number(today) + 1
        if self._profile.last_day > tomorrow:
            raise DataError(
                f"column {column!r} has dates in the future: {self._examples(nw.col('day') > tomorrow, 'day')}. "
                f'Say where the past ends, such as as_of="{today}"; later rows are left out and the ledger counts them.'
            )
        return _checks.date_of_day(self._profile.last_day)

    def _refuse_nothing(self) -> None:
        """Something must be left to use, and the error says what took the rest."""
        found = self._profile.counts
        if found["rows"] > sum(self._n_leaving().values()) + found["negative"]:
            return
        purchases = self._used().filter(nw.col("bought") == 1).select("day").head(1)
        if len(engines.collect(purchases)["day"]):
            return
        book = self._book()
        left = zip(book["step"].tolist(), book["rows"].tolist(), strict=True)
        reasons = [f"{-rows:,} {labels.text(step)}" for step, rows in left if rows < 0]
        rows = self._profile.counts["rows"]
        raise DataError(
            f"no purchase is left of {rows:,} rows (past ends {self.as_of}): {'; '.join(reasons)}. "
            f"Check the columns: customer={self.roles['customer']!r}, date={self.roles['date']!r}, "
            f"amount={self.roles['amount']!r} (purchases are positive)."
        )


def read(
    path: str | Path | Sequence[str | Path],
    *,
    customer: str = "customer_id",
    date: str = "date",
    amount: str = "amount",
    order: str | None = None,
    product: str | None = None,
    category: str | None = None,
    channel: str | None = None,
    cost: str | None = None,
    currency: str | None = None,
    table: str | None = None,
    query: str | None = None,
    sheet: str | None = None,
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
    date_format: str | None = None,
    decimal: Literal[".", ","] | None = None,
    as_of: Date | None = None,
) -> Transactions:
    r"""Open transactions in a file or database, lazily: a file larger than memory is aggregated out of core.

    Parameters
    ----------
    path : str, or list of str
        CSV (also .tsv, .txt, .gz), Parquet, JSON lines, Excel (.xlsx, .xls, .ods), a SQLite or DuckDB file, a glob such
        as "sales/*.parquet", or "postgresql://user@host/database". Several files need a `query` that joins them.
    customer, date, amount, order, product, category, channel, cost, currency
        Columns by role, as in `Transactions`. Ids in a CSV keep their leading zeros; they become whole numbers only
        where every one of them is written as one.
    table, query : str, optional
        Which rows of a database. `query` is one SELECT, also over files, each a table called by its name without the
        ending: `read(["orders.csv", "lines.csv"], query="SELECT ... FROM orders JOIN lines USING (order_id)")`.
        It runs where it can read nothing else and write nothing.
    sheet : str, optional
        Sheet of an Excel book; needed where several can be seen and hold cells.
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
    refunds, zeros, duplicates, timezone, date_format, decimal, as_of
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
                channel=channel, cost=cost, currency=currency)  # fmt: skip
    _checks.choice("into", into, ("pandas", "polars", "pyarrow", "duckdb"))
    if memory_limit is not None:
        engines.limit_memory(memory_limit)
    named = [NAMES[role] if column is None else column for role, column in told.items()]
    request = sources.Request(named, table, query, encoding, sheet, header, skip, separator, partitions, date)
    files = str(path) if isinstance(path, str | Path) else [str(each) for each in path]
    source = sources.open_source(files, request)
    policy = Policy(refunds, zeros, duplicates, timezone, date_format, decimal)
    tx = Transactions.__new__(Transactions)
    with engines.reading(str(path)):
        tx._open(source, sources.Kind(into), told, policy, as_of, plain_text=source.plain_text)
        if source.verify is not None and policy.duplicates == "keep":
            source.verify(tx._profile.counts["rows"])
    return tx


def open_transactions(transactions: Any) -> Transactions:
    """Transactions as they are, or a plain frame with the default column names."""
    return transactions if isinstance(transactions, Transactions) else Transactions(transactions)


def _check_policy(policy: Policy) -> None:
    _checks.choice("refunds", policy.refunds, ("net", "drop", "ignore"))
    _checks.choice("zeros", policy.zeros, ("keep", "drop"))
    _checks.choice("duplicates", policy.duplicates, ("keep", "drop"))
    if policy.decimal is not None:
        _checks.choice("decimal", policy.decimal, (".", ","))
    if policy.timezone is not None:
        try:
            zoneinfo.ZoneInfo(policy.timezone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, TypeError, OSError):
            raise ArgumentError(
                f'timezone={policy.timezone!r} is not known. Give a name such as timezone="Europe/Berlin" or "UTC".'
            ) from None


def _roles(told: Mapping[str, str | None], columns: list[str]) -> dict[str, str]:
    """Column of each role; an optional role that was not told is played by the column of its own name."""
    roles = {role: NAMES[role] if column is None else column for role, column in told.items()}
    asked = [role for role in roles if told[role] is not None]
    absent = [role for role in asked if roles[role] not in columns]
    if absent:
        raise ColumnError(
            f"no column {shown([roles[role] for role in absent])}; the table has {shown(columns, most=20)}.\n"
            f"Name the columns: crmkit.Transactions(frame, {_guessed_call(columns)})."
        )
    return {role: column for role, column in roles.items() if column in columns}


def _guessed_call(columns: list[str]) -> str:
    """The arguments to paste, with guesses where names give a hint; no column is offered twice."""
    parts: list[str] = []
    for role, words in _HINTS.items():
        free = [column for column in columns if not any(part.endswith(f"={column!r}") for part in parts)]
        likely = [column for word in words for column in free if word in column.lower()]
        if likely or role in REQUIRED:
            parts.append(f"{role}={likely[0]!r}" if likely else f"{role}=...")
    return ", ".join(parts)


def _shown_day(day: int) -> str:
    """A day number as a date, also beyond the years that Python's dates know."""
    try:
        return str(_checks.date_of_day(day))
    except OverflowError:
        return f"day {day} since 1970"
