"""A row filter as people write it, one boolean SQL expression, as an expression of any table engine.

Parsed here rather than by an engine, so that it means the same on every kind of table and can do nothing else: no
subquery, no function beyond a short list, no second statement. A row is kept where the expression is true; where it is
false or unknown (a comparison with a missing value) it leaves, and the ledger counts it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NoReturn, TypeAlias

import narwhals.stable.v2 as nw

from crmkit import _money_text
from crmkit.errors import ArgumentError, ColumnError, shown

Kind: TypeAlias = Literal["text", "number", "date", "bool", "null"]

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:[^']|'')*')|(?P<name>"(?:[^"]|"")+"|`[^`]+`|\[[^\]]+\])
    |(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?!\w))|(?P<word>[^\W\d]\w*)
    |(?P<sign><=|>=|<>|!=|==|[=<>(),+\-*/]))""",
    re.VERBOSE,
)
_KEYWORDS = frozenset(["and", "or", "not", "in", "between", "like", "ilike", "is", "null", "true", "false", "date"])
_FUNCTIONS = ("lower", "upper", "trim", "abs", "length", "coalesce")
_DEEPEST = 50  # brackets within brackets


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed filter."""

    text: str
    tree: tuple[Any, ...]
    columns: tuple[str, ...]  # as they are written, each once


def parse(text: Any) -> Condition:
    """A filter from its text; raises ArgumentError where it is no boolean SQL expression.

    >>> parse("status = 'paid' AND Total > 5").columns
    ('status', 'Total')
    """
    if not isinstance(text, str) or not text.strip():
        raise ArgumentError("where", text, "where_text", example="status = 'paid'")
    parser = _Parser(text)
    tree = parser.whole()
    return Condition(text, tree, tuple(dict.fromkeys(parser.columns)))


class _Parser:
    """Recursive descent: or, and, not, comparison, sum, product, factor."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.columns, self.depth = text, 0, [], 0  # type: ignore[var-annotated]
        self.tokens = list(self._tokens())

    def _tokens(self) -> Any:
        end = 0
        while self.text[end:].strip():
            found = _TOKEN.match(self.text, end)
            if found is None:
                self._refuse(self.text[end:].strip()[:20])
            kind = str(found.lastgroup)
            word = found[kind]
            if kind == "word" and word.lower() in _KEYWORDS:
                kind, word = "key", word.lower()
            yield kind, word
            end = found.end()

    def whole(self) -> tuple[Any, ...]:
        tree = self._either()
        if self.at < len(self.tokens):
            self._refuse(self.tokens[self.at][1])
        return tree

    def _refuse(self, at: str) -> NoReturn:
        raise ArgumentError("where", self.text, "where_place", place=repr(at), functions=", ".join(_FUNCTIONS))

    def _next(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "the end")

    def _take(self, *words: str) -> str | None:
        kind, word = self._next()
        if kind in ("sign", "key") and word in words:
            self.at += 1
            return word
        return None

    def _need(self, word: str) -> None:
        if self._take(word) is None:
            self._refuse(self._next()[1])

    def _either(self) -> tuple[Any, ...]:
        self.depth += 1
        if self.depth > _DEEPEST:
            self._refuse("(")
        tree = self._both()
        while self._take("or"):
            tree = ("or", tree, self._both())
        self.depth -= 1
        return tree

    def _both(self) -> tuple[Any, ...]:
        tree = self._negated()
        while self._take("and"):
            tree = ("and", tree, self._negated())
        return tree

    def _negated(self) -> tuple[Any, ...]:
        n = 0
        while self._take("not"):
            n += 1
        tree = self._compared()
        return ("not", tree) if n % 2 else tree

    def _compared(self) -> tuple[Any, ...]:
        left = self._sum()
        sign = self._take("=", "==", "<>", "!=", "<", "<=", ">", ">=")
        if sign:
            return ("compare", {"==": "=", "!=": "<>"}.get(sign, sign), left, self._sum())
        if self._take("is"):
            negated = self._take("not") is not None
            word = self._take("null", "true", "false")
            if word is None:
                self._refuse(self._next()[1])
            tree: tuple[Any, ...] = ("is", word, left)
            return ("not", tree) if negated else tree
        negated = self._take("not") is not None
        found = self._listed(left) or self._between(left) or self._like(left)
        if found is None and negated:
            self._refuse(self._next()[1])
        return left if found is None else ("not", found) if negated else found

    def _listed(self, left: tuple[Any, ...]) -> tuple[Any, ...] | None:
        if not self._take("in"):
            return None
        self._need("(")
        listed = [self._sum()]
        while self._take(","):
            listed.append(self._sum())
        self._need(")")
        return ("in", left, listed)

    def _between(self, left: tuple[Any, ...]) -> tuple[Any, ...] | None:
        if not self._take("between"):
            return None
        low = self._sum()
        self._need("and")
        return ("and", ("compare", ">=", left, low), ("compare", "<=", left, self._sum()))

    def _like(self, left: tuple[Any, ...]) -> tuple[Any, ...] | None:
        word = self._take("like", "ilike")
        if not word:
            return None
        kind, pattern = self._next()
        if kind != "text":
            self._refuse(pattern)
        self.at += 1
        return ("like", word, left, _unquoted(pattern))

    def _sum(self) -> tuple[Any, ...]:
        tree = self._product()
        while sign := self._take("+", "-"):
            tree = ("math", sign, tree, self._product())
        return tree

    def _product(self) -> tuple[Any, ...]:
        tree = self._factor()
        while sign := self._take("*", "/"):
            tree = ("math", sign, tree, self._factor())
        return tree

    def _factor(self) -> tuple[Any, ...]:
        if self._take("-"):
            return ("math", "-", ("number", 0.0), self._factor())
        if self._take("("):
            tree = self._either()
            self._need(")")
            return tree
        kind, word = self._next()
        self.at += 1
        if kind == "number":
            return ("number", float(word))
        if kind == "text":
            return ("text", _unquoted(word))
        if kind == "key" and word in ("true", "false"):
            return ("bool", word == "true")
        if kind == "key" and word == "null":
            return ("null",)
        if kind == "key" and word == "date" and self._next()[0] == "text":
            self.at += 1
            return ("date", self._day(_unquoted(self.tokens[self.at - 1][1])))
        if kind in ("word", "name") or (kind, word) == ("key", "date"):  # date is also what a column may be called
            return self._named(kind, word)
        return self._refuse(word)

    def _named(self, kind: str, word: str) -> tuple[Any, ...]:
        if kind == "word" and self._take("("):
            if word.lower() not in _FUNCTIONS:
                self._refuse(word)
            given = [self._sum()]
            while self._take(","):
                given.append(self._sum())
            self._need(")")
            return ("call", word.lower(), given)
        name = _unquoted(word) if kind == "name" else word
        self.columns.append(name)
        return ("column", name)

    def _day(self, text: str) -> dt.date:
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            self._refuse(text)


def _unquoted(token: str) -> str:
    return token[1:-1] if token[0] in "[`" else token[1:-1].replace(token[0] * 2, token[0])


# --- as an expression -------------------------------------------------------------------------------------------


def resolve(condition: Condition, columns: list[str]) -> dict[str, str]:
    """The table's own name of each column of the filter: exact, or the only one that differs in case alone."""
    found: dict[str, str] = {}
    for name in condition.columns:
        near = [own for own in columns if own == name] or [own for own in columns if own.lower() == name.lower()]
        if len(near) != 1:
            raise ColumnError("where_column", column=name, where=condition.text, columns=shown(columns, most=20))
        found[name] = near[0]
    return found


def expression(condition: Condition, columns: Mapping[str, tuple[str, nw.dtypes.DType]]) -> nw.Expr:
    """The filter over columns given by name: the name to call it by and its type."""
    made, kind = _Compiler(condition.text, columns).of(condition.tree)
    if kind != "bool":
        raise ArgumentError("where", condition.text, "where_boolean", example="status = 'paid'")
    return made


class _Compiler:
    """From the tree to an expression, with the kind of value that every part gives."""

    def __init__(self, text: str, columns: Mapping[str, tuple[str, nw.dtypes.DType]]) -> None:
        self.text, self.columns = text, columns

    def of(self, tree: tuple[Any, ...]) -> tuple[nw.Expr, Kind]:
        kind = tree[0]
        if kind in ("number", "text", "bool", "date"):
            return nw.lit(tree[1]), kind
        if kind == "null":
            return nw.lit(None), "null"
        make: Callable[..., tuple[nw.Expr, Kind]] = getattr(self, f"_{kind}")
        return make(*tree[1:])

    def _column(self, name: str) -> tuple[nw.Expr, Kind]:
        own, dtype = self.columns[name]
        column = nw.col(own)
        if dtype == nw.Boolean:
            return column, "bool"
        if dtype.is_numeric():
            return column, "number"
        if dtype == nw.Date:
            return column, "date"
        if dtype == nw.Datetime:
            return column.cast(nw.Date), "date"
        return column.cast(nw.String), "text"

    def _or(self, left: tuple[Any, ...], right: tuple[Any, ...]) -> tuple[nw.Expr, Kind]:
        return self._boolean(left) | self._boolean(right), "bool"

    def _and(self, left: tuple[Any, ...], right: tuple[Any, ...]) -> tuple[nw.Expr, Kind]:
        return self._boolean(left) & self._boolean(right), "bool"

    def _not(self, tree: tuple[Any, ...]) -> tuple[nw.Expr, Kind]:
        return ~self._boolean(tree), "bool"

    def _boolean(self, tree: tuple[Any, ...]) -> nw.Expr:
        made, kind = self.of(tree)
        if kind != "bool":
            raise ArgumentError("where", self.text, "where_boolean", example="status = 'paid'")
        return made

    def _compare(self, sign: str, left: tuple[Any, ...], right: tuple[Any, ...]) -> tuple[nw.Expr, Kind]:
        a, b = self._alike(left, right)
        made = {
            "=": lambda: a == b, "<>": lambda: a != b, "<": lambda: a < b,
            "<=": lambda: a <= b, ">": lambda: a > b, ">=": lambda: a >= b,
        }[sign]()  # fmt: skip
        return made, "bool"

    def _alike(self, left: tuple[Any, ...], right: tuple[Any, ...]) -> tuple[nw.Expr, nw.Expr]:
        """Two values to compare, as one kind: text that stands beside a number is read as one."""
        (a, first), (b, second) = self.of(left), self.of(right)
        if first == second or "null" in (first, second):
            return a, b
        if {first, second} == {"text", "number"} and "text" not in (left[0], right[0]):
            return (_as_number(a), b) if first == "text" else (a, _as_number(b))
        if {first, second} == {"text", "date"} and "text" in (left[0], right[0]):
            text = left if left[0] == "text" else right
            day = nw.lit(_Parser(self.text)._day(text[1]))
            return (day, b) if text is left else (a, day)
        if {first, second} == {"text", "bool"} and "text" not in (left[0], right[0]):
            return (_as_bool(a), b) if first == "text" else (a, _as_bool(b))
        raise ArgumentError("where", self.text, "where_kinds", left=first, right=second)

    def _in(self, left: tuple[Any, ...], listed: list[tuple[Any, ...]]) -> tuple[nw.Expr, Kind]:
        made: nw.Expr | None = None
        for each in listed:
            one = self._compare("=", left, each)[0]
            made = one if made is None else made | one
        assert made is not None, "the parser wants one at least"  # noqa: S101
        return made, "bool"

    def _is(self, word: str, tree: tuple[Any, ...]) -> tuple[nw.Expr, Kind]:
        made, kind = self.of(tree)
        if word == "null":
            return made.is_null(), "bool"
        yes = _as_bool(made) if kind == "text" else self._boolean(tree)
        return nw.coalesce(yes == nw.lit(word == "true"), nw.lit(False)), "bool"

    def _like(self, word: str, tree: tuple[Any, ...], pattern: str) -> tuple[nw.Expr, Kind]:
        made, kind = self.of(tree)
        if kind != "text":
            raise ArgumentError("where", self.text, "where_kinds", left=kind, right="text")
        parts = {"%": ".*", "_": "."}
        regex = "".join(parts.get(letter, re.escape(letter)) for letter in pattern)
        return made.str.contains(f"(?s{'i' if word == 'ilike' else ''})^{regex}$"), "bool"

    def _math(self, sign: str, left: tuple[Any, ...], right: tuple[Any, ...]) -> tuple[nw.Expr, Kind]:
        a, b = self._number(left), self._number(right)
        made = {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b}[sign]()
        return made, "number"

    def _number(self, tree: tuple[Any, ...]) -> nw.Expr:
        made, kind = self.of(tree)
        if kind == "text" and tree[0] != "text":
            return _as_number(made)
        if kind != "number":
            raise ArgumentError("where", self.text, "where_kinds", left=kind, right="number")
        return made

    def _call(self, name: str, given: list[tuple[Any, ...]]) -> tuple[nw.Expr, Kind]:
        if name == "coalesce":
            made = [self.of(tree) for tree in given]
            kinds = {kind for _, kind in made} - {"null"}
            if len(kinds) != 1:
                raise ArgumentError("where", self.text, "where_kinds", left=min(kinds, default="null"), right="null")
            return nw.coalesce(*(each for each, _ in made)), kinds.pop()
        if len(given) != 1:
            raise ArgumentError("where", self.text, "where_place", place=repr(name), functions=", ".join(_FUNCTIONS))
        if name == "abs":
            return self._number(given[0]).abs(), "number"
        made_text, kind = self.of(given[0])
        if kind != "text":
            raise ArgumentError("where", self.text, "where_kinds", left=kind, right="text")
        if name == "length":
            return made_text.str.len_chars(), "number"
        method = {"lower": "to_lowercase", "upper": "to_uppercase", "trim": "strip_chars"}[name]
        return getattr(made_text.str, method)(), "text"


def _as_number(text: nw.Expr) -> nw.Expr:
    """Text as a number, missing where it is none."""
    bare = text.str.strip_chars()
    return nw.when(bare.str.contains(_money_text.PLAIN)).then(bare).cast(nw.Float64)


def _as_bool(text: nw.Expr) -> nw.Expr:
    """Text as yes or no, missing where it is neither."""
    word = text.str.strip_chars().str.to_lowercase()
    no = nw.when(word.is_in(["false", "f", "no", "n", "0"])).then(nw.lit(False))
    return nw.when(word.is_in(["true", "t", "yes", "y", "1"])).then(nw.lit(True)).otherwise(no)
