"""The application that the commands join."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from crmkit.cli import text

# What `crmkit --help` lists, in this order: a question, and the commands that answer it.
SECTIONS = {
    "Begin": ("demo", "check", "score", "explain"),
    "Who is worth what": ("pyramid", "matrix", "clusters"),
    "What changed": ("lenses", "growth", "migration", "lifecycle", "downgrades"),
    "Who stays": ("retention", "cohorts", "contracts", "repurchase"),
    "When they are lost": ("gaps", "lost", "survival"),
    "What goes with what": ("basket",),
    "What customers say": ("loyalty",),
    "Whom to look at": ("churn", "winback", "watch", "upgrades"),
    "Can it be trusted": ("backtest", "sensitivity"),
}


class _Sections(TyperGroup):
    """Commands listed by what they are for."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  as typer calls it
        """Write a section for each question."""
        wide = max(map(len, self.commands))
        for title, names in SECTIONS.items():
            with formatter.section(title):
                about = [self.commands[name].get_short_help_str(formatter.width - wide - 6) for name in names]
                formatter.write_dl([(name.ljust(wide), said) for name, said in zip(names, about, strict=True)])


app = typer.Typer(
    cls=_Sections,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 data or file cannot be used, 2 command not written right, 70 fault of crmkit, "
    "130 stopped. With --debug anywhere, an error shows its trace.",
)


@app.callback(invoke_without_command=True)
def crmkit(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and stop.")] = False,
) -> None:
    """Customer analytics on transaction tables: what came in, who the customers are, what they are worth."""
    if version:
        from crmkit import __version__

        text.say(f"crmkit {__version__}")
    elif context.invoked_subcommand is None:
        text.say(context.get_help())
