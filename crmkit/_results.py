"""Results of several parts: used like their main table, and printed with what they mean.

A table alone cannot carry the definition of its rates. So several functions give a small object: `.table` (or
another name) holds the rows, `.definition` says what they count. Whoever only wants the rows need not know.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from crmkit._frame import engines

_WIDE, _LONG = 120, 60  # characters, and rows, of a table as text


class Result:
    """Base of results. What a result does not have itself is looked for in its main table.

    >>> class Months(Result):
    ...     def __init__(self, table):
    ...         self.table = table
    >>> found = Months(engines.wrap({"month": ["2025-01", "2025-02"], "churn": [None, 0.25]}).to_native())
    >>> found["churn"].tolist(), found.shape, len(found)
    ([nan, 0.25], (2, 2), 2)
    >>> found
      month  churn
    2025-01      -
    2025-02   0.25
    """

    __slots__ = ()
    main: ClassVar[str] = "table"  # the attribute whose columns, rows and methods are those of the result
    definition: Any  # of those that have one

    def shown(self) -> tuple[Any, ...]:
        """What is printed, in this order: tables, and texts."""
        return (self._main_table, str(self.definition)) if hasattr(type(self), "definition") else (self._main_table,)

    @property
    def _main_table(self) -> Any:
        return getattr(self, self.main)

    def __getitem__(self, column: Any) -> Any:
        """A column, or whatever else the main table gives for it."""
        return self._main_table[column]

    def __iter__(self) -> Iterator[Any]:
        """Over the main table."""
        return iter(self._main_table)

    def __array__(self, *given: Any, **settings: Any) -> Any:
        """None: as a sequence of columns it would silently become an array of their names."""
        raise TypeError(f"a {type(self).__name__} is no array. Its rows are the table .{self.main}.")

    def __len__(self) -> int:
        """Rows of the main table."""
        return len(self._main_table)

    if not TYPE_CHECKING:  # a type checker is to find misspelt names

        def __getattr__(self, name: str) -> Any:
            """Whatever the main table has."""
            if name.startswith("_") or name == self.main or not hasattr(self._main_table, name):
                raise AttributeError(f"a {type(self).__name__} has no {name!r}, nor has its table, .{self.main}")
            return getattr(self._main_table, name)

    def __repr__(self) -> str:
        """The tables with what they mean beneath them."""
        return "\n\n".join(part if isinstance(part, str) else as_text(part) for part in self.shown())

    def _repr_html_(self) -> str:
        """The same for a notebook."""
        return "\n".join(_small_print(part) if isinstance(part, str) else _as_html(part) for part in self.shown())


def as_text(table: Any) -> str:
    """A table of any kind as text, all its columns shown.

    >>> print(as_text({"month": ["2025-01", "2025-02"], "start": [None, 40.0], "churn": [None, 0.25]}))
      month start  churn
    2025-01     -      -
    2025-02    40   0.25
    """
    plain, counts = _plain(table)
    return str(plain.to_string(index=False, na_rep="-", formatters=counts, line_width=_WIDE, max_rows=_LONG))


def _as_html(table: Any) -> str:
    plain, counts = _plain(table)
    return str(plain.to_html(index=False, na_rep="-", formatters=counts, border=0, max_rows=_LONG))


def _small_print(text: str) -> str:
    return f'<p style="white-space: pre-line; font-size: small; opacity: 0.7">{html.escape(text)}</p>'


def _plain(table: Any) -> tuple[Any, dict[str, Callable[..., str]]]:
    """The table in pandas, because other kinds leave columns out or say their plan, and how its counts are written."""
    columns = engines.collect(engines.wrap(table))
    counts = {name: "{:.0f}".format for name, values in columns.items() if _is_whole(values)}
    return engines.wrap(columns).to_native(), counts


def _is_whole(values: engines.Array) -> bool:
    """Whether these are counts that came as floats, because some are missing."""
    return values.dtype.kind == "f" and bool((np.isnan(values) | (values == np.rint(values))).all())
