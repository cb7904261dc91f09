"""The first half of the report: the data, the last period in figures, where the revenue is, and the segments."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from crmkit import _checks, plotting
from crmkit.reporting import _draw
from crmkit.reporting._blocks import (
    Alert,
    Cell,
    Flow,
    Folded,
    Grid,
    Head,
    Note,
    Row,
    Section,
    Step,
    Tables,
    Tile,
    Tiles,
)
from crmkit.reporting._facts import Facts, attempt, columns
from crmkit.reporting._voice import Voice

# --- the data -------------------------------------------------------------------------------------------------------


def data(facts: Facts, say: Voice) -> Section:
    """The ledger as a flow of rows and money, and what to know before the rest is believed."""
    book, notes = columns(facts.ledger), columns(facts.notes)
    rows, money = book["rows"].astype(float), book["amount"].astype(float)
    left = 1 - rows[-1] / rows[0]
    lost = float(np.abs(money[1:-1]).sum() / abs(money[0])) if money[0] else 0.0
    if left:
        title = say("data_title", share=say.about(left), money=say.about(lost))
    else:
        title = say("data_all", rows=say.count(rows[0]))
    steps, ahead = [], 0.0
    for name, n, amount in zip(book["step"], rows, money, strict=True):
        leaves = n <= 0
        width = max(round(100 * abs(n) / rows[0]), 1 if n else 0)
        ahead += -n if leaves else 0
        begin = min(max(100 - round(100 * ahead / rows[0]), 0), 100 - width) if leaves else 0
        steps.append(Step(say.word(str(name)), say.count(n), say.exact(amount), begin, width, leaves))
    heads = (say.word("step"), say.word("rows"), say.word("amount"))
    blocks = [Flow(heads, steps), *_alerts(facts, say, book, notes)]
    return Section("data", say("section_data"), title, say("data_sub"), blocks)


def _alerts(facts: Facts, say: Voice, book: Any, notes: Any) -> list[Alert]:
    found = []
    total_rows, total = float(book["rows"][0]), float(book["amount"][0])
    for step, rows, money in zip(book["step"], book["rows"], book["amount"], strict=True):
        if step in ("no_customer", "no_amount", "no_date", "unreadable_date", "ambiguous_date") and rows:
            share, of_money = -rows / total_rows, abs(money) / abs(total) if total else 0.0
            strong = say("rows_money", share=say.percent(share), what=say.word(step), money_share=say.percent(of_money))
            text = say("rows_money_say", rows=say.count(-rows), money=say.exact(abs(money)))
            found.append(Alert(strong, text, grave=share > 0.01))
    seen = attempt(lambda: _reversed(facts))
    if seen:
        found.append(Alert(say("reversed", money=say.exact(seen)), say("reversed_say"), grave=False))
    if not facts.periods.complete[-1]:
        begin, end = int(facts.periods.starts[-1]), int(facts.periods.ends[-1])
        days, past = end - begin + 1, _checks.day_number(facts.tx.as_of) - begin + 1
        name = facts.periods.names[-1]
        found.append(Alert(say("not_over", period=name), say("not_over_say", seen=past, days=days), grave=False))
    for note, rows, money in zip(notes["note"], notes["rows"], notes["amount"], strict=True):
        if rows:
            text = say("note_say", rows=say.count(rows), money=say.exact(money))
            word = say.word(str(note))
            found.append(Alert(word[:1].upper() + word[1:], text, grave=note in _GRAVE))
    return found or [Alert(say("clean"), say("clean_say"), grave=False)]


_GRAVE = ("total_as_id", "nobody_as_id", "rounded_id", "ids_alike", "order_of_several")


def _reversed(facts: Facts) -> float:
    """The largest amount, if as much was taken back from the same customer on the same day; else 0."""
    import narwhals.stable.v2 as nw

    from crmkit._frame import engines

    rows = facts.tx.rows().select("customer_id", "day", "money")
    ends = engines.collect(rows.select(high=nw.col("money").max(), low=nw.col("money").min()))
    high, low = int(ends["high"][0]), int(ends["low"][0])
    if high != -low or high <= 0:
        return 0.0
    pair = engines.collect(rows.filter((nw.col("money") == high) | (nw.col("money") == low)).head(10))
    days = list(zip(pair["customer_id"].tolist(), pair["day"].tolist(), strict=True))
    return high / facts.tx.scale if len(set(days)) < len(days) else 0.0


# --- the last period in figures -------------------------------------------------------------------------------------


def courses(facts: Facts) -> dict[str, np.ndarray[Any, Any]]:
    """The figures of the tiles by period, those that are over only."""
    rates, moves, series = (columns(one) for one in (facts.rates.table, facts.movements.table, facts.series))
    over = facts.over()
    active, new = rates["end"].astype(float), rates["new"].astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = {
            "active": active,
            "new": new,
            "returning": (active - new) / active,
            "orders": series["orders"],
            "order_value": series["sales"] / series["orders"],
            "revenue": moves["revenue"].astype(float),
            "refunds": np.abs(series["refunds"]) / series["sales"],
            "retention": rates["retention_rate"].astype(float),
            "nrr": moves["nrr"].astype(float),
        }
    return {name: values[over] for name, values in found.items()}


_SHARES = ("returning", "refunds", "retention", "nrr")
_BETTER_DOWN = ("refunds",)


def overview(facts: Facts, say: Voice) -> Section:
    """Tiles with change and course."""
    found, names = courses(facts), [facts.periods.names[at] for at in facts.over()]
    if not names:
        raise LookupError(say("no_change"))
    tiles = [_tile(name, values, names, say) for name, values in found.items() if _tells(name, values)]
    active, returning = found["active"][-1], found["returning"][-1]
    title = say("overview_title", period=names[-1], active=say.count(active), share=say.about(returning))
    sub = say("overview_sub", unit=say(f"unit_{facts.period}"), first=names[0])
    return Section("overview", say("section_overview"), title, sub, [Tiles(tiles)])


def _tells(name: str, values: Any) -> bool:
    """Whether there is anything to show: a base without refunds needs no tile of them."""
    return bool(np.isfinite(values).any()) and not (name == "refunds" and not np.nansum(values))


def _tile(name: str, values: Any, names: list[str], say: Voice) -> Tile:
    def shown(value: float) -> str:
        if name in _SHARES:
            return say.percent(value)
        return say.money(value) if name in ("order_value", "revenue") else say.count(value)

    now = values[-1]
    before = values[-2] if len(values) > 1 else np.nan
    change, tone, against = say("no_change"), "flat", ""
    if np.isfinite(now) and before == 0 and name not in _SHARES:  # no share of nothing
        change, tone = (f"+{shown(now)}", "up") if now > 0 else (shown(now - before), "flat")
        against = say("against", before=names[-2])
    elif np.isfinite(now) and np.isfinite(before) and (name in _SHARES or before):
        moved = 100 * (now - before) if name in _SHARES else 100 * (now / before - 1)
        written = f"{moved:+.1f}".replace("+0.0", "0.0").replace("-0.0", "0.0")
        change = say("points", change=written) if name in _SHARES else f"{written}{say.per_cent}"
        rises = moved > 0
        tone = "flat" if abs(moved) < 0.05 else "up" if rises != (name in _BETTER_DOWN) else "down"
        against = say("against", before=names[-2])
    points, last = _polyline(values)
    known = np.flatnonzero(np.isfinite(values))
    course = say("course", first=shown(values[known[0]]), begin=names[known[0]],
                 last=shown(values[known[-1]]), end=names[known[-1]])  # fmt: skip
    return Tile(say(f"tile_{name}"), shown(now), change, tone, against, points, last, course)  # type: ignore[arg-type]


_MOST_POINTS = 60


def _polyline(values: Any) -> tuple[str, tuple[float, float] | None]:
    """A course in a box of 100 by 26: points, and where the last one is."""
    recent = values[-_MOST_POINTS:]
    at = np.flatnonzero(np.isfinite(recent))
    if len(at) < 2:
        return "", None
    low, high = recent[at].min(), recent[at].max()
    height = (recent[at] - low) / (high - low) if high > low else np.full(len(at), 0.5)
    x, y = 2 + 94 * (at - at[0]) / (at[-1] - at[0]), 24 - 22 * height
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True)), (
        round(float(x[-1]), 1),
        round(float(y[-1]), 1),
    )


# --- where the revenue is -------------------------------------------------------------------------------------------


def revenue(facts: Facts, say: Voice) -> Section:
    """The pyramid, the Lorenz curve, and what it costs to lose a tier's customers."""
    tiers, spread = columns(facts.tiers), facts.concentration
    best = float(tiers["customer_share"][0])
    title = say("revenue_title", customers=say.about(best), money=say.about(float(tiers["value_share"][0])))
    shares = " / ".join(say.about(share).removesuffix(say.per_cent) for share in tiers["customer_share"]) + say.per_cent
    rows = []
    for name, n, each, orders, value in zip(
        tiers["tier"], tiers["customers"], tiers["mean_value"], tiers["orders"], tiers["value"], strict=True
    ):
        per = float(orders) / float(n) if n else np.nan
        rows.append(
            [Cell(say.segment(name), str(name)), _money(each, say), Cell(f"{per:,.1f}", per), _money(value / 10, say)]
        )
    heads = [Head(say.word("tier"), number=False), *(Head(say(f"tier_{key}")) for key in ("each", "orders", "tenth"))]
    lost = float(tiers["value"][0]) / 10 / float(tiers["mean_value"][-1]) if tiers["mean_value"][-1] > 0 else np.nan
    sentence = []
    if np.isfinite(lost) and lost > 1:
        first, last = say.segment(tiers["tier"][0]), say.segment(tiers["tier"][-1])
        sentence.append(Note(say("revenue_sentence", tier=first, other=last, n=say.count(lost))))
    pyramid = _draw.figure(facts, say, "tiers", plotting.plot_tiers, facts.tiers, say("tiers_figure"))
    lorenz = _draw.figure(facts, say, "lorenz", plotting.plot_lorenz, spread, say("lorenz_figure"))
    folded = Folded(say("definition"), [("", say("tiers_definition", first=say.date(facts.headline.first_date)))])
    finding = say("revenue_finding", n=say.count(tiers["customers"][0]), customers=say.about(best),
                  money=say.about(float(tiers["value_share"][0])), top=say.about(spread.top_share(0.2)))  # fmt: skip
    blocks = [Row([pyramid, lorenz]), *sentence, Grid(say("tier_caption"), heads, rows), folded]
    return Section("revenue", say("section_revenue"), title, say("revenue_sub", shares=shares), blocks, finding)


def _money(amount: float, say: Voice) -> Cell:
    return Cell(say.money(amount), float(amount), say.exact(amount))


# --- segments -------------------------------------------------------------------------------------------------------

AT_RISK = ("at_risk", "cannot_lose")


def segments(facts: Facts, say: Voice) -> Section:
    """The named map, the boxes of R, F and M, and the table with suggestions."""
    table = columns(facts.segments)
    order = np.argsort(-np.nan_to_num(table["value"].astype(float)), kind="stable")
    best = order[:2]
    title = say(
        "segments_title", names=_both([say.segment(table["segment"][at]) for at in best], say),
        customers=say.about(float(np.nansum(table["customer_share"][best]))),
        money=say.about(float(np.nansum(table["value_share"][best]))),
    )  # fmt: skip
    moves = None if facts.least else attempt(lambda: _in_and_out(facts))
    sub = say("segments_sub", date=say.date(facts.earlier)) if moves else say("segments_sub_plain")
    drawn = _draw.figure(facts, say, "map", plotting.plot_segment_map, facts.segments, say("segments_map"))
    boxes = _draw.figure(facts, say, "boxes", plotting.plot_rfm_distributions, facts.scored, say("segments_boxes"))
    level = attempt(lambda: _empty_level(facts))
    hints = [Note(say("read_map"))]
    if level:
        share = say.about(level[1])
        hints.append(Alert(say("empty_level", level=level[0]), say("empty_level_say", share=share), grave=False))  # type: ignore[arg-type]
    risky = np.isin(table["segment"].astype(str), AT_RISK)
    finding = ""
    if np.nansum(table["customers"][risky]) > 0:
        n, money = np.nansum(table["customers"][risky]), float(np.nansum(table["value"][risky]))
        finding = say("segments_risk", n=say.count(n), money=say.money(money))
    blocks = [Row([drawn] if facts.least else [drawn, boxes]), *hints, _segment_table(table, moves, say)]
    return Section("segments", say("section_segments"), title, sub, blocks, finding, grave=True)


def _both(names: list[str], say: Voice) -> str:
    return (" and " if say.language == "en" else "与").join(names)


def _segment_table(table: Any, moves: dict[str, tuple[int, int]] | None, say: Voice) -> Grid:
    heads = [Head(say.word("segment"), number=False), Head(say.word("customers")), Head("%"), Head(say.word("revenue")),
             Head(say("share_of", what=say.word("revenue")), number=False), Head(say("tile_order_value"))]  # fmt: skip
    heads += [Head(say("in_out"))] if moves else []
    heads.append(Head(say("suggested"), number=False))
    longest = float(np.nanmax(table["value_share"])) or 1.0
    rows = []
    for at, name in enumerate(table["segment"].astype(str)):
        n, share, value, part = (
            float(table[key][at]) for key in ("customers", "customer_share", "value", "value_share")
        )
        orders = n * float(table["mean_frequency"][at])
        each = value / orders if orders else np.nan
        bar = round(100 * max(part, 0) / longest) if np.isfinite(part) else 0
        cells = [
            Cell(say.segment(name), name, dot=f"seg-{name}"),
            Cell(say.count(n), n),
            Cell(say.percent(share), share),
            _money(value, say),
            Cell(say.percent(part), part, bar=bar),
            _money(each, say),
        ]
        if moves:
            came, went = moves.get(name, (0, 0))
            cells.append(Cell(f"+{came:,} / -{went:,}", float(came - went)))
        do = say(f"do_{name}")
        cells.append(Cell("" if do == f"report_do_{name}" else do, name))
        rows.append(cells)
    return Grid("", heads, rows, filtered=True)


def _in_and_out(facts: Facts) -> dict[str, tuple[int, int]]:
    """How many customers each segment won and lost since the earlier day."""
    if _checks.day_number(facts.earlier) <= facts.tx.first_day:
        raise LookupError
    found = columns(facts.moved.customers)
    groups = [name for name in found if name != "before"]
    at = {str(name): row for row, name in enumerate(found["before"])}
    counts = {}
    for name in groups:
        stayed = float(found[name][at[name]]) if name in at else 0.0
        came = float(np.sum(found[name])) - stayed
        went = sum(float(found[other][at[name]]) for other in groups) - stayed if name in at else 0.0
        counts[name] = (int(came), int(went))
    return counts


def _empty_level(facts: Facts) -> tuple[int, float] | None:
    """A frequency score that nobody has, and the share of customers who bought once."""
    from crmkit import _frame

    table = _frame.open_table(facts.scored)
    levels = table.value_counts("f_score")["f_score"].astype(int)
    empty = [level for level in range(1, 6) if level not in levels]
    if not empty:
        return None
    orders = table.value_counts("frequency")
    return empty[0], float(orders["n"][orders["frequency"] == 1].sum() / orders["n"].sum())


# --- what machines read ---------------------------------------------------------------------------------------------


def tables(facts: Facts, key: str) -> Tables:
    """The tables behind one of these sections."""
    if key == "data":
        return Tables({"ledger": facts.ledger, "notes": facts.notes})
    if key == "overview":
        names = np.array([facts.periods.names[at] for at in facts.over()], dtype=object)
        return Tables({"periods": {"period": names, **courses(facts)}})
    if key == "revenue":
        spread = facts.concentration
        shown = {"tiers": facts.tiers, "top": facts.small(spread.top), "reach": facts.small(spread.reach)}
        return Tables(shown, {"gini": spread.gini})
    return Tables({"segments": facts.segments}, {"earlier": _day(facts.earlier)})


def _day(day: dt.date) -> str:
    return day.isoformat()
