"""What databases write differently: quotes, the names of types, and rows of constants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH = 116


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one database writes SQL.

    Attributes
    ----------
    name : str
        Its name, as users give it.
    double, text : str
        Types of a float of 64 bits and of a text.
    quote : str
        What stands around a name.
    backslash : bool
        Whether a backslash in a text escapes what follows.
    """

    name: str
    double: str
    text: str
    quote: str = '"'
    backslash: bool = False

    def identifier(self, name: str) -> str:
        """A name of a column or table, whatever is in it.

        >>> print(DIALECTS["duckdb"].identifier('a"b'), DIALECTS["spark"].identifier("a`b"))
        "a""b" `a``b`
        """
        escaped = "\\" + self.quote if self.name == "bigquery" else self.quote * 2
        inside = name.replace("\\", "\\\\") if self.name == "bigquery" else name
        return self.quote + inside.replace(self.quote, escaped) + self.quote

    def table(self, name: str) -> str:
        """A table, whose name may have parts, such as shop.customers."""
        return ".".join(map(self.identifier, name.split(".")))

    def literal(self, value: str) -> str:
        r"""A text.

        >>> print(DIALECTS["duckdb"].literal("it's"), DIALECTS["spark"].literal("it's"))
        'it''s' 'it\'s'
        """
        if self.backslash:
            return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
        return "'" + value.replace("'", "''") + "'"

    def cast(self, expression: str) -> str:
        """An expression as a float of 64 bits."""
        return f"CAST({expression} AS {self.double})"

    def rows(self, names: Sequence[str], rows: Sequence[Sequence[str]], indent: str) -> list[str]:
        """The lines of a query that gives numbers, as they are written, as a table."""
        body = folded(["(" + ", ".join(row) + ")" for row in rows], indent + "  ")
        if self.name == "bigquery":
            fields = ", ".join(f"{name} {self.double}" for name in names)
            return [f"{indent}SELECT * FROM UNNEST(ARRAY<STRUCT<{fields}>>[", *body, f"{indent}])"]
        chosen = [f"{self.cast(f'v.{name}')} AS {name}" for name in names]
        given = f" AS v({', '.join(names)})"
        if self.name == "sqlite":  # which gives the columns of VALUES names of its own
            chosen, given = [f"column{at} AS {name}" for at, name in enumerate(names, start=1)], ""
        opening = folded(chosen, f"{indent}SELECT ", f"{indent}  ")
        return [*opening[:-1], f"{opening[-1]} FROM (VALUES", *body, f"{indent}){given}"]


DIALECTS: Mapping[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        Dialect("duckdb", "DOUBLE", "VARCHAR"),
        Dialect("postgres", "DOUBLE PRECISION", "TEXT"),
        Dialect("sqlite", "REAL", "TEXT"),
        Dialect("spark", "DOUBLE", "STRING", quote="`", backslash=True),
        Dialect("snowflake", "DOUBLE", "VARCHAR", backslash=True),
        Dialect("bigquery", "FLOAT64", "STRING", quote="`", backslash=True),
    )
}


def folded(parts: Sequence[str], indent: str, next_indent: str | None = None) -> list[str]:
    """Parts with commas between them, over lines no wider than a page.

    >>> folded(["a", "b"], "SELECT ")
    ['SELECT a, b']
    """
    lines, line = [], indent + parts[0]
    for part in parts[1:]:
        if len(line) + len(part) > WIDTH:
            lines.append(line + ",")
            line = (indent if next_indent is None else next_indent) + part
        else:
            line += ", " + part
    return [*lines, line]


def number(value: float) -> str:
    """A number that every database reads as the same float: whole, or with an exponent, which makes it no decimal.

    >>> number(30.0), number(35.99), number(-2e-7)
    ('30', '35.99e0', '-2e-07')
    """
    value = float(value)
    if value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    written = repr(value)
    return written if "e" in written else written + "e0"
