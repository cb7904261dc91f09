"""The command line: parse, call one public function, print.

Results go to standard output; errors, and progress on a terminal, to standard error. What is printed follows
`--language`; errors are in English. No colours are used.

Exit codes: 0 done; 1 the data or a file cannot be used; 2 the command is not written right; 70 a fault of crmkit
itself; 130 stopped by Ctrl-C, 143 by TERM; 141 the reader of the output went away.
"""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Sequence

import typer

from crmkit.cli import basket, churn, foundation, lenses, loyalty, retention, segments, survival, upgrades
from crmkit.cli.app import app
from crmkit.cli.complaints import explained
from crmkit.cli.running import notes, signals

__all__ = [
    "app",
    "basket",
    "churn",
    "foundation",
    "lenses",
    "loyalty",
    "main",
    "retention",
    "segments",
    "survival",
    "upgrades",
]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code; whatever goes wrong is told in a few lines."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    words = [word for word in given if word != "--debug"]
    if not _streams_are_open():
        return 1
    _write_what_can_be_written()
    with signals() as heard, notes():
        try:
            command = typer.main.get_command(app)
            status = command.main(args=words, prog_name="crmkit", standalone_mode=False)
        except SystemExit as stop:
            status = stop.code
        except BaseException as error:  # the outermost edge: nobody else is left to tell the user
            if len(words) < len(given):
                traceback.print_exc()
            status = None if heard else explained(error, words)
        return 128 + heard[0] if heard else int(status or 0)


def _streams_are_open() -> bool:
    """Whether there is somewhere to print to; where standard error is closed, what would go there is lost."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  as long as the process lives
    if sys.stdout is None:
        print("error: standard output is closed; send it to a file or to /dev/null", file=sys.stderr)
    return sys.stdout is not None


def _write_what_can_be_written() -> None:
    """A terminal that does not know a character shows a question mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
