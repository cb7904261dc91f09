"""The door, one part per file; `crmkit.transactions` is its outside."""
