"""Brand equity from switching: what customers of each brand are worth to it, and what an improvement returns.

A survey (or a panel) tells which brand customers buy after which: `switching`, `panel_switching`. From that matrix
follow the lifetime value of a customer to every brand (`brand_values`) and the brands' `long_run_shares`; from ratings
of the brands, what drives choice (`drivers`); from both, what an improvement returns (`what_if`).

Sources: Rust, Lemon & Zeithaml (2004), Return on marketing: using customer equity to focus marketing strategy, Journal
of Marketing 68(1), 109-127; Kemeny & Snell (1976), Finite Markov Chains; McFadden (1974), Conditional logit analysis
of qualitative choice behavior.
"""

from __future__ import annotations

from crmkit.equity.choice import Drivers, drivers
from crmkit.equity.improvement import WhatIf, what_if
from crmkit.equity.moves import Switching, panel_switching, per_purchase, switching
from crmkit.equity.values import brand_values, long_run_shares

__all__ = [
    "Drivers",
    "Switching",
    "WhatIf",
    "brand_values",
    "drivers",
    "long_run_shares",
    "panel_switching",
    "per_purchase",
    "switching",
    "what_if",
]
