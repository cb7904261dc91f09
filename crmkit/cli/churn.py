"""Commands about whom to look at: the churn model and its campaign, win-back, the watch-list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmkit.cli import text
from crmkit.cli.app import app
from crmkit.cli.options import FIRST_ROWS, By, Inactive, Input, Optional, Words, reads_transactions
from crmkit.errors import ArgumentError

if TYPE_CHECKING:
    from crmkit.labels import Language


@app.command()
@reads_transactions
def churn(
    given: Input,
    horizon: Annotated[
        str, typer.Option(metavar="DURATION", help="Days without a purchase that count as churn.")
    ] = "90D",
    contact_cost: Annotated[
        float | None, typer.Option(metavar="MONEY", help="For a campaign: cost of contacting one customer.")
    ] = None,
    value: Annotated[
        float | None, typer.Option(metavar="MONEY", help="For a campaign: what a kept customer is worth.")
    ] = None,
    save_rate: Annotated[
        float | None, typer.Option(metavar="SHARE", help="For a campaign: share of contacted churners who are kept.")
    ] = None,
    incentive: Annotated[
        float, typer.Option(metavar="MONEY", help="For a campaign: cost of what is given to those who stay.")
    ] = 0.0,
    output: Optional = None,
    language: Words = None,
) -> None:
    """Fit the churn model, and say whom to contact.

    Prints how it did on held-out time, compared with the lifetime model and with recency alone; the best is
    recommended. With --contact-cost, --value and --save_rate also the cut-off that brings a campaign the most profit.
    Writes each customer's probability. Needs scikit-learn: pip install "crmkit[learn]".
    """
    from crmkit._frame import outputs
    from crmkit.churn import ChurnModel
    from crmkit.outreach import campaign

    speech = text.language_of(language)
    if output is not None:
        outputs.target_of(output, source=given.source)
    plan = _plan(contact_cost=contact_cost, value=value, save_rate=save_rate, incentive=incentive)
    with given.opened() as tx:
        model = ChurnModel(horizon=horizon).fit(tx)
        scores = model.score(tx) if plan or output is not None else None
        found = campaign(scores, **plan) if plan else None
        _say_validation(model, speech)
        if found is not None:
            text.say("", *_campaign(found, plan, text.money(tx), speech))
        if output is not None:
            listed = scores if found is None else found.customers
            outputs.write_table(listed, output, order=["customer_id"], bom=speech == "zh")


def _plan(**figures: float | None) -> dict[str, Any]:
    """The figures of a campaign, all of them or none."""
    told = {name: figure for name, figure in figures.items() if name != "incentive" and figure is not None}
    if not told:
        return {}
    missing = [name for name, figure in figures.items() if figure is None]
    if missing:
        example = {"contact_cost": 2, "value": 50, "save_rate": 0.1}
        asked = ", ".join(f"{name}={example[name]}" for name in missing)
        raise ArgumentError("cli_campaign_needs_cost_value", asked=asked)
    return dict(figures)


def _say_validation(model: Any, speech: Language) -> None:
    judged = model.validation_
    formats: text.Formats = {
        "predictor": text.word, "mean_log_loss": text.figure, "log_loss": text.figure, "brier": text.figure,
        "calibration_error": text.figure, "auc": text.figure, "lift": text.figure,
    }  # fmt: skip
    facts = {
        "recommended": text.label(model.recommended_, speech),
        "customers": text.count(judged.customers),
        "churned_customers": text.count(judged.churned),
    }
    text.say(*text.facts(facts, speech))
    text.say("", *text.table(judged.table, formats, speech), *text.definition(judged.definition, speech))


def _campaign(found: Any, plan: dict[str, Any], money: Any, speech: Language) -> list[str]:
    """Whom to contact and what it brings, beside contacting everybody."""
    everybody = text.columns(found.curve, "contacted", "profit")
    n = int(everybody["contacted"][-1])
    never = text.label("contact_never", speech)
    figures = {name: f"{figure:,.12g}" for name, figure in plan.items()}
    figures["cost"] = figures.pop("contact_cost")
    formula = "profit_with_incentive_said" if plan["incentive"] else "profit_of_contact_said"
    facts = {
        "contact_from": never if found.cut_off is None else text.percent(found.cut_off),
        "worth_contacting": text.share_of(found.contacted, n),
        "expected_profit": money(found.profit),
        "profit_of_everybody": money(everybody["profit"][-1]),
        "profit_of_contact": text.phrase(formula, speech, **figures),
    }
    return text.facts(facts, speech)


@app.command()
@reads_transactions
def winback(
    given: Input,
    contact_cost: Annotated[
        float,
        typer.Option(metavar="MONEY", help="Cost of contacting one customer, incentive included."),
    ],
    inactive: Inactive = None,
    horizon: Annotated[
        str, typer.Option(metavar="DURATION", help="Time ahead in which a purchase counts as coming back.")
    ] = "180D",
    margin_rate: Annotated[float, typer.Option(help="Share of the spend that is margin; 1 counts revenue.")] = 1.0,
    response: Annotated[
        float | None,
        typer.Option(metavar="SHARE", help="Chance that a contacted customer comes back, as a test campaign gave it."),
    ] = None,
    value: Annotated[
        float | None, typer.Option(metavar="MONEY", help="What a customer who comes back brings; else estimated.")
    ] = None,
    output: Optional = None,
    language: Words = None,
) -> None:
    """Rank the lost customers worth winning back.

    By probability of coming back x value if they do, less the cost of contact. Lost is who has been quiet for
    --inactive, by default for as long as nine in ten of the returns take.
    """
    from crmkit._frame import outputs
    from crmkit.outreach import win_back

    speech = text.language_of(language)
    if output is not None:
        outputs.target_of(output, source=given.source)
    rule = None if inactive is None else {"inactive": inactive}
    with given.opened() as tx:
        found = win_back(
            tx,
            contact_cost=contact_cost,
            rule=rule,
            horizon=horizon,
            response=response,
            value=value,
            margin_rate=margin_rate,
        )
        facts = {
            "lost_customers": text.count(found.lost),
            "worth_contacting": text.share_of(found.contacted, found.lost),
            "expected_reactivated": text.decimal(found.reactivated),
            "expected_value": text.cents(found.value),
            "cost_of_contact": text.cents(found.cost),
            "profit": text.cents(found.profit),
        }
        text.say(*text.facts(facts, speech))
        formats: text.Formats = {
            "rank": text.count, "customer_id": text.verbatim, "days_inactive": text.count, "purchases": text.count,
            "p_reactivation": text.percent, "value_if_reactivated": text.cents,
            "expected_profit": text.cents, "contact": text.flag,
        }  # fmt: skip
        first = {name: values[:FIRST_ROWS] for name, values in text.columns(found.table, *formats).items()}
        text.say("", *text.table(first, formats, speech), *text.definition(found.definition, speech))
        if output is not None:
            outputs.write_table(found.table, output, order=["rank", "customer_id"], bom=speech == "zh")


@app.command()
@reads_transactions
def watch(
    given: Input,
    alerts: Annotated[float, typer.Option(help="New alerts a week that can be looked into; 0.5 is every other.")] = 20,
    weeks: Annotated[int, typer.Option(help="Past weeks of the back-test that sets the threshold.")] = 26,
    window: Annotated[
        str, typer.Option(metavar="DURATION", help="The present in which spend may have dropped.")
    ] = "90D",
    horizon: Annotated[
        str, typer.Option(metavar="DURATION", help="Time after an alert in which it may prove false.")
    ] = "90D",
    by: By = None,
    output: Optional = None,
    language: Words = None,
) -> None:
    """Print the accounts to look at now.

    Those overdue by their own clock, or buying less than usual, most urgent first, at as many alerts a week as you
    can look into. With --by, accounts learn from similar ones: those of their group.
    """
    from crmkit._frame import outputs
    from crmkit.outreach import watch_list

    speech = text.language_of(language)
    if output is not None:
        outputs.target_of(output, source=given.source)
    with given.opened() as tx:
        found = watch_list(
            tx, alerts_per_week=alerts, weeks=weeks, window=window, horizon=horizon, by=by, language=speech
        )
        formats: text.Formats = {"customer_id": text.verbatim, "at_stake": text.money(tx), "why": text.verbatim}
        text.say(*text.table(found.table, formats, speech), *text.definition(found.definition, speech))
        if output is not None:
            outputs.write_table(found.table, output, order=["rank"], bom=speech == "zh")
