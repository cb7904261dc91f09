"""Options of the commands: what INPUT is and how to read it, and what several commands share."""

from __future__ import annotations

import dataclasses
import functools
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from crmkit.cli import text
from crmkit.errors import ArgumentError, CrmkitError

if TYPE_CHECKING:
    from crmkit._frame.sources import Origin as Opened
    from crmkit.transactions import Transactions

Source = Annotated[list[str], typer.Argument(metavar="INPUT")]
_column = functools.partial(typer.Option, metavar="COLUMN")
Customer = Annotated[str, _column()]
Date = Annotated[str, _column()]
Amount = Annotated[str, _column()]
Column = Annotated[str | None, _column()]
Without = Annotated[list[str] | None, _column()]
Where = Annotated[str | None, typer.Option(metavar="SQL")]
Same = Annotated[str | None, typer.Option(metavar="FILE")]
Rates = Annotated[str | None, typer.Option(metavar="CODE=NUMBER,...")]
DayEnd = Annotated[int, typer.Option(metavar="HOUR")]
Profile = Annotated[str | None, typer.Option(metavar="NAME")]
Table = Annotated[str | None, typer.Option(metavar="NAME")]
Query = Annotated[str | None, typer.Option(metavar="SQL")]
Sheet = Annotated[str | None, typer.Option(metavar="NAME,...")]
Header = Annotated[bool, typer.Option("--header/--no-header")]
Skip = Annotated[int, typer.Option(metavar="LINES")]
Separator = Annotated[str | None, typer.Option(metavar="SIGN")]
Partitions = Annotated[bool, typer.Option("--partitions")]
Encoding = Annotated[str | None, typer.Option(metavar="NAME")]
Refunds = Annotated[str, typer.Option(metavar="net|drop|ignore")]
Zeros = Annotated[str, typer.Option(metavar="keep|drop")]
Duplicates = Annotated[str, typer.Option(metavar="keep|drop")]
Timezone = Annotated[str | None, typer.Option(metavar="ZONE")]
DateFormat = Annotated[str | None, typer.Option(metavar="FORMAT")]
Decimal = Annotated[str | None, typer.Option(metavar=".|,")]
AsOf = Annotated[str | None, typer.Option(metavar="DATE")]
MemoryLimit = Annotated[str | None, typer.Option(metavar="SIZE")]

Bins = Annotated[int, typer.Option(metavar="NUMBER")]
Number = Annotated[int, typer.Option(metavar="NUMBER")]
Scheme = Annotated[str, typer.Option(metavar="eleven|eight")]
Tiers = Annotated[str, typer.Option(metavar="textbook|curry|zeithaml|abc")]
Span = Annotated[str | None, typer.Option(metavar="FIRST:LAST")]
Every = Annotated[str, typer.Option(metavar="day|week|month|quarter|year")]
Rolling = Annotated[bool, typer.Option("--rolling")]
FiscalStart = Annotated[int, typer.Option(metavar="MONTH")]
By = Annotated[str | None, typer.Option(metavar="channel|category|product")]
Duration = Annotated[str, typer.Option(metavar="DURATION")]
Inactive = Annotated[str | None, typer.Option(metavar="DURATION")]
DiscountRate = Annotated[float, typer.Option(metavar="SHARE")]
MarginRate = Annotated[float, typer.Option(metavar="SHARE")]
Several = Annotated[list[str] | None, typer.Option(metavar="COLUMN,COLUMN,...")]

FIRST_ROWS = 10  # of a list that is printed; it is written whole with --output


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which periods are counted."""

    period: Every = "month"
    rolling: Rolling = False
    fiscal_start: FiscalStart = 1

    def of_library(self) -> Any:
        """As the library has it."""
        from crmkit import Calendar as Periods

        return Periods(self.period, rolling=self.rolling, fiscal_start=self.fiscal_start)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Manner:
    """Where the answer goes, and how loud."""

    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FILE|-")] = None
    format: Annotated[str | None, typer.Option(metavar="csv|parquet|json|xlsx")] = None
    part: Annotated[str | None, typer.Option(metavar="NAME")] = None
    plot: Annotated[str | None, typer.Option(metavar="FILE")] = None
    bom: Annotated[bool | None, typer.Option("--bom/--no-bom")] = None
    quiet: Annotated[bool, typer.Option("--quiet", "-q")] = False
    verbose: Annotated[bool, typer.Option("--verbose", "-v")] = False
    language: Annotated[str | None, typer.Option(metavar="en|zh")] = None
    config: Annotated[str | None, typer.Option(metavar="FILE|none")] = None


def listed(given: Sequence[str] | None) -> list[str] | None:
    """Several values, as one word with commas or as the option given again."""
    return None if given is None else [part.strip() for word in given for part in word.split(",")]


def whole(written: str) -> Any:
    """A whole number; what is none stays as it is, to be complained of where it is used."""
    return int(written) if written.isdecimal() else written


def span_of(name: str, told: str | None) -> tuple[str, str] | None:
    """A period as it is written on the command line."""
    if told is None:
        return None
    first, colon, last = told.partition(":")
    if not colon:
        raise ArgumentError(name, told, "cli_period_first_last_day")
    return first, last


@dataclass(frozen=True, slots=True)
class Input:
    """What the options say about the rows to read."""

    sources: Sequence[str]
    settings: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The source as it may be shown: an address without its password."""
        words = {PIPE: text.label("standard_input", text.language_of(None))}
        return ", ".join(words.get(one, one.split("@")[-1] if "://" in one else one) for one in self.sources)

    @contextmanager
    def opened(self) -> Iterator[Transactions]:
        """The transactions, on the engine that need not load them."""
        from crmkit._frame import engines
        from crmkit.transactions import read

        with self._file() as file, engines.reading(self.name):
            yield read(file, into="duckdb", **self.settings)

    @contextmanager
    def opened_as_is(self, columns: Sequence[str]) -> Iterator[Opened]:
        """The rows of what is no table of transactions, on the same engine; `columns` are those that are used."""
        from crmkit._frame import engines, sources

        told = ("table", "query", "sheet", "header", "skip", "separator", "encoding", "partitions")
        where = {name: self.settings[name] for name in told if name in self.settings}
        with self._file() as file, engines.reading(self.name):
            yield sources.open_source(file, sources.Request(columns, **where))

    @contextmanager
    def _file(self) -> Iterator[Any]:
        """What to read: INPUT itself, or with what is piped in as a private file."""
        if PIPE not in self.sources:
            yield self.sources[0] if len(self.sources) == 1 else self.sources
            return
        if sys.stdin is None or sys.stdin.isatty():
            raise ArgumentError("cli_nothing_piped")
        from crmkit._frame.origins import Copies

        copies = Copies.begun()
        file = piped(sys.stdin.buffer, copies.folder)
        try:
            listed = [file if one == PIPE else one for one in self.sources]
            yield file if len(listed) == 1 else listed
        except CrmkitError as error:
            error.fields = {field: self.name if value == file else value for field, value in error.fields.items()}
            raise


PIPE = "-"

# How files begin that are no text.
_MAGIC = {
    b"PAR1": ".parquet", b"PK\x03\x04": ".xlsx", b"\xd0\xcf\x11\xe0": ".xls", b"SQLite format 3": ".sqlite",
    b"\x1f\x8b": ".csv.gz",
}  # fmt: skip


def piped(stream: IO[bytes], folder: str) -> str:
    """Keep what is piped in, in a private folder, under the ending that it shows by its first bytes.

    >>> import io, tempfile
    >>> piped(io.BytesIO(b'{"customer_id": "a"}'), tempfile.mkdtemp()).rpartition("/")[2]
    'piped.jsonl'
    """
    head = stream.read(65_536)
    ending = next((ending for magic, ending in _MAGIC.items() if head.startswith(magic)), None)
    if ending is None:
        ending = ".jsonl" if head.lstrip().startswith((b"{", b"[")) else ".csv"
    path = Path(folder) / f"piped{ending}"
    with path.open("xb") as file:
        file.write(head)
        shutil.copyfileobj(stream, file)
    return str(path)


@dataclass(frozen=True, slots=True)
class Reading:
    """INPUT and how to read it: options that the commands share."""

    source: Source
    customer: Customer = "customer_id"
    date: Date = "date"
    amount: Amount = "amount"
    order: Column = None
    product: Column = None
    category: Column = None
    channel: Column = None
    cost: Column = None
    currency: Column = None
    quantity: Column = None
    price: Column = None
    discount: Column = None
    refund: Column = None
    without: Without = None
    where: Where = None
    same: Same = None
    rates: Rates = None
    table: Table = None
    query: Query = None
    sheet: Sheet = None
    header: Header = True
    skip: Skip = 0
    separator: Separator = None
    partitions: Partitions = False
    encoding: Encoding = None
    refunds: Refunds = "net"
    zeros: Zeros = "keep"
    duplicates: Duplicates = "keep"
    timezone: Timezone = None
    day_end: DayEnd = 0
    date_format: DateFormat = None
    decimal: Decimal = None
    as_of: AsOf = None
    profile: Profile = None
    memory_limit: MemoryLimit = None

    def input(self) -> Input:
        """What is to be read, as the library has it."""
        told = {one.name: getattr(self, one.name) for one in dataclasses.fields(self) if one.name != "source"}
        told |= {"without": self.without or (), "rates": _rates(self.rates), "same": _same(self.same)}
        return Input(self.source, told | {"amount": None if self.amount == "none" else self.amount})


def _rates(written: str | None) -> dict[str, float] | None:
    """Currencies and what they are worth, as USD=1,EUR=1.08."""
    if written is None:
        return None
    pairs = [part.partition("=") for part in written.split(",")]
    try:
        return {code.strip(): float(worth) for code, _, worth in pairs}
    except ValueError:
        raise ArgumentError("rates", written, "rates", example="USD=1,EUR=1.08") from None


def _same(path: str | None) -> dict[str, list[str]] | None:
    """The pairs of ids of a file."""
    if path is None:
        return None
    from crmkit._frame import engines, sources

    frame = sources.open_source(path, sources.Request()).frame()
    return {name: values.tolist() for name, values in engines.collect(frame).items()}
