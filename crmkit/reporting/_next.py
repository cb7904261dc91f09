"""The end of the report: what to do, whether it can be trusted, what is compared, and what the words mean."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Mapping
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import plotting
from crmkit._frame import engines, outputs
from crmkit._frame.engines import AnyFrame
from crmkit._version import __version__
from crmkit.definitions import Definition
from crmkit.reporting import _draw, _now
from crmkit.reporting._blocks import Cell, Download, Folded, Grid, Head, Heading, Note, Row, Section, Tables
from crmkit.reporting._facts import ROWS, Facts, attempt, columns
from crmkit.reporting._voice import Voice

Found = dict[str, Any]

# --- what to do -----------------------------------------------------------------------------------------------------

_BANDS = ((1, 1), (2, 2), (3, 4), (5, None))


def actions(facts: Facts, say: Voice, *, ids: bool = False) -> Section:
    """The watch-list, whom to win back and whom to lift, by group and money; with `ids` the first of each."""
    blocks: list[Any] = []
    watched = attempt(lambda: watching(facts))
    if watched is not None:
        share = facts.watch.false_alert_share
        blocks += [Heading(say("watch_head")), Note(say("watch_say", share=say.about(share)) if share == share else "")]
        blocks.append(_grid(facts, watched, ("signal", "customers", "at_stake"), say))
        blocks += _named("watch", columns(facts.watch.table), _WATCH, say) if ids else []
    lost = attempt(lambda: winning_back(facts))
    if lost is not None:
        blocks += [Heading(say("win_head")), Note(say("win_say"))]
        blocks.append(_grid(facts, lost, ("purchases", "customers", "p_reactivation", "value", "worth_a_contact"), say))
        blocks += _named("win_back", columns(facts.win_back.table), _WIN, say) if ids else []
    lifts = attempt(lambda: lifting(facts))
    if lifts is not None:
        blocks += [Heading(say("lift_head")), Note(say("lift_say"))]
        blocks.append(
            _grid(facts, lifts, ("segment", "upgrade_to", "customers", "upgrade_orders", "upgrade_money"), say)
        )
        blocks += _named("lift", _first_lifts(facts), _LIFT, say) if ids else []
    n = 0 if watched is None else int(watched["customers"].sum())
    money = 0.0 if watched is None else float(watched["at_stake"].sum())
    title = say("actions_title", n=say.count(n), money=say.money(money)) if n else say("actions_title_none")
    sub = say("actions_sub_ids") if ids else say("actions_sub")
    return Section("actions", say("section_actions"), title, sub, [b for b in blocks if b != Note("")],
                   title if n else "", grave=True)  # fmt: skip


_WATCH = ("customer_id", "signal", "at_stake", "days_inactive", "usual_gap")
_WIN = ("customer_id", "days_inactive", "purchases", "p_reactivation", "value_if_reactivated", "expected_profit")
_LIFT = ("customer_id", "segment", "upgrade_to", "upgrade_orders", "upgrade_money", "upgrade_by")
_MONEY = ("at_stake", "value", "worth_a_contact", "upgrade_money", "value_if_reactivated", "expected_profit")
_SHARE = ("p_reactivation",)


def watching(facts: Facts) -> Found:
    """Accounts on the watch-list by signal."""
    table = columns(facts.watch.table)
    signals = list(dict.fromkeys(table["signal"].astype(str)))
    mine = [table["signal"].astype(str) == signal for signal in signals]
    return {
        "signal": np.array(signals, dtype=object),
        "customers": np.array([int(each.sum()) for each in mine]),
        "at_stake": np.array([float(table["at_stake"][each].sum()) for each in mine]),
    }


def winning_back(facts: Facts) -> Found:
    """Lost customers by their number of purchases: what they would bring, and what a contact may cost at most."""
    table = columns(facts.win_back.table)
    n, p, worth = (table[name].astype(float) for name in ("purchases", "p_reactivation", "value_if_reactivated"))
    bands = [(low, high) for low, high in _BANDS if ((n >= low) & (n <= (high or np.inf))).any()]
    mine = [(n >= low) & (n <= (high or np.inf)) for low, high in bands]
    names = [f"{low}+" if high is None else str(low) if low == high else f"{low}-{high}" for low, high in bands]
    return {
        "purchases": np.array(names, dtype=object),
        "customers": np.array([int(each.sum()) for each in mine]),
        "p_reactivation": np.array([float(p[each].mean()) for each in mine]),
        "value": np.array([float((p * worth)[each].sum()) for each in mine]),
        "worth_a_contact": np.array([float((p * worth)[each].mean()) for each in mine]),
    }


def lifting(facts: Facts) -> Found:
    """Customers by the segment they are in and the one they could reach, with the median of what it takes."""
    pairs = (
        _with_a_path(facts)
        .group_by("segment", "upgrade_to")
        .agg(nw.len().cast(nw.Int64).alias("customers"), nw.col("upgrade_orders", "upgrade_money").median())
    )
    found = engines.collect(pairs)
    order = np.lexsort([found["upgrade_to"].astype(str), found["segment"].astype(str), -found["customers"]])[:12]
    listed = ("segment", "upgrade_to", "customers", "upgrade_orders", "upgrade_money")
    return {name: found[name][order] for name in listed}


def _with_a_path(facts: Facts) -> AnyFrame:
    """The upgrade paths of those who have one."""
    return engines.lift(engines.wrap(facts.upgrades)).filter(~nw.col("upgrade_to").is_null())


def _first_lifts(facts: Facts) -> Found:
    """Those who need least, the largest spenders first."""
    table = engines.collect(_with_a_path(facts))
    order = np.lexsort([-table["monetary"].astype(float), table["upgrade_orders"].astype(float)])[:ROWS]
    return {name: values[order] for name, values in table.items()}


def _grid(facts: Facts, found: Found, names: tuple[str, ...], say: Voice) -> Grid:
    hidden = columns(facts.small(found)) if facts.least else found
    rows = [[_cell(name, hidden[name][at], say) for name in names] for at in range(len(found["customers"]))]
    heads = [Head(_head(name, say), number=found[name].dtype.kind in "iuf") for name in names]
    return Grid("", heads, rows, filtered=len(rows) > 6)


def _head(name: str, say: Voice) -> str:
    own = say(f"column_{name}")
    return say.word(name) if own == f"report_column_{name}" else own


def _cell(name: str, value: Any, say: Voice) -> Cell:
    if isinstance(value, str):
        signal = say.word(f"signal_{value}") if name == "signal" else say.segment(value)
        return Cell(signal if name in ("signal", "segment", "upgrade_to") else value, value)
    if isinstance(value, np.datetime64) or value is None:
        return Cell("-" if value is None or np.isnat(value) else str(value)[:10], str(value)[:10])
    number = float(value)
    if name in _MONEY:
        return Cell(say.money(number), number, say.exact(number))
    return Cell(say.percent(number) if name in _SHARE else say.number(number), number)


def _named(what: str, table: Found, names: tuple[str, ...], say: Voice) -> list[Any]:
    """The first customers of a list, and the same as a file inside the page."""
    n = min(len(table["customer_id"]), ROWS)
    rows = [[_cell_of_list(name, table[name].tolist()[at], table[name][at], say) for name in names] for at in range(n)]
    heads = [
        Head(_head(name, say), number=table[name].dtype.kind in "iufM" and name != "customer_id") for name in names
    ]
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(names)
    for at in range(n):
        lines.writerow([_plain(table[name][at]) for name in names])
    address = "data:text/csv;charset=utf-8;base64," + base64.b64encode(("\ufeff" + text.getvalue()).encode()).decode()
    return [
        Grid(say("first_rows", n=n), heads, rows, filtered=True),
        Download(say("download"), f"{what}.csv", address),
    ]


def _cell_of_list(name: str, value: Any, raw: Any, say: Voice) -> Cell:
    if name == "customer_id":
        return Cell(str(value), value if isinstance(value, int | float) else str(value))
    return _cell(name, raw if isinstance(raw, np.datetime64) else value, say)


def _plain(value: Any) -> Any:
    """A cell of the CSV: no formula for a spreadsheet, no day that is none."""
    if isinstance(value, np.datetime64):
        return "" if np.isnat(value) else str(value)[:10]
    return outputs.inert_text(value) if isinstance(value, str) else value


# --- can it be trusted ----------------------------------------------------------------------------------------------


def trust(facts: Facts, say: Voice) -> Section:
    """What the segments of past dates went on to do, and how much depends on arbitrary choices."""
    pooled = columns(facts.backtest.pooled)
    at = {str(name): row for row, name in enumerate(pooled["segment"])}
    best = max((row for name, row in at.items() if name != "all_customers"), key=lambda row: pooled["rebuy_rate"][row])
    all_rate = float(pooled["rebuy_rate"][at["all_customers"]])
    title = say("trust_title", segment=say.segment(pooled["segment"][best]), all=say.about(all_rate),
                share=say.about(float(pooled["rebuy_rate"][best])), days=facts.backtest.horizon)  # fmt: skip
    rows = []
    for row in range(len(pooled["segment"])):
        n, rate, low, high, lift = (
            float(pooled[k][row]) for k in ("customers", "rebuy_rate", "rate_low", "rate_high", "lift")
        )
        if n < facts.least:
            continue
        interval = f"{100 * low:.0f}-{100 * high:.0f}{say.per_cent}"
        name = str(pooled["segment"][row])
        said = say.word(name) if name == "all_customers" else say.segment(name)
        rows.append([Cell(said, name), Cell(say.count(n), n), Cell(say.percent(rate), rate, bar=round(100 * rate)),
                     Cell(interval, low), Cell(f"{lift:.2f}", lift)])  # fmt: skip
    heads = [Head(say.word("segment"), number=False), Head(say.word("customers")), Head(say("rebought"), number=False),
             Head(say("interval")), Head(say("lift"))]  # fmt: skip
    drawn = _draw.figure(
        facts, say, "backtest", plotting.plot_backtest, facts.backtest, say("backtest_figure"), show="gain"
    )
    steady = attempt(lambda: facts.sensitivity.headline(say.language))
    blocks = [*_drawn_by_id(facts, say), Row([Grid("", heads, rows), drawn])]
    blocks.append(Note(facts.backtest.headline(say.language)))
    blocks += [Heading(say("steady_head")), *(Note(line) for line in str(steady).splitlines())] if steady else []
    heard = list(dict.fromkeys(facts.heard))
    blocks += [Folded(say("heard"), [("", line) for line in heard])] if heard else []
    sub = say("trust_sub", n=len(facts.backtest.origins), days=facts.backtest.horizon)
    return Section("trust", say("section_trust"), title, sub, blocks)


def _drawn_by_id(facts: Facts, say: Voice) -> list[Any]:
    """Of whom the figures of this section are, where not of all customers."""
    if facts.sample is None:
        return []
    n, among = facts.sample
    return [Note(say("sampled", n=say.count(n), among=say.count(among)))]


# --- compared -------------------------------------------------------------------------------------------------------


def measures(facts: Facts) -> dict[str, float]:
    """One base in a few figures."""
    head = facts.headline
    segments = columns(facts.segments)
    share = dict(zip(segments["segment"].astype(str), segments["customer_share"].astype(float), strict=True))
    over = attempt(lambda: {name: float(values[-1]) for name, values in _now.courses(facts).items()}) or {}
    return {
        "customers": float(head.customers), "orders": float(head.orders), "revenue": head.revenue,
        "order_value": head.revenue / head.orders, "orders_each": head.orders / head.customers,
        "revenue_each": head.revenue / head.customers, "top_share": head.top_share, "gini": facts.concentration.gini,
        "champions": share.get("champions", 0.0), "at_risk": share.get("at_risk", 0.0), "lost": share.get("lost", 0.0),
        **{name: over[name] for name in ("active", "retention", "nrr") if name in over},
    }  # fmt: skip


_SHARES = ("top_share", "champions", "at_risk", "lost", "retention", "nrr")
_AMOUNTS = ("revenue", "order_value", "revenue_each")


def comparison(facts: Facts, say: Voice, others: Mapping[str, Facts]) -> Section:
    """The same measures of two days, or of two shops."""
    name, other = next(iter(others.items()))
    mine, theirs = measures(facts), measures(other)
    if name and name == str(other.tx.as_of):
        heads = [say.date(other.tx.as_of), say.date(facts.tx.as_of)]
    else:
        heads = [name or say("other_shop"), say("this_shop")]
    rows = []
    for key in [each for each in mine if each in theirs]:
        before, now = theirs[key], mine[key]
        if key in _SHARES:
            change = f"{100 * (now - before):+.1f} {say('points_word')}"
            shown = (say.percent(before), say.percent(now))
        elif key == "gini":
            change, shown = f"{now - before:+.3f}", (f"{before:.3f}", f"{now:.3f}")
        else:
            change = f"{100 * (now / before - 1):+.1f}{say.per_cent}" if before else "-"
            form = say.money if key in _AMOUNTS else say.number
            shown = (form(before), form(now))
        rows.append([Cell(say(f"measure_{key}"), key), *(Cell(text, value) for text, value in
                    zip(shown, (before, now), strict=True)), Cell(change, now - before)])  # fmt: skip
    grid = Grid("", [Head(say("measure"), number=False), *map(Head, heads), Head(say("change"))], rows)
    title = say("comparison_title", first=heads[0], second=heads[1], before=say.money(theirs["revenue"]),
                now=say.money(mine["revenue"]))  # fmt: skip
    return Section("comparison", say("section_comparison"), title, say("comparison_sub"), [grid], title)


# --- what the words mean --------------------------------------------------------------------------------------------

_GLOSSARY = ("rfm", "tier", "cohort", "retention", "nrr", "gini", "residual", "lift", "interval")


def definitions(facts: Facts, say: Voice) -> Section:
    """What every figure on the page counts, the words of the field, and how to cite."""
    folded = [Folded(lines[0][1], lines[1:]) for lines in (one.lines(say.language) for one in counted(facts))]
    words = Folded(say("glossary"), [(say(f"term_{name}"), say(f"meaning_{name}")) for name in _GLOSSARY])
    cite = say("cite", version=__version__)
    return Section("definitions", say("section_definitions"), say("definitions_title"), say("definitions_sub"),
                   [*folded, words, Note(cite)])  # fmt: skip


def counted(facts: Facts) -> list[Definition]:
    """The definitions of what was computed for this page."""
    made = [vars(facts)[name] for name in ("rates", "movements", "cohorts", "repurchase", "gaps", "survival", "watch",
                                           "win_back", "backtest") if name in vars(facts)]  # fmt: skip
    return [one.definition for one in made]


# --- what machines read ---------------------------------------------------------------------------------------------


def tables(facts: Facts, key: str, others: Mapping[str, Facts]) -> Tables:
    """The tables behind one of these sections."""
    if key == "actions":
        lists = {"watch": watching, "win_back": winning_back, "lift": lifting}
        made = {name: attempt(lambda make=make: make(facts)) for name, make in lists.items()}  # type: ignore[misc]
        return Tables({name: facts.small(each) for name, each in made.items() if each is not None})
    if key == "comparison":
        name, other = next(iter(others.items()))
        mine, theirs = measures(facts), measures(other)
        keys = [each for each in mine if each in theirs]
        return Tables({"comparison": {"measure": np.array(keys, dtype=object),
                                      "before": np.array([theirs[each] for each in keys]),
                                      "now": np.array([mine[each] for each in keys])}}, {"before": name})  # fmt: skip
    if key == "definitions":
        return Tables(definitions=counted(facts))
    steady = attempt(lambda: facts.sensitivity)
    found = {"backtest": facts.small(facts.backtest.pooled), "gain": facts.backtest.lift}
    asked = {} if facts.sample is None else dict(zip(("sample", "among"), facts.sample, strict=True))
    if steady is not None:
        found, asked = found | {"choices": steady.choices}, asked | {"grade": steady.grade}
    return Tables(found, asked, [facts.backtest.definition])
