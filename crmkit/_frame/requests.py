"""What is asked of a source besides its path."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from crmkit.errors import ColumnError, shown


@dataclass(frozen=True, slots=True)
class Request:
    """The columns with a role, where in the source the rows are, and how they are written."""

    columns: Sequence[str] = ()
    table: str | None = None
    query: str | None = None
    encoding: str | None = None
    sheet: str | Sequence[str] | None = None
    header: bool = True
    skip: int = 0
    separator: str | None = None
    partitions: bool = False
    date: str = "date"

    def without_blanks(self) -> Self:
        """The same of a copy whose fields were set apart anew."""
        if self.separator != " ":
            return self
        return dataclasses.replace(self, separator=",", skip=0)


def unique_names(names: Sequence[str], wanted: Sequence[str], source: str) -> list[str]:
    """Names of columns that differ in more than case, as the engine wants them, all of them filled in.

    Those that are `wanted` keep theirs; which of two wanted ones of one name was meant is not ours to guess.
    """
    repeated = sorted({name for name in names if name in wanted and list(names).count(name) > 1})
    if repeated:
        raise ColumnError("repeated_columns", path=source, columns=shown(repeated))
    taken = {name.lower() for name in names if name in wanted}
    if len(taken) < len([name for name in names if name in wanted]):
        raise ColumnError("columns_by_case", path=source, columns=shown([name for name in names if name in wanted]))
    unique = []
    for at, name in enumerate(names, 1):
        made = name or f"column{at}"
        number = 1
        while made.lower() in taken and name not in wanted:
            number += 1
            made = f"{name or f'column{at}'}_{number}"
        taken.add(made.lower())
        unique.append(made)
    return unique
