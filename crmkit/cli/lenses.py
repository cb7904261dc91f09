"""The command about the customer-base audit: five lenses and the depth of repeat."""

from __future__ import annotations

from typing import Annotated

import typer

from crmkit.cli import text
from crmkit.cli.app import app
from crmkit.cli.options import Input, Words, reads_transactions


@app.command()
@reads_transactions
def lenses(
    given: Input,
    period: Annotated[
        str | None,
        typer.Option(metavar="year|quarter|month", help="Length of periods and cohorts; else the longest that fits."),
    ] = None,
    margin_rate: Annotated[
        float | None,
        typer.Option(help="Share of revenue that is profit; else revenue less cost, where it is known."),
    ] = None,
    language: Words = None,
) -> None:
    """Audit the customer base through five lenses.

    How customers differ, what changed, how cohorts develop and compare, how they add up: a headline each, and the
    figures of every period.
    """
    from crmkit.lenses import customer_base_audit

    speech = text.language_of(language)
    with given.opened() as tx:
        found = customer_base_audit(tx, period=period, margin_rate=margin_rate)  # type: ignore[arg-type]
        money = text.money(tx)
        formats: text.Formats = {
            "period": text.verbatim, "customers": text.count, "new": text.count, "orders_per_customer": text.decimal,
            "order_value": text.cents, "margin_rate": text.percent, "profit": money, "returns": money, "total": money,
        }  # fmt: skip
        text.say(*text.table(found.table, formats, speech), "", *found.headlines(speech))
        text.say(*text.definition(found.definition, speech))
