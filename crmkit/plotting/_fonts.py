"""Chinese labels need a font with Chinese characters, and matplotlib ships none: find one, or say so once.

The caller's own font stays the first choice for every character that it has; the Chinese font stands behind it
for the others, so digits and minus signs look as in the caller's other pictures. Only texts of the one
axes are touched, no global setting.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from crmkit.errors import warn
from crmkit.labels import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

# In order of preference: simplified forms without serifs first. Of a collection file (.ttc) some versions of
# matplotlib see the first face only, which for Noto is the Japanese one; it has the characters too.
FAMILIES = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "PingFang SC",
    "Hiragino Sans GB", "SimHei", "DengXian", "Heiti SC", "STHeiti", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
    "Droid Sans Fallback", "Noto Sans CJK JP", "Noto Sans CJK TC", "Noto Sans CJK HK", "Noto Sans CJK KR",
    "Source Han Sans", "Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC", "Noto Serif CJK JP", "SimSun",
    "Songti SC", "STSong", "KaiTi", "FangSong", "Arial Unicode MS",
)  # fmt: skip

# Parts of the file names of these families.
_FILES = ("cjk", "notosanssc", "notoserifsc", "sourcehan", "msyh", "pingfang", "hiragino", "simhei", "deng", "heiti",
          "wqy", "droidsansfallback", "simsun", "songti", "simkai", "simfang", "arial unicode")  # fmt: skip

_NEEDED = "客户金额占比"


class MissingFontWarning(UserWarning):
    """No installed font has Chinese characters, so labels are drawn in English."""


def drawable(language: Language) -> Language:
    """The language in which labels can be drawn: Chinese only where a font for it is installed."""
    if language == "zh" and not _caller_has_chinese() and chinese_font() is None:
        _warn_once()
        return "en"
    return language


def apply(ax: Axes, language: Language) -> None:
    """Let the Chinese font stand behind the fonts of all texts of `ax`, its title to come included."""
    if language != "zh" or _caller_has_chinese():
        return
    font = chinese_font()
    if font is None:
        return
    for text in (ax.title, ax.xaxis.label, ax.yaxis.label, *ax.texts):
        text.set_fontfamily(_families(text, font))
    for which, axis in (("x", ax.xaxis), ("y", ax.yaxis)):
        families = _families(axis.get_ticklabels()[0], font) if axis.get_ticklabels() else ["sans-serif", font]
        ax.tick_params(axis=which, labelfontfamily=families)  # type: ignore[arg-type]


def _families(text: Text, font: str) -> list[str]:
    return [*(family for family in text.get_fontfamily() if family != font), font]


def chinese_font() -> str | None:
    """Family name of an installed font with Chinese characters."""
    found = _listed()
    if found is None and _look_again():
        found = _listed()
    return found


def _listed() -> str | None:
    """The best of the families that matplotlib knows of and whose file is still there."""
    from matplotlib.font_manager import fontManager

    files: dict[str, list[str]] = {}
    for entry in fontManager.ttflist:
        files.setdefault(entry.name, []).append(entry.fname)
    return next((name for name in FAMILIES if any(Path(file).exists() for file in files.get(name, []))), None)


@functools.cache
def _look_again() -> bool:
    """Add fonts installed since matplotlib made its list; once per process, because it reads the folders."""
    from matplotlib.font_manager import findSystemFonts, fontManager

    known = {entry.fname for entry in fontManager.ttflist}
    new = [file for file in findSystemFonts() if file not in known and _may_be_chinese(file)]
    for file in new:
        with contextlib.suppress(OSError, RuntimeError):  # a broken font file is no reason to stop
            fontManager.addfont(file)
    return bool(new)


def _may_be_chinese(file: str) -> bool:
    return any(part in Path(file).name.lower() for part in _FILES)


def _caller_has_chinese() -> bool:
    """Whether the fonts set by the caller, such as a SimHei in rcParams, have the characters already."""
    from matplotlib.font_manager import get_font

    return any(all(ord(character) in get_font(file).get_charmap() for character in _NEEDED) for file in _caller_fonts())


def _caller_fonts() -> Iterator[str]:
    from matplotlib.font_manager import FontProperties, findfont

    for family in FontProperties().get_family():
        with contextlib.suppress(ValueError):  # a family that is not installed
            # a list, because a lone name with a hyphen is read as a pattern
            yield str(findfont(FontProperties(family=[family]), fallback_to_default=False))


@functools.cache
def _warn_once() -> None:
    warn(
        MissingFontWarning(
            "No installed font has Chinese characters, so labels are drawn in English. Install one and start Python "
            "again: on Debian or Ubuntu with `apt-get install fonts-noto-cjk`, anywhere with `pip install mplfonts` "
            "and `mplfonts init`; Windows and macOS bring one along. A font file of your own: "
            'matplotlib.font_manager.fontManager.addfont("file.ttf") and its name in '
            'matplotlib.rcParams["font.family"].'
        )
    )
