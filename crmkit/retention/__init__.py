"""Retention and churn: rates, movements, cohorts, survival, and who is overdue."""

from __future__ import annotations
