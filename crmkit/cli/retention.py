"""Commands about staying and leaving: rates and movements, cohorts, definitions of loss, churn, the watch-list."""

from __future__ import annotations

from typing import Annotated

import typer

from crmkit.cli import text
from crmkit.cli.app import app
from crmkit.cli.options import By, Every, FiscalStart, Input, Optional, Words, reads_transactions


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
    fiscal_start: FiscalStart = 1,
    language: Words = "en",
) -> None:
    """Print retention and churn by period, with the movements of customers and revenue."""
    from crmkit.retention import movements, rates

    speech = text.language_of(language)
    with given.opened() as tx:
        found = rates(tx, period=period, base=base, by=by, fiscal_start=fiscal_start)  # type: ignore[arg-type]
        first: text.Formats = {"group": text.verbatim} if by else {}
        formats: text.Formats = {
            **first, "period": text.verbatim, "start": text.count, "new": text.count, "lost": text.count,
            "reactivated": text.count, "end": text.count, "retention_rate": text.percent, "churn_rate": text.percent,
        }  # fmt: skip
        text.say(*text.table(found.table, formats, speech), *text.card(found.card, speech))
        moved = movements(tx, period=period, by=by, fiscal_start=fiscal_start)  # type: ignore[arg-type]
        money = text.money(tx)
        revenue: text.Formats = {
            **first, "period": text.verbatim, "start": money, "new": money, "reactivated": money, "expansion": money,
            "contraction": money, "churned": money, "end": money, "grr": text.percent, "nrr": text.percent,
        }  # fmt: skip
        text.say("", *text.table(moved.table, revenue, speech), *text.card(moved.card, speech))


@app.command()
@reads_transactions
def cohorts(
    given: Input,
    period: Every = "month",
    kind: Annotated[
        str, typer.Option(metavar="classic|rolling", help="Bought in the period, or in it or later.")
    ] = "classic",
    by: By = None,
    fiscal_start: FiscalStart = 1,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE.xlsx", help="Also write counts and rates to Excel.")
    ] = None,
    language: Words = "en",
) -> None:
    """Print cohorts: of the customers of each period, who bought again and when."""
    from crmkit._frame import outputs
    from crmkit.retention import cohorts as cohorts_of

    speech = text.language_of(language)
    if output is not None:
        outputs.target_of(output, source=given.source)
    with given.opened() as tx:
        found = cohorts_of(tx, period=period, kind=kind, by=by, fiscal_start=fiscal_start)  # type: ignore[arg-type]
        text.say(found.text(speech))
        if output is not None:
            found.to_excel(output, language=speech)


@app.command()
@reads_transactions
def lost(given: Input, language: Words = "en") -> None:
    """Print who would be called lost by several definitions, and how many of them came back."""
    from crmkit.retention import compare_definitions

    speech = text.language_of(language)
    with given.opened() as tx:
        found = compare_definitions(tx)
        formats: text.Formats = {
            "rule": text.word, "setting": text.verbatim, "limit_days": text.decimal, "returned_within": text.percent,
            "customers": text.count, "lost": text.count, "lost_share": text.percent, "came_back_share": text.percent,
            "kept_silent_share": text.percent,
        }  # fmt: skip
        text.say(*text.table(found.table, formats, speech), *text.card(found.card, speech))


@app.command()
@reads_transactions
def churn(
    given: Input,
    horizon: Annotated[
        str, typer.Option(metavar="DURATION", help="Days without a purchase that count as churn.")
    ] = "90D",
    output: Optional = None,
    language: Words = "en",
) -> None:
    """Fit the churn model, print how it did on held-out time, and write each customer's probability.

    Compared with the lifetime model and with recency alone; the best is recommended. Needs scikit-learn:
    pip install "crmkit[learn]".
    """
    from crmkit._frame import outputs
    from crmkit.churn import ChurnModel

    speech = text.language_of(language)
    if output is not None:
        outputs.target_of(output, source=given.source)
    with given.opened() as tx:
        model = ChurnModel(horizon=horizon).fit(tx)
        judged = model.validation_
        formats: text.Formats = {
            "predictor": text.word, "log_loss": text.figure, "brier": text.figure, "calibration_error": text.figure,
            "auc": text.figure, "lift": text.figure,
        }  # fmt: skip
        facts = {
            "recommended": text.label(model.recommended_, speech),
            "customers": text.count(judged.customers),
            "churned_customers": text.count(judged.churned),
        }
        text.say(*text.facts(facts, speech))
        text.say("", *text.table(judged.table, formats, speech), *text.card(judged.card, speech))
        if output is not None:
            outputs.write_table(model.score(tx), output, order=["customer_id"], bom=speech == "zh")


@app.command()
@reads_transactions
def watch(
    given: Input,
    alarms: Annotated[int, typer.Option(help="Alarms a week that can be looked into.")] = 20,
    output: Optional = None,
    language: Words = "en",
) -> None:
    """Print the accounts to look at now: overdue by their own clock, or buying less than usual."""
    from crmkit._frame import outputs
    from crmkit.retention import watch_list

    speech = text.language_of(language)
    if output is not None:
        outputs.target_of(output, source=given.source)
    with given.opened() as tx:
        found = watch_list(tx, alarms_per_week=alarms, language=speech)
        formats: text.Formats = {"customer_id": text.verbatim, "at_stake": text.money(tx), "why": text.verbatim}
        text.say(*text.table(found.table, formats, speech), *text.card(found.card, speech))
        if output is not None:
            outputs.write_table(found.table, output, order=["customer_id"], bom=speech == "zh")
