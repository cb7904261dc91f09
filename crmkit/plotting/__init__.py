"""Pictures of result tables: `plot_<what>(result, *, ax=None, language=None)` draws one and returns its axes.

Nothing of the field is computed here: each function takes the table (or dataclass) that another room
made. Axis labels carry units, values stand beside their bars, colours are those of Okabe & Ito and never the
only sign. The title says the finding, unless the caller has set one; fonts and showing stay with the caller.
For ``language="zh"`` a font with Chinese characters is found and used for the one axes, or English labels are drawn
and a warning says why, once.

Sources: Okabe & Ito (2008), Color Universal Design (the palette); Lorenz (1905), Publications of the American
Statistical Association 9(70), 209-219 (the curve).
"""

from __future__ import annotations

from crmkit.plotting._fonts import MissingFontWarning
from crmkit.plotting.basket import (
    plot_cross_sell_rate,
    plot_items_by_group,
    plot_next_purchase,
    plot_recommendations,
    plot_rules,
    plot_sequences,
)
from crmkit.plotting.brands import (
    plot_choice_drivers,
    plot_dirichlet,
    plot_norms,
    plot_switching,
    plot_true_concentration,
    plot_what_if,
)
from crmkit.plotting.churn import plot_calibration, plot_campaign, plot_gain
from crmkit.plotting.clusters import plot_cluster_criteria, plot_cluster_profiles
from crmkit.plotting.cohorts import plot_cohort_curves, plot_cohorts
from crmkit.plotting.complaints import plot_closing, plot_complaints
from crmkit.plotting.course import (
    plot_expected_returns,
    plot_new_and_returning,
    plot_purchase_funnel,
    plot_total,
    plot_win_back,
)
from crmkit.plotting.deciles import plot_value_deciles
from crmkit.plotting.downgrades import plot_downgrade_calendar
from crmkit.plotting.groups import plot_growth_matrix, plot_revenue_bridge, plot_size_change, plot_value_matrix
from crmkit.plotting.ledger import plot_ledger
from crmkit.plotting.lenses import plot_customer_base_audit
from crmkit.plotting.lifecycle import plot_lifecycle
from crmkit.plotting.lifetime import (
    plot_alive_history,
    plot_distribution_fit,
    plot_holdout,
    plot_recency_frequency,
    plot_tracking,
)
from crmkit.plotting.loyalty import (
    plot_csat,
    plot_indicators,
    plot_loyalty_matrix,
    plot_measures,
    plot_nps,
    plot_nps_comparison,
    plot_response_bias,
    plot_satisfaction,
    plot_satisfaction_drivers,
)
from crmkit.plotting.migration import plot_migration, plot_migration_series
from crmkit.plotting.models import plot_comparison, plot_model_choice
from crmkit.plotting.pyramid import plot_lorenz, plot_tiers
from crmkit.plotting.repurchase import plot_repurchase, plot_repurchase_comparison
from crmkit.plotting.retention import plot_movements, plot_retention
from crmkit.plotting.rfm import plot_rfm_grid, plot_segments
from crmkit.plotting.segment_map import plot_rfm_distributions, plot_segment_map
from crmkit.plotting.survival import (
    plot_gap_curve,
    plot_lost_rules,
    plot_return_hazard,
    plot_survival,
)
from crmkit.plotting.timeline import plot_timeline
from crmkit.plotting.upgrades import plot_upgrade_paths
from crmkit.plotting.validation import plot_backtest, plot_sensitivity
from crmkit.plotting.watch import plot_watch_list

__all__ = [
    "MissingFontWarning",
    "plot_alive_history",
    "plot_backtest",
    "plot_calibration",
    "plot_campaign",
    "plot_choice_drivers",
    "plot_closing",
    "plot_cluster_criteria",
    "plot_cluster_profiles",
    "plot_cohort_curves",
    "plot_cohorts",
    "plot_comparison",
    "plot_complaints",
    "plot_cross_sell_rate",
    "plot_csat",
    "plot_customer_base_audit",
    "plot_dirichlet",
    "plot_distribution_fit",
    "plot_downgrade_calendar",
    "plot_expected_returns",
    "plot_gain",
    "plot_gap_curve",
    "plot_growth_matrix",
    "plot_holdout",
    "plot_indicators",
    "plot_items_by_group",
    "plot_ledger",
    "plot_lifecycle",
    "plot_lorenz",
    "plot_lost_rules",
    "plot_loyalty_matrix",
    "plot_measures",
    "plot_migration",
    "plot_migration_series",
    "plot_model_choice",
    "plot_movements",
    "plot_new_and_returning",
    "plot_next_purchase",
    "plot_norms",
    "plot_nps",
    "plot_nps_comparison",
    "plot_purchase_funnel",
    "plot_recency_frequency",
    "plot_recommendations",
    "plot_repurchase",
    "plot_repurchase_comparison",
    "plot_response_bias",
    "plot_retention",
    "plot_return_hazard",
    "plot_revenue_bridge",
    "plot_rfm_distributions",
    "plot_rfm_grid",
    "plot_rules",
    "plot_satisfaction",
    "plot_satisfaction_drivers",
    "plot_segment_map",
    "plot_segments",
    "plot_sensitivity",
    "plot_sequences",
    "plot_size_change",
    "plot_survival",
    "plot_switching",
    "plot_tiers",
    "plot_timeline",
    "plot_total",
    "plot_tracking",
    "plot_true_concentration",
    "plot_upgrade_paths",
    "plot_value_deciles",
    "plot_value_matrix",
    "plot_watch_list",
    "plot_what_if",
    "plot_win_back",
]
