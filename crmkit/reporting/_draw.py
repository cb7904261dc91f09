"""Pictures for the page: the drawers of `crmkit.plotting`, as inline SVG with their meaning in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from crmkit._frame import engines
from crmkit.errors import CrmkitError
from crmkit.plotting._svg import as_svg
from crmkit.reporting._blocks import Figure, Note
from crmkit.reporting._facts import Facts
from crmkit.reporting._voice import Voice


def figure(
    facts: Facts, say: Voice, name: str, drawer: Callable[..., Any], what: Any, caption: str, **options: Any
) -> Figure | Note:
    """A picture of a result, or why there is none."""
    try:
        ax = facts.listen(lambda: drawer(_known(what), language=say.language, **options))
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
