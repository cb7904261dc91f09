"""Commands about groups of customers: value, growth, moves, clusters, stages, slips, explanations, trials."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from crmkit.cli import text
from crmkit.cli.app import app
from crmkit.cli.options import Bins, Every, Input, Optional, Scheme, Span, Words, reads_transactions
from crmkit.errors import ArgumentError

MOVES: text.Formats = {
    "direction": text.word, "customers": text.count, "value_before": text.cents, "value_after": text.cents,
    "change": text.cents,
}  # fmt: skip


@app.command()
@reads_transactions
def matrix(
    given: Input, cut: Annotated[str, typer.Option(metavar="median|mean")] = "median", language: Words = "en"
) -> None:
    """Print the value matrix.

    Current value (margin or revenue of the last 12 months) by growth potential (lifetime value still to come).
    """
    from crmkit.segment import value_matrix

    speech = text.language_of(language)
    with given.opened() as tx:
        found = value_matrix(tx, cut=cut, language=speech)
        formats: text.Formats = {
            "quadrant_label": text.verbatim, "strategy": text.verbatim, "customers": text.count,
            "customer_share": text.percent, "current_value": text.money(tx), "potential_value": text.money(tx),
        }  # fmt: skip
        text.say(*text.table(found.table, formats, speech))
        text.say("", found.definition(speech))


@app.command()
@reads_transactions
def growth(given: Input, base: Span = None, current: Span = None, language: Words = "en") -> None:
    """Print where revenue grew.

    The bridge from a base period's revenue to the current one; with a column of products also the growth matrix.
    """
    from crmkit.segment import growth_matrix, revenue_bridge

    speech = text.language_of(language)
    with given.opened() as tx:
        periods: dict[str, Any] = dict(base=_span("base", base), current=_span("current", current))
        bridge = revenue_bridge(tx, **periods, language=speech)
        spans = {name: " - ".join(map(str, days)) for name, days in (("base_period", bridge.base),
                                                                     ("current_period", bridge.current))}  # fmt: skip
        text.say(*text.facts(spans, speech))
        steps: text.Formats = {"step": text.word, "customers": text.count, "amount": text.money(tx)}
        text.say("", *text.table(bridge.steps, steps, speech))
        if "product" in tx.roles:
            cells = growth_matrix(tx, **periods, language=speech).table
            formats: text.Formats = {
                "cell_label": text.verbatim, "customers": text.count, "orders": text.count,
                "revenue": text.money(tx), "revenue_share": text.percent,
            }  # fmt: skip
            text.say("", *text.table(cells, formats, speech))


def _span(name: str, told: str | None) -> tuple[str, str] | None:
    """A period as it is written on the command line."""
    if told is None:
        return None
    first, colon, last = told.partition(":")
    if not colon:
        raise ArgumentError(
            f"{name}={told!r} is not a period. Give its first and last day: {name}='2024-01-01:2024-12-31'."
        )
    return first, last


@app.command()
@reads_transactions
def migration(
    given: Input,
    since: Annotated[str, typer.Option(metavar="DATE", help="The earlier day to compare with.")],
    scheme: Scheme = "eleven",
    language: Words = "en",
) -> None:
    """Print who moved between segments.

    Customers are scored at the earlier day, and again at the end by the cuts of that day: up, down, joined, left.
    """
    from crmkit import rfm, segment, summarize

    speech = text.language_of(language)
    with given.opened() as tx:
        before = summarize(tx.until(since))
        scorer = rfm.Scorer().fit(before)
        lists = [rfm.segment(scorer.score(listed), scheme=scheme, bins=5) for listed in (before, summarize(tx))]
        moved = segment.migration(*lists, order=rfm.segment_rules(scheme)["segment"].tolist())
        formats: text.Formats = {
            "before": text.word,
            **dict.fromkeys(moved.groups, text.count),
            "absent": text.count,
        }
        text.say(*text.table(moved.customers, formats, speech))
        text.say("", *text.table(moved.summary, MOVES, speech))


@app.command()
@reads_transactions
def clusters(
    given: Input,
    number: Annotated[str, typer.Option(metavar="auto|NUMBER", help="How many clusters.")] = "auto",
    output: Optional = None,
    language: Words = "en",
) -> None:
    """Print clusters of customers on recency, frequency and spend.

    Reads the three measures of all customers into memory. Needs scikit-learn: pip install "crmkit[learn]".
    """
    from crmkit import summarize
    from crmkit._frame import outputs
    from crmkit.segment import cluster

    speech = text.language_of(language)
    if output is not None:
        outputs.target_of(output, source=given.source)
    with given.opened() as tx:
        found = cluster(summarize(tx), n_clusters=int(number) if number.isdigit() else number, language=speech)
        formats: text.Formats = {
            "cluster": text.count, "cluster_label": text.verbatim, "customers": text.count,
            "customer_share": text.percent, "value_share": text.percent, "mean_recency": text.decimal,
            "mean_frequency": text.decimal, "mean_monetary": text.cents,
        }  # fmt: skip
        text.say(*text.table(found.profiles, formats, speech), "", found.recommendation)
        if output is not None:
            outputs.write_table(found.customers, output, order=["customer_id"], bom=speech == "zh")


@app.command()
@reads_transactions
def lifecycle(given: Input, period: Every = "quarter", language: Words = "en") -> None:
    """Print the stages of the customers' relations over time, and the patterns of those today."""
    from crmkit import lifecycle as stages_of
    from crmkit.rfm import describe_segments
    from crmkit.scoring import score_customers

    speech = text.language_of(language)
    with given.opened() as tx:
        over_time = stages_of.history(tx, period=period, language=speech)
        formats: text.Formats = {
            "date": text.date, "stage_label": text.verbatim, "customers": text.count, "customer_share": text.percent,
            "value": text.money(tx), "value_share": text.percent,
        }  # fmt: skip
        text.say(*text.table(over_time, formats, speech))
        today = describe_segments(score_customers(tx, horizon=None, language=speech), by="pattern")
        text.say("", *text.table(today, {"pattern": text.word, **text.SHARES}, speech))


@app.command()
@reads_transactions
def slips(given: Input, period: Every = "week", scheme: Scheme = "eleven", language: Words = "en") -> None:
    """Print the slip calendar.

    How many customers, with how much spend, will drop to a lower segment when, if they buy nothing.
    """
    from crmkit.ageing import slip_calendar, slip_dates

    speech = text.language_of(language)
    with given.opened() as tx:
        calendar = slip_calendar(slip_dates(tx, scheme=scheme, language=speech), period=period)
        formats: text.Formats = {
            "date": text.date, "until": text.date, "segment": text.word, "slip_to": text.word,
            "customers": text.count, "value": text.money(tx),
        }  # fmt: skip
        text.say(*text.table(calendar, formats, speech))


@app.command()
@reads_transactions
def explain(
    given: Input,
    who: Annotated[str, typer.Option("--who", metavar="ID", help="The customer's id.")],
    bins: Bins = 5,
    scheme: Scheme = "eleven",
    language: Words = "en",
) -> None:
    """Explain one customer's scores, segment and tier, and what would change them."""
    from crmkit.explanation import explain as told

    speech = text.language_of(language)
    with given.opened() as tx:
        whole = tx.rows().collect_schema()["customer_id"].is_numeric() and who.lstrip("-").isdigit()
        text.say(str(told(tx, int(who) if whole else who, bins=bins, scheme=scheme, language=speech)))


@app.command()
@reads_transactions
def backtest(
    given: Input,
    origin: Annotated[str | None, typer.Option(metavar="DATE", help="A past day; several by default.")] = None,
    horizon: Annotated[str, typer.Option(metavar="DURATION", help="How far to look from it.")] = "90D",
    scheme: Scheme = "eleven",
    language: Words = "en",
) -> None:
    """Print what the segments of past days then did.

    Scores past days as they stood, and counts who bought in the days after, with the lift over sorting by recency.
    """
    from crmkit.trials import backtest as tried

    speech = text.language_of(language)
    with given.opened() as tx:
        found = tried(tx, scheme, origins=origin, horizon=horizon)
        formats: text.Formats = {
            "segment": text.word, "customers": text.count, "rebuyers": text.count, "rebuy_rate": text.percent,
            "revenue": text.money(tx), "revenue_share": text.percent,
        }  # fmt: skip
        text.say(*text.table(found.pooled, formats, speech))
        lift: text.Formats = {"customer_share": text.percent, "lift_over_recency": text.figure,
                              "lift_over_random": text.figure}  # fmt: skip
        text.say("", *text.table(found.lift, lift, speech), *text.card(found.card, speech))


@app.command()
@reads_transactions
def audit(given: Input, scheme: Scheme = "eleven", language: Words = "en") -> None:
    """Print how much the segments depend on arbitrary choices: ties, bins, window, as-of date."""
    from crmkit.trials import audit as tried

    speech = text.language_of(language)
    with given.opened() as tx:
        found = tried(tx, scheme)
        text.say(found.headline(speech))
        choices: text.Formats = {
            "choice": text.word, "setting": text.verbatim, "customers": text.count, "changed": text.count,
            "changed_share": text.percent, "money_changed_share": text.percent,
        }  # fmt: skip
        text.say("", *text.table(found.choices, choices, speech))
        each: text.Formats = {"segment": text.word, "customers": text.count, "steadiness": text.percent}
        text.say("", *text.table(found.segments, each, speech))
