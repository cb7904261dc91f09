"""Lifetime value without a model, one part per file; `crmkit.clv` is the door."""
