"""The command about the customer-base audit: five lenses and the depth of repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, cast

import typer

from crmkit.cli import text
from crmkit.cli.command import Answer, Call, command, picture

if TYPE_CHECKING:
    from crmkit._periods import Period


@command()
def lenses(
    call: Call,
    period: Annotated[str | None, typer.Option(metavar="year|quarter|month")] = None,
    margin_rate: Annotated[float | None, typer.Option(metavar="SHARE")] = None,
) -> Answer:
    """Audit the customer base through five lenses."""
    from crmkit.lenses import customer_base_audit

    found = customer_base_audit(call.tx, period=cast("Period | None", period), margin_rate=margin_rate)
    money = text.money(call.tx)
    formats: text.Formats = {
        "period": text.verbatim, "customers": text.count, "new": text.count, "orders_per_customer": text.decimal,
        "order_value": text.cents, "margin_rate": text.percent, "profit": money, "returns": money, "total": money,
    }  # fmt: skip
    lines = [*call.table(found.table, formats), "", *found.headlines(call.language), *call.definition(found.definition)]
    names = ("table", "distribution", "by_orders", "change", "moves", "cohort", "cohorts", "whole", "depth", "reached")
    parts = {("periods" if name == "table" else name): getattr(found, name) for name in names}
    draw = picture("plot_customer_base_audit", found)
    return Answer(parts, lines, draw=draw, definitions=[found.definition])
