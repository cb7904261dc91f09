"""Pictures for the page: the drawers of `crmkit.plotting`, as inline SVG with their meaning in words."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from crmkit._frame import engines
from crmkit.errors import CrmkitError
from crmkit.plotting._svg import as_svg, axes_of
from crmkit.reporting._blocks import Figure, Note
from crmkit.reporting._facts import Facts
from crmkit.reporting._voice import Voice

# Inches. A half column of the page is some 440 pixels wide, so that a letter of 9 points is legible there.
SIZES = {
    "tiers": (5.2, 3.2), "lorenz": (5.2, 3.9), "map": (5.2, 3.9), "boxes": (5.2, 3.9), "moves": (5.6, 4.8),
    "bridge": (5.6, 4.4), "calendar": (5.6, 3.8), "repurchase": (5.2, 3.7), "gaps": (5.2, 3.7), "survival": (5.2, 3.7),
    "hazard": (5.2, 3.7), "deciles": (5.2, 3.4), "backtest": (5.2, 4.2),
}  # fmt: skip


def figure(
    facts: Facts, say: Voice, name: str, drawer: Callable[..., Any], what: Any, caption: str, **options: Any
) -> Figure | Note:
    """A picture of a result, or why there is none."""
    width, height = SIZES[name]
    if facts.currency and "currency" in inspect.signature(drawer).parameters:
        options["currency"] = facts.currency
    try:
        ax = facts.listen(lambda: drawer(_known(what), ax=axes_of(width, height), language=say.language, **options))
    except CrmkitError as error:
        return Note(error.text(say.language))
    return Figure(as_svg(ax, title=caption, prefix=f"{name}-{say.language}"), caption)


def _known(what: Any) -> Any:
    """A table without the rows that are withheld; anything else as it is."""
    if not engines.is_native(what):
        return what
    found = engines.collect(engines.wrap(what)) if "customers" in engines.names_of(engines.wrap(what)) else None
    if found is None:
        return what
    kept = np.isfinite(found["customers"].astype(float))
    return what if kept.all() else {name: values[kept] for name, values in found.items()}
