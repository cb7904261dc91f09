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
import dataclasses
import datetime as dt
import re
import zoneinfo
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NoReturn, Self

import narwhals.stable.v2 as nw

from crmkit import (
    _advice,
    _checks,
    _date_text,
    _exports,
    _hints,
    _intake,
    _ledger,
    _money_text,
    _reading,
    _where,
    labels,
)
from crmkit._frame import engines, persons, process, sources, texts
from crmkit._frame.engines import AnyFrame, LazyFrame
from crmkit._intake import LEAVING, NAMES, REQUIRED, TOLD_ONLY, TRAVELLING, USED, Policy, Refunds
from crmkit._refusals import RefusingRows
from crmkit._types import Date, Floats, Table
from crmkit.errors import (
    ArgumentError,
    CallError,
    ColumnError,
    CrmkitError,
    DataError,
    Options,
    UnknownNameError,
    Words,
    shown,
)

__all__ = [
    "Transactions",
    "read",
]


FIRST_DAY = dt.date(1900, 1, 1)  # earlier dates are placeholders such as 0001-01-01, not purchases


class Transactions(RefusingRows):
    """A table of transactions with the roles of its columns named and the past fixed.

    Parameters
    ----------
    frame : table, n_rows rows
        One row per purchase, order line or refund, of any supported kind. It is never changed.
    customer, date, amount : str
        Columns with the customer's id, the day (or time stamp) and the money; refunds are negative amounts.
        The defaults are `customer_id`, `date` and `amount`. `amount=None`: events without money; what
        customers spent is then missing, not 0.
    order : str, optional
        Column with the order's id. Several rows may form one order. Without it (and without a column
        `order_id`) all that a customer buys on one day is one order.
    product, category, channel, cost, currency : str, optional
        Further roles. A column that carries the role's own name is taken without being named. `cost` is money
        per row; more than one currency is refused, unless `rates` says what each is worth.
    quantity, price, discount : str, optional
        Columns that make the amount where none is given: quantity x price (x (1 - discount)), exactly and never rounded
        per row. `discount` is a share (0.2, or the text 20%), none where it is missing.
    refund : str, optional
        Column of money paid back, of either sign, which is taken off the row's amount if `refunds` is "net". The row
        stays a purchase.
    without : str or list of str, optional
        Columns of money inside the amount that are left out of it: tax, shipping.
    rates : mapping of currency to number, optional
        What one unit of each currency of the column `currency` is worth in the currency of the results, such as
        {"USD": 1, "EUR": 1.08}. A currency that is not named is refused.
    where : str, optional
        Rows to use, as a boolean SQL expression over the table's own columns, such as "status = 'paid'": comparisons,
        AND, OR, NOT, IN, BETWEEN, LIKE, IS NULL, + - * /, lower, upper, trim, abs, length, coalesce. The ledger counts
        the rows that it leaves out, among them those for which it is unknown because a value is missing.
    same : table of two columns, or mapping, optional
        Ids that belong together: an id, and the id that its rows count for. Chains are followed.
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
        Naive stamps are taken as they are. "as_written": the day that stands in each text, whatever its zone.
    day_end : int, default 0
        Hour of the next day at which a business day ends: with 4, a purchase at 3:59 belongs to the day before.
    date_format : str, optional
        Format of dates that are text but not year-month-day, such as "%d/%m/%Y", or whole numbers ("%Y%m%d");
        "excel" for serial days of a spreadsheet, "epoch" or "epoch_ms" for (milli)seconds since 1970 in UTC.
    decimal : {".", ","}, optional
        Parse amounts that are text ("$1,234.50") with this decimal mark. Text that is no money by it is refused, never
        reduced to its digits. Without it money as text is refused.
    as_of : date or str, optional
        The day on which the past ends; later rows are not seen. Default: the last date in the data, never today.
    profile : str, optional
        Whose export the table is, which says what is not said otherwise: columns, statuses that count, refunds. One of
        "shopify", "woocommerce", "stripe", "square", "taobao", "jd", "online_retail", "online_retail_2", "superstore",
        "northwind", "olist".

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

    _instead = Words("transactions_instead")

    def __init__(
        self,
        frame: Table,
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
        refunds: Refunds = "net",
        zeros: Literal["keep", "drop"] = "keep",
        duplicates: Literal["keep", "drop"] = "keep",
        timezone: str | None = None,
        day_end: int = 0,
        date_format: str | None = None,
        decimal: Literal[".", ","] | None = None,
        as_of: Date | None = None,
        profile: str | None = None,
    ) -> None:
        told = dict(customer=customer, date=date, amount=amount, order=order, product=product, category=category,
                    channel=channel, cost=cost, currency=currency, quantity=quantity, price=price, discount=discount,
                    refund=refund)  # fmt: skip
        policy = _policy(refunds=refunds, zeros=zeros, duplicates=duplicates, timezone=timezone, day_end=day_end,
                         date_format=date_format, decimal=decimal, without=without, rates=rates, where=where,
                         same=same)  # fmt: skip
        source = sources.Given(engines.wrap(frame))
        self._open(source, source, told, policy, as_of, plain_text=False, profile=profile)

    def _open(
        self,
        origin: sources.Given | sources.Origin,
        like: sources.Given | sources.Kind,
        told: Mapping[str, str | None],
        policy: Policy,
        as_of: Date | None,
        *,
        plain_text: bool,
        profile: str | None = None,
    ) -> None:
        """Fill the instance: roles, one pass over the rows, the day on which the past ends."""
        cut = None if as_of is None else _checks.date_of(as_of)
        source = origin.frame()
        engines.refuse_no_rows(source)
        columns = engines.names_of(source)
        if profile is not None:
            told, policy = _with_profile(profile, source, told, policy)
        absent = _absent(told, columns, policy)
        if absent:
            raise _absent_columns(absent, origin, told, policy, as_of, plain_text=plain_text)
        self._roles, self._export = _roles(told, columns), profile
        self._policy = policy
        self._origin, self._kind, self._plain_text = origin, like, plain_text
        self._whole_ids = False
        self._all_rows: dict[Any, LazyFrame] = {}  # one for each thread that asks
        self._profile = self._profiled(cut)
        if self._profile.whole_ids:
            self._whole_ids, self._all_rows = True, {}
        self._refuse_bad_values()
        self._cut = cut
        self._as_of = self._last_date() if cut is None else cut
        self._refuse_nothing()

    def _profiled(self, cut: dt.date | None) -> _intake.Profile:
        """One pass over all rows; money after `cut` is not looked at."""
        schema = self._source.collect_schema()
        float32 = any(schema[column] == nw.Float32 for column in _intake.money_roles(self.roles, self.policy).values())
        day = None if cut is None else _checks.day_number(cut)
        return _intake.profile(self._typed(), plain_text=self._plain_text, float32=float32, as_of=day)

    # --- they do not change -------------------------------------------------------------------------------------

    def __setattr__(self, name: str, value: object) -> None:
        """What is known of them is known from their rows: other settings make other transactions."""
        if not name.startswith("_"):
            raise UnknownNameError("transactions_fixed", name=name, what=type(self).__name__)
        super().__setattr__(name, value)

    def __copy__(self) -> Self:
        twin = type(self).__new__(type(self))
        vars(twin).update({name: dict(v) if isinstance(v, dict) else v for name, v in vars(self).items()})
        return twin

    def __deepcopy__(self, memo: object) -> Self:
        return copy.copy(self)  # the table is the caller's, and never changed

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """They hold a table of any engine, of which a file of pickle would keep a half."""
        raise CallError("transactions_pickled", what=type(self).__name__)

    # --- what the rest of the package reads ---------------------------------------------------------------------

    @property
    def as_of(self) -> dt.date:
        """The day on which the past ends."""
        return self._as_of

    @property
    def roles(self) -> Mapping[str, str]:
        """Which column plays which role."""
        return self._roles

    @property
    def policy(self) -> Policy:
        """The settings."""
        return self._policy

    @property
    def profile(self) -> str | None:
        """Whose export the table is, if that was said."""
        return self._export

    @property
    def scale(self) -> int:
        """Units of money per 1 of the data's currency: 100 where amounts are in cents."""
        return self._profile.scale

    @property
    def guard(self) -> int:
        """Results are rounded to this many units; 1 where amounts are exact decimals."""
        return self._profile.guard

    @property
    def has_money(self) -> bool:
        """Whether rows have money; what customers spent on events without it is missing."""
        return "amount" in self.roles or "price" in self.roles

    @property
    def first_day(self) -> int:
        """The first day in the data, as a day number since 1970."""
        return self._profile.first_day

    @property
    def has_refunds(self) -> bool:
        """Whether a row that is used may be a refund."""
        return self._profile.counts["negative"] > 0 and self.policy.refunds != "drop"

    @property
    def added_up(self) -> bool:
        """Whether `rows` are added up already, by customer and day, and by order where there are ids of orders."""
        return False

    @property
    def only_spent(self) -> bool:
        """Whether no row that is used has money below 0."""
        return not self.has_refunds and "refund" not in self.roles and not self.policy.without

    @property
    def source(self) -> AnyFrame:
        """The table as it came in, with all its columns."""
        self._origin.check()
        return self._source

    def ids_of(self, customers: Sequence[Any]) -> list[Any]:
        """Ids, as they stand in the table, of the rows that count for these customers."""
        same = self.policy.same or {"customer_id": [], "person": []}
        joined = [one for one, person in zip(*same.values(), strict=True) if person in customers or one in customers]
        own = list(dict.fromkeys([*customers, *joined]))
        as_text = self._whole_ids and self._plain_text
        return [str(one) if as_text and isinstance(one, int) else one for one in own]

    def without(self, ids: Sequence[Any]) -> Self:
        """The same transactions as if the rows with these ids, as they stand in the table, had never been there."""
        policy = self.policy
        if policy.same is not None:
            pairs = [pair for pair in zip(*policy.same.values(), strict=True) if not set(pair) & set(ids)]
            same = {"customer_id": [one for one, _ in pairs], "person": [person for _, person in pairs]}
            policy = dataclasses.replace(policy, same=same if pairs else None)
        told: dict[str, str | None] = {role: self.roles.get(role) for role in NAMES}
        others = type(self).__new__(type(self))
        origin: Any = _Without(self._origin, self.roles["customer"], tuple(ids))
        others._open(origin, self._kind, told, policy, self._cut, plain_text=self._plain_text)
        others._export = self.profile
        return others

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
            bought = nw.col("bought") == 1
            frame = frame.with_columns(nw.when(bought).then(nw.col("money")).otherwise(0).alias("money"))
        if "cost" in self.roles:
            frame = frame.with_columns(_intake.units("cost", self._profile).alias("cost"))
        extra = [NAMES[role] for role in TRAVELLING if role in self.roles]
        return frame.select("customer_id", "day", "money", "bought", *extra)

    def purchases(self, rows: LazyFrame | None = None) -> LazyFrame:
        """The rows that are purchases, of all that are used or of others with `bought`; a refund is none."""
        some = self.rows() if rows is None else rows
        return some.filter(nw.col("bought") == 1) if self.has_refunds else some

    def money(self, units: Any) -> Floats:
        """Units of `rows` as money in the data's currency, as all results have it; missing stays missing."""
        return _intake.as_money(units, self.scale, self.guard)

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
            raise ArgumentError("until", str(cut), "until_later", as_of=self.as_of)
        earlier = copy.copy(self)
        earlier._as_of = cut
        if self.guard != 1:  # digits of amounts without an exact form, which later rows may have taken
            earlier._profile = self._profiled(cut)
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
        same = len(self.policy.same["customer_id"]) if self.policy.same else 0
        found = _ledger.findings(
            self._used(), self.scale, refunds=self.policy.refunds, repeated=self._repeated(), same=same
        )
        return engines.build(found, self.like)

    def __repr__(self) -> str:
        """One line: how many rows are used, as the ledger says, until when, and which column plays which role."""
        return f"<Transactions: {self._in_short(self._book())}>"

    def _repr_html_(self) -> str:
        """The same for a notebook, with the ledger and what is worth knowing."""
        book, notes = self._book(), engines.collect(engines.wrap(self.notes))
        worth = {name: values[notes["rows"] > 0] for name, values in notes.items()}
        parts = [_reading.small(self._in_short(book)), _reading.as_html(book)]
        if len(worth["note"]):
            parts += [_reading.small(labels.text("notes_inside")), _reading.as_html(worth)]
        return "\n".join(parts)

    def _in_short(self, book: _ledger.Book) -> str:
        rows = {"used": f"{int(book['rows'][-1]):,}", "rows": f"{self._profile.counts['rows']:,}"}
        roles = ", ".join(f"{role}={column!r}" for role, column in self.roles.items())
        roles += f"; profile={self.profile!r}" if self.profile else ""
        return f"{labels.phrase('transactions_used', None, **rows, as_of=self.as_of)}; {roles}"

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
        return engines.distinct(self._source, into="n_equal")

    def _repeated(self) -> tuple[int, int]:
        """Rows of the whole table that repeat another row exactly, and their money."""
        rows = self._distinct().filter(nw.col("n_equal") > 1)
        # A role may be played by any column, so the count travels under a name of its own.
        roles = {**self.roles, "order": "n_equal"}
        typed = _intake.typed(rows, roles, self.policy, plain_text=self._plain_text)
        extra = nw.col("order_id").cast(nw.Int64) - 1
        money = self._money(engines.names_of(typed)).fill_null(0)
        sums = typed.select(rows=extra, money=extra * money).select(nw.all().sum().cast(nw.Int64))
        found = engines.collect(sums)
        return tuple(int(found[name][0] or 0) if len(found[name]) else 0 for name in ("rows", "money"))  # type: ignore[return-value]

    def _leaving(self) -> dict[str, nw.Expr]:
        """The reasons to leave that occur, in their order, and the rows that they fit."""
        columns = engines.names_of(self._typed())
        fits = {
            "filtered": nw.col("kept") == 0,
            "no_customer": nw.col("customer_id").is_null(),
            **_intake.date_flaws(columns),
            "no_amount": nw.col("amount").is_null(),
            "after_as_of": nw.col("day") > _checks.day_number(self.as_of),
            "zero_amount": _intake.visit(columns) == 0,
            "refund": _intake.visit(columns) < 0,
        }
        return {name: fits[name] for name, n in self._n_leaving().items() if n}

    def _n_leaving(self) -> dict[str, int]:
        """For each reason to leave, the rows that it may fit; of rows after `as_of` only whether there are any."""
        found = self._profile.counts
        first = ("filtered", "no_customer", *_intake.DATE_FLAWS, "no_amount")
        return {name: found[name] for name in first} | {
            "after_as_of": found["rows"] if _checks.day_number(self.as_of) < self._profile.last_day else 0,
            "zero_amount": found["zero"] if self.policy.zeros == "drop" else 0,
            "refund": found["negative"] if self.policy.refunds == "drop" else 0,
        }

    def _with_steps(self, typed: LazyFrame) -> LazyFrame:
        """Add money in units, `bought`, and `step`: the index in LEAVING of the reason to leave, or USED."""
        step: nw.Expr = nw.lit(USED)
        for name, leaves in reversed(self._leaving().items()):
            step = nw.when(leaves).then(nw.lit(LEAVING.index(name))).otherwise(step)
        return typed.with_columns(step=step, **self._money_and_visit(engines.names_of(typed)))

    def _used(self) -> LazyFrame:
        """The rows that are used, with money in units and `bought`."""
        typed = self._typed()
        if not self._leaving():
            return typed.with_columns(**self._money_and_visit(engines.names_of(typed)))
        later = _checks.day_number(self.as_of) < self._profile.last_day
        # where the source can, rows after as_of are not even read
        typed = self._read_rows(until=self.as_of) if later else typed
        return self._with_steps(typed).filter(nw.col("step") == USED)

    def _money_and_visit(self, columns: Sequence[str]) -> dict[str, nw.Expr]:
        refunds = self._profile.counts["negative"] > 0
        bought = nw.when(_intake.visit(columns) >= 0).then(1).otherwise(0) if refunds else nw.lit(1)
        return {"money": self._money(columns), "bought": bought}

    def _money(self, columns: Sequence[str]) -> nw.Expr:
        """Money in units, less what is taken off each row's amount."""
        money = _intake.units("amount", self._profile)
        for name in ("taken", "withheld"):
            money = money - _intake.units(name, self._profile) if name in columns else money
        return money

    def _book(self) -> _ledger.Book:
        dropped = self._repeated() if self.policy.duplicates == "drop" else (0, 0)
        rows = self._with_steps(self._typed())
        parts = [name for name in ("taken", "withheld") if name in engines.names_of(rows)]
        rows = rows.with_columns(_intake.units(name, self._profile).alias(name) for name in parts) if parts else rows
        if self._profile.vast:  # of rows that leave, more money than whole units can count
            used = nw.col("step") == USED
            rows = rows.with_columns(
                money=nw.when(used).then(nw.col("money")).otherwise(0), beyond=nw.when(~used).then(nw.col("amount"))
            )
        return _ledger.book(
            rows, self.scale, ignore_refunds=self.policy.refunds == "ignore", duplicates=dropped, parts=parts
        )

    # --- refusals -----------------------------------------------------------------------------------------------

    def _refuse_bad_values(self) -> None:
        found, roles = self._profile.counts, self.roles
        if found["rows"] == 0:
            raise engines.no_rows()
        self._refuse_bad_money()
        if found.get("zoned") and self.policy.timezone is None:
            values = self._examples(nw.col("zoned") == 1, "date_text")
            raise DataError("zoned_text", column=roles["date"], values=values)
        if found["dated"] and self._profile.first_day < _checks.day_number(FIRST_DAY):
            self._refuse("date", nw.col("day") < _checks.day_number(FIRST_DAY), "day", "days_before", first=FIRST_DAY)
        if 2 * (found["unreadable_date"] + found["ambiguous_date"]) > found["kept"]:
            self._refuse_unread_dates()
        if "currency" in roles:
            self._refuse_mixed_currencies()
        if self.policy.decimal is not None and "unread_amount" in found:
            self._refuse_mixed_signs()

    def _refuse_bad_money(self) -> None:
        found = self._profile.counts
        for name, column in _intake.money_roles(self.roles, self.policy).items():
            if found.get(f"unread_{name}"):
                self._refuse_unread_money(name, column)
            if found.get(f"infinite_{name}"):
                self._refuse(name, nw.col(name).abs() == float("inf"), name, "infinite_money")
            if found.get(f"huge_{name}"):
                self._refuse(name, nw.col(name).abs() >= _intake.LARGEST_EXACT, name, "huge_money")
        if found.get("bad_discount"):
            values = self._examples(nw.col("bad_discount") == 1, "amount")
            raise DataError("discount_share", column=self.roles["discount"], n=found["bad_discount"], values=values)

    def _refuse_unread_money(self, name: str, column: str) -> None:
        unread = self._typed().filter(nw.col(f"unread_{name}") == 1).select(text=nw.col(f"{name}_text"))
        values = engines.collect(unread.head(200))["text"].tolist()
        decimal = self.policy.decimal
        marks = [mark for mark in (".", ",") if mark != decimal and self._reads_all(name, mark)]
        how = f'decimal="{marks[0]}"' if len(marks) == 1 else _intake.DECIMAL_REMEDY
        key = "money_text" if decimal is None and marks else "money_unread" if not marks else "money_other_mark"
        if not marks and all(re.search(_money_text.LETTERS, value.strip()) for value in values):
            key = "money_letters"
        elif marks and decimal is not None and all(_money_text.may_be_thousands(value, decimal) for value in values):
            key = "money_thousandths"
        raise DataError(key, column=column, values=shown(values), decimal=decimal or ".", how=Words((how, how)),
                        n=f"{self._profile.counts[f'unread_{name}']:,}")  # fmt: skip

    def _reads_all(self, name: str, mark: str) -> bool:
        """Whether every text of money of that column fits the grammar with this decimal mark."""
        column = f"{name}_text"
        rows = self._typed().filter(~nw.col(column).is_null()).select(money=nw.col(column))
        read = texts.read_money(rows, "money", mark)  # type: ignore[arg-type]
        return not int(engines.collect(read.select(nw.col("unread_money").sum()))["unread_money"][0] or 0)

    def _examples(self, flaw: nw.Expr, column: str) -> str:
        values = engines.collect(self._typed().filter(flaw).select(column).head(4))[column].tolist()
        return shown([str(_shown_day(value)) for value in values] if column == "day" else values)

    def _refuse(self, role: str, flaw: nw.Expr, column: str, key: str, **fields: Any) -> None:
        n = int(engines.collect(self._typed().filter(flaw).select(n=nw.len()))["n"][0])
        said = {**_intake.money_roles(self.roles, self.policy), **self.roles}
        raise DataError(key, column=said[role], n=f"{n:,}", values=self._examples(flaw, column), **fields)

    def _refuse_unread_dates(self) -> None:
        column, found = self.roles["date"], self._profile.counts
        unread = nw.col("flaw").is_in([LEAVING.index("unreadable_date"), LEAVING.index("ambiguous_date")])
        formats = self._formats_that_read()
        key = "dates_unread" if not formats else "dates_one_format" if len(formats) == 1 else "dates_formats"
        raise DataError(
            key,
            column=column,
            n=f"{found['unreadable_date'] + found['ambiguous_date']:,}",
            values=self._examples(unread, "date_text"),
            formats=_intake.offered(formats),
            given=self.policy.date_format or "year-month-day",
        )

    def _formats_that_read(self) -> list[str]:
        """Formats that read every date of the table: found on some of them, tried on all."""
        date = nw.col("date_text").str.strip_chars(_date_text.BLANKS)
        rows = self._kept().select(date=date).filter(~nw.col("date").is_null() & (nw.col("date") != ""))
        some = engines.collect(rows.head(2_000))["date"].tolist()
        return [form for form in _date_text.propose(some)[:4] if texts.reads_all_dates(rows, "date", form)]

    def _refuse_mixed_currencies(self) -> None:
        codes = self._kept().select(currency=nw.col("currency")).filter(~nw.col("currency").is_null())
        if self.policy.rates is None:
            self._refuse_several(codes, "mixed_currencies", self.roles["currency"])
            return
        named = nw.col("currency").cast(nw.String).str.strip_chars()
        unknown = codes.select(currency=named).filter(~nw.col("currency").is_in(list(self.policy.rates)))
        found = engines.collect(unknown.group_by("currency").agg(n=nw.len()).head(50))["currency"].tolist()
        if found:
            raise DataError("no_rate", column=self.roles["currency"], values=shown(sorted(map(str, found))))

    def _refuse_mixed_signs(self) -> None:
        """Currencies in front of or behind money that is text: $, €, CNY ..."""
        marks = self._kept().select(currency=nw.col("amount_mark")).filter(nw.col("currency") != "")
        self._refuse_several(marks, "mixed_signs", self.roles["amount"])

    def _refuse_several(self, codes: LazyFrame, key: str, column: str) -> None:
        found = engines.collect(codes.group_by("currency").agg(n=nw.len()).head(50))["currency"].tolist()
        if len(found) > 1:
            known = sorted(map(str, found))
            raise DataError(key, column=column, values=shown(known), first=known[0])

    def _kept(self) -> LazyFrame:
        """All rows but those that the filter leaves out."""
        typed = self._typed()
        return typed.filter(nw.col("kept") == 1) if "kept" in engines.names_of(typed) else typed

    def _last_date(self) -> dt.date:
        """The last date in the data, unless the clock says that it cannot have happened yet."""
        column, found = self.roles["date"], self._profile.counts
        if not found["dated"]:
            raise DataError("no_date_at_all", column=column, n=f"{found['rows']:,}")
        today = dt.datetime.now(dt.UTC).date()
        tomorrow = _checks.day_number(today) + 1
        if self._profile.last_day > tomorrow:
            values = self._examples(nw.col("day") > tomorrow, "day")
            raise DataError("future_dates", column=column, values=values, today=today)
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
        left = list(zip(book["step"].tolist(), book["rows"].tolist(), strict=True))
        raise _NothingLeft(
            [(step, -rows) for step, rows in left if rows < 0], n=f"{self._profile.counts['rows']:,}", as_of=self.as_of,
            roles=", ".join(f"{role}={column!r}" for role, column in self.roles.items()),
        )  # fmt: skip


@dataclasses.dataclass(frozen=True)
class _Without:
    """Where rows come from, but for those with some ids."""

    origin: Any
    column: str
    ids: tuple[Any, ...]

    def frame(self) -> AnyFrame:
        """The rows of everybody else."""
        return persons.without(self.origin.frame(), self.column, self.ids)

    def check(self) -> None:
        """Whether they are still what they were."""
        self.origin.check()


class _NothingLeft(DataError):  # noqa: N818
    """No purchase is left to use; says what took the rows."""

    def __init__(self, reasons: Sequence[tuple[str, int]], **fields: Any) -> None:
        super().__init__("nothing_left", reasons=list(reasons), **fields)

    def text(self, language: labels.Language | None = None, *, command: Options | None = None) -> str:
        """The message, with the reasons in its language."""
        fields = dict(self.fields)
        said = "; ".join(f"{rows:,} {labels.text(step, language)}" for step, rows in fields["reasons"])
        plain = DataError(self.key, **{**fields, "reasons": said})
        return plain.text(language, command=command)


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
    policy = _policy(refunds=refunds, zeros=zeros, duplicates=duplicates, timezone=timezone, day_end=day_end,
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


def open_transactions(transactions: Table) -> Transactions:
    """Transactions as they are, or a plain frame with the default column names."""
    return transactions if isinstance(transactions, Transactions) else Transactions(transactions)


def _policy(*, without: str | Sequence[str], where: str | None, same: Any, **settings: Any) -> Policy:
    """The settings, checked."""
    _checks.choice("refunds", settings["refunds"], ("net", "drop", "ignore"))
    _checks.choice("zeros", settings["zeros"], ("keep", "drop"))
    _checks.choice("duplicates", settings["duplicates"], ("keep", "drop"))
    if settings["decimal"] is not None:
        _checks.choice("decimal", settings["decimal"], (".", ","))
    if _checks.count("day_end", settings["day_end"], least=0) > 23:
        raise ArgumentError("day_end", settings["day_end"], "hour", example=4)
    _check_zone(settings["timezone"])
    _check_format(settings["date_format"])
    _check_rates(settings["rates"])
    condition = None if where is None else _where.parse(where)
    left_out = (without,) if isinstance(without, str) else tuple(without)
    return Policy(where=condition, without=left_out, same=None if same is None else _persons(same), **settings)


def _check_zone(timezone: Any) -> None:
    if timezone is None or timezone == texts.AS_WRITTEN:
        return
    try:
        zoneinfo.ZoneInfo(timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise ArgumentError("timezone", timezone, "timezone", example="Europe/Berlin") from None


def _check_format(date_format: Any) -> None:
    if date_format is None or date_format in _date_text.NUMBERS:
        return
    if not isinstance(date_format, str) or _date_text.format_of(date_format) is None:
        raise ArgumentError("date_format", date_format, "date_format", example="%d/%m/%Y")


def _check_rates(rates: Any) -> None:
    if rates is None:
        return
    if not isinstance(rates, Mapping) or not rates or not all(isinstance(code, str) for code in rates):
        raise ArgumentError("rates", rates, "rates", example={"USD": 1, "EUR": 1.08})
    for code, rate in rates.items():
        if _checks.finite(f"rates[{code!r}]", rate) <= 0:
            raise ArgumentError("rates", rates, "rates", example={"USD": 1, "EUR": 1.08})


def _persons(same: Any) -> dict[str, list[Any]]:
    """Ids and whom they belong to in the end, from a mapping or a table of two columns."""
    pairs = list(same.items()) if isinstance(same, Mapping) and not _is_columns(same) else _pairs_of(same)
    belongs: dict[Any, Any] = {}
    for one, other in pairs:
        if one is None or other is None or one != one or other != other:
            raise ArgumentError("same", "...", "same_missing")
        if belongs.setdefault(one, other) != other:
            raise ArgumentError("same", "...", "same_twice", values=shown([one]))
    persons = {one: _last_of(one, belongs) for one in belongs}
    found = {one: person for one, person in persons.items() if one != person}
    return {"customer_id": list(found), "person": list(found.values())}


def _is_columns(same: Mapping[Any, Any]) -> bool:
    return any(isinstance(values, Sequence) and not isinstance(values, str) for values in same.values())


def _pairs_of(same: Any) -> list[tuple[Any, Any]]:
    frame = engines.wrap(same)
    names = engines.names_of(frame)
    if len(names) != 2:
        raise ArgumentError("same", "...", "same_columns", columns=shown(names, most=10))
    found = engines.collect(frame.select(*names))
    return list(zip(*(found[name].tolist() for name in names), strict=True))


def _last_of(one: Any, belongs: Mapping[Any, Any]) -> Any:
    """The end of a chain of ids."""
    passed = {one}
    while one in belongs and belongs[one] != one:
        one = belongs[one]
        if one in passed:
            raise ArgumentError("same", "...", "same_circle", values=shown(sorted(map(str, passed))))
        passed.add(one)
    return one


def _absent(told: Mapping[str, str | None], columns: list[str], policy: Policy) -> list[str]:
    """Columns that are asked for and not there; roles that contradict each other are refused."""
    made = told["price"] is not None
    if (told["quantity"] is not None or told["discount"] is not None) and not made:
        raise ArgumentError("price", None, "price_needed")
    if made and told["quantity"] is None:
        raise ArgumentError("quantity", None, "quantity_needed")
    if made and told["amount"] not in (None, NAMES["amount"]):
        raise ArgumentError("amount", told["amount"], "amount_and_price")
    played = _played(told)
    asked = [column for role, column in played.items() if told[role] is not None] + list(policy.without)
    return [column for column in asked if column not in columns]


def _played(told: Mapping[str, str | None]) -> dict[str, str]:
    """Roles and the columns that may play them."""
    without_amount = told["price"] is not None or told["amount"] is None
    return {
        role: NAMES[role] if column is None else column
        for role, column in told.items()
        if not (role == "amount" and without_amount) and (column is not None or role not in TOLD_ONLY)
    }


def _roles(told: Mapping[str, str | None], columns: list[str]) -> dict[str, str]:
    """Column of each role; an optional role that was not told is played by the column of its own name."""
    return {role: column for role, column in _played(told).items() if column in columns}


# --- exports that are known, and columns that may be meant ----------------------------------------------------------


def _with_profile(
    profile: str, source: AnyFrame, told: Mapping[str, str | None], policy: Policy
) -> tuple[Mapping[str, str | None], Policy]:
    """Roles and settings of an export, where nothing else is said."""
    export = _exports.named(_checks.choice("profile", profile, _exports.names()))
    columns = engines.names_of(source)
    if not export.fits(columns):
        needs = [" / ".join(group) for group in export.needs]
        raise ArgumentError("profile", profile, "profile_columns", title=export.title, needs=shown(needs, most=9),
                            columns=shown(columns, most=20))  # fmt: skip
    return _completed(_arguments_of(export, source), told, policy)


def _arguments_of(export: _exports.Export, source: AnyFrame) -> dict[str, str]:
    arguments = export.arguments(engines.names_of(source))
    roles = {role: column for role, column in arguments.items() if role in NAMES}
    seen = _hints.propose(source, roles, month_first=export.month_first).roles
    return arguments | {name: seen[name] for name in _SETTINGS if name in seen}


_SETTINGS = ("date_format", "timezone", "decimal")


def _completed(
    arguments: Mapping[str, str], told: Mapping[str, str | None], policy: Policy
) -> tuple[dict[str, str | None], Policy]:
    """What is told, with these arguments where it says nothing."""
    silent = {role for role, column in told.items() if column is None or (role in REQUIRED and column == NAMES[role])}
    roles = {role: arguments.get(role, column) if role in silent else column for role, column in told.items()}
    more: dict[str, Any] = {name: getattr(policy, name) or arguments.get(name) for name in _SETTINGS}
    where = policy.where or (_where.parse(arguments["where"]) if "where" in arguments else None)
    return roles, dataclasses.replace(policy, where=where, **more)


def _absent_columns(
    absent: Sequence[str],
    origin: Any,
    told: Mapping[str, str | None],
    policy: Policy,
    as_of: Date | None,
    *,
    plain_text: bool,
) -> ColumnError:
    """The error for columns that are not there, with arguments that were tried on the data."""
    source = origin.frame()
    columns = engines.names_of(source)
    fields: dict[str, Any] = {"absent": shown(absent), "columns": shown(columns, most=20)}
    if (stays := _exports.durations(columns)) is not None:
        return ColumnError("durations", **fields, advice=_advice.Durations("absent_call", arguments=stays))
    export = _exports.recognised(columns)
    where = None
    if export is not None:
        arguments = _arguments_of(export, source)
        missing: tuple[str, ...] = ()
    else:
        given = {role: column for role, column in told.items() if column in columns and column is not None}
        found = _hints.propose(source, given)
        arguments, missing, where = dict(found.roles), found.missing, found.where
    trouble = None if missing else _trouble(arguments, origin, told, policy, as_of, plain_text=plain_text)
    if trouble is not None and "order" in arguments:
        fewer = {name: value for name, value in arguments.items() if name != "order"}
        if _trouble(fewer, origin, told, policy, as_of, plain_text=plain_text) is None:
            arguments, trouble = fewer, None
    arguments |= dict.fromkeys(missing, "...")
    # what is asked of every table stands first, also where its column must still be named
    arguments = {name: arguments[name] for name in ("customer", "date", "amount", *arguments) if name in arguments}
    said = {"arguments": arguments, "export": export and export.name, "title": export and export.title,
            "trouble": trouble, "where": where}  # fmt: skip
    return ColumnError("absent_columns", **fields, **said, advice=_advice.Advice("absent_call", **said))


def _trouble(
    arguments: Mapping[str, str],
    origin: Any,
    told: Mapping[str, str | None],
    policy: Policy,
    as_of: Date | None,
    *,
    plain_text: bool,
) -> CrmkitError | None:
    """What stands in the way of these arguments, if anything does."""
    plain = {role: NAMES[role] if role in REQUIRED else None for role in told}
    try:
        roles, settings = _completed(arguments, plain, policy)
        there = engines.names_of(origin.frame())  # a column to leave out by that is absent is absent whatever is tried
        settings = dataclasses.replace(settings, without=tuple(name for name in settings.without if name in there))
        tried = Transactions.__new__(Transactions)
        tried._open(origin, origin, roles, settings, as_of, plain_text=plain_text)
    except CrmkitError as error:
        return error
    return None


def _shown_day(day: int) -> str:
    """A day number as a date, also beyond the years that Python's dates know."""
    try:
        return str(_checks.date_of_day(day))
    except OverflowError:
        return f"day {day} since 1970"
