"""A picture as a piece of a web page: its texts stay texts, its colours follow the page, nothing in it is a style.

A page with a strict content-security policy refuses style attributes, so every style becomes an attribute of SVG.
Black and grey are left to the style sheet of the page, which knows whether it is light or dark.
"""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox

_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_USED = re.compile(r"url\(#([^)]+)\)")
# What a style may say that an attribute can say too; fonts are those of the page, but for size and weight.
_ATTRIBUTES = (
    "fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray",
    "stroke-dashoffset", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "opacity", "text-anchor",
    "font-size", "font-weight", "font-style",
)  # fmt: skip
_FONT = re.compile(r"^\s*(?:(italic|oblique)\s+)?(?:(bold|\d00)\s+)?([\d.]+)px")
_COMMANDS, _FLOAT = re.compile(r"[A-Za-z]"), re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_MANY, _CLOSE = 24, 0.15  # pieces from which on a path is thinned; points (1/72 inch) by which it may then be off
_PAD = 0.03  # inches of air about a picture
_ROLES = {"#595959": "mute", "#ffffff": "paper"}


def as_svg(ax: Axes, *, title: str, prefix: str) -> str:
    """The figure of `ax` as inline SVG with a title for screen readers; the figure is closed.

    `prefix` begins every id inside, so that several pictures can stand on one page.
    """
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    drawn = io.BytesIO()
    figure = cast("Figure", ax.get_figure(root=True))
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": prefix, "path.simplify_threshold": 0.5}):
        box = _laid_out(ax, figure)
        figure.savefig(drawn, format="svg", transparent=True, metadata={"Date": None}, bbox_inches=box)
    plt.close(figure)
    tree = ET.fromstring(drawn.getvalue())  # noqa: S314  what matplotlib wrote a line before
    _cleaned(tree)
    _renamed(tree, prefix)
    return _written(tree, title, prefix)


def axes_of(width: float, height: float) -> Axes:
    """Axes of a figure of that size in inches, whose texts are legible in half a page."""
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(width, height))[1]


def _laid_out(ax: Axes, figure: Figure) -> Bbox:
    """Make the axes so large that what hangs about them fits in the figure; what all of it takes up then, in inches.

    matplotlib's own layouts measure every text four times, which was most of the time that a report took.
    """
    from matplotlib.transforms import Bbox

    across, up = figure.bbox.width, figure.bbox.height
    place, used = ax.get_position(original=True), ax.get_tightbbox(for_layout_only=True)
    if used is not None:
        left, below = place.x0 - used.x0 / across, place.y0 - used.y0 / up
        right, above = used.x1 / across - place.x1, used.y1 / up - place.y1
        ax.set_position(Bbox([[left, below], [max(1 - right, left + 0.1), max(1 - above, below + 0.1)]]))
    used = figure.get_tightbbox().padded(_PAD)
    # as wide as was asked for, or a page would stretch what needs less, and its letters with it
    return Bbox([[min(used.x0, 0), used.y0], [max(used.x1, figure.get_figwidth()), used.y1]])


def _cleaned(tree: ET.Element) -> None:
    """Without metadata and styles; styles become attributes."""
    for parent in list(tree.iter()):
        for child in list(parent):
            if _name(child) in ("metadata", "style"):
                parent.remove(child)
    for element in tree.iter():
        for key, value in _attributes_of(element.attrib.pop("style", "")).items():
            element.set(key, value)
        if "d" in element.attrib:
            element.set("d", _thinned(element.attrib["d"]))
        for key in ("d", "points", "transform", "x", "y", "width", "height"):
            if key in element.attrib:
                element.set(key, _NUMBER.sub(_short, element.attrib[key]))


def _thinned(path: str) -> str:
    """A path of many straight pieces with those points only that can be seen."""
    if path.count("L") < _MANY or set(_COMMANDS.findall(path)) - set("MLz"):
        return path
    parts = [part for part in path.split("M") if part.strip()]
    made = []
    for part in parts:
        points = np.array([float(number) for number in _FLOAT.findall(part)]).reshape(-1, 2)
        kept = points[_seen(points)]
        made.append("M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in kept) + (" z" if "z" in part else ""))
    return " ".join(made)


def _seen(points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which points a line needs to stay within a fraction of a point of itself (Ramer 1972; Douglas & Peucker 1973)."""
    keep = np.zeros(len(points), dtype=bool)
    keep[[0, -1]] = True
    waiting = [(0, len(points) - 1)]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        along = points[last] - points[first]
        off = points[first + 1 : last] - points[first]
        length = float(np.hypot(*along))
        away = (
            np.abs(off[:, 0] * along[1] - off[:, 1] * along[0]) / length if length else np.hypot(off[:, 0], off[:, 1])
        )
        at = int(np.argmax(away))
        if away[at] > _CLOSE:
            keep[first + 1 + at] = True
            waiting += [(first, first + 1 + at), (first + 1 + at, last)]
    return keep


def _attributes_of(style: str) -> dict[str, str]:
    """What a style says, as attributes; the role of a colour of the page as its class."""
    found: dict[str, str] = {}
    for part in style.split(";"):
        key, _, value = (one.strip() for one in part.partition(":"))
        if key == "font":
            font = _FONT.match(value)
            if font:
                found |= {"font-size": font[3], **({"font-weight": font[2]} if font[2] else {})}
        elif key in _ATTRIBUTES:
            found[key] = value.removesuffix("px")
    roles = [f"{key[0]}-{_ROLES[found[key]]}" for key in ("fill", "stroke") if found.get(key) in _ROLES]
    if found.get("stroke") == "#000000":
        roles.append("s-ink")
    if found.get("fill") == "#000000":
        roles.append("f-ink")
    return found | ({"class": " ".join(roles)} if roles else {})


def _short(number: re.Match[str]) -> str:
    return f"{float(number[0]):.1f}".removesuffix(".0")


def _renamed(tree: ET.Element, prefix: str) -> None:
    """Ids that are used begin with the prefix; the others go."""
    used: set[str] = set()
    for element in tree.iter():
        for key, value in list(element.attrib.items()):
            used |= set(_USED.findall(value))
            if key in (f"{{{_XLINK}}}href", "href"):
                used.add(value.removeprefix("#"))
    for element in tree.iter():
        own = element.attrib.pop("id", None)
        if own in used:
            element.set("id", f"{prefix}-{own}")
        link = element.attrib.pop(f"{{{_XLINK}}}href", None)
        if link is not None:
            element.set("href", f"#{prefix}-{link.removeprefix('#')}")
        for key, value in list(element.attrib.items()):
            element.set(key, _USED.sub(rf"url(#{prefix}-\1)", value))


def _written(tree: ET.Element, title: str, prefix: str) -> str:
    """The tree as text, with its name first."""
    for name in ("width", "height", "version"):
        tree.attrib.pop(name, None)
    attributes: dict[str, Any] = {"role": "img", "aria-labelledby": f"{prefix}-title", "class": "plot"}
    for key, value in attributes.items():
        tree.set(key, value)
    named = ET.Element(f"{{{_SVG}}}title", {"id": f"{prefix}-title"})
    named.text = title
    tree.insert(0, named)
    ET.register_namespace("", _SVG)
    text = ET.tostring(tree, encoding="unicode")
    return re.sub(r">\s+<", "><", text.replace(f' xmlns="{_SVG}"', "", 1))


def _name(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2]
