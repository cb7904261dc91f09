"""Churn model: who will not buy again in time, and who is worth winning back."""

from __future__ import annotations
