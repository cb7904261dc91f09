"""When it goes wrong: an error in a few lines, with its advice as options of the command line, and the exit code."""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import typer

from crmkit import _near, labels
from crmkit.errors import ArgumentError, ColumnError, CrmkitError

FAULT, BEYOND_LIMIT = 70, 3  # exit codes beside 1 (data, files) and 2 (the command)
_UsageError: Any = typer.BadParameter.__base__  # where it lives depends on the version of typer


def explained(error: BaseException, words: Sequence[str] = (), commands: Mapping[str, Any] | None = None) -> int:
    """Tell the user what went wrong with a command of these words, and give the exit code."""
    if isinstance(error, _UsageError):
        where = error.ctx.command_path if error.ctx else "crmkit"
        _complain(f"{_misuse(error).text(command={})}\n{labels.phrase('cli_see_help', command=where)}")
        return 2
    if isinstance(error, CrmkitError):
        options = options_of((commands or {}).get(words[0] if words else ""))
        _complain(error.text(command=options) + _asked_for(error, words, options))
        return 2 if isinstance(error, ArgumentError) else 1
    fault = _of_the_system(error)
    if fault is not None:
        _complain(fault.text(command={"memory_limit": "--memory-limit"}))
        return 1
    if isinstance(error, KeyboardInterrupt):
        return 130
    reason = (str(error).splitlines() or [""])[0][:300]
    _complain(CrmkitError("cli_fault", kind=type(error).__name__, reason=reason).text())
    return FAULT


def options_of(command: Any) -> dict[str, str]:
    """Argument of the library -> option of a command: parameters are called as the arguments are."""
    params = command.params if command is not None else ()
    return {each.name: each.opts[0] for each in params if each.opts[0].startswith("-")}


def _misuse(error: Any) -> CrmkitError:
    """What typer cannot read, in our words."""
    kind = type(error).__name__
    if kind == "NoSuchOption":
        known = [one for each in error.ctx.command.params for one in (*each.opts, *each.secondary_opts)]
        names = {one.lstrip("-").replace("-", "_"): one for one in known if one.startswith("--")}
        near = _near.keywords(error.option_name.lstrip("-").replace("-", "_"), names)
        meant = " / ".join(names[one] for one in near)
        if meant:
            return ArgumentError("cli_no_option_near", name=error.option_name, near=meant)
        return ArgumentError("cli_no_option", name=error.option_name)
    if kind == "MissingParameter" and error.param is not None:
        option = error.param.opts[0]
        written = f"{option} {error.param.metavar or ''}".strip() if option.startswith("-") else error.param.metavar
        return ArgumentError("cli_missing", name=written)
    if kind in ("BadOptionUsage", "BadArgumentUsage") and getattr(error, "option_name", None):
        return ArgumentError("cli_missing_value", name=error.option_name)
    return ArgumentError("cli_misuse", reason=error.format_message())


def _of_the_system(error: BaseException) -> CrmkitError | None:
    """What the machine ran out of, or would not do; nothing if the error is ours."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException":
        return CrmkitError("cli_no_memory")
    if isinstance(error, OSError) and error.errno is not None:
        where = f" ({error.filename})" if error.filename else ""
        return CrmkitError("cli_system", reason=f"{os.strerror(error.errno)}{where}")
    return None


def _complain(message: str) -> None:
    said = labels.phrase("cli_error", message=message)
    with contextlib.suppress(OSError):  # nobody is left to tell; the exit code says it
        print(labels.printable(said), file=sys.stderr, flush=True)


def _asked_for(error: CrmkitError, words: Sequence[str], options: Mapping[str, str]) -> str:
    """The options, of these words, that asked for columns that are not there, if the advice leaves them out."""
    absent = error.fields.get("absent", ())
    if not isinstance(error, ColumnError) or error.key != "absent_columns":
        return ""
    said = error.text(command=options)
    split = [part for word in words for part in (word.split("=", 1) if word.startswith("--") else [word])]
    asked = [
        f" {option} COLUMN"
        for option, column in itertools.pairwise(split)
        if option.startswith("--") and repr(column) in str(absent) and f"{option} " not in said
    ]
    return "".join(asked)
