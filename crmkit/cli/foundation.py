"""Commands of the foundation: the demo, the ledger, the scored list, the pyramid."""

from __future__ import annotations

from typing import Annotated

import typer

from crmkit.cli import text
from crmkit.cli.app import app
from crmkit.cli.options import (
    Bins,
    Bom,
    DiscountRate,
    Folder,
    Horizon,
    Input,
    MarginRate,
    Output,
    Scheme,
    Tiers,
    Words,
    reads_transactions,
)
from crmkit.cli.running import patience
from crmkit.errors import ArgumentError


@app.command()
def demo(output: Folder = "crmkit-demo", language: Words = None) -> None:
    """Score CDNOW's customers.

    Reads the 23,570 real customers of the CDNOW data, prints the headline and writes the scored list.
    """
    from crmkit import datasets
    from crmkit._frame import outputs
    from crmkit.scoring import headline, score_customers

    speech = text.language_of(language)
    with patience("CDNOW"):
        scored = score_customers(datasets.load_cdnow(), language=speech)
        found = headline(scored, language=speech)
        target = outputs.folder_of(output) / "customers.csv"
        outputs.write_table(scored, target, order=["customer_id"], bom=speech == "zh")
    text.say(*text.pairs([*found.lines(speech), (text.label("written", speech), text.beside(target))]))
    text.say("", *text.table(found.segments, text.SEGMENTS, speech))


@app.command()
@reads_transactions
def check(
    given: Input,
    fail_if_unassigned: Annotated[
        str | None,
        typer.Option(metavar="SHARE", help="Exit with 1 if more rows or money have no customer, such as 5%."),
    ] = None,
    fail_if_left_out: Annotated[
        str | None, typer.Option(metavar="SHARE", help="Exit with 1 if more rows or money are not used, such as 10%.")
    ] = None,
    language: Words = None,
) -> None:
    """Print the ledger of the input.

    What came in, what is left out and why, what is used; and what is worth knowing about that.
    """
    from crmkit import _ledger

    asked = {
        "fail_if_unassigned": ("no_customer", fail_if_unassigned),
        "fail_if_left_out": ("left_out", fail_if_left_out),
    }
    limits = {step: _share(name, share) for name, (step, share) in asked.items() if share is not None}
    speech = text.language_of(language)
    with given.opened() as tx:
        facts = {"input_source": given.name, "as_of": str(tx.as_of), "roles": text.roles_of(tx)}
        text.say(*text.facts(facts, speech))
        formats: text.Formats = {"rows": text.count, "customers": text.count, "amount": text.money(tx)}
        text.say("", *text.table(tx.ledger, {"step": text.word, **formats}, speech))
        text.say("", *text.table(tx.notes, {"note": text.word, **formats}, speech))
        broken = _ledger.breaches(text.columns(tx.ledger, "step", "rows", "amount"), limits)
    for step, share, limit in broken:
        words = (text.label(step, speech), text.percent(share), text.percent(limit))
        typer.echo(text.label("beyond_limit", speech).format(*words), err=True)
    if broken:
        raise typer.Exit(1)


def _share(name: str, written: str) -> float:
    """A share, as 0.05 or 5%."""
    try:
        number = float(written.rstrip("% ")) / (100 if written.rstrip().endswith("%") else 1)
    except ValueError:
        raise ArgumentError(name, written, "share", example="5%") from None
    if not 0 <= number <= 1:
        raise ArgumentError(name, written, "share", example="5%")
    return number


@app.command()
@reads_transactions
def score(
    given: Input,
    output: Output,
    bins: Bins = 5,
    scheme: Scheme = "eleven",
    tiers: Tiers = "textbook",
    horizon: Horizon = "52W",
    discount_rate: DiscountRate = 0.1,
    margin_rate: MarginRate = 1.0,
    churn: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION",
            help="Also the probability of no purchase within so long, such as 90D. Fits the churn model first, for "
            "seconds to minutes, and needs scikit-learn.",
        ),
    ] = None,
    alerts: Annotated[
        float | None,
        typer.Option(
            metavar="NUMBER", help="Also who is on the watch-list now, at so many new alerts a week, such as 20."
        ),
    ] = None,
    bom: Bom = None,
    language: Words = None,
) -> None:
    """Write the scored list of customers.

    One row per customer: the summary, RFM scores, segment, tier, expected purchases and lifetime value; if asked for,
    the probability of churn and the signal of the watch-list.
    """
    from crmkit import _checks
    from crmkit._frame import outputs
    from crmkit.rfm import describe_segments
    from crmkit.scoring import Extras, score_customers

    speech = text.language_of(language)
    outputs.target_of(output, source=given.source)  # refused now rather than after the work
    if churn is not None and _checks.days_of(churn, "churn") < 1:
        raise ArgumentError("churn", churn, "cli_less_day_churn_d")
    with given.opened() as tx:
        scored = score_customers(
            tx,
            bins=bins,
            scheme=scheme,
            tiers=tiers,
            horizon=None if horizon == "none" else horizon,
            discount_rate=discount_rate,
            margin_rate=margin_rate,
            extras=Extras(churn=churn, alerts_per_week=alerts),
            language=speech,
        )
        outputs.write_table(scored, output, order=["customer_id"], bom=speech == "zh" if bom is None else bom)
        totals = text.columns(describe_segments(scored), "customers", "value")
        facts = {
            "written": output,
            "customers": text.count(totals["customers"].sum()),
            "monetary": text.money(tx)(totals["value"].sum()),
            "as_of": str(tx.as_of),
        }
        if churn is not None:
            facts["mean_p_churn"] = text.percent(text.columns(scored, "p_churn")["p_churn"].mean())
        if alerts is not None:
            facts["watched"] = text.count((text.columns(scored, "signal")["signal"] != "none").sum())
    text.say(*text.facts(facts, speech))


@app.command()
@reads_transactions
def pyramid(given: Input, tiers: Tiers = "textbook", language: Words = None) -> None:
    """Print the customer pyramid.

    The tiers of customers by spend, and how few customers bring how much of it.
    """
    from crmkit.pyramid import concentration, describe_tiers
    from crmkit.scoring import score_customers

    speech = text.language_of(language)
    with given.opened() as tx:
        scored = score_customers(tx, tiers=tiers, horizon=None, language=speech)
        found, table = concentration(scored), describe_tiers(scored)
        facts = {
            "customers": text.count(found.customers),
            "monetary": text.money(tx)(found.value),
            "gini": f"{found.gini:.3f}",
            "as_of": str(tx.as_of),
        }
        text.say(*text.facts(facts, speech))
        text.say(
            "",
            *text.table(
                table,
                {"tier": text.segment, **text.SHARES, "value": text.money(tx), "mean_value": text.money(tx)},
                speech,
            ),
        )
        text.say(
            "",
            *text.table(
                found.top,
                {"customer_share": text.percent, "customers": text.count, "value_share": text.percent},
                speech,
            ),
        )
        text.say(
            "",
            *text.table(
                found.reach,
                {"value_share": text.percent, "customers": text.count, "customer_share": text.percent},
                speech,
            ),
        )
