"""Groups of customers, one method per file; `crmkit.segment` is the door."""
