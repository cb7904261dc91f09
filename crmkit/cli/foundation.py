"""Commands of the foundation: the demo, the ledger, the scored list, the pyramid."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from crmkit.cli import text
from crmkit.cli.app import app
from crmkit.cli.command import OPTIONS, Answer, Call, command, picture
from crmkit.cli.options import Bins, DiscountRate, MarginRate, Scheme, Tiers
from crmkit.cli.running import patience
from crmkit.errors import ArgumentError

if TYPE_CHECKING:
    from crmkit.transactions import Transactions


@app.command()
def demo(
    output: Annotated[str, typer.Option("--output", "-o", metavar="DIR")] = "crmkit-demo",
    quiet: Annotated[bool, typer.Option("--quiet", "-q")] = False,
    language: Annotated[str | None, typer.Option(metavar="en|zh")] = None,
) -> None:
    """Score CDNOW's customers."""
    from crmkit import Transactions, datasets
    from crmkit._frame import outputs
    from crmkit.reporting._made import write_scored
    from crmkit.scoring import headline, score_customers

    speech = text.language_of(language)
    with patience("CDNOW"):
        tx = Transactions(datasets.load_cdnow())
        scored = score_customers(tx, language=speech)
        found = headline(scored, language=speech)
        target = outputs.folder_of(output) / "customers.csv"
        outputs.write_table(scored, target, order=["customer_id"], look=outputs.Look(bom=speech == "zh"))
        page = write_scored(tx, scored, target.with_name("report.html"), language=speech, name="CDNOW")
    if not quiet:
        written = [("written", target), ("report_written", page)]
        told = [(text.label(key, speech), text.beside(path)) for key, path in written]
        text.say(*text.pairs([*found.lines(speech), *told]))
        text.say("", *text.table(found.segments, text.SEGMENTS, speech))
        text.say("", text.label("own_file_next", speech))


OPTIONS["demo"] = ((), (), ("output", "quiet", "language"))


@command()
def check(
    call: Call,
    fail_if_unassigned: Annotated[str | None, typer.Option(metavar="SHARE")] = None,
    fail_if_left_out: Annotated[str | None, typer.Option(metavar="SHARE")] = None,
) -> Answer:
    """Print the ledger of the input."""
    from crmkit import _ledger

    asked = {"fail_if_unassigned": fail_if_unassigned, "fail_if_left_out": fail_if_left_out}
    steps = {"fail_if_unassigned": "no_customer", "fail_if_left_out": "left_out"}
    limits = {steps[name]: _share(name, share) for name, share in asked.items() if share is not None}
    tx, money = call.tx, text.money(call.tx)
    ledger, notes = tx.ledger, tx.notes  # each reads the rows anew
    formats: text.Formats = {"rows": text.count, "customers": text.count, "amount": money}
    broken = _ledger.breaches(text.columns(ledger, "step", "rows", "amount"), limits)
    said = [
        text.phrase(
            "beyond_limit",
            call.language,
            step=text.label(step, call.language),
            share=text.percent(share),
            limit=text.percent(limit),
        )
        for step, share, limit in broken
    ]
    lines = [
        *call.facts(input_source=call.source, as_of=str(tx.as_of), roles=text.roles_of(tx)), "",
        *call.table(ledger, {"step": text.word, **formats}), "",
        *call.table(notes, {"note": text.word, **formats}),
    ]  # fmt: skip
    parts = {"ledger": ledger, "notes": notes}
    return Answer(parts, lines, draw=picture("plot_ledger", ledger), refused=said)


def _share(name: str, written: str) -> float:
    """A share, as 0.05 or 5%."""
    try:
        number = float(written.rstrip("% ")) / (100 if written.rstrip().endswith("%") else 1)
    except ValueError:
        raise ArgumentError(name, written, "share", example="5%") from None
    if not 0 <= number <= 1:
        raise ArgumentError(name, written, "share", example="5%")
    return number


@dataclass(frozen=True, slots=True)
class Groups:
    """By what rules customers are named."""

    bins: Bins = 5
    scheme: Scheme = "eleven"
    tiers: Tiers = "textbook"


@dataclass(frozen=True, slots=True)
class Worth:
    """How what is still to come is valued."""

    horizon: Annotated[str, typer.Option(metavar="DURATION|none")] = "52W"
    discount_rate: DiscountRate = 0.1
    margin_rate: MarginRate = 1.0


@dataclass(frozen=True, slots=True)
class Kept:
    """What the rows of INPUT are added to."""

    state: Annotated[str | None, typer.Option(metavar="FOLDER")] = None
    batch: Annotated[str | None, typer.Option(metavar="NAME")] = None
    replace: Annotated[bool, typer.Option("--replace")] = False

    def __post_init__(self) -> None:
        """Refuse what is about a state where there is none."""
        if self.state is None and (self.batch or self.replace):
            raise ArgumentError("cli_without_state")

    def added(self, tx: Transactions) -> Transactions:
        """The state with these rows; without one the rows themselves."""
        if self.state is None:
            return tx
        from crmkit import State

        if not State.is_at(self.state):
            return State.of(tx, batch=self.batch)
        return State.load(self.state, into="duckdb").merge(tx, batch=self.batch, replace=self.replace)

    def save(self, tx: Transactions) -> None:
        """Write the state, if there is one."""
        from crmkit import State

        if isinstance(tx, State) and self.state is not None:
            tx.save(self.state)


@command(must_write=True)
def score(
    call: Call,
    groups: Groups,
    worth: Worth,
    kept: Kept,
    churn: Annotated[str | None, typer.Option(metavar="DURATION")] = None,
    alerts_per_week: Annotated[float | None, typer.Option("--alerts", metavar="NUMBER")] = None,
) -> Answer:
    """Write the scored list of customers."""
    from crmkit import _checks
    from crmkit.rfm import describe_segments
    from crmkit.scoring import Extras, score_customers

    if churn is not None and _checks.days_of(churn, "churn") < 1:
        raise ArgumentError("churn", churn, "cli_less_day_churn_d")
    tx = kept.added(call.tx)
    scored = score_customers(
        tx,
        bins=groups.bins,
        scheme=groups.scheme,
        tiers=groups.tiers,
        horizon=None if worth.horizon == "none" else worth.horizon,
        discount_rate=worth.discount_rate,
        margin_rate=worth.margin_rate,
        extras=Extras(churn=churn, alerts_per_week=alerts_per_week),
        language=call.language,
    )
    segments = describe_segments(scored)
    totals = text.columns(segments, "customers", "value")
    facts = {
        "written": str(call.manner.output or call.manner.plot),
        "customers": text.count(totals["customers"].sum()),
        "monetary": text.money(tx)(totals["value"].sum()),
        "as_of": str(tx.as_of),
    }
    if churn is not None:
        facts["mean_p_churn"] = text.percent(text.columns(scored, "p_churn")["p_churn"].mean())
    if alerts_per_week is not None:
        facts["watched"] = text.count((text.columns(scored, "signal")["signal"] != "none").sum())
    return Answer(
        {"customers": scored, "segments": segments},
        call.facts(**facts),
        order=["customer_id"],
        draw=picture("plot_segments", segments),
        last=partial(kept.save, tx),  # a list that cannot be written leaves the state as it was
    )


@command()
def pyramid(call: Call, tiers: Tiers = "textbook") -> Answer:
    """Print the customer pyramid."""
    from crmkit.pyramid import concentration, describe_tiers
    from crmkit.scoring import score_customers

    scored = score_customers(call.tx, tiers=tiers, horizon=None, language=call.language)
    found, table, money = concentration(scored), describe_tiers(scored), text.money(call.tx)
    facts = call.facts(
        customers=text.count(found.customers), monetary=money(found.value), gini=f"{found.gini:.3f}",
        as_of=str(call.tx.as_of),
    )  # fmt: skip
    formats: text.Formats = {"tier": text.segment, **text.SHARES, "value": money, "mean_value": money}
    top = {"customer_share": text.percent, "customers": text.count, "value_share": text.percent}
    reach = {"value_share": text.percent, "customers": text.count, "customer_share": text.percent}
    lines = [*facts, "", *call.table(table, formats), "", *call.table(found.top, top), "",
             *call.table(found.reach, reach)]  # fmt: skip
    return Answer({"tiers": table, "top": found.top, "reach": found.reach}, lines, draw=picture("plot_tiers", table))
