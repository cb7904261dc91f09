"""Commands about groups of customers: value, growth, moves, clusters, stages, downgrades, explanations, trials."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmkit.cli import text
from crmkit.cli.app import app
from crmkit.cli.options import Bins, Every, Input, Optional, Scheme, Span, Words, reads_transactions, span_of
from crmkit.errors import ArgumentError, DataError

if TYPE_CHECKING:
    from crmkit.transactions import Transactions

MOVES: text.Formats = {
    "direction": text.word, "customers": text.count, "value_before": text.cents, "value_after": text.cents,
    "change": text.cents,
}  # fmt: skip


@app.command()
@reads_transactions
def matrix(
    given: Input,
    cut: Annotated[str, typer.Option(metavar="median|mean|quantile", help="Where both axes are cut.")] = "median",
    share: Annotated[
        float | None,
        typer.Option(metavar="SHARE", help="With --cut quantile: share of customers not above it, such as 0.8."),
    ] = None,
    potential: Annotated[
        str,
        typer.Option(metavar="COLUMN", help="Growth potential: residual_clv, or a measure such as mean_order."),
    ] = "residual_clv",
    language: Words = None,
) -> None:
    """Print the value matrix.

    Current value (margin or revenue of the last 12 months) by growth potential (lifetime value still to come).
    """
    from crmkit.segment import value_matrix

    speech = text.language_of(language)
    with given.opened() as tx:
        found = value_matrix(tx, potential=potential, cut=cut, share=share, language=speech)
        formats: text.Formats = {
            "quadrant_label": text.verbatim, "strategy": text.verbatim, "customers": text.count,
            "customer_share": text.percent, "current_value": text.money(tx), "potential_value": text.money(tx),
        }  # fmt: skip
        text.say(*text.table(found.table, formats, speech))
        text.say("", found.describe_cuts(speech))


@app.command()
@reads_transactions
def growth(given: Input, base: Span = None, current: Span = None, language: Words = None) -> None:
    """Print where revenue grew.

    The bridge from a base period's revenue to the current one; with a column of products also the growth matrix.
    """
    from crmkit.growth import growth_matrix, revenue_bridge

    speech = text.language_of(language)
    with given.opened() as tx:
        periods: dict[str, Any] = dict(base=span_of("base", base), current=span_of("current", current))
        bridge = revenue_bridge(tx, **periods, language=speech)
        spans = {name: " - ".join(map(str, days)) for name, days in (("base_period", bridge.base),
                                                                     ("current_period", bridge.current))}  # fmt: skip
        text.say(*text.facts(spans, speech))
        steps: text.Formats = {"step_label": text.verbatim, "customers": text.count, "amount": text.money(tx)}
        text.say("", *text.table(bridge.steps, steps, speech))
        if "product" in tx.roles:
            cells = growth_matrix(tx, **periods, language=speech).table
            formats: text.Formats = {
                "cell_label": text.verbatim, "customers": text.count, "orders": text.count,
                "revenue": text.money(tx), "revenue_share": text.percent,
            }  # fmt: skip
            text.say("", *text.table(cells, formats, speech))


@app.command()
@reads_transactions
def migration(
    given: Input,
    since: Annotated[str, typer.Option(metavar="DATE", help="The earlier day to compare with.")],
    scheme: Scheme = "eleven",
    language: Words = None,
) -> None:
    """Print who moved between segments.

    Customers are scored at the earlier day, and again at the end by the cuts of that day: up, down, joined, left.
    """
    from crmkit import rfm, segment, summarize

    speech = text.language_of(language)
    with given.opened() as tx:
        before = summarize(_as_of(tx, since))
        scorer = rfm.Scorer().fit(before)
        lists = [rfm.segment(scorer.score(listed), scheme=scheme, bins=5) for listed in (before, summarize(tx))]
        moved = segment.migration(*lists, order=rfm.segment_rules(scheme)["segment"].tolist())
        formats: text.Formats = {
            "before": text.segment,
            **dict.fromkeys(moved.groups, text.count),
            "absent": text.count,
        }
        text.say(*text.table(moved.customers, formats, speech, segments=moved.groups))
        text.say("", *text.table(moved.summary, MOVES, speech))


def _as_of(tx: Transactions, since: str) -> Transactions:
    """The transactions as they stood on an earlier day."""
    from crmkit import _checks

    first, day = _checks.date_of_day(tx.first_day), _checks.date_of(since, "since")
    if first == tx.as_of:
        raise DataError("cli_data_day_nobody_can", first=first)
    if not first <= day < tx.as_of:
        raise ArgumentError(
            "since",
            str(day),
            "cli_earlier_day_data_go",
            first=first,
            as_of=tx.as_of,
            value=first + (tx.as_of - first) / 2,
        )
    return tx.until(day)


@app.command()
@reads_transactions
def clusters(
    given: Input,
    number: Annotated[
        str, typer.Option(metavar="auto|NUMBER|FROM-TO", help="How many clusters; of several, the best number.")
    ] = "auto",
    output: Optional = None,
    language: Words = None,
) -> None:
    """Print clusters of customers on recency, frequency and spend.

    Reads the three measures of all customers into memory. Needs scikit-learn: pip install "crmkit[learn]".
    """
    from crmkit import summarize
    from crmkit._frame import outputs
    from crmkit.segment import cluster

    speech = text.language_of(language)
    tried = _numbers(number)
    if output is not None:
        outputs.target_of(output, source=given.source)
    with given.opened() as tx:
        try:
            found = cluster(summarize(tx), n_clusters=tried, language=speech)
        except DataError as error:  # it lists all the numbers
            raise DataError(re.sub(r"n_clusters=(\[.*?\]|range\(.*?\)|\d+)", f"number={number}", str(error))) from None
        formats: text.Formats = {
            "cluster": text.count, "cluster_label": text.verbatim, "customers": text.count,
            "customer_share": text.percent, "value_share": text.percent, "mean_recency": text.decimal,
            "mean_frequency": text.decimal, "mean_monetary": text.cents,
        }  # fmt: skip
        text.say(*text.table(found.profiles, formats, speech), "", found.recommendation)
        if output is not None:
            outputs.write_table(found.customers, output, order=["customer_id"], bom=speech == "zh")


def _numbers(written: str) -> str | range:
    """The numbers of clusters to choose from."""
    if written == "auto":
        return written
    found = re.fullmatch(r"(\d{1,6})(?:-(\d{1,6}))?", written.strip())
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 2 <= first <= last:
        raise ArgumentError("number", written, "cli_known_number_auto_whole")
    return range(first, last + 1)


@app.command()
@reads_transactions
def lifecycle(given: Input, period: Every = "quarter", language: Words = None) -> None:
    """Print the stages of the customers' relations over time, and the patterns of those today."""
    from crmkit import lifecycle as stages_of
    from crmkit.rfm import describe_segments
    from crmkit.scoring import score_customers

    speech = text.language_of(language)
    with given.opened() as tx:
        over_time = stages_of.history(tx, period=period, language=speech)  # type: ignore[arg-type]
        formats: text.Formats = {
            "date": text.date, "stage_label": text.verbatim, "customers": text.count, "customer_share": text.percent,
            "value": text.money(tx), "value_share": text.percent,
        }  # fmt: skip
        text.say(*text.table(over_time, formats, speech))
        today = describe_segments(score_customers(tx, horizon=None, language=speech), column="pattern")
        text.say("", *text.table(today, {"pattern": text.segment, **text.SHARES}, speech))


@app.command()
@reads_transactions
def downgrades(given: Input, period: Every = "week", scheme: Scheme = "eleven", language: Words = None) -> None:
    """Print the downgrade calendar.

    How many customers, with how much spend, will drop to a lower segment when, if they buy nothing.
    """
    from crmkit.downgrades import downgrade_calendar, downgrade_dates

    speech = text.language_of(language)
    with given.opened() as tx:
        downgrades = downgrade_dates(tx, scheme=scheme, language=speech)
        calendar = downgrade_calendar(downgrades, period=period)  # type: ignore[arg-type]
        formats: text.Formats = {
            "date": text.date, "until": text.date, "segment": text.segment, "next_segment": text.segment,
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
    language: Words = None,
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
    language: Words = None,
) -> None:
    """Print what the segments of past days then did.

    Scores past days as they stood, and counts who bought in the days after, with the lift over sorting by recency.
    """
    from crmkit.validation import backtest as tried

    speech = text.language_of(language)
    with given.opened() as tx:
        found = tried(tx, scheme, origins=origin, horizon=horizon)
        formats: text.Formats = {
            "segment": text.segment, "customers": text.count, "rebuyers": text.count, "rebuy_rate": text.percent,
            "revenue": text.money(tx), "revenue_share": text.percent,
        }  # fmt: skip
        text.say(*text.table(found.pooled, formats, speech))
        lift: text.Formats = {"customer_share": text.percent, "lift_over_recency": text.figure,
                              "lift_over_random": text.figure}  # fmt: skip
        text.say("", *text.table(found.lift, lift, speech), *text.definition(found.definition, speech))


@app.command()
@reads_transactions
def sensitivity(given: Input, scheme: Scheme = "eleven", language: Words = None) -> None:
    """Print how much the segments depend on arbitrary choices: ties, bins, window, as-of date."""
    from crmkit.validation import sensitivity as tried

    speech = text.language_of(language)
    with given.opened() as tx:
        found = tried(tx, scheme)
        text.say(found.text(speech))
        each: text.Formats = {"segment": text.segment, "customers": text.count, "steadiness": text.percent}
        text.say("", *text.table(found.segments, each, speech))
