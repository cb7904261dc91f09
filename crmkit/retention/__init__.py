"""Retention: who stays from one period to the next, in customers and in money, by cohorts and by contracts.

`rates` and `cohorts` count customers, `revenue_movements` money, `contract_rates` and `contract_cohorts` contracts that
end on a known day. Results carry the definition of their figures, because the same quarter's churn is 52 % or 82 %, by
who is counted.
"""

from __future__ import annotations

from typing import Any

from crmkit.retention.cohorts import Cohorts, cohorts
from crmkit.retention.contract_cohorts import contract_cohorts
from crmkit.retention.contracts import ContractRates, contract_rates
from crmkit.retention.rates import Rates, churn_rate, rates, retention_rate
from crmkit.retention.revenue import Movements, movement_list, revenue_movements

__all__ = [
    "Cohorts",
    "ContractRates",
    "Movements",
    "Rates",
    "churn_rate",
    "cohorts",
    "contract_cohorts",
    "contract_rates",
    "movement_list",
    "rates",
    "retention_rate",
    "revenue_movements",
]


def __getattr__(name: str) -> Any:
    if name == "movements":  # the name before 0.1.0, until the next minor version
        return revenue_movements
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
