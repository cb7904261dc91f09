"""What every picture shares: the axes to draw on, the palette, shares as per cent, numbers in short."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from crmkit import labels
from crmkit.errors import ArgumentError, MissingPackageError
from crmkit.labels import Language
from crmkit.plotting import _fonts

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

# Okabe & Ito's colours differ for every kind of colour blindness.
BLUE, VERMILLION, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#595959"
# Okabe & Ito's blue in steps; white or black digits keep a contrast above 4.5 on each of them.
SEQUENTIAL = "Blues"
SMALL, TITLE = 9, 10.5
_ALONE = 4  # width of a Chinese character with a sign that closes, which ends a text badly by itself
# A box of paper behind words that a line would cross.
ON_PAPER: Mapping[str, Any] = {"boxstyle": "square,pad=0.08", "facecolor": "white", "edgecolor": "none"}
# What may stand alone on a line: a word or a Chinese character, with the signs that open and close it and its space.
_PIECES = re.compile(r"[（《「]*(?:[\u2e80-\uffef]|[^\s\u2e80-\uffef]+)[，。；：、！？）》」]*\s?|\s")

# Chinese counts in ten thousands.
_UNITS = {"en": ((1e9, "bn"), (1e6, "M"), (1e3, "k")), "zh": ((1e8, "亿"), (1e4, "万"))}
_EXACT_BELOW = 100_000
_AMOUNT = {"en": "{number} ({share})", "zh": "{number}（{share}）"}
COLON, COMMA = {"en": ": ", "zh": "："}, {"en": ", ", "zh": "，"}
# Between a Chinese character and a Latin letter, where Chinese print leaves a space.
_SEAM = re.compile(r"(?<=[\u4e00-\u9fff])(?=[A-Za-z])|(?<=[A-Za-z])(?=[\u4e00-\u9fff])")


def open_axes(
    ax: Axes | None, language: Language | None, *, height: float = 4.8, width: float = 6.4
) -> tuple[Axes, Language]:
    """The caller's axes, or those of a new figure (inches) whose labels all fit in; and the language to label it in."""
    spoken = labels.resolve(language)
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise MissingPackageError("plotting_pictures_need_package_matplotlib") from None
    drawable = _fonts.drawable(spoken)
    if ax is None:
        import matplotlib.pyplot as plt  # when it is needed: a page draws without it

        ax = plt.subplots(figsize=(width, height), layout="constrained")[1]
    return ax, drawable


def plain(name: object) -> str:
    r"""A name of the user's as matplotlib takes it: two dollar signs would start a formula.

    >>> print(plain("from $1 to $5"))
    from \$1 to \$5
    """
    return str(name).replace("$", r"\$")


def word(key: str, language: Language) -> str:
    """A label as matplotlib takes it: two dollar signs would start a formula."""
    return plain(labels.text(key, language))


def segment_name(name: object, language: Language, own: Mapping[str, str] | None = None) -> str:
    """The name of a segment, tier or the like as matplotlib takes it."""
    return plain(labels.segment(str(name), language, own or {}))


def group_name(name: object, language: Language) -> str:
    """The name of one of several groups that are compared as matplotlib takes it."""
    return plain(labels.group(str(name), language))


def words(keys: Iterable[Any], language: Language) -> list[str]:
    """Several labels as matplotlib takes them."""
    return [word(str(key), language) for key in keys]


def phrase(key: str, language: Language, **values: str) -> str:
    """A label with places to fill in.

    >>> phrase("a phrase without places", "en")
    'a phrase without places'
    """
    return word(key, language).format(**values)


def percent(share: float, digits: int = 1) -> str:
    """A share as people read it.

    >>> percent(0.4567), percent(0.2, digits=0)
    ('45.7%', '20%')
    """
    return f"{100 * share:.{digits}f}%"


def whole(share: float) -> str:
    """A share in a sentence: in whole per cent, but where that would say none or all of it.

    >>> whole(0.2988), whole(0.004), whole(0.9991), whole(1)
    ('30%', '0.4%', '99.9%', '100%')
    """
    rounded = percent(share, 0)
    return percent(share, 1) if rounded in ("0%", "100%") and share not in (0, 1) else rounded


def short(number: float, language: Language | None = None) -> str:
    """A number in few characters: as it is below 100,000, in three digits and a unit from there on.

    >>> short(23570), short(2500315.6), short(2500315.6, "zh"), short(12.5), short(-123456, "zh")
    ('23,570', '2.50M', '250万', '12.5', '-12.3万')
    """
    language = labels.resolve(language)
    size = abs(number)
    if size < _EXACT_BELOW:
        return f"{number:,.0f}" if size >= 100 or number == int(number) else f"{number:.3g}"
    scale, unit = next((scale, unit) for scale, unit in _UNITS[language] if size >= scale)
    scaled = number / scale
    digits = 2 if abs(scaled) < 10 else 1 if abs(scaled) < 100 else 0
    return f"{scaled:,.{digits}f}{unit}"


def wrapped(text: str, width: int) -> list[str]:
    """Text in lines of at most `width` letters; between Chinese characters a line may end anywhere.

    >>> wrapped("the quick brown fox", 10), wrapped("分母：上一期有购买的客户", 12)
    (['the quick', 'brown fox'], ['分母：上一期', '有购买的客户'])
    >>> wrapped("预计购买（6 次）", 14)  # no line begins with a sign that closes, or ends with one that opens
    ['预计购买', '（6 次）']
    >>> wrapped("需要关注客户", 10)  # and no Chinese character stands alone at the end
    ['需要关注', '客户']
    """
    lines: list[list[str]] = [[]]
    used = 0
    for piece in _PIECES.findall(text):
        long = labels.width(piece.rstrip())
        if used and used + long > width:
            lines.append([])
            used = 0
        lines[-1].append(piece)
        used += long + len(piece) - len(piece.rstrip())
    if len(lines) > 1 and len(lines[-2]) > 2 and len(lines[-1]) == 1 and labels.width(lines[-1][0]) <= _ALONE:
        lines[-1].insert(0, lines[-2].pop())
    return ["".join(line).strip() for line in lines]


def spaced(text: str, language: Language) -> str:
    """Text in which names of another script stand apart from Chinese characters.

    >>> spaced("shop的复购率比web低", "zh"), spaced("R 5", "zh"), spaced("14.8万", "zh")
    ('shop 的复购率比 web 低', 'R 5', '14.8万')
    """
    return _SEAM.sub(" ", text) if language == "zh" else text


def count_along(axis: Axis, language: Language) -> None:
    """Write the numbers along an axis in one unit, the largest that fits."""

    def written(number: float, _: float) -> str:
        largest = max(map(abs, axis.get_majorticklocs()), default=0.0)
        units = _UNITS[language] if largest >= _EXACT_BELOW else []
        scale, unit = next(((scale, unit) for scale, unit in units if largest >= scale), (1, ""))
        return f"{number / scale:,.10g}{unit}" if number else "0"

    axis.set_major_formatter(written)


# Characters of the longest mark of a currency; "thousands of US dollars" has room.
_LONGEST_MARK = 40


def money(number: float, language: Language, currency: str | None = None) -> str:
    """Money in few characters, with its sign or code where that is known.

    >>> money(2500, "en"), money(2500, "en", "£"), money(-2500315.6, "zh", "EUR")
    ('2,500', '£2,500', '-EUR 250万')
    """
    if not currency:
        return short(number, language)
    mark = _mark(currency)
    minus, space = "-" if number < 0 else "", "" if len(mark) == 1 else " "
    return f"{minus}{mark}{space}{short(abs(number), language)}"


def in_money(what: str, language: Language, currency: str | None = None) -> str:
    """What an axis of money shows, with its unit.

    >>> in_money("revenue", "en"), in_money("revenue", "en", "EUR")
    ('revenue, in the currency of the data', 'revenue, EUR')
    """
    if not currency:
        return phrase("plot_money", language, what=what)
    return phrase("plot_money_of", language, what=what, currency=_mark(currency))


def _mark(currency: Any) -> str:
    """The mark or code of a currency, as text that is drawn as it is."""
    if not isinstance(currency, str) or len(currency) > _LONGEST_MARK:
        raise ArgumentError("currency", currency, "currency_mark", example="EUR")
    return plain(currency)


def amount(number: float, share: float, language: Language, *, what: str = "", currency: str | None = None) -> str:
    """What stands beside a bar: the number and its share, after the word for `what` it counts.

    >>> amount(2500, 0.25, "en"), amount(2500, 0.25, "zh", what="customers")
    ('2,500 (25.0%)', '客户数：2,500（25.0%）')
    """
    said = _AMOUNT[language].format(number=money(number, language, currency), share=percent(share))
    return word(what, language) + COLON[language] + said if what else said
