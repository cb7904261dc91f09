"""Commands about who stays, period by period: rates and movements, cohorts, contracts."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmkit.cli import text
from crmkit.cli.command import Answer, Call, command, picture
from crmkit.cli.options import (
    By,
    Calendar,
    Column,
    Customer,
    DateFormat,
    Encoding,
    Every,
    FiscalStart,
    Number,
    Query,
    Source,
    Table,
    listed,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Callable


# Columns of movements that are money, and called as those of customers are.
MONEY = ("start", "new", "reactivated", "expansion", "contraction", "churned", "end", "returns")


@command()
def retention(
    call: Call,
    calendar: Calendar,
    base: Annotated[str, typer.Option(metavar="active|ever")] = "active",
    by: By = None,
) -> Answer:
    """Print retention and churn by period."""
    from crmkit.retention import rates, revenue_movements

    windows = {"period": calendar.of_library(), "by": by}
    found = rates(call.tx, base=base, **windows)  # type: ignore[arg-type]
    moved = revenue_movements(call.tx, **windows)
    grouped = by is not None
    lines = [*_rates(found, call, grouped=grouped), "", *_moves(moved, text.money(call.tx), call, grouped=grouped)]
    return Answer(
        {"rates": found.table, "movements": moved.table},
        lines,
        draw=picture("plot_retention", found),
        definitions=[found.definition, moved.definition],
        money=MONEY,
    )


def _rates(found: Any, call: Call, *, grouped: bool) -> list[str]:
    formats: text.Formats = {
        **_group(grouped), "period": text.verbatim, "start": text.count, "new": text.count, "lost": text.count,
        "reactivated": text.count, "end": text.count, "retention_rate": text.percent, "churn_rate": text.percent,
    }  # fmt: skip
    return [*call.table(found.table, formats), *call.definition(found.definition)]


def _moves(found: Any, money: Callable[[Any], str], call: Call, *, grouped: bool) -> list[str]:
    formats: text.Formats = {
        **_group(grouped), "period": text.verbatim, "start": money, "new": money, "reactivated": money,
        "expansion": money, "contraction": money, "churned": money, "end": money, "grr": text.percent,
        "nrr": text.percent,
    }  # fmt: skip
    return [*call.table(found.table, formats), *call.definition(found.definition)]


def _group(grouped: bool) -> text.Formats:
    return {"group": text.group} if grouped else {}


@dataclass(frozen=True, slots=True)
class Ages:
    """What a cell of the triangle counts."""

    kind: Annotated[str, typer.Option(metavar="classic|rolling|n_day|bracket")] = "classic"
    days: Annotated[list[str] | None, typer.Option(metavar="N,N,...|A-B,...")] = None
    max_age: Annotated[int | None, typer.Option(metavar="NUMBER")] = None
    min_customers: Number = 1

    def settings(self) -> dict[str, Any]:
        """As arguments of a function."""
        days = listed(self.days)
        return {
            "kind": self.kind,
            "days": None if days is None else [_day_or_bracket(day) for day in days],
            "max_age": self.max_age,
            "min_customers": self.min_customers,
        }


@command()
def cohorts(call: Call, ages: Ages, period: Every = "month", by: By = None, fiscal_start: FiscalStart = 1) -> Answer:
    """Print cohorts: who bought again, and when."""
    from crmkit.retention import cohorts as cohorts_of

    calendar = Calendar(period, fiscal_start=fiscal_start).of_library()
    found = cohorts_of(call.tx, period=calendar, by=by, **ages.settings())
    return Answer(
        {"cohorts": found.table, "averages": found.averages},
        [found.text(call.language)],
        draw=picture("plot_cohorts", found),
        definitions=[found.definition, found.revenue_definition],
        files={".xlsx": functools.partial(found.to_excel, language=call.language)},
    )


def _day_or_bracket(written: str) -> Any:
    """A day, or the first and the last of a bracket; what is neither is complained of by `cohorts`."""
    first, _, last = written.partition("-")
    return (whole(first), whole(last)) if first and last else whole(written)


@dataclass(frozen=True, slots=True)
class Contracts:
    """A file of contracts, and what its columns are."""

    source: Source
    as_of: Annotated[str, typer.Option(metavar="DATE")]
    customer: Customer = "customer_id"
    start: Customer = "start_date"
    end: Customer = "end_date"
    amount: Column = None
    by: Column = None
    date_format: DateFormat = None
    decimal: Annotated[str, typer.Option(metavar=".|,")] = "."
    table: Table = None
    query: Query = None
    encoding: Encoding = None


@command(reads=False)
def contracts(call: Call, given: Contracts, calendar: Calendar) -> Answer:
    """Print retention, renewals and recurring revenue of contracts."""
    from crmkit import _checks
    from crmkit._frame import texts
    from crmkit.retention import contract_rates

    _checks.choice("decimal", given.decimal, (".", ","))
    columns = {name: getattr(given, name) for name in ("customer", "start", "end", "amount", "by")}
    rows = call.rows([column for column in columns.values() if column is not None])
    frame = rows.frame()
    if given.amount is not None:
        frame = texts.numbers_of(frame, given.amount, given.decimal)  # type: ignore[arg-type]
    table, periods = frame.to_native(), calendar.of_library()
    settings = {**columns, "period": periods, "as_of": given.as_of, "date_format": given.date_format}
    found, grouped = contract_rates(table, **settings), given.by is not None
    renewals: text.Formats = {
        **_group(grouped), "period": text.verbatim, "due": text.count, "renewed": text.count,
        "renewal_rate": text.percent,
    }  # fmt: skip
    lines = [*_rates(found, call, grouped=grouped), "", *call.table(found.renewals, renewals),
             *call.definition(found.renewal_definition)]  # fmt: skip
    parts, said = {"rates": found.table, "renewals": found.renewals}, [found.definition, found.renewal_definition]
    if found.movements is not None:
        lines += ["", *_moves(found.movements, text.cents, call, grouped=grouped)]
        parts["movements"] = found.movements.table
        said.append(found.movements.definition)
    return Answer(parts, lines, draw=picture("plot_retention", found), definitions=said, money=MONEY)
