"""The command about surveys: who recommends, who is satisfied, and what satisfaction depends on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmkit.cli import text
from crmkit.cli.command import Answer, Call, command
from crmkit.cli.options import Column, Customer, Encoding, Number, Query, Several, Source, Table, listed
from crmkit.errors import ArgumentError, ColumnError, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

_NUMBER = r"^\s*[+-]?\d+(\.\d+)?\s*$"


@dataclass(frozen=True, slots=True)
class Survey:
    """A file of a survey, and what its columns are."""

    source: Source
    score: Annotated[str | None, typer.Option(metavar="COLUMN")] = "nps"
    by: Column = None
    items: Several = None
    overall: Column = None
    customer: Customer = "customer_id"
    date: Customer = "date"
    table: Table = None
    query: Query = None
    encoding: Encoding = None


@command(reads=False)
def loyalty(
    call: Call,
    given: Survey,
    period: Annotated[str | None, typer.Option(metavar="day|week|month|quarter|year")] = None,
    top: Number = 2,
    scale: Annotated[str, typer.Option(metavar="LOWEST-HIGHEST")] = "1-5",
) -> Answer:
    """Print the net promoter score of a survey, by group and over time."""
    from crmkit import loyalty as surveys

    asked = listed(given.items) or []
    score = None if given.score in (None, "none") else given.score
    numbers = [name for name in (score, *asked, given.overall) if name is not None]
    if not numbers:
        raise ArgumentError("items", None, "item_columns", example="staff,price")
    ends = _scale(scale)
    rows = call.rows([name for name in (*numbers, given.by, given.customer, given.date) if name is not None])
    survey = _with_numbers(rows.frame(), numbers).to_native()
    options: dict[str, Any] = {"customer": given.customer, "date": given.date}
    parts: dict[str, Any] = {}
    found: list[tuple[Any, list[str]]] = []
    if score is not None:
        scores = surveys.nps(survey, score=score, by=given.by, period=period, **options)  # type: ignore[arg-type]
        parts["scores"] = scores.table
        found.append((scores, _scores(scores, call)))
    if asked:
        csat = surveys.csat(survey, items=asked, top=top, scale=ends, by=given.by, **options)
        parts["items"] = csat.table
        found.append((csat, _items(csat, call)))
    if asked and given.overall is not None:
        drivers = surveys.drivers(survey, items=asked, overall=given.overall)
        parts["drivers"] = drivers.table
        found.append((drivers, _drivers(drivers, call)))
    lines = [line for at, (_, said) in enumerate(found) for line in ([""] if at else []) + said]
    first = found[0][0]
    return Answer(parts, lines, draw=first.plot, definitions=[each.definition for each, _ in found])


def _with_numbers(frame: Any, columns: Sequence[str]) -> Any:
    """Scores that are text, as files without types have them, as numbers; what is none of them is refused."""
    import narwhals.stable.v2 as nw

    from crmkit._frame import engines

    schema = frame.collect_schema()
    for name in [column for column in columns if column in schema and schema[column] == nw.String]:
        told = nw.col(name).str.strip_chars()
        odd = frame.filter((told != "") & ~told.str.contains(_NUMBER)).select(name).head(4)
        values = engines.collect(odd)[name].tolist()
        if values:
            raise ColumnError("survey_text", column=name, values=shown(values))
        number = nw.when(told != "").then(told)
        frame = frame.with_columns(number.cast(nw.Float64).alias(name))
    return frame


def _scale(written: str) -> tuple[float, float]:
    ends = written.split("-")
    if len(ends) != 2 or not all(end.strip().isdecimal() for end in ends):
        raise ArgumentError("scale", written, "scale", example="1-5")
    return float(ends[0]), float(ends[1])


def _scores(found: Any, call: Call) -> list[str]:
    columns = text.columns(found.table)
    formats: text.Formats = {
        **{name: form for name, form in (("period", text.verbatim), ("group", text.group)) if name in columns},
        "respondents": text.count, "promoters": text.count, "passives": text.count, "detractors": text.count,
        "nps": text.percent, "nps_low": text.percent, "nps_high": text.percent,
    }  # fmt: skip
    lines = call.table(found.table, formats)
    if "group" in columns or "period" in columns:
        whole = {name: form for name, form in formats.items() if name not in ("period", "group")}
        lines += ["", text.label("loyalty_overall", call.language), *call.table(found.overall, whole)]
    notes = text.columns(found.notes)
    if len(notes["note"]):
        lines += ["", *call.table(found.notes, {"note": text.word, "answers": text.count})]
    return [*lines, *call.definition(found.definition)]


def _items(found: Any, call: Call) -> list[str]:
    columns = _items_named(found.table)
    formats: text.Formats = {
        **({"group": text.group} if "group" in columns else {}),
        "survey_item": text.verbatim, "respondents": text.count, "satisfied": text.count, "csat": text.percent,
        "csat_low": text.percent, "csat_high": text.percent,
    }  # fmt: skip
    return [*call.table(columns, formats), *call.definition(found.definition)]


def _items_named(table: Any) -> dict[str, Any]:
    """The columns, items under a name whose heading is not that of things that are sold."""
    columns = text.columns(table)
    return columns | {"survey_item": columns["item"]}


def _drivers(found: Any, call: Call) -> list[str]:
    formats: text.Formats = {
        "survey_item": text.verbatim, "performance": text.decimal, "derived_importance": text.percent, "weight":
        text.decimal, "advice": text.word,
    }  # fmt: skip
    return [*call.table(_items_named(found.table), formats), *call.definition(found.definition)]
