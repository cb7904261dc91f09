"""What every command shares: INPUT and its options, where the answer goes, groups of options, numbers that are read.

A command is a function that takes a `Call` and its own options, and gives an `Answer`:

```python
@command()
def downgrades(call: Call, period: Every = "week", scheme: Scheme = "eleven") -> Answer:
    found = downgrade_calendar(downgrade_dates(call.tx, scheme=scheme), period=period)
    return Answer({"calendar": found}, call.table(found, FORMATS))
```

Options that travel together are a frozen dataclass: a parameter of that type takes the options of its fields.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import time
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmkit.cli import text
from crmkit.cli.app import app
from crmkit.cli.complaints import BEYOND_LIMIT
from crmkit.cli.options import Input, Manner, Reading
from crmkit.cli.running import patience
from crmkit.errors import ArgumentError

if TYPE_CHECKING:
    from crmkit._frame.sources import Origin
    from crmkit.definitions import Definition
    from crmkit.labels import Language
    from crmkit.transactions import Transactions

_KINDS: Mapping[type, str] = {int: "cli_whole", float: "cli_number"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command found."""

    parts: Mapping[str, Any]  # its tables; the first is the one that a plain file holds
    lines: Sequence[str] = ()  # what is printed
    order: Sequence[str] = ()  # columns that put the first table's rows in order; without, as they stand
    draw: Callable[..., Any] | None = None  # takes the language, gives the axes
    definitions: Sequence[Definition] = ()
    money: Sequence[str] = ()  # columns of money that their names do not tell
    files: Mapping[str, Callable[[str], Any]] = field(default_factory=dict)  # ending -> what writes such a file itself
    refused: Sequence[str] = ()  # why it is no success after all, for standard error
    last: Callable[[], None] | None = None  # what is to be done once everything is written, and only then


@dataclass(slots=True)
class Call:
    """A command as it was given."""

    command: str
    manner: Manner
    options: Mapping[str, Any]
    input: Input | None = None
    stack: ExitStack = field(default_factory=ExitStack)
    endings: Sequence[str] = ()  # of its own kind of file; none are those of tables
    began: float = field(default_factory=time.monotonic)
    _tx: Any = None

    @property
    def language(self) -> Language:
        """The language of what is printed."""
        return text.language_of(self.manner.language)

    @property
    def source(self) -> str:
        """What is read, as it may be shown."""
        return "" if self.input is None else self.input.name

    @property
    def tx(self) -> Transactions:
        """The transactions that INPUT holds, opened when they are first asked for."""
        if self._tx is None and self.input is not None:
            self._tx = self.stack.enter_context(self.input.opened())
        tx: Transactions = self._tx
        return tx

    def rows(self, columns: Sequence[str]) -> Origin:
        """The rows of an INPUT that is no table of transactions."""
        if self.input is None:
            raise ArgumentError("source", None, "cli_no_input")
        return self.stack.enter_context(self.input.opened_as_is(columns))

    @property
    def has_transactions(self) -> bool:
        """Whether transactions were read."""
        return self._tx is not None

    @property
    def writes(self) -> bool:
        """Whether the table is asked for."""
        return self.manner.output is not None

    @property
    def draws(self) -> bool:
        """Whether the picture is asked for."""
        return self.manner.plot is not None

    def table(self, native: Any, formats: text.Formats, **more: Any) -> list[str]:
        """A table as lines of text."""
        return text.table(native, formats, self.language, **more)

    def facts(self, **listed: str) -> list[str]:
        """Lines of facts by their keys."""
        return text.facts(listed, self.language)

    def definition(self, what: Definition) -> list[str]:
        """A definition beneath a table."""
        return text.definition(what, self.language)


def picture(name: str, *data: Any, **options: Any) -> Callable[..., Any]:
    """A drawer of `crmkit.plotting` with what it draws, for when it is asked for."""

    def draw(language: Language) -> Any:
        from crmkit import plotting

        return getattr(plotting, name)(*data, language=language, **options)

    return draw


def command(
    *,
    reads: bool = True,
    must_write: bool = False,
    last: str = "",
    output: str | None = None,
    endings: tuple[str, ...] = (),
) -> Callable[[Callable[..., Answer]], Any]:
    """Make a function a command of its name.

    `reads` gives it INPUT and the options on how to read transactions; `must_write`, its table or picture is the point
    of it; `last` is an option that may also stand as the last word after INPUT; `output` is written if no other is
    named, with one of the `endings` if not those of tables.
    """

    def declare(handler: Callable[..., Answer]) -> Callable[..., Answer]:
        shared = _options_of(Reading) if reads else {}
        groups: dict[str, tuple[Callable[..., Any], list[str]]] = {}
        own: dict[str, inspect.Parameter] = {}
        for each in list(inspect.signature(handler, eval_str=True).parameters.values())[1:]:
            inner = _options_of(each.annotation) if dataclasses.is_dataclass(each.annotation) else {each.name: each}
            if dataclasses.is_dataclass(each.annotation):
                groups[each.name] = (typing.cast(Any, each.annotation), list(inner))
            own |= inner
        manner = _options_of(Manner)
        numbers = {name: each for name, each in {**shared, **own}.items() if _number(each.annotation)}

        @functools.wraps(handler)
        def run(**given: Any) -> None:
            given |= {name: _as_number(each, given[name]) for name, each in numbers.items()}
            asked = Manner(**{name: given.pop(name) for name in manner})
            asked = dataclasses.replace(asked, output=asked.output or output)
            if must_write and asked.output is None and asked.plot is None:
                raise ArgumentError("output", None, "cli_output_needed")
            if last and given[last] is None and len(given["source"]) > 1:
                *given["source"], given[last] = given["source"]
            if not reads:
                where = ("table", "query", "encoding")
                given["input_"] = Input(given["source"], {name: given[name] for name in where})
            else:
                given["input_"] = Reading(**{name: given.pop(name) for name in shared}).input()
            _answer(handler, groups, asked, given, endings)

        placed = sorted([*shared.values(), *own.values(), *manner.values()], key=_place)
        declared = [_declared(each) for each in placed]
        run.__signature__ = inspect.Signature(declared)  # type: ignore[attr-defined]
        run.__annotations__ = {each.name: each.annotation for each in declared}
        app.command(handler.__name__)(run)
        OPTIONS[handler.__name__] = (tuple(own), tuple(shared), tuple(manner))
        return handler

    return declare


# Command -> the names of its own options, of those on INPUT, and of those on the answer, for its help.
OPTIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {}


def _answer(
    handler: Callable[..., Answer],
    groups: Mapping[str, Any],
    asked: Manner,
    given: dict[str, Any],
    endings: Sequence[str],
) -> None:
    """Do the work, and bring the answer where it is to go."""
    from crmkit.cli import delivery

    with ExitStack() as stack:
        read = given.pop("input_", None)
        call = Call(handler.__name__, asked, dict(given), read, stack, endings)
        delivery.refuse_unfit(call)  # now rather than after the work
        values = {name: kind(**{one: given.pop(one) for one in names}) for name, (kind, names) in groups.items()}
        with _patience(call):
            found = handler(call, **given, **values)
            delivery.bring(call, found)
    if found.refused:
        for line in found.refused:
            typer.echo(line, err=True)
        raise typer.Exit(BEYOND_LIMIT)


@contextmanager
def _patience(call: Call) -> Iterator[None]:
    if call.manner.quiet:
        yield
        return
    with patience(f"{call.command} {call.source}".strip()):
        yield


def _place(each: inspect.Parameter) -> int:
    """INPUT first, then other words without an option."""
    said = [one for one in typing.get_args(each.annotation) if isinstance(one, typer.models.ArgumentInfo)]
    return 2 if not said else 0 if each.name == "source" else 1


def _options_of(kind: Any) -> dict[str, inspect.Parameter]:
    """The fields of a dataclass as parameters."""
    hints = typing.get_type_hints(kind, include_extras=True)
    return {
        one.name: inspect.Parameter(
            one.name,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=hints[one.name],
            default=inspect.Parameter.empty if one.default is dataclasses.MISSING else one.default,
        )
        for one in dataclasses.fields(kind)
    }


def _number(annotation: Any) -> type | None:
    """Whether an option is a whole number or any number."""
    inner = typing.get_args(annotation)[0] if typing.get_origin(annotation) is Annotated else annotation
    kinds = set(typing.get_args(inner)) if isinstance(inner, types.UnionType) else {inner}
    return next((kind for kind in _KINDS if kind in kinds), None)


def _declared(each: inspect.Parameter) -> inspect.Parameter:
    """The parameter as typer sees it: numbers are words, which are read here, so that errors are ours."""
    annotation = each.annotation
    default = each.default
    if _number(annotation):
        metadata = typing.get_args(annotation)[1:]
        annotation = Annotated[str if default is each.empty else str | None, *metadata]
        default = default if default is each.empty else None
    return each.replace(kind=each.KEYWORD_ONLY, annotation=annotation, default=default)


def _as_number(each: inspect.Parameter, given: Any) -> Any:
    if given is None:
        return each.default
    kind = _number(each.annotation)
    if kind is None or not isinstance(given, str):
        return given
    try:
        return kind(given.strip())
    except ValueError:
        usual = each.default if isinstance(each.default, int | float) else 1
        raise ArgumentError(each.name, given, _KINDS[kind], example=usual) from None
