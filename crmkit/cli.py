"""The command line: parse, call one public function, print.

Results go to standard output; errors, and progress on a terminal, to standard error. What is printed follows
`--language`; errors are in English. No colours are used.

Exit codes: 0 done; 1 the data or a file cannot be used; 2 the command is not written right; 70 a fault of crmkit
itself; 130 stopped by Ctrl-C, 143 by TERM; 141 the reader of the output went away.
"""

from __future__ import annotations

import functools
import inspect
import io
import os
import re
import shlex
import signal
import socket
import sys
import threading
import time
import traceback
import unicodedata
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, cast

import typer

from crmkit import errors

if TYPE_CHECKING:
    from crmkit.labels import Language
    from crmkit.transactions import Transactions

Formats: TypeAlias = Mapping[str, Callable[[Any], str]]

FAULT, CLOSED_PIPE = 70, 141
QUOTES = "\"'"
PATIENCE = 2.0  # seconds of work before a terminal is told of it
_UsageError: Any = typer.BadParameter.__base__  # where it lives depends on the version of typer

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 data or file cannot be used, 2 command not written right, 70 fault of crmkit, "
    "130 stopped. With --debug anywhere, an error shows its trace.",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code; whatever goes wrong is told in a few lines."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    words = [word for word in given if word != "--debug"]
    _write_what_can_be_written()
    with _signals() as heard, _notes():
        try:
            command = typer.main.get_command(app)
            status = command.main(args=words, prog_name="crmkit", standalone_mode=False)
        except SystemExit as stop:
            status = stop.code
        except BaseException as error:  # the outermost edge: nobody else is left to tell the user
            if len(words) < len(given):
                traceback.print_exc()
            status = None if heard else _explained(error)
        return 128 + heard[0] if heard else int(status or 0)


@contextmanager
def _notes() -> Iterator[None]:
    """Warnings of crmkit as one line each, without the place in the code that a script's reader has no use for."""

    def told(message: Warning | str, *_: Any, **__: Any) -> None:
        print(f"note: {message}", file=sys.stderr)

    with warnings.catch_warnings():
        warnings.showwarning = told
        warnings.simplefilter("always", category=errors.NoLifetimeValueWarning)
        yield


# --- options ----------------------------------------------------------------------------------------------------

Source = Annotated[
    str,
    typer.Argument(
        metavar="INPUT",
        help="File of transactions (CSV, Parquet, JSON lines, Excel, SQLite, DuckDB), a pattern in quotes "
        '("sales/*.csv"), or postgresql://user@host/database.',
    ),
]
_column = functools.partial(typer.Option, metavar="COLUMN")
Customer = Annotated[str, _column(help="Column of the customer's id.")]
Date = Annotated[str, _column(help="Column of the date or time stamp.")]
Amount = Annotated[str, _column(help="Column of the money; refunds are negative.")]
Order = Annotated[str | None, _column(help="Column of the order's id; without it a day is one order.")]
Cost = Annotated[str | None, _column(help="Column of the cost of each row.")]
Currency = Annotated[str | None, _column(help="Column of the currency; more than one is refused.")]
Table = Annotated[str | None, typer.Option(metavar="NAME", help="Table of a database, or sheet of an Excel book.")]
Query = Annotated[str | None, typer.Option(metavar="SQL", help="Query to a database.")]
Encoding = Annotated[str | None, typer.Option(metavar="NAME", help="Encoding of a CSV, such as gb18030.")]
Refunds = Annotated[str, typer.Option(metavar="net|drop|ignore", help="What happens to negative amounts.")]
Zeros = Annotated[str, typer.Option(metavar="keep|drop", help="What happens to amounts of 0.")]
Duplicates = Annotated[str, typer.Option(metavar="keep|drop", help="What happens to rows that repeat another exactly.")]
Timezone = Annotated[str | None, typer.Option(metavar="ZONE", help="Zone whose days count, such as Asia/Shanghai.")]
DateFormat = Annotated[str | None, typer.Option(metavar="FORMAT", help="How dates are written, such as %d/%m/%Y.")]
Decimal = Annotated[str | None, typer.Option(metavar=".|,", help='Decimal mark of money that is text ("$1,234.50").')]
AsOf = Annotated[str | None, typer.Option(metavar="DATE", help="Where the past ends; else the last date of the data.")]
MemoryLimit = Annotated[str | None, typer.Option(metavar="SIZE", help="Most memory to use, such as 2GB.")]
Words = Annotated[str, typer.Option("--language", metavar="en|zh", help="Language of what is printed and of labels.")]
Bins = Annotated[int, typer.Option(help="Levels of the RFM scores.")]
Scheme = Annotated[str, typer.Option(metavar="eleven|eight", help="Segments.")]
Tiers = Annotated[str, typer.Option(metavar="textbook|curry|zeithaml|abc", help="Tiers of the customer pyramid.")]
Horizon = Annotated[
    str,
    typer.Option(
        metavar="DURATION|none", help="How far the forecast of purchases and value looks; none leaves it out."
    ),
]
DiscountRate = Annotated[float, typer.Option(help="Annual and effective: 0.1 is 10 % a year.")]
Margin = Annotated[float, typer.Option(help="Share of the spend that is margin, for the lifetime value.")]
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


@dataclass(frozen=True, slots=True)
class Input:
    """What the options say about the transactions to read."""

    source: str
    settings: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The source as it may be shown: an address without its password."""
        return self.source.split("@")[-1] if "://" in self.source else self.source

    @contextmanager
    def opened(self) -> Iterator[Transactions]:
        """The transactions, on the engine that need not load them; for work that a waiting user is told of."""
        from crmkit._frame import engines
        from crmkit.transactions import read

        with _patience(self.name), engines.reading(self.name):
            yield read(self.source, into="duckdb", **self.settings)


def _input(
    source: Source,
    customer: Customer = "customer_id",
    date: Date = "date",
    amount: Amount = "amount",
    order: Order = None,
    cost: Cost = None,
    currency: Currency = None,
    table: Table = None,
    query: Query = None,
    encoding: Encoding = None,
    refunds: Refunds = "net",
    zeros: Zeros = "keep",
    duplicates: Duplicates = "keep",
    timezone: Timezone = None,
    date_format: DateFormat = None,
    decimal: Decimal = None,
    as_of: AsOf = None,
    memory_limit: MemoryLimit = None,
) -> Input:
    settings = {name: value for name, value in locals().items() if name != "source"}
    return Input(source, settings)


def _reads_transactions(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command INPUT and the options on how to read it; it gets them as its first argument, an `Input`."""
    shared = inspect.signature(_input, eval_str=True).parameters
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]

    @functools.wraps(command)
    def run(**given: Any) -> None:
        command(_input(**{name: given.pop(name) for name in shared}), **given)

    listed = [each.replace(kind=each.KEYWORD_ONLY) for each in (*shared.values(), *own)]
    run.__signature__ = inspect.Signature(listed)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in listed}
    return run


# --- commands ---------------------------------------------------------------------------------------------------


@app.callback(invoke_without_command=True)
def crmkit(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and stop.")] = False,
) -> None:
    """Customer analytics on transaction tables: what came in, who the customers are, what they are worth."""
    if version:
        from crmkit import __version__

        _say(f"crmkit {__version__}")
    elif context.invoked_subcommand is None:
        _say(context.get_help())


@app.command()
def demo(output: Folder = "crmkit-demo", language: Words = "en") -> None:
    """Score CDNOW's customers.

    Reads the 23,570 real customers of the CDNOW data, prints the headline and writes the scored list.
    """
    from crmkit import datasets
    from crmkit._frame import outputs
    from crmkit.scoring import headline, score_customers

    speech = _language(language)
    with _patience("CDNOW"):
        scored = score_customers(datasets.load_cdnow(), language=speech)
        found = headline(scored, language=speech)
        target = outputs.folder_of(output) / "customers.csv"
        outputs.write_table(scored, target, order=["customer_id"], bom=speech == "zh")
    _say(*_facts([*found.lines(speech), (_label("written", speech), _beside(target))]))
    _say("", *_shown(found.segments, _SEGMENTS, speech))


@app.command()
@_reads_transactions
def check(given: Input, language: Words = "en") -> None:
    """Print the ledger of the input.

    What came in, what is left out and why, what is used; and what is worth knowing about that.
    """
    speech = _language(language)
    with given.opened() as tx:
        facts = {"input_source": given.name, "as_of": str(tx.as_of), "roles": _roles(tx)}
        _say(*_facts([(_label(key, speech), text) for key, text in facts.items()]))
        formats: Formats = {"rows": _count, "customers": _count, "amount": _money(tx)}
        _say("", *_shown(tx.ledger, {"step": _name, **formats}, speech))
        _say("", *_shown(tx.notes, {"note": _name, **formats}, speech))


@app.command()
@_reads_transactions
def score(
    given: Input,
    output: Output,
    bins: Bins = 5,
    scheme: Scheme = "eleven",
    tiers: Tiers = "textbook",
    horizon: Horizon = "52W",
    discount_rate: DiscountRate = 0.1,
    margin: Margin = 1.0,
    bom: Bom = None,
    language: Words = "en",
) -> None:
    """Write the scored list of customers.

    One row per customer: the summary, RFM scores, segment, tier, expected purchases and lifetime value.
    """
    from crmkit._frame import outputs
    from crmkit.rfm import describe_segments
    from crmkit.scoring import score_customers

    speech = _language(language)
    outputs.target_of(output, source=given.source)  # refused now rather than after the work
    with given.opened() as tx:
        scored = score_customers(
            tx,
            bins=bins,
            scheme=scheme,
            tiers=tiers,
            horizon=None if horizon == "none" else horizon,
            discount_rate=discount_rate,
            margin=margin,
            language=speech,
        )
        outputs.write_table(scored, output, order=["customer_id"], bom=speech == "zh" if bom is None else bom)
        totals = _columns(describe_segments(scored), "customers", "value")
        facts = {
            "written": output,
            "customers": _count(totals["customers"].sum()),
            "monetary": _money(tx)(totals["value"].sum()),
            "as_of": str(tx.as_of),
        }
    _say(*_facts([(_label(key, speech), text) for key, text in facts.items()]))


@app.command()
@_reads_transactions
def pyramid(given: Input, tiers: Tiers = "textbook", language: Words = "en") -> None:
    """Print the customer pyramid.

    The tiers of customers by spend, and how few customers bring how much of it.
    """
    from crmkit.pyramid import concentration, describe_tiers
    from crmkit.scoring import score_customers

    speech = _language(language)
    with given.opened() as tx:
        scored = score_customers(tx, tiers=tiers, horizon=None, language=speech)
        found, table = concentration(scored), describe_tiers(scored)
        facts = {
            "customers": _count(found.customers),
            "monetary": _money(tx)(found.value),
            "gini": f"{found.gini:.3f}",
            "as_of": str(tx.as_of),
        }
        _say(*_facts([(_label(key, speech), text) for key, text in facts.items()]))
        _say("", *_shown(table, {"tier": _name, **_SHARES, "value": _money(tx), "mean_value": _money(tx)}, speech))
        _say("", *_shown(found.top, {"customer_share": _percent, "customers": _count, "value_share": _percent}, speech))
        _say(
            "", *_shown(found.reach, {"value_share": _percent, "customers": _count, "customer_share": _percent}, speech)
        )


# --- what is printed --------------------------------------------------------------------------------------------


def _say(*lines: str) -> None:
    try:
        print(*lines, sep="\n", flush=True)
    except BrokenPipeError:
        # The reader has seen enough; what is still buffered must not be written again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(CLOSED_PIPE) from None


def _write_what_can_be_written() -> None:
    """A terminal that does not know a character shows a question mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _language(name: str) -> Language:
    from crmkit import _checks, labels

    return cast("Language", _checks.choice("language", name, labels.LANGUAGES))


def _label(key: str, language: Language) -> str:
    from crmkit import labels

    return labels.text(key, language)


def _columns(native: Any, *names: str) -> dict[str, Any]:
    """Columns of a result table as arrays."""
    from crmkit import _frame

    table = _frame.open_table(native)
    return table.collect(table.frame.select(*names))


def _facts(facts: Sequence[tuple[str, str]]) -> list[str]:
    """One line per fact: what it is, and the fact."""
    width = max(_width(label) for label, _ in facts)
    return [f"{_padded(label, width)}  {fact}" for label, fact in facts]


def _shown(native: Any, formats: Formats, language: Language) -> list[str]:
    """A result table as lines of text: the columns that have a format, text by its label, numbers to the right."""
    columns = _columns(native, *formats)
    lines = []
    for name, form in formats.items():
        cells = [_label(form(value), language) if form is _name else form(value) for value in columns[name]]
        cells = [_label(name, language), *cells]
        width = max(map(_width, cells))
        lines.append([_padded(cell, width if form is _name else -width) for cell in cells])
    return ["  ".join(row).rstrip() for row in zip(*lines, strict=True)]


def _width(text: str) -> int:
    """Places that a text takes on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _padded(text: str, width: int) -> str:
    """A text filled up to a width, on the left if that is negative."""
    blank = " " * (abs(width) - _width(text))
    return text + blank if width > 0 else blank + text


def _name(key: Any) -> str:
    return str(key)


def _count(number: Any) -> str:
    return f"{int(number):,}"


def _percent(share: Any) -> str:
    return f"{share:.1%}"


def _cents(amount: Any) -> str:
    return f"{amount:,.2f}"


def _money(tx: Transactions) -> Callable[[Any], str]:
    """Money with all the decimals that the data have, but at least two, so that printed figures add up."""
    digits = max(2, len(str(tx.scale)) - 1) if tx.guard == 1 else 2
    return lambda amount: f"{amount:,.{digits}f}"


def _roles(tx: Transactions) -> str:
    return ", ".join(f"{role}={column}" for role, column in tx.roles.items())


def _beside(target: Path) -> str:
    """A path from here where it is below here."""
    here = Path.cwd()
    return str(target.relative_to(here)) if target.is_relative_to(here) else str(target)


_SHARES: Formats = {"customers": _count, "customer_share": _percent, "value": _cents, "value_share": _percent}
_SEGMENTS: Formats = {"segment": _name, **_SHARES}


# --- while it runs ----------------------------------------------------------------------------------------------


@contextmanager
def _patience(name: str) -> Iterator[None]:
    """Tell a terminal what is being worked on, once that takes longer than a moment."""
    if not sys.stderr.isatty():
        yield
        return
    done = threading.Event()
    teller = threading.Thread(target=_tell, args=(name, done), daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()


def _tell(name: str, done: threading.Event) -> None:
    start, told = time.monotonic(), ""
    while not done.wait(1.0 if told else PATIENCE):
        told = f"{name}: {time.monotonic() - start:.0f} s"
        print(f"\r{told}", end="", file=sys.stderr, flush=True)
    if told:
        print("\r" + " " * _width(told), end="\r", file=sys.stderr, flush=True)


@contextmanager
def _signals() -> Iterator[list[int]]:
    """Let Ctrl-C and TERM stop the work, a running query too; gives the signals that were heard."""
    heard: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield heard
        return

    def stop(number: int, _: Any) -> None:
        heard.append(number)
        raise KeyboardInterrupt

    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    listener = threading.Thread(target=_stop_queries, args=(ours,), daemon=True)
    wanted = [number for number in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in wanted}
    wakeup = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    listener.start()
    try:
        yield heard
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        theirs.close()
        listener.join()
        ours.close()


def _stop_queries(signals: socket.socket) -> None:
    """Python runs no handler while the engine works, so a second thread tells the engine to stop."""
    while signals.recv(1):
        from crmkit._frame import engines

        engines.stop_queries()


# --- when it goes wrong -----------------------------------------------------------------------------------------


def _explained(error: BaseException) -> int:
    """Tell the user what went wrong, and give the exit code."""
    from crmkit.errors import ArgumentError, CrmkitError

    if isinstance(error, CrmkitError):
        _complain(_as_options(str(error)))
        return 2 if isinstance(error, ArgumentError) else 1
    if isinstance(error, _UsageError):
        where = error.ctx.command_path if error.ctx else "crmkit"
        _complain(f"{error.format_message()}\nSee: {where} --help")
        return 2
    reason = (str(error).splitlines() or [""])[0][:300]
    _complain(f"unexpected {type(error).__name__}: {reason}\nThis is a fault of crmkit. Run it again with --debug.")
    return FAULT


def _complain(message: str) -> None:
    print(f"error: {message}", file=sys.stderr)


def _as_options(message: str) -> str:
    """An error's advice for Python, as options of the command line.

    >>> _as_options("Name the columns: crmkit.Transactions(frame, customer='Cust ID', date='Day', amount=...).")
    "Name the columns: --customer 'Cust ID' --date Day --amount COLUMN"
    >>> _as_options('refunds="none" is not known. table= and query= are for databases.')
    '--refunds none is not known. --table and --query are for databases.'
    """
    named = [name for name in inspect.signature(_input).parameters if name != "source"]
    argument = rf"\b({'|'.join([*named, 'bins', 'scheme', 'tiers', 'language'])})=(\"[^\"]*\"|'[^']*'|\.\.\.|\w*)"
    message = re.sub(r"crmkit\.Transactions\(frame, (.*?)\)\.?", r"\1", message)
    return re.sub(argument, _option, message).replace(", --", " --")


def _option(argument: re.Match[str]) -> str:
    name, value = f"--{argument[1].replace('_', '-')}", argument[2]
    if value in ("", "..."):
        return f"{name} COLUMN" if value else name
    return f"{name} {shlex.quote(value.strip(value[0]) if value[0] in QUOTES else value)}"
