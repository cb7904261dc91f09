"""Where the answer of a command goes: a file or standard output, a picture, the terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmkit import labels
from crmkit.cli import text
from crmkit.errors import ArgumentError, on_command_line

if TYPE_CHECKING:
    from crmkit.cli.command import Answer, Call
    from crmkit.labels import Language

STDOUT = "-"
FORMATS = ("csv", "parquet", "json", "xlsx")
_UNREADABLE = ("parquet", "xlsx")  # on a terminal


def refuse_unfit(call: Call) -> None:
    """Refuse a place that cannot be written to, before the work begins."""
    from crmkit._frame import outputs

    manner, source = call.manner, call.input.sources if call.input else None
    _ = call.language
    formats = tuple(ending[1:] for ending in call.endings) or FORMATS
    if manner.format is not None and manner.format not in formats:
        raise ArgumentError("format", manner.format, "cli_format", formats=", ".join(formats), first=formats[0])
    if manner.output is not None and manner.output != STDOUT:
        target = outputs.target_of(manner.output, source=source, endings=call.endings)
        if manner.format is not None and target.suffix.lower() != f".{manner.format}":
            raise ArgumentError("format", manner.format, "cli_format_and_file", output=manner.output)
    elif manner.format is not None and manner.output is None:
        raise ArgumentError("format", manner.format, "cli_format_alone")
    elif manner.format in _UNREADABLE and sys.stdout.isatty():
        raise ArgumentError("format", manner.format, "cli_format_terminal")
    if manner.part is not None and manner.output is None:
        raise ArgumentError("part", manner.part, "cli_part_alone")
    if manner.plot is not None:
        outputs.target_of(manner.plot, source=source, endings=outputs.PICTURES)


def bring(call: Call, found: Answer) -> None:
    """Write the table, draw the picture, print the lines."""
    if call.manner.output is not None:
        _write(call, found)
    if call.manner.plot is not None:
        _draw(call, found)
    if found.last is not None:
        found.last()
    if not call.manner.quiet and call.manner.output != STDOUT:
        text.say(*found.lines)
    if call.manner.verbose:
        _tell(call)


def _write(call: Call, found: Answer) -> None:
    if call.manner.output != STDOUT:
        _write_file(call, found, str(call.manner.output))
        return
    from crmkit._frame.origins import Copies

    copies = Copies.begun()
    usual = call.endings[0][1:] if call.endings else FORMATS[0]
    path = Path(copies.folder) / f"answer.{call.manner.format or usual}"
    _write_file(call, found, str(path))
    with path.open("rb") as written:
        text.pour(written)


def _write_file(call: Call, found: Answer, path: str) -> None:
    from crmkit._frame import outputs

    ending = Path(path).suffix.lower()
    if ending in found.files:
        found.files[ending](path)
        return
    name = _part(call, found)
    order = found.order if name == next(iter(found.parts)) else ()
    outputs.write_table(found.parts[name], path, order=order, look=_look(call, found, name))


def _part(call: Call, found: Answer) -> str:
    """The table that is asked for; without a word, the first."""
    from crmkit import _near

    asked, known = call.manner.part, list(found.parts)
    if not known:
        raise ArgumentError("output", call.manner.output, "cli_no_table")
    if asked is None or asked in known:
        return asked or known[0]
    near = _near.closest(asked, known) or known
    raise ArgumentError("part", asked, "cli_unknown_part", known=", ".join(known), near=near[0])


def _look(call: Call, found: Answer, name: str) -> Any:
    """How people see it: headings, money, and what stands on the further pages of a book."""
    from crmkit import _reading
    from crmkit._frame import engines, outputs

    speech, manner = call.language, call.manner
    digits = text.money_digits(call.tx) if call.has_transactions else 2
    kinds = engines.kinds(engines.wrap(found.parts[name]))
    others = {other: native for other, native in found.parts.items() if other != name}
    pages = [_page(other, native, found, digits, speech) for other, native in others.items()]
    return outputs.Look(
        headings={column: text.heading(column, speech) for column in kinds},
        formats={column: _format(column, kind, found, digits) for column, kind in kinds.items()},
        money=[column for column in kinds if _reading.is_money(column) or column in found.money],
        digits=digits,
        bom=(speech == "zh" and manner.output != STDOUT) if manner.bom is None else manner.bom,
        beside=[*pages, outputs.Sheet("settings", _meaning(call, found))],
    )


def _format(column: str, kind: str, found: Answer, digits: int) -> str:
    """How Excel is to write the numbers of a column."""
    from crmkit import _reading

    return _reading.excel_format("amount" if column in found.money else column, kind, digits)


def _page(name: str, native: Any, found: Answer, digits: int, speech: Language) -> Any:
    """A further table of an answer as a page of a book."""
    from crmkit._frame import outputs

    columns = text.columns(native)
    rows = zip(*(values.tolist() for values in columns.values()), strict=True)
    formats = [_format(one, values.dtype.kind, found, digits) for one, values in columns.items()]
    return outputs.Sheet(name, [[text.heading(one, speech) for one in columns], list(columns), *rows], formats=formats)


def _meaning(call: Call, found: Answer) -> list[list[str]]:
    """What the figures count, and the settings that made them."""
    speech = call.language
    lines = [list(line) for what in found.definitions for line in what.lines(speech)]
    return [*lines, *([["", ""]] if lines else []), *map(list, settings(call).items())]


def settings(call: Call) -> Mapping[str, str]:
    """What an answer was made of, by words of the language."""
    from crmkit import __version__

    speech = call.language
    made = {"made_by": f"crmkit {__version__}: {call.command}"}
    if call.input is not None:
        made["input_source"] = call.input.name
    if call.has_transactions:
        made |= {"as_of": str(call.tx.as_of), "roles": text.roles_of(call.tx)}
    said = {name: value for name, value in call.options.items() if value not in (None, False)}
    told = {f"--{name.replace('_', '-')}": on_command_line(value) for name, value in said.items()}
    return {text.label(key, speech): said for key, said in made.items()} | told


def _draw(call: Call, found: Answer) -> None:
    from crmkit._frame import outputs

    path = str(call.manner.plot)
    if found.draw is None:
        raise ArgumentError("plot", path, "cli_no_picture", command=call.command)
    axes = found.draw(language=call.language)
    figure = (axes if hasattr(axes, "figure") else axes.flat[0] if hasattr(axes, "flat") else axes[0]).figure
    with outputs.aside(path, outputs.PICTURES) as part:
        figure.savefig(part, format=Path(path).suffix[1:].lower(), dpi=150, bbox_inches="tight")


def _tell(call: Call) -> None:
    """What was read and how long it took, on standard error."""
    took = text.phrase("took_seconds", call.language, seconds=f"{time.monotonic() - call.began:.1f}")
    said = [*text.pairs(list(settings(call).items())), took]
    print(*map(labels.printable, said), sep="\n", file=sys.stderr)
