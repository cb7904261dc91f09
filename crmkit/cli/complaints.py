"""When it goes wrong: an error in a few lines, with its advice as options of the command line, and the exit code."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import typer

from crmkit import labels
from crmkit.cli.app import app
from crmkit.errors import ArgumentError, CrmkitError

FAULT = 70
QUOTES = "\"'"
_UsageError: Any = typer.BadParameter.__base__  # where it lives depends on the version of typer

# Arguments of the library whose option has another name: command -> argument -> option.
_OTHER_NAMES = {
    "backtest": {"origins": "--origin"},
    "clusters": {"n_clusters": "--number"},
    "score": {"alerts_per_week": "--alerts"},
    "survival": {"times": "--at"},
    "watch": {"alerts_per_week": "--alerts"},
    "winback": {"cost": "--contact-cost"},
}

# What the library says for Python, and what is written for the command line instead.
_OF_PYTHON = {
    r"(?<==)\([\"'](\S+)[\"'], [\"'](\S+)[\"']\)": r'"\1:\2"',  # a period
    r"\(\"([\d-]{10})\", \"([\d-]{10})\"\)": r"\1:\2",
    r"\brule=\{[\"'](\w+)[\"']: (.*?)\}": r"\1=\2",
    r"\b(?:crmkit\.)?(?:Transactions|contract_rates)\(\S+, (.*?)\)\.?": r"\1",
    r"\bBuild the transactions with (?=as_of=)": "Give ",
    r"\bbuild the transactions with (?=as_of=)": "give ",
    r"The latest origin that works is \"(\S+)\"": r'The latest that works is origins="\1"',
    r"Give \"39W\".*? a number of days": "Give 39W, 12M, 2Y or 90D",
    # tables besides the input, own rules, columns of clusters and values of each axis cannot be written
    r", or (?:pass a table|give each axis) [^.]*": "",
    r", or your own rules": "",
    r" Leave it out of columns=\[\.\.\.\]\.": " Take segments instead: crmkit score.",
    r", or give columns that tell customers apart": "",
}


def explained(error: BaseException, words: Sequence[str] = ()) -> int:
    """Tell the user what went wrong with a command of these words, and give the exit code."""
    if isinstance(error, CrmkitError):
        command = words[0] if words else ""
        if error.key in ("absent_columns", "next_steps_join", "durations"):  # its options are written as such already
            _complain(with_columns_asked_for(error.text(command=True), words))
            return 1
        if error.key == "next_steps":
            first, advice = error.fields["first"], error.fields["advice"]
            _complain(f"{as_options(first.text(), options_of(command))}\n{advice.text(command=True)}")
            return 1
        said = as_options(str(error), options_of(command), durations_of(command))
        _complain(with_columns_asked_for(said, words))
        return 2 if isinstance(error, ArgumentError) else 1
    if isinstance(error, _UsageError):
        where = error.ctx.command_path if error.ctx else "crmkit"
        _complain(f"{error.format_message()}\nSee: {where} --help")
        return 2
    fault = _of_the_system(error)
    if fault:
        _complain(fault)
        return 1
    if isinstance(error, KeyboardInterrupt):
        return 130
    reason = (str(error).splitlines() or [""])[0][:300]
    _complain(f"unexpected {type(error).__name__}: {reason}\nThis is a fault of crmkit. Run it again with --debug.")
    return FAULT


def _of_the_system(error: BaseException) -> str:
    """What the machine ran out of, or would not do; empty if the error is ours."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException":
        return CrmkitError("cli_no_memory").text()
    if isinstance(error, OSError) and error.errno is not None:
        where = f" ({error.filename})" if error.filename else ""
        return CrmkitError("cli_system", reason=f"{os.strerror(error.errno)}{where}").text()
    return ""


def _complain(message: str) -> None:
    with contextlib.suppress(OSError):  # nobody is left to tell; the exit code says it
        print(labels.printable(f"error: {message}"), file=sys.stderr, flush=True)


def options_of(command: str) -> dict[str, str]:
    """Argument of the library -> option of a command.

    >>> options_of("watch")["alerts_per_week"], options_of("retention")["fiscal_start"]
    ('--alerts', '--fiscal-start')
    """
    own = {each.name: each.opts[0] for each in _parameters(command) if each.opts[0].startswith("--")}
    return {**own, **_OTHER_NAMES.get(command, {})}


def durations_of(command: str) -> list[str]:
    """Arguments whose option of a command takes a duration.

    >>> durations_of("winback")
    ['inactive', 'horizon']
    """
    return [each.name for each in _parameters(command) if "DURATION" in (each.metavar or "")]


def _parameters(command: str) -> Sequence[Any]:
    commands: Mapping[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    return commands[command].params if command in commands else ()


def with_columns_asked_for(message: str, words: Sequence[str]) -> str:
    """An error about columns that are not there names each option, of these words, that asked for one of them.

    >>> with_columns_asked_for("no column 'sku'; the table has 'item'. Name: --date day", ["check", "--product", "sku"])
    "no column 'sku'; the table has 'item'. Name: --date day --product COLUMN"
    """
    absent = re.match(r"no column (.*?); the table has", message)
    if not absent:
        return message
    split = [part for word in words for part in (word.split("=", 1) if word.startswith("--") else [word])]
    asked = [
        option
        for option, column in itertools.pairwise(split)
        if option.startswith("--") and repr(column) in absent[1] and not re.search(rf"{option}\b", message)
    ]
    return " ".join([message, *(f"{option} COLUMN" for option in asked)])


def as_options(message: str, options: Mapping[str, str], durations: Sequence[str] = ()) -> str:
    """An error's advice for Python, as options of a command.

    >>> named = {name: f"--{name}" for name in ("customer", "date", "amount", "refunds", "table", "query", "base")}
    >>> as_options("Name: crmkit.Transactions(frame, customer='Cust ID', date='Day', amount=...).", named)
    "Name: --customer 'Cust ID' --date Day --amount COLUMN"
    >>> as_options('refunds="none" is not known. table= and query= are for databases.', named)
    '--refunds none is not known. --table and --query are for databases.'
    >>> as_options('Give periods, such as base=("2024-01-01", "2024-03-31").', named)
    'Give periods, such as --base 2024-01-01:2024-03-31.'
    >>> as_options("brackets=[(1, 7), (8, 30)] or days=[1, 7]", {"brackets": "--brackets", "days": "--days"})
    '--brackets 1-7,8-30 or --days 1,7'
    >>> as_options('rule={"inactive": "90D"}; weeks=13', {"inactive": "--inactive"})
    '--inactive 90D; weeks=13'
    >>> as_options("such as horizon=181 (days)", {"horizon": "--horizon"}, ["horizon"])
    'such as --horizon 181D'
    >>> as_options("one is missing: base='x', current=None. Give both.", {"base": "--base", "current": "--current"})
    'one is missing: --base x, no --current. Give both.'
    """
    if durations:
        message = re.sub(rf"\b({'|'.join(durations)})=(\d+)\b(?: \(days\))?", r"\1=\2D", message)
    if "weeks" not in options:  # the scored list takes the watch-list's past as it is
        message = re.sub(r"Give weeks=.*", "Leave alerts= out.", message)
    for of_python, written in _OF_PYTHON.items():
        message = re.sub(of_python, written, message)
    if not options:
        return message
    names = "|".join(sorted(options, key=len, reverse=True))
    value = r"\"[^\"]*\"|'[^']*'|\[[^\]]*\]|\.\.\.|-?\w+(?:\.\d+)?|"
    return re.sub(rf"\b({names})=({value})", lambda found: _option(options[found[1]], found[2]), message).replace(
        ", --", " --"
    )


def _option(option: str, value: str) -> str:
    """An option with its value as it is written on the command line."""
    if value == "None":
        return f"no {option}"
    if value in ("", "..."):
        return f"{option} COLUMN" if value else option
    if value.startswith("["):
        pairs = re.sub(r"\((\w+), (\w+)\)", r"\1-\2", re.sub(r"[\[\]\"']", "", value))
        return f"{option} {pairs.replace(' ', '')}"
    return f"{option} {shlex.quote(value.strip(value[0]) if value[0] in QUOTES else value)}"
