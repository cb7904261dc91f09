"""Transactions: the rows that are used of any table, the ledger, and the refusal of what cannot be counted."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NoReturn, Protocol, Self

import narwhals.stable.v2 as nw

from crmkit import (
    _checks,
    _intake,
    _ledger,
    _reading,
    labels,
)
from crmkit._door.columns import absent_among, absent_columns, roles_of, with_profile
from crmkit._door.settings import policy_of
from crmkit._door.values import Examined
from crmkit._frame import engines, persons, process, sources
from crmkit._frame.engines import AnyFrame, LazyFrame
from crmkit._intake import LEAVING, NAMES, TRAVELLING, USED, Policy, Refunds
from crmkit._refusals import RefusingRows
from crmkit._types import Date, Floats, Table
from crmkit.errors import (
    ArgumentError,
    CallError,
    DataError,
    Options,
    UnknownNameError,
    Words,
)


class Kind(Protocol):
    """Something that is of the kind that results take."""

    def frame(self) -> AnyFrame:
        """A table of that kind."""


class Rows(Kind, Protocol):
    """Where rows come from: a table, files, or either without some rows."""

    def check(self) -> None:
        """Refuse files that are no longer what they were."""


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
        policy = policy_of(refunds=refunds, zeros=zeros, duplicates=duplicates, timezone=timezone, day_end=day_end,
                         date_format=date_format, decimal=decimal, without=without, rates=rates, where=where,
                         same=same)  # fmt: skip
        source = sources.Given(engines.named_by_text(engines.wrap(frame)))
        self._open(source, source, told, policy, as_of, plain_text=False, profile=profile)

    def _open(
        self,
        origin: Rows,
        like: Kind,
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
            told, policy = with_profile(profile, source, told, policy)
        absent = absent_among(told, columns, policy)
        if absent:

            def opened(roles: Mapping[str, str | None], settings: Policy) -> None:
                tried = Transactions.__new__(Transactions)
                tried._open(origin, origin, roles, settings, as_of, plain_text=plain_text)

            raise absent_columns(absent, source, told, policy, opened)
        self._roles, self._export = roles_of(told, columns), profile
        self._policy = policy
        self._origin, self._kind, self._plain_text = origin, like, plain_text
        self._whole_ids = False
        self._all_rows: dict[Any, LazyFrame] = {}  # one for each thread that asks
        self._profile = self._profiled(cut)
        if self._profile.whole_ids:
            self._whole_ids, self._all_rows = True, {}
        examined = Examined(self._typed(), self.roles, self.policy, self._profile)
        examined.refuse_bad()
        self._cut = cut
        self._as_of = examined.last_date() if cut is None else cut
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
    def most_units(self) -> float:
        """What the money of any rows adds up to at most, in units and without signs."""
        return self._profile.most_units

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
        origin = _Without(self._origin, self.roles["customer"], tuple(ids))
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
    def ledger(self) -> Table:
        """From what came in to what is used: step, rows, customers, amount.

        Rows that leave are negative, so that each column adds up to `used` exactly.
        """
        return engines.build(self._book(), self.like)

    @property
    def notes(self) -> Table:
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

    origin: Rows
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


def open_transactions(transactions: Table) -> Transactions:
    """Transactions as they are, or a plain frame with the default column names."""
    return transactions if isinstance(transactions, Transactions) else Transactions(transactions)
