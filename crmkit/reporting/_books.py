"""The report as a workbook: a sheet per table in full precision, sums and shares as formulas, and what it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from crmkit import _reading
from crmkit._frame import books, engines
from crmkit._frame.books import Kind, Page
from crmkit.reporting._blocks import Tables
from crmkit.reporting._voice import Voice

_MOST_ROWS = 100_000
_WHOLE = ("ledger", "tiers", "segments", "watch", "win_back", "deciles")  # whose rows add up to something


def workbook(sections: Mapping[str, Tables | str], head: Mapping[str, Any], say: Voice) -> bytes:
    """All tables of the sections as one workbook."""
    pages: list[Page] = []
    contents = [[say("sheet_name"), say("sheet_says")]]
    for key, made in sections.items():
        if isinstance(made, str):
            contents.append([say(f"section_{key}"), f"{say('failed')}{say.colon}{made}"])
            continue
        for name, table in made.tables.items():
            pages.append(_page(name, columns_of(table), say))
            contents.append([name, say(f"section_{key}")])
    settings = [[say("setting"), say("setting_value")], *([name, str(value)] for name, value in head.items())]
    for made in sections.values():
        if not isinstance(made, str):
            settings += [[name, str(value)] for name, value in made.figures.items()]
    words = {say("sheet_contents"): contents, say("sheet_settings"): settings,
             say("sheet_definitions"): _definitions(sections, say)}  # fmt: skip
    return books.book(pages, words)


def columns_of(table: Any) -> Mapping[str, Any]:
    """A table as columns, days as dates."""
    found = table if isinstance(table, Mapping) else engines.collect(engines.wrap(table))
    return {name: _column(np.asarray(values))[:_MOST_ROWS] for name, values in found.items()}


def _column(values: Any) -> Any:
    return values.astype("datetime64[D]") if values.dtype.kind == "M" else values


def _page(name: str, columns: Mapping[str, Any], say: Voice) -> Page:
    heads = [_reading.heading(key, say.language) for key in columns]
    kinds = [_kind(key, values) for key, values in columns.items()]
    return Page(name, columns, heads, kinds, say("total") if name in _WHOLE and name != "ledger" else "")


def _kind(key: str, values: Any) -> Kind:
    if values.dtype.kind == "M":
        return "date"
    if values.dtype.kind not in "iuf":
        return "text"
    if _reading.is_share(key):
        return "share"
    if _reading.is_money(key):
        return "money"
    finite = values[np.isfinite(values.astype(float))].astype(float)
    return "count" if (finite == np.rint(finite)).all() else "number"


def _definitions(sections: Mapping[str, Tables | str], say: Voice) -> list[list[str]]:
    rows = [[say("definition"), ""]]
    for made in sections.values():
        for one in [] if isinstance(made, str) else made.definitions:
            rows += [list(line) for line in one.lines(say.language)] + [["", ""]]
    return rows
