"""State: customer-days, to which batches are added without the old rows.

What customers did on each day adds up exactly, in any order: `State.of` makes one row per customer and day (and order)
of transactions, `merge` adds a batch, `save` and `State.load` keep it in a folder of Parquet files. Whatever takes
`Transactions` and needs no products or channels takes a `State` and gives the same numbers as one pass over all rows.
Adding a day costs the rows of that day, whatever the size of the base.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, Self

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, customers
from crmkit._frame import engines, parts, sources
from crmkit._frame.engines import AnyFrame, LazyFrame
from crmkit._intake import Policy
from crmkit._types import Date, Table
from crmkit.errors import ArgumentError, CallError, DataError, shown
from crmkit.transactions import Transactions, open_transactions

__all__ = ["State"]

_KEYS = ("customer_id", "day", "order_id")
_MONEY = ("money", "cost")


@dataclass(frozen=True, slots=True)
class _Batch:
    """What came in at once."""

    name: str
    file: str  # in the folder of a saved state
    kind: str  # of the ids
    scale: int
    guard: int
    first_day: int
    as_of: int
    refunds: bool


class State(Transactions):
    """Customer-days of transactions, to which batches are added without the old rows; made by `State.of`.

    It is used wherever `Transactions` are, for everything that needs no products, categories or channels.

    Attributes
    ----------
    as_of : datetime.date
        The day on which the past ends: that of the latest batch.
    roles : mapping of role to column
        What its rows have: customer, date, amount, and order and cost where the transactions had them.

    Examples
    --------
    >>> import crmkit as crm
    >>> january = {"customer_id": ["a", "b"], "date": ["2025-01-05", "2025-01-20"], "amount": [20, 9]}
    >>> february = {"customer_id": ["a"], "date": ["2025-02-04"], "amount": [10]}
    >>> state = crm.State.of(january, batch="January").merge(february, batch="February")
    >>> crm.summarize(state)[["customer_id", "orders", "recency", "monetary", "x"]]
      customer_id  orders  recency  monetary  x
    0           a       2        0      30.0  1
    1           b       1       15       9.0  0
    """

    _batches: dict[str, _Batch]
    _parts: dict[str, parts.Part]
    _mark: Any
    _origin: Any  # its own rows take the place of where transactions came from
    _cut: Any

    def __init__(self, *_: object, **__: object) -> None:
        raise CallError("state_made")

    @classmethod
    def of(cls, transactions: Table, *, batch: str | None = None) -> Self:
        """Sum transactions up by customer and day, in one pass.

        Parameters
        ----------
        transactions : Transactions, or table with customer_id, date, amount (and order_id, cost)
            Rows after its `as_of` are not in the state. Those of another engine (Spark, Ibis) are brought here as one
            row per customer, day and order.
        batch : str, optional
            The name of these rows, by which they are refused a second time; by default their `as_of`.

        Returns
        -------
        State
        """
        tx = open_transactions(transactions)
        state = cls.__new__(cls)
        played = ("customer", "date", "amount", "order", "cost")
        state._roles = {role: tx.roles.get(role, "amount") for role in played if role in (*tx.roles, "amount")}
        state._export, state._policy, state._kind = None, tx.policy, _kind_of(tx.like)
        state._batches, state._parts, state._mark = {}, {}, None
        state._origin, state._cut = None, None
        state._add(tx, batch)
        return state

    def merge(self, transactions: Table, *, batch: str | None = None, replace: bool = False) -> Self:
        """Add a batch of rows, late ones too: the state is then that of one pass over all rows.

        Parameters
        ----------
        transactions : Transactions, State, or table
            Rows that the state does not have yet, with the same roles.
        batch : str, optional
            Their name; by default their `as_of`. Of another `State` the names are its own.
        replace : bool, default False
            Put these rows in the place of the batch of that name, if there is one, instead of refusing them.

        Returns
        -------
        the state itself

        Raises
        ------
        ArgumentError
            A batch of that name is there.
        DataError
            The rows have other roles, or ids of another type.
        """
        if isinstance(transactions, State):
            self._refuse_other(transactions.roles, next(iter(transactions._batches.values())).kind)
            for name in transactions._batches:
                self._refuse_repeated(name, replace)
            self._batches |= transactions._batches
            self._parts |= transactions._parts
            self._as_of = max(self.as_of, transactions.as_of)
            return self
        tx = open_transactions(transactions)
        played = {role for role in ("order", "cost") if role in tx.roles}
        if played != {role for role in ("order", "cost") if role in self.roles}:
            raise DataError("state_roles", known=shown(list(self.roles)), given=shown(list(tx.roles)))
        self._refuse_repeated(_batch_name(batch, tx), replace)
        self._add(tx, batch)
        return self

    def save(self, path: str | Path) -> None:
        """Write the state into a folder of its own, or what has changed into the folder that it was loaded from.

        Only batches that are not there yet are written. A run that is killed leaves the old state or the new one.

        Parameters
        ----------
        path : str or Path
            The folder; made if it is not there. Its files are readable by their owner alone.

        Raises
        ------
        InputFileError
            The folder cannot be written, or holds a state that another program has changed in between.
        """
        said = {
            "as_of": str(self.as_of),
            "roles": dict(self.roles),
            "refunds": self.policy.refunds,
            "batches": [asdict(batch) for batch in self._batches.values()],
        }
        files = {batch.file: self._parts[name] for name, batch in self._batches.items()}
        self._mark = parts.saved(path, files, said, known=self._mark)

    @staticmethod
    def is_at(path: str | Path) -> bool:
        """Whether a state was saved in a folder.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as empty:
        ...     State.is_at(empty)
        False
        """
        return parts.is_at(path)

    @classmethod
    def load(cls, path: str | Path, *, into: Literal["pandas", "polars", "pyarrow", "duckdb"] = "pandas") -> Self:
        """Read a saved state; nothing but its list of batches is read now.

        Parameters
        ----------
        path : str or Path
            The folder.
        into : {"pandas", "polars", "pyarrow", "duckdb"}, default "pandas"
            The kind of the tables that come out; "duckdb" stays lazy.

        Returns
        -------
        State

        Raises
        ------
        InputFileError
            There is no state, or one that is broken or newer than this version of crmkit.
        """
        _checks.choice("into", into, ("pandas", "polars", "pyarrow", "duckdb"))
        said = parts.loaded(path)
        state = cls.__new__(cls)
        state._kind = sources.Kind(into)
        state._roles, state._export = dict(said["roles"]), None
        state._policy = Policy(refunds=said["refunds"])
        state._batches = {each["name"]: _Batch(**each) for each in said["batches"]}
        state._parts = {name: parts.part_of(path, one.file, one.kind) for name, one in state._batches.items()}
        state._mark, state._origin, state._cut = said["mark"], None, None
        state._as_of = _checks.date_of(said["as_of"])
        return state

    def erase(self, ids: Sequence[Any]) -> Self:
        """The state of everybody but these customers; saved into its folder, nothing of them is left there.

        Parameters
        ----------
        ids : sequence of ids

        Returns
        -------
        State
        """
        return self.without(ids)

    @property
    def batches(self) -> Table:
        """One row per batch, in the order in which they came: batch, first_date, as_of."""
        listed = list(self._batches.values())
        return engines.build(
            {
                "batch": np.array([one.name for one in listed], dtype=object),
                "first_date": np.array([_checks.date_of_day(one.first_day) for one in listed], dtype="datetime64[s]"),
                "as_of": np.array([_checks.date_of_day(one.as_of) for one in listed], dtype="datetime64[s]"),
            },
            self.like,
        )

    # --- what the rest of the package reads -----------------------------------------------------------------------

    @property
    def scale(self) -> int:
        """Units of money per 1 of the data's currency."""
        return max(batch.scale for batch in self._batches.values())

    @property
    def guard(self) -> int:
        """Results are rounded to this many units; 1 where amounts are exact decimals."""
        return max(batch.guard * (self.scale // batch.scale) if batch.guard > 1 else 1 for batch in self._all)

    @property
    def most_units(self) -> float:
        """What the money of any rows adds up to at most: that is not kept."""
        return math.inf

    @property
    def _all(self) -> list[_Batch]:
        return list(self._batches.values())

    @property
    def has_money(self) -> bool:
        """Whether rows have money."""
        return "amount" in self.roles

    @property
    def first_day(self) -> int:
        """The first day in the data, as a day number since 1970."""
        return min(batch.first_day for batch in self._all)

    @property
    def has_refunds(self) -> bool:
        """Whether a row may be a refund."""
        return any(batch.refunds for batch in self._all)

    @property
    def added_up(self) -> bool:
        """Whether no day is in two batches: each of them is added up, and then so is the whole."""
        spans = sorted((batch.first_day, batch.as_of) for batch in self._all)
        return all(end < start for (_, end), (start, _) in pairwise(spans))

    @property
    def only_spent(self) -> bool:
        """Whether no row has money below 0: that is not kept."""
        return False

    @property
    def source(self) -> AnyFrame:
        """The customer-days."""
        return self.rows()

    @property
    def like(self) -> AnyFrame:
        """The table whose kind results take."""
        return self._kind.frame()

    def rows(self) -> LazyFrame:
        """Sums by customer and day (and order), one or more for each: customer_id, day, money, bought, and roles."""
        columns = ["customer_id", "day", "money", "bought"]
        columns += ["cost"] if "cost" in self.roles else []
        columns += ["order_id"] if "order" in self.roles else []
        scale = self.scale
        listed = [(self._parts[name], scale // batch.scale) for name, batch in self._batches.items()]
        found = parts.scanned(listed, columns, _MONEY)
        last = _checks.day_number(self.as_of)
        return found if last >= max(batch.as_of for batch in self._all) else found.filter(nw.col("day") <= last)

    def until(self, date: Date) -> Self:
        """The same state as it stood at the end of `date`."""
        cut = _checks.date_of(date, "date")
        if cut > self.as_of:
            raise ArgumentError("until", str(cut), "until_later", as_of=self.as_of)
        earlier = copy.copy(self)
        earlier._as_of = cut
        if not engines.n_rows(earlier.rows().filter(nw.col("bought") == 1).head(1)):
            raise engines.no_rows()
        return earlier

    def without(self, ids: Sequence[Any]) -> Self:
        """The same state as if the rows of these customers had never been there."""
        others = copy.copy(self)
        others._batches, others._parts = {}, {}
        for name, batch in self._batches.items():
            rows = parts.scanned([(self._parts[name], 1)], self._stored_columns, ())
            kept = rows.filter(~nw.col("customer_id").is_in(list(ids)))
            if engines.n_rows(kept.head(1)):
                others._parts[name] = parts.Part.of(kept)
                others._batches[name] = _Batch(**{**asdict(batch), "file": parts.new_name()})
        if not others._batches:
            raise DataError("state_nobody_left")
        return others

    def ids_of(self, customers: Sequence[Any]) -> list[Any]:
        """The ids themselves: what belongs together was put together before."""
        return list(customers)

    @property
    def ledger(self) -> Table:
        """What is used: step, rows (sums by customer and day), customers, amount."""
        found = engines.collect(
            self.rows()
            .group_by("customer_id")
            .agg(n=nw.len().cast(nw.Int64), money=nw.col("money").sum().cast(nw.Int64))
            .select(rows=nw.col("n").sum(), customers=nw.len(), money=nw.col("money").sum())
        )
        return engines.build(
            {
                "step": np.array(["used"], dtype=object),
                "rows": found["rows"].astype(np.int64),
                "customers": found["customers"].astype(np.int64),
                "amount": found["money"].astype(float) / self.scale,
            },
            self.like,
        )

    @property
    def notes(self) -> Any:
        """None: the rows that came in are not here. The transactions of a batch have their own."""
        empty = {"note": np.array([], dtype=object), "rows": np.array([], dtype=np.int64)}
        return engines.build({**empty, "customers": empty["rows"], "amount": np.array([], dtype=float)}, self.like)

    def __repr__(self) -> str:
        """One line: batches and the day on which the past ends."""
        return f"<State: {len(self._batches)} batches, past ends {self.as_of}; roles {', '.join(self.roles)}>"

    def _repr_html_(self) -> str:
        return repr(self).replace("<", "&lt;").replace(">", "&gt;")

    # --- batches --------------------------------------------------------------------------------------------------

    @property
    def _stored_columns(self) -> list[str]:
        more = [*(["cost"] if "cost" in self.roles else []), *(["order_id"] if "order" in self.roles else [])]
        return ["customer_id", "day", "money", "bought", *more]

    def _add(self, tx: Transactions, batch: str | None) -> None:
        name = _batch_name(batch, tx)
        part = parts.Part.of(customers.day_sums(tx).select(*self._stored_columns))
        self._refuse_other(self.roles, part.kind)
        self._batches[name] = _Batch(
            name, parts.new_name(), part.kind, tx.scale, tx.guard, tx.first_day, _checks.day_number(tx.as_of),
            tx.has_refunds,
        )  # fmt: skip
        self._parts[name] = part
        known = [tx.as_of, *([self._as_of] if hasattr(self, "_as_of") else [])]
        self._as_of = max(known)

    def _refuse_repeated(self, name: str, replace: bool) -> None:
        if name in self._batches and not replace:
            raise ArgumentError("batch", name, "state_repeated", batch=name)

    def _refuse_other(self, roles: Mapping[str, str], kind: str) -> None:
        if set(roles) != set(self.roles):
            raise DataError("state_roles", known=shown(list(self.roles)), given=shown(list(roles)))
        known = next(iter(self._batches.values())).kind if self._batches else kind
        if _text(known) != _text(kind):
            raise DataError("state_ids", known=known, given=kind)


def _text(kind: str) -> bool:
    return kind.startswith(("VARCHAR", "UUID"))


def _batch_name(batch: Any, tx: Transactions) -> str:
    if batch is None:
        return str(tx.as_of)
    if not isinstance(batch, str) or not batch.strip():
        raise ArgumentError("batch", batch, "state_batch", example="2026-11-30")
    return batch


def in_memory(state: State) -> State:
    """The same customer-days, whose results are tables in memory: a lazy one would be computed for each figure of it.

    >>> state = State.of({"customer_id": ["a"], "date": ["2025-01-05"], "amount": [20]})
    >>> type(in_memory(state).like.to_native()).__name__
    'DataFrame'
    """
    here = copy.copy(state)
    here._kind = sources.Kind("pandas")
    return here


def sampled(state: State) -> State:
    """The customer-days of about 100,000 customers where there are very many, else the state itself.

    >>> state = State.of({"customer_id": ["a"], "date": ["2025-01-05"], "amount": [20]})
    >>> sampled(state) is state
    True
    """
    days = state.rows() if state.added_up else customers.day_sums(state)
    bought = days.filter(nw.col("bought") == 1).group_by("customer_id").agg(n=nw.len())
    some = customers.learnt_from(days, bought)
    if some is days:
        return state
    drawn, part = copy.copy(state), parts.Part.of(some.select(*state._stored_columns))
    batch = _Batch(
        "sample", parts.new_name(), part.kind, state.scale, state.guard, state.first_day,
        _checks.day_number(state.as_of), state.has_refunds,
    )  # fmt: skip
    drawn._batches, drawn._parts, drawn._mark = {batch.name: batch}, {batch.name: part}, None
    return drawn


def _kind_of(like: AnyFrame) -> sources.Kind:
    """Tables of the same kind where they can be made here; of an engine elsewhere pandas."""
    kind = like.implementation
    name = "polars" if kind.is_polars() else "pyarrow" if kind.is_pyarrow() else "pandas"
    return sources.Kind("duckdb" if kind.is_duckdb() else name)
