"""A slice of transactions: the rows of some days, and no way to the others."""

from __future__ import annotations

import datetime as dt
from typing import Self

import narwhals.stable.v2 as nw

from crmkit import _checks
from crmkit._frame.engines import LazyFrame
from crmkit.state import State
from crmkit.transactions import Transactions


def sliced(tx: Transactions, as_of: dt.date, *, days: int | None = None) -> Transactions:
    """The rows up to `as_of`, of the last `days` if given."""
    return _Days.cut(tx, as_of, days) if isinstance(tx, State) else Slice.of(tx, as_of, days=days)


class Slice(Transactions):
    """Transactions from which the rows of other days are taken out where rows are read.

    `Transactions.until` sets a date; here no setting brings later rows back, not even in the ledger.
    """

    _from: int
    _to: int

    @classmethod
    def of(cls, tx: Transactions, as_of: dt.date, *, days: int | None = None) -> Self:
        """The rows up to `as_of`, of the last `days` if given."""
        part = cls.__new__(cls)
        part.__dict__.update(tx.until(as_of).__dict__)
        part._to = _checks.day_number(as_of)
        part._from = tx.first_day if days is None else max(part._to - days + 1, tx.first_day)
        part._all_rows = {}  # those that the whole has read already
        return part

    @property
    def first_day(self) -> int:
        """The first day of the slice, as a day number since 1970."""
        return self._from

    def _read_rows(self, until: dt.date | None = None) -> LazyFrame:
        day = nw.col("day")
        return super()._read_rows(until).filter((day >= self._from) & (day <= self._to))


class _Days(State):
    """The customer-days of some days."""

    _from: int
    _to: int

    @classmethod
    def cut(cls, state: State, as_of: dt.date, days: int | None) -> Self:
        """Those up to `as_of`, of the last `days` if given."""
        part = cls.__new__(cls)
        part.__dict__.update(state.until(as_of).__dict__)
        part._to = _checks.day_number(as_of)
        part._from = state.first_day if days is None else max(part._to - days + 1, state.first_day)
        return part

    @property
    def first_day(self) -> int:
        """The first day of the slice, as a day number since 1970."""
        return self._from

    def rows(self) -> LazyFrame:
        """The sums of these days."""
        day = nw.col("day")
        return super().rows().filter((day >= self._from) & (day <= self._to))
