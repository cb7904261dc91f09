"""Commands about time where there is no contract: gaps that are too long, who is lost, survival, repurchase."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmkit.cli import text
from crmkit.cli.command import Answer, Call, command, picture
from crmkit.cli.options import By, Column, Duration, Inactive, Number, Span, listed, span_of
from crmkit.errors import ArgumentError

if TYPE_CHECKING:
    from crmkit.labels import Language

Durations = Annotated[list[str] | None, typer.Option(metavar="DURATION,...")]

# Days at which curves are read off where none are asked for, as far as the data reach.
GAP_DAYS = (30, 60, 90, 180, 270, 365)
SURVIVAL_DAYS = (30, 60, 90, 120, 150, 180, 270, 365, 545, 730, 1095, 1460, 1825)


@command()
def gaps(
    call: Call,
    returning: Annotated[float, typer.Option(metavar="SHARE")] = 0.9,
    days: Durations = None,
) -> Answer:
    """Print how long a gap between purchases is too long."""
    from crmkit.survival import inactivity_threshold

    asked = _durations("days", days)
    found = inactivity_threshold(call.tx, returning=returning)
    curve = text.columns(found.table)
    reached = [day for day in GAP_DAYS if day <= curve["days"][-1]]
    share = f"{100 * returning:g}"
    facts = call.facts(
        gap_limit=text.phrase("gap_limit_said", call.language, days=found.limit, share=share),
        gap_plateau=text.phrase("gap_plateau_said", call.language, share=text.percent(found.plateau)),
    )
    formats: text.Formats = {
        "gap_days": text.number, "waiting": text.count, "returned_share": text.percent, "interval": text.ready,
        "closed_share": text.percent, "still_to_come": text.percent,
    }  # fmt: skip
    lines = call.table(_gaps_at(found, curve, asked or sorted({*reached, found.limit})), formats)
    return Answer(
        {"curve": found.table},
        [*facts, "", *lines, *call.definition(found.definition)],
        order=["days"],
        draw=picture("plot_gap_curve", found),
        definitions=[found.definition],
    )


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


@command()
def lost(call: Call, horizon: Duration = "180D") -> Answer:
    """Print who would be called lost by several definitions."""
    from crmkit.survival import compare_lost_rules

    found = compare_lost_rules(call.tx, horizon=horizon)
    formats: text.Formats = {
        "rule": text.word, "setting": text.verbatim, "limit_days": text.decimal, "returned_within": text.percent,
        "customers": text.count, "lost": text.count, "lost_share": text.percent, "came_back_share": text.percent,
        "kept_silent_share": text.percent,
    }  # fmt: skip
    lines = [*call.table(found.table, formats), *call.definition(found.definition)]
    draw = picture("plot_lost_rules", found)
    return Answer({"rules": found.table}, lines, draw=draw, definitions=[found.definition])


@command()
def survival(
    call: Call,
    inactive: Inactive = None,
    by: By = None,
    times: Annotated[list[str] | None, typer.Option("--at", metavar="DURATION,...")] = None,
    time: Column = None,
    event: Column = None,
) -> Answer:
    """Print how long customers stay: Kaplan-Meier curves."""
    from crmkit.survival import curve as survival_of

    if time is not None or event is not None:
        return _of_durations(call, time or "time", event or "event", by)
    asked = _durations("times", times)
    found = survival_of(call.tx, inactive=inactive, by=by)
    group: text.Formats = {"group": text.group} if by else {}
    summary: text.Formats = {
        **group, "customers": text.count, "n_events": text.count, "median_days": text.number,
        "mean_days": text.decimal, "until_days": text.number,
    }  # fmt: skip
    formats: text.Formats = {
        **group, "survival_days": text.number, "n_at_risk": text.count, "survival": text.percent,
        "interval": text.ready,
    }  # fmt: skip
    at = call.table(_survival_at(found, asked or _usual_times(found)), formats)
    lines = [*call.table(found.summary, summary), "", *at]
    if found.log_rank is not None:
        lines += ["", *call.facts(log_rank=_log_rank(found.log_rank, call.language))]
    return Answer(
        {"curves": found.table, "summary": found.summary},
        [*lines, *call.definition(found.definition)],
        order=["group", "time"],
        draw=picture("plot_survival", found),
        definitions=[found.definition],
    )


def _of_durations(call: Call, time: str, event: str, by: str | None) -> Answer:
    """Curves of a table of durations, in its own unit of time."""
    from crmkit._frame import texts
    from crmkit.survival import kaplan_meier

    rows = call.rows([column for column in (time, event, by) if column is not None])
    found = kaplan_meier(texts.numbers_of(rows.frame(), time).to_native(), time=time, event=event, by=by)
    return Answer(
        {"curves": found.table, "summary": found.summary},
        [found.text(call.language)],
        order=["group", "time"],
        draw=picture("plot_survival", found),
        definitions=[found.definition],
    )


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


@dataclass(frozen=True, slots=True)
class Comparison:
    """What repurchase is compared with."""

    compare: Annotated[bool, typer.Option("--compare")] = False
    baseline: Annotated[str | None, typer.Option(metavar="GROUP")] = None
    current: Span = None


@command()
def repurchase(
    call: Call, comparison: Comparison, within: Duration = "90D", by: By = None, most: Number = 10
) -> Answer:
    """Print repurchase rates by order number."""
    from crmkit.survival import compare_repurchase
    from crmkit.survival import repurchase as rates_of

    for name in ("baseline", "current"):
        value = getattr(comparison, name)
        if value is not None and not comparison.compare:
            raise ArgumentError(name, value, "cli_goes_compare_too_leave")
    span = span_of("current", comparison.current)
    found = rates_of(call.tx, within=within, by=by, most=most)
    parts, said, draw = {"rates": found.table}, [found.definition], picture("plot_repurchase", found)
    lines = [*_by_order(found, most, call, grouped=by is not None), *call.definition(found.definition)]
    if comparison.compare:
        other = compare_repurchase(call.tx, within=within, by=by, baseline=comparison.baseline, current=span)
        lines += ["", *_compared(other, call), *call.definition(other.definition)]
        parts["comparison"], draw = other.table, picture("plot_repurchase_comparison", other)
        said.append(other.definition)
    return Answer(parts, lines, draw=draw, definitions=said)


def _by_order(found: Any, most: int, call: Call, *, grouped: bool) -> list[str]:
    rows = text.columns(found.table)
    rows["order_number"] = [f"{number}{'+' if number == most else ''}" for number in rows["order_number"].tolist()]
    rows["interval"] = text.intervals(rows["within_low"], rows["within_high"], text.percent)
    formats: text.Formats = {
        **({"group": text.group} if grouped else {}), "order_number": text.ready, "purchases": text.count,
        "returned": text.count, "rate": text.percent, "rate_within": text.percent, "interval": text.ready,
        "median_days": text.number,
    }  # fmt: skip
    return call.table(rows, formats, days=found.definition.values["days"])


def _compared(found: Any, call: Call) -> list[str]:
    """Rates of groups or years and their differences from the first, in percentage points."""
    rows = text.columns(found.table)
    rows["rate_within"], rows["points"] = rows["rate"], rows["difference"]
    rows["interval"] = text.intervals(rows["rate_low"], rows["rate_high"], text.percent)
    rows["difference_interval"] = text.intervals(rows["difference_low"], rows["difference_high"], text.points)
    formats: text.Formats = {
        "group": text.group, "purchases": text.count, "returned": text.count, "rate_within": text.percent,
        "interval": text.ready, "points": text.points, "difference_interval": text.ready, "relative": text.relative,
    }  # fmt: skip
    return call.table(rows, formats, days=found.definition.values["days"])
