"""Lifecycle: the stage of each customer's relation, and the pattern of how it went."""

from __future__ import annotations
