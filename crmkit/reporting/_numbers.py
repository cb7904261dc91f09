"""The report for machines: every table and figure behind its sections, English keys, full precision."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from crmkit._results import plain
from crmkit.reporting._blocks import Tables


def numbers(sections: Mapping[str, Tables | str], head: Mapping[str, Any]) -> str:
    """One JSON object: `report` (the head) and each section with its `tables`, `figures` and `definitions`.

    A section that could not be made has its reason as `error`.
    """
    found: dict[str, Any] = {"report": plain(head)}
    for key, made in sections.items():
        found[key] = {"error": made} if isinstance(made, str) else _section(made)
    return json.dumps(found, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _section(made: Tables) -> dict[str, Any]:
    tables = {name: plain(rows_of(table)) for name, table in made.tables.items()}
    return {"tables": tables, "figures": plain(made.figures), "definitions": plain(list(made.definitions))}


def rows_of(table: Any) -> Any:
    """A table given by its columns as rows; any other as it is."""
    if not isinstance(table, Mapping):
        return table
    lists = {name: values.tolist() for name, values in table.items()}
    return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]
