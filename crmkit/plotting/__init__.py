"""Pictures of result tables: `plot_<what>(result, *, ax=None, language=None)` draws one and returns its axes.

Nothing of the field is computed here: each function takes the table (or dataclass) that another room
made. Axis labels carry units, values stand beside their bars, colours are those of Okabe & Ito and never the
only sign. Titles, fonts and showing stay with the caller; for ``language="zh"`` a font with Chinese
characters is found and used for the one axes, or English labels are drawn and a warning says why, once.

Sources: Okabe & Ito (2008), Color Universal Design (the palette); Lorenz (1905), Publications of the American
Statistical Association 9(70), 209-219 (the curve).
"""

from __future__ import annotations

from crmkit.plotting._fonts import MissingFontWarning
from crmkit.plotting.lifetime import (
    plot_alive_history,
    plot_distribution_fit,
    plot_holdout,
    plot_recency_frequency,
    plot_tracking,
)
from crmkit.plotting.pyramid import plot_lorenz, plot_tiers
from crmkit.plotting.rfm import plot_rfm_grid, plot_segments

__all__ = [
    "MissingFontWarning",
    "plot_alive_history",
    "plot_distribution_fit",
    "plot_holdout",
    "plot_lorenz",
    "plot_recency_frequency",
    "plot_rfm_grid",
    "plot_segments",
    "plot_tiers",
    "plot_tracking",
]
