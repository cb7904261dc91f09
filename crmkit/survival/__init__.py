"""Survival: how long customers stay, and how long a silence must be before it means that they left.

`curve` estimates it from transactions and `kaplan_meier` from a table of durations; `inactivity_threshold` reads off
the gaps between purchases after how many days few come back, `lost` applies such a rule and `compare_definitions`
several of them, and `repurchase` asks when and by whom the next order is placed.
"""

from __future__ import annotations

from crmkit.survival._km import LogRank
from crmkit.survival.curves import Survival, curve, kaplan_meier
from crmkit.survival.gaps import Gaps, inactivity_threshold
from crmkit.survival.lost import Definitions, compare_definitions, lost
from crmkit.survival.repurchase import Repurchase, compare_repurchase, repurchase

__all__ = [
    "Definitions",
    "Gaps",
    "LogRank",
    "Repurchase",
    "Survival",
    "compare_definitions",
    "compare_repurchase",
    "curve",
    "inactivity_threshold",
    "kaplan_meier",
    "lost",
    "repurchase",
]
