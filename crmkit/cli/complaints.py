"""When it goes wrong: an error in a few lines, with its advice as options of the command line, and the exit code."""

from __future__ import annotations

import inspect
import re
import shlex
import sys
from typing import Any

import typer

from crmkit.cli.options import input_of

FAULT = 70
QUOTES = "\"'"
_UsageError: Any = typer.BadParameter.__base__  # where it lives depends on the version of typer


def explained(error: BaseException) -> int:
    """Tell the user what went wrong, and give the exit code."""
    from crmkit.errors import ArgumentError, CrmkitError

    if isinstance(error, CrmkitError):
        _complain(as_options(str(error)))
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


# Options of single commands that errors name.
_OWN = (
    "bins", "scheme", "tiers", "language", "base", "current", "period", "by", "horizon", "cut", "fiscal_start", "kind",
)  # fmt: skip


def as_options(message: str) -> str:
    """An error's advice for Python, as options of the command line.

    >>> as_options("Name the columns: crmkit.Transactions(frame, customer='Cust ID', date='Day', amount=...).")
    "Name the columns: --customer 'Cust ID' --date Day --amount COLUMN"
    >>> as_options('refunds="none" is not known. table= and query= are for databases.')
    '--refunds none is not known. --table and --query are for databases.'
    >>> as_options('Give periods, such as base=("2024-01-01", "2024-03-31").')
    'Give periods, such as --base 2024-01-01:2024-03-31.'
    """
    named = [name for name in inspect.signature(input_of).parameters if name != "source"]
    argument = rf"\b({'|'.join([*named, *_OWN])})=(\"[^\"]*\"|'[^']*'|\.\.\.|\w*)"
    message = re.sub(r'\("(\S+)", "(\S+)"\)', r'"\1:\2"', message)  # a period
    message = re.sub(r"crmkit\.Transactions\(frame, (.*?)\)\.?", r"\1", message)
    return re.sub(argument, _option, message).replace(", --", " --")


def _option(argument: re.Match[str]) -> str:
    name, value = f"--{argument[1].replace('_', '-')}", argument[2]
    if value in ("", "..."):
        return f"{name} COLUMN" if value else name
    return f"{name} {shlex.quote(value.strip(value[0]) if value[0] in QUOTES else value)}"
