"""Commands about time where there is no contract: gaps that are too long, who is lost, survival, repurchase."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmkit.cli import text
from crmkit.cli.app import app
from crmkit.cli.options import By, Inactive, Input, Optional, Span, Words, listed, reads_transactions, span_of
from crmkit.errors import ArgumentError

if TYPE_CHECKING:
    from crmkit.labels import Language

# Days at which curves are read off where none are asked for, as far as the data reach.
GAP_DAYS = (30, 60, 90, 180, 270, 365)
SURVIVAL_DAYS = (30, 60, 90, 120, 150, 180, 270, 365, 545, 730, 1095, 1460, 1825)


@app.command()
@reads_transactions
def gaps(
    given: Input,
    returning: Annotated[
        float, typer.Option(help="Share of the returns that are to come within the limit, such as 0.9.")
    ] = 0.9,
    days: Annotated[
        list[str] | None, typer.Option(metavar="DURATION,...", help="Read the curve off here, such as 90D,180D.")
    ] = None,
    output: Optional = None,
    language: Words = None,
) -> None:
    """Print how long a gap between purchases is too long.

    The gap curve, in which customers who have not come back yet are counted, beside the naive share of closed gaps.
    """
    from crmkit._frame import outputs
    from crmkit.survival import inactivity_threshold

    speech = text.language_of(language)
    if output is not None:
        outputs.target_of(output, source=given.source)
    asked = _durations("days", days)
    with given.opened() as tx:
        found = inactivity_threshold(tx, returning=returning)
        curve = text.columns(found.table)
        reached = [day for day in GAP_DAYS if day <= curve["days"][-1]]
        facts = {
            "gap_limit": text.phrase("gap_limit_said", speech, days=found.limit, share=f"{100 * returning:g}"),
            "gap_plateau": text.phrase("gap_plateau_said", speech, share=text.percent(found.plateau)),
        }
        formats: text.Formats = {
            "gap_days": text.number, "waiting": text.count, "returned_share": text.percent, "interval": text.ready,
            "closed_share": text.percent, "still_to_come": text.percent,
        }  # fmt: skip
        lines = text.table(_gaps_at(found, curve, asked or sorted({*reached, found.limit})), formats, speech)
        text.say(*text.facts(facts, speech), "", *lines, *text.definition(found.definition, speech))
        if output is not None:
            outputs.write_table(found.table, output, order=["days"], bom=speech == "zh")


def _durations(name: str, given: list[str] | None) -> list[float]:
    """Durations as they are written on the command line, in days."""
    from crmkit import _checks

    return [_checks.days_of(each, name) for each in listed(given) or []]


def _gaps_at(found: Any, curve: dict[str, Any], days: list[float]) -> dict[str, Any]:
    """The rows of a gap curve at some lengths; within a day nobody has come back, beyond the last row nobody knows."""
    import numpy as np

    last = np.maximum(np.searchsorted(curve["days"], days, side="right") - 1, 0)
    share = np.array([found.returned_within(day) for day in days])
    low, high, closed = (
        np.where(np.isnan(share), np.nan, np.where(np.array(days) < 1, 0.0, curve[name][last]))
        for name in ("returned_low", "returned_high", "closed_share")
    )
    return {
        "gap_days": np.array(days, dtype=float),
        "waiting": np.append(curve["at_risk"], 0)[np.searchsorted(curve["days"], days, side="left")],
        "returned_share": share,
        "interval": text.intervals(low, high, text.percent),
        "closed_share": closed,
        "still_to_come": np.array([found.chance_of_return(day) for day in days]),
    }


@app.command()
@reads_transactions
def lost(
    given: Input,
    horizon: Annotated[
        str, typer.Option(metavar="DURATION", help="How long before the past ends the rules are tried.")
    ] = "180D",
    language: Words = None,
) -> None:
    """Print who would be called lost by several definitions.

    And how many of them came back afterwards.
    """
    from crmkit.survival import compare_lost_rules

    speech = text.language_of(language)
    with given.opened() as tx:
        found = compare_lost_rules(tx, horizon=horizon)
        formats: text.Formats = {
            "rule": text.word, "setting": text.verbatim, "limit_days": text.decimal, "returned_within": text.percent,
            "customers": text.count, "lost": text.count, "lost_share": text.percent, "came_back_share": text.percent,
            "kept_silent_share": text.percent,
        }  # fmt: skip
        text.say(*text.table(found.table, formats, speech), *text.definition(found.definition, speech))


@app.command()
@reads_transactions
def survival(
    given: Input,
    inactive: Inactive = None,
    by: By = None,
    time: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="Of a table of durations: column of how long each customer stayed."),
    ] = None,
    event: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="With --time: column of who left (1, true, yes) or did not.")
    ] = None,
    at: Annotated[
        list[str] | None, typer.Option(metavar="DURATION,...", help="Read the curves off here, such as 90D,1Y.")
    ] = None,
    output: Optional = None,
    language: Words = None,
) -> None:
    """Print how long customers stay: Kaplan-Meier curves.

    From the first purchase to the day on which none has come for --inactive days (by default the limit of
    `crmkit gaps`), those still there counted for as long as they have been seen. With --by also a log-rank test.
    With --time and --event INPUT is a table of durations, one row per customer, and --by any column of it.
    """
    from crmkit._frame import outputs
    from crmkit.survival import curve as survival_of

    speech = text.language_of(language)
    if output is not None:
        outputs.target_of(output, source=given.source)
    if time is not None or event is not None:
        _say_durations(given, time or "time", event or "event", by, output, speech)
        return
    asked = _durations("at", at)
    with given.opened() as tx:
        found = survival_of(tx, inactive=inactive, by=by)
        group: text.Formats = {"group": text.group} if by else {}
        summary: text.Formats = {
            **group, "customers": text.count, "n_events": text.count, "median_days": text.number,
            "mean_days": text.decimal, "until_days": text.number,
        }  # fmt: skip
        text.say(*text.table(found.summary, summary, speech))
        formats: text.Formats = {
            **group, "survival_days": text.number, "n_at_risk": text.count, "survival": text.percent,
            "interval": text.ready,
        }  # fmt: skip
        text.say("", *text.table(_survival_at(found, asked or _usual_times(found)), formats, speech))
        if found.log_rank is not None:
            text.say("", *text.facts({"log_rank": _log_rank(found.log_rank, speech)}, speech))
        text.say(*text.definition(found.definition, speech))
        if output is not None:
            outputs.write_table(found.table, output, order=["group", "time"], bom=speech == "zh")


def _say_durations(given: Input, time: str, event: str, by: str | None, output: str | None, speech: Language) -> None:
    """Curves of a table of durations, in its own unit of time."""
    from crmkit._frame import outputs, texts
    from crmkit.survival import kaplan_meier

    with given.opened_as_is([column for column in (time, event, by) if column is not None]) as rows:
        frame = texts.numbers_of(rows.frame(), time)
        found = kaplan_meier(frame.to_native(), time=time, event=event, by=by)
        text.say(found.text(speech))
        if output is not None:
            outputs.write_table(found.table, output, order=["group", "time"], bom=speech == "zh")


def _usual_times(found: Any) -> list[float]:
    """Common lengths from the first loss that can be seen to the longest time seen."""
    longest = text.columns(found.summary, "until_days")["until_days"].max()
    first = int(found.definition.values["days"])
    return sorted({float(first), *(float(days) for days in SURVIVAL_DAYS if first < days <= longest)})


def _survival_at(found: Any, times: list[float]) -> dict[str, Any]:
    """The curves at some times."""
    rows = text.columns(found.at(times))
    own = {name: rows[name] for name in ("group", "n_at_risk", "survival")}
    interval = text.intervals(rows["survival_low"], rows["survival_high"], text.percent)
    return {**own, "survival_days": rows["time"], "interval": interval}


def _log_rank(test: Any, speech: Language) -> str:
    p = "p < 0.0001" if test.p_value < 0.0001 else f"p = {test.p_value:.4f}"
    return text.phrase("log_rank_said", speech, statistic=f"{test.statistic:,.2f}", degrees=test.degrees, p=p)


@app.command()
@reads_transactions
def repurchase(
    given: Input,
    within: Annotated[
        str, typer.Option(metavar="DURATION", help="Time in which a purchase must be followed by the next one.")
    ] = "90D",
    by: By = None,
    most: Annotated[int, typer.Option(help="The last order number of its own; later ones are counted with it.")] = 10,
    compare: Annotated[
        bool,
        typer.Option("--compare", help="Also compare the groups of --by, or the last year with the one before."),
    ] = False,
    baseline: Annotated[
        str | None, typer.Option(metavar="GROUP", help="With --compare: the group to compare with; else the largest.")
    ] = None,
    current: Span = None,
    language: Words = None,
) -> None:
    """Print repurchase rates by order number.

    First to second purchase, second to third, and so on: so far, and within --within with those counted who have
    not had the time. With --compare also the differences of groups or years, with intervals; --current then says which
    days' purchases are compared.
    """
    from crmkit.survival import compare_repurchase
    from crmkit.survival import repurchase as rates_of

    speech = text.language_of(language)
    for name, value in (("baseline", baseline), ("current", current)):
        if value is not None and not compare:
            raise ArgumentError(name, value, "cli_goes_compare_too_leave")
    span = span_of("current", current)
    with given.opened() as tx:
        found = rates_of(tx, within=within, by=by, most=most)
        compared = compare_repurchase(tx, within=within, by=by, baseline=baseline, current=span) if compare else None
        text.say(*_by_order(found, most, speech, grouped=by is not None), *text.definition(found.definition, speech))
        if compared is not None:
            text.say("", *_compared(compared, speech), *text.definition(compared.definition, speech))


def _by_order(found: Any, most: int, speech: Language, *, grouped: bool) -> list[str]:
    rows = text.columns(found.table)
    rows["order_number"] = [f"{number}{'+' if number == most else ''}" for number in rows["order_number"].tolist()]
    rows["interval"] = text.intervals(rows["within_low"], rows["within_high"], text.percent)
    formats: text.Formats = {
        **({"group": text.group} if grouped else {}), "order_number": text.ready, "purchases": text.count,
        "returned": text.count, "rate": text.percent, "rate_within": text.percent, "interval": text.ready,
        "median_days": text.number,
    }  # fmt: skip
    return text.table(rows, formats, speech, days=found.definition.values["days"])


def _compared(found: Any, speech: Language) -> list[str]:
    """Rates of groups or years and their differences from the first, in percentage points."""
    rows = text.columns(found.table)
    rows["rate_within"], rows["points"] = rows["rate"], rows["difference"]
    rows["interval"] = text.intervals(rows["rate_low"], rows["rate_high"], text.percent)
    rows["difference_interval"] = text.intervals(rows["difference_low"], rows["difference_high"], text.points)
    formats: text.Formats = {
        "group": text.group, "purchases": text.count, "returned": text.count, "rate_within": text.percent,
        "interval": text.ready, "points": text.points, "difference_interval": text.ready, "relative": text.relative,
    }  # fmt: skip
    return text.table(rows, formats, speech, days=found.definition.values["days"])
