"""Satisfaction and loyalty: surveys, complaints, and what customers do, put together.

What people say: `nps`, `compare_nps`, `response_bias` (who answered), `csat`, `satisfaction` (experience against
expectation), `drivers` (what satisfaction depends on), `delivered_value` (of offers). What they say against what they
do: `matrix`. What they say against what they do: `matrix`.
"""

from __future__ import annotations

from crmkit.loyalty.answers import add_answers, add_loyalty
from crmkit.loyalty.complaining import Complaints, complaints
from crmkit.loyalty.importance import SatisfactionDrivers, drivers
from crmkit.loyalty.indicators import Indicators, Measures, indicators, measures
from crmkit.loyalty.matrix import LoyaltyMatrix, matrix
from crmkit.loyalty.promoters import NPS, NPSComparison, compare_nps, nps, nps_interval
from crmkit.loyalty.response import ResponseBias, response_bias
from crmkit.loyalty.satisfaction import CSAT, Satisfaction, csat, delivered_value, satisfaction

__all__ = [
    "CSAT",
    "NPS",
    "Complaints",
    "Indicators",
    "LoyaltyMatrix",
    "Measures",
    "NPSComparison",
    "ResponseBias",
    "Satisfaction",
    "SatisfactionDrivers",
    "add_answers",
    "add_loyalty",
    "compare_nps",
    "complaints",
    "csat",
    "delivered_value",
    "drivers",
    "indicators",
    "matrix",
    "measures",
    "nps",
    "nps_interval",
    "response_bias",
    "satisfaction",
]
