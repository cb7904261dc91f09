"""What a section of the report is made of: words and numbers ready to be shown, in one language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, TypeAlias

Tone: TypeAlias = Literal["", "up", "down", "flat"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: what is read, what it is sorted by, what is told when it is pointed at."""

    text: str
    value: float | str | None = None
    title: str = ""
    bar: int | None = None  # per cent of the longest
    tone: Tone = ""
    dot: str = ""  # class of the colour before the text


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column."""

    text: str
    number: bool = True


@dataclass(frozen=True, slots=True)
class Grid:
    """A table that can be sorted, and filtered if it is long."""

    kind: ClassVar[str] = "grid"
    caption: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    filtered: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture as inline SVG, and what it is in words."""

    kind: ClassVar[str] = "figure"
    svg: str
    caption: str


@dataclass(frozen=True, slots=True)
class Alert:
    """Something to look at before the rest is believed."""

    kind: ClassVar[str] = "alert"
    strong: str
    text: str
    grave: bool = True


@dataclass(frozen=True, slots=True)
class Note:
    """A paragraph."""

    kind: ClassVar[str] = "note"
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a part of a section."""

    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True, slots=True)
class Folded:
    """Words that open when they are asked for."""

    kind: ClassVar[str] = "folded"
    title: str
    lines: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the ledger: rows and money, and where its bar begins and ends in per cent of all rows."""

    text: str
    rows: str
    money: str
    begin: int
    width: int
    leaves: bool


@dataclass(frozen=True, slots=True)
class Flow:
    """The ledger as a flow from what came in to what is used."""

    kind: ClassVar[str] = "flow"
    heads: tuple[str, str, str]
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure with its change and its course."""

    name: str
    value: str
    change: str
    tone: Tone
    against: str
    points: str  # of a polyline in a box of 100 by 26
    last: tuple[float, float] | None
    course: str  # the course in words, for who cannot see it


@dataclass(frozen=True, slots=True)
class Tiles:
    """Several figures side by side."""

    kind: ClassVar[str] = "tiles"
    tiles: Sequence[Tile]


@dataclass(frozen=True, slots=True)
class Warm:
    """A cell of a heat map: its shade from 0 to 20, and whether its period is not over."""

    text: str = ""
    shade: int | None = None
    part: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True)
class Heat:
    """A heat map with its numbers in it."""

    kind: ClassVar[str] = "heat"
    caption: str
    corner: str
    heads: Sequence[str]
    rows: Sequence[tuple[str, str, Sequence[Warm]]]


@dataclass(frozen=True, slots=True)
class Row:
    """Blocks side by side on a wide page."""

    kind: ClassVar[str] = "row"
    blocks: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Download:
    """A file inside the page."""

    kind: ClassVar[str] = "download"
    text: str
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its finding as a title, its blocks, and what of it is told at the head of the page."""

    key: str
    name: str  # in the contents
    title: str
    sub: str = ""
    blocks: Sequence[Any] = ()
    finding: str = ""
    grave: bool = False


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables and single figures behind a section, by their English keys, in full precision."""

    tables: Mapping[str, Any] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)
    definitions: Sequence[Any] = ()
