"""The command line: parse, call one public function, print.

The commands need typer, which the extra `cli` brings; the library does without. So this door loads nothing: it says
what is missing, or hands over to `session`.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from importlib.util import find_spec

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code; whatever goes wrong is told in a few lines."""
    if find_spec("typer") is None:
        from crmkit import labels

        print(labels.phrase("cli_no_typer"), file=sys.stderr)
        return 1
    from crmkit.cli import session

    if arguments is None:  # a process of our own, which ends soon: looking for dead circles takes a tenth of its time
        gc.set_threshold(100_000, 50, 50)
    return session.run(sys.argv[1:] if arguments is None else list(arguments))
