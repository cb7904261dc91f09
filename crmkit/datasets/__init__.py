"""Data to try things on: real purchases, made ones whose truth is known, and tables worked out on paper.

`load_cdnow` reads the purchases of 23,570 real customers, `make_transactions` draws a table of any size together
with the truth behind it, `make_baskets` baskets with planted rules, `make_survey`, `make_complaints` and
`make_brand_panel` what their names say; `load_tea_shop` and `load_ten_customers` are small enough to check by hand.
Every table comes as a pandas DataFrame with the default column names of crmkit, so it goes as it is into any function
that asks for transactions.
"""

from __future__ import annotations

from crmkit.datasets.baskets import BasketSimulation, BasketTruth, make_baskets
from crmkit.datasets.cdnow import load_cdnow
from crmkit.datasets.donations import load_donations
from crmkit.datasets.generator import STORIES, make_transactions
from crmkit.datasets.opinions import (
    MadeComplaints,
    MadePanel,
    MadeSurvey,
    make_brand_panel,
    make_complaints,
    make_survey,
)
from crmkit.datasets.simulation import Simulation, Truth
from crmkit.datasets.textbook import load_tea_shop, load_ten_customers

__all__ = [
    "STORIES",
    "BasketSimulation",
    "BasketTruth",
    "MadeComplaints",
    "MadePanel",
    "MadeSurvey",
    "Simulation",
    "Truth",
    "load_cdnow",
    "load_donations",
    "load_tea_shop",
    "load_ten_customers",
    "make_baskets",
    "make_brand_panel",
    "make_complaints",
    "make_survey",
    "make_transactions",
]
