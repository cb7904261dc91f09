"""Trials of a segmentation: what its segments went on to do, and how much of it is an accident of settings.

`backtest` runs it at past dates, blind to what came later, and counts who bought again; `audit` runs it again with
other choices that would have been as good, and counts who changes segment.
"""

from __future__ import annotations

from crmkit.validation.backtesting import BackTest, backtest
from crmkit.validation.sensitivity import Audit, audit

__all__ = ["Audit", "BackTest", "audit", "backtest"]
