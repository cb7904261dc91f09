"""Commands about who stays, period by period: rates and movements, cohorts, contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmkit.cli import text
from crmkit.cli.app import app
from crmkit.cli.options import (
    By,
    Customer,
    DateFormat,
    Encoding,
    Every,
    FiscalStart,
    Input,
    Query,
    Rolling,
    Table,
    Words,
    listed,
    reads_transactions,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from crmkit.labels import Language


@app.command()
@reads_transactions
def retention(
    given: Input,
    period: Every = "month",
    base: Annotated[
        str,
        typer.Option(
            metavar="active|ever", help="Whom the rates are of: those who bought in the period before, or ever."
        ),
    ] = "active",
    by: By = None,
    rolling: Rolling = False,
    fiscal_start: FiscalStart = 1,
    language: Words = None,
) -> None:
    """Print retention and churn by period.

    With the movements of customers and of revenue: who and what is new, lost, reactivated, more, less.
    """
    from crmkit import Calendar
    from crmkit.retention import movements, rates

    speech = text.language_of(language)
    with given.opened() as tx:
        calendar = Calendar(period, rolling=rolling, fiscal_start=fiscal_start)  # type: ignore[arg-type]
        windows: dict[str, Any] = dict(period=calendar, by=by)
        found = rates(tx, base=base, **windows)  # type: ignore[arg-type]
        _say_rates(found, speech, grouped=by is not None)
        _say_movements(movements(tx, **windows), text.money(tx), speech, grouped=by is not None)


def _say_rates(found: Any, speech: Language, *, grouped: bool) -> None:
    formats: text.Formats = {
        **_group(grouped), "period": text.verbatim, "start": text.count, "new": text.count, "lost": text.count,
        "reactivated": text.count, "end": text.count, "retention_rate": text.percent, "churn_rate": text.percent,
    }  # fmt: skip
    text.say(*text.table(found.table, formats, speech), *text.definition(found.definition, speech))


def _say_movements(found: Any, money: Callable[[Any], str], speech: Language, *, grouped: bool) -> None:
    formats: text.Formats = {
        **_group(grouped), "period": text.verbatim, "start": money, "new": money, "reactivated": money,
        "expansion": money, "contraction": money, "churned": money, "end": money, "grr": text.percent,
        "nrr": text.percent,
    }  # fmt: skip
    text.say("", *text.table(found.table, formats, speech), *text.definition(found.definition, speech))


def _group(grouped: bool) -> text.Formats:
    return {"group": text.group} if grouped else {}


@app.command()
@reads_transactions
def cohorts(
    given: Input,
    period: Every = "month",
    kind: Annotated[
        str,
        typer.Option(
            metavar="classic|rolling|n_day|bracket",
            help="Bought in the period; in it or later; exactly n days after the first purchase; within days a to b.",
        ),
    ] = "classic",
    days: Annotated[
        list[str] | None, typer.Option(metavar="N,N,...", help="Days n of the kind n_day, such as 1,7,30.")
    ] = None,
    brackets: Annotated[
        list[str] | None, typer.Option(metavar="A-B,A-B,...", help="Days of the kind bracket, such as 1-30,31-90.")
    ] = None,
    max_age: Annotated[int | None, typer.Option(help="Last age of the kinds classic and rolling.")] = None,
    min_customers: Annotated[int, typer.Option(help="Cells of fewer customers are withheld.")] = 1,
    by: By = None,
    fiscal_start: FiscalStart = 1,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE.xlsx", help="Also write counts and rates to Excel.")
    ] = None,
    language: Words = None,
) -> None:
    """Print cohorts: who bought again, and when.

    The customers of each period of first purchase, followed by age.
    """
    from crmkit import Calendar
    from crmkit._frame import outputs
    from crmkit.retention import cohorts as cohorts_of

    speech = text.language_of(language)
    if output is not None:
        outputs.target_of(output, source=given.source)
    own_days, pairs = listed(days), listed(brackets)
    with given.opened() as tx:
        found = cohorts_of(
            tx,
            period=Calendar(period, fiscal_start=fiscal_start),  # type: ignore[arg-type]
            kind=kind,  # type: ignore[arg-type]
            days=None if own_days is None else [whole(day) for day in own_days],
            brackets=None if pairs is None else [_bracket(pair) for pair in pairs],
            max_age=max_age,
            min_customers=min_customers,
            by=by,
        )
        text.say(found.text(speech))
        if output is not None:
            found.to_excel(output, language=speech)


def _bracket(written: str) -> Any:
    """First and last day; what is no such pair stays as it is, to be complained of by `cohorts`."""
    first, _, last = written.partition("-")
    return (whole(first), whole(last)) if last else written


@app.command()
def contracts(
    source: Annotated[
        str, typer.Argument(metavar="INPUT", help="File of contracts, one row each, of any kind that the others read.")
    ],
    as_of: Annotated[
        str, typer.Option(metavar="DATE", help="Where the past ends; contracts reach into the future, so say it.")
    ],
    customer: Customer = "customer_id",
    start: Annotated[str, typer.Option(metavar="COLUMN", help="Column of the contract's first day.")] = "start_date",
    end: Annotated[
        str, typer.Option(metavar="COLUMN", help="Column of its last day; empty while it is running.")
    ] = "end_date",
    amount: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column of the money a month, for recurring revenue.")
    ] = None,
    by: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column of groups: its value in a customer's first contract.")
    ] = None,
    period: Every = "month",
    rolling: Rolling = False,
    fiscal_start: FiscalStart = 1,
    date_format: DateFormat = None,
    decimal: Annotated[str, typer.Option(metavar=".|,", help="Decimal mark of money that is text.")] = ".",
    table: Table = None,
    query: Query = None,
    encoding: Encoding = None,
    language: Words = None,
) -> None:
    """Print retention, renewals and recurring revenue of contracts.

    Of customers whose contracts have a first and a last day.
    """
    from crmkit import Calendar, _checks
    from crmkit._frame import texts
    from crmkit.retention import contract_rates

    speech = text.language_of(language)
    _checks.choice("decimal", decimal, (".", ","))
    given = Input(source, {"table": table, "query": query, "encoding": encoding})
    used = [column for column in (customer, start, end, amount, by) if column is not None]
    with given.opened_as_is(used) as rows:
        found = contract_rates(
            (rows.frame() if amount is None else texts.numbers_of(rows.frame(), amount, decimal)).to_native(),  # type: ignore[arg-type]
            as_of=as_of,
            customer=customer,
            start=start,
            end=end,
            amount=amount,
            date_format=date_format,
            by=by,
            period=Calendar(period, rolling=rolling, fiscal_start=fiscal_start),  # type: ignore[arg-type]
        )
        _say_rates(found, speech, grouped=by is not None)
        formats: text.Formats = {
            **_group(by is not None), "period": text.verbatim, "due": text.count, "renewed": text.count,
            "renewal_rate": text.percent,
        }  # fmt: skip
        text.say("", *text.table(found.renewals, formats, speech), *text.definition(found.renewal_definition, speech))
        if found.movements is not None:
            _say_movements(found.movements, text.cents, speech, grouped=by is not None)
