"""Groups of customers: the door to the value matrix, the growth matrix, clusters and migration.

`value_matrix` sorts customers by what they bring and what they may bring, `growth_matrix` and `revenue_bridge`
say where a change of revenue came from, `cluster` finds groups that nobody named before, `migration` follows
customers from group to group. Each lives in a file of `crmkit.groups`.
"""

from __future__ import annotations

from crmkit.groups._lists import ABSENT
from crmkit.groups.clusters import Clusterer, Clusters, cluster
from crmkit.groups.growth import GrowthMatrix, RevenueBridge, growth_matrix, revenue_bridge
from crmkit.groups.migration import Migration, MigrationSeries, migration, migration_series
from crmkit.groups.size_change import SizeChange, size_change
from crmkit.groups.value_matrix import ValueMatrix, value_matrix

__all__ = [
    "ABSENT",
    "Clusterer",
    "Clusters",
    "GrowthMatrix",
    "Migration",
    "MigrationSeries",
    "RevenueBridge",
    "SizeChange",
    "ValueMatrix",
    "cluster",
    "growth_matrix",
    "migration",
    "migration_series",
    "revenue_bridge",
    "size_change",
    "value_matrix",
]
