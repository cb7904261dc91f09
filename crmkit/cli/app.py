"""The application that the commands join."""

from __future__ import annotations

from typing import Annotated

import typer

from crmkit.cli import text

app = typer.Typer(
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
