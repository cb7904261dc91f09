"""Pictures of the segments: their areas on the plane of scores, and the measures of their customers as boxes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit import _frame, rfm
from crmkit._types import Table
from crmkit.errors import ArgumentError, DataError, Words
from crmkit.labels import Language
from crmkit.plotting import _fonts
from crmkit.plotting._axes import (
    BLUE,
    GREY,
    SMALL,
    VERMILLION,
    in_money,
    open_axes,
    percent,
    phrase,
    segment_name,
    short,
    whole,
    word,
    wrapped,
)
from crmkit.plotting._finishing import finished, letters_across

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# From those who buy (blue) over those who slow down (sand to orange) to those who are gone (grey).
COLOURS: Mapping[str, str] = {
    "champions": "#9cc7e8", "loyal": "#b5d5ee", "potential_loyalist": "#cfe3f4", "new": "#e2eef8",
    "promising": "#e9f1f8", "needs_attention": "#f2ecd9", "about_to_sleep": "#f6e2bf", "at_risk": "#f3c79a",
    "cannot_lose": "#eba06b", "hibernating": "#e3e5e8", "lost": "#d3d7db",
}  # fmt: skip
_INK, _SOFT = "#17212b", "#43505c"
_MEASURES = ("recency", "frequency", "monetary")


def plot_segment_map(
    segments: Table,
    *,
    scheme: str | rfm.Rules = "eleven",
    ax: Axes | None = None,
    language: Language | None = None,
    **style: Any,
) -> Axes:
    """Draw the segments as named areas on the plane of scores, with their customers and their share of the money.

    A customer who buys nothing moves to the left; one who buys more, or more often, moves up.

    Parameters
    ----------
    segments : table, n_segments rows
        As `crmkit.rfm.describe_segments` gives it: `segment`, `customers`, `value_share`.
    scheme : name or rules, default "eleven"
        The scheme of the segments, which must be one by recency (`r`) and the mean of frequency and money (`fm`).
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the areas, as `matplotlib.patches.Rectangle` takes it, such as `alpha`.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: recency score to the right, the mean of frequency and money scores upwards, both in points.

    Raises
    ------
    ArgumentError
        The scheme is not by `r` and `fm`.
    ColumnError, DataError
        A column is absent, or the table has no rows.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> segments = crm.rfm.segment(crm.rfm.score(crm.datasets.load_ten_customers()))
    >>> ax = crm.plotting.plot_segment_map(crm.rfm.describe_segments(segments))
    >>> len(ax.patches), ax.texts[0].get_text()
    (11, 'Champions')
    """
    table = _frame.open_table(
        segments, numbers=["customers", "value_share"], keys=["segment"], hint=Words("hint_scored")
    )
    names = [str(name) for name in table.collect(table.frame.select("segment"))["segment"]]
    if not names:
        raise DataError("plotting_table_rows_nothing_draw_2")
    customers, shares = table.arrays("customers", "value_share")
    sizes = {name: (float(n), float(share)) for name, n, share in zip(names, customers, shares, strict=True)}
    ax, spoken = open_axes(ax, language, height=4.6, width=6.8)
    ax.set(xlim=(0.45, 5.55), ylim=(0.45, 5.55))
    for name, (left, right), (low, high) in _areas(scheme):
        _area(ax, name, (left, low, right - left + 1, high - low + 1), sizes.get(name, (0.0, 0.0)), spoken, style)
    ax.set_xticks(range(1, 6))
    ax.set_yticks(range(1, 6))
    ax.set_xlabel(word("plot_map_recency", spoken))
    ax.set_ylabel(word("plot_map_frequency_money", spoken))
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    best = int(np.argmax(shares))
    said = {"customers": whole(customers[best] / customers.sum()), "money": whole(shares[best])}
    title = phrase("title_segments", spoken, name=segment_name(names[best], spoken), **said)
    return finished(ax, spoken, title=title, notes=[word("plot_map_cells", spoken)])


def _areas(scheme: str | rfm.Rules) -> list[tuple[str, tuple[int, int], tuple[int, int]]]:
    """Each segment with its first and last recency score, and those of frequency with money."""
    rules = _frame.open_table(rfm.segment_rules(scheme))
    if not {"r", "fm"} <= set(rules.columns):
        raise ArgumentError("scheme", scheme, "plotting_map_scheme", example="eleven")
    found = rules.collect(rules.frame.select("segment", "r", "fm"))
    return [(str(name), _ends(r), _ends(fm)) for name, r, fm in zip(*found.values(), strict=True)]


def _ends(written: Any) -> tuple[int, int]:
    """From "1-2" or "3"."""
    first, _, last = str(written).partition("-")
    return int(first), int(last or first)


def _area(
    ax: Axes, name: str, box: tuple[int, int, int, int], size: tuple[float, float], spoken: Language, style: Any
) -> None:
    from matplotlib.patches import Rectangle

    left, low, wide, high = box
    colour = COLOURS.get(name, "#e3e5e8")
    made = dict(facecolor=colour, edgecolor="white", linewidth=2.5) | style
    ax.add_patch(Rectangle((left - 0.5, low - 0.5), wide, high, **made))
    across = max(int(letters_across(ax, SMALL) * wide / 5.1) - 1, 4)
    lines = wrapped(segment_name(name, spoken), across)
    x, y = left - 0.5 + wide / 2, low - 0.5 + high / 2
    said = f"{short(size[0], spoken)} · {percent(size[1], 0)}"
    if len(said) > across:
        said = said.replace(" · ", "\n")
    ax.annotate("\n".join(lines), (x, y), (0, 1), textcoords="offset points", ha="center", va="bottom", size=SMALL,
                weight="bold", color=_INK, linespacing=1.1)  # fmt: skip
    ax.annotate(said, (x, y), (0, -2), textcoords="offset points", ha="center", va="top", size=SMALL, color=_SOFT)


def plot_rfm_distributions(
    scores: Table,
    *,
    by: str = "segment",
    currency: str | None = None,
    ax: Axes | None = None,
    language: Language | None = None,
    **style: Any,
) -> Axes:
    """Draw recency, orders and spend of the customers of each segment as boxes, side by side.

    A box holds the middle half of the customers, its line is the median, the whiskers end at the 5th and the 95th
    hundredth.

    Parameters
    ----------
    scores : table, n_customers rows
        With `recency`, `frequency`, `monetary` and the column of the segments.
    by : str, default "segment"
        Column of the segments.
    currency : str, optional
        Sign or code of the money, such as "£" or "EUR"; by default it is called the currency of the data.
    ax : matplotlib axes, optional
        Where to draw; by default on a new figure.
    language : {"en", "zh"}, optional
        Language of the labels; that which is set unless given.
    **style
        Of the boxes, as `matplotlib.patches.Patch` takes it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes that hold three others (`child_axes`): days, orders and money, the last two on a logarithmic scale.

    Raises
    ------
    ColumnError, DataError
        A column is absent or not numeric, or the table has no rows.
    MissingPackageError
        matplotlib is not installed.

    Examples
    --------
    >>> import crmkit as crm
    >>> segments = crm.rfm.segment(crm.rfm.score(crm.datasets.load_ten_customers()))
    >>> len(crm.plotting.plot_rfm_distributions(segments).child_axes)
    3
    """
    table = _frame.open_table(scores, numbers=_MEASURES, keys=[by], hint=Words("hint_scored"))
    found = table.collect(table.frame.select(by, *_MEASURES))
    groups = np.asarray(found[by].astype(str))
    if not len(groups):
        raise DataError("plotting_table_rows_nothing_draw_2")
    there = set(groups.tolist())
    order = [name for name in COLOURS if name in there] + sorted(there - set(COLOURS))
    ax, spoken = open_axes(ax, language, height=1.1 + 0.29 * len(order), width=6.8)
    ax.set_axis_off()
    inside = [groups == name for name in order]
    for at, measure in enumerate(_MEASURES):
        panel = ax.inset_axes((0.345 * at, 0, 0.31, 1))
        values = [found[measure][here].astype(float) for here in inside]
        _boxes(panel, values, order, style)
        panel.set_yticks(range(len(order)), [segment_name(name, spoken) for name in order] if at == 0 else [])
        panel.set_ylim(len(order) - 0.4, -0.6)
        what = word(f"plot_box_{measure}", spoken)
        panel.set_xlabel(in_money(what, spoken, currency) if measure == "monetary" else what, size=SMALL)
        panel.tick_params(axis="y", length=0, labelsize=SMALL)
        panel.tick_params(axis="x", labelsize=SMALL - 1)
        panel.spines[["top", "right", "left"]].set_visible(False)
        if measure != "recency":
            panel.set_xscale("symlog", linthresh=1)
            panel.set_xlim(left=0)
            _few_ticks(panel, spoken)
        _fonts.apply(panel, spoken)
        panel.set_xlabel("\n".join(wrapped(panel.get_xlabel(), letters_across(ax, SMALL) * 3 // 10)))
    quiet = float(np.median(found["recency"][groups == order[0]].astype(float)))
    said = {"name": segment_name(order[0], spoken), "days": f"{quiet:,.0f}"}
    return finished(ax, spoken, title=phrase("title_distributions", spoken, **said))


def _few_ticks(panel: Axes, spoken: Language) -> None:
    """At most three powers of ten, which do not touch in a narrow panel."""
    most = int(np.floor(np.log10(max(panel.get_xlim()[1], 1))))
    powers = [10**power for power in range(0, most + 1, max(-(-most // 2), 1))]
    panel.set_xticks(powers, [short(float(power), spoken) for power in powers], minor=False)
    panel.minorticks_off()


def _boxes(panel: Axes, values: list[Any], order: list[str], style: Any) -> None:
    """Boxes from quantiles, so that no customer stands out as a dot."""
    marks = [np.quantile(each, (0.05, 0.25, 0.5, 0.75, 0.95)) for each in values]
    stats = [dict(med=q[2], q1=q[1], q3=q[3], whislo=q[0], whishi=q[4], fliers=[]) for q in marks]
    drawn = panel.bxp(stats, positions=range(len(stats)), orientation="horizontal", widths=0.6, showfliers=False,
                      patch_artist=True, manage_ticks=False,
                      medianprops=dict(color=VERMILLION, linewidth=1.6),
                      whiskerprops=dict(color=GREY, linewidth=0.9),
                      capprops=dict(color=GREY, linewidth=0.9))  # fmt: skip
    for box, name in zip(drawn["boxes"], order, strict=True):
        box.set(**(dict(facecolor=COLOURS.get(name, BLUE), edgecolor=GREY, linewidth=0.8) | style))
