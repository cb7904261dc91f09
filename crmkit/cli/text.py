"""What the commands print: facts, tables as text, numbers, in English or Chinese."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias, cast

import typer

from crmkit import labels

if TYPE_CHECKING:
    from crmkit.definitions import Definition
    from crmkit.labels import Language
    from crmkit.transactions import Transactions

Formats: TypeAlias = Mapping[str, Callable[[Any], str]]
CLOSED_PIPE = 141


def say(*lines: str) -> None:
    """Print lines; a reader who has seen enough ends the command."""
    try:
        print(*map(labels.printable, lines), sep="\n", flush=True)
    except BrokenPipeError:
        # The reader has seen enough; what is still buffered must not be written again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(CLOSED_PIPE) from None


def pour(written: IO[bytes]) -> None:
    """Bytes to standard output."""
    try:
        sys.stdout.flush()
        shutil.copyfileobj(written, sys.stdout.buffer)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(CLOSED_PIPE) from None


def language_of(option: str | None) -> Language:
    """The language that `--language` names; without it, the one that is set."""
    return labels.resolve(cast("Language | None", option))


def label(key: str, language: Language) -> str:
    """What people read for a key."""
    return labels.text(key, language)


def phrase(key: str, language: Language, **places: object) -> str:
    """What people read for a key, its {places} filled in."""
    return labels.phrase(key, language, **places)


def columns(native: Any, *names: str) -> dict[str, Any]:
    """Columns of a result table as arrays; all of them if none are named."""
    from crmkit import _frame

    table = _frame.open_table(native)
    return table.collect(table.frame.select(*names) if names else table.frame)


# --- lines --------------------------------------------------------------------------------------------------------


def facts(listed: Mapping[str, str], language: Language) -> list[str]:
    """One line per fact: what it is, by its key, and the fact."""
    return pairs([(label(key, language), fact) for key, fact in listed.items()])


def pairs(listed: Sequence[tuple[str, str]]) -> list[str]:
    """Lines of two columns."""
    firsts = labels.aligned((first for first, _ in listed), left=True)
    return [f"{first}  {second}" for first, (_, second) in zip(firsts, listed, strict=True)]


def table(
    native: Any, formats: Formats, language: Language, *, segments: Sequence[str] = (), **places: object
) -> list[str]:
    """A result table as lines of text: the columns that have a format, words by their labels, numbers to the right.

    `segments` are columns that are called as the segments are; `places` those that headings leave open, such as {days}.
    """
    found = columns(native, *formats)
    lines = []
    for name, form in formats.items():
        head = labels.segment(name, language) if name in segments else heading(name, language).format(**places)
        cells = [head, *(_cell(form, value, language) for value in found[name])]
        lines.append(labels.aligned(cells, left=form in TO_THE_LEFT))
    return ["  ".join(row).rstrip() for row in zip(*lines, strict=True)]


def _cell(form: Callable[[Any], str], value: Any, language: Language) -> str:
    cell = labels.printable(form(value), within_line=True)
    if form is word:
        return label(cell, language)
    if form is segment:
        return labels.segment(cell, language)
    if form is group:
        return labels.group(cell, language)
    return label(f"flag_{cell}", language) if form is flag else cell


def heading(column: str, language: Language) -> str:
    """What a column is called."""
    from crmkit import _reading

    return _reading.named(column, language)


def known(key: str, otherwise: str, language: Language) -> str:
    """What people read for a key, if it is a key of a label."""
    found = label(key, language)
    return otherwise if found == key else found


def definition(what: Definition, language: Language) -> list[str]:
    """A definition beneath a table."""
    return ["", *pairs(what.lines(language))]


# --- cells --------------------------------------------------------------------------------------------------------


def word(key: Any) -> str:
    """A key, which `table` puts into words."""
    return str(key)


def segment(name: Any) -> str:
    """A segment, tier, stage or pattern, which `table` calls by its label."""
    return str(name)


def group(key: Any) -> str:
    """A group of the user's own, or one that `table` puts into words: all, ungrouped, the year before."""
    return str(key)


def flag(value: Any) -> str:
    """Yes or no, which `table` puts into words."""
    return str(bool(value)).lower()


def ready(written: Any) -> str:
    """Figures that are written already."""
    return str(written)


def verbatim(value: Any) -> str:
    """Text or an id as it is."""
    return "" if value is None or value != value else str(value)


def count(number: Any) -> str:
    """A number of something; a missing one is a dash."""
    return "-" if number is None or number != number else f"{int(number):,}"


def share_of(part: int, whole: int) -> str:
    """So many of all, with the share that they are."""
    return f"{count(part)} ({percent(part / whole)})"


def number(value: Any) -> str:
    """A number with its decimals if it has any, as of days; a missing one is a dash."""
    return "-" if value is None or value != value else f"{value:,.10g}"


def percent(share: Any) -> str:
    """A share; a missing one is a dash."""
    return "-" if share is None or share != share else f"{share:.1%}"


def decimal(number: Any) -> str:
    """A number with one decimal; a missing one is a dash."""
    return "-" if number is None or number != number else f"{number:,.1f}"


def figure(number: Any) -> str:
    """A number with four decimals; a missing one is a dash."""
    return "-" if number is None or number != number else f"{number:,.4f}"


def cents(amount: Any) -> str:
    """Money with two decimals; a missing amount is a dash."""
    return "-" if amount is None or amount != amount else f"{amount:,.2f}"


def points(difference: Any) -> str:
    """A difference of two shares in percentage points; a missing one is a dash."""
    return "-" if difference is None or difference != difference else f"{100 * difference:+.1f}"


def relative(share: Any) -> str:
    """A relative difference with its sign; a missing one is a dash."""
    return "-" if share is None or share != share else f"{share:+.1%}"


def intervals(low: Any, high: Any, form: Callable[[Any], str]) -> Any:
    """The two ends of each interval in one cell; a dash where there is none."""
    import numpy as np

    return np.array(["-" if a != a else f"[{form(a)}, {form(b)}]" for a, b in zip(low, high, strict=True)], object)


def date(value: Any) -> str:
    """A date; a missing one is a dash."""
    return "-" if value is None or value != value else str(value)[:10]


def money(tx: Transactions) -> Callable[[Any], str]:
    """Money with all the decimals that the data have, but at least two, so that printed figures add up."""
    digits = money_digits(tx)
    return lambda amount: "-" if amount is None or amount != amount else f"{amount:,.{digits}f}"


def money_digits(tx: Transactions) -> int:
    """The decimals of money: all that the data have, but at least two."""
    return max(2, len(str(tx.scale)) - 1) if tx.guard == 1 else 2


def roles_of(tx: Transactions) -> str:
    """Which column plays which role."""
    return ", ".join(f"{role}={column}" for role, column in tx.roles.items())


def beside(target: Path) -> str:
    """A path from here where it is below here."""
    here = Path.cwd()
    return str(target.relative_to(here)) if target.is_relative_to(here) else str(target)


TO_THE_LEFT = (word, segment, group, flag, verbatim)
SHARES: Formats = {"customers": count, "customer_share": percent, "value": cents, "value_share": percent}
SEGMENTS: Formats = {"segment": segment, **SHARES}
