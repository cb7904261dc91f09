"""Commands about whom to look at: the churn model and its campaign, win-back, the watch-list."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmkit.cli import text
from crmkit.cli.command import Answer, Call, command, picture
from crmkit.cli.options import FIRST_ROWS, By, Duration, Inactive, MarginRate, Number
from crmkit.errors import ArgumentError

if TYPE_CHECKING:
    from crmkit.labels import Language

Money = Annotated[float | None, typer.Option(metavar="MONEY")]


@dataclass(frozen=True, slots=True)
class Campaign:
    """What a campaign costs and brings."""

    contact_cost: Money = None
    value: Money = None
    save_rate: Annotated[float | None, typer.Option(metavar="SHARE")] = None
    incentive: Annotated[float, typer.Option(metavar="MONEY")] = 0.0


@command()
def churn(call: Call, offer: Campaign, horizon: Duration = "90D") -> Answer:
    """Fit the churn model, and say whom to contact."""
    from crmkit.churn import ChurnModel
    from crmkit.outreach import campaign

    plan = _plan(**dataclasses.asdict(offer))
    model = ChurnModel(horizon=horizon).fit(call.tx)
    scores = model.score(call.tx) if plan or call.writes else None
    found = campaign(scores, **plan) if plan else None
    lines, judged = _validation(model, call), model.validation_
    if found is not None:
        lines += ["", *_campaign(found, plan, text.money(call.tx), call.language)]
    listed = scores if found is None else found.customers
    parts = {"validation": judged.table} if listed is None else {"customers": listed, "validation": judged.table}
    draw = picture("plot_calibration", judged) if found is None else picture("plot_campaign", found)
    return Answer(
        parts,
        lines,
        order=() if listed is None else ["customer_id"],
        draw=draw,
        definitions=[judged.definition],
    )


def _plan(**figures: float | None) -> dict[str, Any]:
    """The figures of a campaign, all of them or none."""
    told = {name: figure for name, figure in figures.items() if name != "incentive" and figure is not None}
    if not told:
        return {}
    missing = [name for name, figure in figures.items() if figure is None]
    if missing:
        example = {"contact_cost": 2, "value": 50, "save_rate": 0.1}
        asked = " ".join(f"--{name.replace('_', '-')} {example[name]}" for name in missing)
        raise ArgumentError("cli_campaign_needs_cost_value", asked=asked)
    return dict(figures)


def _validation(model: Any, call: Call) -> list[str]:
    judged = model.validation_
    formats: text.Formats = {
        "predictor": text.word, "mean_log_loss": text.figure, "log_loss": text.figure, "brier": text.figure,
        "calibration_error": text.figure, "auc": text.figure, "lift": text.figure,
    }  # fmt: skip
    facts = call.facts(
        recommended=text.label(model.recommended_, call.language),
        customers=text.count(judged.customers),
        churned_customers=text.count(judged.churned),
    )
    return [*facts, "", *call.table(judged.table, formats), *call.definition(judged.definition)]


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


@command()
def winback(
    call: Call,
    contact_cost: Annotated[float, typer.Option(metavar="MONEY")],
    inactive: Inactive = None,
    horizon: Duration = "180D",
    margin_rate: MarginRate = 1.0,
    response: Annotated[float | None, typer.Option(metavar="SHARE")] = None,
    value: Money = None,
) -> Answer:
    """Rank the lost customers worth winning back."""
    from crmkit.outreach import win_back

    rule = None if inactive is None else {"inactive": inactive}
    found = win_back(
        call.tx, contact_cost=contact_cost, rule=rule, horizon=horizon, response=response, value=value,
        margin_rate=margin_rate,
    )  # fmt: skip
    facts = call.facts(
        lost_customers=text.count(found.lost),
        worth_contacting=text.share_of(found.contacted, found.lost),
        expected_reactivated=text.decimal(found.reactivated),
        expected_value=text.cents(found.value),
        cost_of_contact=text.cents(found.cost),
        profit=text.cents(found.profit),
    )
    formats: text.Formats = {
        "rank": text.count, "customer_id": text.verbatim, "days_inactive": text.count, "purchases": text.count,
        "p_reactivation": text.percent, "value_if_reactivated": text.cents,
        "expected_profit": text.cents, "contact": text.flag,
    }  # fmt: skip
    first = {name: values[:FIRST_ROWS] for name, values in text.columns(found.table, *formats).items()}
    lines = [*facts, "", *call.table(first, formats), *call.definition(found.definition)]
    order, draw = ["rank", "customer_id"], picture("plot_win_back", found)
    return Answer({"customers": found.table}, lines, order=order, draw=draw, definitions=[found.definition])


@command()
def watch(
    call: Call,
    alerts_per_week: Annotated[float, typer.Option("--alerts", metavar="NUMBER")] = 20,
    weeks: Number = 26,
    window: Duration = "90D",
    horizon: Duration = "90D",
    by: By = None,
) -> Answer:
    """Print the accounts to look at now."""
    from crmkit.outreach import watch_list

    settings: dict[str, Any] = {"weeks": weeks, "window": window, "horizon": horizon, "by": by}
    found = watch_list(call.tx, alerts_per_week=alerts_per_week, language=call.language, **settings)
    formats: text.Formats = {"customer_id": text.verbatim, "at_stake": text.money(call.tx), "why": text.verbatim}
    lines = [*call.table(found.table, formats), *call.definition(found.definition)]
    parts = {"customers": found.table, "choices": found.choices}
    draw = picture("plot_watch_list", found)
    return Answer(parts, lines, order=["rank"], draw=draw, definitions=[found.definition])
