"""JSON files: all values as text, as they are written, so that no type is guessed from the first rows."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from typing import Any

from crmkit._frame import process, sql
from crmkit._frame.origins import Origin, stamp_of
from crmkit._frame.requests import Request, unique_names
from crmkit.errors import InputFileError, shown


def read_json(files: Sequence[str], request: Request) -> Origin:
    """Rows of JSON lines, or of an array of objects."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for file in files:
        groups.setdefault(tuple(_names(file, request)), []).append(file)
    asked = [name for name in request.columns if any(name in names for names in groups)]
    for names, group in groups.items():
        absent = [name for name in asked if name not in names]
        if absent:
            raise InputFileError("column_absent_here", path=group[0], columns=shown(absent), has=shown(names, most=10))
    scans = [_scan(group, names) for names, group in groups.items()]
    return Origin(
        " UNION ALL BY NAME ".join(scans),
        stamps=tuple(map(stamp_of, files)),
        plain_text=True,
        explain=lambda: _explain(files),
    )


def _explain(files: Sequence[str]) -> None:
    """Name the first line that is no JSON; the engine counts from elsewhere."""
    for file in files:
        opened: Any = gzip.open if file.lower().endswith(".gz") else open
        with opened(file, "rt", encoding="utf-8") as text:
            lines = iter(text)
            for at, line in enumerate(lines, 1):
                if at == 1 and line.lstrip().startswith("["):
                    break
                _refuse_no_json(line, at, file)


def _refuse_no_json(line: str, at: int, file: str) -> None:
    try:
        json.loads(line or "null") if line.strip() else None
    except ValueError:
        raise InputFileError("line_not_json", path=file, line=at, text=shown([line.strip()])) from None


def _names(file: str, request: Request) -> list[str]:
    listed = sql.texts([sql.literal_path(file)])
    found = process.connection().sql(f"SELECT * FROM read_json({listed}, maximum_depth = 1, hive_partitioning = false)")
    return unique_names(found.columns, request.columns, file)


def _scan(files: Sequence[str], names: Sequence[str]) -> str:
    columns = ", ".join(f"{sql.text(name)}: 'VARCHAR'" for name in names)
    listed = sql.texts(map(sql.literal_path, files))
    return f"SELECT * FROM read_json({listed}, columns = {{{columns}}}, hive_partitioning = false)"
