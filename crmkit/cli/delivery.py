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

STDOUT = "-"
FORMATS = ("csv", "parquet", "json", "xlsx")
_UNREADABLE = ("parquet", "xlsx")  # on a terminal


def refuse_unfit(call: Call) -> None:
    """Refuse a place that cannot be written to, before the work begins."""
    from crmkit._frame import outputs

    manner, source = call.manner, call.input.sources if call.input else None
    _ = call.language
    if manner.format is not None and manner.format not in FORMATS:
        raise ArgumentError("format", manner.format, "cli_format", example="json")
    if manner.output is not None and manner.output != STDOUT:
        target = outputs.target_of(manner.output, source=source)
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
    if not call.manner.quiet and call.manner.output != STDOUT:
        text.say(*found.lines)
    if call.manner.verbose:
        _tell(call)


def _write(call: Call, found: Answer) -> None:
    from crmkit._frame import outputs

    if found.book is not None and str(call.manner.output).lower().endswith(".xlsx"):
        found.book(str(call.manner.output), language=call.language)
        return
    name = _part(call, found)
    order = found.order if name == next(iter(found.parts)) else ()
    if call.manner.output != STDOUT:
        outputs.write_table(found.parts[name], str(call.manner.output), order=order, look=_look(call, found, name))
        return
    from crmkit._frame.origins import Copies

    copies = Copies.begun()
    path = Path(copies.folder) / f"answer.{call.manner.format or 'csv'}"
    outputs.write_table(found.parts[name], path, order=order, look=_look(call, found, name))
    with path.open("rb") as written:
        text.pour(written)


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
    kinds = engines.kinds(engines.wrap(found.parts[name]))
    heads = {column: text.heading(column, speech) for column in kinds}
    return outputs.Look(
        headings=heads,
        formats={column: _reading.excel_format(column, kind, found.money_digits) for column, kind in kinds.items()},
        money=[column for column in kinds if _reading.is_money(column)],
        digits=found.money_digits,
        bom=(speech == "zh" and manner.output != STDOUT) if manner.bom is None else manner.bom,
        beside=[*_other_parts(found, name, speech), outputs.Sheet("settings", _meaning(call, found))],
    )


def _other_parts(found: Answer, name: str, speech: Any) -> list[Any]:
    """The further tables of an answer, a page each."""
    from crmkit import _reading
    from crmkit._frame import outputs

    pages = []
    for other, native in found.parts.items():
        if other != name:
            columns = text.columns(native)
            rows = zip(*(values.tolist() for values in columns.values()), strict=True)
            digits = found.money_digits
            formats = [_reading.excel_format(one, values.dtype.kind, digits) for one, values in columns.items()]
            heads = [text.heading(one, speech) for one in columns]
            pages.append(outputs.Sheet(other, [heads, list(columns), *rows], formats=formats))
    return pages


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
