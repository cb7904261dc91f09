"""Ageing: recency grows by itself, so each customer's segment has a date on which it will drop."""

from __future__ import annotations
