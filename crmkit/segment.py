"""Groups of customers: the door to the value matrix, the growth matrix, clusters and migration.

`value_matrix` sorts customers by what they bring and what they may bring, `growth_matrix` and `revenue_bridge`
say where a change of revenue came from, `cluster` finds groups that nobody named before, `migration` follows
customers from group to group. Each lives in a file of `crmkit.groups`.
"""

from __future__ import annotations

from crmkit.groups.migration import ABSENT, Migration, migration

__all__ = ["ABSENT", "Migration", "migration"]
