"""Commands that write a whole: the report, and the query that scores customers in a database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from crmkit.cli import text
from crmkit.cli.command import Answer, Call, command
from crmkit.cli.options import PIPE, Scheme, listed

FORMS = (".html", ".htm", ".xlsx", ".ipynb", ".json")


@command(output="report.html", endings=FORMS)
def report(
    call: Call,
    compare: Annotated[str | None, typer.Option(metavar="DATE|FIRST:LAST")] = None,
    sections: Annotated[list[str] | None, typer.Option(metavar="NAME,NAME,...")] = None,
    ids: Annotated[bool, typer.Option("--ids")] = False,
    least: Annotated[int, typer.Option(metavar="NUMBER")] = 0,
    name: Annotated[str | None, typer.Option(metavar="NAME")] = None,
) -> Answer:
    """Write a page on all customers: where the revenue is, who stays, what they are worth, what to do."""
    from crmkit.reporting import report as written

    piped = call.input is not None and PIPE in call.input.sources
    settings: dict[str, Any] = {
        "language": call.language,
        "compare": None if compare is None else tuple(compare.split(":")) if ":" in compare else compare,
        "sections": listed(sections),
        "ids": ids,
        "least": least,
        "name": call.source if piped and name is None else name,
    }
    tx = call.tx

    def write(path: str) -> None:
        written(tx, path, **settings)

    lines = call.facts(report_written=text.beside(Path(str(call.manner.output)).absolute()), as_of=str(tx.as_of))
    return Answer({}, lines, files=dict.fromkeys(FORMS, write))


@command(output="-", endings=(".sql",))
def sql(
    call: Call,
    dialect: Annotated[str, typer.Option(metavar="duckdb|postgres|sqlite|spark|snowflake|bigquery")] = "duckdb",
    target: Annotated[str, typer.Option(metavar="TABLE")] = "customers",
    scheme: Scheme = "eleven",
    forecast: Annotated[bool, typer.Option("--forecast")] = False,
) -> Answer:
    """Write the query by which a database scores customers by itself."""
    from crmkit import clv, rfm, summarize
    from crmkit.sql import to_sql

    customers = summarize(call.tx)
    fitted: list[Any] = [rfm.Scorer().fit(customers)]
    if forecast:
        fitted += [clv.BGNBD().fit(customers), clv.SpendMean().fit(customers)]
    query = to_sql(fitted, dialect=dialect, table=target, scheme=scheme)

    def write(path: str) -> None:
        from crmkit._frame import outputs

        outputs.write_text(query, path)

    return Answer({}, call.facts(written=str(call.manner.output)), files={".sql": write})
