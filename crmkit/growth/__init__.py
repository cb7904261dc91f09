"""Growth: where a change of revenue came from.

`growth_matrix` splits it by existing and new customers and products, `revenue_bridge` by customers, orders and order
values, `size_change` by who grew and who shrank. Each adds up to the change exactly.
"""

from __future__ import annotations

from crmkit.growth.matrix import GrowthMatrix, RevenueBridge, growth_matrix, revenue_bridge
from crmkit.growth.size_change import SizeChange, size_change

__all__ = ["GrowthMatrix", "RevenueBridge", "SizeChange", "growth_matrix", "revenue_bridge", "size_change"]
