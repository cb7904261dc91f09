"""Trials of a segmentation: back-tests at past dates, and the audit of its arbitrary choices."""

from __future__ import annotations
