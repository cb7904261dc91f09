"""Segments: customers sorted into groups by value, by likeness, and followed as they move.

`value_matrix` sorts customers by what they bring and what they may bring, `cluster` finds groups that nobody named
before, `migration` follows customers from group to group, `markov_value` says what being in a group is worth. Each
lives in a file of `crmkit._segment`.
"""

from __future__ import annotations

from crmkit._segment._lists import ABSENT
from crmkit._segment.clusters import Clusterer, Clusters, cluster
from crmkit._segment.markov import markov_value, recency_value
from crmkit._segment.migration import Migration, MigrationSeries, migration, migration_series
from crmkit._segment.value_matrix import ValueMatrix, value_matrix

__all__ = [
    "ABSENT",
    "Clusterer",
    "Clusters",
    "Migration",
    "MigrationSeries",
    "ValueMatrix",
    "cluster",
    "markov_value",
    "migration",
    "migration_series",
    "recency_value",
    "value_matrix",
]
