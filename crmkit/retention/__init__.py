"""Retention and churn: rates, movements, cohorts, survival, and who is overdue."""

from __future__ import annotations

from crmkit.retention._km import LogRank
from crmkit.retention.cohorts import Cohorts, cohorts
from crmkit.retention.contracts import ContractRates, contract_rates
from crmkit.retention.gaps import Gaps, inactivity_threshold
from crmkit.retention.lost import Definitions, compare_definitions, lost
from crmkit.retention.movements import Movements, movement_list, movements
from crmkit.retention.rates import Rates, churn_rate, rates, retention_rate
from crmkit.retention.repurchase import Repurchase, compare_repurchase, repurchase
from crmkit.retention.survival import Survival, kaplan_meier, survival
from crmkit.retention.watch import WatchList, watch_list
from crmkit.retention.win_back import WinBack, win_back

__all__ = [
    "Cohorts",
    "ContractRates",
    "Definitions",
    "Gaps",
    "LogRank",
    "Movements",
    "Rates",
    "Repurchase",
    "Survival",
    "WatchList",
    "WinBack",
    "churn_rate",
    "cohorts",
    "compare_definitions",
    "compare_repurchase",
    "contract_rates",
    "inactivity_threshold",
    "kaplan_meier",
    "lost",
    "movement_list",
    "movements",
    "rates",
    "repurchase",
    "retention_rate",
    "survival",
    "watch_list",
    "win_back",
]
