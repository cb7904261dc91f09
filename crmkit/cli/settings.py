"""`crmkit.toml`: which column plays which role, how the file is read, and the language, said once.

```toml
language = "zh"

[roles]
customer = "CustomerID"
date = "InvoiceDate"
amount = "Revenue"

[file]
encoding = "gb18030"
decimal = ","
```

It never holds queries, keys or outputs: whoever can write it must not be able to run anything, read a database or
replace a file. So it must belong to the user (or the system's administrator), and nobody else may write it.
Options come first, then variables such as CRMKIT_CUSTOMER, then this file.
"""

from __future__ import annotations

import itertools
import os
import stat
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crmkit import _checks, _near
from crmkit._language import LANGUAGES
from crmkit.errors import InputFileError

NAME = "crmkit.toml"
ROLES = (
    "customer", "date", "amount", "order", "product", "category", "channel", "cost", "currency", "quantity", "price",
    "discount", "refund", "without",
)  # fmt: skip
FILE = (
    "table", "sheet", "header", "skip", "separator", "partitions", "encoding", "refunds", "zeros", "duplicates",
    "timezone", "day_end", "date_format", "decimal", "profile",
)  # fmt: skip
KEYS = (*ROLES, *FILE)
_FLAGS, _NUMBERS, _LISTS = ("header", "partitions"), ("skip", "day_end"), ("without",)
_LARGEST = 100_000  # bytes


def variable(name: str) -> str:
    """The variable of the environment that speaks for an option.

    >>> variable("day_end")
    'CRMKIT_DAY_END'
    """
    return f"CRMKIT_{name.upper()}"


def read(words: Sequence[str]) -> dict[str, Any]:
    """What the settings say, by option: those that the words of a command name, or of the working folder."""
    named = [word.partition("=")[2] for word in words if word.startswith("--config=")]
    named += [after for word, after in itertools.pairwise(words) if word == "--config"]
    if named and named[-1] == "none":
        return {}
    path = Path(named[-1] if named else NAME)
    if not named and not path.is_file():
        return {}
    return checked(_parsed(path), str(path))


def _parsed(path: Path) -> dict[str, Any]:
    """The file as TOML, once it is the user's own."""
    try:
        with path.open("rb") as file:
            _refuse_foreign(os.fstat(file.fileno()), str(path))
            return tomllib.loads(file.read(_LARGEST).decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputFileError("cli_settings_toml", path=str(path), reason=str(error)) from None
    except OSError as error:
        if isinstance(error, InputFileError):
            raise
        raise InputFileError("cannot_open", path=str(path), reason=error.strerror or str(error)) from None


def _refuse_foreign(found: os.stat_result, path: str) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise InputFileError("cli_settings_no_file", path=path)
    if hasattr(os, "getuid") and found.st_uid not in (os.getuid(), 0):
        raise InputFileError("cli_settings_owner", path=path)
    if os.name == "posix" and found.st_mode & stat.S_IWOTH:
        raise InputFileError("cli_settings_writable", path=path)


def checked(told: dict[str, Any], path: str) -> dict[str, Any]:
    """The settings by option, once every key is known and every value is of its kind.

    >>> checked({"language": "zh", "roles": {"customer": "id"}, "file": {"skip": 2}}, "crmkit.toml")
    {'language': 'zh', 'customer': 'id', 'skip': '2'}
    >>> checked({"file": {"sheet": ["2023", "2024"]}}, "crmkit.toml")
    {'sheet': '2023,2024'}
    """
    found: dict[str, Any] = {}
    for key, value in told.items():
        if key in ("roles", "file") and isinstance(value, dict):
            known = ROLES if key == "roles" else FILE
            for name, inner in value.items():
                found[_known(name, known, key, path)] = _value(name, inner, path)
        elif key == "language":
            found[key] = _value(key, value, path)
        else:
            _known(key, ("language", "roles", "file"), "", path)
            raise InputFileError("cli_settings_value", path=path, key=key, value=value, kind="[table]")
    return found


def _known(name: str, known: Sequence[str], table: str, path: str) -> str:
    if name in known:
        return name
    everywhere = {"language": ""} | dict.fromkeys(ROLES, "[roles] ") | dict.fromkeys(FILE, "[file] ")
    near = _near.keywords(name, known) or _near.keywords(name, list(everywhere))
    meant = f"{everywhere.get(near[0], '')}{near[0]}" if near else ", ".join(known)
    written = f"[{table}] {name}" if table else name
    raise InputFileError("cli_settings_key", path=path, key=written, meant=meant)


def _value(name: str, value: Any, path: str) -> Any:
    """A value as the option would have it."""
    if name == "sheet" and isinstance(value, list) and all(isinstance(one, str) for one in value):
        value = ",".join(value)
    if name in _FLAGS:
        kind, fits = "true / false", isinstance(value, bool)
    elif name in _NUMBERS:
        kind, fits = "1, 2, 3 ...", isinstance(value, int) and not isinstance(value, bool)
    elif name in _LISTS:
        kind, fits = '["a", "b"]', isinstance(value, list) and all(isinstance(one, str) for one in value)
    else:
        kind, fits = '"text"', isinstance(value, str)
    if not fits:
        raise InputFileError("cli_settings_value", path=path, key=name, value=value, kind=kind)
    if name == "language":
        _checks.choice("language", value, LANGUAGES)
    return str(value) if name in _NUMBERS else value
