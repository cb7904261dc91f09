"""Survival: how long customers stay, and how long a silence must be before it means that they left.

`curve` estimates it from transactions and `kaplan_meier` from a table of durations; `inactivity_threshold` reads off
the gaps between purchases after how many days few come back, `flag_lost` applies such a rule and `compare_lost_rules`
several of them, and `repurchase` asks when and by whom the next order is placed.
"""

from __future__ import annotations

from crmkit.survival._km import LogRank
from crmkit.survival.curves import Survival, curve, kaplan_meier
from crmkit.survival.gaps import Gaps, inactivity_threshold
from crmkit.survival.lost import LostRules, compare_lost_rules, flag_lost
from crmkit.survival.repeat import repeat_rates
from crmkit.survival.repurchase import Repurchase, compare_repurchase, repurchase

__all__ = [
    "Gaps",
    "LogRank",
    "LostRules",
    "Repurchase",
    "Survival",
    "compare_lost_rules",
    "compare_repurchase",
    "curve",
    "flag_lost",
    "inactivity_threshold",
    "kaplan_meier",
    "repeat_rates",
    "repurchase",
]
