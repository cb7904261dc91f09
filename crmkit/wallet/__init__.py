"""Wallet and category: how much of a customer's spend in a category a company has, and what is normal for its size.

Share of wallet and the Wallet Allocation Rule (`share`, `ranks`, `allocation`), what repeat buying is normal for a
brand of a given penetration (`nbd_norms`), what is normal for every brand of a category (`dirichlet`), and how
concentrated purchases are once chance is taken off (`true_concentration`).
"""

from __future__ import annotations

from crmkit.wallet.concentration import TrueConcentration, true_concentration
from crmkit.wallet.dirichlet import Dirichlet, dirichlet
from crmkit.wallet.norms import Norms, Verdict, nbd_norms
from crmkit.wallet.sharing import add_share, allocation, ranks, share

__all__ = [
    "Dirichlet",
    "Norms",
    "TrueConcentration",
    "Verdict",
    "add_share",
    "allocation",
    "dirichlet",
    "nbd_norms",
    "ranks",
    "share",
    "true_concentration",
]
