"""Panels of one picture under each other: a group in each, all on one scale, the periods named once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from crmkit.labels import Language
from crmkit.plotting import _fonts
from crmkit.plotting._axes import SMALL, group_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_PANELS = 6
_HIGH = 0.78  # of the place of a panel; the rest is for the name of the next one


def panels_in(ax: Axes, groups: Sequence[Any]) -> list[Axes]:
    """A panel in the axes for each group, the first on top; the axes themselves where there are none."""
    if not groups:
        return [ax]
    ax.set_axis_off()
    high = 1 / len(groups)
    return [ax.inset_axes((0, 1 - high * (row + 1), 1, _HIGH * high)) for row in range(len(groups))]


def finish_panels(panels: Sequence[Axes], groups: Sequence[Any], spoken: Language) -> None:
    """The name of each group over its panel; periods stand under the last one only."""
    from matplotlib.ticker import MaxNLocator

    for panel, name in zip(panels, groups, strict=False):
        panel.text(0, 1.01, group_name(name, spoken), transform=panel.transAxes, size=SMALL, va="bottom")
        panel.spines[["top", "right"]].set_visible(False)
        panel.yaxis.set_major_locator(MaxNLocator(3))
        if panel is not panels[-1]:
            panel.tick_params(labelbottom=False)
    for panel in panels:
        _fonts.apply(panel, spoken)
