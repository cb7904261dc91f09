"""The page: sections in both languages, its style and script, and a policy that lets nothing else in or out."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from crmkit.errors import MissingPackageError
from crmkit.labels import Language
from crmkit.plotting.segment_map import COLOURS
from crmkit.reporting._blocks import Section
from crmkit.reporting._voice import Voice

CODES = {"en": "en", "zh": "zh-Hans"}
NAMES = {"en": "English", "zh": "中文"}
_SHADES = 20


@dataclass(frozen=True, slots=True)
class Side:
    """The page in one language."""

    say: Voice
    title: str
    meta: Sequence[str]
    findings: Sequence[tuple[str, bool]]
    sections: Sequence[Section]
    foot: str

    @property
    def language(self) -> Language:
        """Which."""
        return self.say.language

    @property
    def other(self) -> Language:
        """The other one."""
        return "zh" if self.language == "en" else "en"

    @property
    def other_name(self) -> str:
        """What the other language calls itself."""
        return NAMES[self.other]

    @property
    def other_code(self) -> str:
        """The other language as HTML names it."""
        return CODES[self.other]

    @property
    def code(self) -> str:
        """The language as HTML names it."""
        return CODES[self.language]


def refuse_without_templates() -> None:
    """The page needs Jinja2; said before an hour of work."""
    try:
        import jinja2  # noqa: F401
    except ImportError:
        raise MissingPackageError("reporting_needs_jinja") from None


def page(sides: Sequence[Side], *, again: str, version: str) -> str:
    """The whole page as text."""
    import jinja2

    css, js = _file("page.css") + _colours(), _file("page.js")
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string(_file("page.html"))
    return template.render(sides=sides, css=css, js=js, policy=_policy(css, js), again=again, version=version)


def _file(name: str) -> str:
    return resources.files("crmkit.reporting").joinpath(name).read_text(encoding="utf-8")


def _policy(css: str, js: str) -> str:
    """Only this style and this script; no request, no form, no frame."""
    style, script = (f"'sha256-{_digest(text)}'" for text in (css, js))
    closed = "default-src 'none'; base-uri 'none'; form-action 'none'"
    return f"{closed}; style-src {style}; script-src {script}; img-src data:"


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _colours() -> str:
    """Shades of heat maps, no darker than ink can be read on, and the colours of segments."""

    def shades(most: int) -> str:
        return "".join(
            f".heat .h{at}{{background-color:color-mix(in srgb,var(--acc) {round(most * at / _SHADES)}%,var(--card))}}"
            for at in range(_SHADES + 1)
        )

    dots = "".join(f".seg-{name}{{background:{colour}}}" for name, colour in COLOURS.items())
    return f"{shades(66)}@media(prefers-color-scheme:dark){{{shades(45)}}}@media print{{{shades(66)}}}{dots}"


def shade(value: float, most: float) -> int:
    """Which shade a value has where `most` has the darkest."""
    return min(max(round(_SHADES * value / most), 0), _SHADES) if most > 0 else 0
