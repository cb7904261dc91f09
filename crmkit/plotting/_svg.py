"""A picture as a piece of a web page: its texts stay texts, its colours follow the page, nothing in it is a style.

A page with a strict content-security policy refuses style attributes, so every style becomes an attribute of SVG.
Black and grey are left to the style sheet of the page, which knows whether it is light or dark.
"""

from __future__ import annotations

import functools
import io
import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

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
_PAD = 2  # points of air about a picture
_ROLES = {"#595959": "mute", "#ffffff": "paper"}


def as_svg(ax: Axes, *, title: str, prefix: str) -> str:
    """The figure of `ax`, which `axes_of` made, as inline SVG with a title for screen readers.

    `prefix` begins every id inside, so that several pictures can stand on one page.
    """
    import matplotlib as mpl

    figure = cast("Figure", ax.get_figure(root=True))
    canvas = cast(Any, figure.canvas)
    for patch in (figure.patch, *(panel.patch for panel in _panels(ax))):
        patch.set_visible(False)
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": prefix, "path.simplify_threshold": 0.5}):
        _lay_out(ax, figure)
        figure.draw(canvas.renderer)
        canvas.renderer.finalize()
    tree = ET.fromstring(canvas.drawn.getvalue())  # noqa: S314  what matplotlib wrote a line before
    tree.set("viewBox", " ".join(f"{number:.1f}" for number in _seen_of(ax, figure)))
    _cleaned(tree)
    _renamed(tree, prefix)
    return _written(tree, title, prefix)


def axes_of(width: float, height: float) -> Axes:
    """Axes of a figure of that size in inches, whose texts are legible in half a page; for `as_svg`."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=72)
    figure.set_canvas(_canvas()(figure))
    return figure.add_subplot()


@functools.cache
def _canvas() -> Any:
    """The class of canvases that measure and draw with one renderer, so that a text is measured once.

    matplotlib's own measure with another renderer, and draw with a third one.
    """
    from matplotlib.backend_bases import FigureCanvasBase
    from matplotlib.backends.backend_svg import RendererSVG

    class Canvas(FigureCanvasBase):
        def __init__(self, figure: Figure) -> None:
            super().__init__(figure)
            self.drawn = io.StringIO()
            width, height = figure.bbox.width, figure.bbox.height
            self.renderer: Any = RendererSVG(width, height, self.drawn, metadata={"Date": None})  # type: ignore[no-untyped-call]

        def get_renderer(self) -> Any:
            return self.renderer

    return Canvas


def _panels(ax: Axes) -> list[Axes]:
    return [ax, *(cast("Axes", panel) for panel in ax.child_axes)]


def _lay_out(ax: Axes, figure: Figure) -> None:
    """Make the axes so large that what hangs about them fits in the figure.

    matplotlib's own layouts measure every text four times, which was most of the time that a report took.
    """
    from matplotlib.transforms import Bbox

    across, up = figure.bbox.width, figure.bbox.height
    place, used = ax.get_position(original=True), ax.get_tightbbox(for_layout_only=True)
    if used is not None:
        left, below = place.x0 - used.x0 / across, place.y0 - used.y0 / up
        right, above = used.x1 / across - place.x1, used.y1 / up - place.y1
        ax.set_position(Bbox([[left, below], [max(1 - right, left + 0.1), max(1 - above, below + 0.1)]]))


def _seen_of(ax: Axes, figure: Figure) -> tuple[float, float, float, float]:
    """What of the page's units a drawn figure takes up: left, top, width, height.

    All of the figure, or a page would stretch what needs less and its letters with it; and texts that the layout
    leaves out, which may be longer than it.
    """
    from matplotlib.transforms import Bbox

    texts = [text for one in _panels(ax) for text in (one.title, one.xaxis.label, one.yaxis.label, *one.texts)]
    boxes = [box for box in (text.get_tightbbox() for text in texts if text.get_text()) if box is not None]
    used = Bbox.union([figure.bbox, *(box for box in boxes if np.isfinite(box.extents).all())]).padded(_PAD)
    return used.x0, figure.bbox.height - used.y1, used.width, used.height


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
