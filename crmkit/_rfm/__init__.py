"""RFM, one part per file; `crmkit.rfm` is the door."""
