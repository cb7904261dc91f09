"""Results of several parts: each is a table that says what it means, and goes wherever a table goes.

A table alone cannot carry the definition of its rates. So several functions give a small object: `.table` (or
another name) holds the rows, `.definition` says what they count. Other packages take it as the table that it mainly is:
`pd.DataFrame(r)`, `pl.DataFrame(r)`, `pa.table(r)`, a query of DuckDB over it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import importlib
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from crmkit import _near, _reading, labels
from crmkit._frame import engines, outputs
from crmkit._refusals import Refusing
from crmkit._types import Table
from crmkit.errors import ArgumentError, ColumnError, Words, shown
from crmkit.labels import Language


class Result(Refusing):
    """Base of results: their main table in every form, and all parts as words, pictures, JSON or an Excel book.

    >>> class Months(Result):
    ...     def __init__(self, table):
    ...         self.table = table
    >>> found = Months(engines.wrap({"month": ["2025-01", "2025-02"], "churn_rate": [None, 0.25]}).to_native())
    >>> found["churn_rate"].tolist(), "month" in found, len(found)
    ([nan, 0.25], True, 2)
    >>> found
    month    churn_rate
    2025-01           -
    2025-02      25.0 %
    """

    __slots__ = ()
    main: ClassVar[str] = "table"  # the attribute whose columns and rows are those of the result
    drawn: ClassVar[str] = ""  # the drawer plotting.plot_<drawn>, where it is not called by the name of the class
    definition: Any  # of those that have one
    _instead = Words("result_instead")

    def shown(self) -> tuple[Any, ...]:
        """What is printed, in this order: tables, texts, and definitions."""
        return (self._main_table, self.definition) if hasattr(type(self), "definition") else (self._main_table,)

    @property
    def _main_table(self) -> Table:
        return getattr(self, self.main)

    # --- as a table -------------------------------------------------------------------------------------------------

    def to_pandas(self) -> Table:
        """The main table as a pandas table."""
        return engines.converted(self._main_table, "pandas")

    def to_polars(self) -> Table:
        """The main table as a polars table."""
        return engines.converted(self._main_table, "polars")

    def to_arrow(self) -> Table:
        """The main table as a pyarrow table."""
        return engines.converted(self._main_table, "pyarrow")

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The main table for any package that reads Arrow's C stream."""
        return engines.arrow_stream(self._main_table, requested_schema)

    def __narwhals_dataframe__(self) -> Any:
        """The main table for narwhals, computed if it was lazy."""
        return engines.compliant(self._main_table)

    def __dataframe__(self, nan_as_null: bool = False, allow_copy: bool = True) -> Any:
        """The main table for packages that read the interchange protocol, such as seaborn."""
        return self.to_pandas().__dataframe__(nan_as_null, allow_copy)

    def __getitem__(self, column: Any) -> Any:
        """A column of the main table, or several, as its kind gives them."""
        known = engines.names_of(engines.wrap(self._main_table))
        wanted = [column] if isinstance(column, str) else column
        absent = [name for name in wanted if name not in known] if isinstance(wanted, list) else [column]
        if absent:
            near = ", ".join(_near.closest(str(absent[0]), known)) or ", ".join(known)
            raise ColumnError("result_column", column=shown(absent), what=type(self).__name__, near=near)
        frame = engines.wrap(self._main_table)
        return self._main_table[column] if engines.is_eager(frame) else frame.select(*wanted).to_native()

    def __contains__(self, column: object) -> bool:
        """Whether the main table has a column of this name."""
        return column in engines.names_of(engines.wrap(self._main_table))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Over the rows of the main table, each a mapping of column to value."""
        columns = engines.collect(engines.wrap(self._main_table))
        lists = {name: values.tolist() for name, values in _stamped(columns).items()}
        for row in zip(*lists.values(), strict=True):
            yield dict(zip(lists, row, strict=True))

    def __len__(self) -> int:
        """Rows of the main table."""
        return engines.n_rows(engines.wrap(self._main_table))

    def __dir__(self) -> list[str]:
        """The parts, and what can be done with them."""
        inside = {"main", "drawn", "shown"}
        return sorted(name for name in {*dir(type(self)), *_parts(self)} - inside if not name.startswith("_"))

    def _meant(self, name: str) -> Words:
        """What is not here is not looked for in the table: that would be another thing under a known name."""
        if name in engines.names_of(engines.wrap(self._main_table)):
            return Words("meant_name", near=f'["{name}"]')
        near = [one for one in _near.members(name, dir(self)) if one.startswith(".")]
        way = Words("result_attribute", meant=f".{self.main}.{name}", name=name)
        return Words("meant_name", near=near[0]) if near else way

    # --- as words, pictures, JSON, a book ---------------------------------------------------------------------------

    def text(self, language: Language | None = None) -> str:
        """All that is printed, as text in one language (that which is set)."""
        said = labels.resolve(language)
        return "\n\n".join(_as_text(part, said) for part in self.shown())

    def plot(self, **options: Any) -> Any:
        """Draw it with the drawer of `crmkit.plotting` that is made for it; gives the axes.

        Parameters
        ----------
        **options
            Those of the drawer, such as `ax` and `language`.
        """
        name = f"plot_{self.drawn or _snake(type(self).__name__)}"
        drawer = getattr(importlib.import_module("crmkit.plotting"), name, None)
        if drawer is None:
            raise ArgumentError("no_drawer", what=type(self).__name__)
        return drawer(self, **options)

    def to_dict(self) -> dict[str, Any]:
        """All parts as plain values, ready for JSON: tables as lists of rows, dates as text, nothing that is NaN."""
        return {name: plain(getattr(self, name)) for name in _parts(self)}

    def to_excel(self, path: str | Path, *, language: Language | None = None) -> None:
        """Write an Excel book: a sheet per table, labels in the first row and keys in the second, and what it means.

        Parameters
        ----------
        path : str
            Where to write; the ending must be .xlsx. An existing file is replaced once all is written.
        language : {"en", "zh"}, optional
            Language of the labels and the definition; that which is set unless given.

        Raises
        ------
        ArgumentError, InputFileError
            The ending is another one, or the file cannot be written.
        """
        said = labels.resolve(language)
        outputs.write_book(path, _sheets(self, said))

    def __repr__(self) -> str:
        """The tables with what they mean beneath them."""
        return self.text()

    def _repr_html_(self) -> str:
        """The same for a notebook, with what it means folded."""
        return "\n".join(_as_html(part, labels.resolve(None)) for part in self.shown())


def as_text(table: Table) -> str:
    """A table of any kind as text in the language that is set; see `crmkit._reading`."""
    return _reading.as_text(table)


def _stamped(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Time stamps in a unit that Python's datetime holds; nanoseconds would become bare numbers."""
    return {name: v.astype("datetime64[us]") if v.dtype.kind == "M" else v for name, v in columns.items()}


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _parts(result: Any) -> list[str]:
    """Names of the public parts."""
    if dataclasses.is_dataclass(result):
        return [field.name for field in dataclasses.fields(result) if not field.name.startswith("_")]
    return [name for name in vars(result) if not name.startswith("_")]


def _is_definition(part: Any) -> bool:
    return hasattr(part, "lines") and hasattr(part, "text")


def _as_text(part: Any, language: Language) -> str:
    if isinstance(part, str):
        return part
    return str(part.text(language)) if _is_definition(part) else _reading.as_text(part, language)


def _as_html(part: Any, language: Language) -> str:
    if isinstance(part, str):
        return _reading.small(part)
    if _is_definition(part):
        return _reading.folded(labels.text("what_it_means", language), part.text(language))
    return _reading.as_html(part, language)


def plain(value: Any) -> Any:
    """A part as values that JSON knows."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, np.generic):
        return str(value)[:10] if value.dtype.kind == "M" else plain(value.item())
    if isinstance(value, np.ndarray):
        return [plain(each) for each in value]
    if _is_definition(value):
        return dict(value.lines("en"))
    if isinstance(value, Result):
        return value.to_dict()
    if engines.is_native(value):
        columns = engines.collect(engines.wrap(value))
        rows = zip(*columns.values(), strict=True)
        return [dict(zip(columns, (plain(each) for each in row), strict=True)) for row in rows]
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    if dataclasses.is_dataclass(value):
        return {name: plain(getattr(value, name)) for name in _parts(value)}
    return str(value)


def _sheets(result: Result, language: Language) -> list[outputs.Sheet]:
    """A sheet per table, and one of words."""
    sheets, words = [], []
    for name in _parts(result):
        part = getattr(result, name)
        if engines.is_native(part):
            columns = engines.collect(engines.wrap(part))
            heads = [_reading.heading(column, language) for column in columns]
            rows = zip(*(values.tolist() for values in _stamped(columns).values()), strict=True)
            formats = [_reading.excel_format(column, values.dtype.kind) for column, values in columns.items()]
            sheets.append(outputs.Sheet(name[:31], [heads, list(columns), *map(list, rows)], formats=formats))
        elif _is_definition(part):
            words += [list(line) for line in part.lines(language)]
    return [*sheets, *([outputs.Sheet("definition", words)] if words else [])]
