"""Commands about groups of customers: value, growth, moves, clusters, stages, downgrades, explanations, trials."""

from __future__ import annotations

import dataclasses
import re
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from crmkit.cli import text
from crmkit.cli.command import Answer, Call, command, picture
from crmkit.cli.options import Bins, Duration, Every, Scheme, Span, span_of
from crmkit.errors import ArgumentError, DataError

if TYPE_CHECKING:
    from crmkit._periods import Period
    from crmkit.labels import Language
    from crmkit.transactions import Transactions

MOVES: text.Formats = {
    "direction": text.word, "customers": text.count, "value_before": text.cents, "value_after": text.cents,
    "change": text.cents,
}  # fmt: skip


@command()
def segments(call: Call, bins: Bins = 5, scheme: Scheme = "eleven") -> Answer:
    """Print the segments of customers."""
    from crmkit.rfm import describe_segments
    from crmkit.scoring import score_customers

    scored = score_customers(call.tx, bins=bins, scheme=scheme, horizon=None, language=call.language)
    table = describe_segments(scored)
    lines = call.table(table, {**text.SEGMENTS, "value": text.money(call.tx)})
    return Answer({"segments": table}, lines, draw=picture("plot_segments", table))


@command()
def matrix(
    call: Call,
    cut: Annotated[str, typer.Option(metavar="median|mean|quantile")] = "median",
    share: Annotated[float | None, typer.Option(metavar="SHARE")] = None,
    potential: Annotated[str, typer.Option(metavar="COLUMN")] = "residual_clv",
) -> Answer:
    """Print the value matrix."""
    from crmkit.segment import value_matrix

    found = value_matrix(call.tx, potential=potential, cut=cut, share=share, language=call.language)
    formats: text.Formats = {
        "quadrant_label": text.verbatim, "strategy": text.verbatim, "customers": text.count,
        "customer_share": text.percent, "current_value": text.money(call.tx), "potential_value": text.money(call.tx),
    }  # fmt: skip
    lines = [*call.table(found.table, formats), "", found.describe_cuts(call.language)]
    return Answer({"matrix": found.table}, lines, draw=picture("plot_value_matrix", found))


@command()
def growth(call: Call, base: Span = None, current: Span = None) -> Answer:
    """Print where revenue grew."""
    from crmkit.growth import growth_matrix, revenue_bridge

    tx, money = call.tx, text.money(call.tx)
    periods: dict[str, Any] = dict(base=span_of("base", base), current=span_of("current", current))
    bridge = revenue_bridge(tx, **periods, language=call.language)
    spans = {name: " - ".join(map(str, days)) for name, days in (("base_period", bridge.base),
                                                                 ("current_period", bridge.current))}  # fmt: skip
    steps: text.Formats = {"step_label": text.verbatim, "customers": text.count, "amount": money}
    parts, lines = {"bridge": bridge.steps}, [*call.facts(**spans), "", *call.table(bridge.steps, steps)]
    if "product" in tx.roles:
        parts["matrix"] = growth_matrix(tx, **periods, language=call.language).table
        formats: text.Formats = {
            "cell_label": text.verbatim, "customers": text.count, "orders": text.count, "revenue": money,
            "revenue_share": text.percent,
        }  # fmt: skip
        lines += ["", *call.table(parts["matrix"], formats)]
    return Answer(parts, lines, draw=picture("plot_revenue_bridge", bridge))


@command()
def migration(
    call: Call,
    since: Annotated[str, typer.Option(metavar="DATE")],
    scheme: Scheme = "eleven",
) -> Answer:
    """Print who moved between segments."""
    from crmkit import rfm, segment, summarize

    before = summarize(_as_of(call.tx, since))
    scorer = rfm.Scorer().fit(before)
    lists = [rfm.segment(scorer.score(listed), scheme=scheme, bins=5) for listed in (before, summarize(call.tx))]
    moved = segment.migration(*lists, order=rfm.segment_rules(scheme)["segment"].tolist())
    formats: text.Formats = {"before": text.segment, **dict.fromkeys(moved.groups, text.count), "absent": text.count}
    lines = [*call.table(moved.customers, formats, segments=moved.groups), "", *call.table(moved.summary, MOVES)]
    parts = {"customers": moved.customers, "summary": moved.summary}
    return Answer(parts, lines, draw=picture("plot_migration", moved))


def _as_of(tx: Transactions, since: str) -> Transactions:
    """The transactions as they stood on an earlier day."""
    from crmkit import _checks

    first, day = _checks.date_of_day(tx.first_day), _checks.date_of(since, "since")
    if first == tx.as_of:
        raise DataError("cli_data_day_nobody_can", first=first)
    if not first <= day < tx.as_of:
        middle = first + (tx.as_of - first) / 2
        raise ArgumentError("since", str(day), "cli_earlier_day_data_go", first=first, as_of=tx.as_of, value=middle)
    return tx.until(day)


@command()
def clusters(
    call: Call, n_clusters: Annotated[str, typer.Option("--number", metavar="auto|NUMBER|FROM-TO")] = "auto"
) -> Answer:
    """Print clusters of customers on recency, frequency and spend."""
    from crmkit import summarize
    from crmkit.segment import cluster

    found = cluster(summarize(call.tx), n_clusters=_numbers(n_clusters), language=call.language)
    formats: text.Formats = {
        "cluster": text.count, "cluster_label": text.verbatim, "customers": text.count,
        "customer_share": text.percent, "value_share": text.percent, "mean_recency": text.decimal,
        "mean_frequency": text.decimal, "mean_monetary": text.cents,
    }  # fmt: skip
    return Answer(
        {"customers": found.customers, "profiles": found.profiles},
        [*call.table(found.profiles, formats), "", found.recommendation],
        order=["customer_id"],
        draw=picture("plot_cluster_profiles", found),
    )


def _numbers(written: str) -> str | range:
    """The numbers of clusters to choose from."""
    if written == "auto":
        return written
    found = re.fullmatch(r"(\d{1,6})(?:-(\d{1,6}))?", written.strip())
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 2 <= first <= last:
        raise ArgumentError("n_clusters", written, "cli_known_number_auto_whole")
    return range(first, last + 1)


@command()
def lifecycle(call: Call, period: Every = "quarter") -> Answer:
    """Print the stages of the customers' relations over time, and the patterns of those today."""
    from crmkit import lifecycle as stages_of
    from crmkit.rfm import describe_segments
    from crmkit.scoring import score_customers

    over_time = stages_of.history(call.tx, period=cast("Period", period), language=call.language)
    formats: text.Formats = {
        "date": text.date, "stage_label": text.verbatim, "customers": text.count, "customer_share": text.percent,
        "value": text.money(call.tx), "value_share": text.percent,
    }  # fmt: skip
    today = describe_segments(score_customers(call.tx, horizon=None, language=call.language), column="pattern")
    lines = [*call.table(over_time, formats), "", *call.table(today, {"pattern": text.segment, **text.SHARES})]
    return Answer({"stages": over_time, "patterns": today}, lines, draw=picture("plot_lifecycle", over_time))


@command()
def downgrades(call: Call, period: Every = "week", scheme: Scheme = "eleven") -> Answer:
    """Print the downgrade calendar."""
    from crmkit.downgrades import downgrade_calendar, downgrade_dates

    dates = downgrade_dates(call.tx, scheme=scheme, language=call.language)
    calendar = downgrade_calendar(dates, period=cast("Period", period))
    formats: text.Formats = {
        "date": text.date, "until": text.date, "segment": text.segment, "next_segment": text.segment,
        "customers": text.count, "value": text.money(call.tx),
    }  # fmt: skip
    lines = call.table(calendar, formats)
    return Answer({"calendar": calendar}, lines, draw=picture("plot_downgrade_calendar", calendar))


@command(last="customer_id")
def explain(
    call: Call,
    customer_id: Annotated[str | None, typer.Option("--who", metavar="ID")] = None,
    bins: Bins = 5,
    scheme: Scheme = "eleven",
) -> Answer:
    """Explain one customer's scores, segment and tier, and what would change them."""
    from crmkit.explanation import explain as told

    if customer_id is None:
        raise ArgumentError("cli_no_id")
    whole = call.tx.rows().collect_schema()["customer_id"].is_numeric() and customer_id.lstrip("-").isdigit()
    who = int(customer_id) if whole else customer_id
    found = told(call.tx, who, bins=bins, scheme=scheme, language=call.language)
    parts = {
        "measures": _as_columns(found.measures),
        "ways": _as_columns(found.upgrade_paths),
        "purchases": found.purchases,
        "refunds": found.refund_rows,
    }
    tables = {name: part for name, part in parts.items() if part is not None}
    return Answer(tables, [str(found)], draw=partial(_timeline, call.tx, who))


def _timeline(tx: Transactions, who: Any, *, language: Language) -> Any:
    """The picture of one customer: the money of each day, and the stages in which they stood."""
    from crmkit import lifecycle

    return lifecycle.timeline(tx, who).plot(language=language)


def _as_columns(records: Any) -> dict[str, list[Any]] | None:
    """Records of one kind as columns; nothing where there are none."""
    if not records:
        return None
    return {one.name: [getattr(each, one.name) for each in records] for one in dataclasses.fields(records[0])}


@command()
def backtest(
    call: Call,
    origins: Annotated[str | None, typer.Option("--origin", metavar="DATE")] = None,
    horizon: Duration = "90D",
    scheme: Scheme = "eleven",
) -> Answer:
    """Print what the segments of past days then did."""
    from crmkit.validation import backtest as tried

    found = tried(call.tx, scheme, origins=origins, horizon=horizon)
    formats: text.Formats = {
        "segment": text.segment, "customers": text.count, "rebuyers": text.count, "rebuy_rate": text.percent,
        "revenue": text.money(call.tx), "revenue_share": text.percent,
    }  # fmt: skip
    lift: text.Formats = {"customer_share": text.percent, "lift_over_recency": text.figure,
                          "lift_over_random": text.figure}  # fmt: skip
    lines = [*call.table(found.pooled, formats), "", *call.table(found.lift, lift), *call.definition(found.definition)]
    parts = {"segments": found.pooled, "lift": found.lift}
    return Answer(parts, lines, draw=picture("plot_backtest", found), definitions=[found.definition])


@command()
def sensitivity(call: Call, scheme: Scheme = "eleven") -> Answer:
    """Print how much the segments depend on arbitrary choices: ties, bins, window, as-of date."""
    from crmkit.validation import sensitivity as tried

    found = tried(call.tx, scheme)
    each: text.Formats = {"segment": text.segment, "customers": text.count, "steadiness": text.percent}
    lines = [found.text(call.language), "", *call.table(found.segments, each)]
    parts = {"segments": found.segments, "choices": found.choices}
    return Answer(parts, lines, draw=picture("plot_sensitivity", found))
