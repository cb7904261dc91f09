"""The second half of the report: how customers move, who stays, and what they are worth."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from crmkit import _checks, _frame, clv, plotting
from crmkit.reporting import _draw
from crmkit.reporting._blocks import Cell, Grid, Head, Heat, Note, Row, Section, Tables, Warm
from crmkit.reporting._facts import HORIZON, Facts, attempt, columns
from crmkit.reporting._page import shade
from crmkit.reporting._voice import Voice

# --- movement -------------------------------------------------------------------------------------------------------

DAYS = 30


def movement(facts: Facts, say: Voice) -> Section:
    """Who moved between segments, how revenue changed, and who will drop next."""
    summary = columns(facts.small(facts.moved.summary))
    count = dict(zip(summary["direction"].astype(str), summary["customers"], strict=True))
    up, down = float(count.get("up", 0)), float(count.get("down", 0))
    title = say("movement_title", up=say.count(up), down=say.count(down), date=say.date(facts.earlier))
    blocks: list[Any] = []
    if not facts.least:
        blocks.append(_draw.figure(facts, say, "moves", plotting.plot_migration, facts.moved, say("movement_figure")))
    bridge = attempt(lambda: facts.bridge)
    if bridge is not None and not facts.least:  # it has the customers of every step
        names = [facts.periods.names[at] for at in facts.over()[-2:]]
        caption = say("bridge_figure", before=names[0], after=names[1])
        blocks.append(_draw.figure(facts, say, "bridge", plotting.plot_revenue_bridge, bridge, caption))
    coming = soon(facts)
    n, money = float(coming["customers"].sum()), float(coming["value"].sum())
    words = say("calendar_sentence", n=say.count(n), money=say.money(money), days=DAYS) if n else say("calendar_none")
    drawn = _draw.figure(facts, say, "calendar", plotting.plot_downgrade_calendar, coming, say("calendar_figure"))
    blocks = [Row(blocks), Note(words), *([Row([drawn, *_drops(facts, coming, say)])] if n else [])]
    sub = say("movement_sub", unit=say(f"unit_{facts.period}"))
    return Section("movement", say("section_movement"), title, sub, blocks, words if n else "", grave=True)


def soon(facts: Facts) -> dict[str, Any]:
    """The calendar of the next days."""
    table = _frame.open_table(facts.calendar)
    found = table.collect(table.frame)
    # Compared as numpy does: narwhals needs pyarrow for dates of pandas, which a report does not bring.
    dates = {name: found[name].astype("datetime64[D]") for name in ("date", "until")}
    near = dates["date"] <= np.datetime64(facts.tx.as_of + dt.timedelta(days=DAYS), "D")
    return {name: values[near] for name, values in {**found, **dates}.items()}


def _drops(facts: Facts, coming: dict[str, Any], say: Voice) -> list[Grid]:
    """The calendar added up by segment: from where to where, how many, with how much money."""
    pairs: dict[tuple[str, str], list[float]] = {}
    for one, other, n, money in zip(
        *(coming[k] for k in ("segment", "next_segment", "customers", "value")), strict=True
    ):
        sums = pairs.setdefault((str(one), str(other)), [0.0, 0.0])
        sums[0] += float(n)
        sums[1] += float(money)
    listed = sorted(pairs.items(), key=lambda item: -item[1][1])
    listed = [item for item in listed if item[1][0] >= max(facts.least, 1)]
    rows = [
        [Cell(say.segment(one), one, dot=f"seg-{one}"), Cell(say.segment(other), other), Cell(say.count(n), n),
         Cell(say.money(money), money, say.exact(money))]
        for (one, other), (n, money) in listed
    ]  # fmt: skip
    heads = [Head(say("drops_from"), number=False), Head(say("drops_to"), number=False), Head(say.word("customers")),
             Head(say("money_at_stake"))]  # fmt: skip
    return [Grid(say("drops_caption", days=DAYS), heads, rows)] if rows else []


# --- who stays ------------------------------------------------------------------------------------------------------

_MOST_COHORTS = 16


def retention(facts: Facts, say: Voice) -> Section:
    """Cohorts as a heat map, repurchase by number of the order, the gap curve and survival."""
    pooled = columns(facts.cohorts.averages)
    rate = pooled["retention_rate"][pooled["cohort_age"] == 1].astype(float)
    unit = say(f"unit_{facts.period}")
    if len(rate) and np.isfinite(rate[0]):
        title = say("retention_title", share=say.about(float(rate[0])), unit=unit)
    else:
        title = say("retention_title_short")
    limit = facts.gaps.limit
    words = [Note(say("gap_sentence", days=limit))] if limit is not None else []
    figures = [
        _draw.figure(facts, say, "gaps", plotting.plot_gap_curve, facts.gaps, say("gaps_figure")),
        _draw.figure(facts, say, "hazard", plotting.plot_return_hazard, facts.gaps, say("hazard_figure")),
    ]
    if not facts.least:  # these two have counts beneath, which get small at their ends
        again = _draw.figure(facts, say, "repurchase", plotting.plot_repurchase, facts.repurchase,
                             say("repurchase_figure"))  # fmt: skip
        stays = _draw.figure(facts, say, "survival", plotting.plot_survival, facts.survival, say("survival_figure"))
        figures = [again, figures[0], figures[1], stays]
    lost = attempt(
        lambda: say("survival_sentence", days=say.count(float(columns(facts.survival.summary)["median_days"][0])))
    )
    blocks = [_heat(facts, say, unit), Row(figures), *words, *([Note(lost)] if lost and "-" not in lost else [])]
    return Section("retention", say("section_retention"), title, say("retention_sub", unit=unit), blocks, title)


def _heat(facts: Facts, say: Voice, unit: str) -> Heat:
    table = columns(facts.cohorts.table)
    names = list(dict.fromkeys(table["cohort"].astype(str)))[-_MOST_COHORTS:]
    ages = range(1, min(int(table["cohort_age"].max()), _MOST_COHORTS) + 1)
    late = table["cohort_age"] > 0
    most = float(np.nanmax(np.where(late, table["retention_rate"].astype(float), np.nan), initial=0.01))
    at = {(str(c), int(a)): row for row, (c, a) in enumerate(zip(table["cohort"], table["cohort_age"], strict=True))}
    rows = []
    for name in names:
        n = float(table["customers"][at[name, 0]])
        hidden = n < facts.least
        cells = [Warm() if hidden else _warm(table, at.get((name, age)), most, say) for age in ages]
        if any(cell.shade is not None for cell in cells) or hidden:
            rows.append((name, "" if hidden else say.count(n), cells))
    return Heat(say("heat_caption", unit=unit), say("heat_corner"), [str(age) for age in ages], rows)


def _warm(table: Any, row: int | None, most: float, say: Voice) -> Warm:
    if row is None or table["state"][row] == "not_yet" or not np.isfinite(float(table["retention_rate"][row])):
        return Warm()
    rate, retained, n = (float(table[name][row]) for name in ("retention_rate", "retained", "reached"))
    title = say("heat_cell", some=say.count(retained), all=say.count(n))
    return Warm(f"{100 * rate:.0f}", shade(rate, most), table["state"][row] == "partial", title)


# --- what they are worth --------------------------------------------------------------------------------------------


def worth(facts: Facts, say: Voice) -> Section:
    """The total with its interval, tenths of the customers, and what the model said before."""
    total = facts.total
    title = say("worth_title", money=say.money(total.value), low=say.money(total.low), high=say.money(total.high),
                level=say.percent(total.level, 0))  # fmt: skip
    deciles = facts.small(valued(facts))
    table = columns(deciles)
    rows = [
        [Cell(str(int(d)), float(d)), Cell(say.count(n), float(n)), Cell(say.money(m), float(m), say.exact(m)),
         Cell(say.money(v), float(v), say.exact(v)), Cell(say.percent(s), float(s), bar=_bar(s, table["value_share"]))]
        for d, n, m, v, s in zip(*(table[k] for k in ("decile", "customers", "mean_value", "value", "value_share")),
                                 strict=True)
    ]  # fmt: skip
    heads = [Head(say("decile")), Head(say.word("customers")), Head(say("value_each")), Head(say("value_sum")),
             Head(say("share_of", what=say("value_word")), number=False)]  # fmt: skip
    drawn = _draw.figure(facts, say, "deciles", plotting.plot_value_deciles, deciles, say("deciles_figure"))
    shown = Row([drawn, Grid(say("deciles_figure"), heads, rows)])
    blocks = [Note(facts.total.text(say.language)), *_past(facts, say), shown]
    return Section(
        "worth", say("section_worth"), title, say("worth_sub", days=round(_checks.days_of(HORIZON))), blocks, title
    )


def _bar(share: float, shares: Any) -> int:
    longest = float(np.nanmax(shares.astype(float)))
    return round(100 * max(float(share), 0) / longest) if np.isfinite(share) and longest > 0 else 0


def valued(facts: Facts) -> Any:
    """Tenths of the customers by expected value."""
    return clv.value_by_decile(facts.scored)


def _past(facts: Facts, say: Voice) -> list[Note]:
    """What the same forecast said at earlier days, and what came."""
    if facts.total.by_origin is None or not facts.total.origins:
        return [Note(say("worth_untried"))]
    back = columns(facts.total.by_origin)
    off = np.abs(back["actual"] / back["said"] - 1)
    return [Note(say("worth_tried", n=len(off), most=say.about(float(off.max())), days=int(back["days"][0])))]


# --- what machines read ---------------------------------------------------------------------------------------------


def tables(facts: Facts, key: str) -> Tables:
    """The tables behind one of these sections."""
    if key == "movement":
        bridge = attempt(lambda: facts.bridge)
        found = {"moves": facts.small(facts.moved.summary), "downgrade_calendar": facts.small(soon(facts)),
                 "revenue_movements": facts.movements.table}  # fmt: skip
        steps = {} if bridge is None else {"revenue_bridge": facts.small(bridge.steps)}
        whole = {} if facts.least else {"migration": facts.moved.customers}
        return Tables(found | whole | steps, {"earlier": facts.earlier.isoformat()}, [facts.movements.definition])
    if key == "retention":
        shown = {"cohorts": facts.small(facts.cohorts.table), "averages": facts.small(facts.cohorts.averages)}
        if not facts.least:  # counts by day and by order number get small wherever they end
            shown |= {"retention": facts.rates.table, "repurchase": facts.repurchase.table, "gaps": facts.gaps.table,
                      "survival": facts.survival.table}  # fmt: skip
        kept = [one.definition for one in (facts.rates, facts.cohorts, facts.repurchase, facts.gaps, facts.survival)]
        return Tables(shown, {"inactive_days": facts.gaps.limit}, kept)
    return Tables({"deciles": facts.small(valued(facts)), "total": facts.total.table})
