"""The command about baskets: what is bought together, what is bought next, what to offer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmkit.cli import text
from crmkit.cli.app import app
from crmkit.cli.options import FIRST_ROWS, Input, Optional, Words, reads_transactions

if TYPE_CHECKING:
    from crmkit.labels import Language


@app.command()
@reads_transactions
def basket(
    given: Input,
    items: Annotated[
        str, typer.Option(metavar="product|category", help="What is bought together; name its column by --product.")
    ] = "product",
    within: Annotated[str, typer.Option(metavar="order|day|customer", help="What a basket is.")] = "order",
    min_orders: Annotated[
        float, typer.Option(help="Baskets that a pair must be in: a number, or below 1 a share of them.")
    ] = 0.01,
    left: Annotated[int, typer.Option(help="Most items on the left side of a rule; with 1, pairs are listed.")] = 1,
    n: Annotated[int, typer.Option("--offers", help="Items to offer each customer, in the list that is written.")] = 10,
    new_only: Annotated[bool, typer.Option("--new-only", help="Offer only what the customer never bought.")] = False,
    output: Optional = None,
    language: Words = None,
) -> None:
    """Print what is bought together and what is bought next.

    With the share of customers who buy several things. The list that is written has the items to offer each customer.
    """
    from crmkit import basket as baskets
    from crmkit._frame import outputs

    speech = text.language_of(language)
    if output is not None:
        outputs.target_of(output, source=given.source)
    with given.opened() as tx:
        counted: dict[str, Any] = dict(items=items, within=within, min_orders=min_orders)
        found = baskets.pairs(tx, **counted) if left == 1 else baskets.rules(tx, left=left, **counted)
        _say_rules(found, speech)
        _say_next(baskets.next_purchase(tx, items=items), speech)
        _say_rate(baskets.cross_sell_rate(tx, items=items), speech)
        if output is not None:
            offers = baskets.recommend(tx, items=items, n=n, new_only=new_only).table
            outputs.write_table(offers, output, order=("customer_id", "rank"), bom=speech == "zh")


def _say_rules(found: Any, speech: Language) -> None:
    formats: text.Formats = {
        "antecedent": text.verbatim, "consequent": text.verbatim, "baskets": text.count, "support": text.percent,
        "confidence": text.percent, "lift": text.decimal, "lift_low": text.decimal, "lift_high": text.decimal,
        "relation": text.word,
    }  # fmt: skip
    said = _first(found.table, formats)
    said["relation"] = [f"relation_{relation}" for relation in said["relation"]]
    text.say(*text.table(said, formats, speech), *text.definition(found.definition, speech))


def _say_next(found: Any, speech: Language) -> None:
    formats: text.Formats = {
        "item": text.verbatim, "next_item": text.verbatim, "times": text.count, "share": text.percent,
        "base_share": text.percent, "median_days": text.number,
    }  # fmt: skip
    text.say("", *text.table(_first(found.table, formats), formats, speech), *text.definition(found.definition, speech))


def _say_rate(found: Any, speech: Language) -> None:
    formats: text.Formats = {
        "customers": text.count, "cross_buyers": text.count, "cross_sell_rate": text.percent,
        "mean_items": text.decimal, "baskets": text.count, "basket_rate": text.percent,
    }  # fmt: skip
    said = text.columns(found.table)
    said["cross_sell_rate"] = said["rate"]
    text.say("", *text.table(said, formats, speech), *text.definition(found.definition, speech))


def _first(table: Any, formats: text.Formats) -> dict[str, Any]:
    """The rows with which a result begins."""
    return {name: values[:FIRST_ROWS] for name, values in text.columns(table, *formats).items()}
