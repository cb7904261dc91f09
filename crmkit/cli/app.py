"""The application that the commands join."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from crmkit import _near
from crmkit.cli import helping, text
from crmkit.errors import ArgumentError

# What `crmkit --help` lists, in this order: a question, and the commands that answer it.
SECTIONS = {
    "help_begin": ("demo", "check", "report", "score", "explain"),
    "help_worth": ("rfm", "segments", "clv", "pyramid", "matrix", "clusters"),
    "help_changed": ("lenses", "growth", "migration", "lifecycle", "downgrades"),
    "help_stays": ("retention", "cohorts", "contracts", "repurchase"),
    "help_lost": ("gaps", "lost", "survival"),
    "help_baskets": ("basket",),
    "help_say": ("loyalty",),
    "help_look": ("churn", "winback", "watch", "upgrades"),
    "help_trust": ("backtest", "sensitivity"),
    "help_elsewhere": ("sql",),
}


class _Commands(TyperGroup):
    """Commands listed by what they are for; one that is not there is answered with the nearest."""

    def get_help(self, ctx: Any) -> str:
        """A section for each question."""
        speech = text.language_of(None)
        lines = [f"{text.label('help_usage', speech)} crmkit COMMAND INPUT [OPTIONS]", "",
                 text.label("help_program", speech)]  # fmt: skip
        for title, names in SECTIONS.items():
            said = [(name, helping.first_sentence(helping.about(name, speech))) for name in names]
            lines += ["", f"{text.label(title, speech)}:", *helping.listing(said, most=11)]
        own = [(", ".join(one.opts), text.label(f"option_{one.name}", speech)) for one in self.get_params(ctx)]
        own.append(("--debug", text.label("option_debug", speech)))
        lines += ["", *helping.listing(own), "", text.label("help_codes", speech), text.label("help_settings", speech)]
        return "\n".join(lines)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command of this name."""
        if args and args[0] not in self.commands:
            near = " / ".join(_near.commands(args[0], self.commands)) or ", ".join(self.commands)
            raise ArgumentError("cli_no_command", name=args[0], near=near)
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=_Commands,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def crmkit(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version")] = False,
) -> None:
    """Customer analytics on transaction tables."""
    if version:
        from crmkit import __version__

        text.say(f"crmkit {__version__}")
    elif context.invoked_subcommand is None:
        text.say(context.command.get_help(context))
