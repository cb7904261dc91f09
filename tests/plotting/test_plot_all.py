"""Every picture in both languages and three sizes: no text on another, none cut, every axis with its unit."""

import itertools
import re

import drawn
import matplotlib
import matplotlib.pyplot as plt
import pytest

from conftest import EVERYWHERE
from crmkit.plotting import _fonts

matplotlib.use("Agg")

LANGUAGES = ("en", "zh") if _fonts.chinese_font() else ("en",)
# Inches: inline in a notebook, on a slide, in a column of the report; and the size that a picture gives itself.
SIZES = {"own": None, "inline": (6.4, 4.8), "slide": (9.0, 5.0), "report": (5.2, 4.4)}
# What numbers along an axis can be of; names, dates and periods say themselves what they are.
UNITS = re.compile(
    r"%|money|currency|£|days|date|age\b|points|score|customers|purchases|orders?\b|alerts|answer|lift|utility|tenths"
    r"|times|number|values|quarters|months|"
    r"货币|天|日期|龄|分|得分|客户|人|次|单|预警|提升度|效用|十分位|数|种类|季|月|周"
)


def texts_of(ax):
    """Texts that are seen."""
    axes = [ax, *ax.child_axes]
    for one in list(axes):
        axes += [other for other in one.child_axes if other not in axes]
    texts = [text for one in axes for text in (*one.texts, one.title, one._left_title, one.xaxis.label, one.yaxis.label)
             if one.axison or text not in (one.xaxis.label, one.yaxis.label)]  # fmt: skip
    for one in axes:
        legend = one.get_legend()
        texts += [legend.get_title(), *legend.get_texts()] if legend else []
        for axis in (one.xaxis, one.yaxis) if one.axison else ():
            low, high = sorted(axis.get_view_interval())
            texts += [tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
            texts += [tick.label2 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
    return [text for text in texts if text.get_visible() and text.get_text().strip()]


def boxes_of(ax):
    """Boxes of texts, with what they say; not of those that run along a line or a curve."""
    return [(text.get_window_extent(), text.get_text()) for text in texts_of(ax) if text.get_rotation() in (0, 90)]


def drawn_at(name, language, size):
    options = {} if SIZES[size] is None else {"ax": plt.subplots(figsize=SIZES[size], layout="constrained")[1]}
    ax = drawn.draw(name, language=language, **options)
    ax.figure.canvas.draw()
    return ax


def flaws(ax):
    """Texts on other texts, and texts that leave the figure."""
    found, page = boxes_of(ax), ax.get_figure(root=True).bbox
    laid = [
        ("on", one, other)
        for (box, one), (second, other) in itertools.combinations(found, 2)
        if min(box.x1, second.x1) - max(box.x0, second.x0) > 2 and min(box.y1, second.y1) - max(box.y0, second.y0) > 2
    ]
    return laid + [
        ("cut", said)
        for box, said in found
        if box.x0 < page.x0 - 1 or box.y0 < page.y0 - 1 or box.x1 > page.x1 + 1 or box.y1 > page.y1 + 1
    ]


def axes_without_unit(ax):
    """Axes with numbers along them, whose label does not say of what."""
    found = []
    for one in (ax, *ax.child_axes):
        for name, axis in (("x", one.xaxis), ("y", one.yaxis)) if one.axison else ():
            low, high = sorted(axis.get_view_interval())
            ticks = [tick.label1.get_text() for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
            years = re.compile(r"(19|20)\d\d")
            numbers = [tick for tick in ticks if re.fullmatch(r"[−+-]?[\d.,]+[kM万亿]?\+?", tick)
                       and not years.fullmatch(tick)]  # fmt: skip
            said = axis.label.get_text()
            if one is not ax and said:  # panels share the unit, which stands under all of them
                said += " ".join(text.get_text() for text in ax.texts)
            if numbers and not re.search(UNITS, said):
                found.append((name, axis.label.get_text()))
    return found


# Pictures that are fast to compute; the others are drawn at night.
SLOW = {"calibration", "campaign", "gain", "comparison", "model_choice", "sequences", "total", "tracking/cumulative",
        "tracking/incremental", "cluster_criteria", "cluster_profiles", "closing", "complaints"}  # fmt: skip
EACH = [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in drawn.PICTURES]


@pytest.mark.parametrize("name", EACH)
def test_every_axis_has_its_unit_and_every_picture_its_title(name):
    turn = list(drawn.PICTURES).index(name) % len(LANGUAGES)
    for language in LANGUAGES if EVERYWHERE else LANGUAGES[turn : turn + 1]:  # by day one language for each picture
        ax = drawn.draw(name, language=language, alpha=0.5)
        ax.figure.canvas.draw()
        assert axes_without_unit(ax) == []
        assert ax.get_title()
        plt.close("all")


def test_a_label_that_is_taken_away_is_missed():
    ax = drawn.draw("new_and_returning", language="en")
    ax.set_ylabel("")
    ax.figure.canvas.draw()
    assert axes_without_unit(ax) == [("y", "")]
    ax.text(0, 0, "one")
    ax.text(0, 0, "one")
    ax.text(5, 0, "so long that it leaves the picture" * 9).set_in_layout(False)
    ax.figure.canvas.draw()
    assert {kind for kind, *_ in flaws(ax)} >= {"on", "cut"}


HAN = "\u4e00-\u9fff"
HALF_WIDTH = re.compile(f"[{HAN}][,:;(]|[,:;] ?[{HAN}]")  # signs of another script beside Chinese
TOGETHER = re.compile(f"[{HAN}][A-Za-z]|[A-Za-z][{HAN}]")


def ill_set(said):
    """What a Chinese reader sees at once: half-width signs, scripts without a space, lines that break badly."""
    lines = said.split("\n")
    return [
        *(["half"] if HALF_WIDTH.search(said) else []),
        *(["together"] if TOGETHER.search(said) else []),
        *(
            ["break"]
            if any(line[-1:] in tuple("（《「") or line[:1] in tuple("，。；：、！？）》」") for line in lines)
            else []
        ),
        *(["alone"] if len(lines) > 1 and re.fullmatch(f"[{HAN}][，。）]?", lines[-1]) else []),
    ]


@pytest.mark.skipif("zh" not in LANGUAGES, reason="no Chinese font is installed")
@pytest.mark.parametrize("name", EACH)
def test_chinese_is_set_as_chinese(name):
    texts = [text.get_text() for text in texts_of(drawn_at(name, "zh", "report"))]
    plt.close("all")
    assert {said: ill_set(said) for said in texts if ill_set(said)} == {}


def test_what_is_ill_set_is_seen():
    said = ("流失, 215 人", "shop的复购率", "区间（\nCochran）", "处于退化\n期")
    assert [ill_set(one) for one in said] == [["half"], ["together"], ["break"], ["alone"]]


def test_every_drawer_is_drawn():
    assert {f"plot_{name.partition('/')[0]}" for name in drawn.PICTURES} == set(drawn.DRAWERS)


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", drawn.PICTURES)
def test_no_text_lies_on_another_or_is_cut(name, language, size):
    assert flaws(drawn_at(name, language, size)) == []
