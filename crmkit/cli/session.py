"""A run of the command line, from the words to the exit code."""

from __future__ import annotations

import functools
import io
import itertools
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import typer

from crmkit import _language, labels
from crmkit.cli import (
    basket,
    churn,
    foundation,
    lenses,
    loyalty,
    reporting,
    retention,
    segments,
    survival,
    upgrades,
    value,
)
from crmkit.cli import settings as settings_file
from crmkit.cli.app import app
from crmkit.cli.command import OPTIONS
from crmkit.cli.complaints import explained
from crmkit.cli.helping import command_help
from crmkit.cli.running import notes, signals

FAMILIES = (basket, churn, foundation, lenses, loyalty, reporting, retention, segments, survival, upgrades, value)


def run(arguments: Sequence[str]) -> int:
    """Run the command line and give its exit code; whatever goes wrong is told in a few lines."""
    words = [word for word in arguments if word != "--debug"]
    if not _streams_are_open():
        return 1
    _write_what_can_be_written()
    os.environ.setdefault("MPLBACKEND", "Agg")  # pictures go to files, whatever the desktop
    before = _language._chosen
    with signals() as heard, notes():
        try:
            tree = commands()
            _speak(words, {})
            told = {} if _asks_for_help(words) else settings_file.read(words)
            _speak(words, told)
            settings = {name: _for_command(told, command) for name, command in tree.commands.items()}
            status = tree.main(args=words, prog_name="crmkit", standalone_mode=False, default_map=settings)
        except SystemExit as stop:
            status = stop.code
        except BaseException as error:  # the outermost edge: nobody else is left to tell the user
            if len(words) < len(arguments):
                traceback.print_exc()
            status = None if heard else explained(error, words, commands().commands)
        finally:
            _language.use(before)
        return 128 + heard[0] if heard else int(status or 0)


@functools.cache  # they take longer to make than most commands to run
def commands() -> Any:
    """The commands as typer has them, with their help and the variables that speak for options."""
    tree: Any = typer.main.get_command(app)
    for name, command in tree.commands.items():
        own, shared, manner = OPTIONS.get(name, ((), (), ()))
        for each in command.params:
            if each.name in shared and each.name in settings_file.KEYS:
                each.envvar = settings_file.variable(each.name)
        sections = (own, shared, (*manner, "help"))
        command.get_help = _Help(name, command, sections)
    return tree


class _Help:
    """The help of a command, made when it is asked for."""

    def __init__(self, name: str, command: Any, sections: Any) -> None:
        self.name, self.command, self.sections = name, command, sections

    def __call__(self, ctx: Any) -> str:
        from crmkit.cli import text

        return command_help(self.name, self.command.get_params(ctx), self.sections, text.language_of(None))


def _speak(words: Sequence[str], told: dict[str, Any]) -> None:
    """Let errors and help be in the language that is asked for; one that is not known is refused later."""
    asked = [word.partition("=")[2] for word in words if word.startswith("--language=")]
    asked += [after for word, after in itertools.pairwise(words) if word == "--language"]
    variable = os.environ.get("CRMKIT_LANGUAGE")
    wanted = asked[-1] if asked else told.get("language") if not variable else None
    if wanted in _language.LANGUAGES:
        _language.use(wanted)


def _asks_for_help(words: Sequence[str]) -> bool:
    """Whether nothing is read, so that no settings can stand in the way."""
    return not words or not {"-h", "--help", "--version"}.isdisjoint(words)


def _for_command(told: dict[str, Any], command: Any) -> dict[str, Any]:
    """Settings that a command has options for."""
    _, shared, _ = OPTIONS.get(command.name, ((), (), ()))
    return {name: value for name, value in told.items() if name in shared}


def _streams_are_open() -> bool:
    """Whether there is somewhere to print to; where standard error is closed, what would go there is lost."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  as long as the process lives
    if sys.stdout is None:
        print(labels.phrase("cli_error", message=labels.text("cli_stdout_closed")), file=sys.stderr)
    return sys.stdout is not None


def _write_what_can_be_written() -> None:
    """A terminal that does not know a character shows a question mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
