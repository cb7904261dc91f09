"""Satisfaction and loyalty: surveys, complaints, and what customers do, put together."""

from __future__ import annotations

from crmkit.loyalty.promoters import NPS, NPSComparison, compare_nps, nps, nps_interval

__all__ = ["NPS", "NPSComparison", "compare_nps", "nps", "nps_interval"]
