"""The command about ways up: each customer's cheapest way to a better segment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit.cli import text
from crmkit.cli.command import Answer, Call, command, picture
from crmkit.cli.options import FIRST_ROWS, Bins, Scheme

if TYPE_CHECKING:
    from crmkit._frame import Table
    from crmkit.labels import Language

ORDER = ("upgrade_by", "customer_id")  # whose time runs out first


@command()
def upgrades(call: Call, bins: Bins = 5, scheme: Scheme = "eleven") -> Answer:
    """List every customer's cheapest way to a better segment."""
    from crmkit._frame import open_table, outputs
    from crmkit.explanation import upgrade_paths

    found = outputs.keep(upgrade_paths(call.tx, bins=bins, scheme=scheme, language=call.language))
    money = text.money(call.tx)
    formats: text.Formats = {
        "customer_id": text.verbatim, "segment_label": text.verbatim, "upgrade_to_label": text.verbatim,
        "upgrade_orders": text.count, "upgrade_money": money, "upgrade_by": text.date, "add_to_label": text.verbatim,
        "add_money": money,
    }  # fmt: skip
    first = call.table(_first(open_table(found), list(formats)), formats)
    lines = [*_by_kind(_kinds(open_table(found), scheme), call), "", *first]
    return Answer({"customers": found}, lines, order=ORDER, draw=picture("plot_upgrade_paths", found))


def _first(listed: Table, columns: list[str]) -> dict[str, Any]:
    """The rows with which the written list begins."""
    return listed.collect(listed.frame.sort(*ORDER, nulls_last=True).select(*columns).head(FIRST_ROWS))


def _kinds(listed: Table, scheme: str) -> dict[str, Any]:
    """How many customers there are of each kind of way, counted in the engine; the best segment reached first."""
    from crmkit.rfm import segment_rules

    segments = segment_rules(scheme)["segment"].tolist()
    marked = listed.frame.with_columns(
        to=nw.col("upgrade_to").fill_null(""),
        orders=nw.col("upgrade_orders").fill_null(0).cast(nw.Int64),
        pays=nw.when(nw.col("upgrade_money") > 0).then(1).otherwise(0),
        best=nw.when(nw.col("segment") == segments[0]).then(1).otherwise(0),
        adds=nw.when(nw.col("add_to").is_null()).then(0).otherwise(1),
    )
    counted = marked.group_by("to", "orders", "pays", "best").agg(
        customers=nw.len().cast(nw.Int64), money=nw.col("upgrade_money").sum(), adds=nw.col("adds").sum().cast(nw.Int64)
    )
    found = listed.collect(counted)
    place = np.array([segments.index(to) if to else len(segments) for to in found["to"].tolist()])
    order = np.lexsort([found["best"], found["pays"], found["orders"], place])
    return {name: column[order] for name, column in found.items()}


def _by_kind(kinds: dict[str, Any], call: Call) -> list[str]:
    customers, going, speech = kinds["customers"], kinds["orders"] > 0, call.language
    everybody = int(customers.sum())
    facts = call.facts(
        customers=text.count(everybody),
        ways_by_orders=text.share_of(int(customers[going].sum()), everybody),
        ways_by_addition=text.share_of(int(kinds["adds"].sum()), everybody),
        as_of=str(call.tx.as_of),
    )
    each = "orders" if "order" in call.tx.roles else "days"
    said = {
        "upgrade_to_label": [text.label(to, speech) for to in kinds["to"].tolist()],
        "way_said": [
            _said(*kind, each, speech)
            for kind in zip(kinds["orders"].tolist(), kinds["pays"].tolist(), kinds["best"].tolist(), strict=True)
        ],
        "customers": customers,
        "customer_share": customers / everybody,
        "mean_up_money": np.where(going, kinds["money"] / customers, np.nan),
    }
    formats: text.Formats = {
        "upgrade_to_label": text.verbatim, "way_said": text.verbatim, "customers": text.count,
        "customer_share": text.percent, "mean_up_money": text.cents,
    }  # fmt: skip
    return [*facts, "", *call.table(said, formats)]


def _said(orders: int, pays: int, best: int, each: str, speech: Language) -> str:
    """A kind of way in words: how many orders, and whether they must bring some money."""
    if not orders:
        return text.label("way_is_best" if best else "way_is_none", speech)
    several = "order" if orders == 1 else each
    return text.phrase(f"way_some_money_{several}" if pays else f"way_{several}", speech, orders=orders)
