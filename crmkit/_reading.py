"""Tables as people read them: rates in percent, money with thousands and cents, intervals in one cell.

What a column holds is known by its name, as everywhere in crmkit: a `..._rate` is a fraction, a `..._low` and a
`..._high` are the ends of an interval. The data keep their keys; only what is printed, for a terminal or a notebook, is
written for reading, in the language that is set. Text of the data stays text: no markup, no control characters.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from crmkit import labels
from crmkit._frame import engines
from crmkit._types import Array, Table
from crmkit.labels import Language

ROWS = 60  # of a table that is printed
NOTHING = "-"

_SHARE = re.compile(
    r"(^|_)(rate|share|shares|penetration|probability|survival|coverage|confidence|support|caught|contacted)$|^p_|^(grr|nrr)$"
)
_NO_SHARE = {"purchase_rate", "p_value"}
_MONEY = re.compile(
    r"(^|_)(amount|revenue|value|spend|money|profit|cost|monetary|margin|clv|price|mean_order|m_x|loss|gain|budget|"
    r"contracted|expanded|equity|change|mae_money)(_|$)"
)
_NO_MONEY = {"p_value", "gain", "log_loss", "log_loss_without"}
_ID = re.compile(r"(^|_)id$|^(customer|order|product|sku)$")
# Columns of keys that have words; text in any other column is somebody's own.
_KEYS = {"step", "note", "direction", "state", "stage", "kind", "quadrant", "measure", "predictor", "verdict", "name",
         "tier", "segment", "next_segment", "before", "after", "recommended", "subject", "grade", "role",
         "rule"}  # fmt: skip
# What could move a cursor, ring a bell, or turn the direction of writing.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Column:
    """A column ready to be printed: its key, its heading, its cells, and the share that each bar shows."""

    key: str
    heading: str
    cells: Sequence[str]
    left: bool
    bars: Sequence[float] = field(default=())


def as_text(table: Table, language: Language | None = None) -> str:
    """A table of any kind as text, all its columns shown; keys in English, labels in other languages.

    >>> print(as_text({"month": ["2025-01", "2025-02"], "start": [None, 1040.0], "churn_rate": [None, 0.25]}))
    month    start  churn_rate
    2025-01      -           -
    2025-02  1,040      25.0 %
    """
    said = labels.resolve(language)
    columns, rest = _columns(table, said, words=said != "en")
    heads = [column.key if said == "en" else column.heading for column in columns]
    lines = [
        labels.aligned([head, *column.cells], left=column.left) for head, column in zip(heads, columns, strict=True)
    ]
    wide = _folded(lines)
    return "\n\n".join("\n".join("  ".join(row).rstrip() for row in zip(*part, strict=True)) for part in wide) + (
        f"\n{rest}" if rest else ""
    )


def as_html(table: Table, language: Language | None = None) -> str:
    """The same for a notebook: labels as headings (their keys when pointed at), small bars behind shares."""
    said = labels.resolve(language)
    columns, rest = _columns(table, said, words=True)
    heads = "".join(
        f'<th style="text-align: {_side(column)}" title="{html.escape(column.key)}">{html.escape(column.heading)}</th>'
        for column in columns
    )
    rows = "".join(
        "<tr>" + "".join(_html_cell(column, at) for column in columns) + "</tr>"
        for at in range(len(columns[0].cells) if columns else 0)
    )
    below = f"<caption style='caption-side: bottom'>{html.escape(rest)}</caption>" if rest else ""
    return f"<table>{below}<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def folded(title: str, text: str) -> str:
    """A text for a notebook that opens when it is asked for."""
    return (
        f'<details><summary>{html.escape(title)}</summary><p style="white-space: pre-line; font-size: small">'
        f"{html.escape(plain(text))}</p></details>"
    )


def preformatted(text: str) -> str:
    """A text for a notebook whose columns stay aligned."""
    return f"<pre>{html.escape(plain(text))}</pre>"


def small(text: str) -> str:
    """A text for a notebook, in small print."""
    return f'<p style="white-space: pre-line; font-size: small; opacity: 0.7">{html.escape(plain(text))}</p>'


def plain(text: str) -> str:
    r"""Text without the characters that a terminal would obey; lines stay lines.

    >>> plain("Eve\x1b[2J")
    'Eve�[2J'
    """
    return "\n".join(_CONTROL.sub("\ufffd", line) for line in text.split("\n"))


def percent(share: Any) -> str:
    """A share; a missing one is a dash.

    >>> percent(0.3656), percent(float("nan"))
    ('36.6 %', '-')
    """
    return NOTHING if _is_missing(share) else f"{100 * share:,.1f} %"


def money(amount: Any, digits: int = 2) -> str:
    """Money with thousands and cents; a missing amount is a dash.

    >>> money(1234.5), money(1234, 0)
    ('1,234.50', '1,234')
    """
    return NOTHING if _is_missing(amount) else f"{amount:,.{digits}f}"


def number(value: Any) -> str:
    """Any other number: whole ones with thousands, others with four figures.

    >>> number(12345), number(0.123456), number(4.0)
    ('12,345', '0.1235', '4')
    """
    if _is_missing(value):
        return NOTHING
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if value == round(value) and abs(value) < 1e15:
        return f"{value:,.0f}"
    return f"{value:,.1f}" if abs(value) >= 1000 else f"{value:,.4g}"


def interval(value: str, low: Any, high: Any, form: Callable[[Any], str]) -> str:
    """An estimate with the interval around it.

    >>> interval("38.6 %", 0.36, 0.413, percent)
    '38.6 % (36.0-41.3)'
    """
    if _is_missing(low) or _is_missing(high):
        return value
    ends = [form(end).removesuffix(" %") for end in (low, high)]
    return f"{value} ({'-'.join(ends) if not any(end.startswith('-') for end in ends) else ' to '.join(ends)})"


# --- columns --------------------------------------------------------------------------------------------------------


def _columns(table: Table, language: Language, *, words: bool) -> tuple[list[Column], str]:
    """The columns of the first rows, intervals joined, and what is said of rows that are left out."""
    found, n = _first_rows(table)
    ends = _intervals(list(found))
    made = []
    for name, values in found.items():
        if name in {end for pair in ends.values() for end in pair}:
            continue
        form = _form(name, values, language, words=words)
        cells = [form(value) for value in values.tolist()]
        if name in ends:
            low, high = (found[end].tolist() for end in ends[name])
            cells = [interval(c, a, b, form) for c, a, b in zip(cells, low, high, strict=True)]
        made.append(Column(name, heading(name, language), cells, _is_left(name, values), _bars(name, values)))
    left_out = n - ROWS
    return made, labels.phrase("rows_left_out", language, rows=f"{left_out:,}", all=f"{n:,}") if left_out > 0 else ""


def _first_rows(table: Table) -> tuple[dict[str, Array], int]:
    frame = engines.wrap(table)
    found = engines.collect(frame.head(ROWS + 1))
    n = len(next(iter(found.values()), ()))
    if n > ROWS:
        n = engines.n_rows(frame)
        found = {name: values[:ROWS] for name, values in found.items()}
    return found, n


def _intervals(names: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Columns around which two others are an interval."""
    pairs: dict[str, tuple[str, str]] = {}
    for low in names:
        if low != "low" and not low.endswith("_low"):
            continue
        stem, high = low.removesuffix("low"), low.removesuffix("low") + "high"
        before = names[names.index(low) - 1] if names.index(low) else ""
        bare = stem.removesuffix("_")
        owner = next((one for one in (bare, f"{stem}rate", f"{stem}share", before) if one in names), "")
        if high in names and owner and owner not in pairs and not owner.endswith(("low", "high")):
            pairs[owner] = (low, high)
    return pairs


def heading(name: str, language: Language) -> str:
    """What a column is called in print."""
    said = named(name, language)
    if "{" in said:  # a command's word, which leaves {days} open, or a sentence that has the name of a user's column
        said = labels.text(name, language)
    return plain(name if "{" in said else said)


def named(name: str, language: Language) -> str:
    """The words of a column: its own, or of what it bounds, is a mean or the third of; its name if it is the user's.

    >>> named("false_alert_low", "en"), named("antecedent_3", "zh"), named("visits_2", "zh")
    ('share of false alerts, low', '前项 3', 'visits_2')
    """
    for key in (f"column_{name}", name):
        if labels.text(key, "zh") != key:
            return labels.text(key, language)
    for affix, words in _OF_ANOTHER.items():
        other = name.removeprefix(affix) if affix.endswith("_") else name.removesuffix(affix)
        for owner in (other, f"{other}_share", f"{other}_rate") if other != name else ():
            if named(owner, "zh") != owner:
                return labels.phrase(words, language, what=named(owner, language))
    stem, _, number = name.rpartition("_")
    return f"{named(stem, language)} {number}" if number.isdigit() and named(stem, "zh") != stem else name


_OF_ANOTHER = {"_low": "column_of_low", "_high": "column_of_high", "mean_": "column_of_mean",
               "median_": "column_of_median", "relative_": "column_of_relative"}  # fmt: skip


def _form(name: str, values: Array, language: Language, *, words: bool) -> Callable[[Any], str]:
    """How a value of a column is written."""
    if values.dtype.kind == "b":
        return lambda flag: labels.text(f"flag_{str(bool(flag)).lower()}", language)
    if values.dtype.kind == "M":
        return _date
    if values.dtype.kind not in "iuf":
        return _written(name, language, words=words)
    if is_share(name):
        return percent
    if is_money(name):
        finite = values[np.isfinite(values.astype(float))].astype(float)
        digits = 0 if (finite == np.rint(finite)).all() else 2
        return lambda amount: money(amount, digits)
    if _ID.search(name) or name in ("year", "seed"):
        return lambda value: NOTHING if _is_missing(value) else f"{value:.0f}" if value == round(value) else str(value)
    return number


def _written(name: str, language: Language, *, words: bool) -> Callable[[Any], str]:
    """How a value that is no number is written: dates, flags, keys that have words, text of the data."""

    def form(value: Any) -> str:
        if _is_missing(value):
            return NOTHING
        if isinstance(value, bool):
            return labels.text(f"flag_{str(value).lower()}", language)
        if isinstance(value, int | float):
            return number(value)
        said = str(value)
        if words and name in _KEYS:
            said = labels.text(said, language)
        return _CONTROL.sub("\ufffd", said)

    return form


def is_share(name: str) -> bool:
    """Whether a column of this name is a fraction of something."""
    return bool(_SHARE.search(name)) and name not in _NO_SHARE


def is_money(name: str) -> bool:
    """Whether a column of this name is money."""
    return bool(_MONEY.search(name)) and name not in _NO_MONEY and not is_share(name)


def excel_format(name: str, kind: str, digits: int = 2) -> str:
    """How Excel is to write the numbers of a column; `kind` is that of its type in numpy.

    >>> excel_format("churn_rate", "f"), excel_format("value", "f"), excel_format("T", "f"), excel_format("orders", "i")
    ('0.0%', '#,##0.00', 'General', '#,##0')
    """
    if kind == "f" and is_share(name):
        return "0.0%"
    if kind == "f" and is_money(name):
        return f"#,##0.{'0' * digits}"
    return "#,##0" if kind in "iu" and not _ID.search(name) and name not in ("year", "seed") else "General"


def _is_left(name: str, values: Array) -> bool:
    return values.dtype.kind not in "iufM" or bool(_ID.search(name))


def _bars(name: str, values: Array) -> Sequence[float]:
    """Shares between 0 and 1, for the bars behind them."""
    if not is_share(name) or values.dtype.kind != "f":
        return ()
    shares = np.nan_to_num(values.astype(float))
    return shares.tolist() if ((shares >= 0) & (shares <= 1)).all() else ()


def _date(value: Any) -> str:
    return NOTHING if _is_missing(value) else str(value)[:10]


def _is_missing(value: Any) -> bool:
    return value is None or value != value or str(value) == "NaT"


def _folded(lines: Iterable[Sequence[str]]) -> list[list[Sequence[str]]]:
    """Columns in blocks that fit a line of 120 characters; the first column is repeated in none."""
    blocks: list[list[Sequence[str]]] = [[]]
    used = 0
    for column in lines:
        wide = labels.width(column[0]) + 2
        if blocks[-1] and used + wide > 122:
            blocks.append([])
            used = 0
        blocks[-1].append(column)
        used += wide
    return blocks


def _side(column: Column) -> str:
    return "left" if column.left else "right"


def _html_cell(column: Column, at: int) -> str:
    style = f"text-align: {_side(column)}"
    if column.bars:
        filled = f"{100 * column.bars[at]:.0f}%"
        style += f"; background: linear-gradient(90deg, rgba(0, 114, 178, 0.18) {filled}, transparent {filled})"
    return f'<td style="{style}">{html.escape(column.cells[at])}</td>'


def facts(listed: Mapping[str, str]) -> str:
    """Lines of names and facts, aligned."""
    names = labels.aligned(listed, left=True)
    return "\n".join(f"{name}  {fact}" for name, fact in zip(names, listed.values(), strict=True))
