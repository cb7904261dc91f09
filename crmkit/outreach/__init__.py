"""Outreach: whom to look at or write to, and whether it pays.

`watch_list` names the accounts that fell behind their own past, `win_back` ranks customers who are lost by what they
may bring if they return, `expected_returns` says how many come back by themselves, with an interval, and `campaign`
turns probabilities of churn into a list to contact.
"""

from __future__ import annotations

from crmkit.outreach.campaign import Campaign, campaign
from crmkit.outreach.returns import ExpectedReturns, expected_returns
from crmkit.outreach.watch import WatchList, watch_list
from crmkit.outreach.win_back import WinBack, win_back

__all__ = [
    "Campaign",
    "ExpectedReturns",
    "WatchList",
    "WinBack",
    "campaign",
    "expected_returns",
    "watch_list",
    "win_back",
]
