"""Options of the commands: what INPUT is and how to read it, and what several commands share."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmkit.cli.running import patience
from crmkit.errors import ArgumentError

if TYPE_CHECKING:
    from crmkit._frame.sources import Origin as Opened
    from crmkit.transactions import Transactions

Source = Annotated[
    list[str],
    typer.Argument(
        metavar="INPUT",
        help="Files of transactions (CSV, Parquet, JSON lines, Excel, SQLite, DuckDB), a pattern in quotes "
        '("sales/*.csv"), or postgresql://user@host/database.',
    ),
]
_column = functools.partial(typer.Option, metavar="COLUMN")
Customer = Annotated[str, _column(help="Column of the customer's id.")]
Date = Annotated[str, _column(help="Column of the date or time stamp.")]
Amount = Annotated[str, _column(help="Column of the money; refunds are negative. none: events without money.")]
Order = Annotated[str | None, _column(help="Column of the order's id; without it a day is one order.")]
Product = Annotated[str | None, _column(help="Column of the product.")]
Category = Annotated[str | None, _column(help="Column of the product's category.")]
Channel = Annotated[str | None, _column(help="Column of the channel.")]
Cost = Annotated[str | None, _column(help="Column of the cost of each row.")]
Currency = Annotated[str | None, _column(help="Column of the currency; more than one is refused.")]
Quantity = Annotated[str | None, _column(help="Column of the number of pieces; with --price in place of --amount.")]
Price = Annotated[str | None, _column(help="Column of the price of one piece.")]
Discount = Annotated[str | None, _column(help="Column of the discount, a share of quantity x price.")]
Refund = Annotated[str | None, _column(help="Column of money paid back, taken off the amount.")]
Without = Annotated[
    list[str] | None, _column(help="Column of money inside the amount that is left out (tax, shipping); repeatable.")
]
Where = Annotated[
    str | None, typer.Option(metavar="SQL", help="Rows to use: a boolean SQL expression such as \"status = 'paid'\".")
]
Same = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Ids that belong together: two columns, an id and whom its rows count for."),
]
Rates = Annotated[
    str | None,
    typer.Option(metavar="CODE=NUMBER,...", help="What one unit of each currency is worth, such as USD=1,EUR=1.08."),
]
DayEnd = Annotated[int, typer.Option(metavar="HOUR", help="Hour after midnight at which a business day ends.")]
Profile = Annotated[
    str | None, typer.Option(metavar="NAME", help="Whose export INPUT is, such as shopify, stripe, taobao.")
]
Table = Annotated[str | None, typer.Option(metavar="NAME", help="Table of a database, or sheet of an Excel book.")]
Query = Annotated[str | None, typer.Option(metavar="SQL", help="Query to a database.")]
Sheet = Annotated[str | None, typer.Option(metavar="NAME", help="Sheet of an Excel book.")]
Header = Annotated[bool, typer.Option("--header/--no-header", help="Whether the first line names the columns.")]
Skip = Annotated[int, typer.Option(metavar="LINES", help="Lines above the header that are passed over.")]
Separator = Annotated[
    str | None, typer.Option(metavar="SIGN", help='What sets fields apart, if not seen; " " is any number of blanks.')
]
Partitions = Annotated[bool, typer.Option("--partitions", help="Take columns from folders named like region=EU too.")]
Encoding = Annotated[str | None, typer.Option(metavar="NAME", help="Encoding of a CSV, such as gb18030.")]
Refunds = Annotated[str, typer.Option(metavar="net|drop|ignore", help="What happens to negative amounts.")]
Zeros = Annotated[str, typer.Option(metavar="keep|drop", help="What happens to amounts of 0.")]
Duplicates = Annotated[str, typer.Option(metavar="keep|drop", help="What happens to rows that repeat another exactly.")]
Timezone = Annotated[str | None, typer.Option(metavar="ZONE", help="Zone whose days count, such as Asia/Shanghai.")]
DateFormat = Annotated[str | None, typer.Option(metavar="FORMAT", help="How dates are written, such as %d/%m/%Y.")]
Decimal = Annotated[str | None, typer.Option(metavar=".|,", help='Decimal mark of money that is text ("$1,234.50").')]
AsOf = Annotated[str | None, typer.Option(metavar="DATE", help="Where the past ends; else the last date of the data.")]
MemoryLimit = Annotated[str | None, typer.Option(metavar="SIZE", help="Most memory to use, such as 2GB.")]
Words = Annotated[
    str | None, typer.Option("--language", metavar="en|zh", help="Language of what is printed and of labels.")
]
Bins = Annotated[int, typer.Option(help="Levels of the RFM scores.")]
Scheme = Annotated[str, typer.Option(metavar="eleven|eight", help="Segments.")]
Tiers = Annotated[str, typer.Option(metavar="textbook|curry|zeithaml|abc", help="Tiers of the customer pyramid.")]
Span = Annotated[str | None, typer.Option(metavar="FIRST:LAST", help="First and last day of the period, with a colon.")]
Every = Annotated[str, typer.Option("--period", metavar="day|week|month|quarter|year", help="Calendar periods.")]
Rolling = Annotated[
    bool, typer.Option("--rolling", help="Periods that end on the as-of date and before, not those of the calendar.")
]
FiscalStart = Annotated[int, typer.Option(metavar="MONTH", help="Month in which a year begins, 1 to 12.")]
By = Annotated[
    str | None,
    typer.Option(
        metavar="channel|category|product", help="Groups, by the first purchase; name its column by --channel etc."
    ),
]
# Several values: after each other with commas, or the option again.
Inactive = Annotated[
    str | None,
    typer.Option(metavar="DURATION", help="Days without a purchase after which a customer is lost, such as 90D."),
]
Optional = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="FILE", help="Where the list goes, as in `crmkit score`; none by default."),
]
Horizon = Annotated[
    str,
    typer.Option(
        metavar="DURATION|none", help="How far the forecast of purchases and value looks; none leaves it out."
    ),
]
DiscountRate = Annotated[float, typer.Option(help="Annual and effective: 0.1 is 10 % a year.")]
MarginRate = Annotated[float, typer.Option(help="Share of the spend that is margin, for the lifetime value.")]
Output = Annotated[
    str,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Where the list goes: .csv, .parquet or .xlsx. An existing file is replaced, in one step, when all is "
        "done; the input itself never. In .csv and .xlsx, text that a spreadsheet would run as a formula gets an "
        "apostrophe in front.",
    ),
]
Bom = Annotated[
    bool | None,
    typer.Option(
        "--bom/--no-bom",
        help="Begin a CSV with the mark by which Excel knows UTF-8; by default only with --language zh.",
    ),
]
Folder = Annotated[str, typer.Option("--output", "-o", metavar="DIR", help="Folder for what is written.")]

FIRST_ROWS = 10  # of a list that is written whole with --output


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
    """What the options say about the transactions to read."""

    source: str | Sequence[str]
    settings: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The source as it may be shown: an address without its password."""
        listed = [self.source] if isinstance(self.source, str) else self.source
        return ", ".join(each.split("@")[-1] if "://" in each else each for each in listed)

    @contextmanager
    def opened(self) -> Iterator[Transactions]:
        """The transactions, on the engine that need not load them; for work that a waiting user is told of."""
        from crmkit._frame import engines
        from crmkit.transactions import read

        with patience(self.name), engines.reading(self.name):
            yield read(self.source, into="duckdb", **self.settings)

    @contextmanager
    def opened_as_is(self, columns: Sequence[str]) -> Iterator[Opened]:
        """The rows of what is no table of transactions, on the same engine; `columns` are those that are used."""
        from crmkit._frame import engines, sources

        told = ("table", "query", "sheet", "header", "skip", "separator", "encoding", "partitions")
        where = {name: self.settings[name] for name in told if name in self.settings}
        with patience(self.name), engines.reading(self.name):
            yield sources.open_source(self.source, sources.Request(columns, **where))


def input_of(
    source: Source,
    customer: Customer = "customer_id",
    date: Date = "date",
    amount: Amount = "amount",
    order: Order = None,
    product: Product = None,
    category: Category = None,
    channel: Channel = None,
    cost: Cost = None,
    currency: Currency = None,
    quantity: Quantity = None,
    price: Price = None,
    discount: Discount = None,
    refund: Refund = None,
    without: Without = None,
    where: Where = None,
    same: Same = None,
    rates: Rates = None,
    table: Table = None,
    query: Query = None,
    sheet: Sheet = None,
    header: Header = True,
    skip: Skip = 0,
    separator: Separator = None,
    partitions: Partitions = False,
    encoding: Encoding = None,
    refunds: Refunds = "net",
    zeros: Zeros = "keep",
    duplicates: Duplicates = "keep",
    timezone: Timezone = None,
    day_end: DayEnd = 0,
    date_format: DateFormat = None,
    decimal: Decimal = None,
    as_of: AsOf = None,
    profile: Profile = None,
    memory_limit: MemoryLimit = None,
) -> Input:
    """INPUT and the options on how to read it, as one thing."""
    settings = {name: value for name, value in locals().items() if name != "source"} | {"without": without or ()}
    settings |= {"amount": None if amount == "none" else amount, "rates": _rates(rates), "same": _same(same)}
    return Input(source[0] if len(source) == 1 else source, settings)


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


def reads_transactions(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command INPUT and the options on how to read it; it gets them as its first argument, an `Input`."""
    shared = inspect.signature(input_of, eval_str=True).parameters
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]

    @functools.wraps(command)
    def run(**given: Any) -> None:
        command(input_of(**{name: given.pop(name) for name in shared}), **given)

    listed = [each.replace(kind=each.KEYWORD_ONLY) for each in (*shared.values(), *own)]
    run.__signature__ = inspect.Signature(listed)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in listed}
    return run
