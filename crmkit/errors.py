"""What crmkit raises, and how an error speaks.

An error names what is wrong, shows up to three offending values, says what was expected and gives the next step,
ready to paste. Every error is a `CrmkitError`, so scripts can catch one class; each is also the built-in error that
fits, so nobody has to know the library to handle it.

An error carries fields, not a sentence: the sentence is made here, in the language that is set, from the words of
`crmkit.labels.errors`, and for the terminal with `--option value` in place of `argument=value`. Two forms:

```python
raise ArgumentError("top", top, "share", example=0.2)         # top=7 is not a share ... such as top=0.2.
raise DataError("nothing_to_use", rows=12, as_of=as_of)       # a sentence of its own, with {rows} and {as_of} filled in
```

In the words an argument is written as in a call, `days=[1, 7]` or `horizon="{half}D"`: the value is a literal of
Python, so it is known how a command line writes it. What only a program can do has other words there, under
`command_<key>`.
"""

from __future__ import annotations

import ast
import os
import re
import shlex
import string
import sys
import warnings
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

from crmkit import _language
from crmkit._language import Language

__all__ = [
    "ArgumentError",
    "CallError",
    "ColumnError",
    "CrmkitError",
    "DataError",
    "InputFileError",
    "MissingPackageError",
    "NoLifetimeValueWarning",
    "NotFittedError",
    "UnknownNameError",
]

_NOTHING: Final = object()
_LONGEST = 60  # characters of a value that an error quotes
_LONGEST_PATH = 4096  # of a text that stands in a sentence as it is: systems have no longer paths
_HERE = os.path.dirname(os.path.abspath(__file__)) + os.sep
# A password in an address, user:password@host, and in a setting of a connection. A password may hold an @ and a slash.
_PASSWORDS = re.compile(r"(://[^\s:/@'\"]*:)\S+(?=@)|(\bpass(?:word|wd)\s*=\s*)('[^']*'|[^\s&'\"]+)", re.IGNORECASE)

# The sentences, (English, Chinese) by key; filled by `labels` when it is imported, which lies above this room.
_words: dict[str, tuple[str, str]] = {}

# The option of each argument of the command that was run; None in a program.
Options: TypeAlias = Mapping[str, str]
# An argument as the words have it; its value may have places that are still to be filled.
_INNER = r"(?:\{\{|\}\}|\{[^{}]*\}|[^()\[\]{}])*"
_VALUE = (
    rf"\"[^\"]*\"|'[^']*'|\((?:\({_INNER}\)|{_INNER})*\)|\[(?:\({_INNER}\)|{_INNER})*\]|\{{\{{{_INNER}\}}\}}"
    r"|\.\.\.|\{[^{}]+\}|-?[\w.]*\w(?:-\w+)*|"
)
_MENTION = re.compile(rf"(\{{(?:argument|option|name)\}}|\b[a-z]\w*)=({_VALUE})(, (?=[a-z]\w*=))?")

_FRAME = {
    "refused": ("{name_given} is not {expected}.", "{name_given} 不是 {expected}。"),
    "advised": (" Give one, such as {name_example}.", "请改用例如 {name_example}。"),
}


def know(words: Mapping[str, tuple[str, str]]) -> None:
    """Add sentences, or what is expected of an argument, by key."""
    _words.update(words)


class Words:
    """A part of a sentence that is put into words with it, in its language: a key, or a pair (English, Chinese).

    >>> DataError("some_key", who=Words(("nobody", "没有人"))).fields["who"].text("zh")
    '没有人'
    """

    def __init__(self, said: str | tuple[str, str], /, **fields: Any) -> None:
        self.said, self.fields = said, fields

    def text(self, language: Language | None = None, *, command: Options | None = None) -> str:
        """The words in a language (that which is set by default), for a program or a command."""
        spoken = language or _language.current()
        words = _template(self.said, spoken, command) if isinstance(self.said, str) else self.said[_at(spoken)]
        return _Sentence(spoken, command).filled(words, _Places(self.fields))

    def __str__(self) -> str:
        return self.text()


class _Sentence(string.Formatter):
    """Fills a sentence: values are quoted in short, parts are put into its language."""

    def __init__(self, language: Language, command: Options | None = None) -> None:
        self.language, self.command = language, command

    def filled(self, words: str, places: Mapping[str, Any]) -> str:
        """The sentence with its places filled, and for a command with its arguments as options."""
        if self.command is None:
            return self.vformat(words, (), places)
        options, end = self.command, 0
        parts: list[str] = []
        for found in _MENTION.finditer(words):
            name = str(places.get(found[1][1:-1], "")) if found[1].startswith("{") else found[1]
            if name not in options and not name.startswith("--") and not _has_keys(found[2], options):
                continue
            value = self.vformat(found[2], (), places)
            comma = " " if found[3] and words[found.end() :].split("=")[0] in options else found[3] or ""
            written = as_option(name, value, options)
            if written.startswith("no ") and parts and parts[-1] == " ":
                parts[-1] = ", "
            parts += [self.vformat(words[end : found.start()], (), places), written, comma]
            end = found.end()
        return "".join([*parts, self.vformat(words[end:], (), places)])

    def convert_field(self, value: Any, conversion: Any) -> Any:
        return quoted(value) if conversion == "r" else super().convert_field(value, conversion)

    def format_field(self, value: Any, spec: str) -> str:
        if isinstance(value, Words):
            return value.text(self.language, command=self.command)
        if isinstance(value, str) and len(value) > _LONGEST_PATH:
            value = f"{value[:_LONGEST]}..."
        return str(super().format_field(value, spec))


def _has_keys(value: str, options: Options) -> bool:
    """Whether it is a mapping whose keys are options: rule={{"inactive": "90D"}}."""
    key = re.match(r"\{\{[\"'](\w+)", value)
    return key is not None and key[1] in options


def as_option(argument: str, value: str, options: Options) -> str:
    """An argument and its value, a literal of Python, as a command line has them.

    >>> named = {"base": "--base", "days": "--days", "inactive": "--inactive", "date": "--date"}
    >>> as_option("base", '("2024-01-01", "2024-03-31")', named), as_option("days", "[1, 7]", named)
    ('--base 2024-01-01:2024-03-31', '--days 1,7')
    >>> as_option("rule", '{"inactive": "90D"}', named), as_option("date", "...", named), as_option("date", "", named)
    ('--inactive 90D', '--date COLUMN', '--date')
    """
    option = options.get(argument, argument)
    if not value:
        return option
    if value.startswith("range("):
        first, after = ast.literal_eval(value[5:])
        return f"{option} {first}-{after - 1}"
    try:
        literal = ast.literal_eval(value)
    except (ValueError, SyntaxError):  # a word as it is: n_clusters=auto
        return f"{option} {shlex.quote(value)}"
    if isinstance(literal, dict) and argument not in options:
        return " ".join(f"{options.get(name, name)} {on_command_line(one)}" for name, one in literal.items())
    return f"no {option}" if literal is None else f"{option} {on_command_line(literal)}"


def on_command_line(value: Any) -> str:
    """A value as it is written after an option.

    >>> on_command_line([(1, 7), (8, 30)]), on_command_line(["Cust ID", "a"]), on_command_line(("a", "b"))
    ('1-7,8-30', "'Cust ID,a'", 'a:b')
    """
    if value is ...:
        return "COLUMN"
    if isinstance(value, tuple) and type(value) is not tuple:  # one that writes itself as a plain one
        value = ast.literal_eval(repr(value))
    if isinstance(value, list):
        return shlex.quote(",".join("-".join(map(str, one)) if isinstance(one, tuple) else str(one) for one in value))
    if isinstance(value, tuple):
        return ":".join(map(str, value))
    return shlex.quote(str(value))


def _at(language: Language) -> int:
    return _language.LANGUAGES.index(language)


class CrmkitError(Exception):
    """Base class of every error that crmkit raises on purpose.

    Attributes
    ----------
    key : str
        Which sentence it is; `crmkit.labels.errors` has its words.
    fields : mapping
        What fills the sentence: column, path, values seen.
    argument, given, expected, example
        The argument that is wrong, its value, what was expected (in the language that is set), and a value that would
        do; None where the error is not about an argument.
    """

    _blamed: tuple[str, Any] | None = None
    _opening = ""

    def __init__(self, key: str, /, **fields: Any) -> None:
        super().__init__(key)
        self.key, self.fields = key, fields

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (type(self), self.key, self.fields)

    @property
    def argument(self) -> str | None:
        """Name of the argument that is wrong."""
        return self.fields.get("argument", self._blamed[0] if self._blamed else None)

    @property
    def given(self) -> Any:
        """The value that was given for it; an address without its password."""
        value = self.fields.get("given", self._blamed[1] if self._blamed else None)
        return without_password(value) if isinstance(value, str) else value

    def blame(self, argument: str, given: Any, *, aloud: bool) -> None:
        """Say of which argument a sentence speaks that names none; `aloud`, at the beginning of the message."""
        self._blamed = (argument, given)
        self._opening = f"{argument}={quoted(given)}: " if aloud else ""

    @property
    def example(self) -> Any:
        """A value that would do."""
        return self.fields.get("example")

    @property
    def expected(self) -> str | None:
        """What was expected of the argument, in the language that is set."""
        return _template(self.key, _language.current()) if "argument" in self.fields else None

    def text(self, language: Language | None = None, *, command: Options | None = None) -> str:
        """The whole message; with the options of a `command`, arguments are written as these.

        >>> ArgumentError("top", 7, "share", example=0.2).text(command={"top": "--top"})
        '--top 7 is not a share between 0 and 1. Give one, such as --top 0.2.'
        """
        said = language or _language.current()
        fields = {name: value.text(said, command=command) if isinstance(value, CrmkitError) else value
                  for name, value in self.fields.items()}  # fmt: skip
        places = _places(fields, command)
        sentence = _template(self.key, said, command)
        if "argument" in self.fields and "{" not in sentence and self.key in _words:
            frame = {name: words[_at(said)] for name, words in _FRAME.items()}
            advised = frame["advised"] if "example" in self.fields else ""
            expected = _Sentence(said, command).filled(sentence, places)
            sentence, places = frame["refused"] + advised, _Places(places, expected=expected)
            return without_password(_Sentence(said).vformat(sentence, (), places))
        # a sentence without words here is shown as it is, braces and all
        return without_password(_Sentence(said, command).filled(sentence, places) if self.key in _words else sentence)

    def __str__(self) -> str:
        # KeyError would show the repr of its argument, which prints line breaks as \n.
        return self._opening + self.text()


def _rebuilt(kind: type[CrmkitError], key: str, fields: Mapping[str, Any]) -> CrmkitError:
    error = kind.__new__(kind)
    CrmkitError.__init__(error, key, **fields)
    return error


def _template(key: str, language: Language, command: Options | None = None) -> str:
    words = _words.get(key) if command is None else _words.get(f"command_{key}", _words.get(key))
    return key if words is None else words[_at(language)]


class _Places(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def _places(fields: Mapping[str, Any], command: Options | None) -> Mapping[str, Any]:
    """The fields as they are written into a sentence."""
    places = _Places(fields)
    if "argument" not in fields:
        return places
    argument = str(fields["argument"])
    option = argument if command is None else command.get(argument, f"--{argument.replace('_', '-')}")
    places["argument"] = option
    for name in ("given", "example"):
        value = fields.get(name)
        if command is None:
            places[name] = _example(value) if name == "example" else quoted(value)
            places[f"name_{name}"] = f"{argument}={places[name]}"
        else:
            places[name] = on_command_line(value)[:_LONGEST]
            places[f"name_{name}"] = option if value is None else f"{option} {places[name]}"
    return places


class ColumnError(CrmkitError, KeyError):
    """A column is absent, named twice, of the wrong type, or has missing values."""

    __str__ = CrmkitError.__str__


class DataError(CrmkitError, ValueError):
    """The columns are there, but their values cannot be used."""


class ArgumentError(CrmkitError, ValueError):
    """An argument has a value that the function does not know or that contradicts another.

    `expected` is the key of what was expected ("share": a share between 0 and 1), or of a whole sentence with places
    such as {argument}, {given} and {name_example}.
    """

    def __init__(
        self, argument: str, given: Any = _NOTHING, expected: str = "", example: Any = _NOTHING, **fields: Any
    ) -> None:
        if given is _NOTHING:  # a sentence, or the key of one, that is about no single argument
            super().__init__(argument, **fields)
            return
        shown_example = {} if example is _NOTHING else {"example": example}
        super().__init__(expected, argument=argument, given=given, **shown_example, **fields)


class CallError(ArgumentError, TypeError):
    """A function was called with an argument that it does not have, or without one that it needs.

    The message names the nearest argument, also by what other packages call it.
    """


class UnknownNameError(CrmkitError, AttributeError):
    """A module or a result does not have an attribute; the message names the nearest one, or the way to it."""


class NotFittedError(CrmkitError, AttributeError):
    """A method that needs `fit` was called before it."""


class InputFileError(CrmkitError, OSError):
    """A file or database cannot be read, or an output cannot be written."""

    __str__ = CrmkitError.__str__


class MissingPackageError(CrmkitError, ImportError):
    """A feature needs a package that is not installed; the message says which extra brings it."""

    __str__ = CrmkitError.__str__


class LargePullWarning(UserWarning):
    """A step brings a large table out of its engine into memory; the message says how large."""


class NoLifetimeValueWarning(UserWarning):
    """A list of customers comes without (or with a simpler) lifetime value; the message says why."""


class OneMeanSpendWarning(NoLifetimeValueWarning):
    """All customers of a list are taken to spend the same per purchase; the message says why."""


class FewOriginsWarning(UserWarning):
    """A past is too short to test a forecast on it, so its interval is the model's own word; the message says more."""


class NoDropoutWarning(UserWarning):
    """The data do not tell whether customers leave, so `p_alive` is missing; the message says more."""


def shown(values: Iterable[object], most: int = 3) -> str:
    """Up to three values, as an error quotes them.

    >>> shown(["n/a", 7, "x", "y"])
    "'n/a', 7, 'x', ..."
    """
    listed = [quoted(value) for value in values]
    return ", ".join(listed[:most]) + (", ..." if len(listed) > most else "")


def quoted(value: object) -> str:
    """A value as an error quotes it: what is long or has many lines by the name of its type, a text by its beginning.

    >>> quoted(["segment"]), quoted(list(range(99))), len(quoted("x" * 999))
    ("['segment']", '<list>', 60)
    """
    try:
        text = value.__name__ if isinstance(value, type) else repr(value)
    except Exception:
        return f"<{type(value).__name__}>"
    if isinstance(value, str):
        return without_password(text)[:_LONGEST]  # first, or half of a password would be left
    text = without_password(text)
    return text if "\n" not in text and len(text) <= _LONGEST else f"<{type(value).__name__}>"


def without_password(text: str) -> str:
    """A text with the passwords of its addresses and connections starred.

    >>> without_password("postgresql://me:p@ss/word@host:1/shop"), without_password("host=h password=x user=me")
    ('postgresql://me:***@host:1/shop', 'host=h password=*** user=me')
    """
    return _PASSWORDS.sub(lambda found: f"{found[1] or found[2]}***", text)


def warn(warning: Warning) -> None:
    """Warn, at the line outside of crmkit that called it, however deep inside the reason was found."""
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_HERE):
        level, frame = level + 1, frame.f_back
    warnings.warn(warning, stacklevel=level)


def _example(value: object) -> str:
    """A value as it is pasted."""
    return f'"{value}"' if isinstance(value, str) and '"' not in value else quoted(value)
