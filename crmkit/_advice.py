"""From an error of the door to the call that works: what is proposed was tried on the data.

An error that knows its remedy carries it as the field `fix`, arguments by name. `next_steps` reads again with them, up
to what stands in the way next, so that one message has all that the second call needs.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crmkit import labels
from crmkit.errors import CrmkitError, InputFileError, Options, on_command_line

Arguments = Mapping[str, Any]
_MOST_STEPS = 4
UNKNOWN = "..."  # in place of a column that the user must name


class Advice(CrmkitError):  # noqa: N818
    """A call that works, as a part of an error.

    Its fields: `arguments` of the call, `fixes` among them that say how to read the source, `paths` if others than
    those given are to be read; `export` and its `title` if the columns are those of one; `trouble`, an error that is
    left; `where`, a filter to think of.
    """

    def text(self, language: labels.Language | None = None, *, command: Options | None = None) -> str:
        """The advice; the call is one of Python, or options of the command line."""
        fields, parts = self.fields, []
        fixes, paths = fields.get("fixes") or {}, fields.get("paths") or ()
        arguments = {**fixes, **fields["arguments"]}
        if fields["export"]:
            call = written(fields["arguments"], command=command is not None)
            profile = {**fixes, "profile": fields["export"]}
            on_terminal = command is not None
            whole = _whole(profile, paths, command=on_terminal) if fixes else written(profile, command=on_terminal)
            said = CrmkitError("absent_export", title=fields["title"], profile=whole, call=call).text(language)
        else:
            key = "absent_call" if fields["arguments"] else "next_call"
            call = _whole(arguments, paths, command=command is not None, read=bool(fixes))
            said = CrmkitError(key, call=call).text(language)
        parts.append(re.sub(r"[.。]$", "", said) if command is not None else said)
        if fields["trouble"] is not None:
            parts.append(fields["trouble"].text(language, command=command))
        if fields["where"]:
            where = written({"where": fields["where"]}, command=command is not None)
            parts.append(CrmkitError("absent_filter", where=where).text(language))
        return "\n".join(parts)


class Durations(CrmkitError):  # noqa: N818
    """The call for a table of durations (`arguments`), as a part of an error; `paths` are its files, if known."""

    def text(self, language: labels.Language | None = None, *, command: Options | None = None) -> str:  # noqa: ARG002
        """The call, in Python or as a command."""
        options = written(self.fields["arguments"], command=command is not None)
        if command is None:
            return f"crmkit.survival.kaplan_meier(table, {options})"
        paths = " ".join(map(shlex.quote, self.fields.get("paths") or ["INPUT"]))
        return f"crmkit survival {paths} {options}"


def _whole(arguments: Arguments, paths: Sequence[str], *, command: bool, read: bool = True) -> str:
    """The whole call, with what is to be read if that is not what was given."""
    options = written(arguments, command=command)
    if command:
        return " ".join([*map(shlex.quote, paths), options])
    if not read:
        return f"crmkit.Transactions(frame, {options})"
    return f"crmkit.read({list(paths) if paths else 'path'}, {options})"


def written(arguments: Arguments, *, command: bool) -> str:
    """Arguments as they are written in Python or on the command line."""
    if not command:
        return ", ".join(f"{name}={value if value == UNKNOWN else repr(value)}" for name, value in arguments.items())
    return " ".join(_option(name, value) for name, value in arguments.items())


def _option(name: str, value: Any) -> str:
    option = name.replace("_", "-")
    if isinstance(value, bool):
        return f"--{option}" if value else f"--no-{option}"
    return f"--{option} {'COLUMN' if value == UNKNOWN else on_command_line(value)}"


def next_steps(first: CrmkitError, retry: Callable[[Arguments], None]) -> CrmkitError:
    """The error, with the call that works in place of the first step towards it."""
    fixes: dict[str, Any] = {}
    error: CrmkitError | None = first
    while error is not None and (fix := error.fields.get("fix")) and not fix.keys() <= fixes.keys():
        fixes |= fix
        if len(fixes) > _MOST_STEPS:
            break
        error = _outcome(retry, fixes)
    if not fixes or (error is None and fixes == first.fields["fix"]):
        return first
    said: dict[str, Any] = {"arguments": {}, "export": None, "title": None, "trouble": error, "where": None}
    if error is not None and error.key == "absent_columns":
        said |= {name: error.fields[name] for name in said}
    kind = InputFileError if isinstance(first, InputFileError) else type(first)
    return kind("next_steps", first=first, advice=Advice("absent_call", **said, fixes=fixes))


def _outcome(retry: Callable[[Arguments], None], fixes: Arguments) -> CrmkitError | None:
    try:
        retry(fixes)
    except CrmkitError as error:
        return error
    return None


def joined(first: CrmkitError, paths: Sequence[str], fixes: Arguments, export: str, title: str) -> CrmkitError:
    """The error of a table that is a part of an export, with the query that puts it together."""
    said: dict[str, Any] = {"arguments": {}, "export": None, "title": title, "trouble": None, "where": None}
    advice = Advice("next_call", **said, fixes={**fixes, "profile": export}, paths=paths)
    return type(first)("next_steps_join", title=title, advice=advice)
