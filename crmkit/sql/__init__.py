"""SQL: scores, segments, tiers and forecasts with everything frozen, as a query that a database runs by itself.

`to_sql` writes a plain query, `to_dbt` a model of dbt with its tests. Nothing of crmkit is needed where it runs.
"""

from __future__ import annotations

from crmkit.sql.dbt import DbtModel, to_dbt
from crmkit.sql.queries import DIALECTS, to_sql

__all__ = [
    "DIALECTS",
    "DbtModel",
    "to_dbt",
    "to_sql",
]
