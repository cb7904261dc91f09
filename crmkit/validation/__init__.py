"""Trials of a segmentation: what its segments went on to do, and how much of it is an accident of settings.

`backtest` runs it at past dates, blind to what came later, and counts who bought again; `sensitivity` runs it again
with other choices that would have been as good, and counts who changes segment.
"""

from __future__ import annotations

from crmkit.validation.backtesting import BackTest, backtest
from crmkit.validation.reruns import Sensitivity, sensitivity

__all__ = ["BackTest", "Sensitivity", "backtest", "sensitivity"]
