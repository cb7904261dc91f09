"""Where rows come from: something that makes the table anew for whichever thread or process asks.

A file that is scanned where it lies keeps its identity: replaced or changed, it would give one `Transactions` two
pasts, so that is refused. What cannot be scanned in place is copied once, as Parquet, to a private folder that goes
with the last table which reads it.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import narwhals.stable.v2 as nw

from crmkit._frame import process, sql
from crmkit._frame.engines import AnyFrame
from crmkit.errors import InputFileError

Stamp = tuple[str, int, int, int]  # path, size, time of change, number of the file
# 1.234 may be read as a thousand and more where "," is the decimal mark; 1.2340 may not.
_THREE_DECIMALS = re.compile(r"\.\d{3}$")
_BATCH = 100_000  # rows that travel at a time


@dataclass(frozen=True, slots=True)
class Given:
    """A table of the caller's, as it is."""

    table: AnyFrame

    def frame(self) -> AnyFrame:
        """The table."""
        return self.table

    def check(self) -> None:
        """A table in memory or in the caller's engine is what it is."""


@dataclass(frozen=True, slots=True)
class Copies:
    """A private folder, and the object with whose end it is removed."""

    folder: str
    held: Any

    @classmethod
    def begun(cls) -> Self:
        """An empty one."""
        return cls(*process.private_folder())


@dataclass(frozen=True, slots=True)
class Origin:
    """Rows that a SELECT of the embedded engine reads from files."""

    select: str
    stamps: tuple[Stamp, ...] = ()  # of files that are read where they lie
    copies: Copies | None = None  # what of it was copied
    plain_text: bool = False  # whether numbers may come as text because the source, or its driver, has no types
    verify: Callable[[int], None] | None = None  # takes the number of rows read, refuses one that is not the source's
    explain: Callable[[], None] | None = None  # names the place where reading fails

    def frame(self) -> AnyFrame:
        """The rows, on the engine as this thread sees it."""
        self.check()
        return nw.from_native(scanned(self.select, self.copies))

    def check(self) -> None:
        """Refuse files that are not those that were opened."""
        for stamp in self.stamps:
            _refuse_changed(stamp)


def scanned(select: str, copies: Copies | None = None) -> Any:
    """A relation of the embedded engine; the copies live as long as it and all that is made from it."""
    if copies is None:
        return process.connection().sql(select)
    crmkit_held = copies.held  # found by this name; the branch that names it is never computed
    relation = process.connection().sql(
        f"SELECT rows.* FROM ({select}) AS rows UNION ALL "
        f"SELECT rows.* FROM ({select}) AS rows, crmkit_held WHERE false"
    )
    del crmkit_held
    return relation


def stamp_of(path: str) -> Stamp:
    """What tells a file from another, and from itself after a change."""
    found = os.stat(path)
    return path, found.st_size, found.st_mtime_ns, found.st_ino


def _refuse_changed(stamp: Stamp) -> None:
    try:
        now = stamp_of(stamp[0])
    except OSError:
        raise InputFileError("file_gone", path=stamp[0]) from None
    if now != stamp:
        raise InputFileError("file_changed", path=stamp[0])


# --- private copies ---------------------------------------------------------------------------------------------


def stored(names: Sequence[str], batches: Iterable[Sequence[Sequence[Any]]]) -> Origin:
    """Rows of a source without column types, as text in private files: nothing is rounded or guessed."""
    copies = Copies.begun()
    files = []
    for part, batch in enumerate(_at_least_one(batches)):
        files.append(str(Path(copies.folder) / f"rows-{part}.parquet"))
        _store(names, batch, files[-1])
    select = f"SELECT * FROM read_parquet({sql.texts(files)}, hive_partitioning = false)"
    return Origin(select, copies=copies, plain_text=True)


def _at_least_one(batches: Iterable[Sequence[Sequence[Any]]]) -> Iterator[Sequence[Sequence[Any]]]:
    empty = True
    for batch in batches:
        empty = False
        yield batch
    if empty:
        yield ()


def _store(names: Sequence[str], batch: Sequence[Sequence[Any]], file: str) -> None:
    import pandas as pd

    columns = list(zip(*batch, strict=True)) if batch else [()] * len(names)
    crmkit_batch = pd.DataFrame(
        {str(at): pd.Series([as_text(value) for value in values], dtype=object) for at, values in enumerate(columns)}
    )
    listed = ", ".join(f'CAST("{at}" AS VARCHAR) AS {sql.name(column)}' for at, column in enumerate(names))
    to = sql.text(process.new_file(file))
    write = f"COPY (SELECT {listed} FROM crmkit_batch) TO {to} (FORMAT parquet, USE_TMP_FILE false)"
    process.connection().execute(write)
    del crmkit_batch


def as_text(value: Any) -> str | None:
    """A value of a source without column types, as text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        written = str(int(value)) if value.is_integer() and abs(value) <= 2**53 else repr(value)
        return written + "0" if _THREE_DECIMALS.search(written) else written
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def batches_of(rows: Iterator[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    """Rows in batches."""
    return iter(lambda: list(itertools.islice(rows, _BATCH)), [])
