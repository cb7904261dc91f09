"""How one customer's numbers came about, and what would change them."""

from __future__ import annotations
