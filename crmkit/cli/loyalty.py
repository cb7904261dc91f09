"""The command about surveys: who recommends, who is satisfied, and what satisfaction depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmkit.cli import text
from crmkit.cli.app import app
from crmkit.cli.options import Customer, Encoding, Input, Query, Table, Words, listed
from crmkit.errors import ArgumentError, ColumnError, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crmkit.labels import Language

_NUMBER = r"^\s*[+-]?\d+(\.\d+)?\s*$"


@app.command()
def loyalty(
    source: Annotated[
        str, typer.Argument(metavar="INPUT", help="File of a survey, one row per answer, of any kind that others read.")
    ],
    score: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column of the recommendation score; none leaves it out.")
    ] = "nps",
    by: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of groups.")] = None,
    period: Annotated[
        str | None, typer.Option(metavar="day|week|month|quarter|year", help="Calendar periods of the answers.")
    ] = None,
    items: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN,COLUMN,...", help="Columns of the items' scores.")
    ] = None,
    overall: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column of the overall score, to find what drives it.")
    ] = None,
    top: Annotated[int, typer.Option(help="How many of the highest answers of an item count as satisfied.")] = 2,
    scale: Annotated[str, typer.Option(metavar="LOWEST-HIGHEST", help="Scale of the items.")] = "1-5",
    customer: Customer = "customer_id",
    date: Annotated[str, typer.Option(metavar="COLUMN", help="Column of the date of the answer.")] = "date",
    table: Table = None,
    query: Query = None,
    encoding: Encoding = None,
    language: Words = None,
) -> None:
    """Print the net promoter score of a survey, by group and over time.

    With --items also the share of satisfied respondents by item, and with --overall what drives the overall score.
    """
    from crmkit import loyalty as surveys

    speech = text.language_of(language)
    asked = listed(items) or []
    score = None if score in (None, "none") else score
    numbers = [name for name in (score, *asked, overall) if name is not None]
    if not numbers:
        raise ArgumentError("items", None, "item_columns", example="staff,price")
    given = Input(source, {"table": table, "query": query, "encoding": encoding})
    with given.opened_as_is([name for name in (*numbers, by, customer, date) if name is not None]) as rows:
        survey = _with_numbers(rows.frame(), numbers).to_native()
        options: dict[str, Any] = {"customer": customer, "date": date}
        if score is not None:
            found = surveys.nps(survey, score=score, by=by, period=period, **options)  # type: ignore[arg-type]
            _say_scores(found, speech)
        if asked:
            _say_items(surveys.csat(survey, items=asked, top=top, scale=_scale(scale), by=by, **options), speech)
        if asked and overall is not None:
            _say_drivers(surveys.drivers(survey, items=asked, overall=overall), speech)


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


def _say_scores(found: Any, speech: Language) -> None:
    columns = text.columns(found.table)
    formats: text.Formats = {
        **{name: form for name, form in (("period", text.verbatim), ("group", text.group)) if name in columns},
        "respondents": text.count, "promoters": text.count, "passives": text.count, "detractors": text.count,
        "nps": text.percent, "nps_low": text.percent, "nps_high": text.percent,
    }  # fmt: skip
    text.say(*text.table(found.table, formats, speech))
    if "group" in columns or "period" in columns:
        whole = {name: form for name, form in formats.items() if name not in ("period", "group")}
        text.say("", text.label("loyalty_overall", speech), *text.table(found.overall, whole, speech))
    notes = text.columns(found.notes)
    if len(notes["note"]):
        text.say("", *text.table(found.notes, {"note": text.word, "answers": text.count}, speech))
    text.say(*text.definition(found.definition, speech))


def _say_items(found: Any, speech: Language) -> None:
    columns = _items_named(found.table)
    formats: text.Formats = {
        **({"group": text.group} if "group" in columns else {}),
        "survey_item": text.verbatim, "respondents": text.count, "satisfied": text.count, "csat": text.percent,
        "csat_low": text.percent, "csat_high": text.percent,
    }  # fmt: skip
    text.say("", *text.table(columns, formats, speech), *text.definition(found.definition, speech))


def _items_named(table: Any) -> dict[str, Any]:
    """The columns, items under a name whose heading is not that of things that are sold."""
    columns = text.columns(table)
    return columns | {"survey_item": columns["item"]}


def _say_drivers(found: Any, speech: Language) -> None:
    formats: text.Formats = {
        "survey_item": text.verbatim, "performance": text.decimal, "derived_importance": text.percent, "weight":
        text.decimal, "advice": text.word,
    }  # fmt: skip
    text.say("", *text.table(_items_named(found.table), formats, speech), *text.definition(found.definition, speech))
