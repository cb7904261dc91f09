"""The customer-base audit: five looks at the same customers, each of which closes to the cent.

What a business earns is customers x orders x order value x margin, and it is the sum over its customers, and over the
periods in which they came. `customer_base_audit` shows all three at once.
"""

from __future__ import annotations

from crmkit.lenses.audit import CustomerBaseAudit, customer_base_audit

__all__ = ["CustomerBaseAudit", "customer_base_audit"]
