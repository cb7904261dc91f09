"""The command about baskets: what is bought together, what is bought next, what to offer."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from crmkit.cli import text
from crmkit.cli.command import Answer, Call, command, picture
from crmkit.cli.options import FIRST_ROWS, Number


@command()
def basket(
    call: Call,
    items: Annotated[str, typer.Option(metavar="product|category")] = "product",
    within: Annotated[str, typer.Option(metavar="order|day|customer")] = "order",
    min_orders: Annotated[float, typer.Option(metavar="NUMBER|SHARE")] = 0.01,
    left: Number = 1,
    n: Annotated[int, typer.Option("--offers", metavar="NUMBER")] = 10,
    new_only: Annotated[bool, typer.Option("--new-only")] = False,
) -> Answer:
    """Print what is bought together and what is bought next."""
    from crmkit import basket as baskets

    counted: dict[str, Any] = dict(items=items, within=within, min_orders=min_orders)
    found = baskets.pairs(call.tx, **counted) if left == 1 else baskets.rules(call.tx, left=left, **counted)
    following = baskets.next_purchase(call.tx, items=items)
    crossing = baskets.cross_sell_rate(call.tx, items=items)
    lines = [*_rules(found, call), "", *_next(following, call), "", *_rate(crossing, call)]
    parts = {"rules": found.table, "next": following.table, "cross_sell": crossing.table}
    order: tuple[str, ...] = ()
    if call.writes:
        offers = baskets.recommend(call.tx, items=items, n=n, new_only=new_only).table
        parts, order = {"offers": offers, **parts}, ("customer_id", "rank")
    draw, said = picture("plot_rules", found), [found.definition, following.definition, crossing.definition]
    return Answer(parts, lines, order=order, draw=draw, definitions=said)


def _rules(found: Any, call: Call) -> list[str]:
    formats: text.Formats = {
        "antecedent": text.verbatim, "consequent": text.verbatim, "baskets": text.count, "support": text.percent,
        "confidence": text.percent, "lift": text.decimal, "lift_low": text.decimal, "lift_high": text.decimal,
        "relation": text.word,
    }  # fmt: skip
    said = _first(found.table, formats)
    said["relation"] = [f"relation_{relation}" for relation in said["relation"]]
    return [*call.table(said, formats), *call.definition(found.definition)]


def _next(found: Any, call: Call) -> list[str]:
    formats: text.Formats = {
        "item": text.verbatim, "next_item": text.verbatim, "times": text.count, "share": text.percent,
        "base_share": text.percent, "median_days": text.number,
    }  # fmt: skip
    return [*call.table(_first(found.table, formats), formats), *call.definition(found.definition)]


def _rate(found: Any, call: Call) -> list[str]:
    formats: text.Formats = {
        "customers": text.count, "cross_buyers": text.count, "cross_sell_rate": text.percent,
        "mean_items": text.decimal, "baskets": text.count, "basket_rate": text.percent,
    }  # fmt: skip
    said = text.columns(found.table)
    said["cross_sell_rate"] = said["rate"]
    return [*call.table(said, formats), *call.definition(found.definition)]


def _first(table: Any, formats: text.Formats) -> dict[str, Any]:
    """The rows with which a result begins."""
    return {name: values[:FIRST_ROWS] for name, values in text.columns(table, *formats).items()}
